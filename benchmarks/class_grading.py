"""How long grading a class takes: 100 notebooks, mixed from the answers that the tests
keep, right and wrong; two never end, and one is no notebook.
"""

import argparse
import collections
import json
import random
import re
import tempfile
import time
from pathlib import Path

from dputils.checks import find_exercise, list_exercises
from dputils.checks.grading import grade_folder
from dputils.checks.sandbox import find_confinement

ANSWERS = Path(__file__).parents[1] / "tests" / "answers"
HEAD = re.compile(r"^=== (\d\.\d) \| (passed|wrong) \| (.*)$", re.M)


def read_answers():
    """`{assignment: (imports, {exercise: [code]})}`."""
    found = {}
    for path in sorted(ANSWERS.glob("a*.txt")):
        _, _, text = path.read_text(encoding="utf-8").partition("=== imports\n")
        imports, *parts = HEAD.split(text)
        codes = collections.defaultdict(list)
        for number, _, _, code in zip(*[iter(parts)] * 4):
            codes[number].append(code)
        found[path.stem.upper()] = imports, codes
    return found


def write_class(folder, count, chance):
    """That many notebooks; one exercise in ten is still empty."""
    answers = read_answers()
    for k in range(count):
        assignment = chance.choice(list(answers))
        imports, codes = answers[assignment]
        cells = [f'from dputils.checks import check, exercise\nstudent_id = "s{k}"']
        cells.append(imports)
        for number, exercise in list_exercises(assignment).items():
            code = chance.choice(codes[number])
            if chance.random() < 0.1:
                code = f"def {exercise.name}(*args):\n    raise NotImplementedError()\n"
            if k in (11, 77) and number.endswith(".1"):
                code = f"def {find_exercise(number).name}(*args):\n    while True: pass"
            cells += [code, f'check("{number}", {exercise.name}, student=student_id)']
        notebook = {
            "cells": [
                {
                    "cell_type": "code",
                    "source": text,
                    "metadata": {},
                    "outputs": [],
                    "execution_count": None,
                }
                for text in cells
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        text = json.dumps(notebook) if k != 42 else "{"
        Path(folder, f"s{k:03}.ipynb").write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--confine", default="auto")
    options = parser.parse_args()
    confinement = find_confinement(options.confine)
    with tempfile.TemporaryDirectory() as folder:
        write_class(folder, options.count, random.Random(0))
        start = time.perf_counter()
        results = grade_folder(folder, jobs=options.jobs, confinement=confinement)
        seconds = time.perf_counter() - start
    states = collections.Counter(
        report.state for result in results for report in result.reports.values()
    )
    print(confinement)
    print(
        f"{len(results)} notebooks, {sum(states.values())} exercises {dict(states)}: "
        f"{seconds / 60:.1f} minutes with {options.jobs} jobs (target: at most 10 "
        "minutes on two cores)"
    )


if __name__ == "__main__":
    main()
