"""The package stays thin: imports go one way, and importing it reads nothing and loads
nothing it may not need.
"""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dputils"

# Which modules of dputils each module may import. What has an empty set is a leaf: it
# can be read on its own.
ALLOWED = {
    "algebra": set(),
    "alpha": {"algebra", "color"},
    "backgrounds": {"alpha", "data", "images", "transforms"},
    "bases": set(),
    "channels": {"images"},
    "claims": set(),
    "meshes": set(),
    "texture": set(),
    "visibility": set(),
    "color": set(),
    "glsl": set(),
    "nonlinearities": set(),
    "cppn": {"glsl", "nonlinearities"},
    "measures": {"texture"},
    "media": set(),
    "fast_style": {"data"},
    "patternnet": set(),
    "relu": set(),
    "style": set(),
    "tiling": {"media", "transforms"},
    "transforms": set(),
    "data": {"media", "scene"},
    "pytorch3d_backend": {"meshes"},
    "rasterize": {"pytorch3d_backend", "texture", "visibility"},
    "mesh_files": {"media", "meshes", "rasterize"},
    "scene": {"mesh_files", "meshes"},
    "dream": {"algebra", "color", "tiling"},
    "drawing": {"media"},
    "diagrams": {"drawing"},
    "images": {"bases", "color"},
    "objectives": {"algebra"},
    "networks": {"data", "patternnet", "relu"},
    "optimize": {"objectives", "transforms"},
    "__main__": {"data"},
    "checks": {"checks.examine", "checks.exercises", "checks.notebook"},
    "checks.__main__": {"checks.exercises", "checks.feedback", "checks.grading"},
    "checks.calls": set(),
    "checks.draws": set(),
    "checks.wire": set(),
    "checks.worker": set(),
    "checks.exercises": set(),
    "checks.diagnosis": {"checks.calls"},
    "checks.examine": {"checks.calls", "checks.diagnosis", "checks.draws"},
    "checks.notebook": {"checks.calls", "checks.examine", "checks.exercises"},
    "checks.sandbox": {"checks.calls", "checks.wire"},
    "checks.submissions": {"checks.exercises"},
    "checks.grading": {
        "checks.examine",
        "checks.exercises",
        "checks.sandbox",
        "checks.submissions",
    },
    "checks.feedback": {"checks.examine", "checks.exercises"},
    "checks.a0_warm_up": {"checks.exercises"},
    "checks.a2_shared_unique": {"checks.exercises"},
    "checks.a3_gram_style": {"checks.exercises"},
    "checks.a1_fourier_basis": {"checks.diagnosis", "checks.exercises"},
    "checks.a4_cppn": {"checks.diagnosis", "checks.exercises"},
    "checks.a5_transparency": {
        "alpha",
        "checks.diagnosis",
        "checks.exercises",
        "color",
    },
    "checks.a6_textures": {"checks.diagnosis", "checks.exercises"},
    "widgets": {
        "widgets.alpha_viewer",
        "widgets.compare_slider",
        "widgets.cppn_viewer",
        "widgets.frame_scrubber",
        "widgets.gallery",
        "widgets.hosting",
        "widgets.live_panel",
        "widgets.mesh_viewer",
        "widgets.pickers",
        "widgets.row",
    },
    "widgets.alpha_viewer": {"alpha", "media", "widgets.encoding", "widgets.hosting"},
    "widgets.cells": set(),
    "widgets.compare_slider": {
        "media",
        "widgets.encoding",
        "widgets.hosting",
        "widgets.pickers",
    },
    "widgets.controls": set(),
    "widgets.cppn_viewer": {"cppn", "glsl", "media", "widgets.hosting"},
    "widgets.encoding": {"media"},
    "widgets.frame_scrubber": {"media", "widgets.encoding", "widgets.hosting"},
    "widgets.gallery": {"media", "widgets.encoding", "widgets.hosting"},
    "widgets.hosting": {"widgets.encoding"},
    "widgets.live_panel": {
        "algebra",
        "media",
        "optimize",
        "transforms",
        "widgets.cells",
        "widgets.controls",
        "widgets.encoding",
        "widgets.hosting",
        "widgets.snapshots",
    },
    "widgets.mesh_coding": set(),
    "widgets.mesh_viewer": {
        "media",
        "rasterize",
        "scene",
        "widgets.encoding",
        "widgets.hosting",
        "widgets.mesh_coding",
        "widgets.mesh_thinning",
        "widgets.pickers",
    },
    "widgets.mesh_thinning": set(),
    "widgets.pickers": {"media", "widgets.encoding"},
    "widgets.row": {"widgets.encoding", "widgets.hosting"},
    "widgets.snapshots": {"alpha", "media"},
}
MAX_LINES = 300
VAGUE = {"utils", "util", "helpers", "misc", "common", "tools"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(
        ".__init__"
    )


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported_modules(path: Path) -> set[str]:
    """Names of everything imported anywhere in a file, relative imports resolved to
    dputils.*
    """
    found = set()
    here = ("dputils", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            # "from dputils import color" imports the module color, "from dputils.color
            # import x" does too.
            found |= (
                {f"{module}.{alias.name}" for alias in node.names}
                if module == "dputils"
                else {module}
            )
    return found


def siblings(path: Path) -> set[str]:
    """Modules of dputils that a file imports."""
    return {
        name.removeprefix("dputils.")
        for name in imported_modules(path)
        if name.startswith("dputils.")
    }


def test_the_map_of_layers_is_complete():
    found = set(MODULES) - {"__init__"}
    assert found - set(ALLOWED) == set(), (
        "new modules: say in ALLOWED what they may import"
    )
    assert set(ALLOWED) - found == set(), "modules in ALLOWED that do not exist"


def test_the_map_of_layers_has_no_cycle():
    remaining = {name: set(below) for name, below in ALLOWED.items()}
    while remaining:
        free = {name for name, below in remaining.items() if not below & set(remaining)}
        assert free, f"these modules need each other: {sorted(remaining)}"
        remaining = {
            name: below for name, below in remaining.items() if name not in free
        }


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"__init__"}))
def test_imports_go_one_way(name):
    extra = siblings(MODULES[name]) - ALLOWED.get(name, set())
    assert not extra, (
        f"dputils.{name} may import {sorted(ALLOWED.get(name, set())) or 'nothing'}, "
        f"not {sorted(extra)}"
    )


@pytest.mark.parametrize("name", sorted(MODULES))
def test_module_is_short_named_and_on_its_own(name):
    path = MODULES[name]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_LINES, f"{name} has {len(lines)} lines"
    wide = [number for number, line in enumerate(lines, 1) if len(line) > 120]
    assert not wide, f"lines longer than 120 characters: {wide}"
    assert not VAGUE & set(name.split(".")), f"{name}: name the concept instead"
    outside = {module.split(".")[0] for module in imported_modules(path)}
    assert not outside & {"notebooks", "tests", "benchmarks", "data"}
    stars = [
        node.lineno
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.ImportFrom)
        and any(alias.name == "*" for alias in node.names)
    ]
    assert not stars, f"star import in line {stars}"


# What a notebook imports: public name by module.
PUBLIC = {
    "scene": [
        "Mesh",
        "load_mesh",
        "look_at",
        "orbit_views",
        "perspective",
        "sample_views",
        "save_mesh",
    ],
    "rasterize": [
        "Fragments",
        "View",
        "interpolate",
        "rasterize",
        "render",
        "sample_texture",
    ],
    "alpha": [
        "blend_over",
        "checkerboard",
        "composites",
        "four_way",
        "transparency_objective",
    ],
    "backgrounds": [
        "LearnedBackground",
        "OverBackground",
        "constant",
        "fixed",
        "photographs",
        "smooth_noise",
        "white_noise",
    ],
    "color": ["decorrelated_to_rgb", "srgb_to_linear", "linear_to_srgb"],
    "dream": ["color_mixed", "deep_dream", "laplacian_normalised", "tiled_gradient"],
    "images": [
        "FourierBasis",
        "ImageParam",
        "LaplacianBasis",
        "LowResBasis",
        "PixelBasis",
        "fourier_image",
        "pixel_image",
        "random_image",
    ],
    "tiling": [
        "periodic_part",
        "resize_periodic",
        "seam_jump",
        "show_tiling",
        "tile",
        "tiling_preview",
        "tiling_transforms",
        "wrap",
    ],
    "transforms": [
        "compose",
        "jitter",
        "pad",
        "random_rotate",
        "random_scale",
        "standard_transforms",
    ],
    "networks": ["Network", "list_networks", "load_network"],
    "objectives": [
        "alignment",
        "channel",
        "channel_interpolation",
        "deepdream",
        "direction",
        "diversity",
        "logit",
        "neuron",
        "total_variation",
    ],
    "cppn": ["CPPN", "coordinate_grid", "glsl_body", "interpolate_weights", "to_glsl"],
    "glsl": ["glsl_body", "to_glsl"],
    "nonlinearities": ["ACTIVATIONS", "absolute", "composite", "relu", "unbiased"],
    "style": [
        "MovingAverageGram",
        "content_loss",
        "gram_matrix",
        "mmd_loss",
        "moment_loss",
        "style_loss",
    ],
    "fast_style": ["ConditionalNorm", "FastStyle", "load_fast_style"],
    "optimize": ["maximize", "minimize"],
    "measures": [
        "frame_change",
        "high_frequency_share",
        "orientation",
        "orientation_spread",
        "radial_spectrum",
        "seam_contrast",
        "spectral_centroid",
    ],
    "media": [
        "plot_history",
        "read_image",
        "show_filmstrip",
        "show_images",
        "show_video",
        "write_image",
        "write_video",
    ],
    "data": [
        "data_path",
        "fetch",
        "list_images",
        "list_meshes",
        "list_patterns",
        "sample_image",
        "sample_landmarks",
        "sample_mesh",
        "sample_pattern",
        "verify",
    ],
    "checks": [
        "check",
        "examine",
        "exercise",
        "find_exercise",
        "list_assignments",
        "list_exercises",
    ],
    "widgets": [
        "AlphaViewer",
        "Choice",
        "CompareSlider",
        "CppnViewer",
        "FrameScrubber",
        "Gallery",
        "LivePanel",
        "MeshViewer",
        "Row",
    ],
}


def test_init_is_a_table_of_contents():
    import dputils

    listed = re.findall(r"^ {4}(\w+)  +\S", dputils.__doc__, re.M)
    assert len(listed) == len(set(listed))
    assert set(PUBLIC) <= set(listed) <= set(MODULES), (
        "dputils/__init__.py describes each module in a line"
    )


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_there(module):
    found = importlib.import_module(f"dputils.{module}")
    assert [name for name in PUBLIC[module] if not hasattr(found, name)] == []


# Records what happens while dputils and all of PUBLIC are imported, after torch and
# torchvision are loaded.
PROBE = """
import gc, importlib, json, sys, time
import torch, torchvision
gc.freeze()  # Python would go through all of torch's objects at some moment, perhaps while ours are imported
before = set(sys.modules)
touched = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        touched.append(event)
    elif event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith((".py", ".pyc", ".so")):
        touched.append(arguments[0])
sys.addaudithook(watch)
start = time.process_time()  # not by the clock on the wall: other work on the machine is not ours
for name in MODULES:
    importlib.import_module(name)
seconds = time.process_time() - start
loaded = sorted({name.split(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"seconds": seconds, "loaded": loaded, "touched": touched}))
"""


def probe_import() -> dict:
    names = ["dputils", *(f"dputils.{name}" for name in PUBLIC)]
    result = subprocess.run(
        [sys.executable, "-c", f"MODULES = {names}\n{PROBE}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


def test_import_is_light():
    runs = [probe_import()]
    heavy = {
        "kornia",
        "matplotlib",
        "skimage",
        "scipy",
        "imageio",
        "IPython",
        "pooch",
        "ipywidgets",
        "trimesh",
    }
    assert not heavy & set(runs[0]["loaded"]), (
        "import these inside the functions that use them"
    )
    data = [
        path
        for path in runs[0]["touched"]
        if "dputils" in path or "data" in path or "." not in path
    ]
    assert not data, f"import dputils reads {data}"
    # The fastest of a few tries: the others measure what else the machine is doing.
    while min(run["seconds"] for run in runs) > 0.3 and len(runs) < 4:
        runs.append(probe_import())
    assert min(run["seconds"] for run in runs) <= 0.3, (
        f"import dputils takes {runs[-1]['seconds']:.2f} s"
    )
