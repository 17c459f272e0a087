"""Networks from elsewhere: tokens, channels at the end, other people's modules."""

import contextlib

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dputils.images import fourier_image
from dputils.networks import BUNDLED, Network, list_networks, load_network
from dputils.optimize import maximize
from dputils.style import gram_matrix

TIMM = [
    "vit_tiny_patch16_224",
    "swin_tiny_patch4_window7_224",
    "convnext_atto",
    "mixer_s32_224",
    "efficientnet_lite0",
    "deit_tiny_distilled_patch16_224",
    "vit_small_patch16_dinov3",
    "cait_xxs24_224",
    "levit_128s",
]
SAMPLE = ["swin_t", "vit_b_32", "convnext_tiny", "maxvit_t", "mnasnet0_5", "googlenet"]


@contextlib.contextmanager
def cheap_weights():
    """Random weights without torch.nn.init's slow draws: a table, over and over."""
    table = torch.rand(4099, generator=torch.Generator().manual_seed(0)) * 3.4 - 1.7
    names = ("trunc_normal_", "normal_", "kaiming_normal_", "kaiming_uniform_")
    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng():
        torch.manual_seed(0)

        def fill(tensor, *args, **kwargs):
            values = table / max(1, tensor[:1].numel()) ** 0.5
            flat, turns = tensor.detach().view(-1), tensor.numel() // len(table)
            whole, rest = flat.split([turns * len(table), len(flat) % len(table)])
            whole.view(turns, len(table)).copy_(values)
            rest.copy_(values[: len(rest)])
            return tensor

        for name in names:
            patch.setattr(torch.nn.init, name, fill)
        yield


def check(net):
    """Its blocks are listed, its channels true, and a middle layer can be climbed."""
    layers, wrong = net.layers, []
    for name, part in net.module.named_modules():
        wanted = (
            part.out_channels
            if isinstance(part, nn.Conv2d)
            else part.out_features
            if isinstance(part, nn.Linear)
            else part.num_features
            if isinstance(part, nn.BatchNorm2d)
            else part.normalized_shape[0]
            if isinstance(part, nn.LayerNorm)
            else None
        )
        if name in layers and wanted is not None and layers[name] != wanted:
            wrong.append((name, layers[name], wanted))
    assert not wrong
    blocks = [
        name
        for name, part in net.module.named_modules()
        if name in layers and len(list(part.children())) > 1
    ]
    maps = [name for name in blocks if net._listing.layers[name].axes not in ("NC",)]
    assert len(maps) >= 3 or net.name in ("alexnet",) or "vgg" in net.name
    layer = maps[len(maps) // 2] if maps else list(layers)[len(layers) // 2]
    with torch.no_grad():
        found = net(torch.rand(1, 3, 96, 80), [layer])[layer]
    assert found.shape[:2] == (1, layers[layer]) and found.dim() == 4
    assert gram_matrix(found).shape == (1, layers[layer], layers[layer])
    image = fourier_image(64)
    n = layers[layer] // 2
    history = maximize(image, f"{layer}:{n}", net, steps=2, progress=False)
    assert len(history) == 2 and not torch.equal(image(), fourier_image(64)())


@pytest.mark.parametrize("name", SAMPLE)
def test_torchvisions_kinds_are_read(name):
    with cheap_weights():
        check(load_network(name, weights=None))


TORCHVISIONS = [name for name in list_networks() if name not in BUNDLED]
# alike smaller ones, which are a sample of their kind, and minutes in all
GIANTS = (
    *("vit_", "vgg13", "vgg16", "vgg19", "regnet_x_32gf", "regnet_y_32gf"),
    *("regnet_y_128gf", "convnext_large", "swin_b", "swin_v2_b", "wide_resnet101"),
    *("efficientnet_b6", "efficientnet_b7", "efficientnet_v2_l", "resnext101_64x4d"),
)
FIXED = "vit_", "swin", "maxvit", "inception"  # they take one size, or no small ones


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[pytest.mark.thorough] * n.startswith(GIANTS))
        for n in TORCHVISIONS
        if n not in SAMPLE
    ],
)
def test_every_network_is_read(name):
    size = None if name.startswith(FIXED) else 96  # small, for the time it takes
    with cheap_weights():
        check(load_network(name, weights=None, image_size=size))


@pytest.mark.parametrize("name", TIMM)
def test_timms_networks_are_read(name):
    pytest.importorskip("timm", reason="timm is an optional extra")
    check(load_network(f"timm/{name}", weights=None))


def test_timms_names_are_checked():
    pytest.importorskip("timm", reason="timm is an optional extra")
    with pytest.raises(ValueError, match="timm has no network.*'convnext_atto'"):
        load_network("timm/convnext_ato")


# ---- which axis is which -----------------------------------------------------------


class Last(nn.Module):
    """Maps with channels last, as many channels as rows and columns."""

    def __init__(self, width=16):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
        self.norm, self.mix = nn.LayerNorm(width), nn.Linear(width, width)

    def forward(self, x):
        x = self.conv(x).permute(0, 2, 3, 1)
        return self.mix(self.norm(x)).mean((1, 2))


def test_channels_are_found_where_no_shape_tells():
    torch.manual_seed(0)
    module, x = Last().eval(), torch.rand(2, 3, 16, 16)
    net = load_network(module, image_size=16)
    with torch.no_grad():
        found, conv = net(x, ["mix", "conv"]), module.conv(x)
        expected = module.mix(module.norm(conv.permute(0, 2, 3, 1)))
    assert torch.allclose(found["conv"], conv, atol=1e-5)
    assert torch.allclose(found["mix"], expected.permute(0, 3, 1, 2), atol=1e-5)


class Tokens(nn.Module):
    """A small transformer with class tokens before (or after) the patches."""

    def __init__(self, width=16, classes=1, after=False, first=True):
        super().__init__()
        self.patches, self.after = nn.Conv2d(3, width, 4, 4), after
        self.extra = nn.Parameter(torch.randn(1, classes, width))
        self.place = nn.Identity()
        self.block = nn.TransformerEncoderLayer(
            width, 2, 2 * width, batch_first=first, dropout=0.0
        )
        self.first = first

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        extra = self.extra.expand(len(x), -1, -1)
        x = self.place(torch.cat([x, extra] if self.after else [extra, x], 1))
        x = self.block(x) if self.first else self.block(x.transpose(0, 1))
        return x[:, 0] if self.first else x[0]


@pytest.mark.parametrize("classes, after", [(0, False), (1, False), (2, False), (1, 1)])
@pytest.mark.parametrize("first", [True, False])
def test_tokens_become_maps_and_class_tokens_vectors(classes, after, first):
    torch.manual_seed(0)
    module = Tokens(classes=classes, after=after, first=first).eval()
    net = load_network(module, image_size=16)  # 16 tokens of 16 channels
    names = ["block:class", "block:class2"][:classes]
    assert [n for n in net.layers if n.startswith("block:class")] == names
    x = torch.rand(2, 3, 16, 24)  # no position is built in: other sizes work
    with torch.no_grad():
        found = net(x, ["block", *names])
        torch.backends.mha.set_fastpath_enabled(False)
        tokens = module.patches(x).flatten(2).transpose(1, 2)
        extra = module.extra.expand(2, -1, -1)
        tokens = torch.cat([tokens, extra] if after else [extra, tokens], 1)
        given = tokens if first else tokens.transpose(0, 1)
        out = module.block(given)
        torch.backends.mha.set_fastpath_enabled(True)
    out = (out if first else out.transpose(0, 1)).transpose(1, 2)
    places = out[..., :24] if after else out[..., classes:]
    assert torch.allclose(found["block"], places.unflatten(2, (4, 6)), atol=1e-5)
    for k, name in enumerate(names):
        expected = out[..., 24 + k if after else k]
        assert found[name].shape == (2, 16)
        assert torch.allclose(found[name], expected, atol=1e-5)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("first", [True, False])
def test_gradients_reach_what_is_reported_of_tokens(first, after):
    """Grad-CAM asks for them: the network must go on from what was reported."""
    torch.manual_seed(0)
    module = Tokens(after=after, first=first).eval()
    net, x = load_network(module, image_size=16), torch.rand(2, 3, 16, 24)
    names = ["place", "place:class"]
    found = net(x.requires_grad_(), [*names, "logits"])
    maps, token = torch.autograd.grad(
        found["logits"][:, 2].sum(), [found[name] for name in names]
    )
    assert maps.shape == (2, 16, 4, 6) and maps.abs().amin((2, 3)).max() > 0
    assert token.shape == (2, 16) and token.abs().max() > 0
    assert torch.allclose(found["logits"], module(x), atol=1e-5)


def test_gradients_reach_what_is_reported_of_maps_in_another_order():
    torch.manual_seed(0)
    module, x = Last().eval(), torch.rand(2, 3, 16, 16, requires_grad=True)
    net = load_network(module, image_size=16)
    found = net(x, ["norm", "logits"])
    (gradient,) = torch.autograd.grad(found["logits"][:, 2].sum(), found["norm"])
    # a linear layer, then the mean over 256 places
    expected = module.mix.weight[2] / 256
    assert torch.allclose(gradient, expected.view(1, 16, 1, 1).expand(2, 16, 16, 16))
    assert torch.allclose(found["logits"], module(x), atol=1e-5)


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.softmax = nn.Conv2d(3, 8, 4, 4), nn.Softmax(-1)
        self.value = nn.Linear(8, 8)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        weights = self.softmax(x @ x.transpose(1, 2))
        return self.value(weights @ x).mean(1)


def test_attention_weights_are_no_channels():
    net = load_network(Attending(), image_size=32)
    assert "softmax" not in net.layers and net.layers["patches"] == 8


def test_pictures_are_resized_for_networks_of_one_size():
    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4 * 30 * 30, 5)

        def forward(self, x):
            return self.head(self.conv(x).flatten(1))

    net = load_network(Fixed(), image_size=32)
    x = torch.rand(1, 3, 50, 71)
    small = F.interpolate(x, size=(32, 32), mode="bilinear", antialias=True)
    assert torch.allclose(net.logits(x), net.logits(small), atol=1e-6)
    assert net(x, "conv")["conv"].shape == (1, 4, 30, 30)
    maximize(fourier_image(128), "logits:3", net, steps=2, progress=False)


# ---- other people's modules --------------------------------------------------------


def convolutions(channels=3):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(channels, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(True)
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_any_precision(dtype):
    exact = load_network(convolutions(), normalize=((0.4, 0.5, 0.6), 0.2))
    net = load_network(convolutions().to(dtype), normalize=((0.4, 0.5, 0.6), 0.2))
    x = torch.rand(1, 3, 12, 12, requires_grad=True)
    found = net(x, "1")["1"]
    assert found.dtype == (dtype if dtype == torch.float64 else torch.float32)
    assert torch.allclose(found.float(), exact(x, "1")["1"], atol=0.1)
    found.sum().backward()
    assert torch.isfinite(x.grad).all()
    assert len(maximize(fourier_image(32), "1:2", net, steps=2, progress=False)) == 2


@pytest.mark.parametrize("channels", [1, 2, 4, 7])
def test_any_number_of_channels(channels):
    net = load_network(convolutions(channels))
    assert net.channels == channels
    assert net(torch.rand(2, channels, 9, 9), "0")["0"].shape == (2, 6, 9, 9)
    if channels > 1:
        with pytest.raises(ValueError, match=rf"\(N, {channels}, H, W\)"):
            net(torch.rand(1, 3, 9, 9), "0")


def test_the_first_convolution_that_runs_counts():
    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.late, self.early = nn.Conv2d(8, 4, 1), nn.Conv2d(3, 8, 1)

        def forward(self, x):
            return self.late(self.early(x))

    net = load_network(Backwards())
    assert net(torch.rand(1, 3, 9, 9), "late")["late"].shape == (1, 4, 9, 9)


@pytest.mark.parametrize("error", [AttributeError("no such thing"), KeyError("x")])
def test_what_a_module_raises_is_said(error):
    class Broken(nn.Module):
        def forward(self, x):
            raise error

    net = load_network(Broken())
    for ask in (
        lambda: net.layers,
        lambda: net(torch.rand(1, 3, 9, 9)),
        lambda: net.channels,
    ):
        with pytest.raises(RuntimeError, match=f"Broken.*{type(error).__name__}"):
            ask()


def test_a_module_that_returns_nothing_still_has_its_layers():
    class Silent(nn.Module):
        def __init__(self, inner):
            super().__init__()
            if inner:
                self.inner = nn.Conv2d(3, 5, 3)

        def forward(self, x):
            getattr(self, "inner", lambda x: x)(x)

    net = load_network(Silent(True))
    assert net.layers == {"inner": 5}
    assert net(torch.rand(1, 3, 9, 9), "inner")["inner"].shape == (1, 5, 7, 7)
    with pytest.raises(RuntimeError, match="returns no tensor"):
        _ = load_network(Silent(False)).layers


def test_a_tuple_that_is_changed_in_place_is_reported_as_it_was():
    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x):
            y = self.conv(x)
            return y, y.mean()

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.pair = Pair()

        def forward(self, x):
            y, mean = self.pair(x)
            return y.mul_(0).add_(mean).mean((2, 3))

    module, x = Outer(), torch.rand(1, 3, 9, 9)
    net = load_network(module)
    assert torch.allclose(net(x, ["pair", "logits"])["pair"], module.pair.conv(x))


@pytest.mark.parametrize("listed", [24, 32, 40, 64])
def test_a_layer_that_runs_until_the_map_is_small(listed):
    class Shrinking(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)

        def forward(self, x):
            while x.shape[-1] > 8:
                x = self.down(x)
            return x.mean((2, 3))

    net = load_network(Shrinking(), image_size=listed)
    for size in (16, 32, 48, 64, 200):
        found = net(torch.rand(1, 3, size, size), "down")["down"]
        assert found.shape[-1] <= 8, size


def test_a_module_with_two_names_answers_to_both():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Conv2d(3, 4, 3)
            self.alias = self.encoder

        def forward(self, x):
            return self.alias(x).mean((2, 3))

    net = load_network(Shared())
    assert net.layers == {"encoder": 4, "alias": 4, "logits": 4}
    found = net(torch.rand(1, 3, 9, 9), ["alias", "encoder"])
    assert torch.equal(found["alias"], found["encoder"])


@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("inputs, shape", [(784, (1, 28, 28)), (3072, (3, 32, 32))])
def test_networks_of_numbers_in_a_row(flatten, inputs, shape):
    layers = [nn.Flatten()] * flatten + [nn.Linear(inputs, 20), nn.ReLU()]
    net = load_network(nn.Sequential(*layers, nn.Linear(20, 10)))
    assert (net.channels, *net.image_size) == shape
    assert net.logits(torch.rand(2, *shape)).shape == (2, 10)
    assert len(maximize(fourier_image(28), "logits:3", net, steps=2, progress=False))


def test_the_size_of_small_networks_is_found():
    net = load_network(
        nn.Sequential(nn.Conv2d(1, 4, 5), nn.Flatten(), nn.Linear(4 * 24 * 24, 10))
    )
    assert tuple(net.image_size) == (28, 28) and net.layers["logits"] == 10
    odd = nn.Sequential(nn.Conv2d(1, 4, 5), nn.Flatten(), nn.Linear(4 * 13 * 13, 10))
    with pytest.raises(RuntimeError, match=r"image_size=28\)"):
        _ = load_network(odd).layers
    assert load_network(odd, image_size=17).layers["logits"] == 10


def test_weights_alone_are_no_network():
    with pytest.raises(TypeError, match="state_dict.*load_state_dict"):
        load_network(convolutions().state_dict())
    with pytest.raises(TypeError, match="not int"):
        load_network(3)


def test_the_callers_module_is_left_alone():
    module = convolutions().train()
    net = load_network(module)
    net(torch.rand(1, 3, 9, 9), "2")
    assert module.training and all(p.requires_grad for p in module.parameters())
    assert module[2].inplace
    outer = nn.Module()
    outer.frozen, outer.own = net, module
    outer.train()
    x = torch.rand(2, 3, 9, 9)
    assert torch.equal(net(x, "1")["1"], net(x, "1")["1"])
    assert not any(part.training for part in net.modules()) and module.training


def test_a_module_that_cannot_be_copied_is_frozen_itself():
    module = nn.Conv2d(3, 4, 3)
    module.computed = module.weight * 2  # no leaf: deepcopy refuses
    with pytest.warns(UserWarning, match="cannot be copied.*frozen"):
        net = Network(nn.Sequential(module))
    assert net.layers["0"] == 4 and not module.weight.requires_grad


def test_names_take_their_own_sizes_and_classes():
    net = load_network("patternnet", image_size=32, classes=["a"] * 80)
    assert net.image_size == 32 and net.classes == ["a"] * 80
