"""Scripts and files of the repository that tests use as a user would: loaded by path,
and built as a wheel.
"""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def sample(paths, *kept):
    """Parameters of a test that is the same for every notebook: those whose names begin
    like one of `kept`, and the others marked as thorough.
    """
    marked = []
    for path in paths:
        name = getattr(path, "stem", path)
        marks = () if name.startswith(kept) else (pytest.mark.thorough,)
        marked.append(pytest.param(path, marks=marks, id=name))
    return marked


def load_script(path):
    """A script as a module, by its path, from the top of the repository or whole."""
    path = ROOT / path
    spec = importlib.util.spec_from_file_location(f"script_{path.stem}", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build_wheel(folder):
    """The package as a wheel in `folder`, built without isolation, so that it needs no
    network.
    """
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    pytest.importorskip("pip", reason="pip is not installed")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(folder),
            str(ROOT),
        ],
        check=True,
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # A wheel is named after the project, in the form that a file name allows.
    name = re.sub(r"[-_.]+", "_", project["project"]["name"]).lower()
    (wheel,) = folder.glob(f"{name}-*.whl")
    return wheel
