// The time line: merging of changes, axes that hold still, lines without their gaps, marks that do not overlap, and words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { durationText, groupMarks, groupText, LINES, marksOf, merge, noteText, nothing, offerText, pieces, progressText, roundUp, sentencesOf, stepAxis, valueEnds } from "../../../assets/js/frame/timeline.js";

const message = (steps, more = {}) => ({ type: "timeline", first: 0, columns: { step: steps, value: steps.map((step) => step * 10), differs: steps.map(() => false) }, ...more });
const mark = (step, kind = "ess") => ({ step, kind, value: 0.05, sentence: `Step ${step}: ${kind}.` });

test("changes are put into what is known, and what they leave out stays", () => {
  const first = merge(nothing(), message([0, 1, 2], { last: 2, marks: [mark(1)], job: null, ahead_from: null }));
  assert.deepEqual([...first.rows.keys()], [0, 1, 2]);
  const next = merge(first, { type: "timeline", last: 3, columns: { step: [3], value: [7], differs: [true] } });
  assert.deepEqual(next.rows.get(3), { step: 3, value: 7, differs: true });
  assert.equal(next.rows.get(1).value, 10);
  assert.deepEqual(next.marks, [mark(1)]);
  assert.equal(first.rows.size, 3);
});

test("steps that are no longer of the episode go", () => {
  const known = merge(nothing(), message([0, 1, 2, 3, 4], { last: 4 }));
  assert.deepEqual([...merge(known, message([2], { last: 2 })).rows.keys()], [0, 1, 2]);
  assert.deepEqual([...merge(known, { ...message([5], { last: 5 }), first: 3 }).rows.keys()], [3, 4, 5]);
});

test("an axis ends at a round step and moves seldom", () => {
  assert.deepEqual([0, 0.3, 1, 1.2, 3, 20, 21, 99].map(roundUp), [0, 0.5, 1, 2, 5, 20, 50, 100]);
  const ends = Array.from({ length: 200 }, (_, last) => stepAxis(500, { first: 0, last }).steps);
  assert.deepEqual([...new Set(ends)], [10, 20, 50, 100, 200]);
  const axis = stepAxis(500, { first: 40, last: 90 });
  for (const step of [40, 55, 90]) assert.equal(axis.stepAt(axis.x(step)), step);
  assert.equal(axis.stepAt(-100), 40);
  assert.equal(axis.stepAt(1000), 90);
});

test("a line ends where there is no number, and what is planned ahead begins at its last played point", () => {
  const rows = new Map([3, null, 5, 6, 7, 8].map((value, step) => [step, { value }]));
  const made = pieces({ rows, first: 0, last: 5, ahead_from: 4 }, "value");
  assert.deepEqual(made, [
    { ahead: false, points: [[0, 3]] },
    { ahead: false, points: [[2, 5], [3, 6]] },
    { ahead: true, points: [[3, 6], [4, 7], [5, 8]] },
  ]);
});

test("shares have their own axis, other values a round one that holds all of their lines", () => {
  const rows = new Map([[0, { value: -3, value_target: 12, ess: 0.4 }], [1, { value: 4, value_target: null, ess: null }]]);
  const line = (id) => /** @type {any} */ (LINES.find((each) => each.id === id));
  assert.deepEqual(valueEnds({ rows }, line("value")), [-10, 20]);
  assert.deepEqual(valueEnds({ rows: new Map([[0, { value: 51.2 }], [1, { value: 52.9 }]]) }, line("value")), [51, 53]);
  assert.deepEqual(valueEnds({ rows: new Map([[0, { value: 51 }]]) }, line("value")), [50, 52]);
  assert.deepEqual(valueEnds({ rows: new Map([[0, { return: 4 }]]) }, line("return")), [0, 5]);
  assert.deepEqual(valueEnds({ rows: new Map([[0, { return: 0 }]]) }, line("return")), [0, 1]);
  assert.deepEqual(valueEnds({ rows }, line("ess")), [0, 1]);
  assert.deepEqual(valueEnds({ rows: new Map() }, line("value")).map(Math.abs), [0, 1]);
});

test("marks that come with their steps stand among the others", () => {
  const rows = new Map([[3, { step: 3, loss: 0.5, rejection: "Step 3: not the best." }], [4, { step: 4, rejection: null }]]);
  assert.deepEqual(marksOf({ ...nothing(), rows, marks: [mark(2), mark(9)] }).map(({ step, kind }) => [step, kind]), [[2, "ess"], [3, "rejected"], [9, "ess"]]);
});

test("of many marks together the first are told", () => {
  const marks = (count) => Array.from({ length: count }, (_, step) => mark(step));
  assert.equal(sentencesOf({ marks: marks(5) }).length, 5);
  assert.deepEqual(sentencesOf({ marks: marks(9) }).slice(3), ["Step 3: ess.", "And 5 more marks."]);
});

test("marks that would overlap stand together, under the rarest of their kinds", () => {
  const marks = [mark(2), mark(2, "rejected"), mark(3, "disagreement"), mark(40)];
  const groups = groupMarks(marks, (step) => step * 5, 15);
  assert.deepEqual(groups.map(({ step, kind, marks: all }) => [step, kind, all.length]), [[2, "ess", 3], [40, "ess", 1]]);
  assert.deepEqual(groups.map(groupText), [["▼", "×3"], ["▼", ""]]);
  const places = groupMarks(Array.from({ length: 200 }, (_, step) => mark(step)), (step) => step * 2.5, 15).map(({ x }) => x);
  places.slice(1).forEach((x, index) => assert.ok(x - places[index] >= 15));
});

test("progress and offers say how much and how long", () => {
  assert.equal(progressText({ state: "running", done: 12, limit: 500, seconds_left: 6.4, detail: "" }), "step 12 of at most 500, about 6 s left");
  assert.deepEqual([0.02, 59.6, 240].map(durationText), ["1 s", "60 s", "4 min"]);
  assert.match(offerText({ steps: 500, seconds: 6.1, most: 2000 }), /to the end of the episode or 500 steps, about 6 s$/);
  assert.match(offerText(null), /500 steps$/);
});

test("the note is about the step pointed at, else about planning ahead, else about the marks", () => {
  const known = { ...nothing(), last: 60, marks: [mark(7), mark(7, "value")], ahead_from: 50 };
  assert.equal(noteText(known, 7), "Step 7: ess. Step 7: value.");
  assert.equal(noteText(known, 50), "Step 50, planned ahead. Click to go there.");
  assert.equal(noteText(known, null), "2 marks in steps 0 to 60. 0 of these steps are planned. V far from what followed, ▼ low ESS. Lighter: planned ahead.");
  const rows = (planned) => new Map(Array.from({ length: planned }, (_, step) => [step, { step, value_target: 1 }]));
  assert.equal(noteText({ ...nothing(), last: 60, rows: rows(60) }, null), "No marks in steps 0 to 60.");
  assert.equal(noteText({ ...nothing(), last: 28, noun: "Frame", rows: rows(1) }, null), "No marks in frames 0 to 28. 1 of these frames is seen.");
  assert.equal(noteText({ ...nothing(), last: 28, noun: "Frame", rows: rows(1) }, 3), "Frame 3. Click to go there.");
  const job = { state: "running", done: 3, limit: 9, seconds_left: null, detail: "" };
  assert.equal(noteText({ ...known, job }, null), "Planning ahead: step 3 of at most 9.");
  assert.equal(noteText({ ...known, job: { ...job, state: "done", detail: "The episode ends at step 60." } }, null), "The episode ends at step 60. Lighter: planned ahead.");
  assert.equal(noteText({ ...nothing(), marks: [mark(0)] }, null), "1 mark at step 0. ▼ low ESS.");
  // Nothing is there yet.
  assert.equal(noteText(nothing(), null), "Waiting for the first live plan …");
});
