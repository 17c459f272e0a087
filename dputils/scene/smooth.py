"""Shapes to be optimized: a ball to start from, and vertices that move together."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from ..sizes import whole_number
from .meshes import Mesh

MOST = 8192  # vertices: the inverse of so many takes a quarter of a gigabyte


class SmoothVertices(nn.Module):
    """Positions of a mesh's vertices, parameterized so that neighbours move together.

    The positions are `(I + strength L)^-1 u`. The parameter is `u`, and L is the mesh's
    Laplacian: what a vertex is more than its neighbours, summed over them. A step that
    pulls at one vertex of `u` moves the whole neighbourhood, the less the farther it
    is, so that a mesh bends where it would crumple. Every shape can still be reached:
    nothing is penalized, only the way there is another.
    Args:
        mesh: the start. Vertices at the same position (seams of a texture) stay
            together and count as one. At most 8192 places.
        strength: λ. 0 makes `u` the positions themselves, which is what one would write
            first; 10 to 50 suit some thousand vertices.
    Attributes: `u`, `(P, 3)`, for P different places; `strength`.
    Raises: ValueError for a strength that is negative, infinite or NaN, and for more
        places than fit.
    Source: Nicolet, Jacobson and Jakob, "Large Steps in Inverse Rendering of Geometry",
        2021.
    Differs: the matrix is small enough to be inverted whole, by Cholesky in float64 on
        the CPU, so every device only multiplies; theirs is sparse. Any optimizer may
        move `u`; theirs is Adam with one step size for all coordinates, which is
        `EvenAdam`.
    """

    group: torch.Tensor
    inverse: torch.Tensor

    def __init__(self, mesh: Mesh, strength: float = 20.0) -> None:
        super().__init__()
        if not 0 <= strength < math.inf:
            raise ValueError(
                f"strength={strength} must be a finite number from 0 (vertices as they "
                "are) up"
            )
        self.strength = float(strength)
        positions = mesh.positions.detach()
        # on the CPU: MPS has no unique over rows
        places, group = positions.cpu().unique(dim=0, return_inverse=True)
        # in the order in which the mesh names them
        number = torch.arange(len(group))
        first = torch.full((len(places),), len(group))
        order = first.scatter_reduce(0, group, number, "amin").argsort()
        places, group = places[order], order.argsort()[group]
        if len(places) > MOST:
            raise ValueError(
                f"{mesh.name} has {len(places)} vertices at different places; "
                f"SmoothVertices inverts a matrix of that size, at most {MOST}. Start "
                "from fewer, such as icosphere(4) with 2562"
            )
        matrix = torch.eye(len(places), dtype=torch.float64)
        matrix += strength * laplacian(group[mesh.faces.cpu()], len(places)).double()
        factor = torch.linalg.cholesky(matrix)
        self.register_buffer("group", group.to(positions.device))
        inverse = torch.cholesky_inverse(factor) if strength else None
        self.register_buffer(
            "inverse", None if inverse is None else inverse.to(places).to(positions)
        )
        start = (matrix @ places.double()).to(positions)
        self.u = nn.Parameter(start)

    def forward(self) -> torch.Tensor:
        """The positions, `(V, 3)`, in the order of the mesh's vertices."""
        if self.inverse is None:
            return self.u[self.group]
        # the inverse is symmetric, and three rows go through it twice as fast as three
        # columns
        return (self.u.T @ self.inverse).T[self.group]


def laplacian(faces: torch.Tensor, count: int) -> torch.Tensor:
    """A mesh's Laplacian, `(V, V)` float32: on the diagonal how many neighbours a
    vertex has, and -1 for each of them.

    Args: `faces`, `(F, 3)`; `count`, V.
    Differs: all neighbours count the same, however far they are ("combinatorial"), so
        that it stays the same when the shape changes.
    """
    matrix = torch.zeros(count, count, device=faces.device)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        matrix[faces[:, one], faces[:, other]] = -1
        matrix[faces[:, other], faces[:, one]] = -1
    # a triangle with two corners at one place joins it with itself
    matrix.fill_diagonal_(0)
    return matrix - torch.diag(matrix.sum(1))


class EvenAdam(torch.optim.Optimizer):
    """Adam with one step size for all numbers of a tensor: the largest gradient's.

    Adam divides every number by its own running size, so that x, y and z, and vertices
    seen rarely and often, step alike whatever their gradients say, which bends the
    direction. This divides a tensor as a whole.
    Args: `params`, as for every optimizer; `lr`, about the largest change in a step;
        `betas`, how long the mean gradient and its size are remembered.
    Raises: ValueError for an `lr` that is not positive, infinite or NaN, and for betas
        outside [0, 1).
    Source: Nicolet, Jacobson and Jakob, 2021, section 3.4 ("UniformAdam").
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.05,
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        if not 0 < lr < math.inf or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(
                f"lr={lr} must be positive and finite, and betas={betas} in [0, 1)"
            )
        super().__init__(params, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """One update; a closure, if given, is called first and its loss returned."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state.update(
                        step=0, mean=torch.zeros_like(p), size=torch.zeros_like(p)
                    )
                state["step"] += 1
                state["mean"].lerp_(p.grad, 1 - first)
                state["size"].lerp_(p.grad**2, 1 - second)
                mean = state["mean"] / (1 - first ** state["step"])
                size = (state["size"].max() / (1 - second ** state["step"])).sqrt()
                p -= group["lr"] * mean / (size + 1e-12)
        return loss


def icosphere(subdivisions: int = 3, radius: float = 1.0) -> Mesh:
    """A sphere of nearly equal triangles, without texture coordinates.

    An icosahedron whose triangles are cut into four, `subdivisions` times; new corners
    are moved out to the sphere.
    Args: `subdivisions`, 0 to 6: 12, 42, 162, 642, 2562, 10242, 40962 vertices.
    Raises: ValueError for another number of subdivisions, floats included, and for a
        radius that is not positive, infinite or NaN.
    """
    # a float that happens to be whole is most often a mistake for the radius
    known = not isinstance(subdivisions, float)
    if not known or whole_number(subdivisions, "subdivisions", 0) > 6:
        raise ValueError(
            f"subdivisions={subdivisions!r} must be a whole number from 0 to 6, and "
            "not a float"
        )
    if not 0 < radius < math.inf:
        raise ValueError(f"radius={radius} must be positive and finite")
    golden = (1 + 5**0.5) / 2
    flat = torch.tensor(
        [[s, t * golden] for t in (1.0, -1.0) for s in (-1.0, 1.0)],
        dtype=torch.float64,
    )
    none = torch.zeros(4, 1, dtype=torch.float64)
    # three rectangles at right angles
    places = torch.cat([torch.cat([flat, none], 1).roll(turn, 1) for turn in range(3)])
    between = torch.cdist(places, places)
    near = (between > 0) & (between < 2.01)
    three = [
        (a, b, c)
        for a in range(12)
        for b in range(a + 1, 12)
        for c in range(b + 1, 12)
        if near[a, b] and near[b, c] and near[c, a]
    ]
    faces = torch.tensor(three)
    a, b, c = places[faces].unbind(1)
    inward = (torch.linalg.cross(b - a, c - a) * a).sum(1) < 0
    faces[inward] = faces[inward].flip(1)
    for _ in range(subdivisions):
        ends = torch.stack([faces, faces.roll(-1, 1)], -1).sort(-1)[0]
        edges, number = ends.view(-1, 2).unique(dim=0, return_inverse=True)
        middle = number.view(-1, 3) + len(places)  # of corner k and the next
        places = torch.cat([places, places[edges].mean(1)])
        places = places / places.norm(dim=1, keepdim=True)
        corners = torch.stack([faces, middle, middle.roll(1, 1)], -1).view(-1, 3)
        faces = torch.cat([corners, middle])
    places = places / places.norm(dim=1, keepdim=True)
    return Mesh((places * radius).float(), faces, name="icosphere")
