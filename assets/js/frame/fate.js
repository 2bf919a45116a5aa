// The fate of a particle in words: where its line ended, where it was revived, and what became of its descendants. Pure.

import { count } from "../lib/format.js";

/**
 * @param {any} frame
 * @param {import("./particle.js").Step[]} steps of the particle's lineage
 * @param {"lineage" | "other"} [name]
 * @returns {string} one or more sentences; empty where nothing is kept about it
 */
export function fateOf(frame, steps, name = "lineage") {
  const [level] = name === "lineage" ? frame.particle : frame["other/particle"];
  const last = steps.at(-1);
  const said = [];
  const killed = isKilled(frame, steps, name);
  if (killed && last && last.level !== level) said.push(`The episode ended at level ${last.level}.`);
  if (killed) said.push(killedText(frame[`${name}/fate`], level));
  else if (last && last.level !== level) said.push(`The episode ended at level ${last.level}; it waits since.`);
  else if (last?.terminal) said.push("The episode ends here.");
  // At the last level there is nothing else to be said of it.
  const waits = !!last && (last.level !== level || last.terminal);
  const line = killed ? "" : lineText(frame, frame[`${name}/fate`], level, waits);
  if (line) said.push(line);
  const revivals = steps.filter((step) => step.revived);
  if (revivals.length) said.push(revivalText(revivals));
  return said.join(" ");
}

/**
 * True where an intervention killed the particle: at its last step, or where it waits after the end of its episode.
 * @param {any} frame
 * @param {import("./particle.js").Step[]} steps
 * @param {"lineage" | "other"} [name]
 */
export function isKilled(frame, steps, name = "lineage") {
  const [level, slot] = name === "lineage" ? frame.particle : frame["other/particle"];
  const last = steps.at(-1);
  const places = [{ level, slot }, ...(last ? [last] : [])];
  return frame.interventions.some((each) => each.kind === "kill" && places.some((place) => place.level === each.level && place.slot === each.slot));
}

/** A killed particle keeps its slot, and counts, until the next resampling drops it. */
function killedText(fate, level) {
  const [reached] = fate ?? [level];
  return `Killed: it has no weight and no offspring.${reached > level ? ` It keeps its slot, without any weight, until level ${reached}.` : ""}`;
}

/** The end of its descendants; `fate` is the last level with one, how many there, and the last level there could have been. */
function lineText({ slots, restarts }, fate, level, waits) {
  if (!fate) return "";
  const [reached, descendants, end] = fate;
  if (reached < end) return reached === level ? "Dies out here: 0 offspring." : `Its line died out at level ${reached}: 0 offspring${descendants > 1 ? ` of ${descendants} descendants` : ""} there.`;
  if (level === end) return waits ? "" : restarts ? "Reaches the end of its round." : "Reaches the last level.";
  return `${count(descendants, "particle")} of ${slots} at ${restarts ? `the end of its round, level ${end},` : `the last level, ${end},`} ${descendants === 1 ? "descends" : "descend"} from it.`;
}

function revivalText(revivals) {
  const last = revivals[revivals.length - 1];
  const from = last.from < 0 ? "the root" : `the state of level ${last.from}`;
  return revivals.length === 1 ? `Revived at level ${last.level} from ${from}.` : `Revived ${revivals.length} times, last at level ${last.level} from ${from}.`;
}
