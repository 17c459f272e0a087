"""Models from elsewhere: every file here is written by the test that reads it."""

import base64
import io
import json
import math
import os
import shutil
import struct
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dputils.color import linear_to_srgb
from dputils.data import sample_mesh
from dputils.rasterize import (
    View,
    relief_normals,
    render,
    sample_texture,
    tangent_frames,
)
from dputils.scene import (
    Mesh,
    chart_mask,
    fill,
    load_maps,
    load_mesh,
    save_mesh,
    unwrap,
)
from dputils.scene import atlas as atlas_module
from dputils.scene.gltf import _File

earcut = pytest.importorskip("mapbox_earcut")

CORNERS = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], "<f4")
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], "<f4")  # v upwards
FACES = np.array([0, 1, 2, 0, 2, 3], "<u2")
KINDS = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
SHAPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
SIZE = 48


def camera(scale=1.0, x=0.0):
    matrix = torch.diag(torch.tensor([scale, scale, -0.4, 1.0]))
    matrix[0, 3] = x
    return matrix


def noise(height, width, seed=0, channels=3):
    draw = np.random.default_rng(seed).integers(0, 256, (height, width, channels))
    return draw.astype(np.uint8)


def tensor(picture):
    return torch.from_numpy(picture / 255).permute(2, 0, 1)[None].float()


class Gltf:
    """A file in the making: numbers, pictures, and the tree that names them."""

    def __init__(self, **tree):
        self.tree = {
            "asset": {"version": "2.0"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
            "meshes": [{"primitives": []}],
            "accessors": [],
            "bufferViews": [],
            **tree,
        }
        self.data = b""

    def view(self, data, **more):
        self.data += b"\0" * (-len(self.data) % 8)
        self.tree["bufferViews"].append(
            dict(buffer=0, byteOffset=len(self.data), byteLength=len(data), **more)
        )
        self.data += data
        return len(self.tree["bufferViews"]) - 1

    def numbers(self, values, view=None, offset=0, **more):
        values = np.asarray(values)
        flat = values.reshape(len(values), -1)
        view = self.view(values.tobytes()) if view is None else view
        self.tree["accessors"].append(
            {
                "bufferView": view,
                "byteOffset": offset,
                "componentType": KINDS[values.dtype.str[1:]],
                "count": len(values),
                "type": SHAPES[flat.shape[1]],
                **more,
            }
        )
        return len(self.tree["accessors"]) - 1

    def picture(self, array, sampler=None, **more):
        file = io.BytesIO()
        Image.fromarray(array).save(file, "png")
        return self.texture(
            {"bufferView": self.view(file.getvalue()), "mimeType": "image/png"},
            sampler,
            **more,
        )

    def texture(self, image, sampler=None, **more):
        images = self.tree.setdefault("images", [])
        textures = self.tree.setdefault("textures", [])
        images.append(image)
        textures.append({"source": len(images) - 1})
        if sampler:
            self.tree.setdefault("samplers", []).append(sampler)
            textures[-1]["sampler"] = len(self.tree["samplers"]) - 1
        return {"index": len(textures) - 1, **more}

    def material(self, texture=None, factor=None, **more):
        base = {"metallicFactor": 0}
        if texture is not None:
            base["baseColorTexture"] = texture
        if factor is not None:
            base["baseColorFactor"] = factor
        materials = self.tree.setdefault("materials", [])
        materials.append({"pbrMetallicRoughness": base, **more})
        return len(materials) - 1

    def quad(self, material=None, uv=SQUARE, places=CORNERS, faces=FACES, **more):
        attributes = {"POSITION": self.numbers(np.asarray(places, "<f4"))}
        if uv is not None:
            down = np.array(uv, "<f4")
            down[:, 1] = 1 - down[:, 1]
            attributes["TEXCOORD_0"] = self.numbers(down)
        primitive = {"attributes": attributes}
        if faces is not None:
            primitive["indices"] = self.numbers(faces)
        if material is not None:
            primitive["material"] = material
        primitive |= more
        self.tree["meshes"][0]["primitives"].append(primitive)
        return primitive

    def save(self, path):
        tree = self.tree | {"buffers": [{"byteLength": len(self.data)}]}
        text = json.dumps(tree).encode()
        text += b" " * (-len(text) % 4)
        body = self.data + b"\0" * (-len(self.data) % 4)
        path.write_bytes(
            struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(body))
            + struct.pack("<I4s", len(text), b"JSON")
            + text
            + struct.pack("<I4s", len(body), b"BIN\0")
            + body
        )
        return path


def quiet(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_mesh(path, **options)


def seen(mesh, scale=1.0, **options):
    return render(mesh, camera(scale), SIZE, **options)


def expected(picture, matrix=None, shift=(0.0, 0.0), wrap="repeat"):
    """What a square shows whose uv, v upwards, is a linear function of its place."""
    step = (torch.arange(SIZE) + 0.5) / SIZE
    u, v = torch.meshgrid(step, 1 - step, indexing="xy")
    uv = torch.stack([u, v]).flatten(1)
    matrix = torch.eye(2) if matrix is None else torch.tensor(matrix)
    uv = (matrix @ uv + torch.tensor(shift)[:, None]).view(1, 2, SIZE, SIZE)
    return sample_texture(picture, uv, wrap=wrap)


def same(a, b, atol=2e-3, within=1.0):
    """Equal in so many of the pixels; the rest stands at edges of triangles."""
    close = ((a - b).abs().amax(1) <= atol).float().mean().item()
    assert close >= within, f"{1 - close:.2%} of the pixels differ"


# ---- glTF: where a picture lies ----------------------------------------------------


def test_a_plain_quad_is_its_picture(tmp_path):
    file, picture = Gltf(), noise(16, 16)
    file.quad(file.material(file.picture(picture)))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    same(seen(mesh), expected(tensor(picture)))
    assert mesh.texture.shape == (1, 3, 16, 16)


def test_texture_transforms(tmp_path):
    file, picture = Gltf(), noise(16, 16)
    moved = {"offset": [0.3, -0.2], "rotation": 0.7, "scale": [2.0, 0.5]}
    texture = file.picture(picture, extensions={"KHR_texture_transform": moved})
    file.tree["extensionsRequired"] = ["KHR_texture_transform"]
    file.quad(file.material(texture))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    # by the extension's own words, with v downwards: scale, rotate, translate
    step = (torch.arange(SIZE) + 0.5) / SIZE
    u, down = torch.meshgrid(step, step, indexing="xy")
    cos, sin = math.cos(0.7), math.sin(0.7)
    across = cos * 2 * u + sin * 0.5 * down + 0.3
    along = -sin * 2 * u + cos * 0.5 * down - 0.2
    wanted = sample_texture(tensor(picture), torch.stack([across, 1 - along])[None])
    same(seen(mesh), wanted)


def test_a_second_set_of_coordinates_and_one_that_the_transform_names(tmp_path):
    for number, texture_info in enumerate(
        [
            {"texCoord": 1},
            {"extensions": {"KHR_texture_transform": {"texCoord": 1}}},
        ]
    ):
        file, picture = Gltf(), noise(8, 8)
        primitive = file.quad(file.material(file.picture(picture, **texture_info)))
        primitive["attributes"]["TEXCOORD_1"] = file.numbers(SQUARE[::-1].copy())
        mesh = quiet(file.save(tmp_path / f"{number}.glb"))
        flipped = torch.from_numpy(SQUARE[::-1] * [1, -1] + [0, 1]).float()
        assert torch.allclose(mesh.uv, flipped, atol=1e-6)


def test_missing_coordinates_are_named(tmp_path):
    file = Gltf()
    file.quad(file.material(file.picture(noise(8, 8), texCoord=3)))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        load_mesh(file.save(tmp_path / "a.glb"), unwrap_missing=False)
    assert any("TEXCOORD_3, which is missing" in str(each.message) for each in said)


@pytest.mark.parametrize("ways", [("clamp", "mirror"), ("mirror", "repeat")])
def test_wrap_modes(tmp_path, ways):
    codes = {"clamp": 33071, "mirror": 33648, "repeat": 10497}
    file, picture = Gltf(), noise(8, 8)
    sampler = dict(zip(("wrapS", "wrapT"), (codes[way] for way in ways)))
    texture = file.picture(picture, sampler)
    file.quad(file.material(texture), uv=SQUARE * [2.5, 3.2] - [0.75, 1.3])
    mesh = quiet(file.save(tmp_path / "a.glb"))
    step = (torch.arange(SIZE) + 0.5) / SIZE
    u, v = torch.meshgrid(step * 2.5 - 0.75, (1 - step) * 3.2 - 1.3, indexing="xy")
    half = 0.5 / 8
    u, v = u.clone(), v.clone()
    for values, way in ((u, ways[0]), (v, ways[1])):
        if way == "clamp":
            values.clamp_(half, 1 - half)
        if way == "mirror":
            values.copy_(torch.minimum(values % 2, 2 - values % 2))
            values.clamp_(half, 1 - half)
    same(seen(mesh), sample_texture(tensor(picture), torch.stack([u, v])[None]))


def test_quantized_and_interleaved_numbers(tmp_path):
    file, picture = Gltf(), noise(8, 8)
    file.tree["extensionsRequired"] = ["KHR_mesh_quantization"]
    rows = np.zeros(4, [("p", "<i2", 3), ("pad", "<u2"), ("t", "<u2", 2)])
    rows["p"] = CORNERS * 32767
    rows["t"] = (SQUARE * [1, -1] + [0, 1]) * 65535
    view = file.view(rows.tobytes(), byteStride=rows.itemsize)
    shared = dict(view=view, normalized=True)
    file.tree["meshes"][0]["primitives"] = [
        {
            "attributes": {
                "POSITION": file.numbers(rows["p"].copy(), **shared),
                "TEXCOORD_0": file.numbers(rows["t"].copy(), offset=8, **shared),
            },
            "indices": file.numbers(FACES),
            "material": file.material(file.picture(picture)),
        }
    ]
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert mesh.uv.min() >= 0 and mesh.uv.max() <= 1
    same(seen(mesh), expected(tensor(picture)), atol=5e-3)


# ---- glTF: where a vertex lies -----------------------------------------------------


def test_morph_targets_by_the_meshs_and_the_nodes_weights(tmp_path):
    for owner in ("meshes", "nodes"):
        file = Gltf()
        up = file.numbers(np.full((4, 3), [0, 0, 1], "<f4"))
        right = file.numbers(np.full((4, 3), [1, 0, 0], "<f4"))
        file.quad(targets=[{"POSITION": up}, {"POSITION": right}])
        file.tree["meshes"][0]["weights"] = [0.0, 0.0]
        file.tree[owner][0]["weights"] = [0.5, -2.0]
        mesh = quiet(file.save(tmp_path / f"{owner}.glb"))
        assert torch.allclose(mesh.center, torch.tensor([-2.0, 0, 0.5]))


def test_sparse_numbers(tmp_path):
    file = Gltf()
    file.quad()
    places = file.tree["accessors"][0]
    places["sparse"] = {
        "count": 1,
        "indices": {
            "bufferView": file.view(np.array([2], "<u1").tobytes()),
            "componentType": 5121,
        },
        "values": {"bufferView": file.view(np.array([5, 6, 7], "<f4").tobytes())},
    }
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert torch.equal(mesh.positions[2], torch.tensor([5.0, 6, 7]))
    # nothing but what the sparse part says: the rest is 0
    del places["bufferView"], places["byteOffset"]
    index = file.view(np.array([1, 2, 3], "<u2").tobytes())
    values = file.view(np.array([[1, 0, 0], [5, 6, 7], [0, 1, 0]], "<f4").tobytes())
    places["sparse"] = {
        "count": 3,
        "indices": {"bufferView": index, "componentType": 5123},
        "values": {"bufferView": values},
    }
    mesh = quiet(file.save(tmp_path / "b.glb"))
    assert mesh.positions.tolist() == [[0, 0, 0], [1, 0, 0], [5, 6, 7], [0, 1, 0]]


@pytest.mark.parametrize(
    "mode, order, faces",
    [
        (5, [0, 1, 3, 2], [[0, 1, 3], [3, 1, 2]]),
        (6, [0, 1, 2, 3], [[0, 1, 2], [0, 2, 3]]),
    ],
)
def test_strips_and_fans(tmp_path, mode, order, faces):
    file = Gltf()
    file.quad(faces=np.array(order, "<u2"), mode=mode)
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert {frozenset(face) for face in mesh.faces.tolist()} == {
        frozenset(face) for face in faces
    }
    corners = mesh.positions[mesh.faces]
    normal = torch.linalg.cross(
        corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    )
    assert (normal[:, 2] > 0).all()  # all turn the same way


def test_without_indices_and_with_points_beside(tmp_path):
    file = Gltf()
    file.quad(places=CORNERS[[0, 1, 2]], uv=SQUARE[[0, 1, 2]], faces=None)
    file.quad(mode=0)
    with pytest.warns(UserWarning, match="points and lines are left out"):
        mesh = load_mesh(file.save(tmp_path / "a.glb"))
    assert len(mesh.faces) == 1
    only = Gltf()
    only.quad(mode=1)
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="no triangles"):
        load_mesh(only.save(tmp_path / "b.glb"))


def test_nodes_move_turn_scale_and_mirror(tmp_path):
    half = math.sqrt(0.5)
    file = Gltf(
        nodes=[
            {"children": [1], "translation": [0, 0, 3]},
            {"mesh": 0, "rotation": [0, half, 0, half], "scale": [2, -1, 1]},
        ]
    )
    file.quad()
    mesh = quiet(file.save(tmp_path / "a.glb"))
    # x goes to -z, twice as long, then 3 further; y is turned round
    assert torch.allclose(mesh.positions[1], torch.tensor([0.0, 1, 1]), atol=1e-5)
    # a mirrored triangle is turned round, and looks the same way still
    assert torch.allclose(mesh.normals()[0], torch.tensor([1.0, 0, 0]), atol=1e-5)


def test_a_skin_in_the_files_own_pose(tmp_path):
    file = Gltf(
        nodes=[
            {"mesh": 0, "skin": 0, "translation": [9, 9, 9]},
            {"translation": [0, 2, 0]},
            {"translation": [0, -3, 0]},
        ],
        scenes=[{"nodes": [0, 1, 2]}],
    )
    primitive = file.quad()
    joints = np.array([[0, 1, 0, 0]] * 4, "<u1")
    weights = np.array([[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0.5, 0.5, 0, 0]])
    primitive["attributes"] |= {
        "JOINTS_0": file.numbers(joints),
        "WEIGHTS_0": file.numbers(weights.astype("<f4")),
    }
    moved = np.eye(4, dtype="<f4")
    moved[3, 0] = 10  # columns first: 10 to the right
    inverse = file.numbers(np.stack([moved, moved]).reshape(2, 16))
    file.tree["skins"] = [{"joints": [1, 2], "inverseBindMatrices": inverse}]
    mesh = quiet(file.save(tmp_path / "a.glb"))
    moves = mesh.positions - torch.from_numpy(CORNERS)
    assert torch.allclose(
        moves, torch.tensor([[10.0, 2, 0], [10, 2, 0], [10, -3, 0], [10, -0.5, 0]])
    )


# ---- glTF: colours -----------------------------------------------------------------


def test_a_tint_is_a_product_in_linear_light(tmp_path):
    file, grey = Gltf(), np.full((4, 4, 3), 188, np.uint8)  # 188 is half the light
    file.quad(file.material(file.picture(grey), factor=[0.5, 1, 0.25, 1]))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    light = torch.tensor([0.25, 0.5, 0.125]).view(1, 3, 1, 1) * 1.0058
    assert torch.allclose(
        seen(mesh).mean((2, 3), keepdim=True), linear_to_srgb(light), atol=2e-3
    )


def side_by_side(file, first, second, uv=SQUARE, other=SQUARE):
    file.quad(first, uv=uv, places=CORNERS * [0.5, 1, 1] - [0.5, 0, 0])
    file.quad(second, uv=other, places=CORNERS * [0.5, 1, 1] + [0.5, 0, 0])


def test_plain_colours_do_not_bleed(tmp_path):
    file = Gltf()
    red, blue = ([1, 0, 0, 1], [0, 0, 1, 1])
    side_by_side(file, *(file.material(factor=f) for f in (red, blue)))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    picture = seen(mesh, mip=True)
    half = SIZE // 2
    assert (picture[:, 0, :, :half] > 0.99).all() and (
        picture[:, 2, :, half:] > 0.99
    ).all()
    assert (picture[:, 2, :, :half] < 0.01).all() and (
        picture[:, 0, :, half:] < 0.01
    ).all()
    # charts are there to be painted on
    assert chart_mask(mesh, 64).float().mean() > 0.4


def test_one_plain_colour_keeps_its_texture_coordinates(tmp_path):
    file = Gltf()
    file.quad(file.material(factor=[0.5, 0.5, 0.5, 1]))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert torch.allclose(mesh.uv, torch.from_numpy(SQUARE))
    assert torch.allclose(mesh.texture, torch.tensor(188 / 255), atol=2e-3)


def test_plain_colours_without_coordinates_are_painted_on_new_ones(tmp_path):
    pytest.importorskip("xatlas")
    file = Gltf()
    side_by_side(
        file,
        *(file.material(factor=f) for f in ([1, 0, 0, 1], [0, 0, 1, 1])),
        None,
        None,
    )
    path = file.save(tmp_path / "a.glb")
    with pytest.warns(UserWarning, match="no texture coordinates; xatlas unwrapped"):
        mesh = load_mesh(path)
    picture = seen(mesh)[0, :, SIZE // 2]
    assert (picture[0, :22] > 0.99).all() and (picture[2, 26:] > 0.99).all()
    with pytest.warns(UserWarning, match="colours but no texture coordinates"):
        bare = load_mesh(path, unwrap_missing=False)
    assert bare.uv is None and bare.texture is None


@pytest.mark.parametrize("kind", ["<f4", "<u1"])
def test_colours_at_vertices(tmp_path, kind):
    pytest.importorskip("xatlas")
    file = Gltf()
    grey = np.full((4, 4, 3), 188, np.uint8)
    primitive = file.quad(file.material(file.picture(grey)))
    # their opacity does not count: the material is opaque
    colours = np.array([[1, 0, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0], [1, 0, 0, 1]], float)
    scale = 1 if kind == "<f4" else 255
    primitive["attributes"]["COLOR_0"] = file.numbers(
        np.ascontiguousarray((colours * scale).astype(kind)), normalized=scale > 1
    )
    with pytest.warns(UserWarning, match="colours at its vertices"):
        mesh = load_mesh(file.save(tmp_path / "a.glb"))
    assert mesh.texture.shape[1] == 3
    row = seen(mesh)[0, :, SIZE // 2]
    share = (torch.arange(SIZE) + 0.5) / SIZE
    wanted = linear_to_srgb(
        torch.stack([1 - share, share, 0 * share])[None, :, None] * 0.503
    )
    assert (row - wanted[0, :, 0]).abs().max() < 0.02


def test_one_colour_at_all_vertices_needs_no_new_coordinates(tmp_path):
    file, picture = Gltf(), noise(8, 8)
    primitive = file.quad(file.material(file.picture(picture)))
    primitive["attributes"]["COLOR_0"] = file.numbers(np.ones((4, 4), "<f4"))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    same(seen(mesh), expected(tensor(picture)))


def test_what_only_glows_shows_its_glow(tmp_path):
    file, picture = Gltf(), noise(8, 8)
    glowing = dict(emissiveFactor=[1, 1, 1], emissiveTexture=file.picture(picture))
    file.quad(file.material(factor=[0, 0, 0, 1], **glowing))
    same(seen(quiet(file.save(tmp_path / "a.glb"))), expected(tensor(picture)))
    both = Gltf()
    both.quad(both.material(both.picture(picture), emissiveFactor=[1, 0, 0]))
    with pytest.warns(UserWarning, match="its own light is left out"):
        load_mesh(both.save(tmp_path / "b.glb"))


def test_specular_glossiness_has_its_colour_elsewhere(tmp_path):
    file, picture = Gltf(), noise(8, 8)
    gloss = {"diffuseTexture": file.picture(picture)}
    name = "KHR_materials_pbrSpecularGlossiness"
    file.quad(file.material(extensions={name: gloss}))
    file.tree["extensionsRequired"] = [name]
    same(seen(quiet(file.save(tmp_path / "a.glb"))), expected(tensor(picture)))


def test_opacity_counts_only_where_the_material_says_so(tmp_path):
    picture = noise(8, 8, channels=4)
    for mode, wanted in (
        ("OPAQUE", None),
        ("MASK", (picture[:, :, 3] >= 127.5).astype(float)),
        ("BLEND", picture[:, :, 3] / 255),
    ):
        file = Gltf()
        file.quad(file.material(file.picture(picture), alphaMode=mode))
        mesh = quiet(file.save(tmp_path / f"{mode}.glb"))
        if wanted is None:
            assert mesh.texture.shape[1] == 3
        else:
            assert np.allclose(mesh.texture[0, 3].numpy(), wanted, atol=1e-6)
        assert torch.allclose(mesh.texture[:, :3], tensor(picture)[:, :3], atol=1e-6)


# ---- glTF: several materials -------------------------------------------------------


@pytest.mark.parametrize("small, large", [(8, 16), (5, 12), (16, 3), (7, 7), (1, 9)])
def test_pictures_of_two_sizes_are_packed_texel_by_texel(tmp_path, small, large):
    file = Gltf()
    a, b = noise(small, small, 1), noise(large, large, 2)
    side_by_side(file, *(file.material(file.picture(p)) for p in (a, b)))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert mesh.texture.shape[1] == 3
    wide = render(mesh, torch.diag(torch.tensor([2.0, 1, -0.4, 1])) + _shift(1), SIZE)
    same(wide, expected(tensor(a)))
    wide = render(mesh, torch.diag(torch.tensor([2.0, 1, -0.4, 1])) + _shift(-1), SIZE)
    same(wide, expected(tensor(b)))


def _shift(x):
    matrix = torch.zeros(4, 4)
    matrix[0, 3] = x
    return matrix


def test_tiles_that_repeat_are_packed_with_their_repetitions(tmp_path):
    file = Gltf()
    a, b = noise(8, 8, 1), noise(8, 8, 2)
    side_by_side(
        file, *(file.material(file.picture(p)) for p in (a, b)), SQUARE * 3 - 40, SQUARE
    )
    mesh = quiet(file.save(tmp_path / "a.glb"))
    wide = render(mesh, torch.diag(torch.tensor([2.0, 1, -0.4, 1])) + _shift(1), SIZE)
    same(wide, expected(tensor(a), [[3.0, 0], [0, 3.0]]))
    assert mesh.texture.shape[2] <= 64


def test_one_large_picture_that_two_materials_share_is_packed_once(tmp_path):
    file, picture = Gltf(), noise(512, 512)
    texture = file.picture(picture)
    first = file.material(texture, name="a")
    side_by_side(file, first, file.material(texture, name="b"))
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert mesh.texture.shape == (1, 3, 512, 512) and mesh.material is None


def test_too_many_repetitions_are_shrunk_and_told(tmp_path):
    file = Gltf()
    a, b = noise(256, 256, 1), noise(4, 4, 2)
    side_by_side(
        file, *(file.material(file.picture(p)) for p in (a, b)), SQUARE * 40, SQUARE
    )
    with pytest.warns(UserWarning, match="shrunk to"):
        mesh = load_mesh(file.save(tmp_path / "a.glb"))
    assert max(mesh.texture.shape[2:]) <= 4096


def test_a_cut_out_picture_beside_an_opaque_one(tmp_path):
    file = Gltf()
    cut = noise(8, 8, 1, 4)
    cut[:, :4, 3], cut[:, 4:, 3] = 0, 255
    side_by_side(
        file,
        file.material(file.picture(cut), alphaMode="MASK"),
        file.material(file.picture(noise(8, 8, 2))),
    )
    mesh = quiet(file.save(tmp_path / "a.glb"))
    assert mesh.uv is not None and mesh.texture.shape[1] == 4
    opacity = seen(mesh)[0, 3, SIZE // 2]
    assert (opacity[2 : SIZE // 4 - 4] < 0.01).all() and (
        opacity[SIZE // 2 :] > 0.99
    ).all()


# ---- glTF: files -------------------------------------------------------------------


def test_percent_signs_data_addresses_and_pictures_beside(tmp_path):
    file, picture = Gltf(), noise(8, 8)
    Image.fromarray(picture).save(tmp_path / "my picture.png")
    file.quad(file.material(file.texture({"uri": "my%20picture.png"})))
    (tmp_path / "the numbers.bin").write_bytes(file.data)
    tree = file.tree | {
        "buffers": [{"byteLength": len(file.data), "uri": "the%20numbers.bin"}]
    }
    (tmp_path / "a.gltf").write_text(json.dumps(tree))
    same(seen(quiet(tmp_path / "a.gltf")), expected(tensor(picture)))
    inside = base64.b64encode(file.data).decode()
    tree["buffers"][0]["uri"] = f"data:application/octet-stream;base64,{inside}"
    (tmp_path / "b.gltf").write_text(json.dumps(tree))
    same(seen(quiet(tmp_path / "b.gltf")), expected(tensor(picture)))
    (tmp_path / "my picture.png").unlink()
    with pytest.warns(UserWarning, match=r"not found \(my%20picture.png\)"):
        assert load_mesh(tmp_path / "b.gltf").texture is None


@pytest.mark.parametrize(
    "change, words",
    [
        ({"extensionsRequired": ["EXT_meshopt_compression"]}, "gltf-transform"),
        ({"extensionsRequired": ["KHR_texture_basisu"]}, "KTX2 pictures"),
        ({"extensionsRequired": ["ACME_teapots"]}, "requires ACME_teapots"),
        ({"asset": {"version": "1.0"}}, "version 1.0; only 2 is read"),
        ({"accessors": []}, "IndexError"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(tmp_path, change, words):
    file = Gltf()
    file.quad()
    file.tree |= change
    with pytest.raises(ValueError, match=words) as error:
        load_mesh(file.save(tmp_path / "a.glb"))
    assert "a.glb" in str(error.value)


def test_a_ktx2_picture_is_refused(tmp_path):
    file = Gltf()
    data = b"\xabKTX 20\xbb\r\n\x1a\n" + b"\0" * 64
    texture = file.texture({"bufferView": file.view(data), "mimeType": "image/ktx2"})
    file.quad(file.material(texture))
    with pytest.raises(ValueError, match="KTX2 picture"):
        load_mesh(file.save(tmp_path / "a.glb"))


def test_truncated_numbers_are_refused(tmp_path):
    file = Gltf()
    file.quad()
    file.tree["accessors"][0]["count"] = 5000
    with pytest.raises(ValueError, match="are asked for"):
        load_mesh(file.save(tmp_path / "a.glb"))


def test_draco_is_unpacked_or_its_package_is_named(tmp_path, monkeypatch):
    import sys

    file, picture = Gltf(), noise(8, 8)
    primitive = file.quad(file.material(file.picture(picture)))
    name = "KHR_draco_mesh_compression"
    file.tree["extensionsRequired"] = [name]
    packed = {"bufferView": 0, "attributes": {"POSITION": 0, "TEXCOORD_0": 1}}
    primitive["extensions"] = {name: packed}
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "DracoPy", None)
        with pytest.raises(ValueError, match="pip install DracoPy"):
            load_mesh(file.save(tmp_path / "a.glb"))
    draco = pytest.importorskip("DracoPy", reason="the decoder is an optional package")
    down = (SQUARE * [1, -1] + [0, 1]).astype(float)
    data = draco.encode(CORNERS, FACES.reshape(-1, 3), tex_coord=down)
    ids = {
        str(a["attribute_type"]): a["unique_id"] for a in draco.decode(data).attributes
    }
    packed["bufferView"] = file.view(data)
    kinds = draco.AttributeType
    packed["attributes"] = {
        "POSITION": ids[str(kinds.POSITION)],
        "TEXCOORD_0": ids[str(kinds.TEX_COORD)],
    }
    mesh = quiet(file.save(tmp_path / "b.glb"))
    same(seen(mesh), expected(tensor(picture)), atol=0.05)


# ---- OBJ ---------------------------------------------------------------------------

QUAD = "v -1 -1 0\nv 1 -1 0\nv 1 1 0\nv -1 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


def obj(folder, text, mtl=None, name="a", encoding="utf-8"):
    path = folder / f"{name}.obj"
    path.write_bytes(text.encode(encoding))
    if mtl is not None:
        (folder / f"{name}.mtl").write_text(mtl)
    return path


def test_negative_indices_between_blocks_of_vertices(tmp_path):
    block = (
        "v {0} 0 0\nv {1} 0 0\nv {1} 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nf -3/-3 -2/-2 -1/-1\n"
    )
    mesh = quiet(obj(tmp_path, block.format(0, 1) + block.format(5, 6)))
    assert len(mesh.faces) == 2 and mesh.positions[:, 0].unique().tolist() == [
        0,
        1,
        5,
        6,
    ]


def test_concave_polygons_are_not_fans(tmp_path):
    arrow = "v 0 0 0\nv 1 1 0\nv -1 1 0\nv -1 -1 0\nv 1 -1 0\nf 1 2 3 4 5\n"
    mesh = quiet(obj(tmp_path, arrow), unwrap_missing=False)
    uv = torch.zeros(len(mesh.positions), 2)
    view = View(mesh.replace(uv=uv), camera(), 256)
    assert view.mask.float().mean().item() == pytest.approx(0.75, abs=0.01)
    # upright, away from the origin, and with a corner on a straight line
    upright = "".join(
        f"v 7 {y} {x}\n"
        for x, y in ((0, 0), (4, 0), (4, 1), (2, 1), (1, 1), (1, 3), (0, 3))
    )
    tall = quiet(obj(tmp_path, upright + "f 1 2 3 4 5 6 7\n"), unwrap_missing=False)
    corners = tall.positions[tall.faces]
    area = torch.linalg.cross(
        corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    ).norm(dim=1)
    assert area.sum().item() / 2 == pytest.approx(6)


def test_an_index_of_0_is_no_vertex(tmp_path):
    path = obj(tmp_path, QUAD + "f 1/1 2/2 3/3\nf 1/1 3/3 4/4\nf 0/1 2/2 3/3\n")
    with pytest.warns(UserWarning, match="1 triangles that name vertices"):
        mesh = load_mesh(path)
    assert len(mesh.faces) == 2


@pytest.mark.parametrize(
    "head, mtl, words",
    [
        ("mtllib a.mtl\nusemtl other\n", "newmtl one\nKd 1 0 0\n", "does? not have"),
        ("mtllib none.mtl\nusemtl one\n", None, "none.mtl"),
        ("mtllib a.mtl\nusemtl one\n", "newmtl one\nmap_Kd no.png\n", "no.png"),
    ],
)
def test_missing_materials_files_and_pictures_are_told(tmp_path, head, mtl, words):
    path = obj(tmp_path, head + QUAD + "f 1/1 2/2 3/3 4/4\n", mtl)
    with pytest.warns(UserWarning, match=words.replace("does?", "do")):
        mesh = load_mesh(path)
    assert mesh.texture is None and mesh.uv is not None


def test_materials_that_nobody_uses_do_not_count(tmp_path):
    text = "mtllib a.mtl\n" + QUAD + "f 1/1 2/2 3/3 4/4\n"
    mesh = quiet(obj(tmp_path, text, "newmtl one\nKd 1 0 0\n"))
    assert mesh.texture is None


def test_a_byte_order_mark_other_letters_comments_and_long_lines(tmp_path):
    picture = noise(8, 8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    text = (
        "\ufeffmtllib a.mtl\n# caf\u00e9\no chevr\u00e8feuille\n"
        + QUAD
        + "usemtl stone #2\nf 1/1 2/2 \\\n3/3 4/4 # a square\n"
    )
    mtl = "newmtl stone #2\nmap_Kd a.png\n"
    for name, letters, start in (("a", "utf-8", 0), ("b", "latin-1", 1)):
        path = obj(tmp_path, text[start:], None, name, letters)
        (tmp_path / "a.mtl").write_text(mtl)
        same(seen(quiet(path)), expected(tensor(picture)))


@pytest.mark.parametrize(
    "said, matrix, shift, wrap",
    [
        ("-s 2 3 1 {}", [[2.0, 0], [0, 3.0]], (0.0, 0.0), "repeat"),
        ("-s 2 3 {}", [[2.0, 0], [0, 3.0]], (0.0, 0.0), "repeat"),
        ("-o 0.25 0.5 0 -s 2 2 2 {}", [[2.0, 0], [0, 2.0]], (0.25, 0.5), "repeat"),
        ("-clamp on -s 2 2 2 {}", [[2.0, 0], [0, 2.0]], (0.0, 0.0), "clamp"),
        ("-blendu on -mm 0 1 -bm 0.4 {}", None, (0.0, 0.0), "repeat"),
        (r"C:\work\maps\{}", None, (0.0, 0.0), "repeat"),
        (r"textures\{}", None, (0.0, 0.0), "repeat"),
        ("{} ", None, (0.0, 0.0), "repeat"),
    ],
)
def test_options_and_addresses_of_pictures(tmp_path, said, matrix, shift, wrap):
    picture = noise(8, 8)
    folder = tmp_path / "textures" if said.startswith("textures") else tmp_path
    folder.mkdir(exist_ok=True)
    Image.fromarray(picture).save(folder / "My Stone.PNG")
    mtl = "newmtl one\nKd 0 0 0\nmap_Kd " + said.format("my stone.png") + "\n"
    if said.startswith("textures"):
        mtl = mtl.replace("my stone.png", "My Stone.PNG")
    path = obj(
        tmp_path, "mtllib a.mtl\nusemtl one\n" + QUAD + "f 1/1 2/2 3/3 4/4\n", mtl
    )
    same(seen(quiet(path)), expected(tensor(picture), matrix, shift, wrap))


def test_a_plain_colour_is_linear_light(tmp_path):
    text = "mtllib a.mtl\nusemtl one\n" + QUAD + "f 1/1 2/2 3/3 4/4\n"
    mesh = quiet(obj(tmp_path, text, "newmtl one\nKd 0.5 0.5 0.5\nd 1\n"))
    assert torch.allclose(mesh.texture, torch.tensor(188 / 255), atol=2e-3)
    assert torch.allclose(mesh.uv, torch.from_numpy(SQUARE))


def test_colours_at_vertices_of_obj_and_ply(tmp_path):
    pytest.importorskip("xatlas")
    rows = [
        (-1, -1, 0, 1, 0, 0),
        (1, -1, 0, 1, 0, 0),
        (1, 1, 0, 1, 0, 0),
        (-1, 1, 0, 0, 0, 1),
    ]
    text = "".join("v " + " ".join(map(str, row)) + "\n" for row in rows)
    header = (
        "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
        "property float z\nproperty uchar red\nproperty uchar green\n"
        "property uchar blue\nelement face 1\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    numbers = "".join(
        f"{x} {y} {z} {255 * r} {255 * g} {255 * b}\n" for x, y, z, r, g, b in rows
    )
    (tmp_path / "b.ply").write_text(header + numbers + "4 0 1 2 3\n")
    for path in (obj(tmp_path, text + "f 1 2 3 4\n"), tmp_path / "b.ply"):
        with pytest.warns(UserWarning, match="colours were painted on a texture"):
            mesh = load_mesh(path)
        picture = seen(mesh)[0]
        assert picture[0, -2, -2] > 0.99 and picture[2, 2, 2] > 0.9, path
        assert (picture[1] < 0.02).all()


def test_colours_that_are_no_numbers_are_black_and_told(tmp_path):
    pytest.importorskip("xatlas")
    text = "v 0 0 0 nan 0 0\nv 1 0 0 1 1 1\nv 0 1 0 1 1 1\nf 1 2 3\n"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        mesh = load_mesh(obj(tmp_path, text))
    assert any("are not numbers (now black)" in str(each.message) for each in said)
    assert torch.isfinite(mesh.texture).all() and mesh.texture.max() > 0.9


def test_a_ply_with_coordinates_and_no_picture_has_none(tmp_path):
    head = (
        "ply\nformat ascii 1.0\n{}element vertex 3\nproperty float x\n"
        "property float y\nproperty float z\nproperty float s\nproperty float t\n"
        "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
        "0 0 0 0 0\n1 0 0 1 0\n0 1 0 0 1\n3 0 1 2\n"
    )
    (tmp_path / "a.ply").write_text(head.format(""))
    mesh = quiet(tmp_path / "a.ply")
    assert mesh.texture is None and mesh.uv is not None
    (tmp_path / "b.ply").write_text(head.format("comment TextureFile gone.png\n"))
    with pytest.warns(UserWarning, match=r"not found \(gone.png\)"):
        load_mesh(tmp_path / "b.ply")


def test_one_surface_in_many_parts_is_painted_once(tmp_path):
    pytest.importorskip("xatlas")
    file = Gltf()
    material = file.material(factor=[0, 1, 0, 1])
    for k in range(60):
        places = CORNERS * [0.01, 1, 1] + [k / 30 - 1, 0, 0]
        file.quad(material, uv=None, places=places)
    with pytest.warns(UserWarning, match="were painted"):
        mesh = load_mesh(file.save(tmp_path / "a.glb"))
    assert len(mesh.faces) == 120
    strongest = seen(mesh)[0, :, SIZE // 2].amax(1)
    assert torch.allclose(strongest, torch.tensor([0.0, 1, 0]), atol=0.01)


def test_full_transparency_by_tr_means_opaque(tmp_path):
    text = "mtllib a.mtl\nusemtl one\n" + QUAD + "f 1/1 2/2 3/3 4/4\n"
    mesh = quiet(obj(tmp_path, text, "newmtl one\nKd 1 0 0\nTr 1.0\n"))
    assert mesh.texture.shape[1] == 3
    mesh = quiet(obj(tmp_path, text, "newmtl one\nKd 1 0 0\nTr 0.25\n"))
    assert torch.allclose(mesh.texture[:, 3], torch.tensor(0.75))


def test_lines_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ValueError, match="line 2, 'v 1 two 3'"):
        load_mesh(obj(tmp_path, "v 0 0 0\nv 1 two 3\n"))


# ---- unwrapping --------------------------------------------------------------------


def ball(scale=1.0, shift=0.0):
    trimesh = pytest.importorskip("trimesh")
    body = trimesh.creation.icosphere(2)
    return Mesh(
        torch.from_numpy(np.array(body.vertices) * scale + shift), np.array(body.faces)
    )


@pytest.mark.parametrize("scale, shift", [(0.01, 0), (1e10, 0), (1.0, 1e4), (1e-6, 5)])
def test_unwrapping_does_not_depend_on_the_unit_or_the_place(scale, shift):
    pytest.importorskip("xatlas")
    plain, other = unwrap(ball()), unwrap(ball(scale, shift))
    area = []
    for mesh in (plain, other):
        corners = mesh.uv[mesh.faces].double()
        each = torch.linalg.det(corners[:, 1:] - corners[:, :1]).abs()
        area.append(each.sum().item())
        assert each.min() > 1e-6
    assert area[1] == pytest.approx(area[0], rel=0.2) and area[0] / 2 > 0.3


@pytest.mark.parametrize("size, gutter", [(512, 2), (2048, 8)])
def test_the_gutter_follows_the_size(size, gutter):
    pytest.importorskip("xatlas")
    ndimage = pytest.importorskip("scipy.ndimage")
    covered = chart_mask(unwrap(ball(), size=size), size, margin=0)[0, 0].numpy()
    labels, count = ndimage.label(covered)
    assert count > 1
    for chart in range(1, count + 1):
        near = ndimage.binary_dilation(labels == chart, np.ones((3, 3)), 2 * gutter - 1)
        assert not (near & (labels > 0) & (labels != chart)).any()


def test_a_large_mesh_has_a_process_and_a_patience(monkeypatch, tmp_path):
    pytest.importorskip("xatlas")
    monkeypatch.setattr(atlas_module, "QUICK", 10)
    known, apart = unwrap(ball(), patience=300), None
    monkeypatch.undo()
    apart = unwrap(ball())
    assert torch.equal(known.uv, apart.uv) and torch.equal(known.faces, apart.faces)
    (tmp_path / "slow.py").write_text("import time; time.sleep(600)")
    monkeypatch.setattr(atlas_module, "QUICK", 10)
    monkeypatch.setattr(atlas_module.script, "__file__", str(tmp_path / "slow.py"))
    with pytest.raises(TimeoutError, match="320 triangles of mesh .* after 1 seconds"):
        unwrap(ball(), patience=1)
    (tmp_path / "slow.py").write_text("raise SystemExit('no such atlas')")
    with pytest.raises(RuntimeError, match="no such atlas"):
        unwrap(ball())


# ---- writing -----------------------------------------------------------------------


def two_quads(first, second):
    places = np.concatenate(
        [CORNERS * [0.5, 1, 1] - [0.5, 0, 0], CORNERS * [0.5, 1, 1] + [0.5, 0, 0]]
    )
    faces = np.concatenate([FACES.reshape(-1, 3), FACES.reshape(-1, 3) + 4]).astype(int)
    uv = np.concatenate([first, second])
    return Mesh(places, faces, uv, tensor(noise(16, 16)), "two quads")


@pytest.mark.parametrize(
    "first, second",
    [
        (SQUARE * [0.5, 1], SQUARE * [0.5, 1] + [1.5, 0]),
        (SQUARE * [0.5, 1] - [0.05, 0], SQUARE * [0.3, 0.5] + [0.6, -3.2]),
        (SQUARE * 3, SQUARE * [0.1, 0.1] - 7),
        (SQUARE * [0.02, 1], SQUARE * [0.9, 1] + [0.05, 0]),
    ],
)
@pytest.mark.parametrize("ending", [".glb", ".obj"])
def test_gutters_keep_what_lies_in_any_tile(tmp_path, first, second, ending):
    mesh = two_quads(first, second)
    save_mesh(tmp_path / f"a{ending}", mesh)
    back = quiet(tmp_path / f"a{ending}")
    assert (seen(back) - seen(mesh)).abs().max() < 2 / 255


def test_a_chart_smaller_than_a_texel_keeps_its_colour():
    tiny = SQUARE * 0.004 + [0.52, 0.52]
    mesh = two_quads(SQUARE * 0.5, tiny)
    mask = chart_mask(mesh, 16, margin=0)
    assert mask[0, 0, 7, 8] and mask.sum() == 64 + 1


def test_the_mask_of_a_cow_that_starts_left_of_the_texture():
    inside = SQUARE * [0.5, 0.9] + [0.1, 0.05]
    mesh = two_quads(inside, inside - [0.15, 0])
    assert chart_mask(mesh, 64).float().mean() > 0.49


def test_fill_reaches_everywhere_and_begins_with_the_charts_own_colour():
    texture = torch.zeros(1, 3, 33, 47)
    mask = torch.zeros(1, 1, 33, 47, dtype=torch.bool)
    mask[..., 4:12, 6:16], mask[..., 20:30, 30:44] = True, True
    texture[:, 0, 4:12, 6:16], texture[:, 2, 20:30, 30:44] = 1, 1
    filled = fill(texture, mask)
    assert torch.equal(
        filled[mask.expand_as(texture)], texture[mask.expand_as(texture)]
    )
    assert torch.allclose(filled[:, 0] + filled[:, 2], torch.ones(1, 33, 47), atol=1e-5)
    assert filled[0, 0, 3, 10] > 0.95 and filled[0, 2, 30, 36] > 0.95
    nothing = fill(texture, torch.zeros_like(mask))
    assert torch.isfinite(nothing).all()


def test_names_normals_sides_and_opacity_are_written(tmp_path):
    mesh = two_quads(SQUARE, SQUARE).replace(material="old brass", double_sided=False)
    clear = torch.cat([mesh.texture, torch.full((1, 1, 16, 16), 0.5)], 1)
    cut = torch.cat([mesh.texture, (torch.rand(1, 1, 16, 16) > 0.5).float()], 1)
    for picture, mode in ((mesh.texture, None), (clear, "BLEND"), (cut, "MASK")):
        (path,) = save_mesh(tmp_path / "a.glb", mesh, texture=picture, overwrite=True)
        data = path.read_bytes()
        tree = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])
        material = tree["materials"][0]
        assert material["name"] == "old brass" and material["doubleSided"] is False
        assert material.get("alphaMode") == mode
        assert tree["meshes"][0]["name"] == tree["nodes"][0]["name"] == "two quads"
        assert "NORMAL" in tree["meshes"][0]["primitives"][0]["attributes"]
        back = quiet(path)
        assert back.material == "old brass" and not back.double_sided
        same(seen(back), seen(mesh, texture=picture), atol=3e-3)
        save_mesh(tmp_path / "b.obj", mesh, texture=picture, overwrite=True)
        back = quiet(tmp_path / "b.obj")
        assert back.material == "old_brass"
        same(seen(back), seen(mesh, texture=picture), atol=3e-3)


def validator():
    """Khronos' gltf-validator from npm, where `.ci/run` or somebody has put it."""
    folder = Path(__file__).parents[1] / ".cache" / "node_modules"
    folder = Path(os.environ.get("NODE_PATH", folder))
    if shutil.which("node") is None or not (folder / "gltf-validator").is_dir():
        pytest.skip("npm install --prefix .cache gltf-validator, and node, for this")
    return folder / "gltf-validator"


def carved(size=24):
    height = torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(3))
    rough = torch.rand(1, 1, size, size, generator=torch.Generator().manual_seed(4))
    return {"relief": relief_normals(height, 0.7), "roughness": rough}


def bunny_without_texture():
    return sample_mesh("bunny").replace(texture=None)


def header(path):
    data = path.read_bytes()
    return json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])


def test_maps_come_back_as_they_were_written(tmp_path):
    maps, mesh = carved(), two_quads(SQUARE, SQUARE)
    for number, each in enumerate([mesh, mesh.replace(texture=None)]):
        save_mesh(tmp_path / f"{number}.glb", each, **maps, gutter=0)
        relief, rough = load_maps(tmp_path / f"{number}.glb")
        same(relief, maps["relief"], atol=1.001 / 255)
        same(rough, maps["roughness"], atol=0.501 / 255)
        # and what was read is written as the same bytes
        again = tmp_path / "again.glb"
        given = {"relief": relief, "roughness": rough, "gutter": 0, "overwrite": True}
        save_mesh(again, each, **given)
        assert again.read_bytes() == (tmp_path / f"{number}.glb").read_bytes()
    # the colours are not disturbed by the maps
    same(quiet(tmp_path / "0.glb").texture, mesh.texture, atol=0.501 / 255)
    # with one map of the two, and with none
    save_mesh(tmp_path / "rough.glb", mesh, roughness=maps["roughness"])
    relief, rough = load_maps(tmp_path / "rough.glb")
    assert relief.flatten().tolist() == [0, 0, 1] and rough.shape[2:] == (24, 24)
    assert "TANGENT" not in str(header(tmp_path / "rough.glb"))
    save_mesh(tmp_path / "plain.glb", mesh)
    relief, rough = load_maps(tmp_path / "plain.glb")
    assert relief.flatten().tolist() == [0, 0, 1] and rough.flatten().tolist() == [1]


def test_a_material_looks_the_same_to_trimesh(tmp_path):
    """Another reader: roughness in green, no metal, the normal map's green upwards."""
    maps, mesh = carved(), two_quads(SQUARE, SQUARE)
    (path,) = save_mesh(tmp_path / "a.glb", mesh, **maps, gutter=0)
    trimesh = pytest.importorskip("trimesh")
    material = trimesh.load(path, force="mesh", process=False).visual.material
    assert material.metallicFactor == 0 and material.roughnessFactor == 1
    read = np.asarray(material.metallicRoughnessTexture.convert("RGB"))[:, :, 1] / 255
    same(torch.from_numpy(read).float(), maps["roughness"][0, 0], atol=0.501 / 255)
    read = np.asarray(material.normalTexture.convert("RGB")) / 127.5 - 1
    expected = maps["relief"][0].permute(1, 2, 0)
    same(torch.from_numpy(read).float(), expected, atol=1.001 / 255)


@pytest.mark.parametrize("mirrored", [False, True])
def test_tangents_run_where_u_grows(tmp_path, mirrored):
    """Of the file's own numbers: cross(normal, tangent) · w is where v grows."""
    turn = np.array([-1, 1]) if mirrored else np.array([1, 1])
    mesh = two_quads(SQUARE * turn, SQUARE * turn)
    (path,) = save_mesh(tmp_path / "a.glb", mesh, **carved(), gutter=0)
    tree = header(path)
    names = tree["meshes"][0]["primitives"][0]["attributes"]
    file = _File(path)
    u, normal = file.accessor(names["TANGENT"]), file.accessor(names["NORMAL"])
    v = np.cross(normal, u[:, :3]) * u[:, 3:]
    frames = tangent_frames(mesh.positions, mesh.uv, mesh.faces, mesh.normals())
    np.testing.assert_allclose(u[:, :3], frames[..., 0], atol=1e-6)
    np.testing.assert_allclose(v, frames[..., 1], atol=1e-6)


def test_maps_that_cannot_be_are_refused(tmp_path):
    maps, mesh = carved(), two_quads(SQUARE, SQUARE)
    path = tmp_path / "a.glb"
    with pytest.raises(ValueError, match="relief is written to .glb only"):
        save_mesh(tmp_path / "a.obj", mesh, relief=maps["relief"])
    with pytest.raises(ValueError, match=r"relief must be \(1, 3, H, W\)"):
        save_mesh(path, mesh, relief=maps["roughness"])
    with pytest.raises(ValueError, match="relief must hold unit vectors"):
        save_mesh(path, mesh, relief=2 * maps["relief"])
    with pytest.raises(ValueError, match=r"roughness must be \(1, 1, H, W\)"):
        save_mesh(path, mesh, roughness=maps["relief"])
    with pytest.raises(ValueError, match="no texture coordinates"):
        save_mesh(path, mesh.replace(uv=None, texture=None), **maps)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_maps(path)
    save_mesh(path, mesh.replace(uv=None, texture=None))
    with pytest.raises(ValueError, match="it has 0 materials"):
        load_maps(path)
    save_mesh(tmp_path / "a.obj", mesh)
    with pytest.raises(ValueError, match="maps are read from .glb and .gltf"):
        load_maps(tmp_path / "a.obj")


def test_khronos_validator_has_no_remarks(tmp_path):
    where = validator()
    mesh = two_quads(SQUARE, SQUARE)
    lonely = mesh.replace(
        positions=torch.cat([mesh.positions, torch.ones(1, 3)]),
        uv=torch.cat([mesh.uv, torch.ones(1, 2)]),
    )
    clear = torch.cat([mesh.texture, torch.full((1, 1, 16, 16), 0.5)], 1)
    bare = mesh.replace(uv=None, texture=None)
    for number, each in enumerate([mesh, lonely, mesh.replace(texture=clear), bare]):
        save_mesh(tmp_path / f"{number}.glb", each)
    for number, each in enumerate([mesh, lonely, bunny_without_texture()]):
        save_mesh(tmp_path / f"maps{number}.glb", each, **carved(), gutter=0)
    script = (
        "const v = require(process.argv[1]), fs = require('fs');"
        "Promise.all(process.argv.slice(2).map((p) => v.validateBytes("
        "new Uint8Array(fs.readFileSync(p))))).then((all) => console.log("
        "JSON.stringify(all.map((r) => r.issues))));"
    )
    files = sorted(map(str, tmp_path.glob("*.glb")))
    answer = subprocess.run(
        ["node", "-e", script, str(where), *files], capture_output=True, check=True
    )
    for issues in json.loads(answer.stdout):
        assert issues["numErrors"] == issues["numWarnings"] == 0, issues["messages"]


def test_repr_says_when_coordinates_are_no_charts():
    mesh = two_quads(SQUARE * 0, SQUARE * 0)
    assert "uv all at one point" in repr(mesh)
