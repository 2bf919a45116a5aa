import assert from "node:assert/strict";
import { test } from "node:test";

import { Classroom } from "../../../assets/js/lessons/classroom.js";

/** A class around a page, with what it has sent and what its lesson was shown. */
function classOf(lesson) {
  const [sent, shown] = [[], []];
  const panelOf = (name) => ({ lesson: { name }, writeClass() {}, showClass: (id, said) => shown.push([name, id, said.total]) });
  const lessons = { panel: panelOf(lesson), get fields() { return { lesson: this.panel.lesson.name, at: "one" }; } };
  const microscope = { store: { state: { level: null, selection: null, compared: null, layout: { to: "slots" } }, subscribe() {} } };
  const live = { session: { id: "s" }, connection: { send: (message) => sent.push(message) } };
  const classroom = new Classroom(/** @type {any} */ ({ live, microscope, lessons, watch() {}, changed() {}, say() {}, storage: null }));
  return { classroom, sent, shown, open: (name) => { lessons.panel = panelOf(name); } };
}

test("answers are those of their lesson: another may have predictions of the same names", () => {
  const { classroom, shown, open } = classOf("twisting");
  const answers = (lesson, total) => classroom.heardAnswers({ type: "answers", lesson, prediction: "wrong", counts: {}, total });
  answers("twisting", 3);
  answers("trust-region", 5);
  assert.deepEqual(shown, [["twisting", "wrong", 3]]);
  assert.deepEqual(classroom.answersTo("twisting").map(([id, { total }]) => [id, total]), [["wrong", 3]]);
  open("trust-region");
  answers("trust-region", 6);
  assert.deepEqual(shown.at(-1), ["trust-region", "wrong", 6]);
});

test("what was shown of one lesson is not shown of the next", () => {
  const { classroom, sent, open } = classOf("twisting");
  classroom.present(true);
  classroom.reveal("wrong");
  classroom.send();
  assert.deepEqual(sent.at(-1).revealed, ["wrong"]);
  open("trust-region");
  classroom.send();
  assert.deepEqual([sent.at(-1).lesson, sent.at(-1).revealed], ["trust-region", []]);
  classroom.reveal("right");
  classroom.send();
  assert.deepEqual(sent.at(-1).revealed, ["right"]);
  clearTimeout(classroom.telling);
});
