import math

import numpy as np
import pytest
import scipy.ndimage
import torch

from dputils.book import measures
from dputils.data import sample_image
from dputils.images import random_image
from dputils.rasterize import sample_texture
from dputils.scene import Mesh, cut_points, shared_edges


def noise(count=4, size=96, seed=0, channels=3):
    return torch.randn(
        count, channels, size, size, generator=torch.Generator().manual_seed(seed)
    )


def wave(cycles_per_pixel, size=96, angle=0.0):
    y, x = torch.meshgrid(
        torch.arange(size).double(), torch.arange(size).double(), indexing="ij"
    )
    phase = 2 * math.pi * cycles_per_pixel * (x * math.cos(angle) + y * math.sin(angle))
    return (0.5 + 0.4 * phase.sin()).float().expand(1, 3, size, size)


def test_white_noise_has_the_area_outside_a_quarter_of_nyquist():
    """Equal power everywhere: the share is the area beyond the circle of radius 1/8 in
    the unit square, 1 - pi/64.
    """
    assert measures.high_frequency_share(noise()).mean().item() == pytest.approx(
        1 - math.pi / 64, abs=0.01
    )
    beyond_half = measures.high_frequency_share(noise(), above=0.25)
    assert beyond_half.mean().item() == pytest.approx(1 - math.pi / 16, abs=0.015)


def test_a_pure_wave_is_on_one_side():
    assert measures.high_frequency_share(wave(0.05)).item() < 0.01
    assert measures.high_frequency_share(wave(0.25)).item() > 0.99
    assert measures.high_frequency_share(wave(0.05, angle=0.7)).item() < 0.01


def test_two_waves_share_by_their_power():
    mixed = 3 * (wave(0.05) - 0.5) + 1 * (wave(0.3) - 0.5)
    assert measures.high_frequency_share(mixed).item() == pytest.approx(
        1 / (9 + 1), abs=0.005
    )


def test_share_ignores_brightness_and_contrast():
    x = noise(2)
    assert torch.allclose(
        measures.high_frequency_share(x),
        measures.high_frequency_share(0.1 * x + 0.7),
        atol=1e-4,
    )
    assert measures.high_frequency_share(
        torch.full((1, 3, 32, 32), 0.4)
    ).item() == pytest.approx(0, abs=1e-3)


def blurred(images, sd):
    smooth = scipy.ndimage.gaussian_filter(
        images.numpy(), (0, 0, sd, sd), mode="nearest"
    )
    return torch.from_numpy(smooth)


def test_blurring_lowers_the_share():
    shares = [
        measures.high_frequency_share(blurred(noise(1), sd)).item()
        for sd in (0.5, 1.0, 2.0)
    ]
    assert 0.95 > shares[0] > shares[1] > shares[2]
    # A Gaussian blur multiplies power by exp(-(2 pi f sd)^2); integrate that over both
    # parts of the square.
    f = np.abs(np.fft.fftfreq(960))
    radius = np.hypot(f[:, None], f)
    power = np.exp(-((2 * math.pi * radius * 1.0) ** 2))
    assert shares[1] == pytest.approx(
        power[radius > 0.125].sum() / power.sum(), abs=0.05
    )


def test_smoother_pictures_have_a_smaller_share():
    shares = [
        measures.high_frequency_share(
            random_image(64, batch=4, decay_power=power, seed=0)
        ).mean()
        for power in (0.5, 1, 1.5)
    ]
    assert shares[0] > shares[1] > shares[2]


def test_pictures_are_measured_apart():
    both = torch.cat([wave(0.05), wave(0.25)])
    assert measures.high_frequency_share(both).tolist() == pytest.approx(
        [measures.high_frequency_share(x[None]).item() for x in both]
    )


def test_centroid_of_a_wave_is_its_frequency():
    for f in (0.05, 0.125, 0.3):
        # Amplitude, unlike power, lets the Hann window's side lobes count a little.
        assert measures.spectral_centroid(wave(f)).item() == pytest.approx(f, abs=0.02)
    mean_radius = 0.3826  # of the unit square, from its centre
    assert measures.spectral_centroid(noise(1)).item() == pytest.approx(
        mean_radius, abs=0.01
    )


def disc(size=96, radius=0.3):
    y, x = torch.meshgrid(*2 * [(torch.arange(size) + 0.5) / size - 0.5], indexing="ij")
    return (torch.hypot(x, y) < radius).float().expand(1, 3, size, size)


def checkerboard(squares, size=96):
    row = torch.arange(size) * squares // size
    return ((row + row[:, None]) % 2).float().expand(1, 3, size, size)


def cat(size=96):
    return sample_image("cat", size)


def spots(images, **options):
    return measures.spots(images, **options).tolist()


def test_spots_tell_detail_from_one_sharp_edge():
    """The frequency does not: to it a hard disc is nearly as fine as a cat."""
    centroids = [measures.spectral_centroid(x).item() for x in (disc(), cat())]
    assert 0.9 < centroids[0] / centroids[1] < 1.1
    assert spots(disc()) == [2] and spots(cat())[0] > 20
    ramp = torch.linspace(0, 1, 96).expand(1, 3, 96, 96)
    assert spots(ramp) == [2] and spots(torch.full((1, 3, 9, 9), 0.4)) == [0]
    assert spots(noise(1))[0] > 500


@pytest.mark.parametrize("squares", [2, 4, 8, 12])
def test_spots_of_a_checkerboard_are_its_squares(squares):
    board = checkerboard(squares)
    assert spots(board) == [squares**2]
    soft = blurred(board, 0.2 * 96 / squares)
    assert spots(soft) == [squares**2], "blur took sharpness, and no square"
    assert (
        measures.spectral_centroid(soft).item()
        < 0.7 * measures.spectral_centroid(board).item()
    )


def test_blur_that_takes_detail_takes_spots():
    x = noise(1)
    counts = [spots(blurred(x, sd))[0] for sd in (0.5, 1.0, 2.0, 4.0)]
    assert counts == sorted(counts, reverse=True) and counts[0] > 10 * counts[-1]
    sharp, soft = disc(), blurred(disc(), 4.0)
    assert spots(sharp) == spots(soft) == [2]


def test_spots_ignore_brightness_and_contrast_and_faint_grain():
    x = cat(48)
    assert spots(x) == spots(0.3 * x + 0.5)
    grain = disc(48) + 0.02 * noise(1, 48)
    assert spots(grain) == [2]
    assert spots(grain, contrast=0.05)[0] > 20
    both = torch.cat([x, disc(48)])
    assert spots(both) == spots(x) + spots(disc(48))
    faint = 0.01 * disc(48) + 0.4
    assert spots(faint) == [2] and spots(faint, level=0.1) == [0]
    assert spots(disc(48), level=0.1) == [2]
    with pytest.raises(ValueError, match="level=0 must be positive"):
        measures.spots(x, level=0)
    with pytest.raises(ValueError, match="contrast=0 must be positive"):
        measures.spots(x, contrast=0)


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
        torch.logit(
            random_image(
                128, batch=8, sd=0.01, decay_power=1.5, decorrelate=False, seed=0
            )
        ),
        bins=16,
    )
    slope = np.polyfit(
        frequencies[2:].log().numpy(), power.mean(0)[2:].log().numpy(), 1
    )[0]
    # power falls as twice the amplitude's 1.5
    assert slope == pytest.approx(-3.0, abs=0.25)


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
    assert (
        measures.frame_change(grain).item()
        < 0.2 * measures.frame_change(grain, blur=0).item()
    )
    assert (
        measures.frame_change(moved).item()
        > 0.85 * measures.frame_change(moved, blur=0).item()
    )


def test_blurred_noise_has_the_closed_form_variance():
    """A Gaussian of sd s leaves 1 / (4 pi s^2) of white noise's variance; a difference
    of two frames twice that.
    """
    change = measures.frame_change(noise(2, 256), blur=2.0).item()
    assert change == pytest.approx(math.sqrt(2 / (4 * math.pi * 4)), rel=0.05)


def test_blur_does_not_darken_the_border():
    frames = torch.cat([torch.full((1, 3, 9, 9), 0.3), torch.full((1, 3, 9, 9), 0.5)])
    assert measures.frame_change(frames, blur=2.0).item() == pytest.approx(
        0.2, abs=1e-6
    )


def test_one_frame_cannot_change():
    with pytest.raises(ValueError, match="neighbouring frames; got 1"):
        measures.frame_change(torch.rand(1, 3, 8, 8))


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 170])
def test_orientation_of_parallel_lines(degrees):
    """A wave along `angle`, y downwards, has its lines at right angles to it, counted
    with y upwards.
    """
    angle, strength = measures.orientation(wave(0.08, angle=math.radians(90 - degrees)))
    assert math.degrees(angle.item()) == pytest.approx(degrees, abs=1) or degrees == 0
    assert math.sin(angle.item() - math.radians(degrees)) == pytest.approx(0, abs=0.02)
    assert strength.item() > 0.98


def test_orientation_of_noise_is_weak_and_of_a_grid_undecided():
    assert measures.orientation(noise(4, 128))[1].max() < 0.1
    grid = wave(0.08) + wave(0.08, angle=math.pi / 2)
    assert measures.orientation(grid)[1].item() < 0.05
    assert measures.orientation(torch.full((1, 3, 32, 32), 0.5))[1].item() == 0


def test_orientation_spread_knows_no_head_and_no_tail():
    same = torch.tensor([0.1, 0.1 + math.pi, 0.1 - math.pi])
    assert measures.orientation_spread(same).item() == pytest.approx(0, abs=2e-3)
    narrow = 0.2 * torch.randn(20000, generator=torch.Generator().manual_seed(0))
    # exact for a wrapped normal
    assert measures.orientation_spread(narrow).item() == pytest.approx(0.2, rel=0.03)
    crossed = torch.tensor([0.0, math.pi / 2])
    assert measures.orientation_spread(crossed).item() > 1.5
    assert measures.orientation_spread(
        crossed, torch.tensor([1.0, 0.0])
    ).item() == pytest.approx(0, abs=2e-3)


def cut_sheet(cells=40):
    """A square sheet of triangles, cut along its middle; each half is turned, the right
    one mirrored as well.
    """
    row, column = torch.meshgrid(
        torch.arange(cells + 1), torch.arange(cells + 1), indexing="ij"
    )
    halves, faces, uv, count = [], [], [], 0
    for right in (False, True):
        part = slice(cells // 2, cells + 1) if right else slice(0, cells // 2 + 1)
        x, y = (column[:, part] / cells).flatten(), (row[:, part] / cells).flatten()
        halves.append(torch.stack([x, y, torch.zeros_like(x)], 1))
        uv.append(torch.stack([y, x], 1))
        number = count + torch.arange(len(x)).view(cells + 1, -1)
        a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
        faces += [
            torch.stack([a, b, d], -1).view(-1, 3),
            torch.stack([a, d, c], -1).view(-1, 3),
        ]
        count += len(x)
    # mirrored: across the cut the texture does not go on
    uv[1] = torch.stack([1 - uv[1][:, 0], uv[1][:, 1]], 1)
    return Mesh(torch.cat(halves), torch.cat(faces), torch.cat(uv), name="sheet")


def test_seam_contrast_is_zero_for_what_agrees_and_one_for_what_does_not():
    mesh = cut_sheet()
    # depends on v alone: the mirror is no matter
    across = torch.linspace(0, 1, 256)[:, None].expand(3, 256, 256)[None]
    assert measures.seam_contrast(mesh, across).item() == pytest.approx(0, abs=0.02)
    smooth = random_image(256, batch=3, sd=0.5, seed=1)
    assert measures.seam_contrast(mesh, smooth).min() > 0.5
    both = measures.seam_contrast(mesh, torch.cat([across, smooth]))
    assert both.shape == (4,) and both[0] < 0.1 < both[1:].min()


def test_points_on_a_cut_lie_at_one_place_and_in_two_charts():
    mesh = cut_sheet()
    triangles, ends = shared_edges(mesh)
    assert torch.equal(mesh.positions[ends[0]], mesh.positions[ends[1]])
    corners = mesh.faces[triangles]  # (2, E, 3)
    assert (corners[..., None, :] == ends[..., None]).any(-1).all()

    points = cut_points(mesh, 4)
    cut = int((ends[0] != ends[1]).any(1).sum())
    assert points.shape == (1, 2, 2, 4 * cut) and cut > 0
    across = torch.linspace(0, 1, 256)[:, None].expand(3, 256, 256)[None]
    for texture, least, most in (
        (across, 0.0, 0.01),
        (random_image(256, sd=0.5, seed=1), 0.05, 1.0),
    ):
        one, other = sample_texture(texture, points).unbind(2)
        assert least <= (one - other).abs().mean() <= most


def test_a_mesh_in_one_piece_has_no_points_on_cuts():
    mesh = Mesh(
        torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]),
        torch.tensor([[0, 1, 2], [1, 3, 2]]),
        torch.tensor([[0.0, 0], [1, 0], [0, 1], [1, 1]]),
    )
    triangles, ends = shared_edges(mesh)
    assert triangles.tolist() == [[0], [1]]
    assert ends.sort(2).values.tolist() == [[[1, 2]], [[1, 2]]]
    assert cut_points(mesh).shape == (1, 2, 2, 0)
    with pytest.raises(ValueError, match="at least 1 point"):
        cut_points(mesh, 0)
    with pytest.raises(ValueError, match="texture coordinates"):
        cut_points(mesh.replace(uv=None))


def test_seam_contrast_needs_a_seam():
    mesh = Mesh(
        torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]),
        torch.tensor([[0, 1, 2], [1, 3, 2]]),
        torch.tensor([[0.0, 0], [1, 0], [0, 1], [1, 1]]),
    )
    with pytest.raises(ValueError, match="has no texture seam"):
        measures.seam_contrast(mesh, torch.rand(1, 3, 8, 8))
