"""Which channels to look at first: favourites by network name, and an automatic choice
for every other network.

A unit is `(layer, n)`: a channel of a layer, or with the layer "logits" a class.
Channel numbers mean something only with the weights they were chosen on; class names
outlive retraining, so networks with named classes list those.
"""

from typing import TypeAlias

import torch

from ..images import random_image
from .network import Network

Unit: TypeAlias = tuple[str, int]
"""`(layer, n)`."""


def _classes(*names: str) -> list[tuple[str, int | str]]:
    return [("logits", name) for name in names]


# What one sees in the picture that a channel prefers: of about 300 that were drawn,
# those that most people can name, the most telling ones first.
NOTES: dict[str, dict[Unit, str]] = {
    "efficientnet_lite0": {
        ("blocks.4.1", 102): "stitched leather",
        ("blocks.4.1", 3): "shells",
        ("blocks.4.1", 48): "curls of fleece",
        ("blocks.4.1", 35): "tartan",
        ("blocks.5.1", 54): "knitted scarves",
        ("blocks.5.1", 33): "a deep flower",
        ("blocks.4.1", 38): "cracked pebbles",
        ("blocks.4.1", 107): "panels of a football",
        ("blocks.4.1", 41): "spiders' webs",
        ("blocks.4.1", 59): "scales of a fish",
        ("blocks.4.1", 23): "a maze",
        ("blocks.4.1", 61): "braids",
    }
}

# Units with landmarks that an eye can follow (tips, petals, spirals, eyes), the most
# telling ones first.
FAVOURITES: dict[str, list[tuple[str, int | str]]] = {
    "efficientnet_lite0": list(NOTES["efficientnet_lite0"]),
    "patternnet": _classes(
        "star", "daisy", "spiral_cw", "flower", "snail", "rings", "strawberry", "heart"
    ),
    "patternnet-plain": _classes(
        "star", "daisy", "spiral_cw", "flower", "snail", "rings"
    ),
    # Chosen by eye among 32 channels of fire module 9: curls, bubbles, ringed eyes,
    # dark eyes, small eyes, heads.
    "squeezenet1_0": [("features.9", n) for n in (168, 312, 84, 348, 144, 324)],
    # ImageNet classes whose pictures are made of small parts in many copies.
    "googlenet": _classes(
        "peacock", "daisy", "jellyfish", "monarch", "honeycomb", "brain coral"
    ),
    "vgg19": _classes(
        "peacock", "daisy", "jellyfish", "monarch", "honeycomb", "brain coral"
    ),
}


def unit_note(network: Network, unit: Unit) -> str:
    """What one sees in the picture that a unit prefers, in a few words, for channels
    that somebody has looked at; the class's name, or "layer:channel", for others.
    """
    return NOTES.get(network.name, {}).get(unit) or unit_name(network, unit)


def favourite_channels(network: Network, count: int = 2) -> list[Unit]:
    """Units `[(layer, n), …]` worth looking at: favourites, then automatic ones.

    Args:
        network: from `load_network`.
        count: how many, at least 1.
    Raises: ValueError for a count below 1, or more units than the network has.
    """
    if count < 1:
        raise ValueError(f"count={count} must be at least 1")
    chosen: list[Unit] = []
    classes = network.classes or []
    for layer, n in FAVOURITES.get(network.name, []):
        if isinstance(n, str):
            if n not in classes:
                continue  # trained on other classes: the automatic choice fills the gap
            n = classes.index(n)
        if n < network.layers.get(layer, 0):
            chosen.append((layer, n))
    if len(chosen) < count:
        chosen += [
            unit for unit in selective_channels(network, count) if unit not in chosen
        ]
    if len(chosen) < count:
        raise ValueError(
            f"{network.name} offers {len(chosen)} units, not {count}; "
            "name units yourself as (layer, channel), network.layers "
            "lists them"
        )
    return chosen[:count]


@torch.no_grad()
def selective_channels(
    network: Network,
    count: int,
    *,
    depth: float = 0.6,
    images: int = 8,
    seed: int = 0,
) -> list[Unit]:
    """The channels at about `depth` that answer to little, but strongly.

    `depth` runs from the first layer, 0, to the last, 1. Every channel is read on
    `images` smooth random pictures. Those that stay near zero are left
    out (half of the channels, at most), the others are sorted by the ratio of their
    peak to their mean.
    """
    layer = layer_at(network, depth)
    a = network(_smooth(network, images, seed), [layer])[layer].clamp(min=0)
    peak, mean = a.amax((0, 2, 3)), a.mean((0, 2, 3))
    awake = (peak > 0) & (peak >= peak.median())
    # A channel that is on everywhere asks for brightness or one colour, and its picture
    # comes out flat.
    selectivity = torch.where(
        awake, peak / mean.clamp(min=1e-12), torch.zeros_like(peak)
    )
    return [
        (layer, n) for n in selectivity.argsort(descending=True).tolist() if awake[n]
    ][:count]


@torch.no_grad()
def layer_at(network: Network, depth: float = 0.6) -> str:
    """Name of the layer of feature maps nearest to `depth`, 0 (first) to 1 (last).

    Layers that end in a ReLU are taken if there is any.
    Raises: ValueError for another depth, or a network without feature maps of 4×4.
    """
    if not 0 <= depth <= 1:
        raise ValueError(f"depth={depth} must lie between 0 (first layer) and 1 (last)")
    found = network(_smooth(network, 1, 0), list(network.layers))
    maps = [name for name, a in found.items() if a.dim() == 4 and min(a.shape[2:]) >= 4]
    if not maps:
        raise ValueError(
            f"{network.name} has no layer with feature maps of 4×4 or "
            f"more; its layers are {', '.join(network.layers)}"
        )
    target = round(depth * (len(maps) - 1))
    after_relu = [name for name in maps if found[name].min() >= 0] or maps
    return min(after_relu, key=lambda name: abs(maps.index(name) - target))


def unit_name(network: Network, unit: Unit) -> str:
    """What to write above a picture: the class's name, or "layer:channel"."""
    layer, n = unit
    return (
        network.classes[n] if layer == "logits" and network.classes else f"{layer}:{n}"
    )


def _smooth(network: Network, count: int, seed: int) -> torch.Tensor:
    # three channels at a time, as many as the network takes
    draws = [
        random_image(network.image_size, batch=count, sd=0.5, seed=seed + k)
        for k in range(-(-network.channels // 3))
    ]
    pictures = torch.cat(draws, 1).to(network.mean.device)
    return pictures if network.channels in (1, 3) else pictures[:, : network.channels]
