"""Films in step: the frame that is shown follows slider, keys, strip and play button,
in all rows at once.
"""

import pytest
import torch

from dputils.widgets import FrameScrubber

from .waiting import becomes, until_drawn, wait

COUNT = 7


def film(channel):
    """Frame k is k / 6 bright, in one channel."""
    frames = torch.zeros(COUNT, 3, 32, 32)
    frames[:, channel] = torch.linspace(0, 1, COUNT).view(-1, 1, 1)
    return frames


def figure(**options):
    return FrameScrubber(
        film(0),
        film(2),
        titles=["red", "blue"],
        **{"every": 3, "width": 400, **options},
    )


@pytest.fixture
def shows(pixels):
    """`shows(page, index, place)`: both rows come to show this frame, known by its
    brightness.
    """

    def compare(page, index, place=""):
        canvases = page.locator(f"{place} canvas")
        for row, channel in ((0, 0), (1, 2)):
            becomes(
                lambda: round(
                    pixels(canvases.nth(row))[9:-9, 9:-9, channel].max() * (COUNT - 1)
                ),
                index,
            )

    return compare


def test_slider_and_keys_move_all_rows(open_page, shows):
    page = open_page(figure(), figure())
    slider = page.locator("#f0").get_by_role("slider")
    shows(page, 0, "#f0")
    slider.fill("4")
    shows(page, 4, "#f0")
    assert (
        slider.get_attribute("aria-valuetext")
        == "frame 5 of 7"
        == page.locator("#f0 output").inner_text()
    )
    slider.press("ArrowRight")
    shows(page, 5, "#f0")
    slider.press("Home")
    shows(page, 0, "#f0")
    page.locator("#f0 .frames button").nth(1).click()
    shows(page, 3, "#f0")  # the strip has every third frame
    assert page.locator("#f0 button.now").count() == 2
    shows(page, 0, "#f1")  # the other figure stays


def test_a_tap_on_the_slider(open_page, shows):
    page = open_page(figure(), touch=True)
    slider = page.get_by_role("slider")
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    shows(page, 6)


FRAMES = """new Promise(done => {
    const root = document.querySelector("[data-dputils] div").shadowRoot;
    const slider = root.querySelector("input");
    const seen = [Number(slider.value)], wait = () => {
        if (seen.at(-1) !== Number(slider.value)) seen.push(Number(slider.value));
        seen.length < 14 ? requestAnimationFrame(wait) : done(seen);
    };
    wait();
})"""


@pytest.mark.parametrize("ping_pong", [True, False])
def test_play_and_pause(open_page, ping_pong):
    page = open_page(figure(fps=12, ping_pong=ping_pong))
    page.get_by_role("button", name="play").click()
    seen = page.evaluate(FRAMES)
    steps = {b - a for a, b in zip(seen, seen[1:])}
    assert max(seen) == COUNT - 1 and 0 in seen[1:]
    assert steps == ({1, -1} if ping_pong else {1, 1 - COUNT})
    page.get_by_role("button", name="pause").click()
    value = page.get_by_role("slider").input_value()
    until_drawn(page, 18)  # of 60 a second: three of the film
    assert page.get_by_role("slider").input_value() == value
    page.get_by_role("button", name="play").wait_for()


def test_autoplay_waits_for_the_reader(open_page):
    page = open_page(
        '<div style="height: 1500px"></div>', figure(autoplay=True, fps=30)
    )
    still = open_page(figure(autoplay=True, fps=30), reduced_motion="reduce")
    # no state to wait for: by now a film in view runs
    still.wait_for_timeout(1400)
    assert still.get_by_role("slider").input_value() == "0", (
        "whoever asked for less motion gets none"
    )
    slider = page.get_by_role("slider")
    assert slider.input_value() == "0", "out of view it does not run"
    page.evaluate("scrollTo(0, 1500)")
    wait(lambda: slider.input_value() != "0", "a film that runs")


def test_a_click_on_a_film_plays_it(open_page):
    page = open_page(figure(layout="films"))
    assert page.get_by_role("slider", name="frame").is_visible()
    page.locator("canvas").first.click()
    page.get_by_role("button", name="pause").wait_for()
