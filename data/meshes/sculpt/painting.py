"""Colours on a surface: soft edges, noise, fur, scales, flowers, eyes. Colours are sRGB
in 0 to 1, (N, 3).
"""

import numpy as np
from scipy.ndimage import map_coordinates

from .fields import length, unit, vector

LATTICE = np.random.default_rng(7).standard_normal((32, 32, 32)).astype(np.float32)


# ---- soft edges --------------------------------------------------------------------


def ramp(low, high, x):
    """0 where x is beyond `low`, 1 where it is beyond `high`, smooth between; low may
    be the larger of the two.
    """
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def stroke(distance, width):
    """1 on the curve where `distance` is 0, fading to 0 at half the width `width`."""
    return ramp(width, width * 0.4, np.abs(distance))


def mix(a, b, share):
    """From colour a to colour b; each is one colour or one per point."""
    return a + (b - a) * (share[:, None] if np.ndim(share) else share)


def flat(p, *color):
    """One colour for every point."""
    return np.tile(vector(*color), (len(p), 1))


def paint_over(color, other, share):
    """`color` with `other` on it where share is 1: `other` is a colour (r, g, b), or
    one per point.
    """
    other = vector(*other) if isinstance(other, tuple) else other
    return mix(color, other, np.asarray(share, np.float32))


# ---- noise -------------------------------------------------------------------------


def noise(p, frequency):
    """Smooth random values of standard deviation near 0.5, `frequency` bumps per
    unit.
    """
    return map_coordinates(LATTICE, (p * frequency).T + 11.3, order=1, mode="grid-wrap")


def strands(p, flow, n, frequency=55, reach=0.09):
    """Hair: fine noise averaged along the direction `flow` as it runs over the surface
    with normals n; -1.5 to 1.5.
    """
    along = unit(flow - n * np.einsum("ij,ij->i", flow, n)[:, None])
    total = sum(
        noise(p + step * along, frequency) for step in np.linspace(-reach, reach, 11)
    )
    return np.clip(total / 3.5, -1.5, 1.5)


def fur(p, flow, n):
    """Strands of two sizes, as a coat has them."""
    return 0.7 * strands(p, flow, n) + 0.3 * strands(p, flow, n, 22, 0.16)


# ---- patterns ----------------------------------------------------------------------


def scales(u, v):
    """Overlapping scales or feathers that point to -v, in the plane (u, v) with one
    scale per unit.

    Returns: place across a scale (-1 to 1) and along it (0 to 1), and 1 above its rim,
        0 in the gap below it.
    """
    row = np.floor(v)
    across, along = ((u + 0.5 * (row % 2)) % 1 - 0.5) * 2, v - row
    rim = across**2 * 0.55 + 0.08
    return across, along, ramp(rim - 0.12, rim + 0.12, along)


def flower(color, u, v, radius, petals, petal, tip, heart, edge, on=1):
    """Paint a flower with `petals` petals at the origin of the plane (u, v) over
    `color`.
    """
    rho, turn = np.hypot(u, v) / radius, np.arctan2(v, u)
    lobe = np.abs(np.cos(turn * petals / 2))
    outline = 0.60 + 0.40 * lobe**0.6
    bloom = mix(flat(u, *petal), vector(*tip), ramp(0.3, 1.0, rho / outline))
    bloom = paint_over(bloom, edge, 0.6 * ramp(0.25, 0.0, lobe) * (rho > 0.3))
    bloom = paint_over(bloom, edge, ramp(0.88, 0.93, rho / outline))
    bloom = paint_over(bloom, heart, ramp(0.30, 0.26, rho))
    bloom = paint_over(
        bloom,
        edge,
        np.maximum(ramp(0.045, 0.02, np.abs(rho - 0.30)), ramp(0.08, 0.05, rho)),
    )
    return mix(color, bloom, ramp(1.0, 0.97, rho / outline) * on)


# ---- eyes --------------------------------------------------------------------------


class Eye:
    """A pair of eyeballs, one at `center` and one mirrored in x, that look along
    `gaze`.

    Args:
        center, radius, gaze: of the right eye (x > 0).
        iris: its colour.
        pupil, edge: angles from the gaze, in radians, where pupil and iris end.
        white, lid: colours of the white and of the rim around the ball.
        rim: where the lid ends, in radii.
    """

    def __init__(
        self,
        center,
        radius,
        gaze,
        *,
        iris,
        pupil,
        edge,
        white=(0.95, 0.93, 0.88),
        lid=(0.07, 0.04, 0.04),
        rim=1.2,
    ):
        self.center, self.radius, self.gaze = (
            vector(*center),
            radius,
            unit(vector(*gaze)),
        )
        self.iris, self.pupil, self.edge, self.white, self.lid, self.rim = (
            iris,
            pupil,
            edge,
            white,
            lid,
            rim,
        )

    def paint(self, color, p):
        for side in (1, -1):
            color = self._paint_one(color, p, vector(side, 1, 1))
        return color

    def landmarks(self, p):
        """Where the iris and the pupil are, bool (N,) each."""
        q = mirrored_to(p, self.center) - self.center
        angle, on = _angle(unit(q), self.gaze), self._on_ball(q, self.gaze) > 0.5
        return {
            "iris": on & (angle >= self.pupil) & (angle < self.edge - 0.05),
            "pupil": on & (angle < self.pupil),
        }

    def _on_ball(self, q, gaze):
        return ramp(1.14, 1.07, length(q) / self.radius) * (
            q @ gaze > -0.2 * self.radius
        )

    def _paint_one(self, color, p, side):
        gaze, q = self.gaze * side, p - self.center * side
        rho, direction = length(q) / self.radius, unit(q)
        color = paint_over(
            color,
            self.lid,
            ramp(self.rim, self.rim - 0.12, rho) * (q @ gaze > -0.2 * self.radius),
        )
        right = unit(np.cross(vector(0, 1, 0), gaze))
        up = np.cross(gaze, right)
        angle, turn = (
            _angle(direction, gaze),
            np.arctan2(direction @ up, direction @ right),
        )
        streak = noise(np.stack([np.cos(turn) * 3, np.sin(turn) * 3, angle], 1), 2.2)
        glow = mix(
            vector(*self.iris) * 0.45,
            vector(*self.iris) * 1.25,
            ramp(0.5, -0.7, direction @ up) + 0.12 * streak,
        )
        ball = paint_over(
            flat(p, *self.white),
            (0.05, 0.03, 0.03),
            ramp(self.edge + 0.07, self.edge, angle),
        )
        ball = paint_over(ball, glow, ramp(self.edge - 0.03, self.edge - 0.12, angle))
        ball = paint_over(
            ball, (0.02, 0.015, 0.02), ramp(self.pupil + 0.05, self.pupil - 0.03, angle)
        )
        # Two highlights, a large one above on the same side of both eyes, a small one
        # across from it.
        bright, faint = (
            gaze + 0.40 * up - vector(0.28, 0, 0),
            gaze - 0.36 * up + vector(0.26, 0, 0),
        )
        ball = paint_over(
            ball, (1.0, 1.0, 1.0), ramp(0.25, 0.19, _angle(direction, bright))
        )
        ball = paint_over(
            ball, (0.9, 0.95, 1.0), 0.8 * ramp(0.14, 0.09, _angle(direction, faint))
        )
        return mix(color, ball, self._on_ball(q, gaze))


def mirrored_to(p, center):
    """Points with |x| for x where `center` is on the right: both of a pair become
    one.
    """
    return p * vector(0, 1, 1) + np.abs(p) * vector(np.sign(center[0]), 0, 0)


def _angle(a, b):
    return np.arccos(np.clip(a @ unit(np.asarray(b, np.float32)), -1, 1))
