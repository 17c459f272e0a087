"""Judging a function: values against slow code, gradients, laws, and what is wrong.

Nothing here calls the judged function itself: it is asked through `subject.evaluate`,
maybe in another process.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch

from .calls import DONE, EMPTY, MISSING, Local, leaves
from .diagnosis import compare, describe, same
from .draws import Draw
from .exercises import Exercise, Misconception

PASSED, WRONG = "passed", "wrong"


@dataclasses.dataclass(frozen=True)
class Report:
    """The verdict on one exercise.

    `state` is "passed", "empty", "failed" or "wrong"; `message` says it in words.
    """

    exercise: Exercise
    state: str
    message: str

    @property
    def passed(self) -> bool:
        return self.state == PASSED

    def __str__(self) -> str:
        mark = "✓" if self.passed else "○" if self.state == EMPTY else "✗"
        return f"{mark} {self.message}"


class Subject(Protocol):
    """Whoever can be asked for an answer: `calls.Local`, `sandbox.Remote`."""

    def evaluate(
        self, args: tuple, wrt: Sequence[int] = (), cotangent: Any = None
    ) -> dict[str, Any]: ...


class _Refused(Exception):
    """The function gave no answer where a law asked for one."""


def examine(
    exercise: Exercise,
    subject: Callable[..., Any] | Subject,
    student: str = "",
    secret: str = "",
) -> Report:
    """Judge a function.

    Args:
        exercise: an `Exercise`.
        subject: the function, or an object with `evaluate(args, wrt, cotangent)`.
        student, secret: texts from which shapes and values are drawn; who grades adds
            the secret.
    Returns: a `Report`.
    """
    asked: Subject = subject if hasattr(subject, "evaluate") else Local(subject)
    head = f"Exercise {exercise.number}, {exercise.title!r}"

    def say(state, text):
        return Report(exercise, state, f"{head}{text}")

    cases = []
    for k in range(exercise.cases):
        args = exercise.inputs(
            Draw(student, secret, exercise.number, k, square=k == exercise.cases - 1)
        )
        answer = asked.evaluate(args)
        if answer["state"] == EMPTY:
            return say(EMPTY, ", is still empty")
        if answer["state"] == MISSING:
            return say(WRONG, f": `{exercise.name}` is {answer['error']}, no function")
        cases.append((args, answer, Local(exercise.slow).evaluate(args)["value"]))

    wrong = [case for case in cases if _differs(exercise, *case)]
    if wrong:
        known = _recognise(exercise, [(args, answer) for args, answer, _ in cases])
        if known:
            return say(WRONG, f": {known}")
        args, answer, expected = wrong[0]
        if answer["state"] != DONE:
            at = f", in the line `{answer['line']}`" if answer["line"] else ""
            return say(
                answer["state"],
                f": stops with {answer['error']}{at}. "
                f"It was called with {describe(args)}",
            )
        got, wanted = (
            _observed(exercise, answer["value"], args),
            _observed(exercise, expected, args),
        )
        where = f" (called with {describe(args)})"
        # what is compared cannot even be computed: the result itself has the wrong form
        if got is None:
            return say(WRONG, f": {compare(answer['value'], expected)}{where}")
        problem = compare(got, wanted, exercise.tolerance)
        departs = _departure(exercise, asked, args)
        if departs:
            return say(WRONG, f": {departs}. In the end {problem}{where}")
        broken = (
            []
            if _form_differs(got, wanted)
            else _broken_laws(exercise, asked, student, secret)
        )
        return say(WRONG, f": {' '.join([*broken, problem])}{where}")

    changed = sorted(
        {position for _, answer, _ in cases for position in answer["changed"]}
    )
    if changed:
        names = ", ".join(f"number {position + 1}" for position in changed)
        return say(
            WRONG,
            ": the values are right, but the call overwrites its own argument "
            f"({names}). Whoever uses that tensor again gets something else; "
            "make a new one instead of changing it in place",
        )
    problem = _gradient_problem(
        exercise, asked, cases, Draw(student, secret, exercise.number, "cotangent")
    )
    if problem:
        return say(WRONG, f": the values are right, the gradient is not. {problem}")
    broken = _broken_laws(exercise, asked, student, secret)
    if broken:
        return say(
            WRONG, f": right for ordinary inputs, but not always. {' '.join(broken)}"
        )
    tested = [
        "values",
        *["gradient"] * bool(exercise.gradient),
        *["laws"] * bool(exercise.laws),
    ]
    remark = _tolerated(exercise, [(args, answer) for args, answer, _ in cases])
    return say(PASSED, f": right ({', '.join(tested)}){remark}")


def _tolerated(exercise, answers):
    """What is to be said of an answer that passes, with the stop before it."""
    exact = dataclasses.replace(exercise, tolerance=1e-4)
    right = dataclasses.replace(
        exact, misconceptions=(Misconception("", exercise.reference),)
    )
    other = dataclasses.replace(exact, misconceptions=exercise.tolerated)
    if not exercise.tolerated or _recognise(right, answers) is not None:
        return ""
    known = _recognise(other, answers)
    return f". {known}" if known else ""


def _departure(exercise, subject, args):
    """After how many steps the result first differs, in words, or None."""
    if exercise.steps is None:
        return None
    count = args[exercise.steps]
    for steps in range(count + 1):
        fewer = (*args[: exercise.steps], steps, *args[exercise.steps + 1 :])
        answer = subject.evaluate(fewer)
        expected = Local(exercise.slow).evaluate(fewer)["value"]
        if answer["state"] != DONE or _form_differs(answer["value"], expected):
            return None
        if _differs(exercise, fewer, answer, expected):
            break
    if steps == 0:
        return "already with 0 steps, which should change nothing, the result differs"
    before = (
        "already after the first step the result differs"
        if steps == 1
        else f"{_times(steps - 1)} the result is right, after step {steps} it differs"
    )
    problem = compare(answer["value"], expected, exercise.tolerance)
    return f"of {count} steps: {before} (there {problem})"


def _times(steps):
    return "after the first step" if steps == 1 else f"after {steps} steps"


def _observed(exercise, value, args):
    """What is compared; None if it cannot be computed from this value."""
    if exercise.observe is None:
        return value
    try:
        return exercise.observe(value, *args)
    except Exception:
        return None


def _differs(exercise, args, answer, expected):
    if answer["state"] != DONE:
        return True
    got, wanted = (
        _observed(exercise, answer["value"], args),
        _observed(exercise, expected, args),
    )
    return got is None or not same(got, wanted, exercise.tolerance)


def _form_differs(a, b):
    return [t.shape for t in leaves(a)] != [t.shape for t in leaves(b)]


def _recognise(exercise, answers):
    """The message of the first misconception that explains every answer.

    One value or error text at least must be the same exactly.
    """
    for misconception in exercise.misconceptions:
        explained = 0
        for args, answer in answers:
            other = Local(misconception.function).evaluate(args)
            if answer["state"] != DONE or other["state"] != DONE:
                if answer["state"] != other["state"]:
                    break
                explained += answer.get("error") == other.get("error")
                continue
            got, theirs = (
                _observed(exercise, value, args)
                for value in (answer["value"], other["value"])
            )
            if (
                got is None
                or theirs is None
                or not same(got, theirs, exercise.tolerance)
            ):
                break
            explained += 1
        else:
            if explained:
                return misconception.message
    return None


def _gradient_problem(exercise, subject, cases, draw):
    """What is wrong with the gradient in words, beside the reference's, or None."""
    if not exercise.gradient:
        return None
    asked = []
    for args, _, expected in cases:
        cotangent = tuple(draw.normal(*leaf.shape) for leaf in leaves(expected))
        right = Local(exercise.reference).evaluate(args, exercise.gradient, cotangent)[
            "grads"
        ]
        answer = subject.evaluate(args, exercise.gradient, cotangent)
        asked.append((args, cotangent, right, answer))
    for _, _, _, answer in asked:
        if answer["state"] != DONE:
            return (
                "Asked for a gradient, the function stops with "
                f"{answer.get('error', 'an empty blank')}."
            )
    if all(
        _same_grads(answer["grads"], right, exercise.tolerance)
        for _, _, right, answer in asked
    ):
        return None
    for misconception in exercise.misconceptions:
        theirs = [
            Local(misconception.function).evaluate(args, exercise.gradient, cotangent)
            for args, cotangent, _, _ in asked
        ]
        if all(
            other["state"] == DONE
            and _same_grads(answer["grads"], other["grads"], exercise.tolerance)
            for (_, _, _, answer), other in zip(asked, theirs)
        ):
            return misconception.message
    args, _, right, answer = next(
        one
        for one in asked
        if not _same_grads(one[3]["grads"], one[2], exercise.tolerance)
    )
    missing = [
        k
        for k, (a, b) in enumerate(zip(answer["grads"], right))
        if a is None and b is not None
    ]
    if missing:
        return (
            "No gradient arrives at the input: something on the way is detached, "
            "turned into a number, or computed under no_grad."
        )
    pairs = [
        (a, b)
        for a, b in zip(answer["grads"], right)
        if not _same_grads((a,), (b,), exercise.tolerance)
    ]
    got, wanted = pairs[0]
    wanted = torch.zeros_like(got) if wanted is None else wanted
    return f"With respect to its input, {compare(got, wanted, exercise.tolerance)}."


def _same_grads(a, b, tolerance):
    """None and zero are the same gradient."""
    return len(a) == len(b) and all(
        same(
            torch.zeros_like(y) if x is None else x,
            torch.zeros_like(x) if y is None else y,
            tolerance,
        )
        for x, y in zip(a, b)
        if x is not None or y is not None
    )


def _broken_laws(exercise, subject, student, secret):
    broken = []

    def call(*args):
        answer = subject.evaluate(args)
        if answer["state"] != DONE:
            raise _Refused(answer.get("error", "an empty blank"))
        return answer["value"]

    for k, law in enumerate(exercise.laws):
        try:
            if not law.holds(call, Draw(student, secret, exercise.number, "law", k)):
                broken.append(f"It should hold that {law.sentence}; here it does not.")
        except _Refused as error:
            broken.append(
                f"It should hold that {law.sentence}; "
                f"when tried, the function stopped with {error}."
            )
        except (
            RuntimeError,
            TypeError,
            AttributeError,
            IndexError,
            ValueError,
            KeyError,
        ):
            # The law's own arithmetic fails on a result of the wrong form.
            broken.append(
                f"It should hold that {law.sentence}; "
                "here the result does not even have the right form."
            )
    return broken
