"""Ribbon Sky: long ribbons of red and orange over a dark inlet, with bare trees."""

import math

import numpy as np

from .brush import Canvas
from .tools import X, Y, colour, colours, light, noise, over, ramp, step, streaks

TITLE = "Ribbon Sky"

SUN = (208, 196)
# x, y, width, lean
TREES = [
    (596, 520, 11, 0.10),
    (652, 530, 15, -0.06),
    (716, 525, 10, 0.05),
    (74, 520, 13, -0.10),
]


def paint():
    rng = np.random.default_rng(11)
    horizon = 262 + 8 * noise(rng, (1e4, 200))
    warp = 34 * noise(rng, (220, 330)) + 13 * noise(rng, (80, 140))
    warp_y, warp_x = np.gradient(warp)
    sky_angle = np.arctan2(-warp_x, 1 + warp_y)  # along the level lines of Y + warp
    streak = streaks(noise(rng, (9, 30)), sky_angle, 18, 3)
    sun_distance = np.hypot(X - SUN[0], (Y - SUN[1]) * 1.05)
    sky = evening(rng, Y + warp, streak, sun_distance)

    swell = np.hypot((X - 300) * 0.30, (Y - 500) * 1.1) + 16 * noise(rng, (110, 260))
    sea_angle = np.arctan2(np.gradient(swell, axis=1), -np.gradient(swell, axis=0))
    sea_angle = np.where(np.cos(sea_angle) < 0, sea_angle + np.pi, sea_angle)
    sea = ramp(
        0.42 + 0.36 * np.sin(swell / 13) + 0.16 * noise(rng, (9, 40)),
        colours("0a1a2e 12344f 1c5a6e 3c8a86 d08b3a"),
    )
    path_width = 16 + 0.16 * (Y - horizon)
    path = np.exp(-(((X - SUN[0] - 10 * np.sin(Y / 8)) / path_width) ** 2)) * (
        0.5 + 0.5 * np.sin(Y / 4.2)
    )
    sea = over(sea, np.clip(path * 1.2, 0, 1), colour("ffb53f"))

    hill = (
        horizon
        - 2
        - 88 * np.exp(-(((X - 700) / 150) ** 2))
        - 40 * np.exp(-(((X - 500) / 70) ** 2))
        - 26 * np.exp(-(((X - 20) / 90) ** 2))
    )
    land = ramp(
        0.5 + 0.4 * np.sin((Y - hill) / 8 + noise(rng, 60)) + 0.1 * streak,
        colours("101a3a 1d3560 34508a 6a4a7a"),
    )
    hill_angle = np.arctan2(np.gradient(hill, axis=1), 1)
    bank = 380 + 120 * step(0, 520, X) + 10 * noise(rng, (1e4, 80))
    earth = ramp(
        0.45 + 0.4 * np.sin((Y - bank) / 9 + 1.2 * noise(rng, 70)) + 0.1 * streak,
        colours("1a0f16 3b1a1e 6e2c20 a8481f 3d5a3a"),
    )

    in_hill, in_sea, in_bank = (step(-1, 1, Y - edge) for edge in (hill, horizon, bank))
    plan = over(over(over(sky, in_hill, land), in_sea, sea), in_bank, earth)
    bank_angle = 0.25 + 0.3 * noise(rng, 90)
    angle = np.where(
        in_bank > 0.5,
        bank_angle,
        np.where(
            in_sea > 0.5, sea_angle, np.where(in_hill > 0.5, hill_angle, sky_angle)
        ),
    )
    round_sun = step(74, 50, sun_distance) * (1 - in_hill)
    angle = np.where(round_sun > 0.5, np.arctan2(X - SUN[0], -(Y - SUN[1])), angle)

    canvas = Canvas(plan * 0.8, rng)
    canvas.fill(plan, angle, 38, 6, 1.7, angle_jitter=0.04)
    canvas.fill(plan, angle, 30, 4, 1.6, angle_jitter=0.05, dry=0.5)
    canvas.fill(plan * 1.12 + 0.05, angle, 24, 2, 0.45, angle_jitter=0.05, dry=0.7)
    canvas.fill(plan * 0.5, angle, 30, 1.7, 0.3, angle_jitter=0.04, dry=0.6)
    for tree in TREES:
        paint_tree(canvas, rng, *tree)
    return light(canvas.picture, canvas.height, 0.45)


def evening(rng, level, streak, sun_distance):
    """The sky: bands along the bent levels, cool gaps, and a pale sun in a glow."""
    sky = ramp(
        0.5 + 0.45 * np.sin(level / 27 + 0.9 * noise(rng, (200, 500))) + 0.16 * streak,
        colours("8f1620 c92a1d e9551c f58a22 f9bf3a f7dd83"),
    )
    cool = step(0.6, 1.5, np.sin(level / 41 + 2) + 0.5 * streak)
    sky = over(sky, np.clip(cool * 0.75, 0, 1), colour("2f6f86"))
    sky = over(sky, step(46, 40, sun_distance), colour("fff0b0"))
    return over(
        sky,
        np.exp(-((sun_distance / 80) ** 2)) * 0.7 * step(40, 46, sun_distance),
        colour("ffd35a"),
    )


def paint_tree(canvas, rng, x, y, width, lean):
    """A leaning trunk that wanders upwards and throws out thinning boughs."""
    bark, lit_bark = colour("1a1220"), colour("5a2a2a")
    at = np.array([x, y], float)
    angle = -np.pi / 2 + lean
    count = 0
    while at[1] > 40 and width > 1.2:
        # drifts back to upright
        angle += rng.normal(0, 0.05) - 0.02 * (angle + np.pi / 2)
        at += 13 * np.array([math.cos(angle), math.sin(angle)])
        count += 1
        width *= 0.972
        canvas.stroke(*at, angle, 12, width, bark, second_paint=lit_bark, thick=1.2)
        if count > 9 and rng.random() < 0.5:
            side = rng.choice([-1, 1])
            bough, bough_angle, bough_width = (
                at.copy(),
                angle + side * rng.uniform(0.5, 1),
                width * 0.5,
            )
            for _ in range(rng.integers(4, 9)):
                bough_angle += -0.06 * side + rng.normal(0, 0.12)
                bough += 9 * np.array([math.cos(bough_angle), math.sin(bough_angle)])
                bough_width *= 0.86
                canvas.stroke(*bough, bough_angle, 7, max(bough_width, 1), bark)
