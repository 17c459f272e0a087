// A graphics card's memory, by WebGPU: the same numbers and the same jobs as on a processor, but that the card does them.
// It works apart from the program, and what it found must be fetched, which takes longer than most layers.
import { KERNELS } from "./kernels.js";
import { Memory } from "./memory.js";

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

export class CardMemory extends Memory {
  constructor(card) {
    super("card");
    Object.assign(this, { card, road: "WebGPU" });
  }

  /** Raises for a job that no shader knows. */
  open(jobs) {
    super.open();
    const { device, bindings, shaders } = this.card, words = new Int32Array(jobs.length * APART / 4);
    jobs.forEach((job, k) => {
      const { kernel, numbers } = job, [count, width] = numbers ?? [];
      if (!shaders[kernel]) throw new Error("no shader for a layer of this network");
      const { n, channel } = KERNELS.card.steps[kernel];
      words.set(numbers, k * APART / 4);
      Object.assign(job, { shader: shaders[kernel], offset: k * APART,
        groups: [Math.ceil(count / n / GROUP), width / channel] });
    });
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const filled = (numbers, usage) => {
      const buffer = device.createBuffer({ size: numbers.byteLength, usage: usage | COPY_DST });
      device.queue.writeBuffer(buffer, 0, numbers);
      return buffer;
    };
    this.copy = filled(this.floats, STORAGE | COPY_SRC);
    this.words = filled(words, UNIFORM);
    this.group = device.createBindGroup({ layout: bindings, entries: [{ binding: 0, resource: { buffer: this.copy } },
      { binding: 1, resource: { buffer: this.words, size: 4 * WORDS } }] });
  }

  changed({ at, count, wide }) {
    this.card.device.queue.writeBuffer(this.copy, at, this.numbers(at, count * wide));
  }

  clear(at, bytes) {
    const encoder = this.card.device.createCommandEncoder();
    encoder.clearBuffer(this.copy, at, bytes);
    this.card.device.queue.submit([encoder.finish()]);
  }

  /** Does jobs, and fetches the numbers of some maps. Nobody can pause it. */
  async *work(jobs, maps) {
    const { device } = this.card, { MAP_READ, COPY_DST } = GPUBufferUsage;
    const encoder = device.createCommandEncoder(), pass = encoder.beginComputePass();
    for (const { shader, offset, groups } of jobs) {
      pass.setPipeline(shader);
      pass.setBindGroup(0, this.group, [offset]);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    const fetched = maps.map(({ at, count, pixel }) => {
      const size = count * pixel, buffer = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      encoder.copyBufferToBuffer(this.copy, at, buffer, 0, size);
      return { buffer, values: this.numbers(at, size / 4) };
    });
    device.queue.submit([encoder.finish()]);
    await Promise.all(fetched.map(({ buffer }) => buffer.mapAsync(GPUMapMode.READ)));
    for (const { buffer, values } of fetched) {
      values.set(new Float32Array(buffer.getMappedRange()));
      buffer.destroy();
    }
    if (this.card.fault) throw new Error(this.card.fault);
  }

  free() {
    for (const buffer of [this.copy, this.words]) buffer?.destroy();
  }
}
