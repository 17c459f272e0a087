// A picture with opacity, (red, green, blue, opacity): before the network sees it, it is laid over a ground, in linear
// light, and moved with it (dputils.alpha).
import { finished } from "./memory.js";
import { Picture } from "./picture.js";
import { normals } from "./random.js";
import { Moves } from "./sampling.js";

const AROUND = 12; // pixels of bare ground on each side

/** sRGB and amounts of light: IEC 61966-2-1, and the slopes of its curves. */
const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const linearSlope = (value) => value <= 0.04045 ? 1 / 12.92 : 2.4 / 1.055 * ((value + 0.055) / 1.055) ** 1.4;
const encoded = (light) => light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
const encodedSlope = (light) => light <= 0.0031308 ? 12.92 : 1.055 / 2.4 * light ** (1 / 2.4 - 1);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export class Glass {
  constructor({ size }) {
    const side = size + 2 * AROUND; // of what the network sees
    Object.assign(this, { size, side, moves: new Moves(side, { beyond: [0.5, 0.5, 0.5, 0] }), grounds: {} });
  }

  /** Over another ground and in another pose at each step. */
  look(next, { ground, pressure, ...settings }) {
    this.grounds[ground] ??= GROUNDS[ground](this.side);
    this.moves.look(next, settings);
    return this.over(this.grounds[ground](Math.floor(next() * 2 ** 31)), pressure);
  }

  over(ground, pressure) {
    return Object.assign(this, { ground, pressure });
  }

  /** Calls visit(place in the picture, place in the scene) for every pixel. */
  #eachPixel(visit) {
    for (let y = 0, n = 0; y < this.size; y++) {
      for (let x = 0, at = (y + AROUND) * this.side + AROUND; x < this.size; x++, n++, at++) visit(n, at);
    }
  }

  /** What the network sees, (3, side, side), of a picture (4, size, size) over a ground (3, side, side). A score is
      multiplied by `factor`: more, the less is covered in the picture and where the network looked. */
  apply(image) {
    const { size, side, moves, ground, pressure } = this, area = size ** 2, wide = side ** 2;
    const scene = new Float32Array(4 * wide), light = new Float32Array(3 * area); // of the blend
    scene.set(ground);
    this.#eachPixel((n, at) => {
      const cover = scene[3 * wide + at] = image[3 * area + n];
      for (let c = 0; c < 3; c++) {
        const mixed = linear(image[c * area + n]) * cover + linear(ground[c * wide + at]) * (1 - cover);
        light[c * area + n] = mixed;
        scene[c * wide + at] = encoded(mixed);
      }
    });
    const moved = moves.apply(scene), [covered, looked] = [image.subarray(3 * area), moved.subarray(3 * wide)].map(mean);
    const factor = 0.5 * (1 - covered) ** pressure + (1 - looked) ** pressure;
    Object.assign(this, { image, light, covered, looked, factor });
    return moved.subarray(0, 3 * wide);
  }

  /** The gradient of score * factor for the picture from that of the score for what the network saw. */
  back(gradient, score) {
    const { size, side, moves, image, ground, light, covered, looked, factor, pressure } = this;
    const area = size ** 2, wide = side ** 2, slope = (share) => -pressure * (1 - share) ** (pressure - 1);
    const ofImage = new Float32Array(4 * area), ofMoved = new Float32Array(4 * wide);
    ofMoved.fill(score * slope(looked) / wide, 3 * wide);
    gradient.forEach((value, n) => { ofMoved[n] = factor * value; });
    const ofScene = moves.back(ofMoved);
    this.#eachPixel((n, at) => {
      const cover = image[3 * area + n];
      let ofCover = ofScene[3 * wide + at] + 0.5 * score * slope(covered) / area;
      for (let c = 0; c < 3; c++) {
        const value = image[c * area + n], ofLight = ofScene[c * wide + at] * encodedSlope(light[c * area + n]);
        ofImage[c * area + n] = ofLight * cover * linearSlope(value);
        ofCover += ofLight * (linear(value) - linear(ground[c * wide + at]));
      }
      ofImage[3 * area + n] = ofCover;
    });
    return ofImage;
  }

  /** The picture over black, over white, over a checkerboard, and its opacity, each (3, size, size). */
  shown(image) {
    const { size } = this, area = size * size, planes = (value) => Float32Array.from({ length: 3 * area }, (_, n) =>
      value(n, image[3 * area + n % area]));
    const over = (ground) => planes((n, cover) =>
      encoded(linear(image[n]) * cover + linear(ground(n % area)) * (1 - cover)));
    const tile = (n) => Math.floor((n % size) * 8 / size) + Math.floor(Math.floor(n / size) * 8 / size);
    return [over(() => 0), over(() => 1), over((n) => tile(n) % 2 ? 0.85 : 0.97), planes((n, cover) => cover)];
  }
}

/** Functions that draw a ground (3, side, side): of a number that is another one at every step. */
export const GROUNDS = {
  clouds(side) {
    const clouds = new Picture({ size: side, decay: 1.5 });
    return (seed) => {
      clouds.parameters.set(normals(clouds.parameters.length, 0.2, seed));
      return finished(clouds.render())[0];
    };
  },
  "white page": (side) => () => new Float32Array(3 * side * side).fill(1),
  noise: (side) => (seed) => normals(3 * side * side, 0.25, seed).map((value) => Math.min(1, Math.max(0, 0.5 + value))),
};
