"""What belongs to a notebook cell: when the cell runs again, the figure that its last
run left is closed.
"""

import sys

_left = {}  # cell: (which run of it, what that run made)


def close_earlier(figure):
    """Remember a live figure as its cell's, and close those of the cell's earlier run:
    nobody can see them any more.
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


def running_cell():
    """The notebook cell that is being run, and the how-manieth run it is; (None, 0)
    elsewhere.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    message = shell.get_parent() if hasattr(shell, "get_parent") else None
    return (message or {}).get("metadata", {}).get("cellId"), getattr(
        shell, "execution_count", 0
    )
