"""Insects seen from above: butterfly and ladybird."""

import torch

from .figure import (
    BLACK,
    WHITE,
    Figure,
    circle,
    ellipse,
    leaves,
    limb,
    one_of,
    overlap,
    pick,
    scene,
    sky,
    tone,
    union,
)
from .sheet import inside, mix, palette, radius_of, shade, turn


def _lobe(x, y, cx, cy, angle, long, short):
    """A wing: an ellipse round (cx, cy), its long axis turned by `angle`."""
    along, across = turn(x - cx, y - cy, angle)
    return ellipse(along, across, 0.0, 0.0, long, short)


def butterfly(s):
    """Four open wings, orange or blue in a broad black rim with white dots, dark veins,
    body and feelers.
    """
    u, v, pixel = s.place(0.75, 0.92, rotate=0.3, offset=0.15, repeat=0.1)
    free, side = s.coin(0.25), u.abs()
    kind = s.integers(0, 2)
    hue = one_of(s, 0.07, 0.09, 0.58)
    wing, glow = (
        tone(s, free, hue, (0.8, 1), (0.85, 1)),
        tone(s, free, hue + 0.03, (0.45, 0.8), (0.9, 1)),
    )

    fore = _lobe(
        side,
        v,
        0.52,
        -0.36,
        s.uniform(-0.75, -0.5),
        s.uniform(0.5, 0.58),
        s.uniform(0.3, 0.36),
    )
    hind = _lobe(
        side,
        v,
        0.4,
        0.4,
        s.uniform(0.55, 0.85),
        s.uniform(0.4, 0.48),
        s.uniform(0.28, 0.34),
    )
    depth = union(fore, hind)
    reach = radius_of(side, v)
    rim = s.uniform(0.09, 0.13)
    field = palette(1.5 - reach * 1.6, wing, glow)
    veins = torch.sin(torch.atan2(v + 0.05, side + 0.05) * s.integers(9, 12))
    spots = torch.sin(torch.atan2(v, side) * 22 + s.uniform(0, 6))

    meadow = s.bright((0.2, 0.7)), s.bright((0.1, 0.5), hue=0.25)
    fig = Figure(scene(s, leaves(s), sky(s), meadow), pixel)
    fig.part(field, depth, BLACK, 0.0)
    fig.detail(
        BLACK, 0.04 - 0.2 * veins.abs(), 0.8 * inside(reach - 0.3, pixel) * fig.mask
    )
    fig.detail(BLACK, rim - depth, fig.mask)
    fig.detail(
        WHITE,
        overlap(
            rim * 0.26 - (depth - rim * 0.5).abs(), (spots - 0.45) * 0.07, reach - 0.45
        ),
    )
    accent = s.bright((0.5, 0.9))
    for height, size in ((-0.42, 0.12), (0.42, 0.09)):
        fig.detail(BLACK, circle(side, v, 0.58, height, size + 0.03))
        fig.detail(
            pick(kind, accent, WHITE, accent),
            circle(side, v, 0.58, height, size - 0.035),
        )
    fig.part(BLACK, limb(side, v, 0.0, -0.5, 0.32, -0.95, 0.025, 0.02))
    fig.part(
        BLACK,
        union(circle(side, v, 0.33, -0.95, 0.045), circle(side, v, 0.0, -0.52, 0.11)),
    )
    fig.part(
        s.colour((0.05, 0.25), (0.2, 0.6), 0.08), ellipse(u, v, 0.0, 0.05, 0.09, 0.55)
    )
    return fig.finish()


def ladybird(s):
    """A shining red dome with black dots and a seam, black head with white cheeks, six
    legs, on leaf green.
    """
    u, v, pixel = s.place(0.7, 0.9, rotate=0.6, offset=0.2, repeat=0.1)
    free, side = s.coin(0.2), u.abs()
    hue = one_of(s, 0.99, 0.005, 0.06)
    shell = tone(s, free, hue, (0.85, 1), (0.75, 1), 0.01)
    dome = ellipse(u, v, 0.0, 0.12, 0.7, 0.72)

    fig = Figure(scene(s, leaves(s)), pixel)
    for start, end in ((-0.25, -0.5), (0.15, 0.15), (0.5, 0.75)):
        fig.part(BLACK, limb(side, v, 0.5, start, 0.93, end, 0.05, 0.035))
    fig.part(BLACK, limb(side, v, 0.1, -0.8, 0.33, -1.0, 0.03, 0.03))
    fig.part(BLACK, ellipse(u, v, 0.0, -0.62, 0.42, 0.32))
    fig.detail(WHITE, ellipse(side, v, 0.26, -0.68, 0.1, 0.09))
    light = 1.1 - 0.6 * (u * u + (v - 0.1) ** 2) - 0.15 * v
    fig.part(shade(shell, light), dome, BLACK, 0.05)
    fig.detail(BLACK, 0.03 - side, inside(dome, pixel))
    size = s.uniform(0.11, 0.15)
    few = s.coin(0.3)
    for x, y, needed in (
        (0.3, -0.25, 1.0),
        (0.47, 0.14, 1 - few),
        (0.19, 0.2, 1.0),
        (0.33, 0.52, 1.0),
    ):
        jx, jy = s.uniform(-0.03, 0.03), s.uniform(-0.03, 0.03)
        fig.detail(BLACK, circle(side, v, x + jx, y + jy, size), needed)
    shine = torch.exp(-(((u + 0.24) / 0.15) ** 2 + ((v + 0.46) / 0.055) ** 2))
    fig.rgb = mix(fig.rgb, WHITE, shine * s.uniform(0.4, 0.9))
    return fig.finish()


PATTERNS = [butterfly, ladybird]
