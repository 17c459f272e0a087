"""What a newcomer meets first: two commands, two licences, an environment that can be
built, a check that explains.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
# conda-forge's names where they differ from pip's.
CONDA_NAMES = {
    "mapbox-earcut": "mapbox_earcut",
    "torch": "pytorch",
    "playwright": "playwright-python",
    "opencv-python-headless": "py-opencv",
}


def requirement_name(line: str) -> str:
    return re.match(r"[\w.-]+", line).group().lower()


def environment_packages() -> dict[str, str]:
    """Name and full line of every package in environment.yml, pip's included."""
    yaml = pytest.importorskip("yaml")
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))[
        "dependencies"
    ]
    flat = [line for line in lines if isinstance(line, str)]
    flat += [line for part in lines if isinstance(part, dict) for line in part["pip"]]
    return {requirement_name(line): line for line in flat if not line.startswith("-")}


def test_both_licences_are_there():
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    content = (ROOT / "LICENSE-CONTENT").read_text(encoding="utf-8")
    assert "CC BY 4.0" in content and "creativecommons.org/licenses/by/4.0" in content
    for name in ("LICENSE", "LICENSE-CONTENT"):
        assert PROJECT["authors"][0]["name"] in (ROOT / name).read_text(
            encoding="utf-8"
        )
        assert name in PROJECT["license-files"]


def test_readme_names_the_two_commands_and_the_licences():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for words in ("make lab", "make test", "environment.yml", "LICENSE-CONTENT"):
        assert words in readme, f"README.md does not mention {words}"


def test_environment_has_what_was_asked_for():
    packages = environment_packages()
    wanted = {
        "pytorch",
        "torchvision",
        "jupyterlab",
        "ipywidgets",
        "matplotlib",
        "kornia",
        "pytorch3d",
        "imageio",
    }
    assert wanted <= set(packages)


def test_environment_agrees_with_pyproject():
    packages = environment_packages()
    lines = [
        *PROJECT["dependencies"],
        *sum(PROJECT["optional-dependencies"].values(), []),
    ]
    for line in lines:
        name = requirement_name(line)
        assert CONDA_NAMES.get(name, name) in packages, (
            f"{name} is missing from environment.yml"
        )
        floor = re.search(r">=([\d.]+)", line).group(1)
        given = re.search(r">=([\d.]+)", packages[CONDA_NAMES.get(name, name)])
        assert given is None or given.group(1) == floor, f"{name}: the floors differ"


def test_every_package_says_why():
    text = (
        (ROOT / "environment.yml").read_text(encoding="utf-8").split("dependencies:")[1]
    )
    silent = [
        line.strip()
        for line in text.splitlines()
        if line.strip().startswith("- ")
        and "#" not in line
        and line.strip() not in ("- pip", "- pip:")
    ]
    assert not silent, f"no comment: {silent}"


def run_make(*arguments: str) -> subprocess.CompletedProcess:
    """Run make as a person would, even if these tests were started by
    `make test VENV=...`.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS"))
    }
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Rules written out in the Makefile, not those whose name is a variable.
RULES = set(re.findall(r"^([a-z][\w-]*):(?!=)", MAKEFILE, re.M))


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_lists_every_target():
    shown = dict(re.findall(r"^  make (\S+) +(\S.*)$", run_make().stdout, re.M))
    assert {"help", "lab", "test"} <= RULES == set(shown)


def test_no_target_is_taken_for_a_file():
    """`make data` does nothing where a file `data` stands, unless make is told."""
    phony = re.search(r"^\.PHONY:(.*(?:\\\n.*)*)", MAKEFILE, re.M).group(1)
    assert set(phony.replace("\\", "").split()) == RULES | {"FORCE"}


def test_what_the_files_tell_a_reader_to_make_is_there():
    pages = [ROOT / "README.md", *ROOT.glob("*.md"), *ROOT.glob("*/*.md")]
    told = {
        (path.name, target)
        for path in pages
        for target in re.findall(r"`make ([a-z]+)", path.read_text(encoding="utf-8"))
    }
    assert told and [what for what in sorted(told) if what[1] not in RULES] == []


def test_make_explains_itself_without_a_python(tmp_path):
    result = run_make(
        "test", f"VENV={tmp_path / 'environment'}", f"PYTHON={tmp_path / 'python'}"
    )
    assert result.returncode != 0
    assert "is not Python 3.11 to 3.14" in result.stderr and "PYTHON=" in result.stderr


def test_makefile_names_scripts_that_exist():
    paths = set(re.findall(r"\b(?:data|notebooks)/\S+\.(?:py|ipynb)\b", MAKEFILE))
    assert len(paths) >= 5
    assert [path for path in sorted(paths) if not (ROOT / path).is_file()] == []


def test_ci_runs_the_tests():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", script], check=True)


def check_environment(**environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "dputils"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_environment_check_passes_here():
    result = check_environment()
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert all(line.startswith(("OK  ", "--  ")) for line in lines[:-1]) and lines[
        -1
    ].startswith("Ready")
    for word in (
        "python 3",
        "torch ",
        "torchvision ",
        "ipywidgets",
        "jupyterlab",
        "kornia",
        "anywidget",
        "device ",
        "ffmpeg",
        "pytorch3d",
        "data: ",
    ):
        assert any(line[4:].startswith(word) for line in lines), f"no line about {word}"


def test_environment_check_separates_required_from_optional(monkeypatch, capsys):
    from dputils import __main__ as check

    report = check.Report()
    monkeypatch.setattr(
        check,
        "requirements",
        lambda: {
            "": ["numpy>=999"],
            "notebooks": ["surely-not-installed>=1", "pytest; python_version < '3'"],
        },
    )
    check.check_packages(report)
    out = capsys.readouterr().out
    assert (
        report.broken and "numpy>=999 is wanted" in out and 'pip install -e "."' in out
    )
    assert (
        "surely-not-installed: not installed (needed to open and run the notebooks)"
        in out
        and "pytest" not in out
    )

    monkeypatch.setattr(
        check,
        "requirements",
        lambda: {"": ["numpy"], "notebooks": ["surely-not-installed>=1"]},
    )
    report = check.Report()
    check.check_packages(report)
    assert not report.broken


def test_environment_check_reads_installed_metadata():
    from dputils.__main__ import by_extra

    lines = [
        "numpy>=1.26",
        "jupyterlab<5,>=4.2; extra == 'notebooks'",
        "xatlas>=0.0.9; (python_version < '3.14') and extra == 'mesh'",
    ]
    assert by_extra(lines) == {
        "": ["numpy>=1.26"],
        "notebooks": ["jupyterlab<5,>=4.2"],
        "mesh": ["xatlas>=0.0.9; (python_version < '3.14')"],
    }


def test_environment_check_names_damaged_files(monkeypatch, capsys):
    import dputils.data
    from dputils import __main__ as check

    results = [
        ("images/owl.jpg", False, "checksum differs"),
        ("images/tree.jpg", True, ""),
    ]
    monkeypatch.setattr(dputils.data, "verify", lambda: results)
    report = check.Report()
    check.check_data(report)
    out = capsys.readouterr().out
    assert (
        report.broken
        and "--  data/images/owl.jpg: checksum differs\n" in out
        and "1 of 2 files" in out
    )


def test_environment_check_names_the_stranger(monkeypatch, capsys):
    """The package index has a `dputils` that is not ours."""
    from dputils import __main__ as check

    assert check.DISTRIBUTION == PROJECT["name"] != "dputils"
    report = check.Report()
    monkeypatch.setattr(check.importlib.metadata, "version", lambda name: "1.0.6")
    check.check_name(report)
    out = capsys.readouterr().out
    assert report.broken and "dputils: 1.0.6 is another project's" in out
    assert "pip uninstall dputils" in out and PROJECT["name"] in out


def test_nobody_is_told_to_install_the_stranger():
    files = [ROOT / "README.md", *ROOT.glob("notebooks/**/*.md")]
    for folder in ("dputils", "notebooks"):
        for ending in ("py", "ipynb"):
            files += (ROOT / folder).rglob(f"*.{ending}")
    command = re.compile(r"pip install [^\n`]*?(?<![/\w-])dputils(?![/\w-])")
    assert command.search('pip install "dputils[mesh]"')
    found = {
        path.relative_to(ROOT).as_posix(): match.group()
        for path in files
        if (match := command.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_it_cannot_be_uploaded_by_accident():
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]


@pytest.mark.slow
def test_wheel_carries_the_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    sums = (ROOT / "data" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line.split(maxsplit=1)[1].lstrip("*") for line in sums if line.strip()}
    missing = sorted(
        path
        for path in listed
        if f"dputils/_data/{path.removeprefix('./')}" not in names
    )
    assert listed and not missing
    scripts = {
        f"dputils/widgets/static/{path.name}"
        for path in (ROOT / "dputils/widgets/static").glob("*.js")
    }
    assert (
        scripts
        and {"dputils/__main__.py", "dputils/_data/SHA256SUMS", *scripts} <= names
    )
    assert not [
        name
        for name in names
        if "__pycache__" in name or name.endswith((".pyc", ".log"))
    ]
    assert wheel.stat().st_size <= 40_000_000
