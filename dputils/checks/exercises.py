"""What an exercise is: a function to write, and everything needed to judge it.

The exercises of assignment 1 are in `assignments/a1_fourier_basis.py`, those of
assignment 2 in `a2_…`, and so on; each of these modules has two lists, EXERCISES and
EXPERIMENTS.
"""

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .roster import plain_row, read_csv

if TYPE_CHECKING:
    from .draws import Draw

Rubric: TypeAlias = tuple[tuple[str, int], ...]
"""Sentences with their points."""


@dataclasses.dataclass(frozen=True)
class Misconception:
    """A known way to be wrong: the message names the wrong property.

    `function` has the exercise's signature, and computes what such code computes. If
    its values are the right ones, it is its gradient that is wrong.
    """

    message: str
    function: Callable[..., Any]


@dataclasses.dataclass(frozen=True)
class Law:
    """A sentence that every right solution obeys.

    `holds(call, draw)` is True if `call(*args)` obeys it: `call` is the student's
    function, `draw` a `Draw` for the arguments.
    """

    sentence: str
    holds: Callable[[Callable[..., Any], "Draw"], bool]


@dataclasses.dataclass(frozen=True)
class Exercise:
    """One blank.

    Args:
        number, title: "1.2", "Scale the spectrum".
        name: name of the function in the notebook.
        reference: the right function; notebooks go on with it while the blank is empty.
        slow: the same from its definition, number by number where that is possible;
            values are compared with it.
        inputs: a function of a `Draw` that returns the tuple of arguments.
        gradient: positions of the arguments whose gradient must be right.
        observe: what is compared, `observe(value, *args)`; for results that are right
            in several forms.
        misconceptions, laws: see there.
        tolerated: what passes within the tolerance and still is not what was asked for;
            the message is said with the verdict.
        steps: position of the argument that counts steps. If the result is wrong, fewer
            steps are tried, to say where it departs.
        tolerance: largest allowed difference, relative to the largest number of the
            expected result.
        withheld: what in the package does the same, "dputils.alpha.blend:blend_over";
            it is out of the function's reach while it is judged.
        points: in grading.
        cases: number of drawn inputs; the last one is square.
    """

    number: str
    title: str
    name: str
    reference: Callable[..., Any]
    slow: Callable[..., Any]
    inputs: Callable[["Draw"], tuple]
    gradient: tuple[int, ...] = ()
    observe: Callable[..., Any] | None = None
    misconceptions: tuple[Misconception, ...] = ()
    laws: tuple[Law, ...] = ()
    tolerated: tuple[Misconception, ...] = ()
    steps: int | None = None
    withheld: tuple[str, ...] = ()
    tolerance: float = 1e-3
    points: int = 2
    cases: int = 3


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A question that no program can judge: a sweep with a prediction, an own idea.

    `rubric` holds pairs of a sentence and its points; the notebook shows them, the
    feedback page leaves room for them.
    """

    number: str
    title: str
    rubric: Rubric

    @property
    def points(self) -> int:
        return sum(points for _, points in self.rubric)


# The rubric of a sweep, the same in every assignment.
SWEEP_RUBRIC = (
    ("The prediction was written before the run, and says what will happen and why", 1),
    (
        "The sweep changes one thing only, "
        "with values far enough apart to show an effect",
        1,
    ),
    ("The plot has named axes, and one can read the answer from it", 1),
    (
        "One sentence says what was found, with a number, "
        "and whether the prediction held",
        2,
    ),
)
OWN_IDEA_RUBRIC = (
    ("A question is asked that this notebook does not answer, and a run answers it", 1),
    ("Something was learned from it, surprises and failures included", 1),
)


@functools.cache
def list_assignments() -> dict[str, str]:
    """`{"A1": module name}` of all assignments in this package, in order."""
    package = f"{__package__}.assignments"
    found = [
        name
        for _, name, _ in pkgutil.iter_modules(
            importlib.import_module(package).__path__
        )
    ]
    return {
        name.partition("_")[0].upper(): f"{package}.{name}" for name in sorted(found)
    }


@functools.cache
def list_exercises(assignment: str | None = None) -> dict[str, Exercise]:
    """`{number: Exercise}` of one assignment, such as "A1", or of all of them."""
    modules = list_assignments()
    if assignment is not None and assignment not in modules:
        raise ValueError(
            f"there is no assignment {assignment!r}; there are {', '.join(modules)}"
        )
    chosen = modules.values() if assignment is None else [modules[assignment]]
    return {
        task.number: dataclasses.replace(
            task, points=_other_points.get(task.number, task.points)
        )
        for name in chosen
        for task in importlib.import_module(name).EXERCISES
    }


_other_points: dict[str, int] = {}


def use_points(path: str | Path | None) -> None:
    """From now on, exercises count what a table says; None goes back to the usual.

    Args: `path`, a CSV file with the columns `exercise` and `points`, whole numbers
        from 0 on. Exercises that it leaves out keep their points.
    Raises: ValueError for another table, an unknown exercise or other numbers.
    """
    found: dict[str, int] = {}
    rows = [] if path is None else read_csv(path)
    if path is not None and not rows:
        raise ValueError(f"{path} has no rows; a table of points has some")
    for line in rows:
        row = plain_row(line)
        if not {"exercise", "points"} <= set(row):
            raise ValueError(
                f"{path} has the columns {', '.join(line)}; a table of "
                "points has exercise and points"
            )
        number, points = row["exercise"], row["points"]
        if not number and not points:
            continue  # spreadsheets leave such rows
        try:
            find_exercise(number)
        except ValueError as error:
            raise ValueError(
                f"{path}: {error}. Points of experiments are given by hand"
            ) from error
        if number in found:
            raise ValueError(f"{path} has exercise {number} twice")
        if not points.isdecimal():
            raise ValueError(
                f"{path} gives exercise {number} {points!r} points; "
                "give a whole number from 0 on"
            )
        found[number] = int(points)
    _other_points.clear()
    _other_points.update(found)
    list_exercises.cache_clear()


@functools.cache
def list_experiments(assignment: str) -> dict[str, Experiment]:
    """`{number: Experiment}` of one assignment."""
    if assignment not in list_assignments():
        raise ValueError(
            f"there is no assignment {assignment!r}; there are "
            f"{', '.join(list_assignments())}"
        )
    module = importlib.import_module(list_assignments()[assignment])
    return {experiment.number: experiment for experiment in module.EXPERIMENTS}


def find_exercise(number: str) -> Exercise:
    """The exercise with this number; ValueError with the known numbers otherwise."""
    assignment = f"A{str(number).partition('.')[0]}"
    if assignment in list_assignments() and number in list_exercises(assignment):
        return list_exercises(assignment)[number]
    raise ValueError(
        f"there is no exercise {number!r}; there are {', '.join(list_exercises())}"
    )
