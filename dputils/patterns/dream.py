"""DeepDream: climb an objective in pixels, with the gradient made smooth by hand, from
small to large.

DeepDream (2015) is older than the article and has no parameterization but pixels. What
makes its pictures good is done to the gradient instead: its bands of frequency are made
equally strong, and its colours are mixed. `FourierBasis` and decorrelated colour do the
same from the other side.
"""

from collections.abc import Callable
from typing import cast

import torch

from ..color import COLOR_CORRELATION
from ..devices import sent
from ..networks import as_network
from ..objectives import LayerReader, ObjectiveLike, Reading
from ..optimize import Interrupted
from ..sizes import Size, height_width
from .tiling import resize_periodic


def laplacian_bands(signal: torch.Tensor, levels: int = 4) -> list[torch.Tensor]:
    """A signal `(N, C, H, W)` as a sum of `levels + 1` periodic bands, finest first.

    Band k is what a binomial blur at distance 2^k takes away; the last is what is left.
    All have the full size.
    Raises: ValueError for a negative number of levels.
    """
    if levels < 0:
        raise ValueError(f"levels={levels} must not be negative")
    bands = []
    for level in range(levels):
        smooth = _blur(signal, 2**level)
        bands.append(signal - smooth)
        signal = smooth
    return [*bands, signal]


def laplacian_normalised(gradient: torch.Tensor, levels: int = 4) -> torch.Tensor:
    """A gradient `(N, C, H, W)` whose bands of frequency are equally strong.

    In each picture alone, every band gets a root mean square of 1. A network's raw
    gradient is strongest in the finest detail. After this a coarse change costs no more
    steps than a fine one.
    Source: Mordvintsev, DeepDream in TensorFlow (2015): a pyramid with a 5×5 binomial
        kernel and 4 splits.
    Differs: bands keep the full size and wrap around, so that the result tiles at any
        size, odd ones too.
    """
    return cast(
        torch.Tensor, sum(_unit(band) for band in laplacian_bands(gradient, levels))
    )


def color_mixed(gradient: torch.Tensor, colourful: float = 1.0) -> torch.Tensor:
    """A gradient `(N, 3, H, W)`, turned towards the colours of photographs.

    Colours vary together there: this multiplies by their covariance (with a mean
    variance of 1) plus `colourful` times the identity. 0 paints in the palette of
    photographs, mostly in lightness; large values leave the gradient's own colours.
    A step on decorrelated colour does the first part by itself: its gradient in RGB is
    multiplied by C Cᵀ.
    Raises: ValueError for a negative `colourful`.
    """
    if colourful < 0:
        raise ValueError(f"colourful={colourful} must not be negative")
    covariance = COLOR_CORRELATION @ COLOR_CORRELATION.T
    mix = covariance / covariance.diagonal().mean() + colourful * torch.eye(3)
    return torch.einsum("rc,nchw->nrhw", sent(mix, gradient), gradient)


def tiled_gradient(
    image: torch.Tensor,
    objective: ObjectiveLike,
    network: LayerReader | torch.nn.Module | str,
    *,
    tile: int = 512,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Gradient of an objective with respect to a picture, piece by piece.

    So memory does not grow with the picture.

    The picture is rolled by a random distance, cut into pieces of at most `tile` pixels
    a side, and rolled back: over many steps no place is an edge, neither between pieces
    nor where copies of the picture meet.

    Args:
        image: `(N, 3, H, W)` in [0, 1]; not changed.
        objective: from `objectives`, a string "layer:channel", or a function of the
            activations. It is evaluated on each piece; pieces count by their area.
        network: from `load_network`.
        tile: largest side of a piece, at least 32.
        generator: where the roll comes from (CPU).
    Returns: the gradient, same shape as the picture.
    Raises: ValueError for a smaller `tile`.
    """
    read = Reading(objective, as_network(network))
    return _tiled_gradient(image, read, tile, generator)


def _tiled_gradient(
    image: torch.Tensor, read: Reading, tile: int, generator: torch.Generator | None
) -> torch.Tensor:
    if not isinstance(tile, int):
        raise ValueError(f"tile={tile!r} must be a whole number of 32 or more")
    if tile < 32:
        raise ValueError(
            f"tile={tile} is too small for a network to see anything; use 32 or more"
        )
    height, width = image.shape[2:]
    down, across = (
        int(torch.randint(n, (), generator=generator)) for n in (height, width)
    )
    rolled = image.detach().roll((down, across), (2, 3))
    gradient = torch.empty_like(rolled)
    for rows in _pieces(height, tile):
        for columns in _pieces(width, tile):
            piece = rolled[:, :, rows, columns].clone().requires_grad_()
            value = torch.as_tensor(read(piece, piece)) * (
                piece[0, 0].numel() / (height * width)
            )
            (gradient[:, :, rows, columns],) = torch.autograd.grad(value, piece)
    return gradient.roll((-down, -across), (2, 3))


def deep_dream(
    image: torch.Tensor,
    objective: ObjectiveLike,
    network: LayerReader | torch.nn.Module | str,
    *,
    size: Size | None = None,
    octaves: int = 4,
    scale: float = 1.5,
    steps: int = 20,
    rate: float = 0.02,
    levels: int | None = 4,
    colourful: float | None = 1.0,
    tile: int = 512,
    seed: int = 0,
    on_step: Callable[[int, int, torch.Tensor], object] | None = None,
) -> torch.Tensor:
    """Dream on a picture from small to large, so that it stays a tile (or becomes one).

    Each octave climbs the objective for some steps, then the picture is enlarged. Large
    things come from the small octaves, details from the large ones.

    Args:
        image: where to start, `(N, 3, H, W)` in [0, 1]. Opposite edges should agree
            (`periodic_part` sees to that).
        objective, network: as for `maximize`.
        size: height and width of the result, or one number; by default the start's.
        octaves, scale: how many sizes, and the factor between them; the smallest is
            size / scale^(octaves - 1).
        steps: in each octave.
        rate: standard deviation of the change in one step on the smallest octave. It
            falls by `scale` per octave, to no less than a fifth.
        levels: of `laplacian_normalised`; None takes the raw gradient.
        colourful: of `color_mixed`; None leaves the colours alone.
        tile: largest piece that the network sees at once.
        seed: of the rolls. Same seed, same device, same bits.
        on_step: called as `on_step(octave, step, image)` after every step; returning
            False stops.
    Returns: the picture, `(N, 3, H, W)` in [0, 1].
    Raises: ValueError for no octave, or a scale that does not enlarge; Interrupted on
        Ctrl-C, and `dputils.optimize.kept()` is the picture so far.
    Source: Mordvintsev, Olah and Tyka, Inceptionism (2015); the numbers are those of
        Lucid's "infinite patterns".
    Differs: enlarged through Fourier coefficients, which wrap around, instead of
        bilinearly in another gamma.
    """
    height, width = height_width(image.shape[2:] if size is None else size)
    if octaves < 1 or scale <= 1:
        raise ValueError(
            f"octaves={octaves} must be at least 1 and scale={scale:g} above 1"
        )
    generator = torch.Generator().manual_seed(seed)
    read, step, octave = Reading(objective, as_network(network)), 0, 0
    try:
        for octave in range(octaves):
            smaller = scale ** (octaves - 1 - octave)
            image = resize_periodic(
                image, (max(1, round(height / smaller)), max(1, round(width / smaller)))
            ).clamp(0, 1)
            for step in range(1, steps + 1):
                gradient = _tiled_gradient(image, read, tile, generator)
                gradient = (
                    gradient
                    if levels is None
                    else laplacian_normalised(gradient, levels)
                )
                gradient = (
                    gradient if colourful is None else color_mixed(gradient, colourful)
                )
                image = (
                    image + rate * max(0.2, scale**-octave) * _unit(gradient)
                ).clamp(0, 1)
                if on_step is not None and on_step(octave, step, image) is False:
                    return image
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped in octave {octave + 1} of {octaves}, step {step} of {steps}. "
            "dputils.optimize.kept() is the picture so far.",
            image.detach(),
        ) from None
    return image


def _unit(signal: torch.Tensor) -> torch.Tensor:
    """Each picture divided by its root mean square."""
    return signal / signal.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(
        min=1e-12
    )


def _blur(signal: torch.Tensor, step: int) -> torch.Tensor:
    """The binomial kernel 1 4 6 4 1 along both axes, wrapped around.

    Its samples lie `step` pixels apart.
    """
    for axis in (2, 3):
        near = signal.roll(step, axis) + signal.roll(-step, axis)
        far = signal.roll(2 * step, axis) + signal.roll(-2 * step, axis)
        signal = (6 * signal + 4 * near + far) / 16
    return signal


def _pieces(length: int, most: int) -> list[slice]:
    """Slices that cover a length in nearly equal pieces of at most `most`."""
    count = -(-length // most)
    ends = [round(length * k / count) for k in range(count + 1)]
    return [slice(a, b) for a, b in zip(ends, ends[1:])]
