// Guess, then see: a pencil on a picture, by pointer or by two sliders.
import { range } from "./controls.js";

const BINS = 80;

/** Settings for the two sliders that draw a guess without a pointer. */
export function guessSpecs(peaks, ends, { peak, end, textOfEnd }) {
  return {
    guess_peak: { choices: peaks, start: peak, text: String, local: true },
    guess_end: { choices: ends, start: end, text: textOfEnd, local: true },
  };
}

/**
 * A guess about the curve of a picture.
 *
 * `controls` has the settings of `guessSpecs`; the button `reveal` shows the truth, or takes
 * it away again. Afterwards a pointer on the picture reports to `onScrub`.
 */
export class Guess {
  constructor(controls, picture, { onChange, onReveal, onScrub = () => {} }) {
    Object.assign(this, { controls, picture, onChange, onReveal, onScrub });
    this.revealed = false;
    this.heights = new Array(BINS).fill(null);
    this.button = controls.element("reveal");
    this.button.addEventListener("click", () => this.reveal(!this.revealed));
    picture.svg.addEventListener("pointerdown", (event) => this.down(event));
    picture.svg.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      picture.svg.addEventListener(end, () => (this.last = null));
    }
    this.last = null;
    this.reveal(false, { silent: true });
  }

  reveal(shown, { silent = false } = {}) {
    this.revealed = shown;
    this.button.textContent = shown ? "Guess again" : "Show me";
    this.picture.svg.classList.toggle("pencil", !shown);
    if (!shown) this.heights.fill(null);
    if (!silent) this.onReveal(shown);
  }

  down(event) {
    if (event.button) return;
    this.picture.svg.setPointerCapture(event.pointerId);
    this.last = this.picture.valueAt(event);
    this.move(event);
  }

  move(event) {
    if (!this.last) return;
    const here = this.picture.valueAt(event);
    if (this.revealed) {
      this.onScrub(here[0]);
      return;
    }
    const [from, to] = [this.last, here].map(([x]) => this.binOf(x));
    const steps = Math.abs(to - from) || 1;
    for (const step of range(0, steps)) {
      const share = step / steps;
      const height = this.last[1] + share * (here[1] - this.last[1]);
      this.heights[Math.round(from + share * (to - from))] = height;
    }
    this.last = here;
    this.controls.set("guess_peak", this.peak);
    this.controls.set("guess_end", this.heights[this.drawn.at(-1)]);
    this.onChange();
  }

  /** Draw the guess that the two sliders describe: up to a peak, then to an end. */
  fromSliders() {
    const { log, from, to } = this.picture.y;
    const level = (share) => (log ? from * Math.pow(to / from, share) : from + share * (to - from));
    const { guess_peak, guess_end } = this.controls.values;
    const peak = this.binOf(guess_peak);
    for (const bin of range(0, BINS - 1)) {
      // A bump of the shape of a tent with bent sides, over a straight way to the end.
      const bump = Math.exp(-Math.abs(bin - peak) / 8);
      const base = bin < peak ? level(0.4) : guess_end;
      const top = level(0.85);
      this.heights[bin] = log ? base * Math.pow(top / base, bump) : base + (top - base) * bump;
    }
  }

  binOf(x) {
    const { from, to } = this.picture.x;
    return Math.round((BINS - 1) * (Math.log(x / from) / Math.log(to / from)));
  }

  xOf(bin) {
    const { from, to } = this.picture.x;
    return from * Math.pow(to / from, bin / (BINS - 1));
  }

  get drawn() {
    return range(0, BINS - 1).filter((bin) => this.heights[bin] !== null);
  }

  /** Where the guess is highest; null without a guess. */
  get peak() {
    const { drawn } = this;
    if (drawn.length === 0) return null;
    return this.xOf(drawn.reduce((a, b) => (this.heights[b] > this.heights[a] ? b : a)));
  }

  draw() {
    const { drawn, picture } = this;
    if (drawn.length === 0) return;
    const [xs, ys] = [drawn.map((bin) => this.xOf(bin)), drawn.map((bin) => this.heights[bin])];
    picture.line(xs, ys, picture.colours.pencil, { width: 4, dash: "1 8" });
  }

  /** What to say about the guess, and where it is worst; highest at one of its ends it has no peak. */
  verdict(worst, reason) {
    const { drawn, peak } = this;
    const inside = [drawn[0], drawn.at(-1)].every((bin) => this.xOf(bin) !== peak);
    const told = inside ? `You said worst at ${this.controls.values.guess_peak}. ` : "You drew no peak. ";
    return `${peak === null ? "" : told}It is worst at ${worst}: ${reason}`;
  }
}
