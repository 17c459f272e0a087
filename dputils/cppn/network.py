"""A picture stored in the weights of a small network from a place (x, y) to a colour.

Such a network is called a CPPN, a compositional pattern-producing network. Its picture
has no resolution: any size, any crop and any zoom can be drawn from the same weights,
and mixing the weights of two mixes their pictures.

Source: article, section 3; Stanley, Compositional pattern producing networks (2007);
    Lucid's notebook `xy2rgb`.
"""

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, TypeAlias

import torch
import torch.nn.functional as F
from torch import nn

from ..sizes import Size, height_width
from .nonlinearities import ACTIVATIONS, Activation

Place: TypeAlias = tuple[float, float]
"""A place, or half of height and width, as `(y, x)` in coordinates."""

View: TypeAlias = tuple[tuple[int, int], Place, Place]
"""What is drawn: `(H, W)` in pixels, extent and centre."""

EXTENT = math.sqrt(3)  # a coordinate spread evenly over ±√3 has standard deviation 1
# Points computed at once where nothing has to be remembered: 24 channels of them fit a
# core's cache.
STRIP = 1 << 13
# Points up to which a picture that needs gradients is computed in one piece (1 GB).
WHOLE = 1 << 18


def coordinate_grid(
    size: Size,
    *,
    extent: float | Place = EXTENT,
    centre: Place = (0.0, 0.0),
    rows: tuple[int, int] | None = None,
    device: torch.device | str | None = None,
) -> torch.Tensor:
    """The places of an image's pixels, `(1, 2, H, W)`.

    Channel 0 is x, growing rightwards, channel 1 is y, growing downwards.

    Args:
        size: `(H, W)`, or one number for a square.
        extent: half the picture's height and width, one number or `(y, x)`. With √3
            each coordinate has variance 1.
        centre: the place `(y, x)` in the middle.
        rows: `(first, last)` to get only the rows from first to before last.
        device: where they are computed; the CPU by default.
    Differs: these are the pixels' centres; the original's outermost ones lie on ±√3, so
        that its grids of different sizes do not line up.
    """
    height, width = height_width(size)
    first, last = (0, height) if rows is None else rows
    tall, wide = (extent, extent) if isinstance(extent, (int, float)) else extent
    device = torch.device("cpu" if device is None else device)
    # In double precision, so that a row has the same place in a strip as in the whole
    # picture. MPS has none.
    exact: dict[str, Any] = {
        "dtype": torch.float64,
        "device": "cpu" if device.type == "mps" else device,
    }
    y = centre[0] + tall * ((2 * torch.arange(first, last, **exact) + 1) / height - 1)
    x = centre[1] + wide * ((2 * torch.arange(width, **exact) + 1) / width - 1)
    places = torch.stack(torch.meshgrid(x, y, indexing="xy")).float()[None]
    return places.to(device)


class CPPN(nn.Module):
    """A picture as a network of (x, y); a call draws `(N, channels, H, W)` in [0, 1].

    Args:
        size: `(H, W)` that a call without arguments draws, or one number for a square.
        hidden, width: how many hidden layers, and units in each.
        activation: a name from `ACTIVATIONS`, or a function of `(N, C, P)` that may
            change the number of channels.
        channels: 3 for colour, 1 for grey.
        alpha: one more channel, opacity.
        normalize: instance norm before each activation.
        radius: the distance from the middle as one more input.
        fourier_features: this many sines and as many cosines of random directions as
            more inputs.
        fourier_scale: standard deviation of their frequencies, in radians per unit;
            higher draws finer detail.
        periodic: cosine and sine of the coordinates in their place, one period a
            picture, so that it tiles seamlessly.
        batch: how many pictures; each has its own weights, picture k those of a single
            one with `seed + k`.
        output_scale: 0 starts flat grey (sigmoid of 0); 1 draws the output layer like
            the others, for random art.
        seed: of the weights. Fourier features are the same for all seeds, so that
            weights can be mixed.
    Raises: ValueError for an unknown activation, and for `radius` or `fourier_features`
        with `periodic`.
    Gradients: reach weights and biases.
    Source: article, section 3; Lucid's notebook. Fourier features: Tancik et al., 2020.
    Differs: with `normalize`, pictures of another size or place use the statistics of
        the picture at its own `size`, so that a crop, a tile and a shader show the same
        picture. Inputs other than x and y are scaled to variance 1.
    """

    frequencies: torch.Tensor

    def __init__(
        self,
        size: Size = (224, 224),
        *,
        hidden: int = 8,
        width: int = 24,
        activation: str | Activation = "composite",
        channels: int = 3,
        alpha: bool = False,
        normalize: bool = False,
        radius: bool = False,
        fourier_features: int = 0,
        fourier_scale: float = 3.0,
        periodic: bool = False,
        batch: int = 1,
        output_scale: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if isinstance(activation, str) and activation not in ACTIVATIONS:
            raise ValueError(
                f"there is no activation {activation!r}; use "
                f"{', '.join(map(repr, ACTIVATIONS))} or a function of "
                "(N, C, P)"
            )
        if periodic and (radius or fourier_features):
            raise ValueError(
                "periodic=True needs inputs that repeat; leave out radius and "
                "fourier_features"
            )
        if min(hidden, width, channels, batch) < 1:
            raise ValueError(
                f"{hidden=}, {width=}, {channels=} and {batch=} must be at least 1"
            )
        self.size, self.alpha, self.normalize = height_width(size), alpha, normalize
        self.radius, self.periodic = radius, periodic
        self.activation = (
            activation
            if isinstance(activation, str)
            else getattr(activation, "__name__", "function")
        )
        self._activate = (
            ACTIVATIONS[activation] if isinstance(activation, str) else activation
        )
        generator = torch.Generator().manual_seed(0)
        self.register_buffer(
            "frequencies",
            fourier_scale * torch.randn(fourier_features, 2, generator=generator),
        )
        inputs = (4 if periodic else 2) + radius + 2 * fourier_features
        grown = self._activate(torch.zeros(1, width, 1)).shape[1]
        fans = [inputs] + hidden * [grown]
        outputs = hidden * [width] + [channels + alpha]
        drawn = [_draw(fans, outputs, seed + k, output_scale) for k in range(batch)]
        self.weights = nn.ParameterList(torch.stack(layer) for layer in zip(*drawn))
        self.biases = nn.ParameterList(torch.zeros(batch, count) for count in outputs)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the pictures that a call without arguments draws."""
        return (*self.biases[-1].shape, *self.size)

    def __len__(self) -> int:
        return len(self.biases[0])

    def __getitem__(self, index: int | slice) -> "CPPN":
        """Some pictures of a batch as a CPPN of their own: `cppn[2]`, `cppn[1:3]`.

        The weights are copied.
        Raises: IndexError if there is no such picture.
        """
        if isinstance(index, int) and not -len(self) <= index < len(self):
            raise IndexError(
                f"picture {index} does not exist: this CPPN has {len(self)}"
            )
        picked = torch.arange(len(self))[index].reshape(-1)
        return self._with([p.detach()[picked] for p in self.parameters()])

    def start_from(self, other: "CPPN") -> Self:
        """Copy another CPPN's weights and return self: a warm start.

        If the other has one picture, all of this batch get its weights.
        Raises: ValueError if the architectures or the numbers of pictures differ.
        """
        pairs = self.matching(other)
        if len(other) not in (1, len(self)):
            raise ValueError(
                f"start_from needs a CPPN of one picture or {len(self)}, not "
                f"{len(other)}; pick other[0]"
            )
        with torch.no_grad():
            for mine, theirs in pairs:
                mine.copy_(theirs)
        return self

    def matching(self, other: object) -> list[tuple[nn.Parameter, nn.Parameter]]:
        """The parameters of two CPPNs of one architecture, in pairs.

        Raises: ValueError if one's weights cannot stand in for the other's.
        """
        if not isinstance(other, CPPN):
            raise ValueError(f"this is a {type(other).__name__}, not a CPPN")
        pairs = list(zip(self.parameters(), other.parameters()))
        kinds = [
            (c.activation, c.normalize, c.radius, c.periodic, c.alpha, len(c.weights))
            for c in (self, other)
        ]
        same = kinds[0] == kinds[1] and torch.equal(
            self.frequencies.cpu(), other.frequencies.cpu()
        )
        if not same or any(a.shape[1:] != b.shape[1:] for a, b in pairs):
            raise ValueError(
                "the two CPPNs differ in architecture; hidden, width, "
                "activation, inputs, channels and normalize must agree"
            )
        return pairs

    def forward(
        self,
        size: Size | None = None,
        *,
        centre: Place = (0.0, 0.0),
        zoom: float = 1.0,
        dtype: torch.dtype | None = None,
    ) -> torch.Tensor:
        """Draw the picture, or a part of it, at any size.

        Args:
            size: `(H, W)`, by default the CPPN's own. With other proportions the whole
                picture still fits in, and its surroundings are drawn beside it.
            centre: the place `(y, x)` in the middle, in coordinates: ±√3 are the
                picture's edges.
            zoom: magnification about `centre`.
            dtype: `torch.uint8` for bytes 0 … 255, without gradient, in a quarter of
                the memory.
        Returns: `(batch, channels, H, W)` in [0, 1].
        Raises: ValueError for a zoom that is not positive.
        Gradients: reach weights and biases, with `normalize` through the statistics
            too; twice, where somebody asks.
        Memory: large pictures are computed strip by strip, on the way back once more,
            with the values of one piece: for the article's network that takes 0.1 GB
            at any size, beside the picture and its gradient. So it is with `normalize`,
            whose statistics are strips too, for each hidden layer through those before
            it. Only up to 2^18 points (512 × 512) a picture that needs gradients, with
            `normalize` the whole one alone, is computed in one piece, which is faster
            and holds about 1 GB at most. Second derivatives need a graph of the whole
            picture.
        """
        if not zoom > 0:
            raise ValueError(
                f"zoom={zoom:g} must be positive; 2 shows half as much, twice as large"
            )
        whole = size is None and tuple(centre) == (0.0, 0.0) and zoom == 1
        size = self.size if size is None else height_width(size)
        view: View = (size, self.extent(size, zoom), centre)
        if dtype is not None:
            with torch.no_grad():
                return self._in_strips(view, self.folded_layers(), dtype)
        points = len(self) * size[0] * size[1]
        if self.normalize and whole and points <= WHOLE:
            return self._draw(self._grid(view), self._layers(), live=True).unflatten(
                2, size
            )
        layers = self.folded_layers()
        # The statistics are recomputed for each hidden layer; one more time is little.
        remembers = torch.is_grad_enabled() and not self.normalize
        if points <= (WHOLE if remembers else STRIP):
            return self._draw(self._grid(view), layers).unflatten(2, size)
        return _Strips.apply(self, view, *layers)

    def extent(self, size: Size | None = None, zoom: float = 1.0) -> Place:
        """Half of height and width, `(y, x)`, that a drawing of `size` covers.

        At zoom 1 that is √3 each where the proportions agree.
        """
        height, width = self.size if size is None else height_width(size)
        scale = min(height / self.size[0], width / self.size[1]) * zoom
        return (
            EXTENT * height / self.size[0] / scale,
            EXTENT * width / self.size[1] / scale,
        )

    # ---- how it is computed ----------------------------------------------------------

    def _grid(self, view: View, rows: tuple[int, int] | None = None) -> torch.Tensor:
        size, extent, centre = view
        first = self.biases[0]
        places = coordinate_grid(
            size, extent=extent, centre=centre, rows=rows, device=first.device
        )
        return places.flatten(2).to(first)

    def _strips(self, size: tuple[int, int]) -> list[tuple[int, int]]:
        """`(first, last)` rows of strips of about STRIP points."""
        step = max(1, STRIP // (len(self) * size[1]))
        return [(row, min(row + step, size[0])) for row in range(0, size[0], step)]

    def _inputs(self, grid: torch.Tensor) -> torch.Tensor:
        """What the first layer sees, `(1, I, P)`, of the coordinates `(1, 2, P)`."""
        root = math.sqrt(2)  # a sine has mean square 1/2
        if self.periodic:
            angle = grid * (math.pi / EXTENT)
            return root * torch.cat([angle.cos(), angle.sin()], 1)
        inputs = [grid]
        if self.radius:
            # Over the square ±√3 the radius has mean √3 (√2 + ln(1 + √2)) / 3 = 1.325
            # and mean square 2.
            inputs.append((grid.norm(dim=1, keepdim=True) - 1.325) / 0.4934)
        if len(self.frequencies):
            angle = self.frequencies @ grid
            inputs += [root * angle.cos(), root * angle.sin()]
        return torch.cat(inputs, 1)

    def _layers(self) -> list[torch.Tensor]:
        return [tensor for pair in zip(self.weights, self.biases) for tensor in pair]

    def _hidden(
        self, grid: torch.Tensor, layers: Sequence[torch.Tensor], live: bool = False
    ) -> torch.Tensor:
        """Hidden values `(N, C, P)` after the given layers.

        `live` normalizes by the statistics of these points.
        """
        x = self._inputs(grid).expand(len(self), -1, -1)
        for weight, bias in zip(layers[::2], layers[1::2]):
            z = torch.baddbmm(bias[..., None], weight, x)
            x = self._activate(F.instance_norm(z) if live else z)
        return x

    def _draw(
        self, grid: torch.Tensor, layers: Sequence[torch.Tensor], live: bool = False
    ) -> torch.Tensor:
        return torch.sigmoid(
            torch.baddbmm(
                layers[-1][..., None], layers[-2], self._hidden(grid, layers[:-2], live)
            )
        )

    def folded_layers(self) -> list[torch.Tensor]:
        """Weights and biases in turn, `(N, out, in)` and `(N, out)`.

        Instance norm, if any, is written into them. Gradients reach the parameters.
        """
        layers = self._layers()
        if not self.normalize:
            return layers
        folded: list[torch.Tensor] = []
        for weight, bias in zip(layers[:-2:2], layers[1:-2:2]):
            mean, square = (
                total / (self.size[0] * self.size[1])
                for total in _Moments.apply(self, *folded, weight, bias)
            )
            # 1e-5 as in F.instance_norm
            scale = (square - mean.square() + 1e-5).rsqrt().to(weight)
            folded += [weight * scale[..., None], (bias - mean.to(bias)) * scale]
        return folded + layers[-2:]

    def _sums(
        self, rows: tuple[int, int], layers: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Sums `(N, C)` of what the last of these layers gives, and of its squares.

        They are taken over some rows of the whole picture, in double precision.
        """
        view: View = (self.size, self.extent(), (0.0, 0.0))
        hidden = self._hidden(self._grid(view, rows), layers[:-2])
        z = torch.baddbmm(layers[-1][..., None], layers[-2], hidden).double()
        return z.sum(2), z.square().sum(2)

    def _in_strips(
        self,
        view: View,
        layers: Sequence[torch.Tensor],
        dtype: torch.dtype | None = None,
    ) -> torch.Tensor:
        out = layers[0].new_empty(*self.biases[-1].shape, *view[0], dtype=dtype)
        with torch.no_grad():
            for first, last in self._strips(view[0]):
                strip = self._draw(self._grid(view, (first, last)), layers).unflatten(
                    2, (last - first, -1)
                )
                out[:, :, first:last] = (
                    strip if out.is_floating_point() else strip.mul(255).round_()
                )
        return out

    def _with(self, tensors: Iterable[torch.Tensor]) -> Self:
        """A CPPN of the same kind with these parameters, as `parameters()` has them."""
        new = copy.deepcopy(self)
        tensors, count = [tensor.clone() for tensor in tensors], len(self.weights)
        new.weights, new.biases = (
            nn.ParameterList(tensors[:count]),
            nn.ParameterList(tensors[count:]),
        )
        return new


class _Strips(torch.autograd.Function):
    """A picture drawn strip by strip."""

    @staticmethod
    def forward(
        ctx: Any, cppn: CPPN, view: View, *layers: torch.Tensor
    ) -> torch.Tensor:
        ctx.cppn, ctx.view = cppn, view
        ctx.save_for_backward(*layers)
        return cppn._in_strips(view, layers)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        cppn, view = ctx.cppn, ctx.view
        return (
            None,
            None,
            *_gradients(
                ctx,
                view[0],
                lambda rows, layers: [cppn._draw(cppn._grid(view, rows), layers)],
                lambda rows: [grad[:, :, slice(*rows)].flatten(2)],
            ),
        )


class _Moments(torch.autograd.Function):
    """Sums over the whole picture of a layer's values and of their squares.

    Args: weights and biases in turn, up to this layer; those before it are folded.
    """

    @staticmethod
    def forward(
        ctx: Any, cppn: CPPN, *layers: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ctx.cppn = cppn
        ctx.save_for_backward(*layers)
        total = square = layers[0].new_zeros((), dtype=torch.float64)
        for rows in cppn._strips(cppn.size):
            sums = cppn._sums(rows, layers)
            total, square = total + sums[0], square + sums[1]
        return total, square

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        return None, *_gradients(ctx, ctx.cppn.size, ctx.cppn._sums, lambda rows: grads)


def _gradients(
    ctx: Any,
    size: tuple[int, int],
    compute: Callable[
        [tuple[int, int], Sequence[torch.Tensor]], Sequence[torch.Tensor]
    ],
    grads: Callable[[tuple[int, int]], Sequence[torch.Tensor]],
) -> list[torch.Tensor | None]:
    """Gradients of the layers that a Function has saved, the last of its inputs.

    Every strip is computed once more, so that no graph outlives it.
    (`torch.utils.checkpoint` for every strip would keep a node for each of its
    operations: 190 MB for the statistics of 2048 × 2048 points with three layers of
    eight, 50 MB this way.)

    Args:
        size: `(H, W)` of what is cut into strips.
        compute: what a strip, given by its rows, is, with these layers.
        grads: the gradients of that.
    """
    needed = ctx.needs_input_grad[-len(ctx.saved_tensors) :]
    if torch.is_grad_enabled():  # the gradient is to be differentiated in its turn
        # A view of each, since folded layers are made of those before them, and the
        # gradient asked for is the one that does not go through these.
        layers = [layer.view_as(layer) for layer in ctx.saved_tensors]
        wanted = [layer for layer, need in zip(layers, needed) if need]
        totals = [torch.zeros_like(layer) for layer in wanted]
        for rows in ctx.cppn._strips(size):
            parts = torch.autograd.grad(
                compute(rows, layers), wanted, grads(rows), create_graph=True
            )
            totals = [total + part for total, part in zip(totals, parts)]
        found = iter(totals)
        return [next(found) if need else None for need in needed]
    layers = [
        layer.detach().requires_grad_(need)
        for layer, need in zip(ctx.saved_tensors, needed)
    ]
    for rows in ctx.cppn._strips(size):
        with torch.enable_grad():
            # What an activation may have to learn of its own gets its gradient here.
            torch.autograd.backward(compute(rows, layers), grads(rows))
    return [layer.grad for layer in layers]


def interpolate_weights(
    keys: CPPN | Iterable[CPPN],
    t: float | Sequence[float] | torch.Tensor,
    *,
    exaggeration: float = 1.0,
    loop: bool = True,
) -> CPPN:
    """Pictures between pictures: a CPPN whose weights lie between those of key frames.

    Args:
        keys: two or more CPPNs of one architecture, or one CPPN with a batch of them.
        t: the moment, 0 to 1, or several of them; the result has a picture for each.
        exaggeration: weights at share s between two keys are multiplied by
            1 + exaggeration · s (1 - s), since the mean of two unrelated sets of
            weights is too small: 1.25 in the middle by default, 0 for the plain mean.
        loop: after the last key comes the first again.
    Returns: a CPPN with as many pictures as moments; a film is
        `interpolate_weights(keys, times)()`. No gradient reaches the keys.
    Raises: ValueError if the architectures differ or fewer than two keys are given.
    Source: article, Figure 9; Lucid's notebook, whose cosine easing, exaggeration and
        loop the defaults are.
    """
    keys = list(keys) if not isinstance(keys, CPPN) else [keys]
    for key in keys:
        keys[0].matching(key)
    tensors = [
        torch.cat([p.detach() for p in same])
        for same in zip(*(key.parameters() for key in keys))
    ]
    count = len(tensors[0])
    if count < 2:
        raise ValueError(
            "interpolate_weights needs two pictures or more; give several CPPNs, or "
            "one with batch=2"
        )
    t = torch.as_tensor(t, dtype=torch.float64).reshape(-1)
    place = (t % 1 * count) if loop else t.clamp(0, 1) * (count - 1)
    first = place.floor().long().clamp(max=count - 1 if loop else count - 2)
    s = (1 - torch.cos(math.pi * (place - first))) / 2
    mixed = []
    for p in tensors:
        share = s.to(p).view(-1, *[1] * (p.dim() - 1))
        between = torch.lerp(
            p[first.to(p.device)], p[((first + 1) % count).to(p.device)], share
        )
        mixed.append(between * (1 + exaggeration * share * (1 - share)))
    return keys[0]._with(mixed)


def _draw(
    fans: Sequence[int], outputs: Sequence[int], seed: int, output_scale: float
) -> list[torch.Tensor]:
    """Weights `(out, in)` of every layer, N(0, 1/√in); the last is scaled."""
    generator = torch.Generator().manual_seed(seed)
    layers = [
        torch.randn(out, fan, generator=generator) / math.sqrt(fan)
        for fan, out in zip(fans, outputs)
    ]
    layers[-1] = layers[-1] * output_scale
    return layers
