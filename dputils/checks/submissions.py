"""Reading a student's notebook without running it: who, what, blanks and answers."""

import ast
import base64
import binascii
import dataclasses
import json
import re
import symtable
from collections.abc import Sequence
from pathlib import Path

from .exercises import list_assignments, list_exercises, list_experiments

MAX_BYTES = 40_000_000
MAX_PICTURE = 600_000
# the heading of a cell with a written answer
ANSWER = re.compile(r"\A\s*#+\s*Your .*\((\d+\.\d+)\).*$", re.M)
# the first line of an experiment's code
EXPERIMENT = re.compile(r"^#\s*Experiment (\d+\.\d+)", re.M)
STUB = "*Write here.*"


@dataclasses.dataclass
class Submission:
    """A notebook, as handed in. `problem` says why it cannot be read, if so."""

    path: Path
    student: str = ""
    assignment: str = ""
    problem: str = ""
    # {exercise: code of the function and of what it needs}
    source: dict[str, str] = dataclasses.field(default_factory=dict)
    # {experiment: texts}
    answers: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    # {experiment: pictures, each its kind and its base64}
    pictures: dict[str, list[tuple[str, str]]] = dataclasses.field(default_factory=dict)
    remarks: list[str] = dataclasses.field(default_factory=list)


def read_submission(path: str | Path) -> Submission:
    """A `Submission` from a notebook file; nothing in it is run."""
    path = Path(path)
    found = Submission(path, student=path.stem)
    try:
        if path.stat().st_size > MAX_BYTES:
            found.problem = (
                f"the file has {path.stat().st_size / 1e6:.0f} MB; "
                "clear the outputs and hand it in again"
            )
            return found
        cells = [
            (cell["cell_type"], _text(cell.get("source", "")), cell.get("outputs", []))
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        ]
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        found.problem = (
            f"the file is no notebook ({type(error).__name__}); "
            "download it again as .ipynb"
        )
        return found
    statements = []
    for number, (kind, text, _) in enumerate(cells, 1):
        if kind == "code":
            try:
                statements += ast.parse(_without_magics(text)).body
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                line = getattr(error, "lineno", None)
                where = f" (line {line})" if line else ""
                found.remarks.append(
                    f"cell {number} is no valid Python{where}: "
                    f"{getattr(error, 'msg', error)}"
                )
    found.student = _student_id(statements) or _name_from(path)
    found.assignment = _assignment(statements)
    if not found.assignment:
        found.problem = "no exercise of an assignment is in this notebook"
        return found
    for blank, exercise in list_exercises(found.assignment).items():
        found.source[blank] = needed_code(statements, exercise.name)
    _read_experiments(found, cells)
    return found


def needed_code(statements: Sequence[ast.stmt], name: str) -> str:
    """The statements that a function needs: its own, and those that bind what it uses.

    That goes on transitively, and no other statement is in it: a training run elsewhere
    in the notebook, or a cell that patches a library, is never executed. Empty if the
    name is nowhere bound.
    """
    bound = [_bound_names(statement) for statement in statements]
    if not any(name in names for names in bound):
        return ""
    needed, chosen = {name}, set()
    while True:
        more = {
            k
            for k, names in enumerate(bound)
            if k not in chosen and (needed & names or "*" in names)
        }
        if not more:
            break
        chosen |= more
        for k in more:
            needed |= _used_names(statements[k])
    return "\n".join(ast.unparse(statements[k]) for k in sorted(chosen)) + "\n"


def _bound_names(statement):
    """Names that a top-level statement binds; "*" for a star import."""
    names = set()

    def visit(node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            return  # what is bound inside is local
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(
                (alias.asname or alias.name).partition(".")[0] for alias in node.names
            )
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(
            node,
            (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        ):
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(statement)
    return names


def _used_names(statement):
    """Global names that a top-level statement uses, not those local to a function."""
    names = {
        node.target.id
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }

    def visit(table, top):
        names.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if (symbol.is_referenced() if top else symbol.is_global())
        )
        for child in table.get_children():
            visit(child, False)

    visit(symtable.symtable(ast.unparse(statement), "<notebook>", "exec"), True)
    return names


def _without_magics(text):
    """Lines for IPython (%magic, !command, ?help) become `pass`.

    A cell magic makes the whole cell not Python.
    """
    if text.lstrip().startswith("%%"):
        return ""
    return "\n".join(
        re.sub(r"\S.*", "pass", line) if re.match(r"\s*[%!?]", line) else line
        for line in text.split("\n")
    )


def _student_id(statements):
    """What the notebook assigns to `student_id`, if it is a plain text or number."""
    for statement in statements:
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Constant)
            and any(
                isinstance(target, ast.Name) and target.id == "student_id"
                for target in statement.targets
            )
        ):
            return str(statement.value.value).strip()[:80]
    return ""


def _name_from(path):
    """The file's name, or its folder's where the file still has its first name."""
    return (
        path.parent.name
        if re.fullmatch(r"A\d+_[a-z_]+", path.stem) and path.parent.name
        else path.stem
    )


def _assignment(statements):
    """The assignment most of whose functions the notebook defines."""
    names = {
        statement.name
        for statement in statements
        if isinstance(statement, ast.FunctionDef)
    }
    counts = {
        assignment: len(
            names & {exercise.name for exercise in list_exercises(assignment).values()}
        )
        for assignment in list_assignments()
    }
    best = max(counts, key=counts.get, default="")
    return best if best and counts[best] else ""


def _read_experiments(found, cells):
    known = list_experiments(found.assignment)
    for kind, text, outputs in cells:
        if kind == "markdown":
            heading = ANSWER.search(text)
            written = ANSWER.sub("", text).replace(STUB, "").strip()
            if heading and heading[1] in known and written:
                found.answers.setdefault(heading[1], []).append(
                    f"{heading[0].lstrip('# ')}: {written[:4000]}"
                )
        mark = EXPERIMENT.search(text) if kind == "code" else None
        shown = _pictures(outputs) if mark and mark[1] in known else []
        if shown:
            found.pictures.setdefault(mark[1], []).extend(shown)


def _pictures(outputs):
    """Saved PNG and JPEG pictures that are what they say, since they go into a page."""
    found = []
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data", {}) if isinstance(output, dict) else {}
        for kind, start in (("image/png", b"\x89PNG"), ("image/jpeg", b"\xff\xd8")):
            text = "".join(_text(data.get(kind, "")).split())
            try:
                if (
                    text
                    and len(text) <= MAX_PICTURE
                    and base64.b64decode(text, validate=True).startswith(start)
                ):
                    found.append((kind, text))
            except (binascii.Error, ValueError):
                continue
    return found[:4]


def _text(source):
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
