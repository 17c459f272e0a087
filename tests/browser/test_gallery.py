"""The grid: one picture at a time grows, under mouse, focus or finger, and the columns
follow the page.
"""

import pytest
import torch

from dputils.widgets import Gallery


def figure(count=10, **options):
    shades = torch.linspace(0.1, 0.9, count).view(-1, 1, 1, 1).expand(-1, 3, 40, 40)
    return Gallery(
        shades, [f"shade {k}" for k in range(count)], **{"width": 800, **options}
    )


def width(page, index):
    return page.locator(".cell").nth(index).bounding_box()["width"]


def settled(page):
    """Waits until no cell grows or shrinks any more, however slow the machine."""
    page.wait_for_timeout(100)
    widths = None
    while widths != (
        widths := [width(page, k) for k in range(page.locator(".cell").count())]
    ):
        page.wait_for_timeout(200)


def test_hover_enlarges_one(open_page, pixels):
    page = open_page(figure())
    small = width(page, 4)
    page.locator(".cell").nth(3).hover()
    settled(page)
    assert width(page, 3) == pytest.approx(1.6 * small, rel=0.02) and width(
        page, 4
    ) == pytest.approx(small, rel=0.02)
    assert page.locator(".caption").inner_text() == "shade 3"
    page.mouse.move(5, 700)
    settled(page)
    assert (
        width(page, 3) == pytest.approx(small, rel=0.02)
        and page.locator(".caption").inner_text() == ""
    )
    bright = [pixels(page.locator(".cell").nth(k)).mean() for k in (0, 5, 9)]
    assert bright == sorted(bright) and bright[2] - bright[0] > 0.6


def test_arrow_keys_walk_the_grid(open_page):
    page = open_page(figure(), figure())
    page.keyboard.press("Tab")
    label = "document.activeElement.shadowRoot.activeElement.getAttribute('aria-label')"
    for key, expected in (("ArrowRight", 1), ("ArrowDown", 9), ("Home", 0), ("End", 9)):
        page.keyboard.press(key)
        assert page.evaluate(label) == f"shade {expected}"
    settled(page)
    assert (
        page.locator("#f0 .large").count() == 1
        and page.locator("#f1 .large").count() == 0
    )
    page.keyboard.press("Escape")
    assert page.locator(".large").count() == 0
    page.keyboard.press("Enter")
    assert page.locator("#f0 .large").count() == 1
    page.keyboard.press("Tab")
    settled(page)
    assert page.locator("#f0 .large").count() == 0, "Tab leaves the grid"


def test_a_tap_enlarges_and_the_next_one_returns(open_page):
    page = open_page(figure(), touch=True)
    page.locator(".cell").nth(2).tap()
    assert page.locator(".large").count() == 1
    assert page.locator(".cell").nth(2).get_attribute("aria-pressed") == "true"
    settled(page)
    page.locator(".cell").nth(2).tap()
    assert page.locator(".large").count() == 0


@pytest.mark.parametrize("wide, columns", [(900, 8), (560, 6), (400, 4), (300, 3)])
def test_columns_follow_the_page(open_page, wide, columns):
    page = open_page(figure(), width=wide)
    rows = {
        round(page.locator(".cell").nth(k).bounding_box()["y"]) for k in range(columns)
    }
    assert (
        len(rows) == 1
        and round(page.locator(".cell").nth(columns).bounding_box()["y"]) not in rows
    )
    for index in (0, columns - 1):
        page.locator(".cell").nth(index).hover()
        settled(page)
        box = page.locator(".cell").nth(index).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= wide, (
            "what grows stays on the page"
        )
