import base64
import io
import itertools
import re
import struct
import sys
import warnings

import imageio.v3 as imageio
import numpy as np
import pytest
import torch
from PIL import Image, ImageCms, ImageSequence

from dputils import media
from dputils.cppn import CPPN
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


def test_empty_files_and_folders_are_explained(tmp_path):
    (tmp_path / "empty.png").touch()
    for source in (tmp_path / "empty.png", b"", bytearray()):
        with pytest.raises(ValueError, match="there is nothing in it, 0 bytes"):
            media.read_image(source)
    for source in (tmp_path, f"{tmp_path}/"):
        with pytest.raises(ValueError, match="is a folder; name a picture in it"):
            media.read_image(source)


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "tif", "bmp", "webp"])
def test_pictures_that_break_off_are_explained(tmp_path, ending):
    path = tmp_path / f"whole.{ending}"
    media.to_image(picture(64, 64)).save(path)
    whole = path.read_bytes()
    for length in (1, 12, 40, len(whole) // 2):
        with pytest.raises(ValueError, match="these bytes is not a picture"):
            media.read_image(whole[:length])
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=f"whole.{ending} is not a picture"):
        media.read_image(path)


def test_pil_images_that_cannot_be_loaded_are_explained(tmp_path):
    path = media.write_image(tmp_path / "x.png", picture(64, 64))
    path.write_bytes(path.read_bytes()[:3000])
    with Image.open(path) as broken, pytest.raises(ValueError, match="this PIL image"):
        media.read_image(broken)


def test_a_damaged_orientation_mark_is_passed_over(tmp_path):
    path = tmp_path / "x.png"
    media.to_image(picture()).save(path, exif=b"MM\0*junkjunkjunk")
    assert media.read_image(path).shape == (1, 3, 12, 17)


def test_pictures_above_pillows_limit_say_what_to_do(tmp_path, monkeypatch):
    path = media.write_image(tmp_path / "large.png", picture(30, 40))
    advice = r"limit of \d+ pixels.*shrink the picture.*MAX_IMAGE_PIXELS = None"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # an error above 200
    with pytest.raises(ValueError, match=f"large.png: more pixels.*{advice}"):
        media.read_image(path)
    with pytest.raises(ValueError, match=f"these bytes: more pixels.*{advice}"):
        media.read_image(path.read_bytes(), 8)
    # A warning of Pillow's, and here warnings are errors.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(ValueError, match=advice):
        media.read_image(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert media.read_image(path, 8).shape == (1, 3, 8, 8)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert media.read_image(path).shape == (1, 3, 30, 40)


# ---- colour profiles ---------------------------------------------------------------


def fixed(*numbers):
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def xyz(*numbers):
    return b"XYZ \0\0\0\0" + fixed(*numbers)


def gamma(power):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(power * 256))


def profile(space, tags, kind=b"mntr", between=b"XYZ "):
    """An ICC profile of version 2.1, written by hand."""
    white = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": xyz(0.9642, 1, 0.8249),
    }
    tags = {**white, **tags}
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = bytes(8) + struct.pack(">I4s4s4s", 0x02100000, kind, space, between)
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1, 0.8249)
    whole = head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def of_primaries(red, green, blue, power):
    curve = gamma(power)
    return profile(
        b"RGB ",
        {
            b"rXYZ": xyz(*red),
            b"gXYZ": xyz(*green),
            b"bXYZ": xyz(*blue),
            b"rTRC": curve,
            b"gTRC": curve,
            b"bTRC": curve,
        },
    )


# Adobe RGB (1998): its primaries, adapted to D50, and 563 / 256.
ADOBE = of_primaries(
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
    563 / 256,
)
LINEAR_GREY = profile(b"GRAY", {b"kTRC": gamma(1)})


def inks():
    """A profile of four inks: Lab at the sixteen corners, straight lines between."""
    table = b""
    for c, m, y, k in itertools.product((0, 1), repeat=4):
        light = 255 * (1 - k) * (1 - 0.3 * c) * (1 - 0.4 * m) * (1 - 0.05 * y)
        a = 128 + (1 - k) * (70 * m - 40 * c)
        b = 128 + (1 - k) * (90 * y - 45 * c)
        table += bytes(min(255, round(value)) for value in (light, a, b))
    ramp = bytes(range(256))
    head = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    tag = {b"A2B0": head + 4 * ramp + table + 3 * ramp}
    return profile(b"CMYK", tag, kind=b"prtr", between=b"Lab ")


def in_adobe(colour):
    """Of an sRGB colour, by the definition of both."""
    seen = np.array(colour) / 255
    light = np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)
    srgb = np.array(
        [
            [0.43607, 0.38515, 0.14307],
            [0.22249, 0.71687, 0.06061],
            [0.01392, 0.09708, 0.71410],
        ]
    )
    adobe = np.array(
        [
            [0.60974, 0.20528, 0.14919],
            [0.31111, 0.62567, 0.06322],
            [0.01947, 0.06087, 0.74457],
        ]
    )
    light = np.clip(np.linalg.solve(adobe, srgb @ light), 0, 1)
    return tuple(int(level) for level in np.round(255 * light ** (256 / 563)))


def levels(source, mode="RGB"):
    """The first pixel as numbers up to 255."""
    return (255 * media.read_image(source, mode=mode)[0, :, 0, 0]).round().tolist()


GREEN = (40, 160, 60)


@pytest.mark.parametrize(
    "ending, options",
    [
        ("png", {}),
        ("tif", {}),
        ("jpg", {"quality": 100, "subsampling": 0}),
        ("webp", {"lossless": True}),
    ],
)
def test_colour_profiles_are_obeyed(tmp_path, ending, options):
    path = tmp_path / f"x.{ending}"
    assert in_adobe(GREEN) == (96, 159, 70)
    Image.new("RGB", (6, 5), in_adobe(GREEN)).save(path, icc_profile=ADOBE, **options)
    for source in (path, path.read_bytes()):
        assert levels(source) == pytest.approx(GREEN, abs=2)
    with Image.open(path) as opened:
        assert levels(opened) == pytest.approx(GREEN, abs=2)
        # and on the way out
        shown = media.to_image(opened)
        assert shown.getpixel((0, 0)) == pytest.approx(GREEN, abs=2)
        assert "icc_profile" not in shown.info
        sheet = media.picture_sheet([opened])
        assert sheet.getpixel((0, 0)) == pytest.approx(GREEN, abs=2)


@pytest.mark.parametrize(
    "colour", [(0, 0, 0), (255, 255, 255), (200, 30, 90), (128, 128, 128), (9, 20, 70)]
)
def test_a_profile_gives_back_every_colour(colour):
    picture = Image.new("RGB", (2, 2), in_adobe(colour))
    picture.info["icc_profile"] = ADOBE
    assert levels(picture) == pytest.approx(colour, abs=3)


def test_a_profile_leaves_opacity_alone(tmp_path):
    half = Image.new("RGB", (3, 2), in_adobe(GREEN))
    half.putalpha(77)
    half.save(tmp_path / "half.png", icc_profile=ADOBE)
    found = levels(tmp_path / "half.png", "RGBA")
    assert found[:3] == pytest.approx(GREEN, abs=2) and found[3] == 77
    over_white = [255 + (level - 255) * 77 / 255 for level in GREEN]
    assert levels(tmp_path / "half.png") == pytest.approx(over_white, abs=2)
    palette = Image.new("RGB", (3, 2), in_adobe(GREEN)).quantize(4)
    palette.save(tmp_path / "solid.png", icc_profile=ADOBE)
    assert levels(tmp_path / "solid.png") == pytest.approx(GREEN, abs=2)
    palette.save(tmp_path / "clear.png", icc_profile=ADOBE, transparency=0)
    found = levels(tmp_path / "clear.png", "RGBA")
    assert found[:3] == pytest.approx(GREEN, abs=2) and found[3] == 0


def test_grey_profiles_of_every_depth(tmp_path):
    # light 55 / 255 is 0.216, and sRGB writes 128 for that
    grey = np.full((3, 4), 55, np.uint8)
    pictures = {
        "eight": Image.fromarray(grey),
        "sixteen": Image.fromarray(grey.astype(np.uint16) * 257),
        "clear": Image.merge("LA", [Image.fromarray(grey), Image.new("L", (4, 3), 9)]),
    }
    for name, picture in pictures.items():
        path = tmp_path / f"{name}.png"
        picture.save(path, icc_profile=LINEAR_GREY)
        *colours, alpha = levels(path, "RGBA")
        assert colours == pytest.approx([128] * 3, abs=1)
        assert alpha == (9 if name == "clear" else 255)
    assert levels(tmp_path / "eight.png", "L") == pytest.approx([128], abs=1)
    Image.new("1", (4, 3), 1).save(tmp_path / "one.png", icc_profile=LINEAR_GREY)
    assert levels(tmp_path / "one.png") == [255] * 3
    # a grey picture with a profile of colours is one whose colours are equal
    Image.fromarray(grey).save(tmp_path / "mixed.png", icc_profile=ADOBE)
    found = levels(tmp_path / "mixed.png")
    assert in_adobe([found[0]] * 3) == pytest.approx([55] * 3, abs=1)


def test_inks_are_read_by_their_profile(tmp_path):
    lab = ImageCms.createProfile("LAB")
    to_srgb = ImageCms.buildTransform(lab, ImageCms.createProfile("sRGB"), "LAB", "RGB")
    for ink, corner in [
        ((0, 0, 0, 0), (255, 128, 128)),
        ((0, 0, 255, 0), (242, 128, 218)),
        ((0, 255, 0, 0), (153, 198, 128)),
        ((0, 0, 0, 255), (0, 128, 128)),
    ]:
        Image.new("CMYK", (8, 8), ink).save(tmp_path / "x.tif", icc_profile=inks())
        seen = Image.new("LAB", (1, 1), corner)
        expected = ImageCms.applyTransform(seen, to_srgb).getpixel((0, 0))
        assert levels(tmp_path / "x.tif") == pytest.approx(expected, abs=4)


def test_srgb_profiles_change_nothing(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = picture(40, 50)
    plain = media.read_image(media.write_image(tmp_path / "plain.png", image))
    marked = media.to_image(image)
    marked.save(tmp_path / "marked.png", icc_profile=srgb)
    assert torch.equal(media.read_image(tmp_path / "marked.png"), plain)
    marked.convert("L").save(tmp_path / "grey.png", icc_profile=srgb)
    marked.convert("L").save(tmp_path / "plain grey.png")
    assert torch.equal(
        media.read_image(tmp_path / "grey.png"),
        media.read_image(tmp_path / "plain grey.png"),
    )


@pytest.mark.parametrize(
    "broken",
    [
        b"junk",
        b"\0",
        ADOBE[:100],
        ADOBE[:200],
        ADOBE[:-30],
        ADOBE.replace(b"rTRC", b"xxxx"),
        ADOBE.replace(b"acsp", b"zzzz"),
        profile(b"RGB ", {}),
        profile(b"Lab ", {}),
        # of another kind of picture
        LINEAR_GREY,
        inks(),
    ],
    ids=range(11),
)
def test_profiles_that_cannot_be_used_keep_nobody_from_the_picture(tmp_path, broken):
    path = tmp_path / "x.png"
    Image.new("RGB", (3, 2), (96, 159, 70)).save(path, icc_profile=broken)
    assert levels(path) == [96, 159, 70]
    with Image.open(path) as opened:
        assert media.to_image(opened).getpixel((0, 0)) == (96, 159, 70)


def test_profiles_are_passed_over_where_pillow_cannot_read_them(tmp_path, monkeypatch):
    Image.new("RGB", (3, 2), (96, 159, 70)).save(tmp_path / "x.png", icc_profile=ADOBE)
    assert levels(tmp_path / "x.png") != [96, 159, 70]
    monkeypatch.delattr("PIL.ImageCms")
    monkeypatch.setitem(sys.modules, "PIL.ImageCms", None)
    assert levels(tmp_path / "x.png") == [96, 159, 70]


def test_profile_and_orientation_together(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = Image.new("RGB", (16, 8), in_adobe(GREEN))
    wide.save(tmp_path / "x.png", icc_profile=ADOBE, exif=exif)
    assert media.read_image(tmp_path / "x.png").shape == (1, 3, 16, 8)
    assert levels(tmp_path / "x.png") == pytest.approx(GREEN, abs=2)


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


# Black, a third of white, white, as every type says it.
KINDS = {
    torch.uint8: torch.tensor([0, 85, 255], dtype=torch.uint8),
    torch.uint16: torch.tensor([0, 85 * 257, 65535]).to(torch.uint16),
    torch.float16: torch.tensor([0, 1 / 3, 1]).half(),
    torch.bfloat16: torch.tensor([-0.5, 1 / 3, 1.5]).bfloat16(),
    torch.float32: torch.tensor([-0.2, 1 / 3, 1.3]),
    torch.float64: torch.tensor([0, 1 / 3, 1]).double(),
}


@pytest.mark.parametrize("values", KINDS.values(), ids=map(str, KINDS))
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_type_is_drawn_as_what_it_says(tmp_path, shown, values, channels):
    image = values[None, None].expand(channels, 2, 3)
    expected = [0, 85, 255]
    drawn = media.to_image(image)
    assert np.asarray(drawn)[0].reshape(3, -1)[:, 0].tolist() == expected
    path = media.write_image(tmp_path / "x.png", image)
    written = 255 * media.read_image(path, mode="RGBA")[0, 0, 0]
    assert written.round().tolist() == expected
    url = media.data_url(image, "png")
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as back:
        assert np.asarray(back.convert("RGBA"))[0, :, 0].tolist() == expected
    if channels == 4:
        return
    sheet = media.picture_sheet(image[None].expand(2, -1, -1, -1))
    assert np.asarray(sheet)[0, :3, 0].tolist() == expected
    film = image[None].expand(3, -1, -1, -1).repeat_interleave(8, 2)
    film = film.repeat_interleave(8, 3)
    for ending in ("gif", "webp"):
        path = media.write_video(tmp_path / f"x.{ending}", film)
        first = all_frames(path, "RGB")[0]
        assert first[8, 4::8, 0].tolist() == pytest.approx(expected, abs=6)
    path = media.write_video(tmp_path / "x.mp4", film)
    found = imageio.imread(path, index=0)[8, 4::8, 0].astype(int)
    assert found.tolist() == pytest.approx(expected, abs=6)
    media.show_images(image)
    media.show_filmstrip(film, width=None)
    for jpeg in shown:
        found = np.asarray(opened(jpeg).convert("L")).astype(int)
        assert found[0, 0] < 60 and found[0, -1] > 200


def test_true_is_white():
    checks = torch.tensor([[True, False], [False, True]])
    for mask in (checks, checks[None], checks.numpy(), checks.expand(1, 3, 2, 2)):
        drawn = np.asarray(media.to_image(mask).convert("L"))
        assert drawn.tolist() == [[255, 0], [0, 255]]


def test_a_cppns_bytes_go_straight_into_everything(tmp_path, shown):
    cppn = CPPN(16, batch=3, output_scale=2.0, seed=1)
    pictures = cppn(dtype=torch.uint8)
    floats = cppn().detach()
    assert pictures.float().std() > 20  # something to see
    sheets = [np.asarray(media.picture_sheet(p), int) for p in (pictures, floats)]
    assert abs(sheets[0] - sheets[1]).max() <= 1
    written = media.read_image(media.write_image(tmp_path / "x.png", pictures[0]))
    assert (255 * written - pictures[:1]).abs().max() < 1e-3
    assert media.data_url(pictures[0], "png") == media.data_url(floats[0], "png")
    path = media.write_video(tmp_path / "x.gif", pictures)
    assert len(all_frames(path, "RGB")) == 3
    media.show_images(pictures)
    media.show_video(pictures)
    assert len(shown) == 2


@pytest.mark.parametrize(
    "dtype",
    ["int8", "int16", "int32", "int64", "uint32", "uint64", "complex64"],
)
def test_whole_numbers_that_do_not_say_what_white_is_are_refused(tmp_path, dtype):
    image = torch.ones(3, 4, 4).to(getattr(torch, dtype))
    for bad in (image, image.numpy()) if dtype != "complex64" else (image,):
        with pytest.raises(ValueError, match=rf"{dtype}.*to\(torch.uint8\).*x / 255"):
            media.write_image(tmp_path / "x.png", bad)
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    "image",
    [
        picture() * 255,
        (picture() * 255).round().numpy(),
        picture() * 255 - 128,
        torch.full((3, 4, 4), 200.0),
        (picture() > 0.99) * 255.0,  # nearly all black, in bytes
        picture() * 10,
        -100 * picture(),
        (picture() * 255).half(),
    ],
    ids=range(8),
)
def test_floats_on_another_scale_are_refused(tmp_path, image):
    calls = [
        media.to_image,
        media.data_url,
        media.picture_sheet,
        media.show_images,
        media.show_filmstrip,
        lambda x: media.write_image(tmp_path / "x.png", x),
        lambda x: media.write_video(tmp_path / "x.gif", x),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="values from .* to .*divide bytes by 255"):
            call(image)


@pytest.mark.parametrize(
    "image",
    [
        picture() * 1.5 - 0.25,
        picture() * 2,
        picture() * 2 - 1,
        0.5 + torch.randn(3, 40, 40, generator=torch.Generator().manual_seed(0)),
        # a gradient about grey: a few values lie many deviations out
        0.5 + 20 * (picture() - 0.5) ** 9 / 0.5**9,
    ],
    ids=range(5),
)
def test_floats_that_overshoot_are_clamped(image):
    expected = media.to_image(image.clamp(0, 1))
    assert media.to_image(image).tobytes() == expected.tobytes()


def test_arrays_may_have_their_channels_last():
    image = (picture()[0] * 255).round().byte()
    last = image.permute(1, 2, 0).numpy()
    whole = media.to_image(image).tobytes()
    frozen = np.asarray(media.to_image(image))  # which may not be written
    assert not frozen.flags.writeable
    for array in (
        last,
        frozen,
        last[None],
        last[:, ::-1][:, ::-1],
        last / 255,
        (last / 255).astype(">f4"),
        (last * np.uint16(257)).astype(">u2"),
        (last / 255).astype(np.longdouble),
        image.numpy(),
    ):
        assert media.to_image(array).tobytes() == whole
    grey = media.to_image(last[..., :1])
    assert grey.mode == "L" and grey.size == (17, 12)
    film = np.stack([last, last[::-1]])
    assert media.picture_sheet(film).size == media.picture_sheet(picture(count=2)).size
    with pytest.raises(ValueError, match=r"image.permute\(2, 0, 1\)"):
        media.to_image(torch.from_numpy(last))


@pytest.mark.parametrize(
    "thing, message",
    [
        ("x.png", "'x.png' is no picture yet; read_image opens files"),
        (b"\x89PNG", "read_image opens files and bytes"),
        (None, "not NoneType"),
        (np.array([["a"]]), "not ndarray of <U1"),
        (torch.zeros(3, 0, 4), "has no pixels"),
    ],
)
def test_what_is_no_picture_at_all_is_refused(thing, message):
    with pytest.raises(ValueError, match=message):
        media.to_image(thing)


def test_pictures_may_come_one_by_one():
    images = picture(count=3)
    whole = media.picture_sheet(images).tobytes()
    assert media.picture_sheet(image for image in images).tobytes() == whole
    assert media.picture_sheet(images.numpy()).tobytes() == whole


@pytest.mark.parametrize("name", ["columns", "width", "zoom"])
@pytest.mark.parametrize("number", [0, -1, 1.5, "3", True, float("nan")], ids=repr)
def test_a_sheets_numbers_are_counts(name, number):
    with pytest.raises(ValueError, match=f"^{name}=.* whole number of at least 1"):
        media.picture_sheet(picture(count=2), **{name: number})


def test_a_sheets_numbers_may_be_numpys():
    sheet = media.picture_sheet(picture(count=2), columns=np.int64(1), zoom=2.0)
    assert sheet.size == (34, 2 * 24 + 4)


def test_a_sheet_that_leaves_no_room_says_how_much_it_needs():
    with pytest.raises(ValueError, match="no room for 3 columns.*at least 11"):
        media.picture_sheet(picture(count=3), width=10)
    assert media.picture_sheet(picture(count=3), width=11).size[0] == 11
    with pytest.raises(ValueError, match="beside the texts of the rows"):
        media.picture_sheet(picture(), width=20, rows=["a long name of a row"])
    # a flat picture keeps one pixel of height
    assert media.picture_sheet(torch.zeros(3, 1, 400), width=10).size == (10, 1)


def test_formats_say_what_they_can_hold(tmp_path):
    flat = torch.zeros(3, 1, 16384)
    with pytest.raises(ValueError, match="1 × 16384 .*WEBP holds from 1 to 16383"):
        media.write_image(tmp_path / "x.webp", flat)
    with pytest.raises(ValueError, match="JPEG holds from 1 to 65500"):
        media.data_url(torch.zeros(3, 65501, 1))
    for ending in ("", ".xyz"):
        with pytest.raises(ValueError, match="ends in .png, .jpg or .webp, not"):
            media.write_image(tmp_path / f"x{ending}", picture())
    assert not list(tmp_path.iterdir())
    media.write_image(tmp_path / "x.png", flat)
    with pytest.raises(ValueError, match='"jpeg", "png" or "webp", not \'bmp\''):
        media.data_url(picture(), "bmp")
    assert media.data_url(picture(), "JPG") == media.data_url(picture())


@pytest.mark.parametrize("mode", ["CMYK", "F", "HSV", "I", "LA", "P", "I;16", "YCbCr"])
@pytest.mark.parametrize("ending", ["png", "webp", "jpg"])
def test_pil_images_of_every_kind_are_written(tmp_path, mode, ending):
    image = Image.new(mode, (4, 3))
    path = media.write_image(tmp_path / f"x.{ending}", image)
    found, expected = media.read_image(path), media.read_image(image)
    assert (found - expected).abs().max() < 0.03


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
    assert titled.size == (44, 10 + 13 + 6)


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


def ink_rows(sheet, columns):
    """How many lines of a sheet have ink in these columns."""
    return int((np.asarray(sheet.convert("L"))[:, columns] < 128).any(1).sum())


def test_letters_are_as_large_as_the_titles_allow():
    pictures = [torch.ones(3, 40, 160)] * 2
    short = media.picture_sheet(pictures, ["one", "two"])
    long = media.picture_sheet(pictures, ["one", "two words, twenty letters"])
    assert short.height - 40 == 16 + 6 and 13 + 6 <= long.height - 40 < 16 + 6
    assert ink_rows(short, slice(0, 160)) > ink_rows(long, slice(0, 160))


def test_texts_of_rows_break_between_words_beside_their_picture():
    pictures = [torch.ones(3, 90, 90)] * 2
    options = dict(columns=1, rows=["knitted scarves to stitched leather", "one"])
    sheet = media.picture_sheet(pictures, **options)
    margin = sheet.width - 90
    assert margin < 150, "in one line it would take 250"
    columns = np.asarray(sheet.convert("L"))[94:, :margin].min(0)
    assert columns[: margin - 60].min() == 255, "a short text stands at its picture"
    assert columns[margin - 40 :].min() < 128
    assert (np.asarray(sheet)[:, margin - 6 : margin] == 255).all()


def test_notebooks_get_one_jpeg_and_the_caption(shown):
    media.show_images(
        picture(20, 30, count=3), ["a", "b", "c"], caption="**Figure 1** look"
    )
    jpeg, caption = shown
    assert opened(jpeg).format == "JPEG" and opened(jpeg).size == (98, 42)
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
    with pytest.raises(ValueError, match="no films to show"):
        media.show_filmstrip()
    for every in (0, -1, 1.5):
        with pytest.raises(ValueError, match="^every=.* at least 1"):
            media.show_filmstrip(picture(count=4), every=every)


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


@pytest.mark.parametrize(
    "fps",
    [0, -15, float("nan"), float("inf"), 1e-6, 1e6, "15", None, True],
    ids=repr,
)
@pytest.mark.parametrize("ending", ["mp4", "gif", "webp"])
def test_a_films_pace_is_checked_before_anything_starts(
    tmp_path, shown, monkeypatch, ending, fps
):
    monkeypatch.setitem(sys.modules, "imageio.v3", None)
    path = tmp_path / f"x.{ending}"
    with pytest.raises(ValueError, match="^fps=.*from 0.01 to 1000"):
        media.write_video(path, ramp(2, 8, 8), fps=fps)
    with pytest.raises(ValueError, match="^fps="):
        media.show_video(ramp(2, 8, 8), fps=fps)
    assert not path.exists() and not shown


@pytest.mark.parametrize("fps", [0.01, 0.5, np.float32(59.94), 1000])
@pytest.mark.parametrize("ending", ["mp4", "gif", "webp"])
def test_films_may_be_slow_and_fast(tmp_path, ending, fps):
    path = media.write_video(tmp_path / f"x.{ending}", ramp(3, 8, 8), fps=fps)
    if ending == "mp4":
        assert imageio.imread(path, index=None).shape[0] == 3
        return
    assert len(all_frames(path, "RGB")) == 3
    with Image.open(path) as film:
        film.seek(1)
        film.load()
        # players take 0 for "slowly"
        assert film.info["duration"] == pytest.approx(1000 / fps, abs=10)
        assert film.info["duration"] >= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1)])
def test_films_one_pixel_wide(tmp_path, size):
    for ending in ("gif", "webp"):
        path = media.write_video(tmp_path / f"x.{ending}", ramp(3, *size))
        assert [frame.shape[:2] for frame in all_frames(path, "RGB")] == [size] * 3
    for call in (
        lambda film: media.write_video(tmp_path / "x.mp4", film),
        media.show_video,
    ):
        with pytest.raises(ValueError, match="MP4 holds from 2 .*write GIF or WebP"):
            call(ramp(3, *size))
    assert not (tmp_path / "x.mp4").exists()


def test_films_that_a_format_cannot_hold(tmp_path):
    with pytest.raises(ValueError, match="2 × 16386 .*MP4 holds from 2 to 16384"):
        media.write_video(tmp_path / "x.mp4", torch.zeros(1, 3, 2, 16386))
    with pytest.raises(ValueError, match="WEBP holds from 1 to 16383"):
        media.write_video(tmp_path / "x.webp", torch.zeros(1, 3, 2, 16384))
    for empty in ([], torch.zeros(0, 3, 8, 8), np.zeros((0, 8, 8, 3), np.uint8)):
        with pytest.raises(ValueError, match="no pictures to show; give at least one"):
            media.write_video(tmp_path / "x.mp4", empty)
    with pytest.raises(
        ValueError, match=r"must have one size, not 8 × 8, 8 × 9 \(height × width\)"
    ):
        media.show_video([torch.zeros(3, 8, 8), torch.zeros(3, 8, 9)])
    assert not list(tmp_path.iterdir())


def test_a_films_width_is_a_count(shown):
    with pytest.raises(ValueError, match="^width=0 must be a whole number"):
        media.show_video(ramp(2, 8, 8), width=0)
    media.show_video(ramp(2, 8, 8), width=80)
    assert 'style="width:80px"' in shown[0].data


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
    still = re.fullmatch(
        r'.*src="[^"]*"><img alt="a film" src="([^"]*)"></video>', video.data
    )
    with Image.open(io.BytesIO(base64.b64decode(still[1].split(",")[1]))) as picture:
        assert picture.format == "JPEG" and picture.width <= 480
    media.show_video(ramp(3, 16, 16), alt="a wave & more")
    assert 'aria-label="a wave &amp; more"' in shown[-1].data


def test_pictures_in_notebooks_are_described(shown):
    def alt(*given, show=media.show_images, **options):
        shown.clear()
        show(*given, **options)
        return shown[0].alt

    two = picture(20, 30, count=2)
    assert alt(two) is None, "its caption will say it"
    assert alt(two, ["a cat", "a dog"]) == "pictures: a cat, a dog"
    assert alt(two, iter(["a", "b"]), rows=["after 9 steps"]) == (
        "rows: after 9 steps. pictures: a, b"
    )
    said = alt(two, caption="**Figure 2.** See [this](x.html) `f`.")
    assert said == "Figure 2. See this f"
    assert alt(two, ["a", "b"], alt="two animals") == "two animals"
    films = dict(show=media.show_filmstrip)
    assert alt(two, two, titles=["one", "other"], **films) == "rows: one, other"
    assert alt(two, **films) == "2 frames of a film"
    bundle, metadata = shown[0]._repr_mimebundle_(include=None, exclude=None)
    assert metadata["image/jpeg"]["alt"] == bundle["text/plain"]
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/jpeg"]))) as stored:
        assert stored.size == opened(shown[0]).size
    many = media.in_words([f"picture number {k}" for k in range(40)])
    assert len(many) < 280 and many.endswith(" more")


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


def test_curves_that_do_not_exist_are_named():
    history = History(loss=[1.0], terms={"style": [1.0], "content": [2.0]})
    with pytest.raises(ValueError, match="no term 'stile'; .*did you mean 'style'"):
        media.plot_history(history, terms=["stile"])
    with pytest.raises(ValueError, match="only its loss"):
        media.plot_history(History(loss=[1.0]), terms=["style"])
    with pytest.raises(ValueError, match="1 labels for 2 histories"):
        media.plot_history(history, history, labels=["one"])
