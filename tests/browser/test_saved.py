"""What a reader's own save leaves of panels, live figures and progress bars: the
notebook is run in a JupyterLab, saved, its kernel ended, and opened again.
"""

import pytest

from . import panel
from .lab import notebook, output, run_cells, trusted
from .waiting import becomes, until_drawn, wait

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
SLIDER = """from dputils.widgets import CompareSlider
grey = torch.full((1, 3, 60, 80), 0.5)
figure = CompareSlider(grey, torch.zeros(1, 3, 60, 80), live=True, width=300)
figure"""
BAR = """import os, time
from dputils.progress import progress
for _ in progress(range(2), "steps", disable=False):
    while not os.path.exists("seen"):  # until the test has seen the bar
        time.sleep(0.05)
print("done")"""
BROKEN = "Error displaying widget"


def saved(lab):
    """The notebook as JupyterLab writes it down."""
    lab.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    return lab.server.ask("GET", f"contents/{lab.name}.ipynb")["content"]


def test_a_saved_notebook_has_pictures_and_no_views(open_lab, lab):
    """A panel, a live figure and a bar that is done; saved, and opened again with a
    kernel that knows nothing of them.
    """
    page = open_lab("saved", notebook((PANEL, None), (SLIDER, None), (BAR, None)))
    run_cells(page, [0, 1])
    panel.until_there(page, 0)
    output(page, 1).locator("[role=slider]").wait_for()
    run_cells(page, [2])  # from here on the kernel is busy with the bar
    page.locator("progress").wait_for()
    lab.server.ask(
        "PUT", "contents/seen", {"type": "file", "format": "text", "content": ""}
    )
    shown = output(page, 2).all_inner_texts
    wait(lambda: any("done" in text for text in shown()), "the end of the bar")
    becomes(page.locator("progress").count, 0)
    panel.button(page, "step", 0).click()
    becomes(lambda: panel.steps(page, 0), 1)

    made = saved(lab)
    outputs = [out for each in made["cells"] for out in each["outputs"]]
    kinds = {kind for out in outputs for kind in out.get("data", {})}
    assert kinds == {"text/html", "text/plain"}, "no view without a state"
    assert "widgets" not in made["metadata"] and "<progress" not in str(outputs)

    lab.close()  # its kernel ends
    lab.begin()
    page = open_lab("again", trusted(made))
    for index in (0, 1):
        picture = output(page, index).locator("img")
        picture.wait_for()
        assert picture.evaluate("it => it.decode().then(() => it.naturalWidth)") > 50
    until_drawn(page)
    assert BROKEN not in page.locator(".jp-Notebook").inner_text()
    assert "A kernel makes it live" in output(page, 0).inner_text()
    assert page.locator("progress").count() == 0
    run_cells(page, [0, 1])  # and what it says is true
    panel.until_there(page, 0)
    output(page, 1).locator("[role=slider]").wait_for()


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
