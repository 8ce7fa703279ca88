// Scene 2: a teacher that memorised wrong labels, and a student of its labels.
import { Controls, Player, range, say } from "./controls.js";
import { percent, Picture, whole } from "./drawing.js";
import { N_SLOW, N_WAVES } from "./features.js";
import { Guess, guessSpecs } from "./guess.js";
import { MAP, TUNED_ALPHA } from "./moons.js";

const SIZES = [50, 60, 75, 100, 125, 150, 175, 190, 200, 210, 225, 250, 300, 400, 500, 650, 800];
SIZES.push(1000, 1300, 1700, 2200, 3000);

const SCENE2_SETTINGS = {
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
    this.request();
  }

  changed(name) {
    if (name.startsWith("guess")) {
      this.guess.fromSliders();
      this.draw();
    } else {
      this.request();
    }
  }

  reveal(shown) {
    this.player.stop();
    this.trails.clear();
    if (shown) this.player.start();
    this.draw();
  }

  open() {
    this.guess.reveal(true, { silent: true });
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
    const { answer } = this;
    const { n_transfer, labels, width, teacher } = answer.setting;
    const kind = teacher === "ridge" ? "Ridge teacher" : "Teacher";
    this.teacherMap.start(`${kind}: 40 labels (ring: wrong)`);
    this.studentMap.start(`Student, ${width} waves: ${n_transfer.toLocaleString("en")} ${labels} labels`);
    this.drawMap(this.teacherMap, answer.teacherMap, "teacher");
    this.drawLabelled();
    this.teacherMap.finish("Where the teacher sees each class, and the labels it learnt from.");
    if (this.guess.revealed) {
      this.drawMap(this.studentMap, answer.studentMap, "student");
      this.studentMap.finish("Where the student sees each class.");
    } else {
      this.drawTransfer();
      this.studentMap.finish("The transfer set, labelled by the teacher.");
    }
    this.drawChart();
    this.comment();
  }

  drawMap(picture, classes, name) {
    const canvas = document.getElementById(`scene2-${name}-canvas`);
    [canvas.width, canvas.height] = [MAP.width, MAP.height];
    const context = canvas.getContext("2d");
    const image = context.createImageData(MAP.width, MAP.height);
    const [minus, plus] = [picture.colours["minus-area"], picture.colours["plus-area"]].map(rgb);
    classes.forEach((value, i) => image.data.set(value ? plus : minus, 4 * i));
    context.putImageData(image, 0, 0);
    picture.place(canvas);
  }

  drawLabelled() {
    const { labelled, labels } = this.answer;
    const picture = this.teacherMap;
    const { plus, minus, ink } = picture.colours;
    labels.forEach((label, i) => {
      const [x, y] = [labelled.x1[i], labelled.x2[i]];
      const shape = label > 0 ? "dot" : "triangle";
      picture.mark(x, y, label > 0 ? plus : minus, { shape, size: 7 });
      if (label !== labelled.y[i]) picture.mark(x, y, ink, { shape: "ring", size: 13 });
    });
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
      const across = (transfer.x1[i] - MAP.x1[0]) / (MAP.x1[1] - MAP.x1[0]);
      const down = (MAP.x2[1] - transfer.x2[i]) / (MAP.x2[1] - MAP.x2[0]);
      context.fillStyle = score > 0 ? plus : minus;
      context.globalAlpha = setting.labels === "hard" ? 0.8 : Math.min(Math.abs(score), 1);
      context.beginPath();
      context.arc(across * canvas.width, down * canvas.height, 5, 0, 7);
      context.fill();
    });
    picture.place(canvas);
  }

  drawChart() {
    const { chart, guess, answer } = this;
    const { model, teacher, ridge, pencil, line } = chart.colours;
    const legend = [["teacher", teacher, "12 6"]];
    if (guess.revealed) legend.push(["student", model], ["ridge on slow waves", ridge, "3 6"]);
    if (guess.peak !== null) legend.push(["your guess", pencil, "1 8"]);
    chart.start("Error %", legend);
    const ends = [chart.x.from, chart.x.to];
    const level = (error, colour, dash) => chart.line(ends, [error, error], colour, { dash });
    level(answer.teacherError, teacher, "12 6");
    chart.vertical(this.controls.values.n_transfer, line);
    if (guess.revealed) {
      level(answer.ridgeError, ridge, "3 6");
      const trail = [...this.trail(answer.setting)].sort(([a], [b]) => a - b);
      chart.line(trail.map(([m]) => m), trail.map(([, error]) => error), model, { width: 4 });
      trail.forEach(([m, error]) => chart.mark(m, error, model, { size: 4 }));
      chart.mark(answer.setting.n_transfer, answer.studentError, model, { size: 9 });
    } else if (guess.peak === null) {
      chart.announce("✎ Draw here");
    }
    guess.draw();
    chart.finish(
      `Error against the size of the transfer set. The teacher's is ${percent(answer.teacherError)}` +
        (guess.revealed ? `, the student's ${percent(answer.studentError)}.` : "."),
    );
  }

  comment() {
    const { answer, guess } = this;
    const { teacherError, studentError, ridgeError, setting } = answer;
    const size = `${setting.n_transfer.toLocaleString("en")} labels from the teacher`;
    const known = `student ${percent(studentError)} · ridge on slow waves ${percent(ridgeError)}`;
    const reading = `${size} · wrong: teacher ${percent(teacherError)}`;
    const more = this.trail(setting).size < 2 ? " · Play draws the curve" : "";
    say("scene2-reading", guess.revealed ? `${reading} · ${known}${more}` : reading);
    say("scene2-coach", guess.revealed ? this.verdict() || explain(answer) : INVITATION_2);
  }

  /** At the end of the trail: where it was worst, beside the guess. */
  verdict() {
    const { setting, teacherError, studentError } = this.answer;
    const { n_transfer, labels, width } = setting;
    const trail = [...this.trail(setting)];
    const usual = labels === "hard" && width === N_WAVES && n_transfer === SIZES.at(-1);
    if (this.guess.peak === null || !usual || trail.length < SIZES.length) return "";
    const [peak] = trail.reduce((a, b) => (b[1] > a[1] ? b : a));
    const end = `${percent(studentError)} at the end, its teacher ${percent(teacherError)}.`;
    return this.guess.verdict(peak, `about as many labels as waves. The student errs on ${end}`);
  }
}

const INVITATION_2 =
  "Each model adds up 200 waves. The teacher memorised 40 labels, ringed ones wrong: its map is speckled. " +
  "It labels new points, and a student learns from those alone. Guess the student's error.";

/** The lesson of a setting, in a sentence or two. */
function explain({ setting, teacherError, studentError, ridgeError, agreement }) {
  const { n_transfer: m, labels, width, teacher, data } = setting;
  const better = studentError < teacherError;
  if (labels === "soft" && width === N_WAVES && m >= 1.25 * width && teacher === "interpolating") {
    return `A draw. Soft labels carry the teacher's exact scores: the student is its teacher again, on ${percent(agreement)} of the test points.`;
  }
  if (Math.abs(m / width - 1) < 0.13) {
    return "About as many labels as waves: near here the student has its own peak, and is a ruin.";
  }
  if (m < width) return "Fewer labels than waves: the student memorises what it is told.";
  if (teacher === "ridge" && data === "moons") {
    return "Distilling a tuned ridge wins a little, 0.6 points on average: the gap between the moons leaves room to straighten the border.";
  }
  if (data === "no gap" && teacher === "ridge") {
    return "A tuned teacher, and no gap between the classes: there are no scattered mistakes to average out, so a student does not help on average. A difference here is luck.";
  }
  if (!better) return "Not enough labels yet: the student is no better than its teacher.";
  if (width === N_SLOW) {
    return "The slow waves cannot draw speckles: a narrow student is better. On average a tuned ridge on these waves is better still.";
  }
  const honest = ridgeError < studentError ? " A tuned ridge on the slow waves beats both." : "";
  return `The student wins: with many hard labels the teacher's scattered mistakes average out. With soft labels it draws, with about 200 it loses.${honest}`;
}

/** The bytes of a colour written as #rrggbb. */
function rgb(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255, 255];
}
