"""Where neither scripts nor style sheets are let in (on GitHub, in a notebook that is
not trusted, in a feed), every figure is a picture with a description.
"""

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from dputils import widgets
from dputils.cppn import CPPN
from dputils.data import sample_mesh
from dputils.images import fourier_image, random_image
from dputils.media import show_video
from dputils.patterns import tiling_preview
from dputils.widgets import Component, Row


class Bare(HTMLParser):
    """What is left of a figure: `pictures`, as attributes of `<img>`, and `words`."""

    def __init__(self, html):
        super().__init__()
        self.pictures, self.words = [], ""
        self.feed(re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S))

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.pictures.append(dict(attributes))

    def handle_data(self, data):
        self.words += data


def cppn(seed=0):
    return CPPN(24, hidden=2, width=8, output_scale=3.0, seed=seed)


def film():
    return random_image(32, batch=5, seed=1)


def glass():
    return fourier_image(32, alpha=True, batch=2, seed=1)().detach()


def mesh():
    return widgets.MeshViewer(sample_mesh("bunny"), random_image(64, seed=1))


def panel():
    build = lambda: fourier_image(32, seed=1)
    return widgets.LivePanel(build, lambda image: image().square().mean())


COMPONENTS = {
    "AlphaViewer": lambda: widgets.AlphaViewer(glass(), ["leaf", "stem"]),
    "CompareSlider": lambda: widgets.CompareSlider(film()[:1], film()[1:2]),
    "CppnGallery": lambda: widgets.CppnGallery([cppn()], ["a"]),
    "CppnViewer": lambda: widgets.CppnViewer(cppn(), cppn(1)),
    "FrameScrubber": lambda: widgets.FrameScrubber(film()),
    "Gallery": lambda: widgets.Gallery(film(), list("abcde")),
    "LivePanel": panel,
    "MeshViewer": mesh,
}
OTHERS = {
    "Row": lambda: Row(mesh(), mesh()).html(),
    "a wall": lambda: tiling_preview(film()[0]),
}


def test_every_figure_is_looked_at():
    offered = (getattr(widgets, name) for name in widgets.__all__)
    kinds = {
        kind.__name__
        for kind in offered
        if isinstance(kind, type) and issubclass(kind, Component)
    }
    assert kinds - {"Component"} == set(COMPONENTS)


def check(html):
    bare = Bare(html)
    assert bare.pictures, "nothing is left of it"
    for picture in bare.pictures:
        assert len(picture["alt"]) > 5
        kind, data = re.fullmatch(
            r"data:image/(jpeg|png|webp);base64,(.+)", picture["src"]
        ).groups()
        still = Image.open(io.BytesIO(base64.b64decode(data)))
        assert still.format.lower() == kind
        assert np.asarray(still.convert("L")).std() > 3, "a blank"


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_figure_without_its_script_is_a_picture(name):
    check(COMPONENTS[name]().html())


@pytest.mark.parametrize("name", OTHERS)
def test_what_else_is_made_of_html_is_a_picture(name):
    check(OTHERS[name]())


def test_a_film_that_may_not_play_is_a_picture(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    show_video(film())
    check(shown[0].data)
