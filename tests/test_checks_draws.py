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


@pytest.mark.parametrize("number", list_exercises())
def test_no_draw_refuses_the_reference(number):
    count = DRAWS or 25
    assert not refused(number, find_exercise(number).reference, range(count))


@pytest.mark.parametrize(
    "k", [pytest.param(k, id=f"{n}-{k}") for k, (n, _) in enumerate(RIGHT)]
)
def test_no_draw_refuses_a_right_answer(k):
    number, function = RIGHT[k]
    # others than the reference's, and others for each answer
    first = 0 if DRAWS else 1000 + 8 * k
    assert not refused(number, function, range(first, first + (DRAWS or 8)))


def test_every_exercise_is_in_the_bank():
    assert {number for number, _ in RIGHT} == set(list_exercises())
