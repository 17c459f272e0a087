"""Each section in a real JupyterLab: as it was saved, its figures work; then its live
panel is played and steered.

Of its cells only those are run that the panel needs. `make run` runs them all.
"""

import ast
import base64
import io
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from . import panel
from .lab import output, printed, run_cells, trusted
from .waiting import becomes, wait

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
SECTIONS = sorted(path.stem for path in FOLDER.glob("0*.ipynb"))
REPORT = (
    "print({name: value for name, value in panel.values.items() if isinstance(value, "
    "(int, float, bool))})"
)
RUN = re.compile(r"^panel\.run\(\d+\)$", re.M)
FEW = 5  # steps of the panel's run: what a saved notebook shows may take more


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

    def __init__(self, open_lab, name):
        made = trusted(read(name))
        made.cells.append(nbformat.v4.new_code_cell(REPORT))
        self.code = [cell for cell in made.cells if cell.cell_type == "code"]
        self.panel, self.report = (
            max(k for k, cell in enumerate(self.code) if is_live(cell)),
            len(self.code) - 1,
        )
        own = self.code[self.panel]
        own.source, count = RUN.subn(f"panel.run({FEW})", own.source)
        assert count == 1, "the saved notebook shows the picture after some steps"
        for cell in self.code:
            # so that a number says that it was run here
            cell.execution_count = None
        self.page = open_lab(name, made)

    def run(self):
        run_cells(self.page, [k for k, cell in enumerate(self.code) if is_needed(cell)])
        wait(
            lambda: self.output().locator(".numbers").count() or self.errors(),
            "the panel",
            seconds=600,
        )
        assert not self.errors()
        panel.until_there(self.page, self.panel)

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
        return panel.steps(self.page, self.panel)

    def settled(self):
        return panel.settled(self.page, self.panel)

    def click(self, name):
        panel.button(self.page, name, self.panel).click()

    def picture(self):
        """What the panel shows: (H, W, 3) in [0, 1]."""
        url = panel.picture(self.page, self.panel).evaluate("it => it.toDataURL()")
        data = base64.b64decode(url.partition(",")[2])
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) / 255

    def play_until(self, count):
        self.click("play")
        wait(lambda: self.steps() >= count, f"step {count}")
        return panel.pause(self.page, self.panel)

    def picture_at(self, slider, key, count):
        """The picture with a slider at one of its ends, after so many steps from the
        start (0: as it is).
        """
        self.output().get_by_role("slider", name=slider, exact=True).press(key)
        if count:
            self.click("reset")
            becomes(self.steps, 0)
            self.play_until(count)
        else:
            self.settled()
        return self.picture()

    def told(self):
        """The panel's values as the kernel has them now."""
        return ast.literal_eval(printed(self.page, self.report))


# --- what a reader is told to look for ---


def apart(row, count):
    """Mean difference between neighbours of so many square pictures in a row, with or
    without gaps.
    """
    side, step = row.shape[0], (row.shape[1] - row.shape[0]) / (count - 1)
    pictures = [row[:, round(k * step) : round(k * step) + side] for k in range(count)]
    return np.mean([np.abs(a - b).mean() for a, b in zip(pictures, pictures[1:])])


def frames_apart(square):
    """Mean difference between neighbours of the first three of four square pictures in
    two rows, with or without a narrow gap.
    """
    side = square.shape[0] // 2 - 1
    rows = square[:side, :side], square[:side, -side:], square[-side:, :side]
    return np.mean([np.abs(a - b).mean() for a, b in zip(rows, rows[1:])])


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
    "01": (
        "levels",
        30,
        lambda low, high: frames_apart(high) < 0.9 * frames_apart(low),
    ),
    "02": ("content", 20, lambda low, high: np.abs(high - low).mean() > 0.05),
    "03": ("hidden", 40, lambda low, high: roughness(high) > 1.5 * roughness(low)),
    "04": ("pressure", 50, lambda low, high: opaque(high) < opaque(low) - 0.2),
    "05": ("turn", 0, lambda low, high: np.abs(high - low).mean() > 0.01),
    "06": ("side", 0, lambda low, high: np.abs(high - low).mean() > 0.05),
    "07": ("turn", 0, lambda low, high: np.abs(high - low).mean() > 0.005),
    "08": ("lr", 30, lambda low, high: high.std() > 1.5 * low.std()),
}


def check_section(open_lab, name):
    """Every figure works without a kernel, and every control of the panel steers."""
    section = Section(open_lab, name)
    page = section.page
    figures = sum(
        output.get("data", {}).get("text/html", "").count('<div data-dputils="')
        for cell in section.code
        for output in cell.outputs
    )
    places = page.locator("[data-dputils]")
    becomes(places.count, figures)
    for k in range(figures):  # a figure is a still until a reader comes near
        places.nth(k).scroll_into_view_if_needed()
    drawn = page.locator("[data-dputils]:not(:has(> img))")
    becomes(drawn.count, figures)  # the still pictures have made way

    section.run()
    first = section.settled()
    start = section.picture()
    assert first == FEW and start.std() > 0.02, (
        "the run's picture is there before anybody plays"
    )
    held = section.play_until(first + 3)
    seen = section.picture()
    assert np.abs(seen - start).max() > 0.02, "the picture moved"
    assert section.settled() == held and np.array_equal(section.picture(), seen), (
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
            section.settled(),
        )
        if control.locator("input[type=range]").count():
            control.locator("input").press("End")
            wanted[key] = float(
                control.locator("input").get_attribute("aria-valuetext")
            )
        elif control.locator("input[type=checkbox]").count():
            wanted[key] = not control.locator("input").is_checked()
            control.locator("input").set_checked(wanted[key])
        elif control.locator("select").count():  # of many choices
            options = control.locator("option").count()
            control.locator("select").select_option(index=options - 1)
        else:
            control.get_by_role("radio").last.check()
        # another number each time, so that a run that began anew can be told
        for _ in range(index + 2):
            section.click("step")
        wait(
            lambda: section.steps() in (index + 2, before + index + 2), f"{key}'s steps"
        )
        assert section.output().locator(".error").inner_text() == "", key
    told = section.told()
    assert wanted and {key: told[key] for key in wanted} == pytest.approx(
        wanted, rel=1e-2
    )
