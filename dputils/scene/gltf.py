"""Reading glTF and GLB: what each part of a model looks like without light.

The file's JSON is read here rather than by a library, because what libraries drop in
silence (transforms of texture coordinates, wrap modes, tints, second coordinates,
colours at vertices) is what a picture is made of. What cannot be read is refused or
warned about by its name. Source: Khronos, "glTF 2.0 Specification", 2021.
"""

import base64
import io
import json
import struct
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import numpy as np
from PIL import Image

from .parts import BLEND, MASK, OPAQUE, Array, Part, Surface

NUMBERS: dict[int, np.dtype[Any]] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
WIDTHS = {
    "SCALAR": 1,
    "VEC2": 2,
    "VEC3": 3,
    "VEC4": 4,
    "MAT2": 4,
    "MAT3": 9,
    "MAT4": 16,
}
WRAPS = {33071: "clamp", 33648: "mirror", 10497: "repeat"}
# What a file may require: read here, or of no consequence without light.
KNOWN = {
    "KHR_texture_transform",
    "KHR_mesh_quantization",
    "KHR_draco_mesh_compression",
    "EXT_texture_webp",
    "KHR_lights_punctual",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_unlit",
}
LIGHT = "KHR_materials_"  # the others of this family change how light is answered
HELP = {
    "EXT_meshopt_compression": "unpack it first: npx @gltf-transform/cli copy in out",
    "KHR_meshopt_compression": "unpack it first: npx @gltf-transform/cli copy in out",
    "KHR_texture_basisu": "it holds KTX2 pictures; convert them to PNG first",
}


def read_gltf(path: Path) -> list[Part]:
    """The parts of a .gltf or .glb file's scene, placed in space.

    Raises: ValueError, naming the feature, for what cannot be shown as it is meant.
    Warns: of pictures that are missing, points and lines, and light that is left out.
    """
    return _File(path).parts()


def read_maps(path: Path) -> tuple[Array, Array]:
    """Normal map `(H, W, 3)` and roughness `(H, W, 1)` of the only material of a file.

    What has no map is one texel. Raises and warns as `read_gltf` does.
    """
    file = _File(path)
    materials = file.tree.get("materials", [])
    if len(materials) != 1:
        raise ValueError(
            f"it has {len(materials)} materials; maps are read from files with one"
        )
    base = materials[0].get("pbrMetallicRoughness", {})

    def texels(info: dict[str, Any]) -> Array | None:
        if info.get("extensions") or info.get("texCoord", 0):
            raise ValueError(
                "a map lies elsewhere than the first texture coordinates, and maps are "
                "read only from there"
            )
        image, _ = file._texture(info["index"])
        return None if image is None else image.astype(np.float64) / 255

    normals, rough = np.array([[[0.0, 0, 1]]]), np.ones((1, 1, 1))
    info = materials[0].get("normalTexture")
    if info is not None and (found := texels(info)) is not None:
        normals = 2 * found[:, :, :3] - 1
        normals[:, :, :2] *= info.get("scale", 1)
    info = base.get("metallicRoughnessTexture")
    if info is not None and (found := texels(info)) is not None:
        rough = found[:, :, 1:2]
    if base.get("metallicFactor", 1):
        file.tell("metal is left out")
    return normals, rough * base.get("roughnessFactor", 1)


class _File:
    def __init__(self, path: Path) -> None:
        self.path = path
        data = path.read_bytes()
        self.chunk = b""
        if data[:4] == b"glTF":
            data, self.chunk = _chunks(path, data)
        try:
            self.tree: dict[str, Any] = json.loads(data)
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"its JSON is damaged ({error})") from error
        version = str(self.tree.get("asset", {}).get("version", "none"))
        if not version.startswith("2"):
            raise ValueError(f"it is glTF of version {version}; only 2 is read")
        for name in self.tree.get("extensionsRequired", []):
            if name not in KNOWN and not name.startswith(LIGHT):
                raise ValueError(
                    f"it requires {name}, which is not read here"
                    + (f"; {HELP[name]}" if name in HELP else "")
                )
        self.buffer = lru_cache(None)(self._buffer)
        self.picture = lru_cache(None)(self._picture)
        self.surface = lru_cache(None)(self._surface)
        self.told: set[str] = set()

    def tell(self, message: str) -> None:
        """Once each."""
        if message not in self.told:
            self.told.add(message)
            warnings.warn(f"{self.path.name}: {message}", stacklevel=7)

    # ---- the tree --------------------------------------------------------------------

    def parts(self) -> list[Part]:
        nodes = self.tree.get("nodes", [])
        scenes = self.tree.get("scenes", [])
        if scenes:
            roots = scenes[self.tree.get("scene", 0)].get("nodes", [])
        else:
            children = {c for node in nodes for c in node.get("children", [])}
            roots = [k for k in range(len(nodes)) if k not in children]
        self.world: dict[int, Array] = {}
        todo = [(root, np.eye(4)) for root in roots]
        while todo:
            number, above = todo.pop()
            if number in self.world:
                raise ValueError(f"node {number} has two parents")
            self.world[number] = above @ _local(nodes[number])
            todo += [(c, self.world[number]) for c in nodes[number].get("children", [])]
        found = [
            part
            for number in sorted(self.world)
            if "mesh" in nodes[number]
            for part in self._mesh(nodes[number], self.world[number])
        ]
        if not nodes:  # a library of meshes that no scene shows
            for number in range(len(self.tree.get("meshes", []))):
                found += self._mesh({"mesh": number}, np.eye(4))
        return found

    def _mesh(self, node: dict[str, Any], world: Array) -> list[Part]:
        mesh = self.tree["meshes"][node["mesh"]]
        weights = node.get("weights", mesh.get("weights", []))
        skin = self._skin(node["skin"]) if "skin" in node else None
        parts = []
        for primitive in mesh["primitives"]:
            mode = primitive.get("mode", 4)
            if mode < 4:
                self.tell("points and lines are left out; only triangles are drawn")
                continue
            known, faces = self._attributes(primitive, mode)
            if "POSITION" not in known:
                continue
            places = known["POSITION"].astype(np.float64)
            for weight, target in zip(weights, primitive.get("targets", [])):
                if weight and "POSITION" in target:
                    places = places + weight * self.accessor(target["POSITION"])
            if skin is not None and "JOINTS_0" in known and "WEIGHTS_0" in known:
                places = _posed(places, skin, known)
            else:
                places = places @ world[:3, :3].T + world[:3, 3]
                if np.linalg.det(world[:3, :3]) < 0:
                    faces = faces[:, ::-1]
            parts.append(self._part(places, faces, known, primitive.get("material")))
        return parts

    def _skin(self, number: int) -> Array:
        """What each joint does to a point of the mesh, `(J, 4, 4)`."""
        skin = self.tree["skins"][number]
        worlds = np.stack([self.world.get(j, np.eye(4)) for j in skin["joints"]])
        if "inverseBindMatrices" not in skin:
            return worlds
        columns = self.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
        return worlds @ columns.transpose(0, 2, 1)

    def _attributes(
        self, primitive: dict[str, Any], mode: int
    ) -> tuple[dict[str, Array], Array]:
        names = primitive["attributes"]
        packed = primitive.get("extensions", {}).get("KHR_draco_mesh_compression")
        if packed:
            known, indices = self._draco(packed, names)
        else:
            known = {name: self.accessor(number) for name, number in names.items()}
            if "indices" in primitive:
                indices = self.accessor(primitive["indices"])[:, 0].astype(np.int64)
            else:
                indices = np.arange(len(known.get("POSITION", ())))
        return known, _triangles(indices, 4 if packed else mode)

    def _part(
        self, places: Array, faces: Array, known: dict[str, Array], number: int | None
    ) -> Part:
        surface, channel, matrix = self.surface(number)
        uv = None
        name = f"TEXCOORD_{channel}"
        if name in known:
            across = np.c_[known[name][:, :2], np.ones(len(places))] @ matrix.T
            uv = np.stack([across[:, 0], 1 - across[:, 1]], 1)
        elif surface is not None and surface.image is not None:
            self.tell(f"a picture is meant to lie at {name}, which is missing")
        colors = known.get("COLOR_0")
        if colors is not None and colors.shape[1] == 3:
            colors = np.c_[colors, np.ones(len(colors))]
        material = {} if number is None else self.tree["materials"][number]
        return Part(
            places,
            faces,
            uv,
            colors,
            surface,
            material.get("name"),
            material.get("doubleSided", False),
        )

    # ---- materials -------------------------------------------------------------------

    def _surface(self, number: int | None) -> tuple[Surface | None, int, Array]:
        """A material's surface, its set of texture coordinates, and their matrix."""
        if number is None:
            return None, 0, np.eye(3)[:2]
        material = self.tree["materials"][number]
        extensions = material.get("extensions", {})
        base = material.get("pbrMetallicRoughness", {})
        tint = base.get("baseColorFactor", [1, 1, 1, 1])
        info = base.get("baseColorTexture")
        if "KHR_materials_pbrSpecularGlossiness" in extensions:
            gloss = extensions["KHR_materials_pbrSpecularGlossiness"]
            tint = gloss.get("diffuseFactor", [1, 1, 1, 1])
            info = gloss.get("diffuseTexture")
        glow = material.get("emissiveFactor", [0, 0, 0])
        if any(glow):
            more = extensions.get("KHR_materials_emissive_strength", {})
            glow = [part * more.get("emissiveStrength", 1) for part in glow]
            if "emissiveTexture" in material and info is None:
                info, tint = material["emissiveTexture"], [*glow, tint[3]]
            elif info is None and not any(tint[:3]):
                tint = [*glow, tint[3]]
            else:
                self.tell("a surface glows; its own light is left out")
        mode = material.get("alphaMode", "OPAQUE")
        alpha = {"MASK": MASK, "BLEND": BLEND}.get(mode, OPAQUE)
        channel, matrix, image, wrap = 0, np.eye(3)[:2], None, ("repeat", "repeat")
        if info is not None:
            image, wrap = self._texture(info["index"])
            if image is None and all(part == 1 for part in tint):
                return None, 0, matrix
            channel = info.get("texCoord", 0)
            moved = info.get("extensions", {}).get("KHR_texture_transform", {})
            channel, matrix = moved.get("texCoord", channel), _transform(moved)
        surface = Surface(
            image,
            tuple(map(float, tint)),
            wrap,
            alpha,
            material.get("alphaCutoff", 0.5),
        )
        return surface, channel, matrix

    def _texture(self, number: int) -> tuple[Array | None, tuple[str, str]]:
        texture = self.tree["textures"][number]
        sampler = {}
        if "sampler" in texture:
            sampler = self.tree["samplers"][texture["sampler"]]
        wrap = WRAPS[sampler.get("wrapS", 10497)], WRAPS[sampler.get("wrapT", 10497)]
        webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
        source = webp.get("source", texture.get("source"))
        if source is None:
            names = ", ".join(texture.get("extensions", {})) or "nothing"
            raise ValueError(
                f"a picture is there only by {names}, which is not read here"
                + (f"; {HELP[names]}" if names in HELP else "")
            )
        return self.picture(source), wrap

    def _picture(self, number: int) -> Array | None:
        image = self.tree["images"][number]
        if "bufferView" in image:
            data = self._view(image["bufferView"])
        else:
            try:
                data = self._load(image["uri"])
            except FileNotFoundError:
                self.tell(
                    f"it names a texture that was not found ({image['uri']}); that "
                    "part has its plain colour now"
                )
                return None
        if data[:12] == b"\xabKTX 20\xbb\r\n\x1a\n":
            raise ValueError(f"it holds a KTX2 picture; {HELP['KHR_texture_basisu']}")
        try:
            # the format says that colour profiles do not count
            with Image.open(io.BytesIO(data)) as picture:
                return np.asarray(picture.convert("RGBA"))
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(
                f"its picture {number} cannot be opened ({error})"
            ) from error

    # ---- numbers ---------------------------------------------------------------------

    def accessor(self, number: int) -> Array:
        """`(count, width)`; quantized numbers that stand for fractions as fractions."""
        accessor = self.tree["accessors"][number]
        kind = NUMBERS[accessor["componentType"]]
        width, count = WIDTHS[accessor["type"]], accessor["count"]
        values = np.zeros((count, width), kind)
        if "bufferView" in accessor:
            values = self._strided(
                accessor["bufferView"],
                accessor.get("byteOffset", 0),
                kind,
                count,
                width,
            ).copy()
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            places, others = sparse["indices"], sparse["values"]
            index = self._strided(
                places["bufferView"],
                places.get("byteOffset", 0),
                NUMBERS[places["componentType"]],
                sparse["count"],
                1,
            )[:, 0]
            values[index.astype(np.int64)] = self._strided(
                others["bufferView"],
                others.get("byteOffset", 0),
                kind,
                sparse["count"],
                width,
            )
        if accessor.get("normalized"):
            values = np.maximum(values / _highest(kind), -1.0)
        return values

    def _strided(
        self, view: int, offset: int, kind: np.dtype[Any], count: int, width: int
    ) -> Array:
        data = self._view(view)
        step = self.tree["bufferViews"][view].get("byteStride", kind.itemsize * width)
        needed = offset + step * (count - 1) + kind.itemsize * width
        if count and needed > len(data):
            raise ValueError(
                f"buffer view {view} has {len(data)} bytes, and {needed} are asked for"
            )
        return np.ndarray(
            (count, width), kind, bytearray(data), offset, (step, kind.itemsize)
        )

    def _view(self, number: int) -> bytes:
        view = self.tree["bufferViews"][number]
        for name in ("EXT_meshopt_compression", "KHR_meshopt_compression"):
            if name in view.get("extensions", {}):
                raise ValueError(f"it is packed by {name}; {HELP[name]}")
        start = view.get("byteOffset", 0)
        return self.buffer(view["buffer"])[start : start + view["byteLength"]]

    def _buffer(self, number: int) -> bytes:
        buffer = self.tree["buffers"][number]
        if "uri" not in buffer:
            return self.chunk
        try:
            return self._load(buffer["uri"])
        except FileNotFoundError:
            raise ValueError(
                f"its numbers lie in {buffer['uri']}, which is not beside it"
            ) from None

    def _load(self, uri: str) -> bytes:
        if uri.startswith("data:"):
            head, _, body = uri.partition(",")
            if head.endswith(";base64"):
                return base64.b64decode(body)
            return unquote_to_bytes(body)
        for name in (unquote(uri), uri):
            if (self.path.parent / name).is_file():
                return (self.path.parent / name).read_bytes()
        raise FileNotFoundError(uri)

    def _draco(
        self, packed: dict[str, Any], names: dict[str, int]
    ) -> tuple[dict[str, Array], Array]:
        try:
            import DracoPy
        except ModuleNotFoundError as error:
            raise ValueError(
                "it is packed by Draco, and the package that unpacks it is missing: "
                "pip install DracoPy"
            ) from error
        body = DracoPy.decode(self._view(packed["bufferView"]))
        by_id = {each["unique_id"]: each["data"] for each in body.attributes}
        known = {}
        for name, number in packed["attributes"].items():
            values = np.asarray(by_id[number])
            values = values.reshape(len(values), -1)
            accessor = self.tree["accessors"][names[name]]
            if accessor.get("normalized") and values.dtype.kind in "iu":
                values = values / _highest(values.dtype)
            known[name] = values
        return known, np.asarray(body.faces, np.int64).ravel()


def _highest(kind: np.dtype[Any]) -> float:
    return float(2 ** (8 * kind.itemsize - (kind.kind == "i")) - 1)


def _chunks(path: Path, data: bytes) -> tuple[bytes, bytes]:
    """The JSON and the binary part of a GLB."""
    found: dict[bytes, bytes] = {}
    start = 12
    while start + 8 <= len(data):
        length, kind = struct.unpack_from("<I4s", data, start)
        found.setdefault(kind, data[start + 8 : start + 8 + length])
        start += 8 + length
    if b"JSON" not in found:
        raise ValueError("it begins like GLB but has no JSON part")
    return found[b"JSON"], found.get(b"BIN\0", b"")


def _local(node: dict[str, Any]) -> Array:
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    matrix = np.eye(4)
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    matrix[:3, :3] = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    ) * np.array(node.get("scale", (1, 1, 1)))
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _transform(moved: dict[str, Any]) -> Array:
    """KHR_texture_transform as `(2, 3)`: scale, then turn, then shift."""
    across, down = moved.get("scale", (1, 1))
    angle = moved.get("rotation", 0.0)
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = moved.get("offset", (0, 0))
    return np.array([[cos * across, sin * down, x], [-sin * across, cos * down, y]])


def _posed(places: Array, skin: Array, known: dict[str, Array]) -> Array:
    """Vertices moved by the joints that hold them, in the file's own pose."""
    whole = np.zeros((len(places), 4, 4))
    total = np.zeros(len(places))
    for set_number in range(4):
        if f"JOINTS_{set_number}" not in known:
            break
        joints = known[f"JOINTS_{set_number}"].astype(np.int64)
        weights = known[f"WEIGHTS_{set_number}"].astype(np.float64)
        for joint, weight in zip(joints.T, weights.T):
            whole += weight[:, None, None] * skin[joint]
            total += weight
    whole /= np.maximum(total, 1e-12)[:, None, None]
    point = np.c_[places, np.ones(len(places))]
    return np.einsum("vij,vj->vi", whole, point)[:, :3]


def _triangles(indices: Array, mode: int) -> Array:
    """Corners `(F, 3)` of triangles (4), a strip (5) or a fan (6)."""
    if mode == 4:
        return indices[: len(indices) // 3 * 3].reshape(-1, 3)
    if mode == 5:
        faces = np.stack([indices[:-2], indices[1:-1], indices[2:]], 1)
        faces[1::2] = faces[1::2, [1, 0, 2]]
        return faces
    first = np.full(len(indices) - 2, indices[0])
    return np.stack([first, indices[1:-1], indices[2:]], 1)
