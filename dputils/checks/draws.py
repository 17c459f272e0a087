"""Numbers drawn from a student's name: their own, and the same ones every time."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import torch

Option = TypeVar("Option")


class Distance(torch.nn.Module):
    """Mean |a - b|^power of each picture, times 1 + the mean |b|.

    It is not symmetric, a factor does not cancel in it, and it is none that a student
    would take instead.
    """

    def __init__(self, power: float) -> None:
        super().__init__()
        self.power = power

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        size = 1 + b.abs().mean((1, 2))
        return (a - b).abs().pow(self.power).mean((1, 2)) * size


class Draw:
    """A source of shapes and values that depends on its keys and on nothing else.

    Args:
        *keys: texts or numbers, such as the student's id, the exercise and the number
            of the case. They are hashed with SHA-256; Python's own `hash` gives other
            numbers in every process.
        square: `size()` gives equal height and width. One case of every check is
            square, so that code that mixes the two up still answers there, and its
            answer can be recognised.
    """

    def __init__(self, *keys: object, square: bool = False) -> None:
        digest = hashlib.sha256(
            "\x1f".join(map(str, keys)).encode("utf-8", "surrogatepass")
        ).digest()
        self.generator = torch.Generator().manual_seed(
            int.from_bytes(digest[:8], "big") >> 1
        )
        self.square = square

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(torch.randint(low, high + 1, (), generator=self.generator))

    def number(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number between low and high."""
        return low + (high - low) * float(torch.rand((), generator=self.generator))

    def choice(self, options: Sequence[Option]) -> Option:
        """One of the options."""
        return options[self.integer(0, len(options) - 1)]

    def size(self, low: int = 5, high: int = 9) -> tuple[int, int]:
        """Height and width from low to high.

        They are different, and one of them is odd; for a square case they are equal.
        """
        height = self.integer(low, high)
        if self.square:
            return height, height
        others = [width for width in range(low, high + 1) if (width - height) % 2]
        return height, self.choice(others)

    def normal(self, *shape: int) -> torch.Tensor:
        """Gaussian values."""
        return torch.randn(shape, generator=self.generator)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """Values spread evenly between low and high."""
        return low + (high - low) * torch.rand(shape, generator=self.generator)

    def order(self, n: int) -> torch.Tensor:
        """The numbers 0 … n - 1 in a drawn order, `(n,)`."""
        return torch.randperm(n, generator=self.generator)

    def distance(self) -> Distance:
        """A distance for exercises that are handed one.

        It takes `(N, C, C)` and `(1, C, C)` to `(N,)`.
        """
        return Distance(self.choice([1.5, 2.0, 2.5]))

    def network(
        self, channels: int = 3, classes: int = 4, width: int = 5
    ) -> torch.nn.Sequential:
        """A small classifier with drawn weights.

        It takes `(N, channels, H, W)` to `(N, classes)`. Its activation is smooth, so
        that no gradient is zero by accident.
        """
        from torch import nn

        module = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.Softplus(),
            nn.Conv2d(width, width, 2),
            nn.Tanh(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(4 * width, classes),
        )
        for parameter in module.parameters():
            parameter.data = self.normal(*parameter.shape) * (
                0.7 if parameter.dim() > 1 else 0.3
            )
        return module.requires_grad_(False)
