"""What the controls of the book's panels mean, said once for all of them.

A panel shows these words where the mouse rests on a control's name, or where it was
clicked. They hold for any panel that calls a control by the same name; `tips=` of a
panel comes before them.
"""

MEANINGS = {
    "activation": "the function that each neuron applies",
    "background": "what the picture is laid over while it is optimized",
    "basis": "what the parameters are: pixels, waves, a pyramid",
    "cells": "how many pixels a side the coarse picture has that is stretched",
    "content": "weight of the content: how much what is shown should stay",
    "between": "where in the film the picture at the lower right lies: two "
    "neighbours, crossfaded",
    "coupling": "how strong the part is that all pictures have in common",
    "decay_power": "p in the scale 1/f^p of the waves: larger is smoother",
    "decorrelated_colours": "parameters are lightness, blue against yellow, green "
    "against magenta, and not red, green and blue",
    "family": "what the picture is made of: waves, pixels, strokes …",
    "first_frame": "the class with which the film begins",
    "hidden": "how many hidden layers the network has",
    "last_frame": "the class with which the film ends",
    "levels": "how many coarse pictures all frames have in common",
    "lr": "learning rate: how far each step goes",
    "memory": "decay of the moving average: near 1, earlier views count for long",
    "moved": "turned, zoomed and shifted a little before the network looks",
    "painting": "whose style the picture should take",
    "pressure": "how much a share of opacity costs",
    "prior": "weight of the prior: how much an unusual size costs",
    "radius": "whether the network is told the distance from the middle",
    "shared": "the coarse pictures are common to all frames; or each has its own",
    "shifted": "moved by a few pixels at each step, before the network looks",
    "side": "from where you look: one of three places",
    "size": "pixels along each side of the picture",
    "smoothing": "λ: how stiff the surface is while it bends",
    "step_size": "learning rate: how far each step goes",
    "style": "weight of the style: how much the painting counts",
    "texels": "pixels along each side of the texture",
    "turn": "from where you look, around the model",
    "unit": "what should appear: a channel, a neuron or a class",
    "waves": "how many waves of the place the network is told, too",
    "weight": "how much the penalty counts beside the goal",
    "width": "how many neurons each hidden layer has",
    "wish": "what should appear: a class, or a channel of a layer",
    "zoom": "how close the camera comes",
}


def meaning(name: str) -> str:
    """What a control of that name or label means, or "" for one that is not known."""
    return MEANINGS.get(name.replace(" ", "_"), "")
