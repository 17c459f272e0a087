import copy
import functools
from urllib.error import URLError

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

from dputils.networks import (
    Network,
    PatternNet,
    PatternNetPlain,
    RedirectedReLU,
    list_networks,
    load_network,
)
from dputils.objectives import logit
from dputils.optimize import maximize

TORCHVISION = ["squeezenet1_0", "googlenet", "resnet18", "vgg11", "mobilenet_v2"]


def reference_activations(module, x, names):
    """Every named module's output in a complete run, copied at once so that in-place
    layers cannot change it.
    """
    found, hooks = {}, []
    for name, part in module.named_modules():
        if name in names:
            hooks.append(
                part.register_forward_hook(
                    lambda m, i, out, name=name: found.__setitem__(name, out.clone())
                )
            )
    found["logits"] = module(x)
    for hook in hooks:
        hook.remove()
    return found


def torchvision_module(name, seed=0):
    return copy.deepcopy(_torchvision_module(name, seed))


@functools.cache
def _torchvision_module(name, seed):
    torch.manual_seed(seed)
    options = {"init_weights": False} if name in ("googlenet", "vgg11") else {}
    module = models.get_model(name, weights=None, **options).eval()
    if name == "vgg11":  # its 500 MB of linear layers would only slow the tests down
        module.classifier = nn.Sequential(
            nn.Linear(512 * 49, 16), nn.ReLU(True), nn.Linear(16, 10)
        ).eval()
    return module


# ---- a truncated network is the full one, cut --------------------------------------


@pytest.mark.parametrize("name", TORCHVISION)
def test_every_layer_is_the_full_networks(name):
    module = torchvision_module(name)
    original = copy.deepcopy(module)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    net = load_network(module, normalize=(mean, std))
    x = torch.rand(2, 3, 64, 64)
    normalised = (x - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[
        :, None, None
    ]
    with torch.no_grad():
        expected = reference_activations(original, normalised, set(net.layers))
        together = net(x, net.layers)
        names = list(net.layers)
        for layer in (*names[::9], *names[-3:]):
            alone = net(x, layer)[layer]
            assert torch.allclose(alone, together[layer], atol=1e-5), layer
    for layer, channels in net.layers.items():
        assert together[layer].shape[1] == channels, layer
        assert torch.allclose(together[layer], expected[layer], rtol=1e-4, atol=1e-5), (
            layer
        )


@pytest.mark.parametrize("kind", [PatternNet, PatternNetPlain])
def test_bundled_architectures_are_read_layer_by_layer(kind):
    module = kind(["a", "b", "c"])
    net = load_network(
        copy.deepcopy(module), normalize=(0.5, 0.25), classes=module.classes
    )
    x = torch.rand(1, 3, 32, 32)
    value = (x - 0.5) / 0.25
    with torch.no_grad():
        for name in module.block_names:
            value = getattr(module, name)(value)
            assert torch.allclose(net(x, name)[name], value, atol=1e-5)
            assert net.layers[name] == value.shape[1]
        assert torch.allclose(
            net.logits(x), module.logits(value.mean((2, 3))), atol=1e-5
        )
    assert list(net.layers)[-1] == "logits" and net.layers["logits"] == 3


def test_nothing_deeper_is_computed(network, images):
    runs = []
    for name, part in network.module.named_modules():
        part.register_forward_hook(lambda m, i, out, name=name: runs.append(name))
    _ = network.layers  # listing runs everything once
    runs.clear()
    network(images, ["second"])
    assert "second" in runs and not {"third", "third.conv", "head"} & set(runs)
    runs.clear()
    network(images, ["first", "second.conv"])
    assert not {"second.relu", "second", "third"} & set(runs)


def test_layers_are_listed_in_order_with_their_channels(network):
    assert list(network.layers.items()) == [
        ("first.conv", 4),
        ("first.relu", 4),
        ("first", 4),
        ("second.conv", 6),
        ("second.relu", 6),
        ("second", 6),
        ("third.conv", 8),
        ("third.relu", 8),
        ("third", 8),
        ("head", 5),
        ("logits", 5),
    ]


def test_a_layer_used_twice_gives_its_last_value():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x):
            return self.conv(self.conv(x))

    module, x = Twice(), torch.rand(1, 3, 8, 8)
    assert torch.allclose(
        load_network(module)(x, "conv")["conv"], module.conv(module.conv(x)), atol=1e-6
    )


def test_any_size_and_batch(network):
    for shape in ((1, 3, 5, 9), (3, 3, 40, 17)):
        assert network(torch.rand(shape), "first")["first"].shape == (
            shape[0],
            4,
            *shape[2:],
        )


def test_small_pictures_reach_the_layers_that_they_can():
    net = load_network(torchvision_module("squeezenet1_0"))
    assert net(torch.rand(1, 3, 21, 21), "features.3")["features.3"].shape[:2] == (
        1,
        128,
    )


# ---- in-place ReLUs ----------------------------------------------------------------


def test_in_place_relus_do_not_overwrite_what_was_captured(make_small_network, images):
    plain, inplace = make_small_network(), make_small_network(inplace=True)
    for layer in plain.layers:
        assert torch.equal(
            plain(images, plain.layers)[layer], inplace(images, inplace.layers)[layer]
        )
    conv = inplace(images, ["first.conv", "third"])["first.conv"]
    assert (conv < 0).any()


class FunctionalInPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.bn = nn.BatchNorm2d(6)
        self.last = nn.Conv2d(6, 4, 1)

    def forward(self, x):
        return self.last(F.relu(self.bn(self.conv(x)), inplace=True)).mean((2, 3))


def test_functional_in_place_relus_do_not_either(images):
    module = FunctionalInPlace().eval()
    found = load_network(module)(images, ["bn", "logits"])
    assert (
        torch.allclose(found["bn"], module.bn(module.conv(images)), atol=1e-6)
        and (found["bn"] < 0).any()
    )
    assert torch.allclose(found["logits"], module(images), atol=1e-6)


# ---- before the ReLU ---------------------------------------------------------------


def test_pre_gives_the_value_before_the_relu(network, images):
    found = network(images, ["second:pre", "second", "second.conv"])
    assert torch.equal(found["second:pre"], found["second.conv"])
    assert torch.equal(found["second"], found["second:pre"].clamp(min=0))
    assert (found["second:pre"] < 0).any()


@pytest.mark.parametrize(
    "name, block, before",
    [
        ("googlenet", "conv2", "conv2.bn"),
        ("vgg11", "features.4", "features.3"),
        ("mobilenet_v2", "features.1.conv.0", "features.1.conv.0.1"),
    ],
)
def test_pre_works_in_torchvisions_networks(name, block, before):
    net = load_network(torchvision_module(name))
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        found = net(x, [f"{block}:pre", block, before])
    assert torch.allclose(found[f"{block}:pre"], found[before], atol=1e-6)
    assert (found[f"{block}:pre"] < 0).any() and (found[block] >= 0).all()


def test_pre_of_a_residual_block_is_the_sum():
    net = load_network(torchvision_module("resnet18"))
    # bn2's output is added to in place, which must not change what was captured
    with torch.no_grad():
        found = net(
            torch.rand(1, 3, 64, 64),
            ["layer2.0:pre", "layer2.0", "layer2.0.bn2", "layer2.0.downsample"],
        )
    assert torch.allclose(
        found["layer2.0:pre"],
        found["layer2.0.bn2"] + found["layer2.0.downsample"],
        atol=1e-5,
    )
    assert torch.equal(found["layer2.0"], found["layer2.0:pre"].clamp(min=0))


@pytest.mark.parametrize(
    "name, block, parts",
    [
        (
            "squeezenet1_0",
            "features.4",
            ["features.4.expand1x1", "features.4.expand3x3"],
        ),
        (
            "googlenet",
            "inception3a",
            [
                "inception3a.branch1.bn",
                "inception3a.branch2.1.bn",
                "inception3a.branch3.1.bn",
                "inception3a.branch4.1.bn",
            ],
        ),
    ],
)
def test_pre_joins_concatenated_branches(name, block, parts):
    net = load_network(torchvision_module(name))
    with torch.no_grad():
        found = net(torch.rand(1, 3, 64, 64), [f"{block}:pre", block, *parts])
    assert torch.allclose(
        found[f"{block}:pre"], torch.cat([found[part] for part in parts], 1), atol=1e-6
    )
    assert torch.equal(found[f"{block}:pre"].clamp(min=0), found[block])


def test_pre_passes_gradients_where_the_relu_is_off(network, images):
    images.requires_grad_()
    network(images, "third:pre")["third:pre"].clamp(max=0).sum().backward()
    assert images.grad.abs().sum() > 0


def test_pre_is_refused_where_no_relu_is(network, images):
    with pytest.raises(ValueError, match="does not come straight from a ReLU"):
        network(images, "second.conv:pre")


# ---- redirected ReLU ---------------------------------------------------------------


def test_redirection_leaves_values_unchanged(network, images):
    with torch.no_grad():
        usual = network(images, network.layers)
        with network.redirected_relu():
            redirected = network(images, network.layers)
        after = network(images, network.layers)
    for layer in network.layers:
        assert torch.equal(usual[layer], redirected[layer]) and torch.equal(
            usual[layer], after[layer]
        )


def relu_gradient(x, grad, upper=None):
    x = torch.tensor(x).requires_grad_()
    RedirectedReLU.apply(x, upper).backward(torch.tensor(grad))
    return x.grad.tolist()


def test_redirection_follows_the_originals_rule():
    """Per picture: the usual gradient if any of it survives; else all of it that does
    not push further down.
    """
    alive = ([[-1.0, 2.0, -3.0]], [[-1.0, 1.0, 1.0]])
    assert relu_gradient(*alive) == [[0.0, 1.0, 0.0]]
    # descent against +1 would lower the value further
    dead = ([[-1.0, -2.0, -3.0]], [[-1.0, 1.0, 0.0]])
    assert relu_gradient(*dead) == [[-1.0, 0.0, 0.0]]
    silent = ([[2.0, -2.0]], [[0.0, -1.0]])  # on, but nobody asks it to move
    assert relu_gradient(*silent) == [[0.0, -1.0]]


def test_redirection_decides_for_each_picture():
    assert relu_gradient([[-1.0, 2.0], [-1.0, -2.0]], [[-1.0, 1.0], [-1.0, 1.0]]) == [
        [0.0, 1.0],
        [-1.0, 0.0],
    ]


def test_redirection_of_relu6_has_two_ends():
    assert relu_gradient([[7.0, -1.0, 3.0]], [[1.0, -1.0, 2.0]], 6.0) == [
        [0.0, 0.0, 2.0]
    ]
    assert relu_gradient([[7.0, 8.0, -1.0]], [[1.0, -1.0, -1.0]], 6.0) == [
        [1.0, 0.0, -1.0]
    ]
    x = torch.tensor([-1.0, 3.0, 9.0])
    assert RedirectedReLU.apply(x, 6.0).tolist() == [0.0, 3.0, 6.0]


class Off(nn.Module):
    """Channel 0 is off for every picture that is not very bright; ReLU or ReLU6, module
    or function.
    """

    def __init__(self, relu):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, padding=1)
        nn.init.constant_(self.conv.weight, 0.2)
        # 27 taps of 0.2 on a white picture give 5.4
        nn.init.constant_(self.conv.bias, -4.5)
        self.relu, self.act = relu, nn.Identity()

    def forward(self, x):
        return self.act(self.relu(self.conv(x))).mean((2, 3))


RELUS = {
    "module": nn.ReLU(),
    "in place": nn.ReLU(inplace=True),
    "function": F.relu,
    "torch": torch.relu,
    "method": lambda x: x.relu(),
    "functional in place": lambda x: F.relu(x, inplace=True),
    "relu6": nn.ReLU6(),
    "functional relu6": F.relu6,
}


@pytest.mark.parametrize("relu", RELUS.values(), ids=RELUS)
def test_a_dead_channel_comes_alive(relu):
    from dputils.images import pixel_image

    net = load_network(Off(relu))
    grey = torch.full((1, 3, 8, 8), 0.5, requires_grad=True)
    assert net(grey, "act")["act"].max() == 0
    stuck, image = pixel_image(8), pixel_image(8)
    options = dict(steps=80, lr=0.1, transforms=[], progress=False)
    assert maximize(stuck, "act:0", net, redirect_relu=0, **options).objective[-1] == 0
    assert (
        maximize(image, "act:0", net, redirect_relu=80, **options).objective[-1] > 0.1
    )


def test_redirection_ends_with_its_block(network, images):
    with pytest.raises(RuntimeError):
        with network.redirected_relu():
            raise RuntimeError
    grads = []
    for _ in range(2):
        x = images.clone().requires_grad_()
        network(x, "third")["third"].sum().backward()
        grads.append(x.grad)
    assert torch.equal(*grads) and not network._redirect


# ---- what goes in ------------------------------------------------------------------


def test_normalisation_is_applied_once(make_small_network, images):
    mean, std = [0.1, 0.2, 0.3], [0.5, 0.6, 0.7]
    raw, net = make_small_network(), make_small_network(mean=mean, std=std)
    normalised = (images - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[
        :, None, None
    ]
    assert torch.allclose(net.logits(images), raw.logits(normalised), atol=1e-6)
    own = load_network(raw.module, normalize=(0.5, 0.25), image_size=16)
    assert torch.allclose(
        own.logits(images), raw.logits((images - 0.5) / 0.25), atol=1e-6
    )


def test_grey_pictures_are_repeated(network, images):
    grey = images[:, :1]
    assert torch.equal(network.logits(grey), network.logits(grey.repeat(1, 3, 1, 1)))


def test_a_one_channel_network_sees_the_luma(make_small_network, images):
    net = make_small_network(channels=1)
    luma = 0.299 * images[:, :1] + 0.587 * images[:, 1:2] + 0.114 * images[:, 2:]
    assert torch.allclose(net.logits(images), net.logits(luma), atol=1e-6)
    x = images.clone().requires_grad_()
    net.logits(x).sum().backward()
    assert x.grad[:, 1].abs().sum() > x.grad[:, 2].abs().sum() > 0


def test_gradients_of_the_output_reach_what_is_reported(network, images):
    """Grad-CAM asks for them."""
    found = network(images.requires_grad_(), ["second", "logits"])
    (grad,) = torch.autograd.grad(found["logits"][:, 2].sum(), found["second"])
    assert grad.shape == found["second"].shape and grad.abs().sum() > 0


def test_gradients_reach_images_and_not_weights(network, images):
    images.requires_grad_()
    network.logits(images).sum().backward()
    assert images.grad.abs().sum() > 0
    assert all(p.grad is None and not p.requires_grad for p in network.parameters())


def test_the_network_stays_in_evaluation_mode():
    net = load_network(
        nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Dropout(0.9)).train()
    )
    x = torch.rand(2, 3, 4, 4)
    assert torch.equal(net.logits(x), net.logits(x)) and not net.module.training


# ---- names and weights -------------------------------------------------------------


def test_wrong_layers_get_the_nearest_names(network, images):
    with pytest.raises(ValueError, match="no layer 'secnd'; the nearest are 'second'"):
        network(images, "secnd")
    with pytest.raises(ValueError, match="no layer 'Third:pree'"):
        network(images, "Third:pree")


def test_wrong_networks_get_the_nearest_names():
    with pytest.raises(
        ValueError, match="no network 'squeezenet'; the nearest are .*'squeezenet1_"
    ):
        load_network("squeezenet")
    with pytest.raises(ValueError, match="'patternnet'"):
        load_network("patternet")


def test_networks_are_listed():
    names = list_networks()
    assert names[:2] == ["patternnet", "patternnet-plain"]
    # not a classifier
    assert {"googlenet", "vgg19", "squeezenet1_0"} <= set(
        names
    ) and "raft_large" not in names


def test_torchvisions_own_normalisation_is_used():
    net = load_network("squeezenet1_0", weights=None)
    preset = models.SqueezeNet1_0_Weights.DEFAULT.transforms()
    assert net.mean.flatten().tolist() == pytest.approx(preset.mean)
    assert net.std.flatten().tolist() == pytest.approx(preset.std)
    other = load_network("squeezenet1_0", weights=None, normalize=(0.5, 0.5))
    assert other.mean.item() == other.std.item() == 0.5


@pytest.mark.parametrize("name", ["squeezenet1_0", "shufflenet_v2_x0_5", "swin_t"])
def test_torchvisions_networks_say_the_same_in_their_faster_order_of_memory(name):
    torch.manual_seed(0)
    net = load_network(name, weights=None)
    x = torch.rand(1, 3, 96, 96)
    kernels = [
        part.weight for part in net.module.modules() if isinstance(part, nn.Conv2d)
    ]
    reordered = all(
        kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels
    )
    assert reordered or torch.cuda.is_available()
    names = list(net.layers)[::7]
    found = net(x, names)
    net.module.to(memory_format=torch.contiguous_format)
    for layer, expected in net(x, names).items():
        assert torch.allclose(found[layer], expected, rtol=1e-4, atol=1e-5), layer


def test_a_module_of_ones_own_keeps_its_order_of_memory():
    """Many a small network flattens by `view`, which refuses what a convolution in
    another order returns.
    """

    class Viewing(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4 * 36, 5)

        def forward(self, x):
            return self.head(self.conv(x).view(len(x), -1))

    assert load_network(Viewing(), image_size=8).logits(
        torch.rand(2, 3, 8, 8)
    ).shape == (2, 5)


@pytest.fixture
def offline(monkeypatch):
    """Every download fails, as on a machine without a network."""

    def fail(*args, **kwargs):
        raise URLError("Name or service not known")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)


def test_without_a_network_the_wanted_file_is_named(offline):
    with pytest.raises(RuntimeError) as caught:
        load_network("squeezenet1_0")
    message = str(caught.value)
    for part in (
        "squeezenet1_0-b66bff10.pth",
        "https://download.pytorch.org",
        "checkpoints",
        "TORCH_HOME",
        "weights=None",
        "load_network('patternnet')",
    ):
        assert part in message


@pytest.mark.parametrize(
    "weights", ["DEFAULT", "IMAGENET1K_V1", models.SqueezeNet1_0_Weights.IMAGENET1K_V1]
)
def test_weights_by_name_or_member_bring_their_classes(monkeypatch, weights):
    state = torchvision_module("squeezenet1_0", seed=1).state_dict()
    monkeypatch.setattr(
        "torchvision.models._api.load_state_dict_from_url",
        lambda *args, **kwargs: state,
    )
    net = load_network("squeezenet1_0", weights=weights)
    assert torch.equal(net.module.features[0].weight, state["features.0.weight"])
    assert len(net.classes) == 1000 and net.classes[1] == "goldfish"
    found = net(torch.rand(1, 3, 64, 64))
    assert logit("goldfish")(found) == found["logits"][0, 1]


def test_unknown_weights_are_listed():
    with pytest.raises(ValueError, match="no weights 'IMAGENET'.*IMAGENET1K_V1"):
        load_network("squeezenet1_0", weights="IMAGENET")


# ---- the bundled networks ----------------------------------------------------------


@pytest.mark.parametrize("name", ["patternnet", "patternnet-plain"])
def test_bundled_networks_load_and_know_their_classes(name):
    net = load_network(name)
    assert isinstance(net, Network) and net.name == name
    assert len(net.classes) == net.layers["logits"] == len(set(net.classes)) >= 50
    assert not any(isinstance(part, nn.BatchNorm2d) for part in net.module.modules())
    x = torch.rand(2, 3, 96, 96)
    assert net.logits(x).shape == (2, len(net.classes))
    assert torch.isfinite(net.logits(x)).all()
