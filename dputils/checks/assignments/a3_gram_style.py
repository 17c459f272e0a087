"""Assignment 3: style, content, a price on unrest, and the step that pixels fail by."""

import math
from collections.abc import Callable, Mapping
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

Grams: TypeAlias = Mapping[str, torch.Tensor]
"""Layers to their Gram matrices."""

# ---- 3.1 -----------------------------------------------------------------------------


def gram(features: torch.Tensor) -> torch.Tensor:
    """Mean over positions of the products of every two channels.

    `(N, C, H, W)` -> `(N, C, C)`.
    """
    flat = features.flatten(2)
    return flat @ flat.mT / flat.shape[2]


def slow_gram(features: torch.Tensor) -> torch.Tensor:
    """The same, one product at a time."""
    count, channels, height, width = features.shape
    values, result = features.tolist(), torch.zeros(count, channels, channels)
    for n in range(count):
        for i in range(channels):
            for j in range(channels):
                total = sum(
                    values[n][i][y][x] * values[n][j][y][x]
                    for y in range(height)
                    for x in range(width)
                )
                result[n, i, j] = total / (height * width)
    return result


def _features(draw):
    height, width = draw.size(4, 7)
    return (0.4 + draw.normal(draw.integer(2, 3), draw.integer(3, 5), height, width),)


def _centred(features):
    return features - features.mean((2, 3), keepdim=True)


def _shuffled_is_same(call, draw):
    (features,) = _features(draw)
    flat = features.flatten(2)
    return same(
        call(flat[..., draw.order(flat.shape[2])].view_as(features)), call(features)
    )


GRAM = Exercise(
    "3.1",
    "Which channels fire together",
    "gram",
    gram,
    slow_gram,
    _features,
    gradient=(0,),
    withheld=("dputils.style.gram:gram_matrix",),
    misconceptions=(
        Misconception(
            "the Gram matrix is not divided by the number of positions H·W, "
            "so larger pictures have larger ones",
            lambda f: f.flatten(2) @ f.flatten(2).mT,
        ),
        Misconception(
            "the Gram matrix is divided by C·H·W; "
            "it is a mean over positions, H·W of them",
            lambda f: gram(f) / f.shape[1],
        ),
        Misconception(
            "the sum is divided by the width only, not by H·W positions",
            lambda f: gram(f) * f.shape[2],
        ),
        Misconception(
            "the sum runs over the batch too: "
            "every picture has a Gram matrix of its own",
            lambda f: gram(f).sum(0),
        ),
        Misconception(
            "the channels' means are subtracted: "
            "this is the covariance, and forgets how strong a channel is",
            lambda f: gram(_centred(f)),
        ),
        Misconception(
            "these are products of positions, summed over channels; products "
            "of channels are wanted, summed over positions",
            lambda f: f.flatten(2).mT @ f.flatten(2),
        ),
        Misconception(
            "`view` or `reshape` mixes channels and positions up: flatten "
            "the last two axes and transpose those, do not just ask for the "
            "other shape",
            lambda f: (
                f.flatten(2) @ f.reshape(len(f), -1, f.shape[1]) / f[0, 0].numel()
            ),
        ),
        Misconception(
            "the features are cut off from the graph, "
            "so no gradient reaches the picture",
            lambda f: gram(f.detach()),
        ),
    ),
    laws=(
        Law(
            "shuffling the positions leaves the Gram matrix unchanged",
            _shuffled_is_same,
        ),
    ),
)

# ---- 3.2 -----------------------------------------------------------------------------


def style_distance(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean |found - wanted| of each picture, relative to the mean |wanted|.

    `(N, C, C)`, `(1, C, C)` -> `(N,)`.
    """
    return (found - wanted).abs().mean((1, 2)) / wanted.abs().mean()


def slow_style_distance(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The same, one entry at a time."""
    goal, count = wanted[0].tolist(), wanted[0].numel()
    size = sum(abs(value) for row in goal for value in row) / count
    totals = [
        sum(
            abs(a - b) for row, aim in zip(one.tolist(), goal) for a, b in zip(row, aim)
        )
        for one in found
    ]
    return torch.tensor(totals) / count / size


def _grams(draw):
    channels = draw.integer(3, 5)
    # channels of either sign, so that a sum without absolute values shows
    sign = 1.0 - 2.0 * (torch.arange(channels) % 2).view(-1, 1, 1)
    return gram(draw.normal(draw.integer(2, 3), channels, 5, 5)), gram(
        sign + draw.normal(1, channels, 5, 5)
    )


def _is_relative(call, draw):
    found, wanted = _grams(draw)
    return same(call(100 * found, 100 * wanted), call(found, wanted))


STYLE_DISTANCE = Exercise(
    "3.2",
    "How far apart are two styles",
    "style_distance",
    style_distance,
    slow_style_distance,
    _grams,
    gradient=(0,),
    misconceptions=(
        Misconception(
            "the differences are squared; mean absolute differences are asked for",
            lambda a, b: (a - b).square().mean((1, 2)) / b.abs().mean(),
        ),
        Misconception(
            "the distance is not divided by the target's mean size, so "
            "layers with large numbers drown the others",
            lambda a, b: (a - b).abs().mean((1, 2)),
        ),
        Misconception(
            "the distance is divided by the found matrix's size: a louder "
            "picture would be nearer. Divide by the target's",
            lambda a, b: (a - b).abs().mean((1, 2)) / a.abs().mean((1, 2)),
        ),
        Misconception(
            "the target's size is the mean of its *absolute* values: "
            "the denominator lacks `.abs()`, so that negative entries cancel",
            lambda a, b: (a - b).abs().mean((1, 2)) / b.mean(),
        ),
        Misconception(
            "the absolute value is missing: differences cancel",
            lambda a, b: (a - b).mean((1, 2)) / b.abs().mean(),
        ),
        Misconception(
            "every difference is divided by its own target, which may be near zero; "
            "take both means first, then divide once",
            lambda a, b: ((a - b).abs() / b.abs()).mean((1, 2)),
        ),
        Misconception(
            "the entries are added instead of averaged",
            lambda a, b: (a - b).abs().sum((1, 2)) / b.abs().mean(),
        ),
        Misconception(
            "one number for the whole batch; every picture has a distance of its own",
            lambda a, b: (a - b).abs().mean() / b.abs().mean(),
        ),
        Misconception(
            "the found matrix is detached: no gradient reaches the picture. "
            "It is the target that is fixed",
            lambda a, b: style_distance(a.detach(), b),
        ),
    ),
    laws=(
        Law(
            "both matrices a hundred times larger give the same distance", _is_relative
        ),
    ),
)

# ---- 3.3 -----------------------------------------------------------------------------


def style_loss(
    found: Grams,
    wanted: Grams,
    weights: Mapping[str, float],
    distance: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> torch.Tensor:
    """Sum over the layers of `wanted` of weight times mean distance.

    Gram matrices come as dicts; there is one weight a layer.
    """
    terms = (
        weights[layer] * distance(found[layer], wanted[layer]).mean()
        for layer in wanted
    )
    return sum(terms, torch.zeros(()))


def slow_style_loss(
    found: Grams,
    wanted: Grams,
    weights: Mapping[str, float],
    distance: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> torch.Tensor:
    """The same, layer by layer, without a graph."""
    total = 0.0
    for layer in sorted(wanted):
        values = [
            float(distance(one[None].detach(), wanted[layer])) for one in found[layer]
        ]
        total += weights[layer] * sum(values) / len(values)
    return torch.tensor(total)


def _layers(draw):
    names = ["conv1", "conv2", "fire3", "conv5"]
    found = {name: gram(draw.normal(2, 2 + k, 4, 4)) for k, name in enumerate(names)}
    wanted = {
        name: gram(draw.normal(1, found[name].shape[1], 4, 4)) for name in names[:3]
    }
    return (
        found,
        wanted,
        {name: draw.number(0.5, 3.0) for name in names},
        draw.distance(),
    )


def _loss(combine, detach=False, over=None):
    """A style loss that is `combine(terms, weights)` of the layers' terms."""

    def loss(found, wanted, weights, distance):
        layers = list(wanted if over is None else over(found, wanted))
        terms = [
            distance(
                found[name].detach() if detach else found[name], wanted[name]
            ).mean()
            for name in layers
        ]
        return combine(terms, [weights[name] for name in layers])

    return loss


def _weighted(terms, weights):
    return sum(weight * term for weight, term in zip(weights, terms))


STYLE_LOSS = Exercise(
    "3.3",
    "Several layers at once",
    "style_loss",
    style_loss,
    slow_style_loss,
    _layers,
    gradient=(0,),
    misconceptions=(
        Misconception(
            "only the last layer counts: "
            "the sum is overwritten in the loop, or returned too late",
            _loss(lambda terms, weights: weights[-1] * terms[-1]),
        ),
        Misconception(
            "only the first layer counts: the `return` stands inside the loop",
            _loss(lambda terms, weights: weights[0] * terms[0]),
        ),
        Misconception(
            "the weights are ignored", _loss(lambda terms, weights: sum(terms))
        ),
        Misconception(
            "the layers are averaged instead of added",
            _loss(lambda t, w: _weighted(t, w) / len(t)),
        ),
        Misconception(
            "the found matrices are detached (or turned into numbers), "
            "so no gradient reaches the picture",
            _loss(_weighted, detach=True),
        ),
        Misconception(
            "the pictures' distances are added up; take their mean, so that "
            "the loss does not depend on how many there are",
            lambda f, w, weights, distance: sum(
                weights[k] * distance(f[k], w[k]).sum() for k in w
            ),
        ),
        Misconception(
            "the arguments of `distance` are swapped: "
            "it is called as distance(found, wanted)",
            lambda f, w, weights, distance: sum(
                weights[k] * distance(w[k], f[k]).mean() for k in w
            ),
        ),
        Misconception(
            "the weights stand inside the distance; they multiply its result",
            lambda f, w, weights, distance: sum(
                distance(weights[k] * f[k], weights[k] * w[k]).mean() for k in w
            ),
        ),
        *(
            Misconception(
                "this takes a distance of its own instead of the `distance` "
                "that is handed in; call that one",
                lambda f, w, weights, distance, own=own: style_loss(f, w, weights, own),
            )
            for own in (
                style_distance,
                lambda a, b: (a - b).abs().mean((1, 2)),
                lambda a, b: (a - b).square().mean((1, 2)),
            )
        ),
        Misconception(
            "every layer of `found` is compared; "
            "some are there for other reasons. Go through `wanted`",
            _loss(_weighted, over=lambda found, wanted: found),
        ),
    ),
)

# ---- 3.4 -----------------------------------------------------------------------------


def _radius(height, width):
    return (
        torch.fft.fftfreq(height)[:, None] ** 2 + torch.fft.fftfreq(width)[None] ** 2
    ).sqrt()


def fine_share(signal: torch.Tensor, above: float) -> torch.Tensor:
    """Share of each signal's energy above so many cycles per pixel: `(N,)`.

    The mean is left out.
    """
    return _share(
        torch.fft.fft2(_centred(signal)).abs().square(),
        _radius(*signal.shape[2:]) > above,
    )


def slow_fine_share(signal: torch.Tensor, above: float) -> torch.Tensor:
    """The same with every coefficient computed from its definition."""
    count, channels, height, width = signal.shape
    y, x = torch.arange(height)[:, None] / height, torch.arange(width)[None] / width
    high, total = torch.zeros(count), torch.zeros(count)
    for row in range(height):
        for column in range(width):
            if row == column == 0:
                continue
            angle = 2 * math.pi * (row * y + column * x)
            energy = (
                (signal * angle.cos()).sum((2, 3)) ** 2
                + (signal * angle.sin()).sum((2, 3)) ** 2
            ).sum(1)
            down, across = (
                min(row, height - row) / height,
                min(column, width - column) / width,
            )
            total += energy
            high += energy * (math.hypot(down, across) > above)
    return high / total


def _share(power, high):
    return (power * high).sum((1, 2, 3)) / power.sum((1, 2, 3))


def _signal_inputs(draw):
    height, width = draw.size(6, 9)
    return 1.0 + draw.normal(2, 2, height, width), draw.choice([0.21, 0.29, 0.37])


def _ignores_brightness(call, draw):
    signal, above = _signal_inputs(draw)
    return same(call(signal + 3, above), call(signal, above))


def _half(signal, above):
    height, width = signal.shape[2:]
    power = torch.fft.rfft2(_centred(signal)).abs().square()
    return _share(power, _radius(height, width)[:, : width // 2 + 1] > above)


FINE_SHARE = Exercise(
    "3.4",
    "How much of it is fine detail",
    "fine_share",
    fine_share,
    slow_fine_share,
    _signal_inputs,
    misconceptions=(
        Misconception(
            "the mean is not left out: "
            "zero frequency holds most of the energy here and is no detail",
            lambda s, a: _share(
                torch.fft.fft2(s).abs().square(), _radius(*s.shape[2:]) > a
            ),
        ),
        Misconception(
            "these are amplitudes; energy is the squared amplitude",
            lambda s, a: _share(
                torch.fft.fft2(_centred(s)).abs(), _radius(*s.shape[2:]) > a
            ),
        ),
        Misconception(
            "only the horizontal frequency is looked at; "
            "fine detail may run down as well",
            lambda s, a: _share(
                torch.fft.fft2(_centred(s)).abs().square(),
                torch.fft.fftfreq(s.shape[3]).abs()[None].expand(s.shape[2:]) > a,
            ),
        ),
        Misconception(
            "this is the share below the frequency, not above",
            lambda s, a: 1 - fine_share(s, a),
        ),
        Misconception(
            "the half spectrum of `rfft2` counts most waves once and the "
            "first column as if it were as many; use `fft2`, or count the "
            "other columns twice",
            _half,
        ),
        Misconception(
            "one number for the whole batch; every signal has a share of its own",
            lambda s, a: fine_share(s.transpose(0, 1).flatten(0, 1)[None], a)[0],
        ),
    ),
    laws=(Law("adding a constant changes nothing", _ignores_brightness),),
)

# ---- 3.5 -----------------------------------------------------------------------------


def adam_step(
    gradient: torch.Tensor,
    m: torch.Tensor,
    v: torch.Tensor,
    t: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Adam's step t = 1, 2, …: `(change, m, v)`, the last two being new averages."""
    m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
    return -lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps), m, v


def slow_adam_step(
    gradient: torch.Tensor,
    m: torch.Tensor,
    v: torch.Tensor,
    t: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The same, number by number."""
    change, new_m, new_v = (
        torch.zeros_like(gradient),
        torch.zeros_like(m),
        torch.zeros_like(v),
    )
    for k in range(gradient.numel()):
        g, a, b = (float(tensor.flatten()[k]) for tensor in (gradient, m, v))
        a, b = beta1 * a + (1 - beta1) * g, beta2 * b + (1 - beta2) * g * g
        step = lr * (a / (1 - beta1**t)) / (math.sqrt(b / (1 - beta2**t)) + eps)
        change.view(-1)[k], new_m.view(-1)[k], new_v.view(-1)[k] = -step, a, b
    return change, new_m, new_v


def _adam_inputs(draw):
    shape, t = draw.size(3, 5), draw.integer(2, 4)
    return (
        draw.normal(*shape),
        0.3 * draw.normal(*shape),
        draw.uniform(*shape, low=0.02, high=0.3),
        t,
        draw.number(0.05, 0.5),
        0.8,
        0.95,
        0.1,
    )


def _adam(
    second=None,
    correct=True,
    sign=-1.0,
    inside=False,
    swap=False,
    root=True,
    kept=False,
):
    """Adam with one thing changed."""

    def step(g, m, v, t, lr, beta1, beta2, eps):
        beta1, beta2 = (beta2, beta1) if swap else (beta1, beta2)
        m, v = (
            beta1 * m + (1 - beta1) * g,
            beta2 * v + (1 - beta2) * (g**2 if second is None else second(g)),
        )
        mean, square = (m / (1 - beta1**t), v / (1 - beta2**t)) if correct else (m, v)
        below = (
            (square + eps).sqrt()
            if inside
            else square.sqrt() + eps
            if root
            else square + eps
        )
        return sign * lr * mean / below, mean if kept else m, square if kept else v

    return step


def _first_step_is_lr(call, draw):
    gradient, zero = torch.tensor([1e-3, -5.0, 200.0]), torch.zeros(3)
    return same(
        call(gradient, zero, zero, 1, 0.05, 0.9, 0.999, 1e-12)[0],
        -0.05 * gradient.sign(),
    )


ADAM = Exercise(
    "3.5",
    "The step of Adam",
    "adam_step",
    adam_step,
    slow_adam_step,
    _adam_inputs,
    misconceptions=(
        Misconception(
            "the averages are not corrected for having started at zero: "
            "divide by 1 - beta**t",
            _adam(correct=False),
        ),
        Misconception(
            "the corrected averages are returned; "
            "the plain ones have to go into the next step",
            _adam(kept=True),
        ),
        Misconception(
            "the sign is wrong: a loss is minimised, so go against the gradient",
            _adam(sign=1.0),
        ),
        Misconception(
            "eps is added inside the root; it belongs outside", _adam(inside=True)
        ),
        Misconception("beta1 and beta2 are swapped", _adam(swap=True)),
        Misconception(
            "the root is missing: the change is divided by the mean square",
            _adam(root=False),
        ),
        Misconception(
            "v averages the gradient's absolute value, not its square",
            _adam(second=torch.abs),
        ),
    ),
    laws=(
        Law(
            "the first step moves every parameter by lr, however small its gradient",
            _first_step_is_lr,
        ),
    ),
)

# ---- 3.6 -----------------------------------------------------------------------------


def _each(values):
    """One mean for each picture."""
    return values.mean((1, 2, 3))


def _mean_square(values):
    return _each(values.square())


def content_loss(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of activations, relative to the wanted ones' mean square.

    Found `(N, C, H, W)`, wanted `(1, C, H, W)` -> `(N,)`.
    """
    return _mean_square(found - wanted) / _mean_square(wanted)


def slow_content_loss(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The same, number by number."""
    goal = wanted.flatten().tolist()
    size = sum(number**2 for number in goal)
    errors = [
        sum((a - b) ** 2 for a, b in zip(one.flatten().tolist(), goal)) for one in found
    ]
    return torch.tensor([error / size for error in errors])


def _activations(draw):
    height, width = draw.size(4, 7)
    shape = draw.integer(3, 5), height, width
    found = 0.4 + draw.normal(draw.integer(2, 3), *shape)
    return found, 0.4 + draw.normal(1, *shape)


def _content_is_relative(call, draw):
    found, wanted = _activations(draw)
    return same(call(100 * found, 100 * wanted), call(found, wanted))


def _places_count(call, draw):
    """Zero for the same, up to rounding, and far from zero at other places."""
    _, wanted = _activations(draw)
    moved = wanted.roll((1, 2), (2, 3))
    near, far = call(wanted, wanted), call(moved, wanted)
    return (
        near.shape == far.shape
        and bool((near.abs() < 1e-5).all())
        and bool((far > 0.1).all())
    )


CONTENT = Exercise(
    "3.6",
    "The same things in the same places",
    "content_loss",
    content_loss,
    slow_content_loss,
    _activations,
    gradient=(0,),
    withheld=("dputils.style.losses:content_loss",),
    misconceptions=(
        Misconception(
            "the differences are taken absolutely; their squares are asked for",
            lambda f, w: (f - w).abs().mean((1, 2, 3)) / w.abs().mean(),
        ),
        Misconception(
            "the differences are squared, but the target's size is a mean of "
            "absolute values; it is the mean of its squares",
            lambda f, w: _mean_square(f - w) / w.abs().mean(),
        ),
        *(
            Misconception(
                "the target is averaged first and squared then; its size is the mean "
                "of its squares, in which positive and negative numbers do not cancel",
                lambda f, w, mean=mean: _mean_square(f - w) / mean(w) ** 2,
            )
            for mean in (torch.mean, lambda w: w.abs().mean(), torch.sum)
        ),
        *(
            Misconception(
                "every squared difference is divided by its own target, which may be "
                "near zero; take both means first, then divide once",
                lambda f, w, below=below: _each((f - w).square() / below(w)),
            )
            for below in (torch.square, torch.abs)
        ),
        *(
            Misconception(
                "there is a size for every channel (or place) of the target; "
                "the whole target has one, so that weak channels stay weak",
                lambda f, w, axes=axes: _each(
                    (f - w).square() / w.square().mean(axes, keepdim=True)
                ),
            )
            for axes in ((2, 3), 1)
        ),
        Misconception(
            "the target's squares are added, the squared differences averaged; "
            "take the mean of both",
            lambda f, w: content_loss(f, w) / w.numel(),
        ),
        Misconception(
            "the squared differences are divided by the target's norm, not by its "
            "square; take the mean of the squares below, too",
            lambda f, w: _mean_square(f - w) / w.norm(),
        ),
        Misconception(
            "the channels are added above and averaged below; "
            "both means go over channels and places",
            lambda f, w: content_loss(f, w) * w.shape[1],
        ),
        Misconception(
            "the squared differences are not divided by the target's mean square, "
            "so a layer with large numbers counts for more",
            lambda f, w: _mean_square(f - w),
        ),
        Misconception(
            "the differences are divided by the found activations' mean square: "
            "a louder picture would be nearer. Divide by the target's",
            lambda f, w: _mean_square(f - w) / _mean_square(f),
        ),
        Misconception(
            "the squares are divided by the target's variance; "
            "its mean square is asked for, from which no mean is subtracted",
            lambda f, w: _mean_square(f - w) / (w - w.mean()).square().mean(),
        ),
        Misconception(
            "this is the root, a ratio of lengths; the squares are asked for",
            lambda f, w: content_loss(f, w).sqrt(),
        ),
        Misconception(
            "there is a factor ½ in front, as in the first paper; not here",
            lambda f, w: content_loss(f, w) / 2,
        ),
        Misconception(
            "the squared differences are added, the target's squares averaged; "
            "take the mean of both",
            lambda f, w: (f - w).square().sum((1, 2, 3)) / w.square().mean(),
        ),
        Misconception(
            "one number for the whole batch; every picture has a loss of its own",
            lambda f, w: content_loss(f, w).mean(),
        ),
        Misconception(
            "Gram matrices are compared: they forget where things are, "
            "and content is what stands where",
            lambda f, w: (
                (gram(f) - gram(w)).square().mean((1, 2)) / gram(w).square().mean()
            ),
        ),
        Misconception(
            "the differences are averaged before they are squared, so they cancel",
            lambda f, w: (f - w).mean((1, 2, 3)).square() / w.square().mean(),
        ),
        Misconception(
            "the found activations are detached: no gradient reaches the picture. "
            "It is the target that is fixed",
            lambda f, w: content_loss(f.detach(), w),
        ),
    ),
    laws=(
        Law(
            "activations a hundred times larger on both sides give the same loss",
            _content_is_relative,
        ),
        Law(
            "the target itself costs nothing, and the target moved aside costs a lot",
            _places_count,
        ),
    ),
)

# ---- 3.7 -----------------------------------------------------------------------------


def _down(pictures):
    return pictures[:, :, 1:] - pictures[:, :, :-1]


def _across(pictures):
    return pictures[:, :, :, 1:] - pictures[:, :, :, :-1]


def total_variation(pictures: torch.Tensor) -> torch.Tensor:
    """Mean |difference| of vertical neighbours plus that of horizontal ones.

    `(N, C, H, W)` -> `(N,)`.
    """
    return _each(_down(pictures).abs()) + _each(_across(pictures).abs())


def slow_total_variation(pictures: torch.Tensor) -> torch.Tensor:
    """The same, pair by pair."""
    results = []
    for channels in pictures.tolist():
        down = [
            abs(below - above)
            for rows in channels
            for upper, lower in zip(rows, rows[1:])
            for above, below in zip(upper, lower)
        ]
        across = [
            abs(right - left)
            for rows in channels
            for row in rows
            for left, right in zip(row, row[1:])
        ]
        results.append(sum(down) / len(down) + sum(across) / len(across))
    return torch.tensor(results)


def _pictures(draw):
    height, width = draw.size(4, 7)
    # unlike steps down and across, so that leaving out one of them shows
    slope = torch.linspace(0, 3, width)
    return (0.5 + draw.normal(draw.integer(2, 3), 3, height, width) + slope,)


def _measure(change):
    """A total variation that is `change(differences)` down plus the same across."""
    return lambda x: change(_down(x)) + change(_across(x))


def _pooled(pictures):
    pairs = [_down(pictures).flatten(1), _across(pictures).flatten(1)]
    return torch.cat(pairs, 1).abs().mean(1)


def _wrapped(pictures):
    turned = (pictures.roll(-1, axis) - pictures for axis in (2, 3))
    return sum(_each(differences.abs()) for differences in turned)


def _padded(mode):
    """Total variation with a border of one pixel around the picture."""

    def variation(pictures):
        bordered = torch.nn.functional.pad(pictures, (0, 1, 0, 1), mode=mode)
        down, across = _down(bordered)[..., :-1], _across(bordered)[:, :, :-1]
        return _each(down.abs()) + _each(across.abs())

    return variation


def _apart(pictures, gap):
    """Total variation of pixels so far from each other."""
    down = pictures[:, :, gap:] - pictures[:, :, :-gap]
    across = pictures[..., gap:] - pictures[..., :-gap]
    return _each(down.abs()) + _each(across.abs())


def _isotropic(pictures):
    down, across = _down(pictures)[..., :-1], _across(pictures)[:, :, :-1]
    return _each((down.square() + across.square()).sqrt())


def _turned_is_same(call, draw):
    (pictures,) = _pictures(draw)
    return same(call(pictures.rot90(1, (2, 3))), call(pictures))


def _constant_is_free(call, draw):
    (pictures,) = _pictures(draw)
    flat = torch.full_like(pictures, draw.number(0.2, 0.8))
    return same(call(flat), torch.zeros(len(flat)))


TOTAL_VARIATION = Exercise(
    "3.7",
    "A price on unrest",
    "total_variation",
    total_variation,
    slow_total_variation,
    _pictures,
    gradient=(0,),
    withheld=("dputils.objectives.kinds:total_variation",),
    misconceptions=(
        Misconception(
            "the differences are squared; absolute ones are asked for, "
            "which leave a sharp edge as cheap as a soft one",
            _measure(lambda d: _each(d.square())),
        ),
        Misconception(
            "only vertical neighbours are compared; horizontal ones count as well",
            lambda x: _each(_down(x).abs()),
        ),
        Misconception(
            "only horizontal neighbours are compared; vertical ones count as well",
            lambda x: _each(_across(x).abs()),
        ),
        Misconception(
            "neighbouring channels are compared; "
            "neighbours stand along axis 2, the rows, and axis 3, the columns",
            lambda x: _each((x[:, 1:] - x[:, :-1]).abs()) + _each(_down(x).abs()),
        ),
        Misconception(
            "`roll` makes the first and the last pixel neighbours, "
            "and they are none; compare slices",
            _wrapped,
        ),
        Misconception(
            "the sum is divided by all C·H·W pixels, or padding repeats the border; "
            "H - 1 rows and W - 1 columns have a neighbour: average over those pairs",
            _padded("replicate"),
        ),
        Misconception(
            "a border of zeros is added around the picture, and what borders on it "
            "is no neighbour; compare slices",
            _padded("constant"),
        ),
        Misconception(
            "pixels two apart are compared: `x[2:] - x[:-2]`; neighbours are one apart",
            lambda x: _apart(x, 2),
        ),
        Misconception(
            "the channels are averaged first, so that only changes of brightness "
            "cost; each channel has differences of its own",
            lambda x: total_variation(x.mean(1, keepdim=True)),
        ),
        Misconception(
            "the channels are added first, so that they cancel; "
            "each channel has differences of its own",
            lambda x: total_variation(x.sum(1, keepdim=True)),
        ),
        Misconception(
            "diagonal neighbours are compared; those above each other and those "
            "beside each other are asked for",
            lambda x: _each((x[:, :, 1:, 1:] - x[:, :, :-1, :-1]).abs()),
        ),
        Misconception(
            "there is one mean over all pairs; the mean over vertical pairs and the "
            "mean over horizontal pairs are to be added",
            _pooled,
        ),
        Misconception(
            "the two directions are averaged; they are to be added",
            lambda x: total_variation(x) / 2,
        ),
        Misconception(
            "the differences are joined by a root of squares, the length of the "
            "gradient; their absolute values are to be added",
            _isotropic,
        ),
        Misconception(
            "the differences are added, not averaged: a larger picture would cost more",
            _measure(lambda d: d.abs().sum((1, 2, 3))),
        ),
        Misconception(
            "the channels are added; the mean goes over them, too",
            lambda x: 3 * total_variation(x),
        ),
        Misconception(
            "the absolute values are missing: rises and falls cancel",
            _measure(_each),
        ),
        Misconception(
            "one number for the whole batch; every picture pays for itself",
            lambda x: total_variation(x).mean(),
        ),
        Misconception(
            "the pictures are detached: the price has no gradient, "
            "and no picture gets calmer by it",
            lambda x: total_variation(x.detach()),
        ),
    ),
    laws=(
        Law("a picture of one colour costs nothing", _constant_is_free),
        Law("a picture turned by a quarter costs the same", _turned_is_same),
    ),
)

EXERCISES = [
    *(GRAM, STYLE_DISTANCE, STYLE_LOSS, FINE_SHARE, ADAM),
    *(CONTENT, TOTAL_VARIATION),
]
EXPERIMENTS = [
    Experiment("3.8", "Is it the step size?", SWEEP_RUBRIC),
    Experiment("3.9", "An idea of your own", OWN_IDEA_RUBRIC),
]
