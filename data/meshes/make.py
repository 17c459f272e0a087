"""Make the meshes: python data/meshes/make.py [name ...] writes NAME.glb and
landmarks/NAME_*.png (default: all).

Afterwards it draws overview.jpg of all the meshes in the folder.
"""

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sculpt import MODELS, charts, meshing, model, packing, portraits
from sculpt.texels import Texels

from dputils.media import write_image
from dputils.scene import Mesh, load_mesh, save_mesh

FOLDER = Path(__file__).resolve().parent
CELLS = 208  # of the grid, on the long side of an object's box
SIZE = 1024  # of the texture, in texels
GUTTER = 8  # texels around each chart
FACE_SCALE = 1.5  # the face is drawn so much larger than the rest


def made(name, *, cells=CELLS, size=SIZE, gutter=GUTTER, shade=False):
    """The object `name`: a `Mesh` with its texture, and a dictionary of masks
    `(1, 1, size, size)`.

    `shade=True` darkens the texture where little light would come, in creases and
    below: prettier when it is drawn unlit, and twice as dark as it should be where
        another program lights it.
    """
    form = model(name)
    points, faces = meshing.mesh_of(form, cells)
    step = np.ptp(np.array(form.BOUNDS), axis=0).max() / cells
    normals = meshing.normals_of(form.distance, points, 1.5 * step)
    middle = points[faces].mean(1)
    region = form.face(middle, meshing.normals_of(form.distance, middle, 1.5 * step))
    pieces = charts.cut(points, faces, region)

    source, local = zip(
        *(np.unique(faces[rows], return_inverse=True) for rows, _ in pieces)
    )
    local = [part.reshape(-1, 3) for part in local]
    drawn = [
        (charts.turned_up(uv, points[used]) if not i else uv, part)
        for i, (used, part, (_, uv)) in enumerate(zip(source, local, pieces))
    ]
    scales = [FACE_SCALE] + [1.0] * (len(drawn) - 1)
    placed, density = packing.pack(drawn, scales, size, gutter, upright=(0,))

    starts = np.cumsum([0] + [len(used) for used in source[:-1]])
    source, corners = (
        np.concatenate(source),
        np.concatenate([part + start for part, start in zip(local, starts)]),
    )
    mesh = Mesh(
        torch.from_numpy(points[source]),
        torch.from_numpy(corners),
        torch.from_numpy(np.concatenate(placed).astype(np.float32)),
        name=name,
    ).normalized()
    texels = Texels(mesh, points[source], normals[source], size)
    colors = form.paint(texels.points, texels.normals)
    if shade:
        open_ = meshing.openness(form.distance, texels.points, texels.normals)
        colors = colors * (0.55 + 0.45 * open_**0.8)[:, None] ** np.float32(
            [0.9, 1.05, 1.1]
        )
    places = form.landmarks(texels.points, texels.normals)
    masks = {landmark: texels.mask(chosen) for landmark, chosen in places.items()}
    return mesh.replace(texture=texels.texture(colors, gutter)), masks


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"from {', '.join(MODELS)}"
    )
    parser.add_argument(
        "--shade", action="store_true", help="bake soft shadows into the texture"
    )
    parser.add_argument(
        "--cells",
        type=int,
        default=CELLS,
        help="of the grid, on the long side (default %(default)s)",
    )
    parser.add_argument(
        "--size",
        type=int,
        default=SIZE,
        help="of the texture, in texels (default %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=FOLDER,
        help="folder to write to (default: this one)",
    )
    options = parser.parse_args()
    for name in options.names or MODELS:
        start = time.time()
        mesh, masks = made(
            name, cells=options.cells, size=options.size, shade=options.shade
        )
        path = options.out / f"{name}.glb"
        # the texture has its gutter already
        save_mesh(path, mesh, gutter=0, overwrite=True)
        (options.out / "landmarks").mkdir(exist_ok=True)
        for landmark, mask in masks.items():
            flags = Image.fromarray(mask[0, 0].numpy() > 0.5)  # one bit a texel
            flags.save(
                options.out / "landmarks" / f"{name}_{landmark}.png", optimize=True
            )
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(
            f"{path.name:14} {len(mesh.faces):6} triangles "
            f"{path.stat().st_size / 1e6:5.2f} MB {time.time() - start:5.1f} s  "
            f"{digest}",
            flush=True,
        )
    there = [options.out / f"{name}.glb" for name in MODELS]
    meshes = [load_mesh(path) for path in there if path.exists()]
    write_image(
        options.out / "overview.jpg",
        portraits.sheet(meshes),
        overwrite=True,
        quality=85,
    )


if __name__ == "__main__":
    main()
