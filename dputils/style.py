"""Style as correlations between channels, content as the channels themselves.

A loss is minimised. Source: Gatys et al., A Neural Algorithm of Artistic Style (2015), as used in the article's
sections 2 and 6: mean absolute differences, which were found steadier than squares outside VGG.
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
