"""Steps a second of the engine that runs inside pages; targets: 40 at 96 px and 25 at
128 px, and 8 of style transfer at 96 px, without a graphics card, on one thread.

A step is the whole of it: picture, moves, network, gradient, Adam. It is taken in a
Worker of a headless Chromium, whose page counts its own frames meanwhile. The picture
answers to a control when the next answer comes, which is timed, too. Steps are counted
by the clock and, for a machine that does other things as well, by the processor time of
the page, which includes what it draws and what compiling took.
"""

import argparse
import base64
import io
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "notebooks"))
import page_panels

MEASURE = """async ({ code, models, pictures, settings, seconds, patience }) => {
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    const answers = [];
    worker.onmessage = ({ data }) => answers.shift()(data);
    const ask = (steps) => new Promise((done) => {
        answers.push(done);
        const all = { ...settings, seed: 0n };
        worker.postMessage({ id: "1", settings: all, steps, patience });
    });
    for (const picture of Object.values(pictures)) {
        picture.image = new Float32Array(picture.image);
    }
    worker.postMessage({ models, pictures });
    const begin = performance.now();
    await ask(1);
    const first = performance.now() - begin;
    await ask(3); // compiled by now
    const waits = [], frames = [];
    let going = true;
    requestAnimationFrame(function frame(now) {
        frames.push(now);
        if (going) requestAnimationFrame(frame);
    });
    const start = performance.now();
    let answer, before = 4;
    while (performance.now() < start + 1000 * seconds) {
        const asked = performance.now();
        answer = await ask(null);
        waits.push(performance.now() - asked);
    }
    const spent = (performance.now() - start) / 1000;
    const rate = (answer.step - before) / spent;
    going = false;
    worker.terminate();
    const gaps = frames.slice(2).map((time, k) => time - frames[k + 1]);
    return { rate, first, waits, steps: answer.step, gap: Math.max(...gaps),
             road: answer.road,
             frames: frames.length / spent };
}"""


def processor_time(session) -> float:
    """Seconds that the processes of pages have used so far."""
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(each["cpuTime"] for each in processes if each["type"] == "renderer")


STYLE = "02_style_transfer_beyond_vgg"


def cases(sizes: list[int]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """`(what is measured, settings, pictures)`: the playground, and section 2."""
    found: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for network in page_panels.NETWORKS:
        for size in sizes:
            changes = {"network": network, "size": size, "wish": "owl"}
            settings = page_panels.starts("playground") | changes
            found.append((f"{network} at {size} px", settings, {}))
    changes = {"basis": "CPPN", "size": max(sizes), "wish": "owl"}
    settings = page_panels.starts("playground") | changes
    found.append((f"a CPPN at {settings['size']} px", settings, {}))
    settings = page_panels.starts(STYLE)
    pictures = {
        name: decoded(address)
        for name, address in page_panels.panels()[STYLE]["pictures"].items()
    }
    found.append((f"style transfer at {settings['size']} px", settings, pictures))
    return found


def decoded(address: str) -> dict[str, Any]:
    """A picture of a panel as its page hands it to the engine."""
    data = base64.b64decode(address.partition(",")[2])
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) / 255
    height, width = picture.shape[:2]
    image = picture.transpose(2, 0, 1).ravel().tolist()
    return {"image": image, "height": height, "width": width}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 96, 128])
    parser.add_argument("--seconds", type=float, default=3.0)
    arguments = parser.parse_args()
    models, code = page_panels.models(), page_panels.worker_script()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        page, session = browser.new_page(), browser.new_browser_cdp_session()
        for what, settings, pictures in cases(arguments.sizes):
            for road in ("best", "plain JavaScript"):
                before = processor_time(session)
                found = page.evaluate(
                    MEASURE,
                    {
                        "code": code,
                        "models": models,
                        "pictures": pictures,
                        "settings": {**settings, "road": road},
                        "seconds": arguments.seconds,
                        "patience": 40,
                    },
                )
                spent = processor_time(session) - before
                waits = found["waits"]
                print(
                    f"{what}, {found['road']}, load {os.getloadavg()[0]:.1f}: "
                    f"{found['rate']:.1f} steps/s by the clock, "
                    f"{found['steps'] / spent:.1f} by the processor; first picture "
                    f"{found['first']:.0f} ms, answers in "
                    f"{statistics.median(waits):.0f} ms, at most {max(waits):.0f}; "
                    f"the page {found['frames']:.0f} frames/s, longest gap "
                    f"{found['gap']:.0f} ms",
                    flush=True,
                )
        browser.close()


if __name__ == "__main__":
    main()
