import math

import numpy as np
import pytest
import scipy.ndimage
import torch

from dputils import measures
from dputils.images import random_image


def noise(count=4, size=96, seed=0, channels=3):
    return torch.randn(count, channels, size, size, generator=torch.Generator().manual_seed(seed))


def wave(cycles_per_pixel, size=96, angle=0.0):
    y, x = torch.meshgrid(torch.arange(size).double(), torch.arange(size).double(), indexing="ij")
    phase = 2 * math.pi * cycles_per_pixel * (x * math.cos(angle) + y * math.sin(angle))
    return (0.5 + 0.4 * phase.sin()).float().expand(1, 3, size, size)


def test_white_noise_has_the_area_outside_a_quarter_of_nyquist():
    """Equal power everywhere: the share is the area beyond the circle of radius 1/8 in the unit square, 1 - pi/64."""
    assert measures.high_frequency_share(noise()).mean().item() == pytest.approx(1 - math.pi / 64, abs=0.01)
    beyond_half = measures.high_frequency_share(noise(), above=0.25)
    assert beyond_half.mean().item() == pytest.approx(1 - math.pi / 16, abs=0.015)


def test_a_pure_wave_is_on_one_side():
    assert measures.high_frequency_share(wave(0.05)).item() < 0.01
    assert measures.high_frequency_share(wave(0.25)).item() > 0.99
    assert measures.high_frequency_share(wave(0.05, angle=0.7)).item() < 0.01


def test_two_waves_share_by_their_power():
    mixed = 3 * (wave(0.05) - 0.5) + 1 * (wave(0.3) - 0.5)
    assert measures.high_frequency_share(mixed).item() == pytest.approx(1 / (9 + 1), abs=0.005)


def test_share_ignores_brightness_and_contrast():
    x = noise(2)
    assert torch.allclose(measures.high_frequency_share(x), measures.high_frequency_share(0.1 * x + 0.7), atol=1e-4)
    assert measures.high_frequency_share(torch.full((1, 3, 32, 32), 0.4)).item() == pytest.approx(0, abs=1e-3)


def blurred(images, sd):
    smooth = scipy.ndimage.gaussian_filter(images.numpy(), (0, 0, sd, sd), mode="nearest")
    return torch.from_numpy(smooth)


def test_blurring_lowers_the_share():
    shares = [measures.high_frequency_share(blurred(noise(1), sd)).item() for sd in (0.5, 1.0, 2.0)]
    assert 0.95 > shares[0] > shares[1] > shares[2]
    # A Gaussian blur multiplies power by exp(-(2 pi f sd)^2); integrate that over both parts of the square.
    f = np.abs(np.fft.fftfreq(960))
    radius = np.hypot(f[:, None], f)
    power = np.exp(-((2 * math.pi * radius * 1.0) ** 2))
    assert shares[1] == pytest.approx(power[radius > 0.125].sum() / power.sum(), abs=0.05)


def test_smoother_pictures_have_a_smaller_share():
    shares = [measures.high_frequency_share(random_image(64, batch=4, decay_power=power, seed=0)).mean()
              for power in (0.5, 1, 1.5)]
    assert shares[0] > shares[1] > shares[2]


def test_pictures_are_measured_apart():
    both = torch.cat([wave(0.05), wave(0.25)])
    assert measures.high_frequency_share(both).tolist() == pytest.approx(
        [measures.high_frequency_share(x[None]).item() for x in both])


def test_centroid_of_a_wave_is_its_frequency():
    for f in (0.05, 0.125, 0.3):
        # Amplitude, unlike power, lets the Hann window's side lobes count a little.
        assert measures.spectral_centroid(wave(f)).item() == pytest.approx(f, abs=0.02)
    mean_radius = 0.3826  # of the unit square, from its centre
    assert measures.spectral_centroid(noise(1)).item() == pytest.approx(mean_radius, abs=0.01)


def test_radial_spectrum_has_one_peak_for_a_wave_and_is_flat_for_noise():
    frequencies, power = measures.radial_spectrum(wave(0.2), bins=32)
    assert frequencies[power[0].argmax()].item() == pytest.approx(0.2, abs=0.5 / 32)
    frequencies, power = measures.radial_spectrum(noise(16), bins=16)
    assert power.shape == (16, 16) and frequencies.shape == (16,)
    assert frequencies[[0, -1]].tolist() == pytest.approx([0.25 / 16, 0.5 - 0.25 / 16])
    ring = power.mean(0)[2:]
    assert (ring.max() / ring.min()).item() < 1.25


def test_radial_spectrum_shows_the_decay_power():
    frequencies, power = measures.radial_spectrum(
        torch.logit(random_image(128, batch=8, sd=0.01, decay_power=1.5, decorrelate=False, seed=0)), bins=16)
    slope = np.polyfit(frequencies[2:].log().numpy(), power.mean(0)[2:].log().numpy(), 1)[0]
    assert slope == pytest.approx(-3.0, abs=0.25)  # power falls as twice the amplitude's 1.5


def test_frame_change_is_the_root_mean_square_step():
    frames = torch.stack([torch.full((3, 8, 8), v) for v in (0.1, 0.3, 0.8)])
    assert measures.frame_change(frames).tolist() == pytest.approx([0.2, 0.5])
    x = torch.rand(3, 3, 16, 16)
    expected = (x[1:] - x[:-1]).pow(2).mean((1, 2, 3)).sqrt()
    assert torch.allclose(measures.frame_change(x, blur=0), expected)


def test_frame_change_forgives_texture_and_counts_landmarks():
    grain = 0.5 + 0.1 * noise(2, 64)
    moved = torch.zeros(2, 3, 64, 64)
    moved[0, :, 10:40, 10:40] = moved[1, :, 20:50, 20:50] = 0.5
    assert measures.frame_change(grain).item() < 0.2 * measures.frame_change(grain, blur=0).item()
    assert measures.frame_change(moved).item() > 0.85 * measures.frame_change(moved, blur=0).item()


def test_blurred_noise_has_the_closed_form_variance():
    """A Gaussian of sd s leaves 1 / (4 pi s^2) of white noise's variance; a difference of two frames twice that."""
    change = measures.frame_change(noise(2, 256), blur=2.0).item()
    assert change == pytest.approx(math.sqrt(2 / (4 * math.pi * 4)), rel=0.05)


def test_blur_does_not_darken_the_border():
    frames = torch.cat([torch.full((1, 3, 9, 9), 0.3), torch.full((1, 3, 9, 9), 0.5)])
    assert measures.frame_change(frames, blur=2.0).item() == pytest.approx(0.2, abs=1e-6)


def test_one_frame_cannot_change():
    with pytest.raises(ValueError, match="neighbouring frames; got 1"):
        measures.frame_change(torch.rand(1, 3, 8, 8))
