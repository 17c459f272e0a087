"""Which triangle a pixel sees: the part of the rasterizer that has no gradient.

Every triangle's bounding box is spread out into pairs (triangle, pixel), the pairs
whose pixel lies inside are kept, and the nearest of each pixel wins. All of it is
vectorized over the pairs, in portions of bounded size.

The tests use homogeneous coordinates: a vertex (x, y, w) is never divided by its w, so
a triangle that reaches behind the camera needs no new vertices. Its part before the
near plane is cut off pixel by pixel.
Source: Olano and Greer, Triangle Scan Conversion using 2D Homogeneous Coordinates,
    1997.
"""

from collections.abc import Sequence

import torch


def pixel_coordinates(clip: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Clip coordinates `(…, 4)` scaled so that x / w is a column and y / w a row.

    Both count from the top left.
    """
    height, width = size
    x, y, z, w = clip.unbind(-1)
    return torch.stack([(x + w) * (width / 2), (w - y) * (height / 2), z, w], -1)


def edge_functions(
    x: Sequence[torch.Tensor],
    y: Sequence[torch.Tensor],
    w: Sequence[torch.Tensor],
    column: torch.Tensor,
    row: torch.Tensor,
) -> list[torch.Tensor]:
    """On which side of each of a triangle's three edges a pixel lies.

    Args:
        x, y, w: three tensors `(P,)` each, the corners from `pixel_coordinates`.
        column, row: the pixel's centre, `(P,)`.
    Returns: `(e0, e1, e2)`, up to a common sign; e_i / (e0 + e1 + e2) is the
        perspective-correct barycentric coordinate of corner i.

    A corner seen from the pixel, `x - column * w`, is rounded, but to the same numbers
    in each triangle that has this corner. Products of two such floats are exact in
    double precision, and so is the sign of their difference: the two sides of a shared
    edge get exactly opposite signs, and no pixel falls between them or is hit twice.
    """
    # MPS has no doubles; signs are opposite all the same
    exact = x[0].dtype if x[0].device.type == "mps" else torch.float64
    x = [(a - column * c).to(exact) for a, c in zip(x, w)]
    y = [(b - row * c).to(exact) for b, c in zip(y, w)]
    return [x[i] * y[j] - x[j] * y[i] for i, j in ((1, 2), (2, 0), (0, 1))]


def visible_faces(
    clip: torch.Tensor, faces: torch.Tensor, size: tuple[int, int], max_pairs: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The nearest triangle at each pixel.

    Args:
        clip: `(N, V, 4)` in clip space.
        faces: `(F, 3)` int64.
        size: `(H, W)`.
        max_pairs: how many (triangle, pixel) pairs to hold at a time.
    Returns: its number `(N, H, W)` int64, the weights of its corners `(N, H, W, 3)`,
        its depth `(N, H, W)`; where there is none, these are -1, 0 and 1.
    """
    height, width = size
    exact = clip.dtype if clip.device.type == "mps" else torch.float64
    face = torch.full(
        (len(clip), height * width), -1, dtype=torch.int64, device=clip.device
    )
    weights, depth = clip.new_zeros(*face.shape, 3), clip.new_ones(face.shape)
    for view, points in enumerate(pixel_coordinates(clip, size)):
        nearest = torch.full(
            (height * width,), torch.inf, dtype=exact, device=clip.device
        )
        # scratch space, always left so
        earliest = torch.full((height * width,), torch.inf, device=clip.device)
        for first in range(0, len(faces), max_pairs):
            part = faces[first : first + max_pairs]
            for pixel, number, shares, distance in _draw(
                points, part, size, max_pairs, nearest, earliest
            ):
                face[view, pixel] = number + first
                weights[view, pixel], depth[view, pixel] = (
                    shares.to(clip.dtype),
                    distance.to(clip.dtype),
                )
    return (
        face.view(-1, height, width),
        weights.view(-1, height, width, 3),
        depth.view(-1, height, width),
    )


def _draw(points, faces, size, max_pairs, nearest, earliest):
    """Draw triangles into `nearest`.

    Yields pixels, face numbers, weights and depths that replace earlier ones.
    """
    left, top, box_width, box_height = _boxes(points, faces, size)
    count = box_width * box_height
    # most small triangles fall between pixel centres, or off the screen
    number = count.nonzero().squeeze(1)
    if not len(number):
        return
    left, top, box_width, count = (
        part[number] for part in (left, top, box_width, count)
    )
    corners = (
        points.index_select(0, faces[number].t().flatten()).view(3, -1, 4).unbind(-1)
    )
    # Rows of x, y, w of the three corners and the centre of the first pixel: one gather
    # brings a pair all it needs.
    triangle = torch.cat(
        [corners[0], corners[1], corners[3], torch.stack([left, top]) + 0.5]
    )
    ends = count.cumsum(0)
    starts, total = ends - count, int(ends[-1])
    for begin in range(0, total, max_pairs):
        end = min(begin + max_pairs, total)
        a, b = 0, len(number)
        if total > max_pairs:  # a portion may begin and end inside a triangle
            limits = torch.tensor([begin, end - 1], device=ends.device)
            a, b = torch.searchsorted(ends, limits, right=True).tolist()
            b += 1
        here = ends[a:b].clamp(max=end) - starts[a:b].clamp(min=begin)
        owner = torch.repeat_interleave(
            torch.arange(a, b, device=ends.device), here, output_size=end - begin
        )
        local = (
            torch.arange(begin, end, device=ends.device) - starts.index_select(0, owner)
        ).int()
        across = box_width.int().index_select(0, owner)
        found = _resolve(
            triangle, corners[2], owner, local, across, size, nearest, earliest
        )
        if found is not None:
            yield found[0], number[found[1]], *found[2:]


def _resolve(triangle, height, owner, local, across, size, nearest, earliest):
    """Keep the pairs whose pixel lies inside the triangle, before all drawn so far."""
    outline = triangle.index_select(1, owner)
    line = local // across
    column, row = outline[9] + (local - line * across), outline[10] + line
    edges = edge_functions(outline[0:3], outline[3:6], outline[6:9], column, row)
    low, high = (
        pick(pick(edges[0], edges[1]), edges[2])
        for pick in (torch.minimum, torch.maximum)
    )
    kept = ((low >= 0) | (high <= 0)).nonzero().squeeze(1)
    ties = ((low == 0) | (high == 0))[kept].nonzero().squeeze(1)
    if len(ties):
        at = kept[ties]
        sides = _sides(
            *outline[:9, at].view(3, 3, -1), column[at], row[at], [e[at] for e in edges]
        )
        inside = torch.ones(len(kept), dtype=torch.bool, device=kept.device)
        inside[ties] = (sides > 0).all(0) | (sides < 0).all(0)
        kept = kept[inside]
    owner, edges = owner[kept], torch.stack([e[kept] for e in edges])
    pixel = row[kept].long() * size[1] + column[kept].long()
    total = edges[0] + edges[1] + edges[2]
    w, z = (
        edges[0] * part[0] + edges[1] * part[1] + edges[2] * part[2]
        for part in (outline[6:9].index_select(1, kept), height.index_select(1, owner))
    )
    # The common sign of the edges is also the sign of w before the camera; behind it,
    # it is the opposite.
    depth = z / w
    # The first of several triangles at the same depth wins, whatever the device and the
    # size of the portions.
    better = (w * total > 0) & (depth >= -1) & (depth <= 1) & (depth < nearest[pixel])
    kept = better.nonzero().squeeze(1)
    if not len(kept):
        return None
    at, shown = pixel[kept], depth[kept]
    nearest.scatter_reduce_(0, at, shown, "amin")
    kept = kept[shown == nearest[at]]
    at = pixel[kept]
    # A packed 64-bit key would do this in one pass, but MPS reduces only floats:
    # positions below 2^24 fit into one.
    position = torch.arange(len(at), device=at.device, dtype=torch.float32)
    earliest.scatter_reduce_(0, at, position, "amin")
    kept = kept[position == earliest[at]]
    earliest[at] = torch.inf
    return pixel[kept], owner[kept], (edges[:, kept] / total[kept]).t(), depth[kept]


def _sides(x, y, w, column, row, edges):
    """Edge functions with the fill rule for pixel centres that lie on an edge.

    Such a centre counts as a hair's breadth further right and down.
    The first derivative along the row decides, and where the edge is horizontal the one
    along the column. This is the top-left rule of graphics hardware, for triangles of
    either orientation.
    """
    x = [a - column * c for a, c in zip(x, w)]
    y = [b - row * c for b, c in zip(y, w)]
    sides = []
    for e, (i, j) in zip(edges, ((1, 2), (2, 0), (0, 1))):
        along_row = w[j].to(e) * y[i].to(e) - w[i].to(e) * y[j].to(e)
        along_column = w[i].to(e) * x[j].to(e) - w[j].to(e) * x[i].to(e)
        e = torch.where(e == 0, along_row, e)
        sides.append(torch.where(e == 0, along_column, e))
    return torch.stack(sides)


def _boxes(points, faces, size):
    """Pixels that each triangle may cover: left, top, width and height of its box.

    Returns: columns and rows, `(F,)` int64 each.
    """
    x, y, z, w = points.unbind(-1)
    inside = (z + w >= 0) & (w > 0)
    a, b, c = (
        torch.stack([x / w, y / w])
        .index_select(1, faces.t().flatten())
        .view(2, 3, -1)
        .unbind(1)
    )
    sides = [
        *torch.minimum(torch.minimum(a, b), c),
        *torch.maximum(torch.maximum(a, b), c),
    ]
    if not inside.all():
        cut = (~inside[faces].all(1)).nonzero().squeeze(1)
        for side, value in zip(sides, _clipped_boxes(points[faces[cut]])):
            side[cut] = value
    # what rounding can move a vertex by
    margin = 1e-3 + 4 * torch.finfo(points.dtype).eps * max(size)
    limits = [
        (side - 0.5).clamp(-2, limit + 2) for side, limit in zip(sides, size[::-1] * 2)
    ]
    left, top = ((side - margin).ceil().long().clamp(min=0) for side in limits[:2])
    right, bottom = (
        (side + margin).floor().long().clamp(max=limit - 1)
        for side, limit in zip(limits[2:], size[::-1])
    )
    return left, top, (right - left + 1).clamp(min=0), (bottom - top + 1).clamp(min=0)


def _clipped_boxes(corners):
    """Left, top, right and bottom of what lies before the near plane.

    Args: `corners` of triangles, `(K, 3, 4)`.
    Returns: boxes that are empty where nothing does.
    """
    distance = corners[..., 2] + corners[..., 3]  # to the near plane z = -w
    following, beyond = corners.roll(-1, 1), distance.roll(-1, 1)
    crosses = (distance >= 0) != (beyond >= 0)
    share = torch.where(crosses, distance, 0) / torch.where(
        crosses, distance - beyond, 1
    )
    outline = torch.cat(
        [corners, corners + share[..., None] * (following - corners)], 1
    )  # (K, 6, 4)
    counts = torch.cat([distance >= 0, crosses], 1)
    w = outline[..., 3]
    # A projection whose near plane does not keep w positive has no bound on the screen.
    finite = w > 1e-12
    column, row = (outline[..., axis] / torch.where(finite, w, 1) for axis in (0, 1))
    low = [
        torch.where(counts, torch.where(finite, side, -torch.inf), torch.inf).amin(1)
        for side in (column, row)
    ]
    high = [
        torch.where(counts, torch.where(finite, side, torch.inf), -torch.inf).amax(1)
        for side in (column, row)
    ]
    return low + high
