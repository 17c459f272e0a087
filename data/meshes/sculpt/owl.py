"""An owl on a branch, its head a little tilted."""

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
from .painting import Eye, flat, fur, mix, noise, paint_over, ramp, scales, stroke

TITLE = "Owl on a branch"
BOUNDS = (-1.0, -0.36, -0.95), (1.0, 1.95, 0.75)
TRIANGLES = 18000

HEAD, HEAD_TURN = vector(0, 1.22, 0.03), rotation(yaw=6, roll=6)
EYES = Eye(
    (0.175, 0.03, 0.265),
    0.125,
    (0.22, 0.02, 1),
    iris=(1.0, 0.66, 0.12),
    pupil=0.5,
    edge=1.0,
)
WING = bezier(
    (0.38, 1.00, 0.06), (0.52, 0.70, 0.08), (0.50, 0.35, -0.18), (0.34, 0.08, -0.46)
)
TAIL = bezier((0, 0.40, -0.35), (0, 0.10, -0.50), (0, -0.24, -0.62))
TUFT = bezier((0.20, 0.26, 0.08), (0.32, 0.42, 0.10), (0.41, 0.66, 0.00))
BROW = bezier((0.02, 0.12, 0.35), (0.16, 0.26, 0.33), (0.33, 0.33, 0.13))
BEAK = bezier((0, 0.03, 0.33), (0, -0.02, 0.46), (0, -0.15, 0.42))
BRANCH = bezier(
    (-0.80, -0.09, 0.10), (-0.3, -0.16, 0.22), (0.3, -0.02, 0.12), (0.80, -0.10, 0.16)
)
TWIG = [(0.55, -0.05, 0.14), (0.72, 0.16, 0.24)]
CREAM, PALE, BROWN, UMBER = (
    (0.98, 0.90, 0.75),
    (0.90, 0.77, 0.57),
    (0.47, 0.32, 0.21),
    (0.22, 0.13, 0.09),
)


def distance(p):
    m = mirrored(p)
    body = union(
        0.15,
        egg(p, (0, 0.58, -0.04), (0.44, 0.56, 0.41)),
        egg(p, (0, 0.88, 0.0), (0.38, 0.36, 0.34)),
    )
    wing, along, across, _ = _wing(m)
    body = blend(
        body, wing + 0.008 * np.sin(26 * across) * ramp(0.4, 0.7, along), 0.035
    )
    body = blend(
        body, leaf(p, TAIL, (1, 0, 0), (0.16, 0.18, 0.21, 0.20), 0.05, -0.3)[0], 0.06
    )
    body = blend(egg(m, (0.19, 0.13, 0.14), (0.13, 0.16, 0.14)), body, 0.06)
    perch = blend(_branch(p), tube(p, TWIG, (0.06, 0.035)), 0.05)
    return blend(
        blend(blend(body, _head((p - HEAD) @ HEAD_TURN), 0.07), _toes(m), 0.02),
        perch,
        0.03,
    )


def _wing(m):
    return leaf(
        m,
        WING,
        (-0.35, 0.0, 1),
        (0.14, 0.22, 0.26, 0.27, 0.24, 0.17, 0.06),
        0.055,
        0.25,
    )


def _toes(m):
    claws = [
        bezier(
            (0.18 + x * 0.5, 0.06, 0.16),
            (0.18 + x, 0.10, 0.36),
            (0.18 + x * 1.15, -0.07, 0.34),
        )
        for x in (-0.085, 0, 0.085)
    ]
    return union(0.02, *[tube(m, claw, (0.045, 0.05, 0.022)) for claw in claws])


def _branch(p):
    return tube(p, BRANCH, (0.12, 0.105, 0.125, 0.10)) + 0.007 * noise(
        p * vector(1, 5, 5), 3
    )


def _head(h):
    e = mirrored(h)
    head = blend(
        egg(h, (0, 0.03, 0), (0.42, 0.36, 0.36)),
        egg(e, (0.175, 0.0, 0.235), (0.225, 0.235, 0.11), rotation(yaw=20)),
        0.05,
    )
    # the facial discs
    head = carve(
        head, egg(e, (0.180, 0.01, 0.375), (0.175, 0.18, 0.06), rotation(yaw=16)), 0.05
    )
    head = blend(head, _tuft(e)[0], 0.10)
    head = blend(head, tube(e, BROW, (0.015, 0.028, 0.015)), 0.05)
    return blend(blend(head, ball(e, EYES.center, EYES.radius), 0.012), _beak(h), 0.015)


def _tuft(e):
    return leaf(e, TUFT, (1, -0.6, 0.1), (0.12, 0.105, 0.07, 0.035, 0.012), 0.045, 0.2)


def _beak(h):
    return tube(h, BEAK, (0.055, 0.06, 0.045, 0.012))


def face(p, n):
    h = (p - HEAD) @ HEAD_TURN
    return (h[:, 2] > 0.08) & (np.hypot(h[:, 0] / 0.42, (h[:, 1] + 0.01) / 0.28) < 1)


def landmarks(p, n):
    h = (p - HEAD) @ HEAD_TURN
    return EYES.landmarks(h) | {"mouth": _beak(h) < 0.008}


def paint(p, n):
    h = (p - HEAD) @ HEAD_TURN
    on_head = ramp(-0.33, -0.27, h[:, 1])
    away = (h - vector(0, -0.02, 0.4)) @ HEAD_TURN.T
    coat = fur(p, np.where((h[:, 1] > -0.3)[:, None], away, vector(0, -1, -0.2)), n)
    color = _paint_plumage(p)
    color = mix(color, _crown(p, h), on_head)
    color = _paint_discs(color, h, coat, on_head)
    color = color * (1 + 0.13 * coat)[:, None]
    color = _paint_perch(color, p, n)
    toes = _toes(mirrored(p))
    claw = ramp(0.0, -0.05, p[:, 1]) * (p[:, 2] > 0.27)
    color = mix(
        color,
        paint_over(flat(p, 0.95, 0.70, 0.25), (0.20, 0.14, 0.12), claw),
        ramp(0.015, 0.004, toes) * (p[:, 1] < 0.15),
    )
    horn = paint_over(
        flat(p, 0.98, 0.76, 0.28), (0.55, 0.36, 0.15), ramp(-0.06, -0.15, h[:, 1])
    )
    return EYES.paint(mix(color, horn, ramp(0.012, 0.004, _beak(h))), h)


def _paint_plumage(p):
    wing, along, across, _ = _wing(mirrored(p))
    is_wing = (wing < 0.025) & (p[:, 1] < 1.12)
    # Rows of feathers in the plane of angle and height: spotted on the back, scalloped
    # on the belly.
    turn = np.arctan2(p[:, 0], p[:, 2] + 0.1)
    x, y, over = scales(turn / 0.30, p[:, 1] / 0.11)
    color = mix(
        flat(p, 0.27, 0.17, 0.11), vector(0.53, 0.37, 0.25), over * ramp(1.3, 0.5, y)
    )
    color = paint_over(color, PALE, ramp(0.16, 0.08, np.hypot(x * 0.5, y - 0.45)))
    x, y, over = scales(turn / 0.24, p[:, 1] / 0.085)
    feather = mix(
        flat(p, 0.62, 0.40, 0.22),
        vector(*CREAM),
        over * ramp(1.25, 0.7, y + 0.2 * np.abs(x)),
    )
    feather = paint_over(
        feather, (0.50, 0.30, 0.17), stroke(x, 0.16) * ramp(0.3, 0.5, y) * 0.7
    )
    belly = ramp(0.03, -0.02, np.abs(turn) * 0.3 - 0.27) * ramp(0.10, 0.2, p[:, 1])
    color = mix(color, feather, belly * (1 - is_wing))
    # The wing: small feathers near the shoulder, long barred ones towards the tip.
    _, y, over = scales(across * 4, (1 - along) * 15)
    covert = mix(
        flat(p, 0.55, 0.37, 0.24),
        vector(0.88, 0.71, 0.49),
        ramp(0.3, 0.05, y - over * 0.2),
    )
    covert = mix(flat(p, 0.24, 0.15, 0.10), covert, over)
    quill = np.abs((across * 3 + 0.5) % 1 - 0.5)
    flight = mix(
        flat(p, 0.42, 0.28, 0.18),
        vector(0.80, 0.63, 0.43),
        ramp(0.2, 0.7, np.sin(55 * along - 7 * quill)) * 0.85,
    )
    flight = paint_over(flight, (0.18, 0.11, 0.08), ramp(0.09, 0.03, quill))
    return mix(
        color, mix(covert, flight, ramp(0.55, 0.60, along)), is_wing.astype(np.float32)
    )


def _crown(p, h):
    """The head: rows of feathers from the forehead over the crown to the nape, and the
    tufts.
    """
    forehead, q = vector(0, 0.65, 0.76), h - vector(0, 0.03, 0)
    from_face = np.arccos(np.clip(q @ forehead / np.maximum(length(q), 1e-6), -1, 1))
    around = np.arctan2(q[:, 0], q @ vector(0, 0.76, -0.65))
    rows = (2.6 - from_face) / 0.19
    x, y, over = scales(around / (2 * np.pi) * 22, rows)
    color = mix(
        flat(p, 0.27, 0.17, 0.11), vector(*BROWN) * 1.12, over * ramp(1.25, 0.45, y)
    )
    color = paint_over(
        color, PALE, 0.9 * ramp(0.15, 0.07, np.hypot(x * 0.45, y - 0.42))
    )
    tuft, along, across, _ = _tuft(mirrored(h))
    edge = ramp(0.45, 0.85, np.abs(across)) * (1 - ramp(0.6, 0.95, along))
    plume = mix(flat(p, 0.40, 0.26, 0.17), vector(0.74, 0.55, 0.34), edge)
    plume = paint_over(
        plume,
        UMBER,
        0.8 * np.maximum(ramp(0.30, 0.10, np.abs(across)), ramp(0.65, 0.95, along)),
    )
    color = mix(color, plume, ramp(0.04, 0.0, tuft) * ramp(0.12, 0.30, along))
    # A pale V on the nape, as if the brows went on behind.
    e = mirrored(h)
    nape = h[:, 1] - 0.02 - 0.55 * e[:, 0]
    return paint_over(
        color,
        PALE,
        0.75 * over * ramp(0.055, 0.02, np.abs(nape)) * ramp(-0.10, -0.18, h[:, 2]),
    )


def _paint_discs(color, h, coat, on_head):
    e = mirrored(h)
    rho = length((e[:, :2] - EYES.center[:2]) / vector(0.225, 0.235)) + 0.03 * coat
    front = ramp(0.02, 0.10, h[:, 2]) * on_head
    disc = (
        mix(flat(h, 0.99, 0.93, 0.80), vector(0.90, 0.66, 0.40), ramp(0.55, 0.95, rho))
        * (1 + 0.16 * coat)[:, None]
    )
    color = paint_over(color, UMBER, ramp(1.16, 1.08, rho) * front)
    color = mix(color, disc, ramp(1.02, 0.95, rho) * front)
    brow = tube(e, BROW, (0.025, 0.034, 0.02))
    return paint_over(
        color,
        (0.99, 0.96, 0.88),
        ramp(0.02, -0.01, brow + 0.012 * coat) * on_head * (h[:, 2] > 0),
    )


def _paint_perch(color, p, n):
    on = np.minimum(_branch(p), tube(p, TWIG, (0.06, 0.035))) < 0.02
    bark = mix(
        flat(p, 0.36, 0.27, 0.21),
        vector(0.58, 0.47, 0.36),
        ramp(-0.6, 0.9, noise(p * vector(1, 7, 7), 3.5)),
    )
    # moss
    bark = paint_over(
        bark, (0.45, 0.60, 0.28), ramp(0.5, 0.9, n[:, 1] + 0.5 * noise(p, 6)) * 0.8
    )
    cut = ramp(0.75, 0.85, np.abs(n[:, 0])) * (np.abs(p[:, 0]) > 0.78)
    rings = 0.5 + 0.5 * np.cos(np.hypot(p[:, 1] + 0.095, p[:, 2] - 0.13) * 170)
    bark = mix(
        bark, mix(flat(p, 0.85, 0.72, 0.52), vector(0.66, 0.50, 0.33), 0.7 * rings), cut
    )
    return mix(color, bark, on.astype(np.float32))
