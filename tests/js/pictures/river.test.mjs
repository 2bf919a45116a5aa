// The river unzips into strands, of which those too thin to be told apart are drawn as one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { strands } from "../../../assets/js/frame/layouts.js";
import * as genealogy from "../../../assets/js/pictures/genealogy.js";
import { strandRuns, unzipped } from "../../../assets/js/pictures/river.js";
import { WHOLE } from "../../../assets/js/pictures/window.js";
import { readFrame } from "../../../assets/js/frame/frame.js";
import { encode, sampleArrays, sampleMetadata } from "../drawing.mjs";

const RIVER = { from: "river", to: "river", share: 1 };
const frame = () => readFrame(encode(sampleArrays(), sampleMetadata));
const placed = (height, of, window = WHOLE) => genealogy.geometry({ width: 800, height }, of, RIVER, window);

/** Height of all strands of a level by root action and kind, in pixels. */
function sums(place, of, level) {
  const found = {};
  for (const { action, survives, y2, y3 } of strandRuns(place, of, level)) found[`${action} ${survives}`] = (found[`${action} ${survives}`] ?? 0) + y3 - y2;
  return found;
}

test("strands drawn together are as high as each alone, and nothing else changes", () => {
  const of = frame();
  const { top, bottom } = strands(of);
  for (const height of [40, 300, 4000]) {
    const place = placed(height, of);
    for (let level = 0; level < of.levels; level++) {
      const whole = {};
      for (let each = of.level_start[level]; each < of.level_start[level + 1]; each++) {
        const key = `${of.root[each]} ${of.survivors[each] > 0}`;
        if (bottom[each] > top[each]) whole[key] = (whole[key] ?? 0) + (bottom[each] - top[each]) * place.span;
      }
      const drawn = sums(place, of, level);
      assert.deepEqual(Object.keys(drawn).sort(), Object.keys(whole).sort());
      for (const key of Object.keys(whole)) assert.ok(Math.abs(drawn[key] - whole[key]) < 0.01, `${key} at level ${level}`);
    }
  }
  // High strands are told apart, thin ones are not.
  assert.ok(strandRuns(placed(4000, of), of, 1).length > strandRuns(placed(21, of), of, 1).length);
});

test("a river unzips as its strands grow, but never into more than can be drawn in time", () => {
  const of = frame();
  const opened = [30, 45, 300].map((height) => unzipped(placed(height, of), of));
  assert.ok(opened[0] === 0 && opened[0] < opened[1] && opened[1] < opened[2] && opened[2] === 1, `${opened}`);
  assert.equal(unzipped(placed(20_000, of), { size: 300, levels: 3 }), 1);
  assert.equal(unzipped(placed(20_000, of), { size: 3000, levels: 3 }), 0);
});
