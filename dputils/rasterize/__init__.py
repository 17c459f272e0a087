"""From triangles to pixels to colours, with gradients. Article: section 5.

`visibility.py` finds the triangle that each pixel sees, `render.py` carries values from
vertices to pixels, `texture.py` looks colours up, `pytorch3d_backend.py` does the first
by PyTorch3D.
"""

from .pytorch3d_backend import need_pytorch3d
from .render import (
    BACKENDS,
    Fragments,
    View,
    interpolate,
    rasterize,
    render,
    screen_derivatives,
)
from .texture import lookup, mip_level, mip_levels, sample_texture

__all__ = [
    "BACKENDS",
    "Fragments",
    "View",
    "interpolate",
    "lookup",
    "mip_level",
    "mip_levels",
    "need_pytorch3d",
    "rasterize",
    "render",
    "sample_texture",
    "screen_derivatives",
]
