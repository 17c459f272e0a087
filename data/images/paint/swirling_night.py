"""Swirling Night: thick strokes along a flow of vortices, over a bay."""

import numpy as np

from .brush import Canvas
from .tools import H, W, X, Y, colour, colours, light, noise, over, ramp, step, streaks

TITLE = "Swirling Night"

VORTICES = [  # x, y, radius, sense of rotation
    (268, 190, 118, 1),
    (552, 128, 92, -1),
    (690, 292, 66, 1),
    (60, 60, 80, -1),
    (420, 300, 60, -1),
]
STARS = [  # x, y, radius
    (120, 168, 15),
    (182, 62, 12),
    (395, 74, 16),
    (455, 208, 11),
    (652, 60, 23),
    (716, 176, 13),
    (330, 322, 9),
    (56, 268, 10),
    (590, 262, 10),
    (292, 26, 9),
]


def paint():
    rng = np.random.default_rng(4)
    horizon = 362 + 10 * noise(rng, (1e4, 260))
    shore = 478 - 70 * step(420, 0, X) + 9 * noise(rng, (1e4, 90))

    wind, glow = sky_wind(rng)
    halo, core = star_light()
    streak = streaks(noise(rng, 9), wind, 16, 2.2)
    sky = ramp(
        0.36 + 0.155 * streak + 0.26 * glow + 0.10 * (Y / horizon - 0.5),
        colours("0b1a45 12307a 1d53a4 3579bf 6fb0cf b5dcd0 f2efc0"),
    )
    sky = over(
        sky,
        np.clip(halo * 1.05, 0, 1),
        ramp(halo + 0.12 * streak, colours("5fa3b8 c9cf74 f2c230 fbe06a")),
    )
    sky = over(sky, core, colour("fff6c0"))

    hill = (
        horizon
        - 8
        - 72 * np.exp(-(((X - 610) / 120) ** 2))
        - 46 * np.exp(-(((X - 430) / 90) ** 2))
        - 38 * np.exp(-(((X - 90) / 150) ** 2))
        + 5 * noise(rng, (1e4, 30))
    )
    ripple = noise(rng, (5, 40))
    land = ramp(
        0.75 + 0.22 * noise(rng, 26) + 0.25 * (hill - Y) / 60,
        colours("0a1230 101f48 1d3c6e 2f5f80 4f8580"),
    )
    sea = bay(horizon, ripple)
    grass = ramp(
        0.35 + 0.2 * noise(rng, 18) + 0.35 * np.exp(-np.abs(Y - shore) / 14),
        colours("0b1420 14302c 2c5a3a 6b8a3c c2a94a"),
    )

    in_hill, in_sea, in_grass = (
        step(-1, 1, Y - edge) for edge in (hill, horizon, shore)
    )
    plan = over(over(over(sky, in_hill, land), in_sea, sea), in_grass, grass)
    hill_angle = np.arctan2(np.gradient(hill, axis=1) * 1.4, 1) + 0.35 * noise(rng, 40)
    grass_angle = -1.1 + 0.5 * noise(rng, 60)
    sea_angle = 0.05 * noise(rng, 50)
    angle = np.where(
        in_grass > 0.5,
        grass_angle,
        np.where(in_sea > 0.5, sea_angle, np.where(in_hill > 0.5, hill_angle, wind)),
    )

    canvas = Canvas(plan * 0.75, rng)
    canvas.fill(plan, angle, 26, 6.5, 1.6, angle_jitter=0.06)
    canvas.fill(plan, angle, 19, 4.2, 1.5, angle_jitter=0.08, colour_jitter=0.06)
    canvas.fill(
        plan,
        angle,
        12,
        3.2,
        1.2,
        angle_jitter=0.1,
        mask=np.clip(0.25 + halo + 0.5 * in_sea + 0.4 * in_hill, 0, 1),
    )
    # bright and dark accents in the streaks, away from the stars
    away = 1 - np.clip(halo * 1.6, 0, 1)
    canvas.fill(
        plan + 0.16,
        angle,
        17,
        2.2,
        0.35,
        angle_jitter=0.08,
        mask=step(0.2, 1.3, streak + glow) * (1 - in_hill) * away,
    )
    canvas.fill(
        plan * 0.45,
        angle,
        20,
        1.6,
        0.3,
        angle_jitter=0.06,
        mask=step(-0.2, -1.5, streak) * 0.9 * away,
    )
    paint_stars(canvas, rng)
    paint_windows(canvas, rng, horizon)
    return light(canvas.picture, canvas.height, 0.55)


def sky_wind(rng):
    """Angle of the flow in the sky, and the spiral glow in its vortices."""
    stream = noise(rng, 150) * 55
    stream_y, stream_x = np.gradient(stream)
    wind_x, wind_y, glow = 1 + 1.1 * stream_y, 0.25 - 1.1 * stream_x, 0
    for x, y, radius, sense in VORTICES:
        dx, dy = X - x, Y - y
        q = np.hypot(dx, dy) / radius
        spin = 5 * np.exp(-(q**2) * 1.1) * sense
        wind_x, wind_y = wind_x - dy / radius * spin, wind_y + dx / radius * spin
        spiral = np.sin(np.arctan2(dy, dx) * sense - q * 7.5)
        glow = glow + np.exp(-(q**2) * 1.4) * spiral * 0.9 + 0.35 * np.exp(-(q**2) * 2)
    for x, y, radius in STARS:
        spin = 9 * np.exp(-((np.hypot(X - x, Y - y) / (2.3 * radius)) ** 2))
        wind_x, wind_y = (
            wind_x - (Y - y) / radius * spin,
            wind_y + (X - x) / radius * spin,
        )
    return np.arctan2(wind_y, wind_x), glow


def star_light():
    """Masks of the ringed halos and of the bright cores."""
    halo, core = np.zeros((H, W)), np.zeros((H, W))
    for x, y, radius in STARS:
        d = np.hypot(X - x, Y - y)
        halo = np.maximum(
            halo,
            np.exp(-((d / (1.75 * radius)) ** 2))
            * (0.8 + 0.3 * np.cos(d / radius * 5.5)),
        )
        core = np.maximum(core, step(radius * 0.75, radius * 0.45, d))
    return halo, core


def bay(horizon, ripple):
    """The water with a broken gold path under each star."""
    sea = ramp(
        0.40 + 0.17 * ripple + 0.1 * (Y - horizon) / 100,
        colours("0a1c4c 123a80 2161a3 4a93b8 9cc9bd"),
    )
    depth = np.maximum(Y - horizon, 0)
    for x, _, radius in STARS:
        wobble = 7 * np.sin(depth / 5 + x) + 0.06 * depth
        path = np.exp(-(((X - x - wobble * 0.6) / (radius * 0.55 + depth * 0.08)) ** 2))
        bars = 0.5 + 0.5 * np.sin(depth * 0.62 + x)
        mask = (
            path
            * bars
            * step(-4, 18, depth)
            * min(1, radius / 15)
            * np.exp(-depth / 120)
        )
        sea = over(sea, np.clip(mask * 1.3, 0, 1), colour("f3cf55"))
    return sea


def paint_stars(canvas, rng):
    """Rings of short gold strokes round each star, then a pale heart of fan strokes."""
    gold = colours("3f86b0 86b79a d9c64a f7b51e ffd84a fff0a0")
    for x, y, radius in STARS:
        for ring in np.arange(2.15, 0.35, -0.3) * radius:
            count = max(5, int(2 * np.pi * ring / (6 + 0.35 * radius)))
            for k in range(count):
                around = 2 * np.pi * (k + rng.uniform(-0.3, 0.3)) / count + ring
                out = ring * rng.uniform(0.94, 1.06)
                relative = ring / radius
                tint = ramp(1 - relative / 2.2, gold) + rng.normal(0, 0.035, 3)
                canvas.stroke(
                    x + out * np.cos(around),
                    y + out * np.sin(around),
                    around + np.pi / 2,
                    4 + 0.3 * radius,
                    1.6 + 0.08 * radius,
                    tint,
                    1 / max(out, 6),
                    tone=0.09,
                    thick=1.2,
                    alpha=0.92 if relative < 1.7 else 0.6,
                )
        for _ in range(int(radius * 1.6)):
            around = rng.uniform(0, 2 * np.pi)
            out = radius * 0.28 * rng.random()
            canvas.stroke(
                x + out * np.cos(around),
                y + out * np.sin(around),
                around + 1.6,
                radius * 0.28,
                3.2,
                colour("fff8cf") - [0, 0.03, 0.25 * rng.random()],
                thick=1.6,
            )


def paint_windows(canvas, rng, horizon):
    """Lit windows under the hills, each with its reflection."""
    for _ in range(46):
        x = rng.uniform(330, 740)
        water = horizon[0, int(x)]
        y = water - 3 - rng.exponential(5)
        canvas.stroke(
            x, y, 1.57, 2.2, 2.2, colour("ffc94a") + rng.normal(0, 0.05, 3), thick=1.5
        )
        canvas.stroke(
            x,
            water + 8 + rng.exponential(9),
            0.05,
            5,
            1.5,
            colour("e0a83f"),
            alpha=0.85,
        )
