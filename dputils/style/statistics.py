"""Style as moments or as distributions of activations: alternatives to the Gram matrix,
for activations of one layer.
"""

import torch


def moment_loss(
    found: torch.Tensor,
    target: torch.Tensor,
    order: int = 2,
    *,
    central: bool = True,
) -> torch.Tensor:
    """How far the first moments of each channel are from the target's, per picture.

    L = 1/C · Σᵢ ψᵢ · Σⱼ (Mᵢ(Fⱼ found) - Mᵢ(Fⱼ target))², with i from 1 to `order` and j
    over the C channels. Mᵢ is the i-th moment over positions, and ψᵢ = min(1, 1 / |mean
    over j of Mᵢ(Fⱼ target)|) keeps large moments in check.

    Args:
        found, target: activations `(N, C, H, W)`; a target of batch 1 serves all
            pictures, and sizes may differ. Or Gram matrices `(N, C, C)`: each row, what
            one channel has in common with all, then counts as a channel of C positions.
        order: how many moments; 1 compares means, 2 variances as well, 3 asymmetry, 4
            how heavy the tails are.
        central: moments beyond the first are taken about the channel's mean; False for
            powers of the values themselves.
    Returns: `(N,)`, each at least 0. Gradients reach `found`, and `target` where it
        asks for them.
    Raises: ValueError for an order below 1, or activations that do not fit.
    Source: a thesis on moments as style (equations 1.4 and 1.5 of its appendix);
        matching central moments is Zellinger et al., Central Moment Discrepancy (2017).
    Differs: the appendix does not say whether its moments are central. It writes ψ
        without the absolute value, which would turn the loss round where a layer is
        skewed to the left.
    """
    _check_pair(found, target, same_size=False)
    if not isinstance(order, int) or order < 1:
        raise ValueError(
            f"order={order!r} must be a whole number of at least 1: 2 compares means "
            "and variances"
        )
    total: torch.Tensor | float = 0.0
    for a, b in zip(_moments(found, order, central), _moments(target, order, central)):
        # min(1, 1 / |mean|), also where the mean is zero
        weight = 1 / b.mean(1).abs().clamp(min=1)
        total = total + weight * (a - b).square().mean(1)
    return torch.as_tensor(total)


def mmd_loss(
    found: torch.Tensor,
    target: torch.Tensor,
    *,
    bandwidth: float | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Maximum mean discrepancy from pairs of neighbouring positions, per picture.

    L = Σ over channels and pairs of h, with h = k(s, s') + k(n, n') - k(s, n') - k(s',
    n). Here s and s' are the target's values at two neighbours in raster order
    (positions 1 and 2, 3 and 4, …), n and n' the found ones at the same two places, and
    k(a, b) = exp(-(a - b)² / 2σ²). A position without a partner is left out.

    With fixed pairs this is no distance between distributions: it ties every pair of
    places to the target's, is 0 for the target itself, and *negative* for the target
    with all neighbours exchanged. With a `generator` both pictures' positions are
    shuffled first, each on its own, the same way for all channels and pictures. Then
    the loss is, on average over shuffles, the squared discrepancy (times the number of
    pairs), and knows no places.

    Args:
        found, target: activations `(N, C, H, W)` of the same size, at least two
            positions; a target of batch 1 serves all. Or Gram matrices `(N, C, C)`,
            whose rows then count as channels.
        bandwidth: σ; None for the standard deviation of the target's layer, each
            picture its own.
        generator: a CPU generator; draw anew at every step by handing in the same one.
    Returns: `(N,)`. Gradients reach `found`, and `target` where it asks for them.
    Raises: ValueError for a bandwidth that is not positive, or activations that do not
        fit.
    Source: Gretton et al., A Kernel Two-Sample Test (2012), the statistic of linear
        time; equation 1.6 of the appendix named in `moment_loss`, which leaves the
        kernel open. Ours is the usual Gaussian.
    """
    _check_pair(found, target, same_size=True)
    width: torch.Tensor | float
    if bandwidth is None:
        width = (
            precise(target).detach().flatten(1).std(1).clamp(min=1e-12)[:, None, None]
        )
    elif bandwidth > 0:
        width = bandwidth
    else:
        raise ValueError(
            f"bandwidth={bandwidth} must be positive; None takes the target's standard "
            "deviation"
        )
    n, s = precise(found).flatten(2), precise(target).flatten(2)
    if generator is not None:
        n, s = (
            a[..., torch.randperm(a.shape[2], generator=generator).to(a.device)]
            for a in (n, s)
        )
    last = n.shape[2] // 2 * 2
    n1, n2, s1, s2 = (
        n[..., 0:last:2],
        n[..., 1:last:2],
        s[..., 0:last:2],
        s[..., 1:last:2],
    )

    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.exp(-((a - b) / width).square() / 2)

    return (kernel(s1, s2) + kernel(n1, n2) - kernel(s1, n2) - kernel(s2, n1)).sum(
        (1, 2)
    )


def _moments(features: torch.Tensor, order: int, central: bool) -> list[torch.Tensor]:
    """Moments 1 to `order` of every channel over its positions: a list of `(N, C)`."""
    flat = precise(features).flatten(2)
    mean = flat.mean(2)
    around = flat - mean[..., None] if central else flat
    power, moments = around, [mean]
    for _ in range(order - 1):
        power = power * around
        moments.append(power.mean(2))
    return moments


def precise(t: torch.Tensor) -> torch.Tensor:
    """In float32 at least: what is summed and divided here overflows half precision."""
    return t.float() if t.dtype in (torch.float16, torch.bfloat16) else t


def _check_pair(found: torch.Tensor, target: torch.Tensor, *, same_size: bool) -> None:
    """ValueError unless the channels agree, with one target for all or one for each."""
    shapes = f"{tuple(found.shape)} and {tuple(target.shape)}"
    maps = found.dim() == target.dim() == 4
    grams = all(a.dim() == 3 and a.shape[1] == a.shape[2] for a in (found, target))
    if not maps and not grams:
        raise ValueError(
            "activations must have shape (N, C, H, W), and Gram matrices (N, C, C), "
            f"not {shapes}"
        )
    if found.shape[1] != target.shape[1] or len(target) not in (1, len(found)):
        raise ValueError(
            f"the shapes {shapes} do not fit: take the same layer, and one target or "
            "one for each picture"
        )
    if same_size and (found.shape[2:] != target.shape[2:] or found[0, 0].numel() < 2):
        raise ValueError(
            "pairs of places need two pictures of one size and two positions at least, "
            f"not {shapes}"
        )
