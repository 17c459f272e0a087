"""Waves whose strength is fixed: only where their crests lie can be chosen."""

import math

import torch
from torch import nn

from ..images import fourier_amplitude, full_shape, make_generator
from ..sizes import Size
from .lasting import LastingBasis


class PhaseBasis(LastingBasis):
    """A spectrum with a fixed magnitude; the parameters are its phases.

    However long one climbs, the picture keeps the spectrum of a photograph, so it can
    grow neither grain nor glare.

    Args:
        size: height and width in pixels, `(H, W)` or one number.
        batch, channels: N and C.
        contrast: standard deviation of the raw values over the picture, which no
            optimization changes.
        decay_power: p of the magnitude 1/f^p.
        seed, generator: where the first phases come from (give one; default seed 0).
    Parameters: `phase`, `(N, C, H, W // 2 + 1)`, radians. Waves that run straight up
        stand twice in this half of a spectrum, and use the difference of the two
        phases; those that are their own mirror image have none.
    Gradients: every phase touches every pixel.
    Source: Fel et al., "Unlocking Feature Visualization for Deeper Networks with
        MAgnitude Constrained Optimization" (MACO), 2023.
    Differs: the magnitude is 1/f^p, the same for all channels, where the paper takes
        the mean of ImageNet's, and 0 for the mean, so the mean colour stays; no crops
        and no noise, which belong to the loop.
    """

    magnitude: torch.Tensor
    straight: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        contrast: float = 1.0,
        decay_power: float = 1.0,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        count, channels, height, width = self.shape
        magnitude = fourier_amplitude(height, width, decay_power)
        magnitude[0, 0] = 0
        # A column of the half-spectrum stands for two, the straight ones for one.
        straight = torch.arange(width // 2 + 1) * 2 % width == 0
        power = float((magnitude**2 * (2 - straight.float())).sum())
        magnitude *= contrast * math.sqrt(height * width / max(power, 1e-12))
        self.register_buffer("magnitude", magnitude, persistent=False)
        self.register_buffer("straight", straight, persistent=False)
        drawn = torch.rand(
            count, channels, *magnitude.shape, generator=make_generator(seed, generator)
        )
        self.phase = nn.Parameter(2 * math.pi * drawn)

    def forward(self) -> torch.Tensor:
        opposite = self.phase.flip(2).roll(1, 2)
        phase = self.phase - torch.where(self.straight, opposite, 0)
        parts = torch.stack([phase.cos(), phase.sin()], -1)
        spectrum = torch.view_as_complex(parts) * self.magnitude
        return torch.fft.irfft2(spectrum, s=self.shape[-2:], norm="ortho")
