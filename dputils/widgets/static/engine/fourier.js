// The Fourier basis: a picture from its spectrum, and the gradient of the spectrum from that of the picture.
import { fours, Memory, range } from "./memory.js";

export class FourierBasis {
  /** `parameters` are the half-spectrum (plane, frequency down, frequency right, real and imaginary part), before it is
      divided by the frequency to the power `decay`. `finest` says for each plane at how many periods a pixel waves are
      weakened to 1/e.

      The transform is linear, so it is a product of matrices, one along the rows and one down the columns; and the way
      back is the product with their transposes. For pictures as small as these it takes less time than the network. */
  constructor(size, { decay = 1, finest = [Infinity, Infinity, Infinity], road } = {}) {
    const half = Math.floor(size / 2) + 1, planes = finest.length, memory = new Memory(road);
    Object.assign(this, { size, half, memory, count: planes * size * half * 2 });
    this.amplitude = Float32Array.from({ length: planes * size * half }, (_, n) => {
      const x = n % half, y = Math.floor(n / half) % size, periods = Math.hypot(Math.min(y, size - y), x) / size;
      const calm = Math.exp(-((periods / finest[Math.floor(n / (half * size))]) ** 2));
      return calm * Math.max(periods, 1 / size) ** -decay / 4 / size; // the bare transform makes it size²
    });
    const matrix = (rows, columns, value = () => 0) => ({ rows, columns, at: memory.keep(
      Float32Array.from({ length: rows * columns }, (_, n) => value(Math.floor(n / columns), n % columns))) });
    // Real and imaginary parts take turns in the spectrum, and half rows of them after the first product.
    const wide = fours(2 * half), side = fours(size);
    const cos = (k) => Math.cos(2 * Math.PI * k / size), sin = (k) => Math.sin(2 * Math.PI * k / size);
    const part = (even, angle) => even ? cos(angle) : sin(angle);
    // The half that is missing is the conjugate: a real part counts twice, but at the ends, which are their own.
    const wave = (row, column) => {
      const k = row >> 1, x = column % side, [from, to] = [row % 2, Math.floor(column / side)];
      const times = k >= half || x >= size ? 0 : k === 0 || 2 * k === size ? 1 : 2;
      return times * (from && !to ? -1 : 1) * part(from === to, k * x);
    };
    const right = matrix(wide, 2 * side, wave), rightBack = matrix(2 * side, wide, (row, column) => wave(column, row));
    const down = matrix(size, 2 * size, (y, row) => (row % 2 ? -1 : 1) * part(row % 2 === 0, y * (row >> 1)));
    const spectrum = matrix(planes * size, wide), middle = matrix(planes * size, 2 * side);
    const picture = matrix(planes * size, side);
    const columns = range(planes).map((k) => [
      { rows: 2 * size, columns: side, at: middle.at + 8 * k * size * side },
      { rows: size, columns: side, at: picture.at + 4 * k * size * side }]);
    this.forward = [memory.product(spectrum, right, middle),
      ...columns.map(([parts, plane]) => memory.product(down, parts, plane))];
    this.back = [...columns.map(([parts, plane]) => memory.product(down, plane, parts, { turned: true })),
      memory.product(middle, rightBack, spectrum)];
    memory.open();
    Object.assign(this, { spectrum, middle, picture });
  }

  /** Calls visit(place in the memory, place in planes) for the first `width` numbers of each row of a matrix. */
  #each({ at, rows, columns }, width, visit) {
    for (let row = 0, n = 0; row < rows; row++) {
      for (let k = at / 4 + row * columns, end = k + width; k < end; k++) visit(k, n++);
    }
  }

  #multiply(products, ...results) {
    for (const { at, rows, columns } of results) this.memory.numbers(at, rows * columns).fill(0);
    for (const product of products) product();
  }

  /** Adds `times` the picture of these parameters to `raw`, (planes, size, size). */
  addTo(raw, parameters, times = 1) {
    const { size, half, amplitude, spectrum, middle, picture, memory: { floats } } = this;
    this.#each(spectrum, 2 * half, (at, n) => { floats[at] = times * amplitude[n >> 1] * parameters[n]; });
    this.#multiply(this.forward, middle, picture);
    this.#each(picture, size, (at, n) => { raw[n] += floats[at]; });
  }

  /** Adds `times` the gradient of the parameters to `gradient`: the same products, transposed, in reverse order. */
  addBack(gradient, ofRaw, times = 1) {
    const { size, half, amplitude, spectrum, middle, picture, memory: { floats } } = this;
    this.#each(picture, size, (at, n) => { floats[at] = ofRaw[n]; });
    this.#multiply(this.back, middle, spectrum);
    this.#each(spectrum, 2 * half, (at, n) => { gradient[n] += times * amplitude[n >> 1] * floats[at]; });
  }
}
