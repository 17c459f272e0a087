// A network and its gradient on a graphics card, by WebGPU: the shaders of network.wgsl compute, JavaScript lays out
// the buffers and lists the jobs. Same interface as Network, but answers are promises: a card works apart from
// the program, and what it found must be fetched. A fetch takes longer than most layers, so `uphill` has only one.
import { Shaped, sizeOf } from "./graph.js";
import SHADERS from "./network.wgsl";

const KINDS = ["conv", "relu", "concat", "average", "maximum"];
const WORDS = ["source", "channels", "height", "width", "map", "outputs", "rows", "columns", "high", "wide", "stride",
  "padding", "weights", "bias", "count"]; // of a job, in the order of the shaders' struct
const APART = 256; // bytes from one job to the next: no card may ask for more
const GROUP = 256, SIDE = 32; // how many numbers a group of invocations computes; of a convolution, SIDE by SIDE

/** The card that the browser offers, with shaders made for it. Rejects with the reason where there is none, or only one
    that the processor pretends to be, which is slower than the processor itself. */
export async function findCard({ pretended = false } = {}) {
  if (!globalThis.navigator?.gpu) throw new Error("not in this browser");
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  const real = adapter && !(adapter.info ?? adapter).isFallbackAdapter;
  if (!adapter || !(real || pretended)) throw new Error("no graphics card");
  const device = await adapter.requestDevice(), module = device.createShaderModule({ code: SHADERS });
  const buffers = ["storage", "storage", "read-only-storage", "uniform"].map((type, binding) =>
    ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type, hasDynamicOffset: type === "uniform" } }));
  const bindings = device.createBindGroupLayout({ entries: buffers });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
  const shader = (entryPoint, constants) =>
    device.createComputePipelineAsync({ layout, compute: { module, entryPoint, constants } });
  const made = await Promise.all(KINDS.map((kind) => Promise.all(kind === "conv" // forward, back
    ? [shader("convolve", { BACK: 0 }), shader("convolve", { BACK: 1 })] : [shader(kind), shader(`${kind}_back`)])));
  const card = { device, bindings, fault: null, shaders: Object.fromEntries(KINDS.map((kind, k) => [kind, made[k]])) };
  device.lost.then(({ message }) => { card.fault ??= message || "the card is lost"; });
  device.onuncapturederror = (event) => { // an order that the card refused: nothing that it says counts any more
    event.preventDefault();
    card.fault ??= event.error.message;
  };
  return card;
}

export class GpuNetwork extends Shaped {
  /** Raises for a layer that no shader knows. */
  constructor(card, model, height, width = height) {
    super(model, height, width);
    Object.assign(this, { card, road: "WebGPU", count: 0, jobs: [] });
    for (const map of this.maps.values()) {
      map.at = this.count;
      this.count += sizeOf(map);
    }
    const weights = [], orders = this.layers.map((layer) => this.#ordersOf(layer, weights));
    const { device, bindings } = card, { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    this.values = this.#buffer(4 * this.count, STORAGE | COPY_DST | COPY_SRC);
    this.gradients = this.#buffer(4 * this.count, STORAGE | COPY_DST | COPY_SRC);
    const bound = [this.values, this.gradients, this.#filled(weights, STORAGE), this.#filled(this.jobs, UNIFORM)];
    this.group = device.createBindGroup({ layout: bindings, entries: bound.map((buffer, binding) =>
      ({ binding, resource: { buffer, size: binding === 3 ? 4 * WORDS.length + 4 : buffer.size } })) });
    Object.assign(this, { forwards: orders.map(([forward]) => forward), backs: orders.map(([, back]) => back) });
  }

  // ---- the interface ------------------------------------------------------------------------------------------------

  async forward(image, until = this.layers.at(-1).name) {
    return (await this.#ask([[this.values, until]], { image, until }))[0];
  }

  async read(name) {
    return (await this.#ask([[this.values, name]], {}))[0];
  }

  async backward(gradients) {
    return this.ofImage((await this.#ask([[this.gradients, "input"]], { gradients }))[0]);
  }

  /** Forward and back with one fetch: the score is known as soon as the gradient is. */
  async uphill(image, directions) {
    const names = Object.keys(directions), wanted = names.map((name) => [this.values, name]);
    const [gradient, ...values] = await this.#ask([[this.gradients, "input"], ...wanted],
      { image, until: this.deepest(names), gradients: directions });
    return { score: this.score(directions, (name) => values[names.indexOf(name)]), gradient: this.ofImage(gradient) };
  }

  free() {
    for (const buffer of [this.values, this.gradients, this.fetched]) buffer?.destroy();
  }

  // ---- what the card is given ---------------------------------------------------------------------------------------

  #buffer(size, usage) {
    return this.card.device.createBuffer({ size, usage });
  }

  /** A buffer with these arrays, one after the other. */
  #filled(arrays, usage) {
    const size = Math.max(4, arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
    const buffer = this.#buffer(size, usage | GPUBufferUsage.COPY_DST);
    let at = 0;
    for (const array of arrays) {
      this.card.device.queue.writeBuffer(buffer, at, array);
      at += array.byteLength;
    }
    return buffer;
  }

  /** A layer's orders, forward and back, [{shader, job, groups}, …] each: one for every source. */
  #ordersOf({ name, kind, map, sources, rows: high, columns: wide, stride, padding, weight, bias }, weights) {
    const shaders = this.card.shaders[kind];
    if (!shaders) throw new Error(`no shader for ${name}, of kind ${kind}`);
    const [weightsAt, biasAt] = weight ? [keep(weights, weight), keep(weights, bias)] : [0, 0];
    let at = map.at; // in a concatenation, each source has its own piece of the map
    const pairs = sources.map((source) => {
      const shape = { source: source.at, channels: source.channels, height: source.height, width: source.width,
        map: at, outputs: map.channels, rows: map.height, columns: map.width, high, wide, stride, padding,
        weights: weightsAt, bias: biasAt };
      at += sizeOf(source);
      return [kind === "concat" ? source : map, source].map((asked, back) => ({ shader: shaders[back],
        job: this.#job({ ...shape, count: sizeOf(asked) }), groups: kind === "conv"
          ? [Math.ceil(asked.height * asked.width / SIDE), Math.ceil(asked.channels / SIDE)]
          : [Math.ceil(sizeOf(asked) / GROUP)] }));
    });
    return [pairs.map(([forward]) => forward), pairs.map(([, back]) => back)];
  }

  /** Where a job is in the table. */
  #job(numbers) {
    const words = new Uint32Array(APART / 4);
    words.set(WORDS.map((word) => numbers[word] ?? 0));
    return APART * (this.jobs.push(words) - 1);
  }

  // ---- a pass -------------------------------------------------------------------------------------------------------

  /** Forward from an image, if there is one, up to layer `until`; back from gradients, if there are; then the maps
      [[buffer, name], …] are fetched. */
  async #ask(wanted, { image, until, gradients }) {
    const { card: { device }, layers, maps } = this, encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(), place = (name) => layers.findIndex((layer) => layer.name === name);
    const run = (orders) => orders.forEach(({ shader, job, groups }) => {
      pass.setPipeline(shader);
      pass.setBindGroup(0, this.group, [job]);
      pass.dispatchWorkgroups(...groups);
    });
    if (image) {
      device.queue.writeBuffer(this.values, 0, this.normalized(image)); // the input is the first map
      run(this.forwards.slice(0, place(until) + 1).flat());
    }
    if (gradients) {
      const names = Object.keys(gradients);
      for (const name of names) device.queue.writeBuffer(this.gradients, 4 * maps.get(name).at, gradients[name]);
      run(this.backs.slice(0, place(this.deepest(names)) + 1).reverse().flat());
    }
    pass.end();
    const ends = [], size = wanted.reduce((sum, [, name]) => ends[ends.push(sum + 4 * sizeOf(maps.get(name))) - 1], 0);
    if (!(this.fetched?.size >= size)) {
      this.fetched?.destroy();
      this.fetched = this.#buffer(size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    }
    wanted.forEach(([buffer, name], k) => {
      const { at } = maps.get(name), bytes = 4 * sizeOf(maps.get(name));
      encoder.copyBufferToBuffer(buffer, 4 * at, this.fetched, ends[k] - bytes, bytes);
    });
    if (gradients) encoder.clearBuffer(this.gradients); // for the next pass, which adds its own
    device.queue.submit([encoder.finish()]);
    await this.fetched.mapAsync(GPUMapMode.READ, 0, size);
    const all = new Float32Array(this.fetched.getMappedRange(0, size).slice(0));
    this.fetched.unmap();
    if (this.card.fault) throw new Error(this.card.fault);
    return ends.map((end, k) => all.subarray((ends[k - 1] ?? 0) / 4, end / 4));
  }
}

/** Adds numbers to those that are kept; how many were there before. */
function keep(kept, numbers) {
  const before = kept.reduce((sum, { length }) => sum + length, 0);
  kept.push(numbers);
  return before;
}
