// A step of a lesson on the page: its text, with predictions, terms and names of panels in their places, and its tasks.

import { around, element } from "../lib/elements.js";
import { linkPanels } from "./panel_links.js";
import { markTerms } from "./terms.js";

/**
 * @typedef {object} Page that a step stands in
 * @property {(asked: any) => HTMLElement} prediction makes the element of a prediction
 * @property {(task: any) => boolean} possible true where the page can show what a task asks for
 * @property {(name: string) => void} focusKnob
 * @property {(event: Event, href: string) => void} follow a link of the text to a moment
 * @property {(panel: string) => void} lead brings a panel into sight
 * @property {import("../lib/lifetime.js").Lifetime} lifetime
 */

/**
 * @param {import("./panel.js").Step} step
 * @param {Page} page
 */
export function stepArticle(step, page) {
  const text = element("div", "lesson-text");
  // The service lets no markup of the file through but Markdown's.
  text.innerHTML = step.html;
  for (const asked of step.predictions) text.querySelector(`[data-predict="${asked.id}"]`)?.replaceWith(page.prediction(asked));
  for (const link of text.querySelectorAll("a")) {
    const href = link.getAttribute("href") ?? "";
    if (href.startsWith("?")) page.lifetime.listen(link, "click", (event) => page.follow(event, href));
    else Object.assign(link, { target: "_blank", rel: "noopener" });
  }
  markTerms(text);
  linkPanels(text, page.lead);
  const tasks = around("ul", "lesson-tasks", ...step.tasks.map((task, index) => taskItem(task, `${step.id}/${index}`, page)));
  const article = around("article", "lesson-step", element("h2", "lesson-step-title", step.title), text, ...(step.tasks.length ? [tasks] : []));
  article.dataset.step = step.id;
  return article;
}

/** @param {any} task @param {string} key @param {Page} page */
function taskItem(task, key, page) {
  const item = around("li", "lesson-task", element("span", "task-mark"), element("span", "", task.say));
  linkPanels(item, page.lead);
  const possible = page.possible(task);
  if (task.setting && possible) item.append(knobButton(task.setting, page));
  if (!possible) item.append(element("span", "task-live", "needs the live page"));
  item.dataset.task = key;
  return item;
}

/** Leads to a knob: it may be far down, or behind a drawer. @param {string} name @param {Page} page */
function knobButton(name, { focusKnob, lifetime }) {
  const made = Object.assign(element("button", "quiet task-knob", "knob"), { type: "button", title: "Go to this knob" });
  lifetime.listen(made, "click", () => focusKnob(name));
  return made;
}

/** References to read on; an element without anything in it where there are none. @param {string[]} references */
export function readingList(references) {
  if (!references.length) return element("div");
  return around("div", "lesson-references", element("h3", "", "To read on"), around("ul", "", ...references.map(referenceOf)));
}

/** A reference, in which an article's number in the archive leads to it. @param {string} text */
function referenceOf(text) {
  const [before, id, after] = text.split(/\b(arXiv [\d.]+\d)/);
  if (!id) return element("li", "", text);
  return around("li", "", before, Object.assign(element("a", "", id), { href: `https://arxiv.org/abs/${id.slice(6)}`, target: "_blank", rel: "noopener" }), after);
}
