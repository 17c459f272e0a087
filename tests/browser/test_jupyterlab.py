"""Figures in a real JupyterLab: a saved notebook with and without trust, and pictures
pushed from the kernel.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from http.cookiejar import CookieJar

import nbformat
import pytest
import torch

from dputils.widgets import CompareSlider

pytestmark = pytest.mark.slow

LIVE = """import torch
from dputils.widgets import CompareSlider
grey = torch.full((1, 3, 60, 80), 0.5)
figure = CompareSlider(grey, torch.zeros(1, 3, 60, 80), live=True, width=300, start=0)
figure"""
PUSH = (
    "figure.update(after=torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, "
    "60, 80))"
)
MESH = """import time, torch
from dputils.data import sample_mesh
from dputils.widgets import MeshViewer
noise = 0.2 * torch.rand(2, 3, 1024, 1024, generator=torch.Generator().manual_seed(0))
dark, bright = noise[:1] + 0.1, noise[1:] + 0.7
figure = MeshViewer(sample_mesh("bunny"), dark, shading=False, live=True)
figure"""
MESH_PUSH = """begin, spent = time.perf_counter(), time.process_time()
for k in range(20):
    figure.update((bright, dark)[k % 2])
figure.update(bright)
print(f"{21 / (time.perf_counter() - begin):.1f} textures a second, {(time.process_time() - spent) / 21:.3f} s each")"""


def notebook(*cells):
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with settings of its own, serving a folder with four
    notebooks.
    """
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    folder, data = (
        tmp_path_factory.mktemp("notebooks"),
        tmp_path_factory.mktemp("jupyter"),
    )
    figure = CompareSlider(
        torch.full((1, 3, 60, 80), 0.2), torch.full((1, 3, 60, 80), 0.8), width=300
    )
    saved = notebook(("figure", json.loads(json.dumps(figure._repr_mimebundle_()))))
    live, mesh = (
        notebook((LIVE, None), (PUSH, None)),
        notebook((MESH, None), (MESH_PUSH, None)),
    )
    for name, made in (
        ("strange", saved),
        ("trusted", saved),
        ("live", live),
        ("mesh", mesh),
    ):
        if name == "trusted":
            made = nbformat.from_dict(
                {**saved, "metadata": {**saved.metadata, "title": "mine"}}
            )
            from nbformat.sign import NotebookNotary

            NotebookNotary(data_dir=str(data)).sign(made)
        nbformat.write(made, folder / f"{name}.ipynb")
    for name, setting in (
        # its question would cover what lies below
        ("apputils-extension/notification", {"fetchNews": "false"}),
        # cells out of sight stay in the page
        ("notebook-extension/tracker", {"windowingMode": "none"}),
    ):
        path = data / f"config/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(setting), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "JUPYTER_DATA_DIR": str(data),
        "JUPYTER_CONFIG_DIR": str(data / "config"),
        "JUPYTER_RUNTIME_DIR": str(data / "runtime"),
    }
    log = open(data / "log", "w", encoding="utf-8")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
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
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2)
                break
            except OSError:
                assert server.poll() is None, (data / "log").read_text(encoding="utf-8")
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def ask(address, method, path, content=None):
    """The server's answer to what JupyterLab would ask it, with the token that its page
    hands out.
    """
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{address}/lab", timeout=60).read()
    token = next((cookie.value for cookie in jar if cookie.name == "_xsrf"), "")
    request = urllib.request.Request(
        f"{address}/api/{path}",
        method=method,
        data=content and json.dumps(content).encode(),
        headers={"X-XSRFToken": token, "Content-Type": "application/json"},
    )
    return json.loads(opener.open(request, timeout=60).read() or "null")


def put(address, name, made):
    """Save a notebook where the server finds it."""
    ask(
        address,
        "PUT",
        f"contents/{name}.ipynb",
        {"type": "notebook", "format": "json", "content": made},
    )


def end_kernels(address):
    """End what notebooks have left running: a kernel outlives its page, and takes a
    gigabyte.
    """
    for session in ask(address, "GET", "sessions"):
        ask(address, "DELETE", f"sessions/{session['id']}")


@pytest.fixture
def open_lab(chromium, lab):
    contexts = []

    def opened(name):
        contexts.append(chromium.new_context(viewport={"width": 1100, "height": 800}))
        page = contexts[-1].new_page()
        open_notebook(page, lab, name)
        return page

    yield opened
    for context in contexts:
        context.close()
    end_kernels(lab)


def test_a_notebook_of_a_stranger_shows_the_still_picture(open_lab):
    page = open_lab("strange")
    image = page.locator(".jp-OutputArea-output img")
    image.wait_for(timeout=30_000)
    assert (
        image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    )
    page.wait_for_timeout(1000)
    assert page.locator(".jp-OutputArea-output [role=slider]").count() == 0, (
        "untrusted scripts do not run"
    )


def test_a_trusted_notebook_works_before_anything_ran(open_lab):
    page = open_lab("trusted")
    line = page.locator(".jp-OutputArea-output [role=slider]")
    line.wait_for(timeout=30_000)
    line.press("Home")
    line.press("ArrowRight")
    assert line.get_attribute("aria-valuenow") == "4"
    line.press("Enter")
    page.wait_for_function(
        "line => line.getAttribute('aria-valuenow') === '85'", arg=line.element_handle()
    )
    assert page.locator(".jp-Notebook.jp-mod-editMode").count() == 0, (
        "Enter was meant for the figure"
    )
    assert (
        page.locator(".jp-CodeCell").count() == 1
        and page.locator("[data-dputils] > img").count() == 0
    )


def answer_dialogs(page):
    """Accept what JupyterLab asks, such as which kernel a cell wants that was run
    before there is one, and tell it.
    """
    dialog = page.locator(".jp-Dialog").first

    def accept():
        warnings.warn(f"JupyterLab asked: {dialog.inner_text()!r}", stacklevel=1)
        dialog.locator(".jp-Dialog-button").last.click()

    page.add_locator_handler(dialog, accept)


def open_notebook(page, address, name):
    answer_dialogs(page)
    page.goto(f"{address}/lab/tree/{name}.ipynb?reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=120_000)


def until_started(page, begin, cells):
    """Call `begin` until one of the cells runs: what is asked before a notebook has
    settled may get lost.
    """
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for(
        timeout=120_000
    )
    for _ in range(5):
        begin()
        page.wait_for_timeout(1500)
        if any(
            re.search(r"[*\d]", prompt)
            for prompt in cells.locator(".jp-InputPrompt").all_inner_texts()
        ):
            return
    pytest.fail("the cell does not run")


def run_cell(page, index):
    """Run one code cell as a reader does."""
    cell = page.locator(".jp-CodeCell").nth(index)

    def begin():
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")

    until_started(page, begin, cell)


def run_cells(page, indices):
    """Run some of the code cells, one after the other."""

    def begin():
        page.evaluate(
            """indices => {
            const notebook = jupyterapp.shell.currentWidget.content;
            const code = [...notebook.widgets.keys()].filter((k) => notebook.widgets[k].model.type === "code");
            for (const index of indices) {
                notebook.activeCellIndex = code[index];
                jupyterapp.commands.execute("notebook:run-cell");
            }
        }""",
            indices,
        )

    until_started(page, begin, page.locator(".jp-CodeCell").nth(indices[0]))


def test_the_kernel_pushes_pictures(open_lab, pixels):
    page = open_lab("live")
    run_cell(page, 0)
    line, frame = (
        page.locator(f".jp-OutputArea-output {part}")
        for part in ("[role=slider]", ".frame")
    )
    line.wait_for(timeout=120_000)
    line.press("Home")
    page.wait_for_timeout(300)
    assert pixels(frame)[30, 150] == pytest.approx([0, 0, 0], abs=0.05)
    run_cell(page, 1)
    for _ in range(100):
        if pixels(frame)[30, 150][0] > 0.9:
            break
        page.wait_for_timeout(200)
    assert pixels(frame)[30, 150] == pytest.approx([1, 0, 0], abs=0.05)
    assert line.get_attribute("aria-valuenow") == "2", (
        "the line stays where the reader left it"
    )


def test_the_kernel_pushes_textures_of_a_megapixel(open_lab, pixels):
    page = open_lab("mesh")
    run_cell(page, 0)
    canvas = page.locator(".jp-OutputArea-output canvas")
    canvas.wait_for(timeout=120_000)

    def middle():
        picture = pixels(canvas)
        return picture[picture.shape[0] // 2, picture.shape[1] // 2].mean()

    def until(wanted):
        for _ in range(150):
            if wanted(middle()):
                return
            page.wait_for_timeout(200)
        pytest.fail(f"the middle of the bunny is {middle():.2f}")

    until(lambda value: value < 0.4)
    run_cell(page, 1)
    until(lambda value: 0.6 < value < 0.95)
    printed = page.locator(".jp-OutputArea-output pre").last.inner_text()
    print(printed)
    rate, spent = (
        float(word) for word in printed.replace(",", "").split() if word[0].isdigit()
    )
    assert rate > 0 and spent < 0.2, (
        "at least five a second, for a kernel that has a core to itself"
    )
