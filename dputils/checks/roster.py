"""Who is in the class, and the files that Canvas and Moodle read.

A roster is a CSV file with a row a student: Canvas's exported gradebook, an export of
Moodle's grader report, or a file of one's own with the columns `id` and `name`.
Source: "How do I import grades in the Gradebook?" in Canvas's instructor guide, and
    "Grade import" in Moodle's documentation.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Row = dict[str, str]

# What a student may have written as `student_id`, in the order of looking for it.
KEYS = (
    *("id", "sis user id", "sis login id", "integration id", "id number", "idnumber"),
    *("username", "email address", "email", "student", "name"),
)
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("First name", "Last name", "ID number", "Email address")
POSSIBLE = "    Points Possible"  # with the blanks that Canvas writes
BY_HAND = "experiments (by hand)"


def read_csv(path: str | Path) -> list[Row]:
    """The rows of a CSV file, whichever program wrote it.

    Commas, semicolons or tabs; UTF-8, UTF-16 or Windows' own encoding.
    Raises: ValueError if it is no table.
    """
    data = Path(path).read_bytes()
    try:
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    try:
        rows = csv.DictReader(
            io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)
        )
        return [{k: row[k] or "" for k in row if k is not None} for row in rows]
    except csv.Error as error:
        raise ValueError(f"{path} is no table ({error})") from error


def read_roster(path: str | Path) -> list[Row]:
    """A row for each student, as the file has it.

    Raises: ValueError if no column says who a student is.
    """
    rows = read_csv(path)
    known = [column for column in (rows[0] if rows else ()) if _key(column) in KEYS]
    if not known:
        raise ValueError(
            f"{path} has none of the columns {', '.join(KEYS)}; export the gradebook "
            "from Canvas or the grader report from Moodle, or write id and name"
        )
    return [
        row
        for row in rows
        if any(row[column].strip() for column in known)
        # Canvas's second row, and the teacher's own trial
        and row.get("Student", "").strip() not in ("Points Possible", "Student, Test")
    ]


def find_student(roster: Sequence[Row], student: str) -> Row | None:
    """The row of the student who is called so; None for nobody, or for several."""
    wanted = _plain(student)
    for key in KEYS:
        found = [
            row
            for row in roster
            if any(
                _key(column) == key and _plain(row[column]) == wanted for column in row
            )
        ]
        if len(found) == 1 and wanted:
            return found[0]
    called = [row for row in roster if _plain(name_of(row)) == wanted]
    return called[0] if len(called) == 1 and wanted else None


def plain_row(row: Row) -> Row:
    """The row under its columns' plain names, and nothing around its values."""
    return {_key(column): value.strip() for column, value in row.items()}


def name_of(row: Row) -> str:
    """What to call a student of the roster."""
    own = plain_row(row)
    whole = f"{own.get('first name', '')} {own.get('last name', '')}".strip()
    return own.get("student") or own.get("name") or whole or id_of(row)


def id_of(row: Row) -> str:
    """The first of a row's ids."""
    own = plain_row(row)
    return next((own[key] for key in KEYS if own.get(key)), "")


def points_by_hand(row: Row) -> float | None:
    """The points for experiments in a row of grades; None if there are none yet."""
    number = re.match(r"\d+([.,]\d+)?", row.get(BY_HAND, "").strip())
    return float(number[0].replace(",", ".")) if number else None


def write_canvas(
    path: str | Path,
    roster: Sequence[Row],
    grades: Sequence[Row],
    total: Mapping[str, int],
) -> list[str]:
    """Write what Canvas's *Import* reads; returns remarks.

    Args:
        roster: from Canvas's own export, whose columns and names are kept as they are:
            a column with "A1" in its name takes that assignment's points.
        grades: rows of `grades.csv`.
        total: `{assignment: points}` that can be had.
    Raises: ValueError for a roster without Canvas's columns.
    """
    _need(roster, CANVAS[:2] + CANVAS[4:], "Canvas's exported gradebook")
    columns = {
        assignment: next(
            (c for c in roster[0] if re.search(rf"\b{assignment}\b", c)), assignment
        )
        for assignment in total
    }
    first = [column for column in CANVAS if column in roster[0]]
    head = [*first, *columns.values()]
    rows = [
        {CANVAS[0]: POSSIBLE} | {columns[a]: str(points) for a, points in total.items()}
    ]
    made, remarks = _matched(roster, grades)
    for row, points in made:
        rows.append(
            {column: row[column] for column in first}
            | {columns[a]: _number(value) for a, value in points.items()}
        )
    _write(path, head, rows)
    return remarks


def write_moodle(
    path: str | Path,
    roster: Sequence[Row],
    grades: Sequence[Row],
    total: Mapping[str, int],
) -> list[str]:
    """Write what Moodle's *Grades, Import, CSV file* reads; returns remarks.

    Who did not hand in is left out: an empty cell would erase a grade. The rest is as
    for `write_canvas`.
    """
    _need(roster, (), "Moodle's exported grader report")
    first = [column for column in MOODLE if column in roster[0]]
    if not {"ID number", "Email address"} & set(first):
        raise ValueError(
            "Moodle finds students by ID number or email address; "
            "the roster has neither column"
        )
    made, remarks = _matched(roster, grades)
    rows = [
        {column: row[column] for column in first}
        | {a: _number(value) for a, value in points.items()}
        for row, points in made
        if points
    ]
    _write(path, [*first, *total], rows)
    return remarks


def _matched(roster, grades):
    """`[(row of the roster, {assignment: points})]`, and what did not fit."""
    best: dict[int, dict[str, float]] = {}
    remarks, waiting = [], 0
    for row in grades:
        if not row.get("assignment"):
            continue
        student = find_student(roster, row["student"].lstrip("'"))
        if student is None:
            remarks.append(f"{row['student']} is not in the roster")
            continue
        by_hand = points_by_hand(row)
        waiting += by_hand is None
        points = float(row.get("points") or 0) + (by_hand or 0.0)
        own = best.setdefault(id(student), {})
        if row["assignment"] in own:
            remarks.append(
                f"{row['student']} has several rows of {row['assignment']}: "
                "the best one counts"
            )
        own[row["assignment"]] = max(points, own.get(row["assignment"], 0.0))
    if waiting:
        remarks.append(
            f"{waiting} rows have no points for experiments yet; they count as 0"
        )
    return [(row, best.get(id(row), {})) for row in roster], remarks


def _need(roster, columns, what):
    missing = [c for c in columns if not roster or c not in roster[0]]
    if missing or not roster:
        raise ValueError(
            f"this roster is not {what}: it has no {', '.join(missing) or 'rows'}"
        )


def _write(path: str | Path, head: Sequence[str], rows: Iterable[Row]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, head, restval="")
        table.writeheader()
        table.writerows(rows)


def _number(value):
    return f"{value:g}"


def _key(column):
    return column.strip().casefold()


def _plain(text):
    return " ".join(text.casefold().split())
