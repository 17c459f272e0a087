"""To another device without waiting for it."""

import torch


def sent(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """`values.to(like)`, and a GPU does not wait for it.

    A copy from ordinary memory stands in line behind all that the GPU still has to do,
    and Python with it; one from pinned memory is left to the GPU.
    """
    values = values.to(like.dtype)
    if (
        values.device.type != "cpu"
        or like.device.type in ("cpu", "mps")
        or values.requires_grad  # pinned memory has no history
    ):
        return values.to(like.device)
    if like.device.type == "cuda":
        values = values.contiguous().pin_memory()  # an expanded tensor cannot be pinned
    return values.to(like.device, non_blocking=True)
