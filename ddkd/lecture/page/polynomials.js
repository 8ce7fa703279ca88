// Scene 1, the numbers: noisy points of a function, and polynomials fitted to them.
import { legendreFeatures } from "./features.js";
import { norm, ridge } from "./linalg.js";
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

/**
 * The model of one width: what it predicts on the grid, its mean squared error against the truth
 * there and against the noisy points, and the size of its weights.
 */
export function fitWidth({ y, Z, truth }, width, alpha) {
  const features = Z.firstColumns(width);
  const coef = ridge(features, y, alpha);
  const prediction = GRID_FEATURES.firstColumns(width).times(coef);
  const error = meanSquare(prediction.map((value, i) => value - truth[i]));
  const trainError = meanSquare(features.times(coef).map((value, i) => value - y[i]));
  return { coef, prediction, error, trainError, size: norm(coef) };
}

function meanSquare(values) {
  return norm(values) ** 2 / values.length;
}

/** Errors, training errors and weights' sizes of models of several widths. */
export function errorCurves(points, widths, alpha) {
  const models = widths.map((width) => fitWidth(points, width, alpha));
  const of = (name) => models.map((model) => model[name]);
  return { errors: of("error"), trainErrors: of("trainError"), sizes: of("size") };
}
