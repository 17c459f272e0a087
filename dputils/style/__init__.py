"""Style as statistics of activations. Article: sections 2 and 6.

`gram.py` has the Gram matrix and the moving average that remembers past views,
`losses.py` compares layers, `statistics.py` compares moments and distributions instead,
`fast.py` transfers a style in one pass.
"""

from .fast import ConditionalNorm, FastStyle, load_fast_style
from .gram import MovingAverageGram, gram_matrix
from .losses import content_loss, mean_absolute, style_loss
from .statistics import mmd_loss, moment_loss

__all__ = [
    "ConditionalNorm",
    "FastStyle",
    "MovingAverageGram",
    "content_loss",
    "gram_matrix",
    "load_fast_style",
    "mean_absolute",
    "mmd_loss",
    "moment_loss",
    "style_loss",
]
