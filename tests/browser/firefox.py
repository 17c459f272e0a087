"""A headless Firefox, the one that the system has, through WebDriver BiDi."""

import contextlib
import itertools
import json
import re
import shutil
import subprocess

import pytest


class Firefox:
    """One page: `go(address)` and `run(JavaScript)`."""

    def __init__(self, socket):
        self.socket, self.numbers = socket, itertools.count(1)
        self.ask("session.new", capabilities={})
        (context, *_) = self.ask("browsingContext.getTree")["contexts"]
        self.context = context["context"]

    def ask(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass  # an event
        assert answer["type"] == "success", answer
        return answer["result"]

    def go(self, address):
        self.ask(
            "browsingContext.navigate",
            context=self.context,
            url=address,
            wait="complete",
        )

    def run(self, code):
        """The value of an expression, as far as JSON goes."""
        answer = self.ask(
            "script.evaluate",
            expression=f"JSON.stringify({code})",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))


@contextlib.contextmanager
def firefox(folder):
    """The test is skipped with a reason where there is no Firefox."""
    websocket = pytest.importorskip("websocket", reason="websocket-client is missing")
    program = shutil.which("firefox") or shutil.which("firefox-esr")
    if program is None:
        pytest.skip("Firefox is not installed")
    process = subprocess.Popen(
        [program, "--headless", "--no-remote", "--profile", folder]
        + ["--remote-debugging-port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"},
    )
    try:
        told = (re.search(r"BiDi listening on (ws://\S+)", x) for x in process.stderr)
        address = next(filter(None, told), None)
        if address is None:
            pytest.skip("Firefox does not start")
        socket = websocket.create_connection(
            f"{address[1]}/session", timeout=240, suppress_origin=True
        )
        yield Firefox(socket)
        socket.close()
    finally:
        process.kill()
        process.communicate()
