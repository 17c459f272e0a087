// A picture in the weights of a small network from a place to a colour, as dputils.cppn. Values are (unit, point).
import { collect, mix } from "./matrix.js";
import { Adam, normals } from "./picture.js";

const EDGE = Math.sqrt(3); // a coordinate spread evenly over ±√3 has standard deviation 1

/** atan and its square, scaled, side by side: twice as many units. */
const pair = (mean, scale) => ({
  grows: 2,
  forward(z, x) {
    for (let n = 0; n < z.length; n++) {
      const u = Math.atan(z[n]);
      x[n] = u / 0.67;
      x[z.length + n] = (u * u - mean) / scale;
    }
  },
  backward(z, x, ofX, ofZ) {
    for (let n = 0; n < z.length; n++) {
      const u = 0.67 * x[n];
      ofZ[n] = (ofX[n] / 0.67 + 2 * u / scale * ofX[z.length + n]) / (1 + z[n] * z[n]);
    }
  },
});
const one = (value, slope) => ({
  grows: 1,
  forward(z, x) { for (let n = 0; n < z.length; n++) x[n] = value(z[n]); },
  backward(z, x, ofX, ofZ) { for (let n = 0; n < z.length; n++) ofZ[n] = slope(z[n]) * ofX[n]; },
});
export const ACTIVATIONS = {
  composite: pair(0, 0.6),
  unbiased: pair(0.45, 0.396),
  relu: one((z) => (Math.max(0, z) - 0.4) / 0.58, (z) => z > 0 ? 1 / 0.58 : 0),
  abs: one(Math.abs, Math.sign),
};

export class Cppn {
  /** Weights are drawn with variance 1 / inputs; those of the output are zero, so that the picture begins grey.
      `parameters` are, layer by layer, weights (out, in) and biases. `waves` sines and as many cosines of the place,
      with fixed frequencies, are more inputs. */
  constructor({ size, hidden = 8, width = 24, activation = "composite", radius = false, waves = 0, seed = 0,
    frequencies = normals(2 * waves, 3, 0) }) {
    const points = size * size, { grows } = ACTIVATIONS[activation];
    Object.assign(this, { points, activation: ACTIVATIONS[activation] });
    let x = inputsOf(size, radius, frequencies), at = 0;
    this.layers = [...new Array(hidden).fill(width), 3].map((outs) => {
      const ins = x.length / points, layer = { ins, outs, at, x, ofX: new Float32Array(x.length) };
      layer.z = new Float32Array(outs * points);
      at += outs * (ins + 1);
      x = new Float32Array(grows * outs * points);
      return layer;
    });
    this.parameters = normals(at, 1, seed);
    for (const { ins, outs, at } of this.layers) {
      for (let n = 0; n < outs * ins; n++) this.parameters[at + n] /= Math.sqrt(ins);
      this.parameters.fill(0, at + outs * ins, at + outs * (ins + 1));
    }
    this.parameters.fill(0, this.layers.at(-1).at);
    this.gradient = new Float32Array(at);
    this.adam = new Adam(at);
    this.image = new Float32Array(3 * points);
  }

  #of(values, { at, ins, outs }) {
    return [values.subarray(at, at + outs * ins), values.subarray(at + outs * ins, at + outs * (ins + 1))];
  }

  render() {
    const { points, layers, activation, image } = this;
    layers.forEach((layer, k) => {
      const { ins, outs, x, z } = layer, [weight, bias] = this.#of(this.parameters, layer);
      bias.forEach((value, o) => z.fill(value, o * points, (o + 1) * points));
      mix(z, outs, x, ins, weight, ins, 1, points);
      if (k + 1 < layers.length) activation.forward(z, layers[k + 1].x);
    });
    layers.at(-1).z.forEach((value, n) => { image[n] = 1 / (1 + Math.exp(-value)); });
    return image;
  }

  /** Adds the gradient of the parameters, for the picture that was rendered last. */
  pull(ofImage) {
    const { points, layers, activation, image } = this;
    let ofZ = ofImage.map((value, n) => value * image[n] * (1 - image[n]));
    for (let k = layers.length - 1; k >= 0; k--) {
      const layer = layers[k], { ins, outs, x, ofX } = layer, [weight] = this.#of(this.parameters, layer);
      const [ofWeight, ofBias] = this.#of(this.gradient, layer);
      collect(ofWeight, ofZ, outs, x, ins, points);
      for (let o = 0; o < outs; o++) for (let n = 0; n < points; n++) ofBias[o] += ofZ[o * points + n];
      if (!k) break;
      mix(ofX.fill(0), ins, ofZ, outs, weight, 1, ins, points);
      const { z } = layers[k - 1], below = new Float32Array(z.length);
      activation.backward(z, x, ofX, below);
      ofZ = below;
    }
  }
}

/** What the first layer sees, (input, point): x, y, perhaps the radius and waves, all of variance 1. */
function inputsOf(size, radius, frequencies) {
  const place = (k) => EDGE * ((2 * k + 1) / size - 1), rows = [];
  const plane = (value) => Float32Array.from({ length: size * size }, (_, n) =>
    value(place(n % size), place(Math.floor(n / size))));
  rows.push(plane((x) => x), plane((x, y) => y));
  if (radius) rows.push(plane((x, y) => (Math.hypot(x, y) - 1.325) / 0.4934));
  for (const wave of [Math.cos, Math.sin]) {
    for (let k = 0; k < frequencies.length; k += 2) {
      rows.push(plane((x, y) => Math.SQRT2 * wave(frequencies[k] * x + frequencies[k + 1] * y)));
    }
  }
  const all = new Float32Array(rows.length * size * size);
  rows.forEach((row, k) => all.set(row, k * size * size));
  return all;
}
