"""Faces and animals: each a whole figure with a bold silhouette in the colours it is
known for.
"""

import torch

from . import birds, insects
from .figure import (
    BLACK,
    WHITE,
    Figure,
    circle,
    ellipse,
    iris,
    leaves,
    limb,
    one_of,
    overlap,
    pick,
    polygon,
    rgb,
    scene,
    skin,
    tone,
    union,
    water,
)
from .sheet import PI, inside, mix, palette, radius_of, shade, sharp


def _eye_colour(s, free):
    """Brown, blue or green: light inside, darker outside."""
    hue = one_of(s, 0.07, 0.08, 0.57, 0.6, 0.3)
    return tone(s, free, hue, (0.3, 0.7), (0.7, 0.95)), tone(
        s, free, hue, (0.5, 0.85), (0.3, 0.6)
    )


def eye(s):
    """One human eye in skin: almond opening, clear white, coloured iris, lashes, lid
    crease and brow.
    """
    u, v, pixel = s.place(0.7, 0.92, rotate=0.2, offset=0.15, repeat=0.1)
    free, flesh = s.coin(0.2), skin(s)
    flesh = mix(flesh, s.colour((0.4, 1)), free)
    height = s.uniform(0.42, 0.55)
    upper = height * (1 - (u * 0.98).abs() ** 2.2)
    opening = 0.8 * torch.minimum(upper + v, 0.8 * upper - v)
    hair = s.colour((0.03, 0.3), (0.3, 0.7), 0.07)

    fig = Figure(
        shade(
            flesh, 1 + 0.06 * s.fbm(4, 3) - 0.25 * torch.exp(-((opening / 0.2) ** 2))
        ),
        pixel,
    )
    crease = (v + 1.3 * upper + 0.1).abs()
    fig.detail(flesh * 0.5, 0.022 - crease, 0.8 * (u.abs() < 0.85))
    brow = v + 0.95 - 0.22 * (1 - u * u)
    fig.detail(hair, 0.09 - 0.05 * u.abs() - brow.abs(), 0.9 * (u.abs() < 0.9))
    above = -(upper + v)
    lashes = torch.sin(torch.atan2(v - 0.4, u) * 40)
    fig.detail(
        hair * 0.6,
        overlap(0.17 - above, above + 0.03, 0.05 * (lashes - 0.1) - 0.2 * above),
        u.abs() < 0.95,
    )

    iris_radius = height * s.uniform(0.85, 1.0)
    x, y = u - s.uniform(-0.18, 0.18), v + 0.03
    white = shade(
        WHITE, 1 - 0.3 * u * u - 0.25 * torch.exp(-(((upper + v) / 0.12) ** 2))
    )
    coloured = iris(s, x, y, pixel, iris_radius, *_eye_colour(s, free))
    fig.part(
        mix(white, coloured, inside(circle(x, y, 0, 0, iris_radius), pixel)),
        opening,
        hair * 0.5,
        0.045,
    )
    return fig.finish()


def face(s):
    """A friendly face from the front: hair, level brows, two eyes, nose, smiling red
    lips, neck and shoulders.
    """
    u, v, pixel = s.place(0.8, 0.98, rotate=0.12, offset=0.12, repeat=0.1)
    flesh, side = skin(s), u.abs()
    natural = s.colour((0.04, 0.9), (0.3, 0.85), one_of(s, 0.05, 0.08, 0.11), 0.01)
    hair = mix(natural, s.colour((0.05, 0.9)), s.coin(0.15))
    shirt, long_hair = s.colour((0.3, 0.95), (0.3, 0.9)), s.coin()
    shadow = flesh * 0.55

    fig = Figure(
        scene(s, (s.bright((0.1, 0.5)), s.colour((0.4, 0.9), (0.1, 0.6)))), pixel
    )
    locks = overlap(
        ellipse(u, v, 0, 0.05, 0.7, 0.95), 0.62 + 0.04 * torch.sin(u * 18) - v
    ) - 2 * (1 - long_hair)
    back = union(ellipse(u, v, 0, -0.3, 0.62, 0.6), locks)
    fig.part(hair * 0.8, back, hair * 0.35, 0.02)
    fig.part(shirt, ellipse(u, v, 0, 1.6, 0.95, 0.86), shirt * 0.3)
    fig.part(flesh * 0.85, overlap(0.2 - side, v, 0.95 - 0.6 * side - v))
    fig.part(flesh * 0.9, ellipse(side, v, 0.51, -0.1, 0.08, 0.13), shadow, 0.02)
    width = 0.5 - 0.1 * (v + 0.1).clamp(min=0)
    fig.part(
        shade(flesh, 1.08 - 0.45 * (u * u + 0.5 * v * v)),
        ellipse(u, v, 0, -0.1, width, 0.66),
        shadow,
        0.02,
    )
    fringe = ellipse(u, v, 0, -0.35, 0.57, 0.52)
    parting = u - s.uniform(-0.25, 0.25)
    hairline = s.uniform(0.8, 1.5) * parting * parting - 0.52 - v
    strands = 1.05 + 0.1 * torch.sin(parting * 24 * (1 + v)) - 0.3 * (v + 0.6)
    fig.part(
        shade(hair, strands),
        overlap(fringe, 0.7 * hairline, 0.1 - v),
        hair * 0.35,
        0.02,
    )

    open_eye = ellipse(side, v, 0.21, -0.14, 0.13, s.uniform(0.07, 0.09))
    fig.detail(hair * 0.4, open_eye + 0.02)
    fig.detail(WHITE, open_eye)
    iris_colour = s.colour((0.2, 0.7), (0.4, 0.9), one_of(s, 0.07, 0.57, 0.35))
    fig.detail(iris_colour, overlap(circle(side, v, 0.21, -0.14, 0.075), open_eye))
    fig.detail(BLACK, overlap(circle(side, v, 0.21, -0.14, 0.04), open_eye))
    fig.detail(
        hair * 0.5,
        0.022 - (v + 0.325 - 1.2 * (side - 0.22) ** 2).abs(),
        (side - 0.22).abs() < 0.13,
    )
    fig.detail(
        shadow,
        overlap(0.018 - (side - 0.045 - 0.1 * (v + 0.05)).abs(), v + 0.1, 0.12 - v),
        0.7,
    )
    fig.detail(shadow, ellipse(side, v, 0.05, 0.12, 0.045, 0.025))
    fig.detail(
        (flesh + rgb(0.95, 0.35, 0.35)) / 2, circle(side, v, 0.32, 0.12, 0.1), 0.4
    )
    bend = v - 0.32 + s.uniform(0.9, 1.7) * u * u
    lips = s.uniform(0.055, 0.085) * (1 - (u / 0.24) ** 2)
    red = s.colour((0.6, 0.9), (0.65, 0.9), 0.985, 0.015)
    fig.detail(red, (lips - bend.abs()) * 0.9)
    fig.detail(red * 0.35, 0.012 - bend.abs(), side < 0.22)
    return fig.finish()


def cat(s):
    """A cat's head from the front: triangular ears, slit eyes, pink nose, white muzzle,
    whiskers, tabby stripes.
    """
    u, v, pixel = s.place(0.72, 0.9, rotate=0.15, offset=0.15, repeat=0.1)
    free, side, kind = s.coin(0.15), u.abs(), s.integers(0, 2)
    ginger = s.colour((0.8, 1.0), (0.6, 0.85), 0.075, 0.012)
    grey = s.colour((0.45, 0.75), (0.02, 0.2), 0.09)
    black = s.colour((0.1, 0.22), (0.0, 0.3), 0.06)
    coat = mix(pick(kind, ginger, grey, black), s.colour((0.4, 1)), free)
    rim, dark, pink = (
        coat * 0.18,
        coat * 0.42,
        s.colour((0.8, 1), (0.35, 0.55), 0.98, 0.02),
    )

    fig = Figure(
        scene(s, (s.colour((0.5, 1), (0.1, 0.6)), s.colour((0.3, 0.9), (0.1, 0.7)))),
        pixel,
    )
    ear = polygon(side, v, (0.08, -0.3), (0.66, -1.0), (0.84, 0.08))
    head = union(ellipse(u, v, 0, 0.12, 0.8, 0.58), ellipse(u, v, 0, 0.32, 0.86, 0.44))
    fig.part(coat, union(ear, head), rim, 0.045)
    fig.detail(pink, ear - 0.1)
    glow = 1.1 - 0.35 * (u * u + (v - 0.1) ** 2)
    fig.part(shade(coat, glow), head)
    cheek_bars = overlap(torch.sin(v * 24 + 5 * side) * 0.035, side - 0.52)
    brow_bars = overlap(torch.sin(u * 30 + PI / 2) * 0.03, -0.12 - v - 0.5 * side)
    fig.detail(dark, overlap(union(cheek_bars, brow_bars), head), 1 - 0.7 * (kind == 2))

    muzzle = union(circle(side, v, 0.15, 0.42, 0.2), ellipse(u, v, 0, 0.62, 0.14, 0.13))
    fig.detail(mix(WHITE, coat, s.uniform(0, 0.25)), muzzle)
    hue = one_of(s, 0.13, 0.2, 0.3)
    glowing = mix(
        s.colour((0.75, 1), (0.6, 0.95), hue, 0.02),
        s.colour((0.6, 1), (0.5, 1)),
        s.coin(0.08),
    )
    lens = ellipse(side, v, 0.34, 0.02, 0.19, 0.15)
    fig.detail(BLACK, lens + 0.035)
    fig.detail(glowing, lens)
    fig.detail(BLACK, ellipse(side, v, 0.34, 0.02, 0.05, 0.145))
    fig.detail(WHITE, circle(side, v, 0.29, -0.04, 0.035))
    fig.detail(pink * 0.85, polygon(u, v, (-0.13, 0.2), (0.13, 0.2), (0.0, 0.35)))
    smile = 0.016 - circle(side, v, 0.12, 0.38, 0.12).abs() - 2 * (v < 0.4)
    fig.detail(BLACK, union(smile, overlap(0.016 - side, v - 0.3, 0.44 - v)))
    whisker = mix(WHITE, BLACK, s.coin(0.3))
    for slope, level in ((-0.28, 0.36), (0.0, 0.43), (0.26, 0.5)):
        fig.part(
            whisker,
            overlap(
                0.014 - (v - level - slope * (side - 0.25)).abs(),
                side - 0.25,
                1.0 - side,
            ),
        )
    return fig.finish()


def fish(s):
    """A fish in profile in blue water: one bold outline, forked tail, fins, a few bands
    or scales, one round eye.
    """
    u, v, pixel = s.place(0.74, 0.9, rotate=0.2, offset=0.12, repeat=0.1)
    u = u * s.sign()
    free, style = s.coin(0.25), s.integers(0, 1)
    hue = one_of(s, 0.05, 0.08, 0.12, 0.6)
    flank = tone(s, free, hue, (0.75, 1), (0.85, 1), 0.012)
    fin_colour = tone(s, free, hue - 0.02, (0.75, 1), (0.7, 0.95))
    band = (
        pick(s.integers(0, 2), WHITE, BLACK, s.bright((0.3, 0.8), hue=0.14)) + 0 * flank
    )
    rim = flank * 0.12

    x, y = s.coordinates()
    glint = (
        torch.sin(x * 9 + 3 * s.smooth(4)) * torch.sin(y * 12 + 3 * s.smooth(4))
    ).clamp(min=0) ** 3
    fig = Figure(mix(scene(s, water(s)), WHITE, glint * 0.25), pixel)
    tall = s.uniform(0.4, 0.5)
    body = union(
        ellipse(u, v, 0.2, 0, 0.72, tall), limb(u, v, 0.0, 0, -0.6, 0, 0.25, 0.1)
    )
    lobe = polygon(
        u, v.abs(), (-0.55, -0.12), (-0.62, 0.14), (-1.0, 0.62), (-0.86, 0.0)
    )
    dorsal = polygon(u, v, (-0.3, -0.2), (-0.28, -0.58), (0.12, -0.82), (0.5, -0.3))
    belly_fin = polygon(u, v, (0.3, 0.35), (0.12, 0.72), (-0.1, 0.7), (0.05, 0.3))
    rays = 1 + 0.22 * torch.sin(torch.atan2(v, u - 0.3) * 60)
    fig.part(shade(fin_colour, rays), union(lobe, dorsal, belly_fin), rim, 0.045)
    light = 1.08 - 0.45 * (v / tall).clamp(-0.3, 1) * 0.7
    fig.part(shade(flank, light), body, rim, 0.045)
    fig.detail(WHITE, body, 0.6 * sharp(v - 0.2, 14))
    bars = torch.cos((u - 0.22 + 0.3 * v * v) * 10.5) * 0.08 - 0.045
    fig.detail(shade(band, light), overlap(bars, body, 0.45 - u), (style == 0) * 1.0)
    column = torch.floor(u * 6)
    arc = radius_of(u * 6 - column, (v * 6 + 0.5 * (column % 2)) % 1 - 0.5)
    fig.detail(
        flank * 0.45,
        overlap(0.02 - (arc - 0.6).abs() / 6, body - 0.04, 0.35 - u, 0.2 - v),
        (style == 1) * 0.9,
    )
    gill = radius_of(u - 0.8, v) - 0.42
    fig.detail(rim, overlap(0.022 - gill.abs(), body - 0.12, 0.6 - u))
    side_fin = polygon(u, v, (0.24, 0.04), (0.1, 0.32), (-0.18, 0.22))
    fig.detail(rim, side_fin + 0.03)
    fig.detail(fin_colour, side_fin)
    fig.detail(rim, limb(u, v, 0.9, 0.12, 0.72, 0.16, 0.02, 0.015))
    for colour, size in ((rim, 0.135), (WHITE, 0.11), (BLACK, 0.065)):
        fig.detail(colour, circle(u, v, 0.6, -0.12, size))
    fig.detail(WHITE, circle(u, v, 0.58, -0.15, 0.022))
    return fig.finish()


def octopus(s):
    """An octopus under water: a big domed head with two eyes over eight curling,
    tapering arms with suckers.
    """
    u, v, pixel = s.place(0.76, 0.92, rotate=0.15, offset=0.1, repeat=0.08)
    free, side = s.coin(0.25), u.abs()
    hide = tone(s, free, one_of(s, 0.02, 0.05, 0.95, 0.8), (0.6, 0.9), (0.75, 1), 0.015)
    rim, pale = hide * 0.2, mix(hide, WHITE, s.uniform(0.45, 0.7))

    fig = Figure(scene(s, water(s)), pixel)
    suckers = 0.8 * sharp(torch.sin(30 * radius_of(u, v + 0.2)), 8)
    # Four arms a side: where each leaves the head, its heading there (0 outwards, pi/2
    # down) and how it curls.
    roots = (
        (0.3, 0.0, -0.1, -0.45),
        (0.3, 0.1, 0.4, -0.5),
        (0.2, 0.16, 0.85, -0.45),
        (0.08, 0.18, 1.35, -0.4),
    )
    for x, y, heading, curl in roots:
        heading, arm = s.uniform(-0.15, 0.15) + heading, None
        bend = s.uniform(0.8, 1.5) * curl
        for k in range(5):
            stride, width = 0.25 - 0.03 * k, 0.115 - 0.019 * k
            tip_x, tip_y = (
                x + stride * torch.cos(heading),
                y + stride * torch.sin(heading),
            )
            bone = limb(side, v, x, y, tip_x, tip_y, width, width - 0.019)
            arm = bone if arm is None else union(arm, bone)
            x, y, heading = tip_x, tip_y, heading + bend * (0.4 + 0.5 * k)
        fig.part(hide, arm, rim, 0.03)
        fig.detail(pale, arm - 0.05, suckers)
    dome = union(ellipse(u, v, 0, -0.5, 0.5, 0.48), ellipse(u, v, 0, -0.05, 0.38, 0.34))
    spots = sharp(s.smooth(11) - 1.1, 10)
    light = 1.1 - 0.5 * (u * u + (v + 0.5) ** 2)
    fig.part(shade(hide, light), dome, rim, 0.035)
    fig.detail(pale, dome - 0.06, spots * 0.5 * (v < -0.3))
    for colour, size in ((rim, 0.16), (WHITE, 0.13), (BLACK, 0.07)):
        fig.detail(colour, circle(side, v, 0.19, -0.12, size))
    fig.detail(WHITE, circle(side, v, 0.165, -0.15, 0.028))
    smile = (v - 0.12 + 0.8 * u * u).abs()
    fig.detail(rim, overlap(0.016 - smile, 0.15 - side))
    return fig.finish()


def snail(s):
    """A snail in profile on green: a brown shell wound in a spiral, a pale foot, a
    raised head with two stalks.
    """
    u, v, pixel = s.place(0.76, 0.93, rotate=0.15, offset=0.12, repeat=0.1)
    u = u * s.sign()
    free = s.coin(0.2)
    flesh = tone(s, free, 0.1, (0.2, 0.5), (0.65, 0.9), 0.02)
    dark_shell = tone(s, free, 0.06, (0.5, 0.85), (0.25, 0.45), 0.015)
    light_shell = tone(s, free, 0.09, (0.4, 0.75), (0.75, 1), 0.015)
    rim = dark_shell * 0.4

    fig = Figure(scene(s, leaves(s)), pixel)
    tail, sole = (
        limb(u, v, -0.95, 0.78, 0.1, 0.68, 0.06, 0.2),
        limb(u, v, 0.1, 0.68, 0.62, 0.66, 0.2, 0.16),
    )
    foot = overlap(union(tail, sole), 0.8 - v)
    neck = limb(u, v, 0.62, 0.6, 0.8, 0.06, 0.17, 0.13)
    left, right = s.uniform(0.55, 0.68), s.uniform(0.9, 1.0)
    stalks = union(
        limb(u, v, 0.74, 0.0, left, -0.42, 0.035, 0.025),
        limb(u, v, 0.84, 0.0, right, -0.38, 0.035, 0.025),
    )
    bulbs = union(circle(u, v, left, -0.44, 0.065), circle(u, v, right, -0.4, 0.065))
    fig.part(shade(flesh, 1.15 - 0.4 * v), union(foot, neck, stalks, bulbs), rim, 0.03)
    fig.detail(BLACK, bulbs - 0.025)
    fig.detail(BLACK, limb(u, v, 0.86, 0.2, 0.78, 0.22, 0.015, 0.015))

    x, y = u + 0.14, v
    r, angle = radius_of(x, y), torch.atan2(y, x)
    winding = torch.log(r + 0.03) * s.uniform(5.5, 6.5) - angle
    whorl = torch.sin(winding)
    growth = 1 + 0.1 * torch.sin(angle * 24 + r * 6)
    coil = shade(
        palette(whorl * 0.5 + 0.5, dark_shell, light_shell, light_shell),
        growth * (1.15 - 0.4 * r - 0.25 * y),
    )
    fig.part(coil, 0.64 - r, rim, 0.04)
    fig.detail(rim, (-0.82 - whorl) * 0.06, inside(0.64 - r, pixel))
    return fig.finish()


PATTERNS = [eye, face, cat, fish, octopus, snail, *birds.PATTERNS, *insects.PATTERNS]
