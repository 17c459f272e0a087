"""Pictures of the finished meshes for the README: four sides of each, softly lit."""

import math

import torch
import torch.nn.functional as F

from dputils.rasterize import View, interpolate
from dputils.scene import sample_views

SIDES = ((0, 8), (40, 12), (90, 6), (180, 10))  # azimuth and elevation in degrees
LIGHT = (-0.45, 0.60, 0.66)  # from above, on the left of the camera


def sheet(meshes, size=256):
    """One row for each mesh, one column for each side: `(1, 3, rows, columns)` in [0,
    1].
    """
    rows = [
        torch.cat([portrait(mesh, *side, size) for side in SIDES], 3) for mesh in meshes
    ]
    return torch.cat(rows, 2)


def portrait(mesh, azimuth, elevation, size):
    """A mesh from one side (in degrees), lit from the camera's upper left,
    `(1, 3, size, size)`.
    """
    camera = sample_views(
        mesh,
        1,
        distance=13.5,
        azimuth=math.radians(azimuth),
        elevation=math.radians(elevation),
    )
    view = View(mesh, camera, 2 * size)
    normals = F.normalize(
        interpolate(view.fragments, mesh.normals(), mesh.faces), dim=1
    )
    # right, up, and away from the camera
    axes = F.normalize(camera[0, [0, 1, 3], :3], dim=1)
    toward = LIGHT[0] * axes[0] + LIGHT[1] * axes[1] - LIGHT[2] * axes[2]
    lit = (normals * toward[:, None, None]).sum(1, keepdim=True).clamp(min=0)
    shade = 0.56 + 0.08 * normals[:, 1:2] + 0.44 * lit
    ground = torch.linspace(0.95, 0.84, 2 * size)[:, None].expand(
        1, 3, 2 * size, 2 * size
    )
    picture = torch.where(
        view.mask, (view.render(mip=True) * shade).clamp(0, 1), ground
    )
    return F.avg_pool2d(picture, 2)
