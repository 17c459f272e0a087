"""Embroidery for Folk Embroidery: satin stitch, knots, stems, leaves and flowers on
linen.
"""

import math

import numpy as np

from .brush import Canvas
from .tools import X, Y, colour, colours, curve, noise

LEAF_GREENS = "1f6b4a 3f9a5a 9ac25a"
STEM_GREENS = "2f7a4a 4f9f57"


class Embroidery:
    """Linen with stitches on it."""

    def __init__(self, rng):
        self.rng = rng
        threads = (
            0.5
            + 0.25 * np.sin(X * np.pi / 2) * np.sign(np.sin(Y * np.pi / 4))
            + 0.25 * np.sin(Y * np.pi / 2)
        )
        uneven = 0.12 * noise(rng, (2, 30)) + 0.12 * noise(rng, (30, 2))
        self.canvas = Canvas(
            colour("14202e") * (0.72 + 0.4 * threads + uneven)[..., None], rng
        )

    def stitch(self, start, end, thread, width=1.7):
        """One stitch of thread from start to end."""
        middle = (np.asarray(start) + end) / 2
        dx, dy = np.asarray(end) - start
        shade = np.asarray(thread) * self.rng.uniform(0.86, 1.1) + self.rng.normal(
            0, 0.012, 3
        )
        self.canvas.stroke(
            *middle,
            math.atan2(dy, dx),
            max(0.5, math.hypot(dx, dy) / 2 - width * 0.4),
            width,
            shade,
            tone=0.05,
            thick=1.1,
            taper=0.25,
        )

    def petal(self, root, angle, length, width, threads, bend=0.0):
        """A petal or leaf in two rows of satin stitch on both sides of its midrib;
        threads run from root to tip.
        """
        threads = colours(threads)
        count = int(length / 2.3)
        forwards = np.array([math.cos(angle), math.sin(angle)])
        sideways = np.array([-forwards[1], forwards[0]])
        for row, row_end, slant in ((1.0, 0.99, 0.10), (0.58, 0.72, 0.07)):
            for side in (-1, 1):
                for i in np.arange(count * 0.04, count * row_end):
                    f = i / count
                    rib = (
                        np.asarray(root)
                        + forwards * length * f
                        + sideways * bend * length * f * f
                    )
                    half_width = (
                        width * math.sin(math.pi * min(1, f**0.75)) ** 0.8 * row
                    )
                    if half_width <= 1:
                        continue
                    k = 0
                    if len(threads) > 1:
                        place = (
                            (1.05 - row) * 2
                            + f * (len(threads) - 1)
                            + self.rng.uniform(-0.3, 0.3)
                        )
                        k = min(len(threads) - 1, int(place))
                    self.stitch(
                        rib + forwards * length * 0.02,
                        rib + sideways * side * half_width + forwards * length * slant,
                        threads[k],
                    )

    def knots(self, x, y, radius, threads, count):
        """French knots in a sunflower spiral; threads run from the centre outwards."""
        threads = colours(threads)
        for i in range(count):
            out = radius * math.sqrt((i + 0.5) / count)
            around = i * 2.39996  # the golden angle
            self.canvas.stroke(
                x + out * math.cos(around),
                y + out * math.sin(around),
                around,
                0.8,
                2.3,
                threads[i * len(threads) // count] * self.rng.uniform(0.85, 1.1),
                thick=1.8,
                tone=0.04,
            )

    def stem(self, points, width=2.2, leaves=0):
        """A stem in slanting stitches along a curve, with leaves on alternate sides."""
        rng = self.rng
        path = curve(points, 400)
        way = np.r_[0, np.cumsum(np.hypot(*np.diff(path, axis=0).T))]
        at = np.arange(0, way[-1], 4.2)
        path = np.c_[np.interp(at, way, path[:, 0]), np.interp(at, way, path[:, 1])]
        greens = colours(STEM_GREENS)
        for i in range(len(path) - 2):
            dx, dy = path[i + 2] - path[i]
            slant = np.array([-dy, dx]) / math.hypot(dx, dy) * 1.6
            self.stitch(
                path[i] - slant, path[i + 2] + slant, greens[i % len(greens)], width
            )
        for k in range(1, leaves + 1):
            i = int(len(path) * k / (leaves + 1.3))
            dx, dy = path[min(i + 2, len(path) - 1)] - path[i]
            side = 1 if k % 2 else -1
            self.petal(
                path[i],
                math.atan2(dy, dx) + 0.95 * side,
                rng.uniform(36, 50),
                11,
                LEAF_GREENS,
                0.12 * side,
            )

    def flower(self, x, y, radius, petals, threads, centre, back=None, turn=0.0):
        """A flower with a knotted centre; `back` are the threads of a second row of
        petals behind.
        """
        if back is not None:
            for k in range(petals):
                self.petal(
                    (x, y),
                    turn + 2 * np.pi * (k + 0.5) / petals,
                    radius * 1.05,
                    radius * 0.30,
                    back,
                )
        for k in range(petals):
            self.petal(
                (x, y),
                turn + 2 * np.pi * k / petals,
                radius * 0.92,
                radius * 0.34,
                threads,
            )
        self.knots(x, y, radius * 0.27, centre, int(radius * 0.9))

    def sprig(self, x, y, radius, angle, berry, flip=1):
        """A twig with five leaves and a berry that fills a circle."""
        forwards = np.array([math.cos(angle), math.sin(angle)])
        sideways = flip * np.array([-forwards[1], forwards[0]])
        root = np.array([x, y]) - forwards * radius * 0.85
        tip = np.array([x, y]) + forwards * radius * 0.45
        middle = (root + tip) / 2 + sideways * radius * 0.14
        self.stem([root, middle, tip], 1.7)
        for f, side in ((0.22, 1), (0.34, -1), (0.62, 1), (0.74, -1)):
            at = root + (tip - root) * f + sideways * radius * 0.5 * f * (1 - f)
            self.petal(
                at,
                angle + flip * side * 0.9,
                radius * (0.84 - 0.3 * f),
                radius * 0.19,
                LEAF_GREENS,
                0.12 * side * flip,
            )
        self.knots(
            *(tip + forwards * radius * 0.22),
            radius * 0.2,
            berry,
            max(5, int(radius * 0.45)),
        )
