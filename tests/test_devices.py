"""Everything public on a device that is not there (`pretend_gpu`): results are on it,
are those of the CPU, and nothing mixes or waits.

The device stays on once it is on, so that the cases run in processes of their own; they
are in `devices_worker`, in groups.
"""

import functools
import importlib
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import devices_worker
import pretend_gpu
import pytest
import torch

import dputils
from dputils.devices import sent

pytestmark = pytest.mark.skipif(
    pretend_gpu.why_not() is not None, reason=str(pretend_gpu.why_not())
)

# Public names without a case, by the reason. The reason says what holds instead.
EXEMPT = {
    "no tensor goes in or comes out": """
        book.show_claims
        checks.find_exercise checks.list_assignments checks.list_exercises
        checks.list_experiments
        data.data_path data.fetch data.list_images data.list_meshes data.list_patterns
        data.sha256 data.verify data.write_sums
        media.in_words media.plot_history
        networks.Recipe networks.list_networks networks.recipe
        networks.unit_name networks.unit_note
        objectives.bound objectives.class_index
        optimize.interrupted_in_this_cell optimize.kept
        progress.PageBar progress.progress
        rasterize.need_pytorch3d
        scene.fetch_mesh
        sizes.height_width sizes.whole_number
        widgets.Choice widgets.Component
    """,
    "comes from a file, a seed or sizes alone: on the CPU, by convention": """
        book.decay_picture book.frequency_radius book.placeholder
        alpha.checkerboard
        cppn.coordinate_grid
        data.sample_image data.sample_landmarks data.sample_mesh data.sample_pattern
        images.fourier_amplitude images.full_shape images.linear_resize
        images.make_generator images.normal images.random_image
        media.read_image
        scene.load_mesh
    """,
    "assignments are judged on the CPU": """
        checks.Exercise checks.Experiment checks.Law checks.Misconception checks.Report
        checks.check checks.examine checks.exercise checks.plain
    """,
    "needs PyTorch3D, which has devices of its own": """
        scene.from_pytorch3d scene.to_pytorch3d
    """,
}
CASES = [
    (group, name) for group, cases in devices_worker.CASES.items() for name in cases
]
# What shares a process: each takes seconds to begin with.
TOGETHER = ("pictures,surfaces", "learning,figures", "waits", devices_worker.WRONG)
RIGHT = [(group, name) for group, name in CASES if group != devices_worker.WRONG]


def ran(group):
    """What the worker says of a group."""
    return worked(next(some for some in TOGETHER if group in some.split(",")))[group]


@functools.cache
def worked(groups):
    answer = subprocess.run(
        [sys.executable, devices_worker.__file__, groups],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def public_names():
    """`{"room.name": function or class}`: what rooms export, and what the modules
    without a room define, protocols, exceptions and constants left out.
    """
    found = {}
    for module in pkgutil.iter_modules(dputils.__path__):
        if module.name.startswith("_"):
            continue
        room = importlib.import_module(f"dputils.{module.name}")
        names = getattr(room, "__all__", None) or [
            name
            for name, value in vars(room).items()
            if getattr(value, "__module__", None) == room.__name__
            and not name.startswith("_")
        ]
        for name in names:
            value = getattr(room, name)
            if inspect.isclass(value):
                known = getattr(value, "_is_protocol", False)
                if not known and not issubclass(value, BaseException):
                    found[f"{module.name}.{name}"] = value
            elif inspect.isroutine(value):
                found[f"{module.name}.{name}"] = value
    return found


def place_of(function):
    """A function as the worker names what was called: "file:qualified name"."""
    code = inspect.unwrap(function).__code__
    folder = Path(dputils.__file__).parent
    return f"{Path(code.co_filename).relative_to(folder)}:{code.co_qualname}"


def methods(cls):
    """`{name: function}` of a class's own public methods and properties."""
    found = {}
    for name, member in vars(cls).items():
        if isinstance(member, property):
            member = member.fget
        elif isinstance(member, (staticmethod, classmethod)):
            member = member.__func__
        if inspect.isfunction(inspect.unwrap(member) if callable(member) else member):
            if name in ("__call__", "forward") or not name.startswith("_"):
                found[name] = member
    return found


def exempt(table):
    return {name for names in table.values() for name in names.split()}


# --- the list of cases ---


def test_every_public_name_has_a_case_or_a_reason():
    known = {name for _, case in RIGHT for name in case.split()}
    public, excused = public_names(), exempt(EXEMPT)
    assert not set(public) - known - excused, (
        "these need a case in devices_worker.py, or a reason in EXEMPT"
    )
    assert not known & excused and not excused - set(public), "reasons for nothing"
    assert not {name for name in known if name.count(".") == 1} - set(public)


@pytest.mark.slow
def test_every_function_and_method_of_a_case_is_called():
    called = {
        place
        for group in {group for group, _ in RIGHT}
        for place in ran(group)["called"]
    }
    left = []
    for name, value in public_names().items():
        if name in exempt(EXEMPT):
            continue
        parts = methods(value) if inspect.isclass(value) else {"": value}
        left += [
            f"{name}.{part}".rstrip(".")
            for part, function in parts.items()
            if hasattr(inspect.unwrap(function), "__code__")
            and place_of(function) not in called
        ]
    assert left == [], "a case in devices_worker.py has to call these"


# --- the cases ---


@pytest.mark.slow
@pytest.mark.parametrize("group, name", RIGHT, ids=lambda part: part.split()[0])
def test_it_stays_on_its_device_and_gives_what_the_cpu_gives(group, name):
    assert ran(group)["complaints"][name] is None


@pytest.mark.parametrize(
    "name, words",
    [
        ("mixes", "Expected all tensors to be on the same device, but add got gpu:0"),
        ("stays", "result[1]['left'] is on cpu, not on gpu"),
        ("differs", "result differs"),
        ("forgets", "gradient of input 0 differs"),
        ("converts", "can't convert a gpu tensor to numpy"),
        ("draws", "Expected a 'gpu' device type for generator"),
        ("right", None),
    ],
)
def test_faults_would_be_seen(name, words):
    found = ran(devices_worker.WRONG)["complaints"][f"{devices_worker.WRONG}.{name}"]
    assert found is None if words is None else words in found


# --- waiting ---

SCRIPT = """
import torch, pretend_gpu
pretend_gpu.switch_on()
x, y = torch.arange(6.0, device="gpu"), torch.arange(6.0)
mask, net = x > 2, torch.nn.Linear(6, 2).to("gpu")
waiting = dict(
    item=lambda: x[0].item(),
    float=lambda: float(x.sum()),
    bool=lambda: bool(mask.any()),
    list=lambda: x.tolist(),
    cpu=lambda: x.cpu(),
    up=lambda: y.to("gpu"),
    tensor=lambda: torch.tensor([1.0, 2.0], device="gpu"),
    copy=lambda: x.copy_(y),
    mask=lambda: x[mask],
    nonzero=lambda: mask.nonzero(),
    where=lambda: torch.where(mask),
    unique=lambda: x.unique(),
    equal=lambda: torch.equal(x, x),
    allclose=lambda: torch.allclose(x, x),
    inverse=lambda: torch.linalg.inv(torch.eye(2, device="gpu")),
    repeat=lambda: x.repeat_interleave(mask.long()),
    index=lambda: x[y.long()],
    rows=lambda: x[[0, 1]],
    synchronize=lambda: torch.gpu.synchronize(),
)
silent = dict(
    arithmetic=lambda: (x * 2 + y.sum()).softmax(0),
    made=lambda: torch.zeros(3, device="gpu"),
    alike=lambda: x.new_ones(3).clamp(0, 1),
    later=lambda: y.to("gpu", non_blocking=True),
    filled=lambda: x.clone().__setitem__(mask, 0.0),
    part=lambda: x[1:3],
    picked=lambda: x[x.long()],
    repeated=lambda: x.repeat_interleave(2),
    step=lambda: net(x).sum().backward(),
)
found = {}
for name, run in {**waiting, **silent}.items():
    with pretend_gpu.counted() as waits:
        run()
    found[name] = waits.total
with pretend_gpu.counted() as outer:
    with pretend_gpu.counted() as inner:
        [float(x.sum()) for _ in range(2)]
    float(x.sum())
ends = inner.report(), outer.total
pretend_gpu.answer([sorted(waiting), sorted(silent), found, *ends])
"""


def test_what_makes_a_gpu_wait_is_counted_with_the_lines_that_asked():
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        cwd=Path(devices_worker.__file__).parent,
    )
    assert answer.returncode == 0, answer.stderr
    waiting, silent, found, report, outer = json.loads(answer.stdout)
    assert {name for name, count in found.items() if count} == set(waiting)
    assert {name for name, count in found.items() if not count} == set(silent)
    assert report.startswith("2 × item") and outer == 3


@pytest.mark.slow
@pytest.mark.parametrize("loop", devices_worker.LOOPS)
def test_a_step_waits_for_nothing(loop):
    found = ran("waits")[loop]
    assert found["total"] <= 0.1 * devices_worker.STEPS, found["report"]


def test_an_expanded_tensor_is_written_out_before_it_is_pinned(monkeypatch):
    """A real GPU's driver refuses memory in which numbers share a place."""
    pinned, to = [], torch.Tensor.to
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda x: pinned.append(x) or x)
    monkeypatch.setattr(
        torch.Tensor,
        "to",
        lambda x, *where, **how: x if "non_blocking" in how else to(x, *where, **how),
    )
    card = SimpleNamespace(dtype=torch.float32, device=SimpleNamespace(type="cuda"))
    colour = torch.rand(1, 3, 1, 1)
    sent(colour.expand(2, 3, 4, 4), card)
    assert pinned[0].is_contiguous() and torch.equal(
        pinned[0][1, :, 2, 3], colour[0, :, 0, 0]
    )
