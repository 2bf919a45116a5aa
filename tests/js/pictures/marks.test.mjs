// Marks that share the few pixels they stand on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { restsFrom } from "../../../assets/js/pictures/genealogy_marks.js";
import { gathered, markSize } from "../../../assets/js/pictures/pen.js";

test("every node is counted in one mark, which stands in the middle of its own", () => {
  const places = Array.from({ length: 300 }, (_, node) => [(node * 37) % 120, (node * 91) % 77]);
  const marks = gathered(places.map((_, node) => node), (node) => places[node][0], (node) => places[node][1], 10, 13);
  assert.equal(marks.reduce((sum, { count }) => sum + count, 0), 300);
  const cells = new Set(marks.map(({ x, y }) => `${Math.floor(x / 10)} ${Math.floor(y / 13)}`));
  assert.equal(cells.size, marks.length, "one mark for each cell");
  for (const { x, y, count } of marks) {
    const own = places.filter(([left, top]) => Math.floor(left / 10) === Math.floor(x / 10) && Math.floor(top / 13) === Math.floor(y / 13));
    assert.equal(own.length, count);
    assert.ok(Math.abs(own.reduce((sum, [left]) => sum + left, 0) / count - x) < 1e-9);
  }
});

test("marks that stand alone stay where they are and as large as they were; those of many are larger, within bounds", () => {
  assert.deepEqual(gathered([4], () => 3.25, () => 8.5, 10, 10), [{ x: 3.25, y: 8.5, count: 1 }]);
  assert.deepEqual(gathered([], () => 0, () => 0, 10, 10), []);
  assert.equal(markSize(4, 1), 4);
  assert.ok(markSize(4, 8) > 4 && markSize(4, 1e6) <= 4 * 1.8);
});

test("particles rest from the first level on after which none takes a step, also where some were revived in between", () => {
  const from = (living, more = {}) => restsFrom({ living: Float64Array.from(living), levels: living.length, ...more });
  assert.equal(from([8, 8, 3, 0, 0]), 3);
  assert.equal(from([8, 0, 2, 0]), 3);
  assert.equal(from([8, 8, 8, 1]), 4);
  assert.equal(from([0, 0]), 0);
  assert.equal(from([1, 0, 0], { tree: true }), 3);
});
