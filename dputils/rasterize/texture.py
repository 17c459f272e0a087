"""Looking colours up in a texture, as OpenGL does: bilinear, wrapped, from mip levels.

A texture is an image `(1 or N, C, H, W)`, top row first. Texture coordinates have their
origin at the bottom left: (0, 0) is the lower left corner of the lower left texel, and
(1, 1) the upper right corner of the upper right one.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F

from ..sizes import Size, height_width

WRAPS = ("repeat", "mirror", "clamp")

Places: TypeAlias = tuple[int, torch.Tensor, torch.Tensor]
"""Texels to blend at each point, from `places_of`."""


def sample_texture(
    texture: torch.Tensor,
    uv: torch.Tensor,
    *,
    level: torch.Tensor | None = None,
    wrap: str = "repeat",
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Colours of a texture at texture coordinates.

    Args:
        texture: `(1, C, H, W)`, or `(N, C, H, W)` with a texture for each view.
        uv: `(N, 2, H', W')`, u to the right, v up; any real numbers.
        level: None for bilinear lookups in the texture itself; or `(N, 1, H', W')`, the
            base-2 logarithm of how many texels a pixel spans (`mip_level`): colours are
            then averaged over about one pixel (trilinear).
        wrap: what lies outside [0, 1]: "repeat" (GL_REPEAT), "mirror"
            (GL_MIRRORED_REPEAT), "clamp" (GL_CLAMP_TO_EDGE).
        mask: `(N, 1, H', W')` bool; the rest is not looked up, and stays 0.
    Returns: `(N, C, H', W')`.
    Raises: ValueError for other shapes or another wrap.
    Gradients: reach the texture and uv; not the level, which says how much to average:
        its gradient would ask the camera to step back where a texture is too strong.
    Differs: gathers four texels and blends them, because grid_sample has no backward on
        MPS and no repetition.
    """
    texture = check_texture(texture, len(uv))
    if uv.dim() != 4 or uv.shape[1] != 2:
        raise ValueError(
            f"uv must be (N, 2, H, W), not {tuple(uv.shape)}; "
            "interpolate(fragments, mesh.uv, mesh.faces) makes it"
        )
    count, _, height, width = uv.shape
    flat = uv.permute(0, 2, 3, 1).reshape(-1, 2)
    if mask is None:
        pixels = torch.arange(len(flat), device=uv.device)
    else:
        pixels = mask.reshape(-1).nonzero().squeeze(1)
        flat = flat[pixels]
    if level is not None:
        level = level.reshape(-1)[pixels]
    colors = lookup(texture, flat, pixels // (height * width), level=level, wrap=wrap)
    return spread(colors, pixels, (count, height, width))


def lookup(
    texture: torch.Tensor,
    uv: torch.Tensor,
    view: torch.Tensor,
    *,
    level: torch.Tensor | None = None,
    wrap: str = "repeat",
) -> torch.Tensor:
    """Colours `(C, P)` at P points.

    Args: as for `sample_texture`, with `uv` `(P, 2)` and `level` `(P,)`; `view` `(P,)`
        says which texture of the batch.
    """
    return blend(
        texture, view, places_of(uv, texture.shape[2:], level=level, wrap=wrap)
    )


def places_of(
    uv: torch.Tensor,
    size: Size,
    *,
    level: torch.Tensor | None = None,
    wrap: str = "repeat",
) -> Places:
    """Which texels to blend at each point: the part that is the same for any texture.

    Args: as for `lookup`; `size` is the texture's `(H, W)`.
    Returns: how many mip levels are in use besides the texture; texel numbers and
        weights, `(4 or 8, P)` each.
    """
    if wrap not in WRAPS:
        raise ValueError(f"wrap={wrap!r} is not one of {', '.join(map(repr, WRAPS))}")
    height, width = height_width(size)
    highest = 0.0 if level is None or not len(level) else float(level.detach().amax())
    sizes = _level_sizes((height, width), max(0, math.ceil(highest)))
    if level is None or len(sizes) == 1:
        return 0, *_corners(uv, height, width, 0, wrap=wrap)
    level = level.detach().clamp(0, len(sizes) - 1)
    fine = level.floor().clamp(max=len(sizes) - 2)
    share = level - fine
    starts = [sum(a * b for a, b in sizes[:i]) for i in range(len(sizes))]
    # height, width, start
    table = torch.tensor([*zip(*sizes), starts], dtype=torch.int32, device=uv.device)
    indices, weights = zip(
        *(
            _corners(uv, *table[:, stage.long()], wrap=wrap)
            for stage in (fine, fine + 1)
        )
    )
    return (
        len(sizes) - 1,
        torch.cat(indices),
        torch.cat([weights[0] * (1 - share), weights[1] * share]),
    )


def blend(texture: torch.Tensor, view: torch.Tensor, places: Places) -> torch.Tensor:
    """Weighted sums of texels `(C, P)`.

    Args: `texture` `(1 or B, C, H, W)`; `view` `(P,)`, which texture of the batch;
        `places` from `places_of`.
    """
    levels, index, weight = places
    texels = (
        torch.cat([stage.flatten(2) for stage in mip_levels(texture, levels)], 2)
        if levels
        else texture.flatten(2)
    )
    batch, channels, number = texels.shape
    index = index.long() if batch == 1 else index + view * number
    # All corners in one gather: its backward adds once, where one per corner would
    # touch the whole texture four times. Every channel is a row of its own, and rows
    # are shared out among the threads.
    rows = texels.transpose(0, 1).reshape(channels, batch * number)
    values = rows.gather(1, index.reshape(1, -1).expand(channels, -1)).view(
        channels, *weight.shape
    )
    return (values * weight).sum(1)


def mip_levels(texture: torch.Tensor, count: int | None = None) -> list[torch.Tensor]:
    """The texture and smaller versions of it, each the means of 2×2 texels of the last.

    `count` says how many: at most what leads to a single texel, and that by
    default. Odd sizes are rounded down and resampled linearly, so that every level
    covers the same area.
    """
    levels = [texture]
    for size in _level_sizes(height_width(texture.shape[2:]), count)[1:]:
        if all(n % 2 == 0 for n in levels[-1].shape[2:]):
            levels.append(_Halve.apply(levels[-1]))
        else:
            levels.append(
                F.interpolate(
                    levels[-1], size=size, mode="bilinear", align_corners=False
                )
            )
    return levels


class _Halve(torch.autograd.Function):
    """Means of 2×2 texels, three times as fast as `avg_pool2d`, there and back."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        rows = x[:, :, ::2] + x[:, :, 1::2]
        return (rows[..., ::2] + rows[..., 1::2]) * 0.25

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
        return (grad * 0.25).repeat_interleave(2, 3).repeat_interleave(2, 2)


def _level_sizes(
    size: tuple[int, int], count: int | None = None
) -> list[tuple[int, int]]:
    deepest = math.floor(math.log2(max(size)))
    height, width = size
    return [
        (max(1, height >> level), max(1, width >> level))
        for level in range(1 + (deepest if count is None else min(count, deepest)))
    ]


def mip_level(
    derivatives: torch.Tensor, size: Size, *, bias: float = 0.0
) -> torch.Tensor:
    """Base-2 logarithm of the texels that a pixel spans along the longer of its axes.

    Args:
        derivatives: `(…, 2, 2)`, change of (u, v), by column and by row of the screen
            (`screen_derivatives`).
        size: height and width of the texture.
        bias: added; negative values give sharper pictures that flicker more.
    Returns: `(…)`, as in OpenGL; negative where the texture is magnified.
    """
    height, width = height_width(size)
    texels = derivatives * derivatives.new_tensor([[width], [height]])
    return texels.square().sum(-2).amax(-1).clamp(min=1e-30).log2() / 2 + bias


def spread(
    values: torch.Tensor, pixels: torch.Tensor, shape: Sequence[int]
) -> torch.Tensor:
    """Values `(C, P)` at the flat positions `pixels` of N views, zero elsewhere.

    Args: `shape` is that of the views, `(N, H, W)`.
    Returns: `(N, C, H, W)`.
    """
    count, height, width = shape
    image = values.new_zeros(len(values), count * height * width)
    image = image.scatter(1, pixels.expand(len(values), -1), values)
    return image.view(-1, count, height, width).transpose(0, 1)


def check_texture(texture: torch.Tensor, views: int) -> torch.Tensor:
    """The texture as `(1 or N, C, H, W)`; a ValueError says what to change."""
    if torch.is_tensor(texture) and texture.dim() == 3:
        texture = texture[None]
    if (
        not torch.is_tensor(texture)
        or texture.dim() != 4
        or 0 in texture.shape
        or not texture.is_floating_point()
    ):
        what = (
            f"{texture.dtype} {tuple(texture.shape)}"
            if torch.is_tensor(texture)
            else type(texture).__name__
        )
        raise ValueError(
            f"a texture is a float image (1, C, H, W), not {what}; "
            "read_image(path) reads one, and a module such as "
            "fourier_image(1024) has to be called: fourier_image(1024)()"
        )
    if len(texture) not in (1, views):
        raise ValueError(
            f"{len(texture)} textures for {views} views; give one, or one each"
        )
    return texture


def _corners(uv, height, width, start, *, wrap):
    """The four texels around each point and their weights, `(4, P)` each.

    Sizes are numbers, or one for each point.
    """
    x, y = uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5
    left, top = x.detach().floor(), y.detach().floor()
    across, down = x - left, y - top
    columns = [_wrap(left.int() + i, width, wrap) for i in (0, 1)]
    rows = [_wrap(top.int() + i, height, wrap) * width + start for i in (0, 1)]
    index = torch.stack([row + column for row in rows for column in columns])
    weight = torch.stack(
        [b * a for b in (1 - down, down) for a in (1 - across, across)]
    )
    return index, weight


def _wrap(position, size, wrap):
    if wrap == "repeat":
        return position % size
    if wrap == "mirror":
        position = position % (2 * size)
        return torch.minimum(position, 2 * size - 1 - position)
    return torch.minimum(
        position.clamp(min=0), torch.as_tensor(size - 1, device=position.device)
    )
