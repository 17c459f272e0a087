// `make kernels` runs this: it writes the WebAssembly kernels of the engine as text, has wabt assemble them, and puts
// the bytes into kernels.js as base64.   node make_kernels.mjs FOLDER_OF_WABT [kernels.js]
//
// All numbers lie in one memory. A map is [row][column][channel], float32, with a border of zeros; channels come in
// fours, one 128-bit vector. Parameters are bytes: addresses, and distances from one pixel or row to the next.
// Names that begin with a capital are vectors, all others are 32-bit integers.
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
function convolution({ pixels, vectors, fused }) {
  const block = 16 * vectors, all = range(pixels), lanes = range(vectors), taps = range(4);
  const product = (A, S, W) => fused ? `(f32x4.relaxed_madd ${value(S)} ${value(W)} ${value(A)})`
    : plus(A, two("f32x4.mul")(S, W));
  const place = (i) => sum(times(word("t", 8 * i + 4), "outPixel"), "channel");
  const tap = (u) => [
    lanes.map((v) => set(`W${v}`, load("w", (u * vectors + v) * 16))),
    all.map((i) => [set("S", splat(`p${i}`, 4 * u)),
      ...lanes.map((v) => set(`A${i}_${v}`, product(`A${i}_${v}`, "S", `W${v}`)))])].flat(2);
  return kernel(`convolve${4 * vectors}`, "in weights out bias table count inPixel outPixel row run rows",
    set("end", sum("table", times("count", 8))), set("channel", 0),
    loop("blocks", [
      set("t", "table"),
      loop("windows", [
        all.flatMap((i) => [
          set(`p${i}`, sum("in", times(word("t", 8 * i), "inPixel"))),
          set("o", either("bias", sum("bias", "channel"), sum("out", place(i)))),
          ...lanes.map((v) => set(`A${i}_${v}`, load("o", 16 * v)))]),
        set("w", "weights"), set("k", "rows"),
        repeat("k", [
          set("stop", sum("w", times("run", block / 4))),
          loop("taps", [taps.flatMap(tap), all.map((i) => advance(`p${i}`, 16)), advance("w", 4 * block)],
            below("w", "stop")),
          ...all.map((i) => advance(`p${i}`, minus("row", "run")))]),
        all.flatMap((i) => [set("o", sum("out", place(i))),
          ...lanes.map((v) => store("o", `A${i}_${v}`, 16 * v))]),
        advance("t", 8 * pixels)], below("t", "end")),
      set("weights", "w"), advance("channel", block)], below("channel", "outPixel")));
}

// A 3x3 convolution with stride 1 needs 36 products for a tile of 2x2 outputs, or 16 (Winograd 1980; Lavin and Gray
// 2015): spread each 4x4 window of the input, multiply channels by channels at each of the 16 places, which is what
// `convolve` does with windows of one pixel, and gather 2x2 sums. Buffers are [place][tile][channel]; the table has
// three numbers for each tile: where the window begins, where the tile is put, and which of its pixels there are.

const spreadLine = ([a, b, c, d]) => [less(a, c), plus(b, c), less(c, b), less(b, d)];
const gatherLine = ([a, b, c, d]) => [plus(plus(a, b), c), less(less(b, c), d)];

function spread() {
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
        advance("from", 16), advance("out", 16), advance("k", -16)], value("k")),
      advance("table", 12)]));
}

function gather() {
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
        advance("in", 16), advance("to", 16), advance("k", 16)], below("k", "pixel")),
      advance("table", 12)]));
}

// ---- everything else, one row at a time -----------------------------------------------------------------------------

const along = (body, ...walking) => loop("along", [...body, ...walking.map((name) => advance(name, 16)),
  advance("bytes", -16)], value("bytes"));

const relu = () => kernel("relu", "in out bytes", along([store("out", larger(load("in"), ZERO))], "in", "out"));
const reluBack = () => kernel("reluBack", "inGrad out outGrad bytes",
  along([store("inGrad", plus(load("inGrad"), where(load("outGrad"), positive(load("out")))))],
    "inGrad", "out", "outGrad"));

/** Some channels of each pixel to some channels of another map: copied, or added to what is there. */
const move = (name, change) => kernel(name, "in out count inPixel outPixel bytes",
  repeat("count", [set("k", 0),
    loop("channels", [store(sum("out", "k"), change(load(sum("out", "k")), load(sum("in", "k")))),
      advance("k", 16)], below("k", "bytes")),
    advance("in", "inPixel"), advance("out", "outPixel")]));

/** A row of pools over `rows` by `columns` pixels: `at` says what each pixel of a window does. `step` is from one
    window to the next; a pixel of the window is at `p`, its gradient at `p + shift`. */
const pool = (name, first, at, last, walking) => kernel(name,
  "in out outGrad shift count pixel step row rows columns",
  repeat("count", [
    set("k", "pixel"), set("channelIn", "in"),
    loop("channels", [
      ...first, set("line", "channelIn"), set("y", "rows"),
      repeat("y", [set("p", "line"), set("x", "columns"),
        repeat("x", [...at, advance("p", "pixel")]), advance("line", "row")]),
      ...last, ...walking.map((each) => advance(each, 16)),
      advance("channelIn", 16), advance("k", -16)], value("k")),
    advance("in", "step")]));
const share = `(f32x4.splat (f32.div (f32.const 1) (f32.convert_i32_s ${times("rows", "columns")})))`;
const pools = () => [
  pool("average", [set("A", ZERO)], [set("A", plus("A", load("p")))],
    [store("out", product("A", share))], ["out"]),
  pool("averageBack", [set("A", product(load("outGrad"), share))],
    [store(sum("p", "shift"), plus("A", load(sum("p", "shift"))))], [], ["outGrad"]),
  pool("maximum", [set("A", load("channelIn"))], [set("A", larger("A", load("p")))],
    [store("out", "A")], ["out"]),
  // The first of several equal ones gets the gradient, as in PyTorch: `Taken` remembers.
  pool("maximumBack", [set("Top", load("out")), set("A", load("outGrad")), set("Taken", ZERO)],
    [set("Hit", two("v128.andnot")(two("f32x4.eq")(load("p"), "Top"), "Taken")),
      set("Taken", two("v128.or")("Taken", "Hit")),
      store(sum("p", "shift"), plus(load(sum("p", "shift")), where("A", "Hit")))], [], ["out", "outGrad"])];

const source = (shape) => `(module (import "engine" "memory" (memory 1))\n${[
  convolution({ ...shape, vectors: 2 }), convolution({ ...shape, vectors: 1 }), spread(), gather(), relu(), reluBack(),
  move("copy", (there, here) => here), move("add", plus), ...pools()].join("\n")})`;

// ---- assembling -----------------------------------------------------------------------------------------------------

const here = dirname(fileURLToPath(import.meta.url));
const [folder, target = join(here, "kernels.js")] = process.argv.slice(2);
const wabt = await createRequire(join(resolve(folder), "any.js"))("wabt")();

function assemble(shape) {
  const parsed = wabt.parseWat("kernels.wat", source(shape), { simd: true, relaxed_simd: true });
  parsed.validate();
  const bytes = Buffer.from(parsed.toBinary({}).buffer);
  const lines = bytes.toString("base64").match(/.{1,112}/g).map((line) => `    "${line}"`).join(" +\n");
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return `{\n    pixels: ${shape.pixels}, sha256: "${checksum}",\n    wasm:\n${lines},\n  }`;
}

// With fused multiply-add, from relaxed SIMD, fewer registers hold what is in between: six windows fit instead of four.
writeFileSync(target, `// Written by make_kernels.mjs (\`make kernels\`): the engine's WebAssembly, as base64.
export const KERNELS = {
  plain: ${assemble({ pixels: 4, fused: false })},
  fused: ${assemble({ pixels: 6, fused: true })},
};
`);
