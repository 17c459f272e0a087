"""Panels for pages without a kernel: what each climbs, and the scripts that run them.

A panel takes the place of a notebook's live panel. One script holds panel and engine,
and the first play has it load another one with both PatternNets. A page opened from a
folder can load them, because they are ordinary scripts.
"""

import base64
import html
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dputils.data import PHOTOGRAPHS, sample_image, sample_mesh
from dputils.media import data_url
from dputils.networks import layer_at, load_network, recipe
from dputils.scene import Mesh, unwrap
from dputils.sizes import Size
from dputils.widgets import export_for_page
from dputils.widgets.hosting import bare, joined
from dputils.widgets.meanings import meaning

SCRIPT, WEIGHTS = "steer.js", "steer_networks.js"  # beside index.html
MARK = "data-dputils-steer"
NETWORKS = {"robust": "patternnet", "plain": "patternnet-plain"}
things = "heart strawberry scales stained_glass honeycomb spiral_ccw dots cobble"
THINGS = {name.removesuffix("_ccw"): name for name in things.split()}
MANNERS = ["leaded_window", "two_carp", "river_in_dots", "swirling_night"]
MOTIFS = ["eye", "mushroom", "fern", "snail", "feather", "leaf"]
ACTIVATIONS = ["composite", "unbiased", "relu", "abs"]
OTHER = {"robust": "plain", "plain": "robust"}  # whose opinion is asked


def choice(label: str, options: list[Any], **more: Any) -> dict[str, Any]:
    return {"kind": "choice", "label": label, "options": options, **more}


def slider(label: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {
        "kind": "slider",
        "label": label,
        "low": low,
        "high": high,
        "whole": False,
        "logarithmic": low > 0 and high / low >= 20,  # as in a LivePanel
        **more,
    }


def whole(label: str, low: int, high: int, **more: Any) -> dict[str, Any]:
    """A slider for what makes another architecture."""
    return {**slider(label, low, high, restarts=True, **more), "whole": True}


def switch(label: str, **more: Any) -> dict[str, Any]:
    return {"kind": "switch", "label": label, **more}


def panel(
    controls: dict[str, tuple[dict[str, Any], Any]],
    settings: dict[str, Any],
    **more: Any,
) -> dict[str, Any]:
    """`{setting: (control, start)}` and what nothing moves, as the page wants them.

    A choice starts with one of its options; the engine is told the option, or what it
    `means`, if that is another word. A control with `only={other: [values]}` is
    grey unless the other one says so.
    """

    def place(name: str, value: Any) -> Any:
        control = controls[name][0]
        return control["options"].index(value) if "options" in control else value

    values = {name: place(name, start) for name, (_, start) in controls.items()}
    listed = [
        {
            "restarts": False,
            "seen": False,
            "tip": meaning(control["label"]),
            "name": name,
            **control,
        }
        for name, (control, _) in controls.items()
    ]
    for control in listed:
        control["at_once"] = control["restarts"]
        control["only"] = {
            other: [place(other, value) for value in wanted]
            for other, wanted in control.get("only", {}).items()
        }
    settings = {"moved": True, "rate": 0.05, "judges": OTHER, **settings}
    return {
        "controls": listed,
        "values": values,
        "seed": "0",
        "settings": settings,
        **more,
    }


def channels(*networks: str) -> list[str]:
    """Channels as "layer:number" that all these networks have, of three depths."""
    layers = [load_network(NETWORKS[network]).layers for network in networks]
    return [
        f"{name}:{number}"
        for name in ("conv2", "conv5", "conv8")
        for number in range(min(each[name] for each in layers))
    ]


def painted(
    network: str, size: int, photograph: str, paintings: list[str]
) -> tuple[dict[str, Any], dict[str, str], float]:
    """Settings, pictures and weight of the content, as the network's recipe has them.

    Paintings are twice as wide as the photograph, so that their strokes come out at a
    size the network notices.
    """
    layers, content_layer, weight = recipe(load_network(NETWORKS[network]))
    whole = {name.replace("_", " "): name for name in paintings}
    settings = {
        "photograph": photograph,
        "styleLayers": [f"{layer}.relu" for layer in layers],
        "contentLayer": f"{content_layer}.relu",
    }
    sizes: dict[str, tuple[str, Size]] = {photograph: (photograph, size)} | {
        shown: (name, (size * 4 // 3, size * 2)) for shown, name in whole.items()
    }
    pictures = {
        shown: data_url(sample_image(*which), "webp", quality=50)
        for shown, which in sizes.items()
    }
    return settings, pictures, weight


def small_model(name: str, cells: int = 22, texels: int = 256) -> dict[str, str]:
    """One of the book's models in few triangles, as the engine's `Mesh` takes it.

    Vertices in one cell of a grid become one, in their middle. Triangles that lose a
    corner go, as do all but one at the same place. The rest is cut into charts anew,
    for a texture of `texels`.
    """
    mesh = sample_mesh(name)
    place = ((mesh.positions + 1) / 2 * cells).floor()
    _, cell, count = place.unique(dim=0, return_inverse=True, return_counts=True)
    middle = torch.zeros(len(count), 3).index_add(0, cell, mesh.positions)
    faces = cell[mesh.faces]
    faces = faces[(faces != faces.roll(1, 1)).all(1)]
    _, once = np.unique(faces.sort(1).values.numpy(), axis=0, return_index=True)
    small = unwrap(Mesh(middle / count[:, None], faces[once], name=name), size=texels)
    numbers = {
        "positions": (small.positions * 32767).round().numpy().astype("<i2"),
        "uv": (small.uv * 65535).round().numpy().astype("<u2"),
        "faces": small.faces.numpy().astype("<u2"),
    }
    return {
        key: base64.b64encode(value.tobytes()).decode()
        for key, value in numbers.items()
    }


@cache
def panels() -> dict[str, dict[str, Any]]:
    """`{stem of a notebook, or name on a page: its panel}`."""
    small = load_network("patternnet")
    classes = list(small.classes or [])
    wishes = classes + channels(*NETWORKS)
    style, pictures, content_weight = painted("plain", 96, "cat", MANNERS)
    layers = [layer_at(small, depth) for depth in (0.45, 0.6)]
    alike = [f"{layer.removesuffix('.relu')}.relu" for layer in layers]
    told = "robust was trained against attacks, plain was not"
    network = choice("network", [*NETWORKS], tip=told), "robust"
    colours = switch("decorrelated colours", restarts=True), True
    waves = {"restarts": True, "only": {"basis": ["Fourier"]}}
    built = "what the parameters are: waves, a pyramid, coarse cells, pixels, or the "
    built += "weights of a network"
    grounds = ["clouds", "white page", "photographs", "noise"]
    raw = ["Fourier", "Laplacian", "low resolution", "pixels"]  # of colours
    decay = slider("decay power", 0, 2, **waves), 1
    return {
        "00_why_parameterization_matters": panel(
            {
                "coupling": (
                    slider("coupling", 0, 2, restarts=True),
                    0,
                ),
                "basis": (
                    choice("basis", ["Fourier", "pixels"], restarts=True),
                    "Fourier",
                ),
                "decay": decay,
                "decorrelate": colours,
                "network": network,
                "wish": (choice("wish", wishes), "lighthouse"),
            },
            {"size": 80, "batch": 2},
            width=420,
            alt="two pictures that climb towards one class",
        ),
        "01_aligned_interpolation": panel(
            {
                "levels": (whole("levels", 0, 6), 0),
                "shared": (
                    switch("shared", restarts=True, only={"levels": [*range(1, 7)]}),
                    True,
                ),
                "weight": (slider("weight", 0, 300), 0),
                "wish": (choice("first frame", classes), "star"),
                "last": (choice("last frame", classes), "daisy"),
                "between": (
                    slider("between", 0, 1, seen=True),
                    0.25,
                ),
            },
            {
                "size": 80,
                "batch": 3,
                "basis": "Fourier",
                "decay": 1.3,
                "decorrelate": True,
                "coupling": 0,
                "network": "robust",
                "alike": alike,
                "judges": {},
            },
            width=420,
            alt="three frames of a film; at the lower right, two of them crossfaded",
        ),
        "02_style_transfer_beyond_vgg": panel(
            {
                "content": (slider("content", 0, 6), content_weight),
                "style": (slider("style", 0, 3), 1),
                "painting": (
                    choice("painting", [*pictures][1:]),
                    "leaded window",
                ),
                "moved": (switch("shifted"), True),
                "decay": (
                    slider("decay power", 0, 2.5, restarts=True),
                    1.5,
                ),
            },
            {
                "size": 96,
                "batch": 1,
                "basis": "Fourier",
                "decorrelate": True,
                "coupling": 0,
                "network": "plain",
                "turned": False,
                "judges": {},
                **style,
            },
            width=320,
            alt="a photograph that is repainted in the manner of a painting",
            descends=True,
            pictures=pictures,
        ),
        "03_cppn": panel(
            {
                "wish": (choice("unit", MOTIFS), "eye"),
                "activation": (
                    choice("activation", ACTIVATIONS, restarts=True),
                    "composite",
                ),
                "hidden": (whole("hidden", 1, 10), 8),
                "width": (whole("width", 4, 40), 24),
                "radius": (switch("radius", restarts=True), False),
                "waves": (whole("waves", 0, 12), 0),
                "rate": (slider("lr", 0.001, 0.1), 0.01),
            },
            {
                "basis": "CPPN",
                "size": 56,  # an answer within a tenth of a second
                "batch": 1,
                "network": "robust",
                "moved": False,
            },
            width=320,
            alt="a picture in the weights of a network that learns",
        ),
        "04_transparency": panel(
            {
                "pressure": (slider("pressure", 0, 8), 4),
                "ground": (
                    choice("background", grounds),
                    "clouds",
                ),
                "wish": (choice("unit", [*THINGS], means=[*THINGS.values()]), "heart"),
            },
            {
                "size": 96,
                "batch": 1,
                "basis": "Fourier",
                "decay": 1.5,
                "decorrelate": True,
                "coupling": 0,
                "network": "robust",
                "finest": [0.22, 0.22, 0.22, 0.12],  # as in the notebook
                "judges": {},
            },
            width=320,
            alt="a picture with opacity over black, white, a checkerboard; its alpha",
            # a third more than the ground's 120 pixels, so that windows differ
            pictures={
                name: data_url(sample_image(name, 160), "webp", quality=40)
                for name in PHOTOGRAPHS
            },
        ),
        "05_textures_through_rendering": panel(
            {
                "zoom": (slider("zoom", 0.8, 5), 3.5),
                "turn": (slider("turn", 0, 11, seen=True), 0),
                "wish": (choice("wish", classes + channels("robust")), "stained_glass"),
                "size": (choice("texels", [64, 128, 256, 512], restarts=True), 256),
                "decay": (
                    slider("decay power", 0, 2, restarts=True),
                    1,
                ),
            },
            {
                "batch": 1,
                "basis": "Fourier",
                "decorrelate": True,
                "coupling": 0,
                "network": "robust",
                "rate": 0.1,
                "view": 96,
                "shown": 288,
                "judges": {},
            },
            width=320,
            alt="a model whose texture grows while it is looked at from all sides",
            mesh=small_model("bunny"),
        ),
        "playground": panel(
            {
                "wish": (choice("wish", wishes), "strawberry"),
                "basis": (
                    choice("basis", [*raw, "CPPN"], restarts=True, tip=built),
                    "Fourier",
                ),
                "decay": decay,
                "cells": (
                    whole("cells", 2, 32, only={"basis": ["low resolution"]}),
                    16,
                ),
                "activation": (
                    choice(
                        "activation",
                        ACTIVATIONS,
                        restarts=True,
                        only={"basis": ["CPPN"]},
                    ),
                    "composite",
                ),
                "decorrelate": (
                    switch("decorrelated colours", restarts=True, only={"basis": raw}),
                    True,
                ),
                "moved": (switch("moved"), True),
                "network": network,
                "size": (choice("size", [64, 96, 128], restarts=True), 128),
                "rate": (slider("step size", 0.005, 0.5), 0.05),
            },
            {
                "batch": 1,
                "coupling": 0,
                "hidden": 6,  # fewer than in section 3: a third of its time
                "width": 16,
                "radius": False,
                "waves": 0,
                "rates": {"CPPN": 0.2},  # every weight moves the whole picture
            },
            width=320,
            fragment=True,
            alt="a picture that climbs towards a class",
        ),
    }


def starts(name: str) -> dict[str, Any]:
    """What a panel asks the engine for, but for the seed, before anybody moved it."""
    each = panels()[name]
    moved = {
        control["name"]: told[value] if told else value
        for control in each["controls"]
        for told in [control.get("means", control.get("options"))]
        for value in [each["values"][control["name"]]]
    }
    return {**each["settings"], **moved}


def attribute(name: str) -> str:
    """What makes a piece of a page the place of a panel; what stands in it is the still
    until the script comes.
    """
    data = json.dumps(panels()[name], separators=(",", ":"), ensure_ascii=False)
    # JSON is full of double quotes: single ones around it leave them as they are
    escaped = html.escape(data, quote=False).replace("'", "&#39;")
    return f"{MARK}='{escaped}'"


@cache
def models() -> dict[str, dict[str, Any]]:
    """Both networks as data for the engine, under the names that panels give them."""
    return {
        name: export_for_page(load_network(network))
        for name, network in NETWORKS.items()
    }


def worker_script() -> str:
    """The engine as the script of a Worker of its own."""
    return f'"use strict"; (() => {{ {joined("engine/worker.js")}\nserve(self); }})();'


def engine_and_panel() -> str:
    """Scripts that define `engine` and `steer`. Comments stay in the source."""
    return f"""// Optimization inside a page; its source: dputils/widgets/static/engine
function engine() {{
{bare(joined("engine/worker.js"))}

return serve;
}}

{bare(joined("steer.js"))}
"""


def script() -> str:
    """What all pages share: engine and panel, as one classic script."""
    return f"""(() => {{
{engine_and_panel()}
const networks = new URL("{WEIGHTS}", document.currentScript.src);
for (const place of document.querySelectorAll("[{MARK}]")) {{
  steer(place, {{ config: JSON.parse(place.dataset.dputilsSteer), networks, engine }});
}}
}})();
"""


def module() -> str:
    """The same for JupyterLab: a module whose `panelFor(notebook, place)` puts the
    panel of a notebook, by its stem, into a place, or gives null if there is none.
    """
    own = {stem: each for stem, each in panels().items() if "fragment" not in each}
    data = json.dumps(own, separators=(",", ":"), ensure_ascii=False)
    return f"""{engine_and_panel()}
const networks = new URL("{WEIGHTS}", import.meta.url), panels = {data};
export function panelFor(notebook, place) {{
  const config = Object.hasOwn(panels, notebook) ? panels[notebook] : null;
  return config && steer(place, {{ config, networks, engine }});
}}
"""


def words() -> set[str]:
    """All that panels say: names and meanings of controls, options, descriptions.

    A channel, "conv5:20", is called the same in every language.
    """
    said = set()
    for each in panels().values():
        said.add(each["alt"])
        for control in each["controls"]:
            said |= {control["label"], control["tip"], *control.get("options", [])}
    texts = {text for text in said if isinstance(text, str) and text}
    return texts - {*channels("robust"), *channels("plain")}


def weights() -> str:
    """The networks as a script of their own, to be written in UTF-16: there two letters
    of two bytes carry 31 bits, and one of base64 six of eight.
    """
    packed = {}
    for name, model in models().items():
        data = base64.b64decode(model["weights"])
        packed[name] = {**model, "weights": in_letters(data), "size": len(data)}
    text = json.dumps(packed, separators=(",", ":"), ensure_ascii=False)
    return f"globalThis.dputilsNetworks = {text};\n"


def in_letters(data: bytes) -> str:
    """31 bits as two letters from U+2030 on; `bytesOf` of the engine reads them."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    bits = np.pad(bits, (0, -len(bits) % 31)).reshape(-1, 31)
    pairs = np.stack(np.divmod(bits @ (1 << np.arange(31)[::-1]), 46341), 1)
    return (0x2030 + pairs).astype("<u2").tobytes().decode("utf-16-le")


def write_scripts(folder: Path) -> list[Path]:
    """The scripts that pages with a panel load, in the folder of index.html."""
    panel = folder / SCRIPT
    panel.write_text(script(), encoding="utf-8")
    return [panel, write_networks(folder)]


def write_networks(folder: Path) -> Path:
    """The script that the first play loads, beside the one that asks for it."""
    path = folder / WEIGHTS
    # The mark of order at its beginning outweighs what a server says of the encoding.
    path.write_text("\ufeff" + weights(), encoding="utf-16-le")
    return path
