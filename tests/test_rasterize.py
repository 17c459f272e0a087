import importlib
import math
import sys
import types

import numpy as np
import pytest
import torch

from dputils.rasterize import (
    Fragments,
    View,
    interpolate,
    rasterize,
    render,
    screen_derivatives,
)
from dputils.rasterize.visibility import pixel_coordinates
from dputils.scene import Mesh, look_at, perspective, sample_views


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def brute_force(clip, faces, size):
    """One view in float64: every pixel's ray against every triangle's plane, by solving
    for the weights.

    Returns face, weights, depth, and how close the decision was: the least of all
    weights, of the distances from the near and far plane, and of the gap in depth to
    the next triangle.
    """
    height, width = size
    corners = clip.double().numpy()[faces.numpy()]  # (F, 3, 4)
    column, row = np.meshgrid(
        (np.arange(width) + 0.5) / width * 2 - 1,
        1 - (np.arange(height) + 0.5) / height * 2,
    )
    x, y, z, w = np.moveaxis(corners, -1, 0)
    system = np.stack(
        [
            x[:, None, None] - column[..., None] * w[:, None, None],
            y[:, None, None] - row[..., None] * w[:, None, None],
            # weights: 0, 0, and sum 1
            np.broadcast_to(np.ones(3), (len(x), height, width, 3)),
        ],
        -2,
    )
    solvable = np.abs(np.linalg.det(system)) > 1e-12
    system = np.where(solvable[..., None, None], system, np.eye(3))
    weights = np.linalg.solve(
        system, np.broadcast_to([0.0, 0, 1], system.shape[:-1])[..., None]
    )[..., 0]
    there = (weights * w[:, None, None]).sum(-1)
    depth = (weights * z[:, None, None]).sum(-1) / np.where(there == 0, 1, there)
    margins = [np.abs(weights).min(-1), np.abs(depth + 1), np.abs(depth - 1)]
    hit = solvable & (weights >= 0).all(-1) & (there > 0) & (depth >= -1) & (depth <= 1)
    close = np.where(solvable, np.minimum.reduce(margins), 1).min(0)
    depth = np.where(hit, depth, np.inf)
    face = np.where(hit.any(0), depth.argmin(0), -1)
    nearest = np.sort(depth, 0)
    if len(nearest) > 1:
        with np.errstate(invalid="ignore"):
            gap = nearest[1] - nearest[0]
        close = np.minimum(close, np.where(np.isfinite(gap), gap, 1))
    index = np.maximum(face, 0)[None]
    weights = np.take_along_axis(weights, index[..., None], 0)[0]
    depth = np.where(face >= 0, np.take_along_axis(depth, index, 0)[0], 1)
    return face, np.where(face[..., None] >= 0, weights, 0), depth, close


def assert_like_brute_force(clip, faces, size, covered=None, **options):
    found = rasterize(clip, faces, size, **options)
    for view in range(len(clip)):
        face, weights, depth, close = brute_force(clip[view], faces, size)
        clear = close > 1e-4
        assert clear.mean() > 0.8  # else the test would say nothing
        np.testing.assert_array_equal(found.face[view].numpy()[clear], face[clear])
        np.testing.assert_allclose(
            found.barycentric[view].numpy()[clear], weights[clear], atol=2e-4
        )
        np.testing.assert_allclose(
            found.depth[view].numpy()[clear], depth[clear], atol=1e-4
        )
        if covered is not None:
            assert covered[0] <= (face >= 0).mean() <= covered[1]
    return found


def random_soup(count, seed, spread=1.0):
    """Separate triangles around the origin; many interpenetrate."""
    center = torch.randn(count, 1, 3, generator=generator(seed)) * spread
    positions = (
        center + torch.randn(count, 3, 3, generator=generator(seed + 1)) * 0.7
    ).view(-1, 3)
    return positions, torch.arange(3 * count).view(-1, 3)


def grid_mesh(columns, rows):
    """A flat grid over [-1, 1]², all triangles of one orientation."""
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, rows + 1),
        torch.linspace(-1, 1, columns + 1),
        indexing="ij",
    )
    corner = (
        torch.arange(rows)[:, None] * (columns + 1) + torch.arange(columns)
    ).flatten()
    faces = torch.cat(
        [
            torch.stack([corner, corner + 1, corner + columns + 2], 1),
            torch.stack([corner, corner + columns + 2, corner + columns + 1], 1),
        ]
    )
    return torch.stack([x.flatten(), y.flatten(), torch.zeros(x.numel())], 1), faces


def flat_clip(positions):
    """Parallel projection of points in the unit square: clip space itself."""
    return torch.cat([positions, torch.ones(len(positions), 1)], 1)[None]


def camera(distance=3.0, fov=1.0, aspect=1.0, near=0.1, far=20.0, eye=None):
    return perspective(fov, aspect, near, far) @ look_at(
        (0, 0, distance) if eye is None else eye
    )


# ---- against brute force -----------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [(24, 24), (17, 31), (1, 9)])
def test_random_triangles_that_interpenetrate(seed, size):
    positions, faces = random_soup(20, seed)
    assert_like_brute_force(
        Mesh(positions, faces).project(camera(5, aspect=size[1] / size[0])), faces, size
    )


@pytest.mark.parametrize("seed", range(4))
def test_triangles_around_and_behind_the_camera(seed):
    positions, faces = random_soup(14, seed, spread=0.6)
    eyes = torch.randn(2, 3, generator=generator(seed + 9)) * 0.3
    cameras = torch.stack([camera(eye=eye, near=0.05) for eye in eyes])
    assert_like_brute_force(
        Mesh(positions, faces).project(cameras), faces, (24, 24), covered=(0.3, 1)
    )


def test_off_screen_and_beyond_the_far_plane():
    positions = torch.tensor(
        [
            [5.0, 0, 0],
            [6, 0, 0],
            [5, 1, 0],
            [-1, -1, -30],
            [1, -1, -30],
            [0, 1, -30.0],
            [-9, -9, -1],
            [9, -9, -1],
            [0, 9, -1.0],
        ]
    )
    faces = torch.arange(9).view(-1, 3)
    found = assert_like_brute_force(
        Mesh(positions, faces).project(camera(3, 0.5)), faces, (16, 16)
    )
    assert set(found.face.unique().tolist()) <= {-1, 2}
    assert (
        rasterize(
            Mesh(positions, faces[:2]).project(camera(3, 0.5)), faces[:2], 16
        ).face
        == -1
    ).all()


def test_wholly_behind_the_camera_is_not_seen():
    positions, faces = random_soup(10, 0)
    assert (
        rasterize(
            Mesh(positions + torch.tensor([0, 0, 50.0]), faces).project(camera(5)),
            faces,
            16,
        ).face
        < 0
    ).all()


def test_a_camera_inside_a_box_sees_its_walls():
    corner = torch.tensor(
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
    faces = torch.cat([quads[:, :3], quads[:, [0, 2, 3]]])
    cameras = torch.stack(
        [
            camera(near=0.01, fov=2.0) @ torch.eye(4),
            perspective(2.0, near=0.01) @ look_at((0.1, 0.2, 0.3), (0.9, 0.5, -0.6)),
        ]
    )
    found = assert_like_brute_force(
        Mesh(corner, faces).project(cameras), faces, (24, 24)
    )
    # no hole in any wall
    assert (
        rasterize(Mesh(corner, faces).project(cameras[1:]), faces, 40).face >= 0
    ).all()
    assert found.mask.shape == (2, 1, 24, 24)


def test_degenerate_triangles_are_not_seen():
    clip = flat_clip(
        torch.tensor(
            [[-1.0, -1, 0], [1, 1, 0], [0, 0, 0], [-1, 0.03125, 0], [1, 0.03125, 0]]
        )
    )
    # on a line, through pixel centres; points
    faces = torch.tensor([[0, 1, 2], [0, 0, 1], [2, 2, 2], [3, 4, 3]])
    assert (rasterize(clip, faces, 32).face == -1).all()
    assert (rasterize(clip, faces, 15).face == -1).all()


def test_no_faces_at_all():
    found = rasterize(
        flat_clip(torch.zeros(1, 3)), torch.zeros(0, 3, dtype=torch.int64), (4, 5)
    )
    assert (
        found.face.shape == (1, 4, 5)
        and (found.face == -1).all()
        and (found.depth == 1).all()
    )
    assert interpolate(
        found, torch.zeros(1, 2), torch.zeros(0, 3, dtype=torch.int64)
    ).shape == (1, 2, 4, 5)


# ---- conventions -------------------------------------------------------------------


def test_top_row_first_and_pixel_centres_at_half_integers():
    # A rectangle, its border a tenth of a pixel outside the centres of columns 1 … 3
    # and rows 0 … 1 of 8 × 6.
    left, right, top, bottom = (
        1.4 / 8 * 2 - 1,
        3.6 / 8 * 2 - 1,
        1 - 0.4 / 6 * 2,
        1 - 1.6 / 6 * 2,
    )
    clip = flat_clip(
        torch.tensor(
            [
                [left, bottom, 0.5],
                [right, bottom, 0.5],
                [right, top, 0.5],
                [left, top, 0.5],
            ]
        )
    )
    found = rasterize(clip, torch.tensor([[0, 1, 2], [0, 2, 3]]), (6, 8))
    expected = torch.zeros(6, 8, dtype=torch.bool)
    expected[0:2, 1:4] = True
    assert torch.equal(found.mask[0, 0], expected)
    assert torch.allclose(found.depth[found.face >= 0], torch.tensor(0.5))


def test_barycentrics_are_perspective_correct():
    positions = torch.tensor([[-1.0, -1, 1], [1, -1, -4], [0, 1.5, 0.3]])
    faces = torch.tensor([[0, 1, 2]])
    camera_matrix = camera(4)
    found = rasterize(Mesh(positions, faces).project(camera_matrix), faces, (40, 40))
    seen = interpolate(found, positions, faces)
    assert found.mask.sum() > 100
    clip = Mesh(seen[0].flatten(1).t(), faces * 0).project(camera_matrix)
    where = pixel_coordinates(clip, (40, 40))[0]
    # a point of the surface is seen at its own pixel
    where = (where[:, :2] / where[:, 3:]).view(40, 40, 2)
    row, column = torch.meshgrid(
        torch.arange(40) + 0.5, torch.arange(40) + 0.5, indexing="ij"
    )
    there = found.mask[0, 0]
    assert torch.allclose(
        where[there], torch.stack([column, row], -1)[there], atol=2e-3
    )
    assert torch.allclose(
        found.barycentric.sum(-1)[0][there], torch.ones(int(there.sum())), atol=1e-6
    )


def test_the_first_of_equal_triangles_wins_whatever_the_portion():
    positions, faces = grid_mesh(3, 3)
    twice = torch.cat([faces, faces])
    for max_pairs in (5, 64, 2**20):
        assert rasterize(
            flat_clip(positions), twice, 16, max_pairs=max_pairs
        ).face.max() < len(faces)


def test_views_of_a_batch_are_independent():
    positions, faces = random_soup(12, 3)
    clip = Mesh(positions, faces).project(
        sample_views(Mesh(positions, faces), 3, distance=4, fov=0.6, seed=1)
    )
    together = rasterize(clip, faces, (12, 20))
    assert isinstance(together, Fragments) and together.face.dtype == torch.int64
    for view in range(3):
        for a, b in zip(together, rasterize(clip[view : view + 1], faces, (12, 20))):
            assert torch.equal(a[view], b[0])
    assert not torch.equal(together.face[0], together.face[1])


# ---- the fill rule -----------------------------------------------------------------


def times_hit(clip, faces, size):
    return sum(rasterize(clip, face[None], size).mask.long() for face in faces)


@pytest.mark.parametrize("flip", [False, True])
def test_every_pixel_of_a_grid_through_pixel_centres_is_hit_once(flip):
    # on 8 × 8 pixels its diagonals, on 12 × 12 also its edges, meet pixel centres
    positions, faces = grid_mesh(4, 4)
    if flip:
        faces[::2] = faces[::2].flip(1)  # orientation does not matter
    for size in (8, 12, 4, 20):
        assert (times_hit(flat_clip(positions), faces, size) == 1).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_cracks_and_no_double_hits_in_a_crooked_grid(seed):
    positions, faces = grid_mesh(6, 6)
    inner = (positions.abs() < 0.99).all(1)
    # Eighths of a pixel: many centres lie exactly on edges and corners.
    positions[inner, :2] += (
        torch.randint(-6, 7, (int(inner.sum()), 2), generator=generator(seed)) / 8 / 16
    )
    clip = flat_clip(positions * torch.tensor([1.0, 1, 0]))
    hits = times_hit(clip, faces, 32)
    edges = pixel_coordinates(clip, (32, 32))[0, faces][..., :2]
    area = torch.linalg.det(edges[:, 1:] - edges[:, :1])
    assert (area < 0).all()  # y down: the grid is crooked, but nowhere folded
    assert (hits == 1).all()


def test_no_cracks_in_a_fan_of_slivers_seen_in_perspective():
    count = 150
    angle = torch.arange(count) * (2 * math.pi / count)
    rim = torch.stack([angle.cos() * 9, angle.sin() * 9, torch.sin(5 * angle) * 0.5], 1)
    positions = torch.cat([torch.tensor([[0.0371, 0.0123, 0]]), rim])
    ring = torch.arange(count)
    faces = torch.stack(
        [torch.zeros(count, dtype=torch.int64), 1 + ring, 1 + (ring + 1) % count], 1
    )
    clip = Mesh(positions, faces).project(camera(4))
    assert (times_hit(clip, faces, 48) == 1).all()


def test_no_cracks_where_a_plane_passes_under_the_camera():
    positions, faces = grid_mesh(9, 9)
    clip = Mesh(positions[:, [0, 2, 1]] * 40, faces).project(
        camera(eye=(0.3, 1.0, 0.2), near=0.01, far=200.0)
    )
    hits = times_hit(clip, faces, 32)
    whole = torch.tensor([[-40.0, 0, -40], [40, 0, -40], [40, 0, 40], [-40, 0, 40]])
    two = rasterize(
        Mesh(whole, faces[:1] * 0).project(
            camera(eye=(0.3, 1.0, 0.2), near=0.01, far=200.0)
        ),
        torch.tensor([[0, 1, 2], [0, 2, 3]]),
        32,
    )
    assert hits.max() == 1
    assert (hits.bool() != two.mask).sum() <= 2 and two.mask.float().mean() > 0.2


# ---- portions and memory -----------------------------------------------------------


def test_portions_do_not_change_the_result():
    positions, faces = random_soup(30, 5)
    clip = Mesh(positions, faces).project(camera(5))
    whole = rasterize(clip, faces, (23, 19))
    for max_pairs in (7, 100, 1000):
        for a, b in zip(whole, rasterize(clip, faces, (23, 19), max_pairs=max_pairs)):
            assert torch.equal(a, b)


def largest_tensor(call):
    """Elements of the largest tensor that any operation makes during a call."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):
        most = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            for tensor in result if isinstance(result, (tuple, list)) else [result]:
                if (
                    torch.is_tensor(tensor)
                    and tensor.untyped_storage().nbytes() >= tensor.numel() > Watch.most
                ):
                    Watch.most = tensor.numel()
            return result

    with Watch():
        call()
    return Watch.most


def test_memory_is_bounded_for_huge_triangles_and_for_many():
    from dputils.rasterize.visibility import visible_faces

    big = flat_clip(torch.tensor([[-3.0, -3, 0], [9, -3, 0], [-3, 9, 0]]))
    # Eleven rows of numbers for each of max_pairs pairs, whether one triangle makes
    # them or many.
    most = largest_tensor(
        lambda: visible_faces(big, torch.tensor([[0, 1, 2]]), (30, 40), 400)
    )
    assert most <= max(12 * 400, 3 * 30 * 40)  # the result has three weights a pixel
    assert (
        rasterize(big, torch.tensor([[0, 1, 2]]), 30, max_pairs=400).face == 0
    ).all()
    positions, faces = grid_mesh(24, 24)
    most = largest_tensor(
        lambda: visible_faces(flat_clip(positions), faces, (30, 30), 500)
    )
    assert most <= max(12 * 500, 4 * len(positions), faces.numel(), 3 * 30 * 30)
    assert (rasterize(flat_clip(positions), faces, 30, max_pairs=500).face >= 0).all()


def test_on_a_gpu_the_result_is_the_same():
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    positions, faces = random_soup(200, 5)
    clip = Mesh(positions, faces).project(camera(5))
    here, there = rasterize(clip, faces, 64), rasterize(clip.cuda(), faces.cuda(), 64)
    assert (here.face == there.face.cpu()).float().mean() > 0.999


# ---- gradients ---------------------------------------------------------------------


def double_soup(count=4, seed=1):
    positions, faces = random_soup(count, seed, spread=0.3)
    return positions.double(), faces, camera(2.5).double()


def test_gradient_of_attributes():
    positions, faces, matrix = double_soup()
    found = rasterize(Mesh(positions, faces).project(matrix), faces, (6, 7))
    colors = torch.rand(
        len(positions), 2, dtype=torch.float64, generator=generator()
    ).requires_grad_()
    assert torch.autograd.gradcheck(lambda c: interpolate(found, c, faces), colors)
    per_view = colors.detach()[None].clone().requires_grad_()
    assert torch.equal(
        interpolate(found, per_view, faces), interpolate(found, colors, faces)
    )
    assert torch.autograd.gradcheck(lambda c: interpolate(found, c, faces), per_view)


def test_gradient_of_vertices_inside_triangles():
    positions, faces, matrix = double_soup()
    colors = torch.rand(len(positions), 2, dtype=torch.float64, generator=generator())

    def picture(points):
        found = rasterize(Mesh(points, faces).project(matrix), faces, (5, 5))
        return interpolate(found, colors, faces), torch.where(
            found.face >= 0, found.depth, 0.0
        )

    assert rasterize(Mesh(positions, faces).project(matrix), faces, (5, 5)).mask.any()
    assert torch.autograd.gradcheck(
        picture, positions.requires_grad_(), eps=1e-7, atol=1e-4
    )


def test_gradient_of_a_triangle_behind_the_camera_in_part():
    positions = torch.tensor(
        [[-4.0, -1, -6], [4, -1, -6], [0.2, -1, 5]], dtype=torch.float64
    )
    faces = torch.tensor([[0, 1, 2]])
    matrix = camera(eye=(0, 0, 0.5)).double()

    def picture(points):
        found = rasterize(Mesh(points, faces).project(matrix), faces, (5, 5))
        return interpolate(found, points, faces)

    assert picture(positions).abs().sum() > 0
    assert torch.autograd.gradcheck(
        picture, positions.requires_grad_(), eps=1e-7, atol=1e-4
    )


def test_screen_derivatives_are_those_of_the_plane():
    positions, faces = random_soup(6, 2)
    mesh = Mesh(positions.double(), faces)
    colors = torch.rand(len(positions), 2, dtype=torch.float64, generator=generator(4))
    clip = mesh.project(camera(5))
    found = rasterize(clip, faces, (20, 20))
    change = screen_derivatives(found, colors, faces, clip)
    pixels = (found.face.flatten() >= 0).nonzero()[:, 0]
    # move the whole scene instead of the pixel: a shift of x / w by 2 / width is one
    # column
    step = 1e-4
    for axis, (dx, dy) in enumerate([(1, 0), (0, 1)]):
        values = []
        for sign in (-1, 1):
            moved = clip.clone()
            moved[..., 0] -= sign * step * dx * 2 / 20 * clip[..., 3]
            moved[..., 1] += sign * step * dy * 2 / 20 * clip[..., 3]
            shifted = rasterize(moved, faces, (20, 20))
            same = (shifted.face == found.face).flatten()[pixels]
            values.append(interpolate(shifted, colors, faces)[0].flatten(1).t()[pixels])
        numeric = (values[1] - values[0]) / (2 * step)
        assert same.float().mean() > 0.9
        close = (change[..., axis] - numeric).abs().amax(1) < 1e-4 * (
            1 + numeric.abs().amax(1)
        )
        assert close.float().mean() > 0.9


# ---- pictures ----------------------------------------------------------------------


def textured_quad():
    positions = torch.tensor([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    uv = torch.tensor([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    texture = torch.rand(1, 3, 16, 16, generator=generator(2))
    return Mesh(positions, torch.tensor([[0, 1, 2], [0, 2, 3]]), uv, texture)


def fitting_camera(scale=1.0):
    return torch.diag(torch.tensor([scale, scale, -0.5, 1.0]))


def test_a_texture_seen_straight_on_is_itself():
    mesh = textured_quad()
    for mip in (False, True):
        assert torch.allclose(
            render(mesh, fitting_camera(), 16, mip=mip), mesh.texture, atol=1e-5
        )


def test_mip_levels_average_what_a_pixel_covers():
    mesh = textured_quad()
    expected = torch.nn.functional.avg_pool2d(mesh.texture, 4)
    assert torch.allclose(
        render(mesh, fitting_camera(), 4, mip=True), expected, atol=1e-5
    )
    assert not torch.allclose(render(mesh, fitting_camera(), 4), expected, atol=1e-2)


def test_background():
    mesh, half = textured_quad(), fitting_camera(0.5)
    picture = render(mesh, half, 16)
    outside = ~View(mesh, half, 16).mask.expand(1, 3, 16, 16)
    assert outside.float().mean() == 0.75 and (picture[outside] == 0).all()
    assert (render(mesh, half, 16, background=0.25)[outside] == 0.25).all()
    colored = render(mesh, half, 16, background=torch.tensor([1.0, 0.5, 0]))
    assert torch.equal(colored[0, :, 0, 0], torch.tensor([1.0, 0.5, 0]))
    scene = torch.rand(1, 3, 16, 16, generator=generator(5)).requires_grad_()
    blended = render(mesh, half, 16, background=scene)
    assert torch.equal(blended[outside], scene[outside]) and torch.equal(
        blended[~outside], picture[~outside]
    )
    blended.sum().backward()
    assert torch.equal(scene.grad.bool(), outside)


def test_a_view_is_kept_while_the_texture_changes(monkeypatch):
    mesh = textured_quad()
    view = View(mesh, torch.stack([fitting_camera(), fitting_camera(0.5)]), (12, 10))
    # From here on nothing may be rasterized. The room's `render` is the function.
    module = importlib.import_module("dputils.rasterize.render")
    monkeypatch.setattr(module, "visible_faces", None)
    for seed in range(2):
        texture = torch.rand(1, 3, 8, 8, generator=generator(seed)).requires_grad_()
        picture = view.render(texture)
        assert picture.shape == (2, 3, 12, 10)
        picture.sum().backward()
        assert (texture.grad != 0).all()
    one_each = view.render(torch.stack([torch.zeros(3, 4, 4), torch.ones(3, 4, 4)]))
    assert one_each[0].max() == 0 and one_each[1].max() == 1
    assert view.uv.shape == (2, 2, 12, 10) and view.level((8, 8)).shape == (
        2,
        1,
        12,
        10,
    )
    assert (view.level((800, 800)) > 3).any()


def test_samples_average_a_finer_picture_and_leave_the_background():
    mesh, half = textured_quad(), fitting_camera(0.45)
    scene = torch.rand(1, 3, 10, 10, generator=generator(5))
    view = View(mesh, half, 10)
    smooth = view.render(background=scene, samples=4)
    fine = scene.repeat_interleave(4, 2).repeat_interleave(4, 3)
    finer = render(mesh, half, 40, background=fine)
    assert torch.allclose(smooth, torch.nn.functional.avg_pool2d(finer, 4), atol=1e-6)
    # 18 of 40 finer pixels: the outline runs through a pixel
    share = View(mesh, half, 10).render(torch.ones(1, 1, 1, 1), samples=4)
    assert share.mean().item() == pytest.approx((18 / 40) ** 2)
    assert share[0, 0, 2, 5].item() == pytest.approx(0.25)
    assert (smooth[0, :, 0] - scene[0, :, 0]).abs().max() < 1e-6
    texture = mesh.texture.clone().requires_grad_()
    view.render(texture, samples=2).sum().backward()
    assert (texture.grad != 0).float().mean() > 0.9
    with pytest.raises(ValueError, match="samples=0 must be a whole number"):
        view.render(samples=0)


def test_anisotropy_keeps_a_floor_sharp_that_is_seen_at_a_grazing_angle():
    """Against 8 × 8 lookups a pixel, the far third of a floor with stripes along it."""
    positions, faces = grid_mesh(1, 1)
    floor = positions[:, [0, 2, 1]] * torch.tensor([4.0, 1, 12])
    uv = (positions[:, :2] + 1) * torch.tensor([4.0, 12])
    stripes = torch.zeros(1, 1, 64, 64)
    stripes[..., :32] = 1
    mesh = Mesh(floor, faces, uv, stripes)
    eye = perspective(0.8, near=0.5, far=60) @ look_at((0.0, 1.2, 13), (0.0, 0, 0))
    view = View(mesh, eye, 96)
    rows = view.mask[0, 0].any(1).nonzero()[:, 0]
    far = slice(int(rows[0]) + 1, int(rows[0]) + len(rows) // 3)
    truth = torch.nn.functional.avg_pool2d(render(mesh, eye, 96 * 8), 8)
    error = {
        lookups: (view.render(mip=True, anisotropy=lookups) - truth)[:, :, far].abs()
        for lookups in (1, 8)
    }
    assert error[1].mean() > 0.05 and error[8].mean() < 0.4 * error[1].mean()
    # seen straight on nothing changes
    quad = textured_quad()
    straight = View(quad, fitting_camera(), 4)
    assert torch.allclose(
        straight.render(mip=True, anisotropy=4), straight.render(mip=True), atol=0.05
    )
    with pytest.raises(ValueError, match="anisotropy=17 must be from 1 to 16"):
        view.render(anisotropy=17)


def test_shade_is_a_light_at_the_camera():
    """A ball: 1 in its middle, and half where it turns away; the eye's own angle."""
    columns, rows = 65, 33
    turn = torch.linspace(0, 2 * math.pi, columns)[None, :]
    rise = torch.linspace(-math.pi / 2, math.pi / 2, rows)[:, None]
    ball = torch.stack(
        [rise.cos() * turn.sin(), rise.sin() + 0 * turn, rise.cos() * turn.cos()], -1
    ).view(-1, 3)
    _, faces = grid_mesh(columns - 1, rows - 1)
    mesh = Mesh(ball, faces, torch.rand(len(ball), 2), torch.ones(1, 3, 4, 4))
    mesh = mesh.replace(positions=mesh.positions + torch.tensor([3.0, 0, 0]))
    straight = perspective(0.9, near=1, far=9) @ look_at((3.0, 0, 3), (3.0, 0, 0))
    light = render(mesh, straight, 65, shade=1.0)[0, 0]
    assert light[32, 32] > 0.995
    # a pixel at this offset sees the ball at the angle whose cosine is that of the
    # normal and the way to the eye, by the law of sines
    offset = math.atan(2 * 16 / 65 * math.tan(0.45))
    expected = 0.5 + 0.5 * math.sqrt(1 - (3 * math.sin(offset)) ** 2)
    assert light[32, 48].item() == pytest.approx(expected, abs=0.01)
    assert render(mesh, straight, 65, shade=0.5)[0, 0, 32, 48].item() == pytest.approx(
        (1 + expected) / 2, abs=0.01
    )
    # parallel rays have their eye at infinity
    parallel = torch.diag(torch.tensor([0.5, 0.5, -0.2, 1.0]))
    level = render(mesh.replace(positions=ball), parallel, 65, shade=1.0)[0, 0]
    assert level[32, 32] > 0.995 and level[32, 40].item() == pytest.approx(
        0.5 + 0.5 * math.sqrt(1 - (4 * 8 / 65) ** 2), abs=0.01
    )
    with pytest.raises(ValueError, match=r"shade=1\.5 must lie between 0"):
        render(mesh, straight, 8, shade=1.5)


def test_gradient_reaches_vertices_through_the_texture():
    mesh = textured_quad()
    points = mesh.positions.clone().requires_grad_()
    render(mesh.replace(positions=points), fitting_camera(0.7), 8).sum().backward()
    assert points.grad[:, :2].abs().min() > 0


# ---- careless use ------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(clip=torch.zeros(4, 4)), r"\(N, V, 4\)"),
        (dict(clip=torch.zeros(1, 4, 4).half()), "float32 or float64"),
        (dict(clip=torch.full((1, 4, 4), torch.nan)), "4 of 4 vertices are NaN"),
        (dict(faces=torch.tensor([[0, 1, 4]])), "0 to 4, but there are only 0 to 3"),
        (dict(faces=torch.tensor([[0, 1, -1]])), "-1 to 1"),
        (dict(faces=torch.zeros(2, 3)), "integers, not torch.float32"),
        (dict(size=(0, 5)), "at least 1"),
        (dict(backend="opengl"), "'opengl' is not one of 'torch', 'pytorch3d'"),
        (dict(max_pairs=0), "max_pairs=0"),
    ],
)
def test_careless_arguments_are_explained(change, message):
    good = dict(clip=torch.rand(1, 4, 4), faces=torch.tensor([[0, 1, 2]]), size=(4, 5))
    with pytest.raises(ValueError, match=message):
        rasterize(**(good | change))


def test_careless_views_are_explained():
    mesh = textured_quad()
    with pytest.raises(ValueError, match="no texture coordinates"):
        View(mesh.replace(uv=None), fitting_camera(), 8)
    with pytest.raises(ValueError, match="has no texture; pass one"):
        render(mesh.replace(texture=None), fitting_camera(), 8)
    with pytest.raises(ValueError, match="has to be called"):
        render(mesh, fitting_camera(), 8, texture=torch.nn.Identity())
    with pytest.raises(ValueError, match="N = 1 views"):
        interpolate(
            View(mesh, fitting_camera(), 8).fragments,
            torch.zeros(4, 4, 2, 1),
            mesh.faces,
        )


# ---- PyTorch3D ---------------------------------------------------------------------


def compare_with_pytorch3d(clip, faces, size):
    ours, theirs = (
        rasterize(clip, faces, size),
        rasterize(clip, faces, size, backend="pytorch3d"),
    )
    same = ours.face == theirs.face
    assert same.float().mean() >= 0.999
    assert (ours.face >= 0).any() and theirs.face.dtype == torch.int64
    assert torch.allclose(ours.barycentric[same], theirs.barycentric[same], atol=1e-4)
    assert torch.allclose(ours.depth[same], theirs.depth[same], atol=1e-4)


@pytest.mark.parametrize("size", [(48, 48), (40, 56), (56, 40)])
def test_pytorch3d_sees_the_same(size):
    pytest.importorskip("pytorch3d")
    mesh = Mesh(*random_soup(40, 7))
    cameras = sample_views(
        mesh, 2, distance=4, fov=0.8, aspect=size[1] / size[0], seed=3
    )
    compare_with_pytorch3d(mesh.project(cameras), mesh.faces, size)
    # in the middle of it
    compare_with_pytorch3d(mesh.project(camera(eye=(0.2, 0.1, 0.3))), mesh.faces, size)
    # parallel
    compare_with_pytorch3d(
        mesh.project(torch.diag(torch.tensor([0.4, 0.4, -0.2, 1]))), mesh.faces, size
    )


def test_meshes_go_to_pytorch3d_and_back():
    pytest.importorskip("pytorch3d")
    from dputils.scene import from_pytorch3d, to_pytorch3d

    mesh = textured_quad()
    back = from_pytorch3d(to_pytorch3d(mesh))
    assert torch.allclose(
        render(back, fitting_camera(), 16),
        render(mesh, fitting_camera(), 16),
        atol=1e-6,
    )


def test_pytorch3d_paints_the_same():
    pytest.importorskip("pytorch3d")
    from pytorch3d.renderer.mesh.rasterizer import Fragments as TheirFragments

    from dputils.data import sample_mesh
    from dputils.scene import to_pytorch3d

    mesh = sample_mesh("owl").normalized()
    view = View(
        mesh,
        perspective(0.7, 1.0, 0.05, 20) @ look_at(torch.tensor([1.2, 0.5, 3.4])),
        64,
    )
    seen = view.fragments
    painted = (
        to_pytorch3d(mesh)
        .sample_textures(
            TheirFragments(
                pix_to_face=seen.face[..., None],
                bary_coords=seen.barycentric[..., None, :],
                zbuf=seen.depth[..., None],
                dists=torch.zeros_like(seen.depth)[..., None],
            )
        )[..., 0, :]
        .permute(0, 3, 1, 2)
    )
    covered = (seen.face >= 0)[:, None].expand_as(painted)
    assert covered.any() and torch.allclose(
        view.render(mesh.texture)[covered], painted[covered], atol=1e-3
    )


def fake_pytorch3d(monkeypatch):
    """PyTorch3D's documented conventions around the brute-force search: x left, y up,
    short side 2, z is distance.
    """

    def rasterize_meshes(
        meshes,
        image_size,
        blur_radius,
        faces_per_pixel,
        perspective_correct,
        z_clip_value,
        **others,
    ):
        assert (
            blur_radius == 0 and faces_per_pixel == 1 and not others["cull_backfaces"]
        )
        height, width = image_size
        points, faces = meshes.verts[0], meshes.faces[0]
        x = -points[:, 0] / max(1, width / height)
        y, z = points[:, 1] / max(1, height / width), points[:, 2]
        w = z if perspective_correct else torch.ones_like(z)
        least = z_clip_value if perspective_correct else 0.0
        # Brute force keeps depths from -1 to 1: distances 0 … 100 when parallel, else
        # from the clipping distance on.
        depth = z - 2 * least if perspective_correct else 2 * z / 100 - 1
        clip = torch.stack([x * w, y * w, depth, w], -1)
        face, weights, _, _ = brute_force(clip.detach(), faces, image_size)
        face, weights = torch.from_numpy(face), torch.from_numpy(weights).float()
        return face[None, ..., None], None, weights[None, :, :, None], None

    names = [
        "pytorch3d",
        "pytorch3d.renderer",
        "pytorch3d.renderer.mesh",
        "pytorch3d.renderer.mesh.rasterize_meshes",
        "pytorch3d.structures",
    ]
    for name in names:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[names[3]].rasterize_meshes = rasterize_meshes
    sys.modules[names[4]].Meshes = lambda verts, faces: types.SimpleNamespace(
        verts=verts, faces=faces
    )


@pytest.mark.parametrize("size", [(24, 24), (18, 30), (30, 18)])
def test_the_conversion_to_pytorch3ds_conventions(monkeypatch, size):
    fake_pytorch3d(monkeypatch)
    mesh = Mesh(*random_soup(12, 7))
    for matrix in (
        camera(5, aspect=size[1] / size[0]),
        camera(eye=(0.2, 0.1, 0.3)),
        torch.diag(torch.tensor([0.4, 0.4, -0.1, 1])),
    ):
        clip = mesh.project(matrix)
        ours, theirs = (
            rasterize(clip, mesh.faces, size),
            rasterize(clip, mesh.faces, size, backend="pytorch3d"),
        )
        assert (
            ours.face == theirs.face
        ).float().mean() > 0.995 and ours.mask.float().mean() > 0.03
        same = ours.face == theirs.face
        assert torch.allclose(
            ours.barycentric[same], theirs.barycentric[same], atol=1e-4
        )
        assert torch.allclose(ours.depth[same], theirs.depth[same], atol=1e-4)


def test_a_missing_pytorch3d_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytorch3d", None)
    with pytest.raises(ImportError, match='backend="torch" needs nothing else'):
        rasterize(
            torch.rand(1, 4, 4), torch.tensor([[0, 1, 2]]), 4, backend="pytorch3d"
        )
