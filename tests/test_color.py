import pytest
import torch

from dputils import color


def test_the_matrix_is_the_original_divided_by_its_longest_column():
    # Values of the original's normalised matrix, to four places.
    expected = torch.tensor(
        [[0.5628, 0.1948, 0.0433], [0.5845, 0.0, -0.1082], [0.5845, -0.1948, 0.0649]]
    )
    assert torch.allclose(color.COLOR_CORRELATION, expected, atol=1e-4)
    assert color.COLOR_CORRELATION.norm(dim=0).max() == pytest.approx(1.0)


def test_decorrelation_multiplies_every_pixel_and_inverts():
    t = torch.randn(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    rgb = color.decorrelated_to_rgb(t)
    assert torch.allclose(
        rgb[1, :, 2, 3], color.COLOR_CORRELATION @ t[1, :, 2, 3], atol=1e-6
    )
    assert torch.allclose(color.rgb_to_decorrelated(rgb), t, atol=1e-5)


def test_lightness_is_the_strongest_direction():
    grey = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    r, g, b = color.decorrelated_to_rgb(grey).flatten().tolist()
    assert max(r, g, b) - min(r, g, b) < 0.05 < r


def test_transfer_curve_matches_the_standard_and_round_trips():
    x = torch.linspace(0, 1, 1001, dtype=torch.float64)
    linear = color.srgb_to_linear(x)
    assert color.srgb_to_linear(torch.tensor(0.5)).item() == pytest.approx(
        0.21404, abs=1e-5
    )
    assert color.linear_to_srgb(torch.tensor(0.18)).item() == pytest.approx(
        0.46135, abs=1e-4
    )
    assert torch.allclose(color.linear_to_srgb(linear), x, atol=1e-6)
    assert (linear[1:] > linear[:-1]).all()


def test_transfer_curve_has_finite_gradients_at_black():
    for curve in (color.srgb_to_linear, color.linear_to_srgb):
        x = torch.tensor([0.0, 1e-6, 0.5, 1.0], requires_grad=True)
        curve(x).sum().backward()
        assert torch.isfinite(x.grad).all() and (x.grad > 0).all()


@pytest.mark.parametrize("shape", [(3, 4, 4), (1, 4, 4, 4)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"\(N, 3, H, W\)"):
        color.decorrelated_to_rgb(torch.zeros(shape))
