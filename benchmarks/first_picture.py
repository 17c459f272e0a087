"""Seconds from starting notebook 01's kernel to its first picture; target 10 s on two
cores.

The notebook is executed cell by cell, as a reader does, until an output holds a
picture.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = (
    Path(__file__).resolve().parent.parent
    / "notebooks"
    / "01_aligned_interpolation.ipynb"
)
PICTURES = ("image/png", "image/jpeg", "image/svg+xml")


def is_picture(output):
    data = output.get("data", {})
    return (
        any(kind in data for kind in PICTURES)
        or "<img" in data.get("text/html", "")
        or "<video" in data.get("text/html", "")
    )


def seconds_to_first_picture(path):
    """`(seconds, cell number)`, counted from before the kernel starts."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}
    )
    start = time.perf_counter()
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, number)
                if any(map(is_picture, cell.outputs)):
                    return time.perf_counter() - start, number
    raise SystemExit(f"{path.name} shows no picture")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", nargs="?", type=Path, default=NOTEBOOK)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.setdefault("TQDM_DISABLE", "1")
    times, cells = zip(
        *(seconds_to_first_picture(options.notebook) for _ in range(options.rounds))
    )
    print(
        f"first picture of {options.notebook.name}: {statistics.median(times):.1f} s "
        f"({min(times):.1f} … {max(times):.1f} over {options.rounds} runs), from "
        f"cell {cells[0]} (at most 10 s)"
    )
