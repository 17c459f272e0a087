"""Unwrapping by xatlas, as a script of its own: it can be given up when it takes long.

Reads `positions (V, 3)`, `faces (F, 3)`, `size` and `gutter` as an .npz file from
standard input, and writes `source (W,)`, `faces (F, 3)` and `uv (W, 2)` to standard
output. It imports no more than it needs, so that it starts at once.
"""

import io
import sys

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def charts(positions: np.ndarray, faces: np.ndarray, size: int, gutter: int) -> Arrays:
    """Vertices of the new mesh by their old numbers, its faces, its uv in [0, 1].

    Charts are found once and packed until they keep their distance: xatlas exceeds the
    size it is asked for, and then its padding is worth less once the atlas is shrunk.
    """
    import xatlas

    # thresholds inside xatlas are lengths: without a unit of its own, a mesh in
    # metres loses its triangles and one in parsecs never ends
    places = np.asarray(positions, np.float64)
    places = places - (places.max(0) + places.min(0)) / 2
    places = places / max(np.abs(places).max(), 1e-300)
    found = xatlas.Atlas()
    found.add_mesh(places.astype(np.float32), faces.astype(np.uint32))
    how = xatlas.ChartOptions()
    # fewer charts than by default, for a tenth more time
    how.max_cost, how.max_iterations = 4.0, 2
    found.generate(how, _options(xatlas, size, 0))
    source, cut, flat = found.get_mesh(0)
    padding = round(2.5 * gutter)
    for _ in range(6):
        atlas = xatlas.Atlas()
        atlas.add_uv_mesh(flat * [found.width, found.height], cut)
        atlas.generate(pack_options=_options(xatlas, size, padding))
        side = max(atlas.width, atlas.height)
        if padding * size >= 2 * gutter * side:
            break
        padding = round(1.1 * 2 * gutter * side / size) + 1
    again, faces, uv = atlas.get_mesh(0)
    # one scale for both directions
    uv = uv * np.array([atlas.width, atlas.height], np.float32) / side
    return source[again], faces, uv


def _options(xatlas, size, padding):
    options = xatlas.PackOptions()
    options.resolution, options.padding = size, padding
    return options


if __name__ == "__main__":
    given = np.load(io.BytesIO(sys.stdin.buffer.read()))
    found = charts(
        given["positions"], given["faces"], int(given["size"]), int(given["gutter"])
    )
    np.savez(sys.stdout.buffer, source=found[0], faces=found[1], uv=found[2])
