// Sliders and buttons: every setting is one of a list of choices, and part of a link.

/** The settings of one scene, bound to the elements `scene1-width` and so on. */
export class Controls {
  /**
   * `specs`: for each setting its `choices`, the `start`, the `text` of a value, and whether it
   * is `local`, that is, no part of the link. `onChange` is told which setting changed.
   */
  constructor(number, specs, onChange) {
    Object.assign(this, { number, specs, onChange, values: {} });
    this.section = document.getElementById(`scene${number}`);
    for (const name of Object.keys(specs)) this.bind(name);
    for (const button of this.section.querySelectorAll("[data-set]")) {
      button.addEventListener("click", () => this.apply(button.dataset.set));
    }
  }

  bind(name) {
    const spec = this.specs[name];
    const element = this.element(name);
    this.values[name] = spec.start;
    if (element.type === "range") {
      element.max = spec.choices.length - 1;
      element.addEventListener("input", () => this.choose(name, Number(element.value)));
    } else {
      const { length } = spec.choices;
      element.addEventListener("click", () => this.choose(name, (this.index(name) + 1) % length));
    }
    this.show(name);
  }

  element(name) {
    return document.getElementById(`scene${this.number}-${name}`);
  }

  index(name) {
    return this.specs[name].choices.indexOf(this.values[name]);
  }

  choose(name, index) {
    this.set(name, this.specs[name].choices[index]);
    this.onChange(name);
  }

  /** Set a value, or the choice next to it, without telling anyone. */
  set(name, value) {
    const { choices } = this.specs[name];
    if (typeof choices[0] === "number") {
      const distance = (choice) => Math.abs(choice - value);
      value = choices.reduce((a, b) => (distance(b) < distance(a) ? b : a));
    }
    if (choices.includes(value)) this.values[name] = value;
    this.show(name);
  }

  show(name) {
    const element = this.element(name);
    const text = this.specs[name].text(this.values[name]);
    if (element.type === "range") {
      element.value = this.index(name);
      element.setAttribute("aria-valuetext", text);
      document.getElementById(`${element.id}-value`).textContent = text;
    } else {
      element.textContent = text;
    }
  }

  /** Apply settings written as in a link; a value may be the name of another setting. */
  apply(text) {
    this.section.dispatchEvent(new Event("apply"));
    const names = [...new URLSearchParams(text)].filter(([name]) => name in this.specs);
    for (const [name, word] of names) {
      const numeric = typeof this.specs[name].choices[0] === "number";
      const value = word in this.values ? this.values[word] : numeric ? Number(word) : word;
      this.set(name, value);
    }
    names.forEach(([name]) => this.onChange(name));
  }

  /** The scene's settings as the end of an address. */
  link() {
    const shared = Object.keys(this.specs).filter((name) => !this.specs[name].local);
    const parts = shared.map((name) => [name, this.values[name]]);
    return `#${new URLSearchParams([["scene", this.number], ...parts])}`;
  }
}

/**
 * Moves one slider through all its choices, until it is touched or the button is pressed.
 *
 * At the value `halt()` it waits for the button, however long there is to read.
 */
export class Player {
  /**
   * `milliseconds`: of one step; `ready` says whether the last step has been drawn; `jumps`:
   * who prefers little motion sees the last step at once.
   */
  constructor(controls, name, { milliseconds, ready = () => true, jumps = false, halt = () => null }) {
    Object.assign(this, { controls, name, milliseconds, ready, jumps, halt, timer: null, next: 0 });
    this.button = controls.element("play");
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.start(this.next)));
    for (const event of ["pointerdown", "keydown"]) {
      controls.element(name).addEventListener(event, () => this.stop());
    }
    controls.section.addEventListener("apply", () => this.stop());
  }

  start(first = 0) {
    this.stop();
    const last = this.controls.specs[this.name].choices.length - 1;
    if (this.jumps && matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.controls.choose(this.name, 0);
      this.controls.choose(this.name, last);
      return;
    }
    let index = first;
    const step = () => {
      if (!this.ready()) return;
      this.controls.choose(this.name, index++);
      if (index > last) this.stop();
      else if (this.controls.values[this.name] === this.halt()) this.stop(index);
    };
    this.button.textContent = "❚❚ Stop";
    this.timer = setInterval(step, this.milliseconds);
    step();
  }

  /** Stop; the button then goes on from `next`. */
  stop(next = 0) {
    clearInterval(this.timer);
    Object.assign(this, { next, timer: null });
    this.button.textContent = next ? "▶ Go on" : "▶ Play";
  }
}

/** Say something in an element, once: a screen reader repeats what is written again. */
export function say(identifier, text) {
  const element = document.getElementById(identifier);
  if (element.textContent !== text) element.textContent = text;
}

/** Numbers from `first` to `last`. */
export function range(first, last, step = 1) {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
}
