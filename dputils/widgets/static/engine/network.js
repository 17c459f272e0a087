// A network and its gradient on a processor. JavaScript lays out one memory and says which kernel runs where; the
// kernels (make_kernels.mjs), in WebAssembly or, where that is forbidden, in JavaScript, do the arithmetic.
import { convolution } from "./convolution.js";
import { shapedNetwork, sizeOf } from "./graph.js";
import { dot, finished, fours, Memory, range } from "./memory.js";

export class Network {
  /** Besides layers as they are exported it knows "given", whose `values` are what they are; "product", with a fixed
      matrix; "gram", how often channels fire together; and "each", a function of the numbers, given as loops `value`
      and `slope`. Convolutions and what is given may be trained: to their `slopes` the gradient is added. */
  constructor(model, height, width = height, road = "WebAssembly, fused") {
    const memory = new Memory(road);
    Object.assign(this, shapedNetwork(model, height, width), { memory, road: memory.road });
    this.input = this.layers[0].map;
    this.#layOut();
    this.links = this.layers.map((layer) => LINKS[layer.kind](this, layer));
    memory.open();
  }

  // ---- passes: generators that pause from time to time, or all at once ----------------------------------------------

  /** Jobs up to the last of these layers, or of all, and from there back. */
  up(names) {
    return this.#until(names).flat().flatMap(({ up = [] }) => up);
  }

  down(names) {
    return this.#until(names).reverse().flat().flatMap(({ down = [] }) => down);
  }

  #until(names) {
    return this.links.slice(0, this.layers.findLastIndex(({ name }) => names?.includes(name) ?? true) + 1);
  }

  /** Computes the layers up to the last of `names`, for a picture (channel, row, column) if the network needs one. */
  *ahead(names, image) {
    if (image) this.put(this.input, image);
    yield* this.memory.work(this.up(names));
  }

  /** The gradient for the picture of sum(values * gradient), added up over the layers in {layer: gradient}. */
  *back(gradients) {
    this.#want(gradients);
    yield* this.memory.work(this.down(Object.keys(gradients)));
    return this.planes(this.gradientOf(this.input));
  }

  /** The sum of all values times what `directions`, {layer: numbers}, says of them, and its gradient for the picture,
      (channel, row, column) in [0, 1]. Whoever works, this memory or a card, does both ways at once. */
  async *uphill(image, directions, worker = this.memory) {
    const names = Object.keys(directions), maps = names.map((name) => this.maps.get(name)), { input } = this;
    const sent = [input, ...maps.map((map) => this.gradientOf(map))], found = [this.gradientOf(input), ...maps];
    this.put(input, image);
    this.#want(directions);
    yield* worker.work([...this.up(names), ...this.down(names)], sent, found);
    const score = names.reduce((sum, name) => sum + dot(directions[name], this.read(name)), 0);
    return { score, gradient: this.planes(found[0]) };
  }

  /** Begins the way back with {layer: gradient}. */
  #want(gradients) {
    this.memory.clear(this.gradients, this.shift);
    for (const name in gradients) this.put(this.gradientOf(this.maps.get(name)), gradients[name]);
  }

  /** The last layer's values, or those of layer `name`. */
  forward(image, name = this.layers.at(-1).name) {
    finished(this.ahead([name], image));
    return this.read(name);
  }

  /** A layer's values, (channel, row, column). */
  read(name) {
    return this.planes(this.maps.get(name));
  }

  // ---- the memory ---------------------------------------------------------------------------------------------------

  #layOut() {
    const { memory, layers } = this, maps = [...this.maps.values()];
    for (const map of maps) map.wide = fours(map.channels);
    for (const { kind, map, sources } of layers) {
      if (kind === "concat") { // parts are moved in whole vectors: room for the last one
        let at = 0;
        for (const part of sources) {
          map.wide = Math.max(map.wide, fours(at + part.wide));
          at += part.channels;
        }
      } else if (sources.length && kind !== "conv") map.wide = sources[0].wide; // channel by channel
    }
    for (const map of maps) map.count = map.height * map.width;
    const { table } = memory.table(range(Math.max(...maps.map(({ count }) => count)))), begin = memory.top;
    for (const map of maps) {
      Object.assign(map, { table, pixel: 4 * map.wide, rows: map.count, columns: map.wide }); // as a matrix, too
      map.at = memory.reserve(map.count * map.pixel);
    }
    this.shift = memory.top - begin; // from values to their gradients
    this.gradients = memory.reserve(this.shift);
  }

  gradientOf(end) {
    return { ...end, at: end.at + this.shift };
  }

  /** Calls visit(place in the memory, place in planes (channel, row, column)) for each number of a map or gradient. */
  #eachNumber({ at, channels, wide, count }, visit) {
    for (let c = 0, n = 0; c < channels; c++) {
      for (let k = at / 4 + c, end = k + count * wide; k < end; k += wide) visit(k, n++);
    }
  }

  put(map, planes) {
    this.#eachNumber(map, (at, n) => { this.memory.floats[at] = planes[n]; });
  }

  planes(map) {
    const planes = new Float32Array(sizeOf(map));
    this.#eachNumber(map, (at, n) => { planes[n] = this.memory.floats[at]; });
    return planes;
  }

  // ---- links: jobs of the way up, and those that answer them on the way down --------------------------------------

  /** A kernel and its adjoint; `number` is what both want to know, or the distance from gradients to values. */
  link(kernel, from, to, { number = -this.shift, width } = {}) {
    const { memory } = this;
    return { up: memory.job(kernel, from, to, [number], width),
      down: memory.job(ADJOINT[kernel], this.gradientOf(to), this.gradientOf(from), [number], width) };
  }

  /** Links of windows that begin with the vector at address `start`: tap by tap, taken(from, to, tap) is the link from
      the pixels that stand there to the windows. */
  windows({ map, sources: [source], rows, columns, stride, padding }, start, taken) {
    const { memory } = this, along = (count, size, tap) => range(count).map((k) => [k * stride - padding + tap, k])
      .filter(([place]) => place >= 0 && place < size);
    const begin = { up: memory.job("copy", { ...map, at: start, pixel: 0 }, map, [1]) };
    return [begin, ...range(rows * columns).flatMap((tap) => {
      const down = along(map.height, source.height, Math.floor(tap / columns));
      const right = along(map.width, source.width, tap % columns);
      const places = [source, map].map(({ width }, k) => down.flatMap((y) => right.map((x) => y[k] * width + x[k])));
      const [from, to] = [source, map].map((end, k) => ({ ...end, ...memory.table(places[k]) }));
      return places[0].length ? [taken(from, to, tap)] : [];
    })];
  }
}

/** A function of every number: `value` fills x from z, and `slope` adds to the gradient of z what that of x gives. */
export const each = (value, slope) => ({
  value(z, x) { for (let n = 0; n < z.length; n++) x[n] = value(z[n]); },
  slope(z, ofX, ofZ, x) { for (let n = 0; n < z.length; n++) ofZ[n] += slope(z[n], x[n]) * ofX[n]; },
});
export const eachOf = (name, from, change) => ({ name, kind: "each", from: [from], ...change });

export const SIGMOID = each((z) => 1 / (1 + Math.exp(-z)), (z, x) => x * (1 - x));

const ADJOINT = { copy: "add", add: "add", relu: "reluBack", maximum: "maximumBack" };

const pool = (kernel, start, number) => (net, layer) => {
  const vector = net.memory.keep(new Float32Array(layer.map.wide).fill(start));
  return net.windows(layer, vector, (from, to) => net.link(kernel, from, to, { number: number?.(layer) }));
};

const LINKS = {
  conv: convolution,
  relu: (net, { map, sources: [source] }) => [net.link("relu", source, map)],
  given: (net, { map, values, slopes }) => [{
    up: values ? () => net.put(map, values) : [],
    down: slopes ? () => net.planes(net.gradientOf(map)).forEach((slope, n) => { slopes[n] += slope; }) : [] }],
  each: (net, { map, sources: [source], value, slope }) => {
    const [z, x, ofX, ofZ] = [source, map, net.gradientOf(map), net.gradientOf(source)].map(({ at, count, wide }) =>
      () => net.memory.numbers(at, count * wide));
    return [{ up: () => value(z(), x()), down: () => slope(z(), ofX(), ofZ(), x()) }];
  },
  average: pool("add", 0, ({ rows, columns }) => rows * columns),
  maximum: pool("maximum", -Infinity),
  concat: (net, { map, sources }) => {
    let at = map.at;
    return sources.map((part) => {
      const piece = { ...map, at };
      at += 4 * part.channels;
      return net.link("copy", part, piece, { number: 1, width: part.pixel });
    });
  },
  /** Y = A X for each of so many pieces X of the source, which have as many rows as A has columns. */
  product: (net, { map, sources: [source], matrix: { rows, columns, values }, pieces }) => {
    const { memory } = net, a = { at: memory.keep(values), rows, columns }, size = map.count * map.pixel;
    const row = size / pieces / rows, [ofX, ofY] = [source, map].map((end) => net.gradientOf(end));
    const piece = ({ at }, rows, n) => ({ at: at + n * rows * row, rows, columns: row / 4 });
    return [{ up: () => memory.clear(map.at, size) }, ...range(pieces).map((n) => ({
      up: memory.product(a, piece(source, columns, n), piece(map, rows, n)),
      down: memory.product(a, piece(ofY, rows, n), piece(ofX, columns, n), { turned: true }) }))];
  },
  /** G = F Fᵀ / n, of F (channel, place); the gradient of F is (Ḡ + Ḡᵀ) F / n. */
  gram: (net, { map: gram, sources: [source] }) => {
    const { memory } = net, { channels, wide, count } = source, size = channels * wide;
    const mixed = { at: memory.reserve(4 * wide * wide), rows: wide, columns: wide };
    return [{ up: [
      () => memory.clear(gram.at, 4 * size),
      ...memory.product(source, source, gram, { turned: true }),
      () => memory.numbers(gram.at, size).forEach((sum, n, sums) => { sums[n] = sum / count; }),
    ], down: [() => {
      const found = memory.numbers(net.gradientOf(gram).at, size), sums = memory.numbers(mixed.at, size);
      for (let o = 0; o < channels; o++) {
        for (let i = 0; i < channels; i++) sums[o * wide + i] = (found[o * wide + i] + found[i * wide + o]) / count;
      }
    }, ...memory.product(source, mixed, net.gradientOf(source))] }];
  },
};
