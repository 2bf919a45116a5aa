import assert from "node:assert/strict";
import { test } from "node:test";

import { shownOf, tabAt } from "../../../assets/js/controls/knob_groups.js";

const GROUPS = ["budget", "trust region", "weights"];

test("the group that was chosen stays while it has knobs", () => {
  assert.equal(shownOf(GROUPS, null), "budget");
  assert.equal(shownOf(GROUPS, "weights"), "weights");
  // A search leaves only groups in which something was found.
  assert.equal(shownOf(["trust region"], "weights"), "trust region");
  assert.equal(shownOf([], "weights"), null);
});

test("arrows go from tab to tab round the ends, and other keys nowhere", () => {
  assert.equal(tabAt(GROUPS, "budget", "ArrowRight"), "trust region");
  assert.equal(tabAt(GROUPS, "weights", "ArrowRight"), "budget");
  assert.equal(tabAt(GROUPS, "budget", "ArrowLeft"), "weights");
  assert.equal(tabAt(GROUPS, "trust region", "End"), "weights");
  assert.equal(tabAt(GROUPS, "trust region", "Home"), "budget");
  assert.equal(tabAt(GROUPS, "budget", "Enter"), null);
  assert.equal(tabAt([], null, "End"), null);
});
