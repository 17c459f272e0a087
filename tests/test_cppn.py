"""Pictures as networks: sizes, scales, starts, and pictures between pictures."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from dputils.cppn import ACTIVATIONS, CPPN, EXTENT, coordinate_grid, interpolate_weights
from dputils.cppn import network as cppn_network
from dputils.optimize import maximize, minimize


def art(size=16, **options):
    """A small CPPN with something to see, without training."""
    return CPPN(size, **{"hidden": 3, "width": 8, "output_scale": 1.5, **options})


def close(a, b, atol=2e-6):
    return torch.allclose(a, b, rtol=0, atol=atol)


# --- coordinates ---


def test_coordinates_have_unit_variance_and_start_at_the_top_left():
    grid = coordinate_grid((40, 60))
    assert grid.shape == (1, 2, 40, 60) and grid.dtype == torch.float32
    assert grid.std((2, 3), correction=0).sub(1).abs().max() < 1e-3
    assert grid.mean((2, 3)).abs().max() < 1e-6
    x, y = grid[0]
    assert (x[:, 1:] > x[:, :-1]).all() and (y[1:] > y[:-1]).all()
    assert x[0, 0] == pytest.approx(-math.sqrt(3) * (1 - 1 / 60)) and y[
        0, 0
    ] == pytest.approx(-math.sqrt(3) * 39 / 40)


def test_coordinates_of_a_larger_grid_refine_those_of_a_smaller():
    fine = coordinate_grid(64)
    assert close(torch.nn.functional.avg_pool2d(fine, 4), coordinate_grid(16))
    assert torch.equal(coordinate_grid(64, rows=(10, 13)), fine[:, :, 10:13])


# --- activations ---


def normal_mean(function):
    """Mean of a function of z ~ N(0, 1), by a fine sum."""
    z = np.linspace(-12, 12, 2_000_001)
    return float(np.sum(function(z) * np.exp(-z * z / 2)) / np.sum(np.exp(-z * z / 2)))


def test_the_constants_are_moments_of_the_normal_distribution():
    moment = [normal_mean(lambda z: np.arctan(z) ** k) for k in (2, 4)]
    assert math.sqrt(moment[0]) == pytest.approx(0.67, abs=5e-3)
    assert math.sqrt(moment[1]) == pytest.approx(0.60, abs=5e-3)
    assert moment[0] == pytest.approx(0.45, abs=5e-3)
    assert math.sqrt(moment[1] - moment[0] ** 2) == pytest.approx(0.396, abs=5e-3)
    assert normal_mean(lambda z: z.clip(0)) == pytest.approx(0.40, abs=5e-3)
    assert math.sqrt(0.5 - 1 / (2 * math.pi)) == pytest.approx(0.58, abs=5e-3)


@pytest.mark.parametrize(
    "name, mean, square",
    [("composite", None, 1), ("unbiased", 0, 1), ("relu", 0, 1), ("abs", None, 1)],
)
def test_activations_keep_the_scale(name, mean, square):
    z = torch.randn(1, 8, 200_000, generator=torch.Generator().manual_seed(0))
    out = ACTIVATIONS[name](z)
    assert out.shape[1] == (16 if name in ("composite", "unbiased") else 8)
    for half in out.chunk(2, 1):
        assert half.square().mean() == pytest.approx(square, abs=0.03)
        assert mean is None or half.mean() == pytest.approx(mean, abs=0.02)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_have_the_gradient_of_their_formula(name):
    z = torch.randn(
        2,
        3,
        7,
        dtype=torch.float64,
        generator=torch.Generator().manual_seed(1),
        requires_grad=True,
    )
    assert torch.autograd.gradcheck(ACTIVATIONS[name], z)
    assert torch.autograd.gradgradcheck(ACTIVATIONS[name], z)
    if name == "unbiased":
        expected = torch.cat([z.atan() / 0.67, (z.atan() ** 2 - 0.45) / 0.396], 1)
        assert torch.allclose(ACTIVATIONS[name](z), expected)


# --- architecture and start ---


def test_the_article_s_network_has_8451_parameters():
    assert sum(p.numel() for p in CPPN().parameters()) == 8451 == 72 + 7 * 1176 + 147


def test_it_starts_flat_grey_and_like_its_seed():
    cppn = CPPN((20, 30), seed=3)
    assert cppn.shape == cppn().shape == (1, 3, 20, 30)
    assert torch.equal(cppn(), torch.full((1, 3, 20, 30), 0.5))
    assert torch.equal(art(seed=3)(), art(seed=3)())
    assert not torch.equal(art(seed=3)(), art(seed=4)())
    wide = CPPN(8, width=400, hidden=2)
    assert float(wide.weights[1].detach().std()) == pytest.approx(800**-0.5, rel=0.02)
    assert not wide.weights[-1].any() and not any(bias.any() for bias in wide.biases)


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "unbiased"},
        {"activation": "relu"},
        {"activation": "abs"},
        {"activation": torch.sin},
        {"normalize": True},
        {"radius": True},
        {"fourier_features": 5},
        {"periodic": True},
        {"channels": 1},
        {"alpha": True},
        {"radius": True, "fourier_features": 3, "batch": 2, "normalize": True},
    ],
    ids=lambda options: " ".join(
        f"{name}={getattr(value, '__name__', value)}" for name, value in options.items()
    ),
)
def test_every_kind_draws_a_picture_with_gradients_to_every_weight(options):
    cppn = art((12, 10), **options)
    picture = cppn()
    channels = options.get("channels", 3) + options.get("alpha", False)
    assert picture.shape == cppn.shape == (options.get("batch", 1), channels, 12, 10)
    assert 0 <= picture.min() < picture.max() <= 1
    (picture * torch.rand(picture.shape)).sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in cppn.weights)


def test_a_batch_is_several_single_pictures():
    batch = art(seed=5, batch=3)
    assert len(batch) == 3
    for k in range(3):
        assert close(batch()[k : k + 1], art(seed=5 + k)())
        assert close(batch[k](), batch()[k : k + 1])
    assert close(batch[-1](), batch()[2:]) and close(batch[1:](), batch()[1:])
    assert len(list(batch)) == 3
    with torch.no_grad():
        batch[0].biases[0].add_(1)
    assert close(batch[0](), art(seed=5)()), (
        "a picked picture must have weights of its own"
    )


def test_what_it_draws_is_the_network_written_out():
    cppn = CPPN((6, 9), hidden=2, width=5, output_scale=1, seed=1)
    y, x = np.meshgrid(
        (np.arange(6) + 0.5) / 6, (np.arange(9) + 0.5) / 9, indexing="ij"
    )
    values = np.stack([2 * x - 1, 2 * y - 1]) * math.sqrt(3)
    for layer in range(2):
        u = np.arctan(
            np.einsum("oi,ihw->ohw", cppn.weights[layer][0].detach().numpy(), values)
        )
        values = np.concatenate([u / 0.67, u**2 / 0.6])
    expected = 1 / (
        1
        + np.exp(-np.einsum("oi,ihw->ohw", cppn.weights[2][0].detach().numpy(), values))
    )
    assert np.allclose(cppn()[0].detach().numpy(), expected, atol=1e-5)


# --- any size, any place ---


@pytest.mark.parametrize("normalize", [False, True])
def test_strips_are_the_same_as_one_piece(monkeypatch, normalize):
    cppn = art((30, 20), normalize=normalize, batch=2)
    whole = cppn((33, 21))
    weights = torch.rand(whole.shape)
    (whole * weights).sum().backward()
    gradients = [p.grad.clone() for p in cppn.parameters()]
    cppn.zero_grad()
    monkeypatch.setattr(cppn_network, "STRIP", 100)
    monkeypatch.setattr(cppn_network, "WHOLE", 100)
    assert len(cppn._strips((33, 21))) > 10
    strips = cppn((33, 21))
    assert close(strips, whole)
    (strips * weights).sum().backward()
    for p, expected in zip(cppn.parameters(), gradients):
        assert close(p.grad, expected, atol=1e-4 * max(1, float(expected.abs().max())))
    with torch.no_grad():
        assert close(cppn((33, 21)), whole)
        assert close(cppn(), cppn((30, 20))), "its own size, in strips and in one piece"


def test_instance_norm_is_measured_at_the_picture_s_own_size():
    cppn = art(24, normalize=True, seed=2)
    z = cppn.weights[0] @ coordinate_grid(24).flatten(2)
    folded = cppn.folded_layers()
    normal = folded[0] @ coordinate_grid(24).flatten(2) + folded[1][..., None]
    assert close(normal, torch.nn.functional.instance_norm(z), atol=1e-5)
    assert close(cppn((24, 24)), cppn(), atol=1e-5)
    assert close(cppn(48)[:, :, 24:30], cppn(48, centre=(0, 0))[:, :, 24:30])
    quarter = cppn(24, centre=(EXTENT / 2, EXTENT / 2), zoom=2)
    assert close(quarter, cppn(48)[:, :, 24:, 24:], atol=1e-5), (
        "a crop shows the same picture"
    )


def test_larger_pictures_refine_smaller_ones():
    cppn = art(64, hidden=2)
    assert close(torch.nn.functional.avg_pool2d(cppn(512), 8), cppn(), atol=0.02)
    assert not close(cppn(512)[:, :, ::8, ::8], cppn(), atol=0.002), (
        "pixels are sampled at their centres"
    )


def test_other_proportions_show_the_whole_picture_undistorted_and_what_lies_beside_it():
    cppn = art((16, 16))
    wide = cppn((16, 40))
    assert close(wide[..., 12:28], cppn())
    assert close(cppn((40, 16))[:, :, 12:28], cppn())
    broad = art((16, 40))
    assert broad.extent((32, 80)) == pytest.approx((EXTENT, EXTENT))
    assert broad.extent((80, 80)) == pytest.approx((2.5 * EXTENT, EXTENT))


def test_a_periodic_picture_meets_itself():
    cppn = art(32, periodic=True, seed=1)
    assert close(cppn(centre=(0, 2 * EXTENT)), cppn(), atol=1e-5)
    assert close(cppn(centre=(0, EXTENT)), cppn().roll(16, 3), atol=1e-5)
    assert close(cppn(centre=(EXTENT / 2, 0)), cppn().roll(-8, 2), atol=1e-5)
    assert not close(cppn().roll(16, 2), cppn(), atol=0.05)


def test_bytes_are_the_rounded_picture():
    cppn = art(20)
    shown = cppn(40, dtype=torch.uint8)
    assert shown.dtype == torch.uint8 and not shown.requires_grad
    assert (shown.float() - 255 * cppn(40)).abs().max() <= 0.5 + 1e-3


# --- instance norm, and how little memory it takes ---


def written_out(cppn, size=None, centre=(0.0, 0.0), zoom=1.0):
    """The picture of a CPPN with `normalize`, in one piece with one graph: every layer
    is normalised by its mean and variance over the picture at the CPPN's own size.
    """
    size = cppn.size if size is None else size
    own, there = (
        cppn._inputs(cppn._grid(view))
        for view in (
            (cppn.size, cppn.extent(), (0.0, 0.0)),
            (size, cppn.extent(size, zoom), centre),
        )
    )
    layers = [(w, b[..., None]) for w, b in zip(cppn.weights, cppn.biases)]
    for weight, bias in layers[:-1]:
        own, there = weight @ own + bias, weight @ there + bias
        mean, variance = own.mean(2, keepdim=True), own.var(2, correction=0)[..., None]
        own, there = (
            cppn._activate((z - mean) / (variance + 1e-5).sqrt()) for z in (own, there)
        )
    weight, bias = layers[-1]
    return torch.sigmoid(weight @ there + bias).unflatten(2, size)


def in_small_strips(monkeypatch):
    """Even small pictures are drawn in strips, and none counts as small."""
    monkeypatch.setattr(cppn_network, "STRIP", 100)
    monkeypatch.setattr(cppn_network, "WHOLE", 100)


def weighted(picture):
    """A sum that tells every pixel from every other."""
    return (picture * torch.linspace(1, 2, picture.numel()).view_as(picture)).sum()


def same_gradients(cppn, picture, expected, tolerance=1e-9):
    """Both pictures have the same values, and their sums the same gradients."""
    found, wanted = (
        torch.autograd.grad(weighted(p), list(cppn.parameters()))
        for p in (picture, expected)
    )
    assert close(picture, expected, atol=tolerance)
    for a, b in zip(found, wanted):
        assert close(a, b, atol=tolerance * max(1.0, float(b.abs().max())))


NORMALIZED = [
    {},
    {"batch": 3},
    {"size": (17, 23)},
    {"size": (1, 40)},
    {"periodic": True},
    {"fourier_features": 3},
    {"radius": True, "alpha": True},
    {"activation": "unbiased"},
    {"activation": "relu"},
    {"activation": "abs"},
    {"activation": torch.sin},
    {"hidden": 1},
]


@pytest.mark.parametrize(
    "options", NORMALIZED, ids=lambda options: " ".join(options) or "plain"
)
def test_gradients_through_the_statistics_are_those_of_one_graph(monkeypatch, options):
    in_small_strips(monkeypatch)
    cppn = art(**{"size": (20, 18), **options, "normalize": True}).double()
    assert cppn.weights[0].dtype == cppn().dtype == torch.float64
    same_gradients(cppn, cppn(), written_out(cppn))
    part = {"centre": (0.3, -0.7), "zoom": 2.0}
    same_gradients(cppn, cppn(**part), written_out(cppn, **part))
    same_gradients(cppn, cppn((9, 31)), written_out(cppn, (9, 31)))


def test_a_loss_on_a_part_of_a_picture_reaches_the_statistics_of_all(monkeypatch):
    in_small_strips(monkeypatch)
    cppn = art(24, normalize=True, batch=2).double()
    corner, expected = cppn()[1:, :, :5, -4:], written_out(cppn)[1:, :, :5, -4:]
    same_gradients(cppn, corner, expected)
    gradient = torch.autograd.grad(weighted(cppn()[1:, :, :5, -4:]), cppn.weights[0])
    assert not gradient[0][0].any(), "the other picture of the batch has no part in it"
    assert gradient[0][1].any()


def test_in_strips_and_live_statistics_agree_in_single_precision(monkeypatch):
    cppn = art((40, 30), normalize=True, hidden=8, width=24)
    live = cppn()
    gradients = torch.autograd.grad(weighted(live), list(cppn.parameters()))
    in_small_strips(monkeypatch)
    strips = cppn()
    assert close(strips, live, atol=1e-4)
    for a, b in zip(
        torch.autograd.grad(weighted(strips), list(cppn.parameters())), gradients
    ):
        assert close(a, b, atol=2e-3 * max(1.0, float(b.abs().max())))


def test_frozen_weights_get_no_gradient_and_change_none_of_the_others(monkeypatch):
    in_small_strips(monkeypatch)
    cppn = art(16, normalize=True, hidden=2).double()
    weighted(written_out(cppn, zoom=2.0)).backward()
    expected = {name: p.grad for name, p in cppn.named_parameters()}
    for frozen in (["weights.0", "biases.1"], ["weights.2", "biases.2"]):
        cppn.zero_grad()
        for name, p in cppn.named_parameters():
            p.requires_grad_(name not in frozen)
        weighted(cppn(zoom=2.0)).backward()
        for name, p in cppn.named_parameters():
            if name in frozen:
                assert p.grad is None
            else:
                assert close(p.grad, expected[name], atol=1e-9 * 100)
    cppn.requires_grad_(False)
    assert not cppn(zoom=2.0).requires_grad and not cppn().requires_grad


def test_an_activation_s_own_tensors_learn_in_strips_too(monkeypatch):
    pitch = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    options = {"activation": lambda z: torch.sin(pitch * z), "normalize": True}
    cppn = art(16, **options).double()
    weighted(written_out(cppn, zoom=2.0)).backward()
    expected, pitch.grad = pitch.grad, None
    in_small_strips(monkeypatch)
    weighted(cppn(zoom=2.0)).backward()
    assert pitch.grad == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("normalize", [False, True])
def test_second_derivatives_are_those_of_one_graph(monkeypatch, normalize):
    cppn = art((12, 10), normalize=normalize, hidden=2, width=4).double()
    parameters = list(cppn.parameters())
    parameters[1].requires_grad_(False)
    learned = [p for p in parameters if p.requires_grad]

    def second(picture):
        first = torch.autograd.grad(weighted(picture), learned, create_graph=True)
        return torch.autograd.grad(sum(g.square().sum() for g in first), learned)

    expected = second(
        written_out(cppn, zoom=2.0)
        if normalize
        else cppn._draw(
            cppn._grid((cppn.size, cppn.extent(zoom=2.0), (0.0, 0.0))), cppn._layers()
        ).unflatten(2, cppn.size)
    )
    in_small_strips(monkeypatch)
    monkeypatch.setattr(cppn_network, "STRIP", 40)
    assert expected[0].abs().max() > 1
    for a, b in zip(second(cppn(zoom=2.0)), expected):
        assert close(a, b, atol=1e-8 * max(1.0, float(b.abs().max())))


class Kept:
    """Bytes that autograd keeps for the way back: how many now, and at most so far."""

    def __init__(self):
        self.now = self.most = 0
        self.hooks = torch.autograd.graph.saved_tensors_hooks(
            lambda t: Kept.Tensor(self, t), lambda kept: kept.tensor
        )

    class Tensor:
        def __init__(self, book, tensor):
            self.book, self.tensor = book, tensor
            book.now += tensor.numel() * tensor.element_size()
            book.most = max(book.most, book.now)

        def __del__(self):
            self.book.now -= self.tensor.numel() * self.tensor.element_size()


def kept_by(draw):
    """The most that autograd keeps while `draw()` runs, and its sum backwards."""
    kept = Kept()
    with kept.hooks:
        picture = draw()
        if picture.requires_grad:
            picture.sum().backward()
    return kept.most


@pytest.mark.parametrize("batch", [1, 3])
def test_what_instance_norm_keeps_does_not_grow_with_the_picture(monkeypatch, batch):
    sizes, options = (16, 32, 96), {"normalize": True, "batch": batch}
    in_one_piece = [kept_by(art(size, **options)) for size in sizes]
    assert in_one_piece[2] > 20 * in_one_piece[0], "this test must be able to tell"
    monkeypatch.setattr(cppn_network, "STRIP", 3 * 96)
    for call in ({"zoom": 2.0}, {"size": (80, 64)}, {}):
        if not call:  # up to so many points the whole picture is one piece
            monkeypatch.setattr(cppn_network, "WHOLE", 3 * 96 - 1)
        small, middle, large = (
            kept_by(lambda: art(size, **options)(**call)) for size in sizes
        )
        assert middle < 1.5 * small and large < 1.1 * middle
    for size in sizes:
        assert kept_by(lambda: art(size, **options)(dtype=torch.uint8)) == 0


MEMORY = """
import resource, sys, torch
from dputils.cppn import CPPN
torch.set_num_threads(1)
unit = 1 if sys.platform == "darwin" else 1024
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
def draw(own, normalize=False, backwards=False, **call):
    cppn = CPPN(own, width=8, hidden=3, output_scale=1.0, normalize=normalize)
    picture = cppn(**call)
    if backwards:
        picture.sum().backward()
"""


def grows(statements, before=""):
    """Megabytes by which statements raise the peak of a fresh process."""
    pytest.importorskip("resource")
    program = f"{MEMORY}{before}\nstart = peak()\n{statements}\nprint(peak() - start)"
    answer = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return float(answer.stdout)


def test_a_large_picture_needs_little_memory_beside_itself():
    """Even with gradients switched on: in one piece, this network would hold more than
    a gigabyte at 2048².
    """
    assert grows("draw(64, size=2048)") - 2048**2 * 3 * 4 / 1e6 < 150


@pytest.mark.slow
def test_instance_norm_needs_no_more_memory_for_a_larger_picture():
    """In one graph this network would take 650 to 780 MB at 1024², for the bytes and
    for the part and back.
    """
    runs = [
        "draw({0}, True, dtype=torch.uint8)",
        "draw({0}, True, True, zoom=2)",
        "draw({0}, True, True)",
    ]
    small, large = ("\n".join(run.format(size) for run in runs) for size in (256, 1024))
    # Beside a picture of 12.6 MB and its gradient. The first of the small ones pays for
    # what PyTorch sets up.
    assert grows(large, before=small) < 60


# --- training ---


def corners(cppn):
    picture = cppn()[0].mean(0)
    return picture[[0, 0, -1, -1], [0, -1, 0, -1]]


def test_it_learns_exclusive_or_on_four_corners():
    """The original's test: 16 pixels, one channel, 200 steps, one of three tries must
    succeed.
    """
    wanted = torch.tensor([0.0, 1.0, 1.0, 0.0])
    worst = []
    for seed in range(3):
        cppn = CPPN(16, channels=1, seed=seed)
        minimize(
            lambda: (corners(cppn) - wanted).square().sum(),
            cppn,
            steps=200,
            lr=0.01,
            progress=False,
        )
        worst.append(float((corners(cppn) - wanted).abs().max().detach()))
        if worst[-1] < 0.1:
            break
    assert min(worst) < 0.1


def test_maximize_takes_it_as_an_image(network):
    cppn = CPPN(16, hidden=2, width=6, batch=2)
    history = maximize(
        cppn, "third:2", network, steps=12, lr=0.01, snapshots=[0, 12], progress=False
    )
    assert history.objective[-1] > history.objective[0]
    assert history.snapshots[0].unique().tolist() == [0.5]
    assert torch.equal(history.snapshots[12], cppn().detach())


# --- pictures between pictures ---


def test_keys_are_reached_and_the_loop_closes():
    keys = [art(seed=seed) for seed in range(3)]
    film = interpolate_weights(keys, [0, 1 / 3, 2 / 3, 1])
    assert len(film) == 4 and film.shape == (4, 3, 16, 16)
    for picture, key in zip(film(), [*keys, keys[0]]):
        assert close(picture[None], key(), atol=1e-5)
    once = interpolate_weights(keys, [0, 0.5, 1], loop=False)
    for picture, key in zip(once(), keys):
        assert close(picture[None], key(), atol=1e-5)
    batch = interpolate_weights(art(batch=3), [0, 1 / 3, 2 / 3, 1])
    assert close(batch(), film(), atol=1e-5)


def test_two_keys_follow_the_original_s_formula():
    first, second = art(seed=0), art(seed=1)
    for t in (0.1, 0.25, 0.5, 0.8):
        s = (1 - math.cos(2 * math.pi * t)) / 2
        mixed = interpolate_weights([first, second], t)
        for p, a, b in zip(mixed.parameters(), first.parameters(), second.parameters()):
            assert close(p, (a * (1 - s) + b * s) * (1 + s * (1 - s)), atol=1e-6)
    plain = interpolate_weights([first, second], 0.5, exaggeration=0)
    half = interpolate_weights([first, second], 0.25, exaggeration=0)
    assert close(plain.weights[0], second.weights[0])
    assert close(half.weights[0], (first.weights[0] + second.weights[0]) / 2)


def test_a_warm_start_has_the_other_s_picture():
    first = art(seed=0)
    assert close(art(seed=1).start_from(first)(), first())
    both = art(seed=1, batch=2).start_from(first)
    assert close(both(), first().expand(2, -1, -1, -1))
    with torch.no_grad():
        both.biases[-1].add_(1)
    assert close(first(), art(seed=0)())


# --- careless use ---


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: CPPN(activation="tanh"),
            "no activation 'tanh'; use 'composite', 'unbiased', 'relu', 'abs'",
        ),
        (
            lambda: CPPN(periodic=True, radius=True),
            "leave out radius and fourier_features",
        ),
        (lambda: CPPN(hidden=0), "hidden=0"),
        (lambda: CPPN((0, 5)), r"size=\(0, 5\) must be a positive whole number"),
        (lambda: CPPN(8)(7.5), "must be a positive whole number"),
        (lambda: interpolate_weights([art()], 0.5), "two pictures or more"),
        (
            lambda: interpolate_weights([art(), art(width=9)], 0.5),
            "differ in architecture",
        ),
        (
            lambda: interpolate_weights([art(), art(activation="unbiased")], 0.5),
            "differ in architecture",
        ),
        (lambda: art(batch=3).start_from(art(batch=2)), "of one picture or 3, not 2"),
        (lambda: art().start_from(torch.zeros(3)), "not a CPPN"),
        (lambda: art()(8, zoom=0), "zoom=0 must be positive"),
    ],
)
def test_careless_use_gets_an_answer(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_missing_picture_of_a_batch_is_named():
    with pytest.raises(IndexError, match="picture 2 does not exist: this CPPN has 2"):
        art(batch=2)[2]
