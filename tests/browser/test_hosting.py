"""One script, two hosts: without scripts a still picture, without a kernel everything
but new data.
"""

import json

import nbformat
import pytest
import torch

from dputils.cppn import CPPN
from dputils.widgets import CompareSlider, CppnViewer
from dputils.widgets.hosting import STATIC, bundle

from .waiting import until_drawn


def gradient(low=0.0, high=1.0):
    return torch.linspace(low, high, 160).view(1, 1, 1, -1).expand(1, 3, 120, -1)


def figure(**options):
    return CompareSlider(gradient(), gradient().flip(3), **options)


def test_without_scripts_there_is_a_picture(open_page, pixels):
    page = open_page(figure(), java_script_enabled=False)
    still = page.locator("img")
    assert still.is_visible() and still.bounding_box()["width"] > 200
    assert pixels(still).std() > 0.1
    assert page.get_by_role("slider").count() == 0


def test_a_whole_page(chromium, tmp_path):
    path = tmp_path / "figure.html"
    path.write_text(figure().page("A wipe"), encoding="utf-8")
    page = chromium.new_page()
    page.goto(path.as_uri())
    assert page.title() == "A wipe" and page.get_by_role("slider").is_visible()
    page.close()


def test_an_exported_notebook(open_page):
    exporter = pytest.importorskip("nbconvert").HTMLExporter(template_name="basic")
    bundle_ = figure()._repr_mimebundle_()
    output = nbformat.v4.new_output(
        "display_data", data=json.loads(json.dumps(bundle_))
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("figure", outputs=[output])]
    )
    body, _ = exporter.from_notebook_node(notebook)
    page = open_page(body)
    page.get_by_role("slider").press("Home")
    assert page.get_by_role("slider").get_attribute("aria-valuenow") == "2"


def test_a_script_that_fails_leaves_the_still_picture(open_page, chromium):
    html = figure().html().replace('"pictures":[', '"nothing":[')
    page = chromium.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text))
    page.set_content(html)
    page.wait_for_function("document.querySelector('[data-dputils]').dputils")
    assert page.locator("[data-dputils] > img").is_visible()
    assert any("could not be drawn" in text for text in errors)
    page.close()


def test_the_script_may_run_before_its_place_is_there(open_page):
    page = open_page("<p>a notebook that builds its outputs later</p>")
    page.evaluate(
        """html => {
        const holder = document.createElement("div");
        holder.innerHTML = html;
        const script = document.createElement("script");
        script.type = "module";
        script.textContent = holder.querySelector("script").textContent;
        document.body.append(script);
        setTimeout(() => document.body.append(holder), 250);
    }""",
        figure().html(),
    )
    page.get_by_role("slider").wait_for()


def test_a_figure_below_waits_as_a_still_until_it_comes_near(open_page):
    """Shaders compile when they are about to be seen, not when a page is opened."""
    page = open_page(
        figure(), "<div style='height: 4000px'></div>", CppnViewer(CPPN(32), width=200)
    )
    page.get_by_role("slider").wait_for()
    until_drawn(page, 5)
    opened = "Boolean(window[Symbol.for('dputils.webgl')])"
    assert not page.evaluate(opened)
    still = page.locator("#f2 img")
    assert still.count() == 1 and page.locator("#f2 canvas").count() == 0
    page.mouse.wheel(0, 2600)  # a thousand pixels away, and not in view yet
    page.locator("#f2 canvas").wait_for()
    assert page.evaluate(opened) and still.count() == 0
    assert page.locator("#f2 canvas").bounding_box()["y"] > 900


def test_what_figures_share_and_how_bytes_arrive(open_page):
    """For viewers to come: one camera for several, and binary data without copies in
    text.
    """
    page = open_page("<div id=here></div>")
    parts = bundle("compare_slider.js")
    answer = page.evaluate(
        """async source => {
        const text = source + "\\nexport { shared, unpacked, makeModel };";
        const load = (text) => import(URL.createObjectURL(
            new Blob([text], {type: "text/javascript"})));
        const first = await load(text), second = await load(text + " ");
        const heard = [], alone = first.shared("", 1);
        const off = second.shared("camera", 5).on(v => heard.push(v));
        first.shared("camera", 1).set(7);
        alone.set(3);
        off();
        first.shared("camera", 1).set(9);
        const $bytes = btoa("\\x01\\x02\\xff");
        const view = first.unpacked({a: [{$bytes}], b: null}).a[0];
        const model = first.makeModel({x: 1}), changes = [];
        const listener = () => changes.push(model.get("x"));
        model.on("change:x", listener);
        model.set("x", 2); model.set("x", 2);
        model.off("change:x", listener);
        model.set("x", 3);
        return {heard, started: second.shared("camera", 1).value,
                lone: first.shared("", 1).value, changes,
                bytes: [view.getUint8(0), view.getUint8(2), view.byteLength]};
    }""",
        parts,
    )
    assert answer == {
        "heard": [7],
        "started": 9,
        "lone": 1,
        "bytes": [1, 255, 3],
        "changes": [2],
    }


def test_the_scripts_are_plain_modules(open_page):
    """Each file alone is a valid ES module: the browser imports it from a folder,
    unbundled.
    """
    names = sorted(path.name for path in STATIC.glob("*.js"))
    assert {"host.js", "parts.js", "compare_slider.js"} <= set(names)
    page = open_page("<p></p>")
    sources = {name: (STATIC / name).read_text(encoding="utf-8") for name in names}
    kinds = page.evaluate(
        """async sources => {
        const urls = {}, load = (name) => urls[name] ??= URL.createObjectURL(new Blob(
            [sources[name].replace(/from "\\.\\/([\\w.]+)"/g,
                                   (_, below) => `from "${load(below)}"`)],
            {type: "text/javascript"}));
        const found = {};
        for (const name in sources) {
            found[name] = typeof (await import(load(name))).default?.render;
        }
        return found;
    }""",
        sources,
    )
    assert {name for name, kind in kinds.items() if kind != "function"} == {
        "attach.js",
        "host.js",
        "kernel.js",
        "mesh_drawing.js",
        "parts.js",
        "renderer.js",
        "steer.js",
    }
