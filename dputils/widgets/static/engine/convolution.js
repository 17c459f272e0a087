// Convolutions, tap by tap: what stands under a tap of the kernel, times the tap's weights, is added to each window. On
// the way back the window's gradient, times the same weights, goes to what stood there.

/** Links of a layer with `weight` and `bias`; or of one that is trained, whose kernel must be 1 × 1: it has both, one
    after the other, in `values`, and adds their gradients to `slopes`. */
export function convolution(net, layer) {
  const { map, sources: [source], rows, columns, values, slopes } = layer, { memory } = net, taps = rows * columns;
  const all = source.channels * map.channels, { weight = values.subarray(0, all), bias = values.subarray(all) } = layer;
  const size = source.wide * map.wide, biases = memory.reserve(map.pixel);
  const [ups, downs] = [1, 2].map(() => memory.reserve(4 * size * taps)); // [tap][input][output]; [tap][output][input]
  const write = () => {
    memory.floats.set(bias, biases / 4);
    weight.forEach((value, n) => { // (output, input, tap)
      const tap = n % taps, i = Math.floor(n / taps) % source.channels, o = Math.floor(n / taps / source.channels);
      memory.floats[ups / 4 + tap * size + i * map.wide + o] = value;
      memory.floats[downs / 4 + tap * size + o * source.wide + i] = value;
    });
  };
  memory.contents.push(write);
  const links = net.windows(layer, biases, (from, to, tap) => ({
    up: memory.multiply(from, to, ups + 4 * tap * size),
    down: memory.multiply(net.gradientOf(to), net.gradientOf(from), downs + 4 * tap * size) }));
  return slopes ? [{ up: write }, ...links, trained(net, layer)] : links;
}

/** Sums over all pixels: of the gradient, for the biases; times what the layer sees, for the weights. */
function trained(net, { map, sources: [source], slopes }) {
  const { memory } = net, gradient = net.gradientOf(map), weights = source.channels * map.channels, row = map.wide;
  const sums = { at: memory.reserve(4 * row * (source.wide + 1)), rows: source.wide, columns: row }; // biases come last
  const all = { ...map, at: sums.at + 4 * row * source.wide, pixel: 0 }; // one place, which all pixels are added to
  return { down: [() => memory.clear(sums.at, 4 * row * (source.wide + 1)),
    ...memory.product(source, gradient, sums, { turned: true }),
    memory.job("add", gradient, all, [1], map.pixel),
    () => {
      const found = memory.numbers(sums.at, row * (source.wide + 1));
      slopes.forEach((slope, n) => {
        const o = Math.floor(n / source.channels), i = n % source.channels;
        slopes[n] = slope + found[n < weights ? row * i + o : row * source.wide + n - weights];
      });
    }] };
}
