"""Bases that cannot be switched off."""

from ..images import Basis


class LastingBasis(Basis):
    """A basis whose parameters at zero still draw something, or can never leave it."""

    def zero(self) -> None:
        """Raises: ValueError, since no parameters add nothing and keep gradients."""
        raise ValueError(
            f"{type(self).__name__} cannot be set to nothing; start_from needs an "
            "image without it, such as ImageParam(FourierBasis(128))"
        )
