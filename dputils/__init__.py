"""dputils: differentiable image parameterizations in PyTorch.

A thin package behind the notebooks. Import what you need from its modules:

    images      pictures as sums of bases, then colour, then a sigmoid
    bases       the bases: Fourier, pixels, low resolution, Laplacian pyramid
    color       decorrelated colour, sRGB and linear light
    transforms  padding, jitter, scale, rotation before the network sees the picture
    networks    frozen classifiers with layers by name
    relu        values before a ReLU, and gradients through one that is off
    channels    channels worth looking at
    patternnet  the two classifiers that ship with the project
    objectives  what to maximise
    algebra     what objectives have in common: sums, products, names
    style       Gram matrices, style and content losses
    optimize    the loop
    measures    numbers for claims
    claims      the claims with their bars
    media       reading, writing and showing pictures and films
    data        bundled pictures
    diagrams    the article's diagrams as vector graphics
    drawing     boxes, arrows and pictures, the parts of a diagram
"""

__version__ = "0.1.0"
