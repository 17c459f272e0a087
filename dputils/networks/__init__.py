"""Frozen classifiers whose layers can be read by name.

`network.py` loads and reads them, `relu.py` has the value before a ReLU and the
gradient through one that is off, `channels.py` says which channels are worth a look,
`patternnet.py` is the classifier that ships with the project.
"""

from .channels import (
    FAVOURITES,
    favourite_channels,
    layer_at,
    selective_channels,
    unit_name,
)
from .network import (
    BUNDLED,
    OUTPUT,
    Activations,
    Network,
    list_networks,
    load_network,
)
from .patternnet import PatternNet, PatternNetPlain
from .relu import RedirectedReLU

__all__ = [
    "Activations",
    "BUNDLED",
    "FAVOURITES",
    "Network",
    "OUTPUT",
    "PatternNet",
    "PatternNetPlain",
    "RedirectedReLU",
    "favourite_channels",
    "layer_at",
    "list_networks",
    "load_network",
    "selective_channels",
    "unit_name",
]
