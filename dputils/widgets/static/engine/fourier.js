// The Fourier basis: a picture from its spectrum, and the gradient of the spectrum from that of the picture.
import { Memory } from "./memory.js";

const eights = (n) => Math.ceil(n / 8) * 8;

export class FourierBasis {
  /** `parameters` are the half-spectrum (plane, frequency down, frequency right, real and imaginary part), before it is
      divided by the frequency to the power `decay`. `finest` says for each plane at how many periods a pixel waves are
      weakened to 1/e.

      The transform is linear, so it is a product of matrices, one down the columns and one along the rows; and the way
      back is the product with their transposes. For pictures as small as these it takes less time than the network. */
  constructor(size, { decay = 1, finest = [Infinity, Infinity, Infinity], road } = {}) {
    const half = Math.floor(size / 2) + 1, planes = finest.length, memory = new Memory(road);
    Object.assign(this, { size, half, planes, memory, count: planes * size * half * 2 });
    this.amplitude = new Float32Array(planes * size * half);
    for (let n = 0; n < this.amplitude.length; n++) {
      const x = n % half, y = Math.floor(n / half) % size, periods = Math.hypot(Math.min(y, size - y), x) / size;
      const calm = Math.exp(-((periods / finest[Math.floor(n / (half * size))]) ** 2));
      this.amplitude[n] = calm * Math.max(periods, 1 / size) ** -decay / 4 / size; // the bare transform makes it size²
    }
    const wide = eights(half), side = eights(size);
    const matrix = (rows, columns, value = () => 0) => ({ rows, columns, at: memory.keep(
      Float32Array.from({ length: rows * columns }, (_, n) => value(Math.floor(n / columns), n % columns))) });
    const cos = (k) => Math.cos(2 * Math.PI * k / size), sin = (k) => Math.sin(2 * Math.PI * k / size);
    // Rows of the spectrum are real parts and then imaginary ones; after the first product, they take turns.
    const down = matrix(2 * size, 2 * size, (row, column) => {
      const angle = (row >> 1) * (column % size);
      return row % 2 === Math.floor(column / size) ? cos(angle) : row % 2 ? sin(angle) : -sin(angle);
    });
    // The half that is missing is the conjugate: a real part counts twice, but at the ends, which are their own.
    const wave = (row, x) => {
      const k = row % wide, times = k === 0 || 2 * k === size ? 1 : 2;
      return k < half && x < size ? times * (row < wide ? cos(k * x) : -sin(k * x)) : 0;
    };
    const across = matrix(2 * wide, side, wave), acrossBack = matrix(side, 2 * wide, (x, row) => wave(row, x));
    const spectrum = matrix(2 * size, wide), middle = matrix(2 * size, wide), picture = matrix(size, side);
    const pairs = { ...middle, rows: size, columns: 2 * wide }; // real and imaginary parts side by side
    this.forward = [memory.product(down, spectrum, middle), memory.product(pairs, across, picture)];
    this.back = [memory.product(picture, acrossBack, pairs), memory.product(down, middle, spectrum, { turned: true })];
    memory.open();
    [this.spectrum, this.middle, this.picture] = [spectrum, middle, picture].map(({ at, rows, columns }) =>
      ({ numbers: memory.numbers(at, rows * columns), columns }));
  }

  /** Calls visit(place in the spectrum, place in the parameters, amplitude) for each number of a plane. */
  #eachWave(plane, visit) {
    const { size, half, amplitude, spectrum: { columns } } = this;
    for (let row = 0; row < 2 * size; row++) {
      for (let x = 0, n = (plane * size + row % size) * half; x < half; x++, n++) {
        visit(row * columns + x, 2 * n + (row < size ? 0 : 1), amplitude[n]);
      }
    }
  }

  /** Calls visit(place in the picture as a matrix, place in planes). */
  #eachPixel(plane, visit) {
    const { size, picture: { columns } } = this;
    for (let y = 0, n = plane * size * size; y < size; y++) {
      for (let x = 0; x < size; x++) visit(y * columns + x, n++);
    }
  }

  /** Adds `times` the picture of these parameters to `raw`, (planes, size, size). */
  addTo(raw, parameters, times = 1) {
    const { spectrum, middle, picture } = this;
    for (let plane = 0; plane < this.planes; plane++) {
      this.#eachWave(plane, (at, n, amplitude) => { spectrum.numbers[at] = times * amplitude * parameters[n]; });
      for (const { numbers } of [middle, picture]) numbers.fill(0);
      for (const product of this.forward) product();
      this.#eachPixel(plane, (at, n) => { raw[n] += picture.numbers[at]; });
    }
  }

  /** Adds `times` the gradient of the parameters to `gradient`: the same products, transposed, in reverse order. */
  addBack(gradient, ofRaw, times = 1) {
    const { spectrum, middle, picture } = this;
    for (let plane = 0; plane < this.planes; plane++) {
      this.#eachPixel(plane, (at, n) => { picture.numbers[at] = ofRaw[n]; });
      for (const { numbers } of [middle, spectrum]) numbers.fill(0);
      for (const product of this.back) product();
      this.#eachWave(plane, (at, n, amplitude) => { gradient[n] += times * amplitude * spectrum.numbers[at]; });
    }
  }
}
