"""Pictures in the weights of a small network of (x, y). Article: section 3.

`network.py` draws them at any size and goes from one to another, `nonlinearities.py`
has the activation functions, `glsl.py` writes the network as a shader.
"""

from .glsl import glsl_body, glsl_reader, glsl_weights, to_glsl
from .network import CPPN, EXTENT, coordinate_grid, interpolate_weights
from .nonlinearities import ACTIVATIONS, absolute, composite, relu, unbiased

__all__ = [
    "ACTIVATIONS",
    "CPPN",
    "EXTENT",
    "absolute",
    "composite",
    "coordinate_grid",
    "glsl_body",
    "glsl_reader",
    "glsl_weights",
    "interpolate_weights",
    "relu",
    "to_glsl",
    "unbiased",
]
