"""Objectives as numbers: functions of activations that add, subtract, scale, and say
their name.

The kinds of objective are in `kinds.py`; here is what they have in common, and
`channel`, which strings stand for.
"""

import numbers
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, TypeAlias

import torch

NamedActivations: TypeAlias = Mapping[str, torch.Tensor]
"""`{layer: (N, C, H, W)}`, and the untransformed picture under "image"."""

Scalar: TypeAlias = torch.Tensor | float
"""One number: a tensor of shape `()`, or a bare one that no gradient passes."""


class LayerReader(Protocol):
    """What a loop over an objective needs of a network: `load_network` gives it."""

    def __call__(
        self, images: torch.Tensor, layers: list[str], /
    ) -> dict[str, torch.Tensor]: ...

    def resolve(self, layer: str, /) -> str: ...

    def redirected_relu(self, on: bool, /) -> AbstractContextManager[object]: ...


IMAGE = "image"  # the untransformed picture, among the activations


class Objective:
    """A function of activations, the layers it reads, and a readable name.

    Args:
        function: takes `NamedActivations`, returns one number.
        layers: names of the layers that it reads, besides the picture itself.
        name: what it is called in messages; default the function's name.
    Gradients: reach what the function reads.
    Source: Lucid `optvis/objectives.py`.
    """

    def __init__(
        self,
        function: Callable[[NamedActivations], Scalar],
        layers: Iterable[str] = (),
        name: str | None = None,
    ) -> None:
        self.function = function
        self.layers = frozenset(layers) - {IMAGE}
        self.name: str = (
            getattr(function, "__name__", "objective") if name is None else name
        )

    def __call__(self, activations: NamedActivations) -> Scalar:
        return self.function(activations)

    def __repr__(self) -> str:
        return self.name

    def __add__(self, other: "ObjectiveLike") -> "Objective":
        return _combine(self, other, lambda a, b: a + b, "{} + {}")

    __radd__ = __add__

    def __sub__(self, other: "ObjectiveLike") -> "Objective":
        return _combine(self, other, lambda a, b: a - b, "{} - {}", group_right=True)

    def __rsub__(self, other: "ObjectiveLike") -> "Objective":
        return as_objective(other) - self

    def __neg__(self) -> "Objective":
        return -1 * self

    def __mul__(self, other: "ObjectiveLike") -> "Objective":
        return _combine(
            self,
            other,
            lambda a, b: a * b,
            "{1} * {0}",
            group_left=True,
            group_right=True,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> "Objective":
        if not isinstance(other, numbers.Number):
            raise ValueError(
                f"an objective can be divided by a number, not by {other!r}"
            )
        return self * (1 / other)


ObjectiveLike: TypeAlias = (
    Objective | float | str | Callable[[NamedActivations], Scalar]
)
"""What `as_objective` takes: an objective, a number, "layer:channel", or a function."""


def as_objective(thing: ObjectiveLike) -> Objective:
    """An Objective from an Objective, a number, "layer:channel", or a function.

    A function takes `NamedActivations`; its attribute `layers`, if it has one, names
    the layers that it reads (`maximize` finds out about others).
    Raises: ValueError for anything else.
    """
    if isinstance(thing, Objective):
        return thing
    if isinstance(thing, numbers.Number):
        return Objective(lambda activations: thing, name=f"{thing:g}")
    if isinstance(thing, str):
        layer, colon, number = thing.rpartition(":")
        if not colon or not number.lstrip("-").isdigit():
            raise ValueError(
                f'{thing!r} is not an objective; write "layer:channel", for example '
                '"conv5:7"'
            )
        return channel(layer, int(number))
    if callable(thing):
        return Objective(thing, layers=getattr(thing, "layers", ()))
    raise ValueError(
        f"{thing!r} cannot be an objective; use channel(...), a string "
        '"layer:channel" or a function'
    )


def channel(layer: str, n: int, batch: int | None = None) -> Objective:
    """Mean activation of one channel, over positions and pictures.

    Args:
        layer: its name in `network.layers`; `"name:pre"` is the value before its ReLU.
        n: the channel's number.
        batch: bind it to the picture of this number.
    Raises: when called, ValueError if the layer has no such channel.
    """
    return unit(
        f"channel({layer!r}, {n}{bound(batch)})", layer, n, batch, lambda a: a.mean()
    )


class OnDemand(Mapping[str, torch.Tensor]):
    """Activations of one picture, computed when they are asked for.

    Args:
        read: from names of layers to their activations.
        found: those that are known already.
    Iterating goes over what was asked for so far.
    """

    def __init__(
        self,
        read: Callable[[list[str]], Mapping[str, torch.Tensor]],
        found: Mapping[str, torch.Tensor],
    ) -> None:
        self._read, self._found = read, dict(found)
        self.classes = getattr(found, "classes", None)

    def __getitem__(self, layer: str) -> torch.Tensor:
        if layer not in self._found:
            more = self._read([layer])
            self.classes = getattr(more, "classes", self.classes)
            self._found.update(more)
        return self._found[layer]

    def __contains__(self, layer: object) -> bool:
        return layer in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Reading:
    """An objective's value through a network, for one picture after the other.

    The layers that the objective names are computed in one pass. A plain function names
    none: what it asks for is computed then, and from the next picture on in that pass.

    Args:
        objective: what `as_objective` takes.
        network: from `load_network`.
    Raises: ValueError for a layer that the network lacks.
    """

    def __init__(self, objective: ObjectiveLike, network: LayerReader) -> None:
        self.objective, self.network = as_objective(objective), network
        # without doubles, and always in the same order
        self.layers = dict.fromkeys(sorted(self.objective.layers))
        for layer in self.layers:
            network.resolve(layer.removesuffix(":pre"))

    def __call__(
        self,
        seen: torch.Tensor,
        picture: torch.Tensor,
        around: AbstractContextManager[Any] | None = None,
    ) -> Scalar:
        """The value for a picture `(N, C, H, W)`.

        The network gets it as `seen`, after the transforms. `around` is entered while
        the network computes what is known to be needed (for autocast).
        """

        def read(layers: list[str]) -> Mapping[str, torch.Tensor]:
            for layer in layers:
                self.network.resolve(layer.removesuffix(":pre"))
            self.layers.update(dict.fromkeys(layers))
            return self.network(seen, layers)

        with nullcontext() if around is None else around:
            found = self.network(seen, list(self.layers)) if self.layers else {}
        found[IMAGE] = picture
        return self.objective(OnDemand(read, found))


# ---- for those who write objectives --------------------------------------------------


def unit(
    name: str,
    layer: str,
    n: int,
    batch: int | None,
    reduce: Callable[[torch.Tensor], torch.Tensor],
) -> Objective:
    """An objective that reduces one channel's map `(N, H, W)` to a number."""
    return Objective(
        lambda activations: reduce(
            pick_channel(of(activations, layer, batch), n, layer)
        ),
        [layer],
        name,
    )


def bound(batch: int | None) -> str:
    """What a name says of the picture that an objective is bound to."""
    return "" if batch is None else f", batch={batch}"


def of(activations: NamedActivations, layer: str, batch: int | None) -> torch.Tensor:
    """The activations of a layer, `(N, C, H, W)`: of all pictures, or of one, N = 1.

    Raises: ValueError if there is no such picture.
    """
    a = activations[layer]
    if batch is None:
        return a
    if not -len(a) <= batch < len(a):
        raise ValueError(
            f"batch={batch} does not exist: the image has {len(a)} pictures, from 0 to "
            f"{len(a) - 1}"
        )
    return a[batch : batch + 1] if batch != -1 else a[-1:]


def pick_channel(a: torch.Tensor, n: int, layer: str) -> torch.Tensor:
    """One channel as `(N, H, W)`; ValueError if the layer has no such channel."""
    if not -a.shape[1] <= n < a.shape[1]:
        raise ValueError(
            f"channel {n} does not exist: {layer!r} has {a.shape[1]}, from 0 to "
            f"{a.shape[1] - 1}"
        )
    return a[:, n] if a.dim() == 4 else a[:, n, None, None]


def _combine(
    first: ObjectiveLike,
    second: ObjectiveLike,
    operation: Callable[[Scalar, Scalar], Scalar],
    name: str,
    group_left: bool = False,
    group_right: bool = False,
) -> Objective:
    left, right = as_objective(first), as_objective(second)
    if name == "{} + {}" and right.name == "0":  # the start value of Python's sum()
        return left
    names = [
        f"({o.name})" if group and (" + " in o.name or " - " in o.name) else o.name
        for o, group in ((left, group_left), (right, group_right))
    ]
    return Objective(
        lambda activations: operation(left(activations), right(activations)),
        left.layers | right.layers,
        name.format(*names),
    )
