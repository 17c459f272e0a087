"""Assignment 4: a picture as a small network of its coordinates."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch

from ..diagnosis import same
from ..exercises import (
    OWN_IDEA_RUBRIC,
    SWEEP_RUBRIC,
    Exercise,
    Experiment,
    Law,
    Misconception,
)

EDGE = math.sqrt(3)

Tensors: TypeAlias = tuple[torch.Tensor, ...]

# ---- 4.1 -----------------------------------------------------------------------------


def grid(height: int, width: int) -> torch.Tensor:
    """The places of the pixels' middles `(1, 2, H, W)`: x, then y.

    The picture's edges are at ±√3.
    """
    y, x = (
        EDGE * ((2 * torch.arange(count) + 1) / count - 1) for count in (height, width)
    )
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))[None]


def slow_grid(height: int, width: int) -> torch.Tensor:
    """The same, one pixel at a time."""
    places = torch.zeros(1, 2, height, width)
    for row, column in itertools.product(range(height), range(width)):
        places[0, 0, row, column] = -EDGE + 2 * EDGE * (column + 0.5) / width
        places[0, 1, row, column] = -EDGE + 2 * EDGE * (row + 0.5) / height
    return places


def _pooled(call, draw):
    height, width = draw.size()
    return same(
        torch.nn.functional.avg_pool2d(call(2 * height, 2 * width), 2),
        call(height, width),
    )


def _edge_to_edge(height, width):
    y, x = (torch.linspace(-EDGE, EDGE, count) for count in (height, width))
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))[None]


GRID = Exercise(
    "4.1",
    "Where the pixels are",
    "grid",
    grid,
    slow_grid,
    lambda draw: draw.size(),
    withheld=("dputils.cppn.network:coordinate_grid",),
    misconceptions=(
        Misconception(
            "the outermost middles lie on the edges, as `linspace` puts "
            "them. Then a larger picture does not show the same thing: "
            "pixels have a width, their middles are half of it inside",
            _edge_to_edge,
        ),
        Misconception(
            "x and y are swapped: channel 0 is x and grows along a row, channel 1 is y",
            lambda h, w: grid(h, w).flip(1),
        ),
        Misconception(
            "height and width are swapped; the shape is (1, 2, height, width)",
            lambda h, w: grid(w, h),
        ),
        Misconception(
            "y grows upwards. Here it grows downwards, as the rows do",
            lambda h, w: grid(h, w) * torch.tensor([1.0, -1.0]).view(1, 2, 1, 1),
        ),
        Misconception(
            "the edges are at ±1; they should be at ±√3, "
            "so that each coordinate has variance 1",
            lambda h, w: grid(h, w) / EDGE,
        ),
        Misconception(
            "the edges are at ±√3 / 2; the picture is 2√3 wide",
            lambda h, w: grid(h, w) / 2,
        ),
        Misconception(
            "these are pixel numbers; scale them to -√3 … √3",
            lambda h, w: torch.stack(
                torch.meshgrid(torch.arange(w), torch.arange(h), indexing="xy")
            )[None].float(),
        ),
        Misconception(
            "the middles are off by half a pixel: "
            "a pixel's middle is at its number + 0.5",
            lambda h, w: grid(h, w) - EDGE / torch.tensor([w, h]).view(1, 2, 1, 1),
        ),
    ),
    laws=(
        Law(
            "a picture of twice the size, "
            "averaged over 2 × 2 pixels, has the same places",
            _pooled,
        ),
    ),
)

# ---- 4.2 -----------------------------------------------------------------------------


def activate(z: torch.Tensor) -> torch.Tensor:
    """atan and its square, scaled to mean square 1, side by side.

    `(N, C, P)` -> `(N, 2C, P)`.
    """
    u = torch.atan(z)
    return torch.cat([u / 0.67, u**2 / 0.6], 1)


def slow_activate(z: torch.Tensor) -> torch.Tensor:
    """The same, one number at a time."""
    result = torch.zeros(len(z), 2 * z.shape[1], z.shape[2])
    for n, c, p in itertools.product(*map(range, z.shape)):
        angle = math.atan(float(z[n, c, p]))
        result[n, c, p], result[n, c + z.shape[1], p] = (
            angle / 0.67,
            angle * angle / 0.6,
        )
    return result


def _odd_and_even(call, draw):
    z = draw.normal(2, 3, 5)
    there, back = call(z), call(-z)
    return same(back[:, :3], -there[:, :3]) and same(back[:, 3:], there[:, 3:])


def _loudness(call, draw):
    return 0.97 < call(draw.normal(1, 8, 4000)).square().mean() < 1.03


ACTIVATE = Exercise(
    "4.2",
    "An activation with two faces",
    "activate",
    activate,
    slow_activate,
    lambda draw: (2 * draw.normal(draw.integer(1, 2), *draw.size(3, 6)),),
    gradient=(0,),
    withheld=("dputils.cppn.nonlinearities:composite",),
    misconceptions=(
        Misconception(
            "the two halves are not scaled: atan / 0.67 and atan² / 0.6 have "
            "mean square 1, so that ten layers are as loud as one",
            lambda z: torch.cat([torch.atan(z), torch.atan(z) ** 2], 1),
        ),
        Misconception(
            "the square is inside: atan(z)² is asked for, not atan(z²)",
            lambda z: torch.cat([torch.atan(z) / 0.67, torch.atan(z**2) / 0.6], 1),
        ),
        Misconception(
            "the two halves are in the wrong order; the odd one, atan, comes first",
            lambda z: activate(z).roll(z.shape[1], 1),
        ),
        Misconception(
            "the halves are interleaved: "
            "atan of all channels comes first, then all the squares",
            lambda z: activate(z).unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2),
        ),
        Misconception(
            "the scales are exchanged: 0.67 belongs to atan, 0.6 to its square",
            lambda z: torch.cat([torch.atan(z) / 0.6, torch.atan(z) ** 2 / 0.67], 1),
        ),
        Misconception(
            "the square is divided by 0.6² or the "
            "scaled atan was squared; divide atan² by 0.6",
            lambda z: torch.cat([torch.atan(z) / 0.67, (torch.atan(z) / 0.6) ** 2], 1),
        ),
        Misconception(
            "the square is divided by 0.6² or the "
            "scaled atan was squared; divide atan² by 0.6",
            lambda z: torch.cat([torch.atan(z) / 0.67, (torch.atan(z) / 0.67) ** 2], 1),
        ),
        Misconception(
            "this is tanh; atan is asked for, which saturates more slowly",
            lambda z: torch.cat([torch.tanh(z) / 0.67, torch.tanh(z) ** 2 / 0.6], 1),
        ),
        Misconception(
            "the two are added up; put them side by side, as twice as many channels",
            lambda z: torch.atan(z) / 0.67 + torch.atan(z) ** 2 / 0.6,
        ),
        Misconception(
            "the input is cut off from the graph", lambda z: activate(z.detach())
        ),
    ),
    laws=(
        Law("the first half is odd and the second is even", _odd_and_even),
        Law("normal numbers come out with mean square 1", _loudness),
    ),
)

# ---- 4.3 -----------------------------------------------------------------------------


def scaled(normals: Tensors) -> Tensors:
    """Weights from standard normal numbers, a tuple of `(out, in)`.

    They are divided by √in; those of the last layer are 0.
    """
    return (
        *(layer / layer.shape[1] ** 0.5 for layer in normals[:-1]),
        torch.zeros_like(normals[-1]),
    )


def slow_scaled(normals: Tensors) -> Tensors:
    """The same, one number at a time."""
    results = []
    for number, layer in enumerate(normals, 1):
        share = 0.0 if number == len(normals) else 1 / math.sqrt(len(layer[0]))
        results.append(
            torch.tensor([[share * float(weight) for weight in row] for row in layer])
        )
    return tuple(results)


def _normals(draw):
    width, depth = draw.integer(4, 6), draw.integer(2, 3)
    sizes = [(width, 2), *[(width, 2 * width)] * (depth - 1), (3, 2 * width)]
    return (tuple(draw.normal(*size) for size in sizes),)


def _but_last(rule):
    return lambda normals: (*map(rule, normals[:-1]), torch.zeros_like(normals[-1]))


SCALED = Exercise(
    "4.3",
    "How large to begin",
    "scaled",
    scaled,
    slow_scaled,
    _normals,
    misconceptions=(
        Misconception(
            "the weights are divided by the number of inputs. "
            "Their sum grows with its root: divide by √in",
            _but_last(lambda w: w / w.shape[1]),
        ),
        Misconception(
            "the weights are divided by the root of the number of outputs. A "
            "unit adds up its inputs: the second axis",
            _but_last(lambda w: w / w.shape[0] ** 0.5),
        ),
        Misconception(
            "this is He's √(2 / in), which makes up for a ReLU; "
            "the scaled activation needs no 2",
            _but_last(lambda w: w * (2 / w.shape[1]) ** 0.5),
        ),
        Misconception(
            "the hidden weights are not scaled; divide each layer by √in",
            _but_last(lambda w: w),
        ),
        Misconception(
            "the last layer is not zero. "
            "With zeros the picture begins as flat grey, not as random art",
            lambda normals: tuple(w / w.shape[1] ** 0.5 for w in normals),
        ),
        Misconception(
            "all layers are zero, so no gradient gets through",
            lambda normals: tuple(map(torch.zeros_like, normals)),
        ),
        Misconception(
            "the first layer is zero, not the last",
            lambda normals: (
                torch.zeros_like(normals[0]),
                *(w / w.shape[1] ** 0.5 for w in normals[1:]),
            ),
        ),
    ),
)

# ---- 4.4 -----------------------------------------------------------------------------


def paint(
    coordinates: torch.Tensor,
    weights: Sequence[torch.Tensor],
    biases: Sequence[torch.Tensor],
    *,
    inner: Callable[[torch.Tensor], torch.Tensor] = activate,
    last: Callable[[torch.Tensor], torch.Tensor] = torch.sigmoid,
    shift: float = 1.0,
) -> torch.Tensor:
    """The picture `(1, 3, H, W)` at coordinates `(1, 2, H, W)`.

    The keywords exchange parts of it for wrong ones.
    """
    x = coordinates.flatten(2)
    for number, (weight, bias) in enumerate(zip(weights, biases), 1):
        x = weight @ x + shift * bias[:, None]
        x = last(x) if number == len(weights) else inner(x)
    return x.unflatten(2, coordinates.shape[2:])


def slow_paint(
    coordinates: torch.Tensor,
    weights: Sequence[torch.Tensor],
    biases: Sequence[torch.Tensor],
) -> torch.Tensor:
    """The same, one pixel and one unit at a time."""
    picture = torch.zeros(1, len(weights[-1]), *coordinates.shape[2:])
    layers = [(weight.tolist(), bias.tolist()) for weight, bias in zip(weights, biases)]
    for row, column in itertools.product(*map(range, coordinates.shape[2:])):
        values = coordinates[0, :, row, column].tolist()
        for weight, bias in layers:
            sums = [
                sum(w * value for w, value in zip(line, values)) + b
                for line, b in zip(weight, bias)
            ]
            angles = [math.atan(z) for z in sums]
            values = [a / 0.67 for a in angles] + [a * a / 0.6 for a in angles]
        picture[0, :, row, column] = torch.tensor(
            [1 / (1 + math.exp(-z)) for z in sums]
        )
    return picture


def _paint_inputs(draw):
    (normals,) = _normals(draw)
    weights = tuple(layer / layer.shape[1] ** 0.5 for layer in normals)
    return (
        grid(*draw.size(4, 6)),
        weights,
        tuple(draw.normal(len(layer)) for layer in weights),
    )


def _part_of_the_whole(call, draw):
    places, *layers = _paint_inputs(draw)
    return same(call(places[..., 1:, :2], *layers), call(places, *layers)[..., 1:, :2])


PAINT = Exercise(
    "4.4",
    "Paint it",
    "paint",
    paint,
    slow_paint,
    _paint_inputs,
    gradient=(1, 2),
    points=3,
    misconceptions=(
        Misconception(
            "the last layer has no sigmoid, so that colours leave 0 … 1",
            lambda x, w, b: paint(x, w, b, last=torch.nn.Identity()),
        ),
        Misconception(
            "the last layer goes through the hidden activation as well. "
            "It has only the sigmoid",
            lambda x, w, b: paint(x, w, b, last=lambda z: torch.sigmoid(activate(z))),
        ),
        Misconception(
            "the biases are left out", lambda x, w, b: paint(x, w, b, shift=0.0)
        ),
        Misconception(
            "the biases are subtracted", lambda x, w, b: paint(x, w, b, shift=-1.0)
        ),
        Misconception(
            "tanh at the end gives colours from -1 to 1; use a sigmoid",
            lambda x, w, b: paint(x, w, b, last=torch.tanh),
        ),
        Misconception(
            "there is a sigmoid after every layer: it belongs to the last one alone",
            lambda x, w, b: paint(x, w, b, inner=lambda z: activate(torch.sigmoid(z))),
        ),
        Misconception(
            "the values are normalized by the picture's own mean. Then a "
            "pixel depends on the others, and a crop is another picture",
            lambda x, w, b: paint(
                x, w, b, inner=lambda z: activate(torch.nn.functional.instance_norm(z))
            ),
        ),
        Misconception(
            "x and y are swapped on the way in", lambda x, w, b: paint(x.flip(1), w, b)
        ),
        Misconception(
            "rows and columns of the picture are mixed up: what flatten(2) "
            "made of (H, W) goes back to (H, W)",
            lambda x, w, b: paint(x, w, b).flatten(2).unflatten(2, (x.shape[3], -1)).mT,
        ),
        Misconception(
            "weights and biases are cut off from the graph (detach, .data or "
            "no_grad): nothing can be learned",
            lambda x, w, b: paint(
                x, [one.detach() for one in w], [one.detach() for one in b]
            ),
        ),
        Misconception(
            "no gradient reaches the biases",
            lambda x, w, b: paint(x, w, [one.detach() for one in b]),
        ),
    ),
    laws=(
        Law(
            "pixels are painted one by one: "
            "a part of the grid gives that part of the picture",
            _part_of_the_whole,
        ),
    ),
)

# ---- 4.5 -----------------------------------------------------------------------------


def between(first: Tensors, second: Tensors, t: float, exaggeration: float) -> Tensors:
    """Weights at moment t of the way, eased by a cosine and enlarged in the middle."""
    s = (1 - math.cos(math.pi * t)) / 2
    return tuple(
        ((1 - s) * a + s * b) * (1 + exaggeration * s * (1 - s))
        for a, b in zip(first, second)
    )


def slow_between(
    first: Tensors, second: Tensors, t: float, exaggeration: float
) -> Tensors:
    """The same, one number at a time, with the half angle's sine for the cosine."""
    s = math.sin(math.pi * t / 2) ** 2
    return tuple(
        torch.tensor(
            [
                ((1 - s) * x + s * y) * (1 + exaggeration * s * (1 - s))
                for x, y in zip(a.flatten().tolist(), b.flatten().tolist())
            ]
        ).view_as(a)
        for a, b in zip(first, second)
    )


def _mixed(share, swell):
    """`between` with another share s(t) and enlargement f(exaggeration, s)."""
    return lambda first, second, t, e: tuple(
        torch.lerp(a, b, share(t)) * (1 + swell(e, share(t), t))
        for a, b in zip(first, second)
    )


def _eased(t):
    return (1 - math.cos(math.pi * t)) / 2


def _bump(e, s, t):
    return e * s * (1 - s)


def _between_inputs(draw):
    (first,) = _normals(draw)
    return (
        first,
        tuple(draw.normal(*one.shape) for one in first),
        draw.number(0.15, 0.4),
        draw.number(0.6, 1.4),
    )


def _ends(call, draw):
    first, second, _, exaggeration = _between_inputs(draw)
    return same(call(first, second, 0.0, exaggeration), first) and same(
        call(first, second, 1.0, exaggeration), second
    )


BETWEEN = Exercise(
    "4.5",
    "A picture between two pictures",
    "between",
    between,
    slow_between,
    _between_inputs,
    gradient=(0, 1),
    withheld=("dputils.cppn.network:interpolate_weights",),
    misconceptions=(
        Misconception(
            "t is not eased: the share is (1 - cos πt) / 2, "
            "which starts and stops gently",
            _mixed(lambda t: t, _bump),
        ),
        Misconception(
            "the direction is turned round: "
            "at t = 0 there are the first weights, at t = 1 the second",
            _mixed(lambda t: 1 - _eased(t), _bump),
        ),
        Misconception(
            "the exaggeration is left out: "
            "the mean of two unrelated weights is too small",
            _mixed(_eased, lambda e, s, t: 0.0),
        ),
        Misconception(
            "the exaggeration uses t; it goes with the eased share, s (1 - s)",
            _mixed(_eased, lambda e, s, t: e * t * (1 - t)),
        ),
        Misconception(
            "the exaggeration replaces the factor 1: "
            "multiply by 1 + exaggeration · s (1 - s)",
            _mixed(_eased, lambda e, s, t: e * s * (1 - s) - 1),
        ),
        Misconception(
            "the factor also enlarges the ends. "
            "It is 1 at both of them: exaggeration · s (1 - s)",
            _mixed(_eased, lambda e, s, t: e),
        ),
        Misconception(
            "the cosine has twice the angle: "
            "half a turn, cos πt, leads from one end to the other",
            _mixed(lambda t: _eased(2 * t), _bump),
        ),
    ),
    laws=(Law("it begins with the first weights and ends with the second", _ends),),
)

EXERCISES = [GRID, ACTIVATE, SCALED, PAINT, BETWEEN]
EXPERIMENTS = [
    Experiment("4.6", "How deep should it be?", SWEEP_RUBRIC),
    Experiment("4.7", "An idea of your own", OWN_IDEA_RUBRIC),
]
