"""What a pixel value means: decorrelated colour, and the sRGB transfer curve."""

import torch

from .devices import sent

# Covariance square root of ImageNet's colours (rows R, G, B), as measured for Lucid.
# Its columns are, roughly, lightness, blue against yellow, green against magenta: three
# numbers that vary independently in photographs.
_COLOR_COVARIANCE_ROOT = torch.tensor(
    [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]]
)

# Divided by its longest column (0.46195), so that a unit step changes no channel by
# more than about 0.6.
COLOR_CORRELATION = _COLOR_COVARIANCE_ROOT / _COLOR_COVARIANCE_ROOT.norm(dim=0).max()

# ImageNet's mean colour: where an image without the sigmoid starts.
COLOR_MEAN = torch.tensor([0.48, 0.46, 0.41])


def decorrelated_to_rgb(t: torch.Tensor) -> torch.Tensor:
    """Mix three decorrelated channels into red, green and blue, before any squashing.

    Args:
        t: `(N, 3, H, W)`, any range.
    Returns: `(N, 3, H, W)`, each pixel multiplied by COLOR_CORRELATION.
    Raises: ValueError for another shape.
    Gradients: reach `t`; a step in one decorrelated channel moves all three colours
        together, as in photographs.
    Source: article, introduction (preconditioning); Lucid `param/color.py`.
    """
    return (
        sent(COLOR_CORRELATION, t) @ _three(t, "decorrelated_to_rgb").flatten(2)
    ).unflatten(2, t.shape[2:])


def rgb_to_decorrelated(rgb: torch.Tensor) -> torch.Tensor:
    """Inverse of `decorrelated_to_rgb`, same shapes."""
    inverse = sent(torch.linalg.inv(COLOR_CORRELATION.double()), rgb)
    return torch.einsum("cr,nrhw->nchw", inverse, _three(rgb, "rgb_to_decorrelated"))


def srgb_to_linear(rgb: torch.Tensor) -> torch.Tensor:
    """sRGB-encoded values in [0, 1] to linear light in [0, 1], any shape.

    Gradients: finite everywhere, also at black.
    Source: IEC 61966-2-1.
    Differs: Lucid uses a pure power of 2.2; this is the standard's curve, straight near
        black.
    """
    # The clamp keeps the unused branch's gradient finite: torch.where would pass its
    # NaN on.
    return torch.where(
        rgb <= 0.04045, rgb / 12.92, ((rgb.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4
    )


def linear_to_srgb(rgb_linear: torch.Tensor) -> torch.Tensor:
    """Linear light in [0, 1] to sRGB-encoded values in [0, 1], any shape.

    The inverse of `srgb_to_linear`.
    """
    bright = 1.055 * rgb_linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(rgb_linear <= 0.0031308, rgb_linear * 12.92, bright)


def _three(t: torch.Tensor, name: str) -> torch.Tensor:
    if t.dim() != 4 or t.shape[1] != 3:
        raise ValueError(
            f"{name} needs a tensor of shape (N, 3, H, W), not "
            f"{tuple(t.shape)}; pick or repeat channels first, for "
            "example with t[:, :3]"
        )
    return t
