"""Execute notebooks from a clean kernel and store them tidy:
`python notebooks/execute.py [NOTEBOOK ...]`.

A notebook is a path or the start of a file name ("01"); none means all. Without
--output the files are replaced in place, but only by a run without errors. Stored files
hold no timings, widget state, progress bars or memory addresses, so that running twice
gives a small difference.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import base64
import difflib
import io
import json
import os
import re
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))  # as for a script, also where a test loads this file

import badges  # noqa: E402
import opening  # noqa: E402
import rests_on  # noqa: E402

MAX_BYTES = 3_000_000  # of a notebook in the repository
# The same pictures take a little more on another machine, and a long run must not be
# lost for it.
LEEWAY = 1.05
BUDGET_SECONDS = 480
THUMBNAIL = (320, 200)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
INJECTED = "injected-parameters"

# A widget progress bar leaves "Loading widget..." behind in a saved file, so the bars
# of these runs are plain text. Matplotlib names the parts of an SVG by chance unless it
# is given a salt.
SET_UP = """
import matplotlib as _matplotlib, tqdm.auto as _auto, tqdm.std as _std
_auto.tqdm, _auto.trange = _std.tqdm, _std.trange
_matplotlib.rcParams["svg.hashsalt"] = "dputils"
del _auto, _matplotlib, _std
"""

# Notes the data files that are asked for while `_measuring` is set.
READING = """
import dputils.data as _data
_measuring, _read, _data_path = False, set(), _data.data_path
def _noting_data_path(relative=""):
    path = _data_path(relative)
    if _measuring and path.is_file():
        _read.add(str(relative))
    return path
_data.data_path = _noting_data_path
"""

# A notebook without claims gives an empty list.
CLAIMS = """
import json as _json
_records = [_claim.record for _claim in globals().get("claims", [])]
print(_json.dumps({"claims": _records, "read": sorted(_read)}))
"""


class NotebookError(Exception):
    """A notebook did not run, or ran and left something that must not be stored."""


def find_notebooks(names: list[str]) -> list[Path]:
    """Paths of the named notebooks, or of all of them in reading order."""
    # The assignments are built, run and proven by assignments/build.py.
    known = [
        path
        for path in sorted(FOLDER.rglob("*.ipynb"))
        if not {".ipynb_checkpoints", "assignments"}
        & set(path.relative_to(FOLDER).parts)
    ]
    if not names:
        return known
    found = []
    for name in names:
        matches = (
            [Path(name)]
            if Path(name).is_file()
            else [path for path in known if path.name.startswith(name)]
        )
        if not matches:
            stems = ", ".join(path.stem for path in known) or "none"
            raise NotebookError(
                f"no notebook {name!r}; give a path or the start of one of these "
                f"names: {stems}"
            )
        found += [path for path in matches if path not in found]
    return found


def parse_setting(text: str) -> tuple[str, object]:
    """Split "size=64" into ("size", 64); what is no Python literal stays a string."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise NotebookError(f"--set {text!r} is not of the form name=value")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def tagged_cell(notebook: nbformat.NotebookNode, tag: str) -> int | None:
    """Index of the first cell with this tag."""
    tags = (cell.metadata.get("tags", []) for cell in notebook.cells)
    return next((index for index, found in enumerate(tags) if tag in found), None)


def parameter_names(notebook: nbformat.NotebookNode) -> set[str]:
    """The names that the notebook's parameter cell assigns."""
    index = tagged_cell(notebook, "parameters")
    if index is None:
        return set()
    tree = ast.parse(notebook.cells[index].source)
    return set().union(*map(rests_on.bound_names, tree.body))


def brief_settings(notebook: nbformat.NotebookNode, steps: int) -> dict[str, object]:
    """Settings under which a notebook shows that it runs rather than what it is about:
    few steps of everything.
    """
    return {
        name: steps for name in parameter_names(notebook) if "steps" in name.lower()
    }


def inject(notebook: nbformat.NotebookNode, settings: dict[str, object]) -> None:
    """Add a cell that overrides parameters, right after the parameter cell."""
    chosen = {
        name: value
        for name, value in settings.items()
        if name in parameter_names(notebook)
    }
    if not chosen:
        return
    source = "\n".join(f"{name} = {value!r}" for name, value in chosen.items())
    cell = nbformat.v4.new_code_cell(source, id=INJECTED, metadata={"tags": [INJECTED]})
    notebook.cells.insert(tagged_cell(notebook, "parameters") + 1, cell)


def leave_out(notebook: nbformat.NotebookNode, headings: set[str]) -> None:
    """Drop the code cells below these headings, up to the next heading of any level."""
    kept, inside = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (
            found := re.findall(r"^#+ +(.+?) *$", cell.source, re.M)
        ):
            inside = found[-1] in headings
        if not (inside and cell.cell_type == "code"):
            kept.append(cell)
    notebook.cells = kept


async def execute(
    notebook: nbformat.NotebookNode, folder: Path, timeout: float
) -> tuple[list[dict], list[str]]:
    """Run all cells in place, in a fresh kernel whose working folder is the notebook's
    own; returns its claims, and the data files that were read for them.
    """
    environment = dict(os.environ)
    # A caller's MPLBACKEND=agg would swallow every figure.
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # a remark of older kernels on their debugger
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    root = str(FOLDER.parent)
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [root, environment.get("PYTHONPATH")])
    )
    # With store_widget_state=False nbclient fails on `interact` (KeyError); `tidy`
    # drops the state again.
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        store_widget_state=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        # errors only, no remarks on sockets
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    async with client.async_setup_kernel(env=environment):
        with suppress(NotImplementedError):  # as it says on Windows
            # nbclient's own answer to Ctrl-C ends one kernel; Python's ends them all.
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        told = await client.async_wait_for_reply(client.kc.kernel_info())
        notebook.metadata["language_info"] = told["content"]["language_info"]
        client.kc.execute(SET_UP + READING, silent=True, store_history=False)
        for index, cell in enumerate(notebook.cells):
            measuring = bool(rests_on.MEASURING & set(cell.metadata.get("tags", [])))
            if cell.cell_type == "code":
                note = f"_measuring = {measuring}"
                client.kc.execute(note, silent=True, store_history=False)
            await client.async_execute_cell(cell, index)
        asked = nbformat.v4.new_code_cell(CLAIMS)
        notebook.cells.append(asked)
        try:
            await client.async_execute_cell(asked, len(notebook.cells) - 1)
        finally:
            notebook.cells.remove(asked)
    printed = [out.text for out in asked.outputs if out.get("name") == "stdout"]
    found = json.loads("".join(printed))
    return found["claims"], found["read"]


def collapse_returns(text: str) -> str:
    """What a terminal would still show: a carriage return overwrites its line, and
    progress bars are dropped.
    """
    bar = re.compile(r"\d+%\|.*\|\s*\d+/\d+|\d+it \[\d\d:\d\d")
    kept = []
    for line in text.split("\n"):
        last = line.rstrip("\r").rsplit("\r", 1)[-1]
        erased = "\r" in line and not last.strip()
        if not erased and not bar.search(last):
            kept.append(last)
    return "\n".join(kept)


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Drop what differs between two equal runs, and what only a kernel could show.

    What asks Colab for a GPU stays, and what JupyterLab would write of the kernel: then
    looking at a notebook and saving it changes nothing.
    """
    asks = {k: v for k, v in notebook.metadata.items() if k in badges.RUNTIME}
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": notebook.metadata.get("language_info", {"name": "python"}),
            **asks,
        }
    )
    for cell in notebook.cells:
        for key in ("execution", "ExecuteTime", "trusted", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [
                output for output in merge_streams(cell.outputs) if keep(output)
            ]
    opening.describe_pictures(notebook)


def merge_streams(outputs: list) -> list:
    """Join consecutive pieces of the same stream: how a stream is cut depends on
    timing.
    """
    merged: list = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged


def keep(output: nbformat.NotebookNode) -> bool:
    """Clean one output; False if nothing worth storing is left."""
    if output.output_type == "stream":
        output.text = re.sub(
            r"0x[0-9a-fA-F]{6,}", "0x...", collapse_returns(output.text)
        )
        return bool(output.text.strip())
    if output.output_type == "error":
        return True
    if WIDGET_VIEW in output.data:
        del output.data[WIDGET_VIEW]
        if set(output.data) <= {"text/plain"}:
            return False
    if "image/svg+xml" in output.data:
        output.data["image/svg+xml"] = re.sub(
            r"\s*<dc:date>.*?</dc:date>", "", output.data["image/svg+xml"]
        )
    if "text/plain" in output.data:
        output.data["text/plain"] = re.sub(
            r"0x[0-9a-fA-F]{6,}", "0x...", output.data["text/plain"]
        )
    return bool(output.data)


def check(notebook: nbformat.NotebookNode, size: int) -> None:
    """Raise NotebookError unless the cells ran once each, in order, without error, and
    `size` bytes are few enough.
    """
    code = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.strip()
    ]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        raise NotebookError(f"execution counts are {counts}, not 1 to {len(code)}")
    for number, cell in enumerate(code, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                raise NotebookError(
                    f"code cell {number} holds an error: {output.ename}: "
                    f"{output.evalue}"
                )
    if size > LEEWAY * MAX_BYTES:
        largest = sorted(
            (
                (
                    len(
                        nbformat.v4.writes_json(nbformat.v4.new_notebook(cells=[cell]))
                    ),
                    number,
                )
                for number, cell in enumerate(code, 1)
            ),
            reverse=True,
        )[:3]
        where = ", ".join(
            f"code cell {number}: {bytes_ / 1e6:.2f} MB" for bytes_, number in largest
        )
        raise NotebookError(
            f"the file is {size / 1e6:.2f} MB, at most "
            f"{MAX_BYTES / 1e6:.0f} MB; largest: {where}. Show fewer "
            "or smaller pictures, or store them as JPEG"
        )


def store_thumbnail(notebook: nbformat.NotebookNode, target: Path) -> None:
    """Keep a small copy of the picture that the cell tagged `thumbnail` shows, for the
    table in README.md.
    """
    index = tagged_cell(notebook, "thumbnail")
    shown = (
        []
        if index is None
        else [
            output.data["image/jpeg"]
            for output in notebook.cells[index].outputs
            if "image/jpeg" in output.get("data", {})
        ]
    )
    if shown:
        picture = Image.open(io.BytesIO(base64.b64decode(shown[-1])))
        picture.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
        folder = target.parent / "thumbnails"
        folder.mkdir(exist_ok=True)
        # sections are numbered, appendices go by their name
        number = re.match(r"\d+", target.stem)
        picture.save(folder / f"{number[0] if number else target.stem}.jpg", quality=85)


async def run_one(path: Path, target: Path, options: argparse.Namespace) -> dict:
    """Execute one notebook and store it at `target`; returns the seconds it took and
    its claims.
    """
    # Now and then the kernel's answer to a finished cell gets lost on its way, and the
    # wait for it would never end: a cell that runs out of time gives the whole notebook
    # one more chance, in a new kernel.
    for chances in (1, 0):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [
            cell
            for cell in notebook.cells
            if INJECTED not in cell.metadata.get("tags", [])
        ]
        leave_out(notebook, set(options.skip))
        inject(
            notebook,
            (brief_settings(notebook, options.brief) if options.brief else {})
            | options.settings,
        )
        # Before the run: the kernel imports the code as it is now.
        code = rests_on.code_print(notebook)
        start, failure, claims, read = time.perf_counter(), None, [], []
        try:
            claims, read = await execute(
                notebook, path.parent.resolve(), options.timeout
            )
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            failure = NotebookError(str(error).strip())
            if chances and isinstance(error, CellTimeoutError):
                wait = f"no answer within {options.timeout:.0f} s"
                print(f"{path.name}: {wait}, trying once more", flush=True)
                continue
        break
    seconds = time.perf_counter() - start
    tidy(notebook)
    if failure is None:
        notebook.metadata["measured"] = rests_on.seal(code, read, claims)
        opening.refresh(notebook)
    text = nbformat.writes(notebook) + "\n"
    if failure is None:
        try:
            # a reader's own run may be of any size
            check(notebook, 0 if options.settings else len(text.encode()))
        except NotebookError as error:
            failure = error
    # A failed run is worth reading, but it must not replace a good one.
    if failure is None or target.resolve() != path.resolve():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        store_thumbnail(notebook, target)
    if failure is not None:
        raise failure
    return {
        "seconds": round(seconds, 1),
        "bytes": target.stat().st_size,
        "claims": claims,
    }


async def run_all(
    paths: list[Path], options: argparse.Namespace
) -> tuple[dict[str, dict], list[str]]:
    """Execute notebooks, some at a time, and print how each ended; returns reports by
    name, and names that failed.
    """
    free, report, failed = asyncio.Semaphore(options.jobs), {}, []

    async def run(path: Path) -> None:
        inside = path.resolve().is_relative_to(FOLDER)
        relative = path.resolve().relative_to(FOLDER) if inside else Path(path.name)
        name, target = (
            relative.as_posix(),
            path if options.output is None else options.output / relative,
        )
        async with free:
            try:
                ran = report[name] = await run_one(path, target, options)
            except NotebookError as error:
                failed.append(name)
                print(f"FAILED  {name}\n{error}\n", flush=True)
                return
        over = (
            f"  over the budget of {BUDGET_SECONDS} s"
            if ran["seconds"] > BUDGET_SECONDS
            else ""
        )
        print(
            f"OK  {name}  {ran['seconds']:.0f} s  {ran['bytes'] / 1e6:.2f} MB{over}",
            flush=True,
        )
        for claim in ran["claims"]:
            if claim["verdict"] == "no":
                print(f"    {claim['text']}", flush=True)

    await asyncio.gather(*map(run, paths))
    return report, failed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "notebooks",
        nargs="*",
        help="paths, or starts of names such as 01; none means all",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="folder for the executed copies (default: replace in place)",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        metavar="NAME=VALUE",
        nargs="+",
        action="extend",
        default=[],
        help=(
            "override parameters, for instance --set size=64 steps=32 (needs --output)"
        ),
    )
    parser.add_argument(
        "--skip",
        metavar="HEADING",
        action="append",
        default=[],
        help=(
            'leave out the code below a heading, such as "Claims, '
            'measured" (needs --output)'
        ),
    )
    parser.add_argument(
        "--brief",
        metavar="STEPS",
        type=int,
        help=(
            "set every parameter that counts steps to this, to see "
            "that all runs (needs --output)"
        ),
    )
    parser.add_argument(
        "--jobs", metavar="N", type=int, default=1, help="notebooks to run at a time"
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write seconds and claims of each notebook as JSON",
    )
    parser.add_argument(
        "--timeout", type=float, default=1800, help="seconds that one cell may take"
    )
    options = parser.parse_args(arguments)
    try:
        paths = find_notebooks(options.notebooks)
        options.settings = dict(map(parse_setting, options.settings))
        known = set().union(
            *(parameter_names(nbformat.read(path, as_version=4)) for path in paths)
        )
        for name in options.settings:
            if name not in known:
                near = difflib.get_close_matches(name, known, 3) or sorted(known)
                raise NotebookError(
                    f"no parameter {name!r} in these notebooks; there are: "
                    f"{', '.join(near) or 'none'}"
                )
        changed = [
            flag
            for flag, value in (
                ("--set", options.settings),
                ("--skip", options.skip),
                ("--brief", options.brief),
            )
            if value
        ]
        if changed and options.output is None:
            raise NotebookError(
                f"{changed[0]} would store a changed run in place of the book's; add "
                "--output FOLDER"
            )
        for name in ("brief", "jobs"):
            if (value := getattr(options, name)) is not None and value < 1:
                raise NotebookError(f"--{name} {value}: at least 1")
    except NotebookError as error:
        parser.error(str(error))

    start = time.perf_counter()
    try:
        report, failed = asyncio.run(run_all(paths, options))
    except KeyboardInterrupt:
        print(
            "Stopped. The notebooks named above are finished, the others are as they "
            "were."
        )
        return 130
    if options.report:
        options.report.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if failed:
        print(
            f"{len(failed)} of {len(paths)} notebooks failed: "
            f"{', '.join(sorted(failed))}"
        )
        return 1
    print(f"{len(paths)} notebooks in {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
