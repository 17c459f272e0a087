"""Style as correlations between channels, and the moving average that gives it a memory
over many views.

Sources: Gatys et al., A Neural Algorithm of Artistic Style (2015); the article's
    section 6 for the average.
"""

import torch
from torch import nn


def gram_matrix(features: torch.Tensor) -> torch.Tensor:
    """How often channels fire together: `(N, C, H, W)` to `(N, C, C)`.

    Entry (i, j) is the mean over positions of channel i times channel j, so pictures of
    different sizes compare. Symmetric, positive semi-definite, and separate for every
    picture of the batch.
    Raises: ValueError for another shape.
    Gradients: reach the features.
    """
    if features.dim() != 4:
        raise ValueError(
            "gram_matrix needs features of shape (N, C, H, W), not "
            f"{tuple(features.shape)}"
        )
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


class MovingAverageGram(nn.Module):
    """A Gram matrix with a memory of past views, and a gradient for this one.

    `average ← decay · average + (1 - decay) · gram`, and the result is
    `gram + stop_gradient(average - gram)`. Each view then only has to supply what the
    others lack. One instance per layer.

    Args: decay, from 0 (no memory) to below 1; the article uses 0.95.
    Shapes: `(N, C, C)` in and out.
    Raises: ValueError for another decay.
    Gradients: d result / d gram is the identity, not (1 - decay).
    Source: article, section 6 and its footnote on the stop-gradient trick.
    Differs: the average starts at the first Gram matrix. TensorFlow's starts at zero
        and stays too small for the first dozens of steps.
    """

    average: torch.Tensor | None

    def __init__(self, decay: float = 0.95) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(
                f"decay={decay} must be at least 0 and below 1 (the article uses 0.95)"
            )
        self.decay = decay
        self.register_buffer("average", None)

    def forward(self, gram: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            now = gram.detach()
            self.average = (
                now
                if self.average is None
                else torch.lerp(now, self.average, self.decay)
            )
            difference = self.average - now
        return gram + difference

    def reset(self) -> None:
        """Forget all views: the next one starts the average anew."""
        self.average = None
