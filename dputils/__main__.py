"""Environment check: `python -m dputils` prints one line per requirement, `OK` or `--`
with what to do.

The exit code is 1 only when something that every notebook needs is missing, too old, or
damaged.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import sys
import tomllib
from pathlib import Path

# The import is called dputils; on the package index that name is another project's.
DISTRIBUTION = "differentiable-image-parameterizations"
PYTHON_RANGE = ((3, 11), (3, 15))

# Extras in the order in which a reader meets them, and what is lost without each.
EXTRAS = {
    "notebooks": "needed to open and run the notebooks",
    "mesh": "needed for the 3D notebooks",
    "companion": "needed for the companion on visualizing networks",
    "dev": "needed for the tests and for changing the project",
}


class Report:
    """Prints the lines as they come, and remembers whether something required is
    broken.
    """

    def __init__(self) -> None:
        self.broken = False

    def ok(self, text: str) -> None:
        print(f"OK  {text}", flush=True)

    def advise(self, text: str, *, required: bool = False) -> None:
        self.broken |= required
        print(f"--  {text}", flush=True)


def checkout() -> dict | None:
    """The project's table in the pyproject.toml beside the package, or None where there
    is only the package.
    """
    pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if not pyproject.is_file():
        return None
    project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
    return project if project.get("name") == DISTRIBUTION else None


def requirements() -> dict[str, list[str]]:
    """The requirement strings of the project by extra, "" for the ones always needed.

    A checkout's pyproject.toml is asked first: an editable install's metadata can be
    older than the files.
    """
    if (project := checkout()) is not None:
        return {"": project["dependencies"], **project["optional-dependencies"]}
    return by_extra(importlib.metadata.requires(DISTRIBUTION) or [])


def remedy(requirement: str, extra: str) -> str:
    """How to install what is missing: all of its kind from a checkout, or just that."""
    if checkout() is None:
        return f'pip install "{requirement}"'
    return f'pip install -e ".[{extra}]"' if extra else 'pip install -e "."'


def by_extra(lines: list[str]) -> dict[str, list[str]]:
    """Sort an installed package's requirements, `name>=1; marker and extra == 'x'`, by
    extra.
    """
    found: dict[str, list[str]] = {"": []}
    for line in lines:
        requirement, _, extra = line.partition(" extra == ")
        found.setdefault(extra.strip(" '\""), []).append(
            requirement.removesuffix("and").strip(" ;")
        )
    return found


def check_python(report: Report) -> None:
    low, high = PYTHON_RANGE
    text = (
        f"python {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}"
    )
    if low <= sys.version_info[:2] < high:
        report.ok(text)
    else:
        report.advise(
            f"{text}: use Python {low[0]}.{low[1]} to {high[0]}.{high[1] - 1}",
            required=True,
        )


def check_name(report: Report) -> None:
    """Another project's `dputils` would be imported in place of this one, or lie in the
    same folder.
    """
    try:
        version = importlib.metadata.version("dputils")
    except importlib.metadata.PackageNotFoundError:
        version = None
    whole = importlib.util.find_spec("dputils.images") is not None
    if version is None and whole:
        report.ok(f"dputils {importlib.import_module('dputils').__version__}")
        return
    found = "not complete" if version is None else f"{version} is another project's"
    report.advise(
        f"dputils: {found}; pip uninstall dputils, then install {DISTRIBUTION} again",
        required=True,
    )


def check_packages(report: Report) -> None:
    """One line per package; only those without an extra are required."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        report.advise(
            "packaging: missing, so versions cannot be compared; "
            f"{remedy('packaging', '')}",
            required=True,
        )
        return
    everything = requirements()
    for extra in ["", *EXTRAS]:
        purpose = f" ({EXTRAS[extra]})" if extra else ""
        for wanted in map(Requirement, everything.get(extra, [])):
            if wanted.marker is not None and not wanted.marker.evaluate(
                {"extra": extra}
            ):
                continue
            bare = f"{wanted.name}{wanted.specifier}"
            advice = f"{purpose}; {remedy(bare, extra)}"
            try:
                version = importlib.metadata.version(wanted.name)
            except importlib.metadata.PackageNotFoundError:
                report.advise(
                    f"{wanted.name}: not installed{advice}", required=not extra
                )
                continue
            if wanted.specifier.contains(version, prereleases=True):
                report.ok(f"{wanted.name} {version}")
            else:
                report.advise(
                    f"{wanted.name} {version}: {bare} is wanted{advice}",
                    required=not extra,
                )


def check_device(report: Report) -> None:
    """Name the device the notebooks will pick, after computing something on it."""
    try:
        import torch
        import torchvision
    # a broken binary raises OSError or RuntimeError, not ImportError
    except Exception as error:
        report.advise(
            "torch and torchvision do not import together: "
            f"{first_line(error)}; install matching versions of both",
            required=True,
        )
        return
    try:
        # torchvision's compiled operators are registered only when its build fits
        # torch.
        boxes, scores = torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.ones(1)
        torchvision.ops.nms(boxes, scores, 0.5)
    except Exception as error:
        report.advise(
            (
                f"torchvision does not fit torch: {first_line(error)}; install "
                "matching versions"
            ),
            required=True,
        )
    for name, usable in (
        ("cuda", torch.cuda.is_available()),
        ("mps", torch.backends.mps.is_available()),
    ):
        if not usable:
            continue
        try:
            torch.fft.irfft2(
                torch.fft.rfft2(torch.ones(1, 3, 8, 8, device=name))
            ).sum().item()
        except Exception as error:
            report.advise(
                f"device {name}: present but fails ({first_line(error)}); the "
                "notebooks can use the CPU"
            )
            continue
        label = (
            torch.cuda.get_device_name()
            if name == "cuda"
            else platform.processor() or "Apple GPU"
        )
        report.ok(f"device {name}: {label}")
        return
    report.ok(
        f"device cpu: {os.cpu_count()} cores, PyTorch uses {torch.get_num_threads()} "
        "(the notebooks fit this)"
    )


def check_ffmpeg(report: Report) -> None:
    try:
        import imageio_ffmpeg

        report.ok(f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}")
    except Exception as error:
        report.advise(
            f"ffmpeg: {first_line(error)}; only films need it: pip install "
            "imageio-ffmpeg, or install ffmpeg and set IMAGEIO_FFMPEG_EXE to "
            "it"
        )


def check_pytorch3d(report: Report) -> None:
    """PyTorch3D is the second, optional rasterizer; its compiled part is what fails
    when versions disagree.
    """
    if importlib.util.find_spec("pytorch3d") is None:
        report.advise(
            "pytorch3d: not installed; optional, the built-in rasterizer "
            "does the work. To compare the two: conda env create -f "
            "environment.yml"
        )
        return
    try:
        module = importlib.import_module("pytorch3d")
        importlib.import_module("pytorch3d._C")
        report.ok(f"pytorch3d {module.__version__}")
    except Exception as error:
        report.advise(
            f"pytorch3d: installed but does not load ({first_line(error)}); "
            "optional. It must be built for this very torch"
        )


def check_data(report: Report) -> None:
    """Compare every bundled file with its checksum; `dputils.data` words what to do
    about a damaged one.
    """
    try:
        from dputils.data import verify

        results = verify()
    except Exception as error:
        report.advise(f"data: {first_line(error)}", required=True)
        return
    for path, ok, message in results:
        if not ok:
            report.advise(f"data/{path}: {message}", required=True)
    good = sum(ok for _, ok, _ in results)
    if good:
        report.ok(f"data: {good} of {len(results)} files match their checksums")
    else:
        report.advise(
            "data: no file could be checked; restore the data folder", required=True
        )


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def main() -> int:
    report = Report()
    for check in (
        check_python,
        check_name,
        check_packages,
        check_device,
        check_ffmpeg,
        check_pytorch3d,
        check_data,
    ):
        check(report)
    print(
        "Something that every notebook needs is missing or damaged: see the lines "
        "above that start with --."
        if report.broken
        else "Ready: `make lab` opens the notebooks."
    )
    return int(report.broken)


if __name__ == "__main__":
    sys.exit(main())
