"""Assignment 2: films whose frames share what they show."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ..diagnosis import same
from ..exercises import (
    OWN_IDEA_RUBRIC,
    SWEEP_RUBRIC,
    Exercise,
    Experiment,
    Law,
    Misconception,
)

# ---- 2.1 -----------------------------------------------------------------------------


def interpolation_objective(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Sum over frames of (1 - t) first + t second, both `(B,)`.

    t goes from 0 at the first frame to 1 at the last.
    """
    t = torch.linspace(0, 1, len(first))
    return ((1 - t) * first + t * second).sum()


def slow_interpolation_objective(
    first: torch.Tensor, second: torch.Tensor
) -> torch.Tensor:
    """The same, one frame at a time."""
    last = len(first) - 1
    return torch.tensor(
        sum(
            (1 - k / last) * float(first[k].detach())
            + k / last * float(second[k].detach())
            for k in range(len(first))
        )
    )


def _responses(draw):
    frames = draw.integer(4, 7)
    return draw.uniform(frames, low=0.5, high=3), draw.uniform(frames, low=0.5, high=3)


def _blend(t):
    """An objective whose weights are `t(number of frames)`."""
    return lambda a, b: ((1 - t(len(a))) * a + t(len(a)) * b).sum()


def _backwards(call, draw):
    first, second = _responses(draw)
    return same(call(second.flip(0), first.flip(0)), call(first, second))


OBJECTIVE = Exercise(
    "2.1",
    "From one thing to another",
    "interpolation_objective",
    interpolation_objective,
    slow_interpolation_objective,
    _responses,
    gradient=(0, 1),
    misconceptions=(
        Misconception(
            "t is k / B and never reaches 1: "
            "the last frame is not all of the second thing. Divide by B - 1",
            _blend(lambda n: torch.arange(n) / n),
        ),
        Misconception(
            "t is (k + 1) / B and does not start at 0: "
            "the first frame is not all of the first thing",
            _blend(lambda n: (torch.arange(n) + 1) / n),
        ),
        Misconception(
            "t is taken at the middle of each frame, (k + 1/2) / B; "
            "the ends should be 0 and 1",
            _blend(lambda n: (torch.arange(n) + 0.5) / n),
        ),
        Misconception(
            "the two are swapped: the film runs from the second thing to the first",
            _blend(lambda n: torch.linspace(1, 0, n)),
        ),
        Misconception(
            "every frame wants half of both; the weights have to change along the film",
            _blend(lambda n: torch.full((n,), 0.5)),
        ),
        Misconception(
            "every frame wants all of both: the weights are missing",
            lambda a, b: (a + b).sum(),
        ),
        Misconception(
            "the frames are averaged instead of added: "
            "a longer film has a weaker gradient for each frame",
            lambda a, b: interpolation_objective(a, b) / len(a),
        ),
        Misconception(
            "only the two end frames count; the ones between them want something too",
            lambda a, b: a[0] + b[-1],
        ),
    ),
    laws=(
        Law(
            "a film run backwards, with its two things exchanged, is as good",
            _backwards,
        ),
    ),
)

# ---- 2.2 -----------------------------------------------------------------------------


def stretch(low: torch.Tensor, frames: int) -> torch.Tensor:
    """A film `(frames, C, H, W)` by linear interpolation of pictures `(n, C, H, W)`.

    There are at least 2, and the film begins and ends with the first and the last.
    """
    position = torch.linspace(0, len(low) - 1, frames)
    below = position.floor().long().clamp(max=len(low) - 2)
    t = (position - below).view(-1, 1, 1, 1)
    return (1 - t) * low[below] + t * low[below + 1]


def slow_stretch(low: torch.Tensor, frames: int) -> torch.Tensor:
    """The same, one frame at a time."""
    film = []
    for k in range(frames):
        where = k * (len(low) - 1) / (frames - 1)
        before = min(math.floor(where), len(low) - 2)
        film.append(low[before] + (where - before) * (low[before + 1] - low[before]))
    return torch.stack(film)


def _low_inputs(draw):
    height, width = draw.size(3, 5)
    return draw.normal(draw.integer(2, 4), 3, height, width), draw.integer(6, 9)


def _resized(mode, **options):
    """`F.interpolate` along the frames."""

    def film(low, frames):
        flat = low.flatten(1).T[:, None]
        return F.interpolate(flat, size=frames, mode=mode, **options)[:, 0].T.reshape(
            frames, *low.shape[1:]
        )

    return film


def _keeps_the_ends(call, draw):
    low, frames = _low_inputs(draw)
    film = call(low, frames)
    return same(film[0], low[0]) and same(film[-1], low[-1])


STRETCH = Exercise(
    "2.2",
    "Few pictures, many frames",
    "stretch",
    stretch,
    slow_stretch,
    _low_inputs,
    gradient=(0,),
    withheld=("dputils.images.bases:linear_resize",),
    misconceptions=(
        Misconception(
            "samples are taken at the middle of each frame "
            "(align_corners=False), so the first frames stand still, and so "
            "do the last. The ends of the film should be the first and the "
            "last picture",
            _resized("linear", align_corners=False),
        ),
        Misconception(
            "frames are repeated, not blended (nearest): the film jumps",
            _resized("nearest"),
        ),
        Misconception(
            "the film runs backwards", lambda low, frames: stretch(low, frames).flip(0)
        ),
        Misconception(
            "the position is k · n / frames, which never reaches the last "
            "picture; it is k · (n - 1) / (frames - 1)",
            lambda low, frames: _at(low, torch.arange(frames) * len(low) / frames),
        ),
        Misconception(
            "the position is k · (n - 1) / frames and never reaches the last picture; "
            "divide by frames - 1",
            lambda low, frames: _at(
                low, torch.arange(frames) * (len(low) - 1) / frames
            ),
        ),
        Misconception(
            "only the first and the last picture are used; "
            "those between them have their places in the film",
            lambda low, frames: stretch(low[[0, -1]], frames),
        ),
        Misconception(
            "the weights are swapped within each pair: the film jumps at every picture",
            lambda low, frames: _at(
                low, torch.linspace(0, len(low) - 1, frames), swap=True
            ),
        ),
        Misconception(
            "the pictures are cut off from the graph, so no gradient reaches them",
            lambda low, frames: stretch(low.detach(), frames),
        ),
    ),
    laws=(
        Law(
            "the film begins with the first picture and ends with the last",
            _keeps_the_ends,
        ),
    ),
)


def _at(low, position, swap=False):
    below = position.floor().long().clamp(max=len(low) - 2)
    t = (position - below).clamp(max=1).view(-1, 1, 1, 1)
    first, second = (
        (low[below + 1], low[below]) if swap else (low[below], low[below + 1])
    )
    return (1 - t) * first + t * second


# ---- 2.3 -----------------------------------------------------------------------------


def shared_plus_unique(
    unique: torch.Tensor, shared: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor:
    """Sigmoid of a film's own values `(B, 3, H, W)` plus blurry ones that all share.

    These are pictures `(1, 3, h, w)`.
    """
    return torch.sigmoid(unique + sum(_up(low, unique) for low in shared))


def _up(low, unique, mode="bilinear", size=None, **options):
    options = {"align_corners": False} | options if mode == "bilinear" else {}
    return F.interpolate(
        low, size=unique.shape[-2:] if size is None else size, mode=mode, **options
    )


def slow_shared_plus_unique(
    unique: torch.Tensor, shared: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor:
    """The same, one pixel at a time, each picture sampled at its pixels' middles."""
    total = unique.detach().clone()
    for low in shared:
        values, (height, width) = low[0].detach(), low.shape[-2:]
        for y in range(unique.shape[2]):
            for x in range(unique.shape[3]):
                row = min(
                    max((y + 0.5) * height / unique.shape[2] - 0.5, 0), height - 1
                )
                column = min(
                    max((x + 0.5) * width / unique.shape[3] - 0.5, 0), width - 1
                )
                top, left = int(row), int(column)
                down, right = min(top + 1, height - 1), min(left + 1, width - 1)
                v, u = row - top, column - left
                total[:, :, y, x] += (1 - v) * (
                    (1 - u) * values[:, top, left] + u * values[:, top, right]
                ) + v * ((1 - u) * values[:, down, left] + u * values[:, down, right])
    return 1 / (1 + torch.exp(-total))


def _levels(draw):
    height, width = (6, 6) if draw.square else draw.choice([(6, 8), (9, 6), (8, 10)])
    return draw.normal(draw.integer(2, 3), 3, height, width), (
        draw.normal(1, 3, 2, 3),
        draw.normal(1, 3, 4, 2),
    )


SHARED = Exercise(
    "2.3",
    "What all frames share",
    "shared_plus_unique",
    shared_plus_unique,
    slow_shared_plus_unique,
    _levels,
    gradient=(0, 1),
    misconceptions=(
        Misconception(
            "the sigmoid comes too early: parts are added first, "
            "and squashed once, or values leave [0, 1]",
            lambda u, s: (
                torch.sigmoid(u) + sum(torch.sigmoid(_up(low, u)) for low in s)
            ),
        ),
        Misconception(
            "the sigmoid is missing: the values are not yet colours in [0, 1]",
            lambda u, s: u + sum(_up(low, u) for low in s),
        ),
        Misconception(
            "the parts are averaged instead of added",
            lambda u, s: torch.sigmoid(
                (u + sum(_up(low, u) for low in s)) / (1 + len(s))
            ),
        ),
        Misconception(
            "only the first of the shared pictures is used",
            lambda u, s: shared_plus_unique(u, s[:1]),
        ),
        Misconception(
            "only the last of the shared pictures is used",
            lambda u, s: shared_plus_unique(u, s[-1:]),
        ),
        Misconception(
            "the shared pictures are not there: this is the unique part alone",
            lambda u, s: torch.sigmoid(u),
        ),
        Misconception(
            "the unique part is not there: all frames are the same",
            lambda u, s: torch.sigmoid(sum(_up(low, u) for low in s)).expand_as(u),
        ),
        Misconception(
            "the shared pictures are enlarged without blending (nearest), in blocks",
            lambda u, s: torch.sigmoid(u + sum(_up(low, u, "nearest") for low in s)),
        ),
        Misconception(
            "the shared pictures are stretched corner to corner "
            "(align_corners=True); sample at the middle of pixels, "
            "align_corners=False",
            lambda u, s: torch.sigmoid(
                u + sum(_up(low, u, align_corners=True) for low in s)
            ),
        ),
        Misconception(
            "height and width are swapped in the size of the enlarged pictures",
            lambda u, s: torch.sigmoid(
                u + sum(_up(low, u, size=u.shape[:-3:-1]) for low in s)
            ),
        ),
        Misconception(
            "the shared part is detached: "
            "no gradient reaches what the frames have in common",
            lambda u, s: shared_plus_unique(u, [low.detach() for low in s]),
        ),
        Misconception(
            "the unique part is detached: "
            "no gradient reaches what the frames do not share",
            lambda u, s: shared_plus_unique(u.detach(), s),
        ),
    ),
)

# ---- 2.4 -----------------------------------------------------------------------------


def alignment_penalty(features: torch.Tensor) -> torch.Tensor:
    """One number: mean squared difference of neighbouring features `(B, C, H, W)`."""
    return (features[1:] - features[:-1]).square().mean()


def slow_alignment_penalty(features: torch.Tensor) -> torch.Tensor:
    """The same, frame by frame."""
    values = features.detach().flatten(1).tolist()
    squares = [
        (a - b) ** 2
        for first, second in zip(values, values[1:])
        for a, b in zip(first, second)
    ]
    return torch.tensor(sum(squares) / len(squares))


def _film_features(draw):
    height, width = draw.size(3, 5)
    return (draw.normal(draw.integer(4, 6), draw.integer(2, 3), height, width),)


def _ignores_a_common_part(call, draw):
    (features,) = _film_features(draw)
    return same(call(features + draw.normal(1, *features.shape[1:])), call(features))


ALIGNMENT = Exercise(
    "2.4",
    "Or ask the frames to agree",
    "alignment_penalty",
    alignment_penalty,
    slow_alignment_penalty,
    _film_features,
    gradient=(0,),
    misconceptions=(
        Misconception(
            "the last frame is compared with the first as "
            "well (roll goes round); a film has two ends",
            lambda f: (f.roll(-1, 0) - f).square().mean(),
        ),
        Misconception(
            "the neighbours are taken along the height of a frame, not along the film",
            lambda f: (f[:, :, 1:] - f[:, :, :-1]).square().mean(),
        ),
        Misconception(
            "the neighbours are taken along the width of a frame, not along the film",
            lambda f: f.diff(dim=3).square().mean(),
        ),
        Misconception(
            "the neighbours are taken along the channels, not along the film",
            lambda f: f.diff(dim=1).square().mean(),
        ),
        Misconception(
            "the differences are not squared, only made positive",
            lambda f: f.diff(dim=0).abs().mean(),
        ),
        Misconception(
            "the squares are added instead of averaged",
            lambda f: f.diff(dim=0).square().sum(),
        ),
        Misconception(
            "the root is taken; the penalty is the mean square itself",
            lambda f: f.diff(dim=0).square().mean().sqrt(),
        ),
        Misconception(
            "every frame is compared with the first one; "
            "neighbours are to agree, the ends may differ",
            lambda f: (f[1:] - f[:1]).square().mean(),
        ),
        Misconception(
            "every frame is compared with the mean of all; "
            "neighbours are to agree, the ends may differ",
            lambda f: (f - f.mean(0)).square().mean(),
        ),
        Misconception(
            "the channels' means are compared, "
            "so the places in the picture do not matter any more",
            lambda f: f.mean((2, 3)).diff(dim=0).square().mean(),
        ),
        Misconception(
            "one of the two frames is detached, so one only follows the "
            "other and half of the gradient is lost",
            lambda f: (f[1:] - f[:-1].detach()).square().mean(),
        ),
        Misconception(
            "one of the two frames is detached, so one only follows the "
            "other and half of the gradient is lost",
            lambda f: (f[1:].detach() - f[:-1]).square().mean(),
        ),
    ),
    laws=(
        Law("what is added to all frames alike does not count", _ignores_a_common_part),
    ),
)

EXERCISES = [OBJECTIVE, STRETCH, SHARED, ALIGNMENT]
EXPERIMENTS = [
    Experiment("2.5", "How much should be shared?", SWEEP_RUBRIC),
    Experiment("2.6", "An idea of your own", OWN_IDEA_RUBRIC),
]
