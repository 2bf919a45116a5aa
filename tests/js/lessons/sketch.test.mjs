// The axes of a sketch: round numbers, evenly spaced, with ends that may lie between them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ticksOf } from "../../../assets/js/lessons/sketch.js";

test("ticks are round, evenly spaced and within the axis, however it ends", () => {
  assert.deepEqual(ticksOf({ low: 0, high: 31 }, 5), [0, 5, 10, 15, 20, 25, 30]);
  assert.deepEqual(ticksOf({ low: 0, high: 64 }, 4), [0, 20, 40, 60]);
  assert.deepEqual(ticksOf({ low: 0, high: 0.025 }, 4), [0, 0.005, 0.01, 0.015, 0.02, 0.025]);
  for (const axis of [{ low: 0, high: 7 }, { low: 0, high: 15 }, { low: 0, high: 1 }, { low: -3, high: 12 }, { low: 0, high: 0.6 }]) {
    const ticks = ticksOf(axis, 5);
    const gaps = ticks.slice(1).map((value, index) => Number((value - ticks[index]).toPrecision(6)));
    assert.ok(ticks.length >= 3 && ticks.length <= 9 && new Set(gaps).size === 1, `${ticks}`);
    assert.ok(ticks[0] >= axis.low && ticks.at(-1) <= axis.high);
  }
});
