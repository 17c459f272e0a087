"""A gallery of CPPNs beside PyTorch: one program, weights from a texture, films that
open at their last moment.
"""

import pytest
import torch

from dputils.cppn import CPPN, interpolate_weights
from dputils.widgets import CppnGallery

from .waiting import becomes, until_drawn, wait

SIDE = 160


def art(seed=1, activation="composite", batch=2, scale=2.0):
    options = {
        "hidden": 3,
        "width": 10,
        "output_scale": scale,
        "activation": activation,
    }
    return CPPN(SIDE, seed=seed, batch=batch, **options)


@torch.no_grad()
def drawn(cppn, **view):
    return cppn(**view)[0].permute(1, 2, 0).numpy()


@pytest.fixture
def shows(pixels):
    """`shows(page, k, expected)`: picture k comes to be this one."""

    def waited(page, k, expected):
        assert expected.std() > 0.05

        def alike():
            until_drawn(page)
            found = pixels(page.locator("canvas").nth(k))[:SIDE, :SIDE]
            return (
                found.shape == expected.shape and abs(found - expected).mean() < 0.012
            )

        wait(alike, "the picture that PyTorch draws")

    return waited


def gallery(open_page, *figures, **options):
    page = open_page(*figures, **options)
    if page.locator("canvas").count() == 0:
        pytest.skip("this Chromium has no WebGL2")
    return page


@pytest.mark.parametrize("activation", ["composite", "unbiased", "relu", "abs"])
def test_every_picture_is_its_own(open_page, shows, activation):
    cppn = art(activation=activation, batch=3)
    page = gallery(open_page, CppnGallery(cppn, width=3 * SIDE + 20, columns=3))
    for k in range(3):
        shows(page, k, drawn(cppn[k]))
    assert page.get_by_role("slider").count() == 0, "nothing to play"


def test_a_click_lets_a_picture_fill_the_width(open_page, pixels):
    cppn = art()
    page = gallery(open_page, CppnGallery(cppn, ["one", "two"], width=2 * SIDE + 10))
    canvas, cell = page.locator("canvas").nth(1), page.get_by_role("button").nth(1)
    small = canvas.bounding_box()["width"]
    assert small == pytest.approx(SIDE, abs=1)
    assert "two" in page.locator("figure").inner_text(), "captions need no pointer"
    cell.click()
    becomes(lambda: canvas.bounding_box()["width"], 2 * SIDE + 10)
    wait(lambda: canvas.evaluate("it => it.width") == 2 * SIDE + 10, "more pixels")
    expected = drawn(cppn[1], size=2 * SIDE + 10)
    wait(lambda: abs(pixels(canvas)[: len(expected)] - expected).mean() < 0.012, "it")
    cell.press("Enter")
    becomes(lambda: canvas.bounding_box()["width"], small)


def test_a_film_opens_at_its_end_with_its_controls(open_page, shows):
    moments = [art(1, scale=0.5), art(2), art(3)]
    page = gallery(
        open_page, CppnGallery(moments, moments=[0, 10, 40], width=2 * SIDE + 10)
    )
    for k in (0, 1):
        shows(page, k, drawn(moments[2][k]))
    slider, label = page.get_by_role("slider"), page.locator("output")
    play = page.get_by_role("button", name="play")
    assert label.inner_text() == "step 40"
    for control in (slider, label, play):
        assert control.is_visible()
        controls = control.locator("xpath=ancestor-or-self::*[@class='controls']")
        assert controls.evaluate("it => getComputedStyle(it).opacity") == "1"
    slider.fill("1")
    becomes(label.inner_text, "step 10")
    shows(page, 1, drawn(moments[1][1]))
    slider.fill("1.5")
    becomes(label.inner_text, "step 25")
    between = interpolate_weights(
        [moments[1][0], moments[2][0]], 0.5, exaggeration=0, loop=False
    )
    shows(page, 0, drawn(between))
    slider.press("Home")
    shows(page, 0, drawn(moments[0][0]))


def test_a_film_plays_from_its_start_and_rests_at_its_end(open_page):
    film = CppnGallery([art(1), art(2)], seconds=1.0, width=2 * SIDE + 10)
    page = gallery(open_page, film)
    slider = page.get_by_role("slider")
    page.get_by_role("button", name="play").click()
    page.get_by_role("button", name="pause").wait_for()
    wait(lambda: float(slider.input_value()) < 0.9, "the start")
    page.get_by_role("button", name="play").wait_for()
    assert float(slider.input_value()) == 1.0


def test_on_a_phone_two_beside_each_other(open_page):
    page = gallery(open_page, CppnGallery(art(batch=4)), width=390)
    boxes = [page.locator("canvas").nth(k).bounding_box() for k in range(4)]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"]
    assert max(box["x"] + box["width"] for box in boxes) <= 390
