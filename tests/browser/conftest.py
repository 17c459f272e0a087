"""A headless Chromium for the browser tests, and pages made of figures."""

import shutil

import pytest

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
]


@pytest.fixture(scope="module")
def chromium():
    """The browser; tests are skipped with a reason where there is none.

    It is closed after each file, because other tests start one too, and a thread can
    have one Playwright.
    """
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    executable = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    with playwright.sync_playwright() as p:
        try:
            browser = p.chromium.launch(executable_path=executable, args=FLAGS)
        except playwright.Error as error:
            pytest.skip(f"Chromium does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, tmp_path):
    """`open_page(figure, …)` shows figures below each other, offline; errors in the
    console fail the test.
    """
    contexts, complaints = [], []

    def opened(*figures, touch=False, width=900, height=900, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            has_touch=touch,
            offline=True,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                complaints.append(f"asks for {request.url}")
                if request.url.startswith(("http:", "https:"))
                else None
            ),
        )
        body = "\n".join(
            figure
            if isinstance(figure, str)
            else f'<section id="f{number}">{figure.html()}</section>'
            for number, figure in enumerate(figures)
        )
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(
            (
                '<!doctype html><meta charset="utf-8"><body style="margin: '
                f'16px">{body}</body>'
            ),
            encoding="utf-8",
        )
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture
def pixels():
    """`pixels(locator)`: what an element looks like now, as an array (H, W, 3) in [0,
    1].
    """
    import io

    import numpy as np
    from PIL import Image

    def taken(locator):
        return (
            np.asarray(
                Image.open(io.BytesIO(locator.screenshot())).convert("RGB"), dtype=float
            )
            / 255
        )

    return taken
