"""Memory and time of a CPPN's picture at 1024² … 8192²; target: 1 GB above the import
at 8192², time linear in pixels.

Every size is drawn in a fresh process, whose peak memory the operating system reports.
The picture itself is a part of
it: 805 MB at 8192² as float32, 201 MB as bytes. Linearity is judged by processor time:
what else the machine does during a run of minutes would show in the clock's time.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time

import torch

from dputils.cppn import CPPN

MEGA = 1e6


def peak():
    """Peak memory of this process in bytes: ru_maxrss counts kilobytes, on a Mac
    bytes.
    """
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def draw_once(size, dtype, gradient):
    """Seconds by the clock and of the processor, and bytes above the import, of one
    picture; for the parent process.
    """
    cppn = CPPN(output_scale=1.0)
    before, start, busy = peak(), time.perf_counter(), time.process_time()
    with torch.set_grad_enabled(gradient):
        picture = cppn(
            size, dtype=getattr(torch, dtype) if dtype != "float32" else None
        )
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    assert picture.shape[2:] == (size, size)
    print(seconds, busy, peak() - before)


def measure(size, dtype, gradient=False):
    command = [sys.executable, __file__, "--one", str(size), dtype] + [
        "--gradient"
    ] * gradient
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(part) for part in answer.stdout.split()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1024, 2048, 4096, 8192]
    )
    parser.add_argument(
        "--dtypes",
        nargs="+",
        default=["float32", "uint8"],
        choices=["float32", "uint8"],
    )
    parser.add_argument(
        "--rounds", type=int, default=1, help="8192² takes a minute or two each time"
    )
    parser.add_argument(
        "--one", nargs=2, metavar=("SIZE", "DTYPE"), help=argparse.SUPPRESS
    )
    parser.add_argument("--gradient", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        draw_once(int(options.one[0]), options.one[1], options.gradient)
        raise SystemExit
    for dtype in options.dtypes:
        runs = [
            [measure(size, dtype) for size in options.sizes]
            for _ in range(options.rounds)
        ]
        for place, size in enumerate(options.sizes):
            seconds, busy, bytes_ = zip(*(run[place] for run in runs))
            picture = 3 * size**2 * (4 if dtype == "float32" else 1)
            middle, busy = statistics.median(seconds), statistics.median(busy)
            print(
                f"{dtype} {size}²: {middle:.2f} s, of the processor {busy:.2f} s or "
                f"{1e9 * busy / size**2:.0f} ns a pixel, {max(bytes_) / MEGA:.0f} MB "
                f"above the import, {picture / MEGA:.0f} MB of it the picture",
                flush=True,
            )
        per_pixel = [
            [busy / size**2 for size, (_, busy, _) in zip(options.sizes, run)]
            for run in runs
        ]
        ratios = [run[-1] / run[0] for run in per_pixel]
        print(
            f"{dtype}: processor time per pixel, {options.sizes[-1]}² ÷ "
            f"{options.sizes[0]}²: {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} … {max(ratios):.2f} over {options.rounds} rounds, "
            f"{torch.get_num_threads()} threads; linear is 1)",
            flush=True,
        )
    seconds, _, bytes_ = measure(options.sizes[-1], "float32", gradient=True)
    print(
        f"float32 {options.sizes[-1]}² with gradients switched on: {seconds:.2f} s, "
        f"{bytes_ / MEGA:.0f} MB"
    )
