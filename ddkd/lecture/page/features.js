// What the models see: polynomials of one variable, waves in the plane.
import { Matrix } from "./linalg.js";
import { normals, stream, uniforms } from "./rng.js";

/** Legendre polynomials of degree 0, 1, ..., the smooth ones cheap; (points, width). */
export function legendreFeatures(x, width) {
  const Z = new Matrix(x.length, width);
  for (let i = 0; i < x.length; i++) {
    let [before, polynomial] = [0, 1];
    for (let j = 0; j < width; j++) {
      Z.data[j * x.length + i] = Math.sqrt(2 * j + 1) * Math.pow(j + 1, -1.5) * polynomial;
      const next = ((2 * j + 1) * x[i] * polynomial - j * before) / (j + 1);
      [before, polynomial] = [polynomial, next];
    }
  }
  return Z;
}

export const N_SAMPLES = 40;
export const N_SLOW = 40;
export const N_WAVES = 200;

/** The waves h cos(w . x + b): 40 slow ones, then 160 fast and lower ones. */
export function drawWaves(seed) {
  const frequencies = normals(stream(seed, 5), 2 * N_WAVES);
  const phases = uniforms(stream(seed, 505), N_WAVES);
  return Array.from({ length: N_WAVES }, (_, k) => {
    const [scale, height] = k < N_SLOW ? [1.5, 1] : [25, 0.6];
    return {
      horizontal: scale * frequencies[2 * k],
      vertical: scale * frequencies[2 * k + 1],
      phase: 2 * Math.PI * phases[k],
      height,
    };
  });
}

/** The waves at points of the plane; (points, width). */
export function waveFeatures({ x1, x2 }, waves) {
  const Z = new Matrix(x1.length, waves.length);
  waves.forEach(({ horizontal, vertical, phase, height }, k) => {
    const column = Z.column(k);
    for (let i = 0; i < x1.length; i++) {
      column[i] = height * Math.cos(horizontal * x1[i] + vertical * x2[i] + phase);
    }
  });
  return Z;
}
