// The words around the microscope: the state of the connection, where in the episode, what must not be overlooked, what was refused.

import { count, number } from "../lib/format.js";

const NOTICE_MS = 10000;

const CONNECTION = {
  connecting: "connecting …", open: "connected", lost: "connection lost", reconnecting: "reconnecting …", refused: "not started", gone: "session ended",
};

/**
 * @typedef {object} Status
 * @property {string} connection
 * @property {string} [reason] why it is lost or refused
 * @property {string} [phase]
 * @property {string} [detail] of the phase
 * @property {string} [device]
 * @property {number} [queue]
 * @property {{ready: number, of: number} | null} [warming] programs compiled ahead
 * @property {"none" | "recorded" | "live"} [showing] what the pictures show
 */

/** Sets text only where it changed, so that screen readers do not repeat it. */
function say(id, text) {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Status} status */
export function writeStatus(status) {
  const { connection, phase, device, queue } = status;
  document.body.dataset.connection = connection;
  document.body.dataset.phase = phase ?? "";
  say("fact-connection", CONNECTION[connection]);
  say("fact-device", device ?? "");
  say("fact-queue", queue ? `${queue} waiting` : "");
  say("fact-warming", warmingText(status));
  say("banner", bannerText(status));
}

/**
 * "3 of 10 environments ready" while programs are compiled ahead.
 * @param {{warming?: {ready: number, of: number} | null}} status
 */
export const warmingText = ({ warming }) => (warming && warming.ready < warming.of ? `${warming.ready} of ${count(warming.of, "environment")} ready` : "");

/**
 * The text of the banner, or nothing.
 * @param {Status} status
 */
export function bannerText({ connection, reason, phase, detail, showing = "live" }) {
  const [recorded, live] = [showing === "recorded", showing === "live"];
  const kept = recorded ? "Recorded opening plan. " : "";
  if (connection === "refused") return `${kept}The server refused to begin: ${reason}`;
  if (connection === "gone") return "This session was deleted. Choose a checkpoint to begin another.";
  if (connection === "lost" || connection === "reconnecting") {
    return reason ? `${kept}${reason} Trying again.` : `${kept}Connection lost; trying again.${live ? " The last plan stays visible." : ""}`;
  }
  if (connection === "connecting") return `${kept}${recorded ? "Connecting to the planning service …" : "Waiting for the planning service …"}`;
  if (recorded) return `${kept}${phase === "planning" ? "The live plan is being made." : "The live plan is being compiled."}`;
  if (phase === "compiling") return `${detail || "compiling"} …${live ? " The last plan stays visible until then." : ""}`;
  return "";
}

/** A frame's place in the episode, and the time of its plan. */
export function writeMoment({ episode, step, furthest, planMs }) {
  const end = episode?.terminated ? " · the episode has ended" : episode?.truncated ? " · time limit reached" : "";
  say("moment", `step ${step}${furthest > step ? ` of ${furthest}` : ""} · return ${number(episode?.return ?? 0)}${end}`);
  say("fact-plan-ms", Number.isFinite(planMs) ? `${number(planMs)} ms per plan` : "");
}

/** Something was refused: said near the knobs, for as long as it takes to read. */
export class Notice {
  constructor() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.clearing = undefined;
  }

  /** @param {string} text */
  say(text) {
    say("notice", text);
    clearTimeout(this.clearing);
    if (text) this.clearing = setTimeout(() => say("notice", ""), NOTICE_MS);
  }
}

/**
 * Disables the buttons that make no sense here.
 * @param {Record<string, any>} status
 */
export function writeTransport({ playing, step, furthest }) {
  document.body.dataset.playing = `${playing}`;
  for (const button of document.querySelectorAll("button[data-do]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const action = button.dataset.do;
    if (action === "first" || action === "back") button.disabled = step === 0;
    if (action === "last") button.disabled = step >= furthest;
    if (action === "play") button.setAttribute("aria-pressed", `${playing}`);
  }
}
