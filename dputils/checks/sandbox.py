"""Asking a function in another process, with limits on time, memory and its answer.

The parent draws the arguments, keeps what it expects, and reads nothing but tensors,
numbers and short texts. So nothing that a student's code does to its own process, to
`dputils.checks` or to PyTorch there, can change a verdict.
"""

import contextlib
import os
import pickle
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch

from .calls import DONE, EMPTY, FAILED, MISSING
from .wire import unpack

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 120  # importing PyTorch on a busy machine
ANSWER_BYTES = 16_000_000
# of the environment; no tokens, no names
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TORCH_HOME", "LD_LIBRARY_PATH")


class Stopped(Exception):
    """The process gave no usable answer; the text says why, to the student."""


class Nursery:
    """A process with PyTorch loaded, from which students' processes are forked.

    Use it in a `with` statement.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Self:
        if not hasattr(os, "fork"):
            raise ValueError(
                "grading needs Linux or macOS, whose processes can be limited; "
                "on Windows use WSL"
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def fork(self, connection: socket.socket) -> int:
        """A new process that listens at the other end of `connection`; its id."""
        with self._lock:
            try:
                return self._fork(connection)
            except (OSError, struct.error):  # it was killed: start another one, once
                return self._fork(connection)

    def end(self, process: int) -> int | None:
        """Kill a process and its group.

        Returns: its exit code, negative for a signal; None if that is not known.
        """
        with self._lock, contextlib.suppress(OSError, struct.error):
            self._control.sendall(b"K" + struct.pack(">q", process))
            return self._answer()
        return None

    def _fork(self, connection):
        try:
            self._start()
            socket.send_fds(self._control, [b"F".ljust(9)], [connection.fileno()])
            return self._answer()
        except (OSError, struct.error):
            self._end()
            raise

    def _answer(self):
        return struct.unpack(">q", self._control.recv(8, socket.MSG_WAITALL))[0]

    def _start(self):
        if self._process is not None and self._process.poll() is None:
            return
        self._end()  # what is left of one that was killed
        self._control, theirs = socket.socketpair()
        self._control.settimeout(START_SECONDS)
        environment = {
            name: os.environ[name] for name in PASSED_ON if name in os.environ
        }
        environment |= {
            "MPLBACKEND": "Agg",
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
        }
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(WORKER), str(theirs.fileno())],
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        if self._control.recv(1) != b"R":
            raise OSError("the process for students' code did not start")

    def _end(self):
        if self._process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._control.close()
            self._process = None


class Remote:
    """A function in a process of its own, with the `evaluate` of `calls.Local`.

    Use it in a `with` statement.
    Args:
        nursery: where its process comes from.
        source: Python code that defines it.
        name: the function's name.
        folder: where the process may write.
        seconds: for all calls together, on the clock.
        memory: bytes beyond what PyTorch itself takes.
    Raises: `Stopped` from `evaluate` when the process ends, hangs, or answers too much.
    """

    def __init__(
        self,
        nursery: Nursery,
        source: str,
        name: str,
        folder: str | Path,
        *,
        seconds: float = 20,
        memory: int = 1_000_000_000,
        file_bytes: int = 10_000_000,
    ) -> None:
        self.nursery, self.seconds = nursery, seconds
        self.state: dict[str, Any] | None = None  # how defining the function went
        self.job = {
            "source": source,
            "name": name,
            "folder": str(folder),
            "seconds": int(seconds) + 1,
            "memory": int(memory),
            "file_bytes": int(file_bytes),
        }

    def __enter__(self) -> Self:
        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = self.nursery.fork(theirs)
        self.connection.settimeout(self.seconds)
        self.left = float(self.seconds)
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()
        self.connection.close()

    def evaluate(
        self, args: tuple, wrt: Sequence[int] = (), cotangent: Any = None
    ) -> dict[str, Any]:
        """As `calls.evaluate`, in the other process."""
        start = time.monotonic()
        try:
            if self.state is None:
                self._send(pickle.dumps(self.job))
                self.state = self._receive(start + self.left)
            state = self.state
            if state["state"] != DONE:
                return state
            self._send(pickle.dumps((args, wrt, cotangent)))
            return self._receive(start + self.left)
        finally:
            self.left -= time.monotonic() - start

    def _send(self, data):
        try:
            self.connection.sendall(struct.pack(">Q", len(data)) + data)
        except TimeoutError as error:
            raise Stopped(self._too_long()) from error
        except OSError as error:
            raise Stopped(self._ending()) from error

    def _receive(self, deadline):
        (size,) = struct.unpack(">Q", self._read(8, deadline))
        if size > ANSWER_BYTES:
            raise Stopped(f"returns far too much: {size / 1e6:.0f} MB")
        try:
            return _checked(unpack(self._read(size, deadline)))
        except ValueError as error:
            raise Stopped("sends something that is no answer") from error

    def _read(self, count, deadline):
        data = bytearray()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.connection], [], [], left)[0]:
                raise Stopped(self._too_long())
            try:
                piece = self.connection.recv(min(count - len(data), 1 << 20))
            except ConnectionError:
                piece = b""
            if not piece:
                raise Stopped(self._ending())
            data += piece
        return bytes(data)

    def _too_long(self):
        return (
            f"did not finish within {self.seconds:g} seconds. "
            "Is there a loop that never ends?"
        )

    def _ending(self):
        code = self._stop(0.5)
        if code is not None and code < 0 and code != -signal.SIGKILL:
            return (
                f"was stopped by the system (signal {-code}): "
                "too much time or memory, or a crash"
            )
        return "ends the whole program instead of returning a result"

    def _stop(self, seconds=0.0):
        """End the process, which has `seconds` to do so with its own exit code."""
        if self.process is None:
            return None
        time.sleep(seconds)
        code, self.process = self.nursery.end(self.process), None
        return code


def _checked(answer):
    """The answer if it has the form that `calls.evaluate` gives, else ValueError."""
    if not isinstance(answer, dict) or answer.get("state") not in (
        DONE,
        EMPTY,
        FAILED,
        MISSING,
    ):
        raise ValueError("no state")
    if answer["state"] in (FAILED, MISSING):
        return {
            "state": answer["state"],
            "error": str(answer.get("error"))[:400],
            "line": str(answer.get("line") or "")[:200],
        }
    if answer["state"] == DONE:
        changed, grads = answer.get("changed", ()), answer.get("grads", ())
        changed, grads = changed or (), grads or ()
        if (
            not all(isinstance(part, tuple) for part in (changed, grads))
            or not all(type(k) is int for k in changed)
            or not all(g is None or torch.is_tensor(g) for g in grads)
        ):
            raise ValueError("wrong parts")
        return {
            "state": DONE,
            "value": answer.get("value"),
            "changed": changed,
            "grads": grads,
        }
    return {"state": EMPTY}
