"""River in Dots: an evening river in dots of every size, with complementary sparks
between them.
"""

import math

import numpy as np
from scipy import ndimage

from .brush import Canvas, pixel
from .tools import (
    H,
    W,
    X,
    Y,
    colour,
    colours,
    fractal_noise,
    light,
    noise,
    over,
    ramp,
    scatter,
    shape,
    step,
)

TITLE = "River in Dots"

SUN = (520, 150)
TREES = [  # crown x, y, radius, trunk x
    (120, 130, 118, 128),
    (40, 205, 84, 52),
    (690, 236, 78, 700),
    (756, 196, 70, 752),
    (236, 268, 40, 236),
]
BOATS = [(400, 336, 2.0), (306, 264, 0.95), (600, 272, 1.05)]  # x, y, size
RADII = (11.5, 9.6, 8.0, 6.6, 5.4, 4.4, 3.5, 2.8)  # large dots take their places first
LARGEST_IN_DETAIL = 4.5  # where the plan has edges, dots are at most this large
OVERLAP = 0.80  # centres may come this close, in sums of radii


def paint():
    rng = np.random.default_rng(12)
    horizon = 214 + 3 * noise(rng, (1e4, 120))
    plan = sky(rng, horizon)
    in_water = step(-1, 1, Y - horizon)
    plan = over(plan, in_water, water(rng, horizon))
    plan, bank = add_banks(rng, plan)
    for tree in TREES:
        plan = add_tree(rng, plan, *tree)
    shadow = (
        np.exp(-(((Y - bank - 60) / 26) ** 2))
        * step(-1, 1, Y - bank)
        * step(-0.3, 0.6, noise(rng, 60))
    )
    plan = over(plan, np.clip(shadow * 0.75, 0, 1), colour("3a4f9a"))
    for boat in BOATS:
        plan = add_boat(plan, in_water, *boat)
    return dotted(rng, plan)


def sky(rng, horizon):
    """Blue to gold sky with a low sun, pink clouds and far hills."""
    picture = ramp(
        Y / horizon * 0.85 + 0.05 * noise(rng, (30, 120)),
        colours("5d7fc0 8fa6d6 c9b8d6 f2c3b0 f9d68f ffe6a0"),
    )
    sun_distance = np.hypot(X - SUN[0], Y - SUN[1])
    picture = over(picture, np.exp(-((sun_distance / 75) ** 2)), colour("fff2b0"))
    picture = over(picture, step(30, 27, sun_distance), colour("fffbe0"))
    cloud = step(0.3, 1.4, fractal_noise(rng, (26, 130))) * step(190, 90, Y)
    picture = over(picture, cloud * 0.8, colour("f6d3c4"))
    hill = (
        horizon
        - 10
        - 38 * np.exp(-(((X - 250) / 190) ** 2))
        - 26 * np.exp(-(((X - 690) / 120) ** 2))
    )
    return over(
        picture,
        step(-1, 1, Y - hill),
        ramp(
            0.4 + 0.3 * noise(rng, 40) + (Y - hill) / 90,
            colours("5a5fa8 7d7fb8 8fa89a"),
        ),
    )


def water(rng, horizon):
    """Water that mirrors the sky, with the sun's path."""
    depth = Y - horizon
    picture = ramp(
        depth / 200 + 0.12 * noise(rng, (4, 50)),
        colours("f6d79a e8b9b0 a9a6d0 6f93c8 3f6fb0"),
    )
    path = np.exp(-(((X - SUN[0] + 8 * np.sin(Y / 7)) / (18 + 0.13 * depth)) ** 2)) * (
        0.55 + 0.45 * np.sin(Y / 3.6)
    )
    return over(picture, np.clip(path, 0, 1), colour("fff0a8"))


def add_banks(rng, plan):
    """The grassy near bank, higher at both sides; also its edge (y)."""
    left = 470 - 200 * step(330, -90, X) + 14 * np.sin(X / 36)
    right = 500 - 150 * step(560, 860, X) + 8 * np.sin(X / 28)
    bank = np.minimum(left, right)
    grass = ramp(
        0.5 + 0.3 * noise(rng, 34) + 0.25 * np.sin((X + Y) / 60),
        colours("1f5a4a 3f8a4c 8fb84a d9cf5a f0d88a"),
    )
    return over(plan, step(-1, 1, Y - bank), grass), bank


def add_tree(rng, plan, x, y, radius, trunk_x):
    """A round tree with a warm trunk, its crown lit from above and from the right."""
    foot = 350 if x < 300 else 420
    trunk = shape(
        [
            (trunk_x - radius * 0.07, y),
            (trunk_x + radius * 0.07, y),
            (trunk_x + radius * 0.12, foot),
            (trunk_x - radius * 0.12, foot),
        ]
    )
    plan = over(
        plan,
        trunk,
        ramp((X - trunk_x) / radius * 3 + 0.5, colours("6a2f6a 8a4a4a d98a4a")),
    )
    clumps = fractal_noise(rng, 34, 3)
    crown = np.hypot(X - x, (Y - y) * 1.1) / radius + 0.16 * clumps
    lit = 0.5 + 0.3 * (X - x) / radius - 0.42 * (Y - y) / radius + 0.2 * clumps
    return over(
        plan,
        step(1.02, 0.94, crown),
        ramp(lit, colours("1c3f6e 1f6a5a 3f9a4a a8c23f f2d04a")),
    )


def add_boat(plan, in_water, x, y, size):
    """A sailing boat with two sails and a broken reflection."""
    hull = shape(
        [
            (x - 26 * size, y),
            (x + 30 * size, y),
            (x + 20 * size, y + 11 * size),
            (x - 18 * size, y + 11 * size),
        ]
    )
    main = [
        (x - 2 * size, y - 3 * size),
        (x - 2 * size, y - 78 * size),
        (x + 32 * size, y - 6 * size),
    ]
    jib = [
        (x - 6 * size, y - 3 * size),
        (x - 6 * size, y - 66 * size),
        (x - 26 * size, y - 6 * size),
    ]
    plan = over(plan, hull, colour("4a2a5a"))
    plan = over(
        plan,
        shape(main, jib),
        ramp((X - x) / 60 / size + 0.5, colours("e8602f f2a04a fff6e0")),
    )
    mirror = np.exp(
        -(((X - x) / (16 * size)) ** 2) - ((Y - y - 34 * size) / (24 * size)) ** 2
    ) * (0.5 + 0.5 * np.sin(Y / 2.4))
    return over(plan, in_water * mirror, colour("fff0d0"))


def dotted(rng, plan):
    """The plan in dots: bright colour, mixed by the eye."""
    grey = plan.mean(2, keepdims=True)
    bright = np.clip(grey + (plan - grey) * 1.4 - 0.04, 0, 1)
    detail = ndimage.gaussian_gradient_magnitude(plan, (2.5, 2.5, 0)).sum(2)
    detail = np.clip(
        ndimage.maximum_filter(detail, 7) / np.quantile(detail, 0.95), 0, 1
    )
    largest = RADII[0] + (LARGEST_IN_DETAIL - RADII[0]) * step(0.25, 0.8, detail)

    # the underpainting shows in the gaps: deeper and stronger than the dots
    canvas = Canvas(bright * 0.8, rng)
    canvas.fill(bright * 0.82, 0.4 * noise(rng, 120), 9, 5, 1.6, colour_jitter=0.04)
    for x, y, radius in packed_dots(rng, largest):
        row, column = pixel(x, y)
        spark = 0.11 + 0.3 * (radius < 4) * (1 - detail[row, column])
        paint_ = dot_colour(rng, bright[row, column], grey[row, column], spark)
        canvas.stroke(
            x,
            y,
            rng.uniform(0, 3.14),
            radius * 0.16,
            radius * 0.92,
            paint_ + rng.normal(0, 0.045, 3),
            tone=0.03,
            thick=1.0,
        )
    return light(canvas.picture, canvas.height, 0.3, 0.06)


def packed_dots(rng, largest):
    """Dots (x, y, radius) of very different size, thrown at random and kept where there
    is room, large ones first.
    """
    # pixels from each place to the edge of the nearest dot
    room = np.full((H, W), 99.0, np.float32)
    dots = []
    for radius in RADII:
        for x, y in scatter(rng, int(2.2 * W * H / (math.pi * radius * radius))):
            x, y = x + rng.normal(0, radius), y + rng.normal(0, radius)
            row, column = pixel(x, y)
            own = radius * rng.uniform(0.88, 1.1)
            if own > largest[row, column] * 1.05 or room[row, column] < own * (
                2 * OVERLAP - 1
            ):
                continue
            dots.append((x, y, own))
            reach = int(own + RADII[0]) + 2
            near = (
                slice(max(0, row - reach), row + reach),
                slice(max(0, column - reach), column + reach),
            )
            room[near] = np.minimum(
                room[near], np.hypot(X[near] - x, Y[near] - y) - own
            )
    return [dots[i] for i in rng.permutation(len(dots))]


def dot_colour(rng, own, grey, complementary):
    """The colour of one dot: its own, the opposite colour at the same brightness, or
    one paler or deeper.
    """
    if rng.random() < complementary:
        if rng.random() < 0.45:
            return np.clip(1 - own + (2 * grey - 1) * 0.95, 0, 1) * 0.75 + 0.25 * own
        return np.roll(own, rng.integers(1, 3)) * 0.6 + 0.4 * grey
    if rng.random() < 0.13:
        if grey > 0.55:
            return own * 0.35 + 0.65 * np.array([0.97, 0.93, 0.80])
        return own * 0.6 + 0.4 * np.array([0.10, 0.14, 0.45])
    return own
