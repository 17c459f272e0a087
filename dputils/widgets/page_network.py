"""A network as data, for the engine that runs it inside a web page.

The page knows a dozen lines about each kind of layer and nothing about PyTorch: what
it gets is a list of layers in the order of computation, and their weights.
"""

import base64
import copy
import operator
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import torch
from torch import fx, nn

from ..networks import Network

Layer = dict[str, Any]
PRECISIONS = ("int8", "float16")


def export_for_page(
    network: nn.Module, *, weights: Literal["int8", "float16"] = "int8"
) -> dict[str, Any]:
    """A network of convolutions as JSON data, for the engine of the book's pages.

    What it may be made of: `Conv2d` (square kernels, any stride and padding), `ReLU`,
    `AvgPool2d` and `MaxPool2d` without padding, `torch.cat` along the channels, means
    over height and width (also as `AdaptiveAvgPool2d(1)`), `Flatten`, `Linear`;
    `Dropout` and `Identity` leave no trace. They may stand in an `nn.Sequential` or in
    a module of your own that calls one after the other.

    Args:
        network: from `load_network`, or a bare module, which then gets images in
            [0, 1] as they are. Gradients in the page are those of `eval()`.
        weights: "float16", or "int8", less than half of that: weights are rounded to
            whole multiples of a scale that each output channel has, coarse ones where
            a layer has many weights and fine ones, int16, where it has few. Biases are
            float32.
    Returns: `{"layers", "weights", "mean", "std", "classes"}`. Each layer is
        `{"name", "kind", "from", …}`; "weights" is the base64 of what zlib made of all
        weights, layer by layer: biases and, of whole numbers, scales, float32 and
        little-endian, then the numbers `(out, in, ky, kx)`, of int16 all high bytes
        before all low ones. A layer's "stored" says which. `page_weights` says what the
        page makes of them.
    Raises: ValueError for what the engine does not know, with the layer's name.
    """
    if weights not in PRECISIONS:
        raise ValueError(f"weights={weights!r} must be {' or '.join(PRECISIONS)}")
    wrapped = network if isinstance(network, Network) else Network(network)
    module = copy.deepcopy(wrapped.module).float().cpu().eval()
    layers, parts = _Reading(module).read()
    blob = b""
    for layer, part in parts:
        stored = _stored(part.weight.detach(), weights)
        bias = torch.zeros(len(part.weight)) if part.bias is None else part.bias
        layer["stored"] = str(stored.numbers.dtype).removeprefix("torch.")
        blob += _bytes(bias)
        if stored.scale is not None:
            blob += _bytes(stored.scale)
        if stored.numbers.dtype == torch.int16:  # packed best apart
            blob += _bytes((stored.numbers >> 8).to(torch.int8))
            blob += _bytes((stored.numbers & 255).to(torch.uint8))
        else:
            blob += _bytes(stored.numbers)
    return {
        "layers": layers,
        "weights": base64.b64encode(_packed(blob)).decode(),
        "mean": wrapped.mean.flatten().tolist(),
        "std": wrapped.std.flatten().tolist(),
        "classes": list(wrapped.classes or []),
    }


def page_weights(
    weight: torch.Tensor, weights: Literal["int8", "float16"] = "int8"
) -> torch.Tensor:
    """What a page makes of a layer's weights, `(out, …)`, float32, as they went in."""
    numbers, scale = _stored(weight.detach().float().cpu(), weights)
    made = numbers.float() if scale is None else numbers * scale
    return made.to(weight.device)


# Rounding errors in the first layers switch ReLUs in all later ones, and the first
# layers are small: their numbers are fine. What matters least is large, and small
# numbers are packed better than large ones.
_FINE, _USUAL, _COARSE = 4095, 127, 40  # the largest number of an output channel
_SMALL, _LARGE = 30_000, 100_000  # weights of a layer


class _Stored(NamedTuple):
    numbers: torch.Tensor
    scale: torch.Tensor | None  # `(out, 1, …)`: what a step of one is worth


def _stored(weight: torch.Tensor, precision: str) -> _Stored:
    if precision == "float16":
        return _Stored(weight.half(), None)
    few, many = weight.numel() < _SMALL, weight.numel() >= _LARGE
    steps = _FINE if few else _COARSE if many else _USUAL
    largest = weight.abs().amax(tuple(range(1, weight.dim())), keepdim=True)
    scale = largest.clamp(min=1e-12) / steps
    kind = torch.int16 if few else torch.int8
    return _Stored((weight / scale).round().to(kind), scale)


def _packed(blob: bytes) -> bytes:
    """Weights repeat nothing that is worth a search, so only each byte's frequency
    counts; small blocks (memLevel 6), since layers differ in it.
    """
    packing = zlib.compressobj(9, memLevel=6, strategy=zlib.Z_HUFFMAN_ONLY)
    return packing.compress(blob) + packing.flush()


def _bytes(tensor: torch.Tensor) -> bytes:
    return tensor.detach().contiguous().numpy().tobytes()


class _Reading:
    """Follows a module's computation and writes down each step as a layer."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        try:
            self.graph = _Tracer().trace(module)
        except Exception as error:  # whatever a forward() of branches and loops raises
            raise ValueError(
                f"{type(module).__name__} cannot be followed: its forward() decides by "
                f"the values it computes ({error}); write it without such branches"
            ) from error
        self.made: list[Layer] = []
        self.parts: list[tuple[Layer, nn.Conv2d | nn.Linear]] = []
        self.name_of: dict[fx.Node, str] = {}

    def read(self) -> tuple[list[Layer], list[tuple[Layer, nn.Conv2d | nn.Linear]]]:
        for node in self.graph.nodes:
            if node.op == "placeholder":
                if self.name_of:
                    raise ValueError("a page's network takes one batch of images only")
                self.name_of[node] = "input"
            elif node.op == "call_module":
                self._module(node)
            elif node.op in ("call_function", "call_method"):
                self._function(node)
            elif node.op == "output" and node.args[0] not in self.name_of:
                raise ValueError("a page's network returns one tensor")
        return self.made, self.parts

    def _module(self, node: fx.Node) -> None:
        name, part = str(node.target), self.module.get_submodule(str(node.target))
        kind = type(part).__name__
        if isinstance(part, (nn.Identity, nn.Dropout, nn.Dropout2d)):
            self.name_of[node] = self._inputs(node)[0]
        elif isinstance(part, nn.Conv2d):
            self._add(node, name, "conv", **_convolution(name, part))
            self.parts.append((self.made[-1], part))
        elif isinstance(part, nn.Linear):
            shape = {"inputs": part.in_features, "outputs": part.out_features}
            self._add(node, name, "linear", **shape)
            self.parts.append((self.made[-1], part))
        elif isinstance(part, nn.ReLU):
            self._add(node, name, "relu")
        elif isinstance(part, (nn.AvgPool2d, nn.MaxPool2d)):
            pool = "average" if isinstance(part, nn.AvgPool2d) else "maximum"
            self._add(node, name, pool, **_window(name, part))
        elif isinstance(part, nn.AdaptiveAvgPool2d) and _pair(part.output_size) == [
            1,
            1,
        ]:
            self._add(node, name, "mean")
        elif isinstance(part, nn.Flatten) and part.start_dim == 1:
            self.name_of[node] = self._inputs(node)[0]
        else:
            raise ValueError(_unknown(f"{kind} at {name!r}", part))

    def _function(self, node: fx.Node) -> None:
        name = getattr(node.target, "__name__", str(node.target))
        arguments = [*node.args[1:], *node.kwargs.values()]
        if name == "cat" and arguments in ([1], [-3]):
            self._add(node, node.name, "concat")
        elif name in ("relu", "relu_"):
            self._add(node, node.name, "relu")
        elif name == "mean" and [*map(_axes, arguments[:1])] == [(2, 3)]:
            self._add(node, node.name, "mean")
        elif name == "flatten" and arguments == [1]:
            self.name_of[node] = self._inputs(node)[0]
        else:
            raise ValueError(_unknown(f"{name}{tuple(arguments)}", node.target))

    def _inputs(self, node: fx.Node) -> list[str]:
        given: Any = node.args[0] if node.args else next(iter(node.kwargs.values()))
        sources = given if isinstance(given, (list, tuple)) else [given]
        return [self.name_of[source] for source in sources]

    def _add(self, node: fx.Node, name: str, kind: str, **shape: Any) -> None:
        if name in {layer["name"] for layer in self.made}:  # one module, called twice
            name = f"{name}#{len(self.made)}"
        layer = {"name": name, "kind": kind, "from": self._inputs(node), **shape}
        self.made.append(layer)
        self.name_of[node] = name


class _Tracer(fx.Tracer):
    """Follows modules down to PyTorch's own, also if these are subclassed."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return type(m).__module__.startswith("torch.nn") and not isinstance(
            m, nn.Sequential
        )


def _convolution(name: str, part: nn.Conv2d) -> Layer:
    kernel, stride = _square(name, "kernel", part.kernel_size), part.stride
    padding: Any = part.padding
    if padding == "same":
        padding = kernel // 2 if kernel % 2 else "same"
    elif padding == "valid":
        padding = 0
    told = {"groups": part.groups, "dilation": _pair(part.dilation)}
    if told != {"groups": 1, "dilation": [1, 1]} or part.padding_mode != "zeros":
        raise ValueError(
            f"Conv2d at {name!r} has groups, dilation or a padding mode other than "
            "zeros, which a page's engine does not know"
        )
    return {
        "inputs": part.in_channels,
        "outputs": part.out_channels,
        "kernel": kernel,
        "stride": _square(name, "stride", stride),
        "padding": _square(name, "padding", padding),
    }


def _window(name: str, part: nn.AvgPool2d | nn.MaxPool2d) -> Layer:
    plain = {"padding": 0, "dilation": 1, "ceil_mode": False, "divisor_override": None}
    if any(
        _pair(getattr(part, key, usual)) != _pair(usual) for key, usual in plain.items()
    ):
        raise ValueError(
            f"{type(part).__name__} at {name!r} has padding, dilation, ceil_mode or a "
            "divisor of its own, which a page's engine does not know"
        )
    kernel = _square(name, "kernel", part.kernel_size)
    return {"kernel": kernel, "stride": _square(name, "stride", part.stride or kernel)}


def _square(name: str, what: str, value: Any) -> int:
    pair = _pair(value)
    if len(set(pair)) > 1 or not isinstance(pair[0], int):
        raise ValueError(
            f"{name!r} has a {what} of {value!r}; a page's engine needs one whole "
            "number for height and width"
        )
    return pair[0]


def _pair(value: Any) -> list[Any]:
    return (
        list(value) if isinstance(value, Sequence) and value != "same" else [value] * 2
    )


def _axes(axes: Any) -> tuple[int, ...]:
    return tuple(sorted(a % 4 for a in axes)) if isinstance(axes, Sequence) else ()


def _unknown(what: str, thing: Callable[..., Any] | nn.Module | str) -> str:
    advice = ""
    if isinstance(thing, nn.BatchNorm2d):
        advice = (
            "; fold it into the convolution before it, with "
            "torch.nn.utils.fusion.fuse_conv_bn_eval"
        )
    elif thing in (operator.add, operator.iadd, torch.add):
        advice = "; shortcuts are not known there"
    return (
        f"{what} cannot run in a page: it knows Conv2d, ReLU, AvgPool2d, MaxPool2d, "
        f"torch.cat along the channels, the mean over a map, Flatten and Linear{advice}"
    )
