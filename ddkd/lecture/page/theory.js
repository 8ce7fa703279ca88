// The law of least squares on two isotropic Gaussian clusters: ddkd.theory in closed form.

/** The normal distribution function Phi, to rounding. */
export function normalCdf(x) {
  const tail = 0.5 * erfc(Math.abs(x) / Math.SQRT2);
  return x > 0 ? 1 - tail : tail;
}

/** The complementary error function for x >= 0: a series of positive terms, or a fraction. */
function erfc(x) {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2.5) {
    let [sum, term] = [0, 2 * x];
    for (let k = 1; term > 1e-18 * sum; k++) {
      sum += term;
      term *= (2 * x * x) / (2 * k + 1);
    }
    return 1 - scale * sum;
  }
  let fraction = x;
  for (let k = 120; k > 0; k--) fraction = x + k / 2 / fraction;
  return scale / fraction;
}

/**
 * Two clusters N(y mu, I), y = -1 or 1; labels flipped at a rate.
 *
 * `radius2[p]` is the squared distance of a centre from the origin in the first p coordinates.
 */
export class MixturePopulation {
  constructor(mean, flipRate) {
    this.mean = mean;
    this.flipRate = flipRate;
    this.radius2 = new Float64Array(mean.length + 1);
    mean.forEach((value, j) => (this.radius2[j + 1] = this.radius2[j] + value * value));
  }
}

/** The population of scene 3: 200 coordinates, the centre's fall as j^(-1/4), radius 2.5. */
export function scenePopulation(flipRate, nFeatures = 200, radius = 2.5) {
  const mean = Float64Array.from({ length: nFeatures }, (_, j) => Math.pow(j + 1, -0.25));
  const length = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  return new MixturePopulation(mean.map((value) => (value * radius) / length), flipRate);
}

/** Least squares on n labelled examples, the first `width` columns. */
export function leastSquaresLaw(population, nSamples, width, alpha = 0) {
  const own = { along: 1 - 2 * population.flipRate, through: 0, slope: 0, variance: 0 };
  return law(population, nSamples, width, alpha, own);
}

/**
 * A student of the first `width` columns, fitted to the signs of `teacher`'s scores.
 *
 * By Stein's identity the labels have E[x y] = (2 Phi(a) - 1) mu + 2 phi(a) u for a teacher
 * with the unit score u and the margin a: hard labels lean towards the clusters' axis.
 */
export function distillLaw(teacher, nTransfer, width, alpha = 0) {
  const { population, margin, slope, variance } = teacher;
  const labels = {
    along: 2 * normalCdf(margin) - 1,
    through: Math.sqrt(2 / Math.PI) * Math.exp((-margin * margin) / 2),
    slope,
    variance,
  };
  return law(population, nTransfer, width, alpha, labels);
}

/**
 * The law of a fit to labels with E[x y] = along mu + through t and mean square 1.
 *
 * The score t, and the fitted one, have coefficients slope * mu + noise of a variance, in
 * units of the score's spread within a cluster.
 */
function law(population, n, width, alpha, { along, through, slope, variance }) {
  const r2 = population.radius2[width];
  const kappa = implicitRidge(n, width, alpha);
  const kept = 1 / (1 + kappa);
  const lost = kappa / (1 + kappa);
  const left = kappa > 0 ? alpha / kappa : Math.max(n - width, 0);
  const free = (left + width * kept * lost) / n;
  // Infinitely many examples, with the ridge kappa and without; the clusters add mu mu' to I.
  const shrunk = (along - through * kept * slope * r2) / (1 + kept * r2);
  const best = (along - through * slope * r2) / (1 + r2);
  const bias = lost * through * slope + best - kept * shrunk;
  const direct = along + through * slope;
  const unexplained =
    1 - direct ** 2 * r2 - through ** 2 * width * variance + (direct * r2) ** 2 / (1 + r2);
  const missed =
    Math.max(unexplained, 0) +
    bias ** 2 * r2 * (1 + r2) +
    width * (lost * through) ** 2 * variance;
  if (free === 0) return lawOf(population, width, 0, 1 / width); // on the threshold: noise alone
  const mean = kept * (through * slope + shrunk);
  const noise = (through * kept) ** 2 * variance + ((missed / free) * kept ** 2) / n;
  const spread = Math.sqrt(mean ** 2 * r2 + width * noise);
  return lawOf(population, width, mean / spread, noise / spread ** 2);
}

function lawOf(population, width, slope, variance) {
  const margin = slope * population.radius2[width];
  return { population, width, slope, variance, margin, errorRate: normalCdf(-margin) };
}

/** kappa of n = p/(1 + kappa) + alpha/kappa, the root of a quadratic without cancellation. */
function implicitRidge(n, p, alpha) {
  const b = n - p - alpha;
  const root = Math.hypot(b, 2 * Math.sqrt(n * alpha));
  return b > 0 ? (2 * alpha) / (b + root) : (root - b) / (2 * n);
}

/** The best ridge on the labels, over its width and alpha = 1/4, 1, 4, ..., 4^20. */
export function bestRidge(population, nSamples) {
  let best = { errorRate: 1 };
  for (let width = 1; width < population.radius2.length; width++) {
    for (let exponent = -1; exponent <= 20; exponent++) {
      const candidate = leastSquaresLaw(population, nSamples, width, 4 ** exponent);
      if (candidate.errorRate < best.errorRate) best = candidate;
    }
  }
  return best;
}
