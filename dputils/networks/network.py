"""Frozen networks whose layers can be read by name.

Images in [0, 1] go in, named activations come out as `(N, C, H, W)` whatever the
network's own order, and nothing deeper than the deepest asked layer is computed.
"""

import contextlib
import copy
import difflib
import itertools
import math
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Self, TypeAlias

import torch
import torch.nn.functional as F
from torch import nn

from ..sizes import Size, height_width
from .layers import (
    OUTPUT,
    Listing,
    every_module_called,
    list_layers,
    probes,
    split_class,
    tensor_in,
)
from .relu import ReluMode, pre_activation

PerChannel: TypeAlias = float | Sequence[float] | torch.Tensor
"""One number for all channels, or one for each."""

# Sides to try, in this order, for a module of which nobody says what it was trained at.
SIDES = 224, 28, 32, 64, 96, 128, 256, 299, 384, 512


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
            own training size. None finds one that the module takes, 224 first.
        own_copy: freeze a copy, and leave the module, its mode, its gradients and its
            weights to its owner; False freezes the module itself.
    Raises: ValueError for a size that is none.
    Gradients: reach the images; the network's weights are frozen, and it stays in
        evaluation mode, also inside a module that trains.
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
        image_size: Size | None = 224,
        own_copy: bool = True,
    ) -> None:
        super().__init__()
        if image_size is not None:
            height_width(image_size, "image_size")
        self.name = type(module).__name__ if name is None else name
        self.module = _copy(module, self.name) if own_copy else module
        self.module.eval().requires_grad_(False)
        child: Any
        for child in self.module.modules():
            if getattr(child, "inplace", False) is True:
                # less to copy where a layer is read that a ReLU would overwrite
                child.inplace = False
        self.classes, self._image_size = classes, image_size
        self._channels = _input_channels(self.module, image_size)
        # where the module is: it may be on its device already
        here = next((p.device for p in self.module.parameters()), None)
        self.register_buffer("mean", _per_channel(mean).to(here), persistent=False)
        self.register_buffer("std", _per_channel(std).to(here), persistent=False)
        self._redirect = self._flat = False
        self._listing: Listing | None = None

    @property
    def layers(self) -> dict[str, int]:
        """`{name: channels}` in the order of computation.

        The last one, "logits", is the network's output. Layers of tokens with class
        tokens have these beside them, as "name:class".
        """
        return self._listed().channels

    @property
    def image_size(self) -> Size:
        """Height and width that the network was trained at, or was found to take."""
        return self._listed().size if self._image_size is None else self._image_size

    @property
    def channels(self) -> int:
        """How many channels its pictures have: 3, or 1 for grey, or others."""
        if self._image_size is None:
            self._listed()
        return self._channels

    def forward(
        self, images: torch.Tensor, layers: str | Iterable[str] = (OUTPUT,)
    ) -> Activations:
        """Activations of the asked layers.

        Args:
            images: `(N, 3, H, W)` in [0, 1], or with the network's own number of
                channels (grey images are repeated, colours averaged for a grey
                network). A network that takes one size only gets them resized.
            layers: names from `net.layers`; `"name:pre"` is the value before that
                layer's ReLU.
        Returns: `Activations`, `{layer: (N, C, H', W')}`, or `(N, C)` for vectors such
            as "logits" and class tokens; float32 where the network computes in halves.
        Raises: ValueError for an unknown layer (with the nearest names), or images of
            another shape; RuntimeError if the module itself fails.
        """
        layers = [layers] if isinstance(layers, str) else list(layers)
        pre = {layer for layer in layers if layer.endswith(":pre")}
        names = {layer: self.resolve(layer.removesuffix(":pre")) for layer in layers}
        asked = {split_class(name)[0] for name in names.values()}
        seen = self._normalize(images)
        size = (seen.shape[2], seen.shape[3])
        found = self._run(seen, asked, track=bool(pre))
        result = Activations()
        result.classes = self.classes
        for layer, name in names.items():
            module, token = split_class(name)
            if (value := found.get(module)) is None:
                raise RuntimeError(
                    f"{self.name} does not reach {module!r} with pictures of "
                    f"{size[0]} × {size[1]} pixels; it does at "
                    f"{_times(self.image_size)}"
                )
            kind = self._listed().layers[module]
            own, maps, tokens = value
            if layer in pre:
                maps, tokens = kind.apart(pre_activation(own, layer), size)
            value = maps if token is None else tokens[token]
            half = value.dtype in (torch.float16, torch.bfloat16)
            result[layer] = value.float() if half else value
        return result

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """The network's output for images in [0, 1], `(N, K)`."""
        return self(images, [OUTPUT])[OUTPUT]

    def resolve(self, layer: str) -> str:
        """The layer's name as listed, or a ValueError with the nearest ones."""
        layers = self.layers
        if layer in layers:
            return layer
        near = difflib.get_close_matches(layer, layers, n=4, cutoff=0.3)
        near = near or [name for name in layers if layer.lower() in name.lower()][:4]
        hint = (
            f"the nearest are {', '.join(map(repr, near))}"
            if near
            else "net.layers lists them"
        )
        raise ValueError(
            f"{self.name} has no layer {layer!r}; {hint} (net.layers lists all "
            f"{len(layers)})"
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

    def train(self, mode: bool = True) -> Self:
        """Stays in evaluation mode, whatever a module around it does."""
        return super().train(False)

    def extra_repr(self) -> str:
        listed = "" if self._listing is None else f"{len(self.layers)} layers, "
        return f"{self.name!r}, {listed}input {self._channels} channels in [0, 1]"

    # ---- what goes in ----------------------------------------------------------------

    @property
    def _parameter(self) -> torch.Tensor:
        """Where the network is, and in which precision it computes."""
        floats = (p for p in self.module.parameters() if p.is_floating_point())
        return next(floats, self.mean)

    def _normalize(self, images: torch.Tensor) -> torch.Tensor:
        channels = self.channels
        allowed = {channels} | ({1, 3} if channels in (1, 3) else set())
        if (
            not torch.is_tensor(images)
            or images.dim() != 4
            or images.shape[1] not in allowed
        ):
            what = (
                tuple(images.shape)
                if torch.is_tensor(images)
                else type(images).__name__
            )
            raise ValueError(
                f"{self.name} needs images of shape (N, {max(allowed)}, H, W) in [0, "
                f"1], not {what}; add a batch axis with image[None], "
                + (
                    "blend RGBA over a background, or use read_image"
                    if channels in (1, 3)
                    else f"and give it its {channels} channels"
                )
            )
        if not images.is_floating_point():
            raise ValueError(
                f"images must be floats in [0, 1], not {images.dtype}; use "
                "images.float() / 255"
            )
        if channels == 3 and images.shape[1] == 1:
            images = images.expand(-1, 3, -1, -1)
        elif channels == 1 and images.shape[1] == 3:
            # luma of ITU-R BT.601
            weights = images.new_tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
            images = (images * weights).sum(1, keepdim=True)
        listed = self._listed()
        if listed.fixed and images.shape[2:] != listed.size:
            images = F.interpolate(
                images, size=listed.size, mode="bilinear", antialias=True
            )
        return self._prepared(images)

    def _prepared(self, images: torch.Tensor) -> torch.Tensor:
        """Normalised, in the network's own precision."""
        parameter = self._parameter
        if self.mean.device != images.device:
            raise ValueError(
                f"{self.name} is on {self.mean.device}, the images on {images.device}; "
                "move one of them with .to(device)"
            )
        exact = images.to(torch.promote_types(torch.float32, parameter.dtype))
        return ((exact - self.mean) / self.std).to(parameter.dtype)

    def _see(self, images: torch.Tensor) -> torch.Tensor:
        """What the module is called with."""
        return images.flatten(1) if self._flat else images

    # ---- what comes out --------------------------------------------------------------

    def _run(
        self, x: torch.Tensor, names: Collection[str], track: bool = False
    ) -> dict[str, Any]:
        """What the asked submodules gave in their last calls; then nothing runs.

        Each as `(the tensor itself, maps or vector, class tokens)`, or None.
        """
        listed, size = self._listed(), (x.shape[2], x.shape[3])
        modules = {
            name: listed.same.get(name, name) for name in names if name != OUTPUT
        }
        kinds = {part: listed.layers[name] for name, part in modules.items()}
        left = {part: kind.calls for part, kind in kinds.items()}
        found: dict[str, Any] = {}
        # A network whose layers run more or less often at other sizes runs to its end:
        # nobody knows before which call of a layer is the last.
        stop = listed.steady and OUTPUT not in names

        def keep(name: str) -> Callable[..., Any]:
            def hook(module: nn.Module, inputs: Any, output: Any) -> Any:
                left[name] -= 1
                value, again = tensor_in(output), None
                if value is not None and value.dim() == len(kinds[name].axes):
                    maps, tokens = kinds[name].apart(value, size)
                    found[name] = value, maps, tokens
                    again = value
                    if maps is not value:
                        again = kinds[name].together(maps, tokens)
                if stop and all(n <= 0 for n in left.values()):
                    raise _Enough
                # In-place operations may follow (GoogLeNet's ReLUs, ResNet's
                # additions): let them overwrite a copy. What is reported stays in the
                # graph between picture and output, as Grad-CAM needs it.
                return _copied(output, value, again)

            return hook

        mode: contextlib.AbstractContextManager[Any] = (
            ReluMode(redirect=self._redirect, track=track)
            if self._redirect or track
            else contextlib.nullcontext()
        )
        with contextlib.suppress(_Enough), contextlib.ExitStack() as hooks:
            for part in left:
                reached = self.module.get_submodule(part)
                hooks.enter_context(reached.register_forward_hook(keep(part)))
            with mode, every_module_called():
                given = tensor_in(self.module(self._see(x)))
                if given is not None:
                    found[OUTPUT] = given, *listed.layers[OUTPUT].apart(given, size)
        return {
            **{name: found.get(part) for name, part in modules.items()},
            OUTPUT: found.get(OUTPUT),
        }

    def _listed(self) -> Listing:
        """The layers; a few forward passes tell, the first time."""
        if self._listing is None:
            self._listing = self._list()
        return self._listing

    def _list(self) -> Listing:
        given = self._image_size
        sizes = (
            [height_width(given, "image_size")]
            if given is not None
            else [(side, side) for side in (*_sides(self.module), *SIDES)]
        )
        first: Exception | None = None
        for size in sizes:
            try:
                return self._list_at(size)
            except Exception as error:  # whatever the module raises
                first = error if first is None else first
        shape = (1, self._channels, *sizes[0])
        advice = (
            "Say what it was trained on: load_network(module, image_size=28) for "
            "pictures of 28 × 28 pixels, for example"
            if given is None
            else f"image_size={given} may not be the size that it takes"
        )
        # Not an AttributeError, which nn.Module would take for a missing property.
        raise RuntimeError(
            f"{self.name} cannot be read: on pictures of shape {shape} it raises "
            f"{type(first).__name__}: {first}. {advice}."
        ) from first

    def _list_at(self, size: tuple[int, int]) -> Listing:
        pictures = probes(self._channels, size).to(self._parameter.device)
        first: Exception | None = None
        # Some modules have the batch's size built in, some leave the flattening of the
        # picture to the caller, and some register other convolutions before the first.
        for flat, count in itertools.product((False, True), (3, 1)):
            if flat and not _begins_linear(self.module, pictures[0].numel()):
                break
            self._flat = flat
            try:
                listing = list_layers(
                    self.module,
                    size,
                    lambda images: self._see(self._prepared(images)),
                    pictures[:count],
                )
            except Exception as error:
                first = error if first is None else first
                if self._found_channels(pictures):
                    return self._list_at(size)
            else:
                if not listing.layers:
                    raise ValueError(f"{self.name} returns no tensor")
                return listing
        assert first is not None
        raise first

    def _found_channels(self, pictures: torch.Tensor) -> bool:
        """Whether the first convolution that runs wants other channels; noted if so."""
        wanted: list[int] = []

        def note(part: Any, inputs: Any) -> None:
            wanted.append(part.in_channels)

        with contextlib.ExitStack() as hooks:
            for part in self.module.modules():
                if isinstance(part, nn.Conv2d):
                    hooks.enter_context(part.register_forward_pre_hook(note))
            with contextlib.suppress(Exception), torch.no_grad():
                self.module(self._see(self._prepared(pictures)))
        changed = bool(wanted) and wanted[0] != self._channels
        if changed:
            self._channels = wanted[0]
        return changed


def as_network(thing: Any) -> Any:
    """A network for a loop: one from `load_network`, a name, or a bare module.

    Raises: ValueError for what can be none.
    """
    if isinstance(thing, Network) or hasattr(thing, "redirected_relu"):
        return thing
    if isinstance(thing, (str, nn.Module)):
        from .loading import load_network

        return load_network(thing)
    raise ValueError(
        f"network must come from load_network, or be a name such as 'patternnet' or an "
        f"nn.Module, not {type(thing).__name__}"
    )


class _Enough(Exception):
    """Raised inside the forward pass once everything asked for is known."""


def _copied(
    output: Any, reported: torch.Tensor | None, again: torch.Tensor | None
) -> Any:
    """The same output, with copies of its tensors; `again` stands for what was reported
    in another form.
    """

    def copied(part: Any) -> Any:
        return _copied(part, reported, again)

    if torch.is_tensor(output):
        again = again if output is reported and again is not None else output
        clone: Any = again.clone()
        if hasattr(output, "_before_relu"):
            clone._before_relu = output._before_relu
        return clone
    if isinstance(output, dict):
        other = copy.copy(output)
        for key, value in output.items():
            other[key] = copied(value)
        return other
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return type(output)(*map(copied, output))
    if type(output) in (tuple, list):
        return type(output)(map(copied, output))
    return output


def _copy(module: nn.Module, name: str) -> nn.Module:
    try:
        return copy.deepcopy(module)
    except Exception as error:  # weights computed from others, handles, …
        warnings.warn(
            f"{name} cannot be copied ({error}), so the module itself is frozen: it is "
            "in evaluation mode, and its weights get no gradient",
            stacklevel=4,
        )
        return module


def _per_channel(values: PerChannel) -> torch.Tensor:
    return torch.as_tensor(values, dtype=torch.float32).detach().reshape(-1, 1, 1)


def _first_part(module: nn.Module) -> nn.Module | None:
    """The first submodule with weights, in the order in which they were registered."""
    kinds = nn.Conv2d, nn.LazyConv2d, nn.Linear, nn.LazyLinear
    return next((m for m in module.modules() if isinstance(m, kinds)), None)


def _input_channels(module: nn.Module, size: Size | None) -> int:
    """Channels that the first layer takes; a linear one is asked about the size."""
    convolution: Any = next(
        (m for m in module.modules() if isinstance(m, (nn.Conv2d, nn.LazyConv2d))), None
    )
    if convolution is not None:
        return convolution.in_channels or 3
    first = _first_part(module)
    if not isinstance(first, nn.Linear):
        return 3
    if size is not None:
        height, width = height_width(size, "image_size")
        pixels = height * width
        return (
            first.in_features // pixels if first.in_features % pixels == 0 else 3
        ) or 3
    return 1 if math.isqrt(first.in_features) ** 2 == first.in_features else 3


def _sides(module: nn.Module) -> list[int]:
    """The side of square pictures that a network that begins linearly takes."""
    first = _first_part(module)
    if not isinstance(first, nn.Linear):
        return []
    channels = _input_channels(module, None)
    side = math.isqrt(first.in_features // channels)
    return [side] if side * side * channels == first.in_features else []


def _begins_linear(module: nn.Module, pixels: int) -> bool:
    first = _first_part(module)
    return isinstance(first, nn.Linear) and first.in_features == pixels


def _times(size: Size) -> str:
    return "{} × {}".format(*height_width(size, "image_size"))
