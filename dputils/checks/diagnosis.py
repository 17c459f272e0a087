"""Saying how two results differ, in words that point at a cause."""

from collections.abc import Iterable
from typing import Any

import torch

from .calls import leaves


def same(a: Any, b: Any, tolerance: float = 1e-3) -> bool:
    """Whether two nested results agree.

    Tensors may differ by `tolerance` times the largest number of the one in `b`.
    """
    if torch.is_tensor(b):
        a = _as_tensor(a) if b.dim() == 0 else a
        return torch.is_tensor(a) and a.shape == b.shape and _close(a, b, tolerance)
    if isinstance(b, dict):
        return (
            isinstance(a, dict)
            and set(a) == set(b)
            and all(same(a[key], b[key], tolerance) for key in b)
        )
    if isinstance(b, tuple):
        return (
            isinstance(a, tuple)
            and len(a) == len(b)
            and all(same(x, y, tolerance) for x, y in zip(a, b))
        )
    if isinstance(b, float):
        a = float(a) if torch.is_tensor(a) and a.numel() == 1 else a
        return isinstance(a, (int, float)) and same(
            torch.tensor(float(a)), torch.tensor(b), tolerance
        )
    return type(a) is type(b) and a == b


def compare(got: Any, wanted: Any, tolerance: float = 1e-3) -> str:
    """One sentence on how `got` differs from `wanted`."""
    if isinstance(wanted, (tuple, dict)):
        return _compare_parts(got, wanted, tolerance)
    if got is None:
        return "the result is None: the last line needs a `return`"
    if isinstance(wanted, float):
        wanted = torch.tensor(wanted)
    if torch.is_tensor(wanted) and wanted.dim() == 0:
        got = _as_tensor(got)
    if not torch.is_tensor(wanted):
        return f"the result is {_short(got)}, expected {_short(wanted)}"
    if not torch.is_tensor(got):
        return (
            f"the result is {describe((got,))}, expected a tensor of shape "
            f"{tuple(wanted.shape)}"
        )
    if got.shape != wanted.shape:
        return _compare_shapes(got, wanted)
    if got.is_complex() != wanted.is_complex():
        kinds = {True: "complex", False: "real"}
        return (
            f"the result is {kinds[got.is_complex()]}, expected "
            f"{kinds[wanted.is_complex()]} numbers"
        )
    if torch.isfinite(wanted).all() and not torch.isfinite(got).all():
        bad = torch.nonzero(~torch.isfinite(got))[0].tolist()
        return (
            f"the result has {got[tuple(bad)].item()} at {bad}, where "
            f"{_number(wanted[tuple(bad)])} is expected"
        )
    return _compare_values(got.to(wanted.dtype), wanted, tolerance)


def describe(args: Iterable[Any]) -> str:
    """What a function was called with, in a few words: shapes and numbers."""
    words = []
    for value in args:
        if torch.is_tensor(value):
            words.append(f"a tensor {tuple(value.shape)}")
        elif isinstance(value, (tuple, list)) and leaves(value):
            words.append(f"{len(value)} tensors")
        elif isinstance(value, dict) and "not a tensor" in value:
            words.append(f"an object of type {value['not a tensor']}")
        elif isinstance(value, dict):
            words.append(f"a dict with {', '.join(map(repr, value))}")
        elif isinstance(value, torch.nn.Module):
            words.append("a small network")
        else:
            words.append(_short(value))
    return ", ".join(words) or "no arguments"


def _as_tensor(value):
    """A plain number as a tensor; whatever else as it is."""
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return torch.tensor(float(value)) if plain else value


def _close(a, b, tolerance):
    if a.is_complex() or b.is_complex():
        if a.is_complex() != b.is_complex():
            return False
        a, b = torch.view_as_real(a), torch.view_as_real(b)
    a, b = a.double(), b.double()
    finite = torch.isfinite(b)
    if not torch.equal(
        torch.nan_to_num(a[~finite]), torch.nan_to_num(b[~finite])
    ) or not torch.equal(torch.isfinite(a), finite):
        return False
    scale = b[finite].abs().max().item() if finite.any() else 0.0
    return bool(((a - b)[finite].abs() <= tolerance * scale + 1e-7).all())


def _compare_parts(got, wanted, tolerance):
    kind = "dict" if isinstance(wanted, dict) else "tuple"
    keys = list(wanted) if kind == "dict" else range(len(wanted))
    if (
        not isinstance(got, type(wanted))
        or len(got) != len(wanted)
        or (kind == "dict" and set(got) != set(wanted))
    ):
        what = (
            f"a tuple of {len(wanted)}"
            if kind == "tuple"
            else f"a dict with {', '.join(map(repr, wanted))}"
        )
        return f"the result is {describe((got,))}, expected {what}"
    for number, key in enumerate(keys):
        if not same(got[key], wanted[key], tolerance):
            name = repr(key) if kind == "dict" else f"number {number + 1}"
            return (
                f"of the results, {name} is wrong: "
                f"{compare(got[key], wanted[key], tolerance)}"
            )
    return "the results agree"


def _compare_shapes(got, wanted):
    text = f"the shape is {tuple(got.shape)}, expected {tuple(wanted.shape)}"
    if got.dim() == wanted.dim() >= 2 and got.shape == wanted.transpose(-1, -2).shape:
        return f"{text}: height and width (the last two axes) are swapped"
    if sorted(got.shape) == sorted(wanted.shape):
        return f"{text}: the axes are in another order"
    found, sizes = tuple(got.shape), tuple(wanted.shape)
    for axis in range(len(sizes)):
        if found == sizes[:axis] + sizes[axis + 1 :]:
            return f"{text}: one axis was summed or averaged away"
    for axis in range(len(sizes) - 1):
        both = sizes[axis] * sizes[axis + 1]
        rest = sizes[axis + 2 :]
        if found in (
            (*sizes[:axis], both, *rest),
            # products of what was flattened with itself
            (*sizes[:axis], both, *(n * sizes[axis] for n in rest)),
        ):
            return f"{text}: axes {axis} and {axis + 1} were flattened into one"
    return text


def _compare_values(got, wanted, tolerance):
    difference = (got - wanted).abs()
    worst = tuple(torch.nonzero(difference == difference.max())[0].tolist())
    at = f" at {list(worst)}" if worst else ""
    text = f"the result is {_number(got[worst])}{at}, expected {_number(wanted[worst])}"
    if got.abs().max() == 0:
        return "the result is zero everywhere"
    factor = (got * wanted.conj()).sum() / wanted.abs().square().sum().clamp(min=1e-30)
    if not wanted.is_complex() and same(got, wanted * factor, tolerance):
        ratio = factor.item()
        if f"{ratio:.4g}" == "1":  # "1 times what they should be" helps nobody
            return f"{text}: the numbers are near, not near enough"
        return (
            f"{text}: the sign is wrong"
            if abs(ratio + 1) < tolerance
            else f"{text}: all numbers are {ratio:.4g} times what they should be"
        )
    offset = (got - wanted).mean()
    if wanted.numel() > 1 and same(got - offset, wanted, tolerance):
        return f"{text}: all numbers are off by {_number(offset)}"
    if (
        wanted.dim() >= 2
        and got.shape[-1] == got.shape[-2]
        and same(got.mT, wanted, tolerance)
    ):
        return f"{text}: the last two axes are swapped"
    for axis in range(wanted.dim()):
        if wanted.shape[axis] > 1 and same(got.flip(axis), wanted, tolerance):
            return f"{text}: the order along axis {axis} is reversed"
    right = (difference <= tolerance * wanted.abs().max()).float().mean().item()
    return f"{text} ({right:.0%} of the numbers are right)" if right > 0 else text


def _number(value):
    value = value.item()
    return f"{value:.4g}" if isinstance(value, (float, complex)) else str(value)


def _short(value):
    text = f"{value:.4g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
