"""Vector drawings: boxes, pictures, arrows forward, dashed arrows for the gradient.

`Diagram` is a sheet in pixels, x to the right and y downwards. What is put on it comes
back as a `Part`, which knows its sides, so arrows are drawn from part to part.
`diagrams` holds the article's figures, made of these.
"""

import dataclasses
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

import torch
from PIL import Image

from ..media import Picture, data_url, read_image, to_image

INK, LINE, PALE, GRADIENT, SHADE, FILL = (
    "#333333",
    "#8a8f98",
    "#d5d9df",
    "#d4703a",
    "#f3f5f8",
    "#ffffff",
)
_FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
)

Point: TypeAlias = tuple[float, float]
PathName = TypeVar("PathName", str, Path)


@dataclasses.dataclass
class Part:
    """A rectangle on the sheet, and the middles of its sides as `(x, y)`."""

    x: float
    y: float
    w: float
    h: float

    @property
    def left(self) -> Point:
        return self.x, self.y + self.h / 2

    @property
    def right(self) -> Point:
        return self.x + self.w, self.y + self.h / 2

    @property
    def top(self) -> Point:
        return self.x + self.w / 2, self.y

    @property
    def bottom(self) -> Point:
        return self.x + self.w / 2, self.y + self.h


class Diagram:
    """A white sheet of `width` × `height` pixels, which Jupyter shows as SVG."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.items: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        colour: str = INK,
        anchor: str = "middle",
        weight: int = 400,
    ) -> None:
        """Lines of text, the first baseline at y.

        `a_b` sets the word b as an index, `*a*` sets a in italics.
        """
        for i, line in enumerate(text.split("\n")):
            self.items.append(
                f'<text x="{x:g}" y="{y + i * size * 1.35:g}" font-size="{size}" '
                f'fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
                f"{_markup(line)}</text>"
            )

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        text: str = "",
        *,
        fill: str = FILL,
        line: str = LINE,
        size: float = 13,
        radius: float = 4,
    ) -> Part:
        """A rectangle with text in its middle."""
        self.items.append(
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" '
            f'rx="{radius}" fill="{fill}" stroke="{line}"/>'
        )
        if text:
            first = y + h / 2 + size * 0.35 - (text.count("\n")) * size * 1.35 / 2
            self.text(x + w / 2, first, text, size=size)
        return Part(x, y, w, h)

    def shade(self, x: float, y: float, w: float, h: float, text: str = "") -> Part:
        """A pale region behind other parts, named at its top left."""
        self.box(x, y, w, h, fill=SHADE, line="none", radius=10)
        self.text(
            x + 14, y + 21, text, size=12, anchor="start", colour="#6b7280", weight=600
        )
        return Part(x, y, w, h)

    def picture(
        self,
        x: float,
        y: float,
        w: float,
        image: Picture,
        text: str = "",
        *,
        h: float | None = None,
    ) -> Part:
        """A picture w wide and h high, by default in proportion, with a text below."""
        picture = to_image(image)
        h = w * picture.height / picture.width if h is None else h
        # twice the size, for screens of double density
        target = (max(1, round(2 * w)), max(1, round(2 * h)))
        small = picture.width < w  # keep the pixels of tiny pictures visible
        picture = picture.resize(
            target, Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS
        )
        url = data_url(
            picture, "png" if picture.mode == "RGBA" or small else "jpeg", 75
        )
        self.items.append(
            f'<image x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" '
            f'href="{url}" preserveAspectRatio="none"/>'
        )
        if text:
            self.text(x + w / 2, y + h + 17, text, size=12, colour="#555555")
        return Part(x, y, w, h)

    def network(
        self, x: float, y: float, w: float, h: float, text: str = "network"
    ) -> Part:
        """A stack of layers that shrink from left to right."""
        count = 6
        for i in range(count):
            tall, wide = h * (1 - 0.62 * i / (count - 1)), w / count
            self.box(
                x + i * wide,
                y + (h - tall) / 2,
                wide - 4,
                tall,
                fill="#e4e9f0",
                line=LINE,
                radius=2,
            )
        if text:
            self.text(x + w / 2 - 2, y + h + 17, text, size=12, colour="#555555")
        return Part(x, y, w - 4, h)

    def circle(self, x: float, y: float, text: str = "+", *, r: float = 9) -> Part:
        """A small operator, such as + or ×, centred at (x, y)."""
        self.items.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{r}" fill="{FILL}" stroke="{LINE}"/>'
        )
        self.text(x, y + 4.8, text, size=14, colour="#555555")
        return Part(x - r, y - r, 2 * r, 2 * r)

    def line(
        self,
        *points: Point,
        arrow: bool = True,
        gradient: bool = False,
        gap: float = 5,
        text: str = "",
        colour: str | None = None,
    ) -> None:
        """A line with rounded corners that stops `gap` short of its ends.

        A `gradient` is dashed and coloured.
        """
        stops = _shorten(points, gap)
        colour = (GRADIENT if gradient else LINE) if colour is None else colour
        path = f"M{stops[0][0]:g},{stops[0][1]:g}"
        for before, corner, after in zip(stops, stops[1:], stops[2:]):
            (ax, ay), (bx, by) = _toward(corner, before, 8), _toward(corner, after, 8)
            path += f" L{ax:g},{ay:g} Q{corner[0]:g},{corner[1]:g} {bx:g},{by:g}"
        path += f" L{stops[-1][0]:g},{stops[-1][1]:g}"
        dashes = ' stroke-dasharray="5 4"' if gradient else ""
        self.items.append(
            f'<path d="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="1.4"{dashes}/>'
        )
        if arrow:
            self.items.append(_head(stops[-2], stops[-1], colour))
        if text:
            (ax, ay), (bx, by) = stops[0], stops[-1]
            self.text(
                (ax + bx) / 2,
                (ay + by) / 2 - 7,
                text,
                size=12,
                colour=GRADIENT if gradient else "#555555",
            )

    def forward(self, a: Part, b: Part, text: str = "") -> None:
        """An arrow from the right side of part a to the left side of part b."""
        self.line(a.right, b.left, text=text)

    def back(self, a: Part, b: Part, text: str = "", *, drop: float = 26) -> None:
        """The gradient's way from under part a to under part b.

        It runs `drop` pixels below the lower of the two.
        """
        low = max(a.bottom[1], b.bottom[1]) + drop
        self.line(
            a.bottom, (a.bottom[0], low), (b.bottom[0], low), b.bottom, gradient=True
        )
        if text:
            self.text(
                (a.bottom[0] + b.bottom[0]) / 2, low - 6, text, size=12, colour=GRADIENT
            )

    def _repr_svg_(self):
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} '
            f'{self.height}" width="{self.width}" height="{self.height}" '
            f'style="max-width: 100%; height: auto" font-family="{_FONT}"><rect '
            f'width="100%" height="100%" fill="white"/>{"".join(self.items)}</svg>'
        )

    def save(self, path: PathName) -> PathName:
        """Write the sheet as an SVG file; returns the path."""
        Path(path).write_text(self._repr_svg_(), encoding="utf-8")
        return path


def spectrum_picture(image: Picture | None = None, size: int = 64) -> Image.Image:
    """Logarithmic amplitudes of a picture's spectrum, zero frequency in the middle.

    Without a picture: the spectrum of random 1/f noise, which is what a Fourier image
    starts from.
    """
    if image is None:
        noise = torch.randn(size, size, generator=torch.Generator().manual_seed(0))
        f = (
            torch.fft.fftfreq(size)[:, None] ** 2 + torch.fft.fftfreq(size)[None] ** 2
        ).sqrt()
        amplitude = torch.fft.fft2(noise).abs() / f.clamp(min=1 / size)
    else:
        if isinstance(image, Image.Image):
            image = read_image(image)
        values = torch.as_tensor(image)
        grey = values.detach().float().cpu().reshape(-1, *values.shape[-2:]).mean(0)
        window = torch.hann_window(grey.shape[0])[:, None] * torch.hann_window(
            grey.shape[1]
        )
        amplitude = torch.fft.fft2((grey - grey.mean()) * window).abs()
    level = torch.fft.fftshift(amplitude).clamp(min=1e-8).log()
    low, high = torch.quantile(level, torch.tensor([0.1, 0.999]))
    return to_image(((level - low) / (high - low)).clamp(0, 1)[None])


def decay_picture(size: int = 64, power: float = 1.0) -> Image.Image:
    """The scale 1 / f^power of a spectrum, drawn as `spectrum_picture` draws one."""
    f = (
        (torch.fft.fftfreq(size)[:, None] ** 2 + torch.fft.fftfreq(size)[None] ** 2)
        .sqrt()
        .clamp(min=1 / size)
    )
    level = -power * torch.fft.fftshift(f).log()
    return to_image(
        ((level - level.min()) / max(level.max() - level.min(), 1e-9))[None]
    )


def placeholder(cells: int, seed: int) -> Image.Image:
    """A square of muted colours, `cells` soft patches a side, in place of a picture."""
    values = torch.rand(
        1, 3, cells, cells, generator=torch.Generator().manual_seed(seed)
    )
    smooth = torch.nn.functional.interpolate(
        values, size=(96, 96), mode="bicubic", align_corners=False
    )
    return to_image((0.72 + 0.5 * (smooth - 0.5)).clamp(0, 1))


def _markup(text):
    text = html.escape(text, quote=False)
    text = re.sub(r"\*(.+?)\*", r'<tspan font-style="italic">\1</tspan>', text)
    return re.sub(
        r"_(\w+)( ?)",
        r'<tspan dy="4" font-size="75%">\1</tspan><tspan dy="-4">\2&#8203;</tspan>',
        text,
    )


def _toward(a: Point, b: Point, distance: float) -> Point:
    (ax, ay), (bx, by) = a, b
    length = max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, 1e-9)
    share = min(distance / length, 0.5)
    return ax + (bx - ax) * share, ay + (by - ay) * share


def _shorten(points: Sequence[Point], gap: float) -> list[Point]:
    return [
        _toward(points[0], points[1], gap),
        *points[1:-1],
        _toward(points[-1], points[-2], gap),
    ]


def _head(before, tip, colour):
    (bx, by), (x, y) = before, tip
    length = max(((bx - x) ** 2 + (by - y) ** 2) ** 0.5, 1e-9)
    ux, uy = (bx - x) / length, (by - y) / length
    corners = [
        (x, y),
        (x + 8 * ux - 3.5 * uy, y + 8 * uy + 3.5 * ux),
        (x + 8 * ux + 3.5 * uy, y + 8 * uy - 3.5 * ux),
    ]
    return (
        f'<polygon points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in corners)}" '
        f'fill="{colour}"/>'
    )
