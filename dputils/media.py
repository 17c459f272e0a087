"""Files in, pictures out: reading, writing, sheets of pictures, filmstrips, films and
curves.
"""

import base64
import difflib
import html
import io
import math
import numbers
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont, ImageOps

from .sizes import Size, height_width, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Picture: TypeAlias = torch.Tensor | np.ndarray | Image.Image
"""One picture: `(C, H, W)`, `(1, C, H, W)` or `(H, W)`, or a PIL image.

Floats lie in [0, 1], bytes (uint8) in 0 … 255. An array may also be `(H, W, C)`, as
other libraries have it, where its shape allows no other reading.
"""

Pictures: TypeAlias = Picture | Sequence[Picture]
"""`(N, C, H, W)`, or a list of pictures; values as in `Picture`."""

_GAP, _INK, _PAPER = 4, (34, 34, 34), (255, 255, 255)
# Heights of a sheet's letters, in pixels: the first at which no title has to be cut
_LETTERS = 16, 15, 14, 13
_LONGEST_LINE = 8.5  # of the text at a row's left, in letters' heights

# Floats leave [0, 1] for good reasons, and are clamped: a step of descent or a light
# overshoots, and a gradient about a grey of 0.5 has few values that lie many deviations
# out. Where half of the picture and more is above white, by a whole range somewhere, or
# anything lies as far out as this, the picture is counted in other units.
_FAR = 32

# Modes of Pillow that PNG can hold.
_PNG = "1", "L", "LA", "P", "RGB", "RGBA", "I;16"
# Shortest and longest side, in pixels, that a format can hold.
_SIDES = {
    "jpeg": (1, 65500),
    "webp": (1, 16383),
    "gif": (1, 65535),
    "mp4": (2, 16384),
}


def read_image(
    source: str | Path | bytes | bytearray | Image.Image | np.ndarray,
    size: Size | None = None,
    *,
    mode: str = "RGB",
) -> torch.Tensor:
    """A picture as a tensor `(1, 3, H, W)` in [0, 1].

    Args:
        source: a path, a URL, a PIL image, an array `(H, W)` or `(H, W, C)`, or the
            bytes of a file. 8 and 16 bits, grey, RGBA and palettes are converted;
            opacity is laid over white unless mode is "RGBA"; a camera's orientation
            mark is obeyed, and so is an embedded colour profile: colours become sRGB.
        size: `(H, W)`, or one number for a square: the picture is cropped at its centre
            to that shape, then resized (Lanczos).
        mode: "RGB"; "RGBA" for 4 channels, "L" for 1.
    Raises: FileNotFoundError; ValueError if the source is not a picture, or has more
        pixels than Pillow opens (179 million); RuntimeError if a URL does not answer.
    A profile that is damaged, or does not fit the picture, is passed over, as browsers
    do; so are all profiles where Pillow was built without LittleCMS.
    """
    picture = _to_mode(_in_srgb(_upright(_open(source))), mode)
    if size is not None:
        height, width = height_width(size)
        picture = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    values = np.asarray(picture, dtype=np.float32) / 255
    return torch.from_numpy(np.atleast_3d(values)).permute(2, 0, 1)[None].contiguous()


def write_image(
    path: str | Path, image: Picture, *, overwrite: bool = False, quality: int = 90
) -> Path:
    """Write a picture as PNG, JPEG or WebP, by the path's ending; returns the path.

    Four channels keep their opacity, and the colour under it, in PNG and WebP; in JPEG
    they are laid over white. `quality` is that of JPEG and WebP, 1 to 95.
    Raises: FileExistsError unless `overwrite`; ValueError for what `to_image` refuses,
        for another ending, and for a picture larger than its format can hold.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists already; pass overwrite=True or choose another name"
        )
    picture = to_image(image)
    ending = path.suffix.lower()
    if ending not in Image.registered_extensions():
        raise ValueError(
            f"a picture ends in .png, .jpg or .webp, not {path.suffix!r} ({path.name})"
        )
    if ending in (".jpg", ".jpeg"):
        _check_sides(picture.size, "jpeg", path.name)
        _to_mode(picture, "RGB").save(path, quality=quality, subsampling=0)
    elif ending == ".webp":
        _check_sides(picture.size, "webp", path.name)
        _kept(picture, "webp").save(path, quality=quality, exact=True)
    else:
        (_kept(picture, "png") if ending == ".png" else picture).save(path)
    return path


def to_image(image: Picture) -> Image.Image:
    """One picture `(C, H, W)` or `(1, C, H, W)` as a PIL image; 1, 3 or 4 channels.

    Floats are clamped to [0, 1]. uint8 counts 0 … 255, uint16 0 … 65535, and True is
    white. Arrays may also be `(H, W, C)`, where their shape allows no other reading. A
    PIL image with a colour profile is converted to sRGB.
    Raises: ValueError for another shape, for NaN and infinite values, for other whole
        numbers, which do not say what white is, and for floats on another scale, such
        as 0 … 255: most of them above 1 and some above 2, or any beyond ±32.
    """
    if isinstance(image, Image.Image):
        return _in_srgb(image)
    t = _as_tensor(image)
    if t.dim() == 2:
        t = t[None]
    if t.dim() == 4 and len(t) == 1:
        t = t[0]
    if t.dim() != 3 or t.shape[0] not in (1, 3, 4):
        last = t.dim() == 3 and t.shape[2] in (1, 3, 4)
        raise ValueError(
            "one picture has shape (C, H, W) with 1, 3 or 4 channels, not "
            f"{tuple(t.shape)}; "
            + (
                "bring the channels to the front with image.permute(2, 0, 1)"
                if last
                else "pick one with images[0], or use show_images for several"
            )
        )
    if not t.numel():
        raise ValueError(
            f"a picture of shape {tuple(t.shape)} has no pixels; height and width are "
            "at least 1"
        )
    values = t.cpu()
    if values.dtype != torch.uint8:
        values = (unit_floats(values).float().clamp(0, 1) * 255).round().byte()
    levels = values.permute(1, 2, 0).contiguous().numpy()
    return Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)


def unit_floats(t: torch.Tensor, what: str = "the picture") -> torch.Tensor:
    """Numbers that count from black, 0, to white, 1, of a tensor of any type and shape.

    Floats come back as they are, also where they overshoot. uint8 is divided by 255,
    uint16 by 65535, and True is 1.
    Args: what, the name of the picture in messages.
    Raises: ValueError for other whole numbers, for NaN and infinite values, and for
        floats on another scale: most of them above 1 and some above 2, or any beyond
        ±32.
    """
    if t.dtype == torch.uint8:
        return t.float() / 255
    if t.dtype == torch.uint16:  # which can do next to nothing itself
        return t.to(torch.int32).float() / 65535
    if t.dtype == torch.bool:
        return t.float()
    if not t.is_floating_point():
        raise ValueError(
            f"{what} has values of {t.dtype}, which does not say what white is; use "
            "uint8 for bytes 0 … 255, x.to(torch.uint8) or x.astype(np.uint8), or "
            "floats in [0, 1], such as x / 255"
        )
    if t.numel():
        low, high = (float(end) for end in t.detach().float().aminmax())
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError(
                f"{what} contains NaN or infinite values; the run that made it needs a "
                "lower lr"
            )
        white = high > 2 and 2 * int((t > 1).sum()) > t.numel()
        if white or max(-low, high) > _FAR:
            raise ValueError(
                f"{what} has values from {low:g} to {high:g}, but floats lie in [0, 1] "
                "or not far outside; divide bytes by 255 or pass them as torch.uint8, "
                "bring other values to [0, 1], or cut them off with x.clamp(0, 1)"
            )
    return t


def picture_sheet(
    images: Pictures,
    titles: Iterable[object] | None = None,
    *,
    columns: int | None = None,
    width: int | None = None,
    zoom: int | None = None,
    rows: Sequence[str] | None = None,
) -> Image.Image:
    """Pictures side by side on white, as one PIL image.

    Args:
        images: `(N, C, H, W)`, or a list of pictures, which may differ in size.
        titles: one text a picture, above it.
        columns: pictures per row; by default all in one row, at most 8.
        width: width of the whole sheet in pixels; pictures are resized to fill it.
        zoom: enlarge each picture by this whole number, without smoothing, so that
            pixels can be seen.
        rows: one text a row, at its left, in several lines where it is long.
    Raises: ValueError without pictures, with another number of titles, and unless
        columns, width and zoom are whole numbers of at least 1.
    """
    pictures = _pictures(images)
    texts = [""] * len(pictures) if titles is None else [str(title) for title in titles]
    if len(texts) != len(pictures):
        raise ValueError(
            f"{len(texts)} titles for {len(pictures)} pictures; give one each, '' for "
            "none"
        )
    columns = (
        min(len(pictures), 8) if columns is None else whole_number(columns, "columns")
    )
    if zoom is not None:
        zoom = whole_number(zoom, "zoom")
        pictures = [
            p.resize((p.width * zoom, p.height * zoom), Image.Resampling.NEAREST)
            for p in pictures
        ]
    if width is not None:
        width = whole_number(width, "width")
    cell_width = max(p.width for p in pictures)
    for height in _LETTERS:
        font = ImageFont.load_default(height)
        names = [_wrapped(text, font, _LONGEST_LINE * height) for text in rows or ()]
        lines = [font.getlength(line) for name in names for line in name.split("\n")]
        margin = round(max(lines)) + 12 if lines else 0
        room = cell_width
        if width is not None:
            room = (width - margin - _GAP * (columns - 1)) // columns
        if all(font.getlength(text) <= room for text in texts):
            break
    if width is not None:
        if room < 1:
            raise ValueError(
                f"width={width} leaves no room for {columns} columns of pictures"
                f"{' beside the texts of the rows' if margin else ''}; it must be at "
                f"least {margin + _GAP * (columns - 1) + columns}"
            )
        pictures = [
            p.resize(
                (
                    max(1, round(p.width * room / cell_width)),
                    max(1, round(p.height * room / cell_width)),
                ),
                Image.Resampling.LANCZOS,
            )
            for p in pictures
        ]
        cell_width = room
    cell_height = max(p.height for p in pictures)
    # none above a bare line
    heads = [
        (height + 6) * any(texts[k : k + columns])
        for k in range(0, len(pictures), columns)
    ]
    tops = [k * (cell_height + _GAP) + sum(heads[: k + 1]) for k in range(len(heads))]
    size = margin + columns * (cell_width + _GAP) - _GAP, tops[-1] + cell_height
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, (picture, title) in enumerate(zip(pictures, texts)):
        x, y = margin + i % columns * (cell_width + _GAP), tops[i // columns]
        draw.text(
            (x + 1, y + 2 - heads[i // columns]),
            _shorten(title, font, cell_width),
            fill=_INK,
            font=font,
        )
        sheet.paste(_to_mode(picture, "RGB"), (x, y))
        if i % columns == 0 and i // columns < len(names):
            draw.multiline_text(
                (margin - 8, y + cell_height / 2),
                names[i // columns],
                fill=_INK,
                font=font,
                anchor="rm",
                align="right",
            )
    return sheet


def show_images(
    images: Pictures,
    titles: Iterable[object] | None = None,
    *,
    columns: int | None = None,
    width: int | None = None,
    zoom: int | None = None,
    rows: Sequence[str] | None = None,
    caption: str | None = None,
    alt: str | None = None,
    quality: int = 90,
) -> None:
    """Show pictures side by side in a notebook, as one JPEG.

    Arguments as for `picture_sheet`; `caption`, in Markdown, is shown below them. `alt`
    says what they show, for those who do not see them; by default it is made of the
    titles, the rows and the caption.
    """
    if titles is not None:
        titles = list(titles)
    sheet = picture_sheet(
        images, titles, columns=columns, width=width, zoom=zoom, rows=rows
    )
    _display(sheet, quality, in_words(titles, rows, caption) if alt is None else alt)
    _caption(caption)


def show_filmstrip(
    *films: Pictures,
    titles: Sequence[str] | None = None,
    every: int = 1,
    width: int = 900,
    caption: str | None = None,
    alt: str | None = None,
    quality: int = 90,
) -> None:
    """Show films `(N, C, H, W)` as rows of frames, first frame at the left.

    `titles` names the rows; only every `every`-th frame is shown. `alt` as for
    `show_images`.
    Raises: ValueError for no film, for films of different lengths, and for an `every`
        below 1.
    """
    if not films:
        raise ValueError("there are no films to show; give at least one")
    every = whole_number(every, "every")
    frames = [_pictures(film)[::every] for film in films]
    columns = max(map(len, frames))
    if any(len(row) != columns for row in frames):
        raise ValueError(
            f"the films have {', '.join(str(len(row)) for row in frames)} frames; give "
            "all equally many"
        )
    sheet = picture_sheet(sum(frames, []), columns=columns, width=width, rows=titles)
    if alt is None:
        alt = in_words(None, titles, caption) or f"{columns} frames of a film"
    _display(sheet, quality, alt)
    _caption(caption)


def in_words(
    titles: Iterable[object] | None = None,
    rows: Iterable[object] | None = None,
    caption: str | None = None,
    *,
    most: int = 240,
) -> str:
    """What a sheet of pictures shows, made of the words that stand at it.

    Args: most, of the letters; where there are more titles, their number is said.
    Returns: a text without Markdown, or "" where nothing is said.
    """

    def listed(texts: Iterable[object] | None, what: str) -> str:
        found = list(dict.fromkeys(" ".join(str(t).split()) for t in texts or ()))
        found = [text for text in found if text]
        kept = found
        while len(", ".join(kept)) > most and len(kept) > 1:
            kept = kept[:-1]
        more = f" and {len(found) - len(kept)} more" if len(kept) < len(found) else ""
        return f"{what}{', '.join(kept)}{more}" if found else ""

    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", caption or "")  # links
    said = " ".join(re.sub(r"[*`$]", "", plain).split())
    parts = [said.rstrip("."), listed(rows, "rows: "), listed(titles, "pictures: ")]
    return ". ".join(part for part in parts if part)


def write_video(
    path: str | Path,
    frames: Pictures,
    *,
    fps: float = 15,
    ping_pong: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write frames as .mp4 (H.264), .gif or animated .webp; returns the path.

    Frames are `(N, 3, H, W)` in [0, 1] or of bytes, or a list of pictures of one size.
    `fps` are frames per second, from 0.01 to 1000. GIF counts in hundredths of a
    second, so that its fastest film has 100. `ping_pong` plays forwards, then
    backwards. Odd heights and widths lose one row or column in MP4, whose pixels come
    in pairs.
    Raises: FileExistsError unless `overwrite`; ValueError for another ending, another
        fps, no frame, frames of different sizes, or smaller or larger than the format
        can hold.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists already; pass overwrite=True or choose another name"
        )
    path.write_bytes(_film(frames, fps, ping_pong, path.suffix.lower()))
    return path


def show_video(
    frames: Pictures,
    *,
    fps: float = 15,
    ping_pong: bool = True,
    width: int | None = None,
    loop: bool = True,
    caption: str | None = None,
    alt: str | None = None,
) -> None:
    """Show a film in a notebook, embedded, so that it plays without a kernel.

    Frames, fps and errors as for `write_video`; `width` is in CSS pixels, by default
    the film's own. Where no film plays, as on GitHub, its first, middle and last frame
    stand. `alt` as for `show_images`.
    """
    from IPython.display import HTML, display

    frames = _pictures(frames)
    if alt is None:
        alt = in_words(caption=caption) or f"a film of {len(frames)} frames"

    source = base64.b64encode(_film(frames, fps, ping_pong, ".mp4")).decode()
    # inside the film: shown by pages that know no films, or are not allowed to
    still = picture_sheet([frames[k] for k in (0, len(frames) // 2, -1)], width=480)
    style = "" if width is None else f' style="width:{whole_number(width, "width")}px"'
    display(
        HTML(
            "<video controls muted autoplay playsinline "
            f'aria-label="{html.escape(alt)}" {"loop" if loop else ""}{style} '
            f'src="data:video/mp4;base64,{source}">'
            f'<img alt="{html.escape(alt)}" src="{data_url(still)}"></video>'
        )
    )
    _caption(caption)


def plot_history(
    *histories: Any,
    labels: Sequence[str] | None = None,
    terms: Iterable[str] | None = None,
    log: bool = False,
    ylabel: str | None = None,
    axes: "Axes | None" = None,
) -> "Axes":
    """Curves of one or several runs on one pair of matplotlib axes, which are returned.

    Plots the loss of each `History`, or with `terms=[…]` those named terms.
    Raises: ValueError for a term that a history does not have, or another number of
        labels than histories.
    """
    import matplotlib.pyplot as plt

    terms = None if terms is None else list(terms)
    if labels and len(labels) != len(histories):
        raise ValueError(
            f"{len(labels)} labels for {len(histories)} histories; give one each"
        )
    for history in histories:
        for term in terms or ():
            if term not in history.terms:
                near = difflib.get_close_matches(str(term), history.terms, n=1)
                raise ValueError(
                    f"this history has no term {term!r}; it has "
                    f"{', '.join(map(repr, history.terms)) or 'only its loss'}"
                    + (f" (did you mean {near[0]!r}?)" if near else "")
                )
    axes = plt.figure(figsize=(6, 3)).add_subplot() if axes is None else axes
    for i, history in enumerate(histories):
        label = labels[i] if labels else None
        curves: dict[str | None, list[float]] = (
            {None: history.loss}
            if terms is None
            else {term: history.terms[term] for term in terms}
        )
        for name, values in curves.items():
            axes.plot(
                range(1, len(values) + 1),
                values,
                lw=1.2,
                label=" · ".join(filter(None, (label, name))) or None,
            )
    axes.set(
        xlabel="step",
        ylabel="loss" if ylabel is None else ylabel,
        **({"yscale": "log"} if log else {}),
    )
    axes.spines[["top", "right"]].set_visible(False)
    if labels or terms:
        axes.legend(frameon=False)
    return axes


def data_url(image: Picture, format: str = "jpeg", quality: int = 85) -> str:
    """A picture as a `data:` URL, to put into HTML or SVG.

    `format` is "jpeg", "png" or "webp".
    Raises: ValueError for another, and for what `to_image` refuses.
    """
    format = {"jpg": "jpeg"}.get(format.lower(), format.lower())
    if format not in ("jpeg", "png", "webp"):
        raise ValueError(f'format is "jpeg", "png" or "webp", not {format!r}')
    encoded = base64.b64encode(_encode(to_image(image), format, quality)).decode()
    return f"data:image/{format};base64,{encoded}"


# ---- helpers -------------------------------------------------------------------------


def _open(source: Any) -> Image.Image:
    if isinstance(source, Image.Image):
        return _decode(source, "this PIL image")
    if isinstance(source, (bytes, bytearray)):
        return _decode(io.BytesIO(source), "these bytes")
    if torch.is_tensor(source):
        raise ValueError(
            "this is a tensor already; read_image opens files and arrays "
            "(F.interpolate resizes tensors)"
        )
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if str(source).startswith(("http://", "https://")):
        import urllib.request

        try:
            with urllib.request.urlopen(str(source), timeout=20) as answer:
                return _decode(io.BytesIO(answer.read()), source)
        except OSError as error:
            raise RuntimeError(
                f"{source} could not be fetched ({error}); save it by "
                "hand and pass its path, or use sample_image, which has "
                "pictures that need no network"
            ) from error
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(
            f"there is no file {path} (looked in {Path.cwd()}); sample_image has "
            "bundled pictures"
        )
    return _decode(path, path)


def _decode(file: io.BytesIO | Path | Image.Image, name: object) -> Image.Image:
    if isinstance(file, Path) and file.is_dir():
        raise ValueError(f"{name} is a folder; name a picture in it")
    if (
        file.stat().st_size == 0
        if isinstance(file, Path)
        else isinstance(file, io.BytesIO) and not file.getbuffer().nbytes
    ):
        raise ValueError(f"{name} is not a picture: there is nothing in it, 0 bytes")
    picture = None
    try:
        picture = file if isinstance(file, Image.Image) else Image.open(file)
        picture.load()
        return picture
    # A warning from half the limit on, which may have been made an error.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(
            f"{name}: more pixels than Pillow opens unasked ({error}); shrink the "
            "picture with another program; or, if you trust it and have the memory, 12 "
            "bytes a pixel and more, set PIL.Image.MAX_IMAGE_PIXELS = None first"
        ) from error
    except (FileNotFoundError, PermissionError, MemoryError):
        raise  # they say what is the matter, and it is not the picture
    # A damaged file fails anywhere inside the decoder, in any way.
    except Exception as error:
        if picture is not None and picture is not file:
            picture.close()  # a picture that breaks off leaves its file open
        raise ValueError(
            f"{name} is not a picture that can be read ({error}); PNG, JPEG and WebP "
            "are"
        ) from error


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # a damaged mark, or the warning of one made an error
        return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in sRGB if it has a colour profile that says otherwise, or itself."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    try:
        from PIL import ImageCms

        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        parts = _profiled(picture, given.profile.xcolor_space.strip())
        if parts is None:
            return picture
        colours, alpha = parts
        # The same colour, not the same impression; what is darkest stays black.
        transform = ImageCms.buildTransform(
            given,
            ImageCms.createProfile("sRGB"),
            colours.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        # sRGB has many names, and rounding on the way would cost a level: whoever
        # changes no colour is sRGB.
        if colours.mode != "CMYK":
            probe = _every_colour(colours.mode)
            found = np.asarray(ImageCms.applyTransform(probe, transform), np.int16)
            if abs(found - np.asarray(probe.convert("RGB"))).max() <= 1:
                return picture
        converted = cast(Image.Image, ImageCms.applyTransform(colours, transform))
    # No LittleCMS in this Pillow (ImportError), or anything at all in a damaged
    # profile: it must not keep anybody from the picture.
    except Exception:
        return picture
    if alpha is not None:
        converted.putalpha(alpha)
    stale = "icc_profile", "transparency"
    converted.info = {k: v for k, v in picture.info.items() if k not in stale}
    return converted


def _profiled(
    picture: Image.Image, space: str
) -> tuple[Image.Image, Image.Image | None] | None:
    """What a profile of this colour space is about, and the opacity apart.

    None if the profile belongs to another kind of picture.
    """
    # Grey pictures with a profile of colours are common: all three are then equal.
    grey = picture.mode in ("1", "L", "LA", "F") or picture.mode.startswith("I")
    if space == "CMYK" and picture.mode == "CMYK":
        return picture, None
    if picture.mode == "CMYK" or not (space == "RGB" or (space == "GRAY" and grey)):
        return None
    picture = _eight_bits(picture)
    alpha = None
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        alpha = picture.getchannel("A")
    return picture.convert("RGB" if space == "RGB" else "L"), alpha


def _every_colour(mode: str) -> Image.Image:
    """All greys, or a grid through all colours of RGB."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    levels = np.linspace(0, 255, 18).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), -1)
    return Image.fromarray(grid.reshape(len(levels), -1, 3))


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ValueError(
            f"an array of shape {array.shape} is not a picture; use (H, W), (H, W, 3) "
            "or (H, W, 4)"
        )
    if array.dtype == np.uint16:
        array = array / 65535
    if array.dtype == bool:
        array = array.astype(np.float32)
    if array.dtype != np.uint8:
        real = np.issubdtype(array.dtype, np.floating) and np.isfinite(array).all()
        if not real or array.min() < 0 or array.max() > 1:
            raise ValueError(
                f"an array of {array.dtype} from {array.min()} to "
                f"{array.max()} is ambiguous; use uint8, uint16, or "
                "floats in [0, 1]"
            )
        array = np.round(array * 255).astype(np.uint8)
    return Image.fromarray(array)


def _eight_bits(picture: Image.Image) -> Image.Image:
    # 16-bit grey: Pillow would clip it instead of scaling
    if picture.mode.startswith("I"):
        return _from_array(np.asarray(picture).clip(0, 65535).astype(np.uint16))
    if picture.mode == "F":
        return _from_array(np.asarray(picture))
    return picture


def _to_mode(picture: Image.Image, mode: str) -> Image.Image:
    picture = _eight_bits(picture)
    if mode != "RGBA" and (
        picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    ):
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(
            Image.new("RGBA", picture.size, "white"), picture
        )
    return picture.convert(mode)


def _kept(picture: Image.Image, format: str) -> Image.Image:
    """The picture with its opacity, in a mode that PNG or WebP can hold."""
    if picture.mode in {"png": _PNG, "webp": ("RGB", "RGBA")}[format]:
        return picture
    return _to_mode(picture, "RGBA" if picture.has_transparency_data else "RGB")


def _as_tensor(image: Any) -> torch.Tensor:
    """A tensor as it is; an array with its channels first."""
    if isinstance(image, torch.Tensor):
        return image.detach()
    if isinstance(image, (str, bytes, bytearray, Path)):
        raise ValueError(
            f"{image if len(str(image)) < 200 else type(image).__name__!r} is no "
            "picture yet; read_image opens files and bytes"
        )
    try:
        array = np.asarray(image)
    except (TypeError, ValueError, RuntimeError):
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"a picture is a tensor, an array of numbers or a PIL image, not "
            f"{type(image).__name__}"
            + (f" of {array.dtype}" if isinstance(image, np.ndarray) else "")
        )
    if (
        array.ndim >= 3
        and array.shape[-3] not in (1, 3, 4)
        and array.shape[-1] in (1, 3, 4)
    ):
        array = np.moveaxis(array, -1, -3)
    # A copy of the machine's own numbers: PyTorch knows no others, no negative steps,
    # and warns of arrays that may not be written, such as those of PIL images.
    own = np.float64 if array.dtype.kind == "f" and array.itemsize > 8 else array.dtype
    return torch.from_numpy(np.array(array, np.dtype(own).newbyteorder("="), order="C"))


def _pictures(images: Any) -> list[Image.Image]:
    if isinstance(images, (torch.Tensor, np.ndarray)):
        images = list(images) if images.ndim == 4 else [images]
    elif isinstance(images, (str, bytes, bytearray)) or not isinstance(
        images, Iterable
    ):
        images = [images]
    pictures = [to_image(image) for image in images]
    if not pictures:
        raise ValueError("there are no pictures to show; give at least one")
    return pictures


def _shorten(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> str:
    while len(text) > 1 and font.getlength(text) > width:
        text = text.rstrip("…")[:-1] + "…"
    return text


def _wrapped(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> str:
    """The text in lines, broken between words, where it is wider."""
    lines = [""]
    for word in str(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _encode(picture: Image.Image, format: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    if format in _SIDES:
        _check_sides(picture.size, format, "this picture")
    picture = _to_mode(picture, "RGB") if format == "jpeg" else _kept(picture, format)
    picture.save(
        buffer,
        format,
        **({"quality": quality} if format in ("jpeg", "webp") else {}),
        **({"subsampling": 0} if format == "jpeg" else {}),
    )
    return buffer.getvalue()


@dataclass
class _Jpeg:
    """A picture for a notebook with its description, which the `Image` of Colab's
    IPython cannot hold."""

    data: bytes
    alt: str | None

    def _repr_mimebundle_(self, **ignored: object) -> tuple[dict, dict]:
        coded = base64.b64encode(self.data).decode("ascii")
        described = {"image/jpeg": {"alt": self.alt}} if self.alt else {}
        return {"image/jpeg": coded, "text/plain": self.alt or "a picture"}, described


def _display(sheet: Image.Image, quality: int, alt: str) -> None:
    from IPython.display import display

    display(_Jpeg(_encode(sheet, "jpeg", quality), alt or None))


def _caption(caption: str | None) -> None:
    if caption:
        from IPython.display import Markdown, display

        display(Markdown(caption))


def _check_sides(size: tuple[int, int], format: str, name: str) -> None:
    shortest, longest = _SIDES[format]
    if not (shortest <= min(size) and max(size) <= longest):
        width, height = size
        raise ValueError(
            f"{name} has {height} × {width} pixels (height × width), but "
            f"{format.upper()} holds from {shortest} to {longest} a side; "
            + (
                "enlarge the pictures, or write GIF or WebP"
                if min(size) < shortest
                else "make it smaller, or choose another format"
            )
        )


def _film(frames: Pictures, fps: float, ping_pong: bool, ending: str) -> bytes:
    format = ending[1:]
    if format not in ("mp4", "gif", "webp"):
        raise ValueError(f"a film ends in .mp4, .gif or .webp, not {ending!r}")
    number = isinstance(fps, numbers.Real) and not isinstance(fps, bool)
    if not number or not 0.01 <= fps <= 1000:
        raise ValueError(
            f"fps={fps!r} must be a number of frames per second from 0.01 to 1000; 15 "
            "is usual, and 0.5 shows each frame for two seconds"
        )
    fps = float(fps)
    pictures = [_to_mode(picture, "RGB") for picture in _pictures(frames)]
    sizes = list(dict.fromkeys(f"{p.height} × {p.width}" for p in pictures))
    if len(sizes) > 1:
        raise ValueError(
            f"the frames of a film must have one size, not {', '.join(sizes[:4])}"
            f"{' …' if len(sizes) > 4 else ''} (height × width); F.interpolate and "
            "read_image(path, size) bring them to one"
        )
    _check_sides(pictures[0].size, format, "the film")
    if ping_pong:
        pictures = pictures + pictures[-2:0:-1]
    if format == "mp4":
        import imageio.v3 as imageio

        width, height = (n // 2 * 2 for n in pictures[0].size)
        arrays = np.stack([np.asarray(p)[:height, :width] for p in pictures])
        return imageio.imwrite(
            "<bytes>",
            arrays,
            extension=".mp4",
            fps=fps,
            codec="libx264",
            macro_block_size=2,
            output_params=["-crf", "20", "-movflags", "+faststart"],
        )
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        format,
        save_all=True,
        append_images=pictures[1:],
        # GIF counts in hundredths of a second, and players take 0 for "slowly"
        duration=max(10, round(1000 / fps)) if format == "gif" else round(1000 / fps),
        loop=0,
    )
    return buffer.getvalue()
