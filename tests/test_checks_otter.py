"""Otter's test files: what its documentation asks of them, with a stand-in for it."""

import runpy
import sys
import types

import pytest

from dputils.checks import exercise, list_exercises
from dputils.checks.__main__ import main
from dputils.checks.exercises import use_points


@pytest.fixture
def files(tmp_path, monkeypatch):
    """What the files leave behind when Otter runs them, `{name: variables}`."""
    otter, test_files = types.ModuleType("otter"), types.ModuleType("otter.test_files")
    test_files.test_case = lambda **options: lambda function: function
    monkeypatch.setitem(sys.modules, "otter", otter)
    monkeypatch.setitem(sys.modules, "otter.test_files", test_files)
    points = tmp_path / "points.csv"
    points.write_text("exercise,points\n1.2,5\n")
    try:
        main(["otter", "A1", "--out", str(tmp_path / "t"), "--points", str(points)])
    finally:
        use_points(None)
    found = {
        path.name: runpy.run_path(str(path)) for path in (tmp_path / "t").iterdir()
    }
    return dict(sorted(found.items()))


def test_there_is_a_file_for_each_exercise_with_its_points(files):
    assert [one["name"] for one in files.values()] == list(list_exercises("A1"))
    assert not any(one["OK_FORMAT"] for one in files.values())
    assert files["q1_2.py"]["points"] == 5 and files["q1_1.py"]["points"] == 2


def test_right_answers_pass_and_wrong_ones_are_told_why(files):
    judge = files["q1_2.py"]["judge"]
    judge({"amplitude": list_exercises("A1")["1.2"].reference})
    with pytest.raises(AssertionError, match="zero frequency"):
        judge({"amplitude": lambda frequency, longest, power: 1 / frequency**power})
    with pytest.raises(AssertionError, match="no function `amplitude`"):
        judge({})


def test_a_blank_is_not_answered_by_the_reference(files):
    @exercise("1.2")
    def amplitude(frequency, longest, power):
        raise NotImplementedError()

    with pytest.raises(AssertionError, match="still empty"):
        files["q1_2.py"]["judge"]({"amplitude": amplitude})
