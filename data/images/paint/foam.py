"""Foam for Carved Wave: clumps of billows with hooked claws, each clump cut with its
own key-line.
"""

import math

import numpy as np
from PIL import Image, ImageDraw

from .tools import H, W, colour, over

INK = colour("15233f")
WHITE = colour("f8f1df")
SHADE = colour("b3cfd6")
SCALE = 3  # drawn at three times the size and averaged


class Foam:
    """A layer of foam; clumps added later lie in front."""

    def __init__(self, rng):
        self.rng = rng
        # the empty ground is transparent ink, so that averaging never lightens a
        # key-line
        self.image = Image.new("RGBA", (W * SCALE, H * SCALE), rgba(INK)[:3] + (0,))
        self.draw = ImageDraw.Draw(self.image)

    def clump(self, circles, key_line=1.7):
        """Circles (x, y, radius) joined to one body: key-line, shade, and a lit side up
        and to the left.
        """
        for grow, shift, paint in (
            (key_line, 0.0, INK),
            (0.0, 0.0, SHADE),
            (None, 0.17, WHITE),
        ):
            for x, y, radius in circles:
                r = radius * 0.84 if grow is None else radius + grow
                self.disc(x - shift * radius * 0.8, y - shift * radius, r, paint)

    def disc(self, x, y, radius, paint):
        box = [
            (x - radius) * SCALE,
            (y - radius) * SCALE,
            (x + radius) * SCALE,
            (y + radius) * SCALE,
        ]
        self.draw.ellipse(box, fill=rgba(paint))

    def claw(self, x, y, heading, length, width, curl, forks=2):
        """Circles of a hook that thins and curls more and more; smaller hooks fork off
        its outer side.
        """
        circles = []
        count = max(6, int(length / 0.9))
        fork_at = {int(count * f) for f in (0.22, 0.44, 0.64)[:forks]}
        for i in range(count):
            f = i / count
            circles.append((x, y, max(0.8, width * (1 - f) ** 0.7)))
            heading += curl * (0.15 + 1.7 * f) / count
            x += 0.9 * math.cos(heading)
            y += 0.9 * math.sin(heading)
            if i in fork_at:
                outwards = heading - math.copysign(self.rng.uniform(0.6, 0.95), curl)
                circles += self.claw(
                    x,
                    y,
                    outwards,
                    length * self.rng.uniform(0.40, 0.52),
                    width * (0.74 - 0.3 * f),
                    curl * 1.05,
                    0,
                )
        return circles

    def bank(self, edge, heading, size, curl, forks=2):
        """A bank of foam along a curve: claws behind, billows before; heading and size
        depend on the way, 0 to 1.
        """
        rng = self.rng
        way = np.r_[0, np.cumsum(np.hypot(*np.diff(edge, axis=0).T))]

        def along(spacing):
            at = 0.0
            while at < way[-1]:
                f = at / way[-1]
                scale = size(f)
                yield (
                    f,
                    np.interp(at, way, edge[:, 0]),
                    np.interp(at, way, edge[:, 1]),
                    scale,
                )
                at += scale * spacing * rng.uniform(0.7, 1.3)

        for f, x, y, scale in along(0.46):
            if scale > 8:
                reach = scale * rng.uniform(1.1, 1.75)
                self.clump(
                    self.claw(
                        x,
                        y,
                        heading(f) + rng.normal(0, 0.2),
                        reach,
                        scale * 0.20,
                        curl * rng.uniform(0.8, 1.2),
                        forks,
                    )
                )
        billows = []
        for f, x, y, scale in along(0.22):
            radius = scale * rng.uniform(0.15, 0.36)
            # billows heap up on the side away from the claws
            out = heading(f) + np.pi + rng.normal(0, 0.5)
            lift = scale * rng.uniform(-0.08, 0.38)
            billows.append((x + lift * math.cos(out), y + lift * math.sin(out), radius))
            if len(billows) >= rng.integers(4, 10):
                self.clump(billows)
                billows = billows[-1:]
        self.clump(billows)

    def on(self, picture):
        """The picture with the foam on it."""
        layer = np.asarray(self.image.resize((W, H), Image.BOX), np.float32) / 255
        return over(picture, layer[..., 3], layer[..., :3])


def rgba(paint):
    """A colour as Pillow wants it, opaque."""
    return tuple(int(round(float(v) * 255)) for v in paint) + (255,)
