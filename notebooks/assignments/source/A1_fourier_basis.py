# %% [markdown]
# # Assignment 1: a picture as waves
#
# **Write a picture as a sum of waves and its colours as independent numbers, and the
# same optimizer that drew noise draws shells.**
#
# This assignment builds the parameterization behind [*Differentiable Image
# Parameterizations*](https://distill.pub/2018/differentiable-parameterizations/#why-does-parameterization-matter)
# from nothing: five functions of one to five lines, then an experiment. It takes 45 to
# 60 minutes. You need to know what a gradient is, and to have seen a Fourier transform
# once.
#
# | | | minutes |
# |---|---|---|
# | 1.1 to 1.3 | waves: frequencies, scale, picture | 20 |
# | 1.4, 1.5 | colour: mixing, and where the mixing matrix comes from | 12 |
# | 1.6 | an experiment: how steep should the spectrum fall? | 15 |
# | 1.7 | an idea of your own | 10 |
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

from dputils.book import high_frequency_share
from dputils.checks import check, exercise
from dputils.data import sample_image
from dputils.media import show_images
from dputils.networks import load_network
from dputils.objectives import channel, logit
from dputils.optimize import maximize

# %% [markdown]
# Put your name or number into `student_id`. The checks draw their shapes and values
# from it, so your numbers differ from your neighbour's.

# %% tags=["parameters"]
student_id = ""
photo_name = "efficientnet_lite0"  # trained on photographs
photo_channels = [("blocks.4.1", 3), ("blocks.4.1", 38)]
# trained on drawings: one to climb in the experiment, one to give its opinion
climbed_name, judge_name, drawn = "patternnet", "patternnet-plain", "snowflake"
size, steps, lr = 112, 64, 0.05

# %% [markdown]
# ## The problem
#
# Ask a network what one of its channels is looking for: start from noise, and change
# the picture so that the channel's mean activation rises. The obvious parameters are
# the pixels. A step of the optimizer then changes every pixel by about the same amount,
# each on its own account. Neighbours have nothing to do with each other, and what comes
# out is noise.
#
# Photographs are not like that. Their neighbouring pixels agree, and so do their colour
# channels. We can build both habits into the *parameters* without forbidding any
# picture. Here is where this notebook ends:
#
# ![two rows of three pictures: pixels, waves, waves and mixed
# colours](attachment:bases)
#
# **Figure A1.1** *What you should get at the end of exercise 1.5.* Two channels of a
# network that was trained on photographs. In each row objective, optimizer and number
# of steps are the same. Left: the parameters are pixels. Middle: they are the strengths
# of waves. Right: waves, and colours that are mixed from independent channels. The
# right column depends on *which* right answer to 1.5 you find: made with Cholesky's
# root, the shells and pebbles lie elsewhere and have colours of their own.
#
# ## Exercise 1.1: The frequency of every coefficient
#
# <!-- MARKS 1.1: difficulty 1, importance 2, 6 minutes -->
#
# A picture of height $H$ and width $W$ is a sum of $H \times W$ waves.
# `torch.fft.rfft2` finds their amplitudes. The picture is real, so each wave that runs
# to the left is the mirror image of one that runs to the right, and only about half of
# the columns need to be kept: the result has $H$ rows and $W // 2 + 1$ columns.
#
# Every coefficient belongs to a wave of a certain vertical frequency $f_y$ and
# horizontal frequency $f_x$, in cycles per pixel; negative ones run the other way. How
# *fine* the wave is, is the length of $(f_x, f_y)$. Make a table of it, in the order in
# which `rfft2` stores the coefficients. The table of 4 × 4 pixels, for instance, is
#
# ```
# 0      0.25   0.5
# 0.25   0.354  0.559
# 0.5    0.559  0.707
# 0.25   0.354  0.559
# ```
#
# <!-- NUDGE -->
# `torch.fft` knows the frequencies of its own rows and columns. Look up `fftfreq` and
# `rfftfreq`: why are there two, and which of them belongs to which axis here?
# <!-- FORMULA -->
# $f_{jk} = \sqrt{f_y[j]^2 + f_x[k]^2}$, a column $(H, 1)$ and a row $(1, W // 2 + 1)$
# that broadcast to a table.
# <!-- LINE -->
# ```python
# fx = torch.fft.rfftfreq(...)[None, :]
# ```
# <!-- FOLDED -->


# %%
@exercise("1.1")
def frequencies(height, width):
    """Frequency of every coefficient of rfft2, in cycles per pixel: a tensor
    (height, width // 2 + 1).
    """
    # BLANK 3 lines
    fy = torch.fft.fftfreq(height)[:, None]
    fx = torch.fft.rfftfreq(width)[None, :]
    return (fx**2 + fy**2).sqrt()
    # END


# %%
check("1.1", frequencies, student=student_id)

# %% tags=["expected-frequencies"]
table = torch.fft.fftshift(frequencies(48, 80), dim=0)
plt.figure(figsize=(4.4, 3.4))
plt.imshow(table, extent=(0, 0.5, 0.5, -0.5), cmap="magma", aspect="auto")
plt.colorbar(label="cycles per pixel")
plt.xlabel("horizontal frequency")
plt.ylabel("vertical frequency")
plt.show()

# %% [markdown]
# **Figure A1.2** *The frequencies of a picture of 48 × 80 pixels*, rows sorted for the
# eye. Rings around zero frequency, of which the half with positive $f_x$ is shown. The
# corners are the finest waves there are: half a cycle per pixel in both directions.
#
# **Question.** A picture of 48 × 80 pixels has 48 · 80 numbers a channel, its half
# spectrum 48 · 41 complex ones, that is 48 · 82 real numbers. Where do the additional
# ones come from?
#
# <!-- ANSWER -->
# They are not independent. In the first column, and in the last if the width is even, a
# coefficient and the one of the opposite vertical frequency belong to the same wave,
# and the picture is real, so one is the conjugate of the other. `irfft2` takes what it
# needs. The parameterization is a little *over*complete, which does an optimizer no
# harm.
# <!-- FOLDED -->
#
# ## Exercise 1.2: Scale the spectrum
#
# <!-- MARKS 1.2: difficulty 1, importance 3, 6 minutes -->
#
# In photographs the amplitude of a wave falls off with its frequency, roughly as $1/f$.
# If a parameter is to change the picture by a natural amount, it should be multiplied
# by that. So we will store numbers of size one and multiply them by
#
# $$a(f) = \frac{1}{f^{\,p}}$$
#
# with $p$ near 1. As it stands the formula has a hole: one of the frequencies is zero,
# that of the picture's mean. Its amplitude must not be infinite, and it should not be
# zero either, since then the picture could never become brighter. Nothing slower than
# *one cycle per picture*, $1/\text{longest}$, deserves more than that one gets: treat
# every frequency below it as if it were that one.
#
# <!-- NUDGE -->
# Only frequencies below the limit have to change, and the limit itself is a number that
# you know from `longest`. Change the frequency *before* you take the power.
# <!-- FORMULA -->
# At zero the amplitude is that of the limit, $a(0) = a(1/\text{longest})$; above the
# limit nothing changes. `torch.clamp`, `torch.where` and `torch.maximum` can all do it.
# <!-- LINE -->
# ```python
# return 1 / ... ** power
# ```
# <!-- FOLDED -->


# %%
@exercise("1.2")
def amplitude(frequency, longest, power):
    """1 / frequency ** power, with frequency at least 1 / longest; of the same shape.

    longest is the longer side of the picture in pixels.
    """
    # BLANK 2 lines
    floor = 1 / longest
    return 1 / torch.clamp(frequency, min=floor) ** power
    # END


# %%
check("1.2", amplitude, student=student_id)

# %% [markdown]
# ## Exercise 1.3: From the spectrum to a picture
#
# <!-- MARKS 1.3: difficulty 2, importance 3, 8 minutes -->
#
# Optimizers like real numbers, so the parameters are a tensor `spectrum` of shape
# $(N, C, H, W // 2 + 1, 2)$: real parts in `[..., 0]`, imaginary parts in `[..., 1]`.
# Make pixels of them: each complex coefficient, scaled by its amplitude, is the
# strength of one wave, and the picture is their sum.
#
# Two things to watch. A half spectrum of 7 columns may belong to a width of 12 or 13,
# and nobody but you knows which. And the energy of the picture, the sum of its squares,
# shall be that of its whole spectrum, whatever the picture's size. (Fourier transforms
# come in three normalizations; one of them does this.)
#
# <!-- NUDGE -->
# Three things happen, in this order: pairs of real numbers become complex ones, each is
# scaled, and the way back of `rfft2` makes pixels of them. PyTorch has a function for
# the first and for the last. Read what the last one says about odd sizes.
# <!-- FORMULA -->
# $x = \text{irfft2}\big(a \cdot (\text{re} + i\,\text{im})\big)$, told the size that is
# wanted and the normalization that keeps energy; $a$ is $(H, W//2+1)$ and broadcasts
# over $(N, C)$. `torch.view_as_complex` needs the two parts in the last axis, where
# they are.
# <!-- LINE -->
# ```python
# scaled = torch.view_as_complex(...) * ...
# ```
# <!-- FOLDED -->


# %%
@exercise("1.3")
def to_picture(spectrum, amplitude, height, width):
    """Parameters (N, C, H, W // 2 + 1, 2), scaled by amplitude (H, W // 2 + 1), as raw
    pixels (N, C, H, W).
    """
    # BLANK 3 lines
    scaled = torch.view_as_complex(spectrum) * amplitude
    return torch.fft.irfft2(scaled, s=(height, width), norm="ortho")
    # END


# %%
check("1.3", to_picture, student=student_id)

# %% [markdown]
# Random numbers make a good first test. The same 80 × 60 × 3 waves, for three powers:
#
# ![random pictures for powers 0, 1 and 2](attachment:random)
#
# **Figure A1.3** *What you should get.* With power 0 all waves are equally strong,
# which is white noise. With power 1 there are things of all sizes, as in clouds. With
# power 2 hardly anything but the largest waves is left.
#
# **Question.** Every picture can be written with any power: one only needs other
# coefficients. Why does the power change what an optimizer finds?
#
# <!-- ANSWER -->
# A step of the optimizer moves every coefficient by about the same amount, and the
# picture by that times $a(f)$. So the power sets how far each *wave* comes in a given
# number of steps. Among many solutions, gradient descent finds one near its start, and
# what is near is measured in the parameters.
# <!-- FOLDED -->

# %% tags=["expected-random"]
height, width = 60, 80
generator = torch.Generator().manual_seed(1)
noise = torch.randn(1, 3, height, width // 2 + 1, 2, generator=generator)
pictures = []
for power in (0.0, 1.0, 2.0):
    scale = amplitude(frequencies(height, width), max(height, width), power)
    raw = to_picture(noise, scale, height, width)
    pictures.append(0.5 + 0.15 * (raw - raw.mean()) / raw.std())
titles = ["power 0", "power 1", "power 2"]
show_images(torch.cat(pictures), titles, width=560, quality=75)

# %% [markdown]
# Now optimize. `Waves` holds the spectrum as its parameter; your three functions turn
# it into pixels, and a sigmoid keeps them between 0 and 1. `Pixels` is the naive rival.
# `climb` optimizes several pictures side by side, with nothing else changed.


# %%
class Pixels(torch.nn.Module):
    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        start = torch.randn(1, 3, size, size, generator=generator)
        self.values = torch.nn.Parameter(0.01 * start)

    def forward(self):
        return torch.sigmoid(self.values)


class Waves(torch.nn.Module):
    def __init__(self, power=1.0, matrix=None, seed=0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        start = torch.randn(1, 3, size, size // 2 + 1, 2, generator=generator)
        self.spectrum = torch.nn.Parameter(0.01 * start)
        # a quarter suits Adam's step of 0.05
        self.scale = amplitude(frequencies(size, size), size, power) / 4
        self.matrix = matrix

    def forward(self):
        raw = to_picture(self.spectrum, self.scale, size, size)
        if self.matrix is not None:
            raw = mix_colours(raw, self.matrix)
        return torch.sigmoid(raw)


# %% [markdown]
# ## Exercise 1.4: Mix the colours
#
# <!-- MARKS 1.4: difficulty 1, importance 2, 5 minutes -->
#
# The channels of a photograph agree as well: what is bright in red is mostly bright in
# green and blue. So let the parameters be three *independent* numbers for each pixel,
# and mix red, green and blue from them with a matrix $A$ of $3 \times 3$ numbers, whose
# rows are red, green and blue:
#
# $$\text{rgb}_c = \sum_k A_{ck}\, \text{raw}_k \qquad \text{for every pixel}$$
#
# Write it for a whole batch. Mind the axis: colours are axis 1, while `@` works on the
# last two.
#
# <!-- NUDGE -->
# `matrix @ x` multiplies along the axis before the last. How can the two spatial axes
# become one, so that colour *is* that axis? `einsum` is another way, and asks for no
# reshaping at all.
# <!-- FORMULA -->
# $(3 \times 3)\,(N \times 3 \times HW) \to (N \times 3 \times HW)$, in the
# indices of `einsum`: sum over $k$, the colour that goes in.
# <!-- LINE -->
# ```python
# return (matrix @ ...).reshape(...)
# ```
# <!-- FOLDED -->


# %%
@exercise("1.4")
def mix_colours(raw, matrix):
    """Every pixel's three numbers, raw (N, 3, H, W), times matrix (3, 3): colours
    (N, 3, H, W).
    """
    # BLANK 1 to 3 lines
    flat = raw.flatten(2)
    return (matrix @ flat).reshape(raw.shape)
    # END


# %%
check("1.4", mix_colours, student=student_id)

# %% [markdown]
# ## Exercise 1.5: Which colours vary together
#
# <!-- MARKS 1.5: difficulty 2, importance 2, 7 minutes -->
#
# Where does $A$ come from? From pictures. The *covariance* $C$ of their colours says
# which channels vary together: it is the $3 \times 3$ matrix of the mean products of
# two channels' deviations from their means, over all $P$ pixels. If independent numbers
# of variance one go into $A$, what comes out has covariance $A A^\top$. So look for a
# *root* of the covariance:
#
# $$A A^\top = C$$
#
# There are many such roots, and any of them is right. How does one take the root of a
# matrix? Linear algebra has several names for it.
#
# <!-- NUDGE -->
# First the covariance, whose rows and columns are colours: the product of a
# $3 \times P$ and a $P \times 3$ matrix. Then look in `torch.linalg` for what takes a
# symmetric matrix apart into a product.
# <!-- FORMULA -->
# $C = D^\top D / P$ with $D$ the deviations from the mean colour. Either $C = L L^\top$
# (`torch.linalg.cholesky`), so $A = L$; or $C = V \operatorname{diag}(\lambda)
# V^\top$ (`torch.linalg.eigh`), so $A = V \operatorname{diag}(\sqrt\lambda)\, V^\top$.
# <!-- LINE -->
# ```python
# values, vectors = torch.linalg.eigh(...)
# ```
# <!-- FOLDED -->


# %%
@exercise("1.5")
def colour_root(pixels):
    """A matrix A (3, 3) with A Aᵀ = the covariance of the colours of pixels (P, 3)."""
    # BLANK 4 to 5 lines
    deviations = pixels - pixels.mean(0)
    covariance = deviations.T @ deviations / len(pixels)
    values, vectors = torch.linalg.eigh(covariance)
    return vectors @ torch.diag(values.sqrt()) @ vectors.T
    # END


# %%
check("1.5", colour_root, student=student_id)

# %%
window = sample_image("leaded_window", 96)
matrix = colour_root(window[0].flatten(1).T)
matrix = matrix / matrix.norm(dim=0).max()
print(matrix)
strips = matrix.T[:, :, None, None].expand(-1, -1, 96, 96)
probe = 0.5 + 0.8 * strips * torch.linspace(-1, 1, 96)
titles = ["the painting", "first number", "second", "third"]
show_images([window[0], *probe.clamp(0, 1)], titles, width=600, quality=75)

# %% [markdown]
# **Figure A1.4** *What each of the three numbers does to a grey pixel*, from −1 to 1,
# with the matrix found in the painting at the left. None moves one channel alone: what
# gets redder gets a little greener too, because light and shadow change all three.
# (Another root gives other strips. A Cholesky root, for instance, has one that is pure
# blue.)
#
# **Question.** If $A$ is a root of $C$, so is $A R$ with any rotation $R$. Does it
# matter for Adam which one you take?
#
# <!-- ANSWER -->
# For plain gradient descent it does not: the step in the picture is $A A^\top = C$
# times the gradient, whatever $R$. Adam divides each parameter by its own size, axis by
# axis, and axes are what $R$ turns. So the pictures differ a little, and none is wrong.
# <!-- FOLDED -->
#
# Everything is there. Three pictures, three parameterizations:


# %%
class Album(torch.nn.ModuleList):
    """Several pictures as one batch, so that they are optimized side by side."""

    def forward(self):
        return torch.cat([picture() for picture in self])


def climb(network, goal, pictures):
    """Raise an objective in every picture; the pictures (N, 3, size, size)."""
    album = Album(pictures)
    maximize(album, goal, network, steps=steps, lr=lr, progress=False)
    return album().detach()


# %% tags=["expected-bases"]
photo = load_network(photo_name)
sheet = [
    climb(photo, channel(*unit), [Pixels(), Waves(), Waves(matrix=matrix)])
    for unit in photo_channels
]
titles = ["pixels", "waves", "waves, mixed colours", "", "", ""]
show_images(torch.cat(sheet), titles, columns=3, width=600, quality=68)

# %% [markdown]
# Compare with Figure A1.1. With pixels the motif is there as grain, grey and without
# depth, and the network's strides lie over it as a grid. The waves have shapes, light
# and shadow, and glaring colours. With mixed colours the glare is gone, and what is
# left are the colours of the painting, since that is where the matrix comes from. If
# you took Cholesky's root, your third column differs from the figure, and is as right.
#
# ## Experiment 1.6: How steep should the spectrum fall?
#
# So far the power was 1. What happens for 0, 0.5, 1.5, 2, 3? The parameterization can
# still represent every picture. Only the sizes of the steps differ.
#
# <!-- RUBRIC 1.6 -->
#
# #### Your prediction (1.6)
#
# <!-- BLANK -->
# With power 0 all waves move equally fast, so the picture will be as grainy as with
# pixels. With rising power the fine waves stand still, and the picture gets smoother.
# Beyond 2 only blobs will be left, and another network will no longer see a snowflake
# in them.
# <!-- END -->

# %% [markdown]
# Now sweep, and keep everything else fixed. Another network takes part here, which was
# trained on drawings of 80 kinds, because there is a second one that can be asked for
# its opinion. `climb(climbed, logit(drawn), [Waves(2.0, matrix)])` gives the picture
# for power 2; a list of several gives several. Two numbers may help.
# `high_frequency_share(pictures)` is the share of each picture's energy in fine detail.
# `verdict(pictures)` is the probability that the *other* network, which did not take
# part, gives the class.


# %%
climbed, judge = load_network(climbed_name), load_network(judge_name)


def verdict(pictures):
    """The other network's probability of the class `drawn`, (N,)."""
    with torch.no_grad():
        return judge.logits(pictures).softmax(1)[:, judge.classes.index(drawn)]


# %%
# Experiment 1.6
# BLANK your sweep and your plot
powers = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
swept = climb(climbed, logit(drawn), [Waves(power, matrix) for power in powers])
titles = [f"power {power:g}" for power in powers]
show_images(swept, titles, width=760, quality=75)
plt.figure(figsize=(5, 3))
plt.plot(powers, high_frequency_share(swept), "o-", label="share of fine detail")
plt.plot(powers, verdict(swept), "s-", label=f"other network: {drawn}")
plt.xlabel("power")
plt.ylabel("share, probability")
plt.legend(frameon=False)
plt.show()
# END

# %% [markdown]
# #### Your finding (1.6), one sentence
#
# <!-- BLANK -->
# Fine detail falls from 63 % of the energy at power 0 to 3 % at power 3, and the other
# network recognises the snowflake only in between, with 98 % or more from 0.5 to 1.5,
# and not at all at 0 or from 2 on: the prediction held.
# <!-- END -->
#
# ## 1.7 An idea of your own
#
# What else could a parameterization know about pictures? Some starts: a spectrum that
# prefers horizontal waves; a matrix learned from photographs (`sample_image("cat")`);
# waves in which real and imaginary parts are replaced by amplitude and phase; another
# class, or a hidden channel (`maximize` takes `"conv6:10"`). Ask one question, make one
# run, say what you saw.
#
# <!-- RUBRIC 1.7 -->

# %%
# Experiment 1.7
# BLANK your own
subjects = ("cat", "coffee", "astronaut")
photographs = torch.cat([sample_image(name, 96) for name in subjects])
palette = colour_root(photographs.transpose(0, 1).flatten(1).T)
mixed = [Waves(matrix=matrix), Waves(matrix=palette / palette.norm(dim=0).max())]
titles = ["colours of a window", "colours of photographs"]
show_images(climb(photo, channel(*photo_channels[0]), mixed), titles, width=430)
# END

# %% [markdown]
# #### Your question and what you saw (1.7)
#
# <!-- BLANK -->
# Do the colours of photographs make more natural shells than those of a stained-glass
# window? They make greyer ones, from blue to brown. The channels of the photographs
# agree more with each other, so a step of the optimizer moves mostly light and shadow.
# <!-- END -->
#
# ## Where to go from here
#
# The book's first notebook, *Why parameterization matters*, shows why this works:
# scaling the spectrum is a *preconditioner*, which changes the direction of every step
# and thereby which of many solutions is found. In `dputils.images` these fifty lines
# are called `FourierBasis` and `ImageParam`.
