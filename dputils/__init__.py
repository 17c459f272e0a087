"""dputils: differentiable image parameterizations in PyTorch.

A thin package behind the notebooks. Import what you need from its modules:

    images, bases     pictures as sums of bases: Fourier, pixels, low resolution, Laplacian pyramid
    color             decorrelated colour, sRGB and linear light
    transforms        padding, jitter, scale, rotation before the network sees the picture
    networks          frozen classifiers with layers by name
    relu              values before a ReLU, and gradients through one that is off
    channels          channels worth looking at
    patternnet        the two classifiers that ship with the project
    objectives        what to maximise, with `algebra` for sums and products
    style             Gram matrices, style and content losses
    optimize          the loop
    measures, claims  numbers for claims, and the claims with their bars
    media             reading, writing and showing pictures and films
    data              bundled pictures
    diagrams, drawing the article's diagrams as vector graphics
"""

__version__ = "0.1.0"
