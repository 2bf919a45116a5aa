// A sweep as data: values on the knob's scale, where the action changes, and the sentence.

import assert from "node:assert/strict";
import { test } from "node:test";

import { nearestTurn, placeOf, sweepSentence, sweepValues, turns } from "../../../assets/js/frame/sweep.js";
import { number } from "../../../assets/js/lib/format.js";
import { textWidth } from "../../../assets/js/panels/shapes.js";
import { sweepable } from "../../../assets/js/panels/sweep.js";
import { leftOf, PICTURE } from "../../../assets/js/panels/sweep_picture.js";

const LINEAR = { minimum: 0, maximum: 1, scale: "linear" };
const LOG = { minimum: 0.001, maximum: 100, scale: "log" };
const rows = (chosen) => chosen.map((action, index) => ({ value: index / (chosen.length - 1), chosen: action, policy: action ? [0.3, 0.7] : [0.6, 0.4] }));
const about = { label: "alpha", actions: ["left", "right"], knob: LINEAR };

test("values rise evenly over the knob's own scale and reach both of its ends", () => {
  assert.deepEqual(sweepValues(LINEAR, 5), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(sweepValues(LOG, 6), [0.001, 0.01, 0.1, 1, 10, 100]);
  for (const knob of [LINEAR, LOG]) {
    const { place, value } = placeOf(knob);
    for (const at of [0, 0.2, 0.5, 0.9, 1]) assert.ok(Math.abs(place(value(at)) - at) < 1e-9);
    assert.equal(place(knob.maximum * 7), 1);
  }
});

test("turns are the values at which another action is taken, and the nearest one is named by its side", () => {
  assert.deepEqual(turns(rows([0, 0, 1, 1, 0])), [{ value: 0.5, from: 0, to: 1 }, { value: 1, from: 1, to: 0 }]);
  assert.equal(nearestTurn([], 0.5, LINEAR), null);
  assert.equal(nearestTurn(turns(rows([0, 0, 1, 1, 0])), 0.9, LINEAR).value, 1);
  assert.equal(sweepSentence({ rows: rows([0, 0, 1, 1, 1]), now: 0.1, ...about }), "It takes right from alpha 0.5 on.");
  assert.equal(sweepSentence({ rows: rows([0, 0, 1, 1, 1]), now: 0.8, ...about }), "It takes left at alpha 0.25 and below.");
  assert.equal(sweepSentence({ rows: rows([1, 0, 1, 0, 1]), now: 1, ...about }), "Next to the value in force, it takes left at alpha 0.75; over the range the action changes 4 times: a close call.");
  assert.equal(sweepSentence({ rows: rows([0, 0, 1, 1, 0]), now: 0.1, ...about }), "Next to the value in force, it takes right from alpha 0.5 up to 0.75; over the range the action changes 2 times.");
  assert.equal(sweepSentence({ rows: rows([0, 0, 0]), now: 0.1, ...about }), "No alpha in this range makes it take another action than left (60 % to 60 %).");
});

test("only live numbers that have an effect now can be swept", () => {
  const knob = LINEAR;
  const described = [
    { name: "alpha", label: "alpha", kind: "live", type: "number", knob, applies_when: { constraint: ["adaptive"] } },
    { name: "kl_bound", label: "KL bound", kind: "live", type: "number", knob, applies_when: { constraint: ["fixed_kl"] } },
    { name: "particles", label: "N", kind: "shape", type: "integer", knob }, { name: "act", label: "act", kind: "live", type: "choice" },
  ];
  assert.deepEqual(sweepable(described, { constraint: "adaptive", alpha: 0.1, kl_bound: 1, particles: 8 }).map(({ name }) => name), ["alpha"]);
});

test("the labels beside a sweep have room, however tiny the highest regret is", () => {
  for (const words of ["100 %", "regret", "ESS"]) assert.ok(PICTURE.left - 4 >= textWidth(words, 10), words);
  for (const regret of [0, 6.6e-8, 1.25e-12, 0.00012, 0.5, 12345]) {
    const swept = rows([0, 0, 1]).map((row, index) => ({ ...row, ess: 0.5, regret: index * regret }));
    assert.ok(leftOf(swept) - 4 >= textWidth(`≤ ${number(2 * regret || 1, 2)}`, 10), `${regret}`);
  }
  assert.equal(leftOf(rows([0, 1]).map((row) => ({ ...row, ess: 1, regret: null }))), PICTURE.left);
});
