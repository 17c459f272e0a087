"""A mesh with fewer triangles that looks the same: for figures that carry several."""

import numpy as np
from numpy.typing import ArrayLike

FLIP = 0.3  # cosine of how far a triangle may turn when a corner of it moves
TRIES = 2  # neighbours that a vertex is tried with in a round
SHARE = 0.3  # of what could collapse, the cheapest that may do so in one round
# how much a texture coordinate weighs that has moved, against a surface that has
STIFFNESS = 1e-3


def thin_mesh(
    positions: ArrayLike, faces: ArrayLike, uv: ArrayLike, count: float
) -> np.ndarray:
    """About `count` triangles that look like the mesh.

    Vertices inside the charts are pulled into a neighbour, cheapest first. The price of
    a pull is the quadric error: the squared distances from the planes of all triangles
    that the vertices have stood for. It is taken in the five dimensions of position and
    texture coordinates together, so that neither shape nor texture shifts. Vertices at
    borders and seams stay, and no vertex moves.

    Args:
        positions: `(V, 3)` floats.
        faces: `(F, 3)` integers.
        uv: `(V, 2)` floats.
        count: how many triangles are wanted.
    Returns: faces `(f, 3)`, indices into the same vertices; more than wanted where only
        borders are left.
    Source: Garland and Heckbert, "Simplifying Surfaces with Color and Texture using
        Quadric Error Metrics", 1998.
    Differs: each round pulls many vertices that are not neighbours at once, which NumPy
        does quickly.
    """
    place = np.asarray(positions, np.float64)
    place = (place - place.min(0)) / max(np.ptp(place, 0).max(), 1e-12)
    flat, triangles = np.asarray(uv, np.float64), np.asarray(faces, np.int64)
    triangles = _distinct(triangles)
    five = np.concatenate([place, flat * np.sqrt(STIFFNESS)], 1)
    fixed, quadrics = (
        _at_borders(triangles, len(place)),
        _quadrics(five, place, triangles),
    )
    while (surplus := len(triangles) - int(count)) > 0:
        # a pull takes two
        target = _cheapest_pulls(
            triangles, five, place, flat, quadrics, fixed, most=(surplus + 1) // 2
        )
        moved = np.flatnonzero(target >= 0)
        if not len(moved):
            break
        np.add.at(quadrics, target[moved], quadrics[moved])
        pulled = np.where(target >= 0, target, np.arange(len(target)))[triangles]
        triangles = _distinct(pulled)
    return triangles


# ---- helpers -------------------------------------------------------------------------


def _distinct(triangles):
    """Those triangles whose three corners are different vertices."""
    return triangles[(triangles != np.roll(triangles, 1, 1)).all(1)]


def _at_borders(faces, vertices):
    """Vertices of edges that do not lie between exactly two triangles."""
    edges = np.sort(np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2), 1)
    edges, times = np.unique(edges, axis=0, return_counts=True)
    fixed = np.zeros(vertices, bool)
    fixed[edges[times != 2]] = True
    return fixed


def _quadrics(five, place, faces):
    """For each vertex A, b, c with error(x) = x A x + 2 b x + c, weighted by area.

    Returns: `(V, 6, 6)`, matrices for (x, 1).
    """
    p, q, r = (five[faces[:, k]] for k in range(3))
    first = q - p
    first /= np.linalg.norm(first, axis=1, keepdims=True).clip(1e-20)
    second = r - p - ((r - p) * first).sum(1, keepdims=True) * first
    second /= np.linalg.norm(second, axis=1, keepdims=True).clip(1e-20)
    square = (
        np.eye(5)
        - first[:, :, None] * first[:, None]
        - second[:, :, None] * second[:, None]
    )
    linear = -np.einsum("fij,fj->fi", square, p)
    whole = np.zeros((len(faces), 6, 6))
    whole[:, :5, :5], whole[:, 5, 5] = square, -(linear * p).sum(1)
    whole[:, :5, 5] = whole[:, 5, :5] = linear
    whole *= np.linalg.norm(_normals(place, faces), axis=1)[:, None, None]
    quadrics = np.zeros((len(five), 6, 6))
    for k in range(3):
        np.add.at(quadrics, faces[:, k], whole)
    return quadrics


def _cheapest_pulls(faces, five, place, uv, quadrics, fixed, most):
    """For each vertex the neighbour that it is pulled into, or -1.

    Pulled vertices share no triangle.
    """
    vertices = len(place)
    after = np.roll(faces, -1, 1)
    # edges, both ways
    known = np.sort(
        np.concatenate([faces * vertices + after, after * vertices + faces]).ravel()
    )
    known = known[np.flatnonzero(np.diff(known, prepend=-1))]
    pairs = np.stack(np.divmod(known, vertices), 1)
    begins = np.searchsorted(pairs[:, 0], np.arange(vertices + 1))
    free = pairs[~fixed[pairs[:, 0]]]
    if not len(free):
        return np.full(vertices, -1)
    target = np.concatenate([five[free[:, 1]], np.ones((len(free), 1))], 1)
    price = ((quadrics[free[:, 0]] @ target[:, :, None])[..., 0] * target).sum(1)
    # Two neighbours with a third common neighbour beyond their two triangles would fold
    # the surface up.
    degree = np.diff(begins)[free[:, 0]]
    pair = np.repeat(np.arange(len(free)), degree)
    third = pairs[
        np.arange(len(pair))
        - np.repeat(np.cumsum(degree) - degree, degree)
        + np.repeat(begins[free[:, 0]], degree),
        1,
    ]
    wanted = free[pair, 1] * vertices + third
    found = known[np.searchsorted(known, wanted).clip(max=len(known) - 1)] == wanted
    price[np.bincount(pair[found], minlength=len(free)) != 2] = np.inf

    chosen, cost = np.full(vertices, -1), np.full(vertices, np.inf)
    for _ in range(TRIES):
        order = np.lexsort((price, free[:, 0]))
        best = order[np.flatnonzero(np.diff(free[order, 0], prepend=-1))]
        chosen[free[best, 0]], cost[free[best, 0]] = free[best, 1], price[best]
        flips = _would_flip(faces, place, uv, chosen)
        price[best[flips[free[best, 0]]]] = np.inf
        cost[flips] = np.inf

    able = np.flatnonzero(np.isfinite(cost))
    able = able[np.argsort(cost[able], kind="stable")][: max(1, int(SHARE * len(able)))]
    near = np.full(vertices, vertices)
    near[able] = rank = np.arange(len(able))
    for _ in range(2):  # who is the cheapest among the neighbours, then among theirs
        around = np.repeat(near[faces].min(1), 3)
        np.minimum.at(near, faces.ravel(), around)
    able = able[near[able] == rank][:most]
    result = np.full(vertices, -1)
    result[able] = chosen[able]
    return result


def _would_flip(faces, place, uv, chosen):
    """Vertices whose pull would turn a triangle over, in space or in the texture."""
    bad = np.zeros(len(place), bool)
    flat = np.concatenate([uv, np.zeros((len(uv), 1))], 1)
    old, old_flat = _normals(place, faces), _normals(flat, faces)[:, 2]
    for k in range(3):
        goal = chosen[faces[:, k]]
        stays = (goal >= 0) & (faces != goal[:, None]).all(1)
        new = faces[stays].copy()
        new[:, k] = goal[stays]
        normal, normal_flat = _normals(place, new), _normals(flat, new)[:, 2]
        along = (normal * old[stays]).sum(1)
        lengths = np.linalg.norm(normal, axis=1) * np.linalg.norm(old[stays], axis=1)
        wrong = (along <= FLIP * lengths) | (normal_flat * old_flat[stays] <= 0)
        bad[faces[stays, k][wrong]] = True
    return bad


def _normals(points, faces):
    a, b, c = (points[faces[:, k]] for k in range(3))
    return np.cross(b - a, c - a)
