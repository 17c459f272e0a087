// What a picture is to become: a goal looks at it through a network, and gives a score and its gradient.
import { near } from "./picture.js";

/** Classes ("daisy") and channels ("conv5:7"). The first of `count` pictures is to have the first one, the last one
    the last, and a picture between them some of both. */
export class Wishes {
  constructor(network, names, classes, count = 1) {
    Object.assign(this, { network, count });
    this.units = names.map((name) => unitOf(name, classes, network));
  }

  /** Of picture `k`, (channel, row, column) in [0, 1]. */
  scored(image, { k = 0 } = {}) {
    const { network, units, count } = this, gradients = {};
    const shares = units.map((_, n) => near(n, units.length, k, count));
    network.forward(image, deepest(network, units.map(({ layer }) => layer)));
    let score = 0;
    units.forEach(({ layer, channel }, n) => {
      const values = network.read(layer), area = values.length / network.maps.get(layer).channels;
      const [first, end] = [channel * area, (channel + 1) * area];
      for (let at = first; at < end; at++) score += shares[n] / area * values[at];
      const gradient = gradients[layer] ??= new Float32Array(values.length);
      for (let at = first; at < end; at++) gradient[at] += shares[n] / area;
    });
    return { score, gradient: network.backward(gradients) };
  }
}

/** The one of these layers that comes last. */
export const deepest = (network, names) => network.layers.findLast(({ name }) => names.includes(name)).name;

/** A channel is asked before its ReLU, behind which it may be silent everywhere and have no gradient. */
function unitOf(wish, classes, network) {
  const named = classes.indexOf(wish), [block, number] = wish.split(":"), channel = Number(number);
  if (named >= 0) return { layer: network.layers.at(-1).name, channel: named };
  const relu = network.layers.find(({ name }) => name === `${block}.relu`);
  const map = relu ? relu.sources[0] : network.maps.get(block);
  if (!map || !(channel >= 0 && channel < map.channels)) throw new Error(`the network has nothing called ${wish}`);
  return { layer: map.name, channel };
}
