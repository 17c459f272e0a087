"""Assignment 5: pictures with opacity, the price of paint, unforeseen backgrounds."""

from collections.abc import Callable
from functools import partial

import torch

from ...alpha import blend_over as blend
from ...color import linear_to_srgb as encode
from ...color import srgb_to_linear as decode
from ..diagnosis import same
from ..exercises import (
    OWN_IDEA_RUBRIC,
    SWEEP_RUBRIC,
    Exercise,
    Experiment,
    Law,
    Misconception,
)

# ---- 5.1 -----------------------------------------------------------------------------


def slow_blend(rgba: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
    """`blend_over`, one number at a time, with the sRGB standard's curve in full."""
    seen = torch.zeros_like(rgba[:, :3])
    for n, c, y, x in torch.cartesian_prod(*map(torch.arange, seen.shape)).tolist():
        behind = background[n if len(background) > 1 else 0]
        alpha = float(rgba[n, 3, y, x])
        light = alpha * _light(float(rgba[n, c, y, x])) + (1 - alpha) * _light(
            float(behind[c, y, x])
        )
        seen[n, c, y, x] = (
            12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
        )
    return seen


def _light(number):
    return number / 12.92 if number <= 0.04045 else ((number + 0.055) / 1.055) ** 2.4


def _mixed(a, b, alpha):
    """Light a and b mixed and encoded, in whatever wrong proportions."""
    return encode(alpha * a + (1 - alpha) * b)


def _blend_inputs(draw):
    size, count = draw.size(4, 7), draw.integer(2, 3)
    return draw.uniform(count, 4, *size), draw.uniform(
        draw.choice([1, count]), 3, *size
    )


def _glass_and_paint(call, draw):
    rgba, background = _blend_inputs(draw)
    colour = rgba[:, :3]
    glass, paint = (
        call(torch.cat([colour, torch.full_like(rgba[:, 3:], a)], 1), background)
        for a in (0.0, 1.0)
    )
    return same(glass, background.expand_as(colour)) and same(paint, colour)


def _black_and_white(call, draw):
    rgba, background = _blend_inputs(draw)
    black, white = (
        decode(call(rgba, torch.full_like(background, grey))) for grey in (0.0, 1.0)
    )
    return same(1 - (white - black), rgba[:, 3:].expand(-1, 3, -1, -1))


BLEND = Exercise(
    "5.1",
    "Lay a picture over a background",
    "blend",
    blend,
    slow_blend,
    _blend_inputs,
    gradient=(0, 1),
    withheld=("dputils.alpha.blend:blend_over",),
    misconceptions=(
        Misconception(
            "the numbers of the file are mixed, not light. "
            "Undo sRGB, mix, and encode again",
            lambda p, b: p[:, 3:] * p[:, :3] + (1 - p[:, 3:]) * b,
        ),
        Misconception(
            "alpha is inverted: 1 is paint and shows the picture, "
            "0 is glass and shows the background",
            lambda p, b: _mixed(decode(b), decode(p[:, :3]), p[:, 3:]),
        ),
        Misconception(
            "the result is still linear light: encode it with linear_to_srgb",
            lambda p, b: p[:, 3:] * decode(p[:, :3]) + (1 - p[:, 3:]) * decode(b),
        ),
        Misconception(
            "alpha was decoded with the colours. It is a share and no light: "
            "only the first three channels are sRGB",
            lambda p, b: _mixed(decode(p[:, :3]), decode(b), decode(p[:, 3:])),
        ),
        Misconception(
            "the two curves are swapped: "
            "srgb_to_linear comes first, linear_to_srgb last",
            lambda p, b: decode(
                p[:, 3:] * encode(p[:, :3]) + (1 - p[:, 3:]) * encode(b)
            ),
        ),
        Misconception(
            "the background shines through at full strength; "
            "only 1 - alpha of it gets through",
            lambda p, b: encode(p[:, 3:] * decode(p[:, :3]) + decode(b)),
        ),
        Misconception(
            "the colour is not multiplied by alpha. "
            "It is straight colour, as strong where alpha is 0",
            lambda p, b: encode(decode(p[:, :3]) + (1 - p[:, 3:]) * decode(b)),
        ),
        Misconception(
            "a power of 2.2 is near the curve of sRGB, "
            "but not the same; use the two functions",
            lambda p, b: (
                (p[:, 3:] * p[:, :3] ** 2.2 + (1 - p[:, 3:]) * b**2.2) ** (1 / 2.2)
            ),
        ),
        Misconception(
            "no gradient reaches alpha (detach, "
            ".data or no_grad), so the holes could never be learned",
            lambda p, b: _mixed(decode(p[:, :3]), decode(b), p[:, 3:].detach()),
        ),
        Misconception(
            "the pictures are cut off from the graph, so no gradient reaches them",
            lambda p, b: blend(p.detach(), b),
        ),
    ),
    laws=(
        Law("glass shows the background and paint hides it", _glass_and_paint),
        Law(
            "in light, what is seen over white minus "
            "what is seen over black is 1 - alpha",
            _black_and_white,
        ),
    ),
)

# ---- 5.2 -----------------------------------------------------------------------------


def unblend(
    over_black: torch.Tensor,
    over_white: torch.Tensor,
    *,
    least: float = 1e-4,
    light: torch.Tensor | None = None,
) -> torch.Tensor:
    """The picture `(N, 4, H, W)` that looks like this over black and over white.

    Its looks are `(N, 3, H, W)` each. The keywords are for wrong ones: another smallest
    alpha, another light of the colours.
    """
    alpha = 1 - (decode(over_white) - decode(over_black)).mean(1, keepdim=True)
    light = decode(over_black) / alpha.clamp(min=least) if light is None else light
    return torch.cat([encode(light.clamp(0, 1)), alpha], 1)


def _unblend_by_one(over_black, over_white, *, colour, divides=True):
    """Alpha from one colour; the colours are divided by it, or by the right one."""
    light = (decode(p) for p in (over_black, over_white))
    dark, white = (p[:, colour : colour + 1] for p in light)
    alpha = 1 - (white - dark)
    if not divides:
        return torch.cat([unblend(over_black, over_white)[:, :3], alpha], 1)
    colours = decode(over_black) / alpha.clamp(min=1e-4)
    return torch.cat([encode(colours.clamp(0, 1)), alpha], 1)


def slow_unblend(over_black: torch.Tensor, over_white: torch.Tensor) -> torch.Tensor:
    """The same, one pixel at a time."""
    rgba = torch.zeros(len(over_black), 4, *over_black.shape[2:])
    for n, y, x in torch.cartesian_prod(*map(torch.arange, rgba[:, 0].shape)).tolist():
        dark, light = (
            [_light(float(p[n, c, y, x])) for c in range(3)]
            for p in (over_black, over_white)
        )
        alpha = 1 - (sum(light) - sum(dark)) / 3
        rgba[n, :, y, x] = torch.tensor(
            [*(float(encode(torch.tensor(d / max(alpha, 1e-4)))) for d in dark), alpha]
        )
    return rgba


def _two_photographs(draw):
    height, width = draw.size(4, 7)
    count = draw.integer(1, 2)
    # a camera's three colours never agree entirely, so one of them is not enough
    colour = decode(draw.uniform(count, 3, height, width, low=0.05, high=0.78))
    alpha = draw.uniform(count, 1, height, width, low=0.05, high=0.8)
    alpha = alpha * draw.uniform(count, 3, height, width, low=0.8, high=1.2)
    opaque, empty = draw.order(height * width)[:4].split(2)
    alpha.flatten(2)[..., opaque], alpha.flatten(2)[..., empty] = 1.0, 0.0
    return encode(alpha * colour), encode(alpha * colour + 1 - alpha)


def _colour_where_there_is_paint(rgba, over_black, over_white):
    """What counts: alpha, and colour where there is paint, elsewhere if not finite."""
    glass = (over_white - over_black).mean(1, keepdim=True) > 0.999
    colour = torch.where(glass & rgba[:, :3].isfinite(), 0.0, rgba[:, :3])
    return torch.cat([colour, rgba[:, 3:]], 1)


def _opaque_stays(call, draw):
    picture = draw.uniform(1, 3, *draw.size())
    return same(
        call(picture, picture), torch.cat([picture, torch.ones_like(picture[:, :1])], 1)
    )


UNBLEND = Exercise(
    "5.2",
    "A sticker from two photographs",
    "unblend",
    unblend,
    slow_unblend,
    _two_photographs,
    observe=_colour_where_there_is_paint,
    misconceptions=(
        Misconception(
            "where alpha is 0 the colour is divided by 0. Divide by "
            "something that is never 0, such as alpha.clamp(min=1e-4)",
            partial(unblend, least=0.0),
        ),
        Misconception(
            "everything is computed from the numbers of the file. They have "
            "to be decoded to light first, and the colour encoded at the end",
            lambda b, w: torch.cat(
                [
                    b / (1 - (w - b).mean(1, True)).clamp(min=1e-4),
                    1 - (w - b).mean(1, True),
                ],
                1,
            ),
        ),
        Misconception(
            "alpha is inverted. What differs between white "
            "and black is the background's share, 1 - alpha",
            lambda b, w: torch.cat([unblend(b, w)[:, :3], 1 - unblend(b, w)[:, 3:]], 1),
        ),
        *(
            Misconception(
                "alpha comes from one colour alone; "
                "take the mean of what the three colours say",
                partial(_unblend_by_one, colour=colour, divides=divides),
            )
            for colour in range(3)
            for divides in (True, False)
        ),
        Misconception(
            "the colour is still multiplied by alpha, "
            "which makes it dark. Divide the light by alpha",
            lambda b, w: unblend(b, w, light=decode(b)),
        ),
        Misconception(
            "the colour is still linear light; encode it with linear_to_srgb",
            lambda b, w: torch.cat(
                [decode(unblend(b, w)[:, :3]), unblend(b, w)[:, 3:]], 1
            ),
        ),
        Misconception(
            "the colour is taken from the white photograph, which holds 1 - "
            "alpha of white as well. Over black there is nothing but alpha "
            "times the colour",
            lambda b, w: unblend(
                b, w, light=decode(w) / unblend(b, w)[:, 3:].clamp(min=1e-4)
            ),
        ),
        Misconception(
            "alpha comes first; it is the fourth channel",
            lambda b, w: unblend(b, w).roll(1, 1),
        ),
    ),
    laws=(
        Law(
            "what looks the same over black and white is opaque and keeps its colour",
            _opaque_stays,
        ),
    ),
)

# ---- 5.3 -----------------------------------------------------------------------------


def priced(scores: torch.Tensor, alpha: torch.Tensor, pressure: float) -> torch.Tensor:
    """score · (1 - mean alpha)^pressure, for scores `(N,)` and alpha `(N, 1, H, W)`."""
    return scores * (1 - alpha.mean((1, 2, 3))) ** pressure


def slow_priced(
    scores: torch.Tensor, alpha: torch.Tensor, pressure: float
) -> torch.Tensor:
    """The same, one picture after the other."""
    glass = [
        1 - sum(map(float, picture.flatten())) / picture.numel() for picture in alpha
    ]
    return torch.tensor(
        [float(score) * share**pressure for score, share in zip(scores, glass)]
    )


def _priced_inputs(draw):
    return (
        draw.normal(3),
        draw.uniform(3, 1, *draw.size()) * draw.uniform(3, 1, 1, 1, low=0.3),
        draw.choice([2.0, 3.0, 4.0]),
    )


def _free(call, draw):
    scores, alpha, _ = _priced_inputs(draw)
    return same(call(scores, alpha, 0.0), scores)


PRICED = Exercise(
    "5.3",
    "The price of paint",
    "priced",
    priced,
    slow_priced,
    _priced_inputs,
    gradient=(0, 1),
    misconceptions=(
        Misconception(
            "the mean runs over the whole batch. Every picture pays for its "
            "own paint: average over its pixels only",
            lambda s, a, p: s * (1 - a.mean()) ** p,
        ),
        Misconception(
            "this rewards paint. The factor is the transparency, 1 - mean alpha",
            lambda s, a, p: s * a.mean((1, 2, 3)) ** p,
        ),
        Misconception(
            "the price is subtracted. "
            "It has to be a factor, so that it fits scores of any size",
            lambda s, a, p: s - p * a.mean((1, 2, 3)),
        ),
        Misconception(
            "the power is taken of every pixel before the mean. Average first",
            lambda s, a, p: s * ((1 - a) ** p).mean((1, 2, 3)),
        ),
        Misconception(
            "pressure is used as a weight. It is an exponent",
            lambda s, a, p: p * priced(s, a, 1),
        ),
        Misconception("pressure is ignored", lambda s, a, p: priced(s, a, 1)),
        *(
            Misconception(
                "the shapes (N,) and (N, 1) do not go together: every score is "
                "multiplied with every picture's price, which makes (N, N). "
                "Average over all axes but the first",
                pair,
            )
            for pair in (
                lambda s, a, p: s * (1 - a.mean((2, 3))) ** p,
                lambda s, a, p: s[:, None] * (1 - a.mean((1, 2, 3))) ** p,
            )
        ),
        Misconception(
            "alpha is summed, not averaged: a larger picture would pay more",
            lambda s, a, p: s * (1 - a.sum((1, 2, 3))) ** p,
        ),
        Misconception(
            "no gradient reaches alpha (detach, "
            ".data, .item() or no_grad): nobody pays",
            lambda s, a, p: priced(s, a.detach(), p),
        ),
    ),
    laws=(Law("with pressure 0 paint is free: the scores are unchanged", _free),),
)

# ---- 5.4 -----------------------------------------------------------------------------


def grow(
    parameters: torch.Tensor,
    to_rgba: Callable[[torch.Tensor], torch.Tensor],
    network: Callable[[torch.Tensor], torch.Tensor],
    target: int,
    pressure: float,
    backgrounds: torch.Tensor,
    steps: int,
    lr: float,
    *,
    behind: Callable[..., torch.Tensor] | None = None,
    seen: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = blend,
    price: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor] = priced,
    choose: Callable[[torch.Tensor, int], torch.Tensor] | None = None,
    zero: bool = True,
    up: bool = True,
    fresh: bool = False,
    once: bool = False,
) -> torch.Tensor:
    """Raise the priced score of a class with Adam, at step t over background t.

    After the last background comes the first again. The keywords exchange parts of it
    for wrong ones.
    """
    parameters = parameters.clone().requires_grad_()
    adam = torch.optim.Adam([parameters], lr=lr, maximize=up)
    rgba = to_rgba(parameters)
    for step in range(steps):
        rgba = rgba if once else to_rgba(parameters)
        if fresh:
            adam = torch.optim.Adam([parameters], lr=lr, maximize=up)
        background = (
            backgrounds[step % len(backgrounds)][None]
            if behind is None
            else behind(backgrounds, step)
        )
        scores = network(seen(rgba, background))
        scores = scores[:, target] if choose is None else choose(scores, target)
        if zero:
            adam.zero_grad()
        price(scores, rgba[:, 3:], pressure).sum().backward(retain_graph=once)
        adam.step()
    return parameters.detach()


def slow_grow(
    parameters: torch.Tensor,
    to_rgba: Callable[[torch.Tensor], torch.Tensor],
    network: Callable[[torch.Tensor], torch.Tensor],
    target: int,
    pressure: float,
    backgrounds: torch.Tensor,
    steps: int,
    lr: float,
) -> torch.Tensor:
    """The same with the gradient asked for by name, and Adam written out."""
    first = second = torch.zeros_like(parameters)
    for step in range(steps):
        point = parameters.clone().requires_grad_()
        objective = torch.zeros(())
        for picture in to_rgba(point).split(1):
            score = network(blend(picture, backgrounds[step % len(backgrounds)][None]))[
                0, target
            ]
            objective = objective + score * (1 - picture[:, 3].mean()) ** pressure
        (grad,) = torch.autograd.grad(objective, point)
        first, second = 0.9 * first + 0.1 * grad, 0.999 * second + 0.001 * grad**2
        size = (second / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8
        parameters = parameters + lr * first / (1 - 0.9 ** (step + 1)) / size
    return parameters


def _grow_inputs(draw):
    size, network = draw.size(5, 7), draw.network(3, 4)
    # Gradients far above Adam's 1e-8, so that sum and mean over the batch do the same.
    # Where two parts nearly cancel, and a whole draw is quiet, they are a millionth of
    # the usual.
    network[-1].weight *= 1e8
    return (
        draw.normal(2, 4, *size),
        torch.nn.Sigmoid(),
        network,
        draw.integer(0, 3),
        3.0,
        draw.uniform(3, 3, *size),
        5,
        0.1,
    )


GROW = Exercise(
    "5.4",
    "Grow a picture over backgrounds",
    "grow",
    grow,
    slow_grow,
    _grow_inputs,
    points=3,
    steps=6,
    misconceptions=(
        Misconception(
            "only one step is taken: the `return` stands inside the loop",
            lambda x, r, n, t, p, b, k, lr: grow(x, r, n, t, p, b, 1, lr),
        ),
        Misconception(
            "one step too few is taken",
            lambda x, r, n, t, p, b, k, lr: grow(x, r, n, t, p, b, k - 1, lr),
        ),
        Misconception(
            "after the last background it stays; the first one comes again: "
            "backgrounds[t % len(backgrounds)]",
            partial(grow, behind=lambda b, t: b[min(t, len(b) - 1)][None]),
        ),
        Misconception(
            "the backgrounds are taken from 1 on. Step t = 0 uses background 0",
            partial(grow, behind=lambda b, t: b[(t + 1) % len(b)][None]),
        ),
        Misconception(
            "the backgrounds are drawn. Step t uses backgrounds[t % len(backgrounds)]",
            partial(grow, behind=lambda b, t: b[int(torch.randint(len(b), ()))][None]),
        ),
        Misconception(
            "every picture has a background of its own, the same in every step. "
            "All pictures lie over one background, and the next step takes the next",
            partial(grow, behind=lambda b, t: b[:2]),
        ),
        Misconception(
            "the backgrounds are averaged; every step uses one of them",
            partial(grow, behind=lambda b, t: b.mean(0, keepdim=True)),
        ),
        Misconception(
            "every step begins with a new Adam, which forgets its averages. "
            "Make it once, before the loop",
            partial(grow, fresh=True),
        ),
        Misconception(
            "the best class of each picture is raised, not `target`",
            partial(grow, choose=lambda scores, target: scores.max(1).values),
        ),
        Misconception(
            "all classes are raised; only `target` should be",
            partial(grow, choose=lambda scores, target: scores.sum(1)),
        ),
        Misconception(
            "the pictures are made once, before the loop, so every step sees the "
            "first ones. `to_rgba(parameters)` belongs into the loop",
            partial(grow, once=True),
        ),
        Misconception(
            "the background is never changed: every step uses the first one, "
            "which the picture learns by heart. Step t uses backgrounds[t % "
            "len(backgrounds)]",
            partial(grow, behind=lambda b, t: b[:1]),
        ),
        Misconception(
            "the gradient is not zeroed, so those of all steps add up",
            partial(grow, zero=False),
        ),
        Misconception(
            "the score falls. This Adam maximizes already, no minus sign is needed",
            partial(grow, up=False),
        ),
        Misconception(
            "the price is left out: the picture becomes opaque",
            partial(grow, price=lambda s, a, p: s),
        ),
        Misconception(
            "alpha is averaged over the batch, "
            "so a picture pays for its neighbours' paint",
            partial(grow, price=lambda s, a, p: s * (1 - a.mean()) ** p),
        ),
        Misconception(
            "no gradient of the price reaches alpha, so paint costs nothing",
            partial(grow, price=lambda s, a, p: priced(s, a.detach(), p)),
        ),
        Misconception(
            "the network sees the colours alone; "
            "blend the picture over the background first",
            partial(grow, seen=lambda p, b: p[:, :3]),
        ),
        Misconception(
            "the parameters are used as a picture. They go through to_rgba first",
            lambda x, r, *rest: grow(x, torch.nn.Identity(), *rest),
        ),
    ),
)

# ---- 5.5 -----------------------------------------------------------------------------


def kept(
    rgba: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    target: int,
    backgrounds: torch.Tensor,
) -> torch.Tensor:
    """Mean scores of pictures `(N, 4, H, W)` over all backgrounds `(K, 3, H, W)`."""
    return _every_pair(rgba, network, target, backgrounds).mean(0)


def _every_pair(rgba, network, target, backgrounds):
    """Scores `(K, N)`."""
    return torch.stack(
        [network(blend(rgba, one[None]))[:, target] for one in backgrounds]
    )


def slow_kept(
    rgba: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    target: int,
    backgrounds: torch.Tensor,
) -> torch.Tensor:
    """The same, one picture over one background at a time."""
    return torch.stack(
        [
            sum(
                (network(blend(p, b))[0, target] for b in backgrounds.split(1)),
                torch.zeros(()),
            )
            / len(backgrounds)
            for p in rgba.split(1)
        ]
    )


def _kept_inputs(draw):
    # as many as pictures, so that pairs can be recognised
    size, count = draw.size(5, 7), 3 if draw.square else 4
    return (
        draw.uniform(3, 4, *size),
        draw.network(3, 4),
        draw.integer(0, 3),
        draw.uniform(count, 3, *size),
    )


KEPT = Exercise(
    "5.5",
    "What is left over other backgrounds",
    "kept",
    kept,
    slow_kept,
    _kept_inputs,
    misconceptions=(
        Misconception(
            "only the first background counts; average over all",
            lambda *args: _every_pair(*args)[0],
        ),
        Misconception(
            "picture k is laid over background k only. "
            "Every picture goes over every background",
            lambda p, n, t, b: n(blend(p, b))[:, t],
        ),
        Misconception(
            "the order of pictures and backgrounds is mixed up: `repeat` "
            "puts whole batches one after the other, so view(K, N) fits and "
            "view(N, K) does not",
            lambda p, n, t, b: _every_pair(p, n, t, b).reshape(len(p), len(b)).mean(1),
        ),
        Misconception(
            "the pictures are averaged, which leaves one number a background; "
            "average over backgrounds",
            lambda *args: _every_pair(*args).mean(1),
        ),
        Misconception(
            "the backgrounds are averaged first. "
            "A network's mean score is not its score of the mean",
            lambda p, n, t, b: n(blend(p, b.mean(0, keepdim=True)))[:, t],
        ),
    ),
)

EXERCISES = [BLEND, UNBLEND, PRICED, GROW, KEPT]
EXPERIMENTS = [
    Experiment("5.6", "How many backgrounds does it take?", SWEEP_RUBRIC),
    Experiment("5.7", "An idea of your own", OWN_IDEA_RUBRIC),
]
