"""Figures beside each other in one output, where the page is wide enough."""

import html
from collections.abc import Sequence

from .encoding import PAYLOAD
from .hosting import Component

# They shrink to two thirds or so before they wrap: beside a file browser as well.
CELL = "flex: 1 1 {basis}px; min-width: 0; max-width: {width}px"
NARROW = 260  # CSS pixels that a figure in a row has at least, if the page has them
NAME = "font: 13px/1.45 system-ui, sans-serif; opacity: 0.65; margin: 4px 0"


class Row:
    """Figures side by side, below each other on a narrow page; they need no kernel.

    Args:
        figures: components made without live=True.
        titles: one text a figure, shown above it.
    Raises: ValueError for no figure, a live one, or not as many titles, and where all
        together would add more than 400 kB to a saved notebook.
    """

    def __init__(
        self, *figures: Component, titles: Sequence[str] | None = None
    ) -> None:
        if not figures or not all(
            isinstance(figure, Component) and figure.widget is None
            for figure in figures
        ):
            raise ValueError(
                "a Row takes figures such as MeshViewer(mesh), made "
                "without live=True, not "
                f"{', '.join(map(repr, figures)) or 'none'}"
            )
        if titles is not None and (
            isinstance(titles, str) or len(titles) != len(figures)
        ):
            raise ValueError(
                f"titles needs {len(figures)} texts, one a figure, not {titles!r}"
            )
        self.figures, self.titles = figures, titles
        if (size := len(self.html())) > PAYLOAD:
            raise ValueError(
                f"this row of {len(figures)} figures would add "
                f"{size / 1000:.0f} kB to a saved notebook, and "
                f"{PAYLOAD // 1000} kB is the most; show smaller pictures"
            )

    def html(self) -> str:
        """All figures as one piece of HTML that loads nothing."""
        names = [
            f'<div style="{NAME}">{html.escape(str(title))}</div>'
            for title in self.titles or ()
        ]
        cells = []
        for name, figure in zip(names or [""] * len(self.figures), self.figures):
            width = figure.state["width"]
            style = CELL.format(basis=min(width, NARROW), width=width)
            cells.append(f'<div style="{style}">{name}{figure.html()}</div>')
        return (
            '<div style="display: flex; flex-wrap: wrap; gap: 0 24px">\n'
            + "\n".join(cells)
            + "\n</div>"
        )

    def _repr_mimebundle_(self, **_):
        return {"text/html": self.html(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Row: {', '.join(figure.alt for figure in self.figures)}"
