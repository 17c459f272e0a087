"""Bare networks to compare with: the network's own modules up to a layer, one call
each, and nothing else.
"""

import torch
from torch import nn

from dputils.networks import load_network

GOOGLENET = [
    "conv1",
    "maxpool1",
    "conv2",
    "conv3",
    "maxpool2",
    "inception3a",
    "inception3b",
    "maxpool3",
    "inception4a",
    "inception4b",
]


def patternnet(depth=6):
    """PatternNet, its first blocks, and the name of the last of them."""
    net = load_network("patternnet")
    return cut(net, net.module.block_names[:depth])


def googlenet():
    """A GoogLeNet with random weights (the time does not depend on them) to
    inception4b, the article's mixed4b.
    """
    torch.manual_seed(0)
    return cut(load_network("googlenet", weights=None), GOOGLENET)


def lite0():
    """EfficientNet-Lite0, trained on photographs, to the fifth of its seven blocks."""
    net = load_network("efficientnet_lite0")
    return cut(net, ["conv_stem", "bn1", *(f"blocks.{k}" for k in range(5))])


def cut(net, names):
    _ = net.layers  # listed once, not part of a step
    parts = [net.module.get_submodule(name) for name in names]
    return net, nn.Sequential(*parts), names[-1]
