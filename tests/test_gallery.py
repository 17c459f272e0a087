"""The gallery is what its README says, small enough to ship, and each of its recipes
still runs.
"""

import pytest
import torch
from PIL import Image
from scripts import ROOT, load_script

from dputils import data

FOLDER = ROOT / "data" / "gallery"
FILES = sorted(FOLDER.glob("*.jpg"))


@pytest.fixture(scope="module")
def gallery():
    pytest.importorskip("timm", reason="timm is not installed")
    return load_script("data/gallery.py")


def test_every_picture_is_listed_with_its_checksum(gallery):
    rows = gallery.listed(FOLDER)
    assert [path.stem for path in FILES] == sorted(rows)
    for path in FILES:
        assert f"| `{data.sha256(path)}` |" in rows[path.stem], path.name
    sums = {relative for relative, ok, _ in data.verify()}
    assert {f"gallery/{path.name}" for path in FILES} <= sums


def test_every_recipe_has_its_picture(gallery):
    assert {*gallery.RECIPES, "opening"} == {path.stem for path in FILES}
    for name, made in gallery.RECIPES.items():
        with Image.open(FOLDER / f"{name}.jpg") as picture:
            assert picture.size == made.size[::-1], name
        row = gallery.listed(FOLDER)[name]
        assert f"{made.steps} steps | {gallery.NETWORK} | {made.seed} |" in row


def test_the_gallery_is_small_and_nothing_else_lies_in_it():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 8_000_000
    assert (FOLDER / "opening.jpg").stat().st_size <= 400_000
    assert sorted(FOLDER.iterdir()) == sorted([*FILES, FOLDER / "README.md"])


def test_the_opening_lays_the_six_in_two_rows(gallery):
    page = gallery.opening(FOLDER)
    assert page.shape == (1, 3, 640, 1800)
    height, width = gallery.PANEL
    assert (page[..., height : height + gallery.GUTTER, :] == 1).all()
    assert (page[..., width : width + gallery.GUTTER] == 1).all()


def test_only_the_row_of_the_picture_changes(gallery, tmp_path):
    (tmp_path / "README.md").write_text("# Gallery\n\n| picture |\n|---|\n")
    picture = torch.rand(1, 3, 8, 8)
    for name, cell in (("night_cat", "1"), ("leaded_owl", "2"), ("night_cat", "3")):
        gallery.write(tmp_path, name, picture, [cell])
    rows = gallery.listed(tmp_path)
    assert list(rows) == ["night_cat", "leaded_owl"]
    assert "| 3 |" in rows["night_cat"] and "| 1 |" not in rows["night_cat"]
    assert data.sha256(tmp_path / "leaded_owl.jpg") in rows["leaded_owl"]


@pytest.mark.slow
def test_recipes_run(gallery, monkeypatch):
    monkeypatch.setattr(gallery, "TEXELS", 64)
    network = gallery.load_network(gallery.NETWORK)
    for name, made in gallery.RECIPES.items():
        picture = made.make(network, (128, 240), 2, made.seed)
        assert picture.shape == (1, 3, 128, 240), name
        assert 0 <= picture.min() < picture.max() <= 1 and not picture.requires_grad
