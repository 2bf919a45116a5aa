import assert from "node:assert/strict";
import { test } from "node:test";

import { extent, PACE, steadyAxis, steadyReach } from "../../../assets/js/lib/steady_axis.js";

/** An axis after it followed some ends from plan to plan. */
const follow = (axis, all, playing = true) => all.reduce((before, ends) => steadyAxis(before, ends, playing), axis);
const times = (count, ends) => Array(count).fill(ends);
const endsOf = ({ low, high }) => [low, high];

test("an axis at rest fits its values, and stays where they fit it", () => {
  const axis = steadyAxis(null, [0, 1], false);
  assert.ok(axis.low <= 0 && axis.high >= 1 && axis.high - axis.low <= 2);
  assert.deepEqual(endsOf(steadyAxis(axis, [0.05, 0.95], false)), endsOf(axis));
  const wide = steadyAxis(axis, [0, 40], false);
  assert.ok(wide.high >= 40);
  assert.ok(steadyAxis(wide, [0, 1], false).high < 2);
});

test("while playing an axis never moves by more than its pace, and arrives", () => {
  let axis = steadyAxis(null, [99.6, 99.7], true);
  for (const ends of [...times(80, [20, 100]), ...times(80, [99.6, 99.7]), ...times(100, [-400, 3])]) {
    const span = axis.high - axis.low;
    const next = steadyAxis(axis, ends, true);
    for (const end of ["low", "high"]) assert.ok(Math.abs(next[end] - axis[end]) <= PACE * span + 1e-9);
    axis = next;
  }
  assert.ok(axis.low <= -400 && axis.high >= 3);
});

test("an axis does not follow values that come and go", () => {
  const wide = follow(null, times(40, [0, 9]));
  const after = follow(wide, Array.from({ length: 100 }, (_, plan) => (plan % 8 ? [0, 1] : [0, 9])));
  assert.deepEqual(endsOf(after), endsOf(wide));
  // When they stay away it narrows, but not at once.
  assert.deepEqual(endsOf(follow(wide, times(8, [0, 1]))), endsOf(wide));
  assert.ok(follow(wide, times(80, [0, 1])).high < 2);
});

test("an axis without values stays as it is", () => {
  const axis = steadyAxis(null, [3, 4], true);
  assert.equal(steadyAxis(axis, null, true), axis);
  assert.deepEqual(endsOf(steadyAxis(null, null, true)), [0, 1]);
  assert.deepEqual([extent([NaN, 2, -1]), extent([NaN])], [[-1, 2], null]);
});

test("an axis of shares has a round end at rest, and grows and shrinks in the same way", () => {
  let axis = steadyReach(null, 0.08, false);
  assert.equal(axis.high, 0.1);
  assert.equal(steadyReach(axis, 0.4, false).high, 0.5);
  for (let plan = 0; plan < 40; plan++) {
    const next = steadyReach(axis, 0.4, true);
    assert.ok(next.high - axis.high <= PACE * axis.high + 1e-9);
    axis = next;
  }
  assert.equal(axis.high, 0.5);
  assert.equal(steadyReach(null, 0.08, true, 1).high, 1);
});
