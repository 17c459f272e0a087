"""Assignment 5: solutions that students write, right and wrong."""

import torch
from checks_bank import bank, right, wrong

from dputils.alpha import blend_over
from dputils.color import linear_to_srgb, srgb_to_linear

# ---- 5.1 blend ----------------------------------------------------------------------


@right("5.1")
def with_lerp(rgba, background):
    colour, alpha = rgba.split([3, 1], dim=1)
    return linear_to_srgb(
        torch.lerp(srgb_to_linear(background), srgb_to_linear(colour), alpha)
    )


@right("5.1")
def as_difference(rgba, background):
    below = srgb_to_linear(background)
    above = srgb_to_linear(rgba[:, 0:3])
    return linear_to_srgb(below + rgba[:, 3].unsqueeze(1) * (above - below))


@right("5.1")
def picture_by_picture(rgba, background):
    results = []
    for n in range(len(rgba)):
        a = rgba[n, 3]
        b = background[n] if len(background) > 1 else background[0]
        results.append(
            linear_to_srgb(
                a * srgb_to_linear(rgba[n, :3]) + (1 - a) * srgb_to_linear(b)
            )
        )
    return torch.stack(results)


@wrong("5.1", "numbers of the file", "not light")
def in_srgb(rgba, background):
    a = rgba[:, 3:4]
    return rgba[:, :3] * a + background * (1 - a)


@wrong("5.1", "alpha is inverted")
def inverted(rgba, background):
    a = 1 - rgba[:, 3:4]
    return linear_to_srgb(
        a * srgb_to_linear(rgba[:, :3]) + (1 - a) * srgb_to_linear(background)
    )


@wrong("5.1", "still linear light")
def not_encoded(rgba, background):
    return torch.lerp(
        srgb_to_linear(background), srgb_to_linear(rgba[:, :3]), rgba[:, 3:]
    )


@wrong("5.1", "alpha was decoded")
def everything_decoded(rgba, background):
    picture, ground = srgb_to_linear(rgba), srgb_to_linear(background)
    colour, alpha = picture[:, :3], picture[:, 3:]
    return linear_to_srgb(colour * alpha + ground * (1 - alpha))


@wrong("5.1", "curves are swapped")
def wrong_way(rgba, background):
    return srgb_to_linear(
        torch.lerp(linear_to_srgb(background), linear_to_srgb(rgba[:, :3]), rgba[:, 3:])
    )


@wrong("5.1", "background shines through at full strength")
def added(rgba, background):
    return linear_to_srgb(
        srgb_to_linear(rgba[:, :3]) * rgba[:, 3:] + srgb_to_linear(background)
    )


@wrong("5.1", "not multiplied by alpha")
def premultiplied(rgba, background):
    return linear_to_srgb(
        srgb_to_linear(rgba[:, :3]) + srgb_to_linear(background) * (1 - rgba[:, 3:])
    )


@wrong("5.1", "power of 2.2")
def gamma(rgba, background):
    light = rgba[:, :3].pow(2.2) * rgba[:, 3:] + background.pow(2.2) * (1 - rgba[:, 3:])
    return light.pow(1 / 2.2)


@wrong("5.1", "gradient", "reaches alpha")
def frozen_mask(rgba, background):
    mask = rgba[:, 3:].clone().detach()
    return linear_to_srgb(
        mask * srgb_to_linear(rgba[:, :3]) + (1 - mask) * srgb_to_linear(background)
    )


@wrong("5.1", "shape")
def lost_axis(rgba, background):
    a = rgba[:, 3]
    return linear_to_srgb(
        a * srgb_to_linear(rgba[:, 0]) + (1 - a) * srgb_to_linear(background[:, 0])
    )


# ---- 5.2 unblend -------------------------------------------------------------------


@wrong("5.2", "one colour alone")
def from_green(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = (1 - (white - black))[:, 1:2]
    colour = torch.where(
        alpha > 1e-3, black / alpha.clamp(min=1e-3), torch.zeros_like(black)
    )
    return torch.cat((linear_to_srgb(colour.clamp(0, 1)), alpha.clamp(0, 1)), dim=1)


@right("5.2")
def mean_of_three(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = (1 - white + black).sum(1, keepdim=True) / 3
    colour = torch.where(
        alpha > 1e-3, black / alpha.clamp(min=1e-3), torch.zeros_like(black)
    )
    return torch.cat((linear_to_srgb(colour.clamp(0, 1)), alpha.clamp(0, 1)), dim=1)


@right("5.2")
def plus_epsilon(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = 1 - white.mean(1) + black.mean(1)
    colour = black / (alpha[:, None] + 1e-7)
    return torch.cat([linear_to_srgb(colour), alpha[:, None]], 1)


@wrong("5.2", "divided by 0")
def not_a_number(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = 1 - (white - black).mean(dim=1, keepdim=True)
    return torch.cat([linear_to_srgb(black / alpha), alpha], dim=1)


@wrong("5.2", "numbers of the file")
def without_light(over_black, over_white):
    alpha = 1 - (over_white - over_black).mean(1, keepdim=True)
    return torch.cat([over_black / alpha.clamp(min=1e-4), alpha], 1)


@wrong("5.2", "alpha is inverted")
def transparency(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    glass = (white - black).mean(1, keepdim=True)
    return torch.cat(
        [linear_to_srgb((black / (1 - glass).clamp(min=1e-4)).clamp(max=1)), glass], 1
    )


@wrong("5.2", "still multiplied by alpha")
def dark_colour(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    return torch.cat([over_black, 1 - (white - black).mean(1, keepdim=True)], 1)


@wrong("5.2", "still linear light")
def linear_colour(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = 1 - (white - black).mean(1, keepdim=True)
    return torch.cat([black / alpha.clamp(min=1e-4), alpha], 1)


@wrong("5.2", "white photograph")
def from_white(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = 1 - (white - black).mean(1, keepdim=True)
    return torch.cat(
        [linear_to_srgb((white / alpha.clamp(min=1e-4)).clamp(0, 1)), alpha], 1
    )


@wrong("5.2", "comes first")
def alpha_first(over_black, over_white):
    black, white = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = 1 - (white - black).mean(1, keepdim=True)
    return torch.cat(
        [alpha, linear_to_srgb((black / alpha.clamp(min=1e-4)).clamp(0, 1))], 1
    )


# ---- 5.3 priced --------------------------------------------------------------------


@right("5.3")
def flattened(scores, alpha, pressure):
    return scores * torch.pow(1 - alpha.flatten(1).mean(1), pressure)


@right("5.3")
def mean_of_glass(scores, alpha, pressure):
    glass = (1 - alpha).sum((1, 2, 3)) / alpha[0].numel()
    return glass**pressure * scores


@wrong("5.3", "whole batch")
def one_price_for_all(scores, alpha, pressure):
    return scores * (1 - alpha.mean()) ** pressure


@wrong("5.3", "rewards paint")
def paint_wanted(scores, alpha, pressure):
    return scores * alpha.flatten(1).mean(1) ** pressure


@wrong("5.3", "subtracted")
def difference(scores, alpha, pressure):
    return scores - pressure * alpha.flatten(1).mean(1)


@wrong("5.3", "every pixel before the mean")
def power_first(scores, alpha, pressure):
    return scores * ((1 - alpha) ** pressure).flatten(1).mean(1)


@wrong("5.3", "weight", "exponent")
def weight(scores, alpha, pressure):
    return pressure * scores * (1 - alpha.flatten(1).mean(1))


@wrong("5.3", "pressure is ignored")
def no_exponent(scores, alpha, pressure):
    return scores * (1 - alpha.flatten(1).mean(1))


@wrong("5.3", "summed")
def sum_of_alpha(scores, alpha, pressure):
    return scores * (1 - alpha.flatten(1).sum(1)) ** pressure


@wrong("5.3", "no gradient reaches alpha")
def numbers(scores, alpha, pressure):
    return torch.stack(
        [
            score * (1 - picture.mean().item()) ** pressure
            for score, picture in zip(scores, alpha)
        ]
    )


@wrong("5.3", "shape")
def total(scores, alpha, pressure):
    return (scores * (1 - alpha.flatten(1).mean(1)) ** pressure).sum()


# ---- 5.4 grow ----------------------------------------------------------------------


@right("5.4")
def gradient_by_hand(
    parameters, to_rgba, network, target, pressure, backgrounds, steps, lr
):
    parameters = parameters.clone().requires_grad_()
    adam = torch.optim.Adam([parameters], lr=lr, maximize=True)
    for step in range(steps):
        rgba = to_rgba(parameters)
        background = backgrounds[step % len(backgrounds)].unsqueeze(0)
        objective = (
            network(blend_over(rgba, background))[:, target]
            * (1 - rgba[:, 3].mean((1, 2))) ** pressure
        )
        (parameters.grad,) = torch.autograd.grad(objective.sum(), parameters)
        adam.step()
    return parameters.detach()


@right("5.4")
def minimizing_the_negative(
    parameters, to_rgba, network, target, pressure, backgrounds, steps, lr
):
    x = parameters.clone().requires_grad_()
    optimizer = torch.optim.Adam([x], lr=lr)
    for step in range(steps):
        optimizer.zero_grad()
        rgba = to_rgba(x)
        behind = backgrounds[step % len(backgrounds)].expand(len(rgba), -1, -1, -1)
        score = network(blend_over(rgba, behind))[:, target]
        loss = -(score * (1 - rgba[:, 3:].flatten(1).mean(1)).pow(pressure)).mean()
        loss.backward()
        optimizer.step()
    return x


def student_loop(
    x,
    to_rgba,
    network,
    target,
    pressure,
    backgrounds,
    steps,
    lr,
    pick,
    zero=True,
    sign=1,
    free=False,
    own_alpha=True,
    hold=False,
    plain=False,
):
    """The loop as students write it, with a mistake to choose."""
    x = x.clone().requires_grad_()
    adam = torch.optim.Adam([x], lr=lr, maximize=True)
    for step in range(steps):
        rgba = to_rgba(x)
        logits = network(
            rgba[:, :3] if plain else blend_over(rgba, pick(backgrounds, step))
        )
        alpha = rgba[:, 3].detach() if hold else rgba[:, 3]
        glass = (
            1 - (alpha.mean(dim=(1, 2)) if own_alpha else alpha.mean())
        ) ** pressure
        objective = (logits[:, target] * (1 if free else glass)).sum()
        if zero:
            x.grad = None
        (sign * objective).backward()
        adam.step()
    return x.detach()


def in_turn(backgrounds, step):
    return backgrounds[step % len(backgrounds)][None]


@wrong("5.4", "background is never changed")
def always_the_same(*args):
    background = args[5][0:1]
    return student_loop(*args, pick=lambda backgrounds, step: background)


@wrong("5.4", "not zeroed")
def adds_up(*args):
    return student_loop(*args, pick=in_turn, zero=False)


@wrong("5.4", "falls")
def downhill(*args):
    return student_loop(*args, pick=in_turn, sign=-1)


@wrong("5.4", "price is left out")
def free_paint(*args):
    return student_loop(*args, pick=in_turn, free=True)


@wrong("5.4", "averaged over the batch")
def shared_alpha(*args):
    return student_loop(*args, pick=in_turn, own_alpha=False)


@wrong("5.4", "paint costs nothing")
def alpha_detached(*args):
    return student_loop(*args, pick=in_turn, hold=True)


@wrong("5.4", "colours alone")
def never_blended(*args):
    return student_loop(*args, pick=in_turn, plain=True)


@wrong("5.4", "to_rgba")
def raw_picture(parameters, to_rgba, *rest):
    return student_loop(parameters, lambda raw: raw, *rest, pick=in_turn)


@wrong("5.4", "IndexError")
def runs_out(*args):
    return student_loop(*args, pick=lambda backgrounds, step: backgrounds[step][None])


# ---- 5.5 kept ----------------------------------------------------------------------


@right("5.5")
def one_at_a_time(rgba, network, target, backgrounds):
    total = 0
    for background in backgrounds:
        total = total + network(blend_over(rgba, background[None]))[:, target]
    return total / len(backgrounds)


@right("5.5")
def all_pairs_at_once(rgba, network, target, backgrounds):
    n, k = len(rgba), len(backgrounds)
    seen = blend_over(rgba.repeat_interleave(k, 0), backgrounds.repeat(n, 1, 1, 1))
    return network(seen)[:, target].view(n, k).mean(1)


@wrong("5.5", "only the first background")
def first_only(rgba, network, target, backgrounds):
    for background in backgrounds:
        return network(blend_over(rgba, background[None]))[:, target]


@wrong("5.5", "picture k", "background k")
def zipped(rgba, network, target, backgrounds):
    return network(blend_over(rgba, backgrounds))[:, target]


@wrong("5.5", "order of pictures and backgrounds")
def wrong_view(rgba, network, target, backgrounds):
    n, k = len(rgba), len(backgrounds)
    seen = blend_over(rgba.repeat(k, 1, 1, 1), backgrounds.repeat_interleave(n, 0))
    return network(seen)[:, target].view(n, k).mean(1)


@wrong("5.5", "times what they should be")
def not_divided(rgba, network, target, backgrounds):
    return sum(network(blend_over(rgba, one[None]))[:, target] for one in backgrounds)


@wrong("5.5", "backgrounds are averaged first")
def mean_background(rgba, network, target, backgrounds):
    return network(blend_over(rgba, backgrounds.mean(dim=0, keepdim=True)))[:, target]


@wrong("5.5", "one number a background")
def wrong_mean(rgba, network, target, backgrounds):
    return torch.stack(
        [network(blend_over(rgba, b[None]))[:, target].mean() for b in backgrounds]
    )


test_right_ones_pass, test_wrong_ones_are_named = bank("5.")
