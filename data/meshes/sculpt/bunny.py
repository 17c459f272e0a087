"""A sitting bunny with its head tilted and one ear folded."""

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
    rotation,
    tube,
    union,
    vector,
)
from .painting import Eye, flat, fur, mix, noise, paint_over, ramp, stroke

TITLE = "Bunny with one folded ear"
BOUNDS = (-0.72, -0.1, -0.85), (0.72, 2.25, 0.8)
TRIANGLES = 16000

# The head's own coordinates: a curious tilt, and 1.14 times as large as a body of this
# size would have.
HEAD, HEAD_SIZE = vector(0, 1.08, 0.15), 1.14
HEAD_TURN = rotation(yaw=-8, roll=-7) / np.float32(HEAD_SIZE)
EYES = Eye(
    (0.147, 0.035, 0.188),
    0.098,
    (0.55, 0.06, 0.83),
    iris=(0.62, 0.33, 0.13),
    pupil=0.74,
    edge=1.25,
    white=(0.20, 0.10, 0.06),
)
EARS = (
    bezier(
        (0.10, 0.17, -0.05), (0.17, 0.50, -0.13), (0.25, 0.80, -0.12), (0.27, 0.98, 0.0)
    ),
    bezier(
        (-0.10, 0.17, -0.05),
        (-0.16, 0.52, -0.16),
        (-0.28, 0.86, -0.12),
        (-0.62, 0.72, 0.08),
    ),
)
CREAM, DARK = (0.97, 0.91, 0.81), (0.33, 0.20, 0.14)


def distance(p):
    body = blend(_body(p), _limbs(mirrored(p)), 0.055)
    tail = ball(p, (0, 0.26, -0.58), 0.16) + 0.022 * noise(p, 9)
    body = blend(body, tail, 0.03)
    head = _head((p - HEAD) @ HEAD_TURN)
    return blend(body, head * HEAD_SIZE, 0.10)


def _body(p):
    m = mirrored(p)
    trunk = union(
        0.22,
        egg(p, (0, 0.42, -0.10), (0.40, 0.43, 0.42)),
        egg(p, (0, 0.74, 0.05), (0.27, 0.32, 0.26)),
    )
    return blend(
        trunk,
        egg(m, (0.31, 0.30, -0.08), (0.17, 0.29, 0.31), rotation(pitch=-18, roll=-8)),
        0.05,
    )


def _limbs(m):
    toes = [
        ball(m, (0.30 + x, 0.07, 0.43 - abs(x) * 0.25), 0.062)
        for x in (-0.065, 0, 0.065)
    ]
    foot = union(
        0.04, tube(m, [(0.30, 0.075, 0.0), (0.30, 0.08, 0.36)], (0.075, 0.09)), *toes
    )
    arm = tube(
        m,
        bezier((0.15, 0.66, 0.17), (0.20, 0.42, 0.30), (0.105, 0.14, 0.33)),
        (0.13, 0.10, 0.07),
    )
    return blend(
        foot, blend(arm, egg(m, (0.105, 0.075, 0.37), (0.072, 0.072, 0.11)), 0.05), 0.02
    )


def _head(h):
    e = mirrored(h)
    head = union(
        0.12,
        egg(h, (0, 0.02, 0), (0.29, 0.275, 0.30)),
        egg(e, (0.15, -0.10, 0.09), (0.155, 0.125, 0.16)),
        egg(e, (0.055, -0.095, 0.235), (0.095, 0.085, 0.10)),
    )
    # the cleft of the lip
    head = carve(
        head, tube(e, [(0, -0.105, 0.345), (0, -0.16, 0.33)], (0.012, 0.012)), 0.03
    )
    head = blend(head, egg(h, (0, -0.045, 0.325), (0.05, 0.034, 0.032)), 0.02)
    head = blend(head, ball(e, EYES.center, EYES.radius), 0.015)
    for ear in _ears(h):
        head = blend(head, ear[0], 0.05)
    return head


def _ears(h):
    widths = (0.065, 0.095, 0.125, 0.142, 0.145, 0.130, 0.095, 0.035)
    return [
        leaf(h, line, side, widths, 0.045, -0.55)
        for line, side in zip(EARS, ((1, 0, 0.25), (1, 0.2, -0.25)))
    ]


def face(p, n):
    h = (p - HEAD) @ HEAD_TURN
    return (h[:, 2] > 0.02) & (h[:, 1] > -0.235) & (h[:, 1] < 0.25)


def landmarks(p, n):
    h = (p - HEAD) @ HEAD_TURN
    mouth = (_lips(h) < 0.03) & (h[:, 2] > 0.2) & (h[:, 1] < -0.075)
    return EYES.landmarks(h) | {"mouth": mouth}


def paint(p, n):
    h = (p - HEAD) @ HEAD_TURN
    ears = [(*ear, (ear[0] < 0.03) & (h[:, 1] > 0.2)) for ear in _ears(h)]
    coat = fur(p, _flow(p, h, ears[0][-1] | ears[1][-1]), n)
    brown = ramp(-0.2, 0.7, noise(p, 4) * 0.4 + n[:, 1] * 0.3 - p[:, 2] * 0.3)
    color = mix(flat(p, 0.66, 0.46, 0.30), vector(0.48, 0.31, 0.20), brown)
    on_head = h[:, 1] > -0.3
    color = paint_over(color, DARK, 0.8 * _dark_markings(p, h, coat))
    color = paint_over(color, CREAM, _cream_markings(p, h, coat))
    color = color * (1 + 0.16 * coat)[:, None]
    blush = ramp(0.11, 0.03, length(mirrored(h) - vector(0.22, -0.13, 0.19)))
    color = paint_over(color, (0.95, 0.55, 0.50), 0.55 * blush * on_head)
    for ear in ears:
        color = _paint_ear(color, coat, *ear[1:])
    color = _paint_muzzle(color, h, coat)
    m = mirrored(p)
    toes = np.min([np.abs(m[:, 0] - x) for x in (0.267, 0.333, 0.085, 0.125)], 0)
    between = ramp(0.40, 0.44, p[:, 2]) * (p[:, 1] < 0.12) * (p[:, 1] > 0.02)
    color = paint_over(color, (0.45, 0.30, 0.24), stroke(toes, 0.011) * between)
    return EYES.paint(color, h)


def _flow(p, h, is_ear):
    """The direction in which the hair lies: down the body, away from the nose on the
    head, up the ears.
    """
    away = (
        p
        - HEAD
        - vector(0, -0.1, 0.35)
        - vector(0, 1.5, 0) * ramp(0, -0.3, h[:, 2])[:, None]
    )
    flow = mix(flat(p, 0, -1, -0.35), away, ramp(0.78, 0.98, p[:, 1]))
    return np.where(is_ear[:, None], vector(0, 1, 0.01), flow)


def _cream_markings(p, h, coat):
    wobble, m, e = 0.03 * coat, mirrored(p), mirrored(h)
    chest = ramp(
        0.02,
        -0.06,
        length((m - vector(0, 0.60, 0.38)) / vector(0.20, 0.36, 0.30)) * 0.2
        - 0.2
        + wobble,
    )
    muzzle = (
        length((e - vector(0.05, -0.13, 0.30)) / vector(0.17, 0.12, 0.25)) * 0.12 - 0.12
    )
    blaze = e[:, 0] - 0.035 - 0.05 * ramp(0.05, 0.3, h[:, 1])
    front = np.maximum(
        ramp(0.02, -0.05, muzzle + wobble),
        ramp(0.03, -0.02, blaze + wobble)
        * ramp(0.33, 0.22, h[:, 1])
        * (h[:, 2] > 0.05),
    )
    front = np.maximum(
        front,
        0.85 * ramp(1.65, 1.35, length(e - EYES.center) / EYES.radius + 0.12 * coat),
    )
    feet = ramp(0.16, 0.10, p[:, 1] + wobble) * ramp(0.05, 0.18, p[:, 2])
    tail = ramp(0.24, 0.17, length(p - vector(0, 0.26, -0.60)) + wobble)
    # From behind: a collar that rises to a point on the nape, and the tail.
    collar = np.abs(p[:, 1] - 0.845 - 0.10 * ramp(0.22, 0.0, m[:, 0])) - 0.045
    collar = (
        ramp(0.02, -0.015, collar + wobble)
        * ramp(0.05, -0.05, p[:, 2])
        * (h[:, 1] < -0.05)
    )
    return np.max(
        [chest * (h[:, 1] < -0.1), front * (h[:, 1] > -0.3), feet, tail, collar], 0
    )


def _dark_markings(p, h, coat):
    """A spotted rabbit's: a jagged stripe along the spine, spots on the flanks, a cap
    between the ears.
    """
    m, wobble = mirrored(p), 0.025 * coat
    behind = ramp(0.02, -0.08, p[:, 2])
    jagged = 0.045 + 0.03 * np.abs((p[:, 1] * 9) % 1 - 0.5)
    spine = (
        ramp(0.02, -0.015, m[:, 0] - jagged + wobble)
        * behind
        * ramp(0.86, 0.80, p[:, 1])
        * (h[:, 1] < 0)
    )
    spots = [
        (0.30, 0.62, -0.30, 0.055),
        (0.36, 0.46, -0.34, 0.07),
        (0.22, 0.44, -0.46, 0.05),
        (0.42, 0.30, -0.30, 0.06),
        (0.26, 0.28, -0.46, 0.06),
        (0.44, 0.42, -0.12, 0.055),
        (0.19, 0.70, -0.22, 0.04),
    ]
    spotted = np.max(
        [
            ramp(0.02, -0.02, length(m - vector(x, y, z)) - r + wobble)
            for x, y, z, r in spots
        ],
        0,
    )
    cap = (
        length((mirrored(h) - vector(0, 0.20, -0.20)) / vector(0.17, 0.16, 0.16)) * 0.16
        - 0.16
    )
    cap = ramp(0.02, -0.02, cap + 1.4 * wobble) * (h[:, 2] < 0.02) * (h[:, 1] > -0.1)
    return np.max([spine, spotted, cap], 0)


def _paint_ear(color, coat, along, across, height, on):
    inner = (
        ramp(0.78, 0.60, np.abs(across) + 0.05 * coat)
        * ramp(0.10, 0.22, along)
        * ramp(0.95, 0.86, along)
    )
    pink = mix(
        flat(across, 0.98, 0.70, 0.66),
        vector(0.85, 0.45, 0.45),
        ramp(0.7, 0.0, np.abs(across)) * 0.8,
    )
    color = paint_over(color, DARK, 0.8 * ramp(0.80, 0.98, along + 0.03 * coat) * on)
    rim = ramp(0.62, 0.95, np.abs(across) + 0.06 * coat) * (height >= 0)
    color = paint_over(color, DARK, 0.55 * rim * ramp(0.15, 0.4, along) * on)
    return mix(color, pink * (1 + 0.06 * coat)[:, None], inner * on * (height < 0))


def _lips(h):
    """Distance to the line of the mouth, seen from the front: two arcs and the cleft
    between them.
    """
    e = mirrored(h)
    arcs = np.abs(length(e[:, :2] - vector(0.052, -0.125)) - 0.052) + 9 * (
        h[:, 1] > -0.128
    )
    return np.minimum(arcs, np.abs(e[:, 0]) + 9 * (np.abs(h[:, 1] + 0.10) > 0.045))


def _paint_muzzle(color, h, coat):
    e = mirrored(h)
    front = (h[:, 2] > 0.2) & (np.abs(h[:, 1] + 0.1) < 0.2)
    color = paint_over(color, (0.28, 0.13, 0.12), stroke(_lips(h), 0.011) * front)
    roots = (
        (0.085, -0.09, 0.33),
        (0.115, -0.075, 0.315),
        (0.115, -0.105, 0.31),
        (0.14, -0.09, 0.29),
    )
    dots = np.min([length(e - vector(*root)) for root in roots], 0)
    color = paint_over(color, (0.30, 0.18, 0.14), ramp(0.016, 0.009, dots) * front)
    # Whiskers lie back along the cheeks: three lines in the (y, z) plane of the side of
    # the head.
    for y, slope in ((-0.075, 0.30), (-0.092, 0.06), (-0.108, -0.18)):
        line = h[:, 1] - y - slope * (0.27 - h[:, 2]) + 0.25 * (0.27 - h[:, 2]) ** 2
        reach = ramp(0.06, 0.12, h[:, 2]) * ramp(0.29, 0.265, h[:, 2]) * (e[:, 0] > 0.1)
        color = paint_over(
            color, (0.25, 0.14, 0.10), 0.75 * stroke(line, 0.008) * reach
        )
    nose = ramp(
        1.15, 1.0, length((h - vector(0, -0.04, 0.335)) / vector(0.056, 0.038, 0.045))
    )
    return mix(
        color,
        mix(
            flat(h, 0.86, 0.42, 0.44),
            vector(1, 0.80, 0.78),
            ramp(-0.04, -0.015, h[:, 1]),
        ),
        nose,
    )
