// A picture with opacity, (red, green, blue, opacity): before the network sees it, it is laid over a ground, in linear
// light, and moved with it (dputils.alpha).
import { matrixOf } from "./graph.js";
import { finished } from "./memory.js";
import { Picture } from "./picture.js";
import { normals, uniform } from "./random.js";
import { Moves, Sampling } from "./sampling.js";

const AROUND = 12; // pixels of bare ground on each side

/** sRGB and amounts of light, IEC 61966-2-1, and how fast light grows. */
const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const growth = (value) => value <= 0.04045 ? 1 / 12.92 : 2.4 / 1.055 * ((value + 0.055) / 1.055) ** 1.4;
const encoded = (light) => light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
const blended = (value, cover, ground) => encoded(linear(value) * cover + linear(ground) * (1 - cover));

const opacityOf = (planes) => planes.subarray(planes.length * 3 / 4);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How a network sees pictures (4, size, size): over a ground, which is another one in each step. `photographs` to lie
    behind them, {image, width}, are squares no smaller than a ground. */
export class Glass {
  constructor({ size }, photographs = []) {
    const side = size + 2 * AROUND, frame = new Sampling(side * side, size);
    frame.lay(side, (x, y) => [x - AROUND, y - AROUND]);
    Object.assign(this, { size, side, frame, moves: new Moves(side, { beyond: [0.5, 0.5, 0.5, 0] }), photographs,
      grounds: {} });
  }

  look(next, { ground, pressure, ...settings }) {
    this.moves.look(next, settings);
    this.grounds[ground] ??= GROUNDS[ground](this.side, this.photographs);
    return this.over(this.grounds[ground](Math.floor(next() * 2 ** 31)), pressure);
  }

  over(ground, pressure) {
    return Object.assign(this, { ground, pressure, opacity: ground.length }); // where the planes of opacity begin
  }

  /** What the network sees, (3, side, side), over a ground of that shape. A score is multiplied by `factor`: more, the
      less is covered in the picture and where the network looked. */
  apply(image) {
    const { frame, moves, ground, pressure, opacity } = this, framed = frame.apply(image);
    const scene = framed.map((value, n) => {
      const cover = framed[opacity + n % (opacity / 3)];
      return n >= opacity ? value : cover ? blended(value, cover, ground[n]) : ground[n];
    });
    const moved = moves.apply(scene), [covered, looked] = [image, moved].map((planes) => mean(opacityOf(planes)));
    const factor = 0.5 * (1 - covered) ** pressure + (1 - looked) ** pressure;
    Object.assign(this, { framed, scene, covered, looked, factor });
    return moved.subarray(0, opacity);
  }

  /** The gradient of score * factor for the picture from that of the score for what the network saw. */
  back(gradient, score) {
    const { frame, moves, ground, pressure, opacity, framed, scene, covered, looked, factor } = this;
    const slope = (share) => -score * pressure * (1 - share) ** (pressure - 1);
    const ofMoved = new Float32Array(scene.length).fill(slope(looked) / (opacity / 3), opacity);
    gradient.forEach((value, n) => { ofMoved[n] = factor * value; });
    const ofScene = moves.back(ofMoved), ofFramed = ofScene.slice();
    for (let n = 0; n < opacity; n++) {
      const at = opacity + n % (opacity / 3), cover = framed[at];
      if (!cover) continue; // beside the picture
      const ofLight = ofScene[n] / growth(scene[n]); // the scene was encoded, the inverse of linear
      ofFramed[n] = ofLight * cover * growth(framed[n]);
      ofFramed[at] += ofLight * (linear(framed[n]) - linear(ground[n]));
    }
    const ofImage = frame.back(ofFramed), ofCover = opacityOf(ofImage);
    ofCover.forEach((sum, n) => { ofCover[n] = sum + 0.5 * slope(covered) / ofCover.length; });
    return ofImage;
  }

  /** The picture over black, over white, over a checkerboard, and its opacity, each (3, size, size). */
  shown([image]) {
    const { size } = this, area = size * size, opacity = opacityOf(image);
    const over = (ground) => matrixOf(3, area, (c, n) => blended(image[c * area + n], opacity[n], ground(n))).values;
    const tile = (n) => Math.floor((n % size) * 8 / size) + Math.floor(Math.floor(n / size) * 8 / size);
    const grounds = [() => 0, () => 1, (n) => tile(n) % 2 ? 0.85 : 0.97];
    return [...grounds.map(over), matrixOf(3, area, (c, n) => opacity[n]).values];
  }
}

/** Functions that draw a ground (3, side, side): of a number that is another one at every step. */
const GROUNDS = {
  clouds(side) {
    const clouds = new Picture({ size: side, decay: 1.5 });
    return (seed) => {
      clouds.parameters.set(normals(clouds.parameters.length, 0.2, seed));
      return finished(clouds.render())[0];
    };
  },
  "white page": (side) => () => new Float32Array(3 * side * side).fill(1),
  /** Windows as large as the ground or larger, upright or mirrored. */
  photographs: (side, photographs) => (seed) => {
    const next = uniform(seed), { image, width } = photographs[Math.floor(next() * photographs.length)];
    const scale = 1 + (width / side - 1) * next(), [left, top] = [0, 0].map(() => (width - scale * side) * next());
    const mirrored = next() < 0.5, place = (pixel, begin) => begin + scale * (pixel + 0.5) - 0.5;
    const window = new Sampling(side * side, width);
    window.lay(side, (x, y) => [place(mirrored ? side - 1 - x : x, left), place(y, top)]);
    return window.apply(image);
  },
  noise: (side) => (seed) => normals(3 * side * side, 0.25, seed).map((value) => Math.min(1, Math.max(0, 0.5 + value))),
};
