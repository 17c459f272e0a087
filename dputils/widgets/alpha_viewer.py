"""Pictures with opacity over backgrounds that one chooses (article, figure 11)."""

import re
from collections.abc import Sequence

from PIL import Image

from ..alpha import blend_over, checkerboard
from ..media import Pictures, picture_sheet, read_image
from .amounts import pixels, real, whole
from .encoding import as_pictures, encode_within
from .hosting import Component

BACKGROUNDS = ("light", "dark", "checker", "own")
TILE = 8  # pixels on the screen


class AlphaViewer(Component):
    """Half-transparent pictures over light, dark, a checkerboard or one's own colour.

    The browser blends in linear light, as `alpha.blend_over` does. A switch shows α
    alone. The opacity slider moves each picture's α towards 1, so that even the colours
    hidden under α = 0 come out.

    Args:
        images: `(N, 4, H, W)` in [0, 1], colour not multiplied by opacity; or a list,
            all of one size.
        captions: one text a picture.
        background: where it starts: "light", "dark", "checker" or "own".
        color: the own colour at first, "#rrggbb".
        opacity: where the slider starts: 0 shows α as it is, 1 the picture without it.
        columns: pictures per row on a wide page.
        width: of the figure in CSS pixels; by default 960, or less if the pictures need
            less.
        alt: what it shows, in words; by default made of the texts it has.
    Raises: ValueError for pictures without opacity, for an unknown background, and for
        more than a notebook should carry.
    """

    module = "alpha_viewer.js"

    def __init__(
        self,
        images: Pictures,
        captions: Sequence[str] | None = None,
        *,
        background: str = "checker",
        color: str = "#4a90d9",
        opacity: float = 0.0,
        columns: int = 4,
        width: int | None = None,
        live: bool = False,
        alt: str | None = None,
    ) -> None:
        if background not in BACKGROUNDS:
            raise ValueError(
                f"background is one of {', '.join(BACKGROUNDS)}, not {background!r}; "
                'for a colour say background="own", color="#rrggbb"'
            )
        if not isinstance(color, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
            raise ValueError(f"color is '#rrggbb', not {color!r}")
        opacity, columns = real("opacity", opacity), whole("columns", columns, 1)
        if not 0 <= opacity <= 1:
            raise ValueError(
                f"opacity is from 0 (α as it is) to 1 (opaque), not {opacity:g}"
            )
        self._pictures = _with_opacity(images)
        count, first = len(self._pictures), self._pictures[0]
        if captions is not None and (
            isinstance(captions, str) or len(captions) != count
        ):
            raise ValueError(
                f"captions needs {count} texts, one a picture, not {captions!r}"
            )
        columns = min(columns, count)
        super().__init__(
            {
                "captions": [""] * count
                if captions is None
                else list(map(str, captions)),
                "background": background,
                "color": color,
                "opacity": opacity,
                "columns": columns,
                "width": min(960, columns * max(first.width, 160))
                if width is None
                else pixels("width", width),
                "aspect": first.width / first.height,
                **self._files(),
            },
            picture=picture_sheet(
                [_checkered(picture) for picture in self._pictures],
                captions,
                columns=columns,
            ),
            alt=alt
            if alt is not None
            else f"{count} pictures with transparency"
            + (f": {', '.join(map(str, captions))}" if captions else ""),
            live=live,
        )

    def update(self, images: Pictures) -> None:
        """Show as many other pictures; only with live=True."""
        pictures = _with_opacity(images)
        if len(pictures) != len(self._pictures):
            raise ValueError(
                f"this figure has {len(self._pictures)} pictures, "
                f"not {len(pictures)}; give as many"
            )
        self._pictures = pictures
        self.push(aspect=pictures[0].width / pictures[0].height, **self._files())

    def _files(self):
        # Apart, because a browser forgets the colours under α = 0 as soon as it decodes
        # both together.
        colors = [Image.merge("RGB", picture.split()[:3]) for picture in self._pictures]
        alphas = [picture.getchannel("A") for picture in self._pictures]
        files = encode_within(colors + alphas)
        return {"pictures": files}


def _with_opacity(images):
    pictures = as_pictures(images)
    modes = {picture.mode for picture in pictures} - {"RGBA"}
    if modes:
        raise ValueError(
            "an AlphaViewer needs 4 channels, colour and opacity, and "
            f"these pictures are {modes.pop()}; ImageParam(..., "
            "alpha=True) makes such, Gallery shows opaque ones"
        )
    return pictures


def _checkered(picture):
    image = read_image(picture, mode="RGBA")
    tiles = max(1, min(picture.size) // TILE)
    return blend_over(
        image, checkerboard((picture.height, picture.width), tiles=tiles)
    )[0]
