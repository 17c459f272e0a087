"""What `make lab` starts: JupyterLab, with an extension that is written before."""

import json
import os
import sys

import pytest
from scripts import ROOT, load_script

FIRST = ROOT / "notebooks/00_why_parameterization_matters.ipynb"


@pytest.fixture
def lab(monkeypatch, tmp_path):
    """The script, which writes into another folder than the reader's."""
    lab = load_script("notebooks/lab.py")
    monkeypatch.syspath_prepend(ROOT / "notebooks")  # as where a script lies
    monkeypatch.setattr(lab, "EXTENSIONS", tmp_path / "with space")
    return lab


def times(folder):
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_extension_is_written_once_and_again_when_its_sources_change(
    lab, monkeypatch
):
    folder = lab.write(lab.EXTENSIONS)
    first = times(folder)
    made = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    assert made["name"] == folder.name == lab.NAME
    load = made["jupyterlab"]["_build"]["load"]
    assert set(first) == {
        "package.json",
        load,
        "static/panels.js",
        "static/steer_networks.js",
    }
    for name in (lab.NAME, "panels.js"):
        assert f'"{name}"' in (folder / load).read_text(encoding="utf-8")
    assert "steer_networks.js" in (folder / "static/panels.js").read_text("utf-8")
    assert os.listdir(lab.EXTENSIONS) == [lab.NAME], "nothing half made beside it"

    lab.write(lab.EXTENSIONS)
    assert times(folder) == first
    monkeypatch.setattr(lab, "version", lambda: "another")
    lab.write(lab.EXTENSIONS)
    again = times(folder)
    assert set(again) == set(first)
    assert all(again[name] > first[name] for name in first)
    made = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    assert made["version"] == "another"


@pytest.mark.parametrize(
    "name", ["dputils/widgets/static/steer.js", "notebooks/page/lab.js"]
)
def test_its_version_is_that_of_its_sources(lab, monkeypatch, name):
    before = lab.version()
    assert lab.version() == before
    path_class = type(ROOT)
    read = path_class.read_bytes
    monkeypatch.setattr(
        path_class,
        "read_bytes",
        lambda path: read(path) + b"\n" * (path == ROOT / name),
    )
    assert lab.version() != before


@pytest.fixture
def started(lab, monkeypatch):
    """`started(…)`: what JupyterLab is started with, after the extension's writer."""
    labapp = pytest.importorskip("jupyterlab.labapp", reason="no JupyterLab")
    calls = []
    monkeypatch.setattr(labapp, "main", calls.append)
    monkeypatch.setattr(lab.subprocess, "run", calls.append)

    def start(*arguments):
        calls.clear()
        lab.main(list(arguments))
        writer, options = calls
        assert writer == [sys.executable, lab.__file__, "--write", str(lab.EXTENSIONS)]
        return options

    return start


def test_without_arguments_the_first_notebook_opens(started, lab):
    here = f"--LabApp.extra_labextensions_path={lab.EXTENSIONS}"
    root = f"--ServerApp.root_dir={ROOT}"
    assert started() == [here, root, str(FIRST)]
    assert started("--no-browser")[1:] == [here, root, str(FIRST)]
    other = "notebooks/03_cppn.ipynb"
    assert started(other) == [other, here, root]
    mine = "--ServerApp.root_dir=/mine"
    assert started(mine) == [mine, here]


def test_jupyterlab_does_not_import_the_book_s_scripts(started, lab):
    assert str(lab.FOLDER) in sys.path
    started()
    assert str(lab.FOLDER) not in sys.path
