"""A CPPN drawn by the reader's graphics card (article, section 3, figures 7 to 9)."""

import torch

from ..cppn import CPPN, glsl_body, interpolate_weights
from ..media import picture_sheet
from .amounts import pixels, real
from .hosting import Component


class CppnViewer(Component):
    """A CPPN's picture at any zoom, from the shader that `to_glsl` writes.

    With a second CPPN there is a slider between them. Drag or arrow keys move the
    picture; the wheel (after a click), two fingers, and + and - zoom; 0 returns.

    Args:
        cppn: with one picture (`cppn[0]` picks one of a batch).
        other: a second CPPN of the same architecture; the slider mixes their weights,
            as `interpolate_weights` does.
        exaggeration: as for `interpolate_weights`.
        morph: where the slider starts, 0 to 1.
        group: viewers of a page with the same name move, zoom and morph together.
        width: of the picture in CSS pixels.
    Raises: as `cppn.glsl_body`.
    """

    module = "cppn_viewer.js"

    def __init__(
        self,
        cppn: CPPN,
        other: CPPN | None = None,
        *,
        exaggeration: float = 1.0,
        morph: float = 0.0,
        group: str = "",
        width: int = 400,
        live: bool = False,
    ) -> None:
        morph, width = real("morph", morph), pixels("width", width)
        if not 0 <= morph <= 1:
            raise ValueError(
                f"morph is from 0 (the first CPPN) to 1 (the other), not {morph:g}"
            )
        self._exaggeration = real("exaggeration", exaggeration)
        body = self._body(cppn, other)
        height, wide = cppn.size
        with torch.no_grad():
            size = (
                max(1, round(240 * height / max(height, wide))),
                max(1, round(240 * wide / max(height, wide))),
            )
            mixed = (
                [cppn]
                if other is None
                else [
                    interpolate_weights(
                        [cppn, other], share, exaggeration=exaggeration, loop=False
                    )
                    for share in (0.0, 0.5, 1.0)
                ]
            )
            stills = [each(size=size)[:, :3] for each in mixed]
        super().__init__(
            {
                "body": body,
                "pair": other is not None,
                "aspect": wide / height,
                "morph": morph,
                "group": str(group),
                "width": width,
            },
            picture=picture_sheet(
                [still[0, :1] if still.shape[1] == 2 else still[0] for still in stills]
            ),
            alt="a picture drawn by a CPPN"
            if other is None
            else "two CPPNs and the mixture between them",
            live=live,
        )

    def update(self, cppn: CPPN, other: CPPN | None = None) -> None:
        """Draw another CPPN, or another pair; only with live=True."""
        if (other is not None) != self.state["pair"]:
            raise ValueError(
                "this viewer has a slider between two CPPNs; give two"
                if self.state["pair"]
                else "this viewer draws one CPPN; make another viewer for two"
            )
        self.push(body=self._body(cppn, other), aspect=cppn.size[1] / cppn.size[0])

    def _body(self, cppn, other):
        return (
            glsl_body(cppn)
            if other is None
            else glsl_body(cppn, other, exaggeration=self._exaggeration)
        )
