"""The surface cut into charts: the face first, the rest by xatlas, then small charts
joined to their neighbours.
"""

import numpy as np

from .flattening import border_loop, flatten, neighbours, stretch

# by how much most of a chart, and the worst of it, may be stretched or shrunk
LIMITS = (1.35, 2.2)
LIMITS_OF_FACE = (1.7, 4.0)  # a face is one chart whatever it costs, within reason


def cut(positions, faces, face_region):
    """Charts of a closed mesh.

    Args: positions (V, 3); faces (F, 3); `face_region` bool (F,), which triangles
        belong to the face.
    Returns: a list of (triangle numbers, uv (V', 2) for `np.unique(faces[triangles])`),
        the face first.
    Raises: ValueError if the face cannot be one chart.
    """
    pairs, edges = neighbours(faces)
    region = as_disc(face_region, pairs)
    label = np.zeros(len(faces), int)
    label[~region] = 1 + _initial_charts(positions, faces[~region])
    face = _chart(positions, faces[region], LIMITS_OF_FACE, thorough=True)
    if face is None:
        raise ValueError(
            f"the face, {int(region.sum())} triangles, cannot be laid "
            "flat as one chart; choose a smaller region, or one without "
            "handles"
        )
    charts = {0: face}
    lengths = np.linalg.norm(positions[edges[:, 0]] - positions[edges[:, 1]], axis=1)
    charts |= _joined(positions, faces, label, pairs, lengths)
    return [
        (np.flatnonzero(label == number), uv) for number, uv in sorted(charts.items())
    ]


def as_disc(region, pairs, rounds=6):
    """The largest connected part of a region of triangles, its outline smoothed and its
    holes filled, bool (F,).
    """
    region = region.copy()
    for _ in range(rounds):  # a triangle goes with the majority of its three neighbours
        votes = np.bincount(
            pairs.ravel(),
            np.r_[region[pairs[:, 1]], region[pairs[:, 0]]].reshape(2, -1).T.ravel(),
            len(region),
        )
        region = np.where(votes >= 2, True, np.where(votes <= 1, False, region))
    region = _largest_part(region, pairs)
    return ~_largest_part(~region, pairs)


def _largest_part(region, pairs):
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    inner = pairs[region[pairs].all(1)]
    graph = coo_matrix((np.ones(len(inner)), inner.T), (len(region),) * 2)
    part = connected_components(graph, directed=False)[1]
    return region & (part == np.bincount(part[region]).argmax())


def _initial_charts(positions, faces):
    """The number of the chart that xatlas puts each triangle in, (F,)."""
    import xatlas

    options = xatlas.ChartOptions()
    options.max_iterations, options.max_cost, options.normal_deviation_weight = (
        2,
        6.0,
        1.0,
    )
    atlas = xatlas.Atlas()
    atlas.add_mesh(positions, faces.astype(np.uint32))
    atlas.generate(options)
    label = np.zeros(len(faces), int)
    for number in range(atlas.get_mesh_chart_count(0)):
        label[np.asarray(atlas.get_mesh_chart(0, number).faces, int)] = number
    return label


def _joined(positions, faces, label, pairs, lengths):
    """Join charts (all but number 0) while the union can be laid flat; changes `label`,
    returns uv by chart number.
    """
    members, charts, waiting = (
        {},
        {},
        [np.flatnonzero(label == number) for number in np.unique(label) if number],
    )
    # rings and other charts of xatlas that are no discs are halved until they are
    while waiting:
        rows = waiting.pop()
        uv = _chart(positions, faces[rows], (np.inf, np.inf))
        if uv is None:
            waiting += _halves(rows, positions[faces[rows]].mean(1), pairs)
            continue
        number = len(members) + 1
        members[number], charts[number], label[rows] = rows, uv, number
    refused = set()
    while True:
        ends = label[pairs]
        across = (ends[:, 0] != ends[:, 1]) & (ends > 0).all(1)
        shared, which = np.unique(np.sort(ends[across], 1), axis=0, return_inverse=True)
        border = np.bincount(which.ravel(), lengths[across])
        perimeter = np.bincount(
            ends[ends[:, 0] != ends[:, 1]].ravel(),
            lengths[ends[:, 0] != ends[:, 1]].repeat(2),
            label.max() + 1,
        )
        # First those that share most of the smaller one's outline: that leaves the
        # fewest and the roundest charts.
        share = border / perimeter[shared].min(1)
        for i in np.argsort(-share):
            a, b = shared[i].tolist()
            if share[i] < 0.12 or (a, b) in refused:
                continue
            union = np.sort(np.concatenate([members[a], members[b]]))
            uv = _chart(positions, faces[union], LIMITS)
            if uv is None:
                refused.add((a, b))
                continue
            members[a], charts[a] = union, uv
            label[members.pop(b)] = a
            del charts[b]
            refused = {pair for pair in refused if a not in pair and b not in pair}
            break
        else:
            return charts


def _halves(rows, middles, pairs):
    """Triangles cut across their longest direction, as a list of connected parts."""
    centered = middles - middles.mean(0)
    longest = np.linalg.svd(centered, full_matrices=False)[2][0]
    above = centered @ longest > 0
    parts = []
    for half in (rows[above], rows[~above]):
        region = np.zeros(int(pairs.max()) + 1, bool)
        region[half] = True
        while region.any():
            part = _largest_part(region, pairs)
            parts.append(np.flatnonzero(part))
            region &= ~part
    return parts


def _chart(positions, faces, limits, thorough=False):
    """The patch laid flat, or None if it is no disc, overlaps, or is stretched beyond
    the limits.
    """
    if border_loop(faces) is None:
        return None
    uv = flatten(positions, faces, thorough=thorough)
    if uv is None:
        return None
    factors = stretch(positions, faces, uv)
    worst = np.maximum(factors[:, 0], 1 / np.maximum(factors[:, 1], 1e-9))
    return (
        None
        if np.quantile(worst, 0.9) > limits[0] or np.quantile(worst, 0.995) > limits[1]
        else uv
    )


def turned_up(uv, positions):
    """A chart turned so that what is up in space is up in the texture, (V, 2)."""
    centered = uv - uv.mean(0)
    slope = np.linalg.lstsq(
        centered, positions[:, 1] - positions[:, 1].mean(), rcond=None
    )[0]
    up = slope / np.linalg.norm(slope)
    return uv @ np.array([[up[1], up[0]], [-up[0], up[1]]])
