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

FOLDER = Path(
    os.environ.get(
        "DPUTILS_NOTEBOOKS", Path(__file__).resolve().parents[2] / "notebooks"
    )
)
PAYLOAD = 400_000


@pytest.fixture
def show(open_page):
    """`show("05", "Row(")`: the page with the saved figure of the one cell in notebook
    05 that calls this.
    """

    def shown(number, call, **options):
        path = next(FOLDER.rglob(f"{number}_*.ipynb"))
        cells = [
            cell
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code"
            and re.search(rf"^\s*{re.escape(call)}", cell.source, re.M)
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
        assert len(figures[0]) <= PAYLOAD
        page = open_page(figures[0], **{"width": 1000, "height": 1200, **options})
        page.wait_for_timeout(500)
        if page.locator("[data-dputils] > img").count():
            pytest.skip("this Chromium has no WebGL2: the still picture stays")
        return page

    return shown


@pytest.fixture
def seen(pixels):
    """`seen(page, index)`: the canvas once it stands still, which on a busy machine
    takes a while.
    """

    def stood(page, index=0):
        canvas, before = page.locator("canvas").nth(index), None
        for _ in range(60):
            now = pixels(canvas)
            if (
                now.std() > 0.02
                and before is not None
                and now.shape == before.shape
                and (now == before).all()
            ):
                return now
            before = now
            page.wait_for_timeout(300)
        pytest.fail("the picture does not come to rest")

    return stood


def apart(a, b):
    assert a.shape == b.shape
    return float(abs(a - b).mean())


def test_01_two_films_move_in_step(show, seen, pixels):
    page = show("01", "FrameScrubber(")
    slider, label = page.get_by_role("slider"), page.locator("output")
    first = [seen(page, row) for row in (0, 1)]
    assert label.inner_text().startswith("frame 1 of ")
    slider.press("ArrowRight")
    second = [seen(page, row) for row in (0, 1)]
    assert label.inner_text().startswith("frame 2 of ")
    slider.press("End")
    last = [seen(page, row) for row in (0, 1)]
    unaligned, aligned = (apart(first[row], second[row]) for row in (0, 1))
    assert 0 < aligned < unaligned, (
        "above it boils, below one picture turns into another"
    )
    assert apart(first[1], last[1]) > 1.5 * aligned
    slider.press("Home")
    page.get_by_role("button", name="play").click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-dputils] "
        "div').shadowRoot.querySelector('input').value) > 2"
    )
    page.get_by_role("button", name="pause").click()
    assert label.inner_text() != "frame 1 of 15"


def test_02_the_line_wipes_and_the_pickers_pick(show, pixels):
    page = show("02", "CompareSlider(")
    line, frame = page.get_by_role("slider"), page.locator(".frame")

    def at(key):
        line.press(key)
        page.wait_for_timeout(200)
        return pixels(frame)

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
    assert count == 6 and "Stéfan van der Walt" in page.locator(".credits").inner_text()
    for other in (1, 4):
        page.get_by_role("radio").nth(other).check()
        page.wait_for_timeout(300)
        changed, middle = middle, pixels(frame)
        assert apart(changed, middle) > 0.05, "another photograph, another painting"
    assert "Rachel Michetti" in page.locator(".credits").inner_text()


def test_03_a_picture_grows_under_the_pointer(show):
    page = show("03", "Gallery(")
    cell = page.locator(".cell").nth(5)
    small = cell.bounding_box()["width"]
    cell.hover()
    page.wait_for_timeout(500)
    assert cell.bounding_box()["width"] == pytest.approx(1.6 * small, rel=0.03)
    assert (
        page.locator(".caption").inner_text()
        == cell.locator("img, canvas").first.get_attribute("alt")
        or page.locator(".caption").inner_text()
    )


def test_03_four_films_show_their_steps(show, seen):
    page = show("03", "FrameScrubber(")
    slider = page.get_by_role("slider")
    slider.focus()
    start = [seen_flat(page, row) for row in range(4)]
    slider.press("End")
    page.wait_for_timeout(300)
    end = [seen_flat(page, row) for row in range(4)]
    assert page.locator("output").inner_text().startswith("step ")
    assert all(b > a + 0.05 for a, b in zip(start, end)), (
        "from a flat grey to a picture"
    )


def seen_flat(page, row):
    """How much contrast a film's frame has."""
    return (
        page.locator("canvas")
        .nth(row)
        .evaluate("""canvas => {
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let sum = 0, squares = 0;
        for (let i = 0; i < data.length; i += 4) { sum += data[i]; squares += data[i] * data[i]; }
        const count = data.length / 4;
        return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) / 255;
    }""")
    )


def test_03_the_morph_is_drawn_by_the_browser(show, seen):
    page = show("03", "CppnViewer(")
    slider, canvas = page.get_by_role("slider"), page.locator("canvas")
    first = seen(page)
    slider.fill("0.5")
    middle = seen(page)
    slider.press("End")
    last = seen(page)
    assert min(apart(first, middle), apart(middle, last), apart(first, last)) > 0.02
    canvas.press("+")
    assert apart(seen(page), last) > 0.02, "nearer"


def test_04_the_background_is_the_readers(show, seen):
    page = show("04", "AlphaViewer(")
    bright = {}
    for name in ("light", "dark", "checker"):
        page.get_by_role("radio", name=name).check()
        page.wait_for_timeout(200)
        bright[name] = seen(page)
    assert bright["light"].mean() > bright["dark"].mean() + 0.2
    page.get_by_label("own colour").fill("#ff0000")
    page.wait_for_timeout(200)
    red = seen(page)
    glass = (bright["light"] - bright["dark"]).min(-1) > 0.8
    assert glass.mean() > 0.1 and red[glass].mean(0) == pytest.approx(
        [1, 0, 0], abs=0.1
    )
    page.get_by_role("button", name="α mask").click()
    page.wait_for_timeout(200)
    mask = seen(page)
    assert (
        abs(mask - mask.mean(-1, keepdims=True)).max() < 0.02
        and mask[glass].mean() < 0.15
    )
    page.get_by_role("button", name="α mask").click()
    page.get_by_role("slider").press("End")
    page.wait_for_timeout(200)
    assert abs(seen(page) - red)[glass].mean() > 0.1, "what was left out is filled in"


def check_pair(page, seen):
    """Two viewers on one camera: they turn together, fly, unfold, and fold back."""
    canvases = page.locator("canvas")
    assert canvases.count() == 2
    start = [seen(page, k) for k in (0, 1)]
    assert apart(*start) > 0.01, "two textures"
    canvases.nth(0).press("ArrowRight")
    canvases.nth(0).press("ArrowRight")
    turned = [seen(page, k) for k in (0, 1)]
    assert all(apart(a, b) > 0.02 for a, b in zip(start, turned)), "both turn"
    box = canvases.nth(1).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 190, steps=4)
    page.mouse.up()
    dragged = [seen(page, k) for k in (0, 1)]
    assert all(apart(a, b) > 0.02 for a, b in zip(turned, dragged))
    page.get_by_role("button", name="unfold").nth(1).click()
    page.wait_for_timeout(2500)
    flat = [seen(page, k) for k in (0, 1)]
    corners = [picture[30:60, 30:60] for picture in flat]
    assert all(corner.std() > 0.005 or corner.mean() < 0.97 for corner in corners), (
        "the sheet fills the square"
    )
    assert (dragged[0][30:60, 30:60] > 0.99).all(), "where there was paper"
    canvases.nth(0).press("ArrowLeft")
    page.wait_for_timeout(2500)
    assert (
        page.get_by_role("button", name="unfold").nth(0).get_attribute("aria-pressed")
        == "false"
    )
    assert (seen(page, 0)[30:60, 30:60] > 0.99).all(), "turning folds it back"


def test_05_two_bunnies_on_one_camera(show, seen):
    page = show("05", "Row(")
    check_pair(page, seen)
    before = [seen(page, k) for k in (0, 1)]
    page.get_by_role("button", name="seams").first.click()
    page.wait_for_timeout(900)
    seams = [seen(page, k) for k in (0, 1)]
    page.get_by_role("button", name="wrong orientation").nth(1).click()
    page.wait_for_timeout(900)
    orientation = [seen(page, k) for k in (0, 1)]
    for k in (0, 1):
        assert (
            apart(before[k], seams[k]) > 0.05 and apart(seams[k], orientation[k]) > 0.05
        )
        assert (seams[k] > 0.99).all(-1).mean() < (before[k] > 0.99).all(-1).mean(), (
            "it flew near"
        )


def test_05_eight_textures_to_choose_from(show, seen):
    page = show("05", "MeshViewer(")
    thumbs = page.get_by_role("radio")
    assert thumbs.count() == 8
    pictures = []
    for k in range(8):
        thumbs.nth(k).check()
        page.wait_for_timeout(400)
        pictures.append(seen(page))
    assert (
        min(apart(a, b) for i, a in enumerate(pictures) for b in pictures[:i]) > 0.005
    )


def test_06_with_and_without_memory_on_one_camera(show, seen):
    check_pair(show("06", "Row("), seen)


def test_06_model_and_style(show, seen):
    page = show("06", "MeshViewer(")
    models, styles = (
        page.get_by_role("group", name=name).get_by_role("radio")
        for name in ("model", "style")
    )
    assert models.count() == 4 and styles.count() == 5
    first = seen(page)
    outline = (first < 0.98).any(-1)
    styles.nth(2).check()
    page.wait_for_timeout(400)
    second = seen(page)
    assert (
        apart(first, second) > 0.01
        and ((second < 0.98).any(-1) != outline).mean() < 0.02
    ), "only its skin changed"
    models.nth(1).check()
    page.wait_for_timeout(400)
    third = seen(page)
    assert ((third < 0.98).any(-1) != outline).mean() > 0.05, "another shape"
    page.get_by_role("button", name="unfold").click()
    page.wait_for_timeout(2500)
    assert apart(seen(page), third) > 0.05
