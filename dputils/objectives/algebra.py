"""Objectives as numbers: functions of activations that add, subtract, scale, and say
their name.

The kinds of objective are in `objectives`; here is what they have in common, and
`channel`, which strings stand for.
"""

import numbers

IMAGE = "image"  # the untransformed picture, among the activations


class Objective:
    """A function of activations, the layers it reads, and a readable name."""

    def __init__(self, function, layers=(), name=None):
        self.function = function
        self.layers = frozenset(layers) - {IMAGE}
        self.name = getattr(function, "__name__", "objective") if name is None else name

    def __call__(self, activations):
        return self.function(activations)

    def __repr__(self):
        return self.name

    def __add__(self, other):
        return _combine(self, other, lambda a, b: a + b, "{} + {}")

    __radd__ = __add__

    def __sub__(self, other):
        return _combine(self, other, lambda a, b: a - b, "{} - {}", group_right=True)

    def __rsub__(self, other):
        return as_objective(other) - self

    def __neg__(self):
        return -1 * self

    def __mul__(self, other):
        return _combine(
            self,
            other,
            lambda a, b: a * b,
            "{1} * {0}",
            group_left=True,
            group_right=True,
        )

    __rmul__ = __mul__

    def __truediv__(self, other):
        if not isinstance(other, numbers.Number):
            raise ValueError(
                f"an objective can be divided by a number, not by {other!r}"
            )
        return self * (1 / other)


def as_objective(thing):
    """An Objective from an Objective, a number, a string "layer:channel", or a function
    of the activations.
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


def channel(layer, n, batch=None):
    """Mean activation of one channel, over positions (and over the batch, unless bound
    to one picture).
    """
    return unit(
        f"channel({layer!r}, {n}{bound(batch)})", layer, n, batch, lambda a: a.mean()
    )


# ---- for those who write objectives ------------------------------------------------------------------------


def unit(name, layer, n, batch, reduce):
    """An objective that reduces one channel's map `(N, H, W)` to a number."""
    return Objective(
        lambda activations: reduce(
            pick_channel(of(activations, layer, batch), n, layer)
        ),
        [layer],
        name,
    )


def bound(batch):
    """What a name says of the picture that an objective is bound to."""
    return "" if batch is None else f", batch={batch}"


def of(activations, layer, batch):
    """The activations of a layer, of all pictures or of one."""
    a = activations[layer]
    if batch is None:
        return a
    if not -len(a) <= batch < len(a):
        raise ValueError(
            f"batch={batch} does not exist: the image has {len(a)} pictures, from 0 to "
            f"{len(a) - 1}"
        )
    return a[batch : batch + 1] if batch != -1 else a[-1:]


def pick_channel(a, n, layer):
    """One channel as `(N, H, W)`; ValueError if the layer has no such channel."""
    if not -a.shape[1] <= n < a.shape[1]:
        raise ValueError(
            f"channel {n} does not exist: {layer!r} has {a.shape[1]}, from 0 to "
            f"{a.shape[1] - 1}"
        )
    return a[:, n] if a.dim() == 4 else a[:, n, None, None]


def _combine(left, right, operation, name, group_left=False, group_right=False):
    left, right = as_objective(left), as_objective(right)
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
