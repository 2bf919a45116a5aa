// KaTeX, which sets formulas; loaded when the first one is asked for.

const [SCRIPT, STYLE] = ["katex.min.js", "katex.min.css"];

/** The address of a file of the library. A module in a document without a server has no address that others could begin from. */
const addressOf = (name) => new URL(`../../vendor/katex/${name}`, import.meta.url).href;

/** @type {Promise<any> | null} */
let loading = null;

/**
 * The library, loaded once.
 * @returns {Promise<any>}
 * @throws {Error} where it cannot be loaded, as in a document without a server
 */
export function loadKatex() {
  // A page may bring it along.
  if (globalThis.katex) return Promise.resolve(globalThis.katex);
  loading ??= Promise.all([
    loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: addressOf(STYLE) })),
    loaded(Object.assign(document.createElement("script"), { src: addressOf(SCRIPT) })),
  ]).then(() => globalThis.katex);
  return loading;
}

/** @param {HTMLElement} own */
const loaded = (own) => new Promise((resolve, reject) => {
  own.addEventListener("load", resolve);
  own.addEventListener("error", () => reject(new Error("formulas are not set: their library could not be loaded.")));
  document.head.append(own);
});

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
