"""Losses of style and content, summed over layers. A loss is minimised.

`moment_loss` and `mmd_loss` compare activations in other ways; they can be the
`distance` of the two losses over several layers.

Source: Gatys et al., A Neural Algorithm of Artistic Style (2015), as used in the
    article's sections 2 and 6: mean absolute differences, which were found steadier
    than squares outside VGG.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch

Distance: TypeAlias = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Of two tensors of one shape."""


def mean_absolute(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Mean |a - b|: the distance of the original notebooks."""
    return (a - b).abs().mean()


def style_loss(
    grams: Mapping[str, torch.Tensor],
    targets: Mapping[str, torch.Tensor],
    *,
    weights: Mapping[str, float] | None = None,
    distance: Distance = mean_absolute,
    relative: bool = False,
) -> torch.Tensor:
    """Sum over layers of the distance between Gram matrices.

    Args:
        grams, targets: `{layer: (N, C, C)}`; a target of batch 1 serves all pictures.
        weights: `{layer: number}`, default 1 each.
        distance: a function of two tensors, default the mean absolute difference.
        relative: divide each layer's term by the target's own mean size. Layers whose
            activations differ by orders of magnitude (SqueezeNet's do) then count
            alike.
    Returns: a scalar. Gradients reach `grams`.
    Raises: ValueError if a target layer is missing from `grams`, or shapes differ.
    """
    return _layer_sum(grams, targets, weights, distance, relative)


def content_loss(
    features: Mapping[str, torch.Tensor],
    targets: Mapping[str, torch.Tensor],
    *,
    weights: Mapping[str, float] | None = None,
    distance: Distance = mean_absolute,
    relative: bool = False,
) -> torch.Tensor:
    """Sum over layers of the distance between activations `{layer: (N, C, H, W)}`.

    Arguments, result and errors as for `style_loss`. Gradients reach `features`.
    """
    return _layer_sum(features, targets, weights, distance, relative)


def _layer_sum(
    found: Mapping[str, torch.Tensor],
    targets: Mapping[str, torch.Tensor],
    weights: Mapping[str, float] | None,
    distance: Distance,
    relative: bool,
) -> torch.Tensor:
    missing = [layer for layer in targets if layer not in found]
    if missing or not targets:
        raise ValueError(
            f"there are targets for {list(targets)}, but values only for "
            f"{list(found)}; ask the network for the same layers "
            f"(missing: {missing})"
        )
    total: torch.Tensor | float = 0.0
    for layer, target in targets.items():
        value = found[layer]
        if value.shape[1:] != target.shape[1:]:
            raise ValueError(
                f"at {layer!r} the shapes {tuple(value.shape)} and "
                f"{tuple(target.shape)} do not match; content pictures "
                "need the size of the optimized picture"
            )
        term = distance(value, target.expand_as(value))
        if relative:
            term = term / distance(target, torch.zeros_like(target)).clamp(min=1e-12)
        total = total + (1.0 if weights is None else weights.get(layer, 1.0)) * term
    return torch.as_tensor(total)
