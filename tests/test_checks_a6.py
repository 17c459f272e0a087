"""Assignment 6: solutions that students write, right and wrong."""

import torch
from checks_bank import bank, right, wrong

# ---- 6.1 place ----------------------------------------------------------------------


@right("6.1")
def unbound(uv, height, width):
    u, v = uv.unbind(1)
    return torch.stack((height - v * height - 0.5, u * width - 0.5), dim=-1)


@right("6.1")
def flipped_and_scaled(uv, height, width):
    top_down = torch.stack([1 - uv[:, 1], uv[:, 0]], dim=1)
    return top_down * torch.tensor([height, width]) - 0.5


@wrong("6.1", "v is not flipped")
def upside_down(uv, height, width):
    return torch.stack([uv[:, 1] * height - 0.5, uv[:, 0] * width - 0.5], dim=1)


@wrong("6.1", "off by half a texel")
def from_corners(uv, height, width):
    return torch.stack([(1 - uv[:, 1]) * height, uv[:, 0] * width], dim=1)


@wrong("6.1", "size - 1")
def aligned_corners(uv, height, width):
    return torch.stack([(1 - uv[:, 1]) * (height - 1), uv[:, 0] * (width - 1)], dim=1)


@wrong("6.1", "height and width are swapped")
def sizes_swapped(uv, height, width):
    return torch.stack([(1 - uv[:, 1]) * width - 0.5, uv[:, 0] * height - 0.5], dim=1)


@wrong("6.1", "rows and columns are swapped")
def column_first(uv, height, width):
    return torch.stack([uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5], dim=1)


@wrong("6.1", "rounded")
def whole_texels(uv, height, width):
    return torch.stack(
        [(1 - uv[:, 1]) * height - 0.5, uv[:, 0] * width - 0.5], dim=1
    ).round()


# ---- 6.2 sample --------------------------------------------------------------------


def four(
    texture, places, floor=torch.floor, wrap=lambda k, n: k % n, then=lambda k, n: k % n
):
    """The four texels (C, P) around each place and the shares, with what may be done
    wrong.
    """
    height, width = texture.shape[1:]
    first = floor(places)
    down, across = (places - first).T
    top, left = first.long().T
    bottom, after = then(top + 1, height), then(left + 1, width)
    top, left = wrap(top, height), wrap(left, width)
    found = (
        texture[:, top, left],
        texture[:, top, after],
        texture[:, bottom, left],
        texture[:, bottom, after],
    )
    return *found, down, across


@right("6.2")
def by_hand(texture, places):
    a, b, c, d, down, across = four(texture, places)
    return (
        (a * (1 - across) + b * across) * (1 - down)
        + (c * (1 - across) + d * across) * down
    ).T


@right("6.2")
def with_lerps(texture, places):
    a, b, c, d, down, across = four(texture, places)
    return torch.lerp(
        torch.lerp(a, b, across), torch.lerp(c, d, across), down
    ).transpose(0, 1)


@right("6.2")
def one_by_one(texture, places):
    _, height, width = texture.shape
    colours = []
    for row, column in places.tolist():
        top, left = int(row // 1), int(column // 1)
        y, x = row - top, column - left
        colours.append(
            texture[:, top % height, left % width] * (1 - y) * (1 - x)
            + texture[:, top % height, (left + 1) % width] * (1 - y) * x
            + texture[:, (top + 1) % height, left % width] * y * (1 - x)
            + texture[:, (top + 1) % height, (left + 1) % width] * y * x
        )
    return torch.stack(colours)


@wrong("6.2", "clamps to the edge")
def clamped(texture, places):
    def clamp(k, n):
        return k.clamp(0, n - 1)

    a, b, c, d, down, across = four(texture, places, wrap=clamp, then=clamp)
    return torch.lerp(torch.lerp(a, b, across), torch.lerp(c, d, across), down).T


@wrong("6.2", "neighbours are not wrapped")
def neighbours_clamped(texture, places):
    a, b, c, d, down, across = four(
        texture, places, then=lambda k, n: k.clamp(0, n - 1)
    )
    return torch.lerp(torch.lerp(a, b, across), torch.lerp(c, d, across), down).T


@wrong("6.2", "nearest texel")
def nearest(texture, places):
    row, column = places.round().long().T
    return texture[:, row % texture.shape[1], column % texture.shape[2]].T


@wrong("6.2", "upper left texel only")
def first_corner(texture, places):
    return four(texture, places)[0].T


@wrong("6.2", "cut off towards 0", "floor")
def truncated(texture, places):
    a, b, c, d, down, across = four(texture, places, floor=lambda p: p.long())
    return torch.lerp(torch.lerp(a, b, across), torch.lerp(c, d, across), down).T


@wrong("6.2", "weights are exchanged")
def far_counts_more(texture, places):
    a, b, c, d, down, across = four(texture, places)
    return torch.lerp(torch.lerp(b, a, across), torch.lerp(d, c, across), 1 - down).T


@wrong("6.2", "rows and columns are swapped")
def columns_first(texture, places):
    a, b, c, d, down, across = four(texture, places.flip(1))
    return torch.lerp(torch.lerp(a, b, across), torch.lerp(c, d, across), down).T


@wrong("6.2", "flattened texture", "row · width + column")
def stride_of_height(texture, places):
    channels, height, width = texture.shape
    first = places.floor()
    down, across = (places - first).T
    top, left = first.long().T
    result = 0
    for dy, wy in ((0, 1 - down), (1, down)):
        for dx, wx in ((0, 1 - across), (1, across)):
            number = (top + dy) % height * height + (left + dx) % width
            result = result + texture.reshape(channels, -1)[:, number] * wy * wx
    return result.T


@wrong("6.2", "gradient", "cut off")
def detached_texture(texture, places):
    a, b, c, d, down, across = four(torch.tensor(texture.tolist()), places)
    return torch.lerp(torch.lerp(a, b, across), torch.lerp(c, d, across), down).T


@wrong("6.2", "the last two axes")
def channels_first(texture, places):
    a, b, c, d, down, across = four(texture, places)
    return torch.lerp(torch.lerp(a, b, across), torch.lerp(c, d, across), down)


# ---- 6.3 texture_gradient ----------------------------------------------------------


@right("6.3")
def automatic(pushes, places, height, width):
    texture = torch.zeros(pushes.shape[1], height, width, requires_grad=True)
    (by_hand(texture, places) * pushes).sum().backward()
    return texture.grad


@right("6.3")
def in_a_loop(pushes, places, height, width):
    gradient = torch.zeros(pushes.shape[1], height, width)
    for push, (row, column) in zip(pushes, places.tolist()):
        top, left = int(row // 1), int(column // 1)
        for y, down in ((top, 1 - row + top), (top + 1, row - top)):
            for x, across in ((left, 1 - column + left), (left + 1, column - left)):
                gradient[:, y % height, x % width] += push * down * across
    return gradient


def put(pushes, places, height, width, how):
    """Each corner in turn; `how(gradient, row, column, values)` does the adding."""
    gradient = torch.zeros(pushes.shape[1], height, width)
    first = places.floor()
    down, across = (places - first).T
    top, left = first.long().T
    for dy, wy in ((0, 1 - down), (1, down)):
        for dx, wx in ((0, 1 - across), (1, across)):
            how(
                gradient,
                (top + dy) % height,
                (left + dx) % width,
                (pushes * (wy * wx)[:, None]).T,
            )
    return gradient


@right("6.3")
def index_put(pushes, places, height, width):
    def add(gradient, row, column, values):
        for channel, value in zip(gradient, values):
            channel.index_put_((row, column), value, accumulate=True)

    return put(pushes, places, height, width, add)


@wrong("6.3", "overwrite each other")
def plus_equals(pushes, places, height, width):
    def add(gradient, row, column, values):
        gradient[:, row, column] += values

    return put(pushes, places, height, width, add)


@wrong("6.3", "full push")
def unweighted(pushes, places, height, width):
    texture = torch.zeros(pushes.shape[1], height, width, requires_grad=True)
    a, b, c, d, _, _ = four(texture, places)
    ((a + b + c + d).T * pushes).sum().backward()
    return texture.grad


@wrong("6.3", "only the nearest")
def to_the_nearest(pushes, places, height, width):
    row, column = places.round().long().T
    gradient = torch.zeros(pushes.shape[1], height * width)
    gradient.index_add_(1, row % height * width + column % width, pushes.T)
    return gradient.view(-1, height, width)


@wrong("6.3", "averaged", "add up")
def mean_push(pushes, places, height, width):
    weight = automatic(torch.ones(len(pushes), 1), places, height, width)
    return torch.where(
        weight > 0, automatic(pushes, places, height, width) / weight, 0.0
    )


@wrong("6.3", "clamps to the edge")
def stops_at_the_edge(pushes, places, height, width):
    texture = torch.zeros(pushes.shape[1], height, width, requires_grad=True)
    (clamped(texture, places) * pushes).sum().backward()
    return texture.grad


@wrong("6.3", "rows and columns are swapped")
def gradient_turned(pushes, places, height, width):
    return automatic(pushes, places.flip(1), height, width)


# ---- 6.4 seen_gram -----------------------------------------------------------------


@right("6.4")
def with_einsum(features, covered):
    return torch.einsum(
        "nihw,njhw,nhw->nij", features, features, covered[:, 0]
    ) / covered.sum((1, 2, 3)).view(-1, 1, 1)


@right("6.4")
def square_root_on_both(features, covered):
    flat = (features * covered.sqrt()).flatten(2)
    return flat @ flat.transpose(1, 2) / covered.flatten(1).sum(1)[:, None, None]


@right("6.4")
def picture_after_picture(features, covered):
    grams = []
    for f, c in zip(features.flatten(2), covered.flatten(2)):
        grams.append((f * c) @ f.T / c.sum())
    return torch.stack(grams)


@wrong("6.4", "background counts")
def plain_gram(features, covered):
    flat = features.flatten(2)
    return flat @ flat.mT / flat.shape[-1]


@wrong("6.4", "divided by all places")
def over_everything(features, covered):
    flat = features.flatten(2)
    return (flat * covered.flatten(2)) @ flat.mT / flat.shape[-1]


@wrong("6.4", "not divided")
def raw_sum(features, covered):
    return torch.einsum("nihw,njhw->nij", features * covered, features)


@wrong("6.4", "squared")
def covered_twice(features, covered):
    flat = (features * covered).flatten(2)
    return flat @ flat.mT / covered.flatten(2).sum(2, keepdim=True)


@wrong("6.4", "batch is mixed")
def mean_area(features, covered):
    flat = features.flatten(2)
    return (flat * covered.flatten(2)) @ flat.mT / (covered.sum() / len(covered))


# ---- 6.5 remember ------------------------------------------------------------------


@right("6.5")
def with_no_grad(average, gram, decay):
    with torch.no_grad():
        new = gram.clone() if average is None else torch.lerp(gram, average, decay)
        difference = new - gram
    return gram + difference, new


@right("6.5")
def detach_the_difference(average, gram, decay):
    if average is None:
        return gram, gram.detach()
    new = decay * average + (1 - decay) * gram
    return gram + (new - gram).detach(), new.detach()


@wrong("6.5", "begins at zero")
def from_zero(average, gram, decay):
    if average is None:
        average = torch.zeros_like(gram)
    new = (decay * average + (1 - decay) * gram).detach()
    return gram + (new - gram).detach(), new


@wrong("6.5", "decay and 1 - decay are swapped")
def swapped_shares(average, gram, decay):
    new = (
        gram.detach()
        if average is None
        else ((1 - decay) * average + decay * gram).detach()
    )
    return gram + (new - gram).detach(), new


@wrong("6.5", "this view's matrix only")
def forgetful(average, gram, decay):
    new = (
        gram.detach()
        if average is None
        else (decay * average + (1 - decay) * gram).detach()
    )
    return gram, new


@wrong("6.5", "damped by 1 - decay")
def through_the_average(average, gram, decay):
    new = gram if average is None else decay * average + (1 - decay) * gram
    return new, new.detach()


@wrong("6.5", "damped", "hangs on this view's graph")
def nothing_detached(average, gram, decay):
    new = gram if average is None else decay * average + (1 - decay) * gram
    return new, new


@wrong("6.5", "hangs on this view's graph", "memory grows")
def graph_kept(average, gram, decay):
    new = gram if average is None else decay * average + (1 - decay) * gram
    return gram + (new - gram).detach(), new


@wrong("6.5", "no gradient reaches")
def all_detached(average, gram, decay):
    new = (
        gram.detach()
        if average is None
        else (decay * average + (1 - decay) * gram).detach()
    )
    return new, new


@wrong("6.5", "wrong term", "minus sign")
def wrong_sign(average, gram, decay):
    new = gram if average is None else decay * average + (1 - decay) * gram
    return new.detach() - (gram - gram.detach()), new.detach()


@wrong("6.5", "wrong term", "1 + (1 - decay)")
def twice(average, gram, decay):
    new = gram if average is None else decay * average + (1 - decay) * gram
    return gram + (new - gram.detach()), new.detach()


test_right_ones_pass, test_wrong_ones_are_named = bank("6.")
