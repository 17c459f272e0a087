"""Backgrounds, α and opacity: the colours on the screen are those of `blend_over`."""

import pytest
import torch

from dputils.alpha import blend_over
from dputils.widgets import AlphaViewer

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


def thirds(pixels, page, place=""):
    """The mean colours of the three parts."""
    page.wait_for_timeout(200)
    picture = pixels(page.locator(f"{place} canvas"))
    wide = picture.shape[1]
    return [
        picture[:, int(wide * (k + 0.3) / 3) : int(wide * (k + 0.7) / 3)].mean((0, 1))
        for k in range(3)
    ]


def blended(background, alpha):
    rgba = torch.cat([COLOR, torch.tensor([alpha])]).view(1, 4, 1, 1)
    return (
        blend_over(rgba, torch.as_tensor(background).view(1, 3, 1, 1)).flatten().numpy()
    )


@pytest.mark.parametrize(
    "name, background", [("light", [0.97] * 3), ("dark", [0.03] * 3)]
)
def test_backgrounds_blend_in_linear_light(open_page, pixels, name, background):
    page = open_page(figure())
    page.get_by_role("radio", name=name).check()
    for found, alpha in zip(thirds(pixels, page), (1.0, ALPHA, 0.0)):
        assert found == pytest.approx(blended(background, alpha), abs=0.03)


def test_own_colour(open_page, pixels):
    page = open_page(figure())
    page.get_by_label("own colour").fill("#00ff00")
    assert page.get_by_role("radio", name="own").is_checked()
    assert thirds(pixels, page)[2] == pytest.approx([0, 1, 0], abs=0.02)
    assert thirds(pixels, page)[1] == pytest.approx(
        blended([0.0, 1.0, 0.0], ALPHA), abs=0.03
    )


def test_checkerboard_shows_where_nothing_is(open_page, pixels):
    page = open_page(figure(background="light"))
    flat = pixels(page.locator("canvas"))[:, 280:340]
    page.get_by_role("radio", name="dark").press("ArrowRight")
    page.wait_for_timeout(200)
    picture = pixels(page.locator("canvas"))
    assert (
        flat.std() < 0.01 < 0.1 < picture[:, 280:340].std()
        and picture[:, 20:100].std(axis=(0, 1)).max() < 0.02
    )


def test_mask_and_opacity(open_page, pixels):
    page = open_page(figure(background="light"), figure(background="light"))
    first = page.locator("#f0")
    first.get_by_role("button", name="α mask").click()
    for found, alpha in zip(thirds(pixels, page, "#f0"), (1.0, ALPHA, 0.0)):
        assert found == pytest.approx([alpha] * 3, abs=0.03)
    first.get_by_role("button", name="α mask").click()
    first.get_by_role("slider").press("End")
    for found in thirds(pixels, page, "#f0"):
        assert found == pytest.approx(COLOR.numpy(), abs=0.03), (
            "opaque: the colours under α = 0 come out"
        )
    first.get_by_role("slider").fill("0.5")
    assert thirds(pixels, page, "#f0")[1] == pytest.approx(
        blended([0.97] * 3, 0.75), abs=0.03
    )
    assert thirds(pixels, page, "#f1")[2] == pytest.approx([0.97] * 3, abs=0.02), (
        "the other figure stays"
    )


def test_a_finger_picks_the_background(open_page, pixels):
    page = open_page(figure(), touch=True)
    box = page.get_by_text("dark").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert thirds(pixels, page)[2] == pytest.approx([0.03] * 3, abs=0.02)
