// What a picture is to become: a goal looks at it through a network, and gives a score and its gradient.
import { near } from "./bases.js";
import { sizeOf } from "./graph.js";
import { dot } from "./memory.js";

/** Classes ("daisy") and channels ("conv5:7"). The first of `count` pictures is to have the first one, the last one
    the last, and a picture between them some of both. */
export class Wishes {
  constructor(network, names, classes, count = 1) {
    Object.assign(this, { network, count });
    this.units = names.map((name) => unitOf(name, classes, network));
  }

  /** Frames of a film shall be alike in some layers, as dputils.objectives.alignment says, with a ratio of 5: what each
      frame is to do about it, `apart`, {layer: slopes}. The penalty is a square, so that its slopes times the values
      add up to twice itself. The scores of the pictures take it away twice; what is returned gives it back once. */
  *compare(images, layers, weight) {
    const { network } = this, seen = [];
    for (const image of images) {
      yield* network.ahead(layers, image);
      seen.push(Object.fromEntries(layers.map((name) => [name, network.read(name)])));
    }
    let penalty = 0;
    const apart = seen.map((frame, k) => Object.fromEntries(layers.map((name) => {
      const values = frame[name], slopes = new Float32Array(values.length);
      seen.forEach(({ [name]: others }, j) => {
        const lag = Math.abs(k - j), factor = 2 * weight / (5 ** lag * (seen.length - lag) * values.length);
        if (0 < lag && lag < 5) others.forEach((other, n) => { slopes[n] += factor * (other - values[n]); });
      });
      penalty -= dot(slopes, values) / 2;
      return [name, slopes];
    })));
    return { penalty, apart };
  }

  /** Of picture `k`, (channel, row, column) in [0, 1]. A wish is the mean of a channel, so that it says in advance how
      much of each value counts, as does what is `apart`. */
  scored(image, { k = 0, apart = {} } = {}) {
    const { network, units, count } = this, directions = { ...apart };
    units.forEach(({ layer, channel }, n) => {
      const map = network.maps.get(layer), area = map.height * map.width, share = near(n, units.length, k, count);
      const direction = directions[layer] ??= new Float32Array(sizeOf(map));
      for (let at = channel * area; at < (channel + 1) * area; at++) direction[at] += share / area;
    });
    return network.uphill(image, directions);
  }
}

/** A channel is asked before its ReLU, behind which it may be silent everywhere and have no gradient. */
function unitOf(wish, classes, network) {
  const named = classes.indexOf(wish), [block, number] = wish.split(":"), channel = Number(number);
  if (named >= 0) return { layer: network.layers.at(-1).name, channel: named };
  const relu = network.layers.find(({ name }) => name === `${block}.relu`);
  const map = relu ? relu.sources[0] : network.maps.get(block);
  if (!map || !(channel >= 0 && channel < map.channels)) throw new Error(`the network has nothing called ${wish}`);
  return { layer: map.name, channel };
}
