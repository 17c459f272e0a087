"""The bundled meshes: closed, unwrapped so that no seam cuts an eye, and what their
code makes.
"""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from dputils import data
from dputils.rasterize import View, rasterize
from dputils.scene import chart_mask, sample_views

# It looks at the bundled meshes from all sides, which takes half a minute.
pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parent.parent / "data" / "meshes"
NAMES = data.list_meshes()
WITH_FACES = ["bunny", "goldfish", "owl", "skull"]
SIZE, GUTTER = 1024, 8


@pytest.fixture(scope="module", params=NAMES)
def mesh(request):
    return data.sample_mesh(request.param)


@pytest.fixture(scope="module")
def landmarks(mesh):
    return data.sample_landmarks(mesh.name)


@pytest.fixture(scope="module")
def charts(mesh):
    """The chart of every triangle (F,), and of every texel whose centre lies in one (H,
    W), -1 elsewhere.
    """
    sparse, graph = (
        pytest.importorskip("scipy.sparse"),
        pytest.importorskip("scipy.sparse.csgraph"),
    )
    ends = torch.cat([mesh.faces[:, :2], mesh.faces[:, 1:]]).numpy()
    links = sparse.coo_matrix((np.ones(len(ends)), ends.T), (len(mesh.positions),) * 2)
    of_face = torch.from_numpy(graph.connected_components(links, directed=False)[1])[
        mesh.faces[:, 0]
    ].long()
    face = in_texture(mesh, SIZE).face[0]
    return of_face, torch.where(face >= 0, of_face[face], -1)


@pytest.fixture(scope="module")
def make():
    """The script data/meshes/make.py as a module; what it brings into the import system
    is taken out again.
    """
    pytest.importorskip("fast_simplification")
    pytest.importorskip("xatlas")
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("make")
    finally:
        sys.path.remove(str(FOLDER))
        for name in set(sys.modules) - before:
            if name == "make" or name.split(".")[0] == "sculpt":
                del sys.modules[name]


def in_texture(mesh, size):
    """The triangles as they lie in the texture."""
    clip = torch.cat(
        [mesh.uv * 2 - 1, torch.zeros(len(mesh.uv), 1), torch.ones(len(mesh.uv), 1)], 1
    )
    return rasterize(clip[None], mesh.faces, size)


def components(mask):
    """How many connected parts a mask (H, W) has, specks of less than 1 % left out."""
    ndimage = pytest.importorskip("scipy.ndimage")
    parts, count = ndimage.label(mask.numpy(), np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())[1:]
    return int((sizes >= 0.01 * sizes.sum()).sum())


def areas(corners):
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    if corners.shape[2] == 3:
        return torch.linalg.cross(a, b).norm(dim=1) / 2
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


# ---- the files ---------------------------------------------------------------------


def test_the_five_are_there():
    assert NAMES == ["bunny", "goldfish", "owl", "skull", "teapot"]
    listed = {relative: ok for relative, ok, message in data.verify()}
    files = [*FOLDER.glob("*.glb"), *FOLDER.glob("landmarks/*.png")]
    assert len(files) == 5 + 14
    assert all(
        listed.get(path.relative_to(FOLDER.parent).as_posix()) for path in files
    ), "run make sums"


@pytest.mark.parametrize("name", NAMES)
def test_file_sizes(name):
    size = sum(
        path.stat().st_size
        for path in [FOLDER / f"{name}.glb", *FOLDER.glob(f"landmarks/{name}_*.png")]
    )
    assert size <= 1_500_000


def test_meshes_face_the_viewer_and_fill_the_box(mesh):
    assert mesh.center.abs().max() < 1e-5 and mesh.radius == pytest.approx(1, abs=1e-5)
    assert mesh.texture.shape == (1, 3, SIZE, SIZE) and mesh.texture.std() > 0.05
    assert 12_000 <= len(mesh.faces) <= 20_000


def test_loading_needs_no_unwrapping(monkeypatch):
    for name in ("xatlas", "fast_simplification", "scipy", "skimage"):
        monkeypatch.setitem(sys.modules, name, None)
    assert data.sample_mesh("teapot").uv is not None


# ---- the surface -------------------------------------------------------------------


def test_watertight(mesh):
    _, welded = mesh.positions.unique(dim=0, return_inverse=True)
    faces = welded[mesh.faces]
    directed = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    forward, times = directed.unique(dim=0, return_counts=True)
    assert times.max() == 1, "an edge is used twice in one direction"
    assert torch.equal(forward, directed.flip(1).unique(dim=0)), (
        "an edge has a triangle on one side only"
    )
    a, b, c = mesh.positions[mesh.faces].double().unbind(1)
    assert (torch.linalg.cross(a, b) * c).sum() > 0, "the surface is inside out"


# ---- the texture -------------------------------------------------------------------


def test_charts_lie_in_the_texture_and_do_not_overlap(mesh, charts):
    assert 0 <= mesh.uv.min() and mesh.uv.max() <= 1
    drawn = areas(mesh.uv.double()[mesh.faces])
    assert (drawn > 0).all(), "a triangle is turned over in the texture"
    covered = (charts[1] >= 0).double().mean()
    assert covered == pytest.approx(float(drawn.sum()), rel=3e-3), (
        "where charts overlap, less is covered than drawn"
    )


def test_gutter(mesh, charts):
    ndimage = pytest.importorskip("scipy.ndimage")
    of_face, of_texel = charts
    number = of_texel.numpy()
    for chart in range(int(of_face.max()) + 1):
        # 1 for a neighbouring texel
        away = ndimage.distance_transform_edt(number != chart)
        others = away[(number >= 0) & (number != chart)].min()
        assert others - 1 >= 2 * GUTTER - 1, (
            f"chart {chart} is {others - 1:.1f} texels from its neighbour"
        )
    rows, columns = np.nonzero(number >= 0)
    assert (
        min(rows.min(), columns.min(), SIZE - 1 - rows.max(), SIZE - 1 - columns.max())
        >= GUTTER - 1
    )


def test_colours_are_continued_into_the_gutter(mesh, charts):
    ndimage = pytest.importorskip("scipy.ndimage")
    away, near = ndimage.distance_transform_edt(
        charts[1].numpy() < 0, return_indices=True
    )
    texture = mesh.texture[0].numpy()
    ring = (away > 0) & (away <= GUTTER)
    continued = np.abs(
        texture[:, ring] - texture[:, near[0][ring], near[1][ring]]
    ).mean()
    beyond = away > 3 * GUTTER
    plain = np.abs(
        texture[:, beyond] - texture[:, near[0][beyond], near[1][beyond]]
    ).mean()
    assert continued < 0.06 and continued < 0.6 * plain


def test_face_is_one_chart_drawn_larger(mesh, charts, landmarks):
    of_face, of_texel = charts
    eyes = landmarks.get("pupil", landmarks.get("heart"))[0, 0] > 0
    numbers = of_texel[eyes & (of_texel >= 0)].unique()
    assert len(numbers) == 1, "both eyes lie in one chart"
    solid, drawn = (
        areas(mesh.positions.double()[mesh.faces]),
        areas(mesh.uv.double()[mesh.faces]),
    )
    inside = of_face == numbers[0]
    larger = (
        (drawn[inside].sum() / solid[inside].sum())
        / (drawn[~inside].sum() / solid[~inside].sum())
    ).sqrt()
    assert 1.4 < larger < 1.6


# ---- landmarks ---------------------------------------------------------------------


def test_masks_lie_on_their_charts(mesh, landmarks):
    assert set(landmarks) == (
        {"iris", "pupil", "mouth"} if mesh.name in WITH_FACES else {"petals", "heart"}
    )
    on_chart = chart_mask(mesh, SIZE, margin=1)
    for name, mask in landmarks.items():
        assert mask.shape == (1, 1, SIZE, SIZE) and set(mask.unique().tolist()) == {
            0.0,
            1.0,
        }
        assert 1000 < mask.sum() < 100_000, f"{name} covers {int(mask.sum())} texels"
        assert not (mask.bool() & ~on_chart).any()
    total = sum(landmarks.values())
    assert total.max() == 1, "landmarks do not overlap"


def test_no_seam_cuts_an_eye(mesh, charts, landmarks):
    outer, inner = ("iris", "pupil") if mesh.name in WITH_FACES else ("petals", "heart")
    eyes = (landmarks[outer] + landmarks[inner])[0, 0] > 0
    pairs = 2 if mesh.name in WITH_FACES else 1
    assert components(landmarks[inner][0, 0]) == pairs
    # its petals meet between the sockets
    assert components(eyes) == (1 if mesh.name == "skull" else pairs)
    # With a ring of two texels around them, the eyes are still on one chart: no border
    # is near.
    wider = torch.nn.functional.max_pool2d(eyes[None, None].float(), 5, 1, 2)[0, 0] > 0
    numbers = charts[1][wider]
    assert len(numbers.unique()) == 1 and int(numbers[0]) >= 0


def test_eyes_are_seen_from_the_front(mesh, landmarks):
    views = sample_views(mesh, 1, distance=12.0, elevation=0.1, azimuth=0.0)
    view = View(mesh, views, 96)
    seen = {name: view.render(mask) for name, mask in landmarks.items()}
    dark, light = ("pupil", "iris") if mesh.name in WITH_FACES else ("heart", "petals")
    for name in (dark, light):
        assert (seen[name] > 0.5).sum() > 12, f"{name} of {mesh.name}"
    if mesh.name in WITH_FACES:
        assert (seen["mouth"] > 0.5).sum() > 12
        gray = view.render(mesh.texture).mean(1, keepdim=True)
        assert gray[seen[dark] > 0.5].mean() < gray[seen[light] > 0.5].mean(), (
            "a pupil is darker than its iris"
        )
        rows = torch.arange(96.0)[:, None].expand(96, 96)
        middle = [rows[seen[name][0, 0] > 0.5].mean() for name in ("pupil", "mouth")]
        assert middle[1] > middle[0], "the mouth is below the eyes"


def test_landmarks_at_another_size():
    whole, small = data.sample_landmarks("owl"), data.sample_landmarks("owl", 256)
    wide = data.sample_landmarks("owl", (128, 256))
    assert list(whole) == list(small) == ["iris", "mouth", "pupil"]
    for name in whole:
        assert small[name].shape == (1, 1, 256, 256) and wide[name].shape == (
            1,
            1,
            128,
            256,
        )
        assert small[name].mean() == pytest.approx(float(whole[name].mean()), rel=1e-4)
        assert 0 <= small[name].min() and small[name].max() <= 1


# ---- the code ----------------------------------------------------------------------


def grid(rows, columns, place):
    """Vertices (V, 3) at place(row, column), each from 0 to 1, and the triangles
    between them.
    """
    v, u = np.meshgrid(
        np.linspace(0, 1, rows + 1), np.linspace(0, 1, columns + 1), indexing="ij"
    )
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    faces = np.concatenate(
        [
            np.stack([corner, corner + 1, corner + columns + 2], 1),
            np.stack([corner, corner + columns + 2, corner + columns + 1], 1),
        ]
    )
    return np.stack(place(v.ravel(), u.ravel()), 1), faces


def test_what_can_be_unrolled_keeps_its_shape(make):
    flattening = importlib.import_module("sculpt.flattening")
    positions, faces = grid(12, 20, lambda v, u: (np.cos(3 * u), np.sin(3 * u), v))
    uv = flattening.flatten(positions, faces, rounds=200)
    factors = flattening.stretch(positions, faces, uv)
    assert np.abs(factors - 1).max() < 0.02


def test_a_deep_hollow_is_laid_flat_without_flips(make):
    flattening = importlib.import_module("sculpt.flattening")
    positions, faces = grid(
        24,
        24,
        lambda v, u: (u, v, -1.2 * np.exp(-30 * ((u - 0.5) ** 2 + (v - 0.5) ** 2))),
    )
    uv = flattening.flatten(positions, faces, thorough=True)
    a, b = uv[faces[:, 1]] - uv[faces[:, 0]], uv[faces[:, 2]] - uv[faces[:, 0]]
    assert (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).min() > 0
    assert np.median(flattening.stretch(positions, faces, uv)[:, 0]) < 2


def test_only_discs_have_a_border_loop(make):
    flattening = importlib.import_module("sculpt.flattening")
    _, disc = grid(4, 5, lambda v, u: (u, v, 0 * u))
    assert len(flattening.border_loop(disc)) == 18
    ring = disc[~np.isin(np.arange(len(disc)), (7, 27))]  # without one inner square
    assert flattening.border_loop(ring) is None
    # they touch in one vertex
    assert flattening.border_loop(np.array([[0, 1, 2], [2, 3, 4]])) is None
    assert flattening.flatten(np.random.default_rng(0).random((30, 3)), ring) is None


def test_charts_are_packed_apart_and_upright_ones_are_not_turned(make):
    packing = importlib.import_module("sculpt.packing")
    positions, faces = grid(3, 3, lambda v, u: (u, v, 0 * u))
    charts = [
        (positions[:, :2] * sides, faces)
        for sides in ((2.0, 1.0), (1.0, 1.0), (1.0, 0.3), (0.2, 0.9))
    ]
    placed, density = packing.pack(charts, [1.5, 1.0, 1.0, 1.0], 256, 8, upright=(0,))
    boxes = [(uv.min(0) * 256, uv.max(0) * 256) for uv in placed]
    assert np.allclose(boxes[0][1] - boxes[0][0], np.array([2.0, 1.0]) * 1.5 * density)
    points = [uv[:, None] * 256 for uv in placed]
    for i, first in enumerate(points):
        assert first.min() >= 8 and first.max() <= 248
        for second in points[:i]:
            assert np.linalg.norm(first - second.transpose(1, 0, 2), axis=2).min() >= 16
    with pytest.raises(ValueError, match="4 charts with 100 texels"):
        packing.pack(charts, [1.0] * 4, 256, 100)


@pytest.fixture(scope="module")
def coarse(make):
    """The teapot made anew, on a coarse grid and with a small texture."""
    return make.made("teapot", cells=88, size=256, gutter=4)


def test_code_makes_the_same_mesh_at_low_resolution(coarse):
    mesh, masks = coarse
    shipped = data.sample_mesh("teapot")
    # A coarse grid rounds off the spout and the handle, and what is left is scaled to
    # the same box.
    gap = torch.cdist(mesh.positions, shipped.positions).amin(1)
    assert gap.mean() < 0.025 and gap.max() < 0.08, (
        "vertices lie on the shipped surface"
    )
    cameras = sample_views(shipped, 3, distance=12.0, elevation=(-0.3, 0.5), seed=4)
    ours, theirs = View(mesh, cameras, 72), View(shipped, cameras, 72)
    both = ours.mask & theirs.mask
    assert both.sum() / (ours.mask | theirs.mask).sum() > 0.92
    difference = (ours.render(mip=True) - theirs.render(mip=True)).abs() * both
    assert difference.sum() / (3 * both.sum()) < 0.06
    shuffled = (
        ours.render(mesh.texture.flip(3), mip=True) - theirs.render(mip=True)
    ).abs() * both
    assert shuffled.sum() > 3 * difference.sum(), (
        "the measure tells a wrong texture from the right one"
    )


def test_code_puts_the_landmarks_in_the_same_places(coarse):
    mesh, masks = coarse
    front = sample_views(mesh, 1, distance=12.0, elevation=0.1, azimuth=0.0)
    expected = data.sample_landmarks("teapot")
    assert set(masks) == set(expected)
    for name, mask in expected.items():
        there, here = (
            View(m, front, 96).render(k) > 0.5
            for m, k in ((data.sample_mesh("teapot"), mask), (mesh, masks[name]))
        )
        assert (there & here).sum() / (there | here).sum() > 0.6, name


def test_shade_is_an_option(make, coarse):
    plain, shaded = (
        coarse[0],
        make.made("teapot", cells=88, size=256, gutter=4, shade=True)[0],
    )
    assert torch.equal(plain.positions, shaded.positions) and torch.equal(
        plain.uv, shaded.uv
    )
    on_chart = chart_mask(plain, 256, margin=0).expand(1, 3, 256, 256)
    assert (shaded.texture <= plain.texture + 1e-6)[on_chart].all()
    assert shaded.texture.mean() < 0.97 * plain.texture.mean()


def test_other_names_are_refused(make):
    with pytest.raises(ValueError, match="no object 'rabbit'.*bunny, owl"):
        make.made("rabbit")
    with pytest.raises(
        ValueError,
        match="no mesh 'bunni'; the nearest are 'bunny'.*stanford_bunny.*load_mesh",
    ):
        data.sample_mesh("bunni")
    with pytest.raises(ValueError, match="no mesh with landmarks 'stanford_bunny'"):
        data.sample_landmarks("stanford_bunny")
