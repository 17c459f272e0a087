"""Where pixels are."""

import torch


def pixel_places(height: int, width: int) -> torch.Tensor:
    """Pixel centres `(2, H, W)`, x then y; the longer side runs from -1 to 1."""
    scale = 1 / max(height, width)
    y = (2 * torch.arange(height) + 1 - height) * scale
    x = (2 * torch.arange(width) + 1 - width) * scale
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))
