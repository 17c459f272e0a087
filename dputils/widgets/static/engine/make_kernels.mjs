// `make kernels` runs this: it writes the kernels of the engine as WebAssembly text, has wabt assemble it, and puts the
// bytes into kernels.js as base64. The same description becomes JavaScript and, for graphics cards, WGSL.
//                                                                             node make_kernels.mjs FOLDER [kernels.js]
//
// All numbers lie in one memory. A map is [pixel][channel], float32; channels come in fours. Parameters are bytes:
// addresses, and distances from one pixel to the next. Names that begin with a capital are vectors, of four numbers or,
// in JavaScript, of one; all others are 32-bit integers.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ASSEMBLY, SCRIPT, SHADER, SHARED } from "./languages.mjs";

const range = (n) => Array.from({ length: n }, (_, k) => k);

// ---- the kernels: the same for `count` places, and for all channels of a place, `width` bytes -----------------------

// Each says the steps of its two loops, the outer one first. No turn of the loops needs what another one writes, so
// that a graphics card can take all turns at the same time. The n-th place is a pixel of the map that is read and one
// of the map that is written: two tables say which. So a kernel's way back takes the same tables, exchanged.

const ENDS = "count width source reads inPixel out writes outPixel";

/** A kernel in a language; write(language, read, written) makes its body, texts in lists. `more` are parameters. */
function kernel(language, name, more, loops, write) {
  const { sum, times, word } = language, locals = new Set(loops.map(([counter]) => counter));
  const noted = (say) => (variable, ...rest) => {
    locals.add(variable);
    return say(variable, ...rest);
  };
  const pixel = (at, table, bytes) => (k, ...rest) =>
    sum(at, times(word(sum(table, times("n", 4)), 4 * k), bytes), ...rest);
  const body = write({ ...language, set: noted(language.set), each: noted(language.each) },
    pixel("source", "reads", "inPixel"), pixel("out", "writes", "outPixel"));
  const text = language.kernel({ name, parameters: `${ENDS} ${more}`.split(" "), loops, locals: [...locals], body });
  return { name, loops, text };
}

/** Products of matrices, and so any convolution, tap by tap, and its gradient. At each place, `run` numbers, `step`
    bytes apart, times weights [number][channel] are added to what stands in the output. `pixels` places by some vectors
    of channels stay in registers, so that a number that was loaded is used several times. */
function multiplication({ language, pixels, lanes, fused }, channels) {
  const vectors = range(channels / lanes), all = range(pixels), bytes = 4 * lanes;
  const loops = [["channel", 4 * channels, "width"], ["n", pixels, "count"]];
  return kernel(language, `multiply${channels}`, "weights run step", loops, ({ set, sum, ...l }, read, written) => [
    all.map((i) => [set(`p${i}`, read(i)), set(`o${i}`, written(i, "channel")),
      vectors.map((v) => set(`A${i}_${v}`, l.load(`o${i}`, v * bytes)))]),
    set("w", sum("weights", "channel")),
    l.each("x", 1, "run", [
      vectors.map((v) => set(`W${v}`, l.load("w", v * bytes))),
      all.map((i) => [set("S", l.splat(`p${i}`)), set(`p${i}`, sum(`p${i}`, "step")),
        vectors.map((v) => [`A${i}_${v}`, "S", `W${v}`]).map(([A, S, W]) =>
          set(A, fused ? l.fused(S, W, A) : l.plus(A, l.product(S, W))))]),
      set("w", sum("w", "width"))]),
    all.map((i) => vectors.map((v) => l.store(`o${i}`, v * bytes, `A${i}_${v}`)))]);
}

/** Vector by vector of a place `p`, place by place, into `o`. Gradients find their `values` a distance `away`. */
function move({ language, lanes }, name, more, store) {
  const loops = [["n", 1, "count"], ["channel", 4 * lanes, "width"]];
  return kernel(language, name, more, loops, (l, read, written) => [
    l.set("p", read(0, "channel")), l.set("o", written(0, "channel")),
    store(l, l.load("p"), l.load("o"), (at) => l.load(l.sum(at, "away")))]);
}

const moves = (shape) => [
  move(shape, "copy", "parts", (l, given) => l.store("o", 0, given)),
  move(shape, "add", "parts", (l, given, held) => l.store("o", 0, l.plus(held, l.product(given, l.inverse("parts"))))),
  move(shape, "relu", "away", (l, given) => l.store("o", 0, l.larger(given, l.zero))),
  move(shape, "reluBack", "away", (l, given, held, value) =>
    l.store("o", 0, l.plus(held, l.where(given, l.above(value("o"), l.zero))))),
  move(shape, "maximum", "away", (l, given, held) => l.store("o", 0, l.larger(held, given))),
  // The first of several equal ones gets the gradient, as in PyTorch: nothing is left for the others.
  move(shape, "maximumBack", "away", (l, given, held, value) => [
    l.store("o", 0, l.plus(held, l.where(given, l.equal(value("p"), value("o"))))),
    l.store("p", 0, l.whereNot(given, l.equal(value("p"), value("o"))))])];

const kernels = (shape) => [...shape.blocks.map((channels) => multiplication(shape, channels)), ...moves(shape)];
const texts = (shape) => kernels(shape).map(({ text }) => text);

// ---- assembling -----------------------------------------------------------------------------------------------------

const here = dirname(fileURLToPath(import.meta.url));
const [folder, target = join(here, "kernels.js")] = process.argv.slice(2);
const wabt = await createRequire(join(resolve(folder), "any.js"))("wabt")();

function assembled(shape) {
  const source = `(module (import "engine" "memory" (memory 1))\n${texts(shape).join("\n")})`;
  const parsed = wabt.parseWat("kernels.wat", source, { simd: true, relaxed_simd: true });
  parsed.validate();
  const bytes = Buffer.from(parsed.toBinary({}).buffer);
  const lines = bytes.toString("base64").match(/.{1,112}/g).map((line) => `    "${line}"`).join(" +\n");
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return `{\n    blocks: [${shape.blocks}], sha256: "${checksum}",\n    wasm:\n${lines},\n  }`;
}

// With fused multiply-add, from relaxed SIMD, fewer registers hold what is in between: six windows fit instead of four.
const FUSED = { language: ASSEMBLY, pixels: 6, blocks: [8, 4], lanes: 4, fused: true };
const PLAIN = { language: SCRIPT, pixels: 2, blocks: [4], lanes: 1, fused: false };
const CARD = { ...FUSED, language: SHADER, pixels: 4 };
const steps = Object.fromEntries(kernels(CARD).map(({ name, loops }) => [name, Object.fromEntries(loops)]));
writeFileSync(target, `// Written by make_kernels.mjs (\`make kernels\`): the kernels, in three languages.
export const KERNELS = {
  "WebAssembly, fused": ${assembled(FUSED)},
  "WebAssembly": ${assembled({ ...FUSED, pixels: 4, fused: false })},
  "plain JavaScript": {
    blocks: [${PLAIN.blocks}], script: (real, whole) => ({
${texts(PLAIN).join(",\n")} }),
  },
  "card": {
    steps: ${JSON.stringify(steps)},
    shaders: \`
${SHARED}${texts(CARD).join("")}\`,
  },
};
`);
