"""Blending obeys the algebra of light, and the transparency objective balances as it
says.
"""

import numpy as np
import pytest
import torch

from dputils.alpha import (
    blend_over,
    checkerboard,
    composites,
    four_way,
    transparency_objective,
)
from dputils.color import srgb_to_linear
from dputils.media import read_image, write_image
from dputils.objectives import IMAGE, Objective


def pictures(count=2, channels=4, size=(6, 7), seed=0):
    return torch.rand(
        count, channels, *size, generator=torch.Generator().manual_seed(seed)
    )


def with_alpha(rgb, alpha):
    return torch.cat([rgb, torch.full_like(rgb[:, :1], alpha)], 1)


# ---- blending ----------------------------------------------------------------------


def test_opaque_over_anything_is_itself_and_glass_shows_the_background():
    rgb, behind = pictures(channels=3), pictures(channels=3, seed=1)
    assert torch.allclose(blend_over(with_alpha(rgb, 1.0), behind), rgb, atol=1e-5)
    assert torch.allclose(blend_over(with_alpha(rgb, 0.0), behind), behind, atol=1e-5)


def test_a_colour_over_itself_is_itself_whatever_alpha():
    rgba = pictures()
    assert torch.allclose(blend_over(rgba, rgba[:, :3]), rgba[:, :3], atol=1e-5)


def test_blending_is_associative():
    a, b, c = (pictures(seed=seed) for seed in range(3))
    for last in (c, c[:, :3]):  # over glass, and over something opaque
        left, right = (
            blend_over(blend_over(a, b), last),
            blend_over(a, blend_over(b, last)),
        )
        assert torch.allclose(left, right, atol=1e-5)
    assert blend_over(a, c).shape == (2, 4, 6, 7) and blend_over(a, c[:, :3]).shape == (
        2,
        3,
        6,
        7,
    )


def test_agrees_with_numpy_in_linear_light():
    rgba, behind = pictures().double(), pictures(1, 3, seed=1).double()
    decode = lambda v: np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    x, y = rgba.numpy(), behind.numpy()
    light = decode(x[:, :3]) * x[:, 3:] + decode(y) * (1 - x[:, 3:])
    wanted = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    )
    assert np.allclose(blend_over(rgba, behind).numpy(), wanted, atol=1e-12)


def test_half_white_over_black_is_half_the_light():
    grey = blend_over(with_alpha(torch.ones(1, 3, 1, 1), 0.5), 0.0)
    assert torch.allclose(srgb_to_linear(grey), torch.tensor(0.5), atol=1e-6)
    assert torch.allclose(grey, torch.tensor(0.7354), atol=1e-4), (
        "blending the encoded values would give 0.5"
    )


def test_a_number_is_a_grey_and_colours_under_glass_stay():
    rgba = pictures()
    assert torch.allclose(
        blend_over(rgba, 0.3), blend_over(rgba, torch.full((1, 3, 6, 7), 0.3))
    )
    glass = with_alpha(pictures(channels=3), 0.0)
    assert torch.allclose(blend_over(glass, glass.flip(0)), glass, atol=1e-5)


def test_gradients_reach_everything_and_stay_finite_at_the_ends():
    rgba = torch.tensor([0.0, 0.5, 1.0, 0.0]).view(1, 4, 1, 1).repeat(1, 1, 2, 2)
    rgba[..., 1, :] = 1.0
    behind = torch.zeros(1, 3, 2, 2, requires_grad=True)
    rgba.requires_grad_()
    blend_over(rgba, behind).sum().backward()
    assert torch.isfinite(rgba.grad).all() and torch.isfinite(behind.grad).all()
    assert (rgba.grad[:, 3] > 0).all() and (behind.grad[..., 0, :] > 0).all()
    below = torch.zeros(1, 4, 2, 2, requires_grad=True)
    blend_over(rgba, below).sum().backward()
    assert torch.isfinite(below.grad).all()


@pytest.mark.parametrize(
    "background",
    [
        torch.rand(2, 3, 5, 7),
        torch.rand(3, 3, 6, 7),
        torch.rand(3, 6, 7),
        torch.rand(2, 1, 6, 7),
    ],
)
def test_a_background_of_another_shape_is_refused(background):
    with pytest.raises(ValueError, match=r"must be \(N or 1, 3 or 4, H, W\)"):
        blend_over(pictures(), background)


def test_pictures_without_opacity_are_refused():
    for use in (lambda x: blend_over(x, 0.0), composites, four_way):
        with pytest.raises(ValueError, match=r"fourier_image\(128, alpha=True\)"):
            use(pictures(channels=3))


# ---- showing -----------------------------------------------------------------------


def test_checkerboard_has_equal_tiles_at_any_size():
    board = checkerboard((16, 24), tiles=4)
    assert board.shape == (1, 3, 16, 24)
    expected = (np.indices((4, 6)).sum(0) % 2).repeat(4, 0).repeat(4, 1)
    assert np.array_equal(
        board[0, 0].numpy(), np.where(expected == 0, np.float32(0.97), np.float32(0.85))
    )
    odd = checkerboard(17, tiles=8)[0, 0]
    runs = (odd[0, 1:] != odd[0, :-1]).sum()
    assert runs == 7 and checkerboard(8, tiles=1).unique().tolist() == pytest.approx(
        [0.97]
    )
    for tiles in (0, 9):
        with pytest.raises(ValueError, match=f"tiles={tiles}"):
            checkerboard((8, 20), tiles=tiles)


def test_four_way_is_black_white_checkerboard_and_alpha():
    rgba = pictures(size=(8, 8))
    views, sheet = composites(rgba, tiles=4), four_way(rgba, tiles=4)
    assert list(views) == [
        "black",
        "white",
        "checkerboard",
        "alpha",
    ] and sheet.shape == (2, 3, 16, 16)
    assert torch.equal(sheet[..., :8, :8], views["black"]) and torch.equal(
        sheet[..., :8, 8:], views["white"]
    )
    assert torch.equal(sheet[..., 8:, :8], blend_over(rgba, checkerboard(8, tiles=4)))
    assert torch.equal(sheet[:, 0, 8:, 8:], rgba[:, 3])
    assert (views["white"] >= views["black"] - 1e-6).all()


# ---- files -------------------------------------------------------------------------


def test_png_keeps_colour_where_alpha_is_zero(tmp_path):
    bytes_ = torch.randint(
        256, (1, 4, 9, 11), generator=torch.Generator().manual_seed(3)
    )
    bytes_[:, 3, :, :6] = 0
    rgba = bytes_ / 255
    back = read_image(write_image(tmp_path / "glass.png", rgba), mode="RGBA")
    assert torch.equal((back * 255).round().long(), bytes_)
    again = read_image(write_image(tmp_path / "again.png", back), mode="RGBA")
    assert torch.equal(again, back)


def test_a_picture_without_opacity_is_read_as_opaque(tmp_path):
    path = write_image(tmp_path / "paint.png", pictures(1, 3))
    assert read_image(path, mode="RGBA")[:, 3].unique().tolist() == [1.0]


# ---- the objective -----------------------------------------------------------------


class View:
    def __init__(self, alpha):
        self.alpha = alpha


def score(value=4.0):
    return Objective(lambda activations: torch.tensor(value), name="score")


def test_value_is_the_formula_of_the_original():
    rgba, seen = pictures(), torch.rand(2, 1, 3, 3)
    objective = transparency_objective(score(), View(seen))
    wanted = 4 * 0.5 * (1 - rgba[:, 3].mean()) + 4 * (1 - seen.mean())
    assert objective({IMAGE: rgba}) == pytest.approx(wanted.item(), rel=1e-6)
    objective.pressure = 2.0
    wanted = 4 * 0.5 * (1 - rgba[:, 3].mean()) ** 2 + 4 * (1 - seen.mean()) ** 2
    assert objective({IMAGE: rgba}) == pytest.approx(wanted.item(), rel=1e-6)
    objective.pressure = 0.0
    assert objective({IMAGE: rgba}) == pytest.approx(1.5 * 4)
    objective.crop = 0.0
    assert objective({IMAGE: rgba}) == pytest.approx(0.5 * 4)
    assert transparency_objective(score(), pressure=1, full=1)(
        {IMAGE: rgba}
    ) == pytest.approx(4 * (1 - rgba[:, 3].mean().item()), rel=1e-6)


def test_pressure_grows_with_the_objective_and_turns_below_zero():
    slopes = []
    for value in (0.0, 1.0, 3.0, -1.0):
        rgba = pictures().requires_grad_()
        transparency_objective(score(value), View(rgba[:, 3:]))(
            {IMAGE: rgba}
        ).backward()
        slopes.append(rgba.grad[:, 3].sum().item())
    assert (
        slopes[0] == 0
        and slopes[1] < 0
        and slopes[2] == pytest.approx(3 * slopes[1], rel=1e-5)
    )
    assert slopes[3] == pytest.approx(-slopes[1], rel=1e-5)


def test_gradient_is_finite_where_everything_is_opaque():
    rgba = torch.ones(1, 4, 2, 2, requires_grad=True)
    for pressure in (0.0, 0.5, 1.0, 2.0):
        (value,) = torch.autograd.grad(
            transparency_objective(score(), pressure=pressure)({IMAGE: rgba}),
            rgba,
            allow_unused=True,
        )
        assert torch.isfinite(value).all()


def test_bound_to_one_picture_it_leaves_the_others_alone():
    rgba = pictures(3).requires_grad_()
    total = sum(
        transparency_objective(score(k + 1.0), View(rgba[:, 3:]), batch=k)
        for k in range(2)
    )
    total({IMAGE: rgba}).backward()
    slopes = rgba.grad[:, 3].sum((1, 2))
    assert (
        slopes[0] < 0
        and slopes[1] == pytest.approx(2 * slopes[0].item(), rel=1e-5)
        and slopes[2] == 0
    )


def test_layers_and_name_are_those_of_the_objective():
    objective = transparency_objective("conv5:3", batch=1)
    assert (
        objective.layers == {"conv5"}
        and repr(objective) == "transparent(channel('conv5', 3), batch=1)"
    )


def test_careless_use_is_explained():
    with pytest.raises(ValueError, match="pressure=-1 must be 0"):
        transparency_objective(score(), pressure=-1)
    with pytest.raises(ValueError, match="needs pictures with opacity"):
        transparency_objective(score())({IMAGE: pictures(channels=3)})
    with pytest.raises(ValueError, match="transforms=view"):
        transparency_objective(score(), View(None))({IMAGE: pictures()})
