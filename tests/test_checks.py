"""The checks themselves: references agree with slow code, misconceptions are told
apart, seeds differ, all is fast.
"""

import importlib
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from checks_bank import RIGHT, STUDENTS, WRONG

from dputils.checks import (
    Exercise,
    Law,
    check,
    examine,
    exercise,
    find_exercise,
    list_assignments,
    list_exercises,
)
from dputils.checks.calls import Local, evaluate, leaves
from dputils.checks.diagnosis import compare, describe, same
from dputils.checks.draws import Draw
from dputils.checks.exercises import list_experiments

HERE = Path(__file__).resolve().parent
for _path in sorted(HERE.glob("test_checks_a*.py")):  # they fill the bank
    importlib.import_module(_path.stem)

every_exercise = pytest.mark.parametrize(
    "task", list_exercises().values(), ids=lambda task: task.number
)


# ---- the exercises -----------------------------------------------------------------


@every_exercise
def test_reference_agrees_with_slow_code(task):
    for seed in range(4):
        args = task.inputs(Draw("agreement", seed, square=seed == 3))
        fast, slow = (
            Local(function).evaluate(args)["value"]
            for function in (task.reference, task.slow)
        )
        if task.observe is not None:
            fast, slow = task.observe(fast, *args), task.observe(slow, *args)
        assert same(fast, slow, 1e-3), f"{task.number}: {compare(fast, slow)}"


@every_exercise
def test_the_gradient_of_the_reference_is_that_of_its_values(task):
    """Central differences of the values, in double precision, along a drawn
    direction.
    """
    if not task.gradient or task.number in STOPS_A_GRADIENT:
        pytest.skip(
            "no gradient is asked for, or one that is not the values' own on purpose"
        )
    for seed in range(3):
        draw = Draw("gradient", seed)
        args = tuple(map(as_double, task.inputs(draw)))
        sources = [
            leaf for position in task.gradient for leaf in leaves(args[position])
        ]
        directions = [draw.normal(*source.shape).double() for source in sources]
        value = Local(task.reference).evaluate(args)["value"]
        cotangent = tuple(draw.normal(*leaf.shape).double() for leaf in leaves(value))
        grads = Local(task.reference).evaluate(args, task.gradient, cotangent)["grads"]
        slope = sum((g * d).sum() for g, d in zip(grads, directions) if g is not None)

        def moved(step):
            for source, direction in zip(sources, directions):
                source += step * direction
            result = Local(task.reference).evaluate(args)["value"]
            for source, direction in zip(sources, directions):
                source -= step * direction
            return sum(
                (leaf * weight).sum() for leaf, weight in zip(leaves(result), cotangent)
            )

        numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5
        assert torch.isclose(slope, numeric, rtol=2e-3, atol=1e-6), (
            f"{task.number}: {slope} against {numeric}"
        )


# Exercises whose point is a gradient that differs from that of the values.
STOPS_A_GRADIENT = {"6.5"}


def as_double(value):
    if torch.is_tensor(value):
        return value.double() if value.is_floating_point() else value
    if isinstance(value, torch.nn.Module):
        return value.double()
    if isinstance(value, dict):
        return {key: as_double(part) for key, part in value.items()}
    return (
        type(value)(map(as_double, value))
        if isinstance(value, (tuple, list))
        else value
    )


@every_exercise
def test_every_misconception_is_told_apart(task):
    assert task.misconceptions
    for number, misconception in enumerate(task.misconceptions):
        report = examine(task, misconception.function, STUDENTS[number % len(STUDENTS)])
        assert not report.passed and misconception.message in report.message, (
            f"{misconception.message!r} was taken for: {report.message}"
        )


@every_exercise
def test_a_check_is_quick_and_repeats(task):
    start = time.process_time()
    reports = [examine(task, task.reference, "ada") for _ in range(2)]
    assert all(report.passed for report in reports), reports[0].message
    assert time.process_time() - start < 4, "a check takes at most two seconds"
    texts = {
        examine(task, task.misconceptions[0].function, "ada").message for _ in range(2)
    }
    assert len(texts) == 1


@every_exercise
def test_students_get_numbers_of_their_own(task):
    drawn = [
        leaves(task.inputs(Draw(student, "", task.number, 0)))
        or task.inputs(Draw(student, "", task.number, 0))
        for student in ("ada", "grace", "alan", "edsger", "barbara")
    ]
    assert len({str(one) for one in drawn}) > 1


@every_exercise
def test_the_bank_covers_every_exercise(task):
    assert sum(number == task.number for number, _ in RIGHT) >= 2, (
        "two different right solutions"
    )
    assert sum(number == task.number for number, _, _ in WRONG) >= 3, "three wrong ones"


def test_the_bank_is_large():
    assert len(WRONG) >= 30
    assert all(words for _, words, _ in WRONG), "each names the property that is wrong"


def test_every_assignment_has_experiments_with_a_rubric():
    for assignment in list_assignments():
        experiments = list_experiments(assignment)
        assert len(experiments) >= 2 and all(
            experiment.points > 0 for experiment in experiments.values()
        )
        numbers = [*list_exercises(assignment), *experiments]
        assert numbers == sorted(
            numbers, key=lambda number: int(number.partition(".")[2])
        )
        assert all(number.startswith(f"{assignment[1:]}.") for number in numbers)


# ---- drawing, calling, comparing ---------------------------------------------------


def test_draws_depend_on_their_keys_only():
    assert torch.equal(Draw("ada", "1.2", 0).normal(5), Draw("ada", "1.2", 0).normal(5))
    assert not torch.equal(
        Draw("ada", "1.2", 0).normal(5), Draw("bob", "1.2", 0).normal(5)
    )
    assert not torch.equal(Draw("a", "b").normal(5), Draw("ab").normal(5))
    elsewhere = subprocess.run(
        [
            sys.executable,
            "-c",
            "from dputils.checks.draws import Draw\n"
            "print(Draw('ada', 1).integer(0, 10**9))",
        ],
        # not that of this process, whatever it is
        env={"PYTHONHASHSEED": str(hash("ada") % 1000), "PATH": ""},
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert int(elsewhere) == Draw("ada", 1).integer(0, 10**9), (
        "Python's own hash differs between processes"
    )


def test_sizes_are_never_square_unless_asked():
    sizes = [Draw("size", k).size() for k in range(50)]
    assert all(h != w and (h % 2 or w % 2) for h, w in sizes) and len(set(sizes)) > 10
    assert all(
        h == w for h, w in (Draw("size", k, square=True).size() for k in range(10))
    )


def test_a_call_leaves_its_arguments_alone_and_reports_what_happened():
    x = torch.ones(3)

    def spoil(t):
        t += 1
        return t

    answer = evaluate(spoil, (x,))
    assert (
        answer["changed"] == [0]
        and torch.equal(x, torch.ones(3))
        and torch.equal(answer["value"], x + 1)
    )
    assert evaluate(lambda t: sys.exit(3), (x,))["error"] == "SystemExit: 3"

    def blank(t):
        raise NotImplementedError()

    def torchs_own(t):
        raise NotImplementedError("no kernel")

    assert evaluate(blank, (x,)) == {"state": "empty"}
    assert evaluate(torchs_own, (x,))["state"] == "failed"
    grads = evaluate(
        lambda a, b: (a * 2, b.sum()), (x, x.clone()), (0, 1), (x, torch.tensor(3.0))
    )["grads"]
    assert torch.equal(grads[0], 2 * x) and torch.equal(grads[1], 3 * x)
    assert evaluate(lambda a, b: a.detach() * b, (x, x.clone()), (0,), (x,))[
        "grads"
    ] == (None,)


@pytest.mark.parametrize(
    "got, wanted, words",
    [
        (torch.zeros(2, 3), torch.ones(3, 2), "swapped"),
        (torch.zeros(2), torch.ones(2, 3), "summed or averaged away"),
        (torch.arange(6.0) * 3, torch.arange(6.0), "3 times what they should be"),
        (-torch.arange(6.0), torch.arange(6.0), "sign is wrong"),
        (torch.arange(6.0) + 1, torch.arange(6.0), "off by 1"),
        (torch.arange(6.0).flip(0) ** 2, torch.arange(6.0) ** 2, "reversed"),
        (torch.tensor([0.0, float("nan")]), torch.ones(2), "nan at [1]"),
        (
            torch.arange(9.0).view(3, 3).T ** 2,
            torch.arange(9.0).view(3, 3) ** 2,
            "last two axes are swapped",
        ),
        (torch.zeros(4), torch.ones(4), "zero everywhere"),
        (None, torch.ones(4), "return"),
        (torch.ones(2), (torch.ones(2), torch.ones(2)), "a tuple of 2"),
        ({"a": torch.ones(2)}, {"a": torch.zeros(2) + 2.0}, "'a' is wrong"),
        (0.5, 0.25, "0.25"),
        (torch.ones(2) * 1j, torch.ones(2), "complex"),
        ({"not a tensor": "ndarray"}, torch.ones(2), "ndarray"),
    ],
)
def test_differences_are_described(got, wanted, words):
    assert not same(got, wanted)
    assert words in compare(got, wanted)


def test_inputs_are_described():
    words = describe(
        (
            torch.zeros(2, 3),
            [torch.zeros(1)],
            {"a": torch.zeros(1)},
            torch.nn.Identity(),
            0.123456,
            "x",
        )
    )
    assert (
        words
        == "a tensor (2, 3), 1 tensors, a dict with 'a', a small network, 0.1235, 'x'"
    )


# ---- in the notebook ---------------------------------------------------------------


def test_an_empty_blank_is_announced_once_and_replaced(capsys):
    task = find_exercise("1.2")

    @exercise("1.2")
    def amplitude(frequency, longest, power):
        """Text."""
        raise NotImplementedError()

    args = task.inputs(Draw("x"))
    assert torch.equal(amplitude(*args), task.reference(*args)) and torch.equal(
        amplitude(*args), amplitude(*args)
    )
    said = (
        "Exercise 1.2, 'Scale the spectrum', is still empty; the notebook goes on with "
        "the reference\n"
    )
    assert capsys.readouterr().out == said
    check("1.2", amplitude, student="ada")
    assert capsys.readouterr().out == f"○ {said}"


def test_a_function_without_return_is_replaced_too(capsys):
    @exercise("1.1")
    def frequencies(height, width):
        torch.fft.fftfreq(height)

    assert frequencies(4, 6).shape == (4, 4)
    assert "returns nothing yet" in capsys.readouterr().out
    check("1.1", frequencies)
    assert "needs a `return`" in capsys.readouterr().out


def test_a_students_errors_are_theirs_to_see(capsys):
    @exercise("1.1")
    def frequencies(height, width):
        return height / 0

    with pytest.raises(ZeroDivisionError):
        frequencies(4, 6)
    check("1.1", frequencies)
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_a_right_answer_is_said_to_be_right(capsys):
    check("1.3", find_exercise("1.3").reference, student="ada")
    assert capsys.readouterr().out == (
        "✓ Exercise 1.3, 'From the spectrum to a picture': right (values, "
        "gradient, laws)\n"
    )


def test_unknown_numbers_name_the_known_ones():
    with pytest.raises(ValueError, match=r"no exercise '1.99'; there are .*1\.1, 1\.2"):
        check("1.99", len)
    with pytest.raises(ValueError, match="no assignment 'A77'; there are A"):
        list_exercises("A77")


def test_a_law_speaks_up_when_nothing_else_is_wrong():
    task = Exercise(
        "9.1",
        "Twice",
        "twice",
        lambda x: 2 * x,
        lambda x: 2 * x,
        lambda draw: (draw.normal(3),),
        laws=(
            Law(
                "twice nothing is nothing",
                lambda call, draw: bool((call(torch.zeros(2)) == 0).all()),
            ),
        ),
    )
    report = examine(task, lambda x: 2 * x if x.any() else x + 1)
    assert (
        not report.passed
        and "not always" in report.message
        and "twice nothing is nothing" in report.message
    )
    assert examine(task, lambda x: x + x).passed
    stops = examine(task, lambda x: 2 * x if x.any() else 1 / 0)
    assert "ZeroDivisionError" in stops.message


def test_import_of_the_checks_loads_no_assignment():
    code = (
        "import sys, dputils.checks; print([m for m in sys.modules if "
        "m.startswith('dputils.checks.assignments')])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        == "[]"
    )
