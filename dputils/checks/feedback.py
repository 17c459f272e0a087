"""What a class gets back: a table for the teacher, and one page for each student."""

import csv
import html
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .examine import EMPTY
from .exercises import list_experiments
from .roster import BY_HAND, Row, find_student, id_of, name_of, read_csv

if TYPE_CHECKING:
    from .grading import Result

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
section { border-left: 4px solid #999; padding: .1rem 1rem; margin: 1rem 0; }
section.passed { border-color: #2a8f4d; } section.empty { border-color: #b8b8b8; }
section.wrong, section.failed { border-color: #c9822b; }
blockquote { white-space: pre-wrap; margin: .5rem 0; padding: .2rem 1rem;
  background: #8881; }
img { max-width: 100%; background: white; }
td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
td.box { border-bottom: 1px solid #888; min-width: 4rem; }
"""
KIND = {
    "passed": "Right",
    "empty": "Still empty",
    "wrong": "Not yet",
    "failed": "Stops with an error",
}


def read_table(path: str | Path) -> list[Row]:
    """The rows of a table that `write_table` wrote and a spreadsheet may have changed.

    Raises: ValueError if it is no such table.
    """
    found = read_csv(path)
    columns = set(found[0]) if found else {"student", "file", BY_HAND}
    if not {"student", "file", BY_HAND} <= columns:
        raise ValueError(f"{path} is no table of grades")
    return found


def write_table(
    results: "Sequence[Result]",
    path: str | Path,
    before: "Sequence[Row]" = (),
    *,
    roster: "Sequence[Row]" = (),
    due: datetime | None = None,
) -> Path:
    """All results as CSV, a row a notebook.

    The columns of experiments are left for the teacher to fill in.

    Args:
        before: rows of an earlier table. Those of other notebooks stay; of those that
            are graded again, what was entered by hand and further columns do.
        roster: rows of the class, from `read_roster`. Students get their `name` and
            `id`; who handed in nothing has a row that says so.
        due: when it was due; the column `late` has the hours after it.
    """
    numbers = sorted(
        {number for result in results for number in result.reports}
        | {key for row in before for key in row if re.fullmatch(r"\d+\.\d+", key)},
        key=_order,
    )
    head = ["student", *["name", "id"] * bool(roster), "assignment", *numbers]
    head += ["points", "of", BY_HAND, *["late"] * (due is not None), "file", "remarks"]
    own = set(head)
    head += dict.fromkeys(key for row in before for key in row if key not in own)
    rows = {row["file"]: dict(row) for row in before if row["file"]}
    for result in results:
        made = _cells(result, numbers, roster, due)
        old = rows.get(made["file"], {})
        for column in (BY_HAND, "late"):  # what the teacher says goes
            if old.get(column) and not re.fullmatch(r"/ \d+|[\d.]+ h", old[column]):
                made[column] = old[column]
        rows[made["file"]] = {k: old[k] for k in old if k not in own} | made
    filled = list(rows.values())
    filled += (
        _missing(filled, roster)
        if roster
        else [row for row in before if not row["file"]]
    )
    # with a mark, so that spreadsheets read UTF-8
    with open(path, "w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, head, restval="")
        table.writeheader()
        table.writerows(filled)
    return Path(path)


def _cells(result, numbers, roster, due):
    points, one = result.points, result.submission
    total = sum(report.exercise.points for report in result.reports.values())
    by_hand = (
        sum(e.points for e in list_experiments(one.assignment).values())
        if one.assignment
        else 0
    )
    remarks = [one.problem, *one.remarks]
    row = {"student": one.student, "assignment": one.assignment}
    row |= {number: points.get(number, "") for number in numbers}
    row |= {"points": sum(points.values()), "of": total or "", BY_HAND: f"/ {by_hand}"}
    # a name that is no text on disk is written as what can be
    row["file"] = str(one.file).encode("utf-8", "replace").decode("utf-8")
    if roster:
        student = find_student(roster, one.student)
        if student is None:
            remarks.append("nobody in the roster is called so")
        else:
            row |= {"name": name_of(student), "id": id_of(student)}
    if due is not None and one.handed_in is not None:
        late = (one.handed_in - due).total_seconds() / 3600
        row["late"] = f"{late:.1f} h" if late > 0 else ""
    row["remarks"] = "; ".join(filter(None, remarks))
    return {column: _harmless(cell) for column, cell in row.items()}


def _missing(rows, roster):
    """Rows for those of the roster who handed in nothing at all."""
    seen = [find_student(roster, row["student"].lstrip("'")) for row in rows]
    return [
        {
            "student": _harmless(id_of(row)),
            "name": _harmless(name_of(row)),
            "id": _harmless(id_of(row)),
            "remarks": "handed in nothing",
        }
        for row in roster
        if not any(row is one for one in seen)
    ]


def write_pages(results: "Iterable[Result]", folder: str | Path) -> list[Path]:
    """One HTML page a notebook, self-contained; returns the paths."""
    folder, paths = Path(folder), []
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        one = result.submission
        stem = (
            re.sub(
                r"[^\w.-]+", "_", f"{one.student}_{one.assignment or 'unread'}"
            ).strip("._")[:80]
            or "student"
        )
        path, k = folder / f"{stem}.html", 1
        while path in paths:
            k += 1
            path = folder / f"{stem}_{k}.html"
        path.write_text(page(result), encoding="utf-8")
        paths.append(path)
    return paths


def page(result: "Result") -> str:
    """The page of one student, as HTML."""
    one, reports = result.submission, result.reports
    title = f"{one.assignment} · {one.student}" if one.assignment else one.student
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>{html.escape(_opening(result))}</p>",
    ]
    for number, report in reports.items():
        task = report.exercise
        parts.append(
            f'<section class="{report.state}">'
            f"<h2>{number} {html.escape(task.title)}: {KIND[report.state]}, "
            f"{result.points[number]} of {task.points} points</h2>"
            f"{_advice(report)}</section>"
        )
    if one.remarks:
        items = "".join(f"<li>{html.escape(remark)}</li>" for remark in one.remarks)
        parts.append(f"<h2>Seen on the way</h2><ul>{items}</ul>")
    if one.assignment:
        for experiment in list_experiments(one.assignment).values():
            parts.append(_experiment(experiment, one))
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style>\n<body>" + "\n".join(parts) + "\n</body></html>\n"
    )


def _opening(result):
    if result.submission.problem:
        return f"This notebook could not be graded: {result.submission.problem}."
    earned, states = (
        sum(result.points.values()),
        [report.state for report in result.reports.values()],
    )
    total = sum(report.exercise.points for report in result.reports.values())
    if all(report.passed for report in result.reports.values()):
        return (
            f"Everything is right: {earned} of {total} points. "
            "What is below is for your experiments."
        )
    begun = (
        ""
        if states.count("passed") == 0
        else f" {states.count('passed')} of {len(states)} functions are right."
    )
    return (
        f"{earned} of {total} points for the functions.{begun} What is missing is "
        "named below, one thing at a time; each is small, and `check` in the "
        "notebook tells you at once when it is mended."
    )


def _advice(report):
    if report.passed:
        return "<p>Tried on numbers drawn for you, and it held.</p>"
    if report.state == EMPTY:
        return (
            "<p>You have not begun this one. Open the notebook at exercise "
            f"{report.exercise.number}; the text above the blank says what goes in, "
            "and the picture shows what should come out.</p>"
        )
    text = html.escape(report.message.partition(": ")[2])
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return (
        f"<p>{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}</p>"
    )


def _experiment(experiment, submission):
    number = experiment.number
    parts = [f"<h2>{number} {html.escape(experiment.title)}</h2>"]
    parts += [
        f"<blockquote>{html.escape(text)}</blockquote>"
        for text in submission.answers.get(number, [])
    ]
    parts += [
        f'<img alt="saved output of experiment {number}" '
        f'src="data:{kind};base64,{data}">'
        for kind, data in submission.pictures.get(number, [])
    ]
    if len(parts) == 1:
        parts.append("<p>Nothing was written here yet.</p>")
    rows = "".join(
        f'<tr><td>{html.escape(text)}</td><td class="box"></td><td>/ {points}</td></tr>'
        for text, points in experiment.rubric
    )
    parts.append(
        f"<table><tr><th>Read by your teacher</th><th></th><th></th></tr>{rows}</table>"
    )
    return "\n".join(parts)


def _harmless(cell):
    """Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t")
        else cell
    )


def _order(number):
    return tuple(map(int, number.split(".")))
