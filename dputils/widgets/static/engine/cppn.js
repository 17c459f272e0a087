// A picture in the weights of a small network from a place to a colour, as dputils.cppn: convolutions 1 × 1, which see
// a picture of places, and whose weights are trained.
import { matrixOf } from "./graph.js";
import { range } from "./memory.js";
import { each, eachOf, SIGMOID } from "./network.js";
import { normals } from "./random.js";

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

/** Layers that make the picture. Weights (out, in) are drawn with variance 1 / inputs, biases are zero; and so are the
    weights of the output, so that the picture begins grey. `waves` sines and as many cosines of the place, with fixed
    frequencies, are more inputs. */
export function cppnOf({ size, hidden = 8, width = 24, activation = "composite", radius = false, waves = 0,
  frequencies = normals(2 * waves, 3, 0) }) {
  const seen = inputsOf(radius, frequencies), follow = ACTIVATIONS[activation], grows = follow("").length > 1 ? 2 : 1;
  const place = (k) => EDGE * ((2 * k + 1) / size - 1);
  const layers = [{ name: "places", kind: "given", channels: seen.length, height: size, width: size,
    values: matrixOf(seen.length, size * size, (input, n) =>
      seen[input](place(n % size), place(Math.floor(n / size)))).values }];
  for (let k = 0; k <= hidden; k++) {
    const name = `layer${k}`, last = k === hidden, outputs = last ? 3 : width, inputs = k ? grows * width : seen.length;
    layers.push({ name, kind: "conv", from: [layers.at(-1).name], kernel: 1, stride: 1, outputs,
      count: outputs * (inputs + 1), // weights, then biases
      begin: (value, n) => last || n >= outputs * inputs ? 0 : value / Math.sqrt(inputs) },
    ...last ? [eachOf("picture", name, SIGMOID)] : follow(name));
  }
  return layers;
}

/** What the first layer sees of a place, all of variance 1: x, y, perhaps the radius and waves. */
function inputsOf(radius, frequencies) {
  const waves = (wave) => range(frequencies.length / 2).map((k) => (x, y) =>
    Math.SQRT2 * wave(frequencies[2 * k] * x + frequencies[2 * k + 1] * y));
  return [(x) => x, (x, y) => y, ...radius ? [(x, y) => (Math.hypot(x, y) - 1.325) / 0.4934] : [],
    ...waves(Math.cos), ...waves(Math.sin)];
}
