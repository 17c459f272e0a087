"""Each section's live panel in a real JupyterLab: play, steer with every control, pause.

A notebook's panel needs its cells tagged `imports`, `parameters` and `live`; nothing else of it is run here.
"""

import ast
import io
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from .test_jupyterlab import lab, notebook, run_cell  # noqa: F401  (lab is a fixture)
from .test_live_panel import button, numbers, output, put, steps, wait

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SECTIONS = sorted(path.stem for path in FOLDER.glob("0*.ipynb"))
REPORT = "print({name: value for name, value in panel.values.items() if isinstance(value, (int, float, bool))})"
MOST_LINES = 15  # of a panel's cell: a student should be able to write one


def live_cells(name):
    """The sources that a section's panel needs, the panel's own last."""
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if {"imports", "parameters", "live"} & set(cell.metadata.get("tags", []))]


@pytest.fixture
def open_panel(lab, chromium):  # noqa: F811
    """`open_panel(name)`: a page with a section's panel, and a list of what its console complains of."""
    contexts, complaints = [], []

    def opened(name):
        *before, panel = live_cells(name)
        put(lab, name, notebook(("\n\n\n".join(before), None), (panel, None), (REPORT, None)))
        contexts.append(chromium.new_context(viewport={"width": 1200, "height": 1000}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{lab}/lab/tree/{name}.ipynb?reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=120_000)
        run_cell(page, 0)
        run_cell(page, 1)
        button(page, "play", 1).wait_for(timeout=180_000)
        wait(lambda: numbers(page, 1).startswith("step"), 60)
        return page, complaints

    yield opened
    for context in contexts:
        context.close()


def picture(page):
    """What the panel shows: (H, W, 3) in [0, 1]."""
    data = output(page, 1).locator("canvas.picture").evaluate(
        "canvas => fetch(canvas.toDataURL()).then(it => it.arrayBuffer()).then(it => [...new Uint8Array(it)])")
    return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB")) / 255


def settled(page):
    """Wait until the picture belongs to the last answer."""
    wait(lambda: output(page, 1).locator("canvas.picture").get_attribute("data-step") == f"step {steps(page, 1)}", 60)


def play_until(page, count):
    button(page, "play", 1).click()
    wait(lambda: steps(page, 1) >= count, 90)
    button(page, "pause", 1).click()
    page.wait_for_timeout(600)
    settled(page)


# --- what a reader is told to look for ---

def apart(row, count):
    """Mean difference between neighbours of so many square pictures in a row, with or without gaps."""
    side, step = row.shape[0], (row.shape[1] - row.shape[0]) / (count - 1)
    pictures = [row[:, round(k * step):round(k * step) + side] for k in range(count)]
    return np.mean([np.abs(a - b).mean() for a, b in zip(pictures, pictures[1:])])


def roughness(picture):
    return np.abs(np.diff(picture, axis=0)).mean() + np.abs(np.diff(picture, axis=1)).mean()


def opaque(picture):
    """Mean of the fourth of four views, the one at the lower right."""
    return picture[picture.shape[0] // 2:, picture.shape[1] // 2:].mean()


# Section: a slider, steps from the start for each of its ends (0: only look), and what to expect of the two pictures.
LAWS = {
    "00": ("coupling", 30, lambda low, high: apart(high, 2) < 0.6 * apart(low, 2)),
    "01": ("levels", 30, lambda low, high: apart(high, 4) < 0.9 * apart(low, 4)),
    "02": ("content", 20, lambda low, high: np.abs(high - low).mean() > 0.05),
    "03": ("hidden", 40, lambda low, high: roughness(high) > 1.5 * roughness(low)),
    "04": ("pressure", 50, lambda low, high: opaque(high) < opaque(low) - 0.2),
    "05": ("turn", 0, lambda low, high: np.abs(high - low).mean() > 0.01),
    "06": ("side", 0, lambda low, high: np.abs(high - low).mean() > 0.05),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_the_panel_is_short_and_shown_without_a_kernel(name):
    lines = [line for line in live_cells(name)[-1].splitlines() if line.strip()]
    assert any("LivePanel(" in line for line in lines) and len(lines) <= MOST_LINES, f"{len(lines)} lines"
    assert lines[-1].startswith("panel.run("), "the saved notebook shows the picture after some steps"


@pytest.mark.parametrize("name", SECTIONS)
def test_every_control_steers(open_panel, name):
    page, complaints = open_panel(name)
    first, start = steps(page, 1), picture(page)
    assert first > 0 and start.std() > 0.02, "the run's picture is there before anybody plays"
    play_until(page, first + 3)
    held, seen = steps(page, 1), picture(page)
    assert np.abs(seen - start).max() > 0.02, "the picture moved"
    page.wait_for_timeout(700)
    assert steps(page, 1) == held and np.array_equal(picture(page), seen), "paused, it stands still"

    slider, count, law = LAWS[name[:2]]
    low, high = (picture_at(page, slider, end, count) for end in ("Home", "End"))
    assert law(low, high), f"{slider} does not do what the notebook says"

    wanted, controls = {}, output(page, 1).locator(".control")
    for index in range(controls.count()):
        control = controls.nth(index)
        key, before = control.locator("span").first.inner_text().replace(" ", "_"), steps(page, 1)
        if control.locator("input[type=range]").count():
            control.locator("input").press("End")
            wanted[key] = float(control.locator("input").get_attribute("aria-valuetext"))
        elif control.locator("input[type=checkbox]").count():
            wanted[key] = not control.locator("input").is_checked()
            control.locator("input").set_checked(wanted[key])
        else:
            control.get_by_role("radio").last.check()
        for _ in range(index + 2):  # another number each time, so that a run that began anew can be told
            button(page, "step", 1).click()
        wait(lambda: steps(page, 1) in (index + 2, before + index + 2), 60)
        assert output(page, 1).locator(".error").inner_text() == "", key
    run_cell(page, 2)
    wait(lambda: output(page, 2).count() > 0)
    told = ast.literal_eval(output(page, 2).inner_text().strip())
    assert wanted and {key: told[key] for key in wanted} == pytest.approx(wanted, rel=1e-2)
    assert not complaints, complaints


def picture_at(page, slider, key, count):
    """The picture with a slider at one of its ends, after so many steps from the start (0: as it is)."""
    output(page, 1).get_by_role("slider", name=slider, exact=True).press(key)
    if count:
        button(page, "reset", 1).click()
        wait(lambda: steps(page, 1) == 0, 60)
        play_until(page, count)
    page.wait_for_timeout(600)
    return picture(page)
