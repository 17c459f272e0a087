import math

import pytest
import torch

from dputils.data import sample_mesh
from dputils.scene import EvenAdam, Mesh, SmoothVertices, icosphere, laplacian


def pyramid():
    """Four triangles, each corner the neighbour of all others."""
    places = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    return Mesh(places, torch.tensor([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))


def seamed():
    """The pyramid with one corner twice, as a texture's seam has it."""
    mesh = pyramid()
    faces = mesh.faces.clone()
    faces[3, 2] = 4
    return Mesh(torch.cat([mesh.positions, mesh.positions[3:]]), faces)


def test_a_laplacian_counts_neighbours():
    expected = 4 * torch.eye(4) - torch.ones(4, 4)
    assert torch.equal(laplacian(pyramid().faces, 4), expected)
    # a path of two triangles: the far corners are no neighbours
    two = laplacian(torch.tensor([[0, 1, 2], [2, 1, 3]]), 4)
    assert two.diagonal().tolist() == [2, 3, 3, 2] and two[0, 3] == 0
    assert torch.equal(two.sum(1), torch.zeros(4))


def test_a_pull_at_one_vertex_moves_its_neighbours_by_hand():
    """With four vertices that all touch, (I + λL)^-1 = (I + λJ) / (1 + 4λ), J all 1."""
    shape = SmoothVertices(pyramid(), strength=2.0)
    torch.testing.assert_close(shape(), pyramid().positions)
    with torch.no_grad():
        shape.u[0, 0] += 9.0
    moved = (shape() - pyramid().positions)[:, 0]
    torch.testing.assert_close(moved, torch.tensor([3.0, 2.0, 2.0, 2.0]))


def test_the_gradient_is_the_preconditioned_one():
    shape, plain = SmoothVertices(pyramid(), 2.0), SmoothVertices(pyramid(), 0)
    weights = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    for each in (shape, plain):
        (each() * weights).sum().backward()
    assert torch.equal(plain.u.grad, weights)
    expected = (weights + 2 * weights.sum(0)) / 9
    torch.testing.assert_close(shape.u.grad, expected)


def test_strength_zero_is_the_vertices_themselves():
    shape = SmoothVertices(icosphere(1), 0)
    assert torch.equal(shape.u, icosphere(1).positions)
    assert torch.equal(shape(), icosphere(1).positions)


def test_both_sides_of_a_seam_stay_together():
    shape = SmoothVertices(seamed(), 2.0)
    assert len(shape.u) == 4 and shape().shape == (5, 3)
    with torch.no_grad():
        shape.u += torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(shape()[3], shape()[4])


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_an_icosphere_is_round_closed_and_turned_outwards(level):
    mesh = icosphere(level, radius=2.0)
    assert len(mesh.positions) == 10 * 4**level + 2
    assert len(mesh.faces) == 20 * 4**level
    torch.testing.assert_close(
        mesh.positions.norm(dim=1), torch.full((len(mesh.positions),), 2.0)
    )
    a, b, c = mesh.positions[mesh.faces].unbind(1)
    outward = torch.linalg.cross(b - a, c - a)
    assert ((outward * (a + b + c)).sum(1) > 0).all()
    pairs = torch.stack([mesh.faces, mesh.faces.roll(-1, 1)], -1).view(-1, 2)
    there, back = pairs.tolist(), pairs.flip(1).tolist()
    assert sorted(there) == sorted(back), "each edge has two sides"
    assert len({tuple(pair) for pair in there}) == len(there)
    sides = outward.norm(dim=1)
    assert sides.max() < 1.6 * sides.min()


def test_volume_of_a_fine_icosphere_is_nearly_the_balls():
    a, b, c = icosphere(4).positions[icosphere(4).faces].double().unbind(1)
    volume = (torch.linalg.cross(a, b) * c).sum() / 6
    assert 0.99 < volume / (4 / 3 * math.pi) < 1


def test_even_adam_steps_alike_in_all_directions():
    """Its first step is the gradient over its largest entry; Adam's has signs only."""
    p = torch.nn.Parameter(torch.zeros(2, 3))
    weights = torch.tensor([[4.0, -2.0, 1.0], [0.0, 0.5, -4.0]])
    optimizer = EvenAdam([p], lr=0.1)
    (p * weights).sum().backward()
    optimizer.step()
    torch.testing.assert_close(p.data, -0.1 * weights / 4)
    # and the second, by hand: the same gradient leaves mean and size as they are
    optimizer.step()
    torch.testing.assert_close(p.data, -0.2 * weights / 4)


def test_a_bowl_is_descended():
    p = torch.nn.Parameter(torch.ones(5))
    optimizer = EvenAdam([p], lr=0.05, betas=(0.5, 0.9))
    for _ in range(200):
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        optimizer.step()
    assert loss < 1e-3


def test_what_cannot_be_is_said():
    with pytest.raises(ValueError, match="strength=-1"):
        SmoothVertices(pyramid(), -1)
    with pytest.raises(ValueError, match="at most 8192"):
        SmoothVertices(icosphere(5))
    with pytest.raises(ValueError, match="from 0 to 6"):
        icosphere(7)
    with pytest.raises(ValueError, match="radius=0"):
        icosphere(1, 0)
    with pytest.raises(ValueError, match="lr=0"):
        EvenAdam([torch.nn.Parameter(torch.zeros(1))], lr=0)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(number):
    """NaN passes every `<=`, and an infinite matrix has no inverse."""
    with pytest.raises(ValueError, match=f"strength={number} must be a finite number"):
        SmoothVertices(pyramid(), number)
    with pytest.raises(ValueError, match=f"lr={number} must be positive and finite"):
        EvenAdam([torch.nn.Parameter(torch.zeros(1))], lr=number)
    with pytest.raises(ValueError, match=f"radius={number} must be positive"):
        icosphere(1, number)


@pytest.mark.parametrize("number", [2.0, 2.5, -1, True, "2", math.nan])
def test_subdivisions_are_counted(number):
    with pytest.raises(ValueError, match="subdivisions=.* must be a whole number"):
        icosphere(number)


def test_foreign_meshes_with_seams_come_back_as_they_were():
    mesh = sample_mesh("teapot")
    if len(mesh.positions.unique(dim=0)) > 4000:
        mesh = seamed()
    torch.testing.assert_close(
        SmoothVertices(mesh, 5.0)(), mesh.positions, atol=1e-5, rtol=0
    )
