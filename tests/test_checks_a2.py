"""Assignment 2: solutions that students write, right and wrong."""

import torch
import torch.nn.functional as F
from checks_bank import bank, right, wrong

# ---- 2.1 interpolation_objective ----------------------------------------------------


@right("2.1")
def in_a_loop(first, second):
    total = 0
    for k in range(len(first)):
        t = k / (len(first) - 1)
        total = total + (1 - t) * first[k] + t * second[k]
    return total


@right("2.1")
def by_lerp(first, second):
    return torch.lerp(first, second, torch.linspace(0, 1, first.shape[0])).sum()


@right("2.1")
def as_dot_products(first, second):
    t = torch.linspace(0, 1, len(first))
    return first @ (1 - t) + second @ t


@wrong("2.1", "never reaches 1")
def over_b(first, second):
    t = torch.arange(len(first)) / len(first)
    return ((1 - t) * first + t * second).sum()


@wrong("2.1", "does not start at 0")
def from_one(first, second):
    t = torch.arange(1, len(first) + 1) / len(first)
    return ((1 - t) * first + t * second).sum()


@wrong("2.1", "swapped")
def backwards(first, second):
    t = torch.linspace(0, 1, len(first))
    return (t * first + (1 - t) * second).sum()


@wrong("2.1", "half of both")
def half_and_half(first, second):
    return (first / 2 + second / 2).sum()


@wrong("2.1", "averaged instead of added")
def mean(first, second):
    return torch.lerp(first, second, torch.linspace(0, 1, len(first))).mean()


@wrong("2.1", "two end frames")
def ends_only(first, second):
    return first[0] + second[-1]


@wrong("2.1", "gradient")
def as_a_number(first, second):
    t = torch.linspace(0, 1, len(first))
    return torch.tensor(((1 - t) * first + t * second).sum().item())


@wrong("2.1", "shape")
def forgot_the_sum(first, second):
    return torch.lerp(first, second, torch.linspace(0, 1, len(first)))


# ---- 2.2 stretch -------------------------------------------------------------------


@right("2.2")
def one_frame_after_the_other(low, frames):
    film = []
    for k in range(frames):
        p = k * (len(low) - 1) / (frames - 1)
        i = min(int(p), len(low) - 2)
        film.append(torch.lerp(low[i], low[i + 1], p - i))
    return torch.stack(film)


@right("2.2")
def by_interpolate(low, frames):
    n, c, h, w = low.shape
    columns = low.reshape(n, -1).t().unsqueeze(0)
    return (
        F.interpolate(columns, size=frames, mode="linear", align_corners=True)[0]
        .t()
        .reshape(frames, c, h, w)
    )


@right("2.2")
def by_tents(low, frames):
    position = torch.linspace(0, len(low) - 1, frames)
    tents = (1 - (position[:, None] - torch.arange(len(low))).abs()).clamp(min=0)
    return torch.tensordot(tents, low, dims=1)


@wrong("2.2", "align_corners")
def at_the_middle(low, frames):
    n, c, h, w = low.shape
    columns = low.reshape(n, -1).t().unsqueeze(0)
    return (
        F.interpolate(columns, size=frames, mode="linear")[0]
        .t()
        .reshape(frames, c, h, w)
    )


@wrong("2.2", "nearest")
def repeated(low, frames):
    return low[torch.arange(frames) * len(low) // frames]


@wrong("2.2", "backwards")
def reversed_film(low, frames):
    return by_tents(low.flip(0), frames)


@wrong("2.2", "never reaches", "frames - 1")
def ends_too_early(low, frames):
    position = torch.arange(frames) * (len(low) - 1) / frames
    i = position.long()
    t = (position - i).view(-1, 1, 1, 1)
    return (1 - t) * low[i] + t * low[i + 1]


@wrong("2.2", "weights are swapped")
def weights_swapped(low, frames):
    position = torch.linspace(0, len(low) - 1, frames)
    i = position.long().clamp(max=len(low) - 2)
    t = (position - i).view(-1, 1, 1, 1)
    return t * low[i] + (1 - t) * low[i + 1]


@wrong("2.2", "cut off", "gradient")
def without_graph(low, frames):
    with torch.no_grad():
        return by_tents(low, frames)


@wrong("2.2", "IndexError")
def runs_over_the_end(low, frames):
    position = torch.linspace(0, len(low) - 1, frames)
    i = position.long()
    t = (position - i).view(-1, 1, 1, 1)
    return (1 - t) * low[i] + t * low[i + 1]


# ---- 2.3 shared_plus_unique --------------------------------------------------------


def larger(low, unique, **options):
    return F.interpolate(
        low, size=unique.shape[-2:], **({"mode": "bilinear"} | options)
    )


@right("2.3")
def with_sum(unique, shared):
    return (
        unique + sum(larger(low, unique, align_corners=False) for low in shared)
    ).sigmoid()


@right("2.3")
def enlarged_for_every_frame(unique, shared):
    parts = [unique] + [
        F.interpolate(
            low.repeat(len(unique), 1, 1, 1),
            size=(unique.shape[2], unique.shape[3]),
            mode="bilinear",
        )
        for low in shared
    ]
    return 1 / (1 + torch.exp(-torch.stack(parts).sum(0)))


@wrong("2.3", "sigmoid comes too early")
def squashed_each(unique, shared):
    return torch.sigmoid(unique) + sum(
        torch.sigmoid(larger(low, unique)) for low in shared
    )


@wrong("2.3", "sigmoid is missing")
def raw(unique, shared):
    return unique + sum(larger(low, unique) for low in shared)


@wrong("2.3", "averaged")
def mean_of_parts(unique, shared):
    parts = [unique, *(larger(low, unique).expand_as(unique) for low in shared)]
    return torch.sigmoid(torch.stack(parts).mean(0))


@wrong("2.3", "only the last")
def overwritten(unique, shared):
    for low in shared:
        total = unique + larger(low, unique)
    return torch.sigmoid(total)


@wrong("2.3", "nearest")
def blocks(unique, shared):
    return torch.sigmoid(
        unique + sum(larger(low, unique, mode="nearest") for low in shared)
    )


@wrong("2.3", "align_corners=True")
def corners(unique, shared):
    return torch.sigmoid(
        unique + sum(larger(low, unique, align_corners=True) for low in shared)
    )


@wrong("2.3", "height and width are swapped")
def size_swapped(unique, shared):
    height, width = unique.shape[3], unique.shape[2]
    return torch.sigmoid(
        unique
        + sum(
            F.interpolate(low, size=(height, width), mode="bilinear") for low in shared
        )
    )


@wrong("2.3", "shared part is detached")
def shared_detached(unique, shared):
    with torch.no_grad():
        common = sum(larger(low, unique) for low in shared)
    return torch.sigmoid(unique + common)


@wrong("2.3", "overwrites its own argument")
def in_place(unique, shared):
    for low in shared:
        unique += larger(low, unique)
    return torch.sigmoid(unique)


# ---- 2.4 alignment_penalty ---------------------------------------------------------


@right("2.4")
def by_diff(features):
    return torch.diff(features, dim=0).pow(2).mean()


@right("2.4")
def by_mse(features):
    return F.mse_loss(features[:-1], features[1:])


@right("2.4")
def pair_by_pair(features):
    pairs = [((a - b) ** 2).mean() for a, b in zip(features[:-1], features[1:])]
    return sum(pairs) / len(pairs)


@wrong("2.4", "roll", "two ends")
def rolled(features):
    return ((features - torch.roll(features, 1, dims=0)) ** 2).mean()


@wrong("2.4", "height of a frame")
def along_rows(features):
    return torch.diff(features, dim=2).pow(2).mean()


@wrong("2.4", "width of a frame")
def along_columns(features):
    return torch.diff(features).pow(2).mean()


@wrong("2.4", "not squared")
def absolute(features):
    return F.l1_loss(features[:-1], features[1:])


@wrong("2.4", "added instead of averaged")
def summed(features):
    return F.mse_loss(features[:-1], features[1:], reduction="sum")


@wrong("2.4", "mean of all")
def variance(features):
    return features.var(dim=0, correction=0).mean()


@wrong("2.4", "first one")
def to_the_first(features):
    return ((features[1:] - features[0]) ** 2).mean()


@wrong("2.4", "one of the two frames is detached")
def follows(features):
    return ((features[1:] - features[:-1].detach()) ** 2).mean()


@wrong("2.4", "root")
def root(features):
    return F.mse_loss(features[:-1], features[1:]).sqrt()


test_right_ones_pass, test_wrong_ones_are_named = bank("2.")
