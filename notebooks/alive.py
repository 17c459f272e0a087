"""The index's opening picture, alive: what moves in a notebook moves in its tile.

Over the still picture lie pieces of what the notebooks hold: section 1's film, section
2's two ways to write a picture down with a line that wipes between them, section 3's
picture, which has no pixels and can be approached, section 4's things cut out, over
changing grounds. CSS moves them, so no script is needed; who asked for less motion, and
paper, see the still.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image

STATE = re.compile(r'^mount\(component, "\w+", (.*)\);$', re.M)
GRID, GAP = (1800, 640), 18  # pixels of the picture, and between its tiles
TILE = (GRID[0] - 2 * GAP) // 3, (GRID[1] - GAP) // 2
VEIL = 24  # of 255: what is fainter is left over, and would show as a square
SIZE = 480, 255  # pixels of what moves, about as large as a tile is on a page
SECONDS = 14


def states(path: Path) -> Iterator[dict[str, Any]]:
    """What the figures of a notebook were made from."""
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            yield from map(json.loads, STATE.findall(page))


def first(path: Path, name: str) -> dict[str, Any]:
    """The first figure that has this in its state. Raises: StopIteration."""
    return next(state for state in states(path) if name in state)


def opened(packed: dict[str, str]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(packed["$bytes"])))


def cropped(picture: Image.Image) -> Image.Image:
    """Its middle, as a tile has it."""
    width, height = picture.size
    tall = min(height, round(width * SIZE[1] / SIZE[0]))
    top = (height - tall) // 2
    return picture.crop((0, top, width, top + tall)).resize(
        SIZE, Image.Resampling.LANCZOS
    )


def image(picture: Image.Image, style: str = "") -> str:
    data = packed_once(picture.mode, picture.size, picture.tobytes())
    return f'<img alt="" style="{style}" src="data:image/webp;base64,{data}">'


@cache
def packed_once(mode: str, size: tuple[int, int], pixels: bytes) -> str:
    """A picture as WebP in base64, which takes a while: once for all languages."""
    file = io.BytesIO()
    Image.frombytes(mode, size, pixels).save(file, "WEBP", quality=66, method=6)
    return base64.b64encode(file.getvalue()).decode()


def film(path: Path) -> tuple[str, str]:
    """Frames over each other, and rules that show one after the other and go back."""
    state = first(path, "frames")
    count = state["count"]
    frames = [cropped(opened(each).convert("RGB")) for each in state["frames"][-count:]]
    rules, step = "", 50 / count
    for k in range(1, count):
        begin, end = (k - 0.5) * step, (k + 0.5) * step
        rules += (
            f"@keyframes frame{k} {{ 0%, {begin:.1f}% {{ opacity: 0 }} "
            f"{end:.1f}%, {100 - end:.1f}% {{ opacity: 1 }} "
            f"{100 - begin:.1f}%, 100% {{ opacity: 0 }} }}\n"
        )
    moving = "animation: frame{} {}s linear infinite"
    return (
        "".join(
            image(frame, moving.format(k, SECONDS) if k else "")
            for k, frame in enumerate(frames)
        ),
        rules,
    )


def wipe(path: Path) -> tuple[str, str]:
    """The second picture of a pair over the first, behind a line to and fro."""
    state = first(path, "pairs")
    one, other = (state["pictures"][k] for k in state["pairs"][0])
    rules = (
        "@keyframes wipe { from { clip-path: inset(0 0 0 8%) } "
        "to { clip-path: inset(0 0 0 92%) } }\n"
        "@keyframes line { from { left: 8% } to { left: 92% } }\n"
    )
    to_and_fro = f"{SECONDS / 2}s ease-in-out infinite alternate"
    line = f'<i style="animation: line {to_and_fro}"></i>'
    pictures = image(cropped(opened(one).convert("RGB"))) + image(
        cropped(opened(other).convert("RGB")), f"animation: wipe {to_and_fro}"
    )
    return pictures + line, rules


def approach(still: Image.Image) -> tuple[str, str]:
    """The picture's third tile, which comes nearer and goes back."""
    left = 2 * (TILE[0] + GAP)
    tile = still.crop((left, 0, left + TILE[0], TILE[1]))
    rules = "@keyframes approach { to { transform: scale(1.7) } }\n"
    moving = f"animation: approach {SECONDS}s ease-in-out infinite alternate"
    return image(tile, moving), rules


def grounds(path: Path) -> tuple[str, str]:
    """Things cut out, over grounds that change."""
    state = [each for each in states(path) if "opacity" in each][-1]
    count = len(state["captions"])
    shown = []
    for k in range(min(2, count)):
        colour, alpha = (opened(state["pictures"][k + n * count]) for n in (0, 1))
        glass = colour.convert("RGB")
        opaque = alpha.convert("L").point(
            lambda a: max(0, (a - VEIL) * 255 // (255 - VEIL))
        )
        glass.putalpha(opaque)
        shown.append(glass.resize((240, 240), Image.Resampling.LANCZOS))
    rules = (
        "@keyframes grounds { 0%, 20% { background: #f3f3f3 } "
        "30%, 45% { background: #16181b } 55%, 70% { background: #2a9d8f } "
        "80%, 95% { background: #f7c948 } 100% { background: #f3f3f3 } }\n"
    )
    row = "".join(
        image(each, "position: static; width: 47%; height: auto") for each in shown
    )
    ground = f"animation: grounds {SECONDS}s infinite"
    return f'<span class="things" style="{ground}">{row}</span>', rules


def overlay(folder: Path, still: Path, say: Callable[..., str] = str.format) -> str:
    """HTML that lies over the opening picture, and a box that holds it still; "" where
    the notebooks lack a figure.
    """
    try:
        tiles = [
            film(folder / "01_aligned_interpolation.ipynb"),
            wipe(folder / "02_style_transfer_beyond_vgg.ipynb"),
            approach(Image.open(still).convert("RGB")),
            grounds(folder / "04_transparency.ipynb"),
        ]
    except (FileNotFoundError, StopIteration, IndexError):
        return ""
    rules = "".join(rule for _, rule in tiles)
    pieces = []
    for k, (piece, _) in enumerate(tiles):
        left, top = (k % 3) * (TILE[0] + GAP), k // 3 * (TILE[1] + GAP)
        place = f"left: {100 * left / GRID[0]:.3f}%; top: {100 * top / GRID[1]:.3f}%"
        pieces.append(f'<span class="tile" style="{place}">{piece}</span>')
    size = (
        f"width: {100 * TILE[0] / GRID[0]:.3f}%; height: {100 * TILE[1] / GRID[1]:.3f}%"
    )
    return (
        f"<style>.alive > .tile {{ {size} }}\n{rules}</style>"
        f'<span class="alive" aria-hidden="true">{"".join(pieces)}</span>'
        f'<label class="hold"><input type="checkbox"> {say("hold still")}</label>'
    )
