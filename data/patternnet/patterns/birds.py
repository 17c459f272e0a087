"""Birds: owl, songbird, penguin and peacock."""

import torch

from .figure import (
    BLACK,
    WHITE,
    Figure,
    circle,
    ellipse,
    iris,
    leaves,
    limb,
    night,
    one_of,
    overlap,
    pick,
    polygon,
    rgb,
    scene,
    sky,
    tone,
    union,
)
from .sheet import PI, mix, palette, radius_of, shade, sharp


def owl(s):
    """An owl on a branch: brown or grey plumage in rows of flecks, ear tufts, huge
    yellow-orange eyes, a beak.
    """
    u, v, pixel = s.place(0.78, 0.93, rotate=0.12, offset=0.12, repeat=0.1)
    free, side = s.coin(0.2), u.abs()
    brown, grey = (
        s.colour((0.4, 0.65), (0.4, 0.65), 0.075, 0.015),
        s.colour((0.4, 0.65), (0.02, 0.15), 0.08),
    )
    plumage = mix(mix(brown, grey, s.coin(0.35)), s.colour((0.4, 0.8)), free)
    pale, dark = mix(plumage, WHITE, s.uniform(0.45, 0.75)), plumage * 0.3

    fig = Figure(scene(s, night(s), leaves(s)), pixel)
    fig.detail(rgb(0.28, 0.17, 0.1), 0.08 - (v - 0.93).abs())
    head, body = ellipse(u, v, 0, -0.36, 0.66, 0.5), ellipse(u, v, 0, 0.25, 0.62, 0.72)
    tufts = polygon(side, v, (0.15, -0.65), (0.6, -1.02), (0.66, -0.35))
    fig.part(plumage, union(head, body, tufts), dark * 0.5, 0.04)
    row = torch.floor(v * 8)
    fleck = (
        ellipse(
            (u * 6 + 0.5 * (row % 2)) % 1 - 0.5, v * 8 - row - 0.5, 0, 0, 0.22, 0.42
        )
        / 8
    )
    breast = ellipse(u, v, 0, 0.4, 0.4, 0.5)
    fig.detail(pale, breast)
    fig.detail(dark, overlap(fleck, breast, v - 0.08))
    wing = ellipse(side, v, 0.52, 0.3, 0.2, 0.5, 0.15)
    fig.part(
        shade(plumage * 0.75, 1 + 0.25 * torch.sin(v * 28 + 8 * side)), wing, dark, 0.02
    )

    eye_radius = s.uniform(0.2, 0.25)
    x, y = side - 0.29, v + 0.36
    r, angle = radius_of(x, y), torch.atan2(y, x)
    disc = palette(r / 0.36 + 0.12 * torch.sin(angle * 22), pale, pale, plumage)
    fig.detail(disc, 0.34 - r)
    fig.detail(dark, 0.022 - (r - 0.35).abs(), head > 0)
    brow = polygon(side, v, (0.0, -0.5), (0.52, -0.86), (0.62, -0.72), (0.06, -0.3))
    fig.detail(dark, overlap(brow, union(head, tufts)))
    hue = one_of(s, 0.08, 0.12, 0.145)
    gold, amber = (
        tone(s, free, hue, (0.8, 1), (0.9, 1)),
        tone(s, free, hue - 0.03, (0.85, 1), (0.75, 0.95)),
    )
    fig.detail(BLACK, eye_radius + 0.035 - r)
    fig.detail(
        iris(s, x * torch.sign(u), y, pixel, eye_radius, gold, amber), eye_radius - r
    )
    beak = polygon(u, v, (-0.11, -0.22), (0.0, -0.3), (0.11, -0.22), (0.0, 0.08))
    fig.part(tone(s, free, 0.11, (0.2, 0.9), (0.35, 0.9)), beak, dark * 0.5, 0.02)
    toes = ellipse((side - 0.2).abs(), v, 0.055, 0.9, 0.055, 0.08)
    fig.part(rgb(0.8, 0.6, 0.25), toes, dark, 0.015)
    return fig.finish()


def bird(s):
    """A songbird perched in profile: robin, blue tit or canary, with beak, folded wing,
    tail and thin legs.
    """
    u, v, pixel = s.place(0.74, 0.92, rotate=0.12, offset=0.12, repeat=0.1)
    u = u * s.sign()
    free, kind = s.coin(0.2), s.integers(0, 3)
    yellow, blue = (
        s.colour((0.85, 1), (0.65, 0.95), 0.145, 0.01),
        s.colour((0.5, 0.9), (0.6, 0.9), 0.58, 0.02),
    )
    brown, red = (
        s.colour((0.4, 0.6), (0.35, 0.6), 0.08, 0.01),
        s.colour((0.8, 1), (0.75, 0.95), 0.04, 0.015),
    )
    any_colour = s.colour((0.4, 1), (0.3, 0.9))
    back = mix(pick(kind, brown, blue, yellow, blue), any_colour, free)
    breast = mix(pick(kind, red, yellow, yellow, red), s.bright(), free)
    wings = mix(
        pick(kind, brown * 0.75, blue * 0.7, yellow * 0.7, blue * 0.75),
        any_colour * 0.6,
        free,
    )
    crown = mix(back, blue, (kind == 1) * 1.0)
    rim = back * 0.15

    fig = Figure(scene(s, sky(s), leaves(s)), pixel)
    branch = v - 0.86 - 0.1 * u
    fig.detail(shade(rgb(0.38, 0.25, 0.15), 1.1 - 4 * branch), 0.07 - branch.abs())
    for x in (-0.05, 0.14):
        fig.part(BLACK, limb(u, v, x, 0.5, x + 0.06, 0.84, 0.025, 0.025))
    tail = polygon(u, v, (-0.4, 0.12), (-0.25, 0.4), (-1.0, 0.68), (-1.04, 0.44))
    body = union(
        ellipse(u, v, 0.0, 0.2, 0.58, 0.4, 0.3), ellipse(u, v, 0.22, -0.02, 0.38, 0.45)
    )
    head = circle(u, v, 0.36, -0.42, 0.34)
    beak = polygon(u, v, (0.6, -0.5), (0.98, -0.36), (0.6, -0.28))
    fig.part(shade(wings, 1 + 0.2 * torch.sin((v - 0.35 * u) * 50)), tail, rim, 0.035)
    beak_colour = mix(
        s.colour((0.2, 0.4), (0.1, 0.4), 0.08),
        s.colour((0.85, 1), (0.8, 1), 0.1, 0.02),
        s.coin(0.6),
    )
    fig.part(
        shade(beak_colour, torch.where(v > -0.39 + 0.05 * u, 0.7, 1.05)),
        beak,
        rim,
        0.03,
    )
    fig.part(back, union(body, head), rim, 0.04)
    underside = ellipse(u, v, 0.3, 0.12, 0.42, 0.52, 0.2)
    fig.detail(shade(breast, 1.1 - 0.3 * v), overlap(underside, union(body, head)))
    fig.detail(
        mix(breast, WHITE, (kind == 1) * 0.95),
        overlap(head, v + 0.56 - 0.1 * u),
        (kind != 2) * 1.0,
    )
    fig.detail(crown, overlap(head, -0.52 - v + 0.1 * u))
    fig.detail(
        rim, overlap(0.03 - (v + 0.43 - 0.05 * u).abs(), head), (kind == 1) * 1.0
    )
    wing_u, wing_v = u + 0.12, v - 0.16 + 0.35 * (u + 0.12)
    wing = ellipse(wing_u, wing_v, 0, 0, 0.48, 0.24)
    fig.detail(rim, wing + 0.035)
    barbs = torch.sin(radius_of(wing_u - 0.45, wing_v + 0.1) * 34)
    fig.detail(palette(sharp(barbs - 0.4, 6), wings, (wings + WHITE) / 2), wing)
    fig.detail(WHITE, circle(u, v, 0.46, -0.46, 0.1), 0.8)
    fig.detail(BLACK, circle(u, v, 0.46, -0.46, 0.08))
    fig.detail(WHITE, circle(u, v, 0.435, -0.485, 0.028))
    return fig.finish()


def penguin(s):
    """A penguin from the front: black coat, white belly and face, orange beak and feet,
    flippers held out, on ice.
    """
    u, v, pixel = s.place(0.78, 0.93, rotate=0.12, offset=0.12, repeat=0.1)
    free, side = s.coin(0.15), u.abs()
    coat = mix(s.colour((0.06, 0.22), (0.1, 0.6), 0.62), s.colour((0.1, 0.5)), free)
    orange = tone(s, free, 0.085, (0.85, 1), (0.9, 1), 0.015)
    ice = (
        s.colour((0.6, 0.9), (0.35, 0.7), 0.57, 0.03),
        s.colour((0.85, 1), (0.03, 0.2), 0.55),
    )

    fig = Figure(scene(s, ice, roughness=0.1), pixel)
    fig.part(orange, ellipse(side, v, 0.26, 0.92, 0.24, 0.09), coat, 0.025)
    swing = s.uniform(0.72, 0.95)
    fig.part(coat, limb(side, v, 0.42, -0.1, swing, 0.45, 0.14, 0.06))
    body, head = ellipse(u, v, 0, 0.24, 0.56, 0.68), ellipse(u, v, 0, -0.52, 0.37, 0.4)
    fig.part(coat, union(body, head, overlap(0.38 - side, v + 0.5, 0.1 - v)))
    belly = ellipse(u, v, 0, 0.34, 0.42, 0.56)
    cheeks = union(
        circle(side, v, 0.14, -0.5, 0.17), ellipse(u, v, 0, -0.36, 0.2, 0.16)
    )
    fig.detail(shade(WHITE, 1.02 - 0.25 * side), belly)
    fig.detail(WHITE, cheeks)
    collar = (orange + rgb(1.0, 0.85, 0.3)) / 2
    fig.detail(collar, ellipse(u, v, 0, -0.13, 0.3, 0.12), s.coin(0.6) * 0.85)
    fig.detail(BLACK, circle(side, v, 0.15, -0.54, 0.07))
    fig.detail(WHITE, circle(side, v, 0.13, -0.565, 0.025))
    fig.part(
        orange,
        polygon(u, v, (-0.13, -0.44), (0.0, -0.49), (0.13, -0.44), (0.0, -0.25)),
        coat,
        0.02,
    )
    return fig.finish()


def peacock(s):
    """A peacock facing us, its fan open behind it: rings of green feathers with blue
    eye-spots, blue neck, crown.
    """
    u, v, pixel = s.place(0.85, 1.0, rotate=0.08, offset=0.1, repeat=0.08)
    u, v, pixel = u * 1.3, v * 1.3, pixel * 1.3
    free, side = s.coin(0.15), u.abs()
    green, gold = (
        tone(s, free, 0.4, (0.7, 1), (0.25, 0.5), 0.03),
        tone(s, free, 0.12, (0.6, 0.9), (0.65, 0.95)),
    )
    blue, teal = (
        tone(s, free, 0.61, (0.8, 1), (0.5, 0.9), 0.02),
        tone(s, free, 0.48, (0.7, 1), (0.6, 0.9), 0.02),
    )
    hub = 0.42
    r, angle = radius_of(u, v - hub), torch.atan2(u, hub - v)
    feathers = s.integers(13, 16)
    step = 3.9 / feathers

    garden = (
        s.colour((0.6, 1), (0.1, 0.5), one_of(s, 0.12, 0.3, 0.55)),
        s.colour((0.2, 0.6), (0.2, 0.6), 0.25),
    )
    fig = Figure(scene(s, garden), pixel)
    scallop = 1.33 + 0.06 * torch.cos(angle * 2 * PI / step)
    fan = overlap(scallop - r, (1.97 - angle.abs()) * r)
    barbs = torch.sin((angle * 2 * PI / step).cos() * 3 + r * 45)
    fig.part(
        shade(palette(r / 1.35, green * 0.7, green, gold * 0.8), 1 + 0.22 * barbs),
        fan,
        green * 0.25,
        0.025,
    )
    for ring, size, shift in ((0.62, 0.6, 0.0), (0.88, 0.8, 0.5), (1.14, 1.0, 0.0)):
        near = ((angle / step + shift + 0.5) % 1 - 0.5) * step * ring
        far = r - ring
        spot = (near * near + 0.6 * far * far + 1e-6).sqrt() / (0.115 * size)
        here = (angle.abs() < 1.9) * 1.0
        fig.detail(palette(spot, blue * 0.35, blue, teal, gold), (1 - spot) * 0.1, here)
    neck = union(
        limb(u, v, 0, -0.2, 0, 0.4, 0.12, 0.24), ellipse(u, v, 0, 0.58, 0.32, 0.4)
    )
    for tip in (-0.16, 0.0, 0.16):
        fig.detail(blue * 0.5, limb(u, v, 0, -0.35, tip, -0.6, 0.015, 0.015))
        fig.detail(teal, circle(u, v, tip, -0.62, 0.045))
    body = union(neck, circle(u, v, 0, -0.28, 0.17))
    fig.part(shade(blue, 1.25 - 2.2 * side * side - 0.2 * v), body, blue * 0.2, 0.03)
    fig.detail(WHITE, ellipse(side, v, 0.085, -0.32, 0.055, 0.045))
    fig.detail(BLACK, circle(side, v, 0.085, -0.32, 0.032))
    fig.detail(
        rgb(0.95, 0.85, 0.55), polygon(u, v, (-0.06, -0.24), (0.06, -0.24), (0.0, -0.1))
    )
    return fig.finish()


PATTERNS = [owl, bird, penguin, peacock]
