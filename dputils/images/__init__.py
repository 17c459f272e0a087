"""Pictures as sums of bases, then colour, then a sigmoid. Article: introduction and
section 1.

`image.py` adds bases and turns the sum into pixels; `bases.py` holds them: Fourier,
pixels, low resolution, pyramid.
"""

from .bases import (
    AllPairsBasis,
    Basis,
    FourierBasis,
    LaplacianBasis,
    LowResBasis,
    PixelBasis,
    fourier_amplitude,
    full_shape,
    linear_resize,
    make_generator,
    normal,
)
from .image import ImageParam, clipped, fourier_image, pixel_image, random_image

__all__ = [
    "AllPairsBasis",
    "Basis",
    "FourierBasis",
    "ImageParam",
    "LaplacianBasis",
    "LowResBasis",
    "PixelBasis",
    "clipped",
    "fourier_amplitude",
    "fourier_image",
    "full_shape",
    "linear_resize",
    "make_generator",
    "normal",
    "pixel_image",
    "random_image",
]
