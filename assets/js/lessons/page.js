// The page of lessons: a card for each, with how far this browser has come, and the faults of files.

import { openableDialog } from "../controls/dialog.js";
import { at, complete, plainPage, waitingIn } from "../controls/plain_page.js";
import { around, element } from "../lib/elements.js";
import { count } from "../lib/format.js";
import { ownStorage } from "../lib/storage.js";
import { byFile, cardOf, nextOf, sayAll } from "./cards.js";
import { forgetProgress, KEY, readProgress } from "./progress.js";

// A file that its teacher is still writing may have many.
const FEW_FAULTS = 4;
const NOT_KEPT = "This browser keeps nothing for this page: every lesson begins at its first step.";

/** @type {import("./cards.js").Lesson[]} */
let lessons = [];

// --- cards ----------------------------------------------------------------------------------------------------------------------

/** @param {ReturnType<typeof cardOf>} card */
function writeCard(card, isNext) {
  const { lesson, place, facts, said, state, open: [text, href] } = card;
  const open = Object.assign(element("a", isNext ? "lesson-open lesson-next" : "lesson-open", text), { href });
  if (state === "finished") open.title = "From the first step, with all predictions open: what you did and answered in this lesson is forgotten";
  open.setAttribute("aria-label", `${text}: ${lesson.title}`);
  const made = around("li", "lesson-card",
    around("div", "lesson-heading", element("span", "lesson-place", place), element("h2", "", lesson.title)),
    element("p", "lesson-teaches", lesson.teaches),
    around("p", "lesson-facts", facts, ...needs(card)),
    around("div", "lesson-progress", steps(card), element("span", "lesson-said", said)),
    around("div", "lesson-tools", open, listOfSteps(card)),
  );
  made.id = `lesson-${lesson.name}`;
  Object.assign(made.dataset, { lesson: lesson.name, state });
  return made;
}

function needs({ needs }) {
  return needs.flatMap(({ name, title, there, finished }, index) => {
    const before = index ? ", " : " · after ";
    const said = finished ? `${title} ✓` : title;
    if (!there) return [before, element("span", "lesson-missing", `${title} (not on this server)`)];
    const link = Object.assign(element("a", "", said), { href: `#lesson-${name}` });
    if (finished) link.title = "finished";
    return [before, link];
  });
}

/** One piece for each step. The words beside say the same. */
function steps({ steps }) {
  const bar = around("div", "lesson-bar", ...steps.map(({ done, here }) => {
    const piece = element("span", "lesson-piece");
    if (done) piece.dataset.done = "";
    if (here) piece.dataset.here = "";
    return piece;
  }));
  bar.setAttribute("aria-hidden", "true");
  return bar;
}

function listOfSteps({ lesson, steps }) {
  const list = around("ol", "", ...steps.map(({ title, href, done }) => around("li", "", Object.assign(element("a", "", title), { href }), done ? " ✓" : "")));
  const references = lesson.references.map((text) => element("p", "hint", text));
  return around("details", "lesson-steps", element("summary", "", "steps"), list, ...references);
}

function write() {
  const all = readProgress();
  const cards = lessons.map((lesson) => cardOf(lesson, lessons, all));
  const next = nextOf(cards);
  const opened = new Set([...document.querySelectorAll(".lesson-card:has(details[open])")].map(({ id }) => id));
  at("lessons").replaceChildren(...cards.map((card) => writeCard(card, card === next)));
  for (const id of opened) at(id).querySelector("details")?.setAttribute("open", "");
  at("lessons-note").textContent = sayAll(cards);
  at("kept").hidden = !cards.length;
  at("forget-open").hidden = !Object.keys(all).length;
  if (!ownStorage()) at("kept-note").textContent = NOT_KEPT;
}

// --- faults ---------------------------------------------------------------------------------------------------------------------

function writeDamaged(damaged) {
  at("damaged").hidden = !damaged.length;
  at("damaged-list").replaceChildren(...byFile(damaged, lessons).map(({ file, shown, faults }) => {
    const said = `${file}: ${count(faults.length, "fault")}, and ${shown ? "it can be opened all the same" : "it cannot be opened"}`;
    const list = around("ul", "", ...faults.map(({ line, what, remedy }) => element("li", "", `line ${line}: ${what}; ${remedy}`)));
    const made = around("details", "", element("summary", "", said), list);
    made.open = faults.length <= FEW_FAULTS;
    return made;
  }));
}

// --- forgetting -----------------------------------------------------------------------------------------------------------------

function forgetDialog(lifetime) {
  const sure = Object.assign(element("button", "forget-sure", "Forget it"), { type: "button" });
  const text = "Which steps are done, and what you answered, is forgotten for every lesson. It cannot be brought back.";
  const dialog = openableDialog({ id: "forget", label: "Forget my progress", title: "Forget my progress?", content: [element("p", "", text), around("p", "forget-buttons", sure)], lifetime });
  lifetime.listen(sure, "click", () => {
    forgetProgress();
    dialog.close();
    write();
    at("kept-note").textContent = "Your progress is forgotten.";
  });
  return dialog;
}

// --- beginning ------------------------------------------------------------------------------------------------------------------

const { api, lifetime } = plainPage({ forget: () => (dialog.open ? dialog.close() : dialog.showModal()) });
const dialog = forgetDialog(lifetime);
document.body.append(dialog);
try {
  const found = await waitingIn("lessons-note", () => api.lessons());
  lessons = found.lessons;
  writeDamaged(found.damaged);
  write();
  // Progress made in another tab, and on the way back from a lesson.
  lifetime.listen(window, "storage", ({ key }) => { if (key === KEY || key === null) write(); });
  lifetime.listen(window, "pageshow", ({ persisted }) => { if (persisted) write(); });
} catch (error) {
  at("lessons-note").textContent = `The lessons cannot be shown: ${/** @type {Error} */ (error).message}`;
}
complete();
