import math

import pytest
import torch

from dputils.data import sample_mesh
from dputils.rasterize import View, rasterize
from dputils.scene import (
    Mesh,
    look_at,
    orbit_views,
    perspective,
    portraits,
    sample_views,
)


def box(center=(0.0, 0, 0), half=(1.0, 1, 1)):
    corners = torch.tensor(
        [[x, y, z] for x in (-1.0, 1) for y in (-1.0, 1) for z in (-1.0, 1)]
    )
    quads = torch.tensor(
        [
            [0, 1, 3, 2],
            [4, 6, 7, 5],
            [0, 4, 5, 1],
            [2, 3, 7, 6],
            [0, 2, 6, 4],
            [1, 5, 7, 3],
        ]
    )
    return Mesh(
        corners * torch.tensor(half) + torch.tensor(center),
        torch.cat([quads[:, :3], quads[:, [0, 2, 3]]]),
    )


def eyes(cameras):
    """Where the cameras stand: the point that all rays of a camera go through."""
    # Rows x, y, w of the matrix times (eye, 1) are 0.
    rows = cameras[:, [0, 1, 3]].double()
    return torch.linalg.solve(rows[:, :, :3], -rows[:, :, 3:])[..., 0]


def project(camera, point):
    point = camera.double() @ torch.tensor([*point, 1.0], dtype=torch.float64)
    return point[:3] / point[3]


def test_look_at_is_opengls():
    view = look_at((0.0, 0, 5))
    # looks down -z
    assert torch.allclose(
        view @ torch.tensor([0.0, 0, 0, 1]), torch.tensor([0.0, 0, -5, 1])
    )
    # x right, y up
    assert torch.allclose(
        view @ torch.tensor([1.0, 2, 0, 1]), torch.tensor([1.0, 2, -5, 1])
    )
    side = look_at((5.0, 0, 0))
    assert torch.allclose(
        side @ torch.tensor([0.0, 0, -1, 1]), torch.tensor([1.0, 0, -5, 1]), atol=1e-6
    )


@pytest.mark.parametrize(
    "eye", [(0, 3, 0), (0, -3, 0), (1e-6, 2, 0), (1, 2, 3), (-4, 0.1, 0)]
)
def test_look_at_is_a_rotation_even_straight_from_above(eye):
    view = look_at(eye, (0.0, 0, 0))
    assert torch.allclose(view[:3, :3] @ view[:3, :3].t(), torch.eye(3), atol=1e-5)
    assert torch.allclose(torch.linalg.det(view[:3, :3]), torch.tensor(1.0), atol=1e-5)
    there = view @ torch.tensor([0.0, 0, 0, 1])
    assert torch.allclose(there[:2], torch.zeros(2), atol=1e-5) and there[2] < 0
    # looking down, what lies behind (-z) is up in the picture
    if abs(eye[0]) + abs(eye[2]) < 1e-3:
        assert (view @ torch.tensor([0.0, 0, -1, 0]))[1] * eye[1] > 0.9


def test_look_at_in_batches():
    views = look_at(torch.tensor([[0.0, 0, 5], [5, 0, 0]]), (0.0, 1, 0))
    assert views.shape == (2, 4, 4) and torch.allclose(
        views[1], look_at((5.0, 0, 0), (0.0, 1, 0))
    )
    with pytest.raises(ValueError, match="own target"):
        look_at((1.0, 2, 3), (1.0, 2, 3))


def test_perspective_is_opengls():
    matrix = perspective(math.pi / 2, 2.0, 1.0, 10.0)
    assert torch.allclose(
        project(matrix, (0, 0, -1))[2],
        torch.tensor(-1.0, dtype=torch.float64),
        atol=1e-6,
    )
    assert torch.allclose(
        project(matrix, (0, 0, -10))[2],
        torch.tensor(1.0, dtype=torch.float64),
        atol=1e-6,
    )
    # twice as wide as high
    assert torch.allclose(
        project(matrix, (6, 3, -3))[:2], torch.ones(2, dtype=torch.float64)
    )


def test_the_originals_frame_heights():
    for distance, half in ((10, 0.875), (11, 0.962), (12, 1.050), (13, 1.137)):
        y = project(perspective() @ look_at((0, 0, distance)), (0, half, 0))[1]
        assert abs(float(y) - 1) < 2e-3


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(near=0.0), "0 < near < far"),
        (dict(near=2, far=1), "0 < near < far"),
        (dict(fov=10), r"math.radians\(10\)"),
        (dict(aspect=-1), "width / height"),
    ],
)
def test_careless_projections_are_explained(options, message):
    with pytest.raises(ValueError, match=message):
        perspective(**options)


def test_sampled_views_are_uniform_over_the_sphere():
    direction = eyes(sample_views(box(), 4000, seed=0))
    direction = direction / direction.norm(dim=1, keepdim=True)
    assert direction.mean(0).abs().max() < 0.03  # three standard errors
    assert ((direction**2).mean(0) - 1 / 3).abs().max() < 0.02
    # Archimedes: each coordinate of a uniform direction is uniform
    for axis in range(3):
        counts = torch.histc(direction[:, axis].float(), 10, -1, 1)
        # chi-squared, 9 degrees of freedom, p = 0.001
        assert ((counts - 400) ** 2 / 400).sum() < 28


def test_sampled_views_keep_to_their_ranges():
    mesh = box((3.0, -2, 5), (0.5, 2, 1))
    cameras = sample_views(
        mesh,
        300,
        distance=(4, 6),
        elevation=(0.2, 0.7),
        azimuth=(-0.5, 0.5),
        fov=0.6,
        seed=3,
    )
    offset = eyes(cameras) - mesh.center
    distance = offset.norm(dim=1) / 2  # half the longest side
    elevation = torch.asin(offset[:, 1] / offset.norm(dim=1))
    azimuth = torch.atan2(offset[:, 0], offset[:, 2])
    for values, low, high in (
        (distance, 4, 6),
        (elevation, 0.2, 0.7),
        (azimuth, -0.5, 0.5),
    ):
        assert low - 1e-3 < values.min() < low + 0.1 * (high - low)
        assert high + 1e-3 > values.max() > high - 0.1 * (high - low)
    sine = (torch.sin(elevation) - math.sin(0.2)) / (math.sin(0.7) - math.sin(0.2))
    assert abs(float(sine.mean()) - 0.5) < 0.06  # uniform in area, not in angle


def test_sampled_views_aim_at_the_centre_of_the_box_and_see_all_of_it():
    mesh = box((3.0, -2, 5), (0.5, 2, 1))
    cameras = sample_views(mesh, 50, distance=4, fov=1.2, seed=1)
    clip = mesh.project(cameras)
    depth = clip[..., 2] / clip[..., 3]
    assert depth.abs().max() < 1  # nothing is cut off by near or far
    for camera in cameras:
        assert project(camera, mesh.center.tolist())[:2].abs().max() < 1e-4
    seen = rasterize(clip, mesh.faces, 16).mask.float().mean((1, 2, 3))
    assert seen.min() > 0.02 and cameras.shape == (50, 4, 4)


def test_a_camera_inside_the_mesh_keeps_a_near_plane():
    assert (
        rasterize(
            box().project(sample_views(box(), 20, distance=0.5, fov=1.0)),
            box().faces,
            8,
        ).face
        >= 0
    ).all()


def test_sampled_views_are_seeded():
    mesh = box()
    assert torch.equal(sample_views(mesh, 3, seed=5), sample_views(mesh, 3, seed=5))
    assert not torch.equal(sample_views(mesh, 3, seed=5), sample_views(mesh, 3, seed=6))
    generator = torch.Generator().manual_seed(5)
    first, second = (sample_views(mesh, 3, generator=generator) for _ in range(2))
    assert torch.equal(first, sample_views(mesh, 3, seed=5)) and not torch.equal(
        first, second
    )
    assert torch.equal(sample_views(mesh, 2), sample_views(mesh, 2, seed=0))


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(distance=(3, 2)), "distance"),
        (dict(distance=0), "must be positive"),
        (dict(elevation=(0, 90)), "elevation"),
        (dict(azimuth=180), "azimuth"),
        (dict(seed=1, generator=torch.Generator()), "not both"),
    ],
)
def test_careless_views_are_explained(options, message):
    with pytest.raises(ValueError, match=message):
        sample_views(box(), 2, **options)


def test_orbit_goes_once_around_at_one_height():
    cameras = orbit_views(box(), 8, distance=3, elevation=0.4)
    where = eyes(cameras)
    assert torch.allclose(
        where.norm(dim=1), torch.full((8,), 3.0, dtype=torch.float64), atol=1e-4
    )
    assert torch.allclose(
        where[:, 1], torch.full((8,), 3 * math.sin(0.4), dtype=torch.float64), atol=1e-4
    )
    steps = (where - where.roll(1, 0)).norm(dim=1)
    # front first, then the right
    assert steps.max() - steps.min() < 1e-3 and where[0, 2] > 2.7 and where[2, 0] > 2.7


@pytest.mark.parametrize("aspect", [1.0, 0.5, 1.6])
@pytest.mark.parametrize("half", [(1.0, 1, 1), (0.2, 3, 0.2), (5, 0.1, 1)])
@pytest.mark.parametrize("fov", [math.radians(10), 0.9])
def test_an_orbit_without_a_distance_fits_the_whole_mesh(aspect, half, fov):
    mesh = box((100, -40, 7), half)
    cameras = orbit_views(mesh, 7, elevation=0.5, start=0.3, fov=fov, aspect=aspect)
    clip = mesh.project(cameras)
    assert (clip[..., 3] > 0).all() and (clip[..., 2].abs() < clip[..., 3]).all()
    reach = (clip[..., :2] / clip[..., 3:]).abs().max().item()
    # on one side the mesh comes as near to the frame as the margin lets it
    assert reach == pytest.approx(0.92, abs=0.01)


@pytest.mark.parametrize("name", ["bunny", "owl", "skull", "teapot", "goldfish"])
def test_no_bundled_model_touches_the_frame(name):
    mesh = sample_mesh(name)
    mask = View(mesh, orbit_views(mesh, 6, start=0.4), 224).mask
    inner = mask[:, :, 4:-4, 4:-4].sum()
    extent = max(int(mask.any(side).sum(2).max()) for side in (2, 3))
    assert inner == mask.sum() and extent > 0.85 * 224


def corner_of_a_room(elevation, **options):
    mesh = box(half=(0.5, 1, 0.5))
    uv = torch.zeros(len(mesh.positions), 2)
    mesh = mesh.replace(uv=uv, texture=torch.ones(1, 3, 2, 2))
    cameras = orbit_views(mesh, 2, distance=16, elevation=elevation)
    return portraits(mesh, cameras, 96, **options), View(mesh, cameras, 96).mask


def test_a_portrait_stands_on_a_shadow():
    picture, mask = corner_of_a_room(0.3, shadow=0.5, samples=1)
    plain, _ = corner_of_a_room(0.3, shadow=0, samples=1)
    assert picture.shape == (2, 3, 96, 96)
    assert torch.equal(picture[mask.expand_as(picture)], plain[mask.expand_as(plain)])
    ground = picture[:, 0][~mask[:, 0]]
    assert ground.max().item() == pytest.approx(0.9) and ground.min() < 0.7
    # below the feet, and nowhere near the head
    dark = (picture[:, 0] < 0.8) & ~mask[:, 0]
    rows = dark.any(2).any(0).nonzero()
    feet = mask.any(3).any(1).any(0).nonzero().max()
    assert rows.min() > 48 and (rows.float().mean() - feet).abs() < 12


def test_a_white_model_shows_on_its_ground_and_grounds_have_colours():
    picture, mask = corner_of_a_room(0.3, shade=0.6, samples=1)
    white = picture[mask.expand_as(picture)]
    assert white.max() <= 1 and (white - 0.9).abs().mean() > 0.03
    tinted, mask = corner_of_a_room(0.3, ground=(0.2, 0.4, 0.6), shadow=0)
    assert torch.allclose(tinted[0, :, 0, 0], torch.tensor([0.2, 0.4, 0.6]))


def test_from_below_the_ground_there_is_no_shadow():
    picture, mask = corner_of_a_room(-0.3, samples=1)
    assert torch.allclose(picture[:, 0][~mask[:, 0]], torch.tensor(0.9))


def test_a_careless_shadow_is_explained():
    with pytest.raises(ValueError, match="shadow=2 must lie between 0"):
        corner_of_a_room(0.3, shadow=2)
