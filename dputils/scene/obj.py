"""Reading OBJ and MTL as their authors mean them.

Source: Wavefront, "Object Files", 1995; Blender for what that leaves open: Kd is linear
light, and `map_Kd` takes its place.
"""

import warnings
from pathlib import Path, PureWindowsPath

import numpy as np
from PIL import Image

from .parts import BLEND, OPAQUE, Array, Part, Surface

# options of map_Kd, and how many words follow each; -s and -o may have fewer
OPTIONS = {
    "-blendu": 1,
    "-blendv": 1,
    "-boost": 1,
    "-bm": 1,
    "-cc": 1,
    "-clamp": 1,
    "-imfchan": 1,
    "-mm": 2,
    "-o": 3,
    "-s": 3,
    "-t": 3,
    "-texres": 1,
    "-type": 1,
}
GREY = (0.8, 0.8, 0.8, 1.0)  # Blender's, where a material says nothing


class _Material:
    def __init__(self) -> None:
        self.color: tuple[float, float, float] | None = None
        self.opacity = 1.0
        self.image: Array | None = None
        self.transparent = self.lost = False
        self.scale, self.offset = [1.0, 1.0], [0.0, 0.0]
        self.clamp = False

    def surface(self) -> Surface | None:
        if self.lost and self.image is None:
            return None
        wrap = ("clamp", "clamp") if self.clamp else ("repeat", "repeat")
        light = (*(self.color or GREY[:3]), self.opacity)
        if self.image is not None:
            light = (1.0, 1.0, 1.0, self.opacity)
        alpha = OPAQUE if self.opacity == 1 and not self.transparent else BLEND
        return Surface(self.image, light, wrap, alpha)


def read_obj(path: Path, pictures: bool = True) -> list[Part]:
    """The parts of an OBJ file, one for each material.

    Args: `pictures`: read those that materials name.
    Raises: ValueError for lines that cannot be read, with their numbers.
    Warns: of pictures, materials and material files that are missing.
    """
    places: list[list[float]] = []
    across: list[list[float]] = []
    corners: dict[str | None, list[list[tuple[int, int]]]] = {None: []}
    files: list[str] = []
    material: str | None = None
    for number, line in _lines(path):
        word, _, rest = line.partition(" ")
        if word in ("v", "vt", "f"):
            rest = rest.partition("#")[0]  # a material's name may have one
        try:
            if word == "v":
                places.append([float(x) for x in rest.split()])
            elif word == "vt":
                across.append([float(x) for x in rest.split()[:2]])
            elif word == "f":
                face = [_corner(c, len(places), len(across)) for c in rest.split()]
                corners[material].append(face)
            elif word == "usemtl":
                material = rest.strip()
                corners.setdefault(material, [])
            elif word == "mtllib":
                files.append(rest.strip())
        except ValueError as error:
            raise ValueError(f"line {number}, {line[:60]!r}: {error}") from None
    if any(len(place) < 3 for place in places):
        raise ValueError("a vertex has fewer than three numbers")
    known, complete = _materials(path, files, pictures)
    missing = [name for name in corners if name is not None and name not in known]
    missing = [name for name in missing if corners[name]]
    if missing and pictures and complete:
        warnings.warn(
            f"{path.name} uses materials that its .mtl files do not have "
            f"({', '.join(missing[:5])}); those parts have no colour of their own",
            stacklevel=4,
        )
    return [
        _part(places, across, faces, name, known.get(name or ""))
        for name, faces in corners.items()
        if faces
    ]


def _lines(path: Path) -> list[tuple[int, str]]:
    """Numbered lines without comments, those that end in a backslash joined."""
    lines, whole, first = [], "", 0
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not whole and line.lstrip().startswith("#"):
            continue
        first = first or number
        whole += " " + line.strip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            if whole.strip():
                lines.append((first, " ".join(whole.split())))
            whole, first = "", 0
    return lines


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _corner(text: str, places: int, across: int) -> tuple[int, int]:
    """Place and texture coordinate, counted from 0; -1 for none. Negative numbers count
    back from the last one so far. 0 means nothing: -1 as a place, which is dropped.
    """
    words = text.split("/")
    place = int(words[0])
    uv = int(words[1]) if len(words) > 1 and words[1] else 0
    counted = place - 1 if place > 0 else places + place if place < 0 else -1
    return counted, uv - 1 if uv > 0 else across + uv if uv < 0 else -1


def _part(
    places: list[list[float]],
    across: list[list[float]],
    faces: list[list[tuple[int, int]]],
    name: str | None,
    material: _Material | None,
) -> Part:
    positions = np.array([place[:3] for place in places])
    triangles = [t for face in faces for t in _triangulated(face, positions)]
    # what names a vertex that is not there stays out, and is counted by `repair`
    corners = np.array(triangles, np.int64).reshape(-1, 2)
    with_uv = bool(across) and bool((corners[:, 1] >= 0).all())
    with_uv = with_uv and bool((corners[:, 1] < len(across)).all())
    if not with_uv:
        corners[:, 1] = -1
    pairs, faces_of = np.unique(corners, axis=0, return_inverse=True)
    real = (pairs[:, 0] >= 0) & (pairs[:, 0] < len(positions))
    number = np.where(real, np.cumsum(real) - 1, -1)
    kept = pairs[real]
    uv = colors = None
    if with_uv:
        uv = np.array(across)[kept[:, 1]]
        if material is not None and material.image is not None:
            uv = uv * material.scale + material.offset
    if material is not None and any(len(place) >= 6 for place in places):
        colors = None  # Blender shows the material
    elif all(len(place) >= 6 for place in places):
        srgb = np.array([place[3:6] for place in places])[kept[:, 0]]
        colors = np.c_[_linear(srgb.clip(0, 1)), np.ones(len(srgb))]
    return Part(
        positions[kept[:, 0]],
        number[faces_of.reshape(-1, 3)],
        uv,
        colors,
        None if material is None else material.surface(),
        name,
    )


def _linear(srgb: Array) -> Array:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _triangulated(
    face: list[tuple[int, int]], positions: Array
) -> list[list[tuple[int, int]]]:
    count = len(face)
    if count < 3:
        return []
    if count == 3:
        return [face]
    numbers = np.array([place for place, _ in face])
    if (numbers < 0).any() or (numbers >= len(positions)).any():
        return [[face[0], face[k], face[k + 1]] for k in range(1, count - 1)]
    flat = _flattened(positions[numbers])
    turns = _turns(flat)
    if (turns >= 0).all() or (turns <= 0).all():
        return [[face[0], face[k], face[k + 1]] for k in range(1, count - 1)]
    import mapbox_earcut

    ears = mapbox_earcut.triangulate_float64(flat, np.array([count], np.uint32))
    return [[face[k] for k in ear] for ear in ears.reshape(-1, 3).tolist()]


def _flattened(corners: Array) -> Array:
    """A polygon `(K, 3)` in the plane it lies in, `(K, 2)` (Newell's normal)."""
    following = np.roll(corners, -1, 0)
    normal = np.cross(corners, following).sum(0)
    keep = np.delete(np.arange(3), np.abs(normal).argmax())
    return np.ascontiguousarray(corners[:, keep], dtype=np.float64)


def _turns(flat: Array) -> Array:
    step = np.roll(flat, -1, 0) - flat
    before = np.roll(step, 1, 0)
    cross = before[:, 0] * step[:, 1] - before[:, 1] * step[:, 0]
    return np.where(np.abs(cross) < 1e-9 * np.abs(step).max() ** 2, 0, cross)


# ---- materials -----------------------------------------------------------------------


def _materials(
    path: Path, files: list[str], pictures: bool
) -> tuple[dict[str, _Material], bool]:
    """Materials by name, and whether all files that should hold them were there."""
    known: dict[str, _Material] = {}
    lost: list[str] = []
    complete = True
    for text in files:
        # one file whose name has spaces, or several
        whole = _beside(path, text)
        for name in [text] if whole else text.split():
            file = _beside(path, name)
            if file is None:
                lost.append(name)
                complete = False
            else:
                _read_mtl(file, known, pictures, lost)
    if lost and pictures:
        warnings.warn(
            f"{path.name} names a texture that was not found ({', '.join(lost)}); the "
            "mesh has none there now, pass texture=",
            stacklevel=5,
        )
    return known, complete


def _read_mtl(
    file: Path, known: dict[str, _Material], pictures: bool, lost: list[str]
) -> None:
    now = _Material()
    for _, line in _lines(file):
        word, _, rest = line.partition(" ")
        if word == "newmtl":
            now = known.setdefault(rest.strip(), _Material())
        elif word == "Kd" and not rest.startswith(("spectral", "xyz")):
            numbers = [float(x) for x in rest.split()[:3]]
            now.color = tuple(numbers * 3 if len(numbers) == 1 else numbers)  # type: ignore[assignment]
        elif word == "d":
            now.opacity = float(rest.split()[-1])
        elif word == "Tr":
            # nobody means invisible: those who write 1 take it for opacity
            clear = float(rest.split()[-1])
            now.opacity = 1.0 if clear == 1 else 1 - clear
        elif word.lower() == "map_kd" and pictures:
            name = _map_options(rest, now)
            found = _beside(file, name)
            if found is None:
                lost.append(name)
                now.lost = True
                continue
            with Image.open(found) as picture:
                now.image = np.asarray(picture.convert("RGBA"))
        elif word.lower() == "map_d":
            # the usual case: the picture's own opacity
            now.transparent = True


def _map_options(rest: str, material: _Material) -> str:
    """The file's name; its options go to the material."""
    words = rest.split()
    while words and words[0] in OPTIONS and len(words) > 1:
        option = words.pop(0)
        values: list[str] = []
        while words and len(words) > 1 and len(values) < OPTIONS[option]:
            if OPTIONS[option] == 3 and not _is_number(words[0]):
                break
            values.append(words.pop(0))
        if option in ("-s", "-o"):
            numbers = [float(value) for value in values[:2]]
            target = material.scale if option == "-s" else material.offset
            target[: len(numbers)] = numbers
        material.clamp |= option == "-clamp" and values == ["on"]
    return " ".join(words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _beside(path: Path, name: str) -> Path | None:
    """A file that another one names: as it is said, then by its last part, then in
    other letter case; names from Windows have backslashes and drives.
    """
    plain = name.strip().strip('"')
    windows = PureWindowsPath(plain)
    for guess in (plain, windows.as_posix(), windows.name):
        if guess and (path.parent / guess).is_file():
            return path.parent / guess
    for file in sorted(path.parent.iterdir()):
        if file.name.lower() == windows.name.lower() and file.is_file():
            return file
    return None
