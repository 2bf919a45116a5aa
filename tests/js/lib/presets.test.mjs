import assert from "node:assert/strict";
import { test } from "node:test";

import { hasWords } from "../../../assets/js/controls/knobs.js";
import { changesFor, deleteOwn, keepOwn, presetInForce, readOwn } from "../../../assets/js/lib/presets.js";

const SCHEMA = [{ name: "particles", group: "budget" }, { name: "alpha", group: "trust region" }, { name: "rule", group: "resampling" }];
const DEFAULTS = { particles: 256, alpha: 0.1, rule: "ess" };
const [greedy, never] = [{ name: "greedy", settings: { alpha: 1 } }, { name: "no resampling", settings: { rule: "never" } }];

function memory() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
}

test("a preset sets what it names, the rest to the defaults, and leaves the budget", () => {
  assert.deepEqual(changesFor(SCHEMA, DEFAULTS, { particles: 64, alpha: 0.1, rule: "never" }, greedy), { alpha: 1, rule: "ess" });
  assert.deepEqual(changesFor(SCHEMA, DEFAULTS, { ...DEFAULTS, alpha: 1 }, greedy), {});
  assert.deepEqual(changesFor(SCHEMA, DEFAULTS, DEFAULTS, { name: "mine", settings: { particles: 64 } }), { particles: 64 });
});

test("the preset in force is the one whose settings are", () => {
  const presets = [{ name: "defaults", settings: {} }, greedy, never];
  assert.equal(presetInForce(SCHEMA, DEFAULTS, { ...DEFAULTS, particles: 64 }, presets)?.name, "defaults");
  assert.equal(presetInForce(SCHEMA, DEFAULTS, { ...DEFAULTS, rule: "never" }, presets), never);
  assert.equal(presetInForce(SCHEMA, DEFAULTS, { ...DEFAULTS, alpha: 0.5 }, presets), null);
});

test("own presets are kept for each planner, replaced by name, and deleted", () => {
  const storage = memory();
  assert.equal(keepOwn(storage, "spo", { name: " mine ", settings: { alpha: 0.3 } }), "");
  keepOwn(storage, "spo", { name: "mine", settings: { alpha: 0.4 } });
  keepOwn(storage, "trt_smc", { name: "other", settings: {} });
  assert.deepEqual(readOwn(storage, "spo"), [{ name: "mine", settings: { alpha: 0.4 } }]);
  deleteOwn(storage, "spo", "mine");
  assert.deepEqual([readOwn(storage, "spo"), readOwn(storage, "trt_smc").length], [[], 1]);
});

test("a preset that cannot be kept says why", () => {
  assert.match(keepOwn(memory(), "spo", { name: " ", settings: {} }), /needs a name/);
  assert.match(keepOwn(memory(), "spo", { name: "x".repeat(41), settings: {} }), /41 characters, allowed are 40/);
  assert.match(keepOwn(null, "spo", { name: "mine", settings: {} }), /keeps nothing/);
  const full = memory();
  for (let index = 0; index < 50; index++) keepOwn(full, "spo", { name: `${index}`, settings: {} });
  assert.match(keepOwn(full, "spo", { name: "one more", settings: {} }), /50 presets/);
  assert.equal(keepOwn(full, "spo", { name: "3", settings: { alpha: 1 } }), "");
});

test("what somebody else has written into the storage is no preset", () => {
  for (const text of ["{", "null", '{"spo": 3}', '{"spo": [null, {"name": 3}, {"name": "a", "settings": null}]}']) assert.deepEqual(readOwn({ getItem: () => text }, "spo"), []);
});

test("a knob is found by its name, its help and its place in the method", () => {
  const alpha = { name: "kl_bound", label: "KL bound", help: "The largest KL(proposal, prior), in nats.", enters: "(E1)" };
  for (const text of ["", "kl bou", "NATS", "e1 prior", "kl_b"]) assert.ok(hasWords(alpha, text), text);
  assert.ok(!hasWords(alpha, "kl zork"));
});
