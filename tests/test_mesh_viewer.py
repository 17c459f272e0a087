"""The mesh viewer from Python's side: what is coded comes back, figures stay small,
careless use is named.
"""

import io
import math
import re
import time
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from dputils.data import list_meshes, sample_mesh
from dputils.media import read_image
from dputils.rasterize import View, interpolate
from dputils.scene import Mesh, chart_mask, look_at, orbit_views, perspective
from dputils.widgets import Choice, MeshViewer, Row
from dputils.widgets.encoding import PAYLOAD, encode
from dputils.widgets.mesh_coding import code_mesh
from dputils.widgets.mesh_thinning import thin_mesh


def smooth(count=1, side=64, seed=0):
    few = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(few, size=side, mode="bicubic").clamp(0, 1)


def globe(rings=8, sectors=12, **fields):
    """A sphere with a seam, whose texture coordinates fill the square."""
    v, u = torch.meshgrid(
        torch.linspace(0, 1, rings + 1),
        torch.linspace(0, 1, sectors + 1),
        indexing="ij",
    )
    elevation, azimuth = (v - 0.5) * math.pi, (u - 0.5) * 2 * math.pi
    positions = torch.stack(
        [
            elevation.cos() * azimuth.sin(),
            elevation.sin(),
            elevation.cos() * azimuth.cos(),
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
        name="globe",
        **{"texture": smooth(), **fields},
    )


def decode(coded):
    """What mesh_drawing.js does, in Python: positions, uv and faces."""
    count, n, step = coded["vertices"], coded["codes"], 2 ** coded["bits"] - 1
    raw = np.frombuffer(zlib.decompress(coded["data"]), np.uint8).astype(np.int64)
    assert len(raw) == 3 * n + 10 * count, "nothing is left over"
    codes = iter((raw[:n] + raw[n : 2 * n] * 256 + raw[2 * n : 3 * n] * 65536).tolist())
    planes = raw[3 * n :].reshape(5, 2, count)
    folded = planes[:, 0] + 256 * planes[:, 1]
    error = np.where(folded % 2 == 1, -(folded + 1) // 2, folded // 2).T
    whole, faces = [], []

    def vertex(code, a, b, c):
        if code > 1:
            return len(whole) + 1 - code
        a, b, c = (whole[k] if k >= 0 else np.zeros(5, np.int64) for k in (a, b, c))
        whole.append((error[len(whole)] + a + b - c) % 65536)
        return len(whole) - 1

    while len(faces) < coded["faces"]:
        a, b, c = (vertex(next(codes), len(whole) - 1, -1, -1) for _ in range(3))
        faces.append((a, b, c))
        gates = [(a, b, c), (b, c, a), (c, a, b)]
        while gates:
            a, b, c = gates.pop()
            code = next(codes)
            if code:
                tip = vertex(code, a, b, c)
                faces.append((b, a, tip))
                gates += [(a, tip, b), (tip, b, a)]
    assert next(codes, None) is None and len(whole) == count
    whole, (low, span) = np.array(whole), np.array(coded["uv"])
    return (
        2 * whole[:, :3] / step - coded["size"],
        low + span * whole[:, 3:] / step,
        np.array(faces),
    )


def corners(whole, faces):
    """Triangles by what is at their corners, as a sorted list that depends neither on
    numbering nor on which is first.
    """
    rows = [[tuple(whole[v]) for v in face] for face in faces]
    return sorted(min(tuple(row[k:] + row[:k]) for k in range(3)) for row in rows)


def rounded(values, side, top):
    return np.rint((values - values.min(0)) / side * top).astype(int)


# edges with many triangles, flips
SOUP = torch.randint(0, 40, (120, 3), generator=torch.Generator().manual_seed(3))
GRID = torch.arange(40)
SOLID = torch.stack([GRID // 25, GRID // 5 % 5, GRID % 5], 1) / 4.0


@pytest.mark.parametrize("bits", [16, 12])
@pytest.mark.parametrize(
    "mesh",
    [
        globe(),
        Mesh(
            torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]),
            torch.tensor([[0, 1, 2]]),
            torch.eye(3)[:, :2],
        ),
        Mesh(SOLID, SOUP, SOLID[:, :2] * 3 - 1, name="soup"),
    ],
    ids=["globe", "triangle", "soup"],
)
def test_coding_keeps_every_triangle_and_its_sense(mesh, bits):
    positions, uv, faces = decode(
        code_mesh(mesh.positions, mesh.faces, mesh.uv, bits=bits)
    )
    assert len(mesh.faces.unique()) == len(mesh.positions), "every vertex is used"
    found = np.concatenate(
        [rounded(positions, 2, 2**bits - 1), rounded(uv, np.ptp(uv, 0), 2**bits - 1)], 1
    )
    space, plane = mesh.positions.double().numpy(), mesh.uv.double().numpy()
    wanted = np.concatenate(
        [
            rounded(space, np.ptp(space, 0).max(), 2**bits - 1),
            rounded(plane, np.ptp(plane, 0), 2**bits - 1),
        ],
        1,
    )
    assert corners(found, faces.tolist()) == corners(wanted, mesh.faces.tolist())


def test_coordinates_are_rounded_and_not_more():
    mesh = sample_mesh("teapot")
    for bits in (16, 12):
        coded = code_mesh(mesh.positions, mesh.faces, mesh.uv, bits=bits)
        positions, uv, faces = decode(coded)
        assert coded["vertices"] == len(mesh.positions) and coded["faces"] == len(
            mesh.faces
        )
        found = np.concatenate([positions, uv], 1)
        wanted = torch.cat([mesh.normalized().positions, mesh.uv], 1).numpy()
        tree = pytest.importorskip("scipy.spatial").cKDTree(found)
        distance, nearest = tree.query(wanted)
        assert distance.max() < 2.5 / 2**bits and len(
            set(nearest.tolist())
        ) > 0.99 * len(wanted)
        volume = np.linalg.det(positions[faces]).sum()
        assert volume == pytest.approx(
            float(
                torch.linalg.det(mesh.normalized().positions[mesh.faces].double()).sum()
            ),
            rel=1e-2,
        ), "inside stays inside"


@pytest.mark.parametrize("name", list_meshes())
def test_bundled_meshes_are_coded_in_a_few_bytes_a_triangle(name):
    mesh = sample_mesh(name)
    size = {
        bits: len(code_mesh(mesh.positions, mesh.faces, mesh.uv, bits=bits)["data"])
        for bits in (16, 12)
    }
    plain = 20 * len(mesh.positions) + 12 * len(mesh.faces)
    assert size[12] < size[16] < plain / 3 and size[16] < 110_000


def test_the_figure_fits_and_loads_nothing():
    figure = MeshViewer(sample_mesh("owl"))
    html = figure.html()
    assert len(html) <= PAYLOAD and html == MeshViewer(sample_mesh("owl")).html()
    text = re.sub(r'"\$bytes":"[^"]*"|base64,[^"]*', "", html)
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\s\"']*", text)
    assert not re.search(
        r"\bimport\b.*\bfrom\b|\bimport\(|@import|\bfetch\(|XMLHttpRequest", text
    )
    assert html.count("<script") == html.count("</script>") == 1 and "<!--" not in html
    still = np.asarray(Image.open(io.BytesIO(figure.still)).convert("L"), dtype=float)
    assert still.std() > 20 and figure.state["meshes"][0]["bits"] >= 14
    assert Image.open(io.BytesIO(figure.state["textures"][0])).width >= 512


@pytest.mark.slow
def test_many_textures_are_made_smaller_and_this_is_said():
    noise = torch.rand(16, 3, 512, 512, generator=torch.Generator().manual_seed(0))
    with pytest.warns(
        UserWarning, match=r"textures up to 512 wide are carried \d+ wide; show fewer"
    ):
        figure = MeshViewer(globe(), noise)
    assert len(figure.html()) <= PAYLOAD and len(figure.state["textures"]) == 16


def test_a_texture_loses_quality_before_it_loses_size():
    coarse = torch.rand(8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    textures = torch.nn.functional.interpolate(coarse, scale_factor=6, mode="bicubic")
    textures = textures.clamp(0, 1)
    figure = MeshViewer(globe(), textures)
    files = figure.state["textures"]
    assert all(Image.open(io.BytesIO(file)).size == (384, 384) for file in files)
    # at the quality at which other figures begin to shrink, they would not fit
    assert sum(len(encode(texture, quality=74)) for texture in textures) > figure._room
    assert len(figure.html()) <= PAYLOAD


def test_shrunk_textures_have_no_seams():
    """Charts white, all else black: what an optimization that sees charts leaves."""
    mesh = sample_mesh("teapot")
    chart = chart_mask(mesh, 1024).float().expand(1, 3, 1024, 1024)
    rest = torch.rand(3, 3, 1024, 1024, generator=torch.Generator().manual_seed(0))
    with pytest.warns(UserWarning, match="carried"):
        figure = MeshViewer(mesh, torch.cat([chart, rest]))
    carried = read_image(figure.state["textures"][0])
    assert carried.shape[2] < 512
    view = View(mesh, orbit_views(mesh, 2), 300)
    assert view.render(carried)[view.mask.expand(-1, 3, -1, -1)].min() > 0.97
    # the same without the gutters
    small = torch.nn.functional.interpolate(chart, carried.shape[2:], mode="area")
    assert view.render(small)[view.mask.expand(-1, 3, -1, -1)].min() < 0.8


def test_combinations_run_mesh_by_mesh():
    first, second = globe(), globe(4, 6).replace(name="lamp")
    same = smooth(1, seed=5)
    figure = MeshViewer(
        [first, second],
        [torch.cat([same, smooth(seed=6)]), [same, smooth(seed=7)]],
        names=["a", "b"],
    )
    assert (
        figure.state["combinations"] == [[0, 0], [0, 1], [1, 0], [1, 2]]
        and len(figure.state["textures"]) == 3
    )
    model, texture = figure.state["pickers"]
    assert [choice["name"] for choice in model["choices"]] == ["globe", "lamp"]
    assert [choice["name"] for choice in texture["choices"]] == ["a", "b"]
    assert all(
        choice["thumbnail"]
        for picker in (model, texture)
        for choice in picker["choices"]
    )
    own = MeshViewer(
        first, smooth(2), pickers={"style": [Choice("x", credit="by me"), "y"]}
    )
    assert (
        own.state["pickers"][0]["choices"][0]["credit"] == "by me"
        and MeshViewer(first).state["pickers"] == []
    )


def test_live_textures_are_jpegs_several_times_a_second():
    pytest.importorskip("anywidget")
    figure = MeshViewer(globe(), smooth(side=1024), live=True)
    textures = [smooth(side=1024, seed=k) for k in range(4)]
    seconds = []
    for texture in textures:
        begin = time.process_time()  # of this process alone: others may be busy
        figure.update(texture)
        seconds.append(time.process_time() - begin)
    shown = Image.open(io.BytesIO(figure.widget.textures[0]))
    assert shown.format == "JPEG" and shown.size == (1024, 1024)
    back = torch.from_numpy(np.asarray(shown, dtype=np.float32) / 255).permute(2, 0, 1)
    assert (back - textures[-1][0]).abs().mean() < 0.02
    assert min(seconds) < 0.2
    with pytest.raises(ValueError, match="has 1 textures a mesh, not 2; give as many"):
        figure.update(smooth(2))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: MeshViewer("bunny"), "meshes is a scene.Mesh or a list of them"),
        (lambda: MeshViewer([]), "meshes is a scene.Mesh or a list of them"),
        (
            lambda: MeshViewer(globe().replace(uv=None)),
            r"globe has no texture coordinates",
        ),
        (
            lambda: MeshViewer(globe(texture=None)),
            "globe has no texture; pass textures",
        ),
        (
            lambda: MeshViewer([globe(), globe()], smooth(3)),
            "3 sets of textures for 2 meshes",
        ),
        (
            lambda: MeshViewer([globe(), globe()], [smooth(2), smooth(1)]),
            "the meshes have 2, 1 textures",
        ),
        (lambda: MeshViewer(globe(), names=["a", "b"]), "names needs 1 texts"),
        (
            lambda: MeshViewer(globe(), start=(0, 0, 9)),
            "start: distance is from 1.2 to 6.0 .* not 9",
        ),
        (
            lambda: MeshViewer(globe(), presets={"top": (0, 2, 3)}),
            "preset 'top': elevation is from",
        ),
        (
            lambda: MeshViewer(globe(), presets={"top": (0, 2)}),
            r"preset 'top' is \(azimuth, elevation, distance\)",
        ),
        (
            lambda: MeshViewer(globe(), start=3.3),
            r"start is \(azimuth, elevation, distance\), angles in radians, not 3.3",
        ),
        (
            lambda: MeshViewer(globe(), start=("left", 0, 3)),
            "start: azimuth is a finite number, not 'left'",
        ),
        (
            lambda: MeshViewer(globe(), presets={"top": (math.nan, 0, 3)}),
            "preset 'top': azimuth is a finite number, not nan",
        ),
        (lambda: MeshViewer(globe(), width=10), "at least 32 pixels"),
        (
            lambda: MeshViewer(globe(), width="32"),
            "width is at least 32 pixels and .* not the text '32': write it without",
        ),
        (
            lambda: MeshViewer(globe(), height="tall"),
            "height is at least 32 pixels and at most 8192, .* not 'tall'",
        ),
        (lambda: MeshViewer(globe(), width=None), "width is at least .* not None"),
        (lambda: MeshViewer(globe(), height=99.5), "height is .* not 99.5"),
        (
            lambda: MeshViewer(globe(), budget="200000"),
            "budget is a whole number of at least 0, not the text '200000'",
        ),
        (
            lambda: MeshViewer(globe(), budget=10),
            "budget is from 100,000 to 400,000 bytes, not 10",
        ),
        (lambda: Row(), "a Row takes figures such as .* not none"),
        (lambda: Row(globe()), "a Row takes figures"),
        (
            lambda: Row(MeshViewer(globe()), titles="a"),
            "titles needs 1 texts, one a figure, not 'a'",
        ),
        (
            lambda: MeshViewer(globe(), smooth(2), pickers={"style": ["x"]}),
            "offer 1 choices, for 2",
        ),
        (lambda: MeshViewer(globe()).update(smooth()), "make it with live=True"),
        (
            lambda: code_mesh(
                torch.zeros(3, 3), torch.tensor([[0, 1, 2]]), torch.zeros(3, 2)
            ),
            "has no extent",
        ),
        (
            lambda: code_mesh(
                torch.eye(3), torch.tensor([[0, 1, 2]]), torch.zeros(3, 2), bits=20
            ),
            "bits is from 1 to 16",
        ),
    ],
)
def test_careless_viewers_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", ["bunny", "teapot"])
def test_thinning_keeps_shape_seams_and_texture(name):
    mesh = sample_mesh(name).normalized()
    faces = torch.as_tensor(
        thin_mesh(mesh.positions, mesh.faces, mesh.uv, len(mesh.faces) // 4)
    )
    assert len(faces) == len(mesh.faces) // 4 and len(faces.unique(dim=0)) == len(faces)
    thin = mesh.replace(faces=faces)

    def border(faces):
        edges = torch.stack([faces, faces.roll(-1, 1)], -1).view(-1, 2).sort(1).values
        edges, times = edges.unique(dim=0, return_counts=True)
        assert times.max() == 2, "no edge with three triangles"
        return edges[times == 1]

    assert torch.equal(border(mesh.faces), border(faces)), "cuts stay where they are"
    flat = torch.cat([mesh.uv, torch.zeros(len(mesh.uv), 1)], 1)
    area = [
        torch.linalg.cross(*(flat[f[:, k]] - flat[f[:, 0]] for k in (1, 2)))[:, 2]
        for f in (mesh.faces, faces)
    ]
    assert area[1].sum() == pytest.approx(float(area[0].sum()), rel=1e-4), (
        "the charts are covered as before"
    )
    camera = perspective(0.7, 1.0, 0.05, 20.0) @ look_at((1.6, 0.8, 2.8))
    views = [View(each, camera, 256) for each in (mesh, thin)]
    assert (views[0].mask != views[1].mask).float().mean() < 2e-3
    both = views[0].mask & views[1].mask
    difference = (views[0].render(mip=True) - views[1].render(mip=True)).abs() * both
    assert difference.sum() / (3 * both.sum()) < 0.02
    bent = [
        torch.nn.functional.normalize(
            interpolate(view.fragments, each.normals(), each.faces), dim=1
        )
        for view, each in zip(views, (mesh, thin))
    ]
    assert ((bent[0] * bent[1]).sum(1, keepdim=True)[both]).mean() > 0.98


def test_thinning_takes_what_costs_nothing_first():
    """A flat sheet with one bump: all that is left is around the bump."""
    side = torch.linspace(0, 1, 21)
    x, y = torch.meshgrid(side, side, indexing="ij")
    bump = 0.3 * torch.exp(-((x - 0.3) ** 2 + (y - 0.3) ** 2) / 0.01)
    positions, uv = (
        torch.stack([x, y, bump], -1).view(-1, 3),
        torch.stack([x, y], -1).view(-1, 2),
    )
    a = (torch.arange(20)[:, None] * 21 + torch.arange(20)).flatten()
    faces = torch.cat(
        [torch.stack([a, a + 21, a + 22], 1), torch.stack([a, a + 22, a + 1], 1)]
    )
    left = thin_mesh(positions, faces, uv, 260)
    kept = uv[np.unique(left)]
    # next to a border few pulls are possible
    inner = kept[((kept > 0.07) & (kept < 0.93)).all(1)]
    assert len(left) <= 260 and ((inner - 0.3).norm(dim=1) < 0.3).float().mean() > 0.85
    assert ((inner - 0.7).norm(dim=1) < 0.3).float().mean() < 0.1
    assert len(thin_mesh(positions, faces, uv, 0)) >= 78, "borders cannot go"
    assert len(thin_mesh(positions, faces, uv, 10_000)) == len(faces)


@pytest.mark.slow
def test_many_meshes_are_thinned_and_fit():
    figure = MeshViewer(
        [sample_mesh(name) for name in ("bunny", "owl", "skull", "goldfish")]
    )
    assert len(figure.html()) <= PAYLOAD
    faces = [mesh["faces"] for mesh in figure.state["meshes"]]
    assert all(3000 < count < 10_000 for count in faces)
    assert (
        min(Image.open(io.BytesIO(file)).width for file in figure.state["textures"])
        >= 256
    )


@pytest.mark.slow
def test_a_row_of_two_fits_and_one_too_heavy_is_refused():
    half = [
        MeshViewer(sample_mesh("owl"), group="two", budget=200_000) for _ in range(2)
    ]
    assert max(len(figure.html()) for figure in half) <= 200_000
    row = Row(*half, titles=("left <1>", "right"))
    html = row._repr_mimebundle_()["text/html"]
    assert (
        len(html) <= PAYLOAD
        and html.count("<div data-dputils=") == 2
        and "left &lt;1&gt;" in html
    )
    with pytest.raises(
        ValueError,
        match=r"this row of 2 figures would add \d+ kB to a saved notebook, and 400 kB",
    ):
        Row(half[0], MeshViewer(sample_mesh("owl")))


def test_too_many_triangles_are_refused_with_the_numbers():
    rough = torch.Generator().manual_seed(0)
    grains = torch.rand(5_000, 1, 3, generator=rough) + 0.01 * torch.rand(
        5_000, 3, 3, generator=rough
    )
    mesh = Mesh(
        grains.view(-1, 3),
        torch.arange(15_000).view(-1, 3),
        torch.rand(15_000, 2, generator=rough),
        smooth(),
        "gravel",
    )
    with pytest.raises(
        ValueError,
        match=r"5,000 triangles take \d+ kB even with 5,000 triangles at 12 bits "
        ".* room for",
    ):
        MeshViewer(mesh, budget=100_000)


def test_a_live_viewer_has_its_output():
    pytest.importorskip("anywidget")
    from dputils.data import sample_mesh

    figure = MeshViewer(sample_mesh("owl"), torch.rand(1, 3, 32, 32), live=True)
    shown, _ = figure._repr_mimebundle_()
    assert shown["text/html"].startswith("<img ")
