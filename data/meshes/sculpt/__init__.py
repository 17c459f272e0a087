"""A small sculptor: each of `MODELS` is a module that says what one object is, the
other modules make a mesh of it.

A model's module has
    TITLE               what it shows
    BOUNDS              two corners of a box around it; y is up, z is forward, units are
                        its own
    TRIANGLES           how many the mesh may have
    distance(p)         the form: signed distance to the surface, negative inside, of
                        points (N, 3)
    paint(p, n)         the colour: sRGB (N, 3) of points on the surface with unit
                        normals n
    landmarks(p, n)     a dictionary from names to bool (N,): where the eyes and the
                        mouth are
    face(p, n)          bool (N,): what must lie in one chart of the texture, drawn
                        larger than the rest
"""

import importlib

MODELS = ("bunny", "owl", "skull", "teapot", "goldfish")


def model(name):
    """The module of the object `name`; ValueError for a name that is not in MODELS."""
    if name not in MODELS:
        raise ValueError(f"no object {name!r}; the names are {', '.join(MODELS)}")
    return importlib.import_module(f".{name}", __name__)
