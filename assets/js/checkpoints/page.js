// The page of checkpoints: a group for each environment, with a card for each stage of its runs; and learning curves.

import { followButtons } from "../controls/buttons.js";
import { PAGE_KEYS } from "../controls/page_keys.js";
import { ViewDialog } from "../controls/view.js";
import { linkTo } from "../lib/address.js";
import { followKeys } from "../lib/keyboard.js";
import { Lifetime } from "../lib/lifetime.js";
import { ApiError, apiOfPage } from "../source/api.js";
import { byEnvironment, factsOf, returnsOf, returnsScale } from "./cards.js";
import { curvesPicture } from "./curves.js";
import { around, element } from "../lib/elements.js";
import { aboutLearning, readLearning } from "./learning.js";
import { onThemeChange, readTheme } from "../lib/palette.js";
import { ScenePicture } from "../pictures/scene_canvas.js";
import { returnsPicture } from "./returns.js";
import { count } from "../lib/format.js";

const RETRY = 1500;

const api = apiOfPage();
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const pictures = [];
let theme = readTheme();
let learning = null;

// --- groups and cards -----------------------------------------------------------------------------------------------------------

function groupOf({ environment, cards }, planners) {
  const scale = returnsScale(cards);
  const group = around(
    "section", "environment",
    element("h2", "", environment),
    pictureOf(environment, cards.at(-1)),
    around("div", "environment-cards", ...cards.map((card) => cardOf(card, planners, scale))),
  );
  group.id = environment;
  return group;
}

function cardOf(card, planners, scale) {
  const open = element("a", "open-checkpoint", "open in the microscope");
  open.href = linkTo("./", location.search, { checkpoint: card.name, step: null });
  open.setAttribute("aria-label", `open in the microscope: ${card.title}`);
  const facts = element("dl", "facts-of-card");
  for (const [term, text, title] of factsOf(card)) {
    const value = element("dd", "", text);
    if (title) value.title = title;
    facts.append(around("div", "", element("dt", "", term), value));
  }
  const heading = around("h3", "", card.title, " ", element("code", "", card.name));
  const words = around("div", "card-words", heading, element("p", "", card.description), facts);
  const made = around("article", "card", words, returnsPicture(returnsOf(card, planners), scale), open);
  made.dataset.checkpoint = card.name;
  return made;
}

/** The picture of an environment: the state that the microscope opens with. Asked for when it comes into sight, as the server may have to load a network. */
function pictureOf(environment, card) {
  const canvas = element("canvas", "");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `A state of ${environment}`);
  const caption = element("figcaption", "hint", "");
  const figure = around("figure", "environment-picture", canvas, caption);
  const picture = new ScenePicture(canvas, () => theme);
  pictures.push(picture);
  const watcher = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    watcher.disconnect();
    try {
      const scene = await api.scene(card.name);
      picture.show(scene);
      caption.textContent = scene.caption;
      canvas.setAttribute("aria-label", `A state of ${environment}: ${scene.caption}`);
    } catch (error) {
      canvas.hidden = true;
      caption.textContent = `No picture: ${/** @type {Error} */ (error).message}`;
    }
  }, { rootMargin: "200px" });
  watcher.observe(figure);
  return figure;
}

function writeCheckpoints({ checkpoints, damaged }, planners) {
  const groups = byEnvironment(checkpoints);
  const empty = "There are no checkpoints here yet. Train one with “twistscope train”.";
  const summary = `${count(checkpoints.length, "checkpoint")} for ${count(groups.length, "environment")}.`;
  at("checkpoints-note").textContent = checkpoints.length || damaged.length ? summary : empty;
  at("environments").replaceChildren(...groups.map((group) => groupOf(group, planners)));
  at("contents").replaceChildren(...groups.map(({ environment }) => chip(environment, environment)), chip("learning", "learning curves"));
  at("damaged").hidden = !damaged.length;
  at("damaged-list").replaceChildren(...damaged.map(({ detail }) => element("li", "", detail)));
}

function chip(id, text) {
  const made = element("a", "chip", text);
  made.href = `#${encodeURIComponent(id)}`;
  return made;
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
  for (const picture of pictures) picture.paint();
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
if (location.hash) location.replace(location.hash);
