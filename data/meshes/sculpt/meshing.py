"""From a distance field to a closed triangle mesh."""

import numpy as np
from scipy.ndimage import gaussian_filter

from .fields import unit


def mesh_of(model, cells):
    """Vertices (V, 3) float32 and faces (F, 3) of a model: one closed surface of
    `model.TRIANGLES` triangles or fewer.

    Args: `cells`: how many grid cells the long side of the box has; with fewer than 200
        the mesh is coarser, and has fewer triangles in proportion to the area of a
        cell.
    Raises: ValueError if the surface is not closed.
    """
    import fast_simplification
    import trimesh
    from skimage.measure import marching_cubes

    values, origin, step = sample_grid(model.distance, *model.BOUNDS, cells)
    # The nearest point of a curve jumps where two parts of it are equally near; a blur
    # of one cell hides the crease.
    vertices, faces, _, _ = marching_cubes(gaussian_filter(values, 1.0), 0.0)
    mesh = trimesh.Trimesh(vertices * step + origin, faces, process=True)
    mesh = max(mesh.split(only_watertight=False), key=lambda part: len(part.faces))
    # Smoothing comes before the reduction: after it, it would turn triangles over.
    mesh = trimesh.smoothing.filter_taubin(mesh, lamb=0.5, nu=0.52, iterations=12)
    share = min(1.0, cells / 200) ** 2
    target = min(round(model.TRIANGLES * share), len(mesh.faces) - 2)
    # a hasty reduction may join two sheets where they are close; then a slower one is
    # tried
    for haste in (7, 5, 3):
        points, faces = fast_simplification.simplify(
            mesh.vertices.astype(np.float32),
            mesh.faces.astype(np.int32),
            target_count=target,
            agg=haste,
        )
        thinned = trimesh.Trimesh(points, faces, process=True)
        if thinned.is_watertight and thinned.volume > 0:
            return thinned.vertices.astype(np.float32), thinned.faces.astype(np.int64)
    raise ValueError(
        f"the surface of {model.__name__.split('.')[-1]} is not closed at "
        f"{cells} cells: two of its parts are nearer than a cell; blend "
        "them wider, or use more cells"
    )


def sample_grid(distance, low, high, cells, block=8):
    """Distances on a grid with `cells` cells on the long side of a box; only blocks
    near the surface are filled in.

    Returns: values (X, Y, Z), the position of the first, the size of a cell.
    """
    low, high = np.float32(low), np.float32(high)
    step = (high - low).max() / cells
    blocks = np.ceil((high - low) / step / block).astype(int)
    axes = [
        low[i] + (np.arange(count) + 0.5) * block * step
        for i, count in enumerate(blocks)
    ]
    centers = (
        np.stack(np.meshgrid(*axes, indexing="ij"), -1)
        .reshape(-1, 3)
        .astype(np.float32)
    )
    coarse = distance(centers).reshape(blocks)
    values, near = (
        a.repeat(block, 0).repeat(block, 1).repeat(block, 2)
        for a in (coarse, np.abs(coarse) < 2.2 * block * step)
    )
    index = np.argwhere(near)
    portions = np.array_split(index, 1 + len(index) // 400_000)
    values[near] = np.concatenate(
        [distance(low + part.astype(np.float32) * step) for part in portions]
    )
    return values, low, step


def normals_of(distance, p, reach):
    """Unit normals (N, 3) read off the field, from differences over `reach` to each
    side.
    """
    steps = np.eye(3, dtype=np.float32) * np.float32(reach)
    return unit(
        np.stack([distance(p + step) - distance(p - step) for step in steps], 1)
    )


def openness(distance, p, n):
    """How open the surface is to its surroundings (0 to 1), from the distance some way
    out along the normal.
    """
    samples = ((0.04, 0.3), (0.1, 0.3), (0.22, 0.25), (0.4, 0.15))
    hidden = sum(
        weight * np.clip(1 - distance(p + way * n) / way, 0, 1)
        for way, weight in samples
    )
    return np.clip(1 - 1.1 * hidden, 0, 1)
