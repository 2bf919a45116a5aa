// The page of checkpoints: a gallery of cards with moving pictures, and learning curves.

import { followButtons } from "../controls/buttons.js";
import { PAGE_KEYS } from "../controls/page_keys.js";
import { ViewDialog } from "../controls/view.js";
import { linkTo } from "../lib/address.js";
import { followKeys } from "../lib/keyboard.js";
import { Lifetime } from "../lib/lifetime.js";
import { ApiError, apiOfPage } from "../source/api.js";
import { byEnvironment } from "./cards.js";
import { curvesPicture } from "./curves.js";
import { CheckpointGallery } from "./gallery.js";
import { element } from "../lib/elements.js";
import { aboutLearning, readLearning } from "./learning.js";
import { onThemeChange, readTheme } from "../lib/palette.js";
import { count } from "../lib/format.js";

const RETRY = 1500;

const api = apiOfPage();
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {CheckpointGallery | null} */
let gallery = null;
let theme = readTheme();
let learning = null;

// --- cards ----------------------------------------------------------------------------------------------------------------------

function writeCheckpoints({ checkpoints, damaged }, planners) {
  const environments = byEnvironment(checkpoints).length;
  const empty = "There are no checkpoints here yet. Train one with “twistscope train”.";
  const summary = `${count(checkpoints.length, "checkpoint")} for ${count(environments, "environment")}.`;
  at("damaged").hidden = !damaged.length;
  at("damaged-list").replaceChildren(...damaged.map(({ detail }) => element("li", "", detail)));
  at("checkpoints-note").textContent = checkpoints.length || damaged.length ? summary : empty;
  if (!checkpoints.length) return;
  gallery = new CheckpointGallery({ checkpoints, planners, api, theme: () => theme, wanted: decodeURIComponent(location.hash.slice(1)), lifetime });
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

/** Asks until the backend answers. An answer that says no is final. */
async function whatThereIs() {
  for (;;) {
    try {
      const [cards, { planners }] = await Promise.all([api.checkpoints(), api.planners()]);
      return [cards, planners];
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) throw error;
      at("checkpoints-note").textContent = "The planning service does not answer yet. Trying again …";
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

const lifetime = new Lifetime();
const view = new ViewDialog(lifetime);
const actions = { view: () => view.toggle() };
document.body.append(view.element);
followButtons(actions, lifetime);
followKeys(document, PAGE_KEYS.filter(({ does }) => does in actions), actions, lifetime);
onThemeChange(() => {
  theme = readTheme();
  gallery?.repaint();
  drawLearning();
});
for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-page]"))) link.href = linkTo(`${link.dataset.page}`, location.search);
const curves = writeLearning();
try {
  writeCheckpoints(...(await whatThereIs()));
} catch (error) {
  at("checkpoints-note").textContent = `The checkpoints cannot be shown: ${/** @type {Error} */ (error).message}`;
}
await curves;
at("all").setAttribute("aria-busy", "false");
// The address may name a part of the page that was not there when it was loaded.
if (document.getElementById(location.hash.slice(1))) location.replace(location.hash);
