"""Pictures of a model to be looked at: lit, with smooth outlines, on a ground with a
soft shadow. Optimization needs none of this and `rasterize` does none of it unasked.
"""

import torch
from torch.nn.functional import avg_pool2d, pad

from ..rasterize import View, rasterize, render
from .meshes import Mesh

GROUND = 0.9  # light, and darker than white, so that a white model stands out
SHADOW = 96  # texels along a side of the shadow's picture
REACH = 2.2  # half a side of the ground that may be in shadow, in radii of the model
HEIGHT = 0.35  # at this height above the ground, in radii, 1/e of the shadow is left
BLUR = 5  # texels to each side that the shadow is spread over, twice


def portraits(
    mesh: Mesh,
    cameras: torch.Tensor,
    size: int | tuple[int, int],
    *,
    texture: torch.Tensor | None = None,
    ground: float | tuple[float, ...] = GROUND,
    shadow: float = 0.4,
    shade: float = 0.6,
    samples: int = 3,
) -> torch.Tensor:
    """Pictures `(N, C, H, W)` of a mesh standing on a plain ground.

    Args:
        mesh: with texture coordinates.
        cameras: `(N, 4, 4)`; `orbit_views(mesh, N)` shows all of it.
        size: `(H, W)`, or one number for a square.
        texture: `(1 or N, C, h, w)` in [0, 1]; the mesh's own by default.
        ground: a number or a colour `(C,)`, of floor and wall alike.
        shadow: how much darker the ground is where the model touches it, 0 to 1.
        shade, samples: as for `View.render`.
    Raises: ValueError for a shadow outside [0, 1], and what `View` and its `render`
        raise.
    Gradients: reach the texture. They are not what this is for.
    Differs: no ray is traced. The shadow is what is near the ground, seen from below
        and blurred; a camera below the ground sees none.
    """
    if not 0 <= shadow <= 1:
        raise ValueError(f"shadow={shadow} must lie between 0 (none) and 1 (black)")
    picture = View(mesh, cameras, size)
    texture = mesh.texture if texture is None else texture
    channels = 3 if texture is None else texture.shape[1]
    plain = torch.as_tensor(ground, device=mesh.positions.device).float()
    plain = plain.expand(channels)
    wall = plain.view(1, -1, 1, 1).expand(len(picture.mask), -1, *picture.shape[1:])
    if shadow:
        floor = _floor(mesh).replace(
            texture=plain.view(1, -1, 1, 1) * (1 - shadow * _darkness(mesh))
        )
        seen = render(floor, cameras, size, background=wall)
        # upright in the picture if the camera is above the ground
        above = _above(torch.as_tensor(cameras).to(mesh.positions), floor)
        wall = torch.where(above.view(-1, 1, 1, 1), seen, wall)
    return picture.render(texture, background=wall, samples=samples, shade=shade)


def _floor(mesh: Mesh) -> Mesh:
    """A square under the mesh, at its lowest point."""
    center, half = mesh.center.detach(), REACH * mesh.radius
    bottom = mesh.positions.detach()[:, 1].min()
    corners = center.new_tensor([[-1, 1], [1, 1], [1, -1], [-1, -1]])
    x, z = (center[[0, 2]] + corners * half).unbind(1)
    return Mesh(
        torch.stack([x, bottom.expand(4), z], 1),
        torch.tensor([[0, 1, 2], [0, 2, 3]], device=center.device),
        uv=corners * center.new_tensor([0.5, -0.5]) + 0.5,
        name=f"the ground under {mesh.name}",
    )


@torch.no_grad()
def _darkness(mesh: Mesh) -> torch.Tensor:
    """How much of the floor's light is taken, `(1, 1, SHADOW, SHADOW)` in [0, 1]."""
    center, half = mesh.center, REACH * mesh.radius
    x, z = ((mesh.positions - center)[:, [0, 2]] / half).unbind(1)
    height = (mesh.positions[:, 1] - mesh.positions[:, 1].min()) / mesh.radius
    # parallel rays from below: what is lowest is nearest
    clip = torch.stack([x, -z, height - 1, torch.ones_like(x)], 1)
    below = rasterize(clip[None], mesh.faces, SHADOW)
    near = torch.exp(-(below.depth[:, None] + 1) / HEIGHT) * below.mask
    for _ in range(2):
        near = avg_pool2d(pad(near, [BLUR] * 4), 2 * BLUR + 1, stride=1)
    return near.clamp(0, 1)


def _above(cameras: torch.Tensor, floor: Mesh) -> torch.Tensor:
    """Which cameras `(N, 4, 4)` see the floor's upper side, `(N,)` bool."""
    clip = floor.project(cameras)[:, :3]
    # anticlockwise on the screen, where all corners are before the camera
    return torch.linalg.det(clip[..., [0, 1, 3]]) > 0
