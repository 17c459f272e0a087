// Pictures between their pixels: every number that comes out is a sum of four that go in, each with its weight. A
// picture is stretched, turned and laid on a model so. A gradient goes back to the same four by the same weights.

export class Sampling {
  /** So many `places` in planes of `side` by `side` pixels; whether they go on beyond their edges at the other side.
      As a basis of pictures in three planes it has `count` parameters. */
  constructor(places, side, { repeated = false } = {}) {
    Object.assign(this, { places, side, repeated, count: 3 * side * side });
    this.pixels = new Int32Array(4 * places); // of each place, the four around it
    this.weights = new Float32Array(4 * places); // zero until it is put somewhere
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

  /** Adds `times` what is found in `from`, (planes, side, side), to `to`, (planes, places). Outside, each plane has its
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

  /** What is found in a picture. */
  apply(from, beyond) {
    const found = new Float32Array(from.length / this.side ** 2 * this.places);
    this.addTo(found, from, 1, beyond);
    return found;
  }

  /** The gradient of the picture from that of what was found. */
  back(gradient) {
    const back = new Float32Array(gradient.length / this.places * this.side ** 2);
    this.addBack(back, gradient);
    return back;
  }
}

/** Pictures of `side` by `side` pixels, stretched to `size`; no further out than their edges. */
export function stretched(side, size) {
  const sampling = new Sampling(size * size, side);
  const place = (k) => Math.min(side - 1, Math.max(0, (k + 0.5) * side / size - 0.5));
  for (let n = 0; n < size * size; n++) sampling.put(n, place(n % size), place(Math.floor(n / size)));
  return sampling;
}

/** Small moves of the picture before the network sees it: turned, zoomed and shifted. */
export class Moves extends Sampling {
  /** `beyond` is what each plane has outside; with `continued`, the picture's edge goes on there instead. */
  constructor(size, { beyond = [0.5, 0.5, 0.5], continued = false } = {}) {
    super(size * size, size);
    Object.assign(this, { beyond, continued });
  }

  /** A pose like those of the standard transforms: within 10 degrees, 10 per cent, and 6 pixels; or only shifted. */
  static draw(next, { turned = true } = {}) {
    const whole = (most) => Math.floor(next() * (2 * most + 1)) - most;
    const [turn, zoom] = turned ? [whole(10) * Math.PI / 180, 0.9 + 0.2 * next()] : [0, 1];
    return { turn, zoom, dx: whole(6), dy: whole(6) };
  }

  apply(image, { turn = 0, zoom = 1, dx = 0, dy = 0 }) {
    const { side, continued, beyond } = this, middle = (side - 1) / 2;
    const cos = Math.cos(turn) / zoom, sin = Math.sin(turn) / zoom;
    const within = (place) => continued ? Math.max(0, Math.min(side - 1, place)) : place;
    for (let y = -middle, n = 0; y <= middle; y++) {
      for (let x = -middle; x <= middle; x++, n++) {
        this.put(n, within(cos * x - sin * y + middle + dx), within(sin * x + cos * y + middle + dy));
      }
    }
    return super.apply(image, beyond);
  }
}
