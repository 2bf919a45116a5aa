// Paths of an episode: their words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pathText } from "../../../assets/js/controls/paths.js";

test("a path says where it parts, by which action, and how far it goes", () => {
  assert.equal(pathText({ from: 3, action: 1, to: 12 }, ["left", "right"]), "step 3: right, 9 steps");
  assert.equal(pathText({ from: 0, action: [-0.5], to: 1 }, ["torque"]), "step 0: −0.50, 1 step");
});
