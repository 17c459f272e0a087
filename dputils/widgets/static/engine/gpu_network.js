// A network and its gradient on a graphics card, by WebGPU: the same memory and the same kernels as Network's, which
// lists the jobs once; the card does them. Answers are promises: a card works apart from the program, and what it found
// must be fetched. A fetch takes longer than most layers, so `uphill` has only one.
import { KERNELS } from "./kernels.js";
import { Network } from "./network.js";

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
    const { device, bindings, shaders } = card, { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const all = this.layers.map(({ name }) => name), jobs = [...this.up(all), ...this.down(all)];
    const words = new Int32Array(jobs.length * APART / 4);
    jobs.forEach((job, k) => {
      const { kernel, numbers } = job, [count, width] = numbers ?? [];
      if (!shaders[kernel]) throw new Error("no shader for a layer of this network");
      const { n, channel } = KERNELS.card.steps[kernel];
      words.set(numbers, k * APART / 4);
      Object.assign(job, { shader: shaders[kernel], offset: k * APART,
        groups: [Math.ceil(count / n / GROUP), width / channel] });
    });
    const filled = (numbers, usage) => {
      const buffer = device.createBuffer({ size: numbers.byteLength, usage: usage | COPY_DST });
      device.queue.writeBuffer(buffer, 0, numbers);
      return buffer;
    };
    const { floats } = this.memory, numbers = filled(floats, STORAGE | COPY_SRC);
    const group = device.createBindGroup({ layout: bindings, entries: [
      { binding: 0, resource: { buffer: numbers } },
      { binding: 1, resource: { buffer: filled(words, UNIFORM), size: 4 * WORDS } }] });
    Object.assign(this, { card, numbers, group, road: "WebGPU" });
  }

  free() {
    for (const buffer of [this.numbers, this.fetched]) buffer?.destroy();
  }

  /** As on a processor, but that nobody can pause. */
  async *uphill(image, directions) {
    const { card: { device }, maps, memory, numbers, shift } = this, names = Object.keys(directions);
    const piece = ({ at, count, wide }, away) => ({ at: at + away, values: memory.numbers(at + away, count * wide) });
    const sent = (map, planes, away) => {
      const { at, values } = piece(map, away);
      this.put(map, planes, away);
      device.queue.writeBuffer(numbers, at, values);
    };
    sent(this.input, image, 0);
    for (const name of names) sent(maps.get(name), directions[name], shift);
    const encoder = device.createCommandEncoder(), pass = encoder.beginComputePass();
    for (const { shader, offset, groups } of [...this.up(names), ...this.down(names)]) {
      pass.setPipeline(shader);
      pass.setBindGroup(0, this.group, [offset]);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    const pieces = [piece(this.input, shift), ...names.map((name) => piece(maps.get(name), 0))];
    const size = pieces.reduce((sum, { values }) => sum + values.byteLength, 0);
    if (!(this.fetched?.size >= size)) {
      this.fetched?.destroy();
      this.fetched = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    }
    const eachPiece = (visit) => pieces.reduce((begin, { at, values }) => {
      visit(at, values, begin);
      return begin + values.byteLength;
    }, 0);
    eachPiece((at, { byteLength }, begin) => encoder.copyBufferToBuffer(numbers, at, this.fetched, begin, byteLength));
    encoder.clearBuffer(numbers, this.gradients, shift); // for the next pass, which adds its own
    device.queue.submit([encoder.finish()]);
    await this.fetched.mapAsync(GPUMapMode.READ, 0, size);
    const found = this.fetched.getMappedRange(0, size);
    eachPiece((at, values, begin) => values.set(new Float32Array(found, begin, values.length)));
    this.fetched.unmap();
    if (this.card.fault) throw new Error(this.card.fault);
    return { score: this.score(directions), gradient: this.planes(this.input, shift) };
  }
}
