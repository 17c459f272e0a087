"""Bases: modules that hold parameters and return raw values `(N, C, H, W)`, to be added
before colour and sigmoid.

Each has `shape`, `exact` (whether it alone can hold every image of that shape),
`zero()` and, where exact, `fit(raw)`.
"""

import torch
from torch import nn


class PixelBasis(nn.Module):
    """Every pixel is its own parameter: the naive basis.

    Args:
        size: height and width in pixels, `(H, W)` or one number for a square.
        batch, channels: N and C.
        sd: standard deviation of the initial values.
        seed, generator: where the initial values come from (give one; default seed 0).
    Source: Lucid `param/spatial.py`, `pixel_image`.
    """

    exact = True  # can represent any image of its shape

    def __init__(
        self, size, *, batch=1, channels=3, sd=0.01, seed=None, generator=None
    ):
        super().__init__()
        self.shape = (batch, channels, *height_width(size))
        self.values = nn.Parameter(normal(self.shape, sd, seed, generator))

    def forward(self):
        return self.values

    def fit(self, raw):
        self.values.data.copy_(raw)

    def zero(self):
        self.values.data.zero_()


class FourierBasis(nn.Module):
    """The parameters are Fourier coefficients, scaled so that a step of Adam makes a
    natural-looking change.

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
    `fft_image`: amplitude sqrt(H·W) / max(f, 1 / max(H, W))^p, inverse FFT, divided by
        4.
    Differs: odd widths use the exact inverse instead of one spare column that is
        cropped.
    """

    exact = True

    def __init__(
        self,
        size,
        *,
        batch=1,
        channels=3,
        sd=0.01,
        decay_power=1.0,
        seed=None,
        generator=None,
    ):
        super().__init__()
        height, width = height_width(size)
        self.shape = (batch, channels, height, width)
        self.spectrum = nn.Parameter(
            normal((batch, channels, height, width // 2 + 1, 2), sd, seed, generator)
        )
        self.register_buffer(
            "amplitude", fourier_amplitude(height, width, decay_power), persistent=False
        )

    def forward(self):
        spectrum = torch.view_as_complex(self.spectrum) * self.amplitude
        return torch.fft.irfft2(spectrum, s=self.shape[-2:], norm="ortho")

    def fit(self, raw):
        spectrum = torch.fft.rfft2(raw, norm="ortho") / self.amplitude
        self.spectrum.data.copy_(torch.view_as_real(spectrum))

    def zero(self):
        self.spectrum.data.zero_()


class LowResBasis(nn.Module):
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
    Source: article, section 1, Figure 3; Lucid `param/lowres.py`.
    Differs: Lucid samples from the corner (TensorFlow 1), so its last cells are
    repeated and two rows spread over six frames give weights 0, 1/3, 2/3, 1, 1, 1. Here
    rows and columns are sampled at pixel centres, and frames run evenly from the first
    row of the batch axis to the last.
    """

    def __init__(
        self,
        size,
        low,
        *,
        batch=1,
        channels=3,
        sd=0.01,
        offset=False,
        seed=None,
        generator=None,
    ):
        super().__init__()
        self.shape = (batch, channels, *height_width(size))
        if len(low) != 4 or any(n < 1 or n > full for n, full in zip(low, self.shape)):
            raise ValueError(
                f"low={tuple(low)} must be (n, c, h, w), each at least 1 "
                f"and no larger than the full shape {self.shape}; for one "
                "blurry picture shared by all frames use low=(1, "
                f"{channels}, {max(1, self.shape[2] // 8)}, "
                f"{max(1, self.shape[3] // 8)})"
            )
        self.values = nn.Parameter(normal(tuple(low), sd, seed, generator))
        self.exact = tuple(low) == self.shape and not offset
        for axis, (n, full) in enumerate(zip(low, self.shape)):
            if n != full or (offset and axis >= 2):
                matrix = linear_resize(
                    full,
                    n,
                    centres=axis >= 2,
                    shift=0.5 if offset and axis >= 2 else 0.0,
                )
                self.register_buffer(f"resize{axis}", matrix, persistent=False)

    def forward(self):
        t = self.values
        for axis in range(4):
            matrix = getattr(self, f"resize{axis}", None)
            if matrix is not None:
                t = torch.movedim(
                    torch.tensordot(matrix, t, dims=([1], [axis])), 0, axis
                )
        return t

    def fit(self, raw):
        self.values.data.copy_(raw)

    def zero(self):
        self.values.data.zero_()


class LaplacianBasis(nn.Module):
    """A sum of the same image at full, half, quarter … resolution: coarse changes are
    as easy as fine ones.

    Args as for `PixelBasis`, and `levels`: how many resolutions (4 gives 1, 1/2, 1/4,
        1/8).
    Source: Lucid `param/lowres.py`, `laplacian_pyramid_image`.
    """

    exact = True

    def __init__(
        self, size, *, batch=1, channels=3, levels=4, sd=0.01, seed=None, generator=None
    ):
        super().__init__()
        height, width = height_width(size)
        generator = make_generator(seed, generator)
        self.shape = (batch, channels, height, width)
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

    def forward(self):
        return sum(level() for level in self.levels)

    def fit(self, raw):
        self.zero()
        self.levels[0].fit(raw)

    def zero(self):
        for level in self.levels:
            level.zero()


class AllPairsBasis(nn.Module):
    """Morphs between every pair of K pictures at once, each pair sharing what the
    pictures have in common.

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

    exact = False

    def __init__(
        self,
        size,
        *,
        pictures,
        frames=5,
        channels=3,
        sd=0.01,
        seed=None,
        generator=None,
    ):
        super().__init__()
        height, width = height_width(size)
        generator = make_generator(seed, generator)
        self.pictures, self.frames = pictures, frames
        self.shape = (pictures * pictures * frames, channels, height, width)

        def pyramid(batch, rows, levels):
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

    def forward(self):
        k, frames = self.pictures, self.frames
        common = sum(level() for level in self.common)
        ends = [sum(level() for level in end) for end in self.ends]
        t = torch.linspace(0, 1, frames, device=common.device).view(-1, 1, 1, 1)
        films, pairs = {}, iter(self.pairs)
        for a in range(k):
            films[a, a] = (common + ends[a]).expand(frames, -1, -1, -1)
            for b in range(a + 1, k):
                own = sum(level() for level in next(pairs))
                films[a, b] = common + (1 - t) * ends[a] + t * ends[b] + own
                films[b, a] = films[a, b].flip(0)
        return torch.cat([films[a, b] for a in range(k) for b in range(k)])

    def zero(self):
        for values in self.parameters():
            values.data.zero_()


# ---- shared by the bases ---------------------------------------------------------------------------------


def fourier_amplitude(height, width, decay_power=1.0):
    """`(H, W // 2 + 1)`: 1 / max(f, 1 / max(H, W))^p / 4 for an orthonormal FFT; f in
    cycles per pixel.
    """
    fy, fx = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
    frequency = (fx**2 + fy**2).sqrt().clamp(min=1 / max(height, width))
    return frequency**-decay_power / 4


def linear_resize(full, n, *, centres, shift=0.0):
    """The `(full, n)` matrix of linear interpolation from n samples to `full`.

    `centres`: both sample their cells' centres (pictures); otherwise the first and last
    samples coincide (films). `shift` moves the samples by that many cells.
    """
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


def height_width(size):
    """`(H, W)` from one number or a pair."""
    height, width = (size, size) if isinstance(size, int) else tuple(size)
    if height < 1 or width < 1:
        raise ValueError(
            f"size={size!r} must be positive: one number, or (height, width)"
        )
    return int(height), int(width)


def make_generator(seed=None, generator=None):
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


def normal(shape, sd, seed=None, generator=None):
    """Gaussian numbers with the given standard deviation, drawn on the CPU so that
    seeds agree across devices.
    """
    return torch.randn(shape, generator=make_generator(seed, generator)) * sd
