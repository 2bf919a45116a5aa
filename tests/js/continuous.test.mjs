import assert from "node:assert/strict";
import { test } from "node:test";

import { priorMass } from "../../assets/js/panels/action_axis.js";
import { decisionFigure, decisionKey } from "../../assets/js/panels/decision.js";
import { readFrame } from "../../assets/js/frame/frame.js";
import * as genealogy from "../../assets/js/pictures/genealogy.js";
import { narrate, narrateDecision, neverTried } from "../../assets/js/frame/narration.js";
import { actionColour, actionGlyph } from "../../assets/js/lib/palette.js";
import { particleSteps } from "../../assets/js/panels/particle.js";
import { continuousSample, THEME } from "./drawing.mjs";

const frame = readFrame(continuousSample());
const close = (actual, expected, error) => assert.ok(Math.abs(actual - expected) < error, `${actual} is not ${expected}`);

test("atoms stand where actions stand otherwise, named by what they are", () => {
  assert.ok(frame.continuous);
  assert.deepEqual(frame.actions, ["torque −1.50", "torque +0.25", "torque +1.25"]);
  assert.deepEqual([frame.chosen, frame.atoms], [0, [-1.5, 0.25, 1.25]]);
  assert.equal(frame.truth, null);
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

test("the mass of the prior is whole, and that of the squashed Gaussian", () => {
  for (const [mean, deviation] of [[0, 1], [2, 0.1], [-3, 4]]) {
    const bins = priorMass([-2, 2], mean, deviation);
    close(bins.reduce((sum, { mass }) => sum + mass, 0), 1, 1e-6);
    assert.ok(bins.every(({ mass }) => mass >= 0));
  }
  const [half] = priorMass([-2, 2], 0, 1, 2);
  close(half.mass, 0.5, 1e-7);
  // u of the action 0.4 is atanh(0.2), and 0.5 + 0.0805 of a standard normal lie below it.
  close(priorMass([-1, 1], 0, 1, 5).slice(0, 3).reduce((sum, { mass }) => sum + mass, 0), 0.58035, 1e-4);
});

test("the decision is an axis of actions: density, stems, proposal, heads, and Q-hat below", () => {
  const { data, layout } = decisionFigure(frame, THEME);
  assert.deepEqual(data.map(({ name }) => name), ["prior density", "stems", "proposal", "improved policy", "Q-hat"]);
  const [, stems, proposal, heads, q] = data;
  assert.deepEqual([stems.x, stems.y], [[-1.5, -1.5, null, 0.25, 0.25, null, 1.25, 1.25, null], [0, 0.75, null, 0, 0.25, null, 0, 0, null]]);
  assert.deepEqual([proposal.x, proposal.y], [[-1.5, 0.25, 1.25], [0.5, 0.5, 0]]);
  // Chosen: larger and ringed. Never tried: hollow, and without a Q-hat.
  assert.deepEqual(heads.marker.color, ["ramp 0", "ramp 32", THEME.paper]);
  assert.ok(heads.marker.size[0] > heads.marker.size[1]);
  assert.deepEqual([q.x, q.y], [[-1.5, 0.25], [11, 10]]);
  assert.equal(layout.xaxis.title.text, "torque");
  assert.ok(layout.xaxis.range[0] < -2 && layout.xaxis.range[1] > 2);
  assert.deepEqual(decisionKey(frame)[0][0], ["prior", "prior density"]);
});

test("of more atoms than there is room for evenly some have a row", () => {
  const many = { actions: Array.from({ length: 64 }, (_, atom) => `${atom}`), continuous: true };
  const { shown } = genealogy.legendLayout(many, 180);
  assert.ok(shown.length < 20 && shown[0] === 0 && shown.at(-1) === 63);
  assert.deepEqual(genealogy.legendLayout({ ...many, continuous: false }, 180).shown, shown.map((_, index) => index));
});
