// The memory in which kernels work (make_kernels.mjs), and products of the matrices that lie in it.
import { bytesOf } from "./graph.js";
import { KERNELS } from "./kernels.js";

const STRIP = 512; // terms of a product's sums at a time: so many rows of two matrices fit a second-level cache

export const fours = (n) => Math.ceil(n / 4) * 4;
export const range = (n) => Array.from({ length: n }, (_, k) => k);

export class Memory {
  /** Filled first and then opened. On the first of the roads of kernels.js, from `road` on, that can be taken: fused
      multiply-add may be missing, WebAssembly may be forbidden. */
  constructor(road) {
    this.road = Object.keys(KERNELS).find((name, k, roads) => k >= roads.indexOf(road) && canBeTaken(KERNELS[name]));
    Object.assign(this, { ...KERNELS[this.road], top: 64, contents: [] }); // an address of 0 means: none
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
    this.contents.push({ at, values });
    return at;
  }

  /** Pairs of places for a kernel: where it reads and where it writes. Of those that it takes `together` the last one
      fills up the last ones. */
  table(pairs, together = 1) {
    const whole = Math.ceil(pairs.length / together) * together, at = (k) => pairs[Math.min(k, pairs.length - 1)];
    return { table: this.keep(Int32Array.from({ length: 2 * whole }, (_, k) => at(k >> 1)[k % 2])), count: whole };
  }

  /** From here on there are `floats` and `kernels`; those of a card are its own. */
  open() {
    const { script, module } = this, pages = Math.ceil(this.top / 65536);
    const memory = module ? new WebAssembly.Memory({ initial: pages }) : { buffer: new ArrayBuffer(65536 * pages) };
    this.floats = new Float32Array(memory.buffer);
    this.kernels = module ? new WebAssembly.Instance(module, { engine: { memory } }).exports
      : script?.(this.floats, new Int32Array(memory.buffer));
    for (const { at, values } of this.contents) new values.constructor(memory.buffer, at).set(values);
    this.contents = null;
  }

  /** The numbers at an address, to be read and written. */
  numbers(at, count) {
    return this.floats.subarray(at / 4, at / 4 + count);
  }

  /** What make_kernels.mjs says of `multiplication`. */
  multiply({ table, count, source, weights, out, bias = 0, inPixel, outPixel, rows = 1, run, step = 4, gap = 0 }) {
    const block = this.blocks.find((channels) => outPixel % (4 * channels) === 0);
    this.kernels[`multiply${block}`](count, outPixel, source, weights, out, bias, table, inPixel, rows, run, step, gap);
  }

  /** A function that adds the product of two matrices to a third one, {at, rows, columns} each: A B or, `turned`,
      Aᵀ B. Columns of B and of the product are equally many, in fours. */
  product(a, b, c, { turned = false } = {}) {
    const windows = this.table(range(c.rows).map((k) => [k, k]), this.pixels);
    const [inPixel, step] = turned ? [4, 4 * a.columns] : [4 * a.columns, 4], terms = turned ? a.rows : a.columns;
    const outPixel = 4 * c.columns;
    return () => {
      for (let k = 0; k < terms; k += STRIP) {
        this.multiply({ ...windows, source: a.at + k * step, weights: b.at + k * outPixel, out: c.at, inPixel,
          outPixel, run: Math.min(STRIP, terms - k), step });
      }
    };
  }
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
