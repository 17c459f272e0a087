"""Claims with their numbers: what is said, what was measured over several runs, and the
bar it has to clear.
"""

import dataclasses
import statistics


@dataclasses.dataclass
class Claim:
    """A sentence and the values that back it, one per run (seed, channel, picture …).

    `at_least` or `at_most` is the bar for the median; a claim without a bar reports a
    number and always holds.
    """

    text: str
    values: list
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self):
        self.values = [float(value) for value in self.values]
        if not self.values:
            raise ValueError(
                f"the claim {self.text!r} has no values; measure at least one run"
            )

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def holds(self):
        above = self.at_least is None or self.median >= self.at_least
        return above and (self.at_most is None or self.median <= self.at_most)

    @property
    def bar(self):
        bars = ("≥", self.at_least), ("≤", self.at_most)
        return " and ".join(f"{sign} {bar:g}" for sign, bar in bars if bar is not None)

    @property
    def measured(self):
        low, high = min(self.values), max(self.values)
        return (
            f"{self.median:.3g} ({low:.3g} … {high:.3g}, {len(self.values)} runs)"
            if len(self.values) > 1
            else f"{self.median:.3g}"
        )

    @property
    def record(self):
        """What a notebook stores of it, as a dict for JSON."""
        return {
            "text": str(self),
            "bar": self.bar,
            "holds": self.holds,
            "values": self.values,
        }

    def __str__(self):
        verdict = (
            ""
            if not self.bar
            else f", bar {self.bar}: {'holds' if self.holds else 'DOES NOT HOLD'}"
        )
        return f"{self.text}: {self.measured}{verdict}"


def show_claims(claims):
    """Show claims as a table in a notebook: median with its range, and whether it
    clears the bar.
    """
    from IPython.display import Markdown, display

    rows = [
        (
            f"| {c.text} | {c.measured} | {c.bar or '–'} | "
            f"{('yes' if c.holds else '**no**') if c.bar else '–'} |"
        )
        for c in claims
    ]
    display(
        Markdown(
            "\n".join(
                ["| claim | median (range) | bar | holds |", "|---|---|---|---|", *rows]
            )
        )
    )
