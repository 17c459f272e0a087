"""Ink and water on paper: engraved hatching, marbled paper, washes. Part of the
painterly classes.
"""

import torch
import torch.nn.functional as F

from .brush import crisp, paints
from .sheet import PI, inside, mix, radius_of, shade, turn


def paper(s):
    """Cream or white paper with grain, (N, 3, S, S)."""
    sheet = s.colour(value=(0.86, 1.0), saturation=(0.0, 0.25), hue=0.11, hue_sd=0.02)
    return shade(
        sheet.expand(-1, -1, s.size, s.size),
        1 + 0.025 * s.fbm(20, 3) + 0.03 * s.fbm(3, 2),
    )


def hatching(s):
    """An engraving: parallel lines that swell with the tone, crossed by more lines in
    the dark places.
    """
    x, y = s.coordinates()
    tone = 0.55 + 0.35 * s.smooth(3) + 0.1 * s.smooth(9)
    plane, ink = 0 * x, 0 * x
    for k in range(2):  # balls, each shaded and hatched in its own direction
        radius = s.uniform(0.25, 0.6)
        nx, ny = (
            (x - s.uniform(-0.8, 0.8)) / radius,
            (y - s.uniform(-0.8, 0.8)) / radius,
        )
        ball = (nx * nx + ny * ny < 1).float() * s.coin(0.7)
        light, _ = s.ball(nx, ny)
        rim = inside(1.5 / s.size - (radius_of(nx, ny) - 1).abs() * radius, 2 / s.size)
        ink = torch.maximum(ink * (1 - ball), rim * ball.amax((1, 2), keepdim=True))
        tone, plane = tone + (light - tone) * ball, plane + (k + 1 - plane) * ball
    ridge = (y - 0.3 * s.smooth(3) > s.uniform(-0.2, 1.0)).float()
    tone, plane = (
        tone + (0.45 + 0.3 * s.smooth(5) - tone) * ridge,
        plane + (3 - plane) * ridge,
    )
    spacing, bend = s.uniform(-3.1, -2.0).exp(), s.smooth(3) * s.uniform(0, 0.25)
    heading = s.uniform(-PI, PI) + plane * s.uniform(0.5, 1.2)
    for crossing, brightest, darkest in (
        (0.0, 0.95, 0.0),
        (1.0, 0.62, -0.1),
        (2.05, 0.38, -0.2),
    ):
        lines = (turn(x, y, heading + crossing)[1] + bend) / spacing
        distance = (lines - torch.round(lines)).abs() * spacing
        dark = ((brightest - tone) / (brightest - darkest)).clamp(0, 1)
        half_width = spacing * 0.38 * dark**0.8
        ink = torch.maximum(
            ink, inside(half_width - distance, 2 / s.size) * (dark > 0.03)
        )
    sepia = s.dark(hue=0.07, saturation=(0.2, 0.8)) * 0.7
    colour = s.choose(sepia, sepia * 0.3 + 0.03, s.dark(saturation=(0.2, 0.9)))
    return mix(paper(s), colour, ink).clamp(0, 1), ink


def marbling(s):
    """Marbled paper: drops of ink that push each other aside, drawn out by tines, combs
    and whirls.

    Every step has an exact inverse, so we ask of each pixel, last step first, where its
    ink came from.
    """
    x, y = s.coordinates()
    colours = paints(s)
    for k in range(5):
        px, py = turn(x, y, s.uniform(-PI, PI))
        distance, reach = (px - s.uniform(-0.8, 0.8)).abs(), s.uniform(0.06, 0.3)
        if k == 0:  # a comb: one tine every `teeth`
            teeth = s.uniform(0.3, 1.2)
            distance, reach = (
                (px / teeth - torch.round(px / teeth)).abs() * teeth,
                teeth * 0.3,
            )
        x, y = px, py + s.uniform(-0.8, 0.8) * torch.exp(-distance / reach)
    for _ in range(2):
        px, py = x - s.uniform(-0.7, 0.7), y - s.uniform(-0.7, 0.7)
        whirl = s.uniform(-3.5, 3.5) * torch.exp(
            -radius_of(px, py) / s.uniform(0.15, 0.35)
        )
        x, y = turn(px, py, whirl)
    size, rings = s.uniform(0.2, 0.5), s.coin(0.4)
    cx, cy = s.uniform(-0.8, 0.8), s.uniform(-0.8, 0.8)
    rgb, remaining = 0.0, s.ones()
    for k in range(16):
        # rings: the next drop falls into the last one
        moved = torch.maximum(1 - rings, s.coin(0.3))
        cx, cy = (
            cx + (s.uniform(-1.2, 1.2) - cx) * moved,
            cy + (s.uniform(-1.2, 1.2) - cy) * moved,
        )
        radius = size * s.uniform(0.6, 1.2)
        px, py = x - cx, y - cy
        squared = px * px + py * py + 1e-6
        drop = crisp(squared.sqrt() - radius)
        rgb = rgb + colours[(k * 3 + k // 5) % 5] * (remaining * (1 - drop))[:, None]
        remaining = remaining * drop
        shrink = (1 - radius**2 / squared).clamp(min=1e-4).sqrt()
        x, y = cx + px * shrink, cy + py * shrink
    bands = torch.sin(turn(x, y, s.uniform(-PI, PI))[0] * s.uniform(5, 14))
    base = mix(
        mix(colours[3], colours[1], crisp(bands - 0.3)), colours[4], crisp(-bands - 0.5)
    )
    rgb = rgb + base * remaining[:, None]
    return shade(rgb, 1 + 0.02 * s.fbm(16, 2)).clamp(0, 1), s.ones()


def ridge_line(s, octaves=5):
    """The skyline of a range of hills, a rough random function of x: (N, 1, S)."""
    height = 0.0
    for k in range(octaves):
        height = (
            height + F.interpolate(s.randn(1, 3 * 2**k), s.size, mode="linear") / 2**k
        )
    return height


def ink_wash(s):
    """Washes on wet paper: ranges of hills that fade into mist, and blots with dark
    rims.
    """
    x, y = s.coordinates()
    colours = paints(s)
    colourful = s.coin(0.6)[:, None]
    ink = s.colour(value=(0.05, 0.25), saturation=(0, 0.6))
    rgb, paint = paper(s), 0 * x
    granules, ragged, pools = 1 + 0.18 * s.fbm(12, 3), s.fbm(3, 4), s.smooth(3)
    across = turn(x, y, s.uniform(-0.25, 0.25))[1]
    hills = s.coin(0.55)
    first, last = s.uniform(-0.9, -0.3), s.uniform(0.4, 0.9)
    rough = s.uniform(0.05, 0.2)
    for k in range(5):
        crest = ridge_line(s) * rough
        below = across - crest - (first + (last - first) * k / 4)
        blot = (
            s.uniform(0.3, 0.9)
            - radius_of(x - s.uniform(-1, 1), y - s.uniform(-1, 1))
            + ragged * s.sign() * 0.12
        )
        depth = torch.where(hills > 0, below, blot)
        shape = inside(depth, 2 / s.size, 1 + 3 * s.uniform() ** 2)
        mist = torch.exp(-depth.clamp(min=0) * s.uniform(1.2, 3.5))
        fading = torch.where(hills > 0, mist, 0.85 + 0.35 * pools * s.sign())
        rim = torch.exp(-((depth / 0.035) ** 2)) * s.uniform(0.1, 0.45)
        strength = (0.55 + 0.4 * hills * k / 4) * fading
        density = (shape * (strength * granules + rim)).clamp(0, 1)
        pigment = mix(ink, colours[(k * 2) % 5] * 0.85, colourful)
        rgb = rgb * mix(torch.ones_like(rgb), pigment, density)
        paint = torch.maximum(paint, density)
    return rgb.clamp(0, 1), (paint * 2).clamp(0, 1)
