"""Meshes in and out: OBJ with MTL and PNG, GLB, unwrapping, gutters of textures."""

import os
import warnings
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from ..media import read_image, to_image, unit_floats
from ..rasterize import rasterize
from ..sizes import Size, height_width
from .meshes import Mesh, repair

# texels: what mip levels and a resize in another program may reach beyond a chart
GUTTER = 8

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
        positions, faces, uv, picture = _read_arrays(path)
    else:
        positions, faces, uv, picture = _read_file(path, texture is None)
    if torch.is_tensor(texture):
        picture = texture if texture.dim() == 4 else texture[None]
    elif texture is not None:
        picture = read_image(texture)
    mesh = repair(positions, faces, uv, name=path.stem, texture=picture)
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
    gutter: int = GUTTER,
    overwrite: bool = False,
) -> list[Path]:
    """Write a mesh and its texture; returns the paths written.

    Args:
        path: ends in .glb (one file) or .obj (with .mtl and .png beside it).
        mesh: a `Mesh`.
        texture: `(1, 3 or 4, H, W)` in [0, 1], in place of the mesh's own.
        gutter: how many texels beyond its charts the texture is continued, so that no
            seams show where another program blurs or shrinks it. 0 leaves the texture
            as it is.
        overwrite: write over existing files.
    Raises: FileExistsError; ValueError for another ending.
    """
    import trimesh

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
    if picture is not None and mesh.uv is None:
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
    body = trimesh.Trimesh(
        mesh.positions.detach().cpu().double().numpy(),
        mesh.faces.cpu().numpy(),
        process=False,
    )
    if mesh.uv is not None:
        white = [255, 255, 255, 255]
        material = (
            trimesh.visual.material.SimpleMaterial(
                image=image,
                diffuse=white,
                ambient=white,
                specular=[0] * 4,
                glossiness=0.0,
            )
            if kind == ".obj"
            else trimesh.visual.material.PBRMaterial(
                baseColorTexture=image,
                metallicFactor=0.0,
                roughnessFactor=1.0,
                baseColorFactor=white,
                doubleSided=True,
            )
        )
        material.name = safe
        body.visual = trimesh.visual.TextureVisuals(
            uv=mesh.uv.detach().cpu().numpy(), material=material
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == ".glb":
        body.export(path, file_type="glb")
        return files
    text, others = trimesh.exchange.obj.export_obj(
        body,
        return_texture=True,
        mtl_name=safe + ".mtl",
        digits=8,
        include_normals=False,
        header="",
    )
    path.write_text(text, encoding="utf-8")
    for name, content in others.items():
        path.with_name(name).write_bytes(content)
    return [file for file in files if file == path or file.name in others]


def unwrap(mesh: Mesh, *, size: int = 1024, gutter: int = GUTTER) -> Mesh:
    """The mesh with new texture coordinates from xatlas.

    Its texture, which no longer fits, is dropped.
    Args:
        size: the texture for which the charts are spaced.
        gutter: texels around each chart at that size, so that two charts are at least
            twice that apart.
    Raises: ImportError with what to do where xatlas is missing.
    """
    try:
        import xatlas
    except ImportError as error:
        raise ImportError(
            f"{mesh.name} has no texture coordinates, and xatlas, which "
            "makes them, is not installed: pip install xatlas (not yet "
            "for Python 3.14), or unwrap the mesh in Blender"
        ) from error
    if len(mesh.faces) > 150_000:
        warnings.warn(
            f"unwrapping {len(mesh.faces):,} triangles takes minutes; "
            "simplify the mesh first",
            stacklevel=2,
        )
    positions = mesh.positions.detach().cpu().float().numpy()
    options = xatlas.PackOptions()
    options.resolution, options.padding = size, round(2.5 * gutter)
    for _ in range(4):
        atlas = xatlas.Atlas()
        atlas.add_mesh(positions, mesh.faces.cpu().numpy().astype(np.uint32))
        atlas.generate(pack_options=options)
        # xatlas exceeds the size it was asked for, and then its padding is worth less
        # once the atlas is shrunk to fit.
        side = max(atlas.width, atlas.height)
        if options.padding * size >= 2 * gutter * side:
            break
        options.padding = round(1.1 * 2 * gutter * side / size) + 1
    source, faces, uv = atlas.get_mesh(0)
    # one scale for both directions
    uv = uv * np.array([atlas.width, atlas.height], np.float32) / side
    return Mesh(
        mesh.positions[
            torch.from_numpy(source.astype(np.int64)).to(mesh.positions.device)
        ],
        torch.from_numpy(faces.astype(np.int64)),
        torch.from_numpy(np.ascontiguousarray(uv)),
        None,
        mesh.name,
    )


def chart_mask(mesh: Mesh, size: Size, *, margin: int = 1) -> torch.Tensor:
    """Texels that belong to a chart, or lie within `margin` of one.

    Returns: `(1, 1, H, W)` bool.
    With a margin of 1 these are all that a bilinear lookup inside a chart can touch.
    """
    height, width = height_width(size)
    uv = mesh.required_uv().detach().cpu()
    # so that slivers between texel centres count
    finer = 2 if max(height, width) <= 2048 else 1
    # a whole number of tiles away draws the same
    uv = uv - uv.floor().amin(0)
    clip = torch.cat([uv * 2 - 1, torch.zeros(len(uv), 1), torch.ones(len(uv), 1)], 1)
    covered = rasterize(
        clip[None], mesh.faces.cpu(), (height * finer, width * finer)
    ).mask.float()
    covered = F.max_pool2d(covered, finer)
    covered = F.max_pool2d(covered, 2 * margin + 1, 1, margin) if margin else covered
    return (covered > 0).to(mesh.positions.device)


def dilate(
    texture: torch.Tensor, mask: torch.Tensor, texels: int = GUTTER
) -> torch.Tensor:
    """Continue a texture beyond its charts, texel by texel, by the mean of neighbours.

    Args:
        texture: `(1, C, H, W)`.
        mask: `(1, 1, H, W)` bool, what to keep (`chart_mask`).
        texels: how far; what lies farther keeps its value.
    Returns: `(1, C, H, W)`, unchanged where `mask` is set.
    """
    filled = mask.to(texture)
    color = texture * filled
    for _ in range(texels):
        near = F.avg_pool2d(filled, 3, 1, 1)
        mean = F.avg_pool2d(color, 3, 1, 1) / near.clamp(min=1e-6)
        color = torch.where(filled > 0, color, mean)
        filled = (near > 0).to(texture)
    return torch.where(filled > 0, color, texture)


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
    return (
        torch.from_numpy(read("position.3d", "<f4", 3).copy()),
        torch.from_numpy(read("face.3d", "<u4", 3).astype(np.int64)),
        uv,
        picture,
    )


def _read_file(path, wants_texture):
    import trimesh

    kinds = sorted(trimesh.available_formats())
    if path.suffix.lower()[1:] not in kinds:
        raise ValueError(
            f"{path.name} is not a mesh file that can be read; {', '.join(kinds)} are"
        )
    try:
        body = trimesh.load(path, process=False, force="mesh")
        positions, faces = np.asarray(body.vertices), np.asarray(body.faces)
    # a damaged file fails anywhere inside the reader, in any way
    except Exception as error:
        raise ValueError(
            f"{path} could not be read as a mesh ({type(error).__name__}: {error})"
        ) from error
    if not len(positions) or not len(faces):
        raise ValueError(
            f"{path} holds no triangles ({len(positions)} vertices, "
            f"{len(faces)} faces); points and lines cannot be drawn"
        )
    uv = getattr(body.visual, "uv", None)
    uv = (
        None
        if uv is None or len(uv) != len(positions)
        else torch.from_numpy(np.array(uv, np.float32))
    )
    material = getattr(body.visual, "material", None)
    picture = (
        getattr(material, "baseColorTexture", None) if material is not None else None
    )
    picture = getattr(material, "image", None) if picture is None else picture
    said = (
        path.read_text(errors="replace")
        if path.suffix.lower() == ".obj" and wants_texture
        else ""
    )
    if picture is None and "mtllib" in said:
        named = [
            line.split(maxsplit=1)[-1].strip()
            for file in path.parent.glob("*.mtl")
            for line in file.read_text(errors="replace").splitlines()
            if line.strip().startswith("map_Kd")
        ]
        lost = [name for name in named if not (path.parent / name).exists()]
        if lost or not named:
            warnings.warn(
                f"{path.name} names a texture that was not found "
                f"({', '.join(lost) or 'no .mtl file'}); the mesh has none "
                "now, pass texture=",
                stacklevel=3,
            )
    return (
        torch.from_numpy(np.array(positions, np.float32)),
        torch.from_numpy(np.array(faces, np.int64)),
        uv,
        None
        if picture is None
        else read_image(
            picture, mode="RGBA" if picture.mode in ("RGBA", "LA") else "RGB"
        ),
    )
