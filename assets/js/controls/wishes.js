// From what is chosen to the session that is asked for, and back; pure.

/**
 * The values that a session of a checkpoint has where nothing was chosen.
 * @param {import("./knobs.js").Setting[]} schema
 * @param {{settings: Record<string, any>}} card has those that the planner leaves to the checkpoint
 */
export const defaultsOf = (schema, card) => Object.fromEntries(schema.map(({ name, default: value }) => [name, value ?? card.settings[name]]));

/** The values of some settings. */
export const valuesOf = (settings, values) => Object.fromEntries(settings.map(({ name }) => [name, values[name]]));

/** Those of the values that a planner has a setting for. */
export function keptFor(schema, values) {
  const known = new Set(schema.map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => known.has(name)));
}

/**
 * True for a wish for what the recorded openings show.
 * @param {import("../source/session.js").Wish} wish
 * @param {string} first the planner that nobody need choose
 */
export const isPlain = ({ planner, settings, seed, step, goal = null, link = null }, first) =>
  !link && planner === first && seed === 0 && step === 0 && !goal && Object.keys(settings).length === 0;

// The fields of a link that say which moment it is.
const OF_MOMENT = ["v", "checkpoint", "sha", "seed", "step", "actions", "digest"];

/**
 * The link to the moment that is shown, for another planner; null where the address is not that moment's, or is the beginning of an episode.
 * @param {string} search of the address
 * @param {{checkpoint: string, planner: string, seed: number, step: number, replay: any}} now the moment, and the other planner
 * @param {Record<string, any>} settings that were chosen and that the other planner has
 */
export function carriedLink(search, { checkpoint, planner, seed, step, replay }, settings) {
  const fields = new URLSearchParams(search);
  const same = fields.has("v") && fields.get("checkpoint") === checkpoint && fields.get("seed") === `${seed}` && fields.get("step") === `${step}`;
  if (!same || step === 0 || replay) return null;
  const moment = OF_MOMENT.filter((name) => fields.has(name)).map((name) => [name, fields.get(name) ?? ""]);
  return `${new URLSearchParams([...moment, ["planner", planner], ...Object.entries(settings).map(([name, value]) => [name, `${value}`])])}`;
}

/**
 * The planner that is asked for, where there is one of this name; otherwise the first, and why.
 * @param {string | null} asked
 * @param {{first: string, planners: {name: string}[]}} catalogue
 */
export function plannerOf(asked, { first, planners }) {
  const names = planners.map(({ name }) => name);
  if (asked === null || names.includes(asked)) return { planner: asked ?? first, errors: [] };
  return { planner: first, errors: [{ field: "planner", given: asked, allowed: names.join(", ") }] };
}
