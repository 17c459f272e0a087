"""The mesh viewer beside the rasterizer: what is on the screen is what PyTorch draws
there.
"""

import json
import math

import pytest
import torch

from dputils.cppn import CPPN
from dputils.media import to_image
from dputils.rasterize import render
from dputils.scene import Mesh, look_at, perspective
from dputils.widgets import CppnViewer, MeshViewer, Row
from dputils.widgets.hosting import _packed, bundle
from dputils.widgets.mesh_viewer import FIELD_OF_VIEW, _stills

from .waiting import PATIENCE, becomes, until_drawn, wait

SIDE = 200


def picture(seed=0, side=128):
    few = torch.rand(1, 3, 10, 10, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(few, size=side, mode="bicubic").clamp(0, 1)


def body(rings=24, sectors=36, name="pear"):
    """A lopsided solid, so that no two sides look alike."""
    v, u = torch.meshgrid(
        torch.linspace(0, 1, rings + 1),
        torch.linspace(0, 1, sectors + 1),
        indexing="ij",
    )
    elevation, azimuth = (v - 0.5) * math.pi, (u - 0.5) * 2 * math.pi
    wide = 0.7 + 0.2 * (azimuth - 1).cos() * elevation.cos()
    positions = torch.stack(
        [
            wide * elevation.cos() * azimuth.sin(),
            elevation.sin(),
            wide * elevation.cos() * azimuth.cos(),
        ],
        -1,
    )
    a = (torch.arange(rings)[:, None] * (sectors + 1) + torch.arange(sectors)).flatten()
    faces = torch.cat(
        [
            torch.stack([a, a + 1, a + sectors + 2], 1),
            torch.stack([a, a + sectors + 2, a + sectors + 1], 1),
        ]
    )
    return Mesh(
        positions.reshape(-1, 3),
        faces,
        torch.stack([u, v], -1).reshape(-1, 2),
        picture(),
        name,
    ).normalized()


def figure(**options):
    return MeshViewer(body(), **{"width": SIDE, "shading": False, **options})


def drawn(azimuth=0.0, elevation=0.0, distance=3.3, texture=None):
    eye = distance * torch.tensor(
        [
            math.cos(elevation) * math.sin(azimuth),
            math.sin(elevation),
            math.cos(elevation) * math.cos(azimuth),
        ]
    )
    camera = perspective(FIELD_OF_VIEW, 1.0, 0.05, 20.0) @ look_at(eye)
    image = render(body(), camera, 2 * SIDE, texture=texture, background=1.0, mip=True)
    return torch.nn.functional.avg_pool2d(image, 2)[0].permute(1, 2, 0).numpy()


def alike(found, expected, bound=0.015):
    assert expected.std() > 0.05
    return found.shape == expected.shape and abs(found - expected).mean() < bound


@pytest.fixture
def seen(resting):
    """`seen(page, side)`: what a viewer shows once it stands still."""
    return lambda page, side=SIDE: resting(page.locator("canvas"))[:side, :side]


@pytest.fixture
def shows(pixels):
    """`shows(page, expected, bound, place)`: a viewer comes to show this picture."""

    def compare(page, expected, bound=0.015, place=""):
        canvas = page.locator(f"{place} canvas")

        def shown():
            until_drawn(page)
            return alike(pixels(canvas)[:SIDE, :SIDE], expected, bound)

        wait(shown, "the picture that PyTorch draws")

    return compare


@pytest.fixture
def page(open_page):
    shown = open_page(figure(presets={"above": (0.5, 1.2, 2.5)}))
    if shown.locator("canvas").count() == 0:
        pytest.skip("this Chromium has no WebGL2")
    return shown


def test_the_picture_is_the_rasterizers(page, shows):
    shows(page, drawn())
    assert not alike(drawn(), drawn(0.2))


def test_shading_is_that_of_the_still_picture(open_page, seen):
    page = open_page(figure(shading=True, width=300))
    mesh = body()
    place = {"azimuth": 0.0, "elevation": 0.0, "distance": 3.3}
    still = (
        _stills([mesh], [[to_image(mesh.texture)]], place)[0][0][0]
        .permute(1, 2, 0)
        .numpy()
    )
    found = seen(page, side=300)
    inside = abs(still - 0.96).max(-1) > 0.02
    assert inside.mean() > 0.2 and abs(found - still)[inside].mean() < 0.02
    page.get_by_role("button", name="shading").click()
    plain = seen(page, side=300)
    assert plain[inside].mean() > found[inside].mean() + 0.03


def test_keys_turn_zoom_and_return(page, shows):
    canvas = page.locator("canvas")
    canvas.press("ArrowRight")
    canvas.press("ArrowDown")
    shows(page, drawn(-0.2, 0.2))
    canvas.press("+")
    shows(page, drawn(-0.2, 0.2, 3.3 / 1.2))
    for _ in range(12):
        canvas.press("-")
    shows(page, drawn(-0.2, 0.2, 6.0))  # no farther
    canvas.press("0")
    shows(page, drawn())
    for _ in range(12):
        canvas.press("+")
    shows(page, drawn(0, 0, 1.2), 0.03)  # no nearer


def test_drag_and_wheel(page, shows):
    box = page.locator("canvas").bounding_box()
    x, y = box["x"] + SIDE / 2, box["y"] + SIDE / 2
    page.mouse.move(x, y)
    # before a click the wheel belongs to the page: no zoom, now and after the drag
    page.mouse.wheel(0, -200)
    shows(page, drawn())
    page.mouse.down()
    page.mouse.move(x + 50, y + 20, steps=3)
    page.mouse.up()
    # the side under the hand follows it
    shows(page, drawn(-math.pi / 4, math.pi / 10))
    page.mouse.wheel(0, -100)
    near = 3.3 * math.exp(-0.2)
    shows(page, drawn(-math.pi / 4, math.pi / 10, near))
    page.mouse.down()
    page.mouse.move(x, y + 500, steps=5)
    page.mouse.up()
    shows(page, drawn(0, math.pi / 2 - 0.01, near), 0.03)  # not over the top


def test_two_fingers_zoom_and_one_turns(open_page, shows):
    page = open_page(figure(), touch=True)
    box = page.locator("canvas").bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        session.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [
                    {"x": box["x"] + SIDE / 2 + x, "y": box["y"] + SIDE / 2, "id": k}
                    for k, x in enumerate(points)
                ],
            },
        )

    touch("touchStart", 0)
    for x in (10, 20, 40):
        touch("touchMove", x)
    touch("touchEnd")
    shows(page, drawn(-0.2 * math.pi))
    touch("touchStart", -40, 40)
    for distance in (45, 50, 60):
        touch("touchMove", -distance, distance)
    touch("touchEnd")
    shows(page, drawn(-0.2 * math.pi, 0, 3.3 / 1.5), 0.03)


def test_a_finger_takes_hold_by_a_tap_and_leaves_the_page_to_itself(open_page):
    page = open_page(figure(), touch=True)
    canvas = page.locator("canvas")
    style = "it => getComputedStyle(it).touchAction"
    assert canvas.evaluate(style) == "pan-y", "up and down moves the page"
    box = canvas.bounding_box()
    x, y = box["x"] + SIDE / 2, box["y"] + SIDE / 2
    held = page.locator("canvas.held")
    page.touchscreen.tap(x, y)
    becomes(held.count, 1)
    page.touchscreen.tap(x, y)
    becomes(held.count, 0)
    page.touchscreen.tap(x, y)
    becomes(held.count, 1)
    page.touchscreen.tap(box["x"] + SIDE + 60, y)  # beside it
    becomes(held.count, 0)


def test_a_dark_page_gives_models_a_pale_ground(open_page, pixels):
    page = open_page("<style>body { color: #ddd; background: #111 }</style>", figure())
    canvas = page.locator("canvas")
    wait(lambda: pixels(canvas)[2, 2].mean() > 0.7, "the pale ground")
    page.evaluate("document.body.style.cssText = 'color: #111; background: #fff'")
    wait(lambda: pixels(canvas)[2, 2].mean() == 1, "the page's own ground")


def test_a_preset_flies_there(page, shows):
    page.get_by_role("button", name="above").click()
    shows(page, drawn(0.5, 1.2, 2.5), 0.02)


def test_unfolding_shows_the_texture_and_turning_folds_back(page, pixels, shows):
    canvas, button = page.locator("canvas"), page.get_by_role("button", name="unfold")
    button.click()
    edge = round(SIDE / 2 * (1 - 1 / 1.06))
    inner = SIDE - 2 * edge
    texture = (
        torch.nn.functional.interpolate(picture(), size=inner, mode="area")[0]
        .permute(1, 2, 0)
        .numpy()
    )
    inside = slice(edge, SIDE - edge)
    wait(
        lambda: alike(pixels(canvas)[inside, inside], texture, 0.03),
        "the unfolded texture",
    )
    assert button.get_attribute("aria-pressed") == "true"
    canvas.press("ArrowLeft")
    shows(page, drawn(0.2))
    assert button.get_attribute("aria-pressed") == "false"


def test_unfolding_from_near_shows_the_whole_texture(open_page, seen):
    page = open_page(figure(), reduced_motion="reduce")

    def press(key):
        page.locator("canvas").press(key)
        return seen(page)

    seen(page)
    whole = press("u")
    for _ in range(4):
        near = press("+")
    assert not alike(near, whole, 0.03), "the wheel zooms into the sheet"
    solid = press("ArrowLeft")
    assert alike(solid, drawn(0.2)), "and not towards the solid"
    for _ in range(3):
        press("+")
    assert alike(press("u"), whole)
    assert alike(press("ArrowLeft"), drawn(0.4, 0, 3.3 / 1.2**3), 0.03), (
        "and back to where it was"
    )


def test_less_motion_is_obeyed(open_page, seen):
    page = open_page(
        figure(presets={"above": (0.5, 1.2, 2.5)}), reduced_motion="reduce"
    )
    assert alike(seen(page), drawn())
    page.get_by_role("button", name="above").click()
    until_drawn(page, 3)  # and nothing of the way there
    assert alike(seen(page), drawn(0.5, 1.2, 2.5), 0.02)


def test_wireframe_darkens_every_edge_that_is_seen(open_page, seen):
    mesh = body(10, 14).replace(texture=torch.full((1, 3, 32, 32), 0.8))
    page = open_page(MeshViewer(mesh, width=300, shading=False))
    before = seen(page, side=300)
    page.locator("canvas").press("w")
    lines = (before - seen(page, side=300)).mean(-1)
    corners = mesh.positions[mesh.faces]
    normal = torch.nn.functional.normalize(
        torch.linalg.cross(
            corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        ),
        dim=1,
    )
    eye = torch.tensor([0.0, 0.0, 3.3])
    towards = torch.nn.functional.normalize(eye - corners.mean(1), dim=1)
    # turned to the eye, not a point
    faces = corners[((normal * towards).sum(1) > 0.5) & (normal.norm(dim=1) > 0.5)]
    middles, inner = (faces + faces.roll(-1, 1)) / 2, faces.mean(1)

    def darkest(points):
        """How much darker it is within a pixel of these points."""
        clip = (
            torch.cat([points, torch.ones(len(points), 1)], 1)
            @ (perspective(FIELD_OF_VIEW, 1.0, 0.05, 20.0) @ look_at(eye)).squeeze(0).T
        )
        x, y = (
            (150 * (1 + clip[:, 0] / clip[:, 3])).long(),
            (150 * (1 - clip[:, 1] / clip[:, 3])).long(),
        )
        return torch.tensor(
            [
                lines[row - 1 : row + 2, column - 1 : column + 2].max()
                for row, column in zip(y, x)
            ]
        )

    on_edges, inside = darkest(middles.reshape(-1, 3)), darkest(inner)
    assert len(on_edges) > 100 and (on_edges > 0.08).float().mean() > 0.98, "no gaps"
    assert inside.median() < 0.03 and abs(lines[:20]).max() < 0.02


def test_viewers_of_a_group_have_one_camera(open_page, pixels, shows):
    other = picture(5)
    page = open_page(
        figure(group="pair"),
        MeshViewer(body(), other, width=SIDE, shading=False, group="pair"),
        figure(),
    )
    page.locator("#f0 canvas").press("ArrowRight")
    shows(page, drawn(-0.2), place="#f0")
    shows(page, drawn(-0.2, texture=other), place="#f1")
    shows(page, drawn(), place="#f2")  # the third belongs to nobody
    page.locator("#f1").get_by_role("button", name="unfold").click()
    first = page.locator("#f0")
    wait(
        lambda: (
            not alike(pixels(first.locator("canvas"))[:SIDE, :SIDE], drawn(-0.2), 0.05)
        ),
        "the other sheet",
    )
    button = first.get_by_role("button", name="unfold")
    assert button.get_attribute("aria-pressed") == "true"


def test_a_row_stands_side_by_side_where_there_is_room(open_page):
    page = open_page(
        Row(figure(), figure(group="other"), titles=["first", "second"]).html()
    )
    left, right = (page.locator("canvas").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] >= left["x"] + SIDE
    assert page.get_by_text("second").bounding_box()["x"] == pytest.approx(
        right["x"], abs=1
    )
    page.set_viewport_size({"width": 320, "height": 800})
    until_drawn(page)
    upper, lower = (page.locator("canvas").nth(k).bounding_box() for k in (0, 1))
    assert upper["x"] == lower["x"] and lower["y"] >= upper["y"] + SIDE


def test_a_row_of_two_shrinks_beside_a_file_browser(open_page):
    """JupyterLab leaves an output some 700 pixels in a window of 1,280."""
    wide = MeshViewer(body(), picture(), width=400)
    page = open_page(Row(wide, wide).html(), width=700)
    left, right = (page.locator("canvas").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and 300 < left["width"] < 400
    assert right["x"] + right["width"] <= 700


def test_thumbnails_change_texture_and_model(open_page, pixels, shows):
    small = body(4, 5, "lantern")
    second = picture(5)
    page = open_page(
        MeshViewer(
            [body(), small],
            [torch.cat([picture(), second])] * 2,
            width=SIDE,
            shading=False,
        )
    )
    shows(page, drawn())
    page.get_by_role("radio", name="texture 2").check()
    shows(page, drawn(texture=second))
    canvas = page.locator("canvas")
    found = pixels(canvas)
    page.get_by_role("radio", name="lantern").check()
    wait(lambda: abs(pixels(canvas) - found).mean() > 0.01, "the other model")


def test_a_shader_figure_on_the_same_page_is_not_disturbed(open_page, pixels, shows):
    cppn = CPPN(SIDE, hidden=3, width=10, output_scale=2.0, seed=1)
    page = open_page(figure(), CppnViewer(cppn, width=SIDE))
    shows(page, drawn(), place="#f0")
    canvas = page.locator("#f0 canvas")
    plain = pixels(canvas)
    canvas.press("w")
    wait(lambda: abs(pixels(canvas) - plain).mean() > 0.01, "the wireframe")
    page.locator("#f1 canvas").press("+")
    with torch.no_grad():
        expected = cppn(zoom=1.25)[0].permute(1, 2, 0).numpy()
    shows(page, expected, place="#f1")


# How often the page decodes, sends and draws for so many textures, each of which has
# to come to the screen before the next; and how many of them a second.
LIVE = """async ([textures, count, patience]) => {
  const canvas = document.querySelector("#live").shadowRoot.querySelector("canvas");
  const { width, height } = canvas;
  const probe = document.createElement("canvas")
    .getContext("2d", { willReadFrequently: true });
  const bright = () => {
    probe.drawImage(canvas, width / 2, height / 2, 1, 1, 0, 0, 1, 1);
    return probe.getImageData(0, 0, 1, 1).data[0] > 127;
  };
  const work = {}, counted = (owner, names) => {
    for (const name of names) {
      const does = owner[name];
      work[name] = 0;
      owner[name] = function (...all) { work[name]++; return does.apply(this, all); };
    }
  };
  counted(window, ["createImageBitmap"]);
  counted(WebGL2RenderingContext.prototype,
          ["texImage2D", "bufferData", "compileShader", "drawElements"]);
  const files = textures.map((file) => unpack(file));
  const frame = () => new Promise(requestAnimationFrame);
  const begin = performance.now();
  // the bright one is there: each of these is another than the one before it
  for (let k = 0; k < count; k++) {
    model.set("textures", [files[k % 2]]);
    while (bright() !== (k % 2 === 1)) {
      await frame();
      if (performance.now() > begin + 1000 * patience) {
        throw new Error("the texture does not come");
      }
    }
  }
  return [work, 1000 * count / (performance.now() - begin)];
}"""
COUNT = 20


def test_live_textures_arrive_without_more_work_than_they_need(open_page, pixels):
    pytest.importorskip("anywidget")
    noise = 0.2 * torch.rand(
        2, 3, 1024, 1024, generator=torch.Generator().manual_seed(0)
    )
    dark, bright = noise[:1] + 0.1, noise[1:] + 0.7
    live = MeshViewer(body(), dark, width=400, live=True)
    files = []
    for texture in (dark, bright):
        live.update(texture)
        files.append(_packed(live.state["textures"][0]))
    page = open_page(
        '<div id="live"></div><script type="module">\n' + bundle(live.module) + "\n"
        f"window.model = makeModel(unpacked({json.dumps(_packed(live.state))}));\n"
        "window.unpack = unpacked;\n"
        'const el = document.getElementById("live");\n'
        "component.render({ model: window.model, el });\n</script>"
    )
    canvas = page.locator("#live canvas")
    wait(lambda: 0.05 < pixels(canvas).std(), "the first texture")
    work, rate = page.evaluate(LIVE, [files, COUNT, PATIENCE])
    print(f"{rate:.1f} textures of 1024 × 1024 a second")
    once = ("createImageBitmap", "texImage2D", "drawElements")
    assert work == {**dict.fromkeys(work, 0), **dict.fromkeys(once, COUNT)}
