"""Grading a class: right ones get their points, and whatever a notebook does, it costs
nobody but itself.
"""

import ast
import concurrent.futures
import contextlib
import csv
import io
import os
import re
import signal
import struct
import sys
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import torch

from dputils.checks import list_exercises, list_experiments, withheld
from dputils.checks.__main__ import main
from dputils.checks.calls import Local
from dputils.checks.feedback import page, write_pages, write_table
from dputils.checks.grading import grade_folder
from dputils.checks.handed_in import needed_code
from dputils.checks.sandbox import Nursery, Remote, Stopped
from dputils.checks.submissions import read_submission
from dputils.checks.wire import pack, unpack

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="grading needs Linux or macOS"
)

HEAD = """import os, shutil, signal, socket, subprocess, sys, threading
import torch
from dputils.checks import check, exercise
student_id = "{student}"
"""
RIGHT_11 = """
@exercise("1.1")
def frequencies(height, width):
    return torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width))
"""
RIGHT_12 = """
@exercise("1.2")
def amplitude(frequency, longest, power):
    return frequency.clamp(min=1 / longest) ** -power
"""


def body(text, returns=True):
    """A cell for exercise 1.1 that does something else first."""
    lines = "\n".join("    " + line for line in text.strip().split("\n"))
    last = RIGHT_11.rstrip().rpartition("\n")[2] if returns else ""
    return f'\n@exercise("1.1")\ndef frequencies(height, width):\n{lines}\n{last}\n'


# What a notebook does: (its cell for exercise 1.1, words of the message or None where
# it deserves its points).
TRICKS = {
    "loops_for_ever": (body("while True:\n    pass"), "loop that never ends"),
    "exits": (body("os._exit(0)"), "ends the whole program"),
    "exits_politely": (body("sys.exit(0)"), "SystemExit"),
    "raises_interrupt": (body("raise KeyboardInterrupt"), "ends the whole program"),
    "prints_megabytes": (
        body("print('x' * 50_000_000)\nos.write(2, b'y' * 10_000_000)"),
        None,
    ),
    "takes_all_memory": (
        body("blocks = [torch.empty(10**8) for _ in range(50)]"),
        "memory",
    ),
    "returns_too_much": (body("return torch.zeros(10**7)", False), "far too much"),
    "returns_an_object": (
        body(
            "class Evil:\n    def __reduce__(self):\n        return "
            "os.system, ('touch evil',)\nreturn Evil()",
            False,
        ),
        "Evil",
    ),
    "returns_itself_nested": (
        body("x = ()\nfor _ in range(50_000):\n    x = (x,)\nreturn x", False),
        "Exercise 1.1",
    ),
    "crashes": (body("import ctypes\nctypes.string_at(0)"), "stopped by the system"),
    "recurses": (body("return frequencies(height, width)", False), "RecursionError"),
    "deletes_files": (body("os.remove(VICTIM)"), "PermissionError"),
    "deletes_folders": (
        body("shutil.rmtree(os.path.dirname(VICTIM))"),
        "PermissionError",
    ),
    "deletes_with_a_program": (
        body("subprocess.run(['rm', '-rf', os.path.dirname(VICTIM)])"),
        "PermissionError",
    ),
    "overwrites_files": (body("open(VICTIM, 'w').write('gone')"), "PermissionError"),
    "deletes_its_own_copy": (
        body("for name in os.listdir('.'):\n    os.remove(name)"),
        None,
    ),
    "kills_the_grader": (
        body("os.kill(os.getppid(), signal.SIGKILL)"),
        "PermissionError",
    ),
    "forks": (body("while True:\n    os.fork()"), "PermissionError"),
    "calls_home": (
        body("socket.create_connection(('127.0.0.1', 9))"),
        "PermissionError",
    ),
    "closes_everything": (body("os.closerange(0, 100)"), "ends the whole program"),
    "answers_garbage": (
        body(
            "for descriptor in range(3, 60):\n    try:\n        "
            "os.write(descriptor, b'\\0' * 7 + b'\\x05hello')\n    "
            "except OSError:\n        pass"
        ),
        "no answer",
    ),
    "ignores_signals": (
        body(
            "for number in (signal.SIGTERM, signal.SIGXCPU, "
            "signal.SIGINT):\n    signal.signal(number, "
            "signal.SIG_IGN)\nwhile True:\n    pass"
        ),
        "loop that never ends",
    ),
    "patches_the_checks": (
        "import dputils.checks as checks\nchecks.examine = checks.check = lambda *a, "
        "**k: True\ntorch.allclose = torch.equal = torch.isclose = lambda *a, **k: "
        "True\ntorch.Tensor.__eq__ = torch.Tensor.__le__ = lambda *a: torch.ones(1, "
        "dtype=torch.bool)\nimport builtins\nbuiltins.all = builtins.isinstance = "
        "lambda *a: True\n" + body("return torch.zeros(3)", False),
        "shape is (3,)",
    ),
    "patches_in_the_function": (
        body(
            "import builtins\nimport dputils.checks as checks\nchecks.examine = "
            "lambda *a, **k: True\ntorch.allclose = lambda *a, **k: "
            "True\nbuiltins.all = lambda *a: True\nreturn torch.zeros(3)",
            False,
        ),
        "shape is (3,)",
    ),
    "asks_the_reference": (
        body(
            "from dputils.checks import find_exercise\nreturn "
            "find_exercise('1.1').reference(height, width)",
            False,
        ),
        "ImportError",
    ),
    "reads_the_reference": (
        body(
            "import dputils\npath = dputils.__path__[0] + "
            "'/checks/assignments/a1_fourier_basis.py'\nspace = "
            "{}\nexec(open(path).read(), space)\nreturn "
            "space['frequencies'](height, width)",
            False,
        ),
        "FileNotFoundError",
    ),
    "hangs_at_the_top": (
        "def spin():\n    while True:\n        pass\n\n\nconstant = spin()\n"
        + body("constant"),
        "loop that never ends",
    ),
    "hangs_elsewhere": ("while True:\n    pass\n" + RIGHT_11, None),
    "exits_elsewhere": ("sys.exit()\n" + RIGHT_11, None),
}
# Who waits for ever is stopped soon. For the others time is no matter, however busy the
# machine is.
SECONDS = {"ends": 120, "hangs": 6}


def write_notebook(path, student, *cells, markdown=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [
        nbformat.v4.new_code_cell(text)
        for text in (HEAD.format(student=student), *cells)
    ]
    cells += [nbformat.v4.new_markdown_cell(text) for text in markdown]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class in which everybody but two plays a trick in exercise 1.1, and everybody
    has 1.2 right.
    """
    folder = tmp_path_factory.mktemp("class")
    victim = folder / "ends" / "a_good_one" / "victim.txt"
    for name in ("a_good_one", "z_good_one"):
        write_notebook(folder / "ends" / name / "work.ipynb", name, RIGHT_11, RIGHT_12)
    victim.write_text("still here")
    for name, (cell, words) in TRICKS.items():
        group = "hangs" if words and "never ends" in words else "ends"
        write_notebook(
            folder / group / name / "work.ipynb",
            name,
            f"VICTIM = {str(victim)!r}",
            cell,
            RIGHT_12,
        )
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    results = [
        result
        for group, seconds in SECONDS.items()
        for result in grade_folder(
            folder / group, secret="hidden", seconds=seconds, jobs=2
        )
    ]
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert before == after, "grading changed the folder it reads"
    return {result.submission.student: result for result in results}


# The class waits for those who never end.
in_class = pytest.mark.slow


@in_class
@pytest.mark.parametrize("name", ["a_good_one", "z_good_one"])
def test_the_honest_get_their_points(graded, name):
    assert {number: graded[name].points[number] for number in ("1.1", "1.2")} == {
        "1.1": 2,
        "1.2": 2,
    }


@in_class
@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_costs_its_own_points_only(graded, name):
    words, result = TRICKS[name][1], graded[name]
    assert result.points["1.2"] == 2, (
        f"the next exercise suffers: {result.reports['1.2']}"
    )
    assert result.points["1.1"] == (0 if words else 2), result.reports["1.1"]
    if words:
        assert words in result.reports["1.1"].message, result.reports["1.1"].message


@in_class
def test_no_process_is_left_behind(graded):
    """Everything that was forked belongs to a process that has ended by now."""
    if not Path("/proc").is_dir():
        pytest.skip("needs /proc")
    parents = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(
                re.search(r"PPid:\s+(\d+)", path.read_text())[1]
            )
    children = [process for process, parent in parents.items() if parent == os.getpid()]
    workers = []
    for process in children:
        with contextlib.suppress(OSError):
            workers += [process] * (
                "checks/worker.py" in Path(f"/proc/{process}/cmdline").read_text()
            )
    assert not workers


@in_class
def test_missing_functions_are_named(graded):
    report = graded["a_good_one"].reports["1.5"]
    assert "no function `colour_root`" in report.message and not report.passed


# ---- what comes out ----------------------------------------------------------------


class Balanced(HTMLParser):
    """Counts what is opened and not closed, and notes whatever would be fetched or
    run.
    """

    def __init__(self):
        super().__init__()
        self.open, self.suspicious = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)
        outside = [
            value
            for key, value in attributes
            if key in ("src", "href") and not value.startswith("data:image/")
        ]
        handlers = [key for key, _ in attributes if key.startswith("on")]
        if tag in ("script", "iframe", "link", "object") or outside or handlers:
            self.suspicious.append((tag, attributes))

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag:
            self.open.pop()
        assert self.open, f"</{tag}> closes nothing"
        self.open.pop()


@in_class
def test_pages_are_self_contained_and_harmless(graded, tmp_path):
    evil = graded["z_good_one"]
    evil.submission.answers["1.6"] = [
        "Your finding (1.6): <script>alert(1)</script> & more"
    ]
    paths = write_pages(graded.values(), tmp_path)
    assert len(paths) == len(set(paths)) == len(graded)
    for path in paths:
        parser = Balanced()
        parser.feed(path.read_text(encoding="utf-8"))
        assert not parser.suspicious
    text = page(evil)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text
    for experiment in list_experiments("A1").values():
        assert experiment.title in text and all(
            sentence in text for sentence, _ in experiment.rubric
        )
    assert "of 10 points" in text and "Tried on numbers drawn for you" in text


@in_class
def test_the_table_has_a_row_for_each_and_no_formulas(graded, tmp_path):
    first = next(iter(graded.values()))
    first.submission.student = "=1+1"
    with open(
        write_table(graded.values(), tmp_path / "grades.csv"),
        encoding="utf-8-sig",
        newline="",
    ) as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(graded) and rows[0]["student"] == "'=1+1"
    assert list(rows[0])[:7] == [
        "student",
        "assignment",
        "1.1",
        "1.2",
        "1.3",
        "1.4",
        "1.5",
    ]
    assert {row["points"] for row in rows} == {"2", "4"} and {
        row["of"] for row in rows
    } == {"10"}


def test_threads_do_not_parse(tmp_path, monkeypatch):
    """Python 3.11 may fail with SystemError where two threads do."""
    for name in "ab":
        write_notebook(tmp_path / name / "work.ipynb", name, RIGHT_11)
    where = []
    parse = ast.parse

    def noting(*args, **options):
        where.append(threading.current_thread())
        return parse(*args, **options)

    withheld._all_lent.cache_clear()
    monkeypatch.setattr(ast, "parse", noting)
    results = grade_folder(tmp_path, jobs=2)
    assert [one.points["1.1"] for one in results] == [2, 2]
    assert where and set(where) == {threading.main_thread()}


def test_threads_do_not_share_draws():
    """A reference that draws gives the same numbers, whoever else asks one."""

    def draws(count):
        drawn = []
        for _ in range(count):
            time.sleep(0.001)  # another thread may go on
            drawn.append(torch.rand(()))
        return torch.stack(drawn)

    alone = Local(draws).evaluate((20,))["value"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for answer in pool.map(Local(draws).evaluate, [(20,)] * 8):
            assert torch.equal(answer["value"], alone)


def test_the_command_grades_and_repeats(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "class"
    write_notebook(
        folder / "ada.ipynb",
        "",
        RIGHT_11,
        markdown=["#### Your finding (1.6)\n\nPower 1 is best."],
    )
    (folder / "broken.ipynb").write_text("{")
    write_notebook(folder / "other.ipynb", "x", "print('nothing of ours')")
    for secret in ([], ["--secret", "-"]):
        monkeypatch.setattr("sys.stdin", io.StringIO("abc\n"))
        assert (
            main(["grade", str(folder), "--out", str(tmp_path / "out"), *secret]) == 0
        )
    said = capsys.readouterr().out
    assert "ada  A1  2 points  1.1✓ 1.2✗" in said and "echo abc |" in said
    secrets = re.findall(r"echo (\w+) \|", said)
    assert len(set(secrets)) == 2 and len(secrets[0]) == 16, (
        "hidden numbers are new ones every time"
    )
    text = (tmp_path / "out" / "feedback" / "ada_A1.html").read_text(encoding="utf-8")
    assert "Power 1 is best." in text
    assert "no notebook" in (
        tmp_path / "out" / "feedback" / "broken_unread.html"
    ).read_text(encoding="utf-8")
    assert "no exercise of an assignment" in (
        tmp_path / "out" / "grades.csv"
    ).read_text(encoding="utf-8-sig")
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path / "nowhere")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path / "empty")])
    assert "there is no notebook" in capsys.readouterr().err


def test_the_command_lists(capsys):
    assert main(["list"]) == 0
    assert capsys.readouterr().out.count("\n") == len(list_exercises())


# ---- reading notebooks -------------------------------------------------------------


def statements(text):
    return ast.parse(text).body


def test_only_what_a_function_needs_is_taken():
    code = needed_code(
        statements(
            "import torch\nimport os as system\nfrom math import *\nhalf = 0.5\nthird "
            "= 1 / 3\ntorch.allclose = None\ndef helper(x):\n    return x * "
            "half\nhistory = train_for_an_hour()\nif True:\n    limit = 3\ndef "
            "wanted(x):\n    local = 2\n    return helper(x) + "
            "torch.tensor(limit)\nwanted(1)\nhalf += 1\n"
        ),
        "wanted",
    )
    for present in (
        "import torch",
        "from math import *",
        "half = 0.5",
        "def helper",
        "limit = 3",
        "half += 1",
    ):
        assert present in code
    for absent in ("third", "allclose", "train_for_an_hour", "system", "wanted(1)"):
        assert absent not in code
    assert needed_code(statements("x = 1"), "wanted") == ""


def test_notebooks_with_magics_and_broken_cells_are_read(tmp_path):
    path = write_notebook(
        tmp_path / "A1_fourier_basis.ipynb",
        "",
        "%matplotlib inline\n!pip install x\n" + RIGHT_11,
        "%%bash\nrm -rf *",
        "def amplitude(:\n    pass",
    )
    found = read_submission(path)
    assert found.assignment == "A1" and found.student == tmp_path.name, (
        "named after its folder"
    )
    assert "hypot" in found.source["1.1"] and not found.source["1.2"]
    assert (
        len(found.remarks) == 1
        and "cell 4 is no valid Python (line 1)" in found.remarks[0]
    )


def test_saved_pictures_are_shown_only_if_they_are_pictures(tmp_path):
    output = nbformat.v4.new_output(
        "display_data", {"image/png": "iVBORw0KGgo=", "text/html": "<b>x</b>"}
    )
    fake = nbformat.v4.new_output(
        "display_data", {"image/jpeg": 'PHNjcmlwdD4="><script>'}
    )
    cells = [
        nbformat.v4.new_code_cell(RIGHT_11),
        nbformat.v4.new_code_cell("# Experiment 1.6\nplot()", outputs=[output, fake]),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    assert read_submission(tmp_path / "a.ipynb").pictures == {
        "1.6": [("image/png", "iVBORw0KGgo=")]
    }


# ---- the wire and the limits -------------------------------------------------------


def test_values_survive_the_wire():
    value = {
        "a": torch.randn(2, 3),
        "b": (1, 2.5, None, True, "x", torch.tensor(3)),
        "c": torch.randn(2) * 1j,
        "d": torch.zeros(0, 4),
        "e": torch.tensor([True]),
    }
    back = unpack(pack(value))
    assert (
        list(back) == list(value)
        and torch.equal(back["a"], value["a"])
        and back["b"][:5] == value["b"][:5]
    )
    assert (
        torch.equal(back["c"], value["c"])
        and back["d"].shape == (0, 4)
        and back["e"].dtype == torch.bool
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 8,
        struct.pack(">Q", 4) + b"[[1]",
        pack((1,))[:-3],
        struct.pack(">Q", 60)
        + b'{"tensor": "float32", "shape": [1000000000000]}'.ljust(60),
        struct.pack(">Q", 40) + b'{"tensor": "object", "shape": [1]}'.ljust(40),
        struct.pack(">Q", 44) + b'{"tensor": "float32", "shape": [-1]}'.ljust(44),
    ],
)
def test_garbage_on_the_wire_is_refused(data):
    with pytest.raises(ValueError, match="no packed value|not a packed value"):
        unpack(data)


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_the_kernel_guards_the_folder_too(tmp_path):
    """Calls that no audit hook sees: unlink, open and kill of the C library."""
    victim = tmp_path / "victim"
    victim.write_text("here")
    source = (
        "import ctypes, os\ndef f(path):\n    library = ctypes.CDLL(None)\n    "
        "def code(name):\n        return name.encode()\n    return "
        "(library.unlink(code(path)), library.open(code(path), 1), "
        "library.kill(os.getppid(), 0),\n            library.open(code('mine'), "
        "0o101, 0o600) >= 0)\n"
    )
    with (
        Nursery() as nursery,
        Remote(nursery, source, "f") as remote,
    ):
        answer = remote.evaluate((str(victim),))
    if answer["value"][0] == 0:
        pytest.skip("this kernel has no Landlock")
    assert answer["value"][:2] == (-1, -1) and answer["value"][3] is True
    assert victim.read_text() == "here"


def test_a_nursery_that_was_killed_starts_again():
    source = "import torch\ndef f(x):\n    return 2 * x\n"
    with Nursery() as nursery:
        for _ in range(2):
            with Remote(nursery, source, "f") as remote:
                assert torch.equal(
                    remote.evaluate((torch.ones(2),))["value"], torch.full((2,), 2.0)
                )
            os.killpg(nursery._process.pid, signal.SIGKILL)
            nursery._process.wait()


def test_time_is_counted_over_all_calls():
    source = "import time\ndef f():\n    time.sleep(0.4)\n    return 1\n"
    with (
        Nursery() as nursery,
        Remote(nursery, source, "f", seconds=1.5) as remote,
    ):
        with pytest.raises(Stopped, match="within 1.5 seconds"):
            for _ in range(10):
                remote.evaluate(())
