// The start: scenes, links, colours, and the buttons that every scene has.
import { say } from "./controls.js";
import { sceneAsSvg } from "./drawing.js";
import { Scene1 } from "./scene1.js";
import { Scene2 } from "./scene2.js";
import { Scene3 } from "./scene3.js";
import { startScene4 } from "./scene4.js";
import { Assistant, startWorker } from "./worker.js";

if (typeof document === "undefined") startWorker();
else startPage(document.currentScript.textContent);

function startPage(source) {
  const assistant = new Assistant(source);
  const scenes = [new Scene1(), new Scene2(assistant), new Scene3(assistant)];
  startScene4();
  startTheme(scenes);
  scenes.forEach(startTools);
  const follow = () => followLink(scenes);
  addEventListener("hashchange", follow);
  new ResizeObserver(() => scenes.forEach((scene) => scene.draw())).observe(document.body);
  follow();
}

/** Set the scene that the address describes, and go there. */
function followLink(scenes) {
  const words = new URLSearchParams(location.hash.slice(1));
  const scene = scenes[Number(words.get("scene")) - 1];
  if (!scene) return;
  scene.open();
  scene.controls.apply(words.toString());
  scene.controls.section.scrollIntoView();
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

/** The buttons that save a scene's pictures and show its link. */
function startTools({ controls }) {
  const { number, section } = controls;
  controls.element("save").addEventListener("click", () => {
    const blob = new Blob([sceneAsSvg(section)], { type: "image/svg+xml" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `double-descent-scene${number}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  controls.element("link").addEventListener("click", () => {
    history.replaceState(null, "", controls.link());
    const command = `python -m ddkd page --check "${controls.link()}"`;
    say(`scene${number}-command`, `The link is in the address bar. The same numbers: ${command}`);
  });
}
