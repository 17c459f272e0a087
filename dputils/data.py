"""Pictures and meshes that come with the project, are drawn by it, come with its
dependencies, or can be fetched.
"""

import difflib
import functools
import hashlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .sizes import Size, height_width

if TYPE_CHECKING:
    import torch

    from .scene import Mesh

PHOTOGRAPHS = {  # what scikit-image carries in its wheel, under the names used here
    "cat": "chelsea",
    "coffee": "coffee",
    "astronaut": "astronaut",
    "rocket": "rocket",
}

# Public-domain paintings on Wikimedia Commons: file name, artist, year.
PAINTINGS_ONLINE = {
    "starry_night": (
        "Van Gogh - Starry Night - Google Art Project.jpg",
        "Vincent van Gogh, The Starry Night, 1889",
    ),
    "great_wave": (
        "Tsunami by hokusai 19th century.jpg",
        "Katsushika Hokusai, The Great Wave off Kanagawa, 1831",
    ),
    "the_scream": ("The Scream.jpg", "Edvard Munch, The Scream, 1893"),
    "on_white_ii": (
        "Vassily Kandinsky, 1923 - On White II.jpg",
        "Wassily Kandinsky, On White II, 1923",
    ),
}
_COMMONS = "https://commons.wikimedia.org/wiki/Special:FilePath/"


def data_path(relative: str = "") -> Path:
    """Path of a bundled file, such as `data_path("images/README.md")`.

    Looks in the folder named by the environment variable DPUTILS_DATA, then in the
    installed package, then beside a source checkout.
    Raises: FileNotFoundError that names the places.
    """
    named = os.environ.get("DPUTILS_DATA")
    here = Path(__file__).resolve().parent
    places = ([Path(named)] if named else []) + [here / "_data", here.parent / "data"]
    for place in places:
        if (place / relative).exists():
            return place / relative
    raise FileNotFoundError(
        f"the bundled file {relative!r} is in none of "
        f"{', '.join(map(str, places))}; reinstall dputils, or set "
        "DPUTILS_DATA to a copy of the project's data folder"
    )


def list_images() -> list[str]:
    """Names that `sample_image` takes offline: bundled paintings, then photographs."""
    return sorted(path.stem for path in data_path("images").glob("*.jpg")) + list(
        PHOTOGRAPHS
    )


def sample_image(name: str, size: Size | None = None) -> "torch.Tensor":
    """A picture by name, `(1, 3, H, W)` in [0, 1].

    Args:
        name: a bundled painting, a photograph from scikit-image, or one that `fetch`
            knows (`list_images()`).
        size: `(H, W)`, or one number for a square; the picture is cropped at the centre
            to that shape, then resized.
    Raises: ValueError with the nearest names; RuntimeError where `fetch` finds no
        network.
    """
    from .media import read_image

    if name in PHOTOGRAPHS:
        import skimage.data

        return read_image(getattr(skimage.data, PHOTOGRAPHS[name])(), size=size)
    if name in list_images():
        return read_image(data_path(f"images/{name}.jpg"), size=size)
    if name in PAINTINGS_ONLINE:
        return read_image(fetch(name), size=size)
    raise _unknown(
        "image",
        name,
        list_images() + list(PAINTINGS_ONLINE),
        "read_image(path) opens a file of your own.",
    )


def list_meshes() -> list[str]:
    """Names that `sample_mesh` takes without a network."""
    return sorted(path.stem for path in data_path("meshes").glob("*.glb"))


def sample_mesh(name: str) -> "Mesh":
    """A painted mesh by name, with texture coordinates and a texture.

    The texture is `(1, 3, 1024, 1024)` in [0, 1]. The mesh faces +z, y is up, the
    centre of its bounding box is at 0 and its longest side goes from -1 to 1.

    Args:
        name: one of `list_meshes()`, or "stanford_bunny", which is downloaded on first
            use.
    Raises: ValueError with the nearest names.
    """
    from .scene import load_mesh

    if name in list_meshes():
        return load_mesh(data_path(f"meshes/{name}.glb"))
    if name == "stanford_bunny":
        return load_mesh(name).normalized()
    raise _unknown(
        "mesh",
        name,
        [*list_meshes(), "stanford_bunny"],
        "scene.load_mesh(path) opens a file of your own.",
    )


def sample_landmarks(name: str, size: Size | None = None) -> "dict[str, torch.Tensor]":
    """Where the landmarks of a bundled mesh lie in its texture, `{name: (1, 1, H, W)}`.

    They are "iris", "pupil" and "mouth" for what has a face (the owl's mouth is its
    beak; the skull's iris is the ring of petals around a socket, its pupil the dark
    inside, its mouth the teeth), "petals" and "heart" of the large flower in front for
    the teapot. A mask is 1 on the landmark and 0 elsewhere. No seam cuts an eye or that
    flower.

    Args:
        name: one of `list_meshes()`.
        size: `(H, W)`, or one number for a square: that of the texture, by default
            1024; smaller masks are averaged.
    Raises: ValueError with the nearest names.
    """
    from .media import read_image

    if name not in list_meshes():
        raise _unknown(
            "mesh with landmarks",
            name,
            list_meshes(),
            "Paint masks for your own mesh in its texture.",
        )
    masks = {
        path.stem.removeprefix(f"{name}_"): read_image(
            data_path(f"meshes/landmarks/{path.name}"), mode="L"
        )
        for path in sorted(data_path("meshes/landmarks").glob(f"{name}_*.png"))
    }
    if size is None:
        return masks
    shape = height_width(size)
    return {landmark: _averaged(mask, shape) for landmark, mask in masks.items()}


def list_patterns() -> list[str]:
    """Names that `sample_pattern` takes: PatternNet's classes, in its logits' order."""
    return list(_patterns(data_path("patternnet/patterns/__init__.py")).NAMES)


def sample_pattern(
    name: str, count: int = 1, size: Size = 96, *, seed: int = 0
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Fresh pictures of one of PatternNet's classes, and where in them the thing is.

    They are drawn when you ask, from random numbers, by the code that drew the training
    pictures; the seed names the whole batch.

    Args:
        name: one of `list_patterns()`.
        count: how many, at least 1.
        size: height and width in pixels, at least 8 and equal; PatternNet was trained
            on crops of 96.
    Returns: pictures `(count, 3, size, size)` in [0, 1], and masks
        `(count, 1, size, size)` in [0, 1], 1 on the object (or on the figure of a
        texture, as opposed to its ground) and 0 beside it.
    Raises: ValueError with the nearest names; for a count or a size that is too small.
    """
    if name not in list_patterns():
        raise _unknown(
            "pattern",
            name,
            list_patterns(),
            "sample_image has photographs and paintings.",
        )
    height, width = height_width(size)
    if count < 1 or height < 8 or height != width:
        raise ValueError(
            f"count={count}, size={size}: ask for at least 1 picture of at least 8 "
            "pixels, as high as wide"
        )
    pictures, masks = _patterns(data_path("patternnet/patterns/__init__.py")).draw(
        name, count, height, seed=seed
    )
    return pictures, masks[:, None]


def fetch(name: str) -> Path:
    """Path of a public-domain painting, downloaded on first use.

    Afterwards it is checked against its first SHA-256.
    Raises: ValueError for an unknown name; RuntimeError without a network, saying where
        to put the file by hand.
    """
    if name not in PAINTINGS_ONLINE:
        raise ValueError(
            f"fetch knows {', '.join(PAINTINGS_ONLINE)}, not {name!r}; sample_image "
            "has bundled pictures"
        )
    import pooch

    file, credit = PAINTINGS_ONLINE[name]
    folder = Path(os.environ.get("DPUTILS_CACHE", pooch.os_cache("dputils")))
    target, seal = folder / f"{name}.jpg", folder / f"{name}.sha256"
    url = _COMMONS + file.replace(" ", "_") + "?width=1024"
    try:
        pooch.retrieve(
            url,
            known_hash=seal.read_text().strip()
            if seal.exists() and target.exists()
            else None,
            fname=target.name,
            path=folder,
            downloader=_quiet_downloader(),
        )
    except (OSError, ValueError) as error:
        raise RuntimeError(
            f"{credit}, could not be fetched ({type(error).__name__}: {error}). "
            f"Download {url} by hand and save it as {target}, or use a bundled "
            f"picture: {', '.join(list_images())}"
        ) from error
    seal.write_text(sha256(target))
    return target


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def verify() -> list[tuple[str, bool, str]]:
    """Check the files in data/SHA256SUMS: a list of `(relative path, ok, message)`."""
    results = []
    for line in data_path("SHA256SUMS").read_text().splitlines():
        expected, relative = line.split(maxsplit=1)
        try:
            found = sha256(data_path(relative))
        except FileNotFoundError:
            results.append(
                (
                    relative,
                    False,
                    "missing; reinstall dputils or restore it with git checkout",
                )
            )
            continue
        ok = found == expected
        results.append(
            (
                relative,
                ok,
                "" if ok else "changed; restore it with git checkout, or run make sums",
            )
        )
    return results


def write_sums() -> int:
    """Write data/SHA256SUMS anew for all bundled pictures, meshes and weights.

    Returns: how many files it lists.
    """
    root = data_path("images").parent
    kinds = (
        ("images", "*.jpg"),
        ("gallery", "*.jpg"),
        ("meshes", "*.glb"),
        ("meshes/landmarks", "*.png"),
        ("patternnet", "*.safetensors"),
        ("fast_style", "*.safetensors"),
    )
    files = sorted(
        p for folder, pattern in kinds for p in (root / folder).glob(pattern)
    )
    (root / "SHA256SUMS").write_text(
        "".join(f"{sha256(p)}  {p.relative_to(root).as_posix()}\n" for p in files)
    )
    return len(files)


def _unknown(kind: str, name: object, names: list[str], instead: str) -> ValueError:
    near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.3)
    return ValueError(
        f"there is no {kind} {name!r}; the nearest are "
        f"{', '.join(map(repr, near)) or 'none'} (all: "
        f"{', '.join(names)}). {instead}"
    )


@functools.cache
def _patterns(file: Path) -> ModuleType:
    """The generator of PatternNet's pictures, which travels with the data."""
    folder = [str(file.parent)]  # makes it a package, whose modules import each other
    spec: Any = importlib.util.spec_from_file_location(
        "dputils_patterns", file, submodule_search_locations=folder
    )
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _averaged(mask: "torch.Tensor", size: tuple[int, int]) -> "torch.Tensor":
    """A mask at another size, each texel a mean: Lanczos would leave [0, 1]."""
    import torch.nn.functional as F

    return F.interpolate(mask, size=size, mode="area")


def _quiet_downloader() -> Any:
    import pooch

    agent = (
        "dputils (https://distill.pub/2018/differentiable-parameterizations notebooks)"
    )
    return pooch.HTTPDownloader(headers={"User-Agent": agent}, timeout=20)
