"""Other people's ways to write a picture down, each a basis of at most sixty lines of
code.

All return raw values `(N, C, H, W)`, so each is used as the bases of `images` are:
`ImageParam(SineBasis(128))` has the book's colours and its sigmoid, and two of them
differ in nothing but the parameterization. Article: its last page, which asks for more.

`phase.py` fixes the strength of every wave, `coordinates.py` asks a network what colour
a place has, `prior.py` feeds noise to a network with skip connections, `automaton.py`
lets cells grow, `strokes.py` paints with strokes and with Gaussians, `palette.py` has
few colours.
"""

from .automaton import AutomatonBasis
from .coordinates import FourierFeatureBasis, SineBasis
from .palette import PaletteBasis
from .phase import PhaseBasis
from .prior import DeepPriorBasis
from .strokes import GaussianBasis, StrokeBasis

__all__ = [
    "AutomatonBasis",
    "DeepPriorBasis",
    "FourierFeatureBasis",
    "GaussianBasis",
    "PaletteBasis",
    "PhaseBasis",
    "SineBasis",
    "StrokeBasis",
]
