"""Shaders from trained weights: their text, and their pixels in a real WebGL2 context
beside PyTorch's.
"""

import re

import pytest
import torch
from headless import SOFTWARE_GL, chromium

from dputils.cppn import CPPN, glsl_body, interpolate_weights, to_glsl
from dputils.cppn.glsl import _number

# It draws shaders in a browser.
pytestmark = pytest.mark.slow

# What Shadertoy puts around a shader, reduced to what ours use.
PAGE = """
async ([source, width, height, time]) => {
  const canvas = new OffscreenCanvas(width, height);
  const gl = canvas.getContext("webgl2", {premultipliedAlpha: false});
  if (!gl) return {missing: "no WebGL2"};
  const compile = (kind, text) => {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
      throw new Error(gl.getShaderInfoLog(shader));
    return shader;
  };
  const program = gl.createProgram(), start = performance.now();
  gl.attachShader(program, compile(gl.VERTEX_SHADER, `#version 300 es
    void main() {
      vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
      gl_Position = vec4(corner * 4.0 - 1.0, 0.0, 1.0);
    }`));
  gl.attachShader(program, compile(gl.FRAGMENT_SHADER, `#version 300 es
    precision highp float;
    uniform vec3 iResolution;
    uniform float iTime;
    out vec4 colour;
    ` + source + `
    void main() { mainImage(colour, gl_FragCoord.xy); }`));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS))
    throw new Error(gl.getProgramInfoLog(program));
  gl.useProgram(program);
  gl.uniform3f(gl.getUniformLocation(program, "iResolution"), width, height, 1);
  gl.uniform1f(gl.getUniformLocation(program, "iTime"), time);
  gl.viewport(0, 0, width, height);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  if (gl.getError()) throw new Error("WebGL error");
  return {pixels: Array.from(pixels), seconds: (performance.now() - start) / 1000};
}
"""


@pytest.fixture(scope="module")
def draw():
    """`draw(shader, (H, W), time=0)` gives the pixels `(1, 4, H, W)` in [0, 1] of a
    shader run by Chromium.
    """
    with chromium(*SOFTWARE_GL) as browser:
        page = browser.new_page()

        def drawn(source, size, time=0.0):
            answer = page.evaluate(PAGE, [source, size[1], size[0], time])
            if "missing" in answer:
                pytest.skip(answer["missing"])
            drawn.seconds = answer["seconds"]
            pixels = torch.tensor(answer["pixels"], dtype=torch.float32)
            # WebGL's first row is the lowest one
            return (pixels.view(*size, 4) / 255).flip(0).permute(2, 0, 1)[None]

        yield drawn


def art(size=24, **options):
    return CPPN(
        size, **{"hidden": 3, "width": 10, "output_scale": 2.0, "seed": 1, **options}
    )


def trained_like(size=24, **options):
    """The article's network with weights of the size that training leaves: biases too,
    and a strong output.
    """
    cppn = CPPN(size, output_scale=3.0, **options)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weight, bias in zip(cppn.weights, cppn.biases):
            weight.mul_(1.1)
            bias.add_(0.2 * torch.randn(bias.shape, generator=generator))
    return cppn


def assert_alike(pixels, picture, tolerance=2):
    assert float(picture.std()) > 0.05, "a flat picture proves nothing"
    worst = float((pixels - picture).abs().max()) * 255
    assert worst <= tolerance, f"off by {worst:.1f} of 255"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"activation": "unbiased"},
        {"activation": "relu"},
        {"activation": "abs"},
        {"radius": True},
        {"fourier_features": 5},
        {"fourier_features": 3, "radius": True, "activation": "relu"},
        {"periodic": True},
        {"normalize": True},
        {"normalize": True, "activation": "relu"},
        {"width": 9, "hidden": 1},
    ],
    ids=str,
)
def test_pixels_agree_for_every_kind(draw, options):
    cppn = art((24, 32), **options)
    assert_alike(draw(to_glsl(cppn), (24, 32))[:, :3], cppn().detach())


@torch.no_grad()
def test_pixels_agree_for_the_article_s_network(draw):
    cppn = trained_like(64)
    shader = to_glsl(cppn)
    assert_alike(draw(shader, (64, 64))[:, :3], cppn())
    assert draw.seconds < 30, "compiles within seconds, even without a graphics card"
    assert len(shader) < 65_536
    assert_alike(draw(shader, (40, 90))[:, :3], cppn((40, 90)))
    assert_alike(draw(shader, (90, 40))[:, :3], cppn((90, 40)))


@torch.no_grad()
def test_grey_and_opacity(draw):
    grey = art(channels=1)
    assert_alike(
        draw(to_glsl(grey), (24, 24)),
        torch.cat([grey().expand(-1, 3, -1, -1), torch.ones(1, 1, 24, 24)], 1),
    )
    clear = art(alpha=True)
    assert_alike(draw(to_glsl(clear), (24, 24)), clear())


@torch.no_grad()
@pytest.mark.parametrize("exaggeration", [1.0, 0.0])
def test_time_moves_between_two_pictures(draw, exaggeration):
    first, second = art(24), art(24, seed=7)
    shader = to_glsl(first, second, period=4.0, exaggeration=exaggeration)
    for time in (0.0, 0.6, 1.0, 2.0, 3.5, 4.0):
        expected = interpolate_weights(
            [first, second], time / 4, exaggeration=exaggeration
        )()
        assert_alike(draw(shader, (24, 24), time)[:, :3], expected)


@torch.no_grad()
def test_the_body_alone_takes_a_place(draw):
    """A viewer of its own decides on zoom and pan."""
    cppn = art(32)
    shader = (
        glsl_body(cppn)
        + """
    void mainImage(out vec4 fragColor, in vec2 fragCoord) {
        vec2 p = (2.0 * fragCoord / iResolution.xy - 1.0) * 1.7320508 / 4.0;
        fragColor = cppn(vec2(0.9 + p.x, -0.3 - p.y));
    }"""
    )
    assert_alike(draw(shader, (32, 32))[:, :3], cppn(centre=(-0.3, 0.9), zoom=4))


# --- without a browser ---


def test_the_shader_needs_nothing_but_resolution_and_time():
    still, moving = to_glsl(art()), to_glsl(art(), art(seed=2))
    assert "void mainImage(out vec4 fragColor, in vec2 fragCoord)" in still
    assert "iTime" not in still and "iTime" in moving
    assert "uniform" not in moving and "#" not in moving
    assert "vec4 cppn(vec2 p) {" in glsl_body(art()) and "mainImage" not in glsl_body(
        art()
    )
    assert "vec4 cppn(vec2 p, float s) {" in glsl_body(art(), art(seed=2))


def test_every_weight_is_a_float_literal():
    numbers = re.findall(r"mat4\(([^)]*)\)", to_glsl(art()))
    assert numbers
    for literal in ",".join(numbers).split(","):
        assert re.fullmatch(r"-?(\d+\.\d*|\.\d+)", literal), literal


@pytest.mark.parametrize(
    "value, literal",
    [
        (0.5, ".5"),
        (-0.25, "-.25"),
        (1.0, "1."),
        (-3.0, "-3."),
        (0.0, "0."),
        (12.345678, "12.3457"),
        (2e-7, "0."),
        (-1.5e-6, "0."),
        (-0.05, "-.05"),
        (1e6, "1000000."),
        (120.0, "120."),
    ],
)
def test_numbers_are_short_floats(value, literal):
    assert _number(value) == literal
    assert float(literal) == pytest.approx(value, abs=5.1e-5)


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: to_glsl(art(batch=2)),
            r"one picture, and this CPPN has 2; pick one with cppn\[0\]",
        ),
        (
            lambda: to_glsl(art(activation=torch.sin)),
            "the activation 'sin' cannot be written as GLSL; 'composite'",
        ),
        (lambda: to_glsl(art(channels=5)), "5 channels are no colour"),
        (lambda: to_glsl(art(), art(width=12)), "differ in architecture"),
        (
            lambda: to_glsl(art(normalize=True), art(normalize=True)),
            "cannot measure; export each alone",
        ),
    ],
)
def test_what_cannot_be_a_shader_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make()
