import assert from "node:assert/strict";
import { test } from "node:test";

import { carriedLink, defaultsOf, isPlain, keptFor, plannerOf } from "../../../assets/js/controls/wishes.js";
import { leaveOut } from "../../../assets/js/source/session.js";

const SCHEMA = /** @type {any} */ ([{ name: "alpha", default: 0.1 }, { name: "discount", default: null }, { name: "revive", default: false }]);
const CATALOGUE = { first: "trt_smc", planners: [{ name: "trt_smc" }, { name: "spo" }] };

test("a setting without a default of the planner's has the checkpoint's", () => {
  assert.deepEqual(defaultsOf(SCHEMA, { settings: { discount: 0.9, reward_temperature: 1 } }), { alpha: 0.1, discount: 0.9, revive: false });
});

test("another planner gets the chosen settings that it has", () => {
  assert.deepEqual(keptFor(SCHEMA, { alpha: 1, num_simulations: 64, revive: true }), { alpha: 1, revive: true });
});

test("another planner is asked about the moment that is shown, where the address is that moment's", () => {
  const search = "?v=3&checkpoint=a&sha=12&planner=trt_smc&seed=3&step=2&alpha=0.3&actions=xy&interventions=z&digest=ab&level=4&pin=v%3D3";
  const now = { checkpoint: "a", planner: "spo", seed: 3, step: 2, replay: null };
  const fields = Object.fromEntries(new URLSearchParams(carriedLink(search, now, { depth: 8 }) ?? ""));
  assert.deepEqual(fields, { v: "3", checkpoint: "a", sha: "12", seed: "3", step: "2", actions: "xy", digest: "ab", planner: "spo", depth: "8" });
  for (const other of [{ checkpoint: "b" }, { seed: 4 }, { step: 3 }, { replay: {} }]) assert.equal(carriedLink(search, { ...now, ...other }, {}), null);
  assert.equal(carriedLink("?checkpoint=a&seed=3&step=2", now, {}), null);
  assert.equal(carriedLink(search.replace("step=2", "step=0"), { ...now, step: 0 }, {}), null);
});

test("a planner that does not exist is refused by name, and the first one taken", () => {
  assert.deepEqual(plannerOf(null, CATALOGUE), { planner: "trt_smc", errors: [] });
  assert.deepEqual(plannerOf("spo", CATALOGUE), { planner: "spo", errors: [] });
  const { planner, errors } = plannerOf("zork", CATALOGUE);
  assert.deepEqual([planner, errors], ["trt_smc", [{ field: "planner", given: "zork", allowed: "trt_smc, spo" }]]);
});

test("a wish is plain only where nothing was chosen", () => {
  const plain = { checkpoint: "a", planner: "trt_smc", settings: {}, seed: 0, step: 0 };
  assert.ok(isPlain(plain, "trt_smc"));
  for (const change of [{ planner: "spo" }, { settings: { alpha: 1 } }, { seed: 1 }, { step: 1 }, { goal: 2 }]) assert.ok(!isPlain({ ...plain, ...change }, "trt_smc"));
});

test("of a wish that which is refused is left out, and nothing else", () => {
  const wish = { checkpoint: "a", planner: "spo", settings: { alpha: 7, depth: 8, particles: 9 }, seed: -1, step: 2 };
  const refuse = (...fields) => leaveOut(wish, fields.map((field) => ({ field, given: 0, allowed: "" })));
  assert.ok(refuse("alpha", "seed"));
  assert.deepEqual(wish, { checkpoint: "a", planner: "spo", settings: { depth: 8, particles: 9 }, seed: 0, step: 2 });
  // Settings that are not possible together.
  assert.ok(refuse("particles × depth"));
  assert.deepEqual(wish.settings, {});
  assert.ok(!refuse("seed"));
});
