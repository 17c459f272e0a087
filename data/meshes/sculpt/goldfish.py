"""A round goldfish with flowing fins."""

import numpy as np

from .fields import (
    ball,
    bezier,
    blend,
    carve,
    egg,
    leaf,
    length,
    mirrored,
    tube,
    union,
    vector,
)
from .painting import Eye, flat, mix, noise, paint_over, ramp, scales, stroke

TITLE = "Goldfish"
BOUNDS = (-0.75, -0.85, -1.25), (0.75, 0.85, 0.85)
TRIANGLES = 16000

EYES = Eye(
    (0.215, 0.13, 0.40),
    0.125,
    (0.80, 0.10, 0.60),
    iris=(0.20, 0.58, 0.78),
    pupil=0.56,
    edge=0.92,
)
BACK = bezier((0, 0.30, 0.30), (0, 0.50, 0.05), (0, 0.50, -0.30), (0, 0.22, -0.62))
TAIL = bezier((0, 0.02, -0.62), (0, 0.16, -0.80), (0, 0.42, -0.98), (0, 0.52, -1.16))
SIDE = bezier((0.27, -0.12, 0.22), (0.44, -0.20, 0.12), (0.58, -0.30, -0.06))
BELLY = bezier((0.08, -0.36, -0.05), (0.14, -0.50, -0.16), (0.20, -0.62, -0.34))
UPPER_LIP = bezier((0, -0.015, 0.655), (0.055, -0.012, 0.645), (0.095, -0.07, 0.60))
LOWER_LIP = bezier((0, -0.105, 0.635), (0.055, -0.11, 0.625), (0.095, -0.07, 0.60))


def distance(p):
    m = mirrored(p)
    body = union(
        0.15,
        egg(p, (0, 0.0, 0.10), (0.31, 0.42, 0.50)),
        tube(p, [(0, 0, -0.2), (0, 0.03, -0.66)], (0.25, 0.085)),
        egg(p, (0, -0.02, 0.42), (0.22, 0.24, 0.22)),
    )
    body = blend(body, egg(m, (0.15, -0.02, 0.40), (0.12, 0.15, 0.14)), 0.08)
    body = blend(body, _lips(m), 0.035)
    body = carve(body, egg(p, (0, -0.058, 0.70), (0.045, 0.022, 0.10)), 0.02)
    for fin in _fins(p):
        body = blend(body, fin[0], 0.04)
    return blend(body, ball(m, EYES.center, EYES.radius), 0.02)


def _lips(m):
    return blend(
        tube(m, UPPER_LIP, (0.027, 0.024, 0.02)),
        tube(m, LOWER_LIP, (0.027, 0.024, 0.02)),
        0.01,
    )


def _fins(p):
    """Tail (two lobes, one above and one below), back, side and belly fins: (distance,
    along, across, height) each.
    """
    m = mirrored(p)
    lobes = p * vector(1, 0, 1) + np.abs(p - vector(0, 0.03, 0)) * vector(0, 1, 0)
    return [
        leaf(lobes, TAIL, (0, 1, 1), (0.09, 0.14, 0.20, 0.24, 0.20, 0.06), 0.031, 0.0),
        leaf(p, BACK, (0, 1, 0.3), (0.04, 0.16, 0.21, 0.18, 0.11, 0.04), 0.031, 0.0),
        leaf(m, SIDE, (0, 0.8, -1), (0.06, 0.10, 0.14, 0.14, 0.04), 0.029, 0.2),
        leaf(m, BELLY, (0.2, 0.5, -1), (0.06, 0.09, 0.11, 0.10, 0.04), 0.029, 0.1),
    ]


def _gill(m):
    return length((m - vector(0.15, 0.0, 0.42)) * vector(0.5, 1, 1)) - 0.315


def face(p, n):
    return (
        (p[:, 2] > 0.25)
        & (np.abs(p[:, 1]) < 0.33)
        & (np.min([fin[0] for fin in _fins(p)], 0) > 0.04)
    )


def landmarks(p, n):
    m = mirrored(p)
    return EYES.landmarks(p) | {"mouth": (_lips(m) < 0.012) | (_mouth(m) < 1)}


def _mouth(m):
    return length((m - vector(0, -0.06, 0.66)) / vector(0.08, 0.022, 0.08))


def paint(p, n):
    m = mirrored(p)
    turn = np.arctan2(m[:, 0] * 1.3, p[:, 1])
    _, y, over = scales(turn / 0.26, (p[:, 2] + 2) / 0.085)
    base = mix(
        flat(p, 1.0, 0.83, 0.50), vector(0.98, 0.42, 0.12), ramp(-0.35, 0.15, p[:, 1])
    )
    base = paint_over(
        base, (0.86, 0.16, 0.10), ramp(0.15, 0.42, p[:, 1] + 0.05 * noise(p, 5))
    )
    base = paint_over(base, (1.0, 0.93, 0.82), 0.9 * _patches(p, m))
    color = mix(
        base * vector(0.62, 0.45, 0.45),
        base * (0.90 + 0.28 * ramp(0.9, 0.2, y))[:, None],
        over,
    )
    gill = _gill(m)
    skin = paint_over(base * 1.05, (1.0, 0.90, 0.72), ramp(0.0, -0.25, p[:, 1]) * 0.8)
    skin = skin * (1 + 0.05 * noise(p, 14))[:, None]
    color = mix(color, skin, ramp(0.01, -0.01, gill) * (p[:, 2] > 0.1))
    cover = (p[:, 2] < 0.42) & (p[:, 2] > 0.0) & (np.abs(p[:, 1]) < 0.30)
    color = paint_over(color, (0.50, 0.12, 0.08), stroke(gill, 0.02) * cover)
    for distance_, along, across, _ in _fins(p):
        ray = ramp(-0.3, 0.6, np.sin(across * 22 + 2 * noise(p, 4)))
        fin = mix(flat(p, 0.96, 0.38, 0.12), vector(1.0, 0.72, 0.30), ray)
        fin = paint_over(
            fin,
            (1.0, 0.95, 0.85),
            ramp(0.55, 1.0, np.maximum(along, np.abs(across))) * 0.85,
        )
        color = mix(
            color,
            fin,
            ramp(0.02, 0.005, distance_)
            * ramp(0.16, 0.28, along + (np.abs(across) > 0.45)),
        )
    color = paint_over(
        color,
        (1.0, 0.42, 0.38),
        0.6 * ramp(0.12, 0.03, length(m - vector(0.245, -0.09, 0.46))),
    )
    color = paint_over(color, (0.93, 0.42, 0.38), ramp(0.012, 0.002, _lips(m)))
    color = paint_over(color, (0.35, 0.08, 0.08), ramp(1.0, 0.9, _mouth(m)))
    return EYES.paint(color, p)


def _patches(p, m):
    """White patches behind the gills, a different one on each side."""
    spots = [
        (0.28, 0.10, -0.12, 0.13),
        (-0.26, 0.16, -0.02, 0.10),
        (-0.22, 0.02, -0.33, 0.12),
        (0.15, 0.12, -0.42, 0.08),
    ]
    edge = 0.03 * noise(p, 9) + 0.04 * noise(p, 5)
    return np.max(
        [
            ramp(0.02, -0.02, length(p - vector(x, y, z)) - r + edge)
            for x, y, z, r in spots
        ],
        0,
    )
