// Scene 3: the curve of two clusters, its law, and a simulation that checks it.
import { drawInputs, N_DRAWS } from "./clusters.js";
import { Controls, range, say } from "./controls.js";
import { Picture, whole } from "./drawing.js";
import { N_SAMPLES } from "./features.js";
import { Guess, guessSpecs } from "./guess.js";
import { stream } from "./rng.js";
import { bestRidge, distillLaw, leastSquaresLaw, scenePopulation } from "./theory.js";
import { indexOfLargest, sayLaws } from "./words.js";

const N_FEATURES = 200;
const LAW_WIDTHS = range(1, N_FEATURES);
const MARKS = {
  teacher: [10, 14, 18, 24, 30, 35, 46, 54, 64, 80, 105, 140, 200],
  student: [12, 16, 24, 36, 50, 70, 90, 112, 130, 155, 200],
};
const BATCH = 2; // draws a task: short, so that other work need not wait

const SCENE3_SETTINGS = {
  n_transfer: {
    choices: [50, 70, 100, 140, 200, 280, 400, 560, 800, 1100, 1600, 2200, 3200],
    start: 100,
    text: (m) => m.toLocaleString("en"),
  },
  flip_rate: {
    choices: range(0, 6).map((k) => k / 20),
    start: 0.1,
    text: (rate) => `${Math.round(100 * rate)} %`,
  },
  alpha: { choices: [0, 1, 3, 10, 30, 100, 300], start: 0, text: (alpha) => (alpha ? String(alpha) : "none") },
  generations: {
    choices: range(1, 4),
    start: 1,
    text: (count) => (count === 1 ? "Generations: 1 student" : `Generations: ${count} students`),
  },
  seed: { choices: range(1, 999), start: 1, text: () => "Simulate again" },
  ...guessSpecs([...range(5, 100, 5), ...range(110, 200, 10)], range(0, 10).map((k) => k / 20), {
    peak: 20,
    end: 0.2,
    textOfEnd: (share) => `${Math.round(100 * share)} %`,
  }),
};

/** The laws of a setting: errors at all widths, and of four generations at full width. */
export function lawCurves({ n_transfer, flip_rate, alpha, generations }) {
  const population = scenePopulation(flip_rate);
  const errorsOf = (law) => LAW_WIDTHS.map((width) => law(width).errorRate);
  const distil = (teacher, width) => distillLaw(teacher, n_transfer, width, alpha);
  const models = [leastSquaresLaw(population, N_SAMPLES, N_FEATURES, alpha)];
  while (models.length < 5) models.push(distil(models.at(-1), N_FEATURES));
  const chain = models.map((model) => model.errorRate);
  return {
    teacher: errorsOf((width) => leastSquaresLaw(population, N_SAMPLES, width, alpha)),
    students: models.slice(0, generations).map((model) => errorsOf((width) => distil(model, width))),
    full: chain.slice(0, generations + 1),
    chain,
    bestRidge: bestRidge(population, N_SAMPLES).errorRate,
  };
}

/** The marks of a setting, away from the peaks, where the law is a limit only. */
export function marksOf({ n_transfer }) {
  const away = (peak) => (width) => Math.abs(width - peak) > 4;
  const marks = (curve, peak, first) =>
    MARKS[curve].filter(away(peak)).map((width, k) => ({ curve, width, first: first + k * N_DRAWS }));
  return [...marks("teacher", N_SAMPLES, 0), ...marks("student", n_transfer, 500)];
}

/** Mean and standard error of a mark's draws. */
export function summary(errors) {
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const squares = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (errors.length - 1) / errors.length) };
}

export class Scene3 {
  /** `assistant` simulates. */
  constructor(assistant) {
    this.assistant = assistant;
    this.simulation = null;
    const square = { from: -4, to: 4, ticks: [-2, 0, 2] };
    this.cloud = new Picture("scene3-cloud", { ...square, label: "first column" }, square);
    this.chart = new Picture(
      "scene3-chart",
      { from: 0.95, to: 220, log: true, ticks: [1, 2, 5, 10, 20, 50, 100, 200], label: "width" },
      { from: 0, to: 0.55, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5], format: whole },
    );
    this.controls = new Controls(3, SCENE3_SETTINGS, (name) => this.changed(name));
    this.guess = new Guess(this.controls, this.chart, {
      onChange: () => this.draw(),
      onReveal: () => this.changed("reveal"),
    });
    this.changed("start");
  }

  changed(name) {
    if (name.startsWith("guess")) this.guess.fromSliders();
    else if (name !== "generations") this.simulate();
    this.draw();
  }

  open() {
    this.guess.reveal(true);
  }

  /** Simulate the setting of now, mark by mark; a newer simulation ends an older one. */
  async simulate() {
    const setting = { ...this.controls.values };
    const simulation = { marks: [], done: 0 };
    this.simulation = simulation;
    const shown = (mark) => this.guess.revealed || mark.curve === "teacher";
    simulation.marks = marksOf(setting).filter(shown).map((mark) => ({ ...mark, errors: [] }));
    for (let draw = 0; draw < N_DRAWS; draw += BATCH) {
      for (const mark of simulation.marks) {
        const streams = range(mark.first + draw + 1, mark.first + draw + BATCH);
        const { curve, width } = mark;
        const task = { ...setting, curve, width, streams };
        mark.errors.push(...(await this.assistant.ask("clusters", task)));
        if (this.simulation !== simulation) return;
      }
      simulation.done = draw + BATCH;
      this.draw();
    }
  }

  draw() {
    const laws = lawCurves(this.controls.values);
    this.drawCloud();
    const { chart, guess } = this;
    const { teacher, model, ridge, pencil, line } = chart.colours;
    const { n_transfer, generations } = this.controls.values;
    const legend = [["teacher", teacher, "12 6"]];
    if (guess.revealed) {
      legend.push(["student", model], ["best ridge on the labels", ridge, "3 6"]);
      if (laws.students.length > 1) legend.push(["students of students", pencil, "14 4 3 4"]);
    }
    if (guess.peak !== null) legend.push(["your guess", pencil, "1 8"]);
    const chain = generations > 1 ? `, ${generations} generations` : "";
    chart.start(`Error %, transfer set ${n_transfer.toLocaleString("en")}${chain}`, legend);
    chart.vertical(N_SAMPLES, line, `${N_SAMPLES} labels`);
    chart.line(LAW_WIDTHS, laws.teacher, teacher, { dash: "12 6" });
    if (guess.revealed) {
      if (n_transfer <= N_FEATURES) chart.vertical(n_transfer, line, String(n_transfer), n_transfer < 200 ? "start" : "end");
      chart.line([1, N_FEATURES], [laws.bestRidge, laws.bestRidge], ridge, { dash: "3 6" });
      laws.students.forEach((curve, k) => {
        const style = k ? { width: 2.5, dash: "14 4 3 4" } : { width: 4 };
        chart.line(LAW_WIDTHS, curve, k ? pencil : model, style);
      });
    } else if (guess.peak === null) {
      chart.above(chart.x.from, "✎ Draw here", "start");
    }
    this.drawMarks();
    guess.draw();
    chart.finish(
      `Error against width: the teacher's peaks at ${N_SAMPLES}` +
        (guess.revealed ? `, the student's at ${n_transfer}.` : "; the student's is to be guessed."),
    );
    this.comment(laws);
  }

  /** The labelled examples of one draw in two of the 200 columns, and the clusters' centres. */
  drawCloud() {
    const { cloud } = this;
    const { ink, line, paper, model } = cloud.colours;
    const population = scenePopulation(0);
    cloud.start("Second column", [["centres", model, "0.1 11"]]);
    const { X, y } = drawInputs(population, stream(this.controls.values.seed, 900), 200, 2);
    const [first, second] = [X.column(0), X.column(1)];
    y.forEach((label, i) => {
      const [shape, colour] = label > 0 ? ["dot", line] : ["triangle", ink];
      cloud.mark(first[i], second[i], colour, { shape, size: 4.5 });
    });
    for (const sign of [1, -1]) {
      const [x1, x2] = population.mean.map((value) => sign * value);
      cloud.mark(x1, x2, paper, { size: 12 });
      cloud.mark(x1, x2, model, { size: 10 });
    }
    cloud.finish("Two clusters of points in two of 200 columns; each column tells them apart a little.");
  }

  drawMarks() {
    const { chart } = this;
    for (const { curve, width, errors } of this.simulation?.marks ?? []) {
      if (errors.length < 4) continue;
      const { mean, standardError } = summary(errors);
      const colour = curve === "teacher" ? chart.colours.teacher : chart.colours.model;
      chart.bar(width, mean, 2 * standardError, colour);
      chart.mark(width, mean, colour, { size: 6, shape: curve === "teacher" ? "triangle" : "dot" });
    }
  }

  comment(laws) {
    const { guess } = this;
    const { n_transfer: m } = this.controls.values;
    const start = `${m.toLocaleString("en")} labels from the teacher`;
    say("scene3-reading", `${start} · ${this.progress(laws)}`);
    say("scene3-coach", guess.revealed ? this.explain(laws) : invite(this.controls.values, laws));
  }

  progress(laws) {
    const { marks, done } = this.simulation;
    if (done < N_DRAWS) return `simulating: draw ${done} of ${N_DRAWS}`;
    const z = marks.map((mark) => {
      const { mean, standardError } = summary(mark.errors);
      const law = mark.curve === "teacher" ? laws.teacher : laws.students[0];
      return Math.abs(mean - law[mark.width - 1]) / standardError;
    });
    const worst = Math.max(...z);
    const verdict = worst < 4 ? "simulated marks lie on the law" : "a mark is off: the law is a limit";
    return `${verdict}: the farthest of ${z.length} is ${worst.toFixed(1)} standard errors away`;
  }

  explain(laws) {
    const { n_transfer: m, alpha, generations } = this.controls.values;
    const words = sayLaws(laws, this.controls.values);
    const peaked = generations === 1 && alpha === 0 && m <= N_FEATURES;
    return peaked && this.guess.peak !== null ? this.guess.verdict(m, SAME_LAW) : words;
  }
}

const SAME_LAW = "the student's own number of labels. One law for both peaks: width = number of labels.";
const invite = ({ n_transfer: m, flip_rate }, { teacher }) =>
  `Two clusters (left), ${N_SAMPLES} labelled examples, ${Math.round(100 * flip_rate)} % of the labels wrong. The teacher's error is worst at width ${indexOfLargest(teacher) + 1}. ` +
  `A student learns from ${m.toLocaleString("en")} of the teacher's hard labels: draw its curve.`;
