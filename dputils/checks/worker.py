"""The processes in which students' code runs while it is graded.

`sandbox` starts this as a file; it is never imported. One process for each submission
imports PyTorch and waits; for every function it forks another, which gets the
function's source, calls it on what it is sent, and answers with tensors. None of them
holds a reference, an expected value or others' work.

Under bubblewrap there is no network, no file of the teacher's, and nothing outlives its
exercise. Without it, what follows here is a guard: limits on time, memory and the size
of files; no writing outside its own folder, which on Linux the kernel enforces
(Landlock); an audit hook that keeps other programs, the network and the references
away. That stops accidents and pranks, and nobody who means to get around it.
"""

import contextlib
import importlib.abc
import importlib.util
import linecache
import os
import pickle
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import types

HERE = os.path.dirname(os.path.realpath(__file__))
FORBIDDEN = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "os.kill",
    "os.killpg",
    "signal.pthread_kill",
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "pty.spawn",
    "os.chdir",
    "resource.setrlimit",
    "resource.prlimit",
}
CHANGING = {
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "os.utime",
    "shutil.rmtree",
    "shutil.move",
    "os.setxattr",
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def load_sibling(name: str) -> types.ModuleType:
    """A module of this folder, by its place.

    Importing it from the package would bring the references into this process.
    """
    return load_file(f"_graded_{name}", os.path.join(HERE, f"{name}.py"))


def load_package() -> None:
    """`dputils` as it lies around this file.

    One of the same name that Python's path finds first would be another's.
    """
    folder = os.path.dirname(HERE)
    load_file("dputils", os.path.join(folder, "__init__.py"), folder=folder)


def load_file(name: str, path: str, *, folder: str | None = None) -> types.ModuleType:
    """A module by the place of its file; a package, if `folder` holds its modules."""
    spec = importlib.util.spec_from_file_location(
        name, path, submodule_search_locations=None if folder is None else [folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    if folder is not None:
        sys.modules[name] = module  # its own modules look for it there
    spec.loader.exec_module(module)
    return module


class Lent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports modules from their source in a dict `{name: source}`."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self)
        return None

    def exec_module(self, module):
        exec(self.sources[module.__name__], vars(module))


def limit_resources(job: dict, alone: bool) -> None:
    """Processor seconds, memory beyond what PyTorch takes already, size of files.

    And processes, where they are counted in this namespace or for this user `alone`.
    """
    import resource

    if alone and tuple(map(int, os.uname().release.split(".")[:2])) >= (5, 14):
        resource.setrlimit(resource.RLIMIT_NPROC, (job["processes"],) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"] + 5, job["seconds"] + 6))
    resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_bytes"], job["file_bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(
            resource.RLIMIT_AS, (used + job["memory"], used + job["memory"])
        )
    except (OSError, ValueError):
        pass  # macOS has no /proc and does not enforce this limit


def lock_folder(folder: str) -> bool:
    """From now on the kernel lets this process write below `folder` only.

    Linux 5.13 and later can do that. Returns: whether it does.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    # landlock_create_ruleset, _add_rule, _restrict_self; same on all machines
    create, add, restrict = 444, 445, 446
    abi = libc.syscall(create, None, 0, 1)
    if abi < 1:
        return False
    # Bits 1 and 4 to 12: write a file; remove and make directories and files of all
    # kinds. Bit 14 (ABI 3): truncate.
    rights = (
        1 << 1 | sum(1 << bit for bit in range(4, 13)) | (1 << 14 if abi >= 3 else 0)
    )
    # 0b10: signals stay inside
    attributes = struct.pack("QQQ", rights, 0, 0b10 if abi >= 6 else 0)
    ruleset = libc.syscall(create, attributes, 24 if abi >= 6 else 8, 0)
    if ruleset < 0:
        return False
    for path in (folder, "/dev/null"):
        handle = os.open(path, os.O_PATH)
        allowed = rights if path == folder else rights & (1 << 1 | 1 << 14)
        libc.syscall(add, ruleset, 1, struct.pack("=Qi", allowed, handle), 0)
        os.close(handle)
    no_new_privileges = 38
    libc.prctl(no_new_privileges, 1, 0, 0, 0)
    return libc.syscall(restrict, ruleset, 0) == 0


def watch(folder: str, answers: str) -> None:
    """An audit hook against accidents and pranks; ctypes, for one, gets around it.

    It refuses other programs, the network, changes outside the folder, and a look at
    the references, which are in the folder `answers`.
    """
    folder = os.path.realpath(folder)
    hidden = os.path.realpath(answers) + os.sep

    def inside(path):
        if isinstance(path, int):
            return True  # an open descriptor: it was allowed when it was opened
        real = os.path.realpath(os.fsdecode(path))
        return real == folder or real.startswith(folder + os.sep) or real == os.devnull

    def hook(event, arguments):
        if event in FORBIDDEN:
            raise PermissionError(f"{event} is not allowed while grading")
        if (
            event == "open"
            and not isinstance(arguments[0], int)
            and arguments[0] is not None
        ):
            path, mode, flags = arguments
            if os.path.realpath(os.fsdecode(path)).startswith(hidden):
                raise PermissionError("the checks are out of reach while grading")
            writes = (
                any(letter in mode for letter in "wax+")
                if isinstance(mode, str)
                else bool(flags & WRITING)
            )
            if writes and not inside(path):
                raise PermissionError(
                    f"{os.fsdecode(path)} is outside the folder of this run"
                )
        elif event in CHANGING:
            paths = [
                part
                for part in arguments[:2]
                if isinstance(part, (str, bytes, os.PathLike))
            ]
            if not all(map(inside, paths)):
                raise PermissionError(f"{event} outside the folder of this run")

    sys.addaudithook(hook)


def stand_in(draws: types.ModuleType) -> None:
    """What notebooks import from dputils.checks, without references.

    The decorator does nothing, checks say nothing.
    """
    sys.modules["dputils.checks.draws"] = draws  # arguments may be of its classes
    module = types.ModuleType("dputils.checks")
    vars(module).update(
        exercise=lambda number: lambda function: function,
        check=lambda *args, **options: None,
        plain=lambda function: function,
    )
    sys.modules["dputils.checks"] = module


def serve(
    connection: socket.socket,
    calls: types.ModuleType,
    wire: types.ModuleType,
    draws: types.ModuleType,
    setup: dict,
    job: dict,
    folder: str,
) -> None:
    """Run one job: define the function, then answer calls until nobody asks."""
    requests = connection.makefile("rb", buffering=0)
    answers = connection.makefile("wb")
    os.chdir(folder)
    # PyTorch makes its folder when Adam is first used
    places = ("HOME", "TMPDIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR")
    os.environ |= dict.fromkeys(places, folder)
    tempfile.tempdir = folder  # PyTorch asked for it before, and was given another
    stand_in(draws)
    sys.meta_path.insert(0, Lent(job["modules"]))
    limit_resources(job, setup["alone"])
    lock_folder(folder)
    watch(folder, setup["hidden"])

    name = "<notebook>"
    linecache.cache[name] = (
        len(job["source"]),
        None,
        job["source"].splitlines(True),
        name,
    )
    space = {"__name__": "__main__"}
    state = calls.evaluate(
        lambda: exec(compile(job["source"], name, "exec"), space), ()
    )
    function = space.get(job["name"])
    if state["state"] == calls.DONE and not callable(function):
        state = {
            "state": calls.MISSING,
            "error": "nowhere bound"
            if function is None
            else f"a {type(function).__name__} here",
            "line": "",
        }
    said = {key: state.get(key, "") for key in ("state", "error", "line")}
    wire.write_message(answers, b"A" + wire.pack(said))
    while question := wire.read_message(requests):
        args, wrt, cotangent = pickle.loads(question)
        answer = calls.evaluate(function, args, wrt, cotangent)
        wire.write_message(answers, b"A" + wire.pack(answer))


def own_folder(setup: dict, job: dict, number: int) -> str:
    """A fresh folder with a copy of the notebook.

    Code that looks for its notebook finds one, and can only spoil that.
    """
    folder = os.path.join(setup["folder"], str(number))
    os.mkdir(folder)
    if job["notebook"] is not None:
        name, data = job["notebook"]
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    return folder


def end_all_others() -> None:
    """End every process that this one can see, and wait until they are gone.

    Only where it sees none but those of its exercise and bubblewrap's first, which the
    kernel spares.
    """
    with contextlib.suppress(ProcessLookupError):
        for _ in range(200):
            os.kill(-1, signal.SIGKILL)
            time.sleep(0.005)


def become(user: int) -> None:
    """From now on be a user who has nothing."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def main() -> None:
    """Import PyTorch once; then fork a process for each job, one after another."""
    connection = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    # what a student's code prints goes nowhere, however much it is
    for descriptor in (0, 1):
        os.dup2(null, descriptor)
    wire = load_sibling("wire")
    requests = connection.makefile("rb", buffering=0)
    setup = pickle.loads(wire.read_message(requests))
    if setup["user"] is not None:
        become(setup["user"])
    import torch

    torch.set_num_threads(1)
    load_package()
    calls, draws = map(load_sibling, ("calls", "draws"))
    connection.sendall(b"R")
    os.dup2(null, 2)  # until here it can say why it does not start
    number = 0
    while True:
        try:
            job = pickle.loads(wire.read_message(requests))
        except EOFError:
            return
        number += 1
        folder = own_folder(setup, job, number)
        process = os.fork()
        if process == 0:
            try:
                serve(connection, calls, wire, draws, setup, job, folder)
            finally:
                os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if setup["alone"]:
            end_all_others()
        shutil.rmtree(folder, ignore_errors=True)
        ended = b"E" + struct.pack(">q", code)
        connection.sendall(struct.pack(">Q", len(ended)) + ended)


if __name__ == "__main__":
    main()
