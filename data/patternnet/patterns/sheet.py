"""The drawing table: a batch of blank square sheets and the tools every pattern is
drawn with.

A pattern is a function `pattern(sheet) -> (rgb, mask)`: `rgb` is `(N, 3, S, S)` in [0,
1], `mask` is `(N, S, S)` in [0, 1] and is 1 where the thing that names the class is
drawn. Everything is vectorised over
the batch: one call draws N different pictures. Random numbers come from the sheet's own
generator, in a fixed order, so a seed names a batch.

Conventions: scalars that differ from picture to picture have shape `(N, 1, 1)`, fields
`(N, S, S)`, colours `(N, 3, 1, 1)` and coloured pictures `(N, 3, S, S)`. x grows to the
right, y grows downwards, angles are radians.
"""

import math

import torch
import torch.nn.functional as F

PI = math.pi


class Sheet:
    """N blank sheets of size×size pixels and one random generator."""

    def __init__(self, count, size=112, *, generator):
        self.count, self.size, self.generator = count, size, generator

    # ---- random numbers, one per picture --------------------------------------------

    def uniform(self, low=0.0, high=1.0):
        """(N, 1, 1) uniform in [low, high)."""
        return (
            torch.rand(self.count, 1, 1, generator=self.generator) * (high - low) + low
        )

    def integers(self, low, high):
        """(N, 1, 1) whole numbers from low to high, both included, as floats."""
        return torch.randint(
            low, high + 1, (self.count, 1, 1), generator=self.generator
        ).float()

    def coin(self, probability=0.5):
        """(N, 1, 1): 1.0 with the given probability, else 0.0."""
        return (
            torch.rand(self.count, 1, 1, generator=self.generator) < probability
        ).float()

    def sign(self):
        """(N, 1, 1): -1.0 or 1.0."""
        return self.coin() * 2 - 1

    def rand(self, *shape):
        """(N, *shape) uniform in [0, 1)."""
        return torch.rand(self.count, *shape, generator=self.generator)

    def randn(self, *shape):
        """(N, *shape) standard normal."""
        return torch.randn(self.count, *shape, generator=self.generator)

    # ---- fields ---------------------------------------------------------------------

    def coordinates(self):
        """x and y, each (N, S, S), from -1 (left, top) to 1, at pixel centres."""
        t = (torch.arange(self.size).float() + 0.5) / self.size * 2 - 1
        y, x = torch.meshgrid(t, t, indexing="ij")
        return x.expand(self.count, -1, -1), y.expand(self.count, -1, -1)

    def smooth(self, cells, channels=None):
        """Smooth unit noise with about `cells` bumps across: (N, S, S), or (N,
        channels, S, S).
        """
        noise = self.randn(channels or 1, cells, cells)
        noise = F.interpolate(
            noise, size=(self.size, self.size), mode="bicubic", align_corners=True
        )
        return noise if channels else noise[:, 0]

    def fbm(self, cells=3, octaves=5, gain=0.5):
        """Fractal noise of about unit variance: octaves of `smooth`, each twice as fine
        and `gain` as strong.
        """
        total, variance, amplitude = 0.0, 0.0, 1.0
        for _ in range(octaves):
            total = total + amplitude * self.smooth(min(cells, self.size))
            variance += amplitude**2
            amplitude *= gain
            cells *= 2
        return total / math.sqrt(variance)

    def band_noise(self, frequency, bandwidth=0.25):
        """Unit noise whose energy sits round `frequency` cycles per sheet ((N, 1, 1) or
        a number): labyrinths.
        """
        n = self.size
        fy, fx = torch.fft.fftfreq(n)[:, None] * n, torch.fft.rfftfreq(n)[None] * n
        radius = (fx**2 + fy**2).sqrt() + 1e-3
        keep = torch.exp(-((torch.log(radius / frequency) / bandwidth) ** 2) / 2)
        noise = torch.fft.irfft2(torch.fft.rfft2(self.randn(n, n)) * keep, s=(n, n))
        return noise / noise.std((1, 2), keepdim=True)

    # ---- coordinates of a pattern ---------------------------------------------------

    def grid(
        self, low, high, *, warp=0.0, rotate=PI, shift=5.0, shear=0.0, stretch=0.0
    ):
        """Coordinates of a pattern that fills the sheet: x, y, and the width of a pixel
        in their unit.

        The half-width of the sheet is between `low` and `high` units (log-uniform).
        `warp` bends the plane smoothly, `rotate` bounds the random turn, `shear` and
        `stretch` (a log factor) make it less square.
        """
        x, y = self.coordinates()
        zoom = self.uniform(math.log(low), math.log(high)).exp()
        if warp:
            bend = self.smooth(4, 2) * (warp * self.uniform())[:, None]
            x, y = x + bend[:, 0], y + bend[:, 1]
        if rotate:
            x, y = turn(x, y, self.uniform(-rotate, rotate))
        if shear:
            x = x + y * self.uniform(-shear, shear)
        if stretch:
            y = y * self.uniform(-stretch, stretch).exp()
        return (
            x * zoom + self.uniform(-shift, shift),
            y * zoom + self.uniform(-shift, shift),
            2 / self.size * zoom,
        )

    def place(self, low=0.5, high=0.9, *, rotate=PI, offset=0.3, warp=0.06, repeat=0.2):
        """Coordinates of an object: u, v (the object fits in the unit circle) and the
        width of a pixel.

        `low`..`high` is the object's radius in half-widths of the sheet. With
        probability `repeat` the object is drawn at half that size and tiled over the
        whole sheet.
        """
        x, y = self.coordinates()
        radius, tiled = self.uniform(low, high), self.coin(repeat)
        radius = torch.where(tiled > 0, radius * 0.5, radius)
        bend = self.smooth(3, 2) * (warp * self.uniform())[:, None]
        slack = offset * (1.3 - radius).clamp(min=0.2)
        x = x + bend[:, 0] - self.uniform(-1, 1) * slack
        y = y + bend[:, 1] - self.uniform(-1, 1) * slack
        x, y = turn(x, y, self.uniform(-rotate, rotate))
        u, v = x / radius, y / radius * self.uniform(-0.15, 0.15).exp()
        period = 2.25
        tile = lambda t: (t + period / 2) % period - period / 2
        return (
            torch.where(tiled > 0, tile(u), u),
            torch.where(tiled > 0, tile(v), v),
            2 / self.size / radius,
        )

    def cells(self, ix, iy, values=1):
        """`values` random fields, constant in each cell (ix, iy) of an integer lattice
        that repeats after 16.
        """
        return self._look_up(self.rand(values, 256), ix, iy)

    def _look_up(self, table, ix, iy):
        """The columns of `table` (N, values, 256) at cells (ix, iy): one flat index is
        far faster than gather.
        """
        picture = torch.arange(self.count).view(-1, 1, 1) * table[0].numel()
        index = (((ix % 16) * 16 + iy % 16).long().clamp(0, 255) + picture).flatten()
        flat = table.flatten()
        return [
            flat.index_select(0, index + k * 256).view_as(ix)
            for k in range(table.shape[1])
        ]

    def worley(self, x, y, jitter=0.9):
        """Cell noise: distance to the nearest and second nearest seed, offset (dx, dy)
        to the nearest, its id.

        One jittered seed per unit square of (x, y). All outputs are (N, S, S); the id
        is uniform in [0, 1).
        """
        table = self.rand(3, 256)
        ix, iy = torch.floor(x), torch.floor(y)
        nearest, second = torch.full_like(x, 9.0), torch.full_like(x, 9.0)
        dx, dy, ident = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                cx, cy = ix + i, iy + j
                r = self._look_up(table, cx, cy)
                ox, oy = (
                    cx + 0.5 + (r[0] - 0.5) * jitter - x,
                    cy + 0.5 + (r[1] - 0.5) * jitter - y,
                )
                distance = ox * ox + oy * oy
                closer = distance < nearest
                second = torch.where(closer, nearest, torch.minimum(second, distance))
                nearest = torch.where(closer, distance, nearest)
                dx, dy = torch.where(closer, ox, dx), torch.where(closer, oy, dy)
                ident = torch.where(closer, r[2], ident)
        return nearest.sqrt(), second.sqrt(), dx, dy, ident

    # ---- colour ---------------------------------------------------------------------

    def colour(self, value=(0.15, 1.0), saturation=(0.0, 1.0), hue=None, hue_sd=0.06):
        """One random colour a picture, (N, 3, 1, 1). `hue` in turns (0 red, 1/3 green,
        2/3 blue); None is any.
        """
        h = self.uniform() if hue is None else (hue + self.randn(1, 1) * hue_sd) % 1
        return hsv(h, self.uniform(*saturation), self.uniform(*value))

    def dark(self, **kwargs):
        return self.colour(value=(0.03, 0.4), **kwargs)

    def bright(self, saturation=(0.0, 0.85), **kwargs):
        return self.colour(value=(0.7, 1.0), saturation=saturation, **kwargs)

    def two(self):
        """A dark and a bright colour, in random order."""
        a, b, m = self.dark(), self.bright(), self.coin()[:, None]
        return a * m + b * (1 - m), b * m + a * (1 - m)

    def choose(self, *options):
        """For each picture one of the given colours or fields (tensors of one shape up
        to broadcasting).
        """
        options = torch.broadcast_tensors(*options)
        which = torch.randint(len(options), (self.count,), generator=self.generator)
        return torch.stack(options)[which, torch.arange(self.count)]

    def background(self):
        """What stands behind an object: a gradient, fractal noise or soft coloured
        clutter, (N, 3, S, S).
        """
        x, y = self.coordinates()
        angle = self.uniform(0, 2 * PI)
        gradient = (x * torch.cos(angle) + y * torch.sin(angle)) * 0.4 + 0.5
        noise, m = self.fbm(2, 5, 0.6) * 0.35 + 0.5, self.coin()
        plain = palette(
            gradient * m + noise * (1 - m),
            self.colour(value=(0.1, 1)),
            self.colour(value=(0.1, 1)),
        )
        clutter = self.smooth(9, 3).clamp(-1.5, 1.5) / 3
        clutter = mix(
            clutter.mean(1, keepdim=True), clutter, self.uniform(0, 0.7)[:, None]
        )
        clutter = (
            clutter * self.uniform(0.5, 1)[:, None] + self.uniform(0.3, 0.7)[:, None]
        )
        m = self.coin(0.25)[:, None]
        return plain * (1 - m) + clutter * m

    def ones(self):
        """(N, S, S) of ones: the mask of a pattern that is everywhere."""
        return torch.ones(self.count, self.size, self.size)

    # ---- light ----------------------------------------------------------------------

    def relief(self, height, strength=1.0):
        """Brightness factor (N, S, S) of a height field lit from a random side."""
        dx = F.pad(height[:, :, 1:] - height[:, :, :-1], (0, 1))
        dy = F.pad(height[:, 1:] - height[:, :-1], (0, 0, 0, 1))
        angle = self.uniform(0, 2 * PI)
        slope = (dx * torch.cos(angle) + dy * torch.sin(angle)) * self.size * 0.1
        return (1 + slope * strength).clamp(0.35, 1.7)

    def ball(self, nx, ny):
        """Diffuse light and highlight of a sphere with normal (nx, ny, ·), lit from a
        random direction.
        """
        nz = (1 - nx * nx - ny * ny).clamp(min=0).sqrt()
        angle, tilt = self.uniform(0, 2 * PI), self.uniform(0.5, 0.9)
        facing = (
            nx * torch.cos(angle) * tilt
            + ny * torch.sin(angle) * tilt
            + nz * (1 - tilt**2).sqrt()
        ).clamp(min=0)
        return 0.2 + 0.85 * facing, facing**25 * self.uniform()


# ---- pure tools --------------------------------------------------------------------


def turn(x, y, angle):
    """(x, y) in axes turned by `angle`."""
    c, s = torch.cos(angle), torch.sin(angle)
    return c * x + s * y, -s * x + c * y


def hsv(h, s, v):
    """Hue, saturation, value, each (N, 1, 1) in [0, 1], to RGB (N, 3, 1, 1)."""
    k = torch.stack([(5 + h * 6) % 6, (3 + h * 6) % 6, (1 + h * 6) % 6], 1)
    return v[:, None] - (v * s)[:, None] * torch.minimum(
        torch.minimum(k, 4 - k), torch.ones_like(k)
    ).clamp(min=0)


def mix(a, b, m):
    """a where m is 0, b where m is 1; m is a field or a coloured field."""
    m = m[:, None] if m.dim() == 3 else m
    return a + (b - a) * m


def inside(distance, pixel, soft=1.0):
    """Anti-aliased mask of a signed distance (positive inside), edge 1.5 pixels wide
    times `soft`.
    """
    return (0.5 + distance / (pixel * 1.5 * soft)).clamp(0, 1)


def sharp(field, k):
    """Logistic step at zero; k is its steepness."""
    return torch.sigmoid(field * k)


def palette(t, *colours):
    """Linear colour ramp: t in [0, 1] runs through the given colours."""
    t = t.clamp(0, 1) * (len(colours) - 1)
    return sum(
        c * (1 - (t - i).abs()).clamp(min=0)[:, None] for i, c in enumerate(colours)
    )


def shade(rgb, brightness):
    """A coloured picture times a brightness field."""
    return rgb * brightness[:, None]


def tube(distance, width):
    """Height of a round tube at `distance` from its axis, 1 on the axis, 0 from `width`
    on.
    """
    return (1 - (distance / width) ** 2).clamp(min=0).sqrt()


def segment(x, y, ax, ay, bx, by):
    """Distance to the segment from a to b, and the position along it from 0 to 1."""
    dx, dy = bx - ax, by - ay
    t = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0, 1)
    return ((x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2 + 1e-9).sqrt(), t


def radius_of(x, y):
    """Distance from the origin, with a gradient that stays finite there."""
    return (x * x + y * y + 1e-6).sqrt()
