import math

import pytest
import torch
import torch.nn.functional as F

from dputils.rasterize import lookup, mip_level, mip_levels, sample_texture


def random(*shape, seed=0, dtype=torch.float32):
    return torch.rand(
        *shape, generator=torch.Generator().manual_seed(seed), dtype=dtype
    )


def texel(texture, u, v):
    """One colour by hand: four texels, each found and weighted on its own, the texture
    repeated without end.
    """
    _, channels, height, width = texture.shape
    x, y = u * width - 0.5, (1 - v) * height - 0.5
    total = torch.zeros(channels, dtype=torch.float64)
    for row in (math.floor(y), math.floor(y) + 1):
        for column in (math.floor(x), math.floor(x) + 1):
            weight = (1 - abs(x - column)) * (1 - abs(y - row))
            total += weight * texture[0, :, row % height, column % width].double()
    return total


def test_bilinear_lookup_by_hand_with_repetition():
    texture, uv = random(1, 3, 5, 7), random(1, 2, 6, 4, seed=1) * 5 - 2.5
    found = sample_texture(texture, uv)
    assert found.shape == (1, 3, 6, 4)
    for i in range(6):
        for j in range(4):
            expected = texel(texture, float(uv[0, 0, i, j]), float(uv[0, 1, i, j]))
            assert torch.allclose(found[0, :, i, j].double(), expected, atol=1e-5)


def test_origin_is_bottom_left_and_texel_centres_at_half_integers():
    texture = torch.arange(6.0).view(1, 1, 2, 3)  # top row 0 1 2, bottom row 3 4 5
    centers = (
        torch.tensor([[1 / 6, 1 / 4], [5 / 6, 1 / 4], [1 / 6, 3 / 4]])
        .t()
        .view(1, 2, 1, 3)
    )
    assert torch.allclose(
        sample_texture(texture, centers).flatten(),
        torch.tensor([3.0, 5.0, 0.0]),
        atol=1e-5,
    )


def to_grid(uv):
    return torch.stack([uv[:, 0] * 2 - 1, 1 - uv[:, 1] * 2], -1)


@pytest.mark.parametrize(
    "wrap, padding", [("clamp", "border"), ("mirror", "reflection")]
)
def test_clamping_and_mirroring_as_grid_sample_does(wrap, padding):
    texture, uv = random(2, 3, 6, 5), random(2, 2, 9, 8, seed=1) * 6 - 3
    expected = F.grid_sample(
        texture, to_grid(uv), padding_mode=padding, align_corners=False
    )
    assert torch.allclose(sample_texture(texture, uv, wrap=wrap), expected, atol=1e-5)


@pytest.mark.parametrize("wrap", ["repeat", "mirror", "clamp"])
def test_a_constant_texture_stays_constant(wrap):
    uv = random(1, 2, 20, 20) * 8 - 4
    level = random(1, 1, 20, 20, seed=2) * 8 - 2
    found = sample_texture(torch.full((1, 2, 12, 20), 0.3), uv, wrap=wrap, level=level)
    assert torch.allclose(found, torch.tensor(0.3), atol=1e-6)


def test_mip_levels_halve_and_keep_the_mean():
    texture = random(1, 2, 16, 8)
    levels = mip_levels(texture)
    assert [tuple(level.shape[2:]) for level in levels] == [
        (16, 8),
        (8, 4),
        (4, 2),
        (2, 1),
        (1, 1),
    ]
    assert all(
        torch.allclose(level.mean((2, 3)), texture.mean((2, 3)), atol=1e-6)
        for level in levels[:4]
    )
    assert len(mip_levels(texture, 2)) == 3 and mip_levels(texture, 0)[0] is texture


def test_mip_levels_of_odd_sizes_cover_the_same_area():
    ramp = torch.linspace(0.5 / 13, 1 - 0.5 / 13, 13).expand(1, 1, 7, 13)  # colour = u
    for level in mip_levels(ramp, 2):
        width = level.shape[3]
        middle = slice(1, -1)
        assert torch.allclose(
            level[0, 0, 0],
            (torch.arange(width) + 0.5).div(width),
            atol=0.02 if width < 13 else 1e-6,
        )
        assert level[..., middle].shape[3] == width - 2


def test_trilinear_is_a_blend_of_two_levels():
    texture, uv = random(1, 3, 16, 16), random(1, 2, 5, 5, seed=1)
    levels = mip_levels(texture)
    for height, below in (
        (0.0, 0),
        (1.0, 1),
        (2.25, 2),
        (3.5, 3),
        (4.0, 4),
        (9.0, 4),
        (-3.0, 0),
    ):
        share = min(max(height, 0), 4) - below
        a = sample_texture(levels[below], uv)
        b = sample_texture(levels[min(below + 1, 4)], uv)
        found = sample_texture(texture, uv, level=torch.full((1, 1, 5, 5), height))
        assert torch.allclose(found, a * (1 - share) + b * share, atol=1e-5), height


def test_levels_may_differ_from_pixel_to_pixel():
    texture, uv, level = (
        random(1, 2, 8, 8),
        random(1, 2, 4, 4, seed=1),
        random(1, 1, 4, 4, seed=2) * 4 - 0.5,
    )
    together = sample_texture(texture, uv, level=level)
    for i in range(4):
        one = sample_texture(
            texture,
            uv[:, :, i : i + 1, i : i + 1],
            level=level[:, :, i : i + 1, i : i + 1],
        )
        assert torch.allclose(one[0, :, 0, 0], together[0, :, i, i], atol=1e-6)


def test_mip_level_counts_texels_across_a_pixel():
    change = torch.tensor(
        [
            [[0.25, 0.0], [0.0, 0.01]],
            [[0.0, 0.0], [0.0, 1 / 32]],
            [[3 / 64, 0], [4 / 32, 0]],
        ]
    )
    assert torch.allclose(
        mip_level(change, (32, 64)), torch.tensor([4.0, 0.0, math.log2(5)]), atol=1e-5
    )
    assert torch.allclose(mip_level(change, (32, 64), bias=-1.0)[0], torch.tensor(3.0))
    assert torch.isfinite(mip_level(torch.zeros(1, 2, 2), (4, 4))).all()


def test_mask_leaves_the_rest_at_zero_and_agrees_where_it_is_set():
    texture, uv = random(2, 3, 8, 8) + 1, random(2, 2, 5, 6, seed=1)
    mask = random(2, 1, 5, 6, seed=2) > 0.5
    found, whole = sample_texture(texture, uv, mask=mask), sample_texture(texture, uv)
    assert torch.equal(found, torch.where(mask, whole, 0))
    assert (
        sample_texture(texture, uv, mask=torch.zeros_like(mask), level=uv[:, :1]) == 0
    ).all()


def test_a_texture_for_each_view():
    textures, uv = random(3, 2, 4, 4), random(3, 2, 5, 5, seed=1)
    level = random(3, 1, 5, 5, seed=3) * 2
    for options in ({}, {"level": level}):
        found = sample_texture(textures, uv, **options)
        for i in range(3):
            own = {name: value[i : i + 1] for name, value in options.items()}
            assert torch.allclose(
                found[i : i + 1],
                sample_texture(textures[i : i + 1], uv[i : i + 1], **own),
                atol=1e-6,
            )


@pytest.mark.parametrize("wrap", ["repeat", "mirror", "clamp"])
@pytest.mark.parametrize("mip", [False, True])
def test_gradients_of_texture_and_coordinates(wrap, mip):
    texture = random(1, 2, 4, 6, dtype=torch.float64).requires_grad_()
    uv = (random(2, 2, 3, 3, seed=3, dtype=torch.float64) * 3 - 1).requires_grad_()
    level = random(2, 1, 3, 3, seed=4, dtype=torch.float64) * 3 if mip else None
    assert torch.autograd.gradcheck(
        lambda t, x: sample_texture(t, x, level=level, wrap=wrap), (texture, uv)
    )


def test_the_gradient_of_one_pixel_lands_on_four_texels_and_with_mips_on_more():
    texture = random(1, 1, 16, 16).requires_grad_()
    uv = torch.tensor([0.4, 0.3]).view(1, 2, 1, 1)
    sample_texture(texture, uv).sum().backward()
    assert int((texture.grad != 0).sum()) == 4 and torch.allclose(
        texture.grad.sum(), torch.tensor(1.0)
    )
    texture.grad = None
    sample_texture(texture, uv, level=torch.full((1, 1, 1, 1), 2.0)).sum().backward()
    assert int((texture.grad != 0).sum()) == 4 * 16 and torch.allclose(
        texture.grad.sum(), torch.tensor(1.0)
    )


def test_careless_arguments_are_explained():
    texture, uv = random(1, 3, 4, 4), random(1, 2, 4, 4)
    with pytest.raises(
        ValueError, match=r"uv must be \(N, 2, H, W\), not \(1, 4, 4, 2\)"
    ):
        sample_texture(texture, uv.permute(0, 2, 3, 1))
    with pytest.raises(
        ValueError, match="wrap='tile' is not one of 'repeat', 'mirror', 'clamp'"
    ):
        sample_texture(texture, uv, wrap="tile")
    with pytest.raises(ValueError, match="torch.uint8"):
        sample_texture((texture * 255).byte(), uv)
    with pytest.raises(ValueError, match="2 textures for 3 views"):
        sample_texture(texture.expand(2, 3, 4, 4), uv.expand(3, 2, 4, 4))
    assert torch.equal(sample_texture(texture[0], uv), sample_texture(texture, uv))


def test_lookup_of_nothing():
    nothing = torch.zeros(0, dtype=torch.int64)
    assert lookup(random(1, 3, 4, 4), torch.zeros(0, 2), nothing).shape == (3, 0)
    assert lookup(
        random(1, 3, 4, 4), torch.zeros(0, 2), nothing, level=torch.zeros(0)
    ).shape == (3, 0)


def test_mip_levels_have_the_gradient_of_pooling():
    texture = torch.rand(2, 3, 8, 12, dtype=torch.float64, requires_grad=True)
    weight = torch.rand(2, 3, 4, 6, dtype=torch.float64)
    pooled = torch.nn.functional.avg_pool2d(texture, 2)
    ours = mip_levels(texture, 1)[1]
    assert torch.allclose(ours, pooled)
    found, wanted = (
        torch.autograd.grad((level * weight).sum(), texture)[0]
        for level in (ours, pooled)
    )
    assert torch.allclose(found, wanted)
