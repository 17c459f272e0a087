"""Open the notebooks in JupyterLab. Until its cell runs, a panel runs in the page.

JupyterLab takes these panels for an extension, which is written into .cache/ when its
sources have changed. Arguments are JupyterLab's own; without a notebook among them it
is the first that opens.
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
FIRST = FOLDER / "00_why_parameterization_matters.ipynb"


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
    print("Writing the panels that run in the page: some seconds, once", flush=True)
    import page_panels  # with PyTorch, which takes its time

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

    # its scripts are not for JupyterLab to import
    sys.path[:] = [each for each in sys.path if each != str(FOLDER)]
    options = [f"--LabApp.extra_labextensions_path={EXTENSIONS}"]
    if not any(each.startswith("--ServerApp.root_dir") for each in arguments):
        options.append(f"--ServerApp.root_dir={PROJECT}")
        if not any(each.endswith(".ipynb") for each in arguments):
            options.append(str(FIRST))
    lab([*arguments, *options])


if __name__ == "__main__":
    main(sys.argv[1:])
