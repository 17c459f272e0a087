import math

import numpy as np
import pytest
import scipy.ndimage
import torch

from dputils.transforms import (
    compose,
    jitter,
    pad,
    random_rotate,
    random_scale,
    standard_transforms,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def picture(height=20, width=24, count=1, seed=3, dtype=torch.float32):
    return torch.rand(count, 3, height, width, generator=generator(seed)).to(dtype)


def positions(height, width):
    """A picture whose two channels are the row and the column, so that every crop tells
    where it comes from.
    """
    rows, columns = torch.meshgrid(
        torch.arange(height), torch.arange(width), indexing="ij"
    )
    return torch.stack([rows, columns]).float()[None]


# ---- each one alone ----------------------------------------------------------------


def test_padding_is_grey_around_the_unchanged_picture():
    x = picture()
    y = pad(12)(x)
    assert y.shape == (1, 3, 44, 48)
    assert torch.equal(y[:, :, 12:-12, 12:-12], x)
    border = torch.ones(44, 48, dtype=torch.bool)
    border[12:-12, 12:-12] = False
    assert (y[:, :, border] == 0.5).all()
    assert (pad(2, value=0.0)(x)[:, :, 0] == 0).all()


def test_reflected_padding_is_numpys():
    x = picture()
    expected = np.pad(x.numpy(), ((0, 0), (0, 0), (5, 5), (5, 5)), mode="reflect")
    np.testing.assert_array_equal(pad(5, value="reflect")(x).numpy(), expected)


def test_jitter_is_a_crop_and_reaches_every_place():
    x, g, corners = positions(12, 15), generator(), set()
    for _ in range(400):
        y = jitter(3)(x, g)
        assert y.shape == (1, 2, 9, 12)
        top, left = (int(n) for n in y[0, :, 0, 0])
        assert torch.equal(y, x[:, :, top : top + 9, left : left + 12])
        corners.add((top, left))
    assert corners == {(top, left) for top in range(4) for left in range(4)}


def test_scale_changes_the_size_by_factors_from_the_list():
    x, g = picture(50, 30), generator()
    sizes = {tuple(random_scale([0.5, 1.0, 1.3])(x, g).shape[2:]) for _ in range(60)}
    assert sizes == {(25, 15), (50, 30), (65, 39)}


def test_scale_is_bilinear_at_pixel_centres():
    ramp = torch.arange(16.0).view(1, 1, 1, 16).expand(1, 1, 16, 16)
    y = random_scale([0.5])(ramp, generator())
    assert torch.allclose(y[0, 0, 0], torch.arange(8.0) * 2 + 0.5)
    x = picture(17, 12)  # 22.1 by 15.6: sizes are rounded down
    expected = torch.nn.functional.interpolate(
        x, size=(22, 15), mode="bilinear", align_corners=False
    )
    assert torch.equal(random_scale([1.3])(x, generator()), expected)


@pytest.mark.parametrize("angle", [10, -10, 37, 90])
def test_rotation_is_scipys(angle):
    """Anticlockwise for positive angles, as in TensorFlow and SciPy, about the centre,
    black outside.
    """
    x = picture(21, 21, dtype=torch.float64)
    y = random_rotate([angle])(x, generator())
    expected = scipy.ndimage.rotate(
        x.numpy(),
        angle,
        axes=(3, 2),
        reshape=False,
        order=1,
        mode="grid-constant",
        cval=0,
    )
    # SciPy turns from the first axis of the pair towards the second; a picture's rows
    # run downwards.
    np.testing.assert_allclose(y.numpy(), expected, atol=1e-6)


def test_rotation_turns_the_right_way():
    x = torch.zeros(1, 1, 21, 21)
    x[..., 10, 18] = 1  # a dot on the right …
    y = random_rotate([90])(x, generator())
    # … goes to the top: anticlockwise
    assert y[0, 0, 2, 10] == pytest.approx(1, abs=1e-4)


def test_rotation_leaves_black_corners_and_the_centre():
    y = random_rotate([45])(torch.ones(1, 3, 31, 31), generator())
    assert (y[..., 0, 0] == 0).all() and (y[..., -1, -1] == 0).all()
    assert torch.allclose(y[..., 13:18, 13:18], torch.tensor(1.0), atol=1e-5)


def test_rotation_of_a_wide_picture_keeps_right_angles():
    """A pixel grid that is not square must not shear: a disc stays a disc."""
    rows, columns = torch.meshgrid(
        torch.arange(21.0), torch.arange(61.0), indexing="ij"
    )
    disc = ((rows - 10) ** 2 + (columns - 30) ** 2 < 49).float()[None, None]
    turned = random_rotate([30])(disc, generator())
    assert (turned - disc).abs().mean() < 0.02
    assert turned.sum() == pytest.approx(disc.sum().item(), rel=0.01)


# ---- the standard stack ------------------------------------------------------------


def test_the_standard_stack_has_the_originals_sizes():
    """128 -> 152 (pad 12) -> 144 (jitter 8) -> 129 … 158 (scale) -> minus 4 (jitter
    4).
    """
    x, transform, g = torch.zeros(1, 1, 128, 128), standard_transforms(), generator()
    sizes = {tuple(transform(x, g).shape[2:]) for _ in range(250)}
    scaled = [math.floor(144 * (100 + 2 * k) / 100) for k in range(-5, 6)]
    assert scaled[0] == 129 and scaled[-1] == 158
    assert sizes == {(n - 4, n - 4) for n in scaled}


def test_the_standard_stack_takes_other_shapes():
    y = standard_transforms()(torch.zeros(2, 4, 40, 71), generator())
    height, width = ((n + 24 - 8) for n in (40, 71))
    assert y.shape[:2] == (2, 4)
    assert (
        0.9 * height - 5 <= y.shape[2] <= 1.1 * height - 4
        and 0.9 * width - 5 <= y.shape[3] <= 1.1 * width - 4
    )


def test_the_picture_stays_upright_in_six_draws_of_twenty_six():
    """Ten degrees either way in whole degrees, and five extra zeros."""
    angles = list(range(-10, 11)) + 5 * [0]
    x, rotate, g = picture(4, 4), random_rotate(angles), generator()
    upright = [torch.equal(rotate(x, g), x) for _ in range(800)]
    # three standard deviations
    assert np.mean(upright) == pytest.approx(6 / 26, abs=0.045)


# ---- one draw for a batch ----------------------------------------------------------

RANDOM = {
    "jitter": lambda **options: jitter(4, **options),
    "scale": lambda **options: random_scale([0.8, 0.9, 1.0, 1.1], **options),
    "rotate": lambda **options: random_rotate([-20, -10, 5, 15], **options),
    "standard": standard_transforms,
}


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_identical_pictures_stay_identical_by_default(make):
    x = picture().expand(4, -1, -1, -1)
    for seed in range(3):
        y = make()(x, generator(seed))
        assert all(torch.equal(y[0], other) for other in y)


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_each_picture_gets_its_own_draw_on_request(make):
    y = make(per_sample=True)(picture().expand(8, -1, -1, -1), generator())
    assert len({tuple(other.flatten().tolist()) for other in y}) > 2


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
@pytest.mark.parametrize("per_sample", [False, True])
def test_same_seed_same_output(make, per_sample):
    x, transform = picture(count=3), make(per_sample=per_sample)
    assert torch.equal(transform(x, generator(5)), transform(x, generator(5)))
    assert any(
        not torch.equal(
            transform(x, generator(5))[..., :8, :8],
            transform(x, generator(s))[..., :8, :8],
        )
        for s in range(6, 12)
    )


def test_zoom_per_sample_keeps_the_size_and_the_centre():
    x = torch.zeros(2, 1, 21, 21)
    x[..., 8:13, 8:13] = 1
    y = random_scale([2.0], per_sample=True)(x, generator())
    assert y.shape == x.shape and y[0].sum() == pytest.approx(4 * 25, rel=0.1)
    assert torch.allclose(y, y.flip(2), atol=1e-5) and torch.allclose(
        y, y.flip(3), atol=1e-5
    )


def test_compose_applies_from_left_to_right():
    x = picture()
    assert compose(pad(2), jitter(1))(x, generator()).shape == (1, 3, 23, 27)
    assert torch.equal(compose([pad(2), pad(1)])(x), pad(1)(pad(2)(x)))
    assert compose()(x) is x


# ---- gradients ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        *RANDOM.values(),
        lambda: pad(2),
        lambda: pad(2, value="reflect"),
        lambda: random_scale([0.7, 1.4], per_sample=True),
    ],
)
def test_gradients_are_right(make):
    x = picture(7, 6, count=2, dtype=torch.float64)[:, :1].requires_grad_()
    transform = make()
    assert torch.autograd.gradcheck(lambda t: transform(t, generator(2)), (x,))


def test_gradients_reach_every_pixel_that_survives():
    x = picture(32, 32).requires_grad_()
    standard_transforms()(x, generator()).sum().backward()
    assert (x.grad[..., 8:-8, 8:-8].abs() > 0).all()


@pytest.mark.parametrize("size", [(21, 34), (32, 32)])
@pytest.mark.parametrize("degrees", [-10.0, 3.0, 45.0])
def test_rotation_is_kornias(size, degrees):
    kornia = pytest.importorskip("kornia.geometry.transform")
    images = picture(*size, count=2, dtype=torch.float64)
    expected = kornia.rotate(
        images, torch.full((2,), degrees, dtype=torch.float64), align_corners=True
    )
    assert torch.allclose(
        random_rotate([degrees])(images, generator()), expected, atol=1e-9
    )


@pytest.mark.parametrize("shape", [(64, 64), (40, 71)])
def test_the_standard_stack_is_its_five_parts_in_a_row(shape):
    """Sampling once instead of twice is a little sharper; place, size, turn and corners
    are the same.
    """
    parts = compose(
        pad(12),
        jitter(8),
        random_scale([1 + (i - 5) / 50 for i in range(11)]),
        random_rotate(list(range(-10, 11)) + 5 * [0]),
        jitter(4),
    )
    smooth = torch.nn.functional.interpolate(
        picture(5, 6), size=shape, mode="bicubic"
    ).clamp(0, 1)
    for seed in range(40):
        one, five = (
            standard_transforms()(smooth, generator(seed)),
            parts(smooth, generator(seed)),
        )
        assert one.shape == five.shape
        assert (one - five).abs().mean() < 0.01, f"seed {seed}"


def test_what_a_loop_takes_for_transforms():
    from dputils.transforms import as_transform

    x, move = torch.rand(1, 3, 40, 40), pad(2)
    for given in (move, [move], (move,), iter([move])):
        assert torch.equal(as_transform(given)(x), move(x))
    assert torch.equal(as_transform([])(x), x)
    standard = as_transform(None)(x, torch.Generator().manual_seed(3))
    expected = standard_transforms()(x, torch.Generator().manual_seed(3))
    assert torch.equal(standard, expected)
    for wrong in ("jitter", 8, [move, 8]):
        with pytest.raises(ValueError, match="is no function"):
            as_transform(wrong)
