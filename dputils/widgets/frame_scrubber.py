"""Films in step, with one slider for all of them (article, figures 2, 8 and 9)."""

from collections.abc import Sequence

from PIL import Image

from ..media import Pictures, picture_sheet
from .amounts import pixels, real, whole
from .encoding import as_pictures, encode_within
from .hosting import Component


class FrameScrubber(Component):
    """Several films `(N, C, H, W)` with one slider, play and pause.

    Args:
        films: equally many frames in each, of any size.
        titles: one text a film.
        labels: one text a frame, such as "step 64"; by default its number.
        layout: "rows", each film's current frame beside every third one, or "films",
            side by side, large, with controls that mouse, finger or keyboard bring out.
        every: which frames the strip of a row shows.
        fps: frames a second.
        ping_pong: play forwards, then backwards; otherwise start again.
        autoplay: play when it comes into view. Whoever asked the system for less motion
            has to press play.
        width: of the whole figure in CSS pixels; by default 720 for rows, and for films
            what they need, up to 720.
        alt: what it shows, in words; by default made of the texts it has.
    Raises: ValueError for films of different lengths or a single frame, and for more
        than a notebook should carry.
    """

    module = "frame_scrubber.js"

    def __init__(
        self,
        *films: Pictures,
        titles: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        layout: str = "rows",
        every: int = 3,
        fps: float = 15,
        ping_pong: bool = True,
        autoplay: bool = False,
        width: int | None = None,
        live: bool = False,
        alt: str | None = None,
    ) -> None:
        if layout not in ("rows", "films"):
            raise ValueError(f'layout is "rows" or "films", not {layout!r}')
        fps, every = real("fps", fps), whole("every", every, 1)
        if fps <= 0:
            raise ValueError(f"fps must be positive, not {fps:g}")
        self._films = _in_step(films)
        count = len(self._films[0])
        for what, texts, wanted in (
            ("titles", titles, len(self._films)),
            ("labels", labels, count),
        ):
            if texts is not None and (isinstance(texts, str) or len(texts) != wanted):
                raise ValueError(f"{what} needs {wanted} texts, not {texts!r}")
        if width is None:
            width = (
                720
                if layout == "rows"
                else min(720, sum(max(film[0].width, 160) for film in self._films))
            )
        width = pixels("width", width)
        middle = count // 2
        super().__init__(
            {
                "titles": [""] * len(self._films)
                if titles is None
                else list(map(str, titles)),
                "labels": [f"frame {k + 1} of {count}" for k in range(count)]
                if labels is None
                else list(map(str, labels)),
                "layout": layout,
                "every": every,
                "fps": fps,
                "pingPong": bool(ping_pong),
                "autoplay": bool(autoplay),
                "width": width,
                "count": count,
                **self._files(),
            },
            picture=picture_sheet(
                [film[k] for film in self._films for k in (0, middle, -1)],
                columns=3,
                rows=titles,
            ),
            alt=alt
            if alt is not None
            else f"first, middle and last of {count} frames"
            + (f": {', '.join(map(str, titles))}" if titles else ""),
            live=live,
        )

    def update(self, *films: Pictures) -> None:
        """Show other films with the same number of frames; only with live=True."""
        others = _in_step(films)
        if (len(others), len(others[0])) != (len(self._films), len(self._films[0])):
            raise ValueError(
                f"this figure has {len(self._films)} films of {len(self._films[0])} "
                f"frames, not {len(others)} of {len(others[0])}"
            )
        self._films = others
        self.push(**self._files())

    def _files(self):
        files = encode_within(sum(self._films, []), what="frames")
        return {
            "frames": files,
            "aspects": [film[0].width / film[0].height for film in self._films],
        }


def _in_step(films: Sequence[Pictures]) -> list[list[Image.Image]]:
    if not films:
        raise ValueError("give at least one film, a tensor (N, C, H, W)")
    found = [
        as_pictures(film, f"film {number}") for number, film in enumerate(films, 1)
    ]
    counts = [len(film) for film in found]
    if len(set(counts)) > 1:
        raise ValueError(
            f"the films have {', '.join(map(str, counts))} frames; "
            "give all equally many"
        )
    if counts[0] < 2:
        raise ValueError(
            "a film needs at least 2 frames, and this has one; "
            "show_images shows a single picture"
        )
    return found
