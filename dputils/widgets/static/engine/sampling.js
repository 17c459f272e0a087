// Pictures between their pixels: every number that comes out is a sum of four that go in, each with its weight. A
// picture is stretched, turned and laid on a model so. A gradient goes back to the same four by the same weights.

export class Sampling {
  /** `count` places in planes of `side` by `side` pixels; whether they go on beyond their edges at the other side. */
  constructor(count, side, { repeated = false } = {}) {
    Object.assign(this, { count, side, repeated });
    this.pixels = new Int32Array(4 * count); // of each place, the four around it
    this.weights = new Float32Array(4 * count); // zero until it is put somewhere
  }

  /** Puts the n-th place at column `x` and row `y`; whole numbers are the centres of pixels. */
  put(n, x, y) {
    const { side, repeated } = this, left = Math.floor(x), top = Math.floor(y);
    for (let k = 0; k < 4; k++) {
      let column = left + k % 2, row = top + (k >> 1);
      const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
      if (repeated) [column, row] = [(column % side + side) % side, (row % side + side) % side];
      const within = column >= 0 && row >= 0 && column < side && row < side;
      this.pixels[4 * n + k] = within ? row * side + column : 0;
      this.weights[4 * n + k] = within ? weight : 0;
    }
  }

  /** Adds `times` what is found in `from`, (planes, side, side), to `to`, (planes, count). Outside, each plane has its
      number in `beyond`. */
  addTo(to, from, times = 1, beyond = []) {
    const { side, pixels: p, weights: w } = this, area = side * side;
    for (let c = 0, n = 0; c * area < from.length; c++) {
      const plane = from.subarray(c * area, (c + 1) * area), ground = beyond[c] ?? 0;
      for (let k = 0; k < p.length; k += 4) {
        const sum = w[k] * plane[p[k]] + w[k + 1] * plane[p[k + 1]] + w[k + 2] * plane[p[k + 2]]
          + w[k + 3] * plane[p[k + 3]];
        to[n++] += times * (sum + ground * (1 - w[k] - w[k + 1] - w[k + 2] - w[k + 3]));
      }
    }
  }

  /** Adds `times` the gradient of what is sampled, given that of what was found. */
  addBack(to, from, times = 1) {
    const { side, pixels: p, weights: w } = this, area = side * side;
    for (let c = 0, n = 0; n < from.length; c++) {
      const plane = to.subarray(c * area, (c + 1) * area);
      for (let k = 0; k < p.length; k += 4) {
        const slope = times * from[n++];
        plane[p[k]] += w[k] * slope;
        plane[p[k + 1]] += w[k + 1] * slope;
        plane[p[k + 2]] += w[k + 2] * slope;
        plane[p[k + 3]] += w[k + 3] * slope;
      }
    }
  }
}
