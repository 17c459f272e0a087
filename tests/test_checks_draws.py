"""No draw refuses what is right: every reference and every right answer of the bank
meets many students' numbers. `DRAWS=1000` tries as many each; that takes an hour.
"""

import os

import pytest
import test_checks_a0
import test_checks_a1
import test_checks_a2
import test_checks_a3
import test_checks_a4
import test_checks_a5
import test_checks_a6
import test_checks_answers
from checks_bank import RIGHT

from dputils.checks import examine, find_exercise, list_exercises

# they fill the bank
FILLED = (
    *(test_checks_a0, test_checks_a1, test_checks_a2, test_checks_a3, test_checks_a4),
    *(test_checks_a5, test_checks_a6, test_checks_answers),
)
DRAWS = int(os.environ.get("DRAWS", "0"))

pytestmark = pytest.mark.slow


def refused(number, function, draws):
    """`{student: message}` of those whose numbers refuse it."""
    task = find_exercise(number)
    reports = {k: examine(task, function, f"student {k}", "draws") for k in draws}
    return {k: report.message for k, report in reports.items() if not report.passed}


# each with a few students' numbers, and with more of them
parts = pytest.mark.parametrize(
    "part", ["few", pytest.param("more", marks=pytest.mark.thorough)]
)


def students(part, few, all_of_them):
    """Numbers of students, or `DRAWS` of them."""
    few, all_of_them = (DRAWS, DRAWS) if DRAWS else (few, all_of_them)
    return range(few) if part == "few" else range(few, all_of_them)


@parts
@pytest.mark.parametrize("number", list_exercises())
def test_no_draw_refuses_the_reference(number, part):
    drawn = students(part, 10, 25)
    assert not refused(number, find_exercise(number).reference, drawn)


@parts
@pytest.mark.parametrize(
    "k", [pytest.param(k, id=f"{n}-{k}") for k, (n, _) in enumerate(RIGHT)]
)
def test_no_draw_refuses_a_right_answer(k, part):
    number, function = RIGHT[k]
    # others than the reference's, and others for each answer
    first = 0 if DRAWS else 1000 + 8 * k
    drawn = [first + student for student in students(part, 3, 8)]
    assert not refused(number, function, drawn)


def test_every_exercise_is_in_the_bank():
    assert {number for number, _ in RIGHT} == set(list_exercises())
