"""What lies behind a picture with opacity while it is optimized, and the transform that
lays it there.

A background is any function `(count, (H, W), generator) -> (count, 3, H, W)` in [0, 1]:
`smooth_noise()` and the others here make such functions. `OverBackground` calls one at
every step.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import nn

from ..data import PHOTOGRAPHS, sample_image
from ..devices import sent
from ..images import random_image
from ..transforms import Transform, compose, jitter, random_rotate, random_scale
from .blend import blend_over


class Background(Protocol):
    """`(count, (H, W), generator) -> (count, 3, H, W)` in [0, 1]."""

    def __call__(
        self,
        count: int,
        size: tuple[int, int],
        generator: torch.Generator | None = None,
        /,
    ) -> torch.Tensor: ...


def constant(colour: float | Sequence[float] | torch.Tensor) -> Background:
    """One colour everywhere: a grey in [0, 1], or three numbers red, green, blue.

    Raises: ValueError for other numbers.
    """
    colour = torch.as_tensor(colour, dtype=torch.float32).reshape(-1, 1, 1)
    if len(colour) not in (1, 3) or not bool(((colour >= 0) & (colour <= 1)).all()):
        raise ValueError(
            "a colour is one number or three, in [0, 1], not "
            f"{colour.flatten().tolist()}"
        )
    return lambda count, size, generator=None: colour.expand(count, 3, *size)


def white_noise(sd: float = 0.25) -> Background:
    """Independent values in every pixel and channel.

    Normal around mid-grey, with standard deviation `sd`, clamped to [0, 1].
    """
    return lambda count, size, generator=None: (
        0.5 + sd * torch.randn((count, 3, *size), generator=generator)
    ).clamp(0, 1)


def smooth_noise(sd: float = 0.2, decay_power: float = 1.5) -> Background:
    """Smooth coloured clouds, `random_image`: the article's backgrounds.

    A larger decay gives larger, bolder clouds.
    """

    def draw(
        count: int, size: tuple[int, int], generator: torch.Generator | None = None
    ) -> torch.Tensor:
        generator = torch.default_generator if generator is None else generator
        return random_image(
            size, batch=count, sd=sd, decay_power=decay_power, generator=generator
        )

    return draw


def photographs(pictures: Iterable[str | torch.Tensor] | None = None) -> Background:
    """Random windows of photographs, upright or mirrored, anywhere in the picture.

    A window is at least as large as the size asked for (where the picture is), and at
    most the whole picture.

    Args:
        pictures: names that `sample_image` takes, or tensors `(1, 3, H, W)`; default
            the bundled photographs.
    Raises: ValueError without any picture.
    """
    named = list(PHOTOGRAPHS if pictures is None else pictures)
    if not named:
        raise ValueError(
            "photographs needs at least one picture: a name for sample_image, or a "
            "tensor (1, 3, H, W)"
        )
    loaded: dict[int, torch.Tensor] = {}

    def window(
        size: tuple[int, int], generator: torch.Generator | None
    ) -> torch.Tensor:
        which = _integer(len(named), generator)
        if which not in loaded:
            chosen = named[which]
            loaded[which] = sample_image(chosen) if isinstance(chosen, str) else chosen
        picture = loaded[which]
        # The largest window of the wanted shape, times a random factor, but not finer
        # than the picture's own pixels.
        largest = min(full / wanted for full, wanted in zip(picture.shape[2:], size))
        smallest = min(1.0, largest)
        factor = (
            smallest + (largest - smallest) * torch.rand((), generator=generator).item()
        )
        height, width = (
            min(full, max(1, round(wanted * factor)))
            for full, wanted in zip(picture.shape[2:], size)
        )
        top, left = (
            _integer(full - n + 1, generator)
            for full, n in zip(picture.shape[2:], (height, width))
        )
        cut = F.interpolate(
            picture[..., top : top + height, left : left + width],
            size=size,
            mode="bilinear",
            align_corners=False,
            antialias=True,
        )
        return (cut.flip(3) if _integer(2, generator) else cut).clamp(0, 1)

    return lambda count, size, generator=None: torch.cat(
        [window(size, generator) for _ in range(count)]
    )


def fixed(background: Background, seed: int = 0) -> Background:
    """One draw of another background for all steps: a picture can learn it by heart."""
    return lambda count, size, generator=None: background(
        count, size, torch.Generator().manual_seed(seed)
    )


class LearnedBackground(nn.Module):
    """A background that is optimized together with the picture, its ally.

    With `against=True` it is the picture's adversary. Give its parameters to the
    optimizer too, in `maximize(image, …, optimizer=…)`:
    `lambda p: torch.optim.Adam([*p, *background.parameters()], lr=0.05)`.

    Args:
        image: a module whose call returns `(N, 3, H, W)`: one background for all
            pictures, or one each. It must be as large as what it lies behind, with the
            margin of `OverBackground`; a larger one is cropped at its centre.
        against: turn its gradient round, so that the same step that raises the
            objective for the picture lowers it for the background.
    Raises: ValueError where it is smaller than what it lies behind, or has another
        number of pictures.
    Source: the two kinds are named in the article's footnote 9. A gradient is turned
        round as in Ganin and Lempitsky, Unsupervised Domain Adaptation by
        Backpropagation (2015).
    """

    def __init__(self, image: nn.Module, *, against: bool = False) -> None:
        super().__init__()
        self.image, self.against = image, against

    def forward(
        self,
        count: int,
        size: tuple[int, int],
        generator: torch.Generator | None = None,
    ) -> torch.Tensor:
        picture = self.image()
        if self.against and picture.requires_grad:
            picture.register_hook(torch.neg)
        spare = [full - wanted for full, wanted in zip(picture.shape[2:], size)]
        if min(spare) < 0 or len(picture) not in (1, count):
            raise ValueError(
                f"a learned background of shape {tuple(picture.shape)} "
                f"cannot lie behind {count} pictures of "
                f"{size[0]}×{size[1]} pixels (margin included); use "
                f"fourier_image({tuple(size)})"
            )
        top, left = spare[0] // 2, spare[1] // 2
        return picture[..., top : top + size[0], left : left + size[1]].expand(
            count, -1, -1, -1
        )


class OverBackground:
    """The transform for pictures with opacity: a fresh background, then the moves.

    Pass it to `maximize(image, objective, network, transforms=view)`. The network sees
    `(N, 3, H', W')`; the opacity of what it saw, `(N, 1, H', W')`, stays in `alpha` for
    `transparency_objective`. All that is random comes from the run's seed.

    Args:
        background: a function `(count, (H, W), generator)`; default `smooth_noise()`,
            the article's.
        transforms: what follows, a transform or a list; default the standard stack
            without its grey border.
        margin: pixels of bare background around the picture, in place of that border.
        each: a background for every picture of the batch; False lays all over one.
    All four are plain attributes (`transforms` as `transform`) and may be changed
    between two steps.
    Raises: ValueError if the pictures have no opacity or the background does not fit.
    Gradients: reach colour, opacity, and a learned background.
    Source: article, section 4, Figure 10.
    Differs: the original shows the network windows of half the picture's side, scaled
        by 0.6 … 1.1, which suits patterns that fill the plane:
        `OverBackground(transforms=[jitter(size // 2), random_scale(…)], margin=0)`. The
        default here shows the whole picture with some room around it, which suits
        single things.
    """

    def __init__(
        self,
        background: Background | None = None,
        transforms: Transform | Iterable[Transform] | None = None,
        *,
        margin: int = 12,
        each: bool = True,
    ) -> None:
        self.background = smooth_noise() if background is None else background
        self.transform = (
            moves()
            if transforms is None
            else transforms
            if callable(transforms)
            else compose(*transforms)
        )
        self.margin, self.each = margin, each
        self.alpha: torch.Tensor | None = None

    def __call__(
        self, images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        if images.dim() != 4 or images.shape[1] != 4:
            raise ValueError(
                "OverBackground needs pictures with opacity, (N, 4, H, "
                f"W), not {tuple(images.shape)}; fourier_image(128, "
                "alpha=True) makes one"
            )
        # opacity 0: the background goes on around the picture
        placed = F.pad(images, (self.margin,) * 4)
        height, width = placed.shape[2:]
        behind = sent(
            self.background(
                len(images) if self.each else 1, (height, width), generator
            ),
            images,
        )
        scene = torch.cat([blend_over(placed, behind), placed[:, 3:]], 1)
        # colour and opacity get the same shift, scale and turn
        scene = self.transform(scene, generator)
        self.alpha = scene[:, 3:]
        return scene[:, :3]


def moves() -> Transform:
    """The standard transforms without their grey border.

    Jitter 8, scale 0.90 … 1.10, rotate -10° … 10°, jitter 4.
    """
    return compose(
        jitter(8),
        random_scale([1 + (i - 5) / 50 for i in range(11)]),
        random_rotate(list(range(-10, 11)) + 5 * [0]),
        jitter(4),
    )


def _integer(limit: int, generator: torch.Generator | None) -> int:
    return int(torch.randint(limit, (), generator=generator))
