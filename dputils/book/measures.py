"""Numbers for claims: spectra, spots, change of frames, directions of lines, seams."""

from typing import TYPE_CHECKING

import torch

from ..rasterize import lookup
from ..scene import shared_edges

if TYPE_CHECKING:
    from ..scene import Mesh

NYQUIST = 0.5  # cycles per pixel


def power_spectrum(images: torch.Tensor) -> torch.Tensor:
    """Power at each frequency, summed over channels: `(N, H, W)`, unshifted.

    Each channel's mean is taken out first; a Hann window keeps the picture's borders
    from counting as edges.
    """
    x = images.detach().float()
    x = x - x.mean((2, 3), keepdim=True)
    window = torch.hann_window(x.shape[2], periodic=False)[:, None] * torch.hann_window(
        x.shape[3], periodic=False
    )
    return torch.fft.fft2(x * window.to(x)).abs().square().sum(1)


def frequency_radius(height: int, width: int) -> torch.Tensor:
    """Distance from zero frequency, in cycles per pixel, `(H, W)`, unshifted."""
    return (
        torch.fft.fftfreq(height)[:, None] ** 2 + torch.fft.fftfreq(width)[None] ** 2
    ).sqrt()


def high_frequency_share(
    images: torch.Tensor, above: float = NYQUIST / 4
) -> torch.Tensor:
    """Share of each picture's energy above a frequency in cycles per pixel: `(N,)`.

    By default above a quarter of Nyquist: a photograph has a few per cent there, white
    noise more than nine tenths.
    """
    power = power_spectrum(images)
    high = (frequency_radius(*power.shape[1:]) > above).to(power)
    return (power * high).sum((1, 2)) / power.sum((1, 2)).clamp(min=1e-20)


def spectral_centroid(images: torch.Tensor) -> torch.Tensor:
    """Mean frequency, weighted by amplitude, in cycles per pixel: `(N,)`.

    Finer detail gives a larger number.
    """
    amplitude = power_spectrum(images).sqrt()
    radius = frequency_radius(*amplitude.shape[1:]).to(amplitude)
    return (amplitude * radius).sum((1, 2)) / amplitude.sum((1, 2)).clamp(min=1e-20)


def spots(
    images: torch.Tensor, contrast: float = 0.5, *, level: float | None = None
) -> torch.Tensor:
    """How many separate light and dark places each picture has: `(N,)`.

    A light place counts if every way from it to a lighter one leads down by at least
    `contrast` standard deviations of the picture; a dark place the other way round.
    Ways go over sides of pixels. It is counted in each channel, and the mean is taken.
    With `level` the bar is that number, whatever the picture's contrast: 0.1 counts
    what stands out by a tenth of the way from black to white, and so can be seen.

    Unlike a frequency, this tells much detail from one sharp edge: a ramp and a hard
    disc have two such places, a checkerboard as many as squares, and blur that leaves
    the squares visible takes none away. A flat picture has none.

    Raises: ValueError unless contrast, or level, is positive.
    Source: Edelsbrunner, Letscher and Zomorodian, Topological persistence and
        simplification (2002).
    """
    for name, number in (("contrast", contrast), ("level", level)):
        if number is not None and not number > 0:
            raise ValueError(f"{name}={number:g} must be positive")
    x = images.detach().double().cpu()
    centred = x - x.mean((2, 3), keepdim=True)
    least = contrast * centred.square().mean((1, 2, 3)).sqrt()
    if level is not None:
        least = torch.full_like(least, level)
    counts = [
        [
            _peaks(channel, bar) + _peaks(-channel, bar) if bar > 1e-9 else 0
            for channel in picture
        ]
        for picture, bar in zip(centred, least.tolist())
    ]
    return torch.tensor(counts, dtype=torch.float32).mean(1).to(images.device)


def _peaks(values: torch.Tensor, least: float) -> int:
    """Maxima of `(H, W)` that stand out by `least`; the highest counts if it stands out
    from the lowest place.

    Places are added from high to low. Where two hills meet, the lower one ends.
    """
    height, width = values.shape
    flat = values.flatten()
    level = flat.tolist()
    hill = [-1] * len(level)  # of each place that was added: another one on its hill
    top: dict[int, float] = {}  # of each hill, by the place that stands for it
    found = int(level and max(level) - min(level) >= least)  # type: ignore[arg-type]
    for place in flat.argsort(descending=True, stable=True).tolist():
        hill[place], top[place] = place, level[place]
        column = place % width
        for other, inside in (
            (place - width, place >= width),
            (place + width, place + width < len(level)),
            (place - 1, column > 0),
            (place + 1, column + 1 < width),
        ):
            if not inside or hill[other] < 0:
                continue
            ends = []
            for end in (place, other):
                while hill[end] != end:
                    hill[end] = hill[hill[end]]
                    end = hill[end]
                ends.append(end)
            low, high = sorted(ends, key=top.__getitem__)
            if low != high:
                found += top[low] - level[place] >= least
                hill[low] = high
    return found


def radial_spectrum(
    images: torch.Tensor, bins: int = 32
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean power in rings from 0 to Nyquist.

    Returns: their frequencies `(bins,)` in cycles per pixel, and power `(N, bins)`.
    """
    power = power_spectrum(images)
    ring = (frequency_radius(*power.shape[1:]) / NYQUIST * bins).long()
    inside = (ring < bins).flatten()
    index = ring.flatten()[inside].to(power.device)
    total = power.new_zeros(len(power), bins).index_add(
        1, index, power.flatten(1)[:, inside]
    )
    count = power.new_zeros(bins).index_add(
        0, index, torch.ones_like(index, dtype=power.dtype)
    )
    middles = (torch.arange(bins).to(power) + 0.5) * NYQUIST / bins
    return middles, total / count.clamp(min=1)


def frame_change(frames: torch.Tensor, blur: float = 2.0) -> torch.Tensor:
    """RMS change between neighbouring frames `(N, C, H, W)`, blurred: `(N - 1,)`.

    The Gaussian blur of `blur` pixels forgives texture that shimmers and counts
    landmarks that move.
    """
    if len(frames) < 2:
        raise ValueError(
            f"frame_change compares neighbouring frames; got {len(frames)} frame"
        )
    x = frames.detach().float()
    if blur:
        # imported late: kornia takes a second to load
        from kornia.filters import gaussian_blur2d

        x = gaussian_blur2d(
            x, 2 * round(3 * blur) + 1, (blur, blur), border_type="replicate"
        )
    return (x[1:] - x[:-1]).square().mean((1, 2, 3)).sqrt()


def orientation(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Direction of the lines in each picture and how strongly they agree.

    From the structure tensor: the mean, under a Hann window, of all gradients times
    themselves.
    Returns: angles `(N,)` in radians from 0 to π, anticlockwise from horizontal, since
        lines have no head and no tail; strengths `(N,)`, 0 where gradients point
        everywhere alike and 1 where all of them are parallel.
    Source: Bigün and Granlund, Optimal Orientation Detection of Linear Symmetry (1987).
    """
    x = images.detach().float().mean(1)
    right = (x[:, 1:-1, 2:] - x[:, 1:-1, :-2]) / 2
    up = (x[:, :-2, 1:-1] - x[:, 2:, 1:-1]) / 2  # the top row comes first
    window = (
        torch.hann_window(x.shape[1], periodic=False)[1:-1, None]
        * torch.hann_window(x.shape[2], periodic=False)[1:-1]
    )
    xx, yy, xy = (
        (a * window.to(x)).sum((1, 2)) for a in (right * right, up * up, right * up)
    )
    # The gradient's doubled angle; a line runs at right angles to its gradient.
    angle = (torch.atan2(2 * xy, xx - yy) / 2 + torch.pi / 2) % torch.pi
    return angle, torch.hypot(2 * xy, xx - yy) / (xx + yy).clamp(min=1e-20)


def orientation_spread(
    angles: torch.Tensor, strengths: torch.Tensor | None = None
) -> torch.Tensor:
    """Standard deviation of directions without head or tail, in radians.

    Args: `angles` `(…, N)`; `strengths` `(…, N)`, their weights (default: all alike).
    Returns: `(…)`, 0 if all are the same. N directions drawn at random give about
        sqrt(ln N) / 2, 1.0 for 50.
    Source: Mardia and Jupp, Directional Statistics (2000), the circular standard
        deviation, of doubled angles.
    """
    weights = torch.ones_like(angles) if strengths is None else strengths
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-20)
    agreement = torch.hypot(
        (weights * (2 * angles).cos()).sum(-1), (weights * (2 * angles).sin()).sum(-1)
    )
    return (-2 * agreement.clamp(1e-6, 1).log()).sqrt() / 2


def seam_contrast(mesh: "Mesh", textures: torch.Tensor) -> torch.Tensor:
    """How visible the seams of a texture are: `(N,)`, 0 not at all, 1 as if by chance.

    Each triangle has the colour at its centre; neighbours share an edge in space, and
    the edge is a seam if they do not share it in the texture. The mean difference in
    colour across seams is put on a scale from that of other neighbours, 0, to that of
    triangles taken at random, 1, where the two sides know nothing of each other.
    Args: `mesh`, a `scene.Mesh` with texture coordinates; `textures` `(N, C, H, W)`.
    Raises: ValueError if the mesh has no seam.
    """
    pairs, ends = shared_edges(mesh)
    seam = (ends[0] != ends[1]).any(1)
    if not seam.any():
        raise ValueError(
            f"{mesh.name} has no texture seam: all neighbouring triangles share their "
            "texture coordinates"
        )
    centers = mesh.required_uv()[mesh.faces].mean(1)
    same = torch.zeros(len(centers), dtype=torch.int64, device=centers.device)
    generator = torch.Generator().manual_seed(0)
    anywhere = torch.stack(
        [torch.randperm(len(centers), generator=generator) for _ in range(2)]
    ).to(centers.device)
    found = []
    for texture in textures.detach():
        colors = lookup(texture[None], centers, same)
        across, inside, chance = (
            (colors[:, a] - colors[:, b]).square().sum(0).sqrt().mean()
            for a, b in (pairs[:, seam], pairs[:, ~seam], anywhere)
        )
        found.append((across - inside) / (chance - inside).clamp(min=1e-20))
    return torch.stack(found)
