"""From triangles to pixels and from pixels to colours, in plain PyTorch.

`rasterize` says for every pixel which triangle it sees and where on it; `interpolate`
carries what the vertices know to the pixels; `sample_texture` looks the colour up;
`render` does all three. A `View` keeps what is the same for every texture.

Conventions are OpenGL's: clip space `(x, y, z, w)` with -w ≤ x, y, z ≤ w, y up, texture
origin at the bottom left. Images have their top row first, and the centre of a pixel is
at half integers.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import torch

from ..devices import sent
from ..sizes import Size, height_width, whole_number
from .texture import Places, blend, check_texture, mip_level, places_of, spread
from .visibility import edge_functions, pixel_coordinates, visible_faces

BACKENDS = ("torch", "pytorch3d")

Background: TypeAlias = float | Sequence[float] | torch.Tensor
"""A number, a colour `(C,)`, or pictures `(1 or N, C, H, W)`."""


class MeshLike(Protocol):
    """What is asked of a mesh; a `scene.Mesh` has it. Normals are for light alone."""

    positions: torch.Tensor
    faces: torch.Tensor
    uv: torch.Tensor | None
    texture: torch.Tensor | None

    def project(self, cameras: torch.Tensor) -> torch.Tensor: ...

    def normals(self) -> torch.Tensor: ...


class Fragments(NamedTuple):
    """What each pixel sees.

    Attributes:
        face: `(N, H, W)` int64, number of the triangle, -1 where empty.
        barycentric: `(N, H, W, 3)`, weights of its three corners in space
            (perspective-correct), 0 where empty.
        depth: `(N, H, W)`, from -1 at the near plane to 1 at the far plane; 1 where
            it is empty.
    """

    face: torch.Tensor
    barycentric: torch.Tensor
    depth: torch.Tensor

    @property
    def mask(self) -> torch.Tensor:
        """Where there is something, `(N, 1, H, W)` bool."""
        return (self.face >= 0)[:, None]


def rasterize(
    clip: torch.Tensor,
    faces: torch.Tensor,
    size: Size,
    *,
    backend: str = "torch",
    max_pairs: int | None = None,
) -> Fragments:
    """Find the triangle that each pixel sees.

    Args:
        clip: vertices in clip space, `(N, V, 4)` float, one set for each of N views
            (`mesh.project(cameras)`).
        faces: `(F, 3)`, the corners of each triangle as numbers of vertices. Both sides
            are seen.
        size: `(H, W)`, or one number for a square.
        backend: "torch", or "pytorch3d" where that is installed.
        max_pairs: how many (triangle, pixel) pairs are held at a time, about 250 bytes
            each; 1 to 2^24. By default 2^18 on a CPU, whose caches like it, and 2^22
            on other devices.
    Returns: `Fragments`.
    Raises: ValueError for wrong shapes, indices out of range, NaN, and backends that
        it does not know.
    Gradients: reach `clip` through the barycentric coordinates and the depth, inside
        triangles. Which triangle is seen has no gradient, so silhouettes do not move.
    Differs: nothing from OpenGL without culling. Triangles that reach behind the near
        plane are cut off there, pixel by pixel; a pixel centre on a shared edge belongs
        to exactly one triangle; of equal depths the first face wins.
    """
    clip, faces, shape = _checked(clip, faces, size)
    if backend not in BACKENDS:
        raise ValueError(
            f"backend={backend!r} is not one of {', '.join(map(repr, BACKENDS))}"
        )
    if max_pairs is None:
        max_pairs = 2**18 if clip.device.type == "cpu" else 2**22
    if not 1 <= max_pairs <= 2**24:
        raise ValueError(f"max_pairs={max_pairs} must be between 1 and 2**24")
    if backend == "pytorch3d":
        from . import pytorch3d_backend

        return Fragments(*pytorch3d_backend.rasterize(clip, faces, shape))
    with torch.no_grad():
        found = Fragments(*visible_faces(clip, faces, shape, max_pairs))
    if not (clip.requires_grad and torch.is_grad_enabled()):
        return found
    # the same once more, for the gradient
    pixels, corners, edges = _seen(found.face, clip, faces)
    weights = (edges / _total(edges)).to(clip.dtype)
    depth = _total(weights * corners[..., 2]) / _total(weights * corners[..., 3])
    barycentric = found.barycentric.view(-1, 3).index_put((pixels,), weights)
    depth = found.depth.flatten().index_put((pixels,), depth[:, 0])
    return Fragments(
        found.face, barycentric.view(*found.face.shape, 3), depth.view(found.face.shape)
    )


def interpolate(
    fragments: Fragments, attributes: torch.Tensor, faces: torch.Tensor
) -> torch.Tensor:
    """Carry what is known at the vertices to the pixels.

    Args:
        fragments: from `rasterize`.
        attributes: `(V, C)`, or `(N, V, C)` if they differ between views: positions,
            normals, texture coordinates …
        faces: the faces that were rasterized, `(F, 3)`.
    Returns: `(N, C, H, W)`, 0 where there is nothing.
    Gradients: reach the attributes and the barycentric coordinates.
    """
    faces = torch.as_tensor(faces, device=fragments.face.device).long()
    if attributes.dim() not in (2, 3) or (
        attributes.dim() == 3 and len(attributes) != len(fragments.face)
    ):
        raise ValueError(
            "attributes must be (V, C), or (N, V, C) with N = "
            f"{len(fragments.face)} views, not {tuple(attributes.shape)}"
        )
    pixels, values = _attributes(fragments, attributes, faces)
    return spread(values.t(), pixels, fragments.face.shape)


def screen_derivatives(
    fragments: Fragments,
    attributes: torch.Tensor,
    faces: torch.Tensor,
    clip: torch.Tensor,
) -> torch.Tensor:
    """How fast attributes change from pixel to pixel.

    The change is exact, from the plane of the triangle: no seams, no neighbours.
    Args: as for `rasterize` and `interpolate`.
    Returns: `(P, C, 2)` for the P covered pixels in reading order: change per column
        and per row.
    """
    clip, faces, _ = _checked(clip, faces, fragments.face.shape[1:])
    pixels, corners, edges = _seen(fragments.face, clip, faces)
    x, y, _, w = corners.unbind(-1)
    # An edge function is a * column + b * row + c, and a barycentric coordinate is one
    # of three over their sum.
    following, last = [1, 2, 0], [2, 0, 1]
    slopes = torch.stack(
        [
            w[:, last] * y[:, following] - w[:, following] * y[:, last],
            w[:, following] * x[:, last] - w[:, last] * x[:, following],
        ],
        -1,
    )  # (P, 3, 2)
    total = _total(edges)
    weights = (edges / total).to(clip.dtype)
    change = (slopes - weights[..., None] * _total(slopes)) / total.to(clip.dtype)[
        ..., None
    ]
    return torch.einsum(
        "pkd,pkc->pcd", change, _at_corners(fragments, pixels, attributes, faces)
    )


class View:
    """What cameras see of a mesh, kept: a new texture costs no more than its lookups.

    Args:
        mesh: a `scene.Mesh` with texture coordinates.
        cameras: `(N, 4, 4)` or `(4, 4)`, from space to clip space
            (`scene.sample_views`, or perspective @ look_at).
        size: `(H, W)`, or one number for a square.
        backend, max_pairs: as for `rasterize`.
    Attributes: `fragments`; `uv` `(N, 2, H, W)`; `mask` `(N, 1, H, W)` bool; `shape`
        `(N, H, W)`.
    """

    def __init__(
        self,
        mesh: MeshLike,
        cameras: torch.Tensor,
        size: Size,
        *,
        backend: str = "torch",
        max_pairs: int | None = None,
    ) -> None:
        uv = getattr(mesh, "uv", None)
        if uv is None:
            raise ValueError(
                "the mesh has no texture coordinates (uv); "
                "scene.unwrap(mesh) makes them"
            )
        clip = mesh.project(cameras)
        self.fragments = rasterize(
            clip, mesh.faces, size, backend=backend, max_pairs=max_pairs
        )
        self._mesh, self._cameras = mesh, cameras
        self._options: dict[str, Any] = {"backend": backend, "max_pairs": max_pairs}
        self._finer: dict[int, View] = {}
        self._light: torch.Tensor | None = None
        count, height, width = self.fragments.face.shape
        self.shape = count, height, width
        self._pixels, self._uv = _attributes(self.fragments, uv, mesh.faces)
        self._view = self._pixels // (height * width)
        self._texture = mesh.texture
        self._surface = uv.detach(), mesh.faces, clip.detach()
        self._change: torch.Tensor | None = None
        self._places: dict[tuple[tuple[int, int], bool, str, int], Places] = {}

    @property
    def mask(self) -> torch.Tensor:
        return self.fragments.mask

    @property
    def uv(self) -> torch.Tensor:
        return spread(self._uv.t(), self._pixels, self.shape)

    def level(self, size: Size) -> torch.Tensor:
        """Mip level of each pixel for a texture of this size, `(N, 1, H, W)`.

        It is 0 where there is nothing.
        """
        return spread(self._level(size)[None], self._pixels, self.shape)

    def _level(self, size: Size) -> torch.Tensor:
        return mip_level(self._changes(), size)

    @torch.no_grad()
    def _changes(self) -> torch.Tensor:
        """Of uv from pixel to pixel, `(P, 2, 2)`."""
        if self._change is None:
            self._change = screen_derivatives(self.fragments, *self._surface)
        return self._change

    def _lookups(
        self, size: tuple[int, int], mip: bool, wrap: str, anisotropy: int
    ) -> Places:
        """Texels to blend for each pixel."""
        if not mip:
            return places_of(self._uv, size, wrap=wrap)
        if anisotropy == 1:
            return places_of(self._uv, size, level=self._level(size), wrap=wrap)
        change = self._changes()
        texels = change * change.new_tensor([[size[1]], [size[0]]])
        length = texels.norm(dim=1).clamp(min=1e-15)
        longest = length.amax(1)
        ratio = (longest / length.amin(1)).clamp(max=anisotropy)
        level = (longest / ratio).log2()
        rows = torch.arange(len(change), device=change.device)
        axis = change[rows, :, length.argmax(1)]
        steps = (torch.arange(anisotropy) + 0.5) / anisotropy - 0.5
        stages, indices, weights = zip(
            *(
                places_of(self._uv + step * axis, size, level=level, wrap=wrap)
                for step in steps.tolist()
            )
        )
        return stages[0], torch.cat(indices), torch.cat(weights) / anisotropy

    def render(
        self,
        texture: torch.Tensor | None = None,
        *,
        background: Background = 0.0,
        mip: bool = False,
        wrap: str = "repeat",
        anisotropy: int = 1,
        samples: int = 1,
        shade: float = 0.0,
    ) -> torch.Tensor:
        """Pictures `(N, C, H, W)` of the mesh with a texture.

        Args:
            texture: `(1 or N, C, H, W)`; the mesh's own by default.
            background: a number, a colour `(C,)`, or pictures `(1 or N, C, H, W)`.
            mip: average over a pixel where the texture is finer than the screen. Costs
                about twice as much, removes flicker and speckle, and spreads the
                gradient over all texels of a pixel.
            wrap: as for `sample_texture`.
            anisotropy: with `mip`, how many lookups are spread along the longer side of
                what a pixel sees, 1 to 16. One level for both sides blurs a surface
                that is seen at a grazing angle; 8 keep it sharp, at 8 times the price.
            samples: 2 or 4 draws at that many times the size and averages, which makes
                smooth outlines; the finer view is kept. Time and memory grow with its
                square, so it is for pictures to look at rather than for a loop.
            shade: how much a soft light at the camera darkens what turns away from it,
                0 (unlit) to 1 (half as bright where a surface is seen edge-on).
        Gradients: reach the texture, the background, and texture coordinates and
            vertices inside triangles. The light has none. A mip level's reaches each 2
            by 2 texels alike: a texture that is learned through levels comes out in
            steps, unless it has no waves shorter than about three texels (notebook 05).
        Raises: ValueError for samples below 1, anisotropy outside 1 to 16 and shades
            outside [0, 1].
        """
        if not 0 <= shade <= 1:
            raise ValueError(
                f"shade={shade} must lie between 0 (unlit) and 1 (half as bright at "
                "the outlines)"
            )
        if whole_number(samples, "samples") > 1:
            return self._supersampled(
                int(samples), texture, background, mip, wrap, anisotropy, shade
            )
        if not 1 <= whole_number(anisotropy, "anisotropy") <= 16:
            raise ValueError(f"anisotropy={anisotropy} must be from 1 to 16")
        texture = self._texture if texture is None else texture
        if texture is None:
            raise ValueError(
                "the mesh has no texture; pass one, for example view.render(texture)"
            )
        texture = check_texture(texture, self.shape[0])
        size = height_width(texture.shape[2:])
        how = size, mip, wrap, int(anisotropy)
        places = self._places.get(how)
        if places is None:
            places = self._lookups(*how)
            # the same texels again for the next texture of this size
            if not self._uv.requires_grad:
                self._places = {how: places}
        colours = blend(texture, self._view, places)
        if shade:
            colours = colours * (1 - shade + shade * self._lit())
        image = spread(colours, self._pixels, self.shape)
        if not torch.is_tensor(background):
            if background == 0:
                return image
            background = torch.tensor(background)
        background = sent(background, image)
        return torch.where(
            self.mask,
            image,
            background.view(-1, 1, 1) if background.dim() == 1 else background,
        )

    def _supersampled(
        self,
        samples: int,
        texture: torch.Tensor | None,
        background: Background,
        mip: bool,
        wrap: str,
        anisotropy: int,
        shade: float,
    ) -> torch.Tensor:
        _, height, width = self.shape
        if samples not in self._finer:
            size = height * samples, width * samples
            self._finer = {
                samples: View(self._mesh, self._cameras, size, **self._options)
            }
        if torch.is_tensor(background) and background.dim() == 4:
            # each pixel of the background counts as it is
            background = background.repeat_interleave(samples, 2)
            background = background.repeat_interleave(samples, 3)
        texture = self._texture if texture is None else texture
        finer = self._finer[samples].render(
            texture,
            background=background,
            mip=mip,
            wrap=wrap,
            anisotropy=anisotropy,
            shade=shade,
        )
        return torch.nn.functional.avg_pool2d(finer, samples)

    @torch.no_grad()
    def _lit(self) -> torch.Tensor:
        """Brightness `(P,)` of the covered pixels: 1 facing the eye, 1/2 edge-on."""
        if self._light is None:
            known = torch.cat([self._mesh.positions, self._mesh.normals()], 1)
            pixels, values = _attributes(self.fragments, known, self._mesh.faces)
            places, normals = values.split(3, 1)
            eyes = _eyes(torch.as_tensor(self._cameras).to(places).view(-1, 4, 4))
            eye = eyes[self._view]
            toward = eye[:, :3] - eye[:, 3:] * places
            cosine = torch.cosine_similarity(normals, toward, dim=1)
            self._light = 0.5 + 0.5 * cosine.abs()
        return self._light


def render(
    mesh: MeshLike,
    cameras: torch.Tensor,
    size: Size,
    *,
    texture: torch.Tensor | None = None,
    background: Background = 0.0,
    mip: bool = False,
    wrap: str = "repeat",
    anisotropy: int = 1,
    samples: int = 1,
    shade: float = 0.0,
    backend: str = "torch",
) -> torch.Tensor:
    """Pictures of a mesh, `(N, C, H, W)`, unlit unless a shade is asked for.

    The same as `View(mesh, cameras, size).render(texture)`, with the arguments of both.
    Where only the texture changes, keep the `View`.
    """
    return View(mesh, cameras, size, backend=backend).render(
        texture,
        background=background,
        mip=mip,
        wrap=wrap,
        anisotropy=anisotropy,
        samples=samples,
        shade=shade,
    )


def _eyes(cameras: torch.Tensor) -> torch.Tensor:
    """Where cameras `(N, 4, 4)` stand, homogeneous `(N, 4)`; w is 0 for parallel rays.

    The eye is the one point whose x, y and w in clip space are all 0, so it is
    orthogonal to those three rows: each of its numbers is a 3 × 3 determinant.
    """
    rows = cameras[:, [0, 1, 3]]
    keep = [[k for k in range(4) if k != left_out] for left_out in range(4)]
    minors = torch.stack([torch.linalg.det(rows[:, :, three]) for three in keep], -1)
    return minors * minors.new_tensor([1, -1, 1, -1])


def _seen(
    face: torch.Tensor, clip: torch.Tensor, faces: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Covered pixels, and corners and edge functions of the triangles that they see.

    Returns: `(P,)`, `(P, 3, 4)` and `(P, 3)`.
    """
    count, height, width = face.shape
    pixels = (face >= 0).flatten().nonzero().squeeze(1)
    view = pixels // (height * width)
    inside = pixels - view * (height * width)
    row = inside // width
    vertices = (
        faces.index_select(0, face.flatten()[pixels]) + (view * clip.shape[1])[:, None]
    )
    points = pixel_coordinates(clip, (height, width)).flatten(0, 1)
    corners = points.index_select(0, vertices.flatten()).view(-1, 3, 4)
    x, y, _, w = (part.unbind(1) for part in corners.unbind(-1))
    return (
        pixels,
        corners,
        torch.stack(edge_functions(x, y, w, inside - row * width + 0.5, row + 0.5), 1),
    )


def _at_corners(
    fragments: Fragments,
    pixels: torch.Tensor,
    attributes: torch.Tensor,
    faces: torch.Tensor,
) -> torch.Tensor:
    """Attributes at the corners of what each pixel sees, `(P, 3, C)`."""
    vertices = faces.index_select(0, fragments.face.flatten()[pixels])
    if attributes.dim() == 3:
        vertices = (
            vertices
            + (pixels // fragments.face[0].numel() * attributes.shape[1])[:, None]
        )
        attributes = attributes.flatten(0, 1)
    return attributes.index_select(0, vertices.flatten()).view(
        *vertices.shape, attributes.shape[-1]
    )


def _attributes(
    fragments: Fragments, attributes: torch.Tensor, faces: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Covered pixels `(P,)` and the interpolated attributes there `(P, C)`."""
    pixels = (fragments.face >= 0).flatten().nonzero().squeeze(1)
    weights = fragments.barycentric.reshape(-1, 3).index_select(0, pixels)
    return pixels, _total(
        _at_corners(fragments, pixels, attributes, faces) * weights[..., None]
    )[:, 0]


def _total(values: torch.Tensor) -> torch.Tensor:
    """Sum over the three corners, kept as an axis of one; `sum` is slow over so few."""
    return values[:, 0:1] + values[:, 1:2] + values[:, 2:3]


def _checked(
    clip: torch.Tensor, faces: torch.Tensor, size: Size
) -> tuple[torch.Tensor, torch.Tensor, tuple[int, int]]:
    shape = height_width(size)
    if not torch.is_tensor(clip) or clip.dim() != 3 or clip.shape[2] != 4:
        what = tuple(clip.shape) if torch.is_tensor(clip) else type(clip).__name__
        raise ValueError(
            "clip must be (N, V, 4), homogeneous vertices for each of N "
            f"views, not {what}; mesh.project(cameras) makes it"
        )
    if clip.dtype not in (torch.float32, torch.float64):
        raise ValueError(
            f"clip must be float32 or float64, not {clip.dtype}; use clip.float()"
        )
    if not torch.isfinite(clip).all():
        bad = int((~torch.isfinite(clip)).any(2).any(0).sum())
        raise ValueError(
            f"{bad} of {clip.shape[1]} vertices are NaN or infinite in "
            "clip space; look for a camera that stands at its own target, "
            "or repair the mesh with load_mesh"
        )
    faces = torch.as_tensor(faces, device=clip.device)
    if faces.dim() != 2 or faces.shape[1] != 3 or faces.is_floating_point():
        raise ValueError(
            f"faces must be (F, 3) integers, not {faces.dtype} {tuple(faces.shape)}"
        )
    if len(faces) and not 0 <= int(faces.min()) <= int(faces.max()) < clip.shape[1]:
        raise ValueError(
            f"faces name vertices {int(faces.min())} to "
            f"{int(faces.max())}, but there are only 0 to {clip.shape[1] - 1}; "
            "indices count from 0 (OBJ files count from 1)"
        )
    return clip, faces.long(), shape
