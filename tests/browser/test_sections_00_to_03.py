"""Sections 00 to 03 in a real JupyterLab, and how short every panel's cell is. The
other sections have a file of their own, so that two processes share the work.
"""

import ast

import pytest
from scripts import sample

from .sections import RUN, SECTIONS, check_section, is_live, read

MOST_LINES = 15  # of a panel's cell: a student should be able to write one


@pytest.mark.parametrize("name", SECTIONS)
def test_the_panel_is_short_and_shown_without_a_kernel(name):
    *_, source = [cell.source for cell in read(name).cells if is_live(cell)]
    # one line a statement, however the formatter breaks them
    lines = ast.unparse(ast.parse(source)).splitlines()
    assert any("LivePanel(" in line for line in lines) and len(lines) <= MOST_LINES, (
        f"{len(lines)} lines"
    )
    assert RUN.match(lines[-1]), "the saved notebook shows the picture after some steps"


@pytest.mark.slow
@pytest.mark.parametrize("name", sample(SECTIONS[:4], "00"))
def test_every_figure_works_and_every_control_steers(open_lab, name):
    check_section(open_lab, name)
