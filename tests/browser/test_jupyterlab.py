"""Figures in a real JupyterLab: a saved notebook with and without trust, and pictures
pushed from the kernel.
"""

import json

import pytest
import torch

from dputils.widgets import CompareSlider

from .lab import notebook, output, printed, run_cell, trusted
from .waiting import becomes, wait

pytestmark = pytest.mark.slow

LIVE = """import torch
from dputils.widgets import CompareSlider
grey = torch.full((1, 3, 60, 80), 0.5)
figure = CompareSlider(grey, torch.zeros(1, 3, 60, 80), live=True, width=300, start=0)
figure"""
PUSH = """red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
figure.update(after=red.expand(1, 3, 60, 80))"""
# What a push costs is counted in what it cannot do without: one JPEG of the texture.
MESH = """import io, json, time, torch
from dputils.data import sample_mesh
from dputils.media import to_image
from dputils.widgets import MeshViewer
noise = 0.2 * torch.rand(2, 3, 1024, 1024, generator=torch.Generator().manual_seed(0))
dark, bright = noise[:1] + 0.1, noise[1:] + 0.7
def spent(task):
    begin = time.process_time()
    task()
    return time.process_time() - begin
def encode():
    to_image(dark).save(io.BytesIO(), "jpeg", quality=90)
figure = MeshViewer(sample_mesh("bunny"), dark, shading=False, live=True)
figure"""
MESH_PUSH = """figure.update(bright)"""
MESH_COST = """pushes, files = 0, 0
for k in range(20):
    pushes += spent(lambda: figure.update((dark, bright)[k % 2]))
    files += spent(encode)
print(json.dumps(pushes / files))"""


@pytest.fixture
def saved():
    """A notebook with a figure in its output."""
    figure = CompareSlider(
        torch.full((1, 3, 60, 80), 0.2), torch.full((1, 3, 60, 80), 0.8), width=300
    )
    return notebook(("figure", json.loads(json.dumps(figure._repr_mimebundle_()))))


def test_a_notebook_of_a_stranger_shows_the_still_picture(open_lab, saved):
    page = open_lab("strange", saved)
    image = output(page).locator("img")
    image.wait_for()
    assert (
        image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    )
    # what a script would have drawn by now, had JupyterLab run it
    page.wait_for_timeout(1000)
    assert output(page).locator("[role=slider]").count() == 0, (
        "untrusted scripts do not run"
    )


def test_a_trusted_notebook_works_before_anything_ran(open_lab, saved):
    saved.metadata["title"] = "mine"  # another notebook than the stranger's
    page = open_lab("trusted", trusted(saved))
    line = output(page).locator("[role=slider]")
    line.wait_for()
    line.press("Home")
    line.press("ArrowRight")
    becomes(lambda: line.get_attribute("aria-valuenow"), "4")
    line.press("Enter")
    becomes(lambda: line.get_attribute("aria-valuenow"), "85")
    assert page.locator(".jp-Notebook.jp-mod-editMode").count() == 0, (
        "Enter was meant for the figure"
    )
    assert (
        page.locator(".jp-CodeCell").count() == 1
        and page.locator("[data-dputils] > img").count() == 0
    )


def test_the_kernel_pushes_pictures(open_lab, pixels):
    page = open_lab("live", notebook((LIVE, None), (PUSH, None)))
    run_cell(page, 0)
    line, frame = (output(page).locator(part) for part in ("[role=slider]", ".frame"))
    line.press("Home")
    becomes(lambda: pixels(frame)[30, 150], pytest.approx([0, 0, 0], abs=0.05))
    run_cell(page, 1)
    becomes(lambda: pixels(frame)[30, 150], pytest.approx([1, 0, 0], abs=0.05))
    assert line.get_attribute("aria-valuenow") == "2", (
        "the line stays where the reader left it"
    )


def test_the_kernel_pushes_textures_of_a_megapixel(open_lab, pixels):
    page = open_lab(
        "mesh", notebook((MESH, None), (MESH_PUSH, None), (MESH_COST, None))
    )
    run_cell(page, 0)
    canvas = output(page).locator("canvas")

    def middle():
        picture = pixels(canvas)
        return picture[picture.shape[0] // 2, picture.shape[1] // 2].mean()

    wait(lambda: middle() < 0.4, "the dark texture")
    run_cell(page, 1)
    wait(lambda: 0.6 < middle() < 0.95, "the bright texture")
    cost = float(printed(page, 2))
    print(f"a push takes {cost:.2f} times as long as a JPEG of the texture")
    assert cost < 3
