// The three layouts of a genealogy: each node has its height, lines of the tree do not cross, and bands of the river are masses.

import assert from "node:assert/strict";
import { test } from "node:test";

import { heights, LAYOUTS, riverBands, treeOrder } from "../../../assets/js/frame/layouts.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

/** A plan with random parents at the level before; numbers only look random. */
function plan(seed, slots = 12, levels = 6, actions = 3) {
  let state = seed * 7919 + 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const size = slots * levels;
  const [parent, root, slot, weight] = [new Int32Array(size), new Int32Array(size), new Int32Array(size), new Float32Array(size)];
  for (let node = 0; node < size; node++) {
    const level = Math.floor(node / slots);
    slot[node] = node % slots;
    parent[node] = level === 0 ? -1 : (level - 1) * slots + Math.floor(random() * slots);
    root[node] = level === 0 ? Math.floor(random() * actions) : root[parent[node]];
    weight[node] = random();
  }
  const cache = new Map();
  return {
    size, levels, slots, parent, root, slot, weight, alive: new Uint8Array(size).fill(1), actions: Array.from({ length: actions }, (_, action) => `a${action}`),
    level_start: Int32Array.from({ length: levels + 1 }, (_, level) => level * slots),
    level: Int32Array.from({ length: size }, (_, node) => Math.floor(node / slots)), before: slot,
    find: ({ level, slot: at }) => level * slots + at,
    once(name, compute) {
      if (!cache.has(name)) cache.set(name, compute(this));
      return cache.get(name);
    },
  };
}

test("lines of the tree between neighbouring levels never cross, and root actions stay together", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const frame = plan(seed);
    const y = heights(frame, "tree");
    for (let level = 0; level < frame.levels; level++) {
      const own = [...treeOrder(frame).subarray(frame.level_start[level], frame.level_start[level + 1])];
      assert.deepEqual([...own].sort((a, b) => a - b), own.map((_, index) => frame.level_start[level] + index), "each node once");
      const roots = own.map((node) => frame.root[node]);
      assert.deepEqual(roots, [...roots].sort((a, b) => a - b));
      if (!level) continue;
      for (let index = 1; index < own.length; index++) assert.ok(y[frame.parent[own[index - 1]]] <= y[frame.parent[own[index]]], `seed ${seed}, level ${level}`);
    }
  }
});

test("every layout keeps nodes inside, apart, and in rising order of their slots or of the tree", () => {
  const frame = plan(5);
  for (const layout of LAYOUTS) {
    const y = heights(frame, layout);
    for (let level = 0; level < frame.levels; level++) {
      const own = Array.from(y.subarray(frame.level_start[level], frame.level_start[level + 1]));
      assert.ok(own.every((height) => height > 0 && height < 1));
      assert.equal(new Set(own).size, own.length);
    }
  }
});

test("bands of the river are the masses of root actions, one below the other", () => {
  const frame = plan(9);
  const bands = riverBands(frame);
  for (let level = 0; level < frame.levels; level++) {
    const nodes = Array.from({ length: frame.slots }, (_, slot) => level * frame.slots + slot);
    const total = nodes.reduce((sum, node) => sum + frame.weight[node], 0);
    let above = 0;
    for (const { action, top, bottom } of bands) {
      const mass = nodes.filter((node) => frame.root[node] === action).reduce((sum, node) => sum + frame.weight[node], 0) / total;
      assert.ok(Math.abs(top[level] - above) < 1e-6 && Math.abs(bottom[level] - top[level] - mass) < 1e-6);
      for (const node of nodes.filter((each) => frame.root[each] === action)) {
        const y = heights(frame, "river")[node];
        assert.ok(y >= top[level] - 1e-6 && y <= bottom[level] + 1e-6, "a particle is in the band of its root action");
      }
      above = bottom[level];
    }
    assert.ok(Math.abs(above - 1) < 1e-6);
  }
});

test("where no particle has any weight, the river is even", () => {
  const frame = { ...plan(3), weight: new Float32Array(72) };
  const [first] = riverBands(frame);
  const count = Array.from({ length: frame.slots }, (_, slot) => frame.root[slot]).filter((root) => root === 0).length;
  assert.ok(Math.abs(first.bottom[0] - count / frame.slots) < 1e-6);
});

test("a real drawing, with particles that ended and were revived, has a height for every node", () => {
  const frame = readFrame(encode(sampleArrays(), sampleMetadata));
  for (const layout of LAYOUTS) assert.ok(heights(frame, layout).every((height) => height >= 0 && height <= 1), layout);
});

test("of a plan of which some particles are drawn, the river is as high as the mass of all", () => {
  const frame = plan(4);
  const told = new Float32Array(frame.levels * 3).map((_, cell) => [0.2, 0.7, 0.1][cell % 3]);
  const thinned = { ...plan(4), root_mass: told };
  const bands = riverBands(thinned);
  for (let level = 0; level < frame.levels; level++) {
    bands.forEach(({ top, bottom }, action) => assert.ok(Math.abs(bottom[level] - top[level] - [0.2, 0.7, 0.1][action]) < 1e-6));
    for (let node = level * frame.slots; node < (level + 1) * frame.slots; node++) {
      const { top, bottom } = bands[frame.root[node]];
      const y = heights(thinned, "river")[node];
      assert.ok(y >= top[level] - 1e-6 && y <= bottom[level] + 1e-6);
    }
  }
});
