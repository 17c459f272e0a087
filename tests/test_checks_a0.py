"""Assignment 0: solutions that students write, right and wrong."""

import torch
from checks_bank import bank, right, wrong

# ---- 0.1 saliency -------------------------------------------------------------------


@right("0.1")
def with_backward(score, images, labels):
    images.requires_grad_()
    score(images).gather(1, labels.view(-1, 1)).squeeze().sum().backward()
    return images.grad.abs().max(dim=1).values


@right("0.1")
def one_by_one(score, images, labels):
    maps = []
    for image, label in zip(images, labels):
        x = image[None].detach().requires_grad_()
        score(x)[0, label].backward()
        maps.append(x.grad[0].abs().max(0)[0])
    return torch.stack(maps)


@right("0.1")
def with_grad_outputs(score, images, labels):
    x = images.clone().requires_grad_()
    scores = score(x)
    one_hot = torch.nn.functional.one_hot(labels, scores.shape[1]).to(scores)
    (grad,) = torch.autograd.grad(scores, x, grad_outputs=one_hot)
    return torch.maximum(grad.amax(1), -grad.amin(1))


def gradient(score, images, choose):
    x = images.clone().requires_grad_()
    choose(score(x)).backward()
    return x.grad


def own(labels):
    return lambda scores: scores[range(len(labels)), labels].sum()


@wrong("0.1", "absolute value is missing")
def signed(score, images, labels):
    return gradient(score, images, own(labels)).max(1).values


@wrong("0.1", "signed channels are added")
def summed_signed(score, images, labels):
    return gradient(score, images, own(labels)).sum(1).abs()


@wrong("0.1", "averaged")
def channel_mean(score, images, labels):
    return gradient(score, images, own(labels)).abs().mean(1)


@wrong("0.1", "added instead of taking their maximum")
def channel_sum(score, images, labels):
    return gradient(score, images, own(labels)).abs().sum(1)


@wrong("0.1", "highest score", "label's own")
def of_the_winner(score, images, labels):
    return gradient(score, images, lambda z: z.max(1).values.sum()).abs().max(1).values


@wrong("0.1", "all scores together")
def of_everything(score, images, labels):
    return gradient(score, images, lambda z: z.sum()).abs().max(1).values


@wrong("0.1", "every label for every picture")
def indexed_wrongly(score, images, labels):
    return gradient(score, images, lambda z: z[:, labels].sum()).abs().max(1).values


@wrong("0.1", "softmax")
def of_the_probability(score, images, labels):
    return (
        gradient(score, images, lambda z: own(labels)(torch.softmax(z, 1)))
        .abs()
        .max(1)
        .values
    )


@wrong("0.1", "cross-entropy")
def of_the_loss(score, images, labels):
    loss = torch.nn.CrossEntropyLoss(reduction="sum")
    return gradient(score, images, lambda z: loss(z, labels)).abs().max(1).values


@wrong("0.1", "averaged over the batch")
def batch_mean(score, images, labels):
    return (
        gradient(score, images, lambda z: z[range(len(labels)), labels].mean())
        .abs()
        .max(1)
        .values
    )


@wrong("0.1", "shape")
def all_channels(score, images, labels):
    return gradient(score, images, own(labels)).abs()


# ---- 0.2 attack_step ---------------------------------------------------------------


@right("0.2")
def normalised(score, images, target, length):
    g = gradient(score, images, lambda z: z[:, target].sum())
    return images + length * torch.nn.functional.normalize(g.flatten(1), dim=1).view_as(
        g
    )


@right("0.2")
def by_square_root(score, images, target, length):
    g = gradient(score, images, lambda z: z[:, target].sum())
    return images + g * length / (g**2).sum(dim=(1, 2, 3), keepdim=True).sqrt()


@wrong("0.2", "squared norm")
def squared_norm(score, images, target, length):
    g = gradient(score, images, lambda z: z[:, target].sum())
    return images + length * g / (g**2).sum(dim=(1, 2, 3), keepdim=True)


@wrong("0.2", "whole batch")
def batch_norm(score, images, target, length):
    g = gradient(score, images, lambda z: z[:, target].sum())
    return images + length * g / torch.linalg.vector_norm(g)


@wrong("0.2", "not divided by its norm")
def raw_gradient(score, images, target, length):
    return images + length * gradient(score, images, lambda z: z[:, target].sum())


@wrong("0.2", "wrong way")
def away(score, images, target, length):
    g = gradient(score, images, lambda z: -z[:, target].sum())
    return images + length * g / g.flatten(1).norm(dim=1)[:, None, None, None]


@wrong("0.2", "sign of the gradient")
def fgsm(score, images, target, length):
    return images + length * torch.sign(
        gradient(score, images, lambda z: z[:, target].sum())
    )


@wrong("0.2", "highest score")
def towards_the_winner(score, images, target, length):
    g = gradient(score, images, lambda z: z.amax(1).sum())
    return images + length * g / g.flatten(1).norm(dim=1)[:, None, None, None]


@wrong("0.2", "step alone")
def only_the_change(score, images, target, length):
    g = gradient(score, images, lambda z: z[:, target].sum())
    return length * g / g.flatten(1).norm(dim=1)[:, None, None, None]


@wrong("0.2", "channels only")
def pixel_norm(score, images, target, length):
    g = gradient(score, images, lambda z: z[:, target].sum())
    return images + length * torch.nn.functional.normalize(g, dim=1)


# ---- 0.3 visualize -----------------------------------------------------------------


@right("0.3")
def with_zeroed_grads(score, start, label, steps, lr, l2):
    x = start.clone().requires_grad_()
    for _ in range(steps):
        x.grad = None
        (score(x)[0, label] - l2 * x.square().sum()).backward()
        with torch.no_grad():
            x += lr * x.grad
    return x.detach()


@right("0.3")
def with_an_optimizer(score, start, label, steps, lr, l2):
    x = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.SGD([x], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (l2 * (x * x).sum() - score(x)[0, label]).backward()
        optimizer.step()
    return x


@right("0.3")
def penalty_by_hand(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(score, x.detach(), lambda z: z[0, label]) - 2 * l2 * x)
    return x


@wrong("0.3", "earlier steps", "zero")
def never_zeroed(score, start, label, steps, lr, l2):
    x = start.clone().requires_grad_()
    for _ in range(steps):
        (score(x)[0, label] - l2 * x.square().sum()).backward()
        with torch.no_grad():
            x += lr * x.grad
    return x


@wrong("0.3", "learning rate is left out")
def penalty_outside(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * gradient(score, x, lambda z: z[0, label]) - 2 * l2 * x
    return x


@wrong("0.3", "factor 2")
def half_penalty(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(score, x, lambda z: z[0, label]) - l2 * x)
    return x


@wrong("0.3", "sign of the penalty")
def rewarded(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(score, x, lambda z: z[0, label]) + 2 * l2 * x)
    return x


@wrong("0.3", "downhill")
def descent(score, start, label, steps, lr, l2):
    x = start.clone().requires_grad_()
    for _ in range(steps):
        g = torch.autograd.grad(score(x)[0, label] - l2 * x.square().sum(), x)[0]
        x = (x - lr * g).detach().requires_grad_()
    return x


@wrong("0.3", "no penalty")
def unpunished(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * gradient(score, x, lambda z: z[0, label])
    return x


@wrong("0.3", "mean of the squares")
def mean_penalty(score, start, label, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        g = torch.autograd.grad(score(x)[0, label] - l2 * x.square().mean(), x)[0]
        x = x.detach() + lr * g
    return x


@wrong("0.3", "only one step")
def returns_inside_the_loop(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(score, x, lambda z: z[0, label]) - 2 * l2 * x)
        return x
    return x


@wrong("0.3", "Adam")
def climb_by_adam(score, start, label, steps, lr, l2):
    x = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.Adam([x], lr=lr, weight_decay=2 * l2)
    for _ in range(steps):
        optimizer.zero_grad()
        (-score(x)[0, label]).backward()
        optimizer.step()
    return x.detach()


@wrong("0.3", "momentum")
def climb_with_momentum(score, start, label, steps, lr, l2):
    x, speed = start, torch.zeros_like(start)
    for _ in range(steps):
        speed = 0.9 * speed + gradient(score, x, lambda z: z[0, label]) - 2 * l2 * x
        x = x + lr * speed
    return x


@wrong("0.3", "clamped")
def climb_in_range(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(score, x, lambda z: z[0, label]) - 2 * l2 * x)
        x = x.clip(-0.5, 0.5)
    return x


@wrong("0.3", "one step too many")
def climb_once_more(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps + 1):
        x = x + lr * (gradient(score, x, lambda z: z[0, label]) - 2 * l2 * x)
    return x


@wrong("0.3", "start, unchanged")
def climb_forgotten(score, start, label, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * (gradient(score, x, lambda z: z[0, label]) - 2 * l2 * x)
    return start


# ---- 0.4 shifted_gradient ----------------------------------------------------------


@right("0.4")
def rolled_back_by_hand(score, image, label, dy, dx):
    shifted = torch.roll(image, (dy, dx), (2, 3)).detach().requires_grad_()
    score(shifted)[0, label].backward()
    return torch.roll(shifted.grad, (-dy, -dx), (2, 3))


@right("0.4")
def two_rolls(score, image, label, dy, dx):
    x = image.clone().requires_grad_()
    score(x.roll(dy, 2).roll(dx, 3))[:, label].sum().backward()
    return x.grad


@wrong("0.4", "not shifted back")
def left_there(score, image, label, dy, dx):
    return gradient(score, image.roll((dy, dx), (2, 3)), lambda z: z[0, label])


@wrong("0.4", "forward once more")
def twice_forward(score, image, label, dy, dx):
    return gradient(score, image.roll((dy, dx), (2, 3)), lambda z: z[0, label]).roll(
        (dy, dx), (2, 3)
    )


@wrong("0.4", "not shifted at all")
def unmoved(score, image, label, dy, dx):
    return gradient(score, image, lambda z: z[0, label])


@wrong("0.4", "swapped", "height")
def axes_swapped(score, image, label, dy, dx):
    x = image.clone().requires_grad_()
    score(torch.roll(x, (dx, dy), (2, 3)))[0, label].backward()
    return x.grad


@wrong("0.4", "wrong sign")
def other_direction(score, image, label, dy, dx):
    x = image.clone().requires_grad_()
    score(torch.roll(x, (-dy, -dx), (2, 3)))[0, label].backward()
    return x.grad


# ---- 0.5 invert ---------------------------------------------------------------------


def error(features, x, wanted):
    return (features(x) - wanted).pow(2).sum() / wanted.pow(2).sum()


def down(x, objective):
    """The gradient of `objective(x)`, a student's usual lines."""
    x = x.clone().requires_grad_()
    objective(x).backward()
    return x.grad


@right("0.5")
def inverted_with_zeroed_grads(features, wanted, start, steps, lr, l2):
    x = start.clone().requires_grad_()
    for _ in range(steps):
        if x.grad is not None:
            x.grad.zero_()
        loss = torch.sum((features(x) - wanted) ** 2) / torch.sum(wanted**2)
        (loss + l2 * torch.sum(x**2)).backward()
        with torch.no_grad():
            x -= lr * x.grad
    return x.detach()


@right("0.5")
def inverted_with_an_optimizer(features, wanted, start, steps, lr, l2):
    x = torch.nn.Parameter(start.clone())
    # weight decay is the gradient of half a sum of squares
    optimizer = torch.optim.SGD([x], lr=lr, weight_decay=2 * l2)
    for _ in range(steps):
        optimizer.zero_grad()
        error(features, x, wanted).backward()
        optimizer.step()
    return x


@right("0.5")
def inverted_with_mse(features, wanted, start, steps, lr, l2):
    mse, x = torch.nn.functional.mse_loss, start
    for _ in range(steps):
        x = x.detach().requires_grad_()
        found = features(x)
        size = mse(wanted, torch.zeros_like(wanted))
        loss = mse(found, wanted) / size + l2 * x.square().sum()
        x = x - lr * torch.autograd.grad(loss, x)[0]
    return x.detach()


@wrong("0.5", "uphill")
def inverted_uphill(features, wanted, start, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x + lr * down(
            x,
            lambda y: error(features, y, wanted) + l2 * (y * y).sum(),
        )
    return x


@wrong("0.5", "earlier steps", "zero")
def inverted_without_zeroing(features, wanted, start, steps, lr, l2):
    x = start.clone().requires_grad_()
    for _ in range(steps):
        (error(features, x, wanted) + l2 * x.square().sum()).backward()
        with torch.no_grad():
            x -= lr * x.grad
    return x.detach()


@wrong("0.5", "gradient at the start")
def inverted_with_one_gradient(features, wanted, start, steps, lr, l2):
    grad = down(start, lambda y: error(features, y, wanted))
    x = start
    for _ in range(steps):
        x = x - lr * (grad + 2 * l2 * start)
    return x


@wrong("0.5", "not divided")
def inverted_without_size(features, wanted, start, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        loss = (features(x) - wanted).square().sum() + l2 * x.square().sum()
        x = (x - lr * torch.autograd.grad(loss, x)[0]).detach()
    return x


@wrong("0.5", "mean of squares")
def inverted_with_a_mean(features, wanted, start, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        loss = torch.nn.functional.mse_loss(features(x), wanted)
        x = (x - lr * torch.autograd.grad(loss + l2 * (x**2).sum(), x)[0]).detach()
    return x


@wrong("0.5", "found activations")
def inverted_by_the_found(features, wanted, start, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        found = features(x)
        loss = ((found - wanted) ** 2).sum() / (found**2).sum() + l2 * (x**2).sum()
        x = (x - lr * torch.autograd.grad(loss, x)[0]).detach()
    return x


@wrong("0.5", "ratio of norms")
def inverted_by_norms(features, wanted, start, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        loss = torch.dist(features(x), wanted) / wanted.norm() + l2 * (x**2).sum()
        x = (x - lr * torch.autograd.grad(loss, x)[0]).detach()
    return x


@wrong("0.5", "no penalty")
def inverted_without_penalty(features, wanted, start, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x - lr * down(x, lambda y: error(features, y, wanted))
    return x


@wrong("0.5", "factor 2")
def inverted_by_half_a_penalty(features, wanted, start, steps, lr, l2):
    x = start
    for _ in range(steps):
        slope = down(x, lambda y: error(features, y, wanted))
        x = x - lr * (slope + l2 * x)
    return x


@wrong("0.5", "one step too few")
def inverted_from_one_on(features, wanted, start, steps, lr, l2):
    x = start
    for _ in range(1, steps):
        slope = down(x, lambda y: error(features, y, wanted))
        x = x - lr * (slope + 2 * l2 * x)
    return x


@wrong("0.5", "after the first step the result is right, after step 2")
def inverted_with_a_falling_rate(features, wanted, start, steps, lr, l2):
    x = start
    for k in range(steps):
        slope = down(x, lambda y: error(features, y, wanted))
        x = x - lr / (k + 1) * (slope + 2 * l2 * x)
    return x


@wrong("0.5", "Adam")
def inverted_by_adam(features, wanted, start, steps, lr, l2):
    x = start.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([x], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (error(features, x, wanted) + l2 * (x**2).sum()).backward()
        optimizer.step()
    return x.detach()


@wrong("0.5", "Adam")
def inverted_by_adam_with_decay(features, wanted, start, steps, lr, l2):
    x = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.Adam([x], lr, weight_decay=2 * l2)
    for _ in range(steps):
        optimizer.zero_grad()
        error(features, x, wanted).backward()
        optimizer.step()
    return x


@wrong("0.5", "momentum")
def inverted_with_momentum(features, wanted, start, steps, lr, l2):
    x, speed = start, 0
    for _ in range(steps):
        slope = down(x, lambda y: error(features, y, wanted) + l2 * (y**2).sum())
        speed = 0.9 * speed + slope
        x = x - lr * speed
    return x


@wrong("0.5", "clamped")
def inverted_in_range(features, wanted, start, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        slope = down(x, lambda y: error(features, y, wanted) + l2 * (y**2).sum())
        x = (x - lr * slope).clamp(0, 1)
    return x


@wrong("0.5", "clamped")
def inverted_and_clamped(features, wanted, start, steps, lr, l2):
    x = start.clone()
    for _ in range(steps):
        x = x - lr * down(x, lambda y: error(features, y, wanted) + l2 * (y**2).sum())
    return torch.clamp(x, -1, 1)


@wrong("0.5", "start, unchanged")
def inverted_into_a_copy(features, wanted, start, steps, lr, l2):
    for _ in range(steps):
        x = start.clone()
        x = x - lr * down(x, lambda y: error(features, y, wanted) + l2 * (y**2).sum())
    return start


@wrong("0.5", "one step too many")
def inverted_once_more(features, wanted, start, steps, lr, l2):
    x, k = start, 0
    while k <= steps:
        x = x - lr * down(x, lambda y: error(features, y, wanted) + l2 * (y**2).sum())
        k += 1
    return x


@wrong("0.5", "grey")
def inverted_from_zeros(features, wanted, start, steps, lr, l2):
    x = torch.zeros(start.shape)
    for _ in range(steps):
        x = x - lr * down(x, lambda y: error(features, y, wanted) + l2 * (y**2).sum())
    return x


def inverted_on(objective, features, wanted, start, steps, lr, l2):
    """Descent as it should be, on another error."""
    x = start
    for _ in range(steps):
        x = x - lr * down(x, lambda y: objective(features(y)) + l2 * (y**2).sum())
    return x


@wrong("0.5", "squared then")
def inverted_by_a_squared_mean(features, wanted, *rest):
    def objective(found):
        return ((found - wanted) ** 2).mean() / wanted.mean() ** 2

    return inverted_on(objective, features, wanted, *rest)


@wrong("0.5", "squared then")
def inverted_by_a_squared_sum(features, wanted, *rest):
    def objective(found):
        return ((found - wanted) ** 2).sum() / wanted.sum().pow(2)

    return inverted_on(objective, features, wanted, *rest)


@wrong("0.5", "its own wanted")
def inverted_pixelwise(features, wanted, *rest):
    def objective(found):
        return ((found - wanted) ** 2 / wanted**2).mean()

    return inverted_on(objective, features, wanted, *rest)


@wrong("0.5", "squares averaged")
def inverted_by_sum_over_mean(features, wanted, *rest):
    def objective(found):
        return torch.sum((found - wanted) ** 2) / torch.mean(wanted**2)

    return inverted_on(objective, features, wanted, *rest)


@wrong("0.5", "squares added")
def inverted_by_mean_over_sum(features, wanted, *rest):
    def objective(found):
        return torch.mean((found - wanted) ** 2) / torch.sum(wanted**2)

    return inverted_on(objective, features, wanted, *rest)


@wrong("0.5", "learning rate is left out")
def inverted_with_all_the_penalty(features, wanted, start, steps, lr, l2):
    x = start
    for _ in range(steps):
        x = x - lr * down(x, lambda y: error(features, y, wanted)) - 2 * l2 * x
    return x


test_right_ones_pass, test_wrong_ones_are_named = bank("0.")
