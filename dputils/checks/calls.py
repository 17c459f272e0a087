"""Calling a function that somebody else wrote, on copies, with its errors caught.

Used in the notebook and, during grading, in a separate process; it therefore needs
nothing but PyTorch.
"""

import copy
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import torch

DONE, EMPTY, FAILED, MISSING = "done", "empty", "failed", "missing"


def leaves(value: Any) -> list[torch.Tensor]:
    """The tensors inside nested tuples, lists and dicts, in order."""
    if torch.is_tensor(value):
        return [value]
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, (tuple, list)):
        return [leaf for part in value for leaf in leaves(part)]
    return []


def detached(value: Any) -> Any:
    """The same nested value without its graph.

    What is no tensor, number, text or container becomes its type's name.
    """
    if torch.is_tensor(value):
        return value.detach().cpu().contiguous().clone()
    if isinstance(value, dict):
        return {str(key): detached(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(map(detached, value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {"not a tensor": type(value).__name__}


def evaluate(
    function: Callable[..., Any],
    args: tuple,
    wrt: Sequence[int] = (),
    cotangent: Any = None,
) -> dict[str, Any]:
    """Call `function(*args)` on copies of its arguments.

    Args:
        function: anything callable.
        args: tuple of tensors, numbers, modules, and nested containers of tensors.
        wrt: positions of arguments whose gradient is asked for.
        cotangent: nested like the result; the gradient is that of the sum of result
            times cotangent.
    Returns: a dict. "state" is "done", "empty" (the blank is still there) or "failed"
        with "error" and "line". When done: "value", the detached result; "changed",
        positions of arguments that the call overwrote; and with `wrt` "grads", one
        tensor for each tensor in those arguments, None where no gradient arrives.
    """
    args = copy.deepcopy(args)
    before = copy.deepcopy(args)
    sources = [leaf for position in wrt for leaf in leaves(args[position])]
    for source in sources:
        source.requires_grad_()
    try:
        # What a student's code draws from the global generator must be the same in
        # every call.
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.default_generator.manual_seed(0)  # `torch.manual_seed`: all devices'
            result = function(*args)
            grads = _gradients(result, sources, cotangent) if wrt else ()
    except NotImplementedError as error:
        if not str(error):  # PyTorch raises it too, with a text
            return {"state": EMPTY}
        return _failure(error)
    except KeyboardInterrupt:
        raise
    # SystemExit among them: a function that ends the program is wrong, not the end
    except BaseException as error:
        return _failure(error)
    changed = [
        i for i, (now, old) in enumerate(zip(args, before)) if not _unchanged(now, old)
    ]
    answer = {"state": DONE, "value": detached(result), "changed": changed}
    if wrt:
        answer["grads"] = tuple(
            None if grad is None else detached(grad) for grad in grads
        )
    return answer


class Local:
    """A function of this process, asked as `sandbox.Remote` asks one of another.

    One at a time, also where a class is graded in threads: they share the global
    generator, and one's draws must not be another's.
    """

    _turn = threading.RLock()

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def evaluate(
        self, args: tuple, wrt: Sequence[int] = (), cotangent: Any = None
    ) -> dict[str, Any]:
        with self._turn:
            return evaluate(self.function, args, wrt, cotangent)


def _gradients(result, sources, cotangent):
    outputs = leaves(result)
    total = sum(
        (
            (out * weight).sum()
            for out, weight in zip(outputs, leaves(cotangent))
            if out.requires_grad
        ),
        torch.zeros(()),
    )
    if not total.requires_grad:
        return [None] * len(sources)
    return torch.autograd.grad(total, sources, allow_unused=True)


def _unchanged(now, old):
    return all(
        a.shape == b.shape
        and torch.equal(torch.nan_to_num(a.detach()), torch.nan_to_num(b.detach()))
        for a, b in zip(leaves(now), leaves(old))
    )


def _failure(error):
    """The error in one line, and the line of the student's code where it happened.

    The line is empty if it cannot be read.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.endswith(("calls.py", "worker.py"))
        and "/torch/" not in frame.filename.replace("\\", "/")
    ]
    line = (frames[-1].line or "") if frames else ""
    text = " ".join(str(error).split())[:300]
    return {
        "state": FAILED,
        "error": f"{type(error).__name__}: {text}".rstrip(": "),
        "line": line.strip()[:200],
    }
