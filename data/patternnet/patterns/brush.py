"""What painterly pictures are painted with: palettes, smooth colour maps, flows and
layers of dabs.
"""

import torch

from .sheet import PI, hsv, mix, palette, radius_of, turn

LATTICE = 32  # cells a side of the lattice that dabs of paint are scattered on

PALETTES = """
0b1a45 1d53a4 6fb0cf f2c230 fff3b8
8f1620 e9551c f9bf3a 2f6f86 12182e
3a2a1c 8a5a2b c9a15a e8d9b0 4f6b4a
4a1030 a8235a f07a5a ffd38a 2c4a8a
0a3a3a 1f8a7a 8fd0a8 f3e6b0 d9602f
241a4a 5a3a9a c77ac0 f7b8c8 f2d060
102a1c 2f6b3a 9ab83a f0d84a d9482f
0a1c4c 2161a3 4a93b8 e8e0c0 c23a28
1c1a24 5a5560 b9b0a0 f0e6d0 c8382a
0f4f5a 1fa0a8 f6f0d8 f28a4a c22f4a
5a1a10 b5482a e8a060 f6e4c0 3a5a5a
162a5a 4a3f8f d1478a ff9a5a ffe9a0
2a3a20 6a7a3a c8b45a f2ead0 8a4a6a
0c2a5c 0f6fb5 17a07a f2b61c d8232e
301020 7a1f2f c8922f f4dfa0 1f4a3f
3f2f5f 7a7fb8 c9c0dd f6d8c8 e88a7a
112222 33bb66 ffdd33 ff7722 dd1144
223344 5599aa aaccdd ffeedd ee8855
""".strip().splitlines()  # five colours a line, dark to light and an accent


def decode(text):
    """(5, 3) colours of a line of hexadecimal numbers."""
    return torch.tensor(
        [[int(word[k : k + 2], 16) / 255 for k in (0, 2, 4)] for word in text.split()]
    )


PIGMENTS = torch.stack([decode(text) for text in PALETTES])


def paints(s):
    """Five colours that go together, each (N, 3, 1, 1): a painter's palette, or one hue
    family and its complement.
    """
    which = torch.randint(len(PIGMENTS), (s.count,), generator=s.generator)
    chosen = PIGMENTS[which].transpose(0, 1)[..., None, None]
    hue, spread, own = s.uniform(), s.uniform(0.03, 0.12), s.coin(0.35)[:, None]
    hues = [hue, hue + spread, hue - spread, hue + 0.5, hue + 0.5 + spread]
    ladder = [(0.1, 0.35), (0.35, 0.65), (0.6, 0.95), (0.7, 1.0), (0.85, 1.0)]
    family = [
        hsv(h % 1, s.uniform(0.3, 0.75), s.uniform(*value))
        for h, value in zip(hues, ladder)
    ]
    return [mix(fixed, free, own) for fixed, free in zip(chosen, family)]


def colour_map(s, colours, cells=3):
    """A smooth picture (N, 3, S, S) in the given colours: drifting clouds and now and
    then a glowing sun.
    """
    x, y = s.coordinates()
    drift = 0.5 + 0.3 * s.smooth(cells) + 0.13 * s.smooth(cells * 3)
    rgb = palette(drift, *colours)
    distance = radius_of(
        x - s.uniform(-0.7, 0.7), y - s.uniform(-0.7, 0.7)
    ) / s.uniform(0.15, 0.4)
    sun = torch.exp(-(distance**4)) * s.coin(0.6)
    return mix(rgb, colours[4], sun)


def pick(field, x, y):
    """Values of an (N, C, S, S) field at the points x, y (N, ...), in sheet units: (N,
    C, ...).
    """
    count, channels, size, _ = field.shape
    column = ((x + 1) * size / 2).long().clamp(0, size - 1)
    row = ((y + 1) * size / 2).long().clamp(0, size - 1)
    index = (row * size + column).reshape(count, 1, -1).expand(-1, channels, -1)
    return (
        field.reshape(count, channels, -1)
        .gather(2, index)
        .view(count, channels, *x.shape[1:])
    )


def slopes(field):
    """Derivatives of a field (N, S, S) along x and y, per sheet unit."""
    per_pixel = field.shape[-1] / 2
    dy, dx = torch.gradient(field, dim=(1, 2))
    return dx * per_pixel, dy * per_pixel


def crisp(field):
    """Anti-aliased step at the zero of a field of any steepness: 1 where it is
    positive.
    """
    dx, dy = slopes(field)
    return (0.5 + field / (dx.abs() + dy.abs() + 1e-6) * field.shape[-1] / 2).clamp(
        0, 1
    )


def flow(s, whirls=3):
    """Direction field of a brush: (N, 3, S, S) with cosine, sine and curvature (per
    sheet unit).

    The flow follows the level lines of a stream function: a slanted plane, waves and a
    few whirls.
    """
    x, y = s.coordinates()
    stream = turn(x, y, s.uniform(-PI, PI))[0] + s.smooth(4) * s.uniform(0.0, 0.4)
    for _ in range(whirls):
        radius = s.uniform(0.25, 0.6)
        squared = (
            (x - s.uniform(-0.9, 0.9)) ** 2 + (y - s.uniform(-0.9, 0.9)) ** 2
        ) / radius**2
        stream = stream + torch.exp(-squared) * radius * s.sign() * s.uniform(0, 3.5)
    dx, dy = slopes(stream)
    speed = radius_of(dx, dy)
    cosine, sine = dy / speed, -dx / speed
    (cx, cy), (sx, sy) = slopes(cosine), slopes(sine)
    curvature = cosine * (cosine * sx - sine * cx) + sine * (cosine * sy - sine * cy)
    return torch.stack([cosine, sine, curvature], 1)


def dabs(s, direction, colours, cell, length, width, *, jitter=0.7, span=3, paint=None):
    """One layer of overlapping dabs: capsules on a jittered lattice, each in front of
    or behind its neighbours.

    `direction` is a `flow`, `colours` an (N, 3, S, S) map; `cell` (N, 1, 1) is the
    lattice step in sheet units, `length` and `width` are half sizes in cells.
    `paint(ink)` may change the colour of each dab (N, 3, L, L). A pixel tests the dabs
    of span×span cells round it, so length + width should stay below (span - jitter) /
    2.

    Returns colour (N, 3, S, S), coverage, position along and across the dab (-1 to 1)
    and its random id.
    """
    x, y = s.coordinates()
    shift = s.rand(2, 1, 1) + 2
    gx, gy = (x + 1) / cell + shift[:, 0], (y + 1) / cell + shift[:, 1]
    axis = torch.arange(LATTICE).float() + 0.5
    seed_y, seed_x = torch.meshgrid(axis, axis, indexing="ij")
    wobble = (s.rand(2, LATTICE, LATTICE) - 0.5) * jitter
    seed_x, seed_y = seed_x + wobble[:, 0], seed_y + wobble[:, 1]
    on_sheet = (seed_x - shift[:, 0]) * cell - 1, (seed_y - shift[:, 1]) * cell - 1
    cosine, sine, curvature = pick(direction, *on_sheet).unbind(1)
    bend = (curvature * cell / 2).clamp(-0.3, 0.3)
    origin_u, origin_v = (
        seed_x * cosine + seed_y * sine,
        seed_y * cosine - seed_x * sine,
    )
    priority = s.rand(LATTICE, LATTICE)
    ink = pick(colours, *on_sheet)
    ink = ink if paint is None else paint(ink)

    # index_select on a flat table: several times as fast as gather
    def lookup(table, index):
        return table.reshape(-1).index_select(0, index.view(-1)).view_as(index)

    def place_in(index):
        c, n = lookup(cosine, index), lookup(sine, index)
        u = (gx * c).addcmul_(gy, n).sub_(lookup(origin_u, index))
        v = (gy * c).addcmul_(gx, n, value=-1).sub_(lookup(origin_v, index))
        v = v.addcmul_(lookup(bend, index), u * u, value=-1)
        from_axis = u.abs().sub_(length).clamp_(min=0).square_().addcmul_(v, v)
        return u, v, from_axis

    first_x, first_y = (
        torch.floor(gx - (span - 1) / 2),
        torch.floor(gy - (span - 1) / 2),
    )
    corner = (
        (first_y * LATTICE + first_x)
        .long()
        .clamp(0, LATTICE**2 - 1 - (span - 1) * (LATTICE + 1))
    )
    corner = corner + torch.arange(s.count)[:, None, None] * LATTICE**2
    half_pixel = 1 / s.size / cell
    reach = (width + half_pixel) ** 2
    best, chosen = torch.full_like(gx, -1.0), corner
    for offset in [j * LATTICE + i for j in range(span) for i in range(span)]:
        index = corner + offset
        rank = lookup(priority, index)
        wins = (rank > best) & (place_in(index)[2] < reach)
        best, chosen = torch.where(wins, rank, best), torch.where(wins, index, chosen)
    u, v, from_axis = place_in(chosen)
    cover = (0.5 + (width - from_axis.sqrt()) / (2 * half_pixel)).clamp(0, 1) * (
        best >= 0
    )
    rgb = torch.stack([lookup(channel, chosen) for channel in ink.unbind(1)], 1)
    return rgb, cover, u / (length + width), v / width, best.clamp(min=0)
