// A texture on a model: the triangles are drawn into a view, and the gradient of the view goes back into the texels
// that were seen (dputils.rasterize).
import { bytesOf } from "./graph.js";
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
    const numbers = (text, Kind) => new Kind(bytesOf(text).buffer);
    this.positions = Float32Array.from(numbers(positions, Int16Array), (value) => value / 32767);
    this.uv = Float32Array.from(numbers(uv, Uint16Array), (value) => value / 65535);
    this.faces = numbers(faces, Uint16Array);
    let area = 0;
    this.areas = Float64Array.from({ length: this.faces.length / 3 }, (_, f) => area += Math.hypot(...this.#normal(f)));
  }

  #corners(face) {
    return [0, 1, 2].map((k) => {
      const at = 3 * this.faces[3 * face + k];
      return [this.positions[at], this.positions[at + 1], this.positions[at + 2]];
    });
  }

  #normal(face) {
    const [a, b, c] = this.#corners(face);
    return cross(minus(b, a), minus(c, a));
  }

  /** A camera close to a random place of the surface, all equally likely per area, roughly in front of it. */
  camera(next, zoom) {
    const wanted = next() * this.areas.at(-1), face = this.areas.findIndex((area) => area >= wanted);
    const [a, b, c] = this.#corners(face), place = a.map((value, k) => (value + b[k] + c[k]) / 3);
    const normal = unit(this.#normal(face)), aside = unit([...normals(3, 1, Math.floor(next() * 2 ** 31))]);
    const away = unit(normal.map((value, k) => value + SLANT * aside[k]));
    return cameraAt(place.map((value, k) => value + DISTANCE * away[k]), place, zoom);
  }

  /** What a step sees: the model from somewhere, before a ground of any colour. */
  look(next, { zoom, view, size }) {
    return new View(this, this.camera(next, zoom), view, size, [next(), next(), next()]);
  }

  /** The model in this texture, turned by a share of a circle. */
  shown(texture, { turn, shown, size }) {
    const angle = 2 * Math.PI * turn, eye = [Math.sin(angle), 0.2, Math.cos(angle)].map((value) => 13.2 * value);
    return [new View(this, cameraAt(eye, [0, 0, 0]), shown, size, [1, 1, 1]).apply(texture)];
  }
}

/** What a camera sees of a mesh in (size, size) pixels before a plain ground: which places of a texture (planes, texels,
    texels) that repeats itself. */
export class View extends Sampling {
  constructor(mesh, { eye, right, up, back, focal }, size, texels, ground) {
    super(size * size, texels, { repeated: true, beyond: ground });
    const { positions, uv, faces } = mesh, count = positions.length / 3, screen = new Float64Array(3 * count);
    for (let v = 0; v < count; v++) { // x / w is a column and y / w a row
      const p = minus([positions[3 * v], positions[3 * v + 1], positions[3 * v + 2]], eye), w = -along(back, p);
      screen.set([(focal * along(right, p) + w) * size / 2, (w - focal * along(up, p)) * size / 2, w], 3 * v);
    }
    this.seen = new Uint8Array(size * size);
    const nearest = new Float64Array(size * size).fill(Infinity);
    for (let f = 0; f < faces.length; f += 3) {
      const corners = [faces[f], faces[f + 1], faces[f + 2]];
      const [a, b, c] = corners.map((v) => screen.subarray(3 * v, 3 * v + 3));
      const range = (k) => { // pixels whose centres lie within the triangle's bounds
        const places = [a[k] / a[2], b[k] / b[2], c[k] / c[2]];
        return [Math.max(0, Math.ceil(Math.min(...places) - 0.5)), Math.min(size - 1, Math.max(...places) - 0.5)];
      };
      const [left, last] = range(0), [top, bottom] = range(1);
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= last; x++) {
          const [p, q, r] = [edge(b, c, x, y), edge(c, a, x, y), edge(a, b, x, y)], sum = p + q + r, n = y * size + x;
          if (sum === 0 || p * sum < 0 || q * sum < 0 || r * sum < 0) continue;
          const depth = (p * a[2] + q * b[2] + r * c[2]) / sum; // p, q, r are shares of the corners, in space
          if (depth >= nearest[n]) continue;
          [nearest[n], this.seen[n]] = [depth, 1];
          const [u, v] = [0, 1].map((k) => {
            const [ofA, ofB, ofC] = corners.map((corner) => uv[2 * corner + k]);
            return (p * ofA + q * ofB + r * ofC) / sum;
          });
          this.put(n, u * texels - 0.5, (1 - v) * texels - 0.5);
        }
      }
    }
  }
}

/** On which side of an edge a pixel's centre lies, and how far: divided by no w (Olano and Greer 1997). */
function edge(a, b, column, row) {
  const x = column + 0.5, y = row + 0.5;
  return (a[0] - x * a[2]) * (b[1] - y * b[2]) - (b[0] - x * b[2]) * (a[1] - y * a[2]);
}
