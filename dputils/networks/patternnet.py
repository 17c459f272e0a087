"""PatternNet: the two small classifiers that ship with the project, and how their
weights are stored.

Both were trained by `data/patternnet/train.py` on pictures drawn by
`data/patternnet/patterns`. Batch normalization is folded into the convolutions before
weights are written: a loaded network has convolutions, ReLUs and pools only.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

# Networks expect (image - MEAN) / STD for images in [0, 1]; `Network` does it, not
# forward().
MEAN, STD = 0.5, 0.25


def conv_block(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    stride: int = 1,
    *,
    pool: bool = False,
    batch_norm: bool = False,
) -> nn.Sequential:
    """A padded convolution and a ReLU, after a 2×2 average pool where `pool`.

    `batch_norm` puts batch normalization between the two, for training.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if pool:
        layers["pool"] = nn.AvgPool2d(2)
    # A bias before batch normalization would be subtracted again at once.
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=not batch_norm)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    layers["conv"] = conv
    if batch_norm:
        layers["bn"] = nn.BatchNorm2d(outputs)
    layers["relu"] = nn.ReLU()
    return nn.Sequential(layers)


class Fire(nn.Module):
    """SqueezeNet's fire module: a bottleneck, then two convolutions side by side.

    1×1 to `squeeze` channels, then 1×1 and 3×3 to half of `outputs` each.
    """

    def __init__(
        self, inputs: int, squeeze: int, outputs: int, *, batch_norm: bool = False
    ) -> None:
        super().__init__()
        self.squeeze = conv_block(inputs, squeeze, 1, batch_norm=batch_norm)
        self.expand1 = conv_block(squeeze, outputs // 2, 1, batch_norm=batch_norm)
        self.expand3 = conv_block(squeeze, outputs // 2, 3, batch_norm=batch_norm)
        # One ReLU after the concatenation, so that the whole module has one value
        # "before the ReLU".
        del self.expand1.relu, self.expand3.relu
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.squeeze(x)
        return self.relu(torch.cat([self.expand1(x), self.expand3(x)], 1))


class _Classifier(nn.Module):
    """Named blocks in a row, global average pooling, a linear layer called `logits`."""

    def __init__(
        self, classes: Iterable[str], blocks: Mapping[str, nn.Module], channels: int
    ) -> None:
        super().__init__()
        self.classes = list(classes)
        for name, block in blocks.items():
            self.add_module(name, block)
        self.block_names = list(blocks)
        self.logits = nn.Linear(channels, len(self.classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for name in self.block_names:
            x = getattr(self, name)(x)
        return self.logits(x.mean((2, 3)))


class PatternNet(_Classifier):
    """The default network: eight plain convolutions with average pools between them.

    Takes `(N, 3, H, W)` normalised with MEAN and STD, returns `(N, len(classes))`. Made
    for robust training: average pools pass every pixel the same share of gradient, and
    conv1 is wide for its depth, because style lives there.
    """

    widths = (48, 64, 80, 96, 128, 160, 192, 256)
    pooled = (2, 4, 6)  # conv2, conv4 and conv6 see their input at half size

    def __init__(self, classes: Iterable[str], *, batch_norm: bool = False) -> None:
        blocks: dict[str, nn.Module] = {}
        inputs = 3
        for number, width in enumerate(self.widths, 1):
            kernel, stride = (5, 2) if number == 1 else (3, 1)
            block = conv_block(
                inputs,
                width,
                kernel,
                stride,
                pool=number in self.pooled,
                batch_norm=batch_norm,
            )
            blocks[f"conv{number}"] = block
            inputs = width
        super().__init__(classes, blocks, inputs)


class PatternNetPlain(_Classifier):
    """The other network: strided 3×3 convolutions and fire modules, no pools between.

    A 3×3 kernel with stride 2 covers some pixels once and others two or four times, so
    its input gradient carries a checkerboard (Odena, Dumoulin and Olah 2016). That is
    what it is for: on it, optimizing pixels fails visibly.
    """

    plan: dict[str, tuple[int, ...]] = {
        "conv1": (48,),
        "conv2": (64,),
        "fire3": (24, 96),
        "fire4": (24, 96),
        "conv5": (96,),
        "fire6": (40, 160),
        "fire7": (40, 160),
        "conv8": (192,),
        "fire9": (64, 256),
        "fire10": (80, 320),
    }

    def __init__(self, classes: Iterable[str], *, batch_norm: bool = False) -> None:
        blocks: dict[str, nn.Module] = {}
        inputs = 3
        for name, (*squeeze, outputs) in self.plan.items():
            blocks[name] = (
                Fire(inputs, squeeze[0], outputs, batch_norm=batch_norm)
                if squeeze
                else conv_block(inputs, outputs, 3, 2, batch_norm=batch_norm)
            )
            inputs = outputs
        super().__init__(classes, blocks, inputs)


Classifier: TypeAlias = PatternNet | PatternNetPlain

ARCHITECTURES: dict[str, type[Classifier]] = {
    kind.__name__: kind for kind in (PatternNet, PatternNetPlain)
}


@torch.no_grad()
def fold_batch_norm(net: Classifier) -> Classifier:
    """A copy of a network, each batch normalization folded into its convolution.

    It is in eval mode and gives the same values as `net` in eval mode.
    """
    state = {name: value.float().clone() for name, value in net.state_dict().items()}
    for prefix in [
        name.removesuffix(".bn")
        for name, part in net.named_modules()
        if name.endswith(".bn")
    ]:
        bn = {
            key: state.pop(f"{prefix}.bn.{key}")
            for key in ("weight", "bias", "running_mean", "running_var")
        }
        state.pop(f"{prefix}.bn.num_batches_tracked")
        gain = (
            bn["weight"]
            / (bn["running_var"] + net.get_submodule(f"{prefix}.bn").eps).sqrt()
        )
        state[f"{prefix}.conv.weight"] *= gain[:, None, None, None]
        state[f"{prefix}.conv.bias"] = bn["bias"] - bn["running_mean"] * gain
    folded = type(net)(net.classes)
    folded.load_state_dict(state)
    return folded.eval()


def save(
    net: Classifier, path: str | Path, meta: Mapping[str, Any] | None = None
) -> None:
    """Write a network as half-precision safetensors.

    Its kind, its classes and `meta`, facts for JSON, go into the header.
    """
    header = {
        "architecture": type(net).__name__,
        "mean": MEAN,
        "std": STD,
        "classes": net.classes,
        **(meta or {}),
    }
    header = {key: json.dumps(value) for key, value in header.items()}
    partial = Path(f"{path}.partial")  # a reader must never meet half a file
    weights = {
        name: value.cpu().half().contiguous()
        for name, value in fold_batch_norm(net).state_dict().items()
    }
    save_file(weights, partial, header)
    partial.chmod(0o644)  # safetensors writes for the owner only
    partial.replace(path)


def load(path: str | Path) -> tuple[Classifier, dict[str, Any]]:
    """A network that `save` wrote, float32 and in eval mode, and the facts about it.

    These are at least "architecture", "classes", "mean" and "std".
    Raises: ValueError for another kind of file.
    """
    with safe_open(str(path), "pt") as file:
        meta = {
            key: json.loads(value)
            for key, value in (file.metadata() or {}).items()
            if key != "format"
        }
        weights = {name: file.get_tensor(name).float() for name in file.keys()}
    kind = meta.get("architecture")
    if kind not in ARCHITECTURES:
        raise ValueError(
            f"{path} holds {kind!r}, not {' or '.join(ARCHITECTURES)}; `make "
            "patternnet` writes both"
        )
    net = ARCHITECTURES[kind](meta["classes"])
    net.load_state_dict(weights)
    return net.eval().to(memory_format=torch.channels_last), meta
