"""A panel in a notebook that its reader saves: it is run in a JupyterLab, saved, the
page loaded anew, and the panel closed.
"""

import pytest

from . import panel
from .lab import notebook, output, run_cells
from .waiting import becomes

pytestmark = pytest.mark.slow

PANEL = """import torch
from dputils.images import PixelBasis
from dputils.widgets import LivePanel
class Grey(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.value = torch.nn.Parameter(torch.zeros(()))
    def forward(self):
        return self.value.sigmoid().expand(1, 3, 32, 32)
panel = LivePanel(Grey, lambda image: (image() - 0.9).square().mean())
panel"""


def test_a_panel_survives_a_reload_of_the_page_and_goes_when_closed(open_lab, lab):
    page = open_lab("reload", notebook((PANEL, None), ("panel.close()", None)))
    run_cells(page, [0])
    panel.until_there(page, 0)
    panel.button(page, "step", 0).click()
    becomes(lambda: panel.steps(page, 0), 1)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    lab.reopen()
    panel.until_there(page, 0)
    assert panel.steps(page, 0) == 1
    run_cells(page, [1])
    becomes(output(page, 0).locator(".numbers").count, 0)
    assert output(page, 0).locator("img").is_visible()
