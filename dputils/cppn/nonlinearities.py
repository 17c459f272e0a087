"""Activation functions that keep what passes through them at the scale it came in,
however many layers there are.

Each takes `(N, C, P)` and may change the number of channels. Source: article, section
3; Lucid's notebook `xy2rgb`.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F

Activation: TypeAlias = Callable[[torch.Tensor], torch.Tensor]
"""From `(N, C, P)` to as many points, with any number of channels."""

# Hidden units see a sum of many inputs, so about z ~ N(0, 1). The constants keep it so
# from layer to layer:
#   u = atan(z)   mean square 0.450 = 0.67², mean 0; mean fourth power 0.360 = 0.60²
#   u²            standard deviation √(0.360 - 0.450²) = 0.396, mean 0.45
#   max(z, 0)     standard deviation √(1/2 - 1/(2π)) = 0.58, mean 1/√(2π) = 0.40
#   |z|           mean square 1
# So `composite` and `absolute` have mean square 1; `unbiased` and `relu` have mean 0
# and variance 1.


class _AtanPair(torch.autograd.Function):
    """atan and its square, scaled, side by side.

    In one step, because the separate ones take half a CPPN's time.
    """

    @staticmethod
    def forward(ctx: Any, z: torch.Tensor, mean: float, scale: float) -> torch.Tensor:
        u, ctx.scale = torch.atan(z), scale
        ctx.save_for_backward(z, u)
        return torch.cat([u / 0.67, (u.square() - mean) / scale], 1)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        z, u = ctx.saved_tensors
        if torch.is_grad_enabled():  # for a second derivative u must know its z
            u = torch.atan(z)
        odd, even = grad.chunk(2, 1)
        return (
            torch.addcmul(odd / 0.67, u, even, value=2 / ctx.scale).div_(
                z.square() + 1
            ),
            None,
            None,
        )


def composite(z: torch.Tensor) -> torch.Tensor:
    """atan and its square, side by side: twice as many channels.

    One half is odd in z and one half even.
    """
    return _AtanPair.apply(z, 0.0, 0.6)


def unbiased(z: torch.Tensor) -> torch.Tensor:
    """`composite` with the mean of the square taken out."""
    return _AtanPair.apply(z, 0.45, 0.396)


def relu(z: torch.Tensor) -> torch.Tensor:
    """max(z, 0) with mean 0 and variance 1."""
    return (F.relu(z) - 0.4) / 0.58


def absolute(z: torch.Tensor) -> torch.Tensor:
    """|z|, which folds the plane."""
    return z.abs()


ACTIVATIONS: dict[str, Activation] = {
    "composite": composite,
    "unbiased": unbiased,
    "relu": relu,
    "abs": absolute,
}
