"""Where plants and weather are seen: sky, night, meadow, forest floor; and colours that
usually fit the thing.
"""

import torch
import torch.nn.functional as F

from .sheet import Sheet, mix, palette, sharp


def often(sheet, usual, rare, probability=0.75):
    """For each picture the usual colour or picture, or, less often, the rare one."""
    m = sheet.coin(probability)[:, None]
    return usual * m + rare * (1 - m)


def distant(sheet, *scenes):
    """One of the scenes for each picture, drawn at half size and enlarged: out of
    focus, at a quarter of the cost.
    """
    half = Sheet(sheet.count, sheet.size // 2, generator=sheet.generator)
    picture = half.choose(*[scene(half) for scene in scenes])
    return F.interpolate(
        picture, size=(sheet.size, sheet.size), mode="bilinear", align_corners=False
    )


def setting(sheet, *usual, probability=0.7):
    """One of the usual surroundings (functions of a sheet), or, less often, any
    background.
    """

    def either(half):
        return often(
            half,
            half.choose(*[scene(half) for scene in usual]),
            half.background(),
            probability,
        )

    return distant(sheet, either)


def blue_sky(sheet):
    """Blue above, paler towards the horizon, often with a veil of white."""
    _, y = sheet.coordinates()
    high = sheet.colour((0.45, 0.9), (0.55, 0.95), hue=0.58, hue_sd=0.025)
    low = sheet.colour((0.85, 1), (0.1, 0.4), hue=0.55, hue_sd=0.04)
    veil = sharp(sheet.fbm(2, 4) - 0.7, 3) * sheet.uniform(0, 0.5)
    return mix(palette(y * 0.5 + 0.5, high, low), torch.ones(1, 3, 1, 1), veil)


def evening_sky(sheet):
    """Violet above, orange at the horizon."""
    _, y = sheet.coordinates()
    high = sheet.colour((0.3, 0.8), (0.35, 0.75), hue=0.7, hue_sd=0.04)
    return palette(
        y * 0.55 + 0.55,
        high,
        sheet.colour((0.9, 1), (0.4, 0.85), hue=0.07, hue_sd=0.025),
    )


def rain_sky(sheet):
    """Uneven blue-grey, brighter below."""
    _, y = sheet.coordinates()
    grey = sheet.colour((0.3, 0.55), (0.1, 0.4), hue=0.6)
    return palette(
        y * 0.5 + 0.5 + sheet.fbm(2, 4) * 0.1,
        grey,
        sheet.colour((0.6, 0.85), (0.05, 0.3), hue=0.58),
    )


def frost(sheet):
    """Cold, cloudy blue."""
    dark = sheet.colour((0.1, 0.35), (0.6, 1), hue=0.62, hue_sd=0.03)
    return palette(
        sheet.fbm(2, 4) * 0.3 + 0.5,
        dark,
        sheet.colour((0.35, 0.75), (0.5, 0.9), hue=0.58, hue_sd=0.03),
    )


def night(sheet):
    """Deep blue to black with a slow, uneven glow."""
    _, y = sheet.coordinates()
    deep = sheet.colour((0.02, 0.15), (0.5, 0.9), hue=0.66, hue_sd=0.05)
    glow = sheet.colour((0.15, 0.45), (0.5, 0.9), hue=0.66, hue_sd=0.06)
    return palette(y * 0.3 + 0.4 + sheet.fbm(2, 5) * 0.2, deep, glow)


def meadow(sheet):
    """Out-of-focus grass: uneven green with soft upright blades."""
    x, y = sheet.coordinates()
    blades = torch.sin(
        x * sheet.uniform(18, 34) + sheet.smooth(5) * 2.5 + y * sheet.uniform(-4, 4)
    )
    t = 0.5 + sheet.fbm(3, 4) * 0.25 + blades * 0.12
    dark = sheet.colour((0.1, 0.35), (0.6, 0.95), hue=0.31, hue_sd=0.03)
    return palette(
        t, dark, sheet.colour((0.35, 0.75), (0.5, 0.9), hue=0.27, hue_sd=0.03)
    )


def forest_floor(sheet):
    """Dark earth: brown to black-green, with crumbs."""
    dark = sheet.colour((0.02, 0.15), (0.3, 0.8), hue=0.25, hue_sd=0.1)
    brown = sheet.colour((0.2, 0.45), (0.3, 0.7), hue=0.12, hue_sd=0.06)
    return palette(0.5 + sheet.fbm(4, 5, 0.7) * 0.25, dark, brown)


def paper(sheet):
    """A plain, nearly white ground."""
    return sheet.colour((0.85, 1), (0, 0.18)).expand(-1, -1, sheet.size, sheet.size)


def ground(sheet, picture, colour, level):
    """The picture with a strip of ground of the given colour below an uneven horizon at
    height `level`.
    """
    _, y = sheet.coordinates()
    edge = level + sheet.smooth(3)[:, :1] * 0.06
    grain = 1 + sheet.fbm(8, 4, 0.7) * 0.12 - (y - level) * 0.25
    return mix(picture, colour * grain[:, None], sharp(y - edge, 40))
