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
    const wave = (k, part) => part ? Math.sin(2 * Math.PI * k / size) : Math.cos(2 * Math.PI * k / size);
    // Down the columns (c + is)(a + ib) has the parts ca - sb and cb + sa: real parts lie above the imaginary ones.
    const down = matrix(2 * size, 2 * size, (to, from) =>
      wave((to % size) * (from % size), to < size !== from < size) * (to < size && from >= size ? -1 : 1));
    // Along the rows only the real part is wanted. The half that is missing is the conjugate: what is there counts
    // twice, but at the ends, which are their own.
    const wide = fours(half), side = fours(size);
    const right = (k, x, part) => k >= half || x >= size ? 0
      : (k % (size / 2) ? 2 : 1) * wave(k * x, part) * (part ? -1 : 1);
    const rights = [0, 1].map((part) => matrix(wide, side, (k, x) => right(k, x, part)));
    const lefts = [0, 1].map((part) => matrix(side, wide, (x, k) => right(k, x, part)));
    const [spectra, columns, pictures] = [[2 * size, wide], [2 * size, wide], [size, side]].map((shape) =>
      range(planes).map(() => matrix(...shape)));
    const parts = ({ at }) => [0, 1].map((part) => ({ at: at + part * 4 * size * wide, rows: size, columns: wide }));
    this.forward = range(planes).flatMap((k) => [...memory.product(down, spectra[k], columns[k]),
      ...parts(columns[k]).flatMap((rows, part) => memory.product(rows, rights[part], pictures[k]))]);
    this.back = range(planes).flatMap((k) => [
      ...parts(columns[k]).flatMap((rows, part) => memory.product(pictures[k], lefts[part], rows)),
      ...memory.product(down, columns[k], spectra[k], { turned: true })]);
    memory.open();
    Object.assign(this, { spectra, columns, pictures });
  }

  /** Calls visit(place in the memory, place in planes) for the numbers of some matrices, of which each has `width` in a
      row: the k-th stands at place(k). */
  #each(matrices, width, place, visit) {
    let n = 0;
    for (const { at, columns } of matrices) {
      for (let y = 0; y < this.size; y++) {
        for (let k = 0; k < width; k++) visit(at / 4 + y * columns + place(k, columns), n++);
      }
    }
  }

  #eachWave(visit) {
    this.#each(this.spectra, 2 * this.half, (k, columns) => k % 2 * this.size * columns + (k >> 1), visit);
  }

  #eachPixel(visit) {
    this.#each(this.pictures, this.size, (k) => k, visit);
  }

  #multiply(products, ...results) {
    for (const { at, rows, columns } of results.flat()) this.memory.numbers(at, rows * columns).fill(0);
    finished(this.memory.work(products));
  }

  /** Adds `times` the picture of these parameters to `raw`, (planes, size, size). */
  addTo(raw, parameters, times = 1) {
    const { amplitude, columns, pictures, memory: { floats } } = this;
    this.#eachWave((at, n) => { floats[at] = times * amplitude[n >> 1] * parameters[n]; });
    this.#multiply(this.forward, columns, pictures);
    this.#eachPixel((at, n) => { raw[n] += floats[at]; });
  }

  /** Adds `times` the gradient of the parameters to `gradient`: the same products, transposed, in reverse order. */
  addBack(gradient, ofRaw, times = 1) {
    const { amplitude, spectra, columns, memory: { floats } } = this;
    this.#eachPixel((at, n) => { floats[at] = ofRaw[n]; });
    this.#multiply(this.back, columns, spectra);
    this.#eachWave((at, n) => { gradient[n] += times * amplitude[n >> 1] * floats[at]; });
  }
}
