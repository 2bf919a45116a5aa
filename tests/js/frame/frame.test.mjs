import assert from "node:assert/strict";
import { test } from "node:test";

import { Frame, readFrame } from "../../../assets/js/frame/frame.js";
import { ancestry, descendants, lastStep, sampleLines, strokeGroups, WIDTHS } from "../../../assets/js/frame/lineage.js";
import { spreadAt } from "../../../assets/js/frame/spread.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

export const sample = () => readFrame(encode(sampleArrays(), sampleMetadata));

const close = (actual, expected, error = 1e-6) => assert.ok(Math.abs(actual - expected) < error, `${actual} is not ${expected}`);

test("metadata arrives as numbers and objects", () => {
  const frame = sample();
  assert.deepEqual([frame.id, frame.revision, frame.step, frame.levels, frame.slots], [7, 3, 12, 3, 4]);
  assert.equal(frame.settings.discount, 0.5);
  assert.equal(frame.root_value, 10);
  assert.equal(frame.chosen, 0);
});

test("what travels packed is spread over the nodes", () => {
  const frame = sample();
  assert.deepEqual([...frame.level], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  assert.deepEqual([...frame.alive], [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]);
  assert.deepEqual([...frame.terminal], [0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0]);
  assert.deepEqual([...frame.revived], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual([...frame.root], [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1]);
  for (let axis = 0; axis < 24; axis++) assert.ok(Math.abs(frame.position[axis] - axis / 24) < 1e-5);
  close(frame.weight[5], 0.6 * 4, 2e-3);
  assert.equal(frame.weight[7], 0);
  assert.deepEqual([frame.drawn, frame.steps, frame.endings], [11, 11, 2]);
});

test("the numbers of all particles come level by level", () => {
  const frame = sample();
  assert.deepEqual([...frame.unique_branches], [4, 4, 3]);
  assert.deepEqual([...frame.living], [4, 4, 3]);
  close(spreadAt(frame.kl, 2).high, 0.2);
  close(spreadAt(frame.temperature, 0).mean, 10);
  frame.temperature.fill(NaN);
  assert.equal(spreadAt(frame.temperature, 0), null);
});

test("a particle is found where it is drawn, and its nearest neighbour where it is not", () => {
  const frame = sample();
  for (let node = 0; node < 12; node++) assert.equal(frame.find(frame.particleAt(node)), node);
  const thin = new Frame({ arrays: sparse({ level_start: [0, 2, 2, 3], slot: [3, 90, 40] }), metadata: { levels: 3, slots: 100 } });
  assert.equal(thin.find({ level: 0, slot: 4 }), -1);
  assert.equal(thin.find({ level: 1, slot: 4 }), -1);
  assert.deepEqual([0, 45, 47, 99].map((slot) => thin.particleAt(thin.nearest(0, slot)).slot), [3, 3, 90, 90]);
  assert.equal(thin.nearest(1, 50), -1);
  assert.equal(thin.particleAt(-1), null);
});

/** Arrays of a drawing that is about some of its particles. */
function sparse({ level_start, slot }) {
  const zeros = (count) => ({ data: new Uint8Array(count) });
  const rest = { flags: zeros(slot.length), place: zeros(2 * slot.length), extent: { data: [0, 1, 0, 1] }, root_policy: { data: [1] } };
  return { ...rest, level_start: { data: level_start }, slot: { data: slot } };
}

test("a lineage goes back to the root, and a revived one skips the step that ended", () => {
  const frame = sample();
  assert.deepEqual(ancestry(frame, 10), [10, 5, 1]);
  assert.deepEqual(ancestry(frame, 11), [11, 7]);
  assert.deepEqual(descendants(frame, 1), [5, 9, 10]);
  assert.deepEqual([ancestry(frame, -1), descendants(frame, -1)], [[], []]);
});

test("a particle that has ended is stood for by the step that ended it", () => {
  assert.equal(lastStep(sample(), { level: 2, slot: 0 }), 4);
  assert.equal(lastStep(sample(), { level: 2, slot: 1 }), 9);
});

test("every step of a living particle is in exactly one stroke group", () => {
  const { nodes, groups } = strokeGroups(sample());
  assert.deepEqual([...nodes].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11]);
  assert.equal(groups.reduce((sum, { from, to }) => sum + to - from, 0), nodes.length);
});

test("lineages that survive are wider than those that died out, the trunk widest", () => {
  const frame = sample();
  const { nodes, groups } = strokeGroups(frame);
  for (const { from, to, survives, width } of groups) {
    for (const node of nodes.slice(from, to)) assert.deepEqual([survives, width > WIDTHS[1]], [frame.survivors[node] > 0, frame.survivors[node] > 1]);
  }
});

test("beyond the budget whole lines are left out", () => {
  const frame = sample();
  const marked = sampleLines(frame, 4);
  const kept = [...marked.keys()].filter((node) => marked[node]);
  assert.ok(kept.length < 11 && kept.length > 0);
  for (const node of kept) assert.ok(frame.parent[node] < 0 || marked[frame.parent[node]], `step ${node} hangs in the air`);
});

test("within the budget every line is sampled", () => {
  const frame = sample();
  assert.deepEqual([...sampleLines(frame, 100)], [...frame.alive]);
});
