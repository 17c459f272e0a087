"""Where a live panel's controls and its seed stand, moved by the page and by Python."""

import re
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .amounts import whole
from .controls import EXACT, Control, in_words

SEEDS = 2**63 - 1  # the largest
DIGITS = re.compile(r"[0-9]{1,19}")  # as many as the largest has


class Steering:
    """Controls and a seed; two threads may move them.

    Args:
        controls: `{name: Control}`.
        seed: a whole number from 0 to 2^63 - 1.
    Attributes: `raw`, the controls as the page says them, and `seed`; read them, but
        set them with `move` and `take`.
    Raises: ValueError for another seed, here and in both.
    """

    def __init__(self, controls: Mapping[str, Control], seed: Any) -> None:
        self.controls, self.seed = controls, _seed(seed)
        self.raw = {name: control.start for name, control in controls.items()}
        self._revision, self._lock = 0, threading.Lock()

    @property
    def values(self) -> Mapping[str, Any]:
        """What the controls say: `{name: value}`, to be read only."""
        return MappingProxyType(
            {name: each.read(self.raw[name]) for name, each in self.controls.items()}
        )

    def move(self, **values: Any) -> None:
        """Set controls, and "seed", to values.

        What the page asked before it heard of that does not set them back.
        """
        seed = _seed(values.pop("seed", self.seed))
        raw = {name: self.controls[name].place(value) for name, value in values.items()}
        with self._lock:
            self._revision += 1
            self.raw.update(raw)
            self.seed = seed

    def take(self, asked: Mapping[str, Any]) -> bool:
        """Set controls and seed as the page's question has them; whether any is new.

        Sliders are brought between their ends. Where one of the others cannot be
        meant, nothing is set.
        """
        raw = {
            name: self.controls[name].taken(value)
            for name, value in asked.get("values", {}).items()
            if name in self.controls
        }
        seed = asked.get("seed", self.seed)
        # a page cannot send a large one as a number
        seed = _seed(int(seed) if DIGITS.fullmatch(str(seed)) else seed)
        with self._lock:
            if asked.get("revision", self._revision) != self._revision:
                return False
            before = self.raw, self.seed
            self.raw, self.seed = {**self.raw, **raw}, seed
            return before != (self.raw, self.seed)

    def said(self) -> dict[str, Any]:
        """What every answer tells the page."""
        return {
            "values": dict(self.raw),
            # a page has no whole numbers beyond
            "seed": self.seed if self.seed <= EXACT else str(self.seed),
            "revision": self._revision,
        }

    def in_words(self) -> str:
        """For who cannot see the controls: "decay power 1.5, basis Fourier"."""
        return in_words(self.controls, self.raw)


def _seed(seed):
    return whole("seed", seed, 0, SEEDS)
