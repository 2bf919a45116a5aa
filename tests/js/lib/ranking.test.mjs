import assert from "node:assert/strict";
import { test } from "node:test";

import { rank } from "../../../assets/js/lib/ranking.js";

const titles = (text, candidates) => rank(text, candidates).map(({ title }) => title);
const named = (...names) => names.map((title) => ({ title }));

test("beginnings of words count more than their insides, and the title more than other words", () => {
  const candidates = [{ title: "constraint", words: "a share alpha of the way" }, { title: "the alphabet" }, { title: "xalpha" }, { title: "alpha" }];
  assert.deepEqual(titles("alph", candidates), ["alpha", "the alphabet", "xalpha", "constraint"]);
});

test("every word has to be there, in whatever order", () => {
  const candidates = [{ title: "Hide: World", words: "panel" }, { title: "Enlarge: World", words: "panel full screen" }, { title: "Hide: Weights", words: "panel" }];
  assert.deepEqual(titles("world hid", candidates), ["Hide: World"]);
  assert.deepEqual(titles("panel enl", candidates), ["Enlarge: World"]);
  assert.deepEqual(titles("world nothing", candidates), []);
});

test("a whole title comes first, and alike ones keep their order", () => {
  assert.deepEqual(titles("catch early", named("catch-early-2", "catch-early", "catch")), ["catch-early", "catch-early-2"]);
  assert.deepEqual(titles("catch", named("catch", "catch-early", "catch-middle")), ["catch", "catch-early", "catch-middle"]);
  assert.deepEqual(titles("  ", named("b", "a")), ["b", "a"]);
});

test("letters left out are forgiven within a word that begins right", () => {
  assert.deepEqual(titles("gnlg", named("Genealogy", "a long range")), ["Genealogy"]);
  assert.deepEqual(titles("xyz", named("Genealogy")), []);
});

test("signs and case do not matter", () => {
  assert.deepEqual(titles("E3", [{ title: "alpha", words: "(E3)" }, { title: "depth", words: "(E4)" }]), ["alpha"]);
});
