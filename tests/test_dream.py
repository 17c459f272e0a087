import pytest
import torch

from dputils import color, objectives
from dputils.book import high_frequency_share
from dputils.patterns import dream, seam_jump


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def rms(x):
    return x.square().mean((1, 2, 3)).sqrt()


# ---- the gradient, made smooth -----------------------------------------------------


def test_bands_add_up_to_the_signal_and_go_from_fine_to_coarse():
    x = noise(2, 3, 33, 48)  # odd sizes have bands too
    bands = dream.laplacian_bands(x, 4)
    assert len(bands) == 5
    assert torch.allclose(sum(bands), x, atol=1e-5)
    shares = [high_frequency_share(band).mean().item() for band in bands]
    assert all(fine > coarse for fine, coarse in zip(shares, shares[1:])), shares


def test_a_band_is_the_binomial_kernel_taken_away():
    x = torch.zeros(1, 1, 16, 16)
    x[..., 8, 8] = 1.0
    binomial = torch.tensor([1.0, 4, 6, 4, 1]) / 16
    finest, rest = dream.laplacian_bands(x, 1)
    assert torch.allclose(rest[0, 0, 6:11, 6:11], binomial[:, None] * binomial)
    assert torch.allclose(finest, x - rest)


def test_bands_do_not_know_where_the_tile_was_cut():
    x = noise(1, 3, 24, 31)
    moved = dream.laplacian_normalised(x.roll((7, 11), (2, 3)))
    assert torch.allclose(
        moved, dream.laplacian_normalised(x).roll((7, 11), (2, 3)), atol=1e-5
    )


def test_normalised_bands_are_equally_strong():
    """However weak the coarse part of a gradient is, it comes out as strong as if it
    had been strong.
    """
    coarse, fine = (
        dream.laplacian_bands(noise(1, 3, 64, 64), 4)[-1],
        noise(1, 3, 64, 64, seed=1),
    )
    fine = dream.laplacian_bands(fine, 4)[0]
    strong, weak = (
        dream.laplacian_normalised(fine + amount * coarse) for amount in (1.0, 0.1)
    )
    raw = [high_frequency_share(fine + amount * coarse).item() for amount in (1.0, 0.1)]
    made = [high_frequency_share(x).item() for x in (strong, weak)]
    assert raw[1] > 0.99
    assert made[1] < 0.8 and abs(made[0] - made[1]) < 0.15


def test_normalising_forgets_the_scale_of_each_picture():
    x = noise(3, 3, 32, 32)
    scaled = x * torch.tensor([1e-6, 1.0, 1e4]).view(3, 1, 1, 1)
    assert torch.allclose(
        dream.laplacian_normalised(scaled),
        dream.laplacian_normalised(x),
        rtol=1e-3,
        atol=1e-4,
    )
    assert torch.allclose(rms(dream.laplacian_normalised(x, 0)), torch.ones(3))


def test_color_mixed_without_colour_is_a_step_on_decorrelated_colour():
    """dL/dt carried back to RGB is C Cᵀ dL/drgb; here the covariance is scaled to a
    mean variance of 1.
    """
    raw, weight = noise(1, 3, 4, 4).requires_grad_(), noise(1, 3, 4, 4, seed=1)
    (color.decorrelated_to_rgb(raw) * weight).sum().backward()
    step = color.decorrelated_to_rgb(raw.grad)
    mixed = dream.color_mixed(weight, colourful=0)
    assert torch.allclose(mixed / mixed.norm(), step / step.norm(), atol=1e-5)


def test_color_mixed_with_much_colour_is_the_gradient():
    gradient = noise(2, 3, 8, 8)
    mixed = dream.color_mixed(gradient, colourful=1e5)
    assert torch.allclose(mixed / 1e5, gradient, atol=1e-3)
    share = [
        dream.color_mixed(gradient, colourful).var(1).mean()
        / dream.color_mixed(gradient, colourful).var()
        for colourful in (0, 1, 10)
    ]
    assert share[0] < share[1] < share[2], "more of `colourful` should mean more colour"


# ---- in pieces ---------------------------------------------------------------------


def cube(activations):
    return activations["image"].pow(3).mean()


@pytest.mark.parametrize(
    "size, tile", [((40, 64), 512), ((70, 45), 32), ((97, 33), 40)]
)
def test_pieces_give_the_gradient_of_the_whole(network, size, tile):
    """An objective without neighbours cannot tell pieces from the whole."""
    image = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    found = dream.tiled_gradient(image, objectives.Objective(cube), network, tile=tile)
    assert torch.allclose(
        found, 3 * image.square() / image.numel(), rtol=1e-5, atol=1e-10
    )
    assert not image.requires_grad


def test_one_piece_is_autograd_on_the_rolled_picture(network, images):
    objective = objectives.channel("third", 2)
    found = dream.tiled_gradient(
        images, objective, network, generator=torch.Generator().manual_seed(5)
    )
    generator = torch.Generator().manual_seed(5)
    shift = [int(torch.randint(16, (), generator=generator)) for _ in range(2)]
    rolled = images.roll(shift, (2, 3)).requires_grad_()
    objective(network(rolled, ["third"])).backward()
    assert torch.allclose(
        found, rolled.grad.roll([-n for n in shift], (2, 3)), atol=1e-8
    )


def test_the_network_never_sees_more_than_a_piece(network):
    seen, _ = [], network.layers  # listing the layers runs the network once
    network.module.first.register_forward_hook(
        lambda module, inputs, output: seen.append(inputs[0].shape[2:])
    )
    dream.tiled_gradient(torch.rand(1, 3, 100, 70), "third:1", network, tile=48)
    assert len(seen) == 3 * 2 and max(max(size) for size in seen) <= 48
    assert sum(height * width for height, width in seen) == 100 * 70


# ---- the dream ---------------------------------------------------------------------


def dreamed(network, **options):
    start = 0.5 + 0.02 * noise(2, 3, 24, 30)
    options = {"octaves": 2, "steps": 8, "rate": 0.05} | options
    return start, dream.deep_dream(
        start, objectives.deepdream("third"), network, **options
    )


def test_a_dream_has_the_size_and_range_asked_for_and_raises_the_objective(network):
    start, found = dreamed(network, size=(41, 50), tile=32)
    assert found.shape == (2, 3, 41, 50) and found.min() >= 0 and found.max() <= 1
    before, after = (
        network(x, ["third"])["third"].square().mean() for x in (start, found)
    )
    assert after > 1.1 * before
    assert (seam_jump(found) < 1.6).all()


def test_same_seed_same_dream(network):
    first, again, other = (dreamed(network, seed=seed)[1] for seed in (3, 3, 4))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_the_dream_goes_from_small_to_large_and_stops_when_told(network):
    sizes = []

    def watch(octave, step, image):
        sizes.append((octave, step, tuple(image.shape[2:])))
        return len(sizes) < 5

    dreamed(network, size=(36, 54), octaves=3, steps=2, scale=1.5, on_step=watch)
    assert sizes == [
        (0, 1, (16, 24)),
        (0, 2, (16, 24)),
        (1, 1, (24, 36)),
        (1, 2, (24, 36)),
        (2, 1, (36, 54)),
    ]


def test_the_first_step_has_the_rate_as_its_size(network):
    start, found = dreamed(network, octaves=1, steps=1, rate=0.013)
    assert rms(found - start).tolist() == pytest.approx([0.013] * 2, rel=1e-3)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda net: dream.laplacian_bands(noise(1, 3, 8, 8), -1),
            "levels=-1 must not be negative",
        ),
        (
            lambda net: dream.color_mixed(noise(1, 3, 8, 8), -0.5),
            "colourful=-0.5 must not be negative",
        ),
        (lambda net: dreamed(net, tile=8), "tile=8 is too small for a network"),
        (lambda net: dreamed(net, octaves=0), "octaves=0 must be at least 1"),
        (lambda net: dreamed(net, scale=1), "scale=1 above 1"),
        (
            lambda net: dream.deep_dream(noise(1, 3, 32, 32), "forth:1", net),
            "no layer 'forth'",
        ),
    ],
)
def test_careless_use_is_told_what_to_do(network, call, message):
    with pytest.raises(ValueError, match=message):
        call(network)


def test_what_a_plain_function_reads_is_found_out_once(network):
    passes = []
    network.module.first.register_forward_hook(lambda *_: passes.append(1))
    _ = network.layers
    passes.clear()
    found = dream.deep_dream(
        noise(1, 3, 32, 32),
        lambda activations: activations["first"][:, 1].mean(),
        network,
        octaves=2,
        steps=3,
    )
    assert len(passes) == 6 and found.shape == (1, 3, 32, 32)
