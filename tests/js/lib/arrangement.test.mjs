import assert from "node:assert/strict";
import { test } from "node:test";

import { arrangementOf, keepArrangement, moved, ordered, orderText, PARTS, readArrangement, unknownParts } from "../../../assets/js/lib/arrangement.js";

const usual = ordered([]);
const region = (order, name) => order.filter((each) => PARTS.find((part) => part.name === each)?.region === name);

test("the usual order is that of the table, and needs no words in a link", () => {
  assert.deepEqual(usual, PARTS.map(({ name }) => name));
  assert.equal(orderText(usual), "");
});

test("a panel moves within its region, and stops at its ends", () => {
  const up = moved(usual, "weights", -1);
  assert.deepEqual(region(up, "centre"), ["world", "genealogy", "weights", "strips"]);
  assert.deepEqual(region(up, "side"), region(usual, "side"));
  assert.equal(moved(usual, "world", -1), usual);
  // The last of the middle does not go to the side.
  assert.equal(moved(usual, "weights", 1), usual);
  assert.deepEqual(moved(up, "weights", 1), usual);
});

test("an order in a link is read back, with those it leaves out after it", () => {
  const up = moved(moved(usual, "weights", -1), "seeds", 1);
  assert.deepEqual(arrangementOf({ order: orderText(up).split(",") }).order, up);
  assert.deepEqual(region(ordered(["strips"]), "centre"), ["strips", "world", "genealogy", "weights"]);
});

test("names that are none are named, and passed over", () => {
  assert.deepEqual(unknownParts(["world", "zork", "weights"]), ["zork"]);
  assert.deepEqual(arrangementOf({ hidden: ["zork", "weights", "world", "world"], order: ["zork", "weights"] }), { hidden: ["world", "weights"], order: ordered(["weights"]) });
});

test("an arrangement is kept, and what somebody else has written there is not believed", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
  const arrangement = arrangementOf({ hidden: ["world"], order: ["particle"] });
  keepArrangement(storage, arrangement);
  assert.deepEqual(readArrangement(storage), arrangement);
  for (const text of ["{", "null", "3", '{"hidden": 3, "order": {"a": 1}}']) assert.deepEqual(readArrangement({ getItem: () => text }), arrangementOf({}));
  assert.deepEqual(readArrangement(null), arrangementOf({}));
});
