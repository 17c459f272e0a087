"""A step of `maximize` against Lucent's `render_vis`: same network, layer, channel and
size; target: twice as fast.

Lucent 0.1.8 needs kornia 0.4.1 or older, which would break a current environment. So it
gets a virtual environment in a temporary folder, which borrows this environment's torch
and torchvision: both are timed with the same PyTorch, in turn, each in a process of its
own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

PACKAGES = ["torch-lucent==0.1.8", "kornia==0.4.1", "decorator>=4"]

COMMON = """
import os, sys, time
import torch
torch.manual_seed(0)
name, layer = sys.argv[1:3]
channel, size, steps = map(int, sys.argv[3:6])
marks = []
"""

LUCENT = (
    COMMON
    + """
import torchvision
from lucent.optvis import param, render
options = {"init_weights": False} if name == "googlenet" else {}
module = torchvision.models.get_model(name, weights=None, **options).eval()
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")

class Adam(torch.optim.Adam):
    def step(self, closure=None):
        super().step(closure)
        marks.append(time.perf_counter())

render.render_vis(
    module.to(device),
    f"{layer.replace('.', '_')}:{channel}",
    lambda: param.image(size),
    optimizer=lambda p: Adam(p, lr=5e-2),
    thresholds=(steps,),
    progress=False,
    show_image=False,
)
"""
)

OURS = (
    COMMON
    + """
from dputils.images import fourier_image
from dputils.networks import load_network
from dputils.optimize import maximize
net = load_network(name, weights=None)
maximize(
    fourier_image(size),
    f"{layer}:{channel}",
    net,
    steps=steps,
    progress=False,
    redirect_relu=0,
    on_step=lambda step, value: marks.append(time.perf_counter()),
)
"""
)

REPORT = """
import statistics
print("seconds", statistics.median(b - a for a, b in zip(marks[2:], marks[3:])))
"""

# Network, layer, channel, size: early and late, so that what lies deeper than the layer
# counts or not.
CASES = [
    ("squeezenet1_0", "features.7", 3, 224),
    ("squeezenet1_0", "features.12", 3, 224),
    ("googlenet", "inception4b", 7, 224),
    ("googlenet", "inception5b", 7, 224),
]


def lucent_environment(folder):
    """The Python of a virtual environment with Lucent and its own kornia in front of
    this environment's packages.
    """
    venv.create(folder, with_pip=True)
    python = Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # Lucent's own list also pulls in its test tools and scikit-learn, which a rendering
    # does not touch.
    subprocess.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            *PACKAGES,
        ],
        check=True,
    )
    own = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    Path(own, "zz_borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def seconds(python, program, case, steps):
    environment = {
        **os.environ,
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }
    command = [python, "-c", program + REPORT, *map(str, case), str(steps)]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    if answer.returncode:
        raise SystemExit(f"{case}: {answer.stderr[-3000:]}")
    return float(answer.stdout.split("seconds")[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument(
        "--cases", type=int, default=len(CASES), help="only the first so many"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        python = lucent_environment(folder)
        for case in CASES[: options.cases]:
            ratios = []
            for _ in range(options.rounds):
                ours = seconds(sys.executable, OURS, case, options.steps)
                theirs = seconds(python, LUCENT, case, options.steps)
                ratios.append(theirs / ours)
            print(
                f"{case[0]} to {case[1]}, {case[3]} px: Lucent {1e3 * theirs:.0f} "
                f"ms, dputils {1e3 * ours:.0f} ms: {statistics.median(ratios):.2f} "
                f"times as fast ({min(ratios):.2f} … {max(ratios):.2f} over "
                f"{options.rounds} rounds; at least 2)",
                flush=True,
            )
