"""Reading a student's notebook without running it: who, what, blanks and answers."""

import ast
import base64
import binascii
import contextlib
import dataclasses
import datetime
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from .exercises import list_assignments, list_exercises, list_experiments
from .handed_in import DEFINITIONS, code_of

MAX_BYTES = 40_000_000
MAX_PICTURE = 600_000
MAX_IN_ZIP = 500
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
    # the same at the notebook's end, where it differs from what was checked
    later: dict[str, str] = dataclasses.field(default_factory=dict)
    # {experiment: texts}
    answers: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    # {experiment: pictures, each its kind and its base64}
    pictures: dict[str, list[tuple[str, str]]] = dataclasses.field(default_factory=dict)
    remarks: list[str] = dataclasses.field(default_factory=list)
    # where it was found, if that is inside a zip file
    shown: Path | None = None
    # the time that the file bears, in local time
    handed_in: datetime.datetime | None = None

    @property
    def file(self) -> Path:
        """Where it was found: a path in the folder that was graded."""
        return self.path if self.shown is None else self.shown


def read_submission(path: str | Path, root: str | Path | None = None) -> Submission:
    """A `Submission` from a notebook file; nothing in it is run.

    `root` is the folder of the class: it is nobody's name.
    Whatever the file holds, there is an answer: a class is not to wait for one of them.
    """
    path = Path(path)
    try:
        found = _read(path, root)
    except Exception as error:
        found = Submission(
            path,
            student=path.stem,
            problem=f"the file cannot be read ({type(error).__name__}); "
            "open it in Jupyter, run it from the top, and hand it in again",
        )
    with contextlib.suppress(OSError, ValueError, OverflowError):
        found.handed_in = datetime.datetime.fromtimestamp(path.stat().st_mtime)
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


def _read(path, root):
    found = Submission(path, student=path.stem)
    try:
        if path.stat().st_size > MAX_BYTES:
            found.problem = (
                f"the file has {path.stat().st_size / 1e6:.0f} MB; "
                "clear the outputs and hand it in again"
            )
            return found
        cells = read_cells(path)
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
    found.student = _student_id(statements)
    if not found.student:
        found.student = _name_from(path, root)
        if root is not None:  # in a class it matters who it is
            found.remarks.append("no student_id: named after the file or its folder")
    found.assignment = _assignment(statements)
    if not found.assignment:
        found.problem = "no exercise of an assignment is in this notebook"
        return found
    for blank, exercise in list_exercises(found.assignment).items():
        checked, end = code_of(statements, blank, exercise.name)
        found.source[blank] = checked
        if end != checked:
            found.later[blank] = end
    _read_experiments(found, cells)
    return found


def read_cells(path: str | Path) -> list[tuple[str, str, list]]:
    """The cells of a notebook file: kind, text and outputs of each.

    Whatever error comes of a file that is no notebook is the caller's to catch.
    """
    return [
        (cell["cell_type"], _text(cell.get("source", "")), cell.get("outputs", []))
        for cell in json.loads(_decoded(Path(path).read_bytes()))["cells"]
    ]


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
        if first < statement.lineno or isinstance(statement, DEFINITIONS):
            lines = text.split("\n")[first - 1 : statement.end_lineno]
            statement.written = "\n".join(lines)
        else:
            statement.written = ast.get_source_segment(text, statement)
    return tree.body


def _without_magics(text):
    """Lines for IPython (%magic, !command, help?) become `pass`.

    A cell magic makes the whole cell not Python, but for those that run it; so does
    `%time` before a statement.
    """
    begin = text.lstrip()
    if begin.startswith("%%"):
        magic, _, rest = begin.partition("\n")
        if magic[2:].split()[:1] not in (["time"], ["capture"], ["prun"]):
            return ""
        text = "\n" + rest
    return "\n".join(map(_without_magic, text.split("\n")))


def _without_magic(line):
    line = re.sub(r"^(\s*)%(time|prun)\s+(?=[^-\s])", r"\1", line)
    line = re.sub(r"^(\s*[\w, ]+=\s*)([%!].*)$", r"\1None  # \2", line)
    if re.match(r"\s*([%!?]|[\w.*]+\s*\?{1,2}\s*$)", line):
        return re.sub(r"\S.*", "pass", line)
    return line


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


# "Copy of ", " (2)", "-Copy1": what Colab, browsers and Jupyter add to a name; of
# Colab, in the languages in which a class may use it
_COPY = re.compile(
    r"^((copy|copia|copie|kopie|kopi|cópia|kopia)(\s+(of|de|di|von|van|av|af))?\s+)+"
    r"|(\s*\(\d+\)|\s*-\s*copy\s*\d*|のコピー|的副本)+$",
    re.IGNORECASE,
)


# "lovelaceada_LATE_101_5551_A1_….ipynb", with the user's ID before the submission's
_CANVAS = re.compile(r"^[^_]+(?:_LATE)?_(\d+)_\d+_.*A\d")
_MOODLE = re.compile(r"^(.+?)_\d+_assignsubmission_file_?$")  # a folder's name


def _name_from(path, root):
    """A name from the file's, or its folder's where the file has its first name.

    Of names that Canvas and Moodle give, the part that says who it is.
    """
    stem = _NOTEBOOK.sub("", path.name)
    for pattern, name in ((_CANVAS, stem), (_MOODLE, path.parent.name)):
        if found := pattern.match(name):
            return found[1]
    first = _COPY.sub("", _COPY.sub("", stem))
    folder = path.parent
    own = folder.name and (root is None or folder != Path(root))
    called = re.sub(r"\.zip$", "", folder.name, flags=re.IGNORECASE)
    return called if re.fullmatch(r"A\d+_[a-z_]+", first) and own else stem


def find_notebooks(folder: str | Path, scratch: str | Path) -> Iterator[Submission]:
    """All notebooks below a folder and in zip files there, read, sorted by path.

    Args: `scratch`, an empty folder for what zip files hold.
    """
    folder, scratch = Path(folder), Path(scratch)
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or _is_note(path.relative_to(folder)):
            continue
        if _NOTEBOOK.search(path.name):
            yield read_submission(path, folder)
        elif path.suffix.lower() == ".zip":
            yield from _zipped(path, scratch / str(path.relative_to(folder)))


_NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)  # browsers add .txt


def _is_note(path):
    """Whether it is what macOS or Jupyter put there of their own."""
    return path.name.startswith("._") or bool(
        {".ipynb_checkpoints", "__MACOSX"} & set(path.parts)
    )


def _zipped(path, scratch):
    """The notebooks of a zip file, or one that says why there are none."""
    found = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                inside = PurePosixPath(entry.filename.replace("\\", "/"))
                parts = [part for part in inside.parts if part not in ("/", "..", ".")]
                target = scratch.joinpath(*parts)
                if (
                    entry.is_dir()
                    or _is_note(inside)
                    or not _NOTEBOOK.search(inside.name)
                    or found >= MAX_IN_ZIP
                ):
                    continue
                found += 1
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source:  # whatever size it claims to have
                    target.write_bytes(source.read(MAX_BYTES + 1))
                one = read_submission(target, scratch.parent)  # its name names, too
                one.shown = path / Path(*parts)
                one.handed_in = datetime.datetime(*entry.date_time)
                yield one
    except Exception as error:
        yield Submission(
            path,
            student=clean(path.stem),
            problem=f"the zip file cannot be read ({type(error).__name__}); "
            "hand in the notebook itself",
        )
        return
    if not found:
        yield Submission(
            path,
            student=clean(path.stem),
            problem="there is no notebook in this zip file; hand in the .ipynb itself",
        )


def remark_on_doubles(submissions: Sequence[Submission]) -> None:
    """Notebooks of one assignment with one id get a remark that names the others."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for one in submissions:
        if one.assignment:
            key = (one.student.casefold().strip(), one.assignment)
            groups.setdefault(key, []).append(one)
    for group in groups.values():
        for one in group:
            others = [str(other.file) for other in group if other is not one]
            if others:
                one.remarks.append(
                    clean(f"the same student and assignment: {', '.join(others)}")
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
