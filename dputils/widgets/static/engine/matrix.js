// Products of matrices, of which one side is as long as a picture has points.

/** Points at a time, so that some rows of them stay in the fastest cache. */
const STRIP = 512;

/** y (rows, points) += w x (columns, points), with w[r * down + c * right] from row c to row r. */
export function mix(y, rows, x, columns, w, down, right, points) {
  for (let first = 0; first < points; first += STRIP) {
    const last = Math.min(points, first + STRIP);
    for (let r = 0; r < rows; r++) {
      let c = 0;
      for (; c + 4 <= columns; c += 4) { // four at a time: a sum is read and written once for four products
        const k = r * down + c * right, a = w[k], b = w[k + right], d = w[k + 2 * right], e = w[k + 3 * right];
        let at = c * points + first;
        for (let n = r * points + first; n < r * points + last; n++, at++) {
          y[n] += a * x[at] + b * x[at + points] + d * x[at + 2 * points] + e * x[at + 3 * points];
        }
      }
      for (; c < columns; c++) {
        const a = w[r * down + c * right];
        for (let n = first; n < last; n++) y[r * points + n] += a * x[c * points + n];
      }
    }
  }
}

/** w (rows, columns) += g xᵀ: how much each weight carried of the gradient g (rows, points). */
export function collect(w, g, rows, x, columns, points) {
  for (let first = 0; first < points; first += STRIP) {
    const last = Math.min(points, first + STRIP);
    for (let r = 0; r < rows; r++) {
      let c = 0;
      for (; c + 4 <= columns; c += 4) {
        let at = c * points + first, sum = 0, next = 0, third = 0, fourth = 0;
        for (let n = r * points + first; n < r * points + last; n++, at++) {
          sum += g[n] * x[at];
          next += g[n] * x[at + points];
          third += g[n] * x[at + 2 * points];
          fourth += g[n] * x[at + 3 * points];
        }
        [sum, next, third, fourth].forEach((each, k) => { w[r * columns + c + k] += each; });
      }
      for (; c < columns; c++) {
        for (let n = first; n < last; n++) w[r * columns + c] += g[r * points + n] * x[c * points + n];
      }
    }
  }
}
