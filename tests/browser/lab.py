"""A real JupyterLab: its server, one page of it, and what a reader does there."""

import json
import math
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import nbformat

from .waiting import until_drawn, wait

SETTINGS = {
    # its question would cover what lies below
    "apputils-extension/notification": {"fetchNews": "false"},
    # cells out of sight stay in the page
    "notebook-extension/tracker": {"windowingMode": "none"},
}
LAB = Path(__file__).parents[2] / "notebooks" / "lab.py"  # what `make lab` starts
AGAIN = 20  # seconds until a cell is asked once more to run
# it asks every kernel for its state, and complains where the notebook is closed
UNUSED = ["@jupyterlab/debugger-extension"]
# what it asked a kernel that was still starting when its notebook was closed
DROPPED = "Canceled future for create_subshell_request"
# the notebook of a path, current or not, or null
OPENED = """([...jupyterapp.shell.widgets("main")].find(
    (widget) => widget.context?.path === path) ?? null)"""
STARTED = re.compile(r"[*\d]")  # the prompt of a cell that runs or has run


@contextmanager
def serve(root):
    """The address of a JupyterLab with settings of its own, in a new folder `root`."""
    folder, config, log = root / "notebooks", root / "config", root / "log"
    folder.mkdir()
    for name, setting in SETTINGS.items():
        path = config / f"lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting), encoding="utf-8")
    path = config / "labconfig/page_config.json"
    path.parent.mkdir()
    disabled = dict.fromkeys(UNUSED, True)
    path.write_text(json.dumps({"disabledExtensions": disabled}), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "JUPYTER_DATA_DIR": str(root),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
    }
    address = f"http://127.0.0.1:{port}"

    def answers():
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            urllib.request.urlopen(f"{address}/api", timeout=10).close()
        except OSError:
            return False
        return True

    with open(log, "w", encoding="utf-8") as file:
        server = subprocess.Popen(
            [
                sys.executable,
                str(LAB),
                "--no-browser",
                "--allow-root",
                "--ip=127.0.0.1",
                f"--port={port}",
                "--IdentityProvider.token=",
                f"--ServerApp.root_dir={folder}",
                "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.expose_app_in_browser=True",
            ],
            env=environment,
            stdout=file,
            stderr=file,
        )
        try:
            wait(answers, "JupyterLab's first answer")
            yield address
        finally:
            server.terminate()
            server.wait(60)


class Server:
    """What JupyterLab would ask its server, with the token that its page hands out."""

    def __init__(self, address):
        self.address, jar = address, CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )
        self.opener.open(f"{address}/lab").close()
        self.token = next((each.value for each in jar if each.name == "_xsrf"), "")

    def ask(self, method, path, content=None):
        request = urllib.request.Request(
            f"{self.address}/api/{path}",
            method=method,
            data=content and json.dumps(content).encode(),
            headers={"X-XSRFToken": self.token, "Content-Type": "application/json"},
        )
        with self.opener.open(request) as answer:
            return json.loads(answer.read() or "null")

    def put(self, name, made):
        """Save a notebook where the server finds it."""
        content = {"type": "notebook", "format": "json", "content": made}
        self.ask("PUT", f"contents/{name}.ipynb", content)


class Lab:
    """One page of JupyterLab, which shows one notebook at a time.

    Opening another notebook in the same page is much quicker than another JupyterLab.
    `complaints` are the errors in the console since the notebook was opened.
    """

    def __init__(self, context, address):
        self.server, self.page = Server(address), context.new_page()
        self.name, self.complaints = None, []
        # the notebooks' link to Colab is a picture from elsewhere
        context.route(
            "**/colab-badge.svg",
            lambda route: route.fulfill(content_type="image/svg+xml", body="<svg/>"),
        )
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("console", self._on_console)
        self._answer_dialogs()
        self.begin()

    def _on_console(self, message):
        # JupyterLab asks the browser for a cell's attachments before it puts them in.
        attached = message.location.get("url", "").startswith("attachment:")
        if message.type == "error" and not attached:
            self._complain(message.text)

    def _complain(self, text):
        if DROPPED not in text:
            self.complaints.append(text)

    def _answer_dialogs(self):
        """Accept what JupyterLab asks, such as which kernel a cell wants that was run
        before there is one, and tell it.
        """
        dialog = self.page.locator(".jp-Dialog").first

        def accept():
            print(f"JupyterLab asked: {dialog.inner_text()!r}")
            dialog.locator(".jp-Dialog-button").last.click()

        self.page.add_locator_handler(dialog, accept)

    def open(self, name, made):
        """Save a notebook, show it, and return the page. Its kernel starts."""
        self.close()
        self.server.put(name, made)
        self.complaints.clear()
        self.name = name
        self._show()
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        return self.page

    def _show(self):
        """Open the notebook, and make it the current one.

        JupyterLab's current widget is the one that took the focus. One that is not
        drawn yet cannot take it, and is not asked again: so it is asked until it has.
        """
        self.page.evaluate(
            """async path => {
            const { commands } = jupyterapp;
            const shown = await commands.execute("docmanager:open", { path });
            await shown.revealed;
        }""",
            f"{self.name}.ipynb",
        )
        self.page.wait_for_function(
            f"""path => {{
            const shown = {OPENED};
            if (shown !== null && shown === jupyterapp.shell.currentWidget) return true;
            if (shown !== null) jupyterapp.shell.activateById(shown.id);
            return false;
        }}""",
            arg=f"{self.name}.ipynb",
            polling=500,
        )

    def begin(self):
        """Show JupyterLab without a notebook, and without what scripts knew before."""
        self.page.goto(f"{self.server.address}/lab?reset")
        self._until_restored()

    def _until_restored(self):
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate("() => jupyterapp.restored")

    def reopen(self):
        """Load the page anew: the kernel stays, and the notebook is as it was saved."""
        self.page.reload()
        self._until_restored()
        self._show()
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")

    def close(self):
        """End the notebook's kernel and take it off the page, unsaved.

        A kernel would outlive its page, and takes a gigabyte. One that is still
        starting cannot be ended: the server would answer with an error.
        """
        if self.name is not None:
            name, self.name = self.name, None
            self.page.evaluate(
                f"""async path => {{
                const shown = {OPENED};
                if (shown === null) return;  // it never came to be shown
                await shown.sessionContext.ready;
                await shown.sessionContext.shutdown();
                shown.dispose();
            }}""",
                f"{name}.ipynb",
            )
            until_drawn(self.page)  # what its end had to say belongs to it


def notebook(*cells):
    """A notebook of code cells `(source, data)`: as saved, each shows its data."""
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                source,
                outputs=[nbformat.v4.new_output("display_data", data=data)]
                if data
                else [],
                id=f"cell{number}",
            )
            for number, (source, data) in enumerate(cells)
        ]
    )
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return made


def trusted(made):
    """The same notebook as its reader has it who ran it: the server signs it when it
    is saved.
    """
    made = nbformat.from_dict(made)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.metadata["trusted"] = True
    return made


def cell(page, index):
    """A code cell."""
    return page.locator(".jp-CodeCell").nth(index)


def output(page, index=0):
    return cell(page, index).locator(".jp-OutputArea-output")


def prompt(page, index):
    return cell(page, index).locator(".jp-InputPrompt").first.inner_text()


def _until_started(page, begin, index):
    """Call `begin` until the cell runs: what is asked before a notebook has settled may
    get lost.
    """
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    before, asked = prompt(page, index), -math.inf

    def started():
        nonlocal asked
        now = prompt(page, index)
        if now != before and STARTED.search(now):
            return True
        if time.monotonic() > asked + AGAIN:
            begin()
            asked = time.monotonic()

    wait(started, "the start of the cell")


def press_run(page, index):
    """Click into a cell and press the keys that run it."""
    cell(page, index).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def run_cell(page, index):
    """Run one code cell as a reader does."""
    _until_started(page, lambda: press_run(page, index), index)


def run_cells(page, indices):
    """Run some of the code cells, one after the other."""

    def begin():
        page.evaluate(
            """indices => {
            const notebook = jupyterapp.shell.currentWidget.content;
            const code = [...notebook.widgets.keys()].filter(
                (k) => notebook.widgets[k].model.type === "code");
            for (const index of indices) {
                notebook.activeCellIndex = code[index];
                jupyterapp.commands.execute("notebook:run-cell");
            }
        }""",
            indices,
        )

    _until_started(page, begin, indices[0])


def printed(page, index):
    """Run a code cell once more, and what it prints or returns."""
    before = prompt(page, index)
    run_cell(page, index)
    wait(
        lambda: re.search(r"\d", prompt(page, index)) and prompt(page, index) != before
    )
    wait(lambda: output(page, index).count(), "the output of the cell")
    return output(page, index).inner_text().strip()
