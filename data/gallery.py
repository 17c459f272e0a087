"""Make the gallery, pictures that take too long for a notebook:
`python data/gallery.py --only NAME …` writes gallery/NAME.jpg (default: all, one after
the other) and a row of gallery/README.md.

Each recipe is a function of the network, the picture's size, the steps and the seed. It
does what the notebook of its section teaches, on one network trained on photographs.
`opening` comes last: it lays the first six side by side.
"""

import argparse
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F

from dputils.alpha import (
    OverBackground,
    blend_over,
    checkerboard,
    transparency_objective,
)
from dputils.cppn import CPPN
from dputils.data import sample_image, sample_mesh, sha256
from dputils.images import FourierBasis, ImageParam, LowResBasis, fourier_image
from dputils.media import read_image, write_image
from dputils.networks import load_network
from dputils.networks import recipe as style_recipe
from dputils.objectives import Objective, channel, channel_interpolation, logit
from dputils.optimize import cosine_adam, maximize, minimize
from dputils.rasterize import View, sample_texture
from dputils.scene import cut_points, portraits, sample_views
from dputils.style import MovingAverageGram, content_loss, gram_matrix, style_loss
from dputils.transforms import compose, jitter, pad, random_rotate, random_scale

FOLDER = Path(__file__).resolve().parent / "gallery"
NETWORK = "efficientnet_lite0"
TEXELS = 512  # of a texture, along a side
QUALITY = 90
GROUND = 0.95  # behind what does not fill its picture
PALE = 0.18  # how far from black and from white a texture starts
GUTTER = 18  # white pixels between the panels of the opening picture
# of the tensors that frames have in common: pictures along the film, size divided by
LEVELS = [(1, 2), (1, 4), (1, 8), (2, 8), (1, 16), (2, 16)]
FRAMES, GAP = 5, 10  # of the film, and white pixels between them
# its growth: part of the height, share of the steps, Adam's first step size, sizes seen
GROWTH = [
    (4, 0.42, 0.045, [1.0]),
    (2, 0.32, 0.03, [1.0]),
    (1, 0.26, 0.06, [0.55, 0.64, 0.73, 0.82, 0.91, 1.0, 1.1]),
]
# of things with opacity: size, share of the steps, sizes seen, price, price of
# roughness, how long the steps are, how much finer colours become, and whether opacity
# moves
CUTTING = [
    (224, 0.154, [0.4, 0.48, 0.67], 0.3, 0, 1, 1, True),
    (224, 0.442, [0.3, 0.35, 0.4, 0.48, 0.67], 1.0, 0, 1, 1, True),
    (224, 0.351, [0.3, 0.35, 0.4, 0.48, 0.67], 0.0, 60, 1, 1, False),
    (560, 0.053, [0.3, 0.4, 0.5], 1.0, 60, 0.3, 1.25, True),
]


# ---- section 1: aligned interpolation ------------------------------------------------


def aligned_film(network, size, steps, seed):
    """Five frames from shells to knitted scarves, two hidden channels, with shared
    parts; they grow from a quarter of their height.
    """
    width = (size[1] - (FRAMES - 1) * GAP) // FRAMES
    goal = channel_interpolation("blocks.4.1", 3, "blocks.5.1", 54)
    raw = None
    for parts, share, lr, sizes in GROWTH:
        grid, count = (size[0] // parts, width // parts), max(1, round(share * steps))
        film = frames_with_shared_parts(grid, seed)
        if raw is not None:
            own, *common = film.bases
            own.fit(F.interpolate(raw, grid, mode="bicubic"))
            for basis in common:
                basis.zero()
        climb(film, goal, network, count, lr, seed, sizes)
        raw = sum(basis().detach() for basis in film.bases)
    return side_by_side(film(), GAP)


def frames_with_shared_parts(size, seed):
    """A film with a Fourier picture for each frame, and the tensors of LEVELS."""
    options = {"batch": FRAMES, "generator": torch.Generator().manual_seed(seed)}
    own = FourierBasis(size, decay_power=1.2, **options)
    own.amplitude.mul_(0.6)  # frames are slower to leave what they share
    shapes = [(n, 3, max(1, size[0] // k), max(1, size[1] // k)) for n, k in LEVELS]
    common = [LowResBasis(size, low, **options) for low in shapes]
    return ImageParam(own, *common, squash=lambda raw: torch.sigmoid(0.93 * raw))


def climb(image, objective, network, steps, lr, seed, sizes):
    """Maximise what is seen from near and far: large forms come with fine detail."""
    near_and_far = [pad(8, value="reflect"), jitter(8), random_scale(sizes)]
    near_and_far += [random_rotate(range(-5, 6)), jitter(4)]
    options = {"transforms": near_and_far, "optimizer": cosine_adam(steps, lr)}
    maximize(image, objective, network, steps=steps, seed=seed, **options)


def frames_of(film):
    """The frames of a film that `side_by_side` laid out, `(FRAMES, C, H, W)`."""
    pitch = (film.shape[-1] + GAP) // FRAMES
    return torch.cat(F.pad(film, (0, GAP)).split(pitch, -1))[..., :-GAP]


# ---- section 2: style transfer -------------------------------------------------------


def night_cat(network, size, steps, seed):
    """The cat after the night sky; the picture is waves in decorrelated colour."""
    photograph = sample_image("cat", size)
    painting = sample_image("swirling_night", (size[0] * 5 // 4, size[0] * 15 // 8))
    image = fourier_image(size, decay_power=1.5, seed=seed)
    target, generator = style_of(network, painting), torch.Generator().manual_seed(seed)
    shifts = compose(pad(6, value="reflect"), jitter(12))

    def loss():
        both = shifts(torch.cat([image(), photograph]), generator)
        found = look(network, both[:1])
        grams = {layer: gram_matrix(found[layer]) for layer in target}
        return two_losses(network, found, both[1:].detach(), grams, target)

    minimize(loss, image, steps=steps, optimizer=cosine_adam(steps, 0.05))
    return image().detach()


def look(network, pictures):
    """Activations of the recipe's layers; the pixels, with a constant, are "colour"."""
    style_layers, content_layer, _ = style_recipe(network)
    found = network(pictures, list(dict.fromkeys([*style_layers, content_layer])))
    pixels = torch.cat([2 * pictures - 1, torch.ones_like(pictures[:, :1])], 1)
    return {**found, "colour": pixels}


@torch.no_grad()
def style_of(network, painting):
    """Gram matrices of a painting, `{layer: (1, C, C)}`."""
    found = look(network, painting)
    layers = [*style_recipe(network).style_layers, "colour"]
    return {layer: gram_matrix(found[layer]) for layer in layers}


def two_losses(network, found, original, grams, target, keep=1.0):
    """Content and style, each term divided by the size of its target; content weighs
    `keep` times what is usual.
    """
    _, layer, weight = style_recipe(network)
    with torch.no_grad():
        wanted = network(original, [layer])
    return {
        "content": keep * weight * content_loss(found, wanted, relative=True),
        "style": style_loss(grams, target, relative=True),
    }


# ---- section 3: CPPN -----------------------------------------------------------------


def painted_leather(network, size, steps, seed):
    """A hidden channel that likes leather, painted by a network of (x, y)."""
    small = 160, 4 * round(40 * size[1] / size[0])
    image = CPPN(small, activation="unbiased", seed=seed)
    options = {"transforms": [], "optimizer": cosine_adam(steps, 0.01)}
    maximize(image, channel("blocks.4.1", 102), network, steps=steps, **options)
    with torch.no_grad():
        return image(size)


# ---- section 4: transparency ---------------------------------------------------------


def cut_outs(network, size, steps, seed):
    """Three classes with opacity, on a light ground. Grown as in notebook 04, with the
    same other one, since the grounds are drawn for all of a batch at once. A sum in
    another order would be enough to make other pictures.
    """
    names = ["snail", "head cabbage", "hip", "pineapple"]
    raw = None
    for k, (full, share, seen, price, calm, pace, finer, moves) in enumerate(CUTTING):
        parts = 560 / full
        waves = 3 * [parts * finer * 0.16] + [parts * 0.036]
        options = {"alpha": True, "decay_power": 1.4, "seed": seed}
        if raw is None:  # all from the same colours, opacity from a soft disc
            start = fourier_image(full, **options)
            without_short_waves(start.bases[0], waves, alpha_steps=1)
            raw = start.bases[0]().detach().repeat(len(names), 1, 1, 1)
            raw[:, 3] = 3 * torch.sigmoid(20 * (0.38 + nearness(full) / full)) - 1.5
        else:
            raw = F.interpolate(raw, (full, full), mode="bicubic", antialias=True)
        image = fourier_image(full, batch=len(names), **options)
        without_short_waves(image.bases[0], waves, alpha_steps=4.5)
        image.bases[0].fit(raw)
        image.squash = partial(stretched, by=0.08, moves=moves)
        turns = random_rotate([-8, -4, 0, 0, 4, 8])
        light = partial(unsteady, tint=0.1, grain=0.1)
        view = OverBackground(transforms=[jitter(8), turns, jitter(4), light])
        goal = -0.45 * Objective(outlines) - 55 * Objective(spread)
        goal -= 5 * Objective(glare) + calm * Objective(roughness)
        for n, name in enumerate(names):
            wanted = logit(name, batch=n)
            goal += transparency_objective(wanted, view, pressure=price, batch=n)
        now = max(1, round(share * steps))
        options = {"optimizer": cosine_adam(now, pace * 0.019)}
        options["transforms"] = partial(from_afar, view=view, scales=seen, share=0.25)
        maximize(image, goal, network, steps=now, seed=seed + k, **options)
        raw = image.bases[0]().detach()
    side = min(size[1] // 3, size[0])
    things = [around_paint(each, side) for each in image().detach()[[0, 2, 3]]]
    row = side_by_side(torch.stack(things))
    top, left = size[0] - side, size[1] - row.shape[-1]
    row = F.pad(row, (left // 2, left - left // 2, top // 2, top - top // 2))
    return blend_over(row, checkerboard(size, tiles=8, light=0.97, dark=0.92))


def around_paint(picture, side, margin=0.1):
    """A picture `(4, H, W)` cut to a square around its paint, as one `(4, side, side)`.
    Crumbs do not count.
    """
    size, ends = picture.shape[-1], []
    for line in (picture[3].sum(1), picture[3].sum(0)):  # rows, columns
        share = line.cumsum(0) / line.sum()
        ends.append([int((share < part).sum()) for part in (0.006, 0.994)])
    square = int((1 + 2 * margin) * max(b - a for a, b in ends)) or size
    square = min(square, size)
    top, left = (min(max((a + b - square) // 2, 0), size - square) for a, b in ends)
    part = picture[None, :, top : top + square, left : left + square]
    options = {"size": (side, side), "mode": "bicubic", "antialias": True}
    return F.interpolate(part, **options)[0].clamp(0, 1)


def without_short_waves(basis, most, alpha_steps):
    """Weaken the waves of so many periods a pixel to 1/e, a number a channel; a step of
    Adam takes the last channel, opacity, so many times as far.
    """
    height, width = basis.shape[2:]
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)
    periods = torch.hypot(down, across)
    weights = torch.stack([torch.exp(-((periods / each) ** 2)) for each in most])
    weights = weights.clamp(min=1e-6)  # `fit` divides by them
    weights[3] *= alpha_steps
    basis.amplitude = basis.amplitude * weights


def stretched(raw, by, moves):
    """A sigmoid; that of opacity reaches beyond 0 and 1, and is cut there. Opacity that
    does not move gets no gradient.
    """
    squashed = torch.sigmoid(raw)
    alpha = ((1 + 2 * by) * squashed[:, 3:] - by).clamp(0, 1)
    return torch.cat([squashed[:, :3], alpha if moves else alpha.detach()], 1)


def from_afar(images, generator, view, scales, share):
    """Pictures are made smaller and then laid down, with bare ground around, `share` of
    their side in width. Colour counts as much as it covers, so that glass lends none.
    """
    scale = scales[torch.randint(len(scales), (), generator=generator)]
    paint = torch.cat([images[:, :3] * images[:, 3:], images[:, 3:]], 1)
    mean = {"mode": "bilinear", "antialias": True, "recompute_scale_factor": True}
    paint = F.interpolate(paint, scale_factor=scale, **mean)
    light, alpha = paint[:, :3], paint[:, 3:]
    view.margin = round(share * alpha.shape[-1])
    return view(torch.cat([light / alpha.clamp(min=1e-6), alpha], 1), generator)


def unsteady(images, generator, tint, grain):
    """Each picture in a light of its own, with other contrast and tint, and with grain
    of any strength up to twice `grain`. Opacity stays.
    """
    count, colour = len(images), images[:, :3]
    contrast = 1 + tint * torch.randn(count, 3, 1, 1, generator=generator)
    colour = (colour - 0.5) * contrast + 0.5
    colour = colour + tint * torch.randn(count, 3, 1, 1, generator=generator)
    strength = 2 * grain * torch.rand(1, generator=generator)
    noise = torch.randn(colour.shape, generator=generator)
    return torch.cat([colour + strength * noise, images[:, 3:]], 1)


def variation(images, least):
    """Total variation at each place; notebook 04 explains it and the prices below."""
    down, across = images.diff(dim=-2)[..., 1:], images.diff(dim=-1)[..., 1:, :]
    return (down**2 + across**2 + least).sqrt()


def over_paint(values, alpha):
    """The mean over the paint of each picture, summed; opacity is not asked to move."""
    alpha = alpha.detach()
    return ((values * alpha).mean((1, 2, 3)) / (alpha.mean((1, 2, 3)) + 0.02)).sum()


def outlines(activations):
    """How long the outlines of all paint are, in widths of the picture."""
    alpha = activations["image"][:, 3:]
    return variation(alpha, 1e-8).sum() / alpha.shape[-1]


def nearness(size):
    """Larger where the middle is nearer, `(size, size)`."""
    line = torch.arange(size) - (size - 1) / 2
    return -(line[:, None] ** 2 + line**2).sqrt()


def spread(activations):
    """Opacity times squared distance from the middle, summed; in widths."""
    alpha = activations["image"][:, 3]
    size = alpha.shape[-1]
    return (alpha * nearness(size) ** 2).sum() / size**4


def glare(activations):
    """How near to black or white the paint is: the mean of -log 4 c (1 - c)."""
    colour, alpha = activations["image"][:, :3], activations["image"][:, 3:]
    return over_paint(-(4 * colour * (1 - colour)).clamp(min=1e-4).log(), alpha)


def roughness(activations):
    """How much neighbouring pixels differ in colour."""
    image = activations["image"]
    return over_paint(variation(image[:, :3], 1e-6), image[:, 3:, 1:, 1:])


# ---- sections 5 and 6: three dimensions ----------------------------------------------


def curly_bunny(network, size, steps, seed):
    """A texture grown from a channel, seen in random views on random plain grounds;
    both sides of a cut are asked to agree, as in notebook 06.
    """
    mesh = sample_mesh("bunny")
    views = random_views(
        mesh, 192, distance=(8.0, 11.0), elevation=(-0.8, 0.8), seed=seed
    )
    texture = fourier_image(TEXELS, decay_power=1.15, seed=seed)

    def seen(texture, generator):
        view = views[int(torch.randint(len(views), (), generator=generator))]
        ground = torch.rand(1, 3, 1, 1, generator=generator)
        return jitter(8)(view.render(texture, background=ground, mip=True), generator)

    cuts = cut_points(mesh)
    apart = Objective(lambda found: disagreement(found["image"], cuts))
    options = {"transforms": seen, "optimizer": cosine_adam(steps, 0.04)}
    goal = channel("blocks.4.1", 48) - 40 * apart
    maximize(texture, goal, network, steps=steps, **options)
    return portrait(mesh, texture(), size, turns=(0.4, -0.9, 2.4))


def disagreement(texture, cuts):
    """How much the colours on both sides of the cuts differ."""
    here, there = sample_texture(texture, cuts).unbind(2)
    return (here - there).abs().mean()


def leaded_owl(network, size, steps, seed):
    """The owl as a leaded window, its style averaged over the views."""
    sizes = {"view_size": 256, "texels": TEXELS}
    return portrait(*glazed_owl(network, steps, seed, **sizes, lr=0.03), size)


def large_leaded_owl(network, size, steps, seed):
    """The same with the article's sizes: views of 512², a texture of 1024²."""
    options = {"lr": 0.02, "power": 1.4}
    sizes = {"view_size": TEXELS, "texels": 2 * TEXELS}
    return portrait(*glazed_owl(network, steps, seed, **sizes, **options), size)


def glazed_owl(network, steps, seed, *, view_size, texels, lr, power=1.5):
    """The owl, and its texture after the leaded window, `(1, 3, texels, texels)`."""
    mesh = sample_mesh("owl")
    painting = sample_image("leaded_window", (view_size, 3 * view_size // 2))
    views = random_views(
        mesh, view_size, distance=(10.0, 12.0), elevation=(-0.4, 0.8), seed=seed
    )
    before = F.interpolate(mesh.texture, size=(texels, texels), mode="area")
    texture = ImageParam(FourierBasis(texels, decay_power=power))
    texture.start_from(PALE + (1 - 2 * PALE) * before)  # far from black and from white
    target, generator = style_of(network, painting), torch.Generator().manual_seed(seed)
    memory = {layer: MovingAverageGram(0.9) for layer in target}
    ground, cuts = painting.mean((2, 3), keepdim=True), cut_points(mesh)

    def loss():
        view = views[int(torch.randint(len(views), (), generator=generator))]
        skin = texture()
        learned, original = (
            view.render(one, background=ground, mip=True) for one in (skin, before)
        )
        found = look(network, learned)
        grams = {
            layer: average(gram_matrix(covered(found[layer], view.mask)))
            for layer, average in memory.items()
        }
        terms = two_losses(network, found, original, grams, target, keep=1.7)
        return terms | {"cuts": 2 * disagreement(skin, cuts)}

    minimize(loss, texture, steps=steps, optimizer=cosine_adam(steps, lr))
    return mesh, texture()


def covered(features, mask):
    """Features weighted so that their Gram matrix is that of where the model is."""
    share = F.adaptive_avg_pool2d(mask.float(), features.shape[2:])
    return features * (share / share.mean((2, 3), keepdim=True)).sqrt()


def random_views(mesh, size, *, distance, elevation, seed, count=32):
    """Views from random places, kept: a new texture costs only a look-up."""
    cameras = sample_views(
        mesh, count, distance=distance, elevation=elevation, seed=seed
    )
    return [View(mesh, camera, size) for camera in cameras]


def portrait(mesh, texture, size, turns=(0.4, -0.9)):
    """A model from some sides, softly lit, with its shadow on a light ground."""
    height, width = size[0], size[1] // len(turns)
    place = {"distance": 13.0, "elevation": 0.15, "aspect": width / height}
    cameras = torch.cat([sample_views(mesh, 1, azimuth=a, **place) for a in turns])
    with torch.no_grad():
        shown = portraits(
            mesh, cameras, (height, width), texture=texture, ground=GROUND
        )
    return side_by_side(shown, 0)


def side_by_side(pictures, gap=0):
    """A batch in one row, `(1, C, H, N · W + (N - 1) · gap)`, white between."""
    first, *others = pictures.detach()
    spaced = [F.pad(picture, (gap, 0), value=1.0) for picture in others]
    return torch.cat([first, *spaced], 2)[None]


# ---- the six together, and the table of all ------------------------------------------


class Recipe(NamedTuple):
    """A function of network, size, steps and seed, and what it is called with."""

    make: Callable[..., torch.Tensor]
    size: tuple[int, int]
    steps: int
    seed: int
    shows: str


WIDE = (520, 984)
RECIPES = {
    "aligned_film": Recipe(
        aligned_film,
        (576, 1820),
        190,
        1,
        "section 1: shells become knitted scarves, and stay where they are",
    ),
    "night_cat": Recipe(
        night_cat, (288, 544), 160, 0, "section 2: the cat after the night sky"
    ),
    "painted_leather": Recipe(
        painted_leather, WIDE, 200, 4, "section 3: leather, painted by a CPPN"
    ),
    "cut_outs": Recipe(
        cut_outs,
        (320, 600),
        570,
        4,
        "section 4: a snail, a hip and a pineapple, with opacity",
    ),
    "curly_bunny": Recipe(
        curly_bunny, WIDE, 200, 0, "section 5: curls grown on the bunny"
    ),
    "leaded_owl": Recipe(
        leaded_owl, WIDE, 200, 0, "section 6: the owl as a leaded window"
    ),
    "large_leaded_owl": Recipe(
        large_leaded_owl,
        (780, 1476),
        400,
        0,
        "section 6: the same at the article's sizes",
    ),
}
TOGETHER = [*RECIPES][:6]  # one of each section
PANEL = (311, 588)


def opening(folder):
    """The six pictures in two rows of three, white between them: 640 × 1800 pixels. Of
    the film there are the first, the middle and the last frame.
    """
    paths = [folder / f"{name}.jpg" for name in TOGETHER]
    film, *others = paths
    ends_and_middle = side_by_side(frames_of(read_image(film))[::2], GAP)
    panel = F.interpolate(ends_and_middle, PANEL, mode="bicubic", antialias=True)
    panels = torch.cat(
        [panel.clamp(0, 1), *(read_image(path, PANEL) for path in others)]
    )
    rows = [side_by_side(three, GUTTER) for three in panels.split(3)]
    return torch.cat([F.pad(rows[0], (0, 0, 0, GUTTER), value=1.0), rows[1]], 2)


def listed(folder):
    """The rows of the table in README.md, `{name: line}`."""
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"\| \[(\w+)\.jpg\]", line) for line in lines)
    return {match[1]: match.string for match in found if match}


def list_anew(folder, name, cells):
    """Write the picture's row of the table in README.md; those of the others stay."""
    page, digest = folder / "README.md", sha256(folder / f"{name}.jpg")
    row = f"| [{name}.jpg]({name}.jpg) | {' | '.join(cells)} | `{digest}` |"
    rows = listed(folder) | {name: row}
    lines = page.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("| [")]
    lines += [rows[each] for each in (*RECIPES, "opening") if each in rows]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write(folder, name, picture, cells, quality=QUALITY):
    path = write_image(folder / f"{name}.jpg", picture, overwrite=True, quality=quality)
    list_anew(folder, name, cells)
    print(f"{path.name:18} {path.stat().st_size / 1024:4.0f} KB  {cells[-1]} s")


def make(name):
    """Make one of the pictures, write it and list it."""
    made, start = RECIPES[name], time.time()
    picture = made.make(load_network(NETWORK), made.size, made.steps, made.seed)
    cells = [made.shows, f"`{name}`, {made.steps} steps", NETWORK, str(made.seed)]
    write(FOLDER, name, picture, [*cells, f"{time.time() - start:.0f}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        choices=[*RECIPES, "opening"],
        default=[*RECIPES],
        help=f"from {', '.join(RECIPES)}, opening",
    )
    for name in parser.parse_args().only:
        if name in RECIPES:
            make(name)
    cells = ["the first six, two rows of three", "`opening`", "–", "–", "0"]
    write(FOLDER, "opening", opening(FOLDER), cells, quality=85)


if __name__ == "__main__":
    main()
