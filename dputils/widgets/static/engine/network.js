// A network and its gradient on a processor. JavaScript lays out one memory and says which kernel runs where; the
// kernels (make_kernels.mjs), in WebAssembly or, where that is forbidden, in JavaScript, do the arithmetic.
import { bytesOf, Shaped, sizeOf } from "./graph.js";
import { KERNELS } from "./kernels.js";

const TILES = 60; // that Winograd's way takes at a time: their buffers fit a second-level cache
const STRIP = 512; // pixels that a product of two maps takes at a time, for the same reason
const SPARE = 8; // pixels behind each map, because kernels take several at a time
const fours = (n) => Math.ceil(n / 4) * 4;
const range = (n) => Array.from({ length: n }, (_, k) => k);

export class Network extends Shaped {
  /** On the first of the roads from `road` on that can be taken: fused multiply-add may be missing, WebAssembly may be
      forbidden. Besides layers as they are exported it knows "gram" (how often channels fire together), "each" (a
      function `value` of every number, and its slope), and convolutions 1 × 1 that are trained: the gradients of their
      weights and biases are added to `ofWeight` and `ofBias`. */
  constructor(model, height, width = height, road = "WebAssembly, fused") {
    super(model, height, width);
    Object.assign(this, { road: firstOf(road), top: 64, contents: [] }); // an address of 0 means: none
    this.#layOut();
    const { script, module } = KERNELS[this.road], pages = Math.ceil(this.top / 65536);
    const memory = script ? { buffer: new ArrayBuffer(65536 * pages) } : new WebAssembly.Memory({ initial: pages });
    this.floats = new Float32Array(memory.buffer);
    this.kernels = script ? script(this.floats, new Int32Array(memory.buffer))
      : new WebAssembly.Instance(module, { engine: { memory } }).exports;
    for (const { at, values } of this.contents) {
      new values.constructor(memory.buffer, at, values.length).set(values);
    }
    this.contents = null;
  }

  /** The last layer's values, or those of layer `until`, for a picture (channel, row, column). */
  forward(image, until = this.layers.at(-1).name) {
    this.#write(this.input, this.normalized(image));
    for (const layer of this.layers) {
      FORWARD[layer.kind](this, layer);
      if (layer.name === until) break;
    }
    return this.read(until);
  }

  /** A layer's values, (channel, row, column). */
  read(name) {
    return this.#planes(this.maps.get(name));
  }

  /** The gradient for the picture of sum(values * gradient), added up over the layers in {layer: gradient}. */
  backward(gradients) {
    this.floats.fill(0, this.gradients / 4, (this.gradients + this.shift) / 4);
    for (const name in gradients) this.#write(this.maps.get(name), gradients[name], this.shift);
    const last = this.layers.findLastIndex(({ name }) => name in gradients);
    for (let k = last; k >= 0; k--) BACKWARD[this.layers[k].kind](this, this.layers[k]);
    return this.ofImage(this.#planes(this.input, this.shift));
  }

  // ---- the memory ---------------------------------------------------------------------------------------------------

  #reserve(bytes) {
    const at = this.top;
    this.top = Math.ceil((at + bytes) / 64) * 64;
    return at;
  }

  #keep(values) {
    const at = this.#reserve(values.byteLength);
    this.contents.push({ at, values });
    return at;
  }

  #layOut() {
    const maps = [...this.maps.values()], { pixels } = KERNELS[this.road];
    for (const map of maps) map.wide = fours(map.channels);
    this.border = 0; // windows reach beyond the map: forward into the source, backward into the result
    for (const { kind, map, sources, rows, columns, stride, padding } of this.layers) {
      const [source] = sources;
      if (kind === "conv") {
        const beyond = (size, count) => Math.floor((size - 1 + padding) / stride) - (count - 1);
        this.border = Math.max(this.border, padding, Math.ceil(Math.max(rows, columns) / stride) - 1,
          beyond(source.height, map.height), beyond(source.width, map.width));
      } else if (kind === "concat") { // parts are moved in whole vectors: room for the last one
        let at = 0;
        for (const part of sources) {
          map.wide = Math.max(map.wide, fours(at + part.wide));
          at += part.channels;
        }
      } else map.wide = source.wide; // channel by channel
    }
    const begin = this.top;
    for (const map of maps) {
      map.pixel = 4 * map.wide;
      map.line = map.width + 2 * this.border; // pixels
      map.row = map.line * map.pixel;
      map.count = (map.height + 2 * this.border + 1) * map.line; // Winograd's windows need a spare row
      map.at = this.#reserve((map.count + SPARE) * map.pixel);
    }
    this.shift = this.top - begin; // from values to their gradients
    this.gradients = this.#reserve(this.shift);
    const widest = Math.max(...maps.map((map) => map.pixel)), tiles = Math.ceil(TILES / pixels) * pixels;
    this.zeros = this.#reserve(widest);
    this.spread = this.#reserve(16 * tiles * widest);
    this.gathered = this.#reserve(16 * tiles * widest);
    this.oneByOne = this.#keep(Int32Array.from({ length: 2 * tiles }, (_, k) => k >> 1));
    for (const layer of this.layers) {
      if (layer.kind === "conv") this.#prepare(layer);
      else if (layer.kind === "gram") this.#prepareGram(layer);
    }
  }

  /** The jobs of a convolution: one forward; backward one for each phase of the stride, because the gradient of a
      pixel comes through every stride-th tap of the kernel, and those taps are again a convolution with stride 1. */
  #prepare(layer) {
    const { map, sources: [source], weight, bias, rows, columns, stride, padding } = layer;
    const at = (o, i, y, x) => o < map.channels && i < source.channels
      ? weight[((o * source.channels + i) * rows + y) * columns + x] : 0;
    const biasAt = this.#keep(Float32Array.from({ length: map.wide }, (_, o) => bias[o] ?? 0));
    if (rows === 3 && columns === 3 && stride === 1 && padding === 1) {
      layer.job = this.#tileJob(source, map, at, biasAt);
      layer.backJobs = [this.#tileJob(map, source, (i, o, y, x) => at(o, i, 2 - y, 2 - x), 0)];
      return;
    }
    const windows = (count, taps) => ({ taps, places: range(count).map((k) => [k * stride - padding, k]) });
    layer.job = this.#job(source, map, windows(map.height, rows), windows(map.width, columns), at, biasAt);
    const phases = (size, taps) => range(Math.min(stride, taps)).map((first) => { // taps first, first + stride, …
      const few = Math.ceil((taps - first) / stride), window = (k) => (k + padding - first) / stride;
      return { first, taps: few, places: range(size).filter((k) => window(k) >= 0 && Number.isInteger(window(k)))
        .map((k) => [window(k) - few + 1, k]) };
    });
    layer.backJobs = phases(source.height, rows).flatMap((down) => phases(source.width, columns).map((right) => {
      const tap = ({ first, taps }, k) => first + stride * (taps - 1 - k); // turned round
      return this.#job(map, source, down, right, (i, o, y, x) => at(o, i, tap(down, y), tap(right, x)), 0);
    })).filter(({ count }) => count);
    if (layer.ofWeight) layer.products = this.#reserve(source.wide * map.pixel);
  }

  /** The gradient of a Gram matrix F Fᵀ / n for F is (Ḡ + Ḡᵀ) F / n, and that is a convolution 1 × 1. */
  #prepareGram(layer) {
    const { sources: [source] } = layer, { channels } = source, all = (count) =>
      ({ taps: 1, places: range(count).map((k) => [k, k]) });
    layer.both = new Float32Array(channels * channels);
    const at = (o, i) => o < channels && i < channels ? layer.both[o * channels + i] : 0;
    layer.job = this.#job(source, source, all(source.height), all(source.width), at, 0);
  }

  /** Windows that begin in `from`, and whose sums belong to places in `to`: `down` and `right` have pairs of them. Their
      weights are at(output, input, row, column). */
  #job(from, to, down, right, at, bias) {
    const { pixels } = KERNELS[this.road], block = to.wide % 8 ? 4 : 8, table = [];
    const place = ({ line }, y, x) => (y + this.border) * line + x + this.border;
    for (const [y, v] of down.places) for (const [x, u] of right.places) table.push(place(from, y, x), place(to, v, u));
    while (table.length % (2 * pixels)) table.push(...table.slice(-2)); // the last group is filled up with the last one
    const arranged = () => {
      const weights = new Float32Array(to.wide * from.wide * down.taps * right.taps);
      let k = 0;
      for (let o = 0; o < to.wide; o += block) {
        for (let y = 0; y < down.taps; y++) {
          for (let x = 0; x < right.taps; x++) {
            for (let i = 0; i < from.wide; i++) {
              for (let lane = 0; lane < block; lane++) weights[k++] = at(o + lane, i, y, x);
            }
          }
        }
      }
      return weights;
    };
    return { from, to, bias, arranged, count: table.length / 2, rows: down.taps, run: right.taps * from.pixel,
      name: `convolve${block}`, table: this.#keep(Int32Array.from(table)), weights: this.#keep(arranged()) };
  }

  /** A 3 × 3 convolution in Winograd's way: tiles of 2 × 2 pixels, of which some at the edge are halves. */
  #tileJob(from, to, at, bias) {
    const table = [], block = to.wide % 8 ? 4 : 8, { border } = this;
    for (let y = 0; y < to.height; y += 2) {
      for (let x = 0; x < to.width; x += 2) {
        const [right, below] = [x + 1 < to.width, y + 1 < to.height];
        table.push((y + border - 1) * from.line + x + border - 1, (y + border) * to.line + x + border,
          1 + 2 * right + 4 * below + 8 * (right && below));
      }
    }
    const size = to.wide * from.wide, weights = new Float32Array(16 * size), nine = new Float32Array(9);
    for (let o = 0; o < to.wide; o++) {
      for (let i = 0; i < from.wide; i++) {
        for (let k = 0; k < 9; k++) nine[k] = at(o, i, Math.floor(k / 3), k % 3);
        spreadKernel(nine, weights, (o - o % block) * from.wide + i * block + o % block, size);
      }
    }
    return { from, to, bias, tiles: table.length / 3, size: 4 * size, name: `convolve${block}`,
      table: this.#keep(Int32Array.from(table)), weights: this.#keep(weights) };
  }

  // ---- jobs ---------------------------------------------------------------------------------------------------------

  /** Reads values or, with a shift, gradients; and writes such. */
  run(job, shift, shiftTo = shift) {
    const { kernels } = this, { from, to, table, weights, bias, name } = job;
    if (!job.tiles) {
      kernels[name](from.at + shift, weights, to.at + shiftTo, bias, table, job.count, from.pixel, to.pixel, from.row,
        job.run, job.rows);
      return;
    }
    const { pixels } = KERNELS[this.road];
    for (let first = 0; first < job.tiles; first += TILES) {
      const count = Math.min(TILES, job.tiles - first), strip = table + 12 * first;
      const [before, after] = [TILES * from.pixel, TILES * to.pixel]; // bytes of one of the 16 places
      kernels.spread(from.at + shift, this.spread, strip, count, from.pixel, from.row, before);
      for (let k = 0; k < 16; k++) {
        kernels[name](this.spread + k * before, weights + k * job.size, this.gathered + k * after, this.zeros,
          this.oneByOne, Math.ceil(count / pixels) * pixels, from.pixel, to.pixel, from.pixel, from.pixel, 1);
      }
      kernels.gather(this.gathered, to.at + shift, bias, strip, count, to.pixel, to.row, after);
    }
  }

  /** Weights that have changed go into the memory. */
  rewrite({ arranged, weights }) {
    this.floats.set(arranged(), weights / 4);
  }

  /** How much each channel of one map goes with each of another, summed over all pixels: [channel of x][of g] at
      `out`, the address of so many pixels of g. */
  collect(x, g, shift, out) {
    this.floats.fill(0, out / 4, (out + x.wide * g.pixel) / 4);
    for (let first = 0; first < x.count; first += STRIP) {
      this.kernels.collect(x.at + first * x.pixel, g.at + shift + first * g.pixel, out,
        Math.min(STRIP, x.count - first), x.pixel, g.pixel, g.pixel);
    }
  }

  rowAt({ at, row, pixel }, y) {
    return at + (y + this.border) * row + this.border * pixel;
  }

  /** Calls visit(place in the memory, place in planes (channel, row, column)) for each number of a map or, with the
      shift, of its gradient. */
  #eachNumber(map, shift, visit) {
    for (let c = 0, n = 0; c < map.channels; c++) {
      for (let y = 0; y < map.height; y++) {
        let at = (this.rowAt(map, y) + shift) / 4 + c;
        for (let x = 0; x < map.width; x++, at += map.wide) visit(at, n++);
      }
    }
  }

  #write(map, planes, shift = 0) {
    this.#eachNumber(map, shift, (at, n) => { this.floats[at] = planes[n]; });
  }

  #planes(map, shift = 0) {
    const planes = new Float32Array(sizeOf(map));
    this.#eachNumber(map, shift, (at, n) => { planes[n] = this.floats[at]; });
    return planes;
  }
}

/** The first road from this one on that can be taken; its module is made once. */
function firstOf(road) {
  const roads = Object.keys(KERNELS);
  return roads.slice(Math.max(0, roads.indexOf(road))).find((name) => {
    const kernels = KERNELS[name];
    if (kernels.script) return true;
    try {
      return kernels.module ??= new WebAssembly.Module(bytesOf(kernels.wasm));
    } catch {
      return false;
    }
  });
}

// ---- one layer ------------------------------------------------------------------------------------------------------

const pool = (name) => (net, { map, sources: [source], rows, columns, stride }) => {
  for (let y = 0; y < map.height; y++) {
    const to = net.rowAt(map, y);
    net.kernels[name](net.rowAt(source, y * stride), to, to + net.shift, net.shift, map.width, source.pixel,
      stride * source.pixel, source.row, rows, columns);
  }
};

const FORWARD = {
  conv(net, { job, ofWeight, bias }) {
    if (ofWeight) net.rewrite(job), net.floats.set(bias, job.bias / 4);
    net.run(job, 0);
  },
  relu: ({ kernels }, { map, sources: [source] }) => kernels.relu(source.at, map.at, map.count * map.pixel),
  each({ floats }, { map, sources: [source], value }) {
    const to = map.at / 4, from = source.at / 4;
    for (let n = 0; n < map.count * map.wide; n++) floats[to + n] = value(floats[from + n]);
  },
  average: pool("average"),
  maximum: pool("maximum"),
  concat({ kernels }, { map, sources }) {
    let at = map.at;
    for (const part of sources) {
      kernels.copy(part.at, at, map.count, part.pixel, map.pixel, part.pixel);
      at += 4 * part.channels;
    }
  },
  gram(net, { map, sources: [source] }) {
    const out = net.rowAt(map, 0) / 4, places = source.height * source.width;
    net.collect(source, source, 0, 4 * out);
    for (let n = 0; n < map.width * map.wide; n++) net.floats[out + n] /= places;
  },
};

const BACKWARD = {
  conv(net, { job, backJobs, map, sources: [source], products, ofWeight, ofBias }) {
    if (ofWeight) {
      net.collect(source, map, net.shift, products);
      for (let o = 0; o < map.channels; o++) {
        for (let i = 0; i < source.channels; i++) {
          ofWeight[o * source.channels + i] += net.floats[products / 4 + i * map.wide + o];
        }
        for (let n = 0; n < map.count; n++) ofBias[o] += net.floats[(map.at + net.shift) / 4 + n * map.wide + o];
      }
      backJobs.forEach((each) => net.rewrite(each));
    }
    for (const each of backJobs) net.run(each, net.shift);
  },
  relu({ kernels, shift }, { map, sources: [source] }) {
    kernels.reluBack(source.at + shift, map.at, map.at + shift, map.count * map.pixel);
  },
  each({ floats, shift }, { map, sources: [source], slope }) {
    const to = map.at / 4, from = source.at / 4, further = shift / 4;
    for (let n = 0; n < map.count * map.wide; n++) {
      floats[from + further + n] += slope(floats[from + n]) * floats[to + further + n];
    }
  },
  average: pool("averageBack"),
  maximum: pool("maximumBack"),
  concat({ kernels, shift }, { map, sources }) {
    let at = map.at + shift;
    for (const part of sources) {
      kernels.add(at, part.at + shift, map.count, map.pixel, part.pixel, part.pixel);
      at += 4 * part.channels;
    }
  },
  gram(net, { map, sources: [source], job, both }) {
    const from = (net.rowAt(map, 0) + net.shift) / 4, places = source.height * source.width;
    for (let c = 0; c < map.channels; c++) {
      for (let d = 0; d < map.channels; d++) {
        both[c * map.channels + d] = (net.floats[from + c * map.wide + d] + net.floats[from + d * map.wide + c]) / places;
      }
    }
    net.rewrite(job);
    net.run(job, 0, net.shift);
  },
};

/** G g Gᵀ with G = (1 0 0; ½ ½ ½; ½ -½ ½; 0 0 1): a 3 × 3 kernel at Winograd's 16 places, every `step`-th in `to`. */
function spreadKernel(g, to, at, step) {
  for (let x = 0; x < 3; x++) spreadLine(g[x], g[3 + x], g[6 + x], COLUMNS, x, 3);
  for (let y = 0; y < 4; y++) {
    spreadLine(COLUMNS[3 * y], COLUMNS[3 * y + 1], COLUMNS[3 * y + 2], to, at + 4 * y * step, step);
  }
}
const COLUMNS = new Float64Array(12);

function spreadLine(a, b, c, to, at, step) {
  to[at] = a;
  to[at + step] = (a + b + c) / 2;
  to[at + 2 * step] = (a - b + c) / 2;
  to[at + 3 * step] = c;
}
