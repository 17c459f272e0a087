// The engine's side of a conversation with the page: it is asked for steps, and answers with pictures and numbers.
// Nothing runs between an answer and the next question.
import { readModel } from "./graph.js";
import { Moves } from "./moves.js";
import { Network } from "./network.js";
import { Picture, uniform } from "./picture.js";
import { PlainNetwork } from "./plain_network.js";

/** What a picture is built from: a change begins the climb anew. All else acts from the next step on. */
const STRUCTURE = ["size", "batch", "basis", "decay", "decorrelate", "coupling", "seed"];

/** A climb: a picture, the moves that it makes, and its scores so far, [[step, score], …]. */
class Climb {
  constructor(settings) {
    this.key = keyOf(settings);
    this.picture = new Picture(settings);
    this.moves = new Moves(settings.size);
    this.next = uniform(settings.seed + 1n);
    this.points = [];
  }

  step(network, { layer, channel }, { batch, moved, rate }) {
    const { picture, moves } = this, pose = moved && Moves.draw(this.next);
    let score = 0;
    for (let k = 0; k < batch; k++) {
      const image = picture.render(k), values = network.forward(pose ? moves.apply(image, pose) : image, layer);
      const { channels } = network.maps.get(layer), area = values.length / channels;
      const wish = new Float32Array(values.length).fill(1 / area, channel * area, (channel + 1) * area);
      score += values.subarray(channel * area, (channel + 1) * area).reduce((sum, value) => sum + value, 0) / area;
      const gradient = network.backward(wish, layer);
      picture.pull(pose ? moves.back(gradient) : gradient, k);
    }
    picture.climb(rate);
    this.points.push([this.points.length + 1, score / batch]);
  }
}

const keyOf = (settings) => JSON.stringify(STRUCTURE.map((name) => String(settings[name])));

/** Answers questions that come through a port, a Worker's or one like it. */
export function serve(port) {
  const networks = new Map();
  let models = {}, climb = null, earlier = null;

  const network = async (name, size, road) => {
    const key = `${name} ${size} ${road}`;
    if (!networks.has(key)) {
      const model = await (models[name].read ??= readModel(models[name]));
      networks.set(key, build(model, size, road));
    }
    return networks.get(key);
  };

  const answer = async ({ id, settings, steps, patience, reset, undo, all }) => {
    const { size, batch, judge, road } = settings, key = keyOf(settings);
    if (reset || climb?.key !== key) {
      const again = undo && earlier?.key === key;
      [climb, earlier] = [again ? earlier : new Climb(settings), climb];
      all = true;
    }
    const used = await network(settings.network, size, road), before = all ? 0 : climb.points.length;
    const wish = wishOf(settings.wish, models[settings.network], used), until = performance.now() + patience;
    const enough = (done) => steps === null ? done > 0 && performance.now() > until : done >= steps;
    for (let done = 0; !enough(done); done++) climb.step(used, wish, settings);
    const images = Array.from({ length: batch }, (_, k) => climb.picture.render(k)), pixels = pixelsOf(images, size);
    const verdicts = judge ? images.map(verdict.bind(null, models[judge], await network(judge, size, road))) : [];
    port.postMessage({ id, pixels, verdicts, all, step: climb.points.length, points: climb.points.slice(before),
      road: used.road, width: pixels.length / 4 / size }, [pixels.buffer]);
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

/** Pictures side by side, as bytes of red, green, blue and opacity. */
function pixelsOf(images, size) {
  const gap = 2, width = images.length * (size + gap) - gap, out = new Uint8ClampedArray(4 * width * size);
  images.forEach((image, k) => {
    for (let c = 0, n = 0; c < 3; c++) {
      for (let y = 0; y < size; y++) {
        for (let x = 0, at = 4 * (y * width + k * (size + gap)) + c; x < size; x++, at += 4) out[at] = 255 * image[n++];
      }
    }
    for (let y = 0; y < size; y++) {
      for (let x = 0, at = 4 * (y * width + k * (size + gap)) + 3; x < size; x++, at += 4) out[at] = 255;
    }
  });
  return out;
}
