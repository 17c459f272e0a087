"""A headless Chromium for the browser tests, pages made of figures, and a JupyterLab.

Chromium and JupyterLab start once in each process and end with this folder's last
test, because other tests start a Chromium, too, and a thread can have one Playwright.
"""

import io

import headless
import numpy as np
import pytest
from PIL import Image

from .lab import Lab, serve
from .waiting import PATIENCE, at_rest, until_drawn


class Watched:
    """A context of the browser, for which Playwright is as patient as the tests."""

    def __init__(self, chromium, **options):
        self.context = chromium.new_context(**options)
        self.context.set_default_timeout(1000 * PATIENCE)
        self.complaints = []

    def page(self, name="", allowed=("file:", "data:", "blob:")):
        """A new page; errors in its console and requests for anything but what is
        allowed are noted.
        """
        page = self.context.new_page()

        def complain(text):
            self.complaints.append(f"{name}: {text}" if name else text)

        def on_console(message):
            if message.type == "error":
                complain(message.text)

        def on_request(request):
            if not request.url.startswith(allowed):
                complain(f"asks for {request.url[:80]}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("request", on_request)
        return page


@pytest.fixture(scope="package")
def chromium():
    """The browser; tests are skipped with a reason where there is none."""
    with headless.chromium(*headless.SOFTWARE_GL) as browser:
        yield browser


@pytest.fixture(scope="package")
def carded(chromium):
    """One that has a graphics card, as far as pages can tell."""
    browser = headless.launched(chromium.browser_type, *headless.SOFTWARE_WEBGPU)
    yield browser
    browser.close()


@pytest.fixture
def watched(chromium, request):
    """`watched(**options)`: a context of its own. Complaints fail the test. With
    `card=True` it is one of `carded`.
    """
    made = []

    def opened(card=False, **options):
        browser = request.getfixturevalue("carded") if card else chromium
        made.append(Watched(browser, **options))
        return made[-1]

    yield opened
    for each in made:
        each.context.close()
    complaints = [text for each in made for text in each.complaints]
    assert not complaints, complaints


@pytest.fixture
def open_page(watched, tmp_path):
    """`open_page(figure, …)` shows figures below each other, offline."""
    count = 0

    def opened(*figures, touch=False, width=900, height=900, **options):
        nonlocal count
        count += 1
        page = watched(
            viewport={"width": width, "height": height},
            has_touch=touch,
            offline=True,
            **options,
        ).page()
        body = "\n".join(
            figure
            if isinstance(figure, str)
            else f'<section id="f{number}">{figure.html()}</section>'
            for number, figure in enumerate(figures)
        )
        path = tmp_path / f"page{count}.html"
        path.write_text(
            (
                '<!doctype html><meta charset="utf-8"><body style="margin: '
                f'16px">{body}</body>'
            ),
            encoding="utf-8",
        )
        page.goto(path.as_uri())
        return page

    return opened


@pytest.fixture(scope="package")
def lab(chromium, tmp_path_factory):
    """A JupyterLab, and one page of it for all notebooks."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    with serve(tmp_path_factory.mktemp("jupyter")) as address:
        context = chromium.new_context(viewport={"width": 1200, "height": 1000})
        context.set_default_timeout(1000 * PATIENCE)
        shown = Lab(context, address)
        yield shown
        shown.close()
        context.close()


@pytest.fixture
def open_lab(lab):
    """`open_lab(name, notebook)` shows a notebook in JupyterLab; errors of its scripts
    fail the test.
    """
    yield lab.open
    complaints = list(lab.complaints)
    lab.close()
    assert not complaints, complaints


@pytest.fixture
def pixels():
    """`pixels(locator)`: what an element looks like now, as an array (H, W, 3) in [0,
    1].
    """

    def taken(locator):
        picture = Image.open(io.BytesIO(locator.screenshot())).convert("RGB")
        return np.asarray(picture, dtype=float) / 255

    return taken


@pytest.fixture
def resting(pixels):
    """`resting(locator)`: what an element looks like once it stands still."""

    def look(locator):
        until_drawn(locator.page)
        return pixels(locator)

    return lambda locator: at_rest(lambda: look(locator))
