"""From the parts of a file to one mesh with one texture.

A file may colour each part of a model in its own way: a picture that repeats, a plain
colour, colours at the vertices, a tint over any of them. `joined` makes one texture of
all. It takes the first road that the parts allow:

- nothing is coloured: the mesh has no texture;
- one surface whose texture coordinates fit it: they stay as they are;
- pictures and colours with texture coordinates: every picture is cut to what is used of
  it, repetitions included, and all are packed into one, texel by texel;
- colours at vertices, or parts without texture coordinates: the mesh is unwrapped anew,
  and what was seen at a place is painted there.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from ..color import linear_to_srgb, srgb_to_linear
from ..rasterize import interpolate, lookup, rasterize
from .atlas import dilate, unwrapped
from .meshes import Mesh, repair

Array = np.ndarray[Any, Any]

OPAQUE, MASK, BLEND = "opaque", "mask", "blend"
MARGIN = 4  # texels of its own repetition around each packed picture
PLAIN = 64  # texels along a side for a plain colour, where no picture says more
LARGEST = 4096  # texels along a side of a packed texture
PAINTED = 1024  # texels along a side of a texture that is painted anew


class Surface(NamedTuple):
    """How a part is coloured.

    Attributes:
        image: `(h, w, 4)` uint8, sRGB and opacity, top row first; None is white.
        tint: what it is multiplied by, linear light and opacity, `(4,)`.
        wrap: what lies outside [0, 1], along u and v: "repeat", "mirror", "clamp".
        alpha: what opacity means: "opaque" (nothing), "mask" (there or not, by
            `cutoff`), "blend".
    """

    image: Array | None = None
    tint: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    wrap: tuple[str, str] = ("repeat", "repeat")
    alpha: str = OPAQUE
    cutoff: float = 0.5

    def texels(self) -> torch.Tensor:
        """Its picture, tinted, `(1, 4, h, w)` in [0, 1]."""
        image = np.full((1, 1, 4), 255, np.uint8) if self.image is None else self.image
        picture = torch.tensor(image).permute(2, 0, 1)[None]
        picture = tinted(picture / 255, torch.tensor(self.tint).view(1, 4, 1, 1))
        if self.alpha == OPAQUE:
            picture[:, 3] = 1
        elif self.alpha == MASK:
            picture[:, 3] = (picture[:, 3] >= self.cutoff).float()
        return picture

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for surfaces that look the same."""
        image = None if self.image is None else (self.image.shape, self.image.tobytes())
        return image, *self[1:]


@dataclass
class Part:
    """Some triangles of a file, and how they are coloured.

    Attributes:
        positions: `(V, 3)`.
        faces: `(F, 3)`, corners counted from 0.
        uv: `(V, 2)`, origin at the bottom left, or None.
        colors: `(V, 4)`, linear light and opacity, or None.
        surface: None where the file says nothing.
        material, double_sided: what the file calls the surface, and says of its back.
    """

    positions: Array
    faces: Array
    uv: Array | None = None
    colors: Array | None = None
    surface: Surface | None = None
    material: str | None = None
    double_sided: bool = True


def tinted(picture: torch.Tensor, tint: torch.Tensor) -> torch.Tensor:
    """A picture `(…, 4, H, W)`, sRGB and opacity, times a tint in linear light."""
    if (tint == 1).all():
        return picture.clone()
    light = srgb_to_linear(picture[:, :3]) * tint[:, :3]
    opacity = picture[:, 3:] * tint[:, 3:]
    return torch.cat([linear_to_srgb(light.clamp(0, 1)), opacity.clamp(0, 1)], 1)


class Joined(NamedTuple):
    """Arrays of one mesh, for `repair` to look at: `(V, 3)`, `(F, 3)`, `(V, 2)` or
    None, `(1, 3 or 4, H, W)` or None; and the other attributes of a `Mesh`.
    """

    positions: torch.Tensor
    faces: torch.Tensor
    uv: torch.Tensor | None
    texture: torch.Tensor | None
    material: str | None = None
    double_sided: bool = True


def joined(parts: list[Part], name: str, unwrapping: bool = True) -> Joined:
    """The parts as one, with one texture where anything is coloured.

    Args: `unwrapping`: make new texture coordinates where colours need them.
    Warns: where it does, and where colours are dropped without them.
    """
    parts = [part for part in parts if len(part.faces)]
    for part in parts:
        if part.colors is not None and not np.isfinite(part.colors).all():
            warnings.warn(
                f"{name}: some colours at vertices are not numbers (now black)",
                stacklevel=4,
            )
            part.colors = np.nan_to_num(part.colors, nan=0.0, posinf=1.0, neginf=0.0)
    coloured = any(p.surface is not None or p.colors is not None for p in parts)
    bare = [p for p in parts if p.uv is None]
    if coloured:
        for part in parts:
            part.surface = part.surface or Surface()
        if bare or any(_varies(part) for part in parts):
            if unwrapping:
                return _painted(parts, name, missing=bool(bare))
            if bare:
                warnings.warn(
                    f"{name} has colours but no texture coordinates to keep them at; "
                    "they are dropped",
                    stacklevel=4,
                )
                coloured = False
        for part in parts:
            _fold(part)
    whole = _concatenated(parts, with_uv=not bare)
    if not coloured or whole.uv is None:
        return whole
    surfaces = {part.surface.key: part.surface for part in parts if part.surface}
    if len(surfaces) == 1:
        (surface,) = surfaces.values()
        picture = surface.texels()
        inside = bool((whole.uv.min() >= 0) & (whole.uv.max() <= 1))
        if inside or surface.wrap == ("repeat", "repeat") or surface.image is None:
            if surface.image is None:
                picture = picture.expand(-1, -1, PLAIN, PLAIN)
            return whole._replace(texture=_channels(picture))
    return _packed(parts, name)


def _varies(part: Part) -> bool:
    return part.colors is not None and bool(np.ptp(part.colors, axis=0).max() > 1e-3)


def _fold(part: Part) -> None:
    """One colour at all vertices becomes a tint."""
    if part.colors is not None and part.surface is not None:
        tint = np.asarray(part.surface.tint) * part.colors[0]
        part.surface = part.surface._replace(tint=tuple(map(float, tint)))
        part.colors = None


def _concatenated(parts: list[Part], with_uv: bool) -> Joined:
    starts = np.cumsum([0] + [len(part.positions) for part in parts])
    faces = [part.faces + start for part, start in zip(parts, starts)]
    positions = np.concatenate([part.positions for part in parts])
    uv = [part.uv for part in parts if part.uv is not None]
    return Joined(
        torch.from_numpy(positions.astype(np.float32)),
        torch.from_numpy(np.concatenate(faces).astype(np.int64)),
        torch.from_numpy(np.concatenate(uv).astype(np.float32)) if with_uv else None,
        None,
        parts[0].material if len({part.material for part in parts}) == 1 else None,
        any(part.double_sided for part in parts),
    )


def _channels(picture: torch.Tensor) -> torch.Tensor:
    """Without opacity where all of it is 1."""
    clear = (picture[:, 3] < 1 - 1e-4).any()
    return picture if clear else picture[:, :3].contiguous()


# ---- packed, texel by texel ----------------------------------------------------------


def _packed(parts: list[Part], name: str) -> Joined:
    groups: dict[tuple[Any, ...], list[Part]] = {}
    for part in parts:
        assert part.surface is not None and part.uv is not None
        groups.setdefault(part.surface.key, []).append(part)
    pictures, boxes = [], []
    for group in groups.values():
        surface = group[0].surface
        assert surface is not None
        picture = surface.texels()
        for part in group:
            part.uv = _shifted(part, surface.wrap)
        if surface.image is None:
            picture = picture.expand(-1, -1, PLAIN, PLAIN)
        used = np.concatenate(
            [p.uv[p.faces.ravel()] for p in group if p.uv is not None]
        )
        pictures.append(picture)
        boxes.append(_box(used, picture.shape[2:]))
    shrink = 1.0
    while (side := _side(boxes, shrink)) > LARGEST:
        shrink *= 0.98 * LARGEST / side
    if shrink < 1:
        warnings.warn(
            f"{name}: its {len(boxes)} pictures with all their repetitions would take "
            f"{_side(boxes, 1.0)} texels along a side; they were shrunk to "
            f"{shrink:.0%}",
            stacklevel=5,
        )
    sheet = torch.zeros(1, 4, side, side)
    sheet[:, 3] = 1
    places = _shelves([_extent(box, shrink) for box in boxes], side)
    assert places is not None
    for group, picture, box, place in zip(groups.values(), pictures, boxes, places):
        surface = group[0].surface
        assert surface is not None
        _cut(sheet, picture, box, surface.wrap, place, shrink)
        for part in group:
            assert part.uv is not None
            part.uv = _moved(part.uv, picture.shape[2:], box, place, shrink, side)
    return _concatenated(parts, True)._replace(texture=_channels(sheet))


Box = tuple[int, int, int, int]
"""Texels from left to right, and from the bottom to the top, that a group uses."""


def _shifted(part: Part, wrap: tuple[str, str]) -> Array:
    """Texture coordinates with every chart moved, by whole repetitions, next to 0."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    assert part.uv is not None
    count = len(part.uv)
    a, b = part.faces[:, [0, 1]].T, part.faces[:, [1, 2]].T
    rows, columns = np.concatenate([a[0], b[0]]), np.concatenate([a[1], b[1]])
    links = coo_matrix((np.ones(len(rows)), (rows, columns)), (count, count))
    _, chart = connected_components(links, directed=False)
    lowest = np.full((chart.max() + 1, 2), np.inf)
    np.minimum.at(lowest, chart, part.uv)
    period = np.array([{"repeat": 1, "mirror": 2, "clamp": 0}[way] for way in wrap])
    safe = np.maximum(period, 1)
    # coordinates that are 1 up to rounding do not go round once more
    turns = np.floor(lowest / safe + 1e-4) * period
    return part.uv - turns[chart]


def _box(uv: Array, size: tuple[int, ...]) -> Box:
    scale = np.array([size[1], size[0]])
    low = np.floor(uv.min(0) * scale + 1e-3).astype(int) - MARGIN
    high = np.ceil(uv.max(0) * scale - 1e-3).astype(int) + MARGIN
    return int(low[0]), int(high[0]), int(low[1]), int(high[1])


def _extent(box: Box, shrink: float) -> tuple[int, int]:
    """Height and width on the sheet."""
    left, right, bottom, top = box
    return math.ceil((top - bottom) * shrink), math.ceil((right - left) * shrink)


def _side(boxes: list[Box], shrink: float) -> int:
    """The smallest square sheet, by steps of 4 %, that takes all boxes on shelves."""
    extents = [_extent(box, shrink) for box in boxes]
    side = max(math.ceil(math.sqrt(sum(h * w for h, w in extents))), *map(max, extents))
    while _shelves(extents, side) is None:
        side = math.ceil(side * 1.04)
    return side


def _shelves(extents: list[tuple[int, int]], side: int) -> list[tuple[int, int]] | None:
    """Top left corners `(row, column)`, or None where the sheet is too small."""
    places: list[tuple[int, int]] = [(0, 0)] * len(extents)
    row = column = shelf = 0
    for k in sorted(range(len(extents)), key=lambda k: extents[k], reverse=True):
        height, width = extents[k]
        if column + width > side:
            row, column, shelf = row + shelf, 0, 0
        if row + height > side or width > side:
            return None
        places[k] = row, column
        column, shelf = column + width, max(shelf, height)
    return places


def _cut(
    sheet: torch.Tensor,
    picture: torch.Tensor,
    box: Box,
    wrap: tuple[str, str],
    place: tuple[int, int],
    shrink: float,
) -> None:
    """Put what a box shows of a wrapped picture on the sheet."""
    left, right, bottom, top = box
    height, width = picture.shape[2:]
    columns = _texels(torch.arange(left, right), width, wrap[0])
    # rows count downwards, v upwards
    rows = height - 1 - _texels(torch.arange(top - 1, bottom - 1, -1), height, wrap[1])
    piece = picture[:, :, rows][:, :, :, columns]
    high, wide = _extent(box, shrink)
    if shrink < 1:
        piece = torch.nn.functional.interpolate(piece, (high, wide), mode="area")
    row, column = place
    sheet[:, :, row : row + high, column : column + wide] = piece


def _texels(number: torch.Tensor, count: int, way: str) -> torch.Tensor:
    if way == "clamp":
        return number.clamp(0, count - 1)
    if way == "mirror":
        number = number % (2 * count)
        return torch.minimum(number, 2 * count - 1 - number)
    return number % count


def _moved(
    uv: Array,
    size: tuple[int, ...],
    box: Box,
    place: tuple[int, int],
    shrink: float,
    side: int,
) -> Array:
    left, right, bottom, top = box
    high, wide = _extent(box, shrink)
    row, column = place
    # from texels of the box to texels of the sheet, whose v grows from its lower edge
    across = (uv[:, 0] * size[1] - left) * wide / (right - left) + column
    up = (uv[:, 1] * size[0] - bottom) * high / (top - bottom) + side - row - high
    return np.stack([across, up], 1) / side


# ---- painted on new charts -----------------------------------------------------------


def _painted(parts: list[Part], name: str, missing: bool) -> Joined:
    whole = _concatenated(parts, False)
    surfaces: dict[tuple[Any, ...], tuple[int, Surface]] = {}
    known = []
    for part in parts:
        assert part.surface is not None
        number, _ = surfaces.setdefault(part.surface.key, (len(surfaces), part.surface))
        uv = np.zeros((len(part.positions), 2)) if part.uv is None else part.uv
        colors = np.ones((len(uv), 4)) if part.colors is None else part.colors.copy()
        if part.surface.alpha == OPAQUE:
            colors[:, 3] = 1
        known.append(np.concatenate([uv, colors, np.full((len(uv), 1), number)], 1))
    attributes = torch.from_numpy(np.concatenate(known).astype(np.float32))
    # vertices keep their numbers
    mesh, origin = unwrapped(repair(whole.positions, whole.faces, name=name))
    warnings.warn(
        f"{name} has "
        + ("no texture coordinates" if missing else "colours at its vertices")
        + f"; xatlas unwrapped it into {len(mesh.positions):,} vertices, and its "
        "colours were painted on a texture",
        stacklevel=5,
    )
    texture = painted(mesh, attributes[origin], [s for _, s in surfaces.values()])
    return whole._replace(
        positions=mesh.positions, faces=mesh.faces, uv=mesh.uv, texture=texture
    )


def painted(
    mesh: Mesh, attributes: torch.Tensor, surfaces: list[Surface], size: int = PAINTED
) -> torch.Tensor:
    """A texture for a mesh with charts, from what its vertices knew.

    Args: `attributes`, `(V, 7)`: old texture coordinates, colour, and which surface.
    """
    uv = mesh.required_uv()
    clip = torch.cat([uv * 2 - 1, torch.zeros(len(uv), 1), torch.ones(len(uv), 1)], 1)
    found = rasterize(clip[None], mesh.faces, size)
    pixels = found.mask.flatten().nonzero().squeeze(1)
    values = interpolate(found, attributes, mesh.faces).flatten(2)[0][:, pixels]
    sheet = torch.zeros(4, size * size)
    sheet[3] = 1
    for number, surface in enumerate(surfaces):
        here = ((values[6] - number).abs() < 0.5).nonzero().squeeze(1)
        picture = surface.texels()
        # along each direction by itself: they may be wrapped in different ways
        places = values[:2, here].clone()
        for axis, way in enumerate(surface.wrap):
            if way == "mirror":
                folded = places[axis] % 2
                places[axis] = torch.minimum(folded, 2 - folded)
            if way != "repeat":
                half = 0.5 / picture.shape[3 - axis]
                places[axis] = places[axis].clamp(half, 1 - half)
        seen = lookup(picture, places.t(), torch.zeros_like(here))
        tints = values[2:6, here]
        sheet[:, pixels[here]] = tinted(seen[None, :, None], tints[None, :, None])[
            0, :, 0
        ]
    return _channels(dilate(sheet.view(1, 4, size, size), found.mask, 8))
