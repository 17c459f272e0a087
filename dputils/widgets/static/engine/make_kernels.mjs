// `make kernels` runs this: it writes the kernels of the engine as WebAssembly text, has wabt assemble it, and puts the
// bytes into kernels.js as base64. The same description becomes JavaScript and, for graphics cards, WGSL.
//                                                                             node make_kernels.mjs FOLDER [kernels.js]
//
// All numbers lie in one memory. A map is [row][column][channel], float32, with a border of zeros; channels come in
// fours. Parameters are bytes: addresses, and distances from one pixel or row to the next. Names that begin with a
// capital are vectors of LANES numbers, four or, in JavaScript, one; all others are 32-bit integers.
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
const either = (condition, a, b) => ["select", value(a), value(b), value(condition)];
/** A body may have lists of instructions in it, and lists of such. */
const flat = (body) => body.flatMap((part) => typeof part[0] === "string" ? [part] : flat(part));
/** Counts from zero up to a limit, which is at least one, in steps of `by`. */
const each = (counter, by, limit, ...body) => [set(counter, 0), ["loop", `$each_${counter}`, ...flat(body),
  advance(counter, by), ["br_if", `$each_${counter}`, below(counter, limit)]]];
const range = (n) => Array.from({ length: n }, (_, k) => k);

// ---- the kernels: the same for `count` places, and for all channels of a place, `width` bytes -----------------------

// Each says the steps of its two loops, the outer one first. No turn of the loops needs what another one writes, so
// that a graphics card can take all turns at the same time.

function kernel(name, parameters, loops, ...parts) {
  const body = flat(parts), names = [...inText(body).matchAll(/local\.set \$(\w+)/g)].map(([, name]) => name);
  const locals = [...new Set(names)].map((name) => ({ name, vector: /^[A-Z]/.test(name) }));
  return { name, parameters: `count width ${parameters}`.split(" "), loops, locals, body };
}
/** Vector by vector of a place, place by place. */
const throughout = ({ lanes }) => [["n", 1, "count"], ["channel", 4 * lanes, "width"]];
/** Where a place is, of which the table has two: where it reads and where it writes. */
const tabled = (k) => word(sum("table", times("n", 8)), 4 * k);

/** Products of matrices, and so any convolution, and the gradient of any. Windows of `rows` times `run` numbers, which
    are `step` bytes apart, `gap` more after each row, times weights [number of the window][channel]. `pixels` windows
    by some vectors of channels stay in registers, so that a number that was loaded is used several times. Sums start
    from the bias or, without one, from what stands in the output. */
function multiplication({ pixels, lanes, fused }, channels) {
  const vectors = range(channels / lanes), all = range(pixels), vector = 4 * lanes;
  const added = (A, S, W) => fused ? ["f32x4.relaxed_madd", value(S), value(W), value(A)] : plus(A, product(S, W));
  return kernel(`multiply${channels}`, "source weights out bias table inPixel rows run step gap",
    [["channel", 4 * channels, "width"], ["n", pixels, "count"]],
    all.map((i) => [
      set(`p${i}`, sum("source", times(tabled(2 * i), "inPixel"))),
      set(`o${i}`, sum("out", times(tabled(2 * i + 1), "width"), "channel")),
      set("start", either("bias", sum("bias", "channel"), `o${i}`)),
      vectors.map((v) => set(`A${i}_${v}`, load("start", v * vector)))]),
    set("w", sum("weights", "channel")),
    each("y", 1, "rows",
      each("x", 1, "run",
        vectors.map((v) => set(`W${v}`, load("w", v * vector))),
        all.map((i) => [set("S", splat(`p${i}`)), advance(`p${i}`, "step"),
          vectors.map((v) => set(`A${i}_${v}`, added(`A${i}_${v}`, "S", `W${v}`)))]),
        advance("w", "width")),
      all.map((i) => advance(`p${i}`, "gap"))),
    all.map((i) => vectors.map((v) => store(`o${i}`, `A${i}_${v}`, v * vector))));
}

/** Places of one map change those of another: `change` says what becomes of what is `there`, given what is `here` and,
    for a gradient, the value that is `away` from it. */
const move = (shape, name, change) => kernel(name, "source out inPixel outPixel away", throughout(shape),
  set("p", sum("source", times("n", "inPixel"), "channel")), set("o", sum("out", times("n", "outPixel"), "channel")),
  store("o", change(load("o"), load("p"), load(sum("p", "away")))));
const moves = (shape) => [
  move(shape, "copy", (there, here) => here),
  move(shape, "add", plus),
  move(shape, "relu", (there, here) => larger(here, ZERO)),
  move(shape, "reluBack", (there, here, found) => plus(there, where(here, above(found, ZERO))))];

/** Pools over `rows` by `columns` pixels: `at` says what each pixel of a window does. A pixel is at `p`, the pool at
    `o`, their gradients at `slope` and, from `o`, a `shift` away. */
const pool = (shape, name, first, at, last) => kernel(name, "source out table pixel rows columns row shift",
  throughout(shape), set("line", sum("source", times(tabled(0), "pixel"), "channel")),
  set("o", sum("out", times(tabled(1), "pixel"), "channel")), first,
  each("y", 1, "rows", set("p", "line"),
    each("x", 1, "columns", set("slope", sum("p", "shift")), at, advance("p", "pixel")), advance("line", "row")), last);
const share = ["f32x4.splat", ["f32.div", ["f32.const", 1], ["f32.convert_i32_s", times("rows", "columns")]]];
const ofPool = load(sum("o", "shift")), hit = equal(load("p"), "Top");
const pools = (shape) => [
  pool(shape, "average", set("A", ZERO), set("A", plus("A", load("p"))), store("o", product("A", share))),
  pool(shape, "averageBack", set("A", product(ofPool, share)), store("slope", plus("A", load("slope"))), []),
  pool(shape, "maximum", set("A", load("line")), set("A", larger("A", load("p"))), store("o", "A")),
  // The first of several equal ones gets the gradient, as in PyTorch: nothing is left for the others.
  pool(shape, "maximumBack", [set("Top", load("o")), set("A", ofPool)],
    [store("slope", plus(load("slope"), where("A", hit))), set("A", whereNot("A", hit))], [])];

const kernels = (shape) => [...shape.blocks.map((channels) => multiplication(shape, channels)), ...moves(shape),
  ...pools(shape)];

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
