"""Folk Embroidery: satin-stitched flowers all over dark linen, the same on both sides
of the middle.
"""

import numpy as np
from scipy import ndimage

from .stitches import Embroidery
from .tools import H, W, colours, light

TITLE = "Folk Embroidery"

MIDDLE = 384
STEMS = [  # points to the right of the middle, leaves
    ([(0, 470), (60, 380), (130, 330), (190, 240)], 4),
    ([(0, 470), (110, 440), (210, 430), (290, 360)], 4),
    ([(130, 330), (90, 250), (96, 180), (120, 96)], 3),
    ([(210, 430), (280, 452), (330, 448), (350, 420)], 2),
    ([(190, 240), (250, 190), (270, 140), (300, 90)], 3),
]
FLOWERS = [  # x from the middle, y, radius, petals, threads, centre, back petals
    (196, 226, 62, 6, "fff3c0 ffd24a f29a1f", "7a1a1a c23a2a", "e0561f b5301f"),
    (292, 344, 56, 7, "eaf6ff 9fd0ee 3f86c9 1f4f9f", "fff0b0 f2b01e", "1d3f8a 5fa8dc"),
    (124, 86, 46, 5, "ffe3ee f78ab0 d13a78", "ffe27a f2a81d", "a02a6a e86a9a"),
    (304, 88, 46, 6, "f3e6ff c39aec 7a4ac0", "ffe27a e8842a", "5a2f9f a07ad8"),
    (344, 424, 36, 5, "fff0d8 f7a07a e8502f", "ffe27a", "a02a2a e86a4a"),
]
SMALL_FLOWERS = [  # threads, centre
    ("fff0d8 f7b07a ef5a3a", "ffe27a f2a81d"),
    ("eaf6ff 9fd0ee 3f86c9", "fff0b0 f2b01e"),
    ("fff3c0 ffd24a f29a1f", "c23a2a 7a1a1a"),
    ("ffe3ee f78ab0 d13a78", "ffe27a f2a81d"),
    ("f3e6ff c39aec 7a4ac0", "ffe27a e8842a"),
    ("e8fff4 8fd8c0 2f9a8a", "ffe27a e8502f"),
]
BERRIES = ["ffd24a e8423a", "fff0d8 7fd0d8", "ffb0c8 d13a78", "fff0d8 f29a1f"]
BORDER = 38  # rows above and below that the zigzag takes
SMALLEST_ROOM = 6.5  # pixels; smaller gaps stay linen


def paint():
    rng = np.random.default_rng(3)
    work = Embroidery(rng)
    bouquet(work)
    borders(work)
    scatter_motifs(work)
    return light(work.canvas.picture, work.canvas.height, 0.5, 0.10, 0.6)


def bouquet(work):
    """The great flower in the middle with a spray of stems and flowers to each side."""
    for side in (-1, 1):
        for points, leaves in STEMS:
            work.stem([(MIDDLE + side * x, y) for x, y in points], 2.1, leaves)
    work.stem([(384, 480), (380, 400), (388, 320), (384, 250)], 2.5, 4)
    work.flower(
        384,
        196,
        96,
        8,
        "fff0d8 f7b07a ef5a3a c21f2f",
        "ffe27a f2a81d 7a3a12",
        "7a1030 c0264a f07a8a",
    )
    for side in (-1, 1):
        for x, y, *flower in FLOWERS:
            work.flower(MIDDLE + side * x, y, *flower)


def borders(work):
    """A zigzag of four threads along the upper and the lower edge."""
    threads = colours("e8423a ffd24a 3f9a8a fff0d8")
    for y, inwards in [(22, 1), (H - 22, -1)]:
        for x in np.arange(8, W, 17.0):
            for k, thread in enumerate(threads):
                low, high = y + inwards * (k * 3.2 - 7), y + inwards * (k * 3.2 - 1)
                work.stitch((x - 7, low), (x + 1, high), thread)
                work.stitch((x + 1, high), (x + 9, low), thread)


def scatter_motifs(work):
    """Fill the linen: again and again the widest gap takes a motif of its size.

    First gaps that are free on both sides of the middle, by mirrored pairs; then what
    is left, one by one.
    """
    for mirrored in (True, False):
        while True:
            stitched = work.canvas.height > 0
            if mirrored:
                stitched = stitched | stitched[:, ::-1]
                stitched[:, :MIDDLE] = True
            x, y, room = widest_gap(stitched)
            if room < SMALLEST_ROOM:
                break
            sides = (1, -1) if mirrored and x - MIDDLE > 0.6 * room else (1,)
            if mirrored and len(sides) == 1:
                x = MIDDLE
            add_motif(work, x, y, room, sides)


def add_motif(work, x, y, room, sides):
    """A knotted berry, a sprig or a small flower in a gap, and again in the mirror for
    two sides.
    """
    rng = work.rng
    radius = min(room * 0.97, rng.uniform(21, 31))
    kind, angle = rng.random(), rng.uniform(0, 2 * np.pi)
    flower, berry = (
        SMALL_FLOWERS[rng.integers(len(SMALL_FLOWERS))],
        BERRIES[rng.integers(len(BERRIES))],
    )
    for side in sides:
        at = (MIDDLE + side * (x - MIDDLE), y)
        turned = angle if side == 1 else np.pi - angle
        if radius < 11:
            work.knots(*at, radius * 0.62, berry, max(5, int(radius * 0.9)))
        elif kind < 0.5 and radius > 14:
            work.sprig(*at, radius, turned, berry, side)
        else:
            work.flower(*at, radius, 5 if kind < 0.75 else 6, *flower, turn=turned)


def widest_gap(stitched):
    """Middle (x, y) and radius of the largest empty circle between the borders."""
    taken = stitched.copy()
    taken[:BORDER], taken[H - BORDER :] = True, True
    # half the resolution is enough, and four times as fast
    room = 2 * ndimage.distance_transform_edt(~taken[::2, ::2])
    x = np.arange(0, W, 2)
    # motifs may touch the edge of the sheet
    room = np.minimum(room, np.minimum(x, W - 1 - x)[None, :] + 6.0)
    row, column = np.unravel_index(room.argmax(), room.shape)
    return 2.0 * column, 2.0 * row, room[row, column]
