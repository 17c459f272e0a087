"""Cameras, in OpenGL's conventions: right-handed, y up, looking down -z, in radians.

A camera is a matrix `(4, 4)` from space to clip space, `perspective(…) @ look_at(…)`.
Several are `(N, 4, 4)`.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch

from .meshes import Mesh

Vector: TypeAlias = torch.Tensor | Sequence[float]
Range: TypeAlias = float | Sequence[float]
"""From lowest to highest, or one number for both."""

# the original's: nearly parallel rays, so that the texture is seen undistorted
FIELD_OF_VIEW = math.radians(10)
MARGIN = 0.04  # of a picture's height or width, left free on each side


def look_at(
    eye: Vector, target: Vector = (0.0, 0.0, 0.0), up: Vector = (0.0, 1.0, 0.0)
) -> torch.Tensor:
    """Matrix `(…, 4, 4)` that moves the world before a camera at 0 that looks down -z.

    Args: `eye`, `target`, `up`: `(…, 3)`. Where the line of sight is parallel to `up`,
        another direction takes its place (-z when looking down, z when looking up).
    Raises: ValueError if eye and target coincide.
    """
    vectors = _together(eye, target, up)
    place, aim, above = torch.broadcast_tensors(*vectors)
    back = place - aim
    distance = back.norm(dim=-1, keepdim=True)
    if (distance == 0).any():
        raise ValueError(
            "the camera stands at its own target, so it looks nowhere; "
            "move eye or target"
        )
    back = back / distance
    above = above / above.norm(dim=-1, keepdim=True).clamp(min=1e-20)
    right = torch.linalg.cross(above, back)
    spare = torch.linalg.cross(
        torch.stack([back[..., 0] * 0, back[..., 0] * 0, -back[..., 1]], -1), back
    )
    spare = torch.where(
        spare.norm(dim=-1, keepdim=True) > 1e-3, spare, back.new_tensor([1.0, 0, 0])
    )
    right = torch.where(right.norm(dim=-1, keepdim=True) > 1e-4, right, spare)
    right = right / right.norm(dim=-1, keepdim=True)
    # rows: right, up, back
    rotation = torch.stack([right, torch.linalg.cross(back, right), back], -2)
    matrix = rotation.new_zeros(*rotation.shape[:-2], 4, 4)
    matrix[..., :3, :3] = rotation
    matrix[..., :3, 3] = -(rotation @ place[..., None])[..., 0]
    matrix[..., 3, 3] = 1
    return matrix


def perspective(
    fov: float = FIELD_OF_VIEW,
    aspect: float = 1.0,
    near: float | torch.Tensor = 0.1,
    far: float | torch.Tensor = 100.0,
) -> torch.Tensor:
    """Projection matrix `(4, 4)`, or `(N, 4, 4)` where near and far are tensors `(N,)`.

    Args:
        fov: vertical field of view in radians (default 10°).
        aspect: width over height.
        near, far: distances at which depth is -1 and 1. What is nearer or farther is
            not drawn. Depth is as exact as near is large: far / near should stay below
            about 1000.
    Raises: ValueError unless 0 < near < far and 0 < fov < π.
    """
    near, far = _together(near, far)
    if not ((near > 0) & (near < far)).all():
        raise ValueError(
            f"near={near.tolist()} and far={far.tolist()} must satisfy 0 < near < far"
        )
    if not 0 < fov < math.pi:
        raise ValueError(
            f"fov={fov} must be between 0 and π radians; for degrees use "
            f"math.radians({fov})"
        )
    if aspect <= 0:
        raise ValueError(f"aspect={aspect} must be positive; it is width / height")
    matrix = near.new_zeros(*torch.broadcast_shapes(near.shape, far.shape), 4, 4)
    focal = 1 / math.tan(fov / 2)
    matrix[..., 0, 0], matrix[..., 1, 1] = focal / aspect, focal
    matrix[..., 2, 2], matrix[..., 2, 3] = (
        (far + near) / (near - far),
        2 * far * near / (near - far),
    )
    matrix[..., 3, 2] = -1
    return matrix


def sample_views(
    mesh: Mesh,
    count: int = 1,
    *,
    distance: Range = (11.0, 13.0),
    elevation: Range | None = None,
    azimuth: Range | None = None,
    fov: float = FIELD_OF_VIEW,
    aspect: float = 1.0,
    seed: int | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Random cameras around a mesh, uniform over the sphere, aimed at its centre.

    Args:
        mesh: a `Mesh`.
        count: N.
        distance: range from which the distance is drawn uniformly, or one number; in
            units of half the longest side of the bounding box, so that 11 is 11 for a
            mesh from -1 to 1. With the default field of view a sphere that touches such
            a box fills the picture at 11.5.
        elevation: range in radians, -π/2 (from below) … π/2 (from above); None for all.
            Uniform over this part of the sphere, not over the angle.
        azimuth: range in radians; 0 is the front (a camera on the positive z axis), π/2
            the side of positive x. None for all around.
        fov, aspect: as for `perspective`.
        seed, generator: of the draw, on the CPU (give one; default seed 0).
    Returns: `(N, 4, 4)` on the mesh's device.
    Raises: ValueError for empty ranges.
    Source: article, section 5; Lucid `misc/gl/meshutil.py`, `sample_view`, distances 11
        to 13 (10 to 12 for style).
    Differs: the original aims at 0 and draws every height; its meshes are centred.
    """
    if seed is not None and generator is not None:
        raise ValueError("give seed or generator, not both")
    if generator is None:
        generator = torch.Generator().manual_seed(0 if seed is None else seed)
    distance = _range(distance, "distance", 0, math.inf)
    elevation = _range(
        (-math.pi / 2, math.pi / 2) if elevation is None else elevation,
        "elevation",
        -math.pi / 2,
        math.pi / 2,
    )
    azimuth = _range(
        (-math.pi, math.pi) if azimuth is None else azimuth,
        "azimuth",
        -2 * math.pi,
        2 * math.pi,
    )
    if distance[0] <= 0:
        raise ValueError(
            f"distance={distance} must be positive: "
            "the camera cannot stand at its target"
        )
    share = torch.rand(count, 3, generator=generator, dtype=torch.float64)
    # Equal steps of the sine cut a sphere into rings of equal area.
    sine = math.sin(elevation[0]) + share[:, 0] * (
        math.sin(elevation[1]) - math.sin(elevation[0])
    )
    turn = azimuth[0] + share[:, 1] * (azimuth[1] - azimuth[0])
    away = distance[0] + share[:, 2] * (distance[1] - distance[0])
    return _cameras(mesh, torch.asin(sine.clamp(-1, 1)), turn, away, fov, aspect)


def orbit_views(
    mesh: Mesh,
    count: int,
    *,
    distance: float | None = None,
    elevation: float = 0.3,
    start: float = 0.0,
    fov: float = FIELD_OF_VIEW,
    aspect: float = 1.0,
) -> torch.Tensor:
    """Cameras evenly spaced on a circle around a mesh, for a turntable that loops.

    Args:
        mesh, count, fov, aspect: as for `sample_views`.
        distance: in its units too; None for the nearest at which the whole mesh is in
            all pictures, with a margin of 4 % on each side.
        elevation, start: of all cameras, and the azimuth of the first, in radians.
    Returns: `(N, 4, 4)`.
    """
    turn = start + torch.arange(count, dtype=torch.float64) * (2 * math.pi / count)
    height = torch.full_like(turn, elevation)
    if distance is None:
        distance = _fitting(mesh, _directions(height, turn), fov, aspect)
    return _cameras(mesh, height, turn, torch.full_like(turn, distance), fov, aspect)


def _fitting(mesh: Mesh, directions: torch.Tensor, fov: float, aspect: float) -> float:
    """The distance, in half sides, at which the mesh fills pictures up to MARGIN."""
    center = mesh.center.detach()
    places = (mesh.positions.detach() - center).double().cpu() / (mesh.radius or 1)
    # x, y and z as a camera in each direction sees them, (N, V, 3)
    turned = places @ look_at(directions, (0.0, 0.0, 0.0))[:, :3, :3].double().mT
    slope = math.tan(fov / 2) * (1 - 2 * MARGIN)
    sideways = turned[..., 0].abs() / aspect
    needed = turned[..., 2] + torch.maximum(sideways, turned[..., 1].abs()) / slope
    return float(needed.max())


def _directions(elevation: torch.Tensor, azimuth: torch.Tensor) -> torch.Tensor:
    """Unit vectors from the centre towards the cameras, `(N, 3)`."""
    level = elevation.cos()
    return torch.stack(
        [level * azimuth.sin(), elevation.sin(), level * azimuth.cos()], -1
    )


def _cameras(
    mesh: Mesh,
    elevation: torch.Tensor,
    azimuth: torch.Tensor,
    distance: torch.Tensor,
    fov: float,
    aspect: float,
) -> torch.Tensor:
    direction = _directions(elevation, azimuth)
    center, radius = mesh.center.detach().double().cpu(), mesh.radius
    if radius == 0:
        raise ValueError(f"{mesh.name} has no extent: all its vertices coincide")
    view = look_at(
        (center + direction * (distance * radius)[:, None]).float(), center.float()
    )
    # Near and far enclose the box (its half diagonal is at most √3), so that depth is
    # as exact as it can be.
    near, far = (distance - 1.75).clamp(min=0.02), distance + 1.75
    return (
        perspective(fov, aspect, (near * radius).float(), (far * radius).float()) @ view
    ).to(mesh.positions)


def _together(*values: Any) -> list[torch.Tensor]:
    """As float32 tensors, on the device of the first of them that is elsewhere."""
    tensors = [torch.as_tensor(value, dtype=torch.float32) for value in values]
    devices = [t.device for t in tensors if t.device.type != "cpu"]
    return [t.to(devices[0]) if devices else t for t in tensors]


def _range(value: Range, name: str, low: float, high: float) -> tuple[float, float]:
    ends = [value, value] if isinstance(value, (int, float)) else value
    numbers = tuple(float(end) for end in ends)
    if len(numbers) != 2 or not low - 1e-9 <= numbers[0] <= numbers[1] <= high + 1e-9:
        raise ValueError(
            f"{name}={numbers} must be a number or a range (lowest, highest) within "
            f"{low:.4g} … {high:.4g}"
        )
    return numbers
