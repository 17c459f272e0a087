// The memory in which kernels work (make_kernels.mjs), and products of the matrices that lie in it.
import { bytesOf } from "./graph.js";
import { KERNELS } from "./kernels.js";

const SLICE = 20; // milliseconds between two pauses
const STRIP = 64; // terms of a product's sums at a time: rows of two matrices fit a cache, and a pause is never far
const TOGETHER = 12; // so many places at a time suit every kernel, which takes two, four or six of them

export const fours = (n) => Math.ceil(n / 4) * 4;
export const range = (n) => Array.from({ length: n }, (_, k) => k);
export const dot = (a, b) => a.reduce((sum, value, n) => sum + value * b[n], 0);

export class Memory {
  /** Filled first and then opened. On the first of the roads of kernels.js, from `road` on, that can be taken: fused
      multiply-add may be missing, WebAssembly may be forbidden. */
  constructor(road) {
    this.road = Object.keys(KERNELS).find((name, k, roads) => k >= roads.indexOf(road) && canBeTaken(KERNELS[name]));
    Object.assign(this, { ...KERNELS[this.road], top: 64, contents: [], rows: {} }); // an address of 0 means: none
  }

  /** The address of so many bytes. */
  reserve(bytes) {
    const at = this.top;
    this.top = Math.ceil((at + bytes) / 64) * 64;
    return at;
  }

  /** The address at which these numbers will be. */
  keep(values) {
    const at = this.reserve(values.byteLength);
    this.contents.push((buffer) => new values.constructor(buffer, at).set(values));
    return at;
  }

  /** A table of places for a kernel: those that it takes together are filled up by the last one. */
  table(places) {
    const count = Math.ceil(places.length / TOGETHER) * TOGETHER;
    return { table: this.keep(Int32Array.from({ length: count }, (_, n) => places[n] ?? places.at(-1))),
      count: places.length };
  }

  /** From here on there are `floats` and `kernels`. */
  open() {
    const { script, module } = this, pages = Math.ceil(this.top / 65536);
    const memory = module ? new WebAssembly.Memory({ initial: pages }) : { buffer: new ArrayBuffer(65536 * pages) };
    this.floats = new Float32Array(memory.buffer);
    this.kernels = module ? new WebAssembly.Instance(module, { engine: { memory } }).exports
      : script(this.floats, new Int32Array(memory.buffer));
    for (const fill of this.contents) fill(memory.buffer);
    this.contents = null;
  }

  /** The numbers at an address, to be read and written. */
  numbers(at, count) {
    return this.floats.subarray(at / 4, at / 4 + count);
  }

  clear(at, bytes) {
    this.numbers(at, bytes / 4).fill(0);
  }

  /** A kernel's call `from` some places `to` others, {at, pixel, table, count} each: bytes, and as many places. */
  job(kernel, from, to, more, width = to.pixel) {
    return { kernel, numbers: [to.count, width, from.at, from.table, from.pixel, to.at, to.table, to.pixel, ...more] };
  }

  /** At each place `run` numbers, `step` bytes apart, times weights, as make_kernels.mjs says of `multiplication`. */
  multiply(from, to, weights, run = from.pixel / 4, step = 4) {
    const block = this.blocks.find((channels) => to.pixel % (4 * channels) === 0);
    return this.job(`multiply${block}`, from, to, [weights, run, step]);
  }

  /** Jobs that add the product of two matrices to a third one, {at, rows, columns} each: A B or, `turned`, Aᵀ B.
      Columns of B and of the product are equally many, in fours. */
  product(a, b, c, { turned = false } = {}) {
    const rows = this.rows[c.rows] ??= this.table(range(c.rows));
    const [pixel, step] = turned ? [4, 4 * a.columns] : [4 * a.columns, 4];
    const terms = turned ? a.rows : a.columns, row = 4 * c.columns;
    return range(Math.ceil(terms / STRIP)).map((k) => k * STRIP).map((k) => this.multiply(
      { ...rows, at: a.at + k * step, pixel }, { ...rows, at: c.at, pixel: row }, b.at + k * row,
      Math.min(STRIP, terms - k), step));
  }

  /** Does jobs, kernels' calls or functions, one after the other; whoever waits may take a breath from time to time. */
  *work(jobs) {
    let due = performance.now() + SLICE;
    for (const job of jobs) {
      if (performance.now() > due) {
        yield;
        due = performance.now() + SLICE;
      }
      if (job.call) job();
      else this.kernels[job.kernel](...job.numbers);
    }
  }
}

/** What a generator returns, without its pauses. */
export function finished(steps) {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Whether a browser knows such kernels; their module is made once. */
function canBeTaken(kernels) {
  try {
    if (kernels.wasm) kernels.module ??= new WebAssembly.Module(bytesOf(kernels.wasm));
    return true;
  } catch {
    return false;
  }
}
