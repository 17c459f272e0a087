"""Files in, pictures out: reading, writing, sheets of pictures, filmstrips, films and
curves.
"""

import base64
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont, ImageOps

from .sizes import Size, height_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Picture: TypeAlias = torch.Tensor | np.ndarray | Image.Image
"""One picture: `(C, H, W)`, `(1, C, H, W)` or `(H, W)` in [0, 1], or a PIL image."""

Pictures: TypeAlias = Picture | Sequence[Picture]
"""`(N, C, H, W)` in [0, 1], or a list of pictures."""

_GAP, _INK, _PAPER = 4, (60, 60, 60), (255, 255, 255)


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
            mark is obeyed.
        size: `(H, W)`, or one number for a square: the picture is cropped at its centre
            to that shape, then resized (Lanczos).
        mode: "RGB"; "RGBA" for 4 channels, "L" for 1.
    Raises: FileNotFoundError; ValueError if the source is not a picture; RuntimeError
        if a URL does not answer.
    """
    picture = _to_mode(ImageOps.exif_transpose(_open(source)), mode)
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
    Raises: FileExistsError unless `overwrite`; ValueError for several pictures or
        another shape.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists already; pass overwrite=True or choose another name"
        )
    picture = to_image(image)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        _to_mode(picture, "RGB").save(path, quality=quality, subsampling=0)
    elif path.suffix.lower() == ".webp":
        picture.save(path, quality=quality, exact=True)
    else:
        picture.save(path)
    return path


def to_image(image: Picture) -> Image.Image:
    """One picture `(C, H, W)` or `(1, C, H, W)` as a PIL image; 1, 3 or 4 channels.

    Values are clamped to [0, 1].
    Raises: ValueError for another shape, and for NaN and infinite values.
    """
    if isinstance(image, Image.Image):
        return image
    t = torch.as_tensor(image).detach().float().cpu()
    if t.dim() == 2:
        t = t[None]
    if t.dim() == 4 and len(t) == 1:
        t = t[0]
    if t.dim() != 3 or t.shape[0] not in (1, 3, 4):
        raise ValueError(
            "one picture has shape (C, H, W) with 1, 3 or 4 channels, not "
            f"{tuple(t.shape)}; pick one with images[0], or use "
            "show_images for several"
        )
    if not torch.isfinite(t).all():
        raise ValueError(
            "the picture contains NaN or infinite values; the run that made it needs a "
            "lower lr"
        )
    values = (t.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    return Image.fromarray(values[..., 0] if values.shape[2] == 1 else values)


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
        rows: one text a row, at its left.
    Raises: ValueError without pictures, or with another number of titles.
    """
    pictures = _pictures(images)
    texts = [""] * len(pictures) if titles is None else [str(title) for title in titles]
    if len(texts) != len(pictures):
        raise ValueError(
            f"{len(texts)} titles for {len(pictures)} pictures; give one each, '' for "
            "none"
        )
    columns = min(len(pictures), 8) if columns is None else columns
    if zoom is not None:
        pictures = [
            p.resize((p.width * zoom, p.height * zoom), Image.Resampling.NEAREST)
            for p in pictures
        ]
    font = ImageFont.load_default(13)
    margin = (
        max((round(font.getlength(text)) + 10 for text in rows), default=0)
        if rows
        else 0
    )
    cell_width = max(p.width for p in pictures)
    if width is not None:
        target = (width - margin - _GAP * (columns - 1)) // columns
        pictures = [
            p.resize(
                (
                    round(p.width * target / cell_width),
                    round(p.height * target / cell_width),
                ),
                Image.Resampling.LANCZOS,
            )
            for p in pictures
        ]
        cell_width = target
    cell_height = max(p.height for p in pictures)
    # none above a bare line
    heads = [18 * any(texts[k : k + columns]) for k in range(0, len(pictures), columns)]
    tops = [k * (cell_height + _GAP) + sum(heads[: k + 1]) for k in range(len(heads))]
    size = margin + columns * (cell_width + _GAP) - _GAP, tops[-1] + cell_height
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, (picture, title) in enumerate(zip(pictures, texts)):
        x, y = margin + i % columns * (cell_width + _GAP), tops[i // columns]
        draw.text(
            (x + 1, y + 1 - heads[i // columns]),
            _shorten(title, font, cell_width),
            fill=_INK,
            font=font,
        )
        sheet.paste(_to_mode(picture, "RGB"), (x, y))
        if rows and i % columns == 0 and i // columns < len(rows):
            draw.text(
                (0, y + cell_height / 2),
                rows[i // columns],
                fill=_INK,
                font=font,
                anchor="lm",
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
    quality: int = 90,
) -> None:
    """Show pictures side by side in a notebook, as one JPEG.

    Arguments as for `picture_sheet`; `caption`, in Markdown, is shown below them.
    """
    _display(
        picture_sheet(
            images, titles, columns=columns, width=width, zoom=zoom, rows=rows
        ),
        quality,
    )
    _caption(caption)


def show_filmstrip(
    *films: Pictures,
    titles: Sequence[str] | None = None,
    every: int = 1,
    width: int = 900,
    caption: str | None = None,
    quality: int = 90,
) -> None:
    """Show films `(N, C, H, W)` as rows of frames, first frame at the left.

    `titles` names the rows; only every `every`-th frame is shown.
    Raises: ValueError for films of different lengths.
    """
    frames = [_pictures(film)[::every] for film in films]
    columns = max(map(len, frames))
    if any(len(row) != columns for row in frames):
        raise ValueError(
            f"the films have {', '.join(str(len(row)) for row in frames)} frames; give "
            "all equally many"
        )
    _display(
        picture_sheet(sum(frames, []), columns=columns, width=width, rows=titles),
        quality,
    )
    _caption(caption)


def write_video(
    path: str | Path,
    frames: Pictures,
    *,
    fps: float = 15,
    ping_pong: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write frames as .mp4 (H.264), .gif or animated .webp; returns the path.

    Frames are `(N, 3, H, W)` in [0, 1], or a list of pictures of one size. `ping_pong`
    plays forwards, then backwards. Odd heights and widths lose one row or column in
    MP4, whose pixels come in pairs.
    Raises: FileExistsError unless `overwrite`; ValueError for another ending.
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
) -> None:
    """Show a film in a notebook, embedded, so that it plays without a kernel.

    Frames as for `write_video`; `width` is in CSS pixels, by default the film's own.
    """
    from IPython.display import HTML, display

    source = base64.b64encode(_film(frames, fps, ping_pong, ".mp4")).decode()
    style = f' style="width:{width}px"' if width else ""
    display(
        HTML(
            "<video controls muted autoplay playsinline "
            f"{'loop' if loop else ''}{style} "
            f'src="data:video/mp4;base64,{source}"></video>'
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
    """
    import matplotlib.pyplot as plt

    axes = plt.figure(figsize=(6, 3)).add_subplot() if axes is None else axes
    for i, history in enumerate(histories):
        label = labels[i] if labels else None
        curves: dict[str | None, list[float]] = (
            {None: history.loss}
            if terms is None
            else {term: history.terms[term] for term in terms}
        )
        for term, values in curves.items():
            axes.plot(
                range(1, len(values) + 1),
                values,
                lw=1.2,
                label=" · ".join(filter(None, (label, term))) or None,
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
    """
    encoded = base64.b64encode(_encode(to_image(image), format, quality)).decode()
    return f"data:image/{format};base64,{encoded}"


# ---- helpers -------------------------------------------------------------------------


def _open(source: Any) -> Image.Image:
    if isinstance(source, Image.Image):
        return source
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


def _decode(file: io.BytesIO | Path, name: object) -> Image.Image:
    picture = None
    try:
        picture = Image.open(file)
        picture.load()
        return picture
    except (OSError, SyntaxError) as error:
        if picture is not None:
            picture.close()  # a picture that breaks off leaves its file open
        raise ValueError(
            f"{name} is not a picture that can be read ({error}); PNG, JPEG and WebP "
            "are"
        ) from error


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


def _to_mode(picture: Image.Image, mode: str) -> Image.Image:
    # 16-bit grey: Pillow would clip it instead of scaling
    if picture.mode.startswith("I"):
        picture = _from_array(np.asarray(picture).clip(0, 65535).astype(np.uint16))
    elif picture.mode == "F":
        picture = _from_array(np.asarray(picture))
    if mode != "RGBA" and (
        picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    ):
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(
            Image.new("RGBA", picture.size, "white"), picture
        )
    return picture.convert(mode)


def _pictures(images: Any) -> list[Image.Image]:
    if torch.is_tensor(images) and images.dim() == 4:
        images = list(images)
    elif not isinstance(images, (list, tuple)):
        images = [images]
    pictures = [to_image(image) for image in images]
    if not pictures:
        raise ValueError("there are no pictures to show")
    return pictures


def _shorten(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> str:
    while len(text) > 1 and font.getlength(text) > width:
        text = text.rstrip("…")[:-1] + "…"
    return text


def _encode(picture: Image.Image, format: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture = _to_mode(picture, "RGB") if format == "jpeg" else picture
    picture.save(
        buffer,
        format,
        **({"quality": quality} if format in ("jpeg", "webp") else {}),
        **({"subsampling": 0} if format == "jpeg" else {}),
    )
    return buffer.getvalue()


def _display(sheet: Image.Image, quality: int) -> None:
    from IPython.display import Image as Shown
    from IPython.display import display

    display(Shown(data=_encode(sheet, "jpeg", quality), format="jpeg"))


def _caption(caption: str | None) -> None:
    if caption:
        from IPython.display import Markdown, display

        display(Markdown(caption))


def _film(frames: Pictures, fps: float, ping_pong: bool, ending: str) -> bytes:
    pictures = [_to_mode(picture, "RGB") for picture in _pictures(frames)]
    if len({p.size for p in pictures}) > 1:
        raise ValueError("the frames of a film must have one size")
    if ping_pong:
        pictures = pictures + pictures[-2:0:-1]
    if ending == ".mp4":
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
    if ending not in (".gif", ".webp"):
        raise ValueError(f"a film ends in .mp4, .gif or .webp, not {ending!r}")
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        ending[1:],
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / fps),
        loop=0,
    )
    return buffer.getvalue()
