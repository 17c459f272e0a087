"""Each section in a real JupyterLab: as it was saved, its figures work; then its live
panel is played and steered.

Of its cells only those are run that the panel needs. `make run` runs them all.
"""

import ast
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from .test_jupyterlab import end_kernels, lab, open_notebook, put, run_cell, run_cells  # noqa: F401  (lab is a fixture)
from .test_live_panel import button, numbers, output, steps, wait

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SECTIONS = sorted(path.stem for path in FOLDER.glob("0*.ipynb"))
REPORT = (
    "print({name: value for name, value in panel.values.items() if isinstance(value, "
    "(int, float, bool))})"
)
MOST_LINES = 15  # of a panel's cell: a student should be able to write one


def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def is_live(cell):
    """Tagged as something that the panel needs; the last of these cells is the panel's
    own.
    """
    return "live" in cell.metadata.get("tags", [])


def is_needed(cell):
    return bool({"imports", "parameters", "live"} & set(cell.metadata.get("tags", [])))


class Section:
    """A section in JupyterLab as it was saved; after `run`, methods are about the
    output of its live panel.
    """

    def __init__(self, lab, chromium, name):  # noqa: F811
        made, self.complaints = read(name), []
        made.cells.append(nbformat.v4.new_code_cell(REPORT))
        self.code = [cell for cell in made.cells if cell.cell_type == "code"]
        self.panel, self.report = (
            max(k for k, cell in enumerate(self.code) if is_live(cell)),
            len(self.code) - 1,
        )
        for cell in self.code:
            # so that a number says that it was run here
            cell.execution_count = None
            cell.metadata["trusted"] = True  # the server signs it when it is saved
        put(lab, name, made)
        self.context = chromium.new_context(viewport={"width": 1200, "height": 1000})
        self.context.route(
            "**/colab-badge.svg",
            lambda route: route.fulfill(content_type="image/svg+xml", body="<svg/>"),
        )
        page = self.page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if said.type == "error" else None
            ),
        )
        open_notebook(page, lab, name)

    def run(self):
        run_cells(self.page, [k for k, cell in enumerate(self.code) if is_needed(cell)])
        wait(lambda: self.output().locator(".numbers").count() or self.errors(), 400)
        assert not self.errors()
        wait(lambda: numbers(self.page, self.panel).startswith("step"), 60)

    def errors(self):
        """How the tracebacks of the cells end."""
        kinds = ", ".join(
            f'.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.{kind}"]'
            for kind in ("stderr", "error")
        )
        return [
            text.strip()[-300:] for text in self.page.locator(kinds).all_text_contents()
        ]

    def output(self):
        return output(self.page, self.panel)

    def steps(self):
        return steps(self.page, self.panel)

    def click(self, name):
        button(self.page, name, self.panel).click()

    def picture(self):
        """What the panel shows: (H, W, 3) in [0, 1]."""
        data = (
            self.output()
            .locator("canvas.picture")
            .evaluate(
                "canvas => fetch(canvas.toDataURL()).then(it => "
                "it.arrayBuffer()).then(it => [...new Uint8Array(it)])"
            )
        )
        return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB")) / 255

    def play_until(self, count):
        self.click("play")
        wait(lambda: self.steps() >= count, 90)
        self.click("pause")
        self.page.wait_for_timeout(600)
        canvas = self.output().locator("canvas.picture")
        # it belongs to the last answer
        wait(lambda: canvas.get_attribute("data-step") == f"step {self.steps()}", 60)

    def picture_at(self, slider, key, count):
        """The picture with a slider at one of its ends, after so many steps from the
        start (0: as it is).
        """
        self.output().get_by_role("slider", name=slider, exact=True).press(key)
        if count:
            self.click("reset")
            wait(lambda: self.steps() == 0, 60)
            self.play_until(count)
        self.page.wait_for_timeout(600)
        return self.picture()

    def told(self):
        """The panel's values as the kernel has them now."""
        run_cell(self.page, self.report)
        self.page.wait_for_timeout(500)
        return ast.literal_eval(output(self.page, self.report).inner_text().strip())


@pytest.fixture
def open_section(lab, chromium):  # noqa: F811
    sections = []

    def opened(name):
        sections.append(Section(lab, chromium, name))
        return sections[-1]

    yield opened
    for section in sections:
        section.context.close()
    end_kernels(lab)


# --- what a reader is told to look for ---


def apart(row, count):
    """Mean difference between neighbours of so many square pictures in a row, with or
    without gaps.
    """
    side, step = row.shape[0], (row.shape[1] - row.shape[0]) / (count - 1)
    pictures = [row[:, round(k * step) : round(k * step) + side] for k in range(count)]
    return np.mean([np.abs(a - b).mean() for a, b in zip(pictures, pictures[1:])])


def roughness(picture):
    return (
        np.abs(np.diff(picture, axis=0)).mean()
        + np.abs(np.diff(picture, axis=1)).mean()
    )


def opaque(picture):
    """Mean of the fourth of four views, the one at the lower right."""
    return picture[picture.shape[0] // 2 :, picture.shape[1] // 2 :].mean()


# Section: a slider, steps from the start for each of its ends (0: only look), and what
# to expect of the two pictures.
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
    *_, source = [cell.source for cell in read(name).cells if is_live(cell)]
    lines = [line for line in source.splitlines() if line.strip()]
    assert any("LivePanel(" in line for line in lines) and len(lines) <= MOST_LINES, (
        f"{len(lines)} lines"
    )
    assert lines[-1].startswith("panel.run("), (
        "the saved notebook shows the picture after some steps"
    )


@pytest.mark.parametrize("name", SECTIONS)
def test_every_figure_works_and_every_control_steers(open_section, name):
    section = open_section(name)
    page = section.page
    figures = sum(
        output.get("data", {}).get("text/html", "").count('<div data-dputils="')
        for cell in section.code
        for output in cell.outputs
    )
    # shaders are compiled without a graphics card
    wait(lambda: page.locator("[data-dputils]").count() == figures, 180)
    # the still pictures have made way
    wait(lambda: page.locator("[data-dputils] > img").count() == 0, 180)

    section.run()
    first, start = section.steps(), section.picture()
    assert first > 0 and start.std() > 0.02, (
        "the run's picture is there before anybody plays"
    )
    section.play_until(first + 3)
    held, seen = section.steps(), section.picture()
    assert np.abs(seen - start).max() > 0.02, "the picture moved"
    page.wait_for_timeout(700)
    assert section.steps() == held and np.array_equal(section.picture(), seen), (
        "paused, it stands still"
    )

    slider, count, law = LAWS[name[:2]]
    low, high = (section.picture_at(slider, end, count) for end in ("Home", "End"))
    assert law(low, high), f"{slider} does not do what the notebook says"

    wanted, controls = {}, section.output().locator(".control")
    for index in range(controls.count()):
        control = controls.nth(index)
        key, before = (
            control.locator("span").first.inner_text().replace(" ", "_"),
            section.steps(),
        )
        if control.locator("input[type=range]").count():
            control.locator("input").press("End")
            wanted[key] = float(
                control.locator("input").get_attribute("aria-valuetext")
            )
        elif control.locator("input[type=checkbox]").count():
            wanted[key] = not control.locator("input").is_checked()
            control.locator("input").set_checked(wanted[key])
        else:
            control.get_by_role("radio").last.check()
        # another number each time, so that a run that began anew can be told
        for _ in range(index + 2):
            section.click("step")
        wait(lambda: section.steps() in (index + 2, before + index + 2), 60)
        assert section.output().locator(".error").inner_text() == "", key
    told = section.told()
    assert wanted and {key: told[key] for key in wanted} == pytest.approx(
        wanted, rel=1e-2
    )
    assert not section.complaints, section.complaints
