// Meshes on the graphics card: turns mesh_coding.py's bytes back into triangles, and draws them solid or unfolded.
import { prepare, program, renderer } from "./renderer.js";

const MESH_VERTEX = `#version 300 es
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 uv;
uniform mat3 turn;
uniform float away, sheet, morph, aspect, focal, nearer;
out vec2 place;
out vec3 facing, toward;
void main() {
  vec3 solid = turn * position - vec3(0.0, 0.0, away);
  vec3 p = mix(solid, vec3(2.0 * uv - 1.0, -sheet), morph); // the sheet lies before the camera, however that stands
  p *= 1.0 - nearer; // towards the eye: the same pixel, less depth
  place = uv;
  facing = turn * normal;
  toward = -solid;
  gl_Position = vec4(focal / aspect * p.x, focal * p.y, -(20.05 * p.z + 2.0) / 19.95, -p.z); // near 0.05, far 20
}`;
const MESH_FRAGMENT = `#version 300 es
precision highp float;
in vec2 place;
in vec3 facing, toward;
uniform sampler2D picture;
uniform float shading;
out vec4 colour;
void main() {
  float light = 0.5 + 0.5 * abs(dot(normalize(facing), normalize(toward)));
  vec3 texel = texture(picture, vec2(place.x, 1.0 - place.y)).rgb; // uv starts at the bottom, a picture at the top
  colour = vec4(texel * mix(1.0, light, shading), 1.0);
}`;
const WIRE_FRAGMENT = `#version 300 es
precision highp float;
uniform vec4 ink;
out vec4 colour;
void main() { colour = ink; }`;
const SHEET_VERTEX = `#version 300 es
uniform float sheet, aspect, focal;
out vec2 place;
void main() {
  place = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(vec2(focal / aspect, focal) * (2.0 * place - 1.0), 0.0, sheet);
}`;
const SHEET_FRAGMENT = `#version 300 es
precision highp float;
in vec2 place;
uniform sampler2D picture;
uniform float opacity;
out vec4 colour;
void main() { colour = vec4(texture(picture, vec2(place.x, 1.0 - place.y)).rgb * opacity, opacity); }`;
const BEHIND = 0.4, WIRE = 0.45; // opacity of the whole texture behind its charts, and of lines
const NEARER = 0.002; // so much lines are before the triangles they belong to
const MARGIN = 1.06, SIDE = 2048; // room around the sheet; pixels along a side that are drawn at most

/** The triangles of a coded mesh: positions in a box around 0 whose longest side is 2, uv, normals, faces, edges. */
export async function decodeMesh({ data, vertices, faces, codes, bits, size, uv }) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const whole = new Uint16Array(5 * vertices), corners = new Uint32Array(3 * faces);
  let count = 0, at = 0, face = 0;

  const code = () => bytes[at] | bytes[codes + at] << 8 | bytes[2 * codes + at++] << 16;
  /** The next vertex by its code: an old one, or a new one near a + b - c. */
  const vertex = (next, a, b, c) => {
    if (next > 1) return count + 1 - next;
    for (let k = 0; k < 5; k++) {
      const place = 3 * codes + 2 * k * vertices + count, folded = bytes[place] | bytes[place + vertices] << 8;
      const error = folded & 1 ? -(folded + 1) / 2 : folded / 2, of = (v) => (v < 0 ? 0 : whole[5 * v + k]);
      whole[5 * count + k] = error + of(a) + of(b) - of(c); // modulo 2^16, as it was coded
    }
    return count++;
  };
  while (face < faces) {
    const [a, b, c] = [0, 1, 2].map(() => vertex(code(), count - 1, -1, -1)), gates = [[a, b, c], [b, c, a], [c, a, b]];
    corners.set([a, b, c], 3 * face++);
    while (gates.length) {
      const [from, to, opposite] = gates.pop(), next = code();
      if (!next) continue;
      const tip = vertex(next, from, to, opposite);
      corners.set([to, from, tip], 3 * face++);
      gates.push([from, tip, to], [tip, to, from]);
    }
  }

  const top = 2 ** bits - 1, positions = new Float32Array(3 * vertices), places = new Float32Array(2 * vertices);
  for (let v = 0; v < vertices; v++) {
    for (let k = 0; k < 3; k++) positions[3 * v + k] = 2 * whole[5 * v + k] / top - size[k];
    for (let k = 0; k < 2; k++) places[2 * v + k] = uv[0][k] + uv[1][k] * whole[5 * v + 3 + k] / top;
  }
  return { positions, uv: places, faces: corners, normals: normalsOf(whole, positions, corners),
           edges: edgesOf(corners, vertices) };
}

/** Normals at the vertices; vertices at one place share one, so that a seam does not show as an edge. */
function normalsOf(whole, positions, faces) {
  const twins = new Map(), count = positions.length / 3, sums = new Float32Array(3 * count);
  const twin = Uint32Array.from({ length: count }, (_, v) => {
    const key = (whole[5 * v] * 65536 + whole[5 * v + 1]) * 65536 + whole[5 * v + 2];
    if (!twins.has(key)) twins.set(key, v);
    return twins.get(key);
  });
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [faces[f], faces[f + 1], faces[f + 2]];
    const side = (v, k) => positions[3 * v + k] - positions[3 * a + k];
    for (let k = 0; k < 3; k++) {
      const i = (k + 1) % 3, j = (k + 2) % 3, area = side(b, i) * side(c, j) - side(b, j) * side(c, i);
      for (const v of [a, b, c]) sums[3 * twin[v] + k] += area;
    }
  }
  return Float32Array.from({ length: 3 * count }, (_, n) => {
    const v = 3 * twin[Math.floor(n / 3)];
    return sums[v + n % 3] / (Math.hypot(sums[v], sums[v + 1], sums[v + 2]) || 1);
  });
}

function edgesOf(faces, vertices) {
  const known = new Set(), edges = [];
  for (let f = 0; f < faces.length; f++) {
    const a = faces[f], b = faces[f % 3 === 2 ? f - 2 : f + 1], key = Math.min(a, b) * vertices + Math.max(a, b);
    if (known.has(key)) continue;
    known.add(key);
    edges.push(a, b);
  }
  return Uint32Array.from(edges);
}

/** A picture file as a bitmap whose texels are the file's own values. */
export function decodePicture(file) {
  const type = file.getUint8(0) === 0xff ? "image/jpeg" : "image/webp";
  return createImageBitmap(new Blob([file], { type }), { premultiplyAlpha: "none", colorSpaceConversion: "none" });
}

/** What one viewer has on the graphics card: one mesh and one texture, sent again if the card forgot them. */
export class MeshStage {
  #page = null; #mesh = null; #picture = null; #array = null; #buffers = []; #texture = null;

  /** Show another mesh or texture; what is the same stays where it is. */
  set(mesh, picture) {
    if (mesh !== this.#mesh) this.#freeMesh();
    if (picture !== this.#picture) {
      this.#freeTexture();
      this.#picture?.close();
    }
    [this.#mesh, this.#picture] = [mesh, picture];
  }

  /** Draws onto a canvas of this many pixels; without antialiasing in the shared context, more are drawn than shown. */
  draw(target, width, height, { azimuth, elevation, distance, near, fov, unfolded, backdrop, shaded, wired }) {
    if (!this.#mesh) return;
    const scale = Math.max(1, Math.min(2, SIDE / Math.max(width, height))), wide = Math.round(scale * width);
    const high = Math.round(scale * height), page = renderer(), { gl } = page, aspect = width / height;
    if (page !== this.#page) [this.#page, this.#array, this.#buffers, this.#texture] = [page, null, [], null];
    if (!this.#array) this.#sendMesh();
    if (!this.#texture) this.#sendTexture();
    prepare(page, wide, high);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);

    const focal = 1 / Math.tan(fov / 2), [sa, ca] = [Math.sin(azimuth), Math.cos(azimuth)];
    const [se, ce] = [Math.sin(elevation), Math.cos(elevation)];
    const right = [ca, 0, -sa], up = [-se * sa, ce, -se * ca], back = [ce * sa, se, ce * ca];
    const sheet = MARGIN * focal * Math.max(1, 1 / aspect) / near; // the whole texture fills the picture if near is 1
    const numbers = { away: distance, sheet, morph: unfolded, aspect, focal, shading: shaded ? 1 - unfolded : 0,
                      opacity: BEHIND * backdrop, nearer: 0 };
    const use = (vertex, fragment) => {
      const shader = program(page, vertex, fragment), place = (name) => gl.getUniformLocation(shader, name);
      gl.useProgram(shader);
      for (const [name, value] of Object.entries(numbers)) gl.uniform1f(place(name), value); // unknown ones are ignored
      gl.uniformMatrix3fv(place("turn"), false, [0, 1, 2].flatMap((k) => [right[k], up[k], back[k]]));
      gl.uniform4f(place("ink"), 0, 0, 0, WIRE);
    };
    if (backdrop > 0) {
      gl.enable(gl.BLEND);
      use(SHEET_VERTEX, SHEET_FRAGMENT);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
    gl.bindVertexArray(this.#array);
    gl.disable(gl.BLEND);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    use(MESH_VERTEX, MESH_FRAGMENT);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.#buffers[3]);
    gl.drawElements(gl.TRIANGLES, this.#mesh.faces.length, gl.UNSIGNED_INT, 0);
    if (wired) {
      numbers.nearer = NEARER;
      gl.enable(gl.BLEND);
      use(MESH_VERTEX, WIRE_FRAGMENT);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.#buffers[4]);
      gl.drawElements(gl.LINES, this.#mesh.edges.length, gl.UNSIGNED_INT, 0);
    }
    gl.bindVertexArray(null); // leave the context as the other figures expect it
    for (const state of [gl.DEPTH_TEST, gl.BLEND]) gl.disable(state);

    if (target.width !== width) target.width = width;
    if (target.height !== height) target.height = height;
    const context = target.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, width, height);
    context.drawImage(page.canvas, 0, page.canvas.height - high, wide, high, 0, 0, width, height);
  }

  free() {
    this.#freeMesh();
    this.#freeTexture();
    this.#picture?.close();
    this.#mesh = this.#picture = null;
  }

  #sendMesh() {
    const { gl } = this.#page, { positions, normals, uv, faces, edges } = this.#mesh;
    this.#array = gl.createVertexArray();
    gl.bindVertexArray(this.#array);
    this.#buffers = [[positions, 3], [normals, 3], [uv, 2], [faces], [edges]].map(([values, columns], place) => {
      const buffer = gl.createBuffer(), kind = columns ? gl.ARRAY_BUFFER : gl.ELEMENT_ARRAY_BUFFER;
      gl.bindBuffer(kind, buffer);
      gl.bufferData(kind, values, gl.STATIC_DRAW);
      if (columns) {
        gl.enableVertexAttribArray(place);
        gl.vertexAttribPointer(place, columns, gl.FLOAT, false, 0, 0);
      }
      return buffer;
    });
    gl.bindVertexArray(null);
  }

  #sendTexture() {
    const { gl } = this.#page, sharp = gl.getExtension("EXT_texture_filter_anisotropic");
    this.#texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.#picture);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    if (sharp) gl.texParameterf(gl.TEXTURE_2D, sharp.TEXTURE_MAX_ANISOTROPY_EXT, 4);
  }

  #freeMesh() {
    if (this.#page && this.#array) {
      this.#page.gl.deleteVertexArray(this.#array);
      this.#buffers.forEach((buffer) => this.#page.gl.deleteBuffer(buffer));
    }
    [this.#array, this.#buffers] = [null, []];
  }

  #freeTexture() {
    if (this.#page && this.#texture) this.#page.gl.deleteTexture(this.#texture);
    this.#texture = null;
  }
}
