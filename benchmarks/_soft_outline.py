"""PyTorch3D's soft silhouettes, to compare with `antialias`. For its version 0.7.9."""

import math

import torch
from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes
from pytorch3d.structures import Meshes


def soft_mask(
    clip: torch.Tensor, faces: torch.Tensor, size: int, *, sigma: float = 1e-4
) -> torch.Tensor:
    """What a mesh covers, `(1, 1, size, size)`, with gradients to `clip` (1, V, 4).

    A pixel is covered by a sigmoid of its squared distance to each of the nearest 50
    triangles; together they cover it as independent chances would. `sigma`, in squared
    units of a screen from -1 to 1, is how soft: PyTorch3D's own default.
    """
    x, y, _, w = clip[0].float().unbind(-1)
    face, _, _, distance = rasterize_meshes(
        Meshes(verts=[torch.stack([-x / w, y / w, w], -1)], faces=[faces]),
        image_size=(size, size),
        # farther away a sigmoid says less than one in ten thousand
        blur_radius=math.log(1 / 1e-4 - 1) * sigma,
        faces_per_pixel=50,
        perspective_correct=False,
        clip_barycentric_coords=True,
        cull_backfaces=False,
    )
    chance = torch.sigmoid(-distance / sigma) * (face >= 0)
    return 1 - (1 - chance).prod(-1)[None]
