// Formulas of a lesson: set by KaTeX, and each symbol explained where a pointer rests on it or the formula has the focus.

import { around, element } from "../lib/elements.js";
import { loadKatex } from "../lib/katex.js";
import { sayingOf, symbolOf, withSymbols } from "./symbols.js";

/**
 * Sets the formulas below an element; they stay TeX where KaTeX cannot be had.
 * @param {HTMLElement} root
 */
export async function setFormulas(root) {
  const all = [...root.querySelectorAll(".formula:not([data-tex])")].filter((each) => each instanceof HTMLElement);
  if (!all.length) return;
  for (const each of all) each.dataset.tex = each.textContent ?? "";
  let katex;
  try {
    katex = await loadKatex();
  } catch {
    return;
  }
  for (const each of all) {
    const tex = each.dataset.tex ?? "";
    katex.render(withSymbols(tex), each, { throwOnError: false, displayMode: each.tagName === "DIV", output: "htmlAndMathml", strict: false, trust: ({ command }) => command === "\\htmlData" });
    each.tabIndex = 0;
    each.setAttribute("role", "math");
    each.setAttribute("aria-label", tex);
    each.setAttribute("aria-description", "Says what its symbols are");
  }
  // Its letters come with the first formula that is laid out.
  await new Promise((resolve) => requestAnimationFrame(resolve));
  await document.fonts.ready;
  all.forEach(fit);
}

/** Makes a formula as small as its line is short, within reason; beyond that it scrolls. @param {HTMLElement} formula */
function fit(formula) {
  if (formula.tagName !== "DIV" || !formula.clientWidth) return;
  const share = formula.clientWidth / formula.scrollWidth;
  if (share < 1) formula.style.fontSize = `${Math.max(0.62, 0.98 * share)}em`;
}

/** The explanation under the formulas of one lesson. */
export class SymbolTip {
  /**
   * @param {HTMLElement} root that the formulas are in
   * @param {() => {frame: any, level: number}} now
   * @param {import("../lib/lifetime.js").Lifetime} lifetime
   */
  constructor(root, now, lifetime) {
    this.now = now;
    this.element = element("div", "symbol-tip");
    this.element.setAttribute("role", "tooltip");
    this.element.id = "symbol-tip";
    this.element.hidden = true;
    document.body.append(this.element);
    lifetime.add(() => this.element.remove());
    lifetime.listen(root, "pointerover", ({ target }) => this.point(target));
    lifetime.listen(root, "pointerout", ({ target }) => target.closest?.("[data-symbol]") && !target.closest(".formula").matches(":focus") && this.hide());
    lifetime.listen(root, "focusin", ({ target }) => (target.matches?.(".formula") ? this.list(target) : this.hide()));
    lifetime.listen(root, "focusout", () => this.hide());
    lifetime.listen(root, "click", ({ target }) => target.closest?.(".formula") && this.list(target.closest(".formula")));
    lifetime.listen(root, "scroll", () => this.hide());
  }

  /** @param {any} target that the pointer is over */
  point(target) {
    const own = target.closest?.("[data-symbol]");
    const symbol = own && symbolOf(own.dataset.symbol);
    if (!symbol || target.closest(".formula").matches(":focus")) return;
    this.show(own, [symbol]);
  }

  /** All symbols of a formula. @param {HTMLElement} formula */
  list(formula) {
    const keys = [...formula.querySelectorAll("[data-symbol]")].map((each) => /** @type {HTMLElement} */ (each).dataset.symbol ?? "");
    const found = [...new Set(keys)].map(symbolOf).filter((symbol) => symbol !== null);
    if (found.length) this.show(formula, found);
  }

  /** @param {HTMLElement} place @param {(import("./symbols.js").Symbol & {tex: string})[]} symbols */
  show(place, symbols) {
    const { frame, level } = this.now();
    this.element.replaceChildren(...symbols.map((symbol) => {
      const name = element("span", "symbol-name");
      globalThis.katex?.render(symbol.tex, name, { throwOnError: false });
      return around("p", "symbol-line", name, element("span", "", sayingOf(symbol, frame, level)));
    }));
    this.element.hidden = false;
    const box = place.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const zoom = Number(getComputedStyle(document.documentElement).getPropertyValue("--zoom")) || 1;
    const below = box.bottom + own.height + 8 <= innerHeight;
    this.element.style.left = `${Math.max(6, Math.min(box.left, innerWidth - own.width - 6)) / zoom}px`;
    this.element.style.top = `${(below ? box.bottom + 4 : Math.max(6, box.top - own.height - 4)) / zoom}px`;
  }

  hide() {
    this.element.hidden = true;
  }
}
