"""How much memory a process and all that it started take together.

A limit of the system holds for one process, and thirty may each stay below it. Control
groups count them all, but who may make one differs from system to system; `/proc` can
be read on every Linux. What no process has mapped, such as a `memfd`, is not in it.
macOS has no `/proc`, so nothing is counted there.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

LOOK_SECONDS = 0.1


def tree(root: int) -> Iterator[int]:
    """The processes that `root` and its children started, itself among them.

    With those of its session, whose parents may have ended. Under bubblewrap, which
    takes in orphans, that is all; behind the guard, who leaves both is lost.
    """
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, _listed("/proc")):
        # "12 (a name) S parent group session …"; the name may hold brackets
        words = _read(f"/proc/{name}/stat").rpartition(")")[2].split()
        if len(words) > 3:
            parent = root if int(words[3]) == root else int(words[1])
            children.setdefault(parent, []).append(int(name))
    waiting, seen = [root], set()
    while waiting:
        process = waiting.pop()
        if process not in seen:
            seen.add(process)
            waiting += children.get(process, [])
            yield process


def anonymous(process: int) -> int:
    """Bytes of one process that come from no file, those that others have, too."""
    return _fields(f"/proc/{process}/status").get("RssAnon", 0)


def measure(process: int, common: int = 0) -> int:
    """Bytes of one process; a page that n processes have counts 1/n.

    Where the system does not tell who has a page (to tell takes the right to trace the
    process), it is what comes from no file, less `common` bytes.
    """
    shares = _fields(f"/proc/{process}/smaps_rollup")
    if "Pss" in shares:
        return shares["Pss"]
    status = _fields(f"/proc/{process}/status")
    return max(0, status.get("RssAnon", 0) - common) + status.get("RssShmem", 0)


class Watch:
    """Kills a tree of processes if together they take too much memory.

    It looks from `start` to `stop`; `exceeded` says whether it had to.

    Args:
        root: the process from which all others stem.
        most: bytes for all of them, beyond what they have at the beginning.
    """

    def __init__(self, root: int, most: int) -> None:
        self.root, self.most = root, most
        self.exceeded = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Measure what they have now, and look from now on."""
        # a fork begins with all that its parent has, at no cost
        self._common = max(map(anonymous, tree(self.root)))
        self._most = self.most + self._taken(tree(self.root))
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _taken(self, processes):
        return sum(measure(process, self._common) for process in processes)

    def _look(self):
        pause = LOOK_SECONDS
        while not self._ended.wait(pause):
            start = time.thread_time()
            processes = list(tree(self.root))
            # the sum that counts common pages often is quick, and mostly small enough
            if (
                sum(map(_resident, processes)) > self._most
                and self._taken(processes) > self._most
            ):
                self.exceeded = True
                for process in processes:
                    with contextlib.suppress(OSError):
                        os.kill(process, signal.SIGKILL)
                return
            pause = max(LOOK_SECONDS, 10 * (time.thread_time() - start))


def _resident(process):
    """Bytes in memory, each page counted in full."""
    pages = _read(f"/proc/{process}/statm").split()[1:2]
    return int(pages[0]) * os.sysconf("SC_PAGE_SIZE") if pages else 0


def _fields(path):
    """`{name: bytes}` of lines such as "RssAnon:   1234 kB"."""
    words = [line.split() for line in _read(path).splitlines()]
    return {
        line[0].rstrip(":"): 1024 * int(line[1])
        for line in words
        if len(line) == 3 and line[2] == "kB"
    }


def _read(path):
    """A file's text; empty for a process that has ended, or is not ours to read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []
