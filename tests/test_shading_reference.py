"""The model of light against Mitsuba 3, a renderer that traces rays.

`pip install mitsuba` brings it; nothing in the package needs it.
"""

import math

import numpy as np
import pytest
import torch

from dputils.rasterize import relief_normals, shade

WHY = "Mitsuba 3 is not importable here; pip install mitsuba, for this"
mitsuba = pytest.importorskip("mitsuba", reason=WHY)

BLACK = torch.zeros(1, 1, 1, 1, dtype=torch.float64)
UP = torch.tensor([0.0, 0, 1]).double().view(1, 3, 1, 1)


@pytest.fixture(autouse=True)
def plain_variant():
    mitsuba.set_variant("scalar_rgb")


def directions(count, seed):
    """Unit vectors above the surface, `(count, 3)`, some of them near its horizon."""
    places = np.random.default_rng(seed).normal(size=(count, 3))
    places[:, 2] = np.abs(places[:, 2]) + 0.05
    return places / np.linalg.norm(places, axis=1, keepdims=True)


def answer(surface, eye, lamp):
    """Mitsuba's share of light from the lamp to the eye, times the lamp's cosine."""
    hit = mitsuba.SurfaceInteraction3f()
    hit.n, hit.sh_frame = (0, 0, 1), mitsuba.Frame3f(mitsuba.Vector3f(0, 0, 1))
    hit.wi = mitsuba.Vector3f(*eye)
    return surface.eval(mitsuba.BSDFContext(), hit, mitsuba.Vector3f(*lamp))[0]


def ours(albedo, eye, lamp, **more):
    """A white matt surface is 1 here and 1/π there."""
    eye, lamp = (torch.from_numpy(each).view(1, 3, 1, 1) for each in (eye, lamp))
    return shade(albedo, UP, lamp, eye, **more).item() / math.pi


@pytest.mark.parametrize("roughness", [0.25, 0.5, 0.75, 1.0])
def test_rough_mirrors(roughness):
    """A skin that reflects everything is Mitsuba's rough metal without a metal.

    Mitsuba takes hiding from the lamp and from the eye as independent (g·h). Where both
    hang on the same heights, as here and in glTF, it is g·h / (g + h - g·h).
    """
    given = {"type": "roughconductor", "material": "none", "distribution": "ggx"}
    surface = mitsuba.load_dict({**given, "alpha": roughness**2})
    kind = mitsuba.MicrofacetType.GGX
    facets = mitsuba.MicrofacetDistribution(kind, roughness**2, True)
    for eye, lamp in zip(directions(40, 0), directions(40, 1)):
        half = mitsuba.Vector3f(*((eye + lamp) / np.linalg.norm(eye + lamp)))
        g, h = (facets.smith_g1(mitsuba.Vector3f(*each), half) for each in (eye, lamp))
        expected = answer(surface, eye, lamp) / (g + h - g * h)
        found = ours(BLACK, eye, lamp, roughness=roughness, facing=1.0)
        assert found == pytest.approx(expected, rel=2e-4, abs=1e-7)


def test_matt():
    white = {"type": "rgb", "value": 0.7}
    surface = mitsuba.load_dict({"type": "diffuse", "reflectance": white})
    for eye, lamp in zip(directions(20, 2), directions(20, 3)):
        # no skin at all: facing 0, and what Schlick adds at a slant is taken out
        half = (eye + lamp) / np.linalg.norm(eye + lamp)
        skin = (1 - eye @ half) ** 5
        mirrors = ours(BLACK, eye, lamp, facing=0.0)
        found = ours(BLACK + 0.7, eye, lamp, facing=0.0) - mirrors
        assert found == pytest.approx(answer(surface, eye, lamp) * (1 - skin), rel=1e-4)


def test_the_skin_is_that_of_glass():
    """Schlick's formula is an approximation: within 0.04 of Fresnel's up to 80°."""
    for degrees in range(0, 81, 5):
        cosine = math.cos(math.radians(degrees))
        exact = mitsuba.fresnel(cosine, 1.5)[0]
        assert abs(0.04 + 0.96 * (1 - cosine) ** 5 - exact) < 0.04


def test_a_relief_under_a_lamp():
    """A whole picture: a carved tile, seen from above, with one far lamp at a slant."""
    size, toward = 24, np.array([0.5, 0.3, 0.8])
    height = torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(0))
    normals = relief_normals(height, 0.25)
    # Mitsuba's v is 0 at the first row, which a rectangle has at the bottom
    texels = (0.5 + 0.5 * normals[0]).permute(1, 2, 0).flip(0).contiguous().numpy()
    bitmap = {"type": "bitmap", "bitmap": mitsuba.Bitmap(texels), "raw": True}
    matt = {"type": "diffuse", "reflectance": {"type": "rgb", "value": 0.6}}
    relief = {**bitmap, "filter_type": "nearest"}
    film = {"type": "hdrfilm", "width": size, "height": size, "pixel_format": "rgb"}
    above = mitsuba.ScalarTransform4f().look_at([0, 0, 3], [0, 0, 0], [0, 1, 0])
    world = mitsuba.load_dict(
        {
            "type": "scene",
            "integrator": {"type": "direct"},
            "sensor": {
                "type": "orthographic",
                "to_world": above,
                "film": {**film, "rfilter": {"type": "box"}},
                "sampler": {"type": "independent", "sample_count": 1},
            },
            "lamp": {
                "type": "directional",
                "direction": (-toward).tolist(),
                "irradiance": {"type": "rgb", "value": math.pi},
            },
            "tile": {
                "type": "rectangle",
                "bsdf": {"type": "normalmap", "normalmap": relief, "bsdf": matt},
            },
        }
    )
    seen = torch.tensor(np.array(mitsuba.render(world)))[..., 0]
    lamp = torch.from_numpy(toward).float().view(1, 3, 1, 1)
    albedo = torch.full((1, 1, 1, 1), 0.6)
    mine = shade(albedo, normals, lamp, UP.float(), facing=0.0)[0, 0]
    black = shade(0 * albedo, normals, lamp, UP.float(), facing=0.0)[0, 0]
    half = lamp / lamp.norm() + UP.float()
    skin = (1 - (half[0, 2] / half.norm()).item()) ** 5
    expected = seen * (1 - skin)
    # Mitsuba keeps the map in half precision
    assert (mine - black - expected).abs().max() < 6e-3
    assert expected.std() > 0.05  # and it is not one grey
