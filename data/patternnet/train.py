"""Train one of the two PatternNets:
`python data/patternnet/train.py robust --pool DIR --minutes 65 --out FILE`.

`robust` learns from pictures that an adversary has changed (one gradient step inside an
L2 ball, Goodfellow et al. 2014, Madry et al. 2017). Such a network can rely only on
what a person would also see, and that is what makes its visualizations readable.
`plain` is trained on the pictures as they are.

Two things save most of the time: most of the steps see the pictures at 64 pixels, and
the weights that are kept are a running average, which stands in for a longer
learning-rate decay.
"""

import argparse
import copy
import json
import math
import os
import statistics
import sys
import time
from pathlib import Path

# with other work on the machine, two threads are slower than one
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
import torch.nn.functional as F

from dputils.networks import patternnet

CROP, SMALL, BATCH = 96, 64, 48
RECIPES = {
    # small_until: share of the steps at SMALL pixels. radius: (share of the steps, L2
    # radius at CROP pixels), joined by straight lines; the adversary starts when the
    # radius leaves 0.
    "robust": dict(
        kind="PatternNet",
        lr=2e-3,
        small_until=0.5,
        radius=((0.05, 0.0), (0.3, 1.5), (0.75, 4.0)),
    ),
    "plain": dict(
        kind="PatternNetPlain", lr=2e-3, small_until=0.55, radius=((0.0, 0.0),)
    ),
}
WEIGHT_DECAY, WARM_UP, CLIP, AVERAGE = 0.02, 0.06, 2.0, 0.998
CHECKPOINT_SECONDS = 300


class Batches:
    """Random crops of the pool, with the jitter a camera would add; the pool stays on
    `device`, as bytes.
    """

    def __init__(self, folder, device, seed):
        index = json.loads((folder / "pool.json").read_text())
        self.classes, self.device, self.size = index["classes"], device, index["size"]
        self.generator = torch.Generator().manual_seed(seed)
        # Copy-on-write: torch wants a writable array, and nobody writes.
        read = lambda split: torch.from_numpy(
            np.load(folder / f"{split}.npy", mmap_mode="c")
        )
        self.images, self.held_out = read("train"), read("validation")
        if device.type == "cuda":
            self.images, self.held_out = (
                self.images.to(device),
                self.held_out.to(device),
            )
        self.per_class, self.held_per_class = index["train"], index["validation"]

    def draw(self, size):
        """One training batch: images `(BATCH, 3, size, size)` in [0, 1] and labels."""
        uniform = torch.rand(BATCH, 6, generator=self.generator).to(self.device)
        room = self.size - CROP + 1
        index = (uniform[:, 0].double() * len(self.images)).long()
        steps = torch.arange(CROP, device=self.device)
        rows, columns = ((uniform[:, i] * room).long()[:, None] + steps for i in (1, 2))
        images = self.images[
            index[:, None, None], rows[:, :, None], columns[:, None, :]
        ]
        images = images.permute(0, 3, 1, 2).float() / 255
        if size != CROP:
            images = F.interpolate(images, size, mode="bilinear", antialias=True)
        return jitter_colour(images, uniform[:, 3:]), index // self.per_class

    def validation(self, per_class, size=CROP):
        """The first `per_class` held-out pictures of every class, centre crop, in
        batches.
        """
        edge = (self.size - CROP) // 2
        for label in range(0, len(self.classes), 4):
            labels = torch.arange(
                label, min(label + 4, len(self.classes)), device=self.device
            )
            index = (
                labels[:, None] * self.held_per_class
                + torch.arange(per_class, device=self.device)
            ).flatten()
            images = self.held_out[index.to(self.held_out.device)][
                :, edge : edge + CROP, edge : edge + CROP
            ]
            yield (
                images.permute(0, 3, 1, 2).float() / 255,
                labels.repeat_interleave(per_class),
            )


def jitter_colour(images, uniform):
    """Mild gamma, hue within ±8°, saturation ±20 %, one in twenty grey: colour must
    stay a clue to the class.
    """
    gamma = torch.exp((uniform[:, 0] - 0.5) * 0.5)
    angle = (uniform[:, 1] - 0.5) * 0.28
    # The last uniform number serves twice: below 0.05 it makes the picture grey, above
    # it sets the saturation.
    saturation = torch.where(uniform[:, 2] < 0.05, 0.0, 0.8 + 0.4 * uniform[:, 2])
    grey = torch.full((3, 3), 1 / 3, device=images.device)
    across = torch.tensor(
        [[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=images.device
    ) / math.sqrt(3)
    cos, sin, saturation = (
        angle.cos()[:, None, None],
        angle.sin()[:, None, None],
        saturation[:, None, None],
    )
    # rotation about the grey axis
    chroma = cos * (torch.eye(3, device=images.device) - grey) + sin * across
    images = torch.einsum(
        "nij,njhw->nihw",
        grey + saturation * chroma,
        images ** gamma[:, None, None, None],
    )
    return images.clamp(0, 1).contiguous(memory_format=torch.channels_last)


def unit(gradient):
    return gradient / (gradient.flatten(1).norm(dim=1)[:, None, None, None] + 1e-12)


def attack(forward, images, labels, radius):
    """The picture one gradient step away, `radius` in L2, that raises the loss most;
    stays in [0, 1].
    """
    images = images.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(forward(images), labels), images)
    return (images.detach() + radius * unit(gradient)).clamp(0, 1)


def use_bf16(device):
    """Whether half-width arithmetic pays: on GPUs, and on CPUs that multiply matrices
    in bfloat16.
    """
    capable = getattr(torch.cpu, "get_capabilities", dict)()
    return device.type == "cuda" or bool(
        capable.get("amx_bf16") or capable.get("avx512_bf16")
    )


class Trainer:
    """Network, optimizer, running average and step counter: all that a resumed run
    needs, and one `step`.
    """

    def __init__(self, name, batches, seed, device):
        torch.manual_seed(seed)
        self.recipe, self.batches, self.device, self.bf16 = (
            RECIPES[name],
            batches,
            device,
            use_bf16(device),
        )
        net = patternnet.ARCHITECTURES[self.recipe["kind"]](
            batches.classes, batch_norm=True
        )
        self.net = net.to(device, memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.net).eval()
        weights = [p for p in self.net.parameters() if p.dim() > 1]
        rest = [p for p in self.net.parameters() if p.dim() <= 1]
        groups = [
            {"params": weights, "weight_decay": WEIGHT_DECAY},
            {"params": rest, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=self.recipe["lr"])
        self.steps_done = 0

    def forward(self, images, net=None):
        net = self.net if net is None else net
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            return net((images - patternnet.MEAN) / patternnet.STD).float()

    def phase(self, progress):
        """(picture size, L2 radius at that size) at a share of the run."""
        size = SMALL if progress < self.recipe["small_until"] else CROP
        radius = float(np.interp(progress, *zip(*self.recipe["radius"], strict=True)))
        # the norm of the same change grows with the side of the picture
        return size, radius * size / CROP

    def step(self, progress):
        """One batch; returns (loss, share of right answers) as tensors."""
        lr = self.recipe["lr"] * min(
            progress / WARM_UP + 0.02,
            1,
            max(0.5 + 0.5 * math.cos(math.pi * progress), 0.01),
        )
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        size, radius = self.phase(progress)
        images, labels = self.batches.draw(size)
        if radius > 0:
            images = attack(self.forward, images, labels, radius)
        logits = self.forward(images)
        loss = F.cross_entropy(logits, labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), CLIP)
        self.optimizer.step()
        self.steps_done += 1
        self._update_average()
        return loss.detach(), (logits.argmax(1) == labels).float().mean()

    @torch.no_grad()
    def _update_average(self):
        # Early on the average must be short, or it would remember the random start.
        keep = min(AVERAGE, (1 + self.steps_done) / (10 + self.steps_done))
        for kept, new in zip(
            self.average.state_dict().values(),
            self.net.state_dict().values(),
            strict=True,
        ):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - keep)
            else:
                kept.copy_(new)

    def accuracy(self, per_class, radius=0.0):
        """Top-1 of the averaged network on held-out pictures, attacked once where
        `radius` is above 0.
        """
        right = total = 0
        for images, labels in self.batches.validation(per_class):
            images = images.contiguous(memory_format=torch.channels_last)
            if radius > 0:
                images = attack(
                    lambda x: self.forward(x, self.average), images, labels, radius
                )
            with torch.no_grad():
                right += (
                    (self.forward(images, self.average).argmax(1) == labels)
                    .sum()
                    .item()
                )
            total += len(labels)
        return right / total

    def state(self):
        return {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "steps_done": self.steps_done,
            "optimizer": self.optimizer.state_dict(),
            "batches": self.batches.generator.get_state(),
        }

    def restore(self, state):
        for part in ("net", "average", "optimizer"):
            getattr(self, part).load_state_dict(state[part])
        self.batches.generator.set_state(state["batches"])
        self.steps_done = state["steps_done"]


def planned_steps(trainer, minutes):
    """How many steps fit into `minutes` here: time each phase of the schedule on a
    throw-away copy.
    """
    before = copy.deepcopy(trainer.state())
    seconds, samples = {}, [(i + 0.5) / 200 for i in range(200)]
    kinds = [(size, radius > 0) for size, radius in map(trainer.phase, samples)]
    for kind in sorted(set(kinds)):
        progress = samples[kinds.index(kind)]
        timings = []
        for _ in range(6):
            begun = time.perf_counter()
            trainer.step(progress)[0].item()
            timings.append(time.perf_counter() - begun)
        seconds[kind] = statistics.median(timings[1:])
        print(
            f"{kind[0]} px, {'attacked' if kind[1] else 'clean'}: "
            f"{BATCH / seconds[kind]:.0f} pictures a second"
        )
    trainer.restore(before)
    return max(
        100, int(0.96 * minutes * 60 / statistics.mean(seconds[kind] for kind in kinds))
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", choices=RECIPES)
    parser.add_argument(
        "--pool", type=Path, required=True, help="the folder that pool.py filled"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="weights, rewritten every five minutes"
    )
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument(
        "--minutes", type=float, help="plan as many steps as fit, by timing a few"
    )
    length.add_argument(
        "--steps", type=int, help="exactly this many steps, for the same result again"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument(
        "--resume", action="store_true", help="go on from the state beside the pool"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    device = (
        options.device
        if options.device != "auto"
        else "cuda"
        if torch.cuda.is_available()
        else "cpu"
    )
    batches = Batches(options.pool, torch.device(device), options.seed)
    trainer = Trainer(options.recipe, batches, options.seed, torch.device(device))
    saved, steps, before = (
        options.pool / f"{options.recipe}.state.pt",
        options.steps,
        0.0,
    )
    if options.resume:
        state = torch.load(saved, map_location=device)
        trainer.restore(state)
        steps, before = steps or state["steps"], state["seconds"]
    elif steps is None:
        steps = planned_steps(trainer, options.minutes)
    log = open(options.pool / f"{options.recipe}.log", "a" if options.resume else "w")
    begun = checkpoint = time.time()

    def say(line):
        for stream in (sys.stdout, log):
            print(
                f"{(time.time() - begun + before) / 60:6.1f} min  {line}",
                file=stream,
                flush=True,
            )

    def keep():
        seconds = time.time() - begun + before
        meta = dict(
            recipe=options.recipe,
            seed=options.seed,
            steps_done=trainer.steps_done,
            steps=steps,
            batch=BATCH,
            minutes=round(seconds / 60, 1),
            device=device,
            threads=options.threads,
        )
        patternnet.save(trainer.average, options.out, meta)
        torch.save(
            {**trainer.state(), "steps": steps, "seconds": seconds}, f"{saved}.partial"
        )
        Path(f"{saved}.partial").replace(saved)

    say(
        f"{options.recipe}: {steps} steps of {BATCH}, {len(batches.classes)} classes, "
        f"{options}, bf16 {trainer.bf16}"
    )
    recent = []
    while trainer.steps_done < steps:
        recent.append(torch.stack(trainer.step(trainer.steps_done / steps)))
        if trainer.steps_done % 50 == 0:
            size, radius = trainer.phase(trainer.steps_done / steps)
            loss, right = torch.stack(recent).mean(0).tolist()
            say(
                f"step {trainer.steps_done}/{steps}, {size} px, radius {radius:.2f}: "
                f"loss {loss:.3f}, acc {right:.3f}"
            )
            recent.clear()
        if time.time() - checkpoint > CHECKPOINT_SECONDS:
            checkpoint = time.time()
            keep()
            say(
                f"checkpoint: held out {trainer.accuracy(8):.3f}, one step of 2.0: "
                f"{trainer.accuracy(8, 2.0):.3f}"
            )
    keep()
    held = batches.held_per_class
    say(
        f"done: held out {trainer.accuracy(held):.4f}, one step of 2.0: "
        f"{trainer.accuracy(held, 2.0):.4f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
