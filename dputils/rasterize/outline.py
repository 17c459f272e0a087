"""Anti-aliased outlines, through which gradients reach the shape.

Which triangle a pixel sees has no gradient, so a picture made by `rasterize` and
`interpolate` does not know what would change if an outline moved. `antialias` finds
where between two pixels an outline passes, and mixes their colours by that place, which
depends on vertices.
"""

import torch

from .render import Fragments, _checked
from .visibility import pixel_coordinates

# A surface goes on from one pixel to the next if its depth does, up to this share of
# the depth's change over a pixel.
LOOSE = 0.05
STEP = (
    2.0  # and there is a step only if depth jumps by more than so many pixels' change
)
TINY = 1e-6


def antialias(
    image: torch.Tensor,
    fragments: Fragments,
    clip: torch.Tensor,
    faces: torch.Tensor,
    beyond: torch.Tensor | None = None,
) -> torch.Tensor:
    """The picture with smooth outlines.

    Args:
        image: `(N, C, H, W)`, what was drawn of `fragments`, background included.
        fragments: from `rasterize`.
        clip: vertices in clip space, `(N, V, 4)`, those that were rasterized.
        faces: `(F, 3)`, likewise.
        beyond: `beyond_edges(faces)`, kept where a loop calls this for the same faces.
    Returns: `(N, C, H, W)`; the same as `image` away from outlines.
    Gradients: reach the image, and `clip` (x, y and w) through where outlines pass,
        those against the background and those of one part of a mesh before another.
    Raises: ValueError for shapes that do not fit together.
    Source: Laine et al., "Modular Primitives for High-Performance Differentiable
        Rendering", 2020, for mixing two pixels by where an edge crosses between their
        centres; Pidhorskyi et al., "Rasterized Edge Gradients", 2024, for outlines made
        of triangles too small to be seen.
    Differs: an edge where a surface ends or turns away makes an outline only where
        depth has a step as well, so meshes may be cut open along texture seams. Where
        the triangle in front does not itself reach the outline, the outline is taken to
        lie in the middle and to move with that triangle.
    """
    clip, faces, shape = _checked(clip, faces, fragments.face.shape[1:])
    if image.dim() != 4 or image[:, 0].shape != fragments.face.shape:
        raise ValueError(
            "image must be (N, C, H, W) with the fragments' N, H, W = "
            f"{tuple(fragments.face.shape)}, not {tuple(image.shape)}"
        )
    if len(clip) != len(fragments.face):
        raise ValueError(
            f"clip has {len(clip)} views and fragments have {len(fragments.face)}"
        )
    points = pixel_coordinates(clip, shape)
    # columns and rows in pixels, and depth, which is linear on the screen
    screen = points[..., :3] / points[..., 3:].clamp(min=1e-12)
    beyond = beyond_edges(faces) if beyond is None else beyond
    result = image
    for axis in (1, 0):  # pixels side by side, then one above the other
        result = result + _mixed(image, fragments, screen, faces, beyond, axis)
    return result


def beyond_edges(faces: torch.Tensor) -> torch.Tensor:
    """The triangle on the other side of each edge, `(F, 3)`; -1 where there is none.

    Args: `faces`, `(F, 3)`. Edge k of a triangle goes from corner k to the next. Where
        more than two triangles share an edge, the first two know each other.
    """
    count = int(faces.max()) + 1 if len(faces) else 1
    ends = torch.stack([faces, faces.roll(-1, 1)], -1).sort(-1)[0]
    key, order = (ends[..., 0] * count + ends[..., 1]).flatten().sort()
    same = torch.zeros_like(key, dtype=torch.bool)
    same[:-1] = key[1:] == key[:-1]
    same[1:-1] &= ~same[:-2]
    one = same.nonzero().squeeze(1)
    other = torch.full_like(order, -1)
    other[order[one]] = order[one + 1] // 3
    other[order[one + 1]] = order[one] // 3
    return other.view(-1, 3)


def _mixed(
    image: torch.Tensor,
    fragments: Fragments,
    screen: torch.Tensor,
    faces: torch.Tensor,
    beyond: torch.Tensor,
    axis: int,
) -> torch.Tensor:
    """What outlines between neighbours along an axis (1 column, 0 row) change."""
    count, height, width = fragments.face.shape
    step = 1 if axis else width
    first = _candidates(fragments, axis)
    flat_face, flat_depth = fragments.face.flatten(), fragments.depth.detach().flatten()
    second = first + step
    # the nearer of the two is what has the outline; what is empty has depth 1
    ahead = flat_depth[first] <= flat_depth[second]
    front, back = torch.where(ahead, first, second), torch.where(ahead, second, first)
    # Is there a step in depth? Where a surface goes on, depth changes no more than the
    # planes on both sides do.
    own, hidden = flat_face[front], flat_face[back]
    offset = first // (height * width) * screen.shape[1]
    with torch.no_grad():
        points = screen.detach().flatten(0, 1)
        slope, largest = _slope(
            points[faces[hidden.clamp(min=0)] + offset[:, None]], axis
        )
        steepest = _slope(points[faces[own] + offset[:, None]], axis)[1]
        largest = torch.maximum(largest, steepest)
        jump = flat_depth[back] - flat_depth[front]
        kept = (hidden < 0) | (jump > STEP * largest + TINY)
    first, second, front, back, own, hidden, offset, slope, largest = (
        each[kept]
        for each in (first, second, front, back, own, hidden, offset, slope, largest)
    )
    inside = first % (height * width)
    column, row = inside % width + 0.5, inside // width + 0.5

    # the triangle in front and the three around it, any of which may reach the outline
    near = torch.cat([own[:, None], beyond[own]], 1)
    vertices = faces[near.clamp(min=0)] + offset[:, None, None]
    every = screen.flatten(0, 1)[vertices]  # (K, 4, 3, 3): column, row, depth
    corners = every[:, 0]
    along, across = (0, 1) if axis else (1, 0)
    start = column if axis else row
    level = (row if axis else column)[:, None]
    p, q = every.flatten(1, 2), every.roll(-1, 2).flatten(1, 2)
    rise = q[..., across] - p[..., across]
    # at 45 degrees the columns have it
    slant = rise.abs() - (q[..., along] - p[..., along]).abs()
    steep = slant >= 0 if axis else slant > 0
    crosses = (p[..., across].detach() <= level) != (q[..., across].detach() <= level)
    share = (level - p[..., across]) / torch.where(rise == 0, 1, rise)
    place = torch.lerp(p[..., along], q[..., along], share) - start[:, None]
    # a little beyond both centres: which of them is covered was decided by rounding
    between = (place.detach() > -0.01) & (place.detach() < 1.01)
    hit = crosses & between & _turns_away(screen, faces, beyond, near, offset)
    edge = (hit & steep).int().argmax(1)
    rows = torch.arange(len(first), device=first.device)
    found = (hit & steep).any(1)
    small = ~hit.any(1)

    # and the plane behind does not meet the edge
    with torch.no_grad():
        here = place[rows, edge] - (back != first).to(place)  # from the centre behind
        edge_depth = torch.lerp(p[..., 2], q[..., 2], share)[rows, edge]
        gap = (flat_depth[back] + slope * here - edge_depth).abs()
        found &= (hidden < 0) | (gap > LOOSE * largest + TINY)

    # where the triangle in front is too small to reach the outline, it carries it along
    weights = fragments.barycentric.detach().reshape(-1, 3)[front]
    carried = (weights * corners[..., along]).sum(1)
    middle = 0.5 + carried - carried.detach()
    place = torch.where(found, place[rows, edge].clamp(0, 1), middle)
    kept = (found | small).nonzero().squeeze(1)
    first, second, place, found = first[kept], second[kept], place[kept], found[kept]

    channels = image.shape[1]
    colours = image.transpose(0, 1).reshape(channels, -1)
    a, b = colours[:, first], colours[:, second]
    into_first = torch.where(found, (0.5 - place).clamp(min=0), (0.5 - place) / 2)
    into_second = torch.where(found, (place - 0.5).clamp(min=0), (place - 0.5) / 2)
    change = torch.zeros_like(colours)
    change = change.index_add(1, first, (b - a) * into_first)
    change = change.index_add(1, second, (a - b) * into_second)
    return change.view(channels, count, height, width).transpose(0, 1)


def _candidates(fragments: Fragments, axis: int) -> torch.Tensor:
    """First pixels of pairs between which an outline may pass, `(K,)`.

    They see different triangles, and their depth jumps by more than beside them.
    """
    face, depth = fragments.face, fragments.depth.detach()
    dim = 2 if axis else 1
    size = face.shape[dim] - 1
    a, b = face.narrow(dim, 0, size), face.narrow(dim, 1, size)
    jump = depth.diff(dim=dim).abs()
    none = torch.zeros_like(jump.narrow(dim, 0, min(1, size)))
    before = torch.cat([none, jump.narrow(dim, 0, max(0, size - 1))], dim)
    after = torch.cat([jump.narrow(dim, min(1, size), max(0, size - 1)), none], dim)
    sudden = jump > 1.5 * torch.minimum(before, after) + TINY
    pair = (a != b) & (sudden | (a < 0) | (b < 0))
    one = torch.zeros(face.shape, dtype=torch.bool, device=face.device)
    one.narrow(dim, 0, size).copy_(pair)
    return one.flatten().nonzero().squeeze(1)


@torch.no_grad()
def _turns_away(
    screen: torch.Tensor,
    faces: torch.Tensor,
    beyond: torch.Tensor,
    near: torch.Tensor,
    offset: torch.Tensor,
) -> torch.Tensor:
    """At which edges of triangles `(K, M)`, -1 for none, a surface ends or turns away,
    `(K, 3 M)`.
    """

    def facing(number: torch.Tensor) -> torch.Tensor:
        corners = faces[number.clamp(min=0)] + offset.view(-1, *[1] * number.dim())
        places = screen.flatten(0, 1)[corners][..., :2]
        one, two = (places[..., k, :] - places[..., 0, :] for k in (1, 2))
        return one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0] > 0

    there = near >= 0
    other = torch.where(there[..., None], beyond[near.clamp(min=0)], -1)
    turned = (other < 0) | (facing(other) != facing(near)[..., None])
    return (turned & there[..., None]).flatten(1)


def _slope(corners: torch.Tensor, axis: int) -> tuple[torch.Tensor, torch.Tensor]:
    """How depth changes per pixel on planes `(K, 3, 3)`: along an axis, and at most."""
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    area = torch.where(area == 0, 1, area)
    per_column = (one[:, 2] * two[:, 1] - two[:, 2] * one[:, 1]) / area
    per_row = (two[:, 2] * one[:, 0] - one[:, 2] * two[:, 0]) / area
    slope = per_column if axis else per_row
    return slope, torch.maximum(per_column.abs(), per_row.abs())
