import assert from "node:assert/strict";
import { test } from "node:test";

import { OwnProgress } from "../../../assets/js/lessons/own_progress.js";

const STEP = /** @type {any} */ ({ id: "one", tasks: [{ say: "a", planner: "spo" }, { say: "b", open: "why" }], predictions: [{ id: "p" }], recorded: {} });
const READ = /** @type {any} */ ({ id: "two", tasks: [], predictions: [], recorded: {} });

/** A browser's storage. */
function storageOf() {
  const all = new Map();
  return /** @type {any} */ ({ getItem: (name) => all.get(name) ?? null, setItem: (name, value) => all.set(name, value) });
}

test("a step is complete with its last task and answer, and stays so in the browser", () => {
  const storage = storageOf();
  const own = new OwnProgress("a", true, storage);
  assert.deepEqual(own.attend(STEP, ({ planner }) => planner === "spo").map(({ say }) => say), ["a"]);
  assert.deepEqual(own.attend(STEP, ({ planner }) => planner === "spo"), []);
  assert.equal(own.waits(STEP, ({ open }) => !!open), true);
  own.settle(STEP);
  assert.equal(own.complete(STEP), false);
  own.attend(STEP, () => true);
  own.kept.answers.p = "x";
  own.settle(STEP);
  assert.ok(own.complete(STEP) && !own.waits(STEP, () => true));
  assert.ok(new OwnProgress("a", true, storage).complete(STEP));
  assert.ok(!new OwnProgress("b", true, storage).complete(STEP));
});

test("a step that asks for nothing is done once it was read", () => {
  const own = new OwnProgress("a", true, storageOf());
  assert.ok(!own.asks(READ) && !own.complete(READ));
  own.read(READ);
  assert.ok(own.complete(READ));
  own.read(STEP);
  assert.ok(!own.complete(STEP));
});

test("without a planner nothing is waited for that only one can show", () => {
  const recorded = { chooses: "left", knobs: [] };
  const step = { ...STEP, recorded };
  const own = new OwnProgress("a", false, null);
  assert.deepEqual(step.tasks.map((task) => own.possible(task, step)), [false, false]);
  own.kept.answers.p = "x";
  assert.ok(own.complete(step));
});
