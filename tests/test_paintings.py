"""The style pictures are what their code paints, and what their README says."""

import hashlib
import importlib
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# It paints the bundled pictures anew.
pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parent.parent / "data" / "images"
FILES = sorted(FOLDER.glob("*.jpg"))


@pytest.fixture(scope="module")
def make():
    """The script data/images/make.py as a module; what it brings into the import system
    is taken out again.
    """
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("make")
    finally:
        sys.path.remove(str(FOLDER))
        for name in set(sys.modules) - before:
            if name == "make" or name.split(".")[0] == "paint":
                del sys.modules[name]


def readme_rows():
    """The table of the README: file name -> (title, SHA-256)."""
    rows = {}
    for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines():
        found = re.match(
            r"\| \[(\w+\.jpg)\]\((\w+\.jpg)\) \| ([^|]+) \|.*\| `([0-9a-f]{64})` \|$",
            line,
        )
        if found:
            name, link, title, digest = found.groups()
            assert name == link and name not in rows
            rows[name] = (title, digest)
    return rows


def test_twelve_pictures_in_colour():
    assert len(FILES) == 12
    for path in FILES:
        with Image.open(path) as image:
            assert (image.size, image.mode, image.format) == (
                (768, 512),
                "RGB",
                "JPEG",
            ), path.name
    assert sum(path.stat().st_size for path in FILES) <= 2_000_000


def test_files_readme_and_code_name_the_same_pictures(make):
    rows = readme_rows()
    assert (
        sorted(rows)
        == [path.name for path in FILES]
        == sorted(f"{name}.jpg" for name in make.PICTURES)
    )
    for name in make.PICTURES:
        assert rows[f"{name}.jpg"][0] == make.picture(name).TITLE


def test_checksums_of_the_readme():
    rows = readme_rows()
    wrong = [
        path.name
        for path in FILES
        if hashlib.sha256(path.read_bytes()).hexdigest() != rows[path.name][1]
    ]
    assert not wrong, (
        "run make.py for these and put their SHA-256 into data/images/README.md: "
        f"{wrong}"
    )


@pytest.mark.parametrize("name", ["leaded_window", "lighthouse_engraving"])
def test_shipped_file_is_what_the_code_paints(make, name):
    file = io.BytesIO()
    make.painted(name).save(file, "JPEG", quality=make.QUALITY)
    with Image.open(file) as picture:
        painted = np.asarray(picture, float)
    with Image.open(FOLDER / f"{name}.jpg") as image:
        shipped = np.asarray(image, float)
    # other versions of numpy or scipy may move single pixels, never the picture
    assert np.abs(painted - shipped).mean() < 2


def test_other_names_are_refused(make):
    with pytest.raises(ValueError, match="no picture 'starry'.*swirling_night"):
        make.picture("starry")


def test_pictures_are_lively_everywhere():
    """No picture has large plain grounds, which style transfer would turn into empty
    areas.
    """
    for path in FILES:
        with Image.open(path) as image:
            grey = np.asarray(image.convert("L"), float)
        blocks = grey.reshape(8, 64, 12, 64).std((1, 3))
        assert (blocks > 4).mean() > 0.95, path.name
