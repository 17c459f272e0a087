"""Frozen classifiers whose layers can be read by name.

`loading.py` loads them, `network.py` reads them, `layers.py` finds out what their
layers give, `relu.py` has the value before a ReLU and the gradient through one that is
off, `channels.py` says which channels are worth a look and `recipes.py` which layers
carry style, `patternnet.py` is the classifier that ships with the project, `lite0.py`
one that was trained on photographs.
"""

from .channels import (
    FAVOURITES,
    NOTES,
    favourite_channels,
    layer_at,
    selective_channels,
    unit_name,
    unit_note,
)
from .layers import OUTPUT
from .loading import BUNDLED, list_networks, load_network
from .network import Activations, Network, as_network
from .patternnet import PatternNet, PatternNetPlain
from .recipes import RECIPES, Recipe, recipe
from .relu import RedirectedReLU

__all__ = [
    "Activations",
    "BUNDLED",
    "FAVOURITES",
    "NOTES",
    "Network",
    "OUTPUT",
    "PatternNet",
    "PatternNetPlain",
    "RECIPES",
    "Recipe",
    "RedirectedReLU",
    "as_network",
    "favourite_channels",
    "layer_at",
    "list_networks",
    "load_network",
    "recipe",
    "selective_channels",
    "unit_name",
    "unit_note",
]
