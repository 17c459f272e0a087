"""Answers that were written from the assignments' texts alone, with the verdict they
deserve; and answers that once got another one.
"""

import re
from functools import cache, partial
from pathlib import Path

import pytest
import torch
from checks_bank import RIGHT, STUDENTS, accepts, refuses

from dputils.checks import examine, find_exercise, list_exercises
from dputils.checks.diagnosis import compare, same
from dputils.color import srgb_to_linear

FOLDER = Path(__file__).with_name("answers")
HEAD = re.compile(r"^=== (\d\.\d) \| (passed|wrong) \| (.*)$", re.M)


@cache
def read_answers():
    """`[(exercise, verdict, label, imports, code)]` of all files."""
    found = []
    for path in sorted(FOLDER.glob("a*.txt")):
        _, _, text = path.read_text(encoding="utf-8").partition("=== imports\n")
        imports, *parts = HEAD.split(text)
        for k in range(0, len(parts), 4):
            found.append((*parts[k : k + 3], imports, parts[k + 3]))
    return found


def function_of(number, imports, code):
    space = {"__name__": "__main__"}
    exec(imports + code, space)
    return space[find_exercise(number).name]


ANSWERS = read_answers()
for _number, _verdict, _, _imports, _code in ANSWERS:
    if _verdict == "passed":  # they are part of the bank
        RIGHT.append((_number, function_of(_number, _imports, _code)))


def test_there_are_as_many_as_there_were():
    verdicts = [verdict for _, verdict, _, _, _ in ANSWERS]
    assert (verdicts.count("passed"), verdicts.count("wrong")) == (48, 131)


@pytest.mark.parametrize(
    "number, verdict, imports, code",
    [pytest.param(n, v, i, c, id=f"{n}-{label}") for n, v, label, i, c in ANSWERS],
)
def test_every_answer_gets_the_verdict_it_deserves(number, verdict, imports, code):
    function = function_of(number, imports, code)
    (accepts if verdict == "passed" else partial(refuses, words=()))(
        number, function=function
    )


# ---- right answers that were refused -------------------------------------------------


def in_double(function):
    """The same function, which answers in float64."""

    def doubled(value):
        if torch.is_tensor(value):
            return value.double() if value.is_floating_point() else value
        if isinstance(value, tuple):
            return tuple(map(doubled, value))
        return value

    return lambda *args: doubled(function(*args))


@pytest.mark.parametrize("number", list_exercises())
def test_answers_in_double_precision_are_taken(number):
    accepts(number, in_double(find_exercise(number).reference))


@pytest.mark.parametrize("student", range(60))
def test_the_place_zero_is_no_trap(student):
    """One draw in forty had the first texel, where the tolerance was nothing."""
    task = find_exercise("6.1")
    report = examine(task, task.reference, str(student), "once refused")
    assert report.passed, report.message


# ---- wrong answers that passed, or were called something else ------------------------


def of_one_colour(over_black, over_white, colour):
    dark, light = srgb_to_linear(over_black), srgb_to_linear(over_white)
    alpha = 1 - (light - dark)[:, colour : colour + 1]
    return find_exercise("5.2").reference(over_black, over_white)[:, :3], alpha


def swapped(found, wanted, weights, distance):
    total = 0.0
    for name in wanted:
        total = total + weights[name] * distance(wanted[name], found[name]).mean()
    return total


def own_distance(found, wanted, weights, distance, mine):
    return sum(weights[n] * mine(found[n], wanted[n]).mean() for n in wanted)


def only_the_mean(frequency, longest, power):
    frequency = frequency.clone()
    frequency[0, 0] = 1 / longest
    return 1 / frequency**power


def first_replaced(frequency, longest, power):
    scale = frequency**-power
    return torch.where(torch.isinf(scale), float(longest) ** power, scale)


CALLED = [
    ("1.2", "only the zero frequency", only_the_mean),
    ("1.2", "only the zero frequency", first_replaced),
    *(
        (
            "5.2",
            "one colour alone",
            lambda b, w, k=k: torch.cat(of_one_colour(b, w, k), 1),
        )
        for k in range(3)
    ),
    ("3.3", "swapped", swapped),
    *(
        ("3.3", "distance of its own", partial(own_distance, mine=mine))
        for mine in (
            lambda a, b: (a - b).abs().flatten(1).mean(1),
            lambda a, b: ((a - b) ** 2).mean(dim=(1, 2)),
            lambda a, b: (a - b).abs().mean((1, 2)) / b.abs().mean(),
        )
    ),
    (
        "3.3",
        "inside the distance",
        lambda f, w, s, d: sum(d(s[n] * f[n], s[n] * w[n]).mean() for n in w),
    ),
    ("3.2", ".abs()", lambda a, b: (a - b).abs().flatten(1).mean(1) / b.mean()),
    ("3.2", ".abs()", lambda a, b: (a - b).abs().mean((1, 2)) / (b.sum() / b.numel())),
    (
        "5.3",
        "do not go together",
        lambda s, a, p: s * (1 - a.flatten(2).mean(2)) ** p,
    ),
    (
        "5.3",
        "do not go together",
        lambda s, a, p: s.view(-1, 1) * (1 - a.flatten(1).mean(1)) ** p,
    ),
]


@pytest.mark.parametrize(
    "number, words, function",
    [pytest.param(*one, id=f"{one[0]}-{k}") for k, one in enumerate(CALLED)],
)
def test_what_passed_once_is_named(number, words, function):
    refuses(number, [words], function)


def grow_with(change):
    """5.4 as a student writes it, with one line changed."""
    lines = """
import torch
from dputils.alpha import blend_over
def grow(parameters, to_rgba, network, target, pressure, backgrounds, steps, lr):
    x = parameters.clone().requires_grad_()
    adam = torch.optim.Adam([x], lr=lr, maximize=True)
    for t in range(steps):
        rgba = to_rgba(x)
        seen = blend_over(rgba, backgrounds[t % len(backgrounds)][None])
        score = network(seen)[:, target]
        price = (1 - rgba[:, 3:].mean((1, 2, 3))) ** pressure
        adam.zero_grad()
        (score * price).sum().backward()
        adam.step()
    return x.detach()
"""
    old, new = change
    assert lines.count(old) == 1
    space = {}
    exec(lines.replace(old, new), space)
    return space["grow"]


@pytest.mark.parametrize(
    "change, words",
    [
        (("    for t in range(steps):", "    for t in range(1):"), "only one step"),
        (("range(steps)", "range(steps - 1)"), "one step too few"),
        (("range(steps)", "range(1, steps + 1)"), "from 1 on"),
        (("t % len(backgrounds)", "min(t, 2)"), "after the last background"),
        (("[t % len(backgrounds)][None]", "[:2]"), "background of its own"),
        (("[:, target]", ".amax(1)"), "best class"),
        (("range(steps)", "range(steps + 1)"), "already with 0 steps"),
        (("rgba[:, 3:]", "rgba[:, :1]"), "already after the first step"),
        (("** pressure", "* pressure ** (t > 0) ** t"), "after"),
        (
            ("        adam.step()", "        adam.step()\n        adam.state.clear()"),
            "new Adam",
        ),
        (
            ("        adam.step()", "        adam.step()\n        if t == 2: break"),
            "after 3 steps the result is right, after step 4 it differs",
        ),
        (
            ("[t % len(backgrounds)]", "[(t * t) % len(backgrounds)]"),
            "after 2 steps the result is right, after step 3 it differs",
        ),
    ],
)
def test_the_loop_of_5_4_is_said_where_it_departs(change, words):
    refuses("5.4", [words], grow_with(change))


def test_dividing_by_one_less_is_taken_and_said():
    task = find_exercise("1.5")
    for student in STUDENTS:
        less = examine(task, lambda p: torch.linalg.cholesky(torch.cov(p.T)), student)
        exact = examine(task, task.reference, student)
        assert less.passed and "P − 1" in less.message
        assert exact.passed and "P − 1" not in exact.message


# ---- words ---------------------------------------------------------------------------


def test_a_number_instead_of_a_tensor_lacks_a_gradient_only():
    task = find_exercise("3.3")
    report = examine(task, lambda *args: task.reference(*args).item(), "ada")
    assert not report.passed and "the values are right" in report.message
    assert "1 times" not in report.message and "detached" in report.message


@pytest.mark.parametrize(
    "got, wanted, words",
    [
        ((10, 10), (2, 5, 5), "axes 0 and 1 were flattened into one"),
        ((6, 4), (2, 3, 4), "axes 0 and 1 were flattened into one"),
        ((2, 12), (2, 3, 4), "axes 1 and 2 were flattened into one"),
        ((3, 4), (2, 3, 4), "one axis was summed"),
        ((2, 4), (2, 3, 4), "one axis was summed"),
        ((), (3,), "one axis was summed"),
    ],
)
def test_shapes_are_told_apart(got, wanted, words):
    assert words in compare(torch.zeros(got), torch.zeros(wanted))


@pytest.mark.parametrize("got, wanted", [((7, 9), (2, 5, 5)), ((4, 4), (2, 3, 3))])
def test_a_shape_that_nothing_explains_is_not_explained(got, wanted):
    assert compare(torch.zeros(got), torch.zeros(wanted)).endswith(f"{wanted}")


@pytest.mark.parametrize("value", [0.7342, -3.0, 1e-4, 5e6, 2])
def test_one_times_what_it_should_be_is_never_said(value):
    wanted = torch.tensor(float(value))
    assert same(value, wanted) and "1 times" not in compare(value * 1.0004, wanted)
    assert "1 times" not in compare(wanted.double() * 1.0004, wanted, 1e-4)
