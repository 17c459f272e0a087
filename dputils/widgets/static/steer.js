// A live panel without a kernel: the engine stands in the kernel's place, in a Worker of the page.
import component from "./live_panel.js";
import { say } from "./parts.js";

const PATIENCE = { worker: 40, page: 12 }; // milliseconds of steps for each answer: a page must draw in between
const REST = 180; // seconds untouched, and it stops
const OWN_NOTES = { waiting: say("the engine is at work …"), perhaps: "",
  gone: say("The engine stopped: load this page anew.") };

const ROADS = { "WebAssembly, fused": say("WebAssembly, fused"), "plain JavaScript": say("plain JavaScript") };
const WHY_NOT = { "not in this browser": say("not in this browser"), "no graphics card": say("no graphics card") };

/** Which road the engine takes, in words, and what came of the graphics card. */
function tellRoad({ road, others }) {
  const taken = say("in {}", ROADS[road] ?? road);
  if (!others) return [taken];
  if (typeof others === "string") return [taken, say("WebGPU: {}", WHY_NOT[others] ?? others)];
  return [taken, say("measured: WebGPU {} ms, processor {} ms", ...[others.card, others.processor].map(Math.round))];
}

const LOST = say("The graphics card was lost. The processor goes on with the same picture.");

/** Something to post messages to: a Worker made of the engine's text, or where there can be none, this page itself.
    `engine` is a function that returns `serve`, and is `given` models and pictures; receive({data}) gets the
    answers until stop(). */
function startEngine(engine, given, receive) {
  const onPage = () => {
    const port = { postMessage: (data) => receive({ data }) };
    engine()(port);
    port.onmessage({ data: given });
    return { patience: PATIENCE.page, post: (data) => setTimeout(() => port.onmessage({ data })), stop() {} };
  };
  const started = { patience: PATIENCE.worker, waiting: [] };
  try {
    const url = URL.createObjectURL(new Blob([`"use strict"; (${engine})()(self);`], { type: "text/javascript" }));
    const worker = new Worker(url);
    started.stop = () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    };
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
    worker.postMessage(given);
    started.post = (data) => {
      started.waiting.push(data);
      worker.postMessage(data);
    };
  } catch {
    Object.assign(started, onPage());
  }
  return started;
}

/** What the controls say, [[name, value], …]: of a choice its option, or what that means. */
const said = ({ controls }, values) => controls.map(({ name, kind, options, means = options }) =>
  [name, kind === "choice" ? means[values[name]] : values[name]]);

/** Controls and seed as the fragment of an address: "wish=owl&basis=Fourier&seed=0". */
function fragmentOf(config, values, seed) {
  return new URLSearchParams([...said(config, values), ["seed", seed]]).toString();
}

/** Values and seed of a fragment; what it does not say, or nobody understands, is as in `config`. */
function fromFragment(config, fragment) {
  const told = new URLSearchParams(fragment), values = { ...config.values };
  for (const { name, kind, options, low, high } of config.controls) {
    const text = told.get(name);
    if (text === null) continue;
    const number = text === "" ? NaN : Number(text), place = options ? options.map(String).indexOf(text) : -1;
    if (place >= 0) values[name] = place;
    else if (kind === "switch") values[name] = text === "true";
    else if (kind === "slider" && number >= low && number <= high) values[name] = number;
  }
  const seed = /^\d{1,18}$/.test(told.get("seed") ?? "") ? told.get("seed") : config.seed;
  return { ...config, values, seed };
}

/** The networks, from the script beside this one; it is asked for at the first play, once for all panels of a page. */
function loaded(address) {
  loading ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address });
    script.onload = () => done(globalThis.dputilsNetworks);
    script.onerror = () => failed(new Error(`${address} is missing: it belongs beside this page's other scripts.`));
    document.head.append(script);
  });
  return loading;
}
let loading = null;

/** Pictures {name: data address} as {name: {image (channel, row, column) in [0, 1], height, width}}. */
async function decoded(addresses = {}) {
  return Object.fromEntries(await Promise.all(Object.entries(addresses).map(async ([name, src]) => {
    const drawn = Object.assign(new Image(), { src }), canvas = document.createElement("canvas");
    await drawn.decode();
    const [width, height] = [canvas.width, canvas.height] = [drawn.naturalWidth, drawn.naturalHeight];
    const pen = canvas.getContext("2d"), area = width * height;
    pen.drawImage(drawn, 0, 0);
    const { data } = pen.getImageData(0, 0, width, height);
    const image = Float32Array.from({ length: 3 * area }, (_, n) => data[4 * (n % area) + Math.floor(n / area)] / 255);
    return [name, { image, height, width }];
  })));
}

/** A model for the live panel: `config` is {controls, values, seed, width, alt, settings, descends, pictures,
    mesh}. */
function makeModel({ config, networks, engine, still, changed }) {
  const listeners = new Map(), asked = new Map(), { descends = false } = config; // a loss rather than a score
  let running = null, values = { ...config.values }, seed = BigInt(config.seed);
  const tell = (answer, buffers = []) => {
    const whole = { kind: "answer", revision: 0, comm: null, values: { ...values }, seed: String(seed), ...answer };
    for (const listener of listeners.get("msg:custom") ?? []) listener(whole, buffers);
  };
  const receive = async ({ data }) => {
    const { id, error, pixels, width, step, score, all, verdicts, terms: parts, lost } = data;
    const { save, judge } = asked.get(id);
    asked.delete(id);
    if (error) {
      tell({ id, error });
      return;
    }
    const picture = new ImageData(pixels, width), buffers = save ? [picture, await pngOf(picture)] : [picture];
    const seen = verdicts.map(({ name, share }) => `${say(name)} (${Math.round(100 * share)} %)`).join(say(", "));
    const words = [...(seen ? [say("the {} network sees {}", say(judge), seen)] : []),
      ...tellRoad(data)];
    const points = data.points.map(([at, score]) => [at, descends ? -score : score]);
    tell({ id, step, points, curve: all, warning: lost ? LOST : "", what: descends ? say("loss") : say("score"),
      value: descends && score !== null ? -score : score, // of the last step, which may have been told before
      terms: [...Object.entries(parts), ...words.map((each) => [each, null])] }, buffers);
  };
  const send = async ({ id, values: moved, seed: typed, steps, reset, undo, save, curve }) => {
    if (moved) {
      values = { ...moved };
      seed = BigInt(typed);
      changed?.(values, seed);
    }
    const other = seed !== BigInt(config.seed)
      || Object.keys(values).some((name) => values[name] !== config.values[name]);
    if (!running && !(other || steps !== 0 || reset || undo || save)) { // nobody has asked for anything yet
      queueMicrotask(() => tell({ id }, still ? [still] : []));
      return;
    }
    running ??= Promise.all([loaded(networks), decoded(config.pictures)])
      .then(([models, pictures]) => startEngine(engine, { models, pictures, mesh: config.mesh }, receive));
    const settings = { ...config.settings, ...Object.fromEntries(said(config, values)), seed };
    const structure = config.controls.filter(({ restarts }) => restarts).map(({ name }) => values[name]);
    settings.judge = settings.judges?.[settings.network];
    settings.road = new URLSearchParams(location.search).get("road") ?? "best"; // "?road=WebGPU": take that one
    asked.set(id, { save, judge: settings.judge });
    try {
      const { post, patience } = await running;
      post({ id, key: [seed, ...structure].join(), settings, steps, reset, undo, all: curve, patience });
    } catch (error) {
      receive({ data: { id, error: error.message } });
    }
  };
  const state = { rest: REST, notes: OWN_NOTES, ...config };
  return {
    get: (name) => state[name],
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); },
    off(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener)); },
    send,
    end: () => running?.then(({ stop }) => stop(), () => {}),
  };
}

function pngOf(picture) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Puts a panel in the place of the still in `place`; without a script, the still is all there is. With
    `config.fragment` the page's address says how the panel stands. Returns the panel's element, and end(), after which
    the still is there again. */
export function steer(place, { config, networks, engine }) {
  const stage = document.createElement("div");
  let changed = null, still = place.querySelector("img");
  if (config.fragment) {
    const usual = config;
    config = fromFragment(usual, location.hash.slice(1));
    if (fragmentOf(config, config.values, config.seed) !== fragmentOf(usual, usual.values, usual.seed)) still = null;
    let known = location.hash;
    changed = (values, seed) => {
      const fragment = `#${fragmentOf(config, values, seed)}`;
      if (location.hash !== fragment) location.replace(fragment);
      known = location.hash;
    };
    // somebody else's address, put into an open page
    addEventListener("hashchange", () => { if (location.hash !== known) location.reload(); });
  }
  const before = [...place.childNodes], model = makeModel({ config, networks, engine, still, changed });
  place.append(stage);
  try {
    const leave = component.render({ model, el: stage });
    place.replaceChildren(stage);
    return { stage, end() {
      leave();
      model.end();
      if (place.contains(stage)) place.replaceChildren(...before);
    } };
  } catch (error) {
    stage.remove();
    console.error("a panel could not be drawn:", error);
    return null;
  }
}
