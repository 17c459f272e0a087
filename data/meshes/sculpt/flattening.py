"""Patches of a surface laid flat: what a patch must be like, and how it is flattened as
rigidly as possible.
"""

import numpy as np


def edges_of(faces):
    """All edges of triangles (F, 3) as rows (smaller, larger vertex), the three of a
    triangle F apart: (3F, 2).
    """
    return np.sort(
        np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1
    )


def neighbours(faces):
    """Pairs of triangles (E, 2) that share an edge of a closed mesh, and that edge as
    vertices (E, 2).
    """
    edges = edges_of(faces)
    order = np.lexsort(edges.T[::-1])
    same = (edges[order[1:]] == edges[order[:-1]]).all(1)
    pairs = np.stack([order[:-1][same], order[1:][same]], 1)
    return pairs % len(faces), edges[pairs[:, 0]]


def border_loop(faces):
    """The vertices around a patch (F, 3) in order, or None if the patch is no disc (a
    hole, a handle, a pinch).
    """
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    size = int(faces.max()) + 1
    forward, backward = (
        directed[:, 0] * size + directed[:, 1],
        directed[:, 1] * size + directed[:, 0],
    )
    border = directed[~np.isin(forward, backward)]
    used = len(np.unique(faces))
    # Euler's formula for a disc
    if not len(border) or used - (len(directed) + len(border)) // 2 + len(faces) != 1:
        return None
    following = dict(border.tolist())
    if len(following) < len(border):  # two triangles touch in one vertex only
        return None
    loop = [border[0, 0]]
    while following[loop[-1]] != loop[0]:
        loop.append(following[loop[-1]])
        if len(loop) > len(border):
            return None
    return np.array(loop) if len(loop) == len(border) else None


def flatten(positions, faces, *, rounds=40, thorough=False):
    """Lay a patch flat, keeping each triangle's shape as well as can be.

    Starts from a drawing without overlaps in a disc (Tutte 1963; weights of Floater
    2003), then turns each triangle to its best angle and lets them pull on their common
    corners in alternation (Liu et al., A Local/Global Approach to Mesh
    Parameterization, 2008).

    Args: positions (V, 3); faces (F, 3), a disc that uses only some of the vertices;
        `thorough`: where this turns triangles over, as deep hollows do, take the slower
            way that cannot (`_without_flips`).
    Returns: (V', 2) in the units of the positions, for the vertices `np.unique(faces)`;
        None for what is no disc, or if the result overlaps itself.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    loop = border_loop(faces)
    if loop is None:
        return None
    used, local = np.unique(faces, return_inverse=True)
    local, loop = local.reshape(-1, 3), np.searchsorted(used, loop)
    corners = positions[used].astype(np.float64)[local]
    flat = _own_frames(corners)
    count = len(used)
    start = uv = _in_a_disc(positions[used], local, corners, loop, flat)
    # opposite each corner; obtuse ones would push instead of pull
    cotangents = np.maximum(_cotangents(flat), 0.02)
    first, second = local[:, [1, 2, 0]], local[:, [2, 0, 1]]
    rows, columns = (
        np.r_[first.ravel(), second.ravel()],
        np.r_[second.ravel(), first.ravel()],
    )
    pull = coo_matrix(
        (np.r_[cotangents.ravel(), cotangents.ravel()], (rows, columns)),
        shape=(count, count),
    ).tocsr()
    system = (
        coo_matrix((np.asarray(pull.sum(1)).ravel(), (np.arange(count),) * 2)).tocsr()
        - pull
    )
    factors = splu(system[1:, 1:].tocsc())  # the first vertex stays where it is
    sides = flat[:, [1, 2, 0]] - flat[:, [2, 0, 1]]
    for _ in range(rounds):
        drawn = uv[first] - uv[second]
        # The best angle of a triangle: the argument of the sum of weight * side *
        # conjugate(own side).
        a = (cotangents * (drawn * sides).sum(-1)).sum(1)
        b = (
            cotangents * (drawn[..., 1] * sides[..., 0] - drawn[..., 0] * sides[..., 1])
        ).sum(1)
        c, s = (v / np.maximum(np.hypot(a, b), 1e-30) for v in (a, b))
        turned = (
            np.stack(
                [
                    c[:, None] * sides[..., 0] - s[:, None] * sides[..., 1],
                    s[:, None] * sides[..., 0] + c[:, None] * sides[..., 1],
                ],
                -1,
            )
            * cotangents[..., None]
        )
        force = np.stack(
            [
                np.bincount(first.ravel(), turned[..., i].ravel(), count)
                - np.bincount(second.ravel(), turned[..., i].ravel(), count)
                for i in (0, 1)
            ],
            1,
        )
        uv = np.r_[[[0.0, 0.0]], factors.solve(np.ascontiguousarray(force[1:]))]
    if thorough and (_areas(uv[local]).min() <= 0 or _crosses_itself(uv[loop])):
        uv = _without_flips(start, local, flat)
    return None if _areas(uv[local]).min() <= 0 or _crosses_itself(uv[loop]) else uv


def _in_a_disc(positions, local, corners, loop, flat):
    """A drawing (V, 2) in a disc of the patch's area: the border on the circle, the
    rest amid their neighbours.
    """
    from scipy.sparse import diags
    from scipy.sparse.linalg import splu

    steps = np.linalg.norm(
        np.diff(positions[np.r_[loop, loop[:1]]].astype(np.float64), axis=0), axis=1
    )
    turn = 2 * np.pi * np.r_[0, np.cumsum(steps)[:-1]] / steps.sum()
    uv = np.zeros((len(positions), 2))
    uv[loop] = np.stack([np.cos(turn), np.sin(turn)], 1) * np.sqrt(
        _areas(flat).sum() / np.pi
    )
    inside = np.setdiff1d(np.arange(len(positions)), loop)
    if len(inside):
        weights = _mean_value_weights(local, corners, len(positions))
        system = (diags(np.asarray(weights.sum(1)).ravel()) - weights).tocsr()[inside]
        right = -system[:, loop] @ uv[loop]
        uv[inside] = splu(system[:, inside].tocsc()).solve(np.ascontiguousarray(right))
    return uv


def _without_flips(uv, local, flat, rounds=60):
    """Lower the symmetric Dirichlet energy from a drawing without flips, by steps that
    stay short of a flip.

    Source: Rabinovich et al., Scalable Locally Injective Mappings, 2017.
    """
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import splu

    count, number = len(uv), len(local)
    area = _areas(flat)
    inverse = np.linalg.inv(
        np.stack([flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]], -1)
    )
    # The Jacobian of a triangle, [u; v] by its own x and y, is linear in its corners.
    # (F, corner, x or y)
    slopes = np.concatenate([-inverse.sum(1, keepdims=True), inverse], 1)

    def jacobians(at):
        return np.einsum("fkd,fkc->fcd", slopes, at[local])

    def energy(at):
        factors = np.linalg.svd(jacobians(at), compute_uv=False)
        return (area[:, None] * (factors**2 + 1 / np.maximum(factors, 1e-9) ** 2)).sum()

    # an equation for each triangle, u or v, x or y
    rows = np.arange(4 * number).reshape(number, 2, 2)
    for _ in range(rounds):
        left, factors, right = np.linalg.svd(jacobians(uv))
        # (σ - σ⁻³) / (σ - 1), rewritten
        weight = np.sqrt((factors + 1 + 1 / factors + 1 / factors**2) / factors)
        weight = np.einsum("fij,fj,fkj->fik", left, weight, left)
        # equation (e, d), unknown (corner k, coordinate c)
        entries = np.einsum("fec,fkd->fedkc", weight, slopes)
        at_row = np.broadcast_to(rows[:, :, :, None, None], entries.shape)
        at_column = np.broadcast_to(
            2 * local[:, None, None, :, None] + np.arange(2), entries.shape
        )
        matrix = coo_matrix(
            (entries.ravel(), (at_row.ravel(), at_column.ravel())),
            (4 * number, 2 * count),
        ).tocsr()
        wanted = np.einsum("fec,fcd->fed", weight, left @ right).ravel()
        scaled = matrix.T @ diags(np.repeat(area, 4))
        system = (
            scaled @ matrix + 1e-9 * area.sum() * diags(np.ones(2 * count))
        ).tocsc()
        target = (
            splu(system)
            .solve(scaled @ wanted + 1e-9 * area.sum() * uv.ravel())
            .reshape(-1, 2)
        )
        step = target - uv
        length = min(1.0, 0.8 * _first_flip(uv[local], step[local]))
        before = energy(uv)
        while length > 1e-4 and not energy(uv + length * step) < before:
            length /= 2
        if length <= 1e-4:
            break
        uv = uv + length * step
        if before - energy(uv) < 1e-4 * before:
            break
    return uv


def _first_flip(triangles, steps):
    """The smallest t > 0 at which one of the triangles (F, 3, 2) moved by t * steps has
    no area.
    """
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    c, d = steps[:, 1] - steps[:, 0], steps[:, 2] - steps[:, 0]
    zero = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    one = a[:, 0] * d[:, 1] - a[:, 1] * d[:, 0] + c[:, 0] * b[:, 1] - c[:, 1] * b[:, 0]
    two = c[:, 0] * d[:, 1] - c[:, 1] * d[:, 0]
    two = np.where(np.abs(two) < 1e-20, 1e-20, two)
    root = one**2 - 4 * two * zero
    ends = np.stack(
        [-one + np.sqrt(np.maximum(root, 0)), -one - np.sqrt(np.maximum(root, 0))]
    ) / (2 * two)
    return np.where((ends > 1e-9) & (root >= 0), ends, np.inf).min()


def stretch(positions, faces, uv):
    """The largest and the smallest factor by which a flattened triangle is stretched,
    (F, 2).

    Args: positions (V, 3) and faces (F, 3) of the patch, uv (V', 2) as `flatten`
        returns them.
    """
    used, local = np.unique(faces, return_inverse=True)
    own, drawn = (
        _own_frames(positions[used].astype(np.float64)[local.reshape(-1, 3)]),
        uv[local.reshape(-1, 3)],
    )
    before, after = (
        np.stack([a[:, 1] - a[:, 0], a[:, 2] - a[:, 0]], -1) for a in (own, drawn)
    )
    return np.linalg.svd(after @ np.linalg.inv(before), compute_uv=False)


def _own_frames(corners):
    """Triangles (F, 3, 3) each in its own plane, (F, 3, 2), anticlockwise."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    along = np.maximum(np.linalg.norm(a, axis=1), 1e-12)
    # slivers are given some height
    height = np.maximum(np.linalg.norm(np.cross(a, b), axis=1) / along, 1e-3 * along)
    zero = np.zeros_like(along)
    points = [(zero, zero), (along, zero), ((a * b).sum(1) / along, height)]
    return np.stack([np.stack(point, 1) for point in points], 1)


def _areas(triangles):
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def _cotangents(flat):
    a, b = flat[:, [1, 2, 0]] - flat, flat[:, [2, 0, 1]] - flat
    return (a * b).sum(-1) / np.abs(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _mean_value_weights(local, corners, count):
    from scipy.sparse import coo_matrix

    rows, columns, values = [], [], []
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        a, b = corners[:, j] - corners[:, i], corners[:, k] - corners[:, i]
        far, near = (np.maximum(np.linalg.norm(v, axis=1), 1e-12) for v in (a, b))
        cosine = np.clip((a * b).sum(1) / (far * near), -1, 1)
        # tangent of half the angle
        half = np.sqrt((1 - cosine) / np.maximum(1 + cosine, 1e-9))
        rows += [local[:, i]] * 2
        columns += [local[:, j], local[:, k]]
        values += [half / far, half / near]
    return coo_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        (count, count),
    ).tocsr()


def _crosses_itself(loop):
    """Whether a closed polygon (N, 2) crosses itself."""
    start, end = loop, np.roll(loop, -1, 0)

    def side(a, b, c):
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (
            b[..., 1] - a[..., 1]
        ) * (c[..., 0] - a[..., 0])

    a, b, c, d = start[:, None], end[:, None], start[None], end[None]
    crossing = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return bool(crossing.any())
