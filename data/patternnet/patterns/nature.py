"""Flowers, a leaf, a fern and a feather; and, gathered here, everything else that
nature grows or does.
"""

import torch

from . import sky, wild
from .petals import petal_ring
from .places import blue_sky, forest_floor, meadow, night, often, paper, setting
from .sheet import PI, inside, mix, palette, radius_of, segment, shade, sharp, turn


def yellow_centre(sheet, u, v, radius):
    """The domed, grainy middle of a flower head: colour."""
    grain = 0.85 + 0.25 * torch.sin(u * 42) * torch.sin(v * 42)
    dome = 1.15 - 0.55 * (radius_of(u, v) / radius) ** 2
    yellow = sheet.colour((0.85, 1), (0.75, 1), hue=0.125, hue_sd=0.02)
    centre = often(sheet, yellow, sheet.colour((0.2, 0.9), (0.4, 1)), 0.85)
    return shade(centre, grain * dome)


def flower(s):
    """Four to seven broad petals, pink, violet, yellow or red, round a yellow centre,
    before grass.
    """
    u, v, pixel = s.place(0.55, 0.95, repeat=0.25)
    count, start = s.integers(4, 7), s.uniform(0.05, 0.15)
    petals, light = petal_ring(
        u, v, pixel, count, start, s.uniform(0.85, 1.15), s.uniform(0, 6)
    )
    pink = s.colour((0.8, 1), (0.35, 0.9), hue=0.9, hue_sd=0.03)
    violet = s.colour((0.6, 1), (0.45, 0.9), hue=0.77, hue_sd=0.03)
    warm = s.colour((0.85, 1), (0.6, 0.95), hue=0.05, hue_sd=0.05)
    tip = often(
        s, s.choose(pink, violet, pink, warm), s.colour((0.4, 1), (0.2, 1)), 0.8
    )
    base = mix(tip * 0.45, s.colour((0.85, 1), (0, 0.5), hue=0.14), s.coin(0.4))
    coloured = shade(palette(radius_of(u, v) * 1.3 - 0.15, base, tip), light)
    radius = s.uniform(0.17, 0.27)
    picture = mix(setting(s, meadow) * 0.85, coloured, petals)
    middle = inside(radius - radius_of(u, v), pixel)
    picture = mix(picture, yellow_centre(s, u, v, radius), middle)
    return picture.clamp(0, 1), torch.maximum(
        petals, inside(radius * 1.1 - radius_of(u, v), pixel)
    )


def daisy(s):
    """Two rings of narrow white petals round a large yellow centre, before grass."""
    u, v, pixel = s.place(0.55, 0.95, repeat=0.25)
    count, phase, radius = s.integers(11, 17), s.uniform(0, 6), s.uniform(0.25, 0.36)
    front, light = petal_ring(
        u, v, pixel, count, radius * 0.6, s.uniform(0.7, 0.9), phase
    )
    back, back_light = petal_ring(
        u, v, pixel, count, radius * 0.6, s.uniform(0.7, 0.9), phase + PI / count
    )
    white = often(
        s, s.colour((0.93, 1), (0, 0.06)), s.colour((0.6, 1), (0.2, 0.8)), 0.8
    )
    picture = setting(s, meadow) * 0.75
    picture = mix(picture, shade(white, back_light * 0.72), back)
    picture = mix(picture, shade(white, light), front)
    middle = inside(radius - radius_of(u, v), pixel)
    picture = mix(
        picture, picture * 0.6, inside(radius * 1.15 - radius_of(u, v), pixel, 3)
    )
    picture = mix(picture, yellow_centre(s, u, v, radius), middle)
    return picture.clamp(0, 1), torch.maximum(
        torch.maximum(front, back), inside(radius * 1.2 - radius_of(u, v), pixel)
    )


def leaf(s):
    """A maple leaf: five toothed lobes with pale veins on a stalk, green or in autumn
    colours.
    """
    u, v, pixel = s.place(0.7, 1.0, repeat=0.2)
    v = v - 0.38
    stretch, teeth, plump = s.uniform(0.9, 1.1), s.integers(2, 3), s.uniform(0.26, 0.34)
    depth, along_vein, across_vein = (
        torch.full_like(u, -9.0),
        torch.zeros_like(u),
        torch.zeros_like(u),
    )
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
        along_vein, across_vein = (
            torch.where(deeper, -up, along_vein),
            torch.where(deeper, across, across_vein),
        )
    side_veins = torch.sin((along_vein - across_vein.abs() * 0.9) * 26)
    blade = inside(depth, pixel)
    green = s.colour((0.35, 0.75), (0.6, 0.95), hue=0.29, hue_sd=0.03)
    autumn = s.colour((0.75, 1), (0.75, 1), hue=0.05, hue_sd=0.04)
    colour = often(
        s, often(s, green, autumn, 0.6), s.colour((0.3, 0.9), (0.3, 1)), 0.85
    )
    edge_colour = mix(colour, s.choose(autumn, green), s.uniform(0, 0.35))
    surface = palette(depth * 4 + 0.2 + s.fbm(5, 3) * 0.15, edge_colour * 0.75, colour)
    surface = shade(surface, 1 + 0.13 * torch.sign(across_vein) + side_veins * 0.06)
    vein_line = torch.maximum(
        inside(0.018 - across_vein.abs(), pixel), sharp(side_veins - 0.93, 40) * 0.5
    )
    surface = mix(
        surface, colour * 0.45 + s.colour((0.5, 0.6), (0.1, 0.4), hue=0.17), vein_line
    )
    stalk = inside(0.03 - segment(u - 0.12 * v * v, v, 0, 0, 0, 0.6)[0], pixel)
    picture = mix(setting(s, forest_floor, blue_sky, paper), colour * 0.6, stalk)
    picture = mix(picture, picture * 0.5, inside(depth + 0.05, pixel, 5) * 0.7)
    return mix(picture, surface, blade).clamp(0, 1), torch.maximum(blade, stalk)


def fern(s):
    """One arching frond: pairs of separate, notched leaflets, shorter towards the tip,
    in the dark of a wood.
    """
    u, v, pixel = s.place(0.8, 1.1, repeat=0.2, rotate=0.7)
    bow = s.uniform(-0.35, 0.35)
    across, along = (u - bow * v * v + bow * 0.3), (1 - v) / 2
    reach = (
        s.uniform(0.55, 0.8)
        * (1.03 - along).clamp(0, 1) ** 0.8
        * (along * 7 + 0.3).clamp(0, 1)
    )
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
    leaflet = (
        inside((half - offset.abs()) * thickness, pixel)
        * (position < 1)
        * (rise > -0.05)
        * (along < 1)
    )
    stem = inside(0.022 * (1.4 - along) - side, pixel) * (along < 0.97)
    green = s.colour((0.55, 0.9), (0.55, 0.95), hue=0.28, hue_sd=0.03)
    colour = often(s, green, s.colour((0.5, 1), (0.3, 1)), 0.8)
    surface = shade(
        colour,
        0.95
        - 0.5 * offset
        - 0.15 * position
        + 0.25 * (1 - offset.abs() * 12).clamp(0, 1),
    )
    picture = mix(setting(s, forest_floor, night) * 0.55, surface, leaflet)
    return mix(picture, colour * 0.6, stem).clamp(0, 1), torch.maximum(leaflet, stem)


def feather(s):
    """A peacock's feather: loose green barbs on a pale shaft, and an eye of bronze,
    turquoise and deep blue.
    """
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
    plume = (
        inside(outline, pixel, 3)
        * (1 - loose * (1 - sharp(barbs + 0.35, 6)))
        * (v < 0.95)
    )
    hue = often(s, torch.zeros(1, 1, 1, 1), s.uniform(0, 1)[:, None], 0.8)[:, 0]
    vane = s.colour((0.4, 0.75), (0.6, 0.95), hue=hue + 0.3, hue_sd=0.03)
    gold = s.colour((0.7, 0.95), (0.65, 0.95), hue=hue + 0.11, hue_sd=0.02)
    turquoise = s.colour((0.75, 1), (0.7, 1), hue=hue + 0.48, hue_sd=0.02)
    blue = s.colour((0.2, 0.45), (0.85, 1), hue=hue + 0.65, hue_sd=0.02)
    surface = shade(mix(vane, gold, ((barbs + 1) * 0.3)), 0.8 + 0.25 * barbs)
    sheen = 0.92 + 0.12 * barbs
    heart = radius_of(eu, ev - 0.12 + 0.25 * eu.abs() - 0.1)
    for ring, colour in (
        (1.0, vane * 0.7),
        (0.9, gold),
        (0.74, gold * 0.55),
        (0.66, turquoise),
    ):
        surface = mix(
            surface, shade(colour, sheen), inside((ring - from_eye) * eye_radius, pixel)
        )
    surface = mix(surface, blue, inside((0.4 - heart) * eye_radius, pixel))
    shaft = inside(0.025 - side, pixel) * (v > -0.1) * (v < 1.1)
    picture = mix(setting(s, night, forest_floor) * 0.8, surface, plume)
    picture = mix(picture, s.colour((0.8, 1), (0.05, 0.3), hue=0.12), shaft)
    return picture.clamp(0, 1), torch.maximum(plume, shaft)


PATTERNS = [flower, daisy, leaf, fern, feather, *wild.PATTERNS, *sky.PATTERNS]
