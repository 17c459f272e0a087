"""Buildings: façade with windows, arcade, house, lighthouse."""

import torch

from .scenery import box, meadow, night, plain, sea, sky, sometimes, usually
from .sheet import PI, inside, mix, palette, radius_of, shade, sharp


def windows(s):
    """A façade: rows of sash windows with pale frames and sills, blue panes by day, lit
    ones at night.
    """
    x, y, pixel = s.grid(1.2, 2.8, warp=0.015, rotate=0.1, shear=0.15)
    column, row = torch.floor(x), torch.floor(y)
    p, q = x - column - 0.5, y - row - 0.5
    lamp, tint = s.cells(column, row, 2)
    half_width, half_height = s.uniform(0.2, 0.31), s.uniform(0.29, 0.38)
    pane = torch.minimum(half_width - p.abs(), half_height - q.abs())
    usual, dark_hours = s.coin(0.75), s.coin(0.35)
    wall = usually(
        usual,
        s.colour((0.55, 0.95), (0.15, 0.6), 0.07, 0.035),
        s.colour((0.3, 1), (0, 0.7)),
    )
    wall = wall * (1 - 0.65 * dark_hours)[:, None]
    course = torch.floor(y * 12)
    joint_y, joint_x = (y * 12) % 1, (x * 6 + 0.5 * (course % 2)) % 1
    joint = torch.maximum(
        inside(0.07 - joint_y, pixel * 12), inside(0.05 - joint_x, pixel * 6)
    ) * s.coin(0.5)
    wall = shade(plain(s, wall), (1 + 0.08 * s.fbm(8, 3)) * (1 - 0.25 * joint))
    frame = usually(
        usual, s.bright(saturation=(0, 0.12)), s.bright(saturation=(0, 0.5))
    )
    frame = frame * (1 - 0.45 * dark_hours)[:, None]
    blue = usually(
        usual,
        s.colour((0.4, 0.75), (0.45, 0.8), 0.58, 0.02),
        s.colour((0.2, 0.8), (0.3, 0.9)),
    )
    reflection = tint * 0.5 + 0.5 - (q - p * 0.7) * 0.9
    glass = palette(reflection, blue * 0.45, blue, blue * 0.4 + 0.6)
    light = usually(usual, s.colour((0.9, 1), (0.45, 0.75), 0.125, 0.015), s.bright())
    share = torch.where(dark_hours > 0, s.uniform(0.4, 0.8), s.uniform(0, 0.2))
    glass = glass * (1 - 0.6 * dark_hours)[:, None]
    glass = mix(
        glass, shade(plain(s, light), 1.05 - 0.5 * (q + 0.3)), (lamp < share).float()
    )
    crossing = torch.minimum(p.abs(), (q - s.uniform(-0.12, 0.02)).abs())
    bars = inside(0.022 - crossing, pixel)
    sill = box(p, q, 0, half_height + 0.07, half_width + 0.09, 0.03)
    rgb = shade(
        wall,
        1
        - 0.5
        * inside(
            box(p, q, 0.03, half_height + 0.14, half_width + 0.09, 0.03), pixel, 2
        ),
    )
    rgb = mix(
        rgb, frame, torch.maximum(inside(pane + 0.055, pixel), inside(sill, pixel))
    )
    inner_shadow = 1 - 0.45 * inside(
        0.05 - torch.minimum(half_height + q, half_width + p), pixel, 2
    )
    rgb = mix(rgb, mix(shade(glass, inner_shadow), frame, bars), inside(pane, pixel))
    return rgb.clamp(0, 1), torch.maximum(
        inside(pane + 0.055, pixel), inside(sill, pixel)
    )


def arches(s):
    """An arcade of round arches in sandstone, one storey or two, with a dark passage or
    the sky behind.
    """
    x, y, pixel = s.grid(1.0, 1.9, warp=0.02, rotate=0.08, shift=0)
    x, y = x + s.uniform(-1, 1), y + s.uniform(-0.2, 0.45)
    storey = 1.55
    y = torch.where(s.coin(0.65) > 0, (y + 0.65) % storey - 0.65, y)
    p = x % 1 - 0.5
    half = s.uniform(0.28, 0.36)
    r, angle = radius_of(p, y), torch.atan2(y, p)
    opening = torch.where(y < 0, half - r, half - p.abs())
    usual = s.coin(0.78)
    stone = usually(
        usual,
        s.colour((0.7, 0.95), (0.3, 0.55), 0.1, 0.018),
        s.colour((0.4, 1), (0, 0.6)),
    )
    course = torch.floor(y * 7)
    joint_y, joint_x = (y * 7) % 1, (x * 3.5 + 0.5 * (course % 2)) % 1
    joint = torch.maximum(
        inside(0.06 - joint_y, pixel * 7), inside(0.04 - joint_x, pixel * 3.5)
    )
    grain = s.relief(s.fbm(8, 4) * 0.2, 0.22)
    wall = shade(plain(s, stone), grain * (1 - 0.3 * joint) * 0.92)
    # wedge stones round the arch, in some arcades alternately pale and red
    wedge = angle * 11 / PI
    seam = inside(0.1 - wedge % 1, pixel * 8)
    odd = (torch.floor(wedge) % 2) * s.coin(0.4)
    red = usually(usual, s.colour((0.5, 0.75), (0.5, 0.75), 0.03, 0.015), stone * 0.6)
    voussoirs = shade(mix(plain(s, stone * 1.08), red, odd), grain * (1 - 0.45 * seam))
    rim = inside(opening + 0.15, pixel) * (y < 0)
    rgb = mix(wall, voussoirs, rim)
    capital = box(p.abs(), y, 0.5, 0.03, 0.5 - half + 0.04, 0.045)
    pillar = shade(
        plain(s, stone), 1.1 - 0.9 * ((p.abs() - 0.5) / (0.5 - half)).abs() ** 2 * 0.6
    )
    below = ((y > 0) & (y < 0.9)).float()
    rgb = mix(rgb, pillar, inside(-opening, pixel) * below)
    rgb = mix(
        rgb, shade(plain(s, stone), 1.15 - 2 * (y - 0.03)), inside(capital, pixel)
    )
    cornice = inside(0.05 - (y + 0.6).abs(), pixel)
    rgb = mix(rgb, shade(plain(s, stone), 1.15 - 4 * (y + 0.6)), cornice)
    passage = palette(
        (y + 0.4) * 0.7,
        s.colour((0.03, 0.15), (0.2, 0.7), 0.06),
        s.colour((0.2, 0.5), (0.2, 0.6), 0.08),
    )
    view = sometimes(s, 0.4, sky(s), passage)
    # the same opening a little to the left: between the two shows the thickness of the
    # wall
    far_edge = torch.where(
        y < 0, half - radius_of(p + 0.06, y), half - (p + 0.06).abs()
    )
    view = mix(view, stone * 0.45, inside(0.07 - far_edge, pixel))
    ground = inside(y - 0.92, pixel)
    rgb = mix(rgb, view, inside(opening, pixel) * (1 - ground))
    rgb = mix(rgb, shade(plain(s, stone), 0.75 * grain), ground)
    return rgb.clamp(0, 1), inside(
        torch.where(y < 0, opening + 0.15, opening), pixel
    ) * (1 - ground)


def house(s):
    """A house with a door, windows, a gable roof and a chimney, on grass under the
    sky.
    """
    u, v, pixel = s.place(0.7, 1.0, rotate=0.1, offset=0.25, repeat=0.15, warp=0.02)
    half = s.uniform(0.58, 0.75)
    wall = torch.minimum(half - u.abs(), torch.minimum(v + 0.15, 0.8 - v))
    roof = torch.minimum(
        ((v + 0.88) * s.uniform(1.15, 1.4) - u.abs()) * 0.65, -0.08 - v
    )
    chimney_x = s.sign() * s.uniform(0.3, 0.45)
    chimney = box(u, v, chimney_x, -0.55, 0.08, 0.27)
    usual = s.coin(0.75)
    paint = usually(
        usual, s.colour((0.8, 1), (0.1, 0.5), 0.11, 0.025), s.colour((0.4, 1), (0, 0.7))
    )
    tile = usually(
        usual,
        s.colour((0.5, 0.85), (0.65, 0.9), 0.01, 0.02),
        s.colour((0.2, 0.8), (0.1, 0.8)),
    )
    wood = usually(
        usual,
        s.colour((0.25, 0.55), (0.5, 0.8), 0.06, 0.02),
        s.colour((0.2, 0.8), (0.3, 0.9)),
    )
    courses = 1 + 0.09 * torch.sign(torch.sin(v * s.uniform(35, 50)))
    planks = 1 + 0.05 * torch.sign(torch.sin(v * s.uniform(25, 40))) * s.coin()
    back = sometimes(
        s, 0.75, meadow(s, v - s.uniform(0.45, 0.75), pixel), s.background()
    )
    rgb = mix(
        back,
        shade(plain(s, tile), 0.75 - 0.15 * torch.sign(u - chimney_x)),
        inside(chimney, pixel),
    )
    under_eaves = 1 - 0.4 * inside(0.06 - (v + 0.06), pixel, 3)
    rgb = mix(rgb, shade(plain(s, paint), planks * under_eaves), inside(wall, pixel))
    rgb = mix(
        rgb, shade(plain(s, tile), courses * (1.05 + 0.25 * v)), inside(roof, pixel)
    )
    door = box(u, v, 0, 0.52, 0.13, 0.28)
    rgb = mix(
        rgb, s.bright(saturation=(0, 0.2)), inside(door + 0.03, pixel) * (v < 0.8)
    )
    rgb = mix(rgb, wood, inside(door, pixel))
    rgb = mix(
        rgb, s.bright(hue=0.13), inside(0.025 - radius_of(u - 0.07, v - 0.54), pixel)
    )
    p, q = (u.abs() - 0.4 * half / 0.66).abs(), (v - 0.28).abs()
    pane = 0.13 - torch.maximum(p, q)
    day_glass, lit_glass = (
        s.colour((0.5, 0.8), (0.4, 0.7), 0.56, 0.02),
        s.colour((0.9, 1), (0.4, 0.7), 0.13, 0.01),
    )
    glass = usually(usual, s.choose(day_glass, lit_glass), s.colour((0.1, 0.9)))
    glass = shade(plain(s, glass), 0.9 - 1.2 * (v - 0.28))
    bars = inside(0.016 - torch.minimum(p, q), pixel)
    rgb = mix(rgb, s.bright(saturation=(0, 0.15)), inside(pane + 0.035, pixel))
    rgb = mix(rgb, mix(glass, s.bright(saturation=(0, 0.1)), bars), inside(pane, pixel))
    return rgb.clamp(0, 1), inside(
        torch.maximum(torch.maximum(wall, roof), chimney), pixel
    )


def lighthouse(s):
    """A tapering tower with red and white bands, a gallery and a lit lantern, on a rock
    by the sea.
    """
    u, v, pixel = s.place(0.85, 1.1, rotate=0.08, offset=0.25, repeat=0.15, warp=0.02)
    width = 0.21 + (v + 0.45) * s.uniform(0.09, 0.15)
    tower = torch.minimum(width - u.abs(), torch.minimum(v + 0.45, 0.8 - v))
    gallery = box(u, v, 0, -0.46, 0.31, 0.04)
    lantern = box(u, v, 0, -0.6, 0.16, 0.12)
    dome = torch.minimum(0.22 - radius_of(u, v + 0.7), -0.69 - v)
    finial = box(u, v, 0, -0.92, 0.018, 0.06)
    across = (u / width.clamp(min=0.05)).clamp(-1, 1)
    usual, dark_hours = s.coin(0.78), s.coin(0.25)
    red = usually(
        usual,
        s.colour((0.7, 0.95), (0.75, 1), 0.995, 0.015),
        s.colour((0.3, 0.9), (0.3, 1)),
    )
    white = usually(usual, s.bright(saturation=(0, 0.08)), s.bright())
    stripes = sharp(
        torch.sin((v + 0.06 * across * across) * s.uniform(9, 15) + s.uniform(0, 6)), 16
    )
    light = 0.6 + 0.5 * (1 - ((across + 0.35) / 1.4) ** 2).clamp(0, 1)
    day = sea(s, v - s.uniform(0.35, 0.65), pixel)
    dark_water = palette(
        v, s.colour((0.1, 0.2), (0.5, 0.9), 0.6), s.colour((0.2, 0.35), (0.5, 0.9), 0.6)
    )
    back = mix(day, mix(night(s), dark_water, inside(v - 0.5, pixel)), dark_hours)
    back = sometimes(s, 0.2, s.background(), back)
    glow = usually(usual, s.colour((0.95, 1), (0.35, 0.7), 0.14, 0.01), s.bright())
    beam = torch.exp(
        -(((v + 0.6 + u * s.uniform(-0.2, 0.2)) / (0.05 + 0.15 * u.abs())) ** 2)
    ) * (dark_hours * 0.75 + 0.1)
    halo = torch.exp(-radius_of(u, v + 0.6) * 4) * 0.6
    back = mix(back, glow, torch.maximum(beam * (1 - 0.3 * u.abs()), halo).clamp(0, 1))
    rock_top = 0.74 + 0.06 * s.smooth(9) + 0.8 * u**4
    stone = shade(
        plain(s, s.colour((0.25, 0.5), (0.05, 0.3), 0.08)),
        s.relief(s.fbm(8, 4) * 0.25, 0.9),
    )
    rock = inside(torch.minimum(v - rock_top, 1.05 - v), pixel)
    rgb = mix(
        back, shade(plain(s, mix(white, red, stripes)), light), inside(tower, pixel)
    )
    opening = torch.maximum(
        box(u, v, 0.02, -0.12, 0.035, 0.06), box(u, v, -0.02, 0.28, 0.035, 0.06)
    )
    rgb = mix(rgb, white * 0.12, inside(opening, pixel))
    rgb = mix(rgb, glow, inside(lantern, pixel))
    glazing = torch.minimum(
        0.014 - torch.minimum((u.abs() - 0.07).abs(), (u.abs() - 0.16).abs()), lantern
    )
    rgb = mix(rgb, red * 0.2, inside(glazing, pixel))
    rgb = mix(rgb, red * 0.3, inside(gallery, pixel))
    rgb = mix(
        rgb,
        shade(plain(s, red), 0.8 - 1.5 * u),
        inside(torch.maximum(dome, finial), pixel),
    )
    rgb = mix(rgb, stone, rock)
    parts = torch.maximum(
        torch.maximum(tower, gallery),
        torch.maximum(torch.maximum(lantern, dome), finial),
    )
    return rgb.clamp(0, 1), inside(parts, pixel)


PATTERNS = [windows, arches, house, lighthouse]
