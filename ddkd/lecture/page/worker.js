// Work beside the page: the same script, started again without a document.
import { drawStudent, drawTeacher, exactError } from "./clusters.js";
import { agreement, decisionMap, drawWorld, findNeighbourhood, fitModels, noisyLabels, predict, testError } from "./moons.js";
import { stream } from "./rng.js";
import { scenePopulation } from "./theory.js";

const worlds = new Map();

/** Answer the page's questions. */
export function startWorker() {
  const tasks = { moons, clusters };
  onmessage = ({ data: { number, task, setting } }) => {
    postMessage({ number, answer: tasks[task](setting) });
  };
}

/** Scene 2: the models' maps and errors, and the transfer set as the teacher labels it. */
function moons(setting) {
  const { data, seed, flip_rate, n_transfer } = setting;
  const key = [data, seed].join();
  if (!worlds.has(key)) {
    worlds.clear(); // one world is 10 MB
    worlds.set(key, drawWorld(setting));
  }
  const world = worlds.get(key);
  const { teacher, student, tuned } = fitModels(world, setting);
  const scores = predict(world.Z_transfer.firstRows(n_transfer), teacher);
  return {
    labelled: world.labelled,
    labels: noisyLabels(world, flip_rate),
    transfer: world.transfer,
    scores,
    neighbourhood: findNeighbourhood(world.transfer, scores),
    covered: world.covered,
    teacherMap: decisionMap(world.waves, teacher),
    studentMap: decisionMap(world.waves, student),
    teacherError: testError(world, teacher),
    studentError: testError(world, student),
    ridgeError: testError(world, tuned),
    agreement: agreement(world, teacher, student),
    ridgeAgreement: agreement(world, tuned, student),
  };
}

/** Scene 3: errors of fresh models of one width, one for each draw. */
function clusters({ curve, width, streams, seed, flip_rate, n_transfer, alpha }) {
  const population = scenePopulation(flip_rate);
  return streams.map((k) => {
    const uniform = stream(seed, k);
    if (curve === "teacher") {
      return exactError(population, drawTeacher(population, uniform, width, alpha));
    }
    const teacher = drawTeacher(population, uniform, population.mean.length, alpha);
    const student = drawStudent(population, uniform, teacher, n_transfer, width, alpha);
    return exactError(population, student);
  });
}

/** The page's end: one task at a time; `ask` answers with a promise. */
export class Assistant {
  constructor(source) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.worker = new Worker(address);
    this.waiting = new Map();
    this.number = 0;
    this.worker.onmessage = ({ data: { number, answer } }) => {
      this.waiting.get(number)(answer);
      this.waiting.delete(number);
    };
  }

  ask(task, setting) {
    this.number += 1;
    this.worker.postMessage({ number: this.number, task, setting });
    return new Promise((resolve) => this.waiting.set(this.number, resolve));
  }
}
