"""Diagrams are well-formed SVG that stays on its sheet, and their pictures say what
they claim to say.
"""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from dputils.book import Diagram, decay_picture, diagrams, spectrum_picture

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = torch.rand(1, 3, 12, 18, generator=torch.Generator().manual_seed(0))
FIGURES = {
    "parameterization": lambda: diagrams.parameterization(),
    "parameterization with pictures": lambda: diagrams.parameterization(
        PICTURE, parameters=PICTURE
    ),
    "contents": lambda: diagrams.contents({2: PICTURE, 5: PICTURE}),
    "scaled_fourier": lambda: diagrams.scaled_fourier(channel="conv5:7"),
    "style_transfer": lambda: diagrams.style_transfer(),
    "style_transfer with pictures": lambda: diagrams.style_transfer(
        PICTURE, PICTURE, PICTURE
    ),
    "low_resolution_sharing": lambda: diagrams.low_resolution_sharing(),
    "low_resolution_sharing with pictures": lambda: diagrams.low_resolution_sharing(
        PICTURE.expand(4, 3, 12, 18),
        PICTURE.expand(2, 3, 12, 18),
        PICTURE.expand(4, 3, 12, 18),
    ),
}
every_figure = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


def parse(diagram):
    return ElementTree.fromstring(diagram._repr_svg_())


def number_of(root, kind):
    return len(root.findall(f".//{SVG}{kind}"))


@every_figure
def test_figure_is_svg_on_white(make):
    diagram = make()
    root = parse(diagram)
    assert (
        root.tag == f"{SVG}svg"
        and root.get("viewBox") == f"0 0 {diagram.width} {diagram.height}"
    )
    assert root[0].get("fill") == "white", "readable on a dark page"


@every_figure
def test_everything_lies_on_the_sheet(make):
    diagram = make()
    root = parse(diagram)
    for part in [*root.findall(f"{SVG}rect")[1:], *root.findall(f"{SVG}image")]:
        x, y, w, h = (float(part.get(key)) for key in ("x", "y", "width", "height"))
        assert 0 <= x and 0 <= y and x + w <= diagram.width and y + h <= diagram.height
    for text in root.findall(f"{SVG}text"):
        # a rough width of the letters
        long = 0.56 * float(text.get("font-size")) * len("".join(text.itertext()))
        left = (
            float(text.get("x"))
            - {"start": 0, "middle": long / 2}[text.get("text-anchor")]
        )
        assert left >= 0 and left + long <= diagram.width, "".join(text.itertext())
        assert 0 < float(text.get("y")) < diagram.height
    for path in root.findall(f"{SVG}path"):
        points = [
            tuple(map(float, pair.split(",")))
            for pair in re.findall(r"-?[\d.]+,-?[\d.]+", path.get("d"))
        ]
        assert all(
            0 <= x <= diagram.width and 0 <= y <= diagram.height for x, y in points
        )


@every_figure
def test_nothing_is_fetched(make):
    root = parse(make())
    for picture in root.findall(f"{SVG}image"):
        assert picture.get("href").startswith("data:image/"), (
            "a diagram must show without a network"
        )


@pytest.mark.parametrize(
    "name", ["parameterization", "scaled_fourier", "style_transfer"]
)
def test_the_gradient_comes_back_dashed(name):
    paths = parse(FIGURES[name]()).findall(f"{SVG}path")
    dashed = [path for path in paths if path.get("stroke-dasharray")]
    assert 1 <= len(dashed) < len(paths)
    start, end = (
        float(re.search(pattern, dashed[0].get("d"))[1])
        for pattern in (r"M([\d.]+)", r"L([\d.]+),[\d.]+$")
    )
    assert end < start, "backwards is to the left"


def test_pictures_arrive_in_the_figure():
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 40, 40)
    root = parse(diagrams.contents({4: red}))
    (url,) = [picture.get("href") for picture in root.findall(f"{SVG}image")]
    shown = np.asarray(
        Image.open(io.BytesIO(base64.b64decode(url.split(",", 1)[1]))).convert("RGB"),
        float,
    )
    assert np.abs(shown - [255, 0, 0]).max() < 6


def test_sharing_draws_one_column_a_frame():
    root = parse(diagrams.low_resolution_sharing(count=3))
    assert number_of(root, "image") == 3 + 1 + 3 and number_of(root, "circle") == 2 * 3


def test_arrow_stops_short_of_both_parts():
    d = Diagram(200, 60)
    a, b = d.box(10, 10, 40, 40), d.box(150, 10, 40, 40)
    d.forward(a, b)
    numbers = re.findall(r"-?[\d.]+", parse(d).find(f"{SVG}path").get("d"))
    assert list(map(float, numbers)) == [55, 30, 145, 30]
    tip = parse(d).find(f"{SVG}polygon").get("points").split()[0]
    assert tip == "145.0,30.0"


def test_text_is_escaped_and_marked_up():
    d = Diagram(200, 60)
    d.text(100, 30, "a < b & *c*_d")
    (text,) = parse(d).findall(f"{SVG}text")
    assert "".join(text.itertext()).replace("\u200b", "") == "a < b & cd"
    assert text.find(f"{SVG}tspan").get("font-style") == "italic"


def test_spectrum_of_a_wave_has_two_peaks_at_its_frequency():
    size, waves = 64, 8
    wave = 0.5 + 0.4 * torch.cos(
        2 * torch.pi * waves * torch.arange(size) / size
    ).expand(1, 3, size, size)
    values = np.asarray(spectrum_picture(wave), float)
    peaks = {tuple(map(int, peak)) for peak in np.argwhere(values >= values.max())}
    assert {(size // 2, size // 2 - waves), (size // 2, size // 2 + waves)} <= peaks
    assert values[size // 2 + 16, size // 2] < values.max() / 2


def test_decay_is_brightest_in_the_middle_and_flat_without_power():
    values = np.asarray(decay_picture(33), float)
    assert values[16, 16] == values.max() == 255 and np.all(
        np.diff(values[16, 17:]) <= 0
    )
    assert np.ptp(np.asarray(decay_picture(33, power=0), float)) == 0


def test_save_writes_the_same_svg(tmp_path):
    diagram = diagrams.parameterization()
    path = diagram.save(tmp_path / "figure.svg")
    assert path.read_text(encoding="utf-8") == diagram._repr_svg_()
