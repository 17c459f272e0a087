"""Bases: modules that hold parameters and return raw values `(N, C, H, W)`, to be added
before colour and sigmoid.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias, cast

import torch
from torch import nn

from ..sizes import Size, height_width, whole_number

Shape: TypeAlias = tuple[int, int, int, int]
"""`(N, C, H, W)`."""


class Basis(nn.Module):
    """What all bases have: parameters, and a call that returns `(N, C, H, W)`.

    `shape` is that of the result; `exact` says whether the basis alone can hold every
    image of that shape.
    """

    shape: Shape
    exact: bool = False

    def zero(self) -> None:
        """Set all parameters to zero: the basis then adds nothing."""
        for values in self.parameters():
            values.data.zero_()

    def fit(self, raw: torch.Tensor) -> None:
        """Where `exact`: set the parameters so that a call returns `raw`."""
        raise NotImplementedError(f"{type(self).__name__} cannot hold every image")


class PixelBasis(Basis):
    """Every pixel is its own parameter: the naive basis.

    Args:
        size: height and width in pixels, `(H, W)` or one number for a square.
        batch, channels: N and C.
        sd: standard deviation of the initial values.
        seed, generator: where the initial values come from (give one; default seed 0).
    Source: Lucid `param/spatial.py`, `pixel_image`.
    """

    exact = True

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        sd: float = 0.01,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        self.values = nn.Parameter(normal(self.shape, sd, seed, generator))

    def forward(self) -> torch.Tensor:
        return self.values

    def fit(self, raw: torch.Tensor) -> None:
        self.values.data.copy_(raw)


class FourierBasis(Basis):
    """Fourier coefficients, scaled so that a step of Adam makes a natural change.

    Photographs have amplitudes that fall as 1/f. Dividing each coefficient by its
    frequency makes all parameters vary by about the same amount, which is what an
    optimizer with one step size wants.

    Args:
        size: height and width in pixels, `(H, W)` or one number; odd sizes are fine.
        batch, channels: N and C.
        sd: standard deviation of the initial coefficients (real and imaginary parts).
        decay_power: p in 1/f^p; 0 makes all frequencies equal, 1.5 gives bolder,
            smoother pictures.
        seed, generator: where the initial values come from (give one; default seed 0).

    Parameters: `spectrum`, `(N, C, H, W // 2 + 1, 2)`, real and imaginary parts of the
        half-spectrum.
    Gradients: every coefficient touches every pixel.
    Source: article, "Why does parameterization matter?"; Lucid `param/spatial.py`,
        `fft_image`: amplitude sqrt(H·W) / max(f, 1 / max(H, W))^p, inverse FFT, divided
        by 4.
    Differs: odd widths use the exact inverse instead of a spare column, cropped.
    """

    exact = True
    amplitude: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        sd: float = 0.01,
        decay_power: float = 1.0,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        batch, channels, height, width = self.shape
        self.spectrum = nn.Parameter(
            normal((batch, channels, height, width // 2 + 1, 2), sd, seed, generator)
        )
        self.register_buffer(
            "amplitude", fourier_amplitude(height, width, decay_power), persistent=False
        )

    def forward(self) -> torch.Tensor:
        spectrum = torch.view_as_complex(self.spectrum) * self.amplitude
        return torch.fft.irfft2(spectrum, s=self.shape[-2:], norm="ortho")

    def fit(self, raw: torch.Tensor) -> None:
        spectrum = torch.fft.rfft2(raw, norm="ortho") / self.amplitude
        self.spectrum.data.copy_(torch.view_as_real(spectrum))


class LowResBasis(Basis):
    """A small tensor, stretched linearly along any of its axes to the full shape.

    Stretched along height and width it is blurry; stretched along the batch it makes
    neighbouring frames share what they show. `low=(1, 3, 16, 16)` is one 16×16 picture
    shared by all frames, `low=(2, 3, 16, 16)` is two, blended from the first frame to
    the last.

    Args:
        size: `(H, W)` of the result, or one number.
        low: shape of the small tensor `(n, c, h, w)`; n is 1 … batch, c is 1 …
            channels.
        batch, channels: N and C of the result.
        sd: standard deviation of the initial values.
        offset: shift the grid of h×w cells by half a cell, so that the cell borders of
            two levels do not coincide.
        seed, generator: where the initial values come from (give one; default seed 0).
    Raises: ValueError for a `low` that is not four whole numbers, or larger than the
        full shape.
    Source: article, section 1, Figure 3; Lucid `param/lowres.py`.
    Differs: Lucid samples from the corner (TensorFlow 1), so its last cells are
        repeated and two rows spread over six frames give weights 0, 1/3, 2/3, 1, 1, 1.
        Here rows and columns are sampled at pixel centres, and frames run evenly from
        the first row of the batch axis to the last.
    """

    def __init__(
        self,
        size: Size,
        low: Sequence[int],
        *,
        batch: int = 1,
        channels: int = 3,
        sd: float = 0.01,
        offset: bool = False,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        try:
            low = tuple(whole_number(n, "low") for n in low)
            fits = len(low) == 4 and all(n <= m for n, m in zip(low, self.shape))
        except (TypeError, ValueError):  # not several, or not whole
            fits = False
        if not fits:
            raise ValueError(
                f"low={low!r} must be (n, c, h, w), each at least 1 "
                f"and no larger than the full shape {self.shape}; for one "
                "blurry picture shared by all frames use low=(1, "
                f"{channels}, {max(1, self.shape[2] // 8)}, "
                f"{max(1, self.shape[3] // 8)})"
            )
        self.values = nn.Parameter(normal(low, sd, seed, generator))
        self.exact = low == self.shape and not offset
        for axis, (n, full) in enumerate(zip(low, self.shape)):
            if n != full or (offset and axis >= 2):
                matrix = linear_resize(
                    full,
                    n,
                    centres=axis >= 2,
                    shift=0.5 if offset and axis >= 2 else 0.0,
                )
                self.register_buffer(f"resize{axis}", matrix, persistent=False)

    def forward(self) -> torch.Tensor:
        t: torch.Tensor = self.values
        for axis in range(4):
            matrix = getattr(self, f"resize{axis}", None)
            if matrix is not None:
                t = torch.movedim(
                    torch.tensordot(matrix, t, dims=([1], [axis])), 0, axis
                )
        return t

    def fit(self, raw: torch.Tensor) -> None:
        self.values.data.copy_(raw)


class LaplacianBasis(Basis):
    """A sum of the same image at full, half, quarter … resolution.

    Coarse changes are then as easy as fine ones.

    Args: as for `PixelBasis`, and `levels`, how many resolutions (4: 1, 1/2, 1/4, 1/8).
    Source: Lucid `param/lowres.py`, `laplacian_pyramid_image`.
    """

    exact = True

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        levels: int = 4,
        sd: float = 0.01,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        levels = whole_number(levels, "levels")
        generator = make_generator(seed, generator)
        self.shape = full_shape(batch, channels, size)
        batch, channels, height, width = self.shape
        self.levels = nn.ModuleList(
            LowResBasis(
                size,
                (batch, channels, max(1, height >> k), max(1, width >> k)),
                batch=batch,
                channels=channels,
                sd=sd,
                generator=generator,
            )
            for k in range(levels)
        )

    def forward(self) -> torch.Tensor:
        return _added(self.levels)

    def fit(self, raw: torch.Tensor) -> None:
        self.zero()
        cast(LowResBasis, self.levels[0]).fit(raw)


class AllPairsBasis(Basis):
    """Morphs between every pair of K pictures at once, with what they share.

    The batch is K × K × frames, in that order:
    `basis().view(K, K, frames, C, H, W)[a, b]` runs from a to b, and `[b, a]` is the
    same film backwards. Three kinds of low-resolution parts are added: one constant for
    all, one per picture pair of ends (blended over the frames) and one per pair, all at
    several resolutions.

    Args: as for `PixelBasis`, and `pictures` (K), `frames` per morph.
    Source: Lucid `recipes/image_interpolation_params.py`.
    Differs: the mirrored half there is filled with a wrong index; here `[b, a]` is
        exactly `[a, b]` reversed.
    """

    def __init__(
        self,
        size: Size,
        *,
        pictures: int,
        frames: int = 5,
        channels: int = 3,
        sd: float = 0.01,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        generator = make_generator(seed, generator)
        pictures = whole_number(pictures, "pictures")
        frames = whole_number(frames, "frames")
        self.pictures, self.frames = pictures, frames
        self.shape = full_shape(pictures * pictures * frames, channels, size)
        _, channels, height, width = self.shape

        def pyramid(batch: int, rows: int, levels: int) -> nn.ModuleList:
            return nn.ModuleList(
                LowResBasis(
                    size,
                    (rows, channels, max(1, height >> k), max(1, width >> k)),
                    batch=batch,
                    channels=channels,
                    sd=sd,
                    generator=generator,
                )
                for k in range(levels)
            )

        self.common = pyramid(1, 1, 4)
        self.ends = nn.ModuleList(pyramid(1, 1, 4) for _ in range(pictures))
        self.pairs = nn.ModuleList(
            pyramid(frames, frames, 2) for _ in range(pictures * (pictures - 1) // 2)
        )

    def forward(self) -> torch.Tensor:
        k, frames = self.pictures, self.frames
        common = _added(self.common)
        ends = [_added(cast(nn.ModuleList, end)) for end in self.ends]
        t = torch.linspace(0, 1, frames, device=common.device).view(-1, 1, 1, 1)
        films, pairs = {}, iter(self.pairs)
        for a in range(k):
            films[a, a] = (common + ends[a]).expand(frames, -1, -1, -1)
            for b in range(a + 1, k):
                own = _added(cast(nn.ModuleList, next(pairs)))
                films[a, b] = common + (1 - t) * ends[a] + t * ends[b] + own
                films[b, a] = films[a, b].flip(0)
        return torch.cat([films[a, b] for a in range(k) for b in range(k)])


# ---- shared by the bases -------------------------------------------------------------


def fourier_amplitude(
    height: int, width: int, decay_power: float = 1.0
) -> torch.Tensor:
    """Amplitudes that fall as 1/f^p, `(H, W // 2 + 1)`, for an orthonormal FFT.

    1 / max(f, 1 / max(H, W))^p / 4, with f in cycles per pixel.
    Raises: ValueError unless height and width are whole numbers of at least 1.
    """
    height, width = height_width((height, width), "(height, width)")
    fy, fx = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
    frequency = (fx**2 + fy**2).sqrt().clamp(min=1 / max(height, width))
    return frequency**-decay_power / 4


def linear_resize(
    full: int, n: int, *, centres: bool, shift: float = 0.0
) -> torch.Tensor:
    """The `(full, n)` matrix of linear interpolation from n samples to `full`.

    `centres`: both sample their cells' centres (pictures); otherwise the first and last
    samples coincide (films). `shift` moves the samples by that many cells.
    Raises: ValueError unless `full` and `n` are whole numbers of at least 1.
    """
    full, n = whole_number(full, "full"), whole_number(n, "n")
    i = torch.arange(full, dtype=torch.float64)
    position = (
        (i + 0.5) * n / full - 0.5 + shift
        if centres
        else i * (n - 1) / max(full - 1, 1)
    )
    position = position.clamp(0, n - 1)
    low = position.floor().long().clamp(max=max(n - 2, 0))
    matrix = torch.zeros(full, n, dtype=torch.float64)
    rows, high, weight = torch.arange(full), (low + 1).clamp(max=n - 1), position - low
    matrix[rows, low] += 1 - weight
    matrix[rows, high] += weight
    return matrix.float()


def full_shape(batch: int, channels: int, size: Size) -> Shape:
    """`(N, C, H, W)`; ValueError unless all are whole numbers of at least 1."""
    count = whole_number(batch, "batch"), whole_number(channels, "channels")
    return *count, *height_width(size)


def make_generator(
    seed: int | None = None, generator: torch.Generator | None = None
) -> torch.Generator:
    """The CPU generator for a seed (0 if none is given), or the given generator."""
    if seed is not None and generator is not None:
        raise ValueError(
            "give a seed or a generator, not both: the generator already has a seed"
        )
    return (
        torch.Generator().manual_seed(0 if seed is None else seed)
        if generator is None
        else generator
    )


def normal(
    shape: Sequence[int],
    sd: float,
    seed: int | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Gaussian numbers of standard deviation `sd`, the same on every device.

    They are drawn on the CPU, from a seed or a generator.
    """
    return torch.randn(shape, generator=make_generator(seed, generator)) * sd


def _added(parts: Iterable[nn.Module]) -> torch.Tensor:
    return cast(torch.Tensor, sum(part() for part in parts))
