"""Where the modules went that stood in `dputils` itself until 0.1, for who asks.

For one release. In 0.3 this file goes.
"""

import importlib.abc
import re
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

ROOM_OF = {
    "algebra": "objectives",
    "backgrounds": "alpha",
    "bases": "images",
    "channels": "networks",
    "claims": "book",
    "diagrams": "book",
    "drawing": "book",
    "dream": "patterns",
    "fast_style": "style",
    "glsl": "cppn",
    "measures": "book",
    "mesh_files": "scene",
    "meshes": "scene",
    "nonlinearities": "cppn",
    "patternnet": "networks",
    "pytorch3d_backend": "scene",
    "relu": "networks",
    "texture": "rasterize",
    "tiling": "patterns",
    "visibility": "rasterize",
}
# Files that have another name there.
FILE_OF = {
    "fast_style": "fast",
    "mesh_files": "files",
    "pytorch3d_backend": "pytorch3d",
}


def direction(name: str) -> str:
    """Where an old module went: the room with its public names, the file with all."""
    room = f"{__package__}.{ROOM_OF[name]}"
    also = ", rasterize in dputils.rasterize" if name == "pytorch3d_backend" else ""
    return (
        f"{__package__}.{name} has moved into a room: from {room} import … "
        f"(the file is {room}.{FILE_OF.get(name, name)}{also})"
    )


class _Signpost(importlib.abc.MetaPathFinder):
    """Asked last, when nobody else has found the module."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if package == __package__ and name in ROOM_OF:
            # Without `name=` Python also lets the error through that `from dputils
            # import name` would swallow.
            raise ModuleNotFoundError(direction(name))
        if package == f"{__package__}.checks" and re.match(r"a\d_", name):
            raise ModuleNotFoundError(
                f"{fullname} has moved: {package}.assignments.{name}"
            )
        return None


def say_where() -> None:
    if not any(isinstance(finder, _Signpost) for finder in sys.meta_path):
        sys.meta_path.append(_Signpost())
