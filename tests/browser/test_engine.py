"""The page's engine against PyTorch, in Chromium and, where it is installed, in Node.

A ReLU whose input is within rounding of zero is a coin toss, in PyTorch too, and so is
the larger of two equal numbers. So a comparison may fail on one picture; three in a row
would be a mistake.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scripts import ROOT, load_script
from torch import nn

from dputils.alpha import blend_over
from dputils.color import decorrelated_to_rgb
from dputils.cppn import CPPN
from dputils.images import (
    FourierBasis,
    ImageParam,
    LaplacianBasis,
    LowResBasis,
    PixelBasis,
)
from dputils.networks import Network, load_network, recipe
from dputils.objectives import alignment
from dputils.rasterize import View
from dputils.scene import Mesh, look_at, perspective
from dputils.style import content_loss, gram_matrix, style_loss
from dputils.widgets import export_for_page, page_weights
from dputils.widgets.hosting import STATIC, joined

pytestmark = pytest.mark.slow
ENGINE = STATIC / "engine"
TOOLS = """
const floats = (text) => {
    const letters = atob(text), bytes = new Uint8Array(letters.length);
    for (let k = 0; k < bytes.length; k++) bytes[k] = letters.charCodeAt(k);
    return new Float32Array(bytes.buffer);
};
/** What a generator returns, whatever pauses it makes. */
const done = async (steps) => {
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    return step.value;
};
/** The largest difference, relative to the largest number. */
const apart = (found, wanted) => {
    if (found.length !== wanted.length) return `${found.length}, not ${wanted.length}`;
    let worst = 0, largest = 1e-30;
    for (let k = 0; k < wanted.length; k++) {
        worst = Math.max(worst, Math.abs(found[k] - wanted[k]));
        largest = Math.max(largest, Math.abs(wanted[k]));
    }
    return Number.isNaN(worst) ? "NaN" : worst / largest;
};
"""


@pytest.fixture
def in_chromium(open_page, tmp_path):
    """`in_chromium(body, given)`, as `run` says."""

    def ran(body, given):
        card = isinstance(given, dict) and given.get("road") == "card"
        code = f"{joined('engine/worker.js')}\n{TOOLS}\n{body}"
        # as an argument of `evaluate`, tens of megabytes would take seconds
        (tmp_path / "given.js").write_text(f"const given = {json.dumps(given)};")
        page = open_page('<script src="given.js"></script>', card=card)
        return page.evaluate(f"async () => {{ {code} }}")

    return ran


def in_node(folder, body, given):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    code = f"{joined('engine/worker.js')}\n{TOOLS}\n{body}"
    (folder / "given.json").write_text(json.dumps(given))
    (folder / "run.js").write_text(
        f"""const given = JSON.parse(require("fs").readFileSync("given.json"));
        const tell = (found) => console.log(JSON.stringify(found));
        (async () => {{ {code} }})().then(tell);
        """
    )
    done = subprocess.run([node, "run.js"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(params=["chromium", "node"])
def run(request, tmp_path):
    """`run(body, given)`: what a JavaScript function with this body and the engine in
    reach returns.
    """
    road = getattr(request.node, "callspec", None)
    if request.param == "node":
        if road and road.params.get("road") == "card":
            pytest.skip("Node.js has no WebGPU")
        return lambda body, given: in_node(tmp_path, body, given)
    return request.getfixturevalue("in_chromium")


def packed(tensor):
    values = tensor.detach().contiguous().float().numpy()
    return base64.b64encode(values.tobytes()).decode()


def rounded(net):
    """The network with the weights that the page has."""
    for weight in net.module.parameters():
        if weight.dim() > 1:
            weight.data.copy_(page_weights(weight))
    return net


def layer_by_layer(net, exported, height, width, seed):
    """A picture, and for each layer its values, a gradient, and what that gives at the
    picture.
    """
    generator = torch.Generator().manual_seed(seed)
    picture = torch.rand(1, 3, height, width, generator=generator).requires_grad_()
    found: dict[str, torch.Tensor] = {}
    assert net.layers, "the network was run once, before anybody listens"

    def keep(name):  # the first call, if there are more
        def hook(part, inputs, output):
            found.setdefault(name, output)

        return hook

    parts = [pair for pair in net.module.named_modules() if not [*pair[1].children()]]
    hooks = [part.register_forward_hook(keep(name)) for name, part in parts]
    net.logits(picture)
    for hook in hooks:
        hook.remove()
    layers = {}
    for layer in exported["layers"]:
        if (values := found.get(layer["name"])) is None:  # cat and mean are functions
            continue
        wish = torch.randn(values.shape, generator=generator)
        (gradient,) = torch.autograd.grad(
            (values * wish).sum(), picture, retain_graph=True
        )
        layers[layer["name"]] = [packed(values), packed(wish), packed(gradient)]
    return {"picture": packed(picture), "layers": layers, "size": [height, width]}


COMPARE = """
const model = await readModel(given.model), [height, width] = given.size;
const road = { fused: "WebAssembly, fused", wasm: "WebAssembly",
    plain: "plain JavaScript" }[given.road];
const network = new Network(model, height, width, road), worst = {};
const worker = road ? network.memory
    : new CardCopy(await findCard({ pretended: true }), network);
if (given.together) { // one way back from all layers, none of them louder than others
    const wishes = {}, sum = new Float32Array(3 * height * width);
    for (const [name, [values, wish, gradient]] of Object.entries(given.layers)) {
        const slope = floats(gradient), most = Math.max(...slope.map(Math.abs));
        wishes[name] = floats(wish).map((value) => value / most);
        slope.forEach((value, k) => { sum[k] += value / most; });
    }
    const { score, gradient } =
        await done(network.uphill(floats(given.picture), wishes, worker));
    let wanted = 0;
    for (const [name, [values]] of Object.entries(given.layers)) {
        wanted += dot(floats(values), wishes[name]);
        worst[name] = [apart(network.read(name), floats(values))];
    }
    worst.all = [apart(gradient, sum), Math.abs(score / wanted - 1)];
    return worst;
}
network.forward(floats(given.picture));
for (const [name, [values, wish, gradient]] of Object.entries(given.layers)) {
    worst[name] = [apart(network.read(name), floats(values)),
        apart(finished(network.back({ [name]: floats(wish) })), floats(gradient))];
}
return worst;
"""


def agrees(run, net, exported, road, size):
    # A card only gives a picture's gradient; a pretended one takes seconds for each.
    together = road == "card"
    for seed in range(3):
        case = layer_by_layer(net, exported, *size, seed)
        given = {**case, "model": exported, "road": road, "together": together}
        worst = run(COMPARE, given)
        assert len(worst) == len(case["layers"]) + together
        wrong = {
            name: pair
            for name, pair in worst.items()
            if not all(isinstance(each, float | int) and each <= 1e-4 for each in pair)
        }
        if not wrong:
            return
    raise AssertionError(wrong)


SIZES = [(64, 64), (75, 75), (96, 96), (128, 128)]
CASES = [("fused", size) for size in SIZES]
CASES += [("wasm", (96, 96)), ("plain", (64, 64))]
# A pretended card takes long: two sizes are enough.
CASES += [
    pytest.param("card", size, marks=[pytest.mark.thorough] * (size > (75, 75)))
    for size in SIZES
]


@pytest.mark.parametrize("road, size", CASES, ids=lambda it: str(it).split(",")[0])
@pytest.mark.parametrize("name", ["patternnet", "patternnet-plain"])
def test_every_layer_and_its_gradient_are_pytorchs(run, name, road, size):
    net = rounded(load_network(name))
    exported = export_for_page(load_network(name))
    agrees(run, net, exported, road, size)


@pytest.mark.parametrize(
    "case, road, others",
    [
        ({"card": 4}, "card", {"card": 4, "processor": 10}),
        ({"card": 8}, "processor", {"card": 8, "processor": 10}),  # hardly faster
        ({"card": 4, "sign": -1}, "processor", "the card computes something else"),
        ({"card": 40, "forced": True}, "card", {"card": 40, "processor": 10}),
        ({"card": 4, "fails": 3}, "processor", "gone"),  # while it is measured
        ({"card": 4, "fails": 20}, "processor", "gone"),  # long after
    ],
)
def test_a_card_is_taken_if_it_is_right_and_clearly_faster(run, case, road, others):
    """By a clock that the roads themselves move: milliseconds a pass are given."""
    body = """
    const model = { layers: [{ name: "r", kind: "relu", from: ["input"] }],
        mean: [0], std: [1] };
    const roads = new Roads(model, "best", 8), image = new Float32Array(192).fill(2);
    const { memory, input } = roads, directions = { r: new Float32Array(192).fill(1) };
    let clock = 0, calls = 0, freed = false, last = "";
    const stand = (road, cost, sign = 1, fails = Infinity) => ({
        free() { freed = true; }, async *work(jobs) {
            if (++calls > fails) throw new Error("gone");
            clock += cost;
            last = road;
            yield* memory.work(jobs);
            const gradient = roads.gradientOf(input);
            roads.put(gradient, roads.planes(gradient).map((slope) => sign * slope));
        } });
    roads.memory = Object.assign(Object.create(memory), stand("processor", 10));
    roads.coming = Promise.resolve();
    roads.forced = given.forced ?? false;
    roads.offer = stand("card", given.card, given.sign, given.fails);
    let scores = [];
    for (let k = 0; k < 20; k++) {
        const step = roads.uphill(image, directions, () => clock);
        scores.push((await done(step)).score);
    }
    const right = scores.every((score) => score === 384);
    return [last, roads.road === "WebGPU", roads.others, freed, right];
    """
    found = run(body, case)
    card = road == "card"
    assert found == [road, card, others, not card, True]


class Odd(nn.Module):
    """What the PatternNets do not have: odd numbers of channels, large strides, pools
    that overlap, a kernel without padding, parts of parts, a layer used twice.
    """

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 10, 4, stride=3, padding=2)
        self.sparse = nn.Conv2d(10, 6, 1, stride=2)
        self.pool, self.mean = nn.MaxPool2d(3, 2), nn.AvgPool2d(3, 1)
        self.same = nn.Conv2d(6, 6, 3, padding=1)
        self.bare = nn.Conv2d(18, 5, 3, bias=False)
        self.flatten, self.last = nn.Flatten(), nn.Linear(20, 7)

    def forward(self, x):
        x = torch.relu(self.first(x))
        x = self.sparse(x)
        a, b = self.same(x), self.same(torch.relu(x))
        x = self.pool(torch.cat([a, torch.cat([b, x], 1)], 1))
        x = self.bare(self.mean(x))
        return self.last(self.flatten(x))


@pytest.mark.parametrize("road", ["fused", "wasm", "plain", "card"])
def test_a_network_of_ones_own_agrees(run, road):
    torch.manual_seed(1)
    net = Network(Odd(), mean=(0.4, 0.5, 0.6), std=0.3, image_size=(80, 80))
    exported = export_for_page(net, weights="float16")
    for weight in net.module.parameters():
        if weight.dim() > 1:
            weight.data.copy_(page_weights(weight, "float16"))
    agrees(run, net, exported, road, (80, 80))


class InPlace(nn.Module):
    """Who reads a map after it was changed in place reads the change."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 5, 3), nn.Conv2d(10, 4, 1)

    def forward(self, x):
        x = self.one(x)
        return self.two(torch.cat([torch.relu_(x), x], 1))


class Shortcut(nn.Module):
    """A sum of two maps as the refusal of `+` advises, and the sum itself."""

    def __init__(self):
        super().__init__()
        self.first, self.body = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 3, padding=1)
        self.sum = nn.Conv2d(12, 6, 1, bias=False)
        units = torch.cat([torch.eye(6), torch.eye(6)], 1)
        self.sum.weight.data.copy_(units[..., None, None])

    def forward(self, x):
        x = torch.relu(self.first(x))
        return self.sum(torch.cat([x, self.body(x)], 1))

    def plain(self, x):
        x = torch.relu(self.first(x))
        return x + self.body(x)


def folded():
    """A batch norm that has seen something, in the convolution before it."""
    norm = nn.BatchNorm2d(7)
    for values in (norm.weight.data, norm.bias.data, norm.running_mean):
        values.normal_()
    norm.running_var.uniform_(0.5, 2)
    pair = nn.Conv2d(3, 7, 3, stride=2).eval(), norm.eval()
    module = nn.Sequential(nn.utils.fusion.fuse_conv_bn_eval(*pair), nn.ReLU())
    module.plain = lambda x: torch.relu(pair[1](pair[0](x)))
    return module


SMALL = {
    "grouped": lambda: nn.Sequential(
        *(nn.Conv2d(3, 12, 3, padding="same", dilation=2), nn.ReLU()),
        *(nn.Conv2d(12, 12, 3, padding=1, groups=12), nn.ReLU()),
        nn.Conv2d(12, 8, 3, stride=2, padding=2, dilation=2, groups=4, bias=False),
    ),
    "nested": lambda: nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(inplace=True)),
        nn.Sequential(nn.MaxPool2d(2), nn.Sequential(nn.Conv2d(8, 5, 1))),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 4)),
    ),
    "in place": InPlace,
    "shortcut": Shortcut,
    "folded": folded,
}


@pytest.mark.parametrize("road", ["fused", "plain"])
@pytest.mark.parametrize("name", SMALL)
def test_small_networks_agree(run, name, road):
    torch.manual_seed(3)
    module = SMALL[name]()
    exported = export_for_page(module)
    for weight in module.parameters():
        if weight.dim() > 1:
            weight.data.copy_(page_weights(weight))
    for seed in range(3):  # a ReLU may fall to the other side
        generator = torch.Generator().manual_seed(seed)
        picture = torch.rand(1, 3, 36, 45, generator=generator).requires_grad_()
        values = module(picture)
        wish = torch.randn(values.shape, generator=generator)
        (gradient,) = torch.autograd.grad((values * wish).sum(), picture)
        last = exported["layers"][-1]["name"]
        given = {
            "picture": packed(picture),
            "layers": {last: [packed(values), packed(wish), packed(gradient)]},
            "size": [36, 45],
            "model": exported,
            "road": road,
        }
        errors = run(COMPARE, given)[last]
        if max(errors) <= 1e-4:
            break
    assert max(errors) <= 1e-4
    if hasattr(module, "plain"):  # what it stands for
        exact, picture = SMALL[name](), torch.rand(2, 3, 36, 45)
        assert torch.allclose(exact(picture), exact.plain(picture), atol=1e-5)


def test_bytes_travel_in_letters(run):
    panels = load_script("notebooks/page_panels.py")
    blobs = [bytes(range(256))[k : 3 * k + 1] for k in (*range(20), 80)]
    blobs.append(b"\xff" * 31)
    given = [[panels.in_letters(blob), len(blob)] for blob in blobs]
    assert all(0x2030 <= ord(each) < 0xD800 for text, _ in given for each in text)
    found = run("return given.map(([text, size]) => [...bytesOf(text, size)]);", given)
    assert found == [[*blob] for blob in blobs]


class Uneven(nn.Module):
    def forward(self, x):
        return torch.cat([x.flatten(1), torch.relu(x).mean((2, 3))], 1)


def test_maps_of_unequal_sizes_are_not_put_together(run):
    body = """
    const model = await readModel(given);
    try { new Network(model, 8); } catch (error) { return error.message; }"""
    told = run(body, export_for_page(Uneven()))
    assert told.startswith("cat puts maps of unequal sizes together")


def test_the_wrong_size_is_told(run):
    exported = export_for_page(Network(Odd(), image_size=(80, 80)))
    body = """
    const model = await readModel(given);
    return [64, 8].map((size) => {
        try { new Network(model, size); } catch (error) { return error.message; }
    });"""
    wrong, none = run(body, exported)
    assert "last takes 20 numbers and gets 5 maps of" in wrong
    assert "leaves nothing of a picture of 8 × 8 pixels" in none


# ---- the picture, one step at a time -------------------------------------------------


@pytest.mark.parametrize(
    "size, decorrelate",
    [(64, True), (75, True), (96, True), (128, True), (75, False)],
)
@pytest.mark.parametrize("basis", ["Fourier", "Laplacian", "low resolution", "pixels"])
def test_a_picture_and_its_gradient_are_pytorchs(in_chromium, basis, decorrelate, size):
    """Two pictures, each its own basis and 0.7 times one that both have in common."""
    make = {
        "Fourier": lambda **more: FourierBasis(size, decay_power=1.3, sd=0.5, **more),
        "Laplacian": lambda **more: LaplacianBasis(size, sd=0.5, **more),
        "low resolution": lambda batch=1, **more: LowResBasis(
            size, (batch, 3, 11, 11), batch=batch, sd=0.5, **more
        ),
        "pixels": lambda **more: PixelBasis(size, sd=0.5, **more),
    }[basis]
    own, common = make(batch=2, seed=1), make(seed=2)
    colour = decorrelated_to_rgb if decorrelate else lambda raw: raw
    image = torch.sigmoid(colour(own() + 0.7 * common()))
    wish = torch.randn(image.shape, generator=torch.Generator().manual_seed(3))
    parameters = [*own.parameters(), *common.parameters()]
    gradients = torch.autograd.grad((image * wish).sum(), parameters)
    levels = len(parameters) // 2

    def in_order(tensors):  # picture by picture, the part in common last
        pictures = [each[k].flatten() for k in (0, 1) for each in tensors[:levels]]
        return torch.cat(pictures + [each.flatten() for each in tensors[levels:]])

    given = {
        "settings": {"size": size, "basis": basis, "decorrelate": decorrelate},
        "parameters": packed(in_order(parameters)),
        "images": [packed(each) for each in image],
        "wishes": [packed(each) for each in wish],
        "gradient": packed(in_order(gradients)),
    }
    image_error, gradient_error = in_chromium(
        """
    const common = { batch: 2, coupling: 0.7, decay: 1.3, cells: 11 };
    const picture = new Picture({ ...given.settings, ...common });
    picture.parameters.set(floats(given.parameters));
    const found = finished(picture.render());
    const errors = found.map((image, k) => apart(image, floats(given.images[k])));
    finished(picture.pull(given.wishes.map(floats)));
    return [Math.max(...errors), apart(picture.gradient, floats(given.gradient))];
    """,
        given,
    )
    assert image_error < 2e-6 and gradient_error < 1e-5


def test_the_picture_is_that_of_the_book(in_chromium):
    """`ImageParam` of the same spectrum, without a part in common."""
    image = ImageParam(FourierBasis(48, sd=0.4, seed=5))
    given = [packed(image.bases[0].spectrum), packed(image())]
    body = """
    const picture = new Picture({ size: 48 });
    picture.parameters.set(floats(given[0]));
    return apart(finished(picture.render())[0], floats(given[1]));
    """
    assert in_chromium(body, given) < 2e-6


@pytest.mark.parametrize("shared", [True, False])
def test_frames_and_the_gradient_of_what_they_share_are_pytorchs(run, shared):
    """A film of three, with the coarse pictures of section 1."""
    size, frames, levels = 48, 3, [(1, 2), (1, 4), (1, 8), (2, 8)]
    part = len(levels) / 6
    own = FourierBasis(size, batch=frames, decay_power=1.3, sd=0.5, seed=1)
    low = [
        LowResBasis(
            size,
            (n if shared else frames, 3, size // k, size // k),
            batch=frames,
            sd=0.5,
            seed=2 + k + n,
        )
        for n, k in levels
    ]
    raw = 0.4**part * own() + 0.88**part * sum(basis() for basis in low)
    image = torch.sigmoid(decorrelated_to_rgb(raw))
    wish = torch.randn(image.shape, generator=torch.Generator().manual_seed(3))
    parameters = [own.spectrum, *(basis.values for basis in low)]
    gradients = torch.autograd.grad((image * wish).sum(), parameters)
    errors = run(
        """
    const picture = new Picture({ ...given.settings, batch: 3, decay: 1.3, levels: 4 });
    picture.parameters.set(floats(given.parameters));
    const found = finished(picture.render());
    const errors = found.map((image, k) => apart(image, floats(given.images[k])));
    finished(picture.pull(given.wishes.map(floats)));
    return [...errors, apart(picture.gradient, floats(given.gradient))];
    """,
        {
            "settings": {"size": size, "shared": shared},
            "parameters": packed(torch.cat([each.flatten() for each in parameters])),
            "images": [packed(each) for each in image],
            "wishes": [packed(each) for each in wish],
            "gradient": packed(torch.cat([each.flatten() for each in gradients])),
        },
    )
    assert max(errors) < 1e-5


@pytest.mark.parametrize(
    "name, wishes",
    [
        ("patternnet", ["owl", "daisy"]),
        ("patternnet", ["conv3:5", "snail"]),
        ("patternnet-plain", ["fire4:70"]),
    ],
)
def test_wishes_along_a_film_are_pytorchs(run, name, wishes):
    """Classes and channels, these before their ReLU; a frame gives each its share."""
    net = rounded(load_network(name))

    def asked(images, wish):
        layer, _, number = wish.partition(":")
        if not number:
            return net.logits(images)[:, net.classes.index(wish)]
        return net(images, [f"{layer}:pre"])[f"{layer}:pre"][:, int(number)].mean(
            (1, 2)
        )

    for seed in range(3):  # a ReLU may fall to the other side
        generator = torch.Generator().manual_seed(seed)
        images = torch.rand(3, 3, 64, 64, generator=generator).requires_grad_()
        t = torch.linspace(0, 1, 3)
        if len(wishes) == 1:
            scores = asked(images, *wishes)
        else:
            scores = (1 - t) * asked(images, wishes[0]) + t * asked(images, wishes[1])
        (gradient,) = torch.autograd.grad(scores.sum(), images)
        given = {
            "model": export_for_page(load_network(name)),
            "wishes": wishes,
            "images": [packed(each) for each in images],
            "gradients": [packed(each) for each in gradient],
            "scores": packed(scores),
        }
        errors = run(
            """
        const model = await readModel(given.model), network = new Network(model, 64);
        const goal = new Wishes(network, given.wishes, model.classes, 3), scores = [];
        const errors = [];
        for (let k = 0; k < 3; k++) {
            const image = floats(given.images[k]);
            const { score, gradient } = await done(goal.scored(image, { k }));
            scores.push(score);
            errors.push(apart(gradient, floats(given.gradients[k])));
        }
        return [...errors, apart(scores, floats(given.scores))];
        """,
            given,
        )
        if max(errors) <= 1e-4:
            return
    raise AssertionError(errors)


def test_a_film_that_shall_be_alike_is_pytorchs(run):
    """`channel_interpolation` less `alignment` of two layers, of a film of four."""
    net, layers, weight = rounded(load_network("patternnet")), ["conv3", "conv4"], 60.0
    for seed in range(3):  # a ReLU may fall to the other side
        generator = torch.Generator().manual_seed(seed)
        images = torch.rand(4, 3, 64, 64, generator=generator).requires_grad_()
        logits, t = net.logits(images), torch.linspace(0, 1, 4)
        owl, daisy = (logits[:, net.classes.index(name)] for name in ("owl", "daisy"))
        found = net(images, layers)
        alike = sum(alignment(layer, decay_ratio=5)(found) for layer in layers)
        score = ((1 - t) * owl + t * daisy).sum() + weight * alike
        (gradient,) = torch.autograd.grad(score, images)
        given = {
            "model": export_for_page(load_network("patternnet")),
            "layers": [f"{layer}.relu" for layer in layers],
            "weight": weight,
            "images": [packed(each) for each in images],
            "gradients": [packed(each) for each in gradient],
            "score": score.item(),
        }
        errors = run(
            """
        const model = await readModel(given.model), images = given.images.map(floats);
        const network = new Roads(model, "WebAssembly", 64), errors = [];
        const goal = new Wishes(network, ["owl", "daisy"], model.classes, 4);
        const compared = finished(goal.compare(images, given.layers, given.weight));
        let total = compared.penalty;
        for (let k = 0; k < 4; k++) {
            const found = goal.scored(images[k], { k, apart: compared.apart[k] });
            const { score, gradient } = await done(found);
            total += score;
            errors.push(apart(gradient, floats(given.gradients[k])));
        }
        return [...errors, Math.abs(total / given.score - 1)];
        """,
            given,
        )
        if max(errors) <= 1e-4:
            return
    raise AssertionError(errors)


@pytest.mark.parametrize(
    "shape",
    [
        {"activation": "composite", "hidden": 3, "width": 7},
        {"activation": "unbiased", "hidden": 2, "width": 8, "radius": True},
        {"activation": "relu", "hidden": 1, "width": 5, "waves": 3},
        {"activation": "abs", "hidden": 4, "width": 6, "radius": True, "waves": 2},
    ],
    ids=lambda shape: shape["activation"],
)
@pytest.mark.parametrize("road", ["WebAssembly, fused", "plain JavaScript"])
def test_a_cppn_and_its_gradient_are_pytorchs(run, shape, road):
    waves = shape.get("waves", 0)
    more = {key: value for key, value in shape.items() if key != "waves"}
    cppn = CPPN(37, fourier_features=waves, output_scale=1, seed=1, **more)
    generator = torch.Generator().manual_seed(2)
    for bias in cppn.biases:
        bias.data.normal_(0, 0.3, generator=generator)
    image = cppn()
    wish = torch.randn(image.shape, generator=generator)
    parameters = [each for pair in zip(cppn.weights, cppn.biases) for each in pair]
    gradients = torch.autograd.grad((image * wish).sum(), parameters)
    given = {
        "shape": {**shape, "road": road},
        "frequencies": packed(cppn.frequencies),
        "parameters": packed(torch.cat([each.flatten() for each in parameters])),
        "image": packed(image),
        "wish": packed(wish),
        "gradient": packed(torch.cat([each.flatten() for each in gradients])),
    }
    body = """
    const frequencies = floats(given.frequencies);
    const cppn = new Picture({ basis: "CPPN", size: 37, ...given.shape, frequencies });
    const [grey] = finished(cppn.render());
    cppn.parameters.set(floats(given.parameters));
    const error = apart(finished(cppn.render())[0], floats(given.image));
    finished(cppn.pull([floats(given.wish)]));
    return [grey[5], error, apart(cppn.gradient, floats(given.gradient))];
    """
    grey, image_error, gradient_error = run(body, given)
    assert grey == 0.5 and image_error < 1e-5 and gradient_error < 5e-5


def test_moves_are_bilinear_sampling_with_grey_beyond(in_chromium):
    size, pose = 60, {"turn": 0.15, "zoom": 1.07, "dx": 3, "dy": -5}
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, size, size, generator=generator).requires_grad_()
    cos, sin = (np.array([np.cos(0.15), np.sin(0.15)]) / 1.07).tolist()
    unit = 2 / (size - 1)  # of grid_sample's coordinates, for a pixel
    theta = torch.tensor([[[cos, -sin, 3 * unit], [sin, cos, -5 * unit]]])
    grid = F.affine_grid(theta, [1, 3, size, size], align_corners=True)
    moved = F.grid_sample(image - 0.5, grid, align_corners=True) + 0.5
    wish = torch.randn(moved.shape, generator=generator)
    (gradient,) = torch.autograd.grad((moved * wish).sum(), image)
    errors = in_chromium(
        """
    const moves = new Moves(given.size);
    const moved = moves.take(given.pose).apply(floats(given.image));
    return [apart(moved, floats(given.moved)),
        apart(moves.back(floats(given.wish)), floats(given.gradient))];
    """,
        {
            "size": size,
            "pose": pose,
            "image": packed(image),
            "moved": packed(moved),
            "wish": packed(wish),
            "gradient": packed(gradient),
        },
    )
    assert max(errors) < 1e-5


def test_a_picture_with_opacity_and_its_gradient_are_pytorchs(run):
    """Fourier planes with weakened waves, a ground, a pose, a price on opacity."""
    size, side, pressure = 40, 64, 2.5
    finest = [0.2, 0.2, 0.2, 0.1]
    basis = FourierBasis(size, channels=4, decay_power=1.5, sd=0.4, seed=1)
    down, across = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)
    calm = [torch.exp(-((torch.hypot(down, across) / most) ** 2)) for most in finest]
    basis.amplitude = basis.amplitude * torch.stack(calm)
    image = ImageParam(basis, alpha=True)()
    generator = torch.Generator().manual_seed(2)
    ground = torch.rand(1, 3, side, side, generator=generator)
    placed = F.pad(image, (12,) * 4)
    scene = torch.cat([blend_over(placed, ground), placed[:, 3:]], 1)
    beyond = torch.tensor([0.5, 0.5, 0.5, 0]).view(1, 4, 1, 1)
    unit = 2 / (side - 1)
    theta = torch.tensor([[[1.0, 0.0, 3 * unit], [0.0, 1.0, -2 * unit]]]) / 1.0
    grid = F.affine_grid(theta, [1, 4, side, side], align_corners=True)
    moved = F.grid_sample(scene - beyond, grid, align_corners=True) + beyond
    wish = torch.randn(1, 3, side, side, generator=generator)
    score = (moved[:, :3] * wish).sum()
    glass = [(1 - alpha.mean()) ** pressure for alpha in (image[:, 3], moved[:, 3])]
    value = score * (0.5 * glass[0] + glass[1])
    (gradient,) = torch.autograd.grad(value, basis.spectrum)
    given = {
        "settings": {"size": size, "decay": 1.5, "finest": finest},
        "parameters": packed(basis.spectrum),
        "ground": packed(ground),
        "pressure": pressure,
        "image": packed(image),
        "seen": packed(moved[:, :3]),
        "wish": packed(wish),
        "value": value.item(),
        "gradient": packed(gradient),
    }
    body = """
    const picture = new Picture(given.settings), glass = new Glass(given.settings);
    picture.parameters.set(floats(given.parameters));
    const [image] = finished(picture.render()), wish = floats(given.wish);
    glass.moves.take({ dx: 3, dy: -2 });
    const seen = glass.over(floats(given.ground), given.pressure).apply(image);
    const score = dot(wish, seen), value = score * glass.factor;
    finished(picture.pull([glass.back(wish, score)]));
    const errors = [[image, given.image], [seen, given.seen],
        [picture.gradient, given.gradient]].map(([a, b]) => apart(a, floats(b)));
    return [...errors, Math.abs(value / given.value - 1)];
    """
    errors = run(body, given)
    assert max(errors[:2]) < 1e-5 and max(errors[2:]) < 1e-4


def test_photographs_lie_behind_in_windows_upright_or_mirrored(run):
    """As `backgrounds.photographs`: of photographs that say of each pixel which column
    and row it is, and whose it is.
    """
    size, side, width, draws = 16, 40, 56, 64
    row, column = torch.meshgrid(*2 * [torch.arange(width) / width], indexing="ij")
    photographs = [
        {"image": packed(torch.stack([column, row, torch.full_like(row, own)])[None])}
        for own in (0.0, 0.5, 1.0)
    ]
    body = """
    const photographs = given.photographs.map(({ image }) =>
        ({ image: floats(image), width: given.width }));
    const glass = new Glass({ size: given.size }, photographs);
    const next = uniform(5n), ask = { ground: "photographs", pressure: 1 };
    return Array.from({ length: given.draws }, () =>
        [...glass.look(next, { ...ask, moved: false }).ground]);
    """
    given = {"photographs": photographs, "size": size, "width": width, "draws": draws}
    grounds = torch.tensor(run(body, given)).view(draws, 3, side, side)
    columns, rows = grounds[:, 0] * width, grounds[:, 1] * width
    owners = (grounds[:, 2] * 2).round(decimals=4)
    across, down = columns.diff(dim=2), rows.diff(dim=1)
    scale = down[:, :1, :1]
    for steps in (down, across.abs()):
        assert torch.allclose(steps, scale.expand_as(steps), atol=1e-3)
    assert 1 <= scale.min() + 1e-4 < 1.1 and 1.3 < scale.max() <= width / side + 1e-4
    for places in (columns, rows):  # never beyond the photograph, and not always alike
        assert -1e-3 < places.min() and places.max() < width - 1 + 1e-3
        assert places[:, 0, 0].std() > 2
    mirrored = (across[:, 0, 0] < 0).float().mean()
    assert 0.25 < mirrored < 0.75
    assert owners.unique().tolist() == [0, 1, 2]
    assert (owners == owners[:, :1, :1]).all()


@pytest.mark.parametrize("road", ["WebAssembly, fused", "plain JavaScript"])
def test_style_transfer_and_its_gradient_are_pytorchs(run, road):
    """Gram matrices of all layers of the recipe and of the colours, and the content, of
    pictures that are shifted by the same pixels.
    """
    name, size, shift = "patternnet-plain", 64, {"dx": 3, "dy": -2}
    net = rounded(load_network(name))
    layers, content_layer, _ = recipe(net)
    painting = torch.rand(1, 3, 48, 80, generator=torch.Generator().manual_seed(1))

    def look(images):
        ones = torch.ones_like(images[:, :1])
        found = net(images, [*layers, content_layer])
        return found | {"colour": torch.cat([2 * images - 1, ones], 1)}

    def grams(found):
        return {key: gram_matrix(found[key]) for key in [*layers, "colour"]}

    def moved(images):  # beyond the edge, the edge
        return F.pad(images, (2, 3, 2, 3), mode="replicate")[..., :-5, 5:]

    with torch.no_grad():
        wanted = grams(look(painting))
    for seed in range(3):  # a ReLU may fall to the other side
        generator = torch.Generator().manual_seed(seed)
        photo = torch.rand(1, 3, size, size, generator=generator)
        image = torch.rand(1, 3, size, size, generator=generator).requires_grad_()
        found, before = look(moved(image)), look(moved(photo))
        terms = [
            1.3
            * content_loss(
                *[{"": f[content_layer]} for f in (found, before)], relative=True
            ),
            0.7 * style_loss(grams(found), wanted, relative=True),
        ]
        (gradient,) = torch.autograd.grad(sum(terms), image)
        given = {
            "model": export_for_page(load_network(name)),
            "road": road,
            "pose": shift,
            "layers": [f"{layer}.relu" for layer in layers],
            "contentLayer": f"{content_layer}.relu",
            "painting": packed(painting),
            "photo": packed(photo),
            "image": packed(image),
            "gradient": packed(gradient),
            "colours": packed(wanted["colour"]),
            "deep": packed(wanted[layers[-1]]),
            "terms": [term.item() for term in terms],
        }
        errors = run(
            """
        const model = await readModel(given.model), { contentLayer, pose } = given;
        const styled = withGrams(model, given.layers, contentLayer), road = given.road;
        const styles = stylesOf(new Network(styled, 48, 80, road),
            floats(given.painting));
        const look = new Moves(64, { continued: true }).take(pose);
        const goal = new Repaint(new Network(styled, 64, 64, road), { styles,
            contentLayer, photograph: floats(given.photo) });
        const seen = look.apply(floats(given.image));
        const { score, gradient, terms } = await done(goal.scored(
            seen, { look }, { content: 1.3, style: 0.7 }));
        const [content, style] = given.terms;
        return [apart(styles["gram of colour"], floats(given.colours)),
            apart(styles[`gram of ${given.layers.at(-1)}`], floats(given.deep)),
            Math.abs(terms.content / content - 1), Math.abs(terms.style / style - 1),
            Math.abs(score / (content + style) + 1),
            apart(look.back(gradient).map((slope) => -slope), floats(given.gradient))];
        """,
            given,
        )
        if max(errors) <= 1e-4:
            return
    raise AssertionError(errors)


@pytest.mark.parametrize("eye, zoom", [((3.0, 4.0, 11.0), 1.0), ((-9, -3, 7.5), 2.5)])
def test_a_view_of_a_texture_and_its_gradient_are_the_rasterizers(run, eye, zoom):
    data = load_script("notebooks/page_panels.py").small_model("bunny")

    def read(name, kind):
        numbers = np.frombuffer(base64.b64decode(data[name]), kind)
        return torch.from_numpy(numbers.astype(np.float64))

    mesh = Mesh(
        (read("positions", "<i2").view(-1, 3) / 32767).float(),
        read("faces", "<u2").view(-1, 3).long(),
        uv=(read("uv", "<u2").view(-1, 2) / 65535).float(),
    )
    target, size, texels = (0.1, -0.2, 0.3), 96, 64
    width = 2 * np.arctan(np.tan(np.pi / 36) / zoom)
    camera = perspective(float(width), near=5, far=20) @ look_at(eye, target)
    generator = torch.Generator().manual_seed(0)
    texture = torch.rand(1, 3, texels, texels, generator=generator).requires_grad_()
    ground = torch.tensor([0.2, 0.5, 0.9]).view(1, 3, 1, 1)
    view = View(mesh, camera[None], size)
    picture = view.render(texture, background=ground)
    wish = torch.randn(picture.shape, generator=generator)
    (gradient,) = torch.autograd.grad((picture * wish).sum(), texture)
    given = {
        "mesh": data,
        "eye": eye,
        "target": target,
        "zoom": zoom,
        "texture": packed(texture),
        "wish": packed(wish),
        "picture": packed(picture),
        "gradient": packed(gradient),
    }
    body = """
    const camera = cameraAt(given.eye, given.target, given.zoom);
    const view = new View(new Mesh(given.mesh), camera, 96, 64, [0.2, 0.5, 0.9]);
    const covered = view.depths.filter(Number.isFinite).length;
    const picture = view.apply(floats(given.texture));
    return [covered, apart(picture, floats(given.picture)),
        apart(view.back(floats(given.wish)), floats(given.gradient))];
    """
    covered, picture_error, gradient_error = run(body, given)
    assert covered == view.mask.sum() and 0.1 < covered / size**2 < 0.95
    assert picture_error < 1e-4 and gradient_error < 1e-4


def test_cameras_of_a_texture_look_at_the_surface_from_its_front(run):
    data = load_script("notebooks/page_panels.py").small_model("bunny")
    body = """
    const mesh = new Mesh(given), next = uniform(1);
    return Array.from({ length: 40 }, () => {
        const camera = mesh.camera(next, 2), view = new View(mesh, camera, 33, 8, []);
        return [Math.hypot(...camera.eye), view.depths[16 * 33 + 16] < Infinity];
    });
    """
    distances, seen = zip(*run(body, data))
    assert min(distances) > 10 and max(distances) < 14 and len({*distances}) == 40
    assert sum(seen) == 40


def test_adam_takes_pytorchs_steps_uphill(in_chromium):
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(50, generator=generator).requires_grad_()
    start, slopes = packed(values), torch.randn(4, 50, generator=generator)
    optimizer = torch.optim.Adam([values], lr=0.05, maximize=True)
    steps = []
    for slope in slopes:
        values.grad = slope.clone()
        optimizer.step()
        steps.append(packed(values))
    errors = in_chromium(
        """
    const adam = new Adam(50), values = floats(given.start);
    return given.slopes.map((slope, k) => {
        adam.climb(values, floats(slope), 0.05);
        return apart(values, floats(given.steps[k]));
    });
    """,
        {"start": start, "slopes": [packed(each) for each in slopes], "steps": steps},
    )
    assert max(errors) < 1e-6


def test_adjoints_by_dot_products(run):
    """`<A x, y> = <x, Aᵀ y>` for what is linear: bases, and the network's layers
    between ReLUs, seen through the gradient of a gradient's own direction.
    """
    pairs = run(
        """
    const next = uniform(7), some = (n) => new Float32Array(n).map(() => next() - 0.5);
    const found = [];
    for (const size of [30, 75, 96]) {
        for (const name in BASES) {
            for (const part of BASES[name](size, { cells: 9 })) {
                const network = new Network({ layers: partOf(part, "part", 3) }, size);
                const { channels, height, width } = network.input;
                const x = some(channels * height * width), y = some(3 * size * size);
                const Ax = network.forward(x), Ay = finished(network.back({ part: y }));
                found.push([dot(Ax, y), dot(x, Ay)]);
            }
        }
        for (const continued of [false, true]) {
            const moves = new Moves(size, { continued }).look(next, {});
            const x = some(3 * size * size), y = some(3 * size * size);
            const grey = moves.apply(new Float32Array(x.length));
            const Ax = moves.apply(x).map((value, k) => value - grey[k]);
            found.push([dot(Ax, y), dot(x, moves.back(y))]);
        }
    }
    const kinds = [[3, 1, 1], [5, 2, 2], [1, 1, 0], [2, 3, 1]];
    const mesh = new Mesh(given);
    const view = new View(mesh, mesh.camera(next, 1.5), 40, 32, [0, 0, 0]);
    const texture = some(3 * 1024), picture = some(3 * 1600);
    found.push([dot(view.apply(texture), picture),
        dot(texture, view.back(picture))]);
    const roads = ["WebAssembly, fused", "WebAssembly", "plain JavaScript"];
    for (const channels of [4, 7]) { // of a Gram matrix, in the direction x
        const layer = { name: "g", kind: "gram", from: ["input"] };
        const model = { layers: [layer], mean: new Array(channels).fill(0), std: [1] };
        const network = new Network(model, 20, 30, roads[channels % 3]);
        const x = some(channels * 600), dx = some(channels * 600);
        const y = some(channels ** 2);
        const at = (step) => network.forward(x.map((v, k) => v + step * dx[k]));
        const [more, less] = [at(1), at(-1)];
        const dG = more.map((v, k) => (v - less[k]) / 2);
        network.forward(x);
        found.push([dot(dG, y), dot(dx, finished(network.back({ g: y })))]);
    }
    for (const [kernel, stride, padding] of kinds) {
        const shape = { kernel, stride, padding, inputs: 3, outputs: 6, kind: "conv" };
        const layer = { name: "c", from: ["input"], ...shape,
            weight: some(18 * kernel * kernel), bias: new Float32Array(6) };
        for (const road of roads) {
            const model = { layers: [layer], mean: [0], std: [1] };
            const network = new Network(model, 23, 30, road);
            const x = some(3 * 23 * 30), Ax = network.forward(x), y = some(Ax.length);
            found.push([dot(Ax, y), dot(x, finished(network.back({ c: y })))]);
        }
    }
    return found;
    """,
        load_script("notebooks/page_panels.py").small_model("bunny"),
    )
    assert len(pairs) == 42
    for one, other in pairs:
        assert one == pytest.approx(other, rel=2e-4, abs=2e-4) and one != 0


# ---- how long an answer takes --------------------------------------------------------


def test_what_begins_a_climb_takes_its_share_of_an_answer(run):
    """By a clock of its own: it ticks when it is looked at, and `seed`, which only a
    beginning asks for, takes longer than an answer may.
    """
    net = Network(nn.Sequential(nn.Conv2d(3, 4, 3)), image_size=(24, 24))
    found = run(
        """
        let clock = 0;
        Object.defineProperty(performance, "now", { value: () => ++clock });
        const told = [], port = { postMessage: (data) => told.push(data) };
        serve(port);
        const model = { ...given, classes: [] };
        port.onmessage({ data: { models: { own: model }, pictures: {} } });
        const settings = { size: 24, basis: "pixels", network: "own", wish: "0:1",
            rate: 0.05, road: "plain JavaScript",
            get seed() { clock += 100; return 1n; } };
        for (const id of [1, 2, 3]) {
            port.onmessage({ data: { id, settings, steps: null, patience: 60 } });
            while (told.length < id) await new Promise((done) => setTimeout(done));
        }
        return told.map(({ step, error, width, pixels }) =>
            ({ step, error, filled: pixels?.length === 4 * width ** 2 }));
        """,
        export_for_page(net),
    )
    assert [answer.get("error") for answer in found] == [None] * 3
    assert all(answer["filled"] for answer in found)
    steps = [answer["step"] for answer in found]
    assert steps[0] == 0 < steps[1] < steps[2]


# ---- where the kernels come from -----------------------------------------------------


def test_the_kernels_are_what_their_checksums_say():
    text = (ENGINE / "kernels.js").read_text(encoding="utf-8")
    found = re.findall(r'sha256: "(\w+)",\s+wasm:\s+((?:"[^"]+"[ +\n]*)+)', text)
    assert len(found) == 2
    for checksum, quoted in found:
        data = base64.b64decode("".join(re.findall(r'"([^"]+)"', quoted)))
        assert hashlib.sha256(data).hexdigest() == checksum


def test_the_generator_writes_the_same_kernels(tmp_path):
    node, modules = shutil.which("node"), ROOT / ".cache" / "node_modules"
    if node is None or not (modules / "wabt").is_dir():
        pytest.skip("npm's wabt is not installed: `make kernels` gets it")
    made = tmp_path / "kernels.js"
    subprocess.run([node, ENGINE / "make_kernels.mjs", modules, made], check=True)
    assert made.read_text() == (ENGINE / "kernels.js").read_text()


def test_the_engine_is_small_enough_to_read():
    lines = [
        line
        for path in ENGINE.iterdir()
        if path.name != "kernels.js"
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) <= 1614, "about 190 of them for graphics cards"
    assert max(map(len, lines)) <= 120
