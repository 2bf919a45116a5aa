// Formulas of a lesson: set by KaTeX. Symbols and terms are explained where a pointer rests on them or they have the focus.

import { around, element } from "../lib/elements.js";
import { loadKatex } from "../lib/katex.js";
import { keepTogether } from "./marking.js";
import { sayingOf, symbolOf, withSymbols } from "./symbols.js";
import { TERMS } from "./terms.js";

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
    if (each.tagName !== "DIV") keepTogether(each);
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

const EXPLAINED = ".formula, .term";

/** @param {string} tex @param {string} text */
function tipLine(tex, text) {
  const name = element("span", "symbol-name");
  name.textContent = tex;
  globalThis.katex?.render(tex, name, { throwOnError: false });
  return around("p", "symbol-line", name, ...(text ? [element("span", "", text)] : []));
}

/** The explanation under the formulas and the terms of one lesson. */
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
    lifetime.listen(root, "pointerout", ({ target }) => {
      const left = target.closest?.("[data-symbol]")?.closest(".formula") ?? target.closest?.(".term");
      if (left && !left.matches(":focus")) this.hide();
    });
    lifetime.listen(root, "focusin", ({ target }) => (target.matches?.(EXPLAINED) ? this.explain(target) : this.hide()));
    lifetime.listen(root, "focusout", () => this.hide());
    lifetime.listen(root, "click", ({ target }) => target.closest?.(EXPLAINED) && this.explain(target.closest(EXPLAINED)));
    lifetime.listen(root, "scroll", () => this.hide());
  }

  /** @param {any} target that the pointer is over */
  point(target) {
    const term = target.closest?.(".term");
    if (term) return this.explain(term);
    const own = target.closest?.("[data-symbol]");
    const symbol = own && symbolOf(own.dataset.symbol);
    if (!symbol || target.closest(".formula").matches(":focus")) return;
    this.show(own, [symbol]);
  }

  /** @param {HTMLElement} part a term or a formula */
  explain(part) {
    if (part.matches(".formula")) return this.list(part);
    const { says, tex } = TERMS[part.dataset.term ?? ""];
    this.place(part, [...(tex ? [tipLine(tex, "")] : []), element("p", "symbol-line term-line", `${says}.`)]);
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
    this.place(place, symbols.map((symbol) => tipLine(symbol.tex, sayingOf(symbol, frame, level))));
  }

  /** Shows lines below a place, or above it. @param {HTMLElement} place @param {HTMLElement[]} lines */
  place(place, lines) {
    this.element.replaceChildren(...lines);
    this.element.hidden = false;
    const box = place.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const zoom = Number(getComputedStyle(document.documentElement).getPropertyValue("--zoom")) || 1;
    const below = box.bottom + own.height + 8 <= innerHeight;
    this.element.style.left = `${Math.max(6, Math.min(box.left, innerWidth - own.width - 12)) / zoom}px`;
    this.element.style.top = `${(below ? box.bottom + 4 : Math.max(6, box.top - own.height - 4)) / zoom}px`;
  }

  hide() {
    this.element.hidden = true;
  }
}
