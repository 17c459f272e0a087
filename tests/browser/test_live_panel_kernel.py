"""A live panel whose kernel is busy, was restarted, died or was stopped: what the
reader is told, and that running the cell mends it.
"""

import pytest

from .lab import notebook, output, run_cell
from .panel import PANEL, alert, button, note, numbers, settled, steps, until_there
from .waiting import becomes, wait

pytestmark = pytest.mark.slow

# The panel's own work is held up, as if by a long cell, until a file is there. A kernel
# with subshells would answer the panel beside any other cell.
BUSY = """import pathlib, time
with panel._lock:
    while not pathlib.Path("go").exists():
        time.sleep(0.05)"""
DIE = """import os
os._exit(1)"""
CELLS = [(source, None) for source in (PANEL, BUSY, DIE)]
GONE = "The kernel was restarted or ended, and this panel with it: run this cell again."
WAITING = "waiting for the kernel …"
# in the page, where nothing but the session can be asked
SESSION = "jupyterapp.shell.currentWidget.sessionContext"


@pytest.fixture
def page(open_lab):
    """A notebook whose panel has taken a few steps, and plays on."""
    page = open_lab("kernels", notebook(*CELLS))
    run_cell(page, 0)
    until_there(page)
    button(page, "play").click()
    wait(lambda: steps(page) > 3, "a run")
    return page


def until_lost(page):
    """Wait for the message, look at the rest, and press every button."""
    becomes(lambda: alert(page), GONE)
    assert note(page) == ""
    button(page, "play").wait_for()
    held = numbers(page)
    for name in ("play", "step", "reset", "save PNG"):
        error = output(page).locator("[role=alert]")
        error.evaluate("""error => {
            window.again = 0;
            new MutationObserver(() => { window.again += 1; }).observe(
                error, { childList: true });
        }""")
        button(page, name).click()
        wait(lambda: page.evaluate("window.again"), f"an answer to {name}")
        becomes(lambda: alert(page), GONE)
        button(page, "play").wait_for()
    assert numbers(page) == held


def until_mended(page):
    """Run the panel's cell in the new kernel, and play."""
    run_cell(page, 0)
    wait(lambda: numbers(page).startswith("step 0"), "the new panel")
    button(page, "play").click()
    wait(lambda: steps(page) > 3, "a run")
    assert alert(page) == ""


START = f"{SESSION}.changeKernel({{ name: 'python3' }})"


@pytest.mark.parametrize(
    "end, begin",
    [
        pytest.param(f"{SESSION}.restartKernel()", None, id="restarted"),
        pytest.param(START, None, marks=pytest.mark.thorough, id="another"),
        pytest.param(
            f"{SESSION}.shutdown()", START, marks=pytest.mark.thorough, id="shut down"
        ),
    ],
)
def test_a_playing_panel_says_that_its_kernel_is_gone(page, end, begin):
    page.evaluate(f"async () => {{ await {end}; }}")
    until_lost(page)
    if begin:
        page.evaluate(f"async () => {{ await {begin}; }}")
    until_mended(page)


def test_a_resting_panel_says_so_before_anybody_presses(page):
    button(page, "pause").click()
    settled(page)
    page.evaluate(f"async () => {{ await {SESSION}.restartKernel(); }}")
    until_lost(page)
    until_mended(page)


def test_a_kernel_that_died(page):
    page.evaluate(
        """() => {
        const { content } = jupyterapp.shell.currentWidget;
        content.activeCellIndex = 2;
        jupyterapp.commands.execute("notebook:run-cell");
    }"""
    )
    until_lost(page)
    until_mended(page)


def test_a_restart_from_elsewhere_of_which_jupyterlab_is_not_told(lab, page):
    kernel = page.evaluate(f"() => {SESSION}.session.kernel.id")
    lab.server.ask("POST", f"kernels/{kernel}/restart")
    # No more than that: JupyterLab 4.6 goes on to send what widgets say to a subshell
    # that ended with the old kernel, until it is loaded anew.
    until_lost(page)


def test_a_busy_kernel_is_waited_for(lab, page):
    run_cell(page, 1)
    becomes(lambda: note(page), WAITING)
    # meanwhile the panel asks twice whether it is still known: see BUSY in its script
    page.wait_for_timeout(7_000)
    for name in ("pause", "reset", "play"):
        button(page, name).click()
        assert note(page) == WAITING and alert(page) == ""
    lab.server.ask(
        "PUT", "contents/go", {"type": "file", "format": "text", "content": ""}
    )
    becomes(lambda: note(page), "")
    lab.server.ask("DELETE", "contents/go")
    wait(lambda: "steps/s" in numbers(page), "the run after it")
    assert alert(page) == ""
