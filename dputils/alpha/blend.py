"""Pictures with opacity: laying one over another in linear light, and asking for as
little of it as possible.

A picture with opacity is `(N, 4, H, W)`: sRGB colour and, fourth, alpha, 0 for glass
and 1 for paint. The colour is straight, not multiplied by alpha, so it is still there
where alpha is 0.
"""

from typing import TYPE_CHECKING

import torch

from ..color import linear_to_srgb, srgb_to_linear
from ..objectives import (
    IMAGE,
    NamedActivations,
    Objective,
    ObjectiveLike,
    as_objective,
    bound,
    of,
)
from ..sizes import Size, height_width

if TYPE_CHECKING:
    from .backgrounds import OverBackground


def blend_over(rgba: torch.Tensor, background: torch.Tensor | float) -> torch.Tensor:
    """Lay pictures with opacity over a background, in linear light.

    The result is `colour · alpha + background · (1 - alpha)`. Light adds, the numbers
    in a file do not: sRGB is undone first and applied again afterwards.

    Args:
        rgba: `(N, 4, H, W)` in [0, 1].
        background: `(N or 1, 3, H, W)` in [0, 1]; with four channels it has opacity
            itself; a number is a grey.
    Returns: `(N, 3, H, W)`; `(N, 4, H, W)` if the background has opacity. Where nothing
        covers anything, the colour is the upper picture's.
    Raises: ValueError for other shapes.
    Gradients: reach colour (times alpha), alpha (times the difference of the colours)
        and background.
    Source: article, section 4; "over" in Porter and Duff, Compositing Digital Images
        (1984).
    Differs: the original optimizes linear colour and encodes after blending, with a
        power of 2.2; here pictures are sRGB before and after, with the standard's
        curve, so that they can be shown and saved as they are.
    """
    _four(rgba, "blend_over")
    if not torch.is_tensor(background):
        background = torch.full((1, 3, 1, 1), float(background)).to(rgba)
    elif (
        background.dim() != 4
        or background.shape[1] not in (3, 4)
        or len(background) not in (1, len(rgba))
        or tuple(background.shape[2:]) not in ((1, 1), tuple(rgba.shape[2:]))
    ):
        raise ValueError(
            f"the background of pictures of shape {tuple(rgba.shape)} "
            "must be (N or 1, 3 or 4, H, W) of the same height and width, "
            f"or a number, not {tuple(background.shape)}"
        )
    alpha, below = rgba[:, 3:], background[:, 3:]
    upper, lower = srgb_to_linear(rgba[:, :3]), srgb_to_linear(background[:, :3])
    if background.shape[1] == 3:
        return linear_to_srgb(upper * alpha + lower * (1 - alpha))
    cover = alpha + below * (1 - alpha)
    share = torch.where(
        cover > 0, alpha / cover.clamp(min=1e-12), torch.ones_like(cover)
    )
    return torch.cat([linear_to_srgb(upper * share + lower * (1 - share)), cover], 1)


def checkerboard(
    size: Size, *, tiles: int = 8, light: float = 0.97, dark: float = 0.85
) -> torch.Tensor:
    """The usual sign for "nothing here": a grey checkerboard `(1, 3, H, W)`.

    Args:
        size: `(H, W)`, or one number for a square.
        tiles: how many along the shorter side; the one at the top left is light.
        light, dark: the two greys, sRGB in [0, 1]. The original notebook has 0.95 and
            0.6; the defaults are paler, so that the picture is louder than its ground.
    Raises: ValueError for no tiles, or more than the shorter side has pixels.
    """
    height, width = height_width(size)
    if not 1 <= tiles <= min(height, width):
        raise ValueError(
            f"tiles={tiles} must lie between 1 and the shorter side of "
            f"{height}×{width} pixels"
        )
    row, column = (
        torch.arange(n) * tiles // min(height, width) for n in (height, width)
    )
    odd = (row[:, None] + column[None]) % 2
    return torch.where(odd == 0, light, dark).expand(1, 3, height, width).contiguous()


def composites(rgba: torch.Tensor, *, tiles: int = 8) -> dict[str, torch.Tensor]:
    """A picture with opacity over "black", "white" and "checkerboard", and "alpha".

    Each is `(N, 3, H, W)` in [0, 1]; "alpha" is the opacity alone, opaque as white.
    Raises: ValueError unless `rgba` is `(N, 4, H, W)`.
    """
    _four(rgba, "composites")
    board = checkerboard(tuple(rgba.shape[2:]), tiles=tiles).to(rgba)
    return {
        "black": blend_over(rgba, 0.0),
        "white": blend_over(rgba, 1.0),
        "checkerboard": blend_over(rgba, board),
        "alpha": rgba[:, 3:].expand(-1, 3, -1, -1),
    }


def four_way(rgba: torch.Tensor, *, tiles: int = 8) -> torch.Tensor:
    """The four `composites` as one picture, `(N, 3, 2H, 2W)`.

    Black and white are above, checkerboard and alpha below.
    """
    black, white, board, alpha = composites(rgba, tiles=tiles).values()
    return torch.cat([torch.cat([black, white], 3), torch.cat([board, alpha], 3)], 2)


class TransparencyObjective(Objective):
    """What `transparency_objective` returns.

    `pressure`, `full`, `crop` and `view` may be changed while a run goes on.
    """

    def __init__(
        self,
        objective: Objective,
        view: "OverBackground | None",
        pressure: float,
        full: float,
        crop: float,
        batch: int | None,
    ) -> None:
        super().__init__(
            self._value, objective.layers, f"transparent({objective!r}{bound(batch)})"
        )
        self.objective, self.view, self.batch = objective, view, batch
        self.pressure, self.full, self.crop = pressure, full, crop

    def _value(self, activations: NamedActivations) -> torch.Tensor:
        picture = _four(of(activations, IMAGE, self.batch), "transparency_objective")
        factor = self.full * self._glass(picture[:, 3:])
        if self.view is not None:
            if self.view.alpha is None:
                raise ValueError(
                    "the network did not look through this view; pass it on as "
                    "transforms=view"
                )
            factor = factor + self.crop * self._glass(
                of({"alpha": self.view.alpha}, "alpha", self.batch)
            )
        return self.objective(activations) * factor

    def _glass(self, alpha: torch.Tensor) -> torch.Tensor:
        return (1 - alpha.mean()).clamp(min=1e-6) ** self.pressure


def transparency_objective(
    objective: ObjectiveLike,
    view: "OverBackground | None" = None,
    *,
    pressure: float = 1.0,
    full: float = 0.5,
    crop: float = 1.0,
    batch: int | None = None,
) -> TransparencyObjective:
    """An objective times how transparent the picture is.

    `objective · (1 - mean alpha)^pressure`: the product balances itself. While the
    objective is near zero, alpha costs nothing and may rise; once the objective is
    large, every bit of opacity costs a share of it. Only ratios count, so no weight has
    to be found anew for each unit. An objective below zero makes alpha rise, as it
    should.

    Args:
        objective: anything `as_objective` takes.
        view: the `OverBackground` through which the network looks, for the term of the
            part it sees; None leaves only the term of the full picture.
        pressure: exponent; 0 asks for no transparency, 1 is the article's product.
        full, crop: weights of the factors from the whole picture and from the part that
            the network sees.
        batch: bind the opacity to one picture of a batch; bind `objective` to the same
            one.
    Returns: an Objective whose `pressure`, `full`, `crop` and `view` are plain
        attributes.
    Raises: ValueError for a pressure below 0.
    Gradients: reach alpha directly, and everything through the objective.
    Source: article, section 4; its text has one factor, its notebook the two used here,
        0.5 full and 1 crop.
    Differs: the exponent, so that the pressure can be varied without the factor
        changing sign.
    """
    if pressure < 0:
        raise ValueError(
            f"pressure={pressure} must be 0 (none) or larger; 1 is the article's"
        )
    return TransparencyObjective(
        as_objective(objective), view, pressure, full, crop, batch
    )


def _four(rgba: torch.Tensor, name: str) -> torch.Tensor:
    if rgba.dim() != 4 or rgba.shape[1] != 4:
        raise ValueError(
            f"{name} needs pictures with opacity, of shape (N, 4, H, W), "
            f"not {tuple(rgba.shape)}; fourier_image(128, alpha=True) "
            'makes one, read_image(path, mode="RGBA") reads one'
        )
    return rgba
