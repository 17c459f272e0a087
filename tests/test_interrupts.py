"""Ctrl-C and the button ■, in a kernel of its own, as a reader meets them."""

import os
import signal
import time

import pytest

pytestmark = pytest.mark.slow

CELL = """
import dputils as dp
import dputils.optimize
net, image = dp.load_network("patternnet"), dp.fourier_image(64)
"""
RUN = """
print("started", flush=True)
dp.maximize(image, "conv6:10", net, steps=100000, progress=False)
"""


class Kernel:
    """A kernel that starts like a notebook's, and can be interrupted."""

    def __init__(self):
        from jupyter_client.manager import start_new_kernel

        self.manager, self.client = start_new_kernel(
            kernel_name="python3", env={**os.environ, "TQDM_DISABLE": "1"}
        )

    def start(self, code, stop_on_error=True):
        return self.client.execute(code, stop_on_error=stop_on_error)

    def until(self, text):
        """Wait for output that contains a text."""
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if text in message["content"].get("text", ""):
                return

    def interrupt(self):
        self.manager.interrupt_kernel()

    def answer(self, request):
        """The reply to a request, as a dict."""
        while True:
            reply = self.client.get_shell_msg(timeout=120)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"]

    def run(self, code):
        return self.answer(self.start(code))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel():
    pytest.importorskip("ipykernel")
    kernel = Kernel()
    yield kernel
    kernel.close()


@pytest.mark.parametrize(
    "seconds",
    [
        0.3,
        1.0,
        *(pytest.param(each, marks=pytest.mark.thorough) for each in (0.6, 2.0)),
    ],
)
def test_ctrl_c_in_the_first_seconds_leaves_the_kernel_whole(kernel, seconds):
    assert kernel.run(CELL)["status"] == "ok"
    # otherwise what is asked for at the moment of the error is aborted, too
    running = kernel.start(RUN, stop_on_error=False)
    kernel.until("started")
    time.sleep(seconds)
    kernel.interrupt()
    stopped = kernel.answer(running)
    assert stopped["ename"] == "Interrupted" and "stopped " in stopped["evalue"]
    again = kernel.run(
        'history = dp.maximize(image, "conv6:10", net, steps=2, progress=False)\n'
        "import sympy; sympy.logic\nassert len(history) == 2"
    )
    assert again["status"] == "ok", again


def test_the_button_stops_run_all_and_keeps_the_result(kernel):
    kernel.run(CELL)
    running, next_cell = kernel.start(RUN), kernel.start("reached = True")
    kernel.until("started")
    time.sleep(3)
    kernel.interrupt()
    stopped = kernel.answer(running)
    # one line, no page of traceback
    assert stopped["status"] == "error" and len(stopped["traceback"]) == 1
    assert len(stopped["traceback"][0].splitlines()) == 1
    assert "stopped at step" in stopped["traceback"][0]
    assert kernel.answer(next_cell)["status"] == "aborted"
    code = """
from dputils.optimize import kept
history = kept()
assert "reached" not in globals() and history.interrupted
fresh = dp.fourier_image(64)
if len(history):
    dp.maximize(fresh, "conv6:10", net, steps=len(history), progress=False)
assert (fresh() - image()).abs().max() < 1e-6
"""
    checked = kernel.run(code)
    assert checked["status"] == "ok", checked


def test_claims_of_an_interrupted_run_are_refused(kernel):
    kernel.run(CELL + "from dputils.book import Claim, show_claims")
    code = """
def stop(step, value):
    if step == 3: raise KeyboardInterrupt
try:
    dp.maximize(image, "conv6:10", net, steps=9, on_step=stop, progress=False)
except KeyboardInterrupt:
    pass
show_claims([Claim("so it is", [1.0, 2.0])])
"""
    refused = kernel.run(code)
    assert refused["status"] == "error" and "was interrupted" in refused["evalue"]
    assert kernel.run('show_claims([Claim("so it is", [1.0])])')["status"] == "ok"


def test_an_import_is_finished_before_the_interrupt_is_heard(tmp_path, monkeypatch):
    import dputils.optimize as optimize

    (tmp_path / "slow_to_import.py").write_text(
        "import os, signal, time\n"
        f"os.kill(os.getpid(), {int(signal.SIGINT)})\n"
        "time.sleep(0.2)\nwhole = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    # a shell's background jobs ignore the signal, and so do their children
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            optimize._import_whole("slow_to_import")
    finally:
        signal.signal(signal.SIGINT, before)
    import slow_to_import

    assert slow_to_import.whole
