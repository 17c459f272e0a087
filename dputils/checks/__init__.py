"""Checks for the assignments: every blank is tried, and what is wrong is named.

In a notebook: `@exercise("1.2")` above the function,
`check("1.2", function, student=student_id)` below it.
For a class: `python -m dputils.checks grade FOLDER`.

What is tried are values, gradients and laws. The checks draw shapes and values from the
student's id, so everybody's numbers are different and stay the same.
Source: the assignments of CS231n and EECS 498, which compare with one stored answer or
    look at pictures.
"""

from .examine import Report, examine
from .exercises import (
    Exercise,
    Experiment,
    Law,
    Misconception,
    find_exercise,
    list_assignments,
    list_exercises,
    list_experiments,
)
from .notebook import check, exercise, plain

__all__ = [
    "Exercise",
    "Experiment",
    "Law",
    "Misconception",
    "Report",
    "check",
    "examine",
    "exercise",
    "find_exercise",
    "list_assignments",
    "list_exercises",
    "list_experiments",
    "plain",
]
