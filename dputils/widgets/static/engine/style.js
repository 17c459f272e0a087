// Style transfer: the things of a photograph in the manner of a painting, as dputils.style.
import { collect, mix } from "./matrix.js";
import { Moves } from "./moves.js";

/** How often channels fire together, (channel, channel): the mean over places of one times the other. */
export function gramOf(values, channels) {
  const points = values.length / channels, sums = new Float32Array(channels ** 2);
  collect(sums, values, channels, values, channels, points);
  return sums.map((sum) => sum / points);
}

/** The gradient of the values from that of their Gram matrix: each channel is in a row of it and in a column. */
export function gramBack(ofGram, values, channels) {
  const points = values.length / channels, back = new Float32Array(values.length);
  const both = ofGram.map((value, n) => (value + ofGram[n % channels * channels + Math.floor(n / channels)]) / points);
  mix(back, channels, values, channels, both, channels, 1, points);
  return back;
}

/** |found - wanted|, relative to |wanted|, and its gradient times `weight` for what was found. */
function distance(found, wanted, weight) {
  const size = wanted.reduce((sum, value) => sum + Math.abs(value), 1e-12);
  const apart = found.map((value, n) => value - wanted[n]);
  return { value: weight * apart.reduce((sum, value) => sum + Math.abs(value), 0) / size,
    gradient: apart.map((value) => weight * Math.sign(value) / size) };
}

const COLOUR = "colour"; // the pixels themselves, and ones, are one more layer whose Gram matrices are compared

function coloursOf(image) {
  return new Float32Array(image.length / 3 * 4).fill(1).map((one, n) => n < image.length ? 2 * image[n] - 1 : one);
}

/** Gram matrices, {layer: matrix}, of what the network sees. */
export function stylesOf(network, layers, image) {
  network.forward(image, network.deepest(layers));
  const styles = { [COLOUR]: gramOf(coloursOf(image), 4) };
  for (const name of layers) styles[name] = gramOf(network.read(name), network.maps.get(name).channels);
  return styles;
}

export class Repaint {
  /** `styles` are the painting's, of stylesOf; `photograph` has the size of the picture. */
  constructor(network, { styles, photograph, contentLayer }) {
    Object.assign(this, { network, styles, photograph, contentLayer });
    this.moves = new Moves(network.input.height, { continued: true });
    this.until = network.deepest([...Object.keys(styles), contentLayer]);
  }

  /** Content and style weigh as much as `settings` say; the photograph makes the same moves as the picture. */
  scored(image, { pose }, settings) {
    const { network, styles, photograph, contentLayer, until, moves } = this, gradients = {};
    const before = network.forward(pose ? moves.apply(photograph, pose) : photograph, contentLayer).slice();
    network.forward(image, until);
    const content = distance(network.read(contentLayer), before, settings.content);
    gradients[contentLayer] = content.gradient;
    let style = 0, ofColours;
    for (const name in styles) {
      const values = name === COLOUR ? coloursOf(image) : network.read(name);
      const channels = Math.sqrt(styles[name].length);
      const { value, gradient } = distance(gramOf(values, channels), styles[name], settings.style);
      const back = gramBack(gradient, values, channels);
      style += value;
      if (name === COLOUR) ofColours = back;
      else if (name in gradients) gradients[name] = gradients[name].map((sum, n) => sum + back[n]);
      else gradients[name] = back;
    }
    const uphill = network.backward(gradients).map((slope, n) => -slope - 2 * ofColours[n]);
    return { score: -content.value - style, gradient: uphill, terms: { content: content.value, style } };
  }
}
