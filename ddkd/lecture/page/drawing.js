// Pictures as SVG text, redrawn whole at every change; sizes in pixels of the screen.

/** The page's colours, read from the style sheet: they follow the light and the dark. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${name}`).trim() });
}

/** A number for people: three digits, thousands apart. */
export function readable(value) {
  if (value >= 100) return Math.round(Number(value.toPrecision(3))).toLocaleString("en");
  return String(Number(value.toPrecision(value < 0.001 ? 1 : 2)));
}

export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/** A share as a whole number of percent, for the ticks of an axis. */
export function whole(share) {
  return String(Math.round(100 * share));
}

/** One set of axes in an <svg>. */
export class Picture {
  /** An axis is { from, to, log, ticks, label, format }; without ticks it is not drawn. */
  constructor(identifier, x, y) {
    this.svg = document.getElementById(identifier);
    this.x = x;
    this.y = y;
    this.clip = `${identifier}-clip`;
    this.colours = colours();
  }

  /** Measure the screen and start a picture below a title and a legend: [text, colour, dash]. */
  start(title, legend = []) {
    const box = this.svg.getBoundingClientRect();
    this.width = Math.round(box.width);
    this.height = Math.round(box.height);
    this.em = parseFloat(getComputedStyle(this.svg).fontSize);
    this.unit = this.em / 17; // lines and marks grow with the letters
    this.parts = [];
    this.outside = [];
    this.left = this.y.ticks ? 3.6 * this.em : 2;
    this.right = this.width - (this.y.ticks ? 1.2 * this.em : 2);
    this.top = this.legend(title, legend) + (this.y.ticks ? 1.3 : 0.2) * this.em;
    this.bottom = this.height - (this.x.ticks ? 3 * this.em : 2);
    this.axes();
  }

  /** Write the title and the legend over the picture, in as many rows as they need. */
  legend(title, entries) {
    const { em } = this;
    const lines = wrapWords(title, Math.floor(this.width / (0.63 * em)));
    lines.forEach((line, k) => {
      const text = this.words(0, (1 + 1.35 * k) * em, line, "start");
      this.outside.push(text.replace("<text", '<text font-weight="600"'));
    });
    let [x, row] = [1.5 * em + 0.63 * em * lines.at(-1).length, lines.length - 1];
    for (const [text, colour, dash] of entries) {
      const width = 3.4 * em + 0.54 * em * text.length;
      if (x + width > this.width + em) [x, row] = [0, row + 1];
      const y = (1 + 1.35 * row) * em;
      const key = stroke(colour, 4, dash);
      this.outside.push(`<path d="M${round(x)},${round(y - 0.3 * em)}h${2 * em}" ${key}/>`);
      this.outside.push(this.words(x + 2.4 * em, y, text, "start"));
      x += width;
    }
    return (1.3 + 1.35 * row) * em;
  }

  axes() {
    const { x, y, left, right, top, bottom, em } = this;
    const thin = stroke(this.colours.line, 1);
    for (const value of x.ticks ?? []) {
      const at = this.px(value);
      this.outside.push(`<path d="M${at},${bottom}v${0.35 * em}" ${thin}/>`);
      this.outside.push(this.words(at, bottom + 1.4 * em, (x.format ?? String)(value)));
    }
    const crowded = (y.ticks?.length - 1) * 1.3 * em > bottom - top; // name every second line only
    for (const [k, value] of (y.ticks ?? []).entries()) {
      const at = this.py(value);
      this.outside.push(`<path d="M${left},${at}H${right}" ${thin} stroke-opacity="0.35"/>`);
      const text = crowded && k % 2 ? "" : (y.format ?? String)(value);
      this.outside.push(this.words(left - 0.5 * em, at + 0.35 * em, text, "end"));
    }
    if (x.label) this.outside.push(this.words(left, bottom + 2.6 * em, x.label, "start"));
    const frame = `x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"`;
    this.outside.push(`<rect ${frame} fill="none" ${thin}/>`);
    this.parts.push(`<clipPath id="${this.clip}"><rect ${frame}/></clipPath>`);
  }

  px(value) {
    return round(this.left + fraction(this.x, value) * (this.right - this.left));
  }

  py(value) {
    // Far out of range is as good as just outside: the clip hides both.
    const share = Math.min(Math.max(fraction(this.y, value), -2), 3);
    return round(this.bottom - share * (this.bottom - this.top));
  }

  /** The values of x and y at a point of the screen. */
  valueAt({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const across = (clientX - box.left - this.left) / (this.right - this.left);
    const up = (this.bottom - (clientY - box.top)) / (this.bottom - this.top);
    return [unfraction(this.x, across), unfraction(this.y, up)];
  }

  line(xs, ys, colour, { width = 3, dash = "" } = {}) {
    const points = Array.from(xs, (x, i) => `${this.px(x)},${this.py(ys[i])}`).join(" ");
    const style = stroke(colour, width * this.unit, dash);
    this.parts.push(`<polyline points="${points}" fill="none" stroke-linejoin="round" ${style}/>`);
  }

  /** Marks: "dot", "triangle" or "ring"; `size` is half their width. */
  mark(x, y, colour, { size = 6, shape = "dot" } = {}) {
    const [cx, cy, r] = [this.px(x), this.py(y), round(size * this.unit)];
    const edge = stroke(this.colours.paper, 1.5 * this.unit);
    const paint = shape === "ring" ? `fill="none" ${stroke(colour, 2.5 * this.unit)}` : `fill="${colour}" ${edge}`;
    const triangle = `<path d="M${cx},${cy - 1.2 * r}l${1.1 * r},${2 * r}h${-2.2 * r}z" ${paint}/>`;
    const circle = `<circle cx="${cx}" cy="${cy}" r="${r}" ${paint}/>`;
    this.parts.push(shape === "triangle" ? triangle : circle);
  }

  /** A bar of an error, from y - half to y + half. */
  bar(x, y, half, colour) {
    const path = `M${this.px(x)},${this.py(y - half)}V${this.py(y + half)}`;
    this.parts.push(`<path d="${path}" ${stroke(colour, 2.5 * this.unit)}/>`);
  }

  /** A vertical line across the picture, named above its frame. */
  vertical(x, colour, name = "", align = "end") {
    const { top, bottom, em } = this;
    this.parts.push(`<path d="M${this.px(x)},${top}V${bottom}" ${stroke(colour, 2, "2 5")}/>`);
    this.outside.push(this.words(this.px(x) + 0.2 * em, top - 0.3 * em, name, align));
  }

  /** An arrow at the upper edge with the height of what is cut off there. */
  cut(x, height, colour) {
    const [at, y] = [this.px(x), this.top - 0.3 * this.em];
    const late = at > (this.left + this.right) / 2;
    const text = late ? `up to ${readable(height)} ▲` : `▲ up to ${readable(height)}`;
    this.outside.push(this.words(at, y, text, late ? "end" : "start", colour));
  }

  words(x, y, text, align = "middle", colour = this.colours.ink) {
    return `<text x="${round(x)}" y="${round(y)}" text-anchor="${align}" fill="${colour}">${text}</text>`;
  }

  /** Words above the frame, where no data are. */
  above(x, text, align = "middle") {
    this.outside.push(this.words(this.px(x), this.top - 0.3 * this.em, text, align));
  }

  /** Hatch the right of x down to the axis, and name it below. */
  hatch(x, name) {
    const { right, top, bottom, em, colours: palette } = this;
    const [left, tall] = [this.px(x), bottom - top];
    let path = "";
    for (let start = left - tall; start < right; start += 1.1 * em) {
      const skipped = Math.max(left - start, 0);
      path += `M${round(start + skipped)},${round(bottom - skipped)}L${round(start + tall)},${top}`;
    }
    this.parts.push(`<path d="${path}" ${stroke(palette.line, 1)} stroke-opacity="0.4"/>`);
    const fits = left + 0.6 * em * name.length < right;
    const [at, align] = fits ? [left, "start"] : [right, "end"];
    this.outside.push(this.words(at, bottom + 2.6 * em, name, align));
  }

  /** Put a canvas where the axes are; in shares of the picture, so that print may shrink both. */
  place(canvas) {
    const { left, top, right, bottom, width, height } = this;
    const style = { left: left / width, top: top / height };
    Object.assign(style, { width: (right - left) / width, height: (bottom - top) / height });
    for (const [name, share] of Object.entries(style)) canvas.style[name] = `${100 * share}%`;
  }

  /** Show what has been drawn; `description` is for those who do not see it. */
  finish(description) {
    this.svg.innerHTML =
      this.outside.join("") + `<g clip-path="url(#${this.clip})">${this.parts.slice(1).join("")}</g>` + this.parts[0];
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-label", description);
  }
}

/** Words in as many lines as they need. */
function wrapWords(text, length) {
  const lines = [];
  for (const word of text.split(" ")) {
    if (lines.length && `${lines.at(-1)} ${word}`.length <= length) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}

function stroke(colour, width, dash = "") {
  const dashes = dash ? ` stroke-dasharray="${dash}"` : "";
  return `stroke="${colour}" stroke-width="${width}" stroke-linecap="round"${dashes}`;
}

function round(value) {
  return Math.round(10 * value) / 10;
}

/** Where a value lies on an axis, from 0 to 1. */
function fraction({ from, to, log }, value) {
  if (log) return Math.log(Math.max(value, 1e-300) / from) / Math.log(to / from);
  return (value - from) / (to - from);
}

function unfraction({ from, to, log }, share) {
  const inside = Math.min(Math.max(share, 0), 1);
  return log ? from * Math.pow(to / from, inside) : from + (to - from) * inside;
}
