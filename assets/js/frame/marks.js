// The marks of the genealogy: each has a name, words for the legend, and most can be hidden there. Root actions can be hidden as well.

/**
 * @typedef {object} Mark
 * @property {string} id
 * @property {string} text what it means, in a few words
 * @property {string} [more] the rest
 * @property {boolean} [fixed] true where it cannot be hidden
 * @property {(frame: any, view: any) => boolean} [where] where it can be in the picture at all; everywhere, if nothing is said
 */

/** @typedef {{marks: string[], actions: number[]}} Hidden what is left out of the genealogy */

/** @type {Hidden} */
export const NOTHING_HIDDEN = Object.freeze({ marks: [], actions: [] });

/** @type {Mark[]} */
const PARTICLES = [
  { id: "surviving", text: "reaches the end", more: "The thicker, the more particles of the last level descend from it" },
  { id: "extinct", text: "died out", more: "No particle of the last level descends from it" },
  { id: "opacity", text: "stronger: more weight", more: "Compared with the heaviest particle of the level", fixed: true },
  { id: "bands", text: "weight of a root action", more: "Magnified, it unzips into the particles that it is made of", where: (_, { layout }) => layout?.to === "river" },
  { id: "particles", text: "larger: more weight", more: "A particle, where there is room: magnify", where: (_, { layout }) => layout?.to !== "river" },
  { id: "endings", text: "episode ended", more: "A larger dagger: several particles" },
  { id: "waiting", text: "ended, keeps its slot", more: "Of a particle whose episode has ended, until resampling" },
  { id: "revivals", text: "revived", more: "Went on from a state before the end. A larger ring: several particles", where: ({ settings }) => settings?.revive !== false },
  { id: "glyphs", text: "its root action", where: ({ continuous }) => !continuous },
  { id: "resampling", text: "resampled", more: "Particles were resampled after this level" },
  { id: "coalescence", text: "one ancestor", more: "Up to here: all particles of the level looked at descend from one particle of that level" },
  { id: "pinned", text: "A, the pinned plan", more: "Dashed: from here on its particles are others", where: (_, { pinned }) => !!pinned },
  { id: "interventions", text: "changed by What if", where: ({ interventions }) => interventions.length > 0 },
  { id: "compared", text: "kept to compare", more: "Its lineage, dashed (b)", where: (_, { compared }) => !!compared, fixed: true },
  { id: "kept", text: "kept by a click", more: "A second click lets it go; a click with shift on another compares them", fixed: true },
];

/** @type {Mark[]} */
const TREE = [
  { id: "surviving", text: "thicker: more simulations", fixed: true },
  { id: "opacity", text: "stronger: more visits", more: "Of all visits of the level", fixed: true },
  { id: "particles", text: "larger: more visits", more: "A node, where there is room: magnify" },
  { id: "endings", text: "episode ended", more: "A larger dagger: several nodes" },
  { id: "glyphs", text: "its root action", where: ({ continuous }) => !continuous },
  { id: "pinned", text: "A, the pinned plan", where: (_, { pinned }) => !!pinned },
  { id: "compared", text: "kept to compare", more: "Its lineage, dashed (b)", where: (_, { compared }) => !!compared, fixed: true },
  { id: "kept", text: "kept by a click", more: "A second click lets it go", fixed: true },
];

/**
 * Marks that the picture of a plan can have now.
 * @param {any} frame
 * @param {any} view
 * @returns {Mark[]}
 */
export const marksOf = (frame, view) => (frame.tree ? TREE : PARTICLES).filter(({ where }) => !where || where(frame, view));

/**
 * True unless a kind of mark is hidden.
 * @param {{hidden?: Hidden}} view
 * @param {string} id
 */
export const shows = ({ hidden }, id) => !hidden?.marks.includes(id);

/**
 * True unless a root action is hidden.
 * @param {{hidden?: Hidden}} view
 * @param {number} action
 */
export const showsAction = ({ hidden }, action) => !hidden?.actions.includes(action);

/**
 * Hides something, or shows it again.
 * @param {Hidden} hidden
 * @param {"marks" | "actions"} kind
 * @param {any} what
 * @returns {Hidden}
 */
export function toggled(hidden, kind, what) {
  const list = /** @type {any[]} */ (hidden[kind]);
  return { ...hidden, [kind]: list.includes(what) ? list.filter((each) => each !== what) : [...list, what] };
}

/** True where something is hidden. @param {Hidden} hidden */
export const hidesAny = ({ marks, actions }) => marks.length + actions.length > 0;
