// Scene 3: the curve of two clusters, its law, and a simulation that checks it.
import { N_DRAWS } from "./clusters.js";
import { Controls, range, say } from "./controls.js";
import { percent, Picture, whole } from "./drawing.js";
import { N_SAMPLES } from "./features.js";
import { Guess, guessSpecs } from "./guess.js";
import { bestRidge, distillLaw, leastSquaresLaw, scenePopulation } from "./theory.js";

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

/** The laws of a setting: errors at all widths, and of every generation at full width. */
export function lawCurves({ n_transfer, flip_rate, alpha, generations }) {
  const population = scenePopulation(flip_rate);
  const errorsOf = (law) => LAW_WIDTHS.map((width) => law(width).errorRate);
  let model = leastSquaresLaw(population, N_SAMPLES, N_FEATURES, alpha);
  const full = [model.errorRate];
  const students = range(1, generations).map(() => {
    const teacher = model;
    const curve = errorsOf((width) => distillLaw(teacher, n_transfer, width, alpha));
    model = distillLaw(teacher, n_transfer, N_FEATURES, alpha);
    full.push(model.errorRate);
    return curve;
  });
  const teacher = errorsOf((width) => leastSquaresLaw(population, N_SAMPLES, width, alpha));
  return { teacher, students, full, bestRidge: bestRidge(population, N_SAMPLES).errorRate };
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
    this.chart = new Picture(
      "scene3-chart",
      { from: 0.95, to: 220, log: true, ticks: [1, 2, 5, 10, 20, 50, 100, 200], label: "width" },
      { from: 0, to: 0.55, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5], format: whole },
    );
    this.controls = new Controls(3, SCENE3_SETTINGS, (name) => this.changed(name));
    this.guess = new Guess(this.controls, this.chart, {
      onChange: () => this.draw(),
      onReveal: () => this.changed("reveal"),
      onScrub: () => {},
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
    const { chart, guess } = this;
    const { teacher, model, ridge, pencil, line } = chart.colours;
    const { n_transfer, generations } = this.controls.values;
    const legend = [["teacher", teacher, "12 6"]];
    if (guess.revealed) {
      legend.push(["student", model], ["best ridge on the labels", ridge, "3 6"]);
      if (laws.students.length > 1) legend.push(["students of students", pencil]);
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
        chart.line(LAW_WIDTHS, curve, k ? pencil : model, { width: k ? 2.5 : 4 });
      });
    } else if (guess.peak === null) {
      chart.announce("✎ Draw the student's error");
    }
    this.drawMarks();
    guess.draw();
    chart.finish(
      `Error against width: the teacher's peaks at ${N_SAMPLES}` +
        (guess.revealed ? `, the student's at ${n_transfer}.` : "; the student's is to be guessed."),
    );
    this.comment(laws);
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
    say("scene3-coach", guess.revealed ? this.explain(laws) : INVITATION_3);
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

  explain({ teacher, students, full, bestRidge }) {
    const { n_transfer: m, alpha, generations } = this.controls.values;
    if (generations > 1) {
      const errors = full.map((error) => (100 * error).toFixed(1)).join(" → ");
      const trend = full.at(-1) > full[0] ? "Too few labels: each generation is worse." : "";
      const passed = full.at(-1) < bestRidge ? "They pass the best ridge." : trend;
      return `Students of students, all of width 200: ${errors} %. ${passed}`;
    }
    const best = Math.min(...students[0]);
    if (alpha > 0) return "A ridge for teacher and student melts both peaks.";
    if (m <= N_FEATURES) return this.guess.verdict(m, "the student's own number of examples. One law for both peaks: width = number of examples.");
    const win = `The student's best is ${percent(best)}, its teacher's ${percent(Math.min(...teacher))}.`;
    return best < bestRidge
      ? `${win} It passes the best ridge.`
      : `${win} One student does not reach the best ridge, ${percent(bestRidge)}: try generations.`;
  }
}

const INVITATION_3 =
  `Two clusters, ${N_SAMPLES} labelled examples, some labels wrong. The teacher's error peaks at width ${N_SAMPLES}. ` +
  "A student learns from 100 of the teacher's labels: draw its curve.";
