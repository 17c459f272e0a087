"""The notebook and grading judge the same thing: every notebook here is run by IPython
and graded, and both give one verdict.
"""

import io
import zipfile
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from test_checks_grading import HEAD, RIGHT_11, write_notebook

from dputils.checks.confinement import Confinement
from dputils.checks.grading import grade_folder, grade_submission
from dputils.checks.sandbox import Nursery
from dputils.checks.submissions import (
    find_notebooks,
    read_submission,
    remark_on_doubles,
)

SIGNS = ("✓", "✗", "○")
CHECK = 'check("1.1", frequencies, student=student_id)'
EMPTY_11 = RIGHT_11.strip().rpartition("\n")[0] + "\n    raise NotImplementedError()\n"
WRONG_11 = RIGHT_11.replace("torch.hypot(", "2 * torch.hypot(")


def using(setup, factor):
    """Cells: a setup, and a right answer times a factor that is 1 after the setup."""
    return (setup, RIGHT_11.replace("torch.hypot(", f"{factor} * torch.hypot("), CHECK)


# {what it is: (cells, the verdict)}
NOTEBOOKS = {
    "plain": ((RIGHT_11, CHECK), "✓"),
    "plain and wrong": ((WRONG_11, CHECK), "✗"),
    "bound again after the check": (
        (RIGHT_11, CHECK, "frequencies = None"),
        "✓",
    ),
    "defined again for an experiment": ((RIGHT_11, CHECK, WRONG_11), "✓"),
    "mended and checked again": ((WRONG_11, CHECK, RIGHT_11, CHECK), "✓"),
    "spoilt and checked again": ((RIGHT_11, CHECK, WRONG_11, CHECK), "✗"),
    "bound again before the check": (
        (RIGHT_11, "frequencies = torch.no_grad()(frequencies)", CHECK),
        "✓",
    ),
    "another name is checked": (
        (EMPTY_11, RIGHT_11.replace("def freq", "def my_freq").split("\n", 2)[2])
        + ('check("1.1", my_frequencies, student=student_id)',),
        "✓",
    ),
    "an expression is checked": (
        (
            "import functools",
            RIGHT_11.replace("(height, width):", "(factor, height, width):").replace(
                "torch.hypot(", "factor * torch.hypot("
            ),
            'check("1.1", functools.partial(frequencies, 1), student=student_id)',
        ),
        "✓",
    ),
    "by keyword": (
        (RIGHT_11, 'check(number="1.1", function=frequencies, student=student_id)'),
        "✓",
    ),
    "empty": ((EMPTY_11, CHECK), "○"),
    "a decorator above": (
        ("import functools", "\n@functools.cache" + RIGHT_11, CHECK),
        "✓",
    ),
    "empty under a decorator": (
        (
            "def log(f):\n    return lambda *a: f(*a)\n",
            "@log\n" + EMPTY_11,
            CHECK,
        ),
        "○",
    ),
    "timed": ((f"%%time\n{RIGHT_11}", f"%%time\n{CHECK}"), "✓"),
    "one line timed": (using("%time factor = 1", "factor"), "✓"),
    "captured": ((f"%%capture said\n{RIGHT_11}", CHECK), "✓"),
    "asked for help": ((f"{RIGHT_11}\nfrequencies?", CHECK), "✓"),
    "a line for the shell": ((f"here = !pwd\n{RIGHT_11}", CHECK), "✓"),
    "a dictionary that is filled": (
        using("table = {}\ntable['one'] = 1", "table['one']"),
        "✓",
    ),
    "a dictionary filled in a loop": (
        using("table = {}\nfor k in range(3):\n    table[k] = k", "table[1]"),
        "✓",
    ),
    "a dictionary that is updated": (
        using("table = {}\ntable.update(one=1)", "table['one']"),
        "✓",
    ),
    "a list that grows": (using("parts = []\nparts.append(1)", "parts[0]"), "✓"),
    "a list in a dictionary": (
        using("d = {'a': []}\nd['a'].append(1)", "d['a'][0]"),
        "✓",
    ),
    "an item that is deleted": (
        using("parts = [3, 1]\ndel parts[0]", "parts[0]"),
        "✓",
    ),
    "an item that is added to": (using("parts = [0]\nparts[0] += 1", "parts[0]"), "✓"),
    "an attribute of a function": (
        using("def helper():\n    return helper.one\nhelper.one = 1", "helper()"),
        "✓",
    ),
    "an attribute by setattr": (
        using("class Box: pass\nbox = Box()\nsetattr(box, 'one', 1)", "box.one"),
        "✓",
    ),
    "an attribute of itself": (
        (
            RIGHT_11.replace("torch.hypot(", "frequencies.one * torch.hypot("),
            "frequencies.one = 1",
            CHECK,
        ),
        "✓",
    ),
    "a number that changes after the check": (
        (*using("factor = 1", "factor"), "factor = 2"),
        "✓",
    ),
    "a match": (
        using("match 1:\n    case one:\n        pass", "one"),
        "✓",
    ),
    "what the package does": (
        (
            "from dputils.images import fourier_amplitude",
            '@exercise("1.2")\ndef amplitude(f, longest, power):\n'
            "    return fourier_amplitude(longest, longest, power)[: len(f)] * 4\n",
            'check("1.2", amplitude, student=student_id)',
        ),
        "✗",
    ),
}


def in_a_notebook(cells, capsys):
    """The sign of the last verdict, when IPython runs the cells."""
    shell, said = InteractiveShell(), ""
    capsys.readouterr()
    try:
        for cell in (HEAD.format(student="ada"), *cells):
            shell.run_cell(cell)
            said += capsys.readouterr().out
    finally:
        shell.history_manager.end_session()
    (*_, sign) = (line[0] for line in said.split("\n") if line.startswith(SIGNS))
    return sign


@pytest.fixture(scope="module")
def nursery():
    with Nursery() as one:
        yield one


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_and_grading_agree(name, nursery, tmp_path, capsys):
    cells, verdict = NOTEBOOKS[name]
    assert in_a_notebook(cells, capsys) == verdict
    path = write_notebook(tmp_path / "a.ipynb", "ada", *cells)
    result = grade_submission(read_submission(path), nursery=nursery)
    report = result.reports["1.2" if "1.2" in cells[-1] else "1.1"]
    assert str(report)[0] == verdict, report


@pytest.mark.slow
def test_a_blank_filled_in_below_its_check_counts(nursery, tmp_path):
    """There the notebook said "still empty", and grading is kinder."""
    path = write_notebook(tmp_path / "a.ipynb", "ada", EMPTY_11, CHECK, RIGHT_11)
    result = grade_submission(read_submission(path), nursery=nursery)
    assert result.points["1.1"] == 2


# ---- whose notebook it is ------------------------------------------------------------


def found_in(folder):
    scratch = folder.with_name("scratch")
    scratch.mkdir()
    return list(find_notebooks(folder, scratch))


@pytest.mark.parametrize(
    "file, student",
    [
        ("ada/A1_fourier_basis.ipynb", "ada"),
        ("ada/Copy of A1_fourier_basis.ipynb", "ada"),
        ("ada/Copy of Copy of A1_fourier_basis.ipynb", "ada"),
        ("ada/Copia de A1_fourier_basis.ipynb", "ada"),
        ("ada/Kopie von A1_fourier_basis (2).ipynb", "ada"),
        ("ada/A1_fourier_basis-Copy1.ipynb", "ada"),
        ("ada/A1_fourier_basis (1).ipynb.txt", "ada"),
        ("ada/A1_fourier_basis.IPYNB", "ada"),
        ("ada_A1_fourier_basis.ipynb", "ada_A1_fourier_basis"),
        ("lovelaceada_101_5551_A1_fourier_basis-1.ipynb", "101"),
        ("lovelaceada_LATE_101_5551_Copy of A1_fourier_basis.ipynb", "101"),
        ("Ada Lovelace_77_assignsubmission_file_/my work.ipynb", "Ada Lovelace"),
        ("Copy of A1_fourier_basis (3).ipynb", "Copy of A1_fourier_basis (3)"),
    ],
)
def test_who_gives_no_id_is_named_after_what_tells_them_apart(tmp_path, file, student):
    write_notebook(tmp_path / "class" / "x.ipynb", "", RIGHT_11).rename(
        (path := tmp_path / "class" / file).parent.mkdir(exist_ok=True) or path
    )
    (one,) = found_in(tmp_path / "class")
    assert (one.student, one.assignment, one.problem) == (student, "A1", "")
    assert any("no student_id" in remark for remark in one.remarks)


def zipped(path, **files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def notebook_bytes(tmp_path, student):
    return write_notebook(tmp_path / "one.ipynb", student, RIGHT_11).read_bytes()


def test_zip_files_are_opened(tmp_path):
    named, unnamed = (notebook_bytes(tmp_path, name) for name in ("eve", ""))
    folder = tmp_path / "class"
    zipped(folder / "ada.zip", **{"A1_fourier_basis.ipynb": unnamed})
    zipped(
        folder / "all.ZIP",
        **{
            "bob/A1_fourier_basis.ipynb": unnamed,
            "__MACOSX/bob/._A1_fourier_basis.ipynb": b"\0\5\x16\7",
            "bob/._A1_fourier_basis.ipynb": b"\0\5\x16\7",
            "deep/er/work.ipynb": named,
            "../../outside.ipynb": named,
            "notes.txt": b"hello",
        },
    )
    zipped(folder / "none.zip", **{"essay.pdf": b"%PDF"})
    (folder / "broken.zip").write_bytes(b"PK\3\4 and no more")
    found = {str(one.file.relative_to(folder)): one for one in found_in(folder)}
    assert {name: one.student for name, one in found.items()} == {
        "ada.zip/A1_fourier_basis.ipynb": "ada",
        "all.ZIP/bob/A1_fourier_basis.ipynb": "bob",
        "all.ZIP/deep/er/work.ipynb": "eve",
        "all.ZIP/outside.ipynb": "eve",
        "broken.zip": "broken",
        "none.zip": "none",
    }
    assert "no notebook in this zip" in found["none.zip"].problem
    assert "cannot be read" in found["broken.zip"].problem
    assert not list(tmp_path.glob("*outside*")), "nothing leaves the scratch folder"


def test_a_zip_that_would_fill_the_disk_does_not(tmp_path, monkeypatch):
    monkeypatch.setattr("dputils.checks.submissions.MAX_BYTES", 1000)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", bytes(10**7))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "bomb.zip").write_bytes(data.getvalue())
    (one,) = found_in(tmp_path / "class")
    assert "clear the outputs" in one.problem
    assert one.path.stat().st_size == 1001


def test_two_notebooks_with_one_id_are_remarked(tmp_path):
    folder = tmp_path / "class"
    for file, student in (("a", "ada"), ("b", "Ada "), ("c", "cem")):
        write_notebook(folder / f"{file}.ipynb", student, RIGHT_11)
    found = found_in(folder)
    remark_on_doubles(found)
    said = {one.path.stem: " ".join(one.remarks) for one in found}
    assert "b.ipynb" in said["a"] and "a.ipynb" in said["b"] and not said["c"]


@pytest.mark.slow
def test_what_a_zip_holds_is_graded(tmp_path):
    zipped(
        tmp_path / "class" / "ada.zip",
        **{"work.ipynb": notebook_bytes(tmp_path, "ada")},
    )
    (result,) = grade_folder(tmp_path / "class", confinement=Confinement())
    assert result.points["1.1"] == 2
    assert result.submission.file == Path(tmp_path, "class", "ada.zip", "work.ipynb")
