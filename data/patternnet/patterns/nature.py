"""Plants and fruits: what a garden, a wood and a desert grow."""

import torch

from . import sky
from .places import blue_sky, evening_sky, forest_floor, ground, meadow, night, often, paper, setting
from .sheet import PI, inside, mix, palette, radius_of, segment, shade, sharp, tube, turn


def fold(u, v, count, phase=0.0):
    """Coordinates along and across the nearest of `count` rays from the origin."""
    angle = torch.atan2(v, u) + phase
    angle = (angle + PI / count) % (2 * PI / count) - PI / count
    r = radius_of(u, v)
    return r * torch.cos(angle), r * torch.sin(angle)


def petal_ring(u, v, pixel, count, start, width, phase):
    """Mask and light of a ring of oval petals from radius `start` to 1; `width` is relative to a full ring."""
    along, across = fold(u, v, count, phase)
    middle, half = (1 + start) / 2, (1 - start) / 2
    widest = width * middle * torch.tan(torch.as_tensor(PI / count))
    oval = 1 - ((along - middle) / half) ** 2 - (across / widest) ** 2
    veins = torch.cos(across / widest * 9) * 0.06
    light = 0.55 + 0.5 * oval.clamp(0, 1).sqrt() + veins
    return inside(oval * widest * 0.5, pixel), light


def yellow_centre(sheet, u, v, radius):
    """The domed, grainy middle of a flower head: colour."""
    grain = 0.85 + 0.25 * torch.sin(u * 42) * torch.sin(v * 42)
    dome = 1.15 - 0.55 * (radius_of(u, v) / radius) ** 2
    yellow = sheet.colour((0.85, 1), (0.75, 1), hue=0.125, hue_sd=0.02)
    centre = often(sheet, yellow, sheet.colour((0.2, 0.9), (0.4, 1)), 0.85)
    return shade(centre, grain * dome)


def flower(s):
    """Four to seven broad petals, pink, violet, yellow or red, round a yellow centre, before grass."""
    u, v, pixel = s.place(0.55, 0.95, repeat=0.25)
    count, start = s.integers(4, 7), s.uniform(0.05, 0.15)
    petals, light = petal_ring(u, v, pixel, count, start, s.uniform(0.85, 1.15), s.uniform(0, 6))
    pink = s.colour((0.8, 1), (0.35, 0.9), hue=0.9, hue_sd=0.03)
    violet = s.colour((0.6, 1), (0.45, 0.9), hue=0.77, hue_sd=0.03)
    warm = s.colour((0.85, 1), (0.6, 0.95), hue=0.05, hue_sd=0.05)
    tip = often(s, s.choose(pink, violet, pink, warm), s.colour((0.4, 1), (0.2, 1)), 0.8)
    base = mix(tip * 0.45, s.colour((0.85, 1), (0, 0.5), hue=0.14), s.coin(0.4))
    coloured = shade(palette(radius_of(u, v) * 1.3 - 0.15, base, tip), light)
    radius = s.uniform(0.17, 0.27)
    picture = mix(setting(s, meadow) * 0.85, coloured, petals)
    middle = inside(radius - radius_of(u, v), pixel)
    picture = mix(picture, yellow_centre(s, u, v, radius), middle)
    return picture.clamp(0, 1), torch.maximum(petals, middle)


def daisy(s):
    """Two rings of narrow white petals round a large yellow centre, before grass."""
    u, v, pixel = s.place(0.55, 0.95, repeat=0.25)
    count, phase, radius = s.integers(11, 17), s.uniform(0, 6), s.uniform(0.25, 0.36)
    front, light = petal_ring(u, v, pixel, count, radius * 0.6, s.uniform(0.7, 0.9), phase)
    back, back_light = petal_ring(u, v, pixel, count, radius * 0.6, s.uniform(0.7, 0.9), phase + PI / count)
    white = often(s, s.colour((0.93, 1), (0, 0.06)), s.colour((0.6, 1), (0.2, 0.8)), 0.8)
    picture = setting(s, meadow) * 0.75
    picture = mix(picture, shade(white, back_light * 0.72), back)
    picture = mix(picture, shade(white, light), front)
    middle = inside(radius - radius_of(u, v), pixel)
    picture = mix(picture, picture * 0.6, inside(radius * 1.15 - radius_of(u, v), pixel, 3))
    picture = mix(picture, yellow_centre(s, u, v, radius), middle)
    return picture.clamp(0, 1), torch.maximum(torch.maximum(front, back), middle)


def leaf(s):
    """A maple leaf: five toothed lobes with pale veins on a stalk, green or in autumn colours."""
    u, v, pixel = s.place(0.7, 1.0, repeat=0.2)
    v = v - 0.38
    stretch, teeth, plump = s.uniform(0.9, 1.1), s.integers(2, 3), s.uniform(0.26, 0.34)
    depth, along_vein, across_vein = torch.full_like(u, -9.0), torch.zeros_like(u), torch.zeros_like(u)
    lobes = [(0.0, 1.25), (0.85, 1.05), (-0.85, 1.05), (1.8, 0.72), (-1.8, 0.72)]
    for angle, length in lobes:
        turned = torch.full((1, 1, 1), angle) * stretch
        across, up = turn(u, v, turned)
        t = -up / length
        saw = (t.clamp(0, 1) * teeth) % 1
        half = torch.minimum(0.12 + t * 0.75, (1 - t) * 0.85).clamp(max=plump)
        half = length * (half + 0.13 * (saw - 0.35) * ((t > 0.1) & (t < 0.9)))
        d = torch.minimum(half - across.abs(), (1 - t) * length)
        d = torch.where(t < -0.1, torch.full_like(d, -9.0), d * 0.75)
        # The vein a point belongs to is that of the lobe it lies deepest in.
        deeper = d > depth
        depth = torch.where(deeper, d, depth)
        along_vein, across_vein = torch.where(deeper, -up, along_vein), torch.where(deeper, across, across_vein)
    side_veins = torch.sin((along_vein - across_vein.abs() * 0.9) * 26)
    blade = inside(depth, pixel)
    green = s.colour((0.35, 0.75), (0.6, 0.95), hue=0.29, hue_sd=0.03)
    autumn = s.colour((0.75, 1), (0.75, 1), hue=0.05, hue_sd=0.04)
    colour = often(s, often(s, green, autumn, 0.6), s.colour((0.3, 0.9), (0.3, 1)), 0.85)
    edge_colour = mix(colour, s.choose(autumn, green), s.uniform(0, 0.35))
    surface = palette(depth * 4 + 0.2 + s.fbm(5, 3) * 0.15, edge_colour * 0.75, colour)
    surface = shade(surface, 1 + 0.13 * torch.sign(across_vein) + side_veins * 0.06)
    vein_line = torch.maximum(inside(0.018 - across_vein.abs(), pixel), sharp(side_veins - 0.93, 40) * 0.5)
    surface = mix(surface, colour * 0.45 + s.colour((0.5, 0.6), (0.1, 0.4), hue=0.17), vein_line)
    stalk = inside(0.03 - segment(u - 0.12 * v * v, v, 0, 0, 0, 0.6)[0], pixel)
    picture = mix(setting(s, forest_floor, blue_sky, paper), colour * 0.6, stalk)
    picture = mix(picture, picture * 0.5, inside(depth + 0.05, pixel, 5) * 0.7)
    return mix(picture, surface, blade).clamp(0, 1), torch.maximum(blade, stalk)


def fern(s):
    """One arching frond: pairs of separate, notched leaflets, shorter towards the tip, in the dark of a wood."""
    u, v, pixel = s.place(0.8, 1.1, repeat=0.2, rotate=0.7)
    bow = s.uniform(-0.35, 0.35)
    across, along = (u - bow * v * v + bow * 0.3), (1 - v) / 2
    reach = s.uniform(0.55, 0.8) * (1.03 - along).clamp(0, 1) ** 0.8 * (along * 7 + 0.3).clamp(0, 1)
    side = across.abs()
    pairs = s.uniform(8, 11)
    # Leaflets crowd towards the tip, and each rises away from the stem.
    rise = along - side * s.uniform(0.15, 0.3)
    phase = pairs * (rise + 0.35 * rise * rise) + 0.5 * (across > 0)
    offset = phase % 1 - 0.5
    position = (side / (reach + 1e-3)).clamp(0, 1.5)
    notch = 0.06 * torch.sin(side * 60).clamp(-1, 1)
    half = 0.4 * (1 - position**2).clamp(min=0).sqrt() + notch * (position < 1) - 0.04
    thickness = 1.6 / pairs
    leaflet = inside((half - offset.abs()) * thickness, pixel) * (position < 1) * (rise > -0.05) * (along < 1)
    stem = inside(0.022 * (1.4 - along) - side, pixel) * (along < 0.97)
    green = s.colour((0.55, 0.9), (0.55, 0.95), hue=0.28, hue_sd=0.03)
    colour = often(s, green, s.colour((0.5, 1), (0.3, 1)), 0.8)
    surface = shade(colour, 0.95 - 0.5 * offset - 0.15 * position + 0.25 * (1 - offset.abs() * 12).clamp(0, 1))
    picture = mix(setting(s, forest_floor, night) * 0.55, surface, leaflet)
    return mix(picture, colour * 0.6, stem).clamp(0, 1), torch.maximum(leaflet, stem)


def feather(s):
    """A peacock's feather: loose green barbs on a pale shaft, and an eye of bronze, turquoise and deep blue."""
    u, v, pixel = s.place(0.8, 1.1, repeat=0.2, rotate=0.9)
    u = u - s.uniform(-0.2, 0.2) * v * v
    eye_v, eye_radius = -0.4, s.uniform(0.36, 0.44)
    eu, ev = u / eye_radius, (v - eye_v) / eye_radius * 0.85
    from_eye = radius_of(eu, ev)
    side = u.abs()
    width = 0.62 - 0.36 * (v + 0.35) + s.smooth(9) * 0.03
    top = 1 - radius_of(u, v + 0.35) / 0.62
    outline = torch.where(v < -0.35, top * 0.62, width - side)
    # Below the eye the barbs leave the shaft obliquely; round it they radiate.
    oblique = (v + side * 0.9) * s.uniform(38, 50)
    radial = torch.atan2(u, 0.2 - v) * s.uniform(34, 44)
    barbs = torch.sin(torch.where(v < 0.1, radial, oblique) + s.smooth(6) * 0.6)
    loose = ((from_eye - 0.95) * 1.2).clamp(0, 1)
    plume = inside(outline, pixel, 3) * (1 - loose * (1 - sharp(barbs + 0.35, 6))) * (v < 0.95)
    hue = often(s, torch.zeros(1, 1, 1, 1), s.uniform(0, 1)[:, None], 0.8)[:, 0]
    vane = s.colour((0.4, 0.75), (0.6, 0.95), hue=hue + 0.3, hue_sd=0.03)
    gold = s.colour((0.7, 0.95), (0.65, 0.95), hue=hue + 0.11, hue_sd=0.02)
    turquoise = s.colour((0.75, 1), (0.7, 1), hue=hue + 0.48, hue_sd=0.02)
    blue = s.colour((0.2, 0.45), (0.85, 1), hue=hue + 0.65, hue_sd=0.02)
    surface = shade(mix(vane, gold, ((barbs + 1) * 0.3)), 0.8 + 0.25 * barbs)
    sheen = 0.92 + 0.12 * barbs
    heart = radius_of(eu, ev - 0.12 + 0.25 * eu.abs() - 0.1)
    for ring, colour in ((1.0, vane * 0.7), (0.9, gold), (0.74, gold * 0.55), (0.66, turquoise)):
        surface = mix(surface, shade(colour, sheen), inside((ring - from_eye) * eye_radius, pixel))
    surface = mix(surface, blue, inside((0.4 - heart) * eye_radius, pixel))
    shaft = inside(0.025 - side, pixel) * (v > -0.1) * (v < 1.1)
    picture = mix(setting(s, night, forest_floor) * 0.8, surface, plume)
    picture = mix(picture, s.colour((0.8, 1), (0.05, 0.3), hue=0.12), shaft)
    return picture.clamp(0, 1), torch.maximum(plume, shaft)


def tree(s):
    """A forking brown trunk under a round crown of leaves, on grass before the sky; a few are bare."""
    u, v, pixel = s.place(0.85, 1.1, rotate=0.1, repeat=0.1)
    trunk = torch.full_like(u, 9.0)
    branches = [(s.uniform(-0.1, 0.1), s.uniform(1, 1.2), s.uniform(-0.08, 0.08) - PI / 2, s.uniform(0.6, 0.75), 0.085)]
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
                grown.append((x1, y1, angle + side * s.uniform(0.25, 0.65), length * s.uniform(0.6, 0.8), width * 0.62))
        branches = grown
    puff, light = torch.full_like(u, -9.0), torch.zeros_like(u)
    for x1, y1 in tips:
        d = 0.27 - radius_of(u - x1, v - y1)
        light = torch.where(d > puff, y1 - v, light)
        puff = torch.maximum(puff, d)
    leaves = s.fbm(12, 3, 0.8)
    crown = inside(puff + leaves * 0.05, pixel, 1.5) * s.coin(0.88)
    brown = often(s, s.colour((0.2, 0.5), (0.4, 0.75), hue=0.07, hue_sd=0.02), s.dark(), 0.85)
    green = s.colour((0.4, 0.8), (0.55, 0.95), hue=0.29, hue_sd=0.03)
    autumn = s.colour((0.75, 1), (0.6, 1), hue=0.06, hue_sd=0.04)
    blossom = s.colour((0.85, 1), (0.15, 0.5), hue=0.93, hue_sd=0.03)
    foliage = often(s, green, s.choose(autumn, blossom, s.colour((0.3, 1), (0.3, 1))), 0.72)
    grass = s.colour((0.35, 0.7), (0.5, 0.9), hue=0.27, hue_sd=0.03)
    scene = ground(s, setting(s, blue_sky, probability=0.8), grass, s.uniform(0.55, 0.85))
    picture = mix(scene, shade(brown, 1 + 0.25 * torch.sin(u * 40)), inside(-trunk, pixel))
    lit = (0.85 + light * 1.1 + leaves * 0.28 - v * 0.12).clamp(0.3, 1.5)
    picture = mix(picture, shade(foliage, lit), crown)
    return picture.clamp(0, 1), torch.maximum(crown, inside(-trunk, pixel))


def mushroom(s):
    """A toadstool: red cap with white spots, pale stem with a skirt, gills below the rim."""
    u, v, pixel = s.place(0.65, 0.95, rotate=0.25, repeat=0.2)
    width, height, rim = s.uniform(0.85, 0.98), s.uniform(0.75, 0.95), 0.1 - 0.12 * u * u
    dome = 1 - radius_of(u / width, (v - 0.08) / height)
    cap = torch.minimum(dome * 0.8, rim + 0.04 - v)
    gills = torch.minimum((1 - radius_of(u / (width * 0.9), (v - 0.04) / 0.2)) * 0.2, v - rim + 0.05)
    thick = s.uniform(0.15, 0.23) + 0.1 * (v - 0.3).clamp(min=0) ** 1.5
    stem = torch.minimum(thick - u.abs(), torch.minimum(v, 0.97 - v))
    skirt = torch.minimum(0.2 + (v - 0.3) * 0.5 - u.abs(), 0.5 + 0.05 * torch.cos(u * 22) - v)
    skirt = torch.minimum(skirt, v - 0.32)
    # The spots lie on a dome: towards its edge they are seen at a slant and crowd together.
    across = torch.asin((u / (width * (1 - ((v - 0.08) / height) ** 2).clamp(min=0.05).sqrt())).clamp(-0.99, 0.99))
    up = torch.asin(((0.08 - v) / height).clamp(-0.99, 0.99))
    density = s.uniform(1.7, 2.4)
    spots = torch.full_like(u, -9.0)
    px, py = across * density + 20 + s.uniform(0, 9), up * density * 1.1 + s.uniform(0, 9)
    for shift in (0.0, 0.5):
        row = torch.floor(py + shift)
        column = torch.floor(px + row * 0.5)
        jx, jy, size = s.cells(column, row, 3)
        dx, dy = px + row * 0.5 - column - 0.35 - 0.3 * jx, py + shift - row - 0.35 - 0.3 * jy
        spots = torch.maximum(spots, 0.15 + 0.14 * size - radius_of(dx, dy) - shift * 0.16)
    red = s.colour((0.75, 0.95), (0.8, 1), hue=0.0, hue_sd=0.015)
    colour = often(s, red, s.colour((0.3, 0.9), (0.3, 1)), 0.78)
    cream = s.colour((0.85, 1), (0.03, 0.2), hue=0.12, hue_sd=0.03)
    light = (1.05 - 0.35 * (u + 0.35).abs() + dome * 0.25 - 0.25 * v).clamp(0.3, 1.3)
    scene = setting(s, meadow, forest_floor)
    picture = mix(scene * 0.8, shade(cream, 1 - 0.45 * (u / thick + 0.3).abs()), inside(stem, pixel))
    picture = mix(picture, shade(cream * 0.75, 0.75 + 0.2 * torch.sin(u * 50 / (0.6 + v))), inside(gills, pixel))
    picture = mix(picture, shade(cream, 1 + 0.12 * torch.sin(u * 45)), inside(skirt, pixel))
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
    scene = ground(s, setting(s, blue_sky, evening_sky, probability=0.8), sand, s.uniform(0.4, 0.75))
    picture = mix(scene, surface, inside(body, pixel))
    fu, fv = u, v + 0.72 + width
    petals, light = petal_ring(fu / 0.2, fv / 0.2, pixel / 0.2, 5, 0.05, 1.0, 0.3)
    petals = petals * s.coin(0.5)
    pink = s.colour((0.9, 1), (0.5, 0.9), hue=0.92, hue_sd=0.04)
    return mix(picture, shade(pink, light), petals).clamp(0, 1), torch.maximum(inside(body, pixel), petals)


def strawberry(s):
    """A red fruit tapering to a round tip, with yellow seeds in pits and a green star of leaves on top."""
    u, v, pixel = s.place(0.6, 0.95, rotate=0.6, repeat=0.25)
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
    shine = torch.exp(-((u + 0.32) ** 2 * 14 + (v + 0.15) ** 2 * 7)) * s.uniform(0.2, 0.7)
    surface = mix(surface, torch.ones(1, 3, 1, 1), shine * (pit > 0.25))
    seed_colour = s.colour((0.9, 1), (0.4, 0.85), hue=0.14, hue_sd=0.02)
    surface = mix(surface, seed_colour, inside((0.15 - radius_of(dx * 1.5, dy * 0.95)) / density, pixel))
    lu, lv = u, (v + 0.68 - 0.22 * u * u) * 1.55
    along, side = fold(lu, lv, s.integers(6, 8), s.uniform(0, 6))
    leaf_shape = torch.minimum(0.17 * torch.sin((along / 0.66).clamp(0, 1) * PI).clamp(min=0) ** 0.8 - side.abs(), 0.66 - along)
    stalk = 0.045 - segment(u, v, 0, -0.68, 0.1, -1.05)[0]
    calyx = inside(torch.maximum(leaf_shape * 0.7, stalk), pixel)
    green = often(s, s.colour((0.4, 0.75), (0.6, 0.95), hue=0.3, hue_sd=0.03), s.colour((0.3, 0.9), (0.3, 1)), 0.9)
    leaves = shade(green, 1.15 - side.abs() * 3.5 + 0.15 * torch.sign(side))
    picture = setting(s, paper, meadow, forest_floor)
    shadow = inside((1 - radius_of((u - 0.12) / width, (v - 0.22) / 0.88)) * 0.7, pixel, 8) * 0.5
    picture = mix(mix(picture, picture * 0.3, shadow), surface, inside(fruit, pixel))
    return mix(picture, leaves, calyx).clamp(0, 1), torch.maximum(inside(fruit, pixel), calyx)


PATTERNS = [flower, daisy, leaf, fern, feather, tree, mushroom, cactus, strawberry, *sky.PATTERNS]
