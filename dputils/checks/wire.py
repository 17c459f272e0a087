"""Tensors over a pipe, without pickle.

What arrives from a student's process must not be able to run anything here.
"""

import json
import struct
from typing import Any, BinaryIO

import numpy as np
import torch

KINDS = {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "int64": torch.int64,
    "int32": torch.int32,
    "int16": torch.int16,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "bool": torch.bool,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def pack(value: Any) -> bytes:
    """A nested value as bytes: tensors, numbers, texts, None, tuples and dicts."""
    blobs = []

    def plain(part):
        if torch.is_tensor(part):
            part = part.detach().cpu().contiguous()
            if part.dtype not in NAMES:
                part = part.float()
            blobs.append(part.numpy().tobytes())
            return {"tensor": NAMES[part.dtype], "shape": list(part.shape)}
        if isinstance(part, dict):
            return {"dict": [[str(key), plain(inner)] for key, inner in part.items()]}
        if isinstance(part, (tuple, list)):
            return {"tuple": [plain(inner) for inner in part]}
        return part

    header = json.dumps(plain(value)).encode()
    return struct.pack(">Q", len(header)) + header + b"".join(blobs)


def unpack(data: bytes) -> Any:
    """The value that `pack` packed; ValueError for anything else."""
    try:
        (size,) = struct.unpack_from(">Q", data)
        position = 8 + size
        header = json.loads(data[8:position])

        def build(part):
            nonlocal position
            if not isinstance(part, dict):
                if part is None or isinstance(part, (bool, int, float, str)):
                    return part
                raise ValueError("a list without a name")
            if "tensor" in part:
                kind, shape = KINDS[part["tensor"]], tuple(map(int, part["shape"]))
                if min(shape, default=0) < 0:
                    raise ValueError("a negative size")
                array = np.frombuffer(
                    data,
                    part["tensor"],
                    count=int(np.prod(shape, dtype=np.int64)),
                    offset=position,
                )
                position += array.nbytes
                return torch.from_numpy(array.reshape(shape).copy()).to(kind)
            if "dict" in part:
                return {str(key): build(inner) for key, inner in part["dict"]}
            return tuple(map(build, part["tuple"]))

        return build(header)
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        struct.error,
        RecursionError,
        MemoryError,
    ) as error:
        raise ValueError(
            f"this is not a packed value ({type(error).__name__})"
        ) from error


def write_message(file: BinaryIO, data: bytes) -> None:
    """Send bytes, preceded by their number."""
    file.write(struct.pack(">Q", len(data)) + data)
    file.flush()


def read_exactly(file: BinaryIO, count: int) -> bytes:
    """That many bytes; EOFError if the other side ended."""
    data = b""
    while len(data) < count:
        piece = file.read(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_message(file: BinaryIO) -> bytes:
    """The bytes of one message."""
    return read_exactly(file, struct.unpack(">Q", read_exactly(file, 8))[0])
