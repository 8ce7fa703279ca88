// Random numbers that Python repeats bit for bit: mulberry32, a counter and a hash.

/** Uniform numbers in [0, 1): call the result once for each. */
export function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Stream k of a seed: points, noise, frequencies and so on have one each. */
export function stream(seed, k) {
  return mulberry32(1000 * seed + k);
}

/** `count` uniform numbers. */
export function uniforms(uniform, count) {
  return Float64Array.from({ length: count }, uniform);
}

/** `count` standard normal numbers, by the method of Box and Muller: two from two uniforms. */
export function normals(uniform, count) {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    // A typed array ignores what is written behind its end.
    [values[i], values[i + 1]] = normalPair(uniform(), uniform());
  }
  return values;
}

/** Two standard normal numbers from two uniform ones. */
export function normalPair(u, v) {
  const radius = Math.sqrt(-2 * Math.log(1 - u));
  return [radius * Math.cos(2 * Math.PI * v), radius * Math.sin(2 * Math.PI * v)];
}
