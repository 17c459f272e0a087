// A graphics card, by WebGPU: it has a copy of a network's memory, and does the same jobs. It works apart from the
// program: what it found must be fetched, which takes longer than most layers.
import { KERNELS } from "./kernels.js";

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

export class CardCopy {
  /** Raises for a layer that no shader knows. */
  constructor(card, network) {
    const { memory, gradients, shift } = network, jobs = [...network.up(), ...network.down()];
    const { device, bindings, shaders } = card, { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
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
    Object.assign(this, { card, memory, gradients, shift, numbers: filled(memory.floats, STORAGE | COPY_SRC),
      words: filled(words, UNIFORM) });
    this.group = device.createBindGroup({ layout: bindings, entries: [
      { binding: 0, resource: { buffer: this.numbers } },
      { binding: 1, resource: { buffer: this.words, size: 4 * WORDS } }] });
  }

  /** Does jobs, after some maps and gradients were sent, and fetches others. Nobody can pause it. */
  async *work(jobs, sent, found) {
    const { card, memory, numbers } = this, { device } = card, { MAP_READ, COPY_DST } = GPUBufferUsage;
    const [clear, encoder] = [1, 2].map(() => device.createCommandEncoder());
    clear.clearBuffer(numbers, this.gradients, this.shift); // to which a pass adds its own
    device.queue.submit([clear.finish()]);
    for (const { at, count, wide } of sent) device.queue.writeBuffer(numbers, at, memory.numbers(at, count * wide));
    const pass = encoder.beginComputePass();
    for (const { shader, offset, groups } of jobs) {
      pass.setPipeline(shader);
      pass.setBindGroup(0, this.group, [offset]);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    const fetched = found.map(({ at, count, pixel }) => {
      const size = count * pixel, buffer = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      encoder.copyBufferToBuffer(numbers, at, buffer, 0, size);
      return { buffer, values: memory.numbers(at, size / 4) };
    });
    device.queue.submit([encoder.finish()]);
    await Promise.all(fetched.map(({ buffer }) => buffer.mapAsync(GPUMapMode.READ)));
    for (const { buffer, values } of fetched) {
      values.set(new Float32Array(buffer.getMappedRange()));
      buffer.destroy();
    }
    if (card.fault) throw new Error(card.fault);
  }

  free() {
    for (const buffer of [this.numbers, this.words]) buffer.destroy();
  }
}
