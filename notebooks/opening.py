"""Put `data/gallery/opening.jpg` atop notebook 00: `python notebooks/opening.py`.

The picture stands above all code, so no cell can draw it. It is an attachment of the
first cell instead, which JupyterLab, code hosts and the pages of `pages.py` show.
"""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parent
NOTEBOOK = FOLDER / "00_why_parameterization_matters.ipynb"
PICTURE = FOLDER.parent / "data" / "gallery" / "opening.jpg"


def attach(notebook: nbformat.NotebookNode, picture: Path = PICTURE) -> None:
    """Make the picture the first cell's only attachment, under its file name."""
    encoded = base64.b64encode(picture.read_bytes()).decode()
    notebook.cells[0]["attachments"] = {picture.name: {"image/jpeg": encoded}}


def main() -> int:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    attach(notebook)
    NOTEBOOK.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    print(f"{PICTURE.name} ({PICTURE.stat().st_size / 1000:.0f} kB) in {NOTEBOOK.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
