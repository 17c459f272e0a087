"""Vector drawings: boxes, pictures, arrows forward, and dashed arrows for the gradient
back.

`Diagram` is a sheet in pixels, x to the right and y downwards. What is put on it comes
back as a `Part`, which knows its sides, so arrows are drawn from part to part.
`diagrams` holds the article's figures, made of these.
"""

import dataclasses
import html
import re

import torch
from PIL import Image

from ..media import data_url, to_image

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


@dataclasses.dataclass
class Part:
    """A rectangle on the sheet, and the middles of its sides as `(x, y)`."""

    x: float
    y: float
    w: float
    h: float

    left = property(lambda self: (self.x, self.y + self.h / 2))
    right = property(lambda self: (self.x + self.w, self.y + self.h / 2))
    top = property(lambda self: (self.x + self.w / 2, self.y))
    bottom = property(lambda self: (self.x + self.w / 2, self.y + self.h))


class Diagram:
    """A white sheet of `width` × `height` pixels; Jupyter shows it as SVG. `save(path)`
    writes a file.
    """

    def __init__(self, width, height):
        self.width, self.height, self.items = width, height, []

    def text(self, x, y, text, *, size=13, colour=INK, anchor="middle", weight=400):
        """Lines of text, the first baseline at y. `a_b` sets the word b as an index,
        `*a*` sets a in italics.
        """
        for i, line in enumerate(text.split("\n")):
            self.items.append(
                f'<text x="{x:g}" y="{y + i * size * 1.35:g}" '
                f'font-size="{size}" fill="{colour}" '
                f'text-anchor="{anchor}" '
                f'font-weight="{weight}">{_markup(line)}</text>'
            )

    def box(self, x, y, w, h, text="", *, fill=FILL, line=LINE, size=13, radius=4):
        """A rectangle with text in its middle."""
        self.items.append(
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" '
            f'rx="{radius}" fill="{fill}" stroke="{line}"/>'
        )
        if text:
            first = y + h / 2 + size * 0.35 - (text.count("\n")) * size * 1.35 / 2
            self.text(x + w / 2, first, text, size=size)
        return Part(x, y, w, h)

    def shade(self, x, y, w, h, text=""):
        """A pale region behind other parts, named at its top left."""
        self.box(x, y, w, h, fill=SHADE, line="none", radius=10)
        self.text(
            x + 14, y + 21, text, size=12, anchor="start", colour="#6b7280", weight=600
        )
        return Part(x, y, w, h)

    def picture(self, x, y, w, image, text="", *, h=None):
        """A picture w wide and h high (default: by its own shape), with a text below."""
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

    def network(self, x, y, w, h, text="network"):
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

    def circle(self, x, y, text="+", *, r=9):
        """A small operator, such as + or ×, centred at (x, y)."""
        self.items.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{r}" fill="{FILL}" stroke="{LINE}"/>'
        )
        self.text(x, y + 4.8, text, size=14, colour="#555555")
        return Part(x - r, y - r, 2 * r, 2 * r)

    def line(self, *points, arrow=True, gradient=False, gap=5, text="", colour=None):
        """A line with rounded corners that stops `gap` short of its ends; a `gradient`
        is dashed and coloured.
        """
        points = _shorten(points, gap)
        colour = (GRADIENT if gradient else LINE) if colour is None else colour
        path = f"M{points[0][0]:g},{points[0][1]:g}"
        for before, corner, after in zip(points, points[1:], points[2:]):
            (ax, ay), (bx, by) = _toward(corner, before, 8), _toward(corner, after, 8)
            path += f" L{ax:g},{ay:g} Q{corner[0]:g},{corner[1]:g} {bx:g},{by:g}"
        path += f" L{points[-1][0]:g},{points[-1][1]:g}"
        dashes = ' stroke-dasharray="5 4"' if gradient else ""
        self.items.append(
            f'<path d="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="1.4"{dashes}/>'
        )
        if arrow:
            self.items.append(_head(points[-2], points[-1], colour))
        if text:
            (ax, ay), (bx, by) = points[0], points[-1]
            self.text(
                (ax + bx) / 2,
                (ay + by) / 2 - 7,
                text,
                size=12,
                colour=GRADIENT if gradient else "#555555",
            )

    def forward(self, a, b, text=""):
        """An arrow from the right side of part a to the left side of part b."""
        self.line(a.right, b.left, text=text)

    def back(self, a, b, text="", *, drop=26):
        """The gradient's way from under part a to under part b, `drop` pixels below the
        lower of the two.
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

    def save(self, path):
        """Write the sheet as an SVG file; returns the path."""
        from pathlib import Path

        Path(path).write_text(self._repr_svg_(), encoding="utf-8")
        return path


def spectrum_picture(image=None, size=64):
    """Amplitudes of a picture's spectrum, zero frequency in the middle, bright is large
    (logarithmic), as PIL image.

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
        grey = (
            torch.as_tensor(image)
            .detach()
            .float()
            .reshape(-1, *image.shape[-2:])
            .mean(0)
        )
        window = torch.hann_window(grey.shape[0])[:, None] * torch.hann_window(
            grey.shape[1]
        )
        amplitude = torch.fft.fft2((grey - grey.mean()) * window).abs()
    level = torch.fft.fftshift(amplitude).clamp(min=1e-8).log()
    low, high = torch.quantile(level, torch.tensor([0.1, 0.999]))
    return to_image(((level - low) / (high - low)).clamp(0, 1)[None])


def decay_picture(size=64, power=1.0):
    """The scale 1 / f^power of a spectrum, zero frequency in the middle, logarithmic,
    as PIL image.
    """
    f = (
        (torch.fft.fftfreq(size)[:, None] ** 2 + torch.fft.fftfreq(size)[None] ** 2)
        .sqrt()
        .clamp(min=1 / size)
    )
    level = -power * torch.fft.fftshift(f).log()
    return to_image(
        ((level - level.min()) / max(level.max() - level.min(), 1e-9))[None]
    )


def placeholder(cells, seed):
    """A square picture of muted colours with `cells` soft patches a side, to stand
    where no picture was given.
    """
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


def _toward(a, b, distance):
    (ax, ay), (bx, by) = a, b
    length = max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, 1e-9)
    share = min(distance / length, 0.5)
    return ax + (bx - ax) * share, ay + (by - ay) * share


def _shorten(points, gap):
    points = list(points)
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
