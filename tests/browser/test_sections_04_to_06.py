"""Sections 04 to 06 in a real JupyterLab; the others: `test_sections_00_to_03.py`."""

import pytest
from scripts import sample

from .sections import SECTIONS, check_section

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", sample(SECTIONS[4:], "05"))
def test_every_figure_works_and_every_control_steers(open_lab, name):
    check_section(open_lab, name)
