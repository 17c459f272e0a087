"""Waiting for a state. A limit is reached only when nothing happens any more, so no
test depends on how busy the machine is.
"""

import time

import pytest

PATIENCE = 240  # seconds
PAUSE = 0.05  # seconds between two looks


def wait(condition, what="what was waited for", seconds=PATIENCE):
    """The first answer of `condition()` that is true."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            pytest.fail(f"{what} does not come within {seconds} seconds")
        time.sleep(PAUSE)
    return answer


def becomes(read, wanted, seconds=PATIENCE):
    """Wait until `read()` equals `wanted`, which may be a `pytest.approx`; a failure
    shows what was read last.
    """
    end = time.monotonic() + seconds
    while (found := read()) != wanted and time.monotonic() < end:
        time.sleep(PAUSE)
    assert found == wanted


def until_drawn(page, count=2):
    """Wait until the page has drawn so many frames: figures draw what was asked for in
    the next one, if nothing has to be decoded and nothing moves.
    """
    page.evaluate(
        """count => new Promise((done) => {
        const next = () => count-- > 0 ? requestAnimationFrame(next) : done();
        next();
    })""",
        count,
    )


def at_rest(read):
    """What `read()` gives once two looks in a row see the same picture, and something
    in it.
    """
    before = None

    def same():
        nonlocal before
        now, last = read(), before
        before = now
        return (
            last is not None
            and now.shape == last.shape
            and now.std() > 0.02
            and (now == last).all()
        )

    wait(same, "a picture at rest")
    return before
