"""The grid: one picture at a time grows, under mouse, focus or finger, and the columns
follow the page.
"""

import pytest
import torch

from dputils.widgets import Gallery

from .waiting import becomes


def figure(count=10, **options):
    shades = torch.linspace(0.1, 0.9, count).view(-1, 1, 1, 1).expand(-1, 3, 40, 40)
    return Gallery(
        shades, [f"shade {k}" for k in range(count)], **{"width": 800, **options}
    )


def width(page, index):
    return page.locator(".cell").nth(index).bounding_box()["width"]


def width_becomes(page, index, wide):
    """It grows or shrinks for a while."""
    becomes(lambda: width(page, index), pytest.approx(wide, rel=0.02))


def test_hover_enlarges_one(open_page, pixels):
    page = open_page(figure())
    small = width(page, 4)
    page.locator(".cell").nth(3).hover()
    width_becomes(page, 3, 1.6 * small)
    assert width(page, 4) == pytest.approx(small, rel=0.02)
    assert page.locator(".caption").inner_text() == "shade 3"
    page.mouse.move(5, 700)
    width_becomes(page, 3, small)
    assert page.locator(".caption").inner_text() == ""
    bright = [pixels(page.locator(".cell").nth(k)).mean() for k in (0, 5, 9)]
    assert bright == sorted(bright) and bright[2] - bright[0] > 0.6


def test_arrow_keys_walk_the_grid(open_page):
    page = open_page(figure(), figure())
    page.keyboard.press("Tab")
    label = "document.activeElement.shadowRoot.activeElement.getAttribute('aria-label')"
    for key, expected in (("ArrowRight", 1), ("ArrowDown", 9), ("Home", 0), ("End", 9)):
        page.keyboard.press(key)
        assert page.evaluate(label) == f"shade {expected}"
    first, second = (page.locator(f"#f{k} .large") for k in (0, 1))
    becomes(first.count, 1)
    assert second.count() == 0
    page.keyboard.press("Escape")
    becomes(first.count, 0)
    page.keyboard.press("Enter")
    becomes(first.count, 1)
    page.keyboard.press("Tab")
    becomes(first.count, 0)  # Tab leaves the grid


def test_a_tap_enlarges_and_the_next_one_returns(open_page):
    page = open_page(figure(), touch=True)
    cell, large = page.locator(".cell").nth(2), page.locator(".large")
    small = width(page, 2)
    cell.tap()
    becomes(large.count, 1)
    assert cell.get_attribute("aria-pressed") == "true"
    width_becomes(page, 2, 1.6 * small)
    cell.tap()
    becomes(large.count, 0)


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
    small = width(page, 0)
    for index in (0, columns - 1):
        page.locator(".cell").nth(index).hover()
        width_becomes(page, index, 1.6 * small)
        box = page.locator(".cell").nth(index).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= wide, (
            "what grows stays on the page"
        )
