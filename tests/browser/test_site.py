"""The pages of `make site`, opened with the network switched off."""

import re
from pathlib import Path

import pytest
from scripts import load_script

pytestmark = pytest.mark.slow
pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return load_script("notebooks/pages.py").write_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def visit(watched):
    """`visit(path)` opens a file offline; requests, errors in the console and broken
    pictures fail the test.
    """
    all_of_them = watched(viewport={"width": 1100, "height": 900}, offline=True)

    def visited(path):
        page = all_of_them.page(path.name)
        page.goto(path.as_uri())
        return page

    return visited


def test_the_index_leads_to_every_page_and_back(site, visit):
    page = visit(site[0])
    links = page.locator(".book h3 a")
    targets = [
        (site[0].parent / links.nth(k).get_attribute("href")).resolve()
        for k in range(links.count())
    ]
    assert targets == [path.resolve() for path in site[1:]]
    links.first.click()
    page.wait_for_url(site[1].as_uri())
    assert page.locator("h1").inner_text().startswith("0 · Why parameterization")
    page.locator("nav a").first.click()
    page.wait_for_url(site[0].as_uri())


# What is wrong with a page: pictures that are loaded when they come near are asked for
# all at once.
LOOK = """async () => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const pictures = all("main img");
    pictures.forEach((picture) => { picture.loading = "eager"; });
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => null)));
    const flat = (formula) => formula.getBoundingClientRect().height < 5;
    const hrefs = all("a[href]").map((a) => a.getAttribute("href"));
    const inside = hrefs.filter((href) => href.startsWith("#") && href.length > 1);
    return {
        broken: pictures.filter((picture) => !picture.naturalWidth).length,
        flat: all("main math").filter(flat).length,
        prose: all("main .text_cell p").map((p) => p.innerText).join("\\n"),
        wide: document.documentElement.scrollWidth - innerWidth,
        hrefs,
        missing: inside.filter(
            (href) => !document.getElementById(decodeURIComponent(href.slice(1)))),
    };
}"""


def test_every_page_is_whole_offline_and_its_links_lead_somewhere(site, visit):
    known = {path.resolve() for path in site}
    for path in site:
        page = visit(path)
        found = page.evaluate(LOOK)
        assert not found["broken"], f"{path.name}: pictures that cannot be drawn"
        assert not found["flat"], f"{path.name}: formulas that are not drawn"
        assert not re.search(r"\$[^$\n]*\\[a-z]+[^$\n]*\$", found["prose"]), (
            f"{path.name}: a formula was left as it was typed"
        )
        assert found["wide"] <= 0, (
            f"{path.name} is {found['wide']} pixels wider than the window"
        )
        assert not found["missing"], f"{path.name} has no {found['missing']}"
        lost = [
            href
            for href in found["hrefs"]
            if "://" not in href
            and not href.startswith(("#", "data:"))
            and (path.parent / href.partition("#")[0]).resolve() not in known
        ]
        assert not lost, f"{path.name} links to {lost}"
        page.close()


def test_code_is_folded_by_one_switch_that_is_remembered(site, visit):
    page = visit(site[1])
    cells, switch = page.locator("details.code"), page.locator("#fold")
    opened = page.locator("details.code[open]")
    assert cells.count() > 20 and opened.count() == 0
    cells.nth(3).locator("summary").click()
    assert opened.count() == 1 and cells.nth(3).locator(".highlight").is_visible()
    switch.click()
    assert opened.count() == cells.count()
    assert switch.get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.locator("details.code[open]").count() == cells.count()
    page.locator("#fold").click()
    assert opened.count() == 0


def test_contents_stand_beside_the_text_where_there_is_room(site, visit):
    page = visit(site[1])
    contents = page.locator(".contents")
    assert contents.get_attribute("open") is None, "in a narrow window it is a line"
    page.set_viewport_size({"width": 1500, "height": 900})
    page.wait_for_selector(".contents[open]")
    text = page.locator("main .text_cell").first.bounding_box()
    box = contents.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= text["x"]
    link = contents.locator("a").nth(4)
    link.click()
    anchor = link.get_attribute("href")
    assert page.url.endswith(anchor)


AXE = Path(__file__).resolve().parents[2] / ".cache/node_modules/axe-core/axe.min.js"
SHAPES = pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 390)])


@pytest.fixture
def each_page(site, watched):
    """`each_page(scheme, width)`: all pages, one after the other, code unfolded."""

    def pages(scheme, width):
        shape = {"width": width, "height": 900}
        browser = watched(viewport=shape, offline=True, color_scheme=scheme)
        for path in site:
            page = browser.page(path.name)
            page.goto(path.as_uri())
            if page.locator("#fold").is_visible():
                page.locator("#fold").click()
                page.evaluate("localStorage.clear()")
            yield path.name, page
            page.close()

    return pages


@SHAPES
def test_no_page_is_wider_than_its_window(each_page, scheme, width):
    for name, page in each_page(scheme, width):
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{name} is {over} pixels wider than the window"


@SHAPES
@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: see .ci/run")
def test_everybody_can_read_every_page(each_page, scheme, width):
    for name, page in each_page(scheme, width):
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [
            f"{name}: {rule['id']}: {rule['nodes'][0]['html'][:200]}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, "\n".join(serious)
