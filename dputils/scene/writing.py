"""Writing GLB and OBJ, so that other programs show what we see."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from ..rasterize import tangent_frames
from .meshes import Mesh
from .parts import Array

FLOATS, WHOLE = 5126, 5125  # componentType: float32, uint32
VERTICES, INDICES = 34962, 34963  # what a buffer view is for


def write_glb(
    path: Path,
    mesh: Mesh,
    picture: Image.Image | None,
    relief: Image.Image | None = None,
    rough: Image.Image | None = None,
) -> None:
    """One file with positions, smooth normals, texture coordinates and texture, and
    the maps of a material. With a relief, tangents are written, so that the normals of
    the map lean in other programs as they do here.

    Args: `relief`, RGB, a normal map; `rough`, grey, roughness.
    Source: Khronos, "glTF 2.0 Specification", 2021; its validator has no remarks.
    """
    chunks: list[bytes] = []
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []

    def view(data: bytes, **more: Any) -> int:
        start = sum(map(len, chunks))
        chunks.append(data + b"\0" * (-len(data) % 4))
        views.append(
            {"buffer": 0, "byteOffset": start, "byteLength": len(data), **more}
        )
        return len(views) - 1

    def accessor(values: Array, kind: str, component: int, target: int) -> int:
        accessors.append(
            {
                "bufferView": view(values.tobytes(), target=target),
                "componentType": component,
                "count": len(values),
                "type": kind,
                "min": values.min(0, keepdims=values.ndim == 1).tolist(),
                "max": values.max(0, keepdims=values.ndim == 1).tolist(),
            }
        )
        return len(accessors) - 1

    positions, normals, uv, faces = _arrays(mesh)
    attributes = {
        "POSITION": accessor(positions, "VEC3", FLOATS, VERTICES),
        "NORMAL": accessor(normals, "VEC3", FLOATS, VERTICES),
    }
    if uv is not None:
        # the format counts v downwards
        down = np.stack([uv[:, 0], 1 - uv[:, 1]], 1).astype("<f4")
        attributes["TEXCOORD_0"] = accessor(down, "VEC2", FLOATS, VERTICES)
    if relief is not None:
        tangents = _tangents(mesh, normals)
        attributes["TANGENT"] = accessor(tangents, "VEC4", FLOATS, VERTICES)
    primitive: dict[str, Any] = {
        "attributes": attributes,
        "indices": accessor(faces.ravel(), "SCALAR", WHOLE, INDICES),
    }
    tree: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "dputils"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": mesh.name}],
        "meshes": [{"name": mesh.name, "primitives": [primitive]}],
    }
    images: list[dict[str, Any]] = []

    def texture(image: Image.Image) -> dict[str, int]:
        file = io.BytesIO()
        image.save(file, "png")
        images.append({"bufferView": view(file.getvalue()), "mimeType": "image/png"})
        return {"index": len(images) - 1}

    base: dict[str, Any] = {"metallicFactor": 0, "roughnessFactor": 1}
    material: dict[str, Any] = {
        "name": mesh.material or mesh.name,
        "pbrMetallicRoughness": base,
        "doubleSided": mesh.double_sided,
    }
    if picture is not None:
        base["baseColorTexture"] = texture(picture)
        if picture.mode == "RGBA":
            material["alphaMode"] = "MASK" if _all_or_nothing(picture) else "BLEND"
    if relief is not None:
        material["normalTexture"] = texture(relief)
    if rough is not None:
        # green is roughness; blue would be metal, which a factor of 0 rules out
        base["metallicRoughnessTexture"] = texture(rough.convert("RGB"))
    if images:
        primitive["material"] = 0
        tree["materials"] = [material]
        tree["textures"] = [{"source": number} for number in range(len(images))]
        tree["images"] = images
    body = b"".join(chunks)
    tree |= {
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(body)}],
    }
    text = json.dumps(tree, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(
        struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(body))
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + struct.pack("<I4s", len(body), b"BIN\0")
        + body
    )


def write_obj(
    path: Path, mesh: Mesh, picture: Image.Image | None, safe: str
) -> list[Path]:
    """OBJ, and MTL and PNG beside it where there is a texture; returns all paths.

    Args: `safe`, the name of the other two: OBJ separates words by spaces.
    """
    positions, normals, uv, faces = _arrays(mesh)
    lines = [f"mtllib {safe}.mtl"] if picture is not None else []
    lines.append(f"o {' '.join(mesh.name.split())}")
    for word, values in (("v", positions), ("vt", uv), ("vn", normals)):
        if values is not None:
            lines += [f"{word} " + " ".join(f"{x:.9g}" for x in row) for row in values]
    material = "_".join((mesh.material or safe).split())
    lines += [f"usemtl {material}"] if picture is not None else []
    corner = "{0}//{0}" if uv is None else "{0}/{0}/{0}"
    lines += ["f " + " ".join(corner.format(k) for k in row) for row in faces + 1]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if picture is None:
        return [path]
    mtl, png = path.with_name(safe + ".mtl"), path.with_name(safe + ".png")
    said = ["Ka 0 0 0", "Kd 1.0 1.0 1.0", "Ks 0 0 0", "illum 1", f"map_Kd {png.name}"]
    if picture.mode == "RGBA":
        said.append(f"map_d {png.name}")
    mtl.write_text("\n".join([f"newmtl {material}", *said]) + "\n", encoding="utf-8")
    picture.save(png)
    return [path, mtl, png]


def _arrays(mesh: Mesh) -> tuple[Array, Array, Array | None, Array]:
    normals = mesh.normals().detach().cpu().double().numpy()
    # a vertex without a triangle faces nowhere, and a normal must have a length
    normals[np.linalg.norm(normals, axis=1) < 0.5] = 0, 1, 0
    return (
        mesh.positions.detach().cpu().numpy().astype("<f4"),
        normals.astype("<f4"),
        None if mesh.uv is None else mesh.uv.detach().cpu().numpy().astype("<f4"),
        mesh.faces.cpu().numpy().astype("<u4"),
    )


def _tangents(mesh: Mesh, normals: Array) -> Array:
    """Where u grows, and whether v grows to the left of it (1) or not (-1), `(V, 4)`.

    Args: `normals`, those that are written.
    """
    frames = tangent_frames(
        mesh.positions.detach().cpu().float(),
        mesh.required_uv().detach().cpu().float(),
        mesh.faces.cpu(),
        torch.from_numpy(normals.astype(np.float32)),
    )
    u, v, normal = frames.double().unbind(2)
    left = (torch.linalg.cross(normal, u) * v).sum(1, keepdim=True)
    whole = torch.cat([u, torch.where(left < 0, -1.0, 1.0)], 1)
    return whole.numpy().astype("<f4")


def _all_or_nothing(picture: Image.Image) -> bool:
    return set(np.unique(np.asarray(picture)[:, :, 3]).tolist()) <= {0, 255}
