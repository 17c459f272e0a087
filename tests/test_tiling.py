import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import scipy.signal
import torch
from browser.waiting import PATIENCE
from headless import chromium

from dputils.data import sample_image
from dputils.images import random_image
from dputils.media import read_image
from dputils.patterns import tiling
from dputils.transforms import jitter


def noise(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def waves(height, width):
    """A sum of waves that fit both sizes of the resizing tests, as a function of the
    size.
    """
    y, x = torch.meshgrid(
        torch.arange(height).double() / height,
        torch.arange(width).double() / width,
        indexing="ij",
    )
    phase = 2 * math.pi
    return (
        0.3 + (phase * (2 * x + y)).sin() + 0.5 * (phase * (3 * y - x) + 0.4).cos()
    )[None, None]


# ---- transforms --------------------------------------------------------------------


# 17 is more than the picture has: copies of copies
@pytest.mark.parametrize("width", [0, 3, 17])
def test_wrap_is_numpys(width):
    x = noise(2, 3, 8, 11)
    found = tiling.wrap(width)(x)
    assert np.array_equal(
        found.numpy(),
        np.pad(x.numpy(), ((0, 0), (0, 0), (width,) * 2, (width,) * 2), mode="wrap"),
    )


def test_wrap_adds_up_the_gradients_of_copies():
    x = noise(1, 1, 8, 8).requires_grad_()
    tiling.wrap(2)(x).sum().backward()
    copies = torch.tensor([2.0, 2, 1, 1, 1, 1, 2, 2])
    assert torch.equal(x.grad[0, 0], copies[:, None] * copies)


def test_random_roll_moves_everything_and_loses_nothing():
    x = noise(2, 3, 9, 12)
    draws = [
        tiling.random_roll()(x, torch.Generator().manual_seed(seed))
        for seed in range(4)
    ]
    again = tiling.random_roll()(x, torch.Generator().manual_seed(3))
    rolls = [x.roll((i, j), (2, 3)) for i in range(9) for j in range(12)]
    assert all(any(torch.equal(draw, roll) for roll in rolls) for draw in draws)
    assert torch.equal(draws[3], again) and not torch.equal(draws[0], draws[1])


@pytest.mark.parametrize("size", [(64, 64), (49, 80), (31, 31)])
def test_tiling_transforms_show_no_border(size):
    """A white tile is white all over, whatever the turn and scale: nothing but the tile
    is ever in view.
    """
    white, generator = torch.ones(1, 3, *size), torch.Generator().manual_seed(0)
    transform = tiling.tiling_transforms()
    seen = [transform(white, generator) for _ in range(40)]
    assert min(view.min().item() for view in seen) > 1 - 1e-5
    shares = [view[0, 0].numel() / (size[0] * size[1]) for view in seen]
    assert 0.7 < min(shares) < 0.95 and 1.0 < max(shares) < 1.3


def test_no_place_of_a_tile_is_an_edge():
    """Summed over many draws, all pixels of a tile are seen equally often; with a plain
    random crop they are not.
    """

    def seen(transform):
        x, generator = (
            torch.full((1, 1, 24, 24), 0.5, requires_grad=True),
            torch.Generator().manual_seed(1),
        )
        sum(transform(x, generator).mean() for _ in range(300)).backward()
        return (x.grad.std() / x.grad.mean()).item()

    assert seen(tiling.tiling_transforms()) < 0.05
    assert seen(jitter(12)) > 0.3


# ---- the seam ----------------------------------------------------------------------


def test_tile_is_numpys():
    x = noise(2, 3, 4, 5)
    assert np.array_equal(
        tiling.tile(x, 2, 3).numpy(), np.tile(x.numpy(), (1, 1, 2, 3))
    )
    with pytest.raises(ValueError, match="at least one row and column, not 0 and 3"):
        tiling.tile(x, 0)


def test_seam_jump_of_a_ramp_is_its_length():
    """Every step inside is 1, the seam falls by W - 1: and likewise downwards, where
    the longer one counts.
    """
    ramp = torch.arange(12.0).expand(1, 3, 8, 12) + 0.5 * torch.arange(8.0)[:, None]
    assert tiling.seam_jump(ramp).item() == pytest.approx(11)
    assert tiling.seam_jump(ramp.transpose(2, 3)).item() == pytest.approx(11)


def test_seam_jump_of_a_wave_is_one_and_of_noise_too():
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(60.0), indexing="ij")
    wave = (2 * math.pi * (3 * x / 60 + 2 * y / 40)).sin().expand(1, 3, 40, 60)
    for order in (1, 2):
        assert tiling.seam_jump(wave, order=order).item() == pytest.approx(1, abs=0.02)
        assert tiling.seam_jump(noise(8, 3, 64, 64), order=order) == pytest.approx(
            [1] * 8, abs=0.2
        )


def test_second_order_finds_a_kink_whose_values_agree():
    x = torch.arange(33.0) / 32
    # equal at both ends, slopes opposite
    arch = (x * (1 - x)).expand(1, 1, 33, 33) + (x * (1 - x))[:, None]
    assert tiling.seam_jump(arch).item() < 0.1
    assert tiling.seam_jump(arch, order=2).item() > 8


def test_seam_jump_ignores_brightness_and_contrast_and_keeps_pictures_apart():
    x = noise(3, 3, 32, 32, seed=2).cumsum(3)
    whole = tiling.seam_jump(x)
    assert torch.allclose(
        whole,
        torch.cat([tiling.seam_jump(0.2 * part + 3) for part in x.split(1)]),
        rtol=1e-3,
    )


def test_a_photograph_has_a_seam_and_its_tiling_none():
    cat = sample_image("cat", 96)
    assert tiling.seam_jump(cat).item() > 2
    # the same seam, now inside: the edges agree
    four = tiling.tile(cat, 2, 2)[:, :, 40:136, 40:136]
    assert tiling.seam_jump(four).item() < 1.5


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: tiling.seam_jump(noise(1, 3, 8, 8), order=3),
            r"order=3 must be 1 \(values\) or 2 \(slopes\)",
        ),
        (
            lambda: tiling.seam_jump(noise(1, 3, 2, 8)),
            r"at least 4×4 pixels, not \(2, 8\)",
        ),
        (lambda: tiling.wrap(-1), "wrap width -1 must not be negative"),
        (
            lambda: tiling.resize_periodic(noise(1, 3, 8, 8), (0, 8)),
            r"size=\(0, 8\) must be a positive whole number",
        ),
    ],
)
def test_careless_use_is_told_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---- other sizes -------------------------------------------------------------------


@pytest.mark.parametrize("size", [(24, 36), (31, 17), (9, 8), (64, 15)])
def test_resizing_a_wave_gives_the_wave(size):
    assert torch.allclose(
        tiling.resize_periodic(waves(16, 19), size), waves(*size), atol=1e-9
    )


def test_resize_periodic_is_scipys():
    x = noise(2, 3, 15, 21).double()
    for size in ((27, 35), (11, 9)):
        wanted = scipy.signal.resample(
            scipy.signal.resample(x.numpy(), size[0], axis=2), size[1], axis=3
        )
        assert np.allclose(tiling.resize_periodic(x, size).numpy(), wanted, atol=1e-9)


def test_resizing_keeps_the_mean_and_does_not_know_where_the_tile_was_cut():
    x = noise(1, 3, 12, 16)
    larger = tiling.resize_periodic(x, (36, 48))
    assert torch.allclose(larger.mean((2, 3)), x.mean((2, 3)), atol=1e-6)
    moved = tiling.resize_periodic(x.roll((5, 3), (2, 3)), (36, 48))
    assert torch.allclose(moved, larger.roll((15, 9), (2, 3)), atol=1e-5)
    assert tiling.resize_periodic(x, (12, 16)) is x
    assert torch.allclose(
        tiling.resize_periodic(x, 1), x.mean((2, 3), keepdim=True), atol=1e-6
    )


def test_periodic_part_keeps_every_difference_but_those_across_the_seam():
    """Moisan's definition: its Laplacian on the torus is the picture's own inside a
    frame, the mean is kept.
    """
    u = noise(1, 2, 14, 19).double().cumsum(3)
    part = tiling.periodic_part(u)
    framed = np.pad(u.numpy(), ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    wanted = (
        framed[:, :, 2:, 1:-1]
        + framed[:, :, :-2, 1:-1]
        + framed[:, :, 1:-1, 2:]
        + framed[:, :, 1:-1, :-2]
        - 4 * u.numpy()
    )
    found = sum(part.roll(step, axis) for step in (1, -1) for axis in (2, 3)) - 4 * part
    assert np.allclose(found.numpy(), wanted, atol=1e-9)
    assert torch.allclose(part.mean((2, 3)), u.mean((2, 3)))


def test_periodic_part_of_a_photograph_has_no_seam():
    cat = sample_image("cat", (72, 96))
    part = tiling.periodic_part(cat)
    assert tiling.seam_jump(part).item() < 1.2
    assert (part - cat).abs().mean() < 0.15, "it should still be the photograph"


# ---- the preview -------------------------------------------------------------------


def preview(**options):
    return tiling.tiling_preview(random_image(64, seed=3), **options)


def test_preview_is_self_contained_and_small():
    html = preview(width=300, height=200)
    data = r'"data:image/jpeg;base64,[A-Za-z0-9+/=]+"'
    outside = re.sub(rf"url\({data}\)|src={data}", "", html)
    assert outside != html and len(html) < 40_000
    assert not re.search(r"<script|https?:|@import|url\(|\son\w+=", outside)


def test_preview_is_well_formed_and_described():
    opened, closed = [], []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            opened.append((tag, dict(attributes)))

        def handle_endtag(self, tag):
            closed.append(tag)

    Reader().feed(preview())
    (picture,) = (attributes for tag, attributes in opened if tag == "img")
    assert picture["alt"]
    assert sorted(tag for tag, _ in opened if tag != "img") == sorted(closed)


def test_preview_moves_by_one_tile_and_the_wall_is_one_tile_larger_than_the_window():
    html = tiling.tiling_preview(
        noise(3, 40, 60), width=300, height=200, pixels=90, seconds=7
    )
    assert (
        "translate(-90px,-60px)" in html
        and "/90px 60px" in html
        and " 7s linear infinite" in html
    )
    assert "width:calc(100% + 90px);height:260px" in html
    assert "prefers-reduced-motion:reduce" in html


def test_two_previews_on_a_page_do_not_mix():
    names = {
        re.search(r'id="(\w+)"', html)[1]
        for html in (preview(), preview(seconds=5), preview(pixels=80))
    }
    assert len(names) == 3 and preview() == preview()


@pytest.mark.slow
def test_the_wall_scrolls_without_a_jump_in_a_browser(tmp_path):
    """Where the animation ends the picture is the one it began with; readers who want
    no motion get none.
    """
    page_file = tmp_path / "wall.html"
    page_file.write_text(
        f'<body style="margin:0">{preview(width=220, height=130, seconds=4, pixels=72)}'
    )
    seek = (
        "t => document.getAnimations().map(a => { a.pause(); a.currentTime = t; return "
        "a.currentTime })"
    )
    shots = []
    with chromium("--disable-gpu") as browser:
        page = browser.new_page(viewport={"width": 220, "height": 130})
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(page_file.as_uri())
        for milliseconds in (0, 1500, 3999.999):
            assert page.evaluate(seek, milliseconds) == [milliseconds]
            shots.append(read_image(page.screenshot()))
        still = browser.new_page(reduced_motion="reduce")
        still.goto(page_file.as_uri())
        assert still.evaluate("document.getAnimations().length") == 0

    def apart(one, other):
        return (shots[one] - shots[other]).abs().mean()

    # In the mean, because a browser may scale a picture that moves a little otherwise
    # than one that stands still.
    assert apart(0, 2) < 0.1 * apart(0, 1) and apart(0, 1) > 0.02
    assert all(((shot[..., -1] - 1).abs().max() > 0.05) for shot in shots), (
        "the page's white shows beside the wall"
    )
