"""What can be picked below a figure: a name, a thumbnail, and whom to credit."""

from typing import NamedTuple

from ..media import to_image
from .encoding import encode


class Choice(NamedTuple):
    """One thing to pick: its name, a thumbnail (a picture, or None for the name alone),
    and a credit line.
    """

    name: str
    picture: object = None
    credit: str = ""


def picker_state(pickers, count):
    """`{"content": [Choice, …], "style": […]}` as a figure's state, for `count`
    pictures in row-major order.

    A choice may also be just a name. With pickers None and several pictures, they are
    numbered.
    Raises: ValueError unless the numbers of choices multiply to `count`.
    """
    if pickers is None:
        pickers = (
            {}
            if count == 1
            else {"picture": [str(number + 1) for number in range(count)]}
        )
    product, state = 1, []
    for name, choices in pickers.items():
        choices = [
            Choice(choice) if isinstance(choice, str) else Choice(*choice)
            for choice in choices
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
