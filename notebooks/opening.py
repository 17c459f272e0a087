"""Put a picture atop notebooks: `python notebooks/opening.py [NOTEBOOK ...]`.

No cell can draw a picture that stands above all code, so it is an attachment of the
first cell, which JupyterLab, code hosts and the pages of `pages.py` show. Notebook 00
opens with `data/gallery/opening.jpg`; every other one that is named (by a path, or the
start of its name, such as 01; none means 00) with a copy of what its cell tagged
`thumbnail` shows. Its words come from the caption below that cell. `execute.py` keeps
such a copy in step with the cell.
"""

from __future__ import annotations

import base64
import contextlib
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from PIL import Image

FOLDER = Path(__file__).resolve().parent
NOTEBOOK = FOLDER / "00_why_parameterization_matters.ipynb"
PICTURE = FOLDER.parent / "data" / "gallery" / "opening.jpg"
HEADER = "header.jpg"
MAX_WIDTH, MAX_BYTES, MAX_ALT = 900, 120_000, 220
# the picture and the line that names its figure, as `attach_header` writes them
FIGURE = "(?:Figure|图)"  # how captions begin, in the languages of translations/
BLOCK = re.compile(r"!\[[^\]]*\]\(attachment:header\.jpg\)\n\n\*Figure [^\n]*\*\n\n")


def attach(notebook: nbformat.NotebookNode, picture: Path = PICTURE) -> None:
    """Make the picture the first cell's only attachment, under its file name."""
    encoded = base64.b64encode(picture.read_bytes()).decode()
    notebook.cells[0]["attachments"] = {picture.name: {"image/jpeg": encoded}}


def shrink(data: bytes) -> bytes:
    """A picture's bytes as they are if they are a small JPEG, or as one that is at most
    MAX_WIDTH wide and MAX_BYTES long.
    """
    picture = Image.open(io.BytesIO(data))
    small = picture.width <= MAX_WIDTH and len(data) <= MAX_BYTES
    if picture.format == "JPEG" and small:
        return data
    width = min(picture.width, MAX_WIDTH)
    while True:
        height = round(picture.height * width / picture.width)
        copy = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        for quality in (88, 82, 76, 70, 64):
            file = io.BytesIO()
            copy.save(file, "JPEG", quality=quality, optimize=True)
            if file.tell() <= MAX_BYTES:
                return file.getvalue()
        width = width * 7 // 8


def shown_by(cell: nbformat.NotebookNode) -> bytes | None:
    """The last JPEG or PNG in a cell's output."""
    found = [
        data[kind]
        for output in cell.get("outputs", [])
        for data in [output.get("data", {})]
        for kind in ("image/jpeg", "image/png")
        if kind in data
    ]
    return base64.b64decode(found[-1]) if found else None


def words(caption: str) -> tuple[str, str]:
    """A caption's number, such as "1.1", and its first sentences without markup."""
    number = rf"\W*{FIGURE}\s+(\w+(?:\.\w+)*)\W*\s(.*?)(?:\n\n|\Z)"
    found = re.match(number, caption, re.S)
    if found is None:
        raise ValueError(f"a caption begins with **Figure 1.1**, not {caption[:40]!r}")
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", found[2])  # links
    text = " ".join(re.sub(r"[*`$\[\]]", "", text).split())
    # Chinese has no space between sentences
    sentences, alt = re.split(r"(?<=[.:!?])\s+(?=[A-Z])|(?<=[。！？])", text), ""
    for sentence in sentences:
        if alt and len(alt) + len(sentence) >= MAX_ALT:
            break
        alt = f"{alt} {sentence}".strip() if sentence else alt
    return found[1], alt


def describe_pictures(
    notebook: nbformat.NotebookNode, say: Callable[..., str] = str.format
) -> None:
    """Give each picture in an output words for those who cannot see it: its own, or
    else those of the caption below it, or of its section.
    """
    section = ""
    for cell, below in zip(notebook.cells, [*notebook.cells[1:], None]):
        if cell.cell_type == "markdown":
            headings = re.findall(r"^#+ (.+)$", cell.source, re.M)
            section = headings[-1] if headings else section
            continue
        alt = say("A picture of the section “{}”", re.sub(r"[*`$]", "", section))
        if below is not None and below.cell_type == "markdown":
            with contextlib.suppress(ValueError):
                number, said = words(below.source)
                alt = say("Figure {}: {}", number, said)
        for output in cell.get("outputs", []):  # a raw cell has none
            for kind in ("image/png", "image/jpeg", "image/svg+xml"):
                if kind in output.get("data", {}):
                    output.metadata.setdefault(kind, {}).setdefault("alt", alt)


def below_claim(source: str, block: str) -> str:
    """A first cell's text with a block put below its title and the claim in bold."""
    title = re.match(r"(?:# [^\n]*\n\n)?(?:\*\*.*?\*\*\n\n)?", source, re.S)
    return source[: title.end()] + block + source[title.end() :]


def attach_header(
    notebook: nbformat.NotebookNode, say: Callable[..., str] = str.format
) -> bytes:
    """Attach what the cell tagged `thumbnail` shows to the first cell, below the claim
    under its title; returns the picture. Doing it again only brings it up to date.
    Raises: ValueError if no cell is tagged, or shows a picture and has a caption.
    """
    cells = notebook.cells
    place = next(
        (k for k, c in enumerate(cells) if "thumbnail" in c.metadata.get("tags", [])),
        None,
    )
    data = None if place is None else shown_by(cells[place])
    if data is None:
        raise ValueError("no cell tagged `thumbnail` shows a JPEG or PNG: make run")
    number, alt = words(cells[place + 1].source if place + 1 < len(cells) else "")
    picture, first = shrink(data), cells[0]
    below = say("Figure {}, drawn below.", number)
    block = f"![{alt}](attachment:{HEADER})\n\n*{below}*\n\n"
    first.source = below_claim(BLOCK.sub("", first.source), block)
    encoded = base64.b64encode(picture).decode()
    first["attachments"] = {HEADER: {"image/jpeg": encoded}}
    return picture


def refresh(notebook: nbformat.NotebookNode) -> None:
    """Bring the header up to date in a notebook that opens with one."""
    if f"(attachment:{HEADER})" in notebook.cells[0].source:
        attach_header(notebook)


def find(names: list[str]) -> list[Path]:
    """Paths of the notebooks with these names, or starts of names."""
    found = []
    for name in names:
        near = [path for path in FOLDER.rglob("*.ipynb") if path.name.startswith(name)]
        paths = [Path(name)] if Path(name).is_file() else sorted(near)
        if not paths:
            raise SystemExit(f"no notebook {name!r}; give a path or the start of one")
        found += paths
    return found


def main(names: list[str]) -> int:
    for path in find(names) if names else [NOTEBOOK]:
        notebook = nbformat.read(path, as_version=4)
        if path.resolve() == NOTEBOOK:
            attach(notebook)
            name, size = PICTURE.name, PICTURE.stat().st_size
        else:
            name, size = HEADER, len(attach_header(notebook))
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        print(f"{name} ({size / 1000:.0f} kB) in {path.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
