// `make kernels` runs this: it writes the kernels of the engine as WebAssembly text, has wabt assemble it, and puts the
// bytes into kernels.js as base64. The same description becomes JavaScript and, for graphics cards, WGSL.
//                                                                             node make_kernels.mjs FOLDER [kernels.js]
//
// All numbers lie in one memory. A map is [pixel][channel], float32; channels come in fours. Parameters are bytes:
// addresses, and distances from one pixel to the next. Names that begin with a capital are vectors of LANES numbers,
// four or, in JavaScript, one; all others are 32-bit integers.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { asScript } from "./as_script.mjs";
import { asShader, SHARED } from "./as_shaders.mjs";

// ---- WebAssembly's instructions, as far as they are needed here: [name, operand, …] -------------------------------

const value = (x) => typeof x === "number" ? ["i32.const", x] : typeof x === "string" ? ["local.get", `$${x}`] : x;
const two = (operation) => (a, b) => [operation, value(a), value(b)];
const sum = (...terms) => terms.map(value).reduce(two("i32.add"));
const [times, below] = ["i32.mul", "i32.lt_u"].map(two);
const [plus, product, larger] = ["f32x4.add", "f32x4.mul", "f32x4.max"].map(two);
const [where, whereNot, equal, above] = ["v128.and", "v128.andnot", "f32x4.eq", "f32x4.gt"].map(two);
const ZERO = ["v128.const", "f32x4 0 0 0 0"];
const set = (name, x) => ["local.set", `$${name}`, value(x)];
const advance = (name, by) => set(name, sum(name, by));
const [word, load, splat] = ["i32.load", "v128.load", "v128.load32_splat"].map((operation) =>
  (address, offset = 0) => [operation, `offset=${offset}`, value(address)]);
const store = (address, x, offset = 0) => ["v128.store", `offset=${offset}`, value(address), value(x)];
/** A body may have lists of instructions in it, and lists of such. */
const flat = (body) => body.flatMap((part) => typeof part[0] === "string" ? [part] : flat(part));
/** Counts from zero up to a limit, which is at least one, in steps of `by`. */
const each = (counter, by, limit, ...body) => [set(counter, 0), ["loop", `$each_${counter}`, ...flat(body),
  advance(counter, by), ["br_if", `$each_${counter}`, below(counter, limit)]]];
const range = (n) => Array.from({ length: n }, (_, k) => k);

// ---- the kernels: the same for `count` places, and for all channels of a place, `width` bytes -----------------------

// Each says the steps of its two loops, the outer one first. No turn of the loops needs what another one writes, so
// that a graphics card can take all turns at the same time. The n-th place is a pixel of the map that is read and one
// of the map that is written: two tables say which. So a kernel's way back takes the same tables, exchanged.

const ENDS = "count width source reads inPixel out writes outPixel";
const pixel = (at, table, bytes) => (k, ...more) =>
  sum(at, times(word(sum(table, times("n", 4)), 4 * k), bytes), ...more);
const [read, written] = [pixel("source", "reads", "inPixel"), pixel("out", "writes", "outPixel")];

function kernel(name, more, loops, ...parts) {
  const body = flat(parts), names = [...inText(body).matchAll(/local\.set \$(\w+)/g)].map(([, name]) => name);
  const locals = [...new Set(names)].map((name) => ({ name, vector: /^[A-Z]/.test(name) }));
  return { name, parameters: `${ENDS} ${more}`.split(" "), loops, locals, body };
}

/** Products of matrices, and so any convolution, tap by tap, and its gradient. At each place, `run` numbers, `step`
    bytes apart, times weights [number][channel] are added to what stands in the output. `pixels` places by some vectors
    of channels stay in registers, so that a number that was loaded is used several times. */
function multiplication({ pixels, lanes, fused }, channels) {
  const vectors = range(channels / lanes), all = range(pixels), vector = 4 * lanes;
  const added = (A, S, W) => fused ? ["f32x4.relaxed_madd", value(S), value(W), value(A)] : plus(A, product(S, W));
  return kernel(`multiply${channels}`, "weights run step", [["channel", 4 * channels, "width"], ["n", pixels, "count"]],
    all.map((i) => [set(`p${i}`, read(i)), set(`o${i}`, written(i, "channel")),
      vectors.map((v) => set(`A${i}_${v}`, load(`o${i}`, v * vector)))]),
    set("w", sum("weights", "channel")),
    each("x", 1, "run",
      vectors.map((v) => set(`W${v}`, load("w", v * vector))),
      all.map((i) => [set("S", splat(`p${i}`)), advance(`p${i}`, "step"),
        vectors.map((v) => set(`A${i}_${v}`, added(`A${i}_${v}`, "S", `W${v}`)))]),
      advance("w", "width")),
    all.map((i) => vectors.map((v) => store(`o${i}`, `A${i}_${v}`, v * vector))));
}

/** Vector by vector of a place `p`, place by place, into `o`. Gradients find their values a distance `away`. */
const move = ({ lanes }, name, more, ...stores) => kernel(name, more,
  [["n", 1, "count"], ["channel", 4 * lanes, "width"]], set("p", read(0, "channel")), set("o", written(0, "channel")),
  stores);
const share = ["f32x4.splat", ["f32.div", ["f32.const", 1], ["f32.convert_i32_s", value("parts")]]];
const [given, held] = ["p", "o"].map((at) => load(at)), valueOf = (at) => load(sum(at, "away"));
const hit = equal(valueOf("p"), valueOf("o"));
const moves = (shape) => [
  move(shape, "copy", "parts", store("o", given)),
  move(shape, "add", "parts", store("o", plus(held, product(given, share)))),
  move(shape, "relu", "away", store("o", larger(given, ZERO))),
  move(shape, "reluBack", "away", store("o", plus(held, where(given, above(valueOf("o"), ZERO))))),
  move(shape, "maximum", "away", store("o", larger(held, given))),
  // The first of several equal ones gets the gradient, as in PyTorch: nothing is left for the others.
  move(shape, "maximumBack", "away", store("o", plus(held, where(given, hit))), store("p", whereNot(given, hit)))];

const kernels = (shape) => [...shape.blocks.map((channels) => multiplication(shape, channels)), ...moves(shape)];

// ---- as WebAssembly -------------------------------------------------------------------------------------------------

const inText = (part) => Array.isArray(part) ? `(${part.map(inText).join(" ")})` : String(part);

/** A kernel with its loops, one turn after the other. */
function asFunction({ name, parameters, loops: [outer, inner], locals, body }) {
  const counters = [outer, inner].map(([name]) => ({ name }));
  return ["func", ["export", `"${name}"`], ...parameters.map((each) => ["param", `$${each}`, "i32"]),
    ...[...counters, ...locals].map(({ name, vector }) => ["local", `$${name}`, vector ? "v128" : "i32"]),
    ...each(...outer, each(...inner, body))];
}

// ---- assembling -----------------------------------------------------------------------------------------------------

const here = dirname(fileURLToPath(import.meta.url));
const [folder, target = join(here, "kernels.js")] = process.argv.slice(2);
const wabt = await createRequire(join(resolve(folder), "any.js"))("wabt")();

function assembled(shape) {
  const functions = kernels(shape).map(asFunction).map(inText).join("\n");
  const source = `(module (import "engine" "memory" (memory 1))\n${functions})`;
  const parsed = wabt.parseWat("kernels.wat", source, { simd: true, relaxed_simd: true });
  parsed.validate();
  const bytes = Buffer.from(parsed.toBinary({}).buffer);
  const lines = bytes.toString("base64").match(/.{1,112}/g).map((line) => `    "${line}"`).join(" +\n");
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return `{\n    pixels: ${shape.pixels}, blocks: [${shape.blocks}], sha256: "${checksum}",\n    wasm:\n${lines},\n  }`;
}

// With fused multiply-add, from relaxed SIMD, fewer registers hold what is in between: six windows fit instead of four.
const FUSED = { pixels: 6, blocks: [8, 4], lanes: 4, fused: true }, CARD = { ...FUSED, pixels: 4 };
const PLAIN = { pixels: 2, blocks: [4], lanes: 1, fused: false };
const steps = Object.fromEntries(kernels(CARD).map(({ name, loops }) => [name, Object.fromEntries(loops)]));
writeFileSync(target, `// Written by make_kernels.mjs (\`make kernels\`): the kernels, in three languages.
export const KERNELS = {
  "WebAssembly, fused": ${assembled(FUSED)},
  "WebAssembly": ${assembled({ ...FUSED, pixels: 4, fused: false })},
  "plain JavaScript": {
    pixels: ${PLAIN.pixels}, blocks: [${PLAIN.blocks}], script: (real, whole) => ({
${kernels(PLAIN).map(asFunction).map(asScript).join(",\n")} }),
  },
  "card": {
    pixels: ${CARD.pixels}, blocks: [${CARD.blocks}], steps: ${JSON.stringify(steps)},
    shaders: \`
${SHARED}${kernels(CARD).map(asShader).join("")}\`,
  },
};
`);
