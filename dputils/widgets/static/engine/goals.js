// What a picture is to become: a goal looks at it through a network, and gives a score and its gradient.
import { sizeOf } from "./graph.js";
import { near } from "./picture.js";

/** Classes ("daisy") and channels ("conv5:7"). The first of `count` pictures is to have the first one, the last one
    the last, and a picture between them some of both. */
export class Wishes {
  constructor(network, names, classes, count = 1) {
    Object.assign(this, { network, count });
    this.units = names.map((name) => unitOf(name, classes, network));
  }

  /** Of picture `k`, (channel, row, column) in [0, 1]: a promise. A wish is the mean of a channel, so that it says in
      advance how much of each value counts. */
  scored(image, { k = 0 } = {}) {
    const { network, units, count } = this, directions = {};
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
