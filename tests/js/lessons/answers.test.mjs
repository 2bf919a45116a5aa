import assert from "node:assert/strict";
import { test } from "node:test";

import { distributionsOf, rowsOf, sayTotal } from "../../../assets/js/lessons/answers.js";
import { channelName, readHeard } from "../../../assets/js/lessons/remote_link.js";

test("distributions are found in a list of messages and by id, and nothing else is one", () => {
  const one = { type: "answers", lesson: "a", prediction: "side", counts: { left: 2 }, total: 2 };
  assert.deepEqual(distributionsOf([one, null, 3, { prediction: "x" }]), { side: one });
  assert.deepEqual(distributionsOf({ side: { counts: {}, total: 0 }, other: null, more: { total: "many" } }), { side: { counts: {}, total: 0 } });
  for (const nothing of [undefined, null, 7, "text"]) assert.deepEqual(distributionsOf(nothing), {});
});

test("a choice has a row for each of its options, also where nobody took it", () => {
  const asked = { id: "side", ask: "", choose: ["left", "right", "constructor"], answer: "right" };
  assert.deepEqual(rowsOf(asked, { counts: { right: 3, left: 1 }, total: 4 }), [
    { text: "left", count: 1, share: 0.25, right: false },
    { text: "right", count: 3, share: 0.75, right: true },
    { text: "constructor", count: 0, share: 0, right: false },
  ]);
  assert.deepEqual(rowsOf(asked, undefined).map(({ count, share }) => [count, share]), [[0, 0], [0, 0], [0, 0]]);
});

test("of an order the right one comes first, then those that were given most", () => {
  const rows = rowsOf({ id: "order", ask: "", order: ["a", "b", "c"] }, { counts: { "c · b · a": 2, "a · b · c": 1, "b · a · c": 5 }, total: 8 });
  assert.deepEqual(rows.map(({ text, count, right }) => [text, count, right]), [["a · b · c", 1, true], ["b · a · c", 5, false], ["c · b · a", 2, false]]);
});

test("the number of answers is said, of all who look where that is known", () => {
  assert.equal(sayTotal(undefined), "Nobody has answered yet.");
  assert.equal(sayTotal({ total: 0, viewers: 9 }), "Nobody has answered yet.");
  assert.equal(sayTotal({ total: 12, viewers: 30 }), "12 of 30 have answered.");
  assert.equal(sayTotal({ total: 1 }), "1 has answered.");
  assert.equal(sayTotal({ total: 1, viewers: 4 }), "1 of 4 has answered.");
  // Some of those who answered have left.
  assert.equal(sayTotal({ total: 12, viewers: 3 }), "12 have answered.");
});

test("a message of the page is one only if it says a lesson", () => {
  assert.equal(channelName("abc"), "twistscope-remote-abc");
  assert.deepEqual(readHeard({ lesson: "a", at: "b", answers: { x: 1 } }), { lesson: "a", at: "b", answers: { x: 1 } });
  assert.deepEqual(readHeard({ lesson: null }), { lesson: null, at: null, answers: {} });
  assert.deepEqual(readHeard({ lesson: "a", revealed: ["p"] }), { lesson: "a", at: null, answers: {}, revealed: ["p"] });
  for (const other of [null, 3, "text", {}, { hello: true }, { go: 1 }, { lesson: 7 }, { lesson: "a", at: {} }, { lesson: "x".repeat(61) }]) assert.equal(readHeard(other), null);
});
