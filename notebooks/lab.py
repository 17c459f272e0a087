"""Open the notebooks in JupyterLab, with panels that run in the page until their cells
do.

JupyterLab finds these panels as an extension, which is written into .cache/ when its
sources have changed. Arguments are JupyterLab's own.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parent
EXTENSIONS = PROJECT / ".cache" / "labextensions"
NAME = "dputils-panels"  # as in page/lab.js
FIRST = "notebooks/00_why_parameterization_matters.ipynb"


def version() -> str:
    """Of the extension: the sum of all that it is made from."""
    sources = [PROJECT / "data" / "SHA256SUMS", FOLDER / "page_panels.py"]
    sources += [FOLDER / "page" / "lab.js", Path(__file__)]
    package = PROJECT / "dputils"
    sources += sorted([*package.rglob("*.py"), *package.rglob("*.js")])
    texts = b"".join(path.read_bytes() for path in sources)
    return f"0.0.0+{hashlib.sha256(texts).hexdigest()[:16]}"


def write(extensions: Path) -> Path:
    """The extension, in a folder of its own among others; returns that folder. What is
    there already and of this version stays.
    """
    folder, now = extensions / NAME, version()
    told = folder / "package.json"
    if told.is_file() and json.loads(told.read_text("utf-8"))["version"] == now:
        return folder
    import page_panels  # PyTorch takes its time

    build = {"load": "static/lab.js", "extension": "./extension"}
    made = {"name": NAME, "version": now, "jupyterlab": {"_build": build}}
    (folder / "static").mkdir(parents=True, exist_ok=True)
    # Each file is there whole, and the one that says so is the last: somebody else may
    # be starting, or this may be stopped.
    with tempfile.TemporaryDirectory(dir=extensions, prefix=".") as place:
        new = Path(place)
        (new / "static").mkdir()
        shutil.copy(FOLDER / "page" / "lab.js", new / "static")
        (new / "static/panels.js").write_text(page_panels.module(), encoding="utf-8")
        page_panels.write_networks(new / "static")
        (new / "package.json").write_text(json.dumps(made, indent=1), encoding="utf-8")
        for path in [*(new / "static").iterdir(), new / "package.json"]:
            path.replace(folder / path.relative_to(new))
    return folder


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--write"]:
        write(Path(arguments[1]))
        return
    # In a process of its own, which gives PyTorch's memory back. Should it fail, it
    # says why, and the notebooks show their stills.
    subprocess.run([sys.executable, __file__, "--write", str(EXTENSIONS)])
    from jupyterlab.labapp import main as lab

    sys.path.remove(str(FOLDER))  # its scripts are not for JupyterLab to import
    options = [f"--LabApp.extra_labextensions_path={EXTENSIONS}"]
    if not any(each.startswith("--ServerApp.root_dir") for each in arguments):
        options.append(f"--ServerApp.root_dir={PROJECT}")
    lab([*(arguments or [FIRST]), *options])


if __name__ == "__main__":
    main(sys.argv[1:])
