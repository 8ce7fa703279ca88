// Scene 1, the numbers: noisy points of a function, and polynomials fitted to them.
import { legendreFeatures } from "./features.js";
import { gram, norm, ridge, symmetricEigenvalues } from "./linalg.js";
import { normals, stream, uniforms } from "./rng.js";

export const WIDEST = 200;
export const GRID = Float64Array.from({ length: 401 }, (_, i) => -1 + i / 200);
const GRID_FEATURES = legendreFeatures(GRID, WIDEST);

const TARGETS = {
  wiggly: (x) => Math.sin(Math.PI * x) + 0.5 * Math.sin(4 * Math.PI * x + 0.7),
  gentle: (x) => Math.sin(2 * Math.PI * x),
};

/** Noisy points of a function, spread over [-1, 1], their features, and the truth on the grid. */
export function drawPoints({ n_samples: n, noise, target, seed }) {
  const jitter = uniforms(stream(seed, 1), n);
  const errors = normals(stream(seed, 2), n);
  const x = jitter.map((uniform, i) => {
    const u = -1 + (2 * (i + 0.5 + 0.35 * (2 * uniform - 1))) / n;
    return 0.75 * u + 0.25 * Math.sin((Math.PI * u) / 2);
  });
  const y = x.map((value, i) => TARGETS[target](value) + noise * errors[i]);
  return { x, y, Z: legendreFeatures(x, WIDEST), truth: GRID.map(TARGETS[target]) };
}

/** The model of one width: what it predicts on the grid, and its error against the truth. */
export function fitWidth({ y, Z, truth }, width, alpha) {
  const coef = ridge(Z.firstColumns(width), y, alpha);
  const prediction = GRID_FEATURES.firstColumns(width).times(coef);
  const error = norm(prediction.map((value, i) => value - truth[i])) ** 2 / GRID.length;
  return { coef, prediction, error };
}

/** The least number by which the fit divides a part of the noise: min s + alpha/s, s singular. */
export function smallestDivisor({ Z }, width, alpha) {
  const features = Z.firstColumns(width);
  const squares = symmetricEigenvalues(gram(width > Z.rows ? features.transpose() : features));
  return squares.reduce((least, s2) => Math.min(least, (s2 + alpha) / Math.sqrt(s2)), Infinity);
}

/** Errors of models of several widths. */
export function errorCurve(points, widths, alpha) {
  return widths.map((width) => fitWidth(points, width, alpha).error);
}
