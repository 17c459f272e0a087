"""Height and width, however somebody says them."""

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex, TypeAlias

Size: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
"""One whole number for a square, or a pair `(height, width)`; NumPy's and PyTorch's
whole numbers count."""


def height_width(size: Any, name: str = "size") -> tuple[int, int]:
    """The two numbers in a size: `64`, `np.int64(64)`, `(48, 64)` or `x.shape[2:]`.

    Args:
        size: a `Size`; pixels. A float counts where it is whole, such as `128 / 2`.
        name: what the caller calls it, for the error.
    Raises: ValueError unless it is one whole number or two, each at least 1.
    """
    numbers: list[int] = []
    if not isinstance(size, bool):
        try:
            numbers = [_whole(size)] * 2
        except TypeError:  # a pair; an array of two has `__index__` too, and fails here
            try:
                numbers = [_whole(n) for n in size]
            except TypeError:
                pass
    if len(numbers) != 2 or min(numbers) < 1:
        raise ValueError(
            f"{name}={size!r} must be a positive whole number of pixels, or (height, "
            "width), each at least 1"
        )
    return numbers[0], numbers[1]


def _whole(number: Any) -> int:
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return operator.index(number)
