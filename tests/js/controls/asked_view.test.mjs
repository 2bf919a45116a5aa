import assert from "node:assert/strict";
import { test } from "node:test";

import { ANY_PLAN, possibleView } from "../../../assets/js/controls/asked_view.js";

const PLAN = { levels: 24, slots: 64, actions: ["left", "right"] };

test("what a plan has is looked at", () => {
  assert.deepEqual(possibleView(PLAN, { level: 23, slot: 63, with: "3-7" }), { looked: { level: 23, selection: { level: 23, slot: 63 }, compared: { level: 3, slot: 7 } }, sentence: "" });
  assert.deepEqual(possibleView(PLAN, { action: 1 }), { looked: { level: null, selection: { action: 1 } }, sentence: "" });
  assert.deepEqual(possibleView(PLAN, {}), { looked: { level: null, selection: null }, sentence: "" });
  assert.deepEqual(possibleView(PLAN, { slot: 5, layout: "tree" }).looked, { level: null, selection: { level: 0, slot: 5 } });
});

test("what it does not have is said, and the rest is looked at", () => {
  const { looked, sentence } = possibleView(PLAN, { level: 99, slot: 3 });
  assert.deepEqual(looked, { level: null, selection: null });
  assert.equal(sentence, "The address asks for level 99; this plan has levels 0 to 23.");
  assert.deepEqual(possibleView(PLAN, { level: 4, slot: 64 }), { looked: { level: 4, selection: null }, sentence: "The address asks for slot 64; this plan has slots 0 to 63." });
  assert.equal(possibleView(PLAN, { level: -1, action: 2 }).sentence, "The address asks for level -1 and action 2; this plan has levels 0 to 23 and actions 0 to 1.");
  for (const level of ["abc", 2.5, -1, 24]) assert.equal(possibleView(PLAN, { level }).looked.level, null);
  for (const compared of ["3-64", "24-0", "x", 3]) assert.match(possibleView(PLAN, { with: compared }).sentence, /^The address asks for a comparison with .*; this plan has levels 0 to 23 and slots 0 to 63, as 3-7\.$/);
});

test("before there is a plan, only whole numbers are looked at", () => {
  assert.equal(possibleView(ANY_PLAN, { level: 99 }).looked.level, 99);
  for (const level of ["abc", -1, 2.5]) assert.equal(possibleView(ANY_PLAN, { level }).looked.level, null);
});
