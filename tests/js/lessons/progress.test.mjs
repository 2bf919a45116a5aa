import assert from "node:assert/strict";
import { test } from "node:test";

import { beginAgain, forgetProgress, KEY, progressOf, readProgress, writeProgress } from "../../../assets/js/lessons/progress.js";

/** A storage as browsers have it: texts by key, and a limit. */
class Kept {
  constructor(text = null, most = Infinity) {
    this.text = text;
    this.most = most;
  }
  getItem(key) {
    return key === KEY ? this.text : null;
  }
  setItem(key, text) {
    if (text.length > this.most) throw new Error("QuotaExceededError");
    if (key === KEY) this.text = text;
  }
  removeItem(key) {
    if (key === KEY) this.text = null;
  }
}

const NOTHING = { at: "", done: [], finished: false, answers: {} };

test("what was written is read, and other lessons stay as they were", () => {
  const storage = new Kept();
  assert.deepEqual(readProgress(storage), {});
  assert.equal(writeProgress(storage, "path-degeneracy", { at: "beginnings" }), true);
  assert.equal(writeProgress(storage, "ess", { at: "one", done: ["one"], answers: { which: "left", curve: [[0, 1], [1, 0.5]] } }), true);
  assert.equal(writeProgress(storage, "path-degeneracy", { done: ["beginnings"], finished: true }), true);
  assert.deepEqual(readProgress(storage), {
    ess: { at: "one", done: ["one"], finished: false, answers: { which: "left", curve: [[0, 1], [1, 0.5]] } },
    "path-degeneracy": { at: "beginnings", done: ["beginnings"], finished: true, answers: {} },
  });
});

test("a lesson that was never opened has no progress, whatever its name", () => {
  assert.deepEqual(progressOf(readProgress(new Kept()), "constructor"), NOTHING);
  assert.deepEqual(progressOf(readProgress(new Kept('{"constructor": {"at": "a"}}')), "constructor"), { ...NOTHING, at: "a" });
});

test("garbage counts as nothing, and what can be used of it is used", () => {
  const texts = ["", "{", "null", "7", '"x"', "[]", '[{"at": "a"}]', '{"a": 1, "b": null, "c": [], "Not a name": {}, "__proto__": {"at": "x"}}'];
  for (const text of texts) assert.deepEqual(readProgress(new Kept(text)), {}, text);
  const mixed = { at: 7, done: ["one", "one", 3, null, "<b>"], finished: "yes", answers: { fine: 1, "<b>": 2, long: "x".repeat(9000) } };
  assert.deepEqual(readProgress(new Kept(JSON.stringify({ lesson: mixed, other: { done: "one", answers: [1] } }))), {
    lesson: { at: "", done: ["one"], finished: false, answers: { fine: 1 } },
    other: NOTHING,
  });
  assert.equal({}.at, undefined);
});

test("without a storage, or with one that refuses, nothing is kept and nothing fails", () => {
  const refusing = { getItem() { throw new Error("SecurityError"); }, setItem() { throw new Error("SecurityError"); }, removeItem() { throw new Error("SecurityError"); } };
  for (const storage of [null, refusing]) {
    assert.deepEqual(readProgress(storage), {});
    assert.equal(writeProgress(storage, "lesson", { at: "one" }), false);
    assert.equal(forgetProgress(storage), false);
  }
  const full = new Kept('{"lesson": {"at": "one"}}', 30);
  assert.equal(writeProgress(full, "lesson", { at: "two", done: ["one"] }), false);
  assert.equal(readProgress(full).lesson.at, "one");
  assert.equal(writeProgress(new Kept(), "Not a name", { at: "one" }), false);
});

test("a finished lesson begins again without what was done and answered, once; any other stays as it is", () => {
  const own = { at: "three", done: ["one"], finished: true, answers: { which: "left" } };
  const storage = new Kept(JSON.stringify({ other: { ...own, finished: false }, lesson: own }));
  beginAgain(storage, "lesson");
  assert.deepEqual(readProgress(storage).lesson, { ...NOTHING, finished: true, again: true });
  writeProgress(storage, "lesson", { at: "two", answers: { which: "right" } });
  beginAgain(storage, "lesson");
  assert.deepEqual(readProgress(storage).lesson, { at: "two", done: [], finished: true, again: true, answers: { which: "right" } });
  beginAgain(storage, "other");
  beginAgain(storage, "new");
  assert.deepEqual(readProgress(storage).other, { ...own, finished: false });
  assert.equal("new" in readProgress(storage), false);
});

test("forgotten is forgotten, and however much is done it stays small", () => {
  const storage = new Kept('{"lesson": {"at": "one"}}');
  assert.equal(forgetProgress(storage), true);
  assert.deepEqual(readProgress(storage), {});
  writeProgress(storage, "lesson", { done: Array.from({ length: 5000 }, (_, index) => `step-${index}`) });
  assert.equal(readProgress(storage).lesson.done.length, 300);
});
