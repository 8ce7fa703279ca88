// The start: scenes, links, colours, and the button that every scene has.
import { say } from "./controls.js";
import { Scene0 } from "./scene0.js";
import { Scene1 } from "./scene1.js";
import { Scene2 } from "./scene2.js";
import { Scene3 } from "./scene3.js";
import { startScene4 } from "./scene4.js";
import { Assistant, startWorker } from "./worker.js";

if (typeof document === "undefined") startWorker();
else startPage(document.currentScript.textContent);

function startPage(source) {
  const assistant = new Assistant(source);
  const scenes = [new Scene0(), new Scene1(), new Scene2(assistant), new Scene3(assistant)];
  startScene4((link) => followLink(scenes, link, { revealed: false }));
  startTheme(scenes);
  scenes.slice(1).forEach(startLink);
  startPresentation(scenes);
  const follow = () => followLink(scenes, location.hash, { revealed: true });
  addEventListener("hashchange", follow);
  const resized = new ResizeObserver(() => scenes.forEach((scene) => scene.draw()));
  for (const element of document.querySelectorAll(".pictures")) resized.observe(element);
  follow();
}

/** Set the scene that a link describes, and go there; an exercise keeps its answer hidden. */
function followLink(scenes, link, { revealed }) {
  const words = new URLSearchParams(link.slice(1));
  const scene = scenes[words.get("scene") ?? -1];
  if (!scene) return;
  if (revealed) scene.open();
  else scene.guess.reveal(false);
  scene.controls.apply(words.toString());
  scene.controls.section.scrollIntoView();
}

/** Large letters; what is not needed behind "More"; keys; and all pictures shown in print. */
function startPresentation(scenes) {
  const root = document.documentElement;
  const sections = [...document.querySelectorAll("section")];
  const present = document.getElementById("present");
  const mores = [...document.querySelectorAll(".more-button")];
  const unfold = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
    scenes.forEach((scene) => scene.draw());
  };
  const turn = (on) => {
    present.setAttribute("aria-pressed", String(on));
    root.classList.toggle("presentation", on);
    mores.forEach((button) => unfold(button, !on && innerHeight >= 800));
  };
  present.addEventListener("click", () => turn(present.getAttribute("aria-pressed") === "false"));
  for (const button of mores) {
    button.addEventListener("click", () => unfold(button, button.getAttribute("aria-expanded") === "false"));
  }
  addEventListener("keydown", (event) => {
    const place = goal(event, sections);
    if (!place || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    place.scrollIntoView();
  });
  addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    scenes.forEach((scene) => scene.open());
  });
  turn(false);
}

/** The section that a key asks for: 0 to 4 by number, PageDown and PageUp the next. */
function goal({ key, target }, sections) {
  if (/^[0-4]$/.test(key)) return sections[Number(key)];
  const step = { PageDown: 1, PageUp: -1 }[key];
  if (!step || target.type === "range") return null;
  const header = document.querySelector("header").offsetHeight;
  const tops = sections.map((section) => Math.abs(section.getBoundingClientRect().top - header));
  return sections[tops.indexOf(Math.min(...tops)) + step];
}

/** Light or dark: the system's choice, until the button says otherwise. */
function startTheme(scenes) {
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = (dark) => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
    button.textContent = dark ? "Light" : "Dark";
    scenes.forEach((scene) => scene.draw());
  };
  button.addEventListener("click", () => paint(button.getAttribute("aria-pressed") === "false"));
  system.addEventListener("change", () => paint(system.matches));
  paint(system.matches);
}

/** The button that shows a scene's link. */
function startLink({ controls }) {
  controls.element("link").addEventListener("click", () => {
    history.replaceState(null, "", controls.link());
    const command = `python -m ddkd page --check "${controls.link()}"`;
    say(`scene${controls.number}-command`, `The link is in the address bar. The same numbers: ${command}`);
  });
}
