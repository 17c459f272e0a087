"""dputils: differentiable image parameterizations in PyTorch.

A thin package behind the notebooks. Import what you need from its modules:

    images          pictures as sums of bases, then colour, then a sigmoid
    bases           the bases: Fourier, pixels, low resolution, Laplacian pyramid
    color           decorrelated colour, sRGB and linear light
    alpha           pictures with opacity: blending in linear light, and the pressure to be transparent
    backgrounds     what lies behind them while they are optimized
    cppn            pictures in the weights of a network of (x, y), at any size, and what lies between two
    nonlinearities  activation functions that keep the scale
    glsl            such pictures as shaders
    transforms      padding, jitter, scale, rotation before the network sees the picture
    tiling          pictures that tile: looking across the seam, measuring it, showing the wall
    dream           DeepDream, its gradient made smooth by hand, on tiles of any size
    networks        frozen classifiers with layers by name
    relu            values before a ReLU, and gradients through one that is off
    channels        channels worth looking at
    patternnet      the two classifiers that ship with the project
    objectives      what to maximise
    algebra         what objectives have in common: sums, products, names
    style           Gram matrices, moments and distributions, style and content losses
    fast_style      style transfer in one pass, by a network that knows twelve styles
    scene           meshes and cameras
    meshes          what a mesh is, and how a broken one is repaired
    mesh_files      OBJ and GLB, unwrapping, gutters
    rasterize       from triangles to pixels to colours
    visibility      which triangle a pixel sees
    texture         bilinear and mip-mapped lookups
    pytorch3d_backend  the same pictures by PyTorch3D, and meshes from and to it
    optimize        the loop
    measures        numbers for claims
    claims          the claims with their bars
    media           reading, writing and showing pictures and films
    data            bundled pictures and meshes
    checks          the assignments' checks, and grading a class
    widgets         figures to play with: one script each, with or without a kernel
    diagrams        the article's diagrams as vector graphics
    drawing         boxes, arrows and pictures, the parts of a diagram
"""

__version__ = "0.1.0"
