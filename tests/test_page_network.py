"""Networks as data for pages: what is written, what is refused, and what int8 costs."""

import base64
import json
import sys
import zlib

import numpy as np
import pytest
import torch
from scripts import ROOT
from torch import nn

from dputils.networks import Network, load_network
from dputils.widgets import export_for_page, page_weights


class Forked(nn.Module):
    """Two convolutions side by side, as in a fire module; functions and modules."""

    def __init__(self):
        super().__init__()
        self.one, self.three = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 8, 3, padding="same")
        self.drop, self.logits = nn.Dropout(), nn.Linear(12, 5)

    def forward(self, x):
        x = torch.relu(torch.cat([self.one(x), self.three(x)], dim=1))
        return self.logits(self.drop(x).mean((-1, -2)))


def small(*extra):
    return nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), *extra)


def test_layers_are_written_in_the_order_of_computation():
    exported = export_for_page(Forked())
    told = [
        (layer["name"], layer["kind"], layer["from"]) for layer in exported["layers"]
    ]
    assert told == [
        ("one", "conv", ["input"]),
        ("three", "conv", ["input"]),
        ("cat", "concat", ["one", "three"]),
        ("relu", "relu", ["cat"]),
        ("mean", "mean", ["relu"]),
        ("logits", "linear", ["mean"]),
    ]
    assert exported["layers"][1]["padding"] == 1, '"same" is a number for the page'
    assert json.loads(json.dumps(exported)) == exported


@pytest.mark.parametrize("precision", ["int8", "float16"])
def test_weights_can_be_read_back(precision):
    module = small(nn.Conv2d(8, 500, 3), nn.Conv2d(500, 30, 3, bias=False))
    exported = export_for_page(module, weights=precision)
    blob, at = zlib.decompress(base64.b64decode(exported["weights"])), 0

    def take(kind, count):
        nonlocal at
        begin, at = at, at + count * np.dtype(kind).itemsize
        return torch.from_numpy(np.frombuffer(blob[begin:at], kind).astype(np.float32))

    convolutions = [part for part in module if isinstance(part, nn.Conv2d)]
    layers = [layer for layer in exported["layers"] if layer["kind"] == "conv"]
    few = "int16" if precision == "int8" else precision
    assert [layer["stored"] for layer in layers] == [few, precision, precision]
    for layer, part in zip(layers, convolutions):
        bias = take("<f4", layer["outputs"])
        assert torch.equal(bias, torch.zeros(30) if part.bias is None else part.bias)
        stored, count = layer["stored"], part.weight.numel()
        halves = stored == "float16"
        scale = torch.ones(1) if halves else take("<f4", layer["outputs"])
        numbers = take("<f2" if halves else "i1", count)
        if stored == "int16":  # all high bytes, then all low ones
            numbers = 256 * numbers + take("u1", count)
        weight = numbers.view(part.weight.shape) * scale.view(-1, 1, 1, 1)
        assert torch.equal(weight, page_weights(part.weight, precision))
        steps = {"int16": 4095, "int8": 40, "float16": 1024}[stored]
        step = part.weight.abs().amax() / steps
        assert (weight - part.weight).abs().amax() <= 0.501 * step
    assert at == len(blob)


def test_a_network_brings_its_normalisation_and_classes():
    net = Network(small(), mean=[0.1, 0.2, 0.3], std=0.5, classes=["a"])
    exported = export_for_page(net)
    assert exported["mean"] == pytest.approx([0.1, 0.2, 0.3])
    assert exported["std"] == [0.5] and exported["classes"] == ["a"]


class Shortcut(nn.Module):
    def forward(self, x):
        return x + torch.relu(x)


class Viewed(nn.Module):
    def forward(self, x):
        return x.view(1, -1)


class Constant(nn.Module):
    def __init__(self):
        super().__init__()
        self.extra = nn.Parameter(torch.ones(1, 1, 8, 8))

    def forward(self, x):
        return torch.cat([x, self.extra], 1)


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


@pytest.mark.parametrize(
    "module, message",
    [
        (small(nn.BatchNorm2d(8)), "BatchNorm2d at '2' .*fuse_conv_bn_eval"),
        (small(nn.Sigmoid()), "Sigmoid at '2' cannot run in a page: it knows Conv2d"),
        (small(nn.LeakyReLU()), "LeakyReLU at '2' .*; train it with ReLU"),
        (nn.Sequential(small(nn.ReLU6())), "ReLU6 at '0.2' .*; train it with ReLU"),
        (
            small(nn.Conv2d(8, 8, 3, padding_mode="circular", padding=1)),
            "Conv2d at '2' has padding_mode='circular'.*: train it with zeros",
        ),
        (small(nn.Conv2d(8, 8, (3, 1))), r"'2' has a kernel of \(3, 1\).*zeros beside"),
        (
            small(nn.Conv2d(8, 8, 3, dilation=(1, 2))),
            r"'2' has a kernel of \(3, 5\).*zeros beside",
        ),
        (small(nn.Conv2d(8, 8, 2, padding="same")), "'2' has a padding of 'same'"),
        (small(nn.Conv2d(8, 8, 3, stride=(2, 1))), r"'2' has a stride of \(2, 1\)"),
        (nn.Sequential(nn.Conv2d(1, 8, 3)), "'0' reads pictures of 1 channels"),
        (small(nn.Flatten(2)), "Flatten at '2' cannot run"),
        (small(nn.MaxPool2d(3, 2, padding=1)), "MaxPool2d at '2' has padding"),
        (small(nn.MaxPool2d(2, ceil_mode=True)), "MaxPool2d at '2' has padding"),
        (small(nn.AvgPool2d(2, divisor_override=3)), "AvgPool2d at '2'.*a divisor"),
        (small(nn.AdaptiveAvgPool2d(2)), "AdaptiveAvgPool2d at '2'.*AvgPool2d does"),
        (Shortcut(), "add.*; a sum of two maps is torch.cat of them"),
        (Viewed(), "view.*; Flatten makes a map one vector"),
        (Constant(), "cat reads extra, which no layer computed.*leave that out"),
        (Branching(), "Branching cannot be followed: .*without such branches"),
    ],
)
def test_what_a_page_cannot_run_is_refused_by_name(module, message):
    with pytest.raises(ValueError, match=message):
        export_for_page(module)


def test_weights_of_another_precision_are_refused():
    with pytest.raises(ValueError, match="weights='int4' must be int8 or float16"):
        export_for_page(small(), weights="int4")


def test_the_network_itself_is_left_alone():
    module = small().double().train()
    before = module[0].weight.clone()
    export_for_page(module)
    assert module.training and torch.equal(module[0].weight, before)
    assert module[0].weight.dtype == torch.float64 and module[0].weight.requires_grad


@pytest.mark.slow
@pytest.mark.parametrize("name", ["patternnet", "patternnet-plain"])
def test_int8_keeps_the_top_class_and_the_gradient(name, fresh):
    """On 200 pictures that neither training nor validation saw."""
    exact, rounded = load_network(name), load_network(name)
    for weight in rounded.module.parameters():
        if weight.dim() > 1:
            weight.data.copy_(page_weights(weight))

    def seen(net, classes=None):
        pictures = fresh.clone().requires_grad_()
        scores = net.logits(pictures)
        classes = scores.argmax(1) if classes is None else classes
        scores.gather(1, classes[:, None]).sum().backward()
        return scores.argmax(1), pictures.grad.flatten(1)

    classes, gradient = seen(exact)
    again, other = seen(rounded, classes)
    assert torch.equal(classes, again)
    assert torch.cosine_similarity(gradient, other).min() >= 0.99


@pytest.fixture(scope="module")
def fresh():
    """200 pictures, two or three of each class, (200, 3, 96, 96) in [0, 1]."""
    sys.path.insert(0, str(ROOT / "data" / "patternnet"))
    try:
        from evaluate import fresh_pictures
    finally:
        sys.path.pop(0)
    classes = load_network("patternnet").classes
    pictures = fresh_pictures(classes, 3).transpose(0, 1).flatten(0, 1)
    return pictures[:200]
