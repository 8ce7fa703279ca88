"use strict";

// Every number was computed when the page was built; the sliders only choose among them.
const { setting, curve, student } = JSON.parse(document.getElementById("numbers").textContent);
const n = setting.n_samples;

const percent = (share) => `${Math.round(100 * share)} %`;
const ridgeName = (alpha) => (alpha === 0 ? "none" : String(alpha));

// --- Sliders --------------------------------------------------------------------------------

/** A slider over a list of values, which shows and tells the value it stands at. */
class Choice {
  constructor(id, values, start, name, changed) {
    this.values = values;
    this.name = name;
    this.input = document.getElementById(id);
    this.output = document.getElementById(`${id}-value`);
    this.input.max = values.length - 1;
    this.input.value = values.indexOf(start);
    this.input.addEventListener("input", () => { this.show(); changed(); });
    this.show();
  }
  get index() { return Number(this.input.value); }
  get value() { return this.values[this.index]; }
  show() {
    this.output.value = this.name(this.value);
    this.input.setAttribute("aria-valuetext", this.output.value);
  }
}

const curveFlip = new Choice("curve-flip", setting.flip_rates, 0.1, percent, drawCurve);
const curveAlpha = new Choice("curve-alpha", setting.alphas, 0, ridgeName, drawCurve);
const curveWidth = new Choice("curve-width", curve.widths, n, String, drawCurve);
const studentM = new Choice("student-m", setting.transfer_sizes, 200, String, drawStudent);
const studentFlip = new Choice("student-flip", setting.flip_rates, 0.1, percent, drawStudent);
const studentWidth = new Choice("student-width", student.widths, n, String, drawStudent);

// --- Pictures -------------------------------------------------------------------------------

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const fontSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

function line(name, x, y, colour, dash) {
  return { name, x, y, mode: "lines", line: { color: style(colour), width: fontSize() / 5, dash } };
}

function dots(name, { widths }, error, standardError, colour, symbol) {
  const color = style(colour);
  return {
    name, x: widths, y: error, mode: "markers",
    marker: { color, symbol, size: fontSize() * 0.6 },
    error_y: { type: "data", array: standardError, color, thickness: fontSize() / 10, width: 0 },
  };
}

/** The chosen width, as a ring around each curve's value there. */
function rings(x, ...y) {
  return {
    name: "chosen width", x: y.map(() => x), y, mode: "markers", showlegend: false,
    marker: { symbol: "circle-open", size: fontSize() * 1.3, color: style("--ink"), line: { width: fontSize() / 6 } },
  };
}

/** A dotted line where a model's width equals its number of examples, and what it is. */
function threshold(at, text, colour, widest, side) {
  const color = style(colour);
  const beyond = at > widest;
  return {
    shape: {
      type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper", visible: !beyond,
      line: { color, width: fontSize() / 8, dash: "dot" },
    },
    annotation: {
      text: `<b>${text}${beyond ? " \u2192" : ""}</b>`, font: { color }, showarrow: false, align: side,
      x: Math.log10(Math.min(at, widest)), xanchor: beyond ? "right" : side,
      y: 1, yref: "paper", yanchor: "top", xshift: side === "left" ? 8 : -8,
    },
  };
}

function draw(id, traces, thresholds, widest) {
  const axis = { color: style("--ink"), gridcolor: style("--faint"), linecolor: style("--ink"), fixedrange: true, zeroline: false };
  const { clientWidth: width, clientHeight: height } = document.getElementById(id);
  const layout = {
    width, height,
    font: { family: "system-ui, sans-serif", size: fontSize(), color: style("--ink") },
    paper_bgcolor: style("--paper"), plot_bgcolor: style("--paper"),
    margin: { l: fontSize() * 4.2, r: fontSize(), t: fontSize() * 2, b: fontSize() * 3 },
    xaxis: {
      ...axis, type: "log", range: [Math.log10(1.9), Math.log10(widest * 1.1)],
      tickvals: [2, 5, 10, 20, 50, 100, 200, 500, 1000], title: { text: "width (number of random features)", standoff: 5 },
    },
    yaxis: { ...axis, range: [0, 0.56], dtick: 0.1, tickformat: ".0%", title: { text: "test error", standoff: 5 } },
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
    shapes: thresholds.map((t) => t.shape),
    annotations: thresholds.map((t) => t.annotation),
    dragmode: false,
  };
  Plotly.react(id, traces, layout, { displayModeBar: false });
}

function drawCurve() {
  const [f, a, w] = [curveFlip.index, curveAlpha.index, curveWidth.index];
  const error = curve.error[f][a];
  const trainRisk = curve.train_risk[f][a][w];
  const memory = trainRisk < 5e-4
    ? `It has memorised every label${curveFlip.value > 0 ? ", the wrong ones too" : ""}.`
    : `Squared error on its own labels: ${trainRisk.toFixed(2)}.`;
  document.getElementById("curve-reading").textContent =
    `Theory: width ${curveWidth.value} errs in ${percent(error[w])}. ${memory}`;
  // Half of a narrow plot, the part right of the threshold, has no room for one line.
  const narrow = document.getElementById("curve-plot").clientWidth < 52 * fontSize();
  const name = ["interpolation", "threshold:", `width = n = ${n}`].join(narrow ? "<br>" : " ");
  draw("curve-plot", [
    line("theory (large sizes)", curve.widths, error, "--direct"),
    dots(`simulation, ${setting.n_repeats} draws`, curve.dots, curve.dots.error[f][a], curve.dots.standard_error[f][a], "--direct", "square"),
    rings(curveWidth.value, error[w]),
  ], [threshold(n, name, "--ink", setting.widest, "left")], setting.widest);
}

function drawStudent() {
  const [i, f, w] = [studentM.index, studentFlip.index, studentWidth.index];
  const m = studentM.value, widest = setting.widest_student;
  const direct = student.direct[f], own = student.student[i][f], teacher = student.teacher[f];
  const ownDots = student.student_dots[i];
  document.getElementById("student-reading").textContent =
    `Theory at width ${studentWidth.value}: direct ${percent(direct[w])} wrong, ` +
    `student ${percent(own[w])}, teacher ${percent(teacher)}.`;
  draw("student-plot", [
    line("direct: n labels", student.widths, direct, "--direct", "dash"),
    dots("simulation", student.direct_dots, student.direct_dots.error[f], student.direct_dots.standard_error[f], "--direct", "square"),
    line("student: m labels by the teacher", student.widths, own, "--student"),
    dots("simulation", ownDots, ownDots.error[f], ownDots.standard_error[f], "--student", "circle"),
    line("teacher", [1.9, widest * 1.1], [teacher, teacher], "--ink", "dashdot"),
    rings(studentWidth.value, direct[w], own[w]),
  ], [
    threshold(n, `n = ${n}`, "--direct", widest, "right"),
    threshold(m, `m = ${m}`, "--student", widest, m > 200 ? "right" : "left"),
  ], widest);
}

// --- Light and dark -------------------------------------------------------------------------

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  themeButton.setAttribute("aria-pressed", dark);
  drawCurve();
  drawStudent();
}

const themeButton = document.getElementById("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
themeButton.addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
prefersDark.addEventListener("change", () => setTheme(prefersDark.matches));
setTheme(prefersDark.matches);
addEventListener("resize", () => { drawCurve(); drawStudent(); });

// --- Claims ---------------------------------------------------------------------------------

for (const choice of document.querySelectorAll('#data input')) {
  choice.addEventListener("change", () => {
    for (const table of document.querySelectorAll('#claims [role="region"]')) table.hidden = table.id !== choice.value;
  });
}
