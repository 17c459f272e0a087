"""What to maximise: functions of named activations that add and scale like numbers.

`channel("conv5", 7) - 0.1 * total_variation()` is an objective; so is the string
"conv5:7", and so is any function of the activations. An objective is called with a dict
`{layer: (N, C, H, W)}` that also holds the untransformed picture under "image", and
returns one number. `batch=k` binds it to the k-th picture.

Source: Lucid `optvis/objectives.py`; the cosine power is due to Carter et al.,
    Activation Atlas (2019).
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

import torch
import torch.nn.functional as F

from ..devices import sent
from ..sizes import whole_number
from .algebra import (
    IMAGE,
    NamedActivations,
    Objective,
    bound,
    of,
    pick_channel,
    unit,
)

Vector: TypeAlias = torch.Tensor | Sequence[float]

# ---- units ---------------------------------------------------------------------------


def neuron(
    layer: str,
    n: int,
    x: int | None = None,
    y: int | None = None,
    batch: int | None = None,
) -> Objective:
    """Activation of one channel at one position, averaged over the batch.

    `x` is the column, `y` the row, by default the centre (index size // 2).
    Raises: when called, ValueError for a channel or a position that does not exist.
    """

    def pick(a: torch.Tensor) -> torch.Tensor:
        row, column = _position(a, x, y, layer)
        return a[:, row, column].mean()

    where = "" if x is None and y is None else f", x={x}, y={y}"
    return unit(f"neuron({layer!r}, {n}{where}{bound(batch)})", layer, n, batch, pick)


def logit(label: int | str, batch: int | None = None) -> Objective:
    """The network's score for a class, before the softmax.

    `label` is an index, or a name if the network knows its classes.
    Raises: when called, ValueError for an unknown class, with the nearest names.
    """

    def function(activations: NamedActivations) -> torch.Tensor:
        scores = of(activations, "logits", batch)
        return scores[
            :,
            class_index(label, getattr(activations, "classes", None), scores.shape[1]),
        ].mean()

    return Objective(function, ["logits"], f"logit({label!r}{bound(batch)})")


def direction(
    layer: str,
    vector: Vector,
    cosine_power: float = 0.0,
    batch: int | None = None,
) -> Objective:
    """Mean over positions of the activation vector's dot product with `vector`, (C,).

    With `cosine_power` p each dot product is multiplied by max(0.1, cosine)^p, which
    favours activations that point the same way over ones that are merely large.
    Raises: when called, ValueError if the layer has another number of channels.
    Gradients: finite everywhere; through the cosine none where all activations are 0.
    """
    return _direction("direction", layer, vector, cosine_power, batch, lambda a: a)


def direction_neuron(
    layer: str,
    vector: Vector,
    x: int | None = None,
    y: int | None = None,
    cosine_power: float = 0.0,
    batch: int | None = None,
) -> Objective:
    """`direction` at one position only: column `x`, row `y`, by default the centre."""

    def window(a: torch.Tensor) -> torch.Tensor:
        row, column = _position(a, x, y, layer)
        return a[:, :, row, column, None, None]

    return _direction("direction_neuron", layer, vector, cosine_power, batch, window)


def tensor_direction(
    layer: str,
    tensor: torch.Tensor,
    cosine_power: float = 0.0,
    batch: int | None = None,
) -> Objective:
    """`direction` with a whole map `tensor`, `(C, H, W)`, centred on the layer.

    The larger of the two is cropped to fit.
    Raises: ValueError for a tensor of another shape, or other channels than the layer.
    """
    tensor = torch.as_tensor(tensor, dtype=torch.float32)
    if tensor.dim() != 3:
        raise ValueError(
            "tensor_direction needs a tensor of shape (C, H, W), not "
            f"{tuple(tensor.shape)}"
        )

    def function(activations: NamedActivations) -> torch.Tensor:
        a = of(activations, layer, batch)
        if len(tensor) != a.shape[1]:
            raise ValueError(
                f"the tensor has {len(tensor)} channels, but {layer!r} has {a.shape[1]}"
            )
        height, width = (
            min(a.shape[2], tensor.shape[1]),
            min(a.shape[3], tensor.shape[2]),
        )
        return _projection(
            _centre(a, height, width),
            _centre(sent(tensor[None], a), height, width),
            cosine_power,
        ).mean()

    return Objective(function, [layer], f"tensor_direction({layer!r}{bound(batch)})")


def deepdream(layer: str, batch: int | None = None) -> Objective:
    """Mean square of a whole layer: more of whatever is there."""
    return Objective(
        lambda activations: of(activations, layer, batch).square().mean(),
        [layer],
        f"deepdream({layer!r}{bound(batch)})",
    )


# ---- several pictures ----------------------------------------------------------------


def channel_interpolation(layer1: str, n1: int, layer2: str, n2: int) -> Objective:
    """From one channel to another across the batch of B pictures.

    Picture k maximises (1 - t) · first + t · second, with t = k / (B - 1).
    """

    def function(activations: NamedActivations) -> torch.Tensor:
        first, second = (
            pick_channel(activations[layer], n, layer).mean((1, 2))
            for layer, n in ((layer1, n1), (layer2, n2))
        )
        t = sent(torch.linspace(0, 1, len(first)), first)
        return ((1 - t) * first + t * second).sum()

    return Objective(
        function,
        [layer1, layer2],
        f"channel_interpolation({layer1!r}, {n1}, {layer2!r}, {n2})",
    )


def alignment(layer: str, decay_ratio: float = 2.0, lags: int = 4) -> Objective:
    """Minus the squared difference of a layer between frames up to `lags` apart.

    Frames that lie `lag` apart count 1 / decay_ratio^lag; without lags nothing does.
    Raises: ValueError for a decay_ratio that is not positive, or negative lags; when
        called, for a single picture.
    """
    if not decay_ratio > 0:
        raise ValueError(
            f"decay_ratio={decay_ratio!r} must be positive; 2 halves what each further "
            "frame counts"
        )
    lags = whole_number(lags, "lags", least=0)

    def function(activations: NamedActivations) -> torch.Tensor:
        a = activations[layer]
        _several(a, "alignment")
        apart = [
            (a[:-lag] - a[lag:]).square().mean() / decay_ratio**lag
            for lag in range(1, min(lags, len(a) - 1) + 1)
        ]
        return -cast(torch.Tensor, sum(apart)) if apart else 0 * a.sum()

    return Objective(
        function, [layer], f"alignment({layer!r}, decay_ratio={decay_ratio:g})"
    )


def diversity(layer: str) -> Objective:
    """How alike the pictures of a batch are in style; subtract it.

    The sum over pairs of dot products of unit-norm Gram matrices, per picture.
    Raises: when called, ValueError for a single picture.
    Source: Lucid `optvis/objectives.py`.
    """

    def function(activations: NamedActivations) -> torch.Tensor:
        a = activations[layer].flatten(2)
        _several(a, "diversity")
        # half has no 1e-12
        least = max(1e-12, torch.finfo(a.dtype).tiny)
        grams = F.normalize((a @ a.transpose(1, 2)).flatten(1), dim=1, eps=least)
        similar = grams @ grams.T
        return (similar.sum() - similar.diagonal().sum()) / 2 / len(a)

    return Objective(function, [layer], f"diversity({layer!r})")


# ---- penalties on the picture itself (subtract them) ---------------------------------


def total_variation(batch: int | None = None) -> Objective:
    """Sum of absolute differences of neighbouring pixels, before any transform."""
    return _penalty(
        "total_variation",
        batch,
        lambda x: (
            (x[..., 1:] - x[..., :-1]).abs().sum()
            + (x[..., 1:, :] - x[..., :-1, :]).abs().sum()
        ),
    )


def l1(constant: float = 0.0, batch: int | None = None) -> Objective:
    """Sum of absolute differences from a constant."""
    return _penalty("l1", batch, lambda x: (x - constant).abs().sum())


def l2(
    constant: float = 0.0, epsilon: float = 1e-6, batch: int | None = None
) -> Objective:
    """Euclidean distance from a constant; epsilon keeps its gradient smooth at zero.

    Raises: ValueError for a negative epsilon.
    """
    if not epsilon >= 0:
        raise ValueError(
            f"epsilon={epsilon!r} stands under a root and must be at least 0; 1e-6 is "
            "usual"
        )
    return _penalty(
        "l2", batch, lambda x: _root(epsilon + (x - constant).square().sum())
    )


def input_difference(image: torch.Tensor) -> Objective:
    """Root mean square difference from a given image, `(1 or N, C, H, W)`.

    Gradients: reach the picture; none where there is no difference at all.
    """
    return _penalty(
        "input_difference", None, lambda x: _root((x - sent(image, x)).square().mean())
    )


def blur_each_step(*, alpha: bool = False, batch: int | None = None) -> Objective:
    """Half the squared difference from the picture's own 3×3 blur, held constant.

    Gradient descent on it with step size k is x ← (1 - k) x + k blur(x), so subtract k
    times it to blur by k. `alpha` blurs the opacity alone.
    Raises: when called, ValueError if there is no opacity to blur.
    """

    def function(x: torch.Tensor) -> torch.Tensor:
        if alpha and x.shape[1] < 4:
            raise ValueError(
                "blur_each_step(alpha=True) blurs the fourth channel, but the picture "
                f"has {x.shape[1]}; fourier_image(size, alpha=True) has one"
            )
        x = x[:, 3:] if alpha else x[:, :3]
        return 0.5 * (x - _blur(x, 3).detach()).square().sum()

    return _penalty("blur_each_step" + ("[alpha]" if alpha else ""), batch, function)


def boundary_complexity(
    width: int = 20, constant: float = 0.5, batch: int | None = None
) -> Objective:
    """What happens within `width` pixels of the border, summed over pixels.

    The squared departure from a 5×5 blur, and 0.8 times that from a constant. A border
    of width 0 is none, and one of half the picture or more is all of it.
    Raises: ValueError for a negative width, or one that is not whole.
    """
    width = whole_number(width, "width", least=0)

    def function(x: torch.Tensor) -> torch.Tensor:
        border = torch.ones_like(x[:1, :1])
        # counted from the front: -0 would be the front
        bottom, right = (max(width, n - width) for n in x.shape[2:])
        border[..., width:bottom, width:right] = 0
        return (
            border * ((_blur(x, 5) - x).square() + 0.8 * (x - constant).square())
        ).sum()

    return _penalty("boundary_complexity", batch, function)


# ---- helpers -------------------------------------------------------------------------


def class_index(label: int | str, classes: Sequence[str] | None, count: int) -> int:
    """The index of a class given by index or name.

    Args:
        label: index or name.
        classes: the names, or None if the network does not know them.
        count: how many classes there are.
    Raises: ValueError if there is no such class, with the nearest names.
    """
    if isinstance(label, str):
        if classes is None:
            raise ValueError(
                "this network does not name its classes; use an index "
                f"from 0 to {count - 1} instead of {label!r}, or "
                "load_network(..., classes=[...])"
            )
        if label not in classes:
            import difflib

            near = difflib.get_close_matches(label, classes, n=4, cutoff=0.3)
            raise ValueError(
                f"there is no class {label!r}; the nearest are "
                f"{', '.join(map(repr, near)) or 'none'}"
            )
        return classes.index(label)
    if not -count <= label < count:
        raise ValueError(
            f"class {label} does not exist: the network has {count}, from 0 to "
            f"{count - 1}"
        )
    return label


def _penalty(
    name: str, batch: int | None, function: Callable[[torch.Tensor], torch.Tensor]
) -> Objective:
    name = f"{name}({bound(batch)[2:]})"
    return Objective(
        lambda activations: function(of(activations, IMAGE, batch)), [IMAGE], name
    )


def _position(
    a: torch.Tensor, x: int | None, y: int | None, layer: str
) -> tuple[int, int]:
    """Row and column of the last two axes, by default the centre."""
    height, width = a.shape[-2:]
    row, column = height // 2 if y is None else y, width // 2 if x is None else x
    if not (-height <= row < height and -width <= column < width):
        raise ValueError(
            f"position x={column}, y={row} lies outside {layer!r}, which "
            f"is {width} wide and {height} high for this picture"
        )
    return row, column


def _direction(
    kind: str,
    layer: str,
    numbers: Vector,
    cosine_power: float,
    batch: int | None,
    window: Callable[[torch.Tensor], torch.Tensor],
) -> Objective:
    vector = torch.as_tensor(numbers, dtype=torch.float32).flatten()

    def function(activations: NamedActivations) -> torch.Tensor:
        a = of(activations, layer, batch)
        a = a if a.dim() == 4 else a[..., None, None]
        if len(vector) != a.shape[1]:
            raise ValueError(
                f"the direction has {len(vector)} numbers, but {layer!r} has "
                f"{a.shape[1]} channels"
            )
        return _projection(
            window(a), sent(vector, a).view(1, -1, 1, 1), cosine_power, axis=1
        ).mean()

    power = f", cosine_power={cosine_power:g}" if cosine_power else ""
    return Objective(
        function, [layer], f"{kind}({layer!r}, <{len(vector)}>{power}{bound(batch)})"
    )


def _projection(
    a: torch.Tensor,
    b: torch.Tensor,
    cosine_power: float,
    axis: int | tuple[int, ...] = (1, 2, 3),
) -> torch.Tensor:
    dot = (a * b).sum(axis)
    if not cosine_power:
        return dot
    norm = _root(a.square().sum(axis)) * _root(b.square().sum(axis))
    return dot * (dot / (norm + 1e-6)).clamp(min=0.1) ** cosine_power


def _root(squares: torch.Tensor) -> torch.Tensor:
    """The square root, with gradient 0 at 0, where it would be infinite.

    Times the zero that a sum of squares passes back there, that would be NaN.
    """
    zero = squares == 0
    return squares.masked_fill(zero, 1).sqrt().masked_fill(zero, 0)


def _centre(a: torch.Tensor, height: int, width: int) -> torch.Tensor:
    top, left = (a.shape[2] - height) // 2, (a.shape[3] - width) // 2
    return a[:, :, top : top + height, left : left + width]


def _several(a: torch.Tensor, name: str) -> None:
    if len(a) < 2:
        raise ValueError(
            f"{name} compares the pictures of a batch, but there is only one; use "
            "batch=2 or more"
        )


def _blur(x: torch.Tensor, size: int) -> torch.Tensor:
    """Blur with a small kernel, normalised at the border.

    3×3 with centre 1 and rim 0.5, or flat 5×5.
    """
    kernel = x.new_full((1, 1, size, size), 0.5 if size == 3 else 1.0)
    kernel[..., size // 2, size // 2] = 1.0
    blur = lambda t: F.conv2d(
        t,
        kernel.expand(t.shape[1], 1, size, size),
        padding=size // 2,
        groups=t.shape[1],
    )
    return blur(x) / blur(torch.ones_like(x))
