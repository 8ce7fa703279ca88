// Scene 3, the numbers: models fitted to fresh draws of two clusters, and their exact errors.
import { N_SAMPLES } from "./features.js";
import { dot, Matrix, norm, ridge, ridgeByGram } from "./linalg.js";
import { normals } from "./rng.js";
import { normalCdf } from "./theory.js";

export const N_DRAWS = 30;

/** Classes and the first `width` coordinates of fresh inputs. */
export function drawInputs(population, uniform, count, width) {
  const y = Float64Array.from({ length: count }, () => (uniform() < 0.5 ? -1 : 1));
  const X = new Matrix(count, width, normals(uniform, count * width));
  for (let j = 0; j < width; j++) {
    const column = X.column(j);
    for (let i = 0; i < count; i++) column[i] += y[i] * population.mean[j];
  }
  return { X, y };
}

/** The teacher of one draw: least squares on labels of which some are wrong. */
export function drawTeacher(population, uniform, width, alpha) {
  const { X, y } = drawInputs(population, uniform, N_SAMPLES, width);
  const labels = y.map((label) => (uniform() < population.flipRate ? -label : label));
  return ridge(X, labels, alpha);
}

/**
 * A student of the first `width` coordinates, fitted to the teacher's hard labels.
 *
 * The other coordinates enter only through the teacher's score, where their sum is one
 * normal number: the same law for a fraction of the random numbers.
 */
export function drawStudent(population, uniform, teacher, nTransfer, width, alpha) {
  const { X, y } = drawInputs(population, uniform, nTransfer, width);
  const rest = teacher.subarray(width);
  const centre = dot(rest, population.mean.subarray(width));
  const spread = norm(rest);
  const scores = X.times(teacher.subarray(0, width));
  const unseen = normals(uniform, nTransfer);
  const labels = scores.map((score, i) =>
    score + y[i] * centre + spread * unseen[i] > 0 ? 1 : -1,
  );
  return ridgeByGram(X, labels, alpha);
}

/** The probability of the wrong cluster, exactly. */
export function exactError(population, coef) {
  return normalCdf(-dot(coef, population.mean.subarray(0, coef.length)) / norm(coef));
}
