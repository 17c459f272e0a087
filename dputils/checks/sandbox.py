"""Asking a function in another process, with limits on time, memory and its answer.

The parent draws the arguments, keeps what it expects, and reads nothing but tensors,
numbers and short texts. So nothing that a student's code does to its own process, to
`dputils.checks` or to PyTorch there, can change a verdict.
"""

import contextlib
import functools
import os
import pickle
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch

from .calls import DONE, EMPTY, FAILED, MISSING
from .confinement import KINDS, SCRATCH, Confinement, find_bubblewrap
from .memory import Watch
from .wire import unpack
from .withheld import PACKAGE, worker_package

START_SECONDS = 120  # importing PyTorch on a busy machine
ANSWER_BYTES = 16_000_000
ENDED = b"E"  # begins the message of a process that has ended; "A" begins an answer
TRIAL = "def one():\n    return 1\n"
ENDS = "ends the whole program instead of returning a result"
# of the environment; no tokens, no names
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TORCH_HOME", "LD_LIBRARY_PATH")


class Stopped(Exception):
    """The process gave no usable answer; the text says why, to the student."""


class NotStarted(OSError):
    """The process for students' code does not start; no student can help that."""


def need_fork() -> None:
    """ValueError where grading cannot be."""
    if not hasattr(os, "fork"):
        raise ValueError(
            "grading needs Linux or macOS, whose processes can be limited; "
            "on Windows use WSL"
        )


class Nursery:
    """A process with PyTorch loaded, from which one student's processes are forked.

    It starts when it is first needed, and again after it was ended. Use it in a `with`
    statement; one for each submission, so that none sees another's.

    Args: `confinement`, what keeps it in; the guard alone by default.
    """

    def __init__(self, confinement: Confinement | None = None) -> None:
        self.confinement = Confinement() if confinement is None else confinement
        self.connection: socket.socket
        self._process: subprocess.Popen | None = None
        self._folder: tempfile.TemporaryDirectory | None = None

    def __enter__(self) -> Self:
        need_fork()
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def start(self) -> socket.socket:
        """Start it unless it runs. Returns: the connection to it.

        Raises: `NotStarted` that says why.
        """
        if self._process is not None and self._process.poll() is None:
            return self.connection
        self.end()  # what is left of one that was killed
        environment = {
            name: os.environ[name] for name in PASSED_ON if name in os.environ
        }
        environment |= {
            "MPLBACKEND": "Agg",
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
        }
        package = worker_package()
        worker = package / "dputils" / "checks" / "worker.py"
        self.connection, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(
                [
                    *self.confinement.command(package),
                    *(sys.executable, "-I", "-B", str(worker)),
                ],
                env=environment,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=said,
                start_new_session=True,
            )
            theirs.close()  # so that its end is seen
            try:
                self.connection.settimeout(START_SECONDS)
                _send(self.connection, pickle.dumps(self._setup()))
                ready = self.connection.recv(1)
            except OSError:
                ready = b""
            if ready != b"R":
                self.end()
                said.seek(0)
                lines = said.read().decode("utf-8", "replace").split("\n")
                why = next(filter(None, map(str.strip, reversed(lines))), "")
                raise NotStarted(
                    f"the process for students' code did not start ({why[:300]})"
                )
        return self.connection

    def end(self) -> None:
        """Kill it, and everything that it started."""
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        self.connection.close()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def process(self) -> int:
        """The number of the process from which all others stem, while it runs."""
        if self._process is None:
            raise ValueError("nothing runs; call `start` first")
        return self._process.pid

    def _setup(self):
        """What the process has to know of itself."""
        alone = self.confinement.bubblewrap is not None
        self._folder = (
            None
            if alone
            else tempfile.TemporaryDirectory(
                prefix="grading-", ignore_cleanup_errors=True
            )
        )
        return {
            "folder": SCRATCH if self._folder is None else self._folder.name,
            "hidden": str(PACKAGE / "checks"),
            "alone": alone,
            # a number that nobody has: what it may still do is its own
            "user": 1_000_000_000 + secrets.randbelow(1_000_000_000)
            if alone and os.geteuid() == 0
            else None,
        }


@functools.cache
def find_confinement(kind: str = "auto") -> Confinement:
    """bubblewrap where a trial shows that it works, else the guard, which says so.

    Args: `kind`, "auto", or "bubblewrap" or "guard" to have no other.
    Raises: ValueError if bubblewrap is asked for and does not work, or for another
        kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    if kind == "guard":
        return Confinement()
    try:
        found = Confinement(find_bubblewrap())
        # containers may forbid it: only a trial tells
        with Nursery(found) as nursery, Remote(nursery, TRIAL, "one") as trial:
            if trial.evaluate(())["state"] != DONE:
                raise OSError("a function that does nothing fails in it")
    except (OSError, Stopped) as error:
        if kind == "bubblewrap":
            raise ValueError(f"bubblewrap does not work here: {error}") from error
        return Confinement(why=f"What holds needs bubblewrap: {error}.")
    return found


class Remote:
    """A function in a process of its own, with the `evaluate` of `calls.Local`.

    Use it in a `with` statement.
    Args:
        nursery: where its process comes from; it serves one at a time.
        source: Python code that defines it.
        name: the function's name.
        notebook: a file of which it gets a copy, in a folder of its own.
        modules: `{name: source}` of modules that its package lacks.
        seconds: for all calls together, on the clock.
        memory: bytes beyond what PyTorch itself takes, for each process and for all of
            them together.
        processes: how many there may be at once, threads included; bubblewrap only.
    Raises: `Stopped` from `evaluate` when the process ends, hangs, or answers too much.
    """

    def __init__(
        self,
        nursery: Nursery,
        source: str,
        name: str,
        notebook: str | Path | None = None,
        *,
        modules: Mapping[str, str] | None = None,
        seconds: float = 20,
        memory: int = 1_000_000_000,
        file_bytes: int = 10_000_000,
        processes: int = 32,
    ) -> None:
        self.nursery, self.seconds, self.memory = nursery, seconds, int(memory)
        self.state: dict[str, Any] | None = None  # how defining the function went
        self.job = {
            "source": source,
            "name": name,
            "notebook": None
            if notebook is None
            else (Path(notebook).name, Path(notebook).read_bytes()),
            "modules": dict(modules or {}),
            "seconds": int(seconds) + 1,
            "memory": self.memory,
            "file_bytes": int(file_bytes),
            "processes": processes,
        }

    def __enter__(self) -> Self:
        self.connection = self.nursery.start()
        self.watch = Watch(self.nursery.process, self.memory)
        self.watch.start()
        self.left = float(self.seconds)
        self.asks = False  # whether a process of ours waits for questions
        return self

    def __exit__(self, *error: object) -> None:
        """End the process; where that goes wrong, the nursery with all it has."""
        try:
            if not self.asks:
                return
            _send(self.connection, b"")
            if self._message(time.monotonic() + 2)[:1] != ENDED:
                raise Stopped("is not done")
        except (OSError, Stopped):
            self.nursery.end()
        finally:
            self.watch.stop()

    def evaluate(
        self, args: tuple, wrt: Sequence[int] = (), cotangent: Any = None
    ) -> dict[str, Any]:
        """As `calls.evaluate`, in the other process."""
        start = time.monotonic()
        deadline = start + self.left
        try:
            if self.state is None:
                self.asks = True
                self.state = self._ask(self.job, deadline)
            if self.state["state"] != DONE:
                return self.state
            return self._ask((args, wrt, cotangent), deadline)
        except Stopped as reason:
            if self.asks:  # it may be anywhere: nothing of it is used again
                self.nursery.end()
                self.asks = False
            if self.watch.exceeded:
                raise Stopped(
                    "takes more memory, with all its processes together, than the "
                    f"{self.memory / 1e9:g} GB that are allowed"
                ) from reason
            raise
        finally:
            self.left -= time.monotonic() - start

    def _ask(self, question, deadline):
        self.connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            _send(self.connection, pickle.dumps(question))
        except TimeoutError as error:
            raise Stopped(self._too_long()) from error
        except OSError as error:
            raise Stopped(ENDS) from error
        message = self._message(deadline)
        if message[:1] == ENDED and len(message) == 9:
            self.asks = False  # its nursery waits for the next one
            (code,) = struct.unpack(">q", message[1:])
            raise Stopped(
                f"was stopped by the system (signal {-code}): "
                "too much time or memory, or a crash"
                if code < 0 and code != -signal.SIGKILL
                else ENDS
            )
        try:
            return _checked(unpack(message[1:]))
        except ValueError as error:
            raise Stopped("sends something that is no answer") from error

    def _message(self, deadline):
        (size,) = struct.unpack(">Q", self._read(8, deadline))
        if size > ANSWER_BYTES:
            raise Stopped(f"returns far too much: {size / 1e6:.0f} MB")
        return self._read(size, deadline)

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
                raise Stopped(ENDS)
            data += piece
        return bytes(data)

    def _too_long(self):
        return (
            f"did not finish within {self.seconds:g} seconds. "
            "Is there a loop that never ends?"
        )


def _send(connection, data):
    connection.sendall(struct.pack(">Q", len(data)) + data)


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
