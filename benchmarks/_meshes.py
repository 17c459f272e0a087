"""Meshes for timing: a sphere of any number of triangles, bulged so that parts hide
each other.
"""

import math

import torch

from dputils.scene import Mesh


def bumpy_sphere(triangles):
    """A closed sphere with about that many triangles of similar size, bumps, and
    texture coordinates (u, v).
    """
    rows = max(3, round(math.sqrt(triangles / 4)))
    columns = 2 * rows
    v, u = torch.meshgrid(
        torch.linspace(0, 1, rows + 1), torch.linspace(0, 1, columns + 1), indexing="ij"
    )
    polar, turn = v * math.pi, u * 2 * math.pi
    radius = (
        0.8
        + 0.12 * torch.sin(7 * turn) * torch.sin(polar) ** 2
        + 0.08 * torch.cos(9 * polar)
    )
    positions = (
        torch.stack(
            [polar.sin() * turn.sin(), -polar.cos(), polar.sin() * turn.cos()], -1
        )
        * radius[..., None]
    )
    corner = (
        torch.arange(rows)[:, None] * (columns + 1) + torch.arange(columns)
    ).flatten()
    faces = torch.cat(
        [
            torch.stack([corner, corner + 1, corner + columns + 2], 1),
            torch.stack([corner, corner + columns + 2, corner + columns + 1], 1),
        ]
    )
    return Mesh(
        positions.view(-1, 3),
        faces,
        torch.stack([u, v], -1).view(-1, 2),
        name="bumpy sphere",
    ).normalized()
