// Tasks of lessons, judged by what a page shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDone, kindOfTask, TASK_KINDS } from "../../../assets/js/lessons/conditions.js";

const frame = {
  settings: { alpha: 0.9, resampling_rule: "never", revive: false }, planner: "trt_smc", step: 3, actions: ["left", "right"], chosen: 1, interventions: [{ kind: "kill", level: 0, slot: 2 }],
  revived: [0, 1, 0], terminal: [0, 0, 1], heaviest: [1], find: ({ level, slot }) => (level === 0 && slot < 3 ? slot : -1),
};
const seen = (more = {}) => ({ frame, level: null, selection: null, layout: "river", pinned: null, isOpen: (name) => name === "share", ...more });
const done = (task, more) => isDone({ say: "", ...task }, seen(more));

test("settings are compared by value and by bounds, ends included", () => {
  assert.ok(done({ setting: "alpha", at_least: 0.9 }));
  assert.ok(done({ setting: "alpha", at_least: 0.5, at_most: 0.9 }));
  assert.ok(!done({ setting: "alpha", at_least: 0.91 }));
  assert.ok(!done({ setting: "alpha", at_most: 0.89 }));
  assert.ok(done({ setting: "alpha", is: 0.9 }) && done({ setting: "alpha", is: 0.92 }) && !done({ setting: "alpha", is: 0.95 }), "sliders are hard to hit");
  assert.ok(!done({ setting: "alpha", is: 0 }));
  assert.ok(done({ setting: "resampling_rule", is: "never" }));
  assert.ok(done({ setting: "revive", is: false }));
  assert.ok(!done({ setting: "revive", is: true }));
  assert.ok(!done({ setting: "particles", at_least: 0 }), "a planner without the setting");
});

test("the level cursor counts only where somebody has set it", () => {
  assert.ok(!done({ level: "any", at_least: 0 }));
  assert.ok(done({ level: "any", at_least: 20 }, { level: 20 }));
  assert.ok(!done({ level: "any", at_least: 20 }, { level: 19 }));
});

test("what is selected is told apart", () => {
  const at = (slot) => ({ selection: { level: 0, slot } });
  assert.ok(done({ select: "revived" }, at(1)) && !done({ select: "revived" }, at(0)));
  assert.ok(done({ select: "ended" }, at(2)) && !done({ select: "ended" }, at(1)));
  assert.ok(done({ select: "heaviest" }, at(1)) && !done({ select: "heaviest" }, at(2)));
  assert.ok(done({ select: "particle" }, at(0)) && !done({ select: "particle" }, at(7)) && !done({ select: "particle" }));
  assert.ok(done({ select: "action", action: "left" }, { selection: { action: 0 } }) && !done({ select: "action", action: "left" }, { selection: { action: 1 } }));
});

test("interventions, the decision, the pin, the step, the layout and what is open", () => {
  assert.ok(done({ intervene: "kill" }) && done({ intervene: "any" }) && !done({ intervene: "force" }));
  assert.ok(done({ chosen: "right" }) && !done({ chosen: "left" }));
  assert.ok(!done({ chosen: "changed" }), "without A nothing has changed");
  assert.ok(done({ chosen: "changed" }, { pinned: { actions: ["left", "right"], chosen: 0 } }) && !done({ chosen: "changed" }, { pinned: frame }));
  assert.ok(done({ pin: true }, { pinned: frame }) && !done({ pin: true }));
  assert.ok(done({ step: "any", at_least: 3 }) && !done({ step: "any", at_least: 4 }));
  assert.ok(done({ layout: "river" }) && !done({ layout: "tree" }));
  assert.ok(done({ open: "share" }) && !done({ open: "why" }));
  assert.ok(done({ planner: "trt_smc" }) && !done({ planner: "spo" }));
});

test("nothing is done without a plan, and an unknown kind never is", () => {
  for (const kind of TASK_KINDS) assert.ok(!done({ [kind]: true, is: true }, { frame: null }), kind);
  assert.equal(kindOfTask({ say: "Sing.", sing: true }), null);
  assert.ok(!done({ sing: true }));
});
