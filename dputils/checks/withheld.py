"""What an exercise asks for is not to be had from the package while it is judged.

`Exercise.withheld` names it, as "dputils.alpha.blend:blend_over". In a notebook it
refuses to be called; during grading the process for students' code gets a package in
which it does not stand.
"""

import ast
import contextlib
import functools
import importlib
import inspect
import shutil
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path

from .exercises import Exercise, list_exercises

PACKAGE = Path(__file__).resolve().parents[1]
# Of this folder, what `worker.py` needs: nothing of it knows an answer.
WORKER_FILES = ("worker.py", "calls.py", "wire.py", "draws.py")


def refusal(exercise: Exercise, name: str) -> str:
    """What is said to code that calls it."""
    return (
        f"`{name}` does what exercise {exercise.number} asks you to write; "
        "it is out of reach while that is judged"
    )


@contextlib.contextmanager
def out_of_reach(exercise: Exercise) -> Iterator[None]:
    """In this process: until the end, calling what is withheld is a PermissionError.

    Functions and classes stay the same objects, whoever has imported them.
    """
    with contextlib.ExitStack() as stack:
        for module, name in _withheld(exercise):
            thing = getattr(importlib.import_module(module), name)
            refuse = _refuser(refusal(exercise, name))
            owner, part = (
                (thing, "__init__") if inspect.isclass(thing) else (thing, "__code__")
            )
            stack.callback(setattr, owner, part, getattr(owner, part))
            setattr(owner, part, refuse if part == "__init__" else refuse.__code__)
        yield


def _refuser(text):
    """A function that raises; its code has no free variables, so any can take it."""
    space: dict[str, types.FunctionType] = {}
    exec(f"def refuse(*_, **__):\n    raise PermissionError({text!r})\n", space)
    return space["refuse"]


def lent_modules(exercise: Exercise) -> dict[str, str]:
    """`{module: source}` of those that `worker_package` lacks, for one exercise.

    What the exercise asks for is cut out of them.
    """
    return _all_lent()[exercise.number]


@functools.cache
def _all_lent():
    """For every exercise at once. Who grades in threads has it made before: until
    Python 3.12 two that parse at the same time may disturb each other (SystemError,
    "AST constructor recursion depth mismatch").
    """
    lent: dict[str, dict[str, str]] = {}
    for number, exercise in list_exercises().items():
        lent[number] = {}
        for module in _lacking():
            names = [name for where, name in _withheld(exercise) if where == module]
            text = _path(module).read_text("utf-8")
            lent[number][module] = _without(text, names, exercise)
    return lent


@functools.cache
def worker_package() -> Path:
    """A folder with the `dputils` that students' code imports while it is graded.

    It lacks the references, and all modules in which something is withheld. It is made
    once, and goes when Python ends.
    """
    keeper = tempfile.TemporaryDirectory(prefix="dputils-for-grading-")
    _kept.append(keeper)
    folder = Path(keeper.name)
    lacking = {_path(module) for module in _lacking()}
    # what Python compiled of them says the same
    compiled = {f"{path.stem}.{sys.implementation.cache_tag}" for path in lacking}

    def left_out(where, names):
        here = Path(where)
        if here == PACKAGE / "checks":
            return set(names) - set(WORKER_FILES)
        return {
            name
            for name in names
            if here / name in lacking
            or (here.name == "__pycache__" and _is_compiled(name, compiled))
        }

    shutil.copytree(PACKAGE, folder / "dputils", ignore=left_out)
    if not (PACKAGE / "_data").exists():  # a checkout has it beside the package
        shutil.copytree(
            PACKAGE.parent / "data",
            folder / "data",
            ignore=shutil.ignore_patterns("*.py"),
        )
    for path in (folder, *folder.rglob("*")):  # who reads it may be another user
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


_kept: list[tempfile.TemporaryDirectory] = []


def _is_compiled(name, stems):
    return any(name.startswith(f"{stem}.") for stem in stems)


def _withheld(exercise):
    return [tuple(entry.split(":")) for entry in exercise.withheld]


@functools.cache
def _lacking():
    """Names of all modules in which some exercise withholds something."""
    exercises = list_exercises().values()
    return sorted({module for e in exercises for module, _ in _withheld(e)})


def _path(module):
    return PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")


def _without(source, names, exercise):
    """The source, with a refusal for the body of these functions and classes."""
    lines = source.split("\n")
    found = {
        node.name: node
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    for node in sorted((found[n] for n in names), key=lambda n: n.lineno, reverse=True):
        body = [f"    raise PermissionError({refusal(exercise, node.name)!r})"]
        if isinstance(node, ast.ClassDef):
            body = ["    def __init__(self, *_, **__):", f"    {body[0]}"]
        lines[node.body[0].lineno - 1 : node.end_lineno] = body
    return "\n".join(lines)
