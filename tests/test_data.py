import shutil

import pytest
import torch

from dputils import data
from dputils.media import read_image


@pytest.fixture
def copy_of_data(tmp_path, monkeypatch):
    """A copy of the bundled files that may be damaged."""
    folder = tmp_path / "data"
    shutil.copytree(
        data.data_path(),
        folder,
        ignore=shutil.ignore_patterns("*.py", "__pycache__", "patterns", "paint"),
    )
    monkeypatch.setenv("DPUTILS_DATA", str(folder))
    data.write_sums()
    return folder


@pytest.mark.parametrize("name", data.list_images())
def test_every_image_is_there(name):
    image = data.sample_image(name)
    assert (
        image.dim() == 4 and image.shape[:2] == (1, 3) and min(image.shape[2:]) >= 256
    )
    assert 0 <= image.min() < 0.2 and 0.7 < image.max() <= 1 and image.std() > 0.05


def test_there_are_paintings_and_photographs():
    names = data.list_images()
    assert len(names) == len(set(names)) and {
        "cat",
        "coffee",
        "astronaut",
        "rocket",
    } <= set(names)
    assert len(names) - len(data.PHOTOGRAPHS) >= 12


def test_photographs_are_scikit_images():
    import skimage.data

    assert torch.equal(data.sample_image("cat"), read_image(skimage.data.chelsea()))


@pytest.mark.parametrize("size, expected", [(64, (64, 64)), ((48, 96), (48, 96))])
def test_size_crops_and_resizes(size, expected):
    image = data.sample_image("cat", size)
    assert image.shape == (1, 3, *expected)
    whole = (data.sample_image("cat")[0].permute(1, 2, 0) * 255).round().byte().numpy()
    assert torch.equal(image, read_image(whole, size))


def test_unknown_names_get_the_nearest():
    with pytest.raises(
        ValueError,
        match="no image 'asternaut'; the nearest are 'astronaut'.*all: .*read_image",
    ):
        data.sample_image("asternaut")
    with pytest.raises(ValueError, match="fetch knows starry_night"):
        data.fetch("mona_lisa")


def test_missing_files_name_the_places(tmp_path, monkeypatch):
    monkeypatch.setenv("DPUTILS_DATA", str(tmp_path))
    with pytest.raises(
        FileNotFoundError,
        match=f"'no/such.file' is in none of {tmp_path}.*DPUTILS_DATA",
    ):
        data.data_path("no/such.file")


def test_a_folder_of_ones_own_comes_first(copy_of_data):
    (copy_of_data / "images" / "mine.jpg").write_bytes(
        next((copy_of_data / "images").glob("*.jpg")).read_bytes()
    )
    assert "mine" in data.list_images() and data.data_path(
        "images/mine.jpg"
    ).is_relative_to(copy_of_data)


# ---- what is drawn -----------------------------------------------------------------


def test_patterns_are_the_classes_of_both_networks():
    from dputils.networks import load_network

    assert (
        data.list_patterns()
        == load_network("patternnet").classes
        == load_network("patternnet-plain").classes
    )


def test_a_pattern_has_a_mask_and_its_seed_names_it():
    pictures, masks = data.sample_pattern("balloon", 3, 48, seed=5)
    assert pictures.shape == (3, 3, 48, 48) and masks.shape == (3, 1, 48, 48)
    for values in (pictures, masks):
        assert values.dtype == torch.float32 and 0 <= values.min() and values.max() <= 1
    again, _ = data.sample_pattern("balloon", 3, 48, seed=5)
    other, _ = data.sample_pattern("balloon", 3, 48, seed=6)
    assert torch.equal(pictures, again) and not torch.equal(pictures, other)


def test_the_mask_lies_on_the_object():
    """A network that knows strawberries still sees them without the ground, and no
    longer without the object.
    """
    from dputils.networks import load_network

    network = load_network("patternnet")
    pictures, masks = data.sample_pattern("strawberry", 8, seed=3)
    grey, label = torch.full_like(pictures, 0.5), network.classes.index("strawberry")
    with torch.no_grad():
        without_ground = network.logits(
            torch.where(masks > 0.5, pictures, grey)
        ).softmax(1)[:, label]
        without_object = network.logits(
            torch.where(masks > 0.5, grey, pictures)
        ).softmax(1)[:, label]
    assert without_ground.median() > 0.8 and without_object.median() < 0.2


def test_patterns_asked_for_carelessly():
    with pytest.raises(
        ValueError,
        match="no pattern 'strawbery'; the nearest are 'strawberry'.*sample_image",
    ):
        data.sample_pattern("strawbery")
    with pytest.raises(ValueError, match="count=0, size=96: ask for at least 1"):
        data.sample_pattern("owl", 0)


# ---- what is fetched ---------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DPUTILS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_without_a_network_the_message_says_what_to_do(cache, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("Name or service not known")

    monkeypatch.setattr("pooch.retrieve", fail)
    for ask in (data.fetch, data.sample_image):
        with pytest.raises(RuntimeError) as caught:
            ask("starry_night")
        message = str(caught.value)
        for part in (
            "Vincent van Gogh, The Starry Night, 1889",
            "https://commons.wikimedia.org/",
            "by hand",
            str(cache / "starry_night.jpg"),
            "swirling_night",
        ):
            assert part in message


def test_fetched_files_are_remembered_by_their_checksum(cache, monkeypatch):
    hashes = []

    def download(url, known_hash, fname, path, downloader):
        hashes.append(known_hash)
        path.mkdir(parents=True, exist_ok=True)
        shutil.copy(data.data_path("images/swirling_night.jpg"), path / fname)
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", download)
    first = data.fetch("starry_night")
    assert first == cache / "starry_night.jpg"
    data.fetch("starry_night")
    assert hashes == [None, data.sha256(first)]
    assert data.sample_image("starry_night", 32).shape == (1, 3, 32, 32)


# ---- checksums ---------------------------------------------------------------------


def test_sha256_is_the_standards(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert (
        data.sha256(tmp_path / "abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_the_bundled_files_are_unchanged():
    results = data.verify()
    assert results and [entry for entry in results if not entry[1]] == []


def test_every_bundled_file_is_listed(copy_of_data):
    listed = {relative for relative, ok, message in data.verify()}
    assert listed == {
        line.split(maxsplit=1)[1]
        for line in (copy_of_data / "SHA256SUMS").read_text().splitlines()
    }
    assert {
        f"images/{path.name}" for path in (copy_of_data / "images").glob("*.jpg")
    } <= listed


def test_changed_and_missing_files_are_found(copy_of_data):
    assert all(ok for relative, ok, message in data.verify())
    victims = sorted((copy_of_data / "images").glob("*.jpg"))[:2]
    victims[0].write_bytes(victims[0].read_bytes()[:-1] + b"x")
    bad = {relative: message for relative, ok, message in data.verify() if not ok}
    assert (
        list(bad) == [f"images/{victims[0].name}"]
        and "changed; restore it" in bad[f"images/{victims[0].name}"]
    )


# ---- meshes (their own tests are in test_sample_meshes.py) -------------------------


def test_meshes_by_name(copy_of_data):
    (copy_of_data / "meshes" / "mine.glb").write_bytes(
        (copy_of_data / "meshes" / "teapot.glb").read_bytes()
    )
    assert "mine" in data.list_meshes() and data.sample_mesh("mine").name == "mine"
    assert data.sample_landmarks("mine") == {}
    (copy_of_data / "meshes" / "landmarks" / "teapot_heart.png").unlink()
    assert list(data.sample_landmarks("teapot")) == ["petals"]


def test_meshes_are_listed_with_their_checksums(copy_of_data):
    listed = {relative for relative, ok, message in data.verify()}
    assert {f"meshes/{name}.glb" for name in data.list_meshes()} <= listed
    assert "meshes/landmarks/owl_pupil.png" in listed


def test_the_stanford_bunny_needs_a_network_and_says_so(cache, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("Name or service not known")

    monkeypatch.setattr("pooch.retrieve", fail)
    with pytest.raises(RuntimeError, match="Stanford bunny.*by hand.*data/meshes"):
        data.sample_mesh("stanford_bunny")
