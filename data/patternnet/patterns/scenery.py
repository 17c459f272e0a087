"""Settings for made things: sky, night, meadow, sea, a room; and the choice between
usual and free colours.

`depth` is a field that is 0 on the horizon and grows downwards, in the unit of `pixel`,
so that the ground can stand level with a thing that was placed and turned.
"""

import torch

from .sheet import inside, mix, palette, shade, sharp


def usually(usual, typical, free):
    """The typical colour where `usual` (N, 1, 1) is 1, the free one where it is 0."""
    return mix(free, typical, usual)


def sometimes(s, probability, scene, other):
    """`scene` with the given probability, else `other`, picture by picture."""
    return mix(other, scene, s.coin(probability))


def plain(s, colour):
    """A colour spread over the sheet."""
    return colour.expand(-1, 3, s.size, s.size)


def sky(s):
    """A blue day sky with soft clouds, or (one in five) a sky at dusk."""
    _, y = s.coordinates()
    noise, dusk = s.fbm(2, 4), s.coin(0.2)
    top = usually(
        dusk,
        s.colour((0.25, 0.55), (0.4, 0.7), 0.69),
        s.colour((0.5, 0.95), (0.5, 0.9), 0.58, 0.02),
    )
    low = usually(
        dusk,
        s.colour((0.85, 1), (0.45, 0.8), 0.06),
        s.colour((0.85, 1), (0.08, 0.35), 0.55, 0.03),
    )
    rgb = palette(y * 0.6 + 0.5, top, low)
    cloud = mix(torch.ones_like(low), low, s.uniform(0.2, 0.7))
    return mix(rgb, cloud, sharp(noise - s.uniform(0.2, 1.4), 4) * 0.85)


def night(s):
    """A dark blue sky with pinpoint stars."""
    _, y = s.coordinates()
    rgb = palette(
        y * 0.5 + 0.5,
        s.colour((0.03, 0.15), (0.6, 1), 0.66),
        s.colour((0.15, 0.5), (0.5, 0.9), 0.62),
    )
    glint = s.rand(s.size, s.size)
    return mix(
        rgb, torch.ones_like(rgb), (glint > 0.994).float() * (0.3 + 0.7 * s.uniform())
    )


def meadow(s, depth, pixel):
    """Sky over grass."""
    blades = (
        s.smooth(max(s.size // 2, 4)) * 0.12 + s.smooth(17) * 0.1 + s.smooth(4) * 0.12
    )
    dark, light = (
        s.colour((0.2, 0.45), (0.6, 0.95), 0.29, 0.03),
        s.colour((0.5, 0.8), (0.5, 0.85), 0.26, 0.03),
    )
    return mix(
        sky(s), palette(0.5 + blades + depth * 0.15, dark, light), inside(depth, pixel)
    )


def sea(s, depth, pixel):
    """Sky over water with bright crests that widen towards the eye."""
    crest = torch.sin(
        14 * (depth + 0.12).clamp(min=0.01).log() * s.uniform(0.8, 1.3)
        + s.smooth(6) * 1.5
    )
    deep, bright = (
        s.colour((0.2, 0.5), (0.6, 0.95), 0.58, 0.03),
        s.colour((0.55, 0.9), (0.3, 0.7), 0.54, 0.03),
    )
    return mix(sky(s), palette(0.4 + 0.35 * crest, deep, bright), inside(depth, pixel))


def room(s, depth, pixel):
    """A plain wall over a table or a floor with a faint grain."""
    _, y = s.coordinates()
    wall = shade(
        s.colour((0.4, 1), (0.05, 0.5)).expand(-1, 3, s.size, s.size), 1 - 0.2 * y
    )
    grain = torch.sin(y * s.uniform(25, 50) + s.fbm(3, 3) * 1.5)
    wood = s.colour((0.35, 0.75), (0.35, 0.7), 0.08, 0.02)
    top = usually(s.coin(0.7), wood, s.colour((0.3, 0.9), (0.1, 0.6)))
    return mix(
        wall,
        shade(top.expand_as(wall), 1 + 0.07 * grain + 0.15 * y),
        inside(depth, pixel),
    )


def cast_shadow(rgb, u, v, width, height):
    """The picture with a soft dark ellipse round the origin of (u, v), as under a thing
    that stands there.
    """
    return shade(
        rgb, 1 - 0.65 * (1.25 - ((u / width) ** 2 + (v / height) ** 2)).clamp(0, 1)
    )


def box(x, y, centre_x, centre_y, half_width, half_height):
    """Signed distance (positive inside) to an upright rectangle."""
    return torch.minimum(
        half_width - (x - centre_x).abs(), half_height - (y - centre_y).abs()
    )
