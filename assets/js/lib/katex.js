// KaTeX, which sets formulas; loaded when the first one is asked for.

import { loadFile } from "./late_files.js";

const [SCRIPT, STYLE] = ["katex.min.js", "katex.min.css"];

/** The address of a file of the library. A module in a document without a server has no address that others could begin from. */
const addressOf = (name) => new URL(`../../vendor/katex/${name}`, import.meta.url).href;

/**
 * The library, loaded once.
 * @returns {Promise<any>}
 * @throws {Error} where it cannot be loaded, as in a document without a server
 */
export function loadKatex() {
  // A page may bring it along.
  if (globalThis.katex) return Promise.resolve(globalThis.katex);
  return Promise.all([STYLE, SCRIPT].map((name) => loadFile(addressOf(name)))).then(() => globalThis.katex);
}

/**
 * Writes a formula into an element: as plain text at once and wherever KaTeX cannot be had, and set as soon as it can.
 * @param {HTMLElement} root
 * @param {{tex: string, plain: string}} formula
 */
export async function writeFormula(root, { tex, plain }) {
  if (root.dataset.tex === tex) return;
  root.dataset.tex = tex;
  // Once the library is there, nothing is shown in between.
  if (!globalThis.katex) root.textContent = plain;
  try {
    const katex = globalThis.katex ?? (await loadKatex());
    if (root.dataset.tex === tex) katex.render(tex, root, { throwOnError: false, output: "htmlAndMathml" });
  } catch {
    // The plain text stands.
  }
}
