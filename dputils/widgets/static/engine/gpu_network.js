// A network and its gradient on a graphics card, by WebGPU: the same memory and the same kernels as Network's, which
// lists the jobs once; the card does them. Answers are promises: a card works apart from the program, and what it found
// must be fetched. A fetch takes longer than most layers, so `uphill` has only one.
import { KERNELS } from "./kernels.js";
import { Network } from "./network.js";

const KINDS = ["conv", "relu", "concat", "average", "maximum"]; // whose ways are kernels only
const APART = 256; // bytes from one job to the next: no card may ask for more
const WORDS = 16, GROUP = 64; // a job's numbers; how many places a group of invocations takes

/** The card that the browser offers, with shaders made for it. Rejects with the reason where there is none, or only one
    that the processor pretends to be, which is slower than the processor itself. */
export async function findCard({ pretended = false } = {}) {
  if (!globalThis.navigator?.gpu) throw new Error("not in this browser");
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  const real = adapter && !(adapter.info ?? adapter).isFallbackAdapter;
  if (!adapter || !(real || pretended)) throw new Error("no graphics card");
  const device = await adapter.requestDevice(), { shaders: code, steps } = KERNELS.card;
  const module = device.createShaderModule({ code }), visibility = GPUShaderStage.COMPUTE;
  const bindings = device.createBindGroupLayout({ entries: [
    { binding: 0, visibility, buffer: { type: "storage" } },
    { binding: 1, visibility, buffer: { type: "uniform", hasDynamicOffset: true } }] });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
  const shaders = Object.fromEntries(await Promise.all(Object.keys(steps).map(async (entryPoint) =>
    [entryPoint, await device.createComputePipelineAsync({ layout, compute: { module, entryPoint } })])));
  const card = { device, bindings, fault: null, shaders };
  device.lost.then(({ message }) => { card.fault ??= message || "the card is lost"; });
  device.onuncapturederror = (event) => { // an order that the card refused: nothing that it says counts any more
    event.preventDefault();
    card.fault ??= event.error.message;
  };
  return card;
}

export class GpuNetwork extends Network {
  /** Raises for a layer that no shader knows. */
  constructor(card, model, height, width = height) {
    super(model, height, width, "card");
    const stranger = this.layers.find(({ kind }) => !KINDS.includes(kind));
    if (stranger) throw new Error(`no shader for ${stranger.name}, of kind ${stranger.kind}`);
    const { device, bindings } = card, { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    Object.assign(this, { card, road: "WebGPU", jobs: [] });
    this.memory.kernels = Object.fromEntries(Object.keys(card.shaders).map((name) =>
      [name, (...numbers) => this.jobs.push({ name, numbers })]));
    this.orders = this.ways.map((pair) => pair.map((way) => this.#listed(way))); // the same at every pass
    const words = new Int32Array(this.jobs.length * APART / 4);
    this.jobs.forEach(({ numbers }, k) => words.set(numbers, k * APART / 4));
    const filled = (numbers, usage) => {
      const buffer = this.#buffer(numbers.byteLength, usage | COPY_DST);
      device.queue.writeBuffer(buffer, 0, numbers);
      return buffer;
    };
    this.numbers = filled(this.memory.floats, STORAGE | COPY_SRC);
    this.group = device.createBindGroup({ layout: bindings, entries: [
      { binding: 0, resource: { buffer: this.numbers } },
      { binding: 1, resource: { buffer: filled(words, UNIFORM), size: 4 * WORDS } }] });
  }

  async forward(image, last = this.layers.at(-1).name) {
    return (await this.#pass([[last]], { image, last }))[0];
  }

  async read(name) {
    return (await this.#pass([[name]], {}))[0];
  }

  async backward(gradients) {
    return (await this.#pass([[this.input.name, this.shift]], { gradients }))[0];
  }

  /** Forward and back with one fetch: the score is known as soon as the gradient is. */
  async uphill(image, directions) {
    const names = Object.keys(directions), wanted = [[this.input.name, this.shift], ...names.map((name) => [name])];
    const [gradient, ...values] = await this.#pass(wanted, { image, last: this.deepest(names), gradients: directions });
    return { score: this.score(directions, (name) => values[names.indexOf(name)]), gradient };
  }

  free() {
    for (const buffer of [this.numbers, this.fetched]) buffer?.destroy();
  }

  #buffer(size, usage) {
    return this.card.device.createBuffer({ size, usage });
  }

  /** What a way asks kernels for, [{shader, offset, groups}, …]. */
  #listed(way) {
    const first = this.jobs.length;
    way();
    return this.jobs.slice(first).map(({ name, numbers: [count, width] }, k) => {
      const { n, channel } = KERNELS.card.steps[name];
      return { shader: this.card.shaders[name], offset: APART * (first + k),
        groups: [Math.ceil(count / n / GROUP), width / channel] };
    });
  }

  /** Forward from an image, if there is one, up to layer `last`; back from gradients, if there are; then the maps
      [[name, shift], …] are fetched. */
  async #pass(wanted, { image, last, gradients = {} }) {
    const { card: { device }, layers, maps, memory, numbers, orders } = this, encoder = device.createCommandEncoder();
    const piece = ([name, shift = 0]) => {
      const { at, count, wide } = maps.get(name);
      return { at: at + shift, values: memory.numbers(at + shift, count * wide) };
    };
    const send = (planes, ...which) => {
      const { at, values } = piece(which);
      this.put(maps.get(which[0]), planes, which[1]);
      device.queue.writeBuffer(numbers, at, values);
    };
    const names = Object.keys(gradients), until = (name) => layers.findIndex((layer) => layer.name === name) + 1;
    if (image) send(image, this.input.name);
    for (const name of names) send(gradients[name], name, this.shift);
    const up = orders.slice(0, image ? until(last) : 0).map(([forward]) => forward);
    const down = orders.slice(0, names.length && until(this.deepest(names))).map(([, back]) => back).reverse();
    const pass = encoder.beginComputePass();
    for (const { shader, offset, groups } of [...up, ...down].flat()) {
      pass.setPipeline(shader);
      pass.setBindGroup(0, this.group, [offset]);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    const pieces = wanted.map(piece), size = pieces.reduce((sum, { values }) => sum + values.byteLength, 0);
    if (!(this.fetched?.size >= size)) {
      this.fetched?.destroy();
      this.fetched = this.#buffer(size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    }
    pieces.reduce((begin, { at, values: { byteLength } }) => {
      encoder.copyBufferToBuffer(numbers, at, this.fetched, begin, byteLength);
      return begin + byteLength;
    }, 0);
    encoder.clearBuffer(numbers, this.gradients, this.shift); // for the next pass, which adds its own
    device.queue.submit([encoder.finish()]);
    await this.fetched.mapAsync(GPUMapMode.READ, 0, size);
    const found = this.fetched.getMappedRange(0, size);
    pieces.reduce((begin, { values }) => {
      values.set(new Float32Array(found, begin, values.length));
      return begin + values.byteLength;
    }, 0);
    this.fetched.unmap();
    if (this.card.fault) throw new Error(this.card.fault);
    return wanted.map(([name, shift]) => this.planes(maps.get(name), shift));
  }
}
