"""Pictures as small files: what a figure carries must fit into a saved notebook."""

import io
from collections.abc import Iterable, Sequence

import torch
from PIL import Image

from ..media import Picture, Pictures, to_image

PAYLOAD = 400_000  # bytes that a figure may add to a saved notebook, text and all
# of these for pictures, before base64 makes four letters of three bytes
BUDGET = 255_000
# quality, then size
STEPS = [
    (90, 1),
    (82, 1),
    (74, 1),
    (74, 0.8),
    (66, 0.8),
    (66, 0.65),
    (60, 0.5),
    (50, 0.4),
    (40, 0.3),
    (30, 0.25),
]
# of the still picture that stands where no script runs: quality, then longest side
STILL_STEPS = [(75, 640), (60, 640), (50, 480), (40, 320)]


def encode(
    picture: Picture,
    *,
    quality: int = 85,
    longest: int | None = None,
    scale: float = 1.0,
) -> bytes:
    """One picture `(C, H, W)` in [0, 1], or a PIL image, as the bytes of a WebP file.

    With `longest` the longer side has at most so many pixels; `scale` shrinks both.
    """
    image = to_image(picture)
    if longest is not None:
        scale *= min(1, longest / max(image.size))
    if scale < 1:
        width, height = (max(1, round(length * scale)) for length in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "webp", quality=quality)
    return buffer.getvalue()


def encode_within(
    pictures: Iterable[Picture],
    budget: float = BUDGET,
    *,
    what: str = "pictures",
    steps: Sequence[tuple[int, float]] = STEPS,
) -> list[bytes]:
    """Pictures as WebP files that together take at most `budget` bytes.

    Equal pictures share one. The quality falls before the width does, down to a
    quarter; `steps` are the pairs of both that are tried, best first.
    Raises: ValueError if even that is too much.
    """
    images = [to_image(picture) for picture in pictures]
    for quality, scale in steps:
        known: dict[tuple, bytes] = {}
        files = []
        for image in images:
            key = image.size, image.tobytes()
            if key not in known:
                known[key] = encode(image, quality=quality, scale=scale)
            files.append(known[key])
        total = sum(map(len, known.values()))
        if total <= budget:
            return files
    largest = f"{max(p.height for p in images)} × {max(p.width for p in images)}"
    raise ValueError(
        f"{len(images)} {what} of up to {largest} take {total / 1000:.0f} kB even at a "
        f"quarter of their size, and a figure has room for {budget / 1000:.0f} kB; "
        "show fewer or smaller ones"
    )


def as_pictures(images: Pictures, what: str = "images") -> list[Image.Image]:
    """A batch `(N, C, H, W)`, one picture, or a list, as PIL images of one size.

    Raises: ValueError for none, and for pictures of different sizes.
    """
    given: Sequence[Picture]
    if isinstance(images, torch.Tensor):
        given = list(images) if images.dim() == 4 else [images]
    else:
        given = images if isinstance(images, Sequence) else [images]
    if not given:
        raise ValueError(f"{what} is empty; give at least one picture")
    pictures = [to_image(image) for image in given]
    sizes = sorted({f"{p.height} × {p.width}" for p in pictures})
    if len(sizes) > 1:
        raise ValueError(
            f"{what} have different sizes ({', '.join(sizes)}); bring "
            "them to one with F.interpolate, or read them with "
            "read_image(path, size)"
        )
    return pictures
