"""Procedural pictures with known content: the training set of PatternNet, drawn from
random numbers alone.
"""

import torch

from . import creatures, fabrics, nature, painterly, shapes, textures
from .sheet import PI, Sheet, shade

PATTERNS = {
    draw.__name__: draw
    for module in (textures, fabrics, shapes, nature, creatures, painterly)
    for draw in module.PATTERNS
}
NAMES = list(PATTERNS)


def draw(name, count=1, size=112, *, seed=None, generator=None, develop=True):
    """Draw `count` fresh pictures of one class.

    Returns `(images, masks)`: images `(count, 3, size, size)` in [0, 1]; masks
    `(count, size, size)` in [0, 1], 1 where the thing that names the class is drawn
    (the whole of an object; the figure, as opposed to the ground, of a texture).
    `develop=False` leaves out the final light, contrast and sensor noise.

    Raises ValueError for an unknown name, or when both seed and generator are given.
    """
    if name not in PATTERNS:
        raise ValueError(
            f"there is no pattern {name!r}; the patterns are {', '.join(NAMES)}"
        )
    if seed is not None and generator is not None:
        raise ValueError(
            "give a seed or a generator, not both: the generator already has a seed"
        )
    if generator is None:
        generator = torch.Generator().manual_seed(0 if seed is None else seed)
    sheet = Sheet(count, size, generator=generator)
    images, masks = PATTERNS[name](sheet)
    images = images.expand(count, 3, size, size)
    return (photograph(sheet, images) if develop else images.clamp(0, 1)), masks.expand(
        count, size, size
    ).clamp(0, 1)


def photograph(sheet, rgb):
    """What a camera adds: light falling off to one side, another contrast and exposure,
    sensor noise.
    """
    x, y = sheet.coordinates()
    angle = sheet.uniform(0, 2 * PI)
    rgb = shade(
        rgb, 1 + sheet.uniform(0, 0.35) * (x * torch.cos(angle) + y * torch.sin(angle))
    )
    rgb = (
        (rgb - 0.5) * sheet.uniform(0.75, 1.1)[:, None]
        + 0.5
        + sheet.uniform(-0.1, 0.1)[:, None]
    )
    return (
        rgb + sheet.randn(3, sheet.size, sheet.size) * sheet.uniform(0, 0.04)[:, None]
    ).clamp(0, 1)
