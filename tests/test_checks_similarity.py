"""Who shares unusually much: a class of notebooks with different answers, in which one
copied from another.
"""

import csv
import re
from pathlib import Path

import nbformat
import pytest
from test_checks_answers import ANSWERS

from dputils.checks.__main__ import main
from dputils.checks.similarity import find_similar, fingerprints

HANDED_OUT = (
    Path(__file__)
    .resolve()
    .parents[1]
    .joinpath(*("notebooks", "assignments", "A1_fourier_basis.ipynb"))
)
CLASS = 8  # so many that no two have an answer of the bank in common
# what a copy changes: the names it gives, comments, layout
RENAMED = {"fy": "rows", "fx": "cols", "f": "freq", "z": "spec", "d": "dev", "c": "cov"}
WORDS = "wood stone glass paper silver copper iron velvet amber ivory".split()


def notebook(k):
    """The handed-out notebook with the k-th answers of the bank filled in."""
    book = nbformat.read(HANDED_OUT, as_version=4)
    for cell in book.cells:
        marked = re.match(r'@exercise\("(1\.\d)"\)', cell.source)
        if marked:
            answers = [code for number, *_, code in ANSWERS if number == marked[1]]
            cell.source = f"{marked[0]}\n{answers[k % len(answers)].strip()}\n"
        elif cell.source.startswith("#### Your "):
            said = " ".join(f"{WORDS[(k * n + n) % 10]} {n * k}" for n in range(9))
            cell.source = cell.source.replace("*Write here.*", said)
    return book


def renamed(book):
    """The same work, with other names, comments and empty lines."""
    for cell in book.cells:
        if cell.cell_type == "code":
            for old, new in RENAMED.items():
                cell.source = re.sub(rf"\b{old}\b(?!\()", new, cell.source)
            lines = [f"{line}  # mine\n" for line in cell.source.split("\n")]
            cell.source = "\n".join(lines)
    return book


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eight students; bob, who handed in what s3 did; a file that is no notebook."""
    folder = tmp_path_factory.mktemp("class")
    for k in range(CLASS):
        nbformat.write(notebook(k), folder / f"s{k}.ipynb")
    nbformat.write(renamed(notebook(3)), folder / "bob.ipynb")
    (folder / "broken.ipynb").write_text("no notebook")
    return folder


def who(pair):
    return {pair.first.student, pair.second.student}


@pytest.mark.parametrize("given", [[], [HANDED_OUT]])
def test_a_renamed_copy_is_found_and_nobody_else(folder, given):
    pairs = find_similar(folder, given)
    assert len(pairs) == (CLASS + 1) * CLASS // 2
    assert who(pairs[0]) == {"bob", "s3"} and pairs[0].share > 0.7
    assert [who(pair) for pair in pairs if pair.unusual] == [{"bob", "s3"}]
    assert pairs[1].share < 0.6 * pairs[0].share
    assert pairs[0].passages


def test_what_was_given_is_nobodys(folder):
    """Lines of the handed-out notebook are in no passage, however many have them."""
    given = {
        line.strip()
        for cell in nbformat.read(HANDED_OUT, as_version=4).cells
        for line in cell.source.split("\n")
    }
    best = find_similar(folder, [HANDED_OUT])[0]
    strange = [line for line in best.passages if line.strip() not in given]
    assert len(strange) >= 0.8 * len(best.passages)


def test_names_comments_and_layout_do_not_count():
    one = (
        "def f(a, b):\n    '''Text.'''\n    total = a + b * 2\n    return total.mean()"
    )
    other = "def f(x, y):\n    # other\n    s = (x\n     + y * 2)\n    return s.mean()"
    prints = [set(fingerprints([("code", text, [])])) for text in (one, other)]
    assert prints[0] and prints[0] != prints[1], "a bracket is a difference"
    other = other.replace("(x\n     + y * 2)", "x + y * 2")
    assert set(fingerprints([("code", other, [])])) == prints[0]
    assert not fingerprints([("code", "this is no Python", []), ("markdown", one, [])])


def test_answers_are_compared_by_their_words():
    text = "#### Your finding (1.6), one sentence\n\nFine detail falls, from 94 to 5 %."
    same = "#### Your finding (1.6)\n\nfine DETAIL falls from\n94 to 5!"
    found = [set(fingerprints([("markdown", one, [])])) for one in (text, same)]
    assert found[0] == found[1] and len(found[0]) == 3


def test_two_notebooks_are_compared_too(tmp_path):
    """In a class of two nothing is common; what was handed out has to be named."""
    for name, k in (("ada", 1), ("eve", 1)):
        nbformat.write(notebook(k), tmp_path / f"{name}.ipynb")
    (pair,) = find_similar(tmp_path, [HANDED_OUT])
    assert pair.share == pytest.approx(1)


@pytest.mark.parametrize("others", [0, 3, 5])
def test_three_alike_are_found_in_any_class(tmp_path, others):
    for k in range(others):
        nbformat.write(notebook(k), tmp_path / f"s{k}.ipynb")
    for name in "abc":
        nbformat.write(notebook(6), tmp_path / f"{name}.ipynb")
    pairs = find_similar(tmp_path, [HANDED_OUT])
    assert {frozenset(who(pair)) for pair in pairs if pair.unusual} == {
        frozenset(pair) for pair in ("ab", "ac", "bc")
    }


def test_what_cannot_be_compared_is_said(folder, tmp_path, capsys):
    find_similar(folder)
    assert "broken.ipynb is left out" in capsys.readouterr().out
    for place, words in (("nowhere", "is not a folder"), (".", "there is no notebook")):
        with pytest.raises(SystemExit):
            main(["similar", str(tmp_path / place)])
        assert words in capsys.readouterr().err


def test_the_report_has_pairs_and_lines(folder, tmp_path, capsys):
    out = tmp_path / "similar.csv"
    arguments = ["similar", str(folder), "--given", str(HANDED_OUT), "--out", str(out)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert re.search(r"A1  (bob and s3|s3 and bob): \d+% in common", said)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 36 and rows[0]["unusual"] == "yes"
    assert {rows[0]["first"], rows[0]["second"]} == {"bob", "s3"}
    assert rows[0]["lines in common"] and rows[1]["unusual"] == ""


def test_what_was_given_must_be_a_notebook(folder, capsys):
    with pytest.raises(SystemExit):
        main(["similar", str(folder), "--given", __file__])
    assert "is no notebook" in capsys.readouterr().err
