// A live panel without a kernel: the engine stands in the kernel's place, in a Worker of the page.
import component from "./live_panel.js";

const PATIENCE = { worker: 40, page: 12 }; // milliseconds of steps for each answer: a page must draw in between
const REST = 180; // seconds untouched, and it stops
const OWN_WORDS = { waiting: "the engine is at work …", perhaps: "", gone: "The engine stopped: load this page anew." };

/** Something to post messages to: a Worker made of the engine's text, or where there can be none, this page itself.
    `engine` is a function that returns `serve`; receive({data}) gets the answers. */
function startEngine(engine, models, receive) {
  const onPage = () => {
    const port = { postMessage: (data) => receive({ data }) };
    engine()(port);
    port.onmessage({ data: { models } });
    return { patience: PATIENCE.page, post: (data) => setTimeout(() => port.onmessage({ data })) };
  };
  const started = { patience: PATIENCE.worker, waiting: [] };
  try {
    const url = URL.createObjectURL(new Blob([`"use strict"; (${engine})()(self);`], { type: "text/javascript" }));
    const worker = new Worker(url);
    let works = false;
    worker.onmessage = (event) => {
      works = true;
      started.waiting = [];
      receive(event);
    };
    worker.onerror = (event) => { // forbidden by the page's policy: what was asked is asked here
      event.preventDefault();
      if (works) return;
      works = true;
      Object.assign(started, onPage());
      started.waiting.forEach((data) => started.post({ ...data, patience: started.patience }));
    };
    worker.postMessage({ models });
    started.post = (data) => {
      started.waiting.push(data);
      worker.postMessage(data);
    };
  } catch {
    Object.assign(started, onPage());
  }
  return started;
}

/** What the controls say, as settings for the engine: a choice is its option, all others are as they are. */
export function settingsOf({ settings, controls }, values, seed) {
  const said = controls.map(({ name, kind, options }) =>
    [name, kind === "choice" ? options[values[name]] : values[name]]);
  return { ...settings, ...Object.fromEntries(said), seed };
}

/** A model for the live panel: `config` is {controls, values, seed, width, alt, settings, names}. */
function makeModel({ config, models, engine, still, changed }) {
  const listeners = new Map(), asked = new Map();
  let running = null, values = { ...config.values }, seed = BigInt(config.seed), step = 0;
  const tell = (answer, buffers = []) => {
    const said = { kind: "answer", revision: 0, comm: null, values: { ...values }, seed: String(seed), ...answer };
    for (const listener of listeners.get("msg:custom") ?? []) listener(said, buffers);
  };
  const receive = async ({ data }) => {
    const { id, error, pixels, width, step: now, points, all, verdicts, road } = data, { save, judge } = asked.get(id);
    asked.delete(id);
    if (error) {
      tell({ id, error });
      return;
    }
    step = now;
    const picture = new ImageData(pixels, width), buffers = save ? [picture, await pngOf(picture)] : [picture];
    const seen = verdicts.map(({ name, share }) => `${name} (${Math.round(100 * share)} %)`).join(", ");
    const terms = [...(seen ? [`the ${judge} network sees ${seen}`] : []), `in ${road}`];
    tell({ id, step, points, curve: all, what: "score", value: points.at(-1)?.[1] ?? null,
      terms: terms.map((words) => [words, null]) }, buffers);
  };
  const send = ({ id, values: said, seed: seeds, steps, reset, undo, save, curve }) => {
    if (said) {
      values = { ...said };
      seed = BigInt(seeds);
      changed?.(values, seed);
    }
    const moved = seed !== BigInt(config.seed)
      || Object.keys(values).some((name) => values[name] !== config.values[name]);
    if (!running && !(moved || steps !== 0 || reset || undo || save)) { // nobody has asked for anything yet
      queueMicrotask(() => tell({ id }, still ? [still] : []));
      return;
    }
    running ??= startEngine(engine, models, receive);
    const settings = settingsOf(config, values, seed);
    settings.judge = settings.judges?.[settings.network];
    asked.set(id, { save, judge: settings.judge });
    running.post({ id, settings, steps, reset, undo, all: curve, patience: running.patience });
  };
  const state = { rest: REST, words: OWN_WORDS, ...config };
  return {
    get: (name) => state[name],
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); },
    off(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener)); },
    send,
  };
}

function pngOf(picture) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Puts a panel in the place of the still in `place`; without a script, the still is all there is. */
export function steer(place, { config, models, engine, changed }) {
  const stage = document.createElement("div"), still = place.querySelector("img");
  place.append(stage);
  try {
    component.render({ model: makeModel({ config, models, engine, still, changed }), el: stage });
    [...place.children].forEach((part) => { if (part !== stage) part.remove(); });
  } catch (error) {
    stage.remove();
    console.error("a panel could not be drawn:", error);
  }
}
