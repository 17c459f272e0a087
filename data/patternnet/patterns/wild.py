"""A tree, a toadstool, a cactus and a strawberry: plants with a body of their own."""

import torch

from .petals import fold, petal_ring
from .places import (
    blue_sky,
    evening_sky,
    forest_floor,
    ground,
    meadow,
    often,
    paper,
    setting,
)
from .sheet import PI, inside, mix, radius_of, segment, shade, sharp, tube


def tree(s):
    """A forking brown trunk under a round crown of leaves, on grass before the sky; a
    few are bare.
    """
    u, v, pixel = s.place(0.85, 1.1, rotate=0.1, repeat=0.1)
    trunk = torch.full_like(u, 9.0)
    branches = [
        (
            s.uniform(-0.1, 0.1),
            s.uniform(1, 1.2),
            s.uniform(-0.08, 0.08) - PI / 2,
            s.uniform(0.6, 0.75),
            0.085,
        )
    ]
    tips = []
    for level in range(4):
        grown = []
        for x0, y0, angle, length, width in branches:
            x1, y1 = x0 + torch.cos(angle) * length, y0 + torch.sin(angle) * length
            distance, t = segment(u, v, x0, y0, x1, y1)
            trunk = torch.minimum(trunk, distance - width * (1 - 0.4 * t))
            if level > 0:
                tips.append((x1, y1))
            for side in (-1, 1):
                grown.append(
                    (
                        x1,
                        y1,
                        angle + side * s.uniform(0.25, 0.65),
                        length * s.uniform(0.6, 0.8),
                        width * 0.62,
                    )
                )
        branches = grown
    puff, light = torch.full_like(u, -9.0), torch.zeros_like(u)
    for x1, y1 in tips:
        d = 0.27 - radius_of(u - x1, v - y1)
        light = torch.where(d > puff, y1 - v, light)
        puff = torch.maximum(puff, d)
    leaves = s.fbm(12, 3, 0.8)
    crown = inside(puff + leaves * 0.05, pixel, 1.5) * s.coin(0.88)
    brown = often(
        s, s.colour((0.2, 0.5), (0.4, 0.75), hue=0.07, hue_sd=0.02), s.dark(), 0.85
    )
    green = s.colour((0.4, 0.8), (0.55, 0.95), hue=0.29, hue_sd=0.03)
    autumn = s.colour((0.75, 1), (0.6, 1), hue=0.06, hue_sd=0.04)
    blossom = s.colour((0.85, 1), (0.15, 0.5), hue=0.93, hue_sd=0.03)
    foliage = often(
        s, green, s.choose(autumn, blossom, s.colour((0.3, 1), (0.3, 1))), 0.72
    )
    grass = s.colour((0.35, 0.7), (0.5, 0.9), hue=0.27, hue_sd=0.03)
    scene = ground(
        s, setting(s, blue_sky, probability=0.8), grass, s.uniform(0.55, 0.85)
    )
    picture = mix(
        scene, shade(brown, 1 + 0.25 * torch.sin(u * 40)), inside(-trunk, pixel)
    )
    lit = (0.85 + light * 1.1 + leaves * 0.28 - v * 0.12).clamp(0.3, 1.5)
    picture = mix(picture, shade(foliage, lit), crown)
    return picture.clamp(0, 1), torch.maximum(crown, inside(-trunk, pixel))


def mushroom(s):
    """A toadstool: red cap with white spots, pale stem with a skirt, gills below the
    rim.
    """
    u, v, pixel = s.place(0.65, 0.95, rotate=0.25, repeat=0.2)
    width, height, rim = (
        s.uniform(0.85, 0.98),
        s.uniform(0.75, 0.95),
        0.1 - 0.12 * u * u,
    )
    dome = 1 - radius_of(u / width, (v - 0.08) / height)
    cap = torch.minimum(dome * 0.8, rim + 0.04 - v)
    gills = torch.minimum(
        (1 - radius_of(u / (width * 0.9), (v - 0.04) / 0.2)) * 0.2, v - rim + 0.05
    )
    thick = s.uniform(0.15, 0.23) + 0.1 * (v - 0.3).clamp(min=0) ** 1.5
    stem = torch.minimum(thick - u.abs(), torch.minimum(v, 0.97 - v))
    skirt = torch.minimum(
        0.2 + (v - 0.3) * 0.5 - u.abs(), 0.5 + 0.05 * torch.cos(u * 22) - v
    )
    skirt = torch.minimum(skirt, v - 0.32)
    # The spots lie on a dome: towards its edge they are seen at a slant and crowd
    # together.
    across = torch.asin(
        (u / (width * (1 - ((v - 0.08) / height) ** 2).clamp(min=0.05).sqrt())).clamp(
            -0.99, 0.99
        )
    )
    up = torch.asin(((0.08 - v) / height).clamp(-0.99, 0.99))
    density = s.uniform(1.7, 2.4)
    spots = torch.full_like(u, -9.0)
    px, py = (
        across * density + 20 + s.uniform(0, 9),
        up * density * 1.1 + s.uniform(0, 9),
    )
    for shift in (0.0, 0.5):
        row = torch.floor(py + shift)
        column = torch.floor(px + row * 0.5)
        jx, jy, size = s.cells(column, row, 3)
        dx, dy = (
            px + row * 0.5 - column - 0.35 - 0.3 * jx,
            py + shift - row - 0.35 - 0.3 * jy,
        )
        spots = torch.maximum(
            spots, 0.15 + 0.14 * size - radius_of(dx, dy) - shift * 0.16
        )
    red = s.colour((0.75, 0.95), (0.8, 1), hue=0.0, hue_sd=0.015)
    colour = often(s, red, s.colour((0.3, 0.9), (0.3, 1)), 0.78)
    cream = s.colour((0.85, 1), (0.03, 0.2), hue=0.12, hue_sd=0.03)
    light = (1.05 - 0.35 * (u + 0.35).abs() + dome * 0.25 - 0.25 * v).clamp(0.3, 1.3)
    scene = setting(s, meadow, forest_floor)
    picture = mix(
        scene * 0.8,
        shade(cream, 1 - 0.45 * (u / thick + 0.3).abs()),
        inside(stem, pixel),
    )
    picture = mix(
        picture,
        shade(cream * 0.75, 0.75 + 0.2 * torch.sin(u * 50 / (0.6 + v))),
        inside(gills, pixel),
    )
    picture = mix(
        picture, shade(cream, 1 + 0.12 * torch.sin(u * 45)), inside(skirt, pixel)
    )
    surface = mix(shade(colour, light), shade(cream, light), inside(spots * 0.5, pixel))
    whole = torch.maximum(torch.maximum(stem, gills), torch.maximum(cap, skirt))
    return mix(picture, surface, inside(cap, pixel)).clamp(0, 1), inside(whole, pixel)


def cactus(s):
    """A ribbed green column with two raised arms, in a desert."""
    u, v, pixel = s.place(0.75, 1.0, rotate=0.1, repeat=0.15)
    u = u * s.sign()
    trunk, _ = segment(u, v, 0, -0.72, 0, 1.3)
    width = s.uniform(0.19, 0.25)
    relative = trunk / width
    body = width - trunk
    for side in (-1, 1):
        elbow, reach = s.uniform(0.0, 0.4), s.uniform(0.5, 0.62)
        top, thin = elbow - s.uniform(0.35, 0.65), width * s.uniform(0.62, 0.8)
        out, _ = segment(u * side, v, 0, elbow, reach - 0.08, elbow)
        bend, _ = segment(u * side, v, reach - 0.08, elbow, reach, elbow - 0.1)
        upward, _ = segment(u * side, v, reach, elbow - 0.1, reach, top)
        arm = torch.minimum(torch.minimum(out, bend), upward)
        relative = torch.where(thin - arm > body, arm / thin, relative)
        body = torch.maximum(body, thin - arm)
    ribs = torch.cos(torch.asin(relative.clamp(0, 0.98)) * s.integers(3, 4) * 2)
    green = s.colour((0.4, 0.75), (0.5, 0.85), hue=0.33, hue_sd=0.04)
    colour = often(s, green, s.colour((0.4, 1), (0.3, 1)), 0.85)
    round_light = 0.45 + 0.6 * tube(relative.clamp(0, 1), 1.0)
    surface = shade(colour, round_light * (0.85 + 0.3 * ribs))
    spines = sharp(ribs - 0.75, 15) * sharp(torch.sin(v * 45) - 0.6, 8)
    surface = mix(surface, s.colour((0.9, 1), (0, 0.25), hue=0.15), spines * 0.8)
    sand = s.colour((0.75, 0.95), (0.35, 0.65), hue=0.1, hue_sd=0.02)
    scene = ground(
        s,
        setting(s, blue_sky, evening_sky, probability=0.8),
        sand,
        s.uniform(0.4, 0.75),
    )
    picture = mix(scene, surface, inside(body, pixel))
    fu, fv = u, v + 0.72 + width
    petals, light = petal_ring(fu / 0.2, fv / 0.2, pixel / 0.2, 5, 0.05, 1.0, 0.3)
    petals = petals * s.coin(0.5)
    pink = s.colour((0.9, 1), (0.5, 0.9), hue=0.92, hue_sd=0.04)
    return mix(picture, shade(pink, light), petals).clamp(0, 1), torch.maximum(
        inside(body, pixel), petals
    )


def strawberry(s):
    """A red fruit tapering to a round tip, with yellow seeds in pits and a green star
    of leaves on top.
    """
    u, v, pixel = s.place(0.6, 0.88, rotate=0.6, repeat=0.25)
    width = s.uniform(0.72, 0.82) - s.uniform(0.28, 0.36) * v
    fruit = (1 - radius_of(u / width, (v - 0.12) / 0.86)) * 0.7
    density = s.uniform(3.2, 4.2)
    across = torch.asin((u / width).clamp(-0.99, 0.99)) * density * 0.9
    down = (v + 0.3 * (u / width) ** 2 * 0.4) * density
    row = torch.floor(down)
    dx = (across + 0.5 * (row % 2)) % 1 - 0.5
    dy = down - row - 0.5
    pit = radius_of(dx * 1.25, dy * 0.9)
    red = s.colour((0.8, 1), (0.85, 1), hue=0.995, hue_sd=0.01)
    colour = often(s, red, s.colour((0.5, 1), (0.3, 1)), 0.85)
    light = (0.6 + 1.1 * fruit - 0.25 * (u + v * 0.3)).clamp(0.35, 1.25)
    surface = shade(colour, light * (0.55 + 0.45 * (pit * 3.2).clamp(0, 1)))
    shine = torch.exp(-((u + 0.32) ** 2 * 14 + (v + 0.15) ** 2 * 7)) * s.uniform(
        0.2, 0.7
    )
    surface = mix(surface, torch.ones(1, 3, 1, 1), shine * (pit > 0.25))
    seed_colour = s.colour((0.9, 1), (0.4, 0.85), hue=0.14, hue_sd=0.02)
    surface = mix(
        surface,
        seed_colour,
        inside((0.15 - radius_of(dx * 1.5, dy * 0.95)) / density, pixel),
    )
    lu, lv = u, (v + 0.68 - 0.22 * u * u) * 1.55
    along, side = fold(lu, lv, s.integers(6, 8), s.uniform(0, 6))
    half_leaf = 0.17 * torch.sin((along / 0.66).clamp(0, 1) * PI).clamp(min=0) ** 0.8
    leaf_shape = torch.minimum(half_leaf - side.abs(), 0.66 - along)
    stalk = 0.045 - segment(u, v, 0, -0.68, 0.1, -1.05)[0]
    calyx = inside(torch.maximum(leaf_shape * 0.7, stalk), pixel)
    green = often(
        s,
        s.colour((0.4, 0.75), (0.6, 0.95), hue=0.3, hue_sd=0.03),
        s.colour((0.3, 0.9), (0.3, 1)),
        0.9,
    )
    leaves = shade(green, 1.15 - side.abs() * 3.5 + 0.15 * torch.sign(side))
    picture = setting(s, paper, meadow, forest_floor)
    shadow = (
        inside((1 - radius_of((u - 0.12) / width, (v - 0.22) / 0.88)) * 0.7, pixel, 8)
        * 0.5
    )
    picture = mix(mix(picture, picture * 0.3, shadow), surface, inside(fruit, pixel))
    return mix(picture, leaves, calyx).clamp(0, 1), torch.maximum(
        inside(fruit, pixel), calyx
    )


PATTERNS = [tree, mushroom, cactus, strawberry]
