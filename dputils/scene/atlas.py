"""Texture coordinates: making them, which texels they use, and the gutters between."""

import importlib.util
import io
import subprocess
import sys
import time
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from ..rasterize import rasterize
from ..sizes import Size, height_width
from . import charts as script
from .meshes import Mesh

# texels: what mip levels and a resize in another program may reach beyond a chart
GUTTER = 8
QUICK = 2_000  # triangles that are unwrapped in less time than a process takes


def unwrap(
    mesh: Mesh,
    *,
    size: int = 1024,
    gutter: int | None = None,
    patience: float = 300.0,
) -> Mesh:
    """The mesh with new texture coordinates from xatlas.

    Its texture, which no longer fits, is dropped.
    Args:
        size: the texture for which the charts are spaced.
        gutter: texels around each chart at that size, so that two charts are at least
            twice that apart; by default a 256th of the size.
        patience: seconds after which it is given up. Some meshes of fifty thousand
            triangles take a minute, and some never end.
    Raises: ImportError with what to do where xatlas is missing; TimeoutError when
        patience ends.
    The result does not depend on the mesh's unit and place.
    """
    return unwrapped(mesh, size=size, gutter=gutter, patience=patience)[0]


def unwrapped(
    mesh: Mesh,
    *,
    size: int = 1024,
    gutter: int | None = None,
    patience: float = 300.0,
) -> tuple[Mesh, torch.Tensor]:
    """`unwrap`, and the old number `(V,)` of each vertex of the new mesh."""
    if importlib.util.find_spec("xatlas") is None:
        raise ImportError(
            f"{mesh.name} has no texture coordinates, and xatlas, which "
            "makes them, is not installed: pip install xatlas (not yet "
            "for Python 3.14), or unwrap the mesh in Blender"
        )
    size = height_width(size)[0]
    if gutter is None:
        gutter = max(2, round(size / 256))
    positions = mesh.positions.detach().cpu().double().numpy()
    faces = mesh.faces.cpu().numpy()
    if len(faces) < QUICK:
        source, faces, uv = script.charts(positions, faces, size, gutter)
    else:
        source, faces, uv = _with_patience(
            mesh.name,
            patience,
            dict(positions=positions, faces=faces, size=size, gutter=gutter),
        )
    old = torch.from_numpy(source.astype(np.int64))
    fresh = Mesh(
        mesh.positions[old.to(mesh.positions.device)],
        torch.from_numpy(faces.astype(np.int64)),
        torch.from_numpy(np.ascontiguousarray(uv, dtype=np.float32)),
        None,
        mesh.name,
    )
    return fresh, old


def _with_patience(name: str, patience: float, given: dict[str, Any]) -> Any:
    """`charts` in a process of its own, which can be stopped, and a clock beside it."""
    from ..progress import progress

    command = [sys.executable, str(script.__file__)]
    packed = io.BytesIO()
    np.savez(packed, **given)
    what = f"unwrapping {len(given['faces']):,} triangles of {name}"
    begin = time.monotonic()
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        progress(None, what, delay=3, bar_format="{desc}: {elapsed}") as clock,
    ):
        try:
            given_yet: bytes | None = packed.getvalue()
            while True:
                try:
                    answer, words = process.communicate(given_yet, timeout=0.5)
                    break
                except subprocess.TimeoutExpired:
                    given_yet = None
                    clock.update()
                    if time.monotonic() - begin > patience:
                        raise TimeoutError(
                            f"{what} had not finished after {patience:g} seconds; "
                            "simplify the mesh, unwrap it in Blender, or give "
                            "unwrap(mesh, patience=…) more"
                        ) from None
        finally:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"{what} failed: {words.decode(errors='replace')[-500:]}")
    with np.load(io.BytesIO(answer)) as found:
        return found["source"], found["faces"], found["uv"]


def shared_edges(mesh: Mesh) -> tuple[torch.Tensor, torch.Tensor]:
    """Edges at which two triangles meet in space, whatever their vertices' numbers.

    Returns: the two triangles of each edge `(2, E)`; the vertices at its ends
        `(2, E, 2)`, first in the one triangle, then at the same places in the other.
    """
    place = (mesh.positions.detach().cpu() / max(mesh.radius, 1e-30) * 2**20).round()
    _, group = place.unique(dim=0, return_inverse=True)
    faces = mesh.faces.cpu()
    ends = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])  # (3F, 2)
    welded = group[ends]
    order = welded.argsort(1)
    welded, ends = welded.gather(1, order), ends.gather(1, order)
    key = welded[:, 0] * (int(group.max()) + 1) + welded[:, 1]
    rank = key.argsort(stable=True)
    ends, key, owner = ends[rank], key[rank], rank % len(faces)
    same = (key[1:] == key[:-1]).nonzero().squeeze(1)
    device = mesh.positions.device
    return (
        torch.stack([owner[same], owner[same + 1]]).to(device),
        torch.stack([ends[same], ends[same + 1]]).to(device),
    )


def cut_points(mesh: Mesh, count: int = 3) -> torch.Tensor:
    """Where a texture is cut open: `(1, 2, 2, P)`, the texture coordinates (u, v) of
    points in space, in both charts that meet there.

    `sample_texture(texture, cut_points(mesh))` gives both colours of each point,
    `(1, C, 2, P)`. They are equal where a seam cannot be seen.
    Args: `count`, points on each edge of a triangle that is cut.
    Raises: ValueError where the mesh has no texture coordinates, or for no points. A
        mesh that is not cut has P = 0.
    """
    if count < 1:
        raise ValueError(f"count={count} must be at least 1 point on each edge")
    uv = mesh.required_uv()
    _, ends = shared_edges(mesh)
    apart = (ends[0] != ends[1]).any(1)
    first, last = uv[ends[:, apart]].unbind(2)  # (2 charts, E, 2) each
    share = ((torch.arange(count).to(uv) + 0.5) / count)[:, None]
    points = first[:, :, None] + (last - first)[:, :, None] * share
    return points.flatten(1, 2).permute(2, 0, 1)[None]


def chart_mask(mesh: Mesh, size: Size, *, margin: int = 1) -> torch.Tensor:
    """Texels that belong to a chart, or lie within `margin` of one.

    Returns: `(1, 1, H, W)` bool.
    With a margin of 1 these are all that a bilinear lookup inside a chart can touch.
    Texture coordinates beyond [0, 1] count where they come to lie when the texture
    repeats, and so does the margin beyond an edge of the texture.
    """
    height, width = height_width(size)
    scale = torch.tensor([width, height], dtype=torch.float64)
    corners = _tiled(mesh.required_uv().detach().cpu().double()[mesh.faces.cpu()])
    # so that slivers between texel centres count
    finer = 2 if max(height, width) <= 2048 else 1
    flat = corners.reshape(-1, 2).float() * 2 - 1
    clip = torch.cat([flat, torch.zeros(len(flat), 1), torch.ones(len(flat), 1)], 1)
    faces = torch.arange(len(flat)).view(-1, 3)
    found = rasterize(clip[None], faces, (height * finer, width * finer))
    covered = F.max_pool2d(found.mask.float(), finer)
    # what is too small to hold a texel's centre still has a colour
    small = torch.ones(len(corners), dtype=torch.bool)
    small[found.face[found.face >= 0]] = False
    column, up = (_along_edges(corners[small] * scale) % scale).long().unbind(1)
    covered[0, 0, (height - 1 - up).clamp(0), column.clamp(max=width - 1)] = 1
    if margin:
        reach = min(margin, height, width)
        wrapped = F.pad(covered, [reach] * 4, mode="circular")
        covered = F.max_pool2d(wrapped, 2 * reach + 1, 1)
    return (covered > 0).to(mesh.positions.device)


def _tiled(corners: torch.Tensor) -> torch.Tensor:
    """Triangles `(F, 3, 2)` moved into [0, 1]², once for each tile they touch."""
    low, high = corners.amin(1).floor(), corners.amax(1).ceil()
    tiles = (high - low).clamp(min=1).long()
    # what spans four tiles each way, two triangles of a square do, covers them all
    tiles = tiles.clamp(max=4)
    count = tiles.prod(1)
    which = torch.arange(len(corners)).repeat_interleave(count)
    number = torch.arange(len(which)) - (count.cumsum(0) - count)[which]
    step = torch.stack([number % tiles[which, 0], number // tiles[which, 0]], 1)
    return corners[which] - (low[which] + step)[:, None]


def _along_edges(corners: torch.Tensor) -> torch.Tensor:
    """Points on the edges of triangles `(F, 3, 2)`, half a unit apart, `(P, 2)`."""
    begin, end = corners.flatten(0, 1), corners.roll(-1, 1).flatten(0, 1)
    count = (2 * (end - begin).norm(dim=1)).ceil().long().clamp(1, 4096)
    which = torch.arange(len(begin)).repeat_interleave(count)
    number = torch.arange(len(which)) - (count.cumsum(0) - count)[which]
    return torch.lerp(
        begin[which], end[which], (number.double() / count[which])[:, None]
    )


def dilate(
    texture: torch.Tensor, mask: torch.Tensor, texels: int = GUTTER
) -> torch.Tensor:
    """Continue a texture beyond its charts, texel by texel, by the mean of neighbours.

    Args:
        texture: `(1, C, H, W)`.
        mask: `(1, 1, H, W)` bool, what to keep (`chart_mask`).
        texels: how far; what lies farther keeps its value.
    Returns: `(1, C, H, W)`, unchanged where `mask` is set.
    """
    filled = mask.to(texture)
    color = texture * filled
    for _ in range(texels):
        near = F.avg_pool2d(filled, 3, 1, 1)
        mean = F.avg_pool2d(color, 3, 1, 1) / near.clamp(min=1e-6)
        color = torch.where(filled > 0, color, mean)
        filled = (near > 0).to(texture)
    return torch.where(filled > 0, color, texture)


def fill(texture: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Continue a texture into all texels beyond its charts, ever more smoothly.

    So it can be shrunk and compressed without seams: next to a chart stands the chart's
    own colour, far from all charts their mean.
    Args: as for `dilate`.
    Returns: `(1, C, H, W)`, unchanged where `mask` is set.
    Source: the pull-push of Gortler et al., "The Lumigraph", 1996.
    """
    # one texel by the mean of neighbours, the rest from half the size
    near = F.max_pool2d(mask.to(texture), 3, 1, 1)
    grown = dilate(texture, mask, 1)
    if min(texture.shape[2:]) == 1 or near.min() == 1:
        mean = (grown * near).sum((2, 3), keepdim=True) / near.sum().clamp(min=1)
        return torch.where(near > 0, grown, mean)

    def halved(values: torch.Tensor) -> torch.Tensor:
        return F.avg_pool2d(values, 2, ceil_mode=True, count_include_pad=False)

    share = halved(near)
    coarse = fill(halved(grown * near) / share.clamp(min=1e-6), share > 0)
    size = texture.shape[2:]
    smooth = F.interpolate(coarse, size, mode="bilinear", align_corners=False)
    return torch.where(near > 0, grown, smooth)
