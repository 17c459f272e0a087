"""Triangle meshes: vertices, faces, texture coordinates, and checks of them."""

import dataclasses
import warnings
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclasses.dataclass
class Mesh:
    """A textured triangle mesh.

    Attributes:
        positions: `(V, 3)` float32, right-handed, y up.
        faces: `(F, 3)` int64, corners counted from 0, anticlockwise seen from outside.
        uv: `(V, 2)` float32 or None, one per vertex, origin at the bottom left. Where
            the texture has a seam, two vertices share a position.
        texture: `(1, C, H, W)` in [0, 1] or None.
        name: what messages call it, and files.
        material: what files call its surface; None for the mesh's own name.
        double_sided: what files say about triangles seen from behind. Here both sides
            are always drawn.
    Raises: ValueError for wrong shapes, indices out of range, NaN. `repair` mends what
        can be mended.
    """

    positions: torch.Tensor
    faces: torch.Tensor
    uv: torch.Tensor | None = None
    texture: torch.Tensor | None = None
    name: str = "mesh"
    material: str | None = None
    double_sided: bool = True

    def __post_init__(self) -> None:
        self.positions = torch.as_tensor(self.positions)
        self.faces = torch.as_tensor(self.faces, device=self.positions.device)
        if not self.positions.is_floating_point():
            self.positions = self.positions.float()
        _check_shape(self.positions, 3, f"{self.name}: positions", "(V, 3)")
        _check_shape(self.faces, 3, f"{self.name}: faces", "(F, 3)")
        if self.faces.is_floating_point() or self.faces.dtype == torch.bool:
            raise ValueError(
                f"{self.name}: faces must be integers, not {self.faces.dtype}"
            )
        self.faces = self.faces.long()
        if len(self.faces) and not 0 <= int(self.faces.min()) <= int(
            self.faces.max()
        ) < len(self.positions):
            raise ValueError(
                f"{self.name}: faces name vertices {int(self.faces.min())} to "
                f"{int(self.faces.max())}, but there are {len(self.positions)}, "
                "counted from 0; repair(...) drops them"
            )
        _check_finite(self.positions, f"{self.name}: positions")
        if self.uv is not None:
            self.uv = torch.as_tensor(
                self.uv, dtype=self.positions.dtype, device=self.positions.device
            )
            _check_shape(self.uv, 2, f"{self.name}: uv", "(V, 2)")
            if len(self.uv) != len(self.positions):
                raise ValueError(
                    f"{self.name}: {len(self.uv)} texture coordinates for "
                    f"{len(self.positions)} vertices; there must be one each, "
                    "so a vertex on a seam appears once for each side"
                )
            _check_finite(self.uv, f"{self.name}: uv")

    def __repr__(self) -> str:
        parts = [f"{len(self.positions):,} vertices", f"{len(self.faces):,} triangles"]
        if self.uv is None:
            parts.append("no uv")
        elif (self.uv == self.uv[:1]).all():
            parts.append("uv all at one point")
        else:
            parts.append("uv")
        if self.texture is not None:
            parts.append(f"texture {self.texture.shape[-2]}×{self.texture.shape[-1]}")
        return f"Mesh({self.name!r}, {', '.join(parts)})"

    def to(self, device: torch.device | str) -> "Mesh":
        """The same mesh on another device."""
        move = {
            field: getattr(self, field)
            for field in ("positions", "faces", "uv", "texture")
        }
        return self.replace(
            **{
                name: None if value is None else value.to(device)
                for name, value in move.items()
            }
        )

    def replace(self, **changes: Any) -> "Mesh":
        """A copy with other values, such as `mesh.replace(texture=image())`."""
        return dataclasses.replace(self, **changes)

    @property
    def center(self) -> torch.Tensor:
        """Centre of the bounding box, `(3,)`."""
        return (self.positions.amin(0) + self.positions.amax(0)) / 2

    @property
    def radius(self) -> float:
        """Half the longest side of the bounding box, the unit of distances."""
        places = self.positions.detach()
        return float((places.amax(0) - places.amin(0)).max()) / 2

    def required_uv(self) -> torch.Tensor:
        """The texture coordinates.

        Raises: ValueError where there are none; it says how to make them.
        """
        if self.uv is None:
            raise ValueError(
                f"{self.name} has no texture coordinates (uv); "
                "scene.unwrap(mesh) makes them"
            )
        return self.uv

    def normalized(self) -> "Mesh":
        """A copy whose bounding box has its centre at 0, its longest side from -1 to 1.

        So are the meshes of the original.
        """
        if not self.radius:
            raise ValueError(f"{self.name} has no extent: all its vertices coincide")
        return self.replace(positions=(self.positions - self.center) / self.radius)

    def normals(self) -> torch.Tensor:
        """Unit normals at the vertices, `(V, 3)`: the adjoining faces', by their area.

        Vertices at the same position share one, so that a texture seam does not show as
        an edge.
        """
        # the same to six digits
        place = (
            self.positions.detach().cpu() / max(self.radius, 1e-30) * 2**20
        ).round()
        # on the CPU: MPS has no unique over rows
        _, group = place.unique(dim=0, return_inverse=True)
        group = group.to(self.positions.device)
        corners = self.positions[self.faces]
        face = torch.linalg.cross(
            corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        )
        total = torch.zeros_like(self.positions).index_add(
            0, group[self.faces].flatten(), face.repeat_interleave(3, 0)
        )
        return torch.nn.functional.normalize(total[group], dim=1, eps=1e-20)

    def project(self, cameras: torch.Tensor) -> torch.Tensor:
        """Vertices in the clip space of each camera, `(N, V, 4)`.

        Args: `cameras`, `(N, 4, 4)` or `(4, 4)`.
        """
        cameras = torch.as_tensor(cameras).to(self.positions)
        if cameras.dim() == 2:
            cameras = cameras[None]
        if cameras.dim() != 3 or cameras.shape[1:] != (4, 4):
            raise ValueError(
                "cameras must be (N, 4, 4) or (4, 4), not "
                f"{tuple(cameras.shape)}; sample_views makes them, and so "
                "does perspective(...) @ look_at(...)"
            )
        return (
            self.positions @ cameras[:, :, :3].transpose(1, 2) + cameras[:, None, :, 3]
        )


def repair(
    positions: "ArrayLike",
    faces: "ArrayLike",
    uv: "ArrayLike | None" = None,
    *,
    name: str = "mesh",
    texture: torch.Tensor | None = None,
) -> Mesh:
    """A valid `Mesh` from doubtful arrays, without what cannot be drawn.

    Dropped are faces that name vertices that do not exist, have a NaN corner, or name a
    vertex twice or two vertices at one place. NaN texture coordinates become 0.
    Vertices keep their numbers. A warning says what went.
    Raises: ValueError if nothing is left, or if more than half the faces would go: then
        the file means something else.
    """
    positions = torch.as_tensor(positions).float()
    faces = torch.as_tensor(faces).long()
    _check_shape(positions, 3, f"{name}: positions", "(V, 3)")
    _check_shape(faces, 3, f"{name}: faces", "(F, 3)")
    total = len(faces)
    notes: list[str] = []

    def keep(faces: torch.Tensor, good: torch.Tensor, what: str) -> torch.Tensor:
        if not good.all():
            notes.append(f"{int((~good).sum())} triangles {what}")
        return faces[good]

    faces = keep(
        faces,
        ((faces >= 0) & (faces < len(positions))).all(1),
        "that name vertices that do not exist",
    )
    finite = torch.isfinite(positions).all(1)
    faces = keep(faces, finite[faces].all(1), "with a corner that is NaN or infinite")
    positions = torch.where(finite[:, None], positions, 0)
    a, b, c = positions[faces].unbind(1)
    distinct = (a != b).any(1) & (b != c).any(1) & (c != a).any(1)
    faces = keep(faces, distinct, "without area, two corners being the same")
    if len(faces) < max(1, total / 2):
        raise ValueError(
            f"{name}: of {total} triangles only {len(faces)} can be drawn "
            f"(dropped: {', '.join(notes) or 'none'}); "
            "the file is damaged or not a triangle mesh"
        )
    if uv is not None:
        uv = torch.as_tensor(uv).float()
        if uv.dim() == 2 and not torch.isfinite(uv).all():
            notes.append(
                f"{int((~torch.isfinite(uv)).any(1).sum())} texture coordinates that "
                "were NaN (now 0)"
            )
            uv = torch.nan_to_num(uv, 0.0, 0.0, 0.0)
    if notes:
        warnings.warn(f"{name} was repaired; dropped: {', '.join(notes)}", stacklevel=3)
    # their faces are gone, but at 0 they would stretch the bounding box
    if not finite.all():
        positions = torch.where(finite[:, None], positions, positions[faces[0, 0]])
    return Mesh(positions, faces, uv, texture, name)


def _check_shape(values, columns, what, shape):
    if values.dim() != 2 or values.shape[1] != columns or not len(values):
        raise ValueError(
            f"{what} must be {shape} with at least one row, not {tuple(values.shape)}"
        )


def _check_finite(values, what):
    bad = (~torch.isfinite(values)).any(1)
    if bad.any():
        raise ValueError(
            f"{what} contain NaN or infinite values at {int(bad.sum())} "
            f"vertices, the first is number {int(bad.nonzero()[0])}; "
            "repair(...) drops the faces that use them"
        )
