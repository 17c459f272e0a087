"""What only the notebooks need: claims, the numbers in them, the article's diagrams.

`claims.py` and `measures.py` for the tables, `diagrams.py` and its parts in
`drawing.py` for the figures.
"""

from .claims import Claim, show_claims
from .diagrams import (
    contents,
    low_resolution_sharing,
    parameterization,
    scaled_fourier,
    style_transfer,
)
from .drawing import Diagram, decay_picture, placeholder, spectrum_picture
from .measures import (
    NYQUIST,
    frame_change,
    frequency_radius,
    high_frequency_share,
    orientation,
    orientation_spread,
    power_spectrum,
    radial_spectrum,
    seam_contrast,
    spectral_centroid,
    spots,
)

__all__ = [
    "Claim",
    "Diagram",
    "NYQUIST",
    "contents",
    "decay_picture",
    "frame_change",
    "frequency_radius",
    "high_frequency_share",
    "low_resolution_sharing",
    "orientation",
    "orientation_spread",
    "parameterization",
    "placeholder",
    "power_spectrum",
    "radial_spectrum",
    "scaled_fourier",
    "seam_contrast",
    "show_claims",
    "spectral_centroid",
    "spectrum_picture",
    "spots",
    "style_transfer",
]
