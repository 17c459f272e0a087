"""Which notebooks of a class share unusually much: a reason to read two of them side by
side, and no verdict.

Code is compared without comments, layout and the names that it gives itself, so that
renaming hides nothing; written answers by their words. What was given counts nothing,
and what many have found counts little.
Source: S. Schleimer, D. Wilkerson and A. Aiken, "Winnowing: local algorithms for
    document fingerprinting" (2003), for spans of tokens as fingerprints. Here every
    span is kept, since a class is small.
"""

import ast
import collections
import csv
import dataclasses
import io
import itertools
import math
import re
import statistics
import tempfile
import tokenize
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from .feedback import harmless
from .submissions import ANSWER, Submission, find_notebooks, read_cells

SPAN = 12  # tokens of code, about a line
WORDS = 5  # of a written answer
COMMON = 1 / 3  # what more of the class have was given, or lies near at hand
LEAST = 0.25  # of the rarer notebook; less is never unusual
ALIKE = 0.9  # and this always is, also where all of a class did it
_SILENT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two notebooks of one assignment.

    `share`, 0 to 1, is what they have in common of the one that has less of its own,
    rare things counting more. `unusual` pairs stand out of their class. `passages` are
    lines of the first that are in the second as well.
    """

    assignment: str
    first: Submission
    second: Submission
    share: float
    unusual: bool
    passages: tuple[str, ...]


def fingerprints(cells: Iterable[tuple[str, str, list]]) -> dict[tuple, str]:
    """`{span of tokens: line in which it ends}` of a notebook's code and answers."""
    found: dict[tuple, str] = {}
    for kind, text, _ in cells:
        tokens = _code_tokens(text) if kind == "code" else _answer_tokens(text)
        length = SPAN if kind == "code" else WORDS
        lines = text.split("\n")
        for k in range(len(tokens) - length + 1):
            span = tuple(word for word, _ in tokens[k : k + length])
            found.setdefault(span, lines[tokens[k + length - 1][1] - 1].strip())
    return found


def _code_tokens(text):
    """`[(token, line)]` without what can be changed in passing; empty for no Python."""
    try:
        tree = ast.parse(text)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return []
    own = {
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }
    quiet = {  # docstrings, by where they begin
        (node.lineno, node.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        ("name" if token.string in own else token.string, token.start[0])
        for token in tokens
        if token.type not in _SILENT and token.start not in quiet
    ]


def _answer_tokens(text):
    """The words of an answer below its heading; of other texts none."""
    heading = ANSWER.search(text)
    if not heading:
        return []
    return [
        (word.lower(), number)
        for number, line in enumerate(text.split("\n"), 1)
        if number > text[: heading.end()].count("\n") + 1
        for word in re.findall(r"\w+", line)
    ]


def find_similar(
    folder: str | Path,
    given: Sequence[str | Path] = (),
    remark: Callable[[str], object] = print,
) -> list[Pair]:
    """All pairs of notebooks of one assignment below a folder, most alike first.

    Args:
        folder: as for `grade_folder`.
        given: notebooks that were handed out. Without them, in a class of six or more,
            what more than a third have counts as given.
        remark: called with a sentence for each notebook that cannot be compared.
    Raises: ValueError if one of `given` is no notebook, or there are none.
    """
    handed_out: set[tuple] = set()
    for path in given:
        try:
            handed_out |= set(fingerprints(read_cells(path)))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} is no notebook ({error})") from error
    classes: dict[str, list] = collections.defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        submissions = list(find_notebooks(folder, scratch))
        if not submissions:
            raise ValueError(f"there is no notebook (.ipynb) in {folder}")
        for one in submissions:
            try:
                if not one.assignment:
                    raise ValueError(one.problem or "no exercise of an assignment")
                prints = fingerprints(read_cells(one.path))
            # whatever is wrong with it, the others are compared
            except Exception as error:
                remark(f"{one.path.name} is left out: {error}")
            else:
                classes[one.assignment].append((one, prints))
    pairs = []
    for assignment, members in classes.items():
        pairs += _pairs(assignment, members, handed_out)
    return sorted(pairs, key=lambda pair: (not pair.unusual, -pair.share))


def _pairs(assignment, members, handed_out):
    counts = collections.Counter(itertools.chain(*(prints for _, prints in members)))
    guessed = not handed_out and len(members) >= 6
    most = COMMON * len(members) if guessed else len(members)
    weights = {
        span: math.log((len(members) + 1) / count)
        for span, count in counts.items()
        if count <= max(2, most) and span not in handed_out
    }
    sizes = [sum(weights.get(span, 0) for span in prints) for _, prints in members]
    found = []
    for (a, (first, ours)), (b, (second, theirs)) in itertools.combinations(
        enumerate(members), 2
    ):
        if first.student and first.student == second.student:
            continue
        both = [span for span in ours if span in theirs and span in weights]
        least = max(min(sizes[a], sizes[b]), 1e-9)
        share = sum(weights[span] for span in both) / least
        lines = tuple(dict.fromkeys(ours[span] for span in both))
        found.append((first, second, share, lines))
    # the class's own measure of what is usual
    shares = [share for _, _, share, _ in found]
    middle = statistics.median(shares) if shares else 0.0
    spread = statistics.median(abs(s - middle) for s in shares) if shares else 0.0
    bar = min(max(LEAST, middle + 5 * spread), ALIKE)
    return [
        Pair(assignment, first, second, share, share >= bar, lines)
        for first, second, share, lines in found
    ]


def write_similar(pairs: Sequence[Pair], path: str | Path, most: int = 50) -> Path:
    """The unusual pairs, and others up to `most`, as CSV, with what they share."""
    path = Path(path)
    kept = [pair for k, pair in enumerate(pairs) if pair.unusual or k < most]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            ["assignment", "first", "second", "share", "unusual", "lines in common"]
        )
        for pair in kept:
            table.writerow(
                [
                    pair.assignment,
                    *(harmless(one.student) for one in (pair.first, pair.second)),
                    f"{pair.share:.2f}",
                    "yes" if pair.unusual else "",
                    harmless("\n".join(pair.passages[:12])),
                ]
            )
    return path
