"""Smoothing outlines ÷ rasterizing the same picture, both without gradients.

On 69 thousand triangles at 224² and 512², and on the owl, whose triangles are larger.
The table of edges is kept, as a loop keeps it; what it costs once is printed.
"""

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
