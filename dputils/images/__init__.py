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
    linear_resize,
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
    "linear_resize",
    "pixel_image",
    "random_image",
]
