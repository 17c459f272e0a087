"""Backgrounds, α and opacity: the colours on the screen are those of `blend_over`."""

import pytest
import torch

from dputils.alpha import blend_over
from dputils.widgets import AlphaViewer

from .waiting import becomes, until_drawn

COLOR, ALPHA = torch.tensor([0.8, 0.2, 0.4]), 0.5


def figure(**options):
    """One picture of one colour, opaque at the left, half at the middle, nothing at the
    right.
    """
    alpha = torch.cat(
        [torch.full((1, 1, 60, 30), value) for value in (1.0, ALPHA, 0.0)], 3
    )
    rgba = torch.cat([COLOR.view(1, 3, 1, 1).expand(1, 3, 60, 90), alpha], 1)
    return AlphaViewer(rgba, ["flag"], **{"width": 360, **options})


def part(pixels, page, index, place=""):
    """The mean colour of one of the three parts."""
    picture = pixels(page.locator(f"{place} canvas"))
    third = picture.shape[1] / 3
    return picture[:, int(third * (index + 0.3)) : int(third * (index + 0.7))].mean(
        (0, 1)
    )


@pytest.fixture
def shows(pixels):
    """`shows(page, colours, place)`: the three parts get these colours; None is any."""

    def compare(page, colours, place="", tolerance=0.03):
        for index, colour in enumerate(colours):
            if colour is not None:
                becomes(
                    lambda: part(pixels, page, index, place),
                    pytest.approx(colour, abs=tolerance),
                )

    return compare


def blended(background, alpha):
    rgba = torch.cat([COLOR, torch.tensor([alpha])]).view(1, 4, 1, 1)
    return (
        blend_over(rgba, torch.as_tensor(background).view(1, 3, 1, 1)).flatten().numpy()
    )


@pytest.mark.parametrize(
    "name, background", [("light", [0.97] * 3), ("dark", [0.03] * 3)]
)
def test_backgrounds_blend_in_linear_light(open_page, shows, name, background):
    page = open_page(figure())
    page.get_by_role("radio", name=name).check()
    shows(page, [blended(background, alpha) for alpha in (1.0, ALPHA, 0.0)])


def test_own_colour(open_page, shows):
    page, green = open_page(figure()), [0.0, 1.0, 0.0]
    page.get_by_label("own colour").fill("#00ff00")
    assert page.get_by_role("radio", name="own").is_checked()
    shows(page, [None, None, green], tolerance=0.02)
    shows(page, [None, blended(green, ALPHA), None])


def test_checkerboard_shows_where_nothing_is(open_page, pixels, shows):
    page = open_page(figure(background="light"))
    shows(page, [COLOR.numpy(), None, [0.97] * 3])
    flat = pixels(page.locator("canvas"))[:, 280:340]
    page.get_by_role("radio", name="dark").press("ArrowRight")
    until_drawn(page)
    picture = pixels(page.locator("canvas"))
    assert (
        flat.std() < 0.01 < 0.1 < picture[:, 280:340].std()
        and picture[:, 20:100].std(axis=(0, 1)).max() < 0.02
    )


def test_mask_and_opacity(open_page, shows):
    page = open_page(figure(background="light"), figure(background="light"))
    first = page.locator("#f0")
    first.get_by_role("button", name="α mask").click()
    shows(page, [[alpha] * 3 for alpha in (1.0, ALPHA, 0.0)], "#f0")
    first.get_by_role("button", name="α mask").click()
    first.get_by_role("slider").press("End")
    # opaque: the colours under α = 0 come out
    shows(page, [COLOR.numpy()] * 3, "#f0")
    first.get_by_role("slider").fill("0.5")
    shows(page, [None, blended([0.97] * 3, 0.75), None], "#f0")
    # the other figure stays
    shows(page, [None, None, [0.97] * 3], "#f1", tolerance=0.02)


def test_a_finger_picks_the_background(open_page, shows):
    page = open_page(figure(), touch=True)
    box = page.get_by_text("dark").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shows(page, [None, None, [0.03] * 3], tolerance=0.02)


def test_on_a_phone_the_own_colour_stands_beside_its_word(open_page):
    page = open_page(figure(), touch=True, width=390, height=800)
    grounds = [page.get_by_text(word, exact=True) for word in ("light", "own")]
    light, own = (each.bounding_box() for each in grounds)
    colour = page.locator("input[type=color]").bounding_box()
    assert light["y"] == own["y"], "all grounds in one line"
    assert abs(colour["y"] + colour["height"] / 2 - own["y"] - own["height"] / 2) < 6
    assert 0 < colour["x"] - own["x"] - own["width"] < 40
