"""Things that people make and name at once: gear, wheel, clock, sailing boat, hot-air
balloon, ice cream.
"""

import torch

from .scenery import box, cast_shadow, meadow, plain, sea, sky, sometimes, usually
from .sheet import PI, inside, mix, radius_of, segment, shade, sharp, tube


def gear(s):
    """A cogwheel of brushed steel or brass with trapezoid teeth, an axle hole, and
    sometimes holes in the web.
    """
    u, v, pixel = s.place(0.6, 0.98, repeat=0.25, warp=0.015)
    r, angle = radius_of(u, v), torch.atan2(v, u)
    tooth = (torch.cos(angle * s.integers(8, 14)) * 2.2).clamp(-1, 1)
    outline = 0.86 + 0.12 * tooth - r
    axle = r - s.uniform(0.14, 0.26)
    sector = 2 * PI / s.integers(4, 6)
    turned = angle % sector - sector / 2
    hole = radius_of(r * torch.cos(turned) - 0.47, r * torch.sin(turned)) - 0.12
    distance = torch.minimum(outline, torch.minimum(axle, hole + 9 * s.coin(0.55)))
    body = inside(distance, pixel)
    usual = s.coin(0.8)
    metal = s.choose(
        s.colour((0.6, 0.95), (0.03, 0.2), 0.6, 0.03),
        s.colour((0.7, 0.95), (0.45, 0.7), 0.12, 0.015),
        s.colour((0.6, 0.85), (0.4, 0.65), 0.06, 0.015),
    )
    metal = usually(usual, metal, s.colour((0.4, 1), (0, 1)))
    sheen = (
        0.85
        + 0.28 * torch.cos(2 * (angle - s.uniform(0, PI)))
        + 0.05 * torch.sin(r * 90)
    )
    bevel = (distance / 0.06).clamp(0, 1)
    groove = inside(0.02 - (r - 0.68).abs(), pixel) + inside(
        0.02 - (axle - 0.1).abs(), pixel
    )
    lit = shade(
        plain(s, metal), sheen * (0.55 + 0.45 * bevel) * (1 - 0.5 * groove.clamp(0, 1))
    )
    back = cast_shadow(
        s.background() * s.uniform(0.25, 1)[:, None], u - 0.05, v - 0.08, 0.9, 0.9
    )
    return mix(back, lit, body).clamp(0, 1), body


def wheel(s):
    """A spoked wheel: wood with an iron tyre, or steel with a black tyre."""
    u, v, pixel = s.place(0.65, 0.98, repeat=0.25, warp=0.015)
    r, angle = radius_of(u, v), torch.atan2(v, u)
    wooden = s.coin(0.6)
    count = torch.where(wooden > 0, s.integers(8, 12), s.integers(6, 16))
    sector = 2 * PI / count
    beside = (r * torch.sin(angle % sector - sector / 2)).abs()
    thick = torch.where(
        wooden > 0, 0.055 + 0.02 * (1 - r), s.uniform(0.02, 0.04) + 0 * r
    )
    rim_width = s.uniform(0.08, 0.11)
    spoke = torch.where(r < 0.8, thick - beside, -torch.ones_like(r))
    rim = rim_width - (r - 0.8).abs()
    hub = s.uniform(0.14, 0.22) - r
    tyre = 0.06 - (r - 0.93).abs()
    metal_part = torch.maximum(torch.maximum(rim, hub), spoke)
    usual = s.coin(0.78)
    wood = usually(
        usual,
        s.colour((0.5, 0.85), (0.5, 0.8), 0.075, 0.015),
        s.colour((0.4, 1), (0.3, 1)),
    )
    steel = usually(
        usual, s.colour((0.65, 0.95), (0, 0.15), 0.6), s.colour((0.4, 1), (0.3, 1))
    )
    paint = usually(wooden, wood, steel)
    light = 0.5 + 0.55 * torch.where(
        r < 0.7, tube(beside.clamp(max=1), 0.09), tube((r - 0.8).abs(), 0.14)
    )
    light = torch.where(hub > 0, 1.1 - 1.6 * (r - 0.02).clamp(min=0), light)
    light = torch.where(r < 0.05, 0.25 + 0 * r, light) * (1 + 0.2 * (-u - v) * 0.5)
    sunny = meadow(s, v - s.uniform(-0.3, 0.7), pixel)
    back = sometimes(s, 0.3, sunny, s.background())
    rgb = mix(back, s.colour((0.05, 0.2), (0, 0.2), 0.6), inside(tyre, pixel))
    rgb = mix(rgb, shade(plain(s, paint), light).clamp(0, 1), inside(metal_part, pixel))
    return rgb.clamp(0, 1), inside(0.98 - r, pixel) * (
        0.5 + 0.5 * inside(torch.maximum(metal_part, tyre), pixel)
    )


def sailboat(s):
    """A boat with a mainsail and a jib, white or coloured, on the sea."""
    u, v, pixel = s.place(0.75, 1.1, rotate=0.15, offset=0.25, repeat=0.18, warp=0.03)
    u = u * s.sign()
    hull = torch.minimum(
        torch.minimum(v - 0.42, 0.75 - v), 0.82 - (v - 0.42) * 0.9 - (u + 0.02).abs()
    )
    mast = box(u, v, -0.05, -0.25, 0.025, 0.68)
    belly = 0.1 * torch.sin(((v + 0.85) / 1.15).clamp(0, 1) * PI)
    main_edge = 0.02 + (v + 0.85) * 0.52 + belly
    main = torch.minimum(torch.minimum(u - 0.01, (main_edge - u) * 0.85), 0.28 - v)
    jib_edge = 0.1 + (v + 0.72) * 0.5 + belly * 0.8
    jib = torch.minimum(torch.minimum(-0.11 - u, (jib_edge + u) * 0.85), 0.28 - v)
    usual = s.coin(0.75)
    canvas = usually(
        usual, s.bright(saturation=(0, 0.12), hue=0.12), s.colour((0.5, 1), (0.2, 1))
    )
    accent = usually(
        usual, s.colour((0.75, 1), (0.7, 1), 0.02, 0.03), s.colour((0.3, 1), (0.3, 1))
    )
    jib_colour = mix(canvas, accent, s.coin(0.4))
    brown, navy = (
        s.colour((0.45, 0.7), (0.6, 0.85), 0.06, 0.015),
        s.colour((0.15, 0.4), (0.5, 0.9), 0.62, 0.02),
    )
    planks = usually(usual, s.choose(brown, navy), s.colour((0.2, 0.9), (0.2, 1)))
    water = sea(s, v - s.uniform(0.25, 0.55), pixel)
    rgb = sometimes(s, 0.8, water, s.background())
    rgb = shade(
        rgb,
        1
        - 0.4
        * inside(0.06 - (v - 0.78).abs(), pixel, 3)
        * inside(0.6 - u.abs(), pixel, 6),
    )
    rgb = mix(rgb, s.colour((0.3, 0.5), (0.4, 0.7), 0.08), inside(mast, pixel))
    seams = 1 - 0.1 * inside(0.012 - ((v * 4) % 1 - 0.5).abs() / 4, pixel)
    main_light = seams * (1.05 - 0.45 * (u / main_edge.clamp(min=0.1)).clamp(0, 1))
    jib_light = seams * (0.75 + 0.35 * (-u / jib_edge.clamp(min=0.1)).clamp(0, 1))
    rgb = mix(rgb, shade(plain(s, canvas), main_light), inside(main, pixel))
    rgb = mix(rgb, shade(plain(s, jib_colour), jib_light), inside(jib, pixel))
    band = inside(0.035 - (v - 0.49).abs(), pixel)
    rgb = mix(
        rgb,
        shade(mix(planks, canvas, band), 1.1 - 1.2 * (v - 0.45)),
        inside(hull, pixel),
    )
    whole = torch.maximum(torch.maximum(hull, mast), torch.maximum(main, jib))
    return rgb.clamp(0, 1), inside(whole, pixel)


def balloon(s):
    """A hot-air balloon: a striped envelope with gores, ropes and a basket, in the
    sky.
    """
    u, v, pixel = s.place(0.75, 1.1, rotate=0.12, offset=0.3, repeat=0.25, warp=0.02)
    y = v + 0.3
    mouth = 0.78
    # a half circle above; below it the envelope narrows to its mouth
    taper = 0.14 + 0.5 * (0.5 + 0.5 * torch.cos((y / mouth).clamp(0, 1) * PI * 0.93))
    half = torch.where(y < 0, (0.64**2 - y * y).clamp(min=1e-4).sqrt(), taper)
    envelope = torch.where(
        y < 0, 0.64 - radius_of(u, y), torch.minimum((half - u.abs()) * 0.8, mouth - y)
    )
    across = (u / half).clamp(-0.999, 0.999)
    longitude = torch.asin(across)
    usual = s.coin(0.75)
    warm = usually(
        usual, s.colour((0.8, 1), (0.75, 1), 0.0, 0.03), s.colour((0.4, 1), (0.3, 1))
    )
    second = usually(usual, s.colour((0.9, 1), (0.65, 0.95), 0.13, 0.02), s.bright())
    third = usually(
        usual,
        s.colour((0.5, 0.9), (0.6, 0.95), 0.6, 0.04),
        s.colour((0.3, 1), (0.2, 1)),
    )
    gores = s.integers(7, 10)
    striped = mix(warm, second, sharp(torch.sin(longitude * gores), 10))
    waist = inside(
        s.uniform(0.1, 0.2) - (y - 0.02 + 0.12 * across * across).abs(), pixel
    )
    striped = mix(striped, third, waist * s.coin(0.5))
    hoops = mix(
        warm,
        second,
        sharp(torch.sin((y + 0.15 * across * across) * s.uniform(10, 15)), 12),
    )
    skin = sometimes(s, 0.25, hoops, striped)
    light = (
        0.55
        + 0.5 * (1 - ((across + 0.35) / 1.5) ** 2)
        + 0.12 * torch.cos(longitude * gores * 2)
        - 0.15 * y
    )
    basket = box(u, v, 0, 0.83, 0.14, 0.1)
    ropes = torch.minimum(
        0.014 - (u.abs() - 0.115).abs(), torch.minimum(v - mouth + 0.32, 0.76 - v)
    )
    day = sometimes(s, 0.3, meadow(s, v - s.uniform(0.7, 1.1), pixel), sky(s))
    back = sometimes(s, 0.8, day, s.background())
    rgb = mix(back, s.dark(), inside(ropes, pixel))
    wicker = s.colour((0.4, 0.65), (0.5, 0.8), 0.08, 0.015)
    weave = 0.9 + 0.2 * torch.sign(torch.sin(u * 60) * torch.sin(v * 50))
    rgb = mix(rgb, shade(plain(s, wicker), weave), inside(basket, pixel))
    body = inside(envelope, pixel)
    rgb = mix(rgb, shade(skin, light), body)
    return rgb.clamp(0, 1), torch.maximum(
        body, torch.maximum(inside(basket, pixel), inside(ropes, pixel))
    )


def clock(s):
    """A round clock with twelve marks and two hands on a pale dial, on a wall."""
    u, v, pixel = s.place(0.6, 0.98, rotate=0.1, repeat=0.2, warp=0.015)
    r, angle = radius_of(u, v), torch.atan2(u, -v)
    usual = s.coin(0.78)
    dial = usually(
        usual,
        s.bright(saturation=(0, 0.2), hue=0.12, hue_sd=0.02),
        s.colour((0.3, 1), (0, 0.8)),
    )
    ink = usually(usual, s.colour((0.02, 0.15), (0, 0.3)), 1 - dial)
    case = s.choose(
        s.colour((0.65, 0.9), (0.5, 0.75), 0.115, 0.01),
        s.colour((0.05, 0.2), (0, 0.3)),
        s.colour((0.4, 0.65), (0.5, 0.8), 0.06, 0.015),
    )
    case = usually(usual, case, s.colour((0.2, 1), (0.2, 1)))
    rim = s.uniform(0.1, 0.16)
    hour = PI / 6
    turned = (angle + hour / 2) % hour - hour / 2
    quarter = ((angle + hour / 2) % (3 * hour) < hour).float()
    outer = 0.93 - rim
    along, beside = r * torch.cos(turned), (r * torch.sin(turned)).abs()
    length, thick = 0.09 + 0.07 * quarter, 0.022 + 0.014 * quarter
    mark = torch.minimum(
        thick - beside, torch.minimum(outer - along, along - outer + length)
    )
    minute = s.uniform(0, 2 * PI)
    hour_angle = s.integers(0, 11) * hour + minute / 12
    hands = torch.full_like(u, -1.0)
    for direction, reach, width in (
        (minute, outer - 0.1, 0.035),
        (hour_angle, 0.48, 0.05),
    ):
        dx, dy = torch.sin(direction), -torch.cos(direction)
        distance, t = segment(u, v, -0.1 * dx, -0.1 * dy, reach * dx, reach * dy)
        hands = torch.maximum(hands, width * (1.15 - 0.5 * t) - distance)
    pin = 0.07 - r
    body = inside(1 - r, pixel)
    back = s.background()
    brick = shade(plain(s, s.colour((0.4, 0.95), (0.1, 0.6))), 1 + 0.06 * s.fbm(8, 3))
    back = cast_shadow(sometimes(s, 0.5, brick, back), u - 0.06, v - 0.1, 0.98, 0.98)
    profile = (r - 1 + rim / 2) / (rim / 2)
    sheen = (
        0.75
        + 0.35 * torch.cos(angle + 0.7) * profile.clamp(-1, 1)
        + 0.2 * (1 - profile**2).clamp(0, 1)
    )
    face = shade(
        plain(s, dial), 1 - 0.45 * inside(r - 0.96 + rim, pixel, 4) - 0.08 * (u + v)
    )
    face = mix(face, ink, inside(mark, pixel))
    face = shade(face, 1 - 0.25 * inside(torch.roll(hands, (2, 1), (1, 2)), pixel, 2))
    face = mix(face, ink, inside(torch.maximum(hands, pin), pixel))
    lit = mix(face, shade(plain(s, case), sheen), inside(r - 1 + rim, pixel))
    return mix(back, lit, body).clamp(0, 1), body


def ice_cream(s):
    """Three scoops of ice cream in a waffle cone, sometimes with a cherry."""
    u, v, pixel = s.place(0.8, 1.15, rotate=0.3, repeat=0.22, warp=0.03)
    u = u * 0.88
    cone = torch.minimum(((0.95 - v) * 0.36 - u.abs()) * 0.94, v - 0.02)
    rising, falling = (u * 0.9 + v * 0.5) * 7 % 1, (u * 0.9 - v * 0.5) * 7 % 1
    lattice = torch.minimum((rising - 0.5).abs(), (falling - 0.5).abs())
    usual = s.coin(0.78)
    wafer = usually(
        usual,
        s.colour((0.8, 0.95), (0.5, 0.75), 0.09, 0.01),
        s.colour((0.4, 1), (0.2, 0.9)),
    )
    across = (u / ((0.95 - v) * 0.36).clamp(min=0.04)).clamp(-1, 1)
    waffle_light = (1.05 - 0.4 * inside(0.09 - lattice, pixel * 7)) * (
        1 - 0.35 * (across - 0.2).abs()
    )
    waffle = shade(plain(s, wafer), waffle_light)
    pastel = plain(s, s.bright(saturation=(0.1, 0.4)))
    back = sometimes(s, 0.5, sometimes(s, 0.5, sky(s), pastel), s.background())
    rgb = mix(back, waffle, inside(cone, pixel))
    wobble = 0.02 * torch.sin(torch.atan2(v, u) * 9 + s.uniform(0, 6))
    whole = cone
    for x0, y0, radius in ((-0.2, -0.12, 0.27), (0.2, -0.12, 0.27), (0, -0.42, 0.3)):
        strawberry = s.colour((0.9, 1), (0.35, 0.6), 0.95, 0.015)
        vanilla = s.colour((0.9, 1), (0.15, 0.4), 0.12, 0.015)
        mint, chocolate = (
            s.colour((0.85, 1), (0.2, 0.4), 0.42, 0.015),
            s.colour((0.4, 0.6), (0.5, 0.75), 0.05, 0.01),
        )
        flavour = s.choose(strawberry, vanilla, mint, chocolate)
        cream = usually(usual, flavour, s.colour((0.5, 1), (0.1, 0.9)))
        p, q = (u - x0) / radius, (v - y0) / radius
        scoop = (1 - radius_of(p, q)) * radius + wobble * (q > 0.2)
        light = (
            1.08
            - 0.28 * (p * 0.5 + q * 0.7 + 0.3).clamp(min=0)
            - 0.25 * (p * p + q * q).clamp(0, 1)
        )
        gloss = torch.exp(-((p + 0.35) ** 2 + (q + 0.4) ** 2) * 14) * 0.5
        ball = mix(shade(plain(s, cream), light), torch.ones_like(cream), gloss)
        rgb = mix(rgb, ball, inside(scoop, pixel))
        whole = torch.maximum(whole, scoop)
    lip = torch.minimum(0.07 - (v - 0.05).abs(), 0.4 - u.abs())
    rgb = mix(rgb, shade(plain(s, wafer), 0.95 - 3 * (v - 0.05)), inside(lip, pixel))
    cherry = 0.1 - radius_of(u, v + 0.76)
    has_cherry = s.coin(0.5)
    red = s.colour((0.7, 0.95), (0.8, 1), 0.98, 0.01)
    rgb = mix(
        rgb,
        shade(plain(s, red), 1.1 - 3 * (u + v + 0.76).clamp(min=0)),
        inside(cherry, pixel) * has_cherry,
    )
    whole = torch.maximum(torch.maximum(whole, lip), cherry - 9 * (1 - has_cherry))
    return rgb.clamp(0, 1), inside(whole, pixel)


PATTERNS = [gear, wheel, sailboat, balloon, clock, ice_cream]
