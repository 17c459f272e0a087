"""What to maximise: functions of named activations that add and scale like numbers.

`kinds.py` has the objectives, `algebra.py` what they have in common.
"""

from .algebra import (
    IMAGE,
    LayerReader,
    NamedActivations,
    Objective,
    ObjectiveLike,
    as_objective,
    bound,
    channel,
    of,
    unit,
)
from .kinds import (
    alignment,
    blur_each_step,
    boundary_complexity,
    channel_interpolation,
    class_index,
    deepdream,
    direction,
    direction_neuron,
    diversity,
    input_difference,
    l1,
    l2,
    logit,
    neuron,
    tensor_direction,
    total_variation,
)

__all__ = [
    "IMAGE",
    "LayerReader",
    "NamedActivations",
    "Objective",
    "ObjectiveLike",
    "alignment",
    "as_objective",
    "blur_each_step",
    "bound",
    "boundary_complexity",
    "channel",
    "channel_interpolation",
    "class_index",
    "deepdream",
    "direction",
    "direction_neuron",
    "diversity",
    "input_difference",
    "l1",
    "l2",
    "logit",
    "neuron",
    "of",
    "tensor_direction",
    "total_variation",
    "unit",
]
