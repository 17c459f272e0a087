"""What a class gets back: a table for the teacher, and one page for each student."""

import ast
import csv
import html
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .examine import EMPTY
from .exercises import list_experiments
from .roster import BY_HAND, Row, find_student, id_of, name_of, points_by_hand, read_csv

if TYPE_CHECKING:
    from .grading import Result

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
section h2 { margin-top: .5rem; }
section { border-left: 4px solid #999; padding: .1rem 1rem; margin: 1rem 0; }
section.passed { border-color: #2a8f4d; } section.empty { border-color: #b8b8b8; }
section.wrong, section.failed { border-color: #c9822b; }
blockquote { white-space: pre-wrap; margin: .5rem 0; padding: .2rem 1rem;
  background: #8881; }
img { max-width: 100%; background: white; }
td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
td.sum { font-weight: bold; border-top: 1px solid #888; }
input { font: inherit; width: 4rem; }
pre { white-space: pre-wrap; background: #8881; padding: .5rem 1rem;
  font-size: .85rem; }
.beside { display: grid; gap: 0 1.5rem; }
@media (min-width: 60rem) {
  body { max-width: 64rem; }
  .beside { grid-template-columns: 2fr 3fr; }
}
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
    row["file"] = _file(one)
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
    return {column: harmless(cell) for column, cell in row.items()}


def _file(submission):
    """Its path; what is no text on disk is written as what can be."""
    return str(submission.file).encode("utf-8", "replace").decode("utf-8")


def _missing(rows, roster):
    """Rows for those of the roster who handed in nothing at all."""
    seen = [find_student(roster, row["student"].lstrip("'")) for row in rows]
    return [
        {
            "student": harmless(id_of(row)),
            "name": harmless(name_of(row)),
            "id": harmless(id_of(row)),
            "remarks": "handed in nothing",
        }
        for row in roster
        if not any(row is one for one in seen)
    ]


def write_pages(
    results: "Iterable[Result]", folder: str | Path, grades: "Sequence[Row]" = ()
) -> list[Path]:
    """One HTML page a notebook, self-contained; returns the paths.

    `grades` are rows of the table, whose points for experiments go into the totals.
    """
    by_hand = {row["file"]: points_by_hand(row) for row in grades}
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
        path.write_text(page(result, by_hand.get(_file(one))), encoding="utf-8")
        paths.append(path)
    return paths


def page(result: "Result", by_hand: float | None = None) -> str:
    """The page of one student, as HTML; `by_hand` are points for the experiments."""
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
            f'<div class="beside"><div>{_advice(report)}</div>'
            f"{_code(one, report)}</div></section>"
        )
    if one.remarks:
        items = "".join(f"<li>{html.escape(remark)}</li>" for remark in one.remarks)
        parts.append(f"<h2>Seen on the way</h2><ul>{items}</ul>")
    if one.assignment:
        for experiment in list_experiments(one.assignment).values():
            parts.append(_experiment(experiment, one))
        parts.append(_totals(result, by_hand))
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


def _code(submission, report):
    """The student's function, as it was graded."""
    source = submission.source.get(report.exercise.number, "")
    try:
        own = [
            "\n".join(source.split("\n")[node.lineno - 1 : node.end_lineno])
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef) and node.name == report.exercise.name
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        own = []
    text = own[-1] if own else source.strip()
    if report.state == EMPTY or not text:
        return ""
    lines = text.split("\n")
    if len(lines) > 60:
        lines = [*lines[:60], "…"]
    code = html.escape("\n".join(line[:200] for line in lines))
    return f"<pre><code>{code}</code></pre>"


def _totals(result, by_hand):
    """What the functions earned and the experiments may, and the sum of both."""
    earned = sum(result.points.values())
    most = sum(report.exercise.points for report in result.reports.values())
    rows = [f"<tr><td>Functions</td><td>{earned}</td><td>/ {most}</td></tr>"]
    experiments = list_experiments(result.submission.assignment).values()
    possible = sum(experiment.points for experiment in experiments)
    names = "Experiments " + ", ".join(one.number for one in experiments)
    if by_hand is None:
        given, total = _box(names, possible), _box("Total", most + possible)
    else:
        given, total = f"{by_hand:g}", f"{earned + by_hand:g}"
    rows.append(f"<tr><td>{names}</td><td>{given}</td><td>/ {possible}</td></tr>")
    rows.append(
        f'<tr><td class="sum">Total</td><td class="sum">{total}</td>'
        f'<td class="sum">/ {most + possible}</td></tr>'
    )
    return f"<h2>Points</h2><table>{''.join(rows)}</table>"


def _box(what, most):
    """A box to fill in, in a browser or on paper."""
    label = html.escape(f"points for: {what}")
    return f'<input type="number" min="0" max="{most}" step="any" aria-label="{label}">'


def _experiment(experiment, submission):
    number = experiment.number
    parts = [f"<h2>{number} {html.escape(experiment.title)}</h2>"]
    parts += [
        f"<blockquote>{html.escape(text)}</blockquote>"
        for text in submission.answers.get(number, [])
    ]
    pictures = submission.pictures.get(number, [])
    if pictures:
        parts.append(
            "<p>Pictures that were saved with this experiment's cell; whether its code "
            "drew them was not tried.</p>"
        )
    parts += [
        f'<img alt="saved output of experiment {number}" '
        f'src="data:{kind};base64,{data}">'
        for kind, data in pictures
    ]
    if len(parts) == 1:
        parts.append("<p>Nothing was written here yet.</p>")
    rows = "".join(
        f"<tr><td>{html.escape(text)}</td><td>{_box(text, points)}</td>"
        f"<td>/ {points}</td></tr>"
        for text, points in experiment.rubric
    )
    parts.append(
        f"<table><tr><th>Read by your teacher</th><th></th><th></th></tr>{rows}</table>"
    )
    return "\n".join(parts)


def harmless(cell: object) -> object:
    """Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t")
        else cell
    )


def _order(number):
    return tuple(map(int, number.split(".")))
