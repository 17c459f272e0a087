"""Every kind of background keeps the one interface, and the view lays pictures over it
without losing their opacity.
"""

import pytest
import torch

from dputils.alpha import (
    LearnedBackground,
    OverBackground,
    blend_over,
    constant,
    fixed,
    photographs,
    smooth_noise,
    transparency_objective,
    white_noise,
)
from dputils.book import high_frequency_share
from dputils.images import fourier_image, random_image
from dputils.objectives import channel
from dputils.optimize import maximize
from dputils.transforms import jitter

KINDS = {
    "constant": constant(0.3),
    "colour": constant((1.0, 0.5, 0.0)),
    "white noise": white_noise(),
    "smooth noise": smooth_noise(),
    "photographs": photographs(["cat"]),
    "fixed": fixed(smooth_noise()),
    "tensors": photographs([torch.rand(1, 3, 9, 40)]),
    "learned": LearnedBackground(fourier_image((20, 31), seed=3)),
}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("kind", KINDS)
def test_interface(kind):
    drawn = KINDS[kind](3, (20, 31), generator())
    assert drawn.shape == (3, 3, 20, 31) and drawn.dtype == torch.float32
    assert drawn.min() >= 0 and drawn.max() <= 1
    assert torch.equal(drawn, KINDS[kind](3, (20, 31), generator())), (
        "same seed, same bits"
    )
    assert KINDS[kind](1, (20, 31)).shape == (1, 3, 20, 31), "works without a generator"


@pytest.mark.parametrize(
    "kind", ["white noise", "smooth noise", "photographs", "tensors"]
)
def test_random_kinds_differ_from_draw_to_draw(kind):
    stream = generator()
    first, second = KINDS[kind](2, (20, 31), stream), KINDS[kind](2, (20, 31), stream)
    assert not torch.equal(first, second) and not torch.equal(first[0], first[1])
    torch.manual_seed(1)
    assert not torch.equal(KINDS[kind](1, (20, 31)), KINDS[kind](1, (20, 31))), (
        "fresh without a generator too"
    )


def test_fixed_is_the_same_draw_every_time():
    stream = generator()
    still = fixed(smooth_noise(), seed=5)
    assert torch.equal(still(1, (20, 31), stream), still(1, (20, 31), stream))
    assert not torch.equal(
        still(1, (20, 31), stream), fixed(smooth_noise(), seed=6)(1, (20, 31), stream)
    )


def test_smooth_noise_is_the_articles_and_smoother_with_more_decay():
    drawn = smooth_noise()(2, (32, 32), generator(4))
    assert torch.equal(
        drawn,
        random_image(32, batch=2, sd=0.2, decay_power=1.5, generator=generator(4)),
    )
    shares = [
        high_frequency_share(draw(8, (64, 64), generator())).mean().item()
        for draw in (
            white_noise(),
            smooth_noise(decay_power=0.5),
            smooth_noise(decay_power=1.0),
            smooth_noise(),
        )
    ]
    assert (
        shares == sorted(shares, reverse=True) and shares[0] > 0.9 and shares[3] < 0.15
    )


def test_constant_is_its_colour():
    assert constant((1, 0.5, 0))(2, (4, 5))[1, :, 3, 4].tolist() == [1, 0.5, 0]
    for wrong in (1.5, (0.1, 0.2), (0, 0, -1)):
        with pytest.raises(ValueError, match="one number or three"):
            constant(wrong)


def test_photographs_are_windows_of_the_photograph():
    ramp = torch.linspace(0, 1, 80).view(1, 1, 1, 80).expand(1, 3, 40, 80)
    drawn = photographs([ramp])(16, (20, 20), generator())
    steps = drawn[:, 0, 10, 1:] - drawn[:, 0, 10, :-1]
    rising = steps.mean(1) > 0
    assert rising.any() and not rising.all(), "some are mirrored"
    slopes = steps.mean(1).abs() * 79
    assert slopes.min() > 0.8 and slopes.max() < 2.3, (
        "windows are 20 to 40 pixels wide: slopes 1 to 2"
    )
    with pytest.raises(ValueError, match="at least one picture"):
        photographs([])


def test_an_ally_climbs_and_an_adversary_descends(network):
    target = channel("third", 2)
    for against in (False, True):
        background = LearnedBackground(fourier_image(24, seed=1), against=against)
        view = OverBackground(background, [], margin=4)
        image = fourier_image(16, alpha=True)
        before = network(background.image().detach(), ["third"])["third"][:, 2].mean()
        maximize(
            image,
            target,
            network,
            transforms=view,
            steps=12,
            progress=False,
            redirect_relu=0,
            optimizer=lambda p: torch.optim.Adam(
                [*p, *background.parameters()], lr=0.1
            ),
        )
        after = network(background.image().detach(), ["third"])["third"][:, 2].mean()
        assert (after < before) if against else (after > before)


def test_a_learned_background_is_cropped_at_its_centre_and_must_be_large_enough():
    image = fourier_image((10, 12))
    assert torch.equal(LearnedBackground(image)(1, (6, 6)), image()[..., 2:8, 3:9])
    with pytest.raises(ValueError, match=r"fourier_image\(\(11, 11\)\)"):
        LearnedBackground(image)(1, (11, 11))
    with pytest.raises(ValueError, match="cannot lie behind 3 pictures"):
        LearnedBackground(fourier_image(8, batch=2))(3, (8, 8))


# ---- the view ----------------------------------------------------------------------


def test_without_moves_the_network_sees_the_picture_with_background_around_it():
    rgba = torch.rand(2, 4, 8, 9, generator=generator())
    view = OverBackground(smooth_noise(), [], margin=3)
    seen = view(rgba, generator(2))
    behind = smooth_noise()(2, (14, 15), generator(2))
    assert seen.shape == (2, 3, 14, 15) and view.alpha.shape == (2, 1, 14, 15)
    assert torch.allclose(
        seen[..., 3:-3, 3:-3], blend_over(rgba, behind[..., 3:-3, 3:-3]), atol=1e-6
    )
    rim = torch.ones(14, 15, dtype=torch.bool)
    rim[3:-3, 3:-3] = False
    assert (
        torch.allclose(seen[..., rim], behind[..., rim], atol=1e-5)
        and (view.alpha[..., rim] == 0).all()
    )
    assert torch.equal(view.alpha[..., 3:-3, 3:-3], rgba[:, 3:])


def test_opacity_takes_the_same_moves_as_the_colour():
    """White paint on black, its shape in the alpha channel: what is seen is the alpha
    that is kept.
    """
    alpha = (torch.rand(1, 1, 24, 24, generator=generator()) > 0.5).float()
    view = OverBackground(constant(0.0))
    for seed in range(4):
        seen = view(torch.cat([torch.ones(1, 3, 24, 24), alpha], 1), generator(seed))
        inside = (view.alpha < 1e-4) | (view.alpha > 1 - 1e-4)
        assert torch.allclose(
            seen.mean(1, keepdim=True)[inside], view.alpha[inside], atol=2e-3
        )
        assert inside.float().mean() > 0.1


def test_one_background_for_all_or_one_each():
    glass = torch.zeros(2, 4, 8, 8)
    view = OverBackground(white_noise(), [], margin=0)
    a, b = view(glass, generator())
    assert not torch.equal(a, b)
    view.each = False
    a, b = view(glass, generator())
    assert torch.equal(a, b)


def test_attributes_may_change_between_steps():
    glass, view = torch.zeros(1, 4, 8, 8), OverBackground(constant(0.0), [], margin=2)
    assert view(glass).max() == 0
    view.background, view.margin, view.transform = constant(1.0), 0, jitter(4)
    assert view(glass).min() > 0.999 and view(glass).shape[2:] == (4, 4)


def test_a_run_is_repeatable_and_pressure_makes_it_transparent(network):
    def run(pressure, seed=0):
        image, view = (
            fourier_image(16, alpha=True),
            OverBackground(margin=4, transforms=jitter(4)),
        )
        maximize(
            image,
            transparency_objective(channel("third", 2), view, pressure=pressure),
            network,
            transforms=view,
            steps=20,
            progress=False,
            seed=seed,
        )
        return image().detach()

    assert torch.equal(run(1.0), run(1.0)), "backgrounds come from the run's seed"
    assert not torch.equal(run(1.0), run(1.0, seed=1))
    assert run(3.0)[:, 3].mean() < run(0.0)[:, 3].mean()


def test_pictures_without_opacity_are_refused(images):
    with pytest.raises(ValueError, match="alpha=True"):
        OverBackground()(images)
