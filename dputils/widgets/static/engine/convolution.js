// Convolutions in the memory of a network: which windows meet which weights, forward and on the way back.
import { range } from "./memory.js";

/** A layer's way forward and its way back. One that is trained has `ofWeight` and `ofBias`, to which the gradients of
    its weights and biases are added: its kernel must be 1 × 1. */
export function convolution(net, { map, sources: [source], weight, bias, rows, columns, stride, padding,
  ofWeight, ofBias }) {
  const { memory, shift } = net, at = (o, i, y, x) => o < map.channels && i < source.channels
    ? weight[((o * source.channels + i) * rows + y) * columns + x] : 0;
  const across = (count, taps) => ({ taps: range(taps), places: range(count).map((k) => [k * stride - padding, k]) });
  const up = windowed(net, source, map, across(map.height, rows), across(map.width, columns), at, bias);
  // The gradient of a pixel comes through every stride-th tap of the kernel, and those taps, turned round, are again a
  // convolution, with stride 1: one for each phase of the stride.
  const phases = (size, count) => range(Math.min(stride, count)).map((first) => {
    const taps = range(count).filter((tap) => tap % stride === first).reverse();
    const window = (k) => (k + padding - first) / stride;
    const places = range(size).filter((k) => window(k) >= 0 && Number.isInteger(window(k)));
    return { taps, places: places.map((k) => [window(k) - taps.length + 1, k]) };
  }).filter(({ places }) => places.length);
  const downs = phases(source.height, rows).flatMap((down) => phases(source.width, columns).map((right) =>
    windowed(net, map, source, down, right, (i, o, y, x) => at(o, i, y, x))));
  if (!ofWeight) return [() => up.run(0), () => downs.forEach(({ run }) => run(shift))];
  const size = source.wide * map.wide, products = memory.reserve(4 * size);
  const collect = memory.product(source, { ...map, at: map.at + shift },
    { at: products, rows: source.wide, columns: map.wide }, { turned: true });
  return [() => {
    up.rewrite();
    up.run(0);
  }, () => {
    const found = memory.numbers(products, size).fill(0);
    const gradient = memory.numbers(map.at + shift, map.count * map.wide);
    collect();
    ofWeight.forEach((sum, n) => {
      ofWeight[n] = sum + found[n % source.channels * map.wide + Math.floor(n / source.channels)];
    });
    for (let n = 0; n < gradient.length; n += map.wide) {
      for (let o = 0; o < map.channels; o++) ofBias[o] += gradient[n + o];
    }
    for (const down of downs) {
      down.rewrite();
      down.run(shift);
    }
  }];
}

/** Any convolution. `down` and `right` have the taps, and the places of windows as pairs: where one begins in the map
    `from`, and where its sum belongs in `to`. Weights are at(output, input, row of the tap, column of the tap). */
function windowed({ memory, pairs }, from, to, down, right, at, bias = []) {
  const windows = memory.table(pairs(from, to, down.places, right.places), memory.pixels);
  const rows = down.taps.length, run = right.taps.length * from.wide, end = rows * run * to.wide;
  const arranged = () => { // [row and column of the tap, input][output], and biases
    const weights = new Float32Array(end + to.wide);
    let k = 0;
    for (const y of down.taps) {
      for (const x of right.taps) {
        for (let i = 0; i < from.wide; i++) for (let o = 0; o < to.wide; o++) weights[k++] = at(o, i, y, x);
      }
    }
    weights.set(bias, end);
    return weights;
  };
  const weights = memory.keep(arranged());
  return {
    /** Weights that have changed go into the memory. */
    rewrite: () => memory.floats.set(arranged(), weights / 4),
    /** Reads and writes values or, with a shift, gradients: these are added up. */
    run: (shift) => memory.multiply({ ...windows, source: from.at + shift, weights, out: to.at + shift, rows, run,
      bias: shift ? 0 : weights + 4 * end, inPixel: from.pixel, outPixel: to.pixel, gap: from.row - 4 * run }),
  };
}
