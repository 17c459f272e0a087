"""The bank of right and wrong solutions, written as students write them: every wrong
one is named, no right one refused.
"""

import pytest

from dputils.checks import examine, find_exercise

RIGHT, WRONG = [], []
STUDENTS = ("ada", "grace", "5127731")


def right(number):
    """Decorator: a right solution of an exercise."""

    def keep(function):
        RIGHT.append((number, function))
        return function

    return keep


def wrong(number, *words):
    """Decorator: a wrong solution; the message must contain all the words."""

    def keep(function):
        WRONG.append((number, words, function))
        return function

    return keep


def accepts(number, function):
    for student in STUDENTS:
        report = examine(find_exercise(number), function, student)
        assert report.passed, report.message


def refuses(number, words, function):
    for student in STUDENTS:
        report = examine(find_exercise(number), function, student)
        assert report.state in ("wrong", "failed"), f"accepted: {report}"
        missing = [word for word in words if word.lower() not in report.message.lower()]
        assert not missing, f"the message says nothing of {missing}: {report.message}"


def bank(numbers):
    """Parametrized tests for the solutions of some exercises; call it at the end of a
    module that fills the bank.
    """
    rights = [
        pytest.param(n, f, id=f"{n}-{i}")
        for i, (n, f) in enumerate(RIGHT)
        if n.startswith(numbers)
    ]
    wrongs = [
        pytest.param(n, w, f, id=f"{n}-{f.__name__}-{i}")
        for i, (n, w, f) in enumerate(WRONG)
        if n.startswith(numbers)
    ]

    # New functions at every call: parametrize leaves its mark on the function itself,
    # and the modules share this one.
    @pytest.mark.parametrize("number, function", rights)
    def accept(number, function):
        accepts(number, function)

    @pytest.mark.parametrize("number, words, function", wrongs)
    def refuse(number, words, function):
        refuses(number, words, function)

    return accept, refuse
