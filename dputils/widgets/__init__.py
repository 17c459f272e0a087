"""Figures to play with, as self-contained HTML or, for pictures that change, widgets.

    CompareSlider(before, after)         two pictures and a line to wipe between them
    FrameScrubber(film, film)            films in step, one slider
    Gallery(images, captions)            many pictures, each grows under the pointer
    AlphaViewer(images)                  pictures with opacity over any background
    CppnViewer(cppn, other)              a CPPN as a shader: zoom, morph, save
    CppnGallery(cppns, captions)         many CPPNs, or films of their training
    LivePanel(build, goal, network)      an optimization to steer while it runs
    MeshViewer(mesh, textures)           a textured mesh: turn, zoom, light, unfold
    Row(figure, figure)                  figures side by side
    export_for_page(network)             a network as data, to run inside a web page
    page_weights(weight)                 what such a page makes of its weights

The last line of a cell shows a figure. What you only look at needs no kernel and no
network: it works in a saved notebook and in an exported page. With `live=True` the same
figure is a widget, and its `update` pushes new pictures from Python.
"""

from .alpha_viewer import AlphaViewer
from .compare_slider import CompareSlider
from .cppn_viewer import CppnGallery, CppnViewer
from .frame_scrubber import FrameScrubber
from .gallery import Gallery
from .hosting import Component
from .live_panel import LivePanel
from .mesh_viewer import MeshViewer
from .page_network import export_for_page, page_weights
from .pickers import Choice
from .row import Row

__all__ = [
    "AlphaViewer",
    "Choice",
    "CompareSlider",
    "Component",
    "CppnGallery",
    "CppnViewer",
    "FrameScrubber",
    "Gallery",
    "LivePanel",
    "MeshViewer",
    "Row",
    "export_for_page",
    "page_weights",
]
