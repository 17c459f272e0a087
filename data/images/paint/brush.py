"""The brush: a canvas that keeps colour and paint height, and strokes with bristles on
it.
"""

import math

import numpy as np
from scipy import ndimage

from .tools import H, W, X, Y, scatter


class Canvas:
    """Colour (H, W, 3) and paint height (H, W), and the brush that lays both down."""

    def __init__(self, ground, rng):
        self.picture = np.array(np.broadcast_to(ground, (H, W, 3)), np.float32)
        self.height = np.zeros((H, W), np.float32)
        self.rng = rng
        table = ndimage.gaussian_filter(
            rng.standard_normal((256, 512)), (0.8, 16), mode="wrap"
        )
        # fine across the stroke, long along it
        self.bristles = (table / table.std()).astype(np.float32)

    def stroke(
        self,
        x,
        y,
        angle,
        length,
        width,
        paint,
        bend=0.0,
        tone=0.07,
        dry=0.0,
        second_paint=None,
        alpha=1.0,
        thick=1.0,
        taper=0.0,
    ):
        """Lay one stroke: a bent capsule around (x, y); length and width are half
        extents in pixels.

        bend is the curvature in 1/pixel, tone the strength of the bristle streaks, dry
        how soon paint runs out, second_paint a colour picked up by one side of the
        brush, thick the paint height, taper thins the ends.
        """
        reach = length + width + 2
        left, right = max(0, int(x - reach)), min(W, int(x + reach) + 2)
        top, bottom = max(0, int(y - reach)), min(H, int(y + reach) + 2)
        if left >= right or top >= bottom:
            return
        window = (slice(top, bottom), slice(left, right))
        dx, dy = X[window] - x, Y[window] - y
        c, s = math.cos(angle), math.sin(angle)
        along = dx * c + dy * s
        across = dy * c - dx * s - 0.5 * bend * along * along
        beyond = np.maximum(np.abs(along) - length, 0)
        half_width = width
        if taper:
            half_width = width * (
                1 - taper * np.clip(np.abs(along) / (length + width), 0, 1) ** 2
            )
        # pixels inside the edge
        depth = half_width - np.sqrt(beyond * beyond + across * across)
        cover = np.clip(depth + 0.5, 0, 1) * alpha

        offset = self.rng.integers(0, 512, 2)
        rows = (np.rint(across * 1.6).astype(int) + offset[0]) & 255
        columns = (np.rint(along).astype(int) + offset[1]) & 511
        bristle = self.bristles[rows, columns]
        if dry:  # bristles lift one by one towards the end of the stroke
            cover = cover * np.clip(
                (bristle + 1.7 - dry * (1 + along / (length + 1e-3))) * 2, 0, 1
            )
        laid = np.asarray(paint, np.float32) + tone * bristle[..., None]
        if second_paint is not None:
            share = np.clip(0.7 * across / width + 0.45 * bristle - 0.15, 0, 1)
            laid = laid + share[..., None] * (
                np.asarray(second_paint, np.float32) - paint
            )

        picture, height = self.picture[window], self.height[window]
        picture += cover[..., None] * (laid - picture)
        ridge = 0.5 * np.sqrt(np.clip(depth / width, 0, 1)) + 0.28 * bristle + 0.5
        # a quarter of the paint below stays: relief builds up where strokes overlap
        height += cover * (thick * ridge * min(width, 6) / 3 - 0.75 * height)

    def fill(
        self,
        plan,
        angle,
        length,
        width,
        cover=1.4,
        colour_jitter=0.05,
        angle_jitter=0.12,
        mask=None,
        mix=0.5,
        **stroke_options,
    ):
        """Cover the canvas with strokes: colour from the picture `plan`, direction from
        the field `angle`.

        cover is the paint area in canvases; mask (H, W) is the chance of a stroke; mix
        the share of strokes that carry a second colour from nearby.
        """
        rng = self.rng
        bend = field_curvature(angle, length)
        for x, y in scatter(
            rng, int(cover * W * H / (4 * length * width + 3 * width * width))
        ):
            i, j = pixel(x, y)
            if mask is not None and rng.random() > mask[i, j]:
                continue
            scale = rng.uniform(0.75, 1.25)
            paint = (
                plan[i, j]
                + 0.6 * rng.normal(0, colour_jitter, 3)
                + rng.normal(0, colour_jitter)
            )
            second_paint = None
            if rng.random() < mix:
                near_y, near_x = (
                    y + rng.normal(0, 2 * width + 4),
                    x + rng.normal(0, 2 * width + 4),
                )
                second_paint = plan[pixel(near_x, near_y)] + rng.normal(
                    0, colour_jitter
                )
            self.stroke(
                x,
                y,
                angle[i, j] + rng.normal(0, angle_jitter),
                length * scale,
                width * rng.uniform(0.8, 1.2),
                paint,
                bend[i, j],
                second_paint=second_paint,
                **stroke_options,
            )


def pixel(x, y):
    """Row and column of a point, kept on the canvas."""
    return min(H - 1, max(0, int(y))), min(W - 1, max(0, int(x)))


def field_curvature(angle, length):
    """Curvature (1/pixel) of the lines of an angle field, limited so that a stroke
    stays a bow.
    """
    # angles count modulo pi, so differentiate the doubled angle
    cos2, sin2 = np.cos(2 * angle), np.sin(2 * angle)
    sin2_x, sin2_y = np.gradient(sin2, axis=(1, 0))
    cos2_x, cos2_y = np.gradient(cos2, axis=(1, 0))
    along_x, along_y = cos2 * sin2_x - sin2 * cos2_x, cos2 * sin2_y - sin2 * cos2_y
    curvature = 0.5 * (np.cos(angle) * along_x + np.sin(angle) * along_y)
    return np.clip(ndimage.gaussian_filter(curvature, 2), -1 / length, 1 / length)
