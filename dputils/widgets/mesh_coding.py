"""A mesh in few bytes: quantised, walked, each vertex foretold from its neighbours."""

import zlib
from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def code_mesh(
    positions: ArrayLike, faces: ArrayLike, uv: ArrayLike, *, bits: int = 16
) -> dict[str, Any]:
    """A mesh as a dictionary of small values that `mesh_drawing.js` turns back.

    A walk crosses edges from triangle to triangle, so that a triangle costs one corner:
    a new vertex, or how long ago an old one was met. A new vertex is foretold as the
    fourth corner of a parallelogram, and only the error is kept.

    Args:
        positions: `(V, 3)` floats.
        faces: `(F, 3)` integers.
        uv: `(V, 2)` floats.
        bits: per coordinate, at most 16.
    Returns: dictionary with `data` (bytes), `vertices`, `faces`, `codes` (how many),
        `bits`, `size` (the bounding box's sides over the longest one) and `uv` (lowest
        and span, for u and v).
    Raises: ValueError for other bits, and for a mesh without extent.
    Differs: vertices that no face uses are left out; the walk orders the others.
    """
    if not 1 <= bits <= 16:
        raise ValueError(f"bits is from 1 to 16, not {bits}")
    triangles = np.asarray(faces)
    order, codes, guesses = _walk(triangles.tolist())
    points = np.asarray(positions, np.float64)[order]
    places = np.asarray(uv, np.float64)[order]
    top, lowest, extent = 2**bits - 1, points.min(0), np.ptp(points, 0)
    if not extent.max() > 0:
        raise ValueError("the mesh has no extent: all its vertices coincide")
    low_uv, span_uv = places.min(0), np.ptp(places, 0)
    whole = np.concatenate(
        [
            np.rint((points - lowest) / extent.max() * top),
            np.rint((places - low_uv) / np.where(span_uv > 0, span_uv, 1) * top),
        ],
        1,
    ).astype(np.int64)
    a, b, c = np.asarray(guesses, np.int64).T
    # guess -1 is the last row, which is 0
    padded = np.concatenate([whole, np.zeros((1, 5), np.int64)])
    error = (
        (whole - padded[a] - padded[b] + padded[c])
        .astype(np.uint16)
        .view(np.int16)
        .astype(np.int32)
    )
    # small errors of either sign: small numbers
    folded = np.where(error < 0, -2 * error - 1, 2 * error).astype("<u2")
    codes = np.asarray(codes, "<u4")
    # Like bytes beside like bytes: first the low ones of all, then the high ones, which
    # are nearly all 0.
    planes = [
        codes.view(np.uint8).reshape(-1, 4)[:, :3].T,
        *(part.copy().view(np.uint8).reshape(-1, 2).T for part in folded.T),
    ]
    data = zlib.compress(
        b"".join(np.ascontiguousarray(plane).tobytes() for plane in planes), 9
    )
    return {
        "data": data,
        "vertices": len(order),
        "faces": len(triangles),
        "codes": len(codes),
        "bits": int(bits),
        "size": (extent / extent.max()).tolist(),
        "uv": [low_uv.tolist(), span_uv.tolist()],
    }


def _walk(faces):
    """Order of the vertices, codes, and for each vertex the three that foretell it.

    The three are `(a, b, c)`, and what they foretell is a + b - c.
    Codes: 0 nothing beyond this edge (any more), 1 a new vertex, k + 2 the vertex met k
    before the newest. A walk begins with three codes for a triangle, and again wherever
    one ends.
    """
    beyond = defaultdict(list)  # directed edge -> faces that have it
    for number, (a, b, c) in enumerate(faces):
        for edge in ((a, b), (b, c), (c, a)):
            beyond[edge].append(number)
    seen, place, order, codes, guesses = [False] * len(faces), {}, [], [], []

    def visit(vertex, guess):
        if vertex in place:
            codes.append(len(order) - 1 - place[vertex] + 2)
        else:
            place[vertex] = len(order)
            order.append(vertex)
            codes.append(1)
            guesses.append(guess)

    for start, corners in enumerate(faces):
        if seen[start]:
            continue
        seen[start] = True
        for vertex in corners:
            visit(vertex, (len(order) - 1, -1, -1))  # near the newest one
        a, b, c = corners
        # an edge, and the corner opposite on this side
        gates = [(a, b, c), (b, c, a), (c, a, b)]
        while gates:
            a, b, c = gates.pop()
            face = next((face for face in beyond[b, a] if not seen[face]), None)
            if face is None:
                codes.append(0)
                continue
            seen[face] = True
            p, q, r = faces[face]
            vertex = r if (p, q) == (b, a) else p if (q, r) == (b, a) else q
            visit(vertex, (place[a], place[b], place[c]))
            gates += [(a, vertex, b), (vertex, b, a)]
    return order, codes, guesses
