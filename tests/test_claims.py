"""The claims of each notebook hold for the code as it is.

They take a quarter of an hour to measure. `make run` measures them, and stores them in
the notebooks together with a fingerprint of what they rest on. Where the fingerprint is
no longer that of the code, the cells tagged imports, parameters and claims are run
again here.
"""

import ast
from pathlib import Path

import nbformat
import pytest
from scripts import load_script

from dputils.book import Claim

execute = load_script("notebooks/execute.py")
FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("0*.ipynb")) + sorted(
    (FOLDER / "appendix").glob("*.ipynb")
)


def tagged_cells(path):
    """`(number, tag, source)` of the cells to run, without IPython's own commands."""
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        tags = execute.MEASURED & set(cell.metadata.get("tags", []))
        if cell.cell_type == "code" and tags:
            lines = [
                line
                for line in cell.source.splitlines()
                if not line.lstrip().startswith(("%", "!"))
            ]
            yield number, min(tags), "\n".join(lines)


@pytest.fixture
def in_notebook_folder(monkeypatch, path):
    """As in the notebook's own folder, with nothing displayed."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: None)
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def measured(path):
    """The claims of a notebook as dictionaries: from its last run, or from running its
    cells now.
    """
    if (stored := execute.stored_claims(nbformat.read(path, as_version=4))) is not None:
        return stored
    names = {"__name__": "__main__", "display": lambda *args, **kwargs: None}
    for number, tag, source in tagged_cells(path):
        exec(compile(source, f"{path.name}, cell {number} ({tag})", "exec"), names)
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
    failing = [claim["text"] for claim in claims if not claim["holds"]]
    assert not failing, "\n".join(failing)


def test_every_section_is_measured():
    """A notebook without claims would pass by silence."""
    assert NOTEBOOKS
    assert [
        path.name
        for path in NOTEBOOKS
        if "claims" not in {tag for _, tag, _ in tagged_cells(path)}
    ] == []


# --- when they are measured again ---

CODE = '''"""What this is."""
import math


def area(radius):
    """Of a disc."""
    # in square units
    text = """not a docstring # nor a comment"""
    return math.pi * radius ** 2  # Archimedes
'''


@pytest.mark.parametrize(
    "old, new, same",
    [
        ("What this is", "What it is", True),
        ("Of a disc.", "Of a disc,\n    whole.", True),
        ("# in square", "# square", True),
        ("  # Archimedes", "", True),
        ("import math\n\n", "import math\n", True),
        ("** 2", "** 3", False),
        ("# nor a", "# or a", False),
        ("(radius)", "(radius, /)", False),
        ('    """Of a disc."""\n', "", False),
    ],
)
def test_words_about_the_code_change_nothing(old, new, same):
    assert old in CODE
    assert (
        execute.bare_code(CODE) == execute.bare_code(CODE.replace(old, new))
    ) == same


class Silent(ast.NodeTransformer):
    """Docstrings become `...`."""

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value = ast.Constant(...)
        return node


@pytest.mark.parametrize(
    "path", sorted((FOLDER.parent / "dputils").glob("*.py")), ids=lambda path: path.stem
)
def test_the_code_without_words_is_the_same_code(path):
    source = path.read_text(encoding="utf-8")
    assert ast.dump(ast.parse(execute.bare_code(source))) == ast.dump(
        Silent().visit(ast.parse(source))
    )


@pytest.mark.parametrize(
    "tag, same",
    [("claims", False), ("imports", False), ("parameters", False), ("live", True)],
)
def test_only_what_measures_asks_for_a_new_measurement(tag, same):
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    notebook.metadata["measured"] = {
        "fingerprint": execute.fingerprint(notebook),
        "claims": ["stored"],
    }
    assert execute.stored_claims(notebook) == ["stored"]
    notebook.cells[0].source += "\nMore prose."
    assert execute.stored_claims(notebook) == ["stored"]
    notebook.cells.append(
        nbformat.v4.new_code_cell("steps = 0", metadata={"tags": [tag]})
    )
    assert (execute.stored_claims(notebook) is not None) == same
    assert execute.stored_claims(nbformat.v4.new_notebook()) is None
