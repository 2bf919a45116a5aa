// The page of checkpoints: a gallery of cards with moving pictures, and learning curves.

import { at, complete, plainPage, waitingIn } from "../controls/plain_page.js";
import { byEnvironment } from "./cards.js";
import { curvesPicture } from "./curves.js";
import { CheckpointGallery } from "./gallery.js";
import { element } from "../lib/elements.js";
import { aboutLearning, readLearning } from "./learning.js";
import { onThemeChange, readTheme } from "../lib/palette.js";
import { count } from "../lib/format.js";

const { api, lifetime } = plainPage();
/** @type {CheckpointGallery | null} */
let gallery = null;
let theme = readTheme();
let learning = null;

// --- cards ----------------------------------------------------------------------------------------------------------------------

function writeCheckpoints({ checkpoints, damaged, missing }, planners) {
  const environments = byEnvironment(checkpoints).length;
  const empty = "There are no checkpoints here yet. Train one with “twistscope train”.";
  const summary = `${count(checkpoints.length, "checkpoint")} for ${count(environments, "environment")}.`;
  at("damaged").hidden = !damaged.length;
  at("damaged-list").replaceChildren(...damaged.map(({ detail }) => element("li", "", detail)));
  at("checkpoints-note").textContent = checkpoints.length || damaged.length ? summary : empty;
  if (!checkpoints.length) return;
  gallery = new CheckpointGallery({ checkpoints, missing, planners, api, theme: () => theme, wanted: decodeURIComponent(location.hash.slice(1)), lifetime });
  at("gallery").replaceChildren(gallery.element);
}

// --- learning curves ------------------------------------------------------------------------------------------------------------

async function loadLearning() {
  const answer = await fetch(new URL("../../learning.json", import.meta.url));
  if (answer.status === 404) return "No learning curves have been measured yet.";
  if (!answer.ok) return `The learning curves could not be read: ${answer.statusText}.`;
  const results = await answer.json();
  learning = readLearning(results);
  return aboutLearning(results, learning);
}

function drawLearning() {
  at("curves").replaceChildren(...(learning ?? []).map((chart) => curvesPicture(chart, theme)));
}

async function writeLearning() {
  at("learning-note").textContent = await loadLearning().catch((error) => `The learning curves could not be read: ${error.message}.`);
  drawLearning();
}

// --- beginning ------------------------------------------------------------------------------------------------------------------

onThemeChange(() => {
  theme = readTheme();
  gallery?.repaint();
  drawLearning();
});
const curves = writeLearning();
try {
  const [cards, { planners }] = await waitingIn("checkpoints-note", () => Promise.all([api.checkpoints(), api.planners()]));
  writeCheckpoints(cards, planners);
} catch (error) {
  at("checkpoints-note").textContent = `The checkpoints cannot be shown: ${/** @type {Error} */ (error).message}`;
}
await curves;
complete();
