"""Made things that fill the whole frame: cloth, wire, chains, writing, puzzle pieces;
and soap bubbles.
"""

import torch

from .sheet import (
    PI,
    inside,
    mix,
    palette,
    radius_of,
    segment,
    shade,
    sharp,
    tube,
    turn,
)
from .textures import dyes


def weave(s):
    """Basketwork: flat strips that pass over and under each other by turns."""
    x, y, pixel = s.grid(2.2, 4.2, warp=0.04)
    column, row = torch.floor(x), torch.floor(y)
    p, q = x - column - 0.5, y - row - 0.5
    upright = ((column + row) % 2 > 0).float()
    across_top, along_top = (
        torch.where(upright > 0, p, q),
        torch.where(upright > 0, q, p),
    )
    half = s.uniform(0.38, 0.46)
    warp_colour, weft_colour, shadow = dyes(
        s,
        "d8b06a c89850 2a1a08",
        "e6cf9c b98a4e 33210f",
        "9a6a38 d9b47a 1d1006",
        "b5763a 8a5526 1c0f05",
        "8f3b2a e0c08a 1f0d08",
        free=0.2,
    )
    top = mix(warp_colour, weft_colour, 1 - upright)
    under = mix(warp_colour, weft_colour, upright)
    # every strip is a few reeds side by side
    reed = lambda t: 0.88 + 0.12 * torch.cos(t * PI * 10)
    bent = torch.cos(along_top * 2.4).clamp(0.3, 1)
    top = shade(top, (0.55 + 0.6 * tube(across_top, 0.56)) * bent * reed(across_top))
    under = shade(under, 0.55 * reed(along_top) * (0.4 + 0.6 * tube(along_top, 0.5)))
    rgb = mix(
        mix(shadow, under, inside(half - along_top.abs(), pixel)),
        top,
        inside(half - across_top.abs(), pixel),
    )
    upright_strip = (
        upright
        * inside(half - across_top.abs(), pixel)
        * inside(0.5 - along_top.abs(), pixel * 2)
    )
    return rgb.clamp(0, 1), upright_strip


def knit(s):
    """Stocking stitch: columns of plump woollen V's, plain, striped or with a
    zigzag.
    """
    x, y, _ = s.grid(1.9, 3.8, warp=0.06, rotate=0.5)
    side = x % 1 - 0.5
    height = y * 1.35 - side.abs() * 1.5
    stitch_row = torch.floor(height)
    up, out = height - stitch_row - 0.5, side.abs() - 0.25
    bulge = (1 - (out / 0.25) ** 2 * 0.85 - (up / 0.55) ** 2 * 0.8).clamp(min=0).sqrt()
    yarn = (
        0.86
        + 0.14 * torch.sin((up * 1.2 + out * 3.2) * 11)
        + 0.04 * s.randn(s.size, s.size)
    )
    wool, other = dyes(
        s,
        "b5302c f0e3cc",
        "c9792f f3e6cd",
        "8f2f45 e6b89c",
        "d9a441 7a3b2a",
        "eadfca a8442f",
        "6b7a4a efe2c4",
        "a5563a e9cfa8",
    )
    column = torch.floor(x)
    zigzag = ((column % 6) - 3).abs() * s.coin(0.5)
    period = s.integers(5, 9)
    banded = ((stitch_row + zigzag) % period < s.integers(1, 3)).float() * s.coin(0.6)
    return shade(mix(wool, other, banded), (0.16 + 0.94 * bulge) * yarn).clamp(
        0, 1
    ), bulge


def plaid(s):
    """Tartan: crossing bands on a ground, with thin pale and dark lines, in a twill
    weave.
    """
    x, y, pixel = s.grid(0.75, 1.4, warp=0.02, rotate=0.35)
    turned = s.coin(0.15) * PI / 4
    x, y = turn(x, y, turned)
    ground, band, dark, line = dyes(
        s,
        "b3202b 1d4a36 14203f f2ead4",
        "a81d28 1b2550 111318 f4c93c",
        "1f5a3e 1c2a5e 0e1420 f0e6c8",
        "22345f 2f6e4c 10131c d8323a",
        "d2b48a 26211e b5282e f7f1e4",
        "7c1f33 3b4a39 171a20 e8c25a",
        "c33a2c 21402f 16203a ffffff",
        spread=0.5,
    )
    wide, middle, pair = s.uniform(0.36, 0.6), s.uniform(0.08, 0.2), s.uniform(0.1, 0.2)

    def thread(position):
        """The colour of the thread at a position of the mirrored sett."""
        t = ((position % 1) * 2 - 1).abs()
        colour = mix(ground, band, inside(wide - t, pixel * 2))
        colour = mix(colour, dark, inside(middle - t, pixel * 2))
        colour = mix(colour, dark, inside(0.035 - (t - wide + pair).abs(), pixel * 2))
        colour = mix(colour, line, inside(0.03 - t, pixel * 2))
        return mix(colour, line, inside(0.03 - (t - 0.5 - wide / 2).abs(), pixel * 2))

    twill = 0.5 + 0.36 * torch.sin((x + y) * PI * s.integers(17, 24))
    rgb = mix(thread(x), thread(y), twill)
    bands = torch.maximum(
        *(inside(wide - ((t % 1) * 2 - 1).abs(), pixel * 2) for t in (x, y))
    )
    return rgb, bands


def argyle(s):
    """Jersey diamonds in two colours on a ground, crossed by thin dashed lines."""
    x, y, pixel = s.grid(1.1, 2.2, warp=0.03, rotate=0.2)
    y = y / s.uniform(1.3, 1.7)
    u, v = x + y, x - y
    i, j = torch.floor(u), torch.floor(v)
    first, second, ground, line = dyes(
        s,
        "1f2c52 7b1f33 efe6d2 f8f4ea",
        "7b1f33 c9a25a efe3cd 1f2c52",
        "2c5a46 1f2c52 e9dec6 c9a25a",
        "8a8f98 1b1d22 d9d6cf b5282e",
        "c76b2a 4a2f24 f0dfbf fff6e6",
        "2f6f8f f2efe6 1d2c4a e0b04a",
        "d98aa0 6b3a5b f5e9e6 6b3a5b",
        free=0.2,
        spread=0.5,
    )
    from_edge = lambda t: 0.5 - (t % 1 - 0.5).abs()
    edge = torch.minimum(from_edge(u), from_edge(v))
    figure = ((i + j) % 2 < 1).float() * inside(edge, pixel * 0.7) + 0.0
    colour = mix(first, second, (i % 2)[:, None])
    rgb = mix(ground, colour, figure)
    dash = lambda along: inside(torch.sin(along * PI * 14) * 0.03 + 0.012, pixel)
    width = s.uniform(0.018, 0.035)
    lines = torch.maximum(
        inside(width - (u % 1 - 0.5).abs(), pixel) * dash(v),
        inside(width - (v % 1 - 0.5).abs(), pixel) * dash(u),
    )
    rib = 0.95 + 0.05 * torch.sin(x * PI * 16)
    return shade(mix(rgb, line, lines), rib), figure


def mesh(s):
    """A chain-link fence: round wires crossing over and under, in front of something
    out of focus.
    """
    x, y, pixel = s.grid(1.3, 2.5, warp=0.04, rotate=0.12)
    y = y / s.uniform(1.0, 1.35)
    u, v = x + y, x - y
    p, q = u - torch.round(u), v - torch.round(v)
    width = s.uniform(0.085, 0.135)
    first_on_top = (torch.round(u) + torch.round(v)) % 2 > 0
    top, under = torch.where(first_on_top, p, q), torch.where(first_on_top, q, p)
    bright_wire, dark_wire, lawn, dusk = dyes(
        s,
        "d9dde2 2b2f33 9fd05c 1f4a22",
        "e3e6ea 23262a 8fc4f0 163a6b",
        "dfe2e4 33302c f0c27a 5a2f18",
        "d0d8dc 1f3a2c b9e08a 14424a",
        "eceff2 1b1d20 f2a071 3a2450",
    )
    light_wire = s.coin(0.6)[:, None]
    wire = mix(dark_wire, bright_wire, light_wire)
    ground = mix(lawn, dusk, light_wire)
    blur = s.smooth(4) * 0.5 + s.smooth(8) * 0.3
    ground = shade(ground, (1 + 0.3 * blur).clamp(0.6, 1.4))
    shadow = torch.maximum(
        *(inside(width * 1.2 - (t - 0.1).abs(), pixel, 4) for t in (p, q))
    )
    ground = shade(ground, 1 - 0.3 * shadow)

    def round_wire(t):
        gloss = torch.exp(-(((t / width + 0.35) / 0.3) ** 2))
        return (
            shade(wire, 0.3 + 0.75 * tube(t, width * 1.15)) + 0.3 * gloss[:, None]
        ).clamp(0, 1)

    crossing_shadow = 1 - 0.7 * torch.exp(-((top / (width * 1.5)) ** 2))
    on_top, below = (
        inside(width - top.abs(), pixel * 1.2),
        inside(width - under.abs(), pixel * 1.2),
    )
    rgb = mix(
        mix(ground, shade(round_wire(under), crossing_shadow), below),
        round_wire(top),
        on_top,
    )
    return rgb.clamp(0, 1), torch.maximum(on_top, below)


def bubbles(s):
    """Soap bubbles, large and small: clear inside, a rainbow rim, one bright
    reflection.
    """
    ground, deep = dyes(
        s,
        "6fb2e0 12366e",
        "4f9ac8 0c2c4c",
        "8cc6de 1f5f8c",
        "8ea6dc 2c3880",
        "5fbcb8 0c3c58",
        free=0.2,
    )
    _, height = s.coordinates()
    rgb = mix(ground, deep, (0.5 + 0.35 * height + 0.15 * s.smooth(3)).clamp(0, 1))
    angle, mask = s.uniform(0, 2 * PI), torch.zeros_like(height)
    light_x, light_y = torch.cos(angle), torch.sin(angle)
    white, thirds = (
        torch.ones(s.count, 3, 1, 1),
        torch.arange(3)[:, None, None] * 2 * PI / 3,
    )
    # small ones behind, large ones in front
    for low, high in ((1.9, 3.2), (0.85, 1.5)):
        x, y, pixel = s.grid(low, high)
        column, row = torch.floor(x), torch.floor(y)
        ident, jitter_x, jitter_y = s.cells(column, row, 3)
        size = 0.2 + 0.29 * ident
        # a bubble never leaves its cell, so only one cell need be looked at
        room = 1 - 2 * size
        p = (x - column - 0.5 - (jitter_x - 0.5) * room) / size
        q = (y - row - 0.5 - (jitter_y - 0.5) * room) / size
        r = radius_of(p, q)
        disc = inside((1 - r) * size, pixel) * (jitter_x + jitter_y < 1.45)
        swirl = (torch.atan2(q, p) + r * 7 + ident * 20)[:, None]
        film = 0.55 + 0.45 * torch.cos(swirl + thirds)
        rim = 0.1 + 0.85 * r.clamp(max=1) ** 5
        body = mix(rgb, mix(film, white, 0.25 + 0 * r), rim)
        gleam = torch.exp(-((p - 0.5 * light_x) ** 2 + (q - 0.5 * light_y) ** 2) * 26)
        glow = (
            torch.exp(-((p + 0.6 * light_x) ** 2 + (q + 0.6 * light_y) ** 2) * 7) * 0.4
        )
        body = mix(body, white, (gleam + glow).clamp(0, 1))
        rgb, mask = mix(rgb, body, disc), torch.maximum(mask, disc)
    return rgb.clamp(0, 1), mask


def chain(s):
    """Chains of metal links seen from the front and from the side by turns."""
    x, y, pixel = s.grid(1.1, 2.3, warp=0.06)
    row = torch.floor(x)
    across = x - row - 0.5
    (start,) = s.cells(row, torch.zeros_like(row))
    along = y * s.uniform(0.75, 0.95) + start
    front = along % 1 - 0.5
    edge_on = (along + 0.5) % 1 - 0.5
    metal, ground, back = dyes(
        s,
        "c9ced6 2b3440 151a22",
        "d8dbe0 6b2f2a 2a1110",
        "e8b93c 2a2030 120c18",
        "f0cc62 3b4a52 161f26",
        "b08d57 2f2a24 131009",
        "aeb6bf 8a9a6a 3a4a2a",
        "e6b84a 7a1f2e 2e0a12",
        free=0.2,
    )
    wire, half = s.uniform(0.075, 0.1), s.uniform(0.25, 0.31)
    straight = 0.40 - half + wire
    ring = (
        radius_of(across, (front.abs() - straight).clamp(min=0)) - half + wire
    ).abs()
    spine, _ = segment(
        across, edge_on, 0 * half, -0.36 + 0 * half, 0 * half, 0.36 + 0 * half
    )

    def gleaming(distance, width, colour):
        body = 0.22 + 0.8 * tube(distance, width * 1.1)
        return mix(
            shade(colour, body),
            torch.ones_like(colour),
            torch.exp(-((distance / width) ** 2) * 9) * 0.55,
        )

    link, pin = inside(wire - ring, pixel), inside(wire * 1.05 - spine, pixel)
    rgb = shade(mix(ground, back, sharp(s.fbm(4, 4), 1.5)), 1 + 0.1 * s.fbm(14, 2))
    closest = torch.minimum(ring, spine)
    rgb = shade(rgb, 1 - 0.6 * torch.exp(-((closest / (wire * 2)) ** 2)))
    rgb = mix(rgb, gleaming(ring, wire, metal), link)
    rgb = shade(rgb, 1 - 0.65 * link * torch.exp(-((spine / (wire * 1.6)) ** 2)))
    rgb = mix(rgb, gleaming(spine, wire * 1.05, metal * 0.92), pin)
    return rgb.clamp(0, 1), torch.maximum(link, pin)


# The strokes of capital letters in a box from -1 to 1: (x0, y0, x1, y1), y downwards.
STROKES = dict(
    left=(-1, -1, -1, 1),
    right=(1, -1, 1, 1),
    stem=(0, -1, 0, 1),
    top=(-1, -1, 1, -1),
    bar=(-1, 0, 1, 0),
    bottom=(-1, 1, 1, 1),
    fall=(-1, -1, 1, 1),
    rise=(-1, 1, 1, -1),
    dip=(-1, -1, 0, 0.2),
    climb=(1, -1, 0, 0.2),
    foot=(0, 0.2, 0, 1),
    slope=(-1, 1, 0, -1),
    back=(1, 1, 0, -1),
    kick=(-0.9, 0, 1, 1),
    arm=(-0.9, 0, 1, -1),
    brow=(1, -1, 1, 0),
    lap=(1, 0, 1, 1),
    crown=(-1, -1, -1, 0),
)
LETTERS = [
    "slope back bar",
    "left top bar bottom",
    "left top bar",
    "left right bar",
    "stem top bottom",
    "left arm kick",
    "left bottom",
    "left right dip climb",
    "left right fall",
    "left top bar brow",
    "left top bar brow kick",
    "crown top bar lap bottom",
    "top stem",
    "left right bottom",
    "fall rise",
    "dip climb foot",
    "top rise bottom",
    "stem arm",
    "left right top bottom",
    "left top",
    "",
    "",
]


def glyphs(s):
    """Lines of capital letters and rune-like signs, in ink, chalk, gold or light."""
    x, y, pixel = s.grid(2.6, 4.6, warp=0.03, rotate=0.25)
    x = x * 1.4
    column, row = torch.floor(x), torch.floor(y)
    p, q = (x - column - 0.5) * 3.2, (y - row - 0.5) * 3.1
    p = p + q * s.uniform(-0.25, 0.25) * s.coin(0.4)
    (choice,) = s.cells(column, row)
    letter = (choice * len(LETTERS)).long()
    distance = torch.full_like(x, 9.0)
    for name, ends in STROKES.items():
        used = torch.tensor([name in strokes.split() for strokes in LETTERS])[letter]
        distance = torch.where(
            used, torch.minimum(distance, segment(p, q, *ends)[0]), distance
        )
    ink, paper, stain = dyes(
        s,
        "20160e ecdcb6 d2b988",
        "f3f3ec 24382f 2f4a3f",
        "3af07c 04140a 08220f",
        "e3b948 1f1a2c 2e2540",
        "15151a f3f1ec dedad2",
        "f5e9d0 7a1d22 5c1218",
        "4a4844 a9a59c 8d897f",
        free=0.2,
    )
    mask = inside(s.uniform(0.2, 0.33) - distance, pixel * 2.9)
    return mix(mix(paper, stain, sharp(s.fbm(3, 5), 1.5)), ink, mask), mask


def jigsaw(s):
    """Puzzle pieces, each locked into its neighbours by round tabs."""
    x, y, pixel = s.grid(1.2, 2.3, warp=0.02, rotate=0.35)
    knob, reach, neck = 0.18, 0.15, 0.098

    def seam(across, along, flips):
        """Signed distance to the nearest seam between pieces, and the number of the
        piece on this side.
        """
        line, lane = torch.round(across), torch.floor(along)
        facing = torch.where(s.cells(*flips(line, lane))[0] < 0.5, -1.0, 1.0)
        ahead, aside = (across - line) * facing, along - lane - 0.5
        to_knob = knob - radius_of(ahead - reach, aside)
        to_neck = torch.minimum(neck - aside.abs(), reach - ahead.abs())
        # positive on the piece that owns the knob
        behind = torch.maximum(torch.maximum(-ahead, to_knob), to_neck)
        return behind.abs(), line - (behind * facing > 0).float()

    across_x, column = seam(x, y, lambda line, lane: (line, lane))
    across_y, row = seam(y, x, lambda line, lane: (lane, line))
    distance = torch.minimum(across_x, across_y)
    hue, tone = s.cells(column, row, 2)
    red, yellow, blue, green = dyes(
        s,
        "d9463a f2c84b 3f7fc0 5aa860",
        "e8734a f6e0a4 3c6e8f 8fbf8a",
        "c94f7c f7d36a 4a9ec9 f2efe6",
        "e05a5a f5b84a 5b6fc0 69b8a8",
        "d8b58a f1e4cc 9a6b45 c59a6a",
    )
    flat = mix(
        mix(red, yellow, (hue > 0.25).float()),
        mix(blue, green, (hue > 0.75).float()),
        (hue > 0.5).float(),
    )
    # a picture that runs across the pieces
    printed = palette(0.5 + 0.3 * s.smooth(4), red, yellow, green, blue)
    colour = mix(flat, printed, s.coin(0.5))
    bevel = s.relief((distance * 12).clamp(0, 1) * 0.35, 1.0)
    rgb = shade(colour, (0.9 + 0.2 * tone) * bevel)
    mask = inside(distance - s.uniform(0.012, 0.028), pixel)
    return mix(red * 0.12, rgb, mask).clamp(0, 1), mask


PATTERNS = [weave, knit, plaid, argyle, mesh, bubbles, chain, glyphs, jigsaw]
