"""Carved Wave: a woodblock print of one breaking wave, in flat graded colour with
key-lines and foam claws.
"""

import numpy as np

from .foam import INK, WHITE, Foam
from .tools import (
    H,
    Y,
    colour,
    colours,
    curve,
    noise,
    over,
    paper,
    ramp,
    rim,
    shape,
    step,
)

TITLE = "Carved Wave"

BLUES = colours("173a6b 2d629b 5f97bd 204c80 a9cbd3 2d629b 173a6b 7fb0c6 204c80 c9dcd6")
SEA_LEVEL = 366
CREST = [
    (800, 430),
    (768, 300),
    (716, 190),
    (640, 104),
    (545, 56),
    (450, 54),
    (384, 88),
    (352, 132),
]
HOLLOW = [
    (-30, 452),
    (110, 424),
    (260, 404),
    (384, 366),
    (462, 300),
    (486, 226),
    (452, 160),
    (352, 132),
]
SWELLS = [  # base line, height, phase, colours
    (428, 26, 0.4, BLUES[[1, 4, 0, 2, 3]]),
    (470, 30, 2.6, BLUES[[0, 2, 3, 4, 1]]),
]


def paint():
    rng = np.random.default_rng(7)
    picture = sky_and_far_sea()
    crest, hollow = curve(CREST, 240), curve(HOLLOW, 240)
    picture, body = striped(picture, crest, hollow, 17, BLUES, 2.2)
    picture = spray(rng, picture, body)
    picture = breaking_foam(rng, picture)
    for swell in SWELLS:
        picture = add_swell(rng, picture, *swell)
    grain_phase = (Y + 14 * noise(rng, (90, 400))) / 1.9 + 2 * noise(rng, (40, 300))
    grain = np.sin(grain_phase) * noise(rng, (60, 300))
    return paper(
        rng, picture * (1 - 0.022 * np.clip(grain, -1.5, 1.5))[..., None], 0.03, 0.025
    )


def sky_and_far_sea():
    """Graded sky with the sun, flat bars of cloud, a calm sea, low islands and
    gulls.
    """
    picture = ramp(
        np.clip(Y / H * 1.55, 0, 1),
        colours("35506f 9db0a8 ead9b4 f1dfb6 f3cfa2 eeb58c"),
    )
    picture = over(
        picture,
        shape(circles=[(214, 226, 66)]),
        ramp((Y - 160) / 132, colours("c23a28 dd5a34 ee8a55")),
    )
    for y, left, right in [
        (120, 20, 210),
        (140, 70, 330),
        (84, 250, 420),
        (330, 40, 220),
    ]:
        middle = (left + right) / 2
        bar = curve(
            [
                (left, y),
                (left + 20, y - 9),
                (middle, y - 8),
                (right - 20, y - 9),
                (right, y),
                (right - 30, y + 7),
                (middle, y + 6),
                (left + 20, y + 8),
            ],
            90,
            True,
        )
        picture = over(picture, shape(bar) * 0.8, colour("f7ead0"))
    sea = shape([(0, SEA_LEVEL), (768, SEA_LEVEL), (768, 520), (0, 520)])
    picture = over(picture, rim(sea, 1.4), INK)
    picture = over(picture, sea, ramp((Y - SEA_LEVEL) / 70, colours("9cbcc0 5f97bd")))
    for outline, palette in [
        (
            [
                (150, 370),
                (176, 354),
                (206, 346),
                (236, 352),
                (262, 344),
                (290, 350),
                (326, 370),
            ],
            "7f99a2 b9bfae",
        ),
        (
            [
                (-60, 392),
                (-10, 352),
                (36, 338),
                (64, 350),
                (92, 346),
                (128, 372),
                (150, 392),
            ],
            "2f5150 6d8d78",
        ),
    ]:
        island = shape(np.vstack([curve(outline, 90), [outline[0]]]))
        island = island * step(outline[-1][1] + 1, outline[-1][1] - 1, Y)
        picture = over(picture, rim(island, 1.6), INK)
        picture = over(picture, island, ramp((Y - 330) / 60, colours(palette)))
    return over(picture, shape(lines=gulls()), INK)


def gulls():
    """Three gulls as lines (points, width)."""
    birds = []
    for x, y, size in [(86, 196, 15), (122, 172, 11), (64, 162, 9)]:
        wings = [
            (x - size, y - 0.35 * size),
            (x - 0.45 * size, y - 0.5 * size),
            (x, y),
            (x + 0.5 * size, y - 0.6 * size),
            (x + size, y - 0.3 * size),
        ]
        birds.append((curve(wings, 30), 1.8))
    return birds


def striped(picture, outer, inner, count, palette, outline):
    """The surface between two curves, cut into bands with key-lines; also its mask."""
    edges = [outer * (1 - s) + inner * s for s in np.linspace(0, 1, count + 1)]
    body = shape(np.vstack([edges[0], edges[-1][::-1]]))
    picture = over(picture, rim(body, outline), INK)
    for i in range(count):
        picture = over(
            picture,
            shape(np.vstack([edges[i], edges[i + 1][::-1]])),
            palette[i % len(palette)],
        )
        picture = over(picture, shape(lines=[(edges[i + 1], 1.6)]), INK)
    return picture, body


def breaking_foam(rng, picture):
    """Foam on the back of the wave, along its lip, and the great claws that reach over
    the hollow.
    """
    foam = Foam(rng)
    foam.bank(
        curve([(790, 352), (768, 300), (716, 190), (652, 115)], 80),
        lambda f: -2.6 - 0.3 * f,
        lambda f: 10 + 22 * f,
        -1.2,
        0,
    )
    # the lip seen from inside: claws hang into the hollow
    foam.bank(
        curve([(470, 210), (462, 178), (430, 146), (372, 136)], 60),
        lambda f: 1.75 + 0.55 * f,
        lambda f: 22 + 34 * f,
        -2.2,
    )
    # the crest: claws reach forward over the face, larger towards the tip
    foam.bank(
        curve(
            [(668, 130), (610, 82), (545, 58), (470, 54), (400, 78), (348, 118)], 120
        ),
        lambda f: 2.15 + 0.65 * f,
        lambda f: 30 + 38 * f,
        -2.35,
        3,
    )
    return foam.on(picture)


def add_swell(rng, picture, base, height, phase, palette):
    """A low swell across the sheet, with foam where it peaks."""
    x = np.linspace(-20, 790, 220)
    top = base - height * np.abs(np.sin(x / 150 + phase)) ** 1.6 * 1.5 + height * 0.4
    outer, inner = np.c_[x, top], np.c_[x, 560 + 30 * np.sin(x / 90)]
    picture, _ = striped(picture, outer, inner, 8, palette, 2.0)
    foam = Foam(rng)
    for i in range(5, 215):
        if top[i] == top[i - 5 : i + 6].min():
            foam.bank(
                outer[max(0, i - 34) : i + 16][::-1],
                lambda f: 2.5 + 0.3 * f,
                lambda f: 7 + 27 * np.sin(np.pi * f**0.7),
                -2.2,
            )
    return foam.on(picture)


def spray(rng, picture, body):
    """Drops thrown ahead of the lip."""
    drops = [
        (x, y, radius)
        for x, y, radius in zip(
            rng.normal(318, 62, 130),
            rng.normal(210, 62, 130),
            rng.uniform(1.1, 3.8, 130),
        )
        if 40 < y < 340
    ]
    mask = shape(circles=drops) * (1 - body)
    picture = over(picture, rim(mask, 1.0), INK * 0.5 + 0.25)
    return over(picture, mask, WHITE)
