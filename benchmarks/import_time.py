"""How much `import dputils` with all its core modules adds to
`import torch, torchvision`; target 0.3 s.

Every import is timed in a fresh interpreter, both in turn, after one run of each that
warms the disk cache.
"""

import argparse
import statistics
import subprocess
import sys

BEFORE = "import torch, torchvision"
MODULES = (
    "color, data, images, measures, media, networks, objectives, optimize, style, "
    "transforms"
)
PROGRAM = """
import time
{before}
start, cpu = time.perf_counter(), time.process_time()
import dputils
from dputils import {modules}
print(time.perf_counter() - start, time.process_time() - cpu)
"""


def seconds_to_import():
    program = PROGRAM.format(before=BEFORE, modules=MODULES)
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return [float(part) for part in answer.stdout.split()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    seconds_to_import()
    wall, cpu = zip(*(seconds_to_import() for _ in range(options.rounds)))
    print(
        f"import dputils after torch and torchvision: {statistics.median(wall):.2f} "
        f"s ({min(wall):.2f} … {max(wall):.2f} over {options.rounds} runs), "
        f"{statistics.median(cpu):.2f} s of it processor time (at most 0.3)"
    )
