// Small moves of the picture before the network sees it: turned, zoomed and shifted, sampled between pixels.

const MARGIN = 2, GREY = [0.5, 0.5, 0.5];

export class Moves {
  /** `beyond` is what each plane has outside; with `continued`, the picture's edge goes on there instead. */
  constructor(size, { beyond = GREY, continued = false } = {}) {
    Object.assign(this, { size, side: size + 2 * MARGIN, beyond, planes: beyond.length });
    this.ends = continued ? [0, size - 1] : [-MARGIN, size];
    this.padded = new Float32Array(this.planes * this.side ** 2);
    this.moved = new Float32Array(this.planes * size * size);
    this.place = new Int32Array(size * size); // for each pixel: the corner between which four it was sampled, and where
    this.right = new Float32Array(size * size);
    this.below = new Float32Array(size * size);
  }

  /** A pose like those of the standard transforms: within 10 degrees, 10 per cent, and 6 pixels; or only shifted. */
  static draw(next, { turned = true } = {}) {
    const whole = (most) => Math.floor(next() * (2 * most + 1)) - most;
    const [turn, zoom] = turned ? [whole(10) * Math.PI / 180, 0.9 + 0.2 * next()] : [0, 1];
    return { turn, zoom, dx: whole(6), dy: whole(6) };
  }

  apply(image, { turn = 0, zoom = 1, dx = 0, dy = 0 }) {
    const { size, side, planes, padded, moved, place, right, below } = this, plane = side * side;
    const middle = (size - 1) / 2;
    for (let c = 0, n = 0; c < planes; c++) {
      padded.fill(this.beyond[c], c * plane, (c + 1) * plane);
      for (let y = 0; y < size; y++, n += size) {
        padded.set(image.subarray(n, n + size), c * plane + (y + MARGIN) * side + MARGIN);
      }
    }
    const cos = Math.cos(turn) / zoom, sin = Math.sin(turn) / zoom;
    const [low, high] = this.ends, within = (place) => Math.max(low, Math.min(high, place));
    for (let y = 0, n = 0; y < size; y++) {
      for (let x = 0; x < size; x++, n++) {
        const u = within(cos * (x - middle) - sin * (y - middle) + middle + dx);
        const v = within(sin * (x - middle) + cos * (y - middle) + middle + dy);
        right[n] = u - Math.floor(u);
        below[n] = v - Math.floor(v);
        place[n] = (Math.floor(v) + MARGIN) * side + Math.floor(u) + MARGIN;
        for (let c = 0; c < planes; c++) {
          const at = c * plane + place[n];
          const upper = padded[at] + right[n] * (padded[at + 1] - padded[at]);
          const lower = padded[at + side] + right[n] * (padded[at + side + 1] - padded[at + side]);
          moved[c * size * size + n] = upper + below[n] * (lower - upper);
        }
      }
    }
    return moved;
  }

  /** The gradient of the picture from that of what was made of it last. */
  back(gradient) {
    const { size, side, planes, padded, place, right, below } = this, plane = side * side;
    const back = new Float32Array(planes * size * size);
    padded.fill(0);
    for (let c = 0; c < planes; c++) {
      for (let n = 0; n < size * size; n++) {
        const at = c * plane + place[n], slope = gradient[c * size * size + n], a = right[n], b = below[n];
        padded[at] += slope * (1 - a) * (1 - b);
        padded[at + 1] += slope * a * (1 - b);
        padded[at + side] += slope * (1 - a) * b;
        padded[at + side + 1] += slope * a * b;
      }
      for (let y = 0; y < size; y++) {
        const from = c * plane + (y + MARGIN) * side + MARGIN;
        back.set(padded.subarray(from, from + size), (c * size + y) * size);
      }
    }
    return back;
  }
}
