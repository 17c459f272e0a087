"""The zip file for Gradescope: what is in it, and what its scripts do in a folder that
is laid out like Gradescope's.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from test_checks_grading import HEAD, RIGHT_11, RIGHT_12

from dputils.checks import list_exercises
from dputils.checks.__main__ import main
from dputils.checks.exercises import use_points
from dputils.checks.gradescope import grade_in, write_autograder

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="grading needs Linux or macOS"
)
NAMES = {"score", "max_score", "status", "number", "name", "output", "visibility"}


def hand_in(root, *cells, name="A1_fourier_basis.ipynb"):
    """A notebook in `root/submission`."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    target = root / "submission" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), target)


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """Gradescope's folder, after it has opened the zip file."""
    root = tmp_path_factory.mktemp("gradescope") / "autograder"
    zipped = root.with_suffix(".zip")
    points = root.with_suffix(".csv")
    points.write_text("exercise,points\n1.1,5\n")
    arguments = ["gradescope", "A1", "--out", str(zipped), "--points", str(points)]
    assert main(arguments) == 0
    use_points(None)
    # as `unzip` does: with the permissions of the archive
    with zipfile.ZipFile(zipped) as archive:
        for entry in archive.infolist():
            made = archive.extract(entry, root / "source")
            os.chmod(made, (entry.external_attr >> 16) & 0o777 or 0o644)
    shutil.copy2(root / "source" / "run_autograder", root)
    return root


def test_the_zip_has_both_scripts_at_its_root_and_nothing_compiled(autograder):
    source = autograder / "source"
    names = sorted(path.name for path in source.iterdir())
    assert names == ["dputils", "points.csv", "run_autograder", "setup.sh"]
    for name in ("run_autograder", "setup.sh"):
        assert os.access(source / name, os.X_OK)
        assert (source / name).read_bytes().startswith(b"#!/usr/bin/env bash\n")
        subprocess.run(["bash", "-n", source / name], check=True)
    assert not list(source.rglob("__pycache__"))
    assert (source / "dputils" / "_data" / "patternnet").is_dir()
    needed = (source / "setup.sh").read_text()
    assert "'torch>=" in needed and "bubblewrap" in needed
    assert "captum" not in needed, "extras are not needed"


@pytest.mark.slow
def test_a_submission_gets_its_points_and_messages(autograder):
    """`run_autograder` itself, with the package of the zip file and no other."""
    wrong = RIGHT_12.replace(" -power", " power")
    hand_in(autograder, HEAD.format(student="ada"), RIGHT_11, wrong)
    environment = {
        "PATH": os.environ["PATH"],
        "OMP_NUM_THREADS": "1",
        "AUTOGRADER": str(autograder),
        "AUTOGRADER_PYTHON": sys.executable,
    }
    run = subprocess.run(
        [autograder / "run_autograder"],
        env=environment,
        cwd=autograder,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    said = json.loads((autograder / "results" / "results.json").read_text())
    tests = {test["number"]: test for test in said["tests"]}
    assert list(tests) == list(list_exercises("A1"))
    assert all(set(test) == NAMES for test in said["tests"])
    assert [test["score"] for test in said["tests"]] == [5, 0, 0, 0, 0]
    assert [test["max_score"] for test in said["tests"]] == [5, 2, 2, 2, 2]
    assert tests["1.1"]["status"] == "passed" and "right" in tests["1.1"]["output"]
    assert tests["1.2"]["status"] == "failed" and "✗" in tests["1.2"]["output"]
    assert "there is no function `to_picture`" in tests["1.3"]["output"]
    assert isinstance(said["execution_time"], int) and "secret" not in str(said)


@pytest.mark.parametrize(
    "files, words",
    [
        ([], "no notebook. Hand in A1"),
        (["A1.ipynb", "again.ipynb"], "several notebooks of A1: A1.ipynb, again.ipynb"),
        (["A2.ipynb"], "A2.ipynb: this is A2"),
    ],
)
def test_what_cannot_be_judged_is_said_to_the_student(tmp_path, files, words):
    for name in files:
        other = '@exercise("2.1")\ndef interpolation_objective(a, b):\n    return a'
        cell = other if name.startswith("A2") else RIGHT_11
        hand_in(tmp_path, HEAD.format(student="ada"), cell, name=name)
    (tmp_path / "submission").mkdir(exist_ok=True)
    said = grade_in(tmp_path, "A1")
    assert words in said["output"] and ".." not in said["output"]
    assert sum(test["score"] for test in said["tests"]) == 0
    written = (tmp_path / "results" / "results.json").read_text("utf-8")
    assert json.loads(written) == said


def test_a_file_that_is_no_notebook_says_so(tmp_path):
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "A1.ipynb").write_text("no notebook")
    assert "the file is no notebook" in grade_in(tmp_path, "A1")["output"]


def test_an_unknown_assignment_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no assignment 'A9'"):
        write_autograder(tmp_path / "a.zip", "A9")
    assert not (tmp_path / "a.zip").exists()
