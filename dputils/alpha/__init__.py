"""Pictures with opacity. Article: section 4.

`blend.py` lays one picture over another in linear light and asks for as little opacity
as possible, `backgrounds.py` has what lies behind while a picture is optimized.
"""

from .backgrounds import (
    Background,
    LearnedBackground,
    OverBackground,
    constant,
    fixed,
    photographs,
    smooth_noise,
    white_noise,
)
from .blend import (
    TransparencyObjective,
    blend_over,
    checkerboard,
    composites,
    four_way,
    transparency_objective,
)

__all__ = [
    "Background",
    "LearnedBackground",
    "OverBackground",
    "TransparencyObjective",
    "blend_over",
    "checkerboard",
    "composites",
    "constant",
    "fixed",
    "four_way",
    "photographs",
    "smooth_noise",
    "transparency_objective",
    "white_noise",
]
