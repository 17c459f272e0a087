"""What can be picked below a figure: a name, a thumbnail, and whom to credit."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from ..media import Picture, to_image
from .encoding import encode


class Choice(NamedTuple):
    """One thing to pick: its name, a picture for a thumbnail or None, a credit line."""

    name: str
    picture: Picture | None = None
    credit: str = ""


Pickers: TypeAlias = Mapping[str, Sequence[str | tuple]]
"""Names to choices; a choice is a name, or what a `Choice` is made of."""


def picker_state(pickers: Pickers | None, count: int) -> list[dict[str, Any]]:
    """`{"content": [Choice, …], "style": […]}` as a figure's state.

    It is for `count` pictures in row-major order. A choice may also be just a name.
    With pickers None and several pictures, these are numbered.
    Raises: ValueError unless the numbers of choices multiply to `count`.
    """
    if pickers is None:
        pickers = (
            {}
            if count == 1
            else {"picture": [str(number + 1) for number in range(count)]}
        )
    product = 1
    state: list[dict[str, Any]] = []
    for name, offered in pickers.items():
        choices = [
            Choice(choice) if isinstance(choice, str) else Choice(*choice)
            for choice in offered
        ]
        product *= len(choices)
        state.append(
            {
                "name": name,
                "choices": [
                    {
                        "name": choice.name,
                        "credit": choice.credit,
                        "thumbnail": None
                        if choice.picture is None
                        else _thumbnail(choice.picture),
                    }
                    for choice in choices
                ],
            }
        )
    if product != count:
        numbers = (
            " × ".join(str(len(picker["choices"])) for picker in state) or "no pickers"
        )
        raise ValueError(
            f"the pickers offer {numbers} choices, for {count} pictures; "
            "give one picture for each combination, the last picker's "
            "choices running fastest"
        )
    return state


def _thumbnail(picture):
    picture = to_image(picture).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return encode(
        picture.crop((left, top, left + side, top + side)), quality=75, longest=96
    )
