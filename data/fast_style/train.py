"""Train the network that repaints at once:
`python data/fast_style/train.py --steps 3000`.

Photographs go in, and what comes out is judged as in `minimize`: content and style,
seen by a frozen PatternNet. Only here the gradient ends in the weights of a network
instead of a picture. Every picture of a batch gets a style of its own. The same steps,
seed and kind of processor give the same weights.
"""

import argparse
import functools
import os
import sys
import time
from pathlib import Path

# with other work on the machine, two threads are slower than one
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
import torch.nn.functional as F

from dputils.data import (
    PHOTOGRAPHS,
    data_path,
    list_images,
    list_patterns,
    sample_image,
    sample_pattern,
)
from dputils.media import read_image
from dputils.networks import load_network
from dputils.style import (
    FastStyle,
    content_loss,
    gram_matrix,
    load_fast_style,
    style_loss,
)
from dputils.style.fast import save

PAINTINGS = [name for name in list_images() if name not in PHOTOGRAPHS]
STYLE_LAYERS, CONTENT_LAYER = (
    ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6"],
    "conv3",
)
PAINTED = (192, 288)  # height and width at which a painting's strokes are measured
# What training sees: photographs that scikit-image and scikit-learn carry in their
# wheels, and drawn scenes. The cat and the cup of coffee are left out: the notebook
# shows what the network makes of pictures that it has not seen.
FROM_SKIMAGE = ("astronaut", "rocket", "camera", "hubble_deep_field", "coins")
FROM_SKLEARN = ("china.jpg", "flower.jpg")
PER_CLASS, DRAWN_SHARE = 6, 0.4


@functools.cache
def photographs(device):
    """The training photographs, `(3, H, W)` each, 400 pixels high at most."""
    import skimage.data
    from skimage.io import imread
    from sklearn.datasets import load_sample_image

    found = [getattr(skimage.data, name)() for name in FROM_SKIMAGE] + [
        load_sample_image(n) for n in FROM_SKLEARN
    ]
    found.append(imread(Path(skimage.data.__file__).parent / "motorcycle_left.png"))
    pictures = [read_image(array) for array in found]
    shrink = [min(1, 400 / picture.shape[2]) for picture in pictures]
    return [
        F.interpolate(p, scale_factor=s, mode="bilinear", antialias=True)[0].to(device)
        if s < 1
        else p[0].to(device)
        for p, s in zip(pictures, shrink)
    ]


@functools.cache
def drawn(size):
    """A few pictures of each class that PatternNet knows, `(N, 3, size, size)`."""
    return torch.cat(
        [sample_pattern(name, PER_CLASS, size, seed=7)[0] for name in list_patterns()]
    )


class Contents:
    """Random square pieces of photographs and of drawn scenes, turned over, brighter or
    darker, in other tints.
    """

    def __init__(self, size, device, generator):
        self.size, self.generator = size, generator
        self.photographs, self.drawn = photographs(device), drawn(size).to(device)

    def uniform(self, *shape):
        return torch.rand(*shape, generator=self.generator)

    def piece(self):
        if self.uniform(1) < DRAWN_SHARE:
            picture = self.drawn[int(self.uniform(1) * len(self.drawn))]
        else:
            picture = self.photographs[int(self.uniform(1) * len(self.photographs))]
            height, width = picture.shape[1:]
            side = int(
                self.size
                + (min(height, width) - self.size) * self.uniform(1).item() ** 0.7
            )
            top, left = (int(self.uniform(1) * (n - side + 1)) for n in (height, width))
            piece = picture[None, :, top : top + side, left : left + side]
            picture = F.interpolate(
                piece, size=self.size, mode="bilinear", antialias=True
            )[0]
        picture = picture.flip(2) if self.uniform(1) < 0.5 else picture
        tint = torch.exp(
            (self.uniform(1) - 0.5) * 0.8 + (self.uniform(3) - 0.5) * 0.3
        ).to(picture)
        return picture.clamp(min=1e-3) ** tint[:, None, None]

    def draw(self, count):
        return torch.stack([self.piece() for _ in range(count)])


def look(network, pictures, layers):
    """Activations of the layers, and the pixels with a constant as one more layer,
    which holds the palette.
    """
    found = network(pictures, layers)
    found["colour"] = torch.cat([2 * pictures - 1, torch.ones_like(pictures[:, :1])], 1)
    return found


def per_picture(a, b):
    return (a - b).abs().flatten(1).mean(1)


def losses(network, pictures, contents, targets, content_weight):
    """Content and style loss of each picture, `(N,)` both."""
    with torch.no_grad():
        wanted = network(contents, [CONTENT_LAYER])
    found = look(network, pictures, STYLE_LAYERS)
    content = content_loss(
        found,
        {CONTENT_LAYER: wanted[CONTENT_LAYER]},
        distance=per_picture,
        relative=True,
    )
    style = style_loss(
        {name: gram_matrix(found[name]) for name in targets},
        targets,
        distance=per_picture,
        relative=True,
    )
    return content_weight * content, style


def train(
    styles,
    *,
    steps,
    size=80,
    batch=4,
    width=12,
    blocks=4,
    kind="instance",
    lr=4e-3,
    content_weight=2.5,
    seed=0,
    device="cpu",
    judge="patternnet",
    start=None,
    say=print,
    keep=None,
):
    """A trained `FastStyle`, and the mean content and style loss of every step;
    `keep(net, history)` now and then.

    `start` is a file to go on from, with the same styles and shape.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = load_network(judge).to(device)
    contents = Contents(size, device, generator)
    paintings = torch.cat([sample_image(name, PAINTED) for name in styles]).to(device)
    with torch.no_grad():
        grams = {
            name: gram_matrix(a)
            for name, a in look(network, paintings, STYLE_LAYERS).items()
        }
    net = FastStyle(styles, width=width, blocks=blocks, kind=kind)
    if start is not None:
        net.load_state_dict(load_fast_style(start).state_dict())
    net = net.to(device)
    adam = torch.optim.Adam(net.parameters(), lr=lr, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        adam, lr, total_steps=steps, pct_start=0.05
    )
    history, begun = [], time.time()
    for step in range(1, steps + 1):
        pictures = contents.draw(batch)
        # Styles in turn rather than at random, so that all of them get equally many
        # pictures.
        chosen = torch.arange(step * batch, (step + 1) * batch) % len(styles)
        mixture = F.one_hot(chosen, len(styles)).float().to(device)
        painted = net(pictures, mixture)
        targets = {name: gram[chosen.to(device)] for name, gram in grams.items()}
        content, style = losses(network, painted, pictures, targets, content_weight)
        loss = (content + style).mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        schedule.step()
        history.append([content.mean().item(), style.mean().item()])
        if step % 100 == 0 or step == steps:
            recent = torch.tensor(history[-100:]).mean(0).tolist()
            say(
                f"{(time.time() - begun) / 60:5.1f} min  step {step}/{steps}: content "
                f"{recent[0]:.3f}, style {recent[1]:.3f}"
            )
            if keep is not None:
                keep(net, history)
    return net, history


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument(
        "--styles",
        nargs="+",
        default=PAINTINGS,
        choices=PAINTINGS,
        help="default: all twelve",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=data_path("images").parent / "fast_style/twelve_styles.safetensors",
    )
    parser.add_argument("--size", type=int, default=80)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--width", type=int, default=12)
    parser.add_argument("--content-weight", type=float, default=2.5)
    parser.add_argument(
        "--kind",
        choices=("instance", "batch", "none"),
        default="instance",
        help="normalization",
    )
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument(
        "--start", type=Path, help="go on from the weights in this file"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    begun = time.time()

    before = (
        load_fast_style(options.start).meta
        if options.start
        else {"steps": 0, "minutes": 0.0}
    )

    def keep(net, history):
        content, style = torch.tensor(history[-200:]).mean(0).tolist()
        save(
            net,
            options.out,
            {
                "steps": before["steps"] + len(history),
                "size": options.size,
                "batch": options.batch,
                "seed": options.seed,
                "content_weight": options.content_weight,
                "content": round(content, 4),
                "style": round(style, 4),
                "minutes": round(before["minutes"] + (time.time() - begun) / 60, 1),
            },
        )

    net, history = train(
        options.styles,
        steps=options.steps,
        size=options.size,
        batch=options.batch,
        width=options.width,
        kind=options.kind,
        lr=options.lr,
        content_weight=options.content_weight,
        seed=options.seed,
        start=options.start,
        say=lambda line: print(line, flush=True),
        keep=keep,
    )
    print(
        f"{options.out.name}: {options.out.stat().st_size / 1e6:.2f} MB, "
        f"{sum(p.numel() for p in net.parameters()):,} parameters"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
