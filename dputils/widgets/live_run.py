"""What a live panel runs: an image, and all that its steps leave behind."""

import dataclasses
import inspect
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from ..networks import as_network
from ..objectives import IMAGE, Objective
from ..optimize import History, NonFiniteError, adam, maximize, minimize
from ..transforms import as_transform
from .amounts import whole
from .controls import taken

CURVE = 400  # points of the curve that a page gets when it opens
NOT_YOURS = tuple(
    str(Path(file).parents[1]) for file in (__file__, torch.__file__, inspect.__file__)
)


@dataclasses.dataclass
class Recipe:
    """What to run and to show, as `LivePanel` takes it; may change between two steps.

    Attributes:
        transforms: one function; None and sequences become one.
        network: from `load_network`, which is asked for names and bare modules, or
            None.
        lr: Adam's. Another optimizer has its own, unless `lr_counts`.
    Raises: ValueError, here and where one is set, for what cannot be meant.
    """

    build: Any
    goal: Any
    network: Any
    show: Any
    transforms: Any
    optimizer: Any
    redirect_relu: int
    lr: float
    lr_counts: bool = False

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, CHECKS[name](value) if name in CHECKS else value)

    @property
    def rate(self) -> float | None:
        """The step size that was wished for, if one was."""
        return self.lr if self.optimizer is None or self.lr_counts else None


class LiveRun:
    """An image that was built, its optimizer, its randomness and its history.

    Args:
        recipe: its `build` is called; the rest is asked for again at each step.
        values: of the controls, by name.
        seed: of the image, if `build` takes one, and of the transforms and the loss.
        key: to know by what the image was built for.
    Attributes: `image` (None once it was let go of), `optimizer`, `history`, `key`,
        `flat_at_first`, which the panel sets.
    Raises: what `build` raises, and ValueError if it returns something else.
    """

    image: torch.nn.Module | None
    optimizer: torch.optim.Optimizer | None
    generator: torch.Generator | None

    def __init__(
        self, recipe: Recipe, values: Mapping[str, Any], seed: int, key: object
    ) -> None:
        self.key, self.history = key, History()
        self.flat_at_first = True  # whether it began black and white
        self._reader: tuple[Any, Any] = None, None
        self._read: set[str] = set()
        self.generator = torch.Generator().manual_seed(seed)
        built = recipe.build(**taken(recipe.build, {**values, "seed": seed}))
        image, *own = built if isinstance(built, tuple) and built else (built,)
        if len(own) > 2 or not isinstance(image, torch.nn.Module):
            raise ValueError(
                "build must return a module that draws the picture when called, such "
                "as fourier_image(128), or (image, goal) or (image, goal, network), "
                f"not {_kind(built)}"
            )
        if len(own) == 2:
            own[1] = _network(own[1])
        self._own, self.image = own, image
        _, network = self.goal_and_network(recipe)
        self._what = "loss" if network is None else "objective"
        self.optimizer = _optimizer(image, recipe, values)
        self._maker = recipe.optimizer  # that made it
        with torch.no_grad():
            image()  # what cannot be drawn should not replace what can

    def release(self) -> None:
        """Let go of the image; the history stays."""
        self.image = self.optimizer = self.generator = None

    def numbers(self, before: int, *, curve: bool) -> dict[str, Any]:
        """What a page shows of the steps after `before`, or of all with `curve`."""
        sign, losses = -1 if self._what == "objective" else 1, self.history.loss
        every = max(1, -(-len(losses) // CURVE))
        points = range(0, len(losses), every) if curve else range(before, len(losses))
        return {
            "step": len(losses),
            "points": [[k + 1, sign * losses[k]] for k in points],
            "curve": curve,
            "what": self._what,
            "terms": [
                [name, values[-1]] for name, values in self.history.terms.items()
            ],
            "value": sign * losses[-1] if losses else None,
        }

    def goal_and_network(self, recipe: Recipe) -> tuple[Any, Any]:
        """The recipe's, or those that `build` returned.

        Raises: ValueError for none, for both, and for a loss that is no function.
        """
        found = {"goal": recipe.goal, "network": recipe.network}
        for name, own in zip(found, self._own):
            if own is not None and found[name] is not None:
                raise ValueError(
                    f"build returned a {name}, and there is {name}={found[name]!r}, "
                    f"too: leave one out (panel.{name} = None)"
                )
            found[name] = found[name] if own is None else own
        goal, network = found["goal"], found["network"]
        if goal is None:
            raise ValueError(
                "there is no goal: pass LivePanel(build, goal, network) an objective "
                'such as "conv5:7", or without a network a loss function of the image'
            )
        if network is None and (isinstance(goal, Objective) or not callable(goal)):
            raise ValueError(
                "without a network, goal is a loss, a function of the image, not "
                f"{goal!r}; pass the network that has such layers, too"
            )
        return goal, network

    def advance(
        self, recipe: Recipe, values: Mapping[str, Any], steps: int, seconds: float
    ) -> None:
        """Steps of `maximize` or `minimize`, one at least, until the time is over.

        The optimizer stays from call to call, unless the recipe has another.
        Raises: what a step raises, Interrupted too; the steps before count.
        """
        (goal, network), history = self.goal_and_network(recipe), self.history
        image: Any = self.image
        terms: dict[str, Any] = {}
        begin = last = time.perf_counter()
        if self._maker is not recipe.optimizer:
            self.optimizer = _optimizer(image, recipe, values)
            self._maker = recipe.optimizer
        optimizer: Any = self.optimizer
        rate = values.get("lr", recipe.rate)
        for group in [] if rate is None else optimizer.param_groups:
            group["lr"] = rate

        def loss():
            found = goal(image, **given)
            terms.update(found if isinstance(found, dict) else {})
            return found

        # noted here and not at the end, because a later step may fail
        def on_step(step, value):
            nonlocal last
            history.loss.append(value if network is None else -value)
            for name, term in terms.items():
                history.terms.setdefault(name, []).append(
                    float(torch.as_tensor(term).detach())
                )
            took, last = time.perf_counter() - last, time.perf_counter()
            return last + took <= begin + seconds  # another like this one fits

        moved = taken(recipe.transforms, values)

        def transform(
            images: torch.Tensor, _: torch.Generator | None = None
        ) -> torch.Tensor:
            return recipe.transforms(images, self.generator, **moved)

        options: dict[str, Any] = {
            "steps": steps,
            "optimizer": lambda parameters: optimizer,
            "on_step": on_step,
            "progress": False,
        }
        try:
            # the switch belongs to the thread, and this may be another one than the
            # cell's
            with torch.enable_grad():
                if network is None:
                    given = taken(goal, {**values, "generator": self.generator})
                    minimize(loss, image, **options)
                else:
                    maximize(
                        image,
                        self._remembering(objective(goal, values), (goal, network)),
                        network,
                        transforms=transform,
                        redirect_relu=recipe.redirect_relu - len(history),
                        **options,
                    )
        except NonFiniteError:
            # its averages may be infinite, too
            self.optimizer = _optimizer(image, recipe, values)
            raise
        finally:
            history.seconds += time.perf_counter() - begin

    def _remembering(self, climbed, whose):
        """The same objective; which layers a plain function reads is not forgotten.

        `maximize` finds out at its first step, and every answer has a first step.
        """
        plain = callable(climbed) and not isinstance(climbed, Objective)
        if not plain or getattr(climbed, "layers", ()):
            return climbed
        if not all(one is other for one, other in zip(whose, self._reader)):
            self._reader, self._read = whose, set()
        read = self._read

        def reading(activations):
            value = climbed(activations)
            read.update(set(activations) - {IMAGE})
            return value

        reading.layers = sorted(read)
        return reading


def told(error: BaseException) -> str:
    """An error for the panel: kind, message, and the last line of the user's own."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; play goes on"
    places = [
        place
        for place in traceback.extract_tb(error.__traceback__)
        if not place.filename.startswith(NOT_YOURS)
    ]
    where = (
        f" (in {places[-1].name}, line {places[-1].lineno}: {places[-1].line})"
        if places
        else ""
    )
    return f"{type(error).__name__}: {error}{where}"


def objective(goal: Any, values: Mapping[str, Any]) -> Any:
    """What `maximize` takes: the goal, or what it makes of the controls.

    A function whose parameters are all controls, or have defaults, returns the
    objective. One that needs something else is a function of the activations, and gets
    the controls that it names as well.
    Raises: ValueError if it needs several things that are no controls.
    """
    if isinstance(goal, (Objective, torch.nn.Module)) or not callable(goal):
        return goal
    try:
        parameters = inspect.signature(goal).parameters.values()
    except ValueError:  # written in C: it names nothing
        return goal
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return goal
    given = taken(goal, values)
    needs = [
        p
        for p in parameters
        if p.default is p.empty and p.kind is not p.VAR_KEYWORD and p.name not in given
    ]
    if not needs:
        return goal(**given)
    if len(needs) > 1:
        raise ValueError(
            f"goal needs {', '.join(p.name for p in needs)}, which are no controls; "
            "it may need one thing that is none, the activations"
        )
    if not given:
        return goal

    def of_activations(activations):
        if needs[0].kind is inspect.Parameter.POSITIONAL_ONLY:
            return goal(activations, **given)
        return goal(**{needs[0].name: activations}, **given)

    of_activations.layers = getattr(goal, "layers", ())  # type: ignore[attr-defined]
    return of_activations


# ---- helpers -------------------------------------------------------------------------


def _optimizer(image, recipe, values):
    parameters = [p for p in image.parameters() if p.requires_grad]
    if not parameters:
        raise ValueError(
            "the image that build returned has no parameters that require gradients"
        )
    if recipe.optimizer is None:
        return adam(parameters, values.get("lr", recipe.lr))
    made = recipe.optimizer(parameters)
    if not isinstance(made, torch.optim.Optimizer):
        raise ValueError(
            "optimizer must return one of torch.optim, as in "
            f"lambda p: torch.optim.SGD(p, lr=1.0), not {_kind(made)}"
        )
    return made


def _kind(thing):
    if isinstance(thing, tuple):
        return f"({', '.join(map(_kind, thing))})"
    return type(thing).__name__


def _build(build):
    if not callable(build) or isinstance(build, torch.nn.Module):
        raise ValueError(
            "build is a function that makes the image, such as "
            f"lambda seed: fourier_image(128, seed=seed), not {_kind(build)}"
        )
    return build


def _network(network):
    return None if network is None else as_network(network)


def _show(show):
    if show is not None and not callable(show):
        raise ValueError(
            "show is a function of the image that returns pictures, or None, "
            f"not {show!r}"
        )
    return show


def _maker(optimizer):
    if optimizer is not None and not callable(optimizer):
        raise ValueError(
            "optimizer is a function of the parameters, such as "
            f"lambda p: torch.optim.SGD(p, lr=1.0), or None, not {_kind(optimizer)}"
        )
    return optimizer


CHECKS: dict[str, Callable[[Any], Any]] = {
    "build": _build,
    "network": _network,
    "show": _show,
    "transforms": as_transform,
    "optimizer": _maker,
    "redirect_relu": lambda steps: whole("redirect_relu", steps, 0),
}
