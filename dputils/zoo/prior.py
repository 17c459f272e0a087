"""An untrained network turns noise into a picture; its weights are the parameters."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ..images import full_shape, make_generator, normal
from ..sizes import Size, whole_number
from .lasting import LastingBasis


class DeepPriorBasis(LastingBasis):
    """A decoder with skip connections, fed with noise that stays (deep image prior).

    Convolutions treat all places alike, and scales are added from coarse to fine, so
    what such a network draws first is smooth and repeats itself, as photographs do.

    Args:
        size, batch, channels: of the result; each picture has its own network.
        width: channels inside.
        levels: how often the resolution is halved on the way in, at most while the
            shorter side keeps two pixels: a single one has no contrast to normalize.
        seed, generator: where noise and weights come from (give one; default seed 0).
    Gradients: every weight touches every pixel; the noise is fixed.
    Source: Ulyanov et al., "Deep Image Prior", 2018.
    Differs: much smaller, one convolution a level each way; instances are normalized
        without learned scales.
    """

    noise: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        width: int = 16,
        levels: int = 4,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        count, channels, height, long = self.shape
        width, generator = whole_number(width, "width"), make_generator(seed, generator)
        deepest = max(0, (min(height, long) - 1).bit_length() - 1)
        self.levels = min(whole_number(levels, "levels"), deepest)
        noise = normal((1, count * width, height, long), 1.0, generator=generator)
        self.register_buffer("noise", noise)

        def kernels(inputs: int, outputs: int, side: int, gain: float = 2.0):
            sd = math.sqrt(gain / (inputs * side * side))
            shape = count * outputs, inputs, side, side
            return nn.Parameter(normal(shape, sd, generator=generator))

        inward = [kernels(width, width, 3) for _ in range(self.levels)]
        outward = [kernels(2 * width, width, 3) for _ in range(self.levels)]
        self.inward, self.outward = nn.ParameterList(inward), nn.ParameterList(outward)
        self.last = kernels(width, channels, 1, 0.1)

    def _layer(self, values: torch.Tensor, kernel: torch.Tensor, stride: int = 1):
        side = kernel.shape[-1] // 2
        values = F.pad(values, (side,) * 4, mode="replicate") if side else values
        values = F.conv2d(values, kernel, stride=stride, groups=self.shape[0])
        mean = values.mean((2, 3), keepdim=True)
        spread = (values - mean).square().mean((2, 3), keepdim=True)
        return F.leaky_relu((values - mean) / (spread + 1e-4).sqrt(), 0.1)

    def forward(self) -> torch.Tensor:
        count = self.shape[0]
        values, skips = self.noise, []
        for kernel in self.inward:
            skips.append(values)
            values = self._layer(values, kernel, stride=2)
        for kernel in self.outward:
            skip = skips.pop()
            values = F.interpolate(values, skip.shape[2:], mode="bilinear")
            # side by side for each picture, since each has kernels of its own
            pair = [v.unflatten(1, (count, -1)) for v in (values, skip)]
            values = self._layer(torch.cat(pair, 2).flatten(1, 2), kernel)
        return F.conv2d(values, self.last, groups=count).view(self.shape)
