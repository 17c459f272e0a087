// A picture in the weights of a small network from a place to a colour, as dputils.cppn: convolutions 1 × 1, which see
// a picture of places, and whose weights are trained.
import { each, eachOf, Network } from "./network.js";
import { Adam, normals, SIGMOID } from "./picture.js";

const EDGE = Math.sqrt(3); // a coordinate spread evenly over ±√3 has standard deviation 1

// The two functions that work most are loops of their own: a browser makes these faster.
const ATAN = {
  value(z, x) { for (let n = 0; n < z.length; n++) x[n] = Math.atan(z[n]) / 0.67; },
  slope(z, ofX, ofZ) { for (let n = 0; n < z.length; n++) ofZ[n] += ofX[n] / (0.67 * (1 + z[n] * z[n])); },
};
const square = (mean, scale) => ({
  value(z, x) { for (let n = 0; n < z.length; n++) x[n] = ((0.67 * z[n]) ** 2 - mean) / scale; },
  slope(z, ofX, ofZ) { for (let n = 0; n < z.length; n++) ofZ[n] += 2 * 0.67 ** 2 * z[n] / scale * ofX[n]; },
});

const one = (change) => (from) => [eachOf(`${from}.active`, from, change)];
/** atan and its square, scaled, side by side: twice as many units. */
const pair = (mean, scale) => (from) => [
  eachOf(`${from}.atan`, from, ATAN), eachOf(`${from}.square`, `${from}.atan`, square(mean, scale)),
  { name: `${from}.active`, kind: "concat", from: [`${from}.atan`, `${from}.square`] }];
/** The layers that follow a convolution, given its name. */
const ACTIVATIONS = {
  composite: pair(0, 0.6),
  unbiased: pair(0.45, 0.396),
  relu: one(each((z) => (Math.max(0, z) - 0.4) / 0.58, (z) => z > 0 ? 1 / 0.58 : 0)),
  abs: one(each(Math.abs, Math.sign)),
};

export class Cppn {
  /** Weights are drawn with variance 1 / inputs; those of the output are zero, so that the picture begins grey.
      `parameters` are, layer by layer, weights (out, in) and biases. `waves` sines and as many cosines of the place,
      with fixed frequencies, are more inputs. */
  constructor({ size, hidden = 8, width = 24, activation = "composite", radius = false, waves = 0, seed = 0,
    frequencies = normals(2 * waves, 3, 0), road }) {
    const inputs = inputsOf(radius, frequencies), widths = [...new Array(hidden).fill(width), 3];
    const follow = ACTIVATIONS[activation], grows = follow("").length > 1 ? 2 : 1;
    const shapes = widths.map((outputs, k) => ({ inputs: k ? grows * widths[k - 1] : inputs.length, outputs }));
    const count = shapes.reduce((sum, { inputs, outputs }) => sum + outputs * (inputs + 1), 0);
    const parameters = normals(count, 1, seed), gradient = new Float32Array(count);
    let at = 0, from = "input";
    const layers = shapes.flatMap(({ inputs, outputs }, k) => {
      const name = `layer${k}`, last = k === hidden, middle = at + outputs * inputs, end = middle + outputs;
      const convolution = { name, kind: "conv", from: [from], kernel: 1, stride: 1, outputs,
        weight: parameters.subarray(at, middle), bias: parameters.subarray(middle, end).fill(0),
        ofWeight: gradient.subarray(at, middle), ofBias: gradient.subarray(middle, end) };
      convolution.weight.forEach((value, n) => { convolution.weight[n] = last ? 0 : value / Math.sqrt(inputs); });
      [at, from] = [end, `${name}.active`];
      return [convolution, ...last ? [eachOf("picture", name, SIGMOID)] : follow(name)];
    });
    Object.assign(this, { parameters, gradient, adam: new Adam(count) });
    this.network = new Network({ layers, channels: inputs.length }, size, size, road);
    const place = (k) => EDGE * ((2 * k + 1) / size - 1), area = size * size;
    this.places = Float32Array.from({ length: inputs.length * area }, (_, n) =>
      inputs[Math.floor(n / area)](place(n % size), place(Math.floor(n % area / size))));
  }

  *render() {
    yield* this.network.ahead(this.places, ["picture"]);
    return this.network.read("picture");
  }

  /** Adds the gradient of the parameters, for the picture that was rendered last. */
  *pull(ofImage) {
    yield* this.network.back({ picture: ofImage });
  }
}

/** What the first layer sees of a place, all of variance 1: x, y, perhaps the radius and waves. */
function inputsOf(radius, frequencies) {
  const waves = (wave) => Array.from({ length: frequencies.length / 2 }, (_, k) => (x, y) =>
    Math.SQRT2 * wave(frequencies[2 * k] * x + frequencies[2 * k + 1] * y));
  return [(x) => x, (x, y) => y, ...radius ? [(x, y) => (Math.hypot(x, y) - 1.325) / 0.4934] : [],
    ...waves(Math.cos), ...waves(Math.sin)];
}
