"""Draw the pictures PatternNet is trained on:
`python data/patternnet/pool.py --out DIR`.

Writes `train.npy` and `validation.npy`, uint8 `(classes * per_class, 112, 112, 3)`
sorted by class, and `pool.json` with the class names. Every batch of pictures has a
seed made from its class, its number and the split, so the pool is the same however many
processes draw it, and adding a class leaves the pictures of the others as they were.
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
import zlib
from pathlib import Path

# before torch: one process per core beats threads here
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import patterns
import torch

SIZE = 112  # training crops 96 out of it
PART = 20  # pictures per seed; more at once spill out of the cache and draw slower
DEFAULT_FOLDER = Path(tempfile.gettempdir()) / "patternnet-pool"


def seed_of(split, name, part):
    """The seed of one batch of pictures: it depends on nothing but the split, the class
    and the batch number.
    """
    return zlib.crc32(f"{split}/{name}/{part}".encode())


def draw_part(split, name, part, count):
    """One seeded batch of one class: uint8 `(count, SIZE, SIZE, 3)`."""
    images, _ = patterns.draw(name, count, SIZE, seed=seed_of(split, name, part))
    if not torch.isfinite(images).all():
        raise ValueError(
            f"{name!r}, part {part} of {split!r} has pixels that are not finite; mend "
            "its generator"
        )
    return (images * 255).round().byte().permute(0, 2, 3, 1).numpy()


def _write_part(job):
    path, first, split, name, part, count = job
    torch.set_num_threads(1)
    np.load(path, mmap_mode="r+")[first : first + count] = draw_part(
        split, name, part, count
    )
    return count


def draw_split(folder, split, per_class, workers):
    """Draw `per_class` pictures of every class into `folder/split.npy`, with `workers`
    processes.
    """
    path = folder / f"{split}.npy"
    shape = (len(patterns.NAMES) * per_class, SIZE, SIZE, 3)
    np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape).flush()
    jobs = [
        (
            path,
            index * per_class + first,
            split,
            name,
            first // PART,
            min(PART, per_class - first),
        )
        for index, name in enumerate(patterns.NAMES)
        for first in range(0, per_class, PART)
    ]
    begun, done = time.time(), 0
    with multiprocessing.get_context("spawn").Pool(workers) as processes:
        for number, count in enumerate(processes.imap_unordered(_write_part, jobs), 1):
            done += count
            if number % 100 == 0 or number == len(jobs):
                rate = done / (time.time() - begun)
                print(
                    f"{split}: {done} of {shape[0]} pictures, {rate:.0f} a second",
                    flush=True,
                )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_FOLDER,
        help="scratch folder, about 38 KB per picture",
    )
    parser.add_argument(
        "--per-class", type=int, default=640, help="training pictures per class"
    )
    parser.add_argument(
        "--validation", type=int, default=40, help="validation pictures per class"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    index = options.out / "pool.json"
    wanted = {
        "classes": patterns.NAMES,
        "train": options.per_class,
        "validation": options.validation,
        "size": SIZE,
    }
    if index.exists() and json.loads(index.read_text()) == wanted:
        print(
            f"{options.out} already holds this pool; delete {index.name} there to draw "
            "it again"
        )
        return 0
    index.unlink(missing_ok=True)
    draw_split(options.out, "train", options.per_class, options.workers)
    draw_split(options.out, "validation", options.validation, options.workers)
    # last: its presence says that the pool is complete
    index.write_text(json.dumps(wanted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
