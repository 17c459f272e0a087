"""Assignment 6: textures, gradients back into them, a style loss that remembers."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

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

# ---- 6.1 -----------------------------------------------------------------------------


def place(uv: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Texture coordinates `(P, 2)` as rows and columns `(P, 2)`.

    The middle of a texel is a whole number.
    """
    return torch.stack([(1 - uv[:, 1]) * height, uv[:, 0] * width], 1) - 0.5


def slow_place(uv: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The same, one point at a time: texel k is from k / size to (k + 1) / size."""
    return torch.tensor(
        [
            [(1 - v - 0.5 / height) * height, (u - 0.5 / width) * width]
            for u, v in uv.tolist()
        ]
    )


def _middles(call, draw):
    height, width = draw.size()
    # All of them at once. A law that draws one may draw the place (0, 0), whose largest
    # number, to which every tolerance is relative, is zero.
    places = torch.cartesian_prod(
        torch.arange(float(height)), torch.arange(float(width))
    )
    row, column = places.T
    uv = torch.stack([(column + 0.5) / width, 1 - (row + 0.5) / height], 1)
    return same(call(uv, height, width), places)


PLACE = Exercise(
    "6.1",
    "Where in the texture?",
    "place",
    place,
    slow_place,
    lambda draw: (draw.uniform(6, 2, low=-0.5, high=1.5), *draw.size()),
    misconceptions=(
        Misconception(
            "v is not flipped. v grows upwards, "
            "rows grow downwards: v = 1 is the top, row 0",
            lambda t, h, w: torch.stack([t[:, 1] * h, t[:, 0] * w], 1) - 0.5,
        ),
        Misconception(
            "everything is off by half a texel: this counts from texels' "
            "corners. The middle of the first texel is at half a texel's "
            "width, and its place is 0",
            lambda t, h, w: place(t, h, w) + 0.5,
        ),
        Misconception(
            "0 and 1 are taken for the middles of the outermost texels. They "
            "are the texture's edges: multiply by the size, not by size - 1",
            lambda t, h, w: torch.stack(
                [(1 - t[:, 1]) * (h - 1), t[:, 0] * (w - 1)], 1
            ),
        ),
        Misconception(
            "height and width are swapped: "
            "rows go with v and the height, columns with u and the width",
            lambda t, h, w: place(t, w, h),
        ),
        Misconception(
            "rows and columns are swapped. The row comes first",
            lambda t, h, w: place(t, h, w).flip(1),
        ),
        Misconception(
            "the places are rounded; what lies between two texels is a blend of both",
            lambda t, h, w: place(t, h, w).round(),
        ),
    ),
    laws=(Law("the middle of a texel has the texel's row and column", _middles),),
)

# ---- 6.2 -----------------------------------------------------------------------------


def _clamp(position, size):
    return position.clamp(0, size - 1)


def corners(
    places: torch.Tensor,
    height: int,
    width: int,
    *,
    wrap: Callable[[torch.Tensor, int], torch.Tensor] = torch.remainder,
    beyond: Callable[[torch.Tensor, int], torch.Tensor] = torch.remainder,
    floor: Callable[[torch.Tensor], torch.Tensor] = torch.floor,
    near: bool = False,
    weigh: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Rows, columns and weights `(P,)` of the four texels around each place.

    The keywords exchange parts of it for wrong ones.
    """
    first, found = places.round() if near else floor(places), []
    share, first = torch.zeros_like(places) if near else places - first, first.long()
    share = share if weigh is None else weigh(share)
    for down in (0, 1):
        for across in (0, 1):
            weight = (share[:, 0] if down else 1 - share[:, 0]) * (
                share[:, 1] if across else 1 - share[:, 1]
            )
            row, column = (
                (beyond if step else wrap)(first[:, axis] + step, size)
                for axis, (step, size) in enumerate(((down, height), (across, width)))
            )
            found.append((row, column, weight))
    return found


# Shares `(P, 2)` that go to the wrong neighbours, each with what is to say.
_SWAPPED_WEIGHTS = (
    (
        "the shares down and across are swapped in the weights: the share down "
        "belongs to the rows, the share across to the columns",
        lambda share: share.flip(1),
    ),
    (
        "the weights of the upper and the lower texels are swapped: the lower row "
        "gets the share down, the upper one the rest",
        lambda share: torch.stack([1 - share[:, 0], share[:, 1]], 1),
    ),
    (
        "the weights of the left and the right texels are swapped: the right column "
        "gets the share across, the left one the rest",
        lambda share: torch.stack([share[:, 0], 1 - share[:, 1]], 1),
    ),
)


def sample(texture: torch.Tensor, places: torch.Tensor, **options: Any) -> torch.Tensor:
    """Colours `(P, C)` of a texture `(C, H, W)` at rows and columns `(P, 2)`.

    The lookup is bilinear, and the texture repeats.
    """
    height, width = texture.shape[1:]
    found = corners(places, height, width, **options)
    colours = (weight * texture[:, row, column] for row, column, weight in found)
    return sum(colours, texture.new_zeros(())).T


def slow_sample(texture: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """The definition: every texel has a tent of width 2, repeated with the texture."""
    channels, height, width = texture.shape
    colours = torch.zeros(len(places), channels)
    for p, (row, column) in enumerate(places.tolist()):
        for y, x in itertools.product(range(height), range(width)):
            gaps = (
                (row - y + height / 2) % height - height / 2,
                (column - x + width / 2) % width - width / 2,
            )
            if max(map(abs, gaps)) < 1:
                colours[p] += math.prod(1 - abs(gap) for gap in gaps) * texture[:, y, x]
    return colours


def _sample_inputs(draw):
    height, width = draw.size()
    places = draw.uniform(14, 2, low=-1.2, high=2.2) * torch.tensor([height, width])
    return draw.normal(3, height, width), places


def _linear(call, draw):
    texture, places = _sample_inputs(draw)
    other = draw.normal(*texture.shape)
    return same(
        call(2 * texture - other, places),
        2 * call(texture, places) - call(other, places),
    )


def _plain_stays_plain(call, draw):
    texture, places = _sample_inputs(draw)
    return same(
        call(torch.full_like(texture, 0.7), places), torch.full((len(places), 3), 0.7)
    )


SAMPLE = Exercise(
    "6.2",
    "Look it up",
    "sample",
    sample,
    slow_sample,
    _sample_inputs,
    gradient=(0,),
    points=3,
    withheld=(
        "dputils.rasterize.texture:sample_texture",
        "dputils.rasterize.texture:lookup",
    ),
    misconceptions=(
        Misconception(
            "this clamps to the edge. The texture repeats: whatever leaves "
            "at one side comes back at the other, position % size",
            partial(sample, wrap=_clamp, beyond=_clamp),
        ),
        Misconception(
            "the neighbours are not wrapped: "
            "beyond the last row or column comes the first one again",
            partial(sample, beyond=_clamp),
        ),
        Misconception(
            "this is the nearest texel; blend the four around the place",
            partial(sample, near=True),
        ),
        Misconception(
            "this takes the upper left texel only; blend the four around the place",
            lambda t, p: sample(t, p.floor()),
        ),
        Misconception(
            "places below 0 are cut off towards 0 (long, int or trunc). Take "
            "the floor first: -0.3 lies between -1 and 0",
            partial(sample, floor=torch.trunc),
        ),
        Misconception(
            "the weights are exchanged: the nearer a texel, the more it "
            "counts. The upper left one has (1 - share down) · (1 - share "
            "across)",
            lambda t, p: sample(t, 2 * p.floor() + 1 - p),
        ),
        *(
            Misconception(words, partial(sample, weigh=weigh))
            for words, weigh in _SWAPPED_WEIGHTS
        ),
        Misconception(
            "rows and columns are swapped: texture[:, row, column], row first",
            lambda t, p: sample(t, p.flip(1)),
        ),
        Misconception(
            "in the flattened texture a texel's number is "
            "row · width + column, not row · height + column",
            lambda t, p: (
                sum(
                    weight * t.flatten(1)[:, row * t.shape[1] + column]
                    for row, column, weight in corners(p, *t.shape[1:])
                ).T
            ),
        ),
        Misconception(
            "the texture is cut off from the graph, "
            "so no gradient reaches it and nothing can be painted",
            lambda t, p: sample(t.detach(), p),
        ),
    ),
    laws=(
        Law("the colours are linear in the texture", _linear),
        Law("a plain texture stays plain: the weights add up to 1", _plain_stays_plain),
    ),
)

# ---- 6.3 -----------------------------------------------------------------------------


def texture_gradient(
    pushes: torch.Tensor, places: torch.Tensor, height: int, width: int, **options: Any
) -> torch.Tensor:
    """What colours `(P, C)` ask for, sent back into their texels `(C, H, W)`."""
    gradient = pushes.new_zeros(pushes.shape[1], height * width)
    for row, column, weight in corners(places, height, width, **options):
        gradient.index_add_(1, row * width + column, (pushes * weight[:, None]).T)
    return gradient.unflatten(1, (height, width))


def slow_texture_gradient(
    pushes: torch.Tensor, places: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """The definition: each colour's change with each texel, times what it asks for."""
    # pictures in which one texel is lit
    texels = torch.eye(height * width).view(-1, 1, height, width)
    columns = [(slow_sample(texel, places) * pushes).sum(0) for texel in texels]
    return torch.stack(columns, 1).unflatten(1, (height, width))


def _overwritten(pushes, places, height, width):
    gradient = torch.zeros(pushes.shape[1], height, width)
    for row, column, weight in corners(places, height, width):
        # of equal places only the last one counts
        gradient[:, row, column] += (pushes * weight[:, None]).T
    return gradient


def _gradient_inputs(draw):
    size = draw.size(4, 6)
    places = draw.uniform(24, 2, low=-0.5, high=1.5) * torch.tensor(size)
    # pixels that look at the same texels
    places[5:9] = places[4] + 0.01 * draw.uniform(4, 2)
    return draw.normal(24, 2), places, *size


def _transposed(call, draw):
    pushes, places, height, width = _gradient_inputs(draw)
    texture = draw.normal(2, height, width)
    return same(
        (call(pushes, places, height, width) * texture).sum(),
        (sample(texture, places) * pushes).sum(),
    )


TEXTURE_GRADIENT = Exercise(
    "6.3",
    "And back again",
    "texture_gradient",
    texture_gradient,
    slow_texture_gradient,
    _gradient_inputs,
    points=3,
    withheld=(
        "dputils.rasterize.texture:sample_texture",
        "dputils.rasterize.texture:lookup",
    ),
    misconceptions=(
        Misconception(
            "pixels that look at the same texel overwrite each other: "
            "`gradient[:, row, column] += …` counts only the last of them; "
            "index_add_ adds up",
            _overwritten,
        ),
        Misconception(
            "all four texels get the full push; each gets it times its weight",
            lambda g, p, h, w: sum(
                texture_gradient(g, p.floor() + torch.tensor(step), h, w)
                for step in ([0, 0], [0, 1], [1, 0], [1, 1])
            ),
        ),
        Misconception(
            "only the nearest texel gets the push; "
            "all four that were blended do, by their weights",
            partial(texture_gradient, near=True),
        ),
        *(
            Misconception(words, partial(texture_gradient, weigh=weigh))
            for words, weigh in _SWAPPED_WEIGHTS
        ),
        Misconception(
            "the weights are exchanged: the nearer a texel, the more it gets",
            partial(texture_gradient, weigh=lambda share: 1 - share),
        ),
        Misconception(
            "the pushes on a texel are averaged. Gradients add up",
            lambda g, p, h, w: (
                texture_gradient(g, p, h, w)
                / texture_gradient(torch.ones_like(g[:, :1]), p, h, w).clamp(min=1e-9)
            ),
        ),
        Misconception(
            "this clamps to the edge, where the lookup repeats",
            partial(texture_gradient, wrap=_clamp, beyond=_clamp),
        ),
        Misconception(
            "rows and columns are swapped",
            lambda g, p, h, w: texture_gradient(g, p.flip(1), h, w),
        ),
    ),
    laws=(
        Law(
            "the sum of pushes times colours is the sum of gradient times texture",
            _transposed,
        ),
    ),
)

# ---- 6.4 -----------------------------------------------------------------------------


def seen_gram(features: torch.Tensor, covered: torch.Tensor) -> torch.Tensor:
    """Gram matrices `(N, C, C)` of features `(N, C, H, W)`.

    Each place counts by its cover, `(N, 1, H, W)`.
    """
    flat, share = features.flatten(2), covered.flatten(2)
    return (flat * share) @ flat.mT / share.sum(2, keepdim=True)


def slow_seen_gram(features: torch.Tensor, covered: torch.Tensor) -> torch.Tensor:
    """The same, one product at a time."""
    count, channels, height, width = features.shape
    f, c = features.tolist(), covered.tolist()
    spots = [(y, x) for y in range(height) for x in range(width)]
    return torch.tensor(
        [
            [
                [
                    sum(c[n][0][y][x] * f[n][i][y][x] * f[n][j][y][x] for y, x in spots)
                    / sum(c[n][0][y][x] for y, x in spots)
                    for j in range(channels)
                ]
                for i in range(channels)
            ]
            for n in range(count)
        ]
    )


def _seen_inputs(draw):
    # most places are covered or not, some half
    count, size = draw.integer(2, 3), draw.size(4, 6)
    return 0.4 + draw.normal(count, 4, *size), draw.uniform(
        count, 1, *size, low=-0.8, high=1.8
    ).clamp(0, 1)


def _background_is_nothing(call, draw):
    features, covered = _seen_inputs(draw)
    other = torch.where(covered > 0, features, draw.normal(*features.shape))
    return same(call(other, covered), call(features, covered))


SEEN_GRAM = Exercise(
    "6.4",
    "The style of what is seen",
    "seen_gram",
    seen_gram,
    slow_seen_gram,
    _seen_inputs,
    gradient=(0,),
    misconceptions=(
        Misconception(
            "the background counts as much as the model: this ignores `covered`",
            lambda f, c: seen_gram(f, torch.ones_like(c)),
        ),
        Misconception(
            "the sum is divided by all places, so a small model looks like a "
            "weak style. Divide by what is covered, covered.sum over the "
            "places",
            lambda f, c: seen_gram(f, c) * c.mean((2, 3))[..., None],
        ),
        Misconception(
            "the Gram matrix is not divided: "
            "large views would have more style than small ones",
            lambda f, c: seen_gram(f, c) * c.sum((2, 3))[..., None],
        ),
        Misconception(
            "what covers a place is counted twice, squared, "
            "because both factors carry it. Give it to one",
            lambda f, c: (
                seen_gram(f * c, torch.ones_like(c)) / c.mean((2, 3))[..., None]
            ),
        ),
        Misconception(
            "what is covered is summed over all pictures. Every picture is "
            "divided by its own area: sum over its places only",
            lambda f, c: seen_gram(f, c) * (c.sum((2, 3)) / c.sum())[..., None],
        ),
        Misconception(
            "the batch is mixed: "
            "every picture has a Gram matrix of its own, divided by its own area",
            lambda f, c: seen_gram(f, c) * (c.mean((2, 3)) / c.mean())[..., None],
        ),
    ),
    laws=(
        Law("features where nothing is covered do not matter", _background_is_nothing),
    ),
)

# ---- 6.5 -----------------------------------------------------------------------------


def remember(
    average: torch.Tensor | None, gram: torch.Tensor, decay: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the loss sees, and the new average.

    It sees the value of the average over past views, and the gradient of this view.
    """
    now = gram.detach()
    average = now if average is None else decay * average + (1 - decay) * now
    return gram + (average - now), average


def slow_remember(
    average: torch.Tensor | None, gram: torch.Tensor, decay: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The values, one number at a time."""
    pairs = zip(
        (gram if average is None else average).flatten().tolist(),
        gram.flatten().tolist(),
    )
    new = torch.tensor([decay * old + (1 - decay) * now for old, now in pairs]).view_as(
        gram
    )
    return new, new.clone()


def _average(average, gram, decay):
    """The new average with its graph."""
    return gram if average is None else decay * average + (1 - decay) * gram


def _remember_inputs(draw):
    channels = draw.integer(3, 4)
    return (
        None if draw.square else draw.normal(1, channels, channels),
        draw.normal(1, channels, channels),
        draw.choice([0.75, 0.8, 0.9]),
    )


def _first_is_itself(call, draw):
    _, gram, decay = _remember_inputs(draw)
    return all(same(part, gram) for part in call(None, gram, decay))


REMEMBER = Exercise(
    "6.5",
    "A Gram matrix with a memory",
    "remember",
    remember,
    slow_remember,
    _remember_inputs,
    gradient=(1,),
    withheld=("dputils.style.gram:MovingAverageGram",),
    misconceptions=(
        Misconception(
            "the average begins at zero, far too small, and every view is "
            "told to make more of everything. Without an average (None) "
            "begin with this view's matrix",
            lambda a, g, d: remember(torch.zeros_like(g) if a is None else a, g, d),
        ),
        Misconception(
            "decay and 1 - decay are swapped: decay is the share of the *old* average",
            lambda a, g, d: remember(a, g, 1 - d),
        ),
        Misconception(
            "the loss sees this view's matrix only. "
            "It should see the value of the new average",
            lambda a, g, d: (g, remember(a, g, d)[1]),
        ),
        Misconception(
            "the gradient is damped by 1 - decay, since this view is only "
            "that share of the average. With gram + (average - "
            "gram).detach() it is not",
            lambda a, g, d: (_average(a, g, d), _average(a, g, d).detach()),
        ),
        Misconception(
            "the gradient is damped by 1 - decay, and the new average hangs "
            "on this view's graph. Detach the average; with gram + (average "
            "- gram).detach() the gradient is not damped",
            lambda a, g, d: (_average(a, g, d), _average(a, g, d)),
        ),
        Misconception(
            "what is kept hangs on this view's graph, so that memory grows "
            "with every step. Detach the new average",
            lambda a, g, d: (remember(a, g, d)[0], _average(a, g, d)),
        ),
        Misconception(
            "no gradient reaches this view's matrix: everything is detached",
            lambda a, g, d: (_average(a, g, d).detach(), _average(a, g, d).detach()),
        ),
        Misconception(
            "the wrong term is detached: gram comes with a minus sign, "
            "so every view is pushed the wrong way",
            lambda a, g, d: (
                _average(a, g, d).detach() + (g.detach() - g),
                remember(a, g, d)[1],
            ),
        ),
        Misconception(
            "the wrong term is detached: the gradient comes through gram and "
            "through the average, which makes 1 + (1 - decay)",
            lambda a, g, d: (g + _average(a, g, d) - g.detach(), remember(a, g, d)[1]),
        ),
    ),
    laws=(
        Law(
            "the first view is seen as it is and becomes the average", _first_is_itself
        ),
    ),
)

EXERCISES = [PLACE, SAMPLE, TEXTURE_GRADIENT, SEEN_GRAM, REMEMBER]
EXPERIMENTS = [
    Experiment("6.6", "How long should it remember?", SWEEP_RUBRIC),
    Experiment("6.7", "An idea of your own", OWN_IDEA_RUBRIC),
]
