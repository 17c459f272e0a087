"""Pictures without an end: tiles (`tiling.py`) and DeepDream on tiles of any size
(`dream.py`).
"""

from .dream import (
    color_mixed,
    deep_dream,
    laplacian_bands,
    laplacian_normalised,
    tiled_gradient,
)
from .tiling import (
    periodic_part,
    random_roll,
    resize_periodic,
    seam_jump,
    show_tiling,
    tile,
    tiling_preview,
    tiling_transforms,
    wrap,
)

__all__ = [
    "color_mixed",
    "deep_dream",
    "laplacian_bands",
    "laplacian_normalised",
    "periodic_part",
    "random_roll",
    "resize_periodic",
    "seam_jump",
    "show_tiling",
    "tile",
    "tiled_gradient",
    "tiling_preview",
    "tiling_transforms",
    "wrap",
]
