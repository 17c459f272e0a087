"""Style transfer in one forward pass: a small network that repaints any photograph, in
one of several manners.

`minimize` answers the question "which picture has this content and that style" anew for
every photograph. This network was trained to give the answer at once
(`data/fast_style/train.py`). All styles share its convolutions. A style is nothing but
a gain and a shift for every channel after every normalization, so styles can be blended
like numbers.
"""

import contextlib
import difflib
import json
import operator
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, SupportsIndex, TypeAlias, cast

import torch
import torch.nn.functional as F
from torch import nn

from .. import data
from ..devices import sent
from ..media import unit_floats

Kind: TypeAlias = Literal["instance", "batch", "none"]
"""Of a normalization."""

Style: TypeAlias = int | str | dict[str, float] | torch.Tensor
"""An index, a name, `{name: share}`, or a mixture `(styles,)` or `(N, styles)`."""


class ConditionalNorm(nn.Module):
    """Instance normalization whose gain and shift are looked up by style.

    Each channel of each picture loses its own mean and is divided by its own standard
    deviation; this takes the photograph's contrast away. Then the style puts its own
    in: `gain[style] · x + shift[style]`.

    Args:
        channels, styles: how many of each.
        kind: "instance"; "batch" averages over the pictures too, "none" only scales and
            shifts, to see what the normalization is for.
    Raises: ValueError for another kind.
    Gradients: reach the activations, the mixture, gains and shifts.
    Source: Dumoulin, Shlens and Kudlur, A Learned Representation for Artistic Style
        (2017).
    """

    def __init__(self, channels: int, styles: int, kind: Kind = "instance") -> None:
        super().__init__()
        if kind not in ("instance", "batch", "none"):
            raise ValueError(f'kind is "instance", "batch" or "none", not {kind!r}')
        self.kind = kind
        self.gain = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: torch.Tensor, mixture: torch.Tensor) -> torch.Tensor:
        """Normalize `(N, C, H, W)` and give it the style `mixture`, `(N, styles)`."""
        if self.kind == "instance":
            # one channel a group: instance normalization
            x = F.group_norm(x, x.shape[1])
        elif self.kind == "batch":
            x = F.batch_norm(x, None, None, training=True)
        gain, shift = mixture @ self.gain, mixture @ self.shift
        return torch.addcmul(shift[:, :, None, None], x, gain[:, :, None, None])


class ConvNorm(nn.Module):
    """Mirrored border, convolution, `ConditionalNorm`; `enlarge` doubles the size.

    `inputs` and `outputs` are channels; `kernel` is a side in pixels.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        styles: int,
        *,
        stride: int = 1,
        enlarge: bool = False,
        kind: Kind = "instance",
    ) -> None:
        super().__init__()
        self.enlarge = enlarge
        # Mirrored, since zeros would paint a frame around every picture.
        self.conv = nn.Conv2d(
            inputs,
            outputs,
            kernel,
            stride,
            kernel // 2,
            bias=False,
            padding_mode="reflect",
        )
        self.norm = ConditionalNorm(outputs, styles, kind)

    def forward(self, x: torch.Tensor, mixture: torch.Tensor) -> torch.Tensor:
        # Repeated pixels and a convolution: a transposed convolution would paint a
        # checkerboard.
        x = F.interpolate(x, scale_factor=2) if self.enlarge else x
        return self.norm(self.conv(x), mixture)


class FastStyle(nn.Module):
    """A photograph and a style in, the repainted photograph out.

    Both are `(N, 3, H, W)` in [0, 1].
    Two strided convolutions, residual blocks at a quarter of the size, two enlarging
    convolutions, a sigmoid.

    Args:
        styles: their names.
        width: channels at full size; twice as many at half size, four times at a
            quarter.
        blocks: residual blocks.
        kind: of the normalization, see `ConditionalNorm`.
    Gradients: reach the photograph, the mixture and all weights.
    Source: Johnson, Alahi and Fei-Fei, Perceptual Losses for Real-Time Style Transfer
        (2016).
    Differs: a quarter of the channels, hence 0.9 MB; enlarging by repetition; a sigmoid
        instead of a scaled tanh.
    """

    meta: dict[str, Any]

    def __init__(
        self,
        styles: Sequence[str],
        *,
        width: int = 12,
        blocks: int = 4,
        kind: Kind = "instance",
    ) -> None:
        super().__init__()
        self.styles, self.width, self.kind = list(styles), width, kind
        count = len(self.styles)
        self.down = nn.ModuleList(
            [
                ConvNorm(3, width, 5, count, kind=kind),
                ConvNorm(width, 2 * width, 3, count, stride=2, kind=kind),
                ConvNorm(2 * width, 4 * width, 3, count, stride=2, kind=kind),
            ]
        )
        self.blocks = nn.ModuleList(
            [
                nn.ModuleList(
                    [
                        ConvNorm(4 * width, 4 * width, 3, count, kind=kind)
                        for _ in range(2)
                    ]
                )
                for _ in range(blocks)
            ]
        )
        self.up = nn.ModuleList(
            [
                ConvNorm(4 * width, 2 * width, 3, count, enlarge=True, kind=kind),
                ConvNorm(2 * width, width, 3, count, enlarge=True, kind=kind),
            ]
        )
        self.last = ConvNorm(width, 3, 5, count, kind=kind)

    def forward(self, images: torch.Tensor, style: Style = 0) -> torch.Tensor:
        """Repaint `images`, `(N, 3, H, W)` in [0, 1], 16 pixels a side or more.

        Grey pictures `(N, 1, H, W)` are painted as colours, bytes (uint8) as what they
        stand for, and half and double precision in the network's own.
        `style` is a name, an index, `{name: share}`, or a mixture `(styles,)` or
        `(N, styles)`.
        Returns: `(N, 3, H, W)` in [0, 1], in the precision of the network's weights,
            float32 unless they were converted.
        Raises: ValueError for an unknown style (with the nearest names), or pictures of
            another shape or type.
        """
        images = self._pictures(images)
        height, width = images.shape[2:]
        # Sizes that four does not divide are extended by mirrored pixels, which are cut
        # off again at the end.
        x = F.pad(images, (0, -width % 4, 0, -height % 4), mode="reflect")
        mixture = sent(self.mixture(style), x).expand(len(x), -1)
        for layer in self.down:
            x = F.relu(layer(x, mixture))
        for block in self.blocks:
            first, second = cast(nn.ModuleList, block)
            x = x + second(F.relu(first(x, mixture)), mixture)
        for layer in self.up:
            x = F.relu(layer(x, mixture))
        painted: torch.Tensor = self.last(x, mixture).sigmoid()
        return painted[..., :height, :width]

    def _pictures(self, images: torch.Tensor) -> torch.Tensor:
        """`(N, 3, H, W)` in [0, 1], in the weights' precision."""
        if not isinstance(images, torch.Tensor):
            raise ValueError(
                "FastStyle needs a tensor of shape (N, 3, H, W), not "
                f"{type(images).__name__}; read_image makes one of files, arrays and "
                "PIL images"
            )
        if images.dim() == 4 and images.shape[1] == 4:
            raise ValueError(
                f"FastStyle paints no opacity, and images of shape "
                f"{tuple(images.shape)} have it; lay them over a ground first, for "
                "example with alpha.blend_over, or take their colours, images[:, :3]"
            )
        if (
            images.dim() != 4
            or images.shape[1] not in (1, 3)
            or min(images.shape[2:]) < 16
        ):
            raise ValueError(
                "FastStyle needs images of shape (N, 3, H, W), or (N, 1, H, W), of 16 "
                f"pixels or more, not {tuple(images.shape)}; read_image "
                "gives such a tensor"
            )
        if not images.is_floating_point():
            images = unit_floats(images, "the photograph")
        return images.to(self.last.conv.weight.dtype).expand(-1, 3, -1, -1)

    def mixture(self, style: Style) -> torch.Tensor:
        """Shares of the styles, `(1 or N, styles)`, of what `forward` takes as style.

        Raises: ValueError for an unknown style, or a mixture of another shape.
        """
        if torch.is_tensor(style) and style.is_floating_point():
            if style.dim() not in (1, 2) or style.shape[-1] != len(self.styles):
                raise ValueError(
                    "a mixture has one share a style, shape "
                    f"({len(self.styles)},) or (N, {len(self.styles)}), "
                    f"not {tuple(style.shape)}"
                )
            return style if style.dim() == 2 else style[None]
        shares: dict[Any, float] = style if isinstance(style, dict) else {style: 1.0}
        found = torch.zeros(1, len(self.styles))
        for name, share in shares.items():
            found[0, self._index(name)] += share
        return found

    def _index(self, style: SupportsIndex | str) -> int:
        with contextlib.suppress(TypeError):  # no number: a name, or a mistake
            number = operator.index(cast(SupportsIndex, style))
            if -len(self.styles) <= number < len(self.styles):
                return number
        if style in self.styles:
            return self.styles.index(style)
        near = (
            difflib.get_close_matches(str(style), self.styles, n=3, cutoff=0.3)
            or self.styles
        )
        raise ValueError(
            f"this network has no style {style!r}; the nearest are "
            f"{', '.join(map(repr, near))} (net.styles lists all "
            f"{len(self.styles)})"
        )


def save(
    net: FastStyle, path: str | Path, meta: Mapping[str, Any] | None = None
) -> None:
    """Write a network as half-precision safetensors.

    Its shape, its styles and `meta`, facts for JSON, go into the header.
    """
    from safetensors.torch import save_file

    header = {
        "styles": net.styles,
        "width": net.width,
        "blocks": len(net.blocks),
        "kind": net.kind,
        **(meta or {}),
    }
    partial = Path(f"{path}.partial")  # a reader must never meet half a file
    weights = {
        name: value.detach().cpu().half().contiguous()
        for name, value in net.state_dict().items()
    }
    save_file(
        weights, partial, {key: json.dumps(value) for key, value in header.items()}
    )
    partial.chmod(0o644)  # safetensors writes for the owner only
    partial.replace(path)


def load_fast_style(path: str | Path | None = None) -> FastStyle:
    """The bundled network, or one that `save` wrote: frozen, float32.

    `net.styles` names its styles.
    Raises: ValueError if the file holds something else.
    """
    from safetensors import safe_open

    path = (
        data.data_path("fast_style/twelve_styles.safetensors") if path is None else path
    )
    with safe_open(str(path), "pt") as file:
        meta = {
            key: json.loads(value)
            for key, value in (file.metadata() or {}).items()
            if key != "format"
        }
        weights = {name: file.get_tensor(name).float() for name in file.keys()}
    if "styles" not in meta:
        raise ValueError(
            f"{path} is not a network of styles; `make faststyle` writes one"
        )
    net = FastStyle(
        meta["styles"], width=meta["width"], blocks=meta["blocks"], kind=meta["kind"]
    )
    net.load_state_dict(weights)
    net.meta = meta
    return net.eval().requires_grad_(False)
