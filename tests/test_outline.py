"""Anti-aliased outlines: what they look like, and what their gradient says, against
pictures with many samples a pixel.
"""

import math
import runpy
from pathlib import Path

import pytest
import torch

from dputils.data import sample_mesh
from dputils.rasterize import (
    View,
    antialias,
    beyond_edges,
    interpolate,
    rasterize,
)
from dputils.scene import look_at, orbit_views, perspective


def generator(seed):
    return torch.Generator().manual_seed(seed)


def picture(clip, faces, colours, size, smooth):
    fragments = rasterize(clip, faces, size)
    image = interpolate(fragments, colours, faces)
    return antialias(image, fragments, clip, faces) if smooth else image


def triangles(seed, count):
    """Large ones, one behind the other, each of one colour."""
    draw = generator(seed)
    turn = torch.rand(count, 1, generator=draw) * 6.28 + torch.tensor([[0.0, 2.1, 4.2]])
    turn = turn + torch.rand(count, 3, generator=draw) - 0.5
    flat = torch.stack([turn.cos(), turn.sin()], 2)
    flat = flat * (0.3 + 0.4 * torch.rand(count, 3, 1, generator=draw))
    flat = flat + (torch.rand(count, 1, 2, generator=draw) - 0.5) * 0.5
    depth = torch.linspace(-0.8, 0.8, count).view(-1, 1, 1).expand(-1, 3, 1)
    clip = torch.cat([flat, depth, torch.ones(count, 3, 1)], 2).view(1, -1, 4).double()
    colours = torch.rand(count, 1, 3, generator=draw).expand(-1, 3, -1)
    return (
        clip,
        torch.arange(3 * count).view(count, 3),
        colours.reshape(1, -1, 3).double(),
    )


def torus(columns=28, rows=14):
    u, v = torch.meshgrid(
        torch.arange(columns) * 2 * math.pi / columns,
        torch.arange(rows) * 2 * math.pi / rows,
        indexing="ij",
    )
    ring = 0.7 + 0.3 * v.cos()
    places = torch.stack([ring * u.cos(), 0.3 * v.sin(), ring * u.sin()], -1)
    number = torch.arange(columns * rows).view(columns, rows)
    right, up = number.roll(-1, 0), number.roll(-1, 1)
    both = right.roll(-1, 1)
    faces = torch.cat(
        [
            torch.stack([number, right, both], -1).view(-1, 3),
            torch.stack([number, both, up], -1).view(-1, 3),
        ]
    )
    return places.view(-1, 3).double(), faces


def smooth_weights(seed, size):
    few = torch.randn(1, 3, 5, 5, generator=generator(seed)).double()
    return torch.nn.functional.interpolate(few, (size, size), mode="bilinear")


def cosine(a, b):
    return torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), dim=0).item()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_gradient_of_random_triangles_is_that_of_a_finer_picture(seed):
    clip, faces, colours = triangles(seed, 3)
    size, finer, step = 64, 12, 6e-3
    weights = smooth_weights(seed, size)
    asked = clip.clone().requires_grad_()
    (picture(asked, faces, colours, size, True) * weights).sum().backward()
    fine = weights.repeat_interleave(finer, 2).repeat_interleave(finer, 3) / finer**2
    truth = torch.zeros(clip.shape[1], 2, dtype=torch.float64)
    for vertex in range(clip.shape[1]):
        for axis in range(2):
            moved = torch.zeros_like(clip)
            moved[0, vertex, axis] = step
            ahead, behind = (
                (picture(c, faces, colours, size * finer, False) * fine).sum()
                for c in (clip + moved, clip - moved)
            )
            truth[vertex, axis] = (ahead - behind) / (2 * step)
    found = asked.grad[0, :, :2]
    assert cosine(found, truth) > 0.95
    assert 0.8 < found.norm() / truth.norm() < 1.2
    # nothing without it
    plain = clip.clone().requires_grad_()
    shown = picture(plain, faces, colours, size, False)
    assert not shown.requires_grad or (
        torch.autograd.grad((shown * weights).sum(), plain)[0].abs().max() < 1e-9
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_gradient_of_a_ring_that_hides_itself(seed):
    """Along smooth deformations, so that outlines inside the object count as well."""
    places, faces = torus()
    camera = perspective(0.7, near=1, far=9) @ look_at((0.3, 1.2, 3.2))
    camera = camera.double()
    colours = torch.rand(1, 3, 3, generator=generator(seed)).double()
    colours = (0.5 + 0.5 * torch.sin(places @ (5 * colours[0])))[None]
    size, finer, step = 48, 12, 0.01
    weights = smooth_weights(seed, size)
    fine = weights.repeat_interleave(finer, 2).repeat_interleave(finer, 3) / finer**2

    def project(points):
        ones = torch.ones(len(points), 1, dtype=points.dtype)
        return (torch.cat([points, ones], 1) @ camera.T)[None]

    asked = places.clone().requires_grad_()
    (picture(project(asked), faces, colours, size, True) * weights).sum().backward()
    bends = torch.randn(16, 6, 3, generator=generator(seed + 9)).double()
    waves = torch.cat([places, torch.sin(3 * places)], 1)
    along, truth = [], []
    for bend in bends:
        move = waves @ bend / 3
        along.append((asked.grad * move).sum())
        ahead, behind = (
            (picture(project(p), faces, colours, size * finer, False) * fine).sum()
            for p in (places + step * move, places - step * move)
        )
        truth.append((ahead - behind) / (2 * step))
    assert cosine(torch.stack(along), torch.stack(truth)) > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_silhouettes_move_as_those_of_pytorch3d(seed):
    """Ours knows where an outline is, theirs blurs it: one direction all the same."""
    pytest.importorskip("pytorch3d")
    peer = Path(__file__).parents[1] / "benchmarks" / "_soft_outline.py"
    soft_mask = runpy.run_path(str(peer))["soft_mask"]
    places, faces = torus()
    camera = (perspective(0.7, near=1, far=9) @ look_at((0.3, 1.2, 3.2))).double()
    size, white = 96, torch.ones(1, len(places), 1).double()
    weights = smooth_weights(seed, size)[:, :1]
    bends = torch.randn(16, 6, 3, generator=generator(seed + 9)).double()
    moves = torch.cat([places, torch.sin(3 * places)], 1) @ bends
    found = []
    for draw in (
        lambda clip: picture(clip, faces, white, size, True),
        lambda clip: soft_mask(clip, faces, size),
    ):
        asked = places.clone().requires_grad_()
        clip = (torch.cat([asked, torch.ones(len(asked), 1)], 1) @ camera.T)[None]
        (draw(clip) * weights).sum().backward()
        found.append((asked.grad * moves).sum((1, 2)))
    assert cosine(*found) > 0.98
    assert 0.8 < found[0].norm() / found[1].norm() < 1.2


def test_outlines_are_smoother_and_all_else_stays():
    mesh = sample_mesh("teapot")
    cameras, size = orbit_views(mesh, 2, start=0.5), 96
    view = View(mesh, cameras, size)
    plain, fine = (view.render(background=0.9, samples=k) for k in (1, 6))
    smooth = antialias(plain, view.fragments, mesh.project(cameras), mesh.faces)
    changed = (smooth - plain).abs().amax(1, keepdim=True) > 0
    inner = -torch.nn.functional.max_pool2d(-view.mask.float(), 5, 1, 2) > 0
    assert 0.002 < changed.float().mean() < 0.05
    # of what is well inside, only the lid, the spout and the handle have outlines
    assert (changed & inner).sum() < 0.5 * changed.sum()
    where = changed.expand_as(plain)
    assert (smooth - fine)[where].abs().mean() < 0.7 * (plain - fine)[
        where
    ].abs().mean()


def test_the_area_of_a_disc_grows_by_its_outline():
    turn = torch.linspace(0, 2 * math.pi, 25)[:-1].double()
    rim = torch.stack([turn.cos(), turn.sin()], 1)
    points = torch.cat([torch.zeros(1, 2).double(), rim])
    numbers = torch.arange(24)
    faces = torch.stack([0 * numbers, numbers + 1, (numbers + 1) % 24 + 1], 1)
    radius = torch.tensor(0.6, dtype=torch.float64, requires_grad=True)
    rest = torch.tensor([[0.0, 1]]).double().expand(25, 2)
    clip = torch.cat([radius * points, rest], 1)[None]
    size = 64
    area = picture(clip, faces, torch.ones(1, 25, 1).double(), size, True).sum()
    area = area * (2 / size) ** 2
    area.backward()
    shape = 12 * math.sin(2 * math.pi / 24)  # area of this polygon at radius 1
    assert area.item() == pytest.approx(shape * 0.36, rel=0.01)
    assert radius.grad.item() == pytest.approx(shape * 2 * 0.6, rel=0.05)


def test_a_seam_across_a_flat_surface_is_no_outline():
    places = torch.tensor([[-0.7, -0.8], [0.1, -0.8], [0.1, 0.8], [-0.7, 0.8]])
    right = places * torch.tensor([-1.0, 1]) + torch.tensor([0.2, 0])
    points = torch.cat([places, right])
    tilt = points[:, :1] * 0.3
    clip = torch.cat([points, tilt, torch.ones(8, 1)], 1)[None]
    faces = torch.tensor([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    colours = torch.cat([torch.zeros(4, 1), torch.ones(4, 1)])
    plain = picture(clip, faces, colours, 50, False)
    changed = picture(clip, faces, colours, 50, True) != plain
    # the left and the right side, and not the seam in the middle
    assert changed[0, 0].any() and not changed[0, 0, 10:40, 12:36].any()


def test_gradient_reaches_the_picture_and_cameras():
    mesh = sample_mesh("bunny")
    camera = orbit_views(mesh, 1).requires_grad_()
    clip = mesh.project(camera)
    fragments = rasterize(clip, mesh.faces, 40)
    image = torch.rand(1, 3, 40, 40, generator=generator(1)).requires_grad_()
    weights = torch.rand(1, 3, 40, 40, generator=generator(2))
    (antialias(image, fragments, clip, mesh.faces) * weights).sum().backward()
    # each pixel's colour goes somewhere, whole
    assert torch.allclose(image.grad.sum(), weights.sum(), rtol=0.02)
    assert torch.isfinite(camera.grad).all() and camera.grad.abs().max() > 0


def test_edges_know_what_lies_beyond():
    faces = torch.tensor([[0, 1, 2], [2, 1, 3], [4, 5, 6]])
    assert beyond_edges(faces).tolist() == [[-1, 1, -1], [0, -1, -1], [-1, -1, -1]]
    assert beyond_edges(torch.zeros(0, 3, dtype=torch.int64)).shape == (0, 3)
    three = beyond_edges(torch.tensor([[0, 1, 2], [1, 0, 3], [0, 1, 4]]))
    assert sorted(three[:, 0].tolist()) == [-1, 0, 1]


def test_nothing_to_see_and_careless_use():
    clip = torch.tensor([[[5.0, 5, 0, 1], [6, 5, 0, 1], [5, 6, 0, 1]]])
    faces = torch.tensor([[0, 1, 2]])
    fragments = rasterize(clip, faces, 8)
    image = torch.zeros(1, 3, 8, 8)
    assert torch.equal(antialias(image, fragments, clip, faces), image)
    with pytest.raises(ValueError, match=r"N, H, W = \(1, 8, 8\), not \(1, 3, 9, 8\)"):
        antialias(torch.zeros(1, 3, 9, 8), fragments, clip, faces)
    with pytest.raises(ValueError, match="2 views and fragments have 1"):
        antialias(image, fragments, clip.expand(2, -1, -1), faces)
