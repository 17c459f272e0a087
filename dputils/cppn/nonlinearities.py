"""Activation functions that keep what passes through them at the scale it came in,
however many layers there are.

Each takes `(N, C, P)` and may change the number of channels. Source: article, section
3; Lucid's notebook `xy2rgb`.
"""

import torch
import torch.nn.functional as F

# Hidden units see a sum of many inputs, so about z ~ N(0, 1). The constants keep it so from layer to layer:
#   u = atan(z)    mean 0     mean square 0.450 = 0.67²    mean fourth power 0.360 = 0.60²
#   u²             mean 0.45  standard deviation √(0.360 - 0.450²) = 0.396
#   max(z, 0)      mean 1/√(2π) = 0.40                     standard deviation √(1/2 - 1/(2π)) = 0.58
#   |z|            mean square 1
# So `composite` and `absolute` have mean square 1; `unbiased` and `relu` have mean 0 and variance 1.


class _AtanPair(torch.autograd.Function):
    """atan and its square, scaled, side by side; in one step, because the separate ones
    take half a CPPN's time.
    """

    @staticmethod
    def forward(ctx, z, mean, scale):
        u, ctx.scale = torch.atan(z), scale
        ctx.save_for_backward(z, u)
        return torch.cat([u / 0.67, (u.square() - mean) / scale], 1)

    @staticmethod
    def backward(ctx, grad):
        z, u = ctx.saved_tensors
        odd, even = grad.chunk(2, 1)
        return (
            torch.addcmul(odd / 0.67, u, even, value=2 / ctx.scale).div_(
                z.square() + 1
            ),
            None,
            None,
        )


def composite(z):
    """atan and its square, side by side: twice as many channels, one half odd in z and
    one half even.
    """
    return _AtanPair.apply(z, 0.0, 0.6)


def unbiased(z):
    """`composite` with the mean of the square taken out."""
    return _AtanPair.apply(z, 0.45, 0.396)


def relu(z):
    """max(z, 0) with mean 0 and variance 1."""
    return (F.relu(z) - 0.4) / 0.58


def absolute(z):
    """|z|, which folds the plane."""
    return z.abs()


ACTIVATIONS = {
    "composite": composite,
    "unbiased": unbiased,
    "relu": relu,
    "abs": absolute,
}
