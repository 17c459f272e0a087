"""Geometry and simple solids: spirals, rings, star, heart, sphere, cube, cone, torus,
Julia set.
"""

import torch

from . import buildings, things
from .scenery import cast_shadow, meadow, night, plain, room, sky, sometimes, usually
from .sheet import PI, hsv, inside, mix, palette, radius_of, shade, sharp


def full_or_disc(s, rgb, figure, radius, pixel):
    """Half of the pictures fill the sheet (their mask is `figure`), half are discs on a
    background.
    """
    disc, full = inside(1 - radius, pixel), s.coin(0.5)
    return mix(s.background() * 0.85, rgb, torch.maximum(disc, full)), torch.where(
        full > 0, figure, disc
    )


def spiral(s, handedness):
    """One to three spiral arms, evenly spaced or widening, in candy colours: a
    lollipop.
    """
    u, v, pixel = s.place(0.65, 1.1, offset=0.35, repeat=0)
    r, angle = (u * u + v * v + 1e-4).sqrt(), torch.atan2(v, u)
    even = r * s.uniform(7, 13)
    widening = torch.log(r + 0.03) * s.uniform(3, 6)
    phase = handedness * angle * s.integers(1, 3) + torch.where(
        s.coin() > 0, even, widening
    )
    wave = torch.sin(phase)
    first, second = s.two()
    usual = s.coin(0.75)
    arm = usually(usual, s.colour((0.7, 1), (0.65, 1), 0.97, 0.07), first)
    gap = usually(usual, s.bright(saturation=(0, 0.25), hue=0.12), second)
    rgb = mix(gap, arm, sharp(wave, s.uniform(5, 14)))
    rgb = shade(rgb, 1 - s.uniform(0, 0.35) * (1 - wave.abs()))
    return full_or_disc(s, rgb, sharp(wave, 14), r, pixel)


def spiral_ccw(s):
    """A spiral whose arms run outwards counterclockwise."""
    return spiral(s, 1)


def spiral_cw(s):
    """A spiral whose arms run outwards clockwise."""
    return spiral(s, -1)


def rings(s):
    """Concentric rings: an archer's target (gold, red, blue, black, white), or two
    colours in turn.
    """
    u, v, pixel = s.place(0.65, 1.1, offset=0.5, repeat=0)
    r = radius_of(u, v * s.uniform(0.85, 1.2))
    first, second = s.two()
    wave = torch.sin(r * s.uniform(10, 24) + s.uniform(0, 6))
    two_coloured = mix(first, second, sharp(wave, s.uniform(4, 14)))
    bands = [
        s.colour(value, saturation, hue, 0.015)
        for value, saturation, hue in (
            ((0.85, 1), (0.7, 0.95), 0.14),
            ((0.65, 0.95), (0.75, 1), 0.99),
            ((0.5, 0.9), (0.6, 0.9), 0.57),
            ((0.03, 0.15), (0, 0.3), 0.6),
            ((0.85, 1), (0, 0.1), 0.12),
        )
    ]
    step = r * s.uniform(4.7, 6)
    target = bands[0]
    for k, band in enumerate(bands[1:] * 2, start=1):
        target = mix(target, band, inside(step - k, pixel * 5))
    line = inside(0.035 - ((step + 0.5) % 1 - 0.5).abs() * 0.2, pixel)
    target = shade(target, 1 - 0.3 * line)
    archery = s.coin(0.55)
    figure = torch.maximum(archery, sharp(wave, 14))
    return full_or_disc(s, mix(two_coloured, target, archery), figure, r, pixel)


def star(s):
    """A faceted star, mostly with five points, gold before a night sky."""
    u, v, pixel = s.place(0.6, 1.0, rotate=0.5, repeat=0.25, warp=0.03)
    points = 5 + s.coin(0.3) * s.integers(0, 3)
    half = PI / points
    r, angle = radius_of(u, v), torch.atan2(u, -v)
    across = (angle + half) % (2 * half) - half
    notch = s.uniform(0.38, 0.52)
    edge = (
        notch
        * torch.sin(half)
        / (torch.sin(across.abs()) + notch * torch.sin(half - across.abs()) + 1e-6)
    )
    body = inside((edge - r) * 0.7, pixel)
    # each ray is a ridge: its two facets face to either side of it
    facing = torch.cos(angle - across + torch.sign(across) * 1.2 - s.uniform(-1.2, 0.2))
    usual = s.coin(0.75)
    gold = usually(
        usual,
        s.colour((0.85, 1), (0.6, 0.95), 0.135, 0.02),
        s.colour((0.5, 1), (0.2, 1)),
    )
    lit = shade(plain(s, gold), 0.85 + s.uniform(0.12, 0.35) * facing)
    back = sometimes(s, 0.65, night(s), s.background() * 0.75)
    back = mix(
        back, gold, torch.exp(-2.5 * (r - edge * 0.8).clamp(min=0)) * 0.5 * s.coin(0.5)
    )
    return mix(back, lit, body).clamp(0, 1), body


def heart(s):
    """A glossy heart, red or pink: a square on its tip with two half discs."""
    u, v, pixel = s.place(0.65, 1.05, rotate=0.35, repeat=0.25, warp=0.03)
    side = u.abs()
    y = torch.where(v > 0, v * 0.82, v) + 0.03
    half = 0.5
    # round the middle of an upper side
    lobe = half - radius_of(side - half / 2**0.5, y + half / 2**0.5)
    square = half - (side + y.abs()) / 2**0.5
    distance = torch.maximum(lobe, square)
    body = inside(distance, pixel)
    usual = s.coin(0.78)
    red = usually(
        usual, s.colour((0.65, 1), (0.55, 1), 0.97, 0.025), s.colour((0.4, 1), (0.4, 1))
    )
    puff = (distance / 0.42).clamp(0, 1).sqrt()
    lit = shade(plain(s, red), 0.5 + 0.6 * puff - 0.18 * (v + u * 0.5))
    gloss = torch.exp(-((u + 0.38) ** 2 + (v + 0.42) ** 2) * 28) * s.uniform(0.3, 1)
    lit = mix(lit, torch.ones_like(red), gloss)
    pale = plain(s, s.bright(saturation=(0, 0.3), hue=0.98))
    back = sometimes(s, 0.4, pale, s.background())
    return mix(back, lit, body).clamp(0, 1), body


def sphere(s):
    """A glossy ball on a table: a beach ball with coloured panels, a billiard ball with
    band or spot, or plain.
    """
    u, v, pixel = s.place(0.5, 0.95, rotate=0.6, repeat=0.2, warp=0.0)
    r = radius_of(u, v)
    body = inside(1 - r, pixel)
    nx, ny = u.clamp(-1, 1), v.clamp(-1, 1)
    nz = (1 - nx * nx - ny * ny).clamp(min=0).sqrt()
    tilt = s.uniform(0.3, 1.2)
    # the pole tilts towards the eye
    along = -ny * torch.cos(tilt) + nz * torch.sin(tilt)
    ahead = nz * torch.cos(tilt) + ny * torch.sin(tilt)
    longitude = torch.atan2(nx, ahead) + s.uniform(0, 2 * PI)
    white = s.bright(saturation=(0, 0.12))
    usual = s.coin(0.75)
    panels = [
        usually(
            usual, s.colour((0.7, 1), (0.7, 1), hue, 0.02), s.colour((0.4, 1), (0.3, 1))
        )
        for hue in (0.0, 0.58, 0.14)
    ]
    turn = longitude / (2 * PI) % 1 * 3
    hue = sum(
        c * (torch.floor(turn) == k).float()[:, None] for k, c in enumerate(panels)
    )
    beach = mix(white, hue, sharp(torch.sin(longitude * 3 + 1e-3), 12))
    beach = mix(beach, white, inside(along - 0.96, pixel))
    paint = usually(usual, s.colour((0.5, 1), (0.75, 1)), s.colour((0.2, 1), (0, 1)))
    spot = inside(nz * torch.cos(tilt * 0.4) - ny * torch.sin(tilt * 0.4) - 0.93, pixel)
    band = inside(along.abs() - 0.62, pixel)
    billiard = mix(mix(paint, white, band * s.coin(0.4)), white, spot)
    kind = s.uniform()
    skin = mix(
        mix(billiard, beach, (kind < 0.45).float()), paint, (kind > 0.75).float()
    )
    light, glint = s.ball(nx, ny)
    lit = shade(skin, light) + (glint + 0.35 * glint.clamp(min=0).sqrt())[:, None]
    back = sometimes(s, 0.5, room(s, v - s.uniform(-0.2, 0.6), pixel), s.background())
    back = cast_shadow(back, u - 0.15, v - 0.95, 1.0, 0.22)
    return mix(back, lit, body).clamp(0, 1), body


def cube(s):
    """A cube seen from above on a table: a die with pips, a puzzle cube of nine
    stickers a face, or a block.
    """
    u, v, pixel = s.place(0.6, 0.95, rotate=0.25, repeat=0.2, warp=0.015)
    lean = s.uniform(-0.3, 0.3)
    right, left = 0.8 * (1 - lean), 0.8 * (1 + lean)
    rise_right, rise_left = (
        s.uniform(0.28, 0.42) * (1 + lean),
        s.uniform(0.28, 0.42) * (1 - lean),
    )
    height = s.uniform(0.8, 0.95)
    # the near corner of the top face lies at the origin
    y = v - (rise_right + rise_left - height) / 2
    faces = [
        (u / right, (y + rise_right * u / right) / height),
        (-u / left, (y - rise_left * u / left) / height),
    ]
    area = right * rise_left + left * rise_right
    faces.append(
        ((u * rise_left - y * left) / area, (-u * rise_right - y * right) / area)
    )
    depths = [
        torch.minimum(torch.minimum(a, 1 - a), torch.minimum(b, 1 - b))
        for a, b in faces
    ]
    depth = torch.maximum(torch.maximum(depths[0], depths[1]), depths[2])
    body = inside(depth * 0.75 + pixel * 0.75, pixel)
    a, b, tone = 0.0, 0.0, 0.0
    usual = s.coin(0.75)
    sticker = 0.0
    for (fa, fb), d, hue, low, high in zip(
        faces, depths, (0.0, 0.6, 0.15), (0.5, 0.25, 0.95), (0.75, 0.45, 1.1)
    ):
        here = (d == depth).float()
        a, b, tone = a + fa * here, b + fb * here, tone + s.uniform(low, high) * here
        paint = usually(
            usual,
            s.colour((0.8, 1), (0.75, 0.95), hue, 0.02),
            s.colour((0.5, 1), (0.3, 1)),
        )
        sticker = sticker + paint * here[:, None]
    p, q = a * 3 % 1 - 0.5, b * 3 % 1 - 0.5
    puzzle = mix(
        torch.full_like(paint, 0.05),
        sticker,
        inside(0.42 - torch.maximum(p.abs(), q.abs()), pixel * 5),
    )
    column, row = torch.floor(a * 3), torch.floor(b * 3)
    corner, middle = (column != 1) & (row != 1), (column == 1) & (row == 1)
    top = depths[2] == depth
    pips = torch.where(
        top, corner | middle, torch.where(depths[0] == depth, middle, corner)
    ).float()
    ivory = usually(
        usual, s.bright(saturation=(0, 0.15), hue=0.12), s.colour((0.5, 1), (0.5, 1))
    )
    die = mix(ivory, ivory * 0.1, inside(0.3 - radius_of(p, q), pixel * 5) * pips)
    wood = s.colour((0.6, 0.95), (0.35, 0.7), 0.09, 0.03)
    block = shade(
        usually(usual, wood, s.colour((0.4, 1), (0.2, 1))),
        1 + 0.06 * torch.sin(b * 30 + a * 2),
    )
    kind = s.uniform()
    skin = mix(mix(block, die, (kind < 0.4).float()), puzzle, (kind > 0.7).float())
    edge = inside(0.018 - depth, pixel) * s.uniform(0.2, 0.8)
    lit = shade(skin, tone * (1 - edge))
    back = sometimes(s, 0.5, room(s, v + s.uniform(0, 0.6), pixel), s.background())
    back = cast_shadow(back, u - 0.1, v - 0.5, 1.1, 0.5)
    return mix(back, lit, body).clamp(0, 1), body


def cone(s):
    """A traffic cone, orange with white bands on a square foot, on a street or a
    lawn.
    """
    u, v, pixel = s.place(0.7, 1.0, rotate=0.3, repeat=0.2, warp=0.02)
    slope = s.uniform(0.28, 0.38)
    width = 0.06 + (v + 0.9) * slope
    bottom = 0.68 + 0.12 * (1 - (u / 0.62) ** 2).clamp(min=0).sqrt()
    side = torch.minimum(torch.minimum(width - u.abs(), bottom - v), v + 0.9)
    foot = torch.minimum(0.68 - u.abs() + v * 0.3, 0.13 - (v - 0.76).abs())
    across = (u / width.clamp(min=0.02)).clamp(-1, 1)
    curve = v - 0.1 * (1 - across * across).sqrt()  # bands run round the cone
    bands = inside(torch.sin(curve * s.uniform(6.2, 8) + 1.2) - 0.25, pixel * 7)
    usual = s.coin(0.78)
    orange = usually(
        usual, s.colour((0.9, 1), (0.85, 1), 0.045, 0.012), s.colour((0.4, 1), (0.3, 1))
    )
    white = usually(usual, s.bright(saturation=(0, 0.1)), s.colour((0.2, 1), (0, 1)))
    light = 0.35 + 0.75 * (1 - ((across - s.uniform(-0.6, 0.6)) / 1.4) ** 2).clamp(0, 1)
    body = inside(side, pixel)
    whole = torch.maximum(body, inside(foot, pixel))
    asphalt = shade(
        plain(s, s.colour((0.25, 0.55), (0, 0.15), 0.6)),
        1 + 0.12 * s.smooth(max(s.size // 2, 4)),
    )
    street = mix(sky(s), asphalt, inside(v - s.uniform(-0.3, 0.4), pixel))
    back = sometimes(
        s, 0.5, street, sometimes(s, 0.25, meadow(s, v - 0.3, pixel), s.background())
    )
    back = cast_shadow(back, u - 0.15, v - 0.85, 1.0, 0.2)
    rgb = mix(
        back, shade(plain(s, orange), 0.75 - 0.4 * (v - 0.76)), inside(foot, pixel)
    )
    return mix(rgb, shade(mix(orange, white, bands), light), body).clamp(0, 1), whole


def torus(s):
    """A ring of round cross-section: an iced doughnut with sprinkles, a striped
    lifebuoy, or a plain ring.
    """
    u, v, pixel = s.place(0.6, 0.98, repeat=0.25, warp=0.03)
    v = v * s.uniform(1, 1.35)
    axis = s.uniform(0.62, 0.7)
    r, angle = radius_of(u, v), torch.atan2(v, u)
    across = (r - axis) / (1 - axis)
    body = inside((1 - across.abs()) * (1 - axis), pixel)
    usual = s.coin(0.75)
    dough = s.colour((0.65, 0.9), (0.5, 0.75), 0.085, 0.012)
    icing = s.choose(
        s.colour((0.85, 1), (0.3, 0.65), 0.94, 0.02),
        s.colour((0.2, 0.4), (0.5, 0.8), 0.05, 0.01),
    )
    icing = usually(usual, icing, s.bright())
    cell_x, cell_y = torch.floor(u * 6 + 20), torch.floor(v * 6 + 20)
    lie, tint, right, down = s.cells(cell_x, cell_y, 4)
    lie = lie * PI
    dx, dy = (
        u * 6 + 19.5 - cell_x + (right - 0.5) * 0.4,
        v * 6 + 19.5 - cell_y + (down - 0.5) * 0.4,
    )
    p, q = (
        dx * torch.cos(lie) + dy * torch.sin(lie),
        dy * torch.cos(lie) - dx * torch.sin(lie),
    )
    sprinkle = hsv(tint, torch.full_like(tint, 0.7), torch.ones_like(tint))
    edge = (
        0.72
        + 0.07 * torch.sin(angle * s.integers(5, 9) + s.uniform(0, 6))
        - across.abs()
    )
    doughnut = mix(dough, icing, inside(edge, pixel * 3))
    seeds = (
        inside(torch.minimum(0.09 - q.abs(), 0.28 - p.abs()), pixel * 6)
        * (edge > 0.1)
        * s.coin(0.8)
    )
    doughnut = mix(doughnut, sprinkle, seeds)
    stripe = usually(
        usual, s.colour((0.75, 1), (0.75, 1), 0.01, 0.015), s.colour((0.3, 1), (0.4, 1))
    )
    buoy = mix(
        s.bright(saturation=(0, 0.1)),
        stripe,
        sharp(torch.sin(angle * 4 + s.uniform(0, 6)), 14),
    )
    kind = s.uniform()
    skin = mix(
        mix(buoy, doughnut, (kind < 0.6).float()),
        plain(s, stripe),
        (kind > 0.85).float(),
    )
    light, glint = s.ball((across * u / r).clamp(-1, 1), (across * v / r).clamp(-1, 1))
    lit = shade(skin, 0.25 + 0.8 * light) + glint[:, None] * 0.7
    back = s.background()
    back = cast_shadow(back, u - 0.05, v - 0.08, 0.95, 0.95)
    return mix(back, lit, body).clamp(0, 1), body


JULIA_CONSTANTS = torch.tensor(
    [
        [-0.8, 0.156],
        [-0.4, 0.6],
        [0.285, 0.01],
        [-0.70176, -0.3842],
        [-0.835, -0.2321],
        [-0.7269, 0.1889],
        [0.355, 0.355],
        [-0.1, 0.651],
        [-0.123, 0.745],
        [0.27, 0.53],
    ]
)


def julia(s):
    """A Julia set of z² + c, coloured by the time to escape: deep blue through gold to
    cream.
    """
    x, y, _ = s.grid(0.95, 1.35, shift=0.2)
    constant = JULIA_CONSTANTS[
        torch.randint(len(JULIA_CONSTANTS), (s.count,), generator=s.generator)
    ]
    constant = constant + s.randn(2) * 0.006
    real, imaginary = constant[:, 0, None, None], constant[:, 1, None, None]
    steps, time, closest = 26, torch.zeros_like(x), torch.full_like(x, 9.0)
    for _ in range(steps):
        x, y = (x * x - y * y + real).clamp(-9, 9), (2 * x * y + imaginary).clamp(-9, 9)
        square = x * x + y * y
        time += (2.5 - square * 0.5).clamp(0, 1)
        closest = torch.minimum(closest, square)
    t = (time / steps) ** s.uniform(0.55, 1.1)
    usual = s.coin(0.75)
    night_blue = usually(usual, s.colour((0.08, 0.3), (0.7, 1), 0.65, 0.03), s.dark())
    blue = usually(
        usual,
        s.colour((0.4, 0.8), (0.6, 0.95), 0.59, 0.03),
        s.colour((0.3, 0.9), (0.4, 1)),
    )
    gold = usually(usual, s.colour((0.85, 1), (0.6, 0.9), 0.11, 0.02), s.bright())
    core = mix(
        usually(usual, s.colour((0.1, 0.35), (0.6, 1), 0.03), s.dark()),
        s.bright(hue=0.13),
        closest.sqrt().clamp(0, 1),
    )
    return palette(t, night_blue, blue, gold, core), sharp(t - 0.35, 12)


PATTERNS = [
    spiral_ccw,
    spiral_cw,
    rings,
    star,
    heart,
    sphere,
    cube,
    cone,
    torus,
    julia,
    *buildings.PATTERNS,
    *things.PATTERNS,
]
