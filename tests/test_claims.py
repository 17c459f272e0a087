"""The claims of each notebook hold for the code as it is.

They take a quarter of an hour to measure. `make run` measures them, and stores them in
the notebooks together with what they rest on (`notebooks/rests_on.py`). Where that has
changed, the cells tagged imports, parameters and claims are run again here; where only
PyTorch is another, those of a sample of notebooks.
"""

import ast
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from scripts import load_script

from dputils.book import Claim

execute = load_script("notebooks/execute.py")
rests_on = execute.rests_on
ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("0*.ipynb")) + sorted(
    (FOLDER / "appendix").glob("*.ipynb")
)


@pytest.fixture
def in_notebook_folder(monkeypatch, path):
    """As in the notebook's own folder, with nothing displayed."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: None)
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


# Measured again wherever another PyTorch is at hand than the one of the last run. New
# releases come every few months, and all claims would add half an hour to a newcomer's
# `make test`: `CLAIMS=all make test` measures all.
SAMPLE = ("backgrounds", "visualizing_networks_1_inside")


def measured(path):
    """The claims of a notebook as dictionaries: from its last run, or measured now."""
    notebook = nbformat.read(path, as_version=4)
    any_torch = path.stem not in SAMPLE and os.environ.get("CLAIMS") != "all"
    if (why := rests_on.why_stale(notebook, any_torch=any_torch)) is None:
        return notebook.metadata["measured"]["claims"]
    print(f"\n{path.name}: measured again, because {why}")
    names = {"__name__": "__main__", "display": lambda *args, **kwargs: None}
    for number, text in enumerate(
        rests_on.measuring_cells(notebook, rests_on.MEASURING)
    ):
        exec(compile(text, f"{path.name}, measuring cell {number}", "exec"), names)
    claims = names.get("claims", [])
    assert all(isinstance(claim, Claim) for claim in claims), (
        f"{path.name}: `claims` holds more than Claim: {claims!r}"
    )
    return [claim.record for claim in claims]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_claims_hold(path, in_notebook_folder):
    claims = measured(path)
    assert claims, (
        f"{path.name}: the cells tagged claims must leave a list of Claim in `claims`"
    )
    print()
    for claim in claims:
        print(claim["text"])
    assert any(claim["bar"] for claim in claims), "no claim has a bar to clear"
    few = [
        claim["text"] for claim in claims if claim["bar"] and len(claim["values"]) < 3
    ]
    assert not few, f"claims with a bar need at least three values: {few}"
    failing = [claim["text"] for claim in claims if claim["verdict"] == "no"]
    assert not failing, "\n".join(failing)


def test_every_section_is_measured():
    """A notebook without claims would pass by silence."""
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        assert list(rests_on.measuring_cells(notebook, {"claims"})), path.name


# --- when they are measured again ---

# A package of two rooms behind doors, and what its parts need of each other.
PACKAGE = {
    "__init__.py": "import lazy_loader\n",
    "__init__.pyi": "from .shapes import area as area\n",
    "shapes/__init__.py": "from .disc import Disc, area\nfrom .square import side\n",
    "shapes/disc.py": '''"""Discs."""
import math

from ..units import METRE
from . import square

PI = math.pi
unused = 1


def area(radius: float) -> float:
    """Of a disc."""
    # in square units
    text = """not a docstring # nor a comment"""
    return PI * radius ** 2 * METRE  # Archimedes


class Disc:
    grown = 2

    def enclosing(self):
        from ..units import margin

        return square.side(self.grown) + margin()
''',
    "shapes/square.py": "def side(length):\n    return length\n\n\nother = 5\n",
    "units.py": "METRE = 1.0\nFOOT = 0.3\n\n\ndef margin():\n    return FOOT\n",
}


def write_package(root, changed=None):
    for name, text in (PACKAGE | (changed or {})).items():
        path = root / "dputils" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def notebook_of(claims, imports="", parameters="size = 1"):
    cells = [
        nbformat.v4.new_code_cell(text, metadata={"tags": [tag]})
        for tag, text in [
            ("imports", imports),
            ("parameters", parameters),
            ("claims", claims),
        ]
    ]
    return nbformat.v4.new_notebook(cells=cells)


AREA = notebook_of("area(size)", "from dputils.shapes import area, Disc")
DISC = notebook_of("Disc().enclosing()", "from dputils.shapes import area, Disc")
DOOR = notebook_of("dp.area(size)", "%matplotlib inline\nimport dputils as dp")
MODULE = notebook_of("f = shapes.side(2)", "from dputils import shapes")
HANDED = notebook_of("f(square)", "from dputils.shapes import square")
# Ways in that hand the whole room around; the first has a line that is not IPython's.
ROOM = notebook_of(
    "print(1\n % 2, getattr(shapes, 'area'))", "from dputils import shapes"
)
LONG = notebook_of("dputils.shapes.area(1)", "import dputils.shapes")
STAR = notebook_of("area(1)\nfrom dputils.shapes import *", "")
ALL = {
    "area": AREA,
    "disc": DISC,
    "door": DOOR,
    "module": MODULE,
    "handed": HANDED,
}
WHOLE = {"room": ROOM, "long": LONG, "star": STAR}


@pytest.mark.parametrize(
    "file, old, new, stale",
    [
        ("shapes/disc.py", "** 2", "** 3", {"area", "door", *WHOLE}),
        ("shapes/disc.py", "PI = math.pi", "PI = 3", {"area", "door", *WHOLE}),
        ("shapes/disc.py", "# nor a", "# or a", {"area", "door", *WHOLE}),
        ("shapes/disc.py", "(radius: float)", "(radius, /)", {"area", "door", *WHOLE}),
        ("shapes/disc.py", "grown = 2", "grown = 3", {"disc", *WHOLE}),
        ("shapes/disc.py", "unused = 1", "unused = 2", set()),
        ("shapes/disc.py", "unused = 1", "print(1)", {"area", "door", "disc", *WHOLE}),
        ("units.py", "METRE = 1.0", "METRE = 2.0", {"area", "door", *WHOLE}),
        ("units.py", "FOOT = 0.3", "FOOT = 0.4", {"disc", *WHOLE}),
        (
            "shapes/square.py",
            "return length",
            "return -length",
            {"disc", "module", "handed", *WHOLE},
        ),
        ("shapes/square.py", "other = 5", "other = 6", {"handed"}),
        # A door that does more than pass names on.
        (
            "shapes/__init__.py",
            "side\n",
            "side\narea = max\n",
            {"area", "door", *WHOLE},
        ),
        (
            "shapes/__init__.py",
            "side\n",
            "side\nprint(1)\n",
            {"area", "disc", "door", "module", *WHOLE},
        ),
        ("shapes/disc.py", '"""Discs."""', '"""Round\n\nthings."""', set()),
        ("shapes/disc.py", "Of a disc.", "Of a disc,\n    whole.", set()),
        ("shapes/disc.py", "# in square", "# square", set()),
        ("shapes/disc.py", "  # Archimedes", "", set()),
        ("shapes/disc.py", "radius: float) -> float", "radius)", set()),
        (
            "shapes/disc.py",
            "PI * radius ** 2 * METRE",
            "(\n  PI * radius**2\n * METRE)",
            set(),
        ),
    ],
)
def test_a_change_reaches_what_rests_on_it_and_nothing_else(
    tmp_path, file, old, new, stale
):
    before = write_package(tmp_path / "before")
    assert old in PACKAGE[file]
    changed = PACKAGE[file].replace(old, new)
    after = write_package(tmp_path / "after", {file: changed})
    found = {
        name
        for name, notebook in (ALL | WHOLE).items()
        if rests_on.code_print(notebook, before) != rests_on.code_print(notebook, after)
    }
    assert found == stale


@pytest.mark.parametrize(
    "source, kept",
    [
        ("%matplotlib inline\n%%time\n!ls\na = 1", "\n\n\na = 1"),
        ("a = (\n    1\n    % 4\n    != 4\n)", "a = (\n    1\n    % 4\n    != 4\n)"),
    ],
)
def test_only_commands_of_ipython_are_left_out(source, kept):
    notebook = notebook_of(source)
    assert list(rests_on.measuring_cells(notebook, {"claims"})) == [kept]


@pytest.fixture(scope="module")
def book():
    """`{name: (notebook, its code's print)}`."""
    read = {path.stem: nbformat.read(path, as_version=4) for path in NOTEBOOKS}
    return {name: (each, rests_on.code_print(each)) for name, each in read.items()}


# A constant of the package, and the notebooks whose claims rest on it.
FAR = [
    ("patterns/dream.py", "1e-12", {"infinite_patterns"}),
    ("style/statistics.py", "1e-12", {"style_representation"}),
    (
        "rasterize/visibility.py",
        "1e-3",
        {
            "05_textures_through_rendering",
            "06_style_transfer_3d",
            "07_beyond_geometry_and_material",
        },
    ),
    (
        "color.py",
        "0.055",
        {
            "04_transparency",
            "05_textures_through_rendering",
            "06_style_transfer_3d",
            "07_beyond_geometry_and_material",
            "backgrounds",
        },
    ),
    ("book/drawing.py", "0.5", set()),
    ("widgets/encoding.py", "85", set()),
    ("media.py", "1000", set()),
]


@pytest.mark.parametrize("file, constant, stale", FAR, ids=[row[0] for row in FAR])
def test_a_constant_of_the_package_reaches_its_notebooks(
    tmp_path, book, file, constant, stale
):
    shutil.copytree(ROOT / "dputils", tmp_path / "dputils")
    path = tmp_path / "dputils" / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    value = float(constant)
    numbers = [n for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    chosen = [n for n in numbers if n.value == value and not isinstance(n.value, bool)]
    assert chosen, f"{file} has no {constant} any more; choose another constant"
    for number in chosen:
        number.value = value * 2
    path.write_text(ast.unparse(tree), encoding="utf-8")
    found = {
        name
        for name, (notebook, now) in book.items()
        if rests_on.code_print(notebook, tmp_path) != now
    }
    assert found == stale


@pytest.mark.parametrize(
    "tag, source, same",
    [
        ("claims", "steps = 0", False),
        ("parameters", "steps = 0", False),
        ("imports", "from dputils.book import Diagram", True),
        ("live", "steps = 0", True),
    ],
)
def test_only_what_measures_asks_for_a_new_measurement(tag, source, same):
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    before = rests_on.code_print(notebook)
    notebook.cells[0].source += "\nMore prose."
    assert rests_on.code_print(notebook) == before
    notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": [tag]}))
    assert (rests_on.code_print(notebook) == before) == same


def test_it_says_why_claims_are_measured_again(tmp_path):
    root = write_package(tmp_path)
    notebook = notebook_of("area(size)", "from dputils.shapes import area")
    assert rests_on.why_stale(notebook, root) == "they were never measured"
    for name in ("drawn/code.py", "drawn/more.py", "drawn/owl.jpg"):
        (root / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "data" / name).write_text("1")

    def seal():
        code = rests_on.code_print(notebook, root)
        kept = rests_on.seal(code, [], [])
        kept["data"] = rests_on.data_prints(["drawn/owl.jpg", "drawn/code.py"], root)
        notebook.metadata["measured"] = kept
        assert rests_on.why_stale(notebook, root) is None

    seal()
    (root / "data/drawn/owl.jpg").write_text("2")
    assert rests_on.why_stale(notebook, root) == "data has changed: drawn/owl.jpg"
    seal()
    (root / "data/drawn/more.py").write_text("2")  # beside the code that was asked for
    assert rests_on.why_stale(notebook, root) == "data has changed: drawn/code.py"
    seal()
    notebook.metadata["measured"]["torch"] = "1.0"
    assert rests_on.why_stale(notebook, root).startswith("PyTorch 1.0 measured them, ")
    assert rests_on.why_stale(notebook, root, any_torch=True) is None
    seal()
    notebook.cells[-1].source += "\nsize = 2"
    assert rests_on.why_stale(notebook, root) == "the code they rest on has changed"


@pytest.mark.slow
def test_a_run_stores_what_its_claims_rest_on(tmp_path):
    """Files are noted while cells are measured, and not while figures are drawn."""
    notebook = notebook_of(
        "network = load_network('patternnet')\n"
        "claims = [Claim('it loads', [len(network.classes)] * 3, at_least=size)]",
        "from dputils.book import Claim\n"
        "from dputils.data import sample_mesh\n"
        "from dputils.networks import load_network",
    )
    figure = nbformat.v4.new_code_cell("sample_mesh('teapot')")
    notebook.cells.insert(2, figure)
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook, path)
    assert execute.main([str(path)]) == 0
    stored = nbformat.read(path, as_version=4)
    kept = stored.metadata["measured"]
    assert list(kept["data"]) == ["patternnet/robust.safetensors"]
    assert kept["claims"][0]["values"] == [80.0] * 3
    assert rests_on.why_stale(stored) is None
