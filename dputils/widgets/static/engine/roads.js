// Which road a network takes: the processor's or, where it is faster, the graphics card's; and what goes on when the
// card is lost.
import { CardCopy, findCard } from "./card.js";
import { dot } from "./memory.js";
import { Network } from "./network.js";

const BEST = 1.5; // how many times as fast as the processor a card must be, or it is not worth its risks
const PASSES = 5, LONG = 60; // a road is measured by so many passes, or by fewer if they last so many milliseconds
const ALIKE = 0.99; // cosine between two gradients of one picture, which differ where a ReLU is close to zero

let card = null; // a promise: networks of all sizes share one card, and ask once

export class Roads extends Network {
  /** Raises for a picture of the wrong size. `road` is "best", or the one to be taken, if it can be. */
  constructor(model, road, height, width = height) {
    super(model, height, width, road);
    const forced = road === "WebGPU", coming = forced || road === "best" ? null : Promise.resolve();
    // `others` is what came of the card: why it is not used, or both roads' milliseconds.
    Object.assign(this, { forced, coming, offer: null, copy: null, others: "", lost: false });
  }

  async #seek() {
    const found = await (card ??= findCard({ pretended: this.forced }));
    if (found.fault) throw new Error(found.fault);
    this.offer = new CardCopy(found, this);
  }

  /** Whatever fails on the card is done again by the processor, with the same picture. */
  async *uphill(image, directions, now = () => performance.now()) {
    this.coming ??= this.#seek().catch(({ message }) => { this.others = message; });
    if (this.forced) await this.coming; // otherwise the processor goes on until the card is ready
    const pass = (worker) => super.uphill(image, directions, worker);
    try {
      if (this.offer) yield* this.#compare(pass, now);
      if (this.copy) return yield* pass(this.copy);
    } catch ({ message }) {
      this.free();
      Object.assign(this, { lost: this.copy !== null, copy: null, offer: null, others: message });
      this.road = this.memory.road;
    }
    return yield* pass(this.memory);
  }

  /** Lets the card and the processor do the step that is due, and takes the card if it is right and faster. */
  async *#compare(pass, now) {
    const { offer, memory } = this;
    const [found, wanted] = [yield* pass(offer), yield* pass(memory)];
    if (!(cosine(found.gradient, wanted.gradient) > ALIKE)) throw new Error("the card computes something else");
    const [ofCard, ofProcessor] = [yield* fastest(() => pass(offer), now), yield* fastest(() => pass(memory), now)];
    this.others = { card: ofCard, processor: ofProcessor };
    this.offer = null;
    if (this.forced || ofCard * BEST < ofProcessor) Object.assign(this, { copy: offer, road: "WebGPU" });
    else offer.free();
  }

  free() {
    for (const copy of [this.offer, this.copy]) copy?.free();
  }
}

/** Milliseconds of the fastest of some passes: what else the machine does makes passes slower, never faster. */
async function* fastest(pass, now) {
  let best = Infinity;
  for (let k = 0, spent = 0; k < PASSES && spent < LONG; k++) {
    const begin = now();
    yield* pass();
    best = Math.min(best, now() - begin);
    spent += now() - begin;
  }
  return best;
}

const cosine = (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
