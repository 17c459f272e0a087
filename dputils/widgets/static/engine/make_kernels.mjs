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

// ---- WebAssembly's text format, as far as it is needed here ---------------------------------------------------------

const value = (x) => typeof x === "number" ? `(i32.const ${x})` : x.startsWith("(") ? x : `(local.get $${x})`;
const two = (operation) => (a, b) => `(${operation} ${value(a)} ${value(b)})`;
const sum = (...terms) => terms.map(value).reduce(two("i32.add"));
const [minus, times, and, below] = ["i32.sub", "i32.mul", "i32.and", "i32.lt_u"].map(two);
const [plus, less, product, larger] = ["f32x4.add", "f32x4.sub", "f32x4.mul", "f32x4.max"].map(two);
const where = two("v128.and");
const positive = (x) => `(f32x4.gt ${value(x)} ${ZERO})`, ZERO = "(v128.const f32x4 0 0 0 0)";
const set = (name, x) => `(local.set $${name} ${value(x)})`;
const advance = (name, by) => set(name, sum(name, by));
const word = (address, offset = 0) => `(i32.load offset=${offset} ${value(address)})`;
const load = (address, offset = 0) => `(v128.load offset=${offset} ${value(address)})`;
const splat = (address, offset = 0) => `(v128.load32_splat offset=${offset} ${value(address)})`;
const store = (address, x, offset = 0) => `(v128.store offset=${offset} ${value(address)} ${value(x)})`;
const either = (condition, a, b) => `(select ${value(a)} ${value(b)} ${value(condition)})`;
const when = (condition, ...body) => `(if ${value(condition)} (then ${body.join("\n")}))`;
/** Runs once, and again as long as the condition holds. */
const loop = (label, body, again) => `(loop $${label}\n${body.flat().join("\n")}\n(br_if $${label} ${again}))`;
const repeat = (counter, body) => loop(`each_${counter}`, [...body, advance(counter, -1)], value(counter));
const range = (n) => Array.from({ length: n }, (_, k) => k);

function kernel(name, parameters, ...body) {
  const code = body.flat().join("\n"), given = parameters.split(" ");
  const used = [...new Set([...code.matchAll(/local\.set \$(\w+)/g)].map((match) => match[1]))];
  const type = (local) => /^[A-Z]/.test(local) ? "v128" : "i32";
  return `(func (export "${name}") ${given.map((each) => `(param $${each} i32)`).join(" ")}
${used.filter((each) => !given.includes(each)).map((each) => `(local $${each} ${type(each)})`).join(" ")}\n${code})`;
}

// ---- convolution ----------------------------------------------------------------------------------------------------

/** Any convolution, and the gradient of any: windows of `rows` rows, each `run` bytes without a gap, times weights.
    `pixels` windows by `vectors` vectors of output channels stay in registers, so that a number that was loaded is
    used several times. The table has two numbers for each pixel: where its window begins, and where it is put.
    Sums start from the bias or, without one, from what stands in the output. Weights are [block][row][run][channel]. */
function convolution({ pixels, lanes, fused }, channels) {
  const block = 4 * channels, vector = 4 * lanes, vectors = channels / lanes, all = range(pixels), each = range(vectors), taps = range(4);
  const product = (A, S, W) => fused ? `(f32x4.relaxed_madd ${value(S)} ${value(W)} ${value(A)})`
    : plus(A, two("f32x4.mul")(S, W));
  const place = (i) => sum(times(word("t", 8 * i + 4), "outPixel"), "channel");
  const tap = (u) => [
    each.map((v) => set(`W${v}`, load("w", u * block + v * vector))),
    all.map((i) => [set("S", splat(`p${i}`, 4 * u)),
      ...each.map((v) => set(`A${i}_${v}`, product(`A${i}_${v}`, "S", `W${v}`)))])].flat(2);
  return kernel(`convolve${channels}`, "in weights out bias table count inPixel outPixel row run rows",
    set("end", sum("table", times("count", 8))), set("channel", 0),
    loop("blocks", [
      set("t", "table"),
      loop("windows", [
        all.flatMap((i) => [
          set(`p${i}`, sum("in", times(word("t", 8 * i), "inPixel"))),
          set("o", either("bias", sum("bias", "channel"), sum("out", place(i)))),
          ...each.map((v) => set(`A${i}_${v}`, load("o", vector * v)))]),
        set("w", "weights"), set("k", "rows"),
        repeat("k", [
          set("stop", sum("w", times("run", block / 4))),
          loop("taps", [taps.flatMap(tap), all.map((i) => advance(`p${i}`, 16)), advance("w", 4 * block)],
            below("w", "stop")),
          ...all.map((i) => advance(`p${i}`, minus("row", "run")))]),
        all.flatMap((i) => [set("o", sum("out", place(i))),
          ...each.map((v) => store("o", `A${i}_${v}`, vector * v))]),
        advance("t", 8 * pixels)], below("t", "end")),
      set("weights", "w"), advance("channel", block)], below("channel", "outPixel")));
}

// A 3x3 convolution with stride 1 needs 36 products for a tile of 2x2 outputs, or 16 (Winograd 1980; Lavin and Gray
// 2015): spread each 4x4 window of the input, multiply channels by channels at each of the 16 places, which is what
// `convolve` does with windows of one pixel, and gather 2x2 sums. Buffers are [place][tile][channel]; the table has
// three numbers for each tile: where the window begins, where the tile is put, and which of its pixels there are.

const spreadLine = ([a, b, c, d]) => [less(a, c), plus(b, c), less(c, b), less(b, d)];
const gatherLine = ([a, b, c, d]) => [plus(plus(a, b), c), less(less(b, c), d)];

function spread({ lanes }) {
  const four = range(4), columns = four.map((x) => spreadLine(four.map((y) => `D${y}${x}`)));
  return kernel("spread", "in out table count pixel row place",
    repeat("count", [
      set("from", sum("in", times(word("table"), "pixel"))), set("k", "pixel"),
      loop("channels", [
        set("r", "from"),
        ...four.flatMap((y) => [set("p", "r"),
          ...four.flatMap((x) => [set(`D${y}${x}`, load("p")), advance("p", "pixel")]), advance("r", "row")]),
        ...columns.flatMap((column, x) => column.map((line, y) => set(`T${y}${x}`, line))),
        set("o", "out"),
        ...four.flatMap((y) => spreadLine(four.map((x) => `T${y}${x}`))
          .flatMap((line) => [store("o", line), advance("o", "place")])),
        advance("from", 4 * lanes), advance("out", 4 * lanes), advance("k", -4 * lanes)], value("k")),
      advance("table", 12)]));
}

function gather({ lanes }) {
  const four = range(4), pair = range(2), columns = four.map((x) => gatherLine(four.map((y) => `M${y}${x}`)));
  const put = (y, x, line) => {
    const body = [set("o", sum("to", ...(y ? ["row"] : []), ...(x ? ["pixel"] : []))),
      store("o", plus(line, load(either("bias", sum("bias", "k"), "o"))))];
    return y || x ? when(and(word("table", 8), 1 << (2 * y + x)), ...body) : body.join("\n");
  };
  return kernel("gather", "in out bias table count pixel row place",
    repeat("count", [
      set("to", sum("out", times(word("table", 4), "pixel"))), set("k", 0),
      loop("channels", [
        set("p", "in"),
        ...four.flatMap((y) => four.flatMap((x) => [set(`M${y}${x}`, load("p")), advance("p", "place")])),
        ...columns.flatMap((column, x) => column.map((line, y) => set(`T${y}${x}`, line))),
        ...pair.flatMap((y) => gatherLine(four.map((x) => `T${y}${x}`)).map((line, x) => put(y, x, line))),
        advance("in", 4 * lanes), advance("to", 4 * lanes), advance("k", 4 * lanes)], below("k", "pixel")),
      advance("table", 12)]));
}

// ---- everything else ------------------------------------------------------------------------------------------------

/** How much each number of one map goes with each of another, at the same pixel: sums over all pixels, four numbers of
    `x` by a vector of `g`, are added to `out`, [number of x][number of g]. */
const collect = ({ lanes }) => kernel("collect", "x g out count xPixel gPixel outPixel",
  set("i", 0),
  loop("inputs", [
    set("o", 0),
    loop("outputs", [
      set("to", sum("out", "o")),
      ...range(4).flatMap((u) => [set(`A${u}`, load("to")), advance("to", "outPixel")]),
      set("p", sum("x", "i")), set("q", sum("g", "o")), set("k", "count"),
      repeat("k", [set("W", load("q")),
        ...range(4).map((u) => set(`A${u}`, plus(`A${u}`, product(splat("p", 4 * u), "W")))),
        advance("p", "xPixel"), advance("q", "gPixel")]),
      set("to", sum("out", "o")),
      ...range(4).flatMap((u) => [store("to", `A${u}`), advance("to", "outPixel")]),
      advance("o", 4 * lanes)], below("o", "gPixel")),
    advance("out", times("outPixel", 4)), advance("i", 16)], below("i", "xPixel")));

const along = ({ lanes }, body, ...walking) => loop("along", [...body,
  ...walking.map((name) => advance(name, 4 * lanes)), advance("bytes", -4 * lanes)], value("bytes"));

const relu = (shape) => kernel("relu", "in out bytes",
  along(shape, [store("out", larger(load("in"), ZERO))], "in", "out"));
const reluBack = (shape) => kernel("reluBack", "inGrad out outGrad bytes",
  along(shape, [store("inGrad", plus(load("inGrad"), where(load("outGrad"), positive(load("out")))))],
    "inGrad", "out", "outGrad"));

/** Some channels of each pixel to some channels of another map: copied, or added to what is there. */
const move = ({ lanes }, name, change) => kernel(name, "in out count inPixel outPixel bytes",
  repeat("count", [set("k", 0),
    loop("channels", [store(sum("out", "k"), change(load(sum("out", "k")), load(sum("in", "k")))),
      advance("k", 4 * lanes)], below("k", "bytes")),
    advance("in", "inPixel"), advance("out", "outPixel")]));

/** A row of pools over `rows` by `columns` pixels: `at` says what each pixel of a window does. `step` is from one
    window to the next; a pixel of the window is at `p`, its gradient at `p + shift`. */
const pool = ({ lanes }, name, first, at, last, walking) => kernel(name,
  "in out outGrad shift count pixel step row rows columns",
  repeat("count", [
    set("k", "pixel"), set("channelIn", "in"),
    loop("channels", [
      ...first, set("line", "channelIn"), set("y", "rows"),
      repeat("y", [set("p", "line"), set("x", "columns"),
        repeat("x", [...at, advance("p", "pixel")]), advance("line", "row")]),
      ...last, ...walking.map((each) => advance(each, 4 * lanes)),
      advance("channelIn", 4 * lanes), advance("k", -4 * lanes)], value("k")),
    advance("in", "step")]));
const share = `(f32x4.splat (f32.div (f32.const 1) (f32.convert_i32_s ${times("rows", "columns")})))`;
const pools = (shape) => [
  pool(shape, "average", [set("A", ZERO)], [set("A", plus("A", load("p")))],
    [store("out", product("A", share))], ["out"]),
  pool(shape, "averageBack", [set("A", product(load("outGrad"), share))],
    [store(sum("p", "shift"), plus("A", load(sum("p", "shift"))))], [], ["outGrad"]),
  pool(shape, "maximum", [set("A", load("channelIn"))], [set("A", larger("A", load("p")))],
    [store("out", "A")], ["out"]),
  // The first of several equal ones gets the gradient, as in PyTorch: `Taken` remembers.
  pool(shape, "maximumBack", [set("Top", load("out")), set("A", load("outGrad")), set("Taken", ZERO)],
    [set("Hit", two("v128.andnot")(two("f32x4.eq")(load("p"), "Top"), "Taken")),
      set("Taken", two("v128.or")("Taken", "Hit")),
      store(sum("p", "shift"), plus(load(sum("p", "shift")), where("A", "Hit")))], [], ["out", "outGrad"])];

/** The text of all kernels. How many `pixels` a convolution takes at a time depends on the registers that there are. */
const kernels = (shape) => [convolution(shape, 8), convolution(shape, 4), spread(shape), gather(shape), collect(shape),
  relu(shape), reluBack(shape), move(shape, "copy", (there, here) => here), move(shape, "add", plus), ...pools(shape)];

// ---- the same as JavaScript -----------------------------------------------------------------------------------------

// Each instruction has a counterpart: a vector is one number, addressed as one of an array, and a mask of bits is a
// truth value.

const infix = (sign) => (a, b) => `(${a}${sign}${b})`, same = (x) => x;
const place = (offset, address) => `${address}${offset === "offset=0" ? "" : offset.replace("offset=", "+")}>>2`;
const real = (...at) => `real[${place(...at)}]`;
const COUNTERPARTS = {
  "i32.const": same, "f32.const": same, "v128.const": (kind, x) => x, "f32x4.splat": same, "f32.convert_i32_s": same,
  "i32.add": infix("+"), "i32.sub": infix("-"), "i32.mul": infix("*"), "i32.and": infix("&"), "i32.lt_u": infix("<"),
  "f32x4.add": infix("+"), "f32x4.sub": infix("-"), "f32x4.mul": infix("*"), "f32.div": infix("/"),
  "f32x4.max": (a, b) => `Math.max(${a},${b})`, "f32x4.gt": infix(">"), "f32x4.eq": infix("=="),
  "v128.and": (x, mask) => `(${mask}?${x}:0)`, "v128.or": infix("||"), "v128.andnot": (a, b) => `(${a}&&!${b})`,
  "i32.load": (...at) => `whole[${place(...at)}]`, "v128.load": real, "v128.load32_splat": real,
  "v128.store": (offset, address, x) => `${real(offset, address)}=${x};`,
  "local.get": same, "local.set": (name, x) => `${name}=${x};`, select: (a, b, condition) => `(${condition}?${a}:${b})`,
  if: (condition, body) => `if(${condition}){${body}}`, then: (...body) => body.join(""),
  loop: (label, ...body) => `do{${body.join("")}`, br_if: (label, again) => `}while(${again});`,
  export: JSON.parse, param: same, local: (name) => `let ${name};`,
  func: (name, ...parts) => {
    const isParameter = (part) => /^\$\w+$/.test(part);
    return `${name}(${parts.filter(isParameter)}){${parts.filter((part) => !isParameter(part)).join("\n")}}`;
  },
};

function inJavaScript(text) {
  const tokens = text.matchAll(/[()]|[^\s()]+/g), next = () => tokens.next().value[0];
  const expression = (token) => {
    if (token !== "(") return token;
    const parts = [];
    while ((token = next()) !== ")") parts.push(expression(token));
    return COUNTERPARTS[parts[0]](...parts.slice(1));
  };
  return expression(next());
}

// ---- assembling -----------------------------------------------------------------------------------------------------

const here = dirname(fileURLToPath(import.meta.url));
const [folder, target = join(here, "kernels.js")] = process.argv.slice(2);
const wabt = await createRequire(join(resolve(folder), "any.js"))("wabt")();

function assembled(shape) {
  const source = `(module (import "engine" "memory" (memory 1))\n${kernels(shape).join("\n")})`;
  const parsed = wabt.parseWat("kernels.wat", source, { simd: true, relaxed_simd: true });
  parsed.validate();
  const bytes = Buffer.from(parsed.toBinary({}).buffer);
  const lines = bytes.toString("base64").match(/.{1,112}/g).map((line) => `    "${line}"`).join(" +\n");
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return `{\n    pixels: ${shape.pixels}, sha256: "${checksum}",\n    wasm:\n${lines},\n  }`;
}

// With fused multiply-add, from relaxed SIMD, fewer registers hold what is in between: six windows fit instead of four.
const SCRIPT = { pixels: 1, lanes: 1, fused: false };
writeFileSync(target, `// Written by make_kernels.mjs (\`make kernels\`): the engine's WebAssembly, as base64, and the same as JavaScript.
export const KERNELS = {
  "WebAssembly, fused": ${assembled({ pixels: 6, lanes: 4, fused: true })},
  "WebAssembly": ${assembled({ pixels: 4, lanes: 4, fused: false })},
  "plain JavaScript": {
    pixels: ${SCRIPT.pixels}, script: (real, whole) => ({
${kernels(SCRIPT).map(inJavaScript).join(",\n")} }),
  },
};
`);
