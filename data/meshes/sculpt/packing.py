"""Charts put into one square texture, as large as fits, with a gutter around each."""

import numpy as np
from scipy.ndimage import distance_transform_edt

CELL = 8  # texels: charts are placed on a grid of such cells
TURNS = 12  # directions tried for each chart


def pack(charts, scales, size, gutter, *, upright=()):
    """Place charts in a square.

    Args:
        charts: a list of (uv (V, 2), faces (F, 3)) in units of the surface.
        scales: how much larger than the others each is drawn.
        size: of the texture in texels; a multiple of 8.
        gutter: texels left free around each chart, and at the border, so that two
            charts are twice that apart.
        upright: numbers of charts that keep their direction.
    Returns: a list of uv (V, 2) in 0 to 1, v up; and the texels per unit of the surface
        (of a chart of scale 1).
    """
    areas = np.array([_area(uv, faces) for uv, faces in charts]) * np.square(scales)
    order = np.argsort(-areas)
    # in units of the scale at which the charts' areas would fill the square
    low, high, best = 0.4, 0.9, None
    full = size / np.sqrt(areas.sum())
    while high - low > 0.02 or best is None:
        middle = (low + high) / 2
        placed = _try(
            [charts[i] for i in order],
            [scales[i] * full * middle for i in order],
            size,
            gutter,
            [i in upright for i in order],
        )
        if placed is None:
            high = middle
        else:
            low, best = middle, (placed, full * middle)
        if high < 0.42:
            raise ValueError(
                f"{len(charts)} charts with {gutter} texels of gutter do not fit into "
                f"{size}²"
            )
    result = [None] * len(charts)
    for i, uv in zip(order, best[0]):
        result[i] = uv / size
    return result, best[1]


def _try(charts, factors, size, gutter, keep):
    """All charts placed from the lower left corner, the largest first: uv in texels
    each; None if they do not fit.
    """
    cells = size // CELL
    taken = np.zeros((cells, cells), np.float32)
    results = []
    for (uv, faces), factor, fixed in zip(charts, factors, keep):
        best, spectrum = None, np.fft.rfft2(taken)
        for turn in [0.0] if fixed else np.arange(TURNS) * (2 * np.pi / TURNS):
            c, s = np.cos(turn), np.sin(turn)
            texels = (uv @ np.array([[c, s], [-s, c]])) * factor
            texels = texels - texels.min(0) + gutter
            mask = _cover(texels, faces, gutter)
            rows, columns = mask.shape
            if rows > cells or columns > cells:
                continue
            # How many taken cells the chart would meet at each place, all places at
            # once. Where the chart would leave the square, the correlation wraps
            # around; those places are not looked at.
            meets = np.fft.irfft2(
                spectrum * np.fft.rfft2(mask, taken.shape).conj(), taken.shape
            )
            free = np.argwhere(meets[: cells - rows + 1, : cells - columns + 1] < 0.5)
            if not len(free):
                continue
            # Low and to the left, but the upper edge counts, not the lower: flat pieces
            # go below tall ones.
            cost = (free[:, 0] + rows) ** 2 + 0.5 * (free[:, 1] + columns) ** 2
            at = cost.argmin()
            if best is None or cost[at] < best[0]:
                best = cost[at], free[at], texels, mask
        if best is None:
            return None
        _, (row, column), texels, mask = best
        taken[row : row + mask.shape[0], column : column + mask.shape[1]] += mask
        results.append(texels + np.array([column, row]) * CELL)
    return results


def _cover(texels, faces, gutter):
    """Cells that a chart in texels (V, 2) or its gutter touches, float32 (rows,
    columns); row 0 is the lowest v.
    """
    import torch

    from dputils.rasterize import rasterize

    columns, rows = np.ceil((texels.max(0) + gutter) / CELL).astype(int)
    finer = 2  # cells are halved, so that what is thinner than a cell is not missed
    scale = 2 * finer / CELL
    clip = np.concatenate(
        [
            texels * scale / [columns * finer, rows * finer] - 1,
            np.tile([0.0, 1.0], (len(texels), 1)),
        ],
        1,
    )
    seen = rasterize(
        torch.tensor(clip, dtype=torch.float32)[None],
        torch.from_numpy(faces),
        (int(rows * finer), int(columns * finer)),
    )
    mask = seen.mask[0, 0].numpy()[::-1]
    reach = int(np.ceil((gutter + CELL / finer) * finer / CELL))
    mask = distance_transform_edt(~mask) <= reach + 0.5
    return mask.reshape(rows, finer, columns, finer).any((1, 3)).astype(np.float32)


def _area(uv, faces):
    a, b = uv[faces[:, 1]] - uv[faces[:, 0]], uv[faces[:, 2]] - uv[faces[:, 0]]
    return np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / 2
