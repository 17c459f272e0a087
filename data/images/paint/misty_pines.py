"""Misty Pines: ink-wash mountains in mist, with pines, a moon and a red seal."""

import math

import numpy as np
from scipy import ndimage

from .brush import Canvas
from .tools import (
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

TITLE = "Misty Pines"

INK = colour("1b1d24")
PAPER = colour("efe6d2")
# foot line, greatest height, width of a peak, density of the ink, peaks, seed, small
# pines on the ridge
RANGES = [
    (262, 168, 95, 0.50, 6, 61, 0),
    (318, 210, 84, 0.62, 5, 7, 0),
    (372, 160, 95, 0.80, 5, 15, 16),
    (440, 128, 90, 1.0, 5, 33, 24),
    (520, 92, 80, 1.15, 6, 4, 18),
]
PINES = [  # x, foot, height
    (104, 530, 372),
    (186, 524, 214),
    (34, 520, 190),
    (640, 524, 150),
    (700, 530, 300),
    (752, 520, 176),
    (352, 516, 92),
    (388, 516, 66),
    (548, 516, 74),
]


def paint():
    rng = np.random.default_rng(19)
    canvas = Canvas(PAPER, rng)
    moon_distance = np.hypot(X - 560, Y - 104)
    halo = (
        0.34 * step(40, 45, moon_distance) * np.exp(-(((moon_distance - 40) / 90) ** 2))
    )
    canvas.picture = over(
        canvas.picture,
        np.clip(halo * (1 + 0.35 * fractal_noise(rng, 70)), 0, 1),
        colour("5a6878"),
    )
    canvas.picture = over(
        canvas.picture,
        clouds(np.random.default_rng(52)) * step(40, 60, moon_distance),
        colour("6a7684"),
    )
    for level, mountain_range in enumerate(RANGES):
        paint_range(canvas, level, *mountain_range)
    for pine in PINES:
        paint_pine(canvas, rng, *pine)
    paint_birds(canvas, rng)
    picture = over(canvas.picture, seal(rng) * 0.92, colour("b3261e"))
    soaked = ndimage.gaussian_filter(picture, (0.6, 0.6, 0))
    return paper(
        rng,
        soaked * (1 - 0.03 * np.clip(fractal_noise(rng, 120), -1, 2))[..., None],
        0.05,
        0.03,
    )


def clouds(rng):
    """Mask of the cloud bands in the sky: soft below, with a sharper upper edge where
    the wash dried.
    """
    billow = fractal_noise(rng, (46, 190), 4, 0.5, X, Y + 16 * noise(rng, 120))
    band = step(-0.25, 1.3, billow) + 0.35 * step(0.42, 0.52, billow) * step(
        1.1, 0.5, billow
    )
    return np.clip(
        0.44 * band * step(330, 90, Y) * (1 + 0.2 * noise(rng, (5, 60))), 0, 0.7
    )


def paint_range(canvas, level, foot, height, peak_width, density, peaks, seed, pines):
    """One range: wash down from the ridge, darker on the steep side, creases, dry
    strokes, mist at its foot.
    """
    rng = np.random.default_rng(seed)
    ridge = ridge_line(rng, foot, height, peak_width, peaks)
    slope = np.gradient(ndimage.gaussian_filter1d(ridge, 7))
    below = Y - ridge
    inside = step(-1.2, 1.4, below + 1.1 * noise(rng, 4))

    side = np.clip(0.6 + 0.55 * np.tanh(slope * 1.4), 0.2, 1.2)
    down = np.clip(below, 0, None)
    crease = fractal_noise(
        rng, (90, 20), 4, 0.6, X - down * np.tanh(slope * 2) * 0.55, below
    )
    body = np.exp(-down / (50 + 12 * level)) * (
        0.42 + 0.4 * side + 0.16 * fractal_noise(rng, 80, 3)
    )
    creases = (
        0.35 * step(0.1, 1.2, crease) * np.exp(-down / (80 + 14 * level)) * (0.4 + side)
    )
    ridge_ink = 0.5 * np.exp(-down / 2.6) * (0.5 + 0.5 * noise(rng, 14))
    wash = np.clip(density * (body + creases + ridge_ink), 0, 1)
    canvas.picture = over(canvas.picture, inside * 0.93, PAPER)
    canvas.picture = over(
        canvas.picture, wash * inside, ramp(wash, colours("9aa8b4 56646f 262a33"))
    )

    for _ in range(230 + 60 * level):  # dry strokes that follow the slope
        x = rng.uniform(0, W)
        top = ridge[int(x)]
        depth = rng.exponential(34 + 6 * level) + 5
        if foot - top > 16 and depth < 1.3 * (foot - top):
            fall = math.copysign(max(0.5, abs(slope[int(x)])), slope[int(x)])
            length = rng.uniform(5, 13 + 2 * level)
            angle = math.atan2(abs(fall) * 1.25, math.copysign(1, fall)) + rng.normal(
                0, 0.14
            )
            canvas.stroke(
                x,
                top + depth,
                angle,
                length,
                rng.uniform(1.2, 2.2 + 0.5 * level),
                colour("2a2e37"),
                dry=1.25,
                alpha=min(1, density) * 0.62 * math.exp(-depth / 120),
                taper=0.8,
                thick=0.2,
                tone=0.03,
            )
    for _ in range(pines):
        x = rng.uniform(8, W - 8)
        if foot - ridge[int(x)] > 24:
            paint_pine(
                canvas,
                rng,
                x,
                ridge[int(x)] + 5,
                rng.uniform(20, 26 + 5 * level),
                strength=0.3 + 0.16 * level,
            )
    if level < 4:
        mist = np.exp(-(((Y - foot - 26 - 10 * noise(rng, (1e5, 150))) / 30) ** 2)) * (
            0.75 + 0.2 * noise(rng, (30, 160))
        )
        canvas.picture = over(canvas.picture, np.clip(mist, 0, 0.92), PAPER * 1.01)


def ridge_line(rng, foot, height, peak_width, peaks):
    """Height of the ridge (y) over each column: pointed peaks, rougher where they are
    high.
    """
    x = X[0]
    rise = 0 * x
    for j in range(peaks):
        centre = (j + rng.uniform(0.1, 0.9)) * W / peaks
        width = peak_width * rng.uniform(0.6, 1.3)
        d = x - centre
        peak_height = height * rng.uniform(0.35, 1)
        flank = np.where(d < 0, width * rng.uniform(0.7, 1), width)
        rise = np.maximum(rise, peak_height * np.exp(-(np.abs(d / flank) ** 1.35)))
    rough = fractal_noise(rng, (1e5, 46), 4, 0.55, X[:1], 0 * X[:1])[0]
    return ndimage.gaussian_filter1d(foot - rise - rough * (4 + rise * 0.055), 1.0)


def paint_pine(canvas, rng, x, y, height, strength=1.0):
    """A swaying trunk with level boughs that carry pads of needles; strength thins the
    ink of far trees.
    """
    lean = rng.normal(0, 0.10)
    count = int(height / 4)
    at = np.array([x, y], float)
    trunk = []
    phase = rng.uniform(0, 6)
    for i in range(count):
        angle = -1.57 + lean + 0.28 * math.sin(i * 0.35 + phase)
        at = at + 4 * np.array([math.cos(angle), math.sin(angle)])
        width = max(0.9, height * 0.032 * (1 - 0.85 * i / count))
        canvas.stroke(
            *at, angle, 3.6, width, INK, thick=0.3, alpha=0.95 * strength, tone=0.03
        )
        trunk.append(at)
    spacing = max(2, count // 13)
    for i in range(int(count * 0.32), count, spacing):
        side = 1 if (i // spacing) % 2 else -1
        up = (i / count - 0.32) / 0.68
        length = height * (0.34 - 0.22 * up) * rng.uniform(0.75, 1.15)
        tip = trunk[i] + [side * length, -0.10 * length + rng.normal(0, 2)]
        dx, dy = tip - trunk[i]
        canvas.stroke(
            *(trunk[i] + tip) / 2,
            math.atan2(dy, dx),
            length / 2,
            max(0.8, height * 0.009),
            INK,
            thick=0.3,
            alpha=0.9 * strength,
        )
        for f in np.linspace(0.22, 1.02, 4):
            pad_at = (
                trunk[i] + (tip - trunk[i]) * f + [0, rng.normal(0, height * 0.006)]
            )
            half_width, rise = (
                length * rng.uniform(0.15, 0.21),
                height * rng.uniform(0.022, 0.036),
            )
            paint_pad(canvas, rng, pad_at, half_width, rise, height, strength)


def paint_pad(canvas, rng, at, half_width, rise, height, strength):
    """A domed pad of needles that fan out from its base."""
    for _ in range(int(8 + height * 0.13)):
        around = rng.uniform(0, np.pi)
        out = math.sqrt(rng.random())
        x, y = out * half_width * math.cos(around), -out * rise * math.sin(around)
        angle = math.atan2(y - 0.4 * rise, x * rise / half_width * 1.2) + rng.normal(
            0, 0.45
        )
        canvas.stroke(
            at[0] + x,
            at[1] + y,
            angle,
            1.8 + 0.015 * height,
            0.7,
            ramp(rng.random(), colours("1b1d24 3a4048")),
            alpha=0.7 * strength,
            thick=0.15,
            tone=0.02,
        )


def paint_birds(canvas, rng):
    """A skein of seven birds, two wing strokes each."""
    for i in range(7):
        x, y = 330 + i * 19 + rng.normal(0, 6), 88 - 7 * abs(i - 3) + rng.normal(0, 6)
        for side in (-1, 1):
            canvas.stroke(
                x + side * 4,
                y - 1.5,
                side * -0.35,
                4,
                0.9,
                INK,
                0.12,
                thick=0.2,
                taper=0.8,
            )


def seal(rng):
    """Mask of the seal: a worn square with strokes cut out that stand for no word."""
    square = shape([(700, 60), (736, 61), (735, 98), (699, 97)]) * step(
        -1.6, -0.6, noise(rng, 5) + 0.3
    )
    cut = shape(
        lines=[
            ([(707, 68), (728, 68)], 2.6),
            ([(718, 66), (717, 90)], 2.6),
            ([(706, 79), (730, 78)], 2.4),
            ([(707, 91), (729, 90)], 2.4),
            ([(708, 70), (708, 90)], 2.2),
        ]
    )
    return square * (1 - cut)
