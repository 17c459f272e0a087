"""The claims of each notebook, measured again: its cells tagged imports, parameters and claims are run in order.

Where all notebooks were just executed anyway, `execute.py --report FILE` has noted their claims, and
DPUTILS_REPORT=FILE spares the second measurement.
"""

import json
import os

from pathlib import Path

import nbformat
import pytest

from dputils.claims import Claim

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("0*.ipynb")) + sorted((FOLDER / "appendix").glob("*.ipynb"))
TAGS = {"imports", "parameters", "claims"}


def tagged_cells(path):
    """`(number, tag, source)` of the cells to run, without IPython's own commands."""
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        tags = TAGS & set(cell.metadata.get("tags", []))
        if cell.cell_type == "code" and tags:
            lines = [line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!"))]
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
    """The claims of a notebook as dictionaries, from the report or from running its cells."""
    if report := os.environ.get("DPUTILS_REPORT"):
        ran = json.loads(Path(report).read_text(encoding="utf-8")).get(path.relative_to(FOLDER).as_posix())
        assert ran, f"{path.name} is not in {report}: it did not run to its end"
        return ran["claims"]
    names = {"__name__": "__main__", "display": lambda *args, **kwargs: None}
    for number, tag, source in tagged_cells(path):
        exec(compile(source, f"{path.name}, cell {number} ({tag})", "exec"), names)
    claims = names.get("claims", [])
    assert all(isinstance(claim, Claim) for claim in claims), f"{path.name}: `claims` holds more than Claim: {claims!r}"
    return [{"text": str(claim), "bar": claim.bar, "holds": claim.holds, "values": claim.values} for claim in claims]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_claims_hold(path, in_notebook_folder):
    claims = measured(path)
    assert claims, f"{path.name}: the cells tagged claims must leave a list of Claim in `claims`"
    print()
    for claim in claims:
        print(claim["text"])
    assert any(claim["bar"] for claim in claims), "no claim has a bar to clear"
    few = [claim["text"] for claim in claims if claim["bar"] and len(claim["values"]) < 3]
    assert not few, f"claims with a bar need at least three values: {few}"
    failing = [claim["text"] for claim in claims if not claim["holds"]]
    assert not failing, "\n".join(failing)


def test_every_section_is_measured():
    """A notebook without claims would pass by silence."""
    assert NOTEBOOKS
    assert [path.name for path in NOTEBOOKS if "claims" not in {tag for _, tag, _ in tagged_cells(path)}] == []
