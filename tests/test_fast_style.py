"""The network that repaints in one pass: its normalization, its mixtures of styles, its
file, and what it does.
"""

import json

import numpy as np
import pytest
import torch
from scripts import load_script

from dputils.data import data_path, sample_image
from dputils.networks import load_network
from dputils.style import (
    ConditionalNorm,
    FastStyle,
    gram_matrix,
    load_fast_style,
    style_loss,
)
from dputils.style.fast import save


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def small(**options):
    torch.manual_seed(0)
    net = FastStyle(["oil", "ink", "chalk"], width=4, blocks=1, **options)
    for part in net.modules():
        if isinstance(part, ConditionalNorm):  # styles that differ
            torch.nn.init.normal_(part.gain, 1, 0.3)
            torch.nn.init.normal_(part.shift, 0, 0.3)
    return net.requires_grad_(False)


@pytest.mark.parametrize(
    "kind, reference",
    [("instance", torch.nn.InstanceNorm2d), ("batch", torch.nn.BatchNorm2d)],
)
def test_normalization_is_pytorchs(kind, reference):
    x = noise(3, 5, 8, 9) * 4 - 1
    norm = ConditionalNorm(5, 2, kind)
    assert torch.allclose(
        norm(x, torch.tensor([[1.0, 0.0]])), reference(5, affine=False)(x), atol=1e-5
    )
    with torch.no_grad():
        norm.gain[1], norm.shift[1] = 3.0, -1.0
    styled = norm(x, torch.tensor([[0.0, 1.0]]))
    assert torch.allclose(styled, 3 * reference(5, affine=False)(x) - 1, atol=1e-4)


def test_instance_normalization_forgets_contrast():
    x = noise(1, 6, 16, 16)
    norm = ConditionalNorm(6, 1)
    assert torch.allclose(
        norm(x, torch.ones(1, 1)), norm(5 + 0.2 * x, torch.ones(1, 1)), atol=1e-2
    )
    plain = ConditionalNorm(6, 1, "none")
    assert torch.equal(plain(x, torch.ones(1, 1)), x)


@pytest.mark.parametrize("height, width", [(32, 32), (33, 50), (16, 19)])
def test_size_and_range(height, width):
    painted = small()(noise(2, 3, height, width), "ink")
    assert painted.shape == (2, 3, height, width)
    assert 0 <= painted.min() and painted.max() <= 1


def test_styles_by_name_index_shares_and_tensor():
    net, x = small(), noise(1, 3, 24, 24)
    ink = net(x, "ink")
    for same in (
        1,
        -2,
        {"ink": 1.0},
        torch.tensor([0.0, 1, 0]),
        torch.tensor([[0.0, 1, 0]]),
    ):
        assert torch.allclose(net(x, same), ink)
    assert not torch.allclose(net(x, "oil"), ink)
    half = net(x, {"ink": 0.5, "oil": 0.5})
    assert torch.allclose(half, net(x, torch.tensor([0.5, 0.5, 0])))
    # styles are mixed, pictures are not
    assert not torch.allclose(half, (net(x, "oil") + ink) / 2, atol=1e-3)


def test_each_picture_of_a_batch_by_itself():
    net, x = small(), noise(3, 3, 24, 24)
    together = net(x, torch.eye(3))
    for k in range(3):
        assert torch.allclose(together[k], net(x[k : k + 1], k)[0], atol=1e-5)


def test_grey_pictures_are_painted_as_colours():
    net, grey = small(), noise(2, 1, 24, 21)
    assert torch.equal(net(grey, "ink"), net(grey.expand(-1, 3, -1, -1), "ink"))
    grey.requires_grad_()
    net(grey, "ink").square().mean().backward()
    assert grey.grad.abs().sum() > 0


@pytest.mark.parametrize("channels", [1, 3])
def test_bytes_are_painted_as_what_they_stand_for(channels):
    net = small()
    photograph = (255 * noise(1, channels, 24, 24)).round().byte()
    assert torch.equal(net(photograph, "oil"), net(photograph / 255, "oil"))
    mask = photograph > 99
    assert torch.equal(net(mask, "oil"), net(mask.float(), "oil"))


@pytest.mark.parametrize("given", [torch.float16, torch.bfloat16, torch.float64])
def test_pictures_of_every_precision_are_painted_in_the_networks(given):
    net, x = small(), noise(1, 3, 24, 24)
    painted = net(x.to(given), {"ink": 0.5, "oil": 0.5})
    assert painted.dtype == torch.float32
    assert torch.equal(painted, net(x.to(given).float(), {"ink": 0.5, "oil": 0.5}))
    other = small().to(given)
    found = other(x, "ink")
    assert found.dtype == given
    assert torch.allclose(found.float(), net(x, "ink"), atol=0.05)


def test_what_cannot_be_painted_is_explained():
    net = small()
    with pytest.raises(
        ValueError, match=r"\(1, 4, 24, 24\).*blend_over.*images\[:, :3\]"
    ):
        net(noise(1, 4, 24, 24))
    with pytest.raises(ValueError, match="the photograph has values of torch.int64"):
        net(torch.zeros(1, 3, 24, 24).long())
    with pytest.raises(ValueError, match="not ndarray; read_image makes one"):
        net(noise(1, 3, 24, 24).numpy())
    for shape in ((1, 2, 24, 24), (1, 24, 24), (1, 1, 15, 24)):
        with pytest.raises(ValueError, match=r"\(N, 1, H, W\), of 16 pixels or more"):
            net(noise(*shape))


def test_styles_may_be_numpys_and_pytorchs_numbers():
    net, x = small(), noise(1, 3, 24, 24)
    for number in (np.int64(1), torch.tensor(1), np.uint8(1)):
        assert torch.equal(net(x, number), net(x, "ink"))
    for bad in (np.int64(3), torch.tensor([0, 1]), 0.5, None):
        with pytest.raises(ValueError, match="no style"):
            net(x, bad)


def test_gradients_reach_photograph_mixture_and_weights():
    net = small().requires_grad_(True)
    x, mixture = (
        noise(1, 3, 24, 24).requires_grad_(),
        torch.full((1, 3), 1 / 3).requires_grad_(),
    )
    net(x, mixture).square().mean().backward()
    assert all(
        part.grad.abs().sum() > 0
        for part in (x, mixture, net.down[0].conv.weight, net.last.norm.gain)
    )


@pytest.mark.parametrize(
    "images, style, message",
    [
        (torch.zeros(3, 24, 24), 0, r"images of shape \(N, 3, H, W\)"),
        (torch.zeros(1, 3, 8, 24), 0, "16 pixels or more"),
        (torch.zeros(1, 3, 24, 24), "inc", "no style 'inc'; the nearest are 'ink'"),
        (torch.zeros(1, 3, 24, 24), 3, "no style 3"),
        (torch.zeros(1, 3, 24, 24), {"oil": 0.5, "tar": 0.5}, "no style 'tar'"),
        (torch.zeros(1, 3, 24, 24), torch.zeros(2), r"one share a style, shape \(3,\)"),
    ],
)
def test_careless_use_is_explained(images, style, message):
    with pytest.raises(ValueError, match=message):
        small()(images, style)


def test_unknown_normalization():
    with pytest.raises(
        ValueError, match='"instance", "batch" or "none", not \'layer\''
    ):
        ConditionalNorm(4, 2, "layer")


def test_saved_and_read_again(tmp_path):
    net, path = small(), tmp_path / "net.safetensors"
    save(net, path, {"steps": 7})
    again, x = load_fast_style(path), noise(1, 3, 24, 24)
    assert again.styles == net.styles and again.meta["steps"] == 7
    # stored in 16 bits
    assert torch.allclose(again(x, "chalk"), net(x, "chalk"), atol=1e-2)
    assert not any(p.requires_grad for p in again.parameters())
    with pytest.raises(ValueError, match="is not a network of styles"):
        load_fast_style(data_path("patternnet/plain.safetensors"))


def test_bundled_network_brings_each_painting_nearer():
    """Every style, on a photograph that training did not see: nearer to its painting
    than the photograph is.
    """
    net, judge = load_fast_style(), load_network()
    assert data_path("fast_style/twelve_styles.safetensors").stat().st_size <= 2_000_000
    layers, photograph = ["conv1", "conv2", "conv3", "conv4"], sample_image("cat", 96)
    paintings = torch.cat([sample_image(style, (192, 288)) for style in net.styles])
    target = {layer: gram_matrix(a) for layer, a in judge(paintings, layers).items()}

    def distances(pictures):
        grams = {layer: gram_matrix(a) for layer, a in judge(pictures, layers).items()}
        return torch.stack(
            [
                style_loss(
                    {layer: g[k : k + 1] for layer, g in grams.items()},
                    {layer: g[k : k + 1] for layer, g in target.items()},
                    relative=True,
                )
                for k in range(len(net.styles))
            ]
        )

    painted = net(
        photograph.expand(len(net.styles), -1, -1, -1), torch.eye(len(net.styles))
    )
    assert (distances(painted) < 0.8 * distances(photograph.expand_as(painted))).all()


def load_training():
    return load_script(data_path("fast_style/train.py"))


def test_training_lowers_the_loss_and_repeats(monkeypatch):
    training = load_training()
    monkeypatch.setattr(
        training, "photographs", lambda device: [sample_image("rocket", 64)[0]]
    )
    monkeypatch.setattr(training, "drawn", lambda size: noise(2, 3, size, size))
    options = dict(
        steps=12, size=32, batch=2, width=4, blocks=1, lr=1e-2, say=lambda line: None
    )
    (net, history), (_, again) = (
        training.train(["leaded_window"], **options) for _ in range(2)
    )
    assert history == again
    assert sum(history[-1]) < sum(history[0])
    assert json.dumps(net.styles) == '["leaded_window"]'
