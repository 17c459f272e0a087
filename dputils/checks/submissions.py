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
    """A `Submission` from a notebook file; nothing in it is run.

    Whatever the file holds, there is an answer: a class is not to wait for one of them.
    """
    path = Path(path)
    try:
        found = _read(path)
    except Exception as error:
        found = Submission(
            path,
            student=path.stem,
            problem=f"the file cannot be read ({type(error).__name__}); "
            "open it in Jupyter, run it from the top, and hand it in again",
        )
    found.student, found.problem = clean(found.student), clean(found.problem)
    found.remarks = list(map(clean, found.remarks))
    found.answers = {
        number: list(map(clean, texts)) for number, texts in found.answers.items()
    }
    return found


def clean(text: str) -> str:
    """A text that can be written: half characters and control characters as "?"."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c >= " " or c in "\t\n" else "?" for c in text)


def _read(path):
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
            for cell in json.loads(_decoded(path.read_bytes()))["cells"]
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
                statements += _statements(text)
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


def _decoded(data):
    """Text in UTF-8 or UTF-16, with the mark that Windows' editors put in front."""
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if wide else "utf-8-sig")


def _statements(text):
    """A cell's statements; SyntaxError where Jupyter would raise one too.

    A doubled argument name or a stray `nonlocal` is found by compiling only.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # lines, as Python counts
    try:
        tree = ast.parse(text)
    except SyntaxError:
        text = _without_magics(text)
        tree = ast.parse(text)
    compile(text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    for statement in tree.body:
        # as it was written: `ast.unparse` gives up on long sums
        first = min(
            [
                statement.lineno,
                *(node.lineno for node in getattr(statement, "decorator_list", ())),
            ]
        )
        if first < statement.lineno or isinstance(statement, _DEFINITIONS):
            lines = text.split("\n")[first - 1 : statement.end_lineno]
            statement.written = "\n".join(lines)
        else:
            statement.written = ast.get_source_segment(text, statement)
    return tree.body


def _written(statement):
    return getattr(statement, "written", None) or ast.unparse(statement)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


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
    return "\n".join(_written(statements[k]) for k in sorted(chosen)) + "\n"


def _bound_names(statement):
    """Names that a top-level statement binds; "*" for a star import."""
    names, waiting = set(), [statement]

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
        waiting.extend(ast.iter_child_nodes(node))

    while waiting:  # no recursion: a sum of 1,500 terms is 1,500 levels deep
        visit(waiting.pop())
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

    visit(symtable.symtable(_written(statement), "<notebook>", "exec"), True)
    return names


def _without_magics(text):
    """Lines for IPython (%magic, !command, help?) become `pass`.

    A cell magic makes the whole cell not Python, but for those that run it.
    """
    begin = text.lstrip()
    if begin.startswith("%%"):
        magic, _, rest = begin.partition("\n")
        if magic[2:].split()[:1] not in (["time"], ["capture"], ["prun"]):
            return ""
        text = "\n" + rest
    return "\n".join(
        re.sub(r"\S.*", "pass", line)
        if re.match(r"\s*([%!?]|[\w.]+\s*\?{1,2}\s*$)", line)
        else line
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
            try:
                return str(statement.value.value).strip()[:80]
            except ValueError:  # a number of more digits than Python prints
                return ""
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
        data = output.get("data") if isinstance(output, dict) else None
        data = data if isinstance(data, dict) else {}
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
