"""Two pictures in one frame, with a line to wipe between them (article, figure 4)."""

from collections.abc import Sequence

from ..media import Pictures, picture_sheet
from .amounts import pixels, real, whole
from .encoding import BUDGET, PAYLOAD, as_pictures, encode_within
from .hosting import Component
from .pickers import Pickers, picker_state

MOST = 1_200_000  # bytes of a figure that is the picture of its notebook


class CompareSlider(Component):
    """Two pictures in one frame: before at the left of a line, after at its right.

    The line follows finger, mouse and arrow keys.
    Args:
        before, after: one picture each `(C, H, W)` in [0, 1], or as many as there is to
            pick from, `(N, C, H, W)` or a list; all of one size. One `before` serves
            all of `after`.
        labels: what the two sides are.
        pickers: for several pairs: `{"content": [Choice, …], "style": [Choice, …]}`,
            whose combinations are the pairs, the last picker running fastest. Names
            alone do too; without it the pairs are numbered.
        start: where the line stands at first, 0 to 1.
        width: of the figure in CSS pixels; by default the pictures', but at least 360
            and at most 720.
        beside: what the pairs were made from, one picture for all of them or one for
            each: it stands at the left of the frame, a third as wide as the figure.
        budget: bytes that the figure may add to a saved notebook, 100,000 to 1,200,000.
        live: as a widget, for `update`.
        alt: what it shows, in words; by default made of the texts it has.
    Raises: ValueError for sizes or numbers that do not fit, and for more than a
        notebook should carry.
    """

    module = "compare_slider.js"

    def __init__(
        self,
        before: Pictures,
        after: Pictures,
        *,
        labels: Sequence[str] = ("before", "after"),
        pickers: Pickers | None = None,
        start: float = 0.67,
        width: int | None = None,
        beside: Pictures | None = None,
        budget: int = PAYLOAD,
        live: bool = False,
        alt: str | None = None,
    ) -> None:
        if len(labels) != 2 or isinstance(labels, str):
            raise ValueError(
                f"labels are two texts, for left and right, not {labels!r}"
            )
        start = real("start", start)
        if not 0 <= start <= 1:
            raise ValueError(
                f"start is a place from 0 (left) to 1 (right), not {start:g}"
            )
        if not 100_000 <= whole("budget", budget, 0) <= MOST:
            raise ValueError(
                f"budget is from 100,000 to {MOST:,} bytes, not {budget:,}"
            )
        self._room = round(budget * BUDGET / PAYLOAD)
        self._befores, self._afters = _paired(before, after)
        self._beside = _beside(beside, len(self._afters))
        first = self._afters[0]
        super().__init__(
            {
                "labels": list(labels),
                "pickers": picker_state(pickers, len(self._afters)),
                "start": start,
                "width": min(max(first.width, 360), 720)
                if width is None
                else pixels("width", width),
                "aspect": first.width / first.height,
                **self._files(),
            },
            picture=picture_sheet([self._befores[0], first], list(labels)),
            alt=alt if alt is not None else f"{labels[0]} beside {labels[1]}",
            live=live,
            budget=budget,
        )

    def update(
        self, before: Pictures | None = None, after: Pictures | None = None
    ) -> None:
        """Show other pictures in place of the first ones; only with live=True."""
        befores, afters = _paired(
            self._befores if before is None else before,
            self._afters if after is None else after,
        )
        if len(afters) != len(self._afters):
            raise ValueError(
                f"this figure has {len(self._afters)} pairs, "
                f"not {len(afters)}; give as many"
            )
        self._befores, self._afters = befores, afters
        self.push(aspect=afters[0].width / afters[0].height, **self._files())

    def _files(self):
        files = encode_within(self._befores + self._afters + self._beside, self._room)
        distinct = list(dict.fromkeys(files))
        places = [distinct.index(file) for file in files]
        count = len(self._befores)
        return {
            "pictures": distinct,
            "pairs": [
                list(pair) for pair in zip(places[:count], places[count : 2 * count])
            ],
            "beside": places[2 * count :],
        }


def _beside(pictures, count):
    """One picture for each of `count` pairs, or none at all."""
    if pictures is None:
        return []
    given = as_pictures(pictures, "beside")
    if len(given) not in (1, count):
        raise ValueError(
            f"{len(given)} pictures beside {count} pairs; give one for all of them, or "
            "one for each"
        )
    return given * count if len(given) == 1 else given


def _paired(before, after):
    befores, afters = as_pictures(before, "before"), as_pictures(after, "after")
    befores = befores * len(afters) if len(befores) == 1 else befores
    if len(befores) != len(afters):
        raise ValueError(
            f"{len(befores)} pictures before and {len(afters)} after; "
            "give as many of both"
        )
    if befores[0].size != afters[0].size:
        (w, h), (w2, h2) = befores[0].size, afters[0].size
        raise ValueError(
            f"before is {h} × {w} and after {h2} × {w2}; a wipe needs one "
            "size: resize one with F.interpolate"
        )
    return befores, afters
