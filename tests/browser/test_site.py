"""The pages of `make site`, opened with the network switched off."""

import re
from pathlib import Path

import pytest
from scripts import load_script

from .waiting import wait

pytestmark = pytest.mark.slow
pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The paths of the English pages, and of the Chinese ones."""
    script = load_script("notebooks/pages.py")
    written = script.write_site(tmp_path_factory.mktemp("site"), "zh")
    return written[: len(written) // 2], written[len(written) // 2 :]


@pytest.fixture(scope="module")
def site(both):
    return both[0]


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
        wordless: pictures.filter((picture) => /^No desc/.test(picture.alt)
            || !picture.alt && !picture.closest("[aria-hidden]")).length,
        flat: all("main math").filter(flat).length,
        prose: all("main .text_cell p").map((p) => p.innerText).join("\\n"),
        wide: document.documentElement.scrollWidth - innerWidth,
        hrefs,
        missing: inside.filter(
            (href) => !document.getElementById(decodeURIComponent(href.slice(1)))),
    };
}"""


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


# Code that is highlighted has thousands of parts in a dozen colours, and axe-core takes
# its time with each: it looks at one part of each colour on each ground.
SAMPLE = """() => {
    const seen = new Set();
    for (const code of document.querySelectorAll(".highlight")) {
        const ground = getComputedStyle(code).backgroundColor;
        for (const part of code.querySelectorAll("span[class]")) {
            const colour = `${part.className} on ${ground}`;
            if (seen.has(colour)) part.replaceWith(part.textContent);
            seen.add(colour);
        }
    }
}"""


def unfolded(page):
    """With all code in sight, and no memory of it for the next page."""
    if page.locator("#fold").is_visible():
        page.locator("#fold").click()
        page.evaluate("localStorage.clear()")


def wrong_with(path, found, known):
    """What LOOK found to be wrong, in words."""
    lost = [
        href
        for href in found["hrefs"]
        if "://" not in href
        and not href.startswith(("#", "data:"))
        and (path.parent / href.partition("#")[0]).resolve() not in known
    ]
    typed = re.search(r"\$[^$\n]*\\[a-z]+[^$\n]*\$", found["prose"])
    return {
        "pictures that cannot be drawn": found["broken"],
        "pictures without words": found["wordless"],
        "formulas that are not drawn": found["flat"],
        "a formula was left as it was typed": typed and typed[0],
        "anchors that are not there": found["missing"],
        "links to what is not there": lost,
    }


# One English page of each kind: what axe-core looks at in a run that is not thorough,
# since it takes longer than all the rest.
OF_EACH_KIND = "en/(index|00_|style_representation|A0_|playground|how_a_network)"
ALL = ""


@pytest.mark.parametrize(
    "scheme, width, asked",
    [
        pytest.param("light", 1280, OF_EACH_KIND, id="light-1280-few"),
        pytest.param("light", 1280, ALL, marks=pytest.mark.thorough, id="light-1280"),
        pytest.param("dark", 390, ALL, marks=pytest.mark.thorough, id="dark-390"),
    ],
)
def test_every_page_is_whole_and_for_everybody(both, watched, scheme, width, asked):
    """Each page is loaded once a scheme: pictures, formulas, links, its width with code
    folded and unfolded, and what axe-core finds on those that are `asked`.
    """
    known, problems = {path.resolve() for paths in both for path in paths}, []
    shape = {"width": width, "height": 900}
    browser = watched(viewport=shape, offline=True, color_scheme=scheme)
    site, edition = both
    # of the other language what is translated, and one page that is not
    for path in [*site, *edition[:4]]:
        page = browser.page(path.name)
        page.goto(path.as_uri())
        found = page.evaluate(LOOK)
        wrong = wrong_with(path, found, known)
        wrong["pixels too wide"] = max(0, found["wide"])
        unfolded(page)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong["pixels too wide, code unfolded"] = max(0, over)
        problems += [f"{path.name}: {what}: {it}" for what, it in wrong.items() if it]
        name = f"{'en' if path in site else 'zh'}/{path.name}"
        if AXE.is_file() and re.match(asked, name):
            page.evaluate(SAMPLE)
            page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            problems += [
                f"{path.name}: {rule['id']}: {rule['nodes'][0]['html'][:200]}"
                for rule in found["violations"]
                if rule["impact"] in ("serious", "critical")
            ]
        page.close()
    assert not problems, "\n".join(problems)
    if not AXE.is_file():
        pytest.skip("all but axe-core, which is not here: see .ci/run")


def test_a_citation_says_what_it_is(site, visit):
    page = visit(next(path for path in site if path.stem.startswith("05_")))
    cite = page.locator(".cite").first
    note = cite.locator(".note")
    assert not note.is_visible()
    cite.locator("a").first.focus()
    assert note.is_visible() and "doi:" in note.inner_text()
    listed = page.locator(".back li").all_inner_texts()
    assert len(listed) > 2 and all(re.search(r"\d{4}", each) for each in listed)
    text = page.locator(".back pre").inner_text()
    assert text.count("@") == 2 and "10.23915/distill.00012" in text


def test_a_page_leads_to_itself_in_another_language_and_back(both, visit):
    site, edition = both
    page = visit(site[1])
    page.locator("nav [hreflang=zh]").click()
    page.wait_for_url(edition[1].as_uri())
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator(".edition").count() == 0
    page.locator(".near a").last.click()
    page.wait_for_url(edition[2].as_uri())
    page.locator(".near a").last.click()
    page.wait_for_url(edition[3].as_uri())
    assert page.locator("main").get_attribute("lang") == "en"
    assert page.locator(".edition").inner_text().startswith("本页尚未翻译")
    page.locator("nav [hreflang=en]").click()
    page.wait_for_url(site[3].as_uri())


def test_claims_and_pictures_on_a_phone(site, watched):
    """A claim's numbers are all in sight, and a tap shows a picture at its size."""
    phone = {"width": 390, "height": 800}
    page = watched(offline=True, viewport=phone, has_touch=True).page()
    page.goto(site[1].as_uri())
    cells = page.locator(".output_markdown td")
    boxes = [cells.nth(k).bounding_box() for k in range(8)]
    assert all(box["x"] + box["width"] <= phone["width"] for box in boxes)
    assert boxes[0]["y"] < boxes[1]["y"] == boxes[2]["y"] == boxes[3]["y"]
    picture = page.locator(".output_jpeg img").first
    picture.scroll_into_view_if_needed()
    before = picture.bounding_box()["width"]
    picture.tap()
    assert picture.bounding_box()["width"] > 1.5 * before
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    picture.tap()
    assert picture.bounding_box()["width"] == before


def test_an_assignments_picture_grows_at_a_tap(site, watched):
    path = next(path for path in site if path.stem == "A0_warm_up")
    phone = {"width": 390, "height": 800}
    page = watched(offline=True, viewport=phone, has_touch=True).page()
    page.goto(path.as_uri())
    picture = page.locator(".text_cell img").nth(1)
    picture.scroll_into_view_if_needed()
    before = picture.bounding_box()["width"]
    picture.tap()
    assert picture.bounding_box()["width"] > 1.3 * before
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


MIDDLES = """() => [...document.querySelectorAll(
        ".output_png > img, .output_jpeg > img, .output_html > *")]
    .map((part) => part.getBoundingClientRect())
    .filter((box) => box.width > 720)
    .map((box) => Math.round(box.x + box.width / 2))"""


@pytest.mark.parametrize("start", ["03_", "infinite_patterns"])
def test_wide_pictures_and_figures_stand_in_the_middle(site, visit, start):
    page = visit(next(path for path in site if path.stem.startswith(start)))
    column = page.locator("main .text_cell").first.bounding_box()
    middle = column["x"] + column["width"] / 2
    found = page.evaluate(MIDDLES)
    assert len(found) > 3 and all(abs(each - middle) <= 2 for each in found), found


def test_lines_are_broken_where_they_have_no_columns(site, visit):
    page = visit(next(path for path in site if path.stem == "01_aligned_interpolation"))
    page.set_viewport_size({"width": 390, "height": 800})
    lines = page.locator(".output_stream pre")
    broken = {
        lines.nth(k).inner_text(): lines.nth(k).evaluate(
            "lines => getComputedStyle(lines).whiteSpace.startsWith('pre-wrap')"
        )
        for k in range(lines.count())
    }
    columns = {text for text in broken if re.search(r"\S {2,}\S", text)}
    assert columns and len(columns) < len(broken)
    assert {text for text, wraps in broken.items() if not wraps} == columns


INKED = """curve => {
    if (!curve.width || !curve.height) return 0;
    const pen = curve.getContext("2d");
    const { data } = pen.getImageData(0, 0, curve.width, curve.height);
    return data.filter((value, at) => at % 4 === 3 && value > 60).length;
}"""


def test_a_panel_that_has_not_run_says_where_its_curve_will_be(site, visit):
    page = visit(next(path for path in site if path.stem == "playground"))
    curve = page.locator("[data-dputils-steer] canvas.curve")
    curve.scroll_into_view_if_needed()
    wait(lambda: curve.evaluate(INKED) > 100, "an axis and words")


def test_the_opening_moves_until_it_is_held_still(site, watched):
    page = watched(offline=True, viewport={"width": 1100, "height": 900}).page()
    page.goto(site[0].as_uri())
    line = page.locator(".tile > i")
    place = "line => getComputedStyle(line).left"
    before = line.evaluate(place)
    wait(lambda: line.evaluate(place) != before, "a line that wipes")
    page.get_by_label("hold still").check()
    # a pause is taken in with the next frame
    line.evaluate("async (line) => { await line.getAnimations()[0].ready; }")
    held = line.evaluate(place)
    page.wait_for_timeout(300)
    assert line.evaluate(place) == held
    tile, still = (page.locator(each) for each in (".tile", ".opening > img"))
    box, whole = tile.nth(3).bounding_box(), still.bounding_box()
    assert box["y"] > whole["y"] + whole["height"] / 2 and box["x"] == whole["x"]
    calm = watched(offline=True, reduced_motion="reduce").page()
    calm.goto(site[0].as_uri())
    assert not calm.locator(".alive").is_visible()
    assert not calm.get_by_label("hold still").is_visible()


HEARD = """() => [...document.querySelectorAll("main *")]
    .flatMap((part) => [...(part.shadowRoot?.querySelectorAll("*") ?? [])])
    .flatMap((part) => [part.title, part.ariaLabel, part.ariaValueText,
        part.matches("style") ? "" : part.firstChild?.nodeValue])
    .filter((text) => text?.trim())"""


def test_figures_of_a_chinese_page_speak_chinese(both, visit):
    """Buttons, sliders, tips and what is read aloud, of each figure and panel."""
    page = visit(both[1][1])
    figures = page.locator("[data-dputils], [data-dputils-steer]")
    assert figures.count() >= 3
    for k in range(figures.count()):
        figures.nth(k).scroll_into_view_if_needed()
        figures.nth(k).locator("figure").wait_for()
    panel = page.locator("[data-dputils-steer]")
    panel.get_by_role("button", name="单步", exact=True).click()
    panel.get_by_text("第 1 步", exact=True).wait_for()
    heard = page.evaluate(HEARD)
    assert "播放" in heard and "撤销" in heard and len(heard) > 60
    english = r"\b[a-z]{2,} [a-z]{2,}\b"
    left = {text for text in heard if re.search(english, text)}
    assert {text for text in left if not re.search(r"[一-鿿]", text)} == set()


PRINTED = """() => {
    const all = [...document.querySelectorAll("main *")].flatMap(
        (part) => [part, ...(part.shadowRoot?.querySelectorAll("*") ?? [])]);
    const shown = (part) => part.checkVisibility();
    const tall = all.filter((part) => part.matches("img, svg, canvas") && shown(part));
    const buttons = all.filter((part) => part.matches("button, input, select"));
    return {
        tallest: Math.max(...tall.map((part) => part.getBoundingClientRect().height)),
        pictures: tall.length,
        controls: buttons.filter((part) => shown(part) && !part.querySelector("canvas"))
            .length,
        text: document.querySelector("main").innerText,
    };
}"""


@pytest.mark.parametrize("seen", [False, True])
def test_on_paper_there_are_stills_of_less_than_half_a_page(site, watched, seen):
    """As far as a reader has not come: stills, without words on how to wake them. What
    was played is printed as it stands, without controls.
    """
    path = next(path for path in site if path.stem.startswith("03_"))
    # half the pixels each way: without a card, a browser is slow with shaders
    shape = {"viewport": {"width": 800, "height": 1000}, "device_scale_factor": 0.5}
    page = watched(**shape, offline=True).page()
    page.goto(path.as_uri())
    figures = page.locator("[data-dputils]")
    for k in range(figures.count() if seen else 0):
        figures.nth(k).scroll_into_view_if_needed()
        figures.nth(k).locator("figure").wait_for()
    page.emulate_media(media="print")
    found = page.evaluate(PRINTED)
    half = (297 - 36) / 2 / 25.4 * 96  # CSS pixels of half an A4 page within margins
    assert found["pictures"] > 15 and found["tallest"] < half
    assert found["controls"] == 0 and "To play with it" not in found["text"]
