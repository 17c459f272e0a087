"""A CPPN drawn by the reader's graphics card (article, section 3, figures 7 to 9)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ..cppn import CPPN, glsl_body, glsl_reader, glsl_weights, interpolate_weights
from ..media import picture_sheet
from .amounts import pixels, real, whole
from .hosting import Component

BLOCK = 256  # numbers that share a unit


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
        alt: what it shows, in words; by default made of the texts it has.
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
        alt: str | None = None,
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
            alt=alt
            if alt is not None
            else "a picture drawn by a CPPN"
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


class CppnGallery(Component):
    """Many CPPNs' pictures, or films of their training, drawn from their weights.

    One program draws all of them, and their weights are all that travels: each picture
    is as sharp as its place on the screen. A click on a picture, or Enter, lets it fill
    the figure's width; another brings it back. Films open at their last moment.

    Args:
        cppns: one CPPN with a batch of pictures; or a list of such, of one
            architecture, the same pictures at several moments of training. Between two
            moments weights are mixed.
        captions: one text a picture, shown above it.
        moments: one number a moment, such as the step it was kept at; by default 0, 1,
            2, … Needs a list of CPPNs.
        columns: pictures in a row, on a wide page. Narrower ones have fewer.
        unit: what moments count, for the text beside the slider: "step", or with the
            number's place, "{} per cent".
        seconds: that a film takes from its first moment to its last.
        width: of the figure in CSS pixels.
        alt: what it shows, in words; by default made of the texts it has.
    Raises: ValueError for numbers of texts or moments that do not fit, for CPPNs whose
        architectures differ, as `cppn.glsl_reader`, and for more than a notebook should
        carry: 8,451 numbers take 23 kB, and 12 kB for each further moment.
    """

    module = "cppn_gallery.js"

    def __init__(
        self,
        cppns: CPPN | Sequence[CPPN],
        captions: Sequence[str] | None = None,
        *,
        moments: Sequence[float] | None = None,
        columns: int = 4,
        unit: str = "step",
        seconds: float = 4.0,
        width: int = 860,
        live: bool = False,
        alt: str | None = None,
    ) -> None:
        films = [cppns] if isinstance(cppns, CPPN) else list(cppns)
        if not films:
            raise ValueError("cppns is empty; give at least one CPPN")
        self._last, count = films[-1], len(films[-1])
        for what, given, wanted in (
            ("captions", captions, count),
            ("moments", moments, len(films)),
        ):
            if given is not None and (isinstance(given, str) or len(given) != wanted):
                raise ValueError(f"{what} needs {wanted} entries, not {given!r}")
        texts = [""] * count if captions is None else list(map(str, captions))
        columns, seconds = whole("columns", columns, 1), real("seconds", seconds)
        if seconds <= 0:
            raise ValueError(f"seconds must be positive, not {seconds:g}")
        height, wide = self._last.size
        longer = max(height, wide) / 208
        with torch.no_grad():
            still = self._last((max(1, round(height / longer)), round(wide / longer)))
        super().__init__(
            {
                "reader": glsl_reader(self._last),
                "captions": texts,
                "moments": list(map(float, moments or range(len(films)))),
                "columns": min(columns, count),
                "unit": str(unit),
                "seconds": seconds,
                "width": pixels("width", width),
                "aspect": wide / height,
                "weights": self._files(films),
            },
            picture=picture_sheet(
                [_opaque(each) for each in still], texts, columns=min(columns, count)
            ),
            alt=alt
            if alt is not None
            else f"{count} pictures drawn by CPPNs"
            + (f": {', '.join(texts)}" if captions else ""),
            live=live,
        )

    def update(self, cppns: CPPN | Sequence[CPPN]) -> None:
        """Show as many other pictures, at as many moments; only with live=True."""
        films = [cppns] if isinstance(cppns, CPPN) else list(cppns)
        if len(films) != len(self.state["moments"]):
            raise ValueError(
                f"this figure has {len(self.state['moments'])} moments, not "
                f"{len(films)}; give as many"
            )
        self.push(weights=self._files(films))

    def _files(self, films: Sequence[CPPN]) -> list[list[bytes]]:
        """For each picture its last weights, then the steps back to the first."""
        for each in films:
            self._last.matching(each)
            if len(each) != len(self._last):
                raise ValueError(
                    f"each moment needs {len(self._last)} pictures, not {len(each)}"
                )
        rows = torch.stack([glsl_weights(each).cpu() for each in films], 1).flatten(2)
        return [_backwards(film) for film in rows]


def _backwards(film: torch.Tensor) -> list[bytes]:
    """Numbers `(moments, K)` as files: the last moment in 16 bits, then what to add for
    the one before, in 8 bits, and so on.

    Each is 4-byte floats, the unit of every BLOCK numbers, then whole numbers of that
    unit. Steps lead on from what the reader has by then, so that errors do not add up.
    """
    known, files = torch.zeros_like(film[-1]), []
    for number, wanted in enumerate(film.flip(0)):
        kind, most = (torch.int8, 127) if number else (torch.int16, 32767)
        step = F.pad(wanted - known, (0, -len(wanted) % BLOCK)).view(-1, BLOCK)
        unit = (step.abs().amax(1, keepdim=True) / most).clamp(min=1e-12)
        whole_ones = (step / unit).round()
        known = known + (whole_ones * unit).flatten()[: len(wanted)]
        files.append(
            unit.flatten().numpy().astype("<f4").tobytes()
            + whole_ones.to(kind).flatten()[: len(wanted)].numpy().tobytes()
        )
    return files


def _opaque(picture: torch.Tensor) -> torch.Tensor:
    """A picture without its opacity, if it has one."""
    return picture[: 1 if len(picture) == 2 else 3]
