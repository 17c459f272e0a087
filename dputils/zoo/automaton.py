"""Cells that look at their neighbours and change; the rule is the parameter."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ..images import full_shape, make_generator, normal
from ..sizes import Size, whole_number
from .lasting import LastingBasis


class AutomatonBasis(LastingBasis):
    """A picture grown by a neural cellular automaton.

    Each cell has a few numbers, the first of which are the raw colour. Again and again
    it compares them with its neighbours' and adds what one small network says, the same
    for all cells. The rule is trained through all the time that the picture takes to
    grow.

    Args:
        size, batch, channels: of the result; each picture has its own rule. The world
            is round: what leaves at the right comes in at the left.
        cells: numbers a cell has, at least `channels`.
        width: neurons of the rule.
        time: how often all cells change.
        seed, generator: where rule and first state come from (give one; default 0).
    Gradients: reach the rule, whose every weight touches every pixel; the first state
        is fixed.
    Raises: ValueError for fewer `cells` than channels.
    Source: Mordvintsev et al., "Growing Neural Cellular Automata", 2020; Niklasson et
        al., "Self-Organising Textures", 2021.
    Differs: all cells change at once, from faint noise, and always for the same time,
        so a call always gives the same picture.
    """

    state: torch.Tensor
    filters: torch.Tensor

    def __init__(
        self,
        size: Size,
        *,
        batch: int = 1,
        channels: int = 3,
        cells: int = 12,
        width: int = 40,
        time: int = 24,
        seed: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.shape = full_shape(batch, channels, size)
        cells = self.cells = whole_number(cells, "cells", self.shape[1])
        self.time, width = whole_number(time, "time"), whole_number(width, "width")
        count, generator = self.shape[0], make_generator(seed, generator)
        first = normal((1, count * cells, *self.shape[2:]), 0.1, generator=generator)
        self.register_buffer("state", first)
        slope = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
        bend = torch.tensor([[1.0, 2, 1], [2, -12, 2], [1, 2, 1]]) / 16
        filters = torch.stack([slope, slope.T, bend]).repeat(count * cells, 1, 1)
        self.register_buffer("filters", filters[:, None], persistent=False)
        heard, said = (count * width, 4 * cells, 1, 1), (count * cells, width, 1, 1)
        sds = math.sqrt(2 / (4 * cells)), 0.2 / math.sqrt(width)
        self.hear = nn.Parameter(normal(heard, sds[0], generator=generator))
        self.say = nn.Parameter(normal(said, sds[1], generator=generator))
        self.offset = nn.Parameter(torch.zeros(count * width))

    def forward(self) -> torch.Tensor:
        count, channels = self.shape[:2]
        state = self.state
        for _ in range(self.time):
            around = F.pad(state, (1, 1, 1, 1), mode="circular")
            around = F.conv2d(around, self.filters, groups=state.shape[1])
            seen = [v.unflatten(1, (count, -1)) for v in (state, around)]
            heard = F.conv2d(
                torch.cat(seen, 2).flatten(1, 2), self.hear, self.offset, groups=count
            )
            state = state + F.conv2d(heard.relu(), self.say, groups=count)
            state = 3 * torch.tanh(state / 3)  # nothing runs away
        return state.unflatten(1, (count, -1))[0, :, :channels]
