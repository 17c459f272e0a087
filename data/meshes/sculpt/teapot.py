"""A porcelain teapot, painted in blue, gold and red."""

import numpy as np

from .fields import bezier, blend, carve, egg, nearest_on, tube, union, unit, vector
from .painting import flat, flower, mix, noise, paint_over, ramp, stroke

TITLE = "Porcelain teapot"
BOUNDS = (-1.1, -0.62, -0.7), (1.15, 0.9, 0.7)
TRIANGLES = 14000

HANDLE = bezier(
    (-0.50, 0.27, 0), (-1.02, 0.62, 0), (-1.12, -0.40, 0), (-0.48, -0.26, 0), steps=22
)
SPOUT = bezier(
    (0.42, -0.20, 0), (0.86, -0.20, 0), (0.68, 0.30, 0), (0.96, 0.40, 0), steps=18
)
WHITE, BLUE, SKY, NAVY = (
    (0.96, 0.97, 0.95),
    (0.13, 0.27, 0.66),
    (0.55, 0.72, 0.93),
    (0.06, 0.10, 0.34),
)
GOLD, RED = (0.93, 0.70, 0.28), (0.85, 0.25, 0.22)
GIRTH = 0.56  # radius of the body where it is painted: arc length per radian
# radii of the flower in front and of the one in its middle
LARGE, LARGE_HEART = 0.20, 0.115


def distance(p):
    r = np.hypot(p[:, 0], p[:, 2])
    pot = blend(_body(p), egg(p, (0, -0.44, 0), (0.36, 0.075, 0.36)), 0.05)
    pot = blend(pot, _spout(p), 0.08)
    # the spout is cut off and opened
    pot = carve(pot, -(p - vector(0.99, 0.41, 0)) @ unit(vector(1, 0.5, 0)), 0.03)
    pot = carve(pot, tube(p, [(0.90, 0.375, 0), (1.02, 0.42, 0)], (0.03, 0.075)), 0.03)
    pot = blend(pot, _handle(p), 0.06)
    pot = blend(pot, np.hypot(r - 0.37, p[:, 1] - 0.405) - 0.038, 0.05)
    knob = union(
        0.04,
        tube(p, [(0, 0.5, 0), (0, 0.62, 0)], (0.09, 0.05)),
        egg(p, (0, 0.685, 0), (0.10, 0.085, 0.10)),
    )
    return blend(
        pot, blend(egg(p, (0, 0.38, 0), (0.335, 0.20, 0.335)), knob, 0.03), 0.012
    )


def _body(p):
    return egg(p, (0, 0, 0), (0.60, 0.48, 0.60))


def _spout(p):
    return tube(p, SPOUT, (0.23, 0.18, 0.125, 0.10, 0.09, 0.105))


def _handle(p):
    return tube(p, HANDLE, (0.08, 0.058, 0.055, 0.058, 0.08))


def face(p, n):
    """What stands for a face: the front of the body with its three flowers."""
    turn = np.arctan2(p[:, 0], p[:, 2])
    return (
        (np.abs(turn) < 1.08)
        & (p[:, 1] > -0.26)
        & (p[:, 1] < 0.24)
        & (_body(p) < 0.03)
        & (_spout(p) > 0.06)
    )


def landmarks(p, n):
    u, front = _unrolled(p), p[:, 2] > 0.2
    rho = np.hypot(u, p[:, 1] - 0.01)
    on = front & (_body(p) < 0.02)
    return {
        "petals": on & (rho < LARGE * 0.98) & (rho > LARGE_HEART),
        "heart": on & (rho < LARGE_HEART),
    }


def _unrolled(p):
    """Arc length around the body from the middle of the front, and on the other side
    from the middle of the back.
    """
    turn = np.arctan2(p[:, 0], p[:, 2])
    return (
        np.where(np.abs(turn) < np.pi / 2, turn, np.sign(turn) * np.pi - turn) * GIRTH
    )


def paint(p, n):
    y, r = p[:, 1], np.hypot(p[:, 0], p[:, 2])
    on_body = (_body(p) < 0.02) & (y < 0.39)
    color = flat(p, *WHITE) * (1 + 0.02 * noise(p, 6))[:, None]
    color = _paint_bands(color, p, on_body)
    color = _paint_flowers(
        color, p, on_body & (_spout(p) > 0.05) & (_handle(p) > 0.04) & (y > -0.21)
    )
    color = flower(
        color,
        p[:, 0],
        p[:, 2],
        0.33,
        14,
        WHITE,
        BLUE,
        SKY,
        NAVY,
        (r < 0.345) & (y > 0.40) & (y < 0.59),
    )
    color = paint_over(
        color,
        GOLD,
        np.maximum(
            ramp(0.058, 0.052, np.hypot(r - 0.37, y - 0.405)),
            ramp(0.575, 0.585, y) * (r < 0.2),
        ),
    )
    color = paint_over(color, NAVY, stroke(y - 0.612, 0.012) * (r < 0.2))
    color = flower(
        color, p[:, 0], p[:, 2], 0.075, 6, GOLD, GOLD, RED, NAVY, (r < 0.2) & (y > 0.70)
    )
    color = _paint_handle(color, p)
    color = _paint_spout(color, p)
    return paint_over(color, GOLD, stroke(y + 0.435, 0.03) * (r < 0.45))


def _paint_bands(color, p, on_body):
    """In the plane of angle and height: a lotus at the foot, a wave with gold dots at
    the shoulder.
    """
    turn, y = np.arctan2(p[:, 0], p[:, 2]), p[:, 1]
    leaf = np.abs((turn / (2 * np.pi) * 18) % 1 - 0.5) * 2
    tip = -0.20 - 0.16 * leaf**2.2
    lotus = mix(flat(p, *BLUE), vector(*SKY), ramp(0.02, 0.14, tip - y))
    lotus = paint_over(lotus, WHITE, stroke(tip - y - 0.035, 0.012))
    lotus = paint_over(
        lotus, NAVY, np.maximum(stroke(tip - y, 0.014), ramp(0.93, 0.98, leaf))
    )
    color = mix(color, lotus, ramp(-0.012, 0.0, tip - y) * on_body)
    band = mix(
        flat(p, *BLUE),
        vector(*WHITE),
        stroke(y - 0.293 - 0.025 * np.sin(turn * 20), 0.016),
    )
    dot = np.hypot(((turn / (2 * np.pi) * 20) % 1 - 0.75) * 0.15, y - 0.305)
    band = paint_over(band, GOLD, ramp(0.017, 0.012, dot))
    color = mix(color, band, ramp(0.235, 0.24, y) * ramp(0.35, 0.345, y) * on_body)
    for height in (0.222, 0.363):
        color = paint_over(color, GOLD, stroke(y - height, 0.014) * on_body)
    return color


def _paint_flowers(color, p, free):
    u, y = _unrolled(p), p[:, 1]

    def vine(at):
        return 0.055 * np.sin(at * 13)

    color = paint_over(
        color, NAVY, stroke(y - vine(u), 0.011) * free * (np.abs(u) < 0.64)
    )
    for k in range(1, 6):
        for side in (1, -1):
            at = side * (0.12 + 0.085 * k)
            a, b = u - at, (y - vine(at)) * (1 if k % 2 else -1) - 0.06
            leaf = np.hypot((a + 0.4 * b) / 0.030, b / 0.055)
            fill = mix(
                flat(p, *NAVY), vector(*(BLUE if k % 2 else SKY)), ramp(0.98, 0.8, leaf)
            )
            color = mix(color, fill, ramp(1.05, 1.0, leaf) * free)
    for side in (1, -1):  # the vine ends in a bud
        at = side * 0.64
        bud = np.hypot((u - at) / 0.036, (y - vine(at)) / 0.030)
        fill = mix(flat(p, *NAVY), vector(*RED), ramp(0.95, 0.75, bud))
        color = mix(
            color,
            paint_over(fill, GOLD, ramp(0.45, 0.30, bud)),
            ramp(1.05, 1.0, bud) * free,
        )
    color = flower(color, u, y - 0.01, LARGE, 12, SKY, BLUE, GOLD, NAVY, free)
    color = flower(color, u, y - 0.01, LARGE_HEART, 8, WHITE, RED, GOLD, NAVY, free)
    for side in (1, -1):
        color = flower(
            color, u - side * 0.42, y - 0.02, 0.095, 6, WHITE, RED, GOLD, NAVY, free
        )
    return color


def _paint_handle(color, p):
    along, _ = nearest_on(p, HANDLE)
    on = (_handle(p) < 0.02) & (p[:, 0] < -0.52)
    rings = mix(flat(p, *BLUE), vector(*WHITE), ramp(0.3, 0.5, np.cos(along * 75)))
    color = mix(color, rings, on * ramp(0.10, 0.11, along) * ramp(0.90, 0.89, along))
    return paint_over(
        color,
        GOLD,
        on * np.maximum(stroke(along - 0.10, 0.018), stroke(along - 0.90, 0.018)),
    )


def _paint_spout(color, p):
    """Flames in the coordinates of the tube, along and around it, so that they follow
    its bend.
    """
    along, offset = nearest_on(p, SPOUT)
    axis = unit(np.gradient(SPOUT, axis=0))[
        np.minimum((along * (len(SPOUT) - 1)).astype(int), len(SPOUT) - 1)
    ]
    # below and in front of the tube
    outward = np.stack([axis[:, 1], -axis[:, 0], 0 * along], 1)
    around = np.arctan2(offset[:, 2], (offset * outward).sum(1))
    on = (_spout(p) < 0.04) * ramp(0.03, 0.0, -_body(p) + 0.005) * (p[:, 0] > 0.45)
    flame = along - 0.52 - 0.09 * np.abs(np.cos(around * 3))
    color = mix(
        color,
        mix(flat(p, *BLUE), vector(*SKY), ramp(0.0, -0.30, flame)),
        on * ramp(0.0, -0.012, flame) * ramp(0.06, 0.20, along),
    )
    color = paint_over(
        color, NAVY, on * np.maximum(stroke(flame, 0.02), stroke(flame - 0.045, 0.012))
    )
    return paint_over(color, GOLD, on * ramp(0.855, 0.865, along))
