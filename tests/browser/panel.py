"""A live panel in JupyterLab: what the reader sees and does there."""

from .lab import output
from .waiting import becomes, wait

PANEL = """import torch
from dputils.images import fourier_image, pixel_image
from dputils.widgets import LivePanel

def build(basis="pixels", seed=0):
    return (pixel_image if basis == "pixels" else fourier_image)(64, seed=seed)

def loss(image, target=0.9):
    if target > 0.97:
        raise RuntimeError("too bright for me")
    return (image() - target).square().mean()

panel = LivePanel(build, loss, controls={"target": (0.0, 1.0),
    "lr": (0.001, 0.2, 0.02), "basis": ["pixels", "Fourier"]})
panel"""


def button(page, name, index=0):
    return output(page, index).get_by_role("button", name=name, exact=True)


def picture(page, index=0):
    return output(page, index).locator("canvas.picture")


def alert(page, index=0):
    """What went wrong."""
    return output(page, index).locator("[role=alert]").inner_text()


def note(page, index=0):
    return output(page, index).locator("[role=status]").inner_text()


def numbers(page, index=0):
    return output(page, index).locator("output.numbers").inner_text().replace("\n", " ")


def steps(page, index=0):
    return int(numbers(page, index).split()[1])


def until_there(page, index=0):
    """Wait until the kernel has answered the panel's first question."""
    button(page, "play", index).wait_for()
    wait(lambda: numbers(page, index).startswith("step "), "the panel's first answer")


def pause(page, index=0):
    """Press pause, and how many steps were taken by then."""
    button(page, "pause", index).click()
    return settled(page, index)


def settled(page, index=0):
    """How many steps a panel that does not play has taken, once the picture belongs to
    them.

    Saving is the page's next question. Its answer comes after all earlier ones, and
    the file's name has the step.
    """
    file = saved(page, index).suggested_filename
    step = int(file.rpartition("step")[2].partition(".")[0])
    becomes(lambda: steps(page, index), step)
    becomes(lambda: picture(page, index).get_attribute("data-step"), f"step {step}")
    return step


def saved(page, index=0):
    """The file that "save PNG" gives."""
    with page.expect_download() as download:
        button(page, "save PNG", index).click()
    return download.value
