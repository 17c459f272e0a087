// Pictures that are optimized: parameters, a basis that makes raw values of them, colour, a sigmoid; and Adam.
import { FourierBasis } from "./fourier.js";
import { stretched } from "./sampling.js";

/** A basis by its name, as parts that are added up: BASES[name](size, settings). */
export const BASES = {
  pixels: (size) => [stretched(size, size)],
  Laplacian: (size) => [1, 2, 4, 8].map((part) => stretched(Math.max(1, Math.floor(size / part)), size)),
  "low resolution": (size, { cells }) => [stretched(cells, size)],
  Fourier: (size, settings) => [new FourierBasis(size, settings)],
};

/** As dputils.color: the square root of the covariance of colours in photographs, over its longest column. */
const ROOT = [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]];
const LONGEST = Math.max(...[0, 1, 2].map((column) => Math.hypot(...ROOT.map((row) => row[column]))));
const CORRELATED = ROOT.map((row) => row.map((value) => value / LONGEST));
const INDEPENDENT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/** Coarse parts of a film, [pictures along it, what its size is divided by], finest first. */
const LEVELS = [[1, 2], [1, 4], [1, 8], [2, 8], [1, 16], [2, 16]];

/** How much of the n-th of `count` pictures that lie evenly along a film is in its k-th of `frames`. */
export const near = (n, count, k, frames) => Math.max(0, 1 - Math.abs(n - k * (count - 1) / Math.max(1, frames - 1)));

export class Picture {
  /** `batch` pictures, each a sum of parts: one of its own and, `coupling` times as strong, one that is in all.
      Frames of a film have the first `levels` of LEVELS besides: in common or, if they are not `shared`, their own. */
  constructor({ size, batch = 1, basis = "Fourier", decay = 1, decorrelate = true, coupling = 0, levels = 0,
    shared = true, sd = 0.01, seed = 0, finest, cells = 16, road }) {
    const own = BASES[basis](size, { decay, finest, cells, road }), all = levels / LEVELS.length;
    Object.assign(this, { size, batch, parts: [], count: 0 });
    for (let n = 0; n < batch; n++) this.#add(own, (k) => k === n ? 0.4 ** all : 0); // coarse parts carry the rest
    if (coupling) this.#add(own, () => coupling);
    for (const [pictures, part] of LEVELS.slice(0, levels)) {
      const low = [stretched(Math.floor(size / part), size)], count = shared ? pictures : batch;
      for (let n = 0; n < count; n++) this.#add(low, (k) => 0.88 ** all * near(n, count, k, batch));
    }
    this.planes = finest?.length ?? 3; // a fourth one is opacity: squashed like the colours, never mixed with them
    this.colours = decorrelate ? CORRELATED : INDEPENDENT;
    this.parameters = normals(this.count, sd, seed);
    this.gradient = new Float32Array(this.count);
    this.adam = new Adam(this.count);
    this.raw = new Float32Array(this.planes * size * size);
    this.images = Array.from({ length: batch }, () => new Float32Array(this.planes * size * size));
  }

  /** Parts of which share(k) is in picture `k`. */
  #add(bases, share) {
    for (const basis of bases) {
      this.parts.push({ basis, share, at: this.count });
      this.count += basis.count;
    }
  }

  /** Calls visit(basis, its piece of `values`, share) for each part of picture `k`. */
  #eachPart(k, values, visit) {
    for (const { basis, share, at } of this.parts) {
      if (share(k)) visit(basis, values.subarray(at, at + basis.count), share(k));
    }
  }

  /** Picture `k`, (planes, size, size) in [0, 1]. */
  render(k = 0) {
    const { raw, colours } = this, image = this.images[k], plane = this.size ** 2;
    raw.fill(0);
    this.#eachPart(k, this.parameters, (basis, parameters, share) => basis.addTo(raw, parameters, share));
    for (let c = 0; c < 3; c++) {
      const [a, b, d] = colours[c];
      for (let n = 0; n < plane; n++) {
        image[c * plane + n] = 1 / (1 + Math.exp(-(a * raw[n] + b * raw[n + plane] + d * raw[n + 2 * plane])));
      }
    }
    for (let n = 3 * plane; n < raw.length; n++) image[n] = 1 / (1 + Math.exp(-raw[n]));
    return image;
  }

  /** Adds to the gradient of the parameters what that of picture `k`, as it was rendered last, gives. */
  pull(ofImage, k = 0) {
    const { raw, colours } = this, image = this.images[k], plane = this.size ** 2;
    raw.fill(0);
    for (let n = 3 * plane; n < raw.length; n++) raw[n] = ofImage[n] * image[n] * (1 - image[n]);
    for (let c = 0; c < 3; c++) {
      for (let n = 0; n < plane; n++) {
        const value = image[c * plane + n], slope = ofImage[c * plane + n] * value * (1 - value);
        for (let d = 0; d < 3; d++) raw[d * plane + n] += colours[c][d] * slope;
      }
    }
    this.#eachPart(k, this.gradient, (basis, gradient, share) => basis.addBack(gradient, raw, share));
  }
}

/** Kingma and Ba 2014, uphill. A gradient counts once: what is pulled next begins at zero. */
export class Adam {
  constructor(count) {
    Object.assign(this, { steps: 0, mean: new Float32Array(count), square: new Float32Array(count) });
  }

  climb(values, gradient, rate) {
    const { mean, square } = this, steps = ++this.steps;
    const step = rate / (1 - 0.9 ** steps), correction = 1 / Math.sqrt(1 - 0.999 ** steps);
    for (let n = 0; n < values.length; n++) {
      const slope = gradient[n];
      mean[n] += 0.1 * (slope - mean[n]);
      square[n] += 0.001 * (slope * slope - square[n]);
      values[n] += step * mean[n] / (Math.sqrt(square[n]) * correction + 1e-8);
    }
    gradient.fill(0);
  }
}

/** Uniform numbers in [0, 1): steps of the golden ratio, scrambled (Weyl's sequence, MurmurHash's finish). */
export function uniform(seed) {
  let state = Math.imul(Number(BigInt(seed) % 4294967296n) + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
  };
}

/** Gaussian numbers (Box and Muller 1958). */
export function normals(count, sd, seed) {
  const next = uniform(seed);
  return new Float32Array(count).map(() =>
    sd * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}
