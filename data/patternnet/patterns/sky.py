"""Sky, water, rock and fire: pictures without a single object, drawn as far as the
frame reaches.
"""

import torch

from .places import (
    blue_sky,
    distant,
    evening_sky,
    frost,
    ground,
    night,
    often,
    rain_sky,
    setting,
)
from .sheet import PI, hsv, inside, mix, palette, radius_of, shade, sharp, turn

WHITE = torch.ones(1, 3, 1, 1)


def mountains(s):
    """Snow-capped peaks with a lit and a shaded side under a sky, dark wooded hills in
    front.
    """
    x, y = s.coordinates()
    pixel = 2 / s.size
    picture = setting(s, blue_sky, blue_sky, evening_sky, probability=0.85)
    rock = often(
        s,
        s.colour((0.35, 0.6), (0.1, 0.35), hue=0.62, hue_sd=0.05),
        s.colour((0.2, 0.6), (0.2, 0.8)),
    )
    wobble, light_side = s.fbm(4, 4, 0.6), s.sign()
    height, facing, crest = (
        torch.full_like(x, -9.0),
        torch.zeros_like(x),
        torch.zeros_like(x),
    )
    for k in range(3):
        middle = (k - 1) * s.uniform(0.55, 0.8) + s.uniform(-0.15, 0.15)
        top, slope = s.uniform(-0.75, -0.25) + 0.15 * (k != 1), s.uniform(0.8, 1.4)
        rough = (wobble, wobble.flip(2), wobble.flip(1))[k]
        ridge = middle + rough * 0.09 * (1 + (y - top).clamp(min=0))
        cone = y - top - slope * (x - middle).abs() - rough * 0.085
        higher = cone > height
        facing = torch.where(higher, torch.sign(x - ridge) * light_side, facing)
        crest = torch.where(higher, y - top, crest)
        height = torch.maximum(height, cone)
    face = 0.9 + 0.35 * facing + wobble * 0.12
    snow_line = (
        s.uniform(0.25, 0.55) + 0.12 * torch.sin(x * 23 + wobble * 3) + wobble * 0.06
    )
    snow = often(s, WHITE * 0.97, s.colour((0.7, 1), (0, 0.6)), 0.9)
    surface = mix(
        shade(rock, face),
        shade(snow, 0.86 + 0.14 * facing),
        sharp(snow_line - crest, 30),
    )
    body = inside(height, pixel)
    picture = mix(picture, surface, body)
    wood = often(s, s.colour((0.1, 0.35), (0.5, 0.9), hue=0.36, hue_sd=0.05), s.dark())
    for k in range(2):
        hill = y - 0.4 - 0.3 * k - s.smooth(4)[:, :1] * 0.12
        treetops = 0.05 * (torch.sin(x * s.uniform(35, 60)).abs() - 0.5) * s.coin(0.7)
        hill = hill + treetops
        colour = mix(wood, rock, 0.35 * (1 - k) * torch.ones(1, 1, 1))
        picture = mix(
            picture, shade(colour, 1.1 - 0.3 * y + 0.1 * wobble), inside(hill, pixel)
        )
        body = torch.maximum(body, inside(hill, pixel))
    return picture.clamp(0, 1), body


def clouds(s):
    """Cumulus clouds: heaps of round puffs with bright tops and flat grey bases, on a
    blue sky.
    """
    x, y = s.coordinates()
    blue = s.colour((0.5, 0.85), (0.65, 0.95), hue=0.59, hue_sd=0.02)
    pale_blue = s.colour((0.8, 1), (0.3, 0.6), hue=0.55, hue_sd=0.02)
    zenith = often(s, blue, s.colour((0.3, 0.8), (0.4, 0.9)), 0.82)
    below = often(s, pale_blue, s.colour((0.7, 1), (0.3, 0.8)), 0.82)
    picture = palette(y * 0.5 + 0.5, zenith, below)
    edge = s.fbm(7, 4, 0.6)
    white = often(
        s,
        s.colour((0.96, 1), (0, 0.05)),
        s.colour((0.85, 1), (0.05, 0.35), hue=0.05),
        0.85,
    )
    grey = s.colour((0.55, 0.75), (0.1, 0.3), hue=0.62, hue_sd=0.03)
    mask = torch.zeros_like(x)
    middle, row = s.uniform(-0.6, 0.6), s.uniform(-0.15, 0.1)
    for k in range(3):
        base, size = row - 0.42 + 0.58 * k, s.uniform(0.4, 0.62) + 0.06 * k
        depth, tilt = torch.full_like(x, -9.0), torch.zeros_like(x)
        for j in range(6):
            along = (j - 2.5) / 2.5
            radius = size * (0.62 - 0.36 * abs(along)) * s.uniform(0.75, 1.2)
            px, py = middle + size * along * 1.05, base - radius * s.uniform(0.35, 0.9)
            d = radius - radius_of(x - px, y - py)
            deeper = d > depth
            tilt = torch.where(deeper, (y - py) / radius, tilt)
            depth = torch.maximum(depth, d)
        depth = torch.minimum(depth + edge * 0.045, base + 0.02 * edge - y)
        light = 0.72 - 0.45 * tilt + edge * 0.1 + (base - y) * 0.5 / size - 0.15
        puff = inside(depth, 2 / s.size, 3)
        picture = mix(picture, palette(light, grey, white), puff)
        mask = torch.maximum(mask, puff)
        middle = middle + s.sign() * s.uniform(0.7, 1.1)
        middle = (middle + 1) % 2 - 1
    return picture.clamp(0, 1), mask


def ripples(s):
    """Rings running out over water from one to three drops, seen at a slant, with
    glints of sky.
    """
    x, y = s.coordinates()
    slant = s.uniform(1.2, 2.2)
    height = s.fbm(5, 3) * 0.12
    for k in range(3):
        away = radius_of(x - s.uniform(-0.8, 0.8), (y - s.uniform(-0.7, 0.7)) * slant)
        ring = torch.sin(away * s.uniform(20, 30) + s.uniform(0, 6)) * torch.exp(
            -away * s.uniform(0.7, 1.5)
        )
        height = height + ring * (s.coin(0.5) * 0.8 if k else 1.2)
    deep = s.colour((0.1, 0.4), (0.8, 1), hue=0.57, hue_sd=0.03)
    water = s.colour((0.55, 0.9), (0.65, 1), hue=0.51, hue_sd=0.03)
    free = s.coin(0.2)[:, None]
    deep, water = (
        mix(deep, s.dark(), free),
        mix(water, s.colour((0.4, 0.9), (0.2, 0.9)), free),
    )
    picture = palette(0.5 + 0.5 * height - 0.15 * y, deep, water)
    glint = sharp(height - 0.45, 7)
    picture = mix(picture, s.colour((0.9, 1), (0, 0.25), hue=0.52), glint * 0.85)
    return picture.clamp(0, 1), sharp(height - 0.1, 12)


def waves(s):
    """A sea in perspective: rows of leaning crests with caps of fringed foam, larger
    towards the eye.
    """
    x, y = s.coordinates()
    x, y = turn(x * s.sign(), y, s.uniform(-0.12, 0.12))
    pixel = 2 / s.size
    dark = s.colour((0.15, 0.4), (0.8, 1), hue=0.61, hue_sd=0.025)
    light = s.colour((0.55, 0.9), (0.5, 0.85), hue=0.53, hue_sd=0.025)
    free = s.coin(0.2)[:, None]
    dark, light = (
        mix(dark, s.dark(), free),
        mix(light, s.colour((0.4, 0.9), (0.3, 1)), free),
    )
    foam = s.colour((0.93, 1), (0, 0.08), hue=0.5)
    picture, mask = distant(s, blue_sky, blue_sky, evening_sky), torch.zeros_like(x)
    horizon, zoom = s.uniform(-1.0, -0.4), s.uniform(0.85, 1.2)
    lean, steep = s.uniform(0.25, 0.6), s.uniform(1.2, 2.0)
    foot = horizon
    for k in range(7):
        size = (0.42 + 0.16 * k) * zoom
        foot = foot + size * 0.32
        # The higher the water, the further it is carried forward: the crest overhangs.
        up = ((foot - y) / size).clamp(0, 0.7)
        across = x / size + s.uniform(0, 1) - lean * up**2 * 2
        peak = (0.5 + 0.5 * torch.cos(across * 2 * PI)) ** steep
        depth = (y - foot) / size + 0.42 * peak
        body = inside(depth * size * 0.7, pixel)
        streaks = (
            sharp(torch.sin(depth * 26 - 3 * peak), 4)
            * 0.5
            * (1 - depth * 1.5).clamp(0, 1)
        )
        surface = mix(palette(depth * 1.9, light, dark), light, streaks)
        fringe = 0.02 + peak * (0.11 + 0.06 * torch.sin(across * 50 + depth * 9))
        edge = inside((fringe - depth) * size, pixel)
        picture = mix(picture, mix(surface, foam, edge), body)
        mask = mask * (1 - body) + body * torch.maximum(
            edge, (peak * 1.6 - depth * 2).clamp(0, 1)
        )
    return picture.clamp(0, 1), mask


def lightning(s):
    """A jagged white or violet bolt with side branches, glowing in a night sky."""
    x, y = s.coordinates()
    x, y = turn(x, y, s.uniform(-0.35, 0.35))

    def jag(steps, size):
        """A random walk of straight pieces down the sheet, at every height."""
        nodes = s.randn(1, steps).cumsum(-1) * size
        nodes = nodes - nodes.mean(-1, keepdim=True)
        line = torch.nn.functional.interpolate(
            nodes, size=s.size, mode="linear", align_corners=True
        )
        return line.transpose(1, 2)

    trunk = s.uniform(-0.45, 0.45) + jag(9, 0.13) + jag(24, 0.022)
    distance = (x - trunk).abs()
    bolt, width = 0.02 - distance, 0.012
    glow = width / (distance + width)
    for _ in range(4):
        fork, slope, length = (
            s.uniform(-0.8, 0.4),
            s.sign() * s.uniform(0.5, 1.3),
            s.uniform(0.3, 0.8),
        )
        below = y - fork
        path = trunk + below * slope + jag(12, 0.05) * below.clamp(0, 1)
        off = (
            (x - path).abs() / (1 + slope.abs())
            + (-below).clamp(min=0)
            + (below - length).clamp(min=0)
        )
        taper = 0.013 * (1 - below / length).clamp(0, 1)
        bolt = torch.maximum(bolt, taper - off)
        glow = glow + 0.5 * width / (off + width) * (1 - below / length).clamp(0, 1)
    violet = often(
        s,
        s.colour((0.8, 1), (0.3, 0.7), hue=0.7, hue_sd=0.05),
        s.colour((0.7, 1), (0.3, 1)),
        0.8,
    )
    lit_cloud = s.fbm(3, 5, 0.6) * 0.3 + 0.7
    picture = setting(s, night, probability=0.85)
    picture = picture * (0.9 - 0.4 * picture.mean((1, 2, 3), keepdim=True))
    picture = picture + violet * (glow * 1.1 * lit_cloud.clamp(0.3, 1.2))[:, None]
    picture = mix(picture, WHITE, inside(bolt, 2 / s.size, 1.5))
    return picture.clamp(0, 1), torch.maximum(
        inside(bolt, 2 / s.size, 1.5), (glow * 1.6 - 0.25).clamp(0, 1)
    )


def flames(s):
    """Tongues of fire rising from the lower edge: dark red, orange, yellow and
    white-hot, on black, with sparks.
    """
    x, y = s.coordinates()
    drift = s.smooth(5) * 0.1 + s.smooth(9) * 0.035
    heat = torch.zeros_like(x)
    for k in range(6):
        middle = (k - 2.5) / 2.5 * 0.85 + s.uniform(-0.15, 0.15)
        tall, wide = (
            s.uniform(1.0, 2.1) * (1.1 - 0.3 * abs(k - 2.5) / 2.5),
            s.uniform(0.24, 0.4),
        )
        rise = (1.1 - y) / tall
        sway = 0.12 * torch.sin(
            rise * s.uniform(3, 6) + s.uniform(0, 6)
        ) * rise + drift * rise.clamp(0, 1.5)
        profile = (
            wide
            * (rise.clamp(0, 1) + 0.15).sqrt()
            * (1 - rise).clamp(min=0) ** 1.1
            * 1.6
        )
        across = (x - middle - sway).abs() / (profile + 1e-3)
        tongue = (
            (1 - across**2).clamp(min=0)
            * (rise < 1)
            * (0.35 + 0.75 * (1 - rise).clamp(0, 1))
        )
        heat = torch.maximum(heat, tongue) + 0.22 * torch.minimum(heat, tongue)
    heat = heat * (1 + s.smooth(10) * 0.1)
    hue = torch.where(s.coin(0.88) > 0, torch.zeros(1, 1, 1), s.uniform(0, 1))
    ember = s.colour((0.35, 0.6), (0.9, 1), hue=hue + 0.99, hue_sd=0.01)
    red = s.colour((0.85, 1), (0.88, 1), hue=hue + 0.03, hue_sd=0.015)
    orange = s.colour((0.97, 1), (0.8, 0.98), hue=hue + 0.09, hue_sd=0.012)
    yellow = s.colour((0.98, 1), (0.45, 0.75), hue=hue + 0.14, hue_sd=0.012)
    black = s.colour((0, 0.1), (0, 1), hue=hue, hue_sd=0.05)
    haze = torch.exp(-((y - 1.2) ** 2) * 0.9) * 0.1
    picture = palette(
        heat * 0.95 + haze, black, ember, red, orange, yellow, WHITE * 0.98
    )
    # Sparks: a few cells of a lattice hold one small bright dot each.
    cx, cy = torch.floor(x * 5 + 40), torch.floor(y * 5 + 40)
    jx, jy, chance = s.cells(cx, cy, 3)
    spark = radius_of(
        x * 5 + 40 - cx - 0.2 - 0.6 * jx, y * 5 + 40 - cy - 0.2 - 0.6 * jy
    )
    sparks = inside(0.1 - spark, 10 / s.size) * (chance > 0.85)
    picture = mix(picture, orange, sparks * (heat < 0.05))
    return picture.clamp(0, 1), (heat * 2.5).clamp(0, 1)


def snowflake(s):
    """A six-armed crystal with side branches, white or ice blue on a cold dark
    ground.
    """
    u, v, pixel = s.place(0.65, 0.95, repeat=0.25, warp=0.02)
    angle = torch.atan2(v, u) % (PI / 3)
    angle = torch.minimum(angle, PI / 3 - angle)
    r = radius_of(u, v)
    along, side = r * torch.cos(angle), r * torch.sin(angle)
    thick = s.uniform(0.03, 0.05)
    crystal = torch.minimum(thick - side, 0.98 - along)
    slope = 3**0.5
    for k in range(4):
        root = 0.2 + 0.2 * k + s.uniform(-0.06, 0.06)
        reach = torch.minimum(s.uniform(0.08, 0.3), root * 0.5) * (1 if k < 3 else 0.6)
        # A branch leaves the arm at 60 degrees towards the tip.
        across_branch = ((along - root) * slope - side).abs() / 2
        out = side * slope / 2 + (along - root) / 2
        crystal = torch.maximum(
            crystal, torch.minimum(thick * 0.75 - across_branch, reach * 1.15 - out)
        )
    plate_radius = s.uniform(0.1, 0.28)
    crystal = torch.maximum(
        crystal, torch.minimum(plate_radius - along, (plate_radius - along) + thick * 2)
    )
    rim = (along - plate_radius * 0.6).abs()
    flake = inside(crystal, pixel)
    ice = often(
        s,
        s.colour((0.92, 1), (0, 0.25), hue=0.55, hue_sd=0.03),
        s.colour((0.6, 1), (0, 0.8)),
        0.8,
    )
    surface = shade(ice, 0.8 + 0.25 * (crystal / thick).clamp(0, 1))
    surface = mix(surface, ice * 0.55, inside(0.02 - rim, pixel) * (r < plate_radius))
    picture = setting(s, frost, frost, night, probability=0.8)
    picture = mix(picture * 0.9, ice, torch.exp(crystal.clamp(max=0) * 14) * 0.3)
    return mix(picture, surface, flake).clamp(0, 1), flake


def rainbow(s):
    """Seven bands of colour, red outermost, arching over hills under a blue or grey
    sky, ends in cloud.
    """
    x, y = s.coordinates()
    radius, band = s.uniform(0.75, 1.15), s.uniform(0.28, 0.45)
    cx, cy = s.uniform(-0.35, 0.35), s.uniform(0.4, 0.85)
    r = radius_of(x - cx, (y - cy) * s.uniform(0.9, 1.1))
    t = (radius - r) / band
    turned = s.coin(0.1)
    across = torch.where(turned > 0, 1 - t, t).clamp(0, 1)
    hues = [0.0, 0.07, 0.15, 0.33, 0.52, 0.63, 0.78]
    value = s.uniform(0.85, 1)
    colours = [hsv(torch.full((1, 1, 1), h), s.uniform(0.75, 1), value) for h in hues]
    bow = palette(across, *colours)
    level = cy + s.uniform(-0.1, 0.15)
    arch = inside((0.5 - (t - 0.5).abs()) * band, 2 / s.size, 2) * sharp(level - y, 40)
    picture = setting(s, blue_sky, rain_sky, probability=0.85)
    picture = mix(picture, picture + 0.15, sharp(radius - band * 0.5 - r, 8))
    picture = mix(picture, bow, arch * s.uniform(0.75, 1))
    grass = s.colour((0.3, 0.65), (0.5, 0.9), hue=0.28, hue_sd=0.03)
    picture = ground(
        s, picture, often(s, grass, s.colour((0.2, 0.7), (0.2, 0.8))), level
    )
    edge = s.fbm(6, 3, 0.6) * 0.06
    for side in (-1, 1):
        foot = cx + side * (radius - band / 2)
        puff = torch.maximum(
            0.26 - radius_of(x - foot + 0.1, y - cy),
            0.22 - radius_of(x - foot - 0.18, y - cy - 0.04),
        )
        cloud = inside(puff + edge, 2 / s.size, 4) * s.coin(0.6)
        picture = mix(picture, shade(WHITE, 0.95 - 0.5 * (y - cy) + edge), cloud * 0.95)
        arch = arch * (1 - cloud)
    return picture.clamp(0, 1), arch


PATTERNS = [mountains, clouds, ripples, waves, lightning, flames, snowflake, rainbow]
