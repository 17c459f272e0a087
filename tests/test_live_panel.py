"""The live panel from Python's side: the page's questions are asked by hand, and its
answers looked at.
"""

import fractions
import inspect
import io
import json
import threading
import types

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from dputils.images import fourier_image, pixel_image
from dputils.objectives import channel, total_variation
from dputils.optimize import Interrupted, maximize
from dputils.widgets import cells, live_panel, live_run
from dputils.widgets.controls import controls_from, defaults, in_words, taken
from dputils.widgets.meanings import meaning

pytest.importorskip("anywidget")
from dputils.widgets import LivePanel


class Page:
    """What the script does, without a browser: asks, counts, and remembers the last
    answer.
    """

    def __init__(self, panel):
        self.panel, self.sent = panel, []
        panel.widget.send = lambda content, buffers=None: self.sent.append(
            (content, buffers)
        )
        self.values, self.seed = dict(panel.state["values"]), panel.state["seed"]

    def ask(self, steps=0, **what):
        asked = {
            "kind": "ask",
            "id": f"q{len(self.sent)}",
            "steps": steps,
            "values": dict(self.values),
            "seed": self.seed,
            **what,
        }
        count = len(self.sent)
        self.panel.widget._handle_custom_msg(asked, [])
        assert len(self.sent) == count + 1, "one answer for each question"
        self.answer, self.buffers = self.sent[-1]
        assert self.answer["id"] == asked["id"]
        return self.answer

    @property
    def picture(self):
        return np.asarray(Image.open(io.BytesIO(self.buffers[0])).convert("RGB")) / 255


def quadratic(image, target=0.8, weight=1.0):
    return {"distance": weight * (image() - target).square().mean()}


def grey(kind="pixels", size=16, seed=0):
    return (pixel_image if kind == "pixels" else fourier_image)(size, seed=seed)


def make(**options):
    controls = {
        "lr": (0.001, 1.0, 0.1),
        "target": (0.0, 1.0),
        "kind": ["pixels", "Fourier"],
    }
    return Page(LivePanel(grey, quadratic, **{"controls": controls, **options}))


# --- questions and answers ---


def test_the_first_question_only_looks():
    page = make()
    answer = page.ask(curve=True, values={}, seed=0)
    assert (
        answer["step"] == 0
        and answer["points"] == []
        and answer["value"] is None
        and answer["error"] is None
    )
    assert answer["values"] == {"lr": 0.1, "target": 0.8, "kind": 0}
    assert page.picture.shape == (16, 16, 3) and abs(page.picture.mean() - 0.5) < 0.05


def test_steps_move_picture_and_curve():
    page = make()
    for k in range(12):
        answer = page.ask(1)
        assert answer["step"] == k + 1 and len(answer["points"]) == 1
    assert answer["points"][0][0] == 12 and answer["terms"] == [
        ["distance", answer["value"]]
    ]
    losses = page.panel.history.loss
    assert losses[-1] < 0.3 * losses[0] and page.picture.mean() > 0.65


@pytest.fixture
def clock(monkeypatch):
    """The panel's clock stands still; a step moves it by `clock.now += seconds`."""
    clock = types.SimpleNamespace(now=0.0, perf_counter=lambda: clock.now)
    monkeypatch.setattr(live_run, "time", clock)
    return clock


def test_an_answer_takes_as_many_steps_as_fit(clock):
    def slow(image):
        clock.now += 0.015
        return image().mean()

    page, threads = Page(LivePanel(grey, slow)), threading.active_count()
    assert [page.ask(None)["step"] for _ in range(2)] == [5, 10]
    assert clock.now <= 2 * live_panel.SECONDS
    assert page.panel.history.seconds == pytest.approx(clock.now)
    assert len(page.panel.history) == 10 and threading.active_count() == threads, (
        "nothing runs between two questions"
    )


def test_a_step_longer_than_the_time_is_still_taken(clock):
    def slow(image):
        clock.now += 1.5 * live_panel.SECONDS
        return image().mean()

    assert Page(LivePanel(grey, slow)).ask(None)["step"] == 1


def test_the_same_run_as_maximize(network):
    image = fourier_image(24, seed=3)
    history = maximize(image, "second:2", network, steps=20, seed=3, progress=False)
    page = Page(
        LivePanel(
            lambda seed: fourier_image(24, seed=seed), "second:2", network, seed=3
        )
    )
    while len(page.panel.history) < 20:
        page.ask(min(7, 20 - len(page.panel.history)))
    assert page.panel.history.loss == history.loss and torch.equal(
        page.panel.image(), image()
    )
    assert (
        page.answer["what"] == "objective"
        and page.answer["value"] == history.objective[-1]
    )


def test_a_control_acts_from_the_next_answer_on():
    page = make()
    page.ask(20)
    page.values["target"] = 0.1
    page.ask(40)
    assert page.picture.mean() < 0.3 and page.answer["step"] == 60, "the run goes on"
    page.values["lr"] = 0.001
    before = page.panel.image().detach().clone()
    page.ask(1)
    assert (page.panel.image() - before).abs().max() < 0.002
    assert page.panel.values == {"lr": 0.001, "target": 0.1, "kind": "pixels"}


def test_controls_of_an_objective(network):
    def goal(unit, smooth):
        return channel("first", unit) - smooth * total_variation()

    page = Page(
        LivePanel(
            grey,
            goal,
            network,
            controls={"unit": [0, 1, 2], "smooth": (0.0, 1.0, 0.0)},
            transforms=[],
        )
    )
    rough = page.ask(30)["value"]
    assert page.panel.history.objective[-1] > page.panel.history.objective[0]
    page.values["smooth"] = 1.0
    page.ask(1)
    assert page.answer["value"] < rough - 1
    page.values["unit"] = 2
    assert page.ask(1)["error"] is None


def test_what_a_goal_does_not_need_is_no_control(network):
    def goal(unit, batch=None):
        return channel("second", unit, batch)

    page = Page(LivePanel(grey, goal, network, controls={"unit": (0, 3, 2)}))
    assert page.ask(2)["error"] is None and page.answer["step"] == 2


def test_a_function_of_the_activations_is_one(network):
    def brightest(activations):
        return activations["first"].mean()

    brightest.layers = ["first"]
    page = Page(LivePanel(grey, brightest, network))
    page.ask(5)
    assert page.answer["error"] is None and page.answer["step"] == 5


def test_build_may_bring_goal_and_network(network, make_small_network):
    networks = {"one": network, "other": make_small_network(seed=4)}

    def build(net="one"):
        return pixel_image(16), "second:1", networks[net]

    page = Page(LivePanel(build, controls={"net": ["one", "other"]}))
    first = page.ask(1)["value"]
    page.values["net"] = 1
    assert page.ask(1)["value"] != first and page.answer["step"] == 1


def test_structure_is_built_anew():
    page = make()
    page.ask(10)
    old = page.panel.image
    page.values["kind"] = 1
    answer = page.ask()
    assert (
        answer["step"] == 0
        and answer["curve"]
        and answer["points"] == []
        and page.panel.image is not old
    )
    assert type(page.panel.image.bases[0]).__name__ == "FourierBasis"
    assert [control["at_once"] for control in page.panel.state["controls"]] == [
        False,
        False,
        True,
    ]


def test_controls_of_transforms_and_of_what_is_shown(network):
    seen = []

    def shifted(images, generator, shift=0):
        seen.append(shift)
        return images.roll(shift, 3)

    def row(image, copies=1):
        return torch.cat([image()] * copies, 3)

    controls = {"shift": (0, 8), "copies": (1, 4)}
    page = Page(
        LivePanel(
            grey, "first:1", network, controls=controls, transforms=shifted, show=row
        )
    )
    page.ask(2)
    page.values.update(shift=3, copies=2)
    page.ask(1)
    assert (
        seen == [0, 0, 3]
        and page.picture.shape == (16, 32, 3)
        and page.answer["step"] == 3
    )
    page.values["copies"] = 4
    page.ask()
    assert page.picture.shape == (16, 64, 3) and page.answer["step"] == 3, (
        "another look, not another step"
    )
    assert [control["at_once"] for control in page.panel.state["controls"]] == [
        False,
        True,
    ]


def test_seed_and_reset():
    page = make()
    start, first = page.panel.image().detach(), page.ask(8)["value"]
    page.ask(reset=True)
    assert page.answer["step"] == 0 and torch.equal(page.panel.image().detach(), start)
    assert page.ask(8)["value"] == first, "same seed, same run"
    page.seed = 5
    page.ask()
    assert page.answer["seed"] == 5 and not torch.equal(
        page.panel.image().detach(), start
    )


def test_randomness_of_a_loss_comes_from_the_seed():
    def noisy(image, generator):
        return (image() - torch.rand(1, 3, 16, 16, generator=generator)).square().mean()

    runs = []
    for chunk in (1, 4):
        page = Page(LivePanel(grey, noisy, seed=2))
        while len(page.panel.history) < 8:
            page.ask(chunk)
        runs.append(page.panel.history.loss)
    assert runs[0] == runs[1] and len(set(runs[0])) == 8


EXAMPLE = """
class Rings(nn.Module):
    def __init__(self, count=12, seed=0):
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        self.colors = nn.Parameter(0.1 * torch.randn(3, count, generator=draw))
        x = torch.linspace(-1, 1, 32)
        self.ring = ((x**2 + x[:, None]**2).sqrt() / 1.5 * count).long()

    def forward(self):
        return torch.sigmoid(self.colors[:, self.ring])[None]

def goal(unit=3):
    return channel("second", unit)

controls = {"count": (2, 40), "unit": [0, 3, 5], "lr": (0.01, 0.5)}
panel = LivePanel(Rings, goal, net, controls=controls)
""".strip()


def test_a_panel_for_an_own_parameterization_is_short(network):
    assert len([line for line in EXAMPLE.splitlines() if line]) <= 15
    names = {
        "nn": nn,
        "torch": torch,
        "channel": channel,
        "LivePanel": LivePanel,
        "net": network,
    }
    exec(EXAMPLE, names)
    page = Page(names["panel"])
    page.ask(20)
    objective = names["panel"].history.objective
    assert (
        page.answer["error"] is None
        and objective[-1] > objective[0]
        and page.values["unit"] == 1
    )
    page.values["count"] = 30
    assert page.ask(1)["error"] is None and names["panel"].image.colors.shape == (3, 30)


# --- errors ---


def test_an_error_in_a_step_is_shown_and_mended():
    def fragile(image, target=0.5):
        if target > 0.9:
            raise RuntimeError("too bright for me")
        return (image() - target).square().mean()

    page = Page(LivePanel(grey, fragile, controls={"target": (0.0, 1.0)}))
    page.ask(3)
    page.values["target"] = 0.95
    answer = page.ask(None)
    assert answer["error"].startswith(
        "RuntimeError: too bright for me (in fragile, line "
    )
    assert answer["step"] == 3 and isinstance(page.panel.error, RuntimeError)
    assert page.ask(save=True)["error"], "it stays until something was done about it"
    page.values["target"] = 0.2
    assert (
        page.ask(4)["error"] is None
        and page.answer["step"] == 7
        and page.panel.error is None
    )


def test_steps_before_the_one_that_failed_count():
    def third(image):
        if len(page.panel.history) == 2:
            raise RuntimeError("third step")
        return {"light": image().mean()}

    page = Page(LivePanel(grey, third))
    assert (
        "third step" in page.ask(5)["error"]
        and page.answer["step"] == 2
        and len(page.answer["points"]) == 2
    )
    assert len(page.panel.history.terms["light"]) == 2


def test_an_error_while_building_leaves_the_old_picture():
    def build(size=16, seed=0):
        if size == 13:
            raise ValueError("unlucky")
        return pixel_image(size, seed=seed)

    page = Page(LivePanel(build, quadratic, controls={"size": (8, 16, 16)}))
    page.ask(5)
    page.values["size"] = 13
    assert (
        "unlucky" in page.ask()["error"]
        and page.answer["step"] == 5
        and page.picture.shape[0] == 16
    )
    assert "unlucky" in page.ask(None)["error"] and page.answer["step"] == 5, (
        "no steps on what is not wanted"
    )
    page.values["size"] = 16
    assert page.ask(1)["error"] is None and page.answer["step"] == 6
    page.values["size"] = 8
    assert page.ask()["error"] is None and page.picture.shape[0] == 8


def test_a_loss_that_is_not_finite_keeps_the_last_good_picture():
    def blown(image, power=1.0):
        return (image() - 0.9).square().mean() * (float("nan") if power > 5 else power)

    page = Page(LivePanel(grey, blown, controls={"power": (0.1, 10.0, 1.0)}))
    page.ask(5)
    before = page.panel.image().detach().clone()
    page.values["power"] = 9.0
    assert "the loss is nan" in page.ask(None)["error"] and page.answer["step"] == 5
    assert torch.equal(page.panel.image().detach(), before)
    page.values["power"] = 1.0
    value = page.answer["value"]
    assert page.ask(20)["error"] is None and page.answer["value"] < value


def test_a_picture_that_cannot_be_shown_is_an_answer_too():
    page = make()
    page.panel.show = lambda image: image()[:, :2]
    assert "1, 3 or 4 channels" in page.ask(1)["error"] and page.buffers == []
    page.panel.show = None
    assert page.ask(1)["error"] is None and page.picture.shape == (16, 16, 3)


def test_an_interrupt_stops_the_steps():
    def interrupted(image):
        if len(page.panel.history) == 2:
            raise KeyboardInterrupt
        return image().mean()

    page = Page(LivePanel(grey, interrupted))
    assert "interrupted" in page.ask(5)["error"] and page.answer["step"] == 2


def test_an_interrupt_anywhere_in_an_answer_is_answered():
    def once(image):
        if not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        return image()

    interrupted = [False]
    page = Page(LivePanel(grey, quadratic, show=once))
    interrupted.clear()
    try:
        assert page.ask(1)["error"] == "interrupted; play goes on"
    except KeyboardInterrupt:  # it would end the tests
        pytest.fail("no answer, for which the page would wait")
    assert page.buffers == []
    assert page.ask()["step"] == 1 and page.ask(2)["step"] == 3


def test_a_run_that_is_interrupted_keeps_its_result():
    def interrupted(image):
        if len(page.panel.history) == 3:
            raise KeyboardInterrupt
        return (image() - 0.8).square().mean()

    page = Page(LivePanel(grey, interrupted))
    before = page.panel.image().detach().clone()
    with pytest.raises(Interrupted):
        page.panel.run(20)
    told, _ = page.sent[-1]
    assert told["step"] == 3 and told["error"] == "interrupted; play goes on"
    assert isinstance(page.panel.error, Interrupted)
    assert len(page.panel.history) == 3
    assert page.panel.image().mean() > before.mean() + 0.03
    page.panel.goal = quadratic
    assert page.ask(4)["error"] is None and page.answer["step"] == 7


def test_an_error_of_a_run_without_the_page_is_told_to_both():
    page = make()
    page.panel.goal = lambda image: 1 / 0
    with pytest.raises(ZeroDivisionError):
        page.panel.run(2)
    assert "ZeroDivisionError" in page.sent[-1][0]["error"]
    page.panel.goal = quadratic
    assert page.panel.error is None and page.panel.run(2).error is None
    page.panel.show = lambda image: image()[:, :2]
    with pytest.raises(ValueError, match="1, 3 or 4 channels"):
        page.panel.run(1)
    assert "1, 3 or 4 channels" in page.sent[-1][0]["error"]


# --- what is set while it runs ---


def test_functions_can_be_replaced_while_it_runs():
    page = make()
    page.panel.goal = lambda image: (image() - 0.2).square().mean()
    page.ask(40)
    assert page.picture.mean() < 0.3 and page.answer["step"] == 40
    page.panel.build = lambda seed: fourier_image(8, seed=seed)
    page.ask()
    assert page.picture.shape == (8, 8, 3) and page.answer["step"] == 0


def test_another_build_is_run_next():
    page = make()
    page.panel.run(5)
    old, kept = page.panel.image, page.panel.image().detach().clone()
    page.panel.build = lambda: pixel_image(8)
    assert page.panel.run(2).image is not old and torch.equal(old(), kept)
    assert len(page.panel.history) == 2 and page.panel.image().shape[-1] == 8
    assert page.sent[-1][0]["step"] == 2 and page.panel.run(3).history.loss[4:]


def test_a_build_that_fails_is_no_silent_run_of_the_old_one():
    page = make()
    page.panel.run(3)
    page.panel.build = lambda: torch.zeros(3)
    with pytest.raises(ValueError, match="must return a module .* not Tensor"):
        page.panel.run(2)
    assert len(page.panel.history) == 3 and "must return" in page.ask(None)["error"]
    page.panel.build = grey
    assert page.ask(1)["step"] == 4, "the image is the one that it was"


def test_a_goal_goes_on_with_the_same_image(network):
    page = Page(LivePanel(grey, "first:1", network, transforms=[]))
    page.panel.run(3)
    image = page.panel.image
    page.panel.goal = lambda: 1000 + channel("second", 2)
    page.panel.run(1)
    assert page.panel.image is image and len(page.panel.history) == 4
    assert page.panel.history.objective[-1] > 900 > page.panel.history.objective[-2]


def test_another_network_is_climbed(network, make_small_network):
    def loss_after(*networks):
        page = Page(LivePanel(grey, "second:1", networks[0], transforms=[]))
        page.panel.run(1)
        page.panel.network = networks[-1]
        return page.panel.run(1).history.loss[1]

    other = make_small_network(seed=4)
    assert loss_after(network, other) != loss_after(network, network)
    module = other.module
    assert loss_after(network, module) == pytest.approx(loss_after(network, other))


def test_losses_and_objectives_are_not_one_history(network):
    page = Page(LivePanel(grey, lambda image: image().mean()))
    page.panel.run(3)
    page.panel.network = network
    page.panel.goal = "second:1"
    assert page.ask(2)["step"] == 2 and page.answer["what"] == "objective"
    page.panel.network = None
    page.panel.goal = quadratic
    assert page.ask(4)["step"] == 4 and page.answer["what"] == "loss"
    page.panel.goal = channel("second", 1)
    assert "without a network, goal is a loss" in page.ask(1)["error"]


def test_transforms_and_the_redirected_relu_act_from_the_next_step_on(network):
    seen = []

    def noted(images, generator):
        seen.append(images)
        return images

    page = Page(LivePanel(grey, "first:1", network, transforms=[]))
    page.panel.run(1)
    page.panel.transforms = noted
    page.panel.run(2)
    page.panel.transforms = [noted, noted]
    page.panel.run(1)
    assert len(seen) == 4 and len(page.panel.history) == 4
    redirected = []
    climb = network.redirected_relu
    network.redirected_relu = lambda on: redirected.append(bool(on)) or climb(on)
    page.panel.redirect_relu = 6
    page.panel.run(4)
    assert redirected == [True, True, False, False]


def test_a_step_size_and_an_optimizer_act_from_the_next_step_on():
    def moved(steps=1):
        before = next(page.panel.image.parameters()).detach().clone()
        page.panel.run(steps)
        return (next(page.panel.image.parameters()) - before).abs().max().item()

    page = Page(LivePanel(grey, quadratic))
    assert page.panel.lr == 0.05 and moved() == pytest.approx(0.05, rel=1e-3)
    page.panel.lr = 0.001
    assert moved() < 0.002
    page.panel.reset()
    assert moved() == pytest.approx(0.001, rel=1e-3), "a new image's, too"
    page.panel.optimizer = lambda p: torch.optim.SGD(p, lr=0.0)
    image = page.panel.image
    page.panel.lr = 3.0
    assert moved() > 1e-5 and page.panel.image is image
    assert page.panel.lr == 3.0 == page.panel._run.optimizer.param_groups[0]["lr"]
    page = Page(LivePanel(grey, quadratic, optimizer=lambda p: torch.optim.SGD(p)))
    assert page.panel.lr == 1e-3, "another optimizer's own"
    page.panel.run(1)
    assert page.panel._run.optimizer.param_groups[0]["lr"] == 1e-3
    page.panel.optimizer = lambda p: "Adam"
    with pytest.raises(ValueError, match="optimizer must return one of torch.optim"):
        page.panel.run(1)


def test_a_step_size_with_a_slider_moves_it():
    page = make()
    page.panel.lr = 0.5
    told, _ = page.sent[-1]
    assert told["kind"] == "set" and told["values"]["lr"] == 0.5 == page.panel.lr
    page.panel.run(1)
    assert page.panel._run.optimizer.param_groups[0]["lr"] == 0.5
    with pytest.raises(ValueError, match="lr is a finite number from 0.001 to 1.0"):
        page.panel.lr = 5.0
    choice = make(controls={"lr": [0.1, 0.2]}).panel
    choice.lr = 0.2
    assert choice.values["lr"] == 0.2
    with pytest.raises(ValueError, match="lr is one of 0.1, 0.2, not 0.3"):
        choice.lr = 0.3


def test_a_seed_that_is_set_builds_anew_and_is_told():
    page, fresh = make(), make(seed=7)
    page.panel.run(4)
    page.panel.seed = 7
    told, _ = page.sent[-1]
    assert told["kind"] == "set" and told["seed"] == 7 == page.panel.seed
    page.panel.run(2)
    assert page.panel.history.loss == fresh.panel.run(2).history.loss


def test_what_the_page_asked_before_it_heard_does_not_set_it_back():
    page = make()
    asked = {"seed": 0, "values": {"lr": 0.1}, "revision": page.ask()["revision"]}
    page.panel.seed, page.panel.lr = 7, 0.5
    late = page.ask(1, **asked)
    assert (late["seed"], late["values"]["lr"]) == (7, 0.5)
    assert page.ask(1, **{**asked, "revision": late["revision"]})["seed"] == 0


def test_a_width_is_told():
    page = make()
    page.panel.width = 500
    assert page.panel.width == page.panel.state["width"] == page.panel.widget.width
    page.panel.html()
    still = Image.open(io.BytesIO(page.panel.still))
    assert still.width == 500


def test_every_argument_can_be_set_or_says_why_not():
    settable = set(live_panel.SETTABLE)
    arguments = set(inspect.signature(LivePanel).parameters)
    assert settable == arguments - {"controls", "tips", "only", "alt"}
    page = make()
    for name in settable:
        setattr(page.panel, name, getattr(page.panel, name))
    assert page.ask(2)["error"] is None
    public = {name for name in dir(page.panel) if not name.startswith("_")}
    wrong = ["objective", "loss", "learning_rate", "sead", "steps"]
    for name in [*sorted(public - settable), *wrong]:
        with pytest.raises(AttributeError, match=f"^{name} of a LivePanel cannot be"):
            setattr(page.panel, name, None)
    with pytest.raises(TypeError):
        page.panel.values["target"] = 0.5


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("build", None, "build is a function that makes the image.* not NoneType"),
        ("build", pixel_image(8), "build is a function that makes the image"),
        ("network", 3, "network must come from load_network"),
        ("show", "picture", "show is a function of the image"),
        ("transforms", 5, "transforms is a function .* 5 is no function"),
        ("transforms", [torch.sigmoid, None], "None is no function"),
        ("optimizer", "Adam", "optimizer is a function of the parameters.* not str"),
        ("lr", "0.1", "lr is a finite number of at least 0, not the text '0.1'"),
        ("lr", -1, "lr is a finite number of at least 0, not -1"),
        ("lr", float("nan"), "not nan"),
        ("lr", 10**400, "not 1000"),
        ("lr", True, "not True"),
        ("lr", None, "not None"),
        ("redirect_relu", 1.5, "redirect_relu is a whole number of at least 0"),
        ("redirect_relu", -1, "not -1"),
        ("width", "320", "width is at least 32 pixels .* not the text '320': write it"),
        ("width", 10, "width is at least 32 pixels and at most 8192"),
        ("width", 10**9, "not 1000000000"),
        ("width", 100.5, "not 100.5"),
        ("width", None, "not None"),
        ("seed", 99999999999999999999, "from 0 to 9223372036854775807, not 9999"),
        ("seed", 2**63, "from 0 to 9223372036854775807, not 9223372036854775808"),
        ("seed", -1, "not -1"),
        ("seed", 1.5, "seed is a whole number from 0 to .* not 1.5"),
        ("seed", float("inf"), "not inf"),
        ("seed", float("nan"), "not nan"),
        ("seed", "5", "not the text '5': write it without quotes"),
        ("seed", "", "not ''"),
        ("seed", "abc", "not 'abc'"),
        ("seed", None, "not None"),
        ("seed", True, "not True"),
        ("seed", [3], r"not \[3\]"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(name, value, message):
    page = Page(LivePanel(grey, quadratic))
    before = getattr(page.panel, name)
    with pytest.raises(ValueError, match=message):
        setattr(page.panel, name, value)
    assert getattr(page.panel, name) is before and page.sent == []
    if value is not None:
        with pytest.raises(ValueError, match=message):
            LivePanel(**{"build": grey, "goal": quadratic, name: value})


@pytest.mark.parametrize(
    "seed, kept",
    [(2**63 - 1, 2**63 - 1), (5.0, 5), (np.int64(5), 5), (torch.tensor(5), 5)],
)
def test_seeds_that_count(seed, kept):
    page = Page(LivePanel(lambda seed: pixel_image(8, seed=seed), quadratic))
    page.panel.seed = seed
    assert page.panel.seed == kept and type(page.panel.seed) is int
    assert page.ask(1, seed=str(kept))["error"] is None
    assert LivePanel(grey, quadratic, seed=seed).seed == kept


def test_a_seed_that_a_page_cannot_count_to_travels_as_a_text():
    built = []

    def build(seed):
        built.append(seed)
        return pixel_image(8, seed=seed)

    page = Page(LivePanel(build, quadratic, seed=2**60 + 1))
    assert page.panel.state["seed"] == str(2**60 + 1)
    assert page.ask(1)["seed"] == str(2**60 + 1)
    assert page.ask(1, seed=str(2**60 + 3))["seed"] == str(2**60 + 3)
    assert page.ask(1, seed="7")["seed"] == 7
    assert built == [2**60 + 1, 2**60 + 3, 7]


@pytest.mark.parametrize("steps", [-1, 2.5, "3", None, True, float("inf")])
def test_a_number_of_steps_is_whole(steps):
    with pytest.raises(ValueError, match="steps is a whole number of at least 0, not"):
        make().panel.run(steps)


def test_a_closed_panel_says_so():
    page = make()
    page.panel.run(3)
    page.panel.close()
    for work in (
        page.panel.run,
        page.panel.reset,
        lambda: setattr(page.panel, "build", grey),
        lambda: setattr(page.panel, "seed", 3),
    ):
        with pytest.raises(RuntimeError, match="this LivePanel was closed"):
            work()
    assert "this LivePanel was closed" in page.ask(1)["error"]
    assert len(page.panel.history) == 3 and page.panel.seed == 0


# --- what the page sends ---


@pytest.mark.parametrize(
    "asked",
    [
        {"seed": 1.5},
        {"seed": -1},
        {"seed": ""},
        {"seed": "abc"},
        {"seed": "1e400"},
        {"seed": 99999999999999999999},
        {"seed": "99999999999999999999"},
        {"seed": "9" * 5000},
        {"seed": "٣"},
        {"seed": None},
        {"seed": True},
        {"seed": float("inf")},
        {"values": {"target": float("nan")}},
        {"values": {"target": float("inf")}},
        {"values": {"target": "0.5"}},
        {"values": {"target": None}},
        {"values": {"target": True}},
        {"values": {"kind": 1.5}},
        {"values": {"kind": -1}},
        {"values": {"kind": 2}},
        {"values": {"kind": "Fourier"}},
        {"values": {"on": 1}},
        {"values": {"on": "no"}},
        {"values": {"target": 0.1, "kind": 7}, "seed": 3},
        {"steps": 1.5},
        {"steps": -1},
        {"steps": "3"},
        {"steps": True},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_meant_changes_nothing(asked):
    def goal(image, target=0.8, on=True):
        return (image() - target).square().mean()

    controls = {"target": (0.0, 1.0), "kind": ["pixels", "Fourier"], "on": True}
    page = Page(LivePanel(grey, goal, controls=controls))
    page.ask(2)
    before = page.panel.values, page.panel.seed, page.panel.image
    error = page.ask(**{"steps": 1, **asked})["error"]
    assert error.startswith("ValueError: ") and ", not " in error, error
    assert (page.panel.values, page.panel.seed, page.panel.image) == before
    assert page.answer["step"] == 2, "no steps either"
    assert page.answer["values"] == page.values and page.answer["seed"] == 0
    assert page.ask(1)["error"] is None and page.answer["step"] == 3


def test_a_slider_beyond_its_ends_is_corrected_in_the_answer():
    page = make(controls={"target": (0.0, 1.0), "weight": (1, 9, 2)})
    page.values.update(target=7, weight=3.6)
    assert page.ask(1)["values"] == {"target": 1.0, "weight": 4}
    assert page.panel.values == {"target": 1.0, "weight": 4}


# --- functions of the activations ---


def test_a_plain_function_of_the_activations_names_no_layers():
    goal = lambda activations: activations["conv5"][:, 7].mean()
    page = Page(LivePanel(lambda: fourier_image(64, seed=1), goal, "patternnet"))
    named = Page(LivePanel(lambda: fourier_image(64, seed=1), "conv5:7", "patternnet"))
    assert page.ask(8)["error"] is None and page.answer["step"] == 8
    assert named.ask(8)["error"] is None
    assert page.panel.history.objective == pytest.approx(named.panel.history.objective)


def test_it_may_take_controls_as_well(network):
    def goal(activations, weight=1.0, *, unit):
        return weight * activations["second"][:, unit].mean()

    controls = {"weight": (0.0, 2.0), "unit": [0, 3]}
    page = Page(LivePanel(grey, goal, network, controls=controls, transforms=[]))
    first = page.ask(1)["value"]
    page.panel.reset()
    page.values.update(weight=2.0)
    assert page.ask(1)["value"] == pytest.approx(2 * first, rel=1e-5)
    page.panel.reset()
    page.values.update(unit=1)
    assert page.ask(1)["value"] != pytest.approx(2 * first, rel=1e-5)
    page.panel.goal = lambda activations, layer: activations[layer].mean()
    assert (
        "goal needs activations, layer, which are no controls" in page.ask(1)["error"]
    )


def test_what_it_reads_is_known_from_answer_to_answer(network):
    passes = []
    network.register_forward_pre_hook(lambda *_: passes.append(1))
    goal = lambda activations: activations["first"].mean() + activations["third"].mean()
    page = Page(LivePanel(grey, goal, network, transforms=[]))
    page.ask(3)
    passes.clear()
    page.ask(4)
    page.ask(1)
    assert page.answer["error"] is None and len(passes) == 5, "one pass a step"


def test_build_and_panel_do_not_both_have_a_goal(network):
    def build():
        return pixel_image(16), "second:1", network

    with pytest.raises(ValueError, match="build returned a goal, and there is goal="):
        LivePanel(build, "second:2")
    with pytest.raises(ValueError, match="returned a network, and there is network="):
        LivePanel(build, network=network)
    page = Page(LivePanel(build))
    page.panel.goal = "second:2"
    assert "leave one out (panel.goal = None)" in page.ask(1)["error"]
    page.panel.goal = None
    assert page.ask(1)["error"] is None and page.answer["step"] == 1
    both = LivePanel(lambda: (pixel_image(16), None, network), "second:2")
    assert len(both.run(1).history) == 1
    with pytest.raises(ValueError, match=r"not \(ImageParam, str, .*, int\)"):
        LivePanel(lambda: (*build(), 4))


# --- what is shown and kept ---


def test_saving_gives_a_lossless_file():
    page = make()
    page.ask(3, save=True)
    picture = np.asarray(Image.open(io.BytesIO(page.buffers[1])))
    wanted = (page.panel.image()[0].detach().permute(1, 2, 0).numpy() * 255).round()
    assert np.array_equal(picture, wanted)


def test_opacity_and_batches():
    page = Page(
        LivePanel(lambda: fourier_image(16, alpha=True), lambda image: image().mean())
    )
    page.ask(0, save=True)
    assert (
        Image.open(io.BytesIO(page.buffers[1])).mode == "RGBA"
        and page.picture.std() > 0.02
    ), "a checkerboard"
    page = Page(
        LivePanel(lambda: pixel_image(16, batch=4), lambda image: image().mean())
    )
    page.ask()
    assert page.picture.shape[0] == page.picture.shape[1] == 36


def test_a_saved_notebook_keeps_the_picture():
    page = make()
    assert (
        page.panel.run(30) is page.panel
        and page.sent[-1][0]["step"] == 30
        and page.sent[-1][0]["curve"]
    )
    shown, _ = page.panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in shown and shown[
        "text/html"
    ].startswith("<img ")
    still = np.asarray(Image.open(io.BytesIO(page.panel.still)).convert("RGB")) / 255
    assert (
        still.shape[1] == 320
        and abs(still[-200:].mean() - page.panel.image().mean()) < 0.05
    )
    assert "<script" not in page.panel.html()
    page.values.update(kind=1, target=0.25)
    page.ask()
    assert (
        "lr 0.1, target 0.25, kind Fourier<br>"
        in page.panel._repr_mimebundle_()[0]["text/html"]
    )


def test_controls_say_what_they_do():
    page = make(tips={"target": "the grey to reach"}, alt="a grey square")
    by_name = {each["name"]: each for each in page.panel.state["controls"]}
    assert [name for name, each in by_name.items() if each["restarts"]] == ["kind"]
    assert by_name["target"]["tip"] == "the grey to reach"
    assert by_name["lr"]["tip"] == meaning("lr"), "a name that the book uses"
    assert by_name["kind"]["tip"] == "", "nobody knows what the reader calls kind"
    own = make(tips={"lr": "η"}).panel.state["controls"][0]
    assert (own["name"], own["tip"]) == ("lr", "η"), "the reader's own words come first"
    assert page.panel.alt == "a grey square"
    with pytest.raises(ValueError, match="tips explains 'sead', which is no control"):
        make(tips={"sead": "?"})


def test_a_control_says_when_it_has_an_effect():
    page = make(only={"target": {"kind": "Fourier"}, "lr": {"kind": ["pixels"]}})
    said = {each["name"]: each["only"] for each in page.panel.state["controls"]}
    assert said == {"target": {"kind": [1]}, "lr": {"kind": [0]}, "kind": {}}
    with pytest.raises(ValueError, match="only speaks of 'sead', which is no control"):
        make(only={"target": {"sead": 1}})
    with pytest.raises(ValueError, match="kind is one of pixels, Fourier, not 'waves'"):
        make(only={"target": {"kind": "waves"}})


def test_an_undo_brings_the_run_back():
    page = make()
    page.ask(7)
    first = page.panel.image
    page.values.update(kind=1)
    assert page.ask(2)["step"] == 2 and page.panel.image is not first
    page.values.update(kind=0)
    assert page.ask(0, undo=True)["step"] == 7 and page.panel.image is first
    page.ask(0, reset=True)
    assert page.ask(1)["step"] == 1
    page.values.update(kind=1)
    page.ask(3)
    page.values.update(kind=0)
    assert page.ask(0)["step"] == 0, "without undo it is another run"


def test_a_rate_that_washes_the_picture_out_is_told():
    def far(image):
        return -(image() - 0.5).square().mean()  # to black or white, no end

    page = Page(LivePanel(grey, far, controls={"lr": (0.001, 100.0, 0.001)}))
    assert page.ask(1)["warning"] == ""
    page.values.update(lr=100.0)
    assert "the rate is probably too high" in page.ask(20)["warning"]

    def white(image):
        return image().mean()

    drawn = Page(LivePanel(grey, white, show=lambda image: torch.ones(1, 3, 8, 8)))
    assert drawn.ask(1)["warning"] == "", "it was white from the start"


def test_in_jupyterlab_a_panel_is_a_place_and_no_view(monkeypatch):
    page = make()
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    shown = page.panel._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    name = page.panel.widget.dputils_place
    assert f'<div data-dputils-live="{name}"><img ' in shown["text/html"]
    assert f'attach("{name}")' in shown["text/html"]
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")  # needs the view
    assert (
        "application/vnd.jupyter.widget-view+json"
        in (page.panel._repr_mimebundle_()[0])
    )


def test_a_long_curve_is_thinned_for_a_new_page():
    page = make()
    page.panel.history.loss = [float(k) for k in range(5000)]
    points = page.ask(curve=True)["points"]
    assert 200 < len(points) <= 400 and points[0] == [1, 0.0] and points[-1][0] > 4900


def test_closing_lets_go():
    page = make()
    page.panel.close()
    assert page.panel.image is None and page.panel.widget.comm is None
    assert set(page.panel._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_a_cell_that_runs_again_closes_its_earlier_panels(monkeypatch):
    monkeypatch.setattr(cells, "_left", {})
    run = ["a", 1]
    monkeypatch.setattr(cells, "running_cell", lambda: tuple(run))
    first, second = make().panel, make().panel
    run[:] = "b", 2
    other = make().panel
    assert first.image is not None and second.image is not None
    run[:] = "a", 3
    third = make().panel
    assert (
        first.image is None
        and second.image is None
        and other.image is not None
        and third.image is not None
    )
    monkeypatch.setattr(cells, "running_cell", lambda: (None, 0))
    make(), make()
    assert third.image is not None


# --- controls ---


def test_kinds_of_controls():
    controls = controls_from(
        {
            "n": (1, 9),
            "lr": (0.001, 1.0),
            "x": (-1.0, 1.0, 0.5),
            "pick": {"two": 2, "three": 3},
            "on": True,
        },
        {"pick": 3},
    )
    assert (
        controls["n"].start == 5
        and controls["n"].read(3.6) == 4
        and controls["n"].state["whole"]
    )
    assert controls["lr"].state["logarithmic"] and controls[
        "lr"
    ].start == pytest.approx(0.001**0.5)
    assert not controls["x"].state["logarithmic"] and controls["x"].start == 0.5
    assert controls["x"].read(7) == 1.0 and controls["x"].read(-7) == -1.0, (
        "not beyond the slider's ends"
    )
    assert controls["pick"].start == 1 and controls["pick"].read(0) == 2
    assert (
        controls["pick"].state["options"] == ["two", "three"]
        and controls["on"].read(False) is False
    )
    said = in_words(
        controls, {"n": 5, "lr": 0.0316227, "x": 0.5, "pick": 1, "on": False}
    )
    assert said == "n 5, lr 0.03162, x 0.5, pick three, on off"


def test_sliders_take_other_peoples_numbers():
    controls = controls_from(
        {
            "n": (np.int64(1), np.int32(9), np.int64(3)),
            "x": (np.float32(0.5), fractions.Fraction(3, 2)),
            "far": (0, 2**60),
        },
        {},
    )
    assert controls["n"].state["whole"] and not controls["far"].state["whole"], (
        "a page cannot count that far"
    )
    assert json.loads(json.dumps({k: (c.state, c.start) for k, c in controls.items()}))
    assert controls["x"].start == 1.0 and controls["n"].start == 3


def test_which_function_takes_which():
    assert (
        defaults(lambda a, b=2, *, c=3: 0) == {"b": 2, "c": 3}
        and defaults("conv5:7") == {}
    )
    assert (
        taken(lambda image, a: 0, {"a": 1, "b": 2}) == {"a": 1}
        and taken(torch.sigmoid, {"a": 1}) == {}
    )
    assert taken(lambda **anything: 0, {"a": 1, "b": 2}) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: LivePanel(grey, quadratic, controls={"decay": (0, 1)}),
            "nothing takes the control 'decay'",
        ),
        (
            lambda: LivePanel(grey, quadratic, controls={"seed": (0, 9)}),
            "nothing takes the control 'seed'",
        ),
        (lambda: LivePanel(grey, quadratic, controls={"target": (1, 0)}), "low < high"),
        (
            lambda: LivePanel(grey, quadratic, controls={"target": (0.9, 1.0)}),
            "goes from 0.9 to 1.0 and cannot start at 0",
        ),
        (
            lambda: LivePanel(grey, quadratic, controls={"target": 0.5}),
            "must be a slider",
        ),
        (
            lambda: LivePanel(grey, quadratic, controls={"kind": []}),
            "nothing to choose",
        ),
        (
            lambda: LivePanel(grey, quadratic, controls={"target": (False, True)}),
            "low < high",
        ),
        (
            lambda: LivePanel(grey, quadratic, controls={"target": (0, 10**400)}),
            "low < high",
        ),
        (
            lambda: LivePanel(grey, quadratic, controls={"target": ("0", "1")}),
            "low < high",
        ),
        (lambda: LivePanel(grey, quadratic, controls=["lr"]), "controls is a dict"),
        (lambda: LivePanel(grey, "conv5:7"), "without a network, goal is a loss"),
        (lambda: LivePanel(grey), "there is no goal"),
        (
            lambda: LivePanel(lambda: torch.zeros(1, 3, 8, 8), quadratic),
            "must return a module",
        ),
        (lambda: LivePanel(lambda: nn.Identity(), quadratic), "no parameters"),
    ],
    ids=[
        "unknown",
        "seed",
        "ends",
        "start",
        "number",
        "empty",
        "switches",
        "huge",
        "texts",
        "list",
        "string",
        "goal",
        "tensor",
        "parameters",
    ],
)
def test_careless_panels_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
