// The engine's side of a conversation with the page: it is asked for steps, and answers with pictures and numbers.
// Nothing runs between an answer and the next question.
import { Wishes } from "./goals.js";
import { readModel } from "./graph.js";
import { finished } from "./memory.js";
import { Mesh } from "./mesh.js";
import { Glass } from "./opacity.js";
import { Picture } from "./picture.js";
import { uniform } from "./random.js";
import { Roads } from "./roads.js";
import { Moves } from "./sampling.js";
import { Repaint, stylesOf, withGrams } from "./style.js";

/** A climb: pictures, how they are looked at, and their scores so far, [[step, score], …]. */
class Climb {
  constructor(settings, mesh, pictures) {
    const { size, finest, painting, seed, view } = settings;
    this.picture = new Picture(settings);
    // By look(next, settings) it says how a step sees pictures, and by shown(pictures, settings) what the page shows.
    this.eye = mesh
      ?? (finest ? new Glass(settings, Object.values(pictures)) : new Moves(size, { continued: Boolean(painting) }));
    this.side = mesh ? view : this.eye.side; // of what the network sees
    Object.assign(this, { terms: {}, points: [], next: uniform(seed + 1n) });
    this.pictures = finished(this.picture.render()); // as they are now
  }

  /** A step of Adam, in slices: between two of them the page may be answered. How far it goes, `rates` says for a
      basis: so many times as far as for the others. */
  async *#slices(settings) {
    const { basis, alike, weight, rate, rates = {} } = settings, { picture, goal, points } = this;
    const look = this.eye.look(this.next, settings), seen = this.pictures.map((image) => look.apply(image));
    yield;
    const gradients = [];
    const { penalty = 0, apart = [] } = weight ? yield* goal.compare(seen, alike, weight) : {};
    let total = penalty;
    for (const [k, image] of seen.entries()) {
      const { score, gradient, terms = {} } = yield* goal.scored(image, { k, look, apart: apart[k] }, settings);
      this.terms = terms;
      total += (look.factor ?? 1) * score; // what is covered may count
      gradients.push(look.back(gradient, score));
      yield;
    }
    yield* picture.climb(gradients, rate * (rates[basis] ?? 1));
    this.pictures = yield* picture.render();
    points.push([points.length + 1, total / seen.length]);
  }

  /** Goes on with the step that was begun, or begins one, for a slice: whether the step is done. */
  async slice(settings) {
    this.begun ??= this.#slices(settings);
    const { done } = await this.begun.next();
    if (done) this.begun = null;
    return done;
  }
}

/** Answers questions that come through a port, a Worker's or one like it. It is told of `models`, as exported, of
    `pictures`, {name: {image, height, width}}, and perhaps of a `mesh`. */
export function serve(port) {
  const networks = new Map();
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

  /** Sets the climb's goal, where it is another one. */
  const aim = async (settings) => {
    const { network: name, wish, last, batch, painting, photograph, contentLayer } = settings;
    const used = await network(name, settings, climb.side), told = [wish, last, painting].join();
    if (climb.told === told && climb.goal?.network === used) return;
    Object.assign(climb, { told, begun: null }); // half a step to something else is forgotten
    if (painting) {
      const { image, height, width } = pictures[painting];
      const styles = stylesOf(await network(name, settings, height, width), image);
      climb.goal = new Repaint(used, { styles, photograph: pictures[photograph].image, contentLayer });
    } else climb.goal = new Wishes(used, last ? [wish, last] : [wish], models[name].classes, batch);
  };

  /** Another `key` than before begins the climb anew; without one, settings act from the next step on. */
  const answer = async ({ id, key = "", settings, steps, patience, reset, undo, all }) => {
    const { size, judge } = settings, until = performance.now() + patience; // what begins a climb takes its share
    if (reset || climb?.key !== key) {
      const again = undo && earlier?.key === key;
      [climb, earlier] = [again ? earlier : new Climb(settings, mesh, pictures), climb];
      Object.assign(climb, { key, told: null });
      all = true;
    }
    await aim(settings);
    const before = all ? 0 : climb.points.length;
    const more = (done) => steps === null ? performance.now() < until : done < steps;
    for (let done = 0; more(done);) done += await climb.slice(settings);
    const images = climb.eye.shown(climb.pictures, settings), { pixels, width } = pixelsOf(images);
    const judges = judge && await network(judge, settings, size);
    const verdicts = judge ? images.map(verdict.bind(null, models[judge], judges)) : [];
    const { points, terms } = climb, { road, others, lost } = climb.goal.network;
    port.postMessage({ id, pixels, width, verdicts, all, step: points.length, points: points.slice(before),
      score: points.at(-1)?.[1] ?? null, terms, road, others, lost }, [pixels.buffer]);
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
  const size = Math.sqrt(images[0].length / 3);
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
