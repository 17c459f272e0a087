"""A headless Chromium, for the tests that look at a page as a reader's browser does."""

import contextlib
import shutil

import pytest
from browser.waiting import PATIENCE

# WebGL without a graphics card.
SOFTWARE_GL = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
# And WebGPU, by a card that the processor pretends to be: slow, and for few tests.
SOFTWARE_WEBGPU = [
    *SOFTWARE_GL,
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
]


@contextlib.contextmanager
def chromium(*flags):
    """The browser; the test is skipped with a reason where there is none."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    with playwright.sync_playwright() as p:
        try:
            browser = launched(p.chromium, *flags)
        except playwright.Error as error:
            pytest.skip(f"Chromium does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


def launched(browser_type, *flags):
    """One more browser of a Playwright, of which a thread can have only one."""
    executable = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    return browser_type.launch(
        executable_path=executable,
        args=["--no-sandbox", "--disable-background-networking", *flags],
        timeout=1000 * PATIENCE,
    )
