// A network and its gradient on a processor. JavaScript lays out one memory and says which kernel runs where; the
// kernels (make_kernels.mjs), in WebAssembly or, where that is forbidden, in JavaScript, do the arithmetic.
import { convolution, windowed } from "./convolution.js";
import { bytesOf, Shaped, sizeOf } from "./graph.js";
import { KERNELS } from "./kernels.js";

const STRIP = 512; // pixels that a product of two maps takes at a time: they fit a second-level cache
const SPARE = 8; // pixels behind each map, because kernels take several at a time
const fours = (n) => Math.ceil(n / 4) * 4;

export class Network extends Shaped {
  /** On the first of the roads of kernels.js, from `road` on, that can be taken: fused multiply-add may be missing,
      WebAssembly may be forbidden. Besides layers as they are exported it knows "gram", how often channels fire
      together; "each", a function of every number, given as loops `value` and `slope`; and convolutions that are
      trained. */
  constructor(model, height, width = height, road = "WebAssembly, fused") {
    super(model, height, width);
    Object.assign(this, { road: firstOf(road), top: 64, contents: [] }); // an address of 0 means: none
    this.#layOut();
    this.ways = this.layers.map((layer) => WAYS[layer.kind](this, layer));
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
    this.#put(this.input, this.normalized(image));
    const last = this.layers.findIndex(({ name }) => name === until);
    for (let k = 0; k <= last; k++) this.ways[k][0]();
    return this.read(until);
  }

  /** A layer's values, (channel, row, column). */
  read(name) {
    return this.#planes(this.maps.get(name));
  }

  /** The gradient for the picture of sum(values * gradient), added up over the layers in {layer: gradient}. */
  backward(gradients) {
    this.floats.fill(0, this.gradients / 4, (this.gradients + this.shift) / 4);
    for (const name in gradients) this.#put(this.maps.get(name), gradients[name], this.shift);
    const last = this.layers.findLastIndex(({ name }) => name in gradients);
    for (let k = last; k >= 0; k--) this.ways[k][1]();
    return this.ofImage(this.#planes(this.input, this.shift));
  }

  // ---- the memory ---------------------------------------------------------------------------------------------------

  /** The address of so many bytes. */
  reserve(bytes) {
    const at = this.top;
    this.top = Math.ceil((at + bytes) / 64) * 64;
    return at;
  }

  /** The address at which these numbers will be. */
  keep(values) {
    const at = this.reserve(values.byteLength);
    this.contents.push({ at, values });
    return at;
  }

  #layOut() {
    const maps = [...this.maps.values()];
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
      map.pixel = 4 * map.wide; // bytes
      map.line = map.width + 2 * this.border; // pixels
      map.row = map.line * map.pixel;
      map.count = (map.height + 2 * this.border + 1) * map.line; // Winograd's windows need a spare row
      map.at = this.reserve((map.count + SPARE) * map.pixel);
    }
    this.shift = this.top - begin; // from values to their gradients
    this.gradients = this.reserve(this.shift);
  }

  rowAt({ at, row, pixel }, y) {
    return at + (y + this.border) * row + this.border * pixel;
  }

  write(at, values) {
    this.floats.set(values, at / 4);
  }

  /** How much each channel of x goes with each of a map's gradient or, without a shift, its values g: sums over all
      pixels, [channel of x][channel of g], put at `out`. */
  collect(x, g, shift, out) {
    this.floats.fill(0, out / 4, (out + x.wide * g.pixel) / 4);
    for (let first = 0; first < x.count; first += STRIP) {
      this.kernels.collect(x.at + first * x.pixel, g.at + shift + first * g.pixel, out,
        Math.min(STRIP, x.count - first), x.pixel, g.pixel);
    }
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

  #put(map, planes, shift = 0) {
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
    try {
      return kernels.script || (kernels.module ??= new WebAssembly.Module(bytesOf(kernels.wasm)));
    } catch {
      return false;
    }
  });
}

// ---- the ways of each kind of layer, forward and back ---------------------------------------------------------------

const WAYS = {
  conv: convolution,
  relu: (net, { map, sources: [source] }) => [
    () => net.kernels.relu(source.at, map.at, 1, 0, 0, map.count * map.pixel),
    () => net.kernels.reluBack(map.at + net.shift, source.at + net.shift, 1, 0, 0, map.count * map.pixel, net.shift)],
  each: (net, { map, sources: [source], value, slope }) => {
    const numbers = (at) => net.floats.subarray(at / 4, at / 4 + map.count * map.wide);
    return [() => value(numbers(source.at), numbers(map.at)),
      () => slope(numbers(source.at), numbers(map.at + net.shift), numbers(source.at + net.shift))];
  },
  average: (net, layer) => [() => pool(net, layer, "average"), () => pool(net, layer, "averageBack")],
  maximum: (net, layer) => [() => pool(net, layer, "maximum"), () => pool(net, layer, "maximumBack")],
  concat: (net, { map, sources }) => {
    let at = map.at;
    const parts = sources.map((part) => {
      at += 4 * part.channels;
      return [part, at - 4 * part.channels];
    });
    return [() => parts.forEach(([part, place]) =>
      net.kernels.copy(part.at, place, map.count, part.pixel, map.pixel, part.pixel)),
    () => parts.forEach(([part, place]) =>
      net.kernels.add(place + net.shift, part.at + net.shift, map.count, map.pixel, part.pixel, part.pixel))];
  },
  /** G = F Fᵀ / n, of F (channel, place); the gradient of F is (Ḡ + Ḡᵀ) F / n, and that is a convolution 1 × 1. */
  gram: (net, { map, sources: [source] }) => {
    const { channels, height, width } = source, at = net.rowAt(map, 0);
    const all = (size) => ({ taps: [0], places: Array.from({ length: size }, (_, k) => [k, k]) });
    const share = (o, i) => net.floats[(at + net.shift) / 4 + o * map.wide + i] / (height * width);
    const down = windowed(net, source, source, all(height), all(width), (o, i) => // zeros until there is a memory
      net.floats && o < channels && i < channels ? share(o, i) + share(i, o) : 0, 0);
    return [() => {
      net.collect(source, source, 0, at);
      for (let n = at / 4; n < at / 4 + channels * map.wide; n++) net.floats[n] /= height * width;
    }, () => {
      down.rewrite();
      down.run(0, net.shift);
    }];
  },
};

function pool(net, { map, sources: [source], rows, columns, stride }, name) {
  for (let y = 0; y < map.height; y++) {
    const to = net.rowAt(map, y);
    net.kernels[name](net.rowAt(source, y * stride), to, to + net.shift, net.shift, map.width, source.pixel,
      stride * source.pixel, source.row, rows, columns);
  }
}
