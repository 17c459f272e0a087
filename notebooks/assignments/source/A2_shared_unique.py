# %% [markdown]
# # Assignment 2: frames that share what they show
#
# **Six pictures, optimized side by side, turn a daisy into a star without a jump, once
# the parameters say what the six have in common.**
#
# This assignment builds section 1 of [*Differentiable Image
# Parameterizations*](https://distill.pub/2018/differentiable-parameterizations/#section-aligned-interpolation),
# *aligned interpolation*: four functions of two to six lines, then an experiment. It
# takes 45 to 60 minutes. You need to have optimized a picture once (assignment 1).
#
# | | | minutes |
# |---|---|---|
# | 2.1 | the objective of a film | 10 |
# | 2.2, 2.3 | few pictures for many frames, and what all frames share | 20 |
# | 2.4 | the other way: a penalty | 8 |
# | 2.5 | an experiment: how much should be shared? | 12 |
# | 2.6 | an idea of your own | 10 |
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
import matplotlib.pyplot as plt
import torch
from torch.nn.functional import interpolate

from dputils.book import frame_change
from dputils.checks import check, exercise
from dputils.color import decorrelated_to_rgb
from dputils.images import FourierBasis
from dputils.media import show_filmstrip
from dputils.networks import load_network
from dputils.objectives import Objective
from dputils.optimize import maximize

# %% [markdown]
# Put your name or number into `student_id`. The checks draw their shapes and values
# from it, so your numbers differ from your neighbour's.

# %% tags=["parameters"]
student_id = ""
network_name, first_class, second_class = "patternnet", "daisy", "star"
size, frames, steps, lr = 64, 6, 64, 0.05
levels = [4, 8, 16, 32, 64]

# %% [markdown]
# ## The problem
#
# A network that knows daisies and stars also knows what is half of each. Ask for the
# steps between, and you get a film. But each frame is a problem with many solutions,
# and each frame finds its own: a petal that points up in one points sideways in the
# next. The film flickers, although every single frame is good.
#
# ![three filmstrips: each for itself, shared and unique, asked to
# agree](attachment:films)
#
# **Figure A2.1** *What you should get at the end of exercise 2.4.* Above, every frame
# on its own. In the middle, frames that share most of their parameters. Below, frames
# that are asked to agree. Choose one petal in the first frame and follow it to the
# right.
#
# ## Exercise 2.1: From one thing to another
#
# <!-- MARKS 2.1: difficulty 1, importance 2, 10 minutes -->
#
# Let $a_k$ be the score for the first class in frame $k$, $b_k$ the score for the
# second, $k = 0, \dots, B-1$. The first frame should want only the first class, the
# last only the second, those between something of both:
#
# $$\sum_k (1 - t_k)\, a_k + t_k\, b_k, \qquad t_k = \frac{k}{B - 1}$$
#
# <!-- NUDGE -->
# What are the first and the last $t_k$, and how many steps lie between them? With $B$
# frames it is not $B$.
# <!-- FORMULA -->
# $t = (0, 1, \dots, B-1) / (B-1)$, a tensor $(B,)$; then $\sum (1-t)\,a + t\,b$,
# element by element.
# <!-- LINE -->
# ```python
# t = torch.arange(count) / ...
# ```
# <!-- FOLDED -->


# %%
@exercise("2.1")
def interpolation_objective(first, second):
    """Weighted sum over frames of the scores first (B,) and second (B,), from all first
    to all second: a number.
    """
    # BLANK 2 to 3 lines
    count = len(first)
    t = torch.arange(count) / (count - 1)
    return ((1 - t) * first + t * second).sum()
    # END


# %%
check("2.1", interpolation_objective, student=student_id)

# %% [markdown]
# ## Exercise 2.2: Few pictures, many frames
#
# <!-- MARKS 2.2: difficulty 3, importance 1, 12 minutes -->
#
# The parts of a film that change slowly need not be stored for every frame. Two
# pictures, the one at the beginning and the one at the end, blended in between, are
# enough for a slow change; three for one with a turn. Write the blending for $n \geq 2$
# pictures: frame $k$ of `frames` stands at the position $k\,(n-1)/(\text{frames}-1)$
# among the pictures $0, \dots, n-1$, and is the weighted mean of the two pictures
# around it.
#
# <!-- NUDGE -->
# Split each position into a whole number, which says between which two pictures the
# frame stands, and the rest, which says how to weigh them. What happens at the very
# last frame, where there is no next picture?
# <!-- FORMULA -->
# With position $p_k$ and $b_k = \min(\lfloor p_k \rfloor,\, n-2)$: frame $k$ is $(1 -
# t_k)\,\text{low}[b_k] + t_k\,\text{low}[b_k + 1]$, $t_k = p_k - b_k$. A tensor of
# whole numbers picks many pictures at once: `low[b]` is $(\text{frames}, C, H, W)$.
# <!-- LINE -->
# ```python
# before = position.long().clamp(max=...)
# ```
# <!-- FOLDED -->


# %%
@exercise("2.2")
def stretch(low, frames):
    """Linear interpolation of n >= 2 pictures low (n, C, H, W) to a film
    (frames, C, H, W), ends included.
    """
    # BLANK 4 to 6 lines
    position = torch.arange(frames) * (len(low) - 1) / (frames - 1)
    before = position.long().clamp(max=len(low) - 2)
    t = (position - before)[:, None, None, None]
    return (1 - t) * low[before] + t * low[before + 1]
    # END


# %%
check("2.2", stretch, student=student_id)

# %% [markdown]
# ## Exercise 2.3: What all frames share
#
# <!-- MARKS 2.3: difficulty 1, importance 3, 8 minutes -->
#
# Now the main idea. Give the film two kinds of parameters, and add them up:
#
# - *unique*: pictures of their own for the frames, shape $(B, 3, H, W)$;
# - *shared*: a few small pictures $(1, 3, h, w)$ of different sizes, enlarged to
#   $H \times W$, the same for all frames.
#
# A gradient that all frames agree on moves the shared part, and moves it $B$ times as
# fast; what they do not agree on stays with the frames. Add first and squash once: the
# sigmoid comes at the very end. Enlarge with
# `interpolate(..., mode="bilinear", align_corners=False)`.
#
# <!-- NUDGE -->
# Bring everything to one size and add up; one picture goes with all frames by
# broadcasting. Where does the sigmoid belong if the parts are to *share* a pixel's
# brightness?
# <!-- FORMULA -->
# $\sigma\big(\text{unique} + \sum_i
# \text{enlarge}(\text{shared}_i)\big)$: one sigmoid of one sum, $(B, 3, H, W) + (1, 3,
# H, W)$.
# <!-- LINE -->
# ```python
# total = total + interpolate(low, ...)
# ```
# <!-- FOLDED -->


# %%
@exercise("2.3")
def shared_plus_unique(unique, shared):
    """Sigmoid of unique (B, 3, H, W) plus every one of shared, a list of (1, 3, h, w),
    enlarged: (B, 3, H, W).
    """
    # BLANK 3 to 5 lines
    total = unique
    full = dict(size=unique.shape[2:], mode="bilinear", align_corners=False)
    for low in shared:
        total = total + interpolate(low, **full)
    return torch.sigmoid(total)
    # END


# %%
check("2.3", shared_plus_unique, student=student_id)

# %% [markdown]
# `Film` puts it together. `levels` says how large the shared pictures are. Besides
# waves for every frame (assignment 1) there is a slow change between two small
# pictures, for which it uses your `stretch`; `weight` says how much these two count.
# Without `levels` nothing is shared, and every frame is on its own.


# %%
class Film(torch.nn.Module):
    def __init__(self, levels, weight=1.0, seed=0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)

        def small(count, side):
            values = torch.randn(count, 3, side, side, generator=generator)
            return torch.nn.Parameter(0.01 * values)

        self.weight = weight
        self.waves = FourierBasis(size, batch=frames, generator=generator)
        self.shared = torch.nn.ParameterList([small(1, side) for side in levels])
        self.ends = small(2, 16) if levels else None

    def forward(self):
        unique = self.waves()
        if self.ends is not None:
            slow = stretch(self.ends, frames)
            slow = interpolate(slow, size=(size, size), mode="bilinear")
            unique = unique + slow
        unique = self.weight * decorrelated_to_rgb(unique)
        shared = [decorrelated_to_rgb(low) for low in self.shared]
        return shared_plus_unique(unique, shared)


# %% [markdown]
# ## Exercise 2.4: Or ask the frames to agree
#
# <!-- MARKS 2.4: difficulty 1, importance 2, 8 minutes -->
#
# There is another way to say the same: leave the parameters alone and punish frames
# that differ. Compare the *features* of neighbouring frames, that is their activations
# in a middle layer, so that it is the things in them that have to agree and not the
# pixels. The penalty is the mean of the squared differences of neighbours, over
# everything.
#
# <!-- NUDGE -->
# All frames but the last, and all frames but the first: two tensors in which neighbours
# stand at the same index.
# <!-- FORMULA -->
# $\operatorname{mean}_{k c h w}\,(F_{k+1} - F_k)^2$: $B - 1$ pairs, and one mean over
# everything.
# <!-- LINE -->
# ```python
# earlier, later = features[...], features[...]
# ```
# <!-- FOLDED -->


# %%
@exercise("2.4")
def alignment_penalty(features):
    """Mean squared difference between neighbouring frames' features (B, C, H, W): a
    number.
    """
    # BLANK 1 to 3 lines
    earlier, later = features[:-1], features[1:]
    return ((later - earlier) ** 2).mean()
    # END


# %%
check("2.4", alignment_penalty, student=student_id)

# %%
network = load_network(network_name)
ends = [network.classes.index(name) for name in (first_class, second_class)]


def shoot(film, agreement=0.0):
    """Optimize a film; the frames (B, 3, size, size)."""

    def objective(activations):
        scores = activations["logits"]
        wanted = interpolation_objective(scores[:, ends[0]], scores[:, ends[1]])
        return wanted - agreement * alignment_penalty(activations["conv4"])

    wanted = Objective(objective, ["conv4", "logits"], "a film")
    maximize(film, wanted, network, steps=steps, lr=lr, progress=False)
    return film().detach()


def score(film):
    """The objective of the finished frames, per frame."""
    with torch.no_grad():
        scores = network.logits(film)
    first, second = scores[:, ends[0]], scores[:, ends[1]]
    return interpolation_objective(first, second).item() / frames


def describe(films):
    """Print two numbers of each film, `{name: frames}`."""
    for name, film in films.items():
        print(
            f"{name}: change from frame to frame {frame_change(film).mean():.3f}, "
            f"objective {score(film):.1f} a frame"
        )


# %% tags=["expected-films"]
films = {
    "each for itself": shoot(Film([])),
    "shared + unique": shoot(Film(levels, weight=0.5)),
    "asked to agree": shoot(Film([]), agreement=200.0),
}
show_filmstrip(*films.values(), titles=list(films), width=760, quality=80)
describe(films)

# %% [markdown]
# Compare with Figure A2.1. Sharing costs next to nothing of the objective, and the
# change from frame to frame falls to a fraction. The numbers are the root mean square
# change of the blurred pixels, and the mean of the wanted scores.
#
# **Question.** The penalty does the same job. What does it need that sharing does not?
#
# <!-- ANSWER -->
# A weight, which has to fit the scale of the scores and of the features: too small and
# nothing agrees, too large and all frames become one. And a layer whose agreement is
# what we mean by agreement. Sharing needs neither, but it must know *beforehand* what
# is common: positions, here.
# <!-- FOLDED -->
#
# **Question.** Every film that shared and unique parts can show, the unique part alone
# can show too. So what does sharing add?
#
# <!-- ANSWER -->
# No picture, but a direction. A gradient that all $B$ frames agree on moves the shared
# part once for each of them, so what they have in common grows faster than what they do
# not. The optimizer stops early on a path where the common part leads.
# <!-- FOLDED -->
#
# ## Experiment 2.5: How much should be shared?
#
# In `Film`, `weight` scales the unique part. With weight 0 nothing is left of it; with
# a large weight the shared part hardly matters. Where does the film change least while
# it still goes from a daisy to a star?
#
# <!-- RUBRIC 2.5 -->
#
# #### Your prediction (2.5)
#
# <!-- BLANK -->
# With weight 0 all frames are the same, so the change is zero and the objective poor:
# one picture cannot be both. From there the change will rise with the weight, and the
# objective will rise quickly and then stay.
# <!-- END -->

# %%
# Experiment 2.5
# BLANK your sweep and your plot
weights = [0.0, 0.1, 0.25, 0.5, 1.0, 2.0]
swept = [shoot(Film(levels, weight=weight)) for weight in weights]
few, titles = [swept[0], swept[2], swept[-1]], ["weight 0", "weight 0.25", "weight 2"]
show_filmstrip(*few, titles=titles, width=700, quality=75)
figure, (upper, lower) = plt.subplots(1, 2, figsize=(8, 2.8))
upper.plot(weights, [frame_change(film).mean() for film in swept], "o-")
lower.plot(weights, [score(film) for film in swept], "o-")
upper.set(xlabel="weight of the unique part", ylabel="change from frame to frame")
lower.set(xlabel="weight of the unique part", ylabel="objective a frame")
plt.tight_layout()
# END

# %% [markdown]
# #### Your finding (2.5), one sentence
#
# <!-- BLANK -->
# From weight 0 to 0.25 the objective rises from 5.6 to 9.3 a frame and then hardly any
# more, while the change from frame to frame goes on rising, from 0.03 there to 0.08 at
# weight 2: a quarter is enough, as predicted.
# <!-- END -->
#
# ## 2.6 An idea of your own
#
# Some starts: which sizes of the shared pictures matter, the coarse ones or the fine
# ones? Share between *different* classes, five of them, without asking for a film. Does
# the penalty do better at an early layer or a late one? Two classes that have nothing
# in common, `"checker"` and `"cat"`? Ask one question, make one run, say what you saw.
#
# <!-- RUBRIC 2.6 -->

# %%
# Experiment 2.6
# BLANK your own
halves = {
    "coarse only": shoot(Film([4, 8], weight=0.5)),
    "fine only": shoot(Film([32, 64], weight=0.5)),
}
show_filmstrip(*halves.values(), titles=list(halves), width=700, quality=75)
describe(halves)
# END

# %% [markdown]
# #### Your question and what you saw (2.6)
#
# <!-- BLANK -->
# Is it the coarse or the fine shared pictures that align the film? Either will do: the
# change is 0.052 with the two coarse ones alone and 0.043 with the two fine ones,
# against 0.147 with none. The fine ones cost more of the objective, 8.0 a frame against
# 9.5.
# <!-- END -->
#
# ## Where to go from here
#
# The book's notebook *Aligned interpolation* measures both ways on many pairs and
# seeds. In `dputils.images` the shared parts are called `LowResBasis`: small tensors,
# stretched along any of their axes, the frames among them.
