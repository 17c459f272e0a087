"""Figures from Python's side: what they carry, how much of it, and what is said to
careless use.
"""

import base64
import io
import json
import math
import re

import numpy as np
import pytest
import torch
from PIL import Image

from dputils.cppn import CPPN, glsl_weights
from dputils.media import read_image
from dputils.widgets import (
    AlphaViewer,
    Choice,
    CompareSlider,
    CppnGallery,
    CppnViewer,
    FrameScrubber,
    Gallery,
)
from dputils.widgets.cppn_viewer import BLOCK
from dputils.widgets.encoding import PAYLOAD, as_pictures, encode, encode_within
from dputils.widgets.hosting import STATIC, Component, bundle, renewed
from dputils.widgets.pickers import picker_state


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def smooth(count=1, size=(48, 64), seed=0):
    return torch.nn.functional.interpolate(
        noise(count, 3, 4, 4, seed=seed), size=size, mode="bicubic"
    ).clamp(0, 1)


def see_through(count=1, size=(48, 64), seed=0):
    return torch.cat(
        [smooth(count, size, seed), smooth(count, size, seed + 1)[:, :1]], 1
    )


def art(seed, **options):
    return CPPN(
        24, **{"hidden": 2, "width": 8, "output_scale": 3.0, "seed": seed, **options}
    )


def decoded(data):
    return Image.open(io.BytesIO(data))


def data_of(html):
    """The state in a figure's HTML."""
    return json.loads(
        re.search(r'^mount\(component, "\w+", (.*)\);$', html, re.M).group(1)
    )


FIGURES = {
    "AlphaViewer": lambda: AlphaViewer(see_through(2), ["leaf", "stem"]),
    "CompareSlider": lambda: CompareSlider(smooth(), smooth(seed=1)),
    "CppnGallery": lambda: CppnGallery([art(1, batch=2), art(3, batch=2)], ["a", "b"]),
    "CppnViewer": lambda: CppnViewer(art(1), art(2)),
    "FrameScrubber": lambda: FrameScrubber(
        smooth(6), smooth(6, seed=1), titles=["alone", "aligned"]
    ),
    "Gallery": lambda: Gallery(smooth(5), list("abcde")),
}


# --- hosting ---


@pytest.mark.parametrize("name", FIGURES)
def test_the_html_is_self_contained(name):
    html = FIGURES[name]().html()
    text = re.sub(r'"\$bytes":"[^"]*"|base64,[^"]*', "", html)
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\s\"']*", text), (
        "no address but names of formats"
    )
    assert not re.search(
        r"\bimport\b.*\bfrom\b|\bimport\(|@import|\bsrc=\"(?!data:)|\bfetch\(|XMLHttpRequest",
        text,
    )
    assert len(html) <= PAYLOAD
    assert html.count("<script") == html.count("</script>") == 1 and "<!--" not in html


@pytest.mark.parametrize("name", FIGURES)
def test_a_still_picture_comes_first(name):
    html = FIGURES[name]().html()
    image = re.match(
        r'<div data-dputils="\w+">'
        r'<img src="data:image/webp;base64,([^"]+)" alt="([^"]+)"',
        html,
    )
    picture = decoded(base64.b64decode(image.group(1)))
    assert picture.width <= 640 and len(image.group(2)) > 5
    assert np.asarray(picture.convert("L")).std() > 5, "not a blank"


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_is_the_same_text(name):
    assert FIGURES[name]().html() == FIGURES[name]().html()


@pytest.mark.parametrize(
    "path", sorted(STATIC.glob("*.js")), ids=lambda path: path.stem
)
def test_the_lines_of_a_script_fit_a_screen(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_script_is_hosted_twice(name):
    pytest.importorskip("anywidget")
    figure = FIGURES[name]()
    assert bundle(figure.module) in figure.html()
    twin = type(figure).__new__(type(figure))
    Component.__init__(
        twin,
        {k: v for k, v in figure.state.items() if k != "alt"},
        picture=figure.still,
        alt=figure.alt,
        live=True,
    )
    assert twin.widget._esm.startswith(bundle(figure.module))
    assert twin.widget._esm.rstrip().endswith("export default live(component);")
    shown, _ = twin._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in shown and shown[
        "text/html"
    ].startswith("<img ")
    for key, value in figure.state.items():
        assert getattr(twin.widget, key) == value


def test_an_old_figure_gets_the_scripts_of_today():
    today = "\n".join(FIGURES[name]().html() for name in ("Gallery", "CppnViewer"))
    assert renewed(today) == today
    # a line of the host, of a part, and of each component
    for line in (
        "function makeModel",
        "function isolated",
        "const VERTEX",
        "const CSS",
    ):
        old = re.sub(rf"{line}.*\n", "// of another time\n", today)
        assert old != today and renewed(old) == today, line
    foreign = '<script type="module">\nalert(1);\n</script><p>mount(component</p>\n'
    assert renewed(foreign + today) == foreign + today


def test_a_bundle_has_each_part_once_and_no_imports():
    text = bundle("compare_slider.js")
    assert (
        text.count("function isolated(")
        == text.count("const component =")
        == text.count("function mount(")
        == 1
    )
    assert not re.search(r"^\s*(import|export)\b", text, re.M)


def test_hostile_text_stays_text():
    label = '</script><script>alert("1")</script><!--'
    html = CompareSlider(smooth(), smooth(seed=1), labels=(label, "b")).html()
    assert html.count("<script") == html.count("</script>") == 1 and "<!--" not in html
    assert data_of(html)["labels"][0] == label


def test_the_output_of_a_cell():
    figure = CompareSlider(smooth(), smooth(seed=1), labels=("pixels", "Fourier"))
    shown = figure._repr_mimebundle_(include=None, exclude=None)
    assert shown == {
        "text/html": figure.html(),
        "text/plain": "CompareSlider: pixels beside Fourier",
    }
    page = figure.page("A & B")
    assert (
        page.startswith("<!doctype html>")
        and "<title>A &amp; B</title>" in page
        and figure.html() in page
    )


def test_without_a_kernel_nothing_can_be_pushed():
    with pytest.raises(ValueError, match="make it with live=True"):
        CompareSlider(smooth(), smooth(seed=1)).update(after=smooth(seed=2))


def test_pushing_changes_what_belongs_together_at_once(monkeypatch):
    pytest.importorskip("anywidget")
    figure = CompareSlider(smooth(), smooth(seed=1), live=True)
    messages = []
    # ipywidgets 7 sends nothing where no kernel listens.
    monkeypatch.setattr(type(figure.widget.comm), "kernel", object(), raising=False)
    figure.widget.comm.send = lambda data=None, buffers=None, **_: messages.append(
        (data, buffers)
    )
    figure.update(after=smooth(seed=2))
    states = [
        data["state"] for data, _ in messages if data and data.get("method") == "update"
    ]
    assert len(states) == 1 and "pictures" in str(messages[0][0]["buffer_paths"])
    pushed = decoded(figure.widget.pictures[1])
    expected = decoded(encode(smooth(seed=2), quality=90))
    assert pushed.tobytes() == expected.tobytes()
    with pytest.raises(ValueError, match="has no state picture; it has"):
        figure.push(picture=b"")
    with pytest.raises(ValueError, match="has 1 pairs, not 2; give as many"):
        figure.update(after=smooth(2))


def test_too_much_is_refused_with_the_size():
    with pytest.raises(
        ValueError,
        match=r"would add 4\d\d kB to a saved notebook, and a figure may add 400 kB",
    ):
        Component_ = type("Component_", (Component,), {"module": "compare_slider.js"})
        Component_({"blob": bytes(300_000)}, picture=smooth(), alt="a blob")
    with pytest.raises(
        ValueError,
        match=r"9 pictures of up to 256 × 256 take \d+ kB even at a quarter of their",
    ):
        encode_within([noise(1, 3, 256, 256, seed=k) for k in range(9)], 4_000)


@pytest.mark.parametrize(("size", "frames"), [(160, 7), (192, 25)])
def test_a_film_of_any_size_is_thinned_until_it_fits(size, frames):
    films = [noise(frames, 3, size, size, seed=seed) for seed in range(2)]
    figure = FrameScrubber(*films, titles=["unaligned", "aligned"])
    assert len(figure.html()) <= PAYLOAD
    assert len(figure.state["frames"]) == 2 * frames


def test_the_still_gives_way_before_the_figure_is_refused():
    figure = type("Figure", (Component,), {"module": "compare_slider.js"})
    still, blob = noise(1, 3, 400, 640), bytes(255_000)
    free = figure({"blob": b""}, picture=still, alt="noise").still
    tight = figure({"blob": blob}, picture=still, alt="noise")
    assert len(tight.still) < len(free) and len(tight.html()) <= PAYLOAD


# --- pictures ---


def test_pictures_are_made_smaller_to_fit():
    pictures = [noise(1, 3, 96, 96, seed=k) for k in range(4)]
    full, tight = encode_within(pictures, 10**6), encode_within(pictures, 12_000)
    assert sum(map(len, tight)) <= 12_000 < sum(map(len, full))
    assert decoded(full[0]).size == (96, 96) and decoded(tight[0]).size <= (96, 96)


def test_equal_pictures_count_once():
    one = noise(1, 3, 64, 64)
    alone = len(encode_within([one], 10**6)[0])
    assert encode_within([one] * 20, alone + 1) == encode_within([one], alone + 1) * 20


def test_encoding_keeps_the_picture():
    picture = smooth(size=(96, 96))
    back = read_image(encode(picture, quality=90))
    assert (back - picture).abs().mean() < 0.02
    assert decoded(encode(picture, longest=48)).size == (48, 48)


@pytest.mark.parametrize(
    "images, message",
    [
        ([], "images is empty"),
        (
            [smooth(size=(8, 8)), smooth(size=(8, 9))],
            r"different sizes \(8 × 8, 8 × 9\)",
        ),
        (torch.full((1, 3, 4, 4), float("nan")), "NaN or infinite"),
        (torch.zeros(2, 5, 4, 4), "1, 3 or 4 channels"),
    ],
    ids=["none", "sizes", "nan", "channels"],
)
def test_careless_pictures_are_named(images, message):
    with pytest.raises(ValueError, match=message):
        as_pictures(images)


# --- pickers ---


def test_pickers_run_in_row_major_order():
    state = picker_state(
        {"content": ["a", Choice("b", smooth(), "by me")], "style": ["x", "y", "z"]}, 6
    )
    assert [[choice["name"] for choice in picker["choices"]] for picker in state] == [
        ["a", "b"],
        ["x", "y", "z"],
    ]
    thumbnail = decoded(state[0]["choices"][1]["thumbnail"])
    assert (
        thumbnail.width == thumbnail.height
        and state[0]["choices"][1]["credit"] == "by me"
    )
    assert picker_state(None, 1) == []
    assert [choice["name"] for choice in picker_state(None, 3)[0]["choices"]] == [
        "1",
        "2",
        "3",
    ]


def test_pickers_must_fit():
    with pytest.raises(ValueError, match="offer 2 × 2 choices, for 3 pictures"):
        picker_state({"a": ["1", "2"], "b": ["3", "4"]}, 3)


# --- CompareSlider ---


def test_a_pair_that_repeats_is_carried_once():
    content, results = smooth(), smooth(3, seed=1)
    state = CompareSlider(content, results).state
    assert len(state["pictures"]) == 4 and state["pairs"] == [[0, 1], [0, 2], [0, 3]]
    assert len(state["pickers"][0]["choices"]) == 3


def test_what_stands_beside_a_wipe_may_have_another_size():
    state = CompareSlider(smooth(2), smooth(2, seed=1), beside=smooth(size=(9, 5)))
    assert state.state["beside"] == [4, 4] and len(state.state["pictures"]) == 5
    assert CompareSlider(smooth(), smooth(seed=1)).state["beside"] == []


def test_a_larger_budget_keeps_pictures_finer():
    pairs = [noise(4, 3, 256, 256, seed=k) for k in range(2)]
    usual = CompareSlider(*pairs)
    large = CompareSlider(*pairs, budget=1_200_000)
    assert len(usual.html()) <= PAYLOAD < len(large.html()) <= 1_200_000


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: CompareSlider(smooth(), smooth(size=(48, 60))),
            "before is 48 × 64 and after 48 × 60",
        ),
        (lambda: CompareSlider(smooth(2), smooth(3)), "2 pictures before and 3 after"),
        (
            lambda: CompareSlider(smooth(), smooth(), labels=("one",)),
            "labels are two texts",
        ),
        (
            lambda: CompareSlider(smooth(), smooth(), start=67),
            "from 0 .left. to 1 .right., not 67",
        ),
        (
            lambda: CompareSlider(smooth(), smooth(2), pickers={"style": ["only"]}),
            "offer 1 choices, for 2",
        ),
        (
            lambda: CompareSlider(smooth(), smooth(3), beside=smooth(2)),
            "2 pictures beside 3 pairs; give one for all",
        ),
        (
            lambda: CompareSlider(smooth(), smooth(), budget=2_000_000),
            "budget is from 100,000 to 1,200,000 bytes, not 2,000,000",
        ),
    ],
    ids=["sizes", "numbers", "labels", "start", "pickers", "beside", "budget"],
)
def test_careless_wipes_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# --- FrameScrubber, Gallery, AlphaViewer, CppnViewer ---


def test_frames_lie_film_after_film():
    films = smooth(4), smooth(4, seed=1)
    state = FrameScrubber(*films, labels=["a", "b", "c", "d"], every=2).state
    assert (
        state["count"] == 4
        and state["labels"] == ["a", "b", "c", "d"]
        and len(state["frames"]) == 8
    )
    back = torch.cat([read_image(file) for file in state["frames"]])
    assert (back - torch.cat(films)).abs().mean() < 0.03


def test_colour_under_full_transparency_is_carried():
    picture = torch.tensor([0.8, 0.2, 0.4, 0.0]).view(1, 4, 1, 1).expand(1, 4, 32, 32)
    color, alpha = (read_image(file) for file in AlphaViewer(picture).state["pictures"])
    assert (color - picture[:, :3]).abs().max() < 0.03 and alpha.max() < 0.02


def test_weights_come_back_as_they_were():
    """Read as the script reads them: 16 bits for the last moment, 8 for a step back."""
    films = [CPPN(64, output_scale=1.0, batch=2, seed=s) for s in (0, 0, 9)]
    with torch.no_grad():
        for weight in films[1].weights:
            weight.mul_(1.1)
    wanted = torch.stack([glsl_weights(film) for film in films], 1).flatten(2)
    state = CppnGallery(films).state["weights"]
    for picture, files in enumerate(state):
        known = np.zeros(wanted.shape[2], np.float32)
        for moment, file in zip((2, 1, 0), files):
            kind = np.int16 if moment == 2 else np.int8
            blocks = -(-len(known) // BLOCK)
            unit = np.frombuffer(file, "<f4", blocks).repeat(BLOCK)[: len(known)]
            known = known + unit * np.frombuffer(file, kind, offset=4 * blocks)
            apart = np.abs(known - wanted[picture, moment].numpy())
            assert apart.max() < (2e-4 if moment == 2 else 0.02), moment
    assert len(CppnGallery(CPPN(64, batch=12)).html()) < 330_000


def test_a_cppn_is_carried_as_a_shader():
    state = CppnViewer(art(1), art(2), morph=0.25, group="art").state
    assert (
        "vec4 cppn(vec2 p, float s)" in state["body"]
        and state["pair"]
        and state["morph"] == 0.25
    )
    assert "vec4 cppn(vec2 p)" in CppnViewer(art(1)).state["body"]
    article = CppnViewer(CPPN(64), CPPN(64, seed=1))
    assert len(article.html()) < 150_000, "the article's network, twice"


@pytest.mark.parametrize(
    "make",
    [
        lambda live: FrameScrubber(smooth(3), live=live),
        lambda live: Gallery(smooth(3), live=live),
        lambda live: AlphaViewer(see_through(3), live=live),
        lambda live: CppnViewer(art(1), live=live),
        lambda live: CppnGallery(art(1), live=live),
    ],
    ids=["frames", "gallery", "alpha", "cppn", "cppns"],
)
def test_live_figures_take_new_pictures(make):
    pytest.importorskip("anywidget")
    figure = make(True)
    new = {
        "CppnViewer": art(7),
        "CppnGallery": art(7),
        "AlphaViewer": see_through(3, seed=9),
    }.get(type(figure).__name__, smooth(3, seed=9))
    before = dict(figure.state)
    figure.update(new)
    changed = [name for name in before if getattr(figure.widget, name) != before[name]]
    assert changed in (["frames"], ["pictures"], ["body"], ["weights"])
    with pytest.raises(ValueError, match="make it with live=True"):
        make(False).update(new)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: FrameScrubber(), "at least one film"),
        (lambda: FrameScrubber(smooth(3), smooth(4)), "the films have 3, 4 frames"),
        (lambda: FrameScrubber(smooth(1)), "at least 2 frames"),
        (
            lambda: FrameScrubber(smooth(3), titles="film"),
            "titles needs 1 texts, not 'film'",
        ),
        (lambda: FrameScrubber(smooth(3), labels=["a"]), "labels needs 3 texts"),
        (
            lambda: FrameScrubber(smooth(3), layout="grid"),
            "layout is .rows. or .films., not 'grid'",
        ),
        (lambda: FrameScrubber(smooth(3), fps=0), "must be positive, not 0"),
        (
            lambda: FrameScrubber(smooth(3), live=True).update(smooth(4)),
            "1 films of 3 frames, not 1 of 4",
        ),
        (lambda: Gallery(smooth(3), ["a"]), "captions needs 3 texts"),
        (lambda: Gallery(smooth(3), zoom=0.5), "at least 1, not 8 and 0.5"),
        (
            lambda: Gallery(smooth(3), live=True).update(smooth(2)),
            "has 3 pictures, not 2",
        ),
        (
            lambda: AlphaViewer(smooth()),
            "needs 4 channels, colour and opacity, and these pictures are RGB",
        ),
        (
            lambda: AlphaViewer(see_through(), background="blue"),
            "not 'blue'; for a colour say",
        ),
        (lambda: AlphaViewer(see_through(), opacity=2), "opacity is from 0"),
        (
            lambda: AlphaViewer(see_through(), color="blue"),
            "color is '#rrggbb', not 'blue'",
        ),
        (lambda: AlphaViewer(see_through(), color=7), "color is '#rrggbb', not 7"),
        (lambda: AlphaViewer(see_through(2), ["one"]), "captions needs 2 texts"),
        (lambda: CppnViewer(art(1), morph=3), "morph is from 0"),
        (lambda: CppnViewer(art(1, batch=2)), "pick one with cppn"),
        (lambda: CppnGallery([]), "at least one CPPN"),
        (lambda: CppnGallery(art(1), ["a", "b"]), "captions needs 1 entries"),
        (lambda: CppnGallery([art(1), art(2)], moments=[1]), "moments needs 2 entries"),
        (lambda: CppnGallery([art(1), art(1, batch=2)]), "needs 2 pictures, not 1"),
        (lambda: CppnGallery([CPPN(9), CPPN(9, hidden=2)]), "differ in architecture"),
        (lambda: CppnGallery(CPPN(9, channels=2)), "2 channels are no colour"),
        (lambda: CppnGallery(art(1), seconds=0), "seconds must be positive"),
        (lambda: CppnGallery(art(1), live=True).update([art(3)] * 2), "1 moments, not"),
        (
            lambda: CppnViewer(art(1), art(2), live=True).update(art(3)),
            "slider between two CPPNs; give two",
        ),
        (
            lambda: CppnViewer(art(1), live=True).update(art(3), art(4)),
            "draws one CPPN",
        ),
    ],
)
def test_careless_figures_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


SIZED = {
    "CompareSlider": lambda **size: CompareSlider(smooth(), smooth(), **size),
    "FrameScrubber": lambda **size: FrameScrubber(smooth(3), **size),
    "Gallery": lambda **size: Gallery(smooth(3), **size),
    "AlphaViewer": lambda **size: AlphaViewer(see_through(), **size),
    "CppnGallery": lambda **size: CppnGallery(art(1), **size),
    "CppnViewer": lambda **size: CppnViewer(art(1), **size),
}


@pytest.mark.parametrize("name", SIZED)
def test_a_width_is_a_whole_number_of_pixels(name):
    assert SIZED[name](width=np.int64(300)).state["width"] == 300
    assert SIZED[name](width=640 / 2).state["width"] == 320
    for width in (31, 8193, 300.5, -300, 0, True, math.nan, math.inf, "wide", [300]):
        with pytest.raises(
            ValueError, match="^width is at least 32 pixels and at most 8192, .* not "
        ):
            SIZED[name](width=width)
    with pytest.raises(ValueError, match="not the text '300': write it without quote"):
        SIZED[name](width="300")


@pytest.mark.parametrize(
    "name, number",
    [
        ("CompareSlider", "start"),
        ("FrameScrubber", "fps"),
        ("FrameScrubber", "every"),
        ("Gallery", "columns"),
        ("Gallery", "zoom"),
        ("AlphaViewer", "opacity"),
        ("AlphaViewer", "columns"),
        ("CppnGallery", "columns"),
        ("CppnGallery", "seconds"),
        ("CppnViewer", "morph"),
        ("CppnViewer", "exaggeration"),
    ],
)
def test_other_numbers_are_numbers(name, number):
    state = SIZED[name](**{number: np.int64(1)}).state
    assert number == "exaggeration" or json.dumps(state[number]) in ("1", "1.0")
    for value in ("1", "many", None, True, math.nan, -math.inf, [1]):
        with pytest.raises(ValueError, match=f"^{number} (is|must be) .*, not "):
            SIZED[name](**{number: value})
