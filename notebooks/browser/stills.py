"""Draw the stills of the pages in this folder, with the engine that runs in them:
`python notebooks/browser/stills.py`.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
import page_panels  # noqa: E402

from dputils.media import picture_sheet, write_image  # noqa: E402

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
    settings = {**page_panels.starts("playground"), **changes}
    network = settings["network"]
    given = {
        "code": page_panels.worker_script(),
        "models": {network: page_panels.models()[network]},
        "settings": settings,
        "steps": STEPS,
    }
    size = settings["size"]
    pixels = np.array(page.evaluate(CLIMB, given), np.uint8)
    return Image.fromarray(pixels.reshape(size, size, 4)[..., :3])


def save(picture: Image.Image, path: Path) -> None:
    write_image(path, picture, overwrite=True, quality=85)
    print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


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
        save(picture_sheet(drawn, columns=3), small / "playground.jpg")
        bases = ["pixels", "Laplacian", "Fourier"]
        drawn = [
            climbed(page, basis=basis, network=name, wish="lighthouse")
            for name in ("plain", "robust")
            for basis in bases
        ]
        compared = picture_sheet(drawn, columns=len(bases))
        save(compared, FOLDER / "bases.jpg")
        save(compared, small / "how_a_network_runs_in_a_page.jpg")
        browser.close()


if __name__ == "__main__":
    main()
