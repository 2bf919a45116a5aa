// Tasks that recorded plans can show, and the moments that addresses of a recorded step lead to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canBeDone, momentOf } from "../../../assets/js/lessons/recorded.js";

const values = [{ value: 0, text: "0", record: "a", chooses: "left" }, { value: 0.5, text: "0.5", record: "b", chooses: "right" }];
const recorded = { base: "a", chooses: "left", view: { level: 2 }, knobs: [{ setting: "alpha", label: "alpha", values }], links: { "checkpoint=catch&seed=1": { base: "c", view: {} } } };
const can = (task, more = {}) => canBeDone({ say: "", ...task }, { ...recorded, ...more });

test("a setting can be reached where one of its recorded values is asked for", () => {
  assert.ok(can({ setting: "alpha", at_least: 0.5 }));
  assert.ok(can({ setting: "alpha", is: 0 }));
  assert.ok(!can({ setting: "alpha", at_least: 0.9 }));
  assert.ok(!can({ setting: "revive", is: true }));
});

test("a decision can be seen where one of the recorded plans takes it", () => {
  assert.ok(can({ chosen: "right" }) && can({ chosen: "left" }) && can({ chosen: "changed" }));
  assert.ok(!can({ chosen: "up" }));
  assert.ok(!can({ chosen: "changed" }, { knobs: [] }));
});

test("whatever needs a planner or a service cannot be done, the rest can", () => {
  for (const task of [{ planner: "spo" }, { step: "any" }, { intervene: "kill" }, { open: "share" }, { open: "race" }, { open: "help" }]) assert.ok(!can(task), JSON.stringify(task));
  for (const task of [{ level: "any" }, { layout: "tree" }, { select: "heaviest" }, { pin: true }, { open: "film" }, { open: "comparison" }]) assert.ok(can(task), JSON.stringify(task));
});

test("an address leads to the link of the text that it is, in any order and whatever the lesson adds; else to the step", () => {
  const at = (search) => momentOf(search, { link: "checkpoint=catch", recorded }).base;
  assert.equal(at("?seed=1&checkpoint=catch&lesson=own&at=first"), "c");
  assert.equal(at("?checkpoint=catch&lesson=own&at=first"), "a");
  assert.equal(at("?checkpoint=catch&seed=2&lesson=own&at=first"), "a");
});
