"""What a reader's own save leaves of panels, live figures and progress bars: the
notebook is run in a JupyterLab, saved, its kernel ended, and opened again.
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


def saved(lab):
    """The notebook as JupyterLab writes it down."""
    lab.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    return lab.server.ask("GET", f"contents/{lab.name}.ipynb")["content"]


def test_a_panel_survives_a_reload_of_the_page_and_goes_when_closed(open_lab, lab):
    page = open_lab("reload", notebook((PANEL, None), ("panel.close()", None)))
    run_cells(page, [0])
    panel.until_there(page, 0)
    panel.button(page, "step", 0).click()
    becomes(lambda: panel.steps(page, 0), 1)
    saved(lab)
    lab.reopen()
    panel.until_there(page, 0)
    assert panel.steps(page, 0) == 1
    run_cells(page, [1])
    becomes(output(page, 0).locator(".numbers").count, 0)
    assert output(page, 0).locator("img").is_visible()
