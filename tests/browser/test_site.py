"""The pages of `make site`, opened with the network switched off."""

import re
from pathlib import Path

import pytest
from scripts import load_script

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return load_script("notebooks/pages.py").write_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def visit(chromium):
    """`visit(path)` opens a file offline; requests, errors in the console and broken
    pictures fail the test.
    """
    complaints, context = (
        [],
        chromium.new_context(viewport={"width": 1100, "height": 900}, offline=True),
    )

    def visited(path):
        page = context.new_page()
        page.on(
            "console",
            lambda m: (
                complaints.append(f"{path.name}: {m.text}")
                if m.type == "error"
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{path.name}: {error}"))
        page.on(
            "request",
            lambda request: (
                complaints.append(f"{path.name} asks for {request.url[:80]}")
                if not request.url.startswith(("file:", "data:", "blob:"))
                else None
            ),
        )
        page.goto(path.as_uri())
        return page

    yield visited
    context.close()
    assert not complaints, complaints


def test_the_index_leads_to_every_page_and_back(site, visit):
    page = visit(site[0])
    links = page.locator(".book h3 a")
    targets = [
        (site[0].parent / links.nth(k).get_attribute("href")).resolve()
        for k in range(links.count())
    ]
    assert targets == [path.resolve() for path in site[1:]]
    links.first.click()
    assert page.locator("h1").inner_text().startswith("Why parameterization matters")
    page.locator("nav a").first.click()
    assert page.url == site[0].as_uri()


def test_every_page_is_whole_offline(site, visit):
    for path in site[1:]:
        page = visit(path)
        # Pictures that are loaded when they come near: ask for all of them now.
        broken = page.evaluate("""async () => {
            const pictures = [...document.querySelectorAll("main img")];
            pictures.forEach((picture) => { picture.loading = "eager"; });
            await Promise.all(pictures.map((picture) => picture.decode().catch(() => null)));
            return pictures.filter((picture) => !picture.naturalWidth).length;
        }""")
        assert broken == 0, f"{path.name}: {broken} pictures cannot be drawn"
        flat = page.evaluate(
            "[...document.querySelectorAll('main "
            "math')].filter((formula) => "
            "formula.getBoundingClientRect().height < 8).length"
        )
        assert flat == 0, f"{path.name}: {flat} formulas are not drawn"
        prose = page.evaluate(
            "[...document.querySelectorAll('main .text_cell p')].map((p) => "
            "p.innerText).join('\\n')"
        )
        assert not re.search(r"\$[^$\n]*\\[a-z]+[^$\n]*\$", prose), (
            f"{path.name}: a formula was left as it was typed"
        )
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path.name} is {wide} pixels wider than the window"
        page.close()


def test_links_between_pages_lead_somewhere(site, visit):
    known = {path.resolve() for path in site}
    for path in site:
        page = visit(path)
        hrefs = page.evaluate(
            "[...document.querySelectorAll('a[href]')].map((a) => "
            "a.getAttribute('href'))"
        )
        local = [
            href
            for href in hrefs
            if "://" not in href and not href.startswith(("#", "data:"))
        ]
        lost = [
            href
            for href in local
            if (path.parent / href.partition("#")[0]).resolve() not in known
        ]
        assert not lost, f"{path.name} links to {lost}"
        missing = page.evaluate("""[...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute("href"))
            .filter((href) => href.length > 1 && !document.getElementById(decodeURIComponent(href.slice(1))))""")
        assert not missing, f"{path.name} has no {missing}"
        page.close()
