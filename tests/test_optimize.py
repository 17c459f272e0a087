import math

import pytest
import torch

from dputils.images import fourier_image, pixel_image
from dputils.objectives import channel, deepdream, total_variation
from dputils.optimize import (
    History,
    Interrupted,
    NonFiniteError,
    cosine_adam,
    kept,
    maximize,
    minimize,
)


def parameter(*values):
    return torch.tensor(values, requires_grad=True)


def sgd(lr, **options):
    return lambda parameters: torch.optim.SGD(parameters, lr=lr, **options)


def quiet(*args, **options):
    options.setdefault("progress", False)
    return maximize(*args, **options)


# ---- the loop ----------------------------------------------------------------------


def test_a_quadratic_follows_its_closed_form():
    """Gradient descent on sum a_i x_i^2 / 2 multiplies x_i by 1 - lr a_i a step."""
    a, start, lr = torch.tensor([1.0, 0.1, 3.0]), (2.0, -1.0, 0.5), 0.2
    x = parameter(*start)
    history = minimize(
        lambda: (a * x**2).sum() / 2, [x], steps=25, optimizer=sgd(lr), progress=False
    )
    expected = torch.tensor(start)[None] * (1 - lr * a) ** torch.arange(26)[:, None]
    assert torch.allclose(x.detach(), expected[-1], atol=1e-6)
    assert history.loss == pytest.approx(
        ((a * expected**2).sum(1) / 2)[:-1].tolist(), rel=1e-5
    )
    assert history.objective == [-value for value in history.loss]


def test_adam_with_its_step_size_is_the_default():
    x, y = parameter(1.0), parameter(1.0)
    minimize(lambda: (x**2).sum(), [x], steps=7, lr=0.03, progress=False)
    adam = torch.optim.Adam([y], lr=0.03)
    for _ in range(7):
        adam.zero_grad()
        (y**2).sum().backward()
        adam.step()
    assert torch.allclose(x, y, atol=1e-6)


def test_terms_are_summed_and_recorded():
    x = parameter(2.0)
    history = minimize(
        lambda: {"square": (x**2).sum(), "line": 3 * x.sum()},
        [x],
        steps=3,
        optimizer=sgd(0.1),
        progress=False,
    )
    assert (
        history.terms["square"][0] == 4
        and history.terms["line"][0] == 6
        and history.loss[0] == 10
    )
    assert all(len(values) == len(history) == 3 for values in history.terms.values())
    assert [a + b for a, b in zip(*history.terms.values())] == pytest.approx(
        history.loss
    )


def test_snapshots_are_taken_after_that_many_updates():
    x = parameter(1.0)
    history = minimize(
        lambda: x.sum(),
        [x],
        steps=4,
        optimizer=sgd(1.0),
        render=lambda: 10 * x,
        snapshots=(4, 0, 2, 2),
        progress=False,
    )
    assert {step: value.item() for step, value in history.snapshots.items()} == {
        0: 10,
        2: -10,
        4: -30,
    }
    assert not any(value.requires_grad for value in history.snapshots.values())


def test_on_step_sees_every_update_and_can_stop():
    x, seen = parameter(1.0), []

    def look(step, loss):
        seen.append((step, loss))
        return step < 3

    history = minimize(
        lambda: x.sum(),
        [x],
        steps=100,
        optimizer=sgd(1.0),
        on_step=look,
        progress=False,
    )
    assert (
        seen == [(1, 1.0), (2, 0.0), (3, -1.0)]
        and len(history) == 3
        and not history.interrupted
    )
    forever = minimize(
        lambda: x.sum(), [x], steps=5, on_step=lambda step, loss: None, progress=False
    )
    assert len(forever) == 5  # returning nothing goes on


def test_modules_and_frozen_parameters():
    layer = torch.nn.Linear(2, 1)
    layer.bias.requires_grad_(False)
    weight, bias = layer.weight.detach().clone(), layer.bias.clone()
    minimize(lambda: layer(torch.ones(1, 2)).sum(), layer, steps=2, progress=False)
    assert not torch.equal(layer.weight, weight) and torch.equal(layer.bias, bias)


def test_optimizer_and_loss_may_be_anything():
    x = parameter(3.0)
    minimize(
        lambda: (x - 1).abs().sum(),
        (p for p in [x]),
        steps=60,
        progress=False,
        optimizer=lambda p: torch.optim.RMSprop(p, lr=0.05),
    )
    assert x.item() == pytest.approx(1, abs=0.1)


def test_no_steps_change_nothing():
    x = parameter(1.0)
    history = minimize(
        lambda: x.sum(), [x], steps=0, render=lambda: x, snapshots=[0], progress=False
    )
    assert (
        x.item() == 1
        and len(history) == 0
        and history.snapshots[0].item() == 1
        and "0 steps" in repr(history)
    )


def test_history_tells_what_happened():
    x = parameter(1.0)
    history = minimize(
        lambda: x.sum(), [x], steps=3, optimizer=sgd(1.0), progress=False
    )
    assert isinstance(history, History) and history.seconds > 0
    assert repr(history).startswith("History(3 steps in") and "loss 1 -> -1" in repr(
        history
    )


def test_progress_bar_counts_the_steps(monkeypatch):
    class Bar:
        count, text, closed = 0, "", False

        def update(self):
            self.count += 1

        def set_postfix_str(self, text):
            self.text = text

        def close(self):
            self.closed = True

    bars, x = [], parameter(1.0)
    monkeypatch.setattr(
        "dputils.progress.progress",
        lambda total: bars.append((total, Bar())) or bars[-1][1],
    )
    minimize(lambda: x.sum(), [x], steps=20, optimizer=sgd(1.0))
    ((total, bar),) = bars
    assert total == bar.count == 20 and bar.closed and bar.text == "loss -18"
    minimize(lambda: x.sum(), [x], steps=20, progress=False)
    assert len(bars) == 1


# ---- stopping ----------------------------------------------------------------------


@pytest.mark.parametrize("where", ["loss", "on_step"])
def test_ctrl_c_keeps_the_result_and_stops(where):
    x, calls = parameter(10.0), []

    def loss():
        calls.append(1)
        if where == "loss" and len(calls) == 5:
            raise KeyboardInterrupt
        return x.sum()

    def on_step(step, value):
        if where == "on_step" and step == 4:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="stopped at step 4 of 100") as caught:
        minimize(
            loss, [x], steps=100, optimizer=sgd(1.0), on_step=on_step, progress=False
        )
    history = kept()
    assert history is caught.value.history and isinstance(
        caught.value, KeyboardInterrupt
    )
    assert history.interrupted and len(history) == 4 and x.item() == 6
    assert "interrupted" in repr(history)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_stops_at_the_last_good_state(bad):
    x = parameter(10.0)

    def loss():
        return x.sum() * (bad if x.item() < 7.5 else 1)

    with pytest.raises(
        NonFiniteError, match=r"at step 4.*Lower lr \(now 1\)"
    ) as caught:
        minimize(loss, [x], steps=100, optimizer=sgd(1.0), progress=False)
    assert caught.value.history.loss == [10, 9, 8]
    assert x.item() == 8  # the last one whose loss was a number
    assert isinstance(caught.value, FloatingPointError)


def test_the_largest_term_is_named():
    x = parameter(1.0)
    with pytest.raises(NonFiniteError, match="style is nan"):
        minimize(
            lambda: {"content": x.sum(), "style": x.sum() * math.nan},
            [x],
            steps=3,
            progress=False,
        )


def test_a_gradient_that_is_not_finite_is_caught_too():
    """The square root's gradient at 0 is infinite although its value is fine: the
    parameters must not stay broken.
    """
    for steps in (1, 5):
        x = parameter(0.0)
        with pytest.raises(NonFiniteError) as caught:
            minimize(
                lambda: (0 * x).sqrt().sum(),
                [x],
                steps=steps,
                optimizer=sgd(1.0),
                progress=False,
            )
        assert x.item() == 0 and len(caught.value.history) <= 1


@pytest.mark.parametrize("parameters", [[], [torch.zeros(3)], torch.nn.ReLU()])
def test_nothing_to_optimize(parameters):
    with pytest.raises(ValueError, match="there are no parameters to optimize"):
        minimize(lambda: 0.0, parameters, steps=1)


def test_the_loss_must_be_one_number():
    x = parameter(1.0, 2.0)
    with pytest.raises(ValueError, match=r"tensor of shape \(2,\); use .mean\(\)"):
        minimize(lambda: x, [x], steps=1, progress=False)
    with pytest.raises(ValueError, match="one number, not None"):
        minimize(lambda: None, [x], steps=1, progress=False)


def test_a_loss_without_the_parameters_is_refused():
    x = parameter(1.0)
    with pytest.raises(ValueError, match="does not depend on the parameters"):
        minimize(lambda: x.detach().sum(), [x], steps=1, progress=False)


def test_terms_may_be_plain_numbers():
    x = parameter(1.0)
    history = minimize(
        lambda: {"loss": x.sum(), "off": 0.0}, [x], steps=2, progress=False
    )
    assert history.terms["off"] == [0.0, 0.0]


def test_impossible_snapshots_are_refused():
    x = parameter(1.0)
    render = lambda: x
    for options in (
        {"snapshots": [9], "render": render},
        {"snapshots": [-1], "render": render},
        {"snapshots": [1]},
    ):
        with pytest.raises(
            ValueError, match="must lie between 0 and steps=5, and need render="
        ):
            minimize(lambda: x.sum(), [x], steps=5, progress=False, **options)


# ---- maximize ----------------------------------------------------------------------


@pytest.mark.parametrize("make", [fourier_image, pixel_image])
def test_an_objective_rises(network, make):
    image = make(16, batch=2)
    history = quiet(image, "second:3", network, steps=40, lr=0.2)
    assert (
        len(history.objective) == 40
        and min(history.objective[-5:]) > max(history.objective[:5]) + 0.005
    )
    assert image().min() >= 0 and image().max() <= 1


def test_the_history_is_the_objective_of_the_untransformed_picture(network):
    image = fourier_image(16)
    before = image().detach()
    history = quiet(image, "second:3", network, steps=1, transforms=[])
    assert history.objective[0] == pytest.approx(
        network(before, "second")["second"][:, 3].mean().item(), rel=1e-5
    )


def test_same_seed_same_bits(network):
    def run(seed):
        image = fourier_image(16)
        return quiet(
            image, "second:3", network, steps=6, seed=seed
        ).objective, image().detach()

    torch.manual_seed(1)
    first, picture = run(3)
    torch.manual_seed(2)  # the global generator has no say
    second, again = run(3)
    assert first == second and torch.equal(picture, again)
    assert run(4)[0] != first


def test_transforms_none_is_the_stack_and_a_list_is_itself(network):
    sizes = []
    network.module.first.conv.register_forward_pre_hook(
        lambda module, inputs: sizes.append(inputs[0].shape[-1])
    )
    _ = network.layers  # listing runs everything once

    def run(transforms):
        sizes.clear()
        quiet(fourier_image(16), "first:0", network, steps=8, transforms=transforms)

    run([])
    assert sizes == [16] * 8
    run(None)
    assert len(set(sizes)) > 1 and all(
        int(32 * 0.9) - 4 <= n <= int(32 * 1.1) - 4 for n in sizes
    )
    double = lambda images, generator: torch.cat([images, images], 3)
    run(double)
    assert sizes == [32] * 8
    run([double, double])
    assert sizes == [64] * 8


def test_snapshots_are_pictures_on_the_way(network):
    image = fourier_image(16, batch=2)
    start = image().detach()
    history = quiet(image, "second:3", network, steps=5, snapshots=(0, 2, 5))
    assert list(history.snapshots) == [0, 2, 5]
    assert torch.equal(history.snapshots[0], start) and torch.equal(
        history.snapshots[5], image().detach()
    )
    assert history.snapshots[2].shape == (2, 3, 16, 16)


def test_on_step_gets_the_objective(network):
    seen = []
    history = quiet(
        fourier_image(16),
        "second:3",
        network,
        steps=3,
        on_step=lambda *pair: seen.append(pair),
    )
    assert seen == [(k + 1, value) for k, value in enumerate(history.objective)]


def test_ctrl_c_keeps_the_picture_so_far(network):
    def stop(step, value):
        if step == 3:
            raise KeyboardInterrupt

    one, other = fourier_image(16), fourier_image(16)
    with pytest.raises(Interrupted) as caught:
        quiet(one, "second:3", network, steps=50, on_step=stop)
    quiet(other, "second:3", network, steps=3)
    assert caught.value.history.interrupted and torch.equal(one(), other())


def test_penalties_see_the_untransformed_picture(network):
    image = fourier_image(16, sd=1.0)
    expected = total_variation()({"image": image().detach()}).item()
    assert quiet(image, -total_variation(), network, steps=1).objective[
        0
    ] == pytest.approx(-expected, rel=1e-5)


def test_each_picture_of_a_batch_can_have_its_own_objective(network):
    """A sum of bound objectives on a batch gives what each picture gets alone."""
    batch = pixel_image(16, batch=2, seed=1)
    alone = [pixel_image(16), pixel_image(16)]
    for k in range(2):
        alone[k].bases[0].values.data.copy_(batch.bases[0].values.data[k : k + 1])
    options = dict(steps=5, transforms=[], redirect_relu=0, optimizer=sgd(1.0))
    quiet(
        batch, sum(channel("third", k, batch=k) for k in range(2)), network, **options
    )
    for k in range(2):
        quiet(alone[k], f"third:{k}", network, **options)
        assert torch.allclose(batch()[k : k + 1], alone[k](), atol=1e-5)


def test_redirection_lasts_for_its_steps(network, monkeypatch):
    modes = []
    original = network.redirected_relu
    monkeypatch.setattr(
        network, "redirected_relu", lambda on: modes.append(on) or original(on)
    )
    quiet(fourier_image(8), "first:0", network, steps=6, redirect_relu=4, transforms=[])
    assert modes == [True] * 4 + [False] * 2


def test_the_networks_weights_do_not_change(network):
    before = [p.clone() for p in network.parameters()]
    quiet(fourier_image(8), deepdream("third"), network, steps=3)
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters()))


def test_mistakes_are_explained(network):
    image = fourier_image(8)
    with pytest.raises(ValueError, match="no layer 'secnd'; the nearest are 'second'"):
        quiet(image, "secnd:1", network)
    with pytest.raises(ValueError, match="channel 99 does not exist: 'second' has 6"):
        quiet(image, "second:99", network)

    def five(activations):
        return 5.0

    for constant in (five, 5, lambda activations: torch.tensor(5.0)):
        with pytest.raises(ValueError, match="does not depend on the image"):
            quiet(image, constant, network)
    with pytest.raises(NonFiniteError, match="at step 1"):
        quiet(image, channel("second", 1) * math.nan, network)


# ---- what is not finite ------------------------------------------------------------


def test_a_parameter_that_later_losses_do_not_see_is_noticed_at_once():
    seen, unseen, calls = parameter(1.0), parameter(0.0), []

    def loss():
        calls.append(1)
        # at step 3 the root's gradient at zero is infinite, and times zero NaN
        extra = 0 * unseen.sqrt().sum() if len(calls) == 3 else 0 * unseen.sum()
        return seen.sum() + extra

    with pytest.raises(NonFiniteError, match="in step 3") as caught:
        minimize(loss, [seen, unseen], steps=9, optimizer=sgd(0.1), progress=False)
    assert len(calls) == len(caught.value.history) == 3
    assert unseen.item() == 0.0 and seen.item() == pytest.approx(0.8)


def test_losses_may_be_read_in_blocks(monkeypatch):
    """As on a GPU: the same history, and the same last good parameters."""
    import dputils.optimize as optimize

    real = optimize._Watch.__init__

    def late(self, parameters, history, *, each):
        real(self, parameters, history, each=each)
        self.at_once = False

    def run(bad=None, stop=None, steps=70):
        x, calls = parameter(5.0), []

        def loss():
            calls.append(1)
            if len(calls) == stop:
                raise KeyboardInterrupt
            factor = math.nan if len(calls) == bad else 1.0
            return {"square": factor * x.square().sum(), "fixed": 2.0}

        raised = None
        try:
            options = dict(optimizer=sgd(0.01), progress=False)
            history = minimize(loss, [x], steps=steps, **options)
        except (NonFiniteError, Interrupted) as error:
            history, raised = error.history, str(error)
        return history.loss, history.terms, x.item(), raised

    cases = [{}, {"bad": 41}, {"bad": 1}, {"stop": 50}, {"stop": 1}, {"steps": 3}]
    at_once = [run(**case) for case in cases]
    monkeypatch.setattr(optimize._Watch, "__init__", late)
    assert [run(**case) for case in cases] == at_once
    assert "at step 41" in at_once[1][3] and len(at_once[3][0]) == 49


# ---- other optimizers --------------------------------------------------------------


def test_lbfgs_gets_its_closure():
    x = parameter([3.0, -2.0])
    target, scale = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 30.0])

    def loss():
        return (scale * (x - target).square()).sum()

    history = minimize(loss, [x], steps=3, optimizer=torch.optim.LBFGS, progress=False)
    assert torch.allclose(x, target, atol=1e-3) and len(history) == 3
    assert history.loss[0] == pytest.approx(4 + 30 * 36)


def test_lbfgs_sees_one_view_a_step(network):
    """A line search needs a function that holds still; the next step moves it."""
    views = []

    def shift(images, generator=None):
        views.append(torch.randint(1000, (), generator=generator).item())
        return images

    def make(parameters):
        return torch.optim.LBFGS(parameters, lr=0.1, max_iter=4)

    quiet(
        fourier_image(16),
        "second:3",
        network,
        steps=3,
        transforms=shift,
        optimizer=make,
    )
    assert len(views) > 3 and len(set(views)) == 3


# ---- what a network may be ---------------------------------------------------------


def test_a_network_may_be_a_name_or_a_bare_module(network):
    wrapped, bare = fourier_image(16), fourier_image(16)
    quiet(wrapped, "second:3", network, steps=2)
    quiet(bare, "second:3", network.module, steps=2)
    assert torch.allclose(wrapped(), bare(), atol=1e-6)
    assert len(quiet(fourier_image(16), "conv2:3", "patternnet", steps=1)) == 1
    with pytest.raises(ValueError, match="load_network.*not int"):
        quiet(fourier_image(16), "conv2:3", 7)


def test_a_plain_function_gets_the_layers_that_it_asks_for(network):
    named, plain = fourier_image(16), fourier_image(16)
    quiet(named, "second:3", network, steps=4)
    runs = []
    network.module.third.register_forward_hook(lambda *_: runs.append(1))
    history = quiet(
        plain, lambda activations: activations["second"][:, 3].mean(), network, steps=4
    )
    assert torch.equal(named(), plain()) and len(history) == 4 and not runs
    with pytest.raises(ValueError, match="no layer 'secnd'; the nearest are 'second'"):
        quiet(plain, lambda activations: activations["secnd"].mean(), network)


def test_a_plain_function_may_ask_differently_at_every_step(network):
    asked = []

    def objective(activations):
        layer = ["first", "second", "third:pre"][len(asked) % 3]
        asked.append(layer)
        classes = activations.classes
        assert "image" in activations and classes is None or len(classes) == 5
        return activations[layer].mean() - 0.1 * activations["image"].square().mean()

    assert len(quiet(fourier_image(16), objective, network, steps=6)) == 6
    mixed = channel("first", 1) + (lambda activations: activations["logits"][:, 2])
    assert len(quiet(fourier_image(16), mixed, network, steps=2)) == 2


def test_autocast_climbs_as_high():
    """In half the digits, and the parameters in all of them."""
    images = [fourier_image(64), fourier_image(64)]
    exact, fast = (
        quiet(image, "conv5:18", "patternnet", steps=24, autocast=precision)
        for image, precision in zip(images, (None, torch.bfloat16))
    )
    assert images[1]().dtype == torch.float32 and exact.loss != fast.loss
    assert fast.objective[-1] == pytest.approx(exact.objective[-1], rel=0.1)
    assert exact.objective[-1] > 2 * exact.objective[0]


@pytest.mark.parametrize("moment", ["loss", "backward", "update"])
def test_an_interrupted_step_never_was(moment):
    """The parameters are those of the steps in the history, wherever it happens."""
    calls = {"loss": 0, "backward": 0, "update": 0}

    def hit(name):
        calls[name] += 1
        if name == moment and calls[name] == 4:
            raise KeyboardInterrupt

    class Climber(torch.optim.SGD):
        def step(self, closure=None):
            super().step(closure)
            hit("update")

    x = torch.zeros(3, requires_grad=True)

    def loss():
        hit("loss")
        value = ((x - 1) ** 2).sum()
        value.register_hook(lambda gradient: hit("backward"))
        return {"value": value}

    with pytest.raises(KeyboardInterrupt) as caught:
        minimize(
            loss,
            [x],
            steps=9,
            optimizer=lambda p: Climber(p, lr=0.25),
            progress=False,
        )
    history = caught.value.history
    # each step halves the distance
    assert len(history) == 3 and len(history.terms["value"]) == 3
    assert torch.allclose(x, torch.full((3,), 1 - 0.5**3))


def test_cosine_adam_lets_a_picture_settle():
    rates = []

    class Watched(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.x = torch.nn.Parameter(torch.zeros(1))

    module = Watched()
    make = cosine_adam(8, 0.1)

    def noting(parameters):
        climber = make(parameters)
        climber.register_step_pre_hook(
            lambda climber, *_: rates.append(climber.param_groups[0]["lr"])
        )
        return climber

    # a slope of one: Adam's steps are as long as its rate
    minimize(lambda: -module.x.sum(), module, steps=8, optimizer=noting, progress=False)
    expected = [0.05 * (1 + math.cos(math.pi * k / 8)) for k in range(8)]
    assert rates == pytest.approx(expected)
    assert module.x.item() == pytest.approx(sum(expected), rel=1e-4)
