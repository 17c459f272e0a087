"""Assignment 0: five things to do with a gradient with respect to the picture."""

import functools

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


def _gradient(score, images, choose):
    """Gradient of `choose(scores)`, a number, with respect to the images."""
    images = images.detach().clone().requires_grad_()
    return torch.autograd.grad(choose(score(images)), images)[0]


def _slow_gradient(function, image, step=1e-3):
    """Gradient of `function: (N, …) -> (N,)` at one image in double, pixel by pixel."""
    moves = step * torch.eye(image.numel(), dtype=torch.float64).view(-1, *image.shape)
    with torch.no_grad():
        return (
            (function(image + moves) - function(image - moves)) / (2 * step)
        ).view_as(image)


def _own(labels):
    """For each picture the score of its own label, summed, since none needs another."""
    return lambda scores: scores.gather(1, labels[:, None]).sum()


# ---- 0.1 -----------------------------------------------------------------------------


def saliency(
    score: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """How much each pixel matters for its picture's label, `(N, H, W)`.

    That is the largest |d score / d pixel| of its channels.
    """
    return _gradient(score, images, _own(labels)).abs().amax(1)


def slow_saliency(
    score: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """The same, by moving every pixel."""
    score, images = score.double(), images.double()
    return torch.stack(
        [
            _slow_gradient(lambda x, label=label: score(x)[:, label], image)
            .abs()
            .amax(0)
            for image, label in zip(images, labels)
        ]
    ).float()


def _saliency_inputs(draw):
    height, width = draw.size(5, 7)
    count = draw.integer(2, 3)
    labels = draw.order(4)[:count]  # different ones, so that mixing them up shows
    return draw.network(3, 4), draw.uniform(count, 3, height, width), labels


def _pictures_are_independent(call, draw):
    score, images, labels = _saliency_inputs(draw)
    return same(call(score, images, labels)[:1], call(score, images[:1], labels[:1]))


SALIENCY = Exercise(
    "0.1",
    "Which pixels matter",
    "saliency",
    saliency,
    slow_saliency,
    _saliency_inputs,
    misconceptions=(
        Misconception(
            "the absolute value is missing: "
            "a pixel whose increase lowers the score matters just as much",
            lambda s, x, y: _gradient(s, x, _own(y)).amax(1),
        ),
        Misconception(
            "the absolute value is taken after the "
            "maximum over the channels; it belongs before",
            lambda s, x, y: _gradient(s, x, _own(y)).amax(1).abs(),
        ),
        Misconception(
            "the channels are averaged instead of taking their maximum",
            lambda s, x, y: _gradient(s, x, _own(y)).abs().mean(1),
        ),
        Misconception(
            "the channels are added instead of taking their maximum",
            lambda s, x, y: _gradient(s, x, _own(y)).abs().sum(1),
        ),
        Misconception(
            "the signed channels are added, and cancel; "
            "the absolute value and then the maximum is wanted",
            lambda s, x, y: _gradient(s, x, _own(y)).sum(1).abs(),
        ),
        Misconception(
            "this is the length of the channels' gradient, "
            "not the largest absolute value",
            lambda s, x, y: _gradient(s, x, _own(y)).norm(dim=1),
        ),
        Misconception(
            "this is the gradient of the highest score; "
            "the label's own score is asked for",
            lambda s, x, y: _gradient(s, x, lambda z: z.amax(1).sum()).abs().amax(1),
        ),
        Misconception(
            "this is the gradient of all scores together; only the label's own counts",
            lambda s, x, y: _gradient(s, x, torch.sum).abs().amax(1),
        ),
        Misconception(
            "`scores[:, labels]` picks every label for every picture; "
            "the k-th picture has the k-th label",
            lambda s, x, y: _gradient(s, x, lambda z: z[:, y].sum()).abs().amax(1),
        ),
        Misconception(
            "this is the gradient of the probability after a softmax, "
            "in which the other classes have a say",
            lambda s, x, y: (
                _gradient(s, x, lambda z: _own(y)(z.softmax(1))).abs().amax(1)
            ),
        ),
        Misconception(
            "this is the gradient of the cross-entropy, in which the other "
            "classes have a say; the score itself is asked for",
            lambda s, x, y: (
                _gradient(s, x, lambda z: _own(y)(z.log_softmax(1))).abs().amax(1)
            ),
        ),
        Misconception(
            "the scores are averaged over the batch, "
            "so maps shrink with the number of pictures; add them",
            lambda s, x, y: _gradient(s, x, _own(y)).abs().amax(1) / len(x),
        ),
        Misconception(
            "each map is divided by its own maximum; then maps cannot be compared",
            lambda s, x, y: (
                saliency(s, x, y) / saliency(s, x, y).amax((1, 2), keepdim=True)
            ),
        ),
    ),
    laws=(
        Law(
            "a picture's map does not depend on the other pictures of the batch",
            _pictures_are_independent,
        ),
    ),
)

# ---- 0.2 -----------------------------------------------------------------------------


def attack_step(
    score: torch.nn.Module, images: torch.Tensor, target: int, length: float
) -> torch.Tensor:
    """Every picture moved by `length`, to where the target's score rises fastest."""
    grad = _gradient(score, images, lambda scores: scores[:, target].sum())
    return images + length * grad / grad.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


def slow_attack_step(
    score: torch.nn.Module, images: torch.Tensor, target: int, length: float
) -> torch.Tensor:
    """The same, by moving every pixel."""
    score, moved = score.double(), []
    for image in images.double():
        grad = _slow_gradient(lambda x: score(x)[:, target], image)
        moved.append(
            image + length * grad / sum(float(g) ** 2 for g in grad.flatten()) ** 0.5
        )
    return torch.stack(moved).float()


def _attack_inputs(draw):
    height, width = draw.size(5, 7)
    return (
        draw.network(3, 4),
        draw.uniform(draw.integer(2, 3), 3, height, width),
        draw.integer(0, 3),
        draw.number(0.3, 3.0),
    )


def _attack(change, choose=None):
    """An attack whose change is `change(gradient, length)`."""

    def attack(score, images, target, length):
        pick = (
            (lambda scores: scores[:, target].sum())
            if choose is None
            else lambda scores: choose(scores, target)
        )
        return images + change(_gradient(score, images, pick), length)

    return attack


def _each(values):
    return values.view(-1, 1, 1, 1)


def _moves_by_length(call, draw):
    score, images, target, length = _attack_inputs(draw)
    moved = (call(score, images, target, length) - images).flatten(1).norm(dim=1)
    return same(moved, torch.full_like(moved, length))


ATTACK = Exercise(
    "0.2",
    "One step of an attack",
    "attack_step",
    attack_step,
    slow_attack_step,
    _attack_inputs,
    tolerance=2e-4,
    misconceptions=(
        Misconception(
            "the gradient is divided by its squared norm, "
            "not by its norm: small ones make it explode",
            _attack(lambda g, n: n * g / _each(g.flatten(1).square().sum(1))),
        ),
        Misconception(
            "the gradient is divided by the norm over the whole batch; "
            "each picture has a norm of its own",
            _attack(lambda g, n: n * g / g.norm()),
        ),
        Misconception(
            "the gradient is not divided by its norm, so the step is not `length` long",
            _attack(lambda g, n: n * g),
        ),
        Misconception(
            "the picture moves the wrong way: the target's score falls",
            _attack(lambda g, n: -n * g / _each(g.flatten(1).norm(dim=1))),
        ),
        Misconception(
            "this is the sign of the gradient, a step of another shape: "
            "every pixel moves equally far",
            _attack(lambda g, n: n * g.sign()),
        ),
        Misconception(
            "the gradient is divided by its largest entry, not by its norm",
            _attack(lambda g, n: n * g / _each(g.flatten(1).abs().amax(1))),
        ),
        Misconception(
            "the gradient is divided by the sum of its absolute values, not "
            "by its norm, the root of the sum of squares",
            _attack(lambda g, n: n * g / _each(g.flatten(1).abs().sum(1))),
        ),
        Misconception(
            "every pixel is normalised by itself (a norm over the channels only); "
            "the norm is the picture's",
            _attack(lambda g, n: n * g / g.norm(dim=1, keepdim=True)),
        ),
        Misconception(
            "this is the gradient of the highest score, which strengthens "
            "what the network sees already; the target's score should rise",
            _attack(
                lambda g, n: n * g / _each(g.flatten(1).norm(dim=1)),
                lambda z, t: z.amax(1).sum(),
            ),
        ),
        Misconception(
            "`length` is ignored: every step has length 1",
            _attack(lambda g, n: g / _each(g.flatten(1).norm(dim=1))),
        ),
        Misconception(
            "the result is the step alone; it has to be added to the pictures",
            lambda s, x, t, n: attack_step(s, x, t, n) - x,
        ),
    ),
    laws=(Law("every picture moves by exactly `length`", _moves_by_length),),
)

# ---- 0.3 -----------------------------------------------------------------------------


def _penalty(x, l2):
    """The gradient of l2 · Σ x²."""
    return 2 * l2 * x


def _uphill(grad, penalty, lr):
    return lr * (grad - penalty)


def _ascent(steps_of=_uphill, l2_gradient=_penalty, keep=lambda x: x):
    """Gradient ascent by `steps_of(gradient, l2_gradient(x, l2), lr)`.

    After each step, x is `keep(x)`.
    """

    def ascent(score, start, label, steps, lr, l2):
        x = start.clone()
        for _ in range(steps):
            x = x + steps_of(
                _gradient(score, x, lambda scores: scores[:, label].sum()),
                l2_gradient(x, l2),
                lr,
            )
            x = keep(x)
        return x

    return ascent


visualize = _ascent()
visualize.__doc__ = (
    "Steps of plain gradient ascent on score[label] - l2 · Σ x², "
    "from `start` `(1, 3, H, W)`."
)


def slow_visualize(
    score: torch.nn.Module,
    start: torch.Tensor,
    label: int,
    steps: int,
    lr: float,
    l2: float,
) -> torch.Tensor:
    """The same, by moving every pixel."""
    score, x = score.double(), start.double()
    for _ in range(steps):
        x = x + lr * _slow_gradient(
            lambda y: score(y)[:, label] - l2 * y.square().sum((1, 2, 3)), x[0]
        )
    return x.float()


def _accumulated(score, start, label, steps, lr, l2):
    x, total = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        total = (
            total
            + _gradient(score, x, lambda scores: scores[:, label].sum())
            - 2 * l2 * x
        )
        x = x + lr * total
    return x


def _visualize_inputs(draw):
    height, width = draw.size(5, 6)
    return (
        draw.network(3, 4),
        draw.normal(1, 3, height, width),
        draw.integer(0, 3),
        draw.integer(3, 4),
        draw.number(0.2, 0.6),
        draw.number(0.1, 0.4),
    )


def _miscounted(climb):
    """Wrong numbers of steps, the fourth argument, as misconceptions."""

    def taking(steps):
        return lambda f, a, b, n, lr, l2: climb(f, a, b, steps(n), lr, l2)

    return (
        Misconception("only one step is taken", taking(lambda n: 1)),
        Misconception("one step too few is taken", taking(lambda n: n - 1)),
        Misconception("one step too many is taken", taking(lambda n: n + 1)),
        Misconception(
            "this is the start, unchanged: either no step is taken, "
            "or what the steps compute is not returned",
            taking(lambda n: 0),
        ),
    )


def _optimized(optimizer, start, loss, steps, lr):
    """What one of PyTorch's optimizers makes of `loss(x)`."""
    x = start.clone().requires_grad_()
    moves = optimizer([x], lr=lr)
    for _ in range(steps):
        moves.zero_grad()
        loss(x).backward()
        moves.step()
    return x.detach()


def _not_plain(solution):
    """Steps that are not plain ones; `solution(optimizer)` takes PyTorch's."""
    momentum = functools.partial(torch.optim.SGD, momentum=0.9)
    return (
        Misconception(
            "these are steps of Adam, at first all of length lr; "
            "a plain step of lr times the gradient is asked for",
            solution(torch.optim.Adam),
        ),
        Misconception(
            "the steps have momentum; "
            "a plain step of lr times the present gradient is asked for",
            solution(momentum),
        ),
    )


def _clamped(solution):
    """Pictures held in a range; `solution(keep=…)` does that to each step's x."""
    holds = [
        functools.partial(torch.clamp, min=low, max=high)
        for low, high in ((0, 1), (-0.5, 0.5), (-1, 1))
    ]
    plain = solution()
    return tuple(
        Misconception(
            "the picture is clamped; a pixel may have any value, "
            "and nothing but the penalty keeps it small",
            function,
        )
        for hold in holds
        for function in (
            solution(keep=hold),
            lambda *args, hold=hold: hold(plain(*args)),
        )
    )


def _optimized_ascent(optimizer):
    def ascent(score, start, label, steps, lr, l2):
        def loss(x):
            return l2 * x.square().sum() - score(x)[0, label]

        return _optimized(optimizer, start, loss, steps, lr)

    return ascent


VISUALIZE = Exercise(
    "0.3",
    "What the network would like to see",
    "visualize",
    visualize,
    slow_visualize,
    _visualize_inputs,
    tolerance=2e-4,
    steps=3,
    misconceptions=(
        Misconception(
            "gradients of earlier steps are still there: zero the gradient "
            "before every step (or use torch.autograd.grad)",
            _accumulated,
        ),
        Misconception(
            "the learning rate is left out of the L2 term; "
            "it multiplies the whole gradient",
            _ascent(lambda g, penalty, lr: lr * g - penalty),
        ),
        Misconception(
            "the penalty's gradient lacks the factor 2: the derivative of x² is 2x",
            _ascent(l2_gradient=lambda x, l2: l2 * x),
        ),
        Misconception(
            "the sign of the penalty is wrong: large pixels are rewarded",
            _ascent(lambda g, penalty, lr: lr * (g + penalty)),
        ),
        Misconception(
            "this goes downhill: the score should rise",
            _ascent(lambda g, penalty, lr: -lr * (g - penalty)),
        ),
        Misconception(
            "there is no penalty: l2 has no effect",
            _ascent(l2_gradient=lambda x, l2: 0),
        ),
        Misconception(
            "the gradient is normalised; "
            "a plain step of lr times the gradient is asked for",
            _ascent(lambda g, loss, lr: lr * (g - loss) / (g - loss).norm()),
        ),
        Misconception(
            "the penalty is the norm, √Σx², not the sum of squares",
            _ascent(l2_gradient=lambda x, l2: l2 * x / x.norm()),
        ),
        Misconception(
            "the penalty is the mean of the squares, "
            "not their sum, and thereby far weaker",
            _ascent(l2_gradient=lambda x, l2: 2 * l2 * x / x.numel()),
        ),
        *_not_plain(_optimized_ascent),
        *_clamped(_ascent),
        *_miscounted(visualize),
    ),
    laws=(
        Law(
            "with no steps the picture stays as it is",
            lambda call, draw: same(
                call(draw.network(3, 4), torch.ones(1, 3, 5, 6), 1, 0, 0.1, 0.1),
                torch.ones(1, 3, 5, 6),
            ),
        ),
    ),
)

# ---- 0.4 -----------------------------------------------------------------------------


def shifted_gradient(
    score: torch.nn.Module, image: torch.Tensor, label: int, dy: int, dx: int
) -> torch.Tensor:
    """Gradient of the shifted picture's score, in its own place: `(1, 3, H, W)`."""
    return _rolled(score, image, label, (dy, dx), (-dy, -dx))


def _rolled(score, image, label, there, back):
    grad = _gradient(
        score, image.roll(there, (2, 3)), lambda scores: scores[:, label].sum()
    )
    return grad.roll(back, (2, 3))


def slow_shifted_gradient(
    score: torch.nn.Module, image: torch.Tensor, label: int, dy: int, dx: int
) -> torch.Tensor:
    """The same, by moving every pixel of the picture in its own place."""
    score = score.double()
    return _slow_gradient(
        lambda x: score(x.roll((dy, dx), (2, 3)))[:, label], image.double()[0]
    )[None].float()


def _shift_inputs(draw):
    height, width = draw.size(6, 8)
    dy = draw.integer(1, 2)
    return (
        draw.network(3, 4),
        draw.normal(1, 3, height, width),
        draw.integer(0, 3),
        dy,
        -(3 - dy),
    )


SHIFTED = Exercise(
    "0.4",
    "Look from a little to the left",
    "shifted_gradient",
    shifted_gradient,
    slow_shifted_gradient,
    _shift_inputs,
    misconceptions=(
        Misconception(
            "the gradient is not shifted back: it belongs to the shifted "
            "picture and would be added in the wrong place",
            lambda s, x, y, a, b: _rolled(s, x, y, (a, b), (0, 0)),
        ),
        Misconception(
            "the gradient is shifted forward once more instead of back",
            lambda s, x, y, a, b: _rolled(s, x, y, (a, b), (a, b)),
        ),
        Misconception(
            "the picture is not shifted at all",
            lambda s, x, y, a, b: _rolled(s, x, y, (0, 0), (0, 0)),
        ),
        Misconception(
            "the picture is not shifted, the gradient is",
            lambda s, x, y, a, b: _rolled(s, x, y, (0, 0), (-a, -b)),
        ),
        Misconception(
            "dy and dx are swapped: "
            "axis 2 is the height and moves by dy, axis 3 the width, by dx",
            lambda s, x, y, a, b: _rolled(s, x, y, (b, a), (-b, -a)),
        ),
        Misconception(
            "the shift has the wrong sign: "
            "it goes up and left where dy and dx say down and right",
            lambda s, x, y, a, b: _rolled(s, x, y, (-a, -b), (a, b)),
        ),
        Misconception(
            "only the height is shifted",
            lambda s, x, y, a, b: _rolled(s, x, y, (a, 0), (-a, 0)),
        ),
    ),
    laws=(
        Law(
            "a shift by the whole height is no shift",
            lambda call, draw: _whole_turn(call, draw),
        ),
    ),
)


def _whole_turn(call, draw):
    score, image, label, _, _ = _shift_inputs(draw)
    still = _rolled(score, image, label, (0, 0), (0, 0))
    return same(call(score, image, label, image.shape[2], 0), still)


# ---- 0.5 -----------------------------------------------------------------------------


def _error(found, wanted):
    """Squared error of activations, relative to the wanted ones' sum of squares."""
    return (found - wanted).square().sum() / wanted.square().sum()


def _squares(found, wanted):
    return (found - wanted).square().sum()


def _downhill(grad, penalty, lr):
    return -lr * (grad + penalty)


def _descent(
    error=_error,
    move=_downhill,
    penalty=_penalty,
    *,
    begin=lambda start: start.clone(),
    keep=lambda x: x,
):
    """Gradient descent on `error(found, wanted)`, whose step is
    `move(its gradient, the penalty's, lr)`.

    It starts at `begin(start)`. After each step, x is `keep(x)`.
    """

    def descent(features, wanted, start, steps, lr, l2):
        x = begin(start)
        for _ in range(steps):
            grad = _gradient(features, x, lambda found: error(found, wanted))
            x = keep(x + move(grad, penalty(x, l2), lr))
        return x

    return descent


invert = _descent()
invert.__doc__ = (
    "Steps of plain gradient descent on the relative squared error of a layer's "
    "activations plus l2 · Σ x², from `start` `(1, 3, H, W)`."
)


def slow_invert(
    features: torch.nn.Module,
    wanted: torch.Tensor,
    start: torch.Tensor,
    steps: int,
    lr: float,
    l2: float,
) -> torch.Tensor:
    """The same, by moving every pixel."""
    features, wanted, x = features.double(), wanted.double(), start.double()
    size = sum(float(number) ** 2 for number in wanted.flatten())

    def loss(y):
        errors = (features(y) - wanted).flatten(1).square().sum(1) / size
        return errors + l2 * y.flatten(1).square().sum(1)

    for _ in range(steps):
        x = x - lr * _slow_gradient(loss, x[0])
    return x.float()


def _invert_inputs(draw):
    height, width = draw.size(5, 6)
    layer = draw.network(3, 4)[:4]  # its convolutions, before the pool
    wanted = layer(draw.normal(1, 3, height, width))
    return (
        layer,
        wanted,
        draw.normal(1, 3, height, width),
        draw.integer(3, 4),
        # small enough that rounding does not grow from step to step
        draw.number(1.0, 2.0),
        draw.number(0.04, 0.08),
    )


def _all_the_gradients(features, wanted, start, steps, lr, l2):
    x, total = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        grad = _gradient(features, x, lambda found: _error(found, wanted))
        total = total + grad + 2 * l2 * x
        x = x - lr * total
    return x


def _first_gradient_only(features, wanted, start, steps, lr, l2):
    grad = _gradient(features, start, lambda found: _error(found, wanted))
    return start - steps * lr * (grad + 2 * l2 * start)


def _optimized_descent(optimizer):
    def descent(features, wanted, start, steps, lr, l2):
        def loss(x):
            return _error(features(x), wanted) + l2 * x.square().sum()

        return _optimized(optimizer, start, loss, steps, lr)

    return descent


def _stays_where_it_fits(call, draw):
    features, _, start, steps, lr, _ = _invert_inputs(draw)
    return same(call(features, features(start), start, steps, lr, 0.0), start)


INVERT = Exercise(
    "0.5",
    "What a layer still knows",
    "invert",
    invert,
    slow_invert,
    _invert_inputs,
    tolerance=2e-4,
    steps=3,
    misconceptions=(
        Misconception(
            "this goes uphill: the error should fall, so go against the gradient",
            _descent(move=lambda g, penalty, lr: lr * (g + penalty)),
        ),
        Misconception(
            "the error rises: its sign is wrong, only the penalty's is right",
            _descent(move=lambda g, penalty, lr: -lr * (penalty - g)),
        ),
        Misconception(
            "gradients of earlier steps are still there: zero the gradient "
            "before every step (or use torch.autograd.grad)",
            _all_the_gradients,
        ),
        Misconception(
            "every step uses the gradient at the start; "
            "it has to be computed anew at the present x",
            _first_gradient_only,
        ),
        Misconception(
            "the error is not divided by the wanted activations' sum of squares, "
            "so a layer with large numbers takes larger steps",
            _descent(_squares),
        ),
        Misconception(
            "the error is a mean of squares; it is their sum, "
            "divided by the wanted activations' sum of squares",
            _descent(lambda found, wanted: (found - wanted).square().mean()),
        ),
        Misconception(
            "the error is divided by the wanted activations' norm, "
            "not by its square, their sum of squares",
            _descent(lambda found, wanted: _squares(found, wanted) / wanted.norm()),
        ),
        Misconception(
            "the error is divided by the found activations' sum of squares, "
            "which a picture can make larger; divide by the wanted ones'",
            _descent(lambda found, wanted: _error(wanted, found)),
        ),
        Misconception(
            "the differences are taken absolutely; their squares are asked for",
            _descent(
                lambda found, wanted: (found - wanted).abs().sum() / wanted.abs().sum()
            ),
        ),
        Misconception(
            "this is the error's root, a ratio of norms; the squares are asked for",
            _descent(lambda found, wanted: (found - wanted).norm() / wanted.norm()),
        ),
        Misconception(
            "the squared differences are added, the wanted activations' squares "
            "averaged; take the sum of both, or the mean of both",
            _descent(lambda f, wanted: _squares(f, wanted) / wanted.square().mean()),
        ),
        Misconception(
            "the squared differences are averaged, the wanted activations' squares "
            "added; take the sum of both, or the mean of both",
            _descent(lambda f, wanted: _error(f, wanted) / wanted.numel()),
        ),
        *(
            Misconception(
                "the wanted activations are added or averaged first and squared then; "
                "square each, then add",
                _descent(error),
            )
            for error in (
                lambda f, wanted: _squares(f, wanted) / wanted.sum() ** 2,
                lambda f, wanted: _squares(f, wanted) / wanted.mean() ** 2,
                lambda f, wanted: (f - wanted).square().mean() / wanted.mean() ** 2,
                lambda f, w: (f - w).square().mean() / w.abs().mean() ** 2,
            )
        ),
        *(
            Misconception(
                "every difference is divided by its own wanted activation, which may "
                "be near zero; add the squares above and below, then divide once",
                _descent(error),
            )
            for error in (
                lambda f, wanted: ((f - wanted) / wanted).square().sum(),
                lambda f, wanted: ((f - wanted) / wanted).square().mean(),
            )
        ),
        Misconception(
            "there is no penalty: l2 has no effect",
            _descent(penalty=lambda x, l2: 0),
        ),
        Misconception(
            "the penalty's gradient lacks the factor 2: the derivative of x² is 2x",
            _descent(penalty=lambda x, l2: l2 * x),
        ),
        Misconception(
            "the sign of the penalty is wrong: large pixels are rewarded",
            _descent(penalty=lambda x, l2: -2 * l2 * x),
        ),
        Misconception(
            "the penalty is the mean of the squares, "
            "not their sum, and thereby far weaker",
            _descent(penalty=lambda x, l2: 2 * l2 * x / x.numel()),
        ),
        Misconception(
            "the gradient is normalised; "
            "a plain step of lr times the gradient is asked for",
            _descent(
                move=lambda g, penalty, lr: -lr * (g + penalty) / (g + penalty).norm()
            ),
        ),
        Misconception(
            "the learning rate is left out of the penalty; "
            "it multiplies the whole gradient",
            _descent(move=lambda g, penalty, lr: -lr * g - penalty),
        ),
        Misconception(
            "the penalty is the norm, √Σx², not the sum of squares",
            _descent(penalty=lambda x, l2: l2 * x / x.norm()),
        ),
        *(
            Misconception("this begins at grey instead of at `start`", solution)
            for solution in (
                _descent(begin=torch.zeros_like),
                _descent(begin=lambda start: torch.full_like(start, 0.5)),
            )
        ),
        *_not_plain(_optimized_descent),
        *_clamped(_descent),
        *_miscounted(invert),
    ),
    laws=(
        Law(
            "without a penalty, a picture that has the wanted activations stays",
            _stays_where_it_fits,
        ),
    ),
)

EXERCISES = [SALIENCY, ATTACK, VISUALIZE, SHIFTED, INVERT]
EXPERIMENTS = [
    Experiment("0.6", "How far is it to another answer?", SWEEP_RUBRIC),
    Experiment("0.7", "An idea of your own", OWN_IDEA_RUBRIC),
]
