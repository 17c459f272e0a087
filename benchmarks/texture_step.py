"""An optimization step of a 1024² texture, seen at 512², against the bare network at
512²; target 1.3.

A step draws a new random view, rasterizes 69 thousand triangles, looks the texture up,
runs the network forward and backward, carries the gradient back into the Fourier
texture and takes a step of Adam. Bare means the network's own modules up to the same
layer, forward and backward, on a picture that requires gradients.
"""

import argparse
import os
import time

import torch
from _meshes import bumpy_sphere
from _timing import ratio_report
from _trunks import googlenet, patternnet

from dputils.images import fourier_image
from dputils.optimize import minimize
from dputils.rasterize import View
from dputils.scene import sample_views

SIZE, TEXTURE = 512, 1024


def measure(mesh, net, trunk, layer, rounds, steps, *, mip=False, kept=False):
    marks = []

    def ours(seed):
        image, cameras = (
            fourier_image(TEXTURE, seed=seed),
            sample_views(mesh, steps, seed=seed),
        )
        views = [View(mesh, camera, SIZE) for camera in cameras[: 4 if kept else 0]]
        marks.clear()

        def loss():
            view = (
                views[len(marks) % 4] if kept else View(mesh, cameras[len(marks)], SIZE)
            )
            return -net(view.render(image(), mip=mip), [layer])[layer][:, 7].mean()

        minimize(
            loss,
            image,
            steps=steps,
            lr=0.03,
            progress=False,
            on_step=lambda step, value: marks.append(time.perf_counter()),
        )
        return [b - a for a, b in zip(marks, marks[1:])]

    def bare(seed):
        times = []
        for _ in range(steps):
            x = torch.rand(1, 3, SIZE, SIZE, requires_grad=True)
            start = time.perf_counter()
            trunk(x)[:, 7].mean().backward()
            times.append(time.perf_counter() - start)
        return times[1:]

    how = (
        f"{'kept views' if kept else 'new views'}, "
        f"{'mip levels' if mip else 'bilinear'}"
    )
    return ratio_report(
        ours,
        bare,
        rounds,
        f"{net.name} to {layer}, texture {TEXTURE}² at {SIZE}², {how}",
        "at most 1.3",
    )


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often both are timed, in turn"
    )
    parser.add_argument("--steps", type=int, default=8, help="steps of each turn")
    parser.add_argument("--triangles", type=int, default=69_000)
    options = parser.parse_args()
    mesh = bumpy_sphere(options.triangles)
    for network in (patternnet(), googlenet()):
        for mip in (False, True):
            for kept in (False, True):
                measure(
                    mesh, *network, options.rounds, options.steps, mip=mip, kept=kept
                )
    measure(mesh, *patternnet(depth=None), options.rounds, options.steps)
