"""Saved notebooks in JupyterLab before any cell ran: a panel runs in the page until the
notebook's own takes its place. Nobody has trusted them, if nothing else is said.
"""

import json

import nbformat
import numpy as np
import pytest
from scripts import ROOT, load_script, sample

from .lab import cell, notebook, output, prompt, run_cell, trusted
from .panel import PANEL, alert, button, numbers, pause, picture, settled, until_there
from .test_saved import saved
from .waiting import becomes, until_drawn, wait

pytestmark = pytest.mark.slow
NOTEBOOKS = sorted((ROOT / "notebooks").glob("0*.ipynb"))
STEM = NOTEBOOKS[0].stem
HINT = "A kernel makes it live"
OWN = ["target", "lr", "basis"]  # controls of PANEL


@pytest.fixture(scope="module")
def panels():
    return load_script("notebooks/page_panels.py").panels()


@pytest.fixture(scope="module")
def small():
    """A notebook whose second cell has saved a panel, as `make run` saves it."""
    known = {}
    exec(PANEL, known)
    shown = {"text/html": known["panel"].html(), "text/plain": repr(known["panel"])}
    made = notebook(("1 + 1", None), (PANEL, shown))
    made.cells[1].metadata["tags"] = ["live"]
    return made


def engines(page):
    """How many workers run that are no file of JupyterLab."""
    page.evaluate("0")  # Playwright hears of their end while it is asked something
    return sum(worker.url.startswith("blob:") for worker in page.workers)


def names(page, index=1):
    """Of the controls."""
    return output(page, index).locator(".about").all_inner_texts()


def steps(page, index):
    """So many were taken; a panel that nobody has touched says nothing."""
    told = numbers(page, index).split()
    return int(told[1]) if told else 0


def seen(page, index):
    """The picture's own pixels, as a flat list."""
    return np.array(
        picture(page, index).evaluate(
            """canvas => [...canvas.getContext("2d").getImageData(
            0, 0, canvas.width, canvas.height).data]"""
        )
    )


def value(page, index):
    """Score, or loss with a minus."""
    told = numbers(page, index).split()
    return float(told[3]) * (-1 if told[2] == "loss" else 1)


@pytest.mark.parametrize("path", sample(NOTEBOOKS[:6], "00"))
def test_a_notebook_of_the_book_plays_though_nothing_ran(open_lab, lab, panels, path):
    made = nbformat.read(path, as_version=4)
    code = [each for each in made.cells if each.cell_type == "code"]
    (live,) = (k for k, each in enumerate(code) if each.id == "live-panel")
    page = open_lab(path.stem, made)
    cell(page, live).scroll_into_view_if_needed()
    button(page, "play", live).wait_for()
    wanted = panels[path.stem]["controls"]
    assert names(page, live) == [each["label"] for each in wanted]
    assert HINT not in output(page, live).inner_text()
    assert engines(page) == 0, "nobody has asked for anything"
    wait(lambda: seen(page, live).std() > 5, "the still")
    still = seen(page, live)

    button(page, "step", live).click()
    becomes(lambda: numbers(page, live).startswith("step 1 "), True)
    first, at = seen(page, live), value(page, live)
    assert first.shape != still.shape or (first != still).any()
    button(page, "play", live).click()
    wait(lambda: steps(page, live) > 12 and value(page, live) > at, "a climb")
    pause(page, live)
    assert (seen(page, live) != first).any() and engines(page) == 1

    # another seed begins anew, as any control does that makes another picture
    field = output(page, live).get_by_label("seed", exact=True)
    field.fill("3")
    field.press("Enter")
    becomes(lambda: steps(page, live), 0)
    assert alert(page, live) == ""
    assert prompt(page, live) == f"[{code[live].execution_count}]:"
    kept = saved(lab)["cells"]
    (now,) = (each for each in kept if each["id"] == "live-panel")
    assert now["outputs"] == json.loads(json.dumps(code[live].outputs))


def test_the_cell_is_run_and_its_own_panel_takes_the_place(open_lab, lab, small):
    page = open_lab(STEM, small)
    button(page, "play", 1).click()
    wait(lambda: steps(page, 1) > 1, "a run")
    assert engines(page) == 1 and names(page) != OWN
    run_cell(page, 1)
    becomes(lambda: names(page), OWN)
    until_there(page, 1)
    becomes(lambda: engines(page), 0)
    button(page, "step", 1).click()
    becomes(lambda: steps(page, 1), 1)

    # Its reader saves it and comes back. The kernel still has the panel: it is shown.
    made = saved(lab)
    lab.reopen()
    becomes(lambda: names(page), OWN)
    until_there(page, 1)
    assert steps(page, 1) == 1 and output(page, 1).locator("figure").count() == 1

    # And comes back another day, without that kernel.
    lab.close()
    lab.begin()
    page = open_lab(STEM, trusted(made))
    button(page, "play", 1).click()
    wait(lambda: steps(page, 1) > 1, "a run")
    assert engines(page) == 1 and names(page) != OWN


def test_it_ends_with_its_notebook(open_lab, lab, small):
    page = open_lab(STEM, small)
    button(page, "play", 1).click()
    wait(lambda: steps(page, 1) > 0, "a run")
    assert engines(page) == 1
    lab.close()
    becomes(lambda: engines(page), 0)


def test_whoever_trusts_the_notebook_finds_the_panel_again(open_lab, small):
    """JupyterLab then draws all outputs anew."""
    page = open_lab(STEM, small)
    button(page, "step", 1).click()
    becomes(lambda: steps(page, 1), 1)
    page.evaluate(  # what the command does when its question was answered
        """() => {
        const { model } = jupyterapp.shell.currentWidget.content;
        for (const cell of model.cells) cell.trusted = true;
    }"""
    )
    becomes(lambda: numbers(page, 1), "")
    becomes(lambda: engines(page), 0)
    button(page, "step", 1).click()
    becomes(lambda: steps(page, 1), 1)
    assert settled(page, 1) == 1 and engines(page) == 1


def test_two_views_of_a_notebook_have_a_panel_each(open_lab, small):
    page = open_lab(STEM, small)
    button(page, "step", 1).click()
    becomes(lambda: steps(page, 1), 1)
    both = page.locator(".jp-Notebook .jp-CodeCell figure:has(.curve)")
    page.evaluate("() => { jupyterapp.commands.execute('docmanager:clone'); }")
    becomes(both.count, 2)
    both.last.get_by_role("button", name="step", exact=True).click()
    becomes(lambda: engines(page), 2)
    page.evaluate("() => { jupyterapp.shell.currentWidget.dispose(); }")
    becomes(lambda: (both.count(), engines(page)), (1, 1))


def still_only(page):
    """The saved output is there as it is, and nothing else has come."""
    output(page, 1).locator("img").wait_for()
    until_drawn(page, 5)
    page.wait_for_timeout(1000)
    assert HINT in output(page, 1).inner_text()
    assert output(page, 1).locator("img").is_visible()
    assert output(page, 1).locator("button").count() == 0


def test_any_other_notebook_keeps_its_still(open_lab, small):
    still_only(open_lab("mine", small))
    other = nbformat.from_dict(small)
    other.cells[1].metadata["tags"] = []
    still_only(open_lab(STEM, other))


def test_without_the_script_the_still_stays(open_lab, lab, small):
    lab.begin()  # or it would be there from before
    lab.page.route("**/panels.js", lambda route: route.fulfill(status=404))
    still_only(open_lab(STEM, small))
    # this is the browser's own remark
    assert all("404" in text for text in lab.complaints) and lab.complaints
    lab.complaints.clear()
    lab.page.unroute("**/panels.js")
    lab.begin()
