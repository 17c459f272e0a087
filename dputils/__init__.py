"""dputils: differentiable image parameterizations in PyTorch.

A thin package behind the notebooks. Import what you need from its modules:

    images        pictures as sums of bases: Fourier, pixels, low resolution, Laplacian pyramid
    color         decorrelated colour, sRGB and linear light
    transforms    padding, jitter, scale, rotation before the network sees the picture
    networks      frozen classifiers with layers by name
    objectives    what to maximise
    style         Gram matrices, style and content losses
    optimize      the loop
    measures      numbers for claims
    media         reading, writing and showing pictures and films
    data          bundled pictures
    diagrams      the article's diagrams as vector graphics
"""

__version__ = "0.1.0"
