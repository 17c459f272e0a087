"""Every public function with its inputs on a device that is not there, beside the same
on the CPU. `test_devices.py` runs this in processes of their own:

    python tests/devices_worker.py GROUP,GROUP [PART-OF-A-CASE'S-NAME …]

It prints JSON. A case is a function of a `Bench`, which makes its inputs; it is called
for the CPU and for the device, and what it returns must be the same: shapes, values,
gradients to all inputs. Tensors must be on the device, unless they are marked `on_cpu`.
"""

import contextlib
import dataclasses
import importlib.util
import inspect
import io
import math
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pretend_gpu
import torch
from PIL import Image

import dputils

PACKAGE = str(Path(dputils.__file__).parent)


class Bench:
    """Makes inputs on a device, and remembers those that gradients must reach.

    The same calls in the same order give the same values on every device.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.leaves: list[torch.Tensor] = []
        self._made = 0

    def __call__(self, *shape: int) -> torch.Tensor:
        """Random numbers in [0, 1] that require gradients."""
        return self.give(self.plain(*shape))

    def plain(self, *shape: int) -> torch.Tensor:
        """Random numbers in [0, 1] without gradients."""
        self._made += 1
        drawn = torch.rand(shape, generator=torch.Generator().manual_seed(self._made))
        return drawn.to(self.device)

    def give(self, values: torch.Tensor) -> torch.Tensor:
        """A tensor, brought to the device; gradients must reach it."""
        self.leaves.append(values.detach().to(self.device).requires_grad_())
        return self.leaves[-1]

    def on(self, module: Any) -> Any:
        """A module, brought to the device; gradients must reach what it learns."""
        module = module.to(self.device)
        self.leaves += [p for p in module.parameters() if p.requires_grad]
        return module


@dataclasses.dataclass
class on_cpu:
    """Marks a result that comes on the CPU by convention."""

    value: Any


Case = Callable[[Bench], Any]
CASES: dict[str, dict[str, Case]] = {}
"""`{group: {"room.Name room.other …": function}}`."""
TOLERANCE: dict[str, float] = {}


def case(
    group: str, room: str, *names: str, tolerance: float = 0.0
) -> Callable[[Case], Case]:
    """Mark a function as the case of these public names of a room.

    Sums may be taken in another order where `tolerance`, of values about 1, is given.
    """

    def mark(function: Case) -> Case:
        key = " ".join(f"{room}.{name}" for name in names)
        CASES.setdefault(group, {})[key] = function
        TOLERANCE[key] = tolerance
        return function

    return mark


# ---- pictures: images, color, transforms, cppn, alpha, patterns ----------------------


@case(
    "pictures",
    "images",
    "Basis",
    "PixelBasis",
    "FourierBasis",
    "LowResBasis",
    "LaplacianBasis",
    "AllPairsBasis",
)
def _bases(bench: Bench) -> Any:
    from dputils import images

    kinds = [
        lambda: images.PixelBasis(6, batch=2, seed=3),
        lambda: images.FourierBasis((7, 5), batch=2, seed=3),
        lambda: images.LowResBasis((8, 9), (1, 3, 4, 3), batch=2, offset=True, seed=3),
        lambda: images.LaplacianBasis(9, batch=2, seed=3),
        lambda: images.AllPairsBasis(8, pictures=2, frames=3, seed=3),
    ]
    drawn, fitted = [bench.on(make())() for make in kinds], []
    for make in kinds:
        other = make().to(bench.device)
        other.zero()
        fitted.append(other().detach())
        raw = bench.plain(*other.shape)
        if other.exact:
            other.fit(raw)
            fitted.append(other().detach())
    with contextlib.suppress(NotImplementedError):
        other.fit(raw)
    return drawn, fitted


@case(
    "pictures",
    "zoo",
    "AutomatonBasis",
    "DeepPriorBasis",
    "FourierFeatureBasis",
    "GaussianBasis",
    "PaletteBasis",
    "PhaseBasis",
    "SineBasis",
    "StrokeBasis",
)
def _zoo(bench: Bench) -> Any:
    from dputils import zoo

    return [bench.on(getattr(zoo, name)((9, 6), batch=2))() for name in zoo.__all__]


@case("pictures", "images", "ImageParam", "fourier_image", "pixel_image", "clipped")
def _images(bench: Bench) -> Any:
    from dputils.images import ImageParam, PixelBasis, clipped, fourier_image
    from dputils.images import pixel_image as pixels

    made = [
        bench.on(fourier_image(8, batch=2, alpha=True, seed=1)),
        bench.on(pixels((6, 8), decorrelate=True)),
        bench.on(ImageParam(PixelBasis(8, sd=0.6), squash=clipped)),
    ]
    start = bench.plain(1, 3, 8, 8)
    started = [
        fourier_image(8).to(bench.device).start_from(start),
        ImageParam(PixelBasis(8), squash=clipped).to(bench.device).start_from(start),
        # A picture on the CPU is brought over.
        fourier_image(8).to(bench.device).start_from(start.cpu()),
    ]
    return [image() for image in made], [image().detach() for image in started]


@case("pictures", "devices", "sent")
def _sent(bench: Bench) -> Any:
    from dputils.devices import sent

    like, learned = bench.plain(2).double(), torch.ones(3, requires_grad=True)
    with pretend_gpu.counted() as waits:
        there = sent(torch.arange(3), like)
    sent(learned, like).sum().backward()
    return there, sent(bench(3), like), on_cpu(learned.grad), waits.total


@case("pictures", "color", "decorrelated_to_rgb", "rgb_to_decorrelated")
def _decorrelated(bench: Bench) -> Any:
    from dputils.color import decorrelated_to_rgb, rgb_to_decorrelated

    return decorrelated_to_rgb(bench(2, 3, 4, 5)), rgb_to_decorrelated(
        bench(1, 3, 4, 4)
    )


@case("pictures", "color", "srgb_to_linear", "linear_to_srgb")
def _srgb(bench: Bench) -> Any:
    from dputils.color import linear_to_srgb, srgb_to_linear

    return srgb_to_linear(bench(2, 3, 4, 5)), linear_to_srgb(bench(3, 4))


@case("pictures", "transforms", "pad", "jitter", "random_scale", "random_rotate")
def _single_transforms(bench: Bench) -> Any:
    from dputils import transforms

    return [
        move(bench(2, 3, 12, 10), torch.Generator().manual_seed(5))
        for move in (
            transforms.pad(3),
            transforms.pad(2, value="reflect"),
            transforms.jitter(3),
            transforms.jitter(3, per_sample=True),
            transforms.random_scale([0.8, 1.3]),
            transforms.random_scale([0.8, 1.3], per_sample=True),
            transforms.random_rotate([-20, 30]),
            transforms.random_rotate([-20, 30], per_sample=True),
        )
    ]


@case("pictures", "transforms", "as_transform", "compose", "standard_transforms")
def _stacks(bench: Bench) -> Any:
    from dputils.transforms import as_transform, compose, pad, standard_transforms

    return [
        move(bench(2, 3, 16, 20), torch.Generator().manual_seed(seed))
        for seed in range(3)
        for move in (
            standard_transforms(),
            standard_transforms(per_sample=True),
            compose(pad(2), pad(1)),
            as_transform([pad(2)]),
        )
    ]


@case("pictures", "cppn", "CPPN")
def _cppn(bench: Bench) -> Any:
    from dputils.cppn import CPPN

    art = {"hidden": 2, "width": 6, "output_scale": 1.0}
    plain = bench.on(CPPN((9, 7), batch=2, radius=True, fourier_features=2, **art))
    normed = bench.on(CPPN((9, 7), batch=2, normalize=True, **art))
    tiled = bench.on(CPPN(8, periodic=True, activation="relu", **art))
    with torch.no_grad():
        large = plain((80, 70)), normed((80, 70))
    return (
        [plain(), plain(zoom=2.0), normed(), normed((5, 6), centre=(0.2, 0)), tiled()],
        normed.folded_layers(),
        [normed(dtype=torch.uint8), *large],
        [plain[1]().detach(), plain[:1].start_from(plain[1])().detach()],
        [len(plain), plain.shape, plain.extent((4, 9)), len(plain.matching(plain))],
    )


@case(
    "pictures",
    "cppn",
    "interpolate_weights",
    "to_glsl",
    "glsl_body",
    "glsl_reader",
    "glsl_weights",
)
def _between(bench: Bench) -> Any:
    from dputils.cppn import (
        CPPN,
        glsl_body,
        glsl_reader,
        glsl_weights,
        interpolate_weights,
        to_glsl,
    )

    keys = [
        CPPN(6, hidden=1, width=4, output_scale=1.0, seed=seed).to(bench.device)
        for seed in (0, 1)
    ]
    times = bench.plain(3)
    return (
        interpolate_weights(keys, [0, 0.3])().detach(),
        interpolate_weights(keys, times)().detach(),
        to_glsl(keys[0]),
        glsl_body(*keys),
        glsl_reader(keys[0]),
        glsl_weights(keys[0]),
    )


@case("pictures", "cppn", "absolute", "composite", "relu", "unbiased")
def _activations(bench: Bench) -> Any:
    from dputils.cppn import absolute, composite, relu, unbiased

    return [f(bench(2, 3, 7) - 0.5) for f in (absolute, composite, relu, unbiased)]


@case("pictures", "alpha", "blend_over", "composites", "four_way")
def _blend(bench: Bench) -> Any:
    from dputils.alpha import blend_over, composites, four_way

    rgba = bench(2, 4, 8, 9)
    return (
        [
            blend_over(rgba, under)
            for under in (0.3, bench(1, 3, 8, 9), bench(2, 4, 8, 9))
        ],
        composites(rgba, tiles=2),
        four_way(rgba, tiles=2),
    )


@case(
    "pictures",
    "alpha",
    "OverBackground",
    "LearnedBackground",
    "constant",
    "fixed",
    "photographs",
    "smooth_noise",
    "white_noise",
)
def _backgrounds(bench: Bench) -> Any:
    from dputils import alpha
    from dputils.images import pixel_image

    rgba, learned = bench(2, 4, 16, 18), bench.on(pixel_image((20, 22)))
    behind = [
        alpha.constant(0.25),
        alpha.constant(bench.plain(3)),
        alpha.white_noise(),
        alpha.smooth_noise(),
        alpha.photographs([bench.plain(1, 3, 40, 50)]),
        alpha.fixed(alpha.smooth_noise()),
        alpha.LearnedBackground(learned),
        alpha.LearnedBackground(learned, against=True),
    ]
    found = []
    for background in behind:
        view = alpha.OverBackground(background, [], margin=2)
        found += [view(rgba, torch.Generator().manual_seed(4)), view.alpha]
    view = alpha.OverBackground()
    return *found, view(rgba, torch.Generator().manual_seed(4))


@case("pictures", "alpha", "transparency_objective", "TransparencyObjective")
def _transparency(bench: Bench) -> Any:
    from dputils.alpha import OverBackground, transparency_objective
    from dputils.objectives import IMAGE

    rgba, layer = bench(2, 4, 16, 16), bench(2, 3, 5, 5)
    view = OverBackground(margin=2)
    view(rgba, torch.Generator().manual_seed(0))
    goal = transparency_objective("layer:1", view, pressure=2.0)
    return goal({IMAGE: rgba, "layer": layer})


@case("pictures", "patterns", "laplacian_bands", "laplacian_normalised", "color_mixed")
def _gradients(bench: Bench) -> Any:
    from dputils.patterns import color_mixed, laplacian_bands, laplacian_normalised

    signal = bench(2, 3, 9, 8)
    return (
        laplacian_bands(signal, 2),
        laplacian_normalised(signal, 2),
        color_mixed(signal),
    )


@case("pictures", "patterns", "tiled_gradient", "deep_dream")
def _dream(bench: Bench) -> Any:
    from dputils.patterns import deep_dream, tiled_gradient

    start, net = bench.plain(1, 3, 40, 36), small_network(bench)
    steps = {"steps": 2, "octaves": 2, "seed": 3, "tile": 32}
    return (
        tiled_gradient(
            start, "first:1", net, tile=32, generator=torch.Generator().manual_seed(1)
        ),
        deep_dream(start, "first:1", net, size=(44, 40), **steps),
        deep_dream(start, "first:1", net, levels=None, colourful=None, **steps),
    )


@case(
    "pictures",
    "patterns",
    "wrap",
    "random_roll",
    "tiling_transforms",
    "tile",
    "seam_jump",
    "resize_periodic",
    "periodic_part",
)
def _tiles(bench: Bench) -> Any:
    from dputils import patterns

    images = bench(2, 3, 14, 11)
    moves = patterns.wrap(3), patterns.random_roll(), patterns.tiling_transforms()
    return (
        [move(images, torch.Generator().manual_seed(2)) for move in moves],
        [patterns.tile(images, 2, 1), patterns.periodic_part(images)],
        [
            patterns.resize_periodic(images, size)
            for size in ((20, 17), (7, 8), (14, 11))
        ],
        [patterns.seam_jump(images), patterns.seam_jump(images, order=2)],
    )


@case("pictures", "patterns", "tiling_preview", "show_tiling")
def _wall(bench: Bench) -> Any:
    from dputils.patterns import show_tiling, tiling_preview

    show_tiling(bench(1, 3, 8, 8), caption="a wall")
    return tiling_preview(bench(3, 8, 8))


# ---- learning: networks, objectives, optimize, style ---------------------------------


def small_network(bench: Bench) -> Any:
    from conftest import make_network

    return make_network().to(bench.device)


@case("learning", "networks", "Network", "Activations", "as_network")
def _network(bench: Bench) -> Any:
    from dputils.networks import as_network

    net, images = small_network(bench), bench(2, 3, 16, 16)
    grey = bench(1, 1, 16, 16)
    with net.redirected_relu():
        redirected = net(images - 1.5, ["third", "second:pre"])
    return (
        net(images, ["first", "second:pre", "logits"]),
        net.logits(grey),
        redirected,
        net.resolve("first"),
        net.layers,
        as_network(net).train()(images, ["second"]),
        [repr(net), net.image_size, net.channels],
    )


@case("learning", "networks", "load_network", tolerance=1e-5)
def _loaded(bench: Bench) -> Any:
    from dputils.networks import load_network

    images = bench(1, 3, 48, 40)
    module = torch.nn.Conv2d(3, 4, 3).requires_grad_(False).to(bench.device)
    with torch.no_grad():
        module.weight.fill_(0.1)
        module.bias.zero_()
    own = load_network(module, normalize=([0.5, 0.4, 0.3], 0.2), image_size=8)
    return (
        load_network("patternnet").to(bench.device)(images, ["conv3", "logits"]),
        own(images, ["logits"]),
    )


@case("learning", "networks", "PatternNet", "PatternNetPlain")
def _patternnets(bench: Bench) -> Any:
    from dputils.networks import PatternNet, PatternNetPlain

    found = []
    for kind in (PatternNet, PatternNetPlain):
        with torch.random.fork_rng([]):
            torch.manual_seed(0)
            net = kind(["a", "b"])
        found.append(net.requires_grad_(False).to(bench.device)(bench(1, 3, 32, 32)))
    return found


@case("learning", "networks", "RedirectedReLU")
def _redirected(bench: Bench) -> Any:
    from dputils.networks import RedirectedReLU

    return (
        RedirectedReLU.apply(bench(2, 3, 4) - 2),
        RedirectedReLU.apply(bench(2, 3, 4) * 9 - 2, 6.0),
        -RedirectedReLU.apply(bench(2, 3, 4) - 2),
    )


@case("learning", "networks", "favourite_channels", "selective_channels", "layer_at")
def _choice(bench: Bench) -> Any:
    from dputils.networks import favourite_channels, layer_at, selective_channels

    net = small_network(bench)
    return favourite_channels(net), selective_channels(net, 3), layer_at(net, 0.3)


def activations(bench: Bench) -> dict[str, torch.Tensor]:
    from dputils.networks import Activations
    from dputils.objectives import IMAGE

    found = Activations(
        {IMAGE: bench(2, 3, 9, 8), "a": bench(2, 4, 5, 6), "logits": bench(2, 3)}
    )
    found.classes = ["star", "leaf", "ring"]
    return found


@case(
    "learning",
    "objectives",
    "channel",
    "neuron",
    "logit",
    "direction",
    "direction_neuron",
    "tensor_direction",
    "deepdream",
    "channel_interpolation",
    "alignment",
    "diversity",
)
def _units(bench: Bench) -> Any:
    from dputils import objectives as o

    found, vector, patch = activations(bench), bench.plain(4), bench.plain(4, 3, 9)
    goals = [
        o.channel("a", 1),
        o.neuron("a", 1, x=2, batch=1),
        o.logit("leaf"),
        o.logit(0, batch=1),
        o.direction("a", vector, cosine_power=1.0),
        o.direction("a", [0.1, 0.2, -0.3, 0.4], batch=0),
        o.direction_neuron("a", vector, y=1),
        o.direction_neuron("a", vector.cpu(), cosine_power=2.0),
        o.tensor_direction("a", patch, cosine_power=1.0),
        o.tensor_direction("a", patch.cpu()),
        o.deepdream("a"),
        o.channel_interpolation("a", 0, "a", 3),
        o.alignment("a"),
        o.diversity("a"),
    ]
    return [goal(found) for goal in goals]


@case(
    "learning",
    "objectives",
    "total_variation",
    "l1",
    "l2",
    "input_difference",
    "blur_each_step",
    "boundary_complexity",
)
def _penalties(bench: Bench) -> Any:
    from dputils import objectives as o

    found, other = activations(bench), bench.plain(1, 3, 9, 8)
    goals = [
        o.total_variation(),
        o.l1(0.5, batch=1),
        o.l2(),
        o.input_difference(other),
        o.input_difference(other.cpu()),
        o.blur_each_step(),
        o.boundary_complexity(2),
    ]
    return [goal(found) for goal in goals]


@case("learning", "objectives", "Objective", "as_objective", "of", "unit")
def _algebra(bench: Bench) -> Any:
    from dputils import objectives as o

    found = activations(bench)
    first = o.as_objective("a:0")
    goal = 2 - (first + first * o.as_objective(0.5)) / 4 + sum([first, -first])
    own = o.unit("own", "a", 1, None, lambda a: a.amax())
    function = o.as_objective(lambda a: a["a"].mean())
    return goal(found), own(found), o.of(found, "a", -1), function(found), repr(goal)


@case("learning", "objectives", "OnDemand", "Reading")
def _on_demand(bench: Bench) -> Any:
    from dputils.objectives import OnDemand, Reading

    net, images = small_network(bench), bench(2, 3, 16, 16)
    asked = OnDemand(lambda layers: net(images, layers), {"image": images})
    reading = Reading(lambda found: found["second"].mean() * found["image"].sum(), net)
    return [asked["first"], asked["image"], sorted(asked)], reading(images, images)


@case("learning", "optimize", "minimize", "adam", "cosine_adam", tolerance=1e-5)
def _minimize(bench: Bench) -> Any:
    from dputils.optimize import adam, cosine_adam, minimize

    picture, target = bench.plain(1, 3, 6, 6).requires_grad_(), bench.plain(1, 3, 6, 6)
    seen: list[tuple[int, float]] = []
    history = minimize(
        lambda: {
            "near": (picture - target).square().sum(),
            "size": picture.abs().sum(),
        },
        [picture],
        steps=5,
        render=lambda: picture.clamp(0, 1),
        snapshots=[0, 5],
        on_step=lambda step, loss: seen.append((step, loss)),
        progress=False,
    )
    plain = bench.plain(4).requires_grad_()
    other = minimize(
        lambda: plain.square().sum(),
        [plain],
        steps=3,
        optimizer=lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        progress=False,
    )
    # the one that is taken where none is given, and the one that settles
    for make in (lambda p: adam(p, 0.1), cosine_adam(2, 0.1)):
        minimize(
            lambda: plain.square().sum(),
            [plain],
            steps=2,
            optimizer=make,
            progress=False,
        )
    return picture.detach(), plain.detach(), told(history), told(other), seen


@case("learning", "optimize", "maximize", "History", tolerance=1e-4)
def _maximize(bench: Bench) -> Any:
    from dputils.images import fourier_image
    from dputils.objectives import channel, total_variation
    from dputils.optimize import maximize

    image = fourier_image(16, batch=2, seed=1).to(bench.device)
    history = maximize(
        image,
        channel("third", 2) - 1e-3 * total_variation(),
        small_network(bench),
        steps=4,
        snapshots=[2],
        redirect_relu=2,
        progress=False,
    )
    return image().detach(), told(history), history.objective, len(history)


def told(history: Any) -> Any:
    """What is in a `History`, without the seconds."""
    return (
        [history.loss, history.terms, repr(history)[:16]],
        on_cpu(list(history.snapshots.values())),
    )


@case("learning", "optimize", "maximize with autocast", tolerance=0.05)
def _autocast(bench: Bench) -> Any:
    from dputils.images import fourier_image
    from dputils.optimize import maximize

    image = fourier_image(16, seed=1).to(bench.device)
    net = small_network(bench)
    precisions = set()
    net.module.third.register_forward_hook(
        lambda module, inputs, output: precisions.add(str(output.dtype))
    )
    history = maximize(
        image, "third:2", net, steps=2, autocast=torch.bfloat16, progress=False
    )
    return image().detach(), history.loss, sorted(precisions)


@case("learning", "style", "gram_matrix", "MovingAverageGram")
def _gram(bench: Bench) -> Any:
    from dputils.style import MovingAverageGram, gram_matrix

    average = MovingAverageGram(0.5)
    found = [average(gram_matrix(bench(2, 3, 4, 5))) for _ in range(3)]
    kept = average.average
    average.reset()
    return found, kept, average(gram_matrix(bench(1, 3, 4, 4)))


@case("learning", "style", "style_loss", "content_loss", "mean_absolute")
def _losses(bench: Bench) -> Any:
    from dputils.style import content_loss, mean_absolute, style_loss

    grams, targets = (
        {"a": bench(2, 3, 3), "b": bench(2, 4, 4)},
        {"a": bench.plain(1, 3, 3), "b": bench.plain(1, 4, 4)},
    )
    features, wanted = {"a": bench(1, 3, 4, 5)}, {"a": bench.plain(1, 3, 4, 5)}
    return (
        style_loss(grams, targets, weights={"a": 2.0}, relative=True),
        content_loss(features, wanted),
        mean_absolute(features["a"], wanted["a"]),
    )


@case("learning", "style", "mmd_loss", "moment_loss")
def _distributions(bench: Bench) -> Any:
    from dputils.style import mmd_loss, moment_loss

    found, target = bench(2, 3, 5, 4), bench(1, 3, 5, 4)
    return (
        moment_loss(found, target, 4),
        moment_loss(found, target, 3, central=False),
        mmd_loss(found, target),
        mmd_loss(found, target, generator=torch.Generator().manual_seed(3)),
    )


@case("learning", "style", "FastStyle", "ConditionalNorm", "load_fast_style")
def _fast(bench: Bench) -> Any:
    from dputils.style import ConditionalNorm, FastStyle, load_fast_style

    norms = [
        bench.on(ConditionalNorm(3, 2, kind))(bench(2, 3, 4, 4), bench(2, 2))
        for kind in ("instance", "batch", "none")
    ]
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        net = bench.on(FastStyle(["one", "two"], width=2, blocks=1))
    images, shares = bench(1, 3, 18, 16), bench(2)
    kept = load_fast_style().to(bench.device)
    return (
        norms,
        [net(images, style) for style in (1, "two", {"one": 0.3, "two": 0.7}, shares)],
        net.mixture(shares),
        kept(images, kept.styles[3]),
    )


# ---- surfaces: rasterize, scene ------------------------------------------------------


def solid(bench: Bench, *, texture: bool = True) -> Any:
    """A small ball with texture coordinates, one seam and gradients."""
    from dputils.scene import Mesh

    rows, columns = 5, 8
    v, u = torch.meshgrid(
        torch.linspace(0, 1, rows), torch.linspace(0, 1, columns + 1), indexing="ij"
    )
    up, turn = (v - 0.5) * 3.0, u * 2 * math.pi
    positions = torch.stack(
        [up.cos() * turn.sin(), up.sin(), up.cos() * turn.cos()], -1
    )
    number = torch.arange(rows * (columns + 1)).view(rows, columns + 1)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    faces = torch.cat([torch.stack(t, -1).view(-1, 3) for t in ((a, b, c), (a, c, d))])
    return Mesh(
        bench.give(positions.view(-1, 3)),
        faces.to(bench.device),
        bench.give(torch.stack([u, v], -1).view(-1, 2)),
        bench(1, 3, 16, 16) if texture else None,
        "ball",
    )


def camera(mesh: Any, count: int = 2) -> torch.Tensor:
    from dputils.scene import sample_views

    return sample_views(mesh, count, seed=2)


@case("surfaces", "rasterize", "rasterize", "Fragments", "interpolate")
def _rasterize(bench: Bench) -> Any:
    from dputils.rasterize import interpolate, rasterize

    mesh = solid(bench)
    clip = mesh.project(camera(mesh))
    fragments = rasterize(clip, mesh.faces, (12, 10))
    near = clip * clip.new_tensor([1, 1, 1, 1]) + clip.new_tensor([0, 0, -11.5, -11.5])
    return (
        fragments,
        fragments.mask,
        interpolate(fragments, mesh.uv, mesh.faces),
        interpolate(fragments, bench(2, len(mesh.positions), 2), mesh.faces),
        # In several portions, and cut by the near plane.
        rasterize(clip.detach(), mesh.faces, 12, max_pairs=40),
        rasterize(near.detach(), mesh.faces, 12),
    )


@case("surfaces", "rasterize", "screen_derivatives", "mip_level")
def _derivatives(bench: Bench) -> Any:
    from dputils.rasterize import mip_level, rasterize, screen_derivatives

    mesh = solid(bench)
    clip = mesh.project(camera(mesh))
    change = screen_derivatives(
        rasterize(clip, mesh.faces, 12), mesh.uv, mesh.faces, clip
    )
    return change, mip_level(change, (16, 8), bias=0.5)


@case("surfaces", "rasterize", "antialias", "beyond_edges")
def _outlines(bench: Bench) -> Any:
    from dputils.rasterize import antialias, beyond_edges, rasterize

    mesh = solid(bench)
    clip, image = mesh.project(camera(mesh)), bench(2, 3, 12, 12)
    fragments, beyond = rasterize(clip, mesh.faces, 12), beyond_edges(mesh.faces)
    return (
        beyond,
        antialias(image, fragments, clip, mesh.faces),
        antialias(image, fragments, clip, mesh.faces, beyond),
    )


@case("surfaces", "rasterize", "shade", "relief_normals", "tangent_frames")
def _shading(bench: Bench) -> Any:
    from dputils.rasterize import relief_normals, shade, tangent_frames

    mesh, lamp = solid(bench), bench(2, 3, 1, 1) + 0.2
    normals, eye = relief_normals(bench(1, 1, 5, 4), 2.0), bench(1, 3, 1, 1) + 0.5
    rough = {"roughness": bench(1, 1, 5, 4), "ambient": 0.1}
    return (
        shade(bench(2, 3, 5, 4), normals, lamp, eye, **rough),
        shade(bench(1, 3, 1, 1), normals, lamp, eye, roughness=0.4),
        tangent_frames(mesh.positions, mesh.uv.detach(), mesh.faces, mesh.normals()),
    )


@case("surfaces", "rasterize", "View", "render")
def _view(bench: Bench) -> Any:
    from dputils.rasterize import View, render

    mesh = solid(bench)
    cameras, behind = camera(mesh), bench(1, 3, 12, 12)
    view = View(mesh, cameras, 12)
    kept = View(
        mesh.replace(positions=mesh.positions.detach(), uv=mesh.uv.detach()),
        cameras.detach(),
        12,
    )
    texture = bench(1, 3, 32, 32)
    return (
        [view.mask, view.uv, view.level(64), view.fragments.depth],
        [view.render(), view.render(texture, mip=True, background=behind)],
        [kept.render(texture, mip=True, background=c) for c in (1.0, [0.1, 0.2, 0.3])],
        kept.render(texture, wrap="mirror", background=bench(3)),
        render(mesh, cameras, 10, mip=True, wrap="clamp"),
    )


@case("surfaces", "rasterize", "sample_texture", "lookup", "mip_levels")
def _texture(bench: Bench) -> Any:
    from dputils.rasterize import lookup, mip_levels, sample_texture

    texture, uv = bench(2, 3, 8, 12), bench(2, 2, 5, 6)
    level, mask = bench.plain(2, 1, 5, 6) * 3, bench.plain(2, 1, 5, 6) > 0.4
    number = torch.tensor([0, 1, 1, 0], device=bench.device)
    return (
        [
            sample_texture(texture, uv * 2 - 0.5, wrap=w)
            for w in ("repeat", "mirror", "clamp")
        ],
        sample_texture(texture[:1], uv, level=level, mask=mask),
        lookup(texture, bench(4, 2), number, level=level.flatten()[:4]),
        mip_levels(texture),
    )


@case("surfaces", "scene", "Mesh", "repair")
def _mesh(bench: Bench) -> Any:
    from dputils.scene import repair

    mesh = solid(bench)
    broken = mesh.positions.detach().clone()
    broken[0] = float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mended = repair(broken, mesh.faces, mesh.uv.detach(), texture=mesh.texture)
    return (
        [mesh.center, mesh.normals(), mesh.required_uv(), mesh.normalized()],
        mesh.project(bench(2, 4, 4)),
        [mesh.radius, repr(mesh)],
        on_cpu(mesh.to("cpu").positions),
        mended,
    )


@case("surfaces", "scene", "sample_views", "orbit_views")
def _cameras(bench: Bench) -> Any:
    from dputils.scene import orbit_views, sample_views

    mesh = solid(bench)
    return (
        sample_views(mesh, 3, seed=4, elevation=(0, 0.5), azimuth=1.0),
        sample_views(mesh, 2, generator=torch.Generator().manual_seed(9)),
        orbit_views(mesh, 3),
    )


@case("surfaces", "scene", "portraits")
def _portraits(bench: Bench) -> Any:
    from dputils.scene import orbit_views, portraits

    mesh = solid(bench)
    cameras = orbit_views(mesh, 2)
    return (
        portraits(mesh, cameras, 12, samples=2),
        portraits(mesh, cameras, 12, ground=(0.1, 0.2, 0.3), shadow=0),
    )


@case(
    "surfaces",
    "scene",
    "SmoothVertices",
    "icosphere",
    "laplacian",
    "EvenAdam",
    tolerance=1e-5,
)
def _smooth(bench: Bench) -> Any:
    from dputils.scene import EvenAdam, SmoothVertices, icosphere, laplacian

    mesh = icosphere(1).to(bench.device)
    shapes = [bench.on(SmoothVertices(mesh, strength)) for strength in (3.0, 0.0)]
    moved = torch.nn.Parameter(bench.plain(4, 3))
    moved.grad = bench.plain(4, 3)
    EvenAdam([moved], lr=0.1).step()
    # made on the CPU and brought over as well
    later = SmoothVertices(icosphere(1), 3.0).to(bench.device)().detach()
    return (
        [shape() for shape in shapes],
        later,
        moved.detach(),
        laplacian(mesh.faces, 42),
    )


@case("surfaces", "scene", "look_at", "perspective")
def _matrices(bench: Bench) -> Any:
    from dputils.scene import look_at, perspective

    eye, near = bench(2, 3) + 2, bench(2) + 0.5
    return (
        look_at(eye),
        look_at(eye, bench(3), bench(3)),
        perspective(near=near, far=near + 10),
    )


@case("surfaces", "scene", "cut_points", "shared_edges")
def _cuts(bench: Bench) -> Any:
    from dputils.rasterize import sample_texture
    from dputils.scene import cut_points, shared_edges

    mesh = solid(bench)
    return *shared_edges(mesh), sample_texture(mesh.texture, cut_points(mesh))


@case("surfaces", "scene", "chart_mask", "dilate", "fill")
def _gutters(bench: Bench) -> Any:
    from dputils.scene import chart_mask, dilate, fill

    mesh = solid(bench)
    mask = chart_mask(mesh, 16)
    return (
        mask,
        dilate(mesh.texture, mask, 2),
        dilate(mesh.texture, mask.cpu(), 1),
        fill(mesh.texture, mask),
    )


@case("surfaces", "scene", "unwrap", "save_mesh", "load_maps")
def _files(bench: Bench) -> Any:
    from dputils.rasterize import relief_normals
    from dputils.scene import load_maps, load_mesh, save_mesh, unwrap

    mesh = solid(bench)
    with tempfile.TemporaryDirectory() as folder:
        written = [
            load_mesh(save_mesh(f"{folder}/ball.{kind}", mesh, gutter=2)[0])
            for kind in ("glb", "obj")
        ]
        relief = relief_normals(bench(1, 1, 8, 8))
        written += load_maps(
            save_mesh(f"{folder}/carved.glb", mesh, relief=relief.detach())[0]
        )
    if importlib.util.find_spec("xatlas") is None:  # as for Python 3.14
        return on_cpu(written)
    return unwrap(mesh, size=64, gutter=1), on_cpu(written)


# ---- figures: book, media, widgets ---------------------------------------------------


@case(
    "figures",
    "book",
    "power_spectrum",
    "high_frequency_share",
    "spectral_centroid",
    "spots",
    "radial_spectrum",
    "frame_change",
    "orientation",
    "orientation_spread",
)
def _measures(bench: Bench) -> Any:
    from dputils import book

    images = bench(3, 3, 10, 8)
    lines = book.orientation(images)
    return (
        book.power_spectrum(images),
        book.high_frequency_share(images),
        book.spectral_centroid(images),
        book.spots(images),
        book.radial_spectrum(images, 4),
        book.frame_change(images),
        lines,
        [book.orientation_spread(lines[0]), book.orientation_spread(*lines)],
    )


@case("figures", "book", "seam_contrast")
def _seam(bench: Bench) -> Any:
    from dputils.book import seam_contrast

    return seam_contrast(solid(bench), bench(2, 3, 8, 8))


@case("figures", "book", "Claim")
def _claim(bench: Bench) -> Any:
    from dputils.book import Claim

    claim = Claim("it rises", list(bench.plain(3)), at_least=0.1)  # type: ignore[arg-type]
    told = [str(claim), claim.record, claim.median, claim.measured, claim.bar]
    return [*told, claim.fails, claim.verdict]


@case(
    "figures",
    "book",
    "Diagram",
    "contents",
    "parameterization",
    "scaled_fourier",
    "style_transfer",
    "low_resolution_sharing",
    "spectrum_picture",
)
def _diagrams(bench: Bench) -> Any:
    from dputils import book

    picture, frames = bench(1, 3, 8, 8), bench(6, 3, 8, 8)
    drawn = [
        book.contents({1: picture}),
        book.parameterization(picture, parameters=bench(3, 8, 8)),
        book.scaled_fourier(bench(3, 8, 8), picture),
        book.style_transfer(picture, picture, picture),
        book.low_resolution_sharing(*sharing(frames)),
    ]
    sheet = book.Diagram(100, 60)
    sheet.back(sheet.picture(0, 0, 20, picture), sheet.picture(60, 0, 20, picture))
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(sheet.save(f"{folder}/a.svg")).read_text(encoding="utf-8")
    return [each._repr_svg_() for each in drawn], saved, book.spectrum_picture(picture)


def sharing(frames: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """As many films as the diagram of shared low resolutions takes."""
    from dputils.book import low_resolution_sharing

    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD
    wanted = inspect.signature(low_resolution_sharing).parameters.values()
    return tuple(frames for p in wanted if p.kind == kinds)


@case("figures", "media", "to_image", "picture_sheet", "write_image", "data_url")
def _files_of_pictures(bench: Bench) -> Any:
    from dputils.media import data_url, picture_sheet, read_image, to_image, write_image

    with tempfile.TemporaryDirectory() as folder:
        path = write_image(f"{folder}/a.png", bench(4, 6, 7))
        written = read_image(path, mode="RGBA")
    return (
        [
            to_image(bench(1, 3, 6, 7)),
            picture_sheet(bench(3, 1, 6, 7), ["a", "b", "c"]),
        ],
        picture_sheet([bench(3, 6, 7), bench(1, 5, 5)], zoom=2),
        data_url(bench(3, 6, 7), "png"),
        on_cpu(written),
    )


@case("figures", "media", "unit_floats")
def _unit_floats(bench: Bench) -> Any:
    from dputils.media import unit_floats

    kinds = torch.uint8, torch.uint16, torch.bool
    many = [(bench.plain(3, 4) * 200).to(kind) for kind in kinds]
    return [unit_floats(t) for t in (bench(3, 4), *many)]


@case("figures", "media", "show_images", "show_filmstrip", "show_video", "write_video")
def _shown(bench: Bench) -> Any:
    from dputils.media import show_filmstrip, show_images, show_video, write_video

    film = bench(3, 3, 16, 16)
    show_images(film, caption="three")
    show_filmstrip(film, film, titles=["a", "b"])
    show_video(film, fps=5)
    with tempfile.TemporaryDirectory() as folder:
        return write_video(f"{folder}/a.gif", film, ping_pong=True).read_bytes().hex()


@case(
    "figures",
    "widgets",
    "AlphaViewer",
    "CompareSlider",
    "FrameScrubber",
    "Gallery",
    "Row",
)
def _still_figures(bench: Bench) -> Any:
    from dputils import widgets

    film, rgba = bench(3, 3, 12, 14), bench(2, 4, 12, 14)
    figures = [
        widgets.AlphaViewer(rgba, live=True),
        widgets.CompareSlider(film[:1], film[1:2], live=True),
        widgets.FrameScrubber(film, film, live=True),
        widgets.Gallery(film, live=True),
    ]
    first = [figure.html() for figure in figures]
    figures[0].update(rgba.flip(3))
    figures[1].update(film[1:2], film[2:])
    figures[2].update(film.flip(3), film)
    figures[3].update(film.flip(3))
    row = widgets.Row(widgets.Gallery(film), widgets.Gallery(film), titles=["a", "b"])
    return first, [figure.html() for figure in figures], len(row.html())


@case("figures", "widgets", "CppnGallery", "CppnViewer", "MeshViewer")
def _deep_figures(bench: Bench) -> Any:
    from dputils.cppn import CPPN
    from dputils.widgets import CppnGallery, CppnViewer, MeshViewer

    first, other = (
        CPPN(8, hidden=1, width=4, output_scale=1.0, seed=seed).to(bench.device)
        for seed in (0, 1)
    )
    mesh = solid(bench)
    drawn = CppnViewer(first, other, live=True)
    films = CppnGallery([first, other], live=True)
    turned = MeshViewer(mesh, [mesh.texture, bench(1, 3, 16, 16)], live=True)
    pages = [drawn.html(), films.html(), turned.html()]
    drawn.update(other, first)
    films.update([other, first])
    turned.update([bench(1, 3, 16, 16), mesh.texture])
    return pages, drawn.html(), films.html(), turned.html()


@case("figures", "widgets", "export_for_page", "page_weights")
def _page_network(bench: Bench) -> Any:
    from dputils.widgets import export_for_page, page_weights

    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU())
    with torch.no_grad():
        net[0].weight.copy_(bench.plain(4, 3, 3, 3))
        net[0].bias.zero_()
    net.to(bench.device)
    return export_for_page(net), page_weights(net[0].weight)


@case("figures", "widgets", "LivePanel", tolerance=1e-4)
def _panel(bench: Bench) -> Any:
    from dputils.images import fourier_image
    from dputils.widgets import LivePanel

    def build(seed: int = 0, power: float = 1.0) -> Any:
        return fourier_image(16, seed=seed, decay_power=power).to(bench.device)

    net = small_network(bench)
    panel = LivePanel(build, "second:1", net, controls={"power": (0.5, 2.0)}).run(3)
    first, loss = panel.image().detach(), list(panel.history.loss)
    panel.reset()
    answer, _ = panel._answer({"steps": 2, "save": True, "values": {"power": 1.5}})
    second = panel.image().detach()
    lossy = LivePanel(build, lambda image: image().square().mean()).run(2)
    page = len(lossy.html()) > 1000
    panel.close()
    return first, second, loss, [answer["error"], panel.error, panel.lr], page


# ---- cases that must be complained about, to know that it is noticed -----------------

WRONG = "wrong"


@case(WRONG, WRONG, "mixes")
def _mixes(bench: Bench) -> Any:
    return bench(3) + torch.ones(3)


@case(WRONG, WRONG, "stays")
def _stays(bench: Bench) -> Any:
    return [bench(3), {"left": torch.ones(3)}]


@case(WRONG, WRONG, "differs")
def _differs(bench: Bench) -> Any:
    return bench(3) * (1.0 + (bench.device == pretend_gpu.NAME))


@case(WRONG, WRONG, "forgets")
def _forgets(bench: Bench) -> Any:
    x = bench(3)
    return x.sum() + (x.detach() if bench.device == pretend_gpu.NAME else x)


@case(WRONG, WRONG, "converts")
def _converts(bench: Bench) -> Any:
    return float(bench(3).detach().numpy().sum())


@case(WRONG, WRONG, "draws")
def _draws(bench: Bench) -> Any:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(3, generator=generator, device=bench.device)


@case(WRONG, WRONG, "right")
def _right(bench: Bench) -> Any:
    return bench(3) * 2, on_cpu(bench(2).cpu()), float(bench().detach())


# ---- what a step waits for -----------------------------------------------------------

STEPS = 64


def waits_of(run: Callable[[int], Any]) -> pretend_gpu.Waits:
    """What makes the device wait in `run(64)`, once everything has been seen twice."""
    run(2)
    run(2)
    with pretend_gpu.counted() as waits:
        run(STEPS)
    return waits


def _maximized(bench: Bench) -> pretend_gpu.Waits:
    from dputils.images import fourier_image
    from dputils.optimize import maximize

    image, net = fourier_image(24).to(bench.device), small_network(bench)
    return waits_of(
        lambda steps: maximize(image, "third:2", net, steps=steps, progress=False)
    )


def _painted(bench: Bench) -> pretend_gpu.Waits:
    from dputils.cppn import CPPN
    from dputils.optimize import maximize

    image = CPPN(20, hidden=2, width=6, normalize=True).to(bench.device)
    net = small_network(bench)
    return waits_of(
        lambda steps: maximize(image, "third:2", net, steps=steps, progress=False)
    )


def _minimized(bench: Bench) -> pretend_gpu.Waits:
    from dputils.images import fourier_image
    from dputils.optimize import minimize
    from dputils.style import content_loss, gram_matrix, style_loss

    image, net = fourier_image(24).to(bench.device), small_network(bench)
    wanted = net(bench.plain(1, 3, 24, 24), ["first", "second"])
    style = {"first": gram_matrix(wanted["first"])}
    content = {"second": wanted["second"]}

    def loss() -> dict[str, torch.Tensor]:
        seen = net(image(), ["first", "second"])
        grams = {"first": gram_matrix(seen["first"])}
        return {
            "style": style_loss(grams, style),
            "content": content_loss({"second": seen["second"]}, content),
        }

    return waits_of(lambda steps: minimize(loss, image, steps=steps, progress=False))


def _kept_views(bench: Bench) -> Any:
    """Views as notebook 05 keeps them, and a function that draws from one of them."""
    from dputils.rasterize import View
    from dputils.scene import sample_views

    mesh = solid(bench, texture=False)
    mesh = mesh.replace(positions=mesh.positions.detach(), uv=mesh.uv.detach())
    views = [View(mesh, sample_views(mesh, 1, seed=k), 24) for k in range(4)]

    def look(texture: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        which = int(torch.randint(len(views), (), generator=generator))
        return views[which].render(texture, mip=True)

    for view in views:  # from now on its texels are known
        view.render(bench.plain(1, 3, 32, 32), mip=True)
    return look


def _textured(bench: Bench) -> pretend_gpu.Waits:
    from dputils.images import fourier_image
    from dputils.optimize import maximize

    texture, look = fourier_image(32).to(bench.device), _kept_views(bench)
    net = small_network(bench)
    return waits_of(
        lambda steps: maximize(
            texture, "third:2", net, transforms=look, steps=steps, progress=False
        )
    )


def _styled_texture(bench: Bench) -> pretend_gpu.Waits:
    from dputils.images import fourier_image
    from dputils.optimize import minimize
    from dputils.style import MovingAverageGram, gram_matrix, style_loss

    texture, look = fourier_image(32).to(bench.device), _kept_views(bench)
    net, average = small_network(bench), MovingAverageGram()
    wanted = net(bench.plain(1, 3, 24, 24), ["first"])
    target = {"first": gram_matrix(wanted["first"])}
    generator = torch.Generator().manual_seed(0)

    def loss() -> torch.Tensor:
        seen = net(look(texture(), generator), ["first"])
        return style_loss({"first": average(gram_matrix(seen["first"]))}, target)

    return waits_of(lambda steps: minimize(loss, texture, steps=steps, progress=False))


LOOPS: dict[str, Callable[[Bench], pretend_gpu.Waits]] = {
    "maximize": _maximized,
    "maximize, a CPPN": _painted,
    "minimize": _minimized,
    "a texture in kept views, maximize": _textured,
    "a texture in kept views, minimize": _styled_texture,
}


# ---- running a case ------------------------------------------------------------------


def complaint(run: Case, tolerance: float) -> str | None:
    """What is wrong with a case, or None."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            here = outcome(run, "cpu")
        except Exception as error:
            return f"on the CPU: {told_error(error)}"
        try:
            there = outcome(run, pretend_gpu.NAME)
        except Exception as error:
            return told_error(error)
    if [place for place, _, _ in here] != [place for place, _, _ in there]:
        return f"results in other places: {there} instead of {here}"
    for (place, wanted, _), (_, found, moved) in zip(here, there):
        if torch.is_tensor(found) and isinstance(found, pretend_gpu.Pretend) != moved:
            return f"{place} is on {found.device}, not on {'gpu' if moved else 'cpu'}"
        # On the way back sums are taken in any order.
        near = max(tolerance, 1e-5) if place.startswith("gradient") else tolerance
        if not same(found, wanted, near):
            return f"{place} differs: {short(found)} instead of {short(wanted)}"
    return None


def told_error(error: Exception) -> str:
    """An error, and the line of the package where it came up."""
    line, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(PACKAGE):
            line = f" ({Path(file).relative_to(PACKAGE)}:{trace.tb_lineno})"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}{line}"


def outcome(run: Case, device: str) -> list[tuple[str, Any, bool]]:
    """Results and gradients: `(place, value, whether it must be on the device)`."""
    bench = Bench(device)
    found = list(leaves(run(bench), "result", True))
    wanted = [
        value for _, value, _ in found if torch.is_tensor(value) and value.requires_grad
    ]
    if wanted and bench.leaves:
        total = sum((value * weights(value)).sum() for value in wanted)
        gradients = torch.autograd.grad(total, bench.leaves, allow_unused=True)
        for number, gradient in enumerate(gradients):
            found.append((f"gradient of input {number}", gradient, True))
    return found


def weights(value: torch.Tensor) -> torch.Tensor:
    """Different for every element, so that a gradient tells them apart."""
    return torch.linspace(0.5, 1, value.numel(), device=value.device).view(value.shape)


def leaves(value: Any, place: str, moved: bool) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(value, on_cpu):
        yield from leaves(value.value, place, False)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{place}[{key!r}]", moved)
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            yield from leaves(part, f"{place}[{number}]", moved)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            yield from leaves(part, f"{place}.{field.name}", moved)
    elif isinstance(value, Image.Image):
        yield place, torch.from_numpy(np.asarray(value).copy()), False
    else:
        yield place, value, moved


def same(found: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(wanted, float):
        return math.isclose(found, wanted, rel_tol=1e-6, abs_tol=tolerance)
    if not torch.is_tensor(wanted):
        return bool(found == wanted)
    raw = found.raw if isinstance(found, pretend_gpu.Pretend) else found
    raw, wanted = raw.detach(), wanted.detach()
    if raw.shape != wanted.shape or raw.dtype != wanted.dtype:
        return False
    if not tolerance or not raw.is_floating_point():
        return bool(torch.equal(torch.nan_to_num(raw), torch.nan_to_num(wanted)))
    return bool(torch.allclose(raw, wanted, rtol=tolerance, atol=tolerance))


def short(value: Any) -> str:
    raw = value.raw if isinstance(value, pretend_gpu.Pretend) else value
    if torch.is_tensor(raw) and raw.numel():
        return (
            f"{raw.dtype} {tuple(raw.shape)} of mean {raw.detach().double().mean():g}"
        )
    return str(raw)[:200]


@contextlib.contextmanager
def traced() -> Iterator[set[types.CodeType]]:
    """The functions of the package that are called inside the `with`."""
    called: set[types.CodeType] = set()

    def note(frame: types.FrameType, event: str, _: Any) -> None:
        if frame.f_code.co_filename.startswith(PACKAGE):
            called.add(frame.f_code)

    before = sys.gettrace()
    sys.settrace(note)  # no line is traced, since this returns nothing
    try:
        yield called
    finally:
        sys.settrace(before)


def run_group(group: str, chosen: list[str]) -> dict[str, Any]:
    """Run the cases of a group, or those whose names have one of some parts in them.

    Returns: for cases their complaints, and the functions that were called; for the
        loops what they waited for.
    """
    if group == "waits":
        found = {name: run(Bench(pretend_gpu.NAME)) for name, run in LOOPS.items()}
        return {
            name: {"total": waits.total, "names": waits.names, "report": waits.report()}
            for name, waits in found.items()
        }
    with traced() as called:
        complaints = {
            name: complaint(run, TOLERANCE[name])
            for name, run in CASES[group].items()
            if not chosen or any(part in name for part in chosen)
        }
    places = {
        f"{Path(code.co_filename).relative_to(PACKAGE)}:{code.co_qualname}"
        for code in called
    }
    return {"complaints": complaints, "called": sorted(places)}


if __name__ == "__main__":
    import conftest  # noqa: F401 - no display, no progress bars

    warnings.simplefilter("error")
    pretend_gpu.switch_on()
    groups, *parts = sys.argv[1:]
    pretend_gpu.answer({g: run_group(g, parts) for g in groups.split(",")})
