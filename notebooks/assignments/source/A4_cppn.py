# %% [markdown]
# # Assignment 4: a picture without pixels
#
# **Store a picture in the weights of a small network that maps a place to a colour, and
# it has no resolution: draw it at any size, zoom into it, mix it with another.**
#
# This assignment builds the third parameterization of [*Differentiable Image
# Parameterizations*](https://distill.pub/2018/differentiable-parameterizations/#section-xy2rgb):
# a *compositional pattern-producing network*, CPPN for short. Five functions of two to
# seven lines, then an experiment. It takes 45 to 60 minutes. You need to have trained a
# small network in PyTorch once.
#
# | | | minutes |
# |---|---|---|
# | 4.1, 4.2 | places, and an activation | 14 |
# | 4.3, 4.4 | weights, and the picture that they hold | 14 |
# | 4.5 | a picture between two pictures | 7 |
# | 4.6 | an experiment: how deep should it be? | 15 |
# | 4.7 | an idea of your own | 8 |
#
# **How it works.** Replace `raise NotImplementedError()` by your code, run the cell,
# then run the check below it. A check takes a second and tells you what is wrong, not
# only that something is. A blank that you leave empty does no harm: the notebook says
# which exercise waits and goes on with the reference.
#
# **How hard, how long.** Three circles say how difficult an exercise is, three how
# important it is for what follows; minutes are meant for a first attempt. Below stand
# three folded hints: a nudge, a formula, a line. Open one, try again, and only then
# open the next. Questions have folded answers: answer first, in your head.

# %% tags=["colab"]
# The cell that installs the package in Colab: notebooks/badges.py has it, build.py
# puts it here.

# %% tags=["imports"]
import math

import matplotlib.pyplot as plt
import torch

from dputils.book import spectral_centroid
from dputils.checks import check, exercise
from dputils.cppn import composite
from dputils.media import show_filmstrip, show_images
from dputils.networks import load_network
from dputils.objectives import logit
from dputils.optimize import maximize

# %% [markdown]
# Put your name or number into `student_id`. The checks draw their shapes and values
# from it, so your numbers differ from your neighbour's.

# %% tags=["parameters"]
student_id = ""
things = ["peacock", "eye", "heart"]
size, shown = 72, 216  # pixels while it learns, and when it is shown
depth, units = 8, 24  # hidden layers, and units in each
steps, lr = 100, 0.01

# %% [markdown]
# ## The problem
#
# A picture is a table: so many rows, so many columns, a colour in each cell. Enlarge
# the table and you see its cells. A picture can also be a *function*: ask about a place
# $(x, y)$, get a colour. The function knows no cells. If it is a small neural network,
# it can be trained, and the same gradient that would have changed pixels changes its
# weights. Here is where this notebook ends:
#
# ![a peacock, an eye and a heart, whole and enlarged five times](attachment:grown)
#
# **Figure A4.1** *What you should get at the end of exercise 4.4.* Three networks of
# 8,451 numbers each have learned to paint what a classifier wants to see. It looked at
# 72 × 72 pixels only. Above, the pictures drawn three times as large; below, a part of
# each, enlarged five times. There are no pixels to be found, however near you go.
#
# ## Exercise 4.1: Where the pixels are
#
# <!-- MARKS 4.1: difficulty 2, importance 2, 9 minutes -->
#
# The network never sees anything but places. Let a picture reach from $-\sqrt3$ to
# $\sqrt3$ in both directions: numbers spread evenly over that range have variance 1,
# which is what networks like to be fed. A pixel is a little square, and its place is
# its *middle*. So with 3 columns, the edges of the columns lie at
# $-\sqrt3, -\sqrt3/3, \sqrt3/3, \sqrt3$, and the three middles halfway between.
#
# The result has the shape of a picture of two channels: $x$, which grows to the right,
# then $y$, which grows downwards.
#
# <!-- NUDGE -->
# On paper, for 3 columns: where are the three middles if the edges are at 0, 1, 2, 3?
# Now stretch 0 … 3 to $-\sqrt3 \dots \sqrt3$. `linspace` between the ends would put the
# first and the last place on the edges.
# <!-- FORMULA -->
# $x_k = \sqrt3 \left( \frac{2k + 1}{W} - 1 \right)$, and the same for $y$ with $H$.
# `torch.meshgrid(y, x, indexing="ij")` makes two tables of them.
# <!-- LINE -->
# ```python
# return torch.stack([x, y])[None]
# ```
# <!-- FOLDED -->


# %%
@exercise("4.1")
def grid(height, width):
    """The middles of a picture's pixels, (1, 2, height, width): x, then y; the edges
    are at ±√3.
    """
    # BLANK 3 to 5 lines
    x = math.sqrt(3) * ((2 * torch.arange(width) + 1) / width - 1)
    y = math.sqrt(3) * ((2 * torch.arange(height) + 1) / height - 1)
    y, x = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([x, y])[None]
    # END


# %%
check("4.1", grid, student=student_id)

# %%
seen = (grid(120, 120)[0] / math.sqrt(3) + 1) / 2
both = torch.cat([seen, 0.5 * torch.ones_like(seen[:1])])
tiles = [seen[:1].expand(3, -1, -1), seen[1:].expand(3, -1, -1), both]
show_images(tiles, ["x", "y", "both, as red and green"], width=520)

# %% [markdown]
# **Figure A4.2** *All that the network will know of the world.* Dark is $-\sqrt3$,
# bright is $\sqrt3$. In the third picture every place has a colour of its own. That is
# why a function of the place can say something else everywhere.
#
# **Question.** The network is smooth. How can it paint a sharp edge?
#
# <!-- ANSWER -->
# With large weights: $\arctan(w x)$ turns from one end to the other within about $1/w$.
# Every layer can steepen what comes from the one before, so slopes multiply along the
# depth. At the start the weights are small enough that nothing is steep; edges have to
# be learned, and grain would have to be learned pixel by pixel, which no few thousand
# weights can do.
# <!-- FOLDED -->
#
# ## Exercise 4.2: An activation with two faces
#
# <!-- MARKS 4.2: difficulty 1, importance 1, 5 minutes -->
#
# Each hidden unit mixes its inputs to a number $z$ and bends it. The article's bend is
# $u = \arctan z$, and it passes on both $u$ and $u^2$: one half of the outputs is odd
# in $z$, for slopes, the other half is even, for ridges and rings.
#
# If $z$ is normal with variance 1, the mean square of $u$ is $0.67^2$, and that of
# $u^2$ is $0.6^2$. Divide each by its own number and both come out with mean square 1.
# The next layer then starts where this one did, and ten layers are as loud as one.
#
# <!-- NUDGE -->
# Compute $\arctan z$ once, and put two versions of it next to each other. Along which
# axis are the channels?
# <!-- FORMULA -->
# $[\,u / 0.67,\; u^2 / 0.6\,]$ along axis 1: $C$ channels become $2C$, all the odd ones
# first.
# <!-- LINE -->
# ```python
# return torch.cat([..., ...], 1)
# ```
# <!-- FOLDED -->


# %%
@exercise("4.2")
def activate(z):
    """atan(z) / 0.67 and atan(z)² / 0.6 side by side: (N, C, P) -> (N, 2C, P)."""
    # BLANK 2 lines
    u = torch.atan(z)
    return torch.cat([u / 0.67, u**2 / 0.6], 1)
    # END


# %%
check("4.2", activate, student=student_id)

# %% [markdown]
# ## Exercise 4.3: How large to begin
#
# <!-- MARKS 4.3: difficulty 1, importance 2, 5 minutes -->
#
# A unit adds up all its inputs, each times a weight. With $n$ inputs of mean square 1
# and independent weights of variance 1, what is the variance of the sum? Make it 1, by
# dividing the weights by the right number, and ten layers are as loud as one.
#
# The last layer is different. If its weights are zero, every place gets the same
# colour, and the picture begins as flat grey: nothing has been decided yet. You get
# standard normal numbers for all layers; make weights of them.
#
# <!-- NUDGE -->
# The shape of a layer tells how many numbers each of its units adds up. Which axis is
# it?
# <!-- FORMULA -->
# $w_l = n_l / \sqrt{\text{in}_l}$ with $\text{in}_l$ = `layer.shape[1]`; the last one
# is all zeros, of its own shape. Do not write into the numbers you were given.
# <!-- LINE -->
# ```python
# weights = [layer / ... for layer in normals]
# ```
# <!-- FOLDED -->


# %%
@exercise("4.3")
def scaled(normals):
    """Weights from a tuple of normal numbers (out, in): each over √in, those of the
    last layer zero; a tuple again.
    """
    # BLANK 2 to 4 lines
    weights = [layer / math.sqrt(layer.shape[1]) for layer in normals]
    weights[-1] = torch.zeros_like(weights[-1])
    return tuple(weights)
    # END


# %%
check("4.3", scaled, student=student_id)

# %% [markdown]
# ## Exercise 4.4: Paint it
#
# <!-- MARKS 4.4: difficulty 2, importance 3, 9 minutes -->
#
# Now the picture. Every pixel's place goes through the same layers, and comes out as a
# colour. A layer multiplies by its weight $(\text{out}, \text{in})$ and adds its bias
# $(\text{out},)$. After all layers but the last comes the activation; use `composite`,
# the package's, so that a mistake in 4.2 does not follow you here. The last layer's
# three numbers become colours between 0 and 1 by a sigmoid.
#
# No pixel may ask what its neighbours are doing. If one did, a part of the picture,
# drawn alone, would look different.
#
# <!-- NUDGE -->
# Let the pixels be one long axis, $(1, 2, P)$: then a layer is a matrix product, the
# same for every pixel. A bias is one number a unit: which axis must it stand on to be
# added?
# <!-- FORMULA -->
# $x \leftarrow \text{composite}(W_l\, x +
# b_l)$ for all layers but the last, with $b_l$ as $(\text{out}, 1)$; then $\sigma(W_L\,
# x + b_L)$, and $P \to (H, W)$.
# <!-- LINE -->
# ```python
# x = composite(weight @ x + ...)
# ```
# <!-- FOLDED -->


# %%
@exercise("4.4")
def paint(coordinates, weights, biases):
    """The picture (1, 3, H, W) that a network, weights (out, in) and biases (out,),
    paints at (1, 2, H, W).
    """
    # BLANK 5 to 8 lines
    x = coordinates.flatten(2)
    for weight, bias in zip(weights[:-1], biases[:-1]):
        x = composite(weight @ x + bias[:, None])
    x = torch.sigmoid(weights[-1] @ x + biases[-1][:, None])
    return x.unflatten(2, coordinates.shape[2:])
    # END


# %%
check("4.4", paint, student=student_id)

# %% [markdown]
# Before it learns anything, look at its handwriting. `Painter` keeps weights and biases
# as parameters. With `loud`, the last layer is not zero but random.
#
# ![two rows of random paintings: soft folds above, flat or torn ones
# below](attachment:random)
#
# **Figure A4.3** *What you should get.* Above: six networks with random weights, scaled
# as they should be. Neighbouring places have nearly the same coordinates, so they get
# nearly the same colour, and what comes out is soft folds and not noise. Below: the
# same numbers without the $\sqrt{\text{in}}$. Every layer is too loud for the next, the
# arctangents are driven to their ends, and the picture is torn to pieces.


# %%
class Painter(torch.nn.Module):
    def __init__(self, depth=depth, seed=0, loud=0.0, scale=True):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        shapes = [(units, 2), *[(units, 2 * units)] * (depth - 1), (3, 2 * units)]
        normals = tuple(torch.randn(shape, generator=generator) for shape in shapes)
        weights = scaled(normals)
        if loud:
            hidden = weights[:-1] if scale else normals[:-1]
            weights = [*hidden, loud * normals[-1] / math.sqrt(2 * units)]
        self.weights = torch.nn.ParameterList(weights)
        self.biases = torch.nn.ParameterList(torch.zeros(shape[0]) for shape in shapes)

    def forward(self, places=None):
        places = grid(size, size) if places is None else places
        return paint(places, list(self.weights), list(self.biases))


# %% tags=["expected-random"]
with torch.no_grad():
    random = [
        Painter(seed=seed, loud=2.5, scale=scale)(grid(104, 104))[0]
        for scale in (True, False)
        for seed in range(6)
    ]
show_images(random, columns=6, rows=["scaled", "not scaled"], width=660, quality=70)


# %% [markdown]
# Now let a classifier say what it wants to see. Several painters work side by side,
# each for a class of its own.


# %%
class Album(torch.nn.ModuleList):
    """Several pictures as one batch."""

    def forward(self):
        return torch.cat([painter() for painter in self])


def teach(painters, classes, steps=steps):
    """Train painter k until the network sees classes[k]; the pictures
    (N, 3, size, size).
    """
    goal = sum(logit(name, batch=k) for k, name in enumerate(classes))
    options = dict(steps=steps, lr=lr, transforms=[], progress=False)
    maximize(Album(painters), goal, network, **options)
    return Album(painters)().detach()


network = load_network("patternnet")

# %% tags=["expected-grown"]
painters = [Painter(seed=seed) for seed in range(len(things))]
teach(painters, things)
spots = [(0.75, -0.55), (0.2, -0.3), (-1.0, -0.95)]  # x and y of where to look closely
whole, near, places = [], [], grid(shown, shown)
with torch.no_grad():
    for painter, spot in zip(painters, spots):
        whole.append(painter(places)[0])
        near.append(painter(places / 5 + torch.tensor(spot).view(1, 2, 1, 1))[0])
titles, rows = [*things, "", "", ""], ["whole", "5 times"]
show_images([*whole, *near], titles, columns=3, rows=rows, width=660, quality=80)

# %% [markdown]
# Compare with Figure A4.1. Smooth areas, sharp edges, no grain: the handwriting has
# stayed. The lower row was never seen by the classifier. At five times the size it
# would have been a mosaic of 14 × 14 cells, had the picture been a table.
#
# **Question.** 8,451 weights against 15,552 numbers in a picture of 72 × 72 pixels: is
# it the small number of weights that keeps the grain out?
#
# <!-- ANSWER -->
# Hardly. Twelve layers have more weights, and the picture is finer, but not noisy; a
# table with as few numbers, 53 × 53 pixels, gets noise as every table does. It is *what
# one weight does* that counts: each acts on the whole picture at once, so a step of the
# optimizer changes all of it in a coherent way.
# <!-- FOLDED -->
#
# ## Exercise 4.5: A picture between two pictures
#
# <!-- MARKS 4.5: difficulty 1, importance 1, 7 minutes -->
#
# Mix the *pixels* of two pictures and you get a double exposure. Mix the *weights* of
# two networks and you get a third network, which paints something of its own. With a
# share $s$ of the second,
#
# $$w = \big((1 - s)\, w_1 + s\, w_2\big) \cdot \big(1 + e \cdot s\,(1 - s)\big).$$
#
# Two details come from the original notebook. The share does not grow evenly with the
# time $t$ but along a cosine, $s = (1 - \cos \pi t) / 2$, so that the film starts and
# stops gently. And the mean of two unrelated sets of weights is too small (where they
# have opposite signs, they cancel), so the weights are enlarged in the middle, by an
# exaggeration $e$.
#
# <!-- NUDGE -->
# Two numbers depend on $t$ alone: the share and the factor. Compute them once, then
# treat every pair of tensors alike.
# <!-- FORMULA -->
# $s = (1 - \cos \pi t)/2$ and $1 + e\,s\,(1 - s)$ are plain numbers (`math.cos` will
# do); `zip` pairs the tensors.
# <!-- LINE -->
# ```python
# return tuple(... for a, b in zip(first, second))
# ```
# <!-- FOLDED -->


# %%
@exercise("4.5")
def between(first, second, t, exaggeration):
    """Weights at time t, 0 to 1, on the way from first to second (tuples of tensors); a
    tuple again.
    """
    # BLANK 3 to 5 lines
    s = (1 - math.cos(math.pi * t)) / 2
    factor = 1 + exaggeration * s * (1 - s)
    return tuple(((1 - s) * a + s * b) * factor for a, b in zip(first, second))
    # END


# %%
check("4.5", between, student=student_id)

# %% [markdown]
# ![a film strip from a peacock to a heart, as pixels above and as weights
# below](attachment:morph)
#
# **Figure A4.4** *What you should get.* Above, pixels are mixed: at half time both
# pictures are there, half as strong. Below, weights are mixed: the one dissolves, for a
# moment there is a blurred picture that is neither, and the other condenses out of it.

# %% tags=["expected-morph"]
start, end = painters[0], painters[2]
mixed, faded, places = [], [], grid(104, 104)
with torch.no_grad():
    for time in torch.linspace(0, 1, 9).tolist():
        weights = between(tuple(start.weights), tuple(end.weights), time, 1.0)
        biases = between(tuple(start.biases), tuple(end.biases), time, 1.0)
        mixed.append(paint(places, weights, biases))
        faded.append((1 - time) * start(places) + time * end(places))
films = torch.cat(faded), torch.cat(mixed)
show_filmstrip(*films, titles=["pixels", "weights"], width=900, quality=80)

# %% [markdown]
# ## Experiment 4.6: How deep should it be?
#
# The painters had 8 hidden layers. What do 1, 2, 4 or 12 do to the picture? Everything
# else stays: units, steps, class, step size.
#
# <!-- RUBRIC 4.6 -->
#
# #### Your prediction (4.6)
#
# <!-- BLANK -->
# One layer can only draw ridges across the whole picture, so it will look like crossed
# bars of fog. With every layer folds can be folded again, and there will be more
# detail: the spectral centroid will rise with depth, and so will the score, up to some
# depth at which 100 steps are not enough any more.
# <!-- END -->

# %% [markdown]
# Sweep the depth.
# `teach([Painter(depth=d, seed=0), Painter(depth=d, seed=1)], ["peacock"] *
# 2)` teaches two painters the same thing, so that you see whether a difference is luck.
# Two numbers may help: `spectral_centroid(pictures)` is the mean frequency of a
# picture, in cycles per pixel, and `verdict(pictures, name)` the network's score of a
# class.


# %%
def verdict(pictures, name):
    """The network's score of a class, (N,)."""
    with torch.no_grad():
        return network.logits(pictures)[:, network.classes.index(name)]


# %%
# Experiment 4.6
# BLANK your sweep
depths = [1, 2, 4, 8, 12]
taught = []
for d in depths:
    painters_of_depth = [Painter(depth=d, seed=seed) for seed in (0, 1)]
    taught.append(teach(painters_of_depth, ["peacock"] * 2))
tiles = [pictures[k] for k in (0, 1) for pictures in taught]
titles = [f"depth {d}" for d in depths] + [""] * 5
show_images(tiles, titles, columns=5, width=700, quality=75)
# END

# %%
# BLANK your plot
centroids = torch.stack([spectral_centroid(pictures) for pictures in taught])
verdicts = torch.stack([verdict(pictures, "peacock") for pictures in taught])
figure, panels = plt.subplots(1, 2, figsize=(8, 2.8))
panels[0].plot(depths, centroids, "o-")
panels[1].plot(depths, verdicts, "o-")
panels[0].set(xlabel="hidden layers", ylabel="mean frequency, cycles per pixel")
panels[1].set(xlabel="hidden layers", ylabel="score of peacock")
plt.tight_layout()
plt.show()
# END

# %% [markdown]
# #### Your finding (4.6), one sentence
#
# <!-- BLANK -->
# The mean frequency rises with every step of depth, from 0.03 cycles per pixel with one
# layer to 0.25 with twelve, but the score stops rising at 4 layers, near 20. So more
# depth means finer drawing, as predicted, and the classifier has seen enough before
# that.
# <!-- END -->
#
# ## 4.7 An idea of your own
#
# Some starts: another activation in `paint` (sine, ReLU, |z|), and what it does to the
# handwriting; the distance from the middle as a third input; a picture larger than what
# was learned, `grid(…) * 2`, to see what lies outside the frame; a film through three
# painters. Ask one question, make one run, say what you saw.
#
# <!-- RUBRIC 4.7 -->

# %%
# Experiment 4.7
# BLANK your own
with torch.no_grad():
    outside = [painter(3 * grid(shown, shown))[0] for painter in painters]
show_images(outside, things, columns=3, width=660, quality=85)
# END

# %% [markdown]
# #### Your question and what you saw (4.7)
#
# <!-- BLANK -->
# What is outside the frame? The function has values there too, although nobody ever
# asked for them. The heart and the eye stand alone on a plain ground, as on a sheet of
# paper. The peacock's arcs run out into rays, because far from the middle every
# arctangent is at its end and only the direction counts.
# <!-- END -->
#
# ## Where to go from here
#
# The book's notebook *A picture without pixels* goes on with four activations, a
# training film and shaders that run in a browser. In `dputils` your functions are
# called `coordinate_grid`, `CPPN` and `interpolate_weights`.
