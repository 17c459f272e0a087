"""Careless use, as a reader meets it in a notebook: what is clear is converted,
everything else is explained.

Each mistake is made through the public functions, and the message must name the
offending value, what is allowed and the fix. The modules' own tests hold the finer
cases.
"""

import math
from urllib.error import URLError

import numpy as np
import pytest
import torch
from PIL import Image

from dputils.data import fetch, sample_image
from dputils.images import (
    FourierBasis,
    ImageParam,
    LowResBasis,
    PixelBasis,
    fourier_image,
    pixel_image,
)
from dputils.media import read_image, show_images, write_image, write_video
from dputils.networks import load_network
from dputils.objectives import channel, logit
from dputils.optimize import Interrupted, NonFiniteError, maximize, minimize
from dputils.style import gram_matrix, style_loss


def climb(image, objective, network, **options):
    return maximize(
        image, objective, network, **{"steps": 3, "progress": False, **options}
    )


def explained(error, *parts):
    """A context in which `error` must be raised with all of these parts in its
    message.
    """
    return pytest.raises(error, match="".join(f"(?=.*{part})" for part in parts))


@pytest.fixture
def offline(monkeypatch, tmp_path):
    def fail(*args, **kwargs):
        raise URLError("Name or service not known")

    monkeypatch.setenv("DPUTILS_CACHE", str(tmp_path))
    monkeypatch.setattr("pooch.retrieve", fail)
    monkeypatch.setattr("urllib.request.urlopen", fail)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)


# ---- unknown names: the nearest ones -----------------------------------------------


def test_unknown_layer(network):
    with explained(ValueError, "no layer 'frist'", "nearest are 'first'", "net.layers"):
        climb(fourier_image(16), "frist:1", network)


def test_unknown_channel(network):
    with explained(ValueError, "channel 70", "'first' has 4", "0 to 3"):
        climb(fourier_image(16), "first:70", network)


def test_unknown_network():
    with explained(ValueError, "'gogglenet'", "nearest are 'googlenet'"):
        load_network("gogglenet")


def test_unknown_class(network):
    with explained(ValueError, "'strpe'", "nearest are .*'stripe'"):
        climb(fourier_image(16), logit("strpe"), network)
    with explained(ValueError, "class 12", "has 5", "0 to 4"):
        climb(fourier_image(16), logit(12), network)


def test_class_names_of_a_network_that_has_none(make_small_network):
    with explained(ValueError, "does not name its classes", "index from 0 to 4"):
        climb(fourier_image(16), logit("stripe"), make_small_network(classes=None))


def test_unknown_image():
    with explained(ValueError, "'cofee'", "nearest are 'coffee'", "read_image"):
        sample_image("cofee")


def test_unknown_picture_of_a_batch(network):
    with explained(ValueError, "batch=2", "2 pictures", "0 to 1"):
        climb(fourier_image(16, batch=2), channel("first", 1, batch=2), network)


def test_no_objective_at_all(network):
    with explained(ValueError, "'first'", "layer:channel"):
        climb(fourier_image(16), "first", network)


# ---- images of the wrong kind: converted or refused --------------------------------


def test_grey_pictures_are_seen_in_colour(network):
    history = climb(ImageParam(PixelBasis(16, channels=1)), "first:1", network)
    assert all(map(math.isfinite, history.objective))


def test_pictures_without_a_batch_axis(network):
    with explained(ValueError, r"\(3, 16, 16\)", r"image\[None\]"):
        network(torch.rand(3, 16, 16), "first")


def test_pictures_with_opacity(network):
    with explained(ValueError, r"\(1, 4, 16, 16\)", "blend RGBA"):
        network(torch.rand(1, 4, 16, 16), "first")


def test_channels_last(network):
    with explained(ValueError, r"\(1, 16, 16, 3\)", r"\(N, 3, H, W\)"):
        network(torch.rand(1, 16, 16, 3), "first")


def test_bytes_instead_of_floats(network):
    with explained(ValueError, "torch.uint8", r"images.float\(\) / 255"):
        network(torch.zeros(1, 3, 16, 16, dtype=torch.uint8), "first")


def test_arrays_instead_of_tensors(network):
    with explained(ValueError, "ndarray", "read_image"):
        network(np.zeros((16, 16, 3)), "first")


def test_doubles_are_converted(network):
    image = torch.rand(1, 3, 16, 16)
    found = network(image.double(), "first")["first"]
    assert found.dtype == torch.float32 and torch.equal(
        found, network(image, "first")["first"]
    )


@pytest.mark.parametrize(
    "mode, value",
    [
        ("L", 128),
        ("LA", (128, 255)),
        ("RGBA", (128, 128, 128, 255)),
        ("P", 0),
        ("CMYK", (127, 127, 127, 0)),
        ("I;16", 128 * 257),
        ("1", 1),
    ],
)
def test_files_of_every_kind_are_read(tmp_path, mode, value):
    picture = Image.new(mode, (6, 5), value)
    if mode == "P":
        picture.putpalette([128, 128, 128] * 256)
    path = tmp_path / ("x.tif" if mode == "CMYK" else "x.png")
    picture.save(path)
    image = read_image(path)
    assert image.shape == (1, 3, 5, 6)
    assert image.unique().numel() == 1 and image.max().item() == pytest.approx(
        1 if mode == "1" else 0.5, abs=0.01
    )


def test_arrays_whose_range_is_anyones_guess():
    with explained(ValueError, "0.0 to 200.0", r"floats in \[0, 1\]"):
        read_image(np.linspace(0, 200, 12).reshape(2, 2, 3))


def test_files_that_are_missing_or_no_pictures(tmp_path):
    with explained(FileNotFoundError, "holiday.jpg", "sample_image"):
        read_image(tmp_path / "holiday.jpg")
    (tmp_path / "notes.md").write_text("# notes")
    with explained(ValueError, "notes.md", "PNG, JPEG and WebP"):
        read_image(tmp_path / "notes.md")


def test_start_pictures_of_another_size():
    with explained(ValueError, r"\(1, 3, 16, 16\)", r"\(1, 3, 20, 16\)", "read_image"):
        fourier_image(16).start_from(torch.rand(1, 3, 20, 16))
    with explained(ValueError, "PixelBasis"):
        ImageParam(LowResBasis(16, (1, 3, 4, 4))).start_from(torch.rand(1, 3, 16, 16))


def test_sizes_and_bases_that_do_not_fit():
    with explained(ValueError, "size=0", "positive"):
        fourier_image(0)
    with explained(
        ValueError, r"\(1, 3, 16, 16\)", r"\(2, 3, 16, 16\)", "same size, batch"
    ):
        ImageParam(FourierBasis(16), PixelBasis(16, batch=2))
    with explained(ValueError, "at least one basis"):
        ImageParam()


def test_pictures_too_small_for_the_jitter(network):
    from dputils.transforms import jitter

    with explained(ValueError, r"jitter\(20\)", r"\(16, 16\)", "pad first"):
        climb(fourier_image(16), "first:1", network, transforms=[jitter(20)])


def test_style_of_another_layer():
    grams = {"first": gram_matrix(torch.rand(1, 4, 8, 8))}
    with explained(ValueError, "'second'", "same layers"):
        style_loss(grams, {"second": grams["first"]})


def test_several_pictures_where_one_is_meant(tmp_path):
    with explained(ValueError, r"\(2, 3, 8, 8\)", r"images\[0\]"):
        write_image(tmp_path / "x.png", torch.rand(2, 3, 8, 8))
    with explained(ValueError, "2 titles for 3"):
        show_images(torch.rand(3, 3, 8, 8), ["a", "b"])


# ---- runs that go wrong ------------------------------------------------------------


def test_nan_stops_with_the_last_good_picture(network):
    image, seen = pixel_image(16), []

    def breaks_at_the_fourth(activations):
        seen.append(image().detach())
        return activations["image"].mean() * (math.nan if len(seen) == 4 else 1)

    with explained(NonFiniteError, "is nan at step 4", "Lower lr", "0.05") as caught:
        climb(image, breaks_at_the_fourth, network, steps=50)
    assert len(caught.value.history) == 3
    assert torch.isfinite(image()).all() and torch.equal(image(), seen[2])


def test_a_learning_rate_that_is_far_too_high():
    x = torch.ones(3, requires_grad=True)
    with explained(NonFiniteError, "Lower lr", "now 1000"):
        minimize(
            lambda: (x**4).sum(),
            [x],
            steps=50,
            progress=False,
            optimizer=lambda p: torch.optim.SGD(p, lr=1000),
        )
    assert torch.isfinite(x).all()


def test_ctrl_c_keeps_the_picture(network):
    image = fourier_image(16)
    start = image().detach()

    def interrupt(step, value):
        if step == 2:
            raise KeyboardInterrupt

    with explained(Interrupted, "stopped at step 2 of 100", "kept()") as caught:
        climb(image, "first:1", network, steps=100, on_step=interrupt)
    assert len(caught.value.history) == 2 and not torch.equal(image(), start)


def test_nothing_to_optimize(network):
    with explained(ValueError, "no parameters to optimize", "fourier_image"):
        minimize(
            lambda: torch.rand(3, requires_grad=True).sum(),
            [torch.rand(3)],
            progress=False,
        )
    with explained(ValueError, "does not depend on the image"):
        climb(fourier_image(16), lambda activations: torch.tensor(1.0), network)


# ---- no network, and files that exist ----------------------------------------------


def test_no_network_for_weights(offline):
    with explained(
        RuntimeError,
        "googlenet-1378be20.pth",
        "by hand",
        "TORCH_HOME",
        r"load_network\('patternnet'\)",
    ):
        load_network("googlenet")


def test_no_network_for_a_painting(offline, tmp_path):
    with explained(RuntimeError, "Hokusai", "by hand", "great_wave.jpg", "bundled"):
        fetch("great_wave")
    with explained(RuntimeError, "Hokusai"):
        sample_image("great_wave")


def test_no_network_for_an_address(offline):
    with explained(RuntimeError, "example.org/picture.png", "by hand", "sample_image"):
        read_image("https://example.org/picture.png")


def test_existing_files_are_kept(tmp_path):
    for write, name, content in (
        (write_image, "x.png", torch.rand(1, 3, 8, 8)),
        (write_video, "x.gif", torch.rand(2, 3, 8, 8)),
    ):
        (tmp_path / name).write_text("precious")
        with explained(FileExistsError, name, "overwrite=True"):
            write(tmp_path / name, content)
        assert (tmp_path / name).read_text() == "precious"


def test_a_seed_and_a_generator():
    with explained(ValueError, "not both"):
        PixelBasis(8, seed=1, generator=torch.Generator())
