"""Circles and Wedges: a lyrical geometry of circles, wedges, rules and arcs on warm
ground.
"""

import numpy as np
from scipy import ndimage

from .brush import Canvas
from .tools import (
    X,
    Y,
    colour,
    colours,
    fractal_noise,
    light,
    noise,
    over,
    paper,
    ramp,
    rim,
    shape,
)

TITLE = "Circles and Wedges"

INK = colour("17151a")
CLOUDS = [  # x, y, radius, colour of the soft grounds
    (560, 360, 220, "a9c4cf"),
    (160, 420, 190, "e9b59a"),
    (420, 60, 180, "d9c7e0"),
    (720, 90, 150, "efd27a"),
    (60, 80, 120, "b9cfb0"),
]
DISCS = [  # x, y, radii, colours from outside in
    (648, 120, [56, 40, 24, 10], "1f7a6e f4ead0 e3622b 17151a"),
    (86, 400, [62, 46, 30, 15], "f0b71c c7232c 17151a 7fc0d0"),
    (300, 340, [40, 27, 13], "c7232c f4c9b0 1f4f8f"),
    (470, 250, [26, 16], "17151a f0b71c"),
    (250, 456, [30, 20, 9], "6a2a8a e9a0b0 17151a"),
    (720, 250, [22, 12], "1f4f8f f4ead0"),
    (392, 74, [24, 14, 6], "2b7f8f f0b71c c7232c"),
    (560, 300, [17, 8], "c7232c f4ead0"),
]
RULES = [  # end, end, width
    ((12, 486), (600, 30), 5),
    ((40, 300), (770, 210), 2.4),
    ((240, 10), (430, 500), 3),
    ((500, 500), (735, 20), 3.4),
    ((0, 250), (330, 420), 1.6),
    ((600, 10), (640, 500), 1.4),
    ((0, 60), (340, 30), 2),
    ((430, 400), (765, 470), 4),
]
ARCS = [  # x, y, radius, start, end, width
    (176, 150, 116, -0.4, 2.2, 4),
    (176, 150, 126, -0.2, 1.8, 1.5),
    (560, 360, 104, 2.6, 5.4, 5),
    (560, 360, 120, 2.9, 5.0, 1.6),
    (390, 300, 190, -0.7, 0.5, 2.2),
    (86, 400, 84, -1.5, 0.7, 3),
    (648, 120, 76, 1.6, 4.6, 3),
    (300, 340, 62, -0.6, 2.4, 2),
]


class Collage:
    """A picture to which shapes are added one after the other, all with one mottled
    texture.
    """

    def __init__(self, ground, rng):
        self.picture = ground
        self.mottle = fractal_noise(rng, 14, 3)[..., None]

    def put(self, mask, paint, opacity=0.95, outline=0.0, shadow=0):
        """Opaque paint, with an ink outline and a cast shadow if wanted (pixels)."""
        if shadow:
            cast = ndimage.gaussian_filter(
                ndimage.shift(mask, (shadow, shadow), order=1), shadow * 0.8
            )
            self.picture = self.picture * (1 - 0.35 * cast * (1 - mask))[..., None]
        self.picture = over(
            self.picture, mask * opacity, paint * (1 + 0.06 * self.mottle)
        )
        if outline:
            self.picture = over(self.picture, rim(mask, outline) * 0.95, INK)

    def glaze(self, mask, paint):
        """Transparent paint: multiplies what lies below."""
        self.picture = self.picture * (
            1 - mask[..., None] * (1 - paint * (1 + 0.04 * self.mottle))
        )

    def disc(self, x, y, radii, palette, outline=0.0):
        """Concentric rings; the outermost casts a shadow."""
        for k, (radius, paint) in enumerate(zip(radii, colours(palette))):
            self.put(
                shape(circles=[(x, y, radius)]),
                paint,
                1.0,
                outline if k == 0 else 0,
                5 if k == 0 else 0,
            )


def paint():
    rng = np.random.default_rng(40)
    ground = ramp(
        0.5 + 0.28 * fractal_noise(rng, 210, 3), colours("d9c49a ecdcb6 f4ead0 efe3cf")
    )
    for x, y, radius, paint_ in CLOUDS:
        cloud = np.exp(
            -(((np.hypot(X - x, Y - y) + 16 * noise(rng, 50)) / radius) ** 4)
        )
        ground = over(ground, 0.75 * cloud, colour(paint_))
    collage = Collage(ground, rng)
    big_disc(collage)
    wedges(collage)
    chequer(collage)
    for disc in DISCS:
        collage.disc(*disc, outline=1.2)
    stripes(collage)
    collage.picture = over(collage.picture, shape(lines=ink_lines()) * 0.95, INK)
    dots = [
        (rng.uniform(20, 748), rng.uniform(20, 492), rng.uniform(2, 6))
        for _ in range(60)
    ]
    for k, paint_ in enumerate(colours("17151a c7232c f0b71c 1f4f8f")):
        collage.put(shape(circles=dots[k::4]), paint_)

    # thin dry strokes on top: a tenth of their colour, all of their relief
    picture = collage.picture
    canvas = Canvas(picture, rng)
    canvas.fill(
        picture,
        0.5 * noise(rng, 120) + 0.6,
        14,
        3.2,
        0.9,
        angle_jitter=0.4,
        colour_jitter=0.025,
        mix=0.2,
        dry=1.1,
        alpha=0.7,
    )
    return paper(
        rng,
        light(picture * 0.9 + 0.1 * canvas.picture, canvas.height, 0.22, 0.04),
        0.05,
        0.02,
    )


def big_disc(collage):
    """The great ringed disc in its pink glow."""
    x, y = 176, 150
    glow = np.exp(-((np.hypot(X - x, Y - y) / 128) ** 6))
    collage.picture = over(collage.picture, glow * 0.75, colour("e9577a"))
    collage.disc(x, y, [92, 70, 52, 30, 13], "17151a 6a2a8a 2b2f8f f2a81d c7232c")


def wedges(collage):
    """Three transparent triangles below three opaque ones."""
    collage.glaze(shape([(300, 500), (590, 40), (640, 520)]), colour("f2c45a"))
    collage.glaze(shape([(20, 330), (470, 214), (452, 300)]), colour("7fb2c9"))
    collage.glaze(shape([(430, 20), (760, 300), (700, 330)]), colour("e8836a"))
    collage.put(
        shape([(356, 470), (430, 150), (452, 478)]),
        colour("1f4f8f"),
        outline=1.6,
        shadow=5,
    )
    collage.put(shape([(520, 120), (700, 210), (560, 236)]), colour("d12f2a"), shadow=5)
    collage.put(
        shape([(640, 500), (742, 330), (756, 505)]),
        colour("f0b71c"),
        outline=1.6,
        shadow=4,
    )


def chequer(collage):
    """A tilted board of seven by five coloured squares."""
    paints = colours("17151a f4ead0 c7232c 2b7f8f f2a81d")
    corners = np.array([(0, 0), (19, -5), (24, 14), (5, 19)])
    for i in range(7):
        for j in range(5):
            square = corners + (500 + i * 19 + j * 5, 372 + j * 19 - i * 5)
            collage.put(shape(square), paints[(i * 3 + j * 2 + (i * j) % 2) % 5])


def stripes(collage):
    """A row of slanting bars."""
    paints = colours("17151a c7232c 2b7f8f")
    for k in range(9):
        x, y = 300 + k * 16, 118 + k * 3
        collage.put(
            shape([(x, y - 26), (x + 8, y - 26), (x + 30, y + 36), (x + 22, y + 36)]),
            paints[k % 3],
            0.9,
        )


def ink_lines():
    """Rules, hatchings, arcs and waves as (points, width)."""
    lines = [([start, end], width) for start, end, width in RULES]
    for k in range(8):
        lines.append(([(596 + k * 11, 262 + k * 3), (566 + k * 11, 346 + k * 3)], 1.4))
        lines.append(([(28 + k * 10, 506 - k * 4), (122 + k * 10, 470 - k * 4)], 1.2))
    for x, y, radius, start, end, width in ARCS:
        t = np.linspace(start, end, 70)
        lines.append((np.c_[x + radius * np.cos(t), y + radius * np.sin(t)], width))
    t = np.linspace(0, 1, 150)
    lines.append((np.c_[30 + 330 * t, 232 + 26 * np.sin(t * 19) * (1 - t * 0.5)], 3))
    lines.append((np.c_[430 + 300 * t, 440 + 16 * np.sin(t * 26)], 2.4))
    lines.append(
        (np.c_[250 + 150 * t + 30 * np.sin(6 * t), 200 + 40 * np.cos(7 * t) * t], 3.4)
    )
    return lines
