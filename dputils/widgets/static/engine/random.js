// Random numbers that agree everywhere.

/** Uniform numbers in [0, 1): steps of the golden ratio, scrambled (Weyl's sequence, MurmurHash's finish). */
export function uniform(seed) {
  let state = Math.imul(Number(BigInt(seed) % 4294967296n) + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
  };
}

/** Gaussian numbers (Box and Muller 1958). */
export function normals(count, sd, seed) {
  const next = uniform(seed);
  return new Float32Array(count).map(() =>
    sd * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}
