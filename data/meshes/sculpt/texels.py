"""Colours and masks painted in 3D, one sample at a time: every texel of a chart knows
its point on the surface.
"""

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt, label

from dputils.rasterize import interpolate, rasterize
from dputils.scene import chart_mask, dilate

from .fields import unit

FINER = 2  # samples per texel and direction


class Texels:
    """The samples of a texture that lie on the surface.

    Args: `mesh`: a `scene.Mesh` with uv; `points` (V, 3) in the model's own units and
        `normals` (V, 3) at its vertices;
        `size`: of the texture.
    """

    def __init__(self, mesh, points, normals, size):
        self.mesh, self.size = mesh, size
        clip = torch.cat(
            [
                mesh.uv * 2 - 1,
                torch.zeros(len(mesh.uv), 1),
                torch.ones(len(mesh.uv), 1),
            ],
            1,
        )[None]
        seen = rasterize(clip, mesh.faces, size * FINER)
        self.sample = seen.mask.flatten().numpy()
        at = [
            interpolate(seen, torch.as_tensor(a), mesh.faces)[0]
            .flatten(1)
            .T.numpy()[self.sample]
            for a in (points, normals)
        ]
        self.points, self.normals = (
            at[0].astype(np.float32),
            unit(at[1].astype(np.float32)),
        )
        self.chart = chart_mask(mesh, size, margin=0)

    def texture(self, colors, gutter):
        """Colours (N, 3) of the samples as a texture `(1, 3, H, W)`, continued `gutter`
        texels past the charts.

        What lies farther out has the mean colour, so that the smallest mip levels are
        not darkened.
        """
        texels, share = self._averaged(np.clip(colors, 0, 1))
        known = share > 0
        mean = (texels * known).sum((2, 3), keepdim=True) / known.sum()
        return dilate(
            torch.where(known, texels, mean.expand_as(texels)), known, gutter + 1
        )

    def mask(self, chosen):
        """Chosen samples, bool (N,), as a mask `(1, 1, H, W)`: 1 where most of a texel
        is chosen, 0 elsewhere.

        Nearer than 4 texels (of 1024) to the border of a chart it is 0: there a seam is
        seen, not the landmark.
        """
        texels, share = self._averaged(chosen[:, None].astype(np.float32))
        return without_specks(
            (texels > 0.5) & (share > 0) & away_from_seams(self.chart)
        ).float()

    def _averaged(self, values):
        """Samples (N, C) averaged over texels, and how much of each texel they
        cover.
        """
        grid = np.zeros((len(self.sample), values.shape[1] + 1), np.float32)
        grid[self.sample, :-1], grid[self.sample, -1] = values, 1
        grid = torch.from_numpy(
            grid.T.reshape(1, -1, self.size * FINER, self.size * FINER).copy()
        )
        grid = torch.nn.functional.avg_pool2d(grid, FINER)
        share = grid[:, -1:]
        return grid[:, :-1] / share.clamp(min=1e-6), share


def without_specks(mask, least=0.01):
    """A mask `(1, 1, H, W)` bool without connected parts that hold less than this share
    of it.
    """
    parts, _ = label(mask[0, 0].numpy(), np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return torch.from_numpy(
        (sizes >= least * max(1, sizes.sum()))[parts] & (parts > 0)
    )[None, None]


def away_from_seams(charts):
    """Texels of charts `(1, 1, H, W)` bool that are farther than 4 in 1024 from what is
    no chart.
    """
    inward = distance_transform_edt(charts[0, 0].numpy())
    return torch.from_numpy(inward > 4 * charts.shape[-1] / 1024)[None, None]
