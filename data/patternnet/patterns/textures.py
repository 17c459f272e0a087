"""Surfaces that fill the whole frame: skins, stone, walls, wood, foam, ink."""

import math

import torch
import torch.nn.functional as F

from .sheet import PI, hsv, inside, mix, palette, radius_of, shade, sharp

ROOT3 = math.sqrt(3)


def dyes(s, *schemes, free=0.25, spread=0.2):
    """The colours of a class, one list entry a role, each (N, 3, 1, 1).

    A scheme is a string of hexadecimal colours, one a role. Every picture draws one
    scheme and bends it a little, so that colour says something about the class; a share
    `free` of the pictures keeps only how bright each role is and takes other hues, at
    most `spread` turns from a common one, so that colour is never the whole answer.
    """
    table = torch.tensor(
        [
            [[int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in line.split()]
            for line in schemes
        ]
    )
    typical = table[torch.randint(len(schemes), (s.count,), generator=s.generator)]
    roles = typical.shape[1]
    typical = (typical * (1 + 0.1 * s.randn(1, 1)) + 0.035 * s.randn(roles, 3)).clamp(
        0, 1
    )
    is_free, base_hue = s.coin(free)[:, None], s.uniform()
    colours = []
    for role in range(roles):
        usual = typical[:, role, :, None, None]
        other = hsv(
            (base_hue + s.uniform(-spread, spread)) % 1,
            s.uniform(0.1, 0.85),
            usual.amax(1),
        )
        colours.append(mix(usual, other, is_free))
    return colours


def stretched(s, x, y, across, along):
    """Noise drawn out along y, (N, S, S), unit variance: about `across` bumps a unit of
    x and `along` of y.
    """
    fold = lambda t: ((t / 8) % 4 - 2).abs() - 1  # a mirrored strip has no seam
    points = torch.stack([fold(x * across), fold(y * along)], -1)
    return F.grid_sample(
        s.randn(1, 16, 16), points, align_corners=True, padding_mode="reflection"
    )[:, 0]


def stripes(s):
    """Straight parallel bands of two colours."""
    x, _, pixel = s.grid(2, 7, warp=0.02)
    first, second = dyes(
        s,
        "1c2d5a f2efe6",
        "c0242c f5f0ea",
        "151515 f3c21b",
        "1f6b48 f1ecd8",
        "2b2b2b e8e8e8",
        "e2703a fbe9c8",
    )
    wave = torch.sin(x * PI) - s.uniform(-0.45, 0.45)
    mask = inside(wave / PI, pixel, s.uniform(0.8, 2.5))
    return mix(second, first, mask), mask


def zebra(s):
    """Bent black bands that swell, taper and fork."""
    x, y, _ = s.grid(2.6, 4.6, warp=0.15, shift=0.0)
    phase = x * s.uniform(3.2, 4.4) + s.smooth(4) * 0.9
    for _ in range(5):
        # a phase that winds once round a point ends one stripe there: that is a fork
        fork_x, fork_y = s.uniform(-4, 4), s.uniform(-4, 4)
        phase = phase + s.sign() * torch.atan2(y - fork_y, x - fork_x)
    swell = s.smooth(6) * 0.3 + s.uniform(-0.25, 0.25)
    mask = sharp(torch.sin(phase) + swell, s.uniform(5, 9))
    black, white = dyes(
        s, "14110f f4f1ea", "17171a e9e9ec", "241813 efe3cd", "0d0d0d ffffff"
    )
    return shade(mix(white, black, mask), 1 + 0.05 * s.fbm(12, 3)).clamp(0, 1), mask


def dots(s):
    """Polka dots in straight or staggered rows."""
    x, y, pixel = s.grid(2, 5, warp=0.04)
    x = x + 0.5 * (torch.floor(y) % 2) * s.coin(0.6)
    distance = radius_of(x % 1 - 0.5, y % 1 - 0.5)
    mask = inside(s.uniform(0.22, 0.4) - distance, pixel)
    dot, ground = dyes(
        s,
        "f7f3ee c4202f",
        "f4f4f4 1d2f63",
        "18181a f2efe8",
        "fdf6e8 e58aa0",
        "d8262f fbf5ea",
        "f6d34a 2a7d7b",
    )
    return mix(ground, dot, mask), mask


def leopard(s):
    """Rosettes: broken dark rings round a brown middle on a tawny coat."""
    x, y, pixel = s.grid(1.9, 3.6, warp=0.12)
    nearest, _, dx, dy, ident = s.worley(x, y, 0.65)
    around = torch.atan2(dy, dx)
    blobs = s.fbm(10, 2) * 0.06
    edge = nearest + blobs
    gaps = sharp(torch.sin(around * 3 + ident * 20) + 0.65, 6)
    ring = inside(0.115 + blobs * 0.5 - (edge - 0.31).abs(), pixel) * gaps
    middle = inside(0.28 - edge, pixel, 2)
    coat, brown, black = dyes(
        s,
        "dfa955 b06f2c 23150b",
        "e8bd74 c17f38 2a1a10",
        "cf9144 99581f 1c110a",
        "ece5d6 b9ab97 2e2a28",
    )
    hair = 1 + 0.07 * stretched(s, x, y, 9, 3)
    rgb = mix(
        mix(mix(coat, coat * 1.12, sharp(s.smooth(3), 2)), brown, middle * 0.85),
        black,
        ring,
    )
    return shade(rgb, hair).clamp(0, 1), torch.maximum(ring, middle * 0.6)


def checker(s):
    """A chessboard: squares of two colours by turns."""
    x, y, pixel = s.grid(1.6, 4.2, warp=0.035, shear=0.12, stretch=0.1)
    first, second = dyes(
        s,
        "111111 f5f5f2",
        "151515 ededed",
        "b3202a f6efe2",
        "5a3418 e7c894",
        "255c3c f0ead2",
        "101010 c9282d",
    )
    to_line = torch.minimum((x - torch.round(x)).abs(), (y - torch.round(y)).abs())
    is_first = (torch.floor(x) + torch.floor(y)) % 2 > 0
    mask = inside(torch.where(is_first, to_line, -to_line), pixel, s.uniform(0.8, 1.6))
    return mix(second, first, mask), mask


def bricks(s):
    """A wall in running bond: courses of bricks, each shifted by half a brick, pale
    mortar between.
    """
    x, y, pixel = s.grid(2.4, 4.2, warp=0.012, rotate=0.1)
    length, mortar = s.uniform(2.0, 2.5), s.uniform(0.06, 0.11)
    course = torch.floor(y)
    along = x / length + 0.5 * (course % 2)
    brick = torch.floor(along)
    tone, tint = s.cells(brick, course, 2)
    from_end = length / 2 - (along - brick - 0.5).abs() * length
    distance = torch.minimum(from_end, 0.5 - (y - course - 0.5).abs()) - mortar
    light, dark, joint = dyes(
        s,
        "c4553a 8c2f22 d9d2c4",
        "b5452f 7a241c cfc8bb",
        "cd6a48 9c3d2a e6dfd0",
        "a83c32 6b231d b9b3aa",
        "d08a5c a35c38 e3dccd",
        free=0.2,
    )
    grain = s.fbm(18, 3)
    rgb = shade(mix(light, dark, tint), 0.82 + 0.32 * tone + 0.06 * grain)
    height = (distance * 7).clamp(0, 1) * 0.45 + grain * 0.03
    mask = inside(distance, pixel)
    rough_joint = shade(joint, 0.9 + 0.07 * grain)
    return shade(mix(rough_joint, rgb, mask), s.relief(height, 0.9)).clamp(0, 1), mask


def honeycomb(s):
    """Hexagonal wax cells, some full of honey, some empty, some capped."""
    x, y, pixel = s.grid(1.6, 3.6, warp=0.05)

    def offsets(x, y):
        return x % 1 - 0.5, y % ROOT3 - ROOT3 / 2

    ax, ay = offsets(x, y)
    bx, by = offsets(x - 0.5, y - ROOT3 / 2)
    in_a = ax * ax + ay * ay < bx * bx + by * by
    dx, dy = torch.where(in_a, ax, bx), torch.where(in_a, ay, by)
    distance = 0.5 - torch.maximum(dx.abs(), dx.abs() * 0.5 + dy.abs() * ROOT3 / 2)
    (content,) = s.cells(torch.round((x - dx) * 2), torch.round((y - dy) * 2 / ROOT3))
    wall = s.uniform(0.045, 0.09)
    mask = inside(distance - wall, pixel)
    wax, honey, deep = dyes(
        s,
        "f3c64e d98a12 5a2f06",
        "ffd978 e79a1c 6b3a0a",
        "e0a63a b9690d 3b1e05",
        "f7e0a0 dca43a 7a4a12",
        free=0.2,
    )
    depth = ((distance - wall) * 3.2).clamp(0, 1)
    full = palette(depth * 0.8 + 0.1 + 0.25 * (dx - dy), deep, honey, wax)
    empty = palette(depth * 0.75 + 0.1, honey * 0.8, deep, deep * 0.6)
    cell = mix(full, empty, sharp(content - s.uniform(0.15, 0.95), 60))
    gleam = torch.exp(-((dx + 0.12) ** 2 + (dy + 0.14) ** 2) * 90) * 0.6
    cell = mix(cell, 1 - (1 - wax) * 0.3, gleam * sharp(0.5 - content, 60))
    rim = shade(wax, s.relief((distance / wall).clamp(0, 1) * -0.12, 1.0))
    return mix(rim, cell, mask).clamp(0, 1), mask


def scales(s):
    """Rows of rounded scales, each row over the one below, as on a fish, a dragon or a
    roof.
    """
    x, y, pixel = s.grid(1.5, 3.0, warp=0.05, rotate=0.45)
    spacing, size = 0.5, 0.62
    row = torch.floor(y / spacing)
    deep, body, glint = dyes(
        s,
        "0c3b3e 1f9a93 a5ecd8",
        "12341a 3f9a3c cfe68a",
        "5a3305 d69a20 ffe9a0",
        "14284f 3a78c4 b5e2f5",
        "56140f d1482c ffc49a",
        "2f3b45 8ba0ab eef4f6",
    )
    sheen = 0.5 * (glint + body.flip(1))  # red and blue exchanged: mother of pearl
    shimmer = mix(body, sheen, sharp(s.smooth(3), 1.5) * 0.5 * s.uniform())
    rgb, mask = deep.expand(s.count, 3, s.size, s.size), torch.zeros_like(x)
    rim_width = s.uniform(0.03, 0.055)
    for above in (-1, 0, 1):  # upper rows last: they lie on top
        here = row - above
        shift = 0.5 * (here % 2)
        dx, dy = (x + shift) % 1 - 0.5, y - here * spacing
        (tone,) = s.cells(torch.floor(x + shift), here)
        distance = size - radius_of(dx, dy)
        cover = inside(distance, pixel)
        fall = (dy / size * 0.8 + 0.15 + 0.18 * (tone - 0.5)).clamp(0, 1)
        face = palette(
            fall, deep, shimmer, mix(shimmer, glint, torch.full_like(fall, 0.75))
        )
        rim = inside(rim_width - (distance - rim_width * 1.9).abs(), pixel)
        face = mix(
            mix(face, glint, rim * 0.9), deep * 0.7, inside(rim_width - distance, pixel)
        )
        rgb, mask = (
            mix(rgb, face, cover),
            mask * (1 - cover) + cover * inside(distance - rim_width, pixel),
        )
    return rgb.clamp(0, 1), mask


def cobble(s):
    """Rounded paving stones with dark earth between."""
    x, y, _ = s.grid(1.7, 3.8, warp=0.08)
    nearest, second, _, _, ident = s.worley(x, y, 0.7)
    # the rim of a disc takes the corners off a stone
    to_gap, to_rim = (second - nearest) * 0.6, 0.62 - nearest
    # smooth minimum
    edge = 0.5 * (to_gap + to_rim - ((to_gap - to_rim) ** 2 + 0.006).sqrt())
    dome = (edge * 3.2).clamp(0, 1).sqrt()
    light, mid, dark, earth = dyes(
        s,
        "b9b6ae 8b8982 5f5e5b 1d1a17",
        "d4bf98 a98d66 77603f 241a10",
        "a7aeb6 7a838d 4c545e 15181c",
        "cfa98c 9c7358 8d8a85 221813",
        free=0.2,
    )
    grain = s.fbm(16, 3)
    stone = shade(
        palette(ident, light, mid, dark),
        (0.7 + 0.35 * dome) * s.relief(dome * 0.7 + grain * 0.03, 0.8),
    )
    mask = ((edge - 0.01) * 14).clamp(0, 1)
    return mix(earth, stone, mask).clamp(0, 1), mask


def cracks(s):
    """Dried ground: flat plates parted by branching dark cracks."""
    x, y, pixel = s.grid(1.2, 2.6)
    x, y = x + s.fbm(6, 4) * 0.1, y + s.fbm(6, 4) * 0.1
    nearest, second, _, _, ident = s.worley(x, y, 1.0)
    gap = second - nearest
    width = s.uniform(0.03, 0.075) * (1 + 0.45 * s.smooth(4)).clamp(min=0.35)
    hairline = (
        inside(0.018 - s.fbm(5, 4, 0.45).abs() * 0.3, pixel, 1.5)
        * sharp(s.smooth(5) - 0.2, 6)
        * 0.55
    )
    clay, curl, deep = dyes(
        s,
        "b08a62 d9b98d 24160b",
        "c9b08a e6d3b0 33231a",
        "9a9489 c4beb2 1c1a18",
        "a4694a cf9873 230f08",
        "d8d2c6 f1ece2 2a2622",
    )
    plate = mix(clay, curl, torch.exp(-((gap / 0.16) ** 2)))
    plate = shade(
        plate,
        (0.94 + 0.12 * ident)
        * s.relief(s.fbm(12, 3) * 0.04 + (gap * 6).clamp(0, 1) * 0.15, 0.7),
    )
    mask = torch.maximum(inside(width - gap, pixel, 1.2), hairline)
    return mix(plate, deep, mask).clamp(0, 1), mask


def wood(s):
    """Sawn planks: nested grain lines, fine fibres, dark seams."""
    x, y, pixel = s.grid(1.1, 2.0, warp=0.05, shift=0.0)
    x = x + s.uniform(-3, 3)
    width = s.uniform(1.0, 2.6)
    plank = torch.floor(x / width)
    tone, start, bow = s.cells(plank, torch.zeros_like(plank), 3)
    off = x - (plank + 0.25 + 0.5 * start) * width
    heart = radius_of(
        off + 0.12 * s.smooth(4), (y + 4 * bow - 2) * 0.2
    ) + 0.06 * s.smooth(6)
    ring = (heart * s.uniform(5, 9)) % 1
    late = ring ** s.uniform(1.5, 3) * (1 - sharp(ring - 0.93, 50))
    fibre = stretched(s, x, y, 22, 1.2)
    pale, brown, seam = dyes(
        s,
        "c8935a 6a3a18 2a1608",
        "dcb27a 8f5a28 3c220e",
        "8a5a34 3c200e 1a0d06",
        "b0643a 5c2711 240d05",
        "e3c99a a4733c 4a2f16",
        free=0.12,
    )
    grain = (late + fibre * 0.1).clamp(0, 1)
    edge = width / 2 - (x - (plank + 0.5) * width).abs()
    rgb = mix(
        shade(mix(pale, brown, grain), 0.88 + 0.24 * tone),
        seam,
        inside(0.025 - edge, pixel),
    )
    return rgb.clamp(0, 1), grain


def marble(s):
    """Polished stone, clouded, with thin branching veins."""
    x, y, _ = s.grid(1.2, 2.2, warp=0.1)
    cloud = s.fbm(3, 5, 0.5)
    flow = (x + 0.4 * s.smooth(3)) * s.uniform(1.2, 2.0) + 0.55 * cloud
    broad = (
        0.5 + 0.5 * torch.sin(flow * 1.7 + s.uniform(0, 6) + 0.4 * s.smooth(4))
    ) ** 2
    vein = (1 - torch.sin(flow).abs()) ** s.uniform(9, 18)
    web = (1 - (s.fbm(4, 4, 0.45) + 0.35 * torch.sin(flow * 1.7)).abs()).clamp(
        min=0
    ) ** s.uniform(9, 18)
    mask = (vein + 0.75 * web * sharp(s.smooth(3) + 0.8, 4)).clamp(0, 1)
    stone, haze, line = dyes(
        s,
        "f5f3f0 b4b5ba 4f535c",
        "efedea a9a9ac 34363d",
        "4f8570 86b39c e3eee2",
        "f3f3f4 c3bdb2 8b7654",
        "eacfc2 c3968a 703730",
        "f3e9d6 cfb58d 84592a",
        free=0.12,
    )
    smear = (0.35 * sharp(cloud, 2) + 0.65 * broad).clamp(0, 1)
    return mix(mix(stone, haze, smear), line, mask * s.uniform(0.65, 0.95)), mask


def fur(s):
    """A shaggy coat: tuft upon tuft of fine hair, dark at the roots and light at the
    ragged tips.
    """
    x, y, _ = s.grid(1.0, 1.7, warp=0.15)
    tuft = stretched(s, x, y, 4, 1.5)
    x = x + 0.06 * tuft + 0.04 * stretched(s, x, y, 3, 3)
    strand = stretched(s, x, y, 15, 1.5) * 0.6 + stretched(s, x, y, 32, 3.5) * 0.8
    fall = (
        y * s.uniform(1.2, 1.8)
        + 0.25 * tuft
        + 0.3 * stretched(s, x, y, 13, 0.6)
        + 0.16 * strand
    )
    from_root = fall % 1
    # a tip ends over the dark roots of the next tuft
    from_root = from_root * sharp(0.97 - from_root, 40)
    root, hair, tip = dyes(
        s,
        "2a160a 7d4c23 d9a869",
        "3a1c08 b3641f f3bf7a",
        "1d1d20 6f6f74 d4d4d6",
        "120d0a 3f2d22 8f735a",
        "7a6a55 cbb795 f7efdc",
        "4a2410 c2803a fbe3b8",
    )
    light = (0.18 + 0.6 * from_root + 0.17 * strand + 0.06 * tuft).clamp(0, 1)
    return shade(palette(light, root, hair, tip), 1 + 0.15 * s.smooth(3)).clamp(
        0, 1
    ), light


PATTERNS = [
    stripes,
    zebra,
    dots,
    leopard,
    checker,
    bricks,
    honeycomb,
    scales,
    cobble,
    cracks,
    wood,
    marble,
    fur,
]
