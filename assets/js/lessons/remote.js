// The presenter's remote: notes, the next step and the answers of the class, in a window of its own beside the page that the class sees.

import { at, complete, plainPage } from "../controls/plain_page.js";
import { element, around } from "../lib/elements.js";
import { answersPicture, distributionsOf } from "./answers.js";
import { followersText } from "./class_line.js";
import { RemoteLink } from "./remote_link.js";

const NO_SESSION = "This page belongs to a lesson that is presented: open the lesson in the microscope, and its remote from there.";
const NOBODY = "No page of this browser presents this session. Open the lesson in another window of this browser; this page finds it by itself.";
const SILENT = "The page that presents does not answer. Is its window still open?";
const NOTHING = "No lesson is open in the page that presents.";
// Pages answer within milliseconds; one that is in the background may take longer.
const PATIENCE = 2000;

const session = new URLSearchParams(location.search).get("session");
/** @type {import("./remote_link.js").Heard | null} */
let heard = null;
/** @type {import("./panel.js").Lesson | null} */
let lesson = null;
let wanted = "";
let waiting = 0;

const { api, lifetime } = plainPage({ "step-back": () => go(-1), "step-next": () => go(1) });

// --- hearing and asking -----------------------------------------------------------------------------------------------------------

const link = session ? new RemoteLink(session, hear) : null;

/** @param {import("./remote_link.js").Heard} said */
async function hear(said) {
  heard = said;
  clearTimeout(waiting);
  if (said.lesson !== wanted) await load(said.lesson ?? "");
  write();
}

/** @param {string} name */
async function load(name) {
  wanted = name;
  lesson = null;
  if (!name) return;
  try {
    const found = await api.lesson(name);
    if (wanted === name) lesson = found;
  } catch (error) {
    if (wanted === name) say(`The lesson cannot be shown: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {number | string} where */
function go(where) {
  const there = typeof where === "number" ? place() + where : 0;
  if (!link || !lesson || there < 0 || there >= lesson.steps.length) return;
  link.go(where);
  expect(SILENT);
}

/** Says so where nothing is heard for a while. */
function expect(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => say(text), PATIENCE);
}

// --- showing ----------------------------------------------------------------------------------------------------------------------

const say = (text) => { at("remote-note").textContent = text; };
const place = () => lesson?.steps.findIndex(({ id }) => id === heard?.at) ?? -1;

function write() {
  if (!lesson) {
    if (!wanted) say(NOTHING);
    at("remote-step").hidden = at("remote-foot").hidden = true;
    return;
  }
  const { steps } = lesson;
  const here = Math.max(place(), 0);
  const step = steps[here];
  say("");
  document.title = `${here + 1}/${steps.length} ${step.title} · remote`;
  at("remote-step").hidden = at("remote-foot").hidden = false;
  at("remote-lesson").textContent = `${lesson.title}, step ${here + 1} of ${steps.length}`;
  at("remote-class").textContent = followersText(heard?.viewers ?? null);
  at("remote-title").textContent = step.title;
  writeNotes(step);
  const found = distributionsOf(heard?.answers);
  at("remote-answers").replaceChildren(...step.predictions.map((asked) => around("div", "", answersPicture(asked, found[asked.id]), revealButton(asked.id))));
  at("remote-tasks").hidden = !step.tasks.length;
  at("remote-tasks-list").replaceChildren(...step.tasks.map(({ say: text }) => element("li", "", text)));
  const button = (id) => /** @type {HTMLButtonElement} */ (at(id));
  button("remote-back").disabled = here === 0;
  button("remote-next").disabled = here + 1 === steps.length;
  at("remote-coming").textContent = here + 1 < steps.length ? `Next: ${steps[here + 1].title}` : "This is the last step.";
  writeSteps(steps, here);
}

/** Shows the answer to the class, once. @param {string} prediction */
function revealButton(prediction) {
  const shown = !!heard?.revealed?.includes(prediction);
  const button = Object.assign(element("button", "quiet answers-reveal", shown ? "The class sees the answer." : "show the answer to the class"), { type: "button", disabled: shown });
  button.addEventListener("click", () => link?.reveal(prediction));
  return button;
}

/** The notes are scrolled to their beginning with every step, and stay where they are while answers come. */
function writeNotes({ id, notes }) {
  const place = at("remote-notes");
  if (place.dataset.step === id) return;
  place.dataset.step = id;
  // The service lets no markup of the file through but Markdown's.
  place.innerHTML = notes;
  if (!notes) place.replaceChildren(element("p", "hint", "This step has no notes."));
  scrollTo(0, 0);
}

function writeSteps(steps, here) {
  at("remote-steps-list").replaceChildren(...steps.map(({ id, title }, index) => {
    const button = Object.assign(element("button", "quiet", title), { type: "button" });
    button.addEventListener("click", () => go(id));
    if (index === here) button.setAttribute("aria-current", "step");
    return around("li", "", button);
  }));
}

// --- beginning --------------------------------------------------------------------------------------------------------------------

const KEYS = { PageUp: -1, PageDown: 1 };
lifetime.listen(document, "keydown", (event) => {
  if (!(event.key in KEYS) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  go(KEYS[event.key]);
});
if (link) {
  lifetime.add(() => link.close());
  // The page may have moved on while this window was out of sight.
  lifetime.listen(document, "visibilitychange", () => { if (!document.hidden) link.greet(); });
  expect(NOBODY);
  link.greet();
} else say(NO_SESSION);
complete();
