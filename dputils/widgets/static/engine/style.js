// Style transfer: the things of a photograph in the manner of a painting, as dputils.style.
import { pointwise } from "./graph.js";

const gram = (from) => ({ name: `gram of ${from}`, kind: "gram", from: [from] });

/** A network up to the deepest of some layers, and behind it a Gram matrix of each: how often its channels fire
    together. The pixels themselves, from -1 to 1, and ones, are one more layer whose Gram matrix is compared. */
export function withGrams({ layers, mean, std }, names, until) {
  const bias = Float32Array.from({ length: 4 }, (_, o) => o < 3 ? 2 * mean[o % mean.length] - 1 : 1);
  const colour = pointwise("colour", "input", bias, (o, i) => o === i ? 2 * std[o % std.length] : 0, 3);
  const last = layers.findLastIndex(({ name }) => name === until || names.includes(name));
  return { mean, std, layers: [...layers.slice(0, last + 1), colour, ...["colour", ...names].map(gram)] };
}

/** Gram matrices, {layer: matrix}, of a picture. */
export function stylesOf(network, image) {
  network.forward(image);
  const grams = network.layers.filter(({ kind }) => kind === "gram");
  return Object.fromEntries(grams.map(({ name }) => [name, network.read(name)]));
}

const absolute = (values) => values.reduce((sum, value) => sum + Math.abs(value), 1e-12);

export class Repaint {
  /** `styles` are the painting's, of stylesOf; `photograph` has the size of the picture. */
  constructor(network, { styles, photograph, contentLayer }) {
    Object.assign(this, { network, styles, photograph, contentLayer });
  }

  /** Content and style weigh as much as `settings` say; the photograph is seen by the same `look` as the picture. */
  *scored(image, { look }, settings) {
    const { network, styles, photograph, contentLayer } = this, gradients = {};
    yield* network.ahead([contentLayer], look.apply(photograph));
    const before = network.read(contentLayer);
    yield* network.ahead(Object.keys(styles), image);
    const term = (name, wanted, weight) => { // |found - wanted|, relative to |wanted|
      const apart = network.read(name).map((value, n) => value - wanted[n]), share = weight / absolute(wanted);
      gradients[name] = apart.map((value) => -share * Math.sign(value));
      return share * absolute(apart);
    };
    const content = term(contentLayer, before, settings.content);
    const style = Object.keys(styles).reduce((sum, name) => sum + term(name, styles[name], settings.style), 0);
    return { score: -content - style, gradient: yield* network.back(gradients), terms: { content, style } };
  }
}
