// Scene 2: a teacher that memorised wrong labels, and a student of its labels.
import { Controls, Player, range, say } from "./controls.js";
import { percent, Picture, whole } from "./drawing.js";
import { N_SLOW, N_WAVES } from "./features.js";
import { Guess, guessSpecs } from "./guess.js";
import { MAP, N_TEST, squareBorder, TUNED_ALPHA } from "./moons.js";
import { sayStep, sayStudent } from "./words.js";

const SIZES = [50, 60, 75, 100, 125, 150, 175, 190, 200, 210, 225, 250, 300, 400, 500, 650, 800];
SIZES.push(1000, 1300, 1700, 2200, 3000);

/** The story, step by step: what it is about, and who learns from whom. */
const BASE = { labels: "hard", width: N_WAVES, teacher: "interpolating", data: "moons" };
export const STEPS = [
  { name: "labels", set: BASE },
  { name: "a teacher learns", set: BASE },
  { name: "the teacher labels", set: BASE },
  { name: "neighbours vote", set: BASE },
  { name: "a student learns", set: BASE },
  { name: "soft labels", set: { ...BASE, labels: "soft" } },
  { name: "a narrow student", set: { ...BASE, labels: "soft", width: N_SLOW } },
  { name: "hard labels again", set: { ...BASE, width: N_SLOW } },
  { name: "a tuned teacher", set: { ...BASE, width: N_SLOW, teacher: "ridge" } },
  { name: "new data, no gap", set: { ...BASE, width: N_SLOW, teacher: "ridge", data: "no gap" } },
];
const MODELS = 5; // from this step on the student is there

const SCENE2_SETTINGS = {
  step: { choices: range(1, STEPS.length), start: 1, text: (k) => `${k} of ${STEPS.length}`, local: true },
  n_transfer: { choices: SIZES, start: 3000, text: (m) => m.toLocaleString("en") },
  flip_rate: {
    choices: Object.keys(TUNED_ALPHA).map(Number).sort((a, b) => a - b),
    start: 0.1,
    text: (rate) => `${Math.round(100 * rate)} %`,
  },
  labels: { choices: ["hard", "soft"], start: "hard", text: (name) => `⇄ Labels: ${name}` },
  width: {
    choices: [N_WAVES, N_SLOW],
    start: N_WAVES,
    text: (width) => (width === N_WAVES ? "⇄ Student: 200 waves" : "⇄ Student: 40 slow waves"),
  },
  teacher: {
    choices: ["interpolating", "ridge"],
    start: "interpolating",
    text: (name) => (name === "ridge" ? "⇄ Teacher: tuned ridge" : "⇄ Teacher: memorises"),
  },
  data: {
    choices: ["moons", "no gap"],
    start: "moons",
    text: (name) => (name === "moons" ? "⇄ Data: two moons" : "⇄ Data: no gap"),
  },
  seed: { choices: range(1, 999), start: 162, text: () => "New points" },
  ...guessSpecs(SIZES, range(0, 10).map((k) => k / 20), {
    peak: 100,
    end: 0.2,
    textOfEnd: (share) => `${Math.round(100 * share)} %`,
  }),
};

export class Scene2 {
  /** `assistant` computes the models. */
  constructor(assistant) {
    this.assistant = assistant;
    this.answer = null;
    this.busy = false;
    this.again = false;
    this.trails = new Map(); // for each setting but the transfer size: its answers by size
    const plane = [{ from: MAP.x1[0], to: MAP.x1[1] }, { from: MAP.x2[0], to: MAP.x2[1] }];
    this.teacherMap = new Picture("scene2-teacher-map", ...plane);
    this.studentMap = new Picture("scene2-student-map", ...plane);
    this.zoom = new Picture("scene2-student-map", { ...plane[0] }, { ...plane[1] });
    this.chart = new Picture(
      "scene2-chart",
      { from: 45, to: 3400, log: true, ticks: [50, 200, 1000, 3000], label: "transfer set" },
      { from: 0, to: 0.55, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5], format: whole },
    );
    this.controls = new Controls(2, SCENE2_SETTINGS, (name) => this.changed(name));
    const ready = () => !this.busy;
    this.player = new Player(this.controls, "n_transfer", { milliseconds: 60, ready });
    this.guess = new Guess(this.controls, this.chart, {
      onChange: () => this.draw(),
      onReveal: (shown) => this.reveal(shown),
      onScrub: (size) => this.scrub(size),
    });
    this.controls.element("next").addEventListener("click", () => this.next());
    this.request();
  }

  /** The next step; of the guess first the answer, and of a curve being drawn its end. */
  next() {
    const index = this.controls.index("step");
    if (this.player.timer) this.scrub(SIZES.at(-1));
    else if (this.asks(index + 1)) this.guess.reveal(true);
    else this.controls.choose("step", (index + 1) % STEPS.length);
  }

  asks(step) {
    return step === MODELS && !this.guess.revealed;
  }

  changed(name) {
    const { step } = this.controls.values;
    if (name.startsWith("guess")) {
      this.guess.fromSliders();
      this.draw();
      return;
    }
    if (name === "step") this.enter(step);
    else if (name in BASE) this.follow();
    this.request();
  }

  /** Go to the step that the setting belongs to; with one of one's own stay where a student is. */
  follow() {
    const { values } = this.controls;
    const index = STEPS.findIndex((_, k) => k + 1 >= MODELS && isOfStep(values, k + 1));
    this.controls.set("step", index < 0 ? Math.max(values.step, MODELS) : index + 1);
  }

  /** Set what a step is about; after the guess it shows the student. */
  enter(step) {
    this.player.stop();
    const settings = { ...STEPS[step - 1].set, n_transfer: SIZES.at(-1), flip_rate: 0.1 };
    for (const [name, value] of Object.entries(settings)) this.controls.set(name, value);
    const shown = step > MODELS;
    if (shown !== this.guess.revealed) this.guess.reveal(shown, { silent: true });
  }

  reveal(shown) {
    this.player.stop();
    this.trails.clear();
    this.follow();
    if (shown) this.player.start();
    this.request();
  }

  open() {
    this.guess.reveal(true, { silent: true });
    this.follow();
    this.draw();
    this.request();
  }

  scrub(size) {
    this.player.stop();
    this.controls.set("n_transfer", size);
    this.request();
  }

  /** Compute the setting of now; while the assistant works, only the latest one waits. */
  async request() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    do {
      this.again = false;
      const setting = { ...this.controls.values };
      this.answer = { ...(await this.assistant.ask("moons", setting)), setting };
      if (this.guess.revealed) this.trail(setting).set(setting.n_transfer, this.answer.studentError);
    } while (this.again);
    this.busy = false;
    this.draw();
  }

  /** The student's errors seen so far, at the other settings of now. */
  trail({ flip_rate, labels, width, teacher, data, seed }) {
    const key = [flip_rate, labels, width, teacher, data, seed].join();
    if (!this.trails.has(key)) this.trails.set(key, new Map());
    return this.trails.get(key);
  }

  draw() {
    if (!this.answer) return;
    const { n_transfer, labels, width, step } = this.answer.setting;
    const next = step < STEPS.length ? "Next step ▸" : "Start again";
    this.controls.element("next").textContent = this.asks(step) ? "Show me ▸" : next;
    this.controls.element("play").hidden = step < 3; // no transfer set yet
    this.drawTeacher(step);
    const many = n_transfer.toLocaleString("en");
    if (this.guess.revealed) {
      this.studentMap.start(`Student, ${width} waves: ${many} ${labels} labels`);
      this.drawMap(this.studentMap, this.answer.studentMap, "student");
      this.drawBorder(this.studentMap);
      this.studentMap.finish("Where the student sees each class.");
    } else if (step < 3) {
      this.studentMap.start("Nothing yet");
      this.clear("student");
      this.studentMap.finish("Nothing yet: the teacher labels new points in step 3.");
    } else if (step === 4) {
      this.drawVotes();
    } else {
      this.studentMap.start(step === 3 ? `${many} new points` : `Student, ${width} waves: ${many} labels`);
      this.drawTransfer();
      if (step === 3) this.drawExample();
      this.studentMap.finish("New points, each with the teacher's label.");
    }
    this.drawChart();
    this.comment();
  }

  /** The labels, from step 2 on with the teacher's map, in step 4 with the rectangle to enlarge. */
  drawTeacher(step) {
    const { answer, teacherMap } = this;
    const kind = answer.setting.teacher === "ridge" ? "Tuned teacher" : "Teacher";
    const wrong = answer.labels.filter((label, i) => label !== answer.labelled.y[i]).length;
    teacherMap.start(step === 1 ? `40 labels, ${wrong} wrong (ringed)` : `${kind} (blue: ●, ring: wrong)`);
    if (step === 1) this.clear("teacher");
    else this.drawMap(teacherMap, answer.teacherMap, "teacher");
    this.drawBorder(teacherMap);
    this.drawLabelled();
    if (step === 4 && answer.neighbourhood) this.drawFrame(teacherMap, answer.neighbourhood);
    teacherMap.finish("Where the teacher sees each class, and the labels it learnt from.");
  }

  drawFrame(picture, { x1, x2, half }) {
    const [xs, ys] = [[x1 - half, x1 + half], [x2 - half, x2 + half]];
    this.drawOutlined(picture, [xs[0], xs[1], xs[1], xs[0], xs[0]], [ys[0], ys[0], ys[1], ys[1], ys[0]]);
  }

  /** The true border of the data without a gap. */
  drawBorder(picture) {
    if (this.answer.setting.data === "moons") return;
    const xs = range(0, 80).map((k) => -2 + k / 20);
    this.drawOutlined(picture, xs, xs.map(squareBorder), "10 8");
  }

  /** A line to be seen on both areas. */
  drawOutlined(picture, xs, ys, dash) {
    const { paper, ink } = picture.colours;
    picture.line(xs, ys, paper, { width: 8, dash });
    picture.line(xs, ys, ink, { width: 4, dash });
  }

  clear(name) {
    document.getElementById(`scene2-${name}-canvas`).width = 1;
  }

  drawMap(picture, classes, name) {
    const canvas = document.getElementById(`scene2-${name}-canvas`);
    [canvas.width, canvas.height] = [MAP.width, MAP.height];
    const context = canvas.getContext("2d");
    const image = context.createImageData(MAP.width, MAP.height);
    const names = ["minus-area", "plus-area", "paper", "line"];
    const [minus, plus, paper, line] = names.map((colour) => rgb(picture.colours[colour]));
    classes.forEach((value, i) => {
      const hatched = (i + Math.floor(i / MAP.width)) % 6 === 0 ? line : paper;
      const area = value ? plus : minus;
      image.data.set(this.answer.covered[i] ? area : hatched, 4 * i);
    });
    context.putImageData(image, 0, 0);
    picture.place(canvas);
  }

  drawLabelled() {
    const { labelled, labels } = this.answer;
    const picture = this.teacherMap;
    const { paper, ink } = picture.colours;
    labels.forEach((label, i) => {
      const [x, y] = [labelled.x1[i], labelled.x2[i]];
      if (label !== labelled.y[i]) {
        picture.mark(x, y, paper, { shape: "ring", size: 15 });
        picture.mark(x, y, ink, { shape: "ring", size: 12.5 });
      }
      picture.mark(x, y, ink, { shape: label > 0 ? "dot" : "triangle", size: 7 });
    });
  }

  /** One neighbourhood enlarged: the teacher's label of every point in it. */
  drawVotes() {
    const { transfer, scores, neighbourhood } = this.answer;
    const { zoom } = this;
    this.clear("student");
    zoom.start(neighbourhood ? "The rectangle enlarged: votes" : "Nothing to enlarge");
    if (neighbourhood) {
      const { x1, x2, half, inside } = neighbourhood;
      Object.assign(zoom.x, { from: x1 - 1.05 * half, to: x1 + 1.05 * half });
      Object.assign(zoom.y, { from: x2 - 1.05 * half, to: x2 + 1.05 * half });
      const { plus, minus } = zoom.colours;
      for (const i of inside) {
        const [shape, colour] = scores[i] > 0 ? ["dot", plus] : ["triangle", minus];
        zoom.mark(transfer.x1[i], transfer.x2[i], colour, { shape, size: 9 });
      }
    }
    zoom.finish("The teacher's labels in one neighbourhood: dots for one class, triangles for the other.");
  }

  /** In step 3: the point whose hard and soft label the words compare. */
  drawExample() {
    const { transfer, scores } = this.answer;
    const [x1, x2] = [transfer.x1[0], transfer.x2[0]];
    this.drawFrame(this.studentMap, { x1, x2, half: 0.14 });
    this.studentMap.mark(x1, x2, this.studentMap.colours.ink, { shape: scores[0] > 0 ? "dot" : "triangle", size: 8 });
  }

  /** The student's examples before its map is shown: paler where soft labels are small. */
  drawTransfer() {
    const { transfer, scores, setting } = this.answer;
    const picture = this.studentMap;
    const canvas = document.getElementById("scene2-student-canvas");
    [canvas.width, canvas.height] = [4 * MAP.width, 4 * MAP.height];
    const context = canvas.getContext("2d");
    const { plus, minus } = picture.colours;
    scores.forEach((score, i) => {
      const across = ((transfer.x1[i] - MAP.x1[0]) / (MAP.x1[1] - MAP.x1[0])) * canvas.width;
      const down = ((MAP.x2[1] - transfer.x2[i]) / (MAP.x2[1] - MAP.x2[0])) * canvas.height;
      context.fillStyle = score > 0 ? plus : minus;
      context.globalAlpha = setting.labels === "hard" ? 1 : Math.min(Math.abs(score), 1);
      context.beginPath();
      if (score > 0) context.arc(across, down, 4, 0, 7);
      else [[0, -6], [6, 5], [-6, 5]].forEach(([dx, dy]) => context.lineTo(across + dx, down + dy));
      context.fill();
    });
    picture.place(canvas);
  }

  drawChart() {
    const { chart, guess, answer } = this;
    const { model, teacher, ridge, pencil, line } = chart.colours;
    const learnt = answer.setting.step > 1; // in step 1 there is no teacher yet
    const legend = learnt ? [["teacher", teacher, "12 6"]] : [];
    if (guess.revealed) legend.push(["student", model], ["tuned ridge", ridge, "3 6"]);
    if (guess.peak !== null) legend.push(["your guess", pencil, "1 8"]);
    chart.start("Error %", legend);
    const ends = [chart.x.from, chart.x.to];
    const level = (error, colour, dash) => chart.line(ends, [error, error], colour, { dash });
    if (learnt) level(answer.teacherError, teacher, "12 6");
    chart.vertical(this.controls.values.n_transfer, line);
    if (guess.revealed) {
      level(answer.ridgeError, ridge, "3 6");
      const trail = [...this.trail(answer.setting)].sort(([a], [b]) => a - b);
      chart.line(trail.map(([m]) => m), trail.map(([, error]) => error), model, { width: 4 });
      trail.forEach(([m, error]) => chart.mark(m, error, model, { size: 4 }));
      chart.mark(answer.setting.n_transfer, answer.studentError, model, { size: 9 });
    } else if (guess.peak === null) {
      chart.above(chart.x.from, "✎ Draw here", "start");
    }
    guess.draw();
    chart.finish(
      "Error against the size of the transfer set." + (learnt ? ` The teacher's is ${percent(answer.teacherError)}.` : "") +
        (guess.revealed ? ` The student's is ${percent(answer.studentError)}.` : ""),
    );
  }

  comment() {
    const { answer, guess } = this;
    const { teacherError, studentError, ridgeError, setting } = answer;
    const size = `${setting.n_transfer.toLocaleString("en")} labels`;
    const known = `student ${percent(studentError)} · tuned ridge ${percent(ridgeError)}`;
    const wrong = `wrong on ${N_TEST.toLocaleString("en")} test points: teacher ${percent(teacherError)}`;
    const reading = setting.step > 2 ? `${size} · ${wrong}` : ["40 labels, no teacher yet", `40 labels · ${wrong}`][setting.step - 1];
    const more = this.trail(setting).size < 2 ? " · Play draws the curve" : "";
    say("scene2-reading", guess.revealed ? `${reading} · ${known}${more}` : reading);
    const { step, data } = setting;
    const words = guess.revealed ? this.verdict() + sayStudent(answer) : sayStep(Math.min(step, MODELS), answer);
    const name = isOfStep(setting, step) ? `Step ${step}, ${STEPS[step - 1].name}. ` : "A setting of your own. ";
    say("scene2-coach", name + (data === "moons" ? "" : NO_GAP) + words);
  }

  /** At the end of the trail: where it was worst, beside the guess if there is one. */
  verdict() {
    const { setting } = this.answer;
    const { n_transfer, labels, width } = setting;
    const trail = [...this.trail(setting)];
    const usual = labels === "hard" && width === N_WAVES && n_transfer === SIZES.at(-1);
    if (!usual || trail.length < SIZES.length) return "";
    const [peak, error] = trail.reduce((a, b) => (b[1] > a[1] ? b : a));
    const where = Math.abs(peak / width - 1) < 0.13 ? "about as many labels as weights, its own peak, as in scene 1" : `not at ${width}, its number of weights`;
    return `${this.guess.verdict(peak, `${percent(error)}, ${where}.`)}\n`;
  }
}

const NO_GAP = "Points all over a square: ● above the dashed border, ▲ below, no gap between them. ";

/** Whether a setting is that of a step. */
function isOfStep(setting, step) {
  return Object.entries(STEPS[step - 1].set).every(([name, value]) => setting[name] === value);
}

/** The bytes of a colour written as #rrggbb. */
function rgb(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255, 255];
}
