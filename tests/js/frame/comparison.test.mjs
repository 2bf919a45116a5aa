// Two plans compared: what was made differently, which particles are the same, and the numbers and sentences about it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comparedActions, comparisonSentence, differences, movedProbability, objection, samePlan, sameness } from "../../../assets/js/frame/comparison.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { actionRows, differenceTexts, numberRows } from "../../../assets/js/panels/comparison.js";
import { continuousSample, encode, sampleArrays, sampleMetadata, sampleTree } from "../drawing.mjs";

const settings = JSON.parse(sampleMetadata.settings);

/** The sample with some arrays and metadata exchanged. */
function sample({ arrays = {}, ...metadata } = {}) {
  const texts = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));
  return readFrame(encode({ ...sampleArrays(), ...arrays }, { ...sampleMetadata, ...texts }));
}

/** The sample after the steps of one node led somewhere else. */
function movedAt(node) {
  const [type, shape, place] = sampleArrays().place;
  const other = place.slice();
  other[2 * node] = other[2 * node] > 30000 ? other[2 * node] - 20000 : other[2 * node] + 20000;
  return sample({ arrays: { place: [type, shape, other] }, frame: "77" });
}

test("a plan is the same plan whatever is drawn of it, and never one of another session", () => {
  const one = sample({ frame: "5", session: "s" });
  assert.ok(samePlan(one, one.withLineage({})));
  assert.ok(samePlan(one, sample({ frame: "5", session: "s" })));
  assert.ok(!samePlan(one, sample({ frame: "6", session: "s" })));
  assert.ok(!samePlan(one, sample({ frame: "5", session: "t" })));
  assert.ok(!samePlan(one, sample({ frame: "5", session: "s", recorded: true })));
  assert.ok(!samePlan(sample({ frame: "0", session: "" }), sample({ frame: "0", session: "" })));
});

test("plans of two environments are refused in a sentence that names both", () => {
  const [a, b] = [sample({ environment: "CartPole-v1" }), sample({ environment: "Pendulum-v1" })];
  assert.equal(objection(a, b), "A is a plan of CartPole-v1, this is one of Pendulum-v1: only plans of one environment can be compared.");
  assert.equal(comparisonSentence(a, b), objection(a, b));
  assert.equal(objection(a, sample({ environment: "CartPole-v1" })), "");
});

test("differences name what the plans were made with, and settings only where both have them", () => {
  assert.deepEqual(differences(sample(), sample()), []);
  const other = sample({ seed: "9", environment_step: "4", settings: { ...settings, discount: 0.75 } });
  assert.deepEqual(differences(sample({ seed: "2", environment_step: "4" }), other), [
    { name: "seed", a: "2", b: "9" }, { name: "discount", a: settings.discount, b: 0.75 },
  ]);
  assert.deepEqual(differenceTexts(sample({ seed: "2" }), sample({ seed: "9" })), ["seed 2 → 9"]);
  const spo = sample({ planner: "spo", settings: { discount: settings.discount, eta: 3 } });
  assert.deepEqual(differences(sample(), spo).map(({ name }) => name), ["planner"]);
  const killed = sample({ interventions: [{ kind: "kill", level: 0, slot: 1 }] });
  assert.deepEqual(differences(sample(), killed), [{ name: "interventions", a: 0, b: 1 }]);
});

test("all particles of equal plans are the same; after one that moved, it and its descendants are not", () => {
  const a = sample();
  const equal = sameness(a, sample({ frame: "77" }));
  assert.equal(equal.parts, null);
  assert.ok(equal.same.every((flag) => flag === 1) && equal.byLevel.every((share) => share === 1));
  for (let node = 0; node < a.size; node++) {
    const b = movedAt(node);
    const { same, parts } = sameness(a, b);
    assert.equal(parts, a.level[node]);
    for (let other = 0; other < b.size; other++) {
      let descends = false;
      for (let at = other; at >= 0; at = b.parent[at]) descends ||= at === node;
      assert.equal(same[other], descends ? 0 : 1, `node ${other} after ${node} moved`);
    }
  }
});

test("nothing is the same where there are trees, other slots or another state", () => {
  const tree = readFrame(sampleTree());
  assert.equal(sameness(tree, tree.withLineage({})), null);
  const far = sample({ arrays: { root_position: ["F32", [2], [77, 77]] } });
  assert.equal(sameness(sample(), far), null);
  assert.match(comparisonSentence(sample(), far), /different states/);
});

test("the sentence says what is taken, and from which level on particles are others", () => {
  const a = sample();
  const taken = a.actions[a.chosen];
  assert.equal(comparisonSentence(a, sample({ frame: "77" })), `Both take ${taken}. All particles are the same.`);
  const first = movedAt(0);
  assert.match(comparisonSentence(a, first), /^Both take .*\. Particles part at once, at level 0;/);
  const last = a.size - 1;
  assert.match(comparisonSentence(a, movedAt(last)), new RegExp(`Particles are the same until level ${a.level[last] - 1}; at the last level \\d+ % are\\.`));
});

test("moved probability is the total variation distance, and bars are in proportion to it", () => {
  const a = sample();
  const policy = Float32Array.from(a.root_policy);
  const [most, least] = [policy.indexOf(Math.max(...policy)), policy.indexOf(Math.min(...policy))];
  policy[most] -= 0.125;
  policy[least] += 0.125;
  const b = sample({ arrays: { root_policy: ["F32", [policy.length], policy] } });
  assert.ok(Math.abs(movedProbability(comparedActions(a, b)) - 0.125) < 1e-6);
  const rows = actionRows(a, b);
  assert.ok(Math.abs(rows[most].bar + 0.125) < 1e-6 && Math.abs(rows[least].bar - 0.125) < 1e-6);
  assert.ok(rows.every(({ name, bar }, action) => name === a.actions[action] && Math.abs(bar) <= 1));
  assert.equal(actionRows(readFrame(continuousSample()), readFrame(continuousSample())), null);
});

test("of many actions those that changed most are shown, in their own order", () => {
  const count = 20;
  const policy = (changed) => Float32Array.from({ length: count }, (_, action) => (changed.includes(action) ? 0.1 : 0.02));
  const plan = (changed) => ({ continuous: false, actions: Array.from({ length: count }, (_, action) => `a${action}`), root_policy: policy(changed), root_q: new Float32Array(count) });
  const rows = actionRows(plan([]), plan([19, 3, 7, 11, 2, 13]));
  assert.deepEqual(rows.map(({ name }) => name), ["a2", "a3", "a7", "a11", "a13", "a19"]);
});

test("differences of Q-hat are short, also where two Q-hats are nearly the same", () => {
  const plan = (...q) => ({ continuous: false, actions: ["a", "b", "c"], root_policy: Float32Array.from([0.2, 0.3, 0.5]), root_q: Float32Array.from(q) });
  const texts = (a, b) => actionRows(a, b).map((row) => row.texts[2]);
  assert.deepEqual(texts(plan(1.0000001, 1, 2), plan(2.746152, 1, 2.5)), ["+1.75", "0.00", "+0.50"]);
  assert.deepEqual(texts(plan(1, 1, NaN), plan(1, 1, 2)), ["0", "0", "none"]);
  assert.deepEqual(actionRows(plan(1, 1, NaN), plan(1.25, 1, 2)).map(({ help }) => help), ["Q-hat 1.00 in A, 1.25 in B", "Q-hat 1 in A, 1 in B", "Q-hat none in A, 2 in B"]);
});

test("numbers that neither plan has are left out, and a change is B less A", () => {
  const tree = readFrame(sampleTree());
  assert.ok(!numberRows(tree, tree).some(({ name }) => name === "least ESS / N"));
  const b = sample({ arrays: { value_target: ["F32", [], [3.5]] } });
  const a = sample({ arrays: { value_target: ["F32", [], [1.25]] } });
  const row = numberRows(a, b).find(({ name }) => name === "value target");
  assert.deepEqual(row.texts, ["1.25", "3.50", "+2.25"]);
  assert.ok(row.bar > 0 && row.bar <= 1);
  const [above, round] = [100.00001, 100].map((target) => sample({ arrays: { value_target: ["F32", [], [target]] } }));
  assert.deepEqual(numberRows(above, round).find(({ name }) => name === "value target").texts, ["100", "100", "−7.6e−6"]);
});
