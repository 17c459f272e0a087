"""Claims with their numbers: what is said, what was measured, what it must reach."""

import dataclasses
import statistics
from collections.abc import Iterable
from typing import Any

from ..optimize import interrupted_in_this_cell


@dataclasses.dataclass
class Claim:
    """A sentence and the values that back it, one per run (seed, channel, picture …).

    `at_least` or `at_most` is the bar. A claim holds if every run clears it. If the
    median does and some runs do not, the table says how many do; if not even the median
    does, the claim fails. Without a bar it reports a number, and holds.
    """

    text: str
    values: list[float]
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        self.values = [float(value) for value in self.values]
        if not self.values:
            raise ValueError(
                f"the claim {self.text!r} has no values; measure at least one run"
            )

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def clears(self, value: float) -> bool:
        """If a value is on the right side of the bar; NaN is on none."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    @property
    def holds(self) -> bool:
        return all(map(self.clears, self.values))

    @property
    def fails(self) -> bool:
        return not self.clears(self.median)

    @property
    def verdict(self) -> str:
        if not self.bar:
            return ""
        if self.holds:
            return "yes"
        if self.fails:
            return "no"
        cleared = sum(map(self.clears, self.values))
        return f"in {cleared} of {len(self.values)} runs"

    @property
    def bar(self) -> str:
        bars = ("≥", self.at_least), ("≤", self.at_most)
        return " and ".join(f"{sign} {bar:g}" for sign, bar in bars if bar is not None)

    @property
    def measured(self) -> str:
        low, high = min(self.values), max(self.values)
        return (
            f"{self.median:.3g} ({low:.3g} … {high:.3g}, {len(self.values)} runs)"
            if len(self.values) > 1
            else f"{self.median:.3g}"
        )

    @property
    def record(self) -> dict[str, Any]:
        """What a notebook stores of it, as a dict for JSON."""
        return {
            "text": str(self),
            "bar": self.bar,
            "verdict": self.verdict,
            "values": self.values,
        }

    def __str__(self) -> str:
        said = {"yes": "holds", "no": "DOES NOT HOLD"}
        judged = f", bar {self.bar}: {said.get(self.verdict, f'holds {self.verdict}')}"
        return f"{self.text}: {self.measured}{judged if self.bar else ''}"


def show_claims(claims: Iterable[Claim]) -> None:
    """Show claims as a table in a notebook: median, range, bar, and if it holds.

    Raises: ValueError if a run of this cell was interrupted: half a run is no number.
    """
    from IPython.display import Markdown, display

    if interrupted_in_this_cell():
        raise ValueError(
            "a run in this cell was interrupted, so these numbers are not those of "
            "whole runs; run the cell again"
        )

    rows = [
        f"| {c.text} | {c.measured} | {c.bar or '–'} | "
        f"{c.verdict.replace('no', '**no**') or '–'} |"
        for c in claims
    ]
    display(
        Markdown(
            "\n".join(
                ["| claim | median (range) | bar | holds |", "|---|---|---|---|", *rows]
            )
        )
    )
