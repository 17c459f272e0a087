"""A network as data, for the engine that runs it inside a web page.

The page knows a dozen lines about each kind of layer and nothing about PyTorch: what
it gets is a list of layers in the order of computation, and their weights.
"""

import base64
import copy
import zlib
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import torch
from torch import fx, nn

from ..networks import Network

Layer = dict[str, Any]
PRECISIONS = ("int8", "float16")
COLOURS = 3  # of a picture in a page


def export_for_page(
    network: nn.Module, *, weights: Literal["int8", "float16"] = "int8"
) -> dict[str, Any]:
    """A network of convolutions as JSON data, for the engine of the book's pages.

    What it may be made of: `Conv2d` (square kernels, any stride, padding with zeros;
    groups and dilation are filled up with zeros), `ReLU`, `AvgPool2d` and `MaxPool2d`
    without padding, `torch.cat` along the channels, means over height and width (also
    as `AdaptiveAvgPool2d(1)`), `Flatten`, `Linear`; `Dropout` and `Identity` leave no
    trace. They may stand in an `nn.Sequential` or in a module of your own that calls
    one after the other.

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
        numbers = stored.numbers
        if isinstance(part, nn.Conv2d):
            numbers = _dense(numbers, part)
        bias = torch.zeros(len(part.weight)) if part.bias is None else part.bias
        layer["stored"] = str(numbers.dtype).removeprefix("torch.")
        blob += _bytes(bias)
        if stored.scale is not None:
            blob += _bytes(stored.scale)
        if numbers.dtype == torch.int16:  # packed best apart
            blob += _bytes((numbers >> 8).to(torch.int8))
            blob += _bytes((numbers & 255).to(torch.uint8))
        else:
            blob += _bytes(numbers)
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


def _dense(numbers: torch.Tensor, part: nn.Conv2d) -> torch.Tensor:
    """One group without dilation that does the same: zeros are where it has nothing."""
    outputs, inputs, rows, columns = numbers.shape
    down, right = part.dilation
    high, wide = (rows - 1) * down + 1, (columns - 1) * right + 1
    dense = numbers.new_zeros(outputs, part.in_channels, high, wide)
    for output in range(outputs):
        group = output // (outputs // part.groups)
        seen = slice(group * inputs, (group + 1) * inputs)
        dense[output, seen, ::down, ::right] = numbers[output]
    return dense


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
            if self._inputs(node) == ["input"] and part.in_channels != COLOURS:
                raise ValueError(
                    f"Conv2d at {name!r} reads pictures of {part.in_channels} channels "
                    f"and a page's have {COLOURS}: give it weights for each of them"
                )
            self._add(node, name, "conv", **_convolution(name, part))
            self.parts.append((self.made[-1], part))
        elif isinstance(part, nn.Linear):
            shape = {"inputs": part.in_features, "outputs": part.out_features}
            self._add(node, name, "linear", **shape)
            self.parts.append((self.made[-1], part))
        elif isinstance(part, nn.ReLU):
            self._relu(node, name, part.inplace)
        elif isinstance(part, (nn.AvgPool2d, nn.MaxPool2d)):
            pool = "average" if isinstance(part, nn.AvgPool2d) else "maximum"
            self._add(node, name, pool, **_window(name, part))
        elif isinstance(part, nn.AdaptiveAvgPool2d) and _pair(part.output_size) == [
            1,
            1,
        ]:
            self._add(node, name, "mean")
        elif isinstance(part, nn.Flatten) and (part.start_dim, part.end_dim) == (1, -1):
            self.name_of[node] = self._inputs(node)[0]
        else:
            raise ValueError(_unknown(f"{kind} at {name!r}", kind))

    def _function(self, node: fx.Node) -> None:
        name = getattr(node.target, "__name__", str(node.target))
        arguments = [*node.args[1:], *node.kwargs.values()]
        if name == "cat" and arguments in ([1], [-3]):
            self._add(node, node.name, "concat")
        elif name in ("relu", "relu_"):
            self._relu(node, node.name, name == "relu_" or True in arguments)
        elif name == "mean" and [*map(_axes, arguments[:1])] == [(2, 3)]:
            self._add(node, node.name, "mean")
        elif name == "flatten" and arguments == [1]:
            self.name_of[node] = self._inputs(node)[0]
        else:
            raise ValueError(_unknown(f"{name}{tuple(arguments)}", name))

    def _relu(self, node: fx.Node, name: str, in_place: bool) -> None:
        self._add(node, name, "relu")
        if in_place:  # whoever reads what it was given finds its result from now on
            before, after = self.made[-1]["from"][0], self.name_of[node]
            for each, held in self.name_of.items():
                if held == before:
                    self.name_of[each] = after

    def _inputs(self, node: fx.Node) -> list[str]:
        given: Any = node.args[0] if node.args else next(iter(node.kwargs.values()))
        sources = given if isinstance(given, (list, tuple)) else [given]
        for source in sources:
            if source not in self.name_of:
                raise ValueError(
                    f"{node.name} reads {source}, which no layer computed; a page's "
                    "network computes everything from its images: leave that out"
                )
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
    reach = [(n - 1) * d + 1 for n, d in zip(part.kernel_size, part.dilation)]
    kernel = _square(name, "kernel", reach)
    padding: Any = part.padding
    if padding == "same":
        padding = kernel // 2 if kernel % 2 else "same"
    elif padding == "valid":
        padding = 0
    if part.padding_mode != "zeros" and _pair(padding) != [0, 0]:
        raise ValueError(
            f"Conv2d at {name!r} has padding_mode={part.padding_mode!r}, and a page's "
            "engine pads with zeros: train it with zeros, or without padding"
        )
    return {
        "inputs": part.in_channels,
        "outputs": part.out_channels,
        "kernel": kernel,
        "stride": _square(name, "stride", part.stride),
        "padding": _square(name, "padding", padding),
    }


def _window(name: str, part: nn.AvgPool2d | nn.MaxPool2d) -> Layer:
    plain = {"padding": 0, "dilation": 1, "ceil_mode": False, "divisor_override": None}
    if any(
        _pair(getattr(part, key, usual)) != _pair(usual) for key, usual in plain.items()
    ):
        raise ValueError(
            f"{type(part).__name__} at {name!r} has padding, dilation, ceil_mode or a "
            "divisor of its own, which a page's engine does not know: let its windows "
            "lie within the map"
        )
    kernel = _square(name, "kernel", part.kernel_size)
    return {"kernel": kernel, "stride": _square(name, "stride", part.stride or kernel)}


def _square(name: str, what: str, value: Any) -> int:
    pair = _pair(value)
    if len(set(pair)) > 1 or not isinstance(pair[0], int):
        given = tuple(pair) if len(set(pair)) > 1 else pair[0]
        raise ValueError(
            f"{name!r} has a {what} of {given!r}; a page's engine needs one whole "
            "number for height and width"
            + ("; zeros beside them make weights square" if what == "kernel" else "")
        )
    return pair[0]


def _pair(value: Any) -> list[Any]:
    return (
        list(value) if isinstance(value, Sequence) and value != "same" else [value] * 2
    )


def _axes(axes: Any) -> tuple[int, ...]:
    return tuple(sorted(a % 4 for a in axes)) if isinstance(axes, Sequence) else ()


_SUM = (
    "a sum of two maps is torch.cat of them and a 1 × 1 Conv2d whose weights are two "
    "unit matrices side by side"
)
_RELU = "train it with ReLU in its place"
_REMEDIES = {
    "BatchNorm2d": "fold it into the convolution before it, with "
    "torch.nn.utils.fusion.fuse_conv_bn_eval",
    "AdaptiveAvgPool2d": "AdaptiveAvgPool2d(1) is known, and for one size of picture "
    "AvgPool2d does the same",
    **dict.fromkeys(["add", "add_", "iadd"], _SUM),
    **dict.fromkeys(["ReLU6", "LeakyReLU", "PReLU", "ELU", "GELU", "SiLU"], _RELU),
    **dict.fromkeys(["relu6", "leaky_relu", "elu", "gelu", "silu"], _RELU),
    **dict.fromkeys(["view", "reshape", "size"], "Flatten makes a map one vector"),
    "max_pool2d": "make it a module, MaxPool2d",
    "avg_pool2d": "make it a module, AvgPool2d",
    "adaptive_avg_pool2d": "make it a module, AdaptiveAvgPool2d(1)",
}


def _unknown(what: str, kind: str) -> str:
    return (
        f"{what} cannot run in a page: it knows Conv2d, ReLU, AvgPool2d, MaxPool2d, "
        "torch.cat along the channels, the mean over a map, Flatten and Linear; "
        + _REMEDIES.get(kind, "leave it out, or write it with these")
    )
