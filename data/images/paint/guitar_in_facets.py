"""Guitar in Facets: a guitar, a bottle and fruit seen through forty large facets.

Straight cuts divide the sheet into facets. Each facet shows the same still life a
little displaced, in its own colours, and is shaded from one of its edges; that is what
breaks the outlines.
"""

import math

import numpy as np
from scipy import ndimage

from .brush import Canvas
from .tools import (
    H,
    W,
    X,
    Y,
    colour,
    colours,
    curve,
    light,
    noise,
    over,
    rim,
    shape,
    step,
)

TITLE = "Guitar in Facets"

FACETS = 40
WARM = colours(
    "e8b23a d9502f f0deb0 8f3a22 f0c98a c9822e 6f7f2c f4e8cc e07a4a 7fa9b8 264066"
)
# behind the guitar, so that its body stands out
COOL = colours("1f5f86 2c7f78 f0deb0 264066 7fa9b8 3b2a3a 9fc0b4")
INK = colour("14110f")
GUITAR = (384, 296)  # the middle of the guitar
GUITAR_ANGLE = -0.95


def paint():
    rng = np.random.default_rng(31)
    objects = still_life()
    picture = np.zeros((H, W, 3), np.float32)
    stroke_angle = np.zeros((H, W), np.float32)
    lines = []
    from_edge = np.full((H, W), 99.0, np.float32)
    behind_guitar = np.hypot(X - GUITAR[0] + 40, Y - GUITAR[1] - 50) < 145
    count = 0
    for corners in cut_facets(rng):
        mask = shape(corners, supersample=2)
        palette = COOL if mask[behind_guitar].sum() > 0.35 * mask.sum() else WARM
        paint_ = palette[(5 * count + 2) % len(palette)]
        count += 1
        from_edge = np.where(
            mask > 0.5, ndimage.distance_transform_edt(mask > 0.5), from_edge
        )
        box = bounding_box(corners)
        picture[box] = over(
            picture[box], mask[box], seen_through(rng, objects, corners, paint_, box)
        )
        edge = corners[1] - corners[0]
        stroke_angle = np.where(mask > 0.5, math.atan2(edge[1], edge[0]), stroke_angle)
        lines.append((corners[[0, 1]], rng.uniform(1.4, 3.4)))
        if rng.random() < 0.5:
            lines.append((corners[[1, 2]], rng.uniform(0.9, 2.0)))
    picture = add_planes(rng, picture, lines)

    canvas = Canvas(picture, rng)
    # strokes keep off the facets' edges, which stay sharp
    canvas.fill(
        picture,
        stroke_angle,
        8,
        3.0,
        1.6,
        angle_jitter=0.08,
        colour_jitter=0.04,
        mix=0,
        dry=1.1,
        alpha=0.8,
        mask=step(7, 10, from_edge),
    )
    picture = canvas.picture * 0.6 + 0.4 * picture
    picture = add_newsprint(rng, picture)
    ink = shape(lines=lines) * np.clip(0.85 + 0.3 * noise(rng, 12), 0, 1)
    picture = over(picture, ink * 0.88, INK)
    grey = picture.mean(2, keepdims=True)
    return light(grey + (picture - grey) * 1.15, canvas.height, 0.34, 0.06)


# ---- the still life


def on_guitar(along, across):
    """Point of the sheet from guitar coordinates: along the neck, and across it."""
    c, s = math.cos(GUITAR_ANGLE), math.sin(GUITAR_ANGLE)
    return GUITAR[0] + along * c - across * s, GUITAR[1] + along * s + across * c


def still_life():
    """The things in the picture, from back to front, as (mask, colour)."""
    half = [
        (-205, 0),
        (-192, 74),
        (-140, 112),
        (-80, 100),
        (-40, 66),
        (0, 70),
        (40, 90),
        (74, 76),
        (92, 20),
    ]
    body = shape(
        curve(
            [on_guitar(*p) for p in half + [(u, -v) for u, v in half[:0:-1]]], 200, True
        )
    )
    neck = shape([on_guitar(*p) for p in [(80, 16), (330, 12), (330, -12), (80, -16)]])
    head = shape(
        [on_guitar(*p) for p in [(322, 20), (374, 26), (374, -26), (322, -20)]]
    )
    hole = shape(circles=[(*on_guitar(-22, 0), 36)])
    ring = shape(circles=[(*on_guitar(-22, 0), 46)]) - hole
    bridge = shape(
        [on_guitar(*p) for p in [(-158, 40), (-144, 40), (-144, -40), (-158, -40)]]
    )
    strings = shape(
        lines=[
            ([on_guitar(-150, v * 1.9), on_guitar(350, v)], 1.3)
            for v in (-9, -5.4, -1.8, 1.8, 5.4, 9)
        ]
    )

    x, y = 620, 300
    side = [(50, 190), (54, -20), (46, -64), (18, -104), (16, -196)]
    bottle = shape(
        curve(
            [(x - u, y + v) for u, v in side] + [(x + u, y + v) for u, v in side[::-1]],
            200,
            True,
        )
    )
    label = shape(
        [(x - 46, y + 20), (x + 46, y + 14), (x + 46, y + 98), (x - 46, y + 102)]
    )
    table = shape([(-10, 424), (260, 384), (800, 402), (800, 530), (-10, 530)])
    fruit = [
        (146, 404, 56, "d8402a"),
        (232, 436, 47, "f0a22e"),
        (84, 452, 42, "8fa02f"),
    ]
    things = [
        (table, colour("9a5228")),
        (bottle, colour("1f7a5a")),
        (label, colour("f2dfae")),
        (body, colour("e8962e")),
        (ring, colour("7a2418")),
        (hole, colour("1a1214")),
        (bridge, colour("4a1f14")),
        (neck, colour("5a2a1a")),
        (head, colour("7a2f1c")),
    ]
    for fruit_x, fruit_y, radius, paint_ in fruit:
        things.append((shape(circles=[(fruit_x, fruit_y, radius)]), colour(paint_)))
    with_outlines = []
    for mask, paint_ in things:
        with_outlines += [(mask, paint_), (rim(mask, 1.6), INK)]
    return with_outlines + [(strings, colour("efe2c0"))]


# ---- the facets


def cut_facets(rng):
    """Convex polygons that fill the sheet: the largest is cut in two until there are
    FACETS.
    """
    facets = [np.array([(-4, -4), (W + 4, -4), (W + 4, H + 4), (-4, H + 4)], float)]
    while len(facets) < FACETS:
        facets.sort(key=area)
        polygon = facets.pop()
        # most cuts go with the guitar or across it, so that the facets lean one way
        angle = (
            GUITAR_ANGLE + rng.choice([0, 0.55, 1.45, 2.1, 2.6]) + rng.normal(0, 0.16)
        )
        weights = rng.dirichlet(np.full(len(polygon), 3.0))
        parts = cut(polygon, weights @ polygon, angle)
        if min(area(part) for part in parts) < 0.22 * area(polygon):
            facets.append(polygon)  # a sliver: try another cut
        else:
            facets += parts
    return [np.roll(facet, rng.integers(len(facet)), 0) for facet in facets]


def cut(polygon, at, angle):
    """The two parts of a convex polygon on both sides of a line."""
    normal = np.array([-math.sin(angle), math.cos(angle)])
    side = (polygon - at) @ normal
    parts = [], []
    for i in range(len(polygon)):
        j = (i + 1) % len(polygon)
        parts[int(side[i] > 0)].append(polygon[i])
        if (side[i] > 0) != (side[j] > 0):
            crossing = polygon[i] + (polygon[j] - polygon[i]) * side[i] / (
                side[i] - side[j]
            )
            parts[0].append(crossing)
            parts[1].append(crossing)
    return [np.array(part) for part in parts]


def area(polygon):
    """Area of a polygon."""
    x, y = polygon.T
    return 0.5 * abs(x @ np.roll(y, 1) - y @ np.roll(x, 1))


def bounding_box(corners):
    """Slices of rows and columns around a polygon."""
    left, top = np.floor(corners.min(0)).astype(int) - 1
    right, bottom = np.ceil(corners.max(0)).astype(int) + 2
    return slice(max(0, top), min(H, bottom)), slice(max(0, left), min(W, right))


def seen_through(rng, objects, corners, paint_, box):
    """The still life as one facet shows it: displaced, re-coloured, shaded from the
    facet's first edge.
    """
    shift = np.round(rng.normal(0, 9, 2)).astype(int)
    hue_shift = rng.normal(0, 0.05, 3)
    brightness = rng.uniform(0.8, 1.2)
    rows = np.clip(np.arange(H)[box[0]] + shift[0], 0, H - 1)
    columns = np.clip(np.arange(W)[box[1]] + shift[1], 0, W - 1)
    seen = np.broadcast_to(paint_, (len(rows), len(columns), 3))
    for mask, own in objects:
        if own is INK:
            tint = INK
        else:
            tint = (own * 0.8 + paint_ * 0.2) * brightness + hue_shift
        seen = over(seen, 0.93 * mask[rows[:, None], columns], tint)
    edge = corners[1] - corners[0]
    from_edge = np.abs(
        (X[box] - corners[0, 0]) * edge[1] - (Y[box] - corners[0, 1]) * edge[0]
    ) / np.hypot(*edge)
    shade = np.exp(-from_edge / rng.uniform(30, 75))
    lit = 1.14 - 0.62 * shade if rng.random() < 0.6 else 0.80 + 0.50 * shade
    return seen * lit[..., None]


def add_planes(rng, picture, lines):
    """A few large transparent planes across the facets."""
    for _ in range(7):
        at = np.array([rng.uniform(60, W - 60), rng.uniform(40, H - 40)])
        around = np.sort(
            rng.uniform(0, 2 * np.pi) + np.array([0, 2.1, 4.2]) + rng.normal(0, 0.3, 3)
        )
        corners = (
            at + rng.uniform(90, 190, (3, 1)) * np.c_[np.cos(around), np.sin(around)]
        )
        edge = corners[1] - corners[0]
        from_edge = np.abs(
            (X - corners[0, 0]) * edge[1] - (Y - corners[0, 1]) * edge[0]
        ) / np.hypot(*edge)
        veil = shape(corners, supersample=2) * (0.12 + 0.5 * np.exp(-from_edge / 50))
        picture = over(picture, veil, WARM[rng.integers(len(WARM))])
        lines.append((corners[[0, 1]], rng.uniform(1.2, 2.2)))
    return picture


def add_newsprint(rng, picture):
    """Two pasted pieces of newsprint whose lines are no writing."""
    for x, y in [(706, 84), (66, 74)]:
        piece = shape(
            [(x - 58, y - 50), (x + 50, y - 58), (x + 58, y + 62), (x - 50, y + 54)]
        )
        rows = []
        for j in range(11):
            left, right = x - 48 + rng.uniform(0, 8), x + 44 - rng.uniform(0, 22)
            rows.append(([(left, y - 42 + j * 9), (right, y - 45 + j * 9)], 2.6))
        picture = over(picture, piece * 0.82, colour("efe3c4"))
        words = step(-0.9, 0.0, noise(rng, (50, 5)))
        picture = over(
            picture, piece * shape(lines=rows) * words * 0.8, colour("2a2622")
        )
    return picture
