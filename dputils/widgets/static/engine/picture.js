// What is optimized: parameters, a network without input that makes pictures of them, and Adam.
import { filmOf } from "./bases.js";
import { cppnOf } from "./cppn.js";
import { Network } from "./network.js";
import { normals } from "./random.js";

export class Picture {
  /** One picture or a film, as bases.js and cppn.js say. Layers that are trained have `begin`, which says what each of
      their numbers, `count` in all, is at first, of a random one; `parameters` are those of all these layers. */
  constructor(settings) {
    const { size, basis, seed = 0, road } = settings, layers = (basis === "CPPN" ? cppnOf : filmOf)(settings);
    const trained = layers.filter(({ begin }) => begin), total = trained.reduce((sum, { count }) => sum + count, 0);
    this.parameters = normals(total, 1, seed);
    this.gradient = new Float32Array(total);
    this.adam = new Adam(total);
    let at = 0;
    for (const layer of trained) {
      const piece = [at, at += layer.count];
      layer.values = this.parameters.subarray(...piece);
      layer.slopes = this.gradient.subarray(...piece);
      layer.values.set(layer.values.map(layer.begin));
    }
    this.names = layers.map(({ name }) => name).filter((name) => name.startsWith("picture"));
    this.network = new Network({ layers }, size, size, road);
  }

  /** All pictures, each (planes, size, size) in [0, 1]. */
  *render() {
    yield* this.network.ahead(this.names);
    return this.names.map((name) => this.network.read(name));
  }

  /** A step uphill, given the gradient for each of the pictures that were rendered last. */
  *climb(gradients, rate) {
    yield* this.pull(gradients);
    this.adam.climb(this.parameters, this.gradient, rate);
  }

  /** The gradient of the parameters from those of the pictures that were rendered last. */
  *pull(gradients) {
    this.gradient.fill(0);
    yield* this.network.back(Object.fromEntries(this.names.map((name, k) => [name, gradients[k]])));
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
