import math
import warnings

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from dputils.rasterize import render
from dputils.scene import (
    Mesh,
    chart_mask,
    dilate,
    fetch_mesh,
    load_mesh,
    orbit_views,
    repair,
    save_mesh,
    unwrap,
)

trimesh = pytest.importorskip("trimesh")


def tube(columns=12, rows=4, texture_size=32, seed=0):
    """A round tube with a seam: the texture's left and right border meet there, so
    vertices are doubled.
    """
    u, v = torch.meshgrid(
        torch.linspace(0, 1, columns + 1), torch.linspace(0, 1, rows + 1), indexing="ij"
    )
    angle = u * 2 * math.pi
    positions = torch.stack(
        [angle.sin() * (0.6 + 0.3 * v), v * 2 - 1, angle.cos() * (0.6 + 0.3 * v)], -1
    ).view(-1, 3)
    corner = (
        torch.arange(columns)[:, None] * (rows + 1) + torch.arange(rows)
    ).flatten()
    faces = torch.cat(
        [
            torch.stack([corner, corner + rows + 1, corner + rows + 2], 1),
            torch.stack([corner, corner + rows + 2, corner + 1], 1),
        ]
    )
    # off centre: a flip would show
    uv = torch.stack([0.1 + 0.7 * u, 0.05 + 0.6 * v], -1).view(-1, 2)
    texture = torch.rand(
        1, 3, texture_size, texture_size, generator=torch.Generator().manual_seed(seed)
    )
    return Mesh(positions, faces, uv, (texture * 255).round() / 255, "tube")


def picture(mesh, **options):
    return render(
        mesh, orbit_views(tube(), 3, distance=3, fov=0.8), (40, 40), **options
    )


# ---- the class ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(positions=torch.zeros(4, 2)), r"positions must be \(V, 3\)"),
        (dict(faces=torch.zeros(0, 3, dtype=torch.int64)), "at least one row"),
        (dict(faces=torch.zeros(1, 3)), "integers, not torch.float32"),
        (
            dict(faces=torch.tensor([[0, 1, 4]])),
            "name vertices 0 to 4, but there are 4",
        ),
        (
            dict(positions=torch.full((4, 3), torch.nan)),
            "4 vertices, the first is number 0",
        ),
        (dict(uv=torch.zeros(3, 2)), "3 texture coordinates for 4 vertices"),
        (
            dict(uv=torch.tensor([[0, 0], [0, 0], [0, torch.inf], [0, 0]])),
            "first is number 2",
        ),
    ],
)
def test_a_careless_mesh_is_explained(change, message):
    good = dict(
        positions=torch.rand(4, 3), faces=torch.tensor([[0, 1, 2]]), uv=torch.rand(4, 2)
    )
    with pytest.raises(ValueError, match=message):
        Mesh(**(good | change))


def test_a_mesh_from_arrays_and_a_copy():
    mesh = Mesh(np.eye(3), np.array([[0, 1, 2]], np.int32), np.zeros((3, 2)))
    assert mesh.faces.dtype == torch.int64 and mesh.uv.dtype == mesh.positions.dtype
    assert "3 vertices, 1 triangles" in repr(mesh)
    copy = mesh.replace(texture=torch.zeros(1, 3, 4, 5))
    assert (
        mesh.texture is None
        and "4×5" in repr(copy)
        and copy.to("cpu").texture.shape == (1, 3, 4, 5)
    )


def test_normalized_fits_the_unit_box():
    mesh = tube()
    moved = mesh.replace(positions=mesh.positions * torch.tensor([3.0, 5, 1]) + 7)
    fitted = moved.normalized()
    assert torch.allclose(fitted.center, torch.zeros(3), atol=1e-5)
    assert float(fitted.positions.abs().max()) == pytest.approx(
        1, abs=1e-5
    ) and fitted.radius == pytest.approx(1)
    with pytest.raises(ValueError, match="no extent"):
        Mesh(torch.ones(3, 3), torch.tensor([[0, 1, 2]])).normalized()


def test_normals_point_outwards_and_ignore_the_seam():
    normals = tube(64, 2).normals()
    outwards = tube(64, 2).positions * torch.tensor([1.0, 0, 1])
    assert ((normals * outwards).sum(1) > 0).all()
    assert torch.allclose(normals.norm(dim=1), torch.ones(len(normals)), atol=1e-5)
    # first and last column: the two sides of the seam
    assert torch.allclose(normals[:3], normals[-3:], atol=1e-4)
    # weights by area lean a little towards the diagonals
    assert abs(float(normals[0, 0])) < 0.03


def test_project_takes_one_camera_or_several():
    mesh = tube()
    cameras = orbit_views(mesh, 2)
    assert mesh.project(cameras).shape == (2, len(mesh.positions), 4)
    assert torch.equal(mesh.project(cameras[1]), mesh.project(cameras)[1:])
    with pytest.raises(ValueError, match=r"\(N, 4, 4\)"):
        mesh.project(torch.eye(3))


# ---- repairs -----------------------------------------------------------------------


def test_repair_drops_what_cannot_be_drawn_and_says_so():
    positions = torch.rand(8, 3, generator=torch.Generator().manual_seed(0))
    positions[6], positions[7] = torch.nan, positions[0]
    good = torch.tensor([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [1, 3, 5]])
    faces = torch.cat(
        [good, torch.tensor([[0, 1, 8], [-1, 2, 3], [0, 1, 6], [2, 2, 3], [0, 7, 1]])]
    )
    with pytest.warns(UserWarning) as caught:
        mesh = repair(positions, faces, torch.full((8, 2), torch.nan), name="ruin")
    assert (
        torch.equal(mesh.faces, good)
        and torch.isfinite(mesh.positions).all()
        and (mesh.uv == 0).all()
    )
    message = str(caught[0].message)
    for part in (
        "ruin was repaired",
        "2 triangles that name vertices",
        "1 triangles with a corner that is NaN",
        "2 triangles without area",
        "8 texture coordinates",
    ):
        assert part in message
    # what is gone does not stretch the box
    assert torch.allclose(mesh.positions.amax(0), positions[:6].amax(0))


def test_repair_leaves_a_good_mesh_alone():
    mesh = tube()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = repair(mesh.positions, mesh.faces, mesh.uv)
    assert torch.equal(same.faces, mesh.faces) and torch.equal(
        same.positions, mesh.positions
    )


def test_repair_refuses_ruins():
    with pytest.raises(ValueError, match="of 3 triangles only 1 can be drawn"):
        repair(torch.rand(3, 3), torch.tensor([[0, 1, 2], [4, 5, 6], [1, 1, 1]]))


# ---- files -------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".obj", ".glb"])
def test_round_trip_gives_the_same_picture(tmp_path, ending):
    mesh = tube()
    path = tmp_path / f"my tube{ending}"
    written = save_mesh(path, mesh, gutter=0)
    assert written[0] == path and all(file.exists() for file in written)
    assert len(written) == (3 if ending == ".obj" else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        back = load_mesh(path)
    assert torch.allclose(back.texture, mesh.texture, atol=1e-6)
    # the seam is kept
    assert len(back.faces) == len(mesh.faces) and len(back.positions) == len(
        mesh.positions
    )
    assert torch.allclose(picture(back), picture(mesh), atol=1e-3)
    assert (picture(mesh) > 0).float().mean() > 0.2


@pytest.mark.parametrize("ending", [".obj", ".glb"])
def test_v_points_up_in_what_other_programs_read(tmp_path, ending):
    mesh = tube()
    flag = torch.zeros(1, 3, 32, 32)
    # the upper half of the picture is red, and v > 0.5 is its upper half
    flag[:, 0, :16] = 1
    save_mesh(tmp_path / f"flag{ending}", mesh, texture=flag, gutter=0)
    body = trimesh.load(tmp_path / f"flag{ending}", process=False, force="mesh")
    order = (
        np.abs(np.asarray(body.vertices)[None] - mesh.positions.numpy()[:, None])
        .sum(-1)
        .argmin(1)
    )
    assert np.allclose(
        np.asarray(body.visual.uv)[order][:, 1], mesh.uv[:, 1].numpy(), atol=1e-5
    )
    material = body.visual.material
    image = np.asarray(
        material.baseColorTexture if ending == ".glb" else material.image
    )
    assert image[0, 0, 0] == 255 and image[-1, 0, 0] == 0


def test_glb_stores_v_downwards_as_the_format_says(tmp_path):
    import json
    import struct

    mesh = tube()
    (path,) = save_mesh(tmp_path / "tube.glb", mesh, gutter=0)
    data = path.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    tree, binary = json.loads(data[20 : 20 + length]), data[28 + length :]
    attributes = tree["meshes"][0]["primitives"][0]["attributes"]
    accessor = tree["accessors"][attributes["TEXCOORD_0"]]
    start = tree["bufferViews"][accessor["bufferView"]].get(
        "byteOffset", 0
    ) + accessor.get("byteOffset", 0)
    stored = np.frombuffer(
        binary[start : start + accessor["count"] * 8], "<f4"
    ).reshape(-1, 2)
    assert np.allclose(stored[:, 1], 1 - mesh.uv[:, 1].numpy(), atol=1e-6)


def test_obj_material_does_not_darken_the_texture(tmp_path):
    _, mtl, png = save_mesh(tmp_path / "a.obj", tube())
    text = mtl.read_text()
    assert "Kd 1.0" in text and "map_Kd a.png" in text
    with Image.open(png) as texture:
        assert texture.size == (32, 32)
    assert "mtllib a.mtl" in (tmp_path / "a.obj").read_text()


def test_existing_files_are_kept_unless_asked(tmp_path):
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(
        FileExistsError, match=r"a\.png exist already; pass overwrite=True"
    ):
        save_mesh(tmp_path / "a.obj", tube())
    assert (
        not (tmp_path / "a.obj").exists()
        and (tmp_path / "a.png").read_bytes() == b"mine"
    )
    save_mesh(tmp_path / "a.obj", tube(), overwrite=True)
    with pytest.raises(ValueError, match="'.stl'"):
        save_mesh(tmp_path / "a.stl", tube())


def test_several_parts_become_one_mesh(tmp_path):
    scene = trimesh.Scene()
    for name, color in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        material = trimesh.visual.material.PBRMaterial(
            baseColorTexture=Image.new("RGB", (8, 8), color), name=name
        )
        quad = trimesh.Trimesh(
            np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]])
            + [0, 2.0 * (name == "red"), 0],
            [[0, 1, 2], [0, 2, 3]],
            process=False,
            visual=trimesh.visual.TextureVisuals(
                [[0, 0], [1, 0], [1, 1], [0, 1]], material
            ),
        )
        scene.add_geometry(quad, geom_name=name)
    scene.export(tmp_path / "two.glb")
    mesh = load_mesh(tmp_path / "two.glb")
    view = render(mesh, orbit_views(mesh, 1, distance=4, elevation=0.0, fov=0.6), 40)[0]
    red, blue = (view[0] > 0.9) & (view[2] < 0.1), (view[2] > 0.9) & (view[0] < 0.1)
    rows = torch.arange(40.0)[:, None].expand(40, 40)
    # red is above
    assert red.sum() > 50 and blue.sum() > 50 and rows[red].mean() < rows[blue].mean()


def test_quads_and_negative_indices_in_obj(tmp_path):
    (tmp_path / "q.obj").write_text(
        "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 "
        "0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"
    )
    mesh = load_mesh(tmp_path / "q.obj")
    assert len(mesh.faces) == 2 and mesh.uv is not None and len(mesh.positions) == 4


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.txt", "hello", "not a mesh file that can be read"),
        (
            "a.obj",
            "this is not a mesh\n",
            "could not be read as a mesh|holds no triangles",
        ),
        (
            "a.obj",
            "v 0 0 0\nv 1 0 0\n",
            "could not be read as a mesh|holds no triangles",
        ),
        ("a.glb", "glTF but not really", "could not be read as a mesh"),
        (
            "a.obj",
            "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n",
            "could not be read as a mesh|can be drawn",
        ),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=message) as error:
        load_mesh(tmp_path / name)
    assert name.split(".")[0] in str(error.value)


def test_files_that_are_not_there():
    with pytest.raises(FileNotFoundError, match="no file nowhere.obj"):
        load_mesh("nowhere.obj")


def test_a_lost_texture_is_reported(tmp_path):
    save_mesh(tmp_path / "a.obj", tube())
    (tmp_path / "a.png").unlink()
    with pytest.warns(UserWarning, match=r"texture that was not found \(a\.png\)"):
        mesh = load_mesh(tmp_path / "a.obj")
    assert mesh.texture is None and mesh.uv is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = load_mesh(tmp_path / "a.obj", texture=torch.zeros(3, 8, 8))
    assert other.texture.shape == (1, 3, 8, 8)


def test_a_folder_of_raw_arrays(tmp_path):
    mesh = tube()
    mesh.positions.numpy().astype("<f4").tofile(tmp_path / "position.3d")
    mesh.faces.numpy().astype("<u4").tofile(tmp_path / "face.3d")
    with pytest.warns(UserWarning, match="no texture coordinates"):
        assert load_mesh(tmp_path).uv is not None
    mesh.uv.numpy().astype("<f4").tofile(tmp_path / "uv.3d")
    back = load_mesh(tmp_path)
    assert torch.equal(back.positions, mesh.positions) and torch.equal(back.uv, mesh.uv)
    assert torch.equal(back.faces, mesh.faces)
    (tmp_path / "uv.3d").write_bytes(b"12345")
    with pytest.raises(ValueError, match="5 bytes"):
        load_mesh(tmp_path)
    (tmp_path / "face.3d").unlink()
    with pytest.raises(ValueError, match="has no face.3d"):
        load_mesh(tmp_path)


def test_a_mesh_known_by_name_is_fetched_once_and_checked(tmp_path, monkeypatch):
    mesh, asked = tube(), []
    monkeypatch.setenv("DPUTILS_CACHE", str(tmp_path))

    def retrieve(url, known_hash, fname, path):
        asked.append(url)
        assert known_hash.startswith("sha256:") and len(known_hash) == 71
        path.mkdir(exist_ok=True)
        arrays = {
            "position.3d": mesh.positions.numpy().astype("<f4"),
            "uv.3d": mesh.uv.numpy().astype("<f4"),
            "face.3d": mesh.faces.numpy().astype("<u4"),
        }
        (path / fname).write_bytes(
            arrays[fname].tobytes()
        ) if fname in arrays else Image.new("RGB", (8, 8)).save(path / fname)

    monkeypatch.setattr("pooch.retrieve", retrieve)
    found = load_mesh("stanford_bunny")
    assert found.name == "stanford_bunny" and torch.equal(found.faces, mesh.faces)
    assert found.texture.shape == (1, 3, 8, 8) and len(asked) == 4
    with pytest.raises(ValueError, match="knows stanford_bunny, not 'bunny'"):
        fetch_mesh("bunny")


def test_without_a_network_the_message_says_what_to_do(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no route")

    monkeypatch.setenv("DPUTILS_CACHE", str(tmp_path))
    monkeypatch.setattr("pooch.retrieve", fail)
    with pytest.raises(
        RuntimeError, match=r"no route.*position\.3d.*by hand into .*stanford_bunny"
    ):
        load_mesh("stanford_bunny")


# ---- unwrapping --------------------------------------------------------------------


def test_a_mesh_without_uvs_is_unwrapped_and_says_so(tmp_path):
    pytest.importorskip("xatlas")
    trimesh.creation.icosphere(2).export(tmp_path / "ball.stl")
    with pytest.warns(
        UserWarning, match="ball.stl has no texture coordinates; xatlas unwrapped it"
    ):
        mesh = load_mesh(tmp_path / "ball.stl")
    assert mesh.uv.min() >= 0 and mesh.uv.max() <= 1 and len(mesh.faces) == 320
    assert torch.allclose(
        mesh.positions.norm(dim=1), torch.ones(len(mesh.positions)), atol=1e-3
    )
    assert load_mesh(tmp_path / "ball.stl", unwrap_missing=False).uv is None


def test_unwrapped_charts_do_not_overlap_and_keep_their_distance():
    pytest.importorskip("xatlas")
    ball = trimesh.creation.icosphere(2)
    size, gutter = 256, 8
    mesh = unwrap(
        Mesh(np.array(ball.vertices), np.array(ball.faces)), size=size, gutter=gutter
    )
    corners = mesh.uv[mesh.faces] * size
    area = torch.linalg.det(corners[:, 1:] - corners[:, :1]).abs().sum() / 2
    covered = chart_mask(mesh, size, margin=0)
    # overlaps would cover less
    assert float(covered.sum()) == pytest.approx(float(area), rel=0.15)
    assert float(area) > 0.2 * size**2
    labels, count = ndimage.label(covered[0, 0].numpy())
    assert count > 1
    for chart in range(1, count + 1):  # grown by 7 texels, no chart reaches another
        grown = (
            torch.nn.functional.max_pool2d(
                torch.from_numpy(labels == chart)[None].float(), 15, 1, 7
            )[0]
            > 0
        )
        assert not (grown.numpy() & (labels > 0) & (labels != chart)).any()


def test_a_missing_xatlas_is_explained(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "xatlas", None)
    with pytest.raises(ImportError, match="pip install xatlas"):
        unwrap(tube())


# ---- the gutter --------------------------------------------------------------------


def test_dilate_continues_the_chart_and_keeps_it():
    texture = torch.zeros(1, 3, 40, 40)
    mask = torch.zeros(1, 1, 40, 40, dtype=torch.bool)
    mask[..., 15:25, 15:25] = True
    texture[:, :, 15:25, 15:25] = (
        torch.rand(1, 3, 10, 10, generator=torch.Generator().manual_seed(0)) * 0.5 + 0.5
    )
    grown = dilate(texture, mask, 8)
    assert torch.equal(grown[..., 15:25, 15:25], texture[..., 15:25, 15:25])
    # eight texels in every direction, with colours of the chart
    assert (grown[..., 7:33, 7:33] >= 0.5).all()
    outside = grown.clone()
    outside[..., 7:33, 7:33] = 0
    assert (outside == 0).all()
    constant = dilate(mask.float() * 0.25, mask, 8)
    assert torch.allclose(constant[..., 7:33, 7:33], torch.tensor(0.25), atol=1e-6)


def test_chart_mask_holds_every_texel_that_a_lookup_inside_a_chart_touches():
    mesh = tube(texture_size=48)
    texture = mesh.texture.clone().requires_grad_()
    cameras = orbit_views(mesh, 5, distance=2.5, fov=0.8)
    render(mesh, cameras, 200, texture=texture).sum().backward()
    touched = texture.grad.abs().sum(1, keepdim=True) > 0
    mask = chart_mask(mesh, 48)
    assert touched.any() and not (touched & ~mask).any()
    assert mask.float().mean() < 0.75  # and not everything


def test_the_gutter_of_an_export_hides_the_seams_of_a_smaller_texture(tmp_path):
    mesh = tube(texture_size=64)
    chart = chart_mask(mesh, 64)
    # Paint the chart white on black, as an optimization that saw only the chart would
    # leave it.
    painted = mesh.replace(texture=chart.expand(1, 3, 64, 64).float())
    shown = {}
    for gutter in (0, 8):
        save_mesh(tmp_path / f"{gutter}.glb", painted, gutter=gutter)
        back = load_mesh(tmp_path / f"{gutter}.glb")
        # what another program's mip levels do
        small = torch.nn.functional.avg_pool2d(back.texture, 4)
        there = picture(mesh.replace(texture=torch.ones(1, 3, 4, 4)))[:, :1] > 0
        shown[gutter] = picture(back, texture=small)[:, :1][there].min()
        # at full size nothing changes
        assert torch.allclose(picture(back), picture(painted), atol=0.01)
    assert shown[0] < 0.9 and shown[8] > 0.99


def test_rgba_textures_keep_their_opacity(tmp_path):
    mesh = tube()
    rgba = torch.cat([mesh.texture, torch.full((1, 1, 32, 32), 0.6)], 1)
    save_mesh(tmp_path / "a.glb", mesh, texture=rgba)
    assert torch.allclose(
        load_mesh(tmp_path / "a.glb").texture[:, 3], torch.tensor(0.6), atol=1e-6
    )
