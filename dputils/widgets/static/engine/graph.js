// A network as data: what `export_for_page` wrote becomes layers with weights, and for a size of picture, with shapes.

// Two letters of a file in UTF-16 carry 31 bits, as a number of two digits: BASE is the root of 2 to the 31st, and the
// letters from LETTER on are all whole ones, none of which ends a line.
const LETTER = 0x2030, BASE = 46341;

/** The bytes that a text carries: in such letters, `size` of them, or as base64. */
export function bytesOf(text, size) {
  if (!size) return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const bytes = new Uint8Array(size), digit = (k) => text.charCodeAt(k) - LETTER;
  for (let k = 0, at = 0, held = 0, bits = 0; k < text.length; k += 2) {
    held = held % 128 * 2 ** 31 + digit(k) * BASE + digit(k + 1); // behind up to seven bits of those before
    for (bits += 31; bits >= 8; at++) bytes[at] = held / 2 ** (bits -= 8); // the lowest eight
  }
  return bytes;
}

async function unzipped(bytes) {
  if (!globalThis.DecompressionStream) throw new Error("this browser is too old to unpack a network");
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
}

/** float16 to float32: the same bits further left, where the exponent is counted from 127 instead of 15. */
function singles(halves) {
  const bits = Int32Array.from(halves, (half) => half >> 15 << 31 | (half & 0x7fff) << 13);
  return new Float32Array(bits.buffer).map((value) => value * 2 ** 112);
}

/** The exported network with `weight` (out, in, row, column) and `bias` as Float32Arrays in its layers. */
export async function readModel(exported) {
  const buffer = await unzipped(bytesOf(exported.weights, exported.size));
  let at = 0;
  const take = (Kind, count) => new Kind(buffer.slice(at, at += count * Kind.BYTES_PER_ELEMENT));
  const layers = exported.layers.map((layer) => {
    if (!layer.stored) return layer; // it has no weights
    const { kernel = 1, inputs, outputs } = layer, each = inputs * kernel * kernel, bias = take(Float32Array, outputs);
    if (layer.stored === "float16") return { ...layer, bias, weight: singles(take(Uint16Array, outputs * each)) };
    const scale = take(Float32Array, outputs), numbers = take(Int8Array, outputs * each);
    const low = layer.stored === "int16" ? take(Uint8Array, outputs * each) : null; // numbers were the high bytes
    const weight = new Float32Array(numbers).map((n, k) => (low ? 256 * n + low[k] : n) * scale[Math.floor(k / each)]);
    return { ...layer, bias, weight };
  });
  return { ...exported, weights: null, layers };
}

const pooled = (size, kernel, stride) => Math.floor((size - kernel) / stride) + 1;

/** How many numbers a map has. */
export const sizeOf = ({ channels, height, width }) => channels * height * width;

const PICTURE = "the picture"; // no layer of PyTorch's can have this name

/** The layers of a network for pictures of one size, each with its sources and its map {name, channels, height, width},
    in which its values lie. A linear layer is a convolution whose kernel is the whole map. A network as it is exported
    is given a picture; a convolution before all others makes "input" of it, on which the network was trained: each
    channel less its mean, over its standard deviation. */
export function shapedNetwork({ mean, std, layers }, height, width) {
  const maps = new Map(), channels = mean?.length === 1 ? 3 : mean?.length;
  const scale = (c) => 1 / std[c % std.length], middles = Float32Array.from({ length: channels }, (_, c) =>
    -mean[c % mean.length] * scale(c));
  const first = mean ? [{ name: PICTURE, kind: "given", channels, height, width },
    pointwise("input", PICTURE, middles, (o, i) => o === i ? scale(o) : 0, channels)] : [];
  return { maps, layers: [...first, ...layers].map((layer) => shaped(layer, maps)) };
}

/** A matrix whose numbers are value(row, column). */
export const matrixOf = (rows, columns, value) => ({ rows, columns, values: Float32Array.from(
  { length: rows * columns }, (_, n) => value(Math.floor(n / columns), n % columns)) });

/** A convolution that sees a pixel at a time: weights are at(output, input). */
export const pointwise = (name, from, bias, at, inputs) => ({ name, kind: "conv", from: [from], kernel: 1, stride: 1,
  outputs: bias.length, bias, weight: matrixOf(bias.length, inputs, at).values });

function shaped(layer, maps) {
  const sources = (layer.from ?? []).map((name) => maps.get(name)), [{ channels, height, width } = layer] = sources;
  let { kind, kernel, stride, padding = 0 } = layer, rows = kernel, columns = kernel;
  const map = { name: layer.name, channels, height: layer.height ?? height, width: layer.width ?? width };
  if (kind === "linear") {
    [kind, rows, columns, stride] = ["conv", height, width, 1];
    if (channels * height * width !== layer.inputs) {
      throw new Error(`${layer.name} takes ${layer.inputs} numbers and gets ${channels} maps of ${
        height} × ${width}: show it pictures of the size that it was trained with`);
    }
  } else if (kind === "mean") [kind, rows, columns, stride] = ["average", height, width, 1];
  if (sources.some((source) => source.height !== height || source.width !== width)) {
    throw new Error(`${layer.name} puts maps of unequal sizes together: take means over them first`);
  }
  if (kind === "concat") map.channels = sources.reduce((sum, source) => sum + source.channels, 0);
  if (kind === "conv") map.channels = layer.outputs;
  if (kind === "gram") [map.height, map.width] = [1, channels];
  if (rows) {
    map.height = pooled(height + 2 * padding, rows, stride);
    map.width = pooled(width + 2 * padding, columns, stride);
  }
  if (map.height < 1 || map.width < 1) {
    const [picture] = maps.values();
    throw new Error(`${layer.name} leaves nothing of a picture of ${picture.height} × ${picture.width} pixels`);
  }
  maps.set(layer.name, map);
  return { ...layer, kind, rows, columns, stride, padding, sources, map };
}
