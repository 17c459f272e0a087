// A network and its gradient in WebAssembly. JavaScript lays out one memory and says which kernel runs where; the
// kernels (make_kernels.mjs) do the arithmetic. Same interface as PlainNetwork.
import { bytesOf, Shaped, sizeOf } from "./graph.js";
import { KERNELS } from "./kernels.js";

const TILES = 60; // that Winograd's way takes at a time: their buffers fit a second-level cache
const fours = (n) => Math.ceil(n / 4) * 4;

export class Network extends Shaped {
  /** Raises where there is no WebAssembly, or none with vectors. `fused` allows fused multiply-add. */
  constructor(model, height, width = height, { fused = true } = {}) {
    super(model, height, width);
    const kind = fused && WebAssembly.validate(bytesOf(KERNELS.fused.wasm)) ? "fused" : "plain";
    this.road = kind === "fused" ? "WebAssembly, fused" : "WebAssembly";
    this.pixels = KERNELS[kind].pixels;
    this.top = 64; // an address of 0 means: none
    this.contents = []; // what is written into the memory once it is there
    this.#layOut();
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(this.top / 65536) });
    this.floats = new Float32Array(this.memory.buffer);
    for (const { at, values } of this.contents) {
      new values.constructor(this.memory.buffer, at, values.length).set(values);
    }
    this.contents = null;
    const module = new WebAssembly.Module(bytesOf(KERNELS[kind].wasm));
    this.kernels = new WebAssembly.Instance(module, { engine: { memory: this.memory } }).exports;
  }

  forward(image, until = this.layers.at(-1).name) {
    this.#write(this.input, this.normalized(image));
    for (const layer of this.layers) {
      this.#forward(layer);
      if (layer.name === until) break;
    }
    return this.read(until);
  }

  /** A layer's values, (channel, row, column). */
  read(name) {
    return this.#planes(this.maps.get(name));
  }

  backward(gradients) {
    this.floats.fill(0, this.gradients / 4, (this.gradients + this.shift) / 4);
    for (const name in gradients) this.#write(this.maps.get(name), gradients[name], this.shift);
    const last = this.layers.findLastIndex(({ name }) => name in gradients);
    for (let k = last; k >= 0; k--) this.#backward(this.layers[k]);
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
    for (const map of this.maps.values()) Object.assign(map, { border: 0, wide: fours(map.channels) });
    for (const { kind, map, sources, rows, columns, stride, padding } of this.layers) {
      const [source] = sources;
      if (kind === "conv") { // windows reach beyond the map, forward into the source and backward into the result
        source.border = Math.max(source.border, padding);
        const beyond = (size, count) => Math.floor((size - 1 + padding) / stride) - (count - 1);
        map.border = Math.max(map.border, Math.ceil(Math.max(rows, columns) / stride) - 1,
          beyond(source.height, map.height), beyond(source.width, map.width));
      }
      if (kind === "concat") { // parts are moved in whole vectors: room for the last one
        let at = 0;
        for (const part of sources) {
          map.wide = Math.max(map.wide, fours(at + part.wide));
          at += part.channels;
        }
      }
      if (kind === "relu" || kind === "average" || kind === "maximum") map.wide = source.wide; // channel by channel
    }
    const begin = this.top;
    for (const map of this.maps.values()) {
      map.pixel = 4 * map.wide;
      map.line = map.width + 2 * map.border; // pixels
      map.row = map.line * map.pixel;
      map.at = this.#reserve((map.height + 2 * map.border + 1) * map.row); // Winograd's windows need a spare row
    }
    this.shift = this.top - begin; // from values to their gradients
    this.gradients = this.#reserve(this.shift);
    const widest = Math.max(...[...this.maps.values()].map((map) => map.pixel));
    const tiles = Math.ceil(TILES / this.pixels) * this.pixels;
    this.zeros = this.#reserve(widest);
    this.spread = this.#reserve(16 * tiles * widest);
    this.gathered = this.#reserve(16 * tiles * widest);
    this.oneByOne = this.#keep(Int32Array.from({ length: 2 * tiles }, (_, k) => k >> 1));
    for (const layer of this.layers.filter(({ kind }) => kind === "conv")) this.#prepare(layer);
  }

  /** The jobs of a convolution: one forward; backward one for each phase of the stride, because the gradient of a
      pixel comes through every stride-th tap of the kernel, and those taps are again a convolution with stride 1. */
  #prepare(layer) {
    const { map, sources: [source], weight, bias, rows, columns, stride, padding } = layer;
    const each = rows * columns;
    const at = (o, i, y, x) => o < map.channels && i < source.channels
      ? weight[(o * source.channels + i) * each + y * columns + x] : 0;
    const wideBias = new Float32Array(map.wide);
    wideBias.set(bias);
    if (rows === 3 && columns === 3 && stride === 1 && padding === 1) {
      layer.job = this.#tileJob(source, map, at, this.#keep(wideBias));
      layer.backJobs = [this.#tileJob(map, source, (i, o, y, x) => at(o, i, 2 - y, 2 - x), 0)];
      return;
    }
    const windows = [];
    for (let y = 0; y < map.height; y++) {
      for (let x = 0; x < map.width; x++) windows.push([y * stride - padding, x * stride - padding, y, x]);
    }
    layer.job = this.#job(source, map, windows, rows, columns, at, this.#keep(wideBias));
    layer.backJobs = [];
    for (let a = 0; a < stride; a++) {
      for (let b = 0; b < stride; b++) {
        const high = Math.ceil((rows - a) / stride), broad = Math.ceil((columns - b) / stride), pixels = [];
        if (high <= 0 || broad <= 0) continue; // a stride larger than the kernel: nothing comes from there
        for (let y = 0; y < source.height; y++) {
          for (let x = 0; x < source.width; x++) {
            const [t, u] = [y + padding - a, x + padding - b];
            if (t >= 0 && u >= 0 && t % stride === 0 && u % stride === 0) {
              pixels.push([t / stride - high + 1, u / stride - broad + 1, y, x]);
            }
          }
        }
        const turned = (i, o, y, x) => at(o, i, a + stride * (high - 1 - y), b + stride * (broad - 1 - x));
        if (pixels.length) layer.backJobs.push(this.#job(map, source, pixels, high, broad, turned, 0));
      }
    }
  }

  /** Windows [row, column in `from`, row, column in `to`], whose weights are at(output, input, row, column). */
  #job(from, to, windows, rows, columns, at, bias) {
    const count = Math.ceil(windows.length / this.pixels) * this.pixels, block = to.wide % 8 ? 4 : 8;
    const table = new Int32Array(2 * count);
    for (let k = 0; k < count; k++) {
      const [y, x, v, u] = windows[Math.min(k, windows.length - 1)]; // the last group is filled up with the last one
      table[2 * k] = (y + from.border) * from.line + x + from.border;
      table[2 * k + 1] = (v + to.border) * to.line + u + to.border;
    }
    const weights = new Float32Array(to.wide * from.wide * rows * columns);
    let k = 0;
    for (let o = 0; o < to.wide; o += block) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          for (let i = 0; i < from.wide; i++) {
            for (let lane = 0; lane < block; lane++) weights[k++] = at(o + lane, i, y, x);
          }
        }
      }
    }
    return { from, to, count, rows, run: columns * from.pixel, bias, name: `convolve${block}`,
      table: this.#keep(table), weights: this.#keep(weights) };
  }

  /** A 3 × 3 convolution in Winograd's way: tiles of 2 × 2 pixels, of which some at the edge are halves. */
  #tileJob(from, to, at, bias) {
    const table = [], block = to.wide % 8 ? 4 : 8;
    for (let y = 0; y < to.height; y += 2) {
      for (let x = 0; x < to.width; x += 2) {
        const [right, below] = [x + 1 < to.width, y + 1 < to.height];
        table.push((y + from.border - 1) * from.line + x + from.border - 1, (y + to.border) * to.line + x + to.border,
          1 + 2 * right + 4 * below + 8 * (right && below));
      }
    }
    const size = to.wide * from.wide, weights = new Float32Array(16 * size), nine = new Float32Array(9);
    for (let o = 0; o < to.wide; o++) {
      for (let i = 0; i < from.wide; i++) {
        for (let y = 0, k = 0; y < 3; y++) for (let x = 0; x < 3; x++) nine[k++] = at(o, i, y, x);
        spreadKernel(nine, weights, (o - o % block) * from.wide + i * block + o % block, size);
      }
    }
    return { from, to, bias, tiles: table.length / 3, size: 4 * size, name: `convolve${block}`,
      table: this.#keep(Int32Array.from(table)), weights: this.#keep(weights) };
  }

  // ---- one layer ----------------------------------------------------------------------------------------------------

  #forward({ kind, map, sources, job, rows, columns, stride }) {
    const { kernels } = this, [source] = sources;
    if (kind === "conv") this.#run(job, 0);
    else if (kind === "relu") {
      this.#eachRow(map, source, (to, from) => kernels.relu(from, to, map.width * map.pixel));
    } else if (kind === "concat") {
      this.#eachPart(map, sources, (to, from, part) =>
        kernels.copy(from, to, map.width, part.pixel, map.pixel, part.pixel));
    } else {
      this.#eachRow(map, source, (to, from) => kernels[kind](from, to, 0, 0,
        map.width, source.pixel, stride * source.pixel, source.row, rows, columns), stride);
    }
  }

  #backward({ kind, map, sources, backJobs, rows, columns, stride }) {
    const { kernels, shift } = this, [source] = sources;
    if (kind === "conv") for (const job of backJobs) this.#run(job, shift);
    else if (kind === "relu") {
      this.#eachRow(map, source, (to, from) =>
        kernels.reluBack(from + shift, to, to + shift, map.width * map.pixel));
    } else if (kind === "concat") {
      this.#eachPart(map, sources, (to, from, part) =>
        kernels.add(to + shift, from + shift, map.width, map.pixel, part.pixel, part.pixel));
    } else {
      this.#eachRow(map, source, (to, from) => kernels[`${kind}Back`](from, to, to + shift, shift,
        map.width, source.pixel, stride * source.pixel, source.row, rows, columns), stride);
    }
  }

  #run(job, shift) {
    const { kernels } = this, { from, to, table, weights, bias, name } = job;
    if (!job.tiles) {
      kernels[name](from.at + shift, weights, to.at + shift, bias, table, job.count, from.pixel, to.pixel, from.row,
        job.run, job.rows);
      return;
    }
    for (let first = 0; first < job.tiles; first += TILES) {
      const count = Math.min(TILES, job.tiles - first), strip = table + 12 * first;
      const [before, after] = [TILES * from.pixel, TILES * to.pixel]; // bytes of one of the 16 places
      kernels.spread(from.at + shift, this.spread, strip, count, from.pixel, from.row, before);
      for (let k = 0; k < 16; k++) {
        kernels[name](this.spread + k * before, weights + k * job.size, this.gathered + k * after, this.zeros,
          this.oneByOne, Math.ceil(count / this.pixels) * this.pixels, from.pixel, to.pixel, from.pixel, from.pixel, 1);
      }
      kernels.gather(this.gathered, to.at + shift, bias, strip, count, to.pixel, to.row, after);
    }
  }

  #rowAt(map, y) {
    return map.at + (y + map.border) * map.row + map.border * map.pixel;
  }

  #eachRow(map, source, visit, stride = 1) {
    for (let y = 0; y < map.height; y++) visit(this.#rowAt(map, y), this.#rowAt(source, y * stride));
  }

  #eachPart(map, sources, visit) {
    let at = 0;
    for (const part of sources) {
      this.#eachRow(map, part, (to, from) => visit(to + at, from, part));
      at += 4 * part.channels;
    }
  }

  /** Calls visit(place in the memory, place in planes (channel, row, column)) for each number of a map or, with the
      shift, of its gradient. */
  #eachNumber(map, shift, visit) {
    for (let c = 0, n = 0; c < map.channels; c++) {
      for (let y = 0; y < map.height; y++) {
        let at = (this.#rowAt(map, y) + shift) / 4 + c;
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
