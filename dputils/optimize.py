"""The loop, once: Adam on whatever the parameters are.

`minimize` knows neither images nor networks; `maximize` is the same loop with an image,
an objective and a network.
"""

import contextlib
import dataclasses
import importlib
import inspect
import math
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeAlias

import torch

from .networks import as_network
from .objectives import LayerReader, ObjectiveLike, Reading
from .transforms import Transform, as_transform

Loss: TypeAlias = torch.Tensor | dict[str, torch.Tensor]
"""A scalar, or `{name: scalar}`, whose sum counts."""

OptimizerMaker: TypeAlias = Callable[[list[torch.Tensor]], torch.optim.Optimizer]
"""From a list of parameters to the optimizer that changes them."""

StepHook: TypeAlias = Callable[[int, float], object]
"""Called with the step, from 1, and its value; returning False stops the run."""

# Reading a number makes a GPU stop and wait, so there this many steps are read at once.
READ_EVERY = 32


@dataclasses.dataclass
class History:
    """What happened, step by step: `loss` (or `objective`), terms and snapshots.

    `terms` is `{name: [value per step]}`, `snapshots` is `{step: (N, C, H, W)}` on the
    CPU, `seconds` the time taken, `interrupted` whether Ctrl-C ended the run.
    """

    loss: list[float] = dataclasses.field(default_factory=list)
    terms: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    snapshots: dict[int, torch.Tensor] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def objective(self) -> list[float]:
        """The maximised value, step by step: minus the loss."""
        return [-value for value in self.loss]

    def __len__(self) -> int:
        return len(self.loss)

    def __repr__(self) -> str:
        ends = f", loss {self.loss[0]:.4g} -> {self.loss[-1]:.4g}" if self.loss else ""
        return (
            f"History({len(self)} steps in {self.seconds:.1f} "
            f"s{ends}{', interrupted' if self.interrupted else ''})"
        )


class NonFiniteError(FloatingPointError):
    """The loss or a parameter became NaN or infinite.

    `history` holds the steps before; the parameters are the last good ones.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or ■ ended a run: the cell stops here, and the result is kept.

    `kept` is what `kept()` returns, too. A notebook shows the message alone.
    """

    def __init__(self, message: str, kept: Any) -> None:
        super().__init__(message)
        self.kept = kept
        _interruption.update(kept=kept, cell=_cell())

    @property
    def history(self) -> Any:
        """The `History` of `minimize` or `maximize`."""
        return self.kept

    def _render_traceback_(self) -> list[str]:  # asked for by IPython
        return [str(self)]


_interruption: dict[str, Any] = {}


def kept() -> Any:
    """What the last interrupted run had reached.

    The `History` of `minimize` and `maximize`, whose parameters hold the result; the
    picture of `deep_dream`. None if no run was interrupted.
    """
    return _interruption.get("kept")


def interrupted_in_this_cell() -> bool:
    """Whether a run was interrupted in the notebook cell that is being executed."""
    return _cell() is not None and _interruption.get("cell") == _cell()


def minimize(
    loss_fn: Callable[[], Loss],
    parameters: torch.nn.Module | Iterable[torch.Tensor],
    *,
    steps: int = 512,
    lr: float = 0.05,
    optimizer: OptimizerMaker | None = None,
    render: Callable[[], torch.Tensor] | None = None,
    snapshots: Iterable[int] = (),
    on_step: StepHook | None = None,
    progress: bool = True,
) -> History:
    """Change the parameters so that a loss falls.

    Args:
        loss_fn: takes nothing, returns a scalar tensor, or a dict `{name: scalar}`
            whose sum is minimised and whose terms are recorded.
        parameters: a module, or an iterable of tensors that require gradients.
        steps: how many updates.
        lr: Adam's step size. With parameters of unit scale, 0.05 moves one by about
            0.05 a step.
        optimizer: a function of the parameter list that returns another optimizer, such
            as `lambda p: torch.optim.SGD(p, lr=1.0)`, or `torch.optim.LBFGS`, which
            calls `loss_fn` several times a step.
        render: returns the picture to keep at the steps named in `snapshots` (taken
            after that many updates).
        on_step: called after every update as `on_step(step, loss)`, step from 1;
            returning False stops the run. It makes a GPU wait at every step.
        progress: show a progress bar.
    Returns: `History`.
    Raises: NonFiniteError if the loss or a parameter is NaN or infinite, with the first
        such step; Interrupted on Ctrl-C, the result kept; ValueError if nothing can be
        optimized.
    """
    return _descend(
        lambda step: loss_fn(),
        parameters,
        steps=steps,
        lr=lr,
        optimizer=optimizer,
        render=render,
        snapshots=snapshots,
        on_step=on_step,
        progress=progress,
    )


def maximize(
    image: torch.nn.Module,
    objective: ObjectiveLike,
    network: LayerReader | torch.nn.Module | str,
    *,
    steps: int = 512,
    lr: float = 0.05,
    transforms: Transform | Iterable[Transform] | None = None,
    snapshots: Iterable[int] = (),
    seed: int = 0,
    on_step: StepHook | None = None,
    progress: bool = True,
    optimizer: OptimizerMaker | None = None,
    redirect_relu: int = 16,
    autocast: torch.dtype | None = None,
) -> History:
    """Change an image so that an objective rises.

    Args:
        image: a module whose call returns `(N, C, H, W)` in [0, 1], such as
            `fourier_image(128)`; changed in place.
        objective: from `objectives`, a string "layer:channel", or a function of the
            activations.
        network: from `load_network`, or what it takes: a name, or a module.
        steps, lr, optimizer, on_step, progress: as for `minimize`; on_step gets the
            objective's value.
        transforms: what happens to the picture before the network sees it: None for the
            standard robustness stack, [] for nothing, or a transform or list of them.
        snapshots: steps after which to keep the picture.
        seed: of the transforms. Same seed, same device, same bits.
        redirect_relu: for this many steps, ReLUs that are off everywhere still pass a
            gradient (0 to switch off).
        autocast: the network computes in this precision, torch.bfloat16 or
            torch.float16, where its device gains from it (GPUs with tensor cores);
            image, objective and gradients of the parameters stay as they are.
    Returns: `History`, with `.objective` and `.snapshots`.
    Raises: as `minimize`; ValueError for unknown layers and channels.
    Source: Lucid `optvis/render.py`, whose 512 steps of Adam at 0.05 are the default.
    """
    try:
        read = Reading(objective, as_network(network))
    except KeyboardInterrupt:  # the network was being looked at
        message = "stopped before the first step; the image is as it was"
        raise Interrupted(message, History(interrupted=True)) from None
    transform = as_transform(transforms)
    generator = torch.Generator().manual_seed(seed)
    drawn: tuple[int, torch.Tensor] = (0, generator.get_state())

    def loss(step: int) -> torch.Tensor:
        nonlocal drawn
        if drawn[0] == step:  # LBFGS looks again: at the same view
            generator.set_state(drawn[1])
        else:
            drawn = step, generator.get_state()
        picture = image()
        cast = (
            contextlib.nullcontext()
            if autocast is None
            else torch.autocast(picture.device.type, dtype=autocast)
        )
        with read.network.redirected_relu(step <= redirect_relu):
            value = read(transform(picture, generator), picture, cast)
        if not torch.is_tensor(value) or not value.requires_grad:
            raise ValueError(
                f"the objective {read.objective!r} does not depend on the image: there "
                "is nothing to climb"
            )
        return -value

    report = None if on_step is None else lambda step, value: on_step(step, -value)
    return _descend(
        loss,
        image,
        steps=steps,
        lr=lr,
        optimizer=optimizer,
        render=image,
        snapshots=snapshots,
        on_step=report,
        progress=progress,
    )


def adam(parameters: list[torch.Tensor], lr: float) -> torch.optim.Adam:
    """The optimizer of `minimize` and `maximize` where none is given.

    One fused kernel instead of a dozen, where there is one.
    """
    fused = all(
        p.is_floating_point() and p.device.type in ("cpu", "cuda") for p in parameters
    )
    return torch.optim.Adam(parameters, lr=lr, fused=fused)


def cosine_adam(steps: int, lr: float) -> OptimizerMaker:
    """An optimizer for `minimize` and `maximize`: Adam whose step size falls to zero.

    It follows half a cosine from lr, at the first step, to nothing after `steps`, so
    that a picture settles; for instance `maximize(…, steps=256, optimizer=
    cosine_adam(256, 0.05))`.
    Source: Loshchilov and Hutter, "SGDR", https://arxiv.org/abs/1608.03983.
    """

    def make(parameters: list[torch.Tensor]) -> torch.optim.Optimizer:
        climber = adam(parameters, lr)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(climber, steps)
        climber.register_step_post_hook(lambda *_: schedule.step())
        return climber

    return make


# ---- the loop ------------------------------------------------------------------------


def _descend(
    loss_fn: Callable[[int], Loss],
    parameters: torch.nn.Module | Iterable[torch.Tensor],
    *,
    steps: int,
    lr: float,
    optimizer: OptimizerMaker | None,
    render: Callable[[], torch.Tensor] | None,
    snapshots: Iterable[int],
    on_step: StepHook | None,
    progress: bool,
) -> History:
    """`minimize`, whose loss is told the step, from 1."""
    given = (
        parameters.parameters()
        if isinstance(parameters, torch.nn.Module)
        else parameters
    )
    changed: list[torch.Tensor] = [p for p in given if p.requires_grad]
    if not changed:
        raise ValueError(
            "there are no parameters to optimize: pass an image such as "
            "fourier_image(128), its .parameters(), or tensors with "
            "requires_grad=True"
        )
    wanted = sorted(set(snapshots))
    if wanted and (render is None or wanted[0] < 0 or wanted[-1] > steps):
        raise ValueError(
            f"snapshots={wanted} must lie between 0 and steps={steps}, and need render="
        )
    history, start = History(), time.perf_counter()
    bar: Any = None
    watch = _Watch(changed, history, each=on_step is not None)
    try:
        _import_whole("torch._dynamo", *(["dputils.progress"] if progress else []))
        climber: Any = _climber(changed, lr, optimizer)
        watch.lr = climber.param_groups[0]["lr"]
        again = _needs_closure(climber)
        bar = _progress_bar(steps, progress)

        def keep(step: int) -> None:
            if render is not None and step in wanted:
                watch.read()
                with torch.no_grad():
                    history.snapshots[step] = render().detach().float().cpu().clone()

        keep(0)
        for step in range(1, steps + 1):
            looks = 0

            def look(step: int = step) -> torch.Tensor:
                nonlocal looks
                climber.zero_grad(set_to_none=True)
                found = loss_fn(step)
                terms = found if isinstance(found, dict) else {}
                loss = _scalar(sum(terms.values()) if terms else found)
                if not loss.requires_grad:
                    raise ValueError(
                        "the loss does not depend on the parameters, so there "
                        "is nothing to descend; compute it from them inside "
                        "loss_fn, without .detach() or torch.no_grad()"
                    )
                looks += 1
                if looks == 1:
                    watch.before(loss, terms)
                loss.backward()
                return loss

            if again:
                climber.step(look)
            else:
                look()
                climber.step()
            watch.after()
            keep(step)
            if bar is not None:
                bar.update()
                if step % 10 == 0 and history.loss:
                    bar.set_postfix_str(f"loss {history.loss[-1]:.4g}")
            if on_step is not None and on_step(step, history.loss[-1]) is False:
                break
        watch.read()
    except KeyboardInterrupt:
        watch.abandon()
        history.interrupted = True
        raise Interrupted(
            f"stopped at step {len(history)} of {steps}. The parameters hold the "
            "result so far, and dputils.optimize.kept() is the history.",
            history,
        ) from None
    finally:
        if bar is not None:
            bar.close()
        history.seconds = time.perf_counter() - start
    return history


class _Watch:
    """Writes the history, and keeps the last good parameters.

    On a CPU every step is read at once. On other devices losses and checks stay where
    they are, and are read together every `READ_EVERY` steps.
    """

    def __init__(
        self, parameters: list[torch.Tensor], history: History, *, each: bool
    ) -> None:
        self.parameters, self.history, self.lr = parameters, history, 0.0
        self.at_once = each or all(p.device.type == "cpu" for p in parameters)
        self.good = [p.detach().clone() for p in parameters]
        # How many steps were begun, their start kept in `good`; and finished.
        self.begun = self.done = 0
        self.well: torch.Tensor | None = None  # everything so far was finite
        self.waiting: list[tuple[tuple[str, ...], list[torch.Tensor]]] = []

    @torch.no_grad()
    def before(self, loss: torch.Tensor, terms: dict[str, Any]) -> None:
        """A step's loss, and the parameters that gave it."""
        loss = loss.detach().reshape(())
        values = [torch.as_tensor(t).detach().reshape(()) for t in terms.values()]
        if self.at_once:
            self._write(tuple(terms), [float(value) for value in (loss, *values)])
            for old, p in zip(self.good, self.parameters):
                old.copy_(p)
            self.begun = self.done + 1
            return
        self.waiting.append((tuple(terms), [loss, *values]))
        fine = torch.isfinite(loss)
        self.well = fine if self.well is None else self.well & fine
        self.good = [
            torch.where(self.well.to(p.device), p, old)
            for old, p in zip(self.good, self.parameters)
        ]
        self.begun = self.done + 1

    @torch.no_grad()
    def after(self) -> None:
        """The step is taken: are its parameters finite?"""
        if self.at_once:
            # The sum of finite numbers is finite, but for an overflow: a quick look.
            if not all(
                math.isfinite(p.sum()) or torch.isfinite(p).all()
                for p in self.parameters
            ):
                self._fail_after()
            self.done = self.begun
            return
        checks = [torch.isfinite(p).all() for p in self.parameters]
        device = self.waiting[-1][1][0].device
        fine = torch.stack([check.to(device) for check in checks]).all()
        assert self.well is not None
        self.well = self.well & fine
        self.waiting[-1][1].append(fine)
        self.done = self.begun
        if len(self.waiting) >= READ_EVERY:
            self.read()

    def read(self) -> None:
        """Everything that waits goes into the history."""
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        device = waiting[0][1][0].device
        values = [value.to(device) for _, some in waiting for value in some]
        precision = values[0].dtype
        for value in values:
            precision = torch.promote_types(precision, value.dtype)
        numbers = iter(torch.stack([v.to(precision) for v in values]).cpu().tolist())
        for names, some in waiting:
            found = [float(next(numbers)) for _ in some]
            self._write(names, found[: len(names) + 1])
            # without the check, the step was interrupted before its end
            if len(found) > len(names) + 1 and not found[-1]:
                self._fail_after()

    def abandon(self) -> None:
        """After an interrupt: the step that was not finished never was."""
        self.read()
        if self.begun > self.done:
            self._restore()
        for values in (self.history.loss, *self.history.terms.values()):
            del values[self.done :]

    def _write(self, names: tuple[str, ...], values: list[float]) -> None:
        if not math.isfinite(values[0]):
            self._fail(
                f"the loss is {values[0]} at step {len(self.history) + 1}; the "
                "parameters are back at the last good ones. Lower lr (now "
                f"{self.lr:g}) or the weight of the largest term"
                + "".join(
                    f"; {name} is {value:.3g}" for name, value in zip(names, values[1:])
                )
                + "."
            )
        self.history.loss.append(values[0])
        for name, value in zip(names, values[1:]):
            self.history.terms.setdefault(name, []).append(value)

    def _fail_after(self) -> NoReturn:
        self._fail(
            f"a parameter became NaN or infinite in step {len(self.history)}; the "
            "parameters are back at the last good ones. The gradient was not finite: "
            "look for a square root or a division at zero, or lower lr "
            f"(now {self.lr:g})."
        )

    def _fail(self, message: str) -> NoReturn:
        self._restore()
        raise NonFiniteError(message, self.history)

    @torch.no_grad()
    def _restore(self) -> None:
        for p, old in zip(self.parameters, self.good):
            p.copy_(old)


def _climber(
    changed: list[torch.Tensor], lr: float, optimizer: OptimizerMaker | None
) -> torch.optim.Optimizer:
    return adam(changed, lr) if optimizer is None else optimizer(changed)


def _needs_closure(climber: torch.optim.Optimizer) -> bool:
    """Whether the optimizer evaluates the loss itself, as LBFGS does."""
    closure = inspect.signature(climber.step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty


def _import_whole(*names: str) -> None:
    """Import modules that Ctrl-C must not cut in two.

    The first optimizer of a process imports `torch._dynamo` and with it sympy, for
    seconds. Half of a package in `sys.modules` breaks every later import of it. Only
    the main thread is interrupted, so another one imports, and this one waits.
    """
    if all(name in sys.modules for name in names):
        return

    def work() -> None:
        for name in names:
            with contextlib.suppress(ImportError):  # it will be said when it is used
                importlib.import_module(name)

    thread = threading.Thread(target=work, name="dputils-imports")
    thread.start()
    interrupt: KeyboardInterrupt | None = None
    while thread.is_alive():
        try:
            thread.join()
        except KeyboardInterrupt as error:
            interrupt = error
    if interrupt is not None:
        raise interrupt


def _cell() -> tuple[int, int] | None:
    """Which cell of a notebook is being executed, if any is."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return None if shell is None else (id(shell), shell.execution_count)


def _scalar(loss: Any) -> torch.Tensor:
    if not torch.is_tensor(loss) or loss.numel() != 1:
        what = (
            f"a tensor of shape {tuple(loss.shape)}"
            if torch.is_tensor(loss)
            else repr(loss)
        )
        raise ValueError(
            f"the loss must be one number, not {what}; use .mean() or .sum()"
        )
    return loss


def _progress_bar(steps: int, progress: bool) -> Any:
    if not progress:
        return None
    from .progress import progress as shown

    return shown(total=steps)
