"""Every notebook runs on a GPU, and says truly what it does there.

Nobody needs a GPU for it: sizes are read from the parameter cell, and all cells run
with few steps on the pretended device of `pretend_gpu`, which refuses to mix with the
CPU.
"""

import ast
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path
from unittest import mock

import matplotlib.pyplot as plt
import nbformat
import pretend_gpu
import pytest
import torch
from scripts import load_script, sample
from torch.utils._python_dispatch import _disable_current_modes

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(
    path
    for path in (ROOT / "notebooks").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts and "assignments" not in path.parts
)
STEPS = 2
# Fewer of everything, where it shows no less: `{start of a file name: parameters}`.
FEWER: dict[str, dict[str, object]] = {
    "00": {"contest_steps": 1, "size": 64, "small": 48},
    "01": {
        "frames": 3,
        "long_frames": 3,
        "film_size": 64,
        "preview_size": 64,
        "pair_size": 48,
        "pair_frames": 2,
        "claim_size": 48,
    },
    "02": {"size": 128, "sketch_size": 96, "portrait_size": 96, "claim_repeats": 1},
    "03": {
        "size": 48,
        "shown": 64,
        "large_size": 512,
        "claim_size": 24,
        "claim_seeds": 1,
    },
    "04": {
        "neurons": ["strawberry", "mushroom"],
        "gallery_things": ["pineapple", "ladybug"],
        "paper_size": 64,
        "cell_size": 128,
        "claim_size": 40,
        "claim_count": 2,
        "claim_cell_size": 128,
        "claim_cells": 1,
    },
    "05": {
        "texture_size": 128,
        "view_size": 64,
        "gallery_size": 64,
        "gallery_view": 64,
        "pool": 2,
        "claim_size": 64,
        "claim_view": 48,
        "claim_seeds": (0,),
    },
    "06": {
        "model_names": ["bunny", "owl"],
        "other_networks": ["patternnet"],
        "texture_size": 64,
        "view_size": 64,
        "show_size": 64,
        "pool_size": 2,
        "claim_size": 48,
        "eye_size": 48,
        "style_names": ["swirling_night", "leaded_window"],
        "claim_pairs": [("owl", "swirling_night")],
    },
    "07": {
        "fine": 1,
        "coarse": 1,
        "view_size": 32,
        "claim_size": 32,
        "class_names": ["heart", "star"],
        "tile_size": 32,
        "claim_meshes": ["owl"],
        "claim_seeds": (0,),
        "attack_steps": 1,
    },
    "08": {
        "photo_size": 32,
        "contest_size": 24,
        "contest_seeds": (0,),
        "contest_classes": ["owl", "star", "heart"],
        "claim_triangles": 6,
        "claim_children": 8,
        "claim_size": 24,
        "claim_seeds": (0,),
        "claim_side": 32,
        "claim_units": 4,
    },
    "backgrounds": {"seeds": (0,)},
    "infinite_patterns": {"claim_size": 48, "claim_repeats": 1},
    "visualizing_networks_1": {
        "size": 64,
        "per_class": 2,
        "claim_per_class": 2,
        "seeds": (0,),
    },
    "visualizing_networks_2": {"seeds": (0,), "claim_stride": 32},
    "visualizing_networks_3": {
        "claim_seeds": 1,
        "radii": [1, 8],
        "questions": 12,
        "attacked_names": "owl snail daisy clock penguin cat".split(),
        "unit_names": ["daisy", "snail", "star"],
        "facets": 2,
        "inversion_layers": ["conv1", "conv5"],
        "dream_layers": ["blocks.3.0"],
        "dream_size": (64, 80),
        "octaves": 2,
    },
    "visualizing_networks_4": {
        "sample_size": 24,
        "texture_size": 24,
        "repainted": 64,
        "train_steps": 9,
        "train_size": 32,
        "claim_seeds": 1,
    },
}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def parameters(path, gpu):
    """What the parameter cell assigns on a machine with a GPU, or on one without."""
    execute = load_script("notebooks/execute.py")
    notebook = nbformat.read(path, as_version=4)
    source = notebook.cells[execute.tagged_cell(notebook, "parameters")].source
    values = {"torch": torch}
    with mock.patch.object(torch.cuda, "is_available", lambda: gpu):
        exec(source, values)
    return {name: values[name] for name in execute.parameter_names(notebook)}


def table_of_sizes(path):
    """`{parameter: (on a CPU, on a GPU)}` as the text says it, near the cell."""
    execute = load_script("notebooks/execute.py")
    notebook = nbformat.read(path, as_version=4)
    above = notebook.cells[execute.tagged_cell(notebook, "parameters") - 1].source
    head = "| | on a CPU | on a GPU |\n|---|---|---|\n"
    assert above.count(head) == 1, "the text above the parameter cell has the table"
    rows = above.partition(head)[2].partition("\n\n")[0].splitlines()
    split = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {re.match(r"`(\w+)`", name)[1]: tuple(both) for name, *both in split}


def in_words(value):
    """A parameter's value as a table has it."""
    if isinstance(value, tuple):
        return " × ".join(map(in_words, value))
    return f'`"{value}"`' if isinstance(value, str) else str(value)


@every_notebook
def test_the_device_is_chosen_in_the_parameter_cell(path):
    assert (parameters(path, False)["device"], parameters(path, True)["device"]) == (
        "cpu",
        "cuda",
    )


@every_notebook
def test_the_table_has_what_differs(path):
    on_cpu, on_gpu = parameters(path, False), parameters(path, True)
    differ = {
        name: (in_words(on_cpu[name]), in_words(on_gpu[name]))
        for name in on_cpu
        if on_cpu[name] != on_gpu[name] and name != "device"
    }
    assert differ, "a GPU gets sizes of its own"
    assert table_of_sizes(path) == differ


@every_notebook
def test_claims_are_measured_at_the_same_sizes(path):
    on_cpu, on_gpu = parameters(path, False), parameters(path, True)
    named = [name for name in on_cpu if name.lower().startswith(("claim", "contest"))]
    assert [name for name in named if on_cpu[name] != on_gpu[name]] == []


@every_notebook
def test_no_cell_moves_to_a_device_of_its_own(path):
    """One place says where; the rest of the code says `device`."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get(
            "tags", []
        ):
            for node in ast.walk(ast.parse(re.sub(r"(?m)^%.*$", "", cell.source))):
                words = isinstance(node, ast.Constant) and node.value in ("cuda", "gpu")
                assert not words and getattr(node, "attr", "") != "cuda", cell.source


@pytest.fixture(scope="module")
def try_on_device(tmp_path_factory):
    """`path -> (exit status, what was printed)`, from one process with the device."""
    if reason := pretend_gpu.why_not():
        pytest.skip(reason)
    if not hasattr(os, "fork"):
        pytest.skip("this system starts all processes from nothing")
    folder = tmp_path_factory.mktemp("device")

    def run(path):
        log = folder / f"{path.stem}.txt"
        process.stdin.write(f"{path}\n{log}\n")
        process.stdin.flush()
        return process.stdout.readline().strip(), log.read_text(encoding="utf-8")

    with subprocess.Popen(
        [sys.executable, __file__],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield run
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", sample(NOTEBOOKS, "infinite_patterns", "backgrounds"))
def test_runs_on_a_device_that_does_not_mix(path, try_on_device):
    status, printed = try_on_device(path)
    assert status == "0", printed[-6000:]


# --- in a process of its own: once on, the pretended device stays on ---


def few_steps(minimize):
    """The loop, cut short; snapshots of steps that are left out show the last one."""

    def run(*args, steps=512, snapshots=(), **options):
        few, wanted = min(steps, STEPS), list(snapshots)
        taken = sorted({min(step, few) for step in wanted})
        history = minimize(*args, steps=few, snapshots=taken, **options)
        history.snapshots = {k: history.snapshots[min(k, few)] for k in wanted}
        return history

    return run


def cut_short():
    """Make everything that loops do few steps, whatever a cell asks for.

    Patterns are drawn on the CPU, in a thousand small operations; nobody has to watch
    them.
    """
    from dputils import data, optimize, patterns, widgets

    draw = data.sample_pattern

    def sample_pattern(*args, **options):
        with _disable_current_modes():
            return draw(*args, **options)

    data.sample_pattern = sample_pattern

    for name in ("minimize", "maximize"):
        setattr(optimize, name, few_steps(getattr(optimize, name)))
    dream, run = patterns.dream.deep_dream, widgets.LivePanel.run
    patterns.deep_dream = patterns.dream.deep_dream = lambda *args, **options: dream(
        *args, **options | {"steps": 1}
    )
    widgets.LivePanel.run = lambda panel, steps=64: run(panel, min(steps, STEPS))


class Watch:
    """Where convolutions take place while a notebook runs; loading is left out."""

    def __init__(self):
        from dputils import networks

        self.found, self.loading, load = set(), False, networks.load_network
        torch.nn.modules.module.register_module_forward_pre_hook(self.note)

        def load_network(*args, **options):
            self.loading = True
            try:
                return load(*args, **options)
            finally:
                self.loading = False

        networks.load_network = load_network

    def note(self, module, inputs):
        if isinstance(module, torch.nn.Conv2d) and not self.loading:
            self.found.add(inputs[0].device.type)


def run_notebook(path):
    """Run a notebook's cells on the pretended device."""
    from IPython.core.interactiveshell import InteractiveShell

    watch, execute = Watch(), load_script("notebooks/execute.py")
    notebook = nbformat.read(path, as_version=4)
    settings = {"device": pretend_gpu.NAME, **execute.brief_settings(notebook, STEPS)}
    for start, fewer in FEWER.items():
        settings |= fewer if path.name.startswith(start) else {}
    execute.inject(notebook, settings)
    os.chdir(path.parent)
    shell = InteractiveShell.instance(colors="NoColor")
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and "colab" not in cell.metadata.get("tags", []):
            ran = shell.run_cell(re.sub(r"(?m)^%.*$", "", cell.source))
            plt.close("all")
            if not ran.success:
                raise AssertionError(f"cell {number} failed:\n{cell.source}")
    assert watch.found == {pretend_gpu.NAME}, f"convolutions on {watch.found}"


def main():
    """Run the notebooks whose paths come in, each in a copy of this process, which has
    imported what takes long; answer with exit statuses.
    """
    import torch._dynamo  # noqa: F401  # the first Adam of a process would import it

    import dputils.book  # noqa: F401

    plt.switch_backend("agg")
    pretend_gpu.switch_on()
    cut_short()
    for path, log in zip(sys.stdin, sys.stdin):
        if copy := os.fork():
            print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)
            continue
        status, file = 1, os.open(log.strip(), os.O_CREAT | os.O_WRONLY)
        os.dup2(file, 1), os.dup2(file, 2)
        try:
            run_notebook(Path(path.strip()))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


if __name__ == "__main__":
    main()
