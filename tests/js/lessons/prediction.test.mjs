// Options that are to be ordered begin in another order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shuffled } from "../../../assets/js/lessons/prediction.js";

test("the first order is not the right one, has all options, and is always the same", () => {
  for (let size = 2; size <= 6; size++) {
    const right = Array.from({ length: size }, (_, index) => `option ${index}`);
    const order = shuffled(right);
    assert.notDeepEqual(order, right);
    assert.deepEqual([...order].sort(), right);
    assert.deepEqual(shuffled(right), order);
  }
});
