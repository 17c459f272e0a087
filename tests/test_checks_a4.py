"""Assignment 4: solutions that students write, right and wrong."""

import math

import torch
from checks_bank import bank, right, wrong

ROOT = math.sqrt(3)

# ---- 4.1 grid -----------------------------------------------------------------------


@right("4.1")
def with_meshgrid(height, width):
    y = ((torch.arange(height) + 0.5) / height * 2 - 1) * ROOT
    x = ((torch.arange(width) + 0.5) / width * 2 - 1) * ROOT
    y, x = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([x, y]).unsqueeze(0)


@right("4.1")
def with_linspace(height, width):
    x = (
        torch.linspace(-ROOT * (1 - 1 / width), ROOT * (1 - 1 / width), width)
        .view(1, width)
        .expand(height, width)
    )
    y = (
        torch.linspace(-ROOT * (1 - 1 / height), ROOT * (1 - 1 / height), height)
        .view(height, 1)
        .expand(height, width)
    )
    return torch.stack((x, y), 0)[None]


def axis(count, low=-ROOT, high=ROOT):
    return low + (high - low) * (torch.arange(count) + 0.5) / count


def crossed(x, y):
    return torch.stack([x[None].expand(len(y), -1), y[:, None].expand(-1, len(x))])[
        None
    ]


@wrong("4.1", "outermost middles lie on the edges")
def corners_on_edges(height, width):
    return crossed(
        torch.linspace(-ROOT, ROOT, width), torch.linspace(-ROOT, ROOT, height)
    )


@wrong("4.1", "x and y are swapped")
def y_first(height, width):
    return torch.stack(torch.meshgrid(axis(height), axis(width), indexing="ij"))[None]


@wrong("4.1", "height and width are swapped")
def sizes_swapped(height, width):
    return crossed(axis(height), axis(width))


@wrong("4.1", "y grows upwards")
def mathematical(height, width):
    return crossed(axis(width), axis(height).flip(0))


@wrong("4.1", "±1")
def unit_square(height, width):
    return crossed(axis(width, -1, 1), axis(height, -1, 1))


@wrong("4.1", "half a pixel")
def from_the_left_edges(height, width):
    return crossed(
        torch.arange(width) / width * 2 * ROOT - ROOT,
        torch.arange(height) / height * 2 * ROOT - ROOT,
    )


# ---- 4.2 activate ------------------------------------------------------------------


@right("4.2")
def concatenated(z):
    odd = z.atan()
    return torch.cat((odd / 0.67, odd.square() / 0.6), dim=1)


@right("4.2")
def stacked(z):
    u = torch.arctan(z)
    return torch.stack([u / 0.67, u * u / 0.6], dim=1).flatten(1, 2)


@wrong("4.2", "not scaled")
def unscaled(z):
    u = torch.atan(z)
    return torch.cat([u, u * u], 1)


@wrong("4.2", "square is inside")
def atan_of_square(z):
    return torch.cat([torch.atan(z) / 0.67, torch.atan(z * z) / 0.6], 1)


@wrong("4.2", "wrong order")
def even_first(z):
    u = torch.atan(z)
    return torch.cat([u * u / 0.6, u / 0.67], 1)


@wrong("4.2", "interleaved")
def alternating(z):
    u = torch.atan(z)
    return torch.stack([u / 0.67, u * u / 0.6], dim=2).flatten(1, 2)


@wrong("4.2", "0.6²", "scaled atan was squared")
def square_of_scaled(z):
    u = torch.atan(z) / 0.67
    return torch.cat([u, u * u], 1)


@wrong("4.2", "tanh")
def other_curve(z):
    u = z.tanh()
    return torch.cat([u / 0.67, u * u / 0.6], 1)


@wrong("4.2", "added up", "side by side")
def summed(z):
    u = torch.atan(z)
    return u / 0.67 + u * u / 0.6


@wrong("4.2", "shape is")
def along_the_points(z):
    u = torch.atan(z)
    return torch.cat([u / 0.67, u * u / 0.6], -1)


@wrong("4.2", "gradient", "cut off")
def frozen(z):
    with torch.no_grad():
        u = torch.atan(z)
    return torch.cat([u / 0.67, u * u / 0.6], 1)


# ---- 4.3 scaled --------------------------------------------------------------------


@right("4.3")
def in_a_loop(normals):
    weights = []
    for layer in normals:
        weights.append(layer / math.sqrt(layer.size(1)))
    weights[-1] = weights[-1] * 0
    return tuple(weights)


@right("4.3")
def with_rsqrt(normals):
    *hidden, last = normals
    return tuple(
        [w * torch.tensor(w.shape[-1]).rsqrt() for w in hidden]
        + [torch.zeros(last.shape)]
    )


@wrong("4.3", "number of inputs")
def by_inputs(normals):
    return (*[w / w.shape[1] for w in normals[:-1]], normals[-1] * 0)


@wrong("4.3", "number of outputs")
def by_outputs(normals):
    return (*[w / math.sqrt(len(w)) for w in normals[:-1]], normals[-1] * 0)


@wrong("4.3", "last layer is not zero")
def random_art(normals):
    return tuple(w / math.sqrt(w.shape[1]) for w in normals)


@wrong("4.3", "He's")
def kaiming(normals):
    return (*[w * math.sqrt(2 / w.shape[1]) for w in normals[:-1]], normals[-1] * 0)


@wrong("4.3", "hidden weights are not scaled")
def plain_normal(normals):
    return (*normals[:-1], torch.zeros_like(normals[-1]))


@wrong("4.3", "first layer is zero")
def wrong_end(normals):
    weights = [w / math.sqrt(w.shape[1]) for w in normals]
    weights[0] = torch.zeros_like(weights[0])
    return tuple(weights)


@wrong("4.3", "a tuple of")
def only_the_hidden(normals):
    return tuple(w / math.sqrt(w.shape[1]) for w in normals[:-1])


# ---- 4.4 paint ---------------------------------------------------------------------


def two_faces(z, dim=1):
    u = torch.atan(z)
    return torch.cat([u / 0.67, u * u / 0.6], dim)


@right("4.4")
def as_convolutions(coordinates, weights, biases):
    x = coordinates
    for weight, bias in zip(weights[:-1], biases[:-1]):
        x = two_faces(torch.nn.functional.conv2d(x, weight[:, :, None, None], bias))
    return torch.sigmoid(
        torch.nn.functional.conv2d(x, weights[-1][:, :, None, None], biases[-1])
    )


@right("4.4")
def pixels_as_a_batch(coordinates, weights, biases):
    height, width = coordinates.shape[2:]
    x = coordinates[0].permute(1, 2, 0).reshape(-1, 2)
    for k in range(len(weights)):
        x = torch.nn.functional.linear(x, weights[k], biases[k])
        if k < len(weights) - 1:
            x = two_faces(x)
    return 1 / (1 + torch.exp(-x.T.reshape(1, -1, height, width)))


def layers(coordinates, weights, biases, last=torch.sigmoid, hidden=two_faces):
    x = coordinates.flatten(2)
    for weight, bias in zip(weights[:-1], biases[:-1]):
        x = hidden(weight @ x + bias.view(-1, 1))
    return last(weights[-1] @ x + biases[-1].view(-1, 1)).view(
        1, -1, *coordinates.shape[2:]
    )


@wrong("4.4", "no sigmoid")
def unbounded(coordinates, weights, biases):
    return layers(coordinates, weights, biases, last=lambda z: z)


@wrong("4.4", "hidden activation as well")
def activated_twice(coordinates, weights, biases):
    return layers(
        coordinates, weights, biases, last=lambda z: torch.sigmoid(two_faces(z))
    )


@wrong("4.4", "biases are left out")
def without_biases(coordinates, weights, biases):
    return layers(coordinates, weights, [0 * bias for bias in biases])


@wrong("4.4", "tanh at the end")
def ends_with_tanh(coordinates, weights, biases):
    return layers(coordinates, weights, biases, last=torch.tanh)


@wrong("4.4", "normalized")
def with_instance_norm(coordinates, weights, biases):
    def hidden(z):
        return two_faces(
            (z - z.mean(2, keepdim=True))
            / (z.var(2, unbiased=False, keepdim=True) + 1e-5).sqrt()
        )

    return layers(coordinates, weights, biases, hidden=hidden)


@wrong("4.4", "rows and columns of the picture are mixed up")
def wrong_reshape(coordinates, weights, biases):
    flat = layers(coordinates, weights, biases).flatten(2)
    height, width = coordinates.shape[2:]
    return flat.view(1, 3, width, height).permute(0, 1, 3, 2)


@wrong("4.4", "x and y are swapped")
def y_before_x(coordinates, weights, biases):
    return layers(coordinates[:, [1, 0]], weights, biases)


@wrong("4.4", "gradient", "cut off")
def nothing_to_learn(coordinates, weights, biases):
    return layers(coordinates, [w.data for w in weights], [b.data for b in biases])


@wrong("4.4", "gradient", "biases")
def constant_biases(coordinates, weights, biases):
    return layers(coordinates, weights, [torch.tensor(b.tolist()) for b in biases])


# ---- 4.5 between -------------------------------------------------------------------


@right("4.5")
def lerps(first, second, t, exaggeration):
    share = 0.5 - 0.5 * math.cos(math.pi * t)
    factor = 1 + exaggeration * share * (1 - share)
    return tuple(torch.lerp(a, b, share) * factor for a, b in zip(first, second))


@right("4.5")
def with_a_list(first, second, t, exaggeration):
    s = torch.sin(torch.tensor(math.pi * t / 2)) ** 2
    result = []
    for a, b in zip(first, second):
        mean = a + s * (b - a)
        result.append(mean + exaggeration * s * (1 - s) * mean)
    return tuple(result)


def mixture(first, second, share, factor):
    return tuple(((1 - share) * a + share * b) * factor for a, b in zip(first, second))


def eased(t):
    return (1 - math.cos(math.pi * t)) / 2


@wrong("4.5", "not eased")
def straight(first, second, t, exaggeration):
    return mixture(first, second, t, 1 + exaggeration * t * (1 - t))


@wrong("4.5", "turned round")
def backwards(first, second, t, exaggeration):
    return mixture(
        second, first, eased(t), 1 + exaggeration * eased(t) * (1 - eased(t))
    )


@wrong("4.5", "exaggeration is left out")
def plain_mean(first, second, t, exaggeration):
    return mixture(first, second, eased(t), 1)


@wrong("4.5", "exaggeration uses t")
def mixed_clocks(first, second, t, exaggeration):
    return mixture(first, second, eased(t), 1 + exaggeration * t * (1 - t))


@wrong("4.5", "replaces the factor 1")
def vanishes_at_the_ends(first, second, t, exaggeration):
    return mixture(first, second, eased(t), exaggeration * eased(t) * (1 - eased(t)))


@wrong("4.5", "enlarges the ends")
def always_larger(first, second, t, exaggeration):
    return mixture(first, second, eased(t), 1 + exaggeration)


@wrong("4.5", "twice the angle")
def full_turn(first, second, t, exaggeration):
    s = (1 - math.cos(2 * math.pi * t)) / 2
    return mixture(first, second, s, 1 + exaggeration * s * (1 - s))


@wrong("4.5", "a tuple of")
def only_one(first, second, t, exaggeration):
    for a, b in zip(first, second):
        return torch.lerp(a, b, eased(t))


test_right_ones_pass, test_wrong_ones_are_named = bank("4.")
