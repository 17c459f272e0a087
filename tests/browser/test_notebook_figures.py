"""The figures in the committed notebooks, as a reader without a kernel meets them:
saved outputs on an offline page.

DPUTILS_NOTEBOOKS names another folder with executed notebooks, such as that of
`execute.py --output`.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest

from .waiting import becomes, wait

FOLDER = Path(
    os.environ.get(
        "DPUTILS_NOTEBOOKS", Path(__file__).resolve().parents[2] / "notebooks"
    )
)
PAYLOAD, HEADLINE = 400_000, 1_200_000
NARROW = 380  # pixels: without a graphics card, shaders of 8,451 numbers are slow


@pytest.fixture
def show(open_page):
    """`show("05", "Row(")`: the page with the saved figure of the one cell in notebook
    05 that calls this.
    """

    def shown(number, call, most=PAYLOAD, **options):
        path = next(FOLDER.rglob(f"{number}_*.ipynb"))
        cells = [
            cell
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code"
            and re.search(rf"^{re.escape(call)}", cell.source, re.M)
        ]
        assert len(cells) == 1, f"{len(cells)} cells of {path.name} call {call}"
        figures = [
            output.data["text/html"]
            for output in cells[0].outputs
            if "data-dputils" in output.get("data", {}).get("text/html", "")
        ]
        assert len(figures) == 1, (
            f"the cell in {path.name} shows {len(figures)} figures; make run "
            f"NB={path.stem}"
        )
        assert len(figures[0]) <= most
        page = open_page(figures[0], **{"width": 1000, "height": 1200, **options})
        if page.locator("[data-dputils] > img").count():
            pytest.skip("this Chromium has no WebGL2: the still picture stays")
        return page

    return shown


@pytest.fixture
def seen(resting):
    """`seen(page, index)`: a canvas once it stands still."""
    return lambda page, index=0: resting(page.locator("canvas").nth(index))


@pytest.fixture
def changed(pixels, seen):
    """`changed(page, before, bound, index)`: a canvas once it has become another
    picture than `before`, and stands still.
    """

    def awaited(page, before, bound=0.02, index=0):
        canvas = page.locator("canvas").nth(index)
        wait(lambda: apart(before, pixels(canvas)) > bound, "another picture")
        return seen(page, index)

    return awaited


def apart(a, b):
    assert a.shape == b.shape
    return float(abs(a - b).mean())


def test_01_two_films_move_in_step(show, seen, changed):
    page = show("01", "FrameScrubber(")
    slider, label = page.get_by_role("slider"), page.locator("output")
    wait(lambda: int(slider.input_value()) > 0, "a film that runs by itself")
    slider.press("End")  # a hand on the slider stops it
    slider.press("Home")
    first = [seen(page, row) for row in (0, 1)]
    assert label.inner_text().startswith("frame 1 of ")
    slider.press("ArrowRight")
    second = [changed(page, first[row], 0, row) for row in (0, 1)]
    assert label.inner_text().startswith("frame 2 of ")
    slider.press("End")
    last = [changed(page, second[row], 0, row) for row in (0, 1)]
    unaligned, aligned = (apart(first[row], second[row]) for row in (0, 1))
    assert 0 < aligned < unaligned, (
        "at the left it boils, at the right one picture turns into another"
    )
    # textures: far apart, they differ little more than neighbours do
    assert apart(first[1], last[1]) > 1.25 * aligned
    slider.press("Home")
    page.get_by_role("button", name="play").click()
    wait(lambda: int(slider.input_value()) > 2, "a film that runs")
    page.get_by_role("button", name="pause").click()
    page.get_by_role("button", name="play").wait_for()
    assert label.inner_text().startswith(f"frame {int(slider.input_value()) + 1} of ")


def test_02_the_line_wipes_and_the_pickers_pick(show, pixels, resting):
    page = show("02", "CompareSlider(", HEADLINE)
    line, frame = page.get_by_role("slider"), page.locator(".frame")

    def at(key):
        line.press(key)
        return resting(frame)

    after, before = at("Home"), at("End")
    wide = before.shape[1]
    inner = slice(int(0.1 * wide), int(0.9 * wide))
    assert apart(before[:, inner], after[:, inner]) > 0.05
    for _ in range(4):
        middle = at("Shift+ArrowLeft")
    place = int(float(line.get_attribute("aria-valuenow")) / 100 * wide)
    assert 0.5 * wide < place < 0.65 * wide
    left, right = slice(int(0.1 * wide), place - 20), slice(place + 20, inner.stop)
    assert (
        apart(middle[:, left], before[:, left])
        < 0.01
        < 0.04
        < apart(middle[:, left], after[:, left])
    )
    assert (
        apart(middle[:, right], after[:, right])
        < 0.01
        < 0.04
        < apart(middle[:, right], before[:, right])
    )
    count = page.get_by_role("radio").count()
    assert count == 5 and "Stéfan van der Walt" in page.locator(".credits").inner_text()
    for other in (1, 4):
        page.get_by_role("radio").nth(other).check()
        # another network, another photograph
        wait(lambda: apart(middle, pixels(frame)) > 0.05, "another picture")
        middle = resting(frame)
    assert "NASA" in page.locator(".credits").inner_text()


def test_03_a_click_draws_a_picture_anew_as_wide_as_the_page(show, pixels):
    page = show("03", "CppnGallery(unbiased", width=NARROW)
    canvas, cell = page.locator("canvas").nth(1), page.get_by_role("button").nth(1)
    small = canvas.bounding_box()["width"]
    wait(lambda: pixels(canvas).std() > 0.05, "a picture")
    cell.click()
    becomes(lambda: canvas.bounding_box()["width"] > 1.8 * small, True)
    wait(lambda: canvas.evaluate("it => it.width") > 1.8 * small, "more pixels")


def contrast(page, row):
    """How much contrast a film's frame has."""
    return (
        page.locator("canvas")
        .nth(row)
        .evaluate("""canvas => {
        const { width, height } = canvas;
        const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
        let sum = 0, squares = 0;
        for (let i = 0; i < data.length; i += 4) {
            const light = (data[i] + data[i + 1] + data[i + 2]) / 3;
            sum += light;
            squares += light * light;
        }
        const count = data.length / 4, mean = sum / count;
        return Math.sqrt(Math.max(0, squares / count - mean ** 2)) / 255;
    }""")
    )


def test_03_films_open_at_their_last_step(show, seen):
    page = show("03", "CppnGallery(films", width=NARROW)
    slider, count = page.get_by_role("slider"), page.locator("canvas").count()
    label = page.locator("output")
    assert label.is_visible() and page.get_by_role("button", name="play").is_visible()
    for row in range(count):
        seen(page, row)
    last, text = [contrast(page, row) for row in range(count)], label.inner_text()
    slider.press("Home")
    for row in range(count):  # back to a flat grey
        wait(lambda: contrast(page, row) < 0.6 * last[row], "less contrast")
    assert label.inner_text() == "step 0" != text


def test_03_three_pictures_become_others(show, seen, changed):
    page = show("03", "CppnGallery([", width=NARROW)
    last = [seen(page, row) for row in range(3)]
    page.get_by_role("slider").press("Home")
    for row in range(3):  # the ends differ
        assert apart(changed(page, last[row], index=row), last[row]) > 0.08


def test_03_the_morph_is_drawn_by_the_browser(show, seen, changed):
    page = show("03", "CppnViewer(", width=NARROW)
    slider, canvas = page.get_by_role("slider"), page.locator("canvas")
    last = seen(page)  # it opens at the second picture
    slider.fill("0.5")
    middle = changed(page, last)
    slider.press("Home")
    first = changed(page, middle)
    assert apart(first, last) > 0.02
    canvas.press("+")
    changed(page, first)  # nearer


def test_04_the_background_is_the_readers(show, seen):
    page = show("04", "AlphaViewer(lighter, titles")
    bright = {}
    for name in ("light", "dark", "checker"):
        page.get_by_role("radio", name=name).check()
        bright[name] = seen(page)
    assert bright["light"].mean() > bright["dark"].mean() + 0.2
    page.get_by_label("own colour").fill("#ff0000")
    red = seen(page)
    glass = (bright["light"] - bright["dark"]).min(-1) > 0.8
    assert glass.mean() > 0.1 and red[glass].mean(0) == pytest.approx(
        [1, 0, 0], abs=0.1
    )
    page.get_by_role("button", name="α mask").click()
    mask = seen(page)
    assert (
        abs(mask - mask.mean(-1, keepdims=True)).max() < 0.02
        and mask[glass].mean() < 0.15
    )
    page.get_by_role("button", name="α mask").click()
    page.get_by_role("slider").press("End")
    assert abs(seen(page) - red)[glass].mean() > 0.1, "what was left out is filled in"


def check_pair(page, seen, changed):
    """Two viewers on one camera: they turn together, fly, unfold, and fold back."""
    canvases = page.locator("canvas")
    assert canvases.count() == 2
    start = [seen(page, k) for k in (0, 1)]
    assert apart(*start) > 0.01, "two textures"
    canvases.nth(0).press("ArrowRight")
    canvases.nth(0).press("ArrowRight")
    turned = [changed(page, start[k], index=k) for k in (0, 1)]
    box = canvases.nth(1).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 190, steps=4)
    page.mouse.up()
    dragged = [changed(page, turned[k], index=k) for k in (0, 1)]
    assert (corner(dragged[0]) > 0.99).all(), "paper"
    unfold = page.get_by_role("button", name="unfold")
    unfold.nth(1).click()
    for k in (0, 1):  # the sheet fills the square
        wait(
            lambda: (
                corner(now := seen(page, k)).std() > 0.005 or corner(now).mean() < 0.97
            ),
            "the sheet",
        )
    canvases.nth(0).press("ArrowLeft")
    wait(lambda: (corner(seen(page, 0)) > 0.99).all(), "the paper, folded back")
    assert unfold.nth(0).get_attribute("aria-pressed") == "false"


def corner(picture):
    return picture[30:60, 30:60]


def test_05_two_bunnies_on_one_camera(show, seen, changed):
    page = show("05", "Row(")
    check_pair(page, seen, changed)
    before = [seen(page, k) for k in (0, 1)]
    page.get_by_role("button", name="seams").first.click()
    seams = [changed(page, before[k], 0.05, k) for k in (0, 1)]
    page.get_by_role("button", name="wrong orientation").nth(1).click()
    for k in (0, 1):
        changed(page, seams[k], 0.05, k)
        assert paper(seams[k]) < paper(before[k]), "it flew near"


def paper(picture):
    """Which share of a picture is white."""
    return (picture > 0.99).all(-1).mean()


def test_05_eight_textures_to_choose_from(show, seen, changed):
    page = show("05", "MeshViewer(mesh, lighter")
    thumbs = page.get_by_role("radio")
    assert thumbs.count() == 8
    pictures = [seen(page)]
    for k in range(1, 8):
        thumbs.nth(k).check()
        pictures.append(changed(page, pictures[-1], 0.005))
    assert (
        min(apart(a, b) for i, a in enumerate(pictures) for b in pictures[:i]) > 0.005
    )


def test_06_with_and_without_memory_on_one_camera(show, seen, changed):
    check_pair(show("06", "Row("), seen, changed)


def test_06_one_model_in_four_styles(show, seen, changed):
    page = show("06", "MeshViewer(")
    styles = page.get_by_role("radio")
    assert styles.count() == 4

    def outline(picture):
        return (picture < 0.98).any(-1)

    first = seen(page)
    pictures = [first]
    for k in range(1, 4):
        styles.nth(k).check()
        pictures.append(changed(page, pictures[-1], 0.005))
    for picture in pictures[1:]:
        assert (outline(picture) != outline(first)).mean() < 0.02, "only its skin"
    page.get_by_role("button", name="unfold").click()
    changed(page, pictures[-1], 0.05)
