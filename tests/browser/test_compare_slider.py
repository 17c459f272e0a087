"""The wipe: what the reader sees left and right of the line after mouse, finger and
keys.
"""

import pytest
import torch

from dputils.widgets import Choice, CompareSlider

from .waiting import becomes

RED, BLUE, GREEN, GREY = (
    [0.9, 0.1, 0.1],
    [0.1, 0.1, 0.9],
    [0.1, 0.7, 0.1],
    [0.5, 0.5, 0.5],
)


def flat(color, size=(120, 160)):
    return torch.tensor(color).view(1, 3, 1, 1).expand(1, 3, *size)


def red_share(picture):
    """Share of the frame that is red; the line takes a little of it."""
    return float(((picture[..., 0] > 0.7) & (picture[..., 1] < 0.3)).mean())


@pytest.fixture
def red_becomes(pixels):
    """`red_becomes(frame, share)`: the frame gets so red."""
    return lambda frame, share: becomes(
        lambda: red_share(pixels(frame)), pytest.approx(share, abs=0.06)
    )


def red_and_blue(**options):
    return CompareSlider(
        flat(RED), flat(BLUE), **{"labels": ("red", "blue"), "width": 400, **options}
    )


def test_mouse_moves_the_line(open_page, red_becomes):
    page = open_page(red_and_blue(start=0.5))
    frame = page.locator(".frame")
    red_becomes(frame, 0.5)
    box = frame.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 60, steps=4)
    page.mouse.up()
    red_becomes(frame, 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + 3 * box["width"], box["y"] + 60, steps=4)
    page.mouse.up()
    assert page.get_by_role("slider").get_attribute("aria-valuenow") == "98", (
        "the line stays inside"
    )
    red_becomes(frame, 0.98)


def test_keys_move_the_line(open_page, red_becomes):
    page = open_page(red_and_blue(start=0.5))
    line, frame = page.get_by_role("slider"), page.locator(".frame")
    line.focus()
    page.keyboard.press("ArrowLeft")
    assert line.get_attribute("aria-valuenow") == "48"
    page.keyboard.press("Shift+ArrowRight")
    assert line.get_attribute("aria-valuenow") == "58"
    page.keyboard.press("Home")
    red_becomes(frame, 0.0)
    page.keyboard.press("End")
    red_becomes(frame, 0.98)


def test_a_click_toggles(open_page, red_becomes):
    page = open_page(red_and_blue(start=0.6))
    frame, line = page.locator(".frame"), page.get_by_role("slider")
    for goal in ("15", "85"):
        frame.click(position={"x": 30, "y": 30})
        becomes(lambda: line.get_attribute("aria-valuenow"), goal)
    red_becomes(frame, 0.85)
    line.press("Enter")
    becomes(lambda: line.get_attribute("aria-valuenow"), "15")


def test_a_finger_moves_the_line(open_page, red_becomes):
    page = open_page(red_and_blue(start=0.5), touch=True)
    frame = page.locator(".frame")
    box = frame.bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, share=None):
        points = (
            []
            if share is None
            else [{"x": box["x"] + share * box["width"], "y": box["y"] + 60}]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.5)
    for share in (0.55, 0.65, 0.8):
        touch("touchMove", share)
    touch("touchEnd")
    red_becomes(frame, 0.8)


def test_pickers_change_the_pair_and_the_credit(open_page, pixels):
    after = torch.cat([flat(BLUE), flat(GREEN), flat(GREY), flat([0.9, 0.9, 0.1])])
    figure = CompareSlider(
        flat(RED),
        after,
        start=0,
        width=400,
        pickers={
            "content": ["sea", "land"],
            "style": [
                Choice("plain", flat(BLUE), "by one"),
                Choice("rough", flat(GREEN), "by another"),
            ],
        },
    )
    page = open_page(figure, figure)

    def shows(place, colour):
        frame = page.locator(f"{place} .frame")
        becomes(lambda: pixels(frame)[100, 200], pytest.approx(colour, abs=0.05))

    first, credits = page.locator("#f0"), page.locator("#f0 .credits")
    shows("#f0", BLUE)
    assert credits.inner_text() == "plain: by one"
    first.get_by_role("radio", name="rough").check()
    shows("#f0", GREEN)
    assert credits.inner_text() == "rough: by another"
    first.get_by_role("radio", name="sea").press("ArrowRight")
    shows("#f0", [0.9, 0.9, 0.1])
    shows("#f1", BLUE)  # the other figure stays


def test_two_on_one_page_keep_apart(open_page, pixels):
    page = open_page(
        red_and_blue(start=0.5), red_and_blue(start=0.3), red_and_blue(start=0.3)
    )
    assert page.get_by_role("slider").count() == 3, "two equal figures are both drawn"
    assert page.locator("[data-dputils] > img").count() == 0, (
        "the still picture makes room"
    )
    page.locator("#f1").get_by_role("slider").press("End")
    becomes(
        lambda: [
            round(red_share(pixels(page.locator(f"#f{i} .frame"))), 1) for i in range(3)
        ],
        [0.5, 1.0, 0.3],
    )


def test_fits_a_narrow_page(open_page):
    page = open_page(red_and_blue(width=720), width=320)
    box = page.locator(".frame").bounding_box()
    assert box["width"] <= 288 and box["width"] / box["height"] == pytest.approx(
        160 / 120, rel=0.01
    )


def test_what_the_pair_was_made_from_stands_beside_it(open_page, pixels):
    figure = CompareSlider(
        flat(RED),
        torch.cat([flat(BLUE), flat(GREEN)]),
        beside=torch.cat([flat(GREY, (60, 60)), flat(RED, (60, 60))]),
        pickers={"style": ["a", "b"]},
        width=600,
    )
    page = open_page(figure)
    origin, frame = page.locator("img.beside"), page.locator(".frame")
    left, right = origin.bounding_box(), frame.bounding_box()
    assert left["x"] + left["width"] < right["x"]
    assert right["width"] == pytest.approx(2 * left["width"], rel=0.05)
    assert red_share(pixels(origin)) < 0.01
    page.get_by_role("radio").nth(1).check()
    becomes(lambda: red_share(pixels(origin)) > 0.9, True)
