import inspect
import math

import pytest
import torch

from dputils import objectives as ob
from dputils.networks import Activations
from dputils.objectives import Objective, as_objective


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def acts():
    """Hand-made activations: two layers, the logits and the picture, batch 3."""
    found = Activations(
        a=numbers(3, 4, 5, 6, seed=1),
        b=numbers(3, 7, 4, 4, seed=2),
        logits=numbers(3, 5, seed=3),
        image=torch.rand(3, 3, 8, 9, generator=torch.Generator().manual_seed(4)),
    )
    found.classes = ["dot", "stripe", "ring", "leaf", "star"]
    return found


def close(objective, value, acts):
    assert float(as_objective(objective)(acts)) == pytest.approx(
        float(value), rel=1e-4, abs=1e-6
    )


# ---- the algebra -------------------------------------------------------------------


def test_objectives_compose_like_numbers(acts):
    p, q = ob.channel("a", 1), ob.channel("b", 2)
    x, y = p(acts), q(acts)
    for objective, value in [
        (p + q, x + y),
        (p - q, x - y),
        (-p, -x),
        (2 * p, 2 * x),
        (p * 3, 3 * x),
        (p * q, x * y),
        (p / 4, x / 4),
        (p + 1, x + 1),
        (1 + p, x + 1),
        (1 - p, 1 - x),
        (p - 0.5, x - 0.5),
        (-(p + q) * 2 - q / 2, -2 * (x + y) - y / 2),
        (sum([p, q, p]), 2 * x + y),
        (p + "b:2", x + y),
        ("b:2" - p, y - x),
    ]:
        close(objective, value, acts)


def test_layers_of_the_parts_are_joined():
    objective = (
        ob.channel("a", 1) * ob.neuron("b", 0)
        - 0.1 * ob.total_variation()
        + ob.logit(2)
    )
    assert objective.layers == {"a", "b", "logits"}  # the picture itself is no layer


@pytest.mark.parametrize(
    "objective, text",
    [
        (ob.channel("conv5", 7), "channel('conv5', 7)"),
        (ob.channel("conv5", 7, batch=2), "channel('conv5', 7, batch=2)"),
        (ob.channel("a", 1) + ob.channel("b", 2), "channel('a', 1) + channel('b', 2)"),
        (
            sum([ob.channel("a", 1), ob.channel("b", 2)]),
            "channel('a', 1) + channel('b', 2)",
        ),
        (2 * (ob.channel("a", 1) - "b:2"), "2 * (channel('a', 1) - channel('b', 2))"),
        (
            ob.channel("a", 1) - (ob.channel("b", 2) + 1),
            "channel('a', 1) - (channel('b', 2) + 1)",
        ),
        (
            ob.channel("a", 1) - 0.1 * ob.total_variation(),
            "channel('a', 1) - 0.1 * total_variation()",
        ),
        (ob.neuron("a", 1, x=2, y=3), "neuron('a', 1, x=2, y=3)"),
        (ob.logit("eye", batch=0), "logit('eye', batch=0)"),
        (
            ob.direction("a", [1.0, 2.0], cosine_power=2),
            "direction('a', <2>, cosine_power=2)",
        ),
        (-ob.deepdream("a"), "-1 * deepdream('a')"),
        (ob.l2(batch=1), "l2(batch=1)"),
        (
            ob.channel_interpolation("a", 1, "b", 2),
            "channel_interpolation('a', 1, 'b', 2)",
        ),
    ],
)
def test_names_read_like_the_code(objective, text):
    assert repr(objective) == text


def test_strings_are_channels(acts):
    close("a:3", acts["a"][:, 3].mean(), acts)
    assert as_objective("mixed:4a:12").layers == {"mixed:4a"}  # the last colon counts
    assert as_objective("conv5:pre:7").layers == {"conv5:pre"}


def test_functions_and_numbers_are_objectives(acts):
    def brightness(activations):
        return activations["image"].mean()

    assert repr(as_objective(brightness)) == "brightness"
    close(brightness, acts["image"].mean(), acts)
    close(2.5, 2.5, acts)
    brightness.layers = ["a"]
    assert as_objective(brightness).layers == {"a"}
    same = Objective(brightness, ["a"], "mine")
    assert as_objective(same) is same and repr(same) == "mine"


@pytest.mark.parametrize("thing", ["conv5", "conv5:x", ":", None, [1, 2]])
def test_what_is_no_objective_is_refused(thing):
    with pytest.raises(ValueError, match="layer:channel"):
        as_objective(thing)


def test_division_by_objectives_is_refused():
    with pytest.raises(ValueError, match="divided by a number"):
        ob.channel("a", 1) / ob.channel("b", 1)


# ---- units -------------------------------------------------------------------------


def test_channel_is_a_mean(acts):
    close(ob.channel("a", 2), acts["a"][:, 2].mean(), acts)
    close(ob.channel("a", -1), acts["a"][:, 3].mean(), acts)
    close(ob.channel("logits", 4), acts["logits"][:, 4].mean(), acts)


BOUND = {
    "channel": lambda k: ob.channel("a", 2, batch=k),
    "neuron": lambda k: ob.neuron("a", 2, batch=k),
    "logit": lambda k: ob.logit(3, batch=k),
    "direction": lambda k: ob.direction(
        "a", [1.0, -1.0, 2.0, 0.5], cosine_power=1, batch=k
    ),
    "direction_neuron": lambda k: ob.direction_neuron(
        "a", [1.0, -1.0, 2.0, 0.5], batch=k
    ),
    "tensor_direction": lambda k: ob.tensor_direction("a", numbers(4, 3, 3), batch=k),
    "deepdream": lambda k: ob.deepdream("a", batch=k),
    "total_variation": lambda k: ob.total_variation(batch=k),
    "l1": lambda k: ob.l1(batch=k),
    "l2": lambda k: ob.l2(batch=k),
    "blur_each_step": lambda k: ob.blur_each_step(batch=k),
    "boundary_complexity": lambda k: ob.boundary_complexity(2, batch=k),
}


@pytest.mark.parametrize("make", BOUND.values(), ids=BOUND)
def test_batch_binds_to_one_picture(make, acts):
    for k in (0, 1, 2, -1):
        alone = Activations({name: a[[k]] for name, a in acts.items()})
        close(make(k), make(None)(alone), acts)
    for tensor in acts.values():
        tensor.requires_grad_()
    make(1)(acts).backward()
    grads = [t.grad for t in acts.values() if t.grad is not None]
    assert grads and all(
        g[1].abs().sum() > 0 and g[0].abs().sum() == g[2].abs().sum() == 0
        for g in grads
    )


def test_neuron_sits_in_the_centre(acts):
    close(ob.neuron("a", 1), acts["a"][:, 1, 5 // 2, 6 // 2].mean(), acts)
    close(ob.neuron("b", 1), acts["b"][:, 1, 2, 2].mean(), acts)
    close(ob.neuron("a", 1, x=5, y=0), acts["a"][:, 1, 0, 5].mean(), acts)
    close(ob.neuron("a", 1, x=-1), acts["a"][:, 1, 2, -1].mean(), acts)


def test_logit_takes_an_index_or_a_name(acts):
    close(ob.logit(1), acts["logits"][:, 1].mean(), acts)
    close(ob.logit("stripe"), acts["logits"][:, 1].mean(), acts)


def test_direction_is_a_dot_product_with_cosine_power(acts):
    v = torch.tensor([1.0, -2.0, 0.5, 3.0])
    dot = torch.einsum("nchw,c->nhw", acts["a"], v)
    close(ob.direction("a", v), dot.mean(), acts)
    cosine = dot / (acts["a"].norm(dim=1) * v.norm())
    close(
        ob.direction("a", v, cosine_power=2),
        (dot * cosine.clamp(min=0.1) ** 2).mean(),
        acts,
    )
    close(ob.direction_neuron("a", v), dot[:, 2, 3].mean(), acts)
    close(
        ob.direction_neuron("a", v, x=0, y=4, cosine_power=1),
        (dot * cosine.clamp(min=0.1))[:, 4, 0].mean(),
        acts,
    )


def test_direction_of_a_unit_vector_is_its_channel(acts):
    close(ob.direction("a", [0.0, 0.0, 1.0, 0.0]), ob.channel("a", 2)(acts), acts)


def test_cosine_power_prefers_the_same_direction_to_size():
    v = torch.tensor([1.0, 0.0])
    close_but_small, large_but_off = torch.tensor([1.0, 0.0]), torch.tensor([2.0, 6.0])
    score = lambda a, power: ob.direction("a", v, cosine_power=power)(
        {"a": a.view(1, 2, 1, 1)}
    ).item()
    assert score(large_but_off, 0) > score(close_but_small, 0)
    assert score(large_but_off, 2) < score(close_but_small, 2)


def test_tensor_direction_is_centred(acts):
    small, a = numbers(4, 3, 2, seed=9), acts["a"]
    close(
        ob.tensor_direction("a", small),
        (a[:, :, 1:4, 2:4] * small).sum((1, 2, 3)).mean(),
        acts,
    )
    large = numbers(4, 9, 6, seed=9)
    close(
        ob.tensor_direction("a", large), (a * large[:, 2:7]).sum((1, 2, 3)).mean(), acts
    )
    dot = (a * large[:, 2:7]).sum((1, 2, 3))
    cosine = dot / (a.flatten(1).norm(dim=1) * large[:, 2:7].norm())
    close(
        ob.tensor_direction("a", large, cosine_power=1),
        (dot * cosine.clamp(min=0.1)).mean(),
        acts,
    )


def test_deepdream_is_the_mean_square(acts):
    close(ob.deepdream("b"), (acts["b"] ** 2).mean(), acts)


# ---- several pictures --------------------------------------------------------------


def test_channel_interpolation_weighs_frames_from_first_to_last(acts):
    first, second = acts["a"][:, 1].mean((1, 2)), acts["b"][:, 4].mean((1, 2))
    expected = sum((1 - k / 2) * first[k] + k / 2 * second[k] for k in range(3))
    close(ob.channel_interpolation("a", 1, "b", 4), expected, acts)
    acts["a"].requires_grad_()
    ob.channel_interpolation("a", 1, "b", 4)(acts).backward()
    assert acts["a"].grad[2].abs().sum() == 0 < acts["a"].grad[0].abs().sum()


def test_channel_interpolation_of_one_picture_is_its_start(acts):
    one = {name: a[:1] for name, a in acts.items()}
    close(ob.channel_interpolation("a", 1, "b", 4), one["a"][:, 1].mean(), one)


def test_alignment_compares_frames_up_to_four_apart():
    a = numbers(7, 2, 3, 3)
    expected = -sum(
        (a[:-lag] - a[lag:]).pow(2).mean() / 3.0**lag for lag in (1, 2, 3, 4)
    )
    close(ob.alignment("a", decay_ratio=3), expected, {"a": a})
    close(ob.alignment("a"), -(a[0] - a[1]).pow(2).mean() / 2, {"a": a[:2]})
    close(ob.alignment("a"), 0, {"a": a[:1].expand(5, -1, -1, -1)})


def test_diversity_measures_likeness_of_style():
    a = numbers(3, 4, 5, 5)
    grams = [torch.einsum("chw,dhw->cd", x, x) for x in a]
    unit = [g / g.norm() for g in grams]
    expected = sum((unit[i] * unit[j]).sum() for i in range(3) for j in range(i)) / 3
    close(ob.diversity("a"), expected, {"a": a})
    same = a[:1].expand(4, -1, -1, -1)
    # six pairs, all equal, over a batch of four
    close(ob.diversity("a"), 6 / 4, {"a": same})
    disjoint = torch.zeros(2, 2, 3, 3)
    disjoint[0, 0] = disjoint[1, 1] = 1
    close(ob.diversity("a"), 0, {"a": disjoint})


# ---- penalties on the picture ------------------------------------------------------


def test_total_variation_of_a_step_is_its_length_times_its_height():
    image = torch.zeros(1, 1, 6, 10)
    image[..., 4:] = 0.7
    close(ob.total_variation(), 6 * 0.7, {"image": image})
    close(ob.total_variation(), 0, {"image": torch.full((1, 3, 5, 5), 0.3)})


def test_l1_and_l2(acts):
    x = acts["image"]
    close(ob.l1(), x.abs().sum(), acts)
    close(ob.l1(0.5), (x - 0.5).abs().sum(), acts)
    close(ob.l2(0.5), math.sqrt(1e-6 + float(((x - 0.5) ** 2).sum())), acts)
    flat = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    ob.l2(0.5)({"image": flat}).backward()
    assert torch.isfinite(flat.grad).all()


def test_input_difference_is_the_root_mean_square(acts):
    other = torch.full((1, 3, 8, 9), 0.25)
    close(
        ob.input_difference(other), ((acts["image"] - other) ** 2).mean().sqrt(), acts
    )


def blur3(x):
    """The original's kernel: 1 in the centre, 0.5 around, over the pixels that
    exist.
    """
    out, weight = torch.zeros_like(x), torch.zeros_like(x)
    height, width = x.shape[2:]
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            k = 1.0 if dx == dy == 0 else 0.5
            rows, columns = (
                slice(max(0, dy), height + min(0, dy)),
                slice(max(0, dx), width + min(0, dx)),
            )
            source = x[
                :,
                :,
                max(0, -dy) : height - max(0, dy),
                max(0, -dx) : width - max(0, dx),
            ]
            out[:, :, rows, columns] += k * source
            weight[:, :, rows, columns] += k
    return out / weight


def test_blurring_each_step_has_the_gradient_of_a_blur(acts):
    x = acts["image"].clone().requires_grad_()
    ob.blur_each_step()({"image": x}).backward()
    assert torch.allclose(x.grad, x.detach() - blur3(x.detach()), atol=1e-6)
    close(
        ob.blur_each_step(),
        0.5 * (acts["image"] - blur3(acts["image"])).square().sum(),
        acts,
    )
    moved = x.detach() - 0.3 * x.grad  # descent with step 0.3 blurs by 0.3
    assert torch.allclose(moved, 0.7 * x.detach() + 0.3 * blur3(x.detach()), atol=1e-6)


def test_blurring_alpha_leaves_the_colours_alone():
    x = torch.rand(1, 4, 6, 6, requires_grad=True)
    ob.blur_each_step(alpha=True)({"image": x}).backward()
    assert x.grad[:, :3].abs().sum() == 0 < x.grad[:, 3].abs().sum()
    x.grad = None
    ob.blur_each_step()({"image": x}).backward()
    assert x.grad[:, 3].abs().sum() == 0 < x.grad[:, :3].abs().sum()


def test_boundary_complexity_looks_at_the_border_only():
    flat = torch.full((2, 3, 30, 40), 0.5)
    close(ob.boundary_complexity(8), 0, {"image": flat})
    inside = flat.clone()
    inside[..., 12:18, 12:28] = 1  # out of reach of the 5×5 blur at the border
    close(ob.boundary_complexity(8), 0, {"image": inside})
    border = torch.ones(30, 40)
    border[8:-8, 8:-8] = 0
    grey = torch.full((1, 3, 30, 40), 0.9)  # smooth, but not the constant
    close(ob.boundary_complexity(8), 3 * border.sum() * 0.8 * 0.4**2, {"image": grey})
    dot = flat[:1].clone()
    dot[:, :, 4, 20] += 0.25
    spread = 0.25**2 * ((1 - 1 / 25) ** 2 + 24 / 25**2 + 0.8)
    close(ob.boundary_complexity(8), 3 * spread, {"image": dot})


def test_a_border_of_no_width_is_none():
    noise = torch.rand(1, 3, 30, 40, generator=torch.Generator().manual_seed(0))
    noise.requires_grad_()
    value = ob.boundary_complexity(0)({"image": noise})
    assert value.item() == 0
    value.backward()
    assert noise.grad.abs().max() == 0
    ring = ob.boundary_complexity(1)({"image": noise}).item()
    assert 0 < ring < ob.boundary_complexity(2)({"image": noise}).item()


def test_a_border_wider_than_the_picture_is_all_of_it():
    grey = torch.full((1, 3, 10, 14), 0.9)
    whole = 3 * 10 * 14 * 0.8 * 0.4**2
    for width in (7, 9, 10, 13, 14, 20, 10**6):
        close(ob.boundary_complexity(width), whole, {"image": grey})
    # rows run out first: of ten, four on each side leave two
    close(ob.boundary_complexity(4), whole * (140 - 2 * 6) / 140, {"image": grey})
    close(ob.boundary_complexity(5), whole, {"image": grey})


@pytest.mark.parametrize("width", [-1, 2.5, "3", None, True], ids=repr)
def test_a_borders_width_is_a_count(width):
    with pytest.raises(ValueError, match="^width=.* whole number of at least 0"):
        ob.boundary_complexity(width)


def test_frames_without_lags_have_nothing_to_align():
    a = numbers(4, 2, 3, 3).requires_grad_()
    value = ob.alignment("a", lags=0)({"a": a})
    assert value.item() == 0
    value.backward()
    assert a.grad.abs().max() == 0


def test_options_out_of_range_are_refused():
    for lags in (-1, 1.5):
        with pytest.raises(ValueError, match="^lags=.* at least 0"):
            ob.alignment("a", lags=lags)
    for ratio in (0, -2.0, math.nan):
        with pytest.raises(ValueError, match="^decay_ratio=.* must be positive"):
            ob.alignment("a", decay_ratio=ratio)
    for epsilon in (-1e-6, math.nan):
        with pytest.raises(ValueError, match="^epsilon=.* at least 0"):
            ob.l2(epsilon=epsilon)
    with pytest.raises(ValueError, match="blurs the fourth channel.*has 3"):
        ob.blur_each_step(alpha=True)({"image": torch.rand(1, 3, 6, 6)})


# ---- gradients where everything is zero --------------------------------------------

FLAT = {
    "alignment": ob.alignment("a"),
    "blur_each_step": ob.blur_each_step(),
    "blur_each_step alpha": ob.blur_each_step(alpha=True),
    "boundary_complexity": ob.boundary_complexity(2, constant=0.0),
    "channel": ob.channel("a", 1),
    "channel_interpolation": ob.channel_interpolation("a", 1, "a", 2),
    "deepdream": ob.deepdream("a"),
    "direction": ob.direction("a", [1.0, -2.0, 0.0, 3.0], cosine_power=2),
    "direction along nothing": ob.direction("a", [0.0] * 4, cosine_power=1),
    "direction, a root": ob.direction("a", [1.0] * 4, cosine_power=0.5),
    "direction, inverse": ob.direction("a", [1.0] * 4, cosine_power=-1),
    "direction of logits": ob.direction("logits", [1.0] * 5, cosine_power=1),
    "direction_neuron": ob.direction_neuron("a", [1.0] * 4, cosine_power=1),
    "diversity": ob.diversity("a"),
    "input_difference": ob.input_difference(torch.zeros(1, 4, 8, 9)),
    "l1": ob.l1(),
    "l2": ob.l2(),
    "l2 without epsilon": ob.l2(epsilon=0.0),
    "logit": ob.logit(1),
    "neuron": ob.neuron("a", 1),
    "tensor_direction": ob.tensor_direction("a", torch.ones(4, 3, 3), cosine_power=2),
    "tensor_direction along nothing": ob.tensor_direction(
        "a", torch.zeros(4, 9, 9), cosine_power=2
    ),
    "total_variation": ob.total_variation(),
}


def test_every_objective_is_tried_on_nothing():
    made = {
        name
        for name in ob.__all__
        if inspect.isfunction(thing := getattr(ob, name))
        and thing.__annotations__.get("return") is Objective
    }
    helpers = {"as_objective", "unit"}
    assert {name.split()[0].rstrip(",") for name in FLAT} == made - helpers


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [0.0, 1e-30, 1e-12, 1e-4])
@pytest.mark.parametrize("name", FLAT)
def test_gradients_are_finite_where_there_is_nothing(name, size, dtype):
    shapes = {"a": (3, 4, 5, 6), "logits": (3, 5), "image": (3, 4, 8, 9)}
    acts = {
        key: (size * numbers(*shape, seed=k)).to(dtype).requires_grad_()
        for k, (key, shape) in enumerate(shapes.items())
    }
    value = FLAT[name](acts)
    value.backward()
    assert torch.isfinite(value)
    grads = [t.grad for t in acts.values() if t.grad is not None]
    assert grads and all(torch.isfinite(grad).all() for grad in grads)


def test_one_silent_place_does_not_spoil_the_others(acts):
    """A ReLU leaves whole positions at zero: the rest is climbed as before."""
    v = torch.tensor([1.0, -2.0, 0.5, 3.0])
    a = acts["a"].clone()
    a[:, :, 1, 2] = 0
    a.requires_grad_()
    ob.direction("a", v, cosine_power=2)({"a": a}).backward()
    assert torch.isfinite(a.grad).all()
    b = acts["a"].clone().requires_grad_()
    dot = torch.einsum("nchw,c->nhw", b, v)
    cosine = dot / (b.norm(dim=1) * v.norm() + 1e-6)
    (dot * cosine.clamp(min=0.1) ** 2).mean().backward()
    elsewhere = torch.ones(5, 6, dtype=torch.bool)
    elsewhere[1, 2] = False
    assert torch.allclose(a.grad[..., elsewhere], b.grad[..., elsewhere], atol=1e-6)
    assert a.grad[..., ~elsewhere].abs().max() > 0


def test_the_distance_from_a_picture_can_be_left_and_returned_to():
    start = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    x = start.clone().requires_grad_()
    ob.input_difference(start)({"image": x}).backward()
    assert x.grad.abs().max() == 0
    moved = (start + 0.1).requires_grad_()
    ob.input_difference(start)({"image": moved}).backward()
    # each pixel's share of a root mean square
    assert torch.allclose(moved.grad, torch.full_like(moved, 1 / 108), atol=1e-5)
    # and NaN is not hidden
    lost = ob.input_difference(start)({"image": start * math.nan})
    assert math.isnan(lost)


# ---- mistakes ----------------------------------------------------------------------


def test_mistakes_are_explained(acts):
    for objective, message in [
        (ob.channel("a", 9), "channel 9 does not exist: 'a' has 4, from 0 to 3"),
        (
            ob.channel("a", 1, batch=3),
            "batch=3 does not exist: the image has 3 pictures",
        ),
        (
            ob.neuron("a", 1, x=6),
            "x=6, y=2 lies outside 'a', which is 6 wide and 5 high",
        ),
        (
            ob.direction("a", [1.0, 2.0]),
            "the direction has 2 numbers, but 'a' has 4 channels",
        ),
        (ob.direction_neuron("a", [1.0, 2.0]), "the direction has 2 numbers"),
        (ob.direction_neuron("a", [1.0] * 4, x=99), "lies outside 'a'"),
        (
            ob.tensor_direction("a", torch.ones(2, 3, 3)),
            "has 2 channels, but 'a' has 4",
        ),
        (ob.logit("strip"), "there is no class 'strip'; the nearest are 'stripe'"),
        (ob.logit(5), "class 5 does not exist: the network has 5, from 0 to 4"),
    ]:
        with pytest.raises(ValueError, match=message):
            objective(acts)
    with pytest.raises(ValueError, match=r"shape \(C, H, W\)"):
        ob.tensor_direction("a", [1.0, 2.0])
    for objective in (ob.alignment("a"), ob.diversity("a")):
        with pytest.raises(ValueError, match="there is only one"):
            objective({"a": numbers(1, 2, 3, 3)})
    with pytest.raises(
        ValueError, match="does not name its classes; use an index from 0 to 4"
    ):
        ob.logit("stripe")({"logits": acts["logits"]})
