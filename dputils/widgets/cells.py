"""What belongs to a notebook cell: when it runs again, its old figures are closed."""

import sys
from typing import Any, Protocol


class Closable(Protocol):
    def close(self) -> None: ...


# cell: (which run of it, what that run made)
_left: dict[str, tuple[int, list[Closable]]] = {}


def close_earlier(figure: Closable) -> None:
    """Remember a live figure as its cell's, and close those of the cell's earlier run.

    Nobody can see them any more.
    """
    cell, run = running_cell()
    if cell is None:
        return
    before, figures = _left.get(cell, (run, []))
    if before != run:
        for earlier in figures:
            earlier.close()
        figures = []
    _left[cell] = run, [*figures, figure]


def running_cell() -> tuple[str | None, int]:
    """The notebook cell that is being run, and which run it is; (None, 0) elsewhere."""
    shell = running_shell()
    message = shell.get_parent() if hasattr(shell, "get_parent") else None
    return (message or {}).get("metadata", {}).get("cellId"), getattr(
        shell, "execution_count", 0
    )


def running_shell() -> Any:
    """IPython's shell where this runs in one, else None; it is not loaded for this."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
