// Pictures between their pixels: every number that comes out is a sum of four that go in, each with its weight. A
// picture is stretched, turned and laid on a model so. A gradient goes back to the same four by the same weights.

export class Sampling {
  /** So many `places` in planes of `side` by `side` pixels. Beyond its edges each plane has its number in `beyond`, or
      with `repeated`, goes on at the other side. */
  constructor(places, side, { beyond = [], repeated = false } = {}) {
    Object.assign(this, { places, side, beyond, repeated });
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

  /** Puts all places, which stand in rows of so many columns: where(column, row) gives x and y. */
  lay(columns, where) {
    for (let n = 0; n < this.places; n++) this.put(n, ...where(n % columns, Math.floor(n / columns)));
  }

  /** What is found in a picture (planes, side, side): (planes, places). */
  apply(image) {
    const { places, side, beyond, pixels, weights } = this, area = side * side;
    const found = new Float32Array(image.length / area * places);
    for (let c = 0, at = 0; at < found.length; c++) {
      const plane = image.subarray(c * area, (c + 1) * area), ground = beyond[c] ?? 0;
      for (let k = 0; k < pixels.length; at++) {
        let sum = ground;
        for (const end = k + 4; k < end; k++) sum += weights[k] * (plane[pixels[k]] - ground);
        found[at] = sum;
      }
    }
    return found;
  }

  /** The gradient of the picture from that of what was found. */
  back(gradient) {
    const { places, side, pixels, weights } = this, area = side * side;
    const back = new Float32Array(gradient.length / places * area);
    for (let c = 0, at = 0; at < gradient.length; c++) {
      const plane = back.subarray(c * area, (c + 1) * area);
      for (let k = 0; k < pixels.length; at++) {
        for (const end = k + 4; k < end; k++) plane[pixels[k]] += weights[k] * gradient[at];
      }
    }
    return back;
  }
}

/** Small moves of the picture before the network sees it: turned, zoomed and shifted. */
export class Moves extends Sampling {
  /** With `continued`, the picture's edge goes on beyond it. */
  constructor(size, { beyond = [0.5, 0.5, 0.5], continued = false } = {}) {
    super(size * size, size, { beyond });
    this.continued = continued;
  }

  /** How a step sees its pictures: in a pose like those of the standard transforms, within 10 degrees, 10 per cent and
      6 pixels; or only shifted; or as they are. */
  look(next, { moved = true, turned = true }) {
    const whole = (most) => Math.floor(next() * (2 * most + 1)) - most;
    const [turn, zoom] = moved && turned ? [whole(10) * Math.PI / 180, 0.9 + 0.2 * next()] : [0, 1];
    return this.take(moved ? { turn, zoom, dx: whole(6), dy: whole(6) } : {});
  }

  /** From now on, pictures are seen in this pose. */
  take({ turn = 0, zoom = 1, dx = 0, dy = 0 }) {
    const { side, continued } = this, middle = (side - 1) / 2, cos = Math.cos(turn) / zoom, sin = Math.sin(turn) / zoom;
    const within = (place) => continued ? Math.max(0, Math.min(side - 1, place)) : place;
    for (let y = -middle, n = 0; y <= middle; y++) { // a loop of its own, since every step has one
      for (let x = -middle; x <= middle; x++, n++) {
        this.put(n, within(cos * x - sin * y + middle + dx), within(sin * x + cos * y + middle + dy));
      }
    }
    return this;
  }

  /** All pictures; of a film also what is `between` two of its frames. */
  shown(pictures, { between }) {
    if (between === undefined) return pictures;
    const place = between * (pictures.length - 1), k = Math.min(pictures.length - 2, Math.floor(place));
    return [...pictures, pictures[k].map((value, n) => value + (place - k) * (pictures[k + 1][n] - value))];
  }
}
