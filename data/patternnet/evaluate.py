"""Measure both PatternNets on pictures nobody has seen and write the card:
`python data/patternnet/evaluate.py`.

Accuracy, accuracy under a multi-step attack, channels that never fire, and the
experiment that only a network with
known ground truth allows: visualize every class of one network and let the other name
the pictures.
"""

import argparse
import itertools
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
import torch.nn.functional as F
from pool import PART, draw_part

from dputils import objectives
from dputils.images import fourier_image, pixel_image
from dputils.media import picture_sheet
from dputils.networks import load_network
from dputils.networks import patternnet as weights
from dputils.optimize import maximize

FOLDER = Path(__file__).resolve().parent
FILES = {"patternnet": "robust.safetensors", "patternnet-plain": "plain.safetensors"}
CROP = 96
# sizes at which classes are visualized: what the networks were trained at, and what the
# book draws
DRAWN = (96, 128)
RADIUS, ATTACK_STEPS, ATTACK_STEP = 2.0, 20, 0.25  # L2 on [0, 1] pixels at 96×96


def fresh_pictures(classes, per_class):
    """`(K, per_class, 3, 96, 96)` drawn with seeds of their own, which neither training
    nor validation used.
    """
    edge, everything = (112 - CROP) // 2, []
    for name in classes:
        parts = [
            draw_part("evaluation", name, first // PART, min(PART, per_class - first))
            for first in range(0, per_class, PART)
        ]
        pictures = torch.cat([torch.from_numpy(part) for part in parts])
        everything.append(
            pictures[:, edge : edge + CROP, edge : edge + CROP]
            .permute(0, 3, 1, 2)
            .float()
            / 255
        )
    return torch.stack(everything)


def norm(images):
    return images.flatten(1).norm(dim=1)[:, None, None, None].clamp(min=1e-12)


def attack(
    network,
    images,
    labels,
    *,
    radius=RADIUS,
    steps=ATTACK_STEPS,
    step=ATTACK_STEP,
    generator=None,
):
    """Projected gradient ascent on the cross-entropy inside an L2 ball, from a random
    start (Madry et al. 2017).

    A picture that was misnamed on the way stays misnamed: the last step is not always
    the worst one.
    """
    start = torch.randn(images.shape, generator=generator).to(images)
    change = (
        start
        / norm(start)
        * radius
        * torch.rand(len(images), 1, 1, 1, generator=generator).to(images)
    )
    change = (images + change).clamp(0, 1) - images
    worst, fooled = (
        images + change,
        torch.zeros(len(images), dtype=torch.bool, device=images.device),
    )
    for number in range(steps + 1):
        change.requires_grad_(True)
        logits = network.logits(images + change)
        new = (logits.argmax(1) != labels) & ~fooled
        worst = torch.where(new[:, None, None, None], (images + change).detach(), worst)
        fooled |= new
        if number == steps or bool(fooled.all()):
            break
        (gradient,) = torch.autograd.grad(
            F.cross_entropy(logits, labels, reduction="sum"), change
        )
        change = change.detach() + step * gradient / norm(gradient)
        change = change * (radius / norm(change)).clamp(max=1)
        # shrinks every coordinate, so it stays inside the ball
        change = (images + change).clamp(0, 1) - images
    return torch.where(fooled[:, None, None, None], worst, (images + change).detach())


def name_pictures(network, pictures, attacked):
    """Share of right answers per class, `(K,)`, for `(K, M, 3, H, W)`."""
    generator, shares = torch.Generator().manual_seed(0), []
    for label, images in enumerate(pictures):
        labels = torch.full((len(images),), label)
        if attacked:
            images = attack(network, images, labels, generator=generator)
        with torch.no_grad():
            shares.append((network.logits(images).argmax(1) == labels).float().mean())
    return torch.stack(shares)


def dead_channels(network, pictures):
    """`{layer: channels that are 0 everywhere on every picture}` for the outermost
    named blocks.
    """
    layers = [
        layer for layer in network.layers if "." not in layer and layer != "logits"
    ]
    largest = {layer: torch.tensor(0.0) for layer in layers}
    with torch.no_grad():
        for images in pictures:
            for layer, value in network(images, layers).items():
                largest[layer] = torch.maximum(largest[layer], value.amax((0, 2, 3)))
    return {layer: int((value <= 0).sum()) for layer, value in largest.items()}


def visualize_classes(network, make_image, size, *, steps, batch=16):
    """One picture per class, `(K, 3, size, size)`, that drives its logit up."""
    pictures = []
    for first in range(0, len(network.classes), batch):
        labels = range(first, min(first + batch, len(network.classes)))
        image = make_image(size, batch=len(labels), seed=first)
        wanted = sum(
            objectives.logit(label, batch=position)
            for position, label in enumerate(labels)
        )
        maximize(image, wanted, network, steps=steps, progress=False)
        pictures.append(image().detach())
    return torch.cat(pictures)


def cross_naming(networks, steps, sheets):
    """Every class visualized on one network and named by the other: a list of dicts,
    one for each way to do it.
    """
    results, pair = [], tuple(networks)
    for (artist, judge), kind, size in itertools.product(
        (pair, pair[::-1]), ("Fourier", "pixels"), DRAWN
    ):
        make_image = fourier_image if kind == "Fourier" else pixel_image
        pictures = visualize_classes(networks[artist], make_image, size, steps=steps)
        with torch.no_grad():
            named = networks[judge].logits(pictures).argmax(1)
        classes = networks[artist].classes
        wrong = {classes[k]: classes[n] for k, n in enumerate(named.tolist()) if k != n}
        top1 = 1 - len(wrong) / len(classes)
        results.append(
            {
                "drawn_on": artist,
                "named_by": judge,
                "basis": kind,
                "pixels": size,
                "top1": round(top1, 4),
                "misnamed": wrong,
            }
        )
        print(
            f"{artist} to {judge}, {kind}, {size} px: {top1:.3f}; misnamed {wrong}",
            flush=True,
        )
        if sheets is not None:
            sheets.mkdir(parents=True, exist_ok=True)
            picture_sheet(pictures, classes, columns=10).save(
                sheets / f"classes_{artist}_{kind.lower()}_{size}.png"
            )
    return results


def measure(per_class, steps, sheets):
    """The whole card as a dict."""
    networks = {name: load_network(name) for name in FILES}
    classes = networks["patternnet"].classes
    pictures = fresh_pictures(classes, per_class)
    card = {"classes": classes, "fresh_pictures_per_class": per_class, "networks": {}}
    for name, network in networks.items():
        _, meta = weights.load(FOLDER / FILES[name])
        clean, attacked = (
            name_pictures(network, pictures, under_attack)
            for under_attack in (False, True)
        )
        file = FOLDER / FILES[name]
        entry = {
            "file": file.name,
            "bytes": file.stat().st_size,
            "architecture": meta["architecture"],
            "parameters": sum(p.numel() for p in network.parameters()),
            "layers": {
                layer: n for layer, n in network.layers.items() if "." not in layer
            },
            "top1": round(clean.mean().item(), 4),
            "top1_attacked": round(attacked.mean().item(), 4),
            "weakest": _weakest(clean, classes),
            "weakest_attacked": _weakest(attacked, classes),
            "dead_channels": dead_channels(network, pictures),
            "training": {
                k: v
                for k, v in meta.items()
                if k not in ("architecture", "classes", "mean", "std")
            },
        }
        print(
            (
                f"{name}: {entry['top1']:.4f}, attacked {entry['top1_attacked']:.4f}, "
                f"dead {entry['dead_channels']}"
            ),
            f"weakest {entry['weakest']}, attacked {entry['weakest_attacked']}",
            flush=True,
        )
        card["networks"][name] = entry
    card["visualized_classes_named_by_the_other_network"] = cross_naming(
        networks, steps, sheets
    )
    return card


def _weakest(shares, classes, count=6):
    order = shares.argsort()[:count].tolist()
    return {classes[k]: round(shares[k].item(), 3) for k in order if shares[k] < 1}


def write_card(card, path):
    """The card as Markdown, for people."""
    rows = [
        (
            "| network | file | parameters | size | fresh pictures | under attack | "
            "trained |"
        ),
        "|---" * 7 + "|",
    ]
    notes = []
    for name, entry in card["networks"].items():
        training = entry["training"]
        pictures = training["steps_done"] * training["batch"] / 1e3
        rows.append(
            f"| `{name}` ({entry['architecture']}) | `{entry['file']}` | "
            f"{entry['parameters'] / 1e6:.2f} M | {entry['bytes'] / 1e6:.2f} MB | "
            f"{entry['top1']:.2%} | {entry['top1_attacked']:.2%} | "
            f"{training['minutes']:.0f} min, {pictures:.0f} thousand pictures, seed "
            f"{training['seed']} |"
        )
        layers = ", ".join(
            f"{layer} {channels}" for layer, channels in entry["layers"].items()
        )
        dead = (
            ", ".join(
                f"{n} in {layer}" for layer, n in entry["dead_channels"].items() if n
            )
            or "none"
        )
        weak = (
            ", ".join(f"{k} {v:.0%}" for k, v in entry["weakest"].items())
            or "none below 100 %"
        )
        hard = (
            ", ".join(f"{k} {v:.0%}" for k, v in entry["weakest_attacked"].items())
            or "none below 100 %"
        )
        notes.append(
            f"`{name}`: layers (channels) {layers}. Channels that never fire: "
            f"{dead}. Weakest classes: {weak}; under attack: {hard}.\n"
        )
    crossed = [
        "| drawn on | with | pixels | named by | right | wrong |",
        "|---" * 6 + "|",
    ]
    for result in card["visualized_classes_named_by_the_other_network"]:
        missed = ", ".join(f"{a} (called {b})" for a, b in result["misnamed"].items())
        crossed.append(
            f"| `{result['drawn_on']}` | {result['basis']} | "
            f"{result['pixels']} | `{result['named_by']}` | "
            f"{result['top1']:.1%} | {missed or '–'} |"
        )
    text = TEMPLATE.format(
        networks="\n".join(rows),
        notes="\n".join(notes),
        crossed="\n".join(crossed),
        count=len(card["classes"]),
        per_class=card["fresh_pictures_per_class"],
        classes=", ".join(card["classes"]),
        radius=RADIUS,
        steps=ATTACK_STEPS,
        step=ATTACK_STEP,
        sizes=" and at ".join(map(str, DRAWN)),
    )
    path.write_text(text)


TEMPLATE = """# PatternNet: card

Two small classifiers, trained from nothing but pictures that `patterns/` draws from random numbers. `robust` was
trained against an adversary and is the default network of the book; `plain` was not, and shows what happens then.
Input: `(N, 3, H, W)`, `(image - 0.5) / 0.25`, trained at 64 and 96 pixels. No batch normalization is left in the files.
This page is written by `evaluate.py`; the same figures, for programs, are in `card.json`.

{networks}

"Fresh pictures": top-1 on {per_class} pictures per class that neither training nor validation saw. "Under attack": the
same pictures, each changed by at most {radius} in L2 (96×96 pixels in [0, 1]) in {steps} gradient steps of {step} from a
random start; a picture counts as lost if any step fooled the network.

{notes}
## What one network draws, the other recognises

Every class is visualized on one network (its logit, standard transforms) and named by the other, at {sizes} pixels:
the size of training, and the size at which the book draws.

{crossed}

## Classes ({count})

{classes}.

`patterns.draw(name, count, size, seed=…)` gives fresh pictures of a class and their masks.

## Train again

`make patternnet` draws the pool, trains both networks and writes this card. The pool depends on its seeds alone;
training with the same `--steps`, seed and kind of processor repeats it. On two cores without 16-bit matrix arithmetic it
takes about two and a half hours, one network after the other.
"""  # noqa: E501, the page has lines of its own


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--per-class", type=int, default=40, help="fresh pictures per class"
    )
    parser.add_argument(
        "--steps", type=int, default=160, help="steps of each visualization"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--sheets",
        type=Path,
        help="folder for contact sheets of the visualized classes",
    )
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder for card.json and card.md"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    begun = time.time()
    card = measure(options.per_class, options.steps, options.sheets)
    (options.out / "card.json").write_text(json.dumps(card, indent=1) + "\n")
    write_card(card, options.out / "card.md")
    print(f"card written after {time.time() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
