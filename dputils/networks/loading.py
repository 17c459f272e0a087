"""Where networks come from: this project, torchvision, timm, or the caller."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from .. import data
from ..sizes import Size
from . import lite0
from .network import Network, PerChannel

BUNDLED = {
    "patternnet": (
        "robust classifier of this project's procedural pictures (the default)"
    ),
    "patternnet-plain": (
        "the same pictures, ordinary training, strided convolutions and fire modules"
    ),
    lite0.NAME: (
        "EfficientNet-Lite0, trained on ImageNet's photographs; its weights come with "
        "the extra `notebooks`"
    ),
}
TIMM = "timm/"


def load_network(
    name: str | nn.Module = "patternnet",
    *,
    weights: Any = "DEFAULT",
    normalize: tuple[PerChannel, PerChannel] | None = None,
    classes: Sequence[str] | None = None,
    image_size: Size | None = None,
) -> Network:
    """A frozen `Network`: bundled, from torchvision, from timm, or your own module.

    Args:
        name: "patternnet", "patternnet-plain", "efficientnet_lite0", a torchvision
            classifier ("googlenet", "vgg19", …), "timm/NAME" for any of timm's, or a
            module. A module is copied: yours keeps its mode and its gradients. It keeps
            its order of memory, too: `.to(memory_format=torch.channels_last)` makes
            most of them faster on a CPU, but a `view` after a convolution may then need
            to be a `reshape`. torchvision's and timm's networks get this order where it
            helps.
        weights: torchvision's own: "DEFAULT", a name such as "IMAGENET1K_V1", a member
            of its weight enum, or None for random weights; timm's "DEFAULT", a tag, or
            None. Both download them on first use, torchvision into TORCH_HOME.
        normalize: `(mean, std)` that your module expects, numbers or one value per
            channel; all others know theirs.
        classes: names of the outputs, where they are not known.
        image_size: the height and width your module was trained at; by default one
            that it takes is looked for, 224 first. For the others, the size at which
            the layers are listed.
    Raises: ValueError for an unknown name, with the nearest ones; TypeError for what
        is neither name nor module; RuntimeError if weights cannot be downloaded;
        ModuleNotFoundError if a package is missing that holds the network.
    """
    if isinstance(name, Network):
        return name
    if isinstance(name, nn.Module):
        mean, std = (0.0, 1.0) if normalize is None else normalize
        return Network(name, mean=mean, std=std, classes=classes, image_size=image_size)
    if not isinstance(name, str):
        raise TypeError(_not_a_network(name))
    if name == lite0.NAME:
        module, facts = lite0.load(weights)
        found = _in_fast_order(module), facts
    elif name in BUNDLED:
        found = _bundled(name)
    elif name.startswith(TIMM):
        found = _timm(name.removeprefix(TIMM), weights)
    else:
        found = _torchvision(name, weights)
    module, facts = found
    mean, std = facts["normalize"] if normalize is None else normalize
    return Network(
        module,
        name=name,
        mean=mean,
        std=std,
        classes=facts["classes"] if classes is None else classes,
        image_size=facts["image_size"] if image_size is None else image_size,
        own_copy=False,
    )


def list_networks() -> list[str]:
    """Names that `load_network` takes: the bundled ones, then torchvision's.

    timm's, which are many, are listed by `timm.list_models()`; each takes "timm/"
    before its name.
    """
    from torchvision import models

    return list(BUNDLED) + models.list_models(module=models)


def _bundled(name: str) -> tuple[nn.Module, dict[str, Any]]:
    from . import patternnet

    file = {"patternnet": "robust", "patternnet-plain": "plain"}[name]
    module, meta = patternnet.load(data.data_path(f"patternnet/{file}.safetensors"))
    return module, {
        "normalize": (meta["mean"], meta["std"]),
        "classes": meta["classes"],
        "image_size": 96,
    }


def _torchvision(name: str, weights: Any) -> tuple[nn.Module, dict[str, Any]]:
    from torchvision import models

    if name not in models.list_models(module=models):
        near = difflib.get_close_matches(name, list_networks(), n=4, cutoff=0.3)
        raise ValueError(
            f"there is no network {name!r}; the nearest are "
            f"{', '.join(map(repr, near)) or 'none'} (list_networks() "
            "lists all; 'timm/NAME' takes timm's, and an nn.Module of your own works "
            "too)"
        )
    enum = models.get_model_weights(name)
    if isinstance(weights, str) and weights not in enum.__members__:
        raise ValueError(
            f"{name} has no weights {weights!r}; choose "
            f"{', '.join(map(repr, enum.__members__))} or None for random "
            "ones"
        )
    chosen = enum[weights] if isinstance(weights, str) else weights
    # GoogLeNet and Inception would announce on every start that their random weights
    # take long to draw.
    options = (
        {"init_weights": False}
        if chosen is None and name in ("googlenet", "inception_v3")
        else {}
    )
    try:
        module = models.get_model(name, weights=chosen, **options)
    # urllib's errors are OSErrors; a broken file is a RuntimeError
    except (OSError, RuntimeError) as error:
        if chosen is None:
            raise
        file = chosen.url.rsplit("/", 1)[-1]
        raise RuntimeError(
            f"the weights of {name} could not be loaded ({error}). They are the file "
            f"{file} from {chosen.url}: put it into {torch.hub.get_dir()}/checkpoints "
            f"by hand (or set TORCH_HOME), use load_network({name!r}, weights=None) "
            "for random weights, or load_network('patternnet'), which needs no "
            "download."
        ) from error
    preset = enum.DEFAULT.transforms() if chosen is None else chosen.transforms()
    return _in_fast_order(module), {
        "normalize": (preset.mean, preset.std),
        "classes": None if chosen is None else chosen.meta.get("categories"),
        # transformers of fixed size know it; some weights are for a larger one
        "image_size": getattr(module, "image_size", preset.crop_size[0]),
    }


def _timm(name: str, weights: Any) -> tuple[nn.Module, dict[str, Any]]:
    try:
        import timm
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"'{TIMM}{name}' needs timm: pip install timm"
        ) from error
    if not (weights is None or isinstance(weights, str)):
        raise ValueError(
            f"weights={weights!r} must be 'DEFAULT', one of timm's tags, or None"
        )
    tagged = weights not in (None, "DEFAULT")
    full = f"{name}.{weights}" if tagged else name
    if not timm.is_model(name.split(".")[0]):
        near = difflib.get_close_matches(name, timm.list_models(), n=4, cutoff=0.3)
        raise ValueError(
            f"timm has no network {name!r}; the nearest are "
            f"{', '.join(map(repr, near)) or 'none'} (timm.list_models() lists all)"
        )
    try:
        module = timm.create_model(full, pretrained=weights is not None)
    except (OSError, RuntimeError) as error:
        if weights is None:
            raise
        raise RuntimeError(
            f"the weights of {full} could not be loaded ({error}). timm downloads them "
            f"from huggingface.co; use load_network('{TIMM}{name}', weights=None) for "
            "random weights, or load_network('patternnet'), which needs no download."
        ) from error
    facts = timm.data.resolve_model_data_config(module)
    height, width = facts["input_size"][1:]
    return _in_fast_order(module), {
        "normalize": (facts["mean"], facts["std"]),
        "classes": _imagenet_names(module, timm) if weights is not None else None,
        "image_size": (height, width),
    }


def _imagenet_names(module: Any, timm: Any) -> list[str] | None:
    """What the outputs of a timm network are called, where it was made for ImageNet."""
    subset = timm.data.infer_imagenet_subset(module)
    if not subset:
        return None
    return timm.data.ImageNetInfo(subset).label_descriptions()


def _in_fast_order(module: nn.Module) -> nn.Module:
    """Channels last in memory, where that is how convolutions are computed.

    oneDNN, which convolves on CPUs, works in this order, and so do the tensor cores of
    GPUs (compute capability 7 and later); others would reorder around every layer.
    """
    if torch.cuda.is_available() and torch.cuda.get_device_capability() < (7, 0):
        return module
    return module.to(memory_format=torch.channels_last)


def _not_a_network(thing: Any) -> str:
    if isinstance(thing, Mapping):
        return (
            "these are weights without an architecture (a state_dict): build the "
            "module first, module.load_state_dict(weights), then load_network(module)"
        )
    return (
        "load_network takes a name ('patternnet', a torchvision classifier, "
        f"'timm/NAME') or an nn.Module, not {type(thing).__name__}"
    )
