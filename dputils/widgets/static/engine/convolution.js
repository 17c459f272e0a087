// Convolutions, tap by tap: what stands under a tap of the kernel, times the tap's weights, is added to each window. On
// the way back the window's gradient, times the same weights, goes to what stood there.
import { range } from "./memory.js";

/** Links of a layer. One that is trained has `ofWeight` and `ofBias`, to which the gradients of its weights and biases
    are added: its kernel must be 1 × 1. */
export function convolution(net, layer) {
  const { map, sources: [source], weight, bias, rows, columns, ofWeight, ofBias } = layer, { memory } = net;
  const taps = rows * columns, size = source.wide * map.wide, biases = memory.reserve(map.pixel);
  const [ups, downs] = [1, 2].map(() => memory.reserve(4 * size * taps)); // [tap][input][output]; [tap][output][input]
  const write = () => {
    memory.floats.set(bias, biases / 4);
    weight.forEach((value, n) => { // (output, input, tap)
      const tap = n % taps, i = Math.floor(n / taps) % source.channels, o = Math.floor(n / taps / source.channels);
      memory.floats[ups / 4 + tap * size + i * map.wide + o] = value;
      memory.floats[downs / 4 + tap * size + o * source.wide + i] = value;
    });
  };
  memory.contents.push(write);
  const links = net.windows(layer, biases, (from, to, tap) => ({
    up: memory.multiply(from, to, ups + 4 * tap * size),
    down: memory.multiply(net.gradientOf(to), net.gradientOf(from), downs + 4 * tap * size) }));
  return ofWeight ? [{ up: { kernel: write } }, ...links, trained(net, layer)] : links;
}

/** Sums over all pixels: of the gradient, for the biases; times what the layer sees, for the weights. */
function trained({ memory, shift }, { map, sources: [source], ofWeight, ofBias }) {
  const size = source.wide * map.wide, gradient = { ...map, at: map.at + shift };
  const ones = { at: memory.keep(new Float32Array(map.count).fill(1)), rows: map.count, columns: 1 };
  const sums = { at: memory.reserve(4 * size + map.pixel), rows: source.wide, columns: map.wide };
  const last = { ...sums, at: sums.at + 4 * size, rows: 1 };
  const numbers = () => memory.numbers(sums.at, size + map.wide);
  return { down: [{ kernel: () => numbers().fill(0) },
    ...memory.product(source, gradient, sums, { turned: true }),
    ...memory.product(ones, gradient, last, { turned: true }),
    { kernel() {
      const found = numbers();
      ofWeight.forEach((sum, n) => {
        ofWeight[n] = sum + found[n % source.channels * map.wide + Math.floor(n / source.channels)];
      });
      ofBias.forEach((sum, o) => { ofBias[o] = sum + found[size + o]; });
    } }] };
}
