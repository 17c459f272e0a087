"""The house: imports go down and through doors, a door shows what is public, and
importing the package reads nothing and loads nothing it may not need.
"""

import ast
import contextlib
import functools
import importlib
import inspect
import json
import re
import shutil
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import dputils
from dputils._moved import ROOM_OF

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dputils"
FILES = sorted(PACKAGE.rglob("*.py"))
# A room is a folder with a door, its `__init__.py`; a loose file is its own door.
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
LOOSE = sorted(path.stem for path in PACKAGE.glob("[!_]*.py"))
VAGUE = {"utils", "util", "helpers", "misc", "common", "tools"}
# Import these inside the functions that use them.
HEAVY = {
    "kornia",
    "matplotlib",
    "skimage",
    "scipy",
    "imageio",
    "IPython",
    "pooch",
    "ipywidgets",
    "trimesh",
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> list[tuple[int, str, str]]:
    """Line, module and name of everything that a file imports, relative imports
    resolved; the name is empty after a plain `import module`.
    """
    here = path.relative_to(ROOT).parts[:-1]
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            found += [(node.lineno, module, alias.name) for alias in node.names]
    return found


def door(name: str):
    return importlib.import_module(f"dputils.{name}" if name else "dputils")


def exported(name: str) -> list[str]:
    """What a door shows: `__all__` of a room, public definitions of a loose file."""
    if name in ROOMS:
        return door(name).__all__
    shown = []
    for node in tree(PACKAGE / f"{name}.py").body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            shown.append(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            shown += [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in shown if name[0] != "_"]


# --- floors ---------------------------------------------------------------------------


def check_floors(folder: Path) -> subprocess.CompletedProcess:
    """import-linter, with this project's contracts, on the `dputils` in a folder."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_imports_go_down():
    result = check_floors(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", result.stdout)


@pytest.mark.parametrize(
    "file, line, refusal",
    [
        ("color.py", "from .scene import load_mesh", "dputils.color -> dputils.scene"),
        ("style/gram.py", "from ..alpha import fixed", "dputils.style.gram -> "),
        ("newcomer.py", "", "newcomer"),
    ],
    ids=["up", "sideways", "without a floor"],
)
def test_the_floors_refuse(tmp_path, file, line, refusal):
    only_code = lambda folder, names: [
        name
        for name in names
        if (Path(folder) / name).is_file() and not name.endswith(".py")
    ]
    shutil.copytree(PACKAGE, tmp_path / "dputils", ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with open(tmp_path / "dputils" / file, "a", encoding="utf-8") as changed:
        changed.write(f"\n{line}\n")
    result = check_floors(tmp_path)
    assert result.returncode == 1 and refusal in result.stdout, result.stdout


# --- doors ----------------------------------------------------------------------------


def past_doors(path: Path) -> list[str]:
    """Imports from another room, or another loose file, that are not in its door."""
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    found = []
    for line, module, name in imports(path):
        top, *parts = module.split(".")
        if top != "dputils" or module == "dputils" or parts[0] == own:
            continue
        if len(parts) > 1 or name not in exported(parts[0]):
            found.append(f"{relative(path)}:{line}: {name} from {module}")
    return found


def test_rooms_are_entered_through_their_doors():
    assert sum((past_doors(path) for path in FILES), []) == []


def test_an_import_past_a_door_is_seen(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "dputils")
    (tmp_path / "dputils" / "style").mkdir(parents=True)
    path = tmp_path / "dputils" / "style" / "gram.py"
    path.write_text(
        "from ..images.bases import FourierBasis\n"
        "from ..images import bases\n"
        "from ..images import FourierBasis\n"
        "from .losses import style_loss\n"
        "import dputils.images.bases\n"
    )
    lines = [found.split(":")[1] for found in past_doors(path)]
    assert lines == ["1", "2", "5"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_is_sorted_and_says_what_is_behind_it(room):
    module = door(room)
    assert module.__all__ == sorted(set(module.__all__))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    # What stands in the door's own file, which no reader should have to open.
    files = {path.stem for path in (PACKAGE / room).glob("[!_]*.py")}
    assert len(files) > 1 and module.__doc__


@functools.cache
def notebook_code() -> dict[Path, str]:
    """What the notebooks run: the sources of their code cells."""
    found = {}
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        found[path] = "\n".join(code)
    return found


@functools.cache
def words_in_use() -> dict[Path, set[str]]:
    """Identifiers in the code of the package, scripts and notebooks."""
    words = {}
    scripts = [*(ROOT / "data").rglob("*.py"), *(ROOT / "notebooks").rglob("*.py")]
    for path in [*FILES, *scripts]:
        named = words[path] = set()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Name):
                named.add(node.id)
            elif isinstance(node, ast.Attribute):
                named.add(node.attr)
            elif isinstance(node, ast.alias):
                named.add(node.name)
    for path, code in notebook_code().items():
        words[path] = set(re.findall(r"\w+", code))
    return words


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_public_is_shown_or_used(room):
    """A function without an underscore is in the door, or somebody calls it."""
    unused = [
        f"{relative(path)}: {name}"
        for path in sorted((PACKAGE / room).glob("[!_]*.py"))
        for name in (node.name for node in tree(path).body if hasattr(node, "name"))
        if name[0] != "_"
        and name not in exported(room)
        and not any(name in words for words in words_in_use().values())
    ]
    assert unused == []


def test_notebooks_enter_through_the_doors():
    """They may also name a file whose functions read better with its name in front."""
    strays = []
    for path, code in notebook_code().items():
        for module, names in re.findall(
            r"^\s*from (dputils[\w.]*) import (\([^)]*\)|.*)", code, re.M
        ):
            room = module.removeprefix("dputils").removeprefix(".")
            files = {file.stem for file in (PACKAGE / room).glob("[!_]*.py")}
            shown = {*exported(room), *files} if room in ROOMS else dir(door(room))
            strays += [
                f"{relative(path)}: {name} from {module}"
                for name in re.findall(r"\w+", re.sub(r" as \w+|#.*", "", names))
                if name not in shown
            ]
    assert strays == []


# --- annotations ----------------------------------------------------------------------


def names_for_types(module) -> dict:
    """What a file imports for its annotations alone, under `if TYPE_CHECKING:`."""
    names = {}
    for node in tree(Path(module.__file__)).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for statement in node.body:
                code = compile(ast.Module([statement], []), module.__file__, "exec")
                # Some name a library that is not installed everywhere.
                for alias in getattr(statement, "names", []):
                    names[alias.asname or alias.name] = typing.Any
                with contextlib.suppress(ModuleNotFoundError):
                    exec(code, {"__package__": module.__package__}, names)
    return names


def functions_of(value) -> list[tuple[str, typing.Callable]]:
    """A function, or the public methods of a class and how it is made and called."""
    value = inspect.unwrap(value)
    if not inspect.isclass(value):
        return [(value.__name__, value)]
    found = []
    for name, member in vars(value).items():
        if name[0] == "_" and name not in ("__init__", "__call__"):
            continue
        member = getattr(member, "__func__", getattr(member, "fget", member))
        if inspect.isfunction(member) and member.__module__ == value.__module__:
            found.append((f"{value.__name__}.{name}", member))
    return found


def unannotated(function) -> list[str]:
    signature = inspect.signature(function)
    hints = typing.get_type_hints(
        function, localns=names_for_types(sys.modules[function.__module__])
    )
    first = next(iter(signature.parameters), None)
    wanted = [
        name
        for name in signature.parameters
        if not (name == first and name in ("self", "cls"))
    ]
    if function.__name__ != "__init__":
        wanted.append("return")
    return [name for name in wanted if name not in hints]


@pytest.mark.parametrize("name", sorted({*ROOMS, *LOOSE}))
def test_public_functions_are_annotated(name):
    bare = []
    for public in exported(name):
        value = getattr(door(name), public)
        if callable(value) and getattr(value, "__module__", "").startswith("dputils"):
            for label, function in functions_of(value):
                bare += [f"{label}: {part}" for part in unannotated(function)]
    assert bare == []


# --- files ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_is_named_and_on_its_own(path):
    parts = set(path.relative_to(PACKAGE).with_suffix("").parts)
    assert not VAGUE & parts, "name the concept instead"
    outside = {module.split(".")[0] for _, module, _ in imports(path)}
    assert not outside & {"notebooks", "tests", "benchmarks", "data"}
    stars = [line for line, _, name in imports(path) if name == "*"]
    assert not stars, f"star import in line {stars}"


# --- the front door -------------------------------------------------------------------


def stub() -> dict[str, str]:
    """Name and source of everything in `__init__.pyi`: "" for a room itself."""
    nodes = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8")).body
    return {
        alias.asname: node.module or ""
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_the_front_door_shows_what_its_docstring_lists():
    named = re.findall(r"\bdp\.(\w+)", dputils.__doc__.partition("\n\n")[2])
    rooms = re.findall(r"^ {4}(\w+)  +\S", dputils.__doc__, re.M)
    assert len(named) == len(set(named)) and 25 <= len(named) <= 35
    assert len(rooms) == len(set(rooms)) and set(rooms) <= {*ROOMS, *LOOSE}
    assert set(ROOMS) <= set(rooms), "each room has a line"
    assert set(named) == {name for name, source in stub().items() if source}
    assert set(rooms) == {name for name, source in stub().items() if not source}
    assert {*named, *rooms} == set(dputils.__all__) <= set(dir(dputils))


@pytest.mark.parametrize("name", sorted(dputils.__all__))
def test_the_front_door_opens(name):
    room = stub()[name]
    if not room:
        assert getattr(dputils, name) is door(name)
    else:
        assert name in exported(room)
        assert getattr(dputils, name) is getattr(door(room), name)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="fourier_imag"):
        dputils.fourier_imag  # noqa: B018


# --- where things went ----------------------------------------------------------------


@pytest.mark.parametrize("name", ROOM_OF)
@pytest.mark.parametrize(
    "statement",
    ["import dputils.{}", "from dputils.{} import *", "from dputils import {}"],
)
def test_the_old_name_says_where_it_went(name, statement):
    assert ROOM_OF[name] in ROOMS and not (PACKAGE / f"{name}.py").exists()
    with pytest.raises(
        ImportError, match=rf"dputils\.{name} .*dputils\.{ROOM_OF[name]}"
    ):
        exec(statement.format(name), {})


@pytest.mark.parametrize("name", ROOM_OF)
def test_the_front_door_says_where_an_old_module_went(name):
    with pytest.raises(
        AttributeError, match=rf"dputils\.{name} .*{ROOM_OF[name]}"
    ) as told:
        getattr(dputils, name)
    file = re.search(r"the file is ([\w.]+)", str(told.value))[1]
    assert (ROOT / file.replace(".", "/")).with_suffix(".py").is_file()


def test_an_old_assignment_says_where_it_went():
    with pytest.raises(ImportError, match=r"checks\.assignments\.a0_warm_up"):
        importlib.import_module("dputils.checks.a0_warm_up")


def test_types_reach_whoever_uses_the_package():
    assert (PACKAGE / "py.typed").is_file()


# Some of what stood in each module that moved, or whose room has its old name.
REMEMBERED = {
    "algebra": "IMAGE Objective as_objective channel of",
    "backgrounds": "LearnedBackground OverBackground constant fixed photographs",
    "bases": "FourierBasis LaplacianBasis LowResBasis PixelBasis",
    "channels": "FAVOURITES favourite_channels selective_channels",
    "claims": "Claim show_claims",
    "drawing": "Diagram decay_picture placeholder spectrum_picture",
    "dream": "color_mixed deep_dream laplacian_normalised tiled_gradient",
    "fast_style": "ConditionalNorm FastStyle load_fast_style",
    "glsl": "glsl_body to_glsl",
    "measures": "frame_change orientation radial_spectrum seam_contrast",
    "mesh_files": "fetch_mesh load_mesh save_mesh unwrap",
    "meshes": "Mesh repair",
    "nonlinearities": "ACTIVATIONS absolute composite relu unbiased",
    "patternnet": "PatternNet PatternNetPlain",
    "pytorch3d_backend": "from_pytorch3d to_pytorch3d",
    "relu": "RedirectedReLU",
    "texture": "lookup mip_level mip_levels sample_texture",
    "tiling": "periodic_part resize_periodic seam_jump tile tiling_transforms wrap",
    "alpha": "blend_over checkerboard composites four_way transparency_objective",
    "cppn": "CPPN coordinate_grid glsl_body interpolate_weights to_glsl",
    "images": "FourierBasis ImageParam fourier_image pixel_image random_image",
    "networks": "Network list_networks load_network",
    "objectives": "alignment channel direction diversity logit neuron",
    "rasterize": "Fragments View interpolate rasterize render sample_texture",
    "scene": "Mesh load_mesh look_at orbit_views perspective sample_views",
    "style": "MovingAverageGram content_loss gram_matrix mmd_loss style_loss",
}


@pytest.mark.parametrize("module", REMEMBERED)
def test_a_room_still_has_what_the_old_module_had(module):
    room = door(ROOM_OF.get(module, module))
    for name in REMEMBERED[module].split():
        assert name in room.__all__, f"{room.__name__} has no {name}"


# --- importing ------------------------------------------------------------------------


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh Python loads for `code`."""
    program = (
        f"import sys; before = set(sys.modules)\n{code}\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    return set(
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
    )


def test_the_front_door_is_light():
    loaded = loaded_by("import dputils; dir(dputils)")
    assert loaded - set(sys.stdlib_module_names) == {"dputils", "lazy_loader"}


def test_a_name_loads_what_it_needs():
    loaded = loaded_by("import dputils; dputils.fourier_image")
    assert "torch" in loaded and not loaded & HEAVY


# Records what happens while all rooms are imported, after torch and torchvision.
PROBE = """
import importlib, json, sys
import torch, torchvision
before = set(sys.modules)
touched = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        touched.append(event)
    elif event == "open" and isinstance(arguments[0], str):
        if not arguments[0].endswith((".py", ".pyi", ".pyc", ".so")):
            touched.append(arguments[0])
sys.addaudithook(watch)
for name in MODULES:
    importlib.import_module(name)
loaded = sorted({name.split(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"loaded": loaded, "touched": touched}))
"""


def probe_import() -> dict:
    names = ["dputils", *(f"dputils.{name}" for name in (*ROOMS, *LOOSE))]
    result = subprocess.run(
        [sys.executable, "-c", f"MODULES = {names}\n{PROBE}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


def test_import_is_light():
    # how long it takes is for benchmarks/import_time.py: seconds depend on the machine
    run = probe_import()
    assert not HEAVY & set(run["loaded"])
    data = [
        path
        for path in run["touched"]
        if "dputils" in path or "data" in path or "." not in path
    ]
    assert not data, f"import dputils reads {data}"
