"""What a student meets: `@exercise("1.2")` above a function, and `check` below it."""

import contextvars
import functools
from collections.abc import Callable, Sequence
from typing import Any

from .calls import EMPTY, Local
from .examine import examine
from .exercises import Exercise, find_exercise
from .withheld import out_of_reach

_judging: contextvars.ContextVar[bool] = contextvars.ContextVar(
    "_judging", default=False
)


def exercise(number: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function as the answer to an exercise.

    While its blank is empty (it raises a bare NotImplementedError, or returns None) the
    notebook goes on: the first call says which exercise waits, and every call is
    answered by the reference. Other errors are the student's to see.
    """
    task = find_exercise(number)

    def mark(function):
        told = []

        @functools.wraps(function)
        def answer(*args, **kwargs):
            if _judging.get():  # the blank itself is asked, not the reference
                return function(*args, **kwargs)
            try:
                result, lacks = function(*args, **kwargs), "returns nothing yet"
            except NotImplementedError as error:
                if str(error):  # PyTorch's own, not a blank
                    raise
                result, lacks = None, "is still empty"
            if result is not None:
                return result
            if not told:
                told.append(True)
                print(waiting(task, lacks))
            return task.reference(*args, **kwargs)

        return answer

    return mark


def waiting(task: Exercise, lacks: str = "is still empty") -> str:
    """The sentence for a blank that is still empty."""
    return (
        f"Exercise {task.number}, {task.title!r}, {lacks}; "
        "the notebook goes on with the reference"
    )


def check(number: str, function: Callable[..., Any], student: object = "") -> None:
    """Judge a function and print the verdict.

    Args:
        number: of the exercise, such as "1.2".
        function: the student's, with or without `@exercise`.
        student: the student's id; shapes and values are drawn from it.
    """
    task = find_exercise(number)
    # The function as it stands in the notebook, with whatever decorators are above it:
    # what is graded, too.
    report = examine(task, _Judged(function, task), str(student))
    print(f"○ {waiting(task)}" if report.state == EMPTY else report)


class _Judged(Local):
    """A notebook's function as grading asks it: without what stands behind it."""

    def __init__(self, function: Callable[..., Any], task: Exercise) -> None:
        super().__init__(function)
        self.task = task

    def evaluate(
        self, args: tuple, wrt: Sequence[int] = (), cotangent: Any = None
    ) -> dict[str, Any]:
        token = _judging.set(True)
        try:
            with out_of_reach(self.task):
                return super().evaluate(args, wrt, cotangent)
        finally:
            _judging.reset(token)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as the student wrote it, without the reference behind it."""
    return getattr(function, "__wrapped__", function)
