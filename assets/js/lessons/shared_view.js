// The view of a plan as fields of a link: a class shares them, and the address of the page has them.

/** The words of the field `show`: the world shows where mass goes in place of paths, the states of the particle as a film strip, and the pinned plan beside the one that is shown. */
export const [HEAT, STRIP, BESIDE] = ["heat", "strip", "beside"];
/** The fields that a follower can change without a command. */
export const SLOT_NAMES = ["level", "slot", "action", "with"];

/**
 * @param {any} state of a microscope's store
 * @returns {Record<string, any>} without fields that say nothing
 */
export function viewFields({ level, selection, compared, layout, heat, strip }) {
  const show = [heat && HEAT, strip && STRIP].filter(Boolean);
  const fields = {
    level: selection?.level ?? level, slot: selection?.slot, action: selection?.action, with: compared ? `${compared.level}-${compared.slot}` : null, layout: layout.to,
    show: show.length ? show : null,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** @typedef {{level: number | null, selection: any, compared?: any}} Looked a view as the store of a microscope has it */

/**
 * The way back: a view as the store has it. Without a particle to compare, the one that is kept stays.
 * @param {Record<string, any>} fields
 * @returns {Looked}
 */
export function viewState({ level = null, slot, action, with: compared }) {
  const selection = slot !== undefined ? { level: level ?? 0, slot } : action !== undefined ? { action } : null;
  return { level, selection, ...(compared ? { compared: comparedOf(compared) } : {}) };
}

/** The particle that is kept to compare, of the field of a link; null without one. @param {string | undefined} text as `9-14` */
export function comparedOf(text) {
  const [, level, slot] = /^(\d+)-(\d+)$/.exec(text ?? "") ?? [];
  return level === undefined ? null : { level: Number(level), slot: Number(slot) };
}
