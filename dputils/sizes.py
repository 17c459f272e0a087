"""Height and width, however somebody says them."""

import operator
from collections.abc import Mapping, Sequence, Set
from typing import Any, SupportsIndex, TypeAlias

Size: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
"""One whole number for a square, or a pair `(height, width)`; NumPy's and PyTorch's
whole numbers count."""


def height_width(size: Any, name: str = "size") -> tuple[int, int]:
    """The two numbers in a size: `64`, `np.int64(64)`, `(48, 64)` or `x.shape[2:]`.

    Args:
        size: a `Size`; pixels. A float counts where it is whole, such as `128 / 2`.
        name: what the caller calls it, for the error.
    Raises: ValueError unless it is one whole number or two, each at least 1; for a
        set or a dict too, which do not say which of two is the height.
    """
    unordered = isinstance(size, (Set, Mapping))
    numbers: list[int] = []
    try:
        numbers = [_whole(size)] * 2
    except TypeError:  # a pair; an array of two has `__index__` too, and fails here
        try:
            # the bytes of b"ab" would pass for numbers
            if not unordered and not isinstance(size, (bytes, bytearray)):
                numbers = [_whole(n) for n in size]
        except TypeError:
            pass
    if len(numbers) != 2 or min(numbers) < 1:
        raise ValueError(
            f"{name}={size!r} must be a positive whole number of pixels, or (height, "
            "width), each at least 1"
            + (f"; a {type(size).__name__} has no first and second" * unordered)
        )
    return numbers[0], numbers[1]


def whole_number(number: Any, name: str, least: int = 1) -> int:
    """A count such as `columns=3`; a float counts where it is whole.

    Args:
        number: what came.
        name: what the caller calls it, for the error.
        least: the smallest that is allowed.
    Raises: ValueError unless it is a whole number of at least `least`.
    """
    try:
        count = _whole(number)
    except TypeError:
        count = None
    if count is None or count < least:
        raise ValueError(
            f"{name}={number!r} must be a whole number of at least {least}"
        )
    return count


def _whole(number: Any) -> int:
    # True has an index, and so has a tensor of it
    if isinstance(number, bool) or str(getattr(number, "dtype", "")).endswith("bool"):
        raise TypeError("yes or no is no number")
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return operator.index(number)
