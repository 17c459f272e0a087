"""Recipes for style transfer, and notes on channels."""

import pytest
from test_foreign_networks import cheap_weights
from torch import nn

from dputils.networks import (
    FAVOURITES,
    NOTES,
    RECIPES,
    load_network,
    recipe,
    unit_note,
)

OURS = "patternnet", "patternnet-plain"


def network(name):
    if name == "efficientnet_lite0":
        pytest.importorskip("timm", reason="timm is an optional extra")
    with cheap_weights():
        return load_network(name, **({} if name in OURS else {"weights": None}))


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_name_layers_of_feature_maps(name):
    net = network(name)
    style, content, weight = recipe(net)
    found = net(nn.Parameter(net.mean.new_ones(1, 3, 64, 64)), [*style, content])
    assert all(value.dim() == 4 for value in found.values()) and weight > 0
    order = list(net.layers)
    assert sorted(style, key=order.index) == list(style), "early ones first"


def test_an_unknown_network_gets_layers_by_depth():
    blocks = [nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU()) for _ in "12345"]
    net = load_network(nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1)))
    style, content, weight = recipe(net)
    names = list(net.layers)[:-1]
    assert len(style) == 5
    assert all(names.index(name) <= 0.6 * len(names) for name in style)
    assert content == style[2] and weight == 1.5


def test_a_network_without_places_is_refused():
    with pytest.raises(ValueError, match="0 layers of feature maps"):
        recipe(load_network(nn.Sequential(nn.Flatten(), nn.Linear(48, 4))))


def test_every_favourite_of_the_photographs_network_has_a_note():
    name = "efficientnet_lite0"
    net = network(name)
    assert set(NOTES[name]) == set(FAVOURITES[name]) and len(NOTES[name]) == 12
    for layer, n in NOTES[name]:
        assert n < net.layers[layer]
    assert unit_note(net, ("blocks.4.1", 102)) == "stitched leather"
    assert unit_note(net, ("blocks.4.1", 5)) == "blocks.4.1:5"
