"""The loop, once: Adam on whatever the parameters are.

`minimize` knows neither images nor networks; `maximize` is the same loop with an image,
an objective and a network.
"""

import dataclasses
import itertools
import math
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import torch

from .objectives import IMAGE, LayerReader, ObjectiveLike, as_objective
from .transforms import Transform, compose, standard_transforms

Loss: TypeAlias = torch.Tensor | dict[str, torch.Tensor]
"""A scalar, or `{name: scalar}`, whose sum counts."""

OptimizerMaker: TypeAlias = Callable[[list[torch.Tensor]], torch.optim.Optimizer]
"""From a list of parameters to the optimizer that changes them."""

StepHook: TypeAlias = Callable[[int, float], object]
"""Called with the step, from 1, and its value; returning False stops the run."""


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
    """The loss became NaN or infinite.

    `history` holds the steps before; the parameters are the last good ones.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


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
            as `lambda p: torch.optim.SGD(p, lr=1.0)`.
        render: returns the picture to keep at the steps named in `snapshots` (taken
            after that many updates).
        on_step: called after every update as `on_step(step, loss)`, step from 1;
            returning False stops the run.
        progress: show a progress bar.
    Returns: `History`. Ctrl-C ends the run early and keeps the result.
    Raises: NonFiniteError if the loss is NaN or infinite; ValueError if nothing can be
        optimized.
    """
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
    climber: torch.optim.Optimizer
    if optimizer is None:  # one fused kernel instead of a dozen, where there is one
        fused = all(
            p.is_floating_point() and p.device.type in ("cpu", "cuda") for p in changed
        )
        climber = torch.optim.Adam(changed, lr=lr, fused=fused)
    else:
        climber = optimizer(changed)
    history, start = History(), time.perf_counter()
    good = [p.detach().clone() for p in changed]

    def keep(step: int) -> None:
        if render is not None and step in wanted:
            with torch.no_grad():
                history.snapshots[step] = render().detach().float().cpu().clone()

    keep(0)
    bar = _progress_bar(steps, progress)
    try:
        for step in range(1, steps + 1):
            climber.zero_grad(set_to_none=True)
            found = loss_fn()
            terms = found if isinstance(found, dict) else {}
            loss = _scalar(sum(terms.values()) if terms else found)
            value = float(loss.detach())
            if not loss.requires_grad:
                raise ValueError(
                    "the loss does not depend on the parameters, so there "
                    "is nothing to descend; compute it from them inside "
                    "loss_fn, without .detach() or torch.no_grad()"
                )
            if not math.isfinite(value):
                _restore(changed, good)
                raise NonFiniteError(
                    f"the loss is {value} at step {step}; the parameters are back at "
                    "the last good ones. Lower lr (now "
                    f"{climber.param_groups[0]['lr']:g}) or the weight of the "
                    "largest term"
                    + "".join(
                        f"; {name} is {_number(term):.3g}"
                        for name, term in terms.items()
                    )
                    + ".",
                    history,
                )
            for old, p in zip(good, changed):
                old.copy_(p.detach())
            loss.backward()
            climber.step()
            history.loss.append(value)
            for name, term in terms.items():
                history.terms.setdefault(name, []).append(_number(term))
            keep(step)
            if bar is not None:
                bar.update()
                if step % 10 == 0:
                    bar.set_postfix_str(f"loss {value:.4g}")
            if on_step is not None and on_step(step, value) is False:
                break
    except KeyboardInterrupt:
        history.interrupted = True
        print(f"stopped at step {len(history)} of {steps}; the result so far is kept")
    finally:
        if bar is not None:
            bar.close()
        history.seconds = time.perf_counter() - start
    # a finite loss can have an infinite gradient
    if not all(torch.isfinite(p).all() for p in changed):
        _restore(changed, good)
        raise NonFiniteError(
            f"the gradient of step {len(history)} was not finite; the "
            "parameters are back at the last good ones. Look for a "
            "square root or a division at zero.",
            history,
        )
    return history


def maximize(
    image: torch.nn.Module,
    objective: ObjectiveLike,
    network: LayerReader,
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
) -> History:
    """Change an image so that an objective rises.

    Args:
        image: a module whose call returns `(N, C, H, W)` in [0, 1], such as
            `fourier_image(128)`; changed in place.
        objective: from `objectives`, a string "layer:channel", or a function of the
            activations.
        network: from `load_network`.
        steps, lr, optimizer, progress: as for `minimize`.
        transforms: what happens to the picture before the network sees it: None for the
            standard robustness stack, [] for nothing, or a transform or list of them.
        snapshots: steps after which to keep the picture.
        seed: of the transforms. Same seed, same device, same bits.
        on_step: called as `on_step(step, value)` with the objective's value; returning
            False stops.
        redirect_relu: for this many steps, ReLUs that are off everywhere still pass a
            gradient (0 to switch off).
    Returns: `History`, with `.objective` and `.snapshots`.
    Raises: as `minimize`; ValueError for unknown layers and channels.
    Source: Lucid `optvis/render.py`, whose 512 steps of Adam at 0.05 are the default.
    """
    climbed = as_objective(objective)
    for layer in climbed.layers:
        network.resolve(layer.removesuffix(":pre"))
    transform = (
        standard_transforms()
        if transforms is None
        else transforms
        if callable(transforms)
        else compose(*transforms)
    )
    generator, count = torch.Generator().manual_seed(seed), itertools.count()
    layers = list(climbed.layers)

    def loss() -> torch.Tensor:
        picture = image()
        with network.redirected_relu(next(count) < redirect_relu):
            activations = (
                network(transform(picture, generator), layers) if layers else {}
            )
            activations[IMAGE] = picture
            value = climbed(activations)
            if not torch.is_tensor(value) or not value.requires_grad:
                raise ValueError(
                    f"the objective {climbed!r} does not depend on the image: there "
                    "is nothing to climb"
                )
            return -value

    report = None if on_step is None else lambda step, value: on_step(step, -value)
    return minimize(
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


def _number(term: torch.Tensor | float) -> float:
    return float(term.detach()) if torch.is_tensor(term) else float(term)


def _restore(parameters: Iterable[torch.Tensor], good: Iterable[torch.Tensor]) -> None:
    with torch.no_grad():
        for p, old in zip(parameters, good):
            p.copy_(old)


def _progress_bar(steps: int, progress: bool) -> Any:
    if not progress:
        return None
    from tqdm.auto import tqdm

    return tqdm(total=steps, leave=False)
