"""Two Carp: two fish in a whirl of water, laid in square tesserae that follow the
contours.
"""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from .tools import (
    H,
    W,
    X,
    Y,
    colour,
    colours,
    curve,
    fractal_noise,
    noise,
    over,
    ramp,
    scatter,
    shape,
    step,
)

TITLE = "Two Carp"

CENTRE = (384, 256)
# start and end of the arc each fish swims along (radians, tail first), and its palette
CARP = [
    (2.75, 5.3, "fff4e0 e8461f f7822b ffb347"),
    (-0.39, 2.16, "ffe9c0 f2b01e d9481c fff4e0"),
]
TILE = 9.4  # pixels
BORDER = 34


def paint():
    rng = np.random.default_rng(8)
    plan, direction = whirl(rng)
    for start, end, palette in CARP:
        plan, direction = add_carp(rng, plan, direction, start, end, colours(palette))
    plan, direction = add_border(plan, direction)
    return lay_tiles(rng, plan, direction)


def whirl(rng):
    """Spiral bands of water, and the direction round the centre."""
    x = (X - CENTRE[0]) * 0.8
    y = Y - CENTRE[1]
    radius = np.hypot(x, y)
    bands = np.sin(radius / 17 + 2.2 * np.arctan2(y, x) + 0.8 * noise(rng, 160))
    water = ramp(0.5 + 0.5 * bands, colours("0c3a5e 13688c 2fa0a8 8fd0bf d9ecd0"))
    return water, np.arctan2(np.gradient(radius, axis=1), -np.gradient(radius, axis=0))


def add_carp(rng, plan, direction, start, end, palette):
    """The plan with one carp on an arc; tiles near the fish turn to run along it."""
    t = np.linspace(start, end, 60)
    # tail to nose
    spine = np.c_[CENTRE[0] + 152 * 1.28 * np.cos(t), CENTRE[1] + 152 * np.sin(t)]
    half_width = 60 * np.interp(
        np.linspace(0, 1, 60),
        [0, 0.08, 0.3, 0.6, 0.78, 0.92, 1],
        [0.24, 0.2, 0.58, 1, 0.98, 0.72, 0.1],
    )
    half_width = ndimage.gaussian_filter1d(half_width, 2)
    tangent = np.gradient(spine, axis=0)
    normal = np.c_[-tangent[:, 1], tangent[:, 0]]
    normal = normal / np.hypot(*normal.T)[:, None]
    body = shape(
        np.vstack(
            [
                spine + normal * half_width[:, None],
                (spine - normal * half_width[:, None])[::-1],
            ]
        )
    )
    fins = shape(
        tail(spine, normal),
        *(
            fin(spine, normal, half_width, *f)
            for f in [
                (42, 1, 52, 1.0),
                (42, -1, 52, 1.0),
                (24, 1, 34, 1.3),
                (24, -1, 34, 1.3),
            ]
        ),
    )
    fish = np.maximum(body, fins)

    from_spine, nearest = cKDTree(spine).query(np.c_[X.ravel(), Y.ravel()])
    from_spine, nearest = from_spine.reshape(H, W), nearest.reshape(H, W)
    along = np.arctan2(tangent[nearest][..., 1], tangent[nearest][..., 0])
    near = step(70, 30, from_spine - half_width[nearest])
    direction = np.where(near > 0.5, along, direction)

    shadow = step(18, 4, ndimage.distance_transform_edt(fish < 0.5)) * (1 - fish)
    plan = over(plan, shadow, colour("072238"))
    plan = over(
        plan, fins, ramp(0.5 + 0.5 * np.sin(from_spine / 6), palette[[0, 2, 3]])
    )
    patches = fractal_noise(rng, 52, 2)
    scales = ramp(
        0.5 + 0.35 * np.cos(from_spine / 9) - 0.1 * nearest / 60, palette[[2, 3, 0]]
    )
    scales = over(scales, step(0.1, 0.35, patches), palette[1])
    edge = step(half_width[nearest] * 0.55, half_width[nearest], from_spine)
    scales = over(scales, edge * 0.8, palette[1] * 0.8)
    plan = over(plan, body, scales)
    eyes = [spine[52] + side * normal[52] * half_width[52] * 0.62 for side in (1, -1)]
    plan = over(plan, shape(circles=[(*eye, 10) for eye in eyes]), colour("f8f0d8"))
    return over(
        plan, shape(circles=[(*eye, 6) for eye in eyes]), colour("0a0a12")
    ), direction


def fin(spine, normal, half_width, at, side, length, sweep):
    """Outline of a fin on one side of the spine, swept back towards the tail."""
    root = spine[at] + side * normal[at] * half_width[at] * 0.8
    back = spine[max(at - 4, 0)] - spine[at]
    back = back / np.hypot(*back)
    tip = root + side * normal[at] * length + back * length * sweep
    return curve(
        [
            root - back * 16,
            tip - back * 20,
            tip,
            (root + tip) / 2 + back * 14,
            root + back * 16,
        ],
        40,
        True,
    )


def tail(spine, normal):
    """Outline of the forked tail."""
    back = spine[0] - spine[3]
    back = back / np.hypot(*back)
    root, out = spine[0], normal[0]
    return curve(
        [
            spine[2],
            root + back * 30 + out * 24,
            root + back * 84 + out * 62,
            root + back * 48,
            root + back * 84 - out * 62,
            root + back * 30 - out * 24,
        ],
        80,
        True,
    )


def add_border(plan, direction):
    """A chequered frame between a red edge and a white line, its tiles upright."""
    from_edge = np.minimum(np.minimum(X, W - 1 - X), np.minimum(Y, H - 1 - Y))
    border = from_edge < BORDER
    direction = np.where(border, 0, direction)
    chequer = 0.5 + 0.5 * np.sign(np.sin((X + Y) / 20) * np.sin((X - Y) / 20))
    plan[border] = ramp(chequer[border] * 0.999, colours("14233f e2b23c"))
    plan[(from_edge > 27) & border] = colour("efe2c0")
    plan[from_edge < 8] = colour("7a1d1d")
    return plan, direction


def lay_tiles(rng, plan, direction):
    """Tesserae over the plan: each takes one colour, tilts a little and keeps a gap to
    its neighbours.
    """
    count = int(W * H / TILE**2 * 1.16)
    seeds = scatter(rng, count)
    # Lloyd relaxation in the turned square metric: seeds move to the middle of their
    # tiles, tiles become squares
    x, y = X[::2, ::2].ravel(), Y[::2, ::2].ravel()
    for _ in range(9):
        owner = nearest_tile(seeds, x, y, direction)[0]
        size = np.bincount(owner, minlength=count)
        middle = (
            np.c_[np.bincount(owner, x, count), np.bincount(owner, y, count)]
            / size.clip(1)[:, None]
        )
        seeds = np.where((size > 0)[:, None], middle, seeds)

    tile, gap = nearest_tile(seeds, X.ravel(), Y.ravel(), direction)
    tile, gap = tile.reshape(H, W), gap.reshape(H, W)
    rows, columns = np.clip(seeds[:, ::-1].round().astype(int), 0, [H - 1, W - 1]).T
    paints = plan[rows, columns] * rng.uniform(0.82, 1.12, (count, 1)) + rng.normal(
        0, 0.022, (count, 3)
    )
    tilt = rng.normal(size=(count, 2))[tile]
    dx, dy = X - seeds[tile, 0], Y - seeds[tile, 1]
    shade = (
        1
        + 0.014 * (tilt[..., 0] * dx + tilt[..., 1] * dy)
        + 0.035 * fractal_noise(rng, 9, 2)
    )
    bevel = 0.16 * np.tanh((-dy - dx * 0.6) / 6) * step(3.4, 1.2, gap)
    glass = paints[tile] * (shade + bevel)[..., None] + 0.05 * np.clip(
        tilt[..., :1] - 1, 0, 1
    )
    on_tile = step(0.55, 1.35, gap + 0.25 * noise(rng, 4))
    grout = colour("3b362f") * (1 + 0.12 * noise(rng, 3)[..., None])
    return over(grout, on_tile, glass)


def nearest_tile(seeds, x, y, direction):
    """For each point the nearest seed in a square metric turned to `direction`, and
    half the gap to the next seed.
    """
    _, near = cKDTree(seeds).query(np.c_[x, y], k=7)
    rows = seeds[:, 1].round().astype(int).clip(0, H - 1)
    columns = seeds[:, 0].round().astype(int).clip(0, W - 1)
    c, s = (
        np.cos(direction[rows, columns])[near],
        np.sin(direction[rows, columns])[near],
    )
    dx, dy = x[:, None] - seeds[near, 0], y[:, None] - seeds[near, 1]
    distance = np.maximum(np.abs(dx * c + dy * s), np.abs(dy * c - dx * s))
    order = np.argsort(distance, 1)[:, :2]
    point = np.arange(len(x))
    first, second = order.T
    return near[point, first], (distance[point, second] - distance[point, first]) / 1.5
