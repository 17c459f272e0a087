"""What an exercise asks for is out of reach while it is judged, and only then."""

import pytest

from dputils.checks import check, examine, find_exercise, list_exercises
from dputils.checks.withheld import lent_modules, worker_package

WITHHELD = [
    pytest.param(e.number, *entry.split(":"), id=f"{e.number}-{entry.split(':')[1]}")
    for e in list_exercises().values()
    for entry in e.withheld
]


def test_the_package_answers_some_exercises():
    names = {name for *_, name in (param.values for param in WITHHELD)}
    assert {"blend_over", "gram_matrix", "composite"} <= names


@pytest.mark.parametrize("number, module, name", WITHHELD)
def test_what_an_exercise_asks_for_is_out_of_reach(number, module, name, capsys):
    """In the notebook and in grading, in the same words; elsewhere it is there."""
    task = find_exercise(number)
    room = module.rpartition(".")[0]
    space = {}
    exec(f"from {room} import {name}\ndef f(*args):\n    return {name}(*args)\n", space)
    check(number, space["f"])
    said = capsys.readouterr().out
    assert "out of reach" in said and f"exercise {number} asks" in said
    # the text that grading lends says the same, and other exercises' text does not
    for exercise in list_exercises().values():
        text = lent_modules(exercise)[module]
        refused = f"`{name}` does what exercise {exercise.number} asks" in text
        assert refused == (f"{module}:{name}" in exercise.withheld)
        compile(text, module, "exec")
    own = worker_package().joinpath(*module.split(".")).with_suffix(".py")
    assert not own.exists()
    assert not list(own.parent.glob(f"__pycache__/{own.stem}.*"))
    assert examine(task, task.reference).passed, "afterwards it is there again"
