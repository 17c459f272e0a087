"""Panels of the site's pages, which run without a kernel: what the reader sees and
does. Pages are opened from a folder, with the network switched off.
"""

import base64
import io
import re

import nbformat
import numpy as np
import pytest
from PIL import Image
from scripts import ROOT, load_script

from dputils.data import sample_image

from .firefox import firefox
from .waiting import becomes, wait

pytestmark = pytest.mark.slow
pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")
STEM = "00_why_parameterization_matters"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">{policy}
<style>:root {{ color-scheme: light dark }}</style><title>panel</title>
<body><p style="height: {above}px">above</p>{place}
<script defer src="{script}"></script></body></html>"""
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
STILL = f'<img alt="a still" src="{DOT}">'


@pytest.fixture(scope="module")
def panels():
    return load_script("notebooks/page_panels.py")


@pytest.fixture(scope="module")
def folder(panels, tmp_path_factory):
    """With the script that all pages share."""
    folder = tmp_path_factory.mktemp("site")
    panels.write_scripts(folder)
    return folder


def write(panels, folder, policy="", above=0, name=STEM):
    """A page with a panel, beside the script; its address."""
    if policy:
        policy = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    place = f"<div {panels.attribute(name)}>{STILL}</div>"
    text = PAGE.format(policy=policy, place=place, script=panels.SCRIPT, above=above)
    (folder / "page.html").write_text(text, encoding="utf-8")
    return (folder / "page.html").as_uri()


@pytest.fixture
def show(panels, folder, watched):
    """`show(…)` opens a page with a panel, offline."""

    def shown(above=0, name=STEM, search="", fragment="", **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        page = watched(offline=True, **options).page()
        page.goto(write(panels, folder, above=above, name=name) + search + fragment)
        page.get_by_role("button", name="play").wait_for()
        return Panel(page)

    return shown


class Panel:
    def __init__(self, page):
        self.page = page
        self.figure = page.locator("figure")

    def button(self, name):
        return self.figure.get_by_role("button", name=name, exact=True)

    def numbers(self):
        return self.figure.locator("output.numbers").inner_text().replace("\n", " ")

    def steps(self):
        found = re.match(r"step (\d+)", self.numbers())
        return int(found[1]) if found else 0

    def score(self):
        return float(re.search(r"score (\S+)", self.numbers())[1])

    def picture(self):
        """Its own pixels, (H, W, 3) in [0, 1]."""
        address = self.figure.locator("canvas.picture").evaluate(
            "canvas => canvas.toDataURL()"
        )
        file = io.BytesIO(base64.b64decode(address.partition(",")[2]))
        return np.asarray(Image.open(file).convert("RGB"), dtype=float) / 255

    def warning(self):
        return self.figure.locator(".warning").inner_text()

    def said(self):
        return self.figure.locator("[role=alert]").inner_text()

    def take(self, count):
        """So many steps, and no more."""
        steps = self.steps() + count
        for _ in range(count):
            self.button("step").click()
        becomes(self.steps, steps)

    def until(self, steps):
        wait(lambda: self.steps() >= steps, f"step {steps}")

    def pause(self):
        """Press pause, and how many steps were taken by then: a climb that begins anew
        stays below. One that played would be past them before anybody looks.
        """
        self.button("pause").click()
        self.button("play").wait_for()
        self.page.wait_for_timeout(300)  # the last answer
        return self.steps()

    def climbs(self, score):
        wait(lambda: self.score() > score, f"a score of more than {score}")


def test_it_plays_when_asked_and_the_score_rises(show):
    panel = show()
    becomes(lambda: panel.picture().shape, (1, 1, 3))  # the still
    assert panel.numbers() == ""
    panel.button("step").click()
    becomes(panel.steps, 1)
    first, score = panel.picture(), panel.score()
    assert first.shape == (80, 162, 3) and first[:, :80].std() < 0.1, "nearly grey"
    panel.button("play").click()
    panel.climbs(score + 2)
    wait(lambda: panel.picture()[:, :80].std() > 0.1, "a picture")
    assert "the plain network sees" in panel.numbers()
    assert "in WebAssembly" in panel.numbers() and "steps/s" in panel.numbers()
    held = panel.pause()
    panel.page.wait_for_timeout(500)
    assert panel.steps() == held, "paused means paused"
    assert panel.said() == ""


def test_the_networks_come_with_the_first_play(panels, folder, chromium):
    """From a server, which may say that scripts are UTF-8: the file's own mark counts
    for more. Both scripts and the data of all panels have at most 2 MB together.
    """
    page, asked = chromium.new_page(), []

    def serve(route):
        name = route.request.url.rpartition("/")[2]
        asked.append(name)
        kind = "html" if name.endswith("html") else "javascript"
        headers = {"content-type": f"text/{kind}; charset=utf-8"}
        route.fulfill(body=(folder / name).read_bytes(), headers=headers)

    write(panels, folder)
    page.route("http://book.test/**", serve)
    page.goto("http://book.test/page.html")
    panel = Panel(page)
    panel.button("play").wait_for()
    assert asked == ["page.html", panels.SCRIPT]
    panel.button("step").click()
    becomes(panel.steps, 1)
    assert asked == ["page.html", panels.SCRIPT, panels.WEIGHTS]
    sizes = [(folder / name).stat().st_size for name in asked[1:]]
    sizes += [len(panels.attribute(name).encode()) for name in panels.panels()]
    assert sum(sizes) <= 2e6
    page.close()


def test_without_the_networks_a_sentence_says_so(panels, tmp_path, chromium):
    (tmp_path / panels.SCRIPT).write_text(panels.script(), encoding="utf-8")
    page = chromium.new_page()
    page.goto(write(panels, tmp_path))
    panel = Panel(page)
    panel.button("step").click()
    said = f"{panels.WEIGHTS} is missing: it belongs beside this page's other scripts."
    wait(lambda: said in panel.said(), "the sentence")
    page.close()


def test_controls_act_in_the_middle_and_others_begin_anew(show):
    panel = show()
    panel.button("play").click()
    panel.until(10)
    panel.figure.get_by_label("wish", exact=True).select_option("daisy")
    panel.figure.get_by_text("plain", exact=True).click()
    wait(lambda: "the robust network sees" in panel.numbers(), "the other judge")
    assert panel.steps() > 10, "wish and network act in the middle of the climb"
    before = panel.pause()
    panel.figure.get_by_text("pixels", exact=True).click()
    wait(lambda: panel.steps() < before, "another basis begins anew")
    panel.button("undo").click()
    wait(lambda: panel.steps() >= before, "undo brings the earlier climb back")


@pytest.mark.parametrize(
    "name, label, other, without",
    [
        (STEM, "decay power", "basis", "pixels"),
        ("playground", "decay power", "basis", "Laplacian"),
        ("playground", "decorrelated colours", "basis", "CPPN"),
    ],
)
def test_a_dial_without_effect_is_grey(show, name, label, other, without):
    panel = show(name=name)
    dial = panel.figure.get_by_label(label, exact=True)
    assert dial.is_enabled() and f"only with {other} " in dial.get_attribute("title")
    panel.figure.get_by_text(without, exact=True).click()
    wait(dial.is_disabled, "the dial grey")
    panel.button("step").click()
    becomes(panel.steps, 1)
    assert dial.is_disabled(), "and after an answer"
    panel.button("undo").click()
    wait(dial.is_enabled, "the dial back")


def test_levels_wake_what_says_whose_they_are(show):
    panel = show(name="01_aligned_interpolation")
    dial = panel.figure.get_by_label("shared", exact=True)
    assert dial.is_disabled() and "only with levels " in dial.get_attribute("title")
    slide(panel, "levels", 1)
    wait(dial.is_enabled, "the dial")


@pytest.mark.parametrize(
    "name, words", [("04_transparency", "spiral"), ("playground", "spiral ccw")]
)
def test_names_are_shown_as_words(show, name, words):
    """The address keeps the name."""
    panel = show(name=name)
    spiral = panel.figure.get_by_text(words, exact=True)
    assert spiral.count() == 1 and "_" not in panel.figure.inner_text()
    if name != "playground":
        spiral.click()
        panel.take(1)
        assert panel.said() == "", "the engine is told the class"
    if name == "playground":
        panel.figure.get_by_label("wish", exact=True).select_option("spiral ccw")
        wait(lambda: "wish=spiral_ccw" in panel.page.url, "the name in the address")


def test_a_new_seed_empties_the_curve(show):
    panel = show()
    curve = panel.figure.locator("canvas.curve")

    def drawn():
        return curve.evaluate("canvas => canvas.toDataURL()")

    panel.page.wait_for_timeout(300)  # an axis, and words that say what will be there
    empty = drawn()
    panel.button("play").click()
    panel.until(10)
    panel.pause()
    assert drawn() != empty
    assert re.fullmatch(r"score from \S+ to \S+", curve.get_attribute("aria-label"))
    panel.figure.get_by_label("seed", exact=True).fill("7")
    panel.figure.get_by_label("seed", exact=True).press("Enter")
    becomes(panel.steps, 0)
    assert drawn() == empty and curve.get_attribute("aria-label") == "curve"


def test_the_same_seed_gives_the_same_picture(show):
    panel = show()
    for _ in range(3):
        panel.button("step").click()
    becomes(panel.steps, 3)
    first = panel.picture()
    panel.button("reset").click()
    becomes(panel.steps, 0)
    for _ in range(3):
        panel.button("step").click()
    becomes(panel.steps, 3)
    assert (panel.picture() == first).all()
    panel.figure.get_by_label("seed", exact=True).fill("7")
    panel.figure.get_by_label("seed", exact=True).press("Enter")
    becomes(panel.steps, 0)
    panel.button("step").click()
    becomes(panel.steps, 1)
    assert not (panel.picture() == first).all()


def test_a_coupling_of_two_makes_the_pictures_alike(show):
    def playing(coupling):
        panel = show()
        slide(panel, "coupling", coupling)
        panel.button("play").click()
        return panel

    def alike(panel):
        picture = panel.picture()
        return np.corrcoef(picture[:, :80].ravel(), picture[:, 82:].ravel())[0, 1]

    apart = playing(0)
    apart.until(25)
    apart.pause()
    bound, together = alike(apart) + 0.2, playing(2)
    together.until(3)
    wait(lambda: alike(together) > bound, "pictures that are alike")


def test_the_picture_can_be_saved(show):
    panel = show()
    panel.button("step").click()
    becomes(panel.steps, 1)
    with panel.page.expect_download() as download:
        panel.button("save PNG").click()
    assert download.value.suggested_filename == "picture-seed0-step1.png"
    data = download.value.path().read_bytes()
    assert data.startswith(b"\x89PNG")


def test_it_rests_when_it_is_left_alone(show, panels, monkeypatch):
    monkeypatch.setitem(panels.panels()[STEM], "rest", 1)
    panel = show()
    panel.button("play").click()
    panel.button("play").wait_for()  # perhaps before its first step: machines are busy
    note = panel.figure.locator("[role=status]").inner_text()
    assert note == "Paused, because nobody touched it for a while."


def test_it_stands_still_out_of_sight(show):
    panel = show(above=3000)
    panel.figure.scroll_into_view_if_needed()
    panel.button("play").click()
    panel.until(3)
    panel.page.evaluate("scrollTo(0, 0)")
    panel.page.wait_for_timeout(500)
    held = panel.steps()
    panel.page.wait_for_timeout(700)
    assert panel.steps() == held
    panel.figure.scroll_into_view_if_needed()
    wait(lambda: panel.steps() > held, "more steps, once it is seen again")


POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src file: "
)
EVAL = "'wasm-unsafe-eval'"  # and no Worker: the engine runs in the page


@pytest.mark.parametrize(
    "allowed, road",
    [
        ("'wasm-unsafe-eval'; worker-src blob:", "in WebAssembly"),
        ("'wasm-unsafe-eval'", "in WebAssembly"),  # without a Worker: in the page
        ("; worker-src blob:", "in plain JavaScript"),
        ("", "in plain JavaScript"),
    ],
)
def test_what_a_policy_forbids_is_done_on_the_next_road(
    panels, folder, chromium, allowed, road
):
    context = chromium.new_context(offline=True)  # it complains of what is forbidden
    page = context.new_page()
    page.goto(write(panels, folder, policy=POLICY + allowed))
    panel = Panel(page)
    panel.button("step").click()
    becomes(panel.steps, 1)
    assert road in panel.numbers() and panel.said() == ""
    context.close()


# A card's device tells of itself, so that a test can take it away.
DESTROY = """() => {
    const order = GPUDevice.prototype.createCommandEncoder;
    GPUDevice.prototype.createCommandEncoder = function (...given) {
        const made = order.apply(this, given);
        this.destroy();
        return made;
    };
}"""


def test_a_card_that_is_lost_in_the_middle_leaves_the_picture(show):
    """The processor does the very step that the card did not finish."""
    dials = {"name": "playground", "fragment": "#size=64"}
    panel = show(search="?road=WebGPU", card=True, **dials)
    for _ in range(2):
        panel.button("step").click()
    becomes(panel.steps, 2)
    assert "in WebGPU" in panel.numbers() and panel.warning() == ""
    assert re.search(r"WebGPU \d+ ms, processor \d+ ms", panel.numbers())
    (worker,) = panel.page.workers
    worker.evaluate(DESTROY)
    panel.button("step").click()
    becomes(panel.steps, 3)
    assert "in WebAssembly" in panel.numbers()
    assert panel.warning().startswith("The graphics card was lost.")
    panel.button("step").click()
    becomes(panel.steps, 4)
    lost = panel.picture()
    usual = show(**dials)
    for _ in range(4):
        usual.button("step").click()
    becomes(usual.steps, 4)
    # a ReLU may fall to the other side, but no step is missing
    assert abs(lost - usual.picture()).max() < 0.02 and usual.warning() == ""
    assert panel.said() == usual.said() == ""


def test_without_a_card_the_processor_goes_on_and_says_why(show):
    panel = show(name="playground", fragment="#size=64", card=True)  # a pretended one
    panel.button("play").click()
    wait(lambda: "WebGPU: no graphics card" in panel.numbers(), "the reason")
    assert "in WebAssembly" in panel.numbers()
    assert panel.said() == panel.warning() == ""


@pytest.mark.parametrize(
    "spoil, why",
    [
        ("navigator.gpu.requestAdapter = async () => null", "no graphics card"),
        (
            "GPUDevice.prototype.createComputePipelineAsync ="
            " async () => { throw new Error('a shader fails') }",
            "a shader fails",
        ),
    ],
)
def test_a_card_that_cannot_is_not_taken(panels, folder, carded, spoil, why):
    """In the page itself, where a test can spoil it before it begins."""
    context = carded.new_context(offline=True)
    page = context.new_page()
    page.goto(write(panels, folder, policy=POLICY + EVAL) + "?road=WebGPU")
    page.evaluate(f"() => {{ {spoil} }}")
    panel = Panel(page)
    panel.button("step").click()
    becomes(panel.steps, 1)
    assert f"WebGPU: {why}" in panel.numbers() and "in WebAssembly" in panel.numbers()
    assert panel.said() == panel.warning() == ""
    context.close()


def test_on_a_phone_in_the_dark_by_keyboard(show):
    panel = show(
        viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True
    )
    page = panel.page
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    panel.button("play").focus()
    page.keyboard.press("Enter")
    panel.until(3)
    page.keyboard.press("Enter")
    panel.button("play").wait_for()
    canvas = panel.figure.locator("canvas.picture")
    assert canvas.bounding_box()["width"] > 300
    label = canvas.get_attribute("aria-label")
    assert re.match(
        r"two pictures that climb towards one class, after \d+ steps", label
    )
    assert panel.figure.get_attribute("aria-label").startswith("two pictures")


def test_the_playground_is_in_the_address(show):
    """Who is sent the address sees the same picture."""

    def steps(panel, count):
        for _ in range(count):
            panel.button("step").click()
        becomes(panel.steps, count)
        return panel.picture()

    panel = show(name="playground")
    panel.figure.get_by_label("wish", exact=True).select_option("daisy")
    panel.figure.get_by_text("Laplacian", exact=True).click()
    panel.figure.get_by_text("64", exact=True).click()
    panel.figure.get_by_label("moved", exact=True).uncheck()
    panel.figure.get_by_label("seed", exact=True).fill("12")
    panel.figure.get_by_label("seed", exact=True).press("Enter")
    becomes(panel.steps, 0)
    first = steps(panel, 4)
    assert first.shape == (64, 64, 3)
    address = panel.page.url
    fragment = address.partition("#")[2]
    for part in ("wish=daisy", "basis=Laplacian", "size=64", "moved=false", "seed=12"):
        assert part in fragment.split("&")
    again = show(name="playground", fragment=f"#{fragment}&basis2=x&decay=nonsense")
    assert again.figure.get_by_label("wish", exact=True).input_value() == "daisy"
    assert (steps(again, 4) == first).all()


def test_a_channel_is_a_wish_in_the_middle_of_a_climb(show):
    """On either network, since both have it."""
    panel = show(name="playground", fragment="#size=64&wish=daisy")
    panel.button("play").click()
    panel.until(5)
    steps = panel.pause()
    panel.figure.get_by_label("wish", exact=True).select_option("conv5:7")
    panel.button("step").click()
    becomes(panel.steps, steps + 1)
    start = panel.score()
    panel.button("play").click()
    panel.climbs(start + 0.5)
    assert "wish=conv5%3A7" in panel.page.url
    panel.figure.get_by_text("plain", exact=True).click()
    wait(lambda: "the robust network sees" in panel.numbers(), "the other network")
    assert panel.said() == ""


BASES = ["Fourier", "Laplacian", "low resolution", "pixels", "CPPN"]


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("network", ["robust", "plain"])
def test_every_basis_climbs_on_both_networks(show, basis, network):
    fragment = f"#basis={basis}&network={network}&size=64&wish=strawberry"
    panel = show(name="playground", fragment=fragment)
    panel.button("step").click()
    becomes(panel.steps, 1)
    start = panel.score()
    panel.button("play").click()
    panel.climbs(start + 2)
    wait(lambda: panel.picture().std() > 0.05, "a picture that is not grey")


@pytest.mark.parametrize("basis", ["low resolution", "CPPN"])
def test_a_basis_has_dials_of_its_own_which_the_address_keeps(show, basis):
    """As it does for an address without them, of a time when there were none."""
    old = "#wish=star&basis=Fourier&decay=1&size=64&network=robust&seed=3"
    panel = show(name="playground", fragment=old)
    dials = {
        "Fourier": panel.figure.get_by_role("slider", name="decay power"),
        "low resolution": panel.figure.get_by_role("slider", name="cells"),
        "CPPN": panel.figure.get_by_role("radio", name="relu", exact=True),
    }
    assert [each for each in dials if dials[each].is_enabled()] == ["Fourier"]
    panel.figure.get_by_text(basis, exact=True).click()
    assert [each for each in dials if dials[each].is_enabled()] == [basis]
    if basis == "CPPN":
        panel.figure.get_by_text("relu", exact=True).click()
        kept = ["basis=CPPN", "activation=relu"]
    else:
        slide(panel, "cells", 5)
        kept = ["basis=low+resolution", "cells=5"]
    panel.button("play").click()
    panel.until(8)
    steps, picture = panel.pause(), panel.picture()
    fragment = panel.page.url.partition("#")[2]
    assert {*kept, "wish=star", "seed=3", "size=64"} <= {*fragment.split("&")}
    with panel.page.expect_download() as download:
        panel.button("save PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    again = show(name="playground", fragment=f"#{fragment}")
    for _ in range(steps):
        again.button("step").click()
    becomes(again.steps, steps)
    assert (again.picture() == picture).all()
    assert panel.said() == again.said() == ""


def slide(panel, name, value):
    panel.figure.get_by_role("slider", name=name, exact=True).evaluate(
        """(input, value) => {
            input.value = value; input.dispatchEvent(new Event("input")); }""",
        value,
    )


def test_frames_that_share_are_alike_and_can_be_crossfaded(show):
    """The crossfade at the lower right follows its slider without a step."""

    def frames(picture):
        return [picture[y : y + 80, x : x + 80] for y in (0, 82) for x in (0, 82)]

    def played(shared):
        panel = show(name="01_aligned_interpolation")
        slide(panel, "levels", 6)
        panel.figure.get_by_label("shared", exact=True).set_checked(shared)
        panel.take(15)
        return panel, frames(panel.picture())

    (panel, together), (_, apart) = played(True), played(False)

    def change(film):
        return np.mean([abs(a - b).mean() for a, b in zip(film[:2], film[1:3])])

    assert change(together) < 0.9 * change(apart)
    first, middle, last, between = together
    assert abs(between - (first + middle) / 2).max() < 0.01
    steps = panel.steps()
    slide(panel, "between", 1)

    def faded():
        *_, last, between = frames(panel.picture())
        return (between == last).all()

    wait(faded, "the last frame")
    assert panel.steps() <= steps + 1, "but for a step that was under way"
    steps = panel.steps()
    panel.figure.get_by_label("last frame", exact=True).select_option("snail")
    panel.button("step").click()
    becomes(panel.steps, steps + 1)
    assert panel.said() == ""


def test_a_weight_pulls_the_frames_together(show):
    """In the middle of a run without common levels, and at a price in the score."""

    def change(panel):
        film = [
            panel.picture()[y : y + 80, x : x + 80] for y in (0, 82) for x in (0, 82)
        ]
        return abs(film[0] - film[2]).mean()

    panel = show(name="01_aligned_interpolation")
    panel.button("play").click()
    panel.until(20)
    before, score, steps = change(panel), panel.score(), panel.steps()
    slide(panel, "weight", 300)
    panel.until(steps + 10)
    wait(
        lambda: change(panel) < 0.9 * before and panel.score() < score,
        "frames that are nearer to each other",
    )
    assert panel.said() == ""


def test_a_photograph_is_repainted(show):
    """The loss falls; without content the cat goes, and with another painting the
    colours are others.
    """

    def loss(panel):
        return float(re.search(r"loss (\S+)", panel.numbers())[1])

    def repainted(**dials):
        panel = show(name="02_style_transfer_beyond_vgg")
        for name, value in dials.items():
            slide(panel, name, value)
        panel.button("step").click()
        becomes(panel.steps, 1)
        start, grey = loss(panel), panel.picture()
        panel.take(14)
        assert loss(panel) < 0.8 * start
        assert panel.picture().std() > 2 * grey.std()
        return panel

    panel = repainted()
    assert re.search(r"content [\d.]+ style [\d.]+", panel.numbers())
    cat = sample_image("cat", 96).mean(1).flatten().numpy()

    def likeness(picture):
        return np.corrcoef(cat, picture.mean(2).ravel())[0, 1]

    with_content = panel.picture()
    bare = repainted(content=0).picture()
    assert likeness(with_content) > likeness(bare) + 0.2

    def blue(picture):
        return picture[..., 2].mean() - picture[..., 0].mean()

    panel.figure.get_by_text("swirling night", exact=True).click()
    panel.button("play").click()
    wait(lambda: blue(panel.picture()) > blue(with_content) + 0.1, "more blue")
    assert panel.said() == ""


def test_a_texture_grows_on_a_model_that_can_be_turned(show):
    panel = show(name="05_textures_through_rendering")
    panel.button("step").click()
    becomes(panel.steps, 1)
    grey = panel.picture()
    assert grey.shape == (288, 288, 3)
    model = (grey < 0.99).any(2)
    assert 0.1 < model.mean() < 0.6 and grey[model].std() < 0.1

    def scores():  # every step looks from elsewhere
        for _ in range(8):
            before = panel.steps()
            panel.button("step").click()
            wait(lambda: panel.steps() > before, "a step")
            yield panel.score()

    first = [*scores()]
    panel.button("play").click()
    panel.until(32)
    panel.pause()
    assert np.mean([*scores()]) > np.mean(first)
    grown, steps = panel.picture(), panel.steps()
    assert ((grown < 0.99).any(2) | model == model).mean() > 0.99
    assert grown[model].std() > 2 * grey[model].std()
    slide(panel, "turn", 6)
    wait(lambda: (panel.picture() != grown).mean() > 0.1, "another side")
    assert panel.steps() <= steps + 1, "but for a step that was under way"
    assert panel.said() == ""
    panel.figure.get_by_text("64", exact=True).click()
    wait(lambda: panel.steps() < steps, "fewer texels begin anew")
    panel.figure.get_by_text("512", exact=True).click()
    panel.take(1)
    assert panel.said() == ""


def test_a_cppn_learns_and_can_be_built_anew(show):
    panel = show(name="03_cppn")
    panel.button("step").click()
    becomes(panel.steps, 1)
    start = panel.score()
    flat = panel.picture()
    assert flat.shape == (56, 56, 3)
    panel.button("play").click()
    panel.climbs(start + 1)
    wait(lambda: panel.picture()[..., 0].std() > 2 * flat[..., 0].std(), "a picture")
    before = panel.pause()
    panel.figure.get_by_text("relu", exact=True).click()
    wait(lambda: panel.steps() < before, "another network begins anew")
    panel.button("play").click()
    panel.figure.get_by_text("snail", exact=True).click()
    panel.until(5)
    assert panel.said() == ""


def test_a_picture_with_opacity_is_cut_out(show):
    """Over black and over white, beside each other; the price acts at once."""
    panel = show(name="04_transparency")
    panel.button("play").click()
    panel.until(30)
    picture = panel.picture()
    assert picture.shape == (194, 194, 3)
    black, white, alpha = picture[:96, :96], picture[:96, 98:], picture[98:, 98:, 0]
    glass = alpha < 0.25
    assert 0.2 < glass.mean() < 0.98
    assert black[glass].mean() < 0.4 and white[glass].mean() > 0.7
    panel.figure.get_by_text("white page", exact=True).click()
    before = panel.steps()
    panel.until(before + 3)
    assert panel.said() == ""


def test_every_ground_of_the_notebook_lies_behind(show):
    """The same picture has another score over each."""
    panel = show(name="04_transparency")
    notebook = nbformat.read(ROOT / "notebooks/04_transparency.ipynb", as_version=4)
    (cell,) = [
        each for each in notebook.cells if "view = OverBackground()" in each.source
    ]
    names = re.findall(r'^ +"(.+)": backgrounds\.', cell.source, re.M)
    choice = panel.figure.get_by_role("group", name="background")
    assert choice.locator("label").all_inner_texts() == names
    scores = []
    for name in names:
        panel.figure.get_by_text(name, exact=True).click()
        panel.button("reset").click()
        becomes(panel.steps, 0)
        panel.button("step").click()
        becomes(panel.steps, 1)
        scores.append(panel.score())
    assert len({*scores}) == len(names) == 4
    assert panel.said() == ""


FIND = "document.querySelector('[data-dputils-steer] > div').shadowRoot"


@pytest.mark.parametrize(
    "allowed, road",
    [
        (None, "in WebAssembly"),
        ("'wasm-unsafe-eval'", "in WebAssembly"),  # without a Worker: in the page
        ("; worker-src blob:", "in plain JavaScript"),
    ],
)
def test_it_climbs_in_firefox(panels, folder, tmp_path, allowed, road):
    with firefox(tmp_path) as browser:
        policy = "" if allowed is None else POLICY + allowed
        browser.go(write(panels, folder, policy=policy))

        def numbers():
            return browser.run(f"{FIND}.querySelector('output.numbers').innerText")

        wait(lambda: browser.run(f"!!{FIND}.querySelector('button.main')"), "the panel")
        assert numbers() == ""
        browser.run(f"{FIND}.querySelector('button.main').click()")
        wait(lambda: re.match(r"step ([2-9]|\d{2,})", numbers()), "two steps")
        assert road in numbers() and "network sees" in numbers()
        picture = f"{FIND}.querySelector('canvas.picture')"
        assert browser.run(f"[{picture}.width, {picture}.height]") == [162, 80]
