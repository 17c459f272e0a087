// Bases of pictures, as layers of a network. A part of a picture is A P Aᵀ: P are its parameters, and a matrix A says
// what the columns of the picture are made of, and its rows as well. Parts are added up, mixed to colours and squashed.
import { matrixOf, pointwise } from "./graph.js";
import { range } from "./memory.js";
import { eachOf, SIGMOID } from "./network.js";

/** A basis by its name, as parts that are added up: BASES[name](size, settings). A part has planes of `height` by
    `width` parameters; without a `matrix`, they are the picture. */
export const BASES = {
  pixels: (size) => [{ height: size, width: size }],
  Laplacian: (size) => [1, 2, 4, 8].map((part) => stretched(Math.max(1, Math.floor(size / part)), size)),
  "low resolution": (size, { cells = 16 }) => [stretched(cells, size)],
  Fourier: (size, settings) => [waves(size, settings)],
};

/** One at `middle`, zero at its neighbours, and between them a straight line. */
const tent = (place, middle) => Math.max(0, 1 - Math.abs(place - middle));

/** A coarse picture: a pixel lies between two cells, but no further out than the middle of the last one. */
function stretched(side, size) {
  const place = (pixel) => Math.min(side - 1, Math.max(0, (pixel + 0.5) * side / size - 0.5));
  const matrix = side < size ? matrixOf(size, side, (to, from) => tent(place(to), from)) : null; // or it is the picture
  return { height: side, width: side, matrix };
}

/** Parameters are the half-spectrum (plane, frequency down, frequency right, real and imaginary part), before it is
    divided by the frequency to the power `decay`. `finest` says for each plane at how many periods a pixel waves are
    weakened to 1/e.

    A pair a, b is the wave a cos(u + v) - b sin(u + v), with u along the rows and v down the columns. As P it is four
    standing waves: a cos u cos v, -a sin u sin v, -b sin u cos v, -b cos u sin v. A has cosines, then sines. */
function waves(size, { decay = 1, finest = [Infinity, Infinity, Infinity] }) {
  const half = Math.floor(size / 2) + 1, width = 2 * half, right = 4 * half, below = right * width; // to sines
  const matrix = matrixOf(size, width, (place, k) =>
    (k < half ? Math.cos : Math.sin)(2 * Math.PI * (k % half) * place / size));
  const standing = scattered(4 * size * half * finest.length, (put) => {
    for (let y = 0; y < size; y++) {
      const down = Math.min(y, size - y), sign = y === down ? 1 : -1; // of the sine
      for (let x = 0; x < half; x++) {
        const periods = Math.hypot(down, x) / size, both = x % (size / 2) ? 2 : 1; // the missing half is the conjugate
        const usual = both * Math.max(periods, 1 / size) ** -decay / 4 / size; // the bare transform makes it size²
        finest.forEach((most, plane) => {
          const a = 4 * (y * width + 2 * x) + plane, b = a + 4, to = 4 * (down * width + x) + plane; // of four channels
          const amplitude = usual * Math.exp(-((periods / most) ** 2));
          put(a, to, amplitude);
          put(a, to + right + below, -sign * amplitude);
          put(b, to + right, -amplitude);
          put(b, to + below, -sign * amplitude);
        });
      }
    }
  });
  return { height: size, width, matrix, standing };
}

/** A linear map of few weights: put(from, to, weight) tells `count` of them. */
function scattered(count, tell) {
  const [from, to, weights] = [Int32Array, Int32Array, Float32Array].map((Kind) => new Kind(count));
  let k = 0;
  tell((a, b, weight) => { from[k] = a; to[k] = b; weights[k++] = weight; });
  return {
    value(z, x) {
      x.fill(0);
      for (let n = 0; n < count; n++) x[to[n]] += weights[n] * z[from[n]];
    },
    slope(z, ofX, ofZ) { for (let n = 0; n < count; n++) ofZ[from[n]] += weights[n] * ofX[to[n]]; },
  };
}

/** The layers that make a part, the last of them called `name`, of `planes`. */
function partOf({ height, width, matrix, standing }, name, planes) {
  const plane = { kind: "given", channels: planes, height, width, count: planes * height * width,
    begin: (value) => 0.01 * value };
  if (!matrix) return [{ ...plane, name }];
  const side = matrix.columns, size = matrix.rows, from = standing ? `${name} standing` : `${name} parameters`;
  return [{ ...plane, name: `${name} parameters` },
    ...standing ? [{ ...eachOf(from, `${name} parameters`, standing), height: side, width: side }] : [],
    { name: `${name} wide`, kind: "product", from: [from], matrix, pieces: side, height: side, width: size },
    { name, kind: "product", from: [`${name} wide`], matrix, pieces: 1, height: size, width: size }];
}

/** As dputils.color: the square root of the covariance of colours in photographs, over its longest column. */
const ROOT = [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]];
const LONGEST = Math.max(...[0, 1, 2].map((column) => Math.hypot(...ROOT.map((row) => row[column]))));

/** Coarse parts of a film, [pictures along it, what its size is divided by], finest first. */
const LEVELS = [[1, 2], [1, 4], [1, 8], [2, 8], [1, 16], [2, 16]];

/** How much of the n-th of `count` pictures that lie evenly along a film is in its k-th of `frames`. */
export const near = (n, count, k, frames) => tent(n, k * (count - 1) / Math.max(1, frames - 1));

/** Layers that make `batch` pictures, each a sum of parts: one of its own and, `coupling` times as strong, one that is
    in all. Frames of a film have the first `levels` of LEVELS besides: in common or, if not `shared`, their own. */
export function filmOf({ size, batch = 1, basis = "Fourier", decorrelate = true, coupling = 0, levels = 0,
  shared = true, ...settings }) {
  const own = BASES[basis](size, settings), all = levels / LEVELS.length, parts = [];
  const planes = settings.finest?.length ?? 3; // a fourth one is opacity: squashed like the colours, never mixed
  const add = (basis, share) => basis.forEach((part) => { // share(k) of it is in picture k
    parts.push({ layers: partOf(part, `part ${parts.length}`, planes), share });
  });
  for (let n = 0; n < batch; n++) add(own, (k) => k === n ? 0.4 ** all : 0); // coarse parts carry the rest
  if (coupling) add(own, () => coupling);
  for (const [pictures, part] of LEVELS.slice(0, levels)) {
    const low = [stretched(Math.floor(size / part), size)], count = shared ? pictures : batch;
    for (let n = 0; n < count; n++) add(low, (k) => 0.88 ** all * near(n, count, k, batch));
  }
  const mixing = (o, i) => o < 3 && i < 3 && decorrelate ? ROOT[o][i] / LONGEST : Number(o === i);
  const pictures = range(batch).flatMap((k) => {
    const within = parts.filter(({ share }) => share(k)), from = within.map(({ layers }) => layers.at(-1).name);
    return [{ name: `parts ${k}`, kind: "concat", from },
      pointwise(`colours ${k}`, `parts ${k}`, new Float32Array(planes), (o, i) =>
        within[Math.floor(i / planes)].share(k) * mixing(o, i % planes), planes * within.length),
      eachOf(`picture ${k}`, `colours ${k}`, SIGMOID)];
  });
  return [...parts.flatMap(({ layers }) => layers), ...pictures];
}
