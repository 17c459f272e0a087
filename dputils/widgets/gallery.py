"""Many pictures at once, each of which grows under the pointer (article, figure 7)."""

from collections.abc import Sequence

from ..media import Pictures, picture_sheet
from .amounts import pixels, real, whole
from .encoding import as_pictures, encode_within
from .hosting import Component


class Gallery(Component):
    """A grid of pictures, one of which hovering, focus or a tap enlarges.

    Args:
        images: `(N, C, H, W)` in [0, 1], or a list, all of one size.
        captions: one text a picture; the one that is looked at has its caption below
            the grid.
        columns: on a wide page. Narrower ones have fewer: 8, 6, 4 or 3.
        zoom: how much a picture grows.
        width: of the grid in CSS pixels; by default the page's width, up to 960.
        alt: what it shows, in words; by default made of the texts it has.
    Raises: ValueError for sizes or numbers that do not fit, and for more than a
        notebook should carry.
    """

    module = "gallery.js"

    def __init__(
        self,
        images: Pictures,
        captions: Sequence[str] | None = None,
        *,
        columns: int = 8,
        zoom: float = 1.6,
        width: int | None = None,
        live: bool = False,
        alt: str | None = None,
    ) -> None:
        self._pictures = as_pictures(images)
        count = len(self._pictures)
        if captions is not None and (
            isinstance(captions, str) or len(captions) != count
        ):
            raise ValueError(
                f"captions needs {count} texts, one a picture, not {captions!r}"
            )
        columns, zoom = whole("columns", columns, 1), real("zoom", zoom)
        if zoom < 1:
            raise ValueError(
                f"columns and zoom are at least 1, not {columns} and {zoom:g}"
            )
        first = self._pictures[0]
        columns = min(columns, count)
        super().__init__(
            {
                "captions": [""] * count
                if captions is None
                else list(map(str, captions)),
                "columns": columns,
                "zoom": zoom,
                "width": min(960, columns * max(first.width, 120))
                if width is None
                else pixels("width", width),
                "aspect": first.width / first.height,
                "pictures": encode_within(self._pictures),
            },
            picture=picture_sheet(
                self._pictures, columns=columns, width=max(640, 16 * columns)
            ),
            alt=alt
            if alt is not None
            else f"{count} pictures"
            + (f": {', '.join(map(str, captions))}" if captions else ""),
            live=live,
        )

    def update(self, images: Pictures) -> None:
        """Show as many other pictures; only with live=True."""
        pictures = as_pictures(images)
        if len(pictures) != len(self._pictures):
            raise ValueError(
                f"this gallery has {len(self._pictures)} pictures, not "
                f"{len(pictures)}; give as many"
            )
        self._pictures = pictures
        self.push(
            aspect=pictures[0].width / pictures[0].height,
            pictures=encode_within(pictures),
        )
