"""Roads out of the process for students' code: closed under bubblewrap.

Each attack goes past the audit hook, by the C library. Where it does no harm it is
tried behind the guard as well, which lets it through: so it is a real attack.
"""

import contextlib
import functools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from test_checks_grading import RIGHT_11, write_notebook

import dputils
from dputils.checks import find_exercise, memory
from dputils.checks.__main__ import main
from dputils.checks.confinement import SCRATCH_BYTES, Confinement
from dputils.checks.grading import grade_folder
from dputils.checks.sandbox import Nursery, Remote, Stopped, find_confinement
from dputils.checks.withheld import lent_modules

pytestmark = pytest.mark.slow  # each starts processes with PyTorch

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="bubblewrap and /proc are Linux's"
)

TOOLS = """
import ctypes, os, signal, struct, time
libc = ctypes.CDLL(None, use_errno=True)

def read_past_the_hook(path):
    handle = libc.open(path.encode(), 0)
    if handle < 0:
        return ""
    buffer = ctypes.create_string_buffer(1 << 16)
    count = libc.read(handle, buffer, len(buffer))
    libc.close(handle)
    return buffer.raw[:max(count, 0)].decode("utf-8", "replace")

def address(port):
    place = bytes([127, 0, 0, 1]) + bytes(8)
    return struct.pack("=H", 2) + struct.pack(">H", port) + place
"""


@pytest.fixture(scope="module")
def bubblewrap():
    try:
        return find_confinement("bubblewrap")
    except ValueError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["bubblewrap", "guard"])
def confinement(request):
    """Both; `open_roads` says whether the attack is to succeed."""
    if sys.platform != "linux":
        pytest.skip("bubblewrap and /proc are Linux's")
    if request.param == "bubblewrap":
        return request.getfixturevalue("bubblewrap")
    return Confinement()


def open_roads(confinement):
    return confinement.bubblewrap is None


@pytest.fixture(scope="module")
def nursery():
    """`nursery(confinement)`: one of each kind for all tests, since each loads PyTorch.
    One that is ended starts again.
    """
    with contextlib.ExitStack() as stack:
        yield functools.cache(lambda kind: stack.enter_context(Nursery(kind)))


@pytest.fixture
def attack(nursery):
    """`attack(confinement, source, …)`: what the function `f` of this source returns
    there.
    """

    def attacked(confinement, source, *args, **options):
        with Remote(nursery(confinement), TOOLS + source, "f", **options) as remote:
            answer = remote.evaluate(args)
        assert answer["state"] == "done", answer
        return answer["value"]

    return attacked


@pytest.fixture
def forked(confinement, nursery):
    """What a test forks, behind the guard, goes with the nursery."""
    yield
    nursery(confinement).end()


# ---- the network ---------------------------------------------------------------------


def test_no_datagram_leaves(confinement, attack):
    source = """
def f(port):
    handle = libc.socket(2, 2, 0)
    return libc.sendto(handle, b"hello", 5, 0, address(port), 16)
"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.5)
        attack(confinement, source, listener.getsockname()[1])
        try:
            heard = listener.recv(9)
        except TimeoutError:
            heard = b""
    assert (heard == b"hello") == open_roads(confinement)


def test_no_connection_is_made(confinement, attack):
    source = """
def f(port):
    return libc.connect(libc.socket(2, 1, 0), address(port), 16)
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connected = attack(confinement, source, listener.getsockname()[1]) == 0
    assert connected == open_roads(confinement)


def test_no_socket_without_a_file_is_reached(confinement, attack):
    """Abstract sockets have names, but no place in a folder that could be hidden."""
    source = """
def f(name):
    place = struct.pack("=H", 1) + b"\\0" + name.encode()
    return libc.connect(libc.socket(1, 1, 0), place, len(place))
"""
    name = f"dputils-test-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        connected = attack(confinement, source, name) == 0
    assert connected == open_roads(confinement)


# ---- processes -----------------------------------------------------------------------


def test_other_programs_see_nothing(confinement, tmp_path, attack):
    source = """
def f(path):
    libc.system(f"cat '{path}' > stolen".encode())
    return open("stolen").read()
"""
    (tmp_path / "mine.txt").write_text("the teacher's")
    stolen = attack(confinement, source, str(tmp_path / "mine.txt"))
    assert (stolen == "the teacher's") == open_roads(confinement)


def named(name):
    """Processes of this name on the whole machine."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if path.read_text().strip() == name:
                found.append(int(path.parent.name))
    return found


def left_of(name, seconds=5.0):
    """Those that are still there after a while: the kernel may take a moment."""
    end = time.monotonic() + seconds
    while (found := named(name)) and time.monotonic() < end:
        time.sleep(0.05)
    return found


ESCAPE = """
def f(name):
    if libc.fork() == 0:
        os.setsid()
        libc.prctl(15, name.encode(), 0, 0, 0)
        if libc.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(30)  # not longer, should the test itself be stopped
        libc._exit(0)
    time.sleep(0.3)
    return 1
"""


def test_nothing_outlives_its_exercise(confinement, nursery):
    name = f"esc{os.getpid() % 10**6}{'bg'[open_roads(confinement)]}"
    with Remote(nursery(confinement), TOOLS + ESCAPE, "f") as remote:
        assert remote.evaluate((name,))["value"] == 1
        assert named(name), "the attack itself works"
    left = left_of(name, 1)  # the nursery still lives
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert bool(left) == open_roads(confinement)


def test_what_hangs_is_ended_with_its_whole_tree(bubblewrap, nursery):
    name = f"tree{os.getpid() % 10**6}"
    source = TOOLS + ESCAPE.replace("time.sleep(0.3)", "time.sleep(60)")
    with Remote(nursery(bubblewrap), source, "f", seconds=1.5) as remote:
        with pytest.raises(Stopped, match="within 1.5 seconds"):
            remote.evaluate((name,))
    assert not left_of(name)
    with Remote(nursery(bubblewrap), "def g():\n    return 2\n", "g") as remote:
        assert remote.evaluate(())["value"] == 2, "the next exercise goes on"


def test_there_is_an_end_to_forking(confinement, attack, forked):
    source = """
def f():
    for count in range(100):
        process = libc.fork()
        if process < 0:
            return count
        if process == 0:
            libc.alarm(20)
            libc.pause()
            libc._exit(0)
    return count
"""
    count = attack(confinement, source, processes=24)
    assert (count == 99) if open_roads(confinement) else (0 < count < 24)


SHARE = """
import mmap
def f(count, size, together, seconds):
    full, fills = os.pipe()
    block = mmap.mmap(-1, size)  # anonymous, and of all who are forked from now on
    if together:
        block.write(bytes(size))
    for _ in range(count):
        if libc.fork() == 0:
            libc.alarm(60)
            mine = block if together else bytearray(size)
            for place in range(0, size, 4096):
                mine[place] = 1
            os.write(fills, b".")
            libc.pause()
    for _ in range(count):
        os.read(full, 1)
    time.sleep(seconds)
    return count
"""


@linux_only
def test_processes_have_one_limit_of_memory_together(confinement):
    """Each of eight takes a fifth of what is allowed."""
    options = {"memory": 500_000_000, "seconds": 60}
    with Nursery(confinement) as nursery:
        with Remote(nursery, TOOLS + SHARE, "f", **options) as remote:
            with pytest.raises(
                Stopped, match="all its processes together, than the 0.5"
            ):
                remote.evaluate((8, 100_000_000, False, 30))
        with Remote(nursery, "def g():\n    return 2\n", "g") as remote:
            assert remote.evaluate(())["value"] == 2, "the next exercise goes on"


@linux_only
def test_what_processes_share_counts_once(confinement, attack, forked):
    value = attack(
        confinement, SHARE, 8, 100_000_000, True, 1, memory=500_000_000, seconds=60
    )
    assert value == 8


@linux_only
def test_memory_is_measured_where_the_system_does_not_tell_who_shares_it(
    confinement, monkeypatch, attack, nursery, forked
):
    """As in a container without the right to trace others."""
    read = memory._read
    monkeypatch.setattr(
        memory, "_read", lambda path: "" if "smaps" in path else read(path)
    )
    options = {"memory": 500_000_000, "seconds": 60}
    assert attack(confinement, SHARE, 3, 100_000_000, False, 1, **options) == 3
    nursery(confinement).end()  # and the three, which the next would begin with
    with pytest.raises(Stopped, match="all its processes together"):
        attack(confinement, SHARE, 8, 100_000_000, False, 30, **options)


def test_killing_all_that_can_be_reached_costs_itself_only(bubblewrap, nursery):
    """Not tried behind the guard: there it would end the tests, and all else."""
    source = TOOLS + "def f():\n    return libc.kill(-1, 9)\n"
    with (
        Remote(nursery(bubblewrap), source, "f") as remote,
        contextlib.suppress(Stopped),
    ):
        remote.evaluate(())
    with Remote(nursery(bubblewrap), "def g():\n    return 2\n", "g") as remote:
        assert remote.evaluate(())["value"] == 2


# ---- files ---------------------------------------------------------------------------


def test_modes_are_not_changed(confinement, tmp_path, attack):
    source = "def f(path):\n    return libc.chmod(path.encode(), 0o777)\n"
    victim = tmp_path / "mine.txt"
    victim.write_text("here")
    victim.chmod(0o600)
    attack(confinement, source, str(victim))
    assert (victim.stat().st_mode & 0o777 == 0o777) == open_roads(confinement)


def test_the_disk_has_an_end(confinement, attack):
    source = """
def f(most):
    written = 0
    while written < most:
        try:
            with open(f"{written}.bin", "wb", buffering=0) as file:
                for _ in range(9):
                    written += file.write(bytes(10**6))
        except OSError:
            break
    return written
"""
    written = attack(confinement, source, SCRATCH_BYTES * 5 // 4)
    assert (written > SCRATCH_BYTES) == open_roads(confinement)


def test_nothing_is_written_elsewhere(bubblewrap, attack):
    source = """
def f():
    made = []
    for folder, _, _ in os.walk("/"):
        if folder.startswith(("/proc", os.getcwd())):
            continue
        if libc.open(f"{folder}/new".encode(), 0o101, 0o600) >= 0:
            made.append(folder)
        if folder.count("/") > 4:
            break
    return " ".join(made)
"""
    assert attack(bubblewrap, source) == ""


@pytest.mark.parametrize("what", ["a classmate's notebook", "a solution", "references"])
def test_no_answer_can_be_read(confinement, tmp_path, what, attack):
    source = "def f(path):\n    return read_past_the_hook(path)\n"
    root = Path(dputils.__file__).parents[1]
    path = {
        "a classmate's notebook": write_notebook(
            tmp_path / "class" / "bob.ipynb", "bob", RIGHT_11
        ),
        "a solution": root / "notebooks/assignments/solutions/A1_fourier_basis.ipynb",
        "references": root / "dputils/checks/assignments/a1_fourier_basis.py",
    }[what]
    if not path.exists():
        pytest.skip("this is no checkout")
    seen = attack(confinement, source, str(path))
    assert ("frequencies" in seen) == open_roads(confinement)


def test_of_all_files_only_its_own_notebook_has_answers(bubblewrap, tmp_path, attack):
    """It looks everywhere, for notebooks and for what exercises ask for."""
    source = """
def f():
    found = []
    for folder, _, names in os.walk("/"):
        if folder.startswith("/proc"):
            continue
        for name in names:
            path = f"{folder}/{name}"
            stem = name.partition(".")[0]
            # a checkout of that name may hold the environment
            ours = "dputils" in path.rpartition("site-packages")[2]
            if name.endswith(".ipynb") or ours or stem[:3] in MARKS:
                text = read_past_the_hook(path)
                if any(line in text for line in LINES):
                    found.append(path)
    return " ".join(found)
"""
    own = write_notebook(tmp_path / "ada.ipynb", "ada", RIGHT_11)
    line = "upper * alpha + lower"
    blend = Path(dputils.__file__).parent / "alpha" / "blend.py"
    assert line in blend.read_text("utf-8"), "what it looks for is no longer there"
    lines = ("from dputils.checks import", "def slow_", line)
    head = f"MARKS = {('a0_', 'a1_', 'a2_', 'a3_', 'a4_', 'a5_', 'a6_')}\n"
    found = attack(
        bubblewrap, f"{head}LINES = {lines!r}\n{source}", notebook=own, seconds=60
    )
    assert re.fullmatch(r"/scratch/\d+/ada.ipynb", found)


@linux_only
def test_the_secret_is_in_no_list_of_processes(tmp_path):
    cell = "import time\nwait = time.sleep(2)\n" + RIGHT_11.replace(
        "    return", "    wait\n    return"
    )
    write_notebook(tmp_path / "class" / "ada.ipynb", "ada", cell)
    secret, looks = "a-secret-of-this-test", 0
    command = [sys.executable, "-m", "dputils.checks", "grade", str(tmp_path / "class")]
    with subprocess.Popen(
        [*command, "--secret", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        running.stdin.write(f"{secret}\n")
        running.stdin.close()
        while running.poll() is None:
            for process in filter(str.isdigit, os.listdir("/proc")):
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        path = Path("/proc", process, name)
                        assert secret not in path.read_text("utf-8", "replace")
            looks += 1
            time.sleep(0.2)
        said = running.stdout.read()
    assert looks > 3 and f"echo {secret} |" in said and "ada  A1  2 points" in said


# ---- what an exercise asks for -------------------------------------------------------


def test_blending_by_the_package_counts_in_one_exercise_only(confinement, nursery):
    source = """
import torch
from dputils import alpha, blend_over
def f():
    made = blend_over(torch.ones(1, 4, 2, 2), 0.5)
    return len(alpha.composites(torch.ones(1, 4, 8, 8)))
"""
    for number, state in (("5.1", "failed"), ("5.4", "done")):
        modules = lent_modules(find_exercise(number))
        with Remote(nursery(confinement), source, "f", modules=modules) as remote:
            answer = remote.evaluate(())
        assert answer["state"] == state, answer
        assert state == "done" or "exercise 5.1 asks" in answer["error"]


@linux_only
def test_a_process_that_does_not_start_is_no_fault_of_the_student(tmp_path):
    write_notebook(tmp_path / "ada.ipynb", "ada", RIGHT_11)
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'no room' >&2\nexit 1\n")
    broken.chmod(0o755)
    (result,) = grade_folder(tmp_path, confinement=Confinement(str(broken)))
    assert not result.reports, "nothing is called wrong"
    assert "did not start (no room)" in result.submission.problem


def test_an_optimizer_finds_a_place_for_its_cache(confinement, attack):
    """PyTorch makes a folder for it, which on a machine of one's own is there."""
    source = """
import torch
def f(x):
    x = x.clone().requires_grad_()
    adam = torch.optim.Adam([x], lr=0.1)
    x.sum().backward()
    adam.step()
    return x.detach(), os.environ["TORCHINDUCTOR_CACHE_DIR"] == os.getcwd()
"""
    value, inside = attack(confinement, source, torch.ones(2), seconds=60)
    assert torch.allclose(value, torch.full((2,), 0.9)) and inside


# ---- what is said of it --------------------------------------------------------------


def test_the_guard_says_what_it_is(tmp_path, capsys, monkeypatch):
    write_notebook(tmp_path / "class" / "ada.ipynb", "ada", RIGHT_11)
    find_confinement.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))  # no bwrap there
    try:
        found = find_confinement()
        assert found.bubblewrap is None and "bubblewrap" in found.why
        main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out")])
        said = capsys.readouterr().out
        assert "no prison" in said and found.why in said
        assert "ada  A1  2 points" in said
        with pytest.raises(SystemExit):
            main(["grade", str(tmp_path / "class"), "--confine", "bubblewrap"])
        assert "does not work here" in capsys.readouterr().err
    finally:
        find_confinement.cache_clear()


@linux_only
def test_a_bubblewrap_that_may_not_work_is_told_from_one_that_does(
    tmp_path, monkeypatch
):
    """As in a container that forbids namespaces."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create' >&2\nexit 1\n")
    fake.chmod(0o755)
    find_confinement.cache_clear()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    try:
        found = find_confinement()
        assert found.bubblewrap is None
        assert "bwrap: No permissions to create" in found.why
    finally:
        find_confinement.cache_clear()
