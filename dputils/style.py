"""Style as correlations between channels, as moments or as distributions; content as the channels themselves.

A loss is minimised. Source: Gatys et al., A Neural Algorithm of Artistic Style (2015), as used in the article's
sections 2 and 6: mean absolute differences, which were found steadier than squares outside VGG. `moment_loss` and
`mmd_loss` compare activations in other ways; they can be the `distance` of the two losses over several layers.
"""

import torch
from torch import nn


def gram_matrix(features):
    """How often channels fire together, wherever that is: `(N, C, H, W)` -> `(N, C, C)`.

    Entry (i, j) is the mean over positions of channel i times channel j, so pictures of different sizes compare.
    Symmetric, positive semi-definite, and separate for every picture of the batch.
    """
    if features.dim() != 4:
        raise ValueError(f"gram_matrix needs features of shape (N, C, H, W), not {tuple(features.shape)}")
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


class MovingAverageGram(nn.Module):
    """A Gram matrix with a memory: the value is the average over past views, the gradient goes to this view.

    `average ← decay · average + (1 - decay) · gram`, and the result is `gram + stop_gradient(average - gram)`. Each
    view then only has to supply what the others lack. One instance per layer.

    Args: decay, between 0 (no memory) and 1; the article uses 0.95.
    Gradients: d result / d gram is the identity, not (1 - decay).
    Source: article, section 6 and its footnote on the stop-gradient trick.
    Differs: the average starts at the first Gram matrix. TensorFlow's starts at zero and stays too small for the
    first dozens of steps.
    """

    def __init__(self, decay=0.95):
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"decay={decay} must be at least 0 and below 1 (the article uses 0.95)")
        self.decay = decay
        self.register_buffer("average", None)

    def forward(self, gram):
        with torch.no_grad():
            now = gram.detach()
            self.average = now if self.average is None else torch.lerp(now, self.average, self.decay)
            difference = self.average - now
        return gram + difference

    def reset(self):
        self.average = None


def mean_absolute(a, b):
    """Mean |a - b|: the distance of the original notebooks."""
    return (a - b).abs().mean()


def style_loss(grams, targets, *, weights=None, distance=mean_absolute, relative=False):
    """Sum over layers of the distance between Gram matrices.

    Args:
        grams, targets: `{layer: (N, C, C)}`; a target of batch 1 serves all pictures.
        weights: `{layer: number}`, default 1 each.
        distance: a function of two tensors, default the mean absolute difference.
        relative: divide each layer's term by the target's own mean size. Layers whose activations differ by orders of
            magnitude (SqueezeNet's do) then count alike.
    Returns: a scalar. Gradients reach `grams`.
    Raises: ValueError if a target layer is missing from `grams`.
    """
    return _layer_sum(grams, targets, weights, distance, relative)


def content_loss(features, targets, *, weights=None, distance=mean_absolute, relative=False):
    """Sum over layers of the distance between activations `{layer: (N, C, H, W)}`; arguments as for `style_loss`."""
    return _layer_sum(features, targets, weights, distance, relative)


def moment_loss(found, target, order=2, *, central=True):
    """How far the first moments of each channel are from the target's, one number a picture: `(N,)`.

    L = 1/C · Σᵢ ψᵢ · Σⱼ (Mᵢ(Fⱼ found) - Mᵢ(Fⱼ target))², with i from 1 to `order` and j over the C channels. Mᵢ is
    the i-th moment over positions, and ψᵢ = min(1, 1 / |mean over j of Mᵢ(Fⱼ target)|) keeps large moments in check.

    Args:
        found, target: activations `(N, C, H, W)`; a target of batch 1 serves all pictures, and sizes may differ.
        order: how many moments; 1 compares means, 2 variances as well, 3 asymmetry, 4 how heavy the tails are.
        central: moments beyond the first are taken about the channel's mean; False for powers of the values themselves.
    Returns: `(N,)`, each at least 0. Gradients reach `found`, and `target` where it asks for them.
    Raises: ValueError for an order below 1, or activations that do not fit.
    Source: a thesis on moments as style (equations 1.4 and 1.5 of its appendix); matching central moments is Zellinger
    et al., Central Moment Discrepancy (2017).
    Differs: the appendix does not say whether its moments are central. It writes ψ without the absolute value, which
    would turn the loss round where a layer is skewed to the left.
    """
    _check_pair(found, target, same_size=False)
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"order={order!r} must be a whole number of at least 1: 2 compares means and variances")
    total = 0.0
    for a, b in zip(_moments(found, order, central), _moments(target, order, central)):
        weight = 1 / b.mean(1).abs().clamp(min=1)  # min(1, 1 / |mean|), also where the mean is zero
        total = total + weight * (a - b).square().mean(1)
    return total


def mmd_loss(found, target, *, bandwidth=None, generator=None):
    """Maximum mean discrepancy from pairs of neighbouring positions, one number a picture: `(N,)`.

    L = Σ over channels and pairs of h, with h = k(s, s') + k(n, n') - k(s, n') - k(s', n). Here s and s' are the
    target's values at two neighbours in raster order (positions 1 and 2, 3 and 4, …), n and n' the found ones at the
    same two places, and k(a, b) = exp(-(a - b)² / 2σ²). A position without a partner is left out.

    With fixed pairs this is no distance between distributions: it ties every pair of places to the target's, is 0 for
    the target itself, and *negative* for the target with all neighbours exchanged. With a `generator` both pictures'
    positions are shuffled first, each on its own, the same way for all channels and pictures. Then the loss is, on
    average over shuffles, the squared discrepancy (times the number of pairs), and knows no places.

    Args:
        found, target: activations `(N, C, H, W)` of the same size, at least two positions; a target of batch 1 serves
            all.
        bandwidth: σ; None for the standard deviation of the target's layer, each picture its own.
        generator: a CPU generator; draw anew at every step by handing in the same one.
    Returns: `(N,)`. Gradients reach `found`, and `target` where it asks for them.
    Raises: ValueError for a bandwidth that is not positive, or activations that do not fit.
    Source: Gretton et al., A Kernel Two-Sample Test (2012), the statistic of linear time; equation 1.6 of the appendix
    named in `moment_loss`, which leaves the kernel open. Ours is the usual Gaussian.
    """
    _check_pair(found, target, same_size=True)
    if bandwidth is None:
        bandwidth = target.detach().flatten(1).std(1).clamp(min=1e-12)[:, None, None]
    elif not bandwidth > 0:
        raise ValueError(f"bandwidth={bandwidth} must be positive; None takes the target's standard deviation")
    n, s = found.flatten(2), target.flatten(2)
    if generator is not None:
        n, s = (a[..., torch.randperm(a.shape[2], generator=generator).to(a.device)] for a in (n, s))
    last = n.shape[2] // 2 * 2
    n1, n2, s1, s2 = n[..., 0:last:2], n[..., 1:last:2], s[..., 0:last:2], s[..., 1:last:2]

    def kernel(a, b):
        return torch.exp(-((a - b) / bandwidth).square() / 2)

    return (kernel(s1, s2) + kernel(n1, n2) - kernel(s1, n2) - kernel(s2, n1)).sum((1, 2))


def _moments(features, order, central):
    """Moments 1 to `order` of every channel over its positions: a list of `(N, C)`."""
    flat = features.flatten(2)
    mean = flat.mean(2)
    around = flat - mean[..., None] if central else flat
    power, moments = around, [mean]
    for _ in range(order - 1):
        power = power * around
        moments.append(power.mean(2))
    return moments


def _check_pair(found, target, *, same_size):
    """Activations of the same channels, with one target for all pictures or one for each."""
    shapes = f"{tuple(found.shape)} and {tuple(target.shape)}"
    if found.dim() != 4 or target.dim() != 4:
        raise ValueError(f"activations must have shape (N, C, H, W), not {shapes}; Gram matrices go to style_loss")
    if found.shape[1] != target.shape[1] or len(target) not in (1, len(found)):
        raise ValueError(f"the shapes {shapes} do not fit: take the same layer, and one target or one for each picture")
    if same_size and (found.shape[2:] != target.shape[2:] or found[0, 0].numel() < 2):
        raise ValueError(f"pairs of places need two pictures of one size and two positions at least, not {shapes}")


def _layer_sum(found, targets, weights, distance, relative):
    missing = [layer for layer in targets if layer not in found]
    if missing or not targets:
        raise ValueError(f"there are targets for {list(targets)}, but values only for {list(found)}; "
                         f"ask the network for the same layers (missing: {missing})")
    total = 0.0
    for layer, target in targets.items():
        value = found[layer]
        if value.shape[1:] != target.shape[1:]:
            raise ValueError(f"at {layer!r} the shapes {tuple(value.shape)} and {tuple(target.shape)} do not match; "
                             "content pictures need the size of the optimized picture")
        term = distance(value, target.expand_as(value))
        if relative:
            term = term / distance(target, torch.zeros_like(target)).clamp(min=1e-12)
        total = total + (1.0 if weights is None else weights.get(layer, 1.0)) * term
    return total
