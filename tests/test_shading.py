import math

import pytest
import torch

from dputils.data import sample_mesh
from dputils.rasterize import relief_normals, shade, tangent_frames


def vector(*values):
    return torch.tensor(values, dtype=torch.float64).view(1, 3, 1, 1)


UP = vector(0, 0, 1)
GREY = torch.tensor([0.5, 0.2, 0.0], dtype=torch.float64).view(1, 3, 1, 1)


def test_straight_on_by_hand():
    """All vectors the same: the skin reflects 0.04, a quarter of the mirrors is seen,
    and they are as dense as 1 / roughness⁴.
    """
    matt = shade(GREY, UP, UP, UP)
    torch.testing.assert_close(matt, 0.96 * GREY + 0.04 / 4)
    glossy = shade(GREY, UP, UP, UP, roughness=0.5)
    torch.testing.assert_close(glossy, 0.96 * GREY + 0.04 / 4 * 16)


def test_at_sixty_degrees_by_hand():
    lamp = vector(math.sin(math.pi / 3), 0, 0.5)
    skin = 0.04 + 0.96 * (1 - math.cos(math.pi / 6)) ** 5
    expected = ((1 - skin) * GREY + skin / 3) * 0.5
    torch.testing.assert_close(shade(GREY, UP, lamp, UP), expected)
    # and half as rough: a² = 1/16, the half vector at 30 degrees
    facets = (1 / 16) / (0.75 * (1 / 16 - 1) + 1) ** 2
    seen = 0.5 / (0.5 * 1 + math.sqrt(0.25 * 15 / 16 + 1 / 16))
    expected = ((1 - skin) * GREY + facets * seen * skin) * 0.5
    torch.testing.assert_close(shade(GREY, UP, lamp, UP, roughness=0.5), expected)


def test_a_lamp_behind_gives_nothing_but_the_ambient():
    dark = shade(GREY, UP, vector(0.3, 0, -1), UP, ambient=0.1)
    torch.testing.assert_close(dark, 0.1 * GREY)


@pytest.mark.parametrize("roughness", [0.3, 0.6, 1.0])
def test_no_more_light_comes_back_than_went_in(roughness):
    """Summed over all lamps a white surface gives at most 1."""
    generator = torch.Generator().manual_seed(0)
    lamps = torch.randn(40000, 3, 1, 1, generator=generator).double()
    lamps[:, 2] = lamps[:, 2].abs()
    eye = vector(0.6, 0, 0.8)
    white = torch.ones(1, 3, 1, 1, dtype=torch.float64)
    # radiance / π over the half sphere, 2π times the mean
    total = 2 * shade(white, UP, lamps, eye, roughness=roughness).mean()
    assert 0.9 < total < 1.02


def test_eye_and_lamp_may_change_places():
    """Helmholtz: but for the cosine, only the skin's mirrors count here (no albedo)."""
    one, other = vector(0.5, 0.1, 0.8), vector(-0.2, 0.6, 0.5)
    black = torch.zeros(1, 1, 1, 1, dtype=torch.float64)

    def per_cosine(lamp, eye):
        return shade(black, UP, lamp, eye, roughness=0.4) * lamp.norm() / lamp[0, 2]

    torch.testing.assert_close(per_cosine(one, other), per_cosine(other, one))


def test_gradients_are_those_of_finite_differences():
    given = [
        torch.rand(1, 3, 2, 2).double().requires_grad_(),
        (torch.rand(1, 3, 2, 2).double() * 0.4 + UP).requires_grad_(),
        vector(0.4, 0.3, 0.8).requires_grad_(),
        vector(-0.1, 0.2, 1.0).requires_grad_(),
        (torch.rand(1, 1, 2, 2).double() * 0.5 + 0.3).requires_grad_(),
    ]
    assert torch.autograd.gradcheck(lambda *g: shade(*g[:4], roughness=g[4]), given)


def test_a_slope_has_the_normal_of_the_slope():
    wave = torch.arange(8.0).mul(math.pi / 4).sin().view(1, 1, 1, 8).expand(1, 1, 4, 8)
    normals = relief_normals(wave, depth=2.0)
    slope = (wave[0, 0, 0, 1] - wave[0, 0, 0, 7]) * 1.0  # two heights, two texels apart
    expected = torch.stack([-slope, 0 * slope, 1 + 0 * slope]) / (1 + slope**2) ** 0.5
    torch.testing.assert_close(normals[0, :, 0, 0], expected)
    # what rises upwards in the picture faces down
    up = relief_normals(wave.transpose(2, 3).flip(2), depth=2.0)
    assert up[0, 1, -1, 0] < 0 and up[0, 0].abs().max() == 0
    assert torch.equal(
        relief_normals(torch.zeros(1, 1, 2, 2))[0, :, 0, 0], torch.tensor([0.0, 0, 1])
    )
    with pytest.raises(ValueError, match=r"height must be \(N, 1, H, W\)"):
        relief_normals(torch.zeros(1, 3, 2, 2))


def test_the_frame_of_a_flat_square_and_of_its_mirror_image():
    square = torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    normals = torch.tensor([[0.0, 0, 1]]).expand(4, 3)
    frames = tangent_frames(square, square[:, :2], faces, normals)
    assert torch.allclose(frames, torch.eye(3).expand(4, 3, 3))
    mirrored = square[:, :2] * torch.tensor([-1.0, 1])
    frames = tangent_frames(square, mirrored, faces, normals)
    assert torch.allclose(
        frames, torch.diag(torch.tensor([-1.0, 1, 1])).expand(4, 3, 3)
    )
    turned = square[:, [1, 0]] * torch.tensor([1.0, -1])
    u = tangent_frames(square, turned, faces, normals)[0, :, 0]
    assert torch.allclose(u, torch.tensor([0.0, 1, 0]))
    # no texture at all: still a frame
    frames = tangent_frames(square, torch.zeros(4, 2), faces, normals)
    assert torch.allclose(frames.mT @ frames, torch.eye(3).expand(4, 3, 3), atol=1e-6)


def test_frames_of_a_model_are_right_angled():
    mesh = sample_mesh("bunny")
    frames = tangent_frames(mesh.positions, mesh.uv, mesh.faces, mesh.normals())
    assert torch.allclose(
        frames.mT @ frames, torch.eye(3).expand(len(frames), 3, 3), atol=1e-4
    )
