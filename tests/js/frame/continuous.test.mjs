import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { legendLayout, legendPlaces } from "../../../assets/js/pictures/gutter.js";
import { narrate, narrateDecision, neverTried } from "../../../assets/js/frame/narration.js";
import { actionColour, actionGlyph } from "../../../assets/js/lib/palette.js";
import { particleSteps } from "../../../assets/js/frame/particle.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, THEME } from "../drawing.mjs";

const frame = readFrame(continuousSample());

test("atoms stand where actions stand otherwise, named by what they are", () => {
  assert.ok(frame.continuous);
  assert.deepEqual(frame.actions, ["torque −1.50", "torque +0.25", "torque +1.25"]);
  assert.deepEqual([frame.chosen, frame.atoms], [0, [-1.5, 0.25, 1.25]]);
  assert.equal(frame.truth, null);
});

test("atoms that are close are named as finely as tells them apart, and equal ones are counted", () => {
  const named = (atoms) => {
    const own = { root_atoms: ["F32", [3, 1], atoms] };
    return readFrame(encode({ ...Object.fromEntries(Object.entries(sampleArrays()).filter(([name]) => !name.startsWith("exact/"))), ...own }, { ...sampleMetadata, actions: '["torque"]', action_bounds: "[[-2, 2]]" })).values;
  };
  assert.deepEqual(named([1.978, 1.981, 1.9795]), ["+1.978", "+1.981", "+1.980"]);
  assert.deepEqual(named([-1.978, 1, 1.98]), ["−1.98", "+1.00", "+1.98"]);
  assert.deepEqual(named([2, 2, 2]), ["+2.00", "+2.00 (2)", "+2.00 (3)"]);
});

test("texts name continuous actions by their value", () => {
  assert.match(narrate(frame, 1), /2 of 4 particles descend from torque −1.50, the others from torque \+0.25/);
  assert.match(narrateDecision(frame), /^Chosen: torque −1.50, /);
  assert.equal(neverTried(frame), "Never tried: torque +1.25.");
  assert.deepEqual(particleSteps(frame).map(({ action, offspring }) => [action, offspring]), [["−1.50", 1], ["0.00", 1]]);
});

test("nearby actions have nearby colours, and one glyph", () => {
  assert.deepEqual([0, 1, 2].map((atom) => actionColour(THEME, frame, atom)), ["ramp 0", "ramp 32", "ramp 63"]);
  assert.equal(actionGlyph(frame, 0), actionGlyph(frame, 2));
});

test("of more atoms than there is room for evenly some have a row", () => {
  const many = { actions: Array.from({ length: 64 }, (_, atom) => `${atom}`), continuous: true };
  const { shown } = legendLayout(many, 180);
  assert.ok(shown.length < 20 && shown[0] === 0 && shown.at(-1) === 63);
  assert.deepEqual(legendLayout({ ...many, continuous: false }, 180).shown, shown.map((_, index) => index));
  assert.equal(legendPlaces(many, 180).others, 0);
});

test("of more actions than there is room for the last row says how many have none", () => {
  const named = (count) => ({ actions: Array.from({ length: count }, (_, action) => `${action}`), continuous: false });
  for (let count = 1; count <= 64; count++) {
    for (const bottom of [60, 120, 180, 400]) {
      const all = legendLayout(named(count), bottom).shown.length;
      const { shown, others } = legendPlaces(named(count), bottom);
      assert.equal(shown.length + others, count);
      assert.equal(shown.length + (others ? 1 : 0), all);
      assert.ok(others !== 1);
    }
  }
});
