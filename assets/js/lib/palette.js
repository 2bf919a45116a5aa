// Colours that stay apart for colour-blind eyes, above all the first four, and a glyph beside each: after Okabe and Ito, moved apart until simulated
// eyes tell them apart (tests/js/lib/palette.test.mjs). Where actions are continuous nearby ones have nearby colours (of viridis, without its ends
// that are lost on the paper), and glyphs are not needed.

import { onLooks } from "./looks.js";

export const HUES = {
  light: ["#1f66b5", "#ba550c", "#24a87a", "#74265a", "#d28202", "#7a95ae", "#775b40", "#6c6e79"],
  dark: ["#1290c7", "#f2681b", "#57f1ab", "#f3c5e1", "#fdb530", "#63baf0", "#b59e75", "#9ea1ad"],
};
const GLYPHS = ["●", "■", "▲", "◆", "▼", "✚", "★", "⬟"];
const RAMPS = {
  light: ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d"],
  dark: ["#6a5acd", "#3f8fc4", "#21a594", "#4ac16d", "#a0da39", "#fde725"],
};
const RAMP_STEPS = 64;
const PLOTLY_SYMBOLS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "star", "pentagon"];

const darkQuery = () => globalThis.matchMedia?.("(prefers-color-scheme: dark)");
const PAIR = /^light-dark\((.+?), (.+)\)$/;

/**
 * One of the two schemes: the only one that a place allows, or that of the person's system where it allows both.
 * @param {string} allowed a computed `color-scheme`
 * @returns {"light" | "dark"}
 */
export function schemeOf(allowed, systemIsDark) {
  const [light, dark] = ["light", "dark"].map((each) => allowed.split(" ").includes(each));
  return dark && (!light || systemIsDark) ? "dark" : "light";
}

/**
 * The text of a colour in a scheme. Of a custom property a browser gives both, as they were written.
 * @param {string} text
 * @param {"light" | "dark"} scheme
 */
export function colourIn(text, scheme) {
  const [, light, dark] = PAIR.exec(text.trim()) ?? [];
  return light === undefined ? text.trim() : scheme === "dark" ? dark : light;
}

/**
 * The colours of pictures, which the style sheet names for the rest of the page too.
 * @param {Element} element where they are to be seen
 */
export function readTheme(element = document.documentElement) {
  const style = getComputedStyle(element);
  const family = style.getPropertyValue("--font");
  const scheme = schemeOf(style.colorScheme, !!darkQuery()?.matches);
  const colour = (name) => colourIn(style.getPropertyValue(`--${name}`), scheme);
  return {
    dark: scheme === "dark",
    hues: HUES[scheme],
    ramp: rampColours(RAMPS[scheme]),
    ink: colour("ink"), muted: colour("muted"), faint: colour("faint"), grid: colour("grid"), paper: colour("panel"),
    accent: colour("accent"), truth: colour("truth"), policies: ["prior", "proposal", "improved"].map(colour), cursor: colour("cursor"), font: `11px ${family}`, family,
  };
}

/** @typedef {ReturnType<typeof readTheme>} Theme */

/**
 * Calls back when the colours change, or their size: because the person's system does, or because something else was chosen for these pages.
 * Returns what ends that.
 * @param {() => void} callback
 * @returns {() => void}
 */
export function onThemeChange(callback) {
  const query = darkQuery();
  query?.addEventListener("change", callback);
  const endLooks = onLooks(callback);
  return () => {
    query?.removeEventListener("change", callback);
    endLooks();
  };
}

/** Colours between some, evenly. */
function rampColours(stops) {
  const parts = stops.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: RAMP_STEPS }, (_, step) => {
    const at = (step / (RAMP_STEPS - 1)) * (stops.length - 1);
    const [low, high] = [parts[Math.floor(at)], parts[Math.ceil(at)]];
    return `rgb(${low.map((value, part) => Math.round(value + (high[part] - value) * (at % 1))).join(" ")})`;
  });
}

/** Colour and glyph of a root action of a frame; with more than eight they repeat in other pairs. */
export function actionColour(theme, { continuous, actions }, action) {
  if (!continuous) return theme.hues[action % theme.hues.length];
  return theme.ramp[Math.round((action / Math.max(actions.length - 1, 1)) * (theme.ramp.length - 1))];
}
/**
 * The colour of a continuous action anywhere in a plan: that of the root's candidates between which its first dimension lies, so that equal actions look
 * the same.
 * @param {Theme} theme
 * @param {{atoms: number[], bounds: [number, number][]}} frame
 * @param {number} place of its first dimension within the bounds, 0 to 1
 */
export function placeColour(theme, { atoms, bounds: [[low, high]] }, place) {
  const value = low + place * (high - low);
  const most = atoms.length - 1;
  const above = atoms.findIndex((atom) => atom >= value - 1e-6 * (high - low));
  const rank = above < 0 ? most : above === 0 ? 0 : above - Math.max(atoms[above] - value, 0) / (atoms[above] - atoms[above - 1] || 1);
  return theme.ramp[Math.round((rank / Math.max(most, 1)) * (theme.ramp.length - 1))];
}
const pairOf = (action) => (action + Math.floor(action / GLYPHS.length)) % GLYPHS.length;
export const actionGlyph = ({ continuous }, action) => (continuous ? GLYPHS[0] : GLYPHS[pairOf(action)]);
export const actionSymbol = ({ continuous }, action) => (continuous ? PLOTLY_SYMBOLS[0] : PLOTLY_SYMBOLS[pairOf(action)]);
