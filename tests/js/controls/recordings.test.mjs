// Recordings: the words of the list and of the button.

import assert from "node:assert/strict";
import { test } from "node:test";

import { recordLabel } from "../../../assets/js/controls/record_button.js";
import { recordingFacts, sizeText } from "../../../assets/js/controls/recordings.js";

test("sizes are said in the unit that suits them", () => {
  assert.deepEqual([0, 999, 1500, 2_345_000, 9.99e9].map(sizeText), ["0 bytes", "999 bytes", "1.5 kB", "2.35 MB", "9.99 GB"]);
});

test("a recording says how long and large it is, or that it is being made", () => {
  const facts = { frames: 412, seconds: 41, bytes: 2_345_000, checkpoint: "catch", live: false };
  assert.equal(recordingFacts(facts), "41 s · 412 frames · 2.35 MB · catch");
  assert.equal(recordingFacts({ ...facts, frames: 1, live: true }), "being recorded · 1 frame · 2.35 MB · catch");
});

test("the button counts the frames that are kept while it records", () => {
  assert.equal(recordLabel(null), "record");
  assert.equal(recordLabel({ frames: 412, ended: false }), "● 412");
  assert.equal(recordLabel({ frames: 412, ended: true }), "record");
});
