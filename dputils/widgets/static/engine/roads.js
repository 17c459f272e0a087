// Which road a network takes: the processor's or, where it is faster, the graphics card's; and what goes on when the
// card is lost.
import { CardMemory, findCard } from "./card.js";
import { Network } from "./network.js";

const BEST = 1.5; // how many times as fast as the processor a card must be, or it is not worth its risks
const PASSES = 5, LONG = 60; // a road is measured by so many passes, or by fewer if they last so many milliseconds
const ALIKE = 0.99; // cosine between two gradients of one picture, which differ where a ReLU is close to zero

let card = null; // a promise: networks of all sizes share one card, and ask once

export class Roads {
  /** Raises for a picture of the wrong size. `road` is "best", or the one to be taken, if it can be. */
  constructor(model, road, height, width = height) {
    this.processor = this.network = new Network(model, height, width, road);
    Object.assign(this, { forced: road === "WebGPU", offer: null, coming: null, lost: false });
    this.others = ""; // what came of the card: why it is not used, or both roads' milliseconds
    this.seek = async () => {
      try {
        const found = await (card ??= findCard({ pretended: this.forced }));
        if (found.fault) throw new Error(found.fault);
        this.offer = new Network(model, height, width, new CardMemory(found));
      } catch ({ message }) {
        this.others = message;
      }
    };
    if (road !== "best" && !this.forced) this.coming = Promise.resolve();
  }

  get layers() { return this.network.layers; }
  get maps() { return this.network.maps; }
  get road() { return this.network.road; }

  /** Whatever fails on the card is done again by the processor, with the same picture. */
  async *uphill(image, directions, now = () => performance.now()) {
    this.coming ??= this.seek();
    if (this.forced) await this.coming; // otherwise the processor goes on until the card is ready
    if (this.offer) yield* this.#compare(image, directions, now);
    if (this.network === this.processor) return yield* this.processor.uphill(image, directions);
    try {
      return yield* this.network.uphill(image, directions);
    } catch ({ message }) {
      this.network.free();
      Object.assign(this, { network: this.processor, lost: true, others: message });
      return yield* this.processor.uphill(image, directions);
    }
  }

  /** Lets the card and the processor do the step that is due, and takes the card if it is right and faster. */
  async *#compare(image, directions, now) {
    const { offer, processor, forced } = this;
    this.offer = null;
    try {
      const [found, wanted] = [yield* offer.uphill(image, directions), yield* processor.uphill(image, directions)];
      if (!(cosine(found.gradient, wanted.gradient) > ALIKE)) throw new Error("the card computes something else");
      const times = [];
      for (const network of [offer, processor]) times.push(yield* fastest(network, image, directions, now));
      const [ofCard, ofProcessor] = times;
      this.others = { card: ofCard, processor: ofProcessor };
      if (forced || ofCard * BEST < ofProcessor) this.network = offer;
    } catch ({ message }) {
      this.others = message;
    }
    if (this.network !== offer) offer.free();
  }

  free() {
    for (const network of [this.offer, this.network]) network?.free?.();
  }
}

/** Milliseconds of the fastest of some passes: what else the machine does makes passes slower, never faster. */
async function* fastest(network, image, directions, now) {
  let best = Infinity;
  for (let pass = 0, spent = 0; pass < PASSES && spent < LONG; pass++) {
    const begin = now();
    yield* network.uphill(image, directions);
    best = Math.min(best, now() - begin);
    spent += now() - begin;
  }
  return best;
}

function cosine(a, b) {
  let both = 0, ofA = 0, ofB = 0;
  a.forEach((value, n) => {
    both += value * b[n];
    ofA += value * value;
    ofB += b[n] * b[n];
  });
  return both / Math.sqrt(ofA * ofB);
}
