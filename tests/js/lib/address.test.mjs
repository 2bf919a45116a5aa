import assert from "node:assert/strict";
import { test } from "node:test";

import { linkTo, momentAddress, readAddress, sameMoment, saysLessonOnly, saysNothing, writeAddress } from "../../../assets/js/lib/address.js";

const NOTHING = { checkpoint: null, planner: null, seed: 0, step: 0, settings: {}, link: null, recording: null, session: null, compare: null, lesson: null, at: null, view: null };

test("an address without wishes asks for nothing", () => {
  assert.deepEqual(readAddress(""), NOTHING);
  assert.deepEqual(readAddress("?checkpoint=&planner="), NOTHING);
});

test("an address asks for nothing where it has no more than a token", () => {
  assert.ok(saysNothing("") && saysNothing("?token=t"));
  assert.ok(!saysNothing("?seed=0") && !saysNothing("?token=t&checkpoint=catch"));
});

test("links to one moment are the same however its state was rounded", () => {
  assert.ok(sameMoment("v=1&checkpoint=a&seed=3&actions=AA&digest=0123456789", "v=1&checkpoint=a&seed=3&actions=AA&digest=abcdef0123"));
  assert.ok(!sameMoment("v=1&checkpoint=a&seed=3&actions=AA&digest=0123456789", "v=1&checkpoint=a&seed=3&actions=AB&digest=0123456789"));
});

test("an address gives back what was written into it, and keeps its fragment", () => {
  const chosen = { checkpoint: "b c", planner: "spo", seed: 3, step: 12, settings: { alpha: 0.25, revive: false, constraint: "fixed_kl", kl_bound: 1e-7 }, link: null, recording: null, session: null, compare: null, lesson: null, at: null, view: null };
  const href = writeAddress("http://here/?checkpoint=a&alpha=1#x", chosen);
  assert.equal(href, "http://here/?checkpoint=b+c&planner=spo&seed=3&step=12&alpha=0.25&revive=false&constraint=fixed_kl&kl_bound=1e-7#x");
  assert.deepEqual(readAddress(new URL(href).search), chosen);
});

test("a lesson and its step are no settings, and leave the moment to the lesson where nothing else is said", () => {
  const { lesson, at, settings, view } = readAddress("?lesson=tour&at=begin&alpha=0.3&level=4&layout=river&hide=knobs,why&show=heat");
  assert.deepEqual([lesson, at, settings, view], ["tour", "begin", { alpha: 0.3 }, { level: 4, layout: "river", hide: ["knobs", "why"], show: ["heat"] }]);
  assert.ok(saysLessonOnly("?lesson=tour&token=t") && !saysLessonOnly("?lesson=tour&checkpoint=catch"));
  assert.equal(readAddress("?v=1&lesson=tour&level=4").view, null, "the server reads that of a link");
});

test("what goes without saying is left out", () => {
  assert.equal(writeAddress("http://here/?seed=4&particles=8", NOTHING), "http://here/");
});

test("what is no number stays as it was written, for the server to refuse", () => {
  const { seed, step, settings } = readAddress("?seed=3,5&step=x&alpha=&depth=1e999");
  assert.deepEqual([seed, step, settings], ["3,5", "x", { alpha: "", depth: "1e999" }]);
});

test("an address with a version is a link to a moment; its own fields are no settings", () => {
  const search = "?v=1&checkpoint=catch&sha=0&planner=spo&seed=3&step=2&alpha=0.5&actions=AA&digest=0&level=3&slot=4&hide=knobs&ask=why";
  const { link, settings, checkpoint } = readAddress(search);
  assert.equal(link, search);
  assert.deepEqual([checkpoint, settings], ["catch", { alpha: 0.5 }]);
});

test("the address of a moment is its link and what of it is looked at", () => {
  const here = "http://here/?v=1&seed=9#x";
  assert.equal(momentAddress(here, "v=1&seed=3&digest=ab", { level: 2, slot: null, hide: "" }), "http://here/?v=1&seed=3&digest=ab&level=2");
  assert.equal(momentAddress(here, "v=1&seed=3&digest=ab", { hide: "knobs,world" }), "http://here/?v=1&seed=3&digest=ab&hide=knobs%2Cworld");
});

test("a link to another page takes choices along, not the moment", () => {
  assert.equal(linkTo("checkpoints", "?v=1&checkpoint=a&sha=0&planner=spo&step=2&actions=AA&digest=0&level=1&token=t"), "checkpoints?checkpoint=a&planner=spo&token=t");
});
