// The view of a plan as a class shares it: fields of a link.

/** The fields that a follower can change without a command. */
export const SLOT_NAMES = ["level", "slot", "action"];

/**
 * @param {any} state of a microscope's store
 * @returns {Record<string, any>} without fields that say nothing
 */
export function viewFields({ level, selection, layout }) {
  const fields = { level: selection?.level ?? level, slot: selection?.slot, action: selection?.action, layout: layout.to };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
