// Scene 1: one function, fitted by models of more and more polynomials.
import { Controls, Player, range, say } from "./controls.js";
import { Picture, readable } from "./drawing.js";
import { Guess, guessSpecs } from "./guess.js";
import { drawPoints, errorCurves, fitWidth, GRID } from "./polynomials.js";
import { indexOfLargest, sayFunction } from "./words.js";

export const WIDTHS = [...range(1, 32), ...range(34, 60, 2), ...range(65, 100, 5), ...range(110, 200, 10)];
const ALPHAS = [0, ...range(-16, 0).map((exponent) => 10 ** (exponent / 2))];
const N_OTHERS = 50;
const N_GIVEN = 4; // widths whose errors are drawn before a guess: they anchor the axis
const OTHER_DASHES = ["3 6", "14 4 3 4"];

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
      { from: 1e-3, to: 1e4, log: true, ticks: [1e-2, 1, 1e2, 1e4], format: tenTo },
    );
    this.controls = new Controls(1, SCENE1_SETTINGS, (name) => this.changed(name));
    this.player = new Player(this.controls, "width", {
      milliseconds: 90,
      jumps: true,
      halt: () => (this.guess.revealed && !this.controls.values.alpha ? this.controls.values.n_samples : null),
    });
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

  /** The errors at every width, kept for settings that were seen before. */
  curve(seed, alpha) {
    const { noise, n_samples, target } = this.controls.values;
    const key = [seed, alpha, noise, n_samples, target].join();
    if (!this.curves.has(key)) this.curves.set(key, errorCurves(this.points(seed), WIDTHS, alpha));
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

  /** Other curves through all points: the models of widths n and n + 2, larger weights. */
  rivals(points) {
    const { width, alpha, n_samples: n, draws } = this.controls.values;
    if (!this.guess.revealed || alpha > 0 || draws === "fifty") return [];
    return [n, n + 2].filter((narrower) => narrower < width).map((narrower) => fitWidth(points, narrower, 0));
  }

  drawFit(points, model, others) {
    const { fit } = this;
    const { ink, grey, model: main, truth: dashed, teacher, ridge } = fit.colours;
    const { width, alpha, n_samples: n } = this.controls.values;
    const rivals = this.rivals(points);
    const sizes = rivals.map(({ size }, k) => [`width ${n + 2 * k}, weights ${readable(size)}`, [teacher, ridge][k], OTHER_DASHES[k]]);
    const detail = alpha ? `, ridge ${alpha.toExponential(0)}` : rivals.length ? `, weights ${readable(model.size)}` : "";
    fit.start(`Width ${width}${detail}`, [["model", main], ["truth", dashed, "7 7"], ...sizes]);
    const every = (step, values) => range(0, GRID.length - 1, step).map((i) => values[i]);
    for (const seed of others) {
      const { prediction } = fitWidth(this.points(seed), width, alpha);
      fit.line(every(4, GRID), every(4, prediction), grey, { width: 1 });
    }
    fit.line(every(4, GRID), every(4, points.truth), dashed, { dash: "7 7" });
    rivals.forEach(({ prediction }, k) => {
      // Far outside the frame a dashed line costs as much as inside.
      const near = every(2, prediction).map((value) => Math.min(Math.max(value, 2 * fit.y.from), 2 * fit.y.to));
      fit.line(every(2, GRID), near, [teacher, ridge][k], { width: 2, dash: OTHER_DASHES[k] });
    });
    fit.line(GRID, model.prediction, main, { width: rivals.length ? 5.5 : 4 });
    points.x.forEach((x, i) => fit.mark(x, points.y[i], ink));
    const [low, high] = [Math.min(...model.prediction), Math.max(...model.prediction)];
    if (low < fit.y.from || high > fit.y.to) fit.above(1, `▲▼ model from ${signed(low)} to ${signed(high)}`, "end");
    fit.finish(`The model of width ${width} and the ${points.x.length} points it was fitted to.`);
  }

  drawChart({ error }, others) {
    const { chart, seen, guess } = this;
    const { grey, model, pencil, ridge, teacher } = chart.colours;
    const { width, alpha, seed } = this.controls.values;
    const legend = guess.revealed ? [["test error", model], ["training error", teacher, "12 6"]] : [];
    if (guess.peak !== null) legend.push(["your guess", pencil, "1 8"]);
    if (others.length && guess.revealed) legend.push(["other samples", grey]);
    if (guess.revealed && alpha > 0) legend.push(["test error, no ridge", ridge, "3 6"]);
    chart.start("Error", legend);
    const passed = range(0, WIDTHS.length - 1).filter((index) => seen[index]);
    const widths = passed.map((index) => WIDTHS[index]);
    // What is smaller than the axis, such as a training error of zero, runs along its lower edge.
    const trail = (curve) => passed.map((index) => Math.max(curve[index], chart.y.from));
    const { errors, trainErrors } = this.curve(seed, alpha);
    if (guess.revealed) {
      this.annotate(widths, errors);
      for (const other of others) {
        chart.line(widths, trail(this.curve(other, alpha).errors), grey, { width: 1 });
      }
      if (alpha > 0) chart.line(widths, trail(this.curve(seed, 0).errors), ridge, { dash: "3 6" });
      chart.line(widths, trail(trainErrors), teacher, { dash: "12 6" });
      chart.line(widths, trail(errors), model, { width: 4 });
      const inside = Math.min(Math.max(error, chart.y.from), chart.y.to);
      chart.mark(width, inside, model, { size: 9 });
    } else {
      WIDTHS.slice(0, N_GIVEN).forEach((given, k) => chart.mark(given, errors[k], model, { size: 7 }));
      if (guess.peak === null) chart.above(chart.x.from, "✎ Draw here", "start");
    }
    guess.draw();
    chart.finish(
      guess.revealed
        ? `Error against width, from width 1 to 200. At width ${width} it is ${readable(error)}.`
        : "Error against width, to be guessed: draw with a pointer or with the two sliders.",
    );
  }

  /** Name the descents, the peak, and where the model passes through all points. */
  annotate(widths, errors) {
    const { chart } = this;
    const { n_samples: n, alpha } = this.controls.values;
    const last = widths.at(-1) ?? 0;
    const worst = indexOfLargest(errors);
    const name = (long, short) => (chart.width > 25 * chart.em ? long : short);
    if (alpha === 0 && last >= n) chart.hatch(n, name(`interpolates from width ${n} on`, `interpolates: ${n} on`));
    if (alpha > 0 || WIDTHS[worst] !== n || last < n) return;
    if (Math.min(...errors.slice(0, n - 1)) < errors[0]) chart.above(chart.x.from, name("first descent", "↘ first"), "start");
    if (errors[worst] > chart.y.to) chart.cut(n, errors[worst], chart.colours.model);
    else chart.above(n, "peak");
    if (last > 2 * n) chart.above(chart.x.to, name("second descent", "↘ second"), "end");
  }

  comment(points, { error, size, trainError }) {
    const { width, seed } = this.controls.values;
    const { revealed } = this.guess;
    const passes = trainError < 1e-12 ? "0: it interpolates" : readable(trainError);
    const known = `Test error ${readable(error)} · training error ${passes}`;
    say("scene1-reading", revealed ? known : `Width ${width}`);
    const largest = Math.max(...this.curve(seed, 0).sizes);
    say("scene1-size", `Size of the weights: ${readable(size)}${revealed ? ` (full bar: ${readable(largest)})` : ""}`);
    this.controls.element("bar").style.width = `${(100 * size) / largest}%`;
    say("scene1-coach", revealed ? this.explain() : INVITATION(points.x.length));
  }

  explain() {
    const { width, seed, alpha, n_samples: n, noise } = this.controls.values;
    const { errors, sizes } = this.curve(seed, alpha);
    const plain = this.curve(seed, 0).errors;
    const words = sayFunction({ widths: WIDTHS, curve: errors, plain, sizes, width, n, alpha, noise });
    if (width !== WIDTHS.at(-1) || !this.seen.every(Boolean) || this.guess.peak === null) return words;
    const peak = WIDTHS[indexOfLargest(errors)];
    const reason = peak === n ? "as many weights as points." : `not at ${n}, the number of points.`;
    return `${this.guess.verdict(peak, reason)} ${words}`;
  }
}

const INVITATION = (n) =>
  `A model adds up features, here polynomials, each times a weight, and comes as near to ${n} noisy points as it can. ` +
  "Slide the width. The dots are its test errors at widths 1 to 4: how do they go on, up to 200?";

function signed(value) {
  return `${value < 0 ? "−" : ""}${readable(Math.abs(value))}`;
}

function tenTo(value) {
  const digits = "⁰¹²³⁴";
  const exponent = Math.round(Math.log10(value));
  return exponent === 0 ? "1" : `10${exponent < 0 ? "⁻" : ""}${digits[Math.abs(exponent)]}`;
}
