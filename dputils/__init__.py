"""Differentiable image parameterizations in PyTorch: the package behind the book's
notebooks.

`import dputils as dp` has what one reaches for most. Each name is loaded when it is
first used.

The five tricks
    Fourier basis, introduction and sections 1 and 2 of the article
        dp.fourier_image  dp.pixel_image  dp.ImageParam  dp.FourierBasis  dp.LowResBasis
    style by Gram matrices and their moving average, sections 2 and 6
        dp.gram_matrix  dp.MovingAverageGram  dp.style_loss  dp.content_loss
    CPPN, section 3
        dp.CPPN  dp.to_glsl
    opacity, section 4
        dp.blend_over  dp.OverBackground  dp.transparency_objective
    rendering, sections 5 and 6
        dp.View  dp.sample_views  dp.load_mesh  dp.save_mesh
Climbing
    dp.load_network  dp.channel  dp.logit  dp.standard_transforms  dp.maximize
    dp.minimize  dp.deep_dream
Showing
    dp.sample_image  dp.sample_mesh  dp.read_image  dp.write_image  dp.show_images
    dp.show_video  dp.LivePanel  dp.MeshViewer
Classroom
    dp.check  dp.exercise

Everything stands in a room of its own; `help(dputils.images)` describes one. Of the
article, introduction and section 1:
    images      pictures as sums of bases, then colour, then a sigmoid
    color       decorrelated colour, sRGB and linear light
    transforms  padding, jitter, scale, rotation before the network looks
Sections 2 and 6:
    style       Gram matrices, losses, moments, style in one pass
Section 3:
    cppn        pictures in the weights of a network of (x, y)
Section 4:
    alpha       pictures with opacity, and what lies behind them
Sections 5 and 6:
    rasterize   from triangles to pixels to colours
    scene       meshes and cameras
All sections:
    networks    frozen classifiers with layers by name
    objectives  what to maximise
    optimize    the loop
What the article's last page asks for:
    zoo         other people's ways to write a picture down, as bases
The appendix on infinite patterns:
    patterns    tiles, and DeepDream of any size
Beside the article:
    media       reading, writing and showing pictures and films
    data        bundled pictures and meshes
    book        claims, measures and diagrams: what only the notebooks need
    widgets     figures to play with, with or without a kernel
    checks      the assignments' checks, and grading a class
"""

import lazy_loader

from . import _moved

__version__ = "0.2.0"

# The names above are listed once, in `__init__.pyi`, where editors look for them too.
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

_moved.say_where()


def __getattr__(name: str) -> object:
    if name in _moved.ROOM_OF:
        raise AttributeError(_moved.direction(name))
    return _load(name)
