// Small moves of the picture before the network sees it: turned, zoomed and shifted, sampled between pixels.
import { Sampling } from "./sampling.js";

export class Moves {
  /** `beyond` is what each plane has outside; with `continued`, the picture's edge goes on there instead. */
  constructor(size, { beyond = [0.5, 0.5, 0.5], continued = false } = {}) {
    Object.assign(this, { size, beyond, continued, sampling: new Sampling(size * size, size) });
  }

  /** A pose like those of the standard transforms: within 10 degrees, 10 per cent, and 6 pixels; or only shifted. */
  static draw(next, { turned = true } = {}) {
    const whole = (most) => Math.floor(next() * (2 * most + 1)) - most;
    const [turn, zoom] = turned ? [whole(10) * Math.PI / 180, 0.9 + 0.2 * next()] : [0, 1];
    return { turn, zoom, dx: whole(6), dy: whole(6) };
  }

  apply(image, { turn = 0, zoom = 1, dx = 0, dy = 0 }) {
    const { size, continued, sampling, beyond } = this, middle = (size - 1) / 2;
    const cos = Math.cos(turn) / zoom, sin = Math.sin(turn) / zoom, moved = new Float32Array(image.length);
    const within = (place) => continued ? Math.max(0, Math.min(size - 1, place)) : place;
    for (let y = -middle, n = 0; y <= middle; y++) {
      for (let x = -middle; x <= middle; x++, n++) {
        sampling.put(n, within(cos * x - sin * y + middle + dx), within(sin * x + cos * y + middle + dy));
      }
    }
    sampling.addTo(moved, image, 1, beyond);
    return moved;
  }

  /** The gradient of the picture from that of what was made of it last. */
  back(gradient) {
    const back = new Float32Array(gradient.length);
    this.sampling.addBack(back, gradient);
    return back;
  }
}
