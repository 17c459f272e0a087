"""Draw the stills of the pages in this folder, with the engine that runs in them:
`python notebooks/browser/stills.py`.
"""

import io
import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
import page_panels  # noqa: E402

from dputils.networks import load_network  # noqa: E402
from dputils.widgets import export_for_page  # noqa: E402
from dputils.widgets.hosting import joined  # noqa: E402

STEPS = 200
CLIMB = """async ({ code, models, settings, steps }) => {
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    const answer = await new Promise((done) => {
        worker.onmessage = ({ data }) => done(data);
        worker.postMessage({ models });
        worker.postMessage({ id: "1", settings: { ...settings, seed: 0n }, steps });
    });
    worker.terminate();
    if (answer.error) throw new Error(answer.error);
    return [...answer.pixels];
}"""


def climbed(page: Page, **changes: object) -> Image.Image:
    """What the playground's panel shows after STEPS, with some settings changed."""
    panel = page_panels.panels()["playground"]
    starts = {
        control["name"]: control["options"][panel["values"][control["name"]]]
        if "options" in control
        else panel["values"][control["name"]]
        for control in panel["controls"]
    }
    settings = {**panel["settings"], **starts, **changes}
    models = {settings["network"]: page_panels.NETWORKS[settings["network"]]}
    engine = joined("engine/worker.js")
    given = {
        "code": f'"use strict"; (() => {{ {engine}\nserve(self); }})();',
        "models": {
            name: export_for_page(load_network(net)) for name, net in models.items()
        },
        "settings": settings,
        "steps": STEPS,
    }
    size = settings["size"]
    pixels = np.array(page.evaluate(CLIMB, given), np.uint8)
    return Image.fromarray(pixels.reshape(size, size, 4)[..., :3])


def sheet(rows: list[list[Image.Image]], gap: int = 6) -> Image.Image:
    height, width = rows[0][0].height, rows[0][0].width
    whole = Image.new(
        "RGB",
        (len(rows[0]) * (width + gap) - gap, len(rows) * (height + gap) - gap),
        "white",
    )
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            whole.paste(picture, (x * (width + gap), y * (height + gap)))
    return whole


def save(picture: Image.Image, path: Path) -> None:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85, optimize=True)
    path.write_bytes(file.getvalue())
    print(f"{path}  {len(file.getvalue()) / 1000:.0f} kB")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        page = browser.new_page()
        save(climbed(page), FOLDER / "playground.jpg")
        wishes = ["owl", "lighthouse", "strawberry", "daisy", "butterfly", "snowflake"]
        drawn = [climbed(page, wish=wish, size=128) for wish in wishes]
        small = FOLDER / "thumbnails"
        save(sheet([drawn[:3], drawn[3:]]), small / "playground.jpg")
        bases = ["pixels", "Laplacian", "Fourier"]
        rows = [
            [
                climbed(page, basis=basis, network=name, wish="lighthouse")
                for basis in bases
            ]
            for name in ("plain", "robust")
        ]
        save(sheet(rows), FOLDER / "bases.jpg")
        save(sheet(rows), small / "how_a_network_runs_in_a_page.jpg")
        browser.close()


if __name__ == "__main__":
    main()
