"""Shared by the tests: no display, a core to each process, and a small network that
needs no trained weights.
"""

import collections
import os

# Before torch and matplotlib are imported anywhere: tests run beside each other on
# small machines, without a screen.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TQDM_DISABLE", "1")
if processes := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ.setdefault(
        "OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(processes)))
    )

import pytest
import torch
from scripts import build_wheel
from torch import nn

from dputils.networks import Network


class Block(nn.Sequential):
    """A convolution and a ReLU, like the blocks of the bundled networks."""

    def __init__(self, inputs, outputs, stride=1, inplace=False):
        super().__init__()
        self.add_module("conv", nn.Conv2d(inputs, outputs, 3, stride, 1))
        self.add_module("relu", nn.ReLU(inplace=inplace))


class SmallNet(nn.Module):
    """Three blocks and a linear layer; counts how often each block runs."""

    def __init__(self, channels=3, classes=5, inplace=False):
        super().__init__()
        self.first = Block(channels, 4, inplace=inplace)
        self.second = Block(4, 6, stride=2, inplace=inplace)
        self.third = Block(6, 8, inplace=inplace)
        self.head = nn.Linear(8, classes)

    def forward(self, x):
        return self.head(self.third(self.second(self.first(x))).mean((2, 3)))


def make_network(seed=0, *, channels=3, inplace=False, **options):
    """A `Network` around a `SmallNet` with fixed random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = SmallNet(channels, inplace=inplace)
    for name, parameter in module.named_parameters():
        if name.endswith("conv.bias"):
            parameter.data.fill_(0.2)  # no channel starts dead
    options.setdefault("classes", ["dot", "stripe", "ring", "leaf", "star"])
    return Network(module, name="small", image_size=16, **options)


def pytest_xdist_auto_num_workers():
    """One worker more than cores: much of the time a test waits for a browser, a server
    or a kernel to start.
    """
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items):
    """The browser's files go first, because their tests take longest and share a
    browser and a JupyterLab in each process; then files with many slow tests, so that
    no worker is left alone with one at the end. Inside a file the order stays.
    """
    slow = collections.Counter(
        item.path for item in items if item.get_closest_marker("slow")
    )
    items.sort(key=lambda item: (item.path.parent.name != "browser", -slow[item.path]))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The package as a wheel, built once."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def network():
    return make_network()


@pytest.fixture
def make_small_network():
    return make_network


@pytest.fixture
def images():
    """Two random pictures `(2, 3, 16, 16)` in [0, 1]."""
    return torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(7))
