"""Images as sums of bases, then colour, then a sigmoid:
`image = sigmoid(colour(basis + basis + …))`.

`ImageParam` adds bases and turns the sum into pixels in [0, 1]. Everything downstream
sees only the pixels. The parameterization is all that differs between a noisy picture
and a clean one, so it is written out in full.
"""

import torch
from torch import nn

from ..color import COLOR_MEAN, decorrelated_to_rgb, rgb_to_decorrelated
from .bases import AllPairsBasis, FourierBasis, LaplacianBasis, LowResBasis, PixelBasis

__all__ = [
    "AllPairsBasis",
    "FourierBasis",
    "ImageParam",
    "LaplacianBasis",
    "LowResBasis",
    "PixelBasis",
    "clipped",
    "fourier_image",
    "pixel_image",
    "random_image",
]


class ImageParam(nn.Module):
    """A picture as a sum of bases: `ImageParam(basis, …)()` is `(N, C, H, W)` in [0,
    1].

    Bases add before colour and sigmoid (the article's footnote 4), so each may be
    anything from a full spectrum to a shared blur. A fourth channel with `alpha=True`
    is opacity: squashed like the colours, never mixed with them.

    Args:
        *bases: modules whose call returns raw values, all of one shape.
        decorrelate: read three colour channels as decorrelated colour (ignored for
            other channel counts).
        alpha: the bases have 4 channels, the last one opacity.
        squash: `torch.sigmoid`, or `clipped` for the plain range without a sigmoid.
    Raises: ValueError if the bases' shapes differ, or do not fit `alpha`.
    Gradients: reach every basis alike.
    Source: article, section 1, footnote 4; Lucid `param/images.py`.
    """

    def __init__(self, *bases, decorrelate=True, alpha=False, squash=torch.sigmoid):
        super().__init__()
        if not bases:
            raise ValueError(
                "ImageParam needs at least one basis, for example "
                "ImageParam(FourierBasis(128))"
            )
        shapes = [basis.shape for basis in bases]
        if len(set(shapes)) > 1:
            raise ValueError(
                "bases are added, so their shapes must agree; got "
                f"{', '.join(map(str, shapes))} (give all the same size, "
                "batch and channels)"
            )
        self.shape = shapes[0]
        if alpha and self.shape[1] != 4:
            raise ValueError(
                "alpha=True needs bases with channels=4 (red, green, blue, opacity), "
                f"not {self.shape[1]}"
            )
        self.bases = nn.ModuleList(bases)
        self.alpha, self.squash = alpha, squash
        self.decorrelate = decorrelate and self.shape[1] == (4 if alpha else 3)

    def forward(self):
        first, *others = (basis() for basis in self.bases)
        raw = sum(others, first)
        if self.decorrelate and self.alpha:  # the fourth channel is opacity
            raw = torch.cat([decorrelated_to_rgb(raw[:, :3]), raw[:, 3:]], 1)
        elif self.decorrelate:
            raw = decorrelated_to_rgb(raw)
        return self.squash(
            raw if self.squash is torch.sigmoid else raw + self._offset(raw)
        )

    @torch.no_grad()
    def start_from(self, image):
        """Set the parameters so that the picture is `image`, within 1e-3, and return
        self.

        Args:
            image: `(N, C, H, W)` or `(1, C, H, W)` in [0, 1] (pure black and white are
                moved in by 0.0005).
        Raises: ValueError if the shape differs or no basis alone can hold every image.
        """
        image = image.to(next(self.parameters()))
        if (
            image.dim() != 4
            or tuple(image.shape[1:]) != tuple(self.shape[1:])
            or len(image) not in (1, self.shape[0])
        ):
            raise ValueError(
                f"start_from needs an image of shape {self.shape}, not "
                f"{tuple(image.shape)}; read_image(..., "
                f"size={tuple(self.shape[2:])}) resizes"
            )
        holder = next(
            (basis for basis in self.bases if getattr(basis, "exact", False)), None
        )
        if holder is None:
            raise ValueError(
                "none of the bases can represent every image; add a "
                "PixelBasis, FourierBasis or LaplacianBasis, which can"
            )
        if self.squash is torch.sigmoid:
            raw = torch.logit(image.double(), eps=5e-4)
        elif self.squash is clipped:
            raw = image.double()
        else:
            raise ValueError(
                f"start_from can invert torch.sigmoid and clipped, not {self.squash!r}"
            )
        raw = raw - self._offset(raw)
        if self.decorrelate:
            raw = torch.cat([rgb_to_decorrelated(raw[:, :3]), raw[:, 3:]], 1)
        for basis in self.bases:
            basis.zero()
        holder.fit(raw.expand(self.shape).to(next(self.parameters()).dtype))
        return self

    def _offset(self, raw):
        """The sigmoid starts at mid-grey by itself; a clipped image has to be told
        where the middle is.
        """
        if self.squash is torch.sigmoid:
            return 0.0
        middle = (
            COLOR_MEAN.to(raw)
            if self.decorrelate
            else torch.full((min(3, raw.shape[1]),), 0.5).to(raw)
        )
        middle = torch.cat(
            [middle, torch.full((raw.shape[1] - len(middle),), 0.5).to(raw)]
        )
        return middle.view(1, -1, 1, 1)


class _Clip(torch.autograd.Function):
    """Clamp to [0, 1] whose gradient stops only what pushes further out, so a clipped
    pixel can come back.
    """

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        # descent moves against the gradient
        outward = ((x < 0) & (grad > 0)) | ((x > 1) & (grad < 0))
        return grad.masked_fill(outward, 0)


def clipped(raw):
    """The alternative to the sigmoid: values clamped to [0, 1]; gradients that point
    back inside still pass.
    """
    return _Clip.apply(raw)


def fourier_image(
    size,
    *,
    batch=1,
    channels=3,
    alpha=False,
    decorrelate=True,
    sd=0.01,
    decay_power=1.0,
    seed=0,
):
    """The default picture of this book: one `FourierBasis` with decorrelated colour."""
    channels = 4 if alpha else channels
    basis = FourierBasis(
        size, batch=batch, channels=channels, sd=sd, decay_power=decay_power, seed=seed
    )
    return ImageParam(basis, decorrelate=decorrelate, alpha=alpha)


def pixel_image(
    size, *, batch=1, channels=3, alpha=False, decorrelate=False, sd=0.01, seed=0
):
    """The naive picture: one `PixelBasis`, plain RGB."""
    channels = 4 if alpha else channels
    return ImageParam(
        PixelBasis(size, batch=batch, channels=channels, sd=sd, seed=seed),
        decorrelate=decorrelate,
        alpha=alpha,
    )


@torch.no_grad()
def random_image(
    size,
    *,
    batch=1,
    sd=0.2,
    decay_power=1.5,
    decorrelate=True,
    seed=None,
    generator=None,
):
    """Smooth random pictures `(batch, 3, H, W)` in [0, 1]: what a Fourier image looks
    like before it is optimized.

    `sd` sets the contrast, `decay_power` the smoothness. The defaults are the article's
    backgrounds (section 4).
    Source: Lucid `param/random.py`, `image_sample`.
    """
    basis = FourierBasis(
        size,
        batch=batch,
        sd=sd,
        decay_power=decay_power,
        seed=seed,
        generator=generator,
    )
    return ImageParam(basis, decorrelate=decorrelate)()
