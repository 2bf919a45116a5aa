// What if: the words and lists of interventions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comparisonText, interventionText, nextSeed, withIntervention } from "../../../assets/js/panels/what_if.js";

const frame = { actions: ["left", "right"], continuous: false };
const kill = { kind: "kill", level: 3, slot: 5 };
const weigh = { kind: "weigh", level: 3, slot: 5, log_weight: -1.5 };
const force = { kind: "force", level: 3, slot: 5, action: 1 };

test("an intervention says where it is and what it does", () => {
  const texts = [kill, weigh, force, { kind: "redraw", level: 0, slot: 0, seed: 4 }].map((each) => interventionText(each, frame));
  assert.deepEqual(texts, ["slot 5, level 3: killed", "slot 5, level 3: log-weight −1.50", "slot 5, level 3: takes right", "slot 0, level 0: drawn anew (4)"]);
  assert.equal(interventionText(force, { ...frame, continuous: true }), "slot 5, level 3: takes candidate 2");
});

test("one that changes the same of the same particle takes the place of the other, and no more", () => {
  assert.deepEqual(withIntervention([kill, force], weigh), [force, weigh]);
  assert.deepEqual(withIntervention([force], { ...force, action: 0 }), [{ ...force, action: 0 }]);
  assert.deepEqual(withIntervention([kill], { ...kill, slot: 6 }), [kill, { ...kill, slot: 6 }]);
  assert.deepEqual(withIntervention([kill], force), [kill, force]);
});

test("drawn anew once more, a particle gets other numbers", () => {
  assert.equal(nextSeed([kill], kill), 1);
  assert.equal(nextSeed([{ kind: "redraw", level: 3, slot: 5, seed: 7 }, { kind: "redraw", level: 3, slot: 6, seed: 9 }], kill), 8);
});

test("before and after are said together", () => {
  const before = { action: "left", policy: 0.67, evidence: 1.25 };
  assert.equal(comparisonText(before, { action: "left", policy: 0.5, evidence: 1 }), "Takes left as without: 67 % → 50 %. Log-evidence 1.25 → 1.00.");
  assert.equal(comparisonText({ ...before, evidence: undefined }, { action: "right", policy: 0.6 }), "Takes right (60 %); without, left (67 %).");
});
