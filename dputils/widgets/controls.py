"""Sliders, choices and switches of a panel, and which function takes which."""

import inspect
import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, NamedTuple

# a slider whose ends differ by this factor gives each power of ten the same room
LOGARITHMIC = 20


class Control(NamedTuple):
    """A slider, a choice or a switch.

    Attributes:
        state: what the page needs of it.
        start: what it starts with, as the page says it.
        read: its value, from what the page sends back.
    """

    state: dict[str, Any]
    start: Any
    read: Callable[[Any], Any]


def controls_from(
    wanted: Mapping[str, Any], starts: Mapping[str, Any]
) -> dict[str, Control]:
    """`{name: (low, high), [choices], {label: value} or bool}` as `{name: Control}`.

    `starts` are the values to start with, where the control itself does not say one.
    Raises: ValueError for what is none of these.
    """
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
    numbers = all(isinstance(number, Real) and math.isfinite(number) for number in what)
    if len(what) not in (2, 3) or not numbers or what[0] >= what[1]:
        raise ValueError(
            f"the slider {name!r} is {what!r}, but must be (low, high) or "
            "(low, high, start) with low < high"
        )
    low, high = what[:2]
    logarithmic = low > 0 and high / low >= LOGARITHMIC
    start = what[2] if len(what) == 3 else start
    if start is None:
        start = math.sqrt(low * high) if logarithmic else (low + high) / 2
        start = (
            round(start) if isinstance(low, int) and isinstance(high, int) else start
        )
    if not isinstance(start, Real) or not low <= start <= high:
        raise ValueError(
            f"the slider {name!r} goes from {low} to {high} and cannot "
            f"start at {start!r}; say where: ({low}, {high}, start)"
        )
    whole = all(isinstance(number, int) for number in (low, high, start))
    kind = int if whole else float
    return Control(
        {
            "kind": "slider",
            "low": low,
            "high": high,
            "whole": whole,
            "logarithmic": logarithmic,
        },
        start,
        lambda raw: kind(
            round(min(high, max(low, raw))) if whole else min(high, max(low, raw))
        ),
    )


def _choice(name, what, start):
    options = (
        list(what.items())
        if isinstance(what, dict)
        else [(str(value), value) for value in what]
    )
    if not options:
        raise ValueError(f"the choice {name!r} has nothing to choose from")
    same = [
        index
        for index, (_, value) in enumerate(options)
        if value is start
        or type(value) is type(start)
        and isinstance(value, (str, Real))
        and value == start
    ]
    return Control(
        {"kind": "choice", "options": [label for label, _ in options]},
        same[0] if same else 0,
        lambda raw: options[int(raw)][1],
    )


def _switch(name, what, start):
    return Control({"kind": "switch"}, what, bool)
