"""The pages of `make site`, opened with the network switched off."""

import re

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
    const flat = (formula) => formula.getBoundingClientRect().height < 8;
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
