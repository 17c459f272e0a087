"""From triangles to pixels to colours, with gradients. Article: section 5.

`visibility.py` finds the triangle that each pixel sees, `render.py` carries values from
vertices to pixels, `texture.py` looks colours up, `outline.py` smooths outlines and so
gives shapes a gradient: rasterize, interpolate, look up, antialias, the four verbs of a
differentiable rasterizer. `shading.py` puts a lamp on colour, relief and roughness.
`pytorch3d_backend.py` does the first verb by PyTorch3D.
"""

from .outline import antialias, beyond_edges
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
from .shading import relief_normals, shade, tangent_frames
from .texture import lookup, mip_level, mip_levels, sample_texture

__all__ = [
    "BACKENDS",
    "Fragments",
    "View",
    "antialias",
    "beyond_edges",
    "interpolate",
    "lookup",
    "mip_level",
    "mip_levels",
    "need_pytorch3d",
    "rasterize",
    "relief_normals",
    "render",
    "sample_texture",
    "screen_derivatives",
    "shade",
    "tangent_frames",
]
