"""A CPPN as GLSL: a fragment shader that draws the same picture, at any size, on any
graphics card.

Units are packed in fours and weights in `mat4`, so that a layer of 24 units is a few
dozen products. What an activation multiplies and adds after its curve goes into the
weights that read it.
"""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import torch

if TYPE_CHECKING:
    from .network import CPPN

Layer: TypeAlias = tuple[torch.Tensor, torch.Tensor]
"""Blocks `(groups out, groups in, 4, 4)` and bias `(groups out, 4)`."""

# For each activation the channels it makes of z: GLSL for the bare curve, then its
# factor and offset. A later curve may use the first one's name as {first}, which saves
# a second arctangent.
CURVES = {
    "composite": [("atan({z})", 1 / 0.67, 0.0), ("{first} * {first}", 1 / 0.6, 0.0)],
    "unbiased": [
        ("atan({z})", 1 / 0.67, 0.0),
        ("{first} * {first}", 1 / 0.396, -0.45 / 0.396),
    ],
    "relu": [("max({z}, 0.0)", 1 / 0.58, -0.4 / 0.58)],
    "abs": [("abs({z})", 1.0, 0.0)],
}
OUTPUTS = {
    (3, False): "vec4(c.rgb, 1.0)",
    (1, False): "vec4(c.rrr, 1.0)",
    (4, True): "c",
    (2, True): "c.rrrg",
}


def to_glsl(
    cppn: "CPPN",
    other: "CPPN | None" = None,
    *,
    period: float = 5.0,
    exaggeration: float = 1.0,
) -> str:
    """A fragment shader that draws a CPPN's picture, ready to paste into Shadertoy.

    Args:
        cppn: with one picture (`cppn[0]` picks one of a batch), of any kind that
            `glsl_body` supports.
        other: a second CPPN of the same architecture; the picture then swings between
            the two.
        period, exaggeration: seconds there and back, and as for `interpolate_weights`.
    Returns: GLSL ES 3.00 with `mainImage`, which needs nothing but Shadertoy's
        `iResolution` (and `iTime`). It shows what `cppn(size=(H, W))` draws. Opacity,
        if any, is fragColor's fourth component, not multiplied in.
    Raises: as `glsl_body`.
    """
    height, width = cppn.size
    lines = [
        glsl_body(cppn, other, exaggeration=exaggeration),
        "void mainImage(out vec4 fragColor, in vec2 fragCoord) {",
        (
            f"    vec2 size = vec2({_number(width)}, {_number(height)});  // only its "
            "proportions matter"
        ),
        "    vec2 fit = iResolution.xy / size;",
        (
            f"    vec2 p = {2 * math.sqrt(3):.7f} * (fragCoord - 0.5 * iResolution.xy) "
            "/ (min(fit.x, fit.y) * size);"
        ),
        "    p.y = -p.y;  // fragCoord counts rows from below, the picture from above",
    ]
    if other is None:
        lines.append("    fragColor = cppn(p);")
    else:
        lines.append(
            f"    fragColor = cppn(p, 0.5 - 0.5 * cos({2 * math.pi / period:.7f} * "
            "iTime));"
        )
    return "\n".join([*lines, "}", ""])


def glsl_body(
    cppn: "CPPN", other: "CPPN | None" = None, *, exaggeration: float = 1.0
) -> str:
    """The GLSL function `vec4 cppn(vec2 p)`, or `vec4 cppn(vec2 p, float s)` for two.

    `p` is a place, x rightwards and y downwards, with the picture's edges at ±√3;
    whoever calls it decides on zoom and pan. `s` is the other's share of the weights, 0
    to 1, without easing. The result is RGB as on a screen, and opacity.

    Raises: ValueError for a batch, for an activation without an entry in CURVES, for
        channels that are not a colour, for a pair of different architectures, and for a
        pair with instance norm.
    """
    for each in (cppn,) if other is None else (cppn, other):
        if len(each) != 1:
            raise ValueError(
                f"a shader draws one picture, and this CPPN has {len(each)}; pick one "
                "with cppn[0]"
            )
    output = _output(cppn)
    layers = [_packed(cppn)]
    if other is not None:
        cppn.matching(other)
        if cppn.normalize:
            raise ValueError(
                "every mixture of two CPPNs with normalize=True has "
                "statistics of its own, which a shader cannot measure; "
                "export each alone, or train them without instance norm"
            )
        layers.append(_packed(other))

    lines = (
        ["vec4 cppn(vec2 p) {"]
        if other is None
        else [
            "vec4 cppn(vec2 p, float s) {",
            (
                f"float e = 1.0 + {_number(exaggeration)} * s * (1.0 - s), u = e * "
                "(1.0 - s), v = e * s;"
            ),
        ]
    )
    names = [f"i{group}" for group in range(len(layers[0][0][0][0]))]
    lines += [
        f"vec4 {name} = vec4({', '.join(values)});"
        for name, values in zip(names, _inputs(cppn))
    ]
    for depth, rows in enumerate(zip(*layers)):
        last = depth == len(layers[0]) - 1
        both = [
            [_sum(row, bias, names) for row, bias in zip(blocks, biases)]
            for blocks, biases in rows
        ]
        sums = (
            both[0]
            if other is None
            else [f"u * ({first}) + v * ({second})" for first, second in zip(*both)]
        )
        if last:
            lines += [f"vec4 c = 1.0 / (1.0 + exp(-({sums[0]})));"]
            break
        lines += [f"vec4 z{depth}_{group} = {text};" for group, text in enumerate(sums)]
        names = []
        for part, (curve, _, _) in enumerate(CURVES[cppn.activation]):
            for group in range(len(sums)):
                name, first = f"{'ab'[part]}{depth}_{group}", f"a{depth}_{group}"
                lines.append(
                    f"vec4 {name} = {curve.format(z=f'z{depth}_{group}', first=first)};"
                )
                names.append(name)
    return "\n".join([*lines, f"return {output};", "}"])


def glsl_reader(cppn: "CPPN") -> str:
    """The GLSL function `vec4 cppn(vec2 p)` that reads its weights, `vec4 w(int)`.

    One program draws every CPPN of this architecture: whoever calls it defines `w`,
    which gives row k of what `glsl_weights` returns. `p` and the result are as for
    `glsl_body`.

    Raises: ValueError for an activation without an entry in CURVES, and for channels
        that are not a colour.
    """
    output, curves = _output(cppn), CURVES[cppn.activation]
    inputs, width = _inputs(cppn), -(-cppn.weights[0].shape[1] // 4)
    grown = [f"{part}{group}" for part in "ab"[: len(curves)] for group in range(width)]
    read = "mat4(w(k + {0}), w(k + {1}), w(k + {2}), w(k + {3}))"

    def sums(names: list[str], groups: int) -> list[str]:
        """Each of `groups` vec4: a bias, and four rows for each vec4 that comes in."""
        rows = 1 + 4 * len(names)
        return [
            " + ".join(
                [f"w(k + {group * rows})"]
                + [
                    read.format(*(group * rows + 4 * n + j for j in range(1, 5)))
                    + f" * {name}"
                    for n, name in enumerate(names)
                ]
            )
            for group in range(groups)
        ]

    def layer(names: list[str]) -> list[str]:
        lines = [f"vec4 z{g} = {text};" for g, text in enumerate(sums(names, width))]
        for part, (curve, _, _) in zip("ab", curves):
            lines += [
                f"{part}{g} = {curve.format(z=f'z{g}', first=f'a{g}')};"
                for g in range(width)
            ]
        return [*lines, f"k += {width * (1 + 4 * len(names))};"]

    first = [f"i{group}" for group in range(len(inputs))]
    return "\n".join(
        ["vec4 cppn(vec2 p) {", "int k = 0;", f"vec4 {', '.join(grown)};"]
        + [f"vec4 {n} = vec4({', '.join(values)});" for n, values in zip(first, inputs)]
        + ["{", *layer(first), "}"]
        + [f"for (int depth = 1; depth < {len(cppn.weights) - 1}; depth++) {{"]
        + [*layer(grown), "}"]
        + [f"vec4 c = 1.0 / (1.0 + exp(-({sums(grown, 1)[0]})));"]
        + [f"return {output};", "}"]
    )


def glsl_weights(cppn: "CPPN") -> torch.Tensor:
    """The rows that the function of `glsl_reader` reads, `(N, rows, 4)`, float32.

    Each group of four units has one row of biases, then the columns of its matrices.
    Rows of two CPPNs of one architecture may be mixed like their weights.
    """
    pictures = []
    for index in range(len(cppn)):
        rows: list[torch.Tensor] = []
        for blocks, biases in _packed(cppn[index]):
            for row, bias in zip(blocks, biases):
                # GLSL writes matrices column by column
                rows += [bias[None], row.transpose(1, 2).reshape(-1, 4)]
        pictures.append(torch.cat(rows))
    return torch.stack(pictures).float().to(cppn.biases[0].device)


def _output(cppn: "CPPN") -> str:
    """GLSL for what a CPPN's last values mean; refuses what no shader can draw."""
    if cppn.activation not in CURVES:
        raise ValueError(
            f"the activation {cppn.activation!r} cannot be written as "
            f"GLSL; {', '.join(map(repr, CURVES))} can"
        )
    kind = cppn.shape[1], cppn.alpha
    if kind not in OUTPUTS:
        raise ValueError(
            f"{kind[0]} channels are no colour; a shader needs 3, or 1 for grey, and "
            "opacity if wanted"
        )
    return OUTPUTS[kind]


# ---- helpers -------------------------------------------------------------------------


def _inputs(cppn: "CPPN") -> list[list[str]]:
    """What the first layer reads, as GLSL, in fours; the same as `CPPN._inputs`."""
    root = f"{math.sqrt(2):.7f}"
    if cppn.periodic:
        turn = f"{math.pi / math.sqrt(3):.7f}"
        values = [
            f"{root} * {wave}({turn} * p.{axis})"
            for wave in ("cos", "sin")
            for axis in "xy"
        ]
    else:
        values = ["p.x", "p.y"]
        values += ["(length(p) - 1.325) / 0.4934"] if cppn.radius else []
        values += [
            f"{root} * {wave}(dot(p, vec2({x:.7f}, {y:.7f})))"
            for wave in ("cos", "sin")
            for x, y in cppn.frequencies.tolist()
        ]
    values += ["0.0"] * (-len(values) % 4)
    return [values[i : i + 4] for i in range(0, len(values), 4)]


@torch.no_grad()
def _packed(cppn: "CPPN") -> list[Layer]:
    """Every layer's weights, with what the activation before it multiplies and adds."""
    tensors = [t[0].double().cpu() for t in cppn.folded_layers()]
    curves = [("{z}", 1.0, 0.0)]  # the first layer reads the inputs as they are
    packed: list[Layer] = []
    for weight, bias in zip(tensors[::2], tensors[1::2]):
        columns = []
        for part, (_, factor, offset) in zip(weight.chunk(len(curves), 1), curves):
            bias = bias + offset * part.sum(1)
            columns.append(
                torch.nn.functional.pad(factor * part, (0, -part.shape[1] % 4))
            )
        rows = -len(bias) % 4
        matrix = torch.nn.functional.pad(torch.cat(columns, 1), (0, 0, 0, rows))
        blocks = matrix.unflatten(0, (-1, 4)).unflatten(2, (-1, 4)).transpose(1, 2)
        packed.append(
            (blocks, torch.nn.functional.pad(bias, (0, rows)).unflatten(0, (-1, 4)))
        )
        curves = CURVES[cppn.activation]
    return packed


def _sum(blocks: torch.Tensor, bias: torch.Tensor, names: Iterable[str]) -> str:
    """One vec4: the sum of a matrix times each input, and the bias.

    GLSL writes matrices column by column.
    """
    terms = [
        f"mat4({_numbers(block.T.flatten())})*{name}"
        for block, name in zip(blocks, names)
    ]
    return "+".join([*terms, f"vec4({_numbers(bias)})"])


def _numbers(values: torch.Tensor) -> str:
    return ",".join(map(_number, values.tolist()))


def _number(value: float) -> str:
    """A float literal with four decimals, as short as GLSL allows: .5, -1., 0.

    Four are enough: inputs and units have scale 1.
    """
    text = f"{value:.4f}".rstrip("0")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return (
        sign + digits[1:]
        if digits.startswith("0.") and digits != "0."
        else "0."
        if digits == "0."
        else text
    )
