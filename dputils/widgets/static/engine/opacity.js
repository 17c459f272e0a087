// A picture with opacity, (red, green, blue, opacity): before the network sees it, it is laid over a ground, in linear
// light, and moved with it (dputils.alpha).
import { normals, Picture } from "./picture.js";
import { Moves } from "./sampling.js";

const AROUND = 12; // pixels of bare ground on each side

/** sRGB and amounts of light: IEC 61966-2-1, and the slopes of its curves. */
const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const linearSlope = (value) => value <= 0.04045 ? 1 / 12.92 : 2.4 / 1.055 * ((value + 0.055) / 1.055) ** 1.4;
const encoded = (light) => light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
const encodedSlope = (light) => light <= 0.0031308 ? 12.92 : 1.055 / 2.4 * light ** (1 / 2.4 - 1);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export class Glass {
  constructor(size) {
    const side = size + 2 * AROUND;
    Object.assign(this, { size, side, moves: new Moves(side, { beyond: [0.5, 0.5, 0.5, 0] }) });
    this.scene = new Float32Array(4 * side * side);
    this.light = new Float32Array(3 * size * size); // of the blend, before it is encoded
  }

  /** Calls visit(place in the picture, place in the scene) for every pixel. */
  #eachPixel(visit) {
    for (let y = 0, n = 0; y < this.size; y++) {
      for (let x = 0, at = (y + AROUND) * this.side + AROUND; x < this.size; x++, n++, at++) visit(n, at);
    }
  }

  /** What the network sees, (3, side, side), of a picture (4, size, size) over a ground (3, side, side). */
  apply(image, ground, pose) {
    const { scene, light } = this, area = this.size ** 2, wide = this.side ** 2;
    scene.fill(0).set(ground);
    this.#eachPixel((n, at) => {
      const cover = scene[3 * wide + at] = image[3 * area + n];
      for (let c = 0; c < 3; c++) {
        const mixed = linear(image[c * area + n]) * cover + linear(ground[c * wide + at]) * (1 - cover);
        light[c * area + n] = mixed;
        scene[c * wide + at] = encoded(mixed);
      }
    });
    Object.assign(this, { image, ground, moved: this.moves.apply(scene, pose) });
    this.covered = mean(image.subarray(3 * area));
    this.seen = mean(this.moved.subarray(3 * wide));
    return this.moved.subarray(0, 3 * wide);
  }

  /** What a score is multiplied by: more, the less is covered in the picture and where the network looked. */
  factor(pressure) {
    return 0.5 * (1 - this.covered) ** pressure + (1 - this.seen) ** pressure;
  }

  /** The gradient of score * factor for the picture, from that of the score for what the network saw. */
  back(gradient, score, pressure) {
    const { image, ground, light } = this, area = this.size ** 2, wide = this.side ** 2;
    const slope = (share) => -pressure * (1 - share) ** (pressure - 1);
    const factor = this.factor(pressure), ofMoved = new Float32Array(4 * wide);
    gradient.forEach((value, n) => { ofMoved[n] = factor * value; });
    ofMoved.fill(score * slope(this.seen) / wide, 3 * wide);
    const ofScene = this.moves.back(ofMoved), ofImage = new Float32Array(4 * area);
    this.#eachPixel((n, at) => {
      const cover = image[3 * area + n];
      let ofCover = ofScene[3 * wide + at] + 0.5 * score * slope(this.covered) / area;
      for (let c = 0; c < 3; c++) {
        const value = image[c * area + n], ofLight = ofScene[c * wide + at] * encodedSlope(light[c * area + n]);
        ofImage[c * area + n] = ofLight * cover * linearSlope(value);
        ofCover += ofLight * (linear(value) - linear(ground[c * wide + at]));
      }
      ofImage[3 * area + n] = ofCover;
    });
    return ofImage;
  }
}

/** Functions that draw a ground (3, side, side): of a number that is another one at every step. */
export const GROUNDS = {
  clouds(side) {
    const clouds = new Picture({ size: side, decay: 1.5 });
    return (seed) => {
      clouds.parameters = normals(clouds.parameters.length, 0.2, seed);
      return clouds.render();
    };
  },
  "white page": (side) => () => new Float32Array(3 * side * side).fill(1),
  noise: (side) => (seed) => normals(3 * side * side, 0.25, seed).map((value) => Math.min(1, Math.max(0, 0.5 + value))),
};

/** The picture over black, over white, over a checkerboard, and its opacity, each (3, size, size). */
export function views(image, size) {
  const area = size * size, over = (ground) => Float32Array.from({ length: 3 * area }, (_, n) => {
    const cover = image[3 * area + n % area];
    return encoded(linear(image[n]) * cover + linear(ground(n % area)) * (1 - cover));
  });
  const tile = (n) => Math.floor((n % size) * 8 / size) + Math.floor(Math.floor(n / size) * 8 / size);
  return [over(() => 0), over(() => 1), over((n) => tile(n) % 2 ? 0.85 : 0.97),
    Float32Array.from({ length: 3 * area }, (_, n) => image[3 * area + n % area])];
}
