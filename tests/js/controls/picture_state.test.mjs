import assert from "node:assert/strict";
import { test } from "node:test";

import { isStale, Lateness, showingOf } from "../../../assets/js/controls/picture_state.js";

const ASKED = { session: "s", revision: 2, seed: 5, step: 3, playing: false, plain: true };
// As a frame has them: the seed is text.
const FRAME = { session: "s", revision: 2, seed: "5", step: 3, recorded: false };

test("a picture is live where session, settings, seed and step are those that are asked for", () => {
  assert.equal(showingOf(FRAME, ASKED), "live");
  assert.equal(showingOf(null, ASKED), "none");
  assert.equal(showingOf(FRAME, { ...ASKED, session: "t" }), "other");
  assert.equal(showingOf(FRAME, { ...ASKED, session: null }), "other");
  for (const change of [{ revision: 3 }, { seed: 6 }, { step: 4 }]) assert.equal(showingOf(FRAME, { ...ASKED, ...change }), "earlier");
});

test("while playing a picture may be a step behind, but not of other settings", () => {
  assert.equal(showingOf(FRAME, { ...ASKED, step: 4, playing: true }), "live");
  assert.equal(showingOf(FRAME, { ...ASKED, step: 4, playing: true, revision: 3 }), "earlier");
});

test("the recorded opening is what is asked for only until something else is", () => {
  const opening = { recorded: true, session: "", seed: "0", step: 0 };
  const begun = { ...ASKED, revision: 0, seed: 0, step: 0 };
  assert.equal(showingOf(opening, begun), "recorded");
  for (const change of [{ plain: false }, { revision: 1 }, { seed: 1 }, { step: 1 }]) assert.equal(showingOf(opening, { ...begun, ...change }), "opening");
  // The moment that a page opens with need not be the beginning of an episode.
  assert.equal(showingOf({ ...opening, seed: "3", step: 7 }, { ...begun, seed: 3, step: 7 }), "recorded");
  assert.equal(showingOf({ ...opening, seed: "3", step: 7 }, begun), "opening");
});

test("pictures are marked when they are of something else and nothing better is about to come", () => {
  const open = { connection: "open", phase: "idle" };
  assert.ok(!isStale({ ...open, showing: "live" }));
  assert.ok(!isStale({ ...open, showing: "earlier" }));
  for (const more of [{ late: true }, { failure: "no particle kept any weight" }, { phase: "compiling" }]) assert.ok(isStale({ ...open, showing: "earlier", ...more }));
  assert.ok(isStale({ ...open, showing: "recorded", failure: "no" }) && !isStale({ ...open, showing: "recorded", phase: "compiling" }));
  for (const connection of ["lost", "reconnecting", "gone", "refused"]) assert.ok(isStale({ connection, showing: "live" }));
  // What was asked for is what is recorded.
  assert.ok(!isStale({ connection: "refused", showing: "recorded" }) && isStale({ connection: "refused", showing: "opening" }) && isStale({ connection: "lost", showing: "recorded" }));
});

test("a plan is late when nothing has come for a while, and every plan that comes is a sign of life", async () => {
  const said = [];
  const lateness = new Lateness((late) => said.push(late));
  const some = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  lateness.follow("earlier");
  assert.deepEqual(said, [false]);
  lateness.follow("live");
  await some(500);
  assert.ok(!said.includes(true));
  lateness.follow("other");
  await some(500);
  assert.equal(said.at(-1), true);
  lateness.again();
  assert.equal(said.at(-1), false);
  await some(500);
  assert.equal(said.at(-1), true);
});
