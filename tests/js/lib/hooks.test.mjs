import assert from "node:assert/strict";
import { test } from "node:test";

import { Hooks } from "../../../assets/js/lib/hooks.js";

test("nobody listens any more once the last listener has ended", () => {
  const hooks = new Hooks();
  assert.equal(hooks.has("take"), false);
  const heard = [];
  const ends = [1, 2].map((number) => hooks.add("take", (value) => heard.push([number, value])));
  hooks.call("take", "a");
  ends[0]();
  hooks.call("take", "b");
  assert.deepEqual(heard, [[1, "a"], [2, "a"], [2, "b"]]);
  assert.equal(hooks.has("take"), true);
  ends[1]();
  assert.equal(hooks.has("take"), false);
});
