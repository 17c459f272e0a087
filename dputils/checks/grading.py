"""Grading a folder of notebooks: every function in a process of its own, judged here.

A notebook that hangs, exits, crashes or plays tricks loses its own points only.
"""

import concurrent.futures
import contextlib
import dataclasses
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from .calls import EMPTY
from .confinement import Confinement
from .examine import WRONG, Report, examine
from .exercises import list_exercises
from .sandbox import (
    NotStarted,
    Nursery,
    Remote,
    Stopped,
    find_confinement,
    need_fork,
)
from .submissions import Submission, find_notebooks, remark_on_doubles
from .withheld import lent_modules


@dataclasses.dataclass
class Result:
    """What one notebook earned: `reports` is `{exercise number: Report}`."""

    submission: Submission
    reports: dict[str, Report]

    @property
    def points(self) -> dict[str, int]:
        """`{exercise number: points}`."""
        return {
            number: report.exercise.points * report.passed
            for number, report in self.reports.items()
        }


def grade_submission(
    submission: Submission,
    *,
    secret: str = "",
    seconds: float = 20,
    memory: int = 1_000_000_000,
    confinement: Confinement | None = None,
    nursery: Nursery | None = None,
) -> Result:
    """Judge every exercise of one notebook.

    Args:
        submission: from `read_submission`.
        secret: added to the seeds, so that nobody can know the numbers beforehand.
        seconds, memory: limits of each exercise; bytes beyond what PyTorch takes.
        confinement: what keeps its code in; what `find_confinement` finds by default.
        nursery: where its processes come from; one of its own by default.
    Returns: a `Result`.
    """
    reports: dict[str, Report] = {}
    if submission.problem:
        return Result(submission, reports)
    with contextlib.ExitStack() as stack:
        if nursery is None:
            confinement = find_confinement() if confinement is None else confinement
            nursery = stack.enter_context(Nursery(confinement))
        for number, exercise in list_exercises(submission.assignment).items():
            report = _judge(exercise, submission, nursery, secret, seconds, memory)
            if report.state == EMPTY and number in submission.later:
                # filled in below its check: that counts, too
                submission.source[number] = submission.later[number]
                report = _judge(exercise, submission, nursery, secret, seconds, memory)
            reports[number] = report
    return Result(submission, reports)


def _judge(exercise, submission, nursery, secret, seconds, memory):
    head = f"Exercise {exercise.number}, {exercise.title!r}"
    source = submission.source[exercise.number]
    if not source:
        return Report(
            exercise,
            WRONG,
            f"{head}: there is no function `{exercise.name}` that can be read",
        )
    try:
        with Remote(
            nursery,
            source,
            exercise.name,
            submission.path,
            modules=lent_modules(exercise),
            seconds=seconds,
            memory=memory,
        ) as subject:
            return examine(exercise, subject, submission.student, secret)
    except NotStarted:
        raise
    except Stopped as reason:
        return Report(exercise, WRONG, f"{head}: {reason}")
    # an answer so odd that judging it fails must not end the run of a class
    except Exception as error:
        return Report(
            exercise,
            WRONG,
            f"{head}: gives a result that cannot be judged ({type(error).__name__})",
        )


def grade_folder(
    folder: str | Path,
    *,
    secret: str = "",
    seconds: float = 20,
    memory: int = 1_000_000_000,
    jobs: int = 1,
    only: Collection[str] | None = None,
    confinement: Confinement | None = None,
    on_result: Callable[[Result], object] | None = None,
) -> list[Result]:
    """Grade all notebooks below a folder; results are sorted by path.

    `on_result(result)` is called after each. `only` holds students' names.
    Raises: ValueError if there is no notebook, or none of `only`, or on Windows.
    """
    need_fork()
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        # all are read before any code of theirs runs
        submissions = list(find_notebooks(folder, scratch))
        if not submissions:
            raise ValueError(f"there is no notebook (.ipynb) in {folder}")
        remark_on_doubles(submissions)
        if only is not None:
            missing = set(only) - {one.student for one in submissions}
            if missing:
                raise ValueError(f"there is nobody called {', '.join(sorted(missing))}")
            submissions = [one for one in submissions if one.student in only]
        return _grade_all(
            submissions,
            jobs,
            on_result,
            secret=secret,
            seconds=seconds,
            memory=memory,
            confinement=find_confinement() if confinement is None else confinement,
        )


def _grade_all(submissions, jobs, on_result, **options):
    def grade(submission):
        try:
            result = grade_submission(submission, **options)
        # whatever it was, the others are not to pay for it
        except Exception as error:
            submission.problem = f"grading it failed ({type(error).__name__}: {error})"
            result = Result(submission, {})
        if on_result is not None:
            on_result(result)
        return result

    if submissions:
        lent_modules(next(iter(list_exercises().values())))  # before there are threads
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(grade, submissions))
