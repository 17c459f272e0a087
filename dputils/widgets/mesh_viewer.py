"""Textured meshes to turn, light, unfold and compare (article, figures 13, 15, 17)."""

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import torch
from PIL import Image

from ..media import Pictures, picture_sheet, read_image, to_image
from ..rasterize import View
from ..scene import Mesh, chart_mask, fill, look_at, perspective
from .amounts import pixels, real, whole
from .encoding import BUDGET, PAYLOAD, STEPS, as_pictures, encode, encode_within
from .hosting import Component, bundle
from .mesh_coding import code_mesh
from .mesh_thinning import thin_mesh
from .pickers import Choice, Pickers, picker_state

FIELD_OF_VIEW = math.radians(42)
# of the camera, in units of half the longest side of the bounding box
NEAREST, FARTHEST = 1.2, 6.0
START = (0.0, 0.0, 3.3)
DENSITY = 0.08  # bytes a pixel that a texture takes as WebP of middling quality
# a texture is looked at from near: before it is shrunk, it loses more quality
TEXTURE_STEPS = [*STEPS[:3], (66, 1), (58, 1), (50, 1), *STEPS[3:]]
LONGEST = 2048  # texels along a side that a live figure is sent
# bits a coordinate, share of the triangles
FINENESS = [(16, 1), (14, 1), (14, 0.5), (14, 0.25), (12, 0.125)]
STILL, GROUND = 300, 0.96  # side in pixels, and how light the paper is

Place: TypeAlias = Sequence[float]
"""Where the camera stands: azimuth, elevation, distance."""
Textures: TypeAlias = Pictures | Sequence[Pictures]
"""Pictures for one mesh, or such for each of several."""


class MeshViewer(Component):
    """Meshes with their textures, drawn by WebGL.

    Drag to turn; wheel (after a click), two fingers, + and - to zoom. Buttons and keys:
    unfold (u) lays the triangles out where they lie in the texture, turning folds them
    back; shading (s); wireframe (w); 0 returns; a button for each preset flies there.

    Args:
        meshes: a `scene.Mesh` with texture coordinates, or several to pick from.
        textures: for one mesh `(N, C, H, W)` in [0, 1] or a list, N to pick from; for
            several meshes a list with such for each, equally many. By default the
            meshes' own.
        names: one text a texture, for the default pickers.
        pickers: as for `CompareSlider`, the combinations being mesh after mesh with all
            its textures. By default "model" and "texture", with thumbnails, where there
            is more than one.
        start: where the camera starts: (azimuth, elevation) in radians as for
            `sample_views`, and distance in units of half the longest side of the
            bounding box, from 1.2 to 6.
        presets: name to such a place of the camera, for the buttons.
        shading, wireframe: where the switches start. Shading is half ambient, half a
            lamp at the camera.
        group: viewers of a page with the same name turn, zoom and unfold together.
        width, height: of the picture in CSS pixels.
        budget: how many bytes it may add to a saved notebook: half of the 400 kB for
            each of two in a `Row`.
        live: as a widget, for `update`.
        alt: what it shows, in words; by default made of the texts it has.
    Raises: ValueError for meshes without texture coordinates, for numbers that do not
        fit, for a camera out of its limits, and where geometry and textures together
        are more than a notebook should carry.
    Warns: where textures had to be shrunk to less than half their width to fit.
    Differs: coordinates are rounded to 16 bits. Where geometry leaves too little room
        to the textures, to 14 or 12, and up to seven triangles of eight are merged into
        their neighbours; shapes and textures stay where they were. Textures that do not
        fit lose quality first, then size. The field of view,
        42°, is that of the article's viewers; `sample_views` has 10°.
    """

    module = "mesh_viewer.js"

    def __init__(
        self,
        meshes: Mesh | Sequence[Mesh],
        textures: Textures | None = None,
        *,
        names: Sequence[str] | None = None,
        pickers: Pickers | None = None,
        start: Place = START,
        presets: Mapping[str, Place] | None = None,
        shading: bool = True,
        wireframe: bool = False,
        group: str = "",
        width: int = 400,
        height: int | None = None,
        budget: int = PAYLOAD,
        live: bool = False,
        alt: str | None = None,
    ) -> None:
        self._meshes, self._live = _drawable(meshes), bool(live)
        self._charts: dict[tuple[int, tuple[int, int]], torch.Tensor] = {}
        pictures = self._filled(_matched(self._meshes, textures))
        count = len(pictures[0])
        if names is not None and (isinstance(names, str) or len(names) != count):
            raise ValueError(f"names needs {count} texts, one a texture, not {names!r}")
        names = (
            [f"texture {k + 1}" for k in range(count)]
            if names is None
            else list(map(str, names))
        )
        first = _place("start", start)
        buttons = [
            {"name": str(name), **_place(f"preset {name!r}", place)}
            for name, place in (presets or {}).items()
        ]
        width = pixels("width", width)
        height = width if height is None else pixels("height", height)
        if not 100_000 <= whole("budget", budget, 0) <= PAYLOAD:
            raise ValueError(
                f"budget is from 100,000 to {PAYLOAD:,} bytes, not {budget:,}"
            )

        stills = _stills(self._meshes, pictures, first)
        flat = [still for row in stills for still in row]
        if pickers is None:
            pickers = _default_pickers(self._meshes, names, stills)
        choosers = picker_state(pickers, len(flat))
        shown = (
            flat[:4]
            if len(flat) > 1
            else flat
            + _stills(
                self._meshes,
                pictures,
                {**first, "azimuth": first["azimuth"] + 0.8 * math.pi},
            )[0]
        )
        still = encode(picture_sheet(shown), quality=75, longest=640)
        thumbnails = sum(
            len(choice["thumbnail"] or b"")
            for picker in choosers
            for choice in picker["choices"]
        )
        room = int(
            (budget - 6000 - len(bundle(self.module).encode())) * 3 / 4
            - len(still)
            - thumbnails
        )
        geometry = _coded(self._meshes, math.inf if live else room)
        self._room = min(BUDGET, room - sum(len(mesh["data"]) for mesh in geometry))
        super().__init__(
            {
                "meshes": geometry,
                "pickers": choosers,
                "presets": buttons,
                "start": first,
                "shading": bool(shading),
                "wireframe": bool(wireframe),
                "group": str(group),
                "width": width,
                "aspect": width / height,
                "limits": [NEAREST, FARTHEST],
                "fov": FIELD_OF_VIEW,
                **self._files(pictures),
            },
            picture=still,
            alt=alt
            if alt is not None
            else f"textured {', '.join(mesh.name for mesh in self._meshes)}, "
            "to turn around",
            live=live,
        )
        self._count = count

    def update(self, textures: Textures) -> None:
        """Show as many other textures, sent as JPEG; only with live=True."""
        if self.widget is None:
            self.push()  # says what to do
        pictures = self._filled(_matched(self._meshes, textures))
        if len(pictures[0]) != self._count:
            raise ValueError(
                f"this viewer has {self._count} textures a mesh, not "
                f"{len(pictures[0])}; give as many"
            )
        self.push(**self._files(pictures))

    def _filled(
        self, pictures: Sequence[Sequence[Image.Image]]
    ) -> list[list[Image.Image]]:
        """Textures continued beyond the charts of their mesh, so that shrinking and
        compressing them makes no seams. Live ones come several times a second and are
        not shrunk, so they stay as they are.
        """
        if self._live:
            return [list(row) for row in pictures]
        rows = []
        for number, (mesh, row) in enumerate(zip(self._meshes, pictures)):
            filled = []
            for picture in row:
                size = picture.height, picture.width
                if (number, size) not in self._charts:
                    self._charts[number, size] = chart_mask(mesh, size)
                texture = read_image(picture)
                filled.append(to_image(fill(texture, self._charts[number, size])))
            rows.append(filled)
        return rows

    def _files(self, pictures: Sequence[Sequence[Image.Image]]) -> dict[str, Any]:
        """Distinct textures as files, and the mesh and texture of each combination."""
        every = [picture for row in pictures for picture in row]
        known: dict[tuple, tuple[int, Image.Image]] = {}
        for picture in every:
            known.setdefault((picture.size, picture.tobytes()), (len(known), picture))
        distinct = [picture for _, picture in known.values()]
        files = (
            list(map(_jpeg, distinct)) if self._live else _fitted(distinct, self._room)
        )
        places = [known[picture.size, picture.tobytes()][0] for picture in every]
        count = len(pictures[0])
        return {
            "textures": files,
            "combinations": [[k // count, place] for k, place in enumerate(places)],
        }


# ---- helpers -------------------------------------------------------------------------


def _drawable(meshes):
    meshes = [meshes] if isinstance(meshes, Mesh) else list(meshes)
    if not meshes or not all(isinstance(mesh, Mesh) for mesh in meshes):
        raise ValueError(
            f"meshes is a scene.Mesh or a list of them, not {meshes!r}; "
            "load_mesh(path) reads one"
        )
    return [
        mesh.replace(
            positions=mesh.positions.detach().cpu().float(),
            uv=mesh.required_uv().detach().cpu().float(),
            faces=mesh.faces.cpu(),
        ).normalized()
        for mesh in meshes
    ]


def _matched(meshes, textures):
    """A list of PIL pictures for each mesh, equally many."""
    if textures is None:
        bare = [mesh.name for mesh in meshes if mesh.texture is None]
        if bare:
            raise ValueError(
                f"{', '.join(bare)} has no texture; "
                "pass textures=…, pictures (1, 3, H, W) in [0, 1]"
            )
        return [as_pictures(mesh.texture) for mesh in meshes]
    if len(meshes) == 1:
        return [as_pictures(textures, "textures")]
    if len(textures) != len(meshes):
        raise ValueError(
            f"{len(textures)} sets of textures for {len(meshes)} meshes; "
            "give a list with one batch (N, C, H, W) or one list a mesh"
        )
    matched = [
        as_pictures(each, f"textures of {mesh.name}")
        for mesh, each in zip(meshes, textures)
    ]
    counts = [len(each) for each in matched]
    if len(set(counts)) > 1:
        raise ValueError(
            f"the meshes have {', '.join(map(str, counts))} textures; "
            "give all equally many"
        )
    return matched


def _place(what, place):
    try:
        azimuth, elevation, distance = place
    except (TypeError, ValueError):
        raise ValueError(
            f"{what} is (azimuth, elevation, distance), "
            f"angles in radians, not {place!r}"
        ) from None
    azimuth = real(f"{what}: azimuth", azimuth)
    elevation = real(f"{what}: elevation", elevation)
    distance = real(f"{what}: distance", distance)
    if abs(elevation) > math.pi / 2:
        raise ValueError(
            f"{what}: elevation is from -π/2 (below) to π/2 (above), not {elevation}"
        )
    if not NEAREST <= distance <= FARTHEST:
        raise ValueError(
            f"{what}: distance is from {NEAREST} to {FARTHEST} times half "
            f"the longest side of the mesh, not {distance}"
        )
    return {"azimuth": azimuth, "elevation": elevation, "distance": distance}


def _default_pickers(meshes, names, stills):
    pickers = {}
    if len(meshes) > 1:
        pickers["model"] = [
            Choice(mesh.name, row[0]) for mesh, row in zip(meshes, stills)
        ]
    if len(names) > 1:
        pickers["texture"] = [
            Choice(name, still) for name, still in zip(names, stills[0])
        ]
    return pickers


@torch.no_grad()
def _stills(meshes, pictures, place):
    """Each mesh with each of its textures, from one place, lit as in the viewer."""
    azimuth, elevation, distance = (
        place["azimuth"],
        place["elevation"],
        place["distance"],
    )
    eye = distance * torch.tensor(
        [
            math.cos(elevation) * math.sin(azimuth),
            math.sin(elevation),
            math.cos(elevation) * math.cos(azimuth),
        ]
    )
    camera = perspective(FIELD_OF_VIEW, 1.0, 0.05, 20.0) @ look_at(eye)
    rows = []
    for mesh, row in zip(meshes, pictures):
        view = View(mesh, camera, STILL)
        rows.append(
            [
                view.render(
                    read_image(picture),
                    background=GROUND,
                    mip=True,
                    samples=2,
                    shade=1.0,
                )
                for picture in row
            ]
        )
    return rows


def _coded(meshes, room):
    """The meshes, as fine as leaves half of the room to the textures, or coarsest."""
    faces = [mesh.faces.numpy() for mesh in meshes]
    triangles = sum(map(len, faces))
    for bits, share in FINENESS:
        if share < 1:
            faces = [
                thin_mesh(mesh.positions, fine, mesh.uv, share * len(mesh.faces))
                for mesh, fine in zip(meshes, faces)
            ]
        if bits / 4 * sum(map(len, faces)) > room / 2 and (bits, share) != FINENESS[-1]:
            continue  # no mesh has been seen that takes fewer bytes a triangle
        coded = [
            code_mesh(mesh.positions, few, mesh.uv, bits=bits)
            for mesh, few in zip(meshes, faces)
        ]
        total = sum(len(mesh["data"]) for mesh in coded)
        if total <= room / 2:
            return coded
    if total > 0.8 * room:
        raise ValueError(
            f"{len(meshes)} meshes with {triangles:,} triangles take "
            f"{total / 1000:.0f} kB even with {sum(map(len, faces)):,} "
            f"triangles at {bits} bits a coordinate, and a figure has "
            f"room for {room / 1000:.0f} kB; show fewer, or simplify them "
            "in a modelling program"
        )
    return coded


def _fitted(pictures, room):
    """Textures as WebP files that fit, made smaller first where they clearly do not."""
    pixels = sum(picture.width * picture.height for picture in pictures)
    scale = min(1, math.sqrt(room / (DENSITY * pixels)))
    try:
        files = _tried(_shrunk(pictures, scale), room)
    except ValueError:  # finer grain than most: once more from half the size
        files = _tried(_shrunk(pictures, scale / 2), room)
    widths = [Image.open(io.BytesIO(file)).width for file in files]
    if any(2 * width < picture.width for width, picture in zip(widths, pictures)):
        warnings.warn(
            "to fit into a saved notebook, textures up to "
            f"{max(p.width for p in pictures)} wide are carried "
            f"{min(widths)} wide; show fewer to see them sharper",
            stacklevel=4,
        )
    return files


def _tried(pictures, room):
    return encode_within(pictures, room, what="textures", steps=TEXTURE_STEPS)


def _shrunk(pictures, scale):
    return (
        pictures
        if scale == 1
        else [
            picture.resize(
                [max(1, round(side * scale)) for side in picture.size],
                Image.Resampling.LANCZOS,
            )
            for picture in pictures
        ]
    )


def _jpeg(picture):
    # WebP would be smaller, but takes five times as long, and a live texture comes
    # several times a second.
    if max(picture.size) > LONGEST:
        picture = _shrunk([picture], LONGEST / max(picture.size))[0]
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "jpeg", quality=85)
    return buffer.getvalue()
