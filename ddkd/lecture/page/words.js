// What the page says under its pictures: every sentence follows from numbers on the screen.
import { percent, readable } from "./drawing.js";
import { N_SLOW, N_WAVES } from "./features.js";
import { N_TEST } from "./moons.js";

/**
 * Scene 1, the model of one width.
 *
 * `curve` and `plain` are the errors at `widths`, with the ridge and without; `sizes` are those
 * of the weights.
 */
export function sayFunction({ widths, curve, plain, sizes, width, n, alpha, noise }) {
  if (alpha > 0) return sayRidge(widths, curve, plain, width);
  const at = (values, where) => values[widths.indexOf(where)];
  const error = (where) => readable(at(curve, where));
  const narrow = widths.filter((where) => where < n);
  const valley = narrow.reduce((a, b) => (at(curve, b) < at(curve, a) ? b : a));
  if (width === 1) return `Width 1: the model is a constant. It is too stiff to follow the truth: error ${error(1)}.`;
  if (width <= valley) {
    return at(curve, width) < at(curve, 1)
      ? `First descent: the error was ${error(1)} at width 1 and is ${error(width)} here. More features follow the truth better.`
      : `Too stiff: the error is ${error(width)}, no better than ${error(1)} at width 1.`;
  }
  if (width < n) {
    const noisy = noise > 0 ? ", and their noise with them" : "";
    return `Behind the first valley (${error(valley)} at width ${valley}) the error is ${error(width)}: the model follows the points ever more closely${noisy}.`;
  }
  const size = readable(at(sizes, width));
  if (width === n) {
    const worst = widths[indexOfLargest(curve)];
    const peak = worst === n ? "no width is worse." : `the worst is ${error(worst)}, at width ${worst}.`;
    const [choice, hit] = noise > 0
      ? [
          `Below width ${n} no curve passes through all ${n} points, above it many do, at ${n} exactly one: it must hit the noise of every point.`,
          "To hit the noise takes so much of this mix that the curve shoots out between the points:",
        ]
      : [
          `At width ${n} exactly one curve passes through all ${n} points, above it many do.`,
          "To hit a point that had moved would take much of this mix. Now there is no noise:",
        ];
    return `${choice} With one feature more some mix of features, with weights of both signs, would cancel at all points exactly; here one almost cancels at all points but not between them (as two features of 1.01 and 1.00 with weights 20 and −20 add only 0.2). ${hit} weights of size ${size}, error ${error(n)}, ${peak} A narrower curve may miss points instead, a wider one use other features.`;
  }
  const half = at(sizes, width) <= at(sizes, n) / 2;
  const room = half
    ? "No feature leaves −1..1, so small weights cannot lift a curve far: it swings less between the points."
    : `Here they are more than half as large as at ${n}: the curve need not swing less yet.`;
  const why = widths[indexOfLargest(curve)] === n ? ` Why was it worst at ${n}? Slide back.` : "";
  const fewer = noise > 0 ? `below ${n} none, at ${n} one` : `at ${n} one`;
  const smallest = `Above width ${n} many curves pass through all ${n} points (${fewer}). All have training error 0, so least squares cannot choose: we take the one with the smallest weights (minimum norm): size ${size}, against ${readable(at(sizes, n))} at width ${n}. They only become smaller: each curve is also one of the next width, its last weight zero. ${room}`;
  if (at(curve, width) >= at(curve, n)) return `${smallest} The error is ${error(width)}, not below ${error(n)} at width ${n}.`;
  return at(curve, width) <= at(curve, valley)
    ? `${smallest} Second descent: the error ${error(width)} is below the first valley, ${error(valley)}.${why}`
    : `${smallest} Second descent, from ${error(n)} to ${error(width)}; but the first valley, ${error(valley)}, is lower.${why}`;
}

function sayRidge(widths, curve, plain, width) {
  const [high, highPlain] = [curve, plain].map((errors) => Math.max(...errors));
  const [low, lowPlain] = [curve, plain].map((errors) => Math.min(...errors));
  const where = (errors) => `${readable(Math.max(...errors))} (at width ${widths[indexOfLargest(errors)]})`;
  const pair = `${where(plain)} without it, ${where(curve)} with it`;
  const [here, herePlain] = [curve, plain].map((errors) => readable(errors[widths.indexOf(width)]));
  const peak = high <= highPlain / 2 ? `It lowers the highest error: ${pair}.` : `This one does not halve the highest error: ${pair}.`;
  const stiff = low > 1.5 * lowPlain ? ` But it is too strong now, the model too stiff: the lowest error is ${readable(low)}, without a ridge ${readable(lowPlain)}.` : "";
  return `A ridge puts a price on large weights. At width ${width} the error is ${here}, without it ${herePlain}. ${peak}${stiff}`;
}

export function indexOfLargest(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

/**
 * Two models on the same test points: is the second "better", "worse", or is it "luck"?
 *
 * Where they agree both are right or both wrong; the difference of their errors has the
 * variance of what is left. Luck is what lies within two standard errors: below `limit`, in
 * steps of one test point.
 */
export function compareErrors(first, second, agreement) {
  const gain = first - second;
  const margin = 2 * Math.sqrt(Math.max(1 - agreement - gain ** 2, 0) / N_TEST);
  const limit = (Math.floor(N_TEST * margin) + 1) / N_TEST;
  if (Math.abs(gain) < limit - 1e-9) return { verdict: "luck", limit };
  return { verdict: gain > 0 ? "better" : "worse", limit };
}

/** Scene 2, before the student is shown. */
export function sayStep(step, { labels, labelled, transfer, scores, neighbourhood, setting }) {
  const wrong = labels.filter((label, i) => label !== labelled.y[i]).length;
  const shape = (score) => (score > 0 ? "●" : "▲");
  const score = scores[0].toFixed(2).replace("-", "−");
  const right = scores[0] > 0 === transfer.y[0] > 0 ? "right" : "wrong";
  const whose = setting.teacher === "ridge" ? "a tuned teacher's" : "the teacher's";
  const waves = setting.width === N_WAVES ? `all ${N_WAVES} waves` : `the ${setting.width} slow waves only`;
  return [
    `Two moons of points, one of each class; 40 points have a label, ● (+1) or ▲ (−1). ${wrong || "None"} of the labels ${wrong === 1 ? "is" : "are"} wrong (ringed). A model that learns from them will be the teacher.`,
    `The teacher adds up ${N_WAVES} waves, 40 slow (long) and 160 fast (short), each times a weight: ${N_WAVES} weights for 40 labels. So it interpolates: its score is +1 at each ●, −1 at each ▲, wrong labels too, and its map gets specks. Hatched: no data.`,
    `The teacher labels new points, the transfer set. Example (framed): its score there is ${score}. Its hard label is the class alone, ${shape(scores[0])} or ${scores[0] > 0 ? "+1" : "−1"} (${right}); its soft label is the score, ${score}.`,
    neighbourhood ? sayVotes(neighbourhood, setting) : "Nothing to enlarge: in no small rectangle are there many points of one class, most of them labelled right in each ninth of it.",
    `A student learns from ${whose} ${setting.labels} labels alone; it adds up ${waves}. Guess: how often is it wrong, if the transfer set grows from 50 to 3,000 points? Then Show me.`,
  ][step - 1];
}

function sayVotes({ inside, wrong, truth }, { n_transfer: m, width }) {
  const [right, other, sign] = truth > 0 ? ["● (+1)", "▲ (−1)", "+"] : ["▲ (−1)", "● (+1)", "−"];
  if (wrong === 0) return `The rectangle enlarged: all ${inside.length} points are of class ${right}, and the teacher says so of each.`;
  return `The rectangle enlarged: all ${inside.length} points are of class ${right}. The teacher calls ${inside.length - wrong} of them ${right} and ${wrong} ${other}, with ${right} ahead in each ninth of it: in the mean ${sign}${(1 - (2 * wrong) / inside.length).toFixed(2)}. ${crowd(m, width)}`;
}

/** Scene 2: who errs less, why, and whether a tuned ridge errs less still. */
export function sayStudent({ setting, teacherError, studentError, ridgeError, agreement, ridgeAgreement }) {
  const both = `${percent(studentError)} against ${percent(teacherError)}`;
  if (agreement >= 0.99) {
    return `A draw: the student's class is its teacher's on ${percent(agreement)} of the test points.${whySame(setting)}`;
  }
  const { verdict, limit } = compareErrors(teacherError, studentError, agreement);
  const luck = `differences under ${(100 * limit).toFixed(1)} percentage points may be luck`;
  if (verdict === "luck") {
    const touching = setting.teacher === "ridge" && setting.data === "no gap";
    const apart = `the two disagree on ${Math.round(N_TEST * (1 - agreement))} test points, so ${luck}`;
    const reason = setting.n_transfer < setting.width ? ` ${FEW}` : touching ? ` ${TOGETHER}` : "";
    return `Student ${both}, no clear winner: ${apart}.${reason}`;
  }
  if (verdict === "worse") return `The student loses, ${both} (${luck}). ${whyWorse(setting)}`;
  const ridge = setting.teacher === "ridge" ? "luck" : compareErrors(ridgeError, studentError, ridgeAgreement).verdict;
  const rival = `the tuned ridge on the 40 slow waves, ${percent(ridgeError)}`;
  const honest = { luck: "", better: ` It beats ${rival}, too.`, worse: ` But ${rival}, beats both.` }[ridge];
  return `The student wins, ${both} (${luck}). ${whyBetter(setting)}${honest}`;
}

function whySame({ labels, width, teacher, n_transfer }) {
  const expressible = width === N_WAVES || teacher === "ridge";
  if (labels !== "soft" || !expressible || n_transfer < width) return "";
  return ` Soft labels are its teacher's exact scores. From ${width} points on, these are equations enough for ${width} weights: their one solution is the teacher.`;
}

function whyWorse({ n_transfer: m, width }) {
  if (Math.abs(m / width - 1) < 0.13) return "About as many labels as weights: as in scene 1, the student has its peak here.";
  if (m < width) return FEW;
  return "Its labels are too few for a clear majority, or their mistakes lie together, where the majority is wrong.";
}

function whyBetter({ n_transfer: m, labels, width, teacher, data }) {
  if (teacher === "ridge" && data === "moons") return "Slow waves cannot draw specks, so where a tuned teacher is wrong, it is mostly wrong in a whole piece: little to outvote. But there is a gap between the moons: where the teacher's border cuts a piece off a moon, the rest of that moon can outvote it.";
  if (teacher === "ridge") return "A few of the tuned teacher's mistakes are outvoted.";
  if (width === N_SLOW) return "The 40 slow waves cannot draw small specks: a narrow student smooths its teacher's mistakes away, with hard labels or soft.";
  if (labels === "hard" && m > width) return `The teacher's mistakes are scattered: among many neighbours the majority of its labels is right. ${crowd(m, width)}`;
  return "Fewer labels than weights: it has not learnt all of its teacher's mistakes.";
}

const FEW = "Fewer labels than weights: the student memorises what it is told, mistakes included.";
const TOGETHER = "Slow waves cannot draw specks: where a tuned teacher is wrong, it is mostly wrong in a whole piece, where most neighbours are wrong, too, and so is the majority. Here no gap sets a class apart that could outvote them.";

function crowd(m, width) {
  const exactly = m > width
    ? "the student cannot make its score exactly +1 or −1 at all of them (even the teacher's is not: soft labels are other numbers)"
    : "a student can make its score exactly +1 or −1 at all of them; with more labels it cannot";
  return `With ${m.toLocaleString("en")} labels and ${width} weights ${exactly}. Least squares, which tries, ends near the mean of the votes if there are many more labels than weights; the sign of the mean is that of the majority: right.`;
}

/** Scene 3, in errors that the laws give; `chain` is that of four generations. */
export function sayLaws({ teacher, students, full, bestRidge, chain }, { n_transfer: m, alpha, generations }) {
  const ridge = `the best ridge on the labels, ${percent(bestRidge)}`;
  if (generations > 1) {
    const errors = full.map((error) => (100 * error).toFixed(1)).join(" → ");
    const passed = full.at(-1) < bestRidge ? ` They pass ${ridge}.` : "";
    return `Students of students, all of width 200: ${errors} %. ${sayTrend(full)}${passed}`;
  }
  const [worstTeacher, worst] = [teacher, students[0]].map((curve) => percent(Math.max(...curve.slice(7))));
  if (alpha > 0) return `With this ridge the teacher's worst error from width 8 on is ${worstTeacher}, the student's ${worst}. Without it a model of as many columns as labels errs on 50.0 %.`;
  if (m <= teacher.length) return `The student is worst at width ${m}, its own number of labels; its teacher at 40. One law for both peaks: width = number of labels.`;
  const best = Math.min(...students[0]);
  const start = `The student's best is ${percent(best)}, its teacher's ${percent(Math.min(...teacher))}.`;
  if (best < bestRidge) return `${start} It passes ${ridge}.`;
  const four = `four generations reach ${percent(chain.at(-1))}`;
  return chain.at(-1) < bestRidge
    ? `${start} One student does not reach ${ridge}; ${four}: try them.`
    : `${start} One student does not reach ${ridge}, nor do more: ${four}.`;
}

function sayTrend(full) {
  const gains = full.slice(1).map((error, k) => full[k] - error);
  if (gains.every((gain) => gain > 0)) {
    return "Each gains: hard labels lean towards the line through the two clusters, which is the truth. With one Gaussian cloud there is none, and each would lose.";
  }
  if (gains.every((gain) => gain < 0)) return "Each loses: at this many labels the noise of rounding outweighs what the two clusters give.";
  return "Some gain, some lose: what the two clusters give is about what rounding takes.";
}
