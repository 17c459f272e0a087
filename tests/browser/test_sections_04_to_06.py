"""Sections 04 and later in a real JupyterLab: all of them are thorough, since those of
`test_sections_00_to_03.py` have a sample.
"""

import pytest
from scripts import sample

from .sections import SECTIONS, check_section

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", sample(SECTIONS[4:]))
def test_every_figure_works_and_every_control_steers(open_lab, name):
    check_section(open_lab, name)
