# %% [markdown]
# # Assignment 0: what a gradient says about a picture
#
# **One gradient, four questions: which pixels matter, what would fool the network, what
# would it like to see, and what does a layer still know?**
#
# A warm-up for [*Differentiable Image
# Parameterizations*](https://distill.pub/2018/differentiable-parameterizations/).
# Everything in that article is done with the gradient of a network's answer with
# respect to its *input*. Here you compute that gradient and use it in five functions of
# two to nine lines. It takes 45 to 60 minutes. You need to have seen `backward()`
# once.
#
# | | | minutes |
# |---|---|---|
# | 0.1 | saliency: which pixels matter | 10 |
# | 0.2 | adversarial pictures: one step of an attack | 10 |
# | 0.3, 0.4 | class visualization: what the network would like to see | 12 |
# | 0.5 | feature inversion: what a layer still knows | 10 |
# | 0.6 | an experiment: how far is it to another answer? | 10 |
# | 0.7 | an idea of your own | 8 |
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

from dputils.checks import check, exercise
from dputils.data import sample_image
from dputils.images import random_image
from dputils.media import show_images
from dputils.networks import load_network

# %% [markdown]
# Put your name or number into `student_id`. The checks draw their shapes and values
# from it, so your numbers differ from your neighbour's.

# %% tags=["parameters"]
student_id = ""
size, seed = 96, 0
names = ["spiral_cw", "rings", "heart"]

# %% [markdown]
# ## Two networks and three pictures
#
# Both networks were trained on the same 80 kinds of pictures, and both name more than
# 99 % of fresh ones rightly. `plain` was trained the usual way. `robust` was trained on
# pictures that were changed so as to fool it. The difference will matter.
#
# The pictures are drawn here by code, so we know where the thing is, and where there is
# nothing but clouds.


# %%
def draw(name, sky=seed):
    """A spiral, rings or a heart in front of clouds, (3, size, size)."""
    across = torch.linspace(-1, 1, size)
    y, x = torch.meshgrid(across + 0.1, across - 0.1, indexing="ij")
    radius, angle = torch.hypot(x, y), torch.atan2(y, x)
    inside, u, v = radius < 0.72, x / 0.6, -y / 0.6
    if name == "spiral_cw":
        wave, colours = 16 * radius - angle, [(0.9, 0.8, 0.2), (0.2, 0.1, 0.5)]
    elif name == "rings":
        wave, colours = 26 * radius, [(0.95, 0.95, 0.9), (0.1, 0.3, 0.6)]
    else:
        wave, colours = torch.ones_like(radius), [(0.85, 0.1, 0.15)] * 2
        inside = (u**2 + v**2 - 1) ** 3 < u**2 * v**3
    light, dark = (torch.tensor(colour).view(3, 1, 1) for colour in colours)
    cloud_seed = names.index(name) + 3 * sky
    clouds = random_image(size, sd=0.01, decay_power=2, seed=cloud_seed)[0]
    return torch.where(inside, torch.where(wave.sin() > 0, light, dark), clouds)


plain, robust = load_network("patternnet-plain"), load_network("patternnet")
networks = {"plain": plain, "robust": robust}
pictures = torch.stack([draw(name) for name in names])
labels = torch.tensor([plain.classes.index(name) for name in names])

# %% [markdown]
# ## Exercise 0.1: Which pixels matter
#
# <!-- MARKS 0.1: difficulty 2, importance 3, 10 minutes -->
#
# The network gives 80 scores for a picture. Take the score of the label $y$, and ask:
# if I change one pixel a little, how much does this score change? That is the
# derivative $\partial s_y / \partial x$, and one backward pass gives it for all pixels.
# A large change upwards and a large change downwards matter equally, and of a pixel's
# three channels the one that matters most counts:
#
# $$M_{hw} = \max_c \left| \frac{\partial s_y}{\partial x_{chw}} \right|$$
#
# Do it for a whole batch, where the $k$-th picture has the $k$-th label, with one
# backward pass for all of them. (Why is one enough? See the question below the figure.)
# `score` is a function, `(N, 3, H, W)` to `(N, classes)`.
#
# <!-- NUDGE -->
# The scores of the whole batch are a matrix, one row a picture. Which entry of each row
# is the one whose derivative you want? Put those into one number, and ask for the
# gradient of that number with respect to the pictures, which have to know that they
# will be asked.
# <!-- FORMULA -->
# With $o = \sum_k s_{k, y_k}$, the gradient $\partial o / \partial x$ has the shape of
# `images`, $(N, 3, H, W)$. The map is $\max_c |g_{k c h w}|$: the absolute value first,
# then the largest over axis 1.
# <!-- LINE -->
# ```python
# own = scores[torch.arange(len(images)), ...].sum()
# ```
# <!-- FOLDED -->


# %%
@exercise("0.1")
def saliency(score, images, labels):
    """Largest |d own score / d pixel| over the channels, (N, H, W).

    The images are (N, 3, H, W), the labels (N,).
    """
    # BLANK 4 to 5 lines
    images = images.clone().requires_grad_()
    scores = score(images)
    own = scores[torch.arange(len(images)), labels].sum()
    gradient = torch.autograd.grad(own, images)[0]
    return gradient.abs().amax(dim=1)
    # END


# %%
check("0.1", saliency, student=student_id)

# %% [markdown]
# ![three pictures, and two rows of grey maps](attachment:saliency)
#
# **Figure A0.1** *What you should get.* Below each picture its map by the plain and by
# the robust network, white where a pixel matters most. The plain network's map is
# speckle: its gradient has little to do with what we see. The robust network's map
# follows the outline of the thing.
#
# **Question.** In 0.1 one backward pass serves the whole batch. Why does it not mix the
# pictures up?
#
# <!-- ANSWER -->
# The gradient of a sum is the sum of gradients. The score of picture $k$ does not
# depend on the pixels of picture $j$, so $\partial s_j / \partial x_k = 0$ for
# $j \neq k$, and in the place of picture $k$ only its own gradient is left. A network
# that normalizes over the batch while it trains would break this.
# <!-- FOLDED -->

# %% tags=["expected-saliency"]
rows = [pictures]
for network in networks.values():
    maps = saliency(network.logits, pictures, labels)
    bright = maps.flatten(1).quantile(0.99, dim=1).view(-1, 1, 1)
    rows.append((maps / bright).clamp(0, 1)[:, None].expand(-1, 3, -1, -1))
show_images(
    torch.cat(rows), columns=3, width=460, rows=["picture", *networks], quality=75
)

# %% [markdown]
# ## Exercise 0.2: One step of an attack
#
# <!-- MARKS 0.2: difficulty 1, importance 2, 10 minutes -->
#
# Now use the gradient as a direction. Choose another class, the *target*, and move
# every picture in the direction in which the target's score rises fastest. How far?
# Exactly `length`, measured as the length of the change as one long vector:
#
# $$x \leftarrow x + \text{length} \cdot \frac{g}{\lVert g \rVert}, \qquad
# g = \frac{\partial s_\text{target}}{\partial x}, \qquad
# \lVert g \rVert = \sqrt{\sum_{chw} g_{chw}^2}$$
#
# Each picture has its own norm.
#
# <!-- NUDGE -->
# The gradient is as in 0.1, but every picture is asked for the same class. Its length
# is one number a picture, so it needs axes of size 1 before it can divide the gradient.
# <!-- FORMULA -->
# Flattened to $(N, 3HW)$, the norm runs over axis 1 and has shape $(N,)$; as
# $(N, 1, 1, 1)$ it divides: $x_k + \text{length} \cdot g_k / \lVert g_k \rVert$.
# <!-- LINE -->
# ```python
# norms = gradient.flatten(1).norm(dim=1)
# ```
# <!-- FOLDED -->


# %%
@exercise("0.2")
def attack_step(score, images, target, length):
    """Images (N, 3, H, W), each moved by length along the gradient of its score for the
    class target.
    """
    # BLANK 4 to 5 lines
    images = images.clone().requires_grad_()
    wanted = score(images)[:, target].sum()
    gradient = torch.autograd.grad(wanted, images)[0]
    norms = gradient.flatten(1).norm(dim=1)
    return images.detach() + length * gradient / norms[:, None, None, None]
    # END


# %%
check("0.2", attack_step, student=student_id)

# %% [markdown]
# Eight such steps make an attack. The target is *snail*.
#
# ![pictures that one network takes for snails, and the changes](attachment:attack)
#
# **Figure A0.2** *What you should get.* Every second column shows what was added, eight
# times stronger. Both attacks move each picture by the same length. The plain network
# now sees three snails, and we see no difference. The robust network still sees what is
# there.
#
# **Question.** Both attacks move a picture by the same length, and the plain network
# falls. How can a change be large for the network and invisible for us?
#
# <!-- ANSWER -->
# A picture has $3 \cdot 96^2 = 27{,}648$ numbers. A change of length 3, spread evenly,
# moves each of them by $3 / \sqrt{27{,}648} = 0.018$, less than five of 255 steps. The
# score, though, changes by about length times $\lVert g \rVert$: all these tiny changes
# have been chosen to add up. What we see is the size of each; what the network answers
# to is their sum.
# <!-- FOLDED -->


# %% tags=["expected-attack"]
def attack(network, images, target, length, steps=8):
    for _ in range(steps):
        images = attack_step(network.logits, images, target, length / steps).clamp(0, 1)
    return images


snail = plain.classes.index("snail")
shown, titles = [], []
for name, network in networks.items():
    fooled = attack(network, pictures, snail, 3.0)
    found = [network.classes[k] for k in network.logits(fooled).argmax(1)]
    change = 0.5 + 8 * (fooled - pictures)
    shown += [tile for pair in zip(fooled, change) for tile in pair]
    for word in found:
        titles += [f"{name}: {word}", "change, 8 times"]
tiles = [tile.clamp(0, 1) for tile in shown]
show_images(tiles, titles, columns=6, width=680, quality=70)

# %% [markdown]
# ## Exercise 0.3: What the network would like to see
#
# <!-- MARKS 0.3: difficulty 2, importance 3, 8 minutes -->
#
# Start from noise instead of a picture, and climb for many steps. What comes out shows
# what the network has in mind when it says *heart*. Without a brake the pixels would
# grow for ever, so we subtract a penalty on their squares:
#
# $$\text{maximise} \quad s_y(x) - \lambda \sum_{chw} x_{chw}^2$$
#
# Plain gradient ascent: compute the gradient of *all* of this at the present $x$, add
# it times the learning rate, repeat. If you use `backward()`, remember that it adds to
# what is in `.grad` already.
#
# <!-- NUDGE -->
# Every step needs the gradient *at the present* $x$, so the objective has to be
# computed anew inside the loop. And the step itself must not become part of the graph.
# <!-- FORMULA -->
# $x \leftarrow x + \text{lr} \cdot \nabla_x \big( s_y(x) - \lambda \sum x^2 \big)$,
# where the second part of the gradient is $-2 \lambda x$. Autograd finds both parts if
# you give it the whole objective.
# <!-- LINE -->
# ```python
# objective = score(x)[0, label] - l2 * (x**2).sum()
# ```
# <!-- FOLDED -->


# %%
@exercise("0.3")
def visualize(score, start, label, steps, lr, l2):
    """Gradient ascent on score[label] - l2 * (sum of squares of x), from start
    (1, 3, H, W); the last x.
    """
    # BLANK 6 to 8 lines
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        objective = score(x)[0, label] - l2 * (x**2).sum()
        gradient = torch.autograd.grad(objective, x)[0]
        x = x.detach() + lr * gradient
    return x
    # END


# %%
check("0.3", visualize, student=student_id)

# %% [markdown]
# ## Exercise 0.4: Look from a little to the left
#
# <!-- MARKS 0.4: difficulty 1, importance 2, 4 minutes -->
#
# A network should not care whether a heart sits two pixels further right. An old trick
# makes use of that: at every step, shift the picture by a few random pixels and compute
# the gradient there. What depends on the exact place averages out. The gradient has to
# fit the *unshifted* picture, to which it will be added.
#
# `torch.roll(picture, (dy, dx), dims=(2, 3))` shifts down by `dy` and right by `dx`;
# what leaves on one side comes back on the other.
#
# <!-- NUDGE -->
# Rolling is an operation like any other, so it has a gradient. What is the gradient
# with respect to the picture *before* it was rolled?
# <!-- FORMULA -->
# If $r$ rolls and $s$ scores, then $\nabla_x\, s(r(x)) = r^{-1}\big((\nabla
# s)(r(x))\big)$: either ask autograd for the left side, or compute the right side with
# a second roll by $(-dy, -dx)$.
# <!-- LINE -->
# ```python
# shifted = torch.roll(image, ..., dims=(2, 3))
# ```
# <!-- FOLDED -->


# %%
@exercise("0.4")
def shifted_gradient(score, image, label, dy, dx):
    """Gradient of score[label] for the image (1, 3, H, W) shifted by dy, dx; shifted
    back to the image's own place.
    """
    # BLANK 3 to 5 lines
    image = image.clone().requires_grad_()
    shifted = torch.roll(image, (dy, dx), dims=(2, 3))
    # Autograd undoes the roll: the gradient is asked for at the unshifted image.
    return torch.autograd.grad(score(shifted)[0, label], image)[0]
    # END


# %%
check("0.4", shifted_gradient, student=student_id)

# %% [markdown]
# ![noise, a heart, a rounder heart](attachment:visualize)
#
# **Figure A0.3** *What you should get.* Left: the plain network is certain to see a
# heart in this noise. Middle: the robust network's heart, by plain ascent. Right: the
# same with shifts; the shape closes.
#
# **Question.** The noise at the left has a certain heart in it, says the plain network.
# Is the optimizer to blame?
#
# <!-- ANSWER -->
# No: it did what was asked, and found an input with a high score. There are enormously
# many such inputs, and nothing in the objective says that we want one that *we* can
# read. Either the network changes (the robust one), or the way pictures are written
# down: that is what the next assignments do.
# <!-- FOLDED -->


# %% tags=["expected-visualize"]
def climb_shifted(score, x, label, steps, lr, l2, reach=4):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        dy, dx = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist()
        x = x + lr * (shifted_gradient(score, x, label, dy, dx) - 2 * l2 * x)
    return x


def scores_around_grey(network):
    """The network's scores as a function of the difference from mid-grey."""
    return lambda x: network.logits(0.5 + x)


heart = int(labels[2])
of_plain, of_robust = scores_around_grey(plain), scores_around_grey(robust)
noise = 0.02 * torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(seed))
results = {
    "plain": (of_plain, visualize(of_plain, noise, heart, 60, 0.1, 0.01)),
    "robust": (of_robust, visualize(of_robust, noise, heart, 60, 5.0, 0.01)),
    "robust, shifted": (
        of_robust,
        climb_shifted(of_robust, noise, heart, 60, 5.0, 0.01),
    ),
}
tiles, titles = [], []
for name, (score, x) in results.items():
    tiles.append((0.5 + x[0]).clamp(0, 1))
    titles.append(f"{name}: {score(x).softmax(1)[0, heart].item():.0%} heart")
show_images(tiles, titles, width=560, quality=75)

# %% [markdown]
# ## Exercise 0.5: What a layer still knows
#
# <!-- MARKS 0.5: difficulty 2, importance 3, 10 minutes -->
#
# A layer answers a picture with numbers, its *activations* $\Phi(x)$. Throw the picture
# away, keep the activations $\Phi_0$, and look for a picture that has them. Whatever
# comes back is what the layer still knew; whatever does not, it has forgotten. This is
# *feature inversion*
# ([Mahendran and Vedaldi 2014](https://arxiv.org/abs/1412.0035)):
#
# $$\text{minimise} \quad \frac{\sum (\Phi(x) - \Phi_0)^2}{\sum \Phi_0^2} +
# \lambda \sum x^2$$
#
# The first part is the squared error relative to the size of what is wanted, so that
# one step size fits all layers. The second is the brake of 0.3. Plain gradient descent,
# from `start`. `features` is a function, `(1, 3, H, W)` to `(1, C, h, w)`.
#
# <!-- NUDGE -->
# It is the loop of 0.3, with another objective and another direction. What has changed
# its sign? And which of the numbers in the error do not depend on $x$?
# <!-- FORMULA -->
# $x \leftarrow x - \text{lr} \cdot \nabla_x \big( \lVert \Phi(x) - \Phi_0 \rVert^2 /
# \lVert \Phi_0 \rVert^2 + \lambda \lVert x \rVert^2 \big)$, where $\lVert a \rVert^2$
# adds up the squares of all numbers in $a$.
# <!-- LINE -->
# ```python
# error = (features(x) - wanted).square().sum() / ...
# ```
# <!-- FOLDED -->


# %%
@exercise("0.5")
def invert(features, wanted, start, steps, lr, l2):
    """Gradient descent from start (1, 3, H, W) on the relative squared error of
    features(x) to wanted (1, C, h, w) plus l2 * (sum of squares of x); the last x.
    """
    # BLANK 6 to 9 lines
    x = start.clone()
    for _ in range(steps):
        x.requires_grad_()
        error = (features(x) - wanted).square().sum() / wanted.square().sum()
        gradient = torch.autograd.grad(error + l2 * (x**2).sum(), x)[0]
        x = x.detach() - lr * gradient
    return x
    # END


# %%
check("0.5", invert, student=student_id)

# %% [markdown]
# ![a cat, and what four layers of two networks know of it](attachment:inversion)
#
# **Figure A0.4** *What you should get.* Left, a photograph; then pictures that have
# nearly the same activations, from an early layer to a late one. Above, the robust
# network: contours stay, colours and small hairs go, and in the end there is something
# like an eye where an eye was. Below, the plain network: already its second layer is
# content without the colours, and the later ones with grain.
#
# **Question.** The numbers say that the plain network's reconstructions are good: an
# error of a few per cent. Why do they look so much worse?
#
# <!-- ANSWER -->
# The error is measured in the layer, and many pictures have nearly the same activations
# there. Descent finds one near its start. In the plain network, grain that we see moves
# the activations as much as the contours do, so it is as good a way to lower the error.
# What is missing is not the information but the *preference* among pictures, and it is
# this preference that a parameterization brings.
# <!-- FOLDED -->

# %% tags=["expected-inversion"]
cat = sample_image("cat", size)
layers = {
    "robust": ["conv2", "conv4", "conv6", "conv8"],
    "plain": ["conv2", "fire3", "fire4", "conv5"],
}
tiles, titles = [], []
for name, chosen in layers.items():
    tiles.append(cat[0])
    titles.append("the photograph")
    for layer in chosen:

        def features(x):
            return networks[name](0.5 + x, [layer])[layer]

        with torch.no_grad():
            wanted = features(cat - 0.5)
        x = invert(features, wanted, torch.zeros_like(cat), 100, 50.0, 1e-6)
        left = (features(x) - wanted).square().sum() / wanted.square().sum()
        tiles.append((0.5 + x[0]).clamp(0, 1))
        titles.append(f"{name} {layer}: {left.item():.0%}")
show_images(tiles, titles, columns=5, width=620, quality=70)

# %% [markdown]
# ## Experiment 0.6: How far is it to another answer?
#
# In Figure A0.2 every picture moved by 3. How far must one go until a network changes
# its mind? Sweep the length of the attack for both networks and plot the share of
# fooled pictures.
#
# <!-- RUBRIC 0.6 -->
#
# #### Your prediction (0.6)
#
# <!-- BLANK -->
# The plain network will fall to attacks shorter than 0.5, because its gradient finds
# directions that we cannot see. The robust one was trained with changes up to 2, so I
# expect that it takes several times as much.
# <!-- END -->

# %% [markdown]
# `attack(network, crowd, snail, length)` attacks, `network.logits(...).argmax(1)`
# names. A crowd of twelve pictures (three things, four skies) gives a smoother curve
# than three.

# %%
crowd = torch.stack([draw(name, sky) for name in names for sky in range(4)])

# %%
# Experiment 0.6
# BLANK your sweep and your plot
lengths = [0.0, 0.2, 0.4, 0.6, 0.8, 1.2, 1.6, 3.2, 6.4]
plt.figure(figsize=(5, 3))
for name, network in networks.items():
    before, changed = network.logits(crowd).argmax(1), []
    for length in lengths:
        after = network.logits(attack(network, crowd, snail, length)).argmax(1)
        changed.append((after != before).float().mean())
    plt.plot(lengths, changed, "o-", label=name)
plt.xlabel("length of the change")
plt.ylabel("share of changed answers")
plt.legend(frameon=False)
plt.show()
# END

# %% [markdown]
# #### Your finding (0.6), one sentence
#
# <!-- BLANK -->
# Half of the plain network's answers change at a length of about 1, and all at 1.6; of
# the robust network's not one changes there, and a third at 6.4. So the robust network
# takes more than four times as much, but the plain one held out longer than I
# predicted.
# <!-- END -->
#
# ## 0.7 An idea of your own
#
# Some starts: do the two networks fall for each other's attacks? What does the change
# look like if only a square in the corner may be changed? Is the saliency map calmer if
# you average it over shifted copies? Which of the 80 classes (`plain.classes`) has the
# clearest visualization? Ask one question, make one run, say what you saw.
#
# <!-- RUBRIC 0.7 -->

# %%
# Experiment 0.7
# BLANK your own
calm = torch.zeros(3, size, size)
for dy, dx in [(dy, dx) for dy in range(-3, 4, 2) for dx in range(-3, 4, 2)]:
    moved = saliency(plain.logits, torch.roll(pictures, (dy, dx), (2, 3)), labels)
    calm += torch.roll(moved, (-dy, -dx), (1, 2)) / 16
once = saliency(plain.logits, pictures, labels)
both = torch.cat([maps / maps.amax((1, 2), keepdim=True) for maps in (once, calm)])
tiles = (2 * both).clamp(0, 1)[:, None]
show_images(tiles, columns=3, width=420, rows=["one map", "mean of 16"])
# END

# %% [markdown]
# #### Your question and what you saw (0.7)
#
# <!-- BLANK -->
# Is the plain network's map calmer if it is averaged over shifted copies? Yes: the mean
# of 16 maps begins to show the rings, which one map alone does not. So part of the
# speckle depends on the exact place of the pixels.
# <!-- END -->
#
# ## Where to go from here
#
# The noise of the plain network is where the article starts. Assignment 1 changes the
# parameters instead of the network, and gets shapes and colours out of the same
# gradient.
