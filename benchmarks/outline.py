"""Smoothing outlines ÷ rasterizing the same picture, both without gradients.

On 69 thousand triangles at 224² and 512², and on the owl, whose triangles are larger.
The table of edges is kept, as a loop keeps it; what it costs once is printed.

Where PyTorch3D is installed: a silhouette of the owl with its gradient, by its soft
rasterizer ÷ by ours.
"""

import importlib.util
import time

import torch
from _meshes import bumpy_sphere
from _timing import ratio_report

from dputils.data import sample_mesh
from dputils.rasterize import antialias, beyond_edges, interpolate, rasterize
from dputils.scene import sample_views


def seconds(call, views):
    times = []
    for view in views:
        start = time.perf_counter()
        call(view)
        times.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    for mesh, sizes in (
        (bumpy_sphere(69_000), (224, 512)),
        (sample_mesh("owl"), (96, 224)),
    ):
        start = time.perf_counter()
        beyond = beyond_edges(mesh.faces)
        print(
            f"{len(mesh.faces):,} triangles, table of edges: "
            f"{1e3 * (time.perf_counter() - start):.0f} ms"
        )
        for size in sizes:

            def drawn(seed):
                clip = mesh.project(sample_views(mesh, 6, seed=seed))
                views = []
                for one in clip.split(1):
                    fragments = rasterize(one, mesh.faces, size)
                    image = interpolate(fragments, mesh.positions, mesh.faces)
                    views.append((image, fragments, one))
                return views

            def smoothing(seed):
                return seconds(
                    lambda view: antialias(*view, mesh.faces, beyond), drawn(seed)
                )

            def rasterizing(seed):
                return seconds(
                    lambda view: rasterize(view[2], mesh.faces, size), drawn(seed)
                )

            with torch.no_grad():
                ratio_report(
                    smoothing,
                    rasterizing,
                    5,
                    f"{len(mesh.faces):,} triangles at {size}²",
                    "at most 1",
                )

    if importlib.util.find_spec("pytorch3d"):
        from _soft_outline import soft_mask

        mesh = sample_mesh("owl")
        beyond, white = beyond_edges(mesh.faces), torch.ones(1, len(mesh.positions), 1)

        def hard_mask(clip, faces, size):
            fragments = rasterize(clip, faces, size)
            image = interpolate(fragments, white, faces)
            return antialias(image, fragments, clip, faces, beyond)

        def times(mask, size):
            def climb(clip):
                asked = clip.clone().requires_grad_()
                mask(asked, mesh.faces, size).mean().backward()

            def measured(seed):
                views = sample_views(mesh, 3, seed=seed)
                return seconds(climb, mesh.project(views).split(1))

            return measured

        ratio_report(
            times(soft_mask, 96),
            times(hard_mask, 96),
            3,
            "soft silhouettes of the owl at 96², with gradients",
            "above 1",
        )
