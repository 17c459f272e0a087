// The engine's side of a conversation with the page: it is asked for steps, and answers with pictures and numbers.
// Nothing runs between an answer and the next question.
import { Cppn } from "./cppn.js";
import { readModel } from "./graph.js";
import { Moves } from "./moves.js";
import { Network } from "./network.js";
import { Glass, GROUNDS, views } from "./opacity.js";
import { Picture, uniform } from "./picture.js";
import { PlainNetwork } from "./plain_network.js";

/** What a picture is built from: a change begins the climb anew. All else acts from the next step on. */
const STRUCTURE = ["size", "batch", "basis", "decay", "decorrelate", "coupling", "seed",
  "activation", "hidden", "width", "radius", "waves"];

/** A climb: a picture, the moves that it makes, and its scores so far, [[step, score], …]. */
class Climb {
  constructor(settings) {
    this.key = keyOf(settings);
    this.picture = settings.basis === "CPPN" ? new Cppn(settings) : new Picture(settings);
    this.moves = new Moves(settings.size);
    this.glass = settings.finest?.length === 4 ? new Glass(settings.size) : null; // for a picture with opacity
    this.grounds = {};
    this.next = uniform(settings.seed + 1n);
    this.points = [];
  }

  step(network, wish, settings) {
    const { batch, moved, rate, pressure } = settings, { picture, moves, glass } = this;
    const pose = moved ? Moves.draw(this.next) : glass ? {} : null;
    let total = 0;
    for (let k = 0; k < batch; k++) {
      const image = picture.render(k), seen = glass ? glass.apply(image, this.#ground(settings), pose)
        : pose ? moves.apply(image, pose) : image;
      const { score, gradient } = scored(network, wish, seen);
      total += glass ? score * glass.factor(pressure) : score;
      picture.pull(glass ? glass.back(gradient, score, pressure) : pose ? moves.back(gradient) : gradient, k);
    }
    picture.climb(rate);
    this.points.push([this.points.length + 1, total / batch]);
  }

  #ground({ ground }) {
    this.grounds[ground] ??= GROUNDS[ground](this.glass.side);
    return this.grounds[ground](Math.floor(this.next() * 2 ** 31));
  }

  /** What is shown: each picture, or all views of one with opacity. */
  shown() {
    const { batch = 1, size } = this.picture, images = Array.from({ length: batch }, (_, k) => this.picture.render(k));
    return this.glass ? views(images[0], size) : images;
  }
}

/** The mean of a channel, and its gradient for the picture. */
function scored(network, { layer, channel }, image) {
  const values = network.forward(image, layer), area = values.length / network.maps.get(layer).channels;
  const [first, last] = [channel * area, (channel + 1) * area];
  const score = values.subarray(first, last).reduce((sum, value) => sum + value, 0) / area;
  return { score, gradient: network.backward(new Float32Array(values.length).fill(1 / area, first, last), layer) };
}

const keyOf = (settings) => JSON.stringify(STRUCTURE.map((name) => String(settings[name])));

/** Answers questions that come through a port, a Worker's or one like it. */
export function serve(port) {
  const networks = new Map();
  let models = {}, climb = null, earlier = null;

  const network = async (name, size, road) => {
    const key = `${name} ${size} ${road}`;
    if (!networks.has(key)) {
      if (networks.size > 3) networks.clear(); // of other sizes: each takes some 25 MB
      const model = await (models[name].read ??= readModel(models[name]));
      networks.set(key, build(model, size, road));
    }
    return networks.get(key);
  };

  const answer = async ({ id, settings, steps, patience, reset, undo, all }) => {
    const { size, judge, road } = settings, key = keyOf(settings);
    if (reset || climb?.key !== key) {
      const again = undo && earlier?.key === key;
      [climb, earlier] = [again ? earlier : new Climb(settings), climb];
      all = true;
    }
    const used = await network(settings.network, climb.glass?.side ?? size, road);
    const before = all ? 0 : climb.points.length;
    const wish = wishOf(settings.wish, models[settings.network], used), until = performance.now() + patience;
    const enough = (done) => steps === null ? done > 0 && performance.now() > until : done >= steps;
    for (let done = 0; !enough(done); done++) climb.step(used, wish, settings);
    const images = climb.shown(), { pixels, width } = pixelsOf(images, size);
    const verdicts = judge ? images.map(verdict.bind(null, models[judge], await network(judge, size, road))) : [];
    port.postMessage({ id, pixels, verdicts, all, step: climb.points.length, points: climb.points.slice(before),
      road: used.road, width }, [pixels.buffer]);
  };

  port.onmessage = async ({ data }) => {
    if (data.models) ({ models } = data);
    else await answer(data).catch((error) => port.postMessage({ id: data.id, error: error.message }));
  };
}

function build(model, size, road) {
  if (road === "plain JavaScript") return new PlainNetwork(model, size);
  try {
    return new Network(model, size);
  } catch (error) { // no WebAssembly, or a page that forbids it
    console.info(`the engine runs in plain JavaScript: ${error.message}`);
    return new PlainNetwork(model, size);
  }
}

/** "daisy" or "conv5:7" as the layer and the channel to climb. */
function wishOf(wish, { classes }, network) {
  const named = classes.indexOf(wish), [layer, number] = wish.split(":");
  if (named >= 0) return { layer: network.layers.at(-1).name, channel: named };
  const map = network.maps.get(layer), channel = Number(number);
  if (!map || !(channel >= 0 && channel < map.channels)) throw new Error(`the network has nothing called ${wish}`);
  return { layer, channel };
}

/** The class that a network sees, and how sure it is of it. */
function verdict({ classes }, network, image) {
  const scores = network.forward(image), highest = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
  return { name: classes[scores.indexOf(highest)], share: 1 / sum };
}

/** Pictures in a square of rows, as bytes of red, green, blue and opacity. */
function pixelsOf(images, size) {
  const gap = 2, columns = Math.ceil(Math.sqrt(images.length)), rows = Math.ceil(images.length / columns);
  const width = columns * (size + gap) - gap, pixels = new Uint8ClampedArray(4 * width * (rows * (size + gap) - gap));
  images.forEach((image, k) => {
    const left = (k % columns) * (size + gap), top = Math.floor(k / columns) * (size + gap), area = size * size;
    for (let n = 0; n < area; n++) {
      const at = 4 * ((top + Math.floor(n / size)) * width + left + n % size);
      for (let c = 0; c < 3; c++) pixels[at + c] = 255 * image[c * area + n];
      pixels[at + 3] = 255;
    }
  });
  return { pixels, width };
}
