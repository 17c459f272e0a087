"""Test files for Otter: one for each exercise of an assignment.

`python -m dputils.checks otter A1 --out tests` writes them; `otter check` and
`otter run` read them, `otter generate` packs them into an autograder.
Source: "Test Files" and "Exception-Based Format" in Otter-Grader's documentation,
    https://otter-grader.readthedocs.io/en/latest/test_files/python_format.html
"""

from pathlib import Path

from .exercises import list_exercises

TEST = '''"""Exercise {number}, judged by dputils.checks with new numbers each time."""

import secrets

from dputils.checks import examine, find_exercise, plain
from otter.test_files import test_case

OK_FORMAT = False

name = "{number}"
points = {points}


@test_case()
def judge(env):
    function = env.get("{name}")
    assert callable(function), "there is no function `{name}`"
    task = find_exercise("{number}")
    report = examine(task, plain(function), secret=secrets.token_hex(8))
    assert report.passed, report.message
'''


def write_tests(folder: str | Path, assignment: str) -> list[Path]:
    """Write one test file for each exercise; files of the same name are replaced.

    Args:
        folder: made if it is not there.
        assignment: such as "A1".
    Returns: their paths.
    Raises: ValueError for an unknown assignment.
    """
    exercises = list_exercises(assignment)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, task in exercises.items():
        path = folder / f"q{number.replace('.', '_')}.py"
        text = TEST.format(number=number, points=task.points, name=task.name)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
