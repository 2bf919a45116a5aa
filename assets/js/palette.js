// Colours that stay apart for colour-blind eyes (Okabe and Ito, without its yellow, which is lost on white), and a glyph beside each.

const HUES = {
  light: ["#0072b2", "#d55e00", "#009e73", "#b5559a", "#d89000", "#3aa0d8", "#7a5230", "#5b6470"],
  dark: ["#4aa8e0", "#f0813a", "#2dc598", "#dd8fc2", "#f0b53c", "#8bcdf2", "#c09a72", "#a9b2bd"],
};
const GLYPHS = ["●", "■", "▲", "◆", "▼", "✚", "★", "⬟"];
const PLOTLY_SYMBOLS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "star", "pentagon"];

const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

/** The colours of pictures, which the style sheet names for the rest of the page too. */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const family = style.getPropertyValue("--font");
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    dark: !!dark?.matches,
    hues: HUES[dark?.matches ? "dark" : "light"],
    ink: colour("ink"), muted: colour("muted"), faint: colour("faint"), grid: colour("grid"), paper: colour("panel"),
    accent: colour("accent"), policies: ["prior", "proposal", "improved"].map(colour), cursor: colour("cursor"), font: `11px ${family}`, family,
  };
}

/** Calls back when the person's colour scheme changes. */
export const onThemeChange = (callback) => dark?.addEventListener("change", callback);

/** Colour and glyph of a root action; with more than eight they repeat in other pairs. */
export const actionColour = (theme, action) => theme.hues[action % theme.hues.length];
export const actionGlyph = (action) => GLYPHS[(action + Math.floor(action / GLYPHS.length)) % GLYPHS.length];
export const actionSymbol = (action) => PLOTLY_SYMBOLS[(action + Math.floor(action / GLYPHS.length)) % GLYPHS.length];
