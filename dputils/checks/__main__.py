"""`python -m dputils.checks grade FOLDER [--out DIR]`: grade a class.

`python -m dputils.checks similar FOLDER`: which notebooks share unusually much.
`python -m dputils.checks gradescope A1`: the autograder that Gradescope takes.
`python -m dputils.checks otter A1`: the test files that Otter takes.
`python -m dputils.checks list`: the exercises there are.
"""

import argparse
import secrets
import shutil
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .confinement import KINDS
from .exercises import (
    list_assignments,
    list_exercises,
    list_experiments,
    use_points,
)
from .feedback import read_table, write_pages, write_table
from .gradescope import write_autograder
from .grading import grade_folder
from .otter import write_tests
from .roster import read_roster, write_canvas, write_moodle
from .sandbox import find_confinement
from .similarity import find_similar, write_similar


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dputils.checks", description="The assignments' checks."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    counted = argparse.ArgumentParser(add_help=False)
    counted.add_argument(
        "--points",
        type=Path,
        metavar="CSV",
        help="what exercises count, a table with the columns exercise and points",
    )
    commands.add_parser("list", help="the exercises there are", parents=[counted])
    grade = commands.add_parser(
        "grade",
        parents=[counted],
        help="grade all notebooks below a folder",
        description="Judges every blank of every notebook in processes with limits; "
        "writes grades.csv and a feedback page for each student.",
    )
    grade.add_argument(
        "folder", type=Path, help="where the notebooks are, sub-folders included"
    )
    grade.add_argument(
        "--out",
        type=Path,
        help="where to write (default: FOLDER beside itself, named FOLDER-graded)",
    )
    grade.add_argument(
        "--secret",
        choices=["-"],
        help="repeat the numbers of an earlier run, whose secret is read from standard "
        "input: the list of processes is open to all (default: new ones)",
    )
    grade.add_argument(
        "--confine",
        choices=KINDS,
        default="auto",
        help="what keeps students' code in: bubblewrap, or the guard alone; "
        "auto takes bubblewrap where it works (default)",
    )
    grade.add_argument(
        "--seconds", type=float, default=20, help="limit of each exercise (default 20)"
    )
    grade.add_argument(
        "--memory",
        type=float,
        default=1.0,
        help="limit of each exercise, in GB (default 1)",
    )
    grade.add_argument(
        "--jobs", type=int, default=1, help="notebooks at the same time (default 1)"
    )
    grade.add_argument(
        "--only",
        action="append",
        metavar="STUDENT",
        help="grade this student again; the others' rows stay as they are",
    )
    grade.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="who is in the class: an export of Canvas's gradebook or Moodle's grader "
        "report, or a file with the columns id and name",
    )
    grade.add_argument(
        "--due",
        type=datetime.fromisoformat,
        metavar="TIME",
        help="when it was due, as 2027-03-01T23:59; files that bear a later time are "
        "late",
    )
    lms = commands.add_parser(
        "lms",
        parents=[counted],
        help="write the file that Canvas or Moodle reads",
        description="From grades.csv, with the points entered there by hand, and an "
        "export of the gradebook, which has everybody's ids.",
    )
    lms.add_argument("grades", type=Path, help="RESULTS/grades.csv")
    lms.add_argument("--roster", type=Path, metavar="CSV", required=True)
    lms.add_argument("--to", choices=("canvas", "moodle"), required=True)
    lms.add_argument("--out", type=Path, help="default: canvas.csv beside the grades")
    whole = argparse.ArgumentParser(add_help=False)
    whole.add_argument("assignment", type=str.upper, choices=list_assignments())
    autograder = commands.add_parser(
        "gradescope",
        parents=[counted, whole],
        help="write the zip file that Gradescope takes as an autograder",
        description="It holds this package, setup.sh and run_autograder, which judges "
        "each submission as `grade` does.",
    )
    autograder.add_argument("--out", type=Path, help="default: gradescope-A1.zip")
    otter = commands.add_parser(
        "otter",
        parents=[counted, whole],
        help="write the test files that Otter takes",
        description="One for each exercise, for `otter check`, `run` and `generate`. "
        "Otter runs them in the process of the student's notebook.",
    )
    otter.add_argument("--out", type=Path, default=Path("tests"), help="default: tests")
    similar = commands.add_parser(
        "similar",
        help="which notebooks share unusually much",
        description="Writes pairs of notebooks with the lines that they have in "
        "common: a reason to read both, no verdict.",
    )
    similar.add_argument("folder", type=Path, help="where the notebooks are")
    similar.add_argument(
        "--given",
        type=Path,
        action="append",
        default=[],
        metavar="NOTEBOOK",
        help="what was handed out, once for each; without it, what more than a third "
        "of a class have",
    )
    similar.add_argument("--out", type=Path, default=Path("similar.csv"))
    options = parser.parse_args(arguments)
    try:
        use_points(getattr(options, "points", None))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if options.command == "similar":
        if not options.folder.is_dir():
            parser.error(f"{options.folder} is not a folder")
        try:
            pairs = find_similar(options.folder, options.given)
            write_similar(pairs, options.out)
        except (OSError, ValueError) as error:
            parser.error(str(error))
        for pair in pairs:
            if pair.unusual:
                print(
                    f"{pair.assignment}  {pair.first.student} and "
                    f"{pair.second.student}: {pair.share:.0%} in common"
                )
        print(f"{len(pairs)} pairs: {options.out}")
        return 0
    if options.command == "gradescope":
        out = options.out or Path(f"gradescope-{options.assignment}.zip")
        try:
            write_autograder(out, options.assignment, options.points)
        except (OSError, ValueError) as error:
            parser.error(str(error))
        print(f"{out}: {out.stat().st_size / 1e6:.1f} MB. It holds the references")
        return 0
    if options.command == "otter":
        try:
            paths = write_tests(options.out, options.assignment)
        except OSError as error:
            parser.error(str(error))
        print(f"{options.out}: {len(paths)} files")
        return 0
    if options.command == "lms":
        try:
            return _write_lms(options)
        except (OSError, ValueError) as error:
            parser.error(str(error))
    if options.command == "list":
        for number, exercise in list_exercises().items():
            print(
                f"{number}  {exercise.title}  "
                f"({exercise.name}, {exercise.points} points)"
            )
        return 0
    folder = options.folder.resolve()
    if not folder.is_dir():
        parser.error(f"{options.folder} is not a folder")
    out = (
        folder.with_name(f"{folder.name}-graded")
        if options.out is None
        else options.out.resolve()
    )
    secret = secrets.token_hex(8)
    if options.secret:
        secret = sys.stdin.readline().strip()
        if not secret:
            parser.error("--secret - reads the secret from standard input; none came")
    try:
        roster = [] if options.roster is None else read_roster(options.roster)
        confinement = find_confinement(options.confine)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(confinement, flush=True)

    out.mkdir(parents=True, exist_ok=True)
    table, done, lock = out / "grades.csv", [], threading.Lock()
    before: list[dict[str, str]] = []
    if table.exists():  # with what the teacher wrote into it
        shutil.copy2(table, _free(out / "grades-before.csv"))
        try:
            before = read_table(table)
        except ValueError as error:
            print(f"{error}; a new one is begun, the old one is kept beside it")

    def tell(result):
        with lock:  # written when it is there, in case the rest never comes
            done.append(result)
            write_table(done, out / "grades-so-far.csv")
        one = result.submission
        said = one.problem or " ".join(
            f"{n}{'✓' if r.passed else '·' if r.state == 'empty' else '✗'}"
            for n, r in result.reports.items()
        )
        print(
            f"{one.student}  {one.assignment}  "
            f"{sum(result.points.values())} points  {said}",
            flush=True,
        )

    try:
        results = grade_folder(
            folder,
            secret=secret,
            seconds=options.seconds,
            memory=int(options.memory * 1e9),
            jobs=max(1, options.jobs),
            only=options.only,
            confinement=confinement,
            on_result=tell,
        )
    except ValueError as error:
        parser.error(str(error))
    (out / "grades-so-far.csv").unlink(missing_ok=True)
    write_table(results, table, before, roster=roster, due=options.due)
    pages = write_pages(results, out / "feedback", read_table(table))
    print(
        f"{len(results)} notebooks: {table}, {len(pages)} pages in "
        f"{out / 'feedback'}. The same numbers again: "
        f"echo {secret} | python -m dputils.checks grade … --secret -"
    )
    return 0


def _write_lms(options):
    grades, roster = read_table(options.grades), read_roster(options.roster)
    assignments = {row["assignment"] for row in grades if row.get("assignment")}
    total = {}
    for a in sorted(assignments):
        now = sum(exercise.points for exercise in list_exercises(a).values())
        then = {row.get("of") for row in grades if row.get("assignment") == a}
        then -= {"", None, str(now)}
        if then:
            raise ValueError(
                f"{options.grades} was written with {a}'s exercises at "
                f"{', '.join(sorted(then))} points, and they count {now} now; give "
                "the same table by --points, or grade again"
            )
        total[a] = now + sum(one.points for one in list_experiments(a).values())
    out = options.out or options.grades.with_name(f"{options.to}.csv")
    write = write_canvas if options.to == "canvas" else write_moodle
    for remark in write(out, roster, grades, total):
        print(remark)
    print(f"{out}: {', '.join(f'{a} of {points}' for a, points in total.items())}")
    return 0


def _free(path):
    """This path, or with a number if there is such a file."""
    k, free = 1, path
    while free.exists():
        k += 1
        free = path.with_stem(f"{path.stem}-{k}")
    return free


if __name__ == "__main__":
    sys.exit(main())
