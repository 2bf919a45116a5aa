// Symbols of formulas and what they say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sayingOf, SYMBOLS, symbolOf, withSymbols } from "../../../assets/js/lessons/symbols.js";

const marked = (tex) => [...withSymbols(tex).matchAll(/\\htmlData\{symbol=(s\d+)\}/g)].map(([, key]) => symbolOf(key)?.tex);

test("symbols of a formula are found, each once where it stands", () => {
  assert.deepEqual(marked("\\mathrm{ESS} = 1 / \\sum_i w_i^2"), ["\\mathrm{ESS}", "w"]);
  assert.deepEqual(marked("\\frac{r + \\gamma d\\, V(s') - V(s)}{\\tau}"), ["r", "\\gamma", "d", "V", "s", "V", "s", "\\tau"]);
  assert.deepEqual(marked("V(s_0)"), ["V(s_0)"]);
  assert.deepEqual(marked("\\mathrm{KL}(q \\| \\pi) \\le \\varepsilon"), ["\\mathrm{KL}", "q", "\\pi", "\\varepsilon"]);
});

test("letters of commands and of words are no symbols", () => {
  assert.deepEqual(marked("\\text{particles at random} \\quad \\operatorname{mean} \\log \\sin \\max"), []);
  assert.deepEqual(marked("\\alphabet"), []);
});

test("what is left of the formula is what it was", () => {
  for (const tex of ["\\log w \\mathrel{+}= \\log \\frac{\\pi(a \\mid s)}{q(a \\mid s)}", "N \\times T", "\\hat Q(a) = \\text{mean of } v_b"]) {
    assert.equal(withSymbols(tex).replace(/\\htmlData\{symbol=s\d+\}\{((?:[^{}]|\{[^{}]*\})*)\}/g, "$1"), tex);
  }
});

test("a symbol says its value in the plan, and nothing where it has none", () => {
  const frame = { settings: { alpha: 0.3 }, slots: 64, levels: 16, ess: [64, 12.34], root_value: 51.7, tree: false };
  assert.match(sayingOf(SYMBOLS["\\alpha"], frame, 1), /Now: 0\.3\.$/);
  assert.match(sayingOf(SYMBOLS["\\mathrm{ESS}"], frame, 1), /Now: 12\.3 of 64 at level 1\.$/);
  assert.doesNotMatch(sayingOf(SYMBOLS["\\tau"], frame, 1), /Now/);
  assert.doesNotMatch(sayingOf(SYMBOLS["\\alpha"], null, 0), /Now/);
  for (const symbol of Object.values(SYMBOLS)) assert.ok(symbol.says && !symbol.says.endsWith("."));
});
