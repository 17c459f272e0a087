"""Things that repeat round a centre: petals and pointed leaves."""

import torch

from .sheet import PI, inside, radius_of


def fold(u, v, count, phase=0.0):
    """Coordinates along and across the nearest of `count` rays from the origin."""
    angle = torch.atan2(v, u) + phase
    angle = (angle + PI / count) % (2 * PI / count) - PI / count
    r = radius_of(u, v)
    return r * torch.cos(angle), r * torch.sin(angle)


def petal_ring(u, v, pixel, count, start, width, phase):
    """Mask and light of a ring of oval petals from radius `start` to 1; `width` is
    relative to a full ring.
    """
    along, across = fold(u, v, count, phase)
    middle, half = (1 + start) / 2, (1 - start) / 2
    widest = width * middle * torch.tan(torch.as_tensor(PI / count))
    oval = 1 - ((along - middle) / half) ** 2 - (across / widest) ** 2
    veins = torch.cos(across / widest * 9) * 0.06
    light = 0.55 + 0.5 * oval.clamp(0, 1).sqrt() + veins
    return inside(oval * widest * 0.5, pixel), light
