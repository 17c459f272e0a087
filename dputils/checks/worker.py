"""The processes in which students' code runs while it is graded.

`sandbox` starts this as a file; it is never imported. One process imports PyTorch and
waits; for every function it forks another, which gets the function's source, calls it
on what it is sent, and answers with tensors. None of them holds a reference, an
expected value or others' work.
Limits: processor time, memory, file size; no writing outside its own folder, which on
Linux the kernel enforces (Landlock). Other programs, the network and the references are
kept away by an audit hook alone: that stops accidents and pranks, and nobody who means
to get around it. Grade code of strangers in a container.
"""

import contextlib
import importlib.util
import linecache
import os
import pickle
import signal
import socket
import struct
import sys
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


def limit_resources(job: dict) -> None:
    """Processor seconds, memory beyond what PyTorch takes already, size of files."""
    import resource

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


def watch(folder: str) -> None:
    """An audit hook against accidents and pranks; ctypes, for one, gets around it.

    It refuses other programs, the network, changes outside the folder, and a look at
    the references.
    """
    folder, answers = os.path.realpath(folder), HERE
    hidden = answers + os.sep

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
    job: dict,
) -> None:
    """Run one job: define the function, then answer calls until nobody asks."""
    answers, requests = connection.makefile("wb"), connection.makefile("rb")
    os.chdir(job["folder"])
    os.environ |= dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), job["folder"])
    stand_in(draws)
    limit_resources(job)
    lock_folder(job["folder"])
    watch(job["folder"])

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
    wire.write_message(
        answers,
        wire.pack({key: state.get(key, "") for key in ("state", "error", "line")}),
    )
    while state["state"] == calls.DONE:
        args, wrt, cotangent = pickle.loads(wire.read_message(requests))
        wire.write_message(
            answers, wire.pack(calls.evaluate(function, args, wrt, cotangent))
        )


def main() -> None:
    """Import PyTorch once; then fork processes for jobs, and end them.

    The control socket says which: "F" forks one, "K" ends one.
    """
    control = socket.socket(fileno=int(sys.argv[1]))
    null = os.open(os.devnull, os.O_RDWR)
    # what a student's code prints goes nowhere, however much it is
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    import torch

    torch.set_num_threads(1)
    load_package()
    calls, wire, draws = map(load_sibling, ("calls", "wire", "draws"))
    control.sendall(b"R")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 9, 1)
        if not message:
            return
        if message[:1] == b"F":
            process = os.fork()
            if process == 0:
                # a group of its own, so that all of it can be ended at once
                os.setsid()
                control.close()
                connection = socket.socket(fileno=descriptors[0])
                try:
                    serve(
                        connection,
                        calls,
                        wire,
                        draws,
                        pickle.loads(wire.read_message(connection.makefile("rb"))),
                    )
                finally:
                    os._exit(0)
            os.close(descriptors[0])
            control.sendall(struct.pack(">q", process))
        else:
            (process,) = struct.unpack(">q", message[1:])
            # the second one finds no group if the process has not come to setsid
            for end in (os.kill, os.killpg):
                with contextlib.suppress(OSError):
                    end(process, signal.SIGKILL)
            control.sendall(
                struct.pack(">q", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
            )


if __name__ == "__main__":
    main()
