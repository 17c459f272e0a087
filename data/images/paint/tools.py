"""The painter's tools: colours, smooth noise, masks, outlines, light and paper, all on
one 768 x 512 canvas.

Pictures are (H, W, 3) float arrays, sRGB, 0 to 1; masks are (H, W), 0 to 1; angles are
radians with y downwards. Every function that draws at random takes a numpy Generator,
so one seed gives one picture.
"""

import math

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.interpolate import splev, splprep

W, H = 768, 512
Y, X = np.mgrid[0:H, 0:W].astype(np.float32)


# ---- colour


def colours(text):
    """(N, 3) colours from space-separated hex triplets such as '0b1a45 f2efc0'."""
    return (
        np.array(
            [
                [int(triplet[i : i + 2], 16) for i in (0, 2, 4)]
                for triplet in text.split()
            ],
            np.float32,
        )
        / 255
    )


def colour(text):
    """One (3,) colour from a hex triplet."""
    return colours(text)[0]


def ramp(t, palette):
    """Colours read off a palette, blended between neighbours; t runs from 0 to 1 and is
    clipped.
    """
    t = np.clip(np.asarray(t, np.float32), 0, 1) * (len(palette) - 1)
    i = np.minimum(t.astype(int), len(palette) - 2)
    fraction = (t - i)[..., None]
    return palette[i] * (1 - fraction) + palette[i + 1] * fraction


def step(start, end, x):
    """Smooth step: 0 before `start`, 1 after `end`; start > end turns it round."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def over(picture, mask, paint):
    """`paint` (a colour or a picture) laid over `picture` where `mask` is 1."""
    return picture + (np.asarray(paint, np.float32) - picture) * mask[..., None]


# ---- noise and flow


def noise(rng, cell, x=X, y=Y):
    """Smooth noise of about unit deviation; `cell` is the grain in pixels, a number or
    (vertical, horizontal).
    """
    cell_y, cell_x = (cell, cell) if np.isscalar(cell) else cell
    offset = rng.uniform(0, 64, 2)
    table = rng.standard_normal((64, 64)).astype(np.float32)
    where = [y / cell_y + offset[0], x / cell_x + offset[1]]
    # cubic interpolation between random values shrinks their deviation to about .62
    return ndimage.map_coordinates(table, where, order=3, mode="grid-wrap") / 0.62


def fractal_noise(rng, cell, octaves=4, gain=0.5, x=X, y=Y):
    """Noise summed over octaves: each has half the grain and `gain` times the strength
    of the one before.
    """
    total = 0
    for i in range(octaves):
        grain = cell / 2**i if np.isscalar(cell) else np.asarray(cell) / 2**i
        total = total + gain**i * noise(rng, grain, x, y)
    return total / math.sqrt(sum(gain ** (2 * i) for i in range(octaves)))


def streaks(field, angle, steps=14, stride=2.0):
    """`field` averaged along the flow `angle` (line integral convolution), scaled to
    mean 0 and deviation 1.
    """
    flow_x, flow_y = np.cos(angle), np.sin(angle)
    total = field.copy()
    for signed_stride in (stride, -stride):
        x, y, dx, dy = X, Y, flow_x, flow_y
        for _ in range(steps):
            x, y = x + signed_stride * dx, y + signed_stride * dy
            total = total + ndimage.map_coordinates(
                field, [y, x], order=1, mode="reflect"
            )
            next_x, next_y = (
                ndimage.map_coordinates(f, [y, x], order=1, mode="nearest")
                for f in (flow_x, flow_y)
            )
            # angles a and a + pi mean the same stroke: keep going forward
            forward = np.sign(next_x * dx + next_y * dy) + 1e-6
            dx, dy = next_x * forward, next_y * forward
    return (total - total.mean()) / total.std()


def scatter(rng, count):
    """`count` evenly scattered points (x, y), shuffled, a little beyond the canvas on
    each side.
    """
    i = np.arange(count)
    # the plastic number: steps of 1/g and 1/g^2 fill a square without clumps
    g = 1.32471795724
    points = (rng.uniform(size=2) + np.outer(i, [1 / g, 1 / g**2])) % 1
    return rng.permutation(points * [W + 40, H + 40] - 20)


# ---- shapes


def curve(points, count=160, closed=False):
    """(count, 2) points along the spline through the given points."""
    points = np.array(points, float)
    if closed:
        points = np.vstack([points, points[:1]])
    spline = splprep(points.T, s=0, k=min(3, len(points) - 1), per=closed)[0]
    return np.array(splev(np.linspace(0, 1, count), spline)).T


def shape(*polygons, circles=(), lines=(), supersample=3):
    """Anti-aliased mask of polygons (lists of points), circles (x, y, radius) and lines
    (points, width).
    """
    s = supersample
    image = Image.new("L", (W * s, H * s))
    draw = ImageDraw.Draw(image)
    for polygon in polygons:
        draw.polygon([(x * s, y * s) for x, y in polygon], fill=255)
    for points, width in lines:
        draw.line(
            [(x * s, y * s) for x, y in points],
            fill=255,
            width=max(1, round(width * s)),
            joint="curve",
        )
    for x, y, radius in circles:
        draw.ellipse(
            [(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s],
            fill=255,
        )
    return np.asarray(image.resize((W, H), Image.BOX), np.float32) / 255


def rim(mask, width):
    """Soft outline of `width` pixels just outside a mask."""
    inside = ndimage.zoom(mask, 2, order=1) > 0.5
    distance = ndimage.distance_transform_edt(~inside)[::2, ::2] / 2
    return np.clip(width + 0.5 - distance, 0, 1) * (1 - mask)


# ---- finish


def light(picture, height, relief=0.5, gloss=0.12, blur=0.7, azimuth=-2.2):
    """Side light on a height map (pixels): slopes that face the light brighten, steep
    ones shine.
    """
    slope_y, slope_x = np.gradient(ndimage.gaussian_filter(height, blur))
    facing = np.tanh(-(slope_x * math.cos(azimuth) + slope_y * math.sin(azimuth)))
    return (
        picture * (1 + relief * facing)[..., None]
        + gloss * np.clip(facing - 0.35, 0, 1)[..., None]
    )


def paper(rng, picture, grain=0.03, fibre=0.02):
    """The picture on paper: fine grain and sideways fibres in its brightness."""
    fine = ndimage.gaussian_filter(rng.standard_normal((H, W)), 0.8)
    long = ndimage.gaussian_filter(rng.standard_normal((H, W)), (0.6, 6))
    return (
        picture
        * (1 + 0.6 * grain * fine / fine.std() + 0.6 * fibre * long / long.std())[
            ..., None
        ]
    )
