// Scene 0: the curve of the founding experiment, as a guess.
import { Controls, range, say } from "./controls.js";
import { percent, Picture, whole } from "./drawing.js";
import { Guess, guessSpecs } from "./guess.js";
import { indexOfLargest } from "./words.js";

/** Test errors on Fashion-MNIST, 10,000 labelled images: docs/measured/founding-experiment.json. */
export const FOUNDING = {
  n_samples: 10000,
  widths: [50, 101, 205, 416, 842, 1706, 3455, 7000, 8500, 9500, 10000, 10500, 11500, 13000, 16000, 19943, 24858, 30984, 38620, 48137, 60000],
  errors: [0.2916, 0.2344, 0.1983, 0.1751, 0.1571, 0.1438, 0.1425, 0.224, 0.3326, 0.542, 0.8986, 0.5434, 0.3626, 0.2771, 0.2086, 0.1749, 0.1597, 0.1486, 0.1414, 0.138, 0.1343],
};
const N_FIRST = 4; // widths that are drawn before a guess

const SCENE0_SETTINGS = guessSpecs(
  [50, ...range(100, 900, 100), ...range(1000, 9000, 1000), ...range(10000, 60000, 10000)],
  range(0, 10).map((k) => k / 10),
  { peak: 5000, end: 0.5, textOfEnd: (share) => `${Math.round(100 * share)} %` },
);

export class Scene0 {
  constructor() {
    this.chart = new Picture(
      "scene0-chart",
      { from: 45, to: 66000, log: true, ticks: [100, 1000, 10000], label: "width (features)" },
      { from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: whole },
    );
    this.controls = new Controls(0, SCENE0_SETTINGS, () => {
      this.guess.fromSliders();
      this.draw();
    });
    this.guess = new Guess(this.controls, this.chart, {
      onChange: () => this.draw(),
      onReveal: () => this.draw(),
    });
    this.draw();
  }

  open() {
    this.guess.reveal(true);
  }

  draw() {
    const { chart, guess } = this;
    const { model, pencil } = chart.colours;
    const { widths, errors, n_samples } = FOUNDING;
    const legend = [["test error", model]];
    if (guess.peak !== null) legend.push(["your guess", pencil, "1 8"]);
    chart.start("Wrong on new images, %", legend);
    const count = guess.revealed ? widths.length : N_FIRST;
    if (guess.revealed) {
      chart.line(widths, errors, model, { width: 4 });
      chart.hatch(n_samples, "features ≥ images");
    } else if (guess.peak === null) {
      chart.above(chart.x.from, "✎ Draw here", "start");
    }
    widths.slice(0, count).forEach((width, k) => chart.mark(width, errors[k], model, { size: 7 }));
    guess.draw();
    chart.finish(
      guess.revealed
        ? "Error against width: it falls, rises to a peak at width 10,000, and falls again."
        : "Error at the first four widths; the rest is to be guessed.",
    );
    say("scene0-coach", guess.revealed ? this.verdict() : INVITATION_0);
  }

  verdict() {
    const { widths, errors } = FOUNDING;
    const valley = errors[6];
    const reason = `as many features as images. ${percent(Math.max(...errors))} wrong is guessing among ten classes. The error falls to ${percent(valley)}, rises to this peak, and falls a second time, to ${percent(errors.at(-1))}: double descent. Why? Scene 1 shows it on a model that can be seen.`;
    return this.guess.verdict(widths[indexOfLargest(errors)].toLocaleString("en"), reason);
  }
}

const INVITATION_0 =
  "A model learns from 10,000 labelled pictures of clothes, in ten classes: shirt, shoe, bag … The more features (numbers computed from a picture) it may use, the wider it is. " +
  "The dots are its first four errors on new pictures. How does it go on?";
