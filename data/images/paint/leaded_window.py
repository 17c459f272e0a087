"""Leaded Window: sun, rays, hills, a river and a tree; each Voronoi cell is one pane,
lit from behind.
"""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from .tools import H, W, X, Y, colour, colours, fractal_noise, noise, over, ramp, step

TITLE = "Leaded Window"

SUN = np.array([500, 168])
# radii of the panes' rings
RINGS = [0, 27, 55, 83, 112, 142, 173, 205, 238, 273, 310, 348, 388, 430, 474, 520, 568]
CROWN = np.array([150, 160])
TRUNK_TOP, TRUNK_FOOT = 196, 436
# regions; leads are thicker between two of them
SKY, RAY, GROUND, RIVER, LEAVES, WOOD, DISC = range(7)


def paint():
    rng = np.random.default_rng(5)
    seeds, region = plan_panes(rng)
    glass = pane_colours(rng, seeds, region)

    # leads wander a little from the exact cell edges
    wobbly = np.c_[
        X.ravel() + 2.5 * noise(rng, 30).ravel(),
        Y.ravel() + 2.5 * noise(rng, 30).ravel(),
    ]
    distance, near = cKDTree(seeds).query(wobbly, k=3)
    distance, near = distance.reshape(H, W, 3), near.reshape(H, W, 3)
    pane = near[..., 0]
    from_edge = np.minimum(*[edge_distance(seeds, distance, near, k) for k in (1, 2)])

    dx, dy = X - seeds[pane, 0], Y - seeds[pane, 1]
    tilt = rng.normal(size=(len(seeds), 2))[pane]
    sun_glow = np.exp(-((X - SUN[0]) ** 2 + (Y - SUN[1]) ** 2) / 170**2)
    through = (
        1.02
        + 0.012 * (tilt[..., 0] * dx + tilt[..., 1] * dy)
        + 0.10 * fractal_noise(rng, 22, 3)
        + 0.06 * noise(rng, (3, 26))
        - 0.35 * np.exp(-from_edge / 4)
        + 0.32 * sun_glow
    )
    picture = (
        glass[pane] * through[..., None] + 0.10 * np.clip(through - 1, 0, 1)[..., None]
    )

    width = np.where(region[pane] != region[near[..., 1]], 3.7, 2.0)
    lead = step(width + 0.7, width - 0.7, from_edge)
    bulge = np.sqrt(np.clip(1 - (from_edge / width) ** 2, 0, 1))
    shine = ndimage.gaussian_filter(np.clip(np.gradient(bulge, axis=0), 0, 1), 0.6)
    came = colour("15161a") + 0.17 * shine[..., None] * [1, 1, 1.1]
    # light spills from bright panes over the leads
    spill = ndimage.gaussian_filter(picture * (1 - lead[..., None]), (9, 9, 0))
    return over(picture * 0.94 + 0.10 * spill, lead, came)


def edge_distance(seeds, distance, near, k):
    """Pixels to the edge between the nearest cell and the k-th next."""
    apart = np.hypot(*(seeds[near[..., k]] - seeds[near[..., 0]]).transpose(2, 0, 1))
    return (distance[..., k] ** 2 - distance[..., 0] ** 2) / (2 * apart + 1e-6)


# ---- where the panes are


def plan_panes(rng):
    """Seeds (N, 2) of the panes and the region of each."""
    free = np.array(sky_seeds(rng) + ground_seeds(rng))
    tree, tree_region = tree_seeds()
    # the tree is set first: nothing else may push its outline about
    free = free[cKDTree(tree).query(free)[0] > 19]
    seeds = np.vstack([free, tree])
    region = np.r_[
        free_regions(free), np.where(tree_region < 0, free_regions(tree), tree_region)
    ]
    return seeds, region


def sky_seeds(rng):
    """Rings of panes round the sun, down to the hills."""
    points = []
    for k, radius in enumerate(RINGS):
        count = (
            1
            if radius == 0
            else 8
            if radius == 27
            else int(4 + radius * 2 * np.pi / (33 + 0.03 * radius))
        )
        # the sun's own panes stay in order, so that it is round
        stray = min(4, 1 + radius / 40)
        for t in np.arange(count) * 2 * np.pi / count:
            points.append(
                (
                    SUN[0] + radius * np.cos(t + k * 0.31) + rng.normal(0, stray),
                    SUN[1] + radius * np.sin(t + k * 0.31) + rng.normal(0, stray),
                )
            )
    return [
        (x, y)
        for x, y in points
        if -60 < x < W + 60 and -60 < y < 304 + 34 * np.sin(x / 95)
    ]


def ground_seeds(rng):
    """Courses of panes that follow the hills and lie flatter and wider towards the
    viewer.
    """
    points = []
    for y in np.arange(318, 600, 20):
        swing = max(0, (430 - y) / 130)
        for x in np.arange(-40, W + 60, 26 + 0.13 * (y - 318)):
            points.append(
                (
                    x + rng.normal(0, 5) + 11 * (int(y / 20) % 2),
                    y + 34 * np.sin(x / 95) * swing + rng.normal(0, 4),
                )
            )
    return points


def crown_radius(angle):
    """Radius of the lobed crown in a direction."""
    return 112 * (1 + 0.075 * np.cos(5 * angle + 1.2) + 0.04 * np.cos(3 * angle))


def tree_seeds():
    """Seeds in pairs on both sides of the tree's outline, so that cell edges run
    exactly along it; -1 is outside.
    """
    points, regions = [], []

    def pair(at, normal, half_width, inside):
        points.extend([at - normal * half_width, at + normal * half_width])
        regions.extend([inside, -1])

    for t in np.arange(0, 2 * np.pi, 2 * np.pi / 25):
        direction = np.array([np.cos(t), np.sin(t)])
        at = CROWN + direction * crown_radius(t)
        # the trunk comes in here
        if not (at[1] > CROWN[1] and abs(at[0] - CROWN[0]) < 40):
            pair(at, direction, 13, LEAVES)
    limbs = [  # from, to, half width of the wood at both ends
        ((150, TRUNK_FOOT), (152, 232), 22, 13),
        ((148, 212), (108, 146), 11, 8),
        ((158, 212), (198, 142), 11, 8),
    ]
    for start, end, width_start, width_end in limbs:
        start, end = np.array(start, float), np.array(end, float)
        length = np.hypot(*(end - start))
        normal = np.array([start[1] - end[1], end[0] - start[0]]) / length
        for f in np.linspace(0, 1, max(3, int(length / 25))):
            at = start + (end - start) * f
            width = width_start + (width_end - width_start) * f
            points.append(at)
            regions.append(WOOD)
            for side in (-1, 1):
                points.append(at + side * normal * 2 * width)
                regions.append(-1)
    return np.array(points), np.array(regions)


def free_regions(seeds):
    """The region of each seed by its place alone, trunk and boughs left out."""
    x, y = seeds.T
    from_sun = np.hypot(x - SUN[0], y - SUN[1])
    angle = np.arctan2(y - SUN[1], x - SUN[0])
    region = np.where(
        (np.floor(angle / (2 * np.pi) * 16) % 2 == 0) & (from_sun > 96), RAY, SKY
    )
    region[from_sun < 45] = DISC
    ground = y > 318 + 34 * np.sin(x / 95) - 12
    region[ground] = GROUND
    bed = 430 - (y - 318) * 0.9 + 52 * np.sin(y / 42)
    region[ground & (np.abs(x - bed) < 22 + 0.26 * (y - 318))] = RIVER
    dx, dy = (seeds - CROWN).T
    region[np.hypot(dx, dy) < crown_radius(np.arctan2(dy, dx))] = LEAVES
    return region


# ---- what glass they are


def pane_colours(rng, seeds, region):
    """The colour of each pane's glass."""
    x, y = seeds.T
    from_sun = np.hypot(x - SUN[0], y - SUN[1])
    chance = rng.random(len(seeds))
    leaf = (
        0.42
        + (x - CROWN[0]) / 250
        - (y - CROWN[1]) / 290
        + 0.14 * rng.normal(size=len(seeds))
    )
    glass = ramp(
        from_sun / 560 + 0.04 * rng.normal(size=len(seeds)),
        colours("ffd23f f79a1e e2562b b5285e 5b2a86 2b3a9c 1b5fae 2c9ad0"),
    )
    by_region = {
        RAY: ramp(
            from_sun / 520, colours("ffe27a ffc02e f08a24 d94f4a 8a48a8 4f7fd0 7cc4e8")
        ),
        GROUND: ramp(chance, colours("0f5a3c 1f8a4c 6fb53a b9c93a 0f6e5c")),
        RIVER: ramp(chance, colours("0b4fa0 1b86c8 5cc4dc bfeaf0")),
        LEAVES: ramp(leaf, colours("06402e 0f6e3c 2f9a3f 8cc63a e2e04a fff08a")),
        WOOD: ramp(chance, colours("3a1a0e 5a2c14 7a3f1c")),
        DISC: np.broadcast_to(colour("fff3b0"), glass.shape),
    }
    for which, paints in by_region.items():
        glass = np.where((region == which)[:, None], paints, glass)
    return np.clip(glass * rng.uniform(0.66, 1.06, (len(seeds), 1)), 0, 1)
