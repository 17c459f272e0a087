"""Peak memory of style transfer on textures of 1, 4 and 16 megapixels, one 512² view a
step.

A step renders the original texture and the learned one from a view, compares content
and style, the latter through `MovingAverageGram`, and carries the gradient back into
the Fourier texture. The peak must follow the texture and the view, and must not depend
on how many views the run, and so the memory of its style, goes through: that is
measured with 2 views and with 8. A texture of more than 10 megapixels must run.

Every line is a fresh process, whose peak the operating system reports, above what it
had when the network and the mesh were loaded. On a GPU it is the peak of allocated
memory there.
"""

import argparse
import resource
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from _meshes import bumpy_sphere

from dputils.images import fourier_image
from dputils.networks import load_network
from dputils.optimize import minimize
from dputils.rasterize import View
from dputils.scene import sample_views
from dputils.style import MovingAverageGram, content_loss, gram_matrix, style_loss

MEGA, STYLE_LAYERS, CONTENT_LAYER = (
    1e6,
    ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6"],
    "conv3",
)


def peak(device):
    """Peak memory in bytes: of the GPU, or of this process (ru_maxrss counts kilobytes,
    on a Mac bytes).
    """
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def run_once(texture, views, size, device):
    """Seconds a step, and bytes above what was loaded, of a run of `views` steps;
    printed for the parent process.
    """
    mesh, net = bumpy_sphere(16_000).to(device), load_network("patternnet").to(device)
    painting = torch.rand(
        1, 3, 256, 384, generator=torch.Generator().manual_seed(0)
    ).to(device)
    with torch.no_grad():
        target = {
            layer: gram_matrix(found)
            for layer, found in net(painting, STYLE_LAYERS).items()
        }
    before = peak(device)
    image = fourier_image(texture).to(device)
    small = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)).to(
        device
    )
    original = F.interpolate(small, size=(texture, texture), mode="bilinear")
    memory = {layer: MovingAverageGram(0.95) for layer in target}
    cameras = iter(sample_views(mesh, views).split(1))

    def loss():
        view = View(mesh, next(cameras), size)  # a new view each step, and none is kept
        with torch.no_grad():
            content = net(view.render(original), [CONTENT_LAYER])
        found = net(view.render(image()), STYLE_LAYERS)
        grams = {layer: memory[layer](gram_matrix(found[layer])) for layer in target}
        return {
            "content": content_loss(found, content, relative=True),
            "style": style_loss(grams, target, relative=True),
        }

    start = time.perf_counter()
    minimize(loss, image, steps=views, lr=0.03, progress=False)
    print((time.perf_counter() - start) / views, peak(device) - before)


def measure(*arguments):
    """Seconds a step and bytes, from a process of its own."""
    command = [sys.executable, __file__, "--one", *map(str, arguments)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(part) for part in answer.stdout.split()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--textures",
        type=int,
        nargs="+",
        default=[1024, 2048, 4096],
        help="side lengths",
    )
    parser.add_argument(
        "--views",
        type=int,
        nargs="+",
        default=[2, 8],
        help="how many views a run goes through",
    )
    parser.add_argument("--size", type=int, default=512, help="side length of a view")
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu"
    )
    parser.add_argument(
        "--one",
        nargs=4,
        metavar=("TEXTURE", "VIEWS", "SIZE", "DEVICE"),
        help=argparse.SUPPRESS,
    )
    options = parser.parse_args()
    if options.one:
        run_once(*map(int, options.one[:3]), options.one[3])
        raise SystemExit
    for texture in options.textures:
        found = {
            views: measure(texture, views, options.size, options.device)
            for views in options.views
        }
        few, many = (found[views][1] for views in (options.views[0], options.views[-1]))
        for views, (seconds, bytes_) in found.items():
            print(
                f"texture {texture}² ({texture**2 / MEGA:.1f} megapixels), view "
                f"{options.size}², {views} views: {bytes_ / MEGA:.0f} MB above what "
                f"was loaded, {seconds:.1f} s a step",
                flush=True,
            )
        print(
            (
                f"texture {texture}²: {options.views[-1]} views ÷ {options.views[0]} "
                f"views: {many / few:.2f}"
            ),
            flush=True,
        )
    smaller = options.size // 2
    _, bytes_ = measure(options.textures[0], options.views[0], smaller, options.device)
    print(f"texture {options.textures[0]}², view {smaller}²: {bytes_ / MEGA:.0f} MB")
