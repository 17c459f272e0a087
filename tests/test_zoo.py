"""Each basis of the zoo: what it holds, what it cannot do, and a value by hand."""

import math

import pytest
import torch

from dputils import zoo
from dputils.images import ImageParam, PixelBasis
from dputils.zoo.lasting import LastingBasis

KINDS = {name: getattr(zoo, name) for name in zoo.__all__}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
@pytest.mark.parametrize("size", [(5, 8), (16, 9), (1, 1), (2, 2), 8, 12, 16])
def test_shapes_and_gradients(kind, size):
    basis = kind(size, batch=2, channels=4, seed=3)
    raw = basis()
    side = (size, size) if isinstance(size, int) else size
    assert raw.shape == basis.shape == (2, 4, *side)
    assert torch.isfinite(raw).all()
    weights = torch.randn(raw.shape, generator=torch.Generator().manual_seed(0))
    (raw * weights).sum().backward()
    for name, values in basis.named_parameters():
        assert torch.isfinite(values.grad).all(), name
        assert values.grad.abs().sum() > 0 or size in ((1, 1), (2, 2)), name


def test_no_stroke_starts_off_the_picture():
    for size in ((8, 64), (64, 8), (64, 64)):
        basis = zoo.StrokeBasis(size, seed=1)
        basis().square().sum().backward()
        still = basis.ends.grad.abs().amax((2, 3)) < 1e-6
        assert still.float().mean() < 0.15, size


@every_kind
def test_a_seed_is_a_picture(kind):
    one, same, other = (kind(10, seed=seed)() for seed in (4, 4, 5))
    assert torch.equal(one, same) and not torch.allclose(one, other, atol=1e-3)
    drawn = kind(10, generator=torch.Generator().manual_seed(4))()
    assert torch.equal(one, drawn)
    basis = kind(10, seed=4)
    assert torch.equal(basis(), basis()), "a call changes nothing"


@every_kind
def test_pictures_of_a_batch_do_not_know_each_other(kind):
    basis = kind(9, batch=3, seed=1)
    before = basis().detach()
    basis()[1].square().sum().backward()
    with torch.no_grad():
        for values in basis.parameters():
            values -= 0.1 * values.grad.sign()
    changed = (basis() - before).abs().amax((1, 2, 3))
    assert changed[1] > 1e-3 and changed[0] == changed[2] == 0


@every_kind
def test_is_a_basis_like_the_others(kind):
    image = ImageParam(kind((12, 10), seed=2))
    picture = image()
    assert picture.shape == (1, 3, 12, 10) and 0 <= picture.min() <= picture.max() <= 1
    with pytest.raises(ValueError, match="can represent every image"):
        image.start_from(torch.rand(1, 3, 12, 10))
    if isinstance(image.bases[0], LastingBasis):
        both = ImageParam(PixelBasis(12), kind(12))
        with pytest.raises(ValueError, match="cannot be set to nothing"):
            both.start_from(torch.rand(1, 3, 12, 12))
    else:
        both = ImageParam(PixelBasis(12), kind(12))
        photo = 0.1 + 0.8 * torch.rand(1, 3, 12, 12)
        assert (both.start_from(photo)() - photo).abs().max() < 1e-3
    for bad in ({"size": 0}, {"batch": 0}, {"channels": 1.5}):
        with pytest.raises(ValueError, match="whole number"):
            kind(**{"size": 8, **bad})
    with pytest.raises(ValueError, match="a seed or a generator"):
        kind(8, seed=1, generator=torch.Generator())


@every_kind
def test_learns_something(kind):
    """Forty steps towards a disc on a ground."""
    side = torch.linspace(-1, 1, 24)
    disc = (side[:, None] ** 2 + side**2 < 0.3).float()
    target = torch.stack([disc, 0.5 * disc + 0.2, 1 - disc])[None]
    image = ImageParam(kind(24, seed=0), decorrelate=False)
    optimizer = torch.optim.Adam(image.parameters(), lr=0.03)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = (image() - target).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.75 * losses[0]


@pytest.mark.parametrize("size", [(8, 8), (7, 8), (8, 7), (5, 5), (1, 6)])
def test_a_phase_changes_no_magnitude(size):
    basis = zoo.PhaseBasis(size, contrast=0.6, decay_power=1.3, seed=0)
    for _ in range(2):
        raw = basis().detach()
        found = torch.fft.rfft2(raw, norm="ortho").abs()
        assert torch.allclose(found, basis.magnitude.expand_as(found), atol=1e-4)
        assert raw.std((2, 3), correction=0).flatten().tolist() == pytest.approx(
            [0.6] * 3, rel=1e-4
        )
        basis.phase.data.uniform_(-4, 4)
    ratio = basis.magnitude[0, 1] / basis.magnitude[0, 2]
    assert ratio == pytest.approx(2**1.3, rel=1e-4)


@pytest.mark.parametrize("kind", [zoo.SineBasis, zoo.FourierFeatureBasis])
def test_coordinates_do_not_depend_on_the_grid(kind):
    coarse, fine = (kind(size, batch=2, seed=5)() for size in (3, 9))
    assert torch.allclose(coarse, fine[..., 1::3, 1::3], atol=1e-4)
    wide = kind((3, 9), seed=5)()
    assert torch.allclose(wide[..., 1, 4], kind(9, seed=5)()[..., 4, 4], atol=1e-4)


def test_a_sine_layer_by_hand():
    basis = zoo.SineBasis(1, channels=1, width=1, hidden=1, frequency=2.0)
    (inner, outer), (shift, last) = basis.weights, basis.offsets
    for values, number in ((inner, 9.0), (shift, 0.3), (outer, 0.5), (last, 0.1)):
        values.data.fill_(number)
    # the only place is the middle, so the first weights do not count
    assert basis().item() == pytest.approx(0.5 * math.sin(2 * 0.3) + 0.1)


def test_a_frequency_is_above_zero():
    for bad in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="frequency"):
            zoo.SineBasis(8, frequency=bad)


def test_an_automaton_treats_all_places_alike():
    basis = zoo.AutomatonBasis((11, 14), batch=2, seed=3)
    picture = basis().detach()
    basis.state = basis.state.roll((4, -3), (2, 3))
    assert torch.allclose(basis(), picture.roll((4, -3), (2, 3)), atol=1e-5)
    with pytest.raises(ValueError, match="cells=2"):
        zoo.AutomatonBasis(8, cells=2)
    assert zoo.AutomatonBasis(8, cells=12.0)().shape == (1, 3, 8, 8)


def test_a_stroke_by_hand():
    basis = zoo.StrokeBasis((9, 17), channels=1, strokes=2, softness=1.0, seed=0)
    x = 8 / 17  # the thirteenth pixel of the middle row
    ends = torch.tensor([[[-x, 0.0], [x, 0.0]], [[x, 0.0], [x, 0.0]]])
    basis.ends.data[0] = ends
    basis.thickness.data.fill_(math.log(0.2))
    basis.colours.data[0, :, 0] = torch.tensor([1.0, -2.0])
    basis.opacity.data[0] = torch.tensor([20.0, math.log(3)])  # 1 and 3/4
    basis.ground.data.fill_(0.25)
    raw = basis()[0, 0]
    assert raw[4, 4].item() == pytest.approx(1.0, abs=2e-3), "only the first stroke"
    edge = torch.sigmoid(torch.tensor(4 * 0.2 / (2 / 17))).item()  # a stroke's middle
    under = 0.25 + edge * (1.0 - 0.25)
    over = under + 0.75 * edge * (-2.0 - under)
    assert raw[4, 12].item() == pytest.approx(over, abs=2e-3), "the second on top"
    assert raw[0, 0].item() == pytest.approx(0.25, abs=1e-3), "the ground"
    with pytest.raises(ValueError, match="softness"):
        zoo.StrokeBasis(8, softness=0)


def test_a_gaussian_by_hand():
    basis = zoo.GaussianBasis((5, 5), channels=2, gaussians=1)
    basis.centres.data.zero_()
    basis.extents.data[0, 0] = torch.tensor([0.4, 0.8]).log()
    basis.angles.data.fill_(math.pi / 2)  # the narrow side now points along y
    basis.colours.data[0, 0] = torch.tensor([2.0, -1.0])
    raw = basis()[0]
    assert raw[:, 2, 2].tolist() == pytest.approx([2.0, -1.0])
    assert raw[0, 3, 2].item() == pytest.approx(2 * math.exp(-0.5), rel=1e-4)
    assert raw[0, 2, 4].item() == pytest.approx(2 * math.exp(-0.5), rel=1e-4)


def test_a_cold_palette_has_few_colours():
    basis = zoo.PaletteBasis(24, colours=3, temperature=1e-6, seed=2)
    colours = basis()[0].flatten(1).T.detach()
    off = torch.cdist(colours, basis.palette[0].detach()).min(1).values
    assert (off < 1e-3).float().mean() > 0.97
    warm = zoo.PaletteBasis(24, colours=3, temperature=1e4, seed=2)
    assert warm()[0].std((1, 2)).max() < 1e-3, "evenly mixed"
    with pytest.raises(ValueError, match="temperature"):
        zoo.PaletteBasis(8, temperature=0)
