"""Assignment 1: pictures as Fourier coefficients, colours that vary independently."""

import math

import torch

from ..diagnosis import same
from ..exercises import (
    OWN_IDEA_RUBRIC,
    SWEEP_RUBRIC,
    Exercise,
    Experiment,
    Law,
    Misconception,
)

# ---- 1.1 -----------------------------------------------------------------------------


def frequencies(height: int, width: int) -> torch.Tensor:
    """Distance from zero frequency in cycles per pixel, `(H, W // 2 + 1)`.

    The order is that of `torch.fft.rfft2`.
    """
    return (
        torch.fft.fftfreq(height)[:, None] ** 2 + torch.fft.rfftfreq(width)[None] ** 2
    ).sqrt()


def slow_frequencies(height: int, width: int) -> torch.Tensor:
    """The same, one number at a time."""
    table = torch.zeros(height, width // 2 + 1)
    for row in range(height):
        # row k and row H - k hold the same wave, running up or down
        waves = min(row, height - row)
        for column in range(width // 2 + 1):
            table[row, column] = math.hypot(waves / height, column / width)
    return table


def _finds_a_wave(call, draw):
    height, width = draw.size(8, 13)
    across, down = draw.integer(1, width // 2 - 1), draw.integer(1, height // 2 - 1)
    y, x = torch.meshgrid(
        torch.arange(height) / height, torch.arange(width) / width, indexing="ij"
    )
    spectrum = torch.fft.rfft2(torch.cos(2 * math.pi * (down * y + across * x))).abs()
    found = call(height, width).flatten()[spectrum.argmax()]
    return abs(found - math.hypot(down / height, across / width)) < 1e-3


FREQUENCIES = Exercise(
    "1.1",
    "The frequency of every coefficient",
    "frequencies",
    frequencies,
    slow_frequencies,
    lambda draw: draw.size(),
    misconceptions=(
        Misconception(
            "height and width are swapped. "
            "The full axis of `rfft2` is the height, the halved one the width",
            lambda h, w: frequencies(w, h),
        ),
        Misconception(
            "this is the full spectrum. A picture is real, so `rfft2` keeps "
            "only half of the width: W // 2 + 1 columns, which `rfftfreq` "
            "lists",
            lambda h, w: torch.hypot(
                torch.fft.fftfreq(h)[:, None], torch.fft.fftfreq(w)[None]
            ),
        ),
        Misconception(
            "this is the squared frequency: the square root of fx² + fy² is missing",
            lambda h, w: frequencies(h, w) ** 2,
        ),
        Misconception(
            "this is |fx| + |fy|. "
            "The frequency of a slanted wave is the length of (fx, fy), √(fx² + fy²)",
            lambda h, w: (
                torch.fft.fftfreq(h).abs()[:, None] + torch.fft.rfftfreq(w)[None]
            ),
        ),
        Misconception(
            "these are cycles per picture; "
            "divide by the number of pixels along each axis",
            lambda h, w: torch.hypot(
                torch.fft.fftfreq(h, 1 / h)[:, None], torch.fft.rfftfreq(w, 1 / w)
            ),
        ),
        Misconception(
            "the rows run from 0 up to almost 1 cycle per pixel. The second "
            "half of `rfft2`'s rows are negative frequencies, nothing is "
            "faster than half a cycle per pixel; `fftfreq` knows the order",
            lambda h, w: (
                (torch.arange(h) / h)[:, None] ** 2 + torch.fft.rfftfreq(w)[None] ** 2
            ).sqrt(),
        ),
        Misconception(
            "zero frequency is in the middle. "
            "`rfft2` puts it first, at [0, 0]; without `fftshift` it fits",
            lambda h, w: torch.fft.fftshift(frequencies(h, w), dim=0),
        ),
    ),
    laws=(Law("a wave is found at its own frequency", _finds_a_wave),),
)

# ---- 1.2 -----------------------------------------------------------------------------


def amplitude(frequency: torch.Tensor, longest: int, power: float) -> torch.Tensor:
    """1 / f^power, where no frequency counts as lower than one cycle per picture."""
    return frequency.clamp(min=1 / longest) ** -power


def slow_amplitude(frequency: torch.Tensor, longest: int, power: float) -> torch.Tensor:
    """The same, one number at a time."""
    table = torch.zeros_like(frequency)
    for row in range(frequency.shape[0]):
        for column in range(frequency.shape[1]):
            table[row, column] = (
                1 / max(float(frequency[row, column]), 1 / longest) ** power
            )
    return table


def _amplitude_inputs(draw):
    height, width = draw.size()
    # The square case has nothing below the floor but the mean. The others have more, as
    # a table finer than the picture has.
    longest = max(height, width) - (0 if draw.square else draw.integer(2, 3))
    return frequencies(height, width), longest, draw.choice([0.5, 1.5, 2.0])


AMPLITUDE = Exercise(
    "1.2",
    "Scale the spectrum",
    "amplitude",
    amplitude,
    slow_amplitude,
    _amplitude_inputs,
    withheld=("dputils.images.bases:fourier_amplitude",),
    misconceptions=(
        Misconception(
            "the zero frequency, the picture's mean, is scaled to infinity. "
            "Let no frequency be below 1 / longest before you divide",
            lambda f, n, p: f**-p,
        ),
        Misconception(
            "the zero frequency is scaled by 0, so the picture's mean can "
            "never change. Give it the scale of frequency 1 / longest",
            lambda f, n, p: torch.where(f == 0, 0.0, f**-p),
        ),
        Misconception(
            "the zero frequency has scale 1. "
            "Give it the scale of frequency 1 / longest",
            lambda f, n, p: torch.where(f == 0, 1.0, f**-p),
        ),
        Misconception(
            "only the zero frequency is lifted to 1 / longest. "
            "Every frequency below that floor counts as if it were that one",
            lambda f, n, p: torch.where(f == 0, 1 / n, f) ** -p,
        ),
        Misconception(
            "1 / longest is added to every frequency. "
            "It is a floor: only what is lower is lifted to it",
            lambda f, n, p: (f + 1 / n) ** -p,
        ),
        Misconception(
            "the sign of the exponent is wrong: "
            "fine detail is made strong, and coarse shapes weak",
            lambda f, n, p: f.clamp(min=1 / n) ** p,
        ),
        Misconception(
            "the exponent is ignored: this is 1 / f for every power",
            lambda f, n, p: 1 / f.clamp(min=1 / n),
        ),
        Misconception(
            "the floor is in the wrong unit. Frequencies are in cycles per "
            "pixel, one cycle per picture is 1 / longest, not 1",
            lambda f, n, p: f.clamp(min=1) ** -p,
        ),
    ),
    laws=(
        Law(
            "with power 0 all frequencies count alike, the zero one too",
            lambda call, draw: same(call(frequencies(6, 7), 7, 0.0), torch.ones(6, 4)),
        ),
    ),
)

# ---- 1.3 -----------------------------------------------------------------------------


def to_picture(
    spectrum: torch.Tensor, amplitude: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Raw pixels `(N, C, H, W)` from a spectrum `(N, C, H, W // 2 + 1, 2)`, scaled."""
    return torch.fft.irfft2(
        torch.view_as_complex(spectrum) * amplitude, s=(height, width), norm="ortho"
    )


def slow_to_picture(
    spectrum: torch.Tensor, amplitude: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """The definition: each coefficient adds its waves, also of the missing half."""
    scaled = (
        torch.complex(spectrum[..., 0], spectrum[..., 1]).to(torch.complex128)
        * amplitude
    )
    y = torch.arange(height, dtype=torch.float64)[:, None]
    x = torch.arange(width, dtype=torch.float64)[None]
    picture = torch.zeros(*spectrum.shape[:2], height, width, dtype=torch.float64)
    for row in range(height):
        for column in range(width // 2 + 1):
            angle = 2 * math.pi * (row * y / height + column * x / width)
            # its mirror image is in the table itself
            alone = column == 0 or 2 * column == width
            wave = torch.complex(torch.cos(angle), torch.sin(angle)) * (
                1 if alone else 2
            )
            picture += (scaled[..., row, column, None, None] * wave).real
    return (picture / math.sqrt(height * width)).float()


def _spectrum_inputs(draw):
    height, width = draw.size()
    table = amplitude(frequencies(height, width), max(height, width), 1.0)
    return (
        draw.normal(draw.integer(1, 2), 3, height, width // 2 + 1, 2),
        table,
        height,
        width,
    )


def _round_trip(call, draw):
    height, width = draw.size()
    raw = draw.normal(2, 3, height, width)
    table = amplitude(frequencies(height, width), max(height, width), 1.0)
    spectrum = torch.view_as_real(torch.fft.rfft2(raw, norm="ortho") / table)
    return same(call(spectrum, table, height, width), raw)


def _twice(call, draw):
    spectrum, table, height, width = _spectrum_inputs(draw)
    return same(
        call(2 * spectrum, table, height, width),
        2 * call(spectrum, table, height, width),
    )


def _wrong_irfft(spectrum, table, height, width, **options):
    options = {"s": (height, width), "norm": "ortho"} | options
    return torch.fft.irfft2(torch.view_as_complex(spectrum) * table, **options)


TO_PICTURE = Exercise(
    "1.3",
    "From the spectrum to a picture",
    "to_picture",
    to_picture,
    slow_to_picture,
    _spectrum_inputs,
    gradient=(0,),
    withheld=("dputils.images.bases:FourierBasis",),
    misconceptions=(
        Misconception(
            "an odd width loses a column: the half spectrum of width 7 and "
            "of width 6 have the same size, so `irfft2` has to be told the "
            "size, s=(height, width)",
            lambda z, a, h, w: _wrong_irfft(z, a, h, w, s=None),
        ),
        Misconception(
            "height and width are swapped in `s`",
            lambda z, a, h, w: _wrong_irfft(z, a, h, w, s=(w, h)),
        ),
        Misconception(
            'the default norm divides by H·W. With norm="ortho" the '
            "picture and its spectrum have the same energy, and step sizes "
            "do not depend on the picture's size",
            lambda z, a, h, w: _wrong_irfft(z, a, h, w, norm="backward"),
        ),
        Misconception(
            "the spectrum is not scaled by `amplitude`",
            lambda z, a, h, w: _wrong_irfft(z, torch.ones_like(a), h, w),
        ),
        Misconception(
            "the imaginary part is ignored: "
            "only `spectrum[..., 0]` counts, and nothing can be shifted",
            lambda z, a, h, w: _wrong_irfft(z * torch.tensor([1.0, 0.0]), a, h, w),
        ),
        Misconception(
            "real and imaginary parts are swapped; the real one is `spectrum[..., 0]`",
            lambda z, a, h, w: _wrong_irfft(z.flip(-1).contiguous(), a, h, w),
        ),
        Misconception(
            "this is a full inverse transform of half a spectrum. "
            "`irfft2` adds the other half",
            lambda z, a, h, w: (
                torch.fft.ifft2(
                    torch.view_as_complex(z) * a, s=(h, w), norm="ortho"
                ).real
            ),
        ),
        Misconception(
            "the spectrum is cut off from the graph (detach, .data, no_grad "
            "or a new torch.tensor), so no gradient reaches it and nothing "
            "can be optimized",
            lambda z, a, h, w: _wrong_irfft(z.detach(), a, h, w),
        ),
    ),
    laws=(
        Law(
            "a picture comes back from its own spectrum, for odd sizes too", _round_trip
        ),
        Law("twice the spectrum is twice the picture", _twice),
    ),
)

# ---- 1.4 -----------------------------------------------------------------------------


def mix_colours(raw: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Every pixel's three numbers `(N, 3, H, W)` times a matrix `(3, 3)`.

    The matrix has rows for red, green and blue.
    """
    return torch.einsum("ck,nkhw->nchw", matrix, raw)


def slow_mix_colours(raw: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """The same, one pixel at a time."""
    mixed = torch.zeros_like(raw)
    for n in range(raw.shape[0]):
        for y in range(raw.shape[2]):
            for x in range(raw.shape[3]):
                for colour in range(3):
                    mixed[n, colour, y, x] = sum(
                        matrix[colour, k] * raw[n, k, y, x] for k in range(3)
                    )
    return mixed


def _mix_inputs(draw):
    # 3 × 3 fits a product on the wrong axes too
    height, width = (3, 3) if draw.square else draw.size(4, 7)
    return draw.normal(2, 3, height, width), draw.normal(3, 3)


def _pixel_by_pixel(call, draw):
    raw, matrix = draw.normal(1, 3, 4, 5), draw.normal(3, 3)
    order = draw.order(20)

    def shuffled(picture):
        return picture.flatten(2)[..., order].unflatten(2, (4, 5))

    return same(call(shuffled(raw), matrix), shuffled(call(raw, matrix)))


MIX_COLOURS = Exercise(
    "1.4",
    "Mix the colours",
    "mix_colours",
    mix_colours,
    slow_mix_colours,
    _mix_inputs,
    gradient=(0,),
    misconceptions=(
        Misconception(
            "the matrix is transposed: "
            "row c of the matrix makes colour c, so the sum runs over its columns",
            lambda raw, m: mix_colours(raw, m.T),
        ),
        Misconception(
            "the product runs over the wrong axis: "
            "`raw @ matrix` mixes columns of the picture, not colours",
            torch.matmul,
        ),
        Misconception(
            "the product runs over the wrong axis: "
            "`matrix @ raw` mixes rows of the picture, not colours",
            lambda raw, m: m @ raw,
        ),
        Misconception(
            "each channel is only scaled, "
            "by the diagonal of the matrix; nothing is mixed",
            lambda raw, m: raw * m.diagonal().view(1, 3, 1, 1),
        ),
        Misconception(
            "the picture is cut off from the graph, so no gradient reaches it",
            lambda raw, m: mix_colours(raw.detach(), m),
        ),
    ),
    laws=(
        Law(
            "every pixel is mixed by itself, "
            "so shuffling pixels before or after is the same",
            _pixel_by_pixel,
        ),
    ),
)

# ---- 1.5 -----------------------------------------------------------------------------


def colour_root(pixels: torch.Tensor) -> torch.Tensor:
    """The symmetric A `(3, 3)` with A Aᵀ = the covariance of colours `(P, 3)`."""
    values, vectors = torch.linalg.eigh(_covariance(pixels))
    return vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T


def slow_colour_root(pixels: torch.Tensor) -> torch.Tensor:
    """Another such A, by the definition of covariance and Cholesky's algorithm."""
    mean = [sum(float(p[c]) for p in pixels) / len(pixels) for c in range(3)]
    covariance = [
        [
            sum((float(p[a]) - mean[a]) * (float(p[b]) - mean[b]) for p in pixels)
            / len(pixels)
            for b in range(3)
        ]
        for a in range(3)
    ]
    root = torch.zeros(3, 3)
    for a in range(3):
        for b in range(a + 1):
            rest = covariance[a][b] - sum(
                float(root[a, k] * root[b, k]) for k in range(b)
            )
            root[a, b] = math.sqrt(rest) if a == b else rest / float(root[b, b])
    return root


def _covariance(pixels):
    centred = pixels - pixels.mean(0)
    return centred.T @ centred / len(pixels)


def _squared(root, pixels):
    if root.shape != (3, 3):
        raise ValueError(f"a matrix of shape (3, 3) is wanted, not {tuple(root.shape)}")
    return root @ root.T


def _rows_for_columns(pixels):
    values, vectors = torch.linalg.eigh(_covariance(pixels))
    return torch.diag(values.sqrt()) @ vectors


def _pixel_inputs(draw):
    mixing = torch.eye(3) + 0.6 * draw.uniform(3, 3)
    return (0.5 + 0.15 * draw.normal(240, 3) @ mixing.T + 0.1 * draw.normal(3),)


def _gives_the_covariance(call, draw):
    (pixels,) = _pixel_inputs(draw)
    return same(call(pixels) @ call(pixels).T, _covariance(pixels), 0.02)


COLOUR_ROOT = Exercise(
    "1.5",
    "Which colours vary together",
    "colour_root",
    colour_root,
    slow_colour_root,
    _pixel_inputs,
    observe=_squared,
    tolerance=0.015,  # dividing by P - 1 is taken, but not in silence
    tolerated=(
        Misconception(
            "This divides by P − 1 (as `torch.cov` does), where the text takes the "
            "mean, dividing by P; with many pixels it is the same",
            lambda p: colour_root(p) * (len(p) / (len(p) - 1)) ** 0.5,
        ),
    ),
    misconceptions=(
        Misconception(
            "the mean is not subtracted: "
            "a covariance is about deviations from the mean colour",
            lambda p: torch.linalg.cholesky(p.T @ p / len(p)),
        ),
        Misconception(
            "this is the covariance itself, or has its eigenvalues instead "
            "of their square roots. A square root is wanted, A with A Aᵀ = "
            "covariance",
            _covariance,
        ),
        Misconception(
            "this is the root of the correlation: "
            "the channels' own spreads were divided away",
            lambda p: torch.linalg.cholesky(torch.corrcoef(p.T)),
        ),
        Misconception(
            "this is AᵀA = covariance, the factor the wrong way round; "
            "A Aᵀ is wanted. Transpose it",
            lambda p: torch.linalg.cholesky(_covariance(p)).T,
        ),
        Misconception(
            "this is the square root of every entry. "
            "The root of a matrix is not the matrix of roots",
            lambda p: _covariance(p).sqrt(),
        ),
        Misconception(
            "only each channel's spread is kept, not what they share",
            lambda p: torch.diag(p.std(0)),
        ),
        Misconception(
            "the sum is not divided by the number of pixels",
            lambda p: colour_root(p * len(p) ** 0.5),
        ),
        Misconception(
            "the eigenvectors are in the wrong place: `eigh` returns them as "
            "columns, so the factor is vectors · diag(√values)",
            _rows_for_columns,
        ),
    ),
    laws=(Law("A Aᵀ is the covariance of the pixels", _gives_the_covariance),),
)

EXERCISES = [FREQUENCIES, AMPLITUDE, TO_PICTURE, MIX_COLOURS, COLOUR_ROOT]
EXPERIMENTS = [
    Experiment("1.6", "How steep should the spectrum fall?", SWEEP_RUBRIC),
    Experiment("1.7", "An idea of your own", OWN_IDEA_RUBRIC),
]
