// The words around the pictures: where in the episode, the sentence, the state of the connection, what was refused.

import { captions } from "../frame/captions.js";
import { narrate } from "../frame/narration.js";
import { number } from "../lib/format.js";

const at = (id) => document.getElementById(id);

/** Sets text only where it changed, so that screen readers are not told the same again. */
function say(id, text) {
  const element = at(id);
  if (element && element.textContent !== text) element.textContent = text;
}

export function writeFrame(frame, view) {
  const { episode, step, furthest } = frame;
  const end = episode?.terminated ? " · the episode has ended" : episode?.truncated ? " · time limit reached" : "";
  say("moment", `step ${step}${furthest > step ? ` of ${furthest}` : ""} · return ${number(episode?.return ?? 0)}${end}`);
  writeTitles(frame);
  // A square world in a low, wide panel would be a stamp.
  const [x0, x1, y0, y1] = frame.scene?.focus ?? [0, 2, 0, 1];
  at("centre")?.toggleAttribute("data-tall-world", (x1 - x0) / (y1 - y0) < 1.1);
  say("fact-plan-ms", Number.isFinite(frame.planMs) ? `${number(frame.planMs)} ms per plan` : "");
  writeLevel(frame, view);
}

/** The names of the panels are the layout's, and are those of particles. */
function writeTitles(frame) {
  const kind = frame.tree ? "tree" : "particles";
  if (document.body.dataset.kind !== kind) {
    // The style sheet shows the help of this kind.
    document.body.dataset.kind = kind;
    for (const heading of document.querySelectorAll(".panel-heading[data-tree]")) heading.title = heading.dataset[kind];
  }
  const { titles, world, genealogy } = captions(frame);
  for (const [panel, title] of Object.entries(titles)) {
    const heading = document.querySelector(`.panel:has(#${panel}) h2`);
    if (heading && heading.textContent !== title) heading.textContent = title;
  }
  say("world-note", world(frame));
  say("genealogy-note", genealogy(frame));
}

export function writeLevel(frame, view) {
  at("narration")?.setAttribute("aria-live", frame.playing ? "off" : "polite");
  const sentence = narrate(frame, view.level);
  say("narration", sentence);
  // A narrow window cuts it off.
  at("narration").title = sentence;
  say("weights-note", captions(frame).weights(frame, view.level));
}

const CONNECTION = {
  connecting: "connecting …", open: "connected", lost: "connection lost", reconnecting: "reconnecting …", refused: "not started", gone: "session ended",
};

export function writeStatus({ connection, reason, phase, detail, device, queue }) {
  document.body.dataset.connection = connection;
  document.body.dataset.phase = phase ?? "";
  say("fact-connection", CONNECTION[connection]);
  say("fact-device", device ?? "");
  say("fact-queue", queue > 0 ? `${queue} waiting` : "");
  say("banner", bannerText({ connection, reason, phase, detail }));
}

/** What must not be overlooked, or nothing. */
export function bannerText({ connection, reason, phase, detail }) {
  const lost = connection === "lost" || connection === "reconnecting";
  if (lost) return reason ? `${reason} Trying again.` : "Connection lost; trying again. The last plan stays visible.";
  if (connection === "refused") return `The server refused to begin: ${reason}`;
  if (connection === "gone") return "This session was deleted. Choose a checkpoint to begin another.";
  if (connection === "connecting") return "Waiting for the planning service …";
  if (phase === "compiling") return `${detail || "compiling"} …  The last plan stays visible until then.`;
  return "";
}

let clearing = 0;

/** Something was refused: said near the knobs, for as long as it takes to read. */
export function writeNotice(text) {
  say("notice", text);
  clearTimeout(clearing);
  if (text) clearing = setTimeout(() => say("notice", ""), 10000);
}

/** The buttons that make no sense here. */
export function writeTransport({ playing, step, furthest }) {
  document.body.dataset.playing = playing;
  for (const button of document.querySelectorAll("[data-do]")) {
    const { do: action } = button.dataset;
    if (action === "first" || action === "back") button.disabled = step === 0;
    if (action === "last") button.disabled = step >= furthest;
    if (action === "play") button.setAttribute("aria-pressed", playing);
  }
}
