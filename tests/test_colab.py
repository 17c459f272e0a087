"""The address in every notebook, and the cell that makes a notebook run where there is
nothing but the notebook.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from scripts import load_script

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def badges():
    return load_script("notebooks/badges.py")


@pytest.fixture
def small_book(tmp_path):
    """A repository of one notebook."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "README.md").write_text(
        "# Book\n\n<!-- colab -->\nold\n<!-- /colab -->\n\nMore.\n", encoding="utf-8"
    )
    (tmp_path / "notebooks").mkdir()
    cells = [
        nbformat.v4.new_markdown_cell("# A notebook\n\nIts text."),
        nbformat.v4.new_code_cell("old", metadata={"tags": ["colab"]}),
        nbformat.v4.new_code_cell("1 + 1"),
    ]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks" / "a.ipynb"
    )
    return tmp_path


def test_every_notebook_has_the_present_address(badges, capsys):
    assert badges.main(["--check"]) == 0, f"make badges\n{capsys.readouterr().out}"


def code_cell(folder):
    notebook = nbformat.read(folder / "notebooks" / "a.ipynb", as_version=4)
    return notebook, notebook.cells[1].source


def notebooks_below(folder):
    """`{path: metadata}` of the notebooks in a folder and in those below it."""
    return {
        path: json.loads(path.read_text(encoding="utf-8"))["metadata"]
        for path in (ROOT / "notebooks").glob(f"{folder}/*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }


def test_sections_and_appendices_ask_colab_for_a_gpu():
    """In the words that Colab itself writes into a notebook."""
    found = notebooks_below(".") | notebooks_below("appendix")
    assert len(found) >= 14
    for path, metadata in found.items():
        assert metadata["accelerator"] == "GPU", path
        assert metadata["colab"] == {"gpuType": "T4", "provenance": []}, path


def test_assignments_are_content_with_a_cpu():
    """Their sizes are tiny, and Colab has few GPUs to give."""
    found = notebooks_below("assignments/**")
    assert len(found) >= 14
    for path, metadata in found.items():
        assert not {"accelerator", "colab"} & set(metadata), path


def test_badges_ask_for_a_gpu_once(badges, small_book):
    assert badges.main([], small_book) == 0
    notebook, _ = code_cell(small_book)
    asked = {key: notebook.metadata[key] for key in badges.RUNTIME}
    assert asked == badges.RUNTIME
    assert badges.main(["--check"], small_book) == 0


def test_a_run_keeps_what_asks_for_a_gpu(badges):
    """… and drops the rest of what a kernel leaves behind."""
    notebook = nbformat.v4.new_notebook(metadata=badges.RUNTIME)
    notebook.metadata["widgets"] = {"state": {}}
    execute = load_script("notebooks/execute.py")
    execute.tidy(notebook)
    assert badges.RUNTIME.items() <= notebook.metadata.items()
    assert "widgets" not in notebook.metadata
    plain = nbformat.v4.new_notebook()
    execute.tidy(plain)
    assert not set(badges.RUNTIME) & set(plain.metadata)


def test_a_new_address_goes_everywhere_once(badges, small_book, capsys):
    assert badges.main(["someone/a.book"], small_book) == 0
    assert "2 files written" in capsys.readouterr().out
    notebook, code = code_cell(small_book)
    where = (
        "https://colab.research.google.com/github/someone/a.book/blob/main/"
        "notebooks/a.ipynb"
    )
    opening = "# A notebook\n\nIts text.\n\n[![Open in Colab]("
    assert notebook.cells[0].source.startswith(opening)
    assert where in notebook.cells[0].source
    assert "source = 'git+https://github.com/someone/a.book'" in code
    assert notebook.cells[2].source == "1 + 1"
    line = 'Repository = "https://github.com/someone/a.book"'
    assert (small_book / "pyproject.toml").read_text("utf-8").count(line) == 1
    assert where in (small_book / "README.md").read_text("utf-8")
    assert badges.main(["other/book"], small_book) == 0
    text = (small_book / "notebooks" / "a.ipynb").read_text("utf-8")
    assert "someone" not in text and text.count("Open in Colab") == 1
    assert "someone" not in (small_book / "pyproject.toml").read_text("utf-8")
    assert badges.main(["--check"], small_book) == 0


def test_without_an_address_no_link_leads_nowhere(badges, small_book):
    assert badges.main(["someone/book"], small_book) == 0
    path = small_book / "pyproject.toml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(
        "".join(x for x in lines if not x.startswith("Repository")), "utf-8"
    )
    assert badges.main([], small_book) == 0
    notebook, code = code_cell(small_book)
    assert notebook.cells[0].source == "# A notebook\n\nIts text."
    assert "source = None" in code and "github" not in code
    readme = (small_book / "README.md").read_text("utf-8")
    assert "http" not in readme and "pip wheel" in readme and "More." in readme


def test_the_book_shows_no_placeholder(badges):
    """In what a reader sees: README, the pages' sources, the package's metadata."""
    url = badges.address()
    files = [
        ROOT / "README.md",
        ROOT / "pyproject.toml",
        *ROOT.glob("notebooks/*.ipynb"),
    ]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "github.com/OWNER" not in text, path
        if url is None:
            assert "colab.research.google.com/github" not in text, path


@pytest.mark.parametrize(
    "slug", ["book", "https://github.com/a/b", "a b/c", "-a/b", "a/b/c"]
)
def test_what_is_no_address_is_refused(badges, small_book, capsys, slug):
    with pytest.raises(SystemExit):
        badges.main(["--", slug], small_book)
    assert "OWNER/NAME" in capsys.readouterr().err
    assert (small_book / "pyproject.toml").read_bytes() == (
        ROOT / "pyproject.toml"
    ).read_bytes()


def test_check_says_what_is_out_of_date_and_writes_nothing(badges, small_book, capsys):
    path = small_book / "notebooks" / "a.ipynb"
    before = path.read_bytes()
    assert badges.main(["--check"], small_book) == 1
    assert (
        "notebooks/a.ipynb" in capsys.readouterr().out and path.read_bytes() == before
    )


# --- the cell itself, where there is what Colab has, but not this package ---


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory):
    """A Python with the packages of this one, without dputils, that believes it is in
    Colab.
    """
    folder = tmp_path_factory.mktemp("colab")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    python = (
        folder
        / "env"
        / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    )
    where = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    packages, these = Path(where), folder / "these"
    these.mkdir()
    for entry in (
        entry
        for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        for entry in Path(place).iterdir()
    ):
        if (
            not re.match(r"(_?dputils|__pycache__|_editable|pip\b|pip-)", entry.name)
            and entry.suffix != ".pth"
        ):
            (these / entry.name).symlink_to(entry)
    (packages / "these.pth").write_text(f"{these}\n", encoding="utf-8")
    (packages / "google" / "colab").mkdir(parents=True)
    (packages / "google" / "colab" / "__init__.py").touch()
    (packages / "sitecustomize.py").write_text(
        "import google.colab\n", encoding="utf-8"
    )
    return python


def colab_cell():
    notebook = nbformat.read(
        ROOT / "notebooks" / "00_why_parameterization_matters.ipynb", as_version=4
    )
    return next(
        cell.source
        for cell in notebook.cells
        if "colab" in cell.metadata.get("tags", [])
    )


@pytest.mark.slow
def test_a_notebook_and_a_wheel_are_enough(bare_python, wheel, tmp_path):
    """An empty folder with the two files: the cell installs the package with its data,
    and leaves torch alone.
    """
    shutil.copy(wheel, tmp_path)
    notebook = ROOT / "notebooks" / "05_textures_through_rendering.ipynb"
    shutil.copy(notebook, tmp_path)
    cells = nbformat.read(tmp_path / notebook.name, as_version=4).cells
    tagged = [
        "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
        for cell in cells
        if cell.cell_type == "code"
        and {"colab", "imports", "parameters"} & set(cell.metadata.get("tags", []))
    ]
    probe = """
import json, pathlib, torch
from dputils import data
where = str(pathlib.Path(torch.__file__).resolve())
print(json.dumps({
    "torch": [torch.__version__, where],
    "package": str(pathlib.Path(data.__file__).parent),
    "faces": len(data.sample_mesh("owl").faces),
    "image": list(data.sample_image("cat").shape),
}))
"""
    (tmp_path / "cells.py").write_text("\n".join([*tagged, probe]), encoding="utf-8")
    ran = subprocess.run(
        [str(bare_python), "cells.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    lines = ran.stdout.strip().splitlines()
    assert lines[0].startswith("installed") and "dputils" in lines[0]
    found = json.loads(lines[-1])
    import torch

    assert found["torch"] == [torch.__version__, str(Path(torch.__file__).resolve())], (
        "torch was replaced"
    )
    assert str(bare_python.parent.parent) in found["package"], (
        "the package is not the one that the cell installed"
    )
    assert found["faces"] > 1000 and found["image"][0] == 1
    again = subprocess.run(
        [str(bare_python), "-c", colab_cell()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (again.returncode, again.stdout) == (0, ""), (
        "the second time there is nothing to install"
    )


def run_cell(folder, before="", path=()):
    """The cell in a fresh process, with `path` before all other packages."""
    return subprocess.run(
        [sys.executable, "-c", f"{before}\n{colab_cell()}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
    )


WITHOUT_DPUTILS = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "dputils" else find(name)
"""
IN_COLAB = """
import sys, types
sys.modules["google.colab"] = types.ModuleType("google.colab")
"""


def test_elsewhere_the_cell_says_what_to_do(tmp_path):
    """Outside Colab nothing is installed behind anybody's back."""
    ran = run_cell(tmp_path, WITHOUT_DPUTILS)
    assert ran.returncode == 1 and "ImportError" in ran.stderr
    assert "make lab" in ran.stderr and not ran.stdout


def test_on_kaggle_the_cell_finds_the_wheel_among_the_datasets(tmp_path):
    """Nothing is installed here: what would be run is printed."""
    given = tmp_path / "input" / "datasets" / "someone" / "book"
    given.mkdir(parents=True)
    wheel = given / "differentiable_image_parameterizations-0.2-py3-none-any.whl"
    wheel.touch()
    pretend = """
import subprocess
subprocess.run = lambda command, **_: print(command)
"""
    code = colab_cell().replace('"/kaggle/input"', repr(str(tmp_path / "input")))
    assert str(tmp_path) in code
    ran = subprocess.run(
        [sys.executable, "-c", f"{WITHOUT_DPUTILS}{pretend}{code}"],
        cwd=tmp_path / "input" / "datasets",
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert wheel.as_uri() in ran.stdout and "torch==" in ran.stdout
    assert "installed dputils" in ran.stdout


def test_without_an_address_the_cell_asks_for_the_wheel(badges, tmp_path):
    if badges.address() is not None:
        pytest.skip("this book has an address")
    ran = run_cell(tmp_path, WITHOUT_DPUTILS + IN_COLAB)
    assert ran.returncode == 1 and "No address yet" in ran.stderr
    assert "pip wheel" in ran.stderr and not ran.stdout


@pytest.mark.parametrize(
    "stranger, text",
    [
        ("dputils/__init__.py", "def scrape():\n    pass\n"),
        ("dputils/__init__.py", "import a_library_that_is_missing\n"),
        ("dputils.py", "def scrape():\n    pass\n"),
    ],
)
def test_another_projects_dputils_is_named(tmp_path, stranger, text):
    """The package index has a library of that name: it has no room called images."""
    (tmp_path / stranger).parent.mkdir(exist_ok=True)
    (tmp_path / stranger).write_text(text)
    for before in ("", IN_COLAB):
        ran = run_cell(tmp_path, before, [tmp_path])
        assert ran.returncode == 1 and "another project's dputils" in ran.stderr
        assert "pip uninstall dputils" in ran.stderr
