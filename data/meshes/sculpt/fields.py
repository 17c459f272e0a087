"""Signed distances: vectors, shapes, and how shapes are combined. Points are (N, 3)
float32 throughout.

Distances need only be right near the surface, where they are negative inside and
positive outside.
"""

import numpy as np

# ---- vectors ------------------------------------------------------------------------


def vector(*values):
    return np.array(values, np.float32)


def length(a):
    return np.sqrt(np.einsum("...i,...i->...", a, a))


def unit(a):
    return a / np.maximum(length(a), 1e-9)[..., None]


def mirrored(p):
    """Points with |x| for x: model the right half, get both."""
    return p * vector(0, 1, 1) + np.abs(p) * vector(1, 0, 0)


def rotation(yaw=0, pitch=0, roll=0):
    """World from local: degrees about y (yaw), x (pitch), z (roll). `p @ rotation(...)`
    are local coordinates.
    """
    (cy, cp, cr), (sy, sp, sr) = (
        f(np.radians([yaw, pitch, roll])) for f in (np.cos, np.sin)
    )
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_y @ about_x @ about_z).astype(np.float32)


# ---- combining ---------------------------------------------------------------------


def blend(a, b, width=0.05):
    """Union of two shapes, rounded where they meet over about `width`."""
    h = np.maximum(width - np.abs(a - b), 0) / width
    return np.minimum(a, b) - h * h * h * width / 6


def union(width, first, *others):
    return blend(first, union(width, *others), width) if others else first


def carve(a, b, width=0.05):
    """What is in `a` and not in `b`, with a rounded edge."""
    return -blend(-a, b, width)


# ---- shapes ------------------------------------------------------------------------


def ball(p, center, radius):
    return length(p - vector(*center)) - radius


def egg(p, center, radii, turn=None):
    """An ellipsoid; `turn` is a rotation of its axes. The distance is right to first
    order at the surface.
    """
    q, radii = p - vector(*center), vector(*radii)
    q = q if turn is None else q @ turn
    scaled = length(q / radii)
    return scaled * (scaled - 1) / np.maximum(length(q / radii**2), 1e-6)


def bezier(*controls, steps=24):
    """A polyline (steps + 1, 3) along a Bezier curve, by repeated interpolation of its
    control points.
    """
    rows = [np.tile(vector(*point), (steps + 1, 1)) for point in controls]
    t = np.linspace(0, 1, steps + 1, dtype=np.float32)[:, None]
    while len(rows) > 1:
        rows = [a + (b - a) * t for a, b in zip(rows, rows[1:])]
    return rows[0]


def nearest_on(p, line):
    """Where the nearest point of a polyline lies along it, 0 to 1, and the vector from
    there to p.
    """
    line = np.asarray(line, np.float32)
    best = np.full(len(p), np.inf, np.float32)
    along, offset = np.zeros(len(p), np.float32), np.zeros_like(p)
    for i, (start, step) in enumerate(zip(line, np.diff(line, axis=0))):
        share = np.clip((p - start) @ step / (step @ step), 0, 1)
        away = p - start - share[:, None] * step
        squared = np.einsum("ij,ij->i", away, away)
        nearer = squared < best
        best[nearer], offset[nearer] = squared[nearer], away[nearer]
        along[nearer] = (i + share[nearer]) / (len(line) - 1)
    return along, offset


def tube(p, line, radii):
    """A tube along a polyline; the radii are spread evenly along it. Two points make a
    rounded cone.
    """
    along, offset = nearest_on(p, line)
    return length(offset) - np.interp(
        along, np.linspace(0, 1, len(radii)), radii
    ).astype(np.float32)


def leaf(p, line, side, widths, thickness, cup):
    """A cupped blade along a polyline: an ear, a wing, a fin.

    Args: `side`: the direction of its width; `widths`: half widths, spread along it;
        `thickness`: half of it;
        `cup`: how far the edges bend out of the plane, in half widths.
    Returns: distance; place along the blade (0 to 1), across it (-1 to 1), and height
        above its bent middle.
    """
    along, offset = nearest_on(p, line)
    axis = unit(np.gradient(line, axis=0))
    sideways = unit(vector(*side) - axis * (axis @ vector(*side))[:, None])
    where = along * (len(line) - 1)
    index = np.minimum(where.astype(int), len(line) - 2)
    share = (where - index)[:, None]
    axis, sideways = (
        unit(a[index] + (a[index + 1] - a[index]) * share) for a in (axis, sideways)
    )
    width = _smooth_table(widths)
    width = np.interp(along, np.linspace(0, 1, len(width)), width).astype(np.float32)
    x, z, y = (
        np.einsum("ij,ij->i", offset, a)
        for a in (sideways, np.cross(axis, sideways), axis)
    )
    z = z - cup * (x * x / width)
    thick = np.minimum(thickness, width)
    scaled = np.sqrt((x / width) ** 2 + (z / thick) ** 2 + (y / thick) ** 2)
    slope = np.sqrt((x / width**2) ** 2 + (z / thick**2) ** 2 + (y / thick**2) ** 2)
    return scaled * (scaled - 1) / np.maximum(slope, 1e-6), along, x / width, z


def _smooth_table(values, count=65):
    """Values spread over a finer table and smoothed, so that an outline has no
    corners.
    """
    table = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(values)), values)
    for _ in range(3):
        table[4:-4] = np.convolve(table, np.ones(9) / 9, "valid")
    return table
