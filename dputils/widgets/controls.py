"""Sliders, choices and switches of a panel, and which function takes which."""

import inspect
import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

from .amounts import real, whole

# a slider whose ends differ by this factor gives each power of ten the same room
LOGARITHMIC = 20
EXACT = 2**53  # whole numbers up to here are the same on the page


class Control(NamedTuple):
    """A slider, a choice or a switch.

    Attributes:
        state: what the page needs of it.
        start: what it starts with, as the page says it.
        read: its value, from what the page says.
        taken: what the page says, brought between the ends; ValueError for what it
            cannot mean.
        place: what the page says for a value; ValueError for one that it lacks.
    """

    state: dict[str, Any]
    start: Any
    read: Callable[[Any], Any]
    taken: Callable[[Any], Any]
    place: Callable[[Any], Any]


def controls_from(
    wanted: Mapping[str, Any], starts: Mapping[str, Any]
) -> dict[str, Control]:
    """`{name: (low, high), [choices], {label: value} or bool}` as `{name: Control}`.

    `starts` are the values to start with, where the control itself does not say one.
    Raises: ValueError for what is none of these.
    """
    if not isinstance(wanted, Mapping):
        raise ValueError(
            f"controls is a dict such as {{'lr': (0.01, 0.2)}}, not {wanted!r}"
        )
    makers: dict[type, Callable] = {
        tuple: _slider,
        list: _choice,
        dict: _choice,
        bool: _switch,
    }
    found = {}
    for name, what in wanted.items():
        if type(what) not in makers:
            raise ValueError(
                f"the control {name!r} is {what!r}, but must be a slider "
                "(low, high) or (low, high, start), a choice [one, "
                "another] or {label: value}, or a switch True or False"
            )
        found[name] = makers[type(what)](name, what, starts.get(name))
    return found


def conditions(
    made: Mapping[str, Control], only: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, list[Any]]]:
    """`{name: {other: value or [values]}}` with what the page says for these values.

    Raises: ValueError for what is no control, and for a value that one lacks.
    """
    named = [*only, *(other for others in only.values() for other in others)]
    if lost := [name for name in named if name not in made]:
        raise ValueError(
            f"only speaks of {lost[0]!r}, which is no control; there are {[*made]}"
        )
    return {
        name: {
            other: [
                made[other].place(value)
                for value in (values if isinstance(values, list) else [values])
            ]
            for other, values in others.items()
        }
        for name, others in only.items()
    }


def defaults(function: object) -> dict[str, Any]:
    """The parameters of a function that have a default: `{name: default}`."""
    return {
        p.name: p.default for p in _parameters(function) if p.default is not p.empty
    }


def taken(function: object, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the offered values that a function takes; all with `**anything`."""
    parameters = _parameters(function)
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return dict(offered)
    return {p.name: offered[p.name] for p in parameters if p.name in offered}


def in_words(controls: Mapping[str, Control], raw: Mapping[str, Any]) -> str:
    """What controls say, for who cannot see them: "decay power 1.5, basis Fourier"."""

    def said(state, value):
        if state["kind"] == "slider":
            return f"{value:.4g}"
        return (
            state["options"][value]
            if state["kind"] == "choice"
            else "on"
            if value
            else "off"
        )

    return ", ".join(
        f"{name.replace('_', ' ')} {said(control.state, raw[name])}"
        for name, control in controls.items()
    )


# ---- helpers -------------------------------------------------------------------------


def _parameters(function):
    try:
        return (
            inspect.signature(function).parameters.values()
            if callable(function)
            else []
        )
    except ValueError:  # written in C, such as torch.sigmoid: it names nothing
        return []


def _slider(name, what, start):
    if len(what) not in (2, 3) or not all(map(_is_number, what)) or what[0] >= what[1]:
        raise ValueError(
            f"the slider {name!r} is {what!r}, but must be (low, high) or "
            "(low, high, start) with low < high"
        )
    low, high, *starts = map(_plain, what)
    logarithmic = low > 0 and high / low >= LOGARITHMIC
    start = starts[0] if starts else start
    if start is None:
        start = math.sqrt(low * high) if logarithmic else (low + high) / 2
        start = (
            round(start) if isinstance(low, int) and isinstance(high, int) else start
        )
    if not _is_number(start) or not low <= start <= high:
        raise ValueError(
            f"the slider {name!r} goes from {low} to {high} and cannot "
            f"start at {start!r}; say where: ({low}, {high}, start)"
        )
    start = _plain(start)
    is_whole = all(isinstance(number, int) for number in (low, high, start))
    kind = int if is_whole else float

    def read(raw):
        raw = min(high, max(low, raw))
        return kind(round(raw) if is_whole else raw)

    return Control(
        {
            "kind": "slider",
            "low": low,
            "high": high,
            "whole": is_whole,
            "logarithmic": logarithmic,
        },
        start,
        read,
        lambda raw: read(real(name, raw)),
        lambda value: (whole if is_whole else real)(name, value, low, high),
    )


def _is_number(number):
    try:
        return (
            isinstance(number, Real)
            and not isinstance(number, bool)
            and (math.isfinite(number))
        )
    except OverflowError:  # a whole number that no float can hold
        return False


def _plain(number):
    """NumPy's numbers, fractions and the like as int or float, which a page can have"""
    exact = isinstance(number, Integral) and abs(number) <= EXACT
    return int(number) if exact else float(number)


def _choice(name, what, start):
    options = (
        list(what.items())
        if isinstance(what, dict)
        else [(str(value), value) for value in what]
    )
    if not options:
        raise ValueError(f"the choice {name!r} has nothing to choose from")

    def index_of(wanted):
        same = (
            index
            for index, (_, value) in enumerate(options)
            if value is wanted
            or type(value) is type(wanted)
            and isinstance(value, (str, Real))
            and value == wanted
        )
        return next(same, None)

    def place(value):
        index = index_of(value)
        if index is None:
            labels = ", ".join(str(label) for label, _ in options)
            raise ValueError(f"{name} is one of {labels}, not {value!r}")
        return index

    return Control(
        {"kind": "choice", "options": [str(label) for label, _ in options]},
        index_of(start) or 0,
        lambda raw: options[int(raw)][1],
        lambda raw: whole(name, raw, 0, len(options) - 1),
        place,
    )


def _switch(name, what, start):
    def taken(raw):
        if not isinstance(raw, bool):
            raise ValueError(f"{name} is a switch, True or False, not {raw!r}")
        return raw

    return Control({"kind": "switch"}, what, bool, taken, taken)
