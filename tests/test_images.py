import copy

import numpy as np
import pytest
import torch

from dputils.images import (
    AllPairsBasis,
    FourierBasis,
    ImageParam,
    LaplacianBasis,
    LowResBasis,
    PixelBasis,
    clipped,
    fourier_amplitude,
    fourier_image,
    linear_resize,
    pixel_image,
    random_image,
)

SIZES = [(16, 16), (17, 16), (16, 17), (15, 21), (1, 9), (8, 1)]


def numpy_reference(spectrum, height, width, decay_power):
    """The original's recipe: scale sqrt(w h) / max(f, 1 / max(w, h))^p, inverse FFT
    divided by h w, then / 4.
    """
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.maximum(np.sqrt(fx**2 + fy**2), 1 / max(width, height))
    scale = np.sqrt(width * height) / frequency**decay_power
    return np.fft.irfft2(scale * spectrum, s=(height, width)) / 4


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay_power", [0.0, 1.0, 1.5])
def test_fourier_basis_is_the_originals_spectrum(size, decay_power):
    basis = FourierBasis(
        size, batch=2, channels=3, sd=1.0, decay_power=decay_power, seed=3
    )
    spectrum = basis.spectrum.detach().numpy().astype(np.float64)
    expected = numpy_reference(
        spectrum[..., 0] + 1j * spectrum[..., 1], *size, decay_power
    )
    assert basis().shape == (2, 3, *size)
    np.testing.assert_allclose(
        basis().detach().numpy(), expected, atol=2e-5 * np.abs(expected).max()
    )


def test_parameters_have_the_originals_shape():
    assert FourierBasis(128).spectrum.shape == (1, 3, 128, 65, 2)


@pytest.mark.parametrize("sd", [0.0, 0.01, 0.5])
@pytest.mark.parametrize("make", [PixelBasis, FourierBasis])
def test_initial_standard_deviation_is_the_one_asked_for(make, sd):
    values = torch.cat([p.flatten() for p in make(64, sd=sd, seed=1).parameters()])
    assert values.std().item() == pytest.approx(sd, rel=0.05, abs=1e-12)
    assert values.mean().abs().item() <= 4 * sd / len(values) ** 0.5


def test_amplitude_falls_as_one_over_f():
    amplitude = fourier_amplitude(64, 64, 1.0)
    assert amplitude[0, 8] / amplitude[0, 16] == pytest.approx(2.0, rel=1e-5)
    # the constant term is treated as the lowest frequency
    assert amplitude[0, 0] == amplitude[0, 1]
    assert torch.isfinite(amplitude).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [PixelBasis, FourierBasis, LaplacianBasis])
@pytest.mark.parametrize(
    "channels, alpha", [(3, False), (1, False), (4, True), (5, False)]
)
def test_start_from_round_trips(size, make, channels, alpha):
    image = torch.rand(2, channels, *size, generator=torch.Generator().manual_seed(0))
    image[0, 0, 0, 0], image[1, 0, 0, 0] = 0.0, 1.0
    param = ImageParam(make(size, batch=2, channels=channels), alpha=alpha).start_from(
        image
    )
    assert (param() - image).abs().max() <= 1e-3


def test_start_from_uses_the_basis_that_can_and_clears_the_others():
    image = torch.rand(2, 3, 12, 10)
    param = ImageParam(
        LowResBasis((12, 10), (1, 3, 2, 2), batch=2, sd=1.0),
        FourierBasis((12, 10), batch=2, sd=1.0),
    )
    assert (param.start_from(image)() - image).abs().max() <= 1e-3
    clipped_param = ImageParam(
        PixelBasis((12, 10), batch=2), squash=clipped
    ).start_from(image)
    assert (clipped_param() - image).abs().max() <= 1e-3


def test_start_from_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="add a PixelBasis"):
        ImageParam(LowResBasis(16, (1, 3, 2, 2))).start_from(torch.rand(1, 3, 16, 16))
    with pytest.raises(ValueError, match=r"shape \(1, 3, 16, 16\)"):
        fourier_image(16).start_from(torch.rand(1, 3, 16, 15))
    with pytest.raises(ValueError, match="torch.sigmoid"):
        ImageParam(PixelBasis(8), squash=torch.tanh).start_from(torch.rand(1, 3, 8, 8))


class Named(torch.nn.Module):
    """A sigmoid that nobody would know by its name."""

    def forward(self, raw):
        return 1 / (1 + (-raw).exp())


SIGMOIDS = {
    "torch.sigmoid": torch.sigmoid,
    "nn.Sigmoid": torch.nn.Sigmoid(),
    "F.sigmoid": torch.nn.functional.sigmoid,
    "Tensor.sigmoid": torch.Tensor.sigmoid,
    "special.expit": torch.special.expit,
    "a lambda": lambda raw: torch.sigmoid(raw),
    "by tanh": lambda raw: (torch.tanh(raw / 2) + 1) / 2,
    "by hand": Named(),
}
CLIPS = {
    "clipped": clipped,
    "clamp": lambda raw: raw.clamp(0, 1),
    "hardtanh": torch.nn.Hardtanh(0, 1),
    "identity": torch.nn.Identity(),
}


@pytest.mark.parametrize("squash", SIGMOIDS.values(), ids=SIGMOIDS)
@pytest.mark.parametrize("decorrelate", [True, False])
@pytest.mark.parametrize("alpha", [True, False])
def test_a_sigmoid_is_one_by_any_name(squash, decorrelate, alpha):
    channels = 4 if alpha else 3
    options = {"decorrelate": decorrelate, "alpha": alpha}

    def image(squash):
        basis = PixelBasis((6, 7), channels=channels, sd=1.0, seed=1)
        return ImageParam(basis, squash=squash, **options)

    assert torch.allclose(image(squash)(), image(torch.sigmoid)(), atol=1e-6)
    photograph = torch.rand(1, channels, 6, 7)
    photograph[0, :, 0, 0], photograph[0, :, 0, 1] = 0, 1
    started = image(squash).start_from(photograph)
    assert (started() - photograph).abs().max() <= 1e-3


@pytest.mark.parametrize("squash", CLIPS.values(), ids=CLIPS)
def test_a_clamp_is_one_by_any_name(squash):
    def image(squash):
        return ImageParam(PixelBasis((6, 7), sd=0.01, seed=1), squash=squash)

    # which starts at the mean colour
    assert image(squash)().mean((0, 2, 3)).tolist() == pytest.approx(
        [0.48, 0.46, 0.41], abs=0.01
    )
    assert torch.equal(image(squash)(), image(clipped)())
    photograph = torch.rand(1, 3, 6, 7)
    assert (image(squash).start_from(photograph)() - photograph).abs().max() <= 1e-3


@pytest.mark.parametrize(
    "squash, start",
    [
        (torch.nn.Hardsigmoid(), 0.5),
        (lambda raw: (torch.tanh(raw) + 1) / 2, 0.5),
        (lambda raw: 0.5 + torch.atan(raw) / torch.pi, 0.5),
        (lambda raw: (raw + 0.5).clamp(0, 1), 0.5),
        (lambda raw: torch.sigmoid(raw).square(), 0.25),
        (lambda raw: 0.1 + 0.8 * torch.sigmoid(raw), 0.5),
    ],
    ids=["hardsigmoid", "tanh", "atan", "shifted", "squared", "narrow"],
)
def test_another_squash_starts_where_it_takes_zero(squash, start):
    image = ImageParam(PixelBasis(4, sd=0.0), squash=squash)
    assert torch.allclose(image(), torch.full((1, 3, 4, 4), start), atol=1e-6)


def test_a_squash_is_asked_once_and_again_when_it_changes():
    asked = []

    def counting(raw):
        asked.append(raw.requires_grad)
        return torch.sigmoid(raw)

    image = ImageParam(PixelBasis(4, sd=0.0), squash=counting)
    for _ in range(5):
        image()
    assert asked == [False] + 5 * [True]
    assert torch.equal(image(), torch.full((1, 3, 4, 4), 0.5))
    image.squash = clipped
    assert image()[0, :, 0, 0].tolist() == pytest.approx([0.48, 0.46, 0.41])
    assert torch.equal(copy.deepcopy(image)(), image())
    assert set(image.state_dict()) == {"bases.0.values"}


BASES = {
    "pixels": lambda: PixelBasis((6, 7)),
    "Fourier": lambda: FourierBasis((6, 7)),
    "low": lambda: LowResBasis((6, 7), (1, 1, 2, 2), offset=True),
    "Laplacian": lambda: LaplacianBasis((6, 7)),
    "all pairs": lambda: AllPairsBasis((6, 7), pictures=2, frames=3),
}


@pytest.mark.parametrize("make", BASES.values(), ids=BASES)
@pytest.mark.parametrize("squash", [torch.sigmoid, clipped, torch.nn.Hardsigmoid()])
@pytest.mark.parametrize("size", [0.0, 1e-30, 1e4])
def test_gradients_are_finite_where_there_is_nothing_and_far_out(make, squash, size):
    image = ImageParam(make(), squash=squash)
    for values in image.parameters():
        values.data.copy_(size * torch.randn(values.shape))
    picture = image()
    (picture * torch.randn(picture.shape)).sum().backward()
    assert picture.min() >= 0 and picture.max() <= 1
    assert all(torch.isfinite(p.grad).all() for p in image.parameters())
    if size == 0:
        assert all(p.grad.abs().sum() > 0 for p in image.parameters())


def test_a_squash_is_a_function():
    for bad in (None, "sigmoid", 1.0):
        with pytest.raises(ValueError, match="^squash=.*torch.sigmoid or clipped"):
            ImageParam(PixelBasis(4), squash=bad)


@pytest.mark.parametrize("squash", [torch.sigmoid, clipped])
def test_start_from_reads_bytes_and_refuses_other_scales(squash):
    def image():
        return ImageParam(PixelBasis(6), squash=squash)

    photograph = torch.randint(0, 256, (1, 3, 6, 6), dtype=torch.uint8)
    found = image().start_from(photograph)()
    assert (found - photograph / 255).abs().max() <= 1e-3
    found = image().start_from(photograph > 99)()
    assert (found - (photograph > 99).float()).abs().max() <= 1e-3
    for bad in (photograph.float(), photograph.long(), photograph / 0):
        with pytest.raises(ValueError, match="divide bytes|white is|NaN"):
            image().start_from(bad)
    # a little outside is clamped
    over = torch.rand(1, 3, 6, 6) * 1.4 - 0.2
    found = image().start_from(over)()
    assert (found - over.clamp(0, 1)).abs().max() <= 1e-3


def test_linear_resize_matches_torch_at_pixel_centres():
    x = torch.randn(1, 1, 5, 7, dtype=torch.float32)
    rows, columns = (
        linear_resize(16, 5, centres=True),
        linear_resize(9, 7, centres=True),
    )
    expected = torch.nn.functional.interpolate(
        x, size=(16, 9), mode="bilinear", align_corners=False
    )
    assert torch.allclose(rows @ x @ columns.T, expected, atol=1e-5)


def test_low_resolution_shares_along_the_batch():
    one = LowResBasis(16, (1, 3, 4, 4), batch=6, sd=1.0)()
    assert torch.equal(one[0], one[5])
    two = LowResBasis(16, (2, 3, 4, 4), batch=6, sd=1.0, seed=1)()
    for k in range(6):
        assert torch.allclose(two[k], two[0] + (two[5] - two[0]) * k / 5, atol=1e-5)


def test_low_resolution_stretches_any_axis():
    basis = LowResBasis((8, 12), (2, 1, 8, 3), batch=4, channels=3, sd=1.0)
    assert basis().shape == (4, 3, 8, 12)
    assert torch.equal(basis()[:, 0], basis()[:, 2])
    shifted = LowResBasis(16, (1, 3, 4, 4), sd=1.0, offset=True, seed=2)()
    assert not torch.allclose(shifted, LowResBasis(16, (1, 3, 4, 4), sd=1.0, seed=2)())


@pytest.mark.parametrize(
    "low",
    [
        (0, 3, 4, 4),
        (1, 3, 99, 4),
        (1, 3, 4),
        (2, 3, 4, 4),
        8,
        None,
        "1344",
        (1, 3, 4, 4.5),
        (1, 3, 4, True),
        (1, 3, 4, -4),
        [],
    ],
)
def test_low_resolution_refuses_impossible_shapes(low):
    with pytest.raises(ValueError, match="no larger than the full shape"):
        LowResBasis(16, low, batch=1)


def test_laplacian_has_coarse_and_fine_parts():
    basis = LaplacianBasis((16, 20), levels=4, sd=0.0)
    assert [tuple(level.values.shape[2:]) for level in basis.levels] == [
        (16, 20),
        (8, 10),
        (4, 5),
        (2, 2),
    ]


def test_all_pairs_run_between_their_ends_and_back():
    films = AllPairsBasis(16, pictures=3, frames=5, sd=1.0)().view(3, 3, 5, 3, 16, 16)
    for a in range(3):
        for b in range(3):
            assert torch.equal(films[a, b], films[b, a].flip(0))
    assert torch.equal(films[1, 1, 0], films[1, 1, 4])
    assert not torch.allclose(films[0, 1], films[0, 2])


def test_bases_add_before_the_sigmoid():
    a, b = PixelBasis(8, sd=1.0, seed=1), PixelBasis(8, sd=1.0, seed=2)
    image = ImageParam(a, b, decorrelate=False)
    assert torch.equal(image(), torch.sigmoid(a() + b()))


def test_alpha_is_squashed_but_not_mixed_with_colour():
    image = fourier_image(16, alpha=True, sd=1.0)
    raw = image.bases[0]()
    assert torch.equal(image()[:, 3], torch.sigmoid(raw[:, 3]))
    assert not torch.allclose(image()[:, :3], torch.sigmoid(raw[:, :3]))


def test_pictures_lie_in_the_unit_range_and_start_grey():
    for image in (
        fourier_image(32),
        pixel_image(32),
        fourier_image((9, 7), batch=3, alpha=True),
    ):
        assert image().min() >= 0 and image().max() <= 1
        assert (image() - 0.5).abs().max() < 0.15
    noisy = random_image(64, batch=2, seed=0)
    assert (
        noisy.shape == (2, 3, 64, 64)
        and noisy.std() > 0.05
        and not torch.equal(noisy[0], noisy[1])
    )


def test_same_seed_same_bits():
    assert torch.equal(fourier_image(32, seed=5)(), fourier_image(32, seed=5)())
    assert not torch.equal(fourier_image(32, seed=5)(), fourier_image(32, seed=6)())
    assert torch.equal(
        random_image(16, seed=1),
        random_image(16, generator=torch.Generator().manual_seed(1)),
    )
    with pytest.raises(ValueError, match="seed or a generator"):
        PixelBasis(8, seed=1, generator=torch.Generator())


def test_clipping_lets_values_come_back():
    raw = torch.tensor([[[[-1.0, 2.0, 0.5]]]], requires_grad=True)
    # descent lowers everything: good for 2.0, further out for -1.0
    clipped(raw).sum().backward()
    assert raw.grad.flatten().tolist() == [0.0, 1.0, 1.0]


def test_gradients_reach_every_parameter():
    image = ImageParam(
        FourierBasis(12, batch=2),
        LowResBasis(12, (1, 3, 3, 3), batch=2),
        LaplacianBasis(12, batch=2),
    )
    weights = torch.randn(2, 3, 12, 12)
    (image() * weights).sum().backward()
    assert all(
        p.grad is not None and p.grad.abs().sum() > 0 for p in image.parameters()
    )


def test_a_gradient_step_in_fourier_space_is_a_filtered_pixel_gradient():
    """The article's claim: another parameterization is another metric. Spectrum descent
    blurs the pixel gradient.
    """
    basis = FourierBasis(16, channels=1, sd=0.0)
    direction = torch.randn(1, 1, 16, 16)
    (basis() * direction).sum().backward()
    moved = basis().detach().clone()
    with torch.no_grad():
        basis.spectrum -= basis.spectrum.grad
    step = basis().detach() - moved
    # One half-spectrum coefficient stands for two mirrored ones, except in the first
    # and (even width) last column.
    twice = torch.full((16, 9), 2.0)
    twice[:, [0, 8]] = 1.0
    expected = torch.fft.irfft2(
        torch.fft.rfft2(direction) * twice * fourier_amplitude(16, 16).square(),
        s=(16, 16),
    )
    assert torch.allclose(step, -expected, atol=1e-4)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="at least one basis"):
        ImageParam()
    with pytest.raises(ValueError, match="shapes must agree"):
        ImageParam(PixelBasis(8), PixelBasis(9))
    with pytest.raises(ValueError, match="channels=4"):
        ImageParam(PixelBasis(8), alpha=True)
    with pytest.raises(ValueError, match="positive"):
        PixelBasis((0, 4))


@pytest.mark.parametrize(
    "make, name",
    [
        (lambda n: PixelBasis(8, batch=n), "batch"),
        (lambda n: FourierBasis(8, channels=n), "channels"),
        (lambda n: LowResBasis(8, (1, 3, 2, 2), batch=n), "batch"),
        (lambda n: LaplacianBasis(8, levels=n), "levels"),
        (lambda n: LaplacianBasis(8, channels=n), "channels"),
        (lambda n: AllPairsBasis(8, pictures=n), "pictures"),
        (lambda n: AllPairsBasis(8, pictures=2, frames=n), "frames"),
        (lambda n: fourier_image(8, batch=n), "batch"),
        (lambda n: pixel_image(8, channels=n), "channels"),
        (lambda n: random_image(8, batch=n), "batch"),
        (lambda n: linear_resize(n, 4, centres=True), "full"),
        (lambda n: linear_resize(4, n, centres=False), "n"),
    ],
)
@pytest.mark.parametrize("number", [0, -1, 2.5, "2"], ids=repr)
def test_counts_are_whole_and_at_least_one(make, name, number):
    with pytest.raises(ValueError, match=f"^{name}={number!r} must be a whole number"):
        make(number)


@pytest.mark.parametrize("sides", [(0, 8), (8, 0), (-1, 8), (8, 2.5), ("8", 8)])
def test_amplitudes_of_no_picture_are_refused(sides):
    with pytest.raises(ValueError, match=r"^\(height, width\)=.* must be a positive"):
        fourier_amplitude(*sides)
