"""Pictures a second of a LivePanel, and how soon it pauses; targets: 8 at 128 px with
PatternNet on 2 cores, 200 ms.

A real kernel, and this script in the page's place: it sends what the page sends and
asks again when the answer comes, over the same sockets. What is missing is the way from
the server to the browser and drawing a small JPEG, a few milliseconds. Pause is counted
from a moment at random until the last answer has come and the kernel is idle.
"""

import argparse
import queue
import random
import statistics
import time

from jupyter_client.manager import start_new_kernel

CELL = """
from dputils.images import fourier_image
from dputils.networks import load_network
from dputils.widgets import LivePanel
net = load_network("patternnet")
build = lambda seed: fourier_image({size}, seed=seed)
panel = LivePanel(build, "{unit}", net, controls={{"lr": (0.005, 0.2)}})
"""


class Page:
    """The other end of a panel's comm: asks, and waits for the answer."""

    def __init__(self, client, cell):
        self.client, self.count = client, 0
        client.execute(cell)
        self.comm = next(
            message["content"]["comm_id"]
            for message in self._until_idle()
            if message["msg_type"] == "comm_open"
            and "controls" in message["content"]["data"].get("state", {})
        )

    def ask(self, steps):
        """Seconds until the answer, its bytes and its step number; then waits until the
        kernel is idle.
        """
        self.count += 1
        content = {"kind": "ask", "id": f"b{self.count}", "steps": steps}
        message = self.client.session.msg(
            "comm_msg",
            {"comm_id": self.comm, "data": {"method": "custom", "content": content}},
        )
        begin = time.perf_counter()
        self.client.shell_channel.send(message)
        answer = next(
            m
            for m in self._until_idle()
            if m["msg_type"] == "comm_msg"
            and m["content"]["data"].get("content", {}).get("id") == content["id"]
        )
        found = answer["content"]["data"]["content"]
        if found["error"]:
            raise RuntimeError(found["error"])
        return (
            time.perf_counter() - begin,
            sum(len(buffer) for buffer in answer["buffers"]),
            found["step"],
        )

    def _until_idle(self):
        messages = []
        while True:
            try:
                messages.append(self.client.get_iopub_msg(timeout=120))
            except queue.Empty:
                raise RuntimeError("the kernel does not answer") from None
            content = messages[-1]["content"]
            if messages[-1]["msg_type"] == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            if content.get("execution_state") == "idle":
                return messages


def measure(size, unit, rounds, seconds):
    manager, client = start_new_kernel()
    try:
        page = Page(client, CELL.format(size=size, unit=unit))
        page.ask(None)  # loads what is loaded late
        rates, paces, pauses, weights = [], [], [], []
        for _ in range(rounds):
            begin, pictures, first = time.perf_counter(), 0, page.ask(0)[2]
            while time.perf_counter() - begin < seconds:
                took, weight, step = page.ask(None)
                pictures += 1
                # pressed at any moment of an answer: this much was left
                pauses.append(took * random.random())
                weights.append(weight)
            length = time.perf_counter() - begin
            rates.append(pictures / length)
            paces.append((step - first) / length)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(
        f"{size} px, {unit}: {statistics.median(rates):.1f} pictures a second "
        f"({min(rates):.1f} … {max(rates):.1f} over {rounds} rounds of {seconds:g} "
        f"s; at least 8), {statistics.median(paces):.0f} steps a second, "
        f"{statistics.median(weights) / 1000:.1f} kB each",
        flush=True,
    )
    print(
        (
            f"pause: {1e3 * statistics.median(pauses):.0f} ms, at most "
            f"{1e3 * max(pauses):.0f} ms (at most 200)"
        ),
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--size", type=int, default=128, help="height and width of the picture"
    )
    parser.add_argument("--unit", default="conv6:7", help="what is maximised")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="of each round")
    options = parser.parse_args()
    measure(options.size, options.unit, options.rounds, options.seconds)
