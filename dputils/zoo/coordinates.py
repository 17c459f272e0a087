"""A small network is asked what colour a place has, as the CPPN of section 3 is."""

import math

import torch
from torch import nn

from ..images import full_shape, make_generator, normal
from ..sizes import Size, whole_number
from .lasting import LastingBasis
from .places import pixel_places


class _CoordinateBasis(LastingBasis):
    """One network a picture, from what `_encoded` says of a place to raw values."""

    places: torch.Tensor

    def _prepare(self, size: Size, batch: int, channels: int) -> None:
        self.shape = full_shape(batch, channels, size)
        places = pixel_places(*self.shape[2:]).flatten(1).T[None]
        self.register_buffer("places", places, persistent=False)

    def _layers(
        self, widths: list[int], spreads: list[float], generator: torch.Generator
    ) -> None:
        count = self.shape[0]
        pairs = list(zip(widths, widths[1:], spreads))
        self.weights = nn.ParameterList(
            normal((count, i, o), sd, generator=generator) for i, o, sd in pairs
        )
        self.offsets = nn.ParameterList(
            normal((count, 1, o), sd, generator=generator) for _, o, sd in pairs
        )

    def _encoded(self, places: torch.Tensor) -> torch.Tensor:
        return places

    def _bent(self, values: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def forward(self) -> torch.Tensor:
        values = self._encoded(self.places).expand(self.shape[0], -1, -1)
        layers = list(zip(self.weights, self.offsets))
        for k, (weight, offset) in enumerate(layers):
            values = torch.baddbmm(offset, values, weight)
            values = self._bent(values) if k < len(layers) - 1 else values
        return values.transpose(1, 2).reshape(self.shape)


class SineBasis(_CoordinateBasis):
    """A network of sines from a place to its raw colour (SIREN).

    Args:
        size, batch, channels: of the result; each picture has its own network.
        width, hidden: how many sines a layer has, and how many such layers there are.
        frequency: what a layer's input is multiplied by, the paper's omega_0: larger
            values start with finer waves. The paper's 30 is for copying pictures of
            256 pixels and more.
        seed, generator: where the weights come from (give one; default seed 0).
    Gradients: every weight touches every pixel.
    Source: Sitzmann et al., "Implicit Neural Representations with Periodic Activation
        Functions", 2020.
    Differs: weights are drawn from normal distributions with the standard deviation of
        the paper's uniform ones; the last layer is linear, without the factor, and
        starts ten times as small.
    Raises: ValueError for a frequency of 0 or less.
    """

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        width: int = 48,
        hidden: int = 3,
        frequency: float = 12.0,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self._prepare(size, batch, channels)
        width, hidden = whole_number(width, "width"), whole_number(hidden, "hidden")
        if not frequency > 0:
            raise ValueError(f"frequency={frequency!r} must be above 0")
        self.frequency = frequency
        inner = math.sqrt(2 / width)
        spreads = [1 / math.sqrt(12), *[inner / frequency] * (hidden - 1), inner / 10]
        widths = [2, *[width] * hidden, self.shape[1]]
        self._layers(widths, spreads, make_generator(seed, generator))

    def _bent(self, values: torch.Tensor) -> torch.Tensor:
        return torch.sin(self.frequency * values)


class FourierFeatureBasis(_CoordinateBasis):
    """A network of ReLUs that sees a place as random waves (Fourier features).

    Without the waves such a network draws only blurs.

    Args:
        size, batch, channels: of the result; each picture has its own network.
        waves: how many random waves a place is described by.
        bandwidth: standard deviation of their frequencies, in waves per longer side.
        width, hidden: how many ReLUs a layer has, and how many such layers there are.
        seed, generator: where waves and weights come from (give one; default seed 0).
    Gradients: every weight touches every pixel; the waves are fixed.
    Source: Tancik et al., "Fourier Features Let Networks Learn High Frequency Functions
        in Low Dimensional Domains", 2020.
    """

    directions: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        waves: int = 48,
        bandwidth: float = 6.0,
        width: int = 48,
        hidden: int = 2,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self._prepare(size, batch, channels)
        waves, width = whole_number(waves, "waves"), whole_number(width, "width")
        generator = make_generator(seed, generator)
        # places run over two units, so half of it is waves per side
        directions = normal((2, waves), math.pi * bandwidth, generator=generator)
        self.register_buffer("directions", directions)
        widths = [2 * waves, *[width] * whole_number(hidden, "hidden"), self.shape[1]]
        spreads = [math.sqrt(2 / n) for n in widths[:-1]]
        spreads[-1] /= 10
        self._layers(widths, spreads, generator)

    def _encoded(self, places: torch.Tensor) -> torch.Tensor:
        turns = places @ self.directions
        return torch.cat([turns.sin(), turns.cos()], -1)

    def _bent(self, values: torch.Tensor) -> torch.Tensor:
        return values.relu()
