"""Paint the style pictures: python data/images/make.py [name ...] writes NAME.jpg
beside this file (default: all).
"""

import hashlib
import sys
import time
from pathlib import Path

import numpy as np
from paint import PICTURES, picture
from PIL import Image

FOLDER = Path(__file__).resolve().parent
QUALITY = 88


def painted(name):
    """The picture `name` as the code paints it: a 768 x 512 RGB image."""
    values = np.clip(picture(name).paint(), 0, 1)
    return Image.fromarray((values * 255 + 0.5).astype(np.uint8))


def main(names):
    for name in names or PICTURES:
        start = time.time()
        path = FOLDER / f"{name}.jpg"
        painted(name).save(path, quality=QUALITY, progressive=True, optimize=True)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(
            (
                f"{path.name:26} {path.stat().st_size / 1024:4.0f} KB "
                f"{time.time() - start:5.1f} s  {digest}"
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
