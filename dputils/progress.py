"""Progress bars that leave nothing behind: not on a page, not in a saved notebook."""

import html
import io
import sys
from collections.abc import Iterable
from typing import Any

from tqdm.std import tqdm

WIDTH = 240  # of a bar on a page, in CSS pixels


class PageBar(tqdm):
    """A bar in a notebook's output, which is emptied when the bar ends.

    It is plain HTML. A widget in its place would leave a view without a state in the
    saved file, and whoever opens that reads "Error displaying widget".
    """

    monitor_interval = 0  # no thread that would draw into another cell's output

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._shown: Any = None
        super().__init__(*args, **{**kwargs, "file": io.StringIO(), "leave": False})

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:
        """Draw the bar as it is; with an empty message, take it away."""
        from IPython.display import display

        data = {} if msg == "" else self._as_data()
        if self._shown is not None:
            self._shown.update(data, raw=True)
        elif data:
            self._shown = display(data, raw=True, display_id=True)
        return True

    def _as_data(self) -> dict[str, str]:
        layout = "{desc} {n_fmt}{postfix}"
        share = ""
        if self.total:
            layout = "{desc} {n_fmt} of {total_fmt}, {remaining} left{postfix}"
            share = f' max="{self.total}" value="{self.n}"'
        numbers = {**self.format_dict, "bar_format": self.bar_format or layout}
        text = self.format_meter(**numbers).strip()
        return {
            "text/html": (
                '<div style="font: 13px system-ui, sans-serif">'
                f'<progress{share} aria-label="{html.escape(self.desc or "progress")}" '
                f'style="width: {WIDTH}px; vertical-align: middle"></progress> '
                f"{html.escape(text)}</div>"
            ),
            "text/plain": text,
        }


def progress(
    iterable: Iterable[Any] | None = None, text: str = "", **options: Any
) -> Any:
    """A progress bar, on a page or in a terminal; gone when it is done.

    Args:
        iterable: what to walk through, and come back with; or None, and `total=`, with
            `.update()` for each step and `.close()` at the end.
        text: what is being done.
        options: as for tqdm: total, delay, bar_format.
    """
    ipython = sys.modules.get("IPython")
    shell: Any = None if ipython is None else ipython.get_ipython()
    kind = PageBar if hasattr(shell, "kernel") else tqdm
    return kind(iterable, desc=text or None, **{**options, "leave": False})
