"""A batch of pictures as one, in files that a page can show or keep."""

import io
import math

import torch
from PIL import Image

from ..alpha import blend_over, checkerboard
from ..media import picture_sheet, to_image

END = 1 / 255  # so near to black or white is black or white


def visible(pictures: torch.Tensor) -> Image.Image:
    """One PIL image of a batch: opacity over a checkerboard, several in a grid."""
    if pictures.shape[1] == 4:
        pictures = blend_over(
            pictures,
            checkerboard(
                pictures.shape[2:], tiles=max(1, min(pictures.shape[2:]) // 8)
            ),
        )
    if len(pictures) == 1:
        return to_image(pictures).convert("RGB")
    return picture_sheet(pictures, columns=math.ceil(math.sqrt(len(pictures))))


def washed_out(pictures: torch.Tensor, share: float = 0.6) -> bool:
    """Whether more than a share of the values in [0, 1] stand at one of the ends."""
    values = pictures.detach()
    ends = (values < END) | (values > 1 - END)
    return bool(ends.float().mean() > share)


def jpeg(pictures: torch.Tensor) -> bytes:
    """For the screen: small and fast."""
    return _encoded(visible(pictures), "jpeg", quality=85, subsampling=0)


def png(pictures: torch.Tensor) -> bytes:
    """To keep: nothing lost, and a single picture keeps its opacity."""
    return _encoded(
        to_image(pictures) if len(pictures) == 1 else visible(pictures), "png"
    )


def _encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
