"""Meshes and cameras. Article: sections 5 and 6.

`meshes.py` says what a mesh is, `cameras.py` looks at it, `files.py` reads, unwraps and
writes it, `portraits.py` shows it at its best, `smooth.py` parameterizes shapes to be
optimized, `pytorch3d.py` exchanges meshes with PyTorch3D.
"""

from .atlas import chart_mask, cut_points, dilate, fill, shared_edges, unwrap
from .cameras import (
    FIELD_OF_VIEW,
    look_at,
    orbit_views,
    perspective,
    sample_views,
)
from .files import fetch_mesh, load_maps, load_mesh, save_mesh
from .meshes import Mesh, repair
from .portraits import portraits
from .pytorch3d import from_pytorch3d, to_pytorch3d
from .smooth import EvenAdam, SmoothVertices, icosphere, laplacian

__all__ = [
    "EvenAdam",
    "FIELD_OF_VIEW",
    "Mesh",
    "SmoothVertices",
    "chart_mask",
    "cut_points",
    "dilate",
    "fetch_mesh",
    "fill",
    "from_pytorch3d",
    "icosphere",
    "laplacian",
    "load_maps",
    "load_mesh",
    "look_at",
    "orbit_views",
    "perspective",
    "portraits",
    "repair",
    "sample_views",
    "save_mesh",
    "shared_edges",
    "to_pytorch3d",
    "unwrap",
]
