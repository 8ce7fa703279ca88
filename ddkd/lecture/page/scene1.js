// Scene 1: one function, fitted by models of more and more polynomials.
import { Controls, Player, range, say } from "./controls.js";
import { Picture, readable } from "./drawing.js";
import { Guess, guessSpecs } from "./guess.js";
import { drawPoints, errorCurve, fitWidth, GRID, smallestDivisor } from "./polynomials.js";

const WIDTHS = [...range(1, 32), ...range(34, 60, 2), ...range(65, 100, 5), ...range(110, 200, 10)];
const ALPHAS = [0, ...range(-16, 0).map((exponent) => 10 ** (exponent / 2))];
const N_OTHERS = 50;
const DECADES = range(-2, 4).map((exponent) => 10 ** exponent);

const SCENE1_SETTINGS = {
  width: { choices: WIDTHS, start: 4, text: String },
  noise: { choices: range(0, 10).map((k) => k / 20), start: 0.2, text: (sd) => sd.toFixed(2) },
  alpha: { choices: ALPHAS, start: 0, text: (alpha) => (alpha ? alpha.toExponential(0) : "none") },
  n_samples: { choices: range(8, 24), start: 16, text: String },
  seed: { choices: range(1, 999), start: 395, text: () => "New points" },
  target: {
    choices: ["wiggly", "gentle"],
    start: "wiggly",
    text: (name) => (name === "wiggly" ? "Try a gentler truth" : "Back to the wiggly truth"),
  },
  truth: {
    choices: ["shown", "hidden"],
    start: "shown",
    text: (name) => (name === "shown" ? "Hide the truth" : "Show the truth"),
    local: true,
  },
  draws: {
    choices: ["one", "fifty"],
    start: "one",
    text: (name) => (name === "one" ? "Fifty samples at once" : "Only this sample"),
    local: true,
  },
  ...guessSpecs(WIDTHS, range(-8, 14).map((exponent) => 10 ** (exponent / 4)), {
    peak: 60,
    end: 10,
    textOfEnd: readable,
  }),
};

export class Scene1 {
  constructor() {
    this.seen = WIDTHS.map(() => false); // the widths that the dot has passed
    this.last = null;
    this.curves = new Map();
    this.fit = new Picture(
      "scene1-fit",
      { from: -1, to: 1, ticks: [-1, 0, 1], label: "x" },
      { from: -3, to: 3, ticks: [-2, 0, 2] },
    );
    this.chart = new Picture(
      "scene1-chart",
      { from: 0.95, to: 220, log: true, ticks: [1, 2, 5, 10, 20, 50, 100, 200], label: "width" },
      { from: 0.01, to: 1e4, log: true, ticks: DECADES, format: tenTo },
    );
    this.controls = new Controls(1, SCENE1_SETTINGS, (name) => this.changed(name));
    this.player = new Player(this.controls, "width", { milliseconds: 90, jumps: true });
    this.guess = new Guess(this.controls, this.chart, {
      onChange: () => this.draw(),
      onReveal: (shown) => this.reveal(shown),
      onScrub: (width) => this.scrub(width),
    });
    this.draw();
  }

  changed(name) {
    if (name.startsWith("guess")) this.guess.fromSliders();
    if (name === "width" && this.guess.revealed) this.pass();
    this.draw();
  }

  /** Mark the widths between the dot's last place and this one as seen. */
  pass() {
    const here = this.controls.index("width");
    const before = this.last ?? here;
    for (const index of range(Math.min(before, here), Math.max(before, here))) {
      this.seen[index] = true;
    }
    this.last = here;
  }

  reveal(shown) {
    this.player.stop();
    this.seen.fill(false);
    this.last = null;
    if (shown) this.player.start();
    this.draw();
  }

  /** Show everything at once, as a link asks. */
  open() {
    this.guess.reveal(true, { silent: true });
    this.seen.fill(true);
    this.draw();
  }

  scrub(width) {
    this.player.stop();
    this.controls.set("width", width);
    this.changed("width");
  }

  points(seed) {
    return drawPoints({ ...this.controls.values, seed });
  }

  /** The error at every width, kept for settings that were seen before. */
  curve(seed, alpha) {
    const { noise, n_samples, target } = this.controls.values;
    const key = [seed, alpha, noise, n_samples, target].join();
    if (!this.curves.has(key)) this.curves.set(key, errorCurve(this.points(seed), WIDTHS, alpha));
    return this.curves.get(key);
  }

  /** Other draws: as many as have been computed, and a few more. */
  others() {
    const { draws, seed } = this.controls.values;
    if (draws === "one") return [];
    const key = this.controls.link().replace(/width=\d+/, "");
    if (this.othersKey !== key) [this.othersKey, this.nOthers] = [key, 0];
    if (this.nOthers < N_OTHERS) {
      this.nOthers += 5;
      requestAnimationFrame(() => this.draw());
    }
    return range(seed + 1, seed + this.nOthers);
  }

  draw() {
    const { width, alpha, seed } = this.controls.values;
    const points = this.points(seed);
    const model = fitWidth(points, width, alpha);
    const others = this.others();
    this.drawFit(points, model, others);
    this.drawChart(model, others);
    this.comment(points, model);
  }

  drawFit(points, model, others) {
    const { fit } = this;
    const { ink, grey, model: main, truth: dashed } = fit.colours;
    const { width, alpha, truth: visibility } = this.controls.values;
    const shown = visibility === "shown";
    const legend = [["model", main], ["points", ink, "0.1 11"], ["truth", dashed, "7 7"]];
    const title = alpha ? `Width ${width}, ridge ${alpha.toExponential(0)}` : `Width ${width}`;
    fit.start(title, shown ? legend : legend.slice(0, 2));
    const few = range(0, GRID.length - 1, 4);
    const thin = (values) => few.map((i) => values[i]);
    for (const seed of others) {
      const { prediction } = fitWidth(this.points(seed), width, alpha);
      fit.line(thin(GRID), thin(prediction), grey, { width: 1 });
    }
    if (shown) fit.line(GRID, points.truth, dashed, { dash: "7 7" });
    fit.line(GRID, model.prediction, main, { width: 4 });
    points.x.forEach((x, i) => fit.mark(x, points.y[i], ink));
    const highest = indexOfLargest(model.prediction);
    if (model.prediction[highest] > fit.y.to) fit.cut(GRID[highest], model.prediction[highest], main);
    fit.finish(`The model of width ${width} and the ${points.x.length} points it was fitted to.`);
  }

  drawChart({ error }, others) {
    const { chart, seen, guess } = this;
    const { grey, model, pencil, line, ridge } = chart.colours;
    const { width, alpha, seed, n_samples } = this.controls.values;
    const legend = guess.revealed ? [["the model's error", model]] : [];
    if (guess.peak !== null) legend.push(["your guess", pencil, "1 8"]);
    if (guess.revealed && alpha > 0) legend.push(["without a ridge", ridge, "3 6"]);
    chart.start("Error", legend);
    const passed = range(0, WIDTHS.length - 1).filter((index) => seen[index]);
    const widths = passed.map((index) => WIDTHS[index]);
    const trail = (curve) => passed.map((index) => curve[index]);
    if (guess.revealed) {
      if (widths.includes(n_samples)) chart.vertical(n_samples, line, `${n_samples} points`);
      for (const other of others) {
        chart.line(widths, trail(this.curve(other, alpha)), grey, { width: 1 });
      }
      if (alpha > 0) chart.line(widths, trail(this.curve(seed, 0)), ridge, { dash: "3 6" });
      const curve = trail(this.curve(seed, alpha));
      chart.line(widths, curve, model, { width: 4 });
      const highest = indexOfLargest(curve);
      if (curve[highest] > chart.y.to) chart.cut(widths[highest], curve[highest], model);
      chart.mark(width, Math.min(error, chart.y.to), model, { size: 9 });
    } else if (guess.peak === null) {
      chart.announce("✎ Draw your guess here");
    }
    guess.draw();
    chart.finish(
      guess.revealed
        ? `Error against width, from width 1 to 200. At width ${width} it is ${readable(error)}.`
        : "Error against width, to be guessed: draw with a pointer or with the two sliders.",
    );
  }

  comment(points, { error }) {
    const { width, alpha, n_samples: n } = this.controls.values;
    const growth = readable(1 / smallestDivisor(points, width, alpha));
    const known = this.guess.revealed ? ` · error ${readable(error)}` : "";
    say("scene1-reading", `width ${width}${known} · noise grows up to ${growth} times in the weights`);
    say("scene1-coach", this.guess.revealed ? this.explain(width, n, alpha) : INVITATION(n));
  }

  explain(width, n, alpha) {
    const { noise, target, seed } = this.controls.values;
    if (width === WIDTHS.at(-1) && this.seen.every(Boolean) && this.guess.peak !== null) {
      const curve = this.curve(seed, alpha);
      const peak = WIDTHS[indexOfLargest(curve)];
      return this.guess.verdict(peak, peak === n ? REASON : "not at the number of points.");
    }
    if (alpha >= 1e-5) return "A ridge puts a price on large weights. It melts the peak.";
    if (width < n / 2) return "Too stiff: the model cannot follow the truth.";
    if (width < n - 1) return "It follows the points more and more, and their noise with them.";
    if (width === n) return noise ? `Just enough: ${REASON}` : NOISELESS;
    if (width <= n + 1) return NEAR;
    if (width < 2 * n) return CALMER;
    const curve = this.curve(seed, alpha);
    const valley = Math.min(...curve.slice(0, n - 3));
    if (curve.at(-1) <= valley) return `${CALM} The error ends below its first valley.`;
    const why = noise > 0.3 ? "with this much noise" : target === "gentle" ? "for this truth" : "here";
    return `${CALM} But ${why} a small model is better.`;
  }
}

const INVITATION = (n) =>
  `A model of width w adds up w weighted polynomials to fit ${n} noisy points. Slide the width. ` +
  "Then guess: how does its error change from width 1 to 200?";
const REASON = "as many unknowns as points, so one single curve passes through all of them: with huge weights, and wild.";
const NOISELESS = "Just enough, and no noise: the one curve through all points has nothing wild to follow.";
const NEAR = "Next to the peak: hardly any choice how to pass through the points, noise and all.";
const CALMER = "Now many curves pass through all points. The fit is the one with the smallest weights: calmer.";
const CALM = "Far too many, and calm: of all curves through the points, the one of smallest weights, so no wild swings.";

function indexOfLargest(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

function tenTo(value) {
  const digits = "⁰¹²³⁴";
  const exponent = Math.round(Math.log10(value));
  return `10${exponent < 0 ? "⁻" : ""}${digits[Math.abs(exponent)]}`;
}
