"""Combed Ink: rings of floating ink, dropped one after the other, then raked, waved and
whirled.

Each act moves the whole surface by a map with an exact inverse, so no ink is ever
blurred: every sample of the picture is traced back through all acts until it meets the
    drop that coloured it. A drop of radius R at c pushes the
surface outwards and keeps its area: a point at distance d > R came from distance
sqrt(d^2 - R^2).
"""

import numpy as np
from scipy import ndimage

from .tools import H, W, colours, fractal_noise, paper, scatter

TITLE = "Combed Ink"

SCALE = 3  # samples per pixel in each direction
INKS = colours("14213d 1f4e79 f4ead2 b3202c e8a33d f4ead2 2a7f86 0e1526 f6d9a8 7a1f3d")
PAPER_INK = 2
WHIRLS = [  # x, y, radius, turn
    (212, 300, 95, 2.4),
    (540, 200, 105, -2.6),
    (660, 420, 60, 2.0),
    (380, 80, 55, -1.8),
    (70, 110, 55, 1.7),
]


class Surface:
    """Samples on their way back: positions now, and where each belongs in the
    picture.
    """

    def __init__(self, x, y):
        self.x, self.y = x, y
        self.index = np.arange(x.size)
        self.ink = np.full(x.size, PAPER_INK, np.int16)

    def undo_drop(self, x, y, radius, ink):
        dx, dy = self.x - x, self.y - y
        distance2 = dx * dx + dy * dy
        outside = distance2 >= radius * radius
        self.ink[self.index[~outside]] = ink
        dx, dy, distance2, self.index = (
            dx[outside],
            dy[outside],
            distance2[outside],
            self.index[outside],
        )
        shrink = np.sqrt(1 - radius * radius / distance2)
        self.x, self.y = x + dx * shrink, y + dy * shrink

    def undo_rake(self, vertical, spacing, pull, width, sense, start):
        """A comb drawn once: each tine pulls `pull` pixels, less away from its
        track.
        """
        track = self.x if vertical else self.y
        from_tine = np.abs((track - start + spacing / 2) % spacing - spacing / 2)
        move = sense * pull * np.exp(-from_tine / width)
        if vertical:
            self.y = self.y - move
        else:
            self.x = self.x - move

    def undo_wave(self, vertical, length, amplitude):
        if vertical:
            self.y = self.y - amplitude * np.sin(self.x / length * 2 * np.pi)
        else:
            self.x = self.x - amplitude * np.sin(self.y / length * 2 * np.pi + 1)

    def undo_whirl(self, x, y, radius, turn):
        dx, dy = self.x - x, self.y - y
        angle = -turn * np.exp(-(dx * dx + dy * dy) / (radius * radius))
        c, s = np.cos(angle), np.sin(angle)
        self.x, self.y = x + dx * c - dy * s, y + dx * s + dy * c


def paint():
    rng = np.random.default_rng(21)
    drops = dropped_rings(rng)
    y, x = np.mgrid[0 : H * SCALE, 0 : W * SCALE].astype(np.float32) / SCALE
    # small bands stay in the cache
    bands = zip(np.array_split(x.ravel(), 32), np.array_split(y.ravel(), 32))
    ink = np.concatenate([traced_ink(x, y, drops) for x, y in bands])
    return printed(rng, without_specks(ink.reshape(H * SCALE, W * SCALE)))


def traced_ink(x, y, drops):
    """The ink at the points: all acts undone, the last one first."""
    surface = Surface(x, y)
    for whirl in reversed(WHIRLS):
        surface.undo_whirl(*whirl)
    surface.undo_wave(True, 210.0, 16.0)
    surface.undo_wave(False, 150.0, 13.0)
    surface.undo_rake(False, 96.0, 60.0, 17.0, 1, 68.0)
    surface.undo_rake(False, 96.0, 60.0, 17.0, -1, 20.0)
    surface.undo_rake(True, 64.0, 30.0, 15.0, 1, 14.0)
    for drop in reversed(drops):
        surface.undo_drop(*drop)
    return surface.ink


def dropped_rings(rng):
    """Drops (x, y, radius, ink) in order: four to seven in one place make rings."""
    drops = []
    for place, (x, y) in enumerate(scatter(rng, 74) * 1.16 - [60, 40]):
        first = rng.integers(0, len(INKS))
        for i in range(rng.integers(4, 8)):
            drops.append(
                (
                    x + rng.normal(0, 3),
                    y + rng.normal(0, 3),
                    rng.uniform(20, 33),
                    (first + i * (1 + place % 2)) % len(INKS),
                )
            )
    return drops


def without_specks(ink):
    """Labels in which no ink is finer than the samples can carry: films drawn out that
    thin show as dotted lines.

    A sample whose ink fills less than a third of the 3 x 3 samples around it takes the
    commonest ink there.
    """
    for _ in range(3):
        share = np.stack(
            [
                ndimage.uniform_filter((ink == k).astype(np.float32), 3)
                for k in range(len(INKS))
            ]
        )
        own = np.take_along_axis(share, ink[None].astype(int), 0)[0]
        ink = np.where(own < 0.33, share.argmax(0), ink)
    return ink


def printed(rng, ink):
    """The labels as ink on paper, a little darker where two inks meet."""
    picture = INKS[ink]
    edge = np.zeros(ink.shape, np.float32)
    edge[:, 1:] += ink[:, 1:] != ink[:, :-1]
    edge[1:] += ink[1:] != ink[:-1]
    seam = np.clip(ndimage.gaussian_filter(edge, 0.8 * SCALE) * 0.75 * SCALE, 0, 1)
    picture = picture * (1 - 0.25 * seam)[..., None]
    picture = picture.reshape(H, SCALE, W, SCALE, 3).mean((1, 3))
    grey = picture.mean(2, keepdims=True)
    picture = grey + (picture - grey) * 1.08
    picture = (
        picture * (1 + 0.035 * fractal_noise(rng, 60)[..., None])
        + 0.02 * fractal_noise(rng, 7, 2)[..., None]
    )
    return paper(rng, picture, 0.035, 0.02)
