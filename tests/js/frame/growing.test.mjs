// A plan after a part of its budget: nothing of what comes later is in it, and what is there has its place.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { grown, growthText, levelAfter, plannedAfter } from "../../../assets/js/frame/growing.js";
import { strokeGroups } from "../../../assets/js/frame/lineage.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import { GrowingSource } from "../../../assets/js/source/growing.js";
import { encode, sampleArrays, sampleMetadata, sampleTree } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));
// Nodes by the simulation that made them.
const tree = readFrame(sampleTree());
const SIZE = { width: 800, height: 300 };

test("a part of the budget is so many levels, or simulations, and never none", () => {
  assert.deepEqual([0, 0.3, 0.5, 0.99, 1].map((share) => plannedAfter({ levels: 4 }, share)), [1, 2, 2, 4, 4]);
  assert.deepEqual([0, 0.5, 1].map((share) => plannedAfter(tree, share)), [1, 4, 8]);
  assert.equal(growthText({ levels: 4 }, 0.5), "level 2 of 4");
  assert.equal(growthText(tree, 0.5), "4 of 8 simulations");
  assert.deepEqual([levelAfter({ levels: 4 }, 0.5), levelAfter(tree, 0.5)], [1, 0]);
});

test("particles grow level by level, each at its place in the whole plan", () => {
  for (let levels = 1; levels < frame.levels; levels++) {
    const part = grown(frame, levels / frame.levels);
    assert.equal(part.size, frame.level_start[levels]);
    assert.equal(part.levels, frame.levels);
    assert.ok([...part.level].every((level) => level < levels));
    const [whole, own] = [frame, part].map((each) => genealogy.geometry(SIZE, each));
    for (let node = 0; node < part.size; node++) assert.deepEqual([own.x(node), own.y(node)], [whole.x(node), whole.y(node)]);
    // Every particle of the last level planned is counted once, and nobody who comes later.
    const first = [...part.survivors].reduce((sum, count, node) => sum + (part.parent[node] < 0 && part.level[node] === 0 ? count : 0), 0);
    assert.ok(first <= frame.slots + 1e-9 && Math.max(...part.survivors) <= frame.slots + 1e-9);
    assert.ok(strokeGroups(part).nodes.every((node) => node < part.size));
    assert.equal(part.resampled[levels - 1], 0);
  }
  assert.equal(grown(frame, 1), frame);
});

test("a tree grows simulation by simulation, with the visits of by then", () => {
  const part = grown(tree, 4 / 8);
  assert.deepEqual([...part.slot].length, 4);
  assert.deepEqual([part.size, part.simulations], [4, 4]);
  // Simulations 1 and 0 at the root, 3 and 2 below 0.
  assert.deepEqual([...part.parent], [-1, -1, 1, 1]);
  assert.deepEqual([...part.survivors], [1, 3, 1, 1]);
  assert.deepEqual([...part.level_start], [0, 2, 4, 4]);
  assert.deepEqual([...part.slot], [0, 1, 3, 4].map((node) => tree.slot[node]));
  assert.deepEqual([...part.root_counts.slice(0, 3)], [1, 3, 0]);
  assert.equal(grown(tree, 0).size, 1);
});

test("each part that is shown is another picture", () => {
  const source = new GrowingSource(frame);
  const shown = [];
  source.open({ frame: (each) => shown.push(each), trouble: assert.fail });
  for (const share of [0.5, 1, 1]) source.show(share);
  assert.ok(!shown[1].drawsTheSame(shown[0]));
  assert.equal(new Set(shown.map(({ id }) => id)).size, 3);
  source.close();
  source.show(0.2);
  assert.equal(shown.length, 3);
});
