"""Meshes to PyTorch3D and back. Written for version 0.7.9."""

from typing import TYPE_CHECKING

from ..rasterize import need_pytorch3d
from .meshes import Mesh

if TYPE_CHECKING:
    from pytorch3d.structures import Meshes


def to_pytorch3d(mesh: Mesh) -> "Meshes":
    """The mesh as `pytorch3d.structures.Meshes` with `TexturesUV`.

    Where it has no texture, that is a white texel.
    """
    need_pytorch3d()
    from pytorch3d.renderer import TexturesUV
    from pytorch3d.structures import Meshes

    textures = None
    if mesh.uv is not None:
        picture = (
            mesh.positions.new_ones(1, 3, 1, 1)
            if mesh.texture is None
            else mesh.texture
        )
        # Borders of texels at 0 and 1, as everywhere else in this package; PyTorch3D's
        # default puts centres there.
        textures = TexturesUV(
            maps=picture.permute(0, 2, 3, 1),
            faces_uvs=[mesh.faces],
            verts_uvs=[mesh.uv],
            padding_mode="border",
            align_corners=False,
        )
    return Meshes(verts=[mesh.positions], faces=[mesh.faces], textures=textures)


def from_pytorch3d(meshes: "Meshes", index: int = 0, *, name: str = "mesh") -> Mesh:
    """One of the meshes in a `Meshes` as a `Mesh`.

    If it has `TexturesUV`, their texture and texture coordinates come along. Vertices
    on a texture seam are doubled, since a `Mesh` has one texture coordinate for each.
    Raises: ValueError for several maps on one mesh.
    """
    need_pytorch3d()
    from pytorch3d.renderer import TexturesUV

    positions, faces, textures = (
        meshes.verts_list()[index],
        meshes.faces_list()[index],
        meshes.textures,
    )
    if not isinstance(textures, TexturesUV):
        return Mesh(positions, faces, name=name)
    if getattr(textures, "maps_ids_padded", lambda: None)() is not None:
        raise ValueError(
            "this mesh has several texture maps; join them into one atlas first"
        )
    picture = textures.maps_padded()[index][None].permute(0, 3, 1, 2)
    uv, uv_faces = textures.verts_uvs_list()[index], textures.faces_uvs_list()[index]
    # 0 and 1 are the centres of the outer texels there, and their outer borders here
    if textures.align_corners:
        size = uv.new_tensor([picture.shape[3], picture.shape[2]])
        uv = (uv * (size - 1) + 0.5) / size
    key = faces * len(uv) + uv_faces
    pairs, joined = key.unique(return_inverse=True)
    return Mesh(
        positions[pairs // len(uv)],
        joined.view(-1, 3),
        uv[pairs % len(uv)],
        picture,
        name,
    )
