"""PyTorch3D as the second rasterizer. Written for version 0.7.9.

PyTorch3D's screen has x to the left, y up, the shorter side from -1 to 1, and the
distance from the camera as z.
"""

import torch


def rasterize(
    clip: torch.Tensor, faces: torch.Tensor, size: tuple[int, int]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """As `render.rasterize`, by PyTorch3D: `(face, barycentric, depth)`.

    Raises: ImportError with what to do where PyTorch3D is missing.
    Gradients: as there, through PyTorch3D's own backward.
    Differs: a pixel centre exactly on an edge may go to another of the triangles that
        share it, or to none.
    """
    need_pytorch3d()
    views = [_rasterize_view(view, faces, size) for view in clip]
    face, barycentric, depth = (
        torch.stack(parts).to(parts[0].device) for parts in zip(*views)
    )
    return face, barycentric, depth


def _rasterize_view(clip, faces, size):
    from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes
    from pytorch3d.structures import Meshes

    height, width = size
    x, y, z, w = clip.float().unbind(-1)
    low, high = w.detach().argmin(), w.detach().argmax()
    spread = w[high] - w[low]
    # a parallel projection: w is the same everywhere
    flat = bool(spread <= 1e-6 * w[high].abs())
    safe = torch.where(w.abs() < 1e-8, torch.full_like(w, 1e-8), w)
    near = None
    if not flat:  # z = a w + b, which meets the near plane z = -w at w = -b / (1 + a)
        a = ((z[high] - z[low]) / spread).detach()
        near = float(-(z[high].detach() - a * w[high].detach()) / (1 + a))
    points = torch.stack(
        [
            -x / safe * max(1, width / height),
            y / safe * max(1, height / width),
            z / safe + 1 if flat else safe,
        ],
        -1,
    )
    face, _, barycentric, _ = rasterize_meshes(
        Meshes(verts=[points], faces=[faces]),
        image_size=(height, width),
        blur_radius=0.0,
        faces_per_pixel=1,
        perspective_correct=not flat,
        clip_barycentric_coords=False,
        cull_backfaces=False,
        z_clip_value=near,
    )
    face, barycentric = face[0, ..., 0], barycentric[0, ..., 0, :].to(clip.dtype)
    corners = clip[faces[face.clamp(min=0)]]
    depth = (barycentric * corners[..., 2]).sum(-1) / (
        barycentric * corners[..., 3]
    ).sum(-1)
    seen = (face >= 0) & (depth.detach() <= 1)
    return (
        torch.where(seen, face, -1),
        torch.where(seen[..., None], barycentric, 0),
        torch.where(seen, depth, 1),
    )


def need_pytorch3d() -> None:
    try:
        import pytorch3d  # noqa: F401
    except ImportError as error:
        raise ImportError(
            'PyTorch3D is not installed; backend="torch" needs nothing else and gives '
            "the same pictures. conda install -c conda-forge pytorch3d has it for "
            "Linux and Windows"
        ) from error
