// The Fourier basis: a picture from its spectrum, and the gradient of the spectrum from that of the picture.
import { finished, fours, Memory, range } from "./memory.js";

export class FourierBasis {
  /** `parameters` are the half-spectrum (plane, frequency down, frequency right, real and imaginary part), before it is
      divided by the frequency to the power `decay`. `finest` says for each plane at how many periods a pixel waves are
      weakened to 1/e.

      The transform is linear, so it is a product of matrices, one along the rows and one down the columns; and the way
      back is the product with their transposes. For pictures as small as these it takes less time than the network. */
  constructor(size, { decay = 1, finest = [Infinity, Infinity, Infinity], road } = {}) {
    const half = Math.floor(size / 2) + 1, planes = finest.length, memory = new Memory(road);
    Object.assign(this, { size, half, planes, memory, count: planes * size * half * 2 });
    this.amplitude = Float32Array.from({ length: planes * size * half }, (_, n) => {
      const x = n % half, y = Math.floor(n / half) % size, periods = Math.hypot(Math.min(y, size - y), x) / size;
      const calm = Math.exp(-((periods / finest[Math.floor(n / (half * size))]) ** 2));
      return calm * Math.max(periods, 1 / size) ** -decay / 4 / size; // the bare transform makes it size²
    });
    const matrix = (rows, columns, value = () => 0) => ({ rows, columns, at: memory.keep(
      Float32Array.from({ length: rows * columns }, (_, n) => value(Math.floor(n / columns), n % columns))) });
    // Down the columns: e^{ia} S = cos(a) S + sin(a) iS, so that iS stands below S, real and imaginary parts in turns.
    // Along the rows only the real part is wanted. The half that is missing is the conjugate: what is there counts
    // twice, but at the ends, which are their own.
    const wide = fours(2 * half), side = fours(size);
    const wave = (k, part) => part ? Math.sin(2 * Math.PI * k / size) : Math.cos(2 * Math.PI * k / size);
    const across = (row, x) => {
      const k = row >> 1, times = k >= half || x >= size ? 0 : k === 0 || 2 * k === size ? 1 : 2;
      return times * (row % 2 ? -1 : 1) * wave(k * x, row % 2);
    };
    const down = matrix(size, 2 * size, (y, row) => wave(y * (row % size), row >= size));
    const right = matrix(wide, side, across), left = matrix(side, wide, (x, row) => across(row, x));
    const spectrum = matrix(planes * 2 * size, wide), middle = matrix(planes * size, wide);
    const picture = matrix(planes * size, side);
    const columns = range(planes).map((k) => [
      { ...spectrum, rows: 2 * size, at: spectrum.at + 8 * k * size * wide },
      { ...middle, rows: size, at: middle.at + 4 * k * size * wide }]);
    this.forward = [...columns.flatMap(([waves, rows]) => memory.product(down, waves, rows)),
      ...memory.product(middle, right, picture)];
    this.back = [...memory.product(picture, left, middle),
      ...columns.flatMap(([waves, rows]) => memory.product(down, rows, waves, { turned: true }))];
    memory.open();
    Object.assign(this, { spectrum, middle, picture });
  }

  /** Calls visit(place in the memory, place in planes) for the first `width` numbers of a plane's first `size` rows. */
  #each({ at, rows, columns }, width, visit) {
    const { size, planes } = this;
    for (let row = 0, n = 0; row < planes * size; row++) {
      const line = Math.floor(row / size) * rows / planes + row % size;
      for (let k = at / 4 + line * columns, end = k + width; k < end; k++) visit(k, n++);
    }
  }

  /** The same for waves; iS has each in the next column or the one before, with this sign. */
  #eachWave(visit) {
    const { spectrum, half, size } = this;
    this.#each(spectrum, 2 * half, (at, n) => visit(at, n, (at + size * spectrum.columns) ^ 1, n % 2 ? -1 : 1));
  }

  #multiply(products, ...results) {
    for (const { at, rows, columns } of results) this.memory.numbers(at, rows * columns).fill(0);
    finished(this.memory.work(products));
  }

  /** Adds `times` the picture of these parameters to `raw`, (planes, size, size). */
  addTo(raw, parameters, times = 1) {
    const { size, amplitude, middle, picture, memory: { floats } } = this;
    this.#eachWave((at, n, turned, sign) => {
      floats[at] = times * amplitude[n >> 1] * parameters[n];
      floats[turned] = sign * floats[at];
    });
    this.#multiply(this.forward, middle, picture);
    this.#each(picture, size, (at, n) => { raw[n] += floats[at]; });
  }

  /** Adds `times` the gradient of the parameters to `gradient`: the same products, transposed, in reverse order. */
  addBack(gradient, ofRaw, times = 1) {
    const { size, amplitude, spectrum, middle, picture, memory: { floats } } = this;
    this.#each(picture, size, (at, n) => { floats[at] = ofRaw[n]; });
    this.#multiply(this.back, middle, spectrum);
    this.#eachWave((at, n, turned, sign) => {
      gradient[n] += times * amplitude[n >> 1] * (floats[at] + sign * floats[turned]);
    });
  }
}
