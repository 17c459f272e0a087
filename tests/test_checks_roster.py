"""Rosters, what is late, and the files that Canvas and Moodle read."""

import csv
import os
from datetime import datetime

import pytest
from test_checks_grading import RIGHT_11, RIGHT_12, write_notebook
from test_checks_robust import BY_HAND, change, rows_of

from dputils.checks.__main__ import main
from dputils.checks.roster import find_student, id_of, name_of, read_roster

# as Canvas exports it, Student View and read-only columns included
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,A1 Fourier (901234),Final Score
    Points Possible,,,,,17,(read only)
"Lovelace, Ada",101,9001,ada,Sec 1,,92.5
"Babbage, Bob",102,9002,bob,Sec 1,3,40
"Muster, Zoë",103,9003,zoe,Sec 2,,
"Student, Test",104,,,Sec 1,,
"""
MOODLE = """First name,Last name,ID number,Institution,Email address,Course total (Real)
Ada,Lovelace,9001,,ada@uni.example,
Bob,Babbage,9002,,bob@uni.example,-
Zoë,Muster,,,zoe@uni.example,
"""


@pytest.fixture
def rosters(tmp_path):
    for name, text in (("canvas", CANVAS), ("moodle", MOODLE)):
        (tmp_path / f"{name}-export.csv").write_text(text, encoding="utf-8-sig")
    (tmp_path / "own.csv").write_bytes(
        "id;name\nada;Ada L.\nbob;Bob\nzoe;Zoë\n".encode()
    )
    return tmp_path


def graded(folder, *arguments):
    """A class in which ada has two right, bob one, eve is no student of ours."""
    for name, cells in (
        ("ada", (RIGHT_11, RIGHT_12)),
        ("bob", (RIGHT_11,)),
        ("eve", ()),
    ):
        write_notebook(folder / "class" / f"{name}.ipynb", name, RIGHT_11, *cells[1:])
    options = ["grade", str(folder / "class"), "--out", str(folder / "out")]
    assert main([*options, "--confine", "guard", *map(str, arguments)]) == 0
    return folder / "out" / "grades.csv"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_rosters_of_all_kinds_name_the_same_people(rosters):
    for name in ("canvas-export", "own"):
        roster = read_roster(rosters / f"{name}.csv")
        assert len(roster) == 3, "no row of points, and no trial student"
        assert find_student(roster, " ADA ") is roster[0]
    assert (
        find_student(read_roster(rosters / "canvas-export.csv"), "9002")["ID"] == "102"
    )
    roster = read_roster(rosters / "moodle-export.csv")
    assert find_student(roster, "Zoe@uni.example") is roster[2]
    assert (name_of(roster[2]), id_of(roster[0])) == ("Zoë Muster", "9001")
    assert find_student(roster, "Ada Lovelace") is roster[0]
    assert find_student(roster, "") is None and find_student(roster, "eve") is None


def test_who_is_called_alike_is_not_guessed(tmp_path):
    (tmp_path / "r.csv").write_text("id,name\n1,Kim\n2,Kim\n")
    roster = read_roster(tmp_path / "r.csv")
    assert find_student(roster, "Kim") is None
    assert find_student(roster, "2") is roster[1]


@pytest.mark.parametrize("text", ["", "points,remarks\n3,good\n"])
def test_a_file_without_students_is_refused(tmp_path, text):
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(ValueError, match="has none of the columns"):
        read_roster(tmp_path / "r.csv")


@pytest.mark.slow
def test_a_class_goes_from_grading_to_canvas_and_moodle(rosters, capsys):
    grades = graded(rosters, "--roster", rosters / "canvas-export.csv")
    rows = {row["student"]: row for row in rows_of(grades)}
    assert rows["ada"]["name"] == "Lovelace, Ada" and rows["bob"]["id"] == "102"
    assert "nobody in the roster" in rows["eve"]["remarks"]
    assert rows["103"]["remarks"] == "handed in nothing" and not rows["103"]["points"]
    change(grades, "ada", **{BY_HAND: "6,5"})
    for kind in ("canvas", "moodle"):
        export = str(rosters / f"{kind}-export.csv")
        assert main(["lms", str(grades), "--roster", export, "--to", kind]) == 0
    said = capsys.readouterr().out
    assert "eve is not in the roster" in said
    assert "2 rows have no points for experiments yet" not in said, "eve does not count"
    assert "1 rows have no points for experiments yet" in said
    assert table(grades.with_name("canvas.csv")) == [
        [*CANVAS.split(",")[:5], "A1 Fourier (901234)"],
        ["    Points Possible", "", "", "", "", "17"],
        ["Lovelace, Ada", "101", "9001", "ada", "Sec 1", "10.5"],
        ["Babbage, Bob", "102", "9002", "bob", "Sec 1", "2"],
        ["Muster, Zoë", "103", "9003", "zoe", "Sec 2", ""],
    ]
    assert table(grades.with_name("moodle.csv")) == [
        ["First name", "Last name", "ID number", "Email address", "A1"],
    ], "students called themselves as Canvas does, not as Moodle does"
    # a later run knows who was missing and what was entered
    rows = rows_of(graded(rosters))
    assert [row["student"] for row in rows] == ["ada", "bob", "eve", "103"]
    assert rows[0][BY_HAND] == "6,5" and rows[0]["name"] == "Lovelace, Ada"


def test_moodle_gets_those_who_handed_in(rosters):
    own = rosters / "grades.csv"
    own.write_text(
        f"student,assignment,points,{BY_HAND},file\n"
        "ada@uni.example,A1,4,3,a\nada@uni.example,A1,8,0,b\n9002,A2,2,1,c\n"
    )
    export = str(rosters / "moodle-export.csv")
    assert main(["lms", str(own), "--roster", export, "--to", "moodle"]) == 0
    assert table(rosters / "moodle.csv") == [
        ["First name", "Last name", "ID number", "Email address", "A1", "A2"],
        ["Ada", "Lovelace", "9001", "ada@uni.example", "8", ""],
        ["Bob", "Babbage", "9002", "bob@uni.example", "", "3"],
    ]


def test_grades_of_other_points_are_refused(rosters, capsys):
    own = rosters / "grades.csv"
    own.write_text(f"student,assignment,points,of,{BY_HAND},file\nada,A1,4,99,3,a\n")
    with pytest.raises(SystemExit):
        main(
            [
                *("lms", str(own), "--to", "canvas"),
                *("--roster", str(rosters / "canvas-export.csv")),
            ]
        )
    said = " ".join(capsys.readouterr().err.split())
    assert "A1's exercises at 99 points, and they count 10 now" in said
    assert "--points" in said


def test_the_wrong_export_is_refused(rosters, capsys):
    own = rosters / "grades.csv"
    own.write_text(f"student,assignment,points,{BY_HAND},file\nada,A1,4,3,a\n")
    for kind in ("canvas", "moodle"):
        with pytest.raises(SystemExit):
            main(["lms", str(own), "--roster", str(rosters / "own.csv"), "--to", kind])
    said = capsys.readouterr().err
    assert "not Canvas's exported gradebook" in said
    assert "by ID number or email address" in said


@pytest.mark.slow
def test_what_is_late_says_so_and_what_the_teacher_says_stays(rosters):
    when = datetime(2027, 3, 2, 2, 29).timestamp()
    write_notebook(rosters / "class" / "ada.ipynb", "ada", RIGHT_11)
    grades = graded(rosters, "--due", "2027-03-01T23:59")
    os.utime(rosters / "class" / "ada.ipynb", (when, when))
    options = ["--out", str(rosters / "out"), "--confine", "guard"]
    again = ["grade", str(rosters / "class"), *options, "--due", "2027-03-01T23:59"]
    main(again)
    assert [row["late"] for row in rows_of(grades)] == ["2.5 h", "", ""]
    change(grades, "ada", late="excused")
    main(again)
    assert [row["late"] for row in rows_of(grades)] == ["excused", "", ""]
