"""A figure painted part after part, and the signed distances (positive inside) its
parts are cut from.
"""

import torch

from .sheet import inside, mix, palette, radius_of, segment, shade


class Figure:
    """A picture that grows by parts; `mask` is the union of the parts, details painted
    on them leave it alone.
    """

    def __init__(self, backdrop, pixel):
        self.rgb, self.pixel, self.mask = backdrop, pixel, None

    def _paint(self, colour, cover):
        # torch.lerp does in one pass what `mix` does in three, and painting is most of
        # the work here.
        self.rgb = torch.lerp(self.rgb, colour, cover[:, None])

    def part(self, colour, distance, outline=None, width=0.035):
        """Add a limb: everything where `distance` > 0, with a rim `width` wide outside
        it where outline is given.
        """
        solid = cover = inside(distance, self.pixel)
        if outline is not None:
            cover = inside(distance + width, self.pixel)
            self._paint(outline, cover)
        self._paint(colour, solid)
        self.mask = cover if self.mask is None else torch.maximum(self.mask, cover)

    def detail(self, colour, distance, strength=None):
        """Paint on what is there already, without adding to the mask; `strength` (a
        field or number) thins it.
        """
        cover = inside(distance, self.pixel)
        self._paint(colour, cover if strength is None else cover * strength)

    def finish(self):
        return self.rgb.clamp(0, 1), self.mask


# ---- shapes: signed distances ------------------------------------------------------


def ellipse(x, y, cx, cy, rx, ry, lean=0.0):
    """Ellipse round (cx, cy); `lean` slides it sideways as it rises (a cheap
    rotation).
    """
    px, py = x - cx + (y - cy) * lean, y - cy
    ax, ay = px / rx, py / ry
    rho = (ax * ax + ay * ay + 1e-6).sqrt()
    steepness = ((ax / rx) ** 2 + (ay / ry) ** 2 + 1e-6).sqrt() / rho
    return (1 - rho) / steepness


def circle(x, y, cx, cy, radius):
    return radius - ((x - cx) ** 2 + (y - cy) ** 2 + 1e-6).sqrt()


def limb(x, y, ax, ay, bx, by, start, end):
    """A rounded stroke from a to b whose half-width goes from `start` to `end`."""
    distance, t = segment(x, y, ax, ay, bx, by)
    return start + (end - start) * t - distance


def polygon(x, y, *corners):
    """Convex polygon; the corners run clockwise on the sheet (y grows downwards)."""
    nearest = None
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
        ex, ey = bx - ax, by - ay
        length = (ex * ex + ey * ey) ** 0.5
        side = (ex * (y - ay) - ey * (x - ax)) / length
        nearest = side if nearest is None else torch.minimum(nearest, side)
    return nearest


def union(*distances):
    out = distances[0]
    for d in distances[1:]:
        out = torch.maximum(out, d)
    return out


def overlap(*distances):
    out = distances[0]
    for d in distances[1:]:
        out = torch.minimum(out, d)
    return out


# ---- colour ------------------------------------------------------------------------


def rgb(red, green, blue):
    """A fixed colour, (1, 3, 1, 1)."""
    return torch.tensor([red, green, blue]).view(1, 3, 1, 1)


WHITE, BLACK = rgb(0.97, 0.97, 0.95), rgb(0.03, 0.03, 0.04)


def tone(s, free, hue, saturation=(0.5, 0.9), value=(0.5, 0.9), hue_sd=0.025):
    """The colour the creature is known for, or, where `free` (N, 1, 1) is 1, any hue of
    the same brightness.
    """
    return mix(
        s.colour(value, saturation, hue, hue_sd), s.colour(value, (0.2, 0.9)), free
    )


def one_of(s, *numbers):
    """For each picture one of the numbers, (N, 1, 1)."""
    return torch.tensor(numbers)[s.integers(0, len(numbers) - 1).long()]


def pick(index, *options):
    """options[index] for each picture; index is (N, 1, 1), so that one draw can choose
    a whole livery.
    """
    return sum(option * (index == k)[:, None] for k, option in enumerate(options))


def skin(s):
    """Skin from fair to dark, (N, 3, 1, 1)."""
    fair, light, tan = rgb(1, 0.85, 0.75), rgb(0.92, 0.7, 0.54), rgb(0.76, 0.52, 0.36)
    brown, dark = rgb(0.52, 0.33, 0.21), rgb(0.3, 0.18, 0.12)
    return palette(s.uniform(), fair, light, tan, brown, dark)


def sky(s):
    """Blue above, paler below: the two colours of a `scene`."""
    return s.colour((0.65, 0.95), (0.3, 0.65), 0.57, 0.03), s.colour(
        (0.8, 1.0), (0.05, 0.3), 0.54, 0.05
    )


def leaves(s):
    """The fresh and the deep green of foliage out of focus."""
    return s.colour((0.5, 0.85), (0.3, 0.7), 0.24, 0.04), s.colour(
        (0.15, 0.4), (0.4, 0.8), 0.3, 0.04
    )


def water(s):
    return s.colour((0.65, 0.95), (0.4, 0.8), 0.53, 0.03), s.colour(
        (0.25, 0.6), (0.6, 0.95), 0.59, 0.03
    )


def night(s):
    return s.colour((0.1, 0.4), (0.4, 0.8), 0.62, 0.04), s.colour(
        (0.3, 0.6), (0.3, 0.7), 0.58, 0.05
    )


def scene(s, *settings, roughness=0.2):
    """A soft backdrop in one of the settings, each a colour for the top and one for
    below.

    One in four has two colours of no meaning instead, one in ten coloured clutter, so
    that the figure itself must be what tells the class. (`Sheet.background` does the
    same but costs as much as the animal.)
    """
    y = s.coordinates()[1]
    choice = torch.where(
        s.coin(0.25) > 0, len(settings), s.integers(0, len(settings) - 1)
    )
    settings = (*settings, (s.colour(value=(0.1, 1)), s.colour(value=(0.1, 1))))
    far, near = (pick(choice, *colours) for colours in zip(*settings))
    view = palette(y * 0.5 + 0.5 + roughness * s.fbm(3, 4), far, near)
    clutter = 0.5 + 0.2 * s.smooth(9, 3).clamp(-1.5, 1.5)
    return mix(view, clutter, 0.8 * s.coin(0.1)).clamp(0, 1)


# ---- eyes --------------------------------------------------------------------------


def iris(s, x, y, pixel, radius, inner, outer):
    """Iris with fibres, a dark rim, a black pupil and a highlight, round the origin;
    colour to paint there.
    """
    r, angle = radius_of(x, y), torch.atan2(y, x)
    fibres = 1 + 0.2 * torch.sin(angle * s.integers(16, 26) + 5 * r)
    colour = shade(palette(r / radius * 1.3 - 0.35, inner, outer), fibres)
    colour = mix(colour, outer * 0.25, inside(r - radius * 0.86, pixel))
    colour = mix(colour, BLACK, inside(radius * s.uniform(0.4, 0.52) - r, pixel))
    return mix(
        colour,
        WHITE,
        inside(circle(x, y, -0.3 * radius, -0.33 * radius, 0.2 * radius), pixel),
    )
