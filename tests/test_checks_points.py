"""What exercises count can stand in a table outside of the package."""

import pytest

from dputils.checks import find_exercise, list_exercises
from dputils.checks.__main__ import main
from dputils.checks.exercises import use_points


@pytest.fixture
def table(tmp_path):
    """Writes a table; afterwards exercises count what they did."""
    path = tmp_path / "points.csv"

    def write(text):
        path.write_text(text, encoding="utf-8")
        return path

    yield write
    use_points(None)


def test_a_table_says_what_counts_until_it_is_put_away(table):
    usual = {number: task.points for number, task in list_exercises().items()}
    use_points(table("exercise;points\n1.2;5\n 3.4 ;0\n"))
    assert find_exercise("1.2").points == list_exercises()["1.2"].points == 5
    assert find_exercise("3.4").points == 0
    others = {
        n: t.points for n, t in list_exercises().items() if n not in {"1.2", "3.4"}
    }
    assert others == {n: points for n, points in usual.items() if n in others}
    use_points(None)
    assert {n: task.points for n, task in list_exercises().items()} == usual


@pytest.mark.parametrize(
    "text, words",
    [
        ("number,points\n1.2,3\n", "the columns number, points"),
        ("exercise,points\n9.9,3\n", "no exercise '9.9'"),
        ("exercise,points\n1.2,-1\n", "gives exercise 1.2 '-1' points"),
        ("exercise,points\n1.2,many\n", "give a whole number"),
        ("exercise,points\n1.2,\n", "give a whole number"),
        ("exercise,points\n", "points.csv has no rows"),
        ("exercise,points\n1.2,3\n1.2,4\n", "has exercise 1.2 twice"),
        ("exercise,points\n1.6,3\n", "Points of experiments are given by hand"),
    ],
)
def test_another_table_is_refused_and_changes_nothing(table, text, words):
    with pytest.raises(ValueError, match=words):
        use_points(table(text))
    assert find_exercise("1.2").points == 2


def test_a_spreadsheet_may_write_it(table):
    use_points(table(" Exercise , Points\n1.2,5\n,\n"))
    assert find_exercise("1.2").points == 5


def test_the_list_shows_them(table, capsys):
    assert main(["list", "--points", str(table("exercise,points\n1.2,7\n"))]) == 0
    (line,) = (x for x in capsys.readouterr().out.split("\n") if x.startswith("1.2 "))
    assert "7 points" in line
    assert main(["list"]) == 0
    assert "7 points" not in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["list", "--points", "nowhere.csv"])
