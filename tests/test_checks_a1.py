"""Assignment 1: solutions that students write, right and wrong."""

import math

import numpy as np
import torch
from checks_bank import bank, right, wrong

# ---- 1.1 frequencies ----------------------------------------------------------------


@right("1.1")
def meshgrid(height, width):
    fy, fx = torch.meshgrid(
        torch.fft.fftfreq(height), torch.fft.rfftfreq(width), indexing="ij"
    )
    return torch.sqrt(fx * fx + fy * fy)


@right("1.1")
def from_arange(height, width):
    j = torch.arange(height)
    fy = torch.minimum(j, height - j) / height
    return torch.hypot(
        fy.view(-1, 1), (torch.arange(width // 2 + 1) / width).view(1, -1)
    )


@right("1.1")
def through_numpy(height, width):
    return torch.tensor(
        np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]),
        dtype=torch.float32,
    )


@wrong("1.1", "height and width", "swapped")
def swapped(height, width):
    fy, fx = torch.meshgrid(
        torch.fft.fftfreq(width), torch.fft.rfftfreq(height), indexing="ij"
    )
    return torch.sqrt(fx**2 + fy**2)


@wrong("1.1", "full spectrum", "half")
def full(height, width):
    fy, fx = torch.meshgrid(
        torch.fft.fftfreq(height), torch.fft.fftfreq(width), indexing="ij"
    )
    return torch.sqrt(fx**2 + fy**2)


@wrong("1.1", "squared", "square root")
def squared(height, width):
    return (
        torch.fft.fftfreq(height)[:, None].square() + torch.fft.rfftfreq(width).square()
    )


@wrong("1.1", "|fx| + |fy|")
def city_block(height, width):
    return torch.fft.fftfreq(height)[:, None].abs() + torch.fft.rfftfreq(width)


@wrong("1.1", "cycles per picture")
def per_picture(height, width):
    y, x = (
        torch.fft.fftfreq(height, d=1 / height),
        torch.fft.rfftfreq(width, d=1 / width),
    )
    return (y[:, None] ** 2 + x**2).sqrt()


@wrong("1.1", "negative frequencies")
def never_negative(height, width):
    return (
        (torch.arange(height) / height)[:, None] ** 2
        + (torch.arange(width // 2 + 1) / width) ** 2
    ) ** 0.5


@wrong("1.1", "middle", "fftshift")
def centred(height, width):
    fy = torch.fft.fftshift(torch.fft.fftfreq(height))
    return (fy[:, None] ** 2 + torch.fft.rfftfreq(width) ** 2).sqrt()


@wrong("1.1", "return")
def forgot_to_return(height, width):
    (torch.fft.fftfreq(height)[:, None] ** 2 + torch.fft.rfftfreq(width) ** 2).sqrt()


@wrong("1.1", "NameError", "rfftfreqs")
def misspelt(height, width):
    return rfftfreqs(width)  # noqa: F821


# ---- 1.2 amplitude -----------------------------------------------------------------


@right("1.2")
def power_of_clamped(frequency, longest, power):
    return frequency.clamp(min=1 / longest).pow(-power)


@right("1.2")
def with_where(frequency, longest, power):
    lowest = torch.tensor(1.0 / longest)
    return torch.where(frequency < lowest, lowest, frequency) ** (-power)


@right("1.2")
def with_exponentials(frequency, longest, power):
    return torch.exp(
        -power
        * torch.log(torch.maximum(frequency, torch.full_like(frequency, 1 / longest)))
    )


@wrong("1.2", "zero frequency", "infin")
def infinite_mean(frequency, longest, power):
    return 1 / frequency.pow(power)


@wrong("1.2", "zero frequency", "scaled by 0")
def dead_mean(frequency, longest, power):
    scale = 1 / frequency.pow(power)
    scale[torch.isinf(scale)] = 0
    return scale


@wrong("1.2", "zero frequency", "scale 1")
def mean_is_one(frequency, longest, power):
    f = frequency.clone()
    f[0, 0] = 1
    return f**-power


@wrong("1.2", "added")
def epsilon_added(frequency, longest, power):
    return 1 / (frequency + 1 / longest) ** power


@wrong("1.2", "sign of the exponent")
def upside_down(frequency, longest, power):
    return frequency.clamp(min=1 / longest).pow(power)


@wrong("1.2", "exponent is ignored")
def always_one_over_f(frequency, longest, power):
    return frequency.clamp(min=1 / longest).reciprocal()


@wrong("1.2", "unit", "cycles per pixel")
def floor_of_one(frequency, longest, power):
    return torch.maximum(frequency, torch.ones(())) ** -power


@wrong("1.2", "overwrites its own argument")
def in_place(frequency, longest, power):
    frequency[frequency < 1 / longest] = 1 / longest
    return frequency**-power


# ---- 1.3 to_picture ----------------------------------------------------------------


@right("1.3")
def complex_by_hand(spectrum, amplitude, height, width):
    z = torch.complex(spectrum[..., 0], spectrum[..., 1])
    return torch.fft.irfftn(
        amplitude * z, s=(height, width), dim=(-2, -1), norm="ortho"
    )


@right("1.3")
def scaled_first(spectrum, amplitude, height, width):
    parts = spectrum * amplitude[..., None]
    picture = torch.fft.irfft2(torch.view_as_complex(parts), s=[height, width])
    return picture * math.sqrt(height * width)


@right("1.3")
def one_axis_after_the_other(spectrum, amplitude, height, width):
    rows = torch.fft.ifft(
        (spectrum[..., 0] + 1j * spectrum[..., 1]) * amplitude, dim=-2, norm="ortho"
    )
    return torch.fft.irfft(rows, n=width, dim=-1, norm="ortho")


@wrong("1.3", "odd width")
def no_size(spectrum, amplitude, height, width):
    return torch.fft.irfft2(torch.view_as_complex(spectrum) * amplitude, norm="ortho")


@wrong("1.3", "height and width are swapped")
def size_swapped(spectrum, amplitude, height, width):
    return torch.fft.irfft2(
        torch.view_as_complex(spectrum) * amplitude, s=(width, height), norm="ortho"
    )


@wrong("1.3", "norm", "ortho")
def default_norm(spectrum, amplitude, height, width):
    return torch.fft.irfft2(
        torch.view_as_complex(spectrum) * amplitude, s=(height, width)
    )


@wrong("1.3", "not scaled")
def unscaled(spectrum, amplitude, height, width):
    return torch.fft.irfft2(
        torch.view_as_complex(spectrum), s=(height, width), norm="ortho"
    )


@wrong("1.3", "imaginary part is ignored")
def real_only(spectrum, amplitude, height, width):
    return torch.fft.irfft2(
        spectrum[..., 0] * amplitude, s=(height, width), norm="ortho"
    )


@wrong("1.3", "real and imaginary parts are swapped")
def parts_swapped(spectrum, amplitude, height, width):
    z = torch.complex(spectrum[..., 1], spectrum[..., 0]) * amplitude
    return torch.fft.irfft2(z, s=(height, width), norm="ortho")


@wrong("1.3", "full inverse transform")
def full_inverse(spectrum, amplitude, height, width):
    z = torch.view_as_complex(spectrum) * amplitude
    return torch.fft.ifft2(z, s=(height, width), norm="ortho").real


@wrong("1.3", "gradient", "cut off")
def detached(spectrum, amplitude, height, width):
    z = torch.view_as_complex(spectrum.data) * amplitude
    return torch.fft.irfft2(z, s=(height, width), norm="ortho")


@wrong("1.3", "complex")
def full_inverse_complex(spectrum, amplitude, height, width):
    z = torch.view_as_complex(spectrum) * amplitude
    return torch.fft.ifft2(z, s=(height, width), norm="ortho")


# ---- 1.4 mix_colours ---------------------------------------------------------------


@right("1.4")
def moved_axes(raw, matrix):
    return (raw.permute(0, 2, 3, 1) @ matrix.T).permute(0, 3, 1, 2)


@right("1.4")
def as_convolution(raw, matrix):
    return torch.nn.functional.conv2d(raw, matrix[:, :, None, None])


@right("1.4")
def in_a_loop(raw, matrix):
    rows = [sum(matrix[c, k] * raw[:, k] for k in range(3)) for c in range(3)]
    return torch.stack(rows, dim=1)


@wrong("1.4", "transposed")
def transposed(raw, matrix):
    return torch.einsum("kc,nkhw->nchw", matrix, raw)


@wrong("1.4", "wrong axis", "columns")
def columns_mixed(raw, matrix):
    return raw @ matrix


@wrong("1.4", "wrong axis", "rows")
def rows_mixed(raw, matrix):
    return matrix @ raw


@wrong("1.4", "diagonal", "nothing is mixed")
def only_scaled(raw, matrix):
    return raw * torch.diag(matrix)[None, :, None, None]


@wrong("1.4", "gradient", "cut off")
def colours_detached(raw, matrix):
    with torch.no_grad():
        return torch.einsum("ck,nkhw->nchw", matrix, raw)


@wrong("1.4", "every pixel is mixed by itself")
def positions_too(raw, matrix):
    return torch.einsum("ck,nkhw->nchw", matrix, raw).flip(-1)


# ---- 1.5 colour_root ---------------------------------------------------------------


@right("1.5")
def by_cholesky(pixels):
    return torch.linalg.cholesky(torch.cov(pixels.T))


@right("1.5")
def by_svd(pixels):
    _, s, vt = torch.linalg.svd(
        pixels - pixels.mean(dim=0, keepdim=True), full_matrices=False
    )
    return vt.T * s / math.sqrt(len(pixels))


@right("1.5")
def symmetric(pixels):
    c = torch.cov(pixels.T, correction=0)
    values, vectors = torch.linalg.eigh(c)
    return vectors @ values.sqrt().diag() @ vectors.T


@wrong("1.5", "mean is not subtracted")
def not_centred(pixels):
    return torch.linalg.cholesky(pixels.T @ pixels / pixels.shape[0])


@wrong("1.5", "covariance itself")
def no_root(pixels):
    return torch.cov(pixels.T)


@wrong("1.5", "correlation")
def whitened(pixels):
    z = (pixels - pixels.mean(0)) / pixels.std(0)
    return torch.linalg.cholesky(z.T @ z / len(z))


@wrong("1.5", "wrong way round")
def upper(pixels):
    return torch.linalg.cholesky(torch.cov(pixels.T), upper=True)


@wrong("1.5", "every entry")
def elementwise(pixels):
    return torch.cov(pixels.T, correction=0).sqrt()


@wrong("1.5", "each channel's spread")
def standard_deviations(pixels):
    return torch.diag(pixels.std(0))


@wrong("1.5", "sum is not divided by the number of pixels")
def a_sum(pixels):
    d = pixels - pixels.mean(0)
    return torch.linalg.cholesky(d.T @ d)


@wrong("1.5", "eigenvectors", "columns")
def eigenvectors_as_rows(pixels):
    values, vectors = torch.linalg.eigh(torch.cov(pixels.T))
    return values.sqrt()[:, None] * vectors


test_right_ones_pass, test_wrong_ones_are_named = bank("1.")
