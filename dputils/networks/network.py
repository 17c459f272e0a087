"""Frozen classifiers whose layers can be read by name.

`load_network` serves the bundled PatternNets, every torchvision classifier and any
`nn.Module` in the same way: images in [0, 1] go in, named activations come out, and
nothing deeper than the deepest asked layer is computed.
"""

import contextlib
import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Self, TypeAlias

import torch
from torch import nn

from .. import data
from ..sizes import Size, height_width
from .relu import ReluMode, pre_activation

PerChannel: TypeAlias = float | Sequence[float] | torch.Tensor
"""One number for all channels, or one for each."""

BUNDLED = {
    "patternnet": (
        "robust classifier of this project's procedural pictures (the default)"
    ),
    "patternnet-plain": (
        "the same pictures, ordinary training, strided convolutions and fire modules"
    ),
}
OUTPUT = "logits"


class Activations(dict[str, torch.Tensor]):
    """Named activations `{layer: tensor}`.

    `classes` are the names of the network's classes, or None.
    """

    classes: Sequence[str] | None = None


class Network(nn.Module):
    """A frozen network: `net(images, layers=[…])` is a dict of activations.

    Args:
        module: any `nn.Module` that maps a batch of images to something.
        name: what to call it in messages.
        mean, std: per-channel normalisation, `(image - mean) / std`; numbers or
            sequences.
        classes: names of the outputs, or None.
        image_size: height and width at which the layers are listed, and the network's
            own training size.
    Raises: ValueError for a size that is none.
    Gradients: reach the images; the network's weights are frozen.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        module: nn.Module,
        *,
        name: str | None = None,
        mean: PerChannel = 0.0,
        std: PerChannel = 1.0,
        classes: Sequence[str] | None = None,
        image_size: Size = 224,
    ) -> None:
        super().__init__()
        height_width(image_size, "image_size")
        self.module = module.eval().requires_grad_(False)
        child: Any
        for child in module.modules():
            if getattr(child, "inplace", False) is True:
                # an in-place ReLU would overwrite the value that its layer just
                # reported
                child.inplace = False
        self.name = type(module).__name__ if name is None else name
        self.classes, self.image_size = classes, image_size
        self.channels = _input_channels(module)
        self.register_buffer(
            "mean",
            torch.as_tensor(mean, dtype=torch.float32).reshape(-1, 1, 1),
            persistent=False,
        )
        self.register_buffer(
            "std",
            torch.as_tensor(std, dtype=torch.float32).reshape(-1, 1, 1),
            persistent=False,
        )
        self._redirect = False
        self._listed: tuple[dict[str, int], dict[str, int]] | None = None

    @property
    def layers(self) -> dict[str, int]:
        """`{name: channels}` in the order of computation.

        The last one, "logits", is the network's output.
        """
        return self._layers_and_calls()[0]

    def forward(
        self, images: torch.Tensor, layers: str | Iterable[str] = (OUTPUT,)
    ) -> Activations:
        """Activations of the asked layers.

        Args:
            images: `(N, 3, H, W)` in [0, 1] (grey images are repeated, colours averaged
                for a grey network).
            layers: names from `net.layers`; `"name:pre"` is the value before that
                layer's ReLU.
        Returns: `Activations`, `{layer: (N, C, H', W')}`, or `(N, K)` for vectors such
            as "logits".
        Raises: ValueError for an unknown layer (with the nearest names), or images of
            another shape.
        """
        layers = [layers] if isinstance(layers, str) else list(layers)
        pre = {layer for layer in layers if layer.endswith(":pre")}
        names = {layer: self.resolve(layer.removesuffix(":pre")) for layer in layers}
        found = self._run(self._normalize(images), set(names.values()), track=bool(pre))
        result = Activations()
        result.classes = self.classes
        for layer, name in names.items():
            result[layer] = (
                pre_activation(found[name], layer) if layer in pre else found[name]
            )
        return result

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """The network's output for images in [0, 1], `(N, K)`."""
        return self(images, [OUTPUT])[OUTPUT]

    def resolve(self, layer: str) -> str:
        """The layer's name as listed, or a ValueError with the nearest ones."""
        if layer in self.layers:
            return layer
        near = difflib.get_close_matches(layer, self.layers, n=4, cutoff=0.3)
        near = (
            near or [name for name in self.layers if layer.lower() in name.lower()][:4]
        )
        hint = (
            f"the nearest are {', '.join(map(repr, near))}"
            if near
            else "net.layers lists them"
        )
        raise ValueError(
            f"{self.name} has no layer {layer!r}; {hint} (net.layers lists all "
            f"{len(self.layers)})"
        )

    @contextlib.contextmanager
    def redirected_relu(self, on: bool = True) -> Iterator[Self]:
        """While active, a ReLU that is off everywhere still passes a gradient.

        Only the gradient that would switch it on: see `RedirectedReLU`.
        """
        before, self._redirect = self._redirect, on
        try:
            yield self
        finally:
            self._redirect = before

    def extra_repr(self) -> str:
        return (
            f"{self.name!r}, {len(self.layers)} layers, input {self.channels} channels "
            "in [0, 1]"
        )

    def _normalize(self, images: torch.Tensor) -> torch.Tensor:
        if (
            not torch.is_tensor(images)
            or images.dim() != 4
            or images.shape[1] not in (1, 3)
        ):
            what = (
                tuple(images.shape)
                if torch.is_tensor(images)
                else type(images).__name__
            )
            raise ValueError(
                f"{self.name} needs images of shape (N, 3, H, W) in [0, "
                f"1], not {what}; add a batch axis with image[None], "
                "blend RGBA over a background, or use read_image"
            )
        if not images.is_floating_point():
            raise ValueError(
                f"images must be floats in [0, 1], not {images.dtype}; use "
                "images.float() / 255"
            )
        parameter = next(self.module.parameters(), self.mean)
        # doubles and halves too, as long as the network is float32
        images = images.to(parameter.dtype)
        if self.channels == 3 and images.shape[1] == 1:
            images = images.expand(-1, 3, -1, -1)
        elif self.channels == 1 and images.shape[1] == 3:
            # luma of ITU-R BT.601
            weights = images.new_tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
            images = (images * weights).sum(1, keepdim=True)
        return (images - self.mean) / self.std

    def _run(
        self, x: torch.Tensor, names: Collection[str], track: bool = False
    ) -> dict[str, Any]:
        """What the asked submodules gave, each in its last call; then nothing runs."""
        calls = self._layers_and_calls()[1]
        left = {name: calls[name] for name in names if name != OUTPUT}
        found: dict[str, Any] = {}
        hooks: list[Any] = []

        def keep(name: str) -> Callable[..., Any]:
            def hook(module: nn.Module, inputs: Any, output: Any) -> Any:
                left[name] -= 1
                found[name] = _tensor(output)
                if not left[name]:
                    del left[name]
                    if not left and OUTPUT not in names:
                        raise _Enough
                if not torch.is_tensor(output):
                    return None
                # In-place operations may follow (GoogLeNet's ReLUs, ResNet's
                # additions): let them overwrite a copy.
                copy: Any = output.clone()
                if track and hasattr(output, "_before_relu"):
                    copy._before_relu = output._before_relu
                return copy

            return hook

        mode: contextlib.AbstractContextManager[Any] = (
            ReluMode(redirect=self._redirect)
            if self._redirect or track
            else contextlib.nullcontext()
        )
        try:
            hooks = [
                self.module.get_submodule(name).register_forward_hook(keep(name))
                for name in left
            ]
            with mode:
                found[OUTPUT] = _tensor(self.module(x))
        except _Enough:
            pass
        finally:
            for hook in hooks:
                hook.remove()
        return found

    @torch.no_grad()
    def _layers_and_calls(self) -> tuple[dict[str, int], dict[str, int]]:
        """Which submodules give feature maps, how wide, and how often they run.

        One small forward pass tells, the first time.
        """
        if self._listed is not None:
            return self._listed
        layers: dict[str, int] = {}
        calls: dict[str, int] = {}
        hooks = []

        def note(name: str) -> Callable[..., None]:
            def hook(module: nn.Module, inputs: Any, output: Any) -> None:
                given = _tensor(output)
                if given is not None and given.dim() in (2, 4):
                    # listed where it is computed for the last time
                    layers.pop(name, None)
                    layers[name] = given.shape[1]
                    calls[name] = calls.get(name, 0) + 1

            return hook

        for name, module in self.module.named_modules():
            if name and name != OUTPUT:
                hooks.append(module.register_forward_hook(note(name)))
        parameter = next(self.module.parameters(), self.mean)
        try:
            x = torch.zeros(
                1,
                self.channels,
                *height_width(self.image_size, "image_size"),
                device=parameter.device,
                dtype=parameter.dtype,
            )
            output = _tensor(self.module(x))
        finally:
            for hook in hooks:
                hook.remove()
        if output is None:
            raise ValueError(f"{self.name} returns no tensor")
        layers[OUTPUT] = output.shape[1] if output.dim() > 1 else 1
        self._listed = layers, calls
        return self._listed


def load_network(
    name: str | nn.Module = "patternnet",
    *,
    weights: Any = "DEFAULT",
    normalize: tuple[PerChannel, PerChannel] | None = None,
    classes: Sequence[str] | None = None,
    image_size: Size | None = None,
) -> Network:
    """A frozen `Network`: bundled, from torchvision, or your own module.

    Args:
        name: "patternnet", "patternnet-plain", a torchvision classifier ("googlenet",
            "vgg19", …), or a module. A module keeps its order of memory:
            `.to(memory_format=torch.channels_last)` makes most of them faster on a CPU,
            but a `view` after a convolution may then need to be a `reshape`.
            torchvision's networks get this order where there is no CUDA.
        weights: torchvision's own: "DEFAULT", a name such as "IMAGENET1K_V1", a member
            of its weight enum, or None for random weights. torchvision downloads them
            on first use, into TORCH_HOME.
        normalize: `(mean, std)` that your module expects, numbers or one value per
            channel; bundled and torchvision networks know theirs.
        classes: names of your module's outputs.
        image_size: the height and width your module was trained at (default 224).
    Raises: ValueError for an unknown name, with the nearest ones; RuntimeError if
        weights cannot be downloaded.
    """
    if isinstance(name, nn.Module):
        mean, std = (0.0, 1.0) if normalize is None else normalize
        return Network(
            name,
            mean=mean,
            std=std,
            classes=classes,
            image_size=224 if image_size is None else image_size,
        )
    if name in BUNDLED:
        from . import patternnet

        file = {"patternnet": "robust", "patternnet-plain": "plain"}[name]
        module, meta = patternnet.load(data.data_path(f"patternnet/{file}.safetensors"))
        return Network(
            module,
            name=name,
            mean=meta["mean"],
            std=meta["std"],
            classes=meta["classes"],
            image_size=96,
        )
    return _torchvision_network(name, weights, normalize)


def list_networks() -> list[str]:
    """Names that `load_network` takes: the bundled ones, then torchvision's."""
    from torchvision import models

    return list(BUNDLED) + models.list_models(module=models)


def _torchvision_network(
    name: str, weights: Any, normalize: tuple[PerChannel, PerChannel] | None
) -> Network:
    from torchvision import models

    if name not in models.list_models(module=models):
        near = difflib.get_close_matches(str(name), list_networks(), n=4, cutoff=0.3)
        raise ValueError(
            f"there is no network {name!r}; the nearest are "
            f"{', '.join(map(repr, near)) or 'none'} (list_networks() "
            "lists all; an nn.Module of your own works too)"
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
    # oneDNN, which convolves on CPUs, works in this order of memory; otherwise it would
    # reorder around every layer. For single precision on a GPU the default is the safer
    # choice: older ones may lack fast kernels.
    if not torch.cuda.is_available():
        module = module.to(memory_format=torch.channels_last)
    preset = enum.DEFAULT.transforms() if chosen is None else chosen.transforms()
    mean, std = (preset.mean, preset.std) if normalize is None else normalize
    categories = None if chosen is None else chosen.meta.get("categories")
    size = getattr(preset, "crop_size", [224])[0]
    return Network(
        module, name=name, mean=mean, std=std, classes=categories, image_size=size
    )


class _Enough(Exception):
    """Raised inside the forward pass once everything asked for is known."""


def _tensor(output: Any) -> torch.Tensor | None:
    """The tensor in a module's output; Inception's tuples and the like lead with it."""
    if torch.is_tensor(output):
        return output
    if isinstance(output, dict):
        return next(
            (value for value in output.values() if torch.is_tensor(value)), None
        )
    values = output if isinstance(output, (tuple, list)) else ()
    return next((value for value in values if torch.is_tensor(value)), None)


def _input_channels(module: nn.Module) -> int:
    first = next(
        (m for m in module.modules() if isinstance(m, (nn.Conv2d, nn.LazyConv2d))), None
    )
    return getattr(first, "in_channels", 3) or 3
