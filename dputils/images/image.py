"""Images as sums of bases, then colour, then a sigmoid:
`image = sigmoid(colour(basis + basis + …))`.

`ImageParam` adds bases and turns the sum into pixels in [0, 1]. Everything downstream
sees only the pixels. The parameterization is all that differs between a noisy picture
and a clean one, so it is written out in full.
"""

from collections.abc import Callable
from typing import Any, Self, cast

import torch
from torch import nn

from ..color import COLOR_MEAN, decorrelated_to_rgb, rgb_to_decorrelated
from ..devices import sent
from ..media import unit_floats
from ..sizes import Size
from .bases import Basis, FourierBasis, PixelBasis


class ImageParam(nn.Module):
    """A picture as a sum of bases: a call returns it, `(N, C, H, W)` in [0, 1].

    Bases add before colour and sigmoid (the article's footnote 4), so each may be
    anything from a full spectrum to a shared blur. A fourth channel with `alpha=True`
    is opacity: squashed like the colours, never mixed with them.

    Args:
        *bases: modules whose call returns raw values, all of one shape: each a `Basis`.
        decorrelate: read three colour channels as decorrelated colour (ignored for
            other channel counts).
        alpha: the bases have 4 channels, the last one opacity.
        squash: takes raw values to [0, 1]: `torch.sigmoid`, in whichever form, or
            `clipped` for the plain range without a sigmoid. Where it takes 0 into the
            range, as a sigmoid does, raw values are what it is given; where 0 is an end
            of the range or outside, as with `clipped`, they count from the middle of
            the range, ImageNet's mean colour.
    Raises: ValueError if the bases' shapes differ, or do not fit `alpha`.
    Gradients: reach every basis alike.
    Source: article, section 1, footnote 4; Lucid `param/images.py`.
    """

    def __init__(
        self,
        *bases: Basis,
        decorrelate: bool = True,
        alpha: bool = False,
        squash: Callable[[torch.Tensor], torch.Tensor] = torch.sigmoid,
    ) -> None:
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
        if not callable(squash):
            raise ValueError(
                f"squash={squash!r} must be a function of a tensor, such as "
                "torch.sigmoid or clipped"
            )
        self.alpha, self.squash = alpha, squash
        self._centred: tuple[object, bool] | None = None
        self.decorrelate = decorrelate and self.shape[1] == (4 if alpha else 3)

    def forward(self) -> torch.Tensor:
        first, *others = (basis() for basis in self.bases)
        raw = sum(others, first)
        if self.decorrelate and self.alpha:  # the fourth channel is opacity
            raw = torch.cat([decorrelated_to_rgb(raw[:, :3]), raw[:, 3:]], 1)
        elif self.decorrelate:
            raw = decorrelated_to_rgb(raw)
        return self.squash(raw if self._has_centre(raw) else raw + self._middle(raw))

    @torch.no_grad()
    def start_from(self, image: torch.Tensor) -> Self:
        """Set the parameters so that the picture is `image`, within 1e-3; returns self.

        Args:
            image: `(N, C, H, W)` or `(1, C, H, W)` in [0, 1], or bytes (pure black and
                white are moved in by 0.0005).
        Raises: ValueError if the shape or the range differs, no basis alone can hold
            every image, or the squash is neither a sigmoid nor the plain range.
        """
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
        bases = cast("list[Basis]", list(self.bases))
        holder = next(
            (basis for basis in bases if getattr(basis, "exact", False)), None
        )
        if holder is None:
            raise ValueError(
                "none of the bases can represent every image; add a "
                "PixelBasis, FourierBasis or LaplacianBasis, which can"
            )
        raw = self._unsquashed(unit_floats(image).to(next(self.parameters())))
        raw = raw if self._has_centre(raw) else raw - self._middle(raw)
        if self.decorrelate:
            raw = torch.cat([rgb_to_decorrelated(raw[:, :3]), raw[:, 3:]], 1)
        for basis in bases:
            basis.zero()
        holder.fit(raw.expand(self.shape).to(next(self.parameters()).dtype))
        return self

    def _unsquashed(self, image: torch.Tensor) -> torch.Tensor:
        """What the squash makes the image of, in double precision.

        Squashes have many names and forms, so the two that can be inverted are tried.
        """
        exact = image.double()
        for raw in (torch.logit(exact, eps=5e-4), exact):
            found = self.squash(raw.float())
            if torch.allclose(found, image.float().clamp(0, 1), rtol=0, atol=1e-3):
                return raw
        raise ValueError(
            f"start_from can invert torch.sigmoid and clipped, not {self.squash!r}"
        )

    @torch.no_grad()
    def _has_centre(self, raw: torch.Tensor) -> bool:
        """Whether the squash takes 0 into the range, as a sigmoid does.

        It is asked once: a GPU would have to wait for the answer at every step.
        """
        if self._centred is None or self._centred[0] is not self.squash:
            zero = self.squash(torch.zeros_like(raw))
            self._centred = self.squash, bool(((zero > 0) & (zero < 1)).all())
        return self._centred[1]

    def _middle(self, raw: torch.Tensor) -> torch.Tensor:
        """The middle of the range, `(1, C, 1, 1)`."""
        middle = (
            sent(COLOR_MEAN, raw)
            if self.decorrelate
            else raw.new_full((min(3, raw.shape[1]),), 0.5)
        )
        middle = torch.cat([middle, raw.new_full((raw.shape[1] - len(middle),), 0.5)])
        return middle.view(1, -1, 1, 1)


class _Clip(torch.autograd.Function):
    """Clamp to [0, 1]; its gradient lets a clipped pixel come back."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        # descent moves against the gradient
        outward = ((x < 0) & (grad > 0)) | ((x > 1) & (grad < 0))
        return grad.masked_fill(outward, 0)


def clipped(raw: torch.Tensor) -> torch.Tensor:
    """The alternative to the sigmoid: values clamped to [0, 1], any shape.

    Gradients: at a clamped value, only those that point back inside still pass.
    """
    return _Clip.apply(raw)


def fourier_image(
    size: Size,
    *,
    batch: int = 1,
    channels: int = 3,
    alpha: bool = False,
    decorrelate: bool = True,
    sd: float = 0.01,
    decay_power: float = 1.0,
    seed: int | None = 0,
) -> ImageParam:
    """The default picture of this book: one `FourierBasis` with decorrelated colour.

    Args: as for `FourierBasis` and `ImageParam`; with `alpha` there are 4 channels,
        whatever `channels` says.
    Returns: a module whose call is the picture, `(batch, channels, H, W)` in [0, 1].
    Source: article, introduction.
    """
    channels = 4 if alpha else channels
    basis = FourierBasis(
        size, batch=batch, channels=channels, sd=sd, decay_power=decay_power, seed=seed
    )
    return ImageParam(basis, decorrelate=decorrelate, alpha=alpha)


def pixel_image(
    size: Size,
    *,
    batch: int = 1,
    channels: int = 3,
    alpha: bool = False,
    decorrelate: bool = False,
    sd: float = 0.01,
    seed: int | None = 0,
) -> ImageParam:
    """The naive picture: one `PixelBasis`, plain RGB.

    Arguments and result as for `fourier_image`.
    """
    channels = 4 if alpha else channels
    return ImageParam(
        PixelBasis(size, batch=batch, channels=channels, sd=sd, seed=seed),
        decorrelate=decorrelate,
        alpha=alpha,
    )


@torch.no_grad()
def random_image(
    size: Size,
    *,
    batch: int = 1,
    sd: float = 0.2,
    decay_power: float = 1.5,
    decorrelate: bool = True,
    seed: int | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Smooth random pictures, `(batch, 3, H, W)` in [0, 1], without gradient.

    This is what a Fourier image looks like before it is optimized. `sd` sets the
    contrast, `decay_power` the smoothness. The defaults are the article's backgrounds
    (section 4). Give a seed or a generator; the default is seed 0.
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
