"""The shader viewer beside PyTorch: what is on the screen is what the CPPN draws
there.
"""

import pytest
import torch

from dputils.cppn import CPPN, interpolate_weights
from dputils.media import read_image
from dputils.widgets import CppnViewer

from .waiting import until_drawn, wait

SIDE = 200


def art(seed=1, size=SIDE):
    return CPPN(size, hidden=3, width=10, output_scale=2.0, seed=seed)


@torch.no_grad()
def drawn(cppn, **view):
    return cppn(**view)[0].permute(1, 2, 0).numpy()


def alike(found, expected):
    assert expected.std() > 0.05
    return found.shape == expected.shape and abs(found - expected).mean() < 0.01


@pytest.fixture
def seen(pixels):
    """`seen(page, place)`: what a viewer shows now."""

    def taken(page, place=""):
        until_drawn(page)
        # a place between pixels adds a row
        return pixels(page.locator(f"{place} canvas"))[:SIDE, :SIDE]

    return taken


@pytest.fixture
def shows(seen):
    """`shows(page, expected, place)`: a viewer comes to show this picture."""
    return lambda page, expected, place="": wait(
        lambda: alike(seen(page, place), expected), "the picture that PyTorch draws"
    )


@pytest.fixture
def page(open_page):
    shown = open_page(CppnViewer(art(), art(2), width=SIDE))
    if shown.locator("canvas").count() == 0:
        pytest.skip("this Chromium has no WebGL2")
    return shown


def test_the_picture_and_the_morph(page, shows):
    shows(page, drawn(art()))
    slider = page.get_by_role("slider")
    slider.fill("0.5")
    shows(page, drawn(interpolate_weights([art(), art(2)], 0.5, loop=False)))
    slider.press("End")
    shows(page, drawn(art(2)))
    assert not alike(drawn(art(2)), drawn(art()))


def test_keys_and_buttons_zoom_and_move(page, shows):
    canvas = page.locator("canvas")
    canvas.press("+")
    canvas.press("+")
    shows(page, drawn(art(), zoom=1.25**2))
    canvas.press("ArrowRight")
    shows(page, drawn(art(), zoom=1.25**2, centre=(0.0, 0.2 * 3**0.5 / 1.25**2)))
    canvas.press("0")
    shows(page, drawn(art()))
    page.get_by_role("button", name="zoom out").click()
    shows(page, drawn(art(), zoom=0.8))
    page.get_by_role("button", name="reset").click()
    shows(page, drawn(art()))


def test_drag_and_wheel(page, shows):
    box = page.locator("canvas").bounding_box()
    x, y = box["x"] + SIDE / 2, box["y"] + SIDE / 2
    page.mouse.move(x, y)
    # before a click the wheel belongs to the page: no zoom, now and after the drag
    page.mouse.wheel(0, -200)
    shows(page, drawn(art()))
    page.mouse.down()
    page.mouse.move(x + 50, y + 20, steps=3)
    page.mouse.up()
    # the picture follows the hand
    moved = -(3**0.5) * 2 * 20 / SIDE, -(3**0.5) * 2 * 50 / SIDE
    shows(page, drawn(art(), centre=moved))
    page.mouse.dblclick(x, y)
    shows(page, drawn(art()))
    page.mouse.wheel(0, -500)
    shows(page, drawn(art(), zoom=2.718281828))


def test_two_fingers_zoom(open_page, shows):
    page = open_page(CppnViewer(art(), width=SIDE), touch=True)
    box = page.locator("canvas").bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, distance=None):
        points = (
            []
            if distance is None
            else [
                {
                    "x": box["x"] + SIDE / 2 + side * distance,
                    "y": box["y"] + SIDE / 2,
                    "id": k,
                }
                for k, side in enumerate((-1, 1))
            ]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for distance in (40, 50, 60):
        touch("touchMove", distance)
    touch("touchEnd")
    shows(page, drawn(art(), zoom=2.0))


def test_the_morph_plays_and_stops(page):
    page.get_by_role("button", name="morph").click()
    slider = page.get_by_role("slider")
    wait(lambda: float(slider.input_value()) > 0.05, "the morph")
    page.get_by_role("button", name="pause").click()
    value = slider.input_value()
    until_drawn(page, 12)
    assert slider.input_value() == value


def test_the_saved_picture_has_the_asked_size(page, tmp_path):
    page.get_by_role("combobox").select_option("512")
    with page.expect_download() as download:
        page.get_by_role("button", name="save PNG").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "cppn-512x512.png"
    picture = read_image(path)
    assert picture.shape == (1, 3, 512, 512)
    assert (picture[0].permute(1, 2, 0).numpy() - drawn(art(), size=512)).std() < 0.01


def test_viewers_of_a_group_move_together(open_page, shows):
    page = open_page(
        CppnViewer(art(), width=SIDE, group="pair"),
        CppnViewer(art(2), width=SIDE, group="pair"),
        CppnViewer(art(3), width=SIDE),
    )
    page.locator("#f0 canvas").press("+")
    shows(page, drawn(art(), zoom=1.25), "#f0")
    shows(page, drawn(art(2), zoom=1.25), "#f1")
    shows(page, drawn(art(3)), "#f2")  # the third belongs to nobody


def test_many_viewers_share_one_context(open_page, pixels):
    """Browsers drop the oldest of more than sixteen contexts."""
    page = open_page(*[CppnViewer(art(), width=48) for _ in range(20)])
    for k in (0, 19):
        page.locator(f"#f{k}").scroll_into_view_if_needed()
        canvas = page.locator(f"#f{k} canvas")
        wait(lambda: pixels(canvas).std() > 0.05, f"viewer {k}")


def test_transparency_shows_the_page(open_page, shows):
    cppn = CPPN(SIDE, hidden=3, width=10, output_scale=2.0, seed=1, alpha=True)
    page = open_page(
        "<style>body {background: black}</style>", CppnViewer(cppn, width=SIDE)
    )
    with torch.no_grad():
        rgba = cppn()[0].permute(1, 2, 0).numpy()
    page.locator("canvas").evaluate("canvas => { canvas.style.background = 'none'; }")
    shows(page, rgba[..., :3] * rgba[..., 3:])
