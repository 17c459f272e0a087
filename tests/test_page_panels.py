"""Panels of the pages have the controls of the notebooks' panels, in whose place they
stand: the same names in the same order, options, ranges and values to start with.
"""

import re

import nbformat
import pytest
import torch
from scripts import ROOT, load_script

from dputils.widgets import LivePanel

SECTIONS = [path.stem for path in sorted((ROOT / "notebooks").glob("0[0-5]_*.ipynb"))]
NEEDED = {"imports", "parameters", "live"}  # tags of the cells that make a panel
ALIKE = ["kind", "options", "low", "high", "whole", "logarithmic", "start"]
ALIKE += ["only", "restarts", "seen"]

# What differs, (control, what) where not all of it does, and why it may. An entry that
# is no longer true must go.
EXCEPTIONS = {
    "00_why_parameterization_matters": {
        ("network", "restarts"): "a page's engine goes on with the other network; a"
        " LivePanel gets its network from `build`",
    },
    "05_textures_through_rendering": {
        ("turn", "whole"): "a page's model has so few triangles that any angle is drawn"
        " while the slider moves; the notebook prepares twelve views of its own",
    },
}


@pytest.fixture(scope="module")
def panels():
    return load_script("notebooks/page_panels.py").panels()


def of_notebook(stem, monkeypatch):
    """`(controls, starts)` of the panel that a notebook makes, without its steps."""
    monkeypatch.setattr(LivePanel, "run", lambda panel, steps=0: panel)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)  # nor other sizes
    notebook = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    known = {"__name__": "__main__"}
    for cell in notebook.cells:
        if NEEDED & {*cell.metadata.get("tags", [])}:
            exec(re.sub(r"(?m)^[%!].*$", "", cell.source), known)
    state = known["panel"].state
    return state["controls"], state["values"]


def by_label(controls, starts):
    """`{label: {what: value}}` of a panel, in the words that a reader sees."""
    called = {control["name"]: control["label"] for control in controls}
    found = {}
    for control in controls:
        said = {what: control.get(what) for what in ALIKE}
        options = [str(each).replace("_", " ") for each in control.get("options", [])]
        start = starts[control["name"]]
        said |= {"options": options, "start": options[start] if options else start}
        said["only"] = {
            called[other]: values for other, values in control["only"].items()
        }
        found[control["label"]] = said
    return found


@pytest.mark.parametrize("stem", SECTIONS)
def test_a_page_has_the_controls_of_its_notebook(panels, stem, monkeypatch):
    panel = panels[stem]
    page = by_label(panel["controls"], panel["values"])
    notebook = by_label(*of_notebook(stem, monkeypatch))
    both = [label for label in page if label in notebook]
    assert [label for label in notebook if label in page] == both, "in another order"
    differing = {*page} ^ {*notebook} | {
        (label, what)
        for label in both
        for what in ALIKE
        if page[label][what] != notebook[label][what]
    }
    assert differing == {*EXCEPTIONS.get(stem, {})}


def test_every_panel_of_a_section_is_compared(panels):
    own = [name for name, panel in panels.items() if "fragment" not in panel]
    assert own == SECTIONS and {*EXCEPTIONS} <= {*SECTIONS}
