"""Pictures made by hand: paint, tesserae, hatching, marbled ink, thread, dots, glass,
washes, facets.

These classes teach the statistics of marks: how strokes overlap, how grout frames a
tile, how a line swells. Colour comes from a smooth map, so that what distinguishes
neighbouring pixels is the mark and not the motif.
"""

import torch

from .brush import colour_map, crisp, dabs, flow, paints, pick
from .inks import hatching, ink_wash, marbling
from .sheet import PI, inside, mix, palette, radius_of, shade, tube, turn

# ---- paint --------------------------------------------------------------------------


def brushstrokes(s):
    """Thick oil paint: layers of bristle strokes, coarse to fine, that follow swirls
    and bands.
    """
    colours = paints(s)
    ground = colour_map(s, colours)
    direction = flow(s)
    rgb, height = ground * 0.8, torch.zeros(s.count, s.size, s.size)
    scale, variety = s.uniform(-2.2, -0.9).exp(), s.uniform(0.05, 0.17)[:, None]

    def vary(ink):
        lighter, tinted = s.randn(1, *ink.shape[2:]), s.randn(*ink.shape[1:])
        return ink + variety * (lighter + 0.5 * tinted)

    for fineness in (1.0, 0.8, 0.63):
        ink, cover, along, across, ident = dabs(
            s, direction, ground, scale * fineness, 0.95, 0.22, paint=vary
        )
        bristles = torch.sin(across * 5 + ident * 90) + torch.sin(
            across * 11 + ident * 400 + along
        )
        ink = ink + 0.035 * bristles[:, None] - 0.04 * (across**4)[:, None]
        rgb = mix(rgb, ink, cover)
        relief = (1 - across**2).clamp(min=0) * 0.6 + 0.12 * bristles + 0.25 * ident
        height = height + (relief - height) * cover
    return shade(rgb, s.relief(height, s.uniform(0.01, 0.035) + scale * 0.1)).clamp(
        0, 1
    ), s.ones()


def pointillism(s):
    """Round dots of pure colour in layers, with sparks of the complement."""
    ground = colour_map(s, paints(s))
    direction = torch.stack([s.ones(), 0 * s.ones(), 0 * s.ones()], 1)
    rgb = s.bright(saturation=(0, 0.15)).expand_as(ground)
    scale, variety = s.uniform(-2.0, -1.3).exp(), s.uniform(0.03, 0.13)[:, None]
    height = torch.zeros(s.count, s.size, s.size)

    def spark(ink):
        chance, grey = s.rand(1, *ink.shape[2:]), ink.mean(1, keepdim=True)
        pure = grey + (ink - grey) * 1.4 + s.randn(*ink.shape[1:]) * variety
        complement = grey - (ink - grey) * 1.2 + 0.05
        return torch.where(
            chance < 0.13,
            complement,
            torch.where(chance > 0.9, pure * 0.6 + 0.35, pure),
        )

    for fineness, radius in (
        (1.25, 0.55),
        (1.1, 0.5),
        (1.0, 0.45),
        (0.8, 0.4),
        (0.8, 0.3),
    ):
        ink, cover, along, across, _ = dabs(
            s, direction, ground, scale * fineness, 0.05, radius, span=2, paint=spark
        )
        rgb = mix(rgb, ink, cover)
        height = torch.maximum(
            height * (1 - cover), cover * (1 - across**2 - along**2).clamp(min=0)
        )
    return shade(rgb, s.relief(height, s.uniform(0, 0.02))).clamp(0, 1), s.ones()


# ---- tiles and panes ---------------------------------------------------------------


def mosaic(s):
    """Small stone tesserae in rows that bend or circle, set in grout; every tile a
    little different.
    """
    x, y = s.coordinates()
    step = s.uniform(0.16, 0.32)
    bend = s.smooth(3, 2) * (s.uniform(0, 0.18))[:, None]
    x_bent, y_bent = x + bend[:, 0], y + bend[:, 1]
    tilt = s.uniform(-PI, PI)
    px, py = turn(x_bent - s.uniform(-0.9, 0.9), y_bent - s.uniform(-0.9, 0.9), tilt)
    radius, angle, circling = radius_of(px, py), torch.atan2(py, px), s.coin()
    row = torch.where(circling > 0, radius, py + 3) / step
    row_index = torch.floor(row)
    tiles_in_ring = torch.round((row_index + 0.5) * 2 * PI)
    stagger = (row_index * 0.618) % 1
    column = torch.where(
        circling > 0, (angle / (2 * PI) + 0.5) * tiles_in_ring, px / step + 40 + stagger
    )
    column_index = torch.floor(column)
    u, v = column - column_index - 0.5, row - row_index - 0.5
    value, tint, lean = s.cells(column_index, row_index, 3)
    joint = s.uniform(0.05, 0.1) + 0.04 * (lean - 0.5)
    half_u = 0.5 - joint - (u + 0.12 * v * (tint - 0.5)).abs()
    half_v = 0.5 - joint - (v + 0.12 * u * (value - 0.5)).abs()
    edge = torch.minimum(half_u, half_v)
    stone = inside(edge, 2 / s.size / step)
    round_x, round_y = (
        torch.where(circling > 0, -py / radius, s.ones()),
        torch.where(circling > 0, px / radius, 0 * x),
    )
    # a quarter turn from the row's direction; inwards where the rows circle
    out_x, out_y = -round_y, round_x
    out_x, out_y = (
        torch.where(circling > 0, -out_x, out_x),
        torch.where(circling > 0, -out_y, out_y),
    )
    offset_x, offset_y = turn(
        (u * round_x + v * out_x) * step, (u * round_y + v * out_y) * step, -tilt
    )
    rgb = pick(colour_map(s, paints(s), 4), x - offset_x, y - offset_y)
    rgb = shade(rgb, 0.75 + 0.5 * value) + ((tint - 0.5) * 0.16)[:, None] * (
        rgb - rgb.flip(1)
    )
    rgb = shade(
        rgb,
        1 + 0.5 * (u * (lean - 0.5) + v * (tint - 0.5)) - 0.25 * torch.exp(-edge * 12),
    )
    grout = s.choose(
        s.dark(saturation=(0, 0.4)), s.colour(value=(0.55, 0.85), saturation=(0, 0.25))
    )
    return mix(shade(grout.expand_as(rgb), 1 + 0.1 * s.fbm(12, 3)), rgb, stone).clamp(
        0, 1
    ), stone


def stained_glass(s):
    """Luminous panes in thick black leads: a field of panes or a rose window."""
    x, y = s.coordinates()
    gx, gy, pixel = s.grid(1.8, 5.5, warp=0.08, rotate=0)
    rose = s.coin(0.35)
    px, py = x - s.uniform(-0.5, 0.5), y - s.uniform(-0.5, 0.5)
    # cells repeat after 16, so the circle closes
    around = torch.atan2(py, px) / (2 * PI) * 16
    outward = torch.log(radius_of(px, py) + 0.32) * 16 / (2 * PI)
    gx, gy = torch.where(rose > 0, around, gx), torch.where(rose > 0, outward, gy)
    nearest, second, dx, dy, ident = s.worley(gx, gy, s.uniform(0.55, 0.95))
    border = second - nearest
    lead = s.uniform(0.1, 0.24)
    pane = crisp(border - lead)
    seed_angle, seed_radius = (
        (gx + dx) / 16 * 2 * PI,
        torch.exp((gy + dy) / 16 * 2 * PI) - 0.32,
    )
    rose_x, rose_y = (
        x - px + seed_radius * torch.cos(seed_angle),
        y - py + seed_radius * torch.sin(seed_angle),
    )
    zoom = pixel * s.size / 2
    seed_x, seed_y = (
        torch.where(rose > 0, rose_x, x + dx / zoom),
        torch.where(rose > 0, rose_y, y + dy / zoom),
    )
    rgb = pick(colour_map(s, paints(s), 4), seed_x, seed_y)
    grey = rgb.mean(1, keepdim=True)
    rgb = (grey + (rgb - grey) * 1.7) * 0.9 + 0.12 + (ident[:, None] - 0.5) * 0.35
    streaks = turn(x, y, ident * 6)[0] * 14 + 2 * s.smooth(6)
    rgb = shade(rgb, 0.8 + 0.55 * (border.clamp(max=0.8)) + 0.1 * torch.sin(streaks))
    glint = 0.12 * (1 - border / lead).clamp(0, 1)
    came = s.dark(saturation=(0, 0.3)) * 0.3 + glint[:, None]
    return mix(came, rgb, pane).clamp(0, 1), pane


def facets(s):
    """Cubist planes: overlapping translucent polygons, each shaded from one edge, some
    with a drawn contour.
    """
    x, y = s.coordinates()
    colours = paints(s)
    rgb = colour_map(s, colours) * 0.6 + 0.2 * colours[3]
    size = s.uniform(0.4, 0.9)
    line_width, muted = s.uniform(0.5, 1.6) * 2 / s.size, s.uniform(0.5, 1)[:, None]
    for k in range(14):
        px, py = turn(
            x - s.uniform(-1.1, 1.1), y - s.uniform(-1.1, 1.1), s.uniform(-PI, PI)
        )
        reach = size * s.uniform(0.5, 1.0) * (1.9 - 0.09 * k)
        slant, taper = s.uniform(-0.6, 0.6), s.uniform(-0.5, 0.9)
        side = reach * 0.55 - (py - slant * px).abs() - taper * px * 0.6
        end = reach - px.abs()
        depth = torch.minimum(side, end)
        plane = inside(depth, 2 / s.size)
        shadow = ((px if k % 2 else py) / reach * 0.5 + 0.5).clamp(0, 1)
        paint = shade(colours[k % 5].expand_as(rgb), 0.65 + 0.6 * shadow)
        rgb = mix(rgb, mix(rgb, paint, muted * 0.9), plane * (0.35 + 0.65 * shadow))
        contour = inside(line_width - depth.abs(), 2 / s.size) * s.coin(0.6 * (k > 2))
        rgb = mix(rgb, colours[0] * 0.35, contour * 0.85)
    grain = s.fbm(24, 2) * s.uniform(0, 0.07)
    return shade(rgb, 1 + grain).clamp(0, 1), s.ones()


# ---- thread ------------------------------------------------------------------------


def cross_stitch(s):
    """A counted pattern of crosses on linen, each two threads laid over one another in
    a square of the cloth.
    """
    x, y = s.coordinates()
    px, py = turn(x, y, s.uniform(-0.3, 0.3))
    colours = paints(s)
    step = s.uniform(0.13, 0.26)
    column, row = torch.floor(px / step), torch.floor(py / step)
    u, v = px / step - column - 0.5, py / step - row - 0.5
    upper, lower = (u - v) * 0.7071, (u + v) * 0.7071
    pixel = 2 / s.size / step
    thread = s.uniform(0.12, 0.17)
    above = inside(thread - upper.abs(), pixel)
    both = torch.maximum(above, inside(thread - lower.abs(), pixel))
    leg = torch.where(above > 0.5, upper, lower)
    motif = torch.sin((column + 0.5) * step * s.uniform(2, 5)) * torch.sin(
        (row + 0.5) * step * s.uniform(2, 5)
    )
    sewn = (motif + s.uniform(0.1, 1.1) > 0).float()
    band = torch.floor((motif * 0.5 + 0.5) * s.uniform(2, 5)) * 0.31 % 1
    light = (0.55 + 0.55 * tube(leg, thread * 1.15)) * (
        0.85 + 0.25 * s.cells(column, row)[0]
    )
    rgb = shade(palette(band, *colours) + 0.06, light)
    # four threads of linen to a cross
    weave = torch.sin(px * 8 * PI / step) * torch.sin(py * 8 * PI / step)
    cloth = s.choose(
        s.bright(saturation=(0, 0.3)),
        s.bright(saturation=(0, 0.2), hue=0.12, hue_sd=0.03),
        s.dark(),
    )
    cloth = shade(
        cloth.expand(-1, -1, s.size, s.size), 0.9 + 0.1 * weave + 0.04 * s.fbm(10, 2)
    )
    mask = both * sewn
    return mix(cloth, rgb, mask).clamp(0, 1), mask


PATTERNS = [
    brushstrokes,
    pointillism,
    mosaic,
    stained_glass,
    facets,
    hatching,
    marbling,
    ink_wash,
    cross_stitch,
]
