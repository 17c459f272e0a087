"""Pictures that tile: let the network look across the seam, measure the seam, and show
the wall it makes.

A picture tiles when its right edge goes on at its left edge and its bottom edge at its
top: when it is a picture on a torus. Everything here treats pictures `(N, C, H, W)`
that way.
"""

import math
import zlib
from collections.abc import Iterable
from typing import Any

import torch
from PIL import Image

from ..media import data_url, to_image
from ..sizes import Size, height_width
from ..transforms import Transform, compose, random_rotate, random_scale

_STILL = 480  # pixels across the still of a wall


def wrap(width: int) -> Transform:
    """A transform that adds `width` pixels on each side, taken from the opposite edge.

    Gradients: a pixel near an edge gets the sum of what its copies get.
    Raises: ValueError for a negative width.
    """
    if width < 0:
        raise ValueError(f"wrap width {width} must not be negative")

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        rows, columns = (
            torch.arange(-width, n + width, device=images.device) % n
            for n in images.shape[2:]
        )
        return images[:, :, rows][:, :, :, columns]

    return transform


def random_roll() -> Transform:
    """A transform that shifts pictures by a random distance in both directions.

    What leaves on one side comes back on the opposite one.
    """

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        shift = [
            int(torch.randint(n, (), generator=generator)) for n in images.shape[2:]
        ]
        return images.roll(shift, (2, 3))

    return transform


def tiling_transforms(
    *, degrees: float = 10, scales: Iterable[float] = (0.9, 0.95, 1.0, 1.05, 1.1)
) -> Transform:
    """The robustness stack for tiles, which leaves no border.

    Roll, wrap, scale, turn, and cut the middle out. Where `standard_transforms` pads
    with grey, this shows the network the neighbouring copies. No place of the tile is
    an edge for it, since the cut is elsewhere at every step.

    Args:
        degrees: largest angle of the random turn, either way.
        scales: factors to draw from.
    Shapes: `(N, C, H, W)` to about the same size times the scale.
    Source: the original's tiles are rolled by a random distance (Lucid, appendix
        "infinite patterns").
    """
    angle = math.radians(degrees)
    # A square turned by this angle and still full inside shrinks by cos + sin; a little
    # more for odd sizes.
    spare = math.cos(angle) + math.sin(angle) - 1
    turn = compose(
        random_scale(scales), random_rotate([k * degrees / 10 for k in range(-10, 11)])
    )

    def transform(
        images: torch.Tensor, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        images = random_roll()(images, generator)
        margin = math.ceil(spare * max(images.shape[2:]) / 2) + 2
        wide = turn(wrap(margin)(images), generator)
        cut = math.ceil(margin * wide.shape[-1] / (images.shape[-1] + 2 * margin))
        return wide[:, :, cut:-cut, cut:-cut]

    return transform


def tile(images: torch.Tensor, rows: int = 3, columns: int = 3) -> torch.Tensor:
    """Copies side by side: `(N, C, H, W)` to `(N, C, rows · H, columns · W)`.

    Raises: ValueError without rows or columns.
    """
    if rows < 1 or columns < 1:
        raise ValueError(
            f"tile needs at least one row and column, not {rows} and {columns}"
        )
    return images.repeat(1, 1, rows, columns)


def seam_jump(images: torch.Tensor, *, order: int = 1) -> torch.Tensor:
    """How much a picture jumps where copies meet, in jumps elsewhere: `(N,)`.

    The root mean square difference between the last and the first column, divided by
    that between neighbouring columns inside; the same for rows; the larger of the two.
    A tile has about 1. Below 1 the seam is smoother than the rest. The pictures that
    come with this book have 0.8 (a weave) to 9 (a rocket in the sky).

    Args:
        images: `(N, C, H, W)`; no gradient reaches them.
        order: 1 compares values; 2 compares slopes, and finds the kink of two edges
            that only agree in value.
    Raises: ValueError for another order, or pictures under 4 pixels.
    """
    if order not in (1, 2):
        raise ValueError(f"order={order} must be 1 (values) or 2 (slopes)")
    if min(images.shape[2:]) < 4:
        raise ValueError(
            f"seam_jump needs at least 4×4 pixels, not {tuple(images.shape[2:])}"
        )
    ratios = []
    for axis in (2, 3):
        x = images.detach().float().movedim(axis, 2)  # along axis 2
        jumps = x.roll(-1, 2) - x  # the last one crosses the seam
        if order == 2:
            jumps = jumps.roll(-1, 2) - jumps  # the last two do
        power = jumps.square().mean((1, 3))
        inside = power[:, :-order].mean(1)
        ratios.append((power[:, -order:].mean(1) / inside.clamp(min=1e-12)).sqrt())
    return torch.maximum(*ratios)


def resize_periodic(images: torch.Tensor, size: Size) -> torch.Tensor:
    """Resize tiles so that they stay tiles, `(N, C, H, W)` to `(N, C, *size)`.

    This goes through their Fourier coefficients. Enlarging adds no frequency, shrinking
    takes away those that no longer fit, so nothing is aliased. Values may overshoot
    [0, 1] a little beside hard edges; clamp them where that matters.

    Args:
        size: `(height, width)` or one number for a square.
    Gradients: reach the images.
    """
    height, width = height_width(size)
    old_height, old_width = images.shape[2:]
    if (height, width) == (old_height, old_width):
        return images
    # Frequencies that both sizes hold with both signs; an even size's highest one has
    # no partner and is left out.
    tall, wide = (min(height, old_height) - 1) // 2, (min(width, old_width) - 1) // 2
    old = torch.fft.rfft2(images)
    new = old.new_zeros(*images.shape[:2], height, width // 2 + 1)
    new[:, :, : tall + 1, : wide + 1] = old[:, :, : tall + 1, : wide + 1]
    if tall:
        new[:, :, -tall:, : wide + 1] = old[:, :, -tall:, : wide + 1]
    return torch.fft.irfft2(new, s=(height, width)) * (
        height * width / (old_height * old_width)
    )


def periodic_part(images: torch.Tensor) -> torch.Tensor:
    """A picture made to tile: what its edges disagree in is taken away smoothly.

    Splits `u = periodic + smooth`: the smooth part has the jumps between opposite edges
    as its only sources, the periodic part has all the detail. Takes and returns
    `(N, C, H, W)`; values may leave [0, 1] a little. Gradients pass.
    Source: Moisan, Periodic Plus Smooth Image Decomposition (2011).
    """
    height, width = images.shape[2:]
    sources = torch.zeros_like(images)
    rows, columns = images[:, :, -1] - images[:, :, 0], images[..., -1] - images[..., 0]
    sources[:, :, 0] += rows
    sources[:, :, -1] -= rows
    sources[..., 0] += columns
    sources[..., -1] -= columns
    fy = torch.fft.fftfreq(height, dtype=images.dtype, device=images.device)
    fx = torch.fft.rfftfreq(width, dtype=images.dtype, device=images.device)
    laplacian = (
        2 * torch.cos(2 * math.pi * fy)[:, None] + 2 * torch.cos(2 * math.pi * fx) - 4
    )
    laplacian[0, 0] = 1.0  # the sources sum to zero: there is no mean to divide
    smooth = torch.fft.irfft2(torch.fft.rfft2(sources) / laplacian, s=(height, width))
    return images - smooth


def tiling_preview(
    image: torch.Tensor,
    *,
    width: int = 640,
    height: int = 360,
    seconds: float = 16,
    pixels: int | None = None,
    quality: int = 85,
) -> str:
    """A wall of one tile that scrolls by for ever, as self-contained HTML.

    A tile and a CSS animation: no script, no network, no kernel. It stands still under
    the pointer, and for readers whose system asks for reduced motion. Below it lies a
    picture of the wall, for print and for places that take style sheets away: GitHub,
    and notebooks that are not trusted.
    `Path("wall.html").write_text(tiling_preview(image))` keeps it.

    Args:
        image: one tile, `(1, 3, H, W)` or `(3, H, W)` in [0, 1].
        width, height: of the window, in CSS pixels; it never grows wider than the page.
        seconds: time in which the wall moves by one tile in both directions.
        pixels: width of a tile on the page, by default its own.
        quality: of the JPEG, 1 to 95.
    """
    tile_height, tile_width = image.shape[-2:]
    pixels = tile_width if pixels is None else pixels
    across, down = int(pixels), round(pixels * tile_height / tile_width)
    url = data_url(image, quality=quality)
    still = data_url(_wall(image, (width, height), (across, down)), quality=70)
    # two walls on one page differ
    name = f"wall{zlib.crc32(f'{url}{width}{height}{seconds}{across}'.encode()):08x}"
    return (
        f'<div id="{name}">'
        f"<style>#{name}{{position:relative;overflow:hidden;width:{width}px;"
        f"max-width:100%;height:{height}px}}"
        f"#{name}>img{{display:block;width:{width}px;max-width:none;margin:0}}"
        # The wall is one tile larger than the window, so moving it by a tile never
        # shows its end.
        f"#{name}>i{{position:absolute;top:0;left:0;"
        f"width:calc(100% + {across}px);height:{height + down}px;"
        f'background:url("{url}") 0 0/{across}px {down}px;'
        f"animation:{name} {seconds}s linear infinite}}"
        f"#{name}:hover>i{{animation-play-state:paused}}"
        f"@keyframes {name}{{to{{transform:translate(-{across}px,-{down}px)}}}}"
        "@media (prefers-reduced-motion:reduce)"
        f"{{#{name}>i{{animation:none}}}}</style>"
        f'<img alt="A wall of one repeated tile" src="{still}"><i></i></div>'
    )


def show_tiling(
    image: torch.Tensor, *, caption: str | None = None, **options: Any
) -> None:
    """Show `tiling_preview(image, **options)` in a notebook, `caption` below it."""
    from IPython.display import HTML, Markdown, display

    display(HTML(tiling_preview(image, **options)))
    if caption:
        display(Markdown(caption))


# ---- helpers -------------------------------------------------------------------------


def _wall(image, window, tile_size):
    """The wall as the window shows it at first, at most `_STILL` pixels wide: a PIL
    picture.
    """
    scale = min(1, _STILL / window[0])
    one = to_image(image).resize([max(1, round(scale * side)) for side in tile_size])
    wall = Image.new(one.mode, [max(1, round(scale * side)) for side in window])
    for x in range(0, wall.width, one.width):
        for y in range(0, wall.height, one.height):
            wall.paste(one, (x, y))
    return wall
