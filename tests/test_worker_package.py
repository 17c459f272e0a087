"""While grading, `dputils` is the one that the grader belongs to, whatever else has its
name.
"""

import os
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import dputils
from dputils.checks import find_exercise
from dputils.checks.examine import examine
from dputils.checks.sandbox import Nursery, Remote

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="grading needs Linux or macOS"
)

STRANGER = 'raise ImportError("this is a stranger")\n'
# Exercise 1.1, right only if the import finds something that works.
ANSWER = """
import torch
from dputils.color import srgb_to_linear

def frequencies(height, width):
    assert srgb_to_linear(torch.ones(3)).equal(torch.ones(3))
    down, across = torch.fft.fftfreq(height), torch.fft.rfftfreq(width)
    return torch.hypot(down[:, None], across[None])
"""


@pytest.fixture
def python(tmp_path):
    """An interpreter with our libraries, in which a stranger is installed as `dputils`.

    The worker ignores PYTHONPATH, so the stranger has to be where it looks.
    """
    venv.create(tmp_path / "python", with_pip=False)
    (own,) = (tmp_path / "python").glob("lib/python*/site-packages")
    (own / "dputils").mkdir()
    (own / "dputils" / "__init__.py").write_text(STRANGER)
    # read after the folder itself, so that the stranger stands first
    ours = [*site.getsitepackages(), str(Path(dputils.__file__).parents[1])]
    (own / "ours.pth").write_text("\n".join(ours))
    return tmp_path / "python" / "bin" / "python"


def test_a_stranger_of_the_same_name_does_not_win(python, tmp_path, monkeypatch):
    found = subprocess.run(
        [python, "-I", "-c", "import dputils"], capture_output=True, text=True
    )
    assert "this is a stranger" in found.stderr
    monkeypatch.setattr(sys, "executable", str(python))
    with (
        Nursery() as nursery,
        Remote(nursery, ANSWER, "frequencies") as subject,
    ):
        report = examine(find_exercise("1.1"), subject, "kim")
    assert report.passed, report.message
