"""Light on a surface: colour, relief and roughness, and where the lamp and the eye are.

Vectors lie along dimension 1, as colours do, so that pictures `(N, 3, H, W)` of normals
are shaded as they are; what is the same everywhere is `(N, 3, 1, 1)`.
"""

import math

import torch
from torch.nn.functional import normalize

TINY = 1e-4


def shade(
    albedo: torch.Tensor,
    normal: torch.Tensor,
    to_lamp: torch.Tensor,
    to_eye: torch.Tensor,
    *,
    roughness: torch.Tensor | float = 1.0,
    ambient: float = 0.0,
    facing: float = 0.04,
) -> torch.Tensor:
    """How bright a surface looks under one far lamp, `(N, C, H, W)`, 0 and up.

    A white matt surface that faces the lamp is 1 without a skin (`facing=0`), and 0.97
    with the one it has by default. What is not reflected by the smooth
    outer skin of the material is scattered evenly (Lambert). The skin is rough: made of
    small mirrors whose directions scatter about the normal (GGX).

    Args:
        albedo: `(…, C, …)` in [0, 1], the share of light that is scattered.
        normal, to_lamp, to_eye: `(…, 3, …)` of any length above 0; they and the albedo
            must fit each other as in broadcasting.
        roughness: 0 (a mirror) to 1 (matt), `(…, 1, …)` or one number; below 0.05 it
            counts as that, since no pixel hits so small a highlight.
        ambient: light from everywhere, without shadows, as a share of the lamp's.
        facing: how much the skin reflects when looked at straight on; 0.04 is glass,
            plastic, and most of what is not metal.
    Gradients: reach all tensors, but not where the lamp is behind the surface, and no
        roughness below 0.05: keep one above, such as `0.05 + 0.95 * sigmoid(r)`.
    Source: Khronos, "glTF 2.0 Specification", 2021, appendix B; Walter et al.,
        "Microfacet Models for Refraction through Rough Surfaces", 2007 (GGX); Heitz,
        "Understanding the Masking-Shadowing Function", 2014; Schlick, 1994.
    Differs: no light is reflected twice, nothing throws a shadow, and metals are left
        out.
    """
    if isinstance(roughness, (int, float)):
        roughness = normal.new_tensor(float(roughness))
    normal, to_lamp, to_eye = (
        normalize(vector, dim=1) for vector in (normal, to_lamp, to_eye)
    )
    halfway = normalize(to_lamp + to_eye, dim=1)

    def between(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return (one * other).sum(1, keepdim=True)

    lamp = between(normal, to_lamp).clamp(min=0)
    eye = between(normal, to_eye).clamp(min=TINY)
    peak = between(normal, halfway).clamp(min=0)
    squared = roughness.clamp(min=0.05) ** 4  # of roughness squared, as artists set it
    # the share of small mirrors that face halfway, and of those that are not hidden
    facets = squared / (math.pi * (peak**2 * (squared - 1) + 1) ** 2)
    seen = 0.5 / (
        lamp * (eye**2 * (1 - squared) + squared).sqrt()
        + eye * (lamp**2 * (1 - squared) + squared).sqrt()
    ).clamp(min=TINY)
    skin = facing + (1 - facing) * (1 - between(to_eye, halfway).clamp(0, 1)) ** 5
    scattered = (1 - skin) * albedo
    return (scattered + math.pi * facets * seen * skin) * lamp + ambient * albedo


def relief_normals(height: torch.Tensor, depth: float = 1.0) -> torch.Tensor:
    """Normals `(N, 3, H, W)` of a height map, in the surface's own frame.

    x runs to the right, y up, z out of the surface; a flat map gives (0, 0, 1).
    Args:
        height: `(N, 1, H, W)`, taken as periodic, like a tile.
        depth: how many texels high a height of 1 is.
    Raises: ValueError for another shape.
    Gradients: reach the height.
    """
    if height.dim() != 4 or height.shape[1] != 1:
        raise ValueError(f"height must be (N, 1, H, W), not {tuple(height.shape)}")
    right = (height.roll(-1, 3) - height.roll(1, 3)) * (depth / 2)
    up = (height.roll(1, 2) - height.roll(-1, 2)) * (depth / 2)  # rows run downwards
    return normalize(torch.cat([-right, -up, torch.ones_like(height)], 1), dim=1)


def tangent_frames(
    positions: torch.Tensor,
    uv: torch.Tensor,
    faces: torch.Tensor,
    normals: torch.Tensor,
) -> torch.Tensor:
    """At each vertex the directions in which u and v grow, and the normal, `(V, 3, 3)`.

    They are the columns, of length 1 and at right angles, so that `frames @ n` turns a
    normal map's vector into space. The first two follow the triangles around a vertex,
    by their area in the texture.
    Args: `positions` `(V, 3)`, `uv` `(V, 2)`, `faces` `(F, 3)` and `normals` `(V, 3)`,
        as a `scene.Mesh` has them.
    Gradients: reach positions and normals.
    Source: Lengyel, "Mathematics for 3D Game Programming and Computer Graphics", 2001,
        on tangent space; the frame is made right-angled as by Gram and Schmidt.
    Differs: v's direction is taken from the normal and u's, and turned where the
        texture is mirrored.
    """
    a, b, c = positions[faces].unbind(1)
    (ax, ay), (bx, by), (cx, cy) = (each.unbind(1) for each in uv[faces].unbind(1))
    one, other = b - a, c - a
    # solve for dP/du, times the area in the texture, whose sign says if it is mirrored
    sign = torch.sign((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))[:, None]
    along = (one * (cy - ay)[:, None] - other * (by - ay)[:, None]) * sign
    up = (other * (bx - ax)[:, None] - one * (cx - ax)[:, None]) * sign

    def gathered(values: torch.Tensor) -> torch.Tensor:
        each = values.repeat_interleave(3, 0)
        return torch.zeros_like(positions).index_add(0, faces.flatten(), each)

    normals = normalize(normals, dim=1)
    u, v = gathered(along), gathered(up)
    u = u - normals * (u * normals).sum(1, keepdim=True)
    # where nothing is known, any direction at right angles
    axis = torch.nn.functional.one_hot(normals.detach().abs().argmin(1), 3).to(u)
    spare = torch.linalg.cross(normals, axis)
    u = normalize(torch.where(u.norm(dim=1, keepdim=True) > 1e-9, u, spare), dim=1)
    across = torch.linalg.cross(normals, u)
    mirrored = (across * v).sum(1, keepdim=True) < 0
    return torch.stack([u, torch.where(mirrored, -across, across), normals], 2)
