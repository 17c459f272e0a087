"""Losses of style and content, summed over layers. A loss is minimised.

`moment_loss` and `mmd_loss` compare activations in other ways. They can be the
`distance` of the two losses over several layers: of activations, and of Gram matrices,
whose rows they then take for channels.

Source: Gatys et al., A Neural Algorithm of Artistic Style (2015), as used in the
    article's sections 2 and 6: mean absolute differences, which were found steadier
    than squares outside VGG.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch

from .statistics import precise

Distance: TypeAlias = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Of two tensors of one shape: one number, or one for each picture, `(N,)`."""


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
        relative: divide each layer's term by the target's own mean size, its distance
            from zero. Layers whose activations differ by orders of magnitude
            (SqueezeNet's do) then count alike.
    Returns: a scalar; or `(N,)`, a loss for each picture, where the distance keeps them
        apart, as `moment_loss` and `mmd_loss` do: take its mean to descend it.
        Gradients reach `grams`.
    Raises: ValueError if a target layer is missing from `grams`, shapes differ, a
        weight belongs to no target, or a distance has another shape.
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
    _check_weights(weights, targets)
    total: torch.Tensor | float = 0.0
    for layer, target in targets.items():
        value, target = precise(found[layer]), precise(target)
        if value.shape[1:] != target.shape[1:]:
            raise ValueError(
                f"at {layer!r} the shapes {tuple(value.shape)} and "
                f"{tuple(target.shape)} do not match; content pictures "
                "need the size of the optimized picture"
            )
        if len(target) not in (1, len(value)):
            raise ValueError(
                f"at {layer!r} there are {len(value)} pictures and {len(target)} "
                "targets; give one target for all, or one for each"
            )
        term = _measured(distance, value, target.expand_as(value), layer)
        if relative:
            size = _measured(distance, target, torch.zeros_like(target), layer)
            term = term / size.abs().clamp(min=1e-12)  # a silent target has no size
        total = total + (1.0 if weights is None else weights.get(layer, 1.0)) * term
    return torch.as_tensor(total)


def _check_weights(
    weights: Mapping[str, float] | None, targets: Mapping[str, torch.Tensor]
) -> None:
    if weights is None:
        return
    if not isinstance(weights, Mapping):
        raise ValueError(
            f"weights={weights!r} must name its layers: {{layer: number}}, for example "
            f"{{{next(iter(targets))!r}: 1.0}}"
        )
    for layer in weights:
        if layer not in targets:
            near = difflib.get_close_matches(str(layer), map(str, targets), 1, 0.3)
            raise ValueError(
                f"there is a weight for {layer!r}, but no target of that name"
                + (f"; the nearest is {near[0]!r}" if near else "")
                + f" (there are targets for {list(targets)})"
            )


def _measured(
    distance: Distance, a: torch.Tensor, b: torch.Tensor, layer: str
) -> torch.Tensor:
    """The distance, `()` or `(N,)`; ValueError if it has another shape."""
    value = torch.as_tensor(distance(a, b))
    if value.shape not in ((), (len(a),)):
        raise ValueError(
            f"at {layer!r} the distance has shape {tuple(value.shape)}; it must be one "
            f"number, or one for each of the {len(a)} pictures: take its mean"
        )
    return value if value.is_floating_point() else value.float()
