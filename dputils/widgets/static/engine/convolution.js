// Convolutions in the memory of a network: which windows meet which weights, forward and on the way back. The kernels
// `convolve8` and `convolve4` compute 8 or 4 channels at a time.
import { KERNELS } from "./kernels.js";

const TILES = 60; // that Winograd's way takes at a time: their buffers fit a second-level cache
const range = (n) => Array.from({ length: n }, (_, k) => k);
const blockOf = (net, { wide }) => KERNELS[net.road].blocks.find((channels) => wide % channels === 0);

/** A layer's way forward and its way back. One that is trained has `ofWeight` and `ofBias`, to which the gradients of
    its weights and biases are added: its kernel must be 1 × 1. */
export function convolution(net, { map, sources: [source], weight, bias, rows, columns, stride, padding,
  ofWeight, ofBias }) {
  const at = (o, i, y, x) => o < map.channels && i < source.channels
    ? weight[((o * source.channels + i) * rows + y) * columns + x] : 0;
  const wideBias = () => Float32Array.from({ length: map.wide }, (_, o) => bias[o] ?? 0), biasAt = net.keep(wideBias());
  if (rows === 3 && columns === 3 && stride === 1 && padding === 1) {
    const up = tiled(net, source, map, at, biasAt);
    const down = tiled(net, map, source, (i, o, y, x) => at(o, i, 2 - y, 2 - x), 0);
    return [() => up(0), () => down(net.shift)];
  }
  const across = (count, taps) => ({ taps: range(taps), places: range(count).map((k) => [k * stride - padding, k]) });
  const up = windowed(net, source, map, across(map.height, rows), across(map.width, columns), at, biasAt);
  // The gradient of a pixel comes through every stride-th tap of the kernel, and those taps, turned round, are again a
  // convolution, with stride 1: one for each phase of the stride.
  const phases = (size, count) => range(Math.min(stride, count)).map((first) => {
    const taps = range(count).filter((tap) => tap % stride === first).reverse();
    const window = (k) => (k + padding - first) / stride;
    const places = range(size).filter((k) => window(k) >= 0 && Number.isInteger(window(k)));
    return { taps, places: places.map((k) => [window(k) - taps.length + 1, k]) };
  }).filter(({ places }) => places.length);
  const downs = phases(source.height, rows).flatMap((down) => phases(source.width, columns).map((right) =>
    windowed(net, map, source, down, right, (i, o, y, x) => at(o, i, y, x), 0)));
  if (!ofWeight) return [() => up.run(0), () => downs.forEach(({ run }) => run(net.shift))];
  const products = net.reserve(source.wide * map.pixel);
  return [() => {
    net.write(biasAt, wideBias());
    up.rewrite();
    up.run(0);
  }, () => {
    net.collect(source, map, net.shift, products);
    const found = net.floats.subarray(products / 4), gradient = net.floats.subarray((map.at + net.shift) / 4);
    ofWeight.forEach((sum, n) => {
      ofWeight[n] = sum + found[n % source.channels * map.wide + Math.floor(n / source.channels)];
    });
    for (let n = 0; n < map.count * map.wide; n += map.wide) {
      for (let o = 0; o < map.channels; o++) ofBias[o] += gradient[n + o];
    }
    for (const down of downs) {
      down.rewrite();
      down.run(net.shift);
    }
  }];
}

/** Any convolution. `down` and `right` have the taps, and the places of windows as pairs: where one begins in the map
    `from`, and where its sum belongs in `to`. Weights are at(output, input, row of the tap, column of the tap). */
export function windowed(net, from, to, down, right, at, bias) {
  const { pixels } = KERNELS[net.road], block = blockOf(net, to), table = [], name = `convolve${block}`;
  const place = ({ line }, y, x) => (y + net.border) * line + x + net.border;
  for (const [y, v] of down.places) for (const [x, u] of right.places) table.push(place(from, y, x), place(to, v, u));
  while (table.length % (2 * pixels)) table.push(...table.slice(-2)); // the last group is filled up with the last one
  const arranged = () => { // [block of outputs][tap][input][output]
    const weights = new Float32Array(to.wide * down.taps.length * right.taps.length * from.wide);
    let k = 0;
    for (let o = 0; o < to.wide; o += block) {
      for (const y of down.taps) {
        for (const x of right.taps) {
          for (let i = 0; i < from.wide; i++) {
            for (let lane = 0; lane < block; lane++) weights[k++] = at(o + lane, i, y, x);
          }
        }
      }
    }
    return weights;
  };
  const weights = net.keep(arranged()), windows = net.keep(Int32Array.from(table));
  return {
    /** Weights that have changed go into the memory. */
    rewrite: () => net.write(weights, arranged()),
    /** Reads values or, with a shift, gradients; and writes such. */
    run: (shift, shiftTo = shift) => net.kernels[name](from.at + shift, weights, to.at + shiftTo, bias, windows,
      table.length / 2, from.pixel, to.pixel, from.row, right.taps.length * from.pixel, down.taps.length),
  };
}

// G takes a column of three weights to Winograd's four, and G g Gᵀ a kernel g to 16 places: the share that each of its
// nine weights has there.
const G = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]];
const SHARES = new Float64Array(G.flatMap((down) => G.flatMap((right) =>
  down.flatMap((a) => right.map((b) => a * b)))));

/** A 3 × 3 convolution in Winograd's way: tiles of 2 × 2 pixels, of which some at the edge are halves. */
function tiled(net, from, to, at, bias) {
  const { border } = net, { pixels } = KERNELS[net.road], block = blockOf(net, to), name = `convolve${block}`;
  const tiles = [], size = to.wide * from.wide, weights = new Float32Array(16 * size), nine = new Float32Array(9);
  for (let y = 0; y < to.height; y += 2) {
    for (let x = 0; x < to.width; x += 2) {
      const [right, below] = [x + 1 < to.width, y + 1 < to.height];
      tiles.push((y + border - 1) * from.line + x + border - 1, (y + border) * to.line + x + border,
        1 + 2 * right + 4 * below + 8 * (right && below));
    }
  }
  for (let o = 0; o < to.wide; o++) {
    for (let i = 0; i < from.wide; i++) {
      for (let y = 0, tap = 0; y < 3; y++) for (let x = 0; x < 3; x++) nine[tap++] = at(o, i, y, x);
      for (let k = 0, n = (o - o % block) * from.wide + i * block + o % block; k < SHARES.length; n += size) {
        let sum = 0;
        for (let tap = 0; tap < 9; tap++) sum += SHARES[k++] * nine[tap];
        weights[n] = sum;
      }
    }
  }
  const table = net.keep(Int32Array.from(tiles)), mixed = net.keep(weights);
  const [before, after] = [TILES * from.pixel, TILES * to.pixel]; // bytes of one of the 16 places
  net.buffers ??= buffersOf(net, Math.ceil(TILES / pixels) * pixels);
  return (shift) => {
    const { kernels, buffers: { spread, gathered, zeros, oneByOne } } = net;
    for (let first = 0; first < tiles.length / 3; first += TILES) {
      const count = Math.min(TILES, tiles.length / 3 - first), strip = table + 12 * first;
      kernels.spread(from.at + shift, spread, strip, count, from.pixel, from.row, before);
      for (let k = 0; k < 16; k++) {
        kernels[name](spread + k * before, mixed + 4 * k * size, gathered + k * after, zeros, oneByOne,
          Math.ceil(count / pixels) * pixels, from.pixel, to.pixel, from.pixel, from.pixel, 1);
      }
      kernels.gather(gathered, to.at + shift, bias, strip, count, to.pixel, to.row, after);
    }
  };
}

/** What tiled convolutions share: room for their tiles at all places, a bias of zeros, windows of one pixel. */
function buffersOf(net, tiles) {
  const widest = Math.max(...[...net.maps.values()].map(({ pixel }) => pixel));
  return { spread: net.reserve(16 * tiles * widest), gathered: net.reserve(16 * tiles * widest),
    zeros: net.reserve(widest), oneByOne: net.keep(Int32Array.from({ length: 2 * tiles }, (_, k) => k >> 1)) };
}
