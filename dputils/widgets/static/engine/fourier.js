// The Fourier basis: a picture from its spectrum, and the gradient of the spectrum from that of the picture.

/** Fourier transforms of `batch` columns at once, [n][batch], without a factor (Stockham's way: each pass reads one
    pair of arrays and writes another, so that nothing has to be sorted). */
class Transform {
  constructor(n, batch) {
    Object.assign(this, { n, batch, radices: [] });
    for (let left = n; left > 1;) {
      const radix = left % 4 === 0 ? 4 : [2, 3, 5, 7].find((prime) => left % prime === 0) ?? left;
      this.radices.push(radix);
      left /= radix;
    }
    this.cos = Float64Array.from({ length: n }, (_, k) => Math.cos(2 * Math.PI * k / n));
    this.sin = Float64Array.from({ length: n }, (_, k) => Math.sin(2 * Math.PI * k / n));
    this.spare = [new Float32Array(n * batch), new Float32Array(n * batch)];
  }

  /** [real, imaginary] transformed, with exp(sign · 2πi · …); the arrays given are overwritten. */
  run(real, imaginary, sign) {
    let from = [real, imaginary], to = this.spare, left = this.n, width = this.batch;
    for (const radix of this.radices) {
      const pass = radix === 4 ? this.#fours : this.#any;
      pass.call(this, from, to, left / radix, width, this.n / left, sign, radix);
      [from, to] = [to, from];
      left /= radix;
      width *= radix;
    }
    return from;
  }

  /** The definition: each of `radix` results is a sum over `radix` turned numbers. */
  #any([ar, ai], [br, bi], groups, width, step, sign, radix) {
    for (let p = 0; p < groups; p++) {
      for (let j = 0; j < radix; j++) {
        const to = width * (radix * p + j);
        br.fill(0, to, to + width);
        bi.fill(0, to, to + width);
        for (let k = 0; k < radix; k++) {
          const angle = j * (k * groups + p) * step % this.n, from = width * (p + groups * k);
          const c = this.cos[angle], s = sign * this.sin[angle];
          for (let q = 0; q < width; q++) {
            br[to + q] += ar[from + q] * c - ai[from + q] * s;
            bi[to + q] += ar[from + q] * s + ai[from + q] * c;
          }
        }
      }
    }
  }

  /** The same for four: sums and differences first, and a turn by a quarter is an exchange of two numbers. */
  #fours([ar, ai], [br, bi], groups, width, step, sign) {
    for (let p = 0; p < groups; p++) {
      const [c1, c2, c3] = [1, 2, 3].map((k) => this.cos[k * p * step]);
      const [s1, s2, s3] = [1, 2, 3].map((k) => sign * this.sin[k * p * step]);
      const i0 = width * p, i1 = i0 + width * groups, i2 = i1 + width * groups, i3 = i2 + width * groups;
      const o0 = 4 * width * p, o1 = o0 + width, o2 = o1 + width, o3 = o2 + width;
      for (let q = 0; q < width; q++) {
        const er = ar[i0 + q] + ar[i2 + q], ei = ai[i0 + q] + ai[i2 + q]; // even places, sum and difference
        const dr = ar[i0 + q] - ar[i2 + q], di = ai[i0 + q] - ai[i2 + q];
        const fr = ar[i1 + q] + ar[i3 + q], fi = ai[i1 + q] + ai[i3 + q]; // odd places; the difference, turned
        const gr = -sign * (ai[i1 + q] - ai[i3 + q]), gi = sign * (ar[i1 + q] - ar[i3 + q]);
        const ur = dr + gr, ui = di + gi, vr = er - fr, vi = ei - fi, wr = dr - gr, wi = di - gi;
        br[o0 + q] = er + fr;
        bi[o0 + q] = ei + fi;
        br[o1 + q] = ur * c1 - ui * s1;
        bi[o1 + q] = ur * s1 + ui * c1;
        br[o2 + q] = vr * c2 - vi * s2;
        bi[o2 + q] = vr * s2 + vi * c2;
        br[o3 + q] = wr * c3 - wi * s3;
        bi[o3 + q] = wr * s3 + wi * c3;
      }
    }
  }
}

export class FourierBasis {
  /** `parameters` are the half-spectrum (plane, frequency down, frequency right, real and imaginary part), before it is
      divided by the frequency to the power `decay`. `finest` says for each plane at how many periods a pixel waves are
      weakened to 1/e. */
  constructor(size, { decay = 1, finest = [Infinity, Infinity, Infinity] } = {}) {
    const half = Math.floor(size / 2) + 1, planes = finest.length;
    Object.assign(this, { size, half, planes, count: planes * size * half * 2 });
    this.amplitude = new Float32Array(planes * size * half);
    for (let n = 0; n < this.amplitude.length; n++) {
      const x = n % half, y = Math.floor(n / half) % size, periods = Math.hypot(Math.min(y, size - y), x) / size;
      const calm = Math.exp(-((periods / finest[Math.floor(n / (half * size))]) ** 2));
      this.amplitude[n] = calm * Math.max(periods, 1 / size) ** -decay / 4 / size; // the bare transform makes it size²
    }
    this.down = new Transform(size, half);
    this.across = new Transform(size, size);
    this.spectrum = [new Float32Array(size * half), new Float32Array(size * half)];
    this.turned = [new Float32Array(size * size), new Float32Array(size * size)];
  }

  /** Visits the half-spectrum: visit(place in columns, place in rows, how often a number counts). The half that is
      missing is the conjugate: the real part counts twice, but at the ends, which are their own. */
  #each(visit) {
    const { size, half } = this;
    for (let x = 0; x < half; x++) {
      const times = x === 0 || 2 * x === size ? 1 : 2;
      for (let y = 0; y < size; y++) visit(x * size + y, y * half + x, times);
    }
  }

  /** Adds `times` the picture of these parameters to `raw`, (planes, size, size). */
  addTo(raw, parameters, times = 1) {
    const { size, half, planes, amplitude, spectrum: [re, im], turned: [real, imaginary] } = this;
    for (let plane = 0; plane < planes; plane++) {
      const at = plane * size * half;
      for (let k = 0; k < size * half; k++) {
        re[k] = times * amplitude[at + k] * parameters[2 * (at + k)];
        im[k] = times * amplitude[at + k] * parameters[2 * (at + k) + 1];
      }
      const [dr, di] = this.down.run(re, im, 1);
      real.fill(0);
      imaginary.fill(0);
      this.#each((to, from, times) => {
        real[to] = times * dr[from];
        imaginary[to] = times * di[from];
      });
      const [out] = this.across.run(real, imaginary, 1);
      for (let y = 0, n = plane * size * size; y < size; y++) {
        for (let x = 0; x < size; x++) raw[n++] += out[x * size + y];
      }
    }
  }

  /** Adds `times` the gradient of the parameters to `gradient`: the same steps, each turned round, in reverse order. */
  addBack(gradient, ofRaw, times = 1) {
    const { size, half, planes, amplitude, spectrum: [re, im], turned: [real, imaginary] } = this;
    for (let plane = 0; plane < planes; plane++) {
      for (let y = 0, n = plane * size * size; y < size; y++) {
        for (let x = 0; x < size; x++) real[x * size + y] = ofRaw[n++];
      }
      imaginary.fill(0);
      const [ar, ai] = this.across.run(real, imaginary, -1);
      this.#each((from, to, times) => {
        re[to] = times * ar[from];
        im[to] = times * ai[from];
      });
      const [dr, di] = this.down.run(re, im, -1), at = plane * size * half;
      for (let k = 0; k < size * half; k++) {
        gradient[2 * (at + k)] += times * amplitude[at + k] * dr[k];
        gradient[2 * (at + k) + 1] += times * amplitude[at + k] * di[k];
      }
    }
  }
}
