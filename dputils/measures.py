"""Numbers for claims: what a picture's spectrum holds, and how much a film changes from frame to frame."""

import torch

NYQUIST = 0.5  # cycles per pixel


def power_spectrum(images):
    """Power at each frequency, summed over channels, without the mean: `(N, H, W)`, unshifted.

    Each channel's mean is taken out first; a Hann window keeps the picture's borders from counting as edges.
    """
    x = images.detach().float()
    x = x - x.mean((2, 3), keepdim=True)
    window = torch.hann_window(x.shape[2], periodic=False)[:, None] * torch.hann_window(x.shape[3], periodic=False)
    return torch.fft.fft2(x * window.to(x)).abs().square().sum(1)


def frequency_radius(height, width):
    """Distance from zero frequency, in cycles per pixel, `(H, W)`, unshifted."""
    return (torch.fft.fftfreq(height)[:, None] ** 2 + torch.fft.fftfreq(width)[None] ** 2).sqrt()


def high_frequency_share(images, above=NYQUIST / 4):
    """Share of each picture's energy above a frequency in cycles per pixel (default a quarter of Nyquist): `(N,)`.

    A photograph has a few per cent there, white noise more than nine tenths.
    """
    power = power_spectrum(images)
    high = (frequency_radius(*power.shape[1:]) > above).to(power)
    return (power * high).sum((1, 2)) / power.sum((1, 2)).clamp(min=1e-20)


def spectral_centroid(images):
    """Mean frequency, weighted by amplitude, in cycles per pixel: `(N,)`. Finer detail gives a larger number."""
    amplitude = power_spectrum(images).sqrt()
    radius = frequency_radius(*amplitude.shape[1:]).to(amplitude)
    return (amplitude * radius).sum((1, 2)) / amplitude.sum((1, 2)).clamp(min=1e-20)


def radial_spectrum(images, bins=32):
    """Mean power in rings from 0 to Nyquist: their frequencies `(bins,)` in cycles per pixel, power `(N, bins)`."""
    power = power_spectrum(images)
    ring = (frequency_radius(*power.shape[1:]) / NYQUIST * bins).long()
    inside = (ring < bins).flatten()
    index = ring.flatten()[inside].to(power.device)
    total = power.new_zeros(len(power), bins).index_add(1, index, power.flatten(1)[:, inside])
    count = power.new_zeros(bins).index_add(0, index, torch.ones_like(index, dtype=power.dtype))
    return (torch.arange(bins) + 0.5) * NYQUIST / bins, total / count.clamp(min=1)


def frame_change(frames, blur=2.0):
    """RMS change between neighbouring frames `(N, C, H, W)`, after a Gaussian blur of `blur` pixels: `(N - 1,)`.

    The blur forgives texture that shimmers and counts landmarks that move.
    """
    if len(frames) < 2:
        raise ValueError(f"frame_change compares neighbouring frames; got {len(frames)} frame")
    x = frames.detach().float()
    if blur:
        from kornia.filters import gaussian_blur2d  # imported late: kornia takes a second to load

        x = gaussian_blur2d(x, 2 * round(3 * blur) + 1, (blur, blur), border_type="replicate")
    return (x[1:] - x[:-1]).square().mean((1, 2, 3)).sqrt()
