// The words around the microscope that a live plan brings: where in the episode, what a person is told, which buttons make sense. The first picture
// does without them (status.js).

import { number } from "../lib/format.js";
import { say } from "./status.js";

const NOTICE_MS = 10000;

/**
 * Words for a live plan that is not there: where the server has refused a session, none comes.
 * @param {{connection: string}} status
 */
export const withoutPlan = ({ connection }) => (connection === "refused" ? "there is none here." : "wait for the first one.");

/** A frame's place in the episode, and the time of its plan. */
export function writeMoment({ episode, step, furthest, planMs, replayed, environmentStep }) {
  const end = episode?.terminated ? " · the episode has ended" : episode?.truncated ? " · time limit reached" : "";
  const place = replayed ? `recorded frame ${step} of ${furthest} · step ${environmentStep}` : `step ${step}${furthest > step ? ` of ${furthest}` : ""}`;
  say("moment", `${place} · return ${number(episode?.return ?? 0)}${end}`);
  say("fact-plan-ms", Number.isFinite(planMs) ? `${number(planMs)} ms per plan` : "");
}

/** Something was refused: said near the knobs, for as long as it takes to read. */
export class Notice {
  constructor() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.clearing = undefined;
    /** True while it says what was refused. */
    this.refusal = false;
  }

  /** @param {string} text */
  say(text) {
    this.refusal = false;
    say("notice", text);
    clearTimeout(this.clearing);
    if (text) this.clearing = setTimeout(() => say("notice", ""), NOTICE_MS);
  }

  /** Says that something was refused, until something else is taken. @param {string} text */
  refuse(text) {
    this.say(text);
    this.refusal = true;
  }

  /** Something was taken: what was refused before is no news any more. */
  taken() {
    if (this.refusal) this.say("");
  }
}

/** The answer to whoever goes on from where nothing follows. */
export const ENDED = "Nothing follows here: go back or reset.";

/** True at the end of an episode, and at the last frame of a recording. @param {Record<string, any>} status */
export const isOver = ({ phase, playing, replay, step, furthest }) => !playing && (replay ? step >= furthest : phase === "ended");

/**
 * Disables the buttons that make no sense here.
 * @param {Record<string, any>} status
 * @param {boolean} [film] true while a film is open, whose next level the play button shows
 */
export function writeTransport(status, film = false) {
  const { playing, step, furthest } = status;
  document.body.dataset.playing = `${playing}`;
  for (const button of document.querySelectorAll("button[data-do]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const action = button.dataset.do;
    if (action === "first" || action === "back") button.disabled = step === 0;
    if (action === "last") button.disabled = step >= furthest;
    if (action === "forward") button.disabled = isOver(status);
    if (action === "play") button.disabled = isOver(status) && !film;
    if (action === "play") button.setAttribute("aria-pressed", `${playing}`);
  }
}
