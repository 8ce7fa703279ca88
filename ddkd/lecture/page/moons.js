// Scene 2, the numbers: teacher and student on waves in the plane.
import { drawWaves, N_SAMPLES, N_SLOW, N_WAVES, waveFeatures } from "./features.js";
import { dot, Matrix, ridge, ridgeByGram } from "./linalg.js";
import { normalPair, stream, uniforms } from "./rng.js";

export const MAX_TRANSFER = 3000;
export const MAP = { width: 160, height: 124, x1: [-2.6, 2.6], x2: [-2, 2] };
export const N_TEST = 1000;
/** The best ridge on the slow waves in the mean of 60 draws, for each rate of wrong labels. */
export const TUNED_ALPHA = { 0: 1, 0.05: 6, 0.1: 20, 0.15: 25, 0.2: 35, 0.3: 150 };

/** Points of the two moons, or points without a gap between the classes, and their classes. */
function drawPlane(data, uniform, count) {
  const [x1, x2, y] = [0, 1, 2].map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const [u, v, s, t] = uniforms(uniform, 4);
    [x1[i], x2[i], y[i]] = data === "moons" ? moonPoint(u, v, s, t) : squarePoint(u, v);
  }
  return { x1, x2, y };
}

function moonPoint(u, v, s, t) {
  const y = u < 0.5 ? -1 : 1;
  const angle = Math.PI * v;
  const [first, second] = normalPair(s, t);
  const x1 = -y * (Math.cos(angle) - 0.5) + 0.15 * first;
  const x2 = -y * (Math.sin(angle) - 0.25) + 0.15 * second;
  return [1.3 * x1, 1.3 * x2, y];
}

function squarePoint(u, v) {
  const [x1, x2] = [4 * u - 2, 4 * v - 2];
  return [x1, x2, x2 > squareBorder(x1) ? 1 : -1];
}

/** Where the classes touch in the data without a gap. */
export function squareBorder(x1) {
  return Math.sin(2 * x1);
}

/** What does not change with the models: points, waves, features; computed once for a seed. */
export function drawWorld({ data, seed }) {
  const waves = drawWaves(seed);
  const labelled = drawPlane(data, stream(seed, 1), N_SAMPLES);
  const test = drawPlane(data, stream(seed, 3), N_TEST);
  const transfer = drawPlane(data, stream(seed, 4), MAX_TRANSFER);
  const [Z, Z_test, Z_transfer] = [labelled, test, transfer].map((p) => waveFeatures(p, waves));
  const flips = uniforms(stream(seed, 2), N_SAMPLES);
  const covered = coverage(transfer);
  return { data, seed, waves, labelled, test, transfer, covered, flips, Z, Z_test, Z_transfer };
}

/** The pixels of the map with a transfer point within a quarter: 1, elsewhere there are no data. */
function coverage({ x1, x2 }) {
  const covered = new Uint8Array(MAP.width * MAP.height);
  const scale = MAP.width / (MAP.x1[1] - MAP.x1[0]);
  const reach = Math.round(0.25 * scale);
  for (let i = 0; i < x1.length; i++) {
    const column = Math.floor((x1[i] - MAP.x1[0]) * scale);
    const row = Math.floor((MAP.x2[1] - x2[i]) * scale);
    for (let down = Math.max(row - reach, 0); down <= Math.min(row + reach, MAP.height - 1); down++) {
      const half = Math.floor(Math.sqrt(reach ** 2 - (down - row) ** 2));
      const [first, last] = [Math.max(column - half, 0), Math.min(column + half + 1, MAP.width)];
      if (first < last) covered.fill(1, down * MAP.width + first, down * MAP.width + last);
    }
  }
  return covered;
}

/**
 * A small square where the teacher's labels disagree most: its centre, and the votes of the
 * transfer points in it for and against their one true class.
 *
 * Among the squares about the first transfer points whose points are all of one class, and in
 * each of whose nine parts more labels are right than wrong: the wrong ones are scattered.
 */
export function findNeighbourhood({ x1, x2, y }, scores, half = 0.28) {
  let best = null;
  for (let centre = 0; centre < Math.min(300, scores.length); centre++) {
    const inside = [];
    for (let i = 0; i < scores.length; i++) {
      if (Math.abs(x1[i] - x1[centre]) < half && Math.abs(x2[i] - x2[centre]) < half) inside.push(i);
    }
    if (inside.length < 25 || inside.some((i) => y[i] !== y[centre])) continue;
    const isRight = (i) => scores[i] > 0 === y[i] > 0;
    const partOf = (x, i) => Math.floor((1.5 * (x[i] - x[centre] + half)) / half);
    const majorities = new Array(9).fill(0);
    for (const i of inside) majorities[3 * partOf(x1, i) + partOf(x2, i)] += isRight(i) ? 1 : -1;
    if (Math.min(...majorities) <= 0) continue;
    const wrong = inside.filter((i) => !isRight(i)).length;
    if (best === null || wrong / inside.length > best.wrong / best.inside.length) {
      best = { x1: x1[centre], x2: x2[centre], half, inside, wrong, truth: y[centre] };
    }
  }
  return best;
}

/** The labels as given to the teacher: round(rate n) are wrong, and stay so at a higher rate. */
export function noisyLabels({ labelled, flips }, flipRate) {
  const first = flips.toSorted()[Math.round(flipRate * N_SAMPLES)];
  return labelled.y.map((y, i) => (flips[i] < first ? -y : y));
}

/** Teacher, student and the ridge that rivals them, as coefficients of the waves. */
export function fitModels(world, { flip_rate, n_transfer, labels, width, teacher }) {
  const y = noisyLabels(world, flip_rate);
  const tuned = ridge(world.Z.firstColumns(N_SLOW), y, TUNED_ALPHA[flip_rate]);
  const teacherCoef = teacher === "ridge" ? tuned : ridge(world.Z, y);
  const inputs = world.Z_transfer.firstRows(n_transfer);
  const scores = predict(inputs, teacherCoef);
  const targets = labels === "hard" ? scores.map((score) => (score > 0 ? 1 : -1)) : scores;
  const features = inputs.firstColumns(width);
  const student = ridgeByGram(features, targets, studentAlpha(features));
  return { teacher: teacherCoef, student, tuned };
}

/** The tiny ridge that keeps the student's normal equations solvable. */
function studentAlpha(Z) {
  return (1e-10 * dot(Z.data, Z.data)) / Math.min(Z.rows, Z.cols);
}

/** Scores of a model on the first of the waves. */
export function predict(Z, coef) {
  return Z.firstColumns(coef.length).times(coef);
}

/** Share of the test points that a model puts into the wrong class. */
export function testError({ test, Z_test }, coef) {
  const wrong = predict(Z_test, coef).filter((score, i) => score > 0 !== test.y[i] > 0);
  return wrong.length / N_TEST;
}

/** Share of the test points on which two models agree. */
export function agreement({ Z_test }, coef, other) {
  const [first, second] = [coef, other].map((c) => predict(Z_test, c));
  return first.filter((score, i) => score > 0 === second[i] > 0).length / N_TEST;
}

/**
 * The class of every pixel of the map, row by row from the top: 1 or 0.
 *
 * A wave of x1 and x2 is a sum of two products, cos cos - sin sin: no cosine per pixel.
 */
export function decisionMap(waves, coef) {
  const columns = mapFactors(waves, MAP.width, MAP.x1, "horizontal", () => 0);
  const rows = mapFactors(waves, MAP.height, [MAP.x2[1], MAP.x2[0]], "vertical", (w) => w.phase);
  const classes = new Uint8Array(MAP.width * MAP.height);
  for (let row = 0; row < MAP.height; row++) {
    const scores = new Float64Array(MAP.width);
    coef.forEach((value, k) => {
      const height = value * waves[k].height;
      const cosine = height * rows.cosine.data[k * MAP.height + row];
      const sine = height * rows.sine.data[k * MAP.height + row];
      const [c, s] = [columns.cosine.column(k), columns.sine.column(k)];
      for (let i = 0; i < scores.length; i++) scores[i] += cosine * c[i] - sine * s[i];
    });
    scores.forEach((score, i) => (classes[row * MAP.width + i] = score > 0 ? 1 : 0));
  }
  return classes;
}

function mapFactors(waves, count, [from, to], direction, phase) {
  const [cosine, sine] = [new Matrix(count, N_WAVES), new Matrix(count, N_WAVES)];
  waves.forEach((wave, k) => {
    for (let i = 0; i < count; i++) {
      const position = from + ((to - from) * (i + 0.5)) / count;
      const angle = wave[direction] * position + phase(wave);
      cosine.column(k)[i] = Math.cos(angle);
      sine.column(k)[i] = Math.sin(angle);
    }
  });
  return { cosine, sine };
}
