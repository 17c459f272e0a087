"""A step of `maximize` against the bare network: forward and backward to the same layer
at the same input sizes.

Bare means the network's own modules up to the layer, one call each, with a picture that
requires gradients, and nothing else: no parameterization, transforms, optimizer,
history or progress bar. The robustness transforms change the size at every step, so the
bare network gets the same sequence of sizes. The first 16 steps, whose ReLUs pass their
gradients on where a whole picture is off, are measured apart, with pictures of one size
and no parameterization.
"""

import argparse
import os
import time

import torch
from _timing import ratio_report
from _trunks import googlenet, lite0, patternnet

from dputils.images import fourier_image
from dputils.optimize import maximize
from dputils.transforms import standard_transforms


def input_sizes(size, steps, seed):
    """The sizes that `maximize` will draw for this seed."""
    transform, generator = standard_transforms(), torch.Generator().manual_seed(seed)
    return [
        transform(torch.zeros(1, 1, size, size), generator).shape[2:]
        for _ in range(steps)
    ]


def measure(net, trunk, layer, size, rounds, steps, transforms=None):
    objective = f"{layer}:7"
    marks = []

    def ours(seed):
        image = fourier_image(size, seed=seed)
        # It would weigh too much in short runs.
        marks.clear()
        maximize(
            image,
            objective,
            net,
            steps=steps,
            seed=seed,
            transforms=transforms,
            redirect_relu=0,
            on_step=lambda step, value: marks.append(time.perf_counter()),
        )
        return [b - a for a, b in zip(marks, marks[1:])]

    def bare(seed):
        times = []
        sizes = (
            input_sizes(size, steps, seed)
            if transforms is None
            else [(size, size)] * steps
        )
        for height, width in sizes:
            x = torch.rand(1, 3, height, width, requires_grad=True)
            start = time.perf_counter()
            trunk(x)[:, 7].mean().backward()
            times.append(time.perf_counter() - start)
        return times[1:]

    return ratio_report(
        ours,
        bare,
        rounds,
        f"{net.name} to {layer}, {size} "
        f"px{', standard transforms' if transforms is None else ', no transforms'}",
    )


def measure_redirected(net, trunk, layer, size, rounds, steps):
    """Gradients through redirected ReLUs ÷ through the bare network's."""

    def timed(read):
        times = []
        for seed in range(steps + 1):
            generator = torch.Generator().manual_seed(seed)
            x = torch.rand(1, 3, size, size, generator=generator, requires_grad=True)
            start = time.perf_counter()
            read(x)[:, 7].mean().backward()
            times.append(time.perf_counter() - start)
        return times[1:]

    def ours(seed):
        with net.redirected_relu():
            return timed(lambda x: net(x, layer)[layer])

    return ratio_report(
        ours,
        lambda seed: timed(trunk),
        rounds,
        f"{net.name} to {layer}, {size} px, redirected ReLUs",
        "at most 1.3",
    )


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often both are timed, in turn"
    )
    parser.add_argument("--steps", type=int, default=24, help="steps of each turn")
    options = parser.parse_args()
    for make, size in ((patternnet, 128), (googlenet, 224), (lite0, 224)):
        for transforms in (None, []):
            measure(*make(), size, options.rounds, options.steps, transforms)
    for make, size in ((patternnet, 128), (lite0, 224)):
        measure_redirected(*make(), size, options.rounds, options.steps)
