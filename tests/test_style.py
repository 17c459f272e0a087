import functools
import inspect

import numpy as np
import pytest
import torch

from dputils import style
from dputils.style import (
    MovingAverageGram,
    content_loss,
    gram_matrix,
    mean_absolute,
    mmd_loss,
    moment_loss,
    style_loss,
)


def features(count=2, channels=5, height=6, width=7, seed=0):
    return torch.randn(
        count, channels, height, width, generator=torch.Generator().manual_seed(seed)
    )


def test_gram_matrix_is_the_mean_product_of_channels():
    a = features()
    expected = np.einsum("nchw,ndhw->ncd", a.numpy(), a.numpy()) / (6 * 7)
    np.testing.assert_allclose(gram_matrix(a).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_gram_matrix_is_symmetric_and_positive_semi_definite():
    # fewer positions than channels: singular
    gram = gram_matrix(features(channels=12, height=2, width=3).double())
    assert torch.allclose(gram, gram.transpose(1, 2))
    assert torch.linalg.eigvalsh(gram).min() > -1e-12


def test_gram_matrix_keeps_the_pictures_of_a_batch_apart():
    a = features()
    assert torch.allclose(
        gram_matrix(a), torch.cat([gram_matrix(a[:1]), gram_matrix(a[1:])]), atol=1e-7
    )
    x = a.clone().requires_grad_()
    gram_matrix(x)[0].sum().backward()
    assert x.grad[0].abs().sum() > 0 and x.grad[1].abs().sum() == 0


def test_gram_matrix_forgets_where_things_are():
    a = features()
    order = torch.randperm(42, generator=torch.Generator().manual_seed(1))
    shuffled = a.flatten(2)[:, :, order].view_as(a)
    assert torch.allclose(gram_matrix(a), gram_matrix(shuffled), atol=1e-6)
    # but not which channel it was
    assert not torch.allclose(gram_matrix(a), gram_matrix(a.flip(1)), atol=1e-2)


def test_gram_matrix_does_not_depend_on_the_size():
    a = features()
    assert torch.allclose(gram_matrix(a), gram_matrix(a.repeat(1, 1, 3, 2)), atol=1e-6)


def test_gram_matrix_needs_maps():
    with pytest.raises(ValueError, match=r"\(N, C, H, W\)"):
        gram_matrix(torch.zeros(3, 4))


# ---- the moving average ------------------------------------------------------------


def test_moving_average_has_the_averages_value():
    memory, average = MovingAverageGram(0.9), None
    for seed in range(5):
        gram = gram_matrix(features(seed=seed))
        average = gram if average is None else 0.9 * average + 0.1 * gram
        assert torch.allclose(memory(gram), average, atol=1e-6)


def test_moving_average_starts_at_the_first_gram_matrix():
    gram = gram_matrix(features())
    assert torch.equal(MovingAverageGram(0.95)(gram), gram)


def test_moving_average_has_the_plain_grams_gradient():
    memory = MovingAverageGram(0.95)
    memory(gram_matrix(features(seed=1)))
    a = features(seed=2).requires_grad_()
    weights = torch.randn(2, 5, 5, generator=torch.Generator().manual_seed(3))
    (memory(gram_matrix(a)) * weights).sum().backward()
    plain = features(seed=2).requires_grad_()
    (gram_matrix(plain) * weights).sum().backward()
    assert torch.equal(a.grad, plain.grad)  # not scaled by 1 - decay = 0.05


def test_moving_average_without_decay_has_no_memory():
    memory = MovingAverageGram(0.0)
    memory(gram_matrix(features(seed=1)))
    gram = gram_matrix(features(seed=2))
    assert torch.equal(memory(gram), gram)


def test_moving_average_keeps_no_graph_and_resets():
    memory = MovingAverageGram(0.95)
    memory(gram_matrix(features().requires_grad_()))
    assert not memory.average.requires_grad and "average" in memory.state_dict()
    memory.reset()
    gram = gram_matrix(features(seed=4))
    assert torch.equal(memory(gram), gram)


@pytest.mark.parametrize("decay", [-0.1, 1.0, 2])
def test_moving_average_refuses_impossible_decays(decay):
    with pytest.raises(ValueError, match="below 1"):
        MovingAverageGram(decay)


# ---- losses ------------------------------------------------------------------------


def test_style_loss_is_the_sum_of_mean_absolute_differences():
    grams = {
        "a": gram_matrix(features(seed=1)),
        "b": gram_matrix(features(channels=3, seed=2)),
    }
    targets = {
        "a": gram_matrix(features(1, seed=3)),
        "b": gram_matrix(features(1, channels=3, seed=4)),
    }
    expected = sum(np.abs(grams[k].numpy() - targets[k].numpy()).mean() for k in grams)
    assert style_loss(grams, targets).item() == pytest.approx(expected, rel=1e-5)
    weighted = style_loss(grams, targets, weights={"a": 2.0, "b": 0.0})
    assert weighted.item() == pytest.approx(
        2 * style_loss(grams, {"a": targets["a"]}).item(), rel=1e-5
    )
    assert style_loss(grams, grams).item() == 0


def test_losses_ignore_values_without_a_target():
    found = {"a": features(seed=1), "unused": features(seed=2)}
    assert content_loss(found, {"a": features(seed=3)}) == content_loss(
        {"a": found["a"]}, {"a": features(seed=3)}
    )


def test_relative_losses_do_not_feel_the_scale_of_a_layer():
    found, target = features(seed=1), features(seed=2)
    one = content_loss({"a": found}, {"a": target}, relative=True)
    thousand = content_loss({"a": 1000 * found}, {"a": 1000 * target}, relative=True)
    assert thousand.item() == pytest.approx(one.item(), rel=1e-5)
    assert content_loss(
        {"a": 0 * target}, {"a": target}, relative=True
    ).item() == pytest.approx(1.0, rel=1e-5)
    assert content_loss({"a": 1000 * found}, {"a": 1000 * target}) > 100 * content_loss(
        {"a": found}, {"a": target}
    )


def test_relative_losses_survive_a_silent_target():
    loss = content_loss(
        {"a": features().requires_grad_()},
        {"a": torch.zeros(2, 5, 6, 7)},
        relative=True,
    )
    assert torch.isfinite(loss)


def test_any_distance_can_be_used():
    found, target = features(seed=1), features(seed=2)
    loss = content_loss(
        {"a": found}, {"a": target}, distance=torch.nn.functional.mse_loss
    )
    assert loss.item() == pytest.approx(((found - target) ** 2).mean().item(), rel=1e-6)


@pytest.mark.parametrize("loss", [style_loss, content_loss])
def test_a_weight_without_a_target_is_named(loss):
    found = {"conv1": features(height=5, width=5), "conv2": features(height=5, width=5)}
    target = {"conv1": found["conv2"]}
    with pytest.raises(ValueError, match="weight for 'typo', but no .*for .'conv1'."):
        loss(found, target, weights={"typo": 0})
    with pytest.raises(ValueError, match="'cnov1'.*the nearest is 'conv1'"):
        loss(found, target, weights={"conv1": 2.0, "cnov1": 1.0})
    # there are values of that layer, but nothing to compare them with
    with pytest.raises(ValueError, match="'conv2', but no target"):
        loss(found, target, weights={"conv2": 0.0})
    with pytest.raises(ValueError, match="weight for 3, but no target"):
        loss(found, target, weights={3: 1.0})
    for bad in (2.0, [1.0], "conv1"):
        with pytest.raises(ValueError, match=r"for example \{'conv1': 1.0\}"):
            loss(found, target, weights=bad)
    assert loss(found, target, weights={}) == loss(found, target)


def test_as_many_targets_as_pictures():
    with pytest.raises(ValueError, match="at 'a' there are 2 pictures and 3 targets"):
        content_loss({"a": features(2)}, {"a": features(3)})
    with pytest.raises(ValueError, match="at 'a' there are 1 pictures and 2 targets"):
        content_loss({"a": features(1)}, {"a": features(2)})


@pytest.mark.parametrize(
    "distance",
    [
        lambda a, b: (a - b).abs(),
        lambda a, b: (a - b).abs().mean((0, 2, 3)),
        lambda a, b: (a - b).abs().mean((1, 2, 3))[None],
    ],
)
def test_distances_of_another_shape_are_refused(distance):
    with pytest.raises(
        ValueError, match=r"at 'a' the distance has shape .* 2 pictures"
    ):
        content_loss({"a": features()}, {"a": features()}, distance=distance)


def test_distances_may_keep_pictures_apart_or_be_bare_numbers():
    found, target = {"a": features(3, seed=1)}, {"a": features(1, seed=2)}

    def apart(a, b):
        return (a - b).abs().mean((1, 2, 3))

    each = content_loss(found, target, distance=apart, relative=True)
    assert each.shape == (3,)
    together = content_loss(found, target, relative=True)
    assert each.mean().item() == pytest.approx(together.item(), rel=1e-5)
    assert content_loss(found, target, distance=lambda a, b: 3).item() == 3


def test_gradients_reach_the_found_values_only():
    found, target = features(seed=1).requires_grad_(), features(seed=2)
    style_loss({"a": gram_matrix(found)}, {"a": gram_matrix(target)}).backward()
    assert found.grad.abs().sum() > 0


def test_missing_layers_and_wrong_sizes_are_named():
    with pytest.raises(ValueError, match=r"missing: \['b'\]"):
        style_loss({"a": features()}, {"a": features(), "b": features()})
    with pytest.raises(ValueError, match="targets for"):
        style_loss({"a": features()}, {})
    with pytest.raises(
        ValueError, match=r"at 'a' the shapes .*\(2, 5, 6, 7\).*\(2, 5, 6, 8\)"
    ):
        content_loss({"a": features()}, {"a": features(width=8)})


# ---- moments -----------------------------------------------------------------------


def numpy_moment_loss(found, target, order, central):
    """Equation 1.4 of the source, word for word, for one picture each."""

    def moment(channel, i):
        return (
            channel.mean()
            if i == 1
            else ((channel - channel.mean() * central) ** i).mean()
        )

    total = 0.0
    for i in range(1, order + 1):
        of_target = [moment(channel, i) for channel in target]
        psi = min(1.0, 1 / abs(np.mean(of_target)))
        total += psi * sum(
            (a - moment(channel, i)) ** 2 for a, channel in zip(of_target, found)
        )
    return total / len(found)


@pytest.mark.parametrize("central", [True, False])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_moment_loss_is_the_formula(order, central):
    # large ones: ψ is at work
    found, target = features(seed=1).double() + 1, 2 * features(seed=2).double() + 0.5
    expected = [
        numpy_moment_loss(a.numpy(), b.numpy(), order, central)
        for a, b in zip(found, target)
    ]
    np.testing.assert_allclose(
        moment_loss(found, target, order, central=central).numpy(), expected, rtol=1e-10
    )


def test_moment_loss_of_two_constants():
    a, b = torch.full((1, 1, 4, 4), 3.0), torch.full((1, 1, 2, 2), 5.0)
    assert moment_loss(a, b, 1).item() == pytest.approx((3 - 5) ** 2 / 5)  # ψ = 1/5
    # constants have no central moments
    assert moment_loss(a, b, 4).item() == pytest.approx((3 - 5) ** 2 / 5)
    # a small moment keeps its weight of 1
    assert moment_loss(a, b / 10, 1).item() == pytest.approx((3 - 0.5) ** 2)
    squares = (3 - 5) ** 2 / 5 + (9 - 25) ** 2 / 25
    assert moment_loss(a, b, 2, central=False).item() == pytest.approx(squares)


def test_moment_loss_stays_a_loss_where_activations_lean_to_the_left():
    target = features(seed=1) ** 3
    # a long tail below: the mean third moment is far below -1
    target = target - 20 * (target < -1) * target.abs()
    far = moment_loss(2 * target, target, 3) - moment_loss(2 * target, target, 2)
    assert (far > 0).all()


def test_moment_loss_forgets_places_and_sizes_but_not_channels():
    a = features()
    order = torch.randperm(42, generator=torch.Generator().manual_seed(1))
    shuffled = a.flatten(2)[:, :, order].view_as(a)
    assert moment_loss(shuffled, a, 4).max() < 1e-10
    assert moment_loss(a.repeat(1, 1, 3, 2), a, 4).max() < 1e-10
    assert moment_loss(a.flip(1), a, 4).min() > 1e-3


def test_more_moments_tell_more_apart():
    steps = torch.tensor([-1.0, 1.0]).repeat(50)
    # mean 0, variance 1, like the steps
    skewed = torch.cat([torch.full((20,), 2.0), torch.full((80,), -0.5)])
    # and symmetric
    heavy = torch.cat(
        [torch.full((10,), 5**0.5), torch.full((10,), -(5**0.5)), torch.zeros(80)]
    )
    steps, skewed, heavy = (a.view(1, 1, 10, 10) for a in (steps, skewed, heavy))
    assert (
        moment_loss(skewed, steps, 2).item()
        < 1e-10
        < 1
        < moment_loss(skewed, steps, 3).item()
    )
    assert (
        moment_loss(heavy, steps, 3).item()
        < 1e-8
        < 1
        < moment_loss(heavy, steps, 4).item()
    )


def test_moment_loss_keeps_the_pictures_of_a_batch_apart():
    found, target = features(3, seed=1), features(1, seed=2)
    each = moment_loss(found, target, 3)
    assert each.shape == (3,)
    assert torch.allclose(
        each, torch.cat([moment_loss(a[None], target, 3) for a in found]), rtol=1e-5
    )
    x = found.clone().requires_grad_()
    moment_loss(x, target, 3)[1].backward()
    assert (
        x.grad[1].abs().sum() > 0
        and x.grad[0].abs().sum() == x.grad[2].abs().sum() == 0
    )


@pytest.mark.parametrize("central", [True, False])
def test_moment_loss_has_the_right_gradient(central):
    found = features(1, 3, 3, 2, seed=1).double().requires_grad_()
    target = features(1, 3, 2, 2, seed=2).double()
    assert torch.autograd.gradcheck(
        lambda a: moment_loss(a, target, 4, central=central), found
    )


@pytest.mark.parametrize("order", [0, -1, 2.0, "2"])
def test_moment_loss_refuses_impossible_orders(order):
    with pytest.raises(ValueError, match="order=.*at least 1"):
        moment_loss(features(), features(), order)


# ---- maximum mean discrepancy ------------------------------------------------------


def test_mmd_loss_is_the_formula():
    # 15 places: 7 pairs
    found, target = (
        features(1, 2, 3, 5, seed=1).double(),
        features(1, 2, 3, 5, seed=2).double(),
    )

    def k(a, b):
        return np.exp(-((a - b) ** 2) / (2 * 0.7**2))

    expected = 0.0
    for n, s in zip(found[0].flatten(1).numpy(), target[0].flatten(1).numpy()):
        for j in range(7):
            expected += (
                k(s[2 * j], s[2 * j + 1])
                + k(n[2 * j], n[2 * j + 1])
                - k(s[2 * j], n[2 * j + 1])
                - k(s[2 * j + 1], n[2 * j])
            )
    assert mmd_loss(found, target, bandwidth=0.7).item() == pytest.approx(
        expected, rel=1e-10
    )


def test_mmd_loss_is_zero_at_the_target_and_lower_with_neighbours_exchanged():
    target = features(height=4, width=6)
    assert mmd_loss(target, target).abs().max() < 1e-4
    exchanged = target.unflatten(3, (3, 2)).flip(4).flatten(3)
    s1, s2 = target[..., 0::2], target[..., 1::2]
    between = torch.exp(
        -((s1 - s2) ** 2) / (2 * target.flatten(1).std(1).view(-1, 1, 1, 1) ** 2)
    )
    torch.testing.assert_close(
        mmd_loss(exchanged, target), -2 * (1 - between).sum((1, 2, 3))
    )


def test_mmd_loss_ties_smooth_activations_to_their_places():
    ramp = torch.linspace(-1, 1, 64).view(1, 1, 8, 8)
    order = torch.randperm(32, generator=torch.Generator().manual_seed(1))
    moved = ramp.flatten(2).unflatten(2, (32, 2))[:, :, order].flatten(2).view_as(ramp)
    # All moments are alike, yet the loss is large: neighbours are alike, so h is about
    # 2 - 2 k(s, n), place by place.
    bandwidth = ramp.std().item()
    place_by_place = (
        2 * (1 - torch.exp(-((moved - ramp) ** 2) / (2 * bandwidth**2)))[..., ::2].sum()
    )
    assert mmd_loss(moved, ramp).item() == pytest.approx(
        place_by_place.item(), rel=0.05
    )
    assert place_by_place > 15
    generator = torch.Generator().manual_seed(0)
    values = torch.stack(
        [mmd_loss(moved, ramp, generator=generator) for _ in range(2000)]
    )
    # shuffled, it sees that nothing has changed
    assert abs(values.mean().item()) < 0.05 * place_by_place


def test_mmd_loss_with_a_generator_is_the_discrepancy_on_average():
    found, target = (
        0.5 * features(1, 1, 6, 6, seed=2).double() + 1,
        features(1, 1, 6, 6, seed=1).double(),
    )
    x, y = found.flatten(), target.flatten()

    def kernel(a, b):
        return torch.exp(-((a[:, None] - b) ** 2) / 2)

    # The mean over all pairs of two places within a picture, and over all pairs across,
    # as in Gretton's equation 3.
    within = sum((kernel(a, a).sum() - 36) / (36 * 35) for a in (x, y))
    expected = (within - 2 * kernel(x, y).mean()).item()
    generator = torch.Generator().manual_seed(0)
    pairs = [
        mmd_loss(found, target, bandwidth=1.0, generator=generator).item() / 18
        for _ in range(3000)
    ]
    assert np.mean(pairs) == pytest.approx(expected, abs=4 * np.std(pairs) / 3000**0.5)
    assert expected > 0.1


def test_mmd_loss_repeats_with_the_generators_seed():
    one, two = (
        mmd_loss(
            features(seed=1),
            features(seed=2),
            generator=torch.Generator().manual_seed(5),
        )
        for _ in range(2)
    )
    assert torch.equal(one, two)


def test_mmd_loss_measures_in_the_targets_own_spread():
    found, target = features(seed=1), features(seed=2)
    torch.testing.assert_close(
        mmd_loss(1000 * found, 1000 * target), mmd_loss(found, target)
    )
    # a silent layer has no spread
    assert torch.isfinite(mmd_loss(found, torch.zeros_like(target))).all()


def test_mmd_loss_keeps_the_pictures_of_a_batch_apart():
    found, target = features(3, seed=1), features(3, seed=2)
    each = mmd_loss(found, target)
    torch.testing.assert_close(
        each, torch.cat([mmd_loss(a[None], b[None]) for a, b in zip(found, target)])
    )
    torch.testing.assert_close(
        mmd_loss(found, target[:1])[2:], mmd_loss(found[2:], target[:1])
    )


def test_mmd_loss_has_the_right_gradient():
    found = features(1, 2, 2, 3, seed=1).double().requires_grad_()
    target = features(1, 2, 2, 3, seed=2).double()
    assert torch.autograd.gradcheck(lambda a: mmd_loss(a, target), found)
    generator = torch.Generator()
    assert torch.autograd.gradcheck(
        lambda a: mmd_loss(a, target, generator=generator.manual_seed(3)), found
    )


@pytest.mark.parametrize("bandwidth", [0, -1.0, float("nan")])
def test_mmd_loss_refuses_impossible_bandwidths(bandwidth):
    with pytest.raises(ValueError, match="must be positive"):
        mmd_loss(features(), features(), bandwidth=bandwidth)


@pytest.mark.parametrize("loss", [moment_loss, mmd_loss])
def test_both_are_distances_for_the_losses_over_layers(loss):
    found, target = (
        {"a": features(seed=s), "b": features(channels=3, seed=s + 1)} for s in (1, 3)
    )
    total = content_loss(found, target, distance=loss, weights={"b": 2.0})
    torch.testing.assert_close(
        total, loss(found["a"], target["a"]) + 2 * loss(found["b"], target["b"])
    )


@pytest.mark.parametrize("loss", [moment_loss, mmd_loss])
def test_activations_that_do_not_fit_are_refused(loss):
    with pytest.raises(ValueError, match=r"\(2, 5, 6, 7\) and \(2, 4, 6, 7\)"):
        loss(features(), features(channels=4))
    with pytest.raises(ValueError, match="one target or one for each"):
        loss(features(), features(count=3))
    gram = gram_matrix(features())
    for found, target in (
        (gram, features()),
        (features(), gram),
        (gram[0], gram[0]),
        (features()[0], features()[0]),  # a picture without its batch is no table
        (gram[:, :4], gram[:, :4]),
    ):
        with pytest.raises(ValueError, match=r"Gram matrices \(N, C, C\), not"):
            loss(found, target)


@pytest.mark.parametrize(
    "loss",
    [
        moment_loss,
        functools.partial(moment_loss, order=4, central=False),
        mmd_loss,
        functools.partial(mmd_loss, bandwidth=0.3),
        lambda a, b: mmd_loss(a, b, generator=torch.Generator().manual_seed(0)),
    ],
    ids=["moments", "four powers", "mmd", "mmd 0.3", "shuffled mmd"],
)
def test_both_are_distances_of_gram_matrices(loss):
    found, target = (
        {
            "a": gram_matrix(features(2, seed=seed)),
            "b": gram_matrix(features(2, channels=3, seed=seed + 1)),
        }
        for seed in (1, 3)
    )
    # a row is a channel, in one line
    lines = {
        name: loss(found[name][:, :, None], target[name][:, :, None]) for name in found
    }
    total = style_loss(found, target, distance=loss, weights={"b": 2.0})
    torch.testing.assert_close(total, lines["a"] + 2 * lines["b"])
    relative = style_loss(found, target, distance=loss, relative=True)
    sizes = {
        name: loss(gram, torch.zeros_like(gram)).abs() for name, gram in target.items()
    }
    torch.testing.assert_close(
        relative, lines["a"] / sizes["a"] + lines["b"] / sizes["b"]
    )
    itself = style_loss(target, target, distance=loss, relative=True)
    assert torch.isfinite(relative).all() and itself.shape == (2,)


@pytest.mark.parametrize("relative", [False, True])
def test_moments_of_gram_matrices_are_a_loss_to_descend(relative):
    target = {"a": gram_matrix(2 * features(1, seed=2) + 1)}
    x = features(1, seed=1).requires_grad_()

    def loss():
        return style_loss(
            {"a": gram_matrix(x)}, target, distance=moment_loss, relative=relative
        ).mean()

    first, adam = loss().item(), torch.optim.Adam([x], lr=0.05)
    for _ in range(100):
        adam.zero_grad()
        loss().backward()
        adam.step()
    assert loss().item() < 0.1 * first


# ---- gradients where everything is zero --------------------------------------------


def of_gram(loss):
    return lambda x, target: loss(
        {"a": gram_matrix(x)}, {"a": gram_matrix(target).detach()}
    )


def of_maps(loss):
    return lambda x, target: loss({"a": x}, {"a": target})


DISTANCES = {
    "mean_absolute": mean_absolute,
    "moment_loss": moment_loss,
    "mmd_loss": mmd_loss,
    "mmd_loss 0.5": functools.partial(mmd_loss, bandwidth=0.5),
}
FLAT = {
    **DISTANCES,
    "moment_loss 4": functools.partial(moment_loss, order=4),
    "gram_matrix": lambda x, target: gram_matrix(x) - gram_matrix(target),
    **{
        f"{name} {kind} {relative}": wrap(
            functools.partial(loss, distance=distance, relative=relative)
        )
        for name, loss, wrap in (
            ("style_loss", style_loss, of_gram),
            ("content_loss", content_loss, of_maps),
        )
        for kind, distance in DISTANCES.items()
        for relative in (False, True)
    },
}


def test_every_loss_is_tried_on_nothing():
    losses = {n for n in style.__all__ if inspect.isfunction(getattr(style, n))}
    assert {name.split()[0] for name in FLAT} == losses - {"load_fast_style"}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("target", [0.0, 1e-12, 1.0])
@pytest.mark.parametrize("size", [0.0, 1e-30, 1e-12, 1.0])
@pytest.mark.parametrize("name", FLAT)
def test_gradients_are_finite_where_there_is_nothing(name, size, target, dtype):
    x = (size * features(2, seed=1)).to(dtype).requires_grad_()
    value = FLAT[name](x, (target * features(1, seed=2)).to(dtype))
    value.sum().backward()
    assert torch.isfinite(value).all() and torch.isfinite(x.grad).all()


@pytest.mark.parametrize("loss", [moment_loss, mmd_loss])
def test_half_precision_does_not_overflow(loss):
    x = (300 * features(seed=1)).half().requires_grad_()
    target = (300 * features(seed=2)).half()
    value = loss(x, target)
    value.sum().backward()
    assert torch.isfinite(x.grad).all()
    torch.testing.assert_close(value, loss(x.float(), target.float()))
    silent = loss(features(seed=1).half(), torch.zeros(2, 5, 6, 7).half())
    assert torch.isfinite(silent).all()


def test_pairs_need_two_pictures_of_one_size_and_two_places():
    with pytest.raises(ValueError, match="one size"):
        mmd_loss(features(), features(width=8))
    with pytest.raises(ValueError, match="two positions"):
        mmd_loss(features(height=1, width=1), features(height=1, width=1))
