import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../assets/js/frame.js";
import { ancestry, descendants, lastStep, sampleLines, strokeGroups, survivors } from "../../assets/js/lineage.js";
import { encode, sampleArrays, sampleMetadata } from "./trace.mjs";

export const sample = () => readFrame(encode(sampleArrays(), sampleMetadata));

const close = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

test("metadata arrives as numbers and objects", () => {
  const frame = sample();
  assert.deepEqual([frame.id, frame.revision, frame.step, frame.levels, frame.slots], [7, 3, 12, 3, 4]);
  assert.equal(frame.settings.discount, 0.5);
  assert.equal(frame.root_value, 10);
  assert.equal(frame.detailed, true);
});

test("weights are normalised per level, a particle of no weight has none", () => {
  const { weights } = sample();
  assert.deepEqual([...weights.slice(0, 4)], [0.25, 0.25, 0.25, 0.25]);
  close(weights[5], 0.6);
  assert.equal(weights[7], 0);
});

test("a level whose weights are all zero counts as equal", () => {
  const arrays = sampleArrays();
  arrays.log_weight[2].fill(-Infinity, 0, 4);
  assert.deepEqual([...readFrame(encode(arrays, sampleMetadata)).weights.slice(0, 4)], [0.25, 0.25, 0.25, 0.25]);
});

test("statistics leave out dead particles and infinite temperatures", () => {
  const { stats } = sample();
  assert.deepEqual([...stats.unique], [4, 4, 3]);
  assert.deepEqual([...stats.alive], [4, 4, 3]);
  close(stats.kl[2].high, 0.2);
  close(stats.temperature[0].mean, 10);
  close(stats.temperature[0].high, 100);
});

test("root actions follow the branch", () => {
  assert.deepEqual([...sample().rootOf], [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1]);
  assert.equal(sample().chosen, 0);
});

test("survivors count the last particles below each transition", () => {
  const counts = survivors(sample());
  assert.deepEqual([...counts], [1, 2, 0, 0, 1, 2, 0, 1, 1, 1, 1, 1]);
});

test("a lineage goes back to the root, and a revived one skips the step that ended", () => {
  const frame = sample();
  assert.deepEqual(ancestry(frame, 10), [10, 5, 1]);
  assert.deepEqual(ancestry(frame, 11), [11, 7]);
  assert.deepEqual(descendants(frame, 1), [5, 9, 10]);
});

test("a particle that has ended is stood for by the step that ended it", () => {
  assert.equal(lastStep(sample(), { level: 2, slot: 0 }), 4);
  assert.equal(lastStep(sample(), { level: 2, slot: 1 }), 9);
});

test("every step of a living particle is in exactly one stroke group", () => {
  const { ids, groups, drawn, total } = strokeGroups(sample(), 1000);
  assert.deepEqual([...ids].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11]);
  assert.equal(groups.reduce((sum, { from, to }) => sum + to - from, 0), ids.length);
  assert.deepEqual([drawn, total], [11, 11]);
});

test("beyond the budget whole lines that died out are left out, and survivors are kept", () => {
  const frame = sample();
  const counts = survivors(frame);
  const { ids, drawn } = strokeGroups(frame, 3);
  const kept = new Set(ids);
  assert.ok(drawn < 11);
  for (let id = 0; id < counts.length; id++) if (counts[id] && frame.alive[id]) assert.ok(kept.has(id), `survivor ${id} is missing`);
  for (const id of kept) assert.ok(frame.parent[id] < 0 || kept.has(frame.parent[id]), `step ${id} hangs in the air`);
});

test("within the budget every line is sampled", () => {
  const frame = sample();
  assert.deepEqual([...sampleLines(frame, 100)], [...frame.alive]);
});
