"""Lighthouse Engraving: a copper plate where tone is carried only by swelling, crossing
lines.

Three families of lines cover the sheet. Each is a phase field: a line runs wherever the
phase is a whole number, and its width follows the tone there. The picture is a tone
field plus the three phase fields.
"""

import math

import numpy as np
from scipy import ndimage

from .tools import (
    H,
    W,
    X,
    Y,
    colour,
    colours,
    fractal_noise,
    noise,
    over,
    paper,
    ramp,
    shape,
    step,
)

TITLE = "Lighthouse Engraving"

SCALE = 2  # lines are drawn at twice the size and averaged
HORIZON = 330.0
MOON = (560, 118)
LAMP_X, LAMP_Y = 214, 96
WHITE_FROM = (0.98, 0.52, 0.26)  # above this tone a family of lines has no ink
BLACK_FROM = (0.0, -0.1, -0.25)  # below this tone its lines touch


def paint():
    rng = np.random.default_rng(6)
    y, x = np.mgrid[0 : H * SCALE, 0 : W * SCALE].astype(np.float32) / SCALE
    broad, middle, fine = (enlarged(fractal_noise(rng, cell)) for cell in (120, 40, 16))
    moon_distance = np.hypot(x - MOON[0], y - MOON[1])

    tone, phases = sky(x, y, moon_distance, broad, middle)
    tone = tone + 0.75 * beams(x, y)
    tone, phases = sea(x, y, tone, phases, broad, middle)
    tone, phases, rock = cliff(rng, x, y, tone, phases)
    outlines = [rock, moon_distance < 40]
    # shaft (banded), lantern, gallery, roof: top, bottom, half widths, height of the
    # bands
    for part in [
        (124, 306, 22, 37, 33),
        (84, 118, 14, 14, None),
        (116, 126, 27, 27, None),
        (70, 84, 4, 20, None),
    ]:
        tone, phases, mask = tower(x, y, tone, phases, *part)
        outlines.append(mask)
    lamp = np.hypot(x - LAMP_X, y - 98) < 9
    tone = np.where(lamp, 1.3, tone)
    outlines.append(lamp)

    ink = hatch(tone, phases, fine)
    edges = np.zeros_like(x)
    for mask in outlines:
        edges = np.maximum(edges, mask ^ ndimage.binary_erosion(mask, iterations=2))
    ink = np.maximum(ink, ndimage.gaussian_filter(edges, 0.6))
    ink = ink.reshape(H, SCALE, W, SCALE).mean((1, 3))
    ink = frame(np.maximum(ink, shape(lines=gulls())))
    sheet = ramp(0.5 + 0.3 * fractal_noise(rng, 140), colours("e6d6b2 f0e4c8 f4ebd6"))
    return paper(
        rng, over(sheet, np.clip(ink * 1.05, 0, 1) * 0.94, colour("1d1a22")), 0.03, 0.02
    )


def enlarged(field):
    """A field of canvas size at the scale of the plate."""
    return ndimage.zoom(np.asarray(field, np.float32), SCALE, order=1)


def sky(x, y, moon_distance, broad, middle):
    """Tone and phases of a cloudy sky with lines in rings round the moon."""
    billow = enlarged(fractal_noise(np.random.default_rng(9), (60, 190), 5, 0.55))
    cloud = step(-0.1, 0.9, billow - 0.25 * (y / 300 - 0.6))
    lit_edge = np.clip(
        cloud - ndimage.shift(cloud, (9, -9), order=1, mode="nearest"), -1, 1
    )
    tone = (
        0.30
        + 0.42 * np.exp(-moon_distance / 190)
        + 0.24 * cloud
        + 0.8 * lit_edge
        - 0.10 * (y < 90)
    )
    tone = np.where(moon_distance < 40, 1.3, tone)
    phases = [
        moon_distance / 5.2 + 0.35 * broad,
        (y + 26 * broad) / 5.6 + 1.8 * cloud,
        (x * 0.75 + y * 0.65 + 10 * middle) / 5.6,
    ]
    return tone, phases


def beams(x, y):
    """Two beams of the lamp, long to the right and short to the left."""
    angle = np.arctan2(y - LAMP_Y, x - LAMP_X)
    fade = np.exp(-np.hypot(x - LAMP_X, y - LAMP_Y) / 520)
    beam = np.zeros_like(x)
    for aim in (-0.10, 0.16):
        beam = np.maximum(
            beam, step(0.07, 0.02, np.abs(angle - aim)) * (x > LAMP_X) * fade
        )
        behind = np.abs(np.abs(angle) - np.pi + 0.12 + aim * 0.5)
        beam = np.maximum(beam, step(0.07, 0.02, behind) * (x < LAMP_X))
    return beam


def sea(x, y, tone, phases, broad, middle):
    """Waves that grow towards the viewer, with the moon's path."""
    depth = np.maximum(y - HORIZON, 0) + 1
    rows = 26 * np.log(depth / 8 + 1) * 4.2
    wave = np.sin(rows * 0.42 + x / 26 + 2.4 * broad) + 0.6 * np.sin(
        rows * 0.8 - x / 14 + 3 * middle
    )
    path = np.exp(-(((x - MOON[0]) / (30 + 0.35 * depth)) ** 2))
    sea_tone = 0.34 + 0.30 * wave + 0.75 * path * (wave > -0.3) + 0.1 * middle
    sea_phases = [
        30 * np.log(depth / 30 + 1) + 0.55 * wave,
        30 * np.log(depth / 30 + 1) * 0.6 + x / 9.0,
        x / 7 + depth / 6,
    ]
    in_sea = y > HORIZON
    return np.where(in_sea, sea_tone, tone), [
        np.where(in_sea, a, b) for a, b in zip(sea_phases, phases)
    ]


def cliff(rng, x, y, tone, phases):
    """Cracked rock at the left and along the foot; also its mask."""
    row, zero = X[:1], 0 * X[:1]
    top = (
        300
        + 165 * step(190, 440, row)
        + 10 * noise(rng, (1e4, 26), row, zero)
        + 6 * noise(rng, (1e4, 9), row, zero)
        - 22 * np.exp(-(((row - 215) / 60) ** 2))
    )
    top = enlarged(np.repeat(top, H, 0))
    cracks = enlarged(fractal_noise(rng, (60, 22), 5, 0.6, X + 0.5 * Y, Y))
    rock = y > top
    rock_tone = (
        0.46
        + 0.36 * cracks
        + 0.2 * (x - 60) / 340
        - 0.30 * step(0, 150, y - top)
        + 0.35 * np.exp(-(y - top) / 7)
    )
    rock_phases = [
        (x * 0.8 - y * 0.55 + 12 * cracks) / 4.6,
        (y + 0.3 * x + 9 * cracks) / 4.8,
        (x + y * 1.2) / 5.0,
    ]
    return (
        np.where(rock, rock_tone, tone),
        [np.where(rock, a, b) for a, b in zip(rock_phases, phases)],
        rock,
    )


def tower(x, y, tone, phases, top, bottom, width_top, width_bottom, band):
    """One round part of the tower, lit from the left, with rings and uprights; also its
    mask.
    """
    half_width = width_top + (width_bottom - width_top) * np.clip(
        (y - top) / (bottom - top), 0, 1
    )
    across = (x - LAMP_X) / half_width
    mask = (np.abs(across) < 1) & (y > top) & (y < bottom)
    part_tone = (
        0.92 - 0.62 * np.clip((across + 0.55) / 1.5, -0.3, 1) - 0.25 * (across < -0.82)
    )
    if band is not None:
        part_tone = part_tone - 0.34 * (np.sin((y - top) * np.pi / band) < 0)
    part_phases = [
        (y + 7 * across * across) / 4.4,
        np.arcsin(np.clip(across, -1, 1)) * half_width.mean() / 3.2,
        (x + y) / 4.6,
    ]
    return (
        np.where(mask, part_tone, tone),
        [np.where(mask, a, b) for a, b in zip(part_phases, phases)],
        mask,
    )


def hatch(tone, phases, fine):
    """Ink, 0 to 1, of the three families of lines; darker tone swells the lines and
    calls in the next family.
    """
    ink = np.zeros_like(tone)
    for phase, white, black in zip(phases, WHITE_FROM, BLACK_FROM):
        phase = phase + 0.05 * fine  # a hand that is not quite steady
        phase_y, phase_x = np.gradient(phase, 1 / SCALE)
        # pixels from line to line
        spacing = 1 / np.maximum(np.hypot(phase_x, phase_y), 1e-3)
        distance = np.abs(phase - np.round(phase)) * spacing
        dark = np.clip((white - tone) / (white - black), 0, 1)
        width = spacing * (0.06 + 0.42 * dark**0.9) * (dark > 0.02) * (1 + 0.15 * fine)
        ink = np.maximum(
            ink, step(width * 0.5 + 0.45, width * 0.5 - 0.45, distance) * (spacing < 60)
        )
    return ink


def gulls():
    """Five gulls near the upper edge as (points, width)."""
    birds = []
    for i in range(5):
        x, y = 300 + i * 34 + 8 * math.sin(i * 3), 60 + 14 * math.sin(i * 2.1)
        birds.append(([(x - 9, y - 4), (x, y), (x + 9, y - 5)], 1.5))
    return birds


def frame(ink):
    """A clean margin and a double rule round the plate."""
    from_edge = np.minimum(np.minimum(X, W - 1 - X), np.minimum(Y, H - 1 - Y))
    ink = np.where(from_edge < 16, 0, ink)
    ink = np.maximum(ink, step(1.4, 0.6, np.abs(from_edge - 16)))
    return np.maximum(ink, step(0.9, 0.3, np.abs(from_edge - 11)) * 0.8)
