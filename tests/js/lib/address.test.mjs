import assert from "node:assert/strict";
import { test } from "node:test";

import { readAddress, writeAddress } from "../../../assets/js/lib/address.js";

const NOTHING = { checkpoint: null, planner: null, seed: 0, step: 0, settings: {} };

test("an address without wishes asks for nothing", () => {
  assert.deepEqual(readAddress(""), NOTHING);
  assert.deepEqual(readAddress("?checkpoint=&planner=&token=t"), NOTHING);
});

test("an address gives back what was written into it, and keeps its token and its fragment", () => {
  const chosen = { checkpoint: "b c", planner: "spo", seed: 3, step: 12, settings: { alpha: 0.25, revive: false, constraint: "fixed_kl", kl_bound: 1e-7 } };
  const href = writeAddress("http://here/?checkpoint=a&token=t&alpha=1#x", chosen);
  assert.equal(href, "http://here/?token=t&checkpoint=b+c&planner=spo&seed=3&step=12&alpha=0.25&revive=false&constraint=fixed_kl&kl_bound=1e-7#x");
  assert.deepEqual(readAddress(new URL(href).search), chosen);
});

test("what goes without saying is left out", () => {
  assert.equal(writeAddress("http://here/?seed=4&particles=8", NOTHING), "http://here/");
});

test("what is no number stays as it was written, for the server to refuse", () => {
  const { seed, step, settings } = readAddress("?seed=3,5&step=x&alpha=&depth=1e999");
  assert.deepEqual([seed, step, settings], ["3,5", "x", { alpha: "", depth: "1e999" }]);
});
