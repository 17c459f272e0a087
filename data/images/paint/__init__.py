"""A small seeded painter: each module of this package but the tools paints one picture
from numbers alone.

A picture's module has a TITLE and paint() -> (512, 768, 3) float array, sRGB, meant for
0 to 1.
"""

import importlib

PICTURES = (
    "swirling_night",
    "ribbon_sky",
    "carved_wave",
    "combed_ink",
    "leaded_window",
    "two_carp",
    "misty_pines",
    "guitar_in_facets",
    "river_in_dots",
    "circles_and_wedges",
    "folk_embroidery",
    "lighthouse_engraving",
)


def picture(name):
    """The module that paints the picture `name`; ValueError for a name that is not in
    PICTURES.
    """
    if name not in PICTURES:
        raise ValueError(f"no picture {name!r}; the names are {', '.join(PICTURES)}")
    return importlib.import_module(f".{name}", __name__)
