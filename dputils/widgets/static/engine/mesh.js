// A texture on a model: the triangles are drawn into a view, and the gradient of the view goes back into the texels
// that were seen (dputils.rasterize).
import { bytesOf } from "./graph.js";
import { range } from "./memory.js";
import { normals } from "./random.js";
import { Sampling } from "./sampling.js";

const DISTANCE = 12, LENS = 1 / Math.tan(Math.PI / 36); // of cameras around a model from -1 to 1, 10 degrees wide
const SLANT = 0.6; // how far cameras may stand from the surface's normal

const minus = (a, b) => a.map((value, k) => value - b[k]);
const along = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a) => a.map((value) => value / Math.hypot(...a));

/** An upright camera: where it stands, its three axes, and how far its lens reaches. */
export function cameraAt(eye, target, zoom = 1) {
  const back = unit(minus(eye, target)), right = unit(cross([0, 1, 0], back));
  return { eye, right, up: cross(back, right), back, focal: LENS * zoom };
}

export class Mesh {
  /** Base64: `positions` (vertex, 3), int16 for -1 to 1; `uv` (vertex, 2), uint16 for 0 to 1; `faces` (face, 3). */
  constructor({ positions, uv, faces }) {
    const rows = (text, Kind, columns, scale = 1) => {
      const numbers = [...new Kind(bytesOf(text).buffer)].map((value) => value / scale);
      return range(numbers.length / columns).map((k) => numbers.slice(columns * k, columns * (k + 1)));
    };
    this.vertices = rows(positions, Int16Array, 3, 32767);
    this.uv = rows(uv, Uint16Array, 2, 65535);
    this.faces = rows(faces, Uint16Array, 3);
    let area = 0;
    this.areas = this.faces.map((face) => area += Math.hypot(...this.#normal(face)));
  }

  #normal(face) {
    const [a, b, c] = face.map((v) => this.vertices[v]);
    return cross(minus(b, a), minus(c, a));
  }

  /** A camera close to a random place of the surface, all equally likely per area, roughly in front of it. */
  camera(next, zoom) {
    const wanted = next() * this.areas.at(-1), face = this.faces[this.areas.findIndex((area) => area >= wanted)];
    const place = [0, 1, 2].map((k) => face.reduce((sum, v) => sum + this.vertices[v][k] / 3, 0));
    const normal = unit(this.#normal(face)), aside = unit([...normals(3, 1, Math.floor(next() * 2 ** 31))]);
    const away = unit(normal.map((value, k) => value + SLANT * aside[k]));
    return cameraAt(place.map((value, k) => value + DISTANCE * away[k]), place, zoom);
  }

  /** What a step sees: the model from somewhere, before a ground of any colour. */
  look(next, { zoom, view, size }) {
    return new View(this, this.camera(next, zoom), view, size, [next(), next(), next()]);
  }

  /** The model in this texture, turned by so many twelfths of a circle. */
  shown([texture], { turn, shown, size }) {
    const angle = 0.5 + Math.PI / 6 * turn, eye = [Math.sin(angle), 0.2, Math.cos(angle)].map((value) => 13.2 * value);
    return [new View(this, cameraAt(eye, [0, 0, 0]), shown, size, [1, 1, 1]).apply(texture)];
  }
}

/** What a camera sees of a mesh in (size, size) pixels, before a plain ground: which places of a texture (planes,
    texels, texels) that repeats itself. */
export class View extends Sampling {
  constructor(mesh, { eye, right, up, back, focal }, size, texels, ground) {
    super(size * size, texels, { repeated: true, beyond: ground });
    const screen = mesh.vertices.map((vertex) => { // x / w is a column and y / w a row
      const p = minus(vertex, eye), w = -along(back, p);
      return [(focal * along(right, p) + w) * size / 2, (w - focal * along(up, p)) * size / 2, w];
    });
    this.depths = new Float64Array(size * size).fill(Infinity);
    for (const face of mesh.faces) {
      const corners = face.map((v) => screen[v]), [a, b, c] = corners;
      // An edge times (column, row, 1) says on which side of it a place lies, and how far (Olano and Greer 1997).
      const edges = [cross(b, c), cross(c, a), cross(a, b)];
      const [us, vs] = [0, 1].map((k) => face.map((v) => mesh.uv[v][k]));
      const within = (k) => { // pixels whose centres lie within the triangle's bounds
        const places = corners.map((corner) => corner[k] / corner[2]);
        return [Math.max(0, Math.ceil(Math.min(...places) - 0.5)), Math.min(size - 1, Math.max(...places) - 0.5)];
      };
      const [left, last] = within(0), [top, bottom] = within(1);
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= last; x++) {
          const place = [x + 0.5, y + 0.5, 1], shares = edges.map((edge) => along(edge, place)), [p, q, r] = shares;
          const sum = p + q + r, n = y * size + x;
          if (sum === 0 || p * sum < 0 || q * sum < 0 || r * sum < 0) continue;
          const depth = (p * a[2] + q * b[2] + r * c[2]) / sum; // shares of the corners, in space
          if (depth >= this.depths[n]) continue;
          this.depths[n] = depth;
          this.put(n, along(shares, us) / sum * texels - 0.5, (1 - along(shares, vs) / sum) * texels - 0.5);
        }
      }
    }
  }
}
