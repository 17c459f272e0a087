// Pictures that are optimized: parameters, a basis that makes raw values of them, colour, a sigmoid; and Adam.
import { FourierBasis } from "./fourier.js";
import { pointwise } from "./graph.js";
import { range } from "./memory.js";
import { each, eachOf, Network } from "./network.js";
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

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
export const SIGMOID = each(sigmoid, (z) => {
  const value = sigmoid(z);
  return value * (1 - value);
});

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
    const planes = finest?.length ?? 3; // a fourth one is opacity: squashed like the colours, never mixed with them
    const mixing = (o, i) => o < 3 && i < 3 && decorrelate ? CORRELATED[o][i] : Number(o === i);
    const layers = [pointwise("colours", "input", new Float32Array(planes), mixing, planes),
      eachOf("picture", "colours", SIGMOID)];
    Object.assign(this, { parameters: normals(this.count, sd, seed), gradient: new Float32Array(this.count),
      adam: new Adam(this.count), raw: new Float32Array(planes * size * size),
      networks: range(batch).map(() => new Network({ layers, channels: planes }, size, size, road)) });
  }

  /** Parts of which share(k) is in picture `k`. */
  #add(bases, share) {
    for (const basis of bases) {
      this.parts.push({ basis, share, at: this.count });
      this.count += basis.count;
    }
  }

  /** [basis, its piece of `values`, share] of each part of picture `k`. */
  #partsOf(k, values) {
    return this.parts.filter(({ share }) => share(k)).map(({ basis, share, at }) =>
      [basis, values.subarray(at, at + basis.count), share(k)]);
  }

  /** Picture `k`, (planes, size, size) in [0, 1]. */
  *render(k = 0) {
    this.raw.fill(0);
    for (const [basis, parameters, share] of this.#partsOf(k, this.parameters)) {
      basis.addTo(this.raw, parameters, share);
      yield;
    }
    return this.networks[k].forward(this.raw);
  }

  /** Adds to the gradient of the parameters what that of picture `k`, as it was rendered last, gives. */
  *pull(ofImage, k = 0) {
    const ofRaw = this.networks[k].backward({ picture: ofImage });
    for (const [basis, gradient, share] of this.#partsOf(k, this.gradient)) {
      basis.addBack(gradient, ofRaw, share);
      yield;
    }
  }
}

/** Kingma and Ba 2014, uphill. */
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
