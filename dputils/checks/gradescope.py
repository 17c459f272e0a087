"""An autograder for Gradescope: a zip file with this package and the two scripts that
are run there.

`python -m dputils.checks gradescope A1 --out a1.zip` writes it. `setup.sh` installs
what the package needs, once; `run_autograder` judges each submission.
Source: "Autograder Specifications" in Gradescope's documentation, docs/specs.md in
    https://github.com/gradescope/autograder_samples.
"""

import json
import os
import secrets
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from ..data import data_path
from .exercises import list_exercises, use_points
from .grading import Result, grade_submission
from .sandbox import find_confinement
from .submissions import Submission, find_notebooks
from .withheld import PACKAGE

PROJECT = "differentiable-image-parameterizations"
ROOT = "/autograder"  # where Gradescope has everything
POINTS = "points.csv"
SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built.
set -e
apt-get update
apt-get install -y bubblewrap || true
# the newest Python that this system has and the package takes
for python in python3.14 python3.13 python3.12 python3.11; do
    if apt-get install -y "$python" "$python-venv"; then break; fi
done
"$python" -m venv /autograder/python
# PyTorch for processors is a tenth of the one for graphics cards
/autograder/python/bin/pip install \\
    --extra-index-url https://download.pytorch.org/whl/cpu \\
    {needed}
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission. Both names are for trying it elsewhere.
export AUTOGRADER="${{AUTOGRADER:-{root}}}"
export PYTHONPATH="$AUTOGRADER/source"
exec "${{AUTOGRADER_PYTHON:-$AUTOGRADER/python/bin/python}}" \\
    -m dputils.checks.gradescope {assignment}
"""


def write_autograder(
    path: str | Path, assignment: str, points: str | Path | None = None
) -> Path:
    """Write the zip file that Gradescope takes as an assignment's autograder.

    Args:
        path: of the zip file; what is there is replaced.
        assignment: such as "A1".
        points: a table for `use_points`, which goes into the zip file.
    Returns: the path.
    Raises: ValueError for an unknown assignment, or if the package is not installed, so
        that nobody knows what it needs.
    """
    list_exercises(assignment)
    path = Path(path)
    files: dict[str, str | bytes] = {
        "setup.sh": SETUP.format(needed=" ".join(map(repr, _needed()))),
        "run_autograder": RUN.format(root=ROOT, assignment=assignment),
    }
    if points is not None:
        files[POINTS] = Path(points).read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, time.localtime()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100755 << 16  # a file that may be run
            archive.writestr(entry, text)
        for folder, place in ((PACKAGE, "dputils"), (data_path(), "dputils/_data")):
            for file in sorted(folder.rglob("*")):
                inside = file.relative_to(folder)
                again = folder == PACKAGE and inside.parts[0] == "_data"
                if file.is_file() and "__pycache__" not in inside.parts and not again:
                    archive.write(file, f"{place}/{inside.as_posix()}")
    return path


def _needed():
    """What pip has to install: the package's own requirements, without extras."""
    try:
        found = requires(PROJECT) or []
    except PackageNotFoundError:
        raise ValueError(
            f"{PROJECT} is not installed, so its requirements are not known; "
            "run `pip install -e .` in the repository"
        ) from None
    return [line for line in found if "extra ==" not in line]


def grade_in(root: str | Path, assignment: str, **limits: Any) -> dict[str, Any]:
    """Judge what stands in `root/submission` and write `root/results/results.json`.

    Args:
        root: Gradescope's folder, /autograder.
        assignment: such as "A1".
        limits: `seconds`, `memory` and `confinement` of `grade_submission`.
    Returns: what was written.
    """
    root, began = Path(root), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        found, problem = _chosen(root / "submission", scratch, assignment)
        result = (
            None
            if found is None
            else grade_submission(found, secret=secrets.token_hex(8), **limits)
        )
    said = _in_gradescopes_words(assignment, result, problem)
    said["execution_time"] = round(time.monotonic() - began)
    target = root / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(said, indent=1), encoding="utf-8")
    return said


def _chosen(
    folder: Path, scratch: str, assignment: str
) -> tuple[Submission | None, str]:
    """The one notebook to judge, or why there is none, to the student."""
    handed_in = list(find_notebooks(folder, scratch))
    ours = [one for one in handed_in if one.assignment == assignment]
    if len(ours) == 1:
        return ours[0], ours[0].problem
    if ours:
        names = ", ".join(one.file.name for one in ours)
        return (
            None,
            f"There are several notebooks of {assignment}: {names}. Hand in one.",
        )
    if not handed_in:
        return None, f"There is no notebook. Hand in {assignment} as an .ipynb file."
    reasons = [
        f"{one.file.name}: {one.problem or f'this is {one.assignment}'}"
        for one in handed_in
    ]
    return None, f"There is no notebook of {assignment}. {'; '.join(reasons)}."


def _in_gradescopes_words(
    assignment: str, result: Result | None, problem: str
) -> dict[str, Any]:
    """A test for each exercise, with its points and the message of its check."""
    tests = []
    for number, exercise in list_exercises(assignment).items():
        report = result.reports.get(number) if result else None
        passed = report is not None and report.passed
        tests.append(
            {
                "number": number,
                "name": exercise.title,
                "score": exercise.points if passed else 0,
                "max_score": exercise.points,
                "status": "passed" if passed else "failed",
                "output": str(report) if report else "not judged",
                "visibility": "visible",
            }
        )
    remarks = result.submission.remarks if result else []
    said = [one.rstrip(".") + "." for one in (problem, *remarks) if one]
    return {"output": "\n".join(said), "visibility": "visible", "tests": tests}


def main(arguments: Sequence[str] | None = None) -> int:
    """What `run_autograder` runs; its argument is the assignment."""
    (assignment,) = sys.argv[1:] if arguments is None else arguments
    print(find_confinement())  # only teachers see what is printed
    root = Path(os.environ.get("AUTOGRADER", ROOT))
    points = root / "source" / POINTS
    use_points(points if points.exists() else None)
    said = grade_in(root, assignment)
    print(
        *(
            f"{test['number']} {test['score']}/{test['max_score']}"
            for test in said["tests"]
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
