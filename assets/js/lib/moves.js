// The keys of a microscope and their actions. Most move through a plan without a pointer: level by level, particle by particle, action by action.

import { viewOf } from "./store.js";

/** Keys that every microscope understands. */
export const MICROSCOPE_KEYS = [
  { keys: ["ArrowLeft"], show: "←", does: "levelDown", text: "previous level" },
  { keys: ["ArrowRight"], show: "→", does: "levelUp", text: "next level" },
  { keys: ["Home"], show: "home", does: "levelFirst", text: "first level" },
  { keys: ["End"], show: "end", does: "levelLast", text: "last level" },
  { keys: ["k"], show: "k", does: "particleUp", text: "particle above, beginning with the heaviest" },
  { keys: ["j"], show: "j", does: "particleDown", text: "particle below" },
  { keys: ["a"], show: "a", does: "nextAction", text: "single out the next root action" },
  { keys: ["b"], show: "b", does: "keep", text: "keep this particle and compare the next one with it, or let it go" },
  { keys: ["s"], show: "s", does: "strip", text: "film strip: the states of the selected particle as pictures" },
  { keys: ["h"], show: "h", does: "heat", text: "world: where the mass is, up to the level looked at, or the paths again" },
  { keys: ["p"], show: "p", does: "pin", text: "pin this plan and compare what follows with it, or let it go" },
  { keys: ["g"], show: "g", does: "layout", text: "genealogy by slots, as a tree, or as a river" },
  { keys: ["m"], show: "m", does: "film", text: "this plan in slow motion, or the whole plan again" },
  { keys: ["."], show: ".", does: "filmOn", text: "one step of the film further" },
  { keys: [","], show: ",", does: "filmBack", text: "one step of the film back" },
  { keys: ["+", "="], show: "+", does: "nearer", text: "magnify the genealogy, as ctrl and the wheel or two fingers do; a drag then moves it" },
  { keys: ["-"], show: "−", does: "farther", text: "magnify it less" },
  { keys: ["0"], show: "0", does: "whole", text: "the whole genealogy" },
  { keys: ["e"], show: "e", does: "legend", text: "explain the marks of the genealogy, and hide some" },
  { keys: ["f"], show: "f", does: "enlarge", text: "enlarge the panel pointed at, as a double click on its heading does" },
  { keys: ["Escape"], show: "esc", does: "drop", text: "leave a field or a panel that is enlarged, drop a box, a kept particle or the selection" },
];

/**
 * The actions of MICROSCOPE_KEYS that move through a plan.
 * @param {import("./store.js").Store<any>} store of a microscope; without a frame nothing moves
 * @returns {Record<string, () => void>}
 */
export function moves(store) {
  const toLevel = (choose) => {
    const { frame } = store.state;
    if (frame) store.set({ hover: null, level: within(choose(viewOf(store.state).level), 0, frame.levels - 1) });
  };
  /** From the selected particle of the level to the next one drawn; to the heaviest where none of this level is selected. */
  const toParticle = (by) => {
    const { frame } = store.state;
    if (!frame) return;
    const { level, particle } = viewOf(store.state);
    const selected = particle?.level === level;
    const node = frame.nearest(level, selected ? particle.slot : frame.heaviest[level]) + (selected ? by : 0);
    store.set({ hover: null, level, selection: frame.particleAt(within(node, frame.level_start[level], frame.level_start[level + 1] - 1)) });
  };
  /** After the last root action none is singled out. */
  const toNextAction = () => {
    const { frame } = store.state;
    const action = (viewOf(store.state).action ?? -1) + 1;
    if (frame) store.set({ hover: null, selection: action < frame.actions.length ? { action } : null });
  };
  return {
    levelDown: () => toLevel((level) => level - 1),
    levelUp: () => toLevel((level) => level + 1),
    levelFirst: () => toLevel(() => 0),
    levelLast: () => toLevel(() => Infinity),
    particleUp: () => toParticle(-1),
    particleDown: () => toParticle(1),
    nextAction: toNextAction,
    drop: () => store.set({ hover: null, selection: null }),
  };
}

/**
 * The actions of MICROSCOPE_KEYS.
 * @param {import("../microscope.js").Microscope} microscope
 * @returns {Record<string, () => void>}
 */
export function keyActions(microscope) {
  const { store, film, legend, strip, layouts } = microscope;
  const own = moves(store);
  // Pictures come after the keys.
  const zoom = () => microscope.gallery.zoom;
  const drop = () => {
    if (microscope.enlarged) microscope.enlarge(null);
    else if (film.on) film.end();
    else if (store.state.box) store.set({ box: null });
    else if (store.state.compared) microscope.keep();
    else own.drop();
  };
  return {
    ...own, drop,
    keep: () => microscope.keep(),
    strip: () => strip.toggle(),
    heat: () => microscope.showHeat(),
    pin: () => (store.state.pinned ? microscope.unpin() : microscope.pin()),
    layout: () => layouts.next(),
    film: () => film.toggle(),
    filmOn: () => film.on && film.step(1),
    filmBack: () => film.on && film.step(-1),
    nearer: () => zoom()?.step(1),
    farther: () => zoom()?.step(-1),
    whole: () => zoom()?.whole(),
    legend: () => legend.toggle(),
    enlarge: () => microscope.enlarge(microscope.enlarged ? null : microscope.inHand),
  };
}

const within = (value, low, high) => Math.min(Math.max(value, low), high);
