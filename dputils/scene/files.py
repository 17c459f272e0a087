"""Meshes in and out: OBJ with MTL and PNG, GLB, unwrapping, gutters of textures."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from ..color import srgb_to_linear
from ..media import read_image, to_image, unit_floats
from .atlas import GUTTER, chart_mask, dilate, unwrap
from .gltf import read_gltf, read_maps
from .meshes import Mesh, repair
from .obj import read_obj
from .parts import Joined, Part, Surface, joined
from .writing import write_glb, write_obj

# Meshes in the article's own source, which is under CC BY 4.0: web folder, credit, and
# SHA-256 of each file.
_ARTICLE = (
    "https://raw.githubusercontent.com/distillpub/"
    "post--differentiable-parameterizations/"
    "d6c1aae40ad26844e7ad8dce60ecb1eb37e0da1d/static/models/"
)
_BUNNY = {
    "position.3d": "3598027fe741addcbec2a9a7fb5e1910d8a6b806b6e257ebeb96fbaa2683f73e",
    "uv.3d": "439a3e72957c51f779fd253315c4d5a18eb2eaf7cb1caed9c1aaefec87f0a70e",
    "face.3d": "560b7e5c9021c2ce6a33c27477a52663675a28794de537a8a039c47dee4a2d93",
    "tex.jpg": "892a746db1b2fabf1e750f37199d9629560922a8a05fb735421f2ad1e0995329",
}
MESHES_ONLINE = {
    "stanford_bunny": (
        _ARTICLE + "bunny/",
        "Stanford bunny, Turk and Levoy, Stanford University, 1994",
        _BUNNY,
    ),
}


def load_mesh(
    path: str | Path,
    *,
    texture: str | Path | torch.Tensor | None = None,
    unwrap_missing: bool = True,
) -> Mesh:
    """Read a mesh from OBJ, GLB, glTF, PLY or STL, or from a folder of raw arrays.

    Args:
        path: a file; "stanford_bunny", which is downloaded on first use; or a folder
            with little-endian `position.3d` (float32), `uv.3d` (float32), `face.3d`
            (uint32) and perhaps `tex.jpg`, as the article's source has them.
        texture: a picture to use in place of the file's own: a path, or `(1, C, H, W)`
            in [0, 1].
        unwrap_missing: make texture coordinates with xatlas where the file has none,
            and say so.
    Returns: `Mesh`, with the file's own positions (see `normalized`). Several parts
        become one with one texture.
    Raises: FileNotFoundError; ValueError for files that are not meshes. Broken
        triangles are dropped with a warning.
    Differs: trimesh would weld the two sides of a texture seam; here they stay apart,
        as two vertices.
    """
    path = (
        fetch_mesh(str(path))
        if str(path) in MESHES_ONLINE and not Path(path).exists()
        else Path(path)
    )
    if not path.exists():
        raise FileNotFoundError(
            f"there is no file {path} (looked in {Path.cwd()}); by "
            f"name there is {', '.join(map(repr, MESHES_ONLINE))}"
        )
    if path.is_dir():
        found = _read_arrays(path)
    else:
        found = _read_file(path, texture is None, unwrap_missing)
    picture = found.texture
    if torch.is_tensor(texture):
        picture = texture if texture.dim() == 4 else texture[None]
    elif texture is not None:
        picture = read_image(texture)
    mesh = repair(
        found.positions, found.faces, found.uv, name=path.stem, texture=picture
    ).replace(material=found.material, double_sided=found.double_sided)
    if mesh.uv is None and unwrap_missing:
        mesh = unwrap(mesh)
        warnings.warn(
            f"{path.name} has no texture coordinates; xatlas unwrapped it "
            f"into {len(mesh.positions):,} vertices",
            stacklevel=2,
        )
    return mesh


def fetch_mesh(name: str) -> Path:
    """Folder with the files of a mesh that is known by name.

    They are downloaded on first use and checked against SHA-256.
    Raises: ValueError for an unknown name; RuntimeError without a network, saying where
        to put the files by hand.
    """
    if name not in MESHES_ONLINE:
        raise ValueError(
            f"fetch_mesh knows {', '.join(MESHES_ONLINE)}, not {name!r}; "
            "load_mesh(path) reads your own"
        )
    import pooch

    url, credit, files = MESHES_ONLINE[name]
    folder = Path(os.environ.get("DPUTILS_CACHE", pooch.os_cache("dputils"))) / name
    try:
        for file, known in files.items():
            pooch.retrieve(
                url + file, known_hash=f"sha256:{known}", fname=file, path=folder
            )
    except (OSError, ValueError) as error:
        raise RuntimeError(
            f"{credit}, could not be fetched ({type(error).__name__}: "
            f"{error}). Download {', '.join(files)} from {url} by hand "
            f"into {folder}, or use one of the meshes that come with "
            "the project, in data/meshes"
        ) from error
    return folder


def save_mesh(
    path: str | Path,
    mesh: Mesh,
    *,
    texture: torch.Tensor | None = None,
    relief: torch.Tensor | None = None,
    roughness: torch.Tensor | None = None,
    gutter: int = GUTTER,
    overwrite: bool = False,
) -> list[Path]:
    """Write a mesh, its texture and its material; returns the paths written.

    Args:
        path: ends in .glb (one file) or .obj (with .mtl and .png beside it).
        mesh: a `Mesh`.
        texture: `(1, 3 or 4, H, W)` in [0, 1], in place of the mesh's own.
        relief: a normal map `(1, 3, H, W)`, unit vectors, as
            `rasterize.relief_normals` makes them. For .glb only.
        roughness: `(1, 1, H, W)` in [0, 1], as for `rasterize.shade`. For .glb only.
        gutter: how many texels beyond its charts the texture is continued, so that no
            seams show where another program blurs or shrinks it. 0 leaves the texture
            as it is.
        overwrite: write over existing files.
    Raises: FileExistsError; ValueError for another ending, for a relief or a roughness
        of another shape or for .obj, and without texture coordinates for any picture.
    `load_maps` reads relief and roughness back, to a 255th. Gutters are of the texture
    alone.
    Normals are written too, smooth everywhere: `mesh.normals()`. A texture with opacity
    is marked as cut out where it is 0 or 1 only, and as see-through otherwise.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".obj", ".glb"):
        raise ValueError(
            f"a mesh is written as .obj or .glb, not {path.suffix or path.name!r}"
        )
    # materials and the files they name are separated by spaces in OBJ
    safe = "_".join(path.stem.split())
    files = [path] + (
        [path.with_name(safe + ".mtl"), path.with_name(safe + ".png")]
        if kind == ".obj"
        else []
    )
    existing = [str(file) for file in files if file.exists()]
    if existing and not overwrite:
        raise FileExistsError(
            f"{', '.join(existing)} exist already; "
            "pass overwrite=True or choose another name"
        )
    picture = mesh.texture if texture is None else texture
    maps = [_map(relief, 3, "relief", kind), _map(roughness, 1, "roughness", kind)]
    if any(each is not None for each in (picture, *maps)) and mesh.uv is None:
        raise ValueError(
            f"{mesh.name} has a texture but no texture coordinates; "
            "scene.unwrap(mesh) makes them"
        )
    image = None
    if picture is not None:
        picture = picture if picture.dim() == 4 else picture[None]
        picture = unit_floats(picture.detach().cpu(), "the texture").float()
        image = to_image(
            dilate(picture, chart_mask(mesh, picture.shape[2:]), gutter)
            if gutter
            else picture
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == ".glb":
        write_glb(path, mesh, image, *maps)
        return [path]
    return write_obj(path, mesh, image, safe)


def load_maps(path: str | Path) -> tuple[torch.Tensor, torch.Tensor]:
    """The relief and the roughness of a .glb or .gltf file with one material.

    Returns: normals `(1, 3, H, W)`, unit vectors but for the rounding to 8 bits, and
        roughness `(1, 1, H, W)` in [0, 1], as `rasterize.shade` takes them. Where the
        file has no map, one texel: flat, and as rough as it says.
    Raises: FileNotFoundError; ValueError for other files, for none or several
        materials, and for maps that are moved or lie at second coordinates.
    Differs: a map's wrap mode and metal are left out.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path} (looked in {Path.cwd()})")
    if path.suffix.lower() not in (".glb", ".gltf"):
        raise ValueError(f"maps are read from .glb and .gltf, not from {path.name}")
    try:
        found = read_maps(path)
    except Exception as error:
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise ValueError(f"the maps of {path} cannot be read: {kind}{error}") from error
    normals, rough = (
        torch.from_numpy(each).float().permute(2, 0, 1)[None] for each in found
    )
    return normals, rough


def _map(
    values: torch.Tensor | None, channels: int, name: str, kind: str
) -> Image.Image | None:
    """A map of a material as a picture of 8 bits."""
    if values is None:
        return None
    if kind != ".glb":
        raise ValueError(f"{name} is written to .glb only; .obj has no place for it")
    if values.dim() != 4 or values.shape[:2] != (1, channels):
        raise ValueError(
            f"{name} must be (1, {channels}, H, W), not {tuple(values.shape)}"
        )
    values = unit_floats(values.detach().cpu(), name).float()
    if channels == 3:
        length = values.norm(dim=1)
        # 8 bits shorten or lengthen a normal by less than this
        if not ((length > 0.98) & (length < 1.02)).all():
            raise ValueError(
                f"{name} must hold unit vectors; these are {float(length.min()):.3g}"
                f" to {float(length.max()):.3g} long. F.normalize(…, dim=1) makes them"
            )
        values = 0.5 + 0.5 * values
    return to_image(values)


def _read_arrays(folder):
    missing = [
        name for name in ("position.3d", "face.3d") if not (folder / name).exists()
    ]
    if missing:
        raise ValueError(
            f"the folder {folder} has no {' and no '.join(missing)}; "
            "load_mesh takes a file, or a folder of position.3d, uv.3d, face.3d"
        )

    def read(name, dtype, columns):
        data = (folder / name).read_bytes()
        if len(data) % (4 * columns):
            raise ValueError(
                f"{folder / name} has {len(data)} bytes, "
                f"not a multiple of {4 * columns}"
            )
        return np.frombuffer(data, dtype).reshape(-1, columns)

    uv = (
        torch.from_numpy(read("uv.3d", "<f4", 2).copy())
        if (folder / "uv.3d").exists()
        else None
    )
    picture = next((read_image(file) for file in sorted(folder.glob("tex.*"))), None)
    return Joined(
        torch.from_numpy(read("position.3d", "<f4", 3).copy()),
        torch.from_numpy(read("face.3d", "<u4", 3).astype(np.int64)),
        uv,
        picture,
    )


def _read_file(path: Path, wants_texture: bool, unwrapping: bool) -> Joined:
    kind = path.suffix.lower()
    reader = {".gltf": read_gltf, ".glb": read_gltf, ".obj": read_obj}.get(kind)
    with warnings.catch_warnings():
        if not wants_texture:
            # what is said here is about pictures that another one takes the place of
            warnings.filterwarnings("ignore", f"{path.name}", UserWarning)
        if reader is None:
            parts = _read_trimesh(path)
        else:
            try:
                parts = reader(path)
            # a damaged file fails anywhere inside the reader, in any way
            except Exception as error:
                kind = type(error).__name__
                why = (
                    f"{error}" if isinstance(error, ValueError) else f"{kind}: {error}"
                )
                raise ValueError(
                    f"{path} could not be read as a mesh: {why}"
                ) from error
    if not any(len(part.faces) for part in parts):
        raise ValueError(
            f"{path} holds no triangles "
            f"({sum(len(part.positions) for part in parts)} vertices); "
            "points and lines cannot be drawn"
        )
    if not wants_texture and all(part.uv is not None for part in parts):
        for part in parts:
            part.surface = part.colors = None
    return joined(parts, path.stem, unwrapping)


def _read_trimesh(path: Path) -> list[Part]:
    import trimesh

    kinds = sorted({*trimesh.available_formats(), "glb", "gltf", "obj"})
    if path.suffix.lower()[1:] not in kinds:
        raise ValueError(
            f"{path.name} is not a mesh file that can be read; {', '.join(kinds)} are"
        )
    try:
        body: Any = trimesh.load(path, process=False, force="mesh")
        positions, faces = np.asarray(body.vertices), np.asarray(body.faces)
    except Exception as error:
        raise ValueError(
            f"{path} could not be read as a mesh ({type(error).__name__}: {error})"
        ) from error
    uv = getattr(body.visual, "uv", None)
    uv = None if uv is None or len(uv) != len(positions) else np.array(uv, np.float64)
    colors = surface = None
    if body.visual.kind == "vertex":
        share = np.asarray(body.visual.vertex_colors, np.float64) / 255
        light = srgb_to_linear(torch.from_numpy(share[:, :3].T[None, :, :, None]))
        colors = np.c_[light[0, :, :, 0].T.numpy(), share[:, 3]]
    material = getattr(body.visual, "material", None)
    picture = getattr(material, "image", None)
    # where a file has none, trimesh makes a grey one of 2 × 2
    if picture is not None and picture.size != (2, 2):
        surface = Surface(np.asarray(picture.convert("RGBA")))
    elif uv is not None and b"TextureFile" in (head := path.read_bytes()[:4096]):
        name = head.split(b"TextureFile", 1)[1].splitlines()[0].decode().strip()
        warnings.warn(
            f"{path.name} names a texture that was not found ({name}); the mesh has "
            "none now, pass texture=",
            stacklevel=4,
        )
    return [Part(positions, faces, uv, colors, surface)]
