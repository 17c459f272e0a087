"""Pictures as small files: what a figure carries must fit into a saved notebook."""

import io

from PIL import Image

from ..media import to_image

PAYLOAD = 400_000  # bytes that a figure may add to a saved notebook, text and all
# of these for pictures, before base64 makes four letters of three bytes
BUDGET = 255_000
# quality, then size
STEPS = [(90, 1), (82, 1), (74, 1), (74, 0.8), (66, 0.8), (66, 0.65), (60, 0.5)]


def encode(picture, *, quality=85, longest=None, scale=1.0):
    """One picture `(C, H, W)` in [0, 1], or a PIL image, as the bytes of a WebP file.

    With `longest` the longer side has at most so many pixels; `scale` shrinks it
    further.
    """
    picture = to_image(picture)
    if longest is not None:
        scale *= min(1, longest / max(picture.size))
    if scale < 1:
        size = [max(1, round(length * scale)) for length in picture.size]
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "webp", quality=quality)
    return buffer.getvalue()


def encode_within(pictures, budget=BUDGET, *, what="pictures"):
    """Pictures as WebP files that together take at most `budget` bytes; equal pictures
    share one.

    The quality falls before the size does, down to half the width.
    Raises: ValueError if even that is too much.
    """
    pictures = [to_image(picture) for picture in pictures]
    for quality, scale in STEPS:
        known, files = {}, []
        for picture in pictures:
            key = picture.size, picture.tobytes()
            if key not in known:
                known[key] = encode(picture, quality=quality, scale=scale)
            files.append(known[key])
        total = sum(map(len, known.values()))
        if total <= budget:
            return files
    raise ValueError(
        f"{len(pictures)} {what} of up to "
        f"{max(p.height for p in pictures)} × "
        f"{max(p.width for p in pictures)} take {total / 1000:.0f} kB "
        "even at half size, and a figure has room for "
        f"{budget / 1000:.0f} kB; show fewer or smaller ones"
    )


def as_pictures(images, what="images"):
    """A batch `(N, C, H, W)`, one picture, or a list of pictures, as a list of PIL
    images of one size.

    Raises: ValueError for none, and for pictures of different sizes.
    """
    if hasattr(images, "dim") and images.dim() == 4:
        images = list(images)
    elif not isinstance(images, (list, tuple)):
        images = [images]
    if not images:
        raise ValueError(f"{what} is empty; give at least one picture")
    pictures = [to_image(image) for image in images]
    sizes = sorted({f"{p.height} × {p.width}" for p in pictures})
    if len(sizes) > 1:
        raise ValueError(
            f"{what} have different sizes ({', '.join(sizes)}); bring "
            "them to one with F.interpolate, or read them with "
            "read_image(path, size)"
        )
    return pictures
