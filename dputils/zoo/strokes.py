"""Painted things: strokes over each other, and Gaussians added up."""

import math

import torch
from torch import nn

from ..images import Basis, full_shape, make_generator, normal
from ..sizes import Size, whole_number
from .places import pixel_places


class StrokeBasis(Basis):
    """Straight strokes with round ends, painted over each other on an even ground.

    Args:
        size, batch, channels: of the result.
        strokes: how many; the last one lies on top.
        softness: width of an edge in pixels, over which gradients find it.
        seed, generator: where the first strokes come from (give one; default seed 0).
    Parameters: `ends` `(N, K, 2, 2)`, places of both ends; `thickness` `(N, K)`, as
        logarithm of half the width, both in units of half the longer side; `colours`
        `(N, K, C)`, raw; `opacity` `(N, K)`, through a sigmoid; `ground` `(N, C)`.
    Gradients: reach a stroke from pixels near its edge, and its colour from all that it
        covers.
    Source: Li et al., "Differentiable Vector Graphics Rasterization" (DiffVG), 2020.
    Differs: straight strokes instead of splines, and edges that are soft in the picture
        itself instead of anti-aliased ones with a gradient of their own.
    """

    places: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        strokes: int = 96,
        softness: float = 1.5,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        count, channels, height, width = self.shape
        strokes = whole_number(strokes, "strokes")
        if not softness > 0:
            raise ValueError(f"softness={softness!r} must be above 0, in pixels")
        self.softness = 2 * softness / max(height, width)
        self.register_buffer("places", pixel_places(height, width), persistent=False)
        generator = make_generator(seed, generator)
        reach = torch.tensor([width, height]) / max(height, width)
        middle = 2 * torch.rand(count, strokes, 1, 2, generator=generator) - 1
        middle = middle * reach
        spread = normal((count, strokes, 2, 2), 0.2, generator=generator)
        self.ends = nn.Parameter(middle + spread)
        thin = math.log(0.08) + normal((count, strokes), 0.4, generator=generator)
        self.thickness = nn.Parameter(thin)
        colours = normal((count, strokes, channels), 0.5, generator=generator)
        self.colours = nn.Parameter(colours)
        self.opacity = nn.Parameter(torch.full((count, strokes), 1.0))
        self.ground = nn.Parameter(torch.zeros(count, channels))

    def forward(self) -> torch.Tensor:
        start, end = (self.ends[:, :, k, :, None, None] for k in (0, 1))
        along, from_start = end - start, self.places - start
        length = along.square().sum(2, keepdim=True).clamp(min=1e-8)
        share = ((from_start * along).sum(2, keepdim=True) / length).clamp(0, 1)
        off = (from_start - share * along).square().sum(2)  # (N, K, H, W)
        inside = self.thickness.exp()[..., None, None] - (off + 1e-8).sqrt()
        cover = torch.sigmoid(4 * inside / self.softness)
        cover = cover * torch.sigmoid(self.opacity)[..., None, None]
        picture = self.ground[..., None, None].expand(self.shape)
        for k in range(cover.shape[1]):
            colour = self.colours[:, k, :, None, None]
            picture = torch.lerp(picture, colour.expand_as(picture), cover[:, k, None])
        return picture


class GaussianBasis(Basis):
    """Stretched and turned Gaussians, added up.

    Args:
        size, batch, channels: of the result.
        gaussians: how many.
        seed, generator: where the first ones come from (give one; default seed 0).
    Parameters: `centres` `(N, K, 2)` and `extents` `(N, K, 2)`, logarithms of the
        standard deviations, in units of half the longer side; `angles` `(N, K)`,
        radians; `colours` `(N, K, C)`, raw, what is added at the centre.
    Gradients: every Gaussian touches every pixel, far ones by nearly nothing.
    Source: Zhang et al., "GaussianImage", 2024, after Kerbl et al., "3D Gaussian
        Splatting", 2023.
    Differs: none is added or removed on the way.
    """

    places: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        gaussians: int = 192,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        count, channels, height, width = self.shape
        shape = count, whole_number(gaussians, "gaussians")
        generator = make_generator(seed, generator)
        self.register_buffer("places", pixel_places(height, width), persistent=False)
        reach = torch.tensor([width, height]) / max(height, width)
        centres = 2 * torch.rand(*shape, 2, generator=generator) - 1
        self.centres = nn.Parameter(centres * reach)
        small = math.log(1 / math.sqrt(shape[1]))
        extents = small + normal((*shape, 2), 0.3, generator=generator)
        self.extents = nn.Parameter(extents)
        turned = math.pi * torch.rand(*shape, generator=generator)
        self.angles = nn.Parameter(turned)
        self.colours = nn.Parameter(
            normal((*shape, channels), 0.1, generator=generator)
        )

    def forward(self) -> torch.Tensor:
        x, y = (self.places - self.centres[..., None, None]).unbind(2)  # (N, K, H, W)
        cosine, sine = (f(self.angles)[..., None, None] for f in (torch.cos, torch.sin))
        wide, high = self.extents.exp()[..., None, None].unbind(2)
        along, across = (cosine * x + sine * y) / wide, (cosine * y - sine * x) / high
        weight = torch.exp(-0.5 * (along.square() + across.square()))
        return torch.einsum("nkhw,nkc->nchw", weight, self.colours)
