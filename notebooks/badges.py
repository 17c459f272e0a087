"""Write the repository's address into every notebook:
`python notebooks/badges.py [OWNER/NAME]`.

The address stands in one place, `Repository` in pyproject.toml. From there it goes into
the badge that opens a notebook in Colab, into the cell that installs the package there,
and into README.md. Every notebook also gets the metadata that asks Colab for a GPU;
assignments do without one, since all their sizes are tiny. Given OWNER/NAME, the
address is written or changed first. As long as there is none, no badge is shown, and
the cell says what to do instead. With --check nothing is written, and the exit status
says whether something would be.
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
# What Colab writes itself once "GPU" is chosen in its menu. `execute.py` keeps it.
RUNTIME = {"accelerator": "GPU", "colab": {"gpuType": "T4", "provenance": []}}
# Where README.md speaks of Colab.
PLACE = re.compile(r"(?s)(<!-- colab -->\n).*?(<!-- /colab -->)")

# What Colab or Kaggle lacks is installed, torch stays as it is: a second torch would
# take minutes and lose the GPU. Kaggle lays what a notebook was given below
# /kaggle/input. The index of packages has a `dputils` that is somebody else's.
CELL = """\
import sys
from importlib import invalidate_caches, util
from importlib.metadata import version
from pathlib import Path
from subprocess import run

source = {source!r}  # where pip finds the package; a wheel beside the notebook wins
needed = ("dputils", "kornia", "safetensors", "trimesh", "captum", "timm", "cma")
missing = [name for name in needed if util.find_spec(name) is None]
home = getattr(util.find_spec("dputils"), "submodule_search_locations", None) or [""]
if "dputils" not in missing and not Path(home[0], "images").is_dir():
    raise ImportError("another project's dputils: pip uninstall dputils, then restart")
given = Path("/kaggle/input")  # what Kaggle lays beside a notebook
if missing and ("google.colab" in sys.modules or given.is_dir()):
    wheel = "{wheel}-*.whl"
    for found in [*given.rglob(wheel), *sorted(Path().glob(wheel))]:
        source = found.resolve().as_uri()
    if source is None:
        raise ImportError("No address yet: `pip wheel --no-deps .` makes a wheel")
    whole = f"{name}[mesh,companion,photos] @ {{source}}"
    kept = [f"{{name}}=={{version(name)}}" for name in ("torch", "torchvision")]
    run([sys.executable, "-m", "pip", "install", "-q", whole, *kept], check=True)
    invalidate_caches()
    print("installed", *missing)
elif "dputils" in missing:
    raise ImportError("dputils is not here: `make lab`, in its folder, brings it")
"""
# What README.md says of Colab, with an address and without one.
IN_COLAB = "Without an installation, the notebooks run in Colab: {badge}"
BY_WHEEL = """\
In Colab, lay the wheel that `pip wheel --no-deps .` makes beside a notebook; its first
cell installs it."""


def project(root: Path = ROOT) -> dict:
    with open(root / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]


def address(root: Path = ROOT) -> str | None:
    """The repository's address, from pyproject.toml; None as long as it has none."""
    return project(root)["urls"].get("Repository")


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
    text = re.sub(r'(?m)^Repository = ".*"\n', "", path.read_text(encoding="utf-8"))
    line = f'[project.urls]\nRepository = "https://github.com/{slug}"\n'
    path.write_text(text.replace("[project.urls]\n", line), encoding="utf-8")


def badge(url: str, relative: str) -> str:
    """The badge, in Markdown, that opens the file at this path of the repository in
    Colab.
    """
    slug = url.removeprefix("https://github.com/").removesuffix("/")
    file = f"https://colab.research.google.com/github/{slug}/blob/{BRANCH}/{relative}"
    return f"[![Open in Colab]({IMAGE})]({file})"


def stamp(
    notebook: nbformat.NotebookNode,
    url: str | None,
    relative: str,
    source: str | None = None,
) -> None:
    """Put the address into a notebook's badge and into its cell tagged `colab`.

    `source` is what pip installs there, by default the repository.
    """
    first = notebook.cells[0]
    if first.cell_type != "markdown":
        raise ValueError(
            f"{relative} must open with a text cell, which carries the badge"
        )
    text = BADGE.sub("", first.source).rstrip()
    first.source = text if url is None else f"{text}\n\n{badge(url, relative)}"
    name = project()["name"]
    code = CELL.format(
        source=source or (None if url is None else f"git+{url}"),
        name=name,
        wheel=name.replace("-", "_"),
    ).rstrip("\n")
    for cell in notebook.cells:
        if "colab" in cell.metadata.get("tags", []):
            cell.source = code
            # nobody comes to read this
            cell.metadata["jupyter"] = {"source_hidden": True}
            cell.metadata["cellView"] = "form"  # Colab's word for the same


def stamped_files(root: Path = ROOT) -> dict[Path, str]:
    """Every notebook and README.md, with the text they should have."""
    url, texts = address(root), {}
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        # `make assignments` writes those
        if ".ipynb_checkpoints" in path.parts or "assignments" in path.parts:
            continue
        notebook = nbformat.read(path, as_version=4)
        stamp(notebook, url, path.relative_to(root).as_posix())
        notebook.metadata |= nbformat.from_dict(RUNTIME)
        texts[path] = nbformat.writes(notebook) + "\n"
    readme = root / "README.md"
    first = next(path for path in texts if path.parent == root / "notebooks")
    words = BY_WHEEL
    if url is not None:
        mark = badge(url, first.relative_to(root).as_posix())
        words = IN_COLAB.format(badge=mark)
    old = readme.read_text(encoding="utf-8")
    texts[readme] = PLACE.sub(lambda match: f"{match[1]}{words}\n{match[2]}", old)
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
            f"{address(root) or 'no address yet'}: {len(old)} files "
            f"{'out of date' if options.check else 'written'}"
        )
        + "".join(f"\n  {path.relative_to(root)}" for path in old)
    )
    return int(options.check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
