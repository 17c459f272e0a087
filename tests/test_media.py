import base64
import io

import imageio.v3 as imageio
import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from dputils import media
from dputils.optimize import History


def picture(height=12, width=17, channels=3, count=1, seed=0):
    return torch.rand(
        count, channels, height, width, generator=torch.Generator().manual_seed(seed)
    )


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would have been given to display."""
    objects = []
    monkeypatch.setattr("IPython.display.display", objects.append)
    return objects


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg.data))


# ---- pictures in -------------------------------------------------------------------


@pytest.mark.parametrize("channels, mode", [(3, "RGB"), (4, "RGBA"), (1, "L")])
def test_png_round_trips_within_half_a_level(tmp_path, channels, mode):
    image = picture(channels=channels)
    again = media.read_image(media.write_image(tmp_path / "x.png", image), mode=mode)
    assert again.shape == image.shape and again.dtype == torch.float32
    assert (again - image).abs().max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "webp"])
def test_lossy_formats_are_close(tmp_path, ending):
    smooth = torch.nn.functional.interpolate(
        picture(4, 4), size=(64, 64), mode="bilinear"
    )
    again = media.read_image(media.write_image(tmp_path / f"x.{ending}", smooth))
    assert (again - smooth).abs().mean() < 0.01


def test_transparent_colours_survive_in_png(tmp_path):
    image = picture(channels=4)
    image[:, 3] = 0
    again = media.read_image(media.write_image(tmp_path / "x.png", image), mode="RGBA")
    assert (again - image).abs().max() <= 0.5 / 255 + 1e-6


def test_opacity_is_laid_over_white():
    half = np.array([[[255, 0, 0, 128]]], dtype=np.uint8)
    red, green, blue = media.read_image(half).flatten().tolist()
    assert red == 1 and green == blue == pytest.approx(1 - 128 / 255, abs=0.005)


def test_grey_becomes_three_equal_channels(tmp_path):
    grey = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    for source in (
        tmp_path / "grey.png",
        str(tmp_path / "grey.png"),
        grey,
        grey[..., None],
        Image.fromarray(grey),
        (tmp_path / "grey.png").read_bytes(),
    ):
        image = media.read_image(source)
        assert image.shape == (1, 3, 4, 6) and torch.equal(image[:, 0], image[:, 2])
        np.testing.assert_allclose(image[0, 0].numpy(), grey / 255, atol=1e-6)


def test_sixteen_bits_are_scaled_not_clipped(tmp_path):
    deep = np.linspace(0, 65535, 12).astype(np.uint16).reshape(3, 4)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    for source in (tmp_path / "deep.png", deep):
        np.testing.assert_allclose(
            media.read_image(source, mode="L")[0, 0].numpy(), deep / 65535, atol=0.003
        )
    colour = np.stack([deep] * 3, -1)
    np.testing.assert_allclose(
        media.read_image(colour)[0, 1].numpy(), deep / 65535, atol=0.003
    )


def test_dark_sixteen_bit_pictures_stay_dark(tmp_path):
    Image.fromarray(np.full((3, 4), 200, dtype=np.uint16)).save(tmp_path / "dark.png")
    assert media.read_image(tmp_path / "dark.png").max() < 0.01


def test_palettes_are_looked_up(tmp_path):
    colours = Image.fromarray(
        (picture()[0].permute(1, 2, 0) * 255).byte().numpy()
    ).quantize(16)
    colours.save(tmp_path / "palette.png")
    expected = np.asarray(colours.convert("RGB")) / 255
    image = media.read_image(tmp_path / "palette.png")
    np.testing.assert_allclose(image[0].permute(1, 2, 0).numpy(), expected, atol=1e-6)


def test_the_cameras_orientation_is_obeyed(tmp_path):
    upright = np.zeros((8, 16, 3), dtype=np.uint8)
    upright[:, 8:] = 255
    exif = Image.Exif()
    # taken with the camera turned: rotate by 90 degrees clockwise to view
    exif[0x0112] = 6
    Image.fromarray(upright).save(tmp_path / "turned.png", exif=exif)
    image = media.read_image(tmp_path / "turned.png")
    assert image.shape == (1, 3, 16, 8)
    assert image[..., :8, :].max() == 0 and image[..., 8:, :].min() == 1


def test_float_arrays_in_range_are_taken_and_others_refused():
    values = picture()[0].permute(1, 2, 0).numpy()
    for dtype in (np.float32, np.float64):
        image = media.read_image(values.astype(dtype))
        np.testing.assert_allclose(
            image[0].permute(1, 2, 0), values, atol=0.5 / 255 + 1e-6
        )
    assert media.read_image(values > 0.5).unique().tolist() == [0, 1]
    for bad in (
        values * 2,
        values - 1,
        values * np.nan,
        (values * 255).astype(np.int64),
    ):
        with pytest.raises(ValueError, match="ambiguous; use uint8"):
            media.read_image(bad)
    for shape in ((5,), (2, 5, 5, 3), (5, 5, 2)):
        with pytest.raises(ValueError, match="not a picture; use"):
            media.read_image(np.zeros(shape, dtype=np.uint8))


@pytest.mark.parametrize(
    "size, expected", [(8, (8, 8)), ((6, 10), (6, 10)), ((40, 20), (40, 20))]
)
def test_size_crops_at_the_centre_before_resizing(size, expected):
    wide = np.zeros((20, 60, 3), dtype=np.uint8)
    wide[:, 20:40] = 255
    image = media.read_image(wide, size=size)
    assert image.shape[2:] == expected
    if size == 8:
        # only the white middle third is left, but for Lanczos ringing
        assert image.min() > 0.9


def test_what_cannot_be_read_is_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*missing.png.*sample_image"):
        media.read_image(tmp_path / "missing.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    with pytest.raises(ValueError, match="notes.txt is not a picture that can be read"):
        media.read_image(tmp_path / "notes.txt")
    (tmp_path / "cut.png").write_bytes(
        media.write_image(tmp_path / "x.png", picture(64, 64)).read_bytes()[:3000]
    )
    with pytest.raises(ValueError, match="cut.png is not a picture"):
        media.read_image(tmp_path / "cut.png")
    with pytest.raises(ValueError, match="tensor already"):
        media.read_image(picture())


def test_urls_that_do_not_answer_are_explained(monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", fail)
    with pytest.raises(
        RuntimeError,
        match="https://example.org/x.png could not be fetched.*sample_image",
    ):
        media.read_image("https://example.org/x.png")


# ---- pictures out ------------------------------------------------------------------


def test_nothing_is_overwritten_unless_asked(tmp_path):
    path = media.write_image(tmp_path / "x.png", torch.zeros(1, 3, 4, 4))
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=True or choose another name"):
        media.write_image(path, torch.ones(1, 3, 4, 4))
    assert path.read_bytes() == before
    media.write_image(path, torch.ones(1, 3, 4, 4), overwrite=True)
    assert media.read_image(path).min() == 1


def test_tensors_become_pictures():
    image = media.to_image(torch.tensor([[[0.0, 0.5, 1.0, 2.0, -1.0]]]).expand(3, 2, 5))
    assert image.mode == "RGB" and image.size == (5, 2)
    assert np.asarray(image)[0, :, 0].tolist() == [0, 128, 255, 255, 0]
    assert (
        media.to_image(torch.zeros(4, 2, 3)).mode == "RGBA"
        and media.to_image(torch.zeros(1, 2, 3)).mode == "L"
    )
    assert media.to_image(torch.zeros(2, 3)).size == (3, 2)
    assert media.to_image(torch.rand(1, 3, 4, 4, requires_grad=True)).size == (4, 4)
    assert media.to_image(image) is image


def test_what_is_no_picture_is_refused():
    for bad in (torch.zeros(2, 3, 4, 4), torch.zeros(5, 4, 4), torch.zeros(3)):
        with pytest.raises(ValueError, match="1, 3 or 4 channels, not"):
            media.to_image(bad)
    with pytest.raises(ValueError, match="NaN"):
        media.to_image(torch.full((3, 4, 4), float("nan")))


def test_a_sheet_has_room_for_its_pictures():
    sheet = media.picture_sheet(picture(10, 20, count=7), columns=3)
    assert sheet.size == (3 * 20 + 2 * 4, 3 * 10 + 2 * 4)
    assert media.picture_sheet(picture(10, 20, count=7)).size == (7 * 24 - 4, 10)
    assert media.picture_sheet(picture(10, 20, count=9)).size == (
        8 * 24 - 4,
        2 * 14 - 4,
    )
    assert media.picture_sheet(picture(10, 20), zoom=4).size == (80, 40)
    titled = media.picture_sheet(picture(10, 20, count=2), ["one", "two"])
    assert titled.size == (44, 28)


def test_a_sheet_holds_the_pictures_themselves():
    images = picture(10, 20, count=4)
    sheet = np.asarray(media.picture_sheet(images, columns=2))
    np.testing.assert_array_equal(
        sheet[14:24, 24:44], np.asarray(media.to_image(images[3]))
    )
    assert (sheet[10:14] == 255).all()
    zoomed = np.asarray(media.picture_sheet(images[:1], zoom=3))
    np.testing.assert_array_equal(
        zoomed[1::3, 1::3], np.asarray(media.to_image(images[0]))
    )


def test_a_sheet_has_the_width_asked_for():
    for count, width in ((1, 300), (3, 300), (5, 900)):
        sheet = media.picture_sheet(picture(30, 40, count=count), width=width)
        assert width - count < sheet.width <= width
    assert media.picture_sheet([picture(30, 40), picture(15, 20)], width=204).size == (
        204,
        75,
    )


def test_a_sheets_titles_must_match():
    with pytest.raises(ValueError, match="1 titles for 2 pictures"):
        media.picture_sheet(picture(count=2), ["one"])
    with pytest.raises(ValueError, match="no pictures to show"):
        media.show_images([])


def test_long_titles_are_shortened_to_their_picture():
    sheet = media.picture_sheet(
        [torch.ones(3, 20, 60)] * 2, ["a very long title indeed", ""]
    )
    # nothing runs into the second picture's column
    assert np.asarray(sheet)[:18, 64:].min() == 255


def test_notebooks_get_one_jpeg_and_the_caption(shown):
    media.show_images(
        picture(20, 30, count=3), ["a", "b", "c"], caption="**Figure 1** look"
    )
    jpeg, caption = shown
    assert jpeg.format == "jpeg" and opened(jpeg).size == (98, 38)
    assert caption.data == "**Figure 1** look"


def test_filmstrips_are_rows(shown):
    media.show_filmstrip(
        picture(20, 20, count=4),
        picture(20, 20, count=4),
        titles=["one", "two"],
        width=None,
    )
    assert opened(shown[0]).size[1] == 2 * 20 + 4
    shown.clear()
    media.show_filmstrip(picture(20, 20, count=9), every=4, width=None)
    assert opened(shown[0]).size == (3 * 24 - 4, 20)
    with pytest.raises(ValueError, match="4, 3 frames; give all equally many"):
        media.show_filmstrip(picture(count=4), picture(count=3))


def test_data_urls_hold_the_picture():
    image = picture()
    for format in ("png", "jpeg", "webp"):
        head, body = media.data_url(image, format).split(",")
        assert head == f"data:image/{format};base64"
        assert Image.open(io.BytesIO(base64.b64decode(body))).size == (17, 12)


# ---- films -------------------------------------------------------------------------


def ramp(count, height, width):
    """Frames from dark to bright, whose brightness tells their order."""
    return (
        torch.linspace(0.1, 0.9, count).view(-1, 1, 1, 1).expand(-1, 3, height, width)
    )


@pytest.mark.parametrize("ending", ["mp4", "gif", "webp"])
@pytest.mark.parametrize("size", [(32, 48), (33, 47)])
def test_films_come_back_with_their_frames(tmp_path, ending, size):
    path = media.write_video(tmp_path / f"film.{ending}", ramp(6, *size), fps=10)
    if ending == "mp4":
        frames = imageio.imread(path, index=None)
    else:
        frames = np.stack(all_frames(path, "RGB"))
    height, width = (n // 2 * 2 for n in size) if ending == "mp4" else size
    assert frames.shape == (6, height, width, 3)
    np.testing.assert_allclose(
        frames.mean((1, 2, 3)) / 255, np.linspace(0.1, 0.9, 6), atol=0.03
    )


def all_frames(path, mode):
    with Image.open(path) as film:
        return [
            np.asarray(frame.convert(mode)) for frame in ImageSequence.Iterator(film)
        ]


def test_ping_pong_comes_back_without_repeating_the_ends(tmp_path):
    path = media.write_video(tmp_path / "film.gif", ramp(4, 8, 8), ping_pong=True)
    levels = [frame.mean() for frame in all_frames(path, "L")]
    assert (
        len(levels) == 6
        and np.argmax(levels) == 3
        and levels[1] == levels[5]
        and levels[2] == levels[4]
    )


def test_films_keep_their_pace(tmp_path):
    path = media.write_video(tmp_path / "film.mp4", ramp(5, 16, 16), fps=24)
    assert imageio.immeta(path)["fps"] == pytest.approx(24)


def test_film_mistakes_are_explained(tmp_path):
    path = media.write_video(tmp_path / "film.gif", ramp(2, 8, 8))
    with pytest.raises(FileExistsError, match="overwrite=True"):
        media.write_video(path, ramp(2, 8, 8))
    media.write_video(path, ramp(3, 8, 8), overwrite=True)
    with pytest.raises(ValueError, match="ends in .mp4, .gif or .webp, not '.avi'"):
        media.write_video(tmp_path / "film.avi", ramp(2, 8, 8))
    assert not (tmp_path / "film.avi").exists()
    with pytest.raises(ValueError, match="must have one size"):
        media.write_video(
            tmp_path / "mixed.gif", [torch.zeros(3, 8, 8), torch.zeros(3, 8, 9)]
        )


def test_films_are_embedded_in_notebooks(shown):
    media.show_video(ramp(3, 16, 16), caption="a film", ping_pong=False)
    video, caption = shown
    assert 'src="data:video/mp4;base64,' in video.data and "controls" in video.data
    body = video.data.split("base64,")[1].split('"')[0]
    assert (
        imageio.imread(base64.b64decode(body), index=None, extension=".mp4").shape[0]
        == 3
    )
    assert caption.data == "a film"


# ---- curves ------------------------------------------------------------------------


def test_curves_show_the_history():
    one, two = (
        History(loss=[3.0, 2.0, 1.0]),
        History(loss=[4.0, 5.0], terms={"style": [1.0, 2.0]}),
    )
    axes = media.plot_history(one, two, labels=["one", "two"], log=True)
    assert [
        line.get_ydata().tolist()
        if hasattr(line.get_ydata(), "tolist")
        else list(line.get_ydata())
        for line in axes.lines
    ] == [[3, 2, 1], [4, 5]]
    assert list(axes.lines[0].get_xdata()) == [1, 2, 3] and axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "two"]
    terms = media.plot_history(two, terms=["style"])
    assert list(terms.lines[0].get_ydata()) == [1, 2]
