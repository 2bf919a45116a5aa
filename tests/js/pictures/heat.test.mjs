import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../../assets/js/frame/frame.js";
import { drawHeat, heatOf } from "../../../assets/js/pictures/heat.js";
import { encode, sampleArrays, sampleMetadata, THEME } from "../drawing.mjs";

const frame = readFrame(encode(sampleArrays(), sampleMetadata));
const place = { left: 100, width: 300, height: 120, x: (node) => 150 + 20 * frame.slot[node], y: () => 60 };
const total = (values) => values.reduce((sum, value) => sum + value, 0);

test("the heat holds the mass of the levels up to the one looked at, 1 for each", () => {
  for (const level of [0, 1, 2]) assert.ok(Math.abs(total(heatOf(frame, place, level).mass) - (level + 1)) < 2e-3, `${level}`);
  assert.ok(Math.abs(total(heatOf(frame, place, 0, 1).mass) - 0.5) < 2e-3);
});

test("a cell belongs to the root action that has most of its mass", () => {
  const { columns, mass, action } = heatOf(frame, place, 0);
  const at = (slot) => Math.floor(60 / 4) * columns + Math.floor((50 + 20 * slot) / 4);
  assert.deepEqual([0, 1, 2, 3].map((slot) => action[at(slot)]), [0, 0, 1, 1]);
  assert.equal(action[0], -1);
  assert.ok(mass[at(0)] > 0.008);
});

test("no cell is drawn outside its view", () => {
  const drawn = [];
  const context = { fillRect: (...box) => drawn.push(box) };
  drawHeat(/** @type {any} */ (context), place, frame, { level: 2, action: null }, THEME);
  assert.ok(drawn.length > 20);
  for (const [x, y, width, height] of drawn) assert.ok(x >= 100 && x + width <= 402 && y >= 0 && y + height <= 120);
});
