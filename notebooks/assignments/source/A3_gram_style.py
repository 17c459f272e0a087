# %% [markdown]
# # Assignment 3: style as a table, and why pixels fail
#
# **The manner of a painting fits into a small table of numbers. Whether you can paint
# by that table depends on what an equal step for every parameter does to the picture.**
#
# This assignment builds the style loss behind section 2 of [*Differentiable Image
# Parameterizations*](https://distill.pub/2018/differentiable-parameterizations/#section-styletransfer),
# the content loss, and the optimizer as well, so that nothing is hidden: seven
# functions of one to seven lines, then an experiment. It takes 60 to 75 minutes. You
# need to know what a layer's activations are.
#
# | | | minutes |
# |---|---|---|
# | 3.1 to 3.3 | Gram matrix, distance, loss | 20 |
# | 3.4, 3.5 | fine detail, and the step of Adam | 15 |
# | 3.6, 3.7 | content, and a price on unrest | 12 |
# | 3.8 | an experiment: is it the step size? | 15 |
# | 3.9 | an idea of your own | 10 |
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
from dputils.images import FourierBasis, ImageParam, PixelBasis
from dputils.media import show_images
from dputils.networks import load_network

# %% [markdown]
# Put your name or number into `student_id`. The checks draw their shapes and values
# from it, so your numbers differ from your neighbour's.

# %% tags=["parameters"]
student_id = ""
network_name = "patternnet-plain"
content_name, style_name = "cat", "swirling_night"
style_layers = ["conv1", "conv2", "fire3", "fire4", "conv5"]
content_layer, content_weight = "fire4", 2.0
unrest_weight = 10.0
size, steps, seed = 96, 80, 0

# %% [markdown]
# ## The aim
#
# ![photograph, painting, a grey result, a greyer and smoother one, a painted
# result](attachment:painted)
#
# **Figure A3.1** *What you should get after exercise 3.7.* A photograph, a painting,
# and three pictures that try to show the first in the manner of the second. The first
# and the last of them differ in nothing but their parameters: pixels, or the strengths
# of waves (assignment 1). One found the contours and missed everything else. The one in
# the middle has pixels, too, and pays for every difference between neighbours. It is
# calmer, and no nearer to the painting.
#
# ## Exercise 3.1: Which channels fire together
#
# <!-- MARKS 3.1: difficulty 1, importance 3, 8 minutes -->
#
# A layer answers a picture with $C$ maps, one a channel: this one for edges that lean
# left, that one for blue. A manner of painting shows in *which channels fire together*,
# at the same place, wherever that place is. So multiply every two channels position by
# position, and average over the $H \cdot W$ positions:
#
# $$G_{ij} = \frac{1}{H W} \sum_{h,w} F_{i h w}\, F_{j h w}$$
#
# That is the *Gram matrix*, $C \times C$, one for each picture of the batch. It is a
# matrix product, once the two spatial axes are flattened into one.
#
# <!-- NUDGE -->
# Flatten the two spatial axes. A channel is then a row of $HW$ numbers, and the sum
# over positions is what a matrix product does.
# <!-- FORMULA -->
# With $F$ as $(N, C, HW)$: $G = F F^\top / (HW)$, where the transpose swaps the last
# two axes only.
# <!-- LINE -->
# ```python
# flat = features.flatten(2)
# ```
# <!-- FOLDED -->


# %%
@exercise("3.1")
def gram(features):
    """Gram matrices (N, C, C) of features (N, C, H, W): means over the positions."""
    # BLANK 2 to 3 lines
    flat = features.flatten(2)
    positions = flat.shape[2]
    return flat @ flat.transpose(1, 2) / positions
    # END


# %%
check("3.1", gram, student=student_id)

# %% [markdown]
# ## Exercise 3.2: How far apart are two styles
#
# <!-- MARKS 3.2: difficulty 1, importance 2, 5 minutes -->
#
# Compare Gram matrices by the mean of the absolute differences. One layer's matrices
# may have entries a hundred times larger than another's, and would drown it. So divide
# by the mean absolute entry of the *target*:
#
# $$d(G, T) = \frac{\operatorname{mean} |G - T|}{\operatorname{mean} |T|}$$
#
# There is one target, of shape $(1, C, C)$, and a batch of found matrices. Give one
# distance for each picture.
#
# <!-- NUDGE -->
# Two means: one for each picture, over its matrix, and one of the target.
# <!-- FORMULA -->
# $|G - T|$ is $(N, C, C)$ by broadcasting, and $(N,)$ has to be left of it. The
# denominator is a single number, and its absolute value comes before its mean.
# <!-- LINE -->
# ```python
# differences = (...).abs().mean(dim=...)
# ```
# <!-- FOLDED -->


# %%
@exercise("3.2")
def style_distance(found, wanted):
    """Relative mean absolute difference of Gram matrices found (N, C, C) from wanted
    (1, C, C): (N,).
    """
    # BLANK 2 to 3 lines
    differences = (found - wanted).abs().mean(dim=(1, 2))
    return differences / wanted.abs().mean()
    # END


# %%
check("3.2", style_distance, student=student_id)

# %% [markdown]
# Is it a measure of manner? Cut three paintings in half. The halves show different
# things in the same hand.

# %%
network = load_network(network_name)


def look(pictures):
    """Activations of the style layers, and the pixels with a constant 1 as one more
    layer, which holds the palette.
    """
    with torch.set_grad_enabled(pictures.requires_grad):
        found = network(pictures, [*style_layers, content_layer])
    one = torch.ones_like(pictures[:, :1])
    found["colour"] = torch.cat([2 * pictures - 1, one], dim=1)
    style = {name: found[name] for name in [*style_layers, "colour"]}
    return style | {"content": found[content_layer]}


hands = ["swirling_night", "leaded_window", "circles_and_wedges"]
found = [look(sample_image(name, (size, 2 * size)))["fire4"] for name in hands]
left, right = zip(*[maps.chunk(2, dim=3) for maps in found])
table = [[style_distance(gram(b), gram(a)).item() for b in right] for a in left]
print("rows: left halves, columns: right halves\n", torch.tensor(table))

# %% [markdown]
# The diagonal holds the smallest number of each row: halves of one painting are nearest
# to each other, though nothing in them lies at the same place.
#
# **Question.** A Gram matrix forgets where things are. How can it tell a stroke from a
# patch of the same colours?
#
# <!-- ANSWER -->
# By the features, which are not single pixels. A channel that answers to an edge
# leaning left has looked at a neighbourhood; the table forgets where the neighbourhoods
# were, not what was in them. In deeper layers the neighbourhoods are larger, and so are
# the motifs that the table knows.
# <!-- FOLDED -->
#
# ## Exercise 3.3: Several layers at once
#
# <!-- MARKS 3.3: difficulty 1, importance 2, 7 minutes -->
#
# Early layers know strokes, later ones larger motifs. Add the distances of all layers
# in `wanted`, each times its weight. A layer's distance for a batch is the mean over
# its pictures. `found` may hold further layers that are there for other reasons. The
# distance is handed in as a function, `distance(found, wanted)` with one number a
# picture, so that a mistake in 3.2 does not follow you here.
#
# <!-- NUDGE -->
# A loop over one of the two dicts. Which one says what is to be compared?
# <!-- FORMULA -->
# $\sum_{l \,\in\, \text{wanted}} w_l \cdot \operatorname{mean}_n\, d(G_l,
# T_l)_n$, with `distance` returning the $N$ numbers $d$.
# <!-- LINE -->
# ```python
# for layer, target in wanted.items():
# ```
# <!-- FOLDED -->


# %%
@exercise("3.3")
def style_loss(found, wanted, weights, distance):
    """Weighted sum over the layers of wanted; found and wanted: {layer: Gram matrices},
    weights: {layer: number}.
    """
    # BLANK 3 to 4 lines
    total = 0.0
    for layer, target in wanted.items():
        total = total + weights[layer] * distance(found[layer], target).mean()
    return total
    # END


# %%
check("3.3", style_loss, student=student_id)

# %% [markdown]
# ## Exercise 3.4: How much of it is fine detail
#
# <!-- MARKS 3.4: difficulty 2, importance 2, 8 minutes -->
#
# Look at the gradient of this loss with respect to the pixels. Strides and pools leave
# their grid in it, and it is rough. *How* rough is a number you can compute: of all the
# energy in its waves, the share of those that are finer than a limit, in cycles per
# pixel.
#
# A wave's energy is its squared amplitude, over all channels together. A wave's
# frequency is the length of $(f_x, f_y)$, as in assignment 1. A constant is no detail,
# coarse or fine, so each channel's mean does not count. Every signal of the batch has a
# share of its own.
#
# <!-- NUDGE -->
# The energy of a wave is its squared amplitude, and `fft2` gives all amplitudes. Which
# of them belong to fine waves? You made that table in 1.1, there for `rfft2`. And what
# does zero frequency hold?
# <!-- FORMULA -->
# With $\hat s = \text{fft2}(s - \bar s)$ and $E = \sum_c |\hat s_c|^2$, the share is
# $\sum_{f > \text{above}} E \,/\, \sum E$ for each signal, $f = \sqrt{f_x^2 + f_y^2}$.
# <!-- LINE -->
# ```python
# energy = torch.fft.fft2(signal).abs().square().sum(dim=1)
# ```
# <!-- FOLDED -->


# %%
@exercise("3.4")
def fine_share(signal, above):
    """Share of the energy at frequencies above `above` (cycles per pixel) of each
    signal (N, C, H, W): (N,).
    """
    # BLANK 5 to 7 lines
    signal = signal - signal.mean(dim=(2, 3), keepdim=True)
    energy = torch.fft.fft2(signal).abs().square().sum(dim=1)
    fy = torch.fft.fftfreq(signal.shape[2])[:, None]
    fx = torch.fft.fftfreq(signal.shape[3])[None, :]
    high = (fx**2 + fy**2).sqrt() > above
    return (energy * high).sum(dim=(1, 2)) / energy.sum(dim=(1, 2))
    # END


# %%
check("3.4", fine_share, student=student_id)

# %%
photograph = sample_image(content_name, size)
painting = sample_image(style_name, (size * 4 // 3, size * 2))
with torch.no_grad():
    found = look(painting)
    wanted = {name: gram(found[name]) for name in [*style_layers, "colour"]}
weights = dict.fromkeys(wanted, 1.0)
pixels = photograph.clone().requires_grad_()
found = {name: gram(maps) for name, maps in look(pixels).items()}
loss = style_loss(found, wanted, weights, style_distance)
gradient = torch.autograd.grad(loss, pixels)[0]
signals = {"photograph": photograph, "painting": painting, "gradient": gradient}
for name, signal in signals.items():
    share = fine_share(signal, 0.125).item()
    print(f"{name}: {share:.0%} of the energy above 1/8 cycle per pixel")

# %% [markdown]
# ## Exercise 3.5: The step of Adam
#
# <!-- MARKS 3.5: difficulty 2, importance 3, 7 minutes -->
#
# A rough gradient would not matter much if small entries made small steps. The
# optimizer of all these notebooks is Adam, and it decides otherwise. Write it, from
# what it does:
#
# - It keeps two running averages, $m$ of the gradient and $v$ of the gradient's square.
#   At every step an average keeps a share of its old value ($\beta_1$ for $m$,
#   $\beta_2$ for $v$), and the new number makes up the rest.
# - Both began at zero, so after few steps they are too small. Were the gradient the
#   same at all $t = 1, 2, \dots$ steps, each would have reached only a certain share of
#   it; dividing by that share makes it right.
# - The parameters move *against* the corrected mean, divided by the root of the
#   corrected mean square. $\epsilon$ is added to the root, so that nothing is divided
#   by zero. The step size lr multiplies the whole.
#
# Return the change and the *uncorrected* averages, which go into the next step.
#
# <!-- NUDGE -->
# Begin with the averages: each keeps a share $\beta$ of what it was. Then ask what they
# are after the first step, if they start at zero and the gradient is always 1. By what
# do you have to divide so that they say 1?
# <!-- FORMULA -->
# $\hat m = m / (1 - \beta_1^t)$, $\hat v = v / (1 - \beta_2^t)$, and the change is
# $-\text{lr} \cdot \hat m / (\sqrt{\hat v} + \epsilon)$.
# <!-- LINE -->
# ```python
# v = beta2 * v + (1 - beta2) * gradient**2
# ```
# <!-- FOLDED -->


# %%
@exercise("3.5")
def adam_step(gradient, m, v, t, lr, beta1, beta2, eps):
    """Adam's change of the parameters at step t (1, 2, ...), and the new averages:
    (change, m, v).
    """
    # BLANK 5 lines
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    corrected_m = m / (1 - beta1**t)
    corrected_v = v / (1 - beta2**t)
    return -lr * corrected_m / (corrected_v.sqrt() + eps), m, v
    # END


# %%
check("3.5", adam_step, student=student_id)

# %% [markdown]
# Put $t = 1$ and $m = v = 0$ into the formulas: the first step is
# $-\text{lr} \cdot g / |g|$. **Every parameter moves equally far, whatever its
# gradient.** If the parameters are pixels, the first change of the picture is plus or
# minus lr, pixel by pixel: noise of full strength. If the parameters are waves scaled
# by $1/f$, every *wave* moves by its share of a natural picture.


# %%
def first_change(basis):
    """How the raw picture changes in the first step of Adam; the gradient is that of
    the style loss.
    """
    parameter, start = next(basis.parameters()), basis().detach().clone()
    slope = torch.autograd.grad((basis() * gradient).sum(), parameter)[0]
    zero = torch.zeros_like(parameter)
    with torch.no_grad():
        parameter += adam_step(slope, zero, zero, 1, 0.05, 0.9, 0.999, 1e-8)[0]
        return basis() - start


shown, titles = [gradient], ["the gradient"]
bases = {
    "pixels": PixelBasis(size, sd=0.0),
    "waves": FourierBasis(size, sd=0.0, decay_power=1.5),
}
for name, basis in bases.items():
    shown.append(first_change(basis))
    titles.append(f"{name}: {fine_share(shown[-1], 0.125).item():.0%} fine")
shown = [(0.5 + 0.15 * signal / signal.std())[0].clamp(0, 1) for signal in shown]
show_images(shown, titles, width=620, quality=80)

# %% [markdown]
# **Figure A3.2** *One gradient, two first steps.* The gradient at the left goes in.
# With pixels as parameters the picture changes by noise; with waves it changes by large
# soft patches with a little detail on top.
#
# **Question.** Adam makes every parameter's first step equally long. Why is that bad
# for pixels and good for waves?
#
# <!-- ANSWER -->
# Of the gradient it keeps the sign and drops the size. In pixels, signs of a rough
# gradient are noise of full strength. In waves, scaled by $1/f$, a step of equal length
# is a *small* change for a fine wave and a large one for a coarse one, so the picture
# changes as pictures do. (With plain gradient descent the size would survive, and the
# basis would act as $B B^\top$ on the gradient instead.)
# <!-- FOLDED -->
#
# ## Exercise 3.6: The same things in the same places
#
# <!-- MARKS 3.6: difficulty 1, importance 3, 6 minutes -->
#
# So far nothing says that the picture is to show a cat. *Content* is what stands where,
# so here activations $F$ are compared with those of the photograph, $P$, one by one and
# without a Gram matrix. As with style, a layer's scale shall not matter:
#
# $$\ell(F, P) = \frac{\operatorname{mean}\, (F - P)^2}{\operatorname{mean}\, P^2}$$
#
# There is one photograph, of shape $(1, C, H, W)$, and a batch of found activations.
# Give one number for each picture.
#
# <!-- NUDGE -->
# What are the axes over which you average, if one number a picture has to be left?
# <!-- FORMULA -->
# $F - P$ is $(N, C, H, W)$ by broadcasting, and $(N,)$ has to be left of it. The
# denominator is one number: it is squared before the mean is taken.
# <!-- LINE -->
# ```python
# error = (... ** 2).mean(dim=...)
# ```
# <!-- FOLDED -->


# %%
@exercise("3.6")
def content_loss(found, wanted):
    """Mean squared difference of activations found (N, C, H, W) from wanted
    (1, C, H, W), relative to the mean square of wanted: (N,).
    """
    # BLANK 2 to 3 lines
    error = ((found - wanted) ** 2).mean(dim=(1, 2, 3))
    return error / (wanted**2).mean()
    # END


# %%
check("3.6", content_loss, student=student_id)

# %% [markdown]
# ## Exercise 3.7: A price on unrest
#
# <!-- MARKS 3.7: difficulty 1, importance 2, 6 minutes -->
#
# Long before anyone changed the parameters, grain was fought by a price: neighbouring
# pixels that differ cost something. *Total variation* is the mean absolute difference
# of neighbours above each other plus that of neighbours beside each other, over all
# pairs and channels:
#
# $$\operatorname{TV}(x) = \operatorname{mean} \left| x_{c,h+1,w} - x_{c,h,w} \right| +
# \operatorname{mean} \left| x_{c,h,w+1} - x_{c,h,w} \right|$$
#
# for each picture of a batch. The last row has no neighbour below, and the last column
# none at its right.
#
# <!-- NUDGE -->
# All rows but the first, and all rows but the last: two tensors in which neighbours
# stand at the same index. The same with columns.
# <!-- FORMULA -->
# $(N, C, H-1, W)$ differences down and $(N, C, H, W-1)$ across; each has a mean of its
# own over axes 1, 2 and 3, and the two are added.
# <!-- LINE -->
# ```python
# down = pictures[:, :, ...] - pictures[:, :, ...]
# ```
# <!-- FOLDED -->


# %%
@exercise("3.7")
def total_variation(pictures):
    """Mean |difference| of vertical neighbours plus that of horizontal neighbours of
    each picture (N, C, H, W): (N,).
    """
    # BLANK 3 to 4 lines
    down = pictures[:, :, 1:] - pictures[:, :, :-1]
    across = pictures[:, :, :, 1:] - pictures[:, :, :, :-1]
    return down.abs().mean(dim=(1, 2, 3)) + across.abs().mean(dim=(1, 2, 3))
    # END


# %%
check("3.7", total_variation, student=student_id)

# %% [markdown]
# Now paint. `paint` is the whole of style transfer: both pictures are shifted by the
# same few random pixels, content is compared at one layer, style at several, and your
# optimizer moves the parameters. `unrest` is the weight of the price; the loss that is
# returned leaves the price out.


# %%
def paint(image, lr, unrest=0.0):
    """Optimize an ImageParam; the result (1, 3, size, size) and the mean loss of the
    last ten steps.
    """
    parameters, losses = list(image.parameters()), []
    generator = torch.Generator().manual_seed(seed)
    memory = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
    for t in range(1, steps + 1):
        shift = torch.randint(-6, 7, (2,), generator=generator).tolist()
        picture = image()
        found = look(picture.roll(shift, (2, 3)))
        goal = look(photograph.roll(shift, (2, 3)))["content"]
        grams = {name: gram(found[name]) for name in wanted}
        style = style_loss(grams, wanted, weights, style_distance)
        loss = style + content_weight * content_loss(found["content"], goal).mean()
        losses.append(loss.item())
        loss = loss + unrest * total_variation(picture).mean()
        with torch.no_grad():
            for k, slope in enumerate(torch.autograd.grad(loss, parameters)):
                step = adam_step(slope, *memory[k], t, lr, 0.9, 0.999, 1e-8)
                change, *memory[k] = step
                parameters[k] += change
    return image().detach(), sum(losses[-10:]) / 10


# %%
def pixel_image():
    return ImageParam(PixelBasis(size, seed=seed))


def wave_image():
    return ImageParam(FourierBasis(size, decay_power=1.5, seed=seed))


# %% tags=["expected-painted"]
by_pixels, pixel_loss = paint(pixel_image(), lr=0.1)
calmed, calmed_loss = paint(pixel_image(), lr=0.1, unrest=unrest_weight)
by_waves, wave_loss = paint(wave_image(), lr=0.05)
square = sample_image(style_name, size)
show_images(
    torch.cat([photograph, square, by_pixels, calmed, by_waves]),
    [
        "photograph",
        "painting",
        f"pixels, loss {pixel_loss:.2f}",
        f"with a price, {calmed_loss:.2f}",
        f"waves, loss {wave_loss:.2f}",
    ],
    width=800,
    quality=78,
)
for name, picture in {"pixels": by_pixels, "with a price": calmed}.items():
    print(f"{name}: total variation {total_variation(picture).item():.3f}")

# %% [markdown]
# Compare with Figure A3.1.
#
# **Question.** The price on unrest and the waves both make pictures smoother. Why does
# only one of them paint?
#
# <!-- ANSWER -->
# The price is one more wish. It takes the noise away that the steps have made, and with
# it most of what they could have said, but the steps themselves are as before: every
# pixel moves by lr, this way or that. Waves change what a step *does*. The wish for
# large patches of the painting's blue arrives as a few coefficients that all move, not
# as thousands of pixels that would have to agree.
# <!-- FOLDED -->
#
# ## Experiment 3.8: Is it the step size?
#
# A fair objection: a pixel and a wave are different things, so they need different step
# sizes, and 0.1 may simply be too small for pixels. Give each basis its best chance.
#
# <!-- RUBRIC 3.8 -->
#
# #### Your prediction (3.8)
#
# <!-- BLANK -->
# Larger steps will help the pixels, since they start from grey and have far to go, but
# they will bring noise with them. I expect that at its best step size the pixel picture
# still has a higher loss and more fine detail than the waves.
# <!-- END -->

# %%
# Experiment 3.8
# BLANK your sweep
factors = [0.5, 1, 2, 4, 8]
runs = {
    "pixels": [paint(pixel_image(), lr=0.1 * k) for k in factors],
    "waves": [paint(wave_image(), lr=0.05 * k) for k in factors],
}
# END

# %%
# BLANK your plot
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
for name, results in runs.items():
    fine = [fine_share(x, 0.125).item() for x, _ in results]
    left.plot(factors, [loss for _, loss in results], "o-", label=name)
    right.plot(factors, fine, "o-", label=name)
for axes, label in ((left, "final loss"), (right, "share of fine detail")):
    axes.semilogx(base=2)
    axes.set(xlabel="step size, relative to Figure A3.1", ylabel=label)
plt.legend(frameon=False)
plt.show()
tiles = [x[0] for results in runs.values() for x, _ in results]
show_images(tiles, columns=5, width=640, rows=list(runs), quality=70)
# END

# %% [markdown]
# #### Your finding (3.8), one sentence
#
# <!-- BLANK -->
# The objection is half right: with four times the step size the pixels come down from
# 2.8 to 1.7 and get the painting's blue, but the waves at their best have 1.45, with
# 28 % of fine detail against 46 %.
# <!-- END -->
#
# ## 3.9 An idea of your own
#
# Some starts: leave only the first layer in `weights`, or only the last (set the others
# to 0). Set the content weight to 0. Use `load_network("patternnet")`, which was
# trained against an adversary and has smoother gradients: does it need waves as much?
# Replace Adam by plain gradient descent. Ask one question, make one run, say what you
# saw.
#
# <!-- RUBRIC 3.9 -->

# %%
# Experiment 3.9
# BLANK your own
every = dict(weights)
results = []
for kept in (["conv1", "colour"], ["conv5", "colour"], list(every)):
    weights = {name: float(name in kept) * len(every) / len(kept) for name in every}
    results.append(paint(wave_image(), lr=0.05)[0])
weights = every
titles = ["conv1 only", "conv5 only", "all layers"]
show_images(torch.cat(results), titles, width=560, quality=80)
# END

# %% [markdown]
# #### Your question and what you saw (3.9)
#
# <!-- BLANK -->
# What does each layer bring? With the first layer alone the strokes are soft and the
# cat keeps its contours; with the last alone they are coarse, and patches of light sit
# in odd places. The palette is there in all three, because `colour` was kept.
# <!-- END -->
#
# ## Where to go from here
#
# The book's second notebook, *Style transfer beyond VGG*, goes on from here: what
# random shifts add, why a robust network lets even pixels through, and the same on your
# own pictures. In `dputils.style` and `dputils.optimize` you find these functions
# again.
