// A network and its gradient on a processor. JavaScript lays out one memory and says which kernel runs where; the
// kernels (make_kernels.mjs), in WebAssembly or, where that is forbidden, in JavaScript, do the arithmetic.
import { convolution } from "./convolution.js";
import { shapedNetwork, sizeOf } from "./graph.js";
import { fours, Memory, range } from "./memory.js";

const SPARE = 4; // pixels behind each map: matrices of Gram are filled up to fours

export class Network {
  /** Besides layers as they are exported it knows "gram", how often channels fire together; "each", a function of every
      number, given as loops `value` and `slope`; and convolutions that are trained. */
  constructor(model, height, width = height, road = "WebAssembly, fused") {
    const memory = new Memory(road);
    Object.assign(this, shapedNetwork(model, height, width), { memory, road: memory.road });
    this.#layOut();
    this.ways = this.layers.map((layer) => WAYS[layer.kind](this, layer));
    memory.open();
  }

  /** The last layer's values, or those of layer `until`, for a picture (channel, row, column). */
  forward(image, until = this.layers.at(-1).name) {
    this.put(this.input, image);
    const last = this.layers.findIndex(({ name }) => name === until);
    for (let k = 0; k <= last; k++) this.ways[k][0]();
    return this.read(until);
  }

  /** A layer's values, (channel, row, column). */
  read(name) {
    return this.planes(this.maps.get(name));
  }

  /** The gradient for the picture of sum(values * gradient), added up over the layers in {layer: gradient}. */
  backward(gradients) {
    this.memory.numbers(this.gradients, this.shift / 4).fill(0);
    for (const name in gradients) this.put(this.maps.get(name), gradients[name], this.shift);
    const last = this.layers.findLastIndex(({ name }) => name in gradients);
    for (let k = last; k >= 0; k--) this.ways[k][1]();
    return this.planes(this.input, this.shift);
  }

  /** The one of these layers that comes last. */
  deepest(names) {
    return this.layers.findLast(({ name }) => names.includes(name)).name;
  }

  /** The sum of all values times what `directions`, {layer: numbers}, says of them, and its gradient for the picture,
      (channel, row, column) in [0, 1]. Other roads answer later than this one: so all return promises. */
  async uphill(image, directions) {
    this.forward(image, this.deepest(Object.keys(directions)));
    return { score: this.score(directions, (name) => this.read(name)), gradient: this.backward(directions) };
  }

  score(directions, read) {
    let score = 0;
    for (const name in directions) {
      const values = read(name);
      directions[name].forEach((share, n) => { score += share * values[n]; });
    }
    return score;
  }

  // ---- the memory ---------------------------------------------------------------------------------------------------

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
    const begin = this.memory.top;
    for (const map of maps) {
      map.pixel = 4 * map.wide; // bytes
      map.line = map.width + 2 * this.border; // pixels
      map.row = map.line * map.pixel;
      map.count = (map.height + 2 * this.border) * map.line;
      Object.assign(map, { rows: map.count, columns: map.wide }); // as a matrix
      map.at = this.memory.reserve((map.count + SPARE) * map.pixel);
    }
    this.shift = this.memory.top - begin; // from values to their gradients
    this.gradients = this.memory.reserve(this.shift);
    /** Pairs of places, in two maps, of the pairs of rows and of columns given. */
    const place = ({ line }, y, x) => (y + this.border) * line + x + this.border;
    this.pairs = (from, to, rows, columns) => rows.flatMap(([y, v]) =>
      columns.map(([x, u]) => [place(from, y, x), place(to, v, u)]));
  }

  /** Calls visit(place in the memory, place in planes (channel, row, column)) for each number of a map or, with the
      shift, of its gradient. */
  #eachNumber(map, shift, visit) {
    for (let c = 0, n = 0; c < map.channels; c++) {
      for (let y = 0; y < map.height; y++) {
        let at = (map.at + shift + (y + this.border) * map.row + this.border * map.pixel) / 4 + c;
        for (let x = 0; x < map.width; x++, at += map.wide) visit(at, n++);
      }
    }
  }

  put(map, planes, shift = 0) {
    this.#eachNumber(map, shift, (at, n) => { this.memory.floats[at] = planes[n]; });
  }

  planes(map, shift = 0) {
    const planes = new Float32Array(sizeOf(map));
    this.#eachNumber(map, shift, (at, n) => { planes[n] = this.memory.floats[at]; });
    return planes;
  }
}

// ---- the ways of each kind of layer, forward and back ---------------------------------------------------------------

const WAYS = {
  conv: convolution,
  relu: ({ memory, shift }, { map, sources: [source] }) => {
    const move = (name, from, to, away) =>
      memory.kernels[name](map.count, map.pixel, from, to, map.pixel, map.pixel, away);
    return [() => move("relu", source.at, map.at, 0),
      () => move("reluBack", map.at + shift, source.at + shift, -shift)];
  },
  each: ({ memory, shift }, { map, sources: [source], value, slope }) => {
    const numbers = (at) => memory.numbers(at, map.count * map.wide);
    return [() => value(numbers(source.at), numbers(map.at)),
      () => slope(numbers(source.at), numbers(map.at + shift), numbers(source.at + shift))];
  },
  average: (net, layer) => pool(net, layer, "average", "averageBack"),
  maximum: (net, layer) => pool(net, layer, "maximum", "maximumBack"),
  concat: ({ memory, shift }, { map, sources }) => {
    let at = map.at;
    const parts = sources.map((part) => {
      at += 4 * part.channels;
      return [part, at - 4 * part.channels];
    });
    return [() => parts.forEach(([part, place]) =>
      memory.kernels.copy(map.count, part.pixel, part.at, place, part.pixel, map.pixel, 0)),
    () => parts.forEach(([part, place]) =>
      memory.kernels.add(map.count, part.pixel, place + shift, part.at + shift, map.pixel, part.pixel, 0))];
  },
  /** G = F Fᵀ / n, of F (channel, place); the gradient of F is (Ḡ + Ḡᵀ) F / n. */
  gram: (net, { map, sources: [source] }) => {
    const { memory, shift, border } = net, { channels, wide, height, width } = source;
    const gram = { at: map.at + border * (map.row + map.pixel), rows: wide, columns: wide }, size = wide * wide;
    const mixed = { ...gram, at: memory.reserve(4 * size) };
    const up = memory.product(source, source, gram, { turned: true });
    const down = memory.product(source, mixed, { ...source, at: source.at + shift });
    return [() => {
      const sums = memory.numbers(gram.at, size).fill(0);
      up();
      sums.forEach((sum, n) => { sums[n] = sum / (height * width); });
    }, () => {
      const found = memory.numbers(gram.at + shift, size), sums = memory.numbers(mixed.at, size);
      for (let o = 0; o < channels; o++) {
        for (let i = 0; i < channels; i++) {
          sums[o * wide + i] = (found[o * wide + i] + found[i * wide + o]) / (height * width);
        }
      }
      down();
    }];
  },
};

/** Windows that overlap add to the same pixels on the way back: only those are taken together that do not. */
function pool({ memory, pairs, shift }, { map, sources: [source], rows, columns, stride }, up, back) {
  const apart = (count, size) => range(Math.min(count, Math.ceil(size / stride))).map((first) =>
    range(count).filter((k) => (k - first) % Math.ceil(size / stride) === 0).map((k) => [k * stride, k]));
  const tables = apart(map.height, rows).flatMap((down) => apart(map.width, columns).map((right) =>
    memory.table(pairs(source, map, down, right))));
  return [up, back].map((name) => () => tables.forEach(({ table, count }) => memory.kernels[name](count, map.pixel,
    source.at, map.at, table, map.pixel, rows, columns, source.row, shift)));
}
