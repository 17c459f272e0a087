// A network and its gradient in plain JavaScript: the yardstick for the kernels, and the road where there is no
// WebAssembly. Maps are (channel, row, column), and every loop is the definition.
import { Shaped, sizeOf } from "./graph.js";

export class PlainNetwork extends Shaped {
  constructor(model, height, width = height) {
    super(model, height, width);
    for (const map of this.maps.values()) map.values = new Float32Array(sizeOf(map));
    this.road = "plain JavaScript";
  }

  /** The last layer's values, or those of layer `until`, for a picture (channel, row, column) in [0, 1]. */
  forward(image, until = this.layers.at(-1).name) {
    this.input.values.set(this.normalized(image));
    for (const layer of this.layers) {
      FORWARD[layer.kind](layer, layer.map, layer.sources);
      if (layer.name === until) break;
    }
    return this.maps.get(until).values;
  }

  read(name) {
    return this.maps.get(name).values;
  }

  /** The gradient for the picture of sum(values * gradient), added up over the layers in {layer: gradient}. */
  backward(gradients) {
    for (const map of this.maps.values()) map.gradient = new Float32Array(sizeOf(map));
    for (const name in gradients) this.maps.get(name).gradient.set(gradients[name]);
    const last = this.layers.findLastIndex(({ name }) => name in gradients);
    for (const layer of this.layers.slice(0, last + 1).reverse()) {
      BACKWARD[layer.kind](layer, layer.map, layer.sources);
    }
    return this.ofImage(this.input.gradient);
  }
}

/** All products of a convolution: forward, weights carry `below`, the source's numbers, up to `above`; backward, the
    gradient that is above down to what is below. */
function multiply({ weight, rows, columns, stride, padding }, map, source, above, below, back) {
  const area = map.height * map.width, lower = source.height * source.width;
  for (let dy = 0, tap = 0; dy < rows; dy++) {
    for (let dx = 0; dx < columns; dx++, tap++) {
      const [top, bottom] = inside(dy - padding, stride, source.height, map.height);
      const [left, right] = inside(dx - padding, stride, source.width, map.width);
      for (let o = 0; o < map.channels; o++) {
        for (let i = 0; i < source.channels; i++) {
          const factor = weight[(o * source.channels + i) * rows * columns + tap];
          for (let y = top; y <= bottom; y++) {
            const to = o * area + y * map.width;
            const from = i * lower + (y * stride + dy - padding) * source.width + dx - padding;
            if (back) for (let x = left; x <= right; x++) below[from + x * stride] += factor * above[to + x];
            else for (let x = left; x <= right; x++) above[to + x] += factor * below[from + x * stride];
          }
        }
      }
    }
  }
}

/** First and last place at which a kernel's tap, `offset` away, still meets the picture. */
const inside = (offset, stride, size, count) =>
  [Math.max(0, Math.ceil(-offset / stride)), Math.min(count - 1, Math.floor((size - 1 - offset) / stride))];

/** Calls visit(place in the source, place in the map) for every pixel of every window. */
function eachPooled({ rows, columns, stride }, map, source, visit) {
  for (let c = 0, to = 0; c < map.channels; c++) {
    for (let y = 0; y < map.height; y++) {
      for (let x = 0; x < map.width; x++, to++) {
        for (let dy = 0; dy < rows; dy++) {
          const from = (c * source.height + y * stride + dy) * source.width + x * stride;
          for (let dx = 0; dx < columns; dx++) visit(from + dx, to);
        }
      }
    }
  }
}

const FORWARD = {
  conv(layer, map, [source]) {
    const area = map.height * map.width;
    layer.bias.forEach((value, o) => map.values.fill(value, o * area, (o + 1) * area));
    multiply(layer, map, source, map.values, source.values, false);
  },
  relu(layer, map, [source]) {
    source.values.forEach((value, n) => { map.values[n] = Math.max(0, value); });
  },
  average(layer, map, [source]) {
    const share = 1 / (layer.rows * layer.columns);
    map.values.fill(0);
    eachPooled(layer, map, source, (from, to) => { map.values[to] += share * source.values[from]; });
  },
  maximum(layer, map, [source]) {
    map.values.fill(-Infinity);
    eachPooled(layer, map, source, (from, to) => { map.values[to] = Math.max(map.values[to], source.values[from]); });
  },
  concat(layer, map, sources) {
    let at = 0;
    for (const { values } of sources) { map.values.set(values, at); at += values.length; }
  },
};

const BACKWARD = {
  conv(layer, map, [source]) {
    multiply(layer, map, source, map.gradient, source.gradient, true);
  },
  relu(layer, map, [source]) {
    map.gradient.forEach((value, n) => { if (map.values[n] > 0) source.gradient[n] += value; });
  },
  average(layer, map, [source]) {
    const share = 1 / (layer.rows * layer.columns);
    eachPooled(layer, map, source, (from, to) => { source.gradient[from] += share * map.gradient[to]; });
  },
  maximum(layer, map, [source]) {
    const taken = new Uint8Array(map.values.length); // of several equal ones, the first gets the gradient
    eachPooled(layer, map, source, (from, to) => {
      if (taken[to] || source.values[from] !== map.values[to]) return;
      taken[to] = 1;
      source.gradient[from] += map.gradient[to];
    });
  },
  concat(layer, map, sources) {
    let at = 0;
    for (const { gradient } of sources) {
      for (let n = 0; n < gradient.length; n++) gradient[n] += map.gradient[at + n];
      at += gradient.length;
    }
  },
};
