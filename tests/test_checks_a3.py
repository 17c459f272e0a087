"""Assignment 3: solutions that students write, right and wrong."""

import torch
from checks_bank import bank, right, wrong

# ---- 3.1 gram -----------------------------------------------------------------------


@right("3.1")
def by_einsum(features):
    return torch.einsum("nihw,njhw->nij", features, features) / (
        features.shape[2] * features.shape[3]
    )


@right("3.1")
def one_picture_after_the_other(features):
    grams = []
    for f in features:
        table = f.reshape(f.shape[0], -1)
        grams.append(torch.mm(table, table.t()) / table.shape[1])
    return torch.stack(grams)


@right("3.1")
def by_broadcasting(features):
    return (features[:, :, None] * features[:, None]).mean(dim=(-1, -2))


@wrong("3.1", "not divided")
def undivided(features):
    n, c, h, w = features.shape
    flat = features.view(n, c, h * w)
    return flat.bmm(flat.transpose(1, 2))


@wrong("3.1", "C·H·W")
def divided_by_everything(features):
    n, c, h, w = features.shape
    flat = features.view(n, c, h * w)
    return flat.bmm(flat.transpose(1, 2)) / (c * h * w)


@wrong("3.1", "width only")
def divided_by_width(features):
    flat = features.flatten(2)
    return flat @ flat.mT / features.shape[-1]


@wrong("3.1", "batch")
def summed_over_the_batch(features):
    return torch.einsum("nihw,njhw->ij", features, features) / features[0, 0].numel()


@wrong("3.1", "covariance")
def covariance(features):
    return torch.stack([torch.cov(f.flatten(1), correction=0) for f in features])


@wrong("3.1", "products of positions")
def positions(features):
    flat = features.flatten(2)
    return flat.transpose(1, 2) @ flat


@wrong("3.1", "reshape", "mixes")
def reshaped(features):
    n, c, h, w = features.shape
    return features.reshape(n, c, h * w) @ features.reshape(n, h * w, c) / (h * w)


@wrong("3.1", "gradient", "cut off")
def through_numpy(features):
    flat = torch.from_numpy(features.detach().numpy()).flatten(2)
    return flat @ flat.mT / flat.shape[2]


# ---- 3.2 style_distance ------------------------------------------------------------


@right("3.2")
def with_flatten(found, wanted):
    return (found - wanted).flatten(1).abs().mean(1) / wanted.abs().mean()


@right("3.2")
def as_ratio_of_sums(found, wanted):
    return torch.stack(
        [torch.sum(torch.abs(one - wanted[0])) for one in found]
    ) / torch.sum(torch.abs(wanted))


@wrong("3.2", "squared")
def squares(found, wanted):
    return ((found - wanted) ** 2).mean(dim=(1, 2)) / wanted.abs().mean()


@wrong("3.2", "not divided")
def absolute(found, wanted):
    return (found - wanted).abs().mean(dim=(1, 2))


@wrong("3.2", "found matrix")
def relative_to_itself(found, wanted):
    return (found - wanted).abs().mean(dim=(1, 2)) / found.abs().mean(dim=(1, 2))


@wrong("3.2", "absolute value is missing")
def signed(found, wanted):
    return (found - wanted).mean(dim=(1, 2)) / wanted.abs().mean()


@wrong("3.2", "added instead of averaged")
def sums(found, wanted):
    return (found - wanted).abs().sum(dim=(1, 2)) / wanted.abs().mean()


@wrong("3.2", "one number for the whole batch")
def one_number(found, wanted):
    return (
        torch.nn.functional.l1_loss(found, wanted.expand_as(found))
        / wanted.abs().mean()
    )


@wrong("3.2", "gradient", "detached", "target that is fixed")
def detached_on_the_wrong_side(found, wanted):
    return (wanted - found.detach()).abs().mean(dim=(1, 2)) / wanted.abs().mean()


@wrong("3.2", "its own target")
def entry_by_entry(found, wanted):
    return ((found - wanted) / wanted).abs().mean(dim=(1, 2))


# ---- 3.3 style_loss ----------------------------------------------------------------


@right("3.3")
def comprehension(found, wanted, weights, distance):
    return torch.stack(
        [weights[k] * distance(found[k], wanted[k]).mean() for k in wanted]
    ).sum()


@right("3.3")
def accumulating(found, wanted, weights, distance):
    loss = torch.tensor(0.0)
    for name in wanted.keys():
        values = distance(found[name], wanted[name])
        loss += weights[name] * values.sum() / len(values)
    return loss


@wrong("3.3", "overwritten")
def last_layer(found, wanted, weights, distance):
    for name in wanted:
        loss = weights[name] * distance(found[name], wanted[name]).mean()
    return loss


@wrong("3.3", "inside the loop")
def first_layer(found, wanted, weights, distance):
    loss = 0
    for name in wanted:
        loss += weights[name] * distance(found[name], wanted[name]).mean()
        return loss


@wrong("3.3", "weights are ignored")
def unweighted(found, wanted, weights, distance):
    return sum(distance(found[name], wanted[name]).mean() for name in wanted)


@wrong("3.3", "averaged instead of added")
def averaged(found, wanted, weights, distance):
    return sum(
        weights[name] * distance(found[name], wanted[name]).mean() for name in wanted
    ) / len(wanted)


@wrong("3.3", "gradient", "no gradient reaches")
def as_numbers(found, wanted, weights, distance):
    return torch.tensor(
        sum(
            weights[name] * distance(found[name], wanted[name]).mean().item()
            for name in wanted
        )
    )


@wrong("3.3", "Go through `wanted`")
def over_found(found, wanted, weights, distance):
    return sum(
        weights[name] * distance(found[name], wanted[name]).mean() for name in found
    )


@wrong("3.3", "how many there are")
def summed_pictures(found, wanted, weights, distance):
    return sum(
        weights[name] * distance(found[name], wanted[name]).sum() for name in wanted
    )


# ---- 3.4 fine_share ----------------------------------------------------------------


@right("3.4")
def mean_left_out_in_the_spectrum(signal, above):
    power = (torch.fft.fft2(signal).abs() ** 2).sum(1)
    power[:, 0, 0] = 0
    fy, fx = torch.meshgrid(*map(torch.fft.fftfreq, signal.shape[2:]), indexing="ij")
    mask = torch.hypot(fx, fy) > above
    return power[:, mask].sum(1) / power.sum((1, 2))


@right("3.4")
def with_a_half_spectrum_counted_twice(signal, above):
    h, w = signal.shape[2:]
    spectrum = torch.fft.rfft2(signal - signal.mean((2, 3), keepdim=True))
    power = (spectrum.real**2 + spectrum.imag**2).sum(1)
    twice = torch.full((w // 2 + 1,), 2.0)
    twice[0] = 1
    if w % 2 == 0:
        twice[-1] = 1
    power = power * twice
    radius = (torch.fft.fftfreq(h)[:, None] ** 2 + torch.fft.rfftfreq(w) ** 2) ** 0.5
    return (power * (radius > above)).sum((1, 2)) / power.sum((1, 2))


def squared_spectrum(signal):
    return torch.fft.fft2(signal).abs().pow(2).sum(1)


def centre(signal):
    return signal - signal.mean((2, 3), keepdim=True)


def radius(signal):
    return torch.hypot(
        torch.fft.fftfreq(signal.shape[2])[:, None], torch.fft.fftfreq(signal.shape[3])
    )


@wrong("3.4", "mean is not left out")
def with_the_mean(signal, above):
    power = squared_spectrum(signal)
    return (power * (radius(signal) > above)).sum((1, 2)) / power.sum((1, 2))


@wrong("3.4", "amplitudes", "squared")
def amplitudes(signal, above):
    power = torch.fft.fft2(centre(signal)).abs().sum(1)
    return (power * (radius(signal) > above)).sum((1, 2)) / power.sum((1, 2))


@wrong("3.4", "horizontal")
def horizontal_only(signal, above):
    power = squared_spectrum(centre(signal))
    mask = torch.fft.fftfreq(signal.shape[3]).abs() > above
    return power[:, :, mask].sum((1, 2)) / power.sum((1, 2))


@wrong("3.4", "below the frequency")
def low_share(signal, above):
    power = squared_spectrum(centre(signal))
    return (power * (radius(signal) <= above)).sum((1, 2)) / power.sum((1, 2))


@wrong("3.4", "half spectrum")
def half_counted_once(signal, above):
    power = torch.fft.rfft2(centre(signal)).abs().pow(2).sum(1)
    mask = (
        torch.hypot(
            torch.fft.fftfreq(signal.shape[2])[:, None],
            torch.fft.rfftfreq(signal.shape[3]),
        )
        > above
    )
    return (power * mask).sum((1, 2)) / power.sum((1, 2))


@wrong("3.4", "one number for the whole batch")
def all_together(signal, above):
    power = squared_spectrum(centre(signal))
    return power[:, radius(signal) > above].sum() / power.sum()


# ---- 3.5 adam_step -----------------------------------------------------------------


@right("3.5")
def by_lerp(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = torch.lerp(gradient, m, beta1), torch.lerp(gradient.square(), v, beta2)
    return -lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)) ** 0.5 + eps), m, v


@right("3.5")
def as_pytorch_does(gradient, m, v, t, lr, beta1, beta2, eps):
    m = m.mul(beta1).add(gradient, alpha=1 - beta1)
    v = v.mul(beta2).addcmul(gradient, gradient, value=1 - beta2)
    below = v.sqrt() / (1 - beta2**t) ** 0.5 + eps
    return torch.div(m, below) * (-lr / (1 - beta1**t)), m, v


def averages(gradient, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2


@wrong("3.5", "not corrected")
def uncorrected(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta1, beta2)
    return -lr * m / (v.sqrt() + eps), m, v


@wrong("3.5", "corrected averages are returned")
def corrected_returned(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta1, beta2)
    m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return -lr * m / (v.sqrt() + eps), m, v


@wrong("3.5", "sign is wrong")
def uphill(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta1, beta2)
    return lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + eps), m, v


@wrong("3.5", "eps", "outside")
def eps_inside(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta1, beta2)
    return -lr * m / (1 - beta1**t) / torch.sqrt(v / (1 - beta2**t) + eps), m, v


@wrong("3.5", "swapped")
def betas_swapped(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta2, beta1)
    return -lr * m / (1 - beta2**t) / ((v / (1 - beta1**t)).sqrt() + eps), m, v


@wrong("3.5", "root is missing")
def no_root(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta1, beta2)
    return -lr * m / (1 - beta1**t) / (v / (1 - beta2**t) + eps), m, v


@wrong("3.5", "a tuple of 3")
def only_the_change(gradient, m, v, t, lr, beta1, beta2, eps):
    m, v = averages(gradient, m, v, beta1, beta2)
    return -lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + eps)


# ---- 3.6 content_loss ---------------------------------------------------------------


@right("3.6")
def content_by_norms(found, wanted):
    return ((found - wanted).flatten(1).norm(dim=1) / wanted.norm()) ** 2


@right("3.6")
def content_one_by_one(found, wanted):
    size = torch.nn.functional.mse_loss(wanted, torch.zeros_like(wanted))
    return torch.stack(
        [torch.nn.functional.mse_loss(one, wanted[0]) / size for one in found]
    )


@right("3.6")
def content_by_sums(found, wanted):
    error = ((found - wanted) ** 2).sum(dim=(1, 2, 3))
    return error / (wanted**2).sum(dim=(1, 2, 3))


@right("3.6")
def content_expanded(found, wanted):
    def total(product):
        return product.sum((1, 2, 3))

    near = total(found**2) - 2 * total(found * wanted) + total(wanted**2)
    return near / total(wanted**2)


@wrong("3.6", "absolutely", "squares")
def content_absolute(found, wanted):
    return torch.abs(found - wanted).flatten(1).mean(1) / torch.abs(wanted).mean()


@wrong("3.6", "not divided")
def content_in_layer_units(found, wanted):
    return ((found - wanted) ** 2).mean(dim=(1, 2, 3))


@wrong("3.6", "louder picture")
def content_by_the_found(found, wanted):
    error = ((found - wanted) ** 2).flatten(1).mean(1)
    return error / (found**2).flatten(1).mean(1)


@wrong("3.6", "variance")
def content_by_variance(found, wanted):
    error = ((found - wanted) ** 2).flatten(1).mean(1)
    return error / wanted.var(unbiased=False)


@wrong("3.6", "root")
def content_length(found, wanted):
    return (found - wanted).flatten(1).norm(dim=1) / wanted.norm()


@wrong("3.6", "½")
def content_of_the_paper(found, wanted):
    return 0.5 * ((found - wanted) ** 2).flatten(1).mean(1) / (wanted**2).mean()


@wrong("3.6", "whole batch")
def content_of_the_batch(found, wanted):
    return ((found - wanted) ** 2).mean() / (wanted**2).mean()


@wrong("3.6", "forget where")
def content_by_gram(found, wanted):
    def table(x):
        return torch.einsum("nchw,ndhw->ncd", x, x)

    error = (table(found) - table(wanted)).pow(2).flatten(1).mean(1)
    return error / table(wanted).pow(2).mean()


@wrong("3.6", "cancel")
def content_of_means(found, wanted):
    return (found - wanted).flatten(1).mean(1) ** 2 / (wanted**2).mean()


@wrong("3.6", "gradient", "detached")
def content_without_gradient(found, wanted):
    with torch.no_grad():
        return ((found - wanted) ** 2).flatten(1).mean(1) / (wanted**2).mean()


@wrong("3.6", "averaged first")
def content_by_squared_mean(found, wanted):
    return ((found - wanted) ** 2).mean(dim=(1, 2, 3)) / wanted.mean() ** 2


@wrong("3.6", "averaged first")
def content_by_squared_mean_size(found, wanted):
    return ((found - wanted) ** 2).mean(dim=[1, 2, 3]) / wanted.abs().mean().square()


@wrong("3.6", "averaged first")
def content_by_squared_sum(found, wanted):
    error = (found - wanted).square().flatten(1).mean(1)
    return error / torch.sum(wanted) ** 2


@wrong("3.6", "its own target")
def content_pixelwise(found, wanted):
    return ((found - wanted) ** 2 / wanted**2).mean(dim=(1, 2, 3))


@wrong("3.6", "its own target")
def content_of_ratios(found, wanted):
    return ((found / wanted - 1) ** 2).flatten(1).mean(1)


@wrong("3.6", "weak channels")
def content_by_channel(found, wanted):
    error = ((found - wanted) ** 2).mean(dim=(2, 3))
    return (error / (wanted**2).mean(dim=(2, 3))).mean(1)


@wrong("3.6", "target's squares are added")
def content_by_energy(found, wanted):
    return ((found - wanted) ** 2).mean(dim=(1, 2, 3)) / (wanted**2).sum()


@wrong("3.6", "norm")
def content_by_norm(found, wanted):
    return ((found - wanted) ** 2).mean(dim=(1, 2, 3)) / torch.norm(wanted)


@wrong("3.6", "channels are added")
def content_of_added_channels(found, wanted):
    error = ((found - wanted) ** 2).sum(1).mean(dim=(1, 2))
    return error / (wanted**2).mean()


@wrong("3.6", "not divided")
def content_divided_by_the_count(found, wanted):
    n, c, h, w = found.shape
    return ((found - wanted) ** 2).sum(dim=(1, 2, 3)) / (c * h * w)


# ---- 3.7 total_variation ------------------------------------------------------------


@right("3.7")
def variation_by_diff(pictures):
    down, across = pictures.diff(dim=2), pictures.diff(dim=3)
    return down.abs().flatten(1).mean(1) + across.abs().flatten(1).mean(1)


@right("3.7")
def variation_by_l1(pictures):
    def apart(a, b):
        loss = torch.nn.functional.l1_loss(a, b, reduction="none")
        return loss.mean(dim=(1, 2, 3))

    rows = apart(pictures[..., :-1, :], pictures[..., 1:, :])
    return rows + apart(pictures[..., :-1], pictures[..., 1:])


@right("3.7")
def variation_one_by_one(pictures):
    return torch.stack(
        [
            (x[:, 1:] - x[:, :-1]).abs().mean()
            + (x[:, :, 1:] - x[:, :, :-1]).abs().mean()
            for x in pictures
        ]
    )


def both(pictures, price):
    return price(pictures.diff(dim=2)) + price(pictures.diff(dim=3))


@wrong("3.7", "squared")
def variation_squared(pictures):
    return both(pictures, lambda d: (d**2).mean(dim=(1, 2, 3)))


@wrong("3.7", "only vertical")
def variation_down(pictures):
    return pictures.diff(dim=2).abs().mean(dim=(1, 2, 3))


@wrong("3.7", "only horizontal")
def variation_across(pictures):
    return pictures.diff().abs().mean(dim=(1, 2, 3))


@wrong("3.7", "channels are compared")
def variation_of_channels(pictures):
    down, across = pictures.diff(dim=1), pictures.diff(dim=2)
    return down.abs().flatten(1).mean(1) + across.abs().flatten(1).mean(1)


@wrong("3.7", "first and the last")
def variation_rolled(pictures):
    down = (pictures - pictures.roll(1, 2)).abs().mean(dim=(1, 2, 3))
    return down + (pictures - pictures.roll(1, 3)).abs().mean(dim=(1, 2, 3))


@wrong("3.7", "averaged", "added")
def variation_halved(pictures):
    return both(pictures, lambda d: d.abs().mean(dim=(1, 2, 3))) / 2


@wrong("3.7", "root of squares")
def variation_of_lengths(pictures):
    dy = pictures[:, :, 1:, :-1] - pictures[:, :, :-1, :-1]
    dx = pictures[:, :, :-1, 1:] - pictures[:, :, :-1, :-1]
    return torch.hypot(dx, dy).mean(dim=(1, 2, 3))


@wrong("3.7", "not averaged")
def variation_summed(pictures):
    return both(pictures, lambda d: d.abs().sum(dim=(1, 2, 3)))


@wrong("3.7", "cancel")
def variation_signed(pictures):
    return both(pictures, lambda d: d.mean(dim=(1, 2, 3)))


@wrong("3.7", "whole batch")
def variation_of_the_batch(pictures):
    return both(pictures, lambda d: d.abs().mean())


@wrong("3.7", "one mean over all pairs")
def variation_pooled(pictures):
    down, across = pictures.diff(dim=2).flatten(1), pictures.diff(dim=3).flatten(1)
    total = down.abs().sum(1) + across.abs().sum(1)
    return total / (down.shape[1] + across.shape[1])


@wrong("3.7", "repeats the border")
def variation_replicated(pictures):
    right = torch.nn.functional.pad(pictures, (0, 1, 0, 0), mode="replicate")
    below = torch.nn.functional.pad(pictures, (0, 0, 0, 1), mode="replicate")
    down = (below[:, :, 1:] - pictures).abs().mean(dim=(1, 2, 3))
    return down + (right[..., 1:] - pictures).abs().mean(dim=(1, 2, 3))


@wrong("3.7", "C·H·W")
def variation_by_all_pixels(pictures):
    n, c, h, w = pictures.shape
    down = (pictures[:, :, 1:] - pictures[:, :, :-1]).abs().sum(dim=(1, 2, 3))
    across = (pictures[..., 1:] - pictures[..., :-1]).abs().sum(dim=(1, 2, 3))
    return (down + across) / (c * h * w)


@wrong("3.7", "border of zeros")
def variation_padded(pictures):
    padded = torch.nn.functional.pad(pictures, (0, 1, 0, 1))
    down = padded[:, :, 1:, :-1] - pictures
    across = padded[:, :, :-1, 1:] - pictures
    return down.abs().mean(dim=(1, 2, 3)) + across.abs().mean(dim=(1, 2, 3))


@wrong("3.7", "two apart")
def variation_of_the_next_but_one(pictures):
    down = (pictures[:, :, 2:] - pictures[:, :, :-2]).abs().mean(dim=(1, 2, 3))
    across = (pictures[..., 2:] - pictures[..., :-2]).abs().mean(dim=(1, 2, 3))
    return down + across


@wrong("3.7", "averaged first")
def variation_of_grey(pictures):
    grey = pictures.mean(dim=1)
    down = (grey[:, 1:] - grey[:, :-1]).abs().mean(dim=(1, 2))
    return down + (grey[:, :, 1:] - grey[:, :, :-1]).abs().mean(dim=(1, 2))


@wrong("3.7", "channels are added first")
def variation_of_brightness(pictures):
    return both(pictures.sum(1, keepdim=True), lambda d: d.abs().mean(dim=(1, 2, 3)))


@wrong("3.7", "diagonal")
def variation_aslant(pictures):
    step = pictures[:, :, 1:, 1:] - pictures[:, :, :-1, :-1]
    return torch.abs(step).mean(dim=(1, 2, 3))


test_right_ones_pass, test_wrong_ones_are_named = bank("3.")
