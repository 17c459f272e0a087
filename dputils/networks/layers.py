"""What the layers of a network give: which axis holds channels, which rows and columns.

PyTorch has no word for it. Convolutions give `(N, C, H, W)`, Swin and ConvNeXt also
`(N, H, W, C)`, transformers rows of tokens `(N, T, C)` with class tokens among them,
and a shape alone does not say which is which. So the network is shown three pictures,
one of them changed in its upper half, one in its left half. A layer that answers in its
first rows to the one and in its first columns to the other has its rows and columns
there. Tokens that answer to neither come before any picture: they are class tokens.
"""

import contextlib
import dataclasses
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

OUTPUT = "logits"
CLASS = ":class"  # of a layer's name: its class tokens, as a vector

_CLEAR = 0.05  # how far an answer must lean to one side to tell an axis
_ORDERS = {"NCHW": (0, 1, 2, 3), "NHWC": (0, 3, 1, 2)}
_TOKEN_ORDERS = {"NTC": (0, 2, 1), "NCT": (0, 1, 2), "TNC": (1, 2, 0)}


@dataclasses.dataclass(frozen=True)
class Layer:
    """How to read what a layer gives.

    `axes` has a letter for each of its axes: N pictures, C channels, H rows, W columns,
    T tokens. `channels` is the size of C, `calls` how often the layer runs, `first` and
    `last` how many class tokens stand before and after those of the picture.
    """

    axes: str
    channels: int
    calls: int = 1
    first: int = 0
    last: int = 0

    @property
    def class_tokens(self) -> int:
        return self.first + self.last

    def apart(
        self, value: torch.Tensor, size: tuple[int, int]
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        """`(N, C, H', W')`, or `(N, C)`, for pictures of `size` (height, width); and
        the class tokens, each `(N, C)`.
        """
        if self.axes in _ORDERS:
            # itself if it can be, not a view: a gradient may be asked for it
            order = _ORDERS[self.axes]
            return value if order == (0, 1, 2, 3) else value.permute(order), ()
        if self.axes in _TOKEN_ORDERS:
            tokens = value.permute(_TOKEN_ORDERS[self.axes])
            end = tokens.shape[2] - self.last
            outside = *range(self.first), *range(end, tokens.shape[2])
            maps = tokens[..., self.first : end]
            return (
                maps.unflatten(2, grid_of(maps.shape[2], size)),
                tuple(tokens[..., k] for k in outside),
            )
        return value[:, None] if self.axes == "N" else value, ()

    def together(
        self, maps: torch.Tensor, tokens: tuple[torch.Tensor, ...]
    ) -> torch.Tensor:
        """The layer's own form, computed from what `apart` gave.

        A network that goes on from it has what was reported between picture and output.
        """
        if self.axes in _ORDERS:
            return maps.permute(_inverse(_ORDERS[self.axes]))
        if self.axes in _TOKEN_ORDERS:
            columns = [token[..., None] for token in tokens]
            first, last = columns[: self.first], columns[self.first :]
            joined = torch.cat([*first, maps.flatten(2), *last], 2)
            return joined.permute(_inverse(_TOKEN_ORDERS[self.axes]))
        return maps[:, 0] if self.axes == "N" else maps


@dataclasses.dataclass
class Listing:
    """The layers of a network by name, in the order in which they are last computed.

    `same` maps names of modules to the first name of the same module, `fixed` says
    that the network takes pictures of one size only, `steady` that every layer runs
    equally often at any size.
    """

    layers: dict[str, Layer]
    same: dict[str, str]
    size: tuple[int, int]
    fixed: bool = False
    steady: bool = True

    @functools.cached_property
    def channels(self) -> dict[str, int]:
        """`{name: channels}`, class tokens beside their layers."""
        return {
            name: layer.channels
            for known, layer in self.layers.items()
            for name in (
                known,
                *(class_name(known, k) for k in range(layer.class_tokens)),
            )
        }


def class_name(layer: str, number: int) -> str:
    """ "layer:class", and from the second token on "layer:class2"."""
    return f"{layer}{CLASS}{number + 1 if number else ''}"


def split_class(layer: str) -> tuple[str, int | None]:
    """The layer's name and the number of the class token that is meant, or None."""
    name, colon, number = layer.rpartition(CLASS)
    if not colon or (number and not number.isdigit()):
        return layer, None
    return name, int(number or 1) - 1


def tensor_in(output: Any) -> torch.Tensor | None:
    """The tensor in a module's output; Inception's tuples and the like lead with it."""
    if torch.is_tensor(output):
        return output
    if isinstance(output, dict):
        values = list(output.values())
    elif isinstance(output, (tuple, list)):
        values = list(output)
    elif dataclasses.is_dataclass(output):
        values = [getattr(output, f.name) for f in dataclasses.fields(output)]
    else:
        values = []
    found = (tensor_in(value) for value in values)
    return next((tensor for tensor in found if tensor is not None), None)


def grid_of(count: int, size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of `count` tokens, in the proportions nearest to a picture's."""
    wanted = math.log(size[0] / size[1])
    rows = [h for h in range(1, count + 1) if count % h == 0]
    best = min(rows, key=lambda h: abs(math.log(h * h / count) - wanted))
    return best, count // best


@contextlib.contextmanager
def every_module_called() -> Iterator[None]:
    """Transformers of PyTorch compute their layers one by one meanwhile.

    In evaluation they would run as one fused kernel, and no layer would be seen.
    """
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


@torch.no_grad()
def list_layers(
    module: nn.Module,
    size: tuple[int, int],
    see: Callable[[torch.Tensor], torch.Tensor],
    pictures: torch.Tensor,
) -> Listing:
    """The layers of a module that is in evaluation mode.

    Args:
        module: what is listed.
        size: height and width of the pictures that it was trained on.
        see: from pictures in [0, 1] to what the module takes.
        pictures: three of that size, as `probes` draws them; from one alone the axes
            cannot be told, and maps are taken for `(N, C, H, W)`.
    Raises: whatever the module raises on such pictures.
    """
    layers, same = _watch(module, see(pictures), size)
    listing = Listing(layers, same, size)
    # Less than half as wide, so that a loop that halves runs once less; of odd sides,
    # and not square: what runs here runs at any size. Networks that shrink pictures
    # many times need a larger one.
    for share in (0.4, 2.2):
        height, width = (
            max(1, round(side * share * stretch)) // 2 * 2 + 1
            for side, stretch in zip(size, (1.0, 1.15))
        )
        other = F.interpolate(pictures[:1], size=(height, width))
        try:
            counts = _count(module, see(other))
        except Exception:  # whatever a module says to a size that it does not take
            continue
        mine = {name: layers[name].calls for name in layers if name != OUTPUT}
        listing.steady = all(counts.get(same[name]) == n for name, n in mine.items())
        return listing
    listing.fixed = True
    return listing


def probes(channels: int, size: tuple[int, int]) -> torch.Tensor:
    """Three pictures `(3, channels, H, W)` in [0, 1] that tell the axes of a layer.

    The second differs from the first in its upper half, the third in its left half;
    a little they differ everywhere, so that only what sees no picture stays the same.
    """
    generator = torch.Generator().manual_seed(0)
    base, other = torch.rand(2, channels, *size, generator=generator)
    share = torch.full((2, 1, *size), 0.05)
    share[0, :, : size[0] // 2] = 1
    share[1, :, :, : size[1] // 2] = 1
    return torch.cat([base[None], torch.lerp(base, other, share)])


# ---- helpers -------------------------------------------------------------------------


def _inverse(order: tuple[int, ...]) -> list[int]:
    return [order.index(axis) for axis in range(len(order))]


def _names(module: nn.Module) -> dict[str, str]:
    """Every name of every submodule, and the first name of the same one."""
    first: dict[int, str] = {}
    return {
        name: first.setdefault(id(part), name)
        for name, part in module.named_modules(remove_duplicate=False)
        if name and name != OUTPUT and part is not module
    }


def _watch(
    module: nn.Module, x: torch.Tensor, size: tuple[int, int]
) -> tuple[dict[str, Layer], dict[str, str]]:
    same = _names(module)
    reader = _Reader(len(x), size)
    seen: dict[str, Layer] = {}
    calls: dict[str, int] = {}

    def note(name: str) -> Callable[..., None]:
        def hook(part: nn.Module, inputs: Any, output: Any) -> None:
            value = tensor_in(output)
            layer = None if value is None else reader.read(value)
            calls[name] = calls.get(name, 0) + 1
            seen.pop(name, None)  # listed where it is computed for the last time
            if layer is not None:
                seen[name] = layer

        return hook

    parts = dict(module.named_modules())
    with contextlib.ExitStack() as hooks, every_module_called():
        for name in set(same.values()):
            hooks.enter_context(parts[name].register_forward_hook(note(name)))
        given = tensor_in(module(x))
    layers = {
        name: dataclasses.replace(layer, calls=calls[known])
        for known, layer in seen.items()
        for name, alias in same.items()
        if alias == known
    }
    if given is not None:
        layers[OUTPUT] = reader.read(given) or _as_it_is(given)
    return layers, same


def _count(module: nn.Module, x: torch.Tensor) -> dict[str, int]:
    """How often each submodule runs, by its first name."""
    calls: dict[str, int] = {}

    def note(name: str) -> Callable[..., None]:
        def hook(*_: Any) -> None:
            calls[name] = calls.get(name, 0) + 1

        return hook

    with contextlib.ExitStack() as hooks, every_module_called():
        for name, part in module.named_modules():
            if name:
                hooks.enter_context(part.register_forward_hook(note(name)))
        module(x)
    return calls


def _as_it_is(value: torch.Tensor) -> Layer:
    """An output that is neither maps nor tokens nor a vector is handed on unchanged."""
    if value.dim() == 1:
        return Layer("N", 1)
    return Layer("as it is", value.shape[1] if value.dim() > 1 else 1)


class _Reader:
    """Tells the axes of one layer after the other, in the order of computation."""

    def __init__(self, pictures: int, size: tuple[int, int]) -> None:
        self.pictures, self.size = pictures, size
        self.known: dict[tuple[int, ...], str] = {}  # what shapes turned out to be
        # the order of the last maps and the last tokens whose axes were clear
        self.maps, self.tokens = "NCHW", ""
        self.class_tokens: dict[int, tuple[int, int]] = {}  # by number of tokens

    def read(self, value: torch.Tensor) -> Layer | None:
        """How to read a layer that gave `value` to the probes; None if not at all."""
        shape = tuple(value.shape)
        if value.dim() == 2 and shape[0] == self.pictures:
            return Layer("NC", shape[1])
        if not value.is_floating_point() or 0 in shape or _is_attention(value):
            return None
        if value.dim() == 4 and shape[0] == self.pictures:
            axes = self._order_of_maps(value)
            return None if axes is None else Layer(axes, shape[axes.index("C")])
        if value.dim() == 3 and self.pictures == 3:
            return self._tokens(value)
        return None

    def _order_of_maps(self, value: torch.Tensor) -> str | None:
        shape = tuple(value.shape)
        if shape[1:].count(1) == 2:  # one value a channel: SqueezeNet's last pooling
            return "NHWC" if shape[3] > 1 else "NCHW"
        if self.pictures != 3:
            return self.maps
        lean, clear = _Lean(value), {}
        for axes in _ORDERS:
            found = lean.down(axes.index("H")), lean.across(axes.index("W"))
            # An axis of one place leans nowhere. Otherwise both lean, and about alike:
            # channels do so a little, by chance.
            places = _sides(shape, axes)
            sides = [x for x, n in zip(found, places) if n > 1]
            if min(sides) > max(_CLEAR, max(sides) / 4) and self._alike(*places):
                clear[axes] = min(sides)
        if shape in self.known:
            before = self.known[shape]
            if shape[1] != shape[3] or not clear:
                return before
        if clear:
            self.known[shape] = self.maps = max(clear, key=lambda axes: clear[axes])
            return self.maps
        # Neither: a layer that is silent, or has forgotten places, or has none, such as
        # the tokens of each head of an attention, or of each window.
        if any(count in self.class_tokens for count in shape[1:3]):
            return None
        return self.maps if self._alike(*_sides(shape, self.maps), once=True) else None

    def _tokens(self, value: torch.Tensor) -> Layer | None:
        shape = tuple(value.shape)
        pictures = {"NTC": 0, "NCT": 0, "TNC": 1}
        lean = {
            axes: _Lean(value, pictures[axes]).down(axes.index("T"))
            for axes in _TOKEN_ORDERS
            if shape[pictures[axes]] == 3
        }
        if not lean:
            return None
        best = max(lean, key=lambda axes: lean[axes])
        # Tokens are nearly always rows of channels; few channels lean a bit by chance.
        clear = lean[best] > (3 * _CLEAR if best == "NCT" else _CLEAR)
        if shape in self.known and (len({*shape}) == 3 or not clear):
            best = self.known[shape]  # what else could be as wide?
        elif clear:
            self.tokens = best
        else:  # places are forgotten here: as before, if the number of tokens fits
            best = self.tokens
            count = shape[best.index("T")] if best in lean else 0
            if not count or not (count in self.class_tokens or self._fits(count)):
                return None
        self.known[shape] = best
        axes = self.known[shape]
        ends = self._ends(value.permute(_TOKEN_ORDERS[axes]))
        if ends is None:
            return None
        return Layer(axes, shape[axes.index("C")], first=ends[0], last=ends[1])

    def _ends(self, tokens: torch.Tensor) -> tuple[int, int] | None:
        """Class tokens before and after those of the picture, for `(3, C, T)`."""
        count = tokens.shape[2]
        if count not in self.class_tokens:
            still = [
                not change
                for change in (tokens[1:] != tokens[:1]).flatten(0, 1).any(0).tolist()
            ]
            first = next((k for k in range(count) if not still[k]), 0)
            last = next((k for k in range(count) if not still[count - 1 - k]), 0)
            # Where they are first seen, class tokens may have met the picture already:
            # then as few as leave the others a grid of the picture's proportions.
            guesses = [(first, last), *((k, 0) for k in range(9))]
            for guess in guesses:
                left = count - sum(guess)
                if left >= 1 and self._fits(left):
                    self.class_tokens[count] = guess
                    break
            else:
                return None
        return self.class_tokens[count]

    def _fits(self, count: int) -> bool:
        return self._alike(*grid_of(count, self.size), once=True)

    def _alike(self, rows: int, columns: int, once: bool = False) -> bool:
        """Whether a map has about the picture's proportions.

        A map of one row or column may come of pooling, if not `once` it has leant.
        """
        if min(rows, columns) == 1 and not once:
            return True
        stretch = math.log(rows / columns * self.size[1] / self.size[0])
        return abs(stretch) < 0.25 or abs(rows - columns) <= 2


class _Lean:
    """Where along an axis a layer answers to the changed halves."""

    def __init__(self, value: torch.Tensor, pictures: int = 0) -> None:
        exact = value if value.dtype == torch.float64 else value.float()
        base, top, left = exact.unbind(pictures)
        self.top, self.left, self.pictures = (
            (top - base).abs(),
            (left - base).abs(),
            pictures,
        )

    def down(self, axis: int) -> float:
        return self._half(self.top, axis)

    def across(self, axis: int) -> float:
        return self._half(self.left, axis)

    def _half(self, change: torch.Tensor, axis: int) -> float:
        """Share of the change in the first half of an axis, less that in the second."""
        axis -= axis > self.pictures
        along = change.sum([k for k in range(change.dim()) if k != axis])
        half, total = len(along) // 2, float(along.sum())
        if not half or not math.isfinite(total) or total <= 0:
            return 0.0
        return float(along[:half].sum() - along[-half:].sum()) / total


def _sides(shape: tuple[int, ...], axes: str) -> tuple[int, int]:
    return shape[axes.index("H")], shape[axes.index("W")]


def _is_attention(value: torch.Tensor) -> bool:
    """Whether these are weights of tokens for tokens: rows that add up to 1."""
    if value.dim() < 3 or value.shape[-1] != value.shape[-2] or value.shape[-1] < 2:
        return False
    return bool((value >= 0).all()) and bool(
        ((value.float().sum(-1) - 1).abs() < 1e-2).all()
    )
