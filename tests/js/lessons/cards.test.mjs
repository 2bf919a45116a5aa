import assert from "node:assert/strict";
import { test } from "node:test";

import { byFile, cardOf, lessonAddress, nextOf, sayAll } from "../../../assets/js/lessons/cards.js";

const lesson = (name, more = {}) => ({
  name, title: name.toUpperCase(), order: 1, minutes: 5, teaches: "", needs: [], references: [], steps: ["a", "b", "c"].map((id) => ({ id, title: id })), ...more,
});
const progress = (more) => ({ at: "", done: [], finished: false, answers: {}, ...more });

test("a lesson that nobody opened begins at its first step", () => {
  const card = cardOf(lesson("one"), [], {});
  assert.deepEqual([card.state, card.said, card.open, card.place, card.facts], ["new", "", ["Begin", "./?lesson=one"], "1", "5 min · 3 steps"]);
  assert.deepEqual(card.steps[1], { id: "b", title: "b", href: "./?lesson=one&at=b", done: false, here: false });
  assert.equal(cardOf(lesson("one", { order: 999, steps: [{ id: "a", title: "a" }] }), [], {}).place, "");
});

test("one that was begun goes on, and says where", () => {
  const one = cardOf(lesson("one"), [], { one: progress({ at: "b", done: ["a", "gone"] }) });
  assert.deepEqual([one.state, one.said, one.open], ["begun", "at step 2 of 3, 1 done", ["Continue", "./?lesson=one"]]);
  assert.deepEqual(one.steps.map(({ done, here }) => [done, here]), [[true, false], [false, true], [false, false]]);
  // Looked at, and nothing more.
  assert.equal(cardOf(lesson("one"), [], { one: progress({ at: "a" }) }).state, "new");
  // Its step is no longer there.
  assert.equal(cardOf(lesson("one"), [], { one: progress({ at: "gone", done: ["c"] }) }).said, "1 done");
});

test("what is counted is said: steps that are done, and predictions that were answered before all tasks of their step are done", () => {
  const said = (more) => cardOf(lesson("one"), [], { one: progress(more) }).said;
  assert.equal(said({ at: "a", answers: { x: 1, y: 2 } }), "at step 1 of 3, 2 predictions answered");
  assert.equal(said({ at: "b", done: ["a"], answers: { x: 1 } }), "at step 2 of 3, 1 done");
  // Whoever pressed *next* through a lesson has finished it, and done nothing.
  const card = cardOf(lesson("one"), [], { one: progress({ at: "c", finished: true }) });
  assert.deepEqual([card.said, card.steps.some(({ done }) => done)], ["finished", false]);
  assert.equal(said({ at: "c", finished: true, done: ["a", "b", "c"] }), "finished");
});

test("one that was finished and begun again goes on, and is still known to be finished", () => {
  const card = cardOf(lesson("one"), [], { one: progress({ at: "b", done: ["a"], finished: true, again: true }) });
  assert.deepEqual([card.state, card.finished, card.said, card.open], ["begun", true, "finished before, at step 2 of 3, 1 done", ["Continue", "./?lesson=one"]]);
  const opened = cardOf(lesson("one"), [], { one: progress({ finished: true, again: true }) });
  assert.deepEqual([opened.state, opened.said], ["finished", "finished before"]);
});

test("one that is finished begins again at its first step", () => {
  const card = cardOf(lesson("one"), [], { one: progress({ at: "c", done: ["a"], finished: true }) });
  assert.deepEqual([card.state, card.said, card.open], ["finished", "finished", ["Do it again", "./?lesson=one&at=a"]]);
  assert.equal(card.steps.some(({ here }) => here), false);
});

test("lessons that come before are named, also those that are not there", () => {
  const all = [lesson("one"), lesson("two", { needs: ["one", "nowhere", "constructor"] })];
  assert.deepEqual(cardOf(all[1], all, { one: progress({ finished: true }) }).needs, [
    { name: "one", title: "ONE", there: true, finished: true },
    { name: "nowhere", title: "nowhere", there: false, finished: false },
    { name: "constructor", title: "constructor", there: false, finished: false },
  ]);
});

test("the lesson to go on with is one that was begun, then the first new one, then none", () => {
  const lessons = [lesson("one"), lesson("two"), lesson("three")];
  const cards = (all) => lessons.map((each) => cardOf(each, lessons, all));
  const next = (all) => nextOf(cards(all))?.lesson.name;
  const finished = progress({ finished: true });
  assert.equal(next({}), "one");
  assert.equal(next({ three: progress({ at: "b" }) }), "three");
  assert.equal(next({ one: finished }), "two");
  // Whoever left out the first one is not led back to it while there are others.
  assert.equal(next({ two: finished }), "three");
  assert.equal(next({ two: finished, three: finished }), "one");
  assert.equal(next({ one: finished, two: finished, three: finished }), undefined);
  assert.equal(sayAll(cards({})), "3 lessons, 15 minutes in all.");
  assert.equal(sayAll(cards({ one: finished })), "3 lessons, 15 minutes in all; 1 is finished.");
  assert.equal(sayAll(cards({ one: finished, two: finished, three: finished })), "3 lessons, 15 minutes in all. All are finished.");
  assert.equal(sayAll([]), "There are no lessons here.");
});

test("faults stand by file in the order of lines, with whether the lesson opens all the same", () => {
  const fault = (file, line) => ({ file, line, what: "w", remedy: "r" });
  const found = byFile([fault("one.md", 9), fault("two.md", 1), fault("one.md", 3)], [lesson("one")]);
  assert.deepEqual(found.map(({ file, shown, faults }) => [file, shown, faults.map(({ line }) => line)]), [["one.md", true, [3, 9]], ["two.md", false, [1]]]);
});

test("an address names the lesson, and the step where one is wanted", () => {
  assert.equal(lessonAddress("path-degeneracy"), "./?lesson=path-degeneracy");
  assert.equal(lessonAddress("a", "b"), "./?lesson=a&at=b");
});
