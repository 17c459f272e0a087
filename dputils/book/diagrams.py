"""The article's diagrams, drawn by code.

Every function returns a `Diagram`, which Jupyter shows as SVG on white. Pictures are
optional: tensors `(C, H, W)` or `(1, C, H, W)` in [0, 1], PIL images, or where several
are wanted a batch `(N, C, H, W)` or a list. Solid arrows are the computation forward,
dashed ones the gradient back; what the optimizer may change is shaded.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import torch

from ..media import Picture
from .drawing import (
    GRADIENT,
    SHADE,
    Diagram,
    decay_picture,
    placeholder,
    spectrum_picture,
)

Frames: TypeAlias = torch.Tensor | np.ndarray | Sequence[Picture]


def parameterization(
    image: Picture | None = None, *, parameters: Picture | None = None
) -> Diagram:
    """Figure 1: parameters -> mapping -> image -> network and loss, and the way back.

    `image` and `parameters` are pictures to show in the place of the plain pixel grids.
    """
    d = Diagram(760, 236)
    d.shade(14, 14, 372, 208, "parameterization")
    theta = d.picture(
        42,
        62,
        96,
        placeholder(5, 6) if parameters is None else parameters,
        "parameters *θ*",
    )
    mapping = d.box(
        206, 76, 132, 68, "mapping\n*any differentiable*\n*function*", size=12
    )
    shown = d.picture(
        422, 62, 96, placeholder(7, 9) if image is None else image, "image (RGB)"
    )
    network = d.network(566, 70, 76, 80)
    loss = d.box(678, 90, 66, 40, "loss")
    for a, b in ((theta, mapping), (mapping, shown), (shown, network), (network, loss)):
        d.forward(a, b)
    d.line(
        loss.bottom,
        (loss.bottom[0], 206),
        (theta.bottom[0], 206),
        (theta.bottom[0], 186),
        gradient=True,
        gap=4,
    )
    d.text(542, 200, "gradient", size=12, colour=GRADIENT)
    return d


SECTIONS = (
    "Aligned interpolation",
    "Style transfer",
    "Pictures as networks",
    "Transparency",
    "Textures through rendering",
    "Style transfer in 3D",
)


def contents(pictures: Mapping[int, Picture] | None = None) -> Diagram:
    """The article's opening picture: six cards, one a section.

    `pictures` is `{section number: picture}`, 1 to 6.
    """
    pictures = {} if pictures is None else pictures
    size, gap = 168, 46
    d = Diagram(3 * size + 2 * gap + 48, 2 * size + 112)
    for number, title in enumerate(SECTIONS, 1):
        x, y = (
            24 + (number - 1) % 3 * (size + gap),
            18 + (number - 1) // 3 * (size + 56),
        )
        if number in pictures:
            d.picture(x, y, size, pictures[number])
        else:
            d.box(x, y, size, size, fill=SHADE, line="none", radius=6)
            d.text(
                x + size / 2,
                y + size / 2 + 18,
                str(number),
                size=52,
                colour="#c3cad4",
                weight=300,
            )
        d.text(x, y + size + 21, f"{number}   {title}", size=13, anchor="start")
    return d


def scaled_fourier(
    spectrum: Picture | None = None,
    image: Picture | None = None,
    *,
    channel: str = "channel",
    decay_power: float = 1.0,
) -> Diagram:
    """The scaled Fourier basis, the default picture of this book, from its spectrum on.

    `spectrum` is a picture of the coefficients (default: coloured noise), `channel`
    names what is maximised.
    """
    d = Diagram(860, 232)
    d.shade(14, 14, 534, 204, "scaled Fourier parameterization")
    unscaled = spectrum if spectrum is not None else placeholder(32, 3)
    coefficients = d.picture(36, 66, 84, unscaled, "coefficients")
    times = d.circle(141, 108, "×")
    scale = d.picture(162, 66, 84, decay_picture(power=decay_power), "scale  1 ∕ *f*")
    steps = [
        d.box(284, 88, 66, 40, "inverse\nFFT", size=12),
        d.box(376, 88, 62, 40, "colour", size=12),
        d.box(464, 88, 66, 40, "sigmoid", size=12),
    ]
    shown = d.picture(
        580, 60, 96, placeholder(7, 9) if image is None else image, "image"
    )
    network = d.network(712, 72, 66, 72)
    goal = d.box(794, 84, 58, 48, channel.replace(":", "\n"), size=12)
    d.line(coefficients.right, times.left, arrow=False, gap=3)
    d.line(times.right, scale.left, arrow=False, gap=3)
    for a, b in zip([scale, *steps, shown, network], [*steps, shown, network, goal]):
        d.forward(a, b)
    d.line(
        goal.bottom,
        (goal.bottom[0], 204),
        (coefficients.bottom[0], 204),
        (coefficients.bottom[0], 174),
        gradient=True,
        gap=4,
    )
    d.text(690, 198, "gradient", size=12, colour=GRADIENT)
    return d


def style_transfer(
    content: Picture | None = None,
    learned: Picture | None = None,
    style: Picture | None = None,
    *,
    spectrum: Picture | None = None,
) -> Diagram:
    """Figure 5: three pictures, one network; only the middle one is learned.

    `spectrum` is a picture of the coefficients through which it is learned; by default
    the spectrum of `learned`.
    """
    d = Diagram(800, 452)
    d.shade(14, 144, 434, 150, "learned")
    rows = [24, 174, 324]
    pictures = [
        d.picture(318, y, 112, placeholder(7, seed) if image is None else image, h=84)
        for y, image, seed in zip(rows, (content, learned, style), (9, 5, 12))
    ]
    for y, text in zip(rows, ("content picture", "picture", "style picture")):
        d.text(374, y + 101, text, size=12, colour="#555555")
    amplitudes = spectrum if spectrum is not None else spectrum_picture(learned)
    coefficients = d.picture(40, 178, 76, amplitudes, "Fourier coefficients", h=76)
    steps = [
        d.box(152, 196, 60, 40, "inverse\n2D FFT", size=12),
        d.box(232, 196, 62, 40, "colour,\nsigmoid", size=12),
    ]
    for a, b in zip([coefficients, *steps], [*steps, pictures[1]]):
        d.forward(a, b)
    networks = [d.network(484, y + 4, 82, 76, "network") for y in rows]
    for a, b in zip(pictures, networks):
        d.forward(a, b)
    losses = [
        d.box(654, 116, 118, 50, "content loss\n*same things?*", size=12),
        d.box(654, 266, 118, 50, "style loss\n*same textures?*", size=12),
    ]
    for loss, upper, lower in ((losses[0], *networks[:2]), (losses[1], *networks[1:])):
        left, middle = loss.left
        upward, downward = middle - 10, middle + 10
        turn = 612 if loss is losses[1] else 594
        d.line(upper.right, (612, upper.right[1]), (612, upward), (left, upward))
        d.line(lower.right, (turn, lower.right[1]), (turn, downward), (left, downward))
    x = coefficients.bottom[0]
    d.line(
        losses[1].bottom, (losses[1].bottom[0], 438), (x, 438), (x, 280), gradient=True
    )
    side, join = (788, losses[0].right[1]), (losses[1].bottom[0], 438)
    d.line(losses[0].right, side, (788, 438), join, arrow=False, gradient=True)
    d.text(240, 431, "gradient", size=12, colour=GRADIENT)
    return d


def low_resolution_sharing(
    unique: Frames | None = None,
    shared: Picture | Frames | None = None,
    frames: Frames | None = None,
    *,
    count: int = 5,
) -> Diagram:
    """Part of Figure 3: each frame is its own piece plus a blurry one that all share.

    `unique` and `frames` are one picture a frame; `shared` is one picture, or a few
    that are blended from the first frame to the last. `count` is the number of frames
    where no pictures are given.
    """
    given = next((pieces for pieces in (unique, frames) if pieces is not None), None)
    count = count if given is None else len(given)
    unique = (
        [placeholder(7, 20 + k) for k in range(count)] if unique is None else unique
    )
    frames = (
        [placeholder(7, 50 + k) for k in range(count)] if frames is None else frames
    )
    shared = placeholder(3, 6) if shared is None else shared
    if isinstance(shared, torch.Tensor | np.ndarray):
        blurry = list(shared) if shared.ndim == 4 else [shared]
    else:
        blurry = list(shared) if isinstance(shared, Sequence) else [shared]
    size, gap, left = 92, 34, 150
    columns = [left + k * (size + gap) for k in range(count)]
    width, rail, middle, plus, bottom = (
        columns[-1] + size + 30,
        size + 52,
        size + 72,
        2 * size + 102,
        2 * size + 178,
    )
    d = Diagram(width, bottom + size + 20)
    d.shade(14, 14, width - 28, middle + size + 2)
    start = (columns[0] + columns[-1] + size) / 2 - (
        len(blurry) * (size + gap) - gap
    ) / 2
    for k, piece in enumerate(blurry):
        blur = d.picture(start + k * (size + gap), 30, size, piece)
        d.line(blur.bottom, (blur.bottom[0], rail), arrow=False, gap=0)
    d.line((columns[0] - 13, rail), (columns[-1] - 13, rail), arrow=False, gap=0)
    for x, piece, frame in zip(columns, unique, frames):
        own = d.picture(x, middle, size, piece)
        add, squash = (
            d.circle(x + size / 2, plus + 2, "+"),
            d.circle(x + size / 2, plus + 36, "σ", r=11),
        )
        d.line((x - 13, rail), (x - 13, add.left[1]), add.left, gap=0)
        d.line(own.bottom, add.top, gap=2)
        d.line(add.bottom, squash.top, arrow=False, gap=1)
        d.line(squash.bottom, d.picture(x, bottom, size, frame).top, gap=2)
    for y, text in (
        (30 + size / 2, "shared by all,\nlow resolution"),
        (middle + size / 2, "unique\nto each frame"),
        (plus + 33, "add, then\nsigmoid"),
        (bottom + size / 2, "frames"),
    ):
        d.text(32, y, text, size=12, anchor="start", colour="#555555")
    return d
