"""Favourite units exist, the automatic choice finds planted channels, and it is the
same every time.
"""

import pytest
import torch
from torch import nn

from dputils.networks import (
    FAVOURITES,
    favourite_channels,
    layer_at,
    load_network,
    selective_channels,
    unit_name,
)


class Small(nn.Module):
    """Three convolutions; channel 5 of the second fires rarely, channel 9 always,
    channel 3 never.
    """

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second, self.third = (
            nn.Conv2d(3, 8, 3),
            nn.Conv2d(8, 12, 3),
            nn.Conv2d(12, 6, 3),
        )
        self.act1, self.act2, self.act3 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        with torch.no_grad():
            self.second.bias[3], self.second.bias[9] = -1e3, 1e3

    def forward(self, x):
        return self.act3(
            self.third(self.act2(self.second(self.act1(self.first(x)))))
        ).mean((2, 3))


@pytest.fixture(scope="module")
def small():
    return load_network(Small(), classes=list("abcdef"), image_size=32)


def test_automatic_choice_is_selective_and_alive(small):
    units = selective_channels(small, 4)
    assert len(units) == len(set(units)) == 4
    channels = [n for layer, n in units if layer == layer_at(small, 0.6)]
    assert len(channels) == 4 and 3 not in channels, "a dead channel was chosen"
    assert 9 not in channels[:2], "a channel that is on everywhere came first"
    assert units == selective_channels(small, 4), (
        "the choice must not change between calls"
    )


def test_layer_at_follows_depth_and_ends_in_a_relu(small):
    assert [layer_at(small, depth) for depth in (0.0, 0.6, 1.0)] == [
        "act1",
        "act2",
        "act3",
    ]
    with pytest.raises(ValueError, match="depth=60 must lie between 0"):
        layer_at(small, 60)


def test_unknown_networks_get_the_automatic_choice(small):
    assert favourite_channels(small, 3) == selective_channels(small, 3)


def test_favourites_by_class_name(small, monkeypatch):
    monkeypatch.setitem(
        FAVOURITES,
        small.name,
        [("logits", "c"), ("logits", "no such class"), ("act1", 2)],
    )
    assert favourite_channels(small, 2) == [("logits", 2), ("act1", 2)]
    assert favourite_channels(small, 3)[2:] == selective_channels(small, 1)
    assert (
        unit_name(small, ("logits", 2)) == "c"
        and unit_name(small, ("act1", 2)) == "act1:2"
    )


@pytest.mark.parametrize(
    "count, message",
    [(0, "count=0 must be at least 1"), (100, "offers .* units, not 100")],
)
def test_careless_counts(small, count, message):
    with pytest.raises(ValueError, match=message):
        favourite_channels(small, count)


def test_a_network_without_maps_says_so():
    flat = load_network(
        nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 4)), image_size=8
    )
    with pytest.raises(ValueError, match="no layer with feature maps"):
        layer_at(flat)


@pytest.mark.parametrize("name", ["patternnet", "patternnet-plain"])
def test_every_favourite_of_the_bundled_networks_exists(name):
    network = load_network(name)
    names = [
        unit_name(network, unit)
        for unit in favourite_channels(network, len(FAVOURITES[name]))
    ]
    assert names == [n for _, n in FAVOURITES[name]]


@pytest.mark.parametrize("name", ["googlenet", "vgg19", "squeezenet1_0"])
def test_every_favourite_of_torchvision_exists(name):
    from torchvision import models

    classes = models.get_model_weights(name).DEFAULT.meta["categories"]
    assert [
        n
        for layer, n in FAVOURITES[name]
        if isinstance(n, str) and (layer != "logits" or n not in classes)
    ] == []
    numbered = [(layer, n) for layer, n in FAVOURITES[name] if not isinstance(n, str)]
    layers = load_network(name, weights=None).layers if numbered else {}
    assert [(layer, n) for layer, n in numbered if not 0 <= n < layers[layer]] == []
