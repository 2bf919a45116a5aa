// The words around the microscope from its first picture on: the state of the connection, what must not be overlooked, what was refused.

import { count } from "../lib/format.js";

const CONNECTION = {
  loading: "loading …", connecting: "connecting …", unreachable: "not connected", open: "connected", lost: "connection lost",
  reconnecting: "reconnecting …", refused: "not started", gone: "session ended",
};

/**
 * @typedef {object} Status
 * @property {string} connection
 * @property {string} [reason] why it is lost or refused
 * @property {string} [phase]
 * @property {string} [detail] of the phase
 * @property {string} [failure] why the plan that is asked for cannot be made; empty where nothing failed
 * @property {string} [device]
 * @property {number} [queue]
 * @property {{ready: number, of: number} | null} [warming] programs compiled ahead
 * @property {import("./picture_state.js").Showing} [showing] relation of the pictures to what is asked for
 * @property {"control" | "view"} [role] view for who may look, not touch
 * @property {{id: string, title: string} | null} [replay] the recording that is replayed
 * @property {boolean} [late] the plan that is asked for is not here yet, and not just because it takes a moment
 */

/** Sets text only where it changed, so that screen readers do not repeat it. */
export function say(id, text) {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Status} status */
export function writeStatus(status) {
  const { connection, failure, device, queue, replay, role } = status;
  document.body.dataset.connection = connection;
  document.body.toggleAttribute("data-failure", !!failure);
  const state = replay && connection === "open" ? `replay of “${replay.title}”` : CONNECTION[connection];
  say("fact-connection", role === "view" ? `${state}, looking on` : state);
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

const PICTURES = {
  none: "", live: "", recorded: "Recorded opening plan.", opening: "The pictures are of the recorded opening plan, not of these settings.",
  other: "The pictures are of an earlier plan.", earlier: "The pictures are of an earlier plan.",
};

/**
 * The text of the banner, or nothing.
 * @param {Status} status
 */
export function bannerText(status) {
  const { showing = "live" } = status;
  const happening = happeningText(status);
  const pictures = happening || showing === "recorded" ? PICTURES[showing] : "";
  // Recorded is what the pictures are all the time; the rest is a consequence of what happens.
  return (showing === "recorded" ? [pictures, happening] : [happening, pictures]).filter(Boolean).join(" ");
}

/** @param {Status} status */
function happeningText({ connection, reason, phase, detail, failure, late, showing = "live" }) {
  const live = showing === "live";
  switch (connection) {
    case "loading": return "Loading …";
    case "connecting": return late || showing === "none" || showing === "recorded" ? "Connecting …" : "";
    case "unreachable": return "The planning service does not answer; trying again.";
    case "refused": return `The server refused to begin: ${reason}`;
    case "gone": return "This session was deleted. Choose a checkpoint to begin another.";
    case "lost":
    case "reconnecting": return reason ? `${reason} Trying again.` : `Connection lost; trying again.${live ? " The last plan stays visible." : ""}`;
  }
  if (failure) return `Planning failed: ${sentence(failure)}${showing === "none" ? " Change a setting, or choose another checkpoint." : ""}`;
  if (showing === "recorded") return phase === "planning" ? "The live plan is being made." : "The live plan is being compiled.";
  if (phase === "compiling") return `${detail || "compiling"} …${live ? " The last plan stays visible until then." : ""}`;
  return late ? `Planning${detail ? `: ${detail}` : ""} …` : "";
}

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * Why something was refused: each value that is not possible with those that are, or the reason as the server gives it.
 * @param {{title?: string, detail?: string, errors?: {field: string, given: any, allowed: string}[]}} problem
 */
export function refusalText({ title, detail, errors = [] }) {
  const fields = errors.map(({ field: path, given, allowed }) => {
    const field = fieldText(path);
    // The name is wrong, not the value.
    const what = allowed.startsWith("one of the settings") ? `${field}: there is no such setting here` : `${field}: ${givenText(given)} is not possible`;
    return `${what}, ${allowedText(allowed)}.`;
  });
  return fields.length ? fields.join(" ") : [title, detail].filter(Boolean).map(sentence).join(" ");
}

/** A part of a list of interventions, in words. @param {string} path */
function fieldText(path) {
  const [, place, name] = /^interventions\.(\d+)\.(\w+)$/.exec(path) ?? [];
  return place === undefined ? path : `intervention ${Number(place) + 1}, ${name.replaceAll("_", " ")}`;
}

// A list of all names is no help any more.
const LONGEST = 120;

/** Requests are checked by a library, whose words differ from the planner's. */
function allowedText(allowed) {
  if (allowed.startsWith("Input should")) return allowed.replace("Input", "it");
  const text = `allowed is ${allowed}`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/,[^,]*$/, "")} and others` : text;
}

function givenText(given) {
  if (given === "" || given === null || given === undefined) return "nothing";
  return typeof given === "number" ? `${given}`.replace("-", "−") : typeof given === "string" ? `“${given}”` : JSON.stringify(given);
}
