"""Few colours, and a choice among them at every place."""

import torch
from torch import nn

from ..images import FourierBasis, full_shape, make_generator, normal
from ..sizes import Size, whole_number
from .lasting import LastingBasis


class PaletteBasis(LastingBasis):
    """A picture in a handful of colours, which are chosen along with it.

    Every pixel mixes the palette by a softmax; a low temperature leaves it one colour.

    Args:
        size, batch, channels: of the result; each picture has its own palette.
        colours: how many.
        temperature: of the softmax, above 0.
        decay_power: of the waves that the choices are made of, see `FourierBasis`.
        seed, generator: where it starts (give one; default seed 0).
    Parameters: `palette` `(N, K, C)`, raw colours; `choice`, a `FourierBasis` of K
        channels.
    Gradients: reach the palette from all pixels, and choices where they are not sharp.
    Raises: ValueError for a temperature of 0 or less.
    Source: after Chang et al., "Palette-based Photo Recoloring", 2015, for pictures as
        mixtures of few colours.
    Differs: palette and mixture are free and found together.
    """

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        colours: int = 6,
        temperature: float = 0.2,
        decay_power: float = 1.0,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        if not temperature > 0:
            raise ValueError(f"temperature={temperature!r} must be above 0")
        self.temperature = temperature
        colours, generator = (
            whole_number(colours, "colours"),
            make_generator(seed, generator),
        )
        shape = self.shape[0], colours, self.shape[1]
        self.palette = nn.Parameter(normal(shape, 0.8, generator=generator))
        self.choice = FourierBasis(
            self.shape[2:],
            batch=self.shape[0],
            channels=colours,
            decay_power=decay_power,
            generator=generator,
        )

    def forward(self) -> torch.Tensor:
        share = (self.choice() / self.temperature).softmax(1)
        return torch.einsum("nkhw,nkc->nchw", share, self.palette)
