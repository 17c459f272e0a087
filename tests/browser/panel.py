"""A live panel in JupyterLab: what the reader sees and does there."""

from .lab import output
from .waiting import becomes, wait


def button(page, name, index=0):
    return output(page, index).get_by_role("button", name=name, exact=True)


def picture(page, index=0):
    return output(page, index).locator("canvas.picture")


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
