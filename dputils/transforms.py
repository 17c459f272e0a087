"""Transformation robustness: the picture is padded, moved, scaled and turned a little
before the network sees it.

Each function here is a factory: `jitter(8)` returns `transform(images, generator)`,
which maps `(N, C, H, W)` to `(N, C, H', W')`. One draw serves the whole batch, so
frames and content pictures stay registered; with `per_sample=True` every picture gets
its own. Gradients reach the images through all of them.

Source: Olah et al., Feature Visualization (2017); Lucid `optvis/transform.py`, whose
    numbers the standard stack has.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol, cast

import torch
import torch.nn.functional as F

from .devices import sent


class Transform(Protocol):
    """`(images, generator) -> images`: `(N, C, H, W)` to `(N, C, H', W')`."""

    def __call__(
        self, images: torch.Tensor, generator: torch.Generator | None = None, /
    ) -> torch.Tensor: ...


def pad(width: int, *, value: float | Literal["reflect"] = 0.5) -> Transform:
    """Add `width` pixels on each side, of a constant grey.

    `value="reflect"` adds the mirrored picture instead.
    Raises: ValueError for a negative width.
    """
    _check(width >= 0, f"pad width {width} must not be negative")
    if value == "reflect":
        return lambda images, generator=None: F.pad(
            images, (width,) * 4, mode="reflect"
        )
    return lambda images, generator=None: F.pad(images, (width,) * 4, value=value)


def jitter(distance: int, *, per_sample: bool = False) -> Transform:
    """Cut a window out at a random place, `distance` pixels smaller each way.

    Raises: ValueError for a negative distance; when called, for an image that it would
        leave nothing of.
    """
    _check(distance >= 0, f"jitter distance {distance} must not be negative")

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        height, width = images.shape[2] - distance, images.shape[3] - distance
        _check(
            height > 0 and width > 0,
            f"jitter({distance}) leaves nothing of an image of "
            f"{tuple(images.shape[2:])} pixels; use a smaller distance or pad first",
        )
        corners = torch.randint(
            distance + 1, (len(images) if per_sample else 1, 2), generator=generator
        ).tolist()
        if not per_sample:
            ((top, left),) = corners
            return images[:, :, top : top + height, left : left + width]
        return torch.stack(
            [
                image[:, top : top + height, left : left + width]
                for image, (top, left) in zip(images, corners)
            ]
        )

    return transform


def random_scale(scales: Iterable[float], *, per_sample: bool = False) -> Transform:
    """Resize by a factor drawn from `scales` (bilinear).

    With `per_sample`, zoom about the centre at constant size.
    Raises: ValueError unless there are factors, all of them positive.
    """
    factors = torch.as_tensor(list(scales), dtype=torch.float64)
    _check(
        len(factors) > 0 and bool((factors > 0).all()),
        f"scales {factors.tolist()} must be positive numbers",
    )

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        if per_sample:
            drawn = factors[
                torch.randint(len(factors), (len(images),), generator=generator)
            ]
            return _warp(images, scale=drawn)
        scale = factors[torch.randint(len(factors), (), generator=generator)].item()
        return F.interpolate(
            images, size=_scaled(images, scale), mode="bilinear", align_corners=False
        )

    return transform


def random_rotate(angles: Iterable[float], *, per_sample: bool = False) -> Transform:
    """Turn about the centre by an angle drawn from `angles`; corners become black.

    Angles are in degrees, as in Lucid, and turn anticlockwise.
    Raises: ValueError without any angle.
    Differs: bilinear sampling instead of the original's nearest neighbour, whose
        gradient jumps between pixels.
    """
    turns = torch.as_tensor(list(angles), dtype=torch.float64)
    _check(len(turns) > 0, "random_rotate needs at least one angle, in degrees")

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        count = len(images) if per_sample else 1
        drawn = turns[torch.randint(len(turns), (count,), generator=generator)]
        return images if not drawn.any() else _warp(images, degrees=drawn)

    return transform


def compose(*transforms: Transform | Sequence[Transform]) -> Transform:
    """Apply transforms in order; also takes one list of them."""
    alone = len(transforms) == 1 and isinstance(transforms[0], (list, tuple))
    steps = cast("Sequence[Transform]", transforms[0] if alone else transforms)

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        for step in steps:
            images = step(images, generator)
        return images

    return transform


def as_transform(transforms: Transform | Iterable[Transform] | None) -> Transform:
    """One transform of what `maximize` takes: None is the standard stack, [] nothing.

    Raises: ValueError for what is no function, nor several.
    """
    if transforms is None:
        return standard_transforms()
    if callable(transforms):
        return transforms
    several = isinstance(transforms, Iterable) and not isinstance(transforms, str)
    moves: list[Transform] = list(transforms) if several else [cast(Any, transforms)]
    wrong = [move for move in moves if not callable(move)]
    if wrong:
        raise ValueError(
            "transforms is a function (images, generator), a list of them, [] for "
            f"nothing or None for the standard ones; {wrong[0]!r} is no function"
        )
    return compose(*moves)


def standard_transforms(*, per_sample: bool = False) -> Transform:
    """The robustness stack of the original, around which the picture moves a little.

    Pad 12, jitter 8, scale 0.90 … 1.10, rotate -10° … 10°, jitter 4. A 128 px picture
    reaches the network at 125 to 154 px.

    Raises: when called, ValueError for a picture that is too small.
    Differs: scale, rotation and the last jitter are one bilinear sampling instead of
        two in a row, which costs half the time and blurs once. With `per_sample` the
        five run one after the other.
    """
    scales = [1 + (i - 5) / 50 for i in range(11)]
    # Five extra zeros: the original leaves the picture upright in 6 draws of 26.
    angles = list(range(-10, 11)) + 5 * [0]
    if per_sample:
        return compose(
            pad(12),
            jitter(8, per_sample=True),
            random_scale(scales, per_sample=True),
            random_rotate(angles, per_sample=True),
            jitter(4, per_sample=True),
        )
    last = jitter(4)

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        # What jitter(8) would cut off again is not added: 12 pixels of grey, less up to
        # 8 on opposite sides.
        ((top, left),) = torch.randint(9, (1, 2), generator=generator).tolist()
        images = F.pad(images, (12 - left, 4 + left, 12 - top, 4 + top), value=0.5)
        scale = scales[torch.randint(len(scales), (), generator=generator)]
        degrees = angles[torch.randint(len(angles), (1,), generator=generator)]
        size = _scaled(images, scale)
        if degrees == 0:
            return last(
                F.interpolate(images, size=size, mode="bilinear", align_corners=False),
                generator,
            )
        ((top, left),) = torch.randint(5, (1, 2), generator=generator).tolist()
        _check(
            min(size) > 4,
            (
                f"an image of {tuple(images.shape[2:])} pixels is too small for the "
                "standard transforms"
            ),
        )
        return _turned_window(
            images, size, degrees, (top, left, size[0] - 4, size[1] - 4)
        )

    return transform


def _scaled(images: torch.Tensor, scale: float) -> list[int]:
    # Rounded down, as in the original; the small term keeps 50 * 1.06 from becoming 52.
    return [max(1, int(n * scale + 1e-6)) for n in images.shape[2:]]


def _turned_window(
    images: torch.Tensor,
    size: Sequence[int],
    degrees: float,
    window: tuple[int, int, int, int],
) -> torch.Tensor:
    """The images resized to `size`, turned anticlockwise and cut, in one go.

    `window` is (top, left, height, width).
    """
    (height, width), (top, left, rows, columns) = size, window
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # Positions of the window's pixels from the picture's centre, in pixels of the
    # resized picture …
    y = torch.arange(rows, device=images.device, dtype=images.dtype)[:, None] + (
        top + 0.5 - height / 2
    )
    x = torch.arange(columns, device=images.device, dtype=images.dtype) + (
        left + 0.5 - width / 2
    )
    # … turned back, and in units of half the picture, which is what grid_sample reads.
    grid = torch.stack(
        [(cos * x - sin * y) * (2 / width), (sin * x + cos * y) * (2 / height)], -1
    )
    grid = grid.expand(len(images), -1, -1, -1)
    return F.grid_sample(
        images, grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )


def _warp(
    images: torch.Tensor,
    *,
    degrees: torch.Tensor | None = None,
    scale: torch.Tensor | None = None,
) -> torch.Tensor:
    """Rotate anticlockwise by `degrees` and zoom by `scale` about the centre.

    Each is one value, or one per image. The same result as kornia's `warp_affine`, in a
    sixth of its time for one small picture.
    """
    count, (height, width) = len(images), images.shape[2:]
    turn = (
        torch.zeros(1, dtype=torch.float64)
        if degrees is None
        else degrees * math.pi / 180
    )
    zoom = torch.ones(1, dtype=torch.float64) if scale is None else scale
    cos, sin, zero = (
        torch.cos(turn) / zoom,
        torch.sin(turn) / zoom,
        torch.zeros_like(turn * zoom),
    )
    # From output to input positions, in units of half the picture: hence the aspect
    # ratio beside the sine.
    matrix = torch.stack(
        [
            torch.stack([cos, -sin * height / width, zero], -1),
            torch.stack([sin * width / height, cos, zero], -1),
        ],
        1,
    )
    grid = F.affine_grid(
        sent(matrix, images).expand(count, 2, 3),
        list(images.shape),
        align_corners=False,
    )
    return F.grid_sample(
        images, grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
