"""Which layers of a network to use for style transfer, for each network that the book
names, and a choice by depth for every other one.
"""

from typing import NamedTuple

from .layers import OUTPUT
from .network import Network


class Recipe(NamedTuple):
    """Layers and weight for style transfer with one network.

    Attributes:
        style_layers: whose Gram matrices are compared, early ones first.
        content_layer: whose activations are compared place by place.
        content_weight: of the content loss, when each loss is divided by its size at
            the start; the style loss has weight 1.
    """

    style_layers: tuple[str, ...]
    content_layer: str
    content_weight: float


# Chosen by eye: fine and coarse strokes both come through, and faces stay.
RECIPES = {
    "efficientnet_lite0": Recipe(
        (
            "bn1",
            "blocks.0.0",
            "blocks.1.0",
            "blocks.1.1",
            "blocks.2.1",
            "blocks.3.1",
        ),
        "blocks.2.1",
        1.6,
    ),
    "patternnet": Recipe(tuple(f"conv{k}" for k in range(1, 7)), "conv3", 2.5),
    "patternnet-plain": Recipe(
        ("conv1", "conv2", "fire3", "fire4", "conv5"), "fire4", 1.2
    ),
    "squeezenet1_0": Recipe(
        tuple(f"features.{k}" for k in (1, 3, 5, 7, 9)), "features.5", 1.6
    ),
    "googlenet": Recipe(
        ("conv3", "inception3a", "inception4a", "inception4b", "inception4c"),
        "inception3b",
        1.6,
    ),
    "vgg19": Recipe(tuple(f"features.{k}" for k in (1, 6, 11, 20)), "features.22", 1.2),
}


def recipe(network: Network) -> Recipe:
    """The recipe of a network, by its name; for an unknown one five layers of feature
    maps from its first 60 %, and the middle one of them for content.

    Raises: ValueError for a network with fewer than three layers of feature maps.
    """
    if network.name in RECIPES:
        return RECIPES[network.name]
    known = network._listed().layers.items()
    maps = [name for name, kind in known if {"H", "T"} & {*kind.axes}]
    layers = [name for name in maps if name != OUTPUT]
    if len(layers) < 3:
        raise ValueError(
            f"{network.name} has {len(layers)} layers of feature maps; style transfer "
            "needs at least three"
        )
    shares = 0.05, 0.2, 0.3, 0.45, 0.6
    style = dict.fromkeys(layers[round(share * (len(layers) - 1))] for share in shares)
    names = tuple(style)
    return Recipe(names, names[len(names) // 2], 1.5)
