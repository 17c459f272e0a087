// The engine's side of a conversation with the page: it is asked for steps, and answers with pictures and numbers.
// Nothing runs between an answer and the next question.
import { Cppn } from "./cppn.js";
import { Wishes } from "./goals.js";
import { readModel } from "./graph.js";
import { cameraAt, Mesh, View } from "./mesh.js";
import { Glass, GROUNDS, views } from "./opacity.js";
import { Picture, uniform } from "./picture.js";
import { Roads } from "./roads.js";
import { Moves } from "./sampling.js";
import { Repaint, stylesOf, withGrams } from "./style.js";

/** What a picture is built from: a change begins the climb anew. All else acts from the next step on. */
const STRUCTURE = ["size", "batch", "basis", "decay", "decorrelate", "coupling", "seed", "levels", "shared",
  "activation", "hidden", "width", "radius", "waves", "cells"];

/** A climb: a picture, the moves that it makes, and its scores so far, [[step, score], …]. */
class Climb {
  constructor(settings, mesh) {
    this.key = keyOf(settings);
    this.mesh = mesh; // whose texture the picture is, or null
    this.picture = settings.basis === "CPPN" ? new Cppn(settings) : new Picture(settings);
    this.moves = new Moves(settings.size, { continued: Boolean(settings.painting) });
    this.terms = {};
    this.glass = settings.finest?.length === 4 ? new Glass(settings.size) : null; // for a picture with opacity
    this.grounds = {};
    this.next = uniform(settings.seed + 1n);
    this.points = [];
  }

  /** How wide a picture is that the network sees. */
  side({ size, view }) {
    return this.glass?.side ?? (this.mesh ? view : size);
  }

  async step(goal, settings) {
    if (this.mesh) return this.#turn(goal, settings);
    const { batch, moved, pressure } = settings, { picture, moves, glass } = this;
    const pose = moved ? Moves.draw(this.next, settings) : glass ? {} : null;
    let total = 0;
    if (settings.weight) {
      const film = Array.from({ length: batch }, (_, k) => picture.render(k));
      const seen = film.map((image) => pose ? moves.apply(image, pose) : image);
      total += goal.compare(seen, settings.alike, settings.weight);
    }
    for (let k = 0; k < batch; k++) {
      const image = picture.render(k), seen = glass ? glass.apply(image, this.#ground(settings), pose)
        : pose ? moves.apply(image, pose) : image;
      const { score, gradient, terms = {} } = await goal.scored(seen, { k, pose }, settings);
      this.terms = terms;
      total += glass ? score * glass.factor(pressure) : score;
      picture.pull(glass ? glass.back(gradient, score, pressure) : pose ? moves.back(gradient) : gradient, k);
    }
    this.#climb(settings, total / batch);
  }

  /** A step of a texture: the model from somewhere, before a ground of any colour. */
  async #turn(goal, settings) {
    const { picture, mesh, next } = this, { zoom, view, size } = settings;
    const seen = new View(mesh, mesh.camera(next, zoom), view, size);
    const { score, gradient } = await goal.scored(seen.apply(picture.render(), [next(), next(), next()]));
    picture.pull(seen.back(gradient));
    this.#climb(settings, score);
  }

  /** How far a step goes, `rates` says for a basis: so many times as far as for the others. */
  #climb({ rate, rates = {}, basis }, score) {
    const { adam, parameters, gradient } = this.picture;
    adam.climb(parameters, gradient, rate * (rates[basis] ?? 1));
    this.points.push([this.points.length + 1, score]);
  }

  #ground({ ground }) {
    this.grounds[ground] ??= GROUNDS[ground](this.glass.side);
    return this.grounds[ground](Math.floor(this.next() * 2 ** 31));
  }

  /** What is shown: each picture, or all views of one with opacity; of a film also what is `between` its frames; of a
      texture the model, turned by a share of a circle. */
  shown({ between, turn, shown }) {
    const { batch = 1, size } = this.picture, images = Array.from({ length: batch }, (_, k) => this.picture.render(k));
    if (this.glass) return views(images[0], size);
    if (this.mesh) {
      const angle = 2 * Math.PI * turn, eye = [Math.sin(angle), 0.2, Math.cos(angle)].map((value) => 13.2 * value);
      return [new View(this.mesh, cameraAt(eye, [0, 0, 0]), shown, size).apply(images[0], [1, 1, 1])];
    }
    if (between === undefined) return images;
    const place = between * (batch - 1), k = Math.min(batch - 2, Math.floor(place));
    return [...images, images[k].map((value, n) => value + (place - k) * (images[k + 1][n] - value))];
  }
}

const keyOf = (settings) => JSON.stringify(STRUCTURE.map((name) => String(settings[name])));

/** Answers questions that come through a port, a Worker's or one like it. It is told of `models`, as exported, of
    `pictures`, {name: {image, height, width}}, and perhaps of a `mesh`. */
export function serve(port) {
  const networks = new Map(), styles = new Map();
  let models = {}, pictures = {}, mesh = null, climb = null, earlier = null, answered = Promise.resolve();

  const network = async (name, { road, painting, styleLayers, contentLayer }, height, width = height) => {
    const styled = Boolean(painting), key = [name, road, styled, height, width].join();
    if (!networks.has(key)) {
      if (networks.size > 3) { // of other sizes: each takes some 25 MB
        for (const other of networks.values()) other.free();
        networks.clear();
      }
      const model = await (models[name].read ??= readModel(models[name]));
      const whole = styled ? withGrams(model, styleLayers, contentLayer) : model;
      networks.set(key, new Roads(whole, road, height, width));
    }
    return networks.get(key);
  };

  const styleOf = async (settings) => {
    const { network: name, road, painting } = settings, key = [name, road, painting].join();
    if (!styles.has(key)) {
      const { image, height, width } = pictures[painting];
      styles.set(key, stylesOf((await network(name, settings, height, width)).processor, image));
    }
    return styles.get(key);
  };

  const goalOf = async (used, settings) => {
    const { network: name, wish, last, batch, painting, photograph, contentLayer } = settings;
    if (!painting) return new Wishes(used, last ? [wish, last] : [wish], models[name].classes, batch);
    // Gram matrices of five layers must be read before the way back: a card would fetch them, and gain little.
    return new Repaint(used.processor, { contentLayer, photograph: pictures[photograph].image,
      styles: await styleOf(settings) });
  };

  const answer = async ({ id, settings, steps, patience, reset, undo, all }) => {
    const { size, judge } = settings, key = keyOf(settings);
    if (reset || climb?.key !== key) {
      const again = undo && earlier?.key === key;
      [climb, earlier] = [again ? earlier : new Climb(settings, mesh), climb];
      all = true;
    }
    const used = await network(settings.network, settings, climb.side(settings));
    const goal = await goalOf(used, settings);
    const before = all ? 0 : climb.points.length, until = performance.now() + patience;
    const enough = (done) => steps === null ? done > 0 && performance.now() > until : done >= steps;
    for (let done = 0; !enough(done); done++) await climb.step(goal, settings);
    const images = climb.shown(settings), { pixels, width } = pixelsOf(images);
    const judges = judge && (await network(judge, settings, size)).processor;
    const verdicts = judge ? images.map(verdict.bind(null, models[judge], judges)) : [];
    port.postMessage({ id, pixels, verdicts, all, step: climb.points.length, points: climb.points.slice(before),
      terms: climb.terms, width,
      road: goal.network.road, others: goal.network.others, lost: goal.network.lost }, [pixels.buffer]);
  };

  port.onmessage = ({ data }) => {
    if (data.models) {
      ({ models, pictures } = data);
      mesh = data.mesh ? new Mesh(data.mesh) : null;
    } else { // one after the other: a step on a card is waited for, and a question may come meanwhile
      answered = answered.then(() => answer(data))
        .catch((error) => port.postMessage({ id: data.id, error: error.message }));
    }
  };
}

/** The class that a network sees, and how sure it is of it. */
function verdict({ classes }, network, image) {
  const scores = network.forward(image), highest = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
  return { name: classes[scores.indexOf(highest)], share: 1 / sum };
}

/** Pictures in a square of rows, as bytes of red, green, blue and opacity. */
function pixelsOf(images) {
  const gap = 2, columns = Math.ceil(Math.sqrt(images.length)), rows = Math.ceil(images.length / columns);
  const size = Math.floor(Math.sqrt(images[0].length / 3)); // there may be a fourth plane
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
