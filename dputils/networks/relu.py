"""Two things a ReLU hides: the value before it, and the gradient where it is off.

Both are read by watching the calls of ReLU while a network runs, so they work for
module and functional ReLUs alike and need no change to the network.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

_RELUS = {torch.relu, torch.relu_, F.relu, torch.Tensor.relu, torch.Tensor.relu_}
_RELU6 = {F.relu6, F.hardtanh}
_CATS = {torch.cat, torch.concat}


class ReluMode(TorchFunctionMode):
    """While active, ReLUs are watched.

    With `track`, their outputs remember their inputs, for `pre_activation`; with
    `redirect`, gradients are redirected, as by `RedirectedReLU`.
    """

    def __init__(self, *, redirect: bool = False, track: bool = True) -> None:
        super().__init__()
        self.redirect, self.track = redirect, track

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        upper: float | None = None
        if func in _RELU6:
            low, high = (0, 6) if func is F.relu6 else _bounds(args, kwargs)
            upper = high if low == 0 else None
        if func in _RELUS or upper is not None:
            x = args[0] if args else kwargs["input"]
            if self.redirect:
                out = RedirectedReLU.apply(x, upper)
            else:
                out = x.clamp(min=0) if upper is None else x.clamp(0, upper)
            if self.track:
                out._before_relu = x
            return out
        out = func(*args, **kwargs)
        if self.track and func in _CATS:
            parts = args[0] if args else kwargs["tensors"]
            if all(hasattr(part, "_before_relu") for part in parts):
                axis = kwargs.get("dim", args[1] if len(args) > 1 else 0)
                out._before_relu = [axis, *(part._before_relu for part in parts)]
        return out


def pre_activation(output: torch.Tensor, layer: str) -> torch.Tensor:
    """The value before the ReLU that gave `output`, of the same shape.

    If `output` joins several ReLUs' outputs, so does the result.
    Raises: ValueError that names `layer` if no ReLU under `ReluMode` gave `output`.
    """
    before = getattr(output, "_before_relu", None)
    if before is None:
        raise ValueError(
            f"{layer!r} does not come straight from a ReLU, so it has no "
            f"value before one; ask for {layer.removesuffix(':pre')!r}, "
            "or for the ReLU or block that follows it"
        )
    return _join(before)


def _join(before: Any) -> torch.Tensor:
    if torch.is_tensor(before):
        return before
    axis, *parts = before
    return torch.cat([_join(part) for part in parts], axis)


class RedirectedReLU(torch.autograd.Function):
    """A ReLU whose gradient does not die where a whole picture is off.

    Forward: max(x, 0), or min(max(x, 0), 6) with an upper bound. Backward: the usual
    gradient; but for a batch element where that is entirely zero, the incoming gradient
    is passed on except where it would push a switched-off value further down (or a
    saturated one further up). Meant for the first steps of an optimization, when a
    channel may not fire anywhere on the grey start.
    Source: Lucid `misc/redirected_relu_grad.py`.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, upper: float | None = None) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.upper = upper
        return torch.relu(x) if upper is None else F.hardtanh(x, 0, upper)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None]:
        (x,), upper = ctx.saved_tensors, ctx.upper
        # the gradients of torch.relu and F.relu6, each one kernel
        usual = (
            torch.ops.aten.threshold_backward(grad, x, 0)
            if upper is None
            else torch.ops.aten.hardtanh_backward(grad, x, 0, upper)
        )
        if _all_alive(usual):
            return usual, None
        # Descent moves x against the gradient: a positive gradient lowers x.
        blocked = (x < 0) & (grad > 0)
        if upper is not None:
            blocked |= (x > upper) & (grad < 0)
        redirected = grad.masked_fill(blocked, 0)
        dead = (usual.flatten(1) == 0).all(1).view(-1, *[1] * (x.dim() - 1))
        return torch.where(dead, redirected, usual), None


def _all_alive(gradient: torch.Tensor) -> bool:
    """Whether every picture's gradient has a value that is not zero.

    The extremes tell it fastest. False also on devices that would have to wait.
    """
    if gradient.device.type != "cpu" or not gradient.numel():
        return False
    places = tuple(range(1, gradient.dim()))
    if bool((gradient.amax(places) > 0).all()):
        return True
    return bool((gradient.abs().amax(places) > 0).all())


def _bounds(args: Iterable[Any], kwargs: Mapping[str, Any]) -> tuple[float, float]:
    values = {**dict(zip(("input", "min_val", "max_val"), args)), **kwargs}
    return values.get("min_val", -1.0), values.get("max_val", 1.0)
