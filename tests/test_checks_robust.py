"""Whatever a notebook holds costs its own points only: the class is graded to its end,
and what was asked in the notebook is what is graded.
"""

import csv
import functools
import json
import os
import random

import pytest
from test_checks_grading import HEAD, RIGHT_11, RIGHT_12, write_notebook

from dputils.checks import check, exercise, find_exercise
from dputils.checks.__main__ import main
from dputils.checks.draws import Draw
from dputils.checks.feedback import page, write_table
from dputils.checks.grading import Result
from dputils.checks.submissions import read_submission

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="grading needs Linux or macOS"
)

# Each ended the grading of a whole class, or is of the same kind.
CELLS = {
    "a doubled argument": "def f(a, a):\n    return a",
    "a stray nonlocal": "def f():\n    nonlocal x\n    x = 1",
    "a star import inside": "def f():\n    from math import *",
    "a long sum": "total = " + " + ".join(map(str, range(1500))),
    "a long sum inside": "def f():\n    return " + " + ".join(["1"] * 1500),
    "a long chain": "x = y" + ".a" * 1500,
    "deep brackets": "x = " + "[" * 150 + "]" * 150,
    "very deep brackets": "x = " + "(" * 5000 + ")" * 5000,
    "many minus signs": "x = " + "-" * 3000 + "1",
    "an id of 6,000 digits": "student_id = 0x" + "f" * 6000,
    "half a character as an id": 'student_id = "ada \\ud800"',
    "a null byte": "x = 1\0",
    "return outside": "return 3",
    "yield outside": "yield 3",
    "break outside": "break",
    "a global after its use": "def f():\n    x = 1\n    global x",
    "half a character in a name": "x = '\\udfff'\ny = \"\udfff\"",
    "await": "await asyncio.sleep(0)",
    "an unknown future": "from __future__ import teleportation",
    "two starred targets": "*a, *b = 1, 2",
    "a form feed": "x = 1\f\ny = 2",
}
OUTPUTS = {
    "null": {"output_type": "display_data", "data": None},
    "a list": {"output_type": "display_data", "data": [1]},
    "a number for a picture": {"output_type": "display_data", "data": {"image/png": 3}},
    "null for a picture": {"output_type": "display_data", "data": {"image/png": None}},
    "a text": "text",
    "nothing": None,
}


def notebook(*cells, outputs=()):
    """The bytes of a notebook; nbformat would refuse some of these."""
    made = [
        {
            "cell_type": "code",
            "source": text,
            "metadata": {},
            "execution_count": None,
            "outputs": list(outputs),
        }
        for text in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5}).encode()


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def settle(path):
    """Read it and write everything that a class gets of it."""
    found = read_submission(path)
    result = Result(found, {})
    write_table([result], path.with_suffix(".csv"))
    page(result).encode("utf-8")
    Draw(found.student, "secret").integer(0, 9)
    return found


@pytest.mark.parametrize("name", CELLS)
def test_an_odd_cell_costs_itself_only(name, tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(
        notebook(HEAD.format(student="ada"), CELLS[name], RIGHT_11, RIGHT_12)
    )
    found = settle(path)
    assert not found.problem and found.assignment == "A1"
    assert "hypot" in found.source["1.1"] and "clamp" in found.source["1.2"]


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_odd_output_costs_nothing(name, tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(
        notebook(RIGHT_11, "# Experiment 1.6\nplot()", outputs=[OUTPUTS[name]])
    )
    found = settle(path)
    assert not found.problem and "hypot" in found.source["1.1"]


def mutated(data, chance):
    """A notebook's bytes, spoilt in one of several ways."""
    kind = chance.randrange(6)
    if kind == 0:  # any bytes
        at = chance.randrange(len(data))
        return data[:at] + chance.randbytes(chance.randrange(20)) + data[at + 9 :]
    if kind == 1:
        return data[: chance.randrange(len(data))]
    whole = json.loads(data)
    cell = chance.choice(whole["cells"])
    if kind == 2:  # something else in place of a part
        odd = [None, 3, [], {}, "\ud800", [None], {"a": None}, True, "x" * 9]
        cell[chance.choice(list(cell))] = chance.choice(odd)
    elif kind == 3:
        del cell[chance.choice(list(cell))]
    elif kind == 4:  # characters of the code
        text = list(cell["source"])
        for _ in range(chance.randrange(1, 9)):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randrange(2)] = chance.choice(
                ["(", ")", ":", "\n", " ", "def ", "nonlocal x\n", "*", "\0", "\udc80"]
            )
        cell["source"] = "".join(text)
    else:
        cell["source"] = "\n".join(
            chance.sample(lines := cell["source"].split("\n"), len(lines))
        )
        whole["cells"].append(
            {"cell_type": "code", "source": chance.choice([*CELLS.values()])}
        )
    return json.dumps(whole).encode()


@pytest.mark.slow
def test_five_hundred_spoilt_notebooks_stop_nothing(tmp_path):
    data = notebook(HEAD.format(student="ada"), RIGHT_11, RIGHT_12, "# Experiment 1.6")
    for seed in range(500):
        chance = random.Random(seed)
        path = tmp_path / "spoilt.ipynb"
        spoilt = data
        for _ in range(chance.randrange(1, 3)):
            try:
                spoilt = mutated(spoilt, chance)
            except Exception:  # already too spoilt to be spoilt once more
                break
        path.write_bytes(spoilt)
        settle(path)


def test_a_class_with_broken_notebooks_is_graded_to_its_end(tmp_path, capsys):
    folder, out = tmp_path / "class", tmp_path / "out"
    write_notebook(folder / "z_last.ipynb", "zoe", RIGHT_11)
    for k, text in enumerate(CELLS.values()):
        cells = (HEAD.format(student=f"s{k}"), text)
        (folder / f"{k}.ipynb").write_bytes(notebook(*cells))
    assert main(["grade", str(folder), "--out", str(out)]) == 0
    rows = rows_of(out / "grades.csv")
    assert len(rows) == len(CELLS) + 1
    assert [row["1.1"] for row in rows if row["student"] == "zoe"] == ["2"]
    assert "zoe  A1  2 points" in capsys.readouterr().out


# ---- finding and reading -------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_in_front_of_a_file_are_no_matter(tmp_path, encoding):
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(RIGHT_11).decode().encode(encoding))
    assert read_submission(path).assignment == "A1"


@pytest.mark.parametrize(
    "first", ["%%time", "%%capture", "%%capture out", "\n%%time", "%%prun -q"]
)
def test_cell_magics_that_run_the_cell_keep_it(tmp_path, first):
    path = write_notebook(tmp_path / "a.ipynb", "ada", f"{first}\n{RIGHT_11}")
    assert "hypot" in read_submission(path).source["1.1"]


@pytest.mark.parametrize(
    "line", ["frequencies?", "torch.hypot??", "?torch", "!ls", "%pwd"]
)
def test_lines_for_jupyter_do_not_cost_the_cell(tmp_path, line):
    path = write_notebook(tmp_path / "a.ipynb", "ada", f"{RIGHT_11}\n{line}")
    found = read_submission(path)
    assert "hypot" in found.source["1.1"] and not found.remarks


# ---- the notebook ------------------------------------------------------------------


def hiding(function):
    return lambda *args: function(*args)


def wrapping(function):
    @functools.wraps(function)
    def outer(*args):
        return function(*args)

    return outer


@pytest.mark.parametrize(
    "decorators",
    [
        (),
        (hiding,),
        (wrapping,),
        (wrapping, wrapping),
        (hiding, wrapping),
        (functools.cache,),
    ],
)
def test_a_blank_under_other_decorators_is_still_empty(decorators, capsys):
    @exercise("1.1")
    def frequencies(height, width):
        raise NotImplementedError()

    inner = frequencies
    for decorate in decorators:
        frequencies = decorate(frequencies)
    check("1.1", frequencies, student="ada")
    assert "is still empty" in capsys.readouterr().out
    assert inner(4, 6).shape == (4, 4), "the notebook goes on with the reference"


def test_a_decorator_that_spoils_a_right_answer_is_seen(capsys):
    @exercise("1.1")
    def frequencies(height, width):
        return find_exercise("1.1").reference(height, width)

    check("1.1", lambda *args: 2 * frequencies(*args))
    assert "✗" in capsys.readouterr().out


# ---- grading once more ---------------------------------------------------------------


BY_HAND = "experiments (by hand)"


def change(path, student, delimiter=",", **cells):
    """What a teacher does in a spreadsheet: fills in cells, and adds columns."""
    rows = rows_of(path)
    for row in rows:
        row.update(dict.fromkeys(cells, "") | row)
        row.update(cells if row["student"] == student else {})
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_grading_one_again_keeps_the_class_and_what_was_entered(tmp_path, delimiter):
    folder, out = tmp_path / "class", tmp_path / "out"
    table = out / "grades.csv"
    for name in ("ada", "bob"):
        write_notebook(folder / f"{name}.ipynb", name, RIGHT_11)
    main(["grade", str(folder), "--out", str(out)])
    change(table, "ada", **{BY_HAND: "6"})
    change(table, "bob", delimiter, **{BY_HAND: "4", "late": "2 days"})
    write_notebook(folder / "bob.ipynb", "bob", RIGHT_11, RIGHT_12)
    main(["grade", str(folder), "--out", str(out), "--only", "bob"])
    ada, bob = rows_of(table)
    assert (ada["student"], ada["points"], ada[BY_HAND], ada["late"]) == (
        "ada",
        "2",
        "6",
        "",
    )
    assert (bob["student"], bob["points"], bob[BY_HAND], bob["late"]) == (
        "bob",
        "4",
        "4",
        "2 days",
    )
    assert len(list(out.glob("grades-before*.csv"))) == 1
    # another student's folder into the same table
    write_notebook(tmp_path / "later" / "eve.ipynb", "eve", RIGHT_11)
    main(["grade", str(tmp_path / "later"), "--out", str(out)])
    assert [row["student"] for row in rows_of(table)] == ["ada", "bob", "eve"]
    assert [row[BY_HAND] for row in rows_of(table)][:2] == ["6", "4"]
    assert len(list(out.glob("grades-before*.csv"))) == 2


def test_a_table_that_is_none_is_put_aside(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    write_notebook(folder / "ada.ipynb", "ada", RIGHT_11)
    out.mkdir()
    (out / "grades.csv").write_bytes(b"\xff\x00 notes of mine")
    main(["grade", str(folder), "--out", str(out)])
    assert [row["student"] for row in rows_of(out / "grades.csv")] == ["ada"]
    assert b"notes of mine" in (out / "grades-before.csv").read_bytes()


def test_only_names_somebody(tmp_path, capsys):
    write_notebook(tmp_path / "class" / "ada.ipynb", "ada", RIGHT_11)
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path / "class"), "--only", "eve"])
    assert "nobody called eve" in capsys.readouterr().err


# ---- the page ------------------------------------------------------------------------


def graded_page(tmp_path, *cells, by_hand=""):
    """The page of ada, graded twice if points were entered in between."""
    folder, out = tmp_path / "class", tmp_path / "out"
    write_notebook(folder / "ada.ipynb", "ada", *cells)
    main(["grade", str(folder), "--out", str(out)])
    if by_hand:
        change(out / "grades.csv", "ada", **{BY_HAND: by_hand})
        main(["grade", str(folder), "--out", str(out)])
    return (out / "feedback" / "ada_A1.html").read_text(encoding="utf-8")


def test_the_page_shows_the_code_that_was_graded_beside_the_remark(tmp_path):
    wrong = RIGHT_12.replace("-power", "-power * 2  # <b>")
    later = "def frequencies(height, width):\n    return 'a later experiment'"
    cells = (RIGHT_11, 'check("1.1", frequencies)', later, wrong)
    text = graded_page(tmp_path, *cells)
    sections = {s[:80].partition("<h2>")[2][:3]: s for s in text.split("<section")[1:]}
    assert "torch.hypot" in sections["1.1"] and "a later" not in text
    assert "# &lt;b&gt;" in sections["1.2"] and "Not yet" in sections["1.2"]
    assert "<pre>" not in sections["1.3"], "there is nothing to show"


def test_totals_add_up_with_the_experiments(tmp_path):
    open_text = graded_page(tmp_path / "a", RIGHT_11, RIGHT_12)
    assert "<td>Functions</td><td>4</td><td>/ 10</td>" in open_text
    assert 'max="17"' in open_text and ">/ 17</td>" in open_text
    text = graded_page(tmp_path / "b", RIGHT_11, RIGHT_12, by_hand="5.5")
    assert "<td>5.5</td><td>/ 7</td>" in text and ">9.5</td>" in text
