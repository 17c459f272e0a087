// `make kernels` runs this: it writes the kernels of the engine as WebAssembly text, has wabt assemble it, and puts the
// bytes into kernels.js as base64. The same text becomes JavaScript, too.   node make_kernels.mjs FOLDER [kernels.js]
//
// All numbers lie in one memory. A map is [row][column][channel], float32, with a border of zeros; channels come in
// fours. Parameters are bytes: addresses, and distances from one pixel or row to the next. Names that begin with a
// capital are vectors of LANES numbers, four in WebAssembly and one in JavaScript; all others are 32-bit integers.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// ---- WebAssembly's instructions, as far as they are needed here: [name, operand, …] -------------------------------

const value = (x) => typeof x === "number" ? ["i32.const", x] : typeof x === "string" ? ["local.get", `$${x}`] : x;
const two = (operation) => (a, b) => [operation, value(a), value(b)];
const sum = (...terms) => terms.map(value).reduce(two("i32.add"));
const [minus, times, and, below] = ["i32.sub", "i32.mul", "i32.and", "i32.lt_u"].map(two);
const [plus, less, product, larger] = ["f32x4.add", "f32x4.sub", "f32x4.mul", "f32x4.max"].map(two);
const [where, whereNot, orWhere, equal] = ["v128.and", "v128.andnot", "v128.or", "f32x4.eq"].map(two);
const ZERO = ["v128.const", "f32x4 0 0 0 0"], positive = (x) => ["f32x4.gt", value(x), ZERO];
const set = (name, x) => ["local.set", `$${name}`, value(x)];
const advance = (name, by) => set(name, sum(name, by));
const [word, load, splat] = ["i32.load", "v128.load", "v128.load32_splat"].map((operation) =>
  (address, offset = 0) => [operation, `offset=${offset}`, value(address)]);
const store = (address, x, offset = 0) => ["v128.store", `offset=${offset}`, value(address), value(x)];
const either = (condition, a, b) => ["select", value(a), value(b), value(condition)];
/** A body may have lists of instructions in it, and lists of such. */
const flat = (body) => body.flatMap((part) => typeof part[0] === "string" ? [part] : flat(part));
const when = (condition, ...body) => ["if", value(condition), ["then", ...flat(body)]];
/** Runs once, and again as long as the condition holds. */
const loop = (label, body, again) => ["loop", `$${label}`, ...flat(body), ["br_if", `$${label}`, again]];
const repeat = (counter, body) => loop(`each_${counter}`, [...body, advance(counter, -1)], value(counter));
const range = (n) => Array.from({ length: n }, (_, k) => k);

const inText = (part) => Array.isArray(part) ? `(${part.map(inText).join(" ")})` : String(part);

function kernel(name, parameters, ...body) {
  const code = flat(body), given = parameters.split(" ").map((each) => `$${each}`);
  const used = [...inText(code).matchAll(/local\.set (\$\w+)/g)].map((match) => match[1]);
  const locals = [...new Set(used)].filter((each) => !given.includes(each));
  return ["func", ["export", `"${name}"`], ...given.map((each) => ["param", each, "i32"]),
    ...locals.map((each) => ["local", each, /^\$[A-Z]/.test(each) ? "v128" : "i32"]), ...code];
}

// ---- convolution ----------------------------------------------------------------------------------------------------

/** Any convolution, and the gradient of any: windows of `rows` rows, each `run` bytes without a gap, times weights.
    `pixels` windows by `vectors` vectors of output channels stay in registers, so that a number that was loaded is
    used several times. The table has two numbers for each pixel: where its window begins, and where it is put.
    Sums start from the bias or, without one, from what stands in the output. Weights are [block][row][run][channel]. */
function convolution({ pixels, lanes, fused }, channels) {
  const vectors = range(channels / lanes), vector = 4 * lanes, block = 4 * channels, all = range(pixels);
  const added = (A, S, W) => fused ? ["f32x4.relaxed_madd", value(S), value(W), value(A)] : plus(A, product(S, W));
  const place = (i) => sum(times(word("t", 8 * i + 4), "outPixel"), "channel");
  const tap = (u) => [
    vectors.map((v) => set(`W${v}`, load("w", u * block + v * vector))),
    all.map((i) => [set("S", splat(`p${i}`, 4 * u)),
      vectors.map((v) => set(`A${i}_${v}`, added(`A${i}_${v}`, "S", `W${v}`)))])];
  return kernel(`convolve${channels}`, "source weights out bias table count inPixel outPixel row run rows",
    set("end", sum("table", times("count", 8))), set("channel", 0),
    loop("blocks", [
      set("t", "table"),
      loop("windows", [
        all.map((i) => [
          set(`p${i}`, sum("source", times(word("t", 8 * i), "inPixel"))),
          set("o", either("bias", sum("bias", "channel"), sum("out", place(i)))),
          vectors.map((v) => set(`A${i}_${v}`, load("o", v * vector)))]),
        set("w", "weights"), set("k", "rows"),
        repeat("k", [
          set("stop", sum("w", times("run", block / 4))),
          loop("taps", [range(4).map(tap), all.map((i) => advance(`p${i}`, 16)), advance("w", 4 * block)],
            below("w", "stop")),
          all.map((i) => advance(`p${i}`, minus("row", "run")))]),
        all.map((i) => [set("o", sum("out", place(i))),
          vectors.map((v) => store("o", `A${i}_${v}`, v * vector))]),
        advance("t", 8 * pixels)], below("t", "end")),
      set("weights", "w"), advance("channel", block)], below("channel", "outPixel")));
}

// A 3x3 convolution with stride 1 needs 36 products for a tile of 2x2 outputs, or 16 (Winograd 1980; Lavin and Gray
// 2015): spread each 4x4 window of the input, multiply channels by channels at each of the 16 places, which is what
// `convolve` does with windows of one pixel, and gather 2x2 sums. Buffers are [place][tile][channel]; the table has
// three numbers for each tile: where the window begins, where the tile is put, and which of its pixels there are.

const spreadLine = ([a, b, c, d]) => [less(a, c), plus(b, c), less(c, b), less(b, d)];
const gatherLine = ([a, b, c, d]) => [plus(plus(a, b), c), less(less(b, c), d)];

/** `line`, down each column of the 4x4 vectors D and then along each row. */
const square = (line) => {
  const down = range(4).map((x) => line(range(4).map((y) => `D${y}${x}`)));
  return { columns: down.map((column, x) => column.map((each, y) => set(`T${y}${x}`, each))),
    rows: down[0].map((_, y) => line(range(4).map((x) => `T${y}${x}`))) };
};

function spread({ lanes }) {
  const { columns, rows } = square(spreadLine);
  return kernel("spread", "source out table count pixel row place",
    repeat("count", [
      set("from", sum("source", times(word("table"), "pixel"))), set("k", "pixel"),
      loop("channels", [
        set("r", "from"),
        range(4).map((y) => [set("p", "r"),
          range(4).map((x) => [set(`D${y}${x}`, load("p")), advance("p", "pixel")]), advance("r", "row")]),
        columns, set("o", "out"),
        rows.flat().map((each) => [store("o", each), advance("o", "place")]),
        advance("from", 4 * lanes), advance("out", 4 * lanes), advance("k", -4 * lanes)], value("k")),
      advance("table", 12)]));
}

function gather({ lanes }) {
  const { columns, rows } = square(gatherLine);
  const put = (y, x, each) => [set("o", sum("to", ...(y ? ["row"] : []), ...(x ? ["pixel"] : []))),
    store("o", plus(each, load(either("bias", sum("bias", "k"), "o"))))];
  return kernel("gather", "source out bias table count pixel row place",
    repeat("count", [
      set("to", sum("out", times(word("table", 4), "pixel"))), set("k", 0),
      loop("channels", [
        set("p", "source"),
        range(4).map((y) => range(4).map((x) => [set(`D${y}${x}`, load("p")), advance("p", "place")])),
        columns,
        rows.map((row, y) => row.map((each, x) => y || x // the first pixel is always there
          ? when(and(word("table", 8), 1 << (2 * y + x)), put(y, x, each)) : put(y, x, each))),
        advance("source", 4 * lanes), advance("to", 4 * lanes), advance("k", 4 * lanes)], below("k", "pixel")),
      advance("table", 12)]));
}

// ---- everything else ------------------------------------------------------------------------------------------------

/** How much each number of one map goes with each of another, at the same pixel: sums over all pixels, four numbers of
    `x` by a vector of `g`, are added to `out`, [number of x][number of g]. */
const collect = ({ lanes }) => kernel("collect", "x g out count xPixel gPixel",
  set("i", 0),
  loop("inputs", [
    set("o", 0),
    loop("outputs", [
      set("to", sum("out", "o")),
      range(4).map((u) => [set(`A${u}`, load("to")), advance("to", "gPixel")]),
      set("p", sum("x", "i")), set("q", sum("g", "o")), set("k", "count"),
      repeat("k", [set("W", load("q")),
        range(4).map((u) => set(`A${u}`, plus(`A${u}`, product(splat("p", 4 * u), "W")))),
        advance("p", "xPixel"), advance("q", "gPixel")]),
      set("to", sum("out", "o")),
      range(4).map((u) => [store("to", `A${u}`), advance("to", "gPixel")]),
      advance("o", 4 * lanes)], below("o", "gPixel")),
    advance("out", times("gPixel", 4)), advance("i", 16)], below("i", "xPixel")));

/** Some channels of each pixel change those of another map: `change` says what becomes of what is `there`, given what
    is `here` and, for a gradient, the value that is `shift` before it. */
const move = ({ lanes }, name, change) => kernel(name, "source out count inPixel outPixel bytes shift",
  repeat("count", [set("k", 0),
    loop("channels", [
      set("p", sum("source", "k")), set("o", sum("out", "k")),
      store("o", change(load("o"), load("p"), load(minus("p", "shift")))),
      advance("k", 4 * lanes)], below("k", "bytes")),
    advance("source", "inPixel"), advance("out", "outPixel")]));
const moves = (shape) => [
  move(shape, "copy", (there, here) => here),
  move(shape, "add", plus),
  move(shape, "relu", (there, here) => larger(here, ZERO)),
  move(shape, "reluBack", (there, here, found) => plus(there, where(here, positive(found))))];

/** A row of pools over `rows` by `columns` pixels: `at` says what each pixel of a window does. `step` is from one
    window to the next; a pixel of the window is at `p`, its gradient at `p + shift`. */
const pool = ({ lanes }, name, first, at, last, walking) => kernel(name,
  "source out outGrad shift count pixel step row rows columns",
  repeat("count", [
    set("k", "pixel"), set("channelIn", "source"),
    loop("channels", [
      first, set("line", "channelIn"), set("y", "rows"),
      repeat("y", [set("p", "line"), set("x", "columns"),
        repeat("x", [at, advance("p", "pixel")]), advance("line", "row")]),
      last, walking.map((each) => advance(each, 4 * lanes)),
      advance("channelIn", 4 * lanes), advance("k", -4 * lanes)], value("k")),
    advance("source", "step")]));
const share = ["f32x4.splat", ["f32.div", ["f32.const", 1], ["f32.convert_i32_s", times("rows", "columns")]]];
const pools = (shape) => [
  pool(shape, "average", set("A", ZERO), set("A", plus("A", load("p"))), store("out", product("A", share)), ["out"]),
  pool(shape, "averageBack", set("A", product(load("outGrad"), share)),
    store(sum("p", "shift"), plus("A", load(sum("p", "shift")))), [], ["outGrad"]),
  pool(shape, "maximum", set("A", load("channelIn")), set("A", larger("A", load("p"))), store("out", "A"), ["out"]),
  // The first of several equal ones gets the gradient, as in PyTorch: `Taken` remembers.
  pool(shape, "maximumBack", [set("Top", load("out")), set("A", load("outGrad")), set("Taken", ZERO)],
    [set("Hit", whereNot(equal(load("p"), "Top"), "Taken")), set("Taken", orWhere("Taken", "Hit")),
      store(sum("p", "shift"), plus(load(sum("p", "shift")), where("A", "Hit")))], [], ["out", "outGrad"])];

const kernels = (shape) => [...shape.blocks.map((channels) => convolution(shape, channels)), spread(shape),
  gather(shape), collect(shape), ...moves(shape), ...pools(shape)];

// ---- the same as JavaScript -----------------------------------------------------------------------------------------

// Each instruction has a counterpart: a vector is one number, addressed as one of an array, and a mask of bits is a
// truth value.

const infix = (sign) => (a, b) => `(${a}${sign}${b})`, same = (x) => x;
const outer = (x) => x.startsWith("(") ? x.slice(1, -1) : x; // alone, it needs no parentheses
const place = (offset, address) => `${address}${offset === "offset=0" ? "" : offset.replace("offset=", "+")}>>2`;
const real = (...at) => `real[${place(...at)}]`;
const COUNTERPARTS = {
  "i32.const": same, "f32.const": same, "v128.const": () => "0", "f32x4.splat": same, "f32.convert_i32_s": same,
  "i32.add": infix("+"), "i32.sub": infix("-"), "i32.mul": infix("*"), "i32.and": infix("&"), "i32.lt_u": infix("<"),
  "f32x4.add": infix("+"), "f32x4.sub": infix("-"), "f32x4.mul": infix("*"), "f32.div": infix("/"),
  "f32x4.max": (a, b) => `Math.max(${a},${b})`, "f32x4.gt": infix(">"), "f32x4.eq": infix("=="),
  "v128.and": (x, mask) => `(${mask}?${x}:0)`, "v128.or": infix("||"), "v128.andnot": (a, b) => `(${a}&&!${b})`,
  "i32.load": (...at) => `whole[${place(...at)}]`, "v128.load": real, "v128.load32_splat": real,
  "v128.store": (offset, address, x) => `${real(offset, address)}=${outer(x)};\n`,
  "local.get": same, "local.set": (name, x) => `${name}=${outer(x)};\n`,
  select: (a, b, condition) => `(${condition}?${a}:${b})`,
  if: (condition, body) => `if(${condition}){${body}}\n`, then: (...body) => body.join(""),
  loop: (label, ...body) => `do{\n${body.join("")}`, br_if: (label, again) => `}while(${outer(again)});\n`,
  param: same, local: same, export: JSON.parse,
  func(name, ...parts) { // names first, of parameters and locals, which begin as parameters that nobody gives
    const body = parts.findIndex((part) => !/^\w+$/.test(part));
    return `${name}(${parts.slice(0, body)}){\n${parts.slice(body).join("")}}`;
  },
};
const inScript = (part) => Array.isArray(part) ? COUNTERPARTS[part[0]](...part.slice(1).map(inScript))
  : String(part).replace("$", "");

// ---- assembling -----------------------------------------------------------------------------------------------------

const here = dirname(fileURLToPath(import.meta.url));
const [folder, target = join(here, "kernels.js")] = process.argv.slice(2);
const wabt = await createRequire(join(resolve(folder), "any.js"))("wabt")();

function assembled(shape) {
  const source = `(module (import "engine" "memory" (memory 1))\n${kernels(shape).map(inText).join("\n")})`;
  const parsed = wabt.parseWat("kernels.wat", source, { simd: true, relaxed_simd: true });
  parsed.validate();
  const bytes = Buffer.from(parsed.toBinary({}).buffer);
  const lines = bytes.toString("base64").match(/.{1,112}/g).map((line) => `    "${line}"`).join(" +\n");
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return `{\n    pixels: ${shape.pixels}, blocks: [${shape.blocks}], sha256: "${checksum}",\n    wasm:\n${lines},\n  }`;
}

// With fused multiply-add, from relaxed SIMD, fewer registers hold what is in between: six windows fit instead of four.
const SCRIPT = { pixels: 2, blocks: [4], lanes: 1, fused: false };
writeFileSync(target, `// Written by make_kernels.mjs (\`make kernels\`): the kernels, as WebAssembly and as JavaScript.
export const KERNELS = {
  "WebAssembly, fused": ${assembled({ pixels: 6, blocks: [8, 4], lanes: 4, fused: true })},
  "WebAssembly": ${assembled({ pixels: 4, blocks: [8, 4], lanes: 4, fused: false })},
  "plain JavaScript": {
    pixels: ${SCRIPT.pixels}, blocks: [${SCRIPT.blocks}], script: (real, whole) => ({
${kernels(SCRIPT).map(inScript).join(",\n")} }),
  },
};
`);
