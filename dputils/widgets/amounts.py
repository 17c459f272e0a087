"""Numbers that figures take: what came, what is allowed, and how to mend it."""

import math
from numbers import Real
from typing import Any

from ..sizes import whole_number

SMALLEST, LARGEST = 32, 8192  # CSS pixels: below nothing can be seen, above drawn


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """A whole number from `low` to `high`, as an int.

    NumPy's and PyTorch's count, and a float that is whole, such as `128 / 2`.
    Raises: ValueError for any other value, booleans, texts and fractions included.
    """
    try:
        number = whole_number(value, name, low)
        if high is None or number <= high:
            return number
    except ValueError:
        pass
    raise ValueError(
        f"{name} is a whole number {_between(low, high)}, not {_said(value)}"
    )


def real(
    name: str, value: Any, low: float | None = None, high: float | None = None
) -> float:
    """A finite number from `low` to `high`, as a float.

    Raises: ValueError for any other value, booleans, texts and NaN included.
    """
    number, given = math.nan, value
    if getattr(value, "ndim", None) == 0:  # a number of NumPy's or PyTorch's
        value = value.item()
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # a whole number that no float can hold
            pass
    outside = low is not None and number < low or high is not None and number > high
    if not math.isfinite(number) or outside:
        raise ValueError(
            f"{name} is a finite number {_between(low, high)}".rstrip()
            + f", not {_said(given)}"
        )
    return number


def pixels(name: str, value: Any) -> int:
    """A width or height on the page: whole, from 32 to 8192 CSS pixels.

    Raises: ValueError for any other value.
    """
    try:
        return whole(name, value, SMALLEST, LARGEST)
    except ValueError:
        raise ValueError(
            f"{name} is at least {SMALLEST} pixels and at most {LARGEST}, a whole "
            f"number, not {_said(value)}"
        ) from None


# ---- helpers -------------------------------------------------------------------------


def _between(low, high):
    if low is None and high is None:
        return ""
    return f"of at least {low}" if high is None else f"from {low} to {high}"


def _said(value):
    """What came, shortened, with how to mend it where one can see that."""
    text = repr(value)
    text = text if len(text) <= 80 else f"{text[:77]}..."
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdigit():
        return f"the text {text}: write it without quotes"
    return text
