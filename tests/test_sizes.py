"""A size may be said in every usual way, means the same everywhere, and is refused by
name where it is none.
"""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
import torch
from torch import nn

import dputils
from dputils import alpha, cppn, data, images, media, networks, patterns, rasterize, zoo
from dputils.scene import Mesh, chart_mask, sample_views
from dputils.sizes import Size, height_width, whole_number

# ---- the function --------------------------------------------------------------------


@pytest.mark.parametrize(
    "size, numbers",
    [
        (64, (64, 64)),
        (1, (1, 1)),
        (np.int64(16), (16, 16)),
        (np.uint8(200), (200, 200)),
        (torch.tensor(5), (5, 5)),
        ((48, 64), (48, 64)),
        ([48, 64], (48, 64)),
        ((16, np.int32(24)), (16, 24)),
        (np.array([16, 24]), (16, 24)),
        (torch.tensor([16, 24]), (16, 24)),
        (torch.zeros(1, 3, 7, 9).shape[2:], (7, 9)),
        (128 / 2, (64, 64)),
        ((64.0, np.float64(32)), (64, 32)),
    ],
    ids=repr,
)
def test_the_usual_ways_to_say_a_size(size, numbers):
    found = height_width(size)
    assert found == numbers
    assert [type(n) for n in found] == [int, int]


@pytest.mark.parametrize(
    "size",
    [
        0,
        -3,
        7.5,
        float("nan"),
        float("inf"),
        True,
        None,
        "16",
        "big",
        (),
        (16,),
        (0, 16),
        (16, -1),
        (16, 24.5),
        (3, 16, 24),
        ("16", "24"),
        np.int64(0),
        np.array([16]),
        np.array([0.5, 16.0]),
        torch.zeros(1, 3, 16, 24),
        (True, 16),
        (16, False),
        np.True_,
        np.array([True, True]),
        torch.tensor(True),
        torch.tensor([True, True]),
        b"ab",
    ],
    ids=repr,
)
def test_what_is_no_size_is_refused_by_name(size):
    with pytest.raises(ValueError) as caught:
        height_width(size, "image_size")
    message = str(caught.value)
    assert message.startswith(f"image_size={size!r} must be a positive whole number")
    assert "(height, width), each at least 1" in message


@pytest.mark.parametrize(
    "size", [{16, 24}, {16}, frozenset((16, 24)), {16: 1, 24: 2}, {16: 0, 24: 0}.keys()]
)
def test_a_pair_without_an_order_is_refused(size):
    with pytest.raises(ValueError, match="or .height, width.*no first and second") as e:
        height_width(size)
    assert str(e.value).startswith(f"size={size!r} must be")


@pytest.mark.parametrize("number", [1, np.int64(3), 4.0, torch.tensor(2)], ids=repr)
def test_the_usual_ways_to_say_a_number(number):
    found = whole_number(number, "columns")
    assert found == int(number) and type(found) is int


@pytest.mark.parametrize("number", [0, -1, 1.5, "3", None, True, (3,)], ids=repr)
def test_what_is_no_number_is_refused_by_name(number):
    with pytest.raises(ValueError) as caught:
        whole_number(number, "columns")
    assert str(caught.value) == (
        f"columns={number!r} must be a whole number of at least 1"
    )


def test_a_number_may_begin_elsewhere():
    assert whole_number(0, "lags", least=0) == 0
    with pytest.raises(ValueError, match="^lags=-1 must be .* at least 0$"):
        whole_number(-1, "lags", least=0)


def test_the_name_is_size_unless_it_is_given():
    with pytest.raises(ValueError, match=r"^size=\(0, 4\) must"):
        height_width((0, 4))


# ---- whoever takes one ---------------------------------------------------------------


class Echo(nn.Module):
    """Keeps the height and width that it, or a copy of it, was last shown."""

    seen: list = []

    def forward(self, x):
        self.seen[:] = x.shape[2:]
        return x.mean((2, 3))


def shown(make):
    """What a network lists its layers at."""
    assert make(Echo()).layers
    return tuple(Echo.seen)


def picture(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def triangle():
    corners = torch.tensor([[-1.0, -1, 0], [1, -1, 0], [0, 1, 0]])
    uv = torch.tensor([[0.0, 0], [1, 0], [0.5, 1]])
    return Mesh(corners, torch.tensor([[0, 1, 2]]), uv, picture(1, 3, 8, 8))


def clip():
    mesh = triangle()
    return mesh.project(sample_views(mesh, 1, seed=0)), mesh.faces


def seen(size):
    mesh = triangle()
    return rasterize.View(mesh, sample_views(mesh, 1, seed=0), size)


def rendered(size):
    mesh = triangle()
    return rasterize.render(mesh, sample_views(mesh, 1, seed=0), size)


def low(size):
    return images.LowResBasis(size, (1, 3, 2, 2))


def all_pairs(size):
    return images.AllPairsBasis(size, pictures=2, frames=2)


def dreamed(size):
    def brightness(activations):
        return activations["image"].mean()

    start, network = picture(1, 3, 12, 12), networks.Network(Echo(), image_size=12)
    return patterns.deep_dream(
        start, brightness, network, size=size, octaves=1, steps=1
    )


def landmarks(size):
    return next(iter(data.sample_landmarks(data.list_meshes()[0], size).values()))


def drawn(size):
    return data.sample_pattern(data.list_patterns()[0], 1, size)[0]


def shape_of(function):
    return lambda size: tuple(function(size).shape[-2:])


# What takes a size, as its door calls it, and what came of one: a height and a width,
# or numbers that follow from them.
TAKERS = {
    "alpha.checkerboard": shape_of(alpha.checkerboard),
    "cppn.CPPN": shape_of(cppn.CPPN),
    "cppn.CPPN.forward": shape_of(lambda size: cppn.CPPN(8)(size)),
    "cppn.CPPN.extent": lambda size: cppn.CPPN(8).extent(size, zoom=2),
    "cppn.coordinate_grid": shape_of(cppn.coordinate_grid),
    "data.sample_image": shape_of(lambda size: data.sample_image("cat", size)),
    "data.sample_landmarks": shape_of(landmarks),
    "data.sample_pattern": shape_of(drawn),
    "images.AllPairsBasis": shape_of(all_pairs),
    "images.FourierBasis": shape_of(images.FourierBasis),
    "images.LaplacianBasis": shape_of(images.LaplacianBasis),
    "images.LowResBasis": shape_of(low),
    "images.PixelBasis": shape_of(images.PixelBasis),
    "images.fourier_image": shape_of(images.fourier_image),
    "images.full_shape": shape_of(
        lambda size: torch.zeros(images.full_shape(1, 3, size))
    ),
    "images.pixel_image": shape_of(images.pixel_image),
    "images.random_image": shape_of(images.random_image),
    "media.read_image": shape_of(
        lambda size: media.read_image(np.zeros((30, 40, 3)), size)
    ),
    "networks.Network": lambda size: shown(
        lambda module: networks.Network(module, image_size=size)
    ),
    "networks.load_network": lambda size: shown(
        lambda module: networks.load_network(module, image_size=size)
    ),
    "patterns.deep_dream": shape_of(dreamed),
    "patterns.resize_periodic": shape_of(
        lambda size: patterns.resize_periodic(picture(1, 3, 12, 12), size)
    ),
    "rasterize.View": shape_of(lambda size: seen(size).mask),
    "rasterize.View.level": lambda size: seen(8).level(size).sum().item(),
    "rasterize.mip_level": lambda size: rasterize.mip_level(
        picture(3, 2, 2), size
    ).tolist(),
    "rasterize.rasterize": shape_of(lambda size: rasterize.rasterize(*clip(), size)[0]),
    "rasterize.render": shape_of(rendered),
    "scene.chart_mask": shape_of(lambda size: chart_mask(triangle(), size)),
} | {f"zoo.{name}": shape_of(getattr(zoo, name)) for name in zoo.__all__}
SQUARE = {"data.sample_pattern"}


def named_size(signature):
    """The name of the parameter that is a `Size`, or None."""
    kinds = Size, Size | None
    return next(
        (p.name for p in signature.parameters.values() if p.annotation in kinds), None
    )


def public_takers():
    """Functions, classes and methods behind the doors that take a `Size`, by name."""
    found = {}
    for module in pkgutil.iter_modules(dputils.__path__):
        if module.name.startswith("_"):
            continue
        door = importlib.import_module(f"dputils.{module.name}")
        for name, thing in vars(door).items():
            public = getattr(door, "__all__", None)
            here = getattr(thing, "__module__", None) == door.__name__
            if not callable(thing) or not (here if public is None else name in public):
                continue
            parts = {f"{module.name}.{name}": thing}
            if inspect.isclass(thing):
                parts |= {
                    f"{module.name}.{name}.{key}": method
                    for key, method in vars(thing).items()
                    if inspect.isfunction(method) and not key.startswith("_")
                }
            for key, part in parts.items():
                try:
                    parameter = named_size(inspect.signature(part))
                except ValueError:  # a built-in class has no signature
                    continue
                if parameter is not None:
                    found[key] = parameter
    return found


PARAMETERS = public_takers()


def test_every_public_taker_of_a_size_is_tested_here():
    assert set(TAKERS) == set(PARAMETERS)


@pytest.mark.parametrize("name", TAKERS)
def test_a_size_means_the_same_however_it_is_said(name):
    take = TAKERS[name]
    square = take(16)
    assert take(np.int64(16)) == square
    assert take((16, 16)) == square
    assert take((np.int32(16), 16)) == square
    if name in SQUARE:
        with pytest.raises(ValueError, match="as high as wide"):
            take((16, 24))
        return
    oblong = take((16, 24))
    assert oblong != square
    assert take((16, np.int32(24))) == take([16, 24]) == oblong
    assert take(torch.Size((16, 24))) == oblong


@pytest.mark.parametrize("size", [0, -3, (0, 16), "16"], ids=repr)
@pytest.mark.parametrize("name", TAKERS)
def test_what_is_no_size_is_refused_everywhere(name, size):
    with pytest.raises(ValueError) as caught:
        TAKERS[name](size)
    assert str(caught.value).startswith(f"{PARAMETERS[name]}={size!r} must be")
