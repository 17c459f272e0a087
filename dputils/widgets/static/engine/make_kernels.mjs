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

const kernel = (name, parameters, loops, ...body) =>
  ({ name, parameters: `count width ${parameters}`.split(" "), loops, body: flat(body) });
/** Vector by vector of a place, place by place. */
const throughout = ({ lanes }) => [["n", 1, "count"], ["channel", 4 * lanes, "width"]];
/** Where a place is, of which the table has two: where it reads and where it writes. */
const tabled = (k) => word(sum("table", times("n", 8)), 4 * k);

/** Products of matrices, and so any convolution, and the gradient of any. Windows of `rows` times `run` numbers, which
    are `step` bytes apart, `gap` more after each row, times weights [number of the window][channel]. `pixels` windows by some vectors of channels stay in registers, so that a number
    that was loaded is used several times. Sums start from the bias or, without one, from what stands in the output. */
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
/** What a body sets, with what is a vector. */
const localsOf = (code) => [...new Set([...inText(code).matchAll(/local\.set \$(\w+)/g)].map(([, name]) => name))];
const isVector = (name) => /^[A-Z]/.test(name);

/** A kernel with its loops, one turn after the other. */
function asFunction({ name, parameters, loops: [outer, inner], body }) {
  const code = flat(each(...outer, each(...inner, body)));
  return ["func", ["export", `"${name}"`], ...parameters.map((each) => ["param", `$${each}`, "i32"]),
    ...localsOf(code).map((each) => ["local", `$${each}`, isVector(each) ? "v128" : "i32"]), ...code];
}

// ---- as JavaScript and as WGSL --------------------------------------------------------------------------------------

// Each instruction has a counterpart. In JavaScript a vector is one number, addressed as one of an array, and a mask
// of bits is a truth value.

const infix = (sign) => (a, b) => `(${a}${sign}${b})`, called = (name) => (...x) => `${name}(${x.join()})`;
const same = (x) => x;
const outer = (x) => x.startsWith("(") && x.endsWith(")") ? x.slice(1, -1) : x; // alone, it needs no parentheses
const place = (offset, address) => `${address}${offset === "offset=0" ? "" : offset.replace("offset=", "+")}`;
const real = (...at) => `real[${place(...at)}>>2]`;
const COMMON = {
  "i32.const": same, "local.get": same, "local.set": (name, x) => `${name}=${outer(x)};\n`,
  "i32.add": infix("+"), "i32.mul": infix("*"), "i32.lt_u": infix("<"),
  "f32x4.add": infix("+"), "f32x4.mul": infix("*"), "f32.div": infix("/"), "f32x4.gt": infix(">"),
  "f32x4.eq": infix("=="),
};
const SCRIPT = { ...COMMON,
  "f32.const": same, "v128.const": () => "0", "f32x4.splat": same, "f32.convert_i32_s": same,
  "f32x4.max": called("Math.max"), "v128.and": (x, mask) => `(${mask}?${x}:0)`,
  "v128.andnot": (x, mask) => `(${mask}?0:${x})`,
  "i32.load": (...at) => `whole[${place(...at)}>>2]`, "v128.load": real, "v128.load32_splat": real,
  "v128.store": (offset, address, x) => `${real(offset, address)}=${outer(x)};\n`,
  select: (a, b, condition) => `(${condition}?${a}:${b})`,
  loop: (label, ...body) => `do{\n${body.join("")}`, br_if: (label, again) => `}while(${outer(again)});\n`,
  param: same, local: same, export: JSON.parse,
  func(name, ...parts) { // names first, of parameters and locals, which begin as parameters that nobody gives
    const body = parts.findIndex((part) => !/^\w+$/.test(part));
    return `${name}(${parts.slice(0, body)}){\n${parts.slice(body).join("")}}`;
  },
};
const SHADER = { ...COMMON,
  "f32.const": (x) => `f32(${x})`, "v128.const": () => "vec4f()", "f32x4.splat": called("vec4f"),
  "f32.convert_i32_s": called("f32"), "f32x4.max": called("max"), "f32x4.relaxed_madd": called("fma"),
  "v128.and": (x, mask) => `select(vec4f(),${x},${mask})`, "v128.andnot": (x, mask) => `select(${x},vec4f(),${mask})`,
  "i32.load": (...at) => `bitcast<i32>(memory[(${place(...at)})>>2])`,
  "v128.load": (...at) => `vector(${place(...at)})`,
  "v128.load32_splat": (...at) => `vec4f(bitcast<f32>(memory[(${place(...at)})>>2]))`,
  "v128.store": (offset, address, x) => `put(${place(offset, address)},${x});\n`,
  select: (a, b, condition) => `select(${b},${a},${condition}!=0)`,
  loop: (label, ...body) => `loop{\n${body.join("")}}\n`, br_if: (label, again) => `if(!${again}){break;}\n`,
};
const inWords = (counterparts) => function words(part) {
  return Array.isArray(part) ? counterparts[part[0]](...part.slice(1).map(words)) : String(part).replace("$", "");
};

// An address may be that of any number, so that vectors are put together from four.
const SHADERS = `@group(0) @binding(0) var<storage,read_write> memory:array<u32>;
@group(0) @binding(1) var<uniform> job:array<vec4i,4>;
fn vector(at:i32)->vec4f{
let k=at>>2;
return bitcast<vec4f>(vec4u(memory[k],memory[k+1],memory[k+2],memory[k+3]));}
fn put(at:i32,x:vec4f){
for(var k=0;k<4;k++){memory[(at>>2)+k]=bitcast<u32>(x[k]);}}
`;

/** A kernel without its loops: a card calls it for all turns. */
function asShader({ name, parameters, loops, body }) {
  const by = Object.fromEntries(loops), given = parameters.map((each, k) => `let ${each}=job[${k >> 2}][${k & 3}];`);
  const locals = localsOf(body).map((each) => `var ${each}:${isVector(each) ? "vec4f" : "i32"};`);
  return `@compute @workgroup_size(64) fn ${name}(@builtin(global_invocation_id) id:vec3u){
${given.join("")}${locals.join("")}
let n=i32(id.x)*${by.n};let channel=i32(id.y)*${by.channel};if(n>=count){return;}
${body.map(inWords(SHADER)).join("")}}
`;
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
writeFileSync(target, `// Written by make_kernels.mjs (\`make kernels\`): the kernels, as WebAssembly, as JavaScript and as WGSL.
export const KERNELS = {
  "WebAssembly, fused": ${assembled(FUSED)},
  "WebAssembly": ${assembled({ ...FUSED, pixels: 4, fused: false })},
  "plain JavaScript": {
    pixels: ${PLAIN.pixels}, blocks: [${PLAIN.blocks}], script: (real, whole) => ({
${kernels(PLAIN).map(asFunction).map(inWords(SCRIPT)).join(",\n")} }),
  },
  "WebGPU": {
    pixels: ${CARD.pixels}, blocks: [${CARD.blocks}], steps: ${JSON.stringify(steps)},
    shaders: \`
${SHADERS}${kernels(CARD).map(asShader).join("")}\`,
  },
};
`);
