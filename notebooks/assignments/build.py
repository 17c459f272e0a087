"""Build the assignments: `python notebooks/assignments/build.py [A1 ...]`, or
`make assignments`.

From each `source/A1_….py` (jupytext's percent format) come three notebooks:

    A1_….ipynb                      for students: the blanks are empty
    solutions/A1_….ipynb            for teachers: the blanks are filled, all was run
    nbgrader/source/A1/A1_….ipynb   for nbgrader: solutions and hidden tests between
                                    its own markers

and a proof that they belong together: the student's notebook is the solution minus its
blanks; the solution passes every check; the student's fails every check, says so
kindly, and runs to the end all the same.

In a source, a blank is what stands between `# BLANK` and `# END` in a function, or
`<!-- BLANK -->` and `<!-- END -->` in a text. `<!-- RUBRIC 1.6 -->` becomes a table,
`<!-- MARKS 1.2: difficulty 1, importance 3, 6 minutes -->` a line below the exercise's
heading. What stands between `<!-- NUDGE -->`, `<!-- FORMULA -->`, `<!-- LINE -->` (the
three hints), `<!-- ANSWER -->` (to a question) and `<!-- FOLDED -->` is folded. A code
cell tagged `expected-name` has its picture embedded where a text says
`(attachment:name)`.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import importlib.util
import re
import sys
import tempfile
import zipfile
from pathlib import Path

import jupytext
import nbformat
from nbclient.exceptions import CellExecutionError

from dputils.checks import (
    examine,
    find_exercise,
    list_exercises,
    list_experiments,
    plain,
)
from dputils.checks.examine import EMPTY
from dputils.checks.exercises import use_points
from dputils.checks.notebook import waiting
from dputils.checks.submissions import STUB, read_submission

FOLDER = Path(__file__).resolve().parent
MAX_BYTES = 700_000
MAX_BLANK = 12
CODE = re.compile(r"^( *)# BLANK(.*)\n((?:.*\n)*?) *# END(?:\n|\Z)", re.M)
TEXT = re.compile(r"<!-- BLANK -->\n?(.*?)\n?<!-- END -->", re.S)
RUBRIC = re.compile(r"<!-- RUBRIC (\d+\.\d+) -->")
MARKS = re.compile(
    r"<!-- MARKS (\d+\.\d+): "
    r"difficulty ([123]), importance ([123]), (\d+) minutes -->"
)
FOLDED = {
    "NUDGE": "Hint 1: a nudge",
    "FORMULA": "Hint 2: a formula",
    "LINE": "Hint 3: a line",
    "ANSWER": "Answer",
}
FOLD = re.compile(
    rf"<!-- ({'|'.join(FOLDED)}) -->\n(.*?)\n"
    rf"(?=<!-- (?:{'|'.join(FOLDED)}|FOLDED) -->)",
    re.S,
)
CHECK = re.compile(r'^check\("(\d+\.\d+)", (\w+),', re.M)
ANSWERS = re.compile(r'^@exercise\("(\d+\.\d+)"\)', re.M)
WRITTEN = re.compile(r"^#+ *Your .*\((\d+\.\d+)\).*$", re.M)
HIDDEN = """
### BEGIN HIDDEN TESTS
import secrets
from dputils.checks import examine, find_exercise, plain
report = examine(find_exercise("{number}"), plain({name}), secret=secrets.token_hex(8))
assert report.passed, report.message
### END HIDDEN TESTS"""


class BuildError(Exception):
    """A source is wrong, or the notebooks made from it do not belong together."""


def sources(names=()):
    """Paths of the named sources ("A1"), or of all."""
    paths = sorted((FOLDER / "source").glob("A*_*.py"))
    for name in names:
        if not any(path.name.startswith(name) for path in paths):
            raise BuildError(
                f"no source {name!r}; there are "
                f"{', '.join(path.stem for path in paths)}"
            )
    return [path for path in paths if not names or path.name.startswith(tuple(names))]


# --- the three variants of a cell ---


def student_code(text):
    """Blanks emptied: inside a function the call stops with a bare NotImplementedError,
    elsewhere nothing happens.
    """

    def stub(match):
        indent, hint = match[1], match[2].strip()
        lines = [f"{indent}# YOUR CODE HERE{f' ({hint})' if hint else ''}"]
        return (
            "\n".join(lines + [f"{indent}raise NotImplementedError()"] * bool(indent))
            + "\n"
        )

    return CODE.sub(stub, text + "\n").rstrip("\n")


def solution_code(text):
    """Blanks filled, without their markers."""
    return CODE.sub(lambda match: match[3], text + "\n").rstrip("\n")


def nbgrader_code(text):
    """Blanks filled, between nbgrader's markers. It empties them itself, and puts its
    own stub there.
    """
    return CODE.sub(
        lambda match: (
            f"{match[1]}### BEGIN SOLUTION\n{match[3]}{match[1]}### END SOLUTION\n"
            if match[1]
            else student_code(match[0]) + "\n"
        ),
        text + "\n",
    ).rstrip("\n")


def student_text(text):
    return TEXT.sub(STUB, text)


def solution_text(text):
    return TEXT.sub(lambda match: match[1], text)


def nbgrader_text(text):
    return TEXT.sub(
        lambda match: f"### BEGIN SOLUTION\n{match[1]}\n### END SOLUTION", text
    )


VARIANTS = {
    "student": (student_code, student_text),
    "solution": (solution_code, solution_text),
    "nbgrader": (nbgrader_code, nbgrader_text),
}


def rubric_table(number):
    """The rubric of an experiment as a Markdown table."""
    rubric = list_experiments(f"A{number.partition('.')[0]}")[number].rubric
    return "\n".join(
        [
            "| points | for |",
            "|---|---|",
            *(f"| {points} | {text} |" for text, points in rubric),
        ]
    )


def marks_line(match):
    """What an exercise weighs, as a line below its heading."""
    number, *marks, minutes = match.groups()
    shown = [f"{'●' * int(n)}{'○' * (3 - int(n))} ({n} of 3)" for n in marks]
    points = find_exercise(number).points
    return (
        f"*Difficulty {shown[0]} · importance {shown[1]} · {minutes} minutes · "
        f"{points} points*"
    )


def fold(text):
    """The text with its hints and answers folded.

    Markdown in `<details>` is set as such only between empty lines.
    """
    text = FOLD.sub(
        lambda match: (
            f"<details>\n<summary>{FOLDED[match[1]]}</summary>\n\n{match[2]}\n\n"
            "</details>\n"
        ),
        text,
    )
    return re.sub(r"\n?<!-- FOLDED -->", "", text)


def load_neighbour(name):
    """A script of the folder above, as a module: `execute` runs and tidies notebooks,
    `badges` knows the address.
    """
    spec = importlib.util.spec_from_file_location(name, FOLDER.parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def split_answers(cell):
    """A written answer, from its heading to the end of its blank, becomes a cell of its
    own: it is the student's.
    """
    if cell.cell_type != "markdown":
        return [cell]
    texts = re.split(
        r"(^#+ *Your .*\(\d+\.\d+\).*\n(?:.*\n)*?<!-- END -->)", cell.source, flags=re.M
    )
    texts = [text.strip("\n") for text in texts if text.strip()]
    return (
        [cell]
        if len(texts) == 1
        else [nbformat.v4.new_markdown_cell(text) for text in texts]
    )


def read_source(path, package=None):
    """The source as a notebook with its markers still in it.

    The first cell gets the badge that opens the student's notebook in Colab, and the
    cell tagged `colab` is replaced by the book's; `package` is what that one installs,
    by default the repository named in pyproject.toml.
    """
    notebook, badges = jupytext.read(path, fmt="py:percent"), load_neighbour("badges")
    notebook.cells = [part for cell in notebook.cells for part in split_answers(cell)]
    opened = f"notebooks/assignments/{path.stem}.ipynb"
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{path.stem.partition('_')[0].lower()}-{number:02d}"
        cell.metadata = nbformat.from_dict(
            {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}
        )
        if cell.cell_type == "markdown":
            text = RUBRIC.sub(lambda match: rubric_table(match[1]), cell.source)
            cell.source = fold(MARKS.sub(marks_line, text))
    badges.stamp(notebook, badges.address(), opened, package)
    return notebook


def variant(source, kind):
    """The notebook of that kind: "student", "solution" or "nbgrader"."""
    notebook, (code, text) = copy.deepcopy(source), VARIANTS[kind]
    for cell in notebook.cells:
        original = cell.source
        cell.source = (code if cell.cell_type == "code" else text)(original)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if kind == "nbgrader":
            mark_for_nbgrader(cell, original)
    return notebook


def mark_for_nbgrader(cell, original):
    """The metadata by which nbgrader knows blanks, tests and texts for a person."""
    answers, tests = ANSWERS.search(original), CHECK.search(original)
    written = WRITTEN.search(original)
    flags = {
        "schema_version": 3,
        "task": False,
        "grade": False,
        "solution": False,
        "locked": False,
    }
    if cell.cell_type == "code" and answers:
        flags |= {
            "solution": True,
            "grade_id": f"exercise-{answers[1].replace('.', '-')}",
        }
    elif cell.cell_type == "code" and tests:
        flags |= {
            "grade": True,
            "locked": True,
            "grade_id": f"check-{tests[1].replace('.', '-')}",
            "points": find_exercise(tests[1]).points,
        }
        cell.source += HIDDEN.format(number=tests[1], name=tests[2])
    elif cell.cell_type == "markdown" and written and TEXT.search(original):
        experiment = list_experiments(f"A{written[1].partition('.')[0]}")[written[1]]
        part = "prediction" if "prediction" in written[0] else "finding"
        points = experiment.rubric[0][1]
        if part == "finding":
            points = experiment.points - points * has_prediction(experiment)
        flags |= {
            "grade": True,
            "solution": True,
            "points": points,
            "grade_id": f"experiment-{written[1].replace('.', '-')}-{part}",
        }
    else:
        return
    cell.metadata["nbgrader"] = nbformat.from_dict(flags)


def has_prediction(experiment):
    return "prediction" in experiment.rubric[0][0]


# --- running, pictures, proof ---


def run(notebook, timeout=900):
    """Execute in place, in an empty folder, and drop what differs between two equal
    runs.
    """
    execute = load_neighbour("execute")
    with tempfile.TemporaryDirectory() as folder:
        try:
            asyncio.run(execute.execute(notebook, Path(folder), timeout))
        except CellExecutionError as error:
            text = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip()
            raise BuildError(f"{text[:800]}\n...\n{text[-400:]}") from error
    execute.tidy(notebook)


def expected_pictures(notebook):
    """`{name: (kind, base64)}` of the cells tagged `expected-name`."""
    found = {}
    for cell in notebook.cells:
        names = [
            tag.removeprefix("expected-")
            for tag in cell.metadata.get("tags", [])
            if tag.startswith("expected-")
        ]
        for output in cell.get("outputs", []):
            for kind in ("image/jpeg", "image/png"):
                if names and kind in output.get("data", {}):
                    found.setdefault(names[0], (kind, output.data[kind]))
    return found


def attach(notebook, pictures):
    """Embed the expected pictures in the texts that mention them."""
    for cell in notebook.cells:
        names = (
            re.findall(r"\(attachment:([\w-]+)\)", cell.source)
            if cell.cell_type == "markdown"
            else []
        )
        for name in names:
            if name not in pictures:
                raise BuildError(f"no cell tagged expected-{name} shows a picture")
            cell.setdefault("attachments", {})[name] = {
                pictures[name][0]: pictures[name][1]
            }


def prove(student, solution):
    """Raise BuildError unless the student's notebook is the solution minus its blanks,
    of at most MAX_BLANK lines.
    """
    if len(student.cells) != len(solution.cells):
        raise BuildError(
            f"{len(student.cells)} cells for students, {len(solution.cells)} in the "
            "solution"
        )
    for number, (empty, full) in enumerate(zip(student.cells, solution.cells)):
        pattern, lines = "", []
        for line in empty.source.split("\n"):
            if line.strip().startswith("# YOUR CODE HERE") or line.strip() == STUB:
                lines.append(None)
            elif line.strip() != "raise NotImplementedError()":
                lines.append(line)
        pattern = "\n".join(
            "(.+?)" if line is None else re.escape(line) for line in lines
        )
        match = re.fullmatch(pattern, full.source, re.S)
        if match is None or empty.cell_type != full.cell_type:
            raise BuildError(
                f"cell {number} of the student's notebook is not the "
                f"solution's minus its blanks:\n{empty.source}\n--- "
                f"solution ---\n{full.source}"
            )
        for blank in match.groups():
            count = sum(bool(line.strip()) for line in blank.split("\n"))
            if empty.cell_type == "code" and count > MAX_BLANK:
                raise BuildError(
                    f"a blank of {count} lines in cell {number}; at most {MAX_BLANK}"
                )


def exercises_in(path):
    """`{number: Report}` of a written notebook's functions, judged in this process."""
    submission, reports = read_submission(path), {}
    if submission.problem or submission.remarks:
        raise BuildError(f"{path.name}: {submission.problem or submission.remarks}")
    for number, exercise in list_exercises(submission.assignment).items():
        space = {}
        exec(compile(submission.source[number], str(path), "exec"), space)
        reports[number] = examine(
            exercise, plain(space[exercise.name]), "build", "proof"
        )
    return reports


def prove_checks(student_path, solution_path):
    """Raise BuildError unless the solution passes every check and the student's
    notebook fails every one as empty.
    """
    for report in exercises_in(solution_path).values():
        if not report.passed:
            raise BuildError(f"the solution fails its own check: {report}")
    for number, report in exercises_in(student_path).items():
        if report.state != EMPTY:
            raise BuildError(f"the empty blank of {number} gives: {report}")


def prove_messages(executed):
    """Raise BuildError unless every empty blank of an executed notebook was announced
    by its check.
    """
    printed = "".join(
        output.get("text", "")
        for cell in executed.cells
        for output in cell.get("outputs", [])
    )
    numbers = [
        match[1] for cell in executed.cells if (match := CHECK.search(cell.source))
    ]
    missing = [
        number for number in numbers if waiting(find_exercise(number)) not in printed
    ]
    if missing or not numbers:
        raise BuildError(
            "the notebook with empty blanks says nothing about "
            f"{', '.join(missing) or 'any exercise'}"
        )


def write(notebook, path):
    text = nbformat.writes(notebook) + "\n"
    if len(text.encode()) > MAX_BYTES:
        raise BuildError(
            f"{path.name} has {len(text.encode()) / 1e3:.0f} kB, at most "
            f"{MAX_BYTES / 1e3:.0f}; show fewer or smaller pictures"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return f"{path.relative_to(FOLDER)} {len(text.encode()) / 1e3:.0f} kB"


def targets(path):
    """Where the three notebooks of a source go."""
    name = path.with_suffix(".ipynb").name
    return {
        "student": FOLDER / name,
        "solution": FOLDER / "solutions" / name,
        "nbgrader": FOLDER / "nbgrader" / "source" / path.stem.partition("_")[0] / name,
    }


def build(path, package=None, run_student=True):
    """Build and prove one assignment; prints what was written."""
    source, files = read_source(path, package), targets(path)
    books = {kind: variant(source, kind) for kind in VARIANTS}
    prove(books["student"], books["solution"])
    run(books["solution"])
    pictures = expected_pictures(books["solution"])
    for book in books.values():
        attach(book, pictures)
    print(*(write(books[kind], files[kind]) for kind in VARIANTS), sep="\n", flush=True)
    prove_checks(files["student"], files["solution"])
    if run_student:  # its outputs are not kept
        executed = copy.deepcopy(books["student"])
        run(executed)
        prove_messages(executed)
    print(
        (
            f"{path.stem}: student = solution minus blanks, every check passes there "
            "and waits here"
        ),
        flush=True,
    )


def take_over_texts(path, package=None):
    """Store changed texts, and no more: for a spelling mistake nothing has to run
    again.

    Raises: BuildError if code was changed as well (the cell that installs the package
        in Colab does not count).
    """
    source = read_source(path, package)
    for kind, target in targets(path).items():
        made, stored = variant(source, kind), nbformat.read(target, as_version=4)
        code = [
            [cell for cell in book.cells if cell.cell_type == "code"]
            for book in (made, stored)
        ]
        if len(code[0]) != len(code[1]):
            raise BuildError(
                f"{path.stem} has other code cells than before, build it without "
                "--texts"
            )
        for new, old in zip(*code):
            if new.source != old.source and "colab" not in new.metadata.get("tags", []):
                raise BuildError(
                    f"{path.stem} has changed code, build it without "
                    f"--texts:\n{new.source}"
                )
            new.outputs, new.execution_count = old.outputs, old.execution_count
        if kind == "student":
            pictures = expected_pictures(
                nbformat.read(targets(path)["solution"], as_version=4)
            )
        attach(made, pictures)
        print(write(made, target), flush=True)


def hand_out(target, paths):
    """The students' notebooks and nothing else, in a folder or, as *.zip, in a file.

    Raises: BuildError if the target exists and is no empty folder, or if a solution
        stands in one of them.
    """
    target = Path(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BuildError(f"{target} exists already; name a new folder or zip file")
    chosen = {}
    for path in paths:
        student = targets(path)["student"]
        book = nbformat.read(student, as_version=4)
        prove(book, nbformat.read(targets(path)["solution"], as_version=4))
        for cell in book.cells:
            filled = ANSWERS.search(cell.source)
            if filled and "raise NotImplementedError()" not in cell.source:
                raise BuildError(f"{student.name}: the blank of {filled[1]} is filled")
        chosen[student.name] = student.read_bytes()
    if target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in chosen.items():
                archive.writestr(name, data)
    else:
        target.mkdir(parents=True, exist_ok=True)
        for name, data in chosen.items():
            (target / name).write_bytes(data)
    print(f"{target}: {', '.join(chosen)}, without solutions")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "names", nargs="*", help="assignments such as A1; none means all"
    )
    parser.add_argument(
        "--package",
        help="what Colab installs, for instance "
        '"git+https://…" or the address of a wheel '
        "(default: the repository named in "
        "pyproject.toml)",
    )
    parser.add_argument(
        "--texts",
        action="store_true",
        help="take over changed texts without running anything",
    )
    parser.add_argument(
        "--hand-out",
        metavar="TARGET",
        help="write the students' notebooks, and nothing else, into a new folder or "
        "zip file; nothing is built",
    )
    parser.add_argument(
        "--skip-student",
        action="store_true",
        help="do not run the notebooks with empty blanks",
    )
    parser.add_argument(
        "--points",
        metavar="CSV",
        help="what exercises count, a table with the columns exercise and points",
    )
    options = parser.parse_args(arguments)
    try:
        use_points(options.points)
        if options.hand_out:
            hand_out(options.hand_out, sources(options.names))
            return 0
        for path in sources(options.names):
            if options.texts:
                take_over_texts(path, options.package)
            else:
                build(path, options.package, not options.skip_student)
    except (BuildError, OSError, ValueError) as error:
        print(f"FAILED  {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
