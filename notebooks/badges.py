"""Write the repository's address into every notebook:
`python notebooks/badges.py [OWNER/NAME]`.

The address stands in one place, `Repository` in pyproject.toml. From there it goes into
the badge that opens a notebook in Colab, into the cell that installs the package there,
and into README.md. Given OWNER/NAME, the address is changed first. With --check nothing
is written, and the exit status says whether something would be.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
BRANCH = "main"
IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]\([^)]*\)")

# What Colab lacks is installed, torch stays as it is: a second torch would take minutes
# and lose the GPU.
CELL = """\
import importlib.metadata, importlib.util, pathlib, subprocess, sys, tempfile

needed = ("dputils", "kornia", "safetensors", "trimesh", "captum")
missing = [name for name in needed if importlib.util.find_spec(name) is None]
if missing and "google.colab" in sys.modules:
    wheel = next(pathlib.Path().glob("dputils-*.whl"), None)  # one beside the notebook needs no repository
    source = wheel.resolve().as_uri() if wheel else "git+{address}"
    keep = pathlib.Path(tempfile.mkdtemp(), "keep.txt")
    keep.write_text("".join(f"{{name}}=={{importlib.metadata.version(name)}}\\n" for name in ("torch", "torchvision")))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(keep),
                    f"dputils[mesh,companion] @ {{source}}"], check=True)
    importlib.invalidate_caches()
    print("installed", ", ".join(missing))
elif "dputils" in missing:
    raise ModuleNotFoundError("dputils is not installed here: `make lab`, in the repository, opens JupyterLab with it")
"""


def address(root: Path = ROOT) -> str:
    """The repository's address, from pyproject.toml."""
    with open(root / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def set_address(slug: str, root: Path = ROOT) -> None:
    """Store another address, given as OWNER/NAME."""
    if not re.fullmatch(
        r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[A-Za-z0-9._-]+", slug
    ):
        raise ValueError(
            f"{slug!r} is not of the form OWNER/NAME, as in "
            "https://github.com/OWNER/NAME"
        )
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(
        r'(?m)^(Repository = )".*"$', rf'\g<1>"https://github.com/{slug}"', text
    )
    path.write_text(changed, encoding="utf-8")


def badge(url: str, relative: str) -> str:
    """The badge, in Markdown, that opens the file at this path of the repository in
    Colab.
    """
    slug = url.removeprefix("https://github.com/").removesuffix("/")
    return (
        "[![Open in "
        f"Colab]({IMAGE})](https://colab.research.google.com/github/{slug}/blob/{BRANCH}/{relative})"
    )


def with_badge(text: str, mark: str) -> str:
    """The first cell with this badge in it: in place of an old one, or at the end."""
    return (
        BADGE.sub(lambda match: mark, text, count=1)
        if BADGE.search(text)
        else f"{text.rstrip()}\n\n{mark}"
    )


def stamp(notebook: nbformat.NotebookNode, url: str, relative: str) -> None:
    """Put the address into a notebook's badge and into its cell tagged `colab`."""
    first = notebook.cells[0]
    if first.cell_type != "markdown":
        raise ValueError(
            f"{relative} must open with a text cell, which carries the badge"
        )
    first.source = with_badge(first.source, badge(url, relative))
    for cell in notebook.cells:
        if "colab" in cell.metadata.get("tags", []):
            cell.source = CELL.format(address=url).rstrip("\n")
            # nobody comes to read this
            cell.metadata["jupyter"] = {"source_hidden": True}


def stamped_files(root: Path = ROOT) -> dict[Path, str]:
    """Every notebook and README.md, with the text they should have."""
    url, texts = address(root), {}
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        # `make assignments` writes those
        if ".ipynb_checkpoints" in path.parts or "assignments" in path.parts:
            continue
        notebook = nbformat.read(path, as_version=4)
        stamp(notebook, url, path.relative_to(root).as_posix())
        texts[path] = nbformat.writes(notebook) + "\n"
    readme = root / "README.md"
    first = next(path for path in texts if path.parent == root / "notebooks")
    mark = badge(url, first.relative_to(root).as_posix())
    texts[readme] = BADGE.sub(lambda match: mark, readme.read_text(encoding="utf-8"))
    return texts


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "slug", nargs="?", metavar="OWNER/NAME", help="a new address on github.com"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; status 1 if a file is out of date",
    )
    options = parser.parse_args(arguments)
    if options.slug and options.check:
        parser.error("--check writes nothing, so it takes no OWNER/NAME")
    if options.slug:
        try:
            set_address(options.slug, root)
        except ValueError as error:
            parser.error(str(error))
    old = {
        path: text
        for path, text in stamped_files(root).items()
        if path.read_text(encoding="utf-8") != text
    }
    if not options.check:
        for path, text in old.items():
            path.write_text(text, encoding="utf-8")
    print(
        (
            f"{address(root)}: {len(old)} files "
            f"{'out of date' if options.check else 'written'}"
        )
        + "".join(f"\n  {path.relative_to(root)}" for path in old)
    )
    return int(options.check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
