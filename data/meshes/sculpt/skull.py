"""A sugar skull with flowers."""

import numpy as np

from .fields import (
    bezier,
    blend,
    carve,
    egg,
    length,
    mirrored,
    nearest_on,
    rotation,
    tube,
    union,
    vector,
)
from .painting import flat, flower, mix, noise, paint_over, ramp, stroke

TITLE = "Sugar skull"
BOUNDS = (-0.75, -1.0, -0.95), (0.75, 0.95, 0.8)
TRIANGLES = 18000

SOCKET, SOCKET_SIZE = (0.205, 0.01), (0.158, 0.150)  # in x and y
JAW = bezier(
    (-0.25, 0, 0.10), (-0.25, 0, 0.60), (0.25, 0, 0.60), (0.25, 0, 0.10), steps=22
)
CHEEKBONE = bezier((0.36, -0.12, 0.26), (0.54, -0.10, 0.10), (0.44, -0.06, -0.16))
BROW = bezier(
    (0.02, 0.13, 0.46), (0.26, 0.26, 0.52), (0.43, 0.12, 0.36), (0.385, -0.10, 0.27)
)
PINK, TEAL, GOLD, PLUM, ORANGE = (
    (0.93, 0.28, 0.48),
    (0.10, 0.62, 0.62),
    (0.98, 0.76, 0.22),
    (0.22, 0.08, 0.24),
    (0.97, 0.50, 0.18),
)
MINT = (0.55, 0.88, 0.80)


def distance(p):
    m = mirrored(p)
    jaws = blend(_upper_jaw(p), blend(_lower_jaw(p, m), _teeth(p, m), 0.015), 0.05)
    return blend(_cranium(p, m), jaws, 0.05)


def _cranium(p, m):
    bone = union(
        0.16,
        egg(p, (0, 0.32, -0.14), (0.52, 0.50, 0.60)),
        egg(p, (0, 0.30, 0.16), (0.43, 0.40, 0.36)),
        egg(p, (0, -0.12, 0.20), (0.33, 0.36, 0.28)),
    )
    bone = blend(bone, egg(p, (0, -0.12, -0.08), (0.34, 0.22, 0.34)), 0.12)
    # the bump at the back
    bone = blend(bone, egg(p, (0, 0.06, -0.62), (0.16, 0.10, 0.12)), 0.14)
    bone = blend(
        bone, egg(m, (0.31, -0.12, 0.25), (0.15, 0.10, 0.15), rotation(yaw=25)), 0.10
    )
    # the temples
    bone = carve(bone, egg(m, (0.70, 0.06, 0.10), (0.20, 0.20, 0.20)), 0.12)
    # behind the ear
    bone = blend(
        bone,
        egg(m, (0.33, -0.25, -0.16), (0.10, 0.17, 0.12), rotation(pitch=-14)),
        0.08,
    )
    bone = blend(bone, tube(m, CHEEKBONE, (0.07, 0.062, 0.075)), 0.08)
    bone = blend(bone, tube(m, BROW, (0.05, 0.06, 0.055, 0.07)), 0.10)
    # the ears
    bone = carve(bone, egg(m, (0.46, -0.12, -0.13), (0.11, 0.042, 0.042)), 0.03)
    bone = carve(bone, _socket(m), 0.05)
    return carve(
        bone,
        egg(m, (0.042, -0.20, 0.52), (0.042, 0.095, 0.16), rotation(roll=14)),
        0.03,
    )


def _upper_jaw(p):
    return tube(p, JAW + vector(0, -0.38, -0.02), (0.10, 0.11, 0.10))


def _lower_jaw(p, m):
    branch = union(
        0.10,
        egg(
            m, (0.345, -0.42, 0.02), (0.062, 0.34, 0.16), rotation(pitch=-16, roll=-14)
        ),
        egg(m, (0.27, -0.66, 0.06), (0.075, 0.14, 0.17), rotation(pitch=-30, roll=-10)),
    )
    chin = egg(p, (0, -0.77, 0.42), (0.15, 0.09, 0.09))
    return union(
        0.08,
        tube(p, JAW + vector(0, -0.72, -0.03), (0.095, 0.105, 0.095)),
        chin,
        branch,
    )


def _teeth(p, m):
    """Two rows of teeth, and a wall behind them so that one cannot look between
    them.
    """
    flatter = vector(1, 0.5, 1)
    wall = tube(p * flatter, JAW + vector(0, -0.285, -0.025), (0.058, 0.058))
    teeth = []
    for i in range(5):
        x, _, z = JAW[12 + 2 * i] + vector(0, 0, 0.045)
        teeth += [
            egg(m, (x, -0.49, z + 0.005), (0.041, 0.095 - 0.006 * i, 0.060)),
            egg(m, (x, -0.635, z - 0.010), (0.039, 0.085 - 0.005 * i, 0.055)),
        ]
    return blend(union(0.018, *teeth), wall, 0.02)


def _along_the_teeth(p):
    """Teeth counted from the middle along their arc, negative to the left, and whether
    a point is in front of it.
    """
    along, offset = nearest_on(p * vector(1, 0, 1), JAW)
    outward = (offset * (p * vector(1, 0, 1) - vector(0, 0, 0.15))).sum(1)
    return (along * (len(JAW) - 1) - 11) / 2, outward > 0


def face(p, n):
    return (p[:, 2] > 0.12) & (np.hypot(p[:, 0] / 0.45, (p[:, 1] - 0.05) / 0.42) < 1)


def landmarks(p, n):
    """The petals around a socket stand for the iris, the dark inside for the pupil, the
    teeth for the mouth.
    """
    rho, turn = _around_socket(p)
    petals = (
        (rho >= 1.05)
        & (rho < _petal_edge(turn))
        & (p[:, 2] > 0.32)
        & (n[:, 2] > 0.07)
        & ~_in_nose(p)
    )
    hollow = (_socket(mirrored(p)) < 0.02) | (p[:, 2] > 0.28)
    return {
        "iris": petals,
        "pupil": (rho < 1.05) & hollow & (p[:, 2] < 0.56),
        "mouth": _is_tooth(p),
    }


def _in_nose(p):
    return np.hypot((np.abs(p[:, 0]) - 0.042) / 0.062, (p[:, 1] + 0.20) / 0.115) < 1.08


def _socket(m):
    return egg(m, (*SOCKET, 0.50), (0.150, 0.140, 0.25), rotation(yaw=14, roll=-10))


def _is_tooth(p):
    height = (p[:, 1] < -0.42) & (p[:, 1] > -0.70)
    return (
        (_teeth(p, mirrored(p)) < 0.012)
        & height
        & (p[:, 2] > 0.2)
        & _along_the_teeth(p)[1]
    )


def _around_socket(p):
    """Polar coordinates around the nearer socket, seen from the front; the radius is 1
    at its rim.
    """
    u, v = np.abs(p[:, 0]) - SOCKET[0], p[:, 1] - SOCKET[1]
    return np.hypot(u / SOCKET_SIZE[0], v / SOCKET_SIZE[1]), np.arctan2(v, u)


def _petal_edge(turn):
    return 1.22 + 0.30 * np.abs(np.cos(6 * turn)) ** 0.6


def paint(p, n):
    color = mix(
        flat(p, 0.97, 0.93, 0.84),
        vector(0.90, 0.82, 0.68),
        ramp(-0.4, 0.9, noise(p, 5) * 0.5 + noise(p, 13) * 0.3),
    )
    color = _paint_crown(color, p)
    color = _paint_back(color, p)
    rho, _ = _around_socket(p)
    # the insides of the sockets look everywhere
    toward = n[:, 2] + 0.6 * (p[:, 2] < 0.5) * (rho < 1.05)
    front = ramp(0.02, 0.12, toward) * (p[:, 2] > 0.24)
    return _paint_teeth(_paint_face(_paint_sockets(color, p, front), p, front), p)


def _paint_crown(color, p):
    """Rings of flowers around the cranium, in cells of azimuth and elevation."""
    azimuth, q = np.arctan2(p[:, 0], p[:, 2] + 0.14), p - vector(0, 0.32, -0.14)
    elevation = np.arctan2(q[:, 1], np.hypot(q[:, 0], q[:, 2]))
    rings = (
        (0.15, 14, PINK, ORANGE, 0.11),
        (0.62, 10, TEAL, MINT, 0.12),
        (1.06, 6, ORANGE, GOLD, 0.115),
    )
    for height, count, petal, tip, radius in rings:
        cell = 2 * np.pi / count
        turn = (azimuth / cell + 0.5) % 1 - 0.5
        # the forehead stays free
        on = (p[:, 1] > 0.2) & (np.abs(azimuth - turn * cell) > 1.45 - height * 1.35)
        across = turn * cell * np.cos(height) * 0.56
        color = flower(
            color,
            across,
            (elevation - height) * 0.56,
            radius,
            8 if count > 6 else 10,
            petal,
            tip,
            GOLD,
            PLUM,
            on,
        )
    chain = stroke(np.abs(elevation - 0.385) - 0.02 * np.cos(azimuth * 24), 0.02)
    return paint_over(color, PLUM, chain * (p[:, 1] > 0.2) * (np.abs(azimuth) > 0.95))


def _paint_back(color, p):
    """Below the rings: a garland of leaves and dots on the nape, and the dark of the
    ears.
    """
    m = mirrored(p)
    behind = (p[:, 2] < -0.30) & (p[:, 1] < 0.33)
    azimuth = np.arctan2(p[:, 0], -p[:, 2])
    swag = p[:, 1] - 0.10 + 0.10 * np.cos(azimuth * 4.5)
    color = paint_over(
        color, PLUM, stroke(swag, 0.012) * behind * (np.abs(azimuth) < 1.05)
    )
    for i in range(-4, 5):
        turn = i * 0.235
        height = 0.10 - 0.10 * np.cos(turn * 4.5)
        u, v = (azimuth - turn) * 0.55, p[:, 1] - height
        leaf = np.hypot(
            (u * 0.8 + v * 0.6 * (1 if i % 2 else -1)) / 0.020,
            (v * 0.8 - u * 0.6 * (1 if i % 2 else -1) - 0.045) / 0.048,
        )
        fill = mix(flat(p, *PLUM), vector(*TEAL), ramp(0.98, 0.82, leaf))
        color = mix(color, fill, ramp(1.05, 1.0, leaf) * behind)
        if i % 2 == 0:
            color = paint_over(
                color, PINK, ramp(0.026, 0.020, np.hypot(u, v + 0.045)) * behind
            )
    color = flower(
        color, azimuth * 0.55, p[:, 1] + 0.14, 0.10, 8, ORANGE, GOLD, PINK, PLUM, behind
    )
    ear = length((m - vector(0.44, -0.12, -0.13)) / vector(0.12, 0.05, 0.05))
    return paint_over(color, PLUM, ramp(1.08, 0.90, ear))


def _paint_sockets(color, p, front):
    rho, turn = _around_socket(p)
    edge = _petal_edge(turn)
    petal = np.where((np.cos(6 * turn) > 0)[:, None], vector(*PINK), vector(*ORANGE))
    petal = paint_over(petal, GOLD, ramp(1.15, 1.5, rho) * 0.6)
    gap = ramp(0.25, 0.1, np.abs(np.cos(6 * turn)))
    petal = paint_over(
        petal, PLUM, np.maximum(ramp(edge - 0.07, edge - 0.03, rho), gap)
    )
    color = mix(
        color, petal, ramp(edge + 0.02, edge - 0.02, rho) * front * (p[:, 2] > 0.32)
    )
    dark = mix(flat(p, *PLUM), vector(0.05, 0.03, 0.08), ramp(0.95, 0.5, rho))
    color = mix(color, dark, ramp(1.10, 1.04, rho) * front * (p[:, 2] < 0.56))
    step = np.round(turn / (np.pi / 6)) * np.pi / 6
    u, v = np.abs(p[:, 0]) - SOCKET[0], p[:, 1] - SOCKET[1]
    dot = np.hypot(
        u - SOCKET_SIZE[0] * 1.68 * np.cos(step),
        v - SOCKET_SIZE[1] * 1.68 * np.sin(step),
    )
    return paint_over(
        color, TEAL, ramp(0.019, 0.014, dot) * front * (np.abs(p[:, 0]) > 0.05)
    )


def _paint_face(color, p, front):
    m = mirrored(p)
    nose = np.hypot((m[:, 0] - 0.042) / 0.062, (p[:, 1] + 0.20) / 0.115)
    color = paint_over(color, PLUM, ramp(1.08, 1.0, nose) * front)
    leaf = np.hypot(
        (m[:, 0] - 0.20) / 0.11, (p[:, 1] - 0.37 - 0.25 * (m[:, 0] - 0.2)) / 0.035
    )
    color = mix(
        color,
        mix(flat(p, *PLUM), vector(*TEAL), ramp(0.98, 0.85, leaf)),
        ramp(1.05, 1.0, leaf) * front,
    )
    color = flower(
        color, p[:, 0], p[:, 1] - 0.36, 0.15, 8, PINK, ORANGE, GOLD, PLUM, front
    )
    color = flower(
        color,
        p[:, 0],
        p[:, 1] + 0.80,
        0.075,
        6,
        TEAL,
        (0.6, 0.9, 0.8),
        GOLD,
        PLUM,
        front,
    )
    u, v = m[:, 0] - 0.27, p[:, 1] + 0.26
    radius, turn = np.hypot(u, v), np.arctan2(v, u)
    spiral = (radius / 0.034 - turn / (2 * np.pi)) % 1 - 0.5
    color = paint_over(
        color, PLUM, stroke(spiral, 0.26) * ramp(0.070, 0.064, radius) * front
    )
    for i in range(3):
        dot = np.hypot(m[:, 0] - 0.10 - 0.055 * i, p[:, 1] + 0.79 - 0.012 * i * i)
        color = paint_over(
            color, PINK if i % 2 else TEAL, ramp(0.021, 0.016, dot) * front
        )
    # Along the branch of the lower jaw: three dots that grow smaller.
    for i in range(3):
        dot = length(
            m
            - vector(0.385 - 0.012 * i, -0.33 - 0.115 * i, 0.03 + 0.012 * i)
            - vector(0.03, 0, 0)
        )
        color = paint_over(
            color,
            (ORANGE, PINK, TEAL)[i],
            ramp(0.052 - 0.006 * i, 0.045 - 0.006 * i, dot),
        )
    return color


def _paint_teeth(color, p):
    tooth = _is_tooth(p)
    color = paint_over(color, (1.0, 0.98, 0.92), 0.7 * tooth)
    number, _ = _along_the_teeth(p)
    gap = np.abs(number - np.round(number)) * (np.abs(number) < 5.3) + (
        np.abs(number) >= 5.3
    )
    color = paint_over(color, (0.42, 0.27, 0.33), 0.8 * ramp(0.15, 0.06, gap) * tooth)
    return paint_over(color, PLUM, stroke(p[:, 1] + 0.565, 0.013) * tooth)
