"""What keeps students' code in while it is graded: bubblewrap, or a guard.

bubblewrap starts the process in namespaces of its own: no network, none of the
teacher's files, no process but its own, and all of them end with it.
Source: https://github.com/containers/bubblewrap, which Flatpak is built on.
"""

import dataclasses
import os
import shutil
import site
import sys
from pathlib import Path

SCRATCH = "/scratch"
SCRATCH_BYTES = 64_000_000
KINDS = ("auto", "bubblewrap", "guard")
# of the system: libraries and what they look up
_SYSTEM = (
    *("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/bin", "/lib", "/lib64", "/bin"),
    *("/usr/share/zoneinfo", "/usr/share/fonts", "/etc/fonts", "/etc/alternatives"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime"),
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


@dataclasses.dataclass(frozen=True)
class Confinement:
    """A way to start the process in which students' code runs.

    Args:
        bubblewrap: the program's path; None for the guard alone.
        why: of a guard, why it is not bubblewrap.
    """

    bubblewrap: str | None = None
    why: str = ""

    def __str__(self) -> str:
        if self.bubblewrap:
            return (
                "Students' code runs under bubblewrap: no network, no files but the "
                "package and its own notebook, and nothing outlives its exercise."
            )
        return (
            "Students' code runs behind a guard against accidents and pranks, which is "
            "no prison: who means to can read what you can read, reach the network and "
            f"start programs. {self.why}".rstrip()
        )

    def command(self, package: Path) -> list[str]:
        """What stands in front of the Python command; nothing for the guard.

        Args: `package`, the folder of the only `dputils` that can be seen there.
        """
        if not self.bubblewrap:
            return []
        root = os.geteuid() == 0
        words = [self.bubblewrap, "--die-with-parent", "--cap-drop", "ALL"]
        words += "--unshare-pid --unshare-net --unshare-ipc --unshare-uts".split()
        words += ["--unshare-cgroup-try"]
        # Root needs no user namespace, and would be exempt from the limit on processes:
        # it becomes another user instead, which is all it may still do.
        words += (
            "--cap-add CAP_SETUID --cap-add CAP_SETGID".split()
            if root
            else ["--unshare-user"]
        )
        seen = [*_seen(), str(package)]
        # folders that bubblewrap makes by itself are closed to other users
        for path in _above([*seen, *_DEVICES]):
            words += ["--dir", path]
        for path in seen:
            words += ["--ro-bind", path, path]
        for path in _covered():
            words += ["--tmpfs", path, "--remount-ro", path]
        words += ["--proc", "/proc"]
        for path in _DEVICES:
            words += ["--dev-bind", path, path]
        words += ["--perms", "0777", "--size", str(SCRATCH_BYTES), "--tmpfs", SCRATCH]
        return [*words, "--chdir", SCRATCH, "--remount-ro", "/", "--"]


def find_bubblewrap() -> str:
    """The program's path; OSError that says how to get it."""
    found = shutil.which("bwrap") if sys.platform == "linux" else None
    if found is None:
        raise OSError(
            "bubblewrap is not installed (apt-get install bubblewrap, "
            "dnf install bubblewrap)"
            if sys.platform == "linux"
            else "bubblewrap is Linux's; grade in a container"
        )
    return found


def _environments():
    """Folders of Python environments: ours, the one it was made from, the worker's."""
    worker = Path(sys.executable).absolute().parents[1]
    return dict.fromkeys([sys.prefix, sys.base_prefix, str(worker)])


def _seen():
    """Paths that can be read there, those of links as links."""
    parts = ("bin", "lib", "lib64", "pyvenv.cfg")
    python = [f"{root}/{part}" for root in _environments() for part in parts]
    cache = os.environ.get("TORCH_HOME")
    found = dict.fromkeys([*_SYSTEM, *python, *filter(None, [cache])])
    return [path for path in found if os.path.exists(path)]


def _above(paths):
    """The folders in which these lie, outermost first."""
    folders = {str(folder) for path in paths for folder in Path(path).parents}
    inside = tuple(f"{path}/" for path in paths)
    return sorted(f for f in folders if not f"{f}/".startswith(inside))


def _covered():
    """Installed copies of this package, with their references."""
    places = {*sys.path, *site.getsitepackages()}
    for root in _environments():
        places |= set(map(str, Path(root).glob("lib/python*/site-packages")))
    packages = {os.path.realpath(f"{place}/dputils") for place in places if place}
    seen = tuple(f"{os.path.realpath(path)}/" for path in _seen())
    return sorted(p for p in packages if p.startswith(seen) and os.path.isdir(p))
