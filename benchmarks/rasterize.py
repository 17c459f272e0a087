"""Milliseconds to rasterize 69 thousand triangles at 224² and 512², and a million; the
ratio to PyTorch3D.

Also the memory: the most that the process grew by while it drew a million triangles,
and one that fills 4096² pixels.
"""

import argparse
import importlib.util
import statistics
import sys
import time

import torch
from _meshes import bumpy_sphere

from dputils.rasterize import rasterize
from dputils.scene import sample_views


def milliseconds(clip, faces, size, **options):
    times = []
    for view in clip:
        if view.is_cuda:
            torch.cuda.synchronize()
        start = time.perf_counter()
        rasterize(view[None], faces, size, **options)
        if view.is_cuda:
            torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def peak_megabytes():
    """The most memory this process has had so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 2**10
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--views",
        type=int,
        default=8,
        help="random views to time, after one to warm up",
    )
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu"
    )
    options = parser.parse_args()
    for triangles, sizes in ((69_000, (224, 512)), (1_000_000, (512,))):
        mesh = bumpy_sphere(triangles).to(options.device)
        clip = mesh.project(sample_views(mesh, options.views + 1, seed=0))
        for size in sizes:
            rasterize(clip[:1], mesh.faces, size)
            before = peak_megabytes()
            ours = milliseconds(clip[1:], mesh.faces, size)
            print(
                f"{len(mesh.faces):,} triangles at {size}²: "
                f"{statistics.median(ours):.0f} ms ({min(ours):.0f} … "
                f"{max(ours):.0f} over {options.views} views, "
                f"{torch.get_num_threads()} threads, {options.device}; peak memory "
                f"{peak_megabytes() - before:+.0f} MB)",
                flush=True,
            )
            if (
                triangles < 100_000
                and size == 224
                and importlib.util.find_spec("pytorch3d")
            ):
                theirs = milliseconds(clip[1:2], mesh.faces, size, backend="pytorch3d")
                print(
                    f"    PyTorch3D: {theirs[0]:.0f} ms, "
                    f"{theirs[0] / statistics.median(ours):.0f} times as long (on a "
                    "CPU at least 500)",
                    flush=True,
                )
    if options.device == "cpu":
        screen = torch.tensor([[[-3.0, -3, 0, 1], [9, -3, 0, 1], [-3, 9, 0, 1]]])
        before, start = peak_megabytes(), time.perf_counter()
        rasterize(screen, torch.tensor([[0, 1, 2]]), 4096)
        print(
            f"one triangle that fills 4096²: {time.perf_counter() - start:.1f} s, "
            f"peak memory {peak_megabytes() - before:+.0f} MB, of which the result "
            f"is {4096**2 * 24 / 2**20:.0f} MB"
        )
